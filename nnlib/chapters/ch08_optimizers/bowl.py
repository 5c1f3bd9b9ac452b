"""Walks on a bowl, 1/2 sum_j lambda_j x_j^2: step by step, and by the matrix of each curvature.

x is the distance from the minimum along an eigenvector of the Hessian. What one step does to x
and p = eta v hangs on a = eta lambda alone: `matrix` holds it.
"""

from __future__ import annotations

import numpy as np

Array = np.ndarray

METHODS = ("gradient descent", "momentum", "Nesterov")


def walk(
    curvatures: Array,
    start: Array,
    rate: float,
    steps: int,
    mu: float = 0.0,
    nesterov: bool = False,
) -> Array:
    """Return all x (steps + 1, d), from the start on, by the lines of `nnlib.Momentum`."""
    x, v = np.asarray(start, dtype=float), np.zeros(len(start))
    path = [x]
    for _ in range(steps):
        g = curvatures * x
        v = mu * v + g
        x = x - rate * (g + mu * v if nesterov else v)
        path.append(x)
    return np.array(path)


def matrix(a: float, mu: float, nesterov: bool = False) -> Array:
    """Return the matrix of one step, which takes (p, x) to the next, for a = eta lambda."""
    if nesterov:
        return np.array([[mu, a], [-(mu**2), 1 - a - mu * a]])
    return np.array([[mu, a], [-mu, 1 - a]])


def speed(a: float | Array, mu: float, nesterov: bool = False) -> Array:
    """Return the larger size of the two eigenvalues, for each a = eta lambda.

    They are the roots of r^2 - T r + D, with T and D the trace and determinant of `matrix`.
    """
    a = np.asarray(a, dtype=float)
    if nesterov:
        trace, determinant = (1 + mu) * (1 - a), mu * (1 - a)
    else:
        trace, determinant = 1 + mu - a, mu + 0 * a
    root = np.sqrt(trace**2 / 4 - determinant + 0j)
    return np.asarray(np.maximum(np.abs(trace / 2 + root), np.abs(trace / 2 - root)))


def limit(mu: float, nesterov: bool = False) -> float:
    """Return the largest eta lambda at which a walk still comes down."""
    return 2 * (1 + mu) / (1 + 2 * mu) if nesterov else 2 * (1 + mu)


def best(condition: float, method: str) -> tuple[float, float, float]:
    """Return rate times largest curvature, mu, and speed, best for a condition number.

    For Nesterov the rate is 1 / lambda_max, and mu is the best for that rate.
    """
    root = np.sqrt(condition)
    if method == METHODS[0]:
        return 2 / (1 + 1 / condition), 0.0, (condition - 1) / (condition + 1)
    ratio = (root - 1) / (root + 1)
    if method == METHODS[1]:
        return (2 / (1 + 1 / root)) ** 2, ratio**2, ratio
    return 1.0, ratio, 1 - 1 / root


def worst(
    rate: float, condition: float, mu: float, nesterov: bool = False, points: int = 400
) -> float:
    """Return the largest speed over curvatures from 1 / condition to 1, at this rate."""
    a = rate * np.geomspace(1 / condition, 1, points)
    return float(speed(a, mu, nesterov).max())


def steps_to(
    curvatures: Array,
    start: Array,
    rate: float,
    share: float,
    mu: float = 0.0,
    nesterov: bool = False,
    at_most: int = 200_000,
) -> int:
    """Return the steps after which |x| stays below its share of |start|, or at_most."""
    x, v = np.asarray(start, dtype=float), np.zeros(len(start))
    below, last = share * float(np.linalg.norm(x)), 0
    for step in range(1, at_most + 1):
        g = curvatures * x
        v = mu * v + g
        x = x - rate * (g + mu * v if nesterov else v)
        size = float(np.linalg.norm(x))
        if size > below:
            last = step
        if step > 2 * last + 100:
            return last + 1
    return at_most
