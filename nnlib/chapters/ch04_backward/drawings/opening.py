"""The picture of the opening page: what each weight of a reader of digits would like."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nnlib.teaching.figures import PALETTE, STYLE


@mpl.rc_context(STYLE)
def wishes(dW: np.ndarray) -> tuple[Figure, str]:
    """Draw dW (64, 10), one square for each weight, where the pixel is that it multiplies."""
    largest = np.abs(dW).max()
    fig, axes = plt.subplots(2, 5, figsize=(6, 2.9))
    for digit, ax in enumerate(axes.flat):
        for sign, color in ((-1, "blue"), (1, "vermillion")):
            squares = [
                _square(pixel, np.sqrt(abs(value) / largest))
                for pixel, value in enumerate(dW[:, digit])
                if sign * value > 0
            ]
            ax.add_collection(PatchCollection(squares, facecolor=PALETTE[color], linewidth=0))
        ax.set(xlim=(0, 8), ylim=(8, 0), xticks=[], yticks=[], aspect="equal", xlabel=str(digit))
        ax.grid(visible=False)
    return fig, (
        f"{dW.size} weights, ten for each pixel of an image of 8 by 8, before any training. The "
        "larger a square, the more the loss reacts. Blue: raise me, and the loss falls. "
        "Vermillion: lower me."
    )


def _square(pixel: int, side: float) -> Rectangle:
    row, column = divmod(pixel, 8)
    return Rectangle((column + (1 - side) / 2, row + (1 - side) / 2), side, side)
