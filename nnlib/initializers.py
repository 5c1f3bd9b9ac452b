"""Initial weights: how far apart the units start, and how large the signal stays.

A layer with n_in inputs adds up n_in products, so the variance of its output grows with
n_in times the variance of a weight. Every rule below sets that variance from the *fans*, the
number of products that meet in one output (fan-in, going forward) or that spread from one
input (fan-out, going backward).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from nnlib._named import Named, resolve
from nnlib._validation import Array, Shape, in_range, one_of, shape_of
from nnlib.activations import Activation, initialize_activation

ActivationLike = str | Activation


def fans(shape: Shape) -> tuple[int, int]:
    """Return (fan_in, fan_out) of weights of shape (n_in, n_out) or (kh, kw, C_in, C_out)."""
    shape = shape_of(shape, "shape")
    if len(shape) < 2:
        raise ValueError(f"expected weights with at least two axes, got shape {shape}")
    receptive_field = math.prod(shape[:-2])
    return receptive_field * shape[-2], receptive_field * shape[-1]


def gain(activation: ActivationLike) -> float:
    """Return 1 / sqrt(E[f(z)^2]) for z ~ N(0, 1): what undoes the activation's shrinking.

    It is 1 for linear, sqrt 2 for relu, sqrt(2 / (1 + a^2)) for leaky_relu. He et al. (2015),
    equation 10, is the case of relu. PyTorch's `calculate_gain` agrees on these three and uses
    other conventions for tanh (5/3), sigmoid (1) and selu (3/4). SoftMax has gain 1.
    """
    f = initialize_activation(activation)
    if not f.elementwise:
        return 1.0
    z, weight = normal_quadrature()
    second = weight @ f.forward(z) ** 2
    if not 0 < second < math.inf:
        raise ValueError(f"expected an activation with 0 < E[f(z)^2] < inf, got {f!r}: {second}")
    return 1 / math.sqrt(second)


@functools.cache
def normal_quadrature() -> tuple[Array, Array]:
    """Return points z and weights w with sum(w g(z)) = E[g(z)] for z ~ N(0, 1).

    Gauss-Hermite: exact for polynomials, and by symmetry for the squares of the leaky ReLUs.
    """
    z, weight = np.polynomial.hermite_e.hermegauss(200)
    return z, weight / weight.sum()


Draw = Callable[..., Array]


def _of_that_shape(draw: Draw) -> Draw:
    """Wrap the call of an initializer so that it returns what was asked for, or says what not."""

    @functools.wraps(draw)
    def door(
        self: Initializer, shape: Shape, rng: Generator, activation: ActivationLike = "linear"
    ) -> Array:
        shape = shape_of(shape, "shape")
        if not isinstance(rng, Generator):
            raise ValueError(f"expected rng as a Generator, got {rng!r}")
        W = draw(self, shape, rng, activation)
        if np.shape(W) != shape:
            raise ValueError(f"expected weights of shape {shape} from {self!r}, got {np.shape(W)}")
        return W

    return door


class Initializer(Named, family="weight initializer"):
    """Draws the weights of one layer; call it with their shape.

    One of your own needs `__call__`, and may take a name: `class Mine(Initializer, name="mine")`.
    """

    doors: ClassVar = {"__call__": _of_that_shape}

    def __call__(
        self, shape: Shape, rng: Generator, activation: ActivationLike = "linear"
    ) -> Array:
        """Return float64 weights of `shape`, drawn from `rng`, for a layer with `activation`."""
        raise TypeError("Initializer is the base class; use XavierUniform, KaimingNormal, ...")


class Constant(Initializer, name="constant"):
    """Every weight is `value`: the units of the layer can never become different."""

    def __init__(self, value: float = 0.5) -> None:
        self.value = in_range(value, "value", -math.inf, math.inf, ends="()")

    def __call__(
        self, shape: Shape, rng: Generator, activation: ActivationLike = "linear"
    ) -> Array:
        return np.full(shape, self.value)


class Zeros(Constant, name="zeros"):
    """Every weight is 0: right for biases, and a dead start for weights."""

    def __init__(self) -> None:
        super().__init__(0.0)


class Normal(Initializer, name="normal"):
    """w ~ N(0, std^2), whatever the fans."""

    def __init__(self, std: float = 0.01) -> None:
        self.std = in_range(std, "std", 0, math.inf, ends="[)")

    def __call__(
        self, shape: Shape, rng: Generator, activation: ActivationLike = "linear"
    ) -> Array:
        return rng.normal(0, self.std, shape)


class _FanScaled(Initializer):
    """w with mean 0 and a variance computed from the fans, normal or uniform."""

    uniform: bool

    def variance(self, fan_in: int, fan_out: int, activation: ActivationLike) -> float:
        """Return Var[w] for a layer with these fans and this activation."""
        raise TypeError("a fan-scaled initializer defines its variance")

    def __call__(
        self, shape: Shape, rng: Generator, activation: ActivationLike = "linear"
    ) -> Array:
        std = math.sqrt(self.variance(*fans(shape), activation))
        if self.uniform:
            limit = math.sqrt(3) * std  # U(-c, c) has variance c^2 / 3
            return rng.uniform(-limit, limit, shape)
        return rng.normal(0, std, shape)


class XavierNormal(_FanScaled, name="xavier_normal"):
    """Var[w] = gain^2 * 2 / (fan_in + fan_out): the forward and backward wishes, averaged.

    Source: Glorot and Bengio (2010), equation 12. Their gain is 1, for every activation.
    """

    uniform = False

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = in_range(gain, "gain", 0, math.inf, ends="()")

    def variance(self, fan_in: int, fan_out: int, activation: ActivationLike) -> float:
        return self.gain**2 * 2 / (fan_in + fan_out)


class XavierUniform(XavierNormal, name="xavier_uniform"):
    """U(-c, c) with c = gain * sqrt(6 / (fan_in + fan_out)). Glorot and Bengio (2010), eq. 16."""

    uniform = True


class KaimingNormal(_FanScaled, name="kaiming_normal"):
    """Var[w] = gain^2 / fan, with the gain of the layer's activation: 2 / fan for relu.

    `mode` "fan_in" keeps the mean square of the signal, "fan_out" that of the gradient.
    Source: He et al. (2015), equations 10 and 14.
    """

    uniform = False

    def __init__(self, mode: str = "fan_in") -> None:
        self.mode = one_of(mode, "mode", ("fan_in", "fan_out"))

    def variance(self, fan_in: int, fan_out: int, activation: ActivationLike) -> float:
        return gain(activation) ** 2 / (fan_in if self.mode == "fan_in" else fan_out)


class KaimingUniform(KaimingNormal, name="kaiming_uniform"):
    """U(-c, c) with c = gain * sqrt(3 / fan): 6 / fan under the root for relu."""

    uniform = True


class LeCunNormal(_FanScaled, name="lecun_normal"):
    """Var[w] = 1 / fan_in: keeps the variance through an affine layer.

    Source: LeCun et al. (1998), equation 16. Often called Xavier, which it is not.
    """

    uniform = False

    def variance(self, fan_in: int, fan_out: int, activation: ActivationLike) -> float:
        return 1 / fan_in


INITIALIZERS = Initializer.by_name


def initialize_weights(initializer: str | Initializer) -> Initializer:
    """Return the initializer of that name ("xavier_uniform", ...), or a copy of the one given."""
    return resolve(initializer, Initializer)
