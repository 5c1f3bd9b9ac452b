"""What lessons 2 to 4 draw: sizes by layer with their bands, and a network that tapers."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.activations import initialize_activation
from nnlib.chapters.ch02_activations.signals import theory, variances
from nnlib.chapters.ch03_initialization.walks import (
    RULES,
    SHAPES,
    VARIANCES,
    expected_of,
    one_taper,
    walks,
)
from nnlib.teaching.figures import PALETTE

Picture = tuple[Figure, str]
DEPTH, WIDTH = 50, 100


def told(value: float) -> str:
    """Write a size in two digits: 0.45, 78, 3e-58."""
    if value == 0 or 1e-3 <= value < 1e4:
        return f"{value:.2g}"
    return f"{value:.0e}".replace("-", "−")


def sizes_by_layer(rule: str, activation: str, direction: str) -> Picture:
    """Draw the sizes of Z, or backward those of dX, in 16 networks of 50 layers of 100 units."""
    i = ["forward", "backward"].index(direction)
    sizes = walks(rule, activation, DEPTH, WIDTH)[i]
    f, ns2 = initialize_activation(activation), RULES[rule](WIDTH, activation)
    expected = (np.sqrt(variances(f, ns2, DEPTH)), theory(f, ns2, DEPTH))[i]
    symbol, counted = (("Z", "layer"), ("dX", "layers back from the top"))[i]
    low, middle, high = np.percentile(sizes, [10, 50, 90], axis=0)
    layer = np.arange(1, DEPTH + 1)
    fig, ax = plt.subplots(figsize=(6, 4.2), layout="none")
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.17, top=0.88)
    ax.fill_between(layer, low, high, color=PALETTE["blue"], alpha=0.3)
    ax.plot(layer, middle, label="measured")
    ax.plot(layer, expected, "--", label="theory")
    ax.set(yscale="log", ylim=(1e-8, 1e8), xlim=(1, DEPTH))
    ax.set(xlabel=counted, ylabel=f"size of {symbol}")
    ax.minorticks_off()
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    return fig, (
        f"{rule}, {activation}: {symbol} has size {told(middle[0])} in the first and "
        f"{told(middle[-1])} in the last of {DEPTH} layers (median of {len(sizes)} networks, band "
        f"from 10th to 90th percentile: {told(low[-1])} to {told(high[-1])}). The theory says "
        f"{told(expected[-1])}."
    )


def forward(rule: str, activation: str) -> Picture:
    """Draw how the signal fares."""
    return sizes_by_layer(rule, activation, "forward")


def backward(rule: str, activation: str) -> Picture:
    """Draw how a random gradient from the top fares."""
    return sizes_by_layer(rule, activation, "backward")


def taper(shape: str, variance: str) -> Picture:
    """Draw how signal and gradient fare in ten networks of one of SHAPES."""
    widths, rule = SHAPES[shape], VARIANCES[variance]
    runs = np.array([one_taper(widths, rule, seed) for seed in range(10)])
    up, down = expected_of(widths, rule)
    fig, axes = plt.subplots(2, 1, figsize=(6, 6), sharex=True, layout="none")
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.12, top=0.93, hspace=0.12)
    for ax, measured, expected, name, color in (
        (axes[0], runs[:, 0], up, "signal", "blue"),
        (axes[1], runs[:, 1], down, "gradient", "vermillion"),
    ):
        low, high = np.percentile(measured, [10, 90], axis=0)
        ax.fill_between(range(6), low, high, color=PALETTE[color], alpha=0.25)
        mean = measured.mean(axis=0)
        ax.plot(range(6), mean, "o-", color=PALETTE[color], label="measured")
        ax.plot(range(6), expected, "--", color=PALETTE["ink"], label="theory")
        ax.axhline(1, color=PALETTE["muted"], linewidth=0.8)
        ax.set(yscale="log", ylim=(0.01, 100), ylabel=f"E[{name}²]")
        ax.minorticks_off()
    axes[0].legend(loc="lower center", bbox_to_anchor=(0.5, 0.98), ncols=2)
    axes[1].set(xticks=range(6), xticklabels=widths, xlabel="width, from input to output")
    return fig, (
        f"{shape}, variance {variance}: the signal's mean square goes from 1 to "
        f"{runs[:, 0, -1].mean():.2g} at the top (theory {up[-1]:.2g}), the gradient's from 1 to "
        f"{runs[:, 1, 0].mean():.2g} at the bottom (theory {down[0]:.2g}). Mean of 10 networks."
    )
