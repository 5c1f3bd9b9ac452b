"""What lesson 6 draws: size and similarity through many blocks, and what depth costs."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch03_initialization.depth import pairs
from nnlib.chapters.ch09_regularization.drawings.batch_norm import median, number
from nnlib.chapters.ch09_regularization.tower_runs import BLOCK_RUNS
from nnlib.chapters.ch09_regularization.towers import BLOCKS, KINDS, RATES
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

COUNT, UNITS, NETWORKS = 30, 128, 5
BRANCHES = ("no x", "in full", "divided by √L", "0")


SHORT = {
    "residual / √L": "res. / √L",
    "residual, last layer 0": "res., last 0",
    "plain, batch norm": "plain, norm",
    "batch norm before (pre)": "res., pre",
    "batch norm after (post)": "res., post",
}


def arc_cosine(c: Array | float) -> Array:
    """Return (3.22): the cosine after a layer of ReLU units with Kaiming weights."""
    c = np.clip(c, -1, 1)
    return np.asarray((np.sqrt(1 - c**2) + (np.pi - np.arccos(c)) * c) / np.pi)


def share(branch: str) -> float:
    """Return the factor of the branch."""
    return {"no x": 1.0, "in full": 1.0, "divided by √L": COUNT**-0.5, "0": 0.0}[branch]


def derived(branch: str, c: float) -> Array:
    """Return mean square and cosine before the first and after each block, (2, COUNT + 1)."""
    q, path, a2 = 1.0, [], share(branch) ** 2
    for _ in range(COUNT + 1):
        path.append((q, c))
        if branch == "no x":
            c = float(arc_cosine(c))
        else:
            q, c = q * (1 + a2), float(c + a2 * arc_cosine(c)) / (1 + a2)
    return np.array(path).T


def measured(branch: str, c: float, seed: int) -> Array:
    """Return the same of one random network with 128 units, (2, COUNT + 1)."""
    rng = np.random.default_rng([9, seed])
    X, path = pairs(c, rng, n=UNITS), []
    for _ in range(COUNT + 1):
        a, b = np.split(X, 2)
        norms = np.sqrt(np.sum(a**2, axis=1) * np.sum(b**2, axis=1))
        path.append((np.mean(X**2), np.mean(np.sum(a * b, axis=1) / norms)))
        U = rng.normal(0, np.sqrt(2 / UNITS), (UNITS, UNITS))
        V = rng.normal(0, np.sqrt(1 / UNITS), (UNITS, UNITS))
        F = np.maximum(X @ U, 0) @ V
        X = F if branch == "no x" else X + share(branch) * F
    return np.array(path).T


def two_maps(branch: str, cosine: float) -> Picture:
    """Draw the mean square and the cosine of pairs, block by block: derived and five networks."""
    runs = np.array([measured(branch, cosine, seed) for seed in range(NETWORKS)])
    theory = derived(branch, cosine)
    fig, axes = plt.subplots(2, 1, figsize=(6, 6.4), sharex=True)
    at = np.arange(COUNT + 1)
    for k, ax in enumerate(axes):
        for run in runs:
            ax.plot(at, run[k], color=PALETTE["blue"], alpha=0.5, linewidth=1.2)
        ax.plot(at, theory[k], "--", color=PALETTE["orange"], label="derived")
    axes[0].set(yscale="log", ylim=(0.01, 1e10), ylabel="mean square")
    axes[1].set(ylim=(-0.05, 1.05), ylabel="cosine", xlabel="block", xlim=(0, COUNT))
    axes[0].legend(loc="upper left")
    (q_low, c_low), (q_high, c_high) = (end(runs[:, :, -1], axis=0) for end in (np.min, np.max))
    name = {"no x": "Nothing is added", "0": "Branches of 0"}.get(branch, f"Branches {branch}")
    return fig, (
        f"{name}: after 30 blocks the mean square is {theory[0, -1]:.3g} by the theory, "
        f"{q_low:.2g} to {q_high:.2g} in five networks; the cosine of pairs that enter at "
        f"{cosine:g} is {theory[1, -1]:.2f} by the theory, {number(c_low)} to {number(c_high)} "
        "there."
    )


def best(kind: str, count: int) -> tuple[float, list[float]]:
    """Return the rate with the best median, and its runs."""
    rate = max(RATES[:-1], key=lambda rate: median(BLOCK_RUNS[kind, count, rate]))
    return rate, BLOCK_RUNS[kind, count, rate]


def depth(blocks: int) -> Picture:
    """Draw the accuracy at the best rate of each kind of network: five runs, and the median."""
    fig, ax = plt.subplots(figsize=(6, 4.8))
    told = []
    for row, kind in enumerate(reversed(KINDS)):
        rate, runs = best(kind, blocks)
        shown = np.nan_to_num(runs, nan=10)
        ax.plot(shown, [row] * len(shown), "o", color=PALETTE["blue"], alpha=0.5)
        ax.plot(np.median(shown), row, "|", color=PALETTE["vermillion"], markersize=22, mew=3)
        how = (
            "broke at each rate" if np.isnan(runs).all() else f"{np.median(shown):.0f} at {rate:g}"
        )
        told.append(f"{kind}: {how}")
    ax.set(xlim=(0, 102), ylim=(-0.6, len(KINDS) - 0.4), xlabel="test accuracy, %")
    ax.set_yticks(range(len(KINDS)), [SHORT.get(kind, kind) for kind in reversed(KINDS)])
    return fig, (
        f"{blocks} blocks of two layers, five networks each. Medians in %, at the best rate: "
        f"{'; '.join(reversed(told))}."
    )


__all__ = ["BLOCKS", "depth", "two_maps"]
