"""What lesson 5 draws: how sure, how often right, and both as the temperature changes."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.chapters.ch05_softmax_cross_entropy.calibration import EDGES, TEMPERATURES
from nnlib.chapters.ch05_softmax_cross_entropy.results import RELIABILITY
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]


def means(network: str) -> Array:
    """Return for each temperature how sure, how often right, and the cross-entropy: (11, 3)."""
    found = []
    for _, cost, rows in RELIABILITY[network]:
        sure, right, count = np.array(rows).T
        found.append((sure @ count / count.sum(), right.sum() / count.sum(), cost))
    return np.array(found)


def reliability(network: str, T: float) -> Picture:
    """Draw hits against confidence, bin by bin, and below it what the temperature moves."""
    at = TEMPERATURES.index(T)
    sure, right, cost = means(network)[at]
    fig, (top, middle, bottom) = plt.subplots(
        3, 1, figsize=(6, 8.6), height_ratios=[2, 1, 1], layout="none"
    )
    fig.subplots_adjust(left=0.14, right=0.96, top=0.98, bottom=0.08, hspace=0.55)
    _bins(top, np.array(RELIABILITY[network][at][2]))
    curves = means(network).T
    middle.plot(TEMPERATURES, curves[1], color=PALETTE["green"], label="right")
    middle.plot(TEMPERATURES, curves[0], "--", color=PALETTE["blue"], label="sure")
    middle.plot([T, T], [right, sure], "o", color=PALETTE["vermillion"])
    middle.legend(loc="lower left", ncols=2, frameon=False)
    middle.set(ylim=(0, 1.05), ylabel="share")
    bottom.plot(TEMPERATURES, curves[2], color=PALETTE["purple"])
    bottom.plot(T, cost, "o", color=PALETTE["vermillion"])
    bottom.set(ylim=(0, 1.7), ylabel="loss", xlabel="temperature T")
    for ax in (middle, bottom):
        ax.set(xscale="log", xlim=(0.28, 4.3))
        ax.set_xticks([0.3, 0.5, 1, 2, 4], ["0.3", "0.5", "1", "2", "4"])
        ax.minorticks_off()
    return fig, (
        f"{network}, T = {T:g}: right {right:.1%}, sure {sure:.1%}, loss {cost:.3f}. Each dot is a "
        "bin of predictions, its area their number. Below the line it claims too much."
    )


def _bins(ax: Axes, rows: Array) -> None:
    mean, share = rows[:, 0], rows[:, 1] / rows[:, 2]
    ax.plot([0, 1], [0, 1], color=PALETTE["muted"], linewidth=1.2)
    ax.vlines(mean, mean, share, color=PALETTE["vermillion"], linewidth=1.6)
    ax.scatter(mean, share, s=25 + 500 * rows[:, 2] / rows[:, 2].sum(), zorder=3)
    ax.set(xlim=(0, 1.03), ylim=(0, 1.06), xlabel="how sure", ylabel="share right")
    ax.set_xticks(EDGES[::2])
    ax.set_yticks(EDGES[::2])
