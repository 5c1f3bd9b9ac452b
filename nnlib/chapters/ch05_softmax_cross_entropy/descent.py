"""Lesson 3: what descent makes of P - Y, on digits, irises and spirals.

python -m nnlib.chapters.ch05_softmax_cross_entropy.descent    # half a minute
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

import nnlib

Array = np.ndarray


def softmax_regression(
    X: Array, y: Array, at: Sequence[int], rate: float = 1.0
) -> dict[int, tuple[Array, Array]]:
    """Descend from zero with all samples, and return W (d, K) and b (1, K) after the steps in `at`.

    X is (n, d), y the labels (n,).
    """
    Y = np.eye(int(y.max()) + 1)[y]
    W, b = np.zeros((X.shape[1], Y.shape[1])), np.zeros((1, Y.shape[1]))
    kept = {}
    for step in range(max(at) + 1):
        if step in at:
            kept[step] = W.copy(), b.copy()
        dZ = (nnlib.SoftMax().forward(X @ W + b) - Y) / len(X)
        W -= rate * X.T @ dZ
        b -= rate * dZ.sum(axis=0, keepdims=True)
    return kept


# Digits ------------------------------------------------------------------------------------------

STEPS = [0, 1, 2, 5, 10, 30, 100, 300, 1000]


@cache
def digits() -> tuple[Array, Array]:
    """Return the images as rows (1797, 64), and their labels."""
    images, labels = nnlib.load_digits()
    return images.reshape(len(images), -1), labels


@cache
def templates() -> dict[int, tuple[Array, Array]]:
    """Return W (64, 10) and b of softmax regression on all digits, after each of STEPS."""
    return softmax_regression(*digits(), at=STEPS)


# Irises ------------------------------------------------------------------------------------------


@cache
def petals() -> tuple[Array, Array]:
    """Return length and width of the petals (150, 2), standardized, and the species."""
    X, y = nnlib.load_iris()
    X = X[:, 2:]
    return (X - X.mean(axis=0)) / X.std(axis=0), y


@cache
def trained_on_petals() -> Array:
    """Return the weights of softmax regression on the petals after 500 steps: W, then b (3, 3)."""
    return np.vstack(softmax_regression(*petals(), at=[500])[500])


LONG = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000]


@cache
def two_species(first: int, second: int) -> tuple[Array, Array]:
    """Return the size of (W, b) and the loss after each of LONG steps, on two of the species."""
    X, y = petals()
    X, y = X[(y == first) | (y == second)], y[(y == first) | (y == second)]
    y = (y == second).astype(int)
    sizes, losses = [], []
    kept = softmax_regression(X, y, at=LONG)
    for step in LONG:
        W, b = kept[step]
        sizes.append(np.sqrt((W**2).sum() + (b**2).sum()))
        losses.append(nnlib.SoftmaxCrossEntropy().forward(y, X @ W + b))
    return np.array(sizes), np.array(losses)


# Spirals -----------------------------------------------------------------------------------------

HIDDEN = {"none": 0, "4 units": 4, "16 units": 16, "64 units": 64}
SPIRAL_STEPS = [0, 30, 100, 300, 1000, 3000]


def spirals(seed: int = 0) -> tuple[Array, Array, Array, Array]:
    """Return 300 points on three arms to train on, and 300 others to judge by."""
    return *nnlib.make_spirals(100, seed=seed), *nnlib.make_spirals(100, seed=1000 + seed)


def network(hidden: int, seed: int) -> nnlib.NeuralNetwork:
    """Return a network for three classes, with one hidden layer of tanh or with none."""
    layers = [nnlib.FullyConnected(hidden, "tanh")] if hidden else []
    return nnlib.NeuralNetwork(
        [*layers, nnlib.FullyConnected(3)], optimizer=nnlib.SGD(1.0), seed=seed
    )


@cache
def on_spirals(hidden: int, seed: int = 0) -> dict[int, tuple[Array, float]]:
    """Train, and return after each of SPIRAL_STEPS the classes of GRID and a held-out share."""
    X, y, X_test, y_test = spirals(seed)
    net = network(hidden, seed).build((2,))
    kept, done = {}, 0
    for step in SPIRAL_STEPS:
        if step > done:  # one step an epoch: the batch is all there is
            net.fit(X, y, epochs=step - done, batch_size=len(X), progress=False)
        score = float(np.mean(net.predict(X_test) == y_test))
        kept[step], done = (net.predict(GRID), score), step
    return kept


AXIS = np.linspace(-1.3, 1.3, 66)
GRID = np.column_stack([part.ravel() for part in np.meshgrid(AXIS, AXIS)])


def main() -> None:
    """Print what `results` keeps: held-out accuracy after the last step, on five spirals."""
    for name, hidden in HIDDEN.items():
        last = max(SPIRAL_STEPS)
        print(
            f'    "{name}": {[round(on_spirals(hidden, seed)[last][1], 3) for seed in range(5)]},'
        )


if __name__ == "__main__":
    main()
