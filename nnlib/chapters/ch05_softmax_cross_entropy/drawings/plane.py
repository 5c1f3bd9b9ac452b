"""What lesson 2 draws: the logits of three classes as a plane, and what each loss does there."""

from __future__ import annotations

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch05_softmax_cross_entropy.race import LOSSES, SquaredProbabilities
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

GAPS = [-4, -2, 0, 2, 4, 6]
RESTS = {"to one class": 6.0, "evenly": 0.0}  # how far B is ahead of C, at most
# A logit moves a point along one of three directions. Adding to all three moves nothing.
AXES = np.sqrt(2 / 3) * np.array([[0, 1], [-np.sqrt(3) / 2, -0.5], [np.sqrt(3) / 2, -0.5]])
COLORS = {"cross-entropy": "blue", "squared error": "vermillion"}
TRUE = np.array([[1.0, 0.0, 0.0]])
REACH = 7.0


def logits(gap: float, rest: str) -> Array:
    """Return z (3,) with mean 0: the largest wrong logit is `gap` above that of A."""
    z = np.array([0.0, gap, gap - RESTS[rest]])
    return z - z.mean()


def gradients(z: Array) -> dict[str, Array]:
    """Return dz (3,) of both losses, for one sample of class A."""
    made = (nnlib.SoftmaxCrossEntropy(), SquaredProbabilities())
    return {name: loss.backward(TRUE, z[None])[0] for name, loss in zip(LOSSES, made, strict=True)}


@cache
def _levels() -> tuple[Array, Array]:
    axis = np.linspace(-REACH, REACH, 80)
    points = np.stack(np.meshgrid(axis, axis), axis=-1)
    Z = points @ AXES.T  # the axes are orthonormal rows of the plane: this turns it back
    return axis, np.logaddexp.reduce(Z, axis=2) - Z[..., 0]


def plane(gap: int, rest: str) -> Picture:
    """Draw where the logits lie, the way each loss sends them, and both dz."""
    z = logits(gap, rest)
    pulls = gradients(z)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 7.6), height_ratios=[2.3, 1], layout="none")
    fig.subplots_adjust(left=0.12, right=0.97, top=0.98, bottom=0.07, hspace=0.1)
    _map(top)
    here = z @ AXES
    for name in reversed(LOSSES):
        there = (z - 2 * pulls[name]) @ AXES
        if np.hypot(*(there - here)) > 0.2:  # shorter than its own head
            style = {"arrowstyle": "->", "color": PALETTE[COLORS[name]], "lw": 3}
            top.annotate("", there, here, arrowprops=style)
    top.plot(*here, "o", color=PALETTE["ink"], markersize=9)
    _bars(bottom, pulls)
    P = nnlib.SoftMax().forward(z)
    told = "; ".join(f"{name} {_row(pulls[name])}" for name in LOSSES)
    return fig, (
        f"A is right; its logit is {_behind(gap)}. p = {', '.join(f'{p:.3f}' for p in P)}, loss "
        f"{-np.log(P[0]):.2f}. dz: {told}. Arrows: −2 dz."
    )


def _behind(gap: int) -> str:
    if gap == 0:
        return "level with the largest other"
    return f"{abs(gap)} {'below' if gap > 0 else 'above'} the largest other"


def _row(dz: Array) -> str:
    return "(" + ", ".join(f"{round(v, 2) + 0.0:+.2f}".replace("-", "−") for v in dz) + ")"


def _map(ax: Axes) -> None:
    axis, loss = _levels()
    drawn = ax.contour(
        axis, axis, loss, levels=[0.1, 1, 3, 5, 7], colors=PALETTE["sky"], linewidths=1.4
    )
    ax.clabel(drawn, fmt="%g", fontsize=13)
    for k in range(3):
        tie = -AXES[k] / np.linalg.norm(AXES[k]) * 20
        ax.plot([0, tie[0]], [0, tie[1]], color=PALETTE["muted"], linewidth=1.2, linestyle="--")
        x, y = AXES[k] / np.linalg.norm(AXES[k]) * 6.1
        ax.text(
            x, y, "ABC"[k], fontsize=20, ha="center", va="center", weight="bold" if not k else None
        )
    ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", xticks=[], yticks=[])
    for side in ax.spines.values():
        side.set_visible(False)


def _bars(ax: Axes, pulls: dict[str, Array]) -> None:
    ax.set_axisbelow(True)
    for shift, name in ((-0.2, LOSSES[0]), (0.2, LOSSES[1])):
        hatch = "//" if shift > 0 else None
        color = PALETTE[COLORS[name]]
        ax.bar(
            np.arange(3) + shift, pulls[name], 0.38, color=color, hatch=hatch, ec="none", label=name
        )
    ax.axhline(0, color=PALETTE["muted"], linewidth=1.2)
    ax.set(ylim=(-1.1, 1.65), yticks=[-1, 0, 1], ylabel="dz")
    ax.set_xticks(range(3), ["A (right)", "B", "C"])
    ax.legend(loc="upper right", ncols=2, frameon=False)
