"""A class of your own prints, is asked for by its name, is checked, and is saved as ours are."""

from __future__ import annotations

import numpy as np
import pytest

from nnlib import (
    SELU,
    SGD,
    Activation,
    BatchNorm,
    Conv2D,
    Dropout,
    Flatten,
    FullyConnected,
    Initializer,
    LeakyReLU,
    Loss,
    MeanSquaredError,
    Momentum,
    NeuralNetwork,
    Optimizer,
    Pool2D,
    ReLU,
)
from nnlib._named import Named
from nnlib.activations import ACTIVATIONS, initialize_activation
from nnlib.initializers import INITIALIZERS
from nnlib.losses import LOSSES
from nnlib.optimizers import OPTIMIZERS


class Square(Activation):
    def forward(self, Z):
        return Z**2

    def backward(self, Z, dY):
        return 2 * Z * dY


class Halved(ReLU):
    """A subclass of one that has a name."""


class Sleepy(Optimizer):
    def __init__(self, nap=3):
        super().__init__(0.1)
        self.nap = nap

    def update(self, w, g, memory):
        memory["seen"] = memory.get("seen", np.zeros_like(w)) + 1
        return self.learning_rate * g / (self.nap + memory["seen"])


class Fixed(Initializer):
    def __init__(self, table):
        self.table = np.asarray(table, dtype=float)

    def __call__(self, shape, rng, activation="linear"):
        return self.table.reshape(shape)


class Huber(MeanSquaredError):
    pass


class Shift(FullyConnected):
    """A layer with a setting and a statistic of its own."""

    def __init__(self, n_out, by=1.0, how=np.tanh):
        super().__init__(n_out, Square(), Fixed(np.linspace(-1, 1, 4 * n_out)))
        self.by, self.how = by, how

    def forward(self, X, training=True):
        Y = super().forward(X, training)
        if not self.state:
            self.state = {"count": np.zeros(())}
        if training:
            self.state["count"] += len(Y)
        return Y + self.how(self.by)


def own(**settings):
    return NeuralNetwork([Shift(3, **settings), FullyConnected(2, Halved())], Huber(), Sleepy())


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (Square(), "Square"),
        (Halved(), "Halved"),
        (type("Mild", (LeakyReLU,), {})(0.3), "Mild(0.3)"),
        (SELU(), "selu(1.67326)"),
        (Huber(), "Huber"),
        (Fixed([1]), "Fixed"),
        (Sleepy(), "Sleepy(learning_rate=0.1)"),
        (Shift(3), "Shift(3, Square)"),
        (type("Mine", (Conv2D,), {})(2, 3), "Mine(2, (3, 3), linear, stride=(1, 1), pad='same')"),
        (type("Mine", (Pool2D,), {})(2), "Mine((2, 2), 'max', stride=(2, 2), pad=0)"),
        (type("Mine", (Dropout,), {})(), "Mine(0.5)"),
        (type("Mine", (BatchNorm,), {})(), "Mine(linear)"),
        (type("Mine", (Flatten,), {})(), "Mine"),
        (Activation(), "Activation"),
        (Loss(), "Loss"),
        (Initializer(), "Initializer"),
    ],
    ids=str,
)
def test_whatever_has_no_name_prints_its_class(thing, text):
    assert repr(thing) == text


def test_a_network_of_your_own_parts_prints_and_sums_up():
    assert (
        repr(own())
        == "NeuralNetwork(Shift(3, Square) -> FullyConnected(2, Halved) | Sleepy | Huber)"
    )
    assert "Shift(3, Square)" in own().summary((4,))


def test_messages_name_your_own_parts():
    with pytest.raises(ValueError, match=r"FullyConnected\(2, Square\) expected X of shape"):
        FullyConnected(2, Square()).forward(np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match=r"BatchNorm\(Square\) expected at least 2 rows"):
        BatchNorm(Square()).forward(np.ones((1, 3)))


