"""What chapter 3 draws: a figure and a sentence at each corner, and what they say."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from nnlib.chapters.ch03_initialization import drawings

SIZES = np.array([[1.0, 0.5, 0.25], [1.0, 2.0, 4.0], [1.0, 1.0, 0.0]])  # 3 networks, 3 layers
SHARES = np.full((3, len(drawings.BINS) - 1), 1 / (len(drawings.BINS) - 1))
RUNS = {
    "one": (np.array([[2.3, 0.4], [2.2, 0.6]]), np.array([0.9, 0.8])),
    "another": (np.array([[3.0, np.inf], [3.1, np.inf]]), np.array([0.1, 0.1])),
}
CORNERS = {
    drawings.sizes_by_layer: [(SIZES,), (SHARES,), (np.ones(3),), ("one", "two"), ("Z", "dX")],
    drawings.taper: [tuple(drawings.SHAPES)[::3], tuple(drawings.VARIANCES)[::3]],
    drawings.race: [(RUNS,), tuple(RUNS), ("relu", "tanh"), (2, 10)],
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


def test_the_sentences_tell_the_numbers():
    fig, said = drawings.sizes_by_layer(SIZES, SHARES, np.array([1, 1, 0.5]), "some", "Z")
    assert "1 in the first and 0.25 in the last of 3 layers (median of 3 networks" in said
    assert "the theory says 0.5" in said
    plt.close(fig)
    for rule, says in (("one", "loss is 0.5, and 85% of"), ("another", "no number any more")):
        fig, said = drawings.race(RUNS, rule, "relu", 2)
        assert says in said
        plt.close(fig)


@pytest.mark.parametrize("shape", drawings.SHAPES)
def test_fan_in_keeps_the_signal_and_fan_out_the_gradient(shape):
    widths = drawings.SHAPES[shape]
    up, down = drawings.expected_of(widths, drawings.VARIANCES["2/n_in"])
    np.testing.assert_allclose(up, 1)
    np.testing.assert_allclose(down[0], widths[-1] / widths[0])
    up, down = drawings.expected_of(widths, drawings.VARIANCES["2/n_out"])
    np.testing.assert_allclose(down, 1)
    np.testing.assert_allclose(up[-1], widths[0] / widths[-1])


def test_networks_do_what_is_expected_of_them():
    widths, rule = drawings.SHAPES["1024 → 32"], drawings.VARIANCES["4/(n_in + n_out)"]
    runs = np.array([drawings.one_taper(widths, rule, seed) for seed in range(10)])
    np.testing.assert_allclose(runs.mean(axis=0), drawings.expected_of(widths, rule), rtol=0.35)
