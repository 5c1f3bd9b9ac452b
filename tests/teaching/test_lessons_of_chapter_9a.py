"""What lessons 1 to 3 of chapter 9 draw and tell, against the numbers themselves."""

import itertools

import numpy as np
import pytest

import nnlib
from nnlib.chapters.ch07_training.choosing import parts
from nnlib.chapters.ch09_regularization import committee, few, stopping
from nnlib.chapters.ch09_regularization.drawings import dropout as dropping
from nnlib.chapters.ch09_regularization.drawings import shrinkage
from nnlib.chapters.ch09_regularization.drawings import stopping as stops
from nnlib.chapters.ch09_regularization.exercises import shrinking
from nnlib.chapters.ch09_regularization.results import RUNS, STOPS
from nnlib.gradcheck import numerical_gradient
from tests.teaching.pictures import sentence_of

FRAMES = [
    (shrinkage.opening, ()),
    *((shrinkage.decay, at) for at in itertools.product((0.0, 0.1), (10, 80), (2,))),
    *(
        (shrinkage.one_weight, at)
        for at in itertools.product(shrinkage.PENALTIES, (-1.5, 0.5), (1.0,))
    ),
    *((shrinkage.strength, (setting,)) for setting in ("50 digits", "100 digits, by image")),
    *((stops.two_paths, at) for at in itertools.product((1, 300), (0.1, 1.9))),
    *((stops.shown, (where,)) for where in stops.WHERE),
    *((dropping.received, at) for at in itertools.product((0.1, 0.9), (4, 64))),
    *((dropping.members, at) for at in ((1, 0), (1000, 2))),
]


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    assert sentence_of(*draw(*at))


# The network --------------------------------------------------------------------------------------


def test_decay_leaves_biases_alone_and_is_the_gradient_of_the_penalty():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(6, 3)), rng.integers(0, 10, 6)
    for biases in (False, True):
        network = nnlib.NeuralNetwork(
            [nnlib.FullyConnected(4, "tanh"), nnlib.FullyConnected(10)],
            optimizer=few.WeightDecay(0.5, 0.3, biases),
            seed=0,
        )
        parameters = [p for a in network.build((3,)).layers for p in a.parameters.values()]
        for p in parameters:
            p += rng.normal(size=p.shape)
        decayed = [p for p in parameters if biases or len(p) > 1]
        slopes = []
        for p in parameters:

            def loss(value, p=p, network=network, decayed=tuple(decayed)):
                kept, p[...] = p.copy(), value
                found = network.loss.forward(y, network.outputs(X))
                found += 0.15 * sum(float(np.sum(q**2)) for q in decayed)
                p[...] = kept
                return found

            slopes.append(numerical_gradient(loss, p.copy()))
        before = [p.copy() for p in parameters]
        network.backward(y, network.forward(X))
        network.optimizer.step(network.layers)
        for old, new, slope in zip(before, parameters, slopes, strict=True):
            np.testing.assert_allclose(old - new, 0.5 * slope, atol=1e-8)


def test_rows_come_from_the_parts_of_a_split_and_no_form_is_on_two_sides():
    form = nnlib.load_digits(forms=True)[2]
    for unit, split in itertools.product(("form", "image"), (0, 7)):
        learned, validation, test = few.rows(unit, split, 100)
        assert len(set(learned)) == 100
        train, second, _ = parts(unit, split)
        assert set(learned) <= set(train)
        assert np.array_equal(validation, second)
        if unit == "form":
            assert not set(form[learned]) & set(form[test])
            assert not set(form[validation]) & set(form[test])


def test_what_is_shown_keeps_its_label():
    X = np.arange(1.0, 3 * 64 + 1).reshape(3, 8, 8, 1)
    y = np.array([4, 5, 6])
    images, labels = few.shown(X, y, "shifts")
    own, own_labels = shrinking.with_shifts(X[..., 0], y)
    np.testing.assert_array_equal(images[..., 0], own)
    np.testing.assert_array_equal(labels, own_labels)
    images, labels = few.shown(X, y, "mirrored")
    np.testing.assert_array_equal(images[3:, :, 0], X[:, :, 7])
    np.testing.assert_array_equal(labels, np.tile(y, 2))
    assert few.shown(X, y, "")[0].shape == X.shape


