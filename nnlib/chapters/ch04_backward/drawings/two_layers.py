"""What lesson 3 draws: the walk through the 2-3-2 network, 1/n in other places, one step, its cost.

Every number comes from `pass_through` or from the solution of an exercise, never from a list.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch04_backward.drawings.writing import number
from nnlib.teaching.example import W1, W2, X, b1, b2, y
from nnlib.teaching.figures import PALETTE, STYLE

Array = np.ndarray
Parameters = Sequence[Array]

START: Parameters = (W1, b1, W2, b2)
CLASSES = W2.shape[1]
_softmax = nnlib.SoftMax().forward


def pass_through(parameters: Parameters, X: Array = X, y: Array = y) -> dict[str, Array]:
    """Return every array of one forward and one backward pass, by its name in the lesson.

    The 2-3-2 network, ReLU then logits; X is (n, 2), y (n,). "loss" is the mean cross-entropy.
    """
    W1, b1, W2, b2 = parameters
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    P, Y = _softmax(Z2), np.eye(CLASSES)[y]
    dZ2 = (P - Y) / len(X)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    return {
        "X": X,
        "Z1": Z1,
        "A1": A1,
        "Z2": Z2,
        "P": P,
        "Y": Y,
        "loss": -np.mean(np.log(P[np.arange(len(y)), y])),
        "dZ2": dZ2,
        "dW2": A1.T @ dZ2,
        "db2": dZ2.sum(axis=0, keepdims=True),
        "dA1": dA1,
        "dZ1": dZ1,
        "dW1": X.T @ dZ1,
        "db1": dZ1.sum(axis=0, keepdims=True),
        "dX": dZ1 @ W1.T,
    }


# The walk ---------------------------------------------------------------------------------------

# Title, the edges in use (1, 2 or none), forward or back, what is shown.
WALK: list[tuple[str, int, str, list[str]]] = [
    ("the input X", 0, "→", ["X"]),
    ("Z1 = X W1 + b1", 1, "→", ["Z1"]),
    ("A1 = max(Z1, 0)", 0, "→", ["A1"]),
    ("Z2 = A1 W2 + b2", 2, "→", ["Z2"]),
    ("P = softmax(Z2)", 0, "→", ["P", "Y"]),
    ("dZ2 = (P − Y) / n", 0, "←", ["dZ2"]),
    ("dW2 = A1ᵀ dZ2,  db2 = 1ᵀ dZ2", 2, "←", ["dW2", "db2"]),
    ("dA1 = dZ2 W2ᵀ", 2, "←", ["dA1"]),
    ("dZ1 = dA1 ⊙ [Z1 > 0]", 0, "←", ["dZ1"]),
    ("dW1 = Xᵀ dZ1,  db1 = 1ᵀ dZ1", 1, "←", ["dW1", "db1"]),
    ("dX = dZ1 W1ᵀ", 1, "←", ["dX"]),
]
_LAYERS = [[1.1, 3.3], [0.4, 2.2, 4.0], [1.1, 3.3]]  # heights, from below
_ACROSS = [0.95, 3.3, 5.65]


def travel(step: int, sample: str) -> tuple[Figure, str]:
    """Draw one step of the way forward and back, for one sample or "all"."""
    rows = slice(None) if sample == "all" else slice(int(sample) - 1, int(sample))
    title, used, way, names = WALK[step - 1]
    shown = _arrays_for(rows)
    color = PALETTE["blue" if way == "→" else "vermillion"]
    fig, (ax, panel) = plt.subplots(2, 1, figsize=(6, 7.9), height_ratios=[3, 1.6], layout="none")
    fig.subplots_adjust(left=0.01, right=0.99, bottom=0, top=1, hspace=0.02)
    _draw_edges(ax, used, color)
    _draw_nodes(ax, *_nodes_at(step), shown)
    ax.set(xlim=(-0.25, 6.85), ylim=(-0.35, 4.75))
    panel.set(xlim=(0, 1), ylim=(0, 1))
    entry = _first_entry(step, rows)
    panel.text(0.02, 1.0, f"{way} {title}", va="top", color=color)
    panel.text(0.02, 0.82, f"first entry: {entry}", va="top", fontsize=14)
    left, top = 0.02, 0.6
    for name in names:
        _write_array(panel, name, shown[name], left, top)
        if shown[name].shape[1] == CLASSES:
            left += 0.48  # room for another beside it
        else:
            top -= 0.19 * len(shown[name])
    for axes in (ax, panel):
        axes.axis("off")
    who = "all three samples" if sample == "all" else f"sample {sample}"
    told = "; ".join(f"{name} = {_told(shown[name])}" for name in names)
    share = ""
    if names[0].startswith("dW"):
        share = " Summed over the samples." if sample == "all" else " This sample's share."
    return fig, (
        f"Step {step} of {len(WALK)}, {who}: {title}. The first entry: {entry}. {told}.{share}"
    )


def num(value: float) -> str:
    """Write three decimals at most, without the 0 before the point, for want of room: −.051."""
    text = number(value, 3)
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def _told(T: Array) -> str:
    return " / ".join(" ".join(map(num, row)) for row in T)


def _arrays_for(rows: slice) -> dict[str, Array]:
    """Return every array of the walk for these samples alone; n stays that of the batch."""
    whole = pass_through(START)
    part = {k: T[rows] for k, T in whole.items() if np.ndim(T) and k[:2] not in ("dW", "db")}
    return part | {
        "dW2": part["A1"].T @ part["dZ2"],
        "db2": part["dZ2"].sum(axis=0, keepdims=True),
        "dW1": part["X"].T @ part["dZ1"],
        "db1": part["dZ1"].sum(axis=0, keepdims=True),
    }


def _write_array(panel: Axes, name: str, T: Array, left: float, top: float) -> None:
    """Write an array entry by entry; its name stands before the first row."""
    panel.text(left, top, f"{name} =", va="top")
    for row, values in enumerate(T):
        for column, value in enumerate(values):
            place = left + 0.27 + 0.13 * column, top - 0.19 * row
            panel.text(*place, num(value), va="top", ha="right")


def _products(left: Array, right: Array) -> str:
    """Write a sum of products with its numbers, as one would by hand."""

    def inside(value: float) -> str:
        return f"({num(value)})" if value < 0 else num(value)

    pairs = zip(left, right, strict=True)
    text = " + ".join(f"{inside(a)}·{inside(b)}" for a, b in pairs)
    return text[1:].replace(")", "", 1) if text[0] == "(" else text


def _first_entry(step: int, rows: slice) -> str:
    """Say how the first number of a step comes about."""
    s = _arrays_for(rows)
    x, z, a, p = (s[name][0] for name in ("X", "Z1", "A1", "P"))
    dz1, da, dz2 = (s[name][0] for name in ("dZ1", "dA1", "dZ2"))
    dw1, dw2 = num(s["dW1"][0, 0]), num(s["dW2"][0, 0])
    o1, o2 = map(num, s["Z2"][0])
    return [
        "given",
        f"{_products(x, W1[:, 0])} + {num(b1[0, 0])} = {num(z[0])}",
        f"max({num(z[0])}, 0) = {num(a[0])}",
        f"{_products(a, W2[:, 0])} + {num(b2[0, 0])} = {o1}",
        f"1 / (1 + exp({o2} − {o1})) = {num(p[0])}",
        f"({num(p[0])} − {num(s['Y'][0, 0])}) / 3 = {num(dz2[0])}",
        f"{_products(s['A1'][:, 0], s['dZ2'][:, 0])} = {dw2}",
        f"{_products(dz2, W2[0])} = {num(da[0])}",
        f"{num(da[0])} · {num(float(z[0] > 0))} = {num(dz1[0])}",
        f"{_products(s['X'][:, 0], s['dZ1'][:, 0])} = {dw1}",
        f"{_products(dz1, W1[0])} = {num(s['dX'][0, 0])}",
    ][step - 1].replace("− −", "+ ")


Names = list[str | None]


def _nodes_at(step: int) -> tuple[Names, Names]:
    """Return the names of the values and of the gradients that the nodes carry by now."""
    values = [
        "X",
        ("A1" if step >= 3 else "Z1") if step >= 2 else None,
        "Z2" if step >= 4 else None,
    ]
    hidden = ("dZ1" if step >= 9 else "dA1") if step >= 8 else None
    return values, ["dX" if step >= 11 else None, hidden, "dZ2" if step >= 6 else None]


def _draw_edges(ax: Axes, used: int, color: str) -> None:
    for layer in (0, 1):
        strong = used == layer + 1
        for low in _LAYERS[layer]:
            for high in _LAYERS[layer + 1]:
                ax.plot(
                    _ACROSS[layer : layer + 2],
                    [low, high],
                    zorder=1,
                    color=color if strong else PALETTE["grid"],
                    linewidth=2.2 if strong else 1.2,
                )


def _draw_nodes(ax: Axes, values: Names, gradients: Names, shown: dict[str, Array]) -> None:
    letters = ["x", "a" if values[1] == "A1" else "z", "z"]
    size = 12.5 if len(shown["X"]) > 1 else 15
    for layer, heights in enumerate(_LAYERS):
        for unit, height in enumerate(reversed(heights)):
            at = _ACROSS[layer], height
            ax.plot(
                *at,
                "o",
                markersize=30,
                zorder=2,
                color=PALETTE["paper"],
                markeredgecolor=PALETTE["ink"],
            )
            ax.text(*at, f"{letters[layer]}{unit + 1}", ha="center", va="center", fontsize=14)
            above, below = (
                ", ".join(num(t) for t in shown[name][:, unit]) if name else ""
                for name in (values[layer], gradients[layer])
            )
            box = {"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 0.4}
            if above:
                ax.text(
                    at[0],
                    height + 0.36,
                    "→ " + above,
                    color=PALETTE["blue"],
                    ha="center",
                    va="bottom",
                    fontsize=size,
                    bbox=box,
                )
            if below:
                ax.text(
                    at[0],
                    height - 0.36,
                    "← " + below,
                    color=PALETTE["vermillion"],
                    ha="center",
                    va="top",
                    fontsize=size,
                    bbox=box,
                )


# Who owns 1/n -----------------------------------------------------------------------------------

# Where the factor stands: in dZ2 by way of the loss, in every dZ, every dW, every db.
PLACES: dict[str, tuple[bool, bool, bool, bool]] = {
    "the loss": (True, False, False, False),
    "nowhere": (False, False, False, False),
    "each dW and db": (False, False, True, True),
    "the loss, each dW and db": (True, False, True, True),
    "the loss and each dZ": (True, True, False, False),
    "the loss and each db": (True, False, False, True),
}


def placed(place: str, copies: int = 1) -> dict[str, Array]:
    """Return the gradients of the four parameters if 1/n stands there; the data `copies` times."""
    data, labels = np.tile(X, (copies, 1)), np.tile(y, copies)
    n = len(data)
    in_loss, in_dZ, in_dW, in_db = ((1 / n if there else 1.0) for there in PLACES[place])
    right = pass_through(START, data, labels)
    dZ2 = (right["P"] - right["Y"]) * in_loss * in_dZ
    dZ1 = dZ2 @ W2.T * (right["Z1"] > 0) * in_dZ
    return {
        "W1": data.T @ dZ1 * in_dW,
        "b1": dZ1.sum(axis=0, keepdims=True) * in_db,
        "W2": right["A1"].T @ dZ2 * in_dW,
        "b2": dZ2.sum(axis=0, keepdims=True) * in_db,
    }


def angle(one: dict[str, Array], other: dict[str, Array]) -> float:
    """Return the angle between two steps in degrees, over all their entries."""
    a, b = (np.concatenate([T.ravel() for T in step.values()]) for step in (one, other))
    cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    return float(np.degrees(np.arccos(min(cosine, 1.0))))


def who_divides(place: str, samples: int) -> tuple[Figure, str]:
    """Draw how long the step of each parameter is beside the right one, for n samples."""
    copies = samples // len(X)
    right, mine = placed("the loss", copies), placed(place, copies)
    sizes = {k: float(np.linalg.norm(mine[k]) / np.linalg.norm(right[k])) for k in right}
    turned = angle(mine, right)
    fig, ax = plt.subplots(figsize=(6, 4.4))
    ax.axhline(1, color=PALETTE["ink"], linewidth=1.4)
    ax.text(3.95, 1.25, "right", ha="right", color=PALETTE["ink"])
    for i, size in enumerate(sizes.values()):
        color = PALETTE["blue" if abs(size - 1) < 1e-9 else "vermillion"]
        ax.plot([i, i], [1, size], color=color)
        ax.plot(i, size, "o", markersize=11, color=color)
        ax.annotate(
            f"{size:.2g}×",
            (i, size),
            (0, 10 if size >= 1 else -10),
            textcoords="offset points",
            ha="center",
            va="bottom" if size >= 1 else "top",
        )
    ax.set(
        yscale="log",
        ylim=(1e-4, 500),
        xlim=(-0.5, 4),
        xticks=range(4),
        xticklabels=[f"d{name}" for name in sizes],
        ylabel="times the right length",
        title=f"1/n in {place}" if place != "nowhere" else "1/n nowhere",
    )
    ax.minorticks_off()
    told = ", ".join(f"d{name} {size:.2g}" for name, size in sizes.items())
    where = "nowhere" if place == "nowhere" else f"in {place}"
    return fig, (
        f"n = {samples}, 1/n {where}. Lengths as multiples of the right ones: {told}. "
        f"The step as a whole points {turned:.0f}° away from the right one."
    )


# One step ---------------------------------------------------------------------------------------


def stepped(parameters: Parameters, eta: float) -> list[Array]:
    """Return the parameters after one step of gradient descent."""
    back = pass_through(parameters)
    names = ("dW1", "db1", "dW2", "db2")
    return [T - eta * back[name] for T, name in zip(parameters, names, strict=True)]


def slope_along(parameters: Parameters) -> float:
    """Return the sum of the squares of all gradients of parameters: the promise per unit of eta."""
    back = pass_through(parameters)
    return float(sum(np.sum(back[name] ** 2) for name in ("dW1", "db1", "dW2", "db2")))


def loss_at(parameters: Parameters) -> float:
    """Return the loss of the running example with these parameters."""
    return float(pass_through(parameters)["loss"])


def one_step(eta: float, steps: int) -> tuple[Figure, str]:
    """Draw the loss along the negative gradient beside what the slope promises."""
    parameters: Parameters = START
    for _ in range(steps):
        parameters = stepped(parameters, 0.3)
    here, slope = loss_at(parameters), slope_along(parameters)
    reach = np.linspace(0, 1.2, 121)
    there = loss_at(stepped(parameters, eta))
    fig, ax = plt.subplots(figsize=(6, 4.4))
    ax.plot(reach, [loss_at(stepped(parameters, e)) for e in reach], label="loss along −gradient")
    ax.plot(
        reach,
        here - reach * slope,
        "--",
        color=PALETTE["muted"],
        label="promise, slope −‖g‖²",
    )
    ax.plot(eta, there, "o", color=PALETTE["vermillion"])
    ax.plot(0, here, "s", color=PALETTE["ink"], clip_on=False)
    ax.set(xlabel="step size η", ylabel="loss", xlim=(0, 1.22), ylim=(0, 0.9))
    ax.legend(loc="upper center")
    promise = here - eta * slope
    done = {0: "At the start", 1: "After 1 step"}.get(steps, f"After {steps} steps")
    return fig, (
        f"{done} the loss is {here:.3f} and ‖g‖² = {slope:.2f}. A step with η = {eta:g} leads to "
        f"{there:.3f}; the slope alone promised {promise:.3f}."
    )


# What it costs ----------------------------------------------------------------------------------

SHAPES: dict[str, tuple[int, ...]] = {
    "784-256-10": (784, 256, 10),
    "784-1000-1000-10": (784, 1000, 1000, 10),
    "five layers of 512": (512,) * 6,
}


def multiplications(widths: Sequence[int], n: int) -> tuple[int, int]:
    """Count those of the matrix products, forward and backward; the first layer makes no dX."""
    products = [n * d * k for d, k in itertools.pairwise(widths)]
    return sum(products), 2 * sum(products) - products[0]


def timed(widths: Sequence[int], n: int, repeats: int = 40) -> float:
    """Return the shortest time of a backward pass over the shortest of a forward pass."""
    layers = [nnlib.FullyConnected(k, "relu") for k in widths[1:-1]]
    network = nnlib.NeuralNetwork([*layers, nnlib.FullyConnected(widths[-1])], seed=0)
    data = np.random.default_rng(0).normal(size=(n, widths[0]))
    labels = np.zeros(n, dtype=int)
    forward, backward = [], []
    for _ in range(repeats):
        began = time.perf_counter()
        outputs = network.forward(data)
        turned = time.perf_counter()
        network.backward(labels, outputs)
        forward.append(turned - began)
        backward.append(time.perf_counter() - turned)
    # Whatever else the machine does can only make a run longer.
    return min(backward) / min(forward)


@mpl.rc_context(STYLE)
def costs(n: int = 64) -> tuple[Figure, str]:
    """Draw backward over forward for three networks: counted, and timed on this machine.

    The sentence holds the counts alone: a time is different on every machine.
    """
    fig, ax = plt.subplots(figsize=(6, 3.6))
    counted = {}
    for place, (name, widths) in enumerate(SHAPES.items()):
        forward, backward = multiplications(widths, n)
        counted[name] = backward / forward
        marks = ((counted[name], "s", "blue", "counted"), (timed(widths, n), "o", "vermillion", ""))
        for ratio, marker, color, label in marks:
            ax.plot(
                ratio,
                place,
                marker,
                color=PALETTE[color],
                markersize=11,
                label=(label or "timed, here") if place == 0 else None,
            )
        ax.text(0.05, place - 0.32, name, ha="left", va="center")
    ax.axvline(2, color=PALETTE["ink"], linestyle="--", linewidth=1.4)
    ax.set(xlim=(0, 2.6), ylim=(2.5, -1.4), yticks=[], xlabel="backward, as a multiple of forward")
    ax.legend(loc="upper left", ncols=2)
    told = ", ".join(f"{name} {ratio:.2f}" for name, ratio in counted.items())
    return fig, f"Multiplications of a backward pass over those of a forward pass: {told}."
