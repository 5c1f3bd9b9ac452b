"""What lesson 2 draws: broadcasting and its way back, and gradients that are left in place."""

from __future__ import annotations

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nnlib.chapters.ch07_training import network
from nnlib.chapters.ch10_pytorch.array_tape import unbroadcast
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

SHAPES = {"(1, 3)": (1, 3), "(3,)": (3,), "(n, 1)": (0, 1), "()": ()}
COLORS = ("blue", "orange", "green")
ROWS = np.array([[1, 0, 2], [-1, 3, 1], [2, 2, -4], [0, 1, 5]])


def copied(shape: str, n: int) -> Picture:
    """Draw which copies an entry was added to, and what comes back to it."""
    true = tuple(size or n for size in SHAPES[shape])
    dZ = ROWS[:n]
    owner = np.broadcast_to(np.arange(int(np.prod(true))).reshape(true), dZ.shape)
    back = unbroadcast(dZ, true)
    fig, ax = plt.subplots(figsize=(6, 4), layout="none")
    fig.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.99)
    _grid(ax, 0, dZ, owner, "dZ, by whose copy it is")
    drawn = np.atleast_2d(back)
    _grid(ax, 5, drawn, np.arange(drawn.size).reshape(drawn.shape), f"what returns: {true}")
    arrow = {"arrowstyle": "-|>", "color": PALETTE["muted"], "linewidth": 2}
    ax.annotate("", (4.8, -0.5), (3.2, -0.5), arrowprops=arrow)
    ax.text(4, -0.15, "sum", ha="center", fontsize=13)
    ax.set(xlim=(-0.2, 8.4), ylim=(-4.3, 1.1), aspect="equal")
    ax.axis("off")
    count = dZ.size // max(back.size, 1)
    entries = f"{back.size} {'entry' if back.size == 1 else 'entries'}"
    copies = "is used once" if count == 1 else f"was copied {count} times"
    told = ", ".join(f"{v:g}".replace("-", "−") for v in back.ravel())
    return fig, (
        f"Added to a Z of shape ({n}, 3), an array of shape {true} has {entries}, and each "
        f"{copies}. So {count} {'entry' if count == 1 else 'entries'} of dZ "
        f"{'goes' if count == 1 else 'add up'} to each: {told}."
    )


def _grid(ax: Axes, left: float, numbers: Array, owner: Array, title: str) -> None:
    for (i, j), number in np.ndenumerate(numbers):
        color = PALETTE[COLORS[owner[i, j] % 3]]
        place = (left + j + 0.04, -i - 0.96)
        ax.add_patch(Rectangle(place, 0.92, 0.92, facecolor=color, alpha=0.35, edgecolor=color))
        text = f"{number:g}".replace("-", "−")
        ax.text(left + j + 0.5, -i - 0.5, text, ha="center", va="center", fontsize=15)
    ax.text(left, 0.35, title, fontsize=13)


# zero_grad --------------------------------------------------------------------------------------

STEPS = 160
GRADIENTS = ("set to zero", "left in place")


@cache
def walk(problem: str, gradients: str, rate: float, seed: int = 0) -> Array:
    """Return the loss before each of STEPS steps whose gradients are renewed, or added up."""
    rng = np.random.default_rng(seed)
    X, y, _, _ = network.digits()
    w = network.new_weights(rng) if problem == "digits" else [np.ones(1)]
    grad = [np.zeros_like(part) for part in w]
    losses = []
    for t in range(STEPS):
        if problem == "digits":
            rows = slice(32 * t % 1280, 32 * t % 1280 + 32)
            loss, g = network.loss_and_gradients(w, X[rows], y[rows])
        else:
            loss, g = float(w[0][0] ** 2 / 2), [w[0].copy()]
        losses.append(loss)
        if gradients == GRADIENTS[0]:
            grad = [np.zeros_like(part) for part in w]
        for part, total, new in zip(w, grad, g, strict=True):
            total += new
            part -= rate * total
    return np.array(losses)


def forgotten(problem: str, gradients: str, rate: float) -> Picture:
    """Draw the loss over the steps."""
    losses = walk(problem, gradients, rate)
    fig, ax = plt.subplots(figsize=(6, 4), layout="none")
    fig.subplots_adjust(left=0.14, right=0.97, bottom=0.16, top=0.96)
    good = gradients == GRADIENTS[0]
    ax.plot(losses, color=PALETTE["blue" if good else "vermillion"], linewidth=2)
    ax.set(xlabel="step", xlim=(0, STEPS))
    if problem == "digits":
        ax.set(ylabel="loss of the batch", ylim=(0.01, 1000), yscale="log")
    else:
        ax.set(ylabel="loss w² / 2", ylim=(-0.02, 0.65))
    last = losses[-40:]
    return fig, (
        f"{problem.capitalize()}, rate {rate:g}, the gradient {gradients} after each step: in the "
        f"last 40 steps the loss lies between {last.min():.2g} and {last.max():.2g}."
    )
