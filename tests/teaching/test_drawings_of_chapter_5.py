"""What chapter 5 draws: a figure and a sentence at each corner, and what they say."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from nnlib.chapters.ch05_softmax_cross_entropy import drawings


def measured(t):
    """A loss and an accuracy at each position: a parabola, and one step at 0.5."""
    t = np.asarray(t)
    return (t - 1) ** 2 + 1, (t > 0.5) * 0.5


CORNERS = {
    drawings.loss_and_gradient: [("A", "C"), (1, 99), tuple(drawings.RESTS)],
    drawings.two_nodes_or_one: [(np.array([[0.5, 0.0]]),), (np.array([1]),)],
    drawings.along_a_line: [(measured,), (0.0, 1.5), tuple(drawings.WINDOWS)],
}


@pytest.mark.parametrize("draw", CORNERS, ids=lambda draw: draw.__name__)
def test_each_corner_is_drawn_with_a_sentence(draw):
    sentences = []
    for values in itertools.product(*CORNERS[draw]):
        fig, sentence = draw(*values)
        assert isinstance(fig, Figure)
        plt.close(fig)
        sentences.append(sentence)
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("truth", [0, 1, 2])
@pytest.mark.parametrize("rest", drawings.RESTS)
def test_a_prediction_is_a_distribution(truth, rest):
    p = drawings.prediction(truth, 0.2, rest)
    assert p[truth] == pytest.approx(0.2)
    assert p.sum() == pytest.approx(1)
    assert np.delete(p, truth).max() == pytest.approx(0.4 if rest == "evenly" else 0.76)


def test_the_slopes_are_those_of_what_was_measured():
    fig, said = drawings.along_a_line(measured, 0.25, "1/100")
    assert "loss 1.562 with slope -1.50; accuracy 0.000 with slope 0" in said
    assert said.endswith("it takes 1 value.")
    plt.close(fig)
    fig, said = drawings.along_a_line(measured, 0.5, "1/10")
    assert said.endswith("it takes 2 values.")
    plt.close(fig)
