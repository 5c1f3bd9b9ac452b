"""Chapter 3: what people write that is right passes, and what is said of the rest is true."""

import numpy as np
import pytest

from nnlib.teaching import check


def layers(generators, scale=lambda width: 1 / np.sqrt(width)):
    """Return an answer to 3.14 that takes layer after layer from these generators."""

    def deep_weights(width, depth, seed):
        drawn = (rng.normal(size=(width, width)) for rng in generators(seed, depth))
        return tuple(scale(width) * W for W in drawn)

    return deep_weights


def uniform(width, depth, seed):
    c = np.sqrt(3 / width)
    return np.random.default_rng(seed).uniform(-c, c, (depth, width, width))


OTHER_STREAMS = {
    "spawned": layers(lambda seed, depth: np.random.default_rng(seed).spawn(depth)),
    "seeded by a pair": layers(
        lambda seed, depth: [np.random.default_rng([seed, i]) for i in range(depth)]
    ),
    "another bit generator": layers(
        lambda seed, depth: depth * [np.random.Generator(np.random.MT19937(seed))]
    ),
    "uniform": uniform,
}


@pytest.mark.parametrize("name", OTHER_STREAMS)
def test_another_stream_of_random_numbers_is_right(name):
    verdict = check("3.14", OTHER_STREAMS[name])
    assert verdict.passed, verdict.text


STILL_WRONG = {
    "one seed for all layers": (
        layers(lambda seed, depth: [np.random.default_rng([seed, 1]) for _ in range(depth)]),
        "the same numbers",
    ),
    "the variance for the deviation": (
        layers(lambda seed, depth: np.random.default_rng(seed).spawn(depth), lambda n: 1 / n),
        "variance 1 / width",
    ),
    "two seeds share layers": (
        layers(lambda seed, depth: [np.random.default_rng([seed + i]) for i in range(depth)]),
        "seed and seed + 1 share",
    ),
    "the seed is not used": (
        layers(lambda seed, depth: [np.random.default_rng([7, i]) for i in range(depth)]),
        "Networks of two seeds",
    ),
    "no seed": (
        layers(lambda seed, depth: np.random.default_rng().spawn(depth)),
        "two different results",
    ),
    "one layer too many": (
        layers(lambda seed, depth: np.random.default_rng(seed).spawn(depth + 1)),
        "expected",
    ),
}


@pytest.mark.parametrize("name", STILL_WRONG)
def test_not_every_stream_is(name):
    function, says = STILL_WRONG[name]
    verdict = check("3.14", function)
    assert not verdict.passed
    assert says in verdict.text
    if says != "expected":
        assert "expected" not in verdict.evidence or verdict.by == "known"


def rules(W):
    n_in, n_out = W.shape
    return np.array([1 / n_in, 2 / (n_in + n_out), 2 / n_in, 2 / n_out])


def test_what_is_nearest_by_ratio_is_told_apart():
    assert check("3.10", lambda W: np.argmin(np.abs(np.log2(rules(W) / np.var(W))))).passed
    factor = check(
        "3.10", lambda W: np.argmin(np.maximum(np.var(W) / rules(W), rules(W) / W.var()))
    )
    assert factor.passed
    one_sided = check("3.10", lambda W: np.argmin(np.abs(np.var(W) / rules(W) - 1)))
    assert "|v / r - 1| is 1 if v is twice r" in one_sided.message
    # |r / v - 1| is |r - v| / v, so no values tell these two apart: the sentence names both.
    for distance in (lambda v, r: np.abs(r / v - 1), lambda v, r: np.abs(r - v)):
        message = check("3.10", lambda W, d=distance: np.argmin(d(np.var(W), rules(W)))).message
        assert "|r / v - 1|" in message
        assert "|r - v|" in message


def test_a_simulation_is_told_that_it_is_near():
    def simulated(X, s):
        W = np.random.default_rng(0).normal(0, s, (X.shape[1], 100_000))
        return np.mean((X @ W) ** 2)

    message = check("3.2", simulated).message
    assert "estimated from random numbers" in message
    assert " 1 times" not in message


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_the_layers_may_come_in_any_row(kind):
    def relu_signal(widths, variances, x2):
        found = []
        for n_in, s2 in zip(widths, variances, strict=False):
            found.append(n_in * s2 * x2)
            x2 = found[-1] / 2
        return kind(found)

    assert check("3.8", relu_signal).passed


def test_the_gain_may_be_drawn():
    def gain_of(f):
        return 1 / np.sqrt(np.mean(f(np.random.default_rng(1).normal(size=100_000)) ** 2))

    assert check("3.6", gain_of).passed


def test_a_test_of_the_stack_needs_no_fixed_values():
    def exposes(f):
        first, second = f(20, 2, 0)
        other = f(20, 1, 1)[0]
        alike = [np.allclose(first, second), np.allclose(first, second.T)]
        wrong_size = not 0.5 < 20 * np.var([first, second]) < 1.5
        return any(alike) or wrong_size or np.allclose(first, other)

    verdict = check.bug("3.14", exposes)
    assert verdict.passed, verdict.text
