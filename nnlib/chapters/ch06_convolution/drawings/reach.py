"""What lesson 2 draws: where windows stand, what pooling keeps, how far a unit sees."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

import nnlib
from nnlib.chapters.ch06_convolution.drawings.sheet import (
    Picture,
    box,
    fill,
    grid,
    sheet,
    write,
)
from nnlib.teaching.convolution import output_size
from nnlib.teaching.figures import PALETTE

# Where the windows stand -------------------------------------------------------------------------

PIXELS = 7


def windows_stand(kernel: int, stride: int, padding: int) -> Picture:
    """Draw all windows along one axis of 7 pixels, and what none of them reads."""
    size, count = PIXELS + 2 * padding, output_size(PIXELS, kernel, stride, padding)
    starts = [i * stride for i in range(count)]
    read = {start + u for start in starts for u in range(kernel)}
    side, left, top = 2.0, 1.0, 2.2
    fig, ax = sheet(13.2)
    for place in range(size):
        inside = padding <= place < padding + PIXELS
        x = left + place * side
        fill(ax, x, top, side, "blue" if inside else "muted", 0.35 if inside else 0.12)
        box(ax, x, top, side, side, "paper", 2)
        label = str(place - padding) if inside else "0"
        write(ax, x + side / 2, top + side / 2, label, "ink" if inside else "muted", ha="center")
        if place not in read:
            told = "✗"
            write(ax, x + side / 2, top - 0.8, told, "vermillion", 16, "center", bold=True)
    write(ax, left, 0.6, "pixels along one axis; ✗: read by no window")
    for i, start in enumerate(starts):
        y = 5.1 + i * 0.95
        ax.plot(
            [left + start * side + 0.15, left + (start + kernel) * side - 0.15],
            [y, y],
            color=PALETTE["ink"],
            linewidth=4,
            solid_capstyle="butt",
        )
        write(ax, left + start * side - 0.05, y, f"{i}", "muted", 13, "right")
    rest = (size - kernel) % stride
    lost = sorted(set(range(size)) - read)
    pixels = [place - padding for place in lost if padding <= place < padding + PIXELS]
    rows = "row" if rest == 1 else "rows"
    tail = f"{rest} {rows} at the end" if rest else "nothing"
    unread = (
        f"no window reads pixel {' or '.join(map(str, pixels))}"
        if pixels
        else "each pixel is read"
        if not lost
        else "what no window reads is border: each pixel is read"
    )
    return fig, (
        f"Kernel {kernel}, stride {stride}, padding {padding}: "
        f"({PIXELS} + {2 * padding} − {kernel}) / {stride} rounds down to {count - 1}, so there "
        f"are {count} windows. Left over: {tail}; {unread}."
    )


# Pooling -----------------------------------------------------------------------------------------

_STROKE = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [0, 6, 2, 0, 0, 0],
        [0, 8, 4, 0, 0, 0],
        [0, 8, 2, 0, 0, 0],
        [0, 4, 4, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ]
)


def pooled(mode: str, stride: int, moved: int) -> Picture:
    """Draw a stroke, moved to the right, and what a pooling of 2 x 2 makes of it."""
    X = np.roll(_STROKE, moved, axis=1)
    pool = nnlib.Pool2D(2, mode, stride=stride)
    before, Z = (pool.forward(A[None, :, :, None].astype(float))[0, :, :, 0] for A in (_STROKE, X))
    side = 1.5
    fig, ax = sheet(11.6)
    write(ax, 0.5, 0.8, "input", color="blue")
    grid(ax, X, 0.5, 1.6, side, "blue", faint=X == 0)
    for i in range(len(Z)):
        for j in range(len(Z)):
            if stride == 2:
                box(ax, 0.5 + 2 * j * side, 1.6 + 2 * i * side, 2 * side, 2 * side, "ink", 1.5)
    write(ax, 11.3, 0.8, f"{mode} of each window")
    changed = before != Z
    grid(ax, Z, 11.3, 1.6, side, faint=Z == 0, bold=Z != 0)
    for i, j in zip(*np.nonzero(changed), strict=True):
        box(ax, 11.3 + j * side, 1.6 + i * side, side, side, "vermillion", 3)
    places = f"{int(changed.sum())} of {Z.size} numbers"
    said = f"{places} differ from those at 0" if moved else "nothing has moved yet"
    along = [
        by
        for by in range(3)
        if np.array_equal(Z[:, by:], before[:, : Z.shape[1] - by]) and not Z[:, :by].any()
    ]
    if moved and along:
        said += f", and the output has moved along, by {along[0]}"
    elif moved:
        said += ", and the output is no moved copy of that at 0"
    return fig, (
        f"{mode[0].upper()}{mode[1:]}, windows of 2 by 2, stride {stride}, stroke moved by "
        f"{moved}: {said}."
    )


# The receptive field -----------------------------------------------------------------------------


def receptive_field(layers: int, kernel: int, stride: int) -> Picture:
    """Draw, along one axis, what one unit on top of some layers sees."""
    jumps, sizes = [1], [1]
    for _ in range(layers):
        sizes.append(sizes[-1] + (kernel - 1) * jumps[-1])
        jumps.append(jumps[-1] * stride)
    fig, ax = plt.subplots(figsize=(6, 4.6), layout="none")
    fig.subplots_adjust(left=0.15, right=0.98, bottom=0.16, top=0.98)
    count = 1
    for level in range(layers, -1, -1):
        half = (count - 1) / 2 * jumps[level]
        x = np.linspace(-half, half, count)
        ax.plot(x, np.full(count, level), "s", color=PALETTE["blue"], markersize=5.5)
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
    ax.set(xlim=(-16, 16), ylim=(-0.4, 4.4), xlabel="input pixels")
    ax.set_yticks(range(5), ["input", *(f"layer {i}" for i in range(1, 5))])
    ax.grid(False)
    seen = ", ".join(map(str, sizes[1:]))
    height = f"{layers} layer{'s' * (layers > 1)}"
    return fig, (
        f"{height}, kernel {kernel}, stride {stride}: one unit on top "
        f"sees {sizes[-1]} input pixels along each axis. "
        f"Layer by layer: {seen}."
    )
