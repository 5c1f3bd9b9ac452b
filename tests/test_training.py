"""Training: mini-batches partition the data, the history is what happened, errors say where."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import FullyConnected, NeuralNetwork, accuracy, load_digits, load_iris
from nnlib.optimizers import SGD
from nnlib.training import History, minibatches, train

X, Y = load_iris()


def network(n_out=3, loss="softmax_cross_entropy", learning_rate=0.1):
    return NeuralNetwork(
        [FullyConnected(8, "tanh"), FullyConnected(n_out)], loss, SGD(learning_rate)
    )


# --- mini-batches --------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 2**31))
def test_minibatches_are_a_partition(n, batch_size, seed):
    X = np.arange(n)
    batches = list(minibatches(X[:, None], X, batch_size, np.random.default_rng(seed)))
    assert all(np.array_equal(x[:, 0], y) for x, y in batches)
    assert sorted(np.concatenate([y for _, y in batches])) == list(range(n))
    assert [len(y) for _, y in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert len(batches[-1][1]) == (n - 1) % batch_size + 1


def test_sixty_thousand_by_sixty_four_leaves_thirty_two(rng):
    X = np.zeros((60_000, 1))
    sizes = [len(x) for x, _ in minibatches(X, X, 64, rng)]
    assert (len(sizes), sizes[-1]) == (938, 32)


def test_each_epoch_shuffles_anew(rng):
    X = np.arange(20)
    first, second = (
        np.concatenate([y for _, y in minibatches(X, X, 6, rng)]).tolist() for _ in "ab"
    )
    assert first != second
    assert first != X.tolist()


@pytest.mark.parametrize(
    ("n", "m", "size", "message"),
    [
        (3, 2, 1, r"as many rows in X as in Y, at least one, got 3 and 2"),
        (0, 0, 1, r"at least one, got 0 and 0"),
        (3, 3, 0, r"batch_size to be a whole number >= 1, got 0"),
        (3, 3, 1.5, r"batch_size to be a whole number >= 1, got 1.5"),
    ],
)
def test_batches_that_cannot_be_are_refused(n, m, size, message, rng):
    with pytest.raises(ValueError, match=message):
        list(minibatches(np.zeros((n, 1)), np.zeros(m), size, rng))


# --- accuracy ------------------------------------------------------------------------------------


def test_accuracy_counts_the_right_ones():
    predicted = np.array([0, 1, 2, 2])
    assert accuracy(np.array([0, 1, 1, 2]), predicted) == 0.75
    assert accuracy(np.eye(3)[[0, 1, 1, 2]], predicted) == 0.75
    assert accuracy([0, 0, 0, 0], predicted.tolist()) == 0.25


@pytest.mark.parametrize(("labels", "predicted"), [([0, 1], [0]), ([], []), ([0], [[0.0, 1.0]])])
def test_accuracy_refuses_what_does_not_fit(labels, predicted):
    with pytest.raises(ValueError, match=r"as many predicted classes as targets, at least one"):
        accuracy(labels, predicted)


# --- the history ---------------------------------------------------------------------------------


def test_the_history_has_a_number_for_each_epoch_and_step():
    history = network().fit(X, Y, 3, 64, validation=(X[:20], Y[:20]), progress=False)
    lengths = {name: len(numbers) for name, numbers in vars(history).items()}
    assert lengths == {
        "loss": 3,
        "accuracy": 3,
        "validation_loss": 3,
        "validation_accuracy": 3,
        "step_loss": 9,
    }
    assert all(isinstance(x, float) for numbers in vars(history).values() for x in numbers)


def test_without_validation_or_classes_those_lists_are_empty():
    history = network(1, "mean_squared_error").fit(X, X[:, :1], 2, progress=False)
    assert len(history.loss) == 2
    assert history.accuracy == history.validation_loss == history.validation_accuracy == []
    history = network(1, "mean_squared_error").fit(X, X[:, :1], 2, 32, (X, X[:, :1]), False)
    assert len(history.validation_loss) == 2
    assert history.validation_accuracy == []


def test_an_epoch_weighs_its_batches_by_their_size():
    """Losses 1, 1, 1, 1 | 5: the mean of means is 3, the mean over the samples 1.8."""
    net = NeuralNetwork([FullyConnected(1)], "mean_squared_error", SGD(0))
    net.build((1,)).layers[0].parameters["W"][...] = 1
    X = np.array([[1.0], [1], [1], [1], [5**0.5]])
    history = net.fit(X, np.zeros((5, 1)), epochs=20, batch_size=4, progress=False)
    np.testing.assert_allclose(history.loss, 1.8)
    assert 5 in np.round(history.step_loss, 9)  # so the last batch was the 5 alone at least once


def test_training_accuracy_weighs_its_batches_too():
    net = network(learning_rate=0)
    history = net.fit(X, Y, epochs=3, batch_size=64, progress=False)
    expected = accuracy(Y, net.predict(X))
    np.testing.assert_allclose(history.accuracy, expected)


def test_validation_is_taken_after_the_epoch():
    net = network()
    history = net.fit(X, Y, 2, validation=(X[:30], Y[:30]), progress=False)
    outputs = net.outputs(X[:30])
    assert history.validation_loss[-1] == net.loss.forward(Y[:30], outputs)
    assert history.validation_accuracy[-1] == accuracy(Y[:30], outputs.argmax(axis=1))


def test_validation_does_not_disturb_the_training():
    with_it = network().fit(X, Y, 3, validation=(X, Y), progress=False)
    assert with_it.loss == network().fit(X, Y, 3, progress=False).loss


# --- training ------------------------------------------------------------------------------------


def test_train_can_be_stopped_early_and_gone_on_with():
    net, other = network(), network()
    for history in train(net, X, Y, epochs=1000):
        if len(history.loss) == 2:
            break
    assert net.optimizer.t == 2 * 5
    assert history.loss == other.fit(X, Y, 2, progress=False).loss
    np.testing.assert_array_equal(net.outputs(X), other.outputs(X))
    assert net.fit(X, Y, 1, progress=False).loss == other.fit(X, Y, 1, progress=False).loss


def test_a_full_batch_step_is_gradient_descent():
    net = network(learning_rate=0.5).build((4,))
    W = net.layers[0].parameters["W"].copy()
    net.backward(Y, net.forward(X))
    expected = W - 0.5 * net.layers[0].gradients["W"]
    net.fit(X, Y, 1, batch_size=150, progress=False)
    np.testing.assert_allclose(net.layers[0].parameters["W"], expected, rtol=1e-10)


def test_iris_and_digits_are_learned():
    assert network().fit(X, Y, 60, 16, progress=False).accuracy[-1] > 0.9
    images, labels = load_digits()
    net = NeuralNetwork([FullyConnected(32, "relu"), FullyConnected(10)], optimizer="adam")
    pixels = images.reshape(len(images), -1)
    net.fit(pixels[:1400], labels[:1400], 10, progress=False)
    assert accuracy(labels[1400:], net.predict(pixels[1400:])) > 0.85


def test_lists_and_integers_will_do():
    history = network(2).fit([[1, 2], [3, 4], [5, 6]], [0, 1, 0], 1, progress=False)
    assert isinstance(history, History)


# --- progress ------------------------------------------------------------------------------------


def test_progress_is_shown_where_tqdm_is(capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    pytest.importorskip("tqdm")
    quiet = network().fit(X, Y, 2, progress=False)
    assert capsys.readouterr() == ("", "")
    shown = network().fit(X, Y, 2, progress=True)
    assert shown.loss == quiet.loss
    if "tqdm.notebook" not in sys.modules:
        assert "2/2" in capsys.readouterr().err


def test_without_tqdm_training_goes_on_without_a_bar(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)  # importing it raises ImportError
    shown = network().fit(X, Y, 2, progress=True)
    assert shown.loss == network().fit(X, Y, 2, progress=False).loss
    assert capsys.readouterr() == ("", "")


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:invalid value encountered in multiply")
def test_a_loss_that_is_not_finite_says_where():
    net = NeuralNetwork([FullyConnected(2, "softmax")], "cross_entropy", SGD(0)).build((1,))
    net.layers[0].parameters["W"][...] = [[1000, -1000]]
    X, Y = np.ones((4, 1)), np.zeros(4, int)
    net.fit(X, Y, 1, 2, progress=False)
    with pytest.raises(ValueError, match=r"a finite loss, got inf at step 1 \(epoch 1\)"):
        net.fit(X, 1 - Y, 1, 2, progress=False)


@pytest.mark.filterwarnings("ignore:(overflow|invalid value) encountered")
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "mean_squared_error"])
def test_a_run_that_diverges_says_at_which_step(loss):
    net = NeuralNetwork([FullyConnected(4), FullyConnected(3)], loss, SGD(1e10))
    with pytest.raises(
        ValueError, match=r"a finite loss, got (inf|nan) at step \d+ \(epoch \d+\): a smaller"
    ):
        net.fit(100 * X, np.eye(3)[Y], 100, 50, progress=False)


def test_a_network_that_has_diverged_says_so_again():
    net = network().build((4,))
    net.layers[1].parameters["b"][...] = np.nan
    with pytest.raises(ValueError, match=r"a finite loss, got nan at step 1 \(epoch 1\)"):
        net.fit(X, Y, 1, progress=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, Y, 0), r"epochs to be a whole number >= 1, got 0"),
        ((X, Y, 1, 0), r"batch_size to be a whole number >= 1, got 0"),
        ((X, Y[:3]), r"as many rows in X as in Y, at least one, got 150 and 3"),
        ((X[:0], Y[:0]), r"at least one, got 0 and 0"),
        ((X[:3] * np.nan, Y[:3]), r"X to be finite, got nan at index \(0, 0\)"),
        ((X, Y + 1), r"labels from 0 to 2, got labels from 1 to 3"),
        ((X, Y.astype(float)), r"integer labels of shape \(150,\) .*, got float64"),
        ((X, np.eye(4)[Y]), r"rows of shape \(150, 3\), got float64 of shape \(150, 4\)"),
    ],
)
def test_data_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        network().fit(*arguments, progress=False)


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize(
    ("validation", "message"),
    [
        ((X, Y[:3]), r"validation: expected as many rows in X as in Y, .*, got 150 and 3"),
        ((X[:, :3], Y), r"validation: expected X of shape \(n, 4\), got \(150, 3\)"),
        ((X, Y + 1), r"validation: expected labels from 0 to 2, got labels from 1 to 3"),
        ((X * np.nan, Y), r"validation: expected X to be finite, got nan"),
        ((X[:0], Y[:0]), r"validation: .* at least one, got 0 and 0"),
        ((X,), r"validation as a pair \(X, Y\), got \("),
        (X, r"validation as a pair \(X, Y\), got array"),
    ],
)
def test_validation_data_are_looked_at_before_the_first_step(validation, message, built):
    net = network().build((4,)) if built else network()
    with pytest.raises(ValueError, match=message):
        net.fit(X, Y, 1, validation=validation, progress=False)
    assert net.optimizer.t == 0
    assert (net.dtype is None) == (not built)


def test_one_wrong_label_in_the_last_row_stops_the_first_step():
    net = network()
    with pytest.raises(ValueError, match=r"labels from 0 to 2, got labels from 0 to 3"):
        net.fit(X, np.append(Y[:-1], 3), 1, progress=False)
    assert net.optimizer.t == 0
    assert net.layers[0].parameters == {}


def test_looking_at_the_data_first_changes_no_run():
    """The weights are drawn after the first shuffle, as they always were."""
    net, rng = network(), np.random.default_rng(0)
    rng.permutation(len(X))
    layer = FullyConnected(8, "tanh")
    layer.rng = rng
    layer.forward(X[:1], training=False)
    start = layer.parameters["W"].copy()
    next(train(net, X, Y, 1, batch_size=150))
    assert np.abs(net.layers[0].parameters["W"] - start).max() < 0.1


def test_batches_need_a_generator():
    with pytest.raises(ValueError, match=r"rng as a Generator, got 0"):
        next(minibatches(X, Y, 1, 0))


def test_lists_make_batches(rng):
    (x, y), _ = minibatches([[1, 2], [3, 4], [5, 6]], [0, 1, 2], 2, rng)
    assert x.shape == (2, 2)
    assert y.shape == (2,)
