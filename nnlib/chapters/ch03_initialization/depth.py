"""Random deep networks as functions of their inputs: what becomes of sizes and of differences.

How large a gradient gets on its way back is measured forward. Move the input by a small random
step: what becomes of its square is |J|^2 over the number of inputs, where J is the Jacobian, and a
random gradient's square becomes |J|^2 over the number of outputs on its way back. In a network as
wide below as above the two are one number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from nnlib.activations import Activation, initialize_activation
from nnlib.initializers import gain

Array = np.ndarray
Layer = Callable[[Array], Array]
Stack = list[Layer]

WIDTH, DEPTH, STEP = 128, 30, 1e-4


def plain(
    f: Activation,
    g: float,
    rng: np.random.Generator,
    n: int = WIDTH,
    s_b: float = 0.0,
    odd: int | None = None,
) -> Stack:
    """Return layers X -> f(X) W + b; the first has no f. Layer `odd` has a gain of 0.1."""

    def layer(number: int) -> Layer:
        W = rng.normal(0, (0.1 if number == odd else g) / np.sqrt(n), (n, n))
        b = rng.normal(0, s_b, n)
        return lambda Z: (f.forward(Z) if number > 1 else Z) @ W + b

    return [layer(number) for number in range(1, DEPTH + 1)]


def mirrored(rng: np.random.Generator, n: int = WIDTH) -> Stack:
    """Return ReLU layers whose units come in pairs z and -z, so that the network is linear."""

    def layer(number: int) -> Layer:
        V = rng.normal(0, np.sqrt(2 / n), (n // 2, n // 2))
        W = np.block([[V, -V], [-V, V]])
        if number == 1:
            W = np.hstack([U := rng.normal(0, np.sqrt(1 / n), (n, n // 2)), -U])
        return lambda Z: (np.maximum(Z, 0) if number > 1 else Z) @ W

    return [layer(number) for number in range(1, DEPTH + 1)]


def orthogonal(f: Activation, g: float, rng: np.random.Generator, n: int = WIDTH) -> Stack:
    """Return layers with orthogonal matrices, times g."""

    def layer(number: int) -> Layer:
        Q, _ = np.linalg.qr(rng.normal(size=(n, n)))
        return lambda Z: (f.forward(Z) if number > 1 else Z) @ (g * Q)

    return [layer(number) for number in range(1, DEPTH + 1)]


def residual(f: Activation, share: float, rng: np.random.Generator, n: int = WIDTH) -> Stack:
    """Return blocks X -> X + share * (f(X U) V), where each branch alone keeps the mean square."""

    def block() -> Layer:
        U = rng.normal(0, np.sqrt(1 / n), (n, n))
        V = rng.normal(0, gain(f) / np.sqrt(n), (n, n))
        return lambda X: X + share * f.forward(X @ U) @ V

    return [block() for _ in range(DEPTH)]


def normalized(f: Activation, rng: np.random.Generator, n: int = WIDTH) -> Stack:
    """Return layers X -> f(X) W; each row of it gets mean 0 and mean square 1 (layer norm)."""

    def layer(number: int) -> Layer:
        W = rng.normal(0, np.sqrt(1 / n), (n, n))

        def forward(Z: Array) -> Array:
            Z = (f.forward(Z) if number > 1 else Z) @ W
            Z = Z - Z.mean(axis=1, keepdims=True)
            return np.asarray(Z / np.sqrt(np.mean(Z**2, axis=1, keepdims=True)))

        return forward

    return [layer(number) for number in range(1, DEPTH + 1)]


def rescaled(f: Activation, rng: np.random.Generator, X: Array, n: int = WIDTH) -> Stack:
    """Return orthogonal layers, each divided by the size of its z on the data X (LSUV)."""
    stack: Stack = []

    def layer(Q: Array, number: int) -> Layer:
        return lambda Z: (f.forward(Z) if number > 1 else Z) @ Q

    for number in range(1, DEPTH + 1):
        Q, _ = np.linalg.qr(rng.normal(size=(n, n)))
        Q = Q / np.sqrt(np.mean(layer(Q, number)(X) ** 2))
        stack.append(layer(Q, number))
        X = stack[-1](X)
    return stack


def pairs(cosine: float, rng: np.random.Generator, count: int = 32, n: int = WIDTH) -> Array:
    """Return two samples, many times: (2 count, n) of mean square 1, row i and count + i a pair."""
    first, second = rng.normal(size=(2, count, n))
    return np.vstack([first, cosine * first + np.sqrt(1 - cosine**2) * second])


def follow(stack: Stack, cosine: float, rng: np.random.Generator) -> Array:
    """Return mean square, growth of a small step, and cosine of a pair, layer by layer (3, L)."""
    X = pairs(cosine, rng)
    moved = X + STEP * rng.normal(size=X.shape)
    first, found = float(np.mean((moved - X) ** 2)), []
    for layer in stack:
        X, moved = layer(X), layer(moved)
        a, b = np.split(X, 2)
        norms = np.sqrt(np.sum(a**2, axis=1) * np.sum(b**2, axis=1))
        found.append(
            [np.mean(X**2), np.mean((moved - X) ** 2) / first, np.mean(np.sum(a * b, 1) / norms)]
        )
    return np.array(found).T


# Today's starts, for the table of lesson 7 -----------------------------------------------------

ROOT_HALF = 1 / np.sqrt(2)


def today(name: str, rng: np.random.Generator, X: Array) -> Stack:
    """Return the layers of one of TODAY; `X` is the data for the start that looks at it."""
    relu, tanh, gelu = (initialize_activation(f) for f in ("relu", "tanh", "gelu"))
    made: dict[str, Callable[[], Stack]] = {
        "ReLU, Kaiming": lambda: plain(relu, np.sqrt(2), rng),
        "GELU, Kaiming": lambda: plain(gelu, gain(gelu), rng),
        "GELU, LSUV": lambda: rescaled(gelu, rng, X),
        "GELU, layer norm": lambda: normalized(gelu, rng),
        "tanh, gain 1, normal": lambda: plain(tanh, 1.0, rng),
        "tanh, gain 1, orthogonal": lambda: orthogonal(tanh, 1.0, rng),
        "ReLU, residual": lambda: residual(relu, 1.0, rng),
        "ReLU, residual / √(2L)": lambda: residual(relu, 1 / np.sqrt(2 * DEPTH), rng),
        "ReLU, mirrored": lambda: mirrored(rng),
    }
    return made[name]()


TODAY = (
    "ReLU, Kaiming",
    "GELU, Kaiming",
    "GELU, LSUV",
    "GELU, layer norm",
    "tanh, gain 1, normal",
    "tanh, gain 1, orthogonal",
    "ReLU, residual",
    "ReLU, residual / √(2L)",
    "ReLU, mirrored",
)


@cache
def measured(name: str, networks: int = 10, cosine: float = 0.5) -> Array:
    """Return mean square, gradient factor and cosine at the top of some networks (networks, 3)."""
    found = []
    for seed in range(networks):
        rng = np.random.default_rng(seed)
        stack = today(name, rng, pairs(cosine, rng))
        found.append(follow(stack, cosine, rng)[:, -1])
    return np.array(found)


# The clinic: six networks without names --------------------------------------------------------

CLINIC: dict[int, str] = {
    1: "ReLU whose gain was forgotten: variance 1/n",
    2: "tanh with a gain of 2.5",
    3: "ReLU, Kaiming, one layer drawn with a tenth of 1/√n",
    4: "ReLU, Kaiming",
    5: "ReLU, U(±1/√n) for weights and biases",
    6: "ReLU, mirrored",
}


def patient(number: int, rng: np.random.Generator) -> Stack:
    """Return the layers of one of CLINIC."""
    relu, tanh = initialize_activation("relu"), initialize_activation("tanh")
    root = np.sqrt(2)
    made: dict[int, Callable[[], Stack]] = {
        1: lambda: plain(relu, 1.0, rng),
        2: lambda: plain(tanh, 2.5, rng),
        3: lambda: plain(relu, root, rng, odd=12),
        4: lambda: plain(relu, root, rng),
        5: lambda: plain(relu, 1 / np.sqrt(3), rng, s_b=1 / np.sqrt(3 * WIDTH)),
        6: lambda: mirrored(rng),
    }
    return made[number]()


@cache
def charts(number: int, cosine: float = 0.5, networks: int = 5) -> Array:
    """Return the three curves of some networks of one patient (networks, 3, DEPTH)."""
    found = []
    for seed in range(networks):
        rng = np.random.default_rng(seed)
        found.append(follow(patient(number, rng), cosine, rng))
    return np.array(found)


# One network is not the mean -------------------------------------------------------------------


@cache
def growth(n: int, depth: int = 50, networks: int = 200) -> Array:
    """Return the mean square of A in Kaiming ReLU networks (depth, networks); 1 enters each."""
    rng = np.random.default_rng(3)
    a = rng.normal(size=(networks, 1, n))
    a *= np.sqrt(n) / np.linalg.norm(a, axis=2, keepdims=True)
    found = []
    for _ in range(depth):
        W = rng.normal(0, np.sqrt(2 / n), (networks, n, n))
        a = np.maximum(a @ W, 0)
        found.append(np.mean(a**2, axis=(1, 2)))
    return np.array(found)
