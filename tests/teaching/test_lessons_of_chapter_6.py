"""What the lessons of chapter 6 draw and tell, against the layers and the numbers themselves."""

import itertools
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch06_convolution import four_by_four, invariance
from nnlib.chapters.ch06_convolution.drawings import going_back, reach, reading, sliding
from nnlib.chapters.ch06_convolution.drawings.sheet import factor, number, product, sum_of_products
from nnlib.chapters.ch06_convolution.four_by_four import W, X, image, kernel
from nnlib.chapters.ch06_convolution.results import RESULTS
from nnlib.teaching.convolution import by_indices, dilated, forward, output_size, toeplitz
from nnlib.teaching.exercises import find
from nnlib.teaching.figures import STYLE, drawn
from tests.teaching.pictures import sentence_of

FOUR = range(4)
# The corners and the odd positions of each grid.
FRAMES = [
    *((sliding.forced, at) for at in itertools.product(sliding.LAWS, (0, 4))),
    *((sliding.sliding_kernel, at) for at in itertools.product((0, 5), sliding.KERNELS)),
    *((sliding.two_channels, at) for at in itertools.product((0, 1), (0, 1), (0, 1))),
    *((reach.windows_stand, at) for at in itertools.product((2, 3), (1, 2, 3), (0, 1))),
    *((reach.pooled, at) for at in itertools.product(("max", "average"), (1, 2), (0, 1, 2))),
    *((reach.receptive_field, at) for at in itertools.product((1, 4), (2, 3), (1, 2))),
    *((reading.heads, (moved,)) for moved in invariance.TESTS),
    *(
        (going_back.backward, at)
        for at in itertools.product((0, 3), (0, 3), going_back.LAYERS, going_back.DONE)
    ),
    *(
        (going_back.pooling_back, at)
        for at in itertools.product(("max", "average"), (0, 1, 2), (0, 2))
    ),
    (going_back.one_large_matrix, ()),
    (going_back.sees, (sliding.digit(), sliding.KERNELS["vertical edge"])),
]


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    with plt.style.context(STYLE):
        fig, sentence = draw(*at)
        assert not re.search(r"-\d", sentence_of(fig, sentence))
        assert drawn(fig)[1], "a text sticks out of the picture"


def test_numbers_are_written_as_a_hand_would():
    assert [number(v) for v in (2.0, -1.5, -0.0, 0.333)] == ["2", "−1.5", "0", "0.33"]
    assert (factor(-1), product(3, -1), product(-3, 1)) == ("(−1)", "3·(−1)", "−3·1")
    assert sum_of_products(np.array([1, -2, 0]), np.array([3, 4, -5])) == "1·3 − 2·4 + 0·(−5)"


# Lesson 1 -----------------------------------------------------------------------------------------


def test_each_law_is_kept_by_its_matrix():
    any_, along, nearby = (sliding.matrix(law) for law in sliding.LAWS)
    assert not np.array_equal(any_[1:, 1:], any_[:-1, :-1])
    for T in (along, nearby):
        np.testing.assert_array_equal(T[1:, 1:], T[:-1, :-1])
    i, r = np.indices(nearby.shape)
    assert not nearby[(r < i) | (r > i + 2)].any()
    # What is left is the convolution: rows whose window is whole.
    w = nearby[0, :3].reshape(1, 3, 1, 1)
    np.testing.assert_array_equal(nearby[:3], toeplitz(w, (1, 5, 1)))


def test_the_kernel_slides_over_the_first_digit():
    digit = np.rint(16 * nnlib.load_digits()[0][:1])
    for (name, K), column in itertools.product(sliding.KERNELS.items(), range(6)):
        Z = forward(digit, kernel(K).astype(float))[0, :, :, 0]
        _, sentence = sliding.sliding_kernel(column, name)
        z = f"{Z[sliding.ROW, column]:.0f}".replace("-", "−")
        assert f"output pixel ({sliding.ROW}, {column}), which is {z}." in sentence
        plt.close("all")


def test_two_channels_add_up_as_in_the_layer():
    layer = nnlib.Conv2D(2, 2, pad=0)
    layer.build(W=sliding.TWO_W.astype(float), b=np.zeros((1, 2)))
    Z = layer.forward(sliding.TWO_X[None].astype(float))[0]
    assert Z[0, 0, 0] == 56
    assert Z[1, 0, 0] == 104
    for row, column, output in np.ndindex(Z.shape):
        _, sentence = sliding.two_channels(output, row, column)
        assert sentence.endswith(f" are {number(Z[row, column, output])}.")
        plt.close("all")


