"""What lesson 4 draws: the error of a difference quotient against its step, and six unnamed curves.

The lesson's table draws its networks from here, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch04_backward.drawings.two_layers import START, pass_through
from nnlib.gradcheck import expected_error, numerical_gradient, relative_error
from nnlib.teaching.example import X, y
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Layers = list[tuple[Array, Array]]

_softmax = nnlib.SoftMax().forward


def unit_roundoff(dtype: type[np.floating]) -> float:
    """Return half the distance from 1 to the next number: the error of one rounding."""
    return float(np.finfo(dtype).eps) / 2


def rounding(
    value: float | Array,
    x: float | Array,
    slope: float | Array,
    h: float | Array,
    eps: float = unit_roundoff(np.float64),
) -> Array:
    """Return about how far rounding moves a central difference: eps (|f| + |x f'|) / h."""
    return np.asarray(eps * (np.abs(value) + np.abs(x * slope)) / h)


# Error against h --------------------------------------------------------------------------------

STEPS = np.logspace(-13, -0.5, 76)
DTYPES: dict[str, type[np.floating]] = {"float64": np.float64, "float32": np.float32}
# Exact in float32 as well, so that both types start at the same x.
_POINTS = np.arange(16, 48) / 32


@dataclass(frozen=True)
class Curve:
    """A function of one variable at several points: `at(h, dtype)` with every point moved by h."""

    at: Callable[[float, type[np.floating]], Array]
    points: Array
    slopes: Array


def _exponential(h: float, dtype: type[np.floating]) -> Array:
    return np.exp(_POINTS.astype(dtype) + dtype(h))


def _nudged_loss(h: float, dtype: type[np.floating]) -> Array:
    """Return the loss of the example, one value for each of its 17 parameters moved by h."""
    values = []
    for i, T in enumerate(START):
        for j in range(T.size):
            moved = [P.astype(dtype) for P in START]
            moved[i].flat[j] += dtype(h)
            values.append(pass_through(moved, X.astype(dtype), y)["loss"])
    return np.array(values)


def _flat(arrays: Sequence[Array]) -> Array:
    return np.concatenate([T.ravel() for T in arrays])


def _curves() -> dict[str, Curve]:
    back = pass_through(START)
    slopes = _flat([back[name] for name in ("dW1", "db1", "dW2", "db2")])
    return {
        "exp": Curve(_exponential, _POINTS, np.exp(_POINTS)),
        "loss of the example": Curve(_nudged_loss, _flat(START), slopes),
    }


CURVES = _curves()


def _known(curve: Curve) -> Array:
    """Tell where the slope is not zero: two of the example's are, and have no relative error."""
    return np.asarray(np.abs(curve.slopes) > 1e-12)


@cache
def measured(name: str, dtype: str, scheme: str) -> Array:
    """Return the median relative error of the quotient at each h of STEPS."""
    curve, kind = CURVES[name], DTYPES[dtype]
    there = _known(curve)
    errors = []
    for h in STEPS:
        low = -h if scheme == "central" else 0.0
        rise = (curve.at(h, kind) - curve.at(low, kind)).astype(kind)
        quotient = rise / (kind(h) - kind(low))
        errors.append(np.abs(quotient - curve.slopes)[there] / np.abs(curve.slopes[there]))
    return np.asarray(np.median(errors, axis=1))


@cache
def expected(name: str, dtype: str, scheme: str) -> tuple[Array, Array]:
    """Return truncation and rounding as the lesson computes them, medians over the points."""
    curve = CURVES[name]
    at = {k: curve.at(k * 1e-2, np.float64) for k in (-2, -1, 0, 1, 2)}
    second = np.abs(at[1] - 2 * at[0] + at[-1]) / 1e-4
    third = np.abs(at[2] - 2 * at[1] + 2 * at[-1] - at[-2]) / 2e-6
    there, slope = _known(curve), np.abs(curve.slopes)
    both = rounding(at[0], curve.points, slope, 1.0, unit_roundoff(DTYPES[dtype]))
    noise = np.median((both / np.where(there, slope, 1))[there])
    if scheme == "central":
        return np.median(third[there] / 6 / slope[there]) * STEPS**2, noise / STEPS
    # The two points are h apart instead of 2h.
    return np.median(second[there] / 2 / slope[there]) * STEPS, 2 * noise / STEPS


def step_size(function: str, dtype: str, scheme: str, h: float) -> tuple[Figure, str]:
    """Draw the measured error of a difference quotient against its step, beside the theory."""
    error = measured(function, dtype, scheme)
    cut, noise = expected(function, dtype, scheme)
    cross = STEPS[np.argmin(np.abs(np.log(cut / noise)))]
    fig, ax = plt.subplots(figsize=(6, 4.8))
    ax.axvspan(1e-13, cross, color=PALETTE["orange"], alpha=0.18, linewidth=0)
    ax.axvspan(cross, 1, color=PALETTE["sky"], alpha=0.18, linewidth=0)
    ax.text(2e-13, 3e-15, "rounding")
    ax.text(0.6, 3e-15, "truncation", ha="right")
    shown = np.where(error > 0, error, np.nan)
    ax.plot(STEPS, shown, ".", markersize=5, label="measured")
    ax.plot(STEPS, cut + noise, "--", color=PALETTE["ink"], linewidth=1.6, label="theory")
    here = np.interp(np.log(h), np.log(STEPS), error)
    ax.axvline(h, color=PALETTE["vermillion"], linewidth=1.4)
    ax.plot(h, max(here, 1e-15), "o", color=PALETTE["vermillion"])
    ax.set(
        xscale="log",
        yscale="log",
        xlim=(1e-13, 1),
        ylim=(1e-15, 1e3),
        xlabel="step h",
        ylabel="relative error of the slope",
    )
    ax.legend(loc="upper right")
    side = "rounding" if h < cross else "truncation"
    return fig, (
        f"{function}, {dtype}, {scheme} difference: at h = {h:g} the relative error is about "
        f"{here:.0e}, most of it {side}."
    )


# Six unnamed curves -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """A gradient under suspicion: `loss` as a function of one array, at `T`, and `claimed`."""

    loss: Callable[[Array], float]
    T: Array
    claimed: Array


SLOPES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, lambda Z: 1 - np.tanh(Z) ** 2),
    "relu": (lambda Z: np.maximum(Z, 0), lambda Z: (Z > 0) * 1.0),
    "sigmoid": (nnlib.Sigmoid().forward, nnlib.Sigmoid().derivative),
}


