"""Runs that are ill, one cause each, and a network whose knobs can make it ill in the same ways."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from nnlib.chapters.ch07_training.network import (
    Orders,
    accuracy,
    digits,
    logits,
    loss_and_gradients,
    loss_of,
    new_weights,
)

Array = np.ndarray

VALIDATION = 217
"""The first so many of the digits that are not trained on."""


class Still:
    """A generator that shuffles nothing."""

    def permutation(self, n: int, /) -> Array:
        """Return the rows in their order."""
        return np.arange(n)


FAULTS = (
    "none",
    "sorted by label",
    "X and y apart",
    "gradients not reset",
    "divided by B again",
    "biases at −50",
)


def small_and_noisy(seed: int = 0) -> tuple[Array, Array]:
    """Return 200 digits, every fifth with a label drawn at random."""
    X, y, _, _ = digits()
    noisy = y[:200].copy()
    noisy[::5] = np.random.default_rng(seed).integers(0, 10, 40)
    return X[:200], noisy


def run(
    epochs: int = 30,
    rate: float = 0.2,
    batch_size: int = 32,
    hidden: int = 32,
    fault: str = "none",
    data: tuple[Array, Array] | None = None,
    seed: int = 0,
) -> Array:
    """Return training and validation loss and both accuracies, one row an epoch (epochs, 4).

    Those of training are means over the epoch, taken while the weights moved.
    """
    if fault not in FAULTS:
        raise ValueError(f"expected fault as one of {FAULTS}, got {fault!r}")
    X, y, others, their_labels = digits()
    held = others[:VALIDATION], their_labels[:VALIDATION]
    X, y = data or (X, y)
    rng = np.random.default_rng(seed)
    orders: Orders = rng
    w = new_weights(rng, hidden)
    if fault == "biases at −50":
        w[1] -= 50
    if fault == "X and y apart":
        y = np.random.default_rng(5).permutation(y)
    if fault == "sorted by label":
        by_label, orders = np.argsort(y, kind="stable"), Still()
        X, y = X[by_label], y[by_label]
    sums, rows_of = [np.zeros_like(p) for p in w], []
    for _ in range(epochs):
        order, seen, hits = orders.permutation(len(X)), 0.0, 0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            hits += int(np.sum(logits(w, X[rows]).argmax(axis=1) == y[rows]))
            loss, gradients = loss_and_gradients(w, X[rows], y[rows])
            for i, gradient in enumerate(gradients):
                sums[i] = sums[i] + gradient if fault == "gradients not reset" else gradient
                w[i] -= rate * sums[i] / (len(rows) if fault == "divided by B again" else 1)
            seen += loss * len(rows)
        rows_of.append((seen / len(X), loss_of(w, *held), hits / len(X), accuracy(w, *held)))
    return np.array(rows_of)


RUNS: dict[str, dict[str, Any]] = {
    "A": {"data": small_and_noisy(), "hidden": 100, "batch_size": 20, "epochs": 100},
    "B": {"rate": 0.002},
    "C": {"fault": "biases at −50"},
    "D": {},
    "E": {"rate": 1.6},
    "F": {"fault": "sorted by label"},
    "G": {"fault": "X and y apart"},
    "H": {"fault": "gradients not reset", "rate": 0.02},
    "I": {"hidden": 2},
}
"""What is special about each run of the quiz; D is healthy."""


@cache
def curves(name: str) -> Array:
    """Return the curves of a run of the quiz."""
    with np.errstate(all="ignore"):
        return run(**RUNS[name])


KNOBS: dict[str, list[Any]] = {
    "rate": [0.00625, 0.05, 0.2, 1.6],
    "batch_size": [8, 32],
    "hidden": [2, 32],
    "fault": list(FAULTS),
}
KNOB_EPOCHS = 15
PATIENT: dict[str, Any] = {
    "rate": 0.2,
    "batch_size": 32,
    "hidden": 32,
    "fault": "divided by B again",
}
"""Whose curve is to be reproduced. With the rate 0.2/32 and no fault it is the same, bit for bit
of the curve: the two can't be told apart until the batch size moves."""


@cache
def turned(rate: float, batch_size: int, hidden: int, fault: str) -> Array:
    """Return the curves for one position of the knobs."""
    with np.errstate(all="ignore"):
        return run(KNOB_EPOCHS, rate, batch_size, hidden, fault)


def apart(rate: float, batch_size: int, hidden: int, fault: str) -> float:
    """Return the largest difference of the training loss from the patient's; infinity if lost."""
    ours, theirs = turned(rate, batch_size, hidden, fault)[:, 0], turned(**PATIENT)[:, 0]
    gap = np.abs(ours - theirs)
    return float(gap.max()) if np.isfinite(gap).all() else float("inf")
