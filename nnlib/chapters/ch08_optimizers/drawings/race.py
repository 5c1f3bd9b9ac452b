"""What lesson 6 draws: what each rate misreads, and the finish of the race."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch08_optimizers import finish
from nnlib.chapters.ch08_optimizers.race import OPTIMIZERS, POWERS, TASKS, rate_of
from nnlib.teaching.figures import PALETTE

Picture = tuple[Figure, str]

NETWORKS = {
    "one hidden layer": "small",
    "one hidden layer, 60 epochs": "long",
    "six hidden layers": "deep",
    "convolution": "cnn",
    "one hidden layer, whole forms held out": "forms",
}


def valleys(optimizer: str, network: str) -> Picture:
    """Draw what each rate of the grid misreads of the validation digits, for all six."""
    task = NETWORKS[network]
    fig, ax = plt.subplots(figsize=(6, 4.4), layout="none")
    fig.subplots_adjust(left=0.15, right=0.97, bottom=0.17, top=0.96)
    for name in OPTIMIZERS:
        means = finish.runs(task, name)[..., finish.VALIDATION].mean(axis=1)
        own = name == optimizer
        color = PALETTE["blue" if own else "muted"]
        ax.plot(POWERS, means, "o-" if own else "-", color=color, linewidth=2.6 if own else 1)
    misread = finish.runs(task, optimizer)[..., finish.VALIDATION]
    ax.fill_between(
        POWERS, *np.quantile(misread, [0.25, 0.75], axis=1), color=PALETTE["blue"], alpha=0.15
    )
    ax.axvline(0, color=PALETTE["vermillion"], linestyle=":", linewidth=1.5)
    ax.set(yscale="log", ylim=(4, 300), xlabel="rate: default times 2 to the power")
    ax.set_ylabel("misread")
    ax.set_yticks([5, 10, 30, 100, 270], ["5", "10", "30", "100", "270"])
    ax.minorticks_off()
    means = misread.mean(axis=1)
    best = int(np.argmin(means))
    return fig, (
        f"{optimizer}, {network}: best at the rate {rate_of(optimizer, POWERS[best]):.3g}, "
        f"{means[best]:.1f} of some 270 misread (mean of {TASKS[task].splits} splits); at the "
        f"default, {rate_of(optimizer, 0):g}, {means[POWERS.index(0)]:.1f}. "
        f"{finish.near(task, optimizer)} of {len(POWERS)} rates misread at most half as many again."
    )


def line(network: str, rates: str) -> Picture:
    """Draw what each optimizer misreads of the test digits, split by split."""
    task = NETWORKS[network]
    fig, ax = plt.subplots(figsize=(6, 4.4), layout="none")
    fig.subplots_adjust(left=0.24, right=0.97, bottom=0.17, top=0.96)
    told = []
    for place, name in enumerate(OPTIMIZERS):
        misread = finish.reported(task, name, mode=rates)
        shown = np.clip(misread, 2, 280)
        spread = np.linspace(-0.2, 0.2, len(shown))
        ax.plot(shown, place + spread, "o", color=PALETTE["blue"], alpha=0.45, markersize=5)
        ax.plot([misread.mean()], [place], "|", color=PALETTE["vermillion"], markersize=30, mew=3)
        told.append(f"{name} {misread.mean():.1f}")
    ax.set(xscale="log", xlim=(1.8, 320), xlabel="misread of some 270 test digits")
    ax.set_xticks([3, 10, 30, 100, 270], ["3", "10", "30", "100", "270"])
    ax.minorticks_off()
    ax.set_yticks(range(len(OPTIMIZERS)), list(OPTIMIZERS))
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    return fig, (
        f"{network}, rates {rates}: misread on average {', '.join(told)}. Points: "
        f"{TASKS[task].splits} splits."
    )