def test_the_record_is_whole_and_some_of_it_is_repeated():
    wanted = {(setting, name) for setting in few.SETTINGS for name in few.tried(setting)}
    assert set(RUNS) == wanted
    assert all(len(runs) == few.SPLITS for runs in RUNS.values())
    assert set(STOPS) == set(few.TAUGHT)
    for name, split in (("dropout 0.5", 3), ("shifts", 4), ("decay 0.01", 5)):
        again, kept = few.run("100 digits", name, split), RUNS["100 digits", name][split]
        assert again[:4] == pytest.approx(kept[:4], abs=3)
        assert again[4] == pytest.approx(kept[4], abs=0.05)
    again, kept = few.stop(few.TAUGHT[1], 2), STOPS[few.TAUGHT[1]][2]
    assert again[1:] == pytest.approx(kept[1:], abs=3)


# Lesson 1 -----------------------------------------------------------------------------------------


def test_the_decay_of_a_prior():
    """(9.3): the posterior's maximum, found by a search, is where ridge says."""
    rng = np.random.default_rng(0)
    n, noise, width = 7, 0.5, 2.0
    X, t = rng.normal(size=(n, 2)), rng.normal(size=(n, 1))

    def minus_log(w):
        return np.sum((X @ w - t) ** 2) / (2 * noise**2) + np.sum(w**2) / (2 * width**2)

    w = shrinking.ridge(X, t, noise**2 / (n * width**2))
    np.testing.assert_allclose(numerical_gradient(minus_log, w.copy()), 0, atol=1e-7)
    assert minus_log(w) < minus_log(1.01 * w)


@pytest.mark.parametrize("split", [0, 3])
def test_a_decay_shrinks_by_eigenvalue(split):
    values, Q = stopping.spectrum(split)
    A, T, _, _ = stopping.linear_digits(split)
    for alpha in (0.01, 1.0):
        best = np.linalg.pinv(A) @ T
        W = Q @ (stopping.kept_by_decay(values, alpha)[:, None] * (Q.T @ best))
        np.testing.assert_allclose(W, stopping.decayed(split, alpha), atol=1e-8)
        gradient = A.T @ (A @ W - T) / len(A) + alpha * W
        np.testing.assert_allclose(gradient, 0, atol=1e-9)


def test_no_best_decay_lies_at_the_end_of_the_grid():
    for setting in ("50 digits", "100 digits", "300 digits", "100 digits, by image"):
        found = shrinkage.read_by_strength(setting)
        assert np.all(found["learned"][0] == 1)
        best = int(found["validation"].mean(axis=1).argmax())
        assert best < len(few.DECAYS), setting


def test_the_drawn_minimum_of_one_weight_is_the_lowest():
    w = np.linspace(-3, 3, 60001)
    for best, alpha in itertools.product((-1.5, 0.5, 1.0, 2.0), (0.5, 1.0)):
        for penalty, extra in (("α |w|", np.abs(w)), ("½ α w²", w**2 / 2)):
            _, sentence = shrinkage.one_weight(penalty, best, alpha)
            told = float(sentence.rstrip(".").split()[-1])
            assert told == pytest.approx(
                w[np.argmin((w - best) ** 2 / 2 + alpha * extra)], abs=0.01
            )


# Lesson 2 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.1, 0.5, 1.9])
def test_the_walk_is_the_formula(rate):
    walk = stopping.path(rate, 12)
    for t in (1, 5, 12):
        kept = stopping.kept_by_stopping(stopping.CURVATURES, rate, t)
        np.testing.assert_allclose(walk[t], kept * stopping.BEST)


def test_stopping_keeps_more_than_the_decay():
    x = np.linspace(0, 1, 201)
    for t in (1, 2, 10, 1000):
        gap = stopping.kept_by_stopping(x, 1.0, t) - stopping.kept_by_decay(x, 1 / t)
        assert gap.min() >= -1e-12
    y = np.linspace(0, 20, 20001)
    gap = 1 / (1 + y) - np.exp(-y)
    assert gap.max() == pytest.approx(0.204, abs=5e-4)
    assert y[gap.argmax()] == pytest.approx(2.51, abs=0.01)


def test_descent_on_the_digits_is_the_formula():
    values, Q = stopping.spectrum(1)
    A, T, _, _ = stopping.linear_digits(1)
    rate = 0.5 / values[-1]
    kept = stopping.kept_by_stopping(values, rate, 50)
    W = Q @ (kept[:, None] * (Q.T @ (np.linalg.pinv(A) @ T)))
    np.testing.assert_allclose(W, stopping.descended(1, rate, 50), atol=1e-9)


# Lesson 3 -----------------------------------------------------------------------------------------


