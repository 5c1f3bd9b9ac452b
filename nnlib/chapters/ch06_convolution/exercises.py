"""The exercises of chapter 6, convolutional networks; the list at the end has their order.

Each solution loops over output pixels, as the derivation does; `nnlib.Conv2D` is the fast one.
The wrong answers are ones that notes, libraries and learners have really produced.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

from itertools import product

import numpy as np

from nnlib.layers import Conv2D, FullyConnected, Pool2D, windows
from nnlib.teaching.convolution import toeplitz
from nnlib.teaching.exercises import Exercise, Wrong
from nnlib.teaching.exercises.properties import central_differences, holds

RNG = np.random.default_rng(6)


def _image(rows):
    return np.array(rows, dtype=float)[np.newaxis, :, :, np.newaxis]


def _kernel(rows):
    return np.array(rows, dtype=float)[:, :, np.newaxis, np.newaxis]


def _pad(X, pad, value=0.0):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)), constant_values=value)


# Small inputs first: the first one that fails is the one that is shown.
TWO = _image([[1, 2], [3, 4]])
NINE = _image([[0, 1, 2], [3, 4, 5], [6, 7, 8]])
FOUR = _image([[1, 2, 0, 3], [0, 1, 4, 1], [2, 0, 1, 2], [3, 1, 0, 1]])
KERNEL = _kernel([[0, 1], [2, 3]])
NO_BIAS = np.zeros((1, 1))
BATCH = RNG.integers(-4, 5, (2, 5, 6, 2)).astype(float)
KERNELS = RNG.integers(-3, 4, (3, 2, 2, 2)).astype(float)
TO_THREE = RNG.integers(-3, 4, (2, 3, 2, 3)).astype(float)
BIAS = np.array([[1.0, -2.0]])
BIAS_THREE = np.array([[1.0, -2.0, 0.5]])
# No two sizes agree, so that one in the place of another shows.
APART = RNG.integers(-4, 5, (3, 9, 11, 2)).astype(float)
KERNELS_APART = RNG.integers(-3, 4, (4, 5, 2, 8)).astype(float)
ALONE = RNG.integers(-4, 5, (1, 4, 5, 3)).astype(float)
KERNELS_ALONE = RNG.integers(-3, 4, (3, 1, 3, 4)).astype(float)


def _gradient(*shape):
    """Return a gradient of whole numbers, none of them 0."""
    return RNG.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], shape)


def _geometry(rng, most_pad=2):
    """Return random X, W, dZ, stride, pad, with sizes that seldom agree and often leave a rest."""
    kernel = rng.integers(1, 4, 2)
    stride, pad = int(rng.integers(1, 4)), int(rng.integers(0, most_pad + 1))
    n, C_in, C_out = (int(k) for k in rng.permutation([1, 2, 3]))
    h, w = (int(k + rng.integers(0, 5)) for k in kernel)
    X, W = rng.normal(size=(n, h, w, C_in)), rng.normal(size=(*kernel, C_in, C_out))
    out = [(size + 2 * pad - k) // stride + 1 for size, k in zip((h, w), kernel, strict=True)]
    return X, W, rng.normal(size=(n, *out, C_out)), stride, pad


def _layer(W, stride, pad, b=None):
    """Return nnlib's layer with these weights."""
    layer = Conv2D(W.shape[3], W.shape[:2], stride=stride, pad=pad)
    layer.build(W=W, b=np.zeros((1, W.shape[3]), W.dtype) if b is None else b)
    return layer


def _backward_by_nnlib(X, W, dZ, stride, pad):
    layer = _layer(W, stride, pad)
    layer.forward(X)
    return layer.backward(dZ), layer.gradients["W"]


def _pooled_backward(X, dZ, kernel, mode, stride, pad):
    pool = Pool2D(kernel, mode, stride=stride, pad=pad)
    pool.forward(X)
    return pool.backward(dZ)


