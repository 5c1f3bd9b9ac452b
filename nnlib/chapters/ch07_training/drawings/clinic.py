"""What lesson 4 draws: nine runs without names, a run with knobs, and spirals."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch07_training.clinic import PATIENT, apart, curves, turned
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

LOWEST, HIGHEST = 0.03, 30.0
SCALES = ("whole", "near ln 10")


def _two_axes(epochs: int) -> tuple[Figure, Axes, Axes]:
    fig, (top, bottom) = plt.subplots(
        2, 1, figsize=(6, 5.6), sharex=True, height_ratios=[3, 2], layout="none"
    )
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.12, top=0.97, hspace=0.1)
    top.axhline(np.log(10), color=PALETTE["muted"], linewidth=1, linestyle=":")
    top.set(ylabel="loss", yscale="log", ylim=(LOWEST, HIGHEST), yticks=(0.1, 1, 10))
    bottom.set(xlabel="epoch", ylabel="accuracy", ylim=(-0.03, 1.03), xlim=(1, epochs))
    return fig, top, bottom


def _shown(loss: Array) -> Array:
    """A loss that is no number, or beyond the axis, is drawn at its upper edge."""
    return np.clip(np.nan_to_num(loss, nan=1e9, posinf=1e9), LOWEST, HIGHEST)


def _pair(top: Axes, bottom: Axes, values: Array) -> None:
    epoch = np.arange(1, len(values) + 1)
    for ax, (training, validation) in ((top, (0, 1)), (bottom, (2, 3))):
        seen = _shown(values) if ax is top else values
        ax.plot(epoch, seen[:, training], color=PALETTE["blue"], label="training")
        ax.plot(epoch, seen[:, validation], "--", color=PALETTE["vermillion"], label="validation")


ROUGH = "H"
"""The run whose end hangs on the last bit of a sum, and so on the processor."""


def case(name: str) -> Callable[[str], Picture]:
    """Return the explorer of a run of the quiz: it draws the run before the healthy one."""

    def draw(scale: str) -> Picture:
        values, healthy = curves(name), curves("D")
        fig, top, bottom = _two_axes(len(values))
        if scale == SCALES[1]:
            top.set(yscale="linear", ylim=(1.95, 2.65), yticks=(2, 2.2, 2.4, 2.6))
        epoch = np.arange(1, len(healthy) + 1)
        for ax, column in ((top, 0), (top, 1), (bottom, 2), (bottom, 3)):
            style = "-" if column in (0, 2) else "--"
            ax.plot(epoch, healthy[:, column], style, color=PALETTE["muted"], linewidth=1.2)
        _pair(top, bottom, values)
        top.text(len(values), np.log(10) * 1.01, "ln 10", ha="right", va="bottom", fontsize=13)
        top.legend(loc="upper right", ncols=2)
        zoom = "" if scale == SCALES[0] else " The loss is drawn between 2 and 2.6 only."
        told = _roughly(values) if name == ROUGH else _numbers(values)
        return fig, f"Run {name}. {told} Gray: a healthy run.{zoom}"

    draw.__name__ = f"run_{name.lower()}"
    return draw


def _roughly(values: Array) -> str:
    loss, val_loss, *shares = values[-1]
    return (
        f"After {len(values)} epochs: training loss about {loss:.0f}, validation loss about "
        f"{val_loss:.0f}, both accuracies above {np.floor(4 * min(shares)) / 4:.0%}."
    )


def _numbers(values: Array) -> str:
    loss, val_loss, share, val_share = values[-1]
    if not np.isfinite([loss, val_loss]).all():
        return f"After {len(values)} epochs the loss is no number."
    return (
        f"After {len(values)} epochs: training loss {loss:.2f}, validation loss {val_loss:.2f}, "
        f"accuracies {share:.0%} and {val_share:.0%}."
    )


def knobs(rate: float, batch_size: int, hidden: int, fault: str) -> Picture:
    """Draw the curves for one position of the knobs before those of the patient."""
    values, patient = turned(rate, batch_size, hidden, fault), turned(**PATIENT)
    fig, top, bottom = _two_axes(len(values))
    epoch = np.arange(1, len(patient) + 1)
    for ax, column in ((top, 0), (bottom, 2)):
        ax.plot(epoch, patient[:, column], color=PALETTE["orange"], linewidth=7, alpha=0.5)
    _pair(top, bottom, values)
    top.legend(loc="upper right", ncols=2)
    gap = apart(rate, batch_size, hidden, fault)
    match = "the patient's curve" if gap < 1e-6 else f"off by up to {gap:.2f}"
    match = match if np.isfinite(gap) else "far off"
    return fig, f"{_numbers(values)} The training loss is {match}. Wide: the patient."


# Spirals ----------------------------------------------------------------------------------------

SPIRALS = nnlib.make_spirals(seed=0)
NETWORKS: dict[str, list[int]] = {
    "no hidden layer": [],
    "8 units": [8],
    "100 units": [100],
    "two layers of 32": [32, 32],
}
EPOCHS = (0, 5, 20, 50, 200)
AXIS = np.linspace(-1.5, 1.5, 81)


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
    run = nnlib.training.train(network, *SPIRALS, EPOCHS[-1], 30)
    says, done = {}, 0
    for epoch in EPOCHS:
        while done < epoch:
            next(run)
            done += 1
        says[epoch] = (
            network.predict(plane, 20_000).reshape(len(AXIS), len(AXIS)),
            float(np.mean(network.predict(SPIRALS[0]) == SPIRALS[1])),
            float(np.mean(network.predict(fresh) == arm)),
        )
    return says


def boundary(network: str, epoch: int) -> Picture:
    """Draw the arms on the colors that a network gives to the plane after so many epochs."""
    plane, seen, new = spiral_run(network)[epoch]
    fig, ax = plt.subplots(figsize=(6, 5.6), layout="none")
    fig.subplots_adjust(left=0.14, right=0.98, bottom=0.13, top=0.98)
    hues = [PALETTE[c] for c in ("blue", "vermillion", "green")]
    for c, hue in enumerate(hues):  # one at a time: 0 to 2 is not by way of 1
        ax.contourf(AXIS, AXIS, plane == c, levels=[0.5, 1.5], colors=hue, alpha=0.22)
    points, arm = SPIRALS
    for c, marker in enumerate("os^"):
        own = points[arm == c]
        ax.plot(*own.T, marker, color=hues[c], markersize=5, label=f"arm {c}")
    ax.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal", xlabel="x₁", ylabel="x₂")
    ax.legend(loc="upper right", ncols=3, fontsize=13, columnspacing=0.8)
    return fig, (
        f"{network}, after {epoch} epochs of ten steps: {seen:.0%} of the points and {new:.0%} of "
        f"300 new points lie on their arm's color."
    )
