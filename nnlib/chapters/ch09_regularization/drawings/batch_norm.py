"""What lesson 4 draws: a number that is pulled, three paths back, and towers with and without."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.chapters.ch09_regularization.tower_runs import DEPTH
from nnlib.chapters.ch09_regularization.towers import RATES
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

OTHERS = (6.0, 6.0, 8.0)
G = np.array([36.0, 0.0, 0.0, 0.0])


def normalized(x: Array) -> Array:
    """Return x with mean 0 and variance 1."""
    return (x - x.mean()) / x.std()


def number(value: float) -> str:
    """Return a number to two decimals, with a true minus and no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−")
    return "0" if text == "−0" else text


def pull(first: float) -> Picture:
    """Draw four numbers on a line, the first where it was pulled to, and below them normalized."""
    x = np.array([first, *OTHERS])
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 4.2))
    for ax, values in ((top, x), (bottom, normalized(x))):
        ax.axhline(0, color=PALETTE["muted"], linewidth=1)
        ax.plot(values[1:], [0, 0.06, 0], "o", color=PALETTE["blue"], markersize=11)
        ax.plot(values[0], -0.06, "o", color=PALETTE["vermillion"], markersize=11)
        ax.set(ylim=(-0.5, 0.5), yticks=[])
        ax.grid(visible=False)
    top.set(xlim=(-1, 41), xlabel="x")
    bottom.set(xlim=(-2, 2), xlabel="normalized")
    for end in (-np.sqrt(3), np.sqrt(3)):
        bottom.axvline(end, color=PALETTE["orange"], linestyle=":", linewidth=1.5)
    told = ", ".join(number(v) for v in normalized(x))
    return fig, (
        f"The first number at {number(first)}: mean {number(x.mean())}, standard deviation "
        f"{number(x.std())}. Normalized: {told}. Only the first was moved; dotted: ±√3."
    )


# Three paths ------------------------------------------------------------------------------------

PATHS = ("through x itself", "through the mean", "through the variance", "all three")
PLACES = {
    "x": (0.3, 2.4),
    "μ": (1.7, 0.9),
    "x − μ": (3.2, 2.4),
    "s": (4.7, 0.9),
    "÷": (6.0, 2.4),
    "x̂": (7.5, 2.4),
}
WIRES = {
    "through x itself": [("x", "x − μ"), ("x − μ", "÷"), ("÷", "x̂")],
    "through the mean": [("x", "μ"), ("μ", "x − μ"), ("x − μ", "÷"), ("÷", "x̂")],
    "through the variance": [("x", "x − μ"), ("x − μ", "s"), ("s", "÷"), ("÷", "x̂")],
}
HUES = dict(zip(PATHS, ("blue", "orange", "vermillion"), strict=False))
ALL_WIRES = sorted({wire for wires in WIRES.values() for wire in wires})


def shares(x: Array, g: Array) -> dict[str, Array]:
    """Return what each path brings to dx, by (9.21)."""
    x_hat, s, n = normalized(x), x.std(), len(x)
    return {
        "through x itself": g / s,
        "through the mean": np.full(n, -g.mean() / s),
        "through the variance": -x_hat * (g * x_hat).mean() / s,
    }


def paths(path: str) -> Picture:
    """Draw the circuit of one column with a path lit, and below what it brings to each dx."""
    x = np.array([0.0, *OTHERS])
    parts = shares(x, G)
    fig, (ax, bars) = plt.subplots(2, 1, figsize=(6, 6.2), height_ratios=[1, 1.25])
    lit = [*WIRES] if path == "all three" else [path]
    for start, end in ALL_WIRES:
        ends = zip(PLACES[start], PLACES[end], strict=True)
        ax.plot(*ends, color=PALETTE["muted"], linewidth=1.2, zorder=1)
    for k, name in enumerate(lit):
        shift = 0.09 * (k - (len(lit) - 1) / 2)  # side by side where they share a wire
        for start, end in WIRES[name]:
            (x0, y0), (x1, y1) = PLACES[start], PLACES[end]
            beside = [y0 - shift, y1 - shift]
            ax.plot([x0, x1], beside, color=PALETTE[HUES[name]], linewidth=3.5, zorder=1)
    for name, (px, py) in PLACES.items():
        circle = {"boxstyle": "round,pad=0.35", "facecolor": PALETTE["paper"]}
        ax.text(px, py, name, ha="center", va="center", bbox=circle, zorder=3)
    ax.set(xlim=(-0.3, 8.1), ylim=(0.3, 3.0))
    ax.axis("off")
    _stack(bars, {name: parts[name] for name in lit})
    total = sum(parts[name] for name in lit)
    told = ", ".join(number(value) for value in np.asarray(total))
    where = "All three paths together" if path == "all three" else f"The path {path}"
    return fig, (
        f"x = 0, 6, 6, 8, and only the first output is pulled: g = 36, 0, 0, 0. {where}: "
        f"dx = {told}, sum {number(float(np.sum(total)))}."
    )


def _stack(ax: Axes, parts: dict[str, Array]) -> None:
    """Draw the parts of each dx side by side, and their sum as a diamond."""
    width = 0.8 / len(parts)
    for k, (name, values) in enumerate(parts.items()):
        at = np.arange(4) + (k - (len(parts) - 1) / 2) * width
        ax.bar(at, values, width, color=PALETTE[HUES[name]])
    if len(parts) > 1:
        total = np.sum([*parts.values()], axis=0)
        ax.plot(range(4), total, "D", color=PALETTE["ink"], markersize=9, label="sum")
        ax.legend(loc="upper right")
    ax.axhline(0, color=PALETTE["muted"], linewidth=1)
    ax.set(ylim=(-10, 13), ylabel="dx", xticks=range(4))
    ax.set_xticklabels([f"$x_{i}$" for i in range(1, 5)])
    ax.grid(visible=False)


# Towers -----------------------------------------------------------------------------------------


def median(values: list[float]) -> float:
    """Return the median accuracy; a run whose loss broke counts as guessing, 10 %."""
    return float(np.median(np.nan_to_num(values, nan=10)))


def towers(depth: int) -> Picture:
    """Draw the accuracy against the rate, with and without batch norm: medians and ranges."""
    fig, ax = plt.subplots(figsize=(6, 4.4))
    told = []
    looks = (("none", "without", "blue", "o"), ("batch", "with batch norm", "vermillion", "s"))
    for norm, name, color, mark in looks:
        runs = np.nan_to_num([DEPTH[norm, depth, rate] for rate in RATES], nan=10)
        middle = np.median(runs, axis=1)
        ax.fill_between(RATES, runs.min(1), runs.max(1), color=PALETTE[color], alpha=0.25)
        ax.plot(RATES, middle, mark + "-", color=PALETTE[color], label=name)
        best = int(middle.argmax())
        told.append(
            f"{name}, best at the rate {RATES[best]:g}: {middle[best]:.0f} % "
            f"({runs[best].min():.0f} to {runs[best].max():.0f})"
        )
    ax.set(xscale="log", xlabel="learning rate", ylabel="test accuracy, %", ylim=(0, 102))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return fig, f"{depth} hidden layers, five networks each. {'; '.join(told).capitalize()}."
