"""Activation functions: what bends the affine map of a layer.

Each class has `forward(Z)`, the function itself, and `backward(Z, dY)`, which turns dY, the
gradient of the loss with respect to the output, into dZ, that with respect to the input. Both work
on arrays of any shape and keep its dtype. All but SoftMax act on each number by itself, so for
them dZ = dY * f'(Z); SoftMax couples the numbers of a row.

NaN in, NaN out, in both directions: a hidden NaN costs more than a visible one. Lists and
integers become float64 at the door, of an activation of your own too.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from nnlib._named import Named, resolve
from nnlib._validation import Array, in_range, real_array


def _floats_forward(forward: Callable[[Any, Array], Array]) -> Callable[[Any, Array], Array]:
    """Wrap the forward of an activation so that it sees floats."""

    @functools.wraps(forward)
    def door(self: Activation, Z: Array) -> Array:
        return forward(self, real_array(Z, "Z"))

    return door


def _floats_backward(
    backward: Callable[[Any, Array, Array], Array],
) -> Callable[[Any, Array, Array], Array]:
    """Wrap the backward of an activation so that it sees floats, of one shape."""

    @functools.wraps(backward)
    def door(self: Activation, Z: Array, dY: Array) -> Array:
        Z, dY = real_array(Z, "Z"), real_array(dY, "dY")
        if dY.shape != Z.shape:
            raise ValueError(f"expected dY of shape {Z.shape}, as Z, got {dY.shape}")
        return backward(self, Z, dY)

    return door


class Activation(Named, family="activation"):
    """A function f with its derivative.

    `parameters` and `gradients` are empty for every activation but PReLU. One of your own needs
    `forward` and `backward`, and takes a name by `class Sine(Activation, name="sine")`.
    """

    elementwise = True
    doors: ClassVar = {"forward": _floats_forward, "backward": _floats_backward}
    varying = frozenset({"parameters", "gradients"})

    def __init__(self) -> None:
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}

    def forward(self, Z: Array) -> Array:
        """Return f(Z), in the shape of Z."""
        raise TypeError("Activation is the base class; use ReLU, Tanh, ...")

    def backward(self, Z: Array, dY: Array) -> Array:
        """Return dZ, in the shape of Z, from dY, the gradient with respect to f(Z)."""
        raise TypeError("Activation is the base class; use ReLU, Tanh, ...")

    def derivative(self, Z: Array) -> Array:
        """Return f'(Z), elementwise, in the shape of Z."""
        if not self.elementwise:
            raise ValueError(f"{self!r} has a Jacobian for each row, not a derivative for each Z")
        Z = real_array(Z, "Z")
        return self.backward(Z, np.ones_like(Z))

    def build(self, dtype: np.dtype) -> None:
        """Create the parameters, where there are any, in the dtype of the layer."""


class Linear(Activation, name="linear"):
    """The identity, f(z) = z and f'(z) = 1: for a layer that should stay affine."""

    def forward(self, Z: Array) -> Array:
        return Z

    def backward(self, Z: Array, dY: Array) -> Array:
        return dY


class ReLU(Activation, name="relu"):
    """The rectified linear unit, f(z) = max(z, 0); f'(z) = 1 for z > 0, else 0.

    At z = 0 every number in [0, 1] is a subgradient; this is 0, as in PyTorch.
    Source: Nair and Hinton (2010).
    """

    def forward(self, Z: Array) -> Array:
        return np.maximum(Z, 0)

    def backward(self, Z: Array, dY: Array) -> Array:
        dZ = np.asarray(dY * (Z > 0))  # half the time of dY * sign(max(z, 0))
        np.copyto(dZ, Z, where=np.isnan(Z))  # the mask is False, and a NaN would become 0
        return dZ


