"""What the lessons of chapter 10 say, draw and have recorded; with PyTorch, against PyTorch."""

import itertools
import json
import subprocess
import sys

import numpy as np
import pytest

import nnlib
from nnlib.chapters.ch10_pytorch import array_tape, in_pytorch, networks, record
from nnlib.chapters.ch10_pytorch.drawings import copies, momentum, tape
from nnlib.gradcheck import numerical_gradient
from nnlib.teaching import example
from tests.notebooks.test_exercises import LESSONS
from tests.teaching.pictures import sentence_of

KEPT = record.recorded()
FRAMES = [
    *((copies.landing, at) for at in itertools.product((0, 1), (0, 2), (0, 1), copies.WAYS)),
    *((tape.copied, at) for at in itertools.product(tape.SHAPES, (1, 4))),
    *(
        (tape.forgotten, at)
        for at in itertools.product(("one weight", "digits"), tape.GRADIENTS, (0.003, 0.1))
    ),
    *((momentum.forms, at) for at in itertools.product((0.0, 0.95), (1, 0.01))),
]


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    assert sentence_of(*draw(*at))


# What is recorded ---------------------------------------------------------------------------------


def apart(ours, kept, path=""):
    """Yield what differs between two structures of dicts, lists, texts and numbers."""
    if isinstance(ours, dict):
        assert ours.keys() == kept.keys(), path
        for key in ours:
            yield from apart(ours[key], kept[key], f"{path}/{key}")
    elif isinstance(ours, list):
        assert len(ours) == len(kept), path
        for i, (one, other) in enumerate(zip(ours, kept, strict=True)):
            yield from apart(one, other, f"{path}/{i}")
    elif isinstance(ours, float):
        yield path, abs(ours - kept)
    else:
        assert ours == kept, path


def test_differences_are_found():
    kept = {"a": [1.0, [2.0, "x"]], "b": True}
    found = dict(apart({"a": [1.0, [2.5, "x"]], "b": True}, kept))
    assert found == {"/a/0": 0, "/a/1/0": 0.5}
    with pytest.raises(AssertionError, match="/a/1/1"):
        list(apart({"a": [1.0, [2.0, "y"]], "b": True}, kept))


def test_the_file_is_small_and_names_its_version():
    assert record.FILE.stat().st_size < 25_000
    assert KEPT["PyTorch"] == "2.13.0"


@pytest.mark.parametrize("dtype", record.DTYPES)
@pytest.mark.parametrize("name", record.NETWORKS)
def test_pytorch_repeats_the_table_of_differences(name, dtype, torch):
    again = record.plain(record.parity(name, dtype))
    eps = np.finfo(dtype).eps
    for path, difference in apart(again, KEPT["parity"][f"{name}, {dtype}"]):
        assert difference < 100 * eps, path


def test_pytorch_repeats_autograd_and_defaults(torch):
    for part, again in (
        ("autograd", record.of_autograd()),
        ("defaults", record.of_defaults()),
    ):
        again = record.plain(again)
        kept = dict(KEPT[part])
        again.pop("largest", None), kept.pop("largest", None)  # another stream in another version
        for path, difference in apart(again, kept):
            assert difference < 1e-12, path


def test_pytorch_draws_its_first_weights_as_derived(torch):
    for layer, n_in in ((torch.nn.Linear(50, 400), 50), (torch.nn.Conv2d(4, 99, (3, 2)), 24)):
        for drawn in (layer.weight, layer.bias):
            limit = 1 / np.sqrt(n_in)
            assert drawn.abs().max() <= limit
        assert layer.weight.var().item() == pytest.approx(1 / (3 * n_in), rel=0.05)


def test_pytorch_repeats_what_wrong_copies_cost(torch):
    again, kept = record.right(0), KEPT["right"][0]
    assert again.keys() == kept.keys()
    # Another processor trains to slightly other weights.
    assert all(abs(again[name] - kept[name]) < 60 for name in kept)
    assert again["nothing forgotten"] == pytest.approx(kept["nothing forgotten"], abs=12)


def test_pytorch_repeats_the_workers(torch):
    again = record.plain(record.of_workers())
    assert all(difference < 1e-12 for _, difference in apart(again, KEPT["workers"]))


def test_pytorch_repeats_the_loop(torch):
    assert abs(record.digits_by_the_loop(0) - KEPT["loop"][0]) < 15


