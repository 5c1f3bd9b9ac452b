"""Deep networks on the digits, with and without normalization and residual connections.

The recorded runs in `tower_runs` come from here: python -m
nnlib.chapters.ch09_regularization.towers depth (or batches, blocks).
"""

from __future__ import annotations

import math
import sys
from functools import cache

import numpy as np

import nnlib
from nnlib import BatchNorm, FullyConnected, Layer, LayerNorm, NeuralNetwork, Normal, Residual

Array = np.ndarray

WIDTH, BATCH, EPOCHS = 32, 64, 10
SEEDS = range(5)
DEPTHS = (2, 5, 10, 20)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
NORMS = ("none", "batch", "layer")
SIZES = (2, 4, 8, 16, 64, 256)
SIZE_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # the first for batches of 2 only
BLOCKS = (4, 12, 30)
KINDS = (
    "plain",
    "residual",
    "residual / √L",
    "residual, last layer 0",
    "plain, batch norm",
    "batch norm before (pre)",
    "batch norm after (post)",
)


@cache
def digits() -> tuple[Array, Array, Array, Array]:
    """Return 1,280 digits to train on and 517 others: X (n, 64), y, and the same of the others."""
    images, labels = nnlib.load_digits()
    return nnlib.train_test_split(images.reshape(len(images), 64), labels, 517)


def hidden(norm: str, width: int = WIDTH) -> list[Layer]:
    """Return one hidden layer of ReLU units, its pre-activation normalized or not."""
    if norm == "none":
        return [FullyConnected(width, "relu", "kaiming_normal")]
    normalized = BatchNorm("relu") if norm == "batch" else LayerNorm("relu")
    return [FullyConnected(width, "linear", "kaiming_normal"), normalized]


def tower(norm: str, depth: int, rate: float, seed: int = 0, width: int = WIDTH) -> NeuralNetwork:
    """Return `depth` hidden layers below ten logits, for SGD at that rate."""
    layers = [layer for _ in range(depth) for layer in hidden(norm, width)]
    layers.append(FullyConnected(10, "linear", "lecun_normal"))
    return NeuralNetwork(layers, optimizer=nnlib.SGD(rate), seed=seed)


class Shaken(Layer):
    """In training each column is scaled and moved, at random and anew in each step.

    Y = X e^(size u) + size v with normal u, v (1, d): another variance and mean each time.
    """

    def __init__(self, size: float, activation: str = "linear") -> None:
        super().__init__(activation)
        self.size = size

    def forward(self, X: Array, training: bool = True) -> Array:
        if not training:
            return self.activation.forward(X)
        u, v = self.rng.normal(size=(2, 1, X.shape[1]))
        scale = np.exp(self.size * u)
        self.cache = {"scale": scale, "Z": X * scale + self.size * v}
        return self.activation.forward(self.cache["Z"])

    def backward(self, dY: Array, need_dX: bool = True) -> Array | None:
        return self.activation_backward(dY) * self.cache["scale"]


def shaken(size: float, depth: int, rate: float, seed: int = 0) -> NeuralNetwork:
    """Return a tower whose normalized numbers are shaken before each ReLU."""
    layers: list[Layer] = []
    for _ in range(depth):
        layers += [FullyConnected(WIDTH, "linear", "kaiming_normal"), BatchNorm()]
        layers.append(Shaken(size, "relu"))
    layers.append(FullyConnected(10, "linear", "lecun_normal"))
    return NeuralNetwork(layers, optimizer=nnlib.SGD(rate), seed=seed)


def block(kind: str, count: int, width: int = WIDTH) -> list[Layer]:
    """Return one block of two affine layers, one of `count`."""
    first = FullyConnected(width, "relu", "kaiming_normal")
    last = FullyConnected(width, "linear", "lecun_normal")
    if kind == "plain":
        return [first, FullyConnected(width, "relu", "kaiming_normal")]
    if kind == "plain, batch norm":
        return hidden("batch", width) + hidden("batch", width)
    if kind == "residual / √L":
        last = FullyConnected(width, "linear", Normal(1 / math.sqrt(width * count)))
    if kind == "residual, last layer 0":
        last = FullyConnected(width, "linear", "zeros")
    if kind == "batch norm before (pre)":
        affine = [FullyConnected(width, "linear", "kaiming_normal") for _ in range(2)]
        return [Residual([BatchNorm("relu"), affine[0], BatchNorm("relu"), affine[1]])]
    if kind == "batch norm after (post)":
        return [
            Residual([*hidden("batch", width), *hidden("batch", width)[:1], BatchNorm()], "relu")
        ]
    return [Residual([first, last])]


def blocks(
    kind: str, count: int, rate: float, seed: int = 0, width: int = WIDTH, hold: bool = False
) -> NeuralNetwork:
    """Return an affine layer, `count` blocks and ten logits, for SGD at that rate.

    With `hold`, batch norm and ReLU stand between the last sum and the logits.
    """
    layers: list[Layer] = [FullyConnected(width, "linear", "lecun_normal")]
    for _ in range(count):
        layers += block(kind, count, width)
    if hold:
        layers.append(BatchNorm("relu"))
    layers.append(FullyConnected(10, "linear", "lecun_normal"))
    return NeuralNetwork(layers, optimizer=nnlib.SGD(rate), seed=seed)


def trained(network: NeuralNetwork, batch: int = BATCH, epochs: int = EPOCHS) -> float:
    """Train on 1,280 digits; return the accuracy on the others in %, or NaN if the loss broke."""
    X, y, X_test, y_test = digits()
    n = len(X) // batch * batch  # no smaller last batch, which normalization would feel
    with np.errstate(all="ignore"):
        try:
            network.fit(X[:n], y[:n], epochs, batch, progress=False)
            right = nnlib.accuracy(y_test, network.predict(X_test))
        except ValueError:
            return math.nan
    return round(100 * right, 1)


def record(which: str) -> dict[tuple[object, ...], list[float]]:
    """Return the accuracies of all runs of one table, by setting."""
    runs: dict[tuple[object, ...], list[float]] = {}
    if which == "depth":
        for norm in ("none", "batch"):
            for depth in DEPTHS:
                for rate in RATES:
                    runs[norm, depth, rate] = [trained(tower(norm, depth, rate, s)) for s in SEEDS]
    elif which == "batches":
        for norm in NORMS:
            for size in SIZES:
                for rate in SIZE_RATES if size == 2 else SIZE_RATES[1:]:
                    runs[norm, size, rate] = [
                        trained(tower(norm, 2, rate, s), size, 5) for s in SEEDS
                    ]
    else:
        for kind in KINDS:
            for count in BLOCKS:
                for rate in RATES[:-1]:
                    runs[kind, count, rate] = [
                        trained(blocks(kind, count, rate, s), epochs=5) for s in SEEDS
                    ]
    return runs


if __name__ == "__main__":
    for key, values in record(sys.argv[1]).items():
        print(f"    {key!r}: {values},".replace("nan", "math.nan"))
