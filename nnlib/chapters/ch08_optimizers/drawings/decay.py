"""What lesson 5 draws: pixels under decay, a rate that fades, warm-ups, and one spoiled batch."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch08_optimizers import decay, fading, finish, loop
from nnlib.chapters.ch08_optimizers.race import POWERS, TASKS, rate_of
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

NEVER = 1e-5
"""Where a gradient of 0 is drawn on the log axis."""


def pixels(strength: str, decay_is: str) -> Picture:
    """Draw for each pixel the size of its gradients and how much of its weights decay leaves."""
    gradient, left = decay.by_pixel(decay_is, float(strength))
    never = gradient == 0
    fig, ax = plt.subplots(figsize=(6, 4.2), layout="none")
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.18, top=0.96)
    ax.axhline(1, color=PALETTE["muted"], linestyle=":", linewidth=1.5)
    ax.plot(gradient[~never], left[~never], "o", color=PALETTE["blue"], label="inked at times")
    places = NEVER * np.array([0.8, 1.0, 1.25])
    ax.plot(places, left[never], "s", color=PALETTE["vermillion"], label="never inked")
    ax.set(xscale="log", xlim=(6e-6, 0.03), ylim=(-0.04, 1.12))
    ax.set(xlabel="size of the gradients of a pixel", ylabel="share of its weights")
    ax.set_xticks([NEVER, 1e-4, 1e-3, 1e-2], ["0", "10⁻⁴", "10⁻³", "10⁻²"])
    ax.legend(loc="lower right")
    most = gradient > np.median(gradient)
    return fig, (
        f"λ = {strength}, {decay_is}: of the weights of the three pixels that no digit inks "
        f"{100 * left[never].mean():.0f} % are left, of the half with the larger gradients "
        f"{100 * left[most].mean():.0f} %, compared with training without decay (root mean "
        f"squares, three runs)."
    )


def fades(schedule: str, first_rate: float) -> Picture:
    """Draw the rate, and how far a noisy weight is from its best value: walks and formula."""
    eta = fading.rates(schedule, first_rate)
    q, path = fading.expected(eta), fading.walks(eta, 500)
    fig, (top, ax) = plt.subplots(
        2, 1, figsize=(6, 6), height_ratios=[2, 5], sharex=True, layout="none"
    )
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.12, top=0.98, hspace=0.1)
    top.plot(range(1, len(eta) + 1), eta, color=PALETTE["green"])
    top.set(ylabel="rate", ylim=(0, 1.05))
    ax.plot(path[:, :12] ** 2 + 1e-9, color=PALETTE["muted"], linewidth=0.5, alpha=0.5)
    ax.plot((path**2).mean(axis=1), color=PALETTE["blue"], label="500 walks, mean")
    ax.plot(q, "--", color=PALETTE["orange"], label="(8.29)")
    ax.set(yscale="log", ylim=(1e-4, 20), xlim=(0, len(eta)), xlabel="step", ylabel="w²")
    ax.legend(loc="lower left")
    first = "1" if schedule == "1/t" else f"{first_rate:g}"
    return fig, (
        f"{schedule}, first rate {first}: the mean square distance from the best weight is "
        f"{q[50]:.4f} after 50 steps and {q[-1]:.4f} after 200, by (8.29)."
    )


SHAPES = {"falling": ("kept", "in steps", "linear", "cosine"), "warm-up": ("kept", "warm-up")}
HUES = {"kept": "muted", "in steps": "green", "linear": "orange", "cosine": "blue"}


def peaks(optimizer: str, compare: str, network: str = "small") -> Picture:
    """Draw what is misread against the first or highest rate, for several schedules."""
    fig, ax = plt.subplots(figsize=(6, 4.4), layout="none")
    fig.subplots_adjust(left=0.15, right=0.97, bottom=0.17, top=0.96)
    rates = [rate_of(optimizer, power) for power in POWERS]
    told = []
    for schedule in SHAPES[compare]:
        misread = finish.runs(network, optimizer, schedule)[..., finish.TEST]
        hue = PALETTE[HUES.get(schedule, "vermillion")]
        style = "o-" if schedule == "kept" else "s-"
        ax.plot(rates, np.median(misread, axis=1), style, color=hue, label=schedule, markersize=5)
        ax.fill_between(rates, *np.quantile(misread, [0.25, 0.75], axis=1), color=hue, alpha=0.12)
        told.append(f"{schedule} {finish.reported(network, optimizer, schedule).mean():.1f}")
    ax.set(xscale="log", yscale="log", ylim=(4, 300), xlabel="highest rate", ylabel="misread")
    ax.set_yticks([5, 10, 30, 100, 270], ["5", "10", "30", "100", "270"])
    ax.minorticks_off()
    ax.legend(loc="upper left" if compare == "warm-up" else "lower left", fontsize=13)
    return fig, (
        f"{optimizer}: of some 270 test digits misread, with the rate chosen on the validation "
        f"set: {', '.join(told)} (means of {TASKS[network].splits} splits; curves: "
        f"medians, bands: quartiles)."
    )


BATCH = 120
MOVERS: dict[str, nnlib.Optimizer] = {"SGD": nnlib.SGD(0.4), "Adam": nnlib.Adam(0.004)}
RUNS = range(5)


def spoiled(optimizer: str, times: int, clipped: bool) -> Picture:
    """Draw the losses of five runs in which one batch has pixels that are far too large."""
    limit = 1.0 if clipped else None
    done = [
        loop.train(MOVERS[optimizer], seed, spoiled=BATCH, by=times, limit=limit) for seed in RUNS
    ]
    fig, ax = plt.subplots(figsize=(6, 3.8), layout="none")
    fig.subplots_adjust(left=0.15, right=0.97, bottom=0.19, top=0.96)
    ax.axvline(BATCH, color=PALETTE["grid"], linewidth=6)
    for run in done:
        ax.plot(range(1, len(run.losses) + 1), run.losses, color=PALETTE["blue"], linewidth=1)
    ax.set(yscale="log", ylim=(0.02, 3e4), xlim=(0, 201), xlabel="step", ylabel="loss of the batch")
    read = [100 * run.read for run in done]
    how = "clipped at 1" if clipped else "not clipped"
    return fig, (
        f"{optimizer}, {how}, pixels of batch {BATCH} times {times}: of other digits "
        f"{np.mean(read):.0f} % are read at the end, {min(read):.0f} to {max(read):.0f} in five "
        f"runs."
    )
