"""What lesson 1 draws: a function with its slope, the digits that formulas lose, and a zigzag."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.activations import initialize_activation
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]
Rounding = Callable[[Array], Array]

# A function and its slope
# --------------------------------------------------------------------------

GRID = np.linspace(-6, 6, 601)
SATURATED = 0.1


def shape_and_slope(activation: str, z: float) -> Picture:
    """Draw an activation with its tangent at z, and its slope; shade where it saturates."""
    f = initialize_activation(activation)
    slopes = f.derivative(GRID)
    value, slope = (float(g(np.array([z]))[0]) for g in (f.forward, f.derivative))
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 6.4), sharex=True)
    for ax in (top, bottom):
        ax.fill_between(
            GRID,
            0,
            1,
            where=(np.abs(slopes) < SATURATED).tolist(),
            color=PALETTE["orange"],
            alpha=0.22,
            transform=ax.get_xaxis_transform(),
            linewidth=0,
        )
        ax.axhline(0, color=PALETTE["muted"], linewidth=0.8)
    ends = np.array([-1.5, 1.5])
    top.plot(GRID, f.forward(GRID))
    top.plot(z + ends, value + slope * ends, color=PALETTE["vermillion"])
    top.plot(z, value, "o", color=PALETTE["vermillion"])
    bottom.plot(GRID, slopes, color=PALETTE["green"])
    bottom.plot(z, slope, "o", color=PALETTE["vermillion"])
    top.set(ylabel="f(z)", ylim=(-2.2, 4.2), title=activation)
    bottom.set(xlabel="z", ylabel="slope f'(z)", ylim=(-0.25, 1.9))
    word = "saturated" if abs(slope) < SATURATED else "not saturated"
    return fig, (
        f"{activation} at z = {z:g}: value {value:.3g}, slope {slope:.3g}, {word}. "
        "Shaded: slopes below 0.1 in size."
    )


# Lost digits --------------------------------------------------------------------------------------


def _bfloat16(x: Array) -> Array:
    """Round to 8 significant bits, half to even, with the range of float32."""
    with np.errstate(over="ignore"):
        bits = np.asarray(x, np.float32).view(np.uint32)
    up = bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    kept = np.where(np.isfinite(x), up & np.uint32(0xFFFF0000), bits)
    return kept.astype(np.uint32).view(np.float32).astype(np.float64)


def _float32(x: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(x, np.float32).astype(np.float64)


# Each step of a formula is computed in float64, then rounded: unit roundoff, smallest normal.
ARITHMETICS: dict[str, tuple[Rounding, float, float]] = {
    "float64": (lambda x: x, 2.0**-53, 2.0**-1022),
    "float32": (_float32, 2.0**-24, 2.0**-126),
    "bfloat16": (_bfloat16, 2.0**-8, 2.0**-126),
}


@dataclass(frozen=True)
class Formula:
    """The same function twice, step by step: as it is usually typed, and a twin that holds.

    All three take |z|, `side` says on which side of 0 they look. `truth` takes a Decimal.
    """

    naive: Callable[[Array, Rounding], Array]
    twin: Callable[[Array, Rounding], Array]
    truth: Callable[[Decimal], float]
    typed: str
    safe: str
    side: str = "|z|"


def _sigma(z: Array, r: Rounding, sign: int = 1) -> Array:
    """The sigmoid of z, or of -z, from e^-|z|; z is not negative."""
    e = r(np.exp(-z))
    return r((1.0 if sign > 0 else e) / r(1 + e))


def _typed_tanh(z: Array, r: Rounding) -> Array:
    up, down = r(np.exp(z)), r(np.exp(-z))
    return r(r(up - down) / r(up + down))


def _safe_tanh(z: Array, r: Rounding) -> Array:
    lost = r(-np.expm1(-2 * z))
    return r(lost / r(2 - lost))


def _true_tanh(z: Decimal) -> float:
    e = (-2 * z).exp()
    return float((1 - e) / (1 + e))


_erf, _erfc = (np.vectorize(g, otypes=[float]) for g in (math.erf, math.erfc))

FORMULAS = {
    "σ": Formula(
        lambda z, r: r(r(np.exp(z)) / r(r(np.exp(z)) + 1)),
        _sigma,
        lambda z: float(1 / (1 + (-z).exp())),
        "eᶻ / (eᶻ + 1)",
        "1 / (1 + e⁻ᶻ)",
        "z",
    ),
    "σ′": Formula(
        lambda z, r: r(_sigma(z, r) * r(1 - _sigma(z, r))),
        lambda z, r: r(_sigma(z, r) * _sigma(z, r, -1)),
        lambda z: float((-z).exp() / (1 + (-z).exp()) ** 2),
        "s (1 − s)",
        "σ(z) σ(−z)",
    ),
    "tanh": Formula(
        _typed_tanh,
        _safe_tanh,
        _true_tanh,
        "(eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)",
        "m / (2 − m), m = −expm1(−2z)",
    ),
    "tanh′": Formula(
        lambda z, r: r(1 - r(r(np.tanh(z)) ** 2)),
        lambda z, r: r(4 * r(_sigma(2 * z, r) * _sigma(2 * z, r, -1))),
        lambda z: float(4 * (-2 * z).exp() / (1 + (-2 * z).exp()) ** 2),
        "1 − tanh² z",
        "4 σ(2z) σ(−2z)",
    ),
    "ELU": Formula(
        lambda z, r: r(r(np.exp(-z)) - 1),
        lambda z, r: r(np.expm1(-z)),
        lambda z: float((-z).exp() - 1),
        "eᶻ − 1",
        "expm1(z)",
        "−z",
    ),
    "GELU": Formula(
        lambda z, r: r(-z * r(r(1 + r(_erf(r(-z / math.sqrt(2))))) / 2)),
        lambda z, r: r(-z * r(r(_erfc(z / math.sqrt(2))) / 2)),
        lambda z: -float(z) * math.erfc(float(z) / math.sqrt(2)) / 2,
        "z (1 + erf(z/√2)) / 2",
        "z erfc(−z/√2) / 2",
        "−z",
    ),
}
# Numbers that all three arithmetics hold exactly.
POINTS = np.unique(_bfloat16(np.geomspace(1e-6, 2000, 140)))
NOT_A_NUMBER = 1e3  # where the picture puts it: above all errors


def errors(formula: str, arithmetic: str) -> tuple[Array, Array, Array]:
    """Return the points |z| whose true value is a normal number, and both relative errors there."""
    f, (r, _, tiny) = FORMULAS[formula], ARITHMETICS[arithmetic]
    with localcontext() as context:
        context.prec = 60
        truth = np.array([f.truth(Decimal(float(z))) for z in POINTS])
    there = np.abs(truth) > 10 * tiny
    z, truth = POINTS[there], truth[there]
    with np.errstate(all="ignore"):
        naive, twin = (np.abs(g(z, r) - truth) / np.abs(truth) for g in (f.naive, f.twin))
    return z, naive, twin


def far_out(function: str, arithmetic: str) -> Picture:
    """Draw the relative error of the formula as it is typed, and of its twin, against |z|."""
    f = FORMULAS[function]
    z, naive, twin = errors(function, arithmetic)
    roundoff = ARITHMETICS[arithmetic][1]
    fig, ax = plt.subplots(figsize=(6, 4.8))
    ax.axhline(roundoff, color=PALETTE["muted"], linewidth=1.2)
    ax.axhline(1, color=PALETTE["muted"], linewidth=1.2, linestyle=":")
    ax.text(1.2e-6, 1.4, "all digits lost", fontsize=13)
    for values, color, mark, name in (
        (naive, "vermillion", "o", f.typed),
        (twin, "blue", "s", f.safe),
    ):
        shown = np.where(np.isnan(values), NOT_A_NUMBER, np.clip(values, 1e-17, 1))
        ax.plot(z, shown, mark, color=PALETTE[color], markersize=4, label=name)
    if np.isnan(naive).any():
        ax.text(0.02, 0.945, "NaN", transform=ax.transAxes, fontsize=13)
    ax.set(
        xscale="log",
        yscale="log",
        xlim=(1e-6, 3000),
        ylim=(3e-18, 1e4),
        xlabel=f.side,
        ylabel="relative error",
    )
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    return fig, f"{function} in {arithmetic}: {_told(z, naive, twin, f, roundoff)}"


def _told(z: Array, naive: Array, twin: Array, f: Formula, roundoff: float) -> str:
    bad = np.isnan(naive) | (naive > 0.01)
    if not bad.any():
        start = f"{f.typed} is nowhere 1 % off"
    elif bad[0]:
        start = f"{f.typed} is more than 1 % off up to {f.side} = {z[~bad][0]:.2g}"
        if bad[-1]:
            start += f" and again from {f.side} = {z[~bad][-1]:.2g} on"
    else:
        start = f"{f.typed} is more than 1 % off from about {f.side} = {z[bad][0]:.2g} on"
    gone = ", NaN in the end" if np.isnan(naive[-1]) else ""
    worst = float(np.max(twin)) / roundoff
    return f"{start}{gone}. {f.safe} is off by {_roundings(worst)} at the points drawn."


def _roundings(ratio: float) -> str:
    """Say how many roundings an error is worth; up to eight in a word that no processor changes."""
    return "a few roundings" if ratio < 8 else f"{ratio:.0f} roundings"


# Zigzag -------------------------------------------------------------------------------------------

GOAL = np.array([1.0, -1.0])
SAMPLES = 40
# A number times (sigma - shift): 2.5 gives the sigmoid the spread of tanh.
INPUTS = {"σ": (1.0, 0.0), "σ − ½": (1.0, 0.5), "2.5 σ": (2.5, 0.0), "2.5 (σ − ½)": (2.5, 0.5)}
STEPS = ("one sample at a time", "all samples at once")


def inputs_of(inputs: str, seed: int = 0) -> Array:
    """Return 40 samples of two inputs (40, 2), outputs of sigmoids that are shifted and scaled."""
    scale, shift = INPUTS[inputs]
    sigma = initialize_activation("sigmoid").forward
    drawn = np.random.default_rng(seed).normal(size=(SAMPLES, 2))
    return np.asarray(scale * (sigma(2 * drawn) - shift))


def curvatures(X: Array) -> Array:
    """Return the eigenvalues of the mean loss of a linear unit, smallest first."""
    return np.asarray(np.linalg.eigvalsh(X.T @ X / len(X)))


def descend(X: Array, steps: str) -> Array:
    """Return the weights (steps + 1, 2) from (0, 0) on, towards the goal.

    One sample at a time: 40 steps at rate 0.5. All at once: ten steps at the best constant rate,
    2 / (smallest + largest eigenvalue).
    """
    path = [np.zeros(2)]
    if steps == STEPS[0]:
        for row in X:
            path.append(path[-1] - 0.5 * row * (row @ (path[-1] - GOAL)))
    else:
        low, high = curvatures(X)
        for _ in range(10):
            gradient = X.T @ (X @ (path[-1] - GOAL)) / len(X)
            path.append(path[-1] - 2 / (low + high) * gradient)
    return np.array(path)


def zigzag(inputs: str, steps: str) -> Picture:
    """Draw the path of two weights over the contours of their mean loss."""
    X = inputs_of(inputs)
    path = descend(X, steps)
    low, high = curvatures(X)
    fig, ax = plt.subplots(figsize=(6, 5))
    _contours(ax, X)
    ax.plot(*path.T, "o-", color=PALETTE["blue"], markersize=4, linewidth=1.6)
    ax.plot(*GOAL, "*", color=PALETTE["vermillion"], markersize=17)
    ax.set(xlabel="first weight", ylabel="second weight", xlim=(-0.4, 2), ylim=(-2, 0.4))
    moves = np.diff(path, axis=0)
    together = np.mean(moves[:, 0] * moves[:, 1] > 0)
    distance = np.hypot(*(path[-1] - GOAL))
    where = f"{distance:.2f} from the goal (star)" if distance < 3 else "far outside the picture"
    way = "40 steps at rate 0.5" if steps == STEPS[0] else "10 steps at the best rate"
    return fig, (
        f"Inputs {inputs}, {steps}: after {way} the weights are {where}. "
        f"In {together:.0%} of the steps both moved the same way. Condition number of "
        f"the loss: {high / low:.1f}."
    )


def _contours(ax: Axes, X: Array) -> None:
    across, down = np.meshgrid(np.linspace(-0.4, 2, 80), np.linspace(-2, 0.4, 80))
    away = np.stack([across - GOAL[0], down - GOAL[1]], axis=-1)
    loss = np.einsum("abi,ij,abj->ab", away, X.T @ X / len(X), away)
    levels = loss.max() * np.array([0.01, 0.05, 0.15, 0.35, 0.7])
    ax.contour(across, down, loss, levels=levels, colors=PALETTE["muted"], linewidths=1)
