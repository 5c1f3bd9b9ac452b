"""What lesson 2 draws: the mean square slope as an area beside the path of q, and the decay."""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.activations import Activation, initialize_activation
from nnlib.chapters.ch02_activations.signals import (
    mean_square,
    mean_square_slope,
    measure,
    theory,
    variances,
)
from nnlib.teaching.figures import PALETTE, STYLE

Array = np.ndarray
Picture = tuple[Figure, str]

# E[f'(z)^2] as an area
# ------------------------------------------------------------------------------

Z = np.linspace(-6, 6, 1201)
LOW, HIGH = 0.01, 100.0


def area(activation: str, ns2: float, layer: int) -> Picture:
    """Draw which share of the bell of z the squared slope lets through, and below it how q came.

    The bell is drawn with height 1 instead of area 1, so that a narrow one fits the axes.
    """
    f = initialize_activation(activation)
    qs = variances(f, ns2, layer)
    q = qs[-1]
    share = mean_square_slope(f, q)
    fig, (top, bottom) = plt.subplots(
        2, 1, figsize=(6, 8.4), gridspec_kw={"height_ratios": [1, 1.25]}
    )
    _bell(top, f, q)
    _cobweb(bottom, f, ns2, qs)
    chi = ns2 * share
    tends = "shrinks" if chi < 0.995 else "grows" if chi > 1.005 else "stays as it is"
    return fig, (
        f"{activation}, n s² = {ns2:g}, layer {layer}: z has the variance q = {_short(q)}, and "
        f"E[f′(z)²] = {share:.3g} is shaded. χ = {ns2:g} · {share:.3g} = {chi:.3g}: on its "
        f"way back "
        f"through this layer the gradient's mean square {tends}."
    )


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 1e4 else f"{value:.0e}"


def _bell(ax: Axes, f: Activation, q: float) -> None:
    bell = np.exp(-(Z**2) / (2 * q))
    slope = f.derivative(Z) ** 2
    ax.fill_between(Z, 0, bell * slope, color=PALETTE["green"], alpha=0.35, linewidth=0)
    ax.plot(Z, bell, color=PALETTE["blue"], label="bell of z")
    ax.plot(Z, slope, color=PALETTE["vermillion"], linewidth=1.8, label="f′(z)²")
    ax.plot(Z, bell * slope, color=PALETTE["green"], linewidth=1.4, label="both")
    ax.set(xlabel="z", xlim=(-6, 6), ylim=(0, 1.5))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, columnspacing=1.2)


def _cobweb(ax: Axes, f: Activation, ns2: float, qs: list[float]) -> None:
    ends = np.geomspace(LOW, HIGH, 60)
    ax.plot(ends, [ns2 * mean_square(f, q) for q in ends], color=PALETTE["blue"])
    ax.plot(ends, ends, color=PALETTE["muted"], linewidth=1.4)
    across, up = [qs[0]], [LOW]
    for q, after in itertools.pairwise(qs):
        across += [q, after]
        up += [after, after]
    ax.plot(across, up, color=PALETTE["vermillion"], linewidth=1.6)
    outside = not LOW <= qs[-1] <= HIGH
    if not outside:
        ax.plot(qs[-1], qs[-1], "o", color=PALETTE["vermillion"])
    ax.set(
        xscale="log",
        yscale="log",
        xlim=(LOW, HIGH),
        ylim=(LOW, HIGH),
        xlabel="q of a layer",
        ylabel="q of the next",
    )
    note = f"layer {len(qs)}: q = {_short(qs[-1])}" + (", outside" if outside else "")
    ax.text(0.03, 0.93, note, transform=ax.transAxes, fontsize=14)


# The decay
# ------------------------------------------------------------------------------------------

# What n s^2 comes to for n = 100 and weights of that variance.
SCHEMES = {"0.01²": 0.01, "1/n": 1.0, "2/n": 2.0, "1": 100.0}
SMALLEST = float(np.finfo(np.float32).smallest_subnormal)


SEEDS = range(20)
DEEPEST = 50


class _Again(np.random.Generator):
    """Gives the normal numbers of a seed: they are those of each network but for their scale."""

    def __init__(self, drawn: Array) -> None:
        super().__init__(np.random.PCG64(0))
        self._drawn, self._given = drawn, 0

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        start, self._given = self._given, self._given + math.prod(size)
        return loc + scale * self._drawn[start : self._given].reshape(size)


