"""Layer normalization against its definition, central differences and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from nnlib.activations import ACTIVATIONS
from nnlib.gradcheck import check_layer
from nnlib.normalization import BatchNorm, LayerNorm

shapes = pytest.mark.parametrize("shape", [(5, 4), (2, 3, 2, 3)], ids=str)


def set_apart(layer, shape):
    """Build the layer and give it a gamma and a beta whose entries differ."""
    layer.forward(np.zeros((2, *shape[1:])), training=False)
    layer.parameters["gamma"][...] = [[0.5, -1.5, 2, 1][: shape[-1]]]
    layer.parameters["beta"][...] = [[0.3, -0.2, 0.1, 1][: shape[-1]]]
    return layer


@shapes
def test_each_row_gets_mean_0_and_variance_1(shape, rng):
    X = rng.normal(5, 3, size=shape)
    Y = LayerNorm(eps=1e-12).forward(X)
    np.testing.assert_allclose(Y.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(Y.var(axis=-1), 1, rtol=1e-9)


def test_a_row_by_hand():
    layer = set_apart(LayerNorm(eps=1e-12), (1, 4))
    Y = layer.forward(np.array([[2.0, 4, 4, 6]]))  # mean 4, variance 2
    s = 2**0.5
    np.testing.assert_allclose(Y, [[-0.5 * s + 0.3, -0.2, 0.1, s + 1]], rtol=1e-9)


def test_eps_keeps_a_constant_row_finite():
    layer = LayerNorm(eps=1e-3)
    np.testing.assert_array_equal(layer.forward(np.full((2, 4), 7.0)), 0)
    np.testing.assert_allclose(layer.cache["std"], 1e-3**0.5)
    assert np.isfinite(layer.backward(np.ones((2, 4)))).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@shapes
def test_gradients(activation, shape):
    for seed in range(100):  # away from the kinks of ReLU and its kin
        layer = set_apart(LayerNorm(activation), shape)
        X = np.random.default_rng(seed).normal(size=shape)
        layer.forward(X)
        if np.abs(layer.cache["Z"]).min() > 1e-3:
            break
    errors = check_layer(layer, X)
    assert errors.keys() == {"X", *layer.parameters}
    assert max(errors.values()) < 1e-6, errors


def test_it_is_batch_norm_of_the_transpose(rng):
    X, dY = rng.normal(size=(5, 7)), rng.normal(size=(5, 7))
    one, other = LayerNorm(), BatchNorm()
    np.testing.assert_allclose(one.forward(X), other.forward(X.T).T, rtol=1e-12)
    np.testing.assert_allclose(one.backward(dY), other.backward(dY.T).T, rtol=1e-10)


def test_no_row_sees_another_and_one_row_is_enough(rng):
    X, layer = rng.normal(size=(6, 4)), set_apart(LayerNorm("tanh"), (6, 4))
    together = layer.forward(X)
    np.testing.assert_array_equal(layer.forward(X, training=False), together)
    for i in range(6):
        np.testing.assert_allclose(layer.forward(X[i : i + 1]), together[i : i + 1], rtol=1e-12)
    assert layer.state == {}


@pytest.mark.parametrize(
    ("make", "shape", "message"),
    [
        (LayerNorm, (3,), r"LayerNorm.* X of shape \(n, ..., n_in\), got \(3,\)"),
        (LayerNorm, (3, 1), r"LayerNorm\(linear\) expected at least 2 numbers in a row, got 1"),
        (lambda: set_apart(LayerNorm(), (2, 4)), (2, 3), r"\(n, ..., 4\), got \(2, 3\)"),
        (lambda: LayerNorm(eps=0), (2, 3), r"eps in \(0, 1\], got 0"),
    ],
)
def test_what_does_not_fit_is_refused(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make().forward(np.zeros(shape))


def test_it_describes_itself():
    assert repr(LayerNorm("relu")) == "LayerNorm(relu)"


@shapes
def test_pytorch_agrees(shape, torch, rng):
    layer = set_apart(LayerNorm(eps=1e-3), shape)
    X, dY = rng.normal(2, 3, size=shape), rng.normal(size=shape)
    leaves = {k: torch.tensor(p[0], requires_grad=True) for k, p in layer.parameters.items()}
    x = torch.tensor(X, requires_grad=True)
    y = torch.nn.functional.layer_norm(x, shape[-1:], leaves["gamma"], leaves["beta"], 1e-3)
    y.backward(torch.tensor(dY))
    np.testing.assert_allclose(layer.forward(X), y.detach(), atol=1e-10)
    np.testing.assert_allclose(layer.backward(dY), x.grad, atol=1e-10)
    for name, leaf in leaves.items():
        np.testing.assert_allclose(layer.gradients[name][0], leaf.grad, atol=1e-10)