class LeakyReLU(Activation, name="leaky_relu"):
    """f(z) = z for z > 0, else a z; f'(z) = 1 or a. At z = 0 the derivative is a.

    Source: Maas, Hannun and Ng (2013). Raises ValueError unless 0 <= a <= 1.
    """

    def __init__(self, a: float = 0.01) -> None:
        super().__init__()
        self.a = in_range(a, "the slope a", 0, 1)

    def forward(self, Z: Array) -> Array:
        return np.maximum(Z, self.a * Z)

    def backward(self, Z: Array, dY: Array) -> Array:
        step = np.sign(np.maximum(Z, 0))
        return dY * (step + self.a * (1 - step))

    def __repr__(self) -> str:
        return f"{self.word}({self.a:g})"


class PReLU(Activation, name="prelu"):
    """LeakyReLU whose slope a is learned; one slope serves the whole layer.

    dL/da = sum over all units with z <= 0 of dY * z. Source: He et al. (2015).
    """

    def __init__(self, a: float = 0.25) -> None:
        super().__init__()
        self.a = in_range(a, "the first slope a", -math.inf, math.inf, ends="()")

    def build(self, dtype: np.dtype) -> None:
        self.parameters = {"a": np.full(1, self.a, dtype)}

    def forward(self, Z: Array) -> Array:
        if not self.parameters:
            self.build(Z.dtype)
        return np.maximum(Z, 0) + self.parameters["a"][0] * np.minimum(Z, 0)

    def backward(self, Z: Array, dY: Array) -> Array:
        if not self.parameters:
            self.build(Z.dtype)
        step = np.sign(np.maximum(Z, 0))
        self.gradients = {"a": np.sum(dY * np.minimum(Z, 0)).reshape(1)}
        return dY * (step + self.parameters["a"][0] * (1 - step))


