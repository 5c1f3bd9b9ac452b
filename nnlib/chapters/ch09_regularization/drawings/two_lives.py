"""What lesson 5 draws: how much a batch knows, what is remembered of it, and small batches."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch09_regularization.drawings.batch_norm import median
from nnlib.chapters.ch09_regularization.tower_runs import BATCHES
from nnlib.chapters.ch09_regularization.towers import NORMS, SIZE_RATES, SIZES
from nnlib.teaching.figures import PALETTE, STYLE

Array = np.ndarray
Picture = tuple[Figure, str]

DRAWN = 2000


def batch_statistics(n: int) -> tuple[Array, Array]:
    """Return mean and variance (with n) of many batches of standard normal numbers."""
    batches = np.random.default_rng(5).normal(size=(DRAWN, n))
    return batches.mean(axis=1), batches.var(axis=1)


def noise(batch_size: int) -> Picture:
    """Draw what batches of that size hold for mean and variance, and the derived spread."""
    means, variances = batch_statistics(batch_size)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 5.6))
    top.hist(means, np.linspace(-2, 2, 61), color=PALETTE["blue"])
    top.set(xlim=(-2, 2), xlabel="mean of a batch", yticks=[])
    bottom.hist(variances, np.linspace(0, 4, 61), color=PALETTE["orange"])
    bottom.set(xlim=(0, 4), xlabel="variance of a batch", yticks=[])
    spread = 1 / np.sqrt(batch_size)
    for side in (-spread, spread):
        top.axvline(side, color=PALETTE["ink"], linestyle=":", linewidth=1.5)
    bottom.axvline(1 - 1 / batch_size, color=PALETTE["ink"], linestyle=":", linewidth=1.5)
    for ax in (top, bottom):
        ax.grid(visible=False)
    return fig, (
        f"{DRAWN:,} batches of {batch_size} from a normal distribution of mean 0 and variance 1. "
        f"The means miss by {means.std():.2f}, derived {spread:.2f}; the variances average "
        f"{variances.mean():.2f}, derived {1 - 1 / batch_size:.2f}, and scatter by "
        f"{variances.std():.2f}, derived {np.sqrt(2 * (batch_size - 1)) / batch_size:.2f}."
    )


def memory(share: float, divided: bool) -> Picture:
    """Draw a running mean over 60 batches of 16 whose true mean is 1; divided or not."""
    rng = np.random.default_rng(3)
    means = 1 + rng.normal(size=60) / 4
    running, kept = [], 0.0
    for t, new in enumerate(means, 1):
        kept += share * (new - kept)
        running.append(kept / (1 - (1 - share) ** t) if divided else kept)
    fig, ax = plt.subplots(figsize=(6, 4))
    at = np.arange(1, 61)
    ax.plot(at, means, "o", color=PALETTE["muted"], markersize=4, label="mean of one batch")
    ax.plot(at, running, color=PALETTE["vermillion"], label="running mean")
    if not divided:
        ax.plot(at, 1 - (1 - share) ** at, ":", color=PALETTE["ink"], label="(9.27)")
    ax.set(xlabel="batch", ylabel="mean", ylim=(0, 2.2), xlim=(0, 61))
    ax.legend(loc="upper right")
    return fig, (
        f"Share of the new batch {share:g}; {'' if divided else 'not '}divided by "
        f"1 − (1 − ρ)ᵗ. After 10 batches it stands at {running[9]:.2f}, after 60 at "
        f"{running[-1]:.2f}; the truth is 1."
    )


def best(norm: str, size: int) -> tuple[float, list[float]]:
    """Return the rate with the best median, and its runs."""
    rates = [rate for rate in SIZE_RATES if (norm, size, rate) in BATCHES]
    rate = max(rates, key=lambda rate: median(BATCHES[norm, size, rate]))
    return rate, BATCHES[norm, size, rate]


@mpl.rc_context(STYLE)
def sizes() -> Picture:
    """Draw the test accuracy at the best rate against the batch size, for each norm."""
    fig, ax = plt.subplots(figsize=(6, 4.4))
    looks = {"none": ("blue", "o"), "batch": ("vermillion", "s"), "layer": ("green", "^")}
    middles = {}
    for k, norm in enumerate(NORMS):
        color, mark = looks[norm]
        runs = np.array([best(norm, size)[1] for size in SIZES])
        middles[norm] = np.median(runs, axis=1)
        at = np.array(SIZES) * 1.08 ** (k - 1)
        ax.vlines(at, runs.min(1), runs.max(1), color=PALETTE[color], alpha=0.5, linewidth=3)
        name = {"none": "no norm", "batch": "batch norm", "layer": "layer norm"}[norm]
        ax.plot(at, middles[norm], mark + "-", color=PALETTE[color], label=name)
    ax.set(xscale="log", xlabel="batch size", ylabel="test accuracy, %", ylim=(40, 101))
    ax.set_xticks(SIZES, [str(size) for size in SIZES])
    ax.minorticks_off()
    ax.legend(loc="lower right")
    told = [
        ", ".join(f"{norm} {middles[norm][SIZES.index(size)]:.0f}" for norm in NORMS)
        for size in (2, 64)
    ]
    return fig, (
        "Two hidden layers of 32 units, five epochs, five networks at the best of seven or eight "
        f"rates; bars from lowest to highest. Medians in % at batches of 2: {told[0]}. "
        f"At 64: {told[1]}."
    )
