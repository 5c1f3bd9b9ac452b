"""What lessons 4 to 6 of chapter 9 draw and tell, against the numbers themselves."""

import itertools
import math

import numpy as np
import pytest

import nnlib
from nnlib.chapters.ch09_regularization import towers
from nnlib.chapters.ch09_regularization.drawings import batch_norm, residual, two_lives
from nnlib.chapters.ch09_regularization.tower_runs import BATCHES, BLOCK_RUNS, DEPTH
from nnlib.gradcheck import numerical_gradient
from tests.teaching.pictures import sentence_of

FRAMES = [
    *((batch_norm.pull, (first,)) for first in (0, 6, 40)),
    *((batch_norm.paths, (path,)) for path in batch_norm.PATHS),
    *((batch_norm.towers, (depth,)) for depth in towers.DEPTHS),
    *((two_lives.memory, at) for at in itertools.product((0.01, 1.0), (False, True))),
    *((two_lives.noise, (size,)) for size in (2, 256)),
    (two_lives.sizes, ()),
    *((residual.two_maps, at) for at in itertools.product(residual.BRANCHES, (0.0, 0.9))),
    *((residual.depth, (count,)) for count in towers.BLOCKS),
]


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    assert sentence_of(*draw(*at))


# Lesson 4 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 4, 9])
def test_no_number_of_a_batch_gets_further_than_the_root_of_the_others(n):
    rng = np.random.default_rng(n)
    x = rng.normal(size=(2000, n)) ** 3
    x_hat = (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
    assert np.abs(x_hat).max() < math.sqrt(n - 1) + 1e-12
    far = batch_norm.normalized(np.array([1e6, *rng.normal(size=n - 1)]))
    assert far[0] == pytest.approx(math.sqrt(n - 1), rel=1e-4)


def test_the_three_paths_add_up_to_the_derivative():
    rng = np.random.default_rng(0)
    for x, g in ((np.array([0.0, 6, 6, 8]), batch_norm.G), rng.normal(size=(2, 7))):
        parts = batch_norm.shares(x, g)
        whole = numerical_gradient(lambda x, g=g: float(g @ batch_norm.normalized(x)), x.copy())
        np.testing.assert_allclose(sum(parts.values()), whole, atol=1e-8)
        # Each path alone: hold the two others fixed.
        fixed = numerical_gradient(
            lambda t, x=x, g=g: float(g @ ((x - t.mean()) / x.std())), x.copy()
        )
        np.testing.assert_allclose(parts["through the mean"], fixed, atol=1e-8)


def test_each_path_of_the_circuit_leads_from_x_to_x_hat():
    for wires in batch_norm.WIRES.values():
        assert wires[0][0] == "x"
        assert wires[-1][1] == "x̂"
        assert all(one[1] == two[0] for one, two in itertools.pairwise(wires))


@pytest.mark.parametrize("factor", [0.1, 3.0, 50.0])
def test_the_gradient_is_inverse_to_the_length_and_at_a_right_angle(factor):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(20, 5)), rng.integers(0, 3, 20)
    layers = [nnlib.FullyConnected(4), nnlib.BatchNorm("tanh", eps=1e-12), nnlib.FullyConnected(3)]
    network = nnlib.NeuralNetwork(layers)
    network.backward(y, network.forward(X))
    first = network.layers[0]
    dW, W = first.gradients["W"], first.parameters["W"]
    np.testing.assert_allclose(np.sum(W * dW, axis=0), 0, atol=1e-10)
    assert np.abs(first.gradients["b"]).max() < 1e-12
    W *= factor
    network.backward(y, network.forward(X))
    np.testing.assert_allclose(first.gradients["W"], dW / factor, rtol=1e-6, atol=1e-10)


def test_shaken_columns_have_the_gradient_of_their_own_draw_and_predict_unshaken():
    X = np.random.default_rng(0).normal(size=(6, 4))
    layer = towers.Shaken(0.3, "tanh")
    assert nnlib.gradcheck.check_layer(layer, X)["X"] < 1e-6
    np.testing.assert_array_equal(layer.forward(X, training=False), np.tanh(X))
    first, second = layer.forward(X), layer.forward(X)
    assert np.abs(first - second).max() > 0.05


