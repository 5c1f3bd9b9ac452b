"""The networks of chapter 10 in nnlib, their weights in PyTorch's layout, and their gradients.

Samples are rows and images NHWC here; what is PyTorch's is NCHW. `in_pytorch` has the same
networks there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

import nnlib
from nnlib import Conv2D, Flatten, FullyConnected, NeuralNetwork, Pool2D
from nnlib.teaching import example

Array = np.ndarray
Parameters = list[tuple[Array, Array]]


def mlp() -> NeuralNetwork:
    """Return the book's 2-3-2 network with its numbers."""
    network = NeuralNetwork([FullyConnected(3, "relu"), FullyConnected(2)])
    network.build((2,))
    fill(network, [(example.W1, example.b1), (example.W2, example.b2)])
    return network


def cnn(channels: tuple[int, int] = (8, 8), hidden: Sequence[int] = (32, 32)) -> list[nnlib.Layer]:
    """Return the layers of a network for the digits."""
    first, second = channels
    return [
        Conv2D(first, 3, "relu"),
        Pool2D(2),
        Conv2D(second, 3, "relu"),
        Flatten(),
        *(FullyConnected(k, "relu") for k in hidden),
        FullyConnected(10),
    ]


def without_kinks(layers: list[nnlib.Layer]) -> list[nnlib.Layer]:
    """Return the layers with tanh for each ReLU, and averages for the maxima."""
    found: list[nnlib.Layer] = []
    for layer in layers:
        if isinstance(layer, Pool2D):
            layer = Pool2D(layer.kernel_shape, "average")
        elif layer.activation.word == "relu":
            layer.activation = nnlib.activations.initialize_activation("tanh")
        found.append(layer)
    return found


@cache
def images() -> tuple[Array, Array, Array, Array]:
    """Return 1,280 digits to train on and 517 others: X (n, 8, 8, 1), y, and the others'."""
    X, y = nnlib.load_digits()
    return nnlib.train_test_split(X, y, 517)


def trained(seed: int) -> NeuralNetwork:
    """Return the network for the digits after ten epochs with Adam."""
    X, y, _, _ = images()
    network = NeuralNetwork(cnn(), optimizer=nnlib.Adam(0.003), seed=seed)
    network.fit(X, y, epochs=10, batch_size=32, progress=False)
    return network


def parameters_of(network: NeuralNetwork) -> Parameters:
    """Return W and b of each layer that has some, as they are: no copies."""
    return [(p["W"], p["b"]) for layer in network.layers if (p := layer.parameters)]


def fill(network: NeuralNetwork, parameters: Parameters) -> None:
    """Write these numbers into a network that is built."""
    for mine, given in zip(parameters_of(network), parameters, strict=True):
        for to, new in zip(mine, given, strict=True):
            to[...] = new


# The two layouts --------------------------------------------------------------------------------


def to_torch(W: Array) -> Array:
    """Return W as PyTorch keeps it: (k, d), or (C_out, C_in, kh, kw). (10.1), (10.2)."""
    return W.T if W.ndim == 2 else W.transpose(3, 2, 0, 1)


def from_torch(weight: Array) -> Array:
    """Return a weight of PyTorch as nnlib keeps it; gradients turn in the same way."""
    return weight.T if weight.ndim == 2 else weight.transpose(2, 3, 1, 0)


def channels_first_rows(W: Array, height: int, width: int) -> Array:
    """Return W (h w C, k) behind Flatten with its rows in PyTorch's order, C h w. (10.5)."""
    rows = W.reshape(height, width, -1, W.shape[1])
    return rows.transpose(2, 0, 1, 3).reshape(W.shape)


def channels_last_rows(W: Array, height: int, width: int) -> Array:
    """Return W (C h w, k) with its rows in nnlib's order, h w C: the way back."""
    rows = W.reshape(-1, height, width, W.shape[1])
    return rows.transpose(1, 2, 0, 3).reshape(W.shape)


def exported(network: NeuralNetwork, side: int = 4) -> Parameters:
    """Return weight and bias of each layer of `cnn`, ready for PyTorch."""
    turned, behind_flatten = [], False
    for layer in network.layers:
        behind_flatten |= isinstance(layer, Flatten)
        if layer.parameters:
            W, b = layer.parameters["W"], layer.parameters["b"]
            if behind_flatten:
                W = channels_first_rows(W, side, side)
                behind_flatten = False
            turned.append((to_torch(W), b[0]))
    return turned


# What is forgotten in the copying. Each is a change of what `exported` gives; every shape fits.


def _rows_as_they_are(network: NeuralNetwork) -> Parameters:
    return [(to_torch(W), b[0]) for W, b in parameters_of(network)]


def _one_more(number: int, axes: tuple[int, ...], network: NeuralNetwork) -> Parameters:
    """Exchange axes of one weight."""
    right = exported(network)
    weight, bias = right[number]
    right[number] = weight.transpose(axes), bias
    return right


def _no_biases(network: NeuralNetwork) -> Parameters:
    return [(weight, 0 * bias) for weight, bias in exported(network)]


