"""The network: layers in a row, a loss at the end, an optimizer that moves the weights."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence

import numpy as np

from nnlib import saving
from nnlib._progress import with_bar
from nnlib._validation import (
    Array,
    Shape,
    finite,
    flag,
    generator,
    positive_int,
    real_array,
    shape_of,
)
from nnlib.layers import Layer, own_layers
from nnlib.losses import Loss, initialize_loss
from nnlib.optimizers import Optimizer, initialize_optimizer
from nnlib.training import History, train


class NeuralNetwork:
    """A stack of layers, trained by gradient descent on one loss.

    `loss` and `optimizer` are names ("softmax_cross_entropy", "adam") or objects. Objects are
    copied, layers too, so one list of layers makes two networks that share nothing: find the
    copies as `network.layers`, `.loss`, `.optimizer`. One generator, made from `seed` or given as
    it, draws weights, batches and masks: same seed, same run. The dtype of the first X, float32
    or wider, is the dtype of the network; later input is converted to it.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        loss: str | Loss = "softmax_cross_entropy",
        optimizer: str | Optimizer = "sgd",
        seed: int | np.random.Generator = 0,
    ) -> None:
        self.layers = own_layers(layers)
        self.loss = initialize_loss(loss)
        self.optimizer = initialize_optimizer(optimizer)
        self.rng = generator(seed)
        for layer in self.layers:
            layer.rng = self.rng
        self.input_shape: Shape | None = None
        self.dtype: np.dtype | None = None

    def forward(self, X: Array, training: bool = True) -> Array:
        """Return the last layer's output for X (n, ...), keeping what `backward` needs."""
        A = X = self._accept(X)
        for layer in self.layers:
            A = layer.forward(A, training)
        # Here and not before: an X that a layer refused decides nothing.
        self.input_shape, self.dtype = X.shape[1:], X.dtype
        return A

    def backward(self, target: Array, out: Array) -> float:
        """Fill every layer's gradients from `out`, what `forward` returned; return the loss."""
        loss = self.loss.forward(target, out)
        dA: Array | None = self.loss.backward(target, out)
        for layer in reversed(self.layers):
            assert dA is not None  # only the first layer is told to return none
            dA = layer.backward(dA, need_dX=layer is not self.layers[0])
        return loss

    def outputs(self, X: Array, batch_size: int = 1024) -> Array:
        """Return the last layer's output for X in prediction mode, batch by batch.

        No weight, statistic or cache changes. Convolutions hold kh * kw copies of their input,
        so ten thousand images are not sent through at once.
        """
        X, batch_size = self._accept(X), positive_int(batch_size, "batch_size")
        starts = range(0, max(len(X), 1), batch_size)
        return np.concatenate([self.forward(X[i : i + batch_size], training=False) for i in starts])

    def predict(self, X: Array, batch_size: int = 1024) -> Array:
        """Return the predicted class of each sample, (n,); for a regression its values, (n, k)."""
        outputs = self.loss.outputs(self.outputs(X, batch_size))
        return outputs.argmax(axis=1) if self.loss.classifies else outputs

    def predict_proba(self, X: Array, batch_size: int = 1024) -> Array:
        """Return the probability of each class for each sample, (n, K)."""
        return self.loss.probabilities(self.outputs(X, batch_size))

    def fit(
        self,
        X: Array,
        Y: Array,
        epochs: int = 10,
        batch_size: int = 32,
        validation: tuple[Array, Array] | None = None,
        progress: bool = True,
    ) -> History:
        """Train on X, Y for so many epochs, with a progress bar where tqdm is installed.

        Calling it again goes on where it stopped. See `nnlib.training.train`.
        """
        run = train(self, X, Y, epochs, batch_size, validation)
        show = flag(progress, "progress")
        *_, history = with_bar(run, show, note=History.latest, total=epochs, unit="epoch")
        return history

    def build(self, input_shape: Shape, dtype: np.dtype | type = np.float64) -> NeuralNetwork:
        """Create all parameters for samples of that shape, without n, and return the network."""
        shape = shape_of(input_shape, "input_shape")
        try:
            X = np.zeros((1, *shape), dtype)
        except TypeError as error:
            raise ValueError(f"expected dtype float32 or float64, got {dtype!r}") from error
        self.forward(X, training=False)
        return self

    def summary(self, input_shape: Shape | None = None) -> str:
        """Return a table of the layers, their output shapes and their numbers of parameters.

        `input_shape` (without n) is needed once, before the first forward pass.
        """
        given = self.input_shape if input_shape is None else input_shape
        if given is None:
            raise ValueError("expected input_shape before the first forward pass, got None")
        shape = shape_of(given, "input_shape")
        # A copy, so that looking at a network does not decide its dtype before its first X does.
        layers = (copy.deepcopy(self) if self.dtype is None else self).build(shape).layers
        A = np.zeros((1, *shape), self.dtype or np.float64)
        rows, total = [("layer", "output", "parameters")], 0
        for layer in layers:
            A = layer.forward(A, training=False)
            count = sum(p.size for p in layer.parameters.values())
            output = "(" + ", ".join(["n", *map(str, A.shape[1:])]) + ")"
            rows.append((repr(layer), output, f"{count:,}"))
            total += count
        rows.append(("total", "", f"{total:,}"))
        wide = [max(len(row[i]) for row in rows) for i in range(3)]
        return "\n".join(f"{a:<{wide[0]}}  {b:<{wide[1]}}  {c:>{wide[2]}}" for a, b, c in rows)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write settings, weights, statistics, optimizer memory and random state to one file.

        A network that is loaded from it goes on as if it had never stopped.
        """
        saving.save(self, path)

    def load(self, path: str | os.PathLike[str]) -> NeuralNetwork:
        """Read what `save` wrote into this network, which was made alike, and return it.

        Raises ValueError, and changes nothing, where layers, loss, optimizer or one of their
        settings differ, or where the file is not whole.
        """
        saving.load(self, path)
        return self

    def _accept(self, X: Array) -> Array:
        """Return X in the network's dtype, if it has one by now, after checking it."""
        X = real_array(X, "X")
        if X.ndim < 2:
            raise ValueError(f"expected X with one row per sample, shape (n, ...), got {X.shape}")
        if self.input_shape is not None and X.shape[1:] != self.input_shape:
            form = ", ".join(["n", *map(str, self.input_shape)])
            raise ValueError(f"expected X of shape ({form}), got {X.shape}")
        if self.dtype is None and X.dtype == np.float16:
            raise ValueError(
                "expected the first X in float32 or float64, got float16, in which Adam's eps is 0"
            )
        return finite(X.astype(self.dtype or X.dtype, copy=False), "X")

    def __repr__(self) -> str:
        layers = " -> ".join(map(repr, self.layers))
        return f"NeuralNetwork({layers} | {type(self.optimizer).__name__} | {self.loss!r})"
