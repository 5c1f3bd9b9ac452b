"""How sharply the loss of a network bends: the largest curvature before, during and after training.

All parameters of a network are one flat array w. The runs of `results` come from

    python -m nnlib.chapters.ch08_optimizers.curvature
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import nnlib
from nnlib.chapters.ch07_training.network import digits

Array = np.ndarray

LOSSES = {"squared error": "mean_squared_error", "cross-entropy": "softmax_cross_entropy"}
LOOKS = (0, 20, 50, 100, 200, 400, 700, 1000, 1500, 2000)
"""The steps before which the curvature is measured."""
SEEDS = 5


class Problem:
    """A network and all the data it learns: a loss of one flat array w.

    `loss` is a key of LOSSES. Squared error has one-hot targets.
    """

    def __init__(
        self,
        loss: str = "squared error",
        activation: str = "tanh",
        hidden: tuple[int, ...] = (32,),
        seed: int = 0,
        data: tuple[Array, Array] | None = None,
    ) -> None:
        self.X, y = digits()[:2] if data is None else data
        outputs = int(y.max()) + 1
        self.targets = np.eye(outputs)[y] if loss == "squared error" else y
        start = "kaiming_normal" if activation == "relu" else "xavier_normal"
        layers = [nnlib.FullyConnected(n, activation, start) for n in hidden]
        layers.append(nnlib.FullyConnected(outputs, "linear", "xavier_normal"))
        self.network = nnlib.NeuralNetwork(layers, LOSSES[loss], seed=seed)
        self.network.build(self.X.shape[1:])
        self._parameters = [p for layer in self.network.layers for p in layer.parameters.values()]
        self.start = np.concatenate([p.ravel() for p in self._parameters])

    def both(self, w: Array) -> tuple[float, Array]:
        """Return the loss at w and its gradient, flat as w."""
        ends = np.cumsum([p.size for p in self._parameters])[:-1]
        for parameter, part in zip(self._parameters, np.split(w, ends), strict=True):
            parameter[...] = part.reshape(parameter.shape)
        loss = self.network.backward(self.targets, self.network.forward(self.X))
        found = [
            layer.gradients[name].ravel()
            for layer in self.network.layers
            for name in layer.parameters
        ]
        return loss, np.concatenate(found)

    def loss(self, w: Array) -> float:
        """Return the loss at w."""
        return self.both(w)[0]

    def gradient(self, w: Array) -> Array:
        """Return the gradient at w."""
        return self.both(w)[1]


def hessian_times(gradient: Callable[[Array], Array], w: Array, v: Array, h: float) -> Array:
    """Return H v by a central difference of the gradient, (8.6)."""
    return (gradient(w + h * v) - gradient(w - h * v)) / (2 * h)


def extreme(
    gradient: Callable[[Array], Array],
    w: Array,
    v: Array,
    rounds: int = 40,
    h: float = 1e-4,
    shift: float = 0.0,
) -> tuple[float, Array]:
    """Return the eigenvalue farthest from `shift` and its direction, by power iteration."""
    value = 0.0
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        u = hessian_times(gradient, w, v, h) - shift * v
        value, v = float(v @ u), u
    return value + shift, v / np.linalg.norm(v)


def ends(problem: Problem, w: Array, rounds: int = 100) -> tuple[float, float]:
    """Return the lowest and the largest curvature at w.

    The second search is shifted by the eigenvalue that the first has found.
    """
    v = np.random.default_rng(9).normal(size=w.size)
    one, _ = extreme(problem.gradient, w, v, rounds)
    other, _ = extreme(problem.gradient, w, v, rounds, shift=one)
    return min(one, other), max(one, other)


class Run(NamedTuple):
    """Before the steps LOOKS: the loss, and the largest curvature (shorter if the run is lost)."""

    loss: tuple[float, ...]
    curvature: tuple[float, ...]


def trained(problem: Problem, rate: float, steps: int = LOOKS[-1]) -> Run:
    """Descend with the full batch and look at the largest curvature on the way."""
    w, v = problem.start, np.random.default_rng(9).normal(size=problem.start.size)
    losses, found = [], []
    for step in range(steps + 1):
        loss, g = problem.both(w)
        if not loss < 1e3:
            break
        if step in LOOKS:
            value, v = extreme(problem.gradient, w, v)
            if value < 0:  # farthest from 0, and not the largest: look from there
                value, v = extreme(problem.gradient, w, v[::-1], shift=value)
            losses.append(float(f"{loss:.3g}"))
            found.append(float(f"{value:.3g}"))
        w = w - rate * g
    return Run(tuple(losses), tuple(found))


RATES = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.2, 1.6)
OTHERS: dict[str, tuple[str, str, tuple[int, ...]]] = {
    "squared error": ("squared error", "tanh", (32,)),
    "cross-entropy": ("cross-entropy", "tanh", (32,)),
    "ReLU": ("squared error", "relu", (32,)),
    "128 units": ("squared error", "tanh", (128,)),
    "two hidden layers": ("squared error", "tanh", (32, 32)),
}
"""What is varied: the name in `results.EDGE`, and what it stands for."""
ANEW, ANEW_RATE = range(5, 15), 0.8
"""The seeds of `results.EDGE_ANEW`: whether what five networks do is what networks do."""


def main() -> None:
    """Print what `results` holds anew."""
    for name, (loss, activation, hidden) in OTHERS.items():
        for rate in RATES:
            for seed in range(SEEDS):
                run = trained(Problem(loss, activation, hidden, seed), rate)
                print(f"    ({name!r}, {rate}, {seed}): {run},", flush=True)
    for seed in ANEW:
        print(f"    {seed}: {trained(Problem(seed=seed), ANEW_RATE)},", flush=True)


if __name__ == "__main__":
    main()
