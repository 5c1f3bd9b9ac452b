"""What the lessons of chapter 2 draw and tell, against the numbers themselves."""

import itertools
from math import pi, sqrt

import numpy as np
import pytest

import nnlib
from nnlib.activations import initialize_activation
from nnlib.chapters.ch02_activations import dead, race, signals
from nnlib.chapters.ch02_activations.drawings import choosing, slopes, vanishing
from nnlib.chapters.ch02_activations.drawings import dead as dead_drawings
from nnlib.chapters.ch02_activations.results import RESULTS, WIDER
from tests.teaching.pictures import sentence_of

DIGITS, _ = dead.digits()
SIX = ("sigmoid", "tanh", "relu", "selu", "gelu")
# The first, the last and the odd positions of each grid.
FRAMES = [
    *(
        (slopes.shape_and_slope, at)
        for at in itertools.product(("sigmoid", "relu", "gelu"), (-5.0, 5.0))
    ),
    *((slopes.far_out, at) for at in itertools.product(slopes.FORMULAS, slopes.ARITHMETICS)),
    *((slopes.zigzag, at) for at in itertools.product(slopes.INPUTS, slopes.STEPS)),
    *((vanishing.area, at) for at in itertools.product(SIX, (0.5, 4.0), (1, 20))),
    *(
        (vanishing.decay, at)
        for at in itertools.product(("sigmoid", "relu"), ("0.01²", "1"), (2, 50))
    ),
    *((dead_drawings.trial, (next(iter(dead.CASES)), change)) for change in dead.CHANGES),
    (dead_drawings.trial, ("long steps, layer 2", "b := 0 here")),
    (dead_drawings.dead_units, (dead.UNIFORM, dead.UNIFORM)),
    (dead_drawings.dead_units, ("Kaiming", "zero")),
    *((dead_drawings.dying, at) for at in itertools.product(("relu", "leaky_relu"), (0.05, 2.0))),
    *((choosing.race, (depth,)) for depth in race.DEPTHS),
    (vanishing.arrives, ()),
]


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    sentence_of(*draw(*at))


# Lesson 1 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("arithmetic", slopes.ARITHMETICS)
@pytest.mark.parametrize("function", slopes.FORMULAS)
def test_a_twin_keeps_its_digits_where_the_usual_formula_does_not(function, arithmetic):
    roundoff = slopes.ARITHMETICS[arithmetic][1]
    _, naive, twin = slopes.errors(function, arithmetic)
    assert np.max(twin) < 8 * roundoff
    assert not np.max(naive) < 1000 * roundoff or (function, arithmetic) in {
        (name, "bfloat16") for name in slopes.FORMULAS
    }
    assert not np.max(naive) < 8 * roundoff


def test_the_arithmetics_round_as_they_are_defined():
    rounded = {name: r for name, (r, _, _) in slopes.ARITHMETICS.items()}
    x = np.array([1 + 2.0**-8, 1 + 3 * 2.0**-8, 3e38, -1 / 3, np.inf])
    assert rounded["float64"](x) is x
    np.testing.assert_array_equal(rounded["float32"](x), x.astype(np.float32))
    # 8 significant bits, and half to even: 1 + 1/256 falls to 1, 1 + 3/256 rises to 1 + 4/256.
    np.testing.assert_array_equal(rounded["bfloat16"](x)[[0, 1, 4]], [1, 1 + 4 / 256, np.inf])
    np.testing.assert_allclose(rounded["bfloat16"](x)[2:4], x[2:4], rtol=2.0**-8)
    assert rounded["bfloat16"](np.array([3.4e38]))[0] == np.inf
    assert np.isnan(rounded["bfloat16"](np.array([np.nan]))[0])


def test_truths_are_those_of_nnlib_near_zero():
    for name, activation in (("σ", "sigmoid"), ("tanh", "tanh"), ("ELU", "elu"), ("GELU", "gelu")):
        z, _, _twin = slopes.errors(name, "float64")
        side = -1 if slopes.FORMULAS[name].side == "−z" else 1
        ours = slopes.FORMULAS[name].twin(z, lambda x: x)
        theirs = initialize_activation(activation).forward(side * z)
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)


@pytest.mark.parametrize("inputs", slopes.INPUTS)
def test_all_at_once_the_best_rate_shrinks_both_directions_alike(inputs):
    X = slopes.inputs_of(inputs)
    low, high = slopes.curvatures(X)
    path = slopes.descend(X, slopes.STEPS[1])
    shrink = np.abs(np.linalg.eigvalsh(np.eye(2) - 2 / (low + high) * X.T @ X / len(X)))
    np.testing.assert_allclose(shrink, (high - low) / (high + low), rtol=1e-9)
    away = np.linalg.norm(path - slopes.GOAL, axis=1)
    assert np.all(away[1:] <= away[:-1] * shrink.max() * (1 + 1e-9) + 1e-15)


