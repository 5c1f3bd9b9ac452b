"""Lesson 5: how sure networks are, how often they are right, and what a temperature changes.

python -m nnlib.chapters.ch05_softmax_cross_entropy.calibration    # about a minute
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import nnlib

Array = np.ndarray

SEEDS = range(5)
TEMPERATURES = [0.3, 0.4, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 2.5, 4.0]
EDGES = np.linspace(0, 1, 11)
"""The bins of how sure a prediction is: ten, a tenth wide each."""


@dataclass(frozen=True)
class Case:
    """How a network with 128 ReLU units is trained on digits, by SGD in batches of 32."""

    digits: int
    wrong: float  # share of the training labels that are drawn anew, from all ten classes
    rate: float
    steps: int
    wrong_held_out: float = 0.0  # the same of the labels that it is judged by


CASES = {
    "100 digits": Case(100, 0.0, 0.3, 3000),
    "300, some labels wrong": Case(300, 0.2, 0.3, 3000),
    "1,200, some labels wrong": Case(1200, 0.2, 0.1, 1000),
    "wrong ones held out, too": Case(1200, 0.2, 0.1, 2250, 0.2),
}


def held_out(case: Case, seed: int) -> tuple[Array, Array]:
    """Train a network, and return its logits (n, 10) and the labels of digits it never saw."""
    images, labels = nnlib.load_digits()
    X, y, X_test, y_test = nnlib.train_test_split(
        images.reshape(len(images), -1), labels, len(labels) - case.digits, seed=seed
    )
    rng = np.random.default_rng(seed)
    y, y_test = redrawn(y, case.wrong, rng), redrawn(y_test, case.wrong_held_out, rng)
    network = nnlib.NeuralNetwork(
        [nnlib.FullyConnected(128, "relu", "kaiming_normal"), nnlib.FullyConnected(10)],
        optimizer=nnlib.SGD(case.rate),
        seed=seed,
    )
    epochs = case.steps * 32 // case.digits
    network.fit(X, y, epochs=epochs, batch_size=32, progress=False)
    return network.forward(X_test, training=False), y_test


def redrawn(y: Array, share: float, rng: np.random.Generator) -> Array:
    """Return the labels, of which about this share is drawn anew from all ten classes."""
    return np.where(rng.random(len(y)) < share, rng.integers(0, 10, len(y)), y)


def nll(Z: Array, y: Array, T: float) -> float:
    """Return the mean of -ln p_y at this temperature."""
    return nnlib.SoftmaxCrossEntropy().forward(y, Z / T)


def sure_and_right(Z: Array, y: Array, T: float) -> tuple[Array, Array]:
    """Return for each sample the largest probability, and whether its class is the right one."""
    P = nnlib.SoftMax().forward(Z / T)
    return P.max(axis=1), P.argmax(axis=1) == y


def reliability(sure: Array, right: Array) -> list[tuple[float, int, int]]:
    """Return of each bin that is not empty the mean of `sure`, how many are right, and how many."""
    which = np.clip(np.digitize(sure, EDGES) - 1, 0, 9)
    bins = [which == k for k in range(10) if (which == k).any()]
    return [(round(float(sure[b].mean()), 4), int(right[b].sum()), int(b.sum())) for b in bins]


def best_temperature(Z: Array, y: Array) -> float:
    """Return the T that makes the cross-entropy smallest, by golden section on ln T."""
    low, high = np.log(0.05), np.log(20.0)
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if nll(Z, y, float(np.exp(left))) < nll(Z, y, float(np.exp(right))):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def main() -> None:
    """Print what `results` keeps."""
    for name, case in CASES.items():
        runs = [held_out(case, seed) for seed in SEEDS]
        print(f'    "{name}": [')
        for T in TEMPERATURES:
            parts = [sure_and_right(Z, y, T) for Z, y in runs]
            sure, right = (np.concatenate(part) for part in zip(*parts, strict=True))
            cost = np.mean([nll(Z, y, T) for Z, y in runs])
            print(f"        ({T:g}, {cost:.4f}, {reliability(sure, right)}),")
        print("    ],")
    for name, case in CASES.items():
        fitted = []
        for seed in SEEDS:
            Z, y = held_out(case, seed)
            half = len(y) // 2
            T = best_temperature(Z[:half], y[:half])
            Z, y = Z[half:], y[half:]
            before, right = sure_and_right(Z, y, 1.0)
            after, _ = sure_and_right(Z, y, T)
            numbers = (T, right.mean(), before.mean(), after.mean(), nll(Z, y, 1.0), nll(Z, y, T))
            fitted.append(tuple(round(float(v), 3) for v in numbers))
        print(f'    "{name}": {fitted},')


if __name__ == "__main__":
    main()
