"""Schedules against their curves, in an optimizer, and saved; and the clipping of gradients."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import (
    SGD,
    Adam,
    AdamW,
    CosineDecay,
    FullyConnected,
    Layer,
    LinearDecay,
    NeuralNetwork,
    Schedule,
    StepDecay,
    clip_by_norm,
    load_iris,
)
from nnlib.optimizers import OPTIMIZERS

X, Y = load_iris()
KINDS = (LinearDecay, CosineDecay, StepDecay)
each_kind = pytest.mark.parametrize("kind", KINDS)


def rates(schedule, steps):
    return [schedule(t) for t in range(1, steps + 1)]


# --- the curves ----------------------------------------------------------------------------------


def test_a_straight_line():
    np.testing.assert_allclose(rates(LinearDecay(0.8, 4), 6), [0.8, 0.6, 0.4, 0.2, 0, 0])
    np.testing.assert_allclose(rates(LinearDecay(0.8, 4, end=0.4), 5), [0.8, 0.7, 0.6, 0.5, 0.4])
    np.testing.assert_allclose(
        rates(LinearDecay(0.6, 6, warmup=3), 7), [0.2, 0.4, 0.6, 0.6, 0.4, 0.2, 0], atol=1e-15
    )


def test_half_a_wave():
    third = (1 + math.cos(math.pi / 3)) / 2
    np.testing.assert_allclose(
        rates(CosineDecay(0.4, 3), 4), [0.4, 0.4 * third, 0.4 * (1 - third), 0], atol=1e-15
    )
    np.testing.assert_allclose(
        rates(CosineDecay(1, 5, warmup=2, end=0.5), 6),
        [0.5, 1, 1, 0.5 + third / 2, 1 - third / 2, 0.5],
    )


def test_stairs():
    np.testing.assert_allclose(
        rates(StepDecay(1, 7), 8), [1, 1, 1, 0.1, 0.1, 0.01, 0.01, 0], atol=1e-15
    )
    np.testing.assert_allclose(
        rates(StepDecay(2, 5, warmup=1, end=1, parts=2, factor=0.5), 6), [2, 2, 2, 1.5, 1.5, 1]
    )
    # Whole numbers are divided: 49 parts of 49 steps are one step each.
    stairs = StepDecay(1, 49, parts=49, factor=0.5)
    np.testing.assert_allclose(rates(stairs, 49), 0.5 ** np.arange(49))


@each_kind
@given(st.data())
def test_it_rises_to_the_peak_then_falls_to_the_end(kind, data):
    steps = data.draw(st.integers(1, 60))
    warmup = data.draw(st.integers(0, steps - 1))
    peak = data.draw(st.floats(0, 1e6))
    end = data.draw(st.floats(0, 1)) * peak
    found = np.array(rates(kind(peak, steps, warmup, end), steps + 5))
    assert found[warmup] == pytest.approx(peak)
    assert (np.diff(found[: warmup + 1]) >= -1e-9 * peak).all()
    assert (np.diff(found[warmup:]) <= 1e-9 * peak).all()
    assert (found[steps:] == end).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LinearDecay(-1, 5), r"peak in \[0, inf\), got -1"),
        (lambda: LinearDecay(math.inf, 5), r"peak in \[0, inf\), got inf"),
        (lambda: CosineDecay(1, 0), r"steps to be a whole number >= 1, got 0"),
        (lambda: CosineDecay(1, 5, -1), r"warmup to be a whole number >= 0, got -1"),
        (lambda: CosineDecay(1, 5, 5), r"warmup below steps, got 5 and 5"),
        (lambda: CosineDecay(1, 5, end=1.5), r"end in \[0, 1.0\], got 1.5"),
        (lambda: StepDecay(1, 5, parts=0), r"parts to be a whole number >= 1, got 0"),
        (lambda: StepDecay(1, 5, factor=2), r"factor in \[0, 1\], got 2"),
        (lambda: LinearDecay(1, 5)(0), r"t to be a whole number >= 1, got 0"),
        (lambda: LinearDecay(1, 5)(1.5), r"t to be a whole number >= 1, got 1.5"),
    ],
)
def test_bad_schedules_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_base_class_says_what_to_use():
    with pytest.raises(TypeError, match=r"base class; use StepDecay"):
        Schedule(1, 5)(1)
    assert repr(CosineDecay(0.5, 800)) == "CosineDecay(peak=0.5, steps=800)"


# --- in an optimizer -----------------------------------------------------------------------------


def step(optimizer, w, g):
    layer = Layer()
    layer.parameters, layer.gradients = {"W": np.array([w])}, {"W": np.array([g])}
    optimizer.step([layer])
    return layer.parameters["W"].item()


@pytest.mark.parametrize("word", OPTIMIZERS)
def test_each_step_has_the_rate_of_the_schedule(word):
    scheduled, plain = OPTIMIZERS[word](LinearDecay(0.3, 3)), OPTIMIZERS[word]()
    w = expected = 1.0
    for rate in (0.3, 0.2, 0.1, 0.0):
        plain.learning_rate = rate
        w, expected = step(scheduled, w, 0.5), step(plain, expected, 0.5)
        assert w == pytest.approx(expected, rel=1e-12)
        assert scheduled.rate == pytest.approx(rate, abs=1e-15)


def test_a_function_is_a_schedule():
    optimizer = SGD(lambda t: 1 / t)
    assert [step(optimizer, 0.0, -1.0) for _ in range(3)] == [1, 1 / 2, 1 / 3]
    assert "lambda" in repr(optimizer)
    assert repr(SGD(CosineDecay(0.5, 8))) == "SGD(learning_rate=CosineDecay(peak=0.5, steps=8))"


@pytest.mark.parametrize("given", [-1, math.nan, math.inf, "fast", None, True])
def test_a_function_that_gives_no_rate_stops_before_the_step(given):
    optimizer = AdamW(lambda t: given if t == 2 else 0.1)
    w = step(optimizer, 1.0, 1.0)
    layer = Layer()
    layer.parameters, layer.gradients = {"W": np.array([w])}, {"W": np.ones(1)}
    with pytest.raises(ValueError, match=r"the learning rate of step 2 in \[0, inf\)"):
        optimizer.step([layer])
    assert layer.parameters["W"].item() == w
    assert optimizer.t == 1


def network(rate=None):
    layers = [FullyConnected(8, "tanh"), FullyConnected(3)]
    return NeuralNetwork(layers, optimizer=Adam(rate or CosineDecay(0.05, 20, 3)))


def test_a_saved_schedule_goes_on_where_it_stopped(tmp_path):
    whole, first = network(), network()
    losses = whole.fit(X, Y, 4, progress=False).step_loss
    start = first.fit(X, Y, 2, progress=False).step_loss
    first.save(tmp_path / "half")
    second = network().load(tmp_path / "half")
    assert second.optimizer.rate == first.optimizer.rate < 0.05
    assert start + second.fit(X, Y, 2, progress=False).step_loss == losses


def test_another_schedule_is_another_setting(tmp_path):
    one = network()
    one.fit(X, Y, 1, progress=False)
    one.save(tmp_path / "one")
    for other in (CosineDecay(0.05, 20, 2), LinearDecay(0.05, 20, 3), 0.05, math.sqrt):
        with pytest.raises(ValueError, match=r"expected optimizer.learning_rate: "):
            network(other).load(tmp_path / "one")


# --- clipping ------------------------------------------------------------------------------------


def layers_with(*arrays):
    layers = [Layer() for _ in arrays]
    for i, (layer, g) in enumerate(zip(layers, arrays, strict=True)):
        layer.gradients = {f"W{i}": np.array(g)}
    return layers


def test_all_gradients_are_one_vector():
    layers = layers_with([[3.0, 0.0]], [-4.0])
    assert clip_by_norm(layers, 1) == 5
    np.testing.assert_allclose(layers[0].gradients["W0"], [[0.6, 0]])
    np.testing.assert_allclose(layers[1].gradients["W1"], [-0.8])


@given(st.floats(0.01, 100), st.integers(0, 99))
def test_the_length_changes_and_not_the_direction(limit, seed):
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=(3, 2)), rng.normal(size=4)]
    before = np.concatenate([a.ravel() for a in arrays])
    layers = layers_with(*arrays)
    found = clip_by_norm(layers, limit)
    after = np.concatenate([g.ravel() for layer in layers for g in layer.gradients.values()])
    length = np.linalg.norm(before)
    assert found == pytest.approx(length)
    assert np.linalg.norm(after) == pytest.approx(min(limit, length))
    np.testing.assert_allclose(after * length, before * np.linalg.norm(after), rtol=1e-9)
    if length <= limit:
        np.testing.assert_array_equal(after, before)


def test_it_works_in_place_and_keeps_the_dtype():
    layers = layers_with(np.full(4, 1e20, np.float32))  # whose squares float32 does not hold
    g = layers[0].gradients["W0"]
    assert clip_by_norm(layers, 2.0) == pytest.approx(2e20)
    assert layers[0].gradients["W0"] is g
    assert g.dtype == np.float32
    np.testing.assert_allclose(g, 1, rtol=1e-6)


def test_nothing_to_clip_has_no_length():
    assert clip_by_norm([], 1) == 0
    layers = layers_with(np.zeros(3))
    assert clip_by_norm(layers, 1) == 0
    np.testing.assert_array_equal(layers[0].gradients["W0"], 0)


@pytest.mark.parametrize(
    ("arrays", "limit", "message"),
    [
        (([1.0], [math.nan]), 1, r"gradients of finite length, got nan"),
        (([math.inf], [1.0]), 1, r"gradients of finite length, got inf"),
        (([1.0],), 0, r"limit in \(0, inf\), got 0"),
        (([1.0],), math.inf, r"limit in \(0, inf\), got inf"),
        (([1.0],), "1", r"limit in \(0, inf\), got '1'"),
    ],
)
def test_what_has_no_length_is_refused(arrays, limit, message):
    layers = layers_with(*arrays)
    with pytest.raises(ValueError, match=message):
        clip_by_norm(layers, limit)
    np.testing.assert_array_equal(layers[0].gradients["W0"], arrays[0])
