"""What the lessons of chapter 3 draw and tell, against the numbers themselves."""

import itertools
import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import nnlib
from nnlib.activations import initialize_activation
from nnlib.chapters.ch02_activations import signals
from nnlib.chapters.ch03_initialization import depth, maps, runs, walks
from nnlib.chapters.ch03_initialization.drawings import depth as depth_drawings
from nnlib.chapters.ch03_initialization.drawings import dial, starts
from nnlib.chapters.ch03_initialization.drawings import walks as walk_drawings
from nnlib.chapters.ch03_initialization.questions import QUESTIONS
from nnlib.chapters.ch03_initialization.results import (
    ADAM,
    AGAIN,
    DEEP,
    LEAKS,
    NARROW,
    REPAIRS,
    SLOW_TWINS,
    TODAY,
    TWINS,
    WIDE,
)
from nnlib.chapters.ch03_initialization.starts import at_the_start
from nnlib.initializers import gain

BOOK = Path(__file__).resolve().parents[2] / "book" / "03_initialization"
RULES = tuple(walks.RULES)
FRAMES = [
    (starts.staircase, ()),
    *((starts.repair, (step,)) for step in REPAIRS),
    *((walk_drawings.forward, at) for at in itertools.product(RULES[::4], ("relu", "sigmoid"))),
    *((walk_drawings.backward, at) for at in itertools.product(RULES[::4], ("relu", "tanh"))),
    *(
        (walk_drawings.taper, at)
        for at in itertools.product(tuple(walks.SHAPES)[::3], tuple(walks.VARIANCES)[::3])
    ),
    *((dial.dial, at) for at in itertools.product(dial.ACTIVATIONS, dial.GAINS[::9])),
    *((depth_drawings.pairs, (network,)) for network in depth_drawings.PAIRED[::3]),
    *((depth_drawings.clinic, (network,)) for network in depth.CLINIC),
    *((depth_drawings.one_network, (width,)) for width in (20, 50)),
    (depth_drawings.thirty, ()),
]


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    fig, sentence = draw(*at)
    assert isinstance(fig, Figure)
    assert sentence.endswith(".")
    assert "nan" not in sentence
    assert "  " not in sentence
    assert not re.search(r"\de-\d", sentence)  # a hyphen for a minus


def question(id):
    return next(q for q in QUESTIONS if q.id == id)


def test_every_question_and_exercise_is_asked_in_a_lesson():
    cells = [
        "".join(cell["source"])
        for path in sorted(BOOK.glob("*.ipynb"))
        for cell in json.loads(path.read_text("utf-8"))["cells"]
    ]
    asked = re.findall(r'^ask\("([^"]+)"\)', "\n".join(cells), re.MULTILINE)
    assert sorted(asked) == sorted(q.id for q in QUESTIONS)


# Lesson 1 -----------------------------------------------------------------------------------------


def test_a_run_of_the_repair_comes_out_as_it_is_kept():
    step = "with ReLU's gain"
    rate, losses, scores = REPAIRS[step]
    again, score = runs.repair(step, rate, 0)
    np.testing.assert_allclose(again[:4], losses[0][:4], rtol=0.02)
    assert score == pytest.approx(scores[0], abs=0.03)


def test_twins_come_out_as_they_are_kept():
    assert runs.twins(0.0, 0)[1] == pytest.approx(TWINS[0.0][0], abs=0.03)
    assert max(TWINS[0.0]) < 0.4
    assert min(TWINS[1e-8]) > 0.95


def test_each_repair_reads_more_in_the_median_than_the_one_before():
    medians = [np.median(scores) for _, _, scores in REPAIRS.values()]
    assert medians == sorted(medians)
    assert min(REPAIRS["with ReLU's gain"][2]) > 0.9


def test_other_networks_are_told_as_they_are_kept():
    for step, low, high in (("scaled by fan-in", 0.92, 0.97), ("with ReLU's gain", 0.93, 0.97)):
        assert (round(min(AGAIN[step]), 2), round(max(AGAIN[step]), 2)) == (low, high)


def test_what_is_said_of_the_first_losses():
    first = {step: [at_the_start(step, seed)[0] for seed in range(5)] for step in REPAIRS}
    assert 550 < min(first["random"]) < max(first["random"]) < 2700
    assert 19 < min(first["small last layer"]) < max(first["small last layer"]) < 95
    for step in ("scaled by fan-in", "with ReLU's gain"):
        np.testing.assert_allclose(first[step], np.log(10), rtol=0.02)


