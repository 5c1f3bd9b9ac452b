"""What lesson 1 draws of accuracy: it and the loss, along a straight line of weights."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch05_softmax_cross_entropy.descent import petals, trained_on_petals
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

WINDOWS = {"all of it": 0.85, "1/10": 0.085, "1/100": 0.0085, "1/1000": 0.00085}  # half widths
PLACES = [0.0, 0.3, 0.6, 0.9, 1.2]


def measured(t: Sequence[float] | Array) -> tuple[Array, Array]:
    """Return loss and accuracy at places of the line: random weights at 0, trained ones at 1."""
    X, y = petals()
    start = np.random.default_rng(7).normal(size=(3, 3)) * 2
    weights = start + np.asarray(t)[:, None, None] * (trained_on_petals() - start)
    Z = np.column_stack([X, np.ones(len(X))]) @ weights
    S = Z - Z.max(axis=2, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=2, keepdims=True))
    return -log_P[:, np.arange(len(y)), y].mean(axis=1), (Z.argmax(axis=2) == y).mean(axis=1)


def along_a_line(t: float, window: str) -> Picture:
    """Draw loss and accuracy around t, on a window of the line."""
    half = WINDOWS[window]
    left, right = (-0.1, 1.6) if window == "all of it" else (t - half, t + half)
    around = np.linspace(left, right, 401)
    costs, shares = measured(around)
    near, near_shares = measured([t - 1e-6, t, t + 1e-6])
    cost, share = near[1], near_shares[1]
    slope, flat = ((part[2] - part[0]) / 2e-6 for part in (near, near_shares))
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 5.6), sharex=True, layout="none")
    fig.subplots_adjust(left=0.17, right=0.95, top=0.97, bottom=0.13, hspace=0.16)
    top.plot(around, costs)
    bottom.plot(around, shares, color=PALETTE["green"])
    for ax, value in ((top, cost), (bottom, share)):
        ax.plot(t, value, "o", color=PALETTE["vermillion"])
        ax.ticklabel_format(useOffset=False)
        ax.locator_params(nbins=4)
    room = 1.5 * half * max(abs(slope), 1)
    top.set_ylim((0, 5) if window == "all of it" else (cost - room, cost + room))
    top.set_ylabel("loss")
    bottom.set(
        ylim=(-0.04, 1.04), ylabel="accuracy", xlim=(left, right), xlabel="place on the line"
    )
    values = len(np.unique(shares.round(6)))
    told = f"At {t:g} of the line the loss is {cost:.3f}, with slope {slope:.2f}; accuracy is "
    told += (
        f"{share:.3f}, with slope {flat:.0f}. In this window ({window}) accuracy takes {values} "
    )
    return fig, f"{told}value{'s' if values > 1 else ''}.".replace("-", "−")
