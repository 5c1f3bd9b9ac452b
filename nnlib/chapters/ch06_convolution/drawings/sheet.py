"""Images and kernels as squares on a sheet 20 units wide, and how numbers are written on it."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

UNIT = 6 * 72 / 20  # points


def sheet(height: float) -> tuple[Figure, Axes]:
    """Return an empty sheet, 20 units wide and so many high; rows count downward."""
    fig = plt.figure(figsize=(6, height * 0.3))
    fig.set_layout_engine("none")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 20), ylim=(height, 0))
    ax.axis("off")
    return fig, ax


def squares(
    ax: Axes,
    values: Array,
    left: float,
    top: float,
    side: float = 1.0,
    largest: float = 1.0,
    hue: str = "ink",
) -> None:
    """Draw a grid: large numbers strong, negative ones barred."""
    rows, columns = np.indices(values.shape)
    x, y = np.asarray(left + (columns + 0.5) * side), np.asarray(top + (rows + 0.5) * side)
    strength: Array = np.clip(np.abs(values) / largest, 0, 1) * 0.8
    for sign, color in ((1, hue), (-1, "vermillion")):
        seen = (np.sign(values) == sign) & (strength > 0.02)
        shades = [to_rgba(PALETTE[color], a) for a in strength[seen]]
        ax.scatter(x[seen], y[seen], s=(UNIT * side) ** 2, marker="s", c=shades, linewidths=0)
        if sign < 0 and seen.any():
            ax.scatter(
                x[seen],
                y[seen],
                s=(UNIT * side) ** 2 / 3,
                marker="_",
                color=PALETTE["ink"],
                linewidths=1,
            )
    box(ax, left, top, side * values.shape[1], side * values.shape[0])


def box(
    ax: Axes,
    left: float,
    top: float,
    width: float,
    height: float,
    color: str = "muted",
    line: float = 1.0,
) -> None:
    """Draw a frame."""
    edge = PALETTE[color]
    ax.add_patch(Rectangle((left, top), width, height, fill=False, edgecolor=edge, linewidth=line))


def fill(ax: Axes, left: float, top: float, side: float, color: str, strength: float) -> None:
    """Shade one square."""
    shade = to_rgba(PALETTE[color], strength)
    ax.add_patch(Rectangle((left, top), side, side, facecolor=shade, edgecolor="none"))


def write(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    color: str = "ink",
    size: float = 14,
    ha: str = "left",
    bold: bool = False,
) -> None:
    """Write a text, centered on its line."""
    ax.text(
        x,
        y,
        text,
        ha=ha,
        va="center",
        fontsize=size,
        color=PALETTE[color],
        fontweight="bold" if bold else "normal",
    )


def grid(
    ax: Axes,
    values: Array,
    left: float,
    top: float,
    side: float,
    color: str = "ink",
    bold: Array | None = None,
    faint: Array | None = None,
    size: float = 14,
) -> None:
    """Draw a grid of numbers; some may be bold, and some, such as a border, faint."""
    rows, columns = values.shape
    for n in range(rows + 1):
        y = top + n * side
        ax.plot([left, left + columns * side], [y, y], color=PALETTE["grid"], linewidth=1)
    for n in range(columns + 1):
        x = left + n * side
        ax.plot([x, x], [top, top + rows * side], color=PALETTE["grid"], linewidth=1)
    for (i, j), value in np.ndenumerate(values):
        write(
            ax,
            left + (j + 0.5) * side,
            top + (i + 0.5) * side,
            number(float(value)),
            "muted" if faint is not None and faint[i, j] else color,
            size,
            "center",
            bold is not None and bool(bold[i, j]),
        )


def number(value: float) -> str:
    """Write 2, -1.5 or 0.25: at most two places, a real minus, never -0."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def factor(value: float) -> str:
    """Write a number as it stands inside of a product: a negative one in parentheses."""
    return f"({number(value)})" if value < 0 else number(value)


def product(a: float, b: float) -> str:
    """Write 2·3 or 3·(−1), as a hand would."""
    return f"{number(a)}·{factor(b)}"


def sum_of_products(left: Array, right: Array) -> str:
    """Write 2·3 + 3·(−1), entry by entry."""
    pairs = zip(np.ravel(left), np.ravel(right), strict=True)
    first, *rest = [(float(a), float(b)) for a, b in pairs]
    more = (f" {'−' if a < 0 else '+'} {product(abs(a), b)}" for a, b in rest)
    return product(*first) + "".join(more)