# Lesson 2 -----------------------------------------------------------------------------------------


def test_windows_and_what_they_leave():
    left_over = {}
    for at in itertools.product((2, 3), (1, 2, 3), (0, 1)):
        _, sentence = reach.windows_stand(*at)
        plt.close("all")
        k, s, p = at
        count = output_size(7, k, s, p)
        assert f"there are {count} windows" in sentence
        # A pixel that no window reads has no influence: probe with one 1.
        ones = np.ones((1, 1, k)).reshape(1, k, 1, 1)
        x = np.eye(7).reshape(7, 1, 7, 1)
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (0, 0)))
        unread = [r for r, Z in enumerate(forward(padded, ones, s)) if not Z.any()]
        said = re.search(r"no window reads pixel ([\d or]+)\.", sentence)
        assert unread == ([int(n) for n in said[1].split(" or ")] if said else [])
        left_over[at] = sentence
    assert "pixel 2 or" in left_over[2, 3, 0]  # what the lesson asks for first
    assert any("is border" in sentence for sentence in left_over.values())  # and then


def test_a_pooling_with_stride_2_follows_moves_by_2_alone():
    said = {moved: reach.pooled("max", 2, moved)[1] for moved in (1, 2)}
    assert said[1].endswith("the output is no moved copy of that at 0.")
    assert said[2].endswith("the output has moved along, by 1.")
    for mode, moved in itertools.product(("max", "average"), (1, 2)):
        assert f"moved along, by {moved}." in reach.pooled(mode, 1, moved)[1]


def test_the_field_is_that_of_the_exercise():
    for layers, k, stride in itertools.product((1, 2, 3, 4), (2, 3), (1, 2)):
        _, sentence = reach.receptive_field(layers, k, stride)
        seen = find("6.10").solution([k] * layers, [stride] * layers)
        plt.close("all")
        assert f"sees {seen} input pixels" in sentence


# Lesson 3 -----------------------------------------------------------------------------------------


def test_every_case_has_twelve_splits():
    assert list(RESULTS) == list(invariance.CASES)
    assert set(reading.NAMES) < set(invariance.CASES)
    for runs in RESULTS.values():
        assert np.shape(runs) == (len(invariance.SPLITS), len(invariance.TESTS))


def test_a_training_is_repeated():
    # Another processor may end some digits away.
    for case in (("2", "plain"), ("none", "with shifts")):
        np.testing.assert_allclose(invariance.run(*case, split=0), RESULTS[case][0], atol=0.04)


def test_the_global_maximum_fails_up_and_down():
    network, digits, y = invariance.trained("all", "plain", split=3)

    def read(*shifts):
        return np.mean([network.predict(invariance.shifted(digits, *by)) == y for by in shifts])

    assert read((0, 1), (0, -1)) == pytest.approx(0.97, abs=0.03)
    assert read((1, 0), (-1, 0)) == pytest.approx(0.54, abs=0.15)


@pytest.mark.parametrize(
    ("head", "training", "test", "told"),
    [
        ("2", "plain", "by one pixel", 0.67),
        ("all", "plain", "by one pixel", 0.82),
        ("2", "wide sheet", "by one pixel", 0.67),
        ("all", "wide sheet", "by one pixel", 0.98),
        ("2", "plain", "diagonally", 0.34),
        ("4", "plain", "diagonally", 0.60),
        ("all", "plain", "diagonally", 0.65),
        ("2", "plain", "by two pixels", 0.17),
        ("4", "plain", "by two pixels", 0.33),
        ("all", "plain", "by two pixels", 0.64),
        ("none", "with shifts", "diagonally", 0.63),
        ("none", "with shifts, longer", "diagonally", 0.69),
        ("2", "with shifts", "diagonally", 0.90),
        ("all", "with shifts", "diagonally", 0.95),
    ],
)
def test_the_medians_that_the_lesson_tells(head, training, test, told):
    assert reading.median(head, training, test) == pytest.approx(told, abs=0.0051)


