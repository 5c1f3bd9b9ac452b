"""What the lessons of chapter 5 draw and tell, against the numbers themselves."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch05_softmax_cross_entropy import calibration, descent, race
from nnlib.chapters.ch05_softmax_cross_entropy.drawings import calibration as dots
from nnlib.chapters.ch05_softmax_cross_entropy.drawings import descent as pictures
from nnlib.chapters.ch05_softmax_cross_entropy.drawings import line, plane
from nnlib.chapters.ch05_softmax_cross_entropy.drawings import race as races
from nnlib.chapters.ch05_softmax_cross_entropy.results import (
    FITTED,
    RELEARNED,
    RELIABILITY,
    SPIRALS,
)

T = calibration.TEMPERATURES
FRAMES = [
    *((races.race, at) for at in itertools.product((2, 10), (0, 1, 6, 3000))),
    (races.tails, ()),
    *((line.along_a_line, at) for at in itertools.product((0.0, 1.2), line.WINDOWS)),
    *((plane.plane, at) for at in itertools.product((-4, 0, 6), plane.RESTS)),
    *((pictures.pictures, at) for at in itertools.product((0, 1, 1000), pictures.SHOWN)),
    *((pictures.regions, at) for at in itertools.product(("none", "4 units"), (0, 3000))),
    (pictures.one_digit, ()),
    (pictures.no_minimum, ()),
    *((dots.reliability, at) for at in itertools.product(calibration.CASES, (T[0], T[-1]))),
]


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    fig, sentence = draw(*at)
    assert isinstance(fig, Figure)
    assert sentence.endswith((".", "?"))
    assert "nan" not in sentence
    assert "  " not in sentence
    assert " -" not in sentence  # a minus sign is one


# Lesson 1 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [-3.0, 0.0, 0.7, 5.0])
def test_the_slopes_are_those_of_the_losses(gap):
    Z, Y = np.array([[0.0, gap]]), np.array([[1.0, 0.0]])
    for name, slope in zip(race.LOSSES, race.slopes(gap), strict=True):
        dz = race.MAKE[name]().backward(Y, Z)[0]
        np.testing.assert_allclose(dz, [-slope[0], slope[0]], rtol=1e-12)


def test_the_squared_loss_and_its_gradient_agree():
    rng = np.random.default_rng(0)
    Z, y = rng.normal(size=(4, 5)), np.array([0, 4, 2, 2])
    loss = race.SquaredProbabilities()
    worst = nnlib.gradcheck.check_function(
        lambda Z: loss.forward(y, Z), lambda Z: loss.backward(y, Z), Z
    )
    assert worst < 1e-8


@pytest.mark.parametrize("K", [2, 3, 10])
def test_squared_error_passes_on_at_most_four_g_one_minus_g(K):
    Z = np.random.default_rng(K).normal(0, 3, (2000, K))
    y = np.zeros(len(Z), int)
    ours, theirs = (make().backward(y, Z)[:, 0] for make in race.MAKE.values())
    P = nnlib.SoftMax().forward(Z)
    g, r = P[:, 0], (P[:, 1:] ** 2).sum(axis=1)
    np.testing.assert_allclose(theirs / ours, 2 * g * (1 - g) * (1 + r / (1 - g) ** 2), rtol=1e-6)
    assert np.all(theirs / ours <= 4 * g * (1 - g) * (1 + 1e-9))
    assert np.all(theirs / ours >= 2 * g * (1 - g) * K / (K - 1) * (1 - 1e-9))


def test_squared_error_may_level_the_wrong_ones_while_the_right_one_stands_still():
    Z = np.log([[1e-9, 0.6, 0.4]])
    dz = race.SquaredProbabilities().backward(np.array([0]), Z)[0]
    np.testing.assert_allclose(dz, [0, 0.096, -0.096], atol=1e-6)


@pytest.mark.parametrize("gap", [6.0, 8.0, 10.0])
def test_a_gap_of_6_or_more_waits_about_as_long_as_the_summary_says(gap):
    for loss, about in zip(race.LOSSES, ((gap + 1) / 2, np.exp(gap) / 8), strict=True):
        assert race.turns_after(loss, gap) == pytest.approx(about, rel=0.15)


@pytest.mark.parametrize("gap", [0.5, 4.0, 9.0])
def test_the_waiting_time_is_what_short_steps_take(gap):
    at = np.linspace(0, gap, 200_001)
    for slope, time in zip(race.slopes(at), race.waiting(gap), strict=True):
        assert np.trapezoid(1 / (2 * slope), at) == pytest.approx(time, rel=1e-8)
    assert race.path("squared error", gap, 3)[1] < gap


def test_the_path_of_a_gap_is_that_of_two_logits():
    for name in race.LOSSES:
        z, Y = np.array([[0.0, 3.0]]), np.array([[1.0, 0.0]])
        for gap in race.path(name, 3.0, 5):
            assert z[0, 1] - z[0, 0] == pytest.approx(gap, rel=1e-12)
            z = z - race.MAKE[name]().backward(Y, z)
    assert race.turns_after("cross-entropy", 10.0) == 6
    assert race.turns_after("squared error", 10.0) > 2700
    with pytest.raises(ValueError, match="within 5 steps"):
        race.turns_after("squared error", 10.0, most=5)


def test_the_second_race_says_what_its_numbers_say():
    lost = race.MOST + 1
    after = {key: runs for key, runs in RELEARNED.items() if key[1]}
    assert {key[0] for key in after} == set(race.PLANS)
    for (_, _, loss, rate), runs in after.items():
        if rate == 0.1:
            assert min(runs) == lost if loss == "squared error" else max(runs) <= 12
    slow = [max(runs) for (*_, loss, rate), runs in after.items() if "sq" in loss and rate == 1]
    assert sorted(slow)[3] <= 9
    fast = [min(runs) for (*_, loss, rate), runs in after.items() if "cr" in loss and rate == 1]
    assert fast.count(lost) == 2
    for rate in race.RATES:
        fresh = [RELEARNED["64 ReLU", 0, loss, rate] for loss in race.LOSSES]
        assert all(b <= 3 * a for a, b in zip(*fresh, strict=True))


def test_a_run_of_the_second_race_is_repeated():
    took = race.epochs_to_goal(race.PLANS["64 ReLU"], "cross-entropy", 0.3, 0)
    assert took == pytest.approx(RELEARNED["64 ReLU", 30, "cross-entropy", 0.3][0], abs=2)
    took = race.epochs_to_goal(race.PLANS["64 ReLU"], "squared error", 1.0, 0, wrong=0)
    assert took == pytest.approx(RELEARNED["64 ReLU", 0, "squared error", 1.0][0], abs=2)


def test_accuracy_is_a_staircase_and_the_loss_is_not():
    said = [line.along_a_line(t, "1/1000")[1] for t in line.PLACES]
    assert all("accuracy is 0" in text and "with slope 0." in text for text in said)
    assert sum("with slope 0;" in text for text in said) == 0


# Lesson 2 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rest", plane.RESTS)
@pytest.mark.parametrize("gap", plane.GAPS)
def test_the_plane_turns_back_into_logits(gap, rest):
    z = plane.logits(gap, rest)
    assert z.sum() == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose((z @ plane.AXES) @ plane.AXES.T, z, atol=1e-12)
    assert max(z[1:]) - z[0] == pytest.approx(gap)
    assert z[1] - z[2] == pytest.approx(plane.RESTS[rest])
    assert np.abs(z @ plane.AXES).max() < plane.REACH


@pytest.mark.parametrize("rest", plane.RESTS)
def test_both_arrows_go_down_the_loss(rest):
    fig, _ = plane.plane(2, rest)
    arrows = [text for text in fig.axes[0].texts if getattr(text, "arrow_patch", None)]
    assert len(arrows) == 2
    for arrow in arrows:
        start, end = (np.array(at) @ plane.AXES.T for at in (arrow.xyann, arrow.xy))
        cost = [nnlib.SoftmaxCrossEntropy().forward(plane.TRUE, z[None]) for z in (start, end)]
        assert cost[1] < cost[0]


# Lesson 3 -----------------------------------------------------------------------------------------


def test_regression_is_that_of_nnlib():
    X, y = descent.petals()
    W, b = descent.softmax_regression(X, y, at=[0, 20], rate=0.5)[20]
    net = nnlib.NeuralNetwork([nnlib.FullyConnected(3)], optimizer=nnlib.SGD(0.5)).build((2,))
    for parameter in net.layers[0].parameters.values():
        parameter[...] = 0
    net.fit(X, y, epochs=20, batch_size=len(X), progress=False)
    np.testing.assert_allclose(W, net.layers[0].parameters["W"], rtol=1e-9)
    np.testing.assert_allclose(b, net.layers[0].parameters["b"], rtol=1e-9)


def test_a_pixel_in_the_middle_is_taken_from_a_zero():
    X, y = descent.digits()
    dW = X.T @ (np.full((len(X), 10), 0.1) - np.eye(10)[y]) / len(X)
    assert np.all(dW.reshape(8, 8, 10)[3:5, 3:5, 0] > 0)


def _covered(squares):
    """Return in which column and row of the picture each square lies."""
    middles = (path.get_extents().get_points().mean(axis=0) for path in squares.get_paths())
    return {tuple(int(part) for part in middle) for middle in middles}


def test_the_pictures_are_blue_where_an_image_is_its_own_and_vermillion_where_it_is_lent():
    fig, _ = pictures.pictures(0, "dW")
    rows, images = fig.axes
    blue, vermillion = (_covered(squares) for squares in rows.collections)
    assert blue == {(c, c) for c in range(10)}
    assert vermillion == {(c, k) for c in range(10) for k in range(10)} - blue
    blue, vermillion = (_covered(squares) for squares in images.collections[:2])  # those of the 0
    assert {(3, 3), (3, 4), (4, 3), (4, 4)} <= vermillion


def test_most_of_what_still_pulls_after_300_steps_is_read_right():
    X, y = descent.digits()
    pulls, largest = {}, {}
    for step in (0, 300):
        W, b = descent.templates()[step]
        P = nnlib.SoftMax().forward(X @ W + b)
        off = P - np.eye(10)[y]
        pulls[step], largest[step] = np.abs(off).sum(axis=1), np.abs(X.T @ off).max()
    misread = P.argmax(axis=1) != y
    assert misread.mean() == pytest.approx(0.03, abs=0.005)
    assert pulls[300][misread].sum() / pulls[300].sum() == pytest.approx(0.2, abs=0.02)
    assert np.median(pulls[300]) < 0.1 < 1.7 < np.median(pulls[0])
    assert largest[0] / largest[300] > 20


def test_weights_grow_for_ever_where_a_line_separates_and_settle_where_none_does():
    for pair in ((0, 1), (0, 2)):
        sizes, losses = descent.two_species(*pair)
        # Three times as many steps, about the same growth: like a logarithm.
        assert np.all(np.diff(sizes) > 0.4)
        assert losses[-1] < 1e-4
    sizes, losses = descent.two_species(1, 2)
    assert sizes[-1] - sizes[-2] < 0.01
    assert losses[-1] == pytest.approx(0.1028, abs=1e-3)


def test_the_hidden_layer_pays_on_spirals():
    assert set(SPIRALS) == set(descent.HIDDEN)
    assert max(SPIRALS["none"]) < 0.55
    assert min(SPIRALS["16 units"]) > 0.97
    score = descent.on_spirals(4)[max(descent.SPIRAL_STEPS)][1]
    assert score == pytest.approx(SPIRALS["4 units"][0], abs=0.03)


# Lesson 5 -----------------------------------------------------------------------------------------


def test_a_bin_counts_who_is_in_it():
    sure = np.array([0.05, 0.95, 1.0, 0.91, 0.55, 0.85])
    right = np.array([False, True, True, False, True, False])
    last = (round((0.95 + 1 + 0.91) / 3, 4), 2, 3)
    expected = [(0.05, 0, 1), (0.55, 1, 1), (0.85, 0, 1), last]
    assert calibration.reliability(sure, right) == expected


@pytest.mark.parametrize("network", calibration.CASES)
def test_temperature_moves_how_sure_and_not_how_often_right(network):
    sure, right, cost = dots.means(network).T
    assert np.ptp(right) == 0
    assert np.all(np.diff(sure) < 0)
    best = cost.argmin()
    assert 0 < best < len(cost) - 1
    assert np.all(np.diff(cost[: best + 1]) < 0)
    assert np.all(np.diff(cost[best:]) > 0)
    assert [t for t, _, _ in RELIABILITY[network]] == T


def test_the_best_temperature_is_where_the_right_logit_is_the_expected_one():
    rng = np.random.default_rng(0)
    Z = rng.normal(0, 3, (500, 4))
    y = np.array([rng.choice(4, p=p) for p in nnlib.SoftMax().forward(Z / 2)])
    t = calibration.best_temperature(Z, y)
    P = nnlib.SoftMax().forward(Z / t)
    assert Z[np.arange(500), y].mean() == pytest.approx((P * Z).sum(axis=1).mean(), abs=1e-6)
    assert t == pytest.approx(2, rel=0.2)


def test_the_verdict_of_the_fits_is_in_their_numbers():
    assert set(FITTED) == set(calibration.CASES)
    off = {
        name: np.array([[abs(b - r), abs(a - r)] for _, r, b, a, _, _ in runs])
        for name, runs in FITTED.items()
    }
    *better, worse = off.values()
    assert all(np.all(part[:, 1] < part[:, 0]) for part in better)
    assert np.all(worse[:, 1] > worse[:, 0])
    low = FITTED["1,200, some labels wrong"]
    assert all(t < 0.5 and before < right for t, right, before, *_ in low)


def test_a_network_of_lesson_5_is_trained_again():
    Z, y = calibration.held_out(calibration.CASES["100 digits"], 0)
    half = len(y) // 2
    t, right, before, *_ = FITTED["100 digits"][0]
    assert calibration.best_temperature(Z[:half], y[:half]) == pytest.approx(t, rel=0.1)
    sure, hits = calibration.sure_and_right(Z[half:], y[half:], 1.0)
    assert hits.mean() == pytest.approx(right, abs=0.02)
    assert sure.mean() == pytest.approx(before, abs=0.02)
