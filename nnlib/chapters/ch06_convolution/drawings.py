"""What chapter 6 draws: images and kernels as squares on a sheet 20 units wide.

Whatever a picture shows comes in as an argument; only the digit that a kernel slides over is chosen
here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import nnlib
from nnlib.teaching.convolution import forward, toeplitz
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
    """Draw a grid: large numbers dark, negative ones barred."""
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


def numbers(
    ax: Axes, values: Array, left: float, top: float, side: float, size: float = 14
) -> None:
    """Write a number into each square of a grid."""
    for (i, j), value in np.ndenumerate(values):
        ax.text(
            left + (j + 0.5) * side,
            top + (i + 0.5) * side,
            _minus(f"{value:g}"),
            ha="center",
            va="center",
            fontsize=size,
        )


def _minus(text: str) -> str:
    return text.replace("-", "−")


# A kernel that slides ---------------------------------------------------------------------------

KERNELS = {
    "vertical edge": np.array([[-1, 0, 1]] * 3),
    "horizontal edge": np.array([[-1, 0, 1]] * 3).T,
    "sum": np.ones((3, 3), int),
    "one pixel": np.array([[0, 0, 0], [0, 0, 1], [0, 0, 0]]),
}


@cache
def _digit() -> Array:
    """Return the first digit of the data in 16 shades, as whole numbers."""
    images, _ = nnlib.load_digits()
    return np.asarray(np.rint(images[0, :, :, 0] * 16).astype(int))


def sliding_kernel(step: int, kernel: str, stride: int, padding: int) -> Picture:
    """Draw one step of nine: the window, the kernel, their products and the outputs so far."""
    K, digit = KERNELS[kernel], _digit()
    Z = forward(digit[None, :, :, None], K[:, :, None, None], stride, padding)[0, :, :, 0]
    # Nine steps in a row, starting where there is something to see.
    start = {6: 12, 8: 16, 3: 0, 4: 4}[len(Z)]
    i, j = divmod(start + step - 1, len(Z))
    p, q = i * stride - padding, j * stride - padding
    window = np.pad(digit, 1)[p + 1 : p + 4, q + 1 : q + 4]

    fig, ax = sheet(20.4)
    ax.text(1, 0.9, "input", fontsize=14)
    squares(ax, digit, 1.5, 2.5, largest=16)
    if padding:
        box(ax, 0.5, 1.5, 10, 10, "muted")
    box(ax, 1.5 + q, 2.5 + p, 3, 3, "vermillion", 3)
    ax.text(11.5, 0.9, f"output, {len(Z)} × {len(Z)}", fontsize=14)
    done = np.arange(Z.size).reshape(Z.shape) <= start + step - 1
    top = 16 * max(int(K[K > 0].sum()), 1)  # the largest output there can be
    squares(ax, Z * done, 11.5, 2.5, largest=top, hue="blue")
    box(ax, 11.5 + j, 2.5 + i, 1, 1, "vermillion", 3)
    _inner_product(ax, window, K, int(Z[i, j]))
    return fig, (
        f"{kernel}, stride {stride}, padding {padding}: the window at "
        f"row {p}, column {q} gives output pixel ({i}, {j}), which is "
        f"{Z[i, j]}. The output has {len(Z)} by {len(Z)} pixels."
    )


def _inner_product(ax: Axes, window: Array, K: Array, total: int) -> None:
    """Write window ⊙ kernel = products below the images, and their sum."""
    names = ("window", "kernel", "products")
    for n, part in enumerate((window, K, window * K)):
        left = 0.3 + n * 6.9
        ax.text(left, 12.7, names[n], fontsize=14)
        numbers(ax, part, left, 13.1, 1.8)
        box(ax, left, 13.1, 5.4, 5.4, "muted" if n == 1 else "vermillion", 1.5)
    ax.text(6.45, 15.8, "⊙", fontsize=15, ha="center", va="center")
    ax.text(13.35, 15.8, "=", fontsize=15, ha="center", va="center")
    ax.text(0.3, 19.7, f"sum of the products: {_minus(str(total))}", fontsize=15)


# How far a unit sees ----------------------------------------------------------------------------


def receptive_field(layers: int, kernel: int, stride: int) -> Picture:
    """Draw the units that one unit on top reads, layer by layer down to the input."""
    sizes, jumps = [1], [1]
    for _ in range(layers):
        sizes.append(sizes[-1] + (kernel - 1) * jumps[-1])
        jumps.append(jumps[-1] * stride)
    fig, ax = plt.subplots(figsize=(6, 4.6))
    # From the top down: the units of each level that one unit on top reads.
    count = 1
    for level in range(layers, -1, -1):
        half = (count - 1) / 2 * jumps[level]
        x = np.linspace(-half, half, count)
        ax.plot(x, np.full(count, level), "s", color=PALETTE["blue"], markersize=4.4)
        if level:
            below = ((count - 1) * stride + kernel - 1) / 2 * jumps[level - 1]
            ax.fill(
                [-half, half, below, -below],
                [level, level, level - 1, level - 1],
                color=PALETTE["blue"],
                alpha=0.15,
                linewidth=0,
            )
            count = (count - 1) * stride + kernel
    ax.set(xlim=(-32, 32), ylim=(-0.4, 4.4), xlabel="input pixels")
    ax.set_yticks(range(5), ["input", *(f"layer {i}" for i in range(1, 5))])
    ax.grid(False)
    seen = ", ".join(map(str, sizes[1:]))
    height = f"{layers} layer{'s' * (layers > 1)}"
    return fig, (
        f"{height}, kernel {kernel}, stride {stride}: one unit on top "
        f"sees {sizes[-1]} input pixels along each axis. "
        f"Layer by layer: {seen}."
    )


# One large matrix -------------------------------------------------------------------------------


def one_large_matrix(W: Array, size: int) -> Picture:
    """Draw the matrix T of a kernel (kh, kw, 1, 1) on an image of size x size pixels."""
    T = toeplitz(W, (size, size, 1))
    marks = np.where(toeplitz(np.ones_like(W), (size, size, 1)) > 0, 1, 0)
    across = round(len(T) ** 0.5)  # outputs along an axis
    side, left, top = 1.15, 1.5, 1.6
    fig, ax = sheet(7.2)
    squares(ax, marks * 0.25, left, top, side=side, hue="blue")
    for r, s in zip(*np.nonzero(marks), strict=True):
        x, y = left + (s + 0.5) * side, top + (r + 0.5) * side
        ax.text(x, y, _minus(f"{T[r, s]}"), ha="center", va="center", fontsize=14)
    for n in range(1, size):
        x = left + size * n * side
        ax.plot([x, x], [top, top + len(T) * side], color=PALETTE["muted"], linewidth=1)
    for n in range(size):
        x = left + (size * n + size / 2) * side
        ax.text(x, 1.1, f"image row {n}", ha="center", fontsize=13)
    for n in range(len(T)):
        name = f"z{n // across}{n % across}"
        ax.text(0.7, top + (n + 0.5) * side, name, ha="center", va="center", fontsize=13)
    return fig, (
        "The matrix T: one row for each output pixel, one column for each "
        f"input pixel. Shaded are the {marks.sum()} places that hold a weight; "
        f"the other {(marks == 0).sum()} are zero whatever the kernel is."
    )


# A network that reads digits --------------------------------------------------------------------


def accuracies(runs: Mapping[str, Sequence[tuple[Any, float, float]]]) -> Picture:
    """Draw the held-out accuracy of each run and, but for shuffled pixels, that on moved digits."""
    fig, ax = plt.subplots(figsize=(6, 5.2))
    for row, name in enumerate(runs):
        for part, color, marker in ((1, "blue", "o"), (2, "vermillion", "s")):
            if part == 2 and "shuffled" in name:
                continue
            values = [100 * float(run[part]) for run in runs[name]]
            told = ("held out", "held out, moved by a pixel")[part - 1]
            ax.plot(
                values,
                [row + 0.28 - 0.2 * part] * len(values),
                marker,
                color=PALETTE[color],
                markeredgecolor=PALETTE["paper"],
                label=told if row == 0 else None,
            )
        ax.text(40, row - 0.22, name, fontsize=14)
    ax.set(xlim=(39, 101), ylim=(4.4, -1.3), xlabel="accuracy in percent")
    ax.set_yticks([])
    ax.legend(loc="upper left", ncols=2, borderpad=0, handletextpad=0.2, columnspacing=1)
    return fig, (
        "Held-out accuracy of four networks of each kind (circles), and their "
        "accuracy on the same digits moved by one pixel (squares)."
    )


def first_kernels(W: Array) -> Picture:
    """Draw the 16 kernels of a first layer, W (3, 3, 1, 16)."""
    fig, ax = sheet(19.4)
    for o in range(16):
        left, top = 0.6 + (o % 4) * 4.9, 0.4 + (o // 4) * 4.8
        squares(ax, W[:, :, 0, o], left, top, side=1.4, largest=float(np.abs(W).max()), hue="blue")
    return fig, (
        "The 16 kernels of the first layer after training: the stronger a "
        "square, the larger the weight; barred ones are negative."
    )


PLACES = ("input", "convolution 1", "convolution 2", "pooling")


def maps_of(network: nnlib.NeuralNetwork, digits: Array) -> Callable[..., Picture]:
    """Return what draws the maps of a network for one of ten digits, (10, 8, 8, 1)."""

    def feature_maps(layer: str, digit: int) -> Picture:
        A = digits[digit][None]
        read = int(network.predict(A)[0])
        for part in network.layers[: PLACES.index(layer)]:
            A = part.forward(A, training=False)
        fig, ax = sheet(20)
        shown = min(A.shape[3], 16)
        across = 1 if shown == 1 else 4
        room = 19.6 / across
        for o in range(shown):
            squares(
                ax,
                A[0, :, :, o],
                0.4 + (o % across) * room,
                0.4 + (o // across) * room,
                side=(room - 0.6) / A.shape[2],
                largest=float(A.max()),
                hue="ink" if shown == 1 else "blue",
            )
        maps = "1 map" if A.shape[3] == 1 else f"{shown} of {A.shape[3]} maps"
        return fig, (
            f"A held-out {digit}, {layer}: {maps} of {A.shape[1]} by "
            f"{A.shape[2]}. The network reads it as a {read}."
        )

    return feature_maps


def misread(mistakes: Sequence[tuple[Array, int, int]]) -> Picture:
    """Draw the first twelve of (image (8, 8), what was written, what was read)."""
    fig, ax = sheet(18.6)
    for place, (picture, truth, read) in enumerate(mistakes[:12]):
        left, top = 0.5 + (place % 4) * 5, 1.6 + (place // 4) * 6.2
        squares(ax, picture, left, top, side=0.5)
        ax.text(left, top - 0.4, f"{truth} read as {read}", fontsize=13)
    return fig, (
        "Held-out digits that the four CNNs misread: what was written, and what the network read."
    )
