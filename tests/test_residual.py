"""A layer made of layers: everything that handles layers has to reach those inside."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from nnlib import (
    BatchNorm,
    Conv2D,
    Dropout,
    Flatten,
    FullyConnected,
    LayerNorm,
    NeuralNetwork,
    Residual,
    load_digits,
)
from nnlib.gradcheck import check_layer, check_network
from nnlib.optimizers import OPTIMIZERS

X, Y = (a[:60] for a in load_digits())
X = X.reshape(60, -1)


def block(width=6, f="linear"):
    inner = Residual([LayerNorm("tanh"), FullyConnected(width)])
    return Residual([BatchNorm("prelu"), FullyConnected(width), Dropout(0.2), inner], f)


def network(optimizer="adam", seed=0, make=block):
    layers = [FullyConnected(6), make(), FullyConnected(10)]
    return NeuralNetwork(layers, optimizer=optimizer, seed=seed)


def outputs(net):
    return net.outputs(X)


def test_forward_and_backward_by_hand():
    layer = Residual([FullyConnected(2, "relu")])
    layer.forward(np.zeros((1, 2)), training=False)
    layer.parameters["0.W"][...] = [[1, -1], [2, 0]]
    layer.parameters["0.b"][...] = [[0.5, 0]]
    given = np.array([[1.0, 2], [-1, 1]])  # z = (5.5, -1), (1.5, 1)
    np.testing.assert_array_equal(layer.forward(given), [[6.5, 2], [0.5, 2]])
    dX = layer.backward(np.array([[1.0, 10], [2, 3]]))  # dz = (1, 0), (2, 3)
    np.testing.assert_array_equal(dX, [[1 + 1, 10 + 2], [2 - 1, 3 + 4]])
    np.testing.assert_array_equal(layer.gradients["0.W"], [[-1, -3], [4, 3]])
    np.testing.assert_array_equal(layer.gradients["0.b"], [[3, 3]])


def test_the_activation_comes_after_the_sum(rng):
    given = rng.normal(size=(5, 3))
    plain, post = (Residual([FullyConnected(3, "tanh")], f) for f in ("linear", "relu"))
    np.testing.assert_array_equal(post.forward(given), np.maximum(plain.forward(given), 0))


@pytest.mark.parametrize("f", ["linear", "tanh", "prelu"])
@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ([FullyConnected(7, "tanh"), FullyConnected(4)], (5, 4)),
        ([BatchNorm("tanh"), Conv2D(2, 3), Dropout(0.3)], (3, 4, 3, 2)),
        ([Residual([FullyConnected(4, "silu")]), LayerNorm()], (5, 4)),
        ([Dropout(0.3)], (5, 4)),
    ],
    ids=str,
)
def test_gradients(layers, shape, f, rng):
    layer, given = Residual(layers, f), rng.normal(size=shape)
    errors = check_layer(layer, given)
    assert errors.keys() == {"X", *layer.parameters}
    assert max(errors.values()) < 1e-6, errors


def test_gradients_in_a_network():
    errors = check_network(network(), X[:8], Y[:8])
    assert {"1.1.W", "1.0.gamma", "1.3.1.W", "1.3.0.beta", "1.0.a"} < errors.keys()
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_move_every_weight_inside(name):
    net = network(name)
    net.forward(X)
    before = copy.deepcopy(net.layers[1].parameters)
    net.fit(X, Y, epochs=2, progress=False)
    layer = net.layers[1]
    for key, p in layer.parameters.items():
        assert (p != before[key]).any(), key
    assert layer.layers[1].parameters["W"] is layer.parameters["1.W"]
    assert layer.layers[3].layers[1].parameters["W"] is layer.parameters["3.1.W"]
    assert layer.layers[0].activation.parameters["a"] is layer.parameters["0.a"]


def test_state_moves_in_training_and_decides_predictions():
    net = network()
    net.build((64,))
    first = copy.deepcopy(net.layers[1].state)
    assert first.keys() == {"0.mean", "0.var"}
    at_start = outputs(net)
    net.forward(X)
    assert (net.layers[1].state["0.mean"] != first["0.mean"]).any()
    assert np.abs(outputs(net) - at_start).max() > 1e-6


def test_a_saved_network_goes_on_as_if_it_had_never_stopped(tmp_path):
    one, other = network(), network(seed=1)
    one.fit(X, Y, epochs=2, progress=False)
    other.fit(X[:10], Y[:10], epochs=1, progress=False)
    one.save(tmp_path / "net")
    other.load(tmp_path / "net")
    with pytest.raises(ValueError, match=r"expected forward\(X\) before backward"):
        other.layers[1].backward(np.zeros((10, 6)))
    np.testing.assert_array_equal(outputs(one), outputs(other))
    for net in (one, other):
        net.fit(X, Y, epochs=2, progress=False)
    np.testing.assert_array_equal(outputs(one), outputs(other))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Residual([FullyConnected(6)]), r"layer 1.layers: \[.*\], as in this network, got"),
        (lambda: block(f="tanh"), r"layer 1.activation: tanh, as in this network, got linear"),
    ],
)
def test_a_file_of_other_layers_inside_is_refused(make, message, tmp_path):
    one = network().build((64,))
    one.save(tmp_path / "net")
    with pytest.raises(ValueError, match=message):
        network(make=make).load(tmp_path / "net")


def test_the_network_lends_its_generator_to_the_layers_inside():
    nets = [network(seed=s) for s in (0, 0, 1)]
    first, same, other = (net.forward(X) for net in nets)
    np.testing.assert_array_equal(first, same)
    assert np.abs(first - other).max() > 1e-3
    inner = nets[0].layers[1].layers[3].layers[1]
    assert inner.rng is nets[0].rng


def test_two_layers_inside_do_not_start_alike():
    layer = Residual([FullyConnected(4), FullyConnected(4)])
    layer.forward(np.zeros((1, 4)), training=False)
    assert (layer.parameters["0.W"] != layer.parameters["1.W"]).any()


def test_a_copy_and_a_pickle_stay_whole():
    layer = block()
    layer.forward(X[:, :6])
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert twin.layers[1].parameters["W"] is twin.parameters["1.W"]
        twin.parameters["1.W"] += 1
        assert np.abs(twin.forward(X[:, :6], False) - layer.forward(X[:, :6], False)).max() > 1e-3


def test_predictions_do_not_drop_and_cache_nothing():
    layer = Residual([Dropout(0.5)])
    np.testing.assert_array_equal(layer.forward(X, training=False), 2 * X)
    assert layer.cache == layer.layers[0].cache == {}


def test_a_dX_that_nobody_needs_is_not_computed_inside():
    class Watched(FullyConnected):
        asked = True

        def backward(self, dY, need_dX=True):
            self.asked = need_dX
            return super().backward(dY, need_dX)

    layer = Residual([Watched(64), Watched(64)])
    dY = layer.forward(X)
    assert layer.backward(dY, need_dX=False) is None
    assert [inside.asked for inside in layer.layers] == [False, True]
    assert layer.gradients.keys() == layer.parameters.keys()
    assert layer.backward(dY).shape == X.shape
    assert [inside.asked for inside in layer.layers] == [True, True]


def test_summary_counts_the_parameters_inside():
    net = NeuralNetwork([Residual([FullyConnected(3, "relu"), FullyConnected(4)]), Flatten()])
    row = net.summary((4,)).splitlines()[1]
    assert row.startswith("Residual(FullyConnected(3, relu) -> FullyConnected(4, linear))")
    assert row.split()[-1] == str(4 * 3 + 3 + 3 * 4 + 4)
    assert repr(Residual([Flatten()], "relu")) == "Residual(Flatten, relu)"


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        ([FullyConnected(3)], (5, 4), r"F\(X\) of shape \(5, 4\), as X, got \(5, 3\)"),
        ([FullyConnected(1)], (5, 4), r"F\(X\) of shape \(5, 4\), as X, got \(5, 1\)"),
        ([Flatten()], (5, 4, 2), r"Residual\(Flatten\) expected F\(X\) .*\(5, 4, 2\), .*\(5, 8\)"),
        ([Conv2D(2, 3, pad="valid")], (1, 5, 4, 2), r"\(1, 5, 4, 2\), as X, got \(1, 3, 2, 2\)"),
        ([Flatten()], (5,), r"expected X of shape \(n, ...\), got \(5,\)"),
    ],
    ids=str,
)
def test_a_shape_that_does_not_fit_is_refused(layers, shape, message):
    layer = Residual(layers)
    with pytest.raises(ValueError, match=message):
        layer.forward(np.zeros(shape))
    assert layer.cache == {}


def test_each_layer_object_once():
    shared = FullyConnected(4)
    for make in (Residual, NeuralNetwork):
        with pytest.raises(ValueError, match=r"expected each layer object once"):
            make([shared, shared])
        held = Residual([shared])
        with pytest.raises(ValueError, match=r"expected each layer object once"):
            make([held, held.layers[0]])
        for wrong in ([], [held, "relu"], shared, None):
            with pytest.raises(ValueError, match=r"expected a list of at least one Layer"):
                make(wrong)
    one, two = Residual([shared]), Residual([shared])
    one.forward(np.ones((2, 4)))
    assert shared.parameters == {}
    assert two.layers[0].parameters == {}


def test_pytorch_agrees(torch, rng):
    layer, given = Residual([FullyConnected(7, "relu"), FullyConnected(4)]), rng.normal(size=(5, 4))
    layer.forward(given, training=False)
    leaves = {k: torch.tensor(p, requires_grad=True) for k, p in layer.parameters.items()}
    x, dY = torch.tensor(given, requires_grad=True), rng.normal(size=(5, 4))
    h = torch.relu(x @ leaves["0.W"] + leaves["0.b"])
    y = x + h @ leaves["1.W"] + leaves["1.b"]
    y.backward(torch.tensor(dY))
    np.testing.assert_allclose(layer.forward(given), y.detach(), atol=1e-10)
    np.testing.assert_allclose(layer.backward(dY), x.grad, atol=1e-10)
    assert leaves.keys() == layer.gradients.keys()
    for name, leaf in leaves.items():
        np.testing.assert_allclose(layer.gradients[name], leaf.grad, atol=1e-10)
