"""The example of Reddi, Kale and Kumar (2018), section 3: a convex loss on which Adam goes astray.

In step t the loss is C x if t mod 3 is 1, else -x, and x stays between -1 and 1. Three steps in a
row have the loss (C - 2) x: for C > 2 the best place is -1.
"""

from __future__ import annotations

import numpy as np

import nnlib

Array = np.ndarray


def gradients(C: float, steps: int) -> Array:
    """Return the gradients of the steps 1, 2, ..., (steps,)."""
    return np.where(np.arange(1, steps + 1) % 3 == 1, float(C), -1.0)


def walk(optimizer: nnlib.Optimizer, C: float, steps: int) -> Array:
    """Return x after each step (steps,), from 0 on, put back to the border where it leaves."""
    layer, mover = nnlib.Layer(), nnlib.initialize_optimizer(optimizer)
    layer.parameters = {"x": np.zeros(1)}
    path = []
    for g in gradients(C, steps):
        layer.gradients = {"x": np.array([g])}
        mover.step([layer])
        x = layer.parameters["x"]
        np.clip(x, -1, 1, out=x)
        path.append(x.item())
    return np.array(path)
