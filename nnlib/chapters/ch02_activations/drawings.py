"""What chapter 2 draws of dead units: in networks that are untrained, and while they train."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import nnlib
from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]

UNIFORM = "U(±1/√n)"
EPOCHS = 5


# Untrained ----------------------------------------------------------------------------------------


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


def dead_among(samples: Array) -> Callable[..., Picture]:
    """Return what draws the dead units of untrained networks, and how much samples (n, d) count."""

    def dead_units(weights: str, biases: str) -> Picture:
        dead, spread = [], []
        for seed in range(10):
            Zs = list(layers_of(samples, weights, biases, seed))
            dead.append([np.mean(Z.max(axis=0) <= 0) for Z in Zs])
            spread.append([np.sqrt(Z.var(axis=0).mean() / (Z**2).mean()) for Z in Zs])
        depth = np.arange(1, 11)
        fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 6), sharex=True)
        for ax, runs, color in ((top, dead, "vermillion"), (bottom, spread, "blue")):
            low, high = np.percentile(runs, [10, 90], axis=0)
            ax.fill_between(depth, low, high, color=PALETTE[color], alpha=0.25)
            ax.plot(depth, np.mean(runs, axis=0), "o-", color=PALETTE[color])
            ax.set(ylim=(0, 1))
        top.set(ylabel="share dead")
        bottom.set(xlabel="layer", ylabel="what samples change", xticks=depth)
        return fig, (
            f"Weights {weights}, biases {biases}: in layer 10, "
            f"{np.mean(dead, axis=0)[-1]:.0%} of the units are dead, and the "
            f"samples make up {np.mean(spread, axis=0)[-1]:.1%} of the size "
            "of z. Mean of 10 networks, band from 10th to 90th percentile."
        )

    return dead_units


# While they train ---------------------------------------------------------------------------------


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


def dying_among(samples: Array, labels: Array) -> Callable[..., Picture]:
    """Return what draws how units die, epoch by epoch, in networks that read samples (n, d)."""

    def dying(activation: str, learning_rate: float) -> Picture:
        counts, scores = train_and_count(samples, labels, activation, learning_rate)
        fig, ax = plt.subplots()
        for shares in counts:
            ax.plot(range(EPOCHS + 1), shares, "o-", color=PALETTE["vermillion"], alpha=0.8)
        ax.set(xlabel="epoch", ylabel="share dead", ylim=(-0.03, 1.03))
        return fig, (
            f"{activation}, learning rate {learning_rate:g}: {told(counts, scores)} "
            "(three networks)."
        )

    return dying


def told(counts: Array, scores: Array) -> str:
    """Say what became of three networks, of which some may be lost."""
    ended = ~np.isnan(scores)
    lost = int(np.sum(~ended))
    if lost == len(scores):
        return "all overflowed before the last epoch"
    survivors = ["", "one overflowed; in the other two, ", "two overflowed; in the third, "][lost]
    return (
        f"{survivors}after {EPOCHS} epochs {counts[ended, -1].mean():.0%} of the hidden units "
        f"are dead, and {scores[ended].mean():.0%} of the held-out digits are read"
    )
