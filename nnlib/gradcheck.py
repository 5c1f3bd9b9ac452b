"""Gradient checks: is the formula the derivative of the code?

A central difference, (f(x + h) - f(x - h)) / 2h, is off by h^2 f'''/6 and by rounding of about
eps |f| / h; in float64 the sum is smallest near h = 1e-5, where it leaves ten digits or so.
A wrong sign, factor or transpose is wrong in the first digit. Always check in float64.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import numpy as np

from nnlib._validation import Array
from nnlib.layers import Layer
from nnlib.losses import Loss
from nnlib.models import NeuralNetwork


def numerical_gradient(f: Callable[[Array], float], X: Array, h: float = 1e-5) -> Array:
    """Return the gradient of the scalar f(X) by each entry of X, in the shape of X.

    Two calls of f for each entry. X is changed in place and put back, so f may also read X from
    where it lies, among a layer's parameters for example.
    """
    if X.dtype != np.float64:
        raise ValueError(f"expected X in float64, where ten digits survive, got {X.dtype}")
    gradient = np.zeros_like(X)
    for index in np.ndindex(X.shape):
        x = X[index]
        X[index] = x + h
        above = f(X)
        X[index] = x - h
        below = f(X)
        X[index] = x
        gradient[index] = (above - below) / (2 * h)
    return gradient


def relative_error(A: Array, B: Array) -> float:
    """Return max |A - B| / max(|A|, |B|), over all entries; 0 if both are zero.

    Divided once by the largest entry, not entry by entry, so that the rounding of one tiny entry
    does not drown the answer. Raises ValueError if the shapes differ: broadcasting hides bugs.
    """
    A, B = np.asarray(A), np.asarray(B)
    if A.shape != B.shape:
        raise ValueError(f"expected two arrays of the same shape, got {A.shape} and {B.shape}")
    scale = max(np.max(np.abs(A), initial=0), np.max(np.abs(B), initial=0))
    return float(np.max(np.abs(A - B), initial=0) / scale) if scale != 0 else 0.0


def check_function(f: Callable[[Array], float], df: Callable[[Array], Array], X: Array) -> float:
    """Return the relative error of df(X), the claimed gradient of the scalar f(X)."""
    X = np.array(X, dtype=np.float64)
    return relative_error(df(X), numerical_gradient(f, X))


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

    The scalar is <R, forward(X)> with a fixed random R, whose gradient by the output is R. The
    layer itself stays as it was, apart from being built; each evaluation runs a copy of it, so
    that a Dropout draws the same mask every time.
    """
    X = np.array(X, dtype=np.float64)
    layer.forward(X, training=False)
    trial = copy.deepcopy(layer)
    # A stream of its own: an X drawn with the same seed would equal R, and X along itself is
    # the one direction in which a normalized row does not change.
    R = np.random.default_rng([seed, 1]).normal(size=trial.forward(X).shape)
    gradients = {"X": trial.backward(R)} | trial.gradients

    def scalar(_: Array) -> float:
        return float(np.sum(R * copy.deepcopy(layer).forward(X)))

    return _errors(scalar, {"X": X} | layer.parameters, gradients)


def check_network(network: NeuralNetwork, X: Array, Y: Array) -> dict[str, float]:
    """Return the relative error of each parameter's gradient, by "layer number.name".

    The network itself stays as it was, apart from being built. X must be float64.
    """
    network.outputs(X)
    trial = copy.deepcopy(network)
    trial.backward(Y, trial.forward(X))

    def scalar(_: Array) -> float:
        return network.loss.forward(Y, copy.deepcopy(network).forward(X))

    numbered = list(enumerate(zip(network.layers, trial.layers, strict=True)))
    parameters = {f"{i}.{k}": p for i, (own, _) in numbered for k, p in own.parameters.items()}
    gradients = {f"{i}.{k}": g for i, (_, ran) in numbered for k, g in ran.gradients.items()}
    return _errors(scalar, parameters, gradients)


def _errors(
    scalar: Callable[[Array], float], at: Mapping[str, Array], claimed: Mapping[str, Array | None]
) -> dict[str, float]:
    """Return the relative error of each claimed gradient of the scalar, by name."""
    errors = {}
    for name, X in at.items():
        claim = claimed[name]
        assert claim is not None  # no check asks a layer to leave out its dX
        errors[name] = relative_error(claim, numerical_gradient(scalar, X))
    return errors
