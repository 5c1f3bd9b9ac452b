"""What chapter 1 draws: units and layers, borders between classes, and blocks under a curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

import nnlib
from nnlib.teaching.example import W1, W2, X, b1, b2, y
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]
Place = tuple[float, float]

INK, BLUE, RED = PALETTE["ink"], PALETTE["blue"], PALETTE["vermillion"]


def num(v: float) -> str:
    """Return 0.5 as 0.5, 2.0 as 2, and with a minus sign, not a hyphen."""
    return f"{v:.4g}".replace("-", "−")


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


# One unit -----------------------------------------------------------------------------------------


def unit(x: Array, w: Array, b: float) -> Picture:
    """Draw one unit with two inputs, x (2,) and w (2,), and what the sigmoid makes of its z."""
    z = x @ w + b
    p = nnlib.Sigmoid().forward(z)
    fig, ax = plt.subplots(figsize=(6, 3))
    canvas(ax, (-0.9, 4.7), (-1.4, 1.4))
    for j, height in enumerate((0.9, -0.9)):
        ax.plot([0, 2.1], [height, 0], color=PALETTE["muted"], linewidth=1.5)
        circle(ax, 0, height, num(x[j]))
        ax.text(0.75, height, f"w{'₁₂'[j]} = {num(w[j])}")
        ax.text(-0.8, height, f"x{'₁₂'[j]}", va="center")
    ax.plot([2.1, 3.8], [0, 0], color=PALETTE["muted"], linewidth=1.5)
    circle(ax, 2.1, 0, num(z), color=RED, width=2.6, size=0.36)
    circle(ax, 3.8, 0, f"{p:.2f}", color=BLUE, size=0.42)
    ax.text(2.1, -0.75, "z", ha="center")
    ax.text(2.3, 0.5, f"b = {num(b)}", ha="center")
    ax.text(3.8, -0.8, "p = σ(z)", ha="center")
    return fig, (
        f"One unit with two inputs: z = {num(x[0])} · {num(w[0])} + "
        f"{num(x[1])} · {num(w[1])} + {num(b)} = {num(z)}, and σ(z) = {p:.2f}. "
        "Each line carries a weight; the bias belongs to the unit."
    )


LIMIT = 2.9


def border_of(petals: Array, kind: Array) -> Callable[..., Picture]:
    """Return what draws a unit's border between two kinds, petals (n, 2) and kind (n,)."""

    def one_unit(w1: float, w2: float, b: float) -> Picture:
        fig, ax = plt.subplots(figsize=(6, 6))
        u = np.array([-LIMIT, LIMIT])  # z is affine: its corners say it all
        Z = w1 * u + w2 * u[:, np.newaxis] + b
        surer = np.log(9)  # the log-odds of p = 0.9
        tints = [PALETTE[c] for c in ("blue", "sky", "orange", "vermillion")]
        ax.contourf(u, u, Z, levels=[-99, -surer, 0, surer, 99], colors=tints, alpha=0.2)
        if Z.min() < 0 < Z.max():
            ax.contour(u, u, Z, levels=[0], colors=[INK], linewidths=2)
        for c, (color, mark) in enumerate((("blue", "o"), ("vermillion", "s"))):
            dots(ax, petals[kind == c], color, mark)
        if w1 or w2:
            arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 2}
            ax.annotate("", (0.5 * w1, 0.5 * w2), (0, 0), arrowprops=arrow)
        ax.set(
            xlabel="petal length (scaled)",
            ylabel="petal width (scaled)",
            aspect="equal",
            xlim=(-LIMIT, LIMIT),
            ylim=(-LIMIT, LIMIT),
        )
        ax.grid(False)
        right = int(np.sum((petals @ [w1, w2] + b > 0) == kind))
        told = [
            f"w = ({num(w1)}, {num(w2)}), b = {num(b)}: {right} of {len(kind)} flowers "
            "are on the right side.",
            "The line is the border p = 1/2." if Z.min() < 0 < Z.max() else "",
            "The arrow is half of w." if w1 or w2 else "",
            "In the outer bands p is below 0.1 or above 0.9." if np.abs(Z).max() > surer else "",
        ]
        return fig, " ".join(filter(None, told))

    return one_unit


def dots(ax: Axes, points: Array, color: str, mark: str) -> None:
    """Draw the points of one class, (n, 2)."""
    ax.plot(
        *points.T,
        mark,
        color=PALETTE[color],
        markersize=6,
        markeredgecolor=PALETTE["paper"],
        markeredgewidth=0.6,
    )


# The running example, unit by unit ----------------------------------------------------------------

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


def term(v: float) -> str:
    """Return a factor in a product: negative numbers get parentheses."""
    return f"({num(v)})" if v < 0 else num(v)


