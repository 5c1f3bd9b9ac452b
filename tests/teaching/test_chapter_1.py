"""Chapter 1's solutions against nnlib and, where it is installed, against PyTorch."""

import numpy as np
import pytest

import nnlib
from nnlib.teaching.example import W1, W2, X, b1, b2, y
from nnlib.teaching.exercises import find
from nnlib.training import accuracy

WIDTHS = [5, 7, 4, 3]


def solution(id):
    return find(id).solution


@pytest.fixture
def network():
    *hidden, K = WIDTHS[1:]
    layers = [nnlib.FullyConnected(k, "relu") for k in hidden]
    built = nnlib.NeuralNetwork([*layers, nnlib.FullyConnected(K)]).build((WIDTHS[0],))
    for layer in built.layers:  # a bias of zero would hide its absence
        layer.parameters["b"] = built.rng.normal(size=layer.parameters["b"].shape)
    return built


@pytest.fixture
def inputs():
    return np.random.default_rng(0).normal(size=(6, WIDTHS[0]))


def test_units_and_layers_are_those_of_nnlib(network, inputs):
    layer = network.layers[0]
    W, b = layer.parameters["W"], layer.parameters["b"]
    layer.forward(inputs)
    Z = layer.cache["Z"]
    np.testing.assert_allclose(solution("1.1")(inputs, W, b, 4, 2), Z[4, 2], rtol=1e-12)
    np.testing.assert_allclose(solution("1.2")(inputs, W, b), Z, rtol=1e-12)
    np.testing.assert_allclose(solution("1.3")(inputs, W, b[0]), Z, rtol=1e-12)


def test_the_forward_pass_is_that_of_nnlib(network, inputs):
    weights = [layer.parameters["W"] for layer in network.layers]
    biases = [layer.parameters["b"] for layer in network.layers]
    expected = network.forward(inputs)
    np.testing.assert_allclose(solution("1.4")(inputs, weights, biases), expected, rtol=1e-12)


def test_the_count_is_that_of_nnlib(network):
    held = sum(p.size for layer in network.layers for p in layer.parameters.values())
    assert solution("1.5")(WIDTHS) == held


def test_labels_and_accuracy_are_those_of_nnlib():
    Y = solution("1.6")(y, 2)
    logits = np.maximum(X @ W1 + b1, 0) @ W2 + b2
    np.testing.assert_array_equal(Y, nnlib.losses.class_targets(y, logits))
    assert solution("1.7")(logits, y) == accuracy(y, logits.argmax(axis=1)) == 2 / 3


def test_a_probability_is_the_sigmoid_of_nnlib(inputs):
    w, b = np.array([1.0, -2.0, 0.5, 0.0, 1.0]), 0.3
    p = nnlib.Sigmoid().forward(inputs @ w + b)
    np.testing.assert_allclose(solution("1.14")(inputs, w, b), p, rtol=1e-12)


def test_ramps_of_nnlib_pass_through_the_heights():
    heights = np.random.default_rng(1).normal(size=6)
    weights, bias = solution("1.15")(heights)
    network = nnlib.NeuralNetwork([nnlib.FullyConnected(5, "relu"), nnlib.FullyConnected(1)])
    first, second = network.build((1,)).layers
    first.parameters.update(W=np.ones((1, 5)), b=-np.arange(5).reshape(1, 5) / 5)
    second.parameters.update(W=weights.reshape(5, 1), b=np.array([[bias]]))
    x = np.arange(6).reshape(6, 1) / 5
    np.testing.assert_allclose(network.forward(x)[:, 0], heights)


def test_two_layers_collapse_into_one_of_nnlib(inputs):
    network = nnlib.NeuralNetwork([nnlib.FullyConnected(4), nnlib.FullyConnected(3)])
    expected = network.forward(inputs)
    parameters = (layer.parameters[name] for layer in network.layers for name in "Wb")
    W, b = solution("1.9")(*parameters)
    np.testing.assert_allclose(inputs @ W + b, expected, rtol=1e-12)


def test_ported_weights_compute_what_pytorch_computes(torch, inputs):
    torch.manual_seed(0)
    layers = [torch.nn.Linear(5, 5, dtype=torch.float64) for _ in range(2)]
    A = torch.from_numpy(inputs)
    for layer in layers:
        A = torch.relu(layer(A))
    expected = A.detach().numpy()

    weights = [layer.weight.detach().numpy() for layer in layers]
    biases = [layer.bias.detach().numpy() for layer in layers]
    np.testing.assert_allclose(solution("1.12")(inputs, weights, biases), expected, rtol=1e-12)
    A = inputs
    for W, b in map(solution("1.11"), weights, biases):
        A = np.maximum(A @ W + b, 0)
    np.testing.assert_allclose(A, expected, rtol=1e-12)
    broken = find("1.12").broken(inputs, weights, biases)
    assert np.abs(broken - expected).max() > 0.01


def test_the_first_batch_decides_as_in_nnlib(inputs):
    layer = nnlib.FullyConnected(3)
    layer.forward(inputs)
    W = layer.parameters["W"]
    assert solution("1.13")(inputs, None, 3).shape == W.shape
    for refuse in (layer.forward, lambda X: solution("1.13")(X, W, 3)):
        with pytest.raises(ValueError, match="got"):
            refuse(inputs[:, :4])
