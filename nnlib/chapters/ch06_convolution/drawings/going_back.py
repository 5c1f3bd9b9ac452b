"""What lessons 4 and 5 draw: one pixel's gradient, one large matrix, kernels that are learned."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from nnlib.chapters.ch06_convolution.drawings.sheet import (
    Array,
    Picture,
    box,
    fill,
    grid,
    number,
    product,
    sheet,
    squares,
    write,
)
from nnlib.chapters.ch06_convolution.four_by_four import W, X, dZ, stretched, turned
from nnlib.teaching.convolution import forward, toeplitz
from nnlib.teaching.figures import PALETTE, STYLE

SUBSCRIPTS = "₀₁₂₃"
LAYERS: Mapping[str, tuple[int, int]] = {
    "stride 1": (1, 0),
    "stride 2": (2, 0),
    "stride 2, padding 1": (2, 1),
}
DONE = ("right", "not turned", "no trailing zeros")


def gradient_of(layer: str) -> Array:
    """Return the dZ of a layer: the last entry alone where there is one window."""
    stride, pad = LAYERS[layer]
    size = (len(X) + 2 * pad - len(W)) // stride + 1
    return dZ[-size:, -size:]


def readers(layer: str, row: int, column: int) -> list[tuple[int, int]]:
    """Return the outputs whose windows hold the pixel."""
    (stride, pad), size = LAYERS[layer], len(gradient_of(layer))
    return [
        (i, j)
        for i, j in np.ndindex(size, size)
        if 0 <= row + pad - i * stride < len(W) and 0 <= column + pad - j * stride < len(W)
    ]


def window_at(layer: str, done: str, row: int, column: int) -> Array | None:
    """Return the 3 x 3 window of the stretched dZ that a pixel reads; None if there is none."""
    stride, pad = LAYERS[layer]
    G = stretched(gradient_of(layer), stride, pad, done != "no trailing zeros")
    r, t = row + pad, column + pad
    # What is computed is as large as the padded input; `pad` is cropped from each side of it.
    last = len(G) - len(W) - pad
    return G[r : r + len(W), t : t + len(W)] if max(r, t) <= last else None


def gradient(layer: str, done: str, row: int, column: int) -> int | None:
    """Return what comes out for a pixel; None where nothing is computed."""
    window = window_at(layer, done, row, column)
    K = W if done == "not turned" else turned()
    return None if window is None else int(np.sum(window * K))


def backward(row: int, column: int, layer: str = "stride 1", done: str = "right") -> Picture:
    """Draw how the gradient of one pixel is put together."""
    second = 7.9 if layer == "stride 1" else 10.3  # where the second row begins: without a border
    end = second + (11.0 if layer == "stride 1" else 12.1)
    fig, ax = sheet(end + 1.2)
    _who_reads(ax, row, column, layer)
    window = window_at(layer, done, row, column)
    _stretched(ax, row, column, layer, done, second)
    K = W if done == "not turned" else turned()
    write(ax, 11.4, second, "kernel W" + (", not turned" if done == "not turned" else ", turned"))
    grid(ax, K, 11.4, second + 0.6, 1.3)
    if window is not None:
        write(ax, 11.4, second + 5.6, "products")
        grid(ax, window * K, 11.4, second + 6.2, 1.3, faint=window * K == 0, bold=window * K != 0)
    right, found = gradient(layer, "right", row, column), gradient(layer, done, row, column)
    name = f"dx{SUBSCRIPTS[row]}{SUBSCRIPTS[column]}"
    if window is None:
        said = f"{name}: no number; right is {number(float(right or 0))}"
    else:
        said = f"{name} = {_terms(window, K)}{number(float(found or 0))}"
        said += "" if found == right else f"; right is {number(float(right or 0))}"
    wrong = found != right
    told = ("✗ " if wrong else "") + said
    write(ax, 0.4, end, told, "vermillion" if wrong else "ink", 15, bold=True)
    return fig, _sentence(row, column, layer, done)


def _who_reads(ax: Axes, row: int, column: int, layer: str) -> None:
    """X with the windows that hold the pixel, and the entries of dZ that belong to them."""
    stride, pad = LAYERS[layer]
    side, left, top = 1.25, 0.6, 1.5
    framed = np.pad(X, pad)
    border = np.pad(np.zeros_like(X), pad, constant_values=1) > 0
    write(ax, left, 0.7, "X, and who reads the pixel", color="blue")
    fill(ax, left + (column + pad) * side, top + (row + pad) * side, side, "blue", 0.35)
    grid(ax, framed, left, top, side, "blue", faint=border)
    of = readers(layer, row, column)
    for n, (i, j) in enumerate(of):
        inset = 0.07 * (n + 1)
        corner = left + j * stride * side + inset, top + i * stride * side + inset
        box(ax, *corner, 3 * side - 2 * inset, 3 * side - 2 * inset, "vermillion", 2)
    G = gradient_of(layer)
    write(ax, 11.4, 0.7, "dZ", color="vermillion")
    bold = np.zeros(G.shape, bool)
    for place in of:
        bold[place] = True
    grid(ax, G, 11.4, top, 1.7, "vermillion", faint=~bold, bold=bold)


def _stretched(ax: Axes, row: int, column: int, layer: str, done: str, second: float) -> None:
    """DZ, stretched and with its border, and the window in it."""
    stride, pad = LAYERS[layer]
    dz = gradient_of(layer)
    G = stretched(dz, stride, pad, done != "no trailing zeros")
    side, left, top = 1.25, 0.4, second + 0.6
    write(ax, left, second, "dZ with zeros" if stride > 1 else "dZ with its border", "vermillion")
    places = 2 + np.arange(len(dz)) * stride
    own = np.zeros(G.shape, bool)
    own[np.ix_(places, places)] = True
    for i, j in zip(*np.nonzero(own), strict=True):
        fill(ax, left + j * side, top + i * side, side, "vermillion", 0.2)
    grid(ax, G, left, top, side, "vermillion", faint=~own, bold=own)
    if window_at(layer, done, row, column) is not None:
        r, t = row + pad, column + pad
        box(ax, left + t * side, top + r * side, 3 * side, 3 * side, "ink", 3)


def _terms(window: Array, K: Array) -> str:
    """Write the products that are not 0 for want of a gradient, with "=" behind them."""
    pairs = [(int(g), int(k)) for g, k in zip(window.flat, K.flat, strict=True) if g]
    if len(pairs) < 2:
        return f"{product(*pairs[0])} = " if pairs else ""
    first, *rest = pairs
    more = (f" {'−' if g < 0 else '+'} {product(abs(g), k)}" for g, k in rest)
    return product(*first) + "".join(more) + " = "


def _sentence(row: int, column: int, layer: str, done: str) -> str:
    count = len(readers(layer, row, column))
    windows = (
        f"{count} window{'s' * (count != 1)} read{'s' * (count == 1)}"
        if count
        else "no window reads"
    )
    right, found = gradient(layer, "right", row, column), gradient(layer, done, row, column)
    head = f"{layer[0].upper()}{layer[1:]}: {windows} pixel ({row}, {column})."
    if found is None:
        return (
            f"{head} Without the trailing zeros dZ ends too early, and the pixel gets no number "
            f"at all; right is {number(float(right or 0))}."
        )
    told = f"Its gradient is {number(float(right or 0))}"
    if done == "right":
        return f"{head} {told}."
    how = "with the kernel not turned" if done == "not turned" else "without trailing zeros"
    if found == right:
        return f"{head} {told}, and {how} it comes out the same here."
    return f"{head} {told}; {how} it comes out as {number(float(found))}."


# Pooling -----------------------------------------------------------------------------------------

POOLED_X = np.array([[5, 5, 1], [0, 5, 2], [1, 3, 1]])
POOLED_dZ = np.array([[1, 2], [3, 4]])


def shares(mode: str, row: int, column: int) -> list[tuple[int, int, float]]:
    """Return (row of the window, its column, what the pixel gets of it) for each that holds it."""
    found = []
    for i, j in np.ndindex(2, 2):
        if 0 <= row - i < 2 and 0 <= column - j < 2:
            window = POOLED_X[i : i + 2, j : j + 2]
            won = int(window.argmax()) == 2 * (row - i) + (column - j)
            share = float(won) if mode == "max" else 1 / 4
            found.append((i, j, share * float(POOLED_dZ[i, j])))
    return found


def pooling_back(mode: str, row: int, column: int) -> Picture:
    """Draw which windows of 2 x 2, stride 1, pay a pixel, and how much."""
    fig, ax = sheet(12.2)
    side = 2.0
    write(ax, 0.6, 0.8, "X", color="blue")
    fill(ax, 0.6 + column * side, 1.6 + row * side, side, "blue", 0.35)
    grid(ax, POOLED_X, 0.6, 1.6, side, "blue")
    paid = shares(mode, row, column)
    for n, (i, j, _) in enumerate(paid):
        inset = 0.12 * (n + 1)
        corner = 0.6 + j * side + inset, 1.6 + i * side + inset
        box(ax, *corner, 2 * side - 2 * inset, 2 * side - 2 * inset, "vermillion", 2)
    write(ax, 11, 0.8, "dZ", color="vermillion")
    bold = np.zeros((2, 2), bool)
    for i, j, share in paid:
        bold[i, j] = share != 0
    grid(ax, POOLED_dZ, 11, 1.6, side, "vermillion", bold=bold, faint=~bold)
    total = sum(share for _, _, share in paid)
    terms = " + ".join(number(share) for _, _, share in paid)
    name = f"dx{SUBSCRIPTS[row]}{SUBSCRIPTS[column]}"
    line = f"{name} = {terms}" + (f" = {number(total)}" if len(paid) > 1 else "")
    write(ax, 0.6, 9.4, line, size=16, bold=True)
    won = sum(share != 0 for _, _, share in paid)
    if mode == "max":
        count = f"{len(paid)} window{'s' * (len(paid) > 1)}"
        said = f"it stands in {count} and wins {won}" if won else f"it stands in {count}, wins none"
    else:
        said = "each window that holds it pays a quarter"
    write(ax, 0.6, 11.0, said)
    return fig, (
        f"{mode[0].upper()}{mode[1:]} pooling, pixel ({row}, {column}): {said}. "
        f"Its gradient is {number(total)}."
    )


# One large matrix --------------------------------------------------------------------------------


@mpl.rc_context(STYLE)
def one_large_matrix() -> Picture:
    """Draw the matrix T of the kernel on the image of 4 x 4 pixels."""
    size, K = len(X), W[:, :, None, None]
    T = toeplitz(K, (size, size, 1))
    marks = np.where(toeplitz(np.ones_like(K), (size, size, 1)) > 0, 1, 0)
    across = round(len(T) ** 0.5)  # outputs along an axis
    side, left, top = 1.15, 1.5, 1.6
    fig, ax = sheet(7.2)
    squares(ax, marks * 0.25, left, top, side=side, hue="blue")
    for n, s in zip(*np.nonzero(marks), strict=True):
        at = left + (s + 0.5) * side, top + (n + 0.5) * side
        write(ax, *at, number(float(T[n, s])), ha="center")
    for n in range(1, size):
        x = left + size * n * side
        ax.plot([x, x], [top, top + len(T) * side], color=PALETTE["muted"], linewidth=1)
    for n in range(size):
        write(ax, left + (size * n + size / 2) * side, 0.9, f"image row {n}", size=13, ha="center")
    for n in range(len(T)):
        name = f"z{SUBSCRIPTS[n // across]}{SUBSCRIPTS[n % across]}"
        write(ax, 0.7, top + (n + 0.5) * side, name, size=13, ha="center")
    return fig, (
        "The matrix T: one row for each output pixel, one column for each "
        f"input pixel. Shaded are the {marks.sum()} places that hold a weight; "
        f"the other {(marks == 0).sum()} are zero whatever the kernel is."
    )


# A kernel that is learned ------------------------------------------------------------------------


@mpl.rc_context(STYLE)
def learned(kernels: Mapping[int, Array], target: Array) -> Picture:
    """Draw a kernel (3, 3) after some numbers of steps, beside the one that made the outputs."""
    fig, ax = sheet(6.6)
    largest = float(np.abs(target).max())
    named = [*((f"step {step}", K) for step, K in kernels.items()), ("the hidden one", target)]
    for n, (name, K) in enumerate(named):
        left = 0.3 + n * 5.0
        write(ax, left, 0.8, name, size=13.5)
        for (i, j), value in np.ndenumerate(K):
            x, y = left + j * 1.45, 1.6 + i * 1.45
            hue, strength = ("blue" if value > 0 else "vermillion"), abs(float(value)) / largest
            fill(ax, x, y, 1.45, hue, min(strength, 1) * 0.6)
            write(ax, x + 0.725, y + 0.725, number(round(float(value), 1)), size=12, ha="center")
        box(ax, left, 1.6, 4.35, 4.35)
    last = list(kernels)[-1]
    off = float(np.abs(np.asarray(kernels[last]) - target).max())
    bound = next(b for b in (0.01, 0.05, 0.1, 0.2, 0.5, 10.0) if off < b)
    steps = ", ".join(map(str, kernels))
    return fig, (
        f"A kernel after {steps} steps, and the one that made the outputs. After {last} steps no "
        f"weight is off by more than {bound:g}."
    )


@mpl.rc_context(STYLE)
def sees(image: Array, K: Array) -> Picture:
    """Draw an image (h, w), a kernel (3, 3), and what the kernel makes of it."""
    Z = forward(image[None, :, :, None], K[:, :, None, None])[0, :, :, 0]
    fig, ax = sheet(9.4)
    squares(ax, image, 0.4, 0.7, largest=float(image.max()))
    grid(ax, K, 9.4, 3.2, 1.0, size=12.5)
    squares(ax, Z, 13.4, 1.7, largest=float(np.abs(Z).max()), hue="blue")
    write(ax, 8.9, 4.7, "⊛", ha="center", size=16)
    write(ax, 12.9, 4.7, "=", ha="center", size=16)
    return fig, (
        "Nine numbers slide over a digit. Where the ink begins the result is large (blue), where "
        "it ends it is below zero (barred), and where nothing changes from left to right it is 0."
    )