def test_signatures_are_as_the_table_of_defaults_says(torch):
    import inspect

    def defaults(thing):
        parameters = inspect.signature(thing).parameters.values()
        return {p.name: p.default for p in parameters}

    optim, nn = torch.optim, torch.nn
    assert (defaults(optim.SGD)["lr"], defaults(optim.RMSprop)["lr"]) == (0.001, 0.01)
    adam = defaults(optim.Adam)
    assert (adam["lr"], adam["betas"], adam["eps"]) == (0.001, (0.9, 0.999), 1e-8)
    assert defaults(optim.AdamW)["weight_decay"] == 0.01
    assert defaults(nn.BatchNorm2d)["momentum"] == 0.1
    assert defaults(nn.Conv2d)["padding"] == 0
    assert defaults(nn.MaxPool2d)["stride"] is None
    loader = defaults(torch.utils.data.DataLoader)
    assert (loader["shuffle"], loader["drop_last"], loader["num_workers"]) == (None, False, 0)
    assert (nnlib.SGD().learning_rate, nnlib.RMSProp().learning_rate) == (0.1, 0.001)
    assert (nnlib.Adam().learning_rate, nnlib.Adam().eps) == (0.001, 1e-8)
    assert nnlib.AdamW().weight_decay == 0.01


# Without PyTorch ----------------------------------------------------------------------------------


def test_the_lessons_print_the_same_without_pytorch(tmp_path):
    """Run the code of each lesson where `import torch` fails, and compare what it prints."""
    for path in LESSONS["10"]:
        cells = [c for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]
        printed = "".join(
            "".join(output["text"])
            for cell in cells
            for output in cell["outputs"]
            if output["output_type"] == "stream"
        )
        code = "\n".join("".join(cell["source"]) for cell in cells)
        script = tmp_path / "lesson.py"
        script.write_text(
            "import sys; sys.modules['torch'] = None\n"
            "import builtins; builtins.get_ipython = lambda: None\n"
            "import nnlib.teaching.asking, nnlib.teaching.checks\n" + code,
            encoding="utf-8",
        )
        ran = subprocess.run(
            [sys.executable, script], capture_output=True, text=True, timeout=200, check=False
        )
        assert ran.returncode == 0, ran.stderr
        for line in printed.splitlines():
            assert line in ran.stdout, f"{path.name}: {line}"


# Lesson 1 -----------------------------------------------------------------------------------------


def test_layouts_lead_there_and_back():
    rng = np.random.default_rng(0)
    for shape in ((3, 5), (2, 3, 4, 5)):
        W = rng.normal(size=shape)
        assert np.array_equal(networks.from_torch(networks.to_torch(W)), W)
    rows = rng.normal(size=(24, 5))
    there = networks.channels_first_rows(rows, 2, 3)
    assert np.array_equal(networks.channels_last_rows(there, 2, 3), rows)
    assert not np.array_equal(there, rows)


def test_places_of_a_number_are_as_derived():
    h, w, C = 3, 4, 5
    image = np.arange(h * w * C).reshape(h, w, C)
    first = image.transpose(2, 0, 1).ravel()
    for r, s, c in np.ndindex(h, w, C):
        assert image.ravel()[(r * w + s) * C + c] == image[r, s, c]  # (10.3)
        assert first[(c * h + r) * w + s] == image[r, s, c]  # (10.4)


def test_wrong_copies_cost_what_pytorch_says():
    network, (_, _, X, y) = networks.trained(0), networks.images()
    for name, exported in networks.MISTAKES.items():
        copy = networks.imported(network, exported(network))
        right = int((copy.predict(X) == y).sum())
        assert abs(right - KEPT["right"][0][name]) < 60, name
    whole = networks.imported(network, networks.exported(network))
    assert np.array_equal(whole.outputs(X), network.outputs(X))
    bare = networks.imported(network, networks.MISTAKES["the biases"](network))
    assert np.all(np.abs(bare.outputs(X) - network.outputs(X)) > 0)


def test_what_the_opening_page_claims():
    shares = {
        name: np.array([run[name] for run in KEPT["right"]]) / copies.TESTED
        for name in networks.MISTAKES
    }
    whole, rows = shares["nothing forgotten"], shares["rows behind Flatten"]
    assert [round(100 * v) for v in (whole.min(), whole.max())] == [94, 98]
    assert [round(100 * v) for v in (rows.min(), rows.max())] == [4, 16]
    lost = np.abs(whole - shares["the biases"]) * copies.TESTED
    assert lost.max() < 10


