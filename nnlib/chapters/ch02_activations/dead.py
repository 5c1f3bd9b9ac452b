"""Networks whose ReLU units die: untrained ones, and ones that take steps too long."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import nnlib

Array = np.ndarray

UNIFORM = "U(±1/√n)"
EPOCHS = 5


def layers_of(
    samples: Array, weights: str, biases: str, seed: int, depth: int = 10, n: int = 100
) -> Iterator[Array]:
    """Yield the pre-activations (samples, n) of each of so many untrained ReLU layers."""
    rng = np.random.default_rng(seed)
    A = samples
    for _ in range(depth):
        fan_in = A.shape[1]
        limit = 1 / np.sqrt(fan_in)
        if weights == UNIFORM:
            W = rng.uniform(-limit, limit, (fan_in, n))
        else:
            W = rng.normal(0, np.sqrt(2 / fan_in), (fan_in, n))
        b = rng.uniform(-limit, limit, n) if biases == UNIFORM else np.zeros(n)
        Z = A @ W + b
        yield Z
        A = np.maximum(Z, 0)


def share_dead(network: nnlib.NeuralNetwork, samples: Array) -> float:
    """Return the share of units in the two hidden layers that are 0 for all samples (n, d)."""
    A, shares = samples, []
    for layer in network.layers[:2]:
        A = layer.forward(A, training=False)
        shares.append(np.mean(A.max(axis=0) == 0))
    return float(np.mean(shares))


def train_and_count(
    samples: Array, labels: Array, activation: str, learning_rate: float
) -> tuple[Array, Array]:
    """Train three networks; return shares of dead units (3, epochs + 1) and accuracies (3,).

    A network whose numbers overflow is lost: what it would have been is NaN.
    """
    counts, scores = [], []
    for seed in range(3):
        network = nnlib.NeuralNetwork(
            [
                nnlib.FullyConnected(100, activation, "kaiming_normal"),
                nnlib.FullyConnected(100, activation, "kaiming_normal"),
                nnlib.FullyConnected(10),
            ],
            optimizer=nnlib.SGD(learning_rate),
            seed=seed,
        )
        X_train, y_train, X_test, y_test = nnlib.train_test_split(samples, labels, 450, seed=seed)
        network.build(samples.shape[1:])
        shares = [share_dead(network, samples)]
        with np.errstate(over="ignore", invalid="ignore"):
            try:
                for _ in nnlib.train(network, X_train, y_train, epochs=EPOCHS):
                    shares.append(share_dead(network, samples))
                scores.append(float(np.mean(network.predict(X_test) == y_test)))
            except ValueError:  # nnlib stops at a loss that is no number
                scores.append(np.nan)
        counts.append(shares + [np.nan] * (EPOCHS + 1 - len(shares)))
    return np.array(counts), np.array(scores)