def test_every_mask_of_a_small_layer():
    """(9.13), (9.15), (9.17) and (9.18) by adding up all masks, each with its probability."""
    rng = np.random.default_rng(0)
    p, d, n = 0.3, 5, 4
    X, t, w = rng.normal(size=(n, d)), rng.normal(size=(n, 1)), rng.normal(size=(d, 1))
    V = rng.normal(size=(d, 3))
    masks = np.array(list(itertools.product((0, 1), repeat=d)))
    chance = np.prod(np.where(masks == 1, 1 - p, p), axis=1)
    Y = X * masks[:, None] / (1 - p)
    np.testing.assert_allclose(np.tensordot(chance, Y, 1), X)
    variance = np.tensordot(chance, Y**2, 1) - X**2
    np.testing.assert_allclose(variance, p / (1 - p) * X**2)
    # One mask for all samples has the same mean loss as one for each.
    loss = chance @ np.sum((Y @ w - t) ** 2, axis=(1, 2)) / (2 * n)
    penalty = p / (1 - p) / 2 * np.sum(np.mean(X**2, axis=0) * w[:, 0] ** 2)
    assert loss == pytest.approx(np.sum((X @ w - t) ** 2) / (2 * n) + penalty)
    P = committee.softmax(Y @ V)
    geometric = np.exp(np.tensordot(chance, np.log(P), 1))
    geometric /= geometric.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(geometric, committee.softmax(X @ V))
    assert committee.apart(np.tensordot(chance, P, 1), committee.softmax(X @ V)) > 0.01


def test_differences_through_dropout_need_one_mask():
    """The same mask in each pass gives the gradient; a new one each time gives noise over h."""
    rng = np.random.default_rng(0)
    X, dY = rng.normal(size=(2, 4, 3))
    layer = nnlib.Dropout(0.5)

    def loss(X, seed=1):
        layer.rng = np.random.default_rng(seed)
        return float(np.sum(layer.forward(X) * dY))

    loss(X)
    dX = layer.backward(dY)
    np.testing.assert_allclose(numerical_gradient(loss, X.copy()), dX, atol=1e-6)
    seeds = itertools.count()
    anew = numerical_gradient(lambda X: loss(X, next(seeds)), X.copy())
    assert np.abs(anew - dX).max() > 100


def test_a_committee_leaves_the_network_as_it_is():
    network = committee.learned()
    X, _ = few.digits()
    before = network.predict_proba(X[:5])
    Z = committee.masked(network, X[:5], 3)
    assert Z.shape == (3, 5, 10)
    assert not np.allclose(Z[0], Z[1])
    np.testing.assert_array_equal(before, network.predict_proba(X[:5]))
    mean, geometric = committee.means(Z)
    np.testing.assert_allclose(mean.sum(axis=1), 1)
    product = np.prod(committee.softmax(Z), axis=0) ** (1 / 3)
    np.testing.assert_allclose(geometric, product / product.sum(axis=1, keepdims=True))


def test_each_suspect_can_be_drawn_and_is_wrong():
    drawn = {id(shrinking.suspect(number)) for number in range(60)}
    assert drawn == {id(function) for function in shrinking.SUSPECTS}
    for number, function in enumerate(shrinking.SUSPECTS):
        given = shrinking.LAB.inputs.values()
        assert not all(np.allclose(function(*one), shrinking.outputs(*one)) for one in given), (
            number
        )


@pytest.mark.parametrize("alpha", [0.0, 0.03])
def test_networks_side_by_side_learn_what_one_learns_alone(alpha):
    X, y = nnlib.make_moons(10, shrinkage.NOISE, seed=2)
    hidden = [nnlib.FullyConnected(64, "relu", "kaiming_normal") for _ in range(2)]
    alone = nnlib.NeuralNetwork(
        [*hidden, nnlib.FullyConnected(2)], optimizer=few.WeightDecay(0.3, alpha), seed=2
    )
    alone.fit(X, y, int(shrinkage.LOOKS[-1]), len(X), progress=False)
    losses, share, points, _ = shrinkage.moons(alpha, 10, 2)
    np.testing.assert_array_equal(points, X)
    for column, (A, c) in enumerate([(X, y), shrinkage.FRESH]):
        np.testing.assert_allclose(losses[-1, column], alone.loss.forward(c, alone.outputs(A)))
    plane = np.stack(np.meshgrid(*shrinkage.AXIS), axis=-1).reshape(-1, 2)
    np.testing.assert_allclose(share.ravel(), alone.predict_proba(plane)[:, 1], atol=1e-9)