@pytest.mark.parametrize(
    ("base", "by_name"),
    [
        (ReLU, ACTIVATIONS),
        (MeanSquaredError, LOSSES),
        (Momentum, OPTIMIZERS),
        (Fixed, INITIALIZERS),
    ],
)
def test_a_name_is_asked_for_like_ours(base, by_name):
    class Mine(base, name="mine"):
        pass

    try:
        assert by_name["mine"] is Mine
        assert Mine.word == "mine"
        assert type("Heir", (Mine,), {}).word == "Heir"
        with pytest.raises(ValueError, match=r"did you mean 'mine'\?"):
            {
                "activation": lambda: FullyConnected(2, "minee"),
                "weight initializer": lambda: FullyConnected(2, weight_init="minee"),
                "loss": lambda: NeuralNetwork([Flatten()], "minee"),
                "optimizer": lambda: NeuralNetwork([Flatten()], optimizer="minee"),
            }[base.family]()
    finally:
        del by_name["mine"]
    assert "mine" not in by_name


def test_a_cell_that_runs_again_defines_its_class_anew():
    def cell():
        class Again(ReLU, name="again"):
            pass

        return Again

    first, second = cell(), cell()
    try:
        assert first is not second
        assert type(initialize_activation("again")) is second
    finally:
        del ACTIVATIONS["again"]


def test_a_name_of_ours_is_not_free():
    with pytest.raises(ValueError, match=r"a name that no activation has, got 'relu': <class"):

        class Other(ReLU, name="relu"):
            pass

    assert ACTIVATIONS["relu"] is ReLU


def test_each_family_has_its_own_names():
    families = {cls.family: cls.by_name for cls in Named.__subclasses__()}
    assert len(families) == len({id(names) for names in families.values()}) == 6
    assert families["optimizer"]["sgd"] is SGD
    assert "sgd" not in families["loss"]


def test_settings_are_what_was_chosen():
    assert Sleepy(5).settings() == {"learning_rate": 0.1, "weight_decay": 0.0, "nap": 5}
    assert LeakyReLU(0.3).settings() == {"a": 0.3}
    layer = Shift(3, by=2.0)
    layer._note = "no setting"
    assert layer.settings().keys() == {"activation", "n_out", "weight_init", "by", "how"}
    layer.forward(np.ones((2, 4)))
    assert layer.settings().keys() == {"activation", "n_out", "weight_init", "by", "how"}


def test_your_own_parts_train_are_saved_and_go_on(tmp_path, rng):
    X, Y = rng.normal(size=(8, 4)), rng.normal(size=(8, 2))
    whole, first = own(), own()
    losses = whole.fit(X, Y, 4, 4, progress=False).step_loss
    start = first.fit(X, Y, 2, 4, progress=False).step_loss
    first.save(tmp_path / "own")
    second = own().load(tmp_path / "own")
    assert second.layers[0].state["count"] == 16
    assert start + second.fit(X, Y, 2, 4, progress=False).step_loss == losses
    with pytest.raises(ValueError, match=r"layer 0.by: 2.0, as in this network, got 1.0"):
        own(by=2.0).load(tmp_path / "own")
    with pytest.raises(ValueError, match=r"layer 0.how: .*cos.*, as in this network, got .*tanh"):
        own(how=np.cos).load(tmp_path / "own")


@pytest.mark.parametrize("Z", [[-2, 3], np.array([-2, 3]), np.array([2, 3], np.uint8)], ids=repr)
def test_your_own_activation_sees_floats(Z):
    f = Square()
    assert f.forward(Z).dtype == f.backward(Z, Z).dtype == np.float64
    np.testing.assert_array_equal(f.forward(Z), np.asarray(Z, float) ** 2)
    with pytest.raises(ValueError, match=r"dY of shape \(2,\), as Z, got \(1, 2\)"):
        f.backward(Z, [[1, 1]])


def test_your_own_initializer_is_held_to_the_shape():
    class Wide(Initializer):
        def __call__(self, shape, rng, activation="linear"):
            return np.ones((shape[0], 1))

    with pytest.raises(ValueError, match=r"weights of shape \(4, 3\) from Wide, got \(4, 1\)"):
        FullyConnected(3, weight_init=Wide()).forward(np.ones((2, 4)))
