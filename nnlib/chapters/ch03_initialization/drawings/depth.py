"""What lessons 6 and 7 draw: thirty layers, six patients, and one network of many."""

from __future__ import annotations

from functools import cache

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.activations import initialize_activation
from nnlib.chapters.ch03_initialization.depth import (
    DEPTH,
    WIDTH,
    charts,
    follow,
    growth,
    mirrored,
    plain,
)
from nnlib.chapters.ch03_initialization.maps import cosines, sizes
from nnlib.chapters.ch03_initialization.results import DEEP
from nnlib.chapters.ch03_initialization.runs import STARTS
from nnlib.teaching.figures import PALETTE, STYLE

Array = np.ndarray
Picture = tuple[Figure, str]


def kept(start: str) -> tuple[float, float]:
    """Return q and the cosine of a pair of 0.5 in layer 30, by the two maps."""
    activation, g = STARTS[start]
    if g is None:  # mirrored: a linear network
        return 1.0, 0.5
    f = initialize_activation(activation)
    qs = sizes(f, g, g**2, DEPTH)
    return float(qs[-1]), float(cosines(f, qs, 0.5)[-1])


def _short(value: float) -> str:
    return f"{value:.2g}" if 1e-3 <= value < 1000 else f"{value:.0e}".replace("-", "−")


@mpl.rc_context(STYLE)
def thirty() -> Picture:
    """Draw what networks of thirty layers read, beside what the two maps say of their start."""
    fig, ax = plt.subplots(figsize=(6, 7.4), layout="none")
    fig.subplots_adjust(left=0.4, right=0.97, bottom=0.09, top=0.99)
    order = sorted(DEEP, key=lambda start: float(np.median(DEEP[start][1])))
    labels = []
    for row, start in enumerate(order):
        scores = np.array(DEEP[start][1])
        q, cosine = kept(start)
        ax.plot(scores, np.full(len(scores), row), "o", color=PALETTE["blue"], alpha=0.45)
        ax.plot(np.median(scores), row, "|", color=PALETTE["vermillion"], markersize=22, mew=3)
        labels.append(f"{start}\nq = {_short(q)}, cos = {cosine:.2f}")
    ax.set(yticks=range(len(order)), yticklabels=labels, xlim=(0, 1.02))
    ax.tick_params(axis="y", labelsize=13)
    ax.set(xlabel="held-out digits read")
    told = ", ".join(f"{start} {np.median(DEEP[start][1]):.0%}" for start in reversed(order))
    return fig, (
        "Thirty hidden layers of 64 units, five runs each at the best of six learning rates. "
        "Beside each start the mean square q in layer 30, and what has become of a cosine of 0.5. "
        f"Medians: {told}."
    )


PAIRED = (
    "ReLU, Kaiming",
    "ReLU, mirrored",
    "SELU, gain 1",
    "tanh, gain 1",
    "tanh, gain 1.1",
    "tanh, gain 1.59",
    "tanh, gain 2.5",
)
BEGIN = (0.9, 0.5, 0.0)


def pairs(network: str) -> Picture:
    """Draw the cosine of three pairs of samples, in five networks and by the second map."""
    layers = np.arange(1, DEPTH + 1)
    fig, ax = plt.subplots(figsize=(6, 4.4), layout="none")
    fig.subplots_adjust(left=0.15, right=0.97, bottom=0.16, top=0.88)
    ends = []
    for begin, color, line in zip(
        BEGIN, ("green", "blue", "orange"), ("-", "-.", ":"), strict=True
    ):
        theory, runs = _second_map(network, begin), paired(network, begin)
        for run in runs:
            ax.plot(layers, run, color=PALETTE[color], linewidth=1, alpha=0.6)
        ax.plot(layers, theory, line, color=PALETTE[color], linewidth=2.6, label=f"from {begin:g}")
        ends.append(f"{begin:g} becomes {abs(theory[-1]):.2f}")
    ax.set(xlabel="layer", ylabel="cosine of a pair", xlim=(1, DEPTH), ylim=(-0.25, 1.05))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
    return fig, (
        f"{network}, {DEPTH} layers: by the second map a cosine of {', '.join(ends)}. Thin: five "
        f"networks of width {WIDTH}."
    )


