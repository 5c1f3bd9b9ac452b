"""What the opening page and lesson 1 draw: gains, a boundary with decay, a corner, strengths."""

from __future__ import annotations

from functools import cache

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch07_training.choosing import parts
from nnlib.chapters.ch09_regularization import few
from nnlib.chapters.ch09_regularization.results import RUNS
from nnlib.teaching.figures import PALETTE, STYLE

Array = np.ndarray
Picture = tuple[Figure, str]

# The opening page -------------------------------------------------------------------------------

SHOWN = {
    "decay 0.01": "decay 0.01",
    "dropout 0.5": "dropout 0.5",
    "shifts": "shifted by a pixel",
    "mirrored": "mirrored",
}


@mpl.rc_context(STYLE)
def opening() -> Picture:
    """Draw by how many points four remedies change what is read, split by split."""
    fig, axes = plt.subplots(2, 1, figsize=(6, 6), sharex=True, layout="none")
    fig.subplots_adjust(left=0.36, right=0.97, bottom=0.13, top=0.94, hspace=0.2)
    rng, means = np.random.default_rng(0), []
    colors = ("blue", "orange", "green", "vermillion")
    for moved, ax in zip((False, True), axes, strict=True):
        for place, (name, color) in enumerate(zip(SHOWN, colors, strict=True)):
            gain = few.gains("100 digits", name, moved)
            means.append(f"{SHOWN[name]} {round(gain.mean(), 1) + 0.0:+.1f}")
            height = -place + rng.uniform(-0.2, 0.2, len(gain))
            ax.plot(gain, height, "o", color=PALETTE[color], markersize=5, alpha=0.7)
            ax.plot([gain.mean()] * 2, [-place - 0.38, -place + 0.38], color=PALETTE["ink"])
        ax.axvline(0, color=PALETTE["muted"], linewidth=1)
        ax.set_yticks([-k for k in range(len(SHOWN))], list(SHOWN.values()))
        ax.set(ylim=(-len(SHOWN) + 0.4, 0.6))
        ax.set_title("new digits, moved by a pixel" if moved else "new digits, as they are")
    axes[1].set_xlabel("points gained")
    half = len(SHOWN)
    return fig, (
        "A network learns 100 digits and is tested on some 257 others, of forms it has not seen. "
        "Each point is one of twenty splits; a dash is the mean. Points gained over nothing, on "
        f"the digits as they are: {', '.join(means[:half])}; moved by a pixel: "
        f"{', '.join(means[half:])}."
    )


# Moons ------------------------------------------------------------------------------------------

ALPHAS = [0.0, 0.001, 0.003, 0.01, 0.03, 0.1]
COUNTS = [10, 20, 80]
LOOKS = np.unique(np.geomspace(1, 1500, 24).astype(int))
NOISE = 0.3
FRESH = nnlib.make_moons(500, NOISE, seed=999)
AXIS = np.linspace(-2.2, 3.2, 91), np.linspace(-1.7, 2.2, 66)


RATE = 0.3
Layers = list[dict[str, Array]]
Run = tuple[Array, Array, Array, tuple[float, float]]


def moons(alpha: float, points: int, draw: int) -> Run:
    """Return losses (looks, 2) on the points and on new ones, the plane, and both accuracies."""
    return _side_by_side(points, draw)[ALPHAS.index(alpha)]


@cache
def _side_by_side(points: int, draw: int) -> list[Run]:
    """Train a network with each of ALPHAS. They begin alike and see the points in one order.

    So they take the steps that they take alone, in half the time: as one stack of arrays.
    """
    X, y = nnlib.make_moons(points, NOISE, seed=draw)
    networks = [_network(draw) for _ in ALPHAS]
    order, *_ = (n.rng.permutation(len(X)) for n in networks)  # as in `train`, before any weight
    built = (n.build((2,)).layers for n in networks)
    layers = [_stacked(alike) for alike in zip(*built, strict=True)]
    both, losses = [(X, y), FRESH], []
    for step in range(1, int(LOOKS[-1]) + 1):
        _step(layers, X[order], np.eye(2)[y[order]])
        order = networks[0].rng.permutation(len(X))
        if step in LOOKS:
            losses.append([[n.loss.forward(c, n.outputs(A)) for A, c in both] for n in networks])
    plane = np.stack(np.meshgrid(*AXIS), axis=-1).reshape(-1, 2)
    runs = []
    for k, network in enumerate(networks):
        share = network.predict_proba(plane, 20_000)[:, 1].reshape(len(AXIS[1]), -1)
        seen, new = (float(np.mean(network.predict(A) == c)) for A, c in both)
        runs.append((np.array(losses)[:, k], share, X, (seen, new)))
    return runs


