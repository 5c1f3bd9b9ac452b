"""What lesson 1 draws: two losses race for a sample that is wrong, and their slopes."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.chapters.ch05_softmax_cross_entropy.race import LOSSES, path, slopes
from nnlib.teaching.figures import PALETTE, STYLE

Picture = tuple[Figure, str]

COLORS = {"cross-entropy": "blue", "squared error": "vermillion"}
LINES = {"cross-entropy": "-", "squared error": "--"}
STEPS = [0, 1, 2, 3, 4, 5, 6, 10, 30, 60, 100, 300, 1000, 3000]
GAPS = [2, 4, 6, 8, 10]


def race(gap: int, steps: int) -> Picture:
    """Draw the gap of two equal samples after so many steps, and dz of each at that moment."""
    fig, (top, bottom) = plt.subplots(
        2, 1, figsize=(6, 6.3), height_ratios=[1.15, 1], layout="none"
    )
    _margins(fig)
    told = []
    for i, loss in enumerate(LOSSES):
        gaps = path(loss, float(gap), steps)
        color = PALETTE[COLORS[loss]]
        top.plot(range(steps + 1), gaps, LINES[loss], color=color, label=loss)
        top.plot(steps, gaps[-1], "o", color=color, markersize=9)
        since = next((i for i, at in enumerate(gaps) if at <= 0), None)
        verdict = "still wrong" if since is None else f"right since step {since:,}"
        told.append(
            f"with {loss} the gap is {_gap(gaps[-1])}, {verdict}, "
            f"and dz has the size {_short(slopes(gaps[-1])[i][0])}"
        )
    top.axhline(0, color=PALETTE["muted"], linewidth=1.2)
    top.text(0.05, -2.4, "right", color=PALETTE["muted"], va="center")
    top.set_xscale("symlog", linthresh=1, linscale=0.4)
    ticks = [0, 1, 10, 100, 1000]
    top.set(xlim=(-0.08, 4000), xticks=ticks, xticklabels=[f"{t:,}" for t in ticks])
    top.set(ylim=(-9.5, 11.5), yticks=[-5, 0, 5, 10], xlabel="steps", ylabel="gap")
    top.minorticks_off()
    top.legend(loc="upper center", bbox_to_anchor=(0.5, 1.27), ncols=2, frameon=False)
    _bars(bottom, [path(loss, float(gap), steps)[-1] for loss in LOSSES])
    after = (
        f"after {steps:,} step{'s' * (steps != 1)} at the rate 1" if steps else "before any step"
    )
    return fig, f"Wrong by {gap} at the start. {after.capitalize()}: {'; '.join(told)}."


def _bars(ax: Axes, gaps: list[float]) -> None:
    ax.set_axisbelow(True)
    for i, (loss, gap) in enumerate(zip(LOSSES, gaps, strict=True)):
        pull = slopes(gap)[i][0]
        name = ax.text(i, 1.03, loss, color=PALETTE[COLORS[loss]], ha="center", va="bottom")
        name.set_transform(ax.get_xaxis_transform())  # above the axes, whatever their limits
        for x, value in ((i - 0.2, -pull), (i + 0.2, pull)):
            ax.bar(
                x, value, 0.36, color=PALETTE[COLORS[loss]], hatch="//" if i else None, ec="none"
            )
            ax.text(x, value + 0.16 * np.sign(value), _signed(value), ha="center", va="center")
    ax.axhline(0, color=PALETTE["muted"], linewidth=1.2)
    ax.set(xlim=(-0.6, 1.6), ylim=(-1.35, 1.35), ylabel="dz", yticks=[-1, 0, 1])
    places = [-0.2, 0.2, 0.8, 1.2]
    ax.set_xticks(places, ["right", "wrong", "right", "wrong"])
    ax.set_xlabel("logit of the right and of the wrong class")


def _margins(fig: Figure) -> None:
    fig.subplots_adjust(left=0.13, right=0.97, top=0.91, bottom=0.11, hspace=0.5)


def _gap(value: float) -> str:
    digits = 1 if abs(value) < 9.95 and round(value, 1) != round(value) else 2
    return f"{value:.{digits}f}".replace("-", "−")


def _short(value: float) -> str:
    return f"{value:.2f}" if value >= 0.01 else f"{value:.0e}".replace("e-0", "e−")


def _signed(value: float) -> str:
    written = f"{value:+.2f}" if abs(value) >= 0.01 else f"{value:+.0e}"
    return written.replace("e-0", "e-").replace("-", "−")


@mpl.rc_context(STYLE)
def tails() -> Picture:
    """Draw how hard each loss pulls, against the gap."""
    gap = np.linspace(-10, 10, 401)
    fig, ax = plt.subplots(figsize=(6, 4))
    pulls = slopes(gap)
    for loss, pull in zip(LOSSES, pulls, strict=True):
        ax.plot(gap, pull, LINES[loss], color=PALETTE[COLORS[loss]], label=loss)
    ax.plot(gap, pulls[1] / pulls[0], ":", color=PALETTE["green"], label="their ratio, 4 g (1 − g)")
    ax.set(
        xlabel="gap",
        ylabel="size of dz",
        xlim=(-10, 10),
        ylim=(-0.03, 1.7),
        xticks=[-10, -5, 0, 5, 10],
    )
    ax.text(-9.6, 0.62, "right", color=PALETTE["muted"])
    ax.text(7, 0.62, "wrong", color=PALETTE["muted"])
    ax.legend(loc="upper left", frameon=False)
    peak = gap[pulls[1].argmax()]
    return fig, (
        f"Squared error pulls hardest at a gap of {peak:.1f}, with {pulls[1].max():.2f}, and lets "
        "go on both sides. The ratio is a bell around 0, the slope of the sigmoid times 4."
    )
