"""Masked networks and their averages, beside the one network that predicts."""

from __future__ import annotations

from functools import cache

import numpy as np

import nnlib
from nnlib.chapters.ch09_regularization import few

Array = np.ndarray


@cache
def learned(name: str = "dropout 0.5", split: int = 0) -> nnlib.NeuralNetwork:
    """Return a network that has learned 100 digits."""
    train, _, _ = few.rows("form", split, 100)
    return few.trained(few.REMEDIES[name], train, split)[0]


def softmax(Z: Array) -> Array:
    """Return the probabilities of each row of the last axis."""
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return np.asarray(E / E.sum(axis=-1, keepdims=True))


def masked(network: nnlib.NeuralNetwork, X: Array, count: int, seed: int = 0) -> Array:
    """Return the logits of so many networks, each with a mask of its own, (count, n, 10)."""
    for layer in network.layers:
        layer.rng = np.random.default_rng(seed)
    return np.array([network.forward(X) for _ in range(count)])


def means(Z: Array) -> tuple[Array, Array]:
    """Return the arithmetic mean of the probabilities of some networks, and the geometric one.

    The geometric mean is divided by its sum. It is the softmax of the mean logits, (9.18).
    """
    return np.asarray(softmax(Z).mean(axis=0)), softmax(Z.mean(axis=0))


def apart(P: Array, Q: Array) -> float:
    """Return half the sum of |P - Q| per row: how much probability lies elsewhere, a mean."""
    return float(np.abs(P - Q).sum(axis=-1).mean() / 2)