def _network(seed: int) -> nnlib.NeuralNetwork:
    hidden = [nnlib.FullyConnected(64, "relu", "kaiming_normal") for _ in range(2)]
    return nnlib.NeuralNetwork([*hidden, nnlib.FullyConnected(2)], seed=seed)


def _stacked(alike: tuple[nnlib.layers.Layer, ...]) -> dict[str, Array]:
    """Return the parameters of these layers as stacks, of which each layer keeps its part."""
    stacks = {name: np.stack([a.parameters[name] for a in alike]) for name in alike[0].parameters}
    for k, layer in enumerate(alike):
        layer.parameters = {name: stack[k] for name, stack in stacks.items()}
    return stacks


def _step(layers: Layers, X: Array, Y: Array) -> None:
    """Take a step of SGD in each network, with weight decay on the matrices."""
    relu, given, Zs = nnlib.ReLU(), [X], []
    for layer in layers:
        Zs.append(given[-1] @ layer["W"] + layer["b"])
        given.append(relu.forward(Zs[-1]))
    dZ = (nnlib.SoftMax().forward(Zs[-1]) - Y) / len(X)
    for i in reversed(range(len(layers))):
        W, b = layers[i].values()
        dW, db = np.swapaxes(given[i], -1, -2) @ dZ, np.ones((1, len(X))) @ dZ
        if i:
            dZ = relu.backward(Zs[i - 1], dZ @ np.swapaxes(W, -1, -2))
        W -= RATE * (dW + np.reshape(ALPHAS, (-1, 1, 1)) * W)
        b -= RATE * db


def decay(alpha: float, points: int, draw: int) -> Picture:
    """Draw the boundary of a network with weight decay, and its two losses on the way."""
    losses, share, X, (seen, new) = moons(alpha, points, draw)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 7.6), height_ratios=[3, 2], layout="none")
    fig.subplots_adjust(left=0.15, right=0.97, bottom=0.1, top=0.98, hspace=0.28)
    for level, hue in ((0, "blue"), (1, "orange")):
        top.contourf(
            *AXIS,
            (share > 0.5) == level,
            levels=[0.5, 1.5],
            colors=PALETTE[hue],
            alpha=0.2,
        )
    top.contour(*AXIS, share, levels=[0.5], colors=PALETTE["ink"], linewidths=1.5)
    half = len(X) // 2
    for own, hue, marker in ((X[:half], "blue", "o"), (X[half:], "orange", "s")):
        top.plot(*own.T, marker, color=PALETTE[hue], markersize=6, mec=PALETTE["ink"], mew=0.7)
    top.set(xlim=(-2.2, 3.2), ylim=(-1.7, 2.2), xlabel="x₁", ylabel="x₂")
    for column, hue, label, style in (
        (0, "blue", "learned", "-"),
        (1, "vermillion", "1,000 new points", "--"),
    ):
        bottom.plot(LOOKS, losses[:, column], style, color=PALETTE[hue], label=label)
    bottom.set(xscale="log", yscale="log", xlabel="step", ylabel="loss", ylim=(5e-4, 3))
    bottom.legend(loc="lower left")
    return fig, (
        f"{2 * points} points, α = {alpha:g}, draw {draw}: {100 * seen:.0f} % of them are read and "
        f"{100 * new:.0f} % of 1,000 new ones. The loss on the new ones ends at "
        f"{losses[-1, 1]:.2f}; at its lowest it was {losses[:, 1].min():.2f}."
    )


