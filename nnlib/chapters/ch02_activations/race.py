"""Eight activations race on the digits, at four depths, each at a rate tuned for it.

    python -m nnlib.chapters.ch02_activations.race    # some twenty minutes
    python -m nnlib.chapters.ch02_activations.race wider

All start from weights that keep the mean square q of the pre-activations at 1 (`nnlib.gain`).
A rate falls in a straight line to 0 over twenty epochs. It is chosen on three splits; the ten
runs that count use ten others.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

import nnlib

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu")
WIDE = ("relu", "leaky_relu", "elu", "tanh", "selu")
DEPTHS = (2, 5, 10, 20)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
SEEDS, TUNING = range(10), range(100, 103)
WIDTH, EPOCHS, HELD_OUT = 32, 20, 450


def run(
    activation: str,
    depth: int,
    rate: float,
    seed: int,
    epochs: int = EPOCHS,
    width: int = WIDTH,
) -> float:
    """Return the share of held-out digits that a network reads after training; NaN if it is lost.

    It has so many hidden layers of `width` units, batches of 32, and inputs of mean square 1.
    """
    images, labels = nnlib.load_digits()
    X = images.reshape(len(images), -1)
    X_train, y_train, X_test, y_test = nnlib.train_test_split(
        X / np.sqrt(np.mean(X**2)), labels, HELD_OUT, seed=seed
    )
    hidden = [nnlib.FullyConnected(width, activation, "kaiming_normal") for _ in range(depth)]
    network = nnlib.NeuralNetwork(
        [*hidden, nnlib.FullyConnected(10)], optimizer=nnlib.SGD(rate), seed=seed
    )
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            for epoch, _ in enumerate(nnlib.train(network, X_train, y_train, epochs), start=1):
                network.optimizer.learning_rate = rate * (1 - epoch / epochs)
            return float(np.mean(network.predict(X_test) == y_test))
        except ValueError:  # nnlib stops at a loss that is no number
            return float("nan")


def tuned(
    activation: str,
    depth: int,
    width: int = WIDTH,
    rates: Sequence[float] = RATES,
    seeds: Sequence[int] = TUNING,
) -> float:
    """Return the rate with the best mean over the splits for tuning; a lost run counts as 0."""

    def score(rate: float) -> float:
        runs = [run(activation, depth, rate, seed, width=width) for seed in seeds]
        return float(np.mean(np.nan_to_num(runs)))

    return max(rates, key=score)


def main(activations: Sequence[str]) -> None:
    """Run all of these, and print them as `results` keeps them; "wider" is the race of five."""
    if list(activations) == ["wider"]:
        for activation in WIDE:
            rate = tuned(activation, 20, 100, RATES[1:5], TUNING[:2])
            scores = [round(run(activation, 20, rate, seed, width=100), 3) for seed in SEEDS[:3]]
            print(f'    "{activation}": {scores},', flush=True)
        return
    for activation in activations:
        for depth in DEPTHS:
            rate = tuned(activation, depth)
            scores = [round(run(activation, depth, rate, seed), 3) for seed in SEEDS]
            print(f'    ("{activation}", {depth}): ({rate:g}, {scores}),', flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ACTIVATIONS)
