"""What chapter 3 draws: sizes by layer, a taper, and a race of the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import nnlib
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

# Sizes by layer ---------------------------------------------------------------------------------

BINS = np.linspace(-3, 3, 32)


def sizes_by_layer(sizes: Array, shares: Array, expected: Array, name: str, symbol: str) -> Picture:
    """Draw what networks measure beside the theory, and how the entries lie in three layers.

    sizes     of Z or dX (networks, layers), in the order in which they are computed
    shares    of the entries in BINS (3, bins): in the first, the middle and the last layer
    expected  sizes by the theory (layers,)
    name      of the networks, for the sentence
    symbol    "Z", counted upward, or "dX", counted back from the top
    """
    networks, depth = sizes.shape
    low, middle, high = np.percentile(sizes, [10, 50, 90], axis=0)
    layer = np.arange(1, depth + 1)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 6.8))
    top.fill_between(layer, low, high, color=PALETTE["blue"], alpha=0.3)
    top.plot(layer, middle, label="measured")
    top.plot(layer, expected, "--", label="theory")
    counted = "layer" if symbol == "Z" else "layers back from the top"
    top.set(yscale="log", ylim=(1e-8, 1e8), xlim=(1, depth))
    top.set(xlabel=counted, ylabel=f"size of {symbol}")
    top.legend(loc="upper left", ncols=2)
    _histograms(bottom, shares, (1, depth // 2, depth))
    bottom.set(xlabel=f"entries of {symbol} (beyond ±3: last bin)")
    return fig, (
        f"{name}: {symbol} has size "
        f"{middle[0]:.2g} in the first and {middle[-1]:.2g} in the last of "
        f"{depth} layers (median of {networks} networks, band from 10th to "
        f"90th percentile); the theory says {expected[-1]:.2g}."
    )


def _histograms(ax: Axes, shares: Array, layers: tuple[int, ...]) -> None:
    for share, style, number in zip(shares, ["-", "--", ":"], layers, strict=True):
        bars = np.maximum(share, 1e-4)
        ax.stairs(bars, BINS, baseline=1e-4, linestyle=style, linewidth=2.2, label=f"{number}")
    ax.set(yscale="log", ylim=(1e-4, 2), xlim=(-3, 3), ylabel="share")
    ax.legend(loc="upper right", title=None, ncols=3)


# A taper ------------------------------------------------------------------------------------------

SHAPES = {
    "1024 → 32": [1024, 512, 256, 128, 64, 32],
    "32 → 1024": [32, 64, 128, 256, 512, 1024],
    "hourglass": [512, 128, 32, 32, 128, 512],
    "all 256": [256] * 6,
}
Rule = Callable[[int, int], float]
VARIANCES: dict[str, Rule] = {
    "2/n_in": lambda i, o: 2 / i,
    "2/n_out": lambda i, o: 2 / o,
    "4/(n_in + n_out)": lambda i, o: 4 / (i + o),
    "2/√(n_in n_out)": lambda i, o: 2 / float(np.sqrt(i * o)),
}


def one_taper(widths: list[int], variance: Rule, seed: int) -> tuple[Array, Array]:
    """Return the mean squares of A going up and of dX coming down, where 1 enters."""
    rng, relu = np.random.default_rng(seed), nnlib.ReLU()
    A = rng.normal(size=(8, widths[0]))
    up, layers = [np.mean(A**2)], []
    for i, o in pairwise(widths):
        W = rng.normal(0, np.sqrt(variance(i, o)), (i, o))
        layers.append((A @ W, W))
        A = relu.forward(layers[-1][0])
        up.append(np.mean(A**2))
    G = rng.normal(size=A.shape)
    down = [np.mean(G**2)]
    for Z, W in reversed(layers):
        G = relu.backward(Z, G) @ W.T
        down.append(np.mean(G**2))
    return np.array(up) / up[0], np.array(down[::-1]) / down[0]


def expected_of(widths: list[int], variance: Rule) -> tuple[Array, Array]:
    """Return the same by (3.12) and (3.13)."""
    pairs = list(pairwise(widths))
    up = np.cumprod([1, *(i * variance(i, o) / 2 for i, o in pairs)])
    down = np.cumprod([1, *(o * variance(i, o) / 2 for i, o in pairs[::-1])])[::-1]
    return up, down


def taper(shape: str, variance: str) -> Picture:
    """Draw how signal and gradient fare in ten networks of one of SHAPES."""
    widths, rule = SHAPES[shape], VARIANCES[variance]
    runs = np.array([one_taper(widths, rule, seed) for seed in range(10)])
    up, down = expected_of(widths, rule)
    fig, axes = plt.subplots(2, 1, figsize=(6, 6), sharex=True)
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
    axes[0].legend(loc="upper left", ncols=2)
    axes[1].set(xticks=range(6), xticklabels=widths, xlabel="width, from input to output")
    return fig, (
        f"{shape}, variance {variance}: the signal's mean square goes from "
        f"1 to {runs[:, 0, -1].mean():.2g} at the top (theory "
        f"{up[-1]:.2g}), the gradient's from 1 to "
        f"{runs[:, 1, 0].mean():.2g} at the bottom "
        f"(theory {down[0]:.2g}). Mean of 10 networks."
    )


# A race -------------------------------------------------------------------------------------------


def race(
    runs: Mapping[str, tuple[Array, Array]], initializer: str, activation: str, depth: int
) -> Picture:
    """Draw the training losses of one rule, and thin those of the others.

    runs  the name of each rule -> losses (networks, epochs), inf once they are no numbers, and
          the accuracies (networks,) on what was held out
    """
    losses, scores = runs[initializer]
    networks, epochs = losses.shape
    epoch = np.arange(1, epochs + 1)
    fig, ax = plt.subplots(figsize=(6, 4.2))
    chance = float(np.log(10))
    ax.axhline(chance, color=PALETTE["muted"], linewidth=1, linestyle=":")
    ax.text(epochs, chance + 0.05, "ln 10: knows nothing", ha="right", fontsize=14)
    for other, (curves, _) in runs.items():
        if other != initializer:
            ax.plot(epoch, np.median(curves, axis=0), color=PALETTE["muted"], linewidth=1)
    shown = np.minimum(losses, 99)
    ax.fill_between(epoch, shown.min(0), shown.max(0), color=PALETTE["blue"], alpha=0.3)
    ax.plot(epoch, np.median(shown, axis=0), "o-", color=PALETTE["blue"])
    ax.set(xlabel="epoch", ylabel="training loss", xlim=(1, epochs), ylim=(0, 3.5))
    ending = np.median(losses[:, -1])
    loss = f"is {ending:.1f}" if np.isfinite(ending) else "is no number any more"
    return fig, (
        f"{initializer}, {activation}, {depth} hidden layers: after "
        f"{epochs} epochs the loss {loss}, and {scores.mean():.0%} of the "
        f"held-out digits are read right ({networks} networks; thin lines: "
        "the other rules)."
    )
