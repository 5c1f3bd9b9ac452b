"""What PyTorch computes for this chapter, written down once: `recorded.json`.

    .venv/bin/python -m nnlib.chapters.ch10_pytorch.record

needs PyTorch. The lessons read the file, so that they say the same where there is none. A test
runs this again where there is one.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nnlib import SGD, Flatten, NeuralNetwork, Pool2D
from nnlib.chapters.ch10_pytorch import in_pytorch, networks
from nnlib.teaching import example

Array = np.ndarray
FILE = Path(__file__).with_name("recorded.json")
SEEDS = 10
DTYPES = {"float64": np.float64, "float32": np.float32}
NETWORKS = ("MLP", "CNN")


def recorded() -> dict[str, Any]:
    """Return what the file holds: arrays are lists of lists."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def parity(name: str, dtype: str) -> dict[str, Array]:
    """Return outputs, loss and gradients of PyTorch for one network, in PyTorch's layout."""
    import torch

    network, X, y = networks.case(name, DTYPES[dtype])
    if name == "MLP":
        model, given = in_pytorch.mlp(), networks.parameters_of(network)
        turned = [(networks.to_torch(W), b[0]) for W, b in given]
    else:
        model, turned = in_pytorch.cnn((3, 2), (5,)), networks.exported(network)
        X = X.transpose(0, 3, 1, 2).copy()
    model.to(getattr(torch, dtype))
    in_pytorch.fill(model, turned)
    return dict(in_pytorch.arrays(model, X, y))


def right(seed: int) -> dict[str, int]:
    """Return how many of 517 digits PyTorch reads right, by what was forgotten in the copying."""
    import torch

    network, (_, _, X, y) = networks.trained(seed), networks.images()
    found = {}
    for name, exported in networks.MISTAKES.items():
        model = in_pytorch.cnn().double()
        in_pytorch.fill(model, exported(network))
        with torch.no_grad():
            logits = model(torch.tensor(X.transpose(0, 3, 1, 2).copy()))
        found[name] = int((logits.argmax(1).numpy() == y).sum())
    return found


def training(
    kinks: bool, seed: int, steps: int
) -> Iterator[tuple[int, NeuralNetwork, Any, Array, float]]:
    """Train a network in nnlib and in PyTorch, in float32, from one start and on the same batches.

    Yield before each step, and after the last: the steps so far, both networks, the next images,
    and how far the weights are apart (the largest difference in a layer, over its largest weight).
    """
    import torch

    X, y = (part[:1280] for part in networks.images()[:2])
    X = X.astype(np.float32)
    layers, model = networks.cnn(), in_pytorch.cnn()
    if not kinks:
        layers, model = networks.without_kinks(layers), in_pytorch.without_kinks(model)
    network = NeuralNetwork(layers, optimizer=SGD(0.1), seed=seed).build(X.shape[1:], np.float32)
    in_pytorch.fill(model, networks.exported(network))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    rng = np.random.default_rng(seed)
    for t in range(steps + 1):
        rows = rng.permutation(len(X))[:32]
        theirs = [part.weight.detach().numpy() for part in model if hasattr(part, "weight")]
        pairs = zip(networks.exported(network), theirs, strict=True)
        apart = max(np.abs(W - V).max() / np.abs(W).max() for (W, _), V in pairs)
        yield t, network, model, X[rows], float(f"{apart:.1e}")
        network.backward(y[rows], network.forward(X[rows]))
        network.optimizer.step(network.layers)
        in_pytorch.step(model, optimizer, X[rows].transpose(0, 3, 1, 2).copy(), y[rows])


def parting(kinks: bool, seed: int, steps: int = 300) -> list[float]:
    """Return how far the two are apart after 1, 2, 4, ... steps, and after the last."""
    return [
        apart
        for t, *_, apart in training(kinks, seed, steps)
        if t and (t == steps or t & (t - 1) == 0)
    ]


