"""Functions of one input that are built by hand out of hidden units, and how far they are off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nnlib import ReLU, Sigmoid

Array = np.ndarray
Function = Callable[[Array], Array]

sigmoid, relu = Sigmoid().forward, ReLU().forward

FINE = np.linspace(0, 1, 4001)
"""Where errors are measured."""


def steps(F: Function, r: int) -> Function:
    """Return r cells of F as steep sigmoid steps between the values at their centers."""
    edges, heights = np.arange(1, r) / r, F((np.arange(r) + 0.5) / r)

    def g(x: Array) -> Array:
        return heights[0] + sigmoid(40 * r * (x[:, np.newaxis] - edges)) @ np.diff(heights)

    return g


def ramps(F: Function, r: int) -> Function:
    """Return F interpolated at the r + 1 ends of r cells, as a sum of ReLU ramps."""
    nodes = np.arange(r + 1) / r
    slopes = np.diff(F(nodes)) * r

    def g(x: Array) -> Array:
        return F(nodes[:1]) + relu(x[:, np.newaxis] - nodes[:-1]) @ np.diff(slopes, prepend=0)

    return g


BUILT = {"steps": steps, "ramps": ramps}


def worst(F: Function, built: str, r: int) -> float:
    """Return the largest error on [0, 1] of a function built out of r cells."""
    return float(np.abs(F(FINE) - BUILT[built](F, r)(FINE)).max())
