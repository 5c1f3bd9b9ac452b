"""The convolution of chapter 6, written to be read: one forward pass, four backward passes.

`by_indices`, `by_correlation`, `by_matrix` and `by_patches` each return (dX, dW). They are four
derivations of the same gradients, and tests/test_four_routes.py holds them equal to each other
and to `nnlib.Conv2D`, which is the one to use: these loop in Python.

X (n, h, w, C_in); W (kh, kw, C_in, C_out); Z and dZ (n, out_h, out_w, C_out). `stride` and `pad`
are one number each, for both axes. The bias is left out: it is added to Z, and db is a sum of dZ.
"""

from __future__ import annotations

import numpy as np

Array = np.ndarray
Shape = tuple[int, ...]
Gradients = tuple[Array, Array]  # dX, dW


def output_size(size: int, kernel: int, stride: int = 1, pad: int = 0) -> int:
    """Return floor((size + 2 pad - kernel) / stride) + 1, the number of windows along one axis.

    Raises ValueError if not even one window fits.
    """
    if stride < 1 or pad < 0 or not 1 <= kernel <= size + 2 * pad:
        raise ValueError(
            f"expected stride >= 1, pad >= 0 and 1 <= kernel <= size + 2 pad, "
            f"got size {size}, kernel {kernel}, stride {stride}, pad {pad}"
        )
    return (size + 2 * pad - kernel) // stride + 1


def output_shape(X: Array, W: Array, stride: int = 1, pad: int = 0) -> Shape:
    """Return the shape of Z; ValueError if X and W do not fit together."""
    if X.ndim != 4 or W.ndim != 4 or X.shape[3] != W.shape[2]:
        raise ValueError(
            f"expected X (n, h, w, C_in) and W (kh, kw, C_in, C_out), got {X.shape} and {W.shape}"
        )
    sizes = zip(X.shape[1:3], W.shape[:2], strict=True)
    out_h, out_w = (output_size(size, kernel, stride, pad) for size, kernel in sizes)
    return len(X), out_h, out_w, W.shape[3]


def expect_gradient(X: Array, W: Array, dZ: Array, stride: int, pad: int) -> None:
    """Raise ValueError unless dZ has the shape of Z."""
    shape = output_shape(X, W, stride, pad)
    if dZ.shape != shape:
        raise ValueError(f"expected dZ of shape {shape}, as Z, got {dZ.shape}")


# --- what is done to images and kernels ----------------------------------------------------------


def padded(X: Array, rows: int, columns: int | None = None) -> Array:
    """Return X with so many rows and columns of zeros on each side."""
    columns = rows if columns is None else columns
    return np.pad(X, ((0, 0), (rows, rows), (columns, columns), (0, 0)))


def cropped(P: Array, pad: int) -> Array:
    """Return P without its border: the adjoint of `padded`."""
    return P[:, pad : P.shape[1] - pad, pad : P.shape[2] - pad]


def dilated(dZ: Array, stride: int, height: int, width: int) -> Array:
    """Return dZ with its pixels `stride` apart and zeros between them and up to that size."""
    G = np.zeros((len(dZ), height, width, dZ.shape[3]), dZ.dtype)
    G[:, ::stride, ::stride][:, : dZ.shape[1], : dZ.shape[2]] = dZ
    return G


def rotated(W: Array) -> Array:
    """Return W turned by 180 degrees, with its two channel axes swapped: (kh, kw, C_out, C_in)."""
    return W[::-1, ::-1].swapaxes(2, 3)


# --- forward -------------------------------------------------------------------------------------


def forward(X: Array, W: Array, stride: int = 1, pad: int = 0) -> Array:
    """Return Z: z[i, j, o] = sum over (u, v, c) of x[i s + u, j s + v, c] w[u, v, c, o]."""
    P = padded(X, pad)
    Z = np.zeros(output_shape(X, W, stride, pad), np.result_type(X, W))
    for i, j in np.ndindex(Z.shape[1:3]):
        for u, v in np.ndindex(W.shape[:2]):
            Z[:, i, j] += P[:, i * stride + u, j * stride + v] @ W[u, v]
    return Z


# --- backward, four times ------------------------------------------------------------------------


def by_indices(
    X: Array,
    W: Array,
    dZ: Array,
    stride: int = 1,
    pad: int = 0,
) -> Gradients:
    """Return dX, dW by the chain rule, one product of the forward pass at a time."""
    expect_gradient(X, W, dZ, stride, pad)
    P = padded(X, pad)
    dP, dW = np.zeros_like(P), np.zeros_like(W)
    for i, j in np.ndindex(dZ.shape[1:3]):
        for u, v in np.ndindex(W.shape[:2]):
            r, t = i * stride + u, j * stride + v
            dW[u, v] += P[:, r, t].T @ dZ[:, i, j]
            dP[:, r, t] += dZ[:, i, j] @ W[u, v].T
    return cropped(dP, pad), dW


