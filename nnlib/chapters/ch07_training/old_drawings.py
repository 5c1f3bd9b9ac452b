"""What chapter 7 draws: walks in a valley of two weights, nine learning curves, spirals."""

from __future__ import annotations

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import nnlib
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

# A loss of two weights --------------------------------------------------------------------------

_TABLE, _ = nnlib.load_iris()
_SCALED = (_TABLE - _TABLE.mean(axis=0)) / _TABLE.std(axis=0)
# Petal width from sepal length and petal length.
FEATURES, TARGETS = _SCALED[:, [0, 2]], _SCALED[:, 3]
HESSIAN = FEATURES.T @ FEATURES / len(FEATURES)
BEST = np.linalg.solve(HESSIAN, FEATURES.T @ TARGETS / len(FEATURES))
START = (-1.0, -0.5)


def _spread_at_best() -> float:
    gradients = FEATURES * (FEATURES @ BEST - TARGETS)[:, np.newaxis]  # their mean is 0
    return float(np.mean((gradients**2).sum(axis=1)))


S_BEST = _spread_at_best()


def descend(
    batch_size: int, rate: float, epochs: int = 20, runs: int = 20, replace: bool = False
) -> Array:
    """Return all weights (steps, runs, 2) after each step from START.

    Batches are cut from a new order in each epoch, or with `replace` drawn afresh.
    """
    rng, n = np.random.default_rng(0), len(FEATURES)
    w, path = np.tile(START, (runs, 1)), []
    for _ in range(epochs):
        order = np.array([rng.permutation(n) for _ in range(runs)])
        for start in range(0, n, batch_size):
            rows = order[:, start : start + batch_size]
            if replace:
                rows = rng.integers(0, n, rows.shape)
            error = np.einsum("rbj,rj->rb", FEATURES[rows], w) - TARGETS[rows]
            w = w - rate * np.einsum("rb,rbj->rj", error, FEATURES[rows]) / batch_size
            path.append(w)
    return np.array(path)


def excess(w: Array) -> Array:
    """Return the loss above its minimum, 1/2 (w - best)^T H (w - best), of each w (..., 2)."""
    v = w - BEST
    return np.asarray(np.einsum("...i,ij,...j->...", v, HESSIAN, v) / 2)


def floor(batch_size: int, rate: float) -> float:
    """Return the height of the floor by (7.7)."""
    return rate * S_BEST / (4 * batch_size)


def two_weights(batch_size: int, rate: float) -> Picture:
    """Draw three of 20 runs in the valley, and the mean excess loss of all, with its floor."""
    with np.errstate(all="ignore"):
        path = descend(batch_size, rate)
        loss = excess(path)
    loss = np.where(np.isfinite(loss), loss, 1e9)
    per_epoch = 150 // batch_size
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 8), height_ratios=[3, 2])
    _walks(top, path)
    _excess_by_epoch(bottom, loss, per_epoch, floor(batch_size, rate) if batch_size < 150 else None)
    end = loss.mean(axis=1)[-per_epoch:].mean()
    found = f"the excess loss is {end:.1e} in the last epoch" if end < 5 else "the runs diverge"
    says = f"; (7.7) puts the floor at {floor(batch_size, rate):.1e}" if batch_size < 150 else ""
    return fig, (
        f"Batches of {batch_size}, rate {rate:g}: {len(path)} steps in 20 "
        f"epochs, and {found} (mean of 20 runs){says}."
    )


def _walks(ax: Axes, path: Array) -> None:
    w1, w2 = np.meshgrid(np.linspace(-1.7, 1.5, 81), np.linspace(-1.2, 1.9, 81))
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
    ax.legend(loc="upper right")


# Nine runs --------------------------------------------------------------------------------------

# What each run has, in a word and in sentences. The settings stand in the chapter.
DIAGNOSES = {
    "run A": (
        "overfitting",
        "Overfitting. The training loss goes on towards zero, the "
        "validation loss turns and rises: 200 samples with wrong labels"
        " among them, and 100 units. More data, fewer units, early "
        "stopping, chapter 9.",
    ),
    "run B": (
        "rate too low",
        "Rate too low (0.002). Everything is in order, only slow: both "
        "losses fall together, nearly along a line. A gradient that is "
        "divided by n twice looks the same, so check the gradient "
        "first.",
    ),
    "run C": (
        "dead units",
        "All hidden units are dead: their biases began at -50. Only the"
        " last biases learn, so the loss rests at ln 10 = 2.30 and the "
        "accuracy at that of the most frequent class.",
    ),
    "run D": (
        "healthy",
        "Healthy (rate 0.2, batches of 32). It starts below ln 10, "
        "falls fast, then slowly; validation stays close and is still "
        "falling. In the first epochs it is the lower of the two, "
        "because the training loss is a mean over an epoch in which the"
        " network got better.",
    ),
    "run E": (
        "rate too high",
        "Rate too high (1.6). The loss moves up and down at first; "
        "after a few epochs nearly all units are 0 for every sample, "
        "and it rests at ln 10. The end looks like run C, the beginning"
        " tells them apart.",
    ),
    "run F": (
        "not shuffled",
        "Not shuffled, sorted by label. The training loss that is seen "
        "on the way looks fair; the validation loss, taken after the "
        "last class, does not.",
    ),
    "run G": (
        "wrong labels",
        "X and y were shuffled by different orders. The training loss "
        "creeps below ln 10 only as labels are learned by heart; the "
        "validation loss does not fall, and in the end it rises; the "
        "validation accuracy stays at chance.",
    ),
    "run H": (
        "no reset",
        "The gradients are not reset between steps, so each step "
        "repeats all steps before it. The loss falls at first, then "
        "swings ever wider, even at a tenth of the healthy rate.",
    ),
    "run I": (
        "underfitting",
        "Underfitting. Training and validation agree, and both are still"
        " far from zero: with two hidden units the ten classes do not "
        "come apart here. A larger network, not more data.",
    ),
}


