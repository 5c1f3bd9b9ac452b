"""What lesson 3 draws: P - Y and dW of digits, weights that never arrive, and spirals."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import nnlib
from nnlib.chapters.ch05_softmax_cross_entropy.descent import (
    AXIS,
    HIDDEN,
    LONG,
    digits,
    on_spirals,
    spirals,
    templates,
    two_species,
)
from nnlib.teaching.figures import PALETTE, STYLE

Array = np.ndarray
Picture = tuple[Figure, str]

# Pictures of a gradient ---------------------------------------------------------------------------

SHOWN = ["dW", "W"]
PER_ROW, PITCH = 5, 9.4


def pictures(step: int, picture: str) -> Picture:
    """Draw P - Y of ten digits, and dW or W as ten images, after so many steps."""
    X, y = digits()
    W, b = templates()[step]
    off = nnlib.SoftMax().forward(X @ W + b) - np.eye(10)[y]
    dW = X.T @ off / len(X)
    first = [int(np.argmax(y == c)) for c in range(10)]
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 8), height_ratios=[2.1, 1], layout="none")
    fig.subplots_adjust(left=0.11, right=0.98, top=0.93, bottom=0.02, hspace=0.1)
    _squares(top, off[first], np.zeros(2), 1.0)
    top.set(xlim=(0, 10), ylim=(10, 0), aspect="equal", ylabel="a digit of class")
    top.set_xticks(np.arange(10) + 0.5, range(10))
    top.set_yticks(np.arange(10) + 0.5, range(10))
    top.xaxis.tick_top()
    top.set_xlabel("P − Y, class by class", labelpad=6)
    top.xaxis.set_label_position("top")
    top.grid(visible=False)
    shown = dW if picture == "dW" else W
    largest = max(np.abs(shown).max(), 1e-12)
    for c in range(10):
        x, y0 = PITCH * (c % PER_ROW), PITCH * (c // PER_ROW)
        corner = np.array([x, y0])
        _squares(bottom, shown[:, c].reshape(8, 8), corner, largest)
        bottom.add_patch(Rectangle((x, y0), 8, 8, fill=False, ec=PALETTE["grid"], lw=1))
        bottom.text(x + 0.2, y0 + 1.3, str(c), fontsize=13, color=PALETTE["muted"])
    bottom.set(xlim=(-0.3, PER_ROW * PITCH), ylim=(2 * PITCH, -0.3), aspect="equal")
    bottom.axis("off")
    cost = nnlib.SoftmaxCrossEntropy().forward(y, X @ W + b)
    size = np.abs(off).sum(axis=1).mean()
    return fig, (
        f"After {step:,} step{'s' * (step != 1)}: loss {cost:.2f}, |P − Y| adds up to {size:.2f} a "
        f"digit. Below, {picture} as ten images, largest entry {np.abs(shown).max():.2g}. Blue: "
        f"negative. Vermillion: positive."
    )


def _squares(ax: Axes, values: Array, corner: Array, largest: float) -> None:
    """Add a square for each entry, its side the root of its size."""
    for sign, color in ((-1, "blue"), (1, "vermillion")):
        found = [
            _square(corner, row, column, np.sqrt(abs(values[row, column]) / largest))
            for row, column in np.argwhere(sign * values > 1e-3 * largest)
        ]
        ax.add_collection(PatchCollection(found, facecolor=PALETTE[color], linewidth=0))


def _square(corner: Array, row: int, column: int, side: float) -> Rectangle:
    x, y = corner
    return Rectangle((x + column + (1 - side) / 2, y + row + (1 - side) / 2), side, side)


@mpl.rc_context(STYLE)
def one_digit() -> Picture:
    """Draw the digit that a reader of digits is most wrong about, and what it says of it."""
    X, y = digits()
    W, b = templates()[30]
    P = nnlib.SoftMax().forward(X @ W + b)
    own = P[np.arange(len(y)), y]
    i = int(np.argmin(np.where(P.argmax(axis=1) == y, 1, own)))
    fig, (left, right) = plt.subplots(1, 2, figsize=(6, 3), width_ratios=[1, 1.7])
    left.imshow(X[i].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
    left.set(xticks=[], yticks=[])
    left.grid(visible=False)
    right.set_axisbelow(True)
    right.bar(
        range(10), P[i], color=[PALETTE["vermillion" if c == y[i] else "blue"] for c in range(10)]
    )
    right.set(ylim=(0, 1), yticks=[0, 0.5, 1], xticks=range(10), ylabel="p", xlabel="class")
    return fig, (
        f"A {y[i]}, and a network that gives the {P[i].argmax()} a probability of "
        f"{P[i].max():.2f} and the {y[i]} one of {own[i]:.2f}. What should that cost, and "
        "which way should its ten logits be sent?"
    )


# Weights that never arrive ------------------------------------------------------------------------


@mpl.rc_context(STYLE)
def no_minimum() -> Picture:
    """Draw loss and size of the weights against the steps, for two pairs of species."""
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 5.8), sharex=True)
    pairs = {"setosa, versicolor": (0, 1), "versicolor, virginica": (1, 2)}
    for (name, pair), color, line in zip(
        pairs.items(), ("blue", "vermillion"), ("-", "--"), strict=True
    ):
        sizes, losses = two_species(*pair)
        top.plot(LONG, losses, line, color=PALETTE[color], label=name)
        bottom.plot(LONG, sizes, line, color=PALETTE[color])
    top.set(yscale="log", xscale="log", ylabel="loss")
    top.legend(loc="lower left", frameon=False)
    bottom.set(ylim=(0, 14), xlabel="steps", ylabel="size of the weights")
    (apart, gone), (mixed, left) = two_species(0, 1), two_species(1, 2)
    return fig, (
        f"Two species that a line separates: the loss falls to {gone[-1]:.5f}, and after "
        f"{LONG[-1]:,} steps the weights, of size {apart[-1]:.0f}, still grow. Two that overlap: "
        f"both settle, at {left[-1]:.2f} and {mixed[-1]:.0f}."
    )


# Spirals ------------------------------------------------------------------------------------------


def regions(hidden: str, step: int) -> Picture:
    """Draw which arm a network sees where, after so many steps."""
    X, y, _, _ = spirals()
    classes, score = on_spirals(HIDDEN[hidden])[step]
    fig, ax = plt.subplots(figsize=(6, 5.8), layout="none")
    fig.subplots_adjust(left=0.02, right=0.98, top=0.98, bottom=0.02)
    hues = ["blue", "orange", "green"]
    for c, marker in enumerate("os^"):
        inside = (classes == c).reshape(len(AXIS), len(AXIS)).astype(float)
        ax.contourf(AXIS, AXIS, inside, levels=[0.5, 1.5], colors=[PALETTE[hues[c]]], alpha=0.22)
        ax.plot(*X[y == c].T, marker, color=PALETTE[hues[c]], markersize=4)
    ax.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), xticks=[], yticks=[], aspect="equal")
    ax.grid(visible=False)
    layer = "No hidden layer" if not HIDDEN[hidden] else f"A hidden layer of {hidden}"
    return fig, (
        f"{layer}, {step:,} step{'s' * (step != 1)}: {score:.0%} of 300 other points are placed on "
        "the right arm."
    )
