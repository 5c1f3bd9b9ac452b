"""One network, trained thirty times: ten splits of the digits, three seeds each; and so by form.

    python -m nnlib.chapters.ch00_landing.split_and_seed

does it again, in a minute, and prints the record below. Splitting by form keeps the hands apart;
how the forms are known is said at `nnlib.data.DIGIT_FORMS`.
"""

from __future__ import annotations

import numpy as np

import nnlib
from nnlib.data import DIGIT_FORMS

Array = np.ndarray

SPLITS, SEEDS, EPOCHS = 10, 3, 40
HELD_OUT = ("450 images", "3 forms")

MISREAD = {
    "450 images": (
        (5, 4, 5),
        (10, 9, 13),
        (13, 13, 11),
        (8, 9, 9),
        (10, 11, 16),
        (14, 15, 15),
        (17, 19, 19),
        (19, 20, 18),
        (7, 7, 8),
        (14, 11, 18),
    ),
    "3 forms": (
        (25, 19, 27),
        (42, 52, 52),
        (22, 20, 20),
        (20, 32, 33),
        (26, 36, 37),
        (42, 38, 43),
        (19, 15, 17),
        (26, 25, 26),
        (16, 20, 19),
        (26, 23, 31),
    ),
}
"""How many held-out digits each network misreads: for each split, one number for each seed."""


def rows(held_out: str, split: int) -> tuple[Array, Array]:
    """Return the rows of the digits to train on and to hold out, in the order they are used."""
    if held_out not in HELD_OUT:
        raise ValueError(f"expected held_out as one of {HELD_OUT}, got {held_out!r}")
    by_image = held_out == "450 images"
    _, _, form = nnlib.load_digits(forms=True)
    everything = np.arange(len(form))
    units = everything if by_image else np.arange(len(DIGIT_FORMS) - 1)
    train, _, test, _ = nnlib.train_test_split(units, units, 450 if by_image else 3, seed=split)
    if by_image:
        return train, test
    return everything[np.isin(form, train)], everything[np.isin(form, test)]


def network(seed: int) -> nnlib.NeuralNetwork:
    """Return the network of the landing page, untrained."""
    return nnlib.NeuralNetwork(
        [
            nnlib.Flatten(),
            nnlib.FullyConnected(64, "relu", "kaiming_uniform"),
            nnlib.FullyConnected(32, "relu", "kaiming_uniform"),
            nnlib.FullyConnected(10),
        ],
        loss="softmax_cross_entropy",
        optimizer="adam",
        seed=seed,
    )


def misread(held_out: str, split: int, seed: int) -> int:
    """Train once and return how many of the held-out digits are misread."""
    X, y = nnlib.load_digits()
    train, test = rows(held_out, split)
    reader = network(seed).build(X.shape[1:])
    for _ in nnlib.train(reader, X[train], y[train], EPOCHS):
        pass
    return int(np.sum(reader.predict(X[test]) != y[test]))


def accuracies(held_out: str) -> Array:
    """Return the recorded accuracies, (splits, seeds)."""
    sizes = [len(rows(held_out, split)[1]) for split in range(SPLITS)]
    return 1 - np.array(MISREAD[held_out]) / np.array(sizes)[:, None]


if __name__ == "__main__":
    for kind in HELD_OUT:
        print(f'    "{kind}": (')
        for one in range(SPLITS):
            print(f"        {tuple(misread(kind, one, seed) for seed in range(SEEDS))},")
        print("    ),")
