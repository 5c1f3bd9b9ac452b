"""What lesson 1 and the opening page draw: where a number lands, what a wrong copy costs."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nnlib.chapters.ch10_pytorch.record import recorded
from nnlib.teaching.figures import PALETTE, STYLE

Picture = tuple[Figure, str]
TESTED = 517


@mpl.rc_context(STYLE)
def opening() -> Picture:
    """Draw how many digits PyTorch reads with weights that were copied with one line forgotten."""
    runs = recorded()["right"]
    names = list(runs[0])
    fig, ax = plt.subplots(figsize=(6, 4.2), layout="none")
    fig.subplots_adjust(left=0.45, right=0.97, bottom=0.17, top=0.97)
    for row, name in enumerate(names):
        shares = np.array([run[name] for run in runs]) / TESTED
        good = np.median(shares) > 0.8
        ax.plot(
            shares,
            np.full(len(shares), row) + np.linspace(-0.2, 0.2, len(shares)),
            "o" if good else "D",
            color=PALETTE["blue" if good else "vermillion"],
            markersize=5,
            alpha=0.8,
        )
    ax.axvline(0.1, color=PALETTE["muted"], linewidth=1, linestyle="--")
    ax.text(0.115, len(names) - 0.6, "guessing", fontsize=11, color=PALETTE["muted"])
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(0, 1), ylim=(len(names) - 0.4, -0.6), xlabel="share of new digits read right")
    share = {name: np.array([run[name] for run in runs]) / TESTED for name in names}
    whole, rows = share[names[0]], share["rows behind Flatten"]
    return fig, (
        f"Ten trained networks, copied to PyTorch. Whole, they read {100 * whole.min():.0f} % to "
        f"{100 * whole.max():.0f} % of 517 new digits. With the rows behind Flatten left as they "
        f"were, {100 * rows.min():.0f} % to {100 * rows.max():.0f} %. PyTorch accepts every one of "
        f"these copies."
    )


STEPS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 300)


@mpl.rc_context(STYLE)
def parting() -> Picture:
    """Draw how two right programs part in a training, with kinks and without."""
    runs = recorded()["parting"]
    fig, ax = plt.subplots(figsize=(6, 4.4), layout="none")
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.15, top=0.97)
    looks = {"ReLU and maximum": ("vermillion", "-"), "tanh and average": ("blue", "--")}
    for name, (color, line) in looks.items():
        for i, apart in enumerate(runs[name]):
            label = name if i == 0 else None
            ax.plot(STEPS, apart, line, color=PALETTE[color], linewidth=2, alpha=0.8, label=label)
    ax.set(xscale="log", yscale="log", xlabel="steps", ylabel="largest difference", ylim=(2e-8, 1))
    ax.set_xticks([1, 10, 100, 300], ["1", "10", "100", "300"])
    ax.minorticks_off()
    ax.legend(loc="upper left", fontsize=12)
    ends = {name: np.array([run[-1] for run in runs[name]]) for name in looks}
    kinks, smooth = ends.values()
    return fig, (
        f"nnlib and PyTorch train in float32, on the same batches, with eight seeds. With ReLU and "
        f"maximum {np.sum(kinks > 1e-5)} of 8 end more than 1e-5 apart, the farthest "
        f"{kinks.max():.1g}. With tanh and average no pair is farther apart than "
        f"{smooth.max():.0e}."
    )


# Where a number lands ---------------------------------------------------------------------------

HEIGHT, WIDTH, CHANNELS = 2, 3, 2
WAYS = ("transpose(0, 3, 1, 2)", "reshape(n, C, h, w)")


def landing(row: int, column: int, channel: int, way: str) -> Picture:
    """Draw the numbers of one image as they lie in memory, before and after."""
    image = np.arange(HEIGHT * WIDTH * CHANNELS).reshape(HEIGHT, WIDTH, CHANNELS)
    shape = (CHANNELS, HEIGHT, WIDTH)
    moved = image.transpose(2, 0, 1) if way == WAYS[0] else image.reshape(shape)
    number = image[row, column, channel]
    before, after = int(number), int(np.flatnonzero(moved.ravel() == number)[0])
    c, r, s = (int(i) for i in np.unravel_index(after, shape))
    fig, ax = plt.subplots(figsize=(6, 4), layout="none")
    fig.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.99)
    _strip(ax, 1.9, image.ravel(), "NHWC: pixel by pixel", before, 2)
    _strip(ax, 0, moved.ravel(), "NCHW: channel by channel", after, 6)
    arrow = {"arrowstyle": "-|>", "color": PALETTE["vermillion"], "linewidth": 2.5}
    ax.annotate("", (after + 0.5, 1.06), (before + 0.5, 1.84), arrowprops=arrow)
    ax.set(xlim=(-0.1, 12.1), ylim=(-0.7, 3.7))
    ax.axis("off")
    right = (c, r, s) == (channel, row, column)
    stays = "It stays what it was" if right else "It has become another pixel or channel"
    return fig, (
        f"{way}: row {row}, column {column}, channel {channel} lies at place {before} in NHWC "
        f"and at place {after} in NCHW. PyTorch reads it as channel {c}, row {r}, column {s}. "
        f"{stays}."
    )


def _strip(ax: Axes, y: float, numbers: np.ndarray, title: str, marked: int, group: int) -> None:
    """Draw twelve numbers in a row; the color of each is its true channel."""
    for place, number in enumerate(numbers):
        color = PALETTE["blue" if number % CHANNELS == 0 else "orange"]
        ax.add_patch(
            Rectangle(
                (place + 0.04, y + 0.04),
                0.92,
                0.92,
                facecolor=color,
                alpha=0.35,
                edgecolor=PALETTE["vermillion"] if place == marked else color,
                linewidth=3 if place == marked else 0.5,
            )
        )
        ax.text(place + 0.5, y + 0.5, str(number), ha="center", va="center", fontsize=13)
        ax.text(place + 0.5, y - 0.22, str(place), ha="center", va="center", fontsize=9)
    for at in range(group, len(numbers), group):
        ax.plot([at, at], [y - 0.05, y + 1.05], color=PALETTE["muted"], linewidth=1.5)
    ax.text(0, y + 1.3, title, fontsize=13)
