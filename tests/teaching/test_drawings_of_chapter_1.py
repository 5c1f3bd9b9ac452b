"""What chapter 1 draws: a figure and a sentence, whose numbers are those of the networks."""

import itertools
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

import nnlib
from nnlib.chapters.ch01_structure import by_hand
from nnlib.chapters.ch01_structure.drawings import hidden, layers, one_unit, represent, writing
from nnlib.teaching.example import W1, W2, X, b1, b2, y
from tests.teaching.pictures import sentence_of

Z1 = X @ W1 + b1
A1 = np.maximum(Z1, 0)
Z2 = A1 @ W2 + b2
P = nnlib.SoftMax().forward(Z2)

POINTS, KIND = nnlib.make_moons(20, noise=0.25)
FLOWERS = one_unit.border_of(POINTS, KIND, ("u", "v"), (-2.9, 2.9), "flowers")
CORNERS = one_unit.border_of(one_unit.CORNERS, one_unit.XOR, ("u", "v"), (-0.6, 1.6), "corners")
WALK = layers.walk_of(Z1, A1, Z2, P)
BORDERS = hidden.borders_of({"moons": (POINTS, KIND, ("u", "v"))})
TARGETS = {"sine": lambda x: np.sin(2 * np.pi * x), "jump": lambda x: np.where(x < 0.4, -0.5, 0.5)}
BUILD = represent.construction_of(TARGETS, [2, 8, 32])

FRAMES = [
    *((FLOWERS, at) for at in itertools.product((-1, 4), (-1, 4), (-4, 2))),
    *((FLOWERS, at) for at in ((0, 0, 1), (0, 0, 0))),
    *((CORNERS, at) for at in itertools.product((-1, 1), (0, 1), (-1.5, 0.5))),
    *((WALK, at) for at in itertools.product((1, 3), range(7))),
    *((hidden.xor, at) for at in itertools.product((0, 135), (-1, 1), (45, 315), (0, 1), (0, 1))),
    *((hidden.moons, at) for at in itertools.product((0, 135), (0, 135), (-0.5, 0.5), (0.7, 5))),
    *((BORDERS, ("moons", *at)) for at in itertools.product((1, 16), (0, 3), (0, 2))),
    *((represent.one_input, at) for at in itertools.product((-16, 1), (-16, 0), ("sigmoid", "R"))),
    *((BUILD, at) for at in itertools.product(TARGETS, by_hand.BUILT, (2, 32))),
    *((represent.towers, at) for at in itertools.product(represent.STAGES, (5, 80))),
]


def told(draw, *at):
    """Return the sentence of one frame."""
    fig, sentence = draw(*at)
    plt.close(fig)
    return sentence


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    sentence = sentence_of(*draw(*at))
    assert "-" not in re.sub(r"[a-z]-[a-z]", "", sentence)  # a minus is a minus


def test_numbers_are_written_as_by_hand():
    assert [writing.num(v) for v in (2.0, -0.5, -0.0)] == ["2", "−0.5", "0"]
    said = writing.arithmetic(np.array([1.0, -2.0]), np.array([3.0, 0.5]), -1.0)
    assert said == "1·3 + (−2)·0.5 + (−1) = 1"


def test_a_border_counts_those_on_their_side_and_says_what_is_there():
    points, labels = np.array([[1.0, 0.0], [-1.0, 0.0], [2.0, 1.0]]), np.array([1, 0, 0])
    draw = one_unit.border_of(points, labels, ("u", "v"), (-2.9, 2.9), "points")
    assert "2 of 3 points are on the right side. In the darker" in draw(1, 0, 0)[1]
    assert "1 of 3 points are on the right side. There is no border" in draw(0, 0, 1)[1]
    best = max(
        int(re.search(r"(\d) of 4", told(CORNERS, w1, w2, b))[1])
        for w1, w2, b in itertools.product((-1, 0, 1), (-1, 0, 1), (-1.5, -0.5, 0.5, 1.5))
    )
    assert best == 3


def test_the_walk_writes_the_numbers_of_the_layers():
    for i, j in np.ndindex(3, 3):
        sentence = told(WALK, i + 1, j + 1)
        number = writing.num(Z1[i, j])
        assert f"= {number}, a = max(z, 0) = {writing.num(A1[i, j])}" in " ".join(sentence.split())
    for i, c in np.ndindex(3, 2):
        assert told(WALK, i + 1, c + 4).endswith(f"= {writing.num(Z2[i, c])}.")
    for i in range(3):
        last = told(WALK, i + 1, 6)
        assert f"= {P[i, 1]:.3f}" in last
        assert f"predicted class {P[i].argmax()}, true class {y[i]}" in last


def parted(A, labels):
    """Say by brute force whether a line parts two classes of a few points in a plane.

    The differences of the two classes lie in an open half plane exactly if some direction has a
    positive product with all of them; if one does, one close to a perpendicular does.
    """
    differences = (A[labels == 1][:, None] - A[labels == 0]).reshape(-1, 2)
    angles = np.arctan2(differences[:, 1], differences[:, 0])
    for angle in np.concatenate([angles + np.pi / 2, angles - np.pi / 2]):
        for nudge in (-1e-6, 1e-6):
            direction = np.array([np.cos(angle + nudge), np.sin(angle + nudge)])
            if np.all(differences @ direction > 1e-9):
                return True
    return False


