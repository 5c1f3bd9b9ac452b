"""What chapter 6 draws: a figure and a sentence, whose numbers are those of the layers."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch06_convolution import drawings
from nnlib.teaching.convolution import forward, output_size
from nnlib.teaching.exercises import find

CORNERS = {
    drawings.sliding_kernel: [(1, 9), tuple(drawings.KERNELS), (1, 2), (0, 1)],
    drawings.receptive_field: [(1, 4), (2, 5), (1, 2)],
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


def test_the_kernel_slides_over_the_first_digit():
    digit = np.rint(16 * nnlib.load_digits()[0][:1])
    for name, K in drawings.KERNELS.items():
        for stride, padding in itertools.product((1, 2), (0, 1)):
            Z = forward(digit, K[:, :, None, None].astype(float), stride, padding)[0, :, :, 0]
            _, sentence = drawings.sliding_kernel(5, name, stride, padding)
            plt.close("all")
            assert len(Z) == output_size(8, 3, stride, padding)
            assert f"has {len(Z)} by {len(Z)} pixels" in sentence
            i, j = eval(sentence.partition("output pixel ")[2].partition(", which")[0])
            assert f"which is {Z[i, j]:.0f}." in sentence


def test_the_field_is_that_of_the_exercise():
    for layers, kernel, stride in itertools.product((1, 2, 3, 4), (2, 3, 5), (1, 2)):
        _, sentence = drawings.receptive_field(layers, kernel, stride)
        seen = find("6.10").solution([kernel] * layers, [stride] * layers)
        plt.close("all")
        assert f"sees {seen} input pixels" in sentence


def test_the_matrix_counts_its_places():
    W = np.arange(9).reshape(3, 3, 1, 1)  # one weight is 0, and has its place all the same
    _, sentence = drawings.one_large_matrix(W, 4)
    assert "the 36 places" in sentence
    assert "the other 28" in sentence


def test_maps_of_a_network_and_what_it_misreads():
    digits = nnlib.load_digits()[0][:10]
    layers = [nnlib.Conv2D(3, 3), nnlib.Conv2D(20, 3), nnlib.Pool2D(2), nnlib.Flatten()]
    network = nnlib.NeuralNetwork([*layers, nnlib.FullyConnected(10)], seed=0).build((8, 8, 1))
    draw = drawings.maps_of(network, digits)
    told = {"input": "1 map of 8 by 8", "convolution 1": "3 of 3 maps of 8 by 8"}
    told |= {"convolution 2": "16 of 20 maps of 8 by 8", "pooling": "16 of 20 maps of 4 by 4"}
    assert list(told) == list(drawings.PLACES)
    for layer, says in told.items():
        _, sentence = draw(layer, 3)
        assert says in sentence
        assert sentence.endswith(f"reads it as a {network.predict(digits[3:4])[0]}.")
    fig, _ = drawings.misread([(digits[0, :, :, 0], 0, 6)] * 14)
    assert [t.get_text() for t in fig.axes[0].texts] == ["0 read as 6"] * 12


def test_accuracies_leave_the_moved_ones_of_shuffled_pixels_out():
    runs = {"CNN": [(None, 0.99, 0.7)], "CNN, pixels shuffled": [(None, 0.97, 0.1)]}
    fig, _ = drawings.accuracies(runs)
    drawn = [line.get_xdata()[0] for line in fig.axes[0].lines]
    np.testing.assert_allclose(drawn, [99, 70, 97])
    fig, _ = drawings.first_kernels(np.ones((3, 3, 1, 16)))
    assert len(fig.axes[0].patches) == 16
