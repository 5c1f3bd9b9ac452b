"""The example that goes through the backward lessons: one image, one kernel, one gradient.

No turn and no transpose leaves the kernel as it is; but its first and last weight agree, so that
the gradients of the first and last pixel do not show a turn.
"""

from __future__ import annotations

import numpy as np

from nnlib.teaching.convolution import padded, rotated

Array = np.ndarray

X = np.array([[1, 2, 0, 3], [0, 1, 4, 1], [2, 0, 1, 2], [3, 1, 0, 1]])
W = np.array([[1, 0, -1], [2, 1, 0], [0, -1, 1]])
dZ = np.array([[1, 2], [-1, 3]])  # of stride 1 without padding, and of stride 2 with padding 1


def image(rows: Array) -> Array:
    """Return one image with one channel, (1, h, w, 1), from its rows."""
    return np.array(rows)[None, :, :, None]


def kernel(rows: Array) -> Array:
    """Return one kernel from one channel to one, (kh, kw, 1, 1), from its rows."""
    return np.array(rows)[:, :, None, None]


def stretched(gradient: Array, stride: int, pad: int, trailing: bool = True) -> Array:
    """Return dZ with its pixels `stride` apart, zeros between, and a border of 2 zeros around it.

    Behind the last pixel follow as many zeros as stride 1 would have outputs there. Without them,
    `trailing=False`, the array ends at the last pixel, as it does in code that forgets them.
    """
    size = len(X) + 2 * pad - len(W) + 1 if trailing else (len(gradient) - 1) * stride + 1
    spread = np.zeros((size, size), int)
    places = np.arange(len(gradient)) * stride
    spread[np.ix_(places, places)] = gradient
    return np.asarray(padded(image(spread), len(W) - 1)[0, :, :, 0])


def turned() -> Array:
    """Return W turned by 180 degrees."""
    return np.asarray(rotated(kernel(W))[:, :, 0, 0])