def learning_curves(run: str, values: Array, diagnosis: bool) -> Picture:
    """Draw a run: training and validation loss, both accuracies, one row of `values` an epoch."""
    word, sentences = DIAGNOSES[run]
    epoch = np.arange(1, len(values) + 1)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 6.4), sharex=True)
    for ax, (training, validation) in ((top, (0, 1)), (bottom, (2, 3))):
        ax.plot(epoch, values[:, training], label="training")
        ax.plot(epoch, values[:, validation], "--", label="validation")
    top.axhline(np.log(10), color=PALETTE["muted"], linewidth=1, linestyle=":")
    top.text(len(values), 2.42, "ln 10", ha="right", fontsize=14)
    top.set(ylabel="loss", ylim=(0, 4))
    title = f"{run}: {word}" if diagnosis else run
    fig.suptitle(title, x=0.02, ha="left", fontsize=15)
    bottom.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1), xlim=(1, len(values)))
    top.legend(loc="upper center", ncols=2)
    loss, val_loss, share, val_share = values[-1]
    seen = (
        f"{run}: after {len(values)} epochs, training loss {loss:.2f}, "
        f"validation loss {val_loss:.2f}, accuracies {share:.0%} and "
        f"{val_share:.0%}."
    )
    return fig, f"{seen} {sentences if diagnosis else 'What is wrong?'}"


# Spirals ----------------------------------------------------------------------------------------

SPIRALS = nnlib.make_spirals(seed=0)
NETWORKS: dict[str, list[int]] = {
    "no hidden layer": [],
    "8 units": [8],
    "100 units": [100],
    "two layers of 32": [32, 32],
}
EPOCHS = (0, 1, 2, 5, 10, 20, 50, 100, 200)
AXIS = np.linspace(-1.5, 1.5, 101)


def spiral_network(name: str, seed: int) -> nnlib.NeuralNetwork:
    """Return one of NETWORKS, untrained."""
    hidden = [nnlib.FullyConnected(k, "relu", "kaiming_normal") for k in NETWORKS[name]]
    layers = [*hidden, nnlib.FullyConnected(3)]
    return nnlib.NeuralNetwork(layers, optimizer=nnlib.SGD(0.5), seed=seed)


@cache
def spiral_run(name: str) -> dict[int, tuple[Array, float, float]]:
    """Return at each of EPOCHS the classes of the plane, and the accuracies seen and new."""
    plane = np.stack(np.meshgrid(AXIS, AXIS), axis=-1).reshape(-1, 2)
    fresh, arm = nnlib.make_spirals(seed=1000)
    network = spiral_network(name, 0).build((2,))
    run = nnlib.training.train(network, *SPIRALS, 200, 30)
    says, done = {}, 0
    for epoch in EPOCHS:
        while done < epoch:
            next(run)
            done += 1
        says[epoch] = (
            network.predict(plane, 20_000).reshape(101, 101),
            float(np.mean(network.predict(SPIRALS[0]) == SPIRALS[1])),
            float(np.mean(network.predict(fresh) == arm)),
        )
    return says


def boundary(network: str, epoch: int) -> Picture:
    """Draw the arms on the colors that a network gives to the plane after so many epochs."""
    plane, seen, new = spiral_run(network)[epoch]
    fig, ax = plt.subplots(figsize=(6, 5.6))
    hues = [PALETTE[c] for c in ("blue", "vermillion", "green")]
    for c, hue in enumerate(hues):  # one at a time: 0 to 2 is not by way of 1
        ax.contourf(AXIS, AXIS, plane == c, levels=[0.5, 1.5], colors=hue, alpha=0.22)
    points, arm = SPIRALS
    for c, marker in enumerate("os^"):
        own = points[arm == c]
        ax.plot(*own.T, marker, color=hues[c], markersize=5, label=f"arm {c}")
    ax.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal")
    ax.set(xlabel="x₁", ylabel="x₂")
    ax.legend(loc="upper right", ncols=3, fontsize=13, columnspacing=0.8)
    return fig, (
        f"{network}, after {epoch} epochs of ten steps: {seen:.0%} of the "
        f"points and {new:.0%} of 300 new points lie on their arm's color."
    )
