"""Lessons 3 and 4 of chapter 4: what their sentences and feedback say in numbers, run again."""

import inspect
import itertools

import numpy as np
import pytest

from nnlib.chapters.ch04_backward import exercises, hunt
from nnlib.chapters.ch04_backward.drawings import trust, two_layers
from nnlib.chapters.ch04_backward.questions import trust as of_trust
from nnlib.chapters.ch04_backward.questions import two_layers as of_two_layers
from nnlib.gradcheck import numerical_gradient, relative_error
from nnlib.teaching import check
from nnlib.teaching.example import X, y

START = two_layers.START


def test_the_pencil_rounds_what_the_network_sends():
    exact = 40 * two_layers.pass_through(START)["dZ2"]
    assert np.abs(exact - of_two_layers.BACK_TWO.given["dZ2"]).max() < 0.31
    mine = exercises.two_layer_backward(X, y, *START)
    pencil = {**of_two_layers.BACK_ONE.blanks, **of_two_layers.BACK_TWO.blanks}
    for name, gradient in zip(("dW1", "db1", "dW2", "db2"), mine, strict=True):
        assert relative_error(pencil[name] / 40, gradient) < 0.05


def test_what_is_said_of_the_first_step():
    here, slope = two_layers.loss_at(START), two_layers.slope_along(START)
    assert (round(here, 3), round(slope, 2)) == (0.377, 2.16)
    there = two_layers.loss_at(two_layers.stepped(START, 0.1))
    assert round(there, 2) == 0.21
    assert 0.75 < (here - there) / (0.1 * slope) < 0.8  # three quarters of the promise
    lowest = two_layers.loss_at(two_layers.stepped(START, 0.31))
    assert round(lowest, 3) == 0.114
    for eta, below in ((0.91, True), (0.92, False)):
        assert (two_layers.loss_at(two_layers.stepped(START, eta)) < here) is below
    after = two_layers.slope_along(two_layers.stepped(START, 0.3))
    assert round(after, 2) == 0.11
    assert two_layers.loss_at(two_layers.stepped(START, 1.0)) > here  # ten times as long
    # The corner of the curve, near 0.8, is a unit that goes on.
    masks = [
        two_layers.pass_through(two_layers.stepped(START, eta))["Z1"] > 0 for eta in (0, 0.79, 0.82)
    ]
    assert (masks[0] == masks[1]).all()
    assert np.argwhere(masks[1] != masks[2]).tolist() == [[0, 2]]


@pytest.mark.parametrize("copies", [1, 4])
def test_where_one_over_n_stands(copies):
    n = 3 * copies
    right = two_layers.placed("the loss", copies)
    by_hand = exercises.two_layer_backward(X, y, *START)
    for mine, gradient in zip(right.values(), by_hand, strict=True):
        np.testing.assert_allclose(mine, gradient, rtol=1e-12, atol=1e-15)
    lengths = {
        place: [
            np.linalg.norm(gradient) / np.linalg.norm(right[name])
            for name, gradient in two_layers.placed(place, copies).items()
        ]
        for place in two_layers.PLACES
    }
    assert np.allclose(lengths["each dW and db"], 1)
    assert np.allclose(lengths["nowhere"], n)
    assert np.allclose(lengths["the loss, each dW and db"], 1 / n)
    assert np.allclose(lengths["the loss and each dZ"], [1 / n**2, 1 / n**2, 1 / n, 1 / n])
    assert np.allclose(lengths["the loss and each db"], [1, 1 / n, 1, 1 / n])


def test_backward_costs_as_counted():
    ratios = []
    for widths in two_layers.SHAPES.values():
        forward, backward = two_layers.multiplications(widths, 64)
        inner = [d * k for d, k in itertools.pairwise(widths)]
        assert backward / forward == pytest.approx(2 - inner[0] / sum(inner))  # (4.22)
        ratios.append(round(backward / forward, 2))
    assert ratios == [1.01, 1.56, 1.8]


