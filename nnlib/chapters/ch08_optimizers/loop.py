"""A training loop on the digits whose gradients may be scaled, whose loss may be and whose batches.

For what `fit` does not do: a loss in other units, a batch gone wrong, a gradient that is clipped.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache

import numpy as np

import nnlib
from nnlib.chapters.ch07_training.network import digits

Array = np.ndarray

BATCH_SIZE, EPOCHS = 32, 5
"""Forty steps an epoch."""


@dataclass(frozen=True)
class Run:
    """The loss of each batch before its step, and what was read of the other digits at the end."""

    losses: Array
    read: float


def train(
    optimizer: nnlib.Optimizer,
    seed: int,
    unit: float = 1.0,
    spoiled: int | None = None,
    by: float = 1.0,
    limit: float | None = None,
    epochs: int = EPOCHS,
    restored: str = "",
) -> Run:
    """Train 32 hidden units; gradients are those of `unit` times the loss.

    The pixels of batch number `spoiled`, from 1, are `by` times too large. With a `limit` each
    gradient is clipped. `restored` names what of Adam's memory is put back after the spoiled step,
    "m", "v" or "mv". Losses are in the old unit; a network that has no finite output reads none.
    """
    X, y, X_new, y_new = digits()
    network = nnlib.NeuralNetwork(
        [nnlib.FullyConnected(32, "relu", "kaiming_normal"), nnlib.FullyConnected(10)],
        optimizer=optimizer,
        seed=seed,
    )
    losses: list[float] = []
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            for A, c in nnlib.minibatches(X, y, BATCH_SIZE, network.rng):
                wrong = by if len(losses) + 1 == spoiled else 1.0
                out = network.forward(A * wrong)
                if not np.isfinite(out).all():
                    return Run(np.array(losses), 0.0)
                losses.append(network.backward(c, out))
                for layer in network.layers:
                    for gradient in layer.gradients.values():
                        gradient *= unit
                if limit is not None:
                    nnlib.clip_by_norm(network.layers, limit)
                memory = copy.deepcopy(network.optimizer.memory) if wrong != 1 else {}
                network.optimizer.step(network.layers)
                for key, slots in memory.items():
                    network.optimizer.memory[key].update({name: slots[name] for name in restored})
        read = float(np.mean(network.predict(X_new) == y_new))
    return Run(np.array(losses), read)


@cache
def in_unit(optimizer: str, rate: float, exponent: int, seed: int) -> float:
    """Return what is read after training with the loss times 10^exponent."""
    made = nnlib.initialize_optimizer(optimizer)
    made.learning_rate = rate
    return train(made, seed, unit=10.0**exponent).read
