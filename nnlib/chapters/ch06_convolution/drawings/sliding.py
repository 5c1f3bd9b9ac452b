"""What lesson 1 draws: what two assumptions make of a matrix, a kernel that slides, channels."""

from __future__ import annotations

from functools import cache

import numpy as np

import nnlib
from nnlib.chapters.ch06_convolution.drawings.sheet import (
    Array,
    Picture,
    box,
    fill,
    grid,
    number,
    sheet,
    squares,
    sum_of_products,
    write,
)
from nnlib.teaching.convolution import forward

# What is forced --------------------------------------------------------------------------------

PIXELS = 5
LAWS = ("linear", "moves along", "and looks nearby")
_ANY = np.array(
    [[3, -1, 2, 0, 1], [1, 2, -3, 1, 0], [0, 1, 1, -2, 3], [2, 0, 1, 3, -1], [-1, 2, 0, 1, 2]]
)
_DIAGONALS = {-4: 1, -3: 2, -2: -1, -1: 1, 0: 2, 1: -1, 2: 3, 3: 1, 4: -2}  # w by r - i
_FREE = {"linear": PIXELS**2, "moves along": 2 * PIXELS - 1, "and looks nearby": 3}


def matrix(law: str) -> Array:
    """Return the matrix of a layer that keeps this law and those before it: z = T x."""
    if law == "linear":
        return _ANY
    i, r = np.indices((PIXELS, PIXELS))
    T = np.vectorize(_DIAGONALS.__getitem__)(r - i)
    return np.asarray(T * ((r - i >= 0) & (r - i <= 2)) if law == "and looks nearby" else T)


