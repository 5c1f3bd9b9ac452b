"""What chapter 5 draws: a loss on a triangle of predictions, one node or two, and a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import nnlib
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

# Three classes: a prediction is a point of a triangle --------------------------------------------

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
RESTS = {"evenly": (0.5, 0.5), "to one class": (0.95, 0.05)}
LEVELS = (0.1, 0.25, 0.5, 0.75)  # of p of the true class, on lines of equal loss


def prediction(truth: int, share: float, rest: str) -> Array:
    """Return p (3,), with this share for the true class and the rest as RESTS says."""
    p = np.empty(3)
    p[truth] = share
    p[[c for c in range(3) if c != truth]] = (1 - share) * np.array(RESTS[rest])
    return p


def loss_and_gradient(truth: str, right: int, rest: str) -> Picture:
    """Draw a prediction with `right` percent for the true class, its dz, and one step of 1."""
    c = "ABC".index(truth)
    p = prediction(c, right / 100, rest)
    dz = p - np.eye(3)[c]
    after = nnlib.SoftMax().forward(np.log(p) - dz)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 8), height_ratios=[1.5, 1])
    _triangle(top, c)
    here, there = p @ CORNERS, after @ CORNERS
    arrow = {"arrowstyle": "->", "color": PALETTE["vermillion"], "lw": 2.5}
    top.annotate("", there, here, arrowprops=arrow)
    top.plot(*here, "o", color=PALETTE["vermillion"], markersize=9)
    top.set(xlim=(-0.2, 1.2), ylim=(-0.14, 1.0), aspect="equal")
    top.axis("off")
    _bars(bottom, c, dz)
    return fig, (
        f"True class {truth}, p = {', '.join(f'{v:.3f}' for v in p)}: "
        f"loss {-np.log(p[c]):.2f}, "
        f"dz = {', '.join(f'{v:+.3f}' for v in dz)}, "
        f"which sums to {abs(dz.sum()):.0f}. Thin lines: equal loss. "
        f"Arrow: one step z − dz, to a loss of {-np.log(after[c]):.2f}."
    )


def _triangle(ax: Axes, c: int) -> None:
    ax.plot(*CORNERS[[0, 1, 2, 0]].T, color=PALETTE["muted"])
    center, side = CORNERS.mean(axis=0), CORNERS[(c + 1) % 3]
    outward = (CORNERS[c] + side) / 2 - center
    for level in LEVELS:
        ends = level * CORNERS[c] + (1 - level) * np.delete(CORNERS, c, axis=0)
        ax.plot(*ends.T, color=PALETTE["sky"], linewidth=1.5)
        x, y = level * CORNERS[c] + (1 - level) * side + 0.3 * outward
        ax.text(x, y, f"{-np.log(level):.1f}", ha="center", va="center")
    for m in range(3):
        weight = "bold" if m == c else "normal"
        x, y = CORNERS[m] + 0.17 * (CORNERS[m] - center)
        ax.text(x, y, "ABC"[m], fontsize=18, weight=weight, ha="center", va="center")


def _bars(ax: Axes, c: int, dz: Array) -> None:
    colors = [PALETTE["vermillion"] if m == c else PALETTE["blue"] for m in range(3)]
    names = [f"{name} (true)" if m == c else name for m, name in enumerate("ABC")]
    ax.bar(names, dz, color=colors)
    for m in range(3):
        offset = 0.15 if dz[m] >= 0 else -0.15
        number = f"{dz[m]:+.2f}".replace("-", "−")
        ax.text(m, dz[m] + offset, number, ha="center", va="center")
    ax.axhline(0, color=PALETTE["muted"], linewidth=1)
    ax.set_axisbelow(True)
    ax.set(ylim=(-1.35, 1.35), ylabel="dz = p − y")


# Softmax and cross-entropy, one after the other or as one --------------------------------------


def two_nodes_or_one(z: Array, y: Array) -> Picture:
    """Draw what flows forward and backward for the logits z (1, 2) of one sample of class y."""
    fused = nnlib.SoftmaxCrossEntropy()
    p, L = nnlib.SoftMax().forward(z), fused.forward(y, z)
    dp, dz = nnlib.CrossEntropy().backward(y, p), fused.backward(y, z)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 4))
    for ax in (top, bottom):
        ax.set(xlim=(0, 6), ylim=(-0.75, 0.75))
        ax.axis("off")
    _box(top, 2.05, "softmax", 1.1)
    _box(top, 4.35, "−ln p", 0.9)
    _arrows(top, 0.1, 1.4, f"z {_pair(z)}", f"dz {_pair(dz)}")
    _arrows(top, 2.7, 3.8, f"p {_pair(p)}", f"dp {_pair(dp)}")
    _arrows(top, 4.9, 5.9, f"loss {L:.3f}", "1")
    _box(bottom, 3.1, "softmax cross-entropy", 2.7)
    _arrows(bottom, 0.1, 1.65, f"z {_pair(z)}", f"dz {_pair(dz)}")
    _arrows(bottom, 4.55, 5.9, f"loss {L:.3f}", "1")
    return fig, (
        "The third sample of the running example alone, n = 1, forward (solid) "
        "and backward (dashed): two nodes hand over dp, which divides by p; "
        "one node does not need it."
    )


def _box(ax: Axes, x: float, text: str, width: float) -> None:
    corner = (x - width / 2, -0.2)
    ax.add_patch(Rectangle(corner, width, 0.4, fill=False, ec=PALETTE["ink"], lw=2))
    ax.text(x, 0, text, ha="center", va="center")


def _arrows(ax: Axes, left: float, right: float, forward: str, backward: str) -> None:
    blue, red = PALETTE["blue"], PALETTE["vermillion"]
    solid = {"arrowstyle": "->", "color": blue, "lw": 2}
    dashed = {"arrowstyle": "->", "color": red, "lw": 2, "ls": "--"}
    ax.annotate("", (right, 0.08), (left, 0.08), arrowprops=solid)
    ax.annotate("", (left, -0.08), (right, -0.08), arrowprops=dashed)
    ax.text((left + right) / 2, 0.36, forward, ha="center", color=blue)
    ax.text((left + right) / 2, -0.48, backward, ha="center", color=red)


def _pair(values: Array) -> str:
    one, two = (f"{v + 0:.3g}".replace("-", "−") for v in values[0])
    return f"({one}, {two})"


# Loss and accuracy along a line ------------------------------------------------------------------

WINDOWS = {"all of it": 0.85, "1/10": 0.085, "1/100": 0.0085, "1/1000": 0.00085}  # half widths


def along_a_line(
    measured: Callable[[Sequence[float] | Array], tuple[Array, Array]], t: float, window: str
) -> Picture:
    """Draw loss and accuracy around t; `measured` returns both at an array of positions."""
    half = WINDOWS[window]
    left, right = (-0.1, 1.6) if window == "all of it" else (t - half, t + half)
    around = np.linspace(left, right, 801)
    costs, shares = measured(around)
    near, near_shares = measured([t - 1e-6, t, t + 1e-6])
    cost, share = near[1], near_shares[1]
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 6.2), sharex=True)
    top.plot(around, costs)
    bottom.plot(around, shares, color=PALETTE["green"])
    for ax, value in ((top, cost), (bottom, share)):
        ax.plot(t, value, "o", color=PALETTE["vermillion"])
    slope = (near[2] - near[0]) / 2e-6
    room = 1.5 * half * max(abs(slope), 1)
    top.set_ylim(cost - room, cost + room)
    if window == "all of it":
        top.set_ylim(0, 5)
    bottom.set(ylim=(-0.04, 1.04), ylabel="accuracy", xlim=(left, right))
    bottom.set_xlabel("position on the line (1: the trained weights)")
    top.set_ylabel("loss")
    bottom.ticklabel_format(useOffset=False)
    top.ticklabel_format(useOffset=False)
    bottom.locator_params(axis="x", nbins=5)
    top.locator_params(axis="y", nbins=5)
    values = len(np.unique(shares.round(6)))
    flat = (near_shares[2] - near_shares[0]) / 2e-6
    return fig, (
        f"At {t:g} of the line: loss {cost:.3f} with slope {slope:.2f}; "
        f"accuracy {share:.3f} with slope {flat:.0f}. In this window "
        f"({window}) it takes {values} value{'s' if values > 1 else ''}."
    )