@cache
def _drawn(seed: int) -> Array:
    """Draw as many numbers as `measure` takes for the deepest network."""
    return np.random.default_rng(seed).normal(size=DEEPEST * 100 * 100 + 2 * 50 * 100)


@cache
def _measured(activation: str, ns2: float, depth: int) -> Array:
    f = initialize_activation(activation)
    with np.errstate(over="ignore"):
        return np.array([measure(f, ns2, depth, _Again(_drawn(seed))) for seed in SEEDS])


def decay(activation: str, weights: str, depth: int) -> Picture:
    """Draw the size of the gradient, and how far each of 20 networks is from the theory."""
    ns2 = SCHEMES[weights]
    sizes = _measured(activation, ns2, depth)
    expected = theory(initialize_activation(activation), ns2, depth)
    low, middle, high = np.percentile(sizes, [10, 50, 90], axis=0)
    back = np.arange(1, depth + 1)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 6.8), sharex=True)
    top.plot(back, middle, label="measured")
    top.plot(back, expected, "--", label="theory")
    ends = min(expected.min(), middle.min()), max(expected.max(), middle.max())
    top.set(ylabel="size of the gradient", yscale="log")
    top.set_ylim(min(ends[0] / 5, 0.01), max(ends[1] * 5, 10))
    if ends[0] < SMALLEST:
        top.axhspan(top.get_ylim()[0], SMALLEST, color=PALETTE["orange"], alpha=0.25, lw=0)
        top.text(1.2, top.get_ylim()[0] * 30, "zero in float32", fontsize=13)
    top.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    bottom.fill_between(back, low / expected, high / expected, color=PALETTE["blue"], alpha=0.3)
    bottom.plot(back, middle / expected)
    bottom.axhline(1, color=PALETTE["vermillion"], linestyle="--", linewidth=1.4)
    ticks = [0.2, 0.5, 1, 2, 5]
    bottom.set(
        xlabel="layers back from the top",
        ylabel="measured / theory",
        yscale="log",
        ylim=(0.15, 6),
        xlim=(1, depth),
        yticks=ticks,
        yticklabels=ticks,
    )
    bottom.minorticks_off()
    bottom.xaxis.get_major_locator().set_params(integer=True)
    return fig, (
        f"{activation}, weights of variance {weights}, {depth} layers: the gradient has "
        f"{middle[-1]:.1e} times its size (median of 20 networks; 10th to 90th percentile "
        f"{low[-1]:.1e} to {high[-1]:.1e}). The theory says {expected[-1]:.1e}."
    )


# The opening page
# -----------------------------------------------------------------------------------


@mpl.rc_context(STYLE)
def arrives(depth: int = 30) -> Picture:
    """Draw what arrives of a gradient, layer by layer, in three kinds of networks."""
    fig, ax = plt.subplots(figsize=(6, 4.2))
    back, ends = np.arange(1, depth + 1), []
    cases = (("sigmoid", 1.0, "blue", "-"), ("tanh", 1.0, "green", "--"))
    for name, ns2, color, line in (*cases, ("relu", 2.0, "vermillion", "-.")):
        sizes = theory(initialize_activation(name), ns2, depth)
        ax.plot(back, sizes, line, color=PALETTE[color])
        layer = depth * 2 // 3 if name == "sigmoid" else depth
        away = {"sigmoid": 30.0, "tanh": 0.005, "relu": 4.0}[name]
        side = "left" if layer < depth else "right"
        ax.text(layer, sizes[layer - 1] * away, name, ha=side, color=PALETTE[color])
        ends.append(sizes[-1])
    ax.set(yscale="log", ylim=(1e-20, 1e3), xlim=(1, depth + 0.3))
    ax.set(xlabel="layers back from the top", ylabel="size of the gradient")
    return fig, (
        f"A gradient of size 1 enters {depth} layers from above. Of it arrives {ends[0]:.0e} with "
        f"sigmoids, {ends[1]:.2f} with tanh, {ends[2]:.0f} with ReLU, each with weights that are "
        "usual for it."
    )
