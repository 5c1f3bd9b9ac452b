"""What lesson 2 draws: two paths to the same minimum, and stopping against shifting."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch09_regularization import few
from nnlib.chapters.ch09_regularization.stopping import (
    BEST,
    CURVATURES,
    kept_by_decay,
    kept_by_stopping,
    path,
    spectrum,
)
from nnlib.teaching.figures import PALETTE

Picture = tuple[Figure, str]


def two_paths(steps: int, rate: float) -> Picture:
    """Draw gradient descent and the path of the penalty in a valley, and both factors."""
    alpha = 1 / (rate * steps)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 8), height_ratios=[5, 4], layout="none")
    fig.subplots_adjust(left=0.15, right=0.97, bottom=0.09, top=0.91, hspace=0.25)
    a, b = np.meshgrid(np.linspace(-0.3, 2.1, 61), np.linspace(-0.3, 2.1, 61))
    loss = CURVATURES[0] * (a - BEST[0]) ** 2 + CURVATURES[1] * (b - BEST[1]) ** 2
    top.contour(
        a,
        b,
        loss,
        levels=[0.005, 0.03, 0.1, 0.25, 0.6, 1.1],
        colors=PALETTE["muted"],
        linewidths=0.8,
    )
    walk = path(rate, steps)
    top.plot(*walk.T, ".-", color=PALETTE["blue"], linewidth=1.2, markersize=5)
    every = np.geomspace(1e-4, 1e4, 300)[:, None]
    top.plot(*(kept_by_decay(CURVATURES, every) * BEST).T, "--", color=PALETTE["vermillion"])
    ends = walk[-1], kept_by_decay(CURVATURES, alpha) * BEST
    for end, hue, marker, label in (
        (ends[0], "blue", "o", f"{steps} steps"),
        (ends[1], "vermillion", "s", f"decay, α = 1/(ηt) = {alpha:.3g}"),
    ):
        top.plot(*end, marker, color=PALETTE[hue], markersize=10, label=label)
    top.plot(*BEST, "*", color=PALETTE["ink"], markersize=13)
    top.set(xlim=(-0.3, 2.1), ylim=(-0.3, 2.1), xlabel="steep, λ = 1", ylabel="flat, λ = 0.05")
    top.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), fontsize=13)
    curvature = np.geomspace(1e-4, 1, 200)
    bottom.plot(curvature, kept_by_stopping(curvature, rate, steps), color=PALETTE["blue"])
    bottom.plot(curvature, kept_by_decay(curvature, alpha), "--", color=PALETTE["vermillion"])
    values = spectrum(0)[0]
    marks = values[values > 1e-4]
    bottom.plot(marks, np.full(len(marks), -0.08), "|", color=PALETTE["ink"], markersize=9)
    bottom.axhline(1, color=PALETTE["muted"], linewidth=1)
    bottom.set(xscale="log", xlabel="λ (ticks: 100 digits)", ylabel="share kept")
    bottom.set(ylim=(-0.15, 2.05 if rate > 1 else 1.1))
    gap = kept_by_stopping(curvature, rate, steps) - kept_by_decay(curvature, alpha)
    largest = int(np.abs(gap).argmax())
    stopped, shrunk = kept_by_stopping(CURVATURES, rate, steps), kept_by_decay(CURVATURES, alpha)
    return fig, (
        f"{steps} step{'s' if steps > 1 else ''} at rate {rate:g} keep{'s' if steps == 1 else ''} "
        f"{stopped[0]:.2f} of the steep weight and {stopped[1]:.2f} of the flat one; "
        f"α = {alpha:.3g} keeps {shrunk[0]:.2f} and {shrunk[1]:.2f}. The factors differ most at "
        f"λ = {curvature[largest]:.2g}, by {gap[largest]:+.2f}."
    )


WHERE = {"as they are": False, "moved by a pixel": True}
NAMES = ("nothing", "shifts", "mirrored")
SHOWN = ("50 digits", "100 digits", "300 digits")


def shown(test: str) -> Picture:
    """Draw what is read with and without shifts, for three numbers of digits, over the splits."""
    moved = WHERE[test]
    fig, ax = plt.subplots(figsize=(6, 4.6), layout="none")
    fig.subplots_adjust(left=0.16, right=0.97, bottom=0.12, top=0.97)
    rng, told = np.random.default_rng(0), []
    for k, (name, hue, marker) in enumerate(
        zip(NAMES, ("blue", "green", "vermillion"), "os^", strict=True)
    ):
        for place, setting in enumerate(SHOWN):
            share = few.shares(setting, name, moved)
            at = place + 0.26 * (k - 1)
            ax.plot(
                at + rng.uniform(-0.06, 0.06, len(share)),
                share,
                marker,
                color=PALETTE[hue],
                markersize=4.5,
                alpha=0.6,
                label=name if place == 0 else None,
            )
            ax.plot([at - 0.1, at + 0.1], [share.mean()] * 2, color=PALETTE["ink"])
            if setting == "100 digits":
                told.append(f"{name} {100 * share.mean():.1f} %")
    ax.set_xticks(range(len(SHOWN)), SHOWN)
    ax.set(ylabel="test digits read", ylim=(0, 1.0), xlim=(-0.5, 2.5))
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    ax.legend(loc="lower right", ncols=3, fontsize=13, columnspacing=0.8)
    return fig, (
        f"Test digits {test}, twenty splits each. Means for 100 digits learned: {', '.join(told)}."
    )
