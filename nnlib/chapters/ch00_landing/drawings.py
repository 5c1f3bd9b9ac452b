"""What the landing page draws: one run among thirty, and a network that learns to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch00_landing.split_and_seed import MISREAD, accuracies, rows
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

COLUMNS, ROWS = 6, 4


def headline(split: int, seed: int, held_out: str) -> Picture:
    """Draw the accuracy of one run among those of all splits and seeds."""
    shares = accuracies(held_out)
    this, mean = shares[split, seed], shares.mean()
    fig, ax = plt.subplots(figsize=(6, 2.7))
    ax.axvline(mean, color=PALETTE["ink"], linewidth=1.4)
    ax.text(mean - 0.002, -1, f"mean {mean:.1%}", ha="right")
    for number, row in enumerate(shares):
        ax.plot(row, [number] * len(row), "o", color=PALETTE["blue"], markersize=5, alpha=0.75)
    ax.plot(this, split, "o", color=PALETTE["vermillion"], markersize=12)
    ax.set(xlim=(0.855, 1.0), ylim=(9.8, -2.8), yticks=(0, 3, 6, 9), ylabel="split")
    ax.set_xlabel("held-out digits read correctly")
    ax.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    count, wrong = len(rows(held_out, split)[1]), MISREAD[held_out][split][seed]
    return fig, (
        f"Split {split}, seed {seed}: {this:.1%}, {wrong} of {count} held-out digits are misread. "
        f"The thirty runs: {mean:.1%} on average, from {shares.min():.1%} to {shares.max():.1%}."
    )


def reader(guesses: Sequence[Array], images: Array, labels: Array) -> Callable[[int], Picture]:
    """Return an explorer over epochs: the learning curve, and the digits that are still misread.

    `guesses` holds the predicted classes (n,) after each epoch, from the untrained network on;
    images is (n, 8, 8), labels (n,).
    """
    shares = [float(np.mean(guess == labels)) for guess in guesses]

    def learning(epoch: int) -> Picture:
        wrong = np.flatnonzero(guesses[epoch] != labels)
        shown = wrong[: COLUMNS * ROWS]
        fig = plt.figure(figsize=(6, 6.6))
        grid = fig.add_gridspec(1 + ROWS, COLUMNS, height_ratios=[2.7] + [1] * ROWS)
        curve = fig.add_subplot(grid[0, :])
        curve.plot(shares, color=PALETTE["muted"], linewidth=1.5)
        curve.plot(shares[: epoch + 1], color=PALETTE["blue"])
        curve.plot(epoch, shares[epoch], "o", color=PALETTE["vermillion"])
        curve.set(xlabel="epoch", ylabel="read correctly", ylim=(0, 1.03))
        for place in range(ROWS * COLUMNS):
            row, column = divmod(place, COLUMNS)
            ax = fig.add_subplot(grid[1 + row, column])
            ax.set_axis_off()
            if place < len(shown):
                i = shown[place]
                ax.imshow(images[i], cmap="gray_r")
                ax.set_title(f"{labels[i]} as {guesses[epoch][i]}", fontsize=14, loc="center")
        some = f" The first {len(shown)} are below." if len(shown) < len(wrong) else ""
        return fig, (
            f"After epoch {epoch} the network misreads {len(wrong)} of {len(labels)} held-out "
            f"digits.{some}"
        )

    return learning
