"""What chapter 2 draws of dead units: in networks that are untrained, and while they train."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch02_activations.dead import EPOCHS, layers_of, train_and_count
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

# Untrained ----------------------------------------------------------------------------------------


def dead_among(samples: Array) -> Callable[..., Picture]:
    """Return what draws the dead units of untrained networks, and how much samples (n, d) count."""

    def dead_units(weights: str, biases: str) -> Picture:
        dead, spread = [], []
        for seed in range(10):
            Zs = list(layers_of(samples, weights, biases, seed))
            dead.append([np.mean(Z.max(axis=0) <= 0) for Z in Zs])
            spread.append([np.sqrt(Z.var(axis=0).mean() / (Z**2).mean()) for Z in Zs])
        depth = np.arange(1, 11)
        fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 6), sharex=True)
        for ax, runs, color in ((top, dead, "vermillion"), (bottom, spread, "blue")):
            low, high = np.percentile(runs, [10, 90], axis=0)
            ax.fill_between(depth, low, high, color=PALETTE[color], alpha=0.25)
            ax.plot(depth, np.mean(runs, axis=0), "o-", color=PALETTE[color])
            ax.set(ylim=(0, 1))
        top.set(ylabel="share dead")
        bottom.set(xlabel="layer", ylabel="what samples change", xticks=depth)
        return fig, (
            f"Weights {weights}, biases {biases}: in layer 10, "
            f"{np.mean(dead, axis=0)[-1]:.0%} of the units are dead, and the "
            f"samples make up {np.mean(spread, axis=0)[-1]:.1%} of the size "
            "of z. Mean of 10 networks, band from 10th to 90th percentile."
        )

    return dead_units


# While they train ---------------------------------------------------------------------------------


def dying_among(samples: Array, labels: Array) -> Callable[..., Picture]:
    """Return what draws how units die, epoch by epoch, in networks that read samples (n, d)."""

    def dying(activation: str, learning_rate: float) -> Picture:
        counts, scores = train_and_count(samples, labels, activation, learning_rate)
        fig, ax = plt.subplots()
        for shares in counts:
            ax.plot(range(EPOCHS + 1), shares, "o-", color=PALETTE["vermillion"], alpha=0.8)
        ax.set(xlabel="epoch", ylabel="share dead", ylim=(-0.03, 1.03))
        return fig, (
            f"{activation}, learning rate {learning_rate:g}: {told(counts, scores)} "
            "(three networks)."
        )

    return dying


def told(counts: Array, scores: Array) -> str:
    """Say what became of three networks, of which some may be lost."""
    ended = ~np.isnan(scores)
    lost = int(np.sum(~ended))
    if lost == len(scores):
        return "all overflowed before the last epoch"
    survivors = ["", "one overflowed; in the other two, ", "two overflowed; in the third, "][lost]
    return (
        f"{survivors}after {EPOCHS} epochs {counts[ended, -1].mean():.0%} of the hidden units "
        f"are dead, and {scores[ended].mean():.0%} of the held-out digits are read"
    )
