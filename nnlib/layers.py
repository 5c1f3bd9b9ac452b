"""Layers: an affine map (or a reshaping, or a pooling) with its backward pass.

A layer's state is four dicts: `parameters` (what is learned), `gradients` (same keys, same
shapes), `cache` (what `backward` needs of the last `forward`) and `state` (what is kept but
not learned). Rows are samples, images are NHWC: (n, height, width, channels).

`forward(X, training=True)` builds the parameters when it first sees X, because only then is
n_in known. With `training=False` it changes nothing else and caches nothing. The cache holds X
itself, not a copy: don't change X before `backward`.
`backward(dY)` takes the gradient of the loss with respect to the layer's output, fills
`gradients`, and returns the gradient with respect to its input, which is the previous layer's dY.
No layer divides by n: that is the loss's part.
"""

from __future__ import annotations

import copy
import math
import sys
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nnlib._named import Named
from nnlib._threads import each
from nnlib._validation import Array, Shape, in_range, one_of, pair, positive_int, real_array
from nnlib.activations import Activation, initialize_activation
from nnlib.initializers import Initializer, initialize_weights

PART = 2**20
"""Bytes of windows up to which a batch stays whole. A larger one goes in parts of at most about
twice as many, so that the patches of a convolution stay in the processor's cache."""

# Freed at once, and never touched. glibc learns from it to keep up to 32 MB of freed memory for the
# next arrays. It keeps less by itself, and then a small convolutional network spends up to a fifth
# of its step on getting the same pages from the system again.
np.empty(2**24 if sys.platform == "linux" else 0, np.uint8)


class Layer(Named, family="layer"):
    """What all layers share: the four dicts, the checks, the activation at the end.

    `rng` draws the weights and masks; a `NeuralNetwork` lends its own to each of its layers. A
    layer alone draws from seed 0, so two of one shape start alike: give one another `layer.rng`.
    """

    varying = frozenset({"rng", "parameters", "gradients", "cache", "state"})
    layers: Sequence[Layer] = ()
    """The layers inside, if it is made of some: see `nnlib.residual`."""

    def __init__(self, activation: str | Activation = "linear") -> None:
        self.activation = initialize_activation(activation)
        self.rng = np.random.default_rng(0)
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self.cache: dict[str, Array] = {}
        self.state: dict[str, Array] = {}

    def forward(self, X: Array, training: bool = True) -> Array:
        """Return the layer's output for X."""
        raise TypeError("Layer is the base class; use FullyConnected, Conv2D, ...")

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        """Fill `gradients` and return dX in the shape of X, or None if nobody needs it."""
        raise TypeError("Layer is the base class; use FullyConnected, Conv2D, ...")

    def build(self, **parameters: Array) -> None:
        """Keep the first parameters, and those of the activation if it has any."""
        self.activation.build(next(iter(parameters.values())).dtype)
        self.parameters = parameters | self.activation.parameters

    def expect(
        self, X: Array, form: str, axes: int | None = None, n_in: int | None = None
    ) -> Array:
        """Return X as floats; ValueError unless it has that many axes and n_in in the last.

        Without `axes`, two or more will do.
        """
        X = real_array(X, "X")
        fits = X.ndim == axes if axes else X.ndim >= 2
        if not fits or X.shape[-1] != (n_in or X.shape[-1]) or 0 in X.shape[1:]:
            form = form.replace("n_in", str(n_in)) if n_in else form
            raise ValueError(f"{self!r} expected X of shape {form}, got {X.shape}")
        return X

    def activation_backward(self, dY: Array) -> Array:
        """Return dZ from dY, after checking that dY fits the last forward pass."""
        if "Z" not in self.cache:
            raise ValueError(f"{self!r} expected forward(X) before backward(dY)")
        Z, dY = self.cache["Z"], real_array(dY, "dY")
        if dY.shape != Z.shape:
            raise ValueError(
                f"{self!r} expected dY of shape {Z.shape}, as its output, got {dY.shape}"
            )
        return self.activation.backward(Z, dY)


