"""The pictures of lesson 1: the border that one unit draws."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch01_structure.drawings.writing import Array, dots, num
from nnlib.teaching.figures import PALETTE

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([0, 1, 1, 0])
SURE = np.log(9)
"""The log-odds of p = 0.9."""


def border_of(
    points: Array,
    labels: Array,
    axes: tuple[str, str],
    limits: tuple[float, float],
    called: str,
) -> Callable[..., tuple[Figure, str]]:
    """Return what draws a unit's border between two classes.

    points  (n, 2), with their labels (n,), 0 or 1
    axes    what the two features are called; both run between the same limits
    called  what a sentence calls the points
    """

    def border(w1: float, w2: float, b: float) -> tuple[Figure, str]:
        fig, ax = plt.subplots(figsize=(5.4, 5.2))
        u = np.array(limits)  # z is affine: its corners say it all
        Z = w1 * u + w2 * u[:, np.newaxis] + b
        tints = [PALETTE[c] for c in ("blue", "sky", "orange", "vermillion")]
        ax.contourf(u, u, Z, levels=[-99, -SURE, 0, SURE, 99], colors=tints, alpha=0.2)
        seen = bool(Z.min() < 0 < Z.max())
        if seen:
            ax.contour(u, u, Z, levels=[0], colors=[PALETTE["ink"]], linewidths=2)
        dots(ax, points, labels, 6 if len(points) > 9 else 12)
        ax.set(xlabel=axes[0], ylabel=axes[1], aspect="equal", xlim=limits, ylim=limits)
        ax.grid(visible=False)
        right = int(np.sum((points @ [w1, w2] + b > 0) == labels))
        told = [
            f"w = ({num(w1)}, {num(w2)}), b = {num(b)}: {right} of {len(labels)} {called} "
            "are on the right side.",
            "" if seen else "There is no border in the picture: z has one sign in all of it.",
            "In the darker bands p is below 0.1 or above 0.9." if np.abs(Z).max() > SURE else "",
        ]
        return fig, " ".join(filter(None, told))

    return border