def test_the_largest_difference_is_below_four_units():
    for kind, dtype in itertools.product(record.NETWORKS, record.DTYPES.values()):
        network, X, y = networks.case(kind, dtype)
        for name, A in networks.arrays(network, X, y):
            B = np.array(KEPT["parity"][f"{kind}, {dtype.__name__}"][name])
            B = networks.from_torch(B) if name.startswith("dW") else B
            if (kind, name) == ("CNN", "dW3"):
                B = networks.channels_last_rows(B, 4, 4)
            unit = np.finfo(dtype).eps * np.abs(B).max()
            assert np.abs(A - B.reshape(A.shape)).max() < 8 * unit


def test_programs_part_by_jumps_and_only_with_kinks():
    kinks, smooth = (np.array(KEPT["parting"][name]) for name in KEPT["parting"])
    unit = np.finfo(np.float32).eps
    assert kinks.shape == smooth.shape == (8, len(copies.STEPS))
    at_128 = kinks[:, copies.STEPS.index(128)]
    assert np.sum(at_128 < 10 * unit) == 7
    assert np.sum(kinks[:, -1] > 1e-5) == 3
    assert smooth.max() < 10 * unit


def test_each_jump_follows_one_relu_that_turned():
    kinks = np.array(KEPT["parting"]["ReLU and maximum"])
    for end, flip in zip(kinks[:, -1], KEPT["flips"], strict=True):
        assert (flip is not None) == (end > 1e-5)
        if flip:
            assert flip["flipped"] == 1
            assert flip["z"] < 1e-6
            assert flip["apart next"] > 50 * flip["apart"]


def test_a_relu_that_turned_is_found(torch):
    _, network, model, images, apart = next(record.training(True, 3, 1))
    assert apart < 1e-6
    assert not any(len(z) for z in record._flipped(network, model, images))
    with torch.no_grad():
        model[0].bias += 1e-3
    found = [z for z in record._flipped(network, model, images) if len(z)]
    assert found
    assert found[0].max() <= 1.001e-3  # no ReLU of the first layer is farther from its kink


def test_pytorch_repeats_where_programs_part(torch):
    again = record.first_flip(2, steps=30)
    assert again is None or again["z"] < 1e-5  # on another processor another ReLU, or none so soon


def test_pytorch_and_nnlib_stay_together_without_kinks(torch):
    assert max(record.parting(False, 9)) < 20 * np.finfo(np.float32).eps


def test_each_turn_of_the_table_is_needed():
    network, X, y = networks.case("CNN", np.float64)
    ours = dict(networks.arrays(network, X, y))
    for name in ("dW2", "dW3", "dW4"):
        B = np.array(KEPT["parity"]["CNN, float64"][name])
        assert np.abs(B.reshape(ours[name].shape) - ours[name]).max() > 1e-3
    unturned = networks.from_torch(np.array(KEPT["parity"]["CNN, float64"]["dW3"]))
    assert np.abs(unturned - ours["dW3"]).max() > 1e-3


# Lesson 2 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 3), (3,), (4, 1), (), (4, 3), (2, 4, 3), (2, 1, 1)])
def test_unbroadcast_is_the_adjoint_of_broadcasting(shape):
    rng = np.random.default_rng(0)
    full = np.broadcast_shapes(shape, (4, 3))
    small, large = rng.normal(size=shape), rng.normal(size=full)
    back = array_tape.unbroadcast(large, shape)
    assert back.shape == shape
    assert np.sum(back * small) == pytest.approx(np.sum(large * np.broadcast_to(small, full)))


def test_the_tape_is_that_of_nnlib_on_digits():
    X, y = nnlib.load_digits()
    X, y = X[:9].reshape(9, 64), y[:9]
    network = nnlib.NeuralNetwork([nnlib.FullyConnected(5, "relu"), nnlib.FullyConnected(10)])
    theirs = dict(networks.arrays(network, X, y))
    lines = []
    given = [X, *(P for pair in networks.parameters_of(network) for P in pair)]
    x, W1, b1, W2, b2 = (array_tape.Tensor(lines, array) for array in given)
    z = (x @ W1 + b1).relu() @ W2 + b2
    right = array_tape.Tensor(lines, -np.eye(10)[y])
    losses = z.exp().sum(axis=1).log() + (z * right).sum(axis=1)
    loss = losses.sum() * array_tape.Tensor(lines, np.asarray(1 / 9))
    assert loss.array.item() == pytest.approx(float(theirs["loss"]))
    gradients = array_tape.sweep(lines, np.ones((1, 1)))
    for tensor, name in zip((x, W1, b1, W2, b2), ("dX", "dW1", "db1", "dW2", "db2"), strict=True):
        np.testing.assert_allclose(gradients[tensor.place], theirs[name], atol=1e-14)


