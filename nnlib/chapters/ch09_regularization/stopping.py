"""Gradient descent on a quadratic, stopped, beside the same quadratic with a penalty."""

from __future__ import annotations

from functools import cache

import numpy as np

from nnlib.chapters.ch09_regularization import few

Array = np.ndarray

CURVATURES = np.array([1.0, 0.05])
"""Of the drawn valley: steep and flat."""
BEST = np.array([1.0, 1.6])


def kept_by_stopping(curvature: Array, rate: float, steps: int) -> Array:
    """Return 1 - (1 - rate λ)^steps, (9.9)."""
    return np.asarray(1 - (1 - rate * curvature) ** steps)


def kept_by_decay(curvature: Array, alpha: float | Array) -> Array:
    """Return λ / (λ + α), (9.5)."""
    return np.asarray(curvature / (curvature + alpha))


def path(rate: float, steps: int) -> Array:
    """Return the weights of each step from 0, (steps + 1, 2), by gradient descent."""
    w, found = np.zeros(2), [np.zeros(2)]
    for _ in range(steps):
        w = w - rate * CURVATURES * (w - BEST)
        found.append(w)
    return np.array(found)


@cache
def linear_digits(split: int) -> tuple[Array, Array, Array, Array]:
    """Return A (100, 64), T (100, 10) of the digits learned, and the same of those to test.

    T holds 1 for the class and 0 for the others. From each column its mean over the digits learned
    is taken, so that no bias is needed.
    """
    X, y = few.digits()
    train, _, test = few.rows("form", split, 100)
    A, T = X.reshape(-1, 64), np.eye(10)[y]
    mean_A, mean_T = A[train].mean(axis=0), T[train].mean(axis=0)
    A, T = A - mean_A, T - mean_T
    return A[train], T[train], A[test], np.asarray(y[test])


@cache
def spectrum(split: int) -> tuple[Array, Array]:
    """Return the eigenvalues of AᵀA/n, ascending, and the eigenvectors."""
    A = linear_digits(split)[0]
    values, vectors = np.linalg.eigh(A.T @ A / len(A))
    return np.maximum(values, 0), vectors


def descended(split: int, rate: float, steps: int) -> Array:
    """Return W (64, 10) after so many steps on 1/(2n) ‖AW − T‖² from 0."""
    A, T, _, _ = linear_digits(split)
    W = np.zeros((64, 10))
    for _ in range(steps):
        W -= rate * A.T @ (A @ W - T) / len(A)
    return W


def decayed(split: int, alpha: float) -> Array:
    """Return W (64, 10) where the loss with α/2 ‖W‖² is lowest."""
    A, T, _, _ = linear_digits(split)
    return np.asarray(np.linalg.solve(A.T @ A / len(A) + alpha * np.eye(64), A.T @ T / len(A)))


def classes(split: int, W: Array) -> Array:
    """Return the class with the largest output, for each digit to test."""
    _, labels = few.digits()
    train, _, _ = few.rows("form", split, 100)
    offset = np.eye(10)[labels[train]].mean(axis=0)
    return np.asarray((linear_digits(split)[2] @ W + offset).argmax(axis=1))


def read(split: int, W: Array) -> float:
    """Return the share of the test digits whose largest output is that of their class."""
    return float(np.mean(classes(split, W) == linear_digits(split)[3]))