def network_loss(layers: Layers, activation: str, X: Array, y: Array) -> float:
    """Return the mean cross-entropy of a network whose last layer gives the logits."""
    f, _ = SLOPES[activation]
    A = X
    for W, b in layers[:-1]:
        A = f(A @ W + b)
    P = _softmax(A @ layers[-1][0] + layers[-1][1])
    return float(-np.mean(np.log(P[np.arange(len(y)), y])))


def network_gradients(layers: Layers, activation: str, X: Array, y: Array) -> Layers:
    """Return dW and db of each layer, first layer first."""
    f, slope = SLOPES[activation]
    inputs, Zs = [X], []
    for W, b in layers:
        Zs.append(inputs[-1] @ W + b)
        inputs.append(f(Zs[-1]))
    P = _softmax(Zs[-1])
    dZ = (P - np.eye(P.shape[1])[y]) / len(y)
    found: Layers = []
    for i in reversed(range(len(layers))):
        found.append((inputs[i].T @ dZ, dZ.sum(axis=0, keepdims=True)))
        if i:
            dZ = dZ @ layers[i][0].T * slope(Zs[i - 1])
    return found[::-1]


def random_network(widths: Sequence[int], rng: np.random.Generator) -> tuple[Layers, Array, Array]:
    """Return layers of these widths, with variance 1/d and some bias, and eight samples."""
    layers = [
        (rng.normal(size=(d, k)) / np.sqrt(d), 0.3 * rng.normal(size=(1, k)))
        for d, k in itertools.pairwise(widths)
    ]
    return layers, rng.normal(size=(8, widths[0])), rng.integers(widths[-1], size=8)


