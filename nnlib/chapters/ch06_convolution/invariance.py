"""What a network that reads digits does not mind: its head and its training, one changed at a time.

    python -m nnlib.chapters.ch06_convolution.invariance    # all splits, some minutes

A network has two convolutions of 3x3, with 16 and 32 maps, and a head: a max pooling, the rest
laid out in a row, 64 units, 10 classes. The size of the pooling's window is what changes: of 8
pixels along an axis, 2 keeps four places, 4 keeps two, "all" keeps none. What is printed is what
`results` keeps.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import numpy as np

import nnlib

Array = np.ndarray
Shift = tuple[int, int]

STRAIGHT: tuple[Shift, ...] = ((0, 1), (0, -1), (1, 0), (-1, 0))
DIAGONAL: tuple[Shift, ...] = ((1, 1), (1, -1), (-1, 1), (-1, -1))
TWO: tuple[Shift, ...] = ((0, 2), (0, -2), (2, 0), (-2, 0))
TESTS: Mapping[str, tuple[Shift, ...]] = {
    "as they were": ((0, 0),),
    "by one pixel": STRAIGHT,
    "diagonally": DIAGONAL,
    "by two pixels": TWO,
}
"""Where the held-out digits stand; `run` returns the accuracy on each."""

VARIANTS = ("deeper", "half", "tanh")
"""What else may be changed: a third convolution and no 64 units, half the maps, tanh for ReLU."""

TRAININGS = ("plain", "with shifts", "with shifts, longer", "wide sheet", "shuffled pixels")
"""The digits as they are; these and their STRAIGHT shifts, for three epochs and for ten; with a
margin of 4 pixels of paper around them, so that no shift loses anything; with their pixels in
another order."""

MARGIN = 4
SPLITS, HELD_OUT = range(12), 450
RATE, BATCH = 0.005, 64

CASES: tuple[tuple[str, str], ...] = (
    *((head, "plain") for head in ("none", "2", "4", "all", "all, deeper")),
    *((head, "with shifts") for head in ("none", "2", "all")),
    ("none", "with shifts, longer"),
    *((head, "wide sheet") for head in ("2", "all")),
    *((head, "shuffled pixels") for head in ("none", "2")),
    *((f"{head}, {variant}", "plain") for variant in VARIANTS[1:] for head in ("2", "all")),
)
"""The pairs of head and training that were run. A head is the window of its pooling, with a variant
if there is one; "none" is a network without convolutions."""


def layers(head: str, side: int = 8) -> list[nnlib.Layer]:
    """Return the layers of a network with such a head, for images of side x side pixels."""
    init = "kaiming_normal"
    window, _, variant = head.partition(", ")
    if window == "none":
        return [
            nnlib.Flatten(),
            nnlib.FullyConnected(510, "relu", init),
            nnlib.FullyConnected(10),
        ]
    f = "tanh" if variant == "tanh" else "relu"
    maps = {"half": (8, 16), "deeper": (16, 32, 64)}.get(variant, (16, 32))
    dense = [] if variant == "deeper" else [nnlib.FullyConnected(64, f, init)]
    return [
        *(nnlib.Conv2D(count, 3, f, weight_init=init) for count in maps),
        nnlib.Pool2D(side if window == "all" else int(window)),
        nnlib.Flatten(),
        *dense,
        nnlib.FullyConnected(10),
    ]


def shifted(X: Array, down: int, right: int) -> Array:
    """Return images (n, h, w, C) moved; what leaves is lost, zeros come in."""
    h, w = X.shape[1:3]
    P = np.pad(X, ((0, 0), (2, 2), (2, 2), (0, 0)))
    return P[:, 2 - down : 2 - down + h, 2 - right : 2 - right + w]


def trained(head: str, training: str, split: int) -> tuple[nnlib.NeuralNetwork, Array, Array]:
    """Return a trained network with its held-out digits and their classes."""
    images, labels = nnlib.load_digits()
    if training == "shuffled pixels":
        order = np.random.default_rng(0).permutation(64)
        images = images.reshape(-1, 64)[:, order].reshape(images.shape)
    if training == "wide sheet":
        images = np.pad(images, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)))
    X, y, X_test, y_test = nnlib.train_test_split(images, labels, HELD_OUT, seed=split)
    epochs = 10
    if training.startswith("with shifts"):  # five times the images
        X = np.concatenate([X, *(shifted(X, *by) for by in STRAIGHT)])
        y, epochs = np.tile(y, 5), 10 if training.endswith("longer") else 3
    network = nnlib.NeuralNetwork(
        layers(head, images.shape[1]), optimizer=nnlib.Adam(RATE), seed=split
    )
    network.fit(X, y, epochs=epochs, batch_size=BATCH, progress=False)
    return network, X_test, y_test


def run(head: str, training: str, split: int) -> list[float]:
    """Train, and return the accuracy on held-out digits for each of TESTS."""
    network, X, y = trained(head, training, split)
    return [
        float(np.mean([np.mean(network.predict(shifted(X, *by)) == y) for by in shifts]))
        for shifts in TESTS.values()
    ]


def products(network: nnlib.NeuralNetwork, side: int = 8) -> int:
    """Return the multiplications of a built network for one digit, forward; kernels are "same"."""
    count = 0
    for layer in network.layers:
        if isinstance(layer, nnlib.Conv2D):
            count += side**2 * layer.parameters["W"].size
        elif isinstance(layer, nnlib.FullyConnected):
            count += layer.parameters["W"].size
    return count


def main(splits: Sequence[int]) -> None:
    """Run all cases on these splits, and print them as `results` keeps them."""
    for head, training in CASES:
        runs = [[round(score, 4) for score in run(head, training, split)] for split in splits]
        print(f'    ("{head}", "{training}"): {runs},', flush=True)


if __name__ == "__main__":
    main([int(split) for split in sys.argv[1:]] or SPLITS)
