"""What lesson 3 draws: what a unit receives under dropout, and a committee of masked networks."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.chapters.ch09_regularization import committee, few
from nnlib.teaching.figures import PALETTE

Picture = tuple[Figure, str]

DRAWS = 4000


def received(p: float, inputs: int) -> Picture:
    """Draw what a unit receives: a sum of `inputs` products, of which the share p is dropped."""
    rng = np.random.default_rng(inputs)
    terms = rng.normal(0.5, 1, inputs) / np.sqrt(inputs)
    drawn = (rng.random((DRAWS, inputs)) >= p) @ terms / (1 - p)
    mean, spread = terms.sum(), np.sqrt(p / (1 - p) * np.sum(terms**2))
    fig, ax = plt.subplots(figsize=(6, 4.2), layout="none")
    fig.subplots_adjust(left=0.17, right=0.95, bottom=0.19, top=0.97)
    edges = np.linspace(mean - 7, mean + 7, 71)
    share = np.histogram(drawn, edges)[0] / DRAWS
    ax.bar(edges[:-1], share, np.diff(edges), align="edge", color=PALETTE["blue"], alpha=0.7)
    ax.axvline(mean, color=PALETTE["ink"], linewidth=2)
    top = 1.05 * max(share.max(), 0.1)
    ax.plot(
        [mean - spread, mean + spread], [0.93 * top] * 2, color=PALETTE["vermillion"], linewidth=4
    )
    ax.set(xlabel="what the unit receives", ylabel="share of the draws", ylim=(0, top))
    ax.locator_params(axis="y", nbins=5)
    return fig, (
        f"{inputs} inputs, p = {p:g}: {DRAWS:,} masks give the mean {drawn.mean():.2f} (without "
        f"dropout {mean:.2f}) and the standard deviation {drawn.std():.2f}; by (9.13) it is "
        f"{spread:.2f}."
    )


EXAMPLES = (0, 1, 2)


def members(networks: int, digit: int) -> Picture:
    """Draw the probabilities of a committee of masked networks beside those of the one network."""
    X, y = few.digits()
    _, _, test = few.rows("form", 0, 100)
    network = committee.learned()
    everything = committee.masked(network, X[test], 30)
    one = network.predict_proba(X[test])
    arithmetic, _ = committee.means(everything)
    order = np.argsort(-np.abs(arithmetic - one).sum(axis=1), kind="stable")
    row = order[[3, 40, 120][digit]]
    Z = committee.masked(network, X[test][row : row + 1], networks, seed=1)
    mean, geometric = committee.means(Z)
    fig, ax = plt.subplots(figsize=(6, 4.4), layout="none")
    fig.subplots_adjust(left=0.14, right=0.97, bottom=0.17, top=0.97)
    place = np.arange(10)
    for k, (P, hue, label) in enumerate(
        (
            (mean[0], "blue", "mean of the probabilities"),
            (geometric[0], "green", "geometric mean"),
            (one[row], "orange", "the one network"),
        )
    ):
        ax.bar(place + 0.27 * (k - 1), P, 0.27, color=PALETTE[hue], label=label)
    ax.set(xlabel="class", ylabel="probability", ylim=(0, 1.62), xticks=place)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.legend(loc="upper left", fontsize=13)
    return fig, (
        f"A {y[test][row]}, {networks} masked network{'s' if networks > 1 else ''}: of the "
        f"probability, {committee.apart(mean, one[row : row + 1]):.2f} lies elsewhere than with "
        f"the one network; for the geometric mean it is "
        f"{committee.apart(geometric, one[row : row + 1]):.3f}."
    )
