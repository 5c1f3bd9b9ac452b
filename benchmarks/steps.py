"""One training step of a network in nnlib beside the same step in PyTorch, run eagerly.

Same architecture, same first weights, same batch, same optimizer. Before anything is timed,
all gradients, and all weights after one step, have to agree.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.timing import ROUNDS, SECONDS, ratio, rounds, table
from benchmarks.workers import Worker, ways
from nnlib.layers import Conv2D, Flatten, FullyConnected, Layer, Pool2D
from nnlib.models import NeuralNetwork
from nnlib.optimizers import SGD

Array = np.ndarray
ETA = 0.01
TOLERANCE = {"float32": 1e-4, "float64": 1e-10}
BATCHES = (64, 512)

MODELS: dict[str, tuple[str, tuple[int, ...], Callable[[], list[Layer]]]] = {
    "mlp": (
        "MLP 784-256-128-10",
        (784,),
        lambda: [FullyConnected(256, "relu"), FullyConnected(128, "relu"), FullyConnected(10)],
    ),
    "lenet": (
        "LeNet on 28x28: 8 and 16 channels 5x5, then 120-84-10",
        (28, 28, 1),
        lambda: [
            Conv2D(8, 5, "relu", pad=2),
            Pool2D(2),
            Conv2D(16, 5, "relu", pad=0),
            Pool2D(2),
            Flatten(),
            FullyConnected(120, "relu"),
            FullyConnected(84, "relu"),
            FullyConnected(10),
        ],
    ),
}


class NumpyStep:
    """The step in nnlib."""

    def __init__(self, model: str, dtype: str, n: int) -> None:
        _, shape, layers = MODELS[model]
        rng = np.random.default_rng(0)
        self.X = rng.normal(size=(n, *shape)).astype(dtype)
        self.y = rng.integers(0, 10, n)
        self.network = NeuralNetwork(layers(), optimizer=SGD(ETA)).build(shape, np.dtype(dtype))

    def step(self) -> None:
        self.network.backward(self.y, self.network.forward(self.X))
        self.network.optimizer.step(self.network.layers)

    def probe(self) -> list[Array]:
        """Take one step; return its gradients and the weights after it, layer by layer."""
        self.step()
        layers = [layer for layer in self.network.layers if layer.parameters]
        kinds = [getattr(layer, kind) for layer in layers for kind in ("gradients", "parameters")]
        return [kind[name] for kind in kinds for name in ("W", "b")]


class TorchStep:
    """The same in PyTorch, from the same weights: its layers are built from nnlib's."""

    def __init__(self, model: str, dtype: str, n: int) -> None:
        import torch

        self.torch = torch
        ours = NumpyStep(model, dtype, n)
        # PyTorch wants the channels first: (n, C, h, w).
        X = np.moveaxis(ours.X, -1, 1) if ours.X.ndim == 4 else ours.X
        self.X = torch.from_numpy(np.ascontiguousarray(X))
        self.y = torch.from_numpy(ours.y)
        self.layouts: list[Layout] = []
        self.network = torch.nn.Sequential(*self.modules(ours.network.layers))
        self.optimizer = torch.optim.SGD(self.network.parameters(), ETA)

    def modules(self, layers: Sequence[Layer]) -> list[Any]:
        """Return PyTorch's counterparts of the layers, and note how their weights are laid out."""
        nn, modules = self.torch.nn, []
        channels = 0  # of the image that was flattened last
        for layer in layers:
            if isinstance(layer, Pool2D):
                modules.append(nn.MaxPool2d(layer.kernel_shape))
                continue
            if isinstance(layer, Flatten):
                modules.append(nn.Flatten())
                continue
            W, b = layer.parameters["W"], layer.parameters["b"]
            if isinstance(layer, Conv2D):
                module = nn.Conv2d(*W.shape[2:], layer.kernel_shape, padding=layer.pad.width)
                layout, channels = Layout((3, 2, 0, 1), W.shape), W.shape[3]
            else:
                module = nn.Linear(*W.shape)
                image = (len(W) // channels, channels) if channels else (len(W), 1)
                layout, channels = Layout((2, 1, 0), (*image, W.shape[1])), 0
            module.weight.data = self.torch.from_numpy(layout.theirs(W, tuple(module.weight.shape)))
            module.bias.data = self.torch.from_numpy(b[0].copy())
            self.layouts.append(layout)
            modules.append(module)
            if repr(layer.activation) != "linear":
                modules.append({"relu": nn.ReLU}[repr(layer.activation)]())
        return modules

    def step(self) -> None:
        self.optimizer.zero_grad()
        self.torch.nn.functional.cross_entropy(self.network(self.X), self.y).backward()
        self.optimizer.step()

    def probe(self) -> list[Array]:
        """Take one step; return gradients and weights as nnlib lays them out."""
        self.step()
        found = []
        learned = [module for module in self.network if hasattr(module, "weight")]
        for module, layout in zip(learned, self.layouts, strict=True):
            for weight, bias in (
                (module.weight.grad, module.bias.grad),
                (module.weight.detach(), module.bias.detach()),
            ):
                found += [layout.ours(weight.numpy()), bias.numpy()[np.newaxis]]
        return found


class Layout:
    """How one weight array lies in memory here and there: split into `axes`, then permuted.

    A kernel (kh, kw, C_in, C_out) is (C_out, C_in, kh, kw) there. A matrix after a flattened
    image has its rows in the order (pixel, channel) here and (channel, pixel) there.
    """

    def __init__(self, order: tuple[int, ...], axes: tuple[int, ...]) -> None:
        self.order, self.axes = order, axes

    def theirs(self, W: Array, shape: tuple[int, ...]) -> Array:
        """Return our W as their weight of that shape, in memory of its own."""
        return W.reshape(self.axes).transpose(self.order).reshape(shape).copy()

    def ours(self, weight: Array) -> Array:
        """Return their weight as our W, a matrix or a kernel."""
        split = weight.reshape([self.axes[i] for i in self.order])
        W = split.transpose(np.argsort(self.order))
        return W if W.ndim == 4 else W.reshape(-1, W.shape[-1])


def equal(model: str, dtype: str, n: int, ours: list[Array], theirs: list[Array]) -> None:
    """Raise RuntimeError unless the two probes agree."""
    for a, b in zip(ours, theirs, strict=True):
        if a.shape != b.shape or not np.abs(a - b).max() <= TOLERANCE[dtype] * np.abs(b).max():
            raise RuntimeError(f"{model}, {dtype}, n = {n}: nnlib and PyTorch disagree")


def run(
    model: str,
    batches: Sequence[int] = BATCHES,
    count: int = ROUNDS,
    at_least: float = 2 * SECONDS,
) -> None:
    """Print the table of one model, or one line where PyTorch is missing."""
    title = MODELS[model][0]
    if importlib.util.find_spec("torch") is None:
        print(f"\n{title}: skipped, PyTorch is not installed (make oracle installs it)")
        return
    rows = []
    for threads, (for_ours, for_theirs) in ways().items():
        with Worker(NumpyStep, for_ours) as ours, Worker(TorchStep, for_theirs) as theirs:
            workers = {"nnlib": ours, "PyTorch": theirs}
            for dtype, n in itertools.product(TOLERANCE, batches):
                for worker in workers.values():
                    worker.ask("prepare", model, dtype, n)
                equal(model, dtype, n, ours.ask("probe"), theirs.ask("probe"))
                timers = {
                    name: lambda worker=worker: worker.ask("time", at_least)
                    for name, worker in workers.items()
                }
                times = rounds(timers, f"{model} {threads} {dtype} n={n}", count)
                medians = [f"{1e3 * np.median(t):.3g} ms" for t in times.values()]
                compared = ratio(times["nnlib"], times["PyTorch"])
                rows.append((threads, dtype, str(n), *medians, compared))
    table(
        f"One training step, SGD: {title} (gradients and updated weights agree)",
        ("threads", "dtype", "n", "nnlib, this run", "PyTorch, this run", "nnlib's / PyTorch's"),
        rows,
    )
