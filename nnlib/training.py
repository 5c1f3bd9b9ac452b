"""Training: mini-batches, epochs, and a record of what happened.

`train` is a generator: it gives back control after each epoch, so that a notebook can draw the
learning curve while it grows, and a reader can stop when the curve says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nnlib._validation import Array, finite, positive_int, real_array

if TYPE_CHECKING:
    from nnlib.models import NeuralNetwork


@dataclass
class History:
    """What `fit` saw: one number an epoch in each list, one number a step in `step_loss`.

    `loss` and `accuracy` are means over the epoch's training samples, taken while the weights
    were still moving; `validation_...` are taken after the epoch. Accuracies are empty for a
    loss that does not classify, the validation lists where no validation data were given.
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    step_loss: list[float] = field(default_factory=list)


def accuracy(Y: Array, predicted: Array) -> float:
    """Return the share of the samples whose predicted class (n,) is that of Y: (n,) or (n, K)."""
    Y, predicted = np.asarray(Y), np.asarray(predicted)
    labels = Y.argmax(axis=1) if Y.ndim == 2 else Y
    if labels.shape != predicted.shape or labels.size == 0:
        raise ValueError(
            f"expected as many predicted classes as targets, at least one, "
            f"got {predicted.shape} and {labels.shape}"
        )
    return float(np.mean(labels == predicted))


def minibatches(
    X: Array, Y: Array, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    """Yield each sample once, in random order, `batch_size` at a time; the last batch is smaller.

    X and Y have the same length n; a batch is (X[rows], Y[rows]).
    """
    batch_size = positive_int(batch_size, "batch_size")
    if len(X) != len(Y) or len(X) == 0:
        raise ValueError(
            f"expected as many rows in X as in Y, at least one, got {len(X)} and {len(Y)}"
        )
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start : start + batch_size]
        yield X[rows], Y[rows]


def train(
    network: NeuralNetwork,
    X: Array,
    Y: Array,
    epochs: int = 10,
    batch_size: int = 32,
    validation: tuple[Array, Array] | None = None,
) -> Iterator[History]:
    """Train the network, yielding the History so far after each epoch.

    Each step is forward, backward, update on one mini-batch; the rows are shuffled anew each
    epoch. An epoch's mean loss weighs each batch by its size. Raises ValueError where X and Y do
    not fit, and where the loss stops being finite.
    """
    epochs = positive_int(epochs, "epochs")
    X, Y = finite(real_array(X, "X"), "X"), np.asarray(Y)
    classifies = network.loss.classifies
    history = History()
    for epoch in range(1, epochs + 1):
        total_loss, correct = 0.0, 0.0
        for X_batch, Y_batch in minibatches(X, Y, batch_size, network.rng):
            out = network.forward(X_batch)
            loss = network.backward(Y_batch, out) if np.isfinite(out).all() else math.nan
            if not np.isfinite(loss):
                raise ValueError(
                    f"expected a finite loss, got {loss} at step {len(history.step_loss) + 1} "
                    f"(epoch {epoch}): a smaller learning rate or another initialization may help"
                )
            network.optimizer.step(network.layers)
            history.step_loss.append(loss)
            total_loss += loss * len(X_batch)
            if classifies:
                correct += accuracy(Y_batch, out.argmax(axis=1)) * len(X_batch)
        history.loss.append(total_loss / len(X))
        if classifies:
            history.accuracy.append(correct / len(X))
        if validation is not None:
            outputs = network.outputs(validation[0])
            history.validation_loss.append(network.loss.forward(validation[1], outputs))
            if classifies:
                score = accuracy(validation[1], outputs.argmax(axis=1))
                history.validation_accuracy.append(score)
        yield history
