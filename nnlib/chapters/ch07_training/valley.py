"""A loss of two weights, and walks on it with batches: petal width from two other lengths.

The loss is 1/(2n) sum_i (x_i w - t_i)^2 over 150 irises, all columns with mean 0 and variance 1.
"""

from __future__ import annotations

import numpy as np

import nnlib

Array = np.ndarray

_TABLE, _ = nnlib.load_iris()
_SCALED = (_TABLE - _TABLE.mean(axis=0)) / _TABLE.std(axis=0)
FEATURES, TARGETS = _SCALED[:, [0, 2]], _SCALED[:, 3]
"""Sepal length and petal length (150, 2), and petal width (150,)."""
HESSIAN = FEATURES.T @ FEATURES / len(FEATURES)
BEST = np.linalg.solve(HESSIAN, FEATURES.T @ TARGETS / len(FEATURES))
START = (0.5, -0.75)


def _spread_at_best() -> float:
    gradients = FEATURES * (FEATURES @ BEST - TARGETS)[:, np.newaxis]  # their mean is 0
    return float(np.mean((gradients**2).sum(axis=1)))


S_BEST = _spread_at_best()


def descend(
    batch_size: int,
    rate: float,
    epochs: int = 20,
    runs: int = 20,
    replace: bool = False,
    decay_after: int | None = None,
    start: Array | tuple[float, float] = START,
) -> Array:
    """Return all weights (steps, runs, 2) after each step.

    Batches are cut from a new order in each epoch, or with `replace` drawn afresh. After
    `decay_after` epochs the rate is a tenth.
    """
    rng, n = np.random.default_rng(0), len(FEATURES)
    w, path = np.tile(start, (runs, 1)), []
    for epoch in range(epochs):
        if epoch == decay_after:
            rate = rate / 10
        order = np.array([rng.permutation(n) for _ in range(runs)])
        for first in range(0, n, batch_size):
            rows = order[:, first : first + batch_size]
            if replace:
                rows = rng.integers(0, n, rows.shape)
            error = np.einsum("rbj,rj->rb", FEATURES[rows], w) - TARGETS[rows]
            w = w - rate * np.einsum("rb,rbj->rj", error, FEATURES[rows]) / rows.shape[1]
            path.append(w)
    return np.array(path)


def excess(w: Array) -> Array:
    """Return the loss above its minimum, 1/2 (w - best)^T H (w - best), of each w (..., 2)."""
    v = w - BEST
    return np.asarray(np.einsum("...i,ij,...j->...", v, HESSIAN, v) / 2)


def floor(batch_size: int, rate: float) -> float:
    """Return the height of the floor by (7.7)."""
    return rate * S_BEST / (4 * batch_size)


def settled(batch_size: int, rate: float, replace: bool, runs: int = 50) -> float:
    """Return the mean excess loss of walks that have settled.

    They start at the minimum and take ten times 1/(rate times the lower curvature) steps; the
    second half counts.
    """
    steps = 10 / (rate * float(np.linalg.eigvalsh(HESSIAN)[0]))
    epochs = int(np.ceil(steps * batch_size / len(FEATURES)))
    path = descend(batch_size, rate, epochs, runs, replace, start=BEST)
    return float(excess(path[len(path) // 2 :]).mean())
