"""What lesson 3 draws: the speed at each curvature, and three landscapes to walk in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.chapters.ch08_optimizers.bowl import METHODS, best, limit, speed, worst
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

# Speed against curvature ------------------------------------------------------------------------


def speeds(rate: float, mu: float, method: str, condition: int) -> Picture:
    """Draw the factor per step at each eta lambda, and the band of curvatures of a bowl."""
    nesterov = method == METHODS[2]
    low = rate / condition
    a = np.concatenate([np.geomspace(1e-3, 5, 500), np.linspace(0, 5, 400)[1:]])
    a.sort()
    fig, ax = plt.subplots(figsize=(6, 4.4))
    ax.axvspan(low, rate, color=PALETTE["orange"], alpha=0.22, linewidth=0)
    ax.plot(a, np.abs(1 - a), "--", color=PALETTE["muted"], linewidth=1.6, label="μ = 0")
    ax.plot(a, speed(a, mu, nesterov), color=PALETTE["blue"], label=f"μ = {mu:g}")
    ax.axhline(1, color=PALETTE["ink"], linewidth=1)
    found = worst(rate, condition, mu, nesterov)
    if found < 1.35:
        ax.axhline(found, color=PALETTE["vermillion"], linestyle=":", linewidth=2)
    ax.set(xlabel="ηλ (log scale)", ylabel="factor per step", xscale="log")
    ax.set(xlim=(1e-3, 5), ylim=(0, 1.35))
    ax.legend(loc="lower left")
    ax.set_title("shaded: the curvatures of the bowl")
    top, mu_best, fastest = best(condition, method)
    ends = "the walk runs away"
    if found < 1:
        ends = f"a thousandth takes about {np.log(1000) / -np.log(found):,.0f} steps"
    return fig, (
        f"{method.capitalize()}, condition number {condition}, ηλ_max = {rate:g}, μ = {mu:g}: the "
        f"slowest curvature shrinks by the factor {found:.3f} per step, and {ends}. The limit of "
        f"ηλ is {limit(mu, nesterov):.2f}. The lesson's choice, ηλ_max = {top:.2f} and "
        f"μ = {mu_best:.2f}, has {fastest:.3f}."
    )


# Three landscapes -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Landscape:
    """A loss of two weights with its gradient, a start, a minimum, and the window that is shown."""

    loss: Callable[[Array], Array]
    gradient: Callable[[Array], Array]
    start: tuple[float, float]
    window: tuple[float, float, float, float]
    levels: tuple[float, ...]
    lowest: float | None
    largest: float


def _quadratic(
    first: float, second: float
) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    lam = np.array([first, second])
    return (
        lambda w: np.asarray((lam * w**2).sum(axis=-1) / 2),
        lambda w: lam * w,
    )


def _bend(w: Array) -> Array:
    return w[..., 1] - w[..., 0] ** 2 / 2


def _valley(w: Array) -> Array:
    return np.asarray(((1.5 - w[..., 0]) ** 2 + 10 * _bend(w) ** 2) / 2)


def _down_the_valley(w: Array) -> Array:
    across = 10 * _bend(w)
    return np.stack([w[..., 0] - 1.5 - across * w[..., 0], across], axis=-1)


RAVINE, SADDLE, VALLEY = "ravine", "saddle", "bent valley"
LANDSCAPES = {
    RAVINE: Landscape(
        *_quadratic(0.1, 4.0),
        (-4.0, 0.9),
        (-5, 3, -1.6, 1.6),
        (0.02, 0.1, 0.3, 0.8, 1.6, 3, 5),
        0.0,
        4.0,
    ),
    SADDLE: Landscape(
        *_quadratic(4.0, -0.4),
        (-1.5, 0.01),
        (-2, 2, -1, 6),
        (-5, -3, -1.5, -0.5, 0.5, 2, 5),
        None,
        4.0,
    ),
    VALLEY: Landscape(
        _valley,
        _down_the_valley,
        (-1.5, 2.0),
        (-2.2, 2.4, -1, 3),
        (0.05, 0.3, 1, 3, 7, 14, 25),
        0.0,
        33.5,
    ),
}
WALK = 60
REACHED = 1e-3


def descend(landscape: Landscape, method: str, rate: float, mu: float, steps: int) -> Array:
    """Return all weights (steps + 1, 2), with the steps of `nnlib.SGD` and `nnlib.Momentum`."""
    w, v = np.array(landscape.start), np.zeros(2)
    mu = 0.0 if method == METHODS[0] else mu
    path = [w]
    for _ in range(steps):
        g = landscape.gradient(w)
        v = mu * v + g
        w = w - rate * (g + mu * v if method == METHODS[2] else v)
        path.append(w)
        if np.abs(w).max() > 1e3:
            break
    return np.array(path)


def landscape(place: str, method: str, rate: float, mu: float) -> Picture:
    """Draw a walk of 60 steps from above, and its loss."""
    mu = 0 if method == METHODS[0] else mu  # which it does not have
    path = descend(LANDSCAPES[place], method, rate, mu, WALK)
    told = _walked(place, method, rate, mu, path, LANDSCAPES[place].loss(path))
    return _landscape(place, method, rate, mu), told


@cache
def _landscape(place: str, method: str, rate: float, mu: float) -> Figure:
    at = LANDSCAPES[place]
    path = descend(at, method, rate, mu, WALK)
    loss = at.loss(path)
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 7), height_ratios=[3, 2], layout="none")
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.1, top=0.97, hspace=0.28)
    _from_above(top, at, path)
    bottom.plot(loss, "o-", markersize=3, linewidth=1.5, color=PALETTE["blue"])
    bottom.set(xlabel="step", ylabel="loss", xlim=(0, WALK))
    if at.lowest is None:
        bottom.set(ylim=(-6, 5))
    else:
        bottom.set(yscale="log", ylim=(1e-5, 1e3))
        bottom.axhline(REACHED, color=PALETTE["green"], linestyle="--", linewidth=1.6)
    return fig


def _from_above(ax: Axes, at: Landscape, path: Array) -> None:
    left, right, low, high = at.window
    grid = np.meshgrid(np.linspace(left, right, 81), np.linspace(low, high, 81))
    height = at.loss(np.stack(grid, axis=-1))
    ax.contour(
        *grid,
        height,
        levels=at.levels,
        colors=PALETTE["muted"],
        linewidths=0.8,
        linestyles="solid",
    )
    far = (np.abs(path) > 12).any(axis=1)
    stop = int(far.argmax()) + 1 if far.any() else len(path)
    ax.plot(*path[:stop].T, "o-", color=PALETTE["blue"], linewidth=1.4, markersize=4)
    ax.plot(*path[0], "o", color=PALETTE["ink"], markersize=9)
    star = (1.5, 1.125) if at.lowest is not None and at.largest > 10 else (0, 0)
    ax.plot(
        *star, "*" if at.lowest is not None else "x", color=PALETTE["vermillion"], markersize=14
    )
    ax.set(xlabel="w₁", ylabel="w₂", xlim=(left, right), ylim=(low, high))


def reached(place: str, loss: Array) -> int | None:
    """Return the first step from which on the loss is that low, if there is one."""
    at = LANDSCAPES[place]
    goal = REACHED if at.lowest is not None else -1.0
    below = np.flatnonzero(loss > goal)
    first = int(below[-1]) + 1 if len(below) else 0
    return first if first < len(loss) and np.isfinite(loss[-1]) else None


def _walked(place: str, method: str, rate: float, mu: float, path: Array, loss: Array) -> str:
    with_mu = "" if method == METHODS[0] else f", μ = {mu:g}"
    start = f"{place.capitalize()}, {method}, rate {rate:g}{with_mu}: "
    count = min(3, len(loss) - 1)
    gains = loss[1 : count + 1] / loss[:count]
    told = " · ".join(f"{gain:.2f}".replace("-", "−") if gain < 100 else "> 100" for gain in gains)
    start += f"the first {('two', 'three')[count - 2]} steps multiply the loss by {told}; "
    if lost(place, path):
        return start + "the walk runs away."
    arrived, low = reached(place, loss), LANDSCAPES[place].lowest is not None
    goal = "0.001" if low else "−1"
    if arrived is None:
        end = f"{loss[-1]:.2g}".replace("-", "−")
        return f"{start}after {WALK} steps it is {end}, not yet below {goal} for good."
    return f"{start}from step {arrived} on it is below {goal}."


def lost(place: str, path: Array) -> bool:
    """Return whether the walk runs away along a steep axis, and not down a saddle."""
    steep = path if LANDSCAPES[place].lowest is not None else path[:, 0]
    return not np.abs(steep[-1]).max() < 10
