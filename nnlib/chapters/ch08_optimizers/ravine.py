"""A ravine of two weights, turned by an angle, and the optimizers of nnlib on their way down.

The loss is 1/2 w^T H w with the curvatures 1 and KAPPA. The start turns with the ravine, so that
what does not look at single coordinates walks the same way at each angle.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

import nnlib

Array = np.ndarray

KAPPA = 100.0
ANGLES = (0, 10, 20, 30, 45)
STEPS = 100
OPTIMIZERS: dict[str, nnlib.Optimizer] = {
    "gradient descent": nnlib.SGD(),
    "momentum": nnlib.Momentum(),
    "RMSProp": nnlib.RMSProp(rho=0.9),
    "Adam": nnlib.Adam(),
}
PEAKS = tuple(2.0**k for k in range(-12, 6))
"""The first rates that are tried; from there the rate falls to 0 in a straight line."""


def hessian(angle: float, kappa: float = KAPPA) -> Array:
    """Return H (2, 2): curvature 1 along the ravine, kappa across it, turned by degrees."""
    turn = _turn(angle)
    return turn @ np.diag([1.0, kappa]) @ turn.T


def _turn(angle: float) -> Array:
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return np.array([[c, -s], [s, c]])


def start(angle: float) -> Array:
    """Return the first w (2,): one part along the ravine, a fifth across it."""
    return _turn(angle) @ np.array([1.0, 0.2])


def walk(
    optimizer: str | nnlib.Optimizer,
    peak: float,
    angle: float,
    kappa: float = KAPPA,
    steps: int = STEPS,
) -> tuple[Array, Array]:
    """Return the weights (steps + 1, 2) and their losses as shares of the first (steps + 1,)."""
    H, layer = hessian(angle, kappa), nnlib.Layer()
    layer.parameters = {"w": start(angle)}
    given = OPTIMIZERS[optimizer] if isinstance(optimizer, str) else optimizer
    mover, path = nnlib.initialize_optimizer(given), [start(angle)]
    mover.learning_rate = nnlib.LinearDecay(peak, steps)
    for _ in range(steps):
        layer.gradients = {"w": H @ layer.parameters["w"]}
        mover.step([layer])
        path.append(layer.parameters["w"].copy())
    w = np.array(path)
    losses = np.einsum("ti,ij,tj->t", w, H, w)
    return w, losses / losses[0]


@cache
def best(optimizer: str, angle: float, kappa: float = KAPPA) -> tuple[float, float]:
    """Return the one of PEAKS that ends lowest, and the share of the loss that is left."""
    with np.errstate(all="ignore"):
        ends = [walk(optimizer, peak, angle, kappa)[1][-1] for peak in PEAKS]
    lowest = int(np.argmin(np.nan_to_num(ends, nan=np.inf)))
    return PEAKS[lowest], float(ends[lowest])


def scaled_condition(H: Array) -> float:
    """Return the condition number of H after both weights were scaled to curvature 1, (8.26)."""
    r = abs(H[0, 1]) / math.sqrt(H[0, 0] * H[1, 1])
    return (1 + r) / (1 - r)