def test_what_the_lesson_says_of_single_splits():
    def mistakes(head, training, test="as they were"):
        return 1 - reading.scores(head, training, test)

    ratio = mistakes("2", "plain") / mistakes("none", "plain")
    assert (ratio.min().round(2), ratio.max().round(2)) == (0.17, 0.77)
    worse = mistakes("none", "with shifts") > mistakes("none", "plain")
    assert worse.sum() == 10
    longer = mistakes("none", "with shifts, longer") < mistakes("none", "plain")
    assert longer.sum() == 11
    shuffled = mistakes("2", "shuffled pixels") - mistakes("none", "shuffled pixels")
    assert [int(np.sum(np.sign(shuffled) == s)) for s in (1, 0, -1)] == [8, 1, 3]
    halved = reading.scores("all, half", "plain", "as they were")
    assert halved.max() < 0.97
    for variant in ("half", "tanh"):
        for test in tuple(invariance.TESTS)[1:]:
            flat, whole = (reading.scores(f"{h}, {variant}", "plain", test) for h in ("2", "all"))
            assert (whole > flat).all()
    wide = np.array(RESULTS["all", "wide sheet"])
    assert np.ptp(wide[:, [0, 1]], axis=1).max() < 0.002


# L convolutions of 3 carry a digit L pixels out, and the border L - 1 in: 2 L - 1 keep them apart,
# and one more is for the shift.
@pytest.mark.parametrize(("head", "margin"), [("all", 4), ("all, deeper", 6)])
def test_with_a_margin_a_global_maximum_does_not_mind(head, margin):
    side = 8 + 2 * margin
    sheet = np.pad(nnlib.load_digits()[0][:20], ((0, 0), *((margin, margin),) * 2, (0, 0)))
    network = nnlib.NeuralNetwork(invariance.layers(head, side), seed=3).build((side, side, 1))
    for layer in network.layers:
        if "b" in layer.parameters:  # paper is 0, but no map is
            layer.parameters["b"] += 0.3
    for by in (*invariance.STRAIGHT, *invariance.DIAGONAL):
        moved = network.forward(invariance.shifted(sheet, *by))
        np.testing.assert_allclose(moved, network.forward(sheet), atol=1e-9)


def test_a_shift_moves_and_loses():
    X = np.arange(1.0, 10).reshape(1, 3, 3, 1)
    moved = invariance.shifted(X, 1, -1)[0, :, :, 0]
    np.testing.assert_array_equal(moved, [[0, 0, 0], [2, 3, 0], [5, 6, 0]])
    np.testing.assert_array_equal(invariance.shifted(X, 0, 0), X)


def test_multiplications_are_counted():
    network = nnlib.NeuralNetwork(invariance.layers("2"), seed=0).build((8, 8, 1))
    assert invariance.products(network) == 64 * 9 * 16 + 64 * 9 * 16 * 32 + 512 * 64 + 640


def test_a_moved_digit_and_its_maps_are_those_of_the_networks():
    digits = nnlib.load_digits()[0][:10]
    network = nnlib.NeuralNetwork(invariance.layers("2"), seed=0).build((8, 8, 1))
    _, said = reading.moving({"it": network}, digits)(3, -1)
    read = network.predict(invariance.shifted(digits[3:4], 0, -1))[0]
    assert said == f"A held-out 3, moved by −1: it reads {read}."
    for layer in reading.MAPS:
        assert "16 of " in reading.maps_of(network, digits)(layer, 3)[1]
    assert isinstance(reading.misread([(digits[0, :, :, 0], 0, 8)])[0], Figure)


# Lessons 4 and 5 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", going_back.LAYERS)
def test_a_pixels_gradient_is_that_of_the_layer(layer):
    stride, pad = going_back.LAYERS[layer]
    G = going_back.gradient_of(layer)
    conv = nnlib.Conv2D(1, 3, stride=stride, pad=pad)
    conv.build(W=kernel(W).astype(float), b=np.zeros((1, 1)))
    conv.forward(image(X).astype(float))
    dX = conv.backward(image(G).astype(float))[0, :, :, 0]
    assert dX.shape == (4, 4)
    for row, column in itertools.product(FOUR, FOUR):
        assert going_back.gradient(layer, "right", row, column) == dX[row, column]
        ones = np.zeros((4, 4))
        ones[row, column] = 1
        seen = np.argwhere(forward(image(ones), np.ones((3, 3, 1, 1)), stride, pad)[0, :, :, 0])
        assert going_back.readers(layer, row, column) == [tuple(place) for place in seen.tolist()]


