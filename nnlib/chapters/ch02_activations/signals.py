"""How large signal and gradient are, layer by layer: what the theory says, and a measurement.

NumPy alone, as what a reader runs in the page needs it.
"""

from __future__ import annotations

import numpy as np

from nnlib.activations import Activation

Array = np.ndarray

# E[g(z)] for a normal z is the sum of g over these nodes, weighted: fine enough for saturated
# units.
# An even number of them leaves 0 out, so that ReLU's half is a half.
NODES = np.linspace(-9, 9, 4000)
WEIGHTS = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()


def mean_square_slope(f: Activation, q: float) -> float:
    """Return E[f'(z)^2] for z of mean 0 and variance q."""
    return float(WEIGHTS @ f.derivative(np.sqrt(q) * NODES) ** 2)


def mean_square(f: Activation, q: float) -> float:
    """Return E[f(z)^2] for z of mean 0 and variance q."""
    return float(WEIGHTS @ f.forward(np.sqrt(q) * NODES) ** 2)


def variances(f: Activation, ns2: float, depth: int) -> list[float]:
    """Return q of layers 1 to depth by (2.8), for inputs of mean square 1: the first is ns2."""
    qs = [float(ns2)]
    while len(qs) < depth:
        qs.append(ns2 * mean_square(f, qs[-1]))
    return qs


def theory(f: Activation, ns2: float, depth: int) -> Array:
    """Return the root mean square of the gradient after 1, ..., depth layers back, by (2.7)."""
    factors = [ns2 * mean_square_slope(f, q) for q in variances(f, ns2, depth)]
    return np.sqrt(np.cumprod(factors[::-1]))


def measure(
    f: Activation,
    ns2: float,
    depth: int,
    seed: int | np.random.Generator,
    n: int = 100,
    samples: int = 50,
) -> list[float]:
    """Return the same of one random network, n units a layer, with inputs of mean square 1."""
    rng = np.random.default_rng(seed)
    A, layers = rng.normal(size=(samples, n)), []
    for _ in range(depth):
        W = rng.normal(0, np.sqrt(ns2 / n), (n, n))
        layers.append((A @ W, W))
        A = f.forward(layers[-1][0])
    G, sizes = rng.normal(size=A.shape), []
    for Z, W in reversed(layers):
        G = f.backward(Z, G) @ W.T  # dX = dZ W^T with dZ = dA * f'(Z)
        sizes.append(float(np.sqrt(np.mean(G**2))))
    return sizes
