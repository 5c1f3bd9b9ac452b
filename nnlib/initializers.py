"""Initial weights: how far apart the units start, and how large the signal stays.

A layer with n_in inputs adds up n_in products, so the variance of its output grows with
n_in times the variance of a weight. Every rule below sets that variance from the *fans*, the
number of products that meet in one output (fan-in, going forward) or that spread from one
input (fan-out, going backward).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.random import Generator

from nnlib._validation import Array, Shape, in_range, resolve
from nnlib.activations import Activation, initialize_activation

Named = str | Activation


def fans(shape: Shape) -> tuple[int, int]:
    """Return (fan_in, fan_out) of weights of shape (n_in, n_out) or (kh, kw, C_in, C_out)."""
    if len(shape) < 2:
        raise ValueError(f"expected weights with at least two axes, got shape {shape}")
    receptive_field = math.prod(shape[:-2])
    return receptive_field * shape[-2], receptive_field * shape[-1]


def gain(activation: Named) -> float:
    """Return 1 / sqrt(E[f(z)^2]) for z ~ N(0, 1): what undoes the activation's shrinking.

    It is 1 for linear, sqrt 2 for relu, sqrt(2 / (1 + a^2)) for leaky_relu. He et al. (2015),
    equation 10, is the case of relu. PyTorch's `calculate_gain` agrees on these three and uses
    other conventions for tanh (5/3), sigmoid (1) and selu (3/4). SoftMax has gain 1.
    """
    f = initialize_activation(activation)
    if not f.elementwise:
        return 1.0
    z, weight = normal_quadrature()
    return 1 / math.sqrt(weight @ f.forward(z) ** 2)


@cache
def normal_quadrature() -> tuple[Array, Array]:
    """Return points z and weights w with sum(w g(z)) = E[g(z)] for z ~ N(0, 1).

    Gauss-Hermite: exact for polynomials, and by symmetry for the squares of the leaky ReLUs.
    """
    z, weight = np.polynomial.hermite_e.hermegauss(200)
    return z, weight / weight.sum()


class Initializer:
    """Draws the weights of one layer; call it with their shape."""

    def __call__(self, shape: Shape, rng: Generator, activation: Named = "linear") -> Array:
        """Return float64 weights of `shape`, drawn from `rng`, for a layer with `activation`."""
        raise TypeError("Initializer is the base class; use XavierUniform, KaimingNormal, ...")

    def __repr__(self) -> str:
        return next(name for name, cls in INITIALIZERS.items() if cls is type(self))


class Constant(Initializer):
    """Every weight is `value`: the units of the layer can never become different."""

    def __init__(self, value: float = 0.5) -> None:
        self.value = in_range(value, "value", -math.inf, math.inf, ends="()")

    def __call__(self, shape: Shape, rng: Generator, activation: Named = "linear") -> Array:
        return np.full(shape, self.value)


class Zeros(Constant):
    """Every weight is 0: right for biases, and a dead start for weights."""

    def __init__(self) -> None:
        super().__init__(0.0)


class Normal(Initializer):
    """w ~ N(0, std^2), whatever the fans."""

    def __init__(self, std: float = 0.01) -> None:
        self.std = in_range(std, "std", 0, math.inf, ends="[)")

    def __call__(self, shape: Shape, rng: Generator, activation: Named = "linear") -> Array:
        return rng.normal(0, self.std, shape)


class _FanScaled(Initializer):
    """w with mean 0 and a variance computed from the fans, normal or uniform."""

    uniform: bool

    def variance(self, fan_in: int, fan_out: int, activation: Named) -> float:
        """Return Var[w] for a layer with these fans and this activation."""
        raise TypeError("a fan-scaled initializer defines its variance")

    def __call__(self, shape: Shape, rng: Generator, activation: Named = "linear") -> Array:
        std = math.sqrt(self.variance(*fans(shape), activation))
        if self.uniform:
            limit = math.sqrt(3) * std  # U(-c, c) has variance c^2 / 3
            return rng.uniform(-limit, limit, shape)
        return rng.normal(0, std, shape)


class XavierNormal(_FanScaled):
    """Var[w] = gain^2 * 2 / (fan_in + fan_out): the forward and backward wishes, averaged.

    Source: Glorot and Bengio (2010), equation 12. Their gain is 1, for every activation.
    """

    uniform = False

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = in_range(gain, "gain", 0, math.inf, ends="()")

    def variance(self, fan_in: int, fan_out: int, activation: Named) -> float:
        return self.gain**2 * 2 / (fan_in + fan_out)


class XavierUniform(XavierNormal):
    """U(-c, c) with c = gain * sqrt(6 / (fan_in + fan_out)). Glorot and Bengio (2010), eq. 16."""

    uniform = True


class KaimingNormal(_FanScaled):
    """Var[w] = gain^2 / fan, with the gain of the layer's activation: 2 / fan for relu.

    `mode` "fan_in" keeps the mean square of the signal, "fan_out" that of the gradient.
    Source: He et al. (2015), equations 10 and 14.
    """

    uniform = False

    def __init__(self, mode: str = "fan_in") -> None:
        if mode not in ("fan_in", "fan_out"):
            raise ValueError(f"expected mode 'fan_in' or 'fan_out', got {mode!r}")
        self.mode = mode

    def variance(self, fan_in: int, fan_out: int, activation: Named) -> float:
        return gain(activation) ** 2 / (fan_in if self.mode == "fan_in" else fan_out)


class KaimingUniform(KaimingNormal):
    """U(-c, c) with c = gain * sqrt(3 / fan): 6 / fan under the root for relu."""

    uniform = True


class LeCunNormal(_FanScaled):
    """Var[w] = 1 / fan_in: keeps the variance through an affine layer.

    Source: LeCun et al. (1998), equation 16. Often called Xavier, which it is not.
    """

    uniform = False

    def variance(self, fan_in: int, fan_out: int, activation: Named) -> float:
        return 1 / fan_in


INITIALIZERS: dict[str, type[Initializer]] = {
    "zeros": Zeros,
    "constant": Constant,
    "normal": Normal,
    "xavier_uniform": XavierUniform,
    "xavier_normal": XavierNormal,
    "kaiming_uniform": KaimingUniform,
    "kaiming_normal": KaimingNormal,
    "lecun_normal": LeCunNormal,
}


def initialize_weights(initializer: str | Initializer) -> Initializer:
    """Return the initializer of that name ("xavier_uniform", ...), or a copy of the one given."""
    return resolve(initializer, Initializer, INITIALIZERS, "weight initializer")