def test_what_is_not_done_right_shows():
    def all_of(layer, done):
        return [going_back.gradient(layer, done, r, t) for r, t in itertools.product(FOUR, FOUR)]

    for layer in going_back.LAYERS:
        right, unturned = all_of(layer, "right"), all_of(layer, "not turned")
        assert right != unturned
        assert any(a == b for a, b in zip(right, unturned, strict=True))  # as the lesson asks
    assert all_of("stride 1", "no trailing zeros") == all_of("stride 1", "right")
    for layer in ("stride 2", "stride 2, padding 1"):
        found = np.array(all_of(layer, "no trailing zeros"), dtype=object).reshape(4, 4)
        none = np.equal(found, None)
        assert none[3].all()
        assert none[:, 3].all()
        assert none.sum() == 7
    assert going_back.backward(3, 3, "stride 2, padding 1", "no trailing zeros")[1].endswith(
        "the pixel gets no number at all; right is 3."
    )
    assert "right" not in going_back.backward(1, 1)[1]


def test_stretching_is_that_of_the_routes():
    for layer, (stride, pad) in going_back.LAYERS.items():
        G = going_back.gradient_of(layer)
        size = 4 + 2 * pad - 2
        ours = four_by_four.stretched(G, stride, pad)
        theirs = np.pad(dilated(image(G), stride, size, size)[0, :, :, 0], 2)
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("mode", ["max", "average"])
def test_a_pixel_is_paid_as_by_the_layer(mode):
    pool = nnlib.Pool2D(2, mode, stride=1)
    pool.forward(image(going_back.POOLED_X).astype(float))
    dX = pool.backward(image(going_back.POOLED_dZ).astype(float))[0, :, :, 0]
    for row, column in np.ndindex(3, 3):
        _, sentence = going_back.pooling_back(mode, row, column)
        assert sentence.endswith(f"Its gradient is {number(dX[row, column])}.")
        plt.close("all")
    assert "it stands in 4 windows and wins 2" in going_back.pooling_back("max", 1, 1)[1]


def test_the_matrix_counts_its_places():
    _, sentence = going_back.one_large_matrix()
    assert "the 36 places" in sentence
    assert "the other 28" in sentence


def test_a_learned_kernel_is_told_by_its_worst_weight():
    target = np.array([[-1.0, 0, 1]] * 3)
    _, sentence = going_back.learned({0: 0 * target, 50: target + 0.03}, target)
    assert sentence.endswith("After 50 steps no weight is off by more than 0.05.")


def test_the_two_sums_agree_for_relu_and_for_max_pooling():
    sums = find("6.17").solution
    rng = np.random.default_rng(0)
    for stride, pad in ((1, 0), (2, 0), (1, 1)):
        X = rng.permutation(np.arange(1.0, 6 * 6 * 2 + 1)).reshape(1, 6, 6, 2)
        pool = nnlib.Pool2D(2, stride=stride, pad=pad)
        Z = pool.forward(X)
        dZ = rng.integers(-9, 10, Z.shape).astype(float)
        left, right = sums(pool.forward, lambda X, dZ, pool=pool: pool.backward(dZ), X, dZ)
        assert left == right
    # An error at a pixel that is 0 is not seen: the lesson asks for it.
    x, dz = np.array([3.0, 0.0, -1.0]), np.array([1.0, 5.0, 2.0])
    left, right = sums(lambda x: np.maximum(x, 0), lambda x, dz: dz * (x >= 0), x, dz)
    assert left == right


def test_a_gradient_at_stride_2_is_a_dilated_convolution():
    rng = np.random.default_rng(0)
    X, K = rng.integers(-9, 10, (1, 8, 7, 1)), rng.integers(-9, 10, (3, 3, 1, 1))
    dZ = rng.integers(-9, 10, forward(X, K, 2).shape)
    spread = dilated(dZ, 2, 6, 5)[0, :, :, 0]
    np.testing.assert_array_equal(
        by_indices(X, K, dZ, 2)[1][:, :, 0, 0], forward(X, kernel(spread))[0, :, :, 0]
    )
