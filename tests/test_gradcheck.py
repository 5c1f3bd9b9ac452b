"""The gradient check passes what is right, and catches each way of being wrong."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from nnlib import gradcheck
from nnlib.layers import Conv2D, Dropout, Flatten, FullyConnected
from nnlib.losses import CrossEntropy, SoftmaxCrossEntropy
from nnlib.models import NeuralNetwork
from nnlib.normalization import BatchNorm


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


# --- gradients that are truly zero ---------------------------------------------------------------

# The bias of the first layer shifts what batch norm centers: its gradient is 0.
BEFORE_NORM = {
    "fully connected": ([FullyConnected(5), BatchNorm("tanh"), FullyConnected(3)], (8, 4)),
    "convolution": ([Conv2D(2, 3), BatchNorm("silu"), Flatten(), FullyConnected(3)], (4, 5, 4, 1)),
}


def before_norm(kind, loss, scale, seed):
    """Return a network whose first bias has the gradient 0, with inputs and targets."""
    layers, shape = BEFORE_NORM[kind]
    rng = np.random.default_rng(seed)
    X, labels = scale * rng.normal(size=shape), rng.integers(0, 3, shape[0])
    network = NeuralNetwork(layers, loss, seed=seed)
    return network, X, labels if network.loss.classifies else np.eye(3)[labels]


each_zero = pytest.mark.parametrize("kind", BEFORE_NORM)


@each_zero
@pytest.mark.parametrize("scale", [0.01, 1, 100])
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "mean_squared_error"])
def test_a_gradient_that_is_zero_passes(kind, loss, scale):
    for seed in range(5):
        errors = gradcheck.check_network(*before_norm(kind, loss, scale, seed))
        assert max(errors.values()) < 1e-6, errors


@each_zero
def test_a_gradient_that_is_not_zero_but_should_be_is_caught(kind, monkeypatch):
    """The error put in is some 25 times what rounding does: 5e-10 beside a loss of 1."""
    network, X, Y = before_norm(kind, "softmax_cross_entropy", 1, 0)
    first = type(network.layers[0])
    right = first.backward

    def wrong(self, dY, need_dX=True):
        dX = right(self, dY, need_dX)
        if self.gradients["b"].shape[1] != 3:  # the first layer, not the last
            self.gradients["b"] = self.gradients["b"] + 5e-9
        return dX

    monkeypatch.setattr(first, "backward", wrong)
    errors = gradcheck.check_network(network, X, Y)
    assert errors.pop("0.b") > 1e-2
    assert max(errors.values()) < 1e-6


def test_a_function_that_is_constant_has_the_gradient_zero(rng):
    X = rng.normal(size=(3, 3))

    def constant(X):  # the softmax of each row sums to 1
        E = np.exp(X)
        return float(np.sum(E / E.sum(axis=1, keepdims=True)))

    assert gradcheck.check_function(constant, np.zeros_like, X) == 0
    assert gradcheck.check_function(constant, lambda X: np.full_like(X, 1e-8), X) > 1e-2


def test_at_the_bottom_of_a_bowl_the_values_beside_it_are_rounded():
    """f(x) is 0 and f(x + h) is not: beside 1e-10, a slope of 2e-200 is rounding."""
    error = gradcheck.check_function(lambda X: float(np.sum(X**2)), lambda X: 2 * X, [1e-200])
    assert error == 0


def test_the_floor_is_the_size_of_the_rounding():
    """It is subtracted, so that a wrong gradient just above it still has an error of order 1."""
    floor = gradcheck.floor(3.0)
    assert floor == 10 * gradcheck.rounding(3.0) == 10 * gradcheck.rounding(-3.0)
    assert gradcheck.rounding(3.0) == pytest.approx(3 * 2.0**-52 / 1e-5)
    zero = np.zeros(2)
    assert gradcheck.relative_error(zero, zero + floor, floor) == 0
    assert gradcheck.relative_error(zero, zero + 3 * floor, floor) == pytest.approx(2 / 3)
    assert gradcheck.relative_error(zero + 1, zero + 1 + 3 * floor) > 0


def test_the_expected_error_is_the_one_that_comes_out(rng):
    """eps |f| / (h |g|) is right within a factor of ten, over six powers of the gradient's size."""
    for exponent in range(6):
        a = 10.0**-exponent
        X = rng.normal(size=(4, 4))
        value = 1 + np.sum(np.sin(a * X))
        gradient = a * np.cos(a * X)
        numeric = gradcheck.numerical_gradient(lambda X, a=a: 1 + np.sum(np.sin(a * X)), X)
        error = gradcheck.relative_error(gradient, numeric)
        assert 0.01 < error / gradcheck.expected_error(value, gradient) < 10
    assert gradcheck.expected_error(1.0, np.zeros(3)) == np.inf
    down = gradcheck.expected_error(1.0, np.array([0.5, -2.0]))
    assert down == gradcheck.expected_error(1.0, np.array([0.5, 2.0]))


def test_the_step_is_the_one_that_was_taken():
    """At 3e6, x + h is rounded to a multiple of 5e-10: 2h itself would be wrong by 2e-5."""
    X = np.array([3e6 + 0.1])
    assert gradcheck.numerical_gradient(lambda X: float(X[0]), X)[0] == 1
    with pytest.raises(ValueError, match=r"an h that moves X\[\(0,\)\] = 1e\+12, got 1e-05"):
        gradcheck.numerical_gradient(lambda X: float(X[0]), np.array([1e12]))


def test_an_f_that_raises_leaves_x_where_it_was():
    X = np.array([1.0, 2.0])

    def fails(X):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        gradcheck.numerical_gradient(fails, X)
    np.testing.assert_array_equal(X, [1, 2])


def test_what_cannot_be_differentiated_says_why():
    X = np.ones(2)
    still = np.ones(2)
    still.flags.writeable = False
    for call, message in [
        (lambda: gradcheck.numerical_gradient(lambda X: X, X), r"one number, got shape \(2,\)"),
        (lambda: gradcheck.numerical_gradient(np.sum, [1.0]), r"X in float64, .* got list"),
        (lambda: gradcheck.numerical_gradient(np.sum, still), r"got float64 that is read-only"),
        (lambda: gradcheck.numerical_gradient(np.sum, X, 0), r"h in \(0, inf\), got 0"),
        (lambda: gradcheck.relative_error(["a"], ["b"]), r"A to hold real numbers, got dtype <U1"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


def test_a_backward_without_a_gradient_is_said_to_have_none(rng):
    class Silent(FullyConnected):
        def backward(self, dY, need_dX=True):
            dX = super().backward(dY)
            del self.gradients["b"]
            return dX

    with pytest.raises(ValueError, match=r"backward\(\) to give db, got \['W', 'X'\]"):
        gradcheck.check_layer(Silent(2), rng.normal(size=(3, 2)))


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
    for larger in (A, -A):
        assert gradcheck.relative_error(5 * larger, 4 * larger) == pytest.approx(0.2)
        assert gradcheck.relative_error(4 * larger, 5 * larger) == pytest.approx(0.2)
    assert gradcheck.relative_error(np.uint8([250]), np.uint8([255])) == pytest.approx(5 / 255)
    assert gradcheck.relative_error(np.zeros(2), np.zeros(2)) == 0
    assert gradcheck.relative_error(np.zeros((0, 2)), np.zeros((0, 2))) == 0
    with pytest.raises(ValueError, match=r"the same shape, got \(2,\) and \(1, 2\)"):
        gradcheck.relative_error(A, A[None])
