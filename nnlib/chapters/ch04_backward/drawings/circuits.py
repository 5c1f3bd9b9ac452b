"""The pictures of lesson 1: a circuit to nudge, a node visited too early, two ends of a chain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from time import perf_counter

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.chapters.ch04_backward.drawings.writing import number, total
from nnlib.teaching.figures import PALETTE, STYLE

Place = tuple[float, float]

Y = -5.0  # of the circuit (x + y) max(x, z); its slider would teach nothing that x does not
INPUTS = ("x", "y", "z")

# Nodes by name: where they stand, and what is written into them.
NUDGED: dict[str, Place] = {
    "y": (0.2, 3.9),
    "x": (0.2, 2.2),
    "z": (0.2, 0.5),
    "+": (2.5, 3.4),
    "max": (2.5, 1.0),
    "×": (4.6, 2.2),
    "g": (6.3, 2.2),
}
EARLY: dict[str, Place] = {
    "x": (0.2, 3.4),
    "y": (0.2, 0.8),
    "a": (2.2, 1.4),
    "b": (4.0, 3.4),
    "g": (6.2, 1.9),
}


def circuit_values(x: float, z: float) -> dict[str, float]:
    """Return the forward values of (x + y) max(x, z) by the node that puts them out."""
    q, m = x + Y, max(x, z)
    return {"x": x, "y": Y, "z": z, "+": q, "max": m, "×": q * m}


def circuit_gradients(x: float, z: float) -> dict[tuple[str, str], float]:
    """Return what comes back on each wire, by its two ends; NaN where max(x, z) has a kink."""
    values = circuit_values(x, z)
    dq, dm = values["max"], values["+"]
    to_x, to_z = (np.nan, np.nan) if x == z else (dm * (x > z), dm * (z > x))
    return {
        ("y", "+"): dq,
        ("x", "+"): dq,
        ("x", "max"): to_x,
        ("z", "max"): to_z,
        ("+", "×"): dq,
        ("max", "×"): dm,
        ("×", "g"): 1.0,
    }


def nudged(x: float, z: float, wire: str, nudge: float) -> tuple[Figure, str]:
    """Draw the circuit with values and gradients; below, the promised change and the real one."""
    values, gradients = circuit_values(x, z), circuit_gradients(x, z)
    due = sum(back for (start, _), back in gradients.items() if start == wire)
    moved = {"x": x, "z": z} | ({wire: {"x": x, "z": z}[wire] + nudge} if wire != "y" else {})
    after = (moved["x"] + Y + nudge * (wire == "y")) * max(moved["x"], moved["z"])
    came = after - values["×"]

    fig = _nudged(x, z, wire, due, round(came / nudge, 6))
    return fig, _told(x, z, wire, nudge, due, came)


@cache  # of two nudges that bring the same for each unit, the figure is the same
def _nudged(x: float, z: float, wire: str, due: float, came: float) -> Figure:
    values, gradients = circuit_values(x, z), circuit_gradients(x, z)
    fig, (ax, bars) = plt.subplots(2, 1, figsize=(6, 6.2), height_ratios=[3, 1.25])
    for (start, end), back in gradients.items():
        _wire(ax, NUDGED[start], NUDGED[end], strong=start == wire)
        middle = _between(NUDGED[start], NUDGED[end])
        _tag(ax, middle, values[start], "?" if np.isnan(back) else number(back))
    for name, place in NUDGED.items():
        _node(ax, place, name, gate=name in ("+", "max", "×"))
    ax.set(xlim=(-0.2, 6.6), ylim=(0, 4.4))
    ax.axis("off")
    _promise(bars, due, came)
    return fig


def _promise(ax: Axes, due: float, came: float) -> None:
    """Two bars: the gradient, and the change divided by the nudge, which should be as long."""
    for row, (value, color) in enumerate(((came, "blue"), (due, "vermillion"))):
        known = not np.isnan(value)
        ax.barh(row, value if known else 0, color=PALETTE[color], height=0.55)
        text = number(value, 2) if known else "?"
        side, away = ("right", -5) if known and value < 0 else ("left", 5)
        ax.annotate(
            text,
            (value if known else 0, row),
            (away, 0),
            textcoords="offset points",
            va="center",
            ha=side,
        )
    ax.axvline(0, color=PALETTE["muted"], linewidth=1)
    ax.set(xlim=(-7, 7), ylim=(-0.5, 1.5), xlabel="change of g for each unit of the nudge")
    ax.set_yticks([0, 1], ["came", "promised"])
    ax.grid(visible=False)


def _told(x: float, z: float, wire: str, nudge: float, due: float, came: float) -> str:
    here = f"x = {number(x)}, y = {number(Y)}, z = {number(z)}: g = {number((x + Y) * max(x, z))}."
    step = f"{wire} up by {number(nudge)}"
    if np.isnan(due):
        return (
            f"{here} x and z are equal, a kink: upward either of them moves the maximum, downward "
            f"neither does. So {wire} has no gradient. With {step}, g changes by {number(came)}."
        )
    switches = wire != "y" and (x > z) != (x + nudge * (wire == "x") > z + nudge * (wire == "z"))
    why = " On the way the maximum switches over." if switches else ""
    return (
        f"{here} The gradient of {wire} is {number(due)}. With {step} it promises a change of "
        f"{number(due * nudge)}; {number(came)} came.{why}"
    )


# A node too early -----------------------------------------------------------------------------

ORDERS = {"b before a": ("g", "b", "a"), "a before b": ("g", "a", "b")}


def visits(order: str, step: int) -> tuple[dict[tuple[str, str], float], dict[str, list[float]]]:
    """Visit the first `step` nodes of g = a b, b = a + x, a = x y at x = 2, y = 3.

    Return what each wire has carried back, and what each node has received, in order.
    """
    x, y = 2.0, 3.0
    a, b = x * y, x * y + x
    slopes = {
        "g": {"a": b, "b": a},
        "b": {"a": 1.0, "x": 1.0},
        "a": {"x": y, "y": x},
    }
    wires: dict[tuple[str, str], float] = {}
    received: dict[str, list[float]] = {name: [] for name in EARLY} | {"g": [1.0]}
    for node in ORDERS[order][:step]:
        passed_on = sum(received[node])  # what is there now: later payments come too late
        for source, slope in slopes[node].items():
            wires[source, node] = slope * passed_on
            received[source].append(slope * passed_on)
    return wires, received


RIGHT = {"g": 1.0, "b": 6.0, "a": 14.0, "x": 48.0, "y": 28.0}


def too_early(order: str, step: int) -> tuple[Figure, str]:
    """Draw the circuit after some visits, what each node has received, and what came out wrong."""
    wires, received = visits(order, step)
    done = ORDERS[order][:step]
    fig, ax = plt.subplots(figsize=(6, 4.6))
    for start, end in (("x", "a"), ("y", "a"), ("x", "b"), ("a", "b"), ("a", "g"), ("b", "g")):
        _wire(ax, EARLY[start], EARLY[end], strong=done[-1:] == (end,))
        if (start, end) in wires:
            _tag(ax, _between(EARLY[start], EARLY[end]), None, number(wires[start, end]))
    finished = step == len(ORDERS[order])
    wrong = [n for n, got in received.items() if finished and sum(got) != RIGHT[n]]
    for name, place in EARLY.items():
        _node(ax, place, name, gate=name not in INPUTS)
        _received(ax, name, received[name], name in wrong)
    ax.set(xlim=(-0.25, 6.65), ylim=(-0.1, 4.3))
    ax.axis("off")
    return fig, _story(order, done, received, wrong)


def _received(ax: Axes, name: str, got: Sequence[float], bad: bool) -> None:
    """Write what a node has received, beside it: 8 + 6 = 14; boxed and crossed where wrong."""
    if not got:
        return
    text = total(got) + (f" = {number(sum(got))}" if len(got) > 1 else "")
    (px, py), above, left = EARLY[name], name in ("x", "b"), name not in ("b", "g")
    ax.text(
        px - 0.2 if left else px,
        py + (0.4 if above else -0.4),
        f"✗ {text}" if bad else text,
        ha="left" if left else "center",
        va="bottom" if above else "top",
        fontweight="bold" if bad else "normal",
        bbox={"facecolor": PALETTE["paper"], "edgecolor": PALETTE["vermillion"], "linewidth": 2}
        if bad
        else None,
    )


def _story(
    order: str, done: Sequence[str], received: dict[str, list[float]], wrong: list[str]
) -> str:
    if not done:
        return "x = 2, y = 3; a = xy = 6, b = a + x = 8, g = ab = 48. Nobody is visited yet."
    early = order == "a before b"
    node, got = done[-1], received[done[-1]]
    passed_on = got[0] if early and node == "a" else sum(got)
    text = f"Visited: {', '.join(done)}. {node} passes on {number(passed_on)}"
    if early and node == "b":
        text += "; the 6 for a comes after a has passed on"
    if len(done) < len(ORDERS[order]):
        return f"{text}."
    if wrong:
        said = (f"{n} has {number(sum(received[n]))} instead of {number(RIGHT[n])}" for n in wrong)
        return f"{text}. Wrong in the end: {', '.join(said)}."
    x, y = (number(sum(received[name])) for name in "xy")
    return f"{text}. In the end x has {x} and y {y}."


# From the left or from the right --------------------------------------------------------------


@mpl.rc_context(STYLE)
def race(jacobians: Sequence[np.ndarray], counts: Sequence[int]) -> tuple[Figure, str]:
    """Multiply a chain from either end; draw the counts given, and the times on this machine."""
    times = [min(_seconds(jacobians, end) for _ in range(3)) for end in ("the loss", "the input")]
    fig, axes = plt.subplots(2, 1, figsize=(6, 3.9))
    for ax, values, unit in zip(
        axes, (counts, [1e3 * t for t in times]), ("multiplications", "ms, here"), strict=True
    ):
        ax.barh([1, 0], values, color=[PALETTE["vermillion"], PALETTE["blue"]], height=0.6)
        ax.set_yticks([1, 0], ["from the loss", "from the input"])
        ax.set(xscale="log", xlim=(min(values) / 3, max(values) * 100))
        ax.grid(visible=False)
        for row, value in zip((1, 0), values, strict=True):
            text = f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
            ax.annotate(text, (value, row), (5, 0), textcoords="offset points", va="center")
        ax.set_xlabel(unit)
    return fig, (
        f"From the loss the chain takes {counts[0]:,} multiplications, from the input "
        f"{counts[1]:,}. Below, the time that each took on the machine that drew this."
    )


def _seconds(jacobians: Sequence[np.ndarray], end: str) -> float:
    start = perf_counter()
    chain = list(jacobians) if end == "the loss" else list(jacobians)[::-1]
    product = chain[0]
    for J in chain[1:]:
        product = product @ J if end == "the loss" else J @ product
    return perf_counter() - start


# Pieces ---------------------------------------------------------------------------------------


def _between(start: Place, end: Place) -> Place:
    return (start[0] + end[0]) / 2, (start[1] + end[1]) / 2


def _wire(ax: Axes, start: Place, end: Place, strong: bool) -> None:
    color, width = (PALETTE["ink"], 2.6) if strong else (PALETTE["muted"], 1.3)
    ax.plot(*zip(start, end, strict=True), color=color, linewidth=width, zorder=1)


def _node(ax: Axes, place: Place, name: str, gate: bool) -> None:
    ax.plot(
        *place,
        "o" if gate else "s",
        markersize=38 if gate else 25,
        color=PALETTE["paper"],
        markeredgecolor=PALETTE["ink"],
        zorder=2,
    )
    ax.text(*place, name, ha="center", va="center", zorder=3)


def _tag(ax: Axes, place: Place, value: float | None, back: str) -> None:
    """A value above the middle of a wire (it runs forward), a gradient below (it runs back)."""
    box = {"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 0.4}
    (px, py), lift = place, 0.08
    if value is not None:
        text = f"→ {number(value)}"
        ax.text(px, py + lift, text, color=PALETTE["blue"], ha="center", va="bottom", bbox=box)
    color = PALETTE["vermillion"]
    ax.text(px, py - lift, f"← {back}", color=color, ha="center", va="top", bbox=box)
