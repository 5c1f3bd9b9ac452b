"""The gradient check passes what is right, and catches each way of being wrong."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from nnlib import gradcheck
from nnlib.layers import BatchNorm, Conv2D, Dropout, Flatten, FullyConnected
from nnlib.losses import CrossEntropy, SoftmaxCrossEntropy
from nnlib.models import NeuralNetwork


def f(X):
    return float(np.sum(np.sin(X) * X[:, ::-1]))


def df(X):
    return np.cos(X) * X[:, ::-1] + np.sin(X)[:, ::-1]


def one_entry_wrong(G):
    G = G.copy()
    G[0, 1] *= 1.001
    return G


WRONG = {
    "sign": lambda G: -G,
    "factor 2": lambda G: 2 * G,
    "mean instead of sum": lambda G: G / len(G),
    "transposed": lambda G: G.T,
    "one entry": one_entry_wrong,
    "zero": np.zeros_like,
    "NaN": lambda G: G * np.nan,
}
each_error = pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)


def test_a_right_gradient_passes(rng):
    assert gradcheck.check_function(f, df, rng.normal(size=(3, 3))) < 1e-9


@each_error
def test_a_wrong_gradient_of_a_function_is_caught(spoil, rng):
    error = gradcheck.check_function(f, lambda X: spoil(df(X)), rng.normal(size=(3, 3)))
    assert not error < 1e-6


@each_error
@pytest.mark.parametrize("which", ["W", "X"])
def test_a_wrong_gradient_of_a_layer_is_caught(spoil, which, rng):
    class Wrong(FullyConnected):
        def backward(self, dY, need_dX=True):
            dX = super().backward(dY)
            if which == "W":
                self.gradients["W"] = spoil(self.gradients["W"])
            return spoil(dX) if which == "X" else dX

    errors = gradcheck.check_layer(Wrong(4, "tanh"), rng.normal(size=(4, 4)))
    assert not errors.pop(which) < 1e-6
    assert max(errors.values()) < 1e-6


@each_error
def test_a_wrong_gradient_of_a_loss_is_caught(spoil, rng):
    class Wrong(SoftmaxCrossEntropy):
        def backward(self, Y, Y_hat):
            return spoil(super().backward(Y, Y_hat))

    Y, Z = np.array([0, 2, 1]), rng.normal(size=(3, 3))
    assert gradcheck.check_loss(SoftmaxCrossEntropy(), Y, Z) < 1e-6
    assert not gradcheck.check_loss(Wrong(), Y, Z) < 1e-6


@each_error
def test_a_wrong_gradient_of_a_network_is_caught(spoil, rng):
    class Wrong(FullyConnected):
        def backward(self, dY, need_dX=True):
            dX = super().backward(dY, need_dX)
            self.gradients["W"] = spoil(self.gradients["W"])
            return dX

    X, Y = rng.normal(size=(5, 4)), np.array([0, 1, 2, 3, 0])
    errors = gradcheck.check_network(NeuralNetwork([Wrong(4, "tanh"), FullyConnected(4)]), X, Y)
    assert errors.keys() == {"0.W", "0.b", "1.W", "1.b"}
    assert not errors.pop("0.W") < 1e-6
    assert max(errors.values()) < 1e-6


def test_a_whole_network_passes_and_stays_as_it_was(rng):
    layers = [
        Conv2D(2, 2, "prelu", stride=2),
        BatchNorm("tanh"),
        Dropout(0.3),
        Flatten(),
        FullyConnected(3, "softmax"),
    ]
    network = NeuralNetwork(layers, CrossEntropy())
    X, Y = rng.normal(size=(4, 4, 4, 1)), np.array([0, 1, 2, 0])
    network.build((4, 4, 1))
    before = copy.deepcopy(network)
    assert max(gradcheck.check_network(network, X, Y).values()) < 1e-6
    for ours, then in zip(network.layers, before.layers, strict=True):
        assert ours.cache == ours.gradients == {}
        for key, p in (then.parameters | then.state).items():
            np.testing.assert_array_equal((ours.parameters | ours.state)[key], p)
    assert network.rng.bit_generator.state == before.rng.bit_generator.state


@pytest.mark.parametrize("layer", [FullyConnected(3, "prelu"), BatchNorm(), Dropout()], ids=repr)
def test_checking_a_layer_leaves_it_as_it_was(layer, rng):
    X = rng.normal(size=(4, 3))
    layer.forward(X, training=False)
    before = copy.deepcopy(layer)
    gradcheck.check_layer(layer, X)
    assert layer.cache == layer.gradients == {}
    for key, p in (before.parameters | before.state).items():
        np.testing.assert_array_equal((layer.parameters | layer.state)[key], p)
    assert layer.rng.bit_generator.state == before.rng.bit_generator.state


def test_an_input_drawn_with_the_seed_of_the_check_is_no_special_case():
    X = np.random.default_rng(0).normal(size=(5, 4))
    assert gradcheck.check_layer(BatchNorm(), X)["X"] < 1e-6


def test_central_differences_are_exact_for_a_parabola():
    X = np.array([[1.0, -2.0], [0.5, 3.0]])
    before = X.copy()
    gradient = gradcheck.numerical_gradient(lambda X: float(np.sum(X**2)), X)
    np.testing.assert_allclose(gradient, 2 * X, rtol=1e-9)
    np.testing.assert_array_equal(X, before)


def test_central_differences_have_the_error_of_their_formula():
    """(f(x + h) - f(x - h)) / 2h of x^3 is 3 x^2 + h^2."""
    gradient = gradcheck.numerical_gradient(lambda X: float(X[0] ** 3), np.array([1.0]), h=0.1)
    np.testing.assert_allclose(gradient, 3.01)


def test_float32_is_refused():
    with pytest.raises(ValueError, match=r"X in float64, .* got float32"):
        gradcheck.numerical_gradient(f, np.zeros((2, 2), np.float32))


def test_relative_error():
    A = np.array([4.0, 1.0])
    assert gradcheck.relative_error(A, A) == 0
    assert gradcheck.relative_error(A, np.array([5.0, 1.0])) == pytest.approx(0.2)
    assert gradcheck.relative_error(np.array([5.0, 1.0]), A) == pytest.approx(0.2)
    assert gradcheck.relative_error(A, -A) == 2
    assert gradcheck.relative_error(np.zeros(2), np.zeros(2)) == 0
    assert gradcheck.relative_error(np.zeros((0, 2)), np.zeros((0, 2))) == 0
    with pytest.raises(ValueError, match=r"the same shape, got \(2,\) and \(1, 2\)"):
        gradcheck.relative_error(A, A[None])