# One weight -------------------------------------------------------------------------------------

PENALTIES = ("α |w|", "½ α w²")


def one_weight(penalty: str, best: float, alpha: float) -> Picture:
    """Draw the loss of one weight with a penalty, and where the sum is lowest."""
    w = np.linspace(-2.5, 2.5, 401)
    loss = (w - best) ** 2 / 2
    if penalty == "α |w|":
        extra = alpha * np.abs(w)
        lowest = np.sign(best) * max(abs(best) - alpha, 0)
    else:
        extra, lowest = alpha * w**2 / 2, best / (1 + alpha)
    total = loss + extra
    fig, ax = plt.subplots(figsize=(6, 4.4), layout="none")
    fig.subplots_adjust(left=0.13, right=0.97, bottom=0.18, top=0.97)
    ax.plot(w, loss, color=PALETTE["blue"], linewidth=1.4, label="loss")
    ax.plot(w, extra, "--", color=PALETTE["orange"], linewidth=1.4, label="penalty")
    ax.plot(w, total, color=PALETTE["ink"], label="sum")
    height = float(np.interp(lowest, w, total))
    ax.plot(lowest, height, "o", color=PALETTE["vermillion"], markersize=10)
    ax.set(xlabel="w", ylim=(-0.15, 5.6), xlim=(-2.5, 2.5))
    ax.legend(loc="upper left", ncols=3, fontsize=13, columnspacing=1)
    return fig, (
        f"The loss alone is lowest at {best:g}. With {penalty} and α = {alpha:g} the sum is lowest "
        f"at {round(float(lowest), 2) + 0.0:.2f}."
    )


# How strong -------------------------------------------------------------------------------------


def read_by_strength(setting: str) -> dict[str, Array]:
    """Return the shares read for each strength, (strengths, splits), by part of the data."""
    unit, n, _ = few.SETTINGS[setting]
    names = ["nothing", *(f"decay {alpha:g}" for alpha in few.DECAYS)]
    runs = np.array([[one[:3] for one in RUNS[setting, name]] for name in names])
    sizes = np.array([[n, *map(len, parts(unit, split)[1:])] for split in range(few.SPLITS)])
    shares = 1 - runs / sizes
    return dict(zip(("learned", "validation", "test"), np.moveaxis(shares, 2, 0), strict=True))


def strength(digits: str) -> Picture:
    """Draw what is read against the strength of the decay, over twenty splits."""
    found = read_by_strength(digits)
    fig, ax = plt.subplots(figsize=(6, 4.6), layout="none")
    fig.subplots_adjust(left=0.16, right=0.97, bottom=0.17, top=0.97)
    place = np.arange(len(few.DECAYS) + 1)
    for name, hue, style in (("learned", "blue", "-"), ("validation", "vermillion", "--")):
        share = found[name]
        ax.fill_between(
            place, share.min(axis=1), share.max(axis=1), color=PALETTE[hue], alpha=0.15, linewidth=0
        )
        ax.plot(place, share.mean(axis=1), style, color=PALETTE[hue], label=name)
    mean = found["validation"].mean(axis=1)
    best = int(mean.argmax())
    ax.plot(best, mean[best], "o", color=PALETTE["ink"], markersize=10)
    ax.set_xticks(place, ["0", *(f"{alpha:g}" for alpha in few.DECAYS)])
    ax.set(xlabel="α", ylabel="read correctly", ylim=(0.4, 1.02))
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    ax.legend(loc="lower left")
    chosen = found["validation"].argmax(axis=0)
    counts = ", ".join(
        f"{('0', *few.DECAYS)[k]} on {np.sum(chosen == k)}" for k in place if np.any(chosen == k)
    )
    return fig, (
        f"{digits}: the mean of twenty splits on the validation digits is {100 * mean[0]:.1f} % "
        f"without decay and highest, {100 * mean[best]:.1f} %, at α = "
        f"{('0', *few.DECAYS)[best]}. Split by split the best is {counts}."
    )