def test_scaling_changes_no_condition_number_and_centering_does():
    low = {inputs: slopes.curvatures(slopes.inputs_of(inputs)) for inputs in slopes.INPUTS}
    condition = {inputs: high / small for inputs, (small, high) in low.items()}
    assert condition["σ"] == pytest.approx(condition["2.5 σ"])
    assert condition["σ − ½"] == pytest.approx(condition["2.5 (σ − ½)"])
    assert condition["σ"] > 3 * condition["σ − ½"]


# Lesson 2 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("q", [0.01, 0.3, 1.0, 9.0])
def test_means_under_the_bell_are_those_that_have_a_closed_form(q):
    relu, linear, gelu = nnlib.ReLU(), nnlib.Linear(), nnlib.GELU()
    assert signals.mean_square_slope(relu, q) == pytest.approx(0.5, abs=1e-12)
    assert signals.mean_square(relu, q) == pytest.approx(q / 2, rel=1e-5)
    assert signals.mean_square(linear, q) == pytest.approx(q, rel=1e-5)
    # E[Phi(z)^2] by Sheppard's formula; GELU is z Phi(z), so Phi is GELU over z.
    z = np.sqrt(q) * signals.NODES
    share = signals.WEIGHTS @ (gelu.forward(z) / z) ** 2
    assert share == pytest.approx(0.25 + np.arcsin(q / (1 + q)) / (2 * pi), rel=1e-5)


def test_selu_keeps_its_q_and_not_its_gradient():
    assert signals.variances(nnlib.SELU(), 1.0, 5) == pytest.approx([1] * 5, rel=1e-5)
    assert signals.mean_square_slope(nnlib.SELU(), 1.0) == pytest.approx(1.07, abs=0.005)


def test_theory_is_the_product_of_the_factors_on_the_way_back():
    f = nnlib.Tanh()
    qs = signals.variances(f, 1.5, 3)
    assert qs[1] == pytest.approx(1.5 * signals.mean_square(f, 1.5))
    chi = [1.5 * signals.mean_square_slope(f, q) for q in qs]
    np.testing.assert_allclose(
        signals.theory(f, 1.5, 3) ** 2, [chi[2], chi[2] * chi[1], chi[2] * chi[1] * chi[0]]
    )


def test_a_measurement_is_the_backward_pass_of_nnlib():
    n, depth = 6, 3
    rng = np.random.default_rng(5)
    X = rng.normal(size=(50, n))
    layers = [nnlib.FullyConnected(n, "tanh") for _ in range(depth)]
    A = X
    for layer in layers:
        layer.forward(A)
        layer.parameters["W"][...] = rng.normal(0, sqrt(1.5 / n), (n, n))
        A = layer.forward(A)
    G, sizes = rng.normal(size=A.shape), []
    for layer in reversed(layers):
        G = layer.backward(G)
        sizes.append(np.sqrt(np.mean(G**2)))
    np.testing.assert_allclose(signals.measure(nnlib.Tanh(), 1.5, depth, 5, n=n), sizes)


def test_the_shaded_share_is_what_the_sentence_tells():
    told = vanishing.area("relu", 2.0, 10)[1]
    assert "E[f′(z)²] = 0.5 is shaded. χ = 2 · 0.5 = 1: " in told
    assert told.endswith("mean square stays as it is.")
    assert vanishing.area("tanh", 1.0, 1)[1].endswith("shrinks.")
    assert vanishing.area("relu", 4.0, 1)[1].endswith("grows.")


# Lesson 3 -----------------------------------------------------------------------------------------


def test_layers_are_those_of_nnlib():
    drawn = dead.untrained(64, "Kaiming", "zero", seed=3, depth=2, n=7)
    *_, (_, last) = dead.passes(DIGITS[:5], drawn)
    layers = [nnlib.FullyConnected(7, "relu"), nnlib.FullyConnected(7)]
    network = nnlib.NeuralNetwork(layers).build((64,))
    for layer, (W, b) in zip(network.layers, drawn, strict=True):
        layer.parameters.update(W=W, b=b[None])
    np.testing.assert_allclose(last, network.forward(DIGITS[:5]), rtol=1e-12)
    W, b = dead.untrained(64, dead.UNIFORM, dead.UNIFORM, seed=0, depth=1)[0]
    assert 0.12 < np.abs(W).max() < 1 / 8
    assert 0.1 < np.abs(b).max() < 1 / 8


