"""Chapter 5: what people write that is right passes, and what is said of the rest is true."""

import numpy as np
import pytest

from nnlib.teaching import check


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def log_softmax(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def one_hot(Z, y):
    return np.eye(Z.shape[1])[y]


def chosen(table, y):
    return table[np.arange(len(y)), y]


RIGHT = {
    ("5.3", "one-hot"): lambda Z, y: -np.sum(one_hot(Z, y) * log_softmax(Z)) / len(Z),
    ("5.3", "a mean of sums"): lambda Z, y: -np.mean((one_hot(Z, y) * log_softmax(Z)).sum(axis=1)),
    ("5.5", "a list"): lambda Z, y: sorted((-chosen(log_softmax(Z), y)).tolist())[::-1],
    ("5.7", "one-hot"): lambda Z, y: (softmax(Z) - one_hot(Z, y)) / len(Z),
    ("5.12", "from logits"): lambda Z, y: [
        softmax(Z).max(axis=1).mean(),
        (Z.argmax(1) == y).mean(),
    ],
}


@pytest.mark.parametrize("key", RIGHT, ids=" ".join)
def test_another_way_to_write_it_passes(key):
    verdict = check(key[0], RIGHT[key])
    assert verdict.passed, verdict.text


def unshifted(Z, y, T):
    P = np.exp(Z / T) / np.exp(Z / T).sum(axis=1, keepdims=True)
    return np.mean(chosen(Z, y) - (P * Z).sum(axis=1)) / T**2


def by_beta(Z, y, T):
    return np.mean((softmax(Z / T) * Z).sum(axis=1) - chosen(Z, y))


WRONG = {
    ("5.9", "exp of 2000"): (unshifted, "overflows"),
    ("5.9", "with respect to 1 / T"): (by_beta, "with respect to 1 / T"),
    ("5.10", "raised"): (
        lambda z, y: (
            -np.mean(
                y * np.log(1 / (1 + np.exp(-z)) + 1e-9)
                + (1 - y) * np.log(1 - 1 / (1 + np.exp(-z)) + 1e-9)
            )
        ),
        "costs more than 20.7",
    ),
    ("5.11", "inf times False"): (
        lambda Z, allowed: softmax(Z - np.inf * ~allowed),
        "times False is NaN",
    ),
    ("5.12", "no axis"): (
        lambda Z, y: (softmax(Z).max(axis=1).mean(), np.mean(np.argmax(Z) == y)),
        "without an axis",
    ),
}


@pytest.mark.parametrize("key", WRONG, ids=" ".join)
def test_a_mistake_is_told_by_its_cause(key):
    function, says = WRONG[key]
    verdict = check(key[0], function)
    assert not verdict.passed
    assert says in verdict.message
