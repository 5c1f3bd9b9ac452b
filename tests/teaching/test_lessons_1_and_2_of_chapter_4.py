"""What the first two lessons of chapter 4 draw and record, against the numbers themselves."""

import itertools
import re

import numpy as np
import pytest

import nnlib
from nnlib.chapters.ch04_backward import tape as tapes
from nnlib.chapters.ch04_backward.drawings import circuits, one_layer, opening
from nnlib.chapters.ch04_backward.drawings.writing import number, sum_of_products, total
from nnlib.chapters.ch04_backward.two_by_three import W, X, b, dZ
from nnlib.gradcheck import numerical_gradient
from tests.teaching.pictures import sentence_of

# The first, the last and the odd positions of each grid.
FRAMES = [
    *((circuits.nudged, at) for at in itertools.product((0, 4), (0, 3), "xyz", (0.01, 2))),
    *((circuits.nudged, (2, 2, wire, 1)) for wire in "xyz"),
    *((circuits.too_early, at) for at in itertools.product(circuits.ORDERS, range(4))),
    *((one_layer.who_uses, at) for at in itertools.product(one_layer.ENTRIES, (1, 4))),
]


@pytest.mark.parametrize(("draw", "at"), FRAMES, ids=lambda part: getattr(part, "__name__", part))
def test_each_corner_is_a_picture_and_a_sentence(draw, at):
    sentence_of(*draw(*at))


def test_the_gradients_on_the_wires_are_slopes():
    def g(values):
        x, y, z = values
        return float((x + y) * max(x, z))

    for x, z in ((2.0, 1.0), (0.0, 3.0), (4.0, 2.0)):
        back = circuits.circuit_gradients(x, z)
        due = [sum(d for (start, _), d in back.items() if start == name) for name in "xyz"]
        slopes = numerical_gradient(g, np.array([x, circuits.Y, z]))
        np.testing.assert_allclose(due, slopes, atol=1e-8)


def test_the_change_that_came_is_that_of_the_circuit():
    told = circuits.nudged(2, 1, "x", 2)[1]
    assert "promises a change of −2; 2 came" in told  # (4 - 5) * 4 = -4, up from -6
    assert "kink" in circuits.nudged(2, 2, "x", 1)[1]
    assert "switches" in circuits.nudged(2, 1, "z", 2)[1]
    assert "switches" not in circuits.nudged(2, 1, "z", 0.01)[1]


def test_a_node_visited_too_early_loses_what_comes_late():
    _, right = circuits.visits("b before a", 3)
    _, wrong = circuits.visits("a before b", 3)
    assert {name: sum(got) for name, got in right.items()} == circuits.RIGHT
    assert (sum(right["x"]), sum(wrong["x"])) == (48, 30)
    slopes = numerical_gradient(
        lambda v: float((v[0] * v[1]) * (v[0] * v[1] + v[0])), np.array([2.0, 3.0])
    )
    np.testing.assert_allclose(slopes, [48, 28], rtol=1e-8)
    assert "Wrong in the end: x has 30 instead of 48" in circuits.too_early("a before b", 3)[1]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_who_uses_adds_up_what_the_layer_of_nnlib_computes(n):
    layer = nnlib.FullyConnected(3)
    layer.forward(X[:n].astype(float))
    layer.parameters["W"][...], layer.parameters["b"][...] = W, b
    dX = layer.backward(dZ[:n].astype(float))
    expected = {"dW": layer.gradients["W"], "db": layer.gradients["b"], "dX": dX}
    for name, (array, row, column) in one_layer.ENTRIES.items():
        value = number(expected[array][row, column])
        told = one_layer.who_uses(name, n)[1].partition(". ")[0]
        assert told.startswith(f"{name} = ")
        assert told.endswith(f"= {value}")


def test_numbers_are_written_as_by_hand():
    assert [number(v) for v in (2.0, -1.5, 0.02534, -0.0, 100)] == [
        "2",
        "−1.5",
        "0.0253",
        "0",
        "100",
    ]
    assert sum_of_products([(2, 3), (-1, 4)]) == "2·3 + (−1)·4"
    assert total([3, -1, 2]) == "3 − 1 + 2"


def test_a_tape_gives_the_gradient_of_what_it_recorded():
    def recorded(numbers):
        tape = []
        x, y, z = (tapes.Value(tape, float(v)) for v in numbers)
        u = tapes.log(tapes.exp(x) + tapes.exp(y * z)) * tapes.maximum(x, z)
        return tape, u + x * x

    for numbers in np.random.default_rng(0).normal(size=(5, 3)):
        tape, _ = recorded(numbers)
        slopes = numerical_gradient(lambda v: recorded(v)[1].number, numbers)
        np.testing.assert_allclose(tapes.sweep(tape)[:3], slopes, rtol=1e-7, atol=1e-8)


def test_the_opening_picture_and_the_race_are_drawn():
    fig, sentence = opening.wishes(np.random.default_rng(0).normal(size=(64, 10)))
    assert re.match("640 weights", sentence)
    assert len(fig.axes) == 10
    chain = [np.ones((1, 8)), np.ones((8, 8)), np.ones((8, 8))]
    assert "128 multiplications" in circuits.race(chain, (128, 576))[1]
