"""What chapter 7 draws: a figure and a sentence, and what the chapter says of them."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from nnlib.chapters.ch07_training import drawings
from nnlib.gradcheck import numerical_gradient

RUN = np.array([[2.3, 2.2, 0.1, 0.2], [1.25, 1.5, 0.6, 0.55]])  # two epochs of some run
CORNERS = {
    drawings.two_weights: [(1, 5, 150), (0.01, 1.0)],
    drawings.learning_curves: [tuple(drawings.DIAGNOSES), (RUN,), (False, True)],
    drawings.boundary: [("no hidden layer", "8 units"), (0, 200)],
}


@pytest.mark.parametrize("draw", CORNERS, ids=lambda draw: draw.__name__)
def test_each_corner_is_drawn_with_a_sentence(draw):
    if draw is drawings.boundary:  # a run is kept: the first picture of a network pays for all
        for network in CORNERS[draw][0]:
            drawings.spiral_run(network)
    sentences = []
    for values in itertools.product(*CORNERS[draw]):
        fig, sentence = draw(*values)
        assert isinstance(fig, Figure)
        plt.close(fig)
        sentences.append(sentence)
    assert len(set(sentences)) == len(sentences)


def test_the_valley_is_the_loss_that_the_walk_descends():
    def loss(w):
        return np.sum((drawings.FEATURES @ w - drawings.TARGETS) ** 2) / 300

    start = np.array(drawings.START)
    assert drawings.excess(start) == pytest.approx(loss(start) - loss(drawings.BEST))
    step = start - 0.3 * numerical_gradient(loss, start.copy(), 0.5)
    np.testing.assert_allclose(drawings.descend(150, 0.3, epochs=1, runs=1)[0, 0], step)


@pytest.mark.parametrize(("B", "rate"), [(10, 0.02), (30, 0.06)])
def test_the_floor_is_met_and_shuffling_lies_below_it(B, rate):
    ends = []
    for replace in (True, False):
        path = drawings.descend(B, rate, 300, 20, replace)
        ends.append(drawings.excess(path[-150 * 150 // B :]).mean())
    assert 0.7 < ends[0] / drawings.floor(B, rate) < 1.5
    assert ends[1] < ends[0] / 3


def test_a_diagnosis_is_told_when_asked_for():
    for run, (word, sentences) in drawings.DIAGNOSES.items():
        fig, asked = drawings.learning_curves(run, RUN, False)
        assert asked.endswith("What is wrong?")
        assert word not in fig.get_suptitle()
        fig, told = drawings.learning_curves(run, RUN, True)
        assert told.endswith(sentences)
        assert word in fig.get_suptitle()
        assert "training loss 1.25, validation loss 1.50, accuracies 60% and 55%" in told
        plt.close("all")


def test_eight_units_follow_the_arms_and_a_line_does_not():
    plane, seen, new = drawings.spiral_run("8 units")[200]
    assert set(np.unique(plane)) == {0, 1, 2}
    assert min(seen, new) > 0.9
    assert max(drawings.spiral_run("no hidden layer")[200][1:]) < 0.6