def first_flip(seed: int, steps: int = 300) -> dict[str, float] | None:
    """Return where a ReLU or a maximum first decides otherwise in PyTorch, or None.

    "steps" were made before, "apart" and "apart next" are the weights before and after the step
    with that batch, "z" is the largest |z| of the ReLUs that differ.
    """
    found: dict[str, float] | None = None
    for t, network, model, images, apart in training(True, seed, steps):
        if found:
            return found | {"apart next": apart}
        flipped = [z for z in _flipped(network, model, images) if len(z)]
        if flipped and t < steps:
            z = np.concatenate(flipped)
            found = {"steps": t, "apart": apart, "flipped": len(z), "z": float(f"{z.max():.1e}")}
    return None


def _flipped(network: NeuralNetwork, model: Any, images: Array) -> Iterator[Array]:
    """Yield |z| of each ReLU, and the winner of each maximum, on which the two do not agree."""
    import torch

    A, x = images, torch.tensor(images.transpose(0, 3, 1, 2).copy())
    parts = iter(model)
    with torch.no_grad():
        for layer in network.layers:
            before, z = A, x
            A = layer.forward(A)
            if layer.parameters or isinstance(layer, Pool2D):
                x = next(parts)(x)
            if isinstance(layer, Pool2D):
                mine, theirs = _windows(before), _windows(z.numpy().transpose(0, 2, 3, 1))
                yield mine.max(-1)[mine.argmax(-1) != theirs.argmax(-1)]
            elif isinstance(layer, Flatten):
                x = next(parts)(x)
            elif layer.activation.word == "relu":
                z = x.numpy().transpose(0, 2, 3, 1) if x.ndim == 4 else x.numpy()
                yield np.abs(z[(z > 0) != (A > 0)])
                x = next(parts)(x)