def forced(law: str, spot: int) -> Picture:
    """Draw the matrix of a layer under a law; the input is 0 but for a 1 at one spot."""
    T, side, left, top = matrix(law), 1.7, 3.6, 4.4
    fig, ax = sheet(14.6)
    x = np.eye(PIXELS, dtype=int)[spot : spot + 1]
    write(ax, left - 0.4, 1.85, "x", ha="right", color="blue")
    grid(ax, x, left, 1.0, side, "blue", bold=x > 0)
    i, r = np.indices(T.shape)
    steps = np.linspace(0.15, 0.6, 3)
    for (a, b), offset in np.ndenumerate(r - i):
        if law != "linear" and (law == "moves along" or 0 <= offset <= 2):
            hue = ("sky", "orange", "green")[offset % 3]
            fill(ax, left + b * side, top + a * side, side, hue, float(steps[abs(offset) // 2]))
    outside = np.asarray((r < i) | (r > i + 2)) & (law == "and looks nearby")
    grid(ax, T, left, top, side, faint=outside, bold=np.asarray(r == spot))
    box(ax, left + spot * side, top, side, PIXELS * side, "blue", 3)
    for n in range(PIXELS):
        write(ax, left - 0.4, top + (n + 0.5) * side, f"row {n}", ha="right", color="muted")
    z = T[:, spot : spot + 1]
    right = left + PIXELS * side + 1.8
    write(ax, right - 0.9, top + PIXELS * side / 2, "→", ha="center", size=17)
    grid(ax, z, right, top, side, bold=np.ones_like(z, bool))
    write(ax, right + side / 2, top - 0.7, "z", ha="center")
    told = {
        "linear": "the output is any column",
        "moves along": "each diagonal has one weight",
        "and looks nearby": "three diagonals are left",
    }[law]
    write(ax, 1, 13.9, f"{_FREE[law]} free weights: {told}", size=15)
    listed = ", ".join(number(float(value)) for value in z[:, 0])
    head = {"linear": "Any linear layer", "moves along": "Moved input, moved output"}.get(
        law, "Moved input, moved output, and a window of 3"
    )
    return fig, (
        f"{head}: with a 1 at pixel {spot} the output is column {spot} of the matrix, {listed}. "
        f"{_FREE[law]} weights are free."
    )


# A kernel that slides ---------------------------------------------------------------------------

KERNELS = {
    "vertical edge": np.array([[-1, 0, 1]] * 3),
    "horizontal edge": np.array([[-1, 0, 1]] * 3).T,
    "sum": np.ones((3, 3), int),
}
ROW = 2  # the row of outputs along which the window moves


@cache
def digit() -> Array:
    """Return the first digit of the data in 16 shades, as whole numbers."""
    images, _ = nnlib.load_digits()
    return np.asarray(np.rint(images[0, :, :, 0] * 16).astype(int))


def sliding_kernel(column: int, kernel: str) -> Picture:
    """Draw a window on a digit, the kernel, their products, and all outputs."""
    K = KERNELS[kernel]
    Z = forward(digit()[None, :, :, None], K[:, :, None, None])[0, :, :, 0]
    window = digit()[ROW : ROW + 3, column : column + 3]
    z = int(Z[ROW, column])

    fig, ax = sheet(18.6)
    write(ax, 0.6, 0.9, "input, 8 × 8")
    squares(ax, digit(), 0.6, 1.8, largest=16)
    box(ax, 0.6 + column, 1.8 + ROW, 3, 3, "vermillion", 3)
    write(ax, 11.6, 0.9, "output, 6 × 6")
    top = 16 * max(int(K[K > 0].sum()), 1)  # the largest output there can be
    squares(ax, Z, 12.6, 2.8, largest=top, hue="blue")
    box(ax, 12.6 + column, 2.8 + ROW, 1, 1, "vermillion", 3)
    for n, (name, part) in enumerate(
        (("window", window), ("kernel", K), ("products", window * K)),
    ):
        left = 0.3 + n * 6.9
        write(ax, left, 11.0, name)
        grid(ax, part, left, 11.6, 1.8)
        box(ax, left, 11.6, 5.4, 5.4, "muted" if n == 1 else "vermillion", 1.5)
    write(ax, 6.45, 14.3, "⊙", size=15, ha="center")
    write(ax, 13.35, 14.3, "=", size=15, ha="center")
    write(ax, 0.3, 17.8, f"sum of the products: {number(z)}", size=15)
    side = (
        "positive: more ink on the side where the kernel is 1"
        if z > 0
        else "negative: more ink on the side where the kernel is −1"
        if z < 0
        else "0: what the kernel adds and takes away is the same"
    )
    said = "" if kernel == "sum" else f" It is {side}."
    return fig, (
        f"{kernel[0].upper()}{kernel[1:]}: the window at row {ROW}, column {column} gives output "
        f"pixel ({ROW}, {column}), which is {number(z)}.{said}"
    )


# Channels --------------------------------------------------------------------------------------

TWO_X = np.stack([np.arange(9).reshape(3, 3), np.arange(1, 10).reshape(3, 3)], axis=-1)
"""Two channels, (3, 3, 2)."""

TWO_W = np.stack(
    [
        np.stack([[[0, 1], [2, 3]], [[1, 2], [3, 4]]], axis=-1),
        np.stack([[[1, 0], [0, -1]], [[0, 2], [-1, 0]]], axis=-1),
    ],
    axis=-1,
)
"""Two filters for them, (2, 2, 2, 2): kh, kw, C_in, C_out. The first is that of D2L."""


def two_channels(output: int, row: int, column: int) -> Picture:
    """Draw how one output pixel adds up over two input channels, for one output channel."""
    Z = forward(TWO_X[None], TWO_W)[0]
    fig, ax = sheet(15.4)
    write(ax, 0.5, 0.8, "input", color="blue")
    write(ax, 7.2, 0.8, f"filter {output}")
    write(ax, 13.2, 0.8, f"output channel {output}")
    sums = []
    for c in range(2):
        top = 1.6 + c * 6
        window = TWO_X[row : row + 2, column : column + 2, c]
        K = TWO_W[:, :, c, output]
        grid(ax, TWO_X[:, :, c], 0.5, top, 1.6, "blue")
        box(ax, 0.5 + column * 1.6, top + row * 1.6, 3.2, 3.2, "vermillion", 3)
        grid(ax, K, 7.2, top + 0.8, 1.6)
        sums.append(int(np.sum(window * K)))
        told = f"channel {c}: {sum_of_products(window, K)} = {number(sums[-1])}"
        write(ax, 0.5, top + 5.35, told, size=13.5)
    grid(ax, Z[:, :, output], 13.9, 4.0, 2.0, bold=np.ones((2, 2), bool))
    box(ax, 13.9 + column * 2, 4.0 + row * 2, 2, 2, "vermillion", 3)
    z = int(Z[row, column, output])
    total = f"{number(sums[0])} {'−' if sums[1] < 0 else '+'} {number(abs(sums[1]))} = {number(z)}"
    write(ax, 0.5, 14.5, f"together: {total}", size=15)
    return fig, (
        f"Output channel {output}, pixel ({row}, {column}): {number(sums[0])} from channel 0 and "
        f"{number(sums[1])} from channel 1 are {number(z)}."
    )
