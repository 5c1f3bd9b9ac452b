"""What lesson 4 draws: the race of eight activations."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch02_activations.race import ACTIVATIONS
from nnlib.chapters.ch02_activations.results import RESULTS
from nnlib.teaching.figures import PALETTE

Picture = tuple[Figure, str]


def race(depth: int) -> Picture:
    """Draw the ten held-out accuracies of each activation at one depth, and their median.

    A run whose numbers overflowed has no accuracy: it is counted beside the name.
    """
    scores = {name: np.array(RESULTS[name, depth][1]) for name in ACTIVATIONS}
    ended = {name: values[~np.isnan(values)] for name, values in scores.items()}
    lost = {name: len(scores[name]) - len(ended[name]) for name in ACTIVATIONS}
    medians = {name: float(np.median(values)) for name, values in ended.items()}
    fig, ax = plt.subplots(figsize=(6, 5.4))
    for row, name in enumerate(reversed(ACTIVATIONS)):
        values = ended[name]
        ax.plot(values, np.full(len(values), row), "o", color=PALETTE["blue"], alpha=0.45)
        ax.plot(medians[name], row, "|", color=PALETTE["vermillion"], markersize=22, mew=3)
        if lost[name]:
            ax.text(0.02, row, f"{lost[name]} overflowed", va="center", fontsize=14)
    ax.set(
        yticks=range(len(ACTIVATIONS)),
        yticklabels=list(reversed(ACTIVATIONS)),
        xlim=(0, 1.02),
        xlabel="held-out digits read",
        title=f"{depth} hidden layers",
    )
    order = sorted(ACTIVATIONS, key=lambda name: -medians[name])
    told = ", ".join(
        f"{name} {medians[name]:.0%}" + (f" ({lost[name]} overflowed)" if lost[name] else "")
        for name in order
    )
    return fig, f"{depth} hidden layers, medians of ten splits and starts: {told}."