def arithmetic(values: Array, weights: Array, bias: float) -> str:
    """Return a weighted sum as it is written by hand."""
    products = " + ".join(f"{term(v)}·{term(w)}" for v, w in zip(values, weights, strict=True))
    return f"{products} + {term(bias)} = {num(values @ weights + bias)}"


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
        return f"z = {z},  a = max(z, 0) = {num(A1[i, j])}", j, None
    if step <= 5:
        c = step - 4
        return f"z = {arithmetic(A1[i], W2[:, c], b2[0, c])}", None, c
    difference = Z2[i, 0] - Z2[i, 1]
    return f"p₁ = σ(z₁ − z₂) = σ({num(difference)}) = {P[i, 0]:.3f}", None, None


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


# Borders of a trained network ---------------------------------------------------------------------

MARKS = [("blue", "o"), ("orange", "s"), ("green", "^")]


def margins(Z: Array) -> Array:
    """Return each logit minus the largest other one, (n, K): above 0 where it wins."""
    others = [np.delete(Z, c, axis=1).max(axis=1) for c in range(Z.shape[1])]
    return Z - np.column_stack(others)


def borders_of(
    planes: Mapping[str, tuple[Array, Array, tuple[str, str]]],
    network_of: Callable[..., nnlib.NeuralNetwork],
) -> Callable[..., Picture]:
    """Return what trains a network on points of a plane, and paints the plane as it predicts.

    planes      name -> points (n, 2), labels (n,), and what the axes are called
    network_of  makes a network of a list of widths, the name of an activation and settings
    """

    def borders(data: str, width: int, hidden: int, seed: int) -> Picture:
        points, labels, axes = planes[data]
        middle, spread = points.mean(axis=0), points.std(axis=0)
        network = network_of(
            [2, *[width] * hidden, labels.max() + 1],
            "tanh",
            optimizer=nnlib.Adam(0.03),
            seed=seed,
        )
        scaled = (points - middle) / spread
        network.fit(scaled, labels, epochs=300, batch_size=len(points), progress=False)

        low, high = points.min(axis=0) - 0.3, points.max(axis=0) + 0.3
        u, v = np.meshgrid(np.linspace(low[0], high[0], 90), np.linspace(low[1], high[1], 90))
        plane = np.column_stack([u.ravel(), v.ravel()])
        wins = margins(network.outputs((plane - middle) / spread))
        fig, ax = plt.subplots(figsize=(6, 5))
        for c, (color, mark) in enumerate(MARKS[: wins.shape[1]]):
            margin = wins[:, c].reshape(u.shape)
            if margin.max() > 0:
                tint: dict[str, Any] = {"colors": [PALETTE[color]], "alpha": 0.22}
                ax.contourf(u, v, margin, levels=[0, 1e9], **tint)
                line: dict[str, Any] = {"colors": [PALETTE["muted"]], "linewidths": 1.2}
                ax.contour(u, v, margin, levels=[0], **line)
            dots(ax, points[labels == c], color, mark)
        ax.set(xlabel=axes[0], ylabel=axes[1], xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        ax.grid(False)
        right = int(np.sum(network.predict(scaled) == labels))
        parameters = sum(a.size for layer in network.layers for a in layer.parameters.values())
        layers = f"{hidden} hidden, {width} tanh units each" if hidden else "No hidden layer"
        return fig, (
            f"{layers}: {parameters} parameters; from start {seed}, {right} of "
            f"the {len(labels)} points it was trained on lie on the right side."
        )

    return borders


# Blocks under a curve -----------------------------------------------------------------------------


def construction_of(
    targets: Mapping[str, Callable[[Array], Array]],
    bumps: Callable[[Array, int, float], Array],
) -> Callable[..., Picture]:
    """Return what draws a target in blocks of sigmoid steps.

    targets  name -> a function on [0, 1]
    bumps    the K bumps (len(x), K) at the points x, for a steepness s of the steps
    """

    def construction(target: str, units: int, steps: str) -> Picture:
        f, K = targets[target], units + 1
        x = np.linspace(0, 1, 601)
        centers = (np.arange(K) + 0.5) / K
        steep = steps == "steep"
        parts = bumps(x, K, (40 if steep else 4) * K) * f(centers)
        g = parts.sum(axis=1)
        fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 6.4), sharex=True)
        muted: dict[str, Any] = {"color": PALETTE["muted"], "linewidth": 5, "alpha": 0.5}
        top.plot(x, f(x), label="target f", **muted)
        top.plot(x, g, color=BLUE, linewidth=2, label="network g")
        for k in range(K):
            near = np.abs(x - centers[k]) < (0.8 if steep else 2) / K
            color = PALETTE[("green", "purple")[k % 2]]
            bottom.plot(x[near], parts[near, k], ("-", "--")[k % 2], linewidth=1.5, color=color)
        top.set(ylim=(-1.45, 1.9), ylabel="f and g", yticks=[-1, 0, 1])
        bottom.set(ylim=(-1.45, 1.45), xlabel="x", ylabel="the bumps", yticks=[-1, 0, 1])
        top.legend(loc="upper right", ncols=2)
        worst = np.max(np.abs(f(x) - g))
        return fig, (
            f"{units} {steps} sigmoid unit{'s'[: units > 1]}, {K} bumps: "
            f"the largest error is {worst:.2f}."
        )

    return construction
