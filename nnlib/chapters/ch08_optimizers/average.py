"""Adam's moving averages, and the largest step that they allow."""

from __future__ import annotations

import math

import numpy as np

Array = np.ndarray


def weights(beta: float, t: int, corrected: bool = False) -> Array:
    """Return with which weight g_1, ..., g_t stand in m_t, or in its corrected m_t^, (t,)."""
    w = (1 - beta) * beta ** np.arange(t - 1, -1, -1.0)
    return w / (1 - beta**t) if corrected else w


def ratio(g: Array, beta1: float = 0.9, beta2: float = 0.999) -> float:
    """Return |m^| / sqrt(v^) after the gradients g (t,): Adam's step over its rate at eps = 0."""
    m, v = (weights(beta, len(g), corrected=True) for beta in (beta1, beta2))
    return float(abs(m @ g) / math.sqrt(v @ g**2))


def largest_ratio(t: int, beta1: float = 0.9, beta2: float = 0.999) -> float:
    """Return the bound (8.25) of `ratio` after t steps."""
    last, last_square = ((1 - beta) / (1 - beta**t) for beta in (beta1, beta2))
    powers = (beta1**2 / beta2) ** np.arange(t)
    return float(last / math.sqrt(last_square) * math.sqrt(np.sum(powers)))
