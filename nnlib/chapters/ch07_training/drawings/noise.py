"""What lesson 2 draws: gradients of batches as a cloud around the full one, and walks in a valley.

Lengths and angles in the cloud are true: a point has its component along g, and its distance from
the line of g.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.chapters.ch07_training.network import (
    digits,
    new_weights,
    sample_gradients,
    train_network,
)
from nnlib.chapters.ch07_training.valley import BEST, START, descend, excess, floor
from nnlib.teaching.figures import PALETTE, STYLE

Array = np.ndarray
Picture = tuple[Figure, str]

# The cloud --------------------------------------------------------------------------------------

STATES = {"untrained": 0, "after 1 epoch": 1, "after 5 epochs": 5}
SHOWN, DRAWN = 60, 200


@dataclass(frozen=True)
class Cloud:
    """Batch gradients in units of |g|: along g and across it (DRAWN,)."""

    along: Array
    across: Array

    @property
    def miss(self) -> float:
        """The root mean square distance from g, in units of |g|."""
        return float(np.sqrt(np.mean((self.along - 1) ** 2 + self.across**2)))

    @property
    def cosine(self) -> float:
        """The mean cosine of the angle with g."""
        return float(np.mean(self.along / np.hypot(self.along, self.across)))


@cache
def gradients(state: str, seed: int = 0, hidden: int = 32) -> Array:
    """Return the gradients of all training digits, one row each, at this state of a training."""
    X, y, _, _ = digits()
    rng = np.random.default_rng(seed)
    w = new_weights(rng, hidden)
    train_network(w, X, y, 64, STATES[state], 0.1, rng)
    return sample_gradients(w, X, y)


@cache
def products(state: str, seed: int = 0, hidden: int = 32) -> Array:
    """Return g_i · g_j of all pairs of samples (n, n), in units of |g|²."""
    G = gradients(state, seed, hidden)
    return G @ G.T / np.sum(G.mean(axis=0) ** 2)


@cache
def cloud(batch_size: int, state: str, seed: int = 0, hidden: int = 32) -> Cloud:
    """Return DRAWN batch gradients, drawn without replacement within a batch."""
    K, rng = products(state, seed, hidden), np.random.default_rng(1)
    share = np.zeros((DRAWN, len(K)))
    for row in share:
        row[rng.permutation(len(K))[:batch_size]] = 1 / batch_size
    with_samples = share @ K
    along = with_samples.mean(axis=1)
    across = np.sqrt(np.maximum((with_samples * share).sum(axis=1) - along**2, 0))
    return Cloud(along, across)


def batch_gradients(batch_size: int, network: str) -> Picture:
    """Draw the full gradient as an arrow and SHOWN batch gradients as points."""
    found = cloud(batch_size, network)
    along, across = found.along[:SHOWN], found.across[:SHOWN]
    fig, ax = plt.subplots(figsize=(6, 5.6), layout="none")
    fig.subplots_adjust(left=0.1, right=0.98, bottom=0.13, top=0.98)
    ax.axvspan(-4, 0, color=PALETTE["orange"], alpha=0.12, linewidth=0)
    ax.text(-3.3, 6.45, "uphill", fontsize=14)
    for x, y in zip(along[:3], across[:3], strict=True):
        ax.plot([0, x], [0, y], color=PALETTE["blue"], linewidth=1)
    ax.plot(along, across, "o", color=PALETTE["blue"], alpha=0.6, markersize=5)
    arrow = {"arrowstyle": "-|>", "color": PALETTE["vermillion"], "linewidth": 3}
    ax.annotate("", (1, 0), (0, 0), arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0})
    ax.text(1.1, -0.12, "g", fontsize=16, color=PALETTE["vermillion"], fontweight="bold")
    ax.set(xlim=(-3.5, 5), ylim=(-0.4, 7), aspect="equal")
    ax.set(xlabel="along g, in units of |g|", ylabel="across g")
    outside = int(np.sum((along < -3.5) | (along > 5) | (across > 7)))
    beyond = f" {outside} of the {SHOWN} points lie outside." if outside else ""
    return fig, (
        f"Batches of {batch_size}, {network}: a batch gradient misses g by {found.miss:.1f} times "
        f"the length of g (root mean square of {DRAWN}). The cosine of its angle with g is "
        f"{found.cosine:.2f} on average, and {np.mean(found.along > 0):.0%} lie on the side of g."
        f"{beyond}"
    )


@mpl.rc_context(STYLE)
def opening() -> Picture:
    """Draw the cloud of the opening page, where nothing moves."""
    return batch_gradients(16, next(iter(STATES)))


# The valley -------------------------------------------------------------------------------------

SCHEDULES = ("kept", "a tenth after 10 epochs")
PER_EPOCH = 150


def two_weights(batch_size: int, rate: float, schedule: str) -> Picture:
    """Draw three of 20 runs in the valley, and the mean excess loss of all, with its floor."""
    with np.errstate(all="ignore"):
        path = descend(batch_size, rate, decay_after=None if schedule == SCHEDULES[0] else 10)
        loss = excess(path)
    loss = np.where(np.isfinite(loss), loss, 1e9)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 8), height_ratios=[3, 2], layout="none")
    fig.subplots_adjust(left=0.16, right=0.97, bottom=0.09, top=0.95, hspace=0.25)
    _walks(top, path)
    last = rate if schedule == SCHEDULES[0] else rate / 10
    level = floor(batch_size, last) if batch_size < PER_EPOCH else None
    _excess_by_epoch(bottom, loss, PER_EPOCH // batch_size, level)
    return fig, _told(batch_size, rate, schedule, loss, level)


def _told(batch_size: int, rate: float, schedule: str, loss: Array, level: float | None) -> str:
    steps = PER_EPOCH // batch_size
    end = float(loss[-steps:].mean())
    found = f"the excess loss is {end:.1e} in the last epoch (mean of 20 runs)"
    if end > 5:
        found = "the runs diverge"
    says = ""
    if level is not None:
        reach = rate * PER_EPOCH / batch_size
        says = f" (7.7) puts the floor at {level:.1e}; ηn/B is {reach:.3g}."
    how = "" if schedule == SCHEDULES[0] else f", {schedule}"
    return (
        f"Batches of {batch_size}, rate {rate:g}{how}: {len(loss)} steps in 20 epochs, and "
        f"{found}.{says}"
    )


def _walks(ax: Axes, path: Array) -> None:
    w1, w2 = np.meshgrid(np.linspace(-1.7, 1.5, 61), np.linspace(-1.2, 1.9, 61))
    levels = [0.003, 0.03, 0.1, 0.3, 0.7, 1.2, 1.8]
    valley = excess(np.stack([w1, w2], axis=-1))
    ax.contour(w1, w2, valley, levels=levels, colors=PALETTE["muted"], linewidths=0.8)
    inside = np.abs(path).max(axis=2) < 4
    styles = zip(("vermillion", "blue", "green"), ("-", "--", ":"), strict=True)
    for run, (color, style) in enumerate(styles):
        stop = len(path) if inside[:, run].all() else int(inside[:, run].argmin())
        points = np.vstack([START, path[: max(stop, 1), run]])
        ax.plot(*points.T, style, color=PALETTE[color], linewidth=1.3)
    ax.plot(*START, "o", color=PALETTE["ink"])
    ax.plot(*BEST, "*", color=PALETTE["ink"], markersize=13)
    ax.set(xlabel="w₁", ylabel="w₂", xlim=(-1.7, 1.5), ylim=(-1.2, 1.9))
    ax.set_title("three runs; star: minimum")


def _excess_by_epoch(ax: Axes, loss: Array, per_epoch: int, level: float | None) -> None:
    low, high = np.percentile(loss, [10, 90], axis=1)
    epoch = np.arange(1, len(loss) + 1) / per_epoch
    ax.fill_between(epoch, low, high, color=PALETTE["blue"], alpha=0.3, linewidth=0)
    ax.plot(epoch, loss.mean(axis=1), linewidth=1.6, label="mean of 20 runs")
    if level is not None:
        ax.axhline(level, color=PALETTE["orange"], linestyle="--", label="floor (7.7)")
    ax.set(xlabel="epoch", ylabel="excess loss", yscale="log", xlim=(0, 20), ylim=(1e-6, 30))
    ax.set_xticks(range(0, 21, 5))
    ax.legend(loc="upper right")