def test_the_walk_says_the_first_entry_it_shows():
    for step in range(1, len(two_layers.WALK) + 1):
        _, sentence = two_layers.travel(step, "3")
        assert f"Step {step} of 11, sample 3" in sentence
    _, sentence = two_layers.travel(10, "all")
    assert "Summed over the samples" in sentence
    assert "dW1 = .779" in sentence


def level(curve, point, h):
    errors, expected = trust.swept(curve, point)
    place = np.argmin(np.abs(np.log(trust.SWEEP / h)))
    return errors[place], expected[place]


def test_the_six_curves_look_as_the_answers_say():
    caught, elsewhere = trust.POINTS
    kinds = {kind: letter for letter, kind in trust.CASES.items()}
    for h in (1e-9, 1e-5, 1e-3):
        for point in trust.POINTS:
            assert level(kinds["sign"], point, h)[0] == pytest.approx(2, rel=1e-3)
            assert level(kinds["one entry"], point, h)[0] == pytest.approx(0.002, rel=0.3)
        assert level(kinds["kink hit"], caught, h)[0] == pytest.approx(0.3, rel=0.2)
    for kind in ("right", "vanishing"):
        for point in trust.POINTS:
            for h in (1e-7, 1e-6, 1e-5):
                error, expected = level(kinds[kind], point, h)
                assert error < 5 * expected
    assert level(kinds["right"], caught, 1e-5)[0] < 1e-9
    assert level(kinds["vanishing"], caught, 1e-5)[0] > 1e-5
    assert level(kinds["kink nearby"], caught, 1e-3)[0] > 0.1
    assert level(kinds["kink nearby"], caught, 5e-5)[0] < 1e-8
    for kind in ("kink nearby", "kink hit"):
        assert level(kinds[kind], elsewhere, 1e-5)[0] < 1e-8


def test_each_curve_has_its_question():
    names = {"one entry": "entry", "kink nearby": "nearby", "kink hit": "hit"}
    for question, (letter, kind) in zip(of_trust.CURVES, trust.CASES.items(), strict=True):
        right = [option.label for option in question.options if option.right]
        assert question.id == f"4.curve-{letter.lower()}"
        assert right == [of_trust.NAMES[names.get(kind, kind)]]


def test_rounding_is_about_what_the_lesson_computes():
    for function in trust.CURVES:
        for dtype in trust.DTYPES:
            for scheme in ("central", "forward"):
                seen = trust.measured(function, dtype, scheme).min()
                expected = sum(trust.expected(function, dtype, scheme)).min()
                assert 1 / 7 < seen / expected < 3 / 4
    # Not a bound without the rounding of x + h itself.
    x, h = np.random.default_rng(0).uniform(3, 4, 2000), 1e-7
    error = np.abs((np.exp(x + h) - np.exp(x - h)) / (2 * h) - np.exp(x))
    eps = trust.unit_roundoff(np.float64)
    assert np.mean(error > eps * np.exp(x) / h) > 0.9
    assert np.all(error < trust.rounding(np.exp(x), x, np.exp(x), h))


def test_a_kink_hit_exactly_is_off_at_every_step():
    claim = trust.case("kink hit", 0)
    errors = [
        relative_error(claim.claimed, numerical_gradient(claim.loss, claim.T, h))
        for h in (1e-3, 1e-5, 1e-7)
    ]
    assert np.ptp(errors) < 1e-2 < 0.1 < min(errors)


def test_the_eight_suspects_differ_and_no_two_are_alike():
    assert hunt.SUSPECTS[hunt.BROKEN] is not hunt.broken_loss_and_gradients
    written, drawn = (
        inspect.getsource(f).replace("broken_", "")
        for f in (hunt.broken_loss_and_gradients, hunt.SUSPECTS[hunt.BROKEN])
    )
    assert written == drawn
    assert len({inspect.getsource(f) for f in hunt.SUSPECTS}) == len(hunt.BUGS) == 8
    assert {hunt.SUSPECTS.index(hunt.suspect(number)) for number in range(100)} == set(range(8))


