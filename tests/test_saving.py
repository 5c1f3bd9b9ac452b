"""A saved network goes on as if it had never stopped; what is no such file changes nothing."""

from __future__ import annotations

import copy
import json
import pickle
import zipfile

import numpy as np
import pytest

from nnlib import (
    SGD,
    Adam,
    AdamW,
    BatchNorm,
    Conv2D,
    Dropout,
    Flatten,
    FullyConnected,
    LeakyReLU,
    Momentum,
    NeuralNetwork,
    Pool2D,
    load_digits,
)
from nnlib.optimizers import OPTIMIZERS

X, Y = (a[:60] for a in load_digits())


def everything(optimizer="adam", seed=0, loss="softmax_cross_entropy", **changed):
    """A network with every kind of layer, memory and randomness, or one of them another."""
    layers = {
        "conv": Conv2D(3, 3, "prelu"),
        "max": Pool2D(2),
        "norm": BatchNorm("relu"),
        "mean": Pool2D(2, "average", stride=1),
        "flat": Flatten(),
        "dense": FullyConnected(8, "tanh", "kaiming_normal"),
        "drop": Dropout(0.3),
        "out": FullyConnected(10),
    }
    return NeuralNetwork([*(layers | changed).values()], loss, optimizer, seed)


def snapshot(network):
    """Return all that decides what the network does next, as one flat dict of copies."""
    held = {
        "rng": copy.deepcopy(network.rng.bit_generator.state),
        "t": network.optimizer.t,
        "shape": network.input_shape,
        "dtype": network.dtype,
    }
    for i, layer in enumerate(network.layers):
        for kind in ("parameters", "state"):
            held |= {(i, kind, k): a.copy() for k, a in getattr(layer, kind).items()}
    for key, slots in network.optimizer.memory.items():
        held |= {(key, slot): a.copy() for slot, a in slots.items()}
    return held


def assert_same(one, two):
    assert one.keys() == two.keys()
    for key, value in one.items():
        np.testing.assert_equal(value, two[key], err_msg=str(key))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    network = everything()
    network.fit(X, Y, epochs=1, progress=False)
    path = tmp_path_factory.mktemp("saved") / "network"
    network.save(path)
    return network, path


