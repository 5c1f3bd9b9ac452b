"""What lesson 5 draws: a search over two settings, and each form with and without its hand."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch07_training.choosing import (
    HIGHEST,
    LOWEST,
    at_border,
    form_shares,
    pairs,
    scores,
    winner,
)
from nnlib.chapters.ch07_training.results import ONLY_UNSEEN
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

SPLITS_SHOWN = range(10)


def search(split: int, held_out: str) -> Picture:
    """Draw the pairs that were tried, and which one the validation set chose."""
    unit = held_out.rstrip("s")
    validation, _ = scores(unit, split)
    tried = np.array(pairs(split))
    best, there, later = winner(unit, split)
    fig, ax = plt.subplots(figsize=(6, 5), layout="none")
    fig.subplots_adjust(left=0.16, right=0.97, bottom=0.15, top=0.92)
    lost = validation < 0.5
    ax.plot(*tried[lost].T, "x", color=PALETTE["muted"])
    for (B, rate), score in zip(tried[~lost], validation[~lost], strict=True):
        ax.text(B, rate, f"{100 * score:.0f}", ha="center", va="center", fontsize=13)
    ax.plot(*tried[best], "o", markersize=30, mfc="none", mec=PALETTE["vermillion"], mew=2.5)
    edge = np.exp(0.1 * np.log(np.array(HIGHEST) / LOWEST))
    for low, high, draw in (
        (LOWEST[0], HIGHEST[0], ax.axvspan),
        (LOWEST[1], HIGHEST[1], ax.axhspan),
    ):
        factor = edge[0] if draw == ax.axvspan else edge[1]
        for a, b in ((low, low * factor), (high / factor, high)):
            draw(a, b, color=PALETTE["orange"], alpha=0.13, linewidth=0)
    ax.set(xscale="log", yscale="log", xlabel="batch size", ylabel="rate")
    ax.set(xlim=(3.3, 310), ylim=(0.008, 3.8))
    ax.set_title("read correctly, in %; ×: below 50 %")
    chosen = pairs(split)[best]
    where = "at the border" if at_border(chosen) else "inside"
    return fig, (
        f"Split {split}, whole {held_out}: B = {chosen[0]} with rate {chosen[1]:g} wins, {where}: "
        f"{there:.1%} on the validation set, and {later:.1%} on the test set."
    )


# Forms ------------------------------------------------------------------------------------------


def by_hand(form: int) -> Picture:
    """Draw all forms, one of them marked, and digits of it that are misread once unseen."""
    shares = form_shares()
    rows = ONLY_UNSEEN[form]
    X, y, _ = nnlib.load_digits(forms=True)
    fig = plt.figure(figsize=(6, 5.4), layout="none")
    ax = fig.add_axes((0.17, 0.36, 0.8, 0.62))
    order = np.argsort(shares[:, 1])
    for place, k in enumerate(order):
        marked = k == form
        color = PALETTE["ink" if marked else "muted"]
        ax.plot([place, place], shares[k], color=color, linewidth=3 if marked else 1.2)
    places = np.arange(len(order))
    ax.plot(places, shares[order, 0], "o", color=PALETTE["blue"], label="other half seen")
    ax.plot(places, shares[order, 1], "s", color=PALETTE["vermillion"], label="form unseen")
    ax.set(xticks=places, ylim=(0.85, 1.005), ylabel="read correctly", xlabel="form")
    ax.set_xticklabels([str(k) for k in order], fontsize=11)
    ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.legend(loc="lower right")
    for column, row in enumerate(rows):
        small = fig.add_axes((0.02 + 0.122 * column, 0.0, 0.11, 0.14))
        small.imshow(X[row, :, :, 0], cmap="gray_r")
        small.set_axis_off()
        small.set_title(str(y[row]), fontsize=13, loc="center", pad=2)
    shown = f" Below: {len(rows)} digits that only the second misreads." if len(rows) else ""
    return fig, (
        f"Form {form}: {shares[form, 0]:.1%} are read by networks that have seen its other half, "
        f"{shares[form, 1]:.1%} by those that have seen none of it (means of three).{shown}"
    )
