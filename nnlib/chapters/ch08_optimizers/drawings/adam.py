"""What lesson 4 draws: units of the loss, moving averages, a turned ravine, and a way astray."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch08_optimizers import average, online, ravine
from nnlib.chapters.ch08_optimizers.loop import in_unit
from nnlib.teaching.figures import PALETTE

Picture = tuple[Figure, str]

HUES = {"sgd": "muted", "momentum": "green", "rmsprop": "orange", "adam": "blue"}
NAMES = {"sgd": "SGD", "momentum": "momentum", "rmsprop": "RMSProp", "adam": "Adam"}
RATES = {"sgd": 0.4, "momentum": 0.04, "rmsprop": 0.004, "adam": 0.004}
EXPONENTS = (-10, -9, -8, -7, -6, -3, -2, -1, 0, 1, 2, 3, 6)
SEEDS = range(3)


def read(optimizer: str, exponent: int) -> float:
    """Return the share of digits that is read after training with the loss times 10^exponent."""
    return float(np.mean([in_unit(optimizer, RATES[optimizer], exponent, s) for s in SEEDS]))


def units(exponent: int) -> Picture:
    """Draw what four optimizers learn when the loss is measured in other units."""
    fig, ax = plt.subplots(figsize=(6, 4.2), layout="none")
    fig.subplots_adjust(left=0.15, right=0.97, bottom=0.17, top=0.96)
    ax.axvline(exponent, color=PALETTE["grid"], linewidth=9)
    for name, hue in HUES.items():
        shares = [read(name, e) for e in EXPONENTS]
        ax.plot(EXPONENTS, shares, "o-", color=PALETTE[hue], label=NAMES[name], markersize=5)
    ax.set(xlabel="loss times 10 to the power", ylabel="read correctly", ylim=(0, 1.03))
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    ax.set_xticks(range(-10, 7, 2))
    ax.legend(loc="center", bbox_to_anchor=(0.37, 0.5), fontsize=13)
    told = ", ".join(f"{NAMES[name]} {100 * read(name, exponent):.0f} %" for name in HUES)
    unit = {0: "The loss as it is", -1: "A tenth of the loss", 1: "Ten times the loss"}
    lead = unit.get(exponent, f"The loss times 10^{exponent}")
    return fig, f"{lead}: {told} (means of three). The rates are those that suit the loss as it is."


def averages(beta: float, t: int, corrected: bool) -> Picture:
    """Draw with which weight each gradient stands in the average."""
    weights = average.weights(beta, t, corrected)
    total = weights.sum()
    fig, ax = plt.subplots(figsize=(6, 3.4), layout="none")
    fig.subplots_adjust(left=0.15, right=0.97, bottom=0.2, top=0.96)
    ax.bar(range(1, t + 1), weights, color=PALETTE["blue"], width=0.8)
    if total < 0.9995:
        ax.bar([0], [1 - total], color=PALETTE["vermillion"], width=0.8)
        ax.annotate("on 0, the start", (0, 1 - total), xytext=(6, -2), textcoords="offset points")
    ax.set(xlabel="gradient", ylabel="weight", xlim=(-1, 31), ylim=(0, 1.08))
    what = "m̂" if corrected else "m"
    rest = "" if total > 0.9995 else f"; {1 - total:.3f} lies on the start, which is 0"
    return fig, (
        f"β = {beta:g}: in {what} after {t} step{'s' * (t > 1)} the last gradient has the weight "
        f"{weights[-1]:.3f}, the first {weights[0]:.3f}. They sum to {total:.3f}{rest}."
    )


def turned(optimizer: str, angle: int) -> Picture:
    """Draw the way down a ravine that is turned, and the loss on it."""
    peak, left = ravine.best(optimizer, angle)
    path, losses = ravine.walk(optimizer, peak, angle)
    fig, (ax, below) = plt.subplots(2, 1, figsize=(6, 7), height_ratios=[5, 3], layout="none")
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.1, top=0.98, hspace=0.25)
    axis = np.linspace(-1.15, 1.15, 121)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1)
    H = ravine.hessian(angle)
    loss = np.einsum("...i,ij,...j->...", grid, H, grid) / 2
    ax.contour(axis, axis, loss, np.geomspace(0.02, 60, 9), colors=PALETTE["muted"], linewidths=0.8)
    ax.plot(*path.T, "o-", color=PALETTE["blue"], markersize=4, linewidth=1.4)
    ax.plot(0, 0, "*", color=PALETTE["vermillion"], markersize=14)
    ax.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), aspect="equal", xlabel="$w_1$", ylabel="$w_2$")
    below.plot(np.maximum(losses, 1e-22), color=PALETTE["blue"])
    below.set(yscale="log", ylim=(1e-22, 30), xlim=(0, ravine.STEPS), xlabel="step")
    below.set(ylabel="loss, share", yticks=(1e-20, 1e-10, 1))
    return fig, (
        f"{optimizer}, ravine turned by {angle}°: after {ravine.STEPS} steps {_rough(left)} of the "
        f"loss is left, with the first rate that does best, {peak:g}."
    )


def _rough(share: float) -> str:
    """To one digit: a rate can reach far below what the last bits of a sum decide."""
    return "less than 1e-15" if share < 1e-15 else f"{share:.0e}"


STEPS_ONLINE = 3000


def astray(C: float, beta2: str, beta1: float) -> Picture:
    """Draw where Adam takes x, on the example of Reddi, Kale and Kumar."""
    beta = 1 / (1 + C**2) if beta2 == "1/(1+C²)" else float(beta2)
    x = online.walk(nnlib.Adam(0.01, beta1, beta), C, STEPS_ONLINE)
    plain = online.walk(nnlib.SGD(0.01), C, STEPS_ONLINE)
    fig, ax = plt.subplots(figsize=(6, 3.6), layout="none")
    fig.subplots_adjust(left=0.15, right=0.94, bottom=0.19, top=0.96)
    ax.axhline(-1, color=PALETTE["vermillion"], linestyle=":", linewidth=1.5)
    ax.plot(plain, color=PALETTE["muted"], label="SGD")
    ax.plot(x, color=PALETTE["blue"], label="Adam")
    ax.set(xlabel="step", ylabel="x", ylim=(-1.15, 1.15), xlim=(0, STEPS_ONLINE))
    ax.legend(loc="center right")
    end = x[-300:].mean()
    where = {-1: "the best place", 1: "the worst place"}.get(round(end), "not at an end")
    return fig, (
        f"C = {C:g}, β₁ = {beta1:g}, β₂ = {beta:.3g}: Adam ends near {end:.1f}, {where}. SGD ends "
        f"near {plain[-300:].mean():.1f}."
    )