MISTAKES = {
    "nothing forgotten": exported,
    "rows behind Flatten": _rows_as_they_are,
    "a square layer's transpose": lambda network: _one_more(3, (1, 0), network),
    "kernels as (kw, kh)": lambda network: _one_more(1, (0, 1, 3, 2), network),
    "kernels as (C_in, C_out)": lambda network: _one_more(1, (1, 0, 2, 3), network),
    "the biases": _no_biases,
}
"""What may be forgotten, and the parameters that PyTorch then gets."""


def imported(network: NeuralNetwork, parameters: Parameters, side: int = 4) -> NeuralNetwork:
    """Return a network that computes what PyTorch computes with these parameters."""
    turned = [(from_torch(weight), bias[None]) for weight, bias in parameters]
    first = [layer for layer in network.layers if layer.parameters].index(behind_flatten(network))
    turned[first] = channels_last_rows(turned[first][0], side, side), turned[first][1]
    copy = NeuralNetwork(network.layers)
    copy.forward(images()[0][:1], training=False)
    fill(copy, turned)
    return copy


def behind_flatten(network: NeuralNetwork) -> nnlib.Layer:
    """Return the first layer with parameters behind Flatten."""
    at = next(i for i, layer in enumerate(network.layers) if isinstance(layer, Flatten))
    return next(layer for layer in network.layers[at:] if layer.parameters)


# Gradients --------------------------------------------------------------------------------------


def arrays(network: NeuralNetwork, X: Array, y: Array) -> Iterator[tuple[str, Array]]:
    """Yield what one pass forward and back computes, by name: outputs, loss, dX, dW1, db1, ..."""
    out = network.forward(X)
    yield "outputs", out
    yield "loss", np.array(network.loss.forward(y, out), X.dtype)
    dA = network.loss.backward(y, out)
    for layer in reversed(network.layers):
        dX = layer.backward(dA)
        assert dX is not None
        dA = dX
    yield "dX", dA
    with_weights = [layer for layer in network.layers if layer.parameters]
    for i, layer in enumerate(with_weights, 1):
        yield f"dW{i}", layer.gradients["W"]
        yield f"db{i}", layer.gradients["b"]


def case(name: str, dtype: type) -> tuple[NeuralNetwork, Array, Array]:
    """Return a network, its input and its labels, for the table of differences.

    "MLP" is the book's example; "CNN" has 3 and 2 channels, 5 hidden units, and 2 digits. All its
    parameters are drawn uniformly, the biases too, so that none is 0.
    """
    if name == "MLP":
        network, X, y = mlp(), example.X, example.y
        W = parameters_of(network)
    else:
        rng = np.random.default_rng(10)
        X, y = (part[:2] for part in images()[:2])
        network = NeuralNetwork(cnn((3, 2), (5,))).build(X.shape[1:])
        W = [
            (rng.uniform(-1, 1, w.shape), rng.uniform(-1, 1, b.shape))
            for w, b in parameters_of(network)
        ]
    again = NeuralNetwork(network.layers)
    for layer in again.layers:
        layer.parameters = {}
    again.build(X.shape[1:], dtype)
    fill(again, W)
    return again, X.astype(dtype), y


# Ten steps --------------------------------------------------------------------------------------


def slope(W1: Array) -> Array:
    """Return dW1 of the book's 2-3-2 network at any W1."""
    network = mlp()
    fill(network, [(W1, example.b1), (example.W2, example.b2)])
    network.backward(example.y, network.forward(example.X))
    return network.layers[0].gradients["W"]


def ten_steps(optimizer: nnlib.optimizers.Optimizer, rates: Sequence[float] | None = None) -> Array:
    """Return W1 after ten steps of an optimizer of nnlib from the example's W1."""
    layer = FullyConnected(3)
    layer.parameters = {"W": example.W1.copy()}
    for t in range(10):
        if rates is not None:
            optimizer.learning_rate = rates[t]
        layer.gradients = {"W": slope(layer.parameters["W"])}
        optimizer.step([layer])
    return layer.parameters["W"]


FALLING = [0.1] * 5 + [0.01] * 5
"""Learning rates of a walk whose rate falls on its way."""

PAIRS: dict[str, tuple[nnlib.optimizers.Optimizer, str, dict[str, object]]] = {
    "sgd": (nnlib.SGD(0.1), "SGD", {"lr": 0.1}),
    "sgd, decay": (nnlib.SGD(0.1, 0.2), "SGD", {"lr": 0.1, "weight_decay": 0.2}),
    "momentum": (nnlib.Momentum(0.1), "SGD", {"lr": 0.1, "momentum": 0.9}),
    "nesterov": (
        nnlib.Momentum(0.1, nesterov=True),
        "SGD",
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
    ),
    "rmsprop": (nnlib.RMSProp(0.01), "RMSprop", {"lr": 0.01}),
    "adam": (nnlib.Adam(0.01), "Adam", {"lr": 0.01}),
    "adam, decay": (nnlib.Adam(0.01, weight_decay=0.2), "Adam", {"lr": 0.01, "weight_decay": 0.2}),
    "adamw": (nnlib.AdamW(0.01, weight_decay=0.2), "AdamW", {"lr": 0.01, "weight_decay": 0.2}),
}
"""Each optimizer of nnlib, and the name and settings of its twin in torch.optim."""
