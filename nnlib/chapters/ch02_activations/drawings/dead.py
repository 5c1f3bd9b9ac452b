"""What lesson 3 draws: units whose z is negative for all samples, and what would wake them."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch02_activations.dead import (
    CHANGES,
    EPOCHS,
    Run,
    changed_in,
    digits,
    passes,
    revived,
    silent,
    train,
    untrained,
    verdict,
)
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

# Untrained ----------------------------------------------------------------------------------------


def dead_units(weights: str, biases: str) -> Picture:
    """Draw the share of dead units layer by layer, and how much of z depends on the sample."""
    samples = digits()[0]
    dead, spread = [], []
    for seed in range(10):
        layers = untrained(samples.shape[1], weights, biases, seed)
        Zs = [Z for _, Z in passes(samples, layers)]
        dead.append([silent(Z).mean() for Z in Zs])
        spread.append([np.sqrt(Z.var(axis=0).mean() / (Z**2).mean()) for Z in Zs])
    depth = np.arange(1, 11)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 6), sharex=True)
    for ax, runs, color in ((top, dead, "vermillion"), (bottom, spread, "blue")):
        low, high = np.percentile(runs, [10, 90], axis=0)
        ax.fill_between(depth, low, high, color=PALETTE[color], alpha=0.25)
        ax.plot(depth, np.mean(runs, axis=0), "o-", color=PALETTE[color])
        ax.set(ylim=(0, 1))
    top.set(ylabel="share dead")
    bottom.set(xlabel="layer", ylabel="std of z / rms of z", xticks=depth)
    return fig, (
        f"Weights {weights}, biases {biases}: in layer 10, {np.mean(dead, axis=0)[-1]:.0%} of the "
        f"units are dead. Over the samples z has a standard deviation of "
        f"{np.mean(spread, axis=0)[-1]:.1%} of its root mean square. Mean of 10 networks, band "
        "from 10th to 90th percentile."
    )


# The trial ----------------------------------------------------------------------------------------

SHOWN = 30


def trial(suspect: str, change: str) -> Picture:
    """Draw the range of z of units that are dead, with one thing changed: who wakes?"""
    dead = np.flatnonzero(silent(changed_in(suspect, 0, "nothing")))[:SHOWN]
    Z = changed_in(suspect, 0, change)
    Z = Z / np.sqrt(np.mean(Z**2))
    fig, ax = plt.subplots(figsize=(6, 5.6))
    for row, unit in enumerate(dead):
        z = Z[:, unit]
        color = PALETTE["vermillion" if z.max() <= 0 else "green"]
        ax.plot([z.min(), z.max()], [row, row], color=color, linewidth=3.5)
        ax.plot(z.mean(), row, "o", color=color, markersize=5)
    ax.axvline(0, color=PALETTE["ink"], linewidth=1.4)
    ax.axvspan(0, 6, color=PALETTE["sky"], alpha=0.15, linewidth=0)
    ax.text(0.1, SHOWN + 0.2, "awake", fontsize=14)
    ax.set(xlim=(-6, 6), ylim=(-1, SHOWN + 1.6), yticks=[])
    ax.set(xlabel="z over all samples, in units of its rms", ylabel="units that were dead")
    share, still = verdict(suspect, change)
    if change == CHANGES[0]:
        told = f"{_band(share)} of the units are dead"
    else:
        told = f"of the dead units {_band(still)} stay dead"
    return fig, (
        f"{suspect[0].upper()}{suspect[1:]}; changed: {change}. In five networks {told}. Each line "
        "runs from the smallest z of a unit to the largest, with a dot at the mean."
    )


def _band(shares: Array) -> str:
    low, high = f"{shares.min():.0%}", f"{shares.max():.0%}"
    if low == high:
        return {"0%": "none", "100%": "all"}.get(low, low)
    return f"{shares.min() * 100:.0f} to {high}"


# While they train ---------------------------------------------------------------------------------

SEEDS = range(3)


def dying(activation: str, learning_rate: float) -> Picture:
    """Draw how units fall silent epoch by epoch, in both hidden layers of three networks."""
    runs = [train(activation, learning_rate, seed) for seed in SEEDS]
    fig, axes = plt.subplots(2, 1, figsize=(6, 6), sharex=True)
    for layer, ax in enumerate(axes):
        for run in runs:
            shares = run.silent[layer].mean(axis=1)
            ax.plot(range(len(shares)), shares, "o-", color=PALETTE["vermillion"], alpha=0.8)
        ax.set(ylim=(-0.04, 1.04), xlim=(-0.15, EPOCHS + 0.15), ylabel=f"layer {layer + 1}: share")
    axes[0].set_title("units with z ≤ 0 for all samples")
    axes[1].set(xlabel="epoch")
    return fig, f"{activation}, learning rate {learning_rate:g}: {told(runs)}"


def told(runs: list[Run]) -> str:
    """Say what became of the networks, of which some may be lost."""
    scores = [run.score for run in runs if run.score is not None]
    lost = len(runs) - len(scores)
    if not scores:
        return "all three networks overflowed."
    last = [
        run.silent[layer][-1].mean() for run in runs if run.score is not None for layer in (0, 1)
    ]
    start = ["", "one of three networks overflowed; ", "two of three networks overflowed; "][lost]
    woke, ever = np.sum([revived(run.silent[1]) for run in runs], axis=0)
    return (
        f"{start}in the end {np.mean(last):.0%} of the hidden units have z ≤ 0 for all "
        f"samples, and "
        f"{np.mean(scores):.0%} of the held-out digits are read. In layer 2, {woke} of {ever} "
        f"units "
        "that were so after some epoch were not after a later one."
    )