def test_no_gradient_reaches_the_hidden_layers_if_all_is_equal():
    gradients = at_the_start("all equal")[1]
    assert max(np.abs(dW).max() for dW in gradients[:-1]) < starts.ROUNDING
    assert np.abs(gradients[-1]).max() > 1


def test_a_small_difference_needs_a_rate_and_a_slope_to_grow():
    for name, given in runs.SLOW.items():
        assert max(SLOW_TWINS[name]) < min(TWINS[1e-8]) - 0.4
        assert runs.twins(1e-8, 0, **given)[1] == pytest.approx(SLOW_TWINS[name][0], abs=0.05)


def test_units_that_start_nearly_equal_are_as_large_as_others():
    G = np.random.default_rng(0).normal(size=(1000, 60))
    for noise in (0.0, 0.5, 1.0):
        W = runs.nearly_equal(noise, 1)(G)
        alike = np.corrcoef(W.T[1:])[np.triu_indices(59, 1)].mean()
        assert alike == pytest.approx(1 - noise**2, abs=0.05)
        assert np.mean(W[:, 1:] ** 2) * 1000 == pytest.approx(1, abs=0.1)


# Lessons 2 and 3 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["U(±1/√n)", "Xavier", "Kaiming"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_networks_are_as_large_as_the_theory_says(rule, activation):
    f, ns2 = initialize_activation(activation), walks.RULES[rule](100, activation)
    up, down = np.median(walks.walks(rule, activation, 10, 100), axis=1)
    np.testing.assert_allclose(up, np.sqrt(signals.variances(f, ns2, 10)), rtol=0.25)
    np.testing.assert_allclose(down, signals.theory(f, ns2, 10), rtol=0.35)


@pytest.mark.parametrize("shape", walks.SHAPES)
def test_fan_in_keeps_the_signal_and_fan_out_the_gradient(shape):
    widths = walks.SHAPES[shape]
    up, down = walks.expected_of(widths, walks.VARIANCES["2/n_in"])
    np.testing.assert_allclose(up, 1)
    np.testing.assert_allclose(down[0], widths[-1] / widths[0])
    up, down = walks.expected_of(widths, walks.VARIANCES["2/n_out"])
    np.testing.assert_allclose(down, 1)
    np.testing.assert_allclose(up[-1], widths[0] / widths[-1])


def test_the_compromise_keeps_neither_in_the_hourglass():
    up, down = walks.expected_of(walks.SHAPES["hourglass"], walks.VARIANCES["4/(n_in + n_out)"])
    assert up[-1] < 0.5
    assert down[0] < 0.5


def test_tapers_do_what_is_expected_of_them():
    widths, rule = walks.SHAPES["1024 → 32"], walks.VARIANCES["4/(n_in + n_out)"]
    found = np.array([walks.one_taper(widths, rule, seed) for seed in range(10)])
    np.testing.assert_allclose(found.mean(axis=0), walks.expected_of(widths, rule), rtol=0.35)


# Lesson 4 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("q", [0.1, 1.0, 9.0])
def test_the_first_map_is_chapter_2s(q):
    for name in ("relu", "tanh", "gelu"):
        f = initialize_activation(name)
        assert maps.next_q(f, 1.0, q) == pytest.approx(signals.mean_square(f, q), rel=1e-5)
        ours, theirs = maps.chi(f, 1.0, q), signals.mean_square_slope(f, q)
        assert ours == pytest.approx(theirs, rel=1e-2)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("relu", "marginal"),
        ("leaky_relu", "marginal"),
        ("tanh", "stable"),
        ("selu", "stable"),
        ("elu", "stable"),
        ("sigmoid", "stable"),
        ("gelu", "unstable"),
        ("silu", "unstable"),
    ],
)
def test_one_is_a_fixed_point_of_each_kind(name, kind):
    f = initialize_activation(name)
    (point,) = maps.fixed_points(f, gain(f))
    assert point.q == pytest.approx(1, abs=1e-3)
    assert point.kind == kind
    # what is near it comes nearer, or not
    far = abs(np.log(maps.sizes(f, gain(f), 1.1, 20)[-1] / point.q))
    near = abs(np.log(1.1))
    assert {"stable": far < near / 2, "unstable": far > 2 * near}.get(
        kind, far == pytest.approx(near, rel=1e-2)
    )


