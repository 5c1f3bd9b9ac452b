"""The pictures of lesson 3: what a hidden layer does to the plane, by hand and by training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch01_structure.drawings.one_unit import CORNERS, XOR
from nnlib.chapters.ch01_structure.drawings.writing import MARKS, Array, dots, num
from nnlib.teaching.figures import PALETTE, STYLE

Picture = tuple[Figure, str]
Limits = tuple[float, float]

UNITS = ("purple", "green")
"""The colors of the two hidden units' lines."""
NAMES = ("00", "01", "10", "11")

MOONS, KIND = nnlib.make_moons(30, noise=0.1)
MIDDLE = np.array([0.5, 0.25])
"""Half way between the two half circles."""
GENTLE = 0.7
"""The steepness of line 1 of the moons: tanh is nearly straight there."""


# The best line in a plane --------------------------------------------------------------------


def best_line(A: Array, labels: Array, turns: int = 720) -> tuple[int, Array, float]:
    """Return how many points (n, 2) a line gets right, and the line A w + b = 0; class 1 is above.

    Of `turns` directions, after both axes have been scaled alike, each is tried with all places
    between two neighboring points; of several best ones it takes the one with the widest gap.
    """
    spread, middle = A.std(axis=0), A.mean(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    angles = 2 * np.pi * np.arange(turns) / turns
    directions = np.stack([np.cos(angles), np.sin(angles)])  # (2, turns)
    along = ((A - middle) / spread) @ directions  # (n, turns)
    order = np.argsort(along, axis=0)
    sorted_along, sorted_labels = np.take_along_axis(along, order, 0), labels[order]
    below = np.cumsum(sorted_labels == 0, axis=0)[:-1]
    above = np.cumsum((sorted_labels == 1)[::-1], axis=0)[::-1][1:]
    gaps = np.diff(sorted_along, axis=0)
    right = np.where(gaps > 1e-9, below + above, -1)
    if right.max() < max(np.sum(labels == 0), np.sum(labels == 1)):  # better to say one class
        one = np.sum(labels == 1) > np.sum(labels == 0)
        return int(max(np.mean(labels == c) for c in (0, 1)) * len(labels)), np.zeros(2), one - 0.5
    widest = np.where(right == right.max(), gaps, -1.0)
    i, j = np.unravel_index(np.argmax(widest.round(9)), widest.shape)
    w = directions[:, j] / spread
    cut = (sorted_along[i, j] + sorted_along[i + 1, j]) / 2
    return int(right.max()), w, float(-cut - middle @ w)


# Two planes side by side ---------------------------------------------------------------------


def two_planes(
    points: Array,
    labels: Array,
    hidden: Callable[[Array], Array],
    lines: Array,
    limits: tuple[Limits, Limits],
) -> tuple[Figure, int, Array]:
    """Draw the inputs with two units' lines beside the activations with one output line.

    hidden  sends points (n, 2) to activations (n, 2)
    lines   (3, 2): each column holds w1, w2, b of a unit, whose line is where z = 0
    limits  those of the inputs, and those of the activations

    Return the figure, how many the output line gets right, and the activations of the points.
    """
    A = hidden(points)
    right, w, b = best_line(A, labels)
    fig, (left, beside) = plt.subplots(1, 2, figsize=(6, 3.3))
    size = 6 if len(points) > 9 else 11
    for ax, (low, high) in zip((left, beside), limits, strict=True):
        # Affine on the right: its corners say it all.
        u = np.linspace(low, high, 89 if ax is left else 2)
        plane = np.stack(np.meshgrid(u, u), axis=-1)
        values = (hidden(plane.reshape(-1, 2)) if ax is left else plane.reshape(-1, 2)) @ w + b
        Z = values.reshape(len(u), len(u))
        colors = [PALETTE[color] for color, _ in MARKS[:2]]
        ax.contourf(u, u, Z, levels=[-1e9, 0, 1e9], colors=colors, alpha=0.18)
        if Z.min() < 0 < Z.max():
            ax.contour(u, u, Z, levels=[0], colors=[PALETTE["ink"]], linewidths=1.8)
        ax.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        ax.grid(visible=False)
    _lines(left, lines, limits[0])
    dots(left, points, labels, size)
    dots(beside, A, labels, size)
    left.set(xlabel="x₁", ylabel="x₂", title="inputs")
    beside.set(xlabel="a₁", ylabel="a₂", title="activations")
    return fig, right, A


def _lines(ax: Axes, lines: Array, limits: Limits) -> None:
    """Draw each unit's line, with an arrow to the side on which its z is positive."""
    u = np.array(limits)
    plane = np.stack(np.meshgrid(u, u), axis=-1)  # its corners
    middle, reach = sum(limits) / 2, limits[1] - limits[0]
    for j, (color, style) in enumerate(zip(UNITS, ("-", "--"), strict=True)):
        w, b = lines[:2, j], lines[2, j]
        Z = plane @ w + b
        if not Z.min() < 0 < Z.max():
            continue
        ax.contour(u, u, Z, levels=[0], colors=[PALETTE[color]], linewidths=2.4, linestyles=style)
        center = np.array([middle, middle]) + (0.38 if j else -0.38) * reach * np.array(
            [-w[1], w[0]]
        ) / np.linalg.norm(w)
        foot = center - w * (center @ w + b) / (w @ w)
        tip = foot + 0.15 * reach * w / np.linalg.norm(w)
        arrow = {"arrowstyle": "-|>", "color": PALETTE[color], "linewidth": 2}
        ax.annotate("", tip, foot, arrowprops=arrow)
        x, y = foot + 0.22 * reach * w / np.linalg.norm(w)
        ax.text(
            x,
            y,
            str(j + 1),
            color=PALETTE[color],
            ha="center",
            va="center",
            fontweight="bold",
            clip_on=True,
        )


def xor_units(turn1: int, b1: float, turn2: int, b2: float) -> tuple[Array, Array]:
    """Return W (2, 2) and b (2,) of two units whose weights are -1, 0 or 1."""
    turns = np.radians([turn1, turn2])
    return np.round(np.stack([np.cos(turns), np.sin(turns)])), np.array([b1, b2])


def xor(turn1: int, b1: float, turn2: int, b2: float, bend: bool) -> Picture:
    """Draw XOR's corners in the input plane, and where two hidden units send them."""
    W, b = xor_units(turn1, b1, turn2, b2)

    def hidden(X: Array) -> Array:
        return np.maximum(X @ W + b, 0) if bend else X @ W + b

    limits = ((-0.6, 1.6), (-0.6, 3.6) if bend else (-3.6, 3.6))
    fig, right, A = two_planes(CORNERS, XOR, hidden, np.vstack([W, b]), limits)
    _name(fig.axes[0], CORNERS, limits[0], np.vstack([W, b]))
    _, w, cut = best_line(A, XOR)
    _name(fig.axes[1], A, limits[1], np.array([[*w, cut]]).T)
    formulas = [_formula(W[:, j], b[j], bend) for j in range(2)]
    return fig, (
        f"a₁ = {formulas[0]}, a₂ = {formulas[1]}. {_merged(A)}"
        + (
            "One line among the activations separates the classes: 4 of 4 corners."
            if right == 4
            else f"No line among the activations gets more than {right} of 4 corners right."
        )
    )


@mpl.rc_context(STYLE)
def opening() -> Picture:
    """Draw the picture of the opening page: XOR before and after a hidden layer."""
    fig, _ = xor(45, 0, 45, -1, True)
    return fig, (
        "Left, XOR: no line parts circles and squares. Two hidden units, the solid and the dashed "
        "line, send each point to a new place, right. There one line does it; seen from the left, "
        "it is two."
    )


def _merged(A: Array) -> str:
    """Say which corners fall on one point, and whether they are of different classes."""
    said = []
    for place in np.unique(A, axis=0):
        here = np.flatnonzero((place == A).all(axis=1))
        if len(here) > 1:
            names = f"{', '.join(NAMES[i] for i in here[:-1])} and {NAMES[here[-1]]}"
            mixed = len(set(XOR[here])) > 1
            said.append(f"{names} fall on one point{', of both classes' if mixed else ''}. ")
    return "".join(said)


def _name(ax: Axes, places: Array, limits: Limits, lines: Array) -> None:
    """Write the names of the corners beside their points, together where they coincide.

    Above or below, wherever the `lines`, w and b in each column of (3, k), are further away.
    Names of one corner keep clear of the longer ones of several.
    """
    step = 0.04 * (limits[1] - limits[0])
    sides = {}
    for place in np.unique(places, axis=0):
        names = tuple(NAMES[i] for i in np.flatnonzero((place == places).all(axis=1)))
        near = place + 2.5 * step * np.array([[1, 1], [1, -1]])
        above, below = np.abs(near @ lines[:2] + lines[2]).min(axis=1)
        sides[names] = (place, 1 if above >= below else -1)
    long = [side for names, (_, side) in sides.items() if len(names) > 1]
    for names, (place, side) in sides.items():
        if long and len(names) == 1:
            side = -long[0]
        x, y = place + step * np.array([0.8, side])
        ax.text(x, y, ", ".join(names), fontsize=13, va="bottom" if side > 0 else "top")


def _formula(w: Array, b: float, bend: bool) -> str:
    """Write max(x₁ − x₂ + 1, 0), as a hand would."""
    parts = [("+" if v > 0 else "−", name) for v, name in zip(w, ("x₁", "x₂"), strict=True) if v]
    parts += [("+" if b > 0 else "−", num(abs(b)))] * bool(b)
    (sign, first), *rest = parts
    text = ("−" if sign == "−" else "") + first + "".join(f" {s} {t}" for s, t in rest)
    return f"max({text}, 0)" if bend else text


def moons(turn1: int, turn2: int, shift: float, steepness: float) -> Picture:
    """Draw two half moons, and where two tanh units send them: one gentle, one as steep as told."""
    turns = np.radians([turn1, turn2])
    W = np.stack([np.cos(turns), np.sin(turns)]) * [GENTLE, steepness]
    b = -MIDDLE @ W - np.array([0, shift * steepness])

    def hidden(X: Array) -> Array:
        return np.tanh(X @ W + b)

    limits = ((-1.6, 2.6), (-1.3, 1.3))
    fig, right, _ = two_planes(MOONS, KIND, hidden, np.vstack([W, b]), limits)
    verdict = (
        "One line among the activations separates the moons: 60 of 60."
        if right == len(KIND)
        else f"The best line found among the activations gets {right} of {len(KIND)} points right."
    )
    return fig, (
        f"Line 1 is turned by {turn1}°, line 2 by {turn2}° and shifted by {num(shift)}; unit 2 is "
        f"{'as gentle as unit 1' if steepness == GENTLE else f'of steepness {num(steepness)}'}. "
        f"{verdict}"
    )


# Borders of a trained network ----------------------------------------------------------------


def margins(Z: Array) -> Array:
    """Return each logit minus the largest other one, (n, K): above 0 where it wins."""
    others = [np.delete(Z, c, axis=1).max(axis=1) for c in range(Z.shape[1])]
    return Z - np.column_stack(others)


def borders_of(
    planes: Mapping[str, tuple[Array, Array, tuple[str, str]]],
) -> Callable[..., Picture]:
    """Return what trains a network on points of a plane, and paints the plane as it predicts.

    planes  name -> points (n, 2), labels (n,), and what the axes are called
    """

    @cache
    def painted(data: str, width: int, hidden: int, seed: int) -> Picture:
        points, labels, axes = planes[data]
        middle, spread = points.mean(axis=0), points.std(axis=0)
        layers = [nnlib.FullyConnected(width, "tanh") for _ in range(hidden)]
        layers.append(nnlib.FullyConnected(int(labels.max()) + 1))
        network = nnlib.NeuralNetwork(layers, optimizer=nnlib.Adam(0.1), seed=seed)
        scaled = (points - middle) / spread
        network.fit(scaled, labels, epochs=300, batch_size=len(points), progress=False)

        low, high = points.min(axis=0) - 0.3, points.max(axis=0) + 0.3
        u, v = np.meshgrid(np.linspace(low[0], high[0], 73), np.linspace(low[1], high[1], 73))
        plane = (np.column_stack([u.ravel(), v.ravel()]) - middle) / spread
        wins = margins(network.outputs(plane))
        fig, ax = plt.subplots(figsize=(6, 5))
        for c, (color, _) in enumerate(MARKS[: wins.shape[1]]):
            margin = wins[:, c].reshape(u.shape)
            if margin.max() > 0:
                tint: dict[str, Any] = {"colors": [PALETTE[color]], "alpha": 0.2}
                ax.contourf(u, v, margin, levels=[0, 1e9], **tint)
                line: dict[str, Any] = {"colors": [PALETTE["ink"]], "linewidths": 1.8}
                ax.contour(u, v, margin, levels=[0], **line)
        if hidden:
            first = network.layers[0].parameters
            ends = np.ix_([0, -1], [0, -1])  # z is affine
            for z in (plane @ first["W"] + first["b"]).T.reshape(-1, *u.shape):
                if z.min() < 0 < z.max():
                    thin: dict[str, Any] = {"colors": [PALETTE["muted"]], "linewidths": 1.2}
                    ax.contour(u[ends], v[ends], z[ends], levels=[0], linestyles="--", **thin)
        dots(ax, points, labels)
        ax.set(xlabel=axes[0], ylabel=axes[1], xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        ax.grid(visible=False)
        right = int(np.sum(network.predict(scaled) == labels))
        parameters = sum(a.size for layer in network.layers for a in layer.parameters.values())
        units = f"{width} tanh unit{'s'[: width > 1]}"
        many = (
            f"{hidden} hidden layers of {units}" if hidden > 1 else f"One hidden layer of {units}"
        )
        return fig, (
            f"{many if hidden else 'No hidden layer'}: {parameters} parameters; from start "
            f"{seed}, {right} of the {len(labels)} points it was trained on lie on the right side."
            + (" Dashed: where a unit of the first hidden layer has z = 0." if hidden else "")
        )

    def borders(data: str, width: int, hidden: int, seed: int) -> Picture:
        return painted(data, width if hidden else 0, hidden, seed)

    return borders