def test_xor_is_separated_where_brute_force_says_so_and_nowhere_without_the_bend():
    grid = itertools.product((0, 45, 135), (-1, 0, 1), (45, 90, 135, 225, 315), (-1, 0, 1))
    separated = 0
    for at in grid:
        W, b = hidden.xor_units(*at)
        Z = one_unit.CORNERS @ W + b
        for A in (np.maximum(Z, 0), Z):
            right, w, cut = hidden.best_line(A, one_unit.XOR)
            assert np.sum((A @ w + cut > 0) == one_unit.XOR) == right
            assert (right == 4) == parted(A, one_unit.XOR)
        assert right < 4
        separated += hidden.best_line(np.maximum(Z, 0), one_unit.XOR)[0] == 4
    assert separated == 12


def test_xor_tells_its_units_what_coincides_and_what_is_possible():
    assert hidden.xor(45, 0, 45, -1, True)[1] == (
        "a₁ = max(x₁ + x₂, 0), a₂ = max(x₁ + x₂ − 1, 0). 01 and 10 fall on one point. "
        "One line among the activations separates the classes: 4 of 4 corners."
    )
    flat = hidden.xor(0, -1, 90, -1, True)[1]
    assert "a₁ = max(x₁ − 1, 0), a₂ = max(x₂ − 1, 0)." in flat
    assert "00, 01, 10 and 11 fall on one point, of both classes." in flat
    assert "a₁ = −x₁ + x₂ + 1" in hidden.xor(135, 1, 45, 0, False)[1]
    assert "parts circles and squares" in hidden.opening()[1]


def test_the_moons_come_apart_as_the_lesson_says():
    assert hidden.moons(135, 45, 0, 5)[1].endswith("separates the moons: 60 of 60.")
    gentle = hidden.moons(135, 45, 0, 0.7)[1]
    assert "unit 2 is as gentle as unit 1" in gentle
    assert "54 of 60" in gentle
    others = [
        at
        for at in itertools.product((0, 45, 90, 135), (0, 45, 90, 135), (-0.5, 0, 0.5), (2, 5))
        if "60 of 60" in told(hidden.moons, *at)
    ]
    assert len(others) > 1
    assert all(
        "60 of 60" not in told(hidden.moons, turn1, turn2, 0, 0.7)
        for turn1, turn2 in itertools.product((0, 45, 90, 135), repeat=2)
    )


def test_a_line_of_one_class_is_better_than_a_wrong_one():
    A = np.zeros((5, 2))
    right, w, b = hidden.best_line(A, np.array([0, 1, 1, 1, 0]))
    assert (right, list(w), b) == (3, [0, 0], 0.5)


def test_borders_count_parameters_and_right_answers():
    assert "No hidden layer: 6 parameters" in BORDERS("moons", 4, 0, 0)[1]
    _, sentence = BORDERS("moons", 4, 2, 1)
    assert "2 hidden layers of 4 tanh units: 42 parameters; from start 1, " in sentence
    assert f"of the {len(KIND)} points" in sentence
    assert "One hidden layer of 1 tanh unit: 7 parameters" in BORDERS("moons", 1, 1, 0)[1]


def test_a_unit_of_one_input_stands_where_its_z_is_0():
    assert "0 at x = 0.5: a step up to the right." in represent.one_input(4, -2, "sigmoid")[1]
    assert "0 at x = 0.5: a ramp that rises to the left." in represent.one_input(-4, 2, "ReLU")[1]
    assert "x = −16, outside of the picture." in represent.one_input(1, 16, "ReLU")[1]


@pytest.mark.parametrize("r", [1, 2, 8, 32])
def test_ramps_interpolate_and_keep_to_their_bounds(r):
    x, F = by_hand.FINE, TARGETS["sine"]
    nodes = np.arange(r + 1) / r
    expected = np.interp(x, nodes, F(nodes))
    np.testing.assert_allclose(by_hand.ramps(F, r)(x), expected, atol=1e-12)
    assert by_hand.worst(F, "ramps", r) <= 4 * np.pi**2 / 8 / r**2
    assert by_hand.worst(F, "steps", r) <= 2 * np.pi * (1 / (2 * r) + 2 * np.log(2) / (40 * r))


def test_no_build_comes_nearer_to_a_jump_than_half_of_it():
    for built, r in itertools.product(by_hand.BUILT, (2, 5, 20, 64)):
        assert by_hand.worst(TARGETS["jump"], built, r) > 0.49
    assert "7 steep sigmoid units" in BUILD("jump", "steps", 8)[1]
    assert "8 cells, built of 8 ReLU units" in BUILD("jump", "ramps", 8)[1]


def test_a_cross_obeys_the_line_of_xor_and_a_tower_does_not():
    u, v = np.append(np.random.default_rng(0).uniform(size=(2, 20)), [[0.5], [0.5]], axis=1)

    def gap(stage):
        def at(a, b):
            return represent.heights(stage, 20, a, b)

        return np.abs(at(u, v) + at(0 * u, 0 * v) - at(u, 0 * v) - at(0 * u, v)).max()

    assert gap("four: a cross") < 1e-12
    assert gap("a second layer") > 0.5
    assert (
        "2 in the middle, 1 below it, 0 in the corner" in represent.towers("four: a cross", 80)[1]
    )
    assert "1 in the middle, 0 below it" in represent.towers("a second layer", 20)[1]
