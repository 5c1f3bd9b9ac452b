"""What the opening page and lesson 1 draw: a network that is repaired one cause at a time."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.chapters.ch03_initialization.results import REPAIRS
from nnlib.chapters.ch03_initialization.runs import EPOCHS, STEPS
from nnlib.chapters.ch03_initialization.starts import at_the_start
from nnlib.teaching.figures import PALETTE, STYLE

Array = np.ndarray
Picture = tuple[Figure, str]

BINS = np.linspace(-6, 9, 61)
ROUNDING = 1e-6  # what is smaller is rounding: it should be 0
SHOWN = ((0, "first", "blue", "-"), (4, "fifth", "green", "--"), (8, "last", "vermillion", ":"))


def repair(step: str) -> Picture:
    """Draw the losses of five networks, and how the entries of dW lie before the first step."""
    rate, losses, scores = REPAIRS[step]
    first, gradients = at_the_start(step)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 7), layout="none")
    fig.subplots_adjust(left=0.16, right=0.89, bottom=0.1, top=0.98, hspace=0.32)
    _losses(top, step, losses)
    for layer, name, color, line in SHOWN:
        values = np.abs(gradients[layer])
        values = values[values > ROUNDING]
        share, _ = np.histogram(np.log10(values), BINS)
        share = share / gradients[layer].size
        bottom.stairs(
            share, BINS, linestyle=line, color=PALETTE[color], linewidth=2.2, label=f"{name} layer"
        )
    bottom.set(xlabel="log₁₀ |dW|, before the first step", ylabel="share", xlim=(-6, 9))
    bottom.set(ylim=(0, 1.05 if step == "all equal" else 0.25))
    bottom.legend(loc="upper right")
    sizes = [float(np.sqrt(np.mean(gradients[layer] ** 2))) for layer, *_ in SHOWN]
    different = len(np.unique(gradients[4], axis=1).T)
    return fig, (
        f"{step}: the first loss is {_told(first)}. After {EPOCHS} epochs five networks read "
        f"{min(scores):.0%} to {max(scores):.0%} of the held-out digits, at {_told(rate)}, the "
        f"best of ten learning rates. Size of dW in the first, fifth and last layer: "
        f"{', '.join(_told(size) for size in sizes)}; different columns in the fifth: "
        f"{different} of 32."
    )


def _told(value: float) -> str:
    if value < ROUNDING:
        return "0"
    if 1000 <= value < 1e5:
        return f"{value:.0f}"
    return f"{value:.2g}" if 1e-4 <= value < 1000 else f"{value:.0e}".replace("-", "−")


def _losses(ax: Axes, step: str, losses: list[list[float]]) -> None:
    epochs = np.arange(1, EPOCHS + 1)
    for earlier in list(STEPS)[: list(STEPS).index(step)]:
        middle = np.median(REPAIRS[earlier][1], axis=0)
        ax.plot(epochs, middle, color=PALETTE["muted"], linewidth=1)
    for run in losses:
        ax.plot(epochs, run, color=PALETTE["blue"], linewidth=1.6)
    ax.axhline(np.log(10), color=PALETTE["ink"], linestyle=":", linewidth=1.4)
    ax.text(EPOCHS + 0.15, np.log(10), "ln 10", va="center", fontsize=14)
    ax.set(yscale="log", xlim=(1, EPOCHS), ylim=(0.01, 300))
    ax.set(xlabel="epoch", ylabel="training loss")
    ax.minorticks_off()


@mpl.rc_context(STYLE)
def staircase() -> Picture:
    """Draw what each step of the repair reads, five networks each."""
    fig, ax = plt.subplots(figsize=(6, 3.6))
    rows = list(REPAIRS)
    for row, step in enumerate(reversed(rows)):
        scores = np.array(REPAIRS[step][2])
        ax.plot(scores, np.full(len(scores), row), "o", color=PALETTE["blue"], alpha=0.45)
        ax.plot(np.median(scores), row, "|", color=PALETTE["vermillion"], markersize=22, mew=3)
    ax.set(yticks=range(len(rows)), yticklabels=list(reversed(rows)), xlim=(0, 1.02))
    ax.set(xlabel="held-out digits read")
    medians = [float(np.median(REPAIRS[step][2])) for step in rows]
    told = ", ".join(f"{step} {m:.0%}" for step, m in zip(rows, medians, strict=True))
    return fig, (
        "Nine layers, one start, repaired one cause at a time; each with the best of ten learning "
        f"rates. Medians of five networks: {told}."
    )