def by_correlation(
    X: Array,
    W: Array,
    dZ: Array,
    stride: int = 1,
    pad: int = 0,
) -> Gradients:
    """Return dX, dW by two more forward passes, both of stride 1."""
    expect_gradient(X, W, dZ, stride, pad)
    (kh, kw), P = W.shape[:2], padded(X, pad)
    G = dilated(dZ, stride, P.shape[1] - kh + 1, P.shape[2] - kw + 1)

    # What is summed stands last in an image, third in a kernel: the samples.
    dW = forward(P.transpose(3, 1, 2, 0), G.transpose(1, 2, 0, 3))
    dP = forward(padded(G, kh - 1, kw - 1), rotated(W))
    return cropped(dP, pad), dW.transpose(1, 2, 0, 3)


def toeplitz(
    W: Array,
    shape: Shape,
    stride: int = 1,
    pad: int = 0,
) -> Array:
    """Return T with z = T x for one image x of that shape (h, w, C_in), both written as columns.

    T has the shape (out_h out_w C_out, h w C_in).
    """
    kh, kw, C_in, C_out = W.shape
    out_h = output_size(shape[0], kh, stride, pad)
    out_w = output_size(shape[1], kw, stride, pad)
    h, w = shape[0] + 2 * pad, shape[1] + 2 * pad
    T = np.zeros((out_h, out_w, C_out, h, w, C_in), W.dtype)
    for i, j in np.ndindex(out_h, out_w):
        r, t = i * stride, j * stride
        T[i, j, :, r : r + kh, t : t + kw] = W.transpose(3, 0, 1, 2)
    # The border holds zeros: drop its columns.
    T = T[:, :, :, pad : h - pad, pad : w - pad]
    return T.reshape(out_h * out_w * C_out, -1)


def by_matrix(
    X: Array,
    W: Array,
    dZ: Array,
    stride: int = 1,
    pad: int = 0,
) -> Gradients:
    """Return dX, dW by the transpose of T, and by collecting dT where T holds each weight."""
    expect_gradient(X, W, dZ, stride, pad)
    kh, kw = W.shape[:2]
    T, column = toeplitz(W, X.shape[1:], stride, pad), dZ.reshape(len(X), -1)
    dX = (column @ T).reshape(X.shape)  # T^T dz, one sample a row

    P = padded(X, pad)
    dT = column.T @ P.reshape(len(X), -1)
    dT = dT.reshape(*dZ.shape[1:], *P.shape[1:])
    dW = np.zeros_like(W)
    for i, j in np.ndindex(dZ.shape[1:3]):
        r, t = i * stride, j * stride
        dW += dT[i, j, :, r : r + kh, t : t + kw].transpose(1, 2, 3, 0)
    return dX, dW


def im2col(
    X: Array,
    kernel: Shape,
    stride: int = 1,
    pad: int = 0,
) -> Array:
    """Return the windows of X, each as one row: (n out_h out_w, kh kw C_in)."""
    P = padded(X, pad)
    out_h = output_size(X.shape[1], kernel[0], stride, pad)
    out_w = output_size(X.shape[2], kernel[1], stride, pad)
    rows = np.empty((len(X), out_h, out_w, *kernel, X.shape[3]), X.dtype)
    for u, v in np.ndindex(*kernel):
        seen = P[:, u : u + out_h * stride, v : v + out_w * stride]
        rows[:, :, :, u, v] = seen[:, ::stride, ::stride]
    return rows.reshape(len(X) * out_h * out_w, -1)


def col2im(
    rows: Array,
    shape: Shape,
    kernel: Shape,
    stride: int = 1,
    pad: int = 0,
) -> Array:
    """Add each entry of the rows to the pixel it came from: the adjoint of `im2col`.

    `shape` is that of X; returns an array of that shape.
    """
    dP = padded(np.zeros(shape, rows.dtype), pad)
    out_h = output_size(shape[1], kernel[0], stride, pad)
    out_w = output_size(shape[2], kernel[1], stride, pad)
    rows = rows.reshape(shape[0], out_h, out_w, *kernel, shape[3])
    for u, v in np.ndindex(*kernel):
        seen = dP[:, u : u + out_h * stride, v : v + out_w * stride]
        seen[:, ::stride, ::stride] += rows[:, :, :, u, v]
    return cropped(dP, pad)


def by_patches(
    X: Array,
    W: Array,
    dZ: Array,
    stride: int = 1,
    pad: int = 0,
) -> Gradients:
    """Return dX, dW by two matrix products and `col2im`: a fully-connected layer on the windows."""
    expect_gradient(X, W, dZ, stride, pad)
    C_out = W.shape[3]
    G = dZ.reshape(-1, C_out)
    dW = im2col(X, W.shape[:2], stride, pad).T @ G
    d_rows = G @ W.reshape(-1, C_out).T
    dX = col2im(d_rows, X.shape, W.shape[:2], stride, pad)
    return dX, dW.reshape(W.shape)


ROUTES = (by_indices, by_correlation, by_matrix, by_patches)