def own_layers(layers: Sequence[Layer]) -> list[Layer]:
    """Return copies of the layers, which share nothing with others.

    ValueError unless they are a list of at least one Layer, and only Layers, each object once:
    a layer keeps one cache.
    """
    given = list(layers) if isinstance(layers, (list, tuple)) else []
    if not given or not all(isinstance(layer, Layer) for layer in given):
        raise ValueError(f"expected a list of at least one Layer, and only Layers, got {layers!r}")
    every = [id(layer) for layer in all_layers(given)]
    if len(set(every)) < len(every):
        raise ValueError(
            f"expected each layer object once: a layer keeps one cache; got {layers!r}"
        )
    return copy.deepcopy(given)


def all_layers(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Yield each layer, and behind it those inside it."""
    for layer in layers:
        yield layer
        yield from all_layers(layer.layers)


class FullyConnected(Layer):
    """Y = f(Z), Z = X W + b: X (n, n_in), W (n_in, n_out), b (1, n_out), Y (n, n_out).

    Backward, with dZ = dY * f'(Z): dW = X^T dZ, db = 1^T dZ, dX = dZ W^T. The first X decides
    n_in; another number of features raises ValueError.
    """

    def __init__(
        self,
        n_out: int,
        activation: str | Activation = "linear",
        weight_init: str | Initializer = "xavier_uniform",
    ) -> None:
        super().__init__(activation)
        self.n_out = positive_int(n_out, "n_out")
        self.weight_init = initialize_weights(weight_init)

    def forward(self, X: Array, training: bool = True) -> Array:
        n_in = len(self.parameters["W"]) if self.parameters else None
        X = self.expect(X, "(n, n_in)", 2, n_in)
        if not self.parameters:
            shape = (X.shape[1], self.n_out)
            W = self.weight_init(shape, self.rng, self.activation)
            self.build(W=W.astype(X.dtype), b=np.zeros((1, self.n_out), X.dtype))

        Z = X @ self.parameters["W"] + self.parameters["b"]
        if training:
            self.cache = {"X": X, "Z": Z}
        return self.activation.forward(Z)

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dZ = self.activation_backward(dY)
        X, W = self.cache["X"], self.parameters["W"]

        dW = X.T @ dZ
        db = ones_row(dZ) @ dZ
        self.gradients = {"W": dW, "b": db} | self.activation.gradients
        return dZ @ W.T if need_dX else None

    def __repr__(self) -> str:
        return f"{self.word}({self.n_out}, {self.activation!r})"


def ones_row(dZ: Array) -> Array:
    """Return 1^T, shape (1, rows of dZ): 1^T dZ sums over the rows, faster than dZ.sum(0)."""
    return np.ones((1, len(dZ)), dZ.dtype)


def windows(
    X: Array, kernel: tuple[int, int], stride: tuple[int, int], write: bool = False
) -> Array:
    """Return a view of X (n, h, w, c) as its windows: (n, out_h, out_w, kh, kw, c).

    Nothing is copied. With `write`, adding to `windows(...)[:, :, :, i, j]` adds to X: for one
    (i, j) no two windows meet in a pixel, so convolution and pooling go backward with it.
    """
    if X.shape[1] < kernel[0] or X.shape[2] < kernel[1]:
        raise ValueError(
            f"expected the kernel to fit into the padded image, got kernel {kernel} "
            f"on an image of {X.shape[1:3]} after padding"
        )
    view = sliding_window_view(X, kernel, axis=(1, 2), writeable=write)
    return view[:, :: stride[0], :: stride[1]].transpose(0, 1, 2, 4, 5, 3)


def in_parts(view: Array) -> list[slice]:
    """Return slices of the batch: one, or an even number of like size, so two threads share them.

    They depend on nothing but shape and dtype, and so do the sums over them.
    """
    n, size = len(view), view[:1].size * view.itemsize
    pairs = -(-n * size // (4 * PART))
    m = n if n * size <= PART else -(-n // (2 * pairs))
    return [slice(i, i + m) for i in range(0, n, max(1, m))]


def patches(view: Array) -> Array:
    """Return one row per window, (windows, kh kw C_in): the only copy of X."""
    numbers = math.prod(view.shape[3:])
    # `<= view.shape[4]` does the same: it copies the same numbers on the other way
    # `< view.shape[5]` does the same: that way is never taken
    if view.shape[5] < view.shape[4]:  # few channels: longer runs to copy along the width
        return view.transpose(3, 4, 5, 0, 1, 2).reshape(numbers, -1).T
    return view.reshape(-1, numbers)


class Padding:
    """A border around images (n, h, w, c): "same", "valid", a number, or (height, width)."""

    def __init__(
        self,
        pad: str | int | tuple[int, int],
        kernel: tuple[int, int],
        stride: tuple[int, int],
    ) -> None:
        if isinstance(pad, str) and pad not in ("same", "valid"):
            raise ValueError(
                f"expected pad as 'same', 'valid', a number or (height, width), got {pad!r}"
            )
        self.given, self.kernel, self.stride = pad, kernel, stride
        self.width = (0, 0) if isinstance(pad, str) else pair(pad, "pad", least=0)

    def borders(self, size: Shape) -> list[tuple[int, int]]:
        """Return (before, after) for height and width of an unpadded image of that size."""
        if self.given != "same":
            return [(p, p) for p in self.width]
        both = []
        # `strict=False` does the same: all three are pairs
        for n, k, s in zip(size, self.kernel, self.stride, strict=True):
            total = max((-(-n // s) - 1) * s + k - n, 0)
            both.append((total // 2, total - total // 2))  # an odd one goes after, as in PyTorch
        return both

    def add(self, X: Array, value: float = 0.0) -> Array:
        """Return X with its border of `value`; X itself where the border is empty."""
        (top, bottom), (left, right) = self.borders(X.shape[1:3])
        if not (top or bottom or left or right):
            return X
        shape = (len(X), X.shape[1] + top + bottom, X.shape[2] + left + right, X.shape[3])
        padded = np.full(shape, value, X.dtype)
        self.crop(padded, X.shape)[...] = X
        return padded

    def crop(self, padded: Array, shape: Shape) -> Array:
        """Return the view of the image of that shape (n, h, w, c) inside its border."""
        (top, _), (left, _) = self.borders(shape[1:3])
        return padded[:, top : top + shape[1], left : left + shape[2]]

    def view(self, padded: Array, write: bool = False) -> Array:
        """Return the windows of a padded image, as `windows` does."""
        return windows(padded, self.kernel, self.stride, write)

    def counts(self, X: Array) -> Array:
        """Return how many pixels of the image each window holds: (1, out_h, out_w, 1)."""
        return self.view(self.add(np.ones((1, *X.shape[1:3], 1), X.dtype))).sum(axis=(3, 4))

    def __repr__(self) -> str:
        return f"pad={self.given!r}"


def correlate(view: Array, W: Array, b: Array, Z: Array) -> None:
    """Write R W + b into Z (n, out_h, out_w, C_out), where R has a row for each window."""
    rows = Z.reshape(-1, W.shape[3])  # a view: no product is copied into Z
    np.matmul(patches(view), W.reshape(-1, W.shape[3]), out=rows)
    rows += b


def correlate_back(view: Array, W: Array, dZ: Array, d_view: Array, need_dX: bool) -> Array:
    """Return dW = R^T dZ; if need_dX, add dR = dZ W^T to the pixels that `d_view` shows."""
    rows = dZ.reshape(-1, W.shape[3])
    # `for i in range(len(W)):` does the same: it takes more time
    for i in range(len(W)) if need_dX else ():
        for j, d_pixels in enumerate(rows @ W[i].swapaxes(1, 2)):  # (kw, windows, C_in)
            pixels = d_view[:, :, :, i, j]
            pixels += d_pixels.reshape(pixels.shape)
    return (patches(view).T @ rows).reshape(W.shape)


class Conv2D(Layer):
    """Y = f(Z), z[i, j, o] = b[o] + sum over (u, v, c) of x[i s + u, j s + v, c] W[u, v, c, o].

    Cross-correlation: the kernel is not flipped. X (n, h, w, C_in) is padded with zeros first;
    W (kh, kw, C_in, C_out), b (1, C_out), Y (n, out_h, out_w, C_out), where
    out = floor((h + padding - kh) / s) + 1. `pad`: "same" (out = ceil(h / s)), "valid" (none), one
    number, or (height, width) on each side. ValueError if the kernel is larger than padded X.
    Backward: dW = patches^T dZ with one row per window; a pixel adds up dZ W^T of its windows.
    """

    def __init__(
        self,
        n_out: int,
        kernel_shape: int | tuple[int, int],
        activation: str | Activation = "linear",
        stride: int | tuple[int, int] = 1,
        pad: str | int | tuple[int, int] = "same",
        weight_init: str | Initializer = "xavier_uniform",
    ) -> None:
        super().__init__(activation)
        self.n_out = positive_int(n_out, "n_out")
        self.kernel_shape, self.stride = pair(kernel_shape, "kernel_shape"), pair(stride, "stride")
        self.pad = Padding(pad, self.kernel_shape, self.stride)
        self.weight_init = initialize_weights(weight_init)

    def forward(self, X: Array, training: bool = True) -> Array:
        C_in = self.parameters["W"].shape[2] if self.parameters else None
        X = self.expect(X, "(n, height, width, n_in)", 4, C_in)
        if not self.parameters:
            shape = (*self.kernel_shape, X.shape[3], self.n_out)
            W = self.weight_init(shape, self.rng, self.activation)
            self.build(W=W.astype(X.dtype), b=np.zeros((1, self.n_out), X.dtype))
        W, b = self.parameters["W"], self.parameters["b"]
        view = self.pad.view(padded := self.pad.add(X))
        # `-np.empty` does the same: the parts are the whole batch
        Z = np.empty((*view.shape[:3], self.n_out), X.dtype)
        list(each(lambda part: correlate(view[part], W, b, Z[part]), in_parts(view)))
        if training:
            self.cache = {"X": X, "padded": padded, "Z": Z}
        return self.activation.forward(Z)

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dZ = self.activation_backward(dY)
        W, padded = self.parameters["W"], self.cache["padded"]
        dX = np.zeros_like(padded)  # `-np.zeros_like` does the same: minus 0
        view, d_view = self.pad.view(padded), self.pad.view(dX, write=True)
        dW_of_parts = each(
            lambda part: correlate_back(view[part], W, dZ[part], d_view[part], need_dX),
            in_parts(view),
        )
        dW, rows = sum(dW_of_parts, np.zeros_like(W)), dZ.reshape(-1, self.n_out)
        self.gradients = {"W": dW, "b": ones_row(rows) @ rows} | self.activation.gradients
        return self.pad.crop(dX, self.cache["X"].shape) if need_dX else None

    def __repr__(self) -> str:
        settings = f"{self.kernel_shape}, {self.activation!r}, stride={self.stride}, {self.pad!r}"
        return f"{self.word}({self.n_out}, {settings})"


def largest(view: Array, Z: Array) -> None:
    """Raise Z (n, out_h, out_w, c) to the maximum of each window, channel by channel."""
    for i, j in np.ndindex(view.shape[3:5]):
        np.maximum(Z, view[:, :, :, i, j], out=Z)


def largest_back(view: Array, Z: Array, dZ: Array, d_view: Array) -> None:
    """Add dZ to the first pixel of each window that is as large as Z, or NaN, as `d_view` shows."""
    open_ = np.ones(Z.shape, bool)
    for i, j in np.ndindex(view.shape[3:5]):
        x = view[:, :, :, i, j].copy()  # in one piece, as it is read twice: saves a fifth
        first = open_ & ((x == Z) | np.isnan(x))  # NaN is the maximum of its window
        d_view[:, :, :, i, j] += dZ * first  # += because windows may overlap
        open_ ^= first


class Pool2D(Layer):
    """The maximum or average of each window, channel by channel; X (n, h, w, c).

    `stride` is the kernel's shape unless given. A maximum pads with -inf; of equal maxima, or of
    NaN, the first (row by row) receives the gradient. An average counts the image's pixels alone.
    """

    def __init__(
        self,
        kernel_shape: int | tuple[int, int],
        mode: str = "max",
        stride: int | tuple[int, int] | None = None,
        pad: str | int | tuple[int, int] = 0,
    ) -> None:
        super().__init__()
        self.mode = one_of(mode, "mode", ("max", "average"))
        self.kernel_shape = pair(kernel_shape, "kernel_shape")
        self.stride = self.kernel_shape if stride is None else pair(stride, "stride")
        self.pad = Padding(pad, self.kernel_shape, self.stride)
        if any(p >= k for p, k in zip(self.pad.width, self.kernel_shape, strict=True)):
            raise ValueError(
                f"expected pad < kernel, so that no window is all padding, "
                f"got pad {self.pad.width} and kernel {self.kernel_shape}"
            )

    def forward(self, X: Array, training: bool = True) -> Array:
        X = self.expect(X, "(n, height, width, channels)", 4)
        if self.mode == "max":
            view = self.pad.view(self.pad.add(X, -np.inf))
            Z = view[:, :, :, 0, 0].copy()
            list(each(lambda part: largest(view[part], Z[part]), in_parts(view)))
        else:
            Z = self.pad.view(self.pad.add(X)).sum(axis=(3, 4)) / self.pad.counts(X)
        if training:
            self.cache = {"X": X, "Z": Z.copy()}  # whoever gets Z may change it
        return Z

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        dZ = self.activation_backward(dY)
        X, Z = self.cache["X"], self.cache["Z"]
        dX = self.pad.add(np.zeros_like(X))  # `-self.pad.add` does the same: minus 0
        d_view = self.pad.view(dX, write=True)
        if self.mode == "max":
            if dX.shape != X.shape:  # -inf is the border; where there is none, this saves a fifth
                X, Z = (np.maximum(A, np.finfo(A.dtype).min) for A in (X, Z))
            view = self.pad.view(self.pad.add(X, -np.inf))
            done = each(
                lambda part: largest_back(view[part], Z[part], dZ[part], d_view[part]),
                in_parts(view),
            )
            list(done)
        else:
            share = dZ / self.pad.counts(X)
            for i, j in np.ndindex(self.kernel_shape):
                d_view[:, :, :, i, j] += share
        return self.pad.crop(dX, X.shape)

    def __repr__(self) -> str:
        settings = f"{self.kernel_shape}, {self.mode!r}, stride={self.stride}, {self.pad!r}"
        return f"{self.word}({settings})"


class Flatten(Layer):
    """X (n, ...) becomes (n, d), each sample's numbers in one row; backward puts them back."""

    def forward(self, X: Array, training: bool = True) -> Array:
        X = self.expect(X, "(n, ...)")
        Y = X.reshape(len(X), math.prod(X.shape[1:]))
        if training:
            self.cache = {"X": X, "Z": Y}
        return Y

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        return self.activation_backward(dY).reshape(self.cache["X"].shape)


class Dropout(Layer):
    """Y = X * M / (1 - p) in training, with M = 0 with probability p, else 1; Y = X otherwise.

    E[Y] = X, so prediction needs no correction ("inverted" dropout). dX = dY * M / (1 - p).
    Source: Srivastava et al. (2014). Raises ValueError unless 0 <= p < 1.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = in_range(p, "p", 0, 1, ends="[)")

    def forward(self, X: Array, training: bool = True) -> Array:
        X = self.expect(X, "(n, ...)")
        if not training:
            return X
        M = (self.rng.random(X.shape) >= self.p).astype(X.dtype) / (1 - self.p)
        self.cache = {"M": M, "Z": X}
        return X * M

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        return self.activation_backward(dY) * self.cache["M"]

    def __repr__(self) -> str:
        return f"{self.word}({self.p:g})"
