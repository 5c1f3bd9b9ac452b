"""What chapter 1 draws: a figure and a sentence, whose numbers are those of the networks."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch01_structure import drawings
from nnlib.teaching.example import W1, W2, X, b1, b2, y

Z1 = X @ W1 + b1
A1 = np.maximum(Z1, 0)
Z2 = A1 @ W2 + b2
P = nnlib.SoftMax().forward(Z2)

POINTS, KIND = nnlib.make_moons(20, noise=0.25)


def network_of(widths, activation, **settings):
    layers = [nnlib.FullyConnected(k, activation) for k in widths[1:-1]]
    return nnlib.NeuralNetwork([*layers, nnlib.FullyConnected(widths[-1])], **settings)


def blocks(x, K, s):
    """Bumps with edges that are not soft at all."""
    return np.floor(np.clip(x * K, 0, K - 1))[:, np.newaxis] == np.arange(K)


CORNERS = {
    drawings.border_of(POINTS, KIND): [(-1.0, 4.0), (-1.0, 4.0), (-4.0, 2.0)],
    drawings.walk_of(Z1, A1, Z2, P): [(1, 3), tuple(range(7))],
    drawings.borders_of({"moons": (POINTS, KIND, ("u", "v"))}, network_of): [
        *(("moons",), (1, 16), (0, 3), (0, 1)),
    ],
    drawings.construction_of({"sine": np.sin, "jump": np.sign}, blocks): [
        *(("sine", "jump"), (1, 63), ("gentle", "steep")),
    ],
}


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.mark.parametrize("draw", CORNERS, ids=lambda draw: draw.__name__)
def test_each_corner_is_drawn_with_a_sentence(draw):
    for values in itertools.product(*CORNERS[draw]):
        fig, sentence = draw(*values)
        assert isinstance(fig, Figure)
        assert sentence.endswith(".")
        plt.close(fig)


def test_one_unit_computes_what_it_draws():
    fig, sentence = drawings.unit(X[0], W1[:, 0], b1[0, 0])
    assert f"= {Z1[0, 0]:g}, and σ(z) = {1 / (1 + np.exp(-Z1[0, 0])):.2f}." in sentence
    drawn = {text.get_text() for text in fig.axes[0].texts}
    assert {"1", "2", "w₁ = 1", "w₂ = 0.5", "b = 0"} <= drawn


def test_a_border_counts_those_on_their_side_and_says_what_is_there():
    draw = drawings.border_of(np.array([[1.0, 0.0], [-1.0, 0.0], [2.0, 1.0]]), np.array([1, 0, 0]))
    _, sentence = draw(1.0, 0.0, 0.0)
    assert "2 of 3" in sentence
    assert "the line is the border" in sentence.lower()
    assert "arrow" in sentence
    fig, sentence = draw(0.0, 0.0, 1.0)
    assert "1 of 3" in sentence
    assert "the line" not in sentence.lower()
    assert "arrow" not in sentence
    assert not fig.axes[0].texts


def test_the_walk_writes_the_numbers_of_the_layers():
    draw = drawings.walk_of(Z1, A1, Z2, P)
    for i, j in np.ndindex(3, 3):
        _, sentence = draw(i + 1, j + 1)
        number = drawings.num(Z1[i, j])
        assert f"= {number},  a = max(z, 0) = {drawings.num(A1[i, j])}" in sentence
    for i, c in np.ndindex(3, 2):
        assert draw(i + 1, c + 4)[1].endswith(f"= {drawings.num(Z2[i, c])}.")
    for i in range(3):
        assert f"predicted class {P[i].argmax()}, true class {y[i]}" in draw(i + 1, 6)[1]


def test_borders_count_parameters_and_right_answers():
    draw = drawings.borders_of({"moons": (POINTS, KIND, ("u", "v"))}, network_of)
    assert "No hidden layer: 6 parameters" in draw("moons", 4, 0, 0)[1]
    _, sentence = draw("moons", 4, 2, 1)
    assert "2 hidden, 4 tanh units each: 42 parameters; from start 1, " in sentence
    assert f"of the {len(KIND)} points" in sentence


def test_blocks_miss_a_jump_by_half_of_it_and_say_so():
    draw = drawings.construction_of({"step": lambda x: 1.0 * (x > 0.5)}, blocks)
    assert (
        "1 steep sigmoid unit, 2 bumps: the largest error is 1.00." in draw("step", 1, "steep")[1]
    )
    assert "2 steep sigmoid units, 3 bumps" in draw("step", 2, "steep")[1]
