"""Lesson 1: cross-entropy against squared error, on a gap and in a network that learned wrongly.

Two classes, and the *gap* is the logit of the wrong one less that of the right one. The right
class has the probability g = sigma(-gap).

    python -m nnlib.chapters.ch05_softmax_cross_entropy.race    # the networks; some minutes
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

import nnlib
from nnlib.losses import class_targets

Array = np.ndarray

LOSSES = ("cross-entropy", "squared error")

# On a gap ---------------------------------------------------------------------------------------


def sure_of_the_right(gap: Array | float) -> Array:
    """Return g, the probability of the right class."""
    return nnlib.Sigmoid().forward(-np.atleast_1d(np.asarray(gap, dtype=float)))


def slopes(gap: Array | float) -> tuple[Array, Array]:
    """Return the derivatives of -ln g and of 2 (1 - g)^2 with respect to the gap, (5.1), (5.2)."""
    g, rest = sure_of_the_right(gap), sure_of_the_right(-np.asarray(gap, dtype=float))
    return rest, 4 * g * rest**2


@cache
def path(loss: str, gap: float, steps: int) -> tuple[float, ...]:
    """Return the gap before each of so many steps on both logits, and after them."""
    gaps = [gap]
    for _ in range(steps):
        gaps.append(step(loss, gaps[-1]))
    return tuple(gaps)


def step(loss: str, gap: float) -> float:
    """Move both logits by their dz, towards each other: the gap falls by twice the slope."""
    rest = 1 / (1 + math.exp(-gap))
    g = 1 / (1 + math.exp(gap))
    return gap - 2 * (rest if loss == LOSSES[0] else 4 * g * rest**2)


def turns_after(loss: str, gap: float, most: int = 100_000) -> int:
    """Return after how many steps at the rate 1 the right class leads, or is level."""
    for count in range(most):
        if gap <= 0:
            return count
        gap = step(loss, gap)
    raise ValueError(f"expected the right class to lead within {most} steps")


def waiting(gap: float) -> tuple[float, float]:
    """Return how many steps at the rate 1 both losses take by (5.4), as if steps were small."""
    fast = (gap + 1 - np.exp(-gap)) / 2
    slow = (np.exp(gap) + 3 * gap + 2.5 - 3 * np.exp(-gap) - np.exp(-2 * gap) / 2) / 8
    return float(fast), float(slow)


# In a network -----------------------------------------------------------------------------------


class SquaredProbabilities(nnlib.losses.Loss):
    """The mean over the samples of sum_c (p_c - y_c)^2, P = softmax(Z): the Brier score."""

    def forward(self, Y: Array, Y_hat: Array) -> float:
        P = nnlib.SoftMax().forward(Y_hat)
        return float(np.sum((P - class_targets(Y, P)) ** 2) / len(P))

    def backward(self, Y: Array, Y_hat: Array) -> Array:
        P = nnlib.SoftMax().forward(Y_hat)
        return nnlib.SoftMax().backward(Y_hat, 2 * (P - class_targets(Y, P)) / len(P))


MAKE: dict[str, Callable[[], nnlib.losses.Loss]] = {
    "cross-entropy": nnlib.SoftmaxCrossEntropy,
    "squared error": SquaredProbabilities,
}


@dataclass(frozen=True)
class Plan:
    """A network: units in each hidden layer, and their activation."""

    widths: tuple[int, ...] = (64,)
    activation: str = "relu"


PLANS = {
    "64 ReLU": Plan(),
    "16 ReLU": Plan((16,)),
    "256 ReLU": Plan((256,)),
    "64 tanh": Plan((64,), "tanh"),
    "64 and 64 ReLU": Plan((64, 64)),
}
RATES = (0.1, 0.3, 1.0)
SEEDS = range(3)
WRONG, MOST, GOAL = 30, 40, 0.9  # epochs with wrong labels, at most with right ones; a share


def epochs_to_goal(plan: Plan, loss: str, rate: float, seed: int, wrong: int = WRONG) -> int:
    """Return after how many epochs 90 % of the held-out digits are read; MOST + 1 if never.

    Before, the network learns for `wrong` epochs that a 0 is a 1, a 1 a 2, ..., a 9 a 0.
    """
    images, labels = nnlib.load_digits()
    X, y, X_test, y_test = nnlib.train_test_split(
        images.reshape(len(images), -1), labels, 450, seed=seed
    )
    hidden = [nnlib.FullyConnected(k, plan.activation, "kaiming_normal") for k in plan.widths]
    network = nnlib.NeuralNetwork(
        [*hidden, nnlib.FullyConnected(10)], optimizer=nnlib.SGD(0.3), seed=seed
    )
    if wrong:
        network.fit(X, (y + 1) % 10, epochs=wrong, progress=False)
    network.loss = MAKE[loss]()
    network.optimizer.learning_rate = rate
    for epoch, _ in enumerate(nnlib.train(network, X, y, MOST), start=1):
        if np.mean(network.predict(X_test) == y_test) >= GOAL:
            return epoch
    return MOST + 1


def main() -> None:
    """Print what `results` keeps: epochs for each seed."""
    for name, plan in PLANS.items():
        for wrong in (0, WRONG) if name == "64 ReLU" else (WRONG,):
            for loss in LOSSES:
                for rate in RATES:
                    took = [epochs_to_goal(plan, loss, rate, seed, wrong) for seed in SEEDS]
                    print(f'    ("{name}", {wrong}, "{loss}", {rate:g}): {took},', flush=True)


if __name__ == "__main__":
    main()