@pytest.mark.parametrize("name", ["tanh", "selu"])
@pytest.mark.parametrize("g", [1.0, 1.05, 1.1, 1.2])
def test_chi_is_at_least_one_where_the_mean_is_zero(name, g):
    f = initialize_activation(name)
    q = maps.sizes(f, g, 1.0, 4000)[-1]
    mean = maps.WEIGHTS @ f.forward(np.sqrt(q) * maps.NODES)
    if abs(mean) < 1e-6 and q > 0.01:
        assert maps.chi(f, g, q) > 1


def test_a_chi_that_leaves_the_picture_is_told_in_it():
    texts = {}
    for at in (("relu", 2.5), ("tanh", 10.0), ("tanh", 1.1)):
        fig, _ = dial.dial(*at)
        texts[at] = [text.get_text() for text in fig.axes[1].texts]
        shown = max(np.max(line.get_ydata()) for line in fig.axes[1].lines) > dial.CHI
        assert shown == bool(texts[at])
    assert "3.1" in texts["relu", 2.5][0]


def test_a_jump_breaks_it():
    z = np.sqrt(2.0) * maps.NODES
    assert abs(maps.WEIGHTS @ np.sign(z)) < 1e-12  # mean 0
    assert maps.WEIGHTS @ np.sign(z) ** 2 == pytest.approx(1)  # q settles at g^2
    # its slope is 0 wherever it has one, so χ = 0


def test_backward_theory_holds_below_some_losses_only():
    for loss, outputs in (("random", 1), ("cross-entropy", 10), ("squared", 1)):
        assert walks.backward_factors(loss, outputs).mean() == pytest.approx(1, abs=0.3)
    assert walks.backward_factors("ones", 1).mean() > 4
    assert walks.backward_factors("squared", 100).mean() > 6
    with pytest.raises(ValueError, match="expected 'ones'"):
        walks.backward_factors("hinge", 1)


# Lesson 5 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("c", [0.0, 0.3, 0.9, 0.99])
def test_the_second_map_of_relu_is_its_closed_form(c):
    angle = np.arccos(c)
    closed = (np.sin(angle) + (np.pi - angle) * c) / np.pi
    assert maps.next_cosine(nnlib.ReLU(), 1.7, c) == pytest.approx(closed, abs=2e-4)


@pytest.mark.parametrize("name", ["tanh", "selu", "gelu"])
@pytest.mark.parametrize("q", [0.3, 4.0])
def test_the_second_map_is_what_a_sample_shows(name, q):
    f, rng = initialize_activation(name), np.random.default_rng(0)
    z, u = rng.normal(size=(2, 400_000))
    for c in (0.0, 0.5, 0.9):
        a = f.forward(np.sqrt(q) * z)
        b = f.forward(np.sqrt(q) * (c * z + np.sqrt(1 - c**2) * u))
        assert maps.next_cosine(f, q, c) == pytest.approx(np.mean(a * b) / np.mean(a**2), abs=0.01)


@pytest.mark.parametrize("start", depth_drawings.PAIRED)
def test_networks_follow_the_second_map(start):
    found = np.median(depth_drawings.paired(start, 0.5), axis=0)
    np.testing.assert_allclose(found[:15], depth_drawings._second_map(start, 0.5)[:15], atol=0.12)


def test_the_slope_at_one_is_chi():
    f, g = nnlib.Tanh(), 1.3
    q = maps.sizes(f, g, 1.0, 500)[-1]
    rise = (1 - maps.next_cosine(f, q, 1 - 1e-6)) / 1e-6
    assert rise == pytest.approx(maps.chi(f, g, q), rel=1e-3)


def test_a_small_step_grows_as_the_gradient_does():
    rng = np.random.default_rng(1)
    W = [rng.normal(0, 1.3 / 8, (64, 64)) for _ in range(4)]
    x = rng.normal(size=(1, 64))
    jacobian, a, stack = np.eye(64), x, []
    for k, w in enumerate(W):
        slopes = 1 - np.tanh(a) ** 2 if k else np.ones_like(a)
        jacobian = jacobian @ (slopes.T * w)
        stack.append(lambda Z, w=w, k=k: (np.tanh(Z) if k else Z) @ w)
        a = stack[-1](a)
    moved, still = x + 1e-5 * rng.normal(size=(4000, 64)), x
    for layer in stack:
        moved, still = layer(moved), layer(still)
    grown = np.mean((moved - still) ** 2) / 1e-10
    G = rng.normal(size=(4000, 64))
    assert grown == pytest.approx(np.sum(jacobian**2) / 64, rel=0.1)
    assert np.mean((G @ jacobian.T) ** 2) == pytest.approx(grown, rel=0.1)


