"""Solutions of chapter 7 against nnlib, and against every batch there is."""

from itertools import combinations

import numpy as np

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
