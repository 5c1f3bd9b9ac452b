"""The network: order of the passes, prediction that changes nothing, dtypes, saving, PyTorch."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from nnlib import (
    Adam,
    BatchNorm,
    Conv2D,
    Dropout,
    Flatten,
    FullyConnected,
    Momentum,
    NeuralNetwork,
    Pool2D,
    load_digits,
)
from nnlib.gradcheck import check_network
from nnlib.losses import LOSSES
from nnlib.optimizers import OPTIMIZERS

X, Y = (a[:120] for a in load_digits())


def everything(optimizer="adam", seed=0, loss="softmax_cross_entropy"):
    """A network with every kind of layer, memory and randomness."""
    return NeuralNetwork(
        [
            Conv2D(4, 3, "prelu"),
            Pool2D(2),
            BatchNorm("relu"),
            Pool2D(2, "average", stride=1),
            Flatten(),
            FullyConnected(16, "tanh", "kaiming_normal"),
            Dropout(0.3),
            FullyConnected(10),
        ],
        loss,
        optimizer,
        seed,
    )


def snapshot(network):
    """Return all that a network holds, as one flat dict of copies."""
    held = {"rng": copy.deepcopy(network.rng.bit_generator.state), "t": network.optimizer.t}
    for i, layer in enumerate(network.layers):
        for name in ("parameters", "gradients", "cache", "state"):
            held |= {(i, name, k): a.copy() for k, a in getattr(layer, name).items()}
    for key, slots in network.optimizer.memory.items():
        held |= {(key, slot): a.copy() for slot, a in slots.items()}
    return held


def assert_same(one, two):
    assert one.keys() == two.keys()
    for key, value in one.items():
        np.testing.assert_equal(value, two[key], err_msg=str(key))


# --- gradients -----------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_of_a_deep_network(loss, rng):
    layers = [
        Conv2D(2, 2, "tanh"),
        Pool2D(2, "average"),
        BatchNorm("silu"),
        Flatten(),
        Dropout(0.2),
        FullyConnected(5, "gelu"),
        FullyConnected(3, "softmax" if loss == "cross_entropy" else "linear"),
    ]
    labels = np.array([0, 2, 1, 1])
    Y = np.eye(3)[labels] if loss == "mean_squared_error" else labels
    errors = check_network(NeuralNetwork(layers, loss), rng.normal(size=(4, 4, 4, 1)), Y)
    assert len(errors) == 8
    assert max(errors.values()) < 1e-6, errors


def test_backward_returns_the_loss_and_does_not_accumulate():
    network = everything("sgd")
    out = network.forward(X)
    assert network.backward(Y, out) == network.loss.forward(Y, out)
    first = snapshot(network)
    network.backward(Y, out)
    assert_same(snapshot(network), first)


def test_twice_the_same_sample_gives_the_gradient_of_one(rng):
    """1/n stands once: a second copy changes no gradient."""
    network = NeuralNetwork([FullyConnected(5, "tanh"), FullyConnected(3)])
    X, Y = rng.normal(size=(2, 4)), np.array([0, 2])
    network.backward(Y, network.forward(X))
    once = [copy.deepcopy(layer.gradients) for layer in network.layers]
    network.backward(np.tile(Y, 2), network.forward(np.tile(X, (2, 1))))
    for layer, gradients in zip(network.layers, once, strict=True):
        for key, g in gradients.items():
            np.testing.assert_allclose(layer.gradients[key], g, rtol=1e-12)


def test_only_the_first_layer_is_told_that_nobody_needs_dX():
    asked = []

    class Listening(FullyConnected):
        def backward(self, dY, need_dX=True):
            asked.append((self.n_out, need_dX))
            return super().backward(dY, need_dX)

    network = NeuralNetwork([Listening(4), Listening(3), Listening(2)])
    network.backward(np.array([0]), network.forward(np.ones((1, 5))))
    assert asked == [(2, True), (3, True), (4, False)]


# --- prediction ----------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", ["outputs", "predict", "predict_proba"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_prediction_changes_nothing(ask, optimizer):
    network = everything(optimizer)
    network.fit(X, Y, epochs=1, progress=False)
    before = snapshot(network)
    getattr(network, ask)(X[:7])
    assert_same(snapshot(network), before)


@pytest.mark.parametrize("batch_size", [1, 7, 120, 10_000])
def test_prediction_is_the_same_in_batches_of_any_size(batch_size):
    network = everything()
    network.fit(X, Y, epochs=1, progress=False)
    whole = network.forward(X, training=False)
    np.testing.assert_allclose(network.outputs(X, batch_size), whole, rtol=1e-10)
    np.testing.assert_array_equal(network.predict(X, batch_size), whole.argmax(axis=1))
    P = network.predict_proba(X, batch_size)
    np.testing.assert_allclose(P.sum(axis=1), 1)
    np.testing.assert_array_equal(P.argmax(axis=1), whole.argmax(axis=1))


def test_a_regression_predicts_values():
    network = NeuralNetwork([FullyConnected(2)], "mean_squared_error")
    out = network.forward(np.ones((3, 4)))
    np.testing.assert_array_equal(network.predict(np.ones((3, 4))), out)
    with pytest.raises(ValueError, match=r"loss over classes, got mean_squared_error"):
        network.predict_proba(np.ones((3, 4)))


def test_an_empty_batch_has_empty_predictions_and_no_loss():
    network = everything().build((8, 8, 1))
    assert network.outputs(X[:0]).shape == (0, 10)
    assert network.predict(X[:0]).shape == (0,)
    assert network.predict_proba(X[:0]).shape == (0, 10)
    with pytest.raises(ValueError, match=r"n, K >= 1, got \(0, 10\)"):
        network.backward(Y[:0], network.outputs(X[:0]))


# --- dtypes and seeds ----------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("targets", ["labels", "one_hot"])
def test_the_dtype_of_the_first_input_is_kept_by_training(dtype, optimizer, targets):
    network = everything(optimizer)
    network.fit(X.astype(dtype), Y if targets == "labels" else np.eye(10)[Y], 2, progress=False)
    for key, value in snapshot(network).items():
        if isinstance(value, np.ndarray):
            assert value.dtype == dtype, key
    assert network.outputs(X).dtype == dtype
    assert network.predict_proba(X.astype(np.float16)).dtype == dtype


def test_integers_make_a_network_of_float64():
    network = NeuralNetwork([FullyConnected(3)])
    assert network.forward(np.arange(8).reshape(2, 4)).dtype == np.float64


def run(seed):
    network = everything("adam", seed)
    return network.fit(X, Y, 2, progress=False).step_loss, snapshot(network)


def test_the_same_seed_is_the_same_run_and_another_is_another():
    losses, held = run(1)
    again, held_again = run(1)
    other, _ = run(2)
    assert losses == again
    assert_same(held, held_again)
    assert losses != other


def test_a_generator_serves_as_seed():
    losses, _ = run(1)
    assert run(np.random.default_rng(1))[0] == losses


def test_one_list_of_layers_makes_two_networks_that_share_nothing():
    layers = [FullyConnected(8, "prelu"), BatchNorm(), FullyConnected(3)]
    one, two = NeuralNetwork(layers), NeuralNetwork(layers)
    X, Y = np.random.default_rng(0).normal(size=(6, 4)), np.arange(6) % 3
    before = two.outputs(X)
    one.fit(X, Y, 3, progress=False)
    np.testing.assert_array_equal(two.outputs(X), before)
    assert not np.array_equal(one.outputs(X), before)
    assert not any(layer.parameters for layer in layers)


def test_layers_that_share_an_array_share_it_in_the_network_too():
    one, two = FullyConnected(3), FullyConnected(3)
    one.forward(np.ones((1, 3)), training=False)
    two.parameters = one.parameters
    tied = NeuralNetwork([one, two]).layers
    assert tied[0].parameters["W"] is tied[1].parameters["W"] is not one.parameters["W"]


def test_objects_given_are_copied():
    optimizer = Adam(0.01)
    one, two = (NeuralNetwork([FullyConnected(10)], optimizer=optimizer) for _ in range(2))
    one.fit(X.reshape(120, -1), Y, 1, progress=False)
    assert one.optimizer.t == 4
    assert optimizer.t == two.optimizer.t == 0


# --- building, summary, errors -------------------------------------------------------------------


def test_the_summary_counts_the_parameters():
    network = everything()
    with pytest.raises(ValueError, match=r"input_shape before the first forward pass, got None"):
        network.summary()
    lines = network.summary((8, 8, 1)).splitlines()
    assert len({len(line) for line in lines}) == 1
    cells = [line.split("  ") for line in lines]
    assert [c[0] for c in cells[1:-1]] == [repr(layer) for layer in network.layers]
    assert lines[0].split() == ["layer", "output", "parameters"]
    counts = [line.split()[-1] for line in lines[1:]]
    assert counts == ["41", "0", "8", "0", "0", "592", "0", "170", "811"]
    outputs = ["(n, 8, 8, 4)", "(n, 4, 4, 4)", "(n, 3, 3, 4)", "(n, 36)", "(n, 16)", "(n, 10)"]
    assert all(any(output in line for line in lines) for output in outputs)
    assert network.build((8, 8, 1)).summary() == "\n".join(lines)


def test_summary_and_build_change_no_weight_that_is_there():
    network = everything().build((8, 8, 1))
    before = snapshot(network)
    network.summary()
    network.build((8, 8, 1))
    assert_same(snapshot(network), before)


def test_build_chooses_the_dtype():
    network = everything().build((8, 8, 1), np.float32)
    assert network.layers[0].parameters["W"].dtype == np.float32
    assert network.forward(X).dtype == np.float32


def test_a_network_describes_itself():
    network = NeuralNetwork([Flatten(), FullyConnected(2)], optimizer=Momentum())
    expected = "Flatten -> FullyConnected(2, linear) | Momentum | softmax_cross_entropy"
    assert repr(network) == f"NeuralNetwork({expected})"


@pytest.mark.parametrize("ask", ["predict", "predict_proba", "fit"])
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "cross_entropy"])
def test_prediction_refuses_what_training_refuses(ask, loss):
    """Ten channels are not ten classes: the largest along the height is no class."""
    network = NeuralNetwork([Conv2D(10, 3, "sigmoid")], loss)
    more = (Y[:2], 1, 2, None, False) if ask == "fit" else ()
    with pytest.raises(ValueError, match=r"Y_hat of shape \(n, K\) .*, got \(2, 8, 8, 10\)"):
        getattr(network, ask)(X[:2], *more)


@pytest.mark.parametrize("ask", ["predict", "predict_proba"])
@pytest.mark.parametrize("loss", LOSSES)
def test_outputs_that_are_not_finite_predict_nothing(ask, loss):
    network = NeuralNetwork([FullyConnected(3, "sigmoid")], loss).build((4,))
    network.layers[0].parameters["b"][0, 1] = np.nan
    with pytest.raises(ValueError, match=r"expected .*(finite|between 0 and 1|over classes), got"):
        getattr(network, ask)(np.ones((2, 4)))


def test_only_probabilities_are_taken_for_probabilities():
    network = NeuralNetwork([FullyConnected(3)], "cross_entropy").build((4,))
    network.layers[0].parameters["b"][...] = 2
    for ask in (network.predict, network.predict_proba):
        with pytest.raises(ValueError, match=r"probabilities between 0 and 1, got values from"):
            ask(np.zeros((2, 4)))


def test_a_layer_object_stands_in_a_network_once():
    layer = FullyConnected(3)
    with pytest.raises(ValueError, match=r"each layer object once: a layer keeps one cache"):
        NeuralNetwork([layer, layer])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NeuralNetwork([]), r"at least one Layer, and only Layers, got \[\]"),
        (lambda: NeuralNetwork([Flatten]), r"only Layers, got \[<class"),
        (lambda: NeuralNetwork(["relu"]), r"only Layers, got \['relu'\]"),
        (lambda: NeuralNetwork([Flatten()], loss="mse"), r"the loss to be one of .*, got 'mse'"),
        (lambda: NeuralNetwork([Flatten()], optimizer="lion"), r"the optimizer to be .* 'lion'"),
        (lambda: everything().predict(X, batch_size=0), r"batch_size to be a whole .*, got 0"),
        (lambda: NeuralNetwork(5), r"at least one Layer, and only Layers, got 5"),
        (lambda: NeuralNetwork([Flatten()], seed="a"), r"seed as a whole number .*, got 'a'"),
        (lambda: NeuralNetwork([Flatten()], seed=-1), r"seed as a whole number >= 0 .*, got -1"),
        (lambda: everything().build(2), r"input_shape as a tuple of whole numbers, got 2"),
        (lambda: everything().build((8, 8.5, 1)), r"each number in input_shape .*, got 8.5"),
        (lambda: everything().summary(4), r"input_shape as a tuple of whole numbers, got 4"),
        (lambda: everything().summary(0), r"input_shape as a tuple of whole numbers, got 0"),
        (lambda: everything().build((8, 8, 1), "f5"), r"dtype float32 or float64, got 'f5'"),
        (lambda: everything().build((8, 8, 1), "f2"), r"float64, got float16, in which Adam's eps"),
        (lambda: everything().fit(X, Y, progress="no"), r"progress as True or False, got 'no'"),
    ],
)
def test_bad_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("call", ["forward", "outputs", "predict", "predict_proba"])
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.zeros(64), r"X with one row per sample, shape \(n, ...\), got \(64,\)"),
        (np.zeros((2, 8, 8, 3)), r"X of shape \(n, 8, 8, 1\), got \(2, 8, 8, 3\)"),
        (np.full((1, 8, 8, 1), np.nan), r"X to be finite, got nan at index \(0, 0, 0, 0\)"),
        (np.full((1, 8, 8, 1), np.inf), r"X to be finite, got inf at index \(0, 0, 0, 0\)"),
        (np.full((1, 8, 8, 1), "a"), r"X to hold real numbers, got dtype <U1"),
    ],
)
def test_input_that_does_not_fit_is_refused(call, bad, message):
    network = everything().build((8, 8, 1))
    with pytest.raises(ValueError, match=message):
        getattr(network, call)(bad)


@pytest.mark.parametrize(
    "bad", [np.ones((2, 64)), np.full((2, 8, 8, 1), np.nan, np.float32)], ids=["shape", "NaN"]
)
def test_a_refused_first_input_decides_nothing(bad):
    network = everything()
    with pytest.raises(ValueError, match=r"expected X"):
        network.forward(bad)
    assert network.forward(X).dtype == np.float64


# --- PyTorch -------------------------------------------------------------------------------------

ORACLES = {
    "sgd": ("SGD", {"lr": 0.1}),
    "momentum": ("SGD", {"lr": 0.01, "momentum": 0.9}),
    "rmsprop": ("RMSprop", {"lr": 0.001, "alpha": 0.99}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_pytorch_trains_to_the_same_weights_in_ten_steps(optimizer, torch):
    network = NeuralNetwork(
        [Conv2D(3, 3, "relu"), Pool2D(2), BatchNorm(), Flatten(), FullyConnected(10)],
        optimizer=optimizer,
    ).build((8, 8, 1))

    class ChannelsLast(torch.nn.Module):
        def forward(self, x):
            return x.permute(0, 2, 3, 1)

    conv, norm = torch.nn.Conv2d(1, 3, 3, padding="same"), torch.nn.BatchNorm2d(3)
    dense = torch.nn.Linear(48, 10)
    oracle = torch.nn.Sequential(
        conv,
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        norm,
        ChannelsLast(),
        torch.nn.Flatten(),
        dense,
    ).double()
    ours, theirs = network.layers, {}
    with torch.no_grad():
        conv.weight[:] = torch.tensor(ours[0].parameters["W"]).permute(3, 2, 0, 1)
        dense.weight[:] = torch.tensor(ours[4].parameters["W"]).T
        conv.bias.zero_()
        dense.bias.zero_()
    name, settings = ORACLES[optimizer]
    stepper = getattr(torch.optim, name)(oracle.parameters(), **settings)
    for step in range(10):
        rows = slice(12 * step, 12 * step + 12)
        loss = network.backward(Y[rows], network.forward(X[rows]))
        network.optimizer.step(ours)
        images = torch.tensor(X[rows]).permute(0, 3, 1, 2)
        other = torch.nn.functional.cross_entropy(oracle(images), torch.tensor(Y[rows]))
        stepper.zero_grad()
        other.backward()
        stepper.step()
        assert loss == pytest.approx(other.item(), abs=1e-8)
    theirs = [conv.weight.permute(2, 3, 1, 0), conv.bias, norm.weight, norm.bias, dense.weight.T]
    weights = [ours[0].parameters["W"], ours[0].parameters["b"][0]]
    weights += [ours[2].parameters["gamma"][0], ours[2].parameters["beta"][0]]
    weights += [ours[4].parameters["W"]]
    for a, b in zip(weights, theirs, strict=True):
        np.testing.assert_allclose(a, b.detach(), atol=1e-8)


def test_summary_before_the_first_x_decides_nothing():
    network = NeuralNetwork([FullyConnected(2)])
    assert "6" in network.summary((2,))
    network.forward(np.ones((3, 2), np.float32))
    assert network.layers[0].parameters["W"].dtype == np.float32
