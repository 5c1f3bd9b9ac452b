"""What lesson 3 draws: twelve splits of each head, a digit that moves, and what a network sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

import nnlib
from nnlib.chapters.ch06_convolution.drawings.sheet import (
    Array,
    Picture,
    sheet,
    squares,
    write,
)
from nnlib.chapters.ch06_convolution.invariance import TESTS, shifted
from nnlib.chapters.ch06_convolution.results import RESULTS
from nnlib.teaching.figures import PALETTE, STYLE

NAMES: Mapping[tuple[str, str], str] = {
    ("none", "plain"): "fully connected",
    ("2", "plain"): "pooling window 2",
    ("4", "plain"): "pooling window 4",
    ("all", "plain"): "global maximum",
    ("all, deeper", "plain"): "global maximum, deeper",
    ("2", "wide sheet"): "window 2, wide sheet",
    ("all", "wide sheet"): "global, wide sheet",
    ("none", "with shifts"): "fully conn., trained on shifts",
    ("none", "with shifts, longer"): "fully conn., shifts, ten epochs",
    ("2", "with shifts"): "window 2, trained on shifts",
    ("all", "with shifts"): "global, trained on shifts",
    ("none", "shuffled pixels"): "fully conn., shuffled",
    ("2", "shuffled pixels"): "window 2, shuffled",
}


def scores(head: str, training: str, test: str) -> Array:
    """Return the twelve accuracies of one case on one of TESTS."""
    return np.array(RESULTS[head, training])[:, list(TESTS).index(test)]


def median(head: str, training: str, test: str) -> float:
    """Return the median of twelve splits."""
    return float(np.median(scores(head, training, test)))


def heads(moved: str) -> Picture:
    """Draw the twelve accuracies of each network on held-out digits that stand where told."""
    still = moved == "as they were"
    where = moved if still else f"moved {moved}"
    cases = [case for case in NAMES if still or case[1] != "shuffled pixels"]
    fig, ax = plt.subplots(figsize=(6, 7.4), layout="none")
    fig.subplots_adjust(left=0.03, right=0.97, bottom=0.1, top=0.94)
    for row, case in enumerate(cases):
        values = scores(*case, moved)
        y = len(cases) - 1 - row
        ax.plot(values, np.full(len(values), y), "o", color=PALETTE["blue"], alpha=0.45)
        ax.plot(np.median(values), y, "|", color=PALETTE["vermillion"], markersize=20, mew=3)
        ax.text(0.01, y + 0.28, NAMES[case], fontsize=13, transform=ax.get_yaxis_transform())
    ax.set(
        xlim=(0.936, 1.003) if still else (-0.01, 1.02),
        ylim=(-0.6, len(cases) - 0.2),
        yticks=[],
        xlabel="held-out digits read",
        title=f"digits {where}",
    )
    told = ", ".join(f"{NAMES[case]} {median(*case, moved):.2f}" for case in cases)
    return fig, f"Held-out digits, {where}; medians of twelve splits: {told}."


def moving(networks: Mapping[str, nnlib.NeuralNetwork], digits: Array) -> Callable[..., Picture]:
    """Return what draws a digit, moved, and what each network makes of it.

    `digits` are (10, h, w, 1), one of each class.
    """

    def moved_digit(digit: int, right: int) -> Picture:
        X = shifted(digits[digit][None], 0, right)
        fig, ax = sheet(10.4)
        write(ax, 0.5, 0.9, "what they see")
        squares(ax, X[0, :, :, 0], 0.5, 1.8, side=0.9, largest=float(digits[digit].max()))
        told = []
        for row, (name, network) in enumerate(networks.items()):
            Z = network.forward(X)[0]
            P = np.exp(Z - Z.max())
            P /= P.sum()
            read, y = int(P.argmax()), 1.7 + row * 3
            sure = float(P[digit])
            write(ax, 9, y, name, size=14)
            color = "blue" if read == digit else "vermillion"
            ax.plot([9, 17], [y + 1.2] * 2, color=PALETTE["grid"], linewidth=11)
            ax.plot([9, 9 + 8 * sure], [y + 1.2] * 2, color=PALETTE[color], linewidth=11)
            sign = "✓" if read == digit else "✗"
            write(ax, 17.5, y + 1.2, f"{sign} {read}", color, 16, bold=True)
            told.append(f"{name} reads {read}")
        write(ax, 9, 10, "bar: what the right class gets", "muted", 13)
        where = "where it was" if not right else f"moved by {right}".replace("-", "−")
        return fig, f"A held-out {digit}, {where}: {', '.join(told)}."

    return moved_digit


MAPS = ("convolution 1", "convolution 2")


def maps_of(network: nnlib.NeuralNetwork, digits: Array) -> Callable[..., Picture]:
    """Return what draws the first 16 maps of a layer, each on a scale of its own."""

    def feature_maps(layer: str, digit: int) -> Picture:
        A = digits[digit][None]
        for part in network.layers[: 1 + MAPS.index(layer)]:
            A = part.forward(A, training=False)
        fig, ax = sheet(20)
        for o in range(16):
            squares(
                ax,
                A[0, :, :, o],
                0.4 + (o % 4) * 4.9,
                0.4 + (o // 4) * 4.9,
                side=4.3 / A.shape[2],
                largest=float(A[0, :, :, o].max()) or 1.0,
                hue="blue",
            )
        empty = int(np.sum(A[0, :, :, :16].max(axis=(0, 1)) == 0))
        said = f"{empty} of them found nothing" if empty else "all found something"
        return fig, (
            f"A held-out {digit}, {layer}: 16 of {A.shape[3]} maps, each on a scale of its own; "
            f"{said}."
        )

    return feature_maps


@mpl.rc_context(STYLE)
def misread(mistakes: Sequence[tuple[Array, int, int]]) -> Picture:
    """Draw the first eight of (image (8, 8), what was written, what was read)."""
    fig, ax = sheet(6.4 if len(mistakes) < 5 else 12.6)
    for place, (picture, truth, read) in enumerate(mistakes[:8]):
        left, top = 0.5 + (place % 4) * 5, 1.6 + (place // 4) * 6.2
        squares(ax, picture, left, top, side=0.5)
        write(ax, left, top - 0.6, f"{truth} read as {read}", size=13)
    return fig, "Held-out digits that the network misread: what was written, and what it read."