def thorough(f):
    given = hunt._drawn(np.random.default_rng(0))
    loss, *gradients = f(*given)
    if not np.isclose(loss, hunt._loss_by_hand(*given)):
        return True
    return any(
        relative_error(claim, numerical_gradient(lambda _: f(*given)[0], given[2 + i])) > 1e-6
        for i, claim in enumerate(gradients)
    )


def gradients_alone(f):
    given = hunt._drawn(np.random.default_rng(0))
    return any(
        relative_error(claim, numerical_gradient(lambda _: f(*given)[0], given[2 + i])) > 1e-6
        for i, claim in enumerate(f(*given)[1:])
    )


def test_a_gradient_check_misses_the_loss_that_is_wrong_and_a_second_witness_does_not():
    missed = [number for number, f in enumerate(hunt.SUSPECTS) if not gradients_alone(f)]
    assert [hunt.BUGS[number][0] for number in missed] == ["n, rows = len(X)"]
    assert all(map(thorough, hunt.SUSPECTS))
    assert not thorough(hunt.loss_and_gradients)
    assert "all 7 wrong repairs" in check.bug("4.15", thorough).message
    assert "let 1 pass" in check.bug("4.15", gradients_alone).message


def fits(f, given, scalar, wrt):
    results = f(*given)
    results = results if isinstance(results, tuple) else (results,)
    return all(
        relative_error(result, numerical_gradient(lambda _: scalar(*given), given[i])) < 1e-6
        for i, result in zip(wrt, results, strict=True)
    )


def exposes_a_layer(f):
    rng = np.random.default_rng(1)
    given = tuple(rng.normal(size=s) for s in ((5, 3), (3, 4), (1, 4), (5, 4)))
    return not fits(f, given, lambda X, W, b, dA: np.sum(dA * np.tanh(X @ W + b)), (0, 1, 2))


def exposes_a_classifier(f):
    rng = np.random.default_rng(1)
    data, labels = rng.normal(size=(4, 3)), np.array([0, 3, 1, 1])
    W, b = rng.normal(size=(3, 4)), rng.normal(size=(1, 4))
    once, again = f(data, W, b, labels), f(np.tile(data, (2, 1)), W, b, np.tile(labels, 2))
    return not all(np.allclose(one, two) for one, two in zip(once, again, strict=True))


def exposes_a_chain(f):
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=(3, 5)), rng.normal(size=(5, 2))]

    def scalar(X, weights, dA):
        for W in weights:
            X = np.where(X @ W > 0, 1, 0.1) * (X @ W)
        return np.sum(dA * X)

    return not fits(f, (rng.normal(size=(6, 3)), weights, rng.normal(size=(6, 2))), scalar, (0,))


def exposes_batches(f):
    rng = np.random.default_rng(1)
    batches = [(rng.normal(size=(n, 2)), rng.normal(size=(n, 3))) for n in (2, 4)]
    return not np.allclose(f(batches)[1], f(batches[1:])[0])


@pytest.mark.parametrize(
    ("id", "exposes"),
    [
        ("4.4", exposes_a_layer),
        ("4.5", exposes_a_classifier),
        ("4.7", exposes_a_chain),
        ("4.9", exposes_batches),
    ],
)
def test_a_lab_is_exposed_by_what_the_lessons_teach(id, exposes):
    verdict = check.bug(id, exposes)
    assert verdict.passed, verdict.text


def test_another_function_than_the_gradient_of_the_mean_passes_beside_its_own_loss():
    back = two_layers.pass_through(START)

    def summed(Z2):
        P = two_layers._softmax(Z2)
        return float(-np.sum(np.log(P[np.arange(len(y)), y])))

    numeric = numerical_gradient(summed, back["Z2"].copy())
    assert relative_error(back["P"] - back["Y"], numeric) < 1e-9
