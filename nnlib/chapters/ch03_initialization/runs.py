"""Trainings of chapter 3 that take too long for a page: what `results` keeps, and how it came.

    python -m nnlib.chapters.ch03_initialization.runs deep    # minutes; or repairs, ...

A rate falls in a straight line to 0. Where it is tuned, it is chosen on two splits and starts;
the five runs that count use five others. The pixels have mean 0 each, and mean square 1.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

import nnlib
from nnlib._validation import Shape
from nnlib.activations import Activation
from nnlib.initializers import Initializer, gain

Array = np.ndarray
Draw = Callable[[Array], Array]
"""Makes the weights of a layer of standard normal numbers (n_in, n_out)."""

SEEDS, TUNING = range(5), range(100, 102)
HELD_OUT = 450


class From(Initializer):
    """Weights made by `draw` of standard normal numbers."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    def __call__(
        self, shape: Shape, rng: np.random.Generator, activation: str | Activation = "linear"
    ) -> Array:
        return self.draw(rng.normal(size=shape))

    def __repr__(self) -> str:
        return "from standard normal numbers"


def scaled(gain: float) -> Draw:
    """Return the rule of variance gain^2 / n_in."""
    return lambda G: G * gain / np.sqrt(len(G))


@cache
def digits() -> tuple[Array, Array]:
    """Return the digits, each pixel with mean 0 and all of them with mean square 1; and labels."""
    images, labels = nnlib.load_digits()
    X = images.reshape(len(images), -1)
    X = X - X.mean(axis=0)
    return X / np.sqrt(np.mean(X**2)), labels


def network(
    draws: Sequence[Draw],
    activation: str | Activation,
    width: int,
    seed: int,
    optimizer: nnlib.Optimizer,
) -> nnlib.NeuralNetwork:
    """Return a network for the digits: one rule for each layer, the last of them for 10 logits."""
    hidden = [nnlib.FullyConnected(width, activation, From(draw)) for draw in draws[:-1]]
    last = nnlib.FullyConnected(10, weight_init=From(draws[-1]))
    return nnlib.NeuralNetwork([*hidden, last], optimizer=optimizer, seed=seed)


def train(net: nnlib.NeuralNetwork, seed: int, epochs: int) -> tuple[list[float], float]:
    """Return the loss of each epoch and the share of held-out digits read; NaN if it is lost."""
    X, labels = digits()
    X_train, y_train, X_test, y_test = nnlib.train_test_split(X, labels, HELD_OUT, seed=seed)
    rate, losses = net.optimizer.rate, [float("nan")] * epochs
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            for epoch, history in enumerate(nnlib.train(net, X_train, y_train, epochs), start=1):
                losses[epoch - 1] = float(history.loss[-1])
                net.optimizer.learning_rate = rate * (1 - epoch / epochs)
            return losses, float(np.mean(net.predict(X_test) == y_test))
        except ValueError:  # nnlib stops at a loss that is no number
            return losses, float("nan")


def tuned(score: Callable[[float, int], float], rates: Sequence[float]) -> float:
    """Return the rate with the best mean over the splits for tuning; a lost run counts as 0."""
    return max(
        rates, key=lambda rate: float(np.mean(np.nan_to_num([score(rate, s) for s in TUNING])))
    )


# Lesson 1: one network, repaired one cause at a time ----------------------------------------------

HALF: Draw = lambda G: 0.5 * G  # noqa: E731
# What is wrong is mended from row to row, one thing each: rules of the hidden layers, of the last.
STEPS: dict[str, tuple[Draw, Draw]] = {
    "all equal": (lambda G: np.full(G.shape, 0.5), lambda G: np.full(G.shape, 0.5)),
    "random": (HALF, HALF),
    "small last layer": (HALF, scaled(0.1)),
    "scaled by fan-in": (scaled(1.0), scaled(0.1)),
    "with ReLU's gain": (scaled(2**0.5), scaled(0.1)),
}
DEPTH, WIDTH, EPOCHS = 8, 32, 12
RATES = (3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)


def repair(
    step: str, rate: float, seed: int, depth: int = DEPTH, width: int = WIDTH
) -> tuple[list[float], float]:
    """Train eight hidden ReLU layers from one of STEPS; return losses and held-out accuracy."""
    hidden, last = STEPS[step]
    draws = [hidden] * depth + [last]
    return train(network(draws, "relu", width, seed, nnlib.SGD(rate)), seed, EPOCHS)


# Lesson 1: how different do twins have to be? -----------------------------------------------------

NOISES = (0.0, 1e-8, 1e-4, 1e-2, 1.0)


def nearly_equal(noise: float, axis: int) -> Draw:
    """Return a rule that gives each unit the weights of the first, and `noise` times its own."""

    def draw(G: Array) -> Array:
        first = G[:, :1] if axis == 1 else G[:1]
        return (np.sqrt(1 - noise**2) * first + noise * G) / np.sqrt(len(G))

    return draw


def twins(
    noise: float, seed: int, rate: float = 0.3, width: int = 32, activation: str = "tanh"
) -> tuple[list[float], float]:
    """Train one hidden layer whose units start as one, up to noise (1: they are independent)."""
    draws = [nearly_equal(noise, 1), nearly_equal(noise, 0)]
    return train(network(draws, activation, width, seed, nnlib.SGD(rate)), seed, 20)


# Where 20 epochs are not enough for a difference of 1e-8.
SLOW: dict[str, dict[str, Any]] = {
    "a tenth of the rate": {"rate": 0.03},
    "sigmoids": {"activation": "sigmoid"},
}


# Lesson 6: thirty layers --------------------------------------------------------------------------