def test_silent_is_at_or_below_zero_for_all():
    Z = np.array([[-1.0, 0.0, -2.0, 3.0], [-5.0, -1.0, 1e-12, 2.0]])
    np.testing.assert_array_equal(dead.silent(Z), [True, True, False, False])


@pytest.mark.parametrize("case", [next(iter(dead.CASES)), list(dead.CASES)[4]])
def test_one_thing_is_changed_and_all_else_kept(case):
    layers = dead.layers_of(case, 0)
    *_, (A, Z) = dead.passes(DIGITS, layers)
    W, b = layers[-1]
    np.testing.assert_allclose(dead.changed(layers, "nothing"), Z)
    np.testing.assert_allclose(dead.changed(layers, "b := 0 here"), Z - b)
    centered = dead.changed(layers, "inputs centered here")
    np.testing.assert_allclose(centered, Z - A.mean(axis=0) @ W, atol=1e-12)
    np.testing.assert_allclose(centered.mean(axis=0), b, atol=1e-12)
    without = dead.changed(layers, "b := 0 in all layers")
    A = DIGITS
    for W, _ in layers:
        Z = A @ W
        A = np.maximum(Z, 0)
    np.testing.assert_allclose(without, Z)
    assert any(b.any() for _, b in layers)  # the layers themselves are left as they were


def test_without_what_the_samples_share_no_unit_is_dead():
    for case in dead.CASES:
        layers = dead.layers_of(case, 0)
        (W, b) = layers[-1]
        alone = [*layers[:-1], (W, 0 * b)]
        assert not dead.silent(dead.changed(alone, "inputs centered here")).any()


def test_a_run_records_who_is_silent_and_who_wakes():
    masks = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 0, 1]], bool)
    # Silent before the end: units 0, 1 and 2. Unit 1 wakes and sleeps again, unit 2 wakes.
    assert dead.revived(masks) == (2, 3)
    run = dead.train("relu", 0.2, 0)
    assert run.score > 0.9
    assert [len(layer) for layer in run.silent] == [dead.EPOCHS + 1] * 2
    Zs = [Z for _, Z in dead.passes(DIGITS, run.layers)]
    for layer, Z in zip(run.silent, Zs, strict=True):
        np.testing.assert_array_equal(layer[-1], dead.silent(Z))
    assert dead.revived(run.silent[0])[0] == 0


def test_a_lost_network_gets_no_number():
    fine = dead.Run((np.ones((6, 4), bool),) * 2, 0.25, [])
    lost = dead.Run((np.ones((2, 4), bool),) * 2, None, [])
    said = dead_drawings.told([lost, fine, lost])
    assert said.startswith("two of three networks overflowed; in the end 100% of the hidden units")
    assert "25% of the held-out digits are read" in said
    assert dead_drawings.told([lost] * 3) == "all three networks overflowed."


# Lesson 4 -----------------------------------------------------------------------------------------


def test_the_race_is_whole_and_its_verdict_is_in_its_numbers():
    assert set(RESULTS) == set(itertools.product(race.ACTIVATIONS, race.DEPTHS))
    assert all(rate in race.RATES and len(s) == len(race.SEEDS) for rate, s in RESULTS.values())
    medians = {at: np.nanmedian(scores) for at, (_, scores) in RESULTS.items()}
    at_two = [medians[name, 2] for name in race.ACTIVATIONS]
    assert max(at_two) - min(at_two) < 0.01
    assert all(medians["sigmoid", depth] < 0.15 for depth in (10, 20))
    for depth in (10, 20):
        ahead = min(medians[name, depth] for name in ("elu", "selu", "tanh"))
        assert ahead > max(medians[name, depth] for name in ("relu", "leaky_relu", "gelu", "silu"))


def test_in_wider_layers_relu_comes_close():
    assert set(WIDER) == set(race.WIDE)
    gap = np.median(RESULTS["elu", 20][1]) - np.median(RESULTS["relu", 20][1])
    assert gap > 0.1
    assert np.mean(WIDER["elu"]) - np.mean(WIDER["relu"]) < 0.04


def test_a_run_of_the_race_is_repeated():
    rate, scores = RESULTS["relu", 2]
    # Another processor may end some digits away.
    assert race.run("relu", 2, rate, seed=0) == pytest.approx(scores[0], abs=0.02)
    assert np.isnan(race.run("relu", 5, 1e6, seed=0, epochs=1))


def test_a_probability_vector_is_not_sharpened_by_softmax():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.full(4, 0.5), size=2000)
    assert np.all(nnlib.SoftMax().forward(p).max(axis=1) <= p.max(axis=1) + 1e-12)
