"""Solutions of chapter 7 against nnlib, and against every batch there is."""

from itertools import combinations

import numpy as np
import pytest

from nnlib.teaching import check
from nnlib.teaching.exercises import find
from nnlib.training import minibatches

RNG = np.random.default_rng(0)


def solution(id):
    return find(id).solution


def test_batches_are_those_of_nnlib():
    X = np.arange(11.0)[:, np.newaxis]
    theirs = [rows for _, rows in minibatches(X, np.arange(11), 4, np.random.default_rng(3))]
    ours = solution("7.1")(11, 4, 3)
    assert len(ours) == len(theirs) == 3
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_variance_is_that_of_all_batches():
    G = RNG.normal(size=(6, 3))
    for B in range(1, 7):
        means = [G[list(rows)].mean(axis=0) for rows in combinations(range(6), B)]
        errors = np.sum((np.array(means) - G.mean(axis=0)) ** 2, axis=1)
        np.testing.assert_allclose(solution("7.3")(G, B), errors.mean(), atol=1e-14)


def test_training_is_one_epoch_after_another():
    X, t, w = RNG.normal(size=(7, 2)), RNG.normal(size=(7, 1)), RNG.normal(size=(2, 1))
    rng, expected = np.random.default_rng(5), w
    for _ in range(3):
        order = rng.permutation(7)
        expected = solution("7.5")(X[order], t[order], expected, 0.1, 3)
    np.testing.assert_allclose(solution("7.6")(X, t, w, 0.1, 3, 3, 5), expected, rtol=1e-12)


def test_accumulated_steps_are_full_batch_steps():
    X, t, w = RNG.normal(size=(7, 2)), RNG.normal(size=(7, 1)), RNG.normal(size=(2, 1))
    parts = ((X[:3], t[:3]), (X[3:], t[3:]))
    full = w - 0.1 * solution("7.4")(parts, w)
    np.testing.assert_allclose(full, solution("7.5")(X, t, w, 0.1, 7), rtol=1e-12)


ROWS = "order[start : start + batch_size]"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    return w\n", "        return w\n", "after one epoch"),
        ("    return w\n", "            return w\n", "after one batch"),
        ("range(0, len(X), batch_size)", "range(len(X))", "The batches overlap"),
        (ROWS, "order[start : start + batch_size + 1]", "first row of the next one"),
        (ROWS, "order[start : start + batch_size - 1]", "is left out"),
        (ROWS, "rng.integers(0, len(X), batch_size)", "drawn and not used"),
        ("rng = np.random.default_rng(seed)", "rng = np.random.default_rng()", "Called twice"),
        ("= np.random.default_rng(seed)", "= np.random.RandomState(seed)", "old generator"),
        ("    for _ in range(epochs):\n", "    for _ in range(epochs):\n        pass\n", ""),
    ],
)
def test_a_slip_of_the_loop_is_told_by_name(old, new, told):
    source = find("7.6").solution_source
    assert source.count(old) == 1
    room = {"np": np}
    exec(source.replace(old, new), room)
    verdict = check("7.6", room["train"])
    assert verdict.passed == (not told), verdict.message
    assert told in verdict.message


def test_gradients_at_an_old_w_are_told_by_name():
    loop = find("7.6").solution_source.replace("X[rows] @ w", "X[rows] @ old")
    epoch, step = "        order =", "    for _ in"
    for place, told in ((epoch, "that it began with"), (step, "that training began with")):
        indent = place[: len(place) - len(place.lstrip())]
        room = {"np": np}
        exec(loop.replace(place, f"{indent}old = w.copy()\n{place}"), room)
        assert told in check("7.6", room["train"]).message


CHOICE = """
def choose(rates, accuracies):
    scores = {}
    i = scores.argmax()
    return rates[i], {}
"""
AT_BORDER, AT_END = "rates[i] in (rates.min(), rates.max())", "i in (0, len(rates) - 1)"


@pytest.mark.parametrize(
    ("scores", "border", "told"),
    [
        ("np.nan_to_num(accuracies).mean(axis=1)", AT_BORDER, "you take the first in the list"),
        ("np.nan_to_num(accuracies).mean(axis=1)", AT_END, "by place in the list"),
        ("np.nanmean(accuracies, axis=1)", AT_BORDER, "Lost runs are left out"),
        ("accuracies.mean(axis=1)", AT_BORDER, "A lost run wins"),
        ("np.nan_to_num(accuracies).max(axis=1)", AT_BORDER, "the best single run"),
        ("np.nan_to_num(accuracies).min(axis=1)", AT_BORDER, "the worst runs"),
        ("np.nan_to_num(accuracies)[:, 0]", AT_BORDER, "the first seed"),
    ],
)
def test_a_choice_by_argmax_is_told_what_it_does(scores, border, told):
    room = {"np": np}
    exec(CHOICE.format(scores, border), room)
    with np.errstate(all="ignore"):
        assert told in check("7.13", room["choose"]).message
