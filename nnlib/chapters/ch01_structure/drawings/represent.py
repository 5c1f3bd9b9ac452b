"""The pictures of lesson 4: one unit of one input, functions built by hand, towers, a tent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch01_structure.by_hand import BUILT, FINE, Function, relu, sigmoid, worst
from nnlib.chapters.ch01_structure.drawings.writing import Array, num
from nnlib.teaching.figures import PALETTE, STYLE

Picture = tuple[Figure, str]

INK, MUTED = PALETTE["ink"], PALETTE["muted"]
DRAWN = FINE[::5]


# One unit of one input -----------------------------------------------------------------------


def one_input(w: float, b: float, unit: str) -> Picture:
    """Draw f(w x + b) on [-2, 2], and where z changes its sign."""
    x = np.linspace(-2, 2, 801)
    f = sigmoid if unit == "sigmoid" else relu
    border = -b / w
    fig, ax = plt.subplots(figsize=(6, 3.4))
    ax.plot(x, f(w * x + b), color=PALETTE["blue"])
    if abs(border) <= 2:
        ax.axvline(border, color=PALETTE["vermillion"], linewidth=1.8, linestyle="--")
    top = 1.1 if unit == "sigmoid" else 4.4
    ax.set(xlabel="x", ylabel="f(wx + b)", xlim=(-2, 2), ylim=(-0.1, top))
    side = "right" if w > 0 else "left"
    shape = "a step up" if unit == "sigmoid" else "a ramp that rises"
    place = (
        f"Its z is 0 at x = {num(border)}: {shape} to the {side}."
        if abs(border) <= 2
        else f"Its z is 0 at x = {num(border)}, outside of the picture."
    )
    return fig, f"w = {num(w)}, b = {num(b)}. {place}"


# A function built by hand --------------------------------------------------------------------

STYLES = {"steps": ("orange", "s", "--"), "ramps": ("blue", "o", "-")}


def construction_of(
    targets: Mapping[str, Function], cells: Sequence[int]
) -> Callable[..., Picture]:
    """Return what draws a target built of steps or of ramps; below, the errors of both."""

    def construction(target: str, built: str, r: int) -> Picture:
        F = targets[target]
        error = worst(F, built, r)
        color, _, _ = STYLES[built]
        fig, (top, below) = plt.subplots(2, 1, figsize=(6, 6.6), height_ratios=[3, 2.4])
        wide: dict[str, Any] = {"color": MUTED, "linewidth": 5, "alpha": 0.5}
        top.plot(DRAWN, F(DRAWN), label="target F", **wide)
        top.plot(
            DRAWN, BUILT[built](F, r)(DRAWN), color=PALETTE[color], linewidth=2, label="built g"
        )
        top.set(ylim=(-1.45, 1.9), xlabel="x", yticks=[-1, 0, 1], xlim=(0, 1))
        top.legend(loc="upper right", ncols=2)
        for name, (hue, mark, line) in STYLES.items():
            errors = [worst(F, name, each) for each in cells]
            style: dict[str, Any] = {"color": PALETTE[hue], "linestyle": line, "linewidth": 1.8}
            below.plot(cells, errors, marker=mark, label=name, **style)
        below.plot(r, error, "o", markersize=15, markerfacecolor="none", color=INK)
        below.set(xscale="log", yscale="log", ylim=(1e-4, 4), xlabel="cells")
        below.set(ylabel="largest error")
        below.set_xticks(cells, [str(each) for each in cells])
        below.minorticks_off()
        below.legend(loc="lower left", ncols=2)
        units = r if built == "ramps" else r - 1
        kind = "ReLU" if built == "ramps" else "steep sigmoid"
        return fig, (
            f"{r} cells, built of {units} {kind} unit{'s'[: units > 1]}: the largest error is "
            f"{error:.2g}."
        )

    return construction


# Two inputs ----------------------------------------------------------------------------------

STAGES = ("one unit", "two: a ridge", "four: a cross", "a second layer")
LEVELS = [-0.5, 0.25, 0.75, 1.25, 1.75, 2.5]


def heights(stage: str, steepness: float, u: Array, v: Array) -> Array:
    """Return what sigmoid units of two inputs build, at the points (u, v)."""

    def ridge(x: Array) -> Array:
        return sigmoid(steepness * (x - 0.35)) - sigmoid(steepness * (x - 0.65))

    if stage == "one unit":
        return sigmoid(steepness * (u - 0.35))
    if stage == "two: a ridge":
        return ridge(u)
    cross = ridge(u) + ridge(v)
    return cross if stage == "four: a cross" else sigmoid(steepness * (cross - 1.5))


def towers(stage: str, steepness: float) -> Picture:
    """Draw what sigmoid units make of the square, from one step to a tower."""
    t = np.linspace(0, 1, 81)
    u, v = np.meshgrid(t, t)
    Z = heights(stage, steepness, u, v)
    fig, ax = plt.subplots(figsize=(5.2, 4.9))
    strength = (0, 0.22, 0.45, 0.65, 0.85)
    for low, high, alpha in zip(LEVELS, LEVELS[1:], strength, strict=False):
        if alpha and Z.max() > low:
            ax.contourf(u, v, Z, levels=[low, high], colors=[PALETTE["blue"]], alpha=alpha)
    box = {"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 2}
    places = [(x, y) for x in (0.12, 0.5, 0.88) for y in (0.12, 0.5, 0.88)]
    for x, y in places:
        z = float(heights(stage, steepness, np.array(x), np.array(y)))
        ax.text(x, y, num(round(z, 1)), ha="center", va="center", bbox=box)
    ax.set(xlabel="x₁", ylabel="x₂", xticks=[0, 0.5, 1], yticks=[0, 0.5, 1], aspect="equal")
    ax.grid(visible=False)
    middle, arm, corner = (
        round(float(heights(stage, steepness, np.array(x), np.array(y))), 1)
        for x, y in ((0.5, 0.5), (0.5, 0.12), (0.12, 0.12))
    )
    said = {
        "one unit": "One sigmoid unit: a step along a straight line.",
        "two: a ridge": "The difference of two steps: a ridge that runs through the whole square.",
        "four: a cross": "Two ridges, four units in one hidden layer.",
        "a second layer": "A unit of a second hidden layer asks whether the cross is above 1.5.",
    }
    return fig, (
        f"{said[stage]} Steepness {num(steepness)}: {num(middle)} in the middle, {num(arm)} below "
        f"it, {num(corner)} in the corner."
    )


# What training finds -------------------------------------------------------------------------


@mpl.rc_context(STYLE)
def found(errors: Mapping[str, Sequence[float]], built: float, sentence: str) -> Picture:
    """Draw the largest errors of trained networks, one row of dots for each recipe."""
    fig, ax = plt.subplots(figsize=(6, 3.6))
    for row, values in enumerate(errors.values()):
        ax.plot(values, [row] * len(values), "o", color=PALETTE["blue"], markersize=9, alpha=0.7)
    ax.axvline(built, color=PALETTE["vermillion"], linestyle="--")
    ax.set_yticks(range(len(errors)), list(errors))
    ax.set(xlabel="largest error", xlim=(0, 1.4), ylim=(len(errors) - 0.5, -0.5))
    ax.text(built + 0.02, -0.42, "built", color=PALETTE["vermillion"], va="top")
    return fig, sentence
