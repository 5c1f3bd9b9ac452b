"""A convolution as the book first writes it, a loop over output pixels, beside `Conv2D`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.timing import COMPARED, compared, paired, table
from nnlib.data import load_digits
from nnlib.layers import Conv2D

Array = np.ndarray
Gradients = dict[str, Array]

# (n, height, width, C_in), C_out, kernel; the digits are real, the rest is noise.
CASES = {
    "digits (64, 8, 8, 1) to 8, 3x3": ("digits", 8, 3),
    "LeNet, first: (64, 28, 28, 1) to 8, 5x5": ((64, 28, 28, 1), 8, 5),
    "LeNet, second: (64, 14, 14, 8) to 16, 5x5": ((64, 14, 14, 8), 16, 5),
    "wide: (64, 14, 14, 32) to 64, 3x3": ((64, 14, 14, 32), 64, 3),
}


def loop(X: Array, W: Array, b: Array, pad: int, dZ: Array) -> tuple[Array, Gradients]:
    """Return Z and the gradients by X, W and b, one output pixel (i, j) at a time, stride 1."""
    kh, kw, _, C_out = W.shape
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    n, out_h, out_w = len(P), P.shape[1] - kh + 1, P.shape[2] - kw + 1

    Z = np.empty((n, out_h, out_w, C_out), X.dtype)
    for i, j in np.ndindex(out_h, out_w):
        window = P[:, i : i + kh, j : j + kw]
        Z[:, i, j] = np.einsum("nuvc,uvco->no", window, W) + b

    dP, dW, db = np.zeros_like(P), np.zeros_like(W), np.zeros_like(b)
    for i, j in np.ndindex(out_h, out_w):
        window = P[:, i : i + kh, j : j + kw]
        dW += np.einsum("nuvc,no->uvco", window, dZ[:, i, j])
        db += dZ[:, i, j].sum(axis=0)
        dP[:, i : i + kh, j : j + kw] += np.einsum("no,uvco->nuvc", dZ[:, i, j], W)
    dX = dP[:, pad : pad + X.shape[1], pad : pad + X.shape[2]]
    return Z, {"X": dX, "W": dW, "b": db}


def loop_blas(X: Array, W: Array, b: Array, pad: int, dZ: Array) -> tuple[Array, Gradients]:
    """The same loop as fast as a loop gets: each pixel is a matrix product, not an einsum."""
    kh, kw, C_in, C_out = W.shape
    P = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    n, out_h, out_w = len(P), P.shape[1] - kh + 1, P.shape[2] - kw + 1
    W2 = W.reshape(-1, C_out)

    Z = np.empty((n, out_h, out_w, C_out), X.dtype)
    for i, j in np.ndindex(out_h, out_w):
        Z[:, i, j] = P[:, i : i + kh, j : j + kw].reshape(n, -1) @ W2 + b

    dP, dW, db = np.zeros_like(P), np.zeros_like(W2), np.zeros_like(b)
    for i, j in np.ndindex(out_h, out_w):
        dz = dZ[:, i, j]
        dW += P[:, i : i + kh, j : j + kw].reshape(n, -1).T @ dz
        db += dz.sum(axis=0)
        dP[:, i : i + kh, j : j + kw] += (dz @ W2.T).reshape(n, kh, kw, C_in)
    dX = dP[:, pad : pad + X.shape[1], pad : pad + X.shape[2]]
    return Z, {"X": dX, "W": dW.reshape(W.shape), "b": db}


LOOPS = {"loop over pixels, einsum": loop, "loop over pixels, matrix products": loop_blas}


def case(
    shape: str | tuple[int, ...], C_out: int, k: int
) -> dict[str, Callable[[], tuple[Array, Gradients]]]:
    """Return what computes Z and all three gradients of one layer, each way, on the same data."""
    rng = np.random.default_rng(0)
    X = load_digits()[0][:64] if shape == "digits" else rng.normal(size=shape)
    layer = Conv2D(C_out, k, pad=k // 2)
    dZ = rng.normal(size=layer.forward(X).shape)

    def nnlib() -> tuple[Array, Gradients]:
        Z = layer.forward(X)
        return Z, {"X": layer.backward(dZ), **layer.gradients}

    W, b = layer.parameters["W"], layer.parameters["b"]
    ways = {name: lambda f=f: f(X, W, b, k // 2, dZ) for name, f in LOOPS.items()}
    return {"nnlib.Conv2D": nnlib, **ways}


def difference(a: tuple[Array, Gradients], b: tuple[Array, Gradients]) -> float:
    """Return the largest difference of two results, relative to the largest number of each."""
    pairs = [(a[0], b[0]), *((a[1][name], b[1][name]) for name in ("X", "W", "b"))]
    return max(float(np.abs(p - q).max() / np.abs(q).max()) for p, q in pairs)


def run(cases: dict[str, tuple] = CASES, **timing: float) -> None:
    """Print the table. RuntimeError if a loop and the layer disagree by more than 1e-10."""
    rows = []
    for label, (shape, C_out, k) in cases.items():
        ways = case(shape, C_out, k)
        results = {name: f() for name, f in ways.items()}
        for name in LOOPS:
            if not difference(results["nnlib.Conv2D"], results[name]) <= 1e-10:
                raise RuntimeError(f"{label}: {name} and nnlib.Conv2D disagree")
        rows += compared(label, paired(ways, label, **timing))
    table("Convolution, forward and backward, float64 (results agree to 1e-10)", COMPARED, rows)
