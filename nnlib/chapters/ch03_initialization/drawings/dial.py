"""What lesson 5 draws: one dial, the gain, and what it does to both maps."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.activations import Activation, initialize_activation
from nnlib.chapters.ch03_initialization.maps import (
    FixedPoint,
    chi,
    cosines,
    fixed_points,
    next_q,
    sizes,
)
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

ACTIVATIONS = ("relu", "tanh", "selu", "gelu", "silu", "sigmoid")
# Among them the gains that make q = 1 a fixed point: ReLU, GELU, tanh, SiLU; SELU's is 1.
GAINS = (0.8, 1.0, 1.1, 1.2, 1.41, 1.53, 1.59, 1.68, 2.5, 10.0)
EXACT = {1.41: np.sqrt(2), 1.53: 1.5335, 1.59: 1.5926, 1.68: 1.6765}
STARTS, DEPTH = (0.8, 1.25), 30
LOW, HIGH = 1e-2, 1e2
CHI = 2  # where the picture of χ ends


def dial(activation: str, gain: float) -> Picture:
    """Draw q as a cobweb from two starts, χ layer by layer, and the cosines of two pairs."""
    f, g = initialize_activation(activation), float(EXACT.get(gain, gain))
    paths = [sizes(f, g, q, DEPTH) for q in STARTS]
    points = fixed_points(f, g, LOW, HIGH)
    fig, axes = plt.subplots(
        3, 1, figsize=(6, 10.2), gridspec_kw={"height_ratios": [2.1, 1, 1]}, layout="none"
    )
    fig.subplots_adjust(left=0.17, right=0.96, bottom=0.07, top=0.985, hspace=0.32)
    _cobweb(axes[0], f, g, paths, points)
    layers = np.arange(1, DEPTH + 1)
    for path, (color, line) in zip(paths, _LINES, strict=True):
        axes[1].plot(layers, [chi(f, g, q) for q in path], line, color=PALETTE[color])
    axes[1].axhline(1, color=PALETTE["muted"], linewidth=1)
    axes[1].set(ylabel="χ", ylim=(0, CHI), xlim=(1, DEPTH), xlabel="layer")
    if min(chi(f, g, path[-1]) for path in paths) > CHI:
        above = f"χ = {short(chi(f, g, paths[0][-1]))}, above this picture"
        axes[1].text(0.03, 0.78, above, transform=axes[1].transAxes, fontsize=14)
    pairs = [cosines(f, sizes(f, g, 1.0, DEPTH), c) for c in (0.9, 0.0)]
    for pair, (color, line) in zip(pairs, (("green", "-"), ("orange", "--")), strict=True):
        axes[2].plot(layers, pair, line, color=PALETTE[color])
    axes[2].set(ylabel="cosine of a pair", ylim=(-0.05, 1.05), xlim=(1, DEPTH), xlabel="layer")
    return fig, _sentence(activation, gain, f, g, paths, points, pairs)


_LINES = (("blue", "-"), ("vermillion", "--"))


def _cobweb(
    ax: Axes, f: Activation, g: float, paths: list[Array], points: list[FixedPoint]
) -> None:
    ends = np.geomspace(LOW, HIGH, 80)
    ax.plot(ends, [next_q(f, g, q) for q in ends], color=PALETTE["ink"], linewidth=1.6)
    ax.plot(ends, ends, color=PALETTE["muted"], linewidth=1.2)
    for path, (color, line) in zip(paths, _LINES, strict=True):
        across, up = [path[0]], [path[0]]
        for q, after in itertools.pairwise(path):
            across += [q, after]
            up += [after, after]
        ax.plot(across, up, line, color=PALETTE[color], linewidth=1.6)
        ax.plot(path[0], path[0], "|", color=PALETTE[color], markersize=14, mew=2.5)
    for point in points:
        fill = {"stable": "ink", "unstable": "paper", "marginal": "muted"}[point.kind]
        ax.plot(point.q, point.q, "o", mfc=PALETTE[fill], mec=PALETTE["ink"], ms=10, mew=2)
    ax.set(xscale="log", yscale="log", xlim=(LOW, HIGH), ylim=(LOW, HIGH))
    ax.set(xlabel="q of a layer", ylabel="q of the next")
    ax.minorticks_off()
    kinds = sorted({point.kind for point in points})
    note = f"q = {points[0].q:.2g}: {kinds[0]}" if points else "no fixed point here"
    if kinds == ["marginal"]:
        note = "every q stays: marginal"
    ax.text(0.03, 0.93, note, transform=ax.transAxes, fontsize=14)


def short(value: float) -> str:
    """Write 0.11, 26 or 9e+02."""
    return f"{value:.2g}" if 1e-3 <= value < 1000 else f"{value:.0e}".replace("-", "−")


def _sentence(
    activation: str,
    gain: float,
    f: Activation,
    g: float,
    paths: list[Array],
    points: list[FixedPoint],
    pairs: list[Array],
) -> str:
    low, high = (float(path[-1]) for path in paths)
    ends = f"0.8 has become {short(low)} after {DEPTH} layers, 1.25 {short(high)}"
    if points and points[0].kind == "marginal":
        says = f"each q stays what it is, and none draws the others: {ends}"
    elif points:
        says = " and ".join(f"q = {p.q:.2g} is a fixed point, {p.kind}" for p in points)
        says += f": {ends}"
    else:
        says = f"no size between {LOW:g} and {HIGH:g} stays: {ends}"
    return (
        f"{activation}, gain {gain:g}: {says}. χ = {chi(f, g, low):.2f} in the last layer of the "
        f"first path. Two samples of cosine 0.9 end at {pairs[0][-1]:.2f}, two of cosine 0 at "
        f"{pairs[1][-1]:.2f}."
    )
