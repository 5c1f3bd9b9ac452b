"""The network of chapter 7, written out: 64 inputs, a hidden layer of ReLU units, ten classes.

Weights are a list W1, b1, W2, b2. `train_network` moves them in place.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol

import numpy as np

import nnlib

Array = np.ndarray


class Orders(Protocol):
    """What a training loop asks of its generator: an order of n rows."""

    def permutation(self, n: int, /) -> Array: ...


@cache
def digits() -> tuple[Array, Array, Array, Array]:
    """Return 1,280 digits to train on and 517 others: X (n, 64), y, and the same of the others."""
    images, labels = nnlib.load_digits()
    return nnlib.train_test_split(images.reshape(len(images), 64), labels, 517)


def new_weights(rng: np.random.Generator, hidden: int = 32) -> list[Array]:
    """Return W1, b1, W2, b2, drawn as in chapter 3."""
    return [
        rng.normal(0, np.sqrt(2 / 64), (64, hidden)),
        np.zeros((1, hidden)),
        rng.normal(0, np.sqrt(1 / hidden), (hidden, 10)),
        np.zeros((1, 10)),
    ]


def loss_and_gradients(w: list[Array], X: Array, y: Array) -> tuple[float, list[Array]]:
    """Return the mean cross-entropy of a batch and dW1, db1, dW2, db2."""
    W1, b1, W2, b2 = w
    rows = np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    S = Z2 - Z2.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    dZ2 = np.exp(log_P)
    dZ2[rows, y] -= 1
    dZ2 /= len(X)  # the one 1/n, and n is the size of the batch
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    db1, db2 = (dZ.sum(axis=0, keepdims=True) for dZ in (dZ1, dZ2))
    return -log_P[rows, y].mean(), [X.T @ dZ1, db1, A1.T @ dZ2, db2]


def train_network(
    w: list[Array], X: Array, y: Array, batch_size: int, epochs: int, rate: float, rng: Orders
) -> list[float]:
    """Move the arrays in w, in place; return each epoch's mean loss."""
    epoch_losses = []
    for _ in range(epochs):
        order, total = rng.permutation(len(X)), 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss, gradients = loss_and_gradients(w, X[rows], y[rows])
            for parameter, gradient in zip(w, gradients, strict=True):
                parameter -= rate * gradient
            total += loss * len(rows)
        epoch_losses.append(total / len(X))
    return epoch_losses


def logits(w: list[Array], X: Array) -> Array:
    """Return Z2, one row of ten numbers per sample."""
    return np.maximum(X @ w[0] + w[1], 0) @ w[2] + w[3]


def loss_of(w: list[Array], X: Array, y: Array) -> float:
    """Return the mean cross-entropy, without gradients."""
    Z = logits(w, X)
    Z = Z - Z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(Z).sum(axis=1))
    return float(np.mean(log_sum - Z[np.arange(len(y)), y]))


def accuracy(w: list[Array], X: Array, y: Array) -> float:
    """Return the share of the samples whose largest logit is that of their class."""
    return float(np.mean(logits(w, X).argmax(axis=1) == y))


def sample_gradients(w: list[Array], X: Array, y: Array) -> Array:
    """Return G (n, p): the gradient of each sample alone, as one row."""
    G = np.empty((len(X), sum(parameter.size for parameter in w)))
    for i in range(len(X)):
        _, gradients = loss_and_gradients(w, X[i : i + 1], y[i : i + 1])
        G[i] = np.concatenate([gradient.ravel() for gradient in gradients])
    return G


def hessian_times(w: list[Array], X: Array, y: Array, v: Array) -> Array:
    """Return H v, shape (p,): how the gradient of the loss changes along v (p,).

    Each line of `loss_and_gradients` is differentiated along v; ReLU's kinks have no share in it.
    """
    W1, b1, W2, b2 = w
    ends = np.cumsum([parameter.size for parameter in w])[:-1]
    V1, c1, V2, c2 = (
        part.reshape(parameter.shape) for part, parameter in zip(np.split(v, ends), w, strict=True)
    )
    Z1 = X @ W1 + b1
    on, A1 = Z1 > 0, np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    P = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    dZ2 = P.copy()
    dZ2[np.arange(len(y)), y] -= 1
    A1_v = (X @ V1 + c1) * on
    Z2_v = A1_v @ W2 + A1 @ V2 + c2
    dZ2_v = P * (Z2_v - (P * Z2_v).sum(axis=1, keepdims=True))
    dZ1_v = (dZ2_v @ W2.T + dZ2 @ V2.T) * on
    parts = [X.T @ dZ1_v, dZ1_v.sum(axis=0), A1_v.T @ dZ2 + A1.T @ dZ2_v, dZ2_v.sum(axis=0)]
    return np.concatenate([part.ravel() for part in parts]) / len(X)