def _second_map(start: str, begin: float) -> Array:
    activation, g = STARTS[start]
    if g is None:  # mirrored: a linear network
        return np.full(DEPTH, begin)
    f = initialize_activation(activation)
    return cosines(f, sizes(f, g, g**2, DEPTH), begin)


@cache
def paired(start: str, begin: float, networks: int = 5) -> Array:
    """Return the cosine of such pairs layer by layer in some networks (networks, DEPTH)."""
    activation, g = STARTS[start]
    found = []
    for seed in range(networks):
        rng = np.random.default_rng(seed)
        stack = mirrored(rng) if g is None else plain(initialize_activation(activation), g, rng)
        found.append(follow(stack, begin, rng)[2])
    return np.array(found)


def clinic(network: int) -> Picture:
    """Draw the three curves of one of six networks without names, five draws of it."""
    found = charts(network)
    fig, axes = plt.subplots(3, 1, figsize=(6, 8), sharex=True, layout="none")
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.08, top=0.98, hspace=0.16)
    layers = np.arange(1, DEPTH + 1)
    names = ("E[z²]", "a small step²", "cosine of a pair")
    for i, (ax, name) in enumerate(zip(axes, names, strict=True)):
        for run in found:
            ax.plot(layers, np.maximum(run[i], 1e-30), color=PALETTE["blue"], linewidth=1.4)
        ax.set(ylabel=name, xlim=(1, DEPTH))
        if i < 2:
            ax.set(yscale="log", ylim=(1e-10, 1e10))
            ax.minorticks_off()
    axes[2].set(ylim=(-0.3, 1.05), xlabel="layer")
    middle = np.median(found, axis=0)
    return fig, (
        f"Network {network}: from layer 1 to layer {DEPTH} the mean square goes from "
        f"{_short(middle[0, 0])} to {_told(middle[0, -1])}, the square of a small step from "
        f"{_short(middle[1, 0])} to {_told(middle[1, -1])}, the cosine from "
        f"{middle[2, 0]:.2f} to {abs(middle[2, -1]):.2f}. Medians of five draws."
    )


def _told(value: float) -> str:
    return "less than 1e−10" if value < 1e-10 else _short(value)


def one_network(width: int) -> Picture:
    """Draw the mean square of 200 Kaiming ReLU networks beside (3.24)."""
    found = growth(width)
    depth = len(found)
    layer = np.arange(1, depth + 1)
    fig, ax = plt.subplots(figsize=(6, 4.4), layout="none")
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.16, top=0.86)
    low, middle, high = np.percentile(found, [10, 50, 90], axis=1)
    ax.fill_between(layer, low, high, color=PALETTE["blue"], alpha=0.3)
    ax.plot(layer, middle, label="median")
    ax.plot(layer, found.mean(axis=1), ":", color=PALETTE["green"], label="mean")
    center, spread = -5 * layer / (2 * width), 1.2816 * np.sqrt(5 * layer / width)
    for sign, label in ((-1, None), (0, "(3.24)"), (1, None)):
        band = np.exp(center + sign * spread)
        ax.plot(layer, band, "--", color=PALETTE["vermillion"], label=label)
    ax.set(xlabel="layer", ylabel="mean square of A", yscale="log", xlim=(1, depth))
    ax.set(ylim=(1e-6, 1e2))
    ax.minorticks_off()
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
    return fig, (
        f"{found.shape[1]} ReLU networks of width {width} with Kaiming's weights: after {depth} "
        f"layers the median is {_short(middle[-1])}, and 8 of 10 lie between {_short(low[-1])} and "
        f"{_short(high[-1])}. By (3.24) the median is {_short(float(np.exp(center[-1])))}."
    )