def _claim(
    layers: Layers, activation: str, data: tuple[Array, Array], part: int, bend: str = ""
) -> Claim:
    """Return the claim about W (part 0) or b (part 1) of the first layer, bent or right."""

    def loss(T: Array) -> float:
        first = (T, layers[0][1]) if part == 0 else (layers[0][0], T)
        return network_loss([first, *layers[1:]], activation, *data)

    claimed = network_gradients(layers, activation, *data)[0][part]
    if bend == "sign":
        claimed = -claimed
    elif bend == "one entry":
        typical = np.argsort(np.abs(claimed), axis=None)[claimed.size // 2]
        claimed = claimed.copy()
        claimed.flat[typical] *= 1.01
    return Claim(loss, layers[0][part].copy(), claimed)


def case(kind: str, point: int) -> Claim:
    """Return one of the six suspects, at the point where it was caught (0) or at another one.

    Widths, seeds and the distance to the kink are choices; what a curve looks like is not.
    """
    rng = np.random.default_rng([4, point])
    if kind == "vanishing":
        layers, *data = random_network([6] * 10 + [3], rng)
        return _claim(layers, "sigmoid", (data[0], data[1]), part=0)
    activation = "relu" if "kink" in kind else "tanh"
    layers, inputs, labels = random_network([4, 6, 3], rng)
    if kind == "kink nearby" and point == 0:
        # Put unit 2 of the first sample a ten-thousandth above its kink.
        W, b = layers[0]
        b[0, 2] -= (inputs[:1] @ W + b)[0, 2] - 1e-4
    if kind == "kink hit" and point == 0:
        # A blank sample and a bias of zero: every pre-activation of that sample is 0.
        inputs[0] = 0
        layers[0][1][...] = 0
    part = 1 if "kink" in kind else 0
    return _claim(layers, activation, (inputs, labels), part, kind)


CASES = {
    "A": "sign",
    "B": "right",
    "C": "kink nearby",
    "D": "one entry",
    "E": "vanishing",
    "F": "kink hit",
}
POINTS = ("where it was caught", "at another random point")
SWEEP = np.logspace(-12, -1, 45)


@cache
def swept(curve: str, point: str) -> tuple[Array, Array]:
    """Return for each h of SWEEP the relative error, and the rounding to expect."""
    claim = case(CASES[curve], POINTS.index(point))
    errors = np.array(
        [relative_error(claim.claimed, numerical_gradient(claim.loss, claim.T, h)) for h in SWEEP]
    )
    return errors, to_expect(claim, SWEEP)


def to_expect(claim: Claim, h: float | Array) -> Array:
    """Return the relative error that rounding alone explains, as `nnlib.gradcheck` has it."""
    return np.asarray(expected_error(claim.loss(claim.T), claim.claimed, h=1.0) / h)


def _size(errors: Array, noise: Array, h: float) -> str:
    """Write an error; where it is rounding, in which no processor equals another, its power."""
    place = int(np.argmin(np.abs(np.log(SWEEP / h))))
    if errors[place] > 10 * noise[place]:
        return f"{errors[place]:.0e}"
    around = np.log10(errors[place - 2 : place + 3])
    return f"about 1e{round(float(np.mean(around))):+03d}"


def curve(letter: str) -> Callable[..., tuple[Figure, str]]:
    """Return what draws one of the six curves without saying what it is.

    Each has a name of its own, as each is an explorer of its own, beside its question.
    """

    def draw(point: str, floor: bool) -> tuple[Figure, str]:
        return unnamed(letter, point, floor)

    draw.__name__ = f"curve_{letter.lower()}"
    return draw


def unnamed(curve: str, point: str, floor: bool) -> tuple[Figure, str]:
    """Draw error against step for one of the six; `floor` adds the rounding to expect."""
    errors, noise = swept(curve, point)
    fig, ax = plt.subplots(figsize=(6, 3.4))
    if floor:
        ax.plot(SWEEP, noise, "--", color=PALETTE["muted"], label="rounding to expect")
    ax.plot(
        SWEEP,
        np.maximum(errors, 1e-14),
        "o-",
        markersize=4,
        color=PALETTE["blue"],
        label=f"curve {curve}",
    )
    ax.set(
        xscale="log",
        yscale="log",
        xlim=(1e-12, 1e-1),
        ylim=(1e-13, 1e5),
        xlabel="step h",
        ylabel="relative error",
    )
    # Above the axes: two of the six run along the top.
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    told = ", ".join(f"{_size(errors, noise, h)} at h = {h:g}" for h in (1e-2, 1e-6, 1e-8, 1e-11))
    more = f" Rounding explains {np.interp(1e-5, SWEEP, noise):.0e} at h = 1e-05." if floor else ""
    return fig, f"Curve {curve}, {point}. Relative error: {told}.{more}"
