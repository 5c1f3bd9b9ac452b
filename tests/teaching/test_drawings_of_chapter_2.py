"""What chapter 2 draws of dead units: a figure and a sentence, also of networks that are lost."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import nnlib
from nnlib.chapters.ch02_activations import dead, drawings

IMAGES, LABELS = nnlib.load_digits()
DIGITS = IMAGES.reshape(len(IMAGES), -1)
WAYS = (dead.UNIFORM, "Kaiming"), ("zero", dead.UNIFORM)


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_each_corner_of_the_untrained_is_drawn_with_a_sentence():
    draw = drawings.dead_among(DIGITS[:200])
    sentences = set()
    for weights, biases in itertools.product(*WAYS):
        fig, sentence = draw(weights, biases)
        assert isinstance(fig, Figure)
        sentences.add(sentence)
    assert len(sentences) == 4


def test_layers_are_those_of_nnlib():
    *_, last = dead.layers_of(DIGITS[:5], "Kaiming", "zero", seed=3, depth=2, n=7)
    rng = np.random.default_rng(3)
    W1, W2 = rng.normal(0, np.sqrt(2 / 64), (64, 7)), rng.normal(0, np.sqrt(2 / 7), (7, 7))
    layers = [nnlib.FullyConnected(7, "relu"), nnlib.FullyConnected(7)]
    network = nnlib.NeuralNetwork(layers).build((64,))
    for layer, W in zip(network.layers, (W1, W2), strict=True):
        layer.parameters.update(W=W, b=np.zeros((1, 7)))
    np.testing.assert_allclose(last, network.forward(DIGITS[:5]), rtol=1e-12)


def test_a_unit_is_dead_that_is_0_for_all():
    layers = [nnlib.FullyConnected(2, "relu"), nnlib.FullyConnected(4, "relu")]
    network = nnlib.NeuralNetwork([*layers, nnlib.FullyConnected(2)], seed=0).build((1,))
    network.layers[0].parameters.update(W=np.array([[1.0, -1.0]]), b=np.zeros((1, 2)))
    network.layers[1].parameters.update(W=np.ones((2, 4)), b=np.array([[0.0, 1.0, 2.0, -9.0]]))
    assert dead.share_dead(network, np.array([[1.0], [2.0]])) == (1 / 2 + 1 / 4) / 2


@pytest.mark.parametrize("rate", [0.05, 2.0])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_each_corner_of_training_is_drawn_with_a_sentence(activation, rate):
    fig, sentence = drawings.dying_among(DIGITS[:600], LABELS[:600])(activation, rate)
    assert isinstance(fig, Figure)
    assert sentence.startswith(f"{activation}, learning rate {rate:g}: ")
    assert "nan" not in sentence


def test_a_lost_network_gets_no_number():
    counts = np.array([[0.0, np.nan], [0.0, 0.5], [0.0, np.nan]])
    said = drawings.told(counts, np.array([np.nan, 0.25, np.nan]))
    assert said.startswith("two overflowed; in the third, after 5 epochs 50% of the hidden units")
    assert said.endswith("25% of the held-out digits are read")
    assert "all overflowed" in drawings.told(counts, np.full(3, np.nan))