def _pooling(rng, few_values=False, most_pad=0):
    """Return random X, dZ, kernel, stride, pad for a pooling; with few values there are ties."""
    kernel = tuple(int(k) for k in rng.integers(most_pad + 1, 4, 2))
    stride, pad = int(rng.integers(1, 4)), int(rng.integers(0, most_pad + 1))
    h, w = (k + int(rng.integers(0, 5)) for k in kernel)
    shape = (int(rng.integers(1, 4)), h, w, int(rng.integers(1, 4)))
    X = rng.integers(-2, 3, shape).astype(float) if few_values else rng.normal(size=shape)
    out = [(size + 2 * pad - k) // stride + 1 for size, k in zip((h, w), kernel, strict=True)]
    return X, rng.normal(size=(shape[0], *out, shape[3])), kernel, stride, pad


# 6.1 ------------------------------------------------------------------------------------------


def output_size(input_size, kernel, stride, pad):
    """Return how many windows fit along one axis, as a whole number.

    `pad` zeros stand on each side of the input.
    """
    return (input_size + 2 * pad - kernel) // stride + 1


def _count_starts(input_size, kernel, stride, pad):
    """Slide: count the starts at which the window still fits."""
    start = count = 0
    while start + kernel <= input_size + 2 * pad:
        start, count = start + stride, count + 1
    return count


OUTPUT_SIZE = Exercise(
    id="6.1",
    title="how large is the output",
    solution=output_size,
    probes={
        "8 pixels, kernel 3": (8, 3, 1, 0),
        "stride 2, nothing left over": (7, 3, 2, 0),
        "stride 2, a pixel left over": (8, 3, 2, 0),
        "padding 1": (8, 3, 1, 1),
        "all at once": (9, 4, 3, 1),
        "a fraction above one half": (10, 3, 4, 0),
        "a fraction of one half": (10, 3, 2, 0),
        "a kernel of 1 with stride 2": (5, 1, 2, 0),
    },
    wrong=[
        Wrong(
            lambda input_size, kernel, stride, pad: np.floor(
                (input_size + 2 * pad - kernel) / stride + 1
            ),
            "The number is right, and it is a float, which no shape takes. Use `//`, or int().",
        ),
        Wrong(
            lambda input_size, kernel, stride, pad: (
                -(-(input_size + 2 * pad - kernel) // stride) + 1
            ),
            "You round up. A window that hangs over the edge is no window: round down, and the "
            "pixels left over are not read.",
        ),
        Wrong(
            lambda input_size, kernel, stride, pad: (input_size + pad - kernel) // stride + 1,
            "The padding counts once here, but it stands on both sides: 2 pad.",
        ),
        Wrong(
            lambda input_size, kernel, stride, pad: (input_size + 2 * pad - kernel) // stride,
            "One too few: the division counts the steps, and the first window stands there "
            "before any step.",
        ),
        Wrong(
            lambda input_size, kernel, stride, pad: (input_size + 2 * pad - kernel) / stride + 1,
            "Where the steps do not come out even, this is a fraction. There is no half window.",
        ),
        Wrong(
            lambda input_size, kernel, stride, pad: (input_size + 2 * pad - kernel + 1) // stride,
            "The 1 belongs outside of the division. With stride 1 that makes no difference, and "
            "with stride 2 it does.",
        ),
        Wrong(
            lambda input_size, kernel, stride, pad: -(-input_size // stride),
            'This is the size for the padding called "same". Here the padding is given.',
        ),
        Wrong(
            lambda input_size, kernel, stride, pad: (
                round((input_size + 2 * pad - kernel) / stride) + 1
            ),
            "You round to the nearest whole number, and sometimes that is up: a window then hangs "
            "over the edge. Round down, with `//`.",
        ),
        Wrong(
            lambda input_size, kernel, stride, pad: round(
                (input_size + 2 * pad - kernel) / stride + 1
            ),
            "You round the sum to the nearest whole number, and a part of a window may become a "
            "whole one. Round down, with `//`.",
        ),
    ],
    witness=_count_starts,
    draw=lambda rng: tuple(
        int(rng.integers(low, high)) for low, high in ((6, 16), (1, 7), (1, 5), (0, 4))
    ),
    hints=[
        "Count the steps that the first window can take to the right, then add the window itself.",
        "The last start r satisfies r + kernel <= input_size + 2 pad, and starts are multiples of "
        "the stride.",
    ],
    why="The starts are 0, s, 2s, ... up to input_size + 2 pad - kernel; there are one more of "
    "them than there are steps.",
)


# 6.2 ------------------------------------------------------------------------------------------


def conv_forward(X, W, b, stride, pad):
    """Return Z (n, out_h, out_w, C_out), the convolution of X with W.

    X (n, h, w, C_in), W (kh, kw, C_in, C_out), b (1, C_out). Stride and
    zero padding are the same on both axes.
    """
    kh, kw = W.shape[:2]
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    out_h = (P.shape[1] - kh) // stride + 1
    out_w = (P.shape[2] - kw) // stride + 1
    Z = np.zeros((len(X), out_h, out_w, W.shape[3]), X.dtype)
    for i, j in np.ndindex(out_h, out_w):
        r, t = i * stride, j * stride
        window = P[:, r : r + kh, t : t + kw]
        Z[:, i, j] = np.tensordot(window, W, axes=3) + b
    return Z


def _with_bias(rng, X, W, dZ, stride, pad):
    return X, W, rng.normal(size=(1, W.shape[3])), stride, pad


def _windows_at(step, size):
    """Return a forward pass whose windows start elsewhere, or whose channels replace each other."""

    def forward(X, W, b, stride, pad):
        kh, kw = W.shape[:2]
        P = _pad(X, pad)
        out_h, out_w = (size(P.shape[a], W.shape[a - 1], stride) for a in (1, 2))
        Z = np.zeros((len(X), out_h, out_w, W.shape[3]), X.dtype)
        for i, j in np.ndindex(out_h, out_w):
            r, t = step(i, stride), step(j, stride)
            Z[:, i, j] = np.tensordot(P[:, r : r + kh, t : t + kw], W, axes=3) + b
        return Z

    return forward


CONV_FORWARD = Exercise(
    id="6.2",
    title="the forward pass, in loops",
    solution=conv_forward,
    probes={
        "one window": (TWO, KERNEL, NO_BIAS + 1, 1, 0),
        "the 19 of the text": (NINE, KERNEL, NO_BIAS, 1, 0),
        "padding": (TWO, KERNEL, NO_BIAS, 1, 1),
        "stride 2": (FOUR, KERNEL, NO_BIAS, 2, 0),
        "two samples, two channels to two": (BATCH, KERNELS, BIAS, 1, 0),
        "two channels to three, everything on": (BATCH, TO_THREE, BIAS_THREE, 2, 1),
        "one sample, padding 2": (ALONE, KERNELS_ALONE, np.arange(4.0)[np.newaxis], 3, 2),
        "all sizes differ": (APART, KERNELS_APART, np.arange(8.0)[np.newaxis], 1, 0),
    },
    wrong=[
        Wrong(
            lambda X, W, b, stride, pad: conv_forward(X, W[::-1, ::-1], b, stride, pad),
            "Your kernel is flipped: this is convolution as mathematicians define it. Networks "
            "use cross-correlation, which multiplies x[i + u] with w[u].",
        ),
        Wrong(
            lambda X, W, b, stride, pad: conv_forward(X, W, 0 * b, stride, pad),
            "The bias is missing: add b[0, o] to every pixel of output channel o.",
        ),
        Wrong(
            lambda X, W, b, stride, pad: conv_forward(X, W, b, 1, pad),
            "The window moves by one pixel whatever the stride, and so there are too many of them. "
            "Output pixel i starts to read at i * stride.",
        ),
        Wrong(
            _windows_at(lambda i, s: i, lambda size, k, s: (size - k) // s + 1),
            "The output has the right size, but window i starts at i: it has to start at "
            "i * stride.",
        ),
        Wrong(
            lambda X, W, b, stride, pad: conv_forward(X[..., -1:], W[:, :, -1:], b, stride, pad),
            "Only the last input channel is left: `=` inside a loop over the channels overwrites "
            "the ones before. Add them up with `+=`.",
        ),
        Wrong(
            lambda X, W, b, stride, pad: conv_forward(X, W, b, stride, 0),
            "Your input has no padding: put `pad` zeros on each side of height and width first.",
        ),
        Wrong(
            lambda X, W, b, stride, pad: conv_forward(X[..., :1], W[:, :, :1], b, stride, pad),
            "Only the first input channel is read. A window holds all channels, and the sum runs "
            "over them too.",
        ),
        Wrong(
            lambda X, W, b, stride, pad: (
                conv_forward(X, W.swapaxes(0, 1), b, stride, pad)
                if W.shape[0] == W.shape[1]
                else conv_forward(X.swapaxes(1, 2), W, b, stride, pad).swapaxes(1, 2)
            ),
            "Rows and columns are exchanged: the first axis of the kernel goes with the height "
            "of the image.",
        ),
        Wrong(
            lambda X, W, b, stride, pad: conv_forward(X, W, b * X.shape[3], stride, pad),
            "The bias is added once for each input channel. It is added once to each output.",
        ),
    ],
    witness=lambda X, W, b, stride, pad: _layer(W, stride, pad, b).forward(X),
    draw=lambda rng: _with_bias(rng, *_geometry(rng)),
    properties=[
        holds(
            "an impulse gives the kernel, turned by 180 degrees",
            lambda f: bool(
                np.allclose(
                    f(_image([[0, 0, 0], [0, 1, 0], [0, 0, 0]]), KERNEL, NO_BIAS, 1, 0),
                    KERNEL.transpose(2, 0, 1, 3)[:, ::-1, ::-1],
                )
            ),
            "An image that is 0 but for one 1 should give back the kernel turned by 180 degrees.",
        )
    ],
    hints=[
        "Pad first, then loop over the output pixels (i, j) only: all samples and all channels "
        "can be done at once.",
        "The window of output pixel (i, j) is P[:, i*s : i*s + kh, j*s : j*s + kw].",
        "Sum window times W over kh, kw and C_in: `np.tensordot(window, W, axes=3)`.",
    ],
    why="One output pixel is the inner product of a window with the kernel, over all of its "
    "channels, plus the bias.",
)


# 6.3 ------------------------------------------------------------------------------------------


def im2col(X, kernel, stride):
    """Return every window of X as one row: (n out_h out_w, kh kw C).

    X (n, h, w, C), kernel (kh, kw). Rows in the order sample, height,
    width; the entries of a row in the order kh, kw, channel.
    """
    kh, kw = kernel
    n, h, w, C = X.shape
    out_h, out_w = (h - kh) // stride + 1, (w - kw) // stride + 1
    rows = np.zeros((n, out_h, out_w, kh, kw, C), X.dtype)
    for i, j in np.ndindex(out_h, out_w):
        r, t = i * stride, j * stride
        rows[:, i, j] = X[:, r : r + kh, t : t + kw]
    return rows.reshape(n * out_h * out_w, kh * kw * C)


def _six_axes(X, kernel, stride):
    out = [(size - k) // stride + 1 for size, k in zip(X.shape[1:3], kernel, strict=True)]
    return im2col(X, kernel, stride).reshape(len(X), *out, *kernel, X.shape[3])


def _image_kernel_stride(X, W, dZ, stride, pad):
    return X, W.shape[:2], stride


IM2COL = Exercise(
    id="6.3",
    title="the windows as rows of a matrix",
    solution=im2col,
    probes={
        "a 3x3 image, kernel 2x2": (NINE, (2, 2), 1),
        "stride 2, a pixel left over": (BATCH[:1, :, :, :1], (2, 2), 2),
        "two samples, two channels": (BATCH, (3, 2), 1),
        "everything on": (BATCH, (2, 3), 2),
        "all sizes differ": (APART, (4, 5), 1),
    },
    wrong=[
        Wrong(
            lambda X, kernel, stride: im2col(X, kernel, stride).T,
            "Your windows are columns, as the name im2col has it. In this book a window is a "
            "row, so that a product with W (kh kw C_in, C_out) is possible.",
        ),
        Wrong(
            lambda X, kernel, stride: (
                _six_axes(X, kernel, stride)
                .transpose(0, 1, 2, 5, 3, 4)
                .reshape(len(im2col(X, kernel, stride)), -1)
            ),
            "Within a row the channels come first. W has the order kh, kw, C_in, and a row must "
            "have it too, or each weight meets another pixel.",
        ),
        Wrong(
            lambda X, kernel, stride: im2col(X, kernel, 1),
            "The stride is missing: there is a row for every window, not for every s-th.",
        ),
        Wrong(
            lambda X, kernel, stride: (
                _six_axes(X, kernel, stride)
                .transpose(1, 2, 0, 3, 4, 5)
                .reshape(len(im2col(X, kernel, stride)), -1)
            ),
            "The rows are right and in another order: the samples should come first, then height "
            "and width, or Z cannot be reshaped to (n, out_h, out_w, C_out).",
        ),
        Wrong(
            lambda X, kernel, stride: im2col(X, kernel, max(kernel)),
            "Your windows lie side by side like tiles. They step by the stride, and overlap.",
        ),
        Wrong(
            lambda X, kernel, stride: (
                _six_axes(X, kernel, stride)
                .swapaxes(3, 4)
                .reshape(len(im2col(X, kernel, stride)), -1)
            ),
            "Each window is written down column by column. Read it row by row, as reshape does.",
        ),
    ],
    witness=lambda X, kernel, stride: windows(X, kernel, (stride, stride)).reshape(
        -1, kernel[0] * kernel[1] * X.shape[3]
    ),
    draw=lambda rng: _image_kernel_stride(*_geometry(rng)),
    properties=[
        holds(
            "a product with W is the convolution",
            lambda f: bool(
                np.allclose(
                    f(BATCH, (3, 2), 1) @ KERNELS.reshape(-1, 2),
                    conv_forward(BATCH, KERNELS, 0 * BIAS, 1, 0).reshape(-1, 2),
                )
            ),
            "`im2col(X, kernel, stride) @ W.reshape(-1, C_out)` should be the convolution of X.",
        )
    ],
    hints=[
        "Make an array with six axes, (n, out_h, out_w, kh, kw, C), and reshape it at the end.",
        "rows[:, i, j] is one slice of X: the window of output pixel (i, j), for all samples.",
    ],
    why="An array (n, out_h, out_w, kh, kw, C) holds one window in its last three axes; reshaping "
    "turns the first three into rows and the last three into columns.",
)


# 6.4 ------------------------------------------------------------------------------------------


def conv_dW(X, dZ, kernel, stride, pad):
    """Return dW (kh, kw, C_in, C_out) from X and dZ.

    X (n, h, w, C_in), dZ (n, out_h, out_w, C_out), kernel (kh, kw).
    """
    kh, kw = kernel
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dW = np.zeros((kh, kw, X.shape[3], dZ.shape[3]), X.dtype)
    for i, j in np.ndindex(dZ.shape[1:3]):
        r, t = i * stride, j * stride
        window = P[:, r : r + kh, t : t + kw]
        dW += np.tensordot(window, dZ[:, i, j], axes=(0, 0))
    return dW


def _last_window_dW(X, dZ, kernel, stride, pad):
    only = np.zeros_like(dZ)
    only[:, -1, -1] = dZ[:, -1, -1]
    return conv_dW(X, only, kernel, stride, pad)


# Batch, kernel and gradient of each setting, for 6.4 and 6.5.
ONE_WINDOW = (TWO, KERNEL, np.array([[[[2.0]]]]), 1, 0)
FOUR_WINDOWS = (NINE, KERNEL, _image([[1, 2], [-1, 3]]), 1, 0)
PADDED = (TWO, KERNEL, _gradient(1, 3, 3, 1), 1, 1)
STRIDED = (FOUR, KERNEL, _gradient(1, 2, 2, 1), 2, 0)
REST = (BATCH[:1], KERNELS[:2], _gradient(1, 2, 3, 2), 2, 0)
CHANNELS = (BATCH, KERNELS, _gradient(2, 3, 5, 2), 1, 0)
EVERYTHING = (BATCH, TO_THREE, _gradient(2, 3, 3, 3), 2, 1)
SETTINGS = {
    "one window": ONE_WINDOW,
    "four windows": FOUR_WINDOWS,
    "padding": PADDED,
    "stride 2": STRIDED,
    "stride 2, pixels left over": REST,
    "two samples, two channels to two": CHANNELS,
    "two channels to three, everything on": EVERYTHING,
    "one sample, padding 2": (ALONE, KERNELS_ALONE, _gradient(1, 2, 3, 4), 3, 2),
    "a high kernel, padding 2": (
        ALONE[:, :, :1, :1],
        KERNELS_ALONE[:, :, :1, :2],
        _gradient(1, 6, 5, 2),
        1,
        2,
    ),
    "a wide kernel, padding 2": (
        ALONE[:, :1, :, :1],
        KERNELS_ALONE[:, :, :1, :2].swapaxes(0, 1),
        _gradient(1, 5, 7, 2),
        1,
        2,
    ),
    "all sizes differ": (APART, KERNELS_APART, _gradient(3, 6, 7, 8), 1, 0),
}


def _for_dW(X, W, dZ, stride, pad):
    return X, dZ, W.shape[:2], stride, pad


CONV_DW = Exercise(
    id="6.4",
    title="backward: the gradient of the kernel",
    solution=conv_dW,
    probes={
        name: (X, dZ, W.shape[:2], stride, pad)
        for name, (X, W, dZ, stride, pad) in SETTINGS.items()
    },
    wrong=[
        Wrong(
            lambda X, dZ, kernel, stride, pad: conv_dW(X, dZ, kernel, stride, pad) / len(X),
            "You average over the batch. The loss already has 1/n, and dZ with it: add up.",
        ),
        Wrong(
            lambda X, dZ, kernel, stride, pad: (
                conv_dW(X, dZ, kernel, stride, pad) / dZ[0, :, :, 0].size
            ),
            "You average over the output pixels. A weight is used at each of them, and by the "
            "chain rule the contributions add up.",
        ),
        Wrong(
            _last_window_dW,
            "Only the last window is left: `=` overwrites what the windows before it gave. Each "
            "weight is used in every window, so add with `+=`.",
        ),
        Wrong(
            lambda X, dZ, kernel, stride, pad: conv_dW(X, dZ, kernel, stride, pad)[::-1, ::-1],
            "dW comes out turned by 180 degrees. The rotation belongs to dX; dW is the plain "
            "correlation of X with dZ.",
        ),
        Wrong(
            lambda X, dZ, kernel, stride, pad: conv_dW(X, dZ, kernel, 1, pad),
            "The stride is forgotten: output pixel (i, j) read the window at (i s, j s), and "
            "that is the window its gradient belongs to.",
        ),
        Wrong(
            lambda X, dZ, kernel, stride, pad: conv_dW(
                np.pad(X, ((0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0))), dZ, kernel, stride, 0
            ),
            "Your windows are shifted where there is padding: the forward pass had a border on "
            "both sides, so dW has to read the same padded X.",
        ),
        Wrong(
            lambda X, dZ, kernel, stride, pad: conv_dW(X, dZ, kernel, stride, pad).swapaxes(2, 3),
            "The channel axes are exchanged: dW has the shape of W, (kh, kw, C_in, C_out).",
        ),
        Wrong(
            lambda X, dZ, kernel, stride, pad: conv_dW(
                np.broadcast_to(X.sum(axis=0), X.shape), dZ, kernel, stride, pad
            ),
            "You add up X and dZ over the samples before you multiply: the windows of one sample "
            "then meet the gradients of another. Multiply first, sample by sample.",
        ),
    ],
    witness=lambda X, dZ, kernel, stride, pad: _backward_by_nnlib(
        X, np.zeros((*kernel, X.shape[3], dZ.shape[3]), X.dtype), dZ, stride, pad
    )[1],
    draw=lambda rng: _for_dW(*_geometry(rng)),
    properties=[
        holds(
            "<convolution of X with V, dZ> = <V, dW> for any V",
            lambda f: bool(
                np.isclose(
                    np.sum(conv_forward(BATCH, KERNELS, 0 * BIAS, 1, 0) * CHANNELS[2]),
                    np.sum(KERNELS * f(BATCH, CHANNELS[2], (3, 2), 1, 0)),
                )
            ),
            "Z is linear in W, so the sum of V dW must be the sum of dZ times the convolution of "
            "X with V, for any kernel V. It is not.",
        )
    ],
    hints=[
        "z[i, j] = ... + x[i s + u, j s + v] w[u, v] + ...: what is its derivative with respect "
        "to w[u, v]?",
        "Every output pixel adds its own window, times its gradient.",
        "For the channels: entry (c, o) is the sum over the samples of window[..., c] dz[..., o].",
    ],
    why="z[i, j, o] depends on w[u, v, c, o] by the factor x[i s + u, j s + v, c]. Multiply by "
    "dz[i, j, o] and add up over all pixels and samples.",
)


# 6.5 ------------------------------------------------------------------------------------------


def conv_dX(W, dZ, shape, stride, pad):
    """Return dX, whose shape (n, h, w, C_in) is given, from W and dZ.

    W (kh, kw, C_in, C_out), dZ (n, out_h, out_w, C_out).
    """
    n, h, w, C_in = shape
    kh, kw = W.shape[:2]
    dP = np.zeros((n, h + 2 * pad, w + 2 * pad, C_in), dZ.dtype)
    for i, j in np.ndindex(dZ.shape[1:3]):
        r, t = i * stride, j * stride
        share = np.tensordot(dZ[:, i, j], W, axes=(1, 3))
        dP[:, r : r + kh, t : t + kw] += share
    return dP[:, pad : pad + h, pad : pad + w]


def _assigned_dX(W, dZ, shape, stride, pad):
    n, h, w, C_in = shape
    dP = np.zeros((n, h + 2 * pad, w + 2 * pad, C_in), dZ.dtype)
    for i, j in np.ndindex(dZ.shape[1:3]):
        r, t = i * stride, j * stride
        share = np.tensordot(dZ[:, i, j], W, axes=(1, 3))
        dP[:, r : r + W.shape[0], t : t + W.shape[1]] = share
    return dP[:, pad : pad + h, pad : pad + w]


def _uncropped_dX(W, dZ, shape, stride, pad):
    n, h, w, C_in = shape
    return conv_dX(W, dZ, (n, h + 2 * pad, w + 2 * pad, C_in), stride, 0)


def _correlated_dX(spread):
    """Return dX by a full correlation of dZ, spread out to stride 1 in some way."""

    def backward(W, dZ, shape, stride, pad):
        kh, kw = W.shape[:2]
        _, h, w, _ = shape
        G = spread(dZ, stride, h + 2 * pad - kh + 1, w + 2 * pad - kw + 1)
        G = np.pad(G, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
        turned = W[::-1, ::-1].swapaxes(2, 3)
        dP = conv_forward(G, turned, np.zeros((1, W.shape[2]), dZ.dtype), 1, 0)
        return dP[:, pad : dP.shape[1] - pad, pad : dP.shape[2] - pad]

    return backward


def _without_trailing_zeros(dZ, stride, height, width):
    n, out_h, out_w, C = dZ.shape
    G = np.zeros((n, (out_h - 1) * stride + 1, (out_w - 1) * stride + 1, C), dZ.dtype)
    G[:, ::stride, ::stride] = dZ
    return G


def _repeated(dZ, stride, height, width):
    G = dZ.repeat(stride, axis=1).repeat(stride, axis=2)[:, :height, :width]
    rest = ((0, 0), (0, height - G.shape[1]), (0, width - G.shape[2]), (0, 0))
    return np.pad(G, rest)


def _sum_times_sum_dX(W, dZ, shape, stride, pad):
    alike = np.broadcast_to(dZ.sum(axis=3, keepdims=True), dZ.shape)
    summed = np.broadcast_to(W.sum(axis=3, keepdims=True) / W.shape[3], W.shape)
    return conv_dX(summed.astype(W.dtype), alike, shape, stride, pad)


def _for_dX(X, W, dZ, stride, pad):
    return W, dZ, X.shape, stride, pad


CONV_DX = Exercise(
    id="6.5",
    title="backward: the gradient of the image",
    solution=conv_dX,
    probes={
        name: (W, dZ, X.shape, stride, pad) for name, (X, W, dZ, stride, pad) in SETTINGS.items()
    },
    wrong=[
        Wrong(
            lambda W, dZ, shape, stride, pad: conv_dX(W[::-1, ::-1], dZ, shape, stride, pad),
            "The kernel stands the wrong way round. If you correlate a padded dZ with it, it has "
            "to be turned by 180 degrees, W[::-1, ::-1]; if you add dz times W to the window "
            "that was read, it stays as it is.",
        ),
        Wrong(
            lambda W, dZ, shape, stride, pad: conv_dX(W.swapaxes(2, 3), dZ, shape, stride, pad),
            "The channels are not swapped: dZ has C_out channels, and the sum runs over these. "
            "Where C_in = C_out nothing complains, and the numbers are wrong.",
        ),
        Wrong(
            _assigned_dX,
            "You assign where windows overlap, so each window wipes out what its neighbors gave. "
            "A pixel is read by many windows, and their gradients add up: `+=`.",
        ),
        Wrong(
            lambda W, dZ, shape, stride, pad: conv_dX(W, dZ, shape, 1, pad),
            "The stride is forgotten: the gradient of output pixel (i, j) belongs to the window "
            "that starts at (i s, j s).",
        ),
        Wrong(
            _uncropped_dX,
            "The border is still there: dX has the shape of X, so crop `pad` pixels on each side.",
        ),
        Wrong(
            lambda W, dZ, shape, stride, pad: _uncropped_dX(W, dZ, shape, stride, pad)[
                :, : shape[1], : shape[2]
            ],
            "You crop on one side only. The padding stood on both: keep [pad : pad + h].",
        ),
        Wrong(
            lambda W, dZ, shape, stride, pad: conv_dX(W, dZ, shape, stride, pad) / len(dZ),
            "You average over the batch. Each sample's dX is its own; the 1/n is already in dZ.",
        ),
        Wrong(
            _correlated_dX(_without_trailing_zeros),
            "dX lacks its last rows or columns: those of the pixels that no window read. Spread dZ "
            "out to the full output of stride 1, with zeros also beyond the last gradient.",
        ),
        Wrong(
            _correlated_dX(_repeated),
            "You repeat each gradient between the places that the stride skips. No output was "
            "computed there: put zeros between, not copies.",
        ),
        Wrong(
            lambda W, dZ, shape, stride, pad: _uncropped_dX(W, dZ, shape, stride, pad)[
                :, pad:-pad, pad:-pad
            ],
            "Without padding nothing is left: with pad = 0 the slice `pad:-pad` is `0:0`. Cut from "
            "`pad` to `pad + h`.",
        ),
        Wrong(
            _sum_times_sum_dX,
            "You add up dz over the output channels, and W too, and then multiply. Multiply first, "
            "channel by channel: a sum of products is not the product of sums.",
        ),
    ],
    witness=lambda W, dZ, shape, stride, pad: _backward_by_nnlib(
        np.zeros(shape, dZ.dtype), W, dZ, stride, pad
    )[0],
    draw=lambda rng: _for_dX(*_geometry(rng)),
    properties=[
        holds(
            "<A X, dZ> = <X, A^T dZ>",
            lambda f: bool(
                np.isclose(
                    np.sum(conv_forward(BATCH, TO_THREE, 0 * BIAS_THREE, 2, 1) * EVERYTHING[2]),
                    np.sum(BATCH * f(TO_THREE, EVERYTHING[2], BATCH.shape, 2, 1)),
                )
            ),
            "The adjoint test fails: the sums of Z dZ and of X dX should be the same number.",
        )
    ],
    hints=[
        "Go through the output pixels as the forward pass does. Where it reads a window, you add "
        "to a window.",
        "Make dX with its border first, add into it, and crop at the end.",
        "What is added is dz[o] w[u, v, c, o], summed over o: "
        "`np.tensordot(dZ[:, i, j], W, axes=(1, 3))`.",
    ],
    why="Output pixel (i, j) read pixel (i s + u, j s + v) with the factor w[u, v], so it gives "
    "back dz w[u, v] to the same pixel.",
)


# 6.6 ------------------------------------------------------------------------------------------


def col2im(rows, shape, kernel, stride):
    """Return the adjoint of im2col: each entry added to its pixel.

    rows (n out_h out_w, kh kw C), kernel (kh, kw); the result has the
    given shape (n, h, w, C).
    """
    kh, kw = kernel
    n, h, w, C = shape
    out_h, out_w = (h - kh) // stride + 1, (w - kw) // stride + 1
    rows = rows.reshape(n, out_h, out_w, kh, kw, C)
    X = np.zeros(shape, rows.dtype)
    for i, j in np.ndindex(out_h, out_w):
        r, t = i * stride, j * stride
        X[:, r : r + kh, t : t + kw] += rows[:, i, j]
    return X


def _assigned_col2im(rows, shape, kernel, stride):
    n, h, w, C = shape
    out_h, out_w = (h - kernel[0]) // stride + 1, (w - kernel[1]) // stride + 1
    rows = rows.reshape(n, out_h, out_w, *kernel, C)
    X = np.zeros(shape, rows.dtype)
    for i, j in np.ndindex(out_h, out_w):
        r, t = i * stride, j * stride
        X[:, r : r + kernel[0], t : t + kernel[1]] = rows[:, i, j]
    return X


def _averaged_col2im(rows, shape, kernel, stride):
    times = col2im(np.ones_like(rows), shape, kernel, stride)
    return col2im(rows, shape, kernel, stride) / np.maximum(times, 1)


def _dense_col2im(rows, shape, kernel, stride):
    n, h, w, C = shape
    out_h, out_w = (h - kernel[0]) // stride + 1, (w - kernel[1]) // stride + 1
    rows = rows.reshape(n, out_h, out_w, *kernel, C)
    X = np.zeros(shape, rows.dtype)
    for i, j in np.ndindex(out_h, out_w):
        X[:, i : i + kernel[0], j : j + kernel[1]] += rows[:, i, j]
    return X


def _channels_first_col2im(rows, shape, kernel, stride):
    kh, kw = kernel
    swapped = rows.reshape(-1, shape[3], kh, kw).transpose(0, 2, 3, 1).reshape(rows.shape)
    return col2im(swapped, shape, kernel, stride)


def _added_by_number(rows, shape, kernel, stride):
    """Number the entries of X, see in which windows each number stands, and add there."""
    numbers = np.arange(np.prod(shape)).reshape(shape)
    seen = windows(numbers, kernel, (stride, stride)).ravel()
    return np.bincount(seen, rows.ravel(), numbers.size).reshape(shape)


def _rows_of_a_gradient(rng, X, W, dZ, stride, pad):
    kernel = W.shape[:2]
    return rng.normal(size=im2col(X, kernel, stride).shape), X.shape, kernel, stride


COL2IM: Exercise = Exercise(
    id="6.6",
    title="the adjoint of im2col",
    solution=col2im,
    probes={
        "all ones, 3x3 image": (np.ones((4, 4)), (1, 3, 3, 1), (2, 2), 1),
        "numbers": (np.arange(16.0).reshape(4, 4), (1, 3, 3, 1), (2, 2), 1),
        "stride 2, pixels left over": (_gradient(4, 4), (1, 5, 5, 1), (2, 2), 2),
        "windows that overlap, stride 2": (_gradient(4, 9), (1, 5, 5, 1), (3, 3), 2),
        "two samples, two channels": (_gradient(30, 12), BATCH.shape, (3, 2), 1),
        "all sizes differ": (_gradient(126, 40), APART.shape, (4, 5), 1),
    },
    wrong=[
        Wrong(
            _assigned_col2im,
            "Where windows overlap only the last one is left. That happens with `=`, and also "
            "with `X[index] += rows` and an index array, which adds once for each place.",
        ),
        Wrong(
            _averaged_col2im,
            "You divide by how many windows read the pixel. That would undo im2col. An adjoint "
            "does not undo: a pixel that was copied four times receives four gradients.",
        ),
        Wrong(
            _dense_col2im,
            "The windows step by one pixel; they should step by the stride.",
        ),
        Wrong(
            _channels_first_col2im,
            "You read a row as (C, kh, kw). It has the order of im2col: (kh, kw, C).",
        ),
        Wrong(
            lambda rows, shape, kernel, stride: col2im(rows, shape, kernel, stride) / len(rows),
            "You average over the windows. Contributions add up.",
        ),
        Wrong(
            lambda rows, shape, kernel, stride: col2im(
                rows.reshape(len(rows), *kernel, -1)[:, ::-1, ::-1].reshape(rows.shape),
                shape,
                kernel,
                stride,
            ),
            "Each window comes back turned by 180 degrees. Nothing is rotated here: an entry goes "
            "back to where it came from.",
        ),
    ],
    witness=_added_by_number,
    draw=lambda rng: _rows_of_a_gradient(rng, *_geometry(rng)),
    properties=[
        holds(
            "<im2col(X), rows> = <X, col2im(rows)>",
            lambda f: bool(
                np.isclose(
                    np.sum(
                        im2col(BATCH, (3, 2), 1) * COL2IM.probes["two samples, two channels"][0]
                    ),
                    np.sum(BATCH * f(*COL2IM.probes["two samples, two channels"])),
                )
            ),
            "The adjoint test fails: the two sums should be the same number.",
        )
    ],
    hints=[
        "Reshape the rows to (n, out_h, out_w, kh, kw, C). Then it is im2col with the two sides "
        "of the assignment exchanged.",
        "With one change: several windows meet in a pixel, so add.",
    ],
    why="im2col copies a pixel into every window that holds it, so its gradient is the sum of the "
    "gradients of all its copies.",
)


# 6.7 ------------------------------------------------------------------------------------------


def max_pool(X, kernel, stride, pad):
    """Return the maximum of each window, channel by channel.

    X (n, h, w, C), kernel (kh, kw), `pad` pixels on each side. Padding
    must never win.
    """
    kh, kw = kernel
    border = ((0, 0), (pad, pad), (pad, pad), (0, 0))
    P = np.pad(X, border, constant_values=-np.inf)
    out_h = (P.shape[1] - kh) // stride + 1
    out_w = (P.shape[2] - kw) // stride + 1
    Z = np.zeros((len(X), out_h, out_w, X.shape[3]), X.dtype)
    for i, j in np.ndindex(out_h, out_w):
        r, t = i * stride, j * stride
        Z[:, i, j] = P[:, r : r + kh, t : t + kw].max(axis=(1, 2))
    return Z


def _pool_with(reduce, value=-np.inf):
    def pool(X, kernel, stride, pad):
        kh, kw = kernel
        P = _pad(X, pad, value)
        out_h = (P.shape[1] - kh) // stride + 1
        out_w = (P.shape[2] - kw) // stride + 1
        Z = np.zeros((len(X), out_h, out_w, X.shape[3]), X.dtype)
        for i, j in np.ndindex(out_h, out_w):
            r, t = i * stride, j * stride
            Z[:, i, j] = reduce(P[:, r : r + kh, t : t + kw])
        return Z

    return pool


def _ceil_pool(X, kernel, stride, pad):
    P = _pad(X, pad, -np.inf)
    rest = [-(size - k) % stride for size, k in zip(P.shape[1:3], kernel, strict=True)]
    P = np.pad(P, ((0, 0), (0, rest[0]), (0, rest[1]), (0, 0)), constant_values=-np.inf)
    return max_pool(P, kernel, stride, 0)


def _without_gradient(X, dZ, kernel, stride, pad):
    return X, kernel, stride, pad


MAX_POOL = Exercise(
    id="6.7",
    title="max pooling",
    solution=max_pool,
    probes={
        "a 4x4 image in tiles of 2x2": (FOUR, (2, 2), 2, 0),
        "negative pixels": (-1 - FOUR, (2, 2), 2, 0),
        "negative pixels, padded": (-1 - TWO, (2, 2), 1, 1),
        "overlapping windows": (FOUR, (2, 2), 1, 0),
        "pixels left over": (BATCH, (2, 2), 2, 0),
        "everything on": (BATCH - 3, (3, 2), 2, 1),
        "two samples, one channel": (BATCH[..., :1] - 3, (2, 3), 1, 0),
        "pixels far below zero, padded": (-1e30 * TWO, (2, 2), 1, 1),
    },
    wrong=[
        Wrong(
            _pool_with(lambda window: window.max(axis=(1, 2)), 0.0),
            "Zeros are not neutral for a maximum: in a window of negative pixels the padding "
            "wins. Pad with -inf, which never does.",
        ),
        Wrong(
            _ceil_pool,
            "You round the output size up: the last windows hang over the edge. Pixels left over "
            "are not read.",
        ),
        Wrong(
            _pool_with(lambda window: np.abs(window).max(axis=(1, 2)), 0.0),
            "You take the largest size, not the largest value: -3 should lose against 1.",
        ),
        Wrong(
            _pool_with(lambda window: window.max(axis=(1, 2, 3), keepdims=True)[:, 0, 0]),
            "The maximum runs over the channels as well. Pooling works channel by channel.",
        ),
        Wrong(
            lambda X, kernel, stride, pad: max_pool(X, kernel, kernel[0], pad),
            "Your windows step by their own height. That is the usual choice, but here a stride "
            "is given.",
        ),
        Wrong(
            _pool_with(lambda window: window.mean(axis=(1, 2)), 0.0),
            "This is the mean of each window, not its maximum.",
        ),
        Wrong(
            _pool_with(lambda window: window.max(axis=(0, 1, 2))),
            "The maximum runs over the batch too: each sample has to keep its own.",
        ),
        Wrong(
            _pool_with(lambda window: window.max(axis=(1, 2)), -1e9),
            "Your padding is a number far below zero, and against pixels that are further below it "
            "wins. Pad with -inf, which is below all numbers.",
        ),
    ],
    witness=lambda X, kernel, stride, pad: Pool2D(kernel, "max", stride=stride, pad=pad).forward(X),
    draw=lambda rng: _without_gradient(*_pooling(rng, most_pad=1)),
    hints=[
        "Start from your convolution: the windows are the same, only what is done to each differs.",
        "`np.pad` takes `constant_values`. Which number loses against every pixel?",
        "The maximum runs over the axes 1 and 2 of the window (n, kh, kw, C).",
    ],
    why="-inf is to a maximum what 0 is to a sum: it changes nothing.",
)


# 6.8 ------------------------------------------------------------------------------------------


def max_pool_backward(X, dZ, kernel, stride):
    """Return dX of max pooling without padding, kernel (kh, kw).

    In each window the first of the largest pixels, row by row, gets
    the gradient. Windows may overlap.
    """
    kh, kw = kernel
    dX = np.zeros_like(X)
    for m, i, j, c in np.ndindex(dZ.shape):
        r, t = i * stride, j * stride
        window = X[m, r : r + kh, t : t + kw, c]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dX[m, r + u, t + v, c] += dZ[m, i, j, c]
    return dX


def _routed(share, assign=False):
    """Return a backward that gives each window dz times share(window)."""

    def backward(X, dZ, kernel, stride):
        dX = np.zeros_like(X)
        for m, i, j, c in np.ndindex(dZ.shape):
            r, t = i * stride, j * stride
            rows, columns = slice(r, r + kernel[0]), slice(t, t + kernel[1])
            part = share(X[m, rows, columns, c])
            if assign:
                dX[m, rows, columns, c][part != 0] = dZ[m, i, j, c]
            else:
                dX[m, rows, columns, c] += part * dZ[m, i, j, c]
        return dX

    return backward


def _one_hot(window, last=False):
    flat = window.ravel()[::-1] if last else window.ravel()
    place = flat.size - 1 - flat.argmax() if last else flat.argmax()
    return (np.arange(flat.size) == place).reshape(window.shape).astype(window.dtype)


def _divided_by_height(X, dZ, kernel, stride):
    kh, kw = kernel
    dX = np.zeros((*X.shape[:3], X.shape[3]), X.dtype)
    for m, i, j, c in np.ndindex(dZ.shape):
        r, t = i * stride, j * stride
        u, v = divmod(int(X[m, r : r + kh, t : t + kw, c].argmax()), kh)
        dX[m, r + u, t + v, c] += dZ[m, i, j, c]
    return dX


TIES = _image([[5, 5, 1], [0, 5, 2], [1, 1, 1]])
MAX_POOL_BACKWARD = Exercise(
    id="6.8",
    title="backward through max pooling",
    solution=max_pool_backward,
    probes={
        "tiles of 2x2, no ties": (
            _image([[1, 2, 0, 3], [0, 4, 1, 2], [2, 0, 1, 2], [3, 1, 0, 4]]),
            _image([[1, 2], [3, 4]]),
            (2, 2),
            2,
        ),
        "ties in one window": (_image([[7, 7], [0, 7]]), _image([[6]]), (2, 2), 2),
        "overlapping windows with one winner": (
            _image([[0, 1, 0], [2, 9, 3], [0, 1, 0]]),
            _image([[1, 2], [3, 4]]),
            (2, 2),
            1,
        ),
        "overlap and ties": (TIES, _image([[1, 2], [3, 4]]), (2, 2), 1),
        "a kernel wider than high": (
            _image([[1, 2, 9], [3, 8, 4]]),
            _image([[6]]),
            (2, 3),
            2,
        ),
        "two samples, two channels, a rest": (BATCH, _gradient(2, 2, 3, 2), (2, 2), 2),
        "a kernel higher than wide": (BATCH, _gradient(2, 2, 3, 2), (3, 2), 2),
    },
    wrong=[
        Wrong(
            _routed(_one_hot, assign=True),
            "You assign where windows overlap. A pixel that wins in several windows gets the sum "
            "of their gradients: use `+=`.",
        ),
        Wrong(
            _routed(lambda window: (window == window.max()).astype(window.dtype)),
            "Every pixel that equals the maximum gets the whole gradient: with three ties, three "
            "times as much goes out as came in. One of them gets it, the first.",
        ),
        Wrong(
            _routed(lambda window: (window == window.max()) / np.sum(window == window.max())),
            "You share the gradient among the ties. That is a subgradient too, and it is not the "
            "one asked for: here, as in PyTorch, the first winner takes all.",
        ),
        Wrong(
            _routed(lambda window: _one_hot(window, last=True)),
            "The last of the ties gets the gradient, and it should be the first.",
        ),
        Wrong(
            _routed(lambda window: np.ones_like(window) / window.size),
            "You spread the gradient evenly over the window. That belongs to average pooling; a "
            "maximum depends on its winner alone.",
        ),
        Wrong(
            _routed(lambda window: _one_hot(window) * window.max()),
            "You multiply by the pixel. z = x for the winner, so its derivative is 1.",
        ),
        Wrong(
            lambda X, dZ, kernel, stride: (
                max_pool_backward(X, dZ, kernel, kernel[0])
                if stride == kernel[0]
                else max_pool_backward(X, dZ[:, ::2, ::2], kernel, 2)
            ),
            "Windows that overlap are left out: go through all output pixels, and start each "
            "window at (i stride, j stride).",
        ),
        Wrong(
            _divided_by_height,
            "You turn the place of the maximum into row and column with kh. The window is read row "
            "by row, and a row has kw pixels: `k // kw, k % kw`.",
        ),
    ],
    witness=lambda X, dZ, kernel, stride: _pooled_backward(X, dZ, kernel, "max", stride, 0),
    draw=lambda rng: _pooling(rng, few_values=True)[:4],
    properties=[
        holds(
            "as much gradient goes out as came in",
            lambda f: bool(np.isclose(f(TIES, _image([[1, 2], [3, 4]]), (2, 2), 1).sum(), 10)),
            "The gradients of four windows sum to 10, and the gradients of the pixels do not.",
        )
    ],
    hints=[
        "For each output pixel find where in its window the maximum stands.",
        "`window.argmax()` gives the first winner, counted row by row; `np.unravel_index` turns "
        "the count into row and column.",
        "Add dz there. Nothing else in the window gets anything.",
    ],
    why="The maximum is a copy of its winner, so the winner's derivative is 1 and all others' 0. "
    "Where windows overlap, a pixel can win several times.",
)


# 6.9 ------------------------------------------------------------------------------------------


def average_pool_backward(dZ, shape, kernel, stride, pad):
    """Return dX (n, h, w, C) of average pooling; shape is that of X.

    kernel is (kh, kw). The average of a window counts the pixels of the
    image alone, not the padding.
    """
    h, w = shape[1:3]
    kh, kw = kernel
    dX = np.zeros(shape, dZ.dtype)
    for i, j in np.ndindex(dZ.shape[1:3]):
        r, t = i * stride - pad, j * stride - pad
        rows = slice(max(r, 0), min(r + kh, h))
        columns = slice(max(t, 0), min(t + kw, w))
        count = dX[0, rows, columns, 0].size
        dX[:, rows, columns] += dZ[:, i : i + 1, j : j + 1] / count
    return dX


def _average_backward(divide, assign=False):
    def backward(dZ, shape, kernel, stride, pad):
        dX = np.zeros(shape, dZ.dtype)
        for i, j in np.ndindex(dZ.shape[1:3]):
            r, t = i * stride - pad, j * stride - pad
            rows = slice(max(r, 0), min(r + kernel[0], shape[1]))
            columns = slice(max(t, 0), min(t + kernel[1], shape[2]))
            part = dX[:, rows, columns]
            share = dZ[:, i : i + 1, j : j + 1] / divide(part[0, :, :, 0].size, kernel)
            part[...] = share if assign else part + share
        return dX

    return backward


def _with_shape(X, dZ, kernel, stride, pad):
    return dZ, X.shape, kernel, stride, pad


AVERAGE_POOL_BACKWARD = Exercise(
    id="6.9",
    title="backward through average pooling",
    solution=average_pool_backward,
    probes={
        "one window of 2x2": (_image([[4]]), (1, 2, 2, 1), (2, 2), 2, 0),
        "four windows that overlap": (_image([[4, 8], [-4, 12]]), (1, 3, 3, 1), (2, 2), 1, 0),
        "padding": (_image([[4, 8], [-4, 12]]), (1, 2, 2, 1), (2, 2), 2, 1),
        "overlap and padding": (_gradient(1, 3, 3, 1), (1, 3, 3, 1), (3, 3), 1, 1),
        "everything on": (_gradient(2, 3, 3, 2), BATCH.shape, (2, 3), 2, 1),
        "an image higher than wide": (_gradient(1, 3, 2, 2), (1, 5, 3, 2), (2, 2), 2, 1),
    },
    wrong=[
        Wrong(
            _average_backward(lambda count, kernel: kernel[0] * kernel[1]),
            "You divide by kh kw everywhere. At the border a window holds fewer pixels of the "
            "image, and this average counts only those.",
        ),
        Wrong(
            _average_backward(lambda count, kernel: 1),
            "Each pixel gets the whole gradient. It contributed 1 / count of the average, so it "
            "gets that share.",
        ),
        Wrong(
            _average_backward(lambda count, kernel: count, assign=True),
            "You assign where windows overlap: use `+=`, since a pixel counts in several averages.",
        ),
        Wrong(
            lambda dZ, shape, kernel, stride, pad: average_pool_backward(dZ, shape, kernel, 1, pad),
            "The stride is forgotten: window (i, j) starts at (i stride - pad, j stride - pad).",
        ),
        Wrong(
            lambda dZ, shape, kernel, stride, pad: average_pool_backward(
                dZ, shape, kernel, stride, 0
            ),
            "The padding shifts the windows by `pad` pixels up and to the left, and yours ignore "
            "it.",
        ),
        Wrong(
            _average_backward(lambda count, kernel: count**2),
            "You divide by the count twice.",
        ),
    ],
    witness=lambda dZ, shape, kernel, stride, pad: _pooled_backward(
        np.zeros(shape, dZ.dtype), dZ, kernel, "average", stride, pad
    ),
    draw=lambda rng: _with_shape(*_pooling(rng, most_pad=1)),
    properties=[
        holds(
            "without padding, as much gradient goes out as came in",
            lambda f: bool(
                np.isclose(f(_image([[4, 8], [-4, 12]]), (1, 3, 3, 1), (2, 2), 1, 0).sum(), 20)
            ),
            "The gradients of the windows sum to 20, and the gradients of the pixels do not.",
        )
    ],
    hints=[
        "Each pixel of a window gets the same share of dz.",
        "Cut the window at the edges of the image, and count what is left.",
    ],
    why="An average has the derivative 1 / count with respect to each of the pixels it counts. The "
    "padding is no variable.",
)


# 6.10 -----------------------------------------------------------------------------------------


def receptive_field(kernels, strides):
    """Return how many input pixels one output pixel sees, along an axis.

    kernels[l] and strides[l] belong to layer l, the first layer first.
    No stride is larger than its kernel.
    """
    size, jump = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        size += (kernel - 1) * jump
        jump *= stride
    return size


def _wide_steps(kernels, strides):
    size, jump = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        jump *= stride
        size += (kernel - 1) * jump
    return size


def _last_step_only(kernels, strides):
    size, jump = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        size += (kernel - 1) * jump
        jump = stride
    return size


def _count_seen(kernels, strides):
    """Go down from one output pixel, and collect the pixels that are read."""
    seen = {0}
    for kernel, stride in zip(kernels[::-1], strides[::-1], strict=True):
        seen = {place * stride + u for place in seen for u in range(kernel)}
    return len(seen)


def _layers_of(rng):
    kernels = [int(k) for k in rng.integers(1, 5, rng.integers(0, 5))]
    return kernels, [int(rng.integers(1, kernel + 1)) for kernel in kernels]


RECEPTIVE_FIELD = Exercise(
    id="6.10",
    title="the receptive field",
    solution=receptive_field,
    probes={
        "one layer": ([3], [1]),
        "two layers of 3": ([3, 3], [1, 1]),
        "a stride in the first layer": ([3, 3], [2, 1]),
        "a stride in the last layer": ([3, 3], [1, 2]),
        "convolution, pooling, convolution": ([3, 2, 3], [1, 2, 1]),
        "no layer": ([], []),
        "kernels of 1 see nothing new": ([5, 1, 1], [1, 1, 1]),
        "five layers": ([7, 3, 3, 3, 3], [2, 2, 1, 2, 1]),
    },
    wrong=[
        Wrong(
            lambda kernels, strides: sum(kernels),
            "You add up the kernels. The windows of two layers overlap: a layer adds kernel - 1.",
        ),
        Wrong(
            lambda kernels, strides: 1 + sum(k - 1 for k in kernels),
            "The strides are missing: after a stride of 2, neighbors lie two input pixels apart, "
            "and each step of a later kernel counts twice.",
        ),
        Wrong(
            _wide_steps,
            "A layer's own stride does not widen its own window. It counts from the next layer on.",
        ),
        Wrong(
            lambda kernels, strides: int(np.prod(kernels)),
            "You multiply the kernels. That holds for tiles that do not overlap, with strides as "
            "large as the kernels.",
        ),
        Wrong(
            lambda kernels, strides: receptive_field(kernels, strides) - 1,
            "One too few: before any layer, a pixel sees itself.",
        ),
        Wrong(
            lambda kernels, strides: receptive_field(kernels[::-1], strides[::-1]),
            "You go through the layers from the last to the first with the rule for the other "
            "direction. From the top it is r = (r - 1) stride + kernel.",
        ),
        Wrong(
            _last_step_only,
            "You keep the stride of the layer before alone. The steps of all layers below "
            "multiply: `jump *= stride`.",
        ),
    ],
    witness=_count_seen,
    draw=_layers_of,
    hints=[
        "Keep two numbers: what a pixel of the current layer sees, and how many input pixels "
        "apart two neighbors are.",
        "A kernel of k reaches k - 1 neighbors further. How far apart are they?",
    ],
    why="Two neighbors in layer l are s_1 s_2 ... s_{l-1} input pixels apart, and the kernel "
    "reaches over k - 1 such distances.",
)


# 6.11 -----------------------------------------------------------------------------------------


def count_parameters(kernel_shapes, dense_shapes):
    """Return the number of parameters of a network, as a whole number.

    kernel_shapes holds (kh, kw, C_in, C_out) of each convolution,
    dense_shapes (n_in, n_out) of each fully-connected layer. All have
    biases.
    """
    shapes = [*kernel_shapes, *dense_shapes]
    return sum(int(np.prod(shape)) + shape[-1] for shape in shapes)


NETS = {
    "one convolution": ([(3, 3, 1, 8)], []),
    "one fully-connected layer": ([], [(64, 10)]),
    "three channels": ([(5, 5, 3, 4)], []),
    "two convolutions": ([(3, 3, 1, 16), (3, 3, 16, 32)], []),
    "a network": ([(3, 3, 1, 16), (3, 3, 16, 32)], [(512, 64), (64, 10)]),
}


def _count_in_layers(kernel_shapes, dense_shapes):
    """Let nnlib make the arrays, and count their entries."""
    count = 0
    for kh, kw, C_in, C_out in kernel_shapes:
        convolution = Conv2D(C_out, (kh, kw))
        convolution.forward(np.zeros((1, kh, kw, C_in)))
        count += sum(p.size for p in convolution.parameters.values())
    for n_in, n_out in dense_shapes:
        dense = FullyConnected(n_out)
        dense.forward(np.zeros((1, n_in)))
        count += sum(p.size for p in dense.parameters.values())
    return count


COUNT_PARAMETERS = Exercise(
    id="6.11",
    title="counting parameters",
    solution=count_parameters,
    probes=NETS,
    wrong=[
        Wrong(
            lambda kernel_shapes, dense_shapes: sum(
                int(np.prod(s)) for s in [*kernel_shapes, *dense_shapes]
            ),
            "The biases are missing: one for each output channel or unit.",
        ),
        Wrong(
            lambda kernel_shapes, dense_shapes: (
                sum(kh * kw * o + o for kh, kw, _, o in kernel_shapes)
                + sum(i * o + o for i, o in dense_shapes)
            ),
            "A kernel is as deep as its input: each output channel has kh kw weights for each "
            "input channel.",
        ),
        Wrong(
            lambda kernel_shapes, dense_shapes: (
                sum((kh * kw + 1) * i * o for kh, kw, i, o in kernel_shapes)
                + sum(i * o + o for i, o in dense_shapes)
            ),
            "You count a bias for each pair of channels. There is one for each output channel.",
        ),
        Wrong(
            lambda kernel_shapes, dense_shapes: sum(
                int(np.prod(s)) + 1 for s in [*kernel_shapes, *dense_shapes]
            ),
            "You count one bias for each layer. There is one for each output channel or unit.",
        ),
        Wrong(
            lambda kernel_shapes, dense_shapes: sum(
                int(np.prod(s)) + s[-2] for s in [*kernel_shapes, *dense_shapes]
            ),
            "You count a bias for each input. It is added to an output.",
        ),
        Wrong(
            lambda kernel_shapes, dense_shapes: count_parameters(kernel_shapes, []),
            "The fully-connected layers are missing.",
        ),
        Wrong(
            lambda kernel_shapes, dense_shapes: count_parameters([], dense_shapes),
            "The convolutions are missing.",
        ),
    ],
    witness=_count_in_layers,
    draw=lambda rng: tuple(
        [tuple(int(k) for k in rng.integers(1, 6, axes)) for _ in range(rng.integers(0, 3))]
        for axes in (4, 2)
    ),
    hints=[
        "The weights are as many as the array has entries.",
        "The last number of each shape says how many biases there are.",
    ],
    why="The number of pixels occurs nowhere: a convolution has the same parameters for a stamp "
    "and for a poster.",
)


# 6.12 -----------------------------------------------------------------------------------------


def pool_backward(X, dZ, kernel, stride):
    """Return dX of average pooling without padding."""
    kh, kw = kernel
    dX = np.zeros_like(X)
    for i, j in np.ndindex(dZ.shape[1:3]):
        r, t = i * stride, j * stride
        share = dZ[:, i : i + 1, j : j + 1] / (kh * kw)
        dX[:, r : r + kh, t : t + kw] += share
    return dX


def broken_pool_backward(X, dZ, kernel, stride):
    """Return dX of average pooling without padding."""
    kh, kw = kernel
    dX = np.zeros_like(X)
    for i, j in np.ndindex(dZ.shape[1:3]):
        r, t = i * stride, j * stride
        share = dZ[:, i : i + 1, j : j + 1] / (kh * kw)
        dX[:, r : r + kh, t : t + kw] = share
    return dX


POOL_LAB = Exercise(
    id="6.12",
    title="find the bug: average pooling, backward",
    solution=pool_backward,
    broken=broken_pool_backward,
    witness=lambda X, dZ, kernel, stride: _pooled_backward(X, dZ, kernel, "average", stride, 0),
    draw=lambda rng: _pooling(rng)[:4],
    symptom="For some settings dX is right, and for others it is not.",
    test_hints=[
        "The layer is linear. Write its forward pass, a mean for each window, and compare the "
        "sum of Z dZ with the sum of X dX.",
        "Not with one kernel and one stride alone: try windows side by side, windows that "
        "overlap, and pixels that are left over.",
    ],
    probes={
        "windows side by side": (FOUR, _image([[4, 8], [-4, 12]]), (2, 2), 2),
        "overlapping windows": (NINE, _image([[4, 8], [-4, 12]]), (2, 2), 1),
        "two samples, two channels": (BATCH, _gradient(2, 3, 5, 2), (3, 2), 1),
        "windows apart": (BATCH, _gradient(2, 3, 3, 2), (1, 2), 2),
    },
    wrong=[
        Wrong(
            lambda X, dZ, kernel, stride: (
                pool_backward(X, dZ, kernel, stride) * (kernel[0] * kernel[1])
            ),
            "Now the contributions add up, and each is too large: the division by the number of "
            "pixels is gone.",
        ),
        Wrong(
            lambda X, dZ, kernel, stride: (
                pool_backward(X, dZ, kernel, kernel[0])
                if stride == kernel[0]
                else pool_backward(X, dZ[:, ::2, ::2], kernel, 2)
            ),
            "You made the windows stop overlapping. They do overlap: the stride is given.",
        ),
        Wrong(
            lambda X, dZ, kernel, stride: (
                np.maximum(broken_pool_backward(X, dZ, kernel, stride), 0)
                + np.minimum(broken_pool_backward(X, dZ, kernel, stride), 0) * 0
            ),
            "Negative gradients are lost. A gradient may have either sign.",
        ),
        Wrong(
            lambda X, dZ, kernel, stride: (
                pool_backward(X, dZ, kernel, stride)
                / np.maximum(pool_backward(X, np.ones_like(dZ), kernel, stride), 1e-9)
                / (kernel[0] * kernel[1])
            ),
            "You take the mean over the windows that meet in a pixel. By the chain rule their "
            "contributions add up.",
        ),
    ],
    hints=[
        "Take a 3x3 image, a 2x2 kernel and stride 1. How many windows hold the pixel in the "
        "middle?",
        "Look at the line that writes into dX.",
    ],
    why="`=` keeps the last window only. Published pooling layers have this line; it is right as "
    "long as the stride is as large as the kernel, and nobody tested anything else.",
)


# 6.13 -----------------------------------------------------------------------------------------


def conv_backward(X, W, dZ):
    """Return dX, dW of a convolution with stride 1 and no padding."""
    kh, kw = W.shape[:2]
    dX, dW = np.zeros_like(X), np.zeros_like(W)
    for i, j in np.ndindex(dZ.shape[1:3]):
        rows, columns = slice(i, i + kh), slice(j, j + kw)
        window, dz = X[:, rows, columns], dZ[:, i, j]
        dW += np.einsum("nuvc,no->uvco", window, dz)
        dX[:, rows, columns] += np.einsum("no,uvco->nuvc", dz, W)
    return dX, dW


def broken_conv_backward(X, W, dZ):
    """Return dX, dW of a convolution with stride 1 and no padding."""
    kh, kw = W.shape[:2]
    dX, dW = np.zeros_like(X), np.zeros_like(W)
    for i, j in np.ndindex(dZ.shape[1:3]):
        rows, columns = slice(i, i + kh), slice(j, j + kw)
        window, dz = X[:, rows, columns], dZ[:, i, j]
        dW += np.einsum("nuvc,no->uvco", window, dz)
        dX[:, rows, columns] += dz.sum(axis=1)[:, None, None, None]
    return dX, dW


def _plain_convolution(rng):
    n, C_in, C_out = (int(k) for k in rng.permutation([1, 2, 3]))
    X, W = rng.normal(size=(n, 5, 4, C_in)), rng.normal(size=(2, 3, C_in, C_out))
    return X, W, rng.normal(size=(n, 4, 2, C_out))


CONV_LAB = Exercise(
    id="6.13",
    title="find the bug: a convolution, backward",
    solution=conv_backward,
    broken=broken_conv_backward,
    witness=lambda X, W, dZ: _backward_by_nnlib(X, W, dZ, 1, 0),
    draw=_plain_convolution,
    symptom="Every shape is right, and a result is not the gradient.",
    test_hints=[
        "Z is linear in X and linear in W, so three sums must be one number: Z dZ, X dX and W dW.",
        "Write the forward pass, a few lines, and draw X, W and dZ with a seeded generator.",
    ],
    probes={
        "one window": ONE_WINDOW[:3],
        "four windows": FOUR_WINDOWS[:3],
        "two samples, two channels to two": CHANNELS[:3],
        "two channels to three": (BATCH, TO_THREE, _gradient(2, 4, 4, 3)),
    },
    wrong=[
        Wrong(
            lambda X, W, dZ: (
                conv_dX(W[::-1, ::-1], dZ, X.shape, 1, 0),
                conv_dW(X, dZ, W.shape[:2], 1, 0),
            ),
            "W is in, and turned by 180 degrees. That is needed where you slide over dZ; here "
            "you add to the window that was read, and w[u, v] goes to offset (u, v).",
        ),
        Wrong(
            lambda X, W, dZ: (
                conv_dX(W.swapaxes(2, 3), dZ, X.shape, 1, 0),
                conv_dW(X, dZ, W.shape[:2], 1, 0),
            ),
            "The sum runs over the wrong channel axis of W: dZ has C_out channels, the last axis.",
        ),
        Wrong(
            lambda X, W, dZ: (
                _assigned_dX(W, dZ, X.shape, 1, 0),
                conv_dW(X, dZ, W.shape[:2], 1, 0),
            ),
            "W is in, and the sum is gone: windows overlap, so dX needs `+=`.",
        ),
        Wrong(
            lambda X, W, dZ: (
                conv_dX(np.broadcast_to(W.sum(axis=(0, 1)), W.shape), dZ, X.shape, 1, 0),
                conv_dW(X, dZ, W.shape[:2], 1, 0),
            ),
            "Every pixel of the window gets the sum of the kernel. Pixel (u, v) was multiplied "
            "by w[u, v] alone.",
        ),
        Wrong(
            lambda X, W, dZ: (
                conv_dX(W, dZ, X.shape, 1, 0),
                conv_dW(X, dZ, W.shape[:2], 1, 0) / len(X),
            ),
            "dX is mended, and dW, which was right, is now a mean over the batch.",
        ),
    ],
    properties=[
        central_differences(
            lambda X, W, dZ: float(np.sum(dZ * conv_forward(X, W, 0 * BIAS, 1, 0))),
            CHANNELS[:3],
            wrt=(0, 1),
        )
    ],
    hints=[
        "z = ... + x w + ...: by the product rule, what is the derivative with respect to x?",
        "The line for dW multiplies dz with the window. What should the line for dX multiply dz "
        "with?",
        'In index form the product is `"no,uvco->nuvc"`.',
    ],
    why="The derivative of x w with respect to x is w. In one published set of notes half of this "
    "line is missing, and the einsum is what was to be filled in.",
)


# 6.14 -----------------------------------------------------------------------------------------


def conv_by_product(X, W):
    """Return Z (n, out_h, out_w, C_out), X correlated with W, at once.

    X (n, h, w, C_in), W (kh, kw, C_in, C_out); stride 1, no padding.
    """
    kh, kw, _, C_out = W.shape
    out_h, out_w = X.shape[1] - kh + 1, X.shape[2] - kw + 1
    places = np.ndindex(kh, kw)
    shifted = [X[:, u : u + out_h, v : v + out_w] for u, v in places]
    P = np.stack(shifted, axis=-2)
    rows = P.reshape(len(X), out_h, out_w, -1)
    return rows @ W.reshape(-1, C_out)


def broken_conv_by_product(X, W):
    """Return Z (n, out_h, out_w, C_out), X correlated with W, at once.

    X (n, h, w, C_in), W (kh, kw, C_in, C_out); stride 1, no padding.
    """
    kh, kw, _, C_out = W.shape
    out_h, out_w = X.shape[1] - kh + 1, X.shape[2] - kw + 1
    places = np.ndindex(kh, kw)
    shifted = [X[:, u : u + out_h, v : v + out_w] for u, v in places]
    P = np.stack(shifted, axis=-1)
    rows = P.reshape(len(X), out_h, out_w, -1)
    return rows @ W.reshape(-1, C_out)


def _by_rows(X, W, kernel_rows):
    """A wrong answer: the right rows of pixels times another matrix, made of W."""
    kh, kw = W.shape[:2]
    rows = im2col(X, (kh, kw), 1)
    shape = (len(X), X.shape[1] - kh + 1, X.shape[2] - kw + 1, W.shape[3])
    return (rows @ kernel_rows(W)).reshape(shape)


def _stacked_first(X, W):
    kh, kw, _, C_out = W.shape
    out_h, out_w = X.shape[1] - kh + 1, X.shape[2] - kw + 1
    P = np.stack([X[:, u : u + out_h, v : v + out_w] for u, v in np.ndindex(kh, kw)])
    return P.reshape(len(X), out_h, out_w, -1) @ W.reshape(-1, C_out)


ORDER_LAB = Exercise(
    id="6.14",
    title="find the bug: a convolution, forward",
    solution=conv_by_product,
    broken=broken_conv_by_product,
    witness=lambda X, W: _layer(W, 1, 0, np.zeros((1, W.shape[3]))).forward(X),
    draw=lambda rng: (rng.normal(size=(2, 5, 4, 3)), rng.normal(size=(2, 3, 3, 4))),
    symptom="Every shape is right. For some images and kernels every pixel is right, too, and for "
    "others hardly one.",
    test_hints=[
        "Compute the same in loops, as in exercise 6.2, and compare. On which images would the "
        "two agree by luck?",
    ],
    probes={
        "one channel": (NINE, KERNEL),
        "one pixel of two channels": (BATCH[:1, :1, :1], KERNELS[:1, :1]),
        "two channels": (BATCH, KERNELS),
        "two channels to three": (BATCH, TO_THREE),
        "all sizes differ": (APART, KERNELS_APART),
    },
    wrong=[
        Wrong(
            lambda X, W: _by_rows(X, W, lambda W: W.reshape(W.shape[3], -1).T),
            "`reshape` does not transpose: it reads the numbers of W in the order in which they "
            "lie, so a column of your matrix holds parts of several kernels.",
        ),
        Wrong(
            _stacked_first,
            "The places in the window stand on the first axis now, and `reshape` puts pixels of "
            "different windows into one row.",
        ),
        Wrong(
            lambda X, W: _by_rows(X, W[::-1, ::-1], lambda W: W.reshape(-1, W.shape[3])),
            "Pixels and weights meet in the right channel, but the kernel is turned by 180 "
            "degrees.",
        ),
        Wrong(
            lambda X, W: _by_rows(X, W, lambda W: W.swapaxes(0, 1).reshape(-1, W.shape[3])),
            "Pixels and weights meet in the right channel, but at the wrong place: the rows of the "
            "window meet the columns of the kernel.",
        ),
        Wrong(
            lambda X, W: conv_by_product(
                X.sum(axis=3, keepdims=True), W.sum(axis=2, keepdims=True)
            ),
            "The channels are added up before the product. Then each pixel meets the weights of "
            "all channels: give each channel its own.",
        ),
    ],
    hints=[
        "Try an image with one channel, then one with two.",
        "In which order do the numbers of one row run: places first, or channels? And the rows of "
        "`W.reshape(-1, C_out)`?",
    ],
    why="A `reshape` pairs numbers in the order in which they lie in memory, and complains only if "
    "the counts differ. With one channel both orders are the same, so no test on gray images sees "
    "it. Weights that move between PyTorch, (C_out, C_in, kh, kw), and this book need a transpose "
    "for the same reason.",
)


# 6.15 -----------------------------------------------------------------------------------------


def brightest_nearby(X):
    """Return the maximum of the 3x3 pixels around each pixel of X."""
    border = ((0, 0), (1, 1), (1, 1), (0, 0))
    P = np.pad(X, border, constant_values=-np.inf)
    Z = np.full_like(X, -np.inf)
    for u, v in np.ndindex(3, 3):
        h, w = X.shape[1:3]
        Z = np.maximum(Z, P[:, u : u + h, v : v + w])
    return Z


def broken_brightest_nearby(X):
    """Return the maximum of the 3x3 pixels around each pixel of X."""
    border = ((0, 0), (1, 1), (1, 1), (0, 0))
    P = np.pad(X, border)
    Z = np.full_like(X, -np.inf)
    for u, v in np.ndindex(3, 3):
        h, w = X.shape[1:3]
        Z = np.maximum(Z, P[:, u : u + h, v : v + w])
    return Z


PADDING_LAB = Exercise(
    id="6.15",
    title="find the bug: the largest nearby",
    solution=brightest_nearby,
    broken=broken_brightest_nearby,
    witness=lambda X: Pool2D((3, 3), "max", stride=1, pad=1).forward(X),
    draw=lambda rng: (rng.normal(rng.normal(), 1, size=(2, 4, 5, 3)),),
    symptom="For some images all is right, and for others a part of the output is not.",
    test_hints=[
        "Compare with loops that look at the pixels that are there, and at no others.",
        "Which images have you tried? Whatever the function is, it should move along when you add "
        "one number to all pixels.",
    ],
    probes={
        "all pixels -1": (-np.ones((1, 3, 3, 1)),),
        "positive pixels": (FOUR,),
        "mixed": (BATCH,),
        "below zero": (BATCH - 20,),
        "far below zero": (-1e30 * np.abs(BATCH),),
    },
    wrong=[
        Wrong(
            lambda X: _pool_with(lambda window: window.max(axis=(1, 2)), -1e9)(X, (3, 3), 1, 1),
            "A padding that is only very small still wins against pixels that are smaller. Take "
            "the number below all numbers.",
        ),
        Wrong(
            lambda X: np.minimum(broken_brightest_nearby(X), X.max()),
            "Cutting the result off hides the frame in some images. The padding should not take "
            "part in the maximum.",
        ),
        Wrong(
            lambda X: np.pad(
                max_pool(X, (3, 3), 1, 0), ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge"
            ),
            "Windows at the border are no longer computed, but copied from their neighbors.",
        ),
        Wrong(
            lambda X: max_pool(X, (3, 3), 1, 0),
            "Without padding the output is two pixels smaller than the image. It should keep its "
            "size.",
        ),
        Wrong(
            lambda X: np.sign(broken_brightest_nearby(X)) * brightest_nearby(np.abs(X)),
            "You take the largest size instead of the largest value.",
        ),
    ],
    hints=[
        "At the border some of the nine numbers are not pixels. What are they?",
        "Which value must they have so that they never win?",
    ],
    why="Zero is neutral for a sum, which is why convolutions pad with it. For a maximum the "
    "neutral number is -inf.",
)


# 6.16 -----------------------------------------------------------------------------------------


def correlate(X, W):
    """Return Z: W slid over X, one step at a time, without a border.

    X (h, w) and W (kh, kw) are plain arrays; Z is (h - kh + 1, w - kw + 1).
    """
    kh, kw = W.shape
    out_h, out_w = X.shape[0] - kh + 1, X.shape[1] - kw + 1
    Z = np.zeros((out_h, out_w), X.dtype)
    for i, j in np.ndindex(out_h, out_w):
        Z[i, j] = np.sum(X[i : i + kh, j : j + kw] * W)
    return Z


def _by_shifted_copies(X, W):
    """For each weight, the part of the image that it meets."""
    h, w = X.shape[0] - W.shape[0] + 1, X.shape[1] - W.shape[1] + 1
    places = np.ndindex(W.shape)
    return sum(W[u, v] * X[u : u + h, v : v + w] for u, v in places) + np.zeros((h, w))


def _each_window(reduce):
    """Return what slides like `correlate` and makes something else of window and kernel."""

    def slide(X, W):
        kh, kw = W.shape
        Z = np.zeros((X.shape[0] - kh + 1, X.shape[1] - kw + 1))
        for i, j in np.ndindex(Z.shape):
            Z[i, j] = reduce(X[i : i + kh, j : j + kw], W)
        return Z

    return slide


def _ends_too_early(X, W):
    """Leave the last row and column of outputs at 0, as range(h - kh) does."""
    Z = correlate(X, W)
    Z[-1], Z[:, -1] = 0, 0
    return Z


def _upward(X, W):
    """Read x[i - u, j - v], which wraps around at the upper and left edge."""
    Z = np.zeros((X.shape[0] - W.shape[0] + 1, X.shape[1] - W.shape[1] + 1))
    for (i, j), (u, v) in product(np.ndindex(Z.shape), np.ndindex(W.shape)):
        Z[i, j] += X[i - u, j - v] * W[u, v]
    return Z


PLAIN = NINE[0, :, :, 0]
SMALL = KERNEL[:, :, 0, 0]
CORRELATE = Exercise(
    id="6.16",
    title="a kernel that slides",
    solution=correlate,
    probes={
        "one window": (TWO[0, :, :, 0], SMALL),
        "nine pixels": (PLAIN, SMALL),
        "a kernel of one weight": (PLAIN, np.array([[2.0]])),
        "a wide kernel": (FOUR[0, :, :, 0], np.array([[1.0, -1.0, 2.0]])),
        "a high kernel, a wide image": (BATCH[0, :, :, 0], KERNELS[:, :, 0, 0]),
        "as large as the image": (TWO[0, :, :, 0], np.array([[1.0, 0.0], [2.0, -1.0]])),
        "fractions": (PLAIN / 4, SMALL),
    },
    wrong=[
        Wrong(
            lambda X, W: correlate(X, W[::-1, ::-1]),
            "Your kernel is turned by 180 degrees. Here the first weight meets the first pixel of "
            "the window.",
        ),
        Wrong(
            lambda X, W: correlate(X, W)[:-1, :-1],
            "The last row and column of outputs are missing: the last window starts at h - kh, "
            "and range() needs one more.",
        ),
        Wrong(
            lambda X, W: correlate(np.pad(X, ((0, W.shape[0] - 1), (0, W.shape[1] - 1))), W),
            "There are as many outputs as pixels: your last windows hang over the edge.",
        ),
        Wrong(
            _each_window(lambda window, W: window.sum() * W.sum()),
            "You add up first and multiply then. Multiply pixel by weight, then add.",
        ),
        Wrong(
            _each_window(lambda window, W: np.mean(window * W)),
            "That is the mean of the products. An output is their sum.",
        ),
        Wrong(
            _each_window(lambda window, W: (window * W)[-1, -1]),
            "Only the last product is left. Add the products of a window up: `+=` or np.sum.",
        ),
        Wrong(
            lambda X, W: correlate(X[:: W.shape[0], :: W.shape[1]], W[:1, :1]),
            "Your windows lie side by side, and only one weight is used. They step by one pixel.",
        ),
        Wrong(
            _ends_too_early,
            "The last row and column of outputs are still 0: the last window starts at h - kh, and "
            "range(h - kh) stops before it.",
        ),
        Wrong(
            _upward,
            "You subtract the place in the kernel, and negative indices wrap around. The window of "
            "output (i, j) goes down and to the right from there: X[i + u, j + v].",
        ),
        Wrong(
            lambda X, W: correlate(X, W).astype(int),
            "Fractions are cut off: your Z holds whole numbers. np.zeros gives floats if no other "
            "type is asked for.",
        ),
    ],
    witness=_by_shifted_copies,
    draw=lambda rng: (
        rng.normal(size=rng.integers(3, 7, 2)),
        rng.normal(size=rng.integers(1, 4, 2)),
    ),
    hints=[
        "Loop over the places (i, j) of Z. Which rows and columns of X does the window cover?",
        "The window is X[i : i + kh, j : j + kw]. Multiply it by W, entry by entry, and add up.",
    ],
    why="Each output is the inner product of one window with the same W.",
)


# 6.17 -----------------------------------------------------------------------------------------


def two_sums(forward, backward, X, dZ):
    """Return <Z, dZ> and <X, dX>; <A, B> sums the products of all entries.

    Z = forward(X) and dX = backward(X, dZ).
    """
    Z, dX = forward(X), backward(X, dZ)
    return np.sum(Z * dZ), np.sum(X * dX)


def _relu(X):
    return np.maximum(X, 0)


def _relu_backward(X, dZ):
    return dZ * (X > 0)


def _double(X):
    return 2 * X


def _double_backward(X, dZ):
    return 2 * dZ


def _windows_forward(X):
    return conv_forward(X, KERNEL, NO_BIAS, 1, 0)


def _windows_backward(X, dZ):
    return conv_dX(KERNEL, dZ, X.shape, 1, 0)


def _turned_backward(X, dZ):
    return conv_dX(KERNEL[::-1, ::-1], dZ, X.shape, 1, 0)


def _one_of_three(rng):
    if rng.random() < 0.5:
        return _relu, _relu_backward, rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    image, gradient = rng.normal(size=(2, 4, 3, 1)), rng.normal(size=(2, 3, 2, 1))
    return _windows_forward, _windows_backward, image, gradient


def _dot_by_dot(forward, backward, X, dZ):
    Z, dX = np.asarray(forward(X)), np.asarray(backward(X, dZ))
    left = sum(float(z) * float(g) for z, g in zip(Z.flat, np.asarray(dZ).flat, strict=True))
    right = sum(float(x) * float(g) for x, g in zip(X.flat, dX.flat, strict=True))
    return left, right


VECTOR, BACK = np.array([3.0, -1.0, 2.0]), np.array([1.0, 4.0, -2.0])
TWO_SUMS = Exercise(
    id="6.17",
    title="a test without a derivative",
    solution=two_sums,
    probes={
        "doubled": (_double, _double_backward, VECTOR, BACK),
        "ReLU": (_relu, _relu_backward, VECTOR, BACK),
        "a convolution": (
            _windows_forward,
            _windows_backward,
            NINE,
            _image([[1, 2], [-1, 3]]),
        ),
        "a wrong backward pass": (
            _windows_forward,
            _turned_backward,
            NINE,
            _image([[1, 2], [-1, 3]]),
        ),
    },
    wrong=[
        Wrong(
            lambda forward, backward, X, dZ: two_sums(forward, backward, X, dZ)[::-1],
            "The two sums are exchanged: <Z, dZ> comes first.",
        ),
        Wrong(
            lambda forward, backward, X, dZ: (
                np.mean(forward(X) * dZ),
                np.mean(X * backward(X, dZ)),
            ),
            "Those are means. Z and X may differ in size, and then equal sums have other means.",
        ),
        Wrong(
            lambda forward, backward, X, dZ: (np.sum(forward(X) * dZ), np.sum(forward(X) * dZ)),
            "Both of your sums come from `forward`, so they agree whatever `backward` does.",
        ),
        Wrong(
            lambda forward, backward, X, dZ: (np.sum(X * backward(X, dZ)),) * 2,
            "Both of your sums come from `backward`, so they agree even where it is wrong.",
        ),
        Wrong(
            lambda forward, backward, X, dZ: (
                np.sum(forward(X) * dZ),
                np.sum(backward(X, dZ)),
            ),
            "Your second sum adds up dX alone. Multiply it by X first, entry by entry.",
        ),
        Wrong(
            lambda forward, backward, X, dZ: (
                np.sum(forward(X)) * np.sum(dZ),
                np.sum(X) * np.sum(backward(X, dZ)),
            ),
            "You multiply sums. Multiply entry by entry, then add up.",
        ),
        Wrong(
            lambda forward, backward, X, dZ: (
                np.sum(forward(X) * dZ),
                np.sum(X * backward(X, forward(X))),
            ),
            "You hand Z to `backward`. It takes dZ, the same one as in the first sum.",
        ),
    ],
    witness=_dot_by_dot,
    draw=_one_of_three,
    hints=[
        "Call `forward(X)` once and `backward(X, dZ)` once.",
        "Each of the two numbers is np.sum of a product of two arrays of one shape.",
    ],
    why="The first sum uses the forward pass alone, the second the backward pass alone. Where they "
    "agree for random numbers, one is the adjoint of the other.",
)


# 6.18 -----------------------------------------------------------------------------------------


def transposed(Z, W, stride, pad):
    """Return the transposed convolution of Z, (n, out_h, out_w, C_in).

    Z (n, h, w, C_out); W (kh, kw, C_in, C_out) is the kernel of the
    convolution whose adjoint this is, with no pixel left over.
    """
    n, h, w, _ = Z.shape
    kh, kw, C_in, _ = W.shape
    out_h, out_w = (h - 1) * stride + kh, (w - 1) * stride + kw
    P = np.zeros((n, out_h, out_w, C_in), Z.dtype)
    for i, j in np.ndindex(h, w):
        r, t = i * stride, j * stride
        share = np.tensordot(Z[:, i, j], W, axes=(1, 3))
        P[:, r : r + kh, t : t + kw] += share
    return P[:, pad : out_h - pad, pad : out_w - pad]


def _grown(Z, W, stride):
    sizes = zip(Z.shape[1:3], W.shape[:2], strict=True)
    return tuple((size - 1) * stride + k for size, k in sizes)


def _transposed_matrix(Z, W, stride, pad):
    """Build the matrix T of the convolution, and multiply by its transpose."""
    h, w = (size - 2 * pad for size in _grown(Z, W, stride))
    T = toeplitz(W, (h, w, W.shape[2]), stride, pad)
    return (Z.reshape(len(Z), -1) @ T).reshape(len(Z), h, w, W.shape[2])


def _assigned_transposed(Z, W, stride, pad):
    h, w = _grown(Z, W, stride)
    return _assigned_dX(W, Z, (len(Z), h - 2 * pad, w - 2 * pad, W.shape[2]), stride, pad)


def _shared_transposed(Z, W, stride, pad):
    times = transposed(np.ones_like(Z), np.ones_like(W), stride, pad) / W.shape[3]
    return transposed(Z, W, stride, pad) / np.maximum(times, 1)


def _up(rng):
    kernel, stride = rng.integers(2, 4, 2), int(rng.integers(1, 4))
    C_in, C_out = (int(k) for k in rng.permutation([1, 2, 3])[:2])
    Z = rng.normal(size=(int(rng.integers(1, 3)), *rng.integers(2, 4, 2), C_out))
    return Z, rng.normal(size=(*kernel, C_in, C_out)), stride, int(rng.integers(0, 2))


TRANSPOSED = Exercise(
    id="6.18",
    title="a transposed convolution",
    solution=transposed,
    probes={
        "one pixel": (_image([[2]]), KERNEL, 1, 0),
        "four pixels, stride 1": (TWO, KERNEL, 1, 0),
        "four pixels, stride 2": (TWO, KERNEL, 2, 0),
        "windows that overlap, stride 2": (TWO, _kernel([[1, 2, 1], [2, 4, 2], [1, 2, 1]]), 2, 0),
        "padding": (TWO, _kernel([[1, 2, 1], [2, 4, 2], [1, 2, 1]]), 2, 1),
        "stride 3, windows apart": (TWO, KERNEL, 3, 0),
        "two channels to two": (BATCH[:, :3, :2], KERNELS, 2, 1),
        "three channels to two": (ALONE[:, :2, :3], TO_THREE, 2, 1),
        "two channels to three": (BATCH[:, :2, :2], TO_THREE.swapaxes(2, 3), 1, 0),
    },
    wrong=[
        Wrong(
            lambda Z, W, stride, pad: transposed(Z, W[::-1, ::-1], stride, pad),
            "The kernel is turned. You add z times W to a window, and there it stays as it is.",
        ),
        Wrong(
            lambda Z, W, stride, pad: transposed(Z, W, stride, 0),
            "The border is still there: crop `pad` pixels on each side.",
        ),
        Wrong(
            lambda Z, W, stride, pad: transposed(Z, W, 1, pad),
            "The stride is forgotten: the window of z[i, j] starts at (i stride, j stride).",
        ),
        Wrong(
            _assigned_transposed,
            "You assign where windows overlap. What meets in a pixel adds up: `+=`.",
        ),
        Wrong(
            _shared_transposed,
            "You divide by how many windows meet in a pixel. They add up.",
        ),
        Wrong(
            lambda Z, W, stride, pad: np.pad(
                transposed(Z, W, stride, pad),
                ((0, 0), (0, stride - 1), (0, stride - 1), (0, 0)),
            ),
            "Too large: h pixels stand at 0, s, ..., (h - 1) s, and the last window reaches k "
            "pixels from there: (h - 1) s + k.",
        ),
        Wrong(
            lambda Z, W, stride, pad: transposed(Z, W.swapaxes(2, 3), stride, pad),
            "The channels are not swapped: Z has C_out channels, the last axis of W, and the sum "
            "runs over these.",
        ),
        Wrong(
            lambda Z, W, stride, pad: transposed(Z[..., -1:], W[..., -1:], stride, pad),
            "Only the last channel of Z is left. What its channels give to a pixel adds up.",
        ),
        Wrong(
            lambda Z, W, stride, pad: transposed(
                Z.sum(axis=3, keepdims=True), W.sum(axis=3, keepdims=True), stride, pad
            ),
            "You add up Z over its channels, and W too, and then multiply. Multiply first, channel "
            "by channel: a sum of products is not the product of sums.",
        ),
        Wrong(
            lambda Z, W, stride, pad: transposed(Z, W, stride, 0)[:, pad:, pad:],
            "You crop on one side only. The padding stood on both.",
        ),
        Wrong(
            lambda Z, W, stride, pad: transposed(Z, W, stride, 0)[:, pad:-pad, pad:-pad],
            "Without padding nothing is left: with pad = 0 the slice `pad:-pad` is `0:0`. Cut from "
            "`pad` to the size less `pad`.",
        ),
    ],
    witness=_transposed_matrix,
    draw=_up,
    properties=[
        holds(
            "<A X, Z> = <X, A^T Z>",
            lambda f: bool(
                np.isclose(
                    np.sum(conv_forward(NINE, KERNEL, NO_BIAS, 1, 0) * TWO),
                    np.sum(NINE * f(TWO, KERNEL, 1, 0)),
                )
            ),
            "The adjoint test fails: the sums of A X times Z and of X times A^T Z should be the "
            "same number.",
        )
    ],
    hints=[
        "It is your backward pass of exercise 6.5, called with Z for dZ. Only the size of the "
        "result is not given.",
        "Without padding the result has (h - 1) stride + kh rows. Make it, add into it, crop.",
    ],
    why="A layer of its own, with the backward pass of a convolution as its forward pass. Its own "
    "backward pass is the convolution.",
)


# In the order of the lessons.
EXERCISES = [
    CORRELATE,
    OUTPUT_SIZE,
    CONV_FORWARD,
    MAX_POOL,
    PADDING_LAB,
    RECEPTIVE_FIELD,
    COUNT_PARAMETERS,
    CONV_DW,
    TWO_SUMS,
    CONV_LAB,
    CONV_DX,
    TRANSPOSED,
    MAX_POOL_BACKWARD,
    AVERAGE_POOL_BACKWARD,
    POOL_LAB,
    IM2COL,
    ORDER_LAB,
    COL2IM,
]
