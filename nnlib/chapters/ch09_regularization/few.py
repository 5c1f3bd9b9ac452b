"""A network that learns a few digits, and what is done to it so that it reads others.

    python -m nnlib.chapters.ch09_regularization.few                          # some minutes
    python -m nnlib.chapters.ch09_regularization.few "100 digits: shifts"     # one entry

prints what `results` keeps. Digits are split as in chapter 7: by "form", so that nobody who
wrote a digit to learn wrote one to test (as far as a form is one hand's), or by "image".
Every network takes the same number of steps, whatever is done to it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache

import numpy as np

import nnlib
from nnlib.chapters.ch06_convolution.invariance import shifted
from nnlib.chapters.ch07_training.choosing import parts
from nnlib.chapters.ch09_regularization.results import RUNS

Array = np.ndarray

HIDDEN, STEPS, BATCH, RATE = 32, 1200, 20, 0.2
SPLITS = 20
COUNTS = (50, 100, 300)
"""How many digits are learned."""
SHIFTS = ((1, 0), (-1, 0), (0, 1), (0, -1))
"""The four neighbors of a digit: down, right."""


class WeightDecay(nnlib.SGD):
    """SGD whose decay leaves biases, (1, k), alone, unless `biases` is True."""

    def __init__(self, learning_rate: float, weight_decay: float, biases: bool = False) -> None:
        super().__init__(learning_rate, weight_decay)
        self.biases = biases

    def decayed(self, w: Array, g: Array) -> Array:
        """Return the gradient, with that of the decay if w is a matrix of weights."""
        return super().decayed(w, g) if self.biases or len(w) > 1 else g


@dataclass(frozen=True)
class Remedy:
    """What is done against overfitting; nothing, if nothing is said.

    decay           alpha of (9.2), on the weights, and with `biases` on the biases too
    inputs, hidden  the share of the inputs, or of the hidden units, that is dropped
    show            "shifts": each digit with its four neighbors; "mirrored": with its mirror image
    random          the labels are drawn at random
    """

    decay: float = 0.0
    biases: bool = False
    inputs: float = 0.0
    hidden: float = 0.0
    show: str = ""
    random: bool = False


DECAYS = (0.001, 0.003, 0.01, 0.03, 0.1)
DROPPED = (0.2, 0.5, 0.8)
REMEDIES: dict[str, Remedy] = {
    "nothing": Remedy(),
    **{f"decay {alpha:g}": Remedy(decay=alpha) for alpha in DECAYS},
    "decay 0.01, biases too": Remedy(decay=0.01, biases=True),
    **{f"dropout {p:g}": Remedy(hidden=p) for p in DROPPED},
    "dropout 0.2 of inputs": Remedy(inputs=0.2),
    "dropout 0.5 and 0.2 of inputs": Remedy(inputs=0.2, hidden=0.5),
    "shifts": Remedy(show="shifts"),
    "mirrored": Remedy(show="mirrored"),
    "random labels": Remedy(random=True),
}

FEWER = ("nothing", "decay 0.01", "dropout 0.5", "shifts")
"""What is tried with another size or length of training."""
ONCE = ("random labels", "decay 0.01, biases too")
"""What is tried with 100 digits only."""


@cache
def digits() -> tuple[Array, Array]:
    """Return all images (1797, 8, 8, 1) and their labels."""
    return nnlib.load_digits()


def rows(unit: str, split: int, n: int) -> tuple[Array, Array, Array]:
    """Return n rows to learn, drawn from the training part of a split, and its other two parts."""
    train, validation, test = parts(unit, split)
    return np.random.default_rng([split, n]).permutation(train)[:n], validation, test


def shown(X: Array, y: Array, show: str) -> tuple[Array, Array]:
    """Return the images that are learned, and their labels: with what `show` adds to them."""
    more = {
        "": list[Array],
        "shifts": lambda: [shifted(X, *by) for by in SHIFTS],
        "mirrored": lambda: [X[:, :, ::-1]],
    }[show]()
    return np.concatenate([X, *more]), np.tile(y, 1 + len(more))


def network(
    remedy: Remedy, seed: int, hidden: int = HIDDEN, rate: float = RATE
) -> nnlib.NeuralNetwork:
    """Return the network, untrained."""
    layers = [
        nnlib.Dropout(remedy.inputs),
        nnlib.FullyConnected(hidden, "relu", "kaiming_normal"),
        nnlib.Dropout(remedy.hidden),
        nnlib.FullyConnected(10, "linear", "kaiming_normal"),
    ]
    kept = [a for a in layers if not (isinstance(a, nnlib.Dropout) and a.p == 0)]
    optimizer = WeightDecay(rate, remedy.decay, remedy.biases)
    return nnlib.NeuralNetwork([nnlib.Flatten(), *kept], optimizer=optimizer, seed=seed)


def trained(
    remedy: Remedy, train: Array, seed: int, hidden: int = HIDDEN, steps: int = STEPS
) -> tuple[nnlib.NeuralNetwork, Array]:
    """Return a network that has learned these digits, and the labels that it was given."""
    X, y = digits()
    labels = y[train]
    if remedy.random:
        labels = np.random.default_rng(seed).integers(0, 10, len(train))
    A, c = shown(X[train], labels, remedy.show)
    learner = network(remedy, seed, hidden)
    learner.fit(A, c, round(steps * BATCH / len(A)), BATCH, progress=False)
    return learner, labels


SETTINGS: dict[str, tuple[str, int, dict[str, int]]] = {
    "100 digits": ("form", 100, {}),
    "50 digits": ("form", 50, {}),
    "300 digits": ("form", 300, {}),
    "100 digits, by image": ("image", 100, {}),
    "100 digits, 128 units": ("form", 100, {"hidden": 128}),
    "100 digits, 4,800 steps": ("form", 100, {"steps": 4800}),
    "300 digits, 4,800 steps": ("form", 300, {"steps": 4800}),
}
"""What is split, how many digits are learned, and what else is different."""


def run(setting: str, name: str, split: int) -> tuple[int, int, int, int, float]:
    """Return how many digits are misread, and the loss on those of the test set.

    Misread are so many of: the digits learned; those to validate; those of the test set; and
    those of the test set moved by a pixel (the mean of four ways).
    """
    unit, n, more = SETTINGS[setting]
    train, validation, test = rows(unit, split, n)
    learner, labels = trained(REMEDIES[name], train, split, **more)
    X, y = digits()
    missed = [
        int(np.sum(learner.predict(X[part]) != target))
        for part, target in ((train, labels), (validation, y[validation]), (test, y[test]))
    ]
    moved = [np.sum(learner.predict(shifted(X[test], *by)) != y[test]) for by in SHIFTS]
    loss = learner.loss.forward(y[test], learner.outputs(X[test]))
    return missed[0], missed[1], missed[2], round(float(np.mean(moved))), round(float(loss), 3)


# Stopping ---------------------------------------------------------------------------------------

LOOK = 20
"""A look at the digits held back after so many steps."""
TAUGHT = ("right labels", "every fifth label random")


def curve(
    train: Array, labels: Array, judge: Array, seed: int, steps: int = STEPS
) -> tuple[Array, Array]:
    """Return the losses on the digits `judge`, one for each look, and what the network then says
    of each digit of the data set, (looks, 1797)."""
    X, y = digits()
    learner = network(Remedy(), seed).build((8, 8, 1))
    losses, answers = [], []
    per_epoch = -(-len(train) // BATCH)
    for epoch, _ in enumerate(
        nnlib.training.train(learner, X[train], labels, steps // per_epoch, BATCH), start=1
    ):
        if epoch * per_epoch % LOOK == 0:
            losses.append(learner.loss.forward(y[judge], learner.outputs(X[judge])))
            answers.append(learner.predict(X))
    return np.array(losses), np.array(answers)


def stop(taught: str, split: int, n: int = 100, held: int = 20) -> tuple[int, int, int, int, int]:
    """Return the steps after which `held` of n digits stop the training, and how many digits of the
    test set are misread.

    Misread by: the network that was stopped; the same, had it gone on to the end; one that learned
    all n digits for as many steps; and that one at the end.
    """
    train, _, test = rows("form", split, n)
    _, y = digits()
    labels = y.copy()
    if taught == TAUGHT[1]:
        noisy = train[::5]
        labels[noisy] = np.random.default_rng(split).integers(0, 10, len(noisy))
    few, judge = train[held:], train[:held]

    def missed(answers: Array) -> int:
        return int(np.sum(answers[test] != y[test]))

    losses, answers = curve(few, labels[few], judge, split)
    best = int(losses.argmin())
    _, of_all = curve(train, labels[train], judge, split)
    return (
        (best + 1) * LOOK,
        missed(answers[best]),
        missed(answers[-1]),
        missed(of_all[best]),
        missed(of_all[-1]),
    )


# What came of it --------------------------------------------------------------------------------


@cache
def shares(setting: str, name: str, moved: bool = False) -> Array:
    """Return the share of the test digits that is read, one number for each split."""
    unit, _, _ = SETTINGS[setting]
    sizes = [len(parts(unit, split)[2]) for split in range(SPLITS)]
    missed = np.array([one[3 if moved else 2] for one in RUNS[setting, name]])
    return np.asarray(1 - missed / sizes)


def gains(setting: str, name: str, moved: bool = False) -> Array:
    """Return by how many points a remedy reads more than nothing does, split by split."""
    return np.asarray(100 * (shares(setting, name, moved) - shares(setting, "nothing", moved)))


def told(gain: Array) -> str:
    """Say the mean of some gains, their standard error, the range, and how often it was better."""
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    mean, low, high = (round(float(x), 1) + 0.0 for x in (gain.mean(), gain.min(), gain.max()))
    return (
        f"{mean:+.1f} ± {error:.1f} points, {low:+.1f} to {high:+.1f}; "
        f"up on {np.sum(gain > 0)} of {len(gain)}"
    )


def tried(setting: str) -> list[str]:
    """Return the names of the remedies that are tried in a setting."""
    if SETTINGS[setting][2]:
        return list(FEWER)
    return [name for name in REMEDIES if setting == "100 digits" or name not in ONCE]


def main(wanted: list[str]) -> None:
    """Print the record, or those entries of it whose key is among the words."""
    print("STOPS: dict[str, list[Stop]] = {")
    for taught in TAUGHT:
        if not wanted or taught in wanted:
            found = [stop(taught, split) for split in range(SPLITS)]
            print(f"    {taught!r}: {found},", flush=True)
    print("}\n\nRUNS: dict[tuple[str, str], list[Run]] = {")
    for key in ((setting, name) for setting in SETTINGS for name in tried(setting)):
        if not wanted or ": ".join(key) in wanted:
            print(f"    {key}: {[run(*key, split) for split in range(SPLITS)]},", flush=True)
    print("}")


if __name__ == "__main__":
    main(sys.argv[1:])
