"""The network: layers in a row, a loss at the end, an optimizer that moves the weights."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nnlib._validation import Array, Shape, finite, positive_int, real_array
from nnlib.layers import Layer
from nnlib.losses import Loss, initialize_loss
from nnlib.optimizers import Optimizer, initialize_optimizer
from nnlib.training import History, train


class NeuralNetwork:
    """A stack of layers, trained by gradient descent on one loss.

    `loss` and `optimizer` are names ("softmax_cross_entropy", "adam") or objects, which are
    copied: find them again as `network.loss` and `network.optimizer`. One generator, made from
    `seed` or given as it, draws weights, batches and masks: same seed, same run. The dtype of
    the first X is the dtype of the network; later input is converted to it.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        loss: str | Loss = "softmax_cross_entropy",
        optimizer: str | Optimizer = "sgd",
        seed: int | np.random.Generator = 0,
    ) -> None:
        self.layers = list(layers)
        wrong = [layer for layer in self.layers if not isinstance(layer, Layer)]
        if wrong or not self.layers:
            raise ValueError(f"expected at least one Layer, and only Layers, got {layers!r}")
        if len({id(layer) for layer in self.layers}) < len(self.layers):
            raise ValueError("expected each layer object once: a layer keeps one cache")
        self.loss = initialize_loss(loss)
        self.optimizer = initialize_optimizer(optimizer)
        self.rng = np.random.default_rng(seed)
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
        outputs = self.outputs(X, batch_size)
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
        *_, history = _with_bar(run, epochs) if progress else run
        return history

    def build(self, input_shape: Shape, dtype: np.dtype | type = np.float64) -> NeuralNetwork:
        """Create all parameters for samples of that shape, without n, and return the network."""
        self.forward(np.zeros((1, *input_shape), dtype), training=False)
        return self

    def summary(self, input_shape: Shape | None = None) -> str:
        """Return a table of the layers, their output shapes and their numbers of parameters.

        `input_shape` (without n) is needed once, before the first forward pass.
        """
        shape = input_shape or self.input_shape
        if shape is None:
            raise ValueError("expected input_shape before the first forward pass, got None")
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
        """Write weights, statistics, optimizer memory and random state to one .npz file.

        A network that is loaded from it goes on as if it had never stopped.
        """
        if self.input_shape is None or self.dtype is None:
            raise ValueError("expected a network with weights; it has seen no data and no build()")
        about = {
            "network": self._signature(),
            "input_shape": self.input_shape,
            "dtype": self.dtype.name,
            "t": self.optimizer.t,
            "rng": self.rng.bit_generator.state,
        }
        text = json.dumps(about, default=np.ndarray.tolist)  # some generators hold arrays
        arrays: dict[str, Any] = {"about": text, **self._arrays(), **self._memory()}
        with open(path, "wb") as file:  # a file, because a bare path would gain ".npz"
            np.savez(file, **arrays)

    def load(self, path: str | os.PathLike[str]) -> NeuralNetwork:
        """Read what `save` wrote into this network, which must have the same layers; return it."""
        with np.load(path) as file:
            saved = {name: file[name] for name in file.files}
        about = json.loads(str(saved.pop("about", '{"network": "no network"}')))
        if about["network"] != self._signature():
            raise ValueError(f"expected {self._signature()} in {path}, got {about['network']}")
        if self.dtype is not None and self.dtype != about["dtype"]:
            raise ValueError(
                f"expected a network of {about['dtype']}, as in {path}, got one of {self.dtype}: "
                f"load into a new network"
            )
        self.build(tuple(about["input_shape"]), np.dtype(about["dtype"]))
        for name, array in self._arrays().items():
            array[...] = saved.pop(name)
        self.optimizer.t = about["t"]
        self.optimizer.memory = {}
        for name, array in saved.items():
            _, layer, parameter, slot = name.split(".")
            self.optimizer.memory.setdefault((int(layer), parameter), {})[slot] = array
        self.rng.bit_generator.state = about["rng"]
        return self

    def _accept(self, X: Array) -> Array:
        """Return X in the network's dtype, if it has one by now, after checking it."""
        X = real_array(X, "X")
        if X.ndim < 2:
            raise ValueError(f"expected X with one row a sample, shape (n, ...), got {X.shape}")
        if self.input_shape is not None and X.shape[1:] != self.input_shape:
            form = ", ".join(["n", *map(str, self.input_shape)])
            raise ValueError(f"expected X of shape ({form}), got {X.shape}")
        return finite(X.astype(self.dtype or X.dtype, copy=False), "X")

    def _signature(self) -> str:
        return " -> ".join(map(repr, self.layers)) + f" | {type(self.optimizer).__name__}"

    def _arrays(self) -> dict[str, Array]:
        """Return every weight and statistic by its name in the file: "layer 0.W", ..."""
        return {
            f"layer {i}.{name}": array
            for i, layer in enumerate(self.layers)
            for name, array in (layer.parameters | layer.state).items()
        }

    def _memory(self) -> dict[str, Array]:
        """Return what the optimizer remembers by its name in the file: "optimizer.0.W.v", ..."""
        return {
            f"optimizer.{i}.{name}.{slot}": array
            for (i, name), memory in self.optimizer.memory.items()
            for slot, array in memory.items()
        }

    def __repr__(self) -> str:
        return f"NeuralNetwork({self._signature()} | {self.loss!r})"


def _with_bar(epochs: Iterator[History], total: int) -> Iterator[History]:
    """Yield the epochs beside a tqdm bar with the latest losses; without tqdm, only yield them."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        yield from epochs
        return
    with tqdm(total=total, unit="epoch") as bar:
        for history in epochs:
            latest = {name: f"{list_[-1]:.3g}" for name, list_ in vars(history).items() if list_}
            bar.set_postfix(latest, refresh=False)
            bar.update()
            yield history
