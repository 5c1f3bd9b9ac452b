"""One noisy weight and a rate that changes: what (8.29) computes, and walks that try it.

The loss is 1/2 (w - x)^2 with a new x ~ N(0, 1) in each step. So the gradient is w - x, with
curvature 1 and noise of variance 1, and the mean loss is lowest at 0. All walks start at START.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import nnlib

Array = np.ndarray

START, STEPS = 3.0, 200
RATES: dict[str, Callable[[float], nnlib.optimizers.Rate]] = {
    "kept": lambda rate: rate,
    "in steps": lambda rate: nnlib.StepDecay(rate, STEPS),
    "linear": lambda rate: nnlib.LinearDecay(rate, STEPS),
    "cosine": lambda rate: nnlib.CosineDecay(rate, STEPS),
    "1/t": lambda rate: lambda t: 1 / t,
}


def rates(schedule: str, peak: float) -> Array:
    """Return the rate of each step (STEPS,)."""
    rate = RATES[schedule](peak)
    return np.array([rate(t) if callable(rate) else rate for t in range(1, STEPS + 1)])


def expected(eta: Array) -> Array:
    """Return E[w^2] before the first step and after each, (len(eta) + 1,), by (8.29)."""
    q = [START**2]
    for rate in eta:
        q.append((1 - rate) ** 2 * q[-1] + rate**2)
    return np.array(q)


def walks(eta: Array, runs: int, seed: int = 0) -> Array:
    """Return w before the first step and after each, (len(eta) + 1, runs)."""
    rng, w = np.random.default_rng(seed), np.full(runs, START)
    path = [w]
    for rate in eta:
        w = w - rate * (w - rng.normal(size=runs))
        path.append(w)
    return np.array(path)
