"""Networks whose ReLU units die, untrained and while they train, and what would wake the dead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

import nnlib

Array = np.ndarray

UNIFORM = "U(±1/√n)"
EPOCHS = 5
Weights = list[tuple[Array, Array]]


@cache
def digits() -> tuple[Array, Array]:
    """Return the digits as rows of 64 numbers from 0 to 1, (1797, 64), and their labels."""
    images, labels = nnlib.load_digits()
    return images.reshape(len(images), -1), labels


@cache
def standardized() -> tuple[Array, Array]:
    """Return the digits with mean 0 and standard deviation 1 in each pixel that changes at all."""
    samples, labels = digits()
    spread = samples.std(axis=0)
    return (samples - samples.mean(axis=0)) / np.where(spread > 0, spread, 1), labels


def untrained(
    n_in: int, weights: str, biases: str, seed: int, depth: int = 10, n: int = 100
) -> Weights:
    """Return W (d, n) and b (n,) of so many layers, as PyTorch's default or Kaiming draws them."""
    rng = np.random.default_rng(seed)
    layers = []
    for fan_in in [n_in] + [n] * (depth - 1):
        limit = 1 / np.sqrt(fan_in)
        if weights == UNIFORM:
            W = rng.uniform(-limit, limit, (fan_in, n))
        else:
            W = rng.normal(0, np.sqrt(2 / fan_in), (fan_in, n))
        layers.append((W, rng.uniform(-limit, limit, n) if biases == UNIFORM else np.zeros(n)))
    return layers


def passes(samples: Array, layers: Weights) -> Iterator[tuple[Array, Array]]:
    """Yield inputs and pre-activations (samples, n) of each ReLU layer."""
    A = samples
    for W, b in layers:
        Z = A @ W + b
        yield A, Z
        A = np.maximum(Z, 0)


def silent(Z: Array) -> Array:
    """Return for each unit whether z <= 0 for all samples: the columns of Z (samples, n)."""
    return np.asarray(Z.max(axis=0) <= 0)


# While they train
# -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """One network that was trained: who is silent after each epoch, what it reads, its weights.

    `silent` holds for each of the two hidden layers an array (epochs + 1, width). Where the numbers
    overflowed it is shorter, and `score` is None.
    """

    silent: tuple[Array, Array]
    score: float | None
    layers: Weights


@cache
def train(
    activation: str, learning_rate: float, seed: int, width: int = 100, centered: bool = False
) -> Run:
    """Train a 64-width-width-10 network for five epochs on 1,347 digits, and look after each.

    `centered` inputs have mean 0 and standard deviation 1, where a pixel changes at all.
    """
    samples, labels = standardized() if centered else digits()
    hidden = [nnlib.FullyConnected(width, activation, "kaiming_normal") for _ in range(2)]
    network = nnlib.NeuralNetwork(
        [*hidden, nnlib.FullyConnected(10)], optimizer=nnlib.SGD(learning_rate), seed=seed
    )
    X_train, y_train, X_test, y_test = nnlib.train_test_split(samples, labels, 450, seed=seed)
    network.build(samples.shape[1:])
    seen, score = [_silent_in(network, samples)], None
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            for _ in nnlib.train(network, X_train, y_train, epochs=EPOCHS):
                seen.append(_silent_in(network, samples))
            score = float(np.mean(network.predict(X_test) == y_test))
        except ValueError:  # nnlib stops at a loss that is no number
            pass
    first, second = (np.array([masks[layer] for masks in seen]) for layer in (0, 1))
    layers = [(layer.parameters["W"], layer.parameters["b"][0]) for layer in network.layers[:2]]
    return Run((first, second), score, layers)


def _silent_in(network: nnlib.NeuralNetwork, samples: Array) -> tuple[Array, Array]:
    A, masks = samples, []
    for layer in network.layers[:2]:
        masks.append(silent(A @ layer.parameters["W"] + layer.parameters["b"]))
        A = layer.forward(A, training=False)
    return masks[0], masks[1]


def revived(masks: Array) -> tuple[int, int]:
    """Return of how many units silent after some epoch (epochs, n) how many spoke after a later."""
    woke = (masks[:-1] & ~masks[1:]).any(axis=0)
    return int(woke.sum()), int(masks[:-1].any(axis=0).sum())


# The trial
# ------------------------------------------------------------------------------------------

# Name of the suspect: weights and biases of an untrained network, or a learning rate; the layer.
CASES: dict[str, tuple[str, str, float, int]] = {
    "small weights with biases, layer 10": (UNIFORM, UNIFORM, 0, 10),
    "no biases, layer 10": ("Kaiming", "zero", 0, 10),
    "no biases, layer 40": ("Kaiming", "zero", 0, 40),
    "long steps, layer 1": ("", "", 1.0, 1),
    "long steps, layer 2": ("", "", 1.0, 2),
}
EVERYWHERE = "b := 0 in all layers"
CHANGES = ("nothing", "b := 0 here", EVERYWHERE, "inputs centered here")


def layers_of(case: str, seed: int) -> Weights:
    """Return the layers of one network of a case, up to the one that is looked at."""
    weights, biases, rate, depth = CASES[case]
    if rate:
        return train("relu", rate, seed).layers[:depth]
    return untrained(digits()[0].shape[1], weights, biases, seed, depth)


Last = tuple[Array, Array, Array, Array]
"""Of the last layer W, b, its inputs and z."""


def last_of(layers: Weights, change: str) -> Last:
    """Return what the last layer is and gets; without biases anywhere, if that is the change."""
    if change == EVERYWHERE:
        layers = [(W, 0 * b) for W, b in layers]
    *_, (A, Z) = passes(digits()[0], layers)
    return *layers[-1], A, Z


@lru_cache(10)  # of the five networks of a case, with biases and without
def _last_of_case(case: str, seed: int, change: str) -> Last:
    return last_of(layers_of(case, seed), change)


def changed_in(case: str, seed: int, change: str) -> Array:
    """Return z (1797, n) of the layer of a case that is looked at, with one thing changed."""
    every = EVERYWHERE if change == EVERYWHERE else "nothing"
    return changed_last(_last_of_case(case, seed, every), change)


def changed(layers: Weights, change: str) -> Array:
    """Return z of the last layer (1797, n) with one thing changed and all else kept."""
    return changed_last(last_of(layers, change), change)


def changed_last(last: Last, change: str) -> Array:
    """Return z of this layer (1797, n), with that changed which concerns it alone."""
    W, b, A, Z = last
    if change == "b := 0 here":
        return np.asarray(A @ W)
    if change == "inputs centered here":
        return np.asarray((A - A.mean(axis=0)) @ W + b)
    return Z


@cache
def verdict(case: str, change: str, networks: int = 5) -> tuple[Array, Array]:
    """Return for each network the share of units that are dead, and of these, changed, still dead.

    A network without dead units has no second share: it is left out.
    """
    dead, still = [], []
    for seed in range(networks):
        now = silent(changed_in(case, seed, "nothing"))
        dead.append(now.mean())
        if now.any():
            still.append(silent(changed_in(case, seed, change))[now].mean())
    return np.array(dead), np.array(still)