def test_without_zero_grad_a_weight_swings_as_derived():
    for rate in (0.003, 0.1, 1.0):
        angle = np.arccos(1 - rate / 2)
        losses = tape.walk("one weight", "left in place", rate)
        # w_0 = 1 and w_1 = 1 - rate fix width and phase of the cosine.
        steps = np.arange(tape.STEPS)
        sine = (1 - rate - np.cos(angle)) / np.sin(angle)
        w = np.cos(angle * steps) + sine * np.sin(angle * steps)
        np.testing.assert_allclose(losses, w**2 / 2, atol=1e-9)
    assert 2 * np.pi / np.arccos(0.95) == pytest.approx(19.8, abs=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_forgetting_is_ahead_at_small_rates_and_behind_at_a_large_one(seed):
    def end(gradients, rate):
        return np.median(tape.walk("digits", gradients, rate, seed)[-40:])

    cleared, left = tape.GRADIENTS
    for rate in (0.003, 0.01):
        assert end(left, rate) < end(cleared, rate)
    assert end(left, 0.1) > end(cleared, 0.1)


# Lesson 3 -----------------------------------------------------------------------------------------


def test_slope_of_ten_steps_is_that_of_the_loss():
    def loss(W1):
        network = networks.mlp()
        networks.fill(network, [(W1, example.b1), (example.W2, example.b2)])
        return network.loss.forward(example.y, network.forward(example.X))

    W1 = example.W1 + 0.1
    np.testing.assert_allclose(networks.slope(W1), numerical_gradient(loss, W1.copy()), atol=1e-8)


def test_optimizers_that_are_no_twins_end_elsewhere():
    ends = {name: np.array(end) for name, end in KEPT["defaults"]["ten steps"].items()}
    for one, other in itertools.combinations(ends, 2):
        assert np.abs(ends[one] - ends[other]).max() > 1e-4, (one, other)


def test_epsilon_of_keras_is_another_one():
    g, beta_1, beta_2 = 1e-8, 0.9, 0.999
    m, v = (1 - beta_1) * g, (1 - beta_2) * g**2
    step = np.sqrt(1 - beta_2) / (1 - beta_1) * m / (np.sqrt(v) + 1e-7)
    assert 1 / step == pytest.approx(317, abs=0.5)
    assert (g + 1e-7) / g == pytest.approx(11)


def test_softmax_twice_has_a_floor():
    Z = np.zeros((1, 10))
    Z[0, 3] = 1  # the surest probabilities there are
    loss = nnlib.losses.SoftmaxCrossEntropy().forward(np.array([3]), Z)
    assert loss == pytest.approx(1.46, abs=0.005)


@pytest.mark.parametrize("mu", [0.5, 0.95])
def test_forms_of_momentum_part_only_where_the_rate_falls(mu):
    one, other = momentum.walks(mu, 1)
    np.testing.assert_allclose(one, other, atol=1e-12)
    one, other = momentum.walks(mu, 0.1)
    at = momentum.FALL
    np.testing.assert_allclose(one[: at + 1], other[: at + 1], atol=1e-12)
    assert abs(one[at + 1] - other[at + 1]) > 1e-3


def test_the_form_that_averages_is_ours_at_another_rate():
    given = np.random.default_rng(0).normal(size=(20, 3))
    ours, w, memory, v = nnlib.Momentum(0.01, 0.9), np.zeros(3), {}, np.zeros(3)
    theirs = w.copy()
    for g in given:
        w = w - ours.update(w, g, memory)
        v = 0.9 * v + (1 - 0.9) * g
        theirs = theirs - 0.1 * v
    np.testing.assert_allclose(theirs, w, rtol=1e-12)


# Lesson 4 -----------------------------------------------------------------------------------------


def test_means_of_unequal_parts_are_off():
    def dW1(parts):
        X, y = (np.concatenate(both) for both in zip(*parts, strict=True))
        return dict(networks.arrays(networks.mlp(), X, y))["dW1"]

    parts = record.worker_parts()
    equal, unequal = (np.array(KEPT["workers"][name]).T for name in ("equal", "unequal"))
    np.testing.assert_allclose(equal, dW1(parts["equal"]), atol=1e-12)
    off = np.abs(unequal - dW1(parts["unequal"])).max() / np.abs(dW1(parts["unequal"])).max()
    assert off == pytest.approx(0.28, abs=0.005)


def test_the_module_of_pytorch_can_be_read_without_it():
    assert in_pytorch.cnn.__doc__