def test_a_mirrored_network_is_linear_at_the_start():
    stack = depth.mirrored(np.random.default_rng(0))
    X, Y = np.random.default_rng(1).normal(size=(2, 3, depth.WIDTH))

    def through(Z):
        for layer in stack:
            Z = layer(Z)
        return Z

    np.testing.assert_allclose(through(2 * X - Y), 2 * through(X) - through(Y), atol=1e-10)
    V, W = runs.mirrored_first(np.ones((4, 4))), runs.mirrored(np.eye(4))
    np.testing.assert_array_equal(V[:, :2], -V[:, 2:])
    np.testing.assert_array_equal(W[:2], -W[2:])


def test_the_runs_are_told_as_they_are_kept():
    medians = {start: np.median(scores) for start, (_, scores) in DEEP.items()}
    best = {start for start, median in medians.items() if median > 0.9}
    assert best == {"SELU, gain 1", "tanh, gain 1.1", "ReLU, mirrored", "tanh, gain 1"}
    for start in best:
        q, cosine = depth_drawings.kept(start)
        assert 0.015 < q <= 1.001
        assert 0.26 < cosine <= 0.5
    for start in set(medians) - best:
        q, cosine = depth_drawings.kept(start)
        assert not 0.01 < q < 100 or not 0.2 < cosine < 0.8
    for table in (DEEP, NARROW, ADAM):
        middle = {start: np.median(scores) for start, (_, scores) in table.items()}
        assert middle["ReLU, mirrored"] > middle["ReLU, Kaiming"]
        assert middle["tanh, gain 1.1"] > middle["tanh, gain 2.5"]


def test_the_more_leaks_the_more_of_a_cosine_is_kept_and_read():
    read = [np.median(DEEP["ReLU, Kaiming"][1]), *(np.median(LEAKS[a][1]) for a in runs.LEAKS[:2])]
    assert read == sorted(read)
    ends = []
    for a in runs.LEAKS:
        f, g = nnlib.LeakyReLU(a), np.sqrt(2 / (1 + a**2))
        ends.append(maps.cosines(f, maps.sizes(f, g, g**2, runs.DEEP), 0.5)[-1])
    np.testing.assert_allclose(ends, [0.945, 0.815, 0.57], atol=0.005)  # as the lesson says
    wide = {start: scores for start, (_, scores) in WIDE.items()}
    assert max(wide["tanh, gain 2.5"]) < 0.49 < min(wide["ReLU, Kaiming"])
    assert np.nanmin(wide["ReLU, mirrored"]) > max(wide["ReLU, Kaiming"])


def test_a_start_of_today_comes_out_as_it_is_kept():
    name = "ReLU, residual / √(2L)"
    np.testing.assert_allclose(depth.measured(name, 2), TODAY[name][:2], rtol=0.02)
    assert list(TODAY) == list(depth.TODAY)


def test_each_patient_shows_what_tells_it_apart():
    middle = {number: np.median(depth.charts(number), axis=0) for number in depth.CLINIC}
    q = {number: found[0] for number, found in middle.items()}
    step = {number: found[1] for number, found in middle.items()}
    cosine = {number: found[2] for number, found in middle.items()}
    assert q[1][-1] < 1e-6  # it falls in each layer
    assert q[5][-1] == pytest.approx(2 / (5 * depth.WIDTH), rel=0.2)  # biases hold it up
    assert step[2][-1] > 1e4
    assert q[3][10] / q[3][11] > 50
    assert 0.1 < q[4][-1] < 10
    assert 0.1 < q[6][-1] < 10
    assert cosine[4][-1] > 0.9
    assert 0.25 < cosine[6][-1] < 0.6


@pytest.mark.parametrize("width", [20, 50])
def test_one_network_strays_as_it_should(width):
    logs = np.log(depth.growth(width)[19])
    assert np.median(logs) == pytest.approx(-5 * 20 / (2 * width), abs=0.5)
    assert logs.var() == pytest.approx(5 * 20 / width, rel=0.5)
