"""The picture of lesson 2: a sample on its way through the 2-3-2 network."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from nnlib.chapters.ch01_structure.drawings.writing import Array, arithmetic, num
from nnlib.teaching.example import W1, W2, X, b1, b2, y
from nnlib.teaching.figures import PALETTE

Picture = tuple[Figure, str]
Place = tuple[float, float]

INK, BLUE, RED = PALETTE["ink"], PALETTE["blue"], PALETTE["vermillion"]


def circle(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    color: str = INK,
    width: float = 1.6,
    size: float = 0.3,
) -> None:
    """Draw a unit with a number in it."""
    ax.add_patch(
        Circle((x, y), size, facecolor=PALETTE["paper"], edgecolor=color, linewidth=width, zorder=3)
    )
    ax.text(x, y, text, ha="center", va="center", color=INK, zorder=4)


def canvas(ax: Axes, x: Place, y: Place) -> None:
    """Make an axes a sheet without axes."""
    ax.set(xlim=x, ylim=y, aspect="equal")
    ax.set_axis_off()


INPUTS: list[Place] = [(0, 1.3), (0, -1.3)]
HIDDEN: list[Place] = [(2.5, 2.1), (2.5, 0), (2.5, -2.1)]
OUTPUT: list[Place] = [(5, 1.3), (5, -1.3)]

WHERE = [
    "The input",
    "Hidden unit 1",
    "Hidden unit 2",
    "Hidden unit 3",
    "Output unit 1",
    "Output unit 2",
    "Softmax",
]


def edges(
    ax: Axes, sources: Sequence[Place], targets: Sequence[Place], W: Array, chosen: int | None
) -> None:
    """Draw a line for each weight, and the numbers on those that arrive at the chosen unit."""
    for j, (x1, y1) in enumerate(sources):
        for k, (x2, y2) in enumerate(targets):
            on = k == chosen
            ax.plot(
                [x1, x2],
                [y1, y2],
                color=RED if on else PALETTE["grid"],
                linewidth=2.6 if on else 1.4,
                zorder=2 if on else 1,
            )
            if on:
                t = 0.42
                ax.text(
                    x1 + t * (x2 - x1),
                    y1 + t * (y2 - y1),
                    num(W[j, k]),
                    ha="center",
                    va="center",
                    zorder=5,
                    bbox={"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 1.5},
                )


def nodes(
    ax: Axes, places: Sequence[Place], values: Array, done: int, chosen: int | None = None
) -> None:
    """Draw the units of a layer, of which `done` have their number."""
    for k, (x, y_) in enumerate(places):
        on = k == chosen
        circle(
            ax,
            x,
            y_,
            num(values[k]) if k < done else "",
            color=RED if on else INK,
            width=3 if on else 1.4,
            size=0.46,
        )


def array(
    ax: Axes, x: float, name: str, values: Array, row: int, done: int | None, wide: float = 0.72
) -> None:
    """Write an array, of row `row` only the `done` numbers computed; None for all of them."""
    n, k = values.shape
    middle = x + wide * (k - 1) / 2
    ax.text(middle, 1.05, name, ha="center")
    ax.text(middle, -2.3, f"({n}, {k})", ha="center")
    for i in range(n):
        for j in range(k):
            known = done is None or (i == row and j < done)
            ax.text(
                x + wide * j,
                0.3 - 0.8 * i,
                num(values[i, j]) if known else "·",
                ha="center",
                va="center",
                color=INK if i == row else PALETTE["muted"],
            )
    ax.add_patch(
        Rectangle(
            (x - wide / 2, 0.3 - 0.8 * row - 0.38),
            wide * k,
            0.76,
            fill=False,
            edgecolor=BLUE,
            linewidth=1.5,
        )
    )


def walk(i: int, step: int, A1: Array, Z2: Array, P: Array) -> tuple[str, int | None, int | None]:
    """Return what a step says, and the hidden or output unit that it computes, if any."""
    if step == 0:
        return f"x = ({num(X[i, 0])}, {num(X[i, 1])}) enters", None, None
    if step <= 3:
        j = step - 1
        z = arithmetic(X[i], W1[:, j], b1[0, j])
        return f"z = {z}, a = max(z, 0) = {num(A1[i, j])}", j, None
    if step <= 5:
        c = step - 4
        return f"z = {arithmetic(A1[i], W2[:, c], b2[0, c])}", None, c
    difference = Z2[i, 1] - Z2[i, 0]
    return f"p₂ = σ(z₂ − z₁) = σ({num(difference)}) = {P[i, 1]:.3f}", None, None


def walk_of(Z1: Array, A1: Array, Z2: Array, P: Array) -> Callable[..., Picture]:
    """Return what draws a sample on its way through the 2-3-2 network, step by step.

    Z1 and A1 are (3, 3), Z2 and P (3, 2): what the layers compute from the three samples.
    """

    def forward_pass(sample: int, step: int) -> Picture:
        i = sample - 1
        text, hidden, output = walk(i, step, A1, Z2, P)
        fig, (ax, below) = plt.subplots(2, 1, figsize=(6, 7.4), height_ratios=[5.3, 3.2])
        canvas(ax, (-1.1, 6.3), (-3.55, 3.0))
        edges(ax, INPUTS, HIDDEN, W1, hidden)
        edges(ax, HIDDEN, OUTPUT, W2, output)
        nodes(ax, INPUTS, X[i], 2)
        nodes(ax, HIDDEN, A1[i], min(step, 3), hidden)
        nodes(ax, OUTPUT, Z2[i], max(step - 3, 0), output)
        for (x, y_), name in zip(INPUTS + OUTPUT, ["x₁", "x₂", "z₁", "z₂"], strict=True):
            beside, side = (-0.62, "right") if x == 0 else (0.62, "left")
            ax.text(x + beside, y_, name, va="center", ha=side)
        for c, (x, y_) in enumerate(OUTPUT):
            if step == 6:
                circle(ax, x, y_, num(Z2[i, c]), color=RED, width=3, size=0.46)
                ax.text(x, y_ - 0.95, f"p{'₁₂'[c]} = {P[i, c]:.2f}", ha="center")
        for j, (x, y_) in enumerate(HIDDEN):
            if j < step:
                ax.text(
                    x,
                    y_ + 0.57,
                    f"z = {num(Z1[i, j])}",
                    ha="center",
                    zorder=5,
                    bbox={"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 1},
                )
        ax.text(2.6, -3.35, text, ha="center")
        canvas(below, (-0.5, 8.3), (-2.6, 1.6))
        array(below, 0, "X", X, i, None)
        array(below, 1.95, "A⁽¹⁾", A1, i, min(step, 3))
        array(below, 4.6, "Z⁽²⁾", Z2, i, max(step - 3, 0))
        array(below, 6.75, "P", P.round(2), i, 2 if step == 6 else 0, wide=1.0)
        for x in (1.34, 4.0, 5.88):
            below.text(x, -0.5, "→", ha="center", va="center")
        end = f"; predicted class {P[i].argmax()}, true class {y[i]}" if step == 6 else ""
        return fig, f"{WHERE[step]}, sample {sample}. {text}{end}."

    return forward_pass