def changed_file(path, to, change):
    """Write a copy of a saved file in which `change` has edited what it says and its arrays."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    about = json.loads(str(arrays.pop("about")))
    change(about, arrays)
    with open(to, "wb") as file:
        np.savez(file, about=json.dumps(about), **arrays)
    return to


# --- what is kept --------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_saved_run_goes_on_as_if_it_had_never_stopped(optimizer, dtype, tmp_path):
    data = X.astype(dtype), Y
    whole, first = everything(optimizer), everything(optimizer)
    losses = whole.fit(*data, epochs=3, progress=False).step_loss
    start = first.fit(*data, epochs=1, progress=False).step_loss
    first.save(tmp_path / "network")
    second = everything(optimizer, seed=99).load(tmp_path / "network")
    assert_same(snapshot(second), snapshot(first))
    rest = second.fit(*data, epochs=2, progress=False).step_loss
    assert start + rest == losses
    assert_same(snapshot(second), snapshot(whole))


def test_a_loaded_network_predicts_the_same(trained):
    network, path = trained
    np.testing.assert_array_equal(everything(seed=5).load(str(path)).outputs(X), network.outputs(X))


def test_a_trained_network_takes_back_an_earlier_state(tmp_path):
    network = everything()
    network.fit(X, Y, epochs=1, progress=False)
    network.save(tmp_path / "early")
    early = snapshot(network)
    layers, weights = list(network.layers), network.layers[0].parameters["W"]
    network.fit(X, Y, epochs=1, progress=False)
    assert network.load(tmp_path / "early") is network
    assert_same(snapshot(network), early)
    assert all(a is b for a, b in zip(layers, network.layers, strict=True))
    assert network.layers[0].parameters["W"] is weights
    assert network.layers[0].parameters["a"] is network.layers[0].activation.parameters["a"]
    with pytest.raises(ValueError, match=r"forward\(X\) before backward"):
        network.layers[-1].backward(np.zeros((60, 10)))


def test_a_network_that_was_only_built_is_saved_too(tmp_path):
    network = everything().build((8, 8, 1), np.float32)
    network.save(tmp_path / "built")
    assert_same(snapshot(everything(seed=3).load(tmp_path / "built")), snapshot(network))


def test_any_generator_is_saved_and_goes_on(tmp_path):
    def network():
        return NeuralNetwork([FullyConnected(2)], seed=np.random.Generator(np.random.MT19937(1)))

    saved = network().build((3,))
    saved.save(tmp_path / "network.npz")
    assert network().load(tmp_path / "network.npz").rng.random() == saved.rng.random()


def test_weights_that_are_not_finite_are_kept(tmp_path):
    network = NeuralNetwork([FullyConnected(2)]).build((2,))
    network.layers[0].parameters["W"][0] = [np.nan, np.inf]
    network.save(tmp_path / "nan")
    assert_same(
        snapshot(NeuralNetwork([FullyConnected(2)]).load(tmp_path / "nan")), snapshot(network)
    )


# --- what is compared ----------------------------------------------------------------------------

OTHERS = {
    "another optimizer": (
        lambda: everything("sgd"),
        r"optimizer: sgd, as in this network, got adam",
    ),
    "another rate": (lambda: everything(Adam(0.5)), r"optimizer.learning_rate: 0.5, .* got 0.001"),
    "another beta": (lambda: everything(Adam(beta1=0.5)), r"optimizer.beta1: 0.5, .*, got 0.9"),
    "a decay": (
        lambda: everything(Adam(weight_decay=1)),
        r"optimizer.weight_decay: 1.0, .* got 0.0",
    ),
    "another loss": (
        lambda: everything(loss="cross_entropy"),
        r"loss: cross_entropy, .*, got softmax",
    ),
    "another eps": (
        lambda: everything(norm=BatchNorm("relu", eps=0.5)),
        r"layer 2.eps: 0.5, .*1e-05",
    ),
    "another momentum": (
        lambda: everything(norm=BatchNorm("relu", momentum=0.5)),
        r"layer 2.momentum: 0.5, as in this network, got 0.1",
    ),
    "another slope": (
        lambda: everything(dense=FullyConnected(8, LeakyReLU(0.2))),
        r"layer 5.activation: {'leaky_relu': {'a': 0.2}}, .*, got tanh",
    ),
    "another mode": (
        lambda: everything(max=Pool2D(2, "average")),
        r"layer 1.mode: average, .* max",
    ),
    "another padding": (lambda: everything(conv=Conv2D(3, 3, "prelu", pad=1)), r"layer 0.pad: "),
    "another stride": (lambda: everything(mean=Pool2D(2, "average")), r"layer 3.stride: \[2, 2\]"),
    "another p": (lambda: everything(drop=Dropout(0.4)), r"layer 6.p: 0.4, .*, got 0.3"),
    "another width": (lambda: everything(out=FullyConnected(9)), r"layer 7.n_out: 9, .*, got 10"),
    "another kind": (lambda: everything(max=Flatten()), r"layer 1: Flatten, .*, got Pool2D"),
    "one layer more": (lambda: everything(more=Flatten()), r"layer 8: Flatten, .*, got nothing"),
    "one layer": (
        lambda: NeuralNetwork([Conv2D(3, 3, "prelu")], optimizer="adam"),
        r"layer 1: nothing, .*, got Pool2D",
    ),
    "another dtype": (
        lambda: everything().build((8, 8, 1), np.float32),
        r"dtype: float32, as in this network, got float64",
    ),
    "another shape": (
        lambda: everything().build((9, 8, 1)),
        r"input_shape: \[9, 8, 1\], as in this network, got \[8, 8, 1\]",
    ),
    "another generator": (
        lambda: everything(seed=np.random.Generator(np.random.MT19937(1))),
        r"the state of a MT19937 in .*, got {'bit_generator': 'PCG64'",
    ),
}


@pytest.mark.parametrize(("other", "message"), OTHERS.values(), ids=OTHERS)
def test_a_network_made_otherwise_refuses_the_file_and_stays_as_it_is(other, message, trained):
    network = other()
    before = snapshot(network)
    with pytest.raises(ValueError, match=message):
        network.load(trained[1])
    assert_same(snapshot(network), before)


def test_each_setting_of_each_optimizer_is_compared(tmp_path):
    for make in (SGD, Momentum, Adam, AdamW, OPTIMIZERS["rmsprop"]):
        settings = make().settings()
        NeuralNetwork([FullyConnected(2)], optimizer=make()).build((3,)).save(tmp_path / "one")
        for name, value in settings.items():
            other = not value if isinstance(value, bool) else value / 2 + 0.01
            with pytest.raises(ValueError, match=rf"expected optimizer.{name}: "):
                NeuralNetwork([FullyConnected(2)], optimizer=make(**{name: other})).load(
                    tmp_path / "one"
                )


# --- what is no such file ------------------------------------------------------------------------


def without(name):
    return lambda about, arrays: arrays.pop(name)


def another(name, array):
    return lambda about, arrays: arrays.update({name: array})


def says(**what):
    return lambda about, arrays: about.update(what)


EDITS = {
    "no W": (without("layer 0.W"), r"expected layer 0.W in .*, got only \["),
    "no statistic": (without("layer 2.var"), r"expected layer 2.var in"),
    "no memory": (without("optimizer.5.W.m"), r"expected optimizer.5.W.m in"),
    "one too many": (another("layer 0.V", np.ones(3)), r"expected no more in .*'layer 0.V'"),
    "memory too many": (another("optimizer.0.W.x", np.ones(3)), r"got \['optimizer.0.W.x'\]"),
    "W that would spread": (
        another("layer 7.W", np.ones((1, 10))),
        r"layer 7.W of shape \(8, 10\) and dtype float64 in .*, got \(1, 10\) and float64",
    ),
    "W of one number": (another("layer 7.W", np.ones(())), r"\(8, 10\).*, got \(\) and float64"),
    "W in another dtype": (another("layer 7.W", np.ones((8, 10), np.float32)), r"and float32"),
    "memory that would spread": (another("optimizer.7.W.v", np.ones(10)), r"got \(10,\)"),
    "memory, but no step": (says(t=0), r"expected no more in"),
    "t below 0": (says(t=-1), r"a whole network as save\(\) writes it"),
    "t with a fraction": (says(t=1.5), r"a whole network as save\(\) writes it.* wrong \['t'\]"),
    "an old format": (says(format=1), r"format 1 and not 2"),
    "no settings": (lambda about, arrays: about.pop("settings"), r"KeyError 'settings'"),
    "a shape with 0": (says(input_shape=[0]), r"each number in input_shape .*, got 0"),
    "a shape that does not fit": (
        says(input_shape=[3]),
        r"input_shape: \[8, 8, 1\]|expected X of shape",
    ),
    "no such dtype": (says(dtype="float65"), r"TypeError"),
    "a dtype of integers": (says(dtype="complex64"), r"real numbers, got dtype complex64"),
    "no state": (says(rng={}), r"the state of a PCG64 in .*, got {}"),
    "half a state": (says(rng={"bit_generator": "PCG64", "state": {}}), r"the state of a PCG64"),
    "a state of -1": (
        says(rng={"bit_generator": "PCG64", "state": {"state": -1, "inc": 1}, "uinteger": 0}),
        r"the state of a PCG64",
    ),
}


@pytest.mark.parametrize(("edit", "message"), EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("built", [False, True], ids=["new", "trained"])
def test_a_file_that_was_changed_is_refused_and_changes_nothing(
    edit, message, built, trained, tmp_path
):
    network = everything(seed=4)
    if built:
        network.fit(X[:32], Y[:32], 1, progress=False)
    before = snapshot(network)
    with pytest.raises(ValueError, match=message):
        network.load(changed_file(trained[1], tmp_path / "edited", edit))
    assert_same(snapshot(network), before)


def foreign(path):
    """Yield the contents of files that are no network, by what they are."""
    whole = path.read_bytes()
    yield "empty", b""
    for part in (1, 10, len(whole) // 2, len(whole) - 1):
        yield f"first {part} bytes", whole[:part]
    yield "no beginning", whole[100:]
    middle = len(whole) // 2
    yield (
        "a byte in the middle",
        whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :],
    )
    yield "a pickle", pickle.dumps({"W": 1})
    yield "a page", b"<!doctype html><title>404</title>"
    yield "zeros", bytes(1000)


def test_what_is_no_network_gets_one_clear_error(trained, tmp_path):
    _, path = trained
    file, network = tmp_path / "file", everything()
    before = snapshot(network)
    np.save(tmp_path / "array.npy", np.ones(3))
    np.savez(tmp_path / "arrays.npz", a=np.ones(3))
    np.savez(tmp_path / "objects.npz", about=np.array([{}], object))
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("letter.txt", "hello")
    paths = [tmp_path / name for name in ("array.npy", "arrays.npz", "objects.npz", "zip")]
    contents = [(p.name, p.read_bytes()) for p in paths] + list(foreign(path))
    for what, content in contents:
        file.write_bytes(content)
        with pytest.raises(ValueError, match=r"a whole network as save\(\) writes it") as caught:
            network.load(file)
        assert f"got {len(content)} bytes that are none" in str(caught.value), what
        assert_same(snapshot(network), before)


def test_a_file_that_is_not_there_is_said_not_to_be_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        everything().load(tmp_path / "nowhere")
    with pytest.raises(IsADirectoryError):
        everything().load(tmp_path)


# --- writing -------------------------------------------------------------------------------------


def test_a_network_without_weights_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match=r"a network with weights; it has seen no data"):
        everything().save(tmp_path / "network")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch):
    network = everything().build((8, 8, 1))
    network.save(tmp_path / "network")
    old = (tmp_path / "network").read_bytes()

    def full(file, **arrays):
        file.write(b"half a network")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        network.save(tmp_path / "network")
    assert [p.name for p in tmp_path.iterdir()] == ["network"]
    assert (tmp_path / "network").read_bytes() == old


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    everything().build((8, 8, 1)).save(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    everything().load(tmp_path / "target")


def test_saving_changes_nothing(trained, tmp_path):
    network, _ = trained
    before = snapshot(network)
    network.save(tmp_path / "again")
    assert_same(snapshot(network), before)


def test_settings_that_no_file_can_hold_are_refused(tmp_path):
    network = NeuralNetwork([FullyConnected(2)]).build((3,))
    network.layers[0].noise = np.random.default_rng(1).bit_generator.lock
    with pytest.raises(ValueError, match=r"layer 0.noise to be numbers, text or a function"):
        network.save(tmp_path / "network")
    network.layers[0].noise = 1
    network.layers[0].state = {"seen": [1, 2]}
    with pytest.raises(ValueError, match=r"layer 0.seen as an array of numbers, got \[1, 2\]"):
        network.save(tmp_path / "network")
    assert not list(tmp_path.iterdir())


def test_settings_of_any_plain_kind_are_compared(tmp_path):
    def network(**settings):
        made = NeuralNetwork([FullyConnected(2)])
        for name, value in settings.items():
            setattr(made.layers[0], name, value)
        return made

    class Ruler:
        def __init__(self, length):
            self.length = length

    table = np.arange(3)
    kept = {"none": None, "table": table, "by": {"a": (1, 2)}, "ruler": Ruler(3), "x": np.nan}
    network(**kept).build((3,)).save(tmp_path / "network")
    network(**kept).load(tmp_path / "network")
    other = {
        "none": 0,
        "table": table.astype(float),
        "by": {"a": (1, 3)},
        "ruler": Ruler(4),
        "x": 0,
    }
    for name, value in other.items():
        with pytest.raises(ValueError, match=rf"expected layer 0.{name}: "):
            network(**kept | {name: value}).load(tmp_path / "network")
