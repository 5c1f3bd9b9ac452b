"""Walks through random networks, up and down again; for the reader's own there is exercise 3.16."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np

import nnlib
from nnlib.activations import Activation, initialize_activation
from nnlib.initializers import gain

Array = np.ndarray
Variance = Callable[[int, int], float]

# n s^2 of each rule, for a layer of n inputs and n units before an activation.
RULES: dict[str, Callable[[int, str], float]] = {
    "N(0, 0.01²)": lambda n, f: n * 0.01**2,
    "U(±1/√n)": lambda n, f: 1 / 3,
    "Xavier": lambda n, f: 1.0,
    "Kaiming": lambda n, f: gain(f) ** 2,
    "N(0, 1)": lambda n, f: float(n),
}


def walk(
    f: Activation, ns2: float, depth: int, n: int, seed: int, samples: int = 8
) -> tuple[list[Array], list[Array]]:
    """Return Z of each layer going up, and dX of each layer coming back from the top.

    The inputs have mean square 1, and so has the random gradient that enters at the top.
    """
    rng = np.random.default_rng(seed)
    A, layers = rng.normal(size=(samples, n)), []
    for _ in range(depth):
        W = rng.normal(0, np.sqrt(ns2 / n), (n, n))
        layers.append((A @ W, W))
        A = f.forward(layers[-1][0])
    G, gradients = rng.normal(size=A.shape), []
    for Z, W in reversed(layers):
        G = f.backward(Z, G) @ W.T
        gradients.append(G)
    return [Z for Z, _ in layers], gradients


def size(A: Array) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.mean(A**2)))


@cache
def walks(rule: str, activation: str, depth: int, n: int, networks: int = 16) -> Array:
    """Return the sizes (2, networks, depth) of Z going up and of dX coming down."""
    f, ns2 = initialize_activation(activation), RULES[rule](n, activation)
    found = np.empty((2, networks, depth))
    with np.errstate(over="ignore"):
        for seed in range(networks):
            for i, arrays in enumerate(walk(f, ns2, depth, n, seed, samples=4)):
                found[i, seed] = [size(A) for A in arrays]
    return found


# A taper ------------------------------------------------------------------------------------------

SHAPES = {
    "1024 → 32": [1024, 512, 256, 128, 64, 32],
    "32 → 1024": [32, 64, 128, 256, 512, 1024],
    "hourglass": [512, 128, 32, 32, 128, 512],
    "all 256": [256] * 6,
}
VARIANCES: dict[str, Variance] = {
    "2/n_in": lambda i, o: 2 / i,
    "2/n_out": lambda i, o: 2 / o,
    "4/(n_in + n_out)": lambda i, o: 4 / (i + o),
    "2/√(n_in n_out)": lambda i, o: 2 / float(np.sqrt(i * o)),
}


def one_taper(widths: list[int], variance: Variance, seed: int) -> tuple[Array, Array]:
    """Return the mean squares of A going up and of dX coming down, where 1 enters."""
    rng, relu = np.random.default_rng(seed), nnlib.ReLU()
    A = rng.normal(size=(8, widths[0]))
    up, layers = [np.mean(A**2)], []
    for i, o in pairwise(widths):
        W = rng.normal(0, np.sqrt(variance(i, o)), (i, o))
        layers.append((A @ W, W))
        A = relu.forward(layers[-1][0])
        up.append(np.mean(A**2))
    G = rng.normal(size=A.shape)
    down = [np.mean(G**2)]
    for Z, W in reversed(layers):
        G = relu.backward(Z, G) @ W.T
        down.append(np.mean(G**2))
    return np.array(up) / up[0], np.array(down[::-1]) / down[0]


def expected_of(widths: list[int], variance: Variance) -> tuple[Array, Array]:
    """Return the same by (3.6) and (3.10)."""
    pairs = list(pairwise(widths))
    up = np.cumprod([1, *(i * variance(i, o) / 2 for i, o in pairs)])
    down = np.cumprod([1, *(o * variance(i, o) / 2 for i, o in pairs[::-1])])[::-1]
    return up, down


# A gradient that depends on the weights -----------------------------------------------------------


def backward_factors(loss: str, outputs: int, n: int = 100, networks: int = 100) -> Array:
    """Return what ten Kaiming ReLU layers make of the gradient's mean square, on one sample.

    loss     "ones" (dA is 1), "random" (dA is normal), "cross-entropy", "squared"
    outputs  units of the last layer, whose weights have variance 1/n

    The result is the mean over networks, in units of what enters: (3.10) says 1.
    """
    found = []
    for seed in range(networks):
        rng = np.random.default_rng(seed)
        A, layers = rng.normal(size=(1, n)), []
        for _ in range(10):
            W = rng.normal(0, np.sqrt(2 / n), (n, n))
            layers.append((A @ W, W))
            A = np.maximum(layers[-1][0], 0)
        G = start = _sent_back(loss, A, rng.normal(0, np.sqrt(1 / n), (n, outputs)), rng)
        for Z, W in reversed(layers):
            G = (G * (Z > 0)) @ W.T
        found.append(np.mean(G**2) / np.mean(start**2))
    return np.array(found)


def _sent_back(loss: str, A: Array, V: Array, rng: np.random.Generator) -> Array:
    """Return dA of a loss above a last layer with weights V; targets are 0, or class 0."""
    if loss == "ones":
        return np.ones_like(A)
    if loss == "random":
        return rng.normal(size=A.shape)
    if loss == "squared":
        return np.asarray(A @ V @ V.T)
    if loss == "cross-entropy":
        P = nnlib.SoftMax().forward(A @ V)
        return np.asarray((P - np.eye(V.shape[1])[[0]]) @ V.T)
    raise ValueError(f"expected 'ones', 'random', 'squared' or 'cross-entropy', got {loss!r}")