def _windows(maps: Array) -> Array:
    """Return the four numbers of each window of 2 by 2, last axis, of maps (n, h, w, C)."""
    n, h, w, C = maps.shape
    by_pairs = maps.reshape(n, h // 2, 2, w // 2, 2, C)
    return by_pairs.transpose(0, 1, 3, 5, 2, 4).reshape(n, h // 2, w // 2, C, 4)


def of_autograd() -> dict[str, Any]:
    """Return what lesson 2 shows of autograd."""
    import torch

    def leaf(*numbers: float) -> Any:
        return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)

    X, *leaves = in_pytorch.leaves(example.X, *example_parameters())
    loss = in_pytorch.loss_of(X, example.y, *leaves)
    names = list(in_pytorch.nodes(loss))
    loss.backward()
    zero = leaf(0.0)
    torch.relu(zero).sum().backward()
    return {
        "nodes": names,
        "loss": loss.item(),
        "gradients": [W.grad.numpy() for W in leaves],
        "twice": in_pytorch.twice(leaf(3.0)),
        "cut": in_pytorch.cut(leaf(3.0)),
        "relu at 0": zero.grad.item(),
        "changed leaf": in_pytorch.told(in_pytorch.changed_leaf, leaf(1.0, 1.0)),
        "changed between": in_pytorch.told(
            in_pytorch.changed_between, torch.ones(2, requires_grad=True)
        ),
        "changed behind its back": in_pytorch.told(
            in_pytorch.changed_behind_its_back, torch.ones(2, requires_grad=True)
        ),
    }


def example_parameters() -> tuple[Array, ...]:
    """Return W1, b1, W2, b2 of the book's network."""
    return example.W1, example.b1, example.W2, example.b2


def of_defaults() -> dict[str, Any]:
    """Return what lesson 3 compares: ten steps, first weights, statistics of a batch, losses."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    linear, conv = nn.Linear(100, 400), nn.Conv2d(4, 50, (3, 2))
    largest = {
        "Linear(100, 400)": [linear.weight.abs().max().item(), linear.bias.abs().max().item()],
        "Conv2d(4, 50, (3, 2))": [conv.weight.abs().max().item(), conv.bias.abs().max().item()],
    }
    Z = np.array([[2.0, 0.0, -1.0], [0.5, 0.5, 3.0]])
    y = np.array([0, 1])
    logits, classes = torch.tensor(Z), torch.tensor(y)
    cross_entropy = nn.functional.cross_entropy
    losses = {
        "logits": cross_entropy(logits, classes).item(),
        "probabilities": cross_entropy(logits.softmax(1), classes).item(),
        "sum": cross_entropy(logits, classes, reduction="sum").item(),
    }
    return {
        "ten steps": {
            name: in_pytorch.ten_steps(twin, settings, example.W1, networks.slope)
            for name, (_, twin, settings) in networks.PAIRS.items()
        },
        "falling rate": in_pytorch.ten_steps(
            "SGD", {"lr": 0.1, "momentum": 0.9}, example.W1, networks.slope, networks.FALLING
        ),
        "largest": largest,
        "batch norm": in_pytorch.batch_norm(batch(), 0.1),
        "losses": losses,
        "mixed": in_pytorch.told(in_pytorch.mixed, example.X),
        "dtype": [str(torch.tensor([1.0]).dtype), str(torch.tensor(np.array([1.0])).dtype)],
    }


def batch() -> Array:
    """Return a batch (n, C, h, w) = (2, 3, 1, 2) in whole numbers."""
    return np.array([[[0.0, 2.0], [1.0, 1.0], [5.0, -1.0]], [[4.0, 6.0], [3.0, -1.0], [2.0, 2.0]]])[
        :, :, None
    ]


def of_workers() -> dict[str, Array]:
    """Return dW1 of two processes with equal and with unequal parts of a batch."""
    given = [(networks.to_torch(W), b[0]) for W, b in networks.parameters_of(networks.mlp())]
    found = {}
    for name, parts in worker_parts().items():
        with tempfile.TemporaryDirectory() as folder:
            found[name] = in_pytorch.dW_of_workers(parts, given, f"{folder}/meeting")
    return found


def worker_parts() -> dict[str, list[tuple[Array, Array]]]:
    """Return the samples of two workers: two and two, or one and two."""
    rows = {"equal": ([0, 1], [1, 2]), "unequal": ([0], [1, 2])}
    return {
        name: [(example.X[part], example.y[part]) for part in parts] for name, parts in rows.items()
    }


def digits_by_the_loop(seed: int) -> int:
    """Return how many of 517 digits the PyTorch of lesson 4 reads after its own training."""
    import torch

    torch.manual_seed(seed)
    X, y, X_test, y_test = networks.images()
    model, turned = in_pytorch.cnn(), (0, 3, 1, 2)
    in_pytorch.train(model, X.transpose(turned).astype(np.float32), y, epochs=10, rate=0.003)
    with torch.no_grad():
        logits = model(torch.tensor(X_test.transpose(turned).astype(np.float32)))
    return int((logits.argmax(1).numpy() == y_test).sum())


def everything() -> dict[str, Any]:
    """Return all that is recorded, computed by PyTorch now."""
    import torch

    torch.set_num_threads(1)
    return {
        "made by": "python -m nnlib.chapters.ch10_pytorch.record",
        "PyTorch": torch.__version__.split("+")[0],
        "parity": {
            f"{name}, {dtype}": parity(name, dtype) for name in NETWORKS for dtype in DTYPES
        },
        "right": [right(seed) for seed in range(SEEDS)],
        "parting": {
            name: [parting(kinks, seed) for seed in range(8)]
            for name, kinks in (("ReLU and maximum", True), ("tanh and average", False))
        },
        "flips": [first_flip(seed) for seed in range(8)],
        "autograd": of_autograd(),
        "defaults": of_defaults(),
        "workers": of_workers(),
        "loop": [digits_by_the_loop(seed) for seed in range(SEEDS)],
    }


def plain(value: Any) -> Any:
    """Return arrays as lists, and float32 in as many digits as it has."""
    if isinstance(value, np.ndarray):
        if value.dtype == np.float32:
            value = np.vectorize(lambda v: float(str(v)), otypes=[float])(value)
        return value.tolist()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


if __name__ == "__main__":
    lines = (f"{json.dumps(key)}: {json.dumps(part)}" for key, part in plain(everything()).items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")