class ELU(Activation, name="elu"):
    """f(z) = z for z > 0, else alpha (e^z - 1); f'(z) = 1, else alpha e^z.

    Source: Clevert, Unterthiner and Hochreiter (2016).
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = in_range(alpha, "alpha", 0, math.inf, ends="[)")

    def forward(self, Z: Array) -> Array:
        # min(z, 0): np.where computes both branches, and e^z overflows in the unused one.
        # `np.minimum(Z, 1)` does the same: what is not 0 or less belongs to the unused branch
        # `Z >= 0` does the same: both branches are 0 at 0
        return np.where(Z > 0, Z, self.alpha * np.expm1(np.minimum(Z, 0)))

    def backward(self, Z: Array, dY: Array) -> Array:
        # `np.minimum(Z, 1)` does the same: what is not 0 or less belongs to the unused branch
        return dY * np.where(Z > 0, 1, self.alpha * np.exp(np.minimum(Z, 0)))

    def __repr__(self) -> str:
        return f"{self.word}({self.alpha:g})"


class SELU(ELU, name="selu"):
    """ELU scaled so that mean 0 and variance 1 are a fixed point of the layer.

    f(z) = scale ELU(z; alpha). Source of both constants: Klambauer et al. (2017).
    """

    scale = 1.0507009873554805

    def __init__(self) -> None:
        super().__init__(alpha=1.6732632423543772)

    def forward(self, Z: Array) -> Array:
        return self.scale * super().forward(Z)

    def backward(self, Z: Array, dY: Array) -> Array:
        return self.scale * super().backward(Z, dY)


class GELU(Activation, name="gelu"):
    """f(z) = z Phi(z), with Phi the normal distribution function; f'(z) = Phi(z) + z phi(z).

    NumPy has no error function, so Phi calls Python's, number by number: exact, and slow.
    Source: Hendrycks and Gimpel (2016).
    """

    @staticmethod
    def normal_cdf(Z: Array) -> Array:
        """Phi(z) = erfc(-z / sqrt 2) / 2: erfc keeps the digits that 1 + erf loses at z << 0."""
        erfc = np.vectorize(math.erfc, otypes=[Z.dtype])
        return erfc(-Z / math.sqrt(2)) / 2

    def forward(self, Z: Array) -> Array:
        return Z * self.normal_cdf(Z)

    def backward(self, Z: Array, dY: Array) -> Array:
        density = np.exp(-(Z**2) / 2) / math.sqrt(2 * math.pi)
        return dY * (self.normal_cdf(Z) + Z * density)


class SiLU(Activation, name="silu"):
    """f(z) = z sigma(z), also called Swish; f'(z) = sigma(z) (1 + z sigma(-z)).

    Source: Elfwing, Uchibe and Doya (2018).
    """

    def forward(self, Z: Array) -> Array:
        return Z * Sigmoid().forward(Z)

    def backward(self, Z: Array, dY: Array) -> Array:
        sigma = Sigmoid()
        return dY * sigma.forward(Z) * (1 + Z * sigma.forward(-Z))


class Sigmoid(Activation, name="sigmoid"):
    """The logistic function, sigma(z) = 1 / (1 + e^-z); sigma'(z) = sigma(z) sigma(-z).

    e^-|z| never overflows. sigma(-z) instead of 1 - sigma(z) keeps the tail: at z = 40 the
    difference is 0, the truth is 4.25e-18.
    """

    def forward(self, Z: Array) -> Array:
        e = np.exp(-np.abs(Z))
        # `Z > 0` does the same: e is 1 at 0
        return np.where(Z >= 0, 1, e) / (1 + e)

    def backward(self, Z: Array, dY: Array) -> Array:
        e = np.exp(-np.abs(Z))
        return dY * e / (1 + e) ** 2


class Tanh(Activation, name="tanh"):
    """f(z) = tanh z = 2 sigma(2z) - 1; f'(z) = 1 - tanh(z)^2 = 4 sigma(2z) sigma(-2z).

    Far out the first form of f' subtracts two nearly equal numbers: at z = 18 it is 4 % off, and
    from 19 on it is 0. The second keeps its digits.
    """

    def forward(self, Z: Array) -> Array:
        return np.tanh(Z)

    def backward(self, Z: Array, dY: Array) -> Array:
        e = np.exp(-2 * np.abs(Z))
        return dY * 4 * e / (1 + e) ** 2


class SoftMax(Activation, name="softmax"):
    """p_j = e^{z_j} / sum_k e^{z_k} over the last axis: a row of numbers becomes a distribution.

    The Jacobian of one row is diag(p) - p p^T, so dz_j = p_j (dy_j - sum_k dy_k p_k).
    The row's maximum is subtracted first: p stays the same, and e^z can't overflow.
    -inf is allowed (it masks a class). Raises ValueError on NaN, +inf or a row of -inf.
    """

    elementwise = False

    def forward(self, Z: Array) -> Array:
        # `-np.exp` does the same: the sign cancels in the quotient
        E = np.exp(Z - row_maximum(Z))
        return E / E.sum(axis=-1, keepdims=True)

    def backward(self, Z: Array, dY: Array) -> Array:
        P = self.forward(Z)
        return P * (dY - (dY * P).sum(axis=-1, keepdims=True))


def row_maximum(Z: Array) -> Array:
    """Return the maximum over the last axis, kept as an axis of 1; it must be finite."""
    if Z.ndim == 0 or Z.shape[-1] == 0:
        raise ValueError(f"expected at least one logit in each row, got shape {Z.shape}")
    m = Z.max(axis=-1, keepdims=True)
    if not np.isfinite(m).all():
        bad = m[~np.isfinite(m)][0]
        raise ValueError(
            f"expected logits that are finite or -inf, with a finite one in each row, "
            f"got a row whose maximum is {bad}"
        )
    return m


ACTIVATIONS = Activation.by_name


def initialize_activation(activation: str | Activation) -> Activation:
    """Return the activation of that name ("relu", "tanh", ...), or a copy of the object given."""
    return resolve(activation, Activation)
