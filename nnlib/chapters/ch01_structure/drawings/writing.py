"""How the pictures of this chapter write numbers and sums, and how they mark two classes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from nnlib.teaching.figures import PALETTE

Array = np.ndarray
MARKS = [("blue", "o"), ("vermillion", "s"), ("green", "^")]
"""The color and the marker of each class."""


def num(v: float) -> str:
    """Return 0.5 as 0.5, 2.0 as 2, and with a minus sign, not a hyphen."""
    return f"{v + 0.0:.4g}".replace("-", "−")


def term(v: float) -> str:
    """Return a factor in a product: negative numbers get parentheses."""
    return f"({num(v)})" if v < 0 else num(v)


def arithmetic(values: Array, weights: Array, bias: float) -> str:
    """Return a weighted sum as it is written by hand."""
    products = " + ".join(f"{term(v)}·{term(w)}" for v, w in zip(values, weights, strict=True))
    return f"{products} + {term(bias)} = {num(values @ weights + bias)}"


def dots(ax: Axes, points: Array, labels: Array, size: float = 6) -> None:
    """Draw points (n, 2), each class with its color and marker."""
    for c, (color, mark) in enumerate(MARKS[: labels.max() + 1]):
        ax.plot(
            *points[labels == c].T,
            mark,
            color=PALETTE[color],
            markersize=size,
            markeredgecolor=PALETTE["paper"],
            markeredgewidth=0.6,
        )
