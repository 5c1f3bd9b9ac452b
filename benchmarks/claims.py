"""What `nnlib/layers.py` says about speed, measured: each way it takes beside the usual one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.timing import COMPARED, compared, paired, table
from nnlib.activations import Sigmoid, Tanh
from nnlib.layers import Conv2D, FullyConnected, Pool2D, ones_row, patches, windows

Array = np.ndarray
Ways = dict[str, Callable[[], Array]]


def row_sums(n: int, d: int) -> Ways:
    """The gradient of a bias: the sum over the rows of dZ (n, d)."""
    dZ = np.random.default_rng(0).normal(size=(n, d))
    return {"ones_row(dZ) @ dZ": lambda: ones_row(dZ) @ dZ, "dZ.sum(axis=0)": lambda: dZ.sum(0)}


def patch_product(n: int, size: int, C_in: int, C_out: int, k: int) -> Ways:
    """The forward pass of a convolution, without its bias: (n, out_h, out_w, C_out)."""
    rng = np.random.default_rng(0)
    W = rng.normal(size=(k, k, C_in, C_out))
    view = windows(rng.normal(size=(n, size, size, C_in)), (k, k), (1, 1))

    def one_matrix() -> Array:
        return (view.reshape(-1, k * k * C_in) @ W.reshape(-1, C_out)).reshape(
            *view.shape[:3], C_out
        )

    return {
        "one patch matrix": one_matrix,
        "tensordot": lambda: np.tensordot(view, W, axes=3),
        "einsum": lambda: np.einsum("nijuvc,uvco->nijo", view, W),
        "einsum, optimized": lambda: np.einsum("nijuvc,uvco->nijo", view, W, optimize=True),
    }


def scatter(n: int, size: int, C_in: int, C_out: int, k: int) -> Ways:
    """The backward pass of a convolution: a pixel's gradient is a sum over the windows it is in."""
    rng = np.random.default_rng(0)
    layer = Conv2D(C_out, k, pad="valid")
    X = rng.normal(size=(n, size, size, C_in))
    dZ = rng.normal(size=layer.forward(X).shape)
    W, rows_of_X = layer.parameters["W"].reshape(-1, C_out), patches(windows(X, (k, k), (1, 1)))
    # Where each entry of the patch matrix came from, as a flat index into X.
    origin = windows(np.arange(X.size).reshape(X.shape), (k, k), (1, 1)).ravel()

    def shifted() -> Array:
        return layer.backward(dZ)

    def patch_gradients() -> Array:
        """Compute dW and db, as the layer does, and return the gradient of the patch matrix."""
        rows = dZ.reshape(-1, C_out)
        layer.gradients = {"W": rows_of_X.T @ rows, "b": ones_row(rows) @ rows}
        return (rows @ W.T).ravel()

    def add_at() -> Array:
        dX = np.zeros(X.size)
        np.add.at(dX, origin, patch_gradients())
        return dX.reshape(X.shape)

    return {
        "Conv2D.backward: shifted products": shifted,
        "np.add.at": add_at,
        "np.bincount": lambda: np.bincount(origin, patch_gradients(), X.size).reshape(X.shape),
    }


def pooling(n: int, size: int, channels: int) -> Ways:
    """The maximum of each 2x2 window."""
    X = np.random.default_rng(0).normal(size=(n, size, size, channels))
    layer, view = Pool2D(2), windows(X, (2, 2), (2, 2))
    return {
        "Pool2D.forward": lambda: layer.forward(X, training=False),
        "windows.max(axis=(3, 4))": lambda: view.max(axis=(3, 4)),
    }


def first_layer(n: int, n_in: int, n_out: int) -> Ways:
    """The gradients of a first layer, whose dX nobody wants."""
    rng = np.random.default_rng(0)
    layer = FullyConnected(n_out)
    dZ = rng.normal(size=layer.forward(rng.normal(size=(n, n_in))).shape)

    def backward(need_dX: bool) -> Array:
        layer.backward(dZ, need_dX)
        return layer.gradients["W"]

    return {"need_dX=False": lambda: backward(False), "need_dX=True": lambda: backward(True)}


def squashing(n: int, d: int) -> Ways:
    """tanh itself, and by way of the sigmoid: tanh z = 2 sigma(2z) - 1."""
    Z = np.random.default_rng(0).normal(size=(n, d))
    tanh, sigmoid = Tanh(), Sigmoid()
    return {
        "Tanh.forward": lambda: tanh.forward(Z),
        "by Sigmoid.forward": lambda: 2 * sigmoid.forward(2 * Z) - 1,
    }


CLAIMS: dict[str, tuple[Callable[..., Ways], tuple[int, ...]]] = {
    "row sums, narrow (50176, 8)": (row_sums, (64 * 28 * 28, 8)),
    "row sums, wide (512, 256)": (row_sums, (512, 256)),
    "convolution of (64, 14, 14, 8), 5x5 to 16": (patch_product, (64, 14, 8, 16, 5)),
    "its backward pass": (scatter, (64, 14, 8, 16, 5)),
    "max of 2x2, (64, 28, 28, 8)": (pooling, (64, 28, 8)),
    "tanh of (512, 256)": (squashing, (512, 256)),
    "first layer 784 to 256, n = 64": (first_layer, (64, 784, 256)),
}


def agree(label: str, ways: Ways) -> None:
    """Raise RuntimeError unless all ways give the same to 1e-10 of its largest number."""
    results = {name: f() for name, f in ways.items()}
    first, *_ = results.values()
    for name, result in results.items():
        if not np.abs(result - first).max() <= 1e-10 * np.abs(first).max():
            raise RuntimeError(f"{label}: {name} gives something else")


def run(claims: dict = CLAIMS, **timing: float) -> None:
    """Print the table. RuntimeError if two ways to compute the same disagree."""
    rows = []
    for label, (prepare, sizes) in claims.items():
        ways = prepare(*sizes)
        agree(label, ways)
        rows += compared(label, paired(ways, label, **timing))
    table("Ways to compute the same, float64 (results agree to 1e-10)", COMPARED, rows)
