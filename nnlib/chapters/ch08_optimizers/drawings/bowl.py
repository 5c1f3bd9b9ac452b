"""What lesson 1 draws: a walk in a bowl, and by how much each of its steps changes the loss.

The steep axis has the curvature 2, the flat one 2 / kappa.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.chapters.ch08_optimizers.bowl import walk
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

STEEP = 2.0
STEPS = 20
STARTS = {"on both axes": (1.0, 1.0), "steep axis only": (0.0, 1.0), "flat axis only": (1.0, 0.0)}
"""Distances from the minimum along the flat and the steep axis."""


def curvatures(condition: float) -> Array:
    """Return the two curvatures, the flat one first."""
    return np.array([STEEP / condition, STEEP])


def losses(condition: float, path: Array) -> Array:
    """Return the loss at each point (..., 2)."""
    return np.asarray((curvatures(condition) * path**2).sum(axis=-1) / 2)


def bowl(rate: float, condition: float, begin: str) -> Picture:
    """Draw a walk of 20 steps, and the loss after each step over the loss before it."""
    lam = curvatures(condition)
    path = walk(lam, np.array(STARTS[begin]), rate, STEPS)
    loss = losses(condition, path)
    gain = loss[1:] / np.where(loss[:-1] > 0, loss[:-1], np.nan)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 7), height_ratios=[3, 2], layout="none")
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.1, top=0.94, hspace=0.42)
    _plane(top, condition, path)
    _gains(bottom, gain, (1 - rate * lam) ** 2)
    return fig, _told(rate, condition, 1 - rate * lam, loss, begin)


def _plane(ax: Axes, condition: float, path: Array) -> None:
    flat, steep = np.meshgrid(np.linspace(-1.5, 1.5, 81), np.linspace(-1.5, 1.5, 81))
    height = losses(condition, np.stack([flat, steep], axis=-1))
    levels = [0.01, 0.06, 0.16, 0.32, 0.55, 0.9, 1.4]
    ax.contour(flat, steep, height, levels=levels, colors=PALETTE["muted"], linewidths=0.8)
    inside = np.abs(path).max(axis=1) < 3
    stop = len(path) if inside.all() else int(inside.argmin()) + 1
    ax.plot(*path[:stop].T, "o-", color=PALETTE["blue"], linewidth=1.5, markersize=5)
    ax.plot(*path[0], "o", color=PALETTE["ink"], markersize=9)
    ax.plot(0, 0, "*", color=PALETTE["vermillion"], markersize=15)
    ax.set(xlabel="x₁, flat", ylabel="x₂, steep", xlim=(-1.5, 1.5), ylim=(-1.5, 1.5))
    ax.set_title("20 steps; black: start, star: minimum")


def _gains(ax: Axes, gain: Array, squares: Array) -> None:
    step = np.arange(1, len(gain) + 1)
    for level, name, style in zip(squares, ("flat", "steep"), ("--", ":"), strict=True):
        color = PALETTE["green" if name == "flat" else "orange"]
        ax.axhline(level, linestyle=style, color=color, linewidth=2, label=f"{name} alone")
    ax.plot(step, gain, "o", color=PALETTE["blue"])
    ax.axhline(1, color=PALETTE["ink"], linewidth=1)
    ax.set(xlabel="step", ylabel="after / before", xlim=(0.5, 20.5), ylim=(-0.05, 2.1))
    ax.set_xticks([1, 5, 10, 15, 20])
    ax.set_title("the loss: after a step / before it")
    ax.legend(loc="upper right", ncols=2)


def _number(x: float) -> str:
    return f"{x:.3g}".replace("-", "−")


def _told(rate: float, condition: float, factors: Array, loss: Array, start: str) -> str:
    flat, steep = (_number(round(float(factor), 3) + 0.0) for factor in factors)
    share = loss[-1] / loss[0]
    end = f"{share:.1e}" if share < 1e-3 or share > 1e3 else f"{share:.3g}"
    best = 2 / (STEEP + STEEP / condition)
    slower = (condition - 1) / (condition + 1)
    return (
        f"Rate {rate:g}, condition number {condition:g}, {start}: each step multiplies the steep "
        f"part by {steep} and the flat part by {flat}. After {STEPS} steps the loss is {end} "
        f"times what it was. The best rate is {best:.3g}: there both parts shrink by the factor "
        f"{slower:.3g}."
    )