def test_ten_layers_without_batch_norm_read_as_the_lesson_says():
    at = {rate: np.nan_to_num(DEPTH["none", 10, rate], nan=10) for rate in towers.RATES}
    assert at[0.3].max() < 22
    assert max(runs.max() for runs in at.values()) < 85
    for depth in (2, 5):
        assert all(np.median(DEPTH["batch", depth, rate]) > 95 for rate in towers.RATES[3:])


# Lesson 5 -----------------------------------------------------------------------------------------


def test_with_n_minus_1_the_third_path_has_another_factor():
    """The variant that Karpathy differentiates by hand, against differences."""
    rng = np.random.default_rng(0)
    x, g, n = rng.normal(size=7), rng.normal(size=7), 7

    def loss(x):
        return float(np.sum(g * (x - x.mean()) / x.std(ddof=1)))

    s = x.std(ddof=1)
    x_hat = (x - x.mean()) / s
    by_hand = (g - g.mean() - n / (n - 1) * x_hat * np.mean(g * x_hat)) / s
    np.testing.assert_allclose(numerical_gradient(loss, x.copy()), by_hand, atol=1e-7)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_statistics_may_be_measured_once_instead(seed):
    X, y, X_test, y_test = towers.digits()
    network = towers.tower("batch", 2, 0.1, seed)
    network.fit(X, y, 5, 64, progress=False)
    running = nnlib.accuracy(y_test, network.predict(X_test))
    A = X
    for layer in network.layers:
        if isinstance(layer, nnlib.BatchNorm):
            layer.state["mean"][...] = A.mean(axis=0)
            layer.state["var"][...] = A.var(axis=0, ddof=1)
        A = layer.forward(A, training=False)
    assert abs(nnlib.accuracy(y_test, network.predict(X_test)) - running) < 0.01


@pytest.mark.parametrize("n", [2, 5, 16])
def test_what_a_batch_knows_scatters_as_derived(n):
    means, variances = two_lives.batch_statistics(n)
    assert means.std() == pytest.approx(1 / math.sqrt(n), rel=0.05)
    assert variances.mean() == pytest.approx(1 - 1 / n, rel=0.05)
    assert variances.std() == pytest.approx(math.sqrt(2 * (n - 1)) / n, rel=0.08)


def test_batches_of_two_are_bad_for_batch_norm_alone():
    middle = {n: np.median(two_lives.best(n, 2)[1]) for n in towers.NORMS}
    assert max(two_lives.best("batch", 2)[1]) < 75
    assert min(middle["none"], middle["layer"]) > 94
    for size in (16, 64, 256):
        batch, none = (np.median(two_lives.best(norm, size)[1]) for norm in ("batch", "none"))
        assert batch >= none


