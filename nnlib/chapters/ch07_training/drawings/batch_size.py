"""What lesson 3 draws: measured steps and rates on what the noise scale predicts."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch07_training.batch_size import SIZES
from nnlib.chapters.ch07_training.results import STEPS
from nnlib.teaching.figures import PALETTE

Picture = tuple[Figure, str]


def fit(hidden: int, scale: float) -> tuple[float, float, float]:
    """Return N and the rate for large batches, and the largest factor by which steps are missed.

    Both are the geometric means that fit best, given the noise scale.
    """
    bests = [STEPS[hidden, B] for B in SIZES]
    slow = 1 + scale / np.array(SIZES)
    steps, rates = (np.log([b.median for b in bests]), np.log([b.rate for b in bests]))
    few = float(np.exp(np.mean(steps - np.log(slow))))
    rate = float(np.exp(np.mean(rates + np.log(slow))))
    worst = float(np.exp(np.abs(steps - np.log(few * slow)).max()))
    return few, rate, worst


def two_laws(noise_scale: int, hidden: int) -> Picture:
    """Draw steps and best rates for each batch size, and (7.9) and (7.8) for a noise scale."""
    bests = [STEPS[hidden, B] for B in SIZES]
    few, top_rate, worst = fit(hidden, noise_scale)
    line = np.geomspace(1, 1280, 100)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 7), sharex=True, layout="none")
    fig.subplots_adjust(left=0.18, right=0.97, bottom=0.1, top=0.98, hspace=0.08)
    top.plot(line, few * (1 + noise_scale / line), color=PALETTE["orange"], label="(7.9)")
    for B, one in zip(SIZES, bests, strict=True):
        top.plot([B] * 5, one.steps, "o", color=PALETTE["blue"], alpha=0.35, markersize=5)
    top.plot(SIZES, [b.median for b in bests], "o", color=PALETTE["blue"], label="measured")
    bottom.plot(line, top_rate / (1 + noise_scale / line), color=PALETTE["orange"], label="(7.8)")
    for B, one in zip(SIZES, bests, strict=True):
        bottom.plot([B, B], [one.low, one.high], color=PALETTE["blue"], alpha=0.4, linewidth=5)
    bottom.plot(SIZES, [b.rate for b in bests], "o", color=PALETTE["blue"], label="best")
    for ax in (top, bottom):
        ax.axvline(noise_scale, color=PALETTE["green"], linestyle=":", linewidth=1.5)
        ax.legend(loc="upper right" if ax is top else "lower right")
    top.set(xscale="log", yscale="log", ylabel="steps", ylim=(20, 4000))
    bottom.set(xscale="log", yscale="log", xlabel="batch size", ylabel="rate", ylim=(0.01, 4))
    bottom.set(xlim=(0.9, 1500))
    return fig, (
        f"{hidden} hidden units, noise scale {noise_scale}: (7.9) with the best N∞, {few:.0f}, "
        f"misses the median steps by at most a factor of {worst:.2f}; the best η∞ is "
        f"{top_rate:.2g}."
    )
