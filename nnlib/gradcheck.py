"""Gradient checks: is the formula the derivative of the code?

A central difference, (f(x + h) - f(x - h)) / 2h, is off by h^2 f'''/6 and by rounding of about
eps |f| / h; in float64 the sum is smallest near h = 1e-5, where it leaves ten digits or so.
A wrong sign, factor or transpose is wrong in the first digit. Always check in float64.

Where the truth is 0, as for a bias before batch norm, the difference is rounding alone, and a
relative error would compare noise with nothing. So what rounding explains is no error: each check
subtracts ten times `rounding` first.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping

import numpy as np

from nnlib._validation import Array, in_range, real_array
from nnlib.layers import Layer
from nnlib.losses import Loss
from nnlib.models import NeuralNetwork

STEP = 1e-5


def numerical_gradient(f: Callable[[Array], float], X: Array, h: float = STEP) -> Array:
    """Return the gradient of the scalar f(X) with respect to X, in the shape of X.

    Two calls of f for each entry. X is changed in place and put back, so f may also read X from
    where it lies, among a layer's parameters for example. Raises ValueError unless X is a
    float64 array that x + h differs from.
    """
    h = in_range(h, "h", 0, math.inf, ends="()")
    if not isinstance(X, np.ndarray) or X.dtype != np.float64 or not X.flags.writeable:
        raise ValueError(f"expected X in float64, where ten digits survive, got {kind(X)}")
    gradient = np.zeros_like(X)  # `-np.zeros_like` does the same: each entry is set below
    for index in np.ndindex(X.shape):
        x = X[index]
        right, left = x + h, x - h
        if right == left:
            raise ValueError(f"expected an h that moves X[{index}] = {x:g}, got {h:g}")
        try:
            X[index] = right
            above = f(X)
            X[index] = left
            below = f(X)
        finally:
            X[index] = x
        if np.ndim(above) or np.ndim(below):
            raise ValueError(f"expected f(X) to be one number, got shape {np.shape(above)}")
        gradient[index] = (above - below) / (right - left)  # 2h, as x + h and x - h were rounded
    return gradient


def kind(X: object) -> str:
    """Return what X is, in a word or three."""
    if not isinstance(X, np.ndarray):
        return type(X).__name__
    return f"{X.dtype}" if X.flags.writeable else f"{X.dtype} that is read-only"


def relative_error(A: Array, B: Array, floor: float = 0.0) -> float:
    """Return max |A - B| / max(|A|, |B|), over all entries; 0 if both are zero.

    Divided once by the largest entry, not entry by entry, so that the rounding of one tiny entry
    does not drown the answer. `floor` is subtracted from the difference: the size of what rounding
    alone may do. Raises ValueError if the shapes differ: broadcasting hides bugs.
    """
    A, B = real_array(A, "A"), real_array(B, "B")
    if A.shape != B.shape:
        raise ValueError(f"expected two arrays of the same shape, got {A.shape} and {B.shape}")
    scale = max(np.max(np.abs(A), initial=0), np.max(np.abs(B), initial=0))
    difference = np.max(np.abs(A - B), initial=0) - floor
    return float(max(difference, 0) / scale) if scale != 0 else 0.0


def rounding(value: float, h: float = STEP) -> float:
    """Return eps |f| / h: about what rounding does to a central difference of f = `value`."""
    return float(np.finfo(np.float64).eps * abs(value) / h)


def floor(size: float) -> float:
    """Return what `relative_error` should subtract where f or its terms have that size.

    Ten times `rounding`: in some hundred networks with batch norm, at scales from 0.1 to 100, a
    gradient that is truly zero came out as 1.3 times `rounding` at most.
    """
    return 10 * rounding(size)


def expected_error(value: float, gradient: Array, h: float = STEP) -> float:
    """Return eps |f| / (h max |g|): the relative error that rounding alone leaves of g.

    It is infinite where g = 0: there is no digit to agree in.
    """
    size = np.max(np.abs(real_array(gradient, "gradient")), initial=0)
    return rounding(value, h) / float(size) if size else math.inf


def check_function(f: Callable[[Array], float], df: Callable[[Array], Array], X: Array) -> float:
    """Return the relative error of df(X), the claimed gradient of the scalar f(X)."""
    X = real_array(X, "X").astype(np.float64)
    sizes = [0.0]

    def watched(X: Array) -> float:
        value = f(X)
        sizes.append(float(np.max(np.abs(value))))
        return value

    numeric = numerical_gradient(watched, X)
    return relative_error(df(X), numeric, floor(max(sizes)))


def check_loss(loss: Loss, Y: Array, Y_hat: Array) -> float:
    """Return the relative error of loss.backward by Y_hat.

    For CrossEntropy the entries of Y_hat move one by one, so its rows leave the simplex: its
    gradient is the one of the formula, which does not ask them to sum to 1.
    """
    return check_function(
        lambda Y_hat: loss.forward(Y, Y_hat), lambda Y_hat: loss.backward(Y, Y_hat), Y_hat
    )


def check_layer(layer: Layer, X: Array, seed: int = 0) -> dict[str, float]:
    """Return the relative error of dX and of each parameter's gradient, by name.

    The scalar is <R, forward(X)> with a fixed random R, whose gradient at the output is R. The
    layer itself stays as it was, apart from being built; each evaluation runs a copy of it, so
    that a Dropout draws the same mask every time.
    """
    X = real_array(X, "X").astype(np.float64)
    layer.forward(X, training=False)
    trial = copy.deepcopy(layer)
    # A stream of its own: an X drawn with the same seed would equal R, and X along itself is
    # the one direction in which a normalized row does not change.
    Y = trial.forward(X)
    R = np.random.default_rng([seed, 1]).normal(size=Y.shape)
    gradients = {"X": trial.backward(R)} | trial.gradients

    def scalar(_: Array) -> float:
        return float(np.sum(R * copy.deepcopy(layer).forward(X)))

    # The sum may be near zero. What is rounded are its terms.
    size = float(np.sum(np.abs(R * Y)))
    return _errors(scalar, {"X": X} | layer.parameters, gradients, size)


def check_network(network: NeuralNetwork, X: Array, Y: Array) -> dict[str, float]:
    """Return the relative error of each parameter's gradient, by "layer number.name".

    The network itself stays as it was, apart from being built. X must be float64.
    """
    network.outputs(X)
    trial = copy.deepcopy(network)
    out = trial.forward(X)
    loss = trial.backward(Y, out)

    def scalar(_: Array) -> float:
        return network.loss.forward(Y, copy.deepcopy(network).forward(X))

    numbered = list(enumerate(zip(network.layers, trial.layers, strict=True)))
    parameters = {f"{i}.{k}": p for i, (own, _) in numbered for k, p in own.parameters.items()}
    gradients = {f"{i}.{k}": g for i, (_, ran) in numbered for k, g in ran.gradients.items()}
    # A loss near zero comes from outputs that are not, and these are what is rounded.
    return _errors(scalar, parameters, gradients, abs(loss) + float(np.abs(out).max()))


def _errors(
    scalar: Callable[[Array], float],
    at: Mapping[str, Array],
    claimed: Mapping[str, Array | None],
    size: float,
) -> dict[str, float]:
    """Return the relative error of each claimed gradient, by name; `size` is that of the scalar."""
    errors = {}
    for name, X in at.items():
        claim = claimed.get(name)
        if claim is None:
            raise ValueError(f"expected backward() to give d{name}, got {sorted(claimed)}")
        errors[name] = relative_error(claim, numerical_gradient(scalar, X), floor(size))
    return errors