def test_one_row_is_predicted_as_in_all():
    X, y, X_test, _ = towers.digits()
    network = towers.tower("batch", 2, 0.1)
    network.fit(X, y, 1, 64, progress=False)
    alone = np.vstack([network.outputs(X_test[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(alone, network.outputs(X_test)[:5], rtol=1e-10)


# Lesson 6 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("branch", residual.BRANCHES)
def test_the_two_maps_are_those_of_wide_networks(branch):
    theory = residual.derived(branch, 0.5)
    rng = np.random.default_rng(0)
    n = 1500
    X = residual.pairs(0.5, rng, count=8, n=n)
    for block in range(1, 4):
        U, V = rng.normal(0, math.sqrt(2 / n), (n, n)), rng.normal(0, math.sqrt(1 / n), (n, n))
        F = np.maximum(X @ U, 0) @ V
        X = F if branch == "no x" else X + residual.share(branch) * F
        a, b = np.split(X, 2)
        assert np.mean(X**2) == pytest.approx(theory[0, block], rel=0.1)
        cosine = np.mean(np.sum(a * b, 1) / np.sqrt(np.sum(a**2, 1) * np.sum(b**2, 1)))
        assert cosine == pytest.approx(theory[1, block], abs=0.03)


def test_a_first_step_moves_the_last_layer_of_a_branch_that_starts_at_zero():
    X, y, _, _ = towers.digits()
    network = towers.blocks("residual, last layer 0", 3, 0.1)
    for step in range(2):
        network.backward(y[:64], network.forward(X[:64]))
        for block in network.layers[1:-1]:
            assert np.abs(block.gradients["1.W"]).max() > 0
            assert (np.abs(block.gradients["0.W"]).max() > 0) == (step > 0)
        network.optimizer.step(network.layers)


def test_batch_norm_in_the_branch_adds_the_same_in_each_block():
    X = towers.digits()[0][:256]
    A, sizes = X, []
    for layer in towers.blocks("batch norm before (pre)", 20, 0.1, 3, 128).layers[:-1]:
        A = layer.forward(A)
        sizes.append(np.mean(A**2))
    steps = np.diff(sizes)
    assert 0.1 < steps.min() < steps.max() < 0.9
    assert np.mean(steps[10:]) == pytest.approx(np.mean(steps[:10]), rel=0.2)


def test_small_branches_train_at_thirty_blocks_and_three_kinds_do_not():
    at = {kind: residual.best(kind, 30) for kind in towers.KINDS}
    for kind in ("plain", "plain, batch norm"):
        assert max(at[kind][1]) < 30
    small = BLOCK_RUNS["residual / √L", 30, 0.01] + BLOCK_RUNS["residual, last layer 0", 30, 0.01]
    assert 79 < min(small) < max(small) < 92
    pre, post = at["batch norm before (pre)"][1], at["batch norm after (post)"][1]
    assert min(pre) > 94
    assert 84 < min(post) < max(post) < 94


def test_no_best_rate_of_the_blocks_lies_at_the_end_of_the_grid():
    learned = 0
    for kind, count in itertools.product(towers.KINDS, towers.BLOCKS):
        rate, runs = residual.best(kind, count)
        if batch_norm.median(runs) > 80:
            assert towers.RATES[0] < rate < towers.RATES[-2], (kind, count)
            learned += 1
    assert learned >= 12


@pytest.mark.parametrize(
    ("runs", "key", "again"),
    [
        (DEPTH, ("batch", 2, 0.1), lambda: towers.trained(towers.tower("batch", 2, 0.1, 1))),
        (
            BATCHES,
            ("layer", 64, 0.1),
            lambda: towers.trained(towers.tower("layer", 2, 0.1, 1), 64, 5),
        ),
        (
            BLOCK_RUNS,
            ("residual / √L", 4, 0.1),
            lambda: towers.trained(towers.blocks("residual / √L", 4, 0.1, 1), epochs=5),
        ),
    ],
    ids=["depth", "batches", "blocks"],
)
def test_records_are_repeated(runs, key, again):
    assert again() == pytest.approx(runs[key][1], abs=1.5)  # another processor rounds differently


def test_every_setting_is_recorded():
    assert set(DEPTH) == set(itertools.product(("none", "batch"), towers.DEPTHS, towers.RATES))
    sized = set(itertools.product(towers.NORMS, towers.SIZES, towers.SIZE_RATES))
    assert {key for key in sized if key[1] == 2 or key[2] > 0.001} == set(BATCHES)
    assert set(BLOCK_RUNS) == set(itertools.product(towers.KINDS, towers.BLOCKS, towers.RATES[:-1]))
    for runs in (*DEPTH.values(), *BATCHES.values(), *BLOCK_RUNS.values()):
        assert len(runs) == len(towers.SEEDS)


@pytest.mark.parametrize(("rate", "low", "high"), [(1e-5, 0, 0), (1e-6, 15, 40)])
def test_branches_in_full_break_at_thirty_blocks_further_down(rate, low, high):
    runs = [towers.trained(towers.blocks("residual", 30, rate, seed), epochs=5) for seed in (0, 1)]
    assert all(low <= run <= high for run in np.nan_to_num(runs, nan=0))
