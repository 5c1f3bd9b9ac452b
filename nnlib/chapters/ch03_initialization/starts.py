"""What a start is like before any training: loss, gradients and different units of lesson 1."""

from __future__ import annotations

from functools import cache

import numpy as np

import nnlib
from nnlib.chapters.ch03_initialization.runs import DEPTH, STEPS, WIDTH, digits, network

Array = np.ndarray
SAMPLES = 256


@cache
def at_the_start(step: str, seed: int = 0) -> tuple[float, list[Array]]:
    """Return the loss on some digits, and dW of each layer from the first to the last."""
    hidden, last = STEPS[step]
    net = network([hidden] * DEPTH + [last], "relu", WIDTH, seed, nnlib.SGD(0.1)).build((64,))
    X, labels = digits()
    loss = net.backward(labels[:SAMPLES], net.forward(X[:SAMPLES]))
    return float(loss), [layer.gradients["W"] for layer in net.layers]