def mirrored(G: Array) -> Array:
    """Return weights with which ReLU units, in pairs z and -z, let a linear network through.

    Balduzzi et al. (2017) call it "looks linear". Pairs add up, ReLU(z) - ReLU(-z) = z.
    """
    n, m = G.shape
    V = G[: n // 2, : m // 2] * np.sqrt(2 / n)
    return np.block([[V, -V], [-V, V]])


def mirrored_first(G: Array) -> Array:
    """Return the first layer of such a network: each unit and its negative."""
    V = G[:, : G.shape[1] // 2] / np.sqrt(len(G))
    return np.hstack([V, -V])


DEEP = 30
# Activation, and the gain of each hidden layer; None is a mirrored network.
STARTS: dict[str, tuple[str, float | None]] = {
    "ReLU, Kaiming": ("relu", 2**0.5),
    "ReLU, mirrored": ("relu", None),
    "SELU, gain 1": ("selu", 1.0),
    "tanh, gain 0.8": ("tanh", 0.8),
    "tanh, gain 1": ("tanh", 1.0),
    "tanh, gain 1.1": ("tanh", 1.1),
    "tanh, gain 1.59": ("tanh", gain("tanh")),
    "tanh, gain 2.5": ("tanh", 2.5),
    "GELU, gain 1.53": ("gelu", gain("gelu")),
    "SiLU, gain 1.68": ("silu", gain("silu")),
}
DEEP_RATES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
# Half as wide, and with Adam, these once more.
MAIN = ("ReLU, Kaiming", "ReLU, mirrored", "tanh, gain 1.1", "tanh, gain 2.5", "SiLU, gain 1.68")
ADAM_RATES = (3e-4, 1e-3, 3e-3, 1e-2)
WIDE_RATES = (3e-3, 1e-2, 3e-2)
LEAKS = (0.2, 0.5, 0.8)


def draws_of(start: str, depth: int) -> list[Draw]:
    """Return the rules of the hidden layers, and of a last layer of variance 1/n."""
    _, g = STARTS[start]
    hidden = [mirrored_first, *[mirrored] * (depth - 1)] if g is None else [scaled(g)] * depth
    return [*hidden, scaled(1.0)]


def deep(
    start: str, rate: float, seed: int, width: int = 64, adam: bool = False, depth: int = DEEP
) -> float:
    """Train thirty hidden layers from one of STARTS; return the held-out accuracy."""
    optimizer = nnlib.Adam(rate) if adam else nnlib.SGD(rate)
    net = network(draws_of(start, depth), STARTS[start][0], width, seed, optimizer)
    return train(net, seed, 10)[1]


def leaky(a: float, rate: float, seed: int, width: int = 64, depth: int = DEEP) -> float:
    """Train thirty hidden layers of leaky ReLU of slope a, from Kaiming; return the accuracy."""
    draws = [scaled((2 / (1 + a**2)) ** 0.5)] * depth + [scaled(1.0)]
    net = network(draws, nnlib.LeakyReLU(a), width, seed, nnlib.SGD(rate))
    return train(net, seed, 10)[1]


def print_repairs() -> None:
    """Print REPAIRS of `results`, row by row."""
    for step in STEPS:

        def score(rate: float, seed: int, step: str = step) -> float:
            return repair(step, rate, seed)[1]

        rate = tuned(score, RATES)
        runs = [repair(step, rate, seed) for seed in SEEDS]
        losses = [[round(loss, 3) for loss in run[0]] for run in runs]
        scores = [round(run[1], 3) for run in runs]
        print(f'    "{step}": ({rate:g}, {losses}, {scores}),', flush=True)


def print_deep(starts: Sequence[str], rates: Sequence[float], width: int, adam: bool) -> None:
    """Print DEEP, NARROW or ADAM of `results`, row by row."""
    for start in starts:

        def score(rate: float, seed: int, start: str = start) -> float:
            return deep(start, rate, seed, width, adam)

        rate = tuned(score, rates)
        scores = [round(score(rate, seed), 3) for seed in SEEDS]
        print(f'    "{start}": ({rate:g}, {scores}),', flush=True)


def print_leaks() -> None:
    """Print LEAKS of `results`, row by row."""
    for a in LEAKS:

        def score(rate: float, seed: int, a: float = a) -> float:
            return leaky(a, rate, seed)

        rate = tuned(score, WIDE_RATES)
        scores = [round(score(rate, seed), 3) for seed in SEEDS]
        print(f"    {a:g}: ({rate:g}, {scores}),", flush=True)


def main(what: str) -> None:
    """Run one of them, and print it as `results` keeps it."""
    if what == "repairs":
        print_repairs()
    if what == "twins":
        for noise in NOISES:
            scores = [round(twins(noise, seed)[1], 3) for seed in SEEDS]
            print(f"    {noise:g}: {scores},", flush=True)
    if what == "deep":
        print_deep(list(STARTS), DEEP_RATES, 64, False)
    if what == "narrow":
        print_deep(MAIN, DEEP_RATES, 32, False)
    if what == "again":
        for step in ("scaled by fan-in", "with ReLU's gain"):
            rate = 0.3 if step == "scaled by fan-in" else 0.1  # as it was tuned
            scores = [round(repair(step, rate, seed)[1], 3) for seed in range(10, 15)]
            print(f'    "{step}": {scores},', flush=True)
    if what == "slow":
        for name, given in SLOW.items():
            scores = [round(twins(1e-8, seed, **given)[1], 3) for seed in SEEDS]
            print(f'    "{name}": {scores},', flush=True)
    if what == "leaks":
        print_leaks()
    if what == "wide":
        print_deep(MAIN, WIDE_RATES, 128, False)
    if what == "adam":
        print_deep(MAIN, ADAM_RATES, 64, True)


if __name__ == "__main__":
    main(sys.argv[1])
