"""Numbered gradients that no exercise and no cell of a lesson holds, each by another route."""

from __future__ import annotations

import numpy as np
import pytest

from nnlib.gradcheck import numerical_gradient, relative_error
from nnlib.layers import FullyConnected
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.models import NeuralNetwork
from nnlib.normalization import BatchNorm


def affine_layer(W, b, activation="linear"):
    layer = FullyConnected(W.shape[1], activation)
    layer.build(W=W, b=b)
    return layer


def test_a_gradient_that_looks():
    """(3.19): the mean square of dX, where the loss is the sum of a ReLU layer's outputs."""
    n, rng, means = 8, np.random.default_rng(0), []
    x = rng.normal(size=(1, n))
    for _ in range(20_000):
        W = rng.normal(0, np.sqrt(2 / n), (n, n))
        layer = affine_layer(W, np.zeros((1, n)), "relu")
        layer.forward(x)
        means.append(np.mean(layer.backward(np.ones((1, n))) ** 2))
    error = np.std(means) / np.sqrt(len(means))
    expected = 1 + (1 - 1 / n) / np.pi
    assert abs(np.mean(means) - expected) < 4 * error
    assert 8 * error < expected - 1  # so that 1 is refuted


def test_a_chain_of_jacobians(rng):
    """(4.2): five Jacobians, multiplied, are the derivative of the chain."""
    W = [rng.normal(size=(k, d)) for d, k in ((3, 4), (4, 2), (2, 5), (5, 3), (3, 1))]

    def chain(x):
        for w in W:
            x = np.tanh(w @ x)
        return x[0]

    x = start = rng.normal(size=3)
    product = np.eye(3)
    for w in W:
        x = np.tanh(w @ x)
        product = np.diag(1 - x**2) @ w @ product
    assert relative_error(product[0], numerical_gradient(chain, start)) < 1e-6


@pytest.fixture
def affine(rng):
    layer = affine_layer(rng.normal(size=(3, 2)), rng.normal(size=(1, 2)))
    X, dZ = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    layer.forward(X)
    return layer, X, dZ, layer.backward(dZ)


def test_a_change_of_the_loss_is_the_sum_of_three_products(affine, rng):
    """(4.11): all three change at once, and <dZ, Z> is the loss."""
    layer, X, dZ, dX = affine
    W, b, dW, db = *layer.parameters.values(), *layer.gradients.values()
    steps = [rng.normal(size=T.shape) for T in (W, b, X)]

    def loss(h):
        return np.sum(dZ * ((X + h * steps[2]) @ (W + h * steps[0]) + b + h * steps[1]))

    slope = sum(np.sum(g * step) for g, step in zip((dW, db, dX), steps, strict=True))
    assert (loss(1e-5) - loss(-1e-5)) / 2e-5 == pytest.approx(slope, rel=1e-8)


def test_an_output_knows_the_weights_of_its_column_alone(affine):
    """(4.12): for each output, the derivatives with respect to all weights."""
    layer, X, _, _ = affine
    for r in range(2):
        one = np.zeros((4, 2))
        one[0, r] = 1
        layer.backward(one)
        expected = np.zeros((3, 2))
        expected[:, r] = X[0]
        np.testing.assert_array_equal(layer.gradients["W"], expected)


def test_one_weight_of_the_first_layer(rng):
    """(4.18): four factors, summed over samples and classes, are what the network computes."""
    X, y = rng.normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])
    network = NeuralNetwork(
        [FullyConnected(4, "relu"), FullyConnected(3)], SoftmaxCrossEntropy(), seed=1
    ).build((3,))
    Z2 = network.forward(X)
    network.backward(y, Z2)
    P = np.exp(Z2) / np.exp(Z2).sum(axis=1, keepdims=True)
    first, second = network.layers
    Z1 = X @ first.parameters["W"] + first.parameters["b"]
    dz2 = (P - np.eye(3)[y]) / 5
    by_hand = np.einsum("im,ij,jc,ic->mj", X, Z1 > 0.0, second.parameters["W"], dz2)
    np.testing.assert_allclose(first.gradients["W"], by_hand, rtol=1e-12, atol=1e-15)


def test_softmax_is_the_gradient_of_log_sum_exp(rng):
    """(5.13), read off the loss: dZ + Y, for one sample."""
    z, loss = rng.normal(size=(1, 5)), SoftmaxCrossEntropy()
    gradient = loss.backward([2], z) + np.eye(5)[[2]]
    numerical = numerical_gradient(lambda z: np.log(np.exp(z).sum()), z)
    assert relative_error(gradient, numerical) < 1e-6


def test_forward_and_backward_differences_agree_for_any_step(rng):
    """(6.20), for a layer that is not linear: <J V, dZ> = <V, J^T dZ>."""
    layer = affine_layer(rng.normal(size=(4, 3)), np.zeros((1, 3)), "tanh")
    X, V, dA = rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), rng.normal(size=(2, 3))
    h = 1e-5
    JV = (layer.forward(X + h * V) - layer.forward(X - h * V)) / (2 * h)
    layer.forward(X)
    assert np.sum(JV * dA) == pytest.approx(np.sum(V * layer.backward(dA)), rel=1e-8)


@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_what_batch_norm_takes_out_of_a_gradient(eps, rng):
    """(9.23): the sum is 0, and of the product with X_hat the share eps / (v + eps) is left."""
    layer, X, dZ = BatchNorm(eps=eps), rng.normal(2, 3, (6, 2)), rng.normal(size=(6, 2))
    layer.forward(X)
    dX, v = layer.backward(dZ), X.var(axis=0)
    X_hat = (X - X.mean(axis=0)) / np.sqrt(v + eps)
    np.testing.assert_allclose(dX.sum(axis=0), 0, atol=1e-14)
    left = eps / (v + eps) / np.sqrt(v + eps) * np.sum(dZ * X_hat, axis=0)
    np.testing.assert_allclose(np.sum(dX * X_hat, axis=0), left, rtol=1e-7, atol=1e-14)
