"""The picture of lesson 2: who uses this weight, this bias, this input?"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nnlib.chapters.ch04_backward.drawings.writing import number, sum_of_products, total
from nnlib.chapters.ch04_backward.two_by_three import W, X, dZ
from nnlib.teaching.figures import PALETTE

SUBSCRIPTS = "₀₁₂₃"


def _name(letter: str, *indices: int) -> str:
    return letter + "".join(SUBSCRIPTS[i + 1] for i in indices)


# An entry by its name: which gradient it is part of, and where it stands there.
ENTRIES: dict[str, tuple[str, int, int]] = (
    {_name("dw", m, j): ("dW", m, j) for m in range(2) for j in range(3)}
    | {_name("db", j): ("db", 0, j) for j in range(3)}
    | {_name("dx", 0, m): ("dX", 0, m) for m in range(2)}
)


def gradients(n: int) -> dict[str, np.ndarray]:
    """Return dW, db and dX for the first n samples, by the loops that the picture shows."""
    found = {"dW": np.zeros((2, 3)), "db": np.zeros((1, 3)), "dX": np.zeros((n, 2))}
    for i in range(n):
        for j in range(3):
            found["db"][0, j] += dZ[i, j]
            for m in range(2):
                found["dW"][m, j] += X[i, m] * dZ[i, j]
                found["dX"][i, m] += dZ[i, j] * W[m, j]
    return found


def who_uses(entry: str, samples: int) -> tuple[Figure, str]:
    """Draw the wires that an entry of dW, db or dX hears from, and the terms it adds up."""
    array, row, column = ENTRIES[entry]
    fig, (net, matrices) = plt.subplots(
        2, 1, figsize=(6, 6.2), height_ratios=[1.1, 1], layout="none"
    )
    fig.subplots_adjust(left=0.01, right=0.99, bottom=0, top=1, hspace=0)
    _network(net, array, row, column, samples)
    _matrices(matrices, array, row, column, samples)
    terms, found = _terms(array, row, column, samples)
    wires, summed = _in_words(array, row, column, samples)
    return fig, f"{entry} = {terms}{'' if terms == found else f' = {found}'}. {wires} {summed}"


def _terms(array: str, row: int, column: int, n: int) -> tuple[str, str]:
    """Return the sum that gives an entry, as written by hand, and its value."""
    found = number(gradients(n)[array][row, column])
    if array == "db":
        return total(dZ[:n, column].tolist()), found
    if array == "dW":
        return sum_of_products(zip(X[:n, row], dZ[:n, column], strict=True)), found
    return sum_of_products(zip(dZ[row], W[column], strict=True)), found


def _in_words(array: str, row: int, column: int, n: int) -> tuple[str, str]:
    samples = "one sample" if n == 1 else f"each of {n} samples"
    if array == "dW":
        return f"The weight is on one wire, from input {row + 1} to unit {column + 1}.", (
            f"It is used by {samples}: one term for each, column {row + 1} of X times column "
            f"{column + 1} of dZ."
        )
    if array == "db":
        return f"The bias enters unit {column + 1} with the factor 1.", (
            f"It is used by {samples}: column {column + 1} of dZ, added up."
        )
    return f"Input {column + 1} of sample 1 feeds all three units.", (
        f"One term for each unit: row 1 of dZ times row {column + 1} of W. "
        "Other samples have inputs of their own."
    )


# The network ----------------------------------------------------------------------------------

LEFT = [(1.9, 3.4), (1.9, 2.0), (1.9, 0.6)]  # inputs 1 and 2, and the 1 that feeds the biases
RIGHT = [(4.4, 3.4), (4.4, 2.0), (4.4, 0.6)]


def _network(ax: Axes, array: str, row: int, column: int, n: int) -> None:
    inputs, units = _lit(array, row, column)
    for m, left in enumerate(LEFT):
        for j, right in enumerate(RIGHT):
            strong = m in inputs and j in units
            _edge(ax, left, right, strong)
            if strong and m < 2:
                _weight(ax, left, right, W[m, j])
    only_first = array == "dX"
    for m, place in enumerate(LEFT):
        _circle(ax, place, f"x{SUBSCRIPTS[m + 1]}" if m < 2 else "1")
        if m < 2:
            values = X[: 1 if only_first else n, m]
            text = "→ " + ", ".join(map(number, values))
            weight = "bold" if m in inputs else "normal"
            ax.text(1.5, place[1], text, ha="right", va="center", color=PALETTE["blue"])
            ax.texts[-1].set_fontweight(weight)
    for j, place in enumerate(RIGHT):
        _circle(ax, place, f"z{SUBSCRIPTS[j + 1]}")
        text = "← " + ", ".join(map(number, dZ[: 1 if only_first else n, j]))
        ax.text(4.8, place[1], text, ha="left", va="center", color=PALETTE["vermillion"])
        ax.texts[-1].set_fontweight("bold" if j in units else "normal")
    ax.set(xlim=(-0.3, 6.7), ylim=(0, 4))
    ax.axis("off")


def _lit(array: str, row: int, column: int) -> tuple[set[int], set[int]]:
    """Return the inputs and the units between which the wires of an entry run."""
    if array == "dW":
        return {row}, {column}
    return ({2}, {column}) if array == "db" else ({column}, {0, 1, 2})


def _edge(ax: Axes, left: tuple[float, float], right: tuple[float, float], strong: bool) -> None:
    color, width = (PALETTE["ink"], 3.0) if strong else (PALETTE["grid"], 1.2)
    ends = zip(left, right, strict=True)
    ax.plot(*ends, color=color, linewidth=width, zorder=2 if strong else 1)


def _weight(ax: Axes, left: tuple[float, float], right: tuple[float, float], value: float) -> None:
    px, py = (a + 0.62 * (z - a) for a, z in zip(left, right, strict=True))
    box = {"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 1}
    ax.text(px, py, number(value), ha="center", va="center", bbox=box, zorder=3)


def _circle(ax: Axes, place: tuple[float, float], name: str) -> None:
    ax.plot(
        *place,
        "o",
        markersize=28,
        color=PALETTE["paper"],
        markeredgecolor=PALETTE["ink"],
        zorder=4,
    )
    ax.text(*place, name, ha="center", va="center", zorder=5)


# The matrices ---------------------------------------------------------------------------------

CELL = (0.6, 0.6)


def _matrices(ax: Axes, array: str, row: int, column: int, n: int) -> None:
    """X, dZ and W in a row; the column or row that an entry uses is shaded."""
    shaded: dict[str, set[tuple[int, int]]] = {"X": set(), "dZ": set(), "W": set()}
    if array == "dX":
        shaded["dZ"] = {(row, j) for j in range(3)}
        shaded["W"] = {(column, j) for j in range(3)}
    else:
        shaded["dZ"] = {(i, column) for i in range(n)}
        shaded["X"] = {(i, row) for i in range(n)} if array == "dW" else set()
    left = 0.1
    colors = {"X": PALETTE["blue"], "dZ": PALETTE["vermillion"], "W": PALETTE["ink"]}
    for name, T in (("X", X[:n]), ("dZ", dZ[:n]), ("W", W)):
        _grid(ax, name, T, left, shaded[name], colors[name])
        left += CELL[0] * T.shape[1] + 0.85
    terms, found = _terms(array, row, column, n)
    entry = next(name for name, at in ENTRIES.items() if at == (array, row, column))
    said = terms if terms == found else f"{terms} = {found}"
    ax.text(-0.2, -3.1, f"{entry} = {said}", ha="left", va="center")
    ax.set(xlim=(-0.3, 6.7), ylim=(-3.5, 0.4))
    ax.axis("off")


def _grid(
    ax: Axes, name: str, T: np.ndarray, left: float, shaded: set[tuple[int, int]], color: str
) -> None:
    width, height = CELL
    ax.text(left - 0.08, -0.5 * height, name, ha="right", va="center", color=color)
    for (i, j), value in np.ndenumerate(T):
        corner = (left + j * width, -(i + 1) * height)
        on = (i, j) in shaded
        face = PALETTE["grid"] if on else "none"
        ax.add_patch(
            Rectangle(corner, width, height, facecolor=face, edgecolor=PALETTE["muted"], lw=0.8)
        )
        ax.text(
            corner[0] + width / 2,
            corner[1] + height / 2,
            number(value),
            ha="center",
            va="center",
            fontweight="bold" if on else "normal",
        )
