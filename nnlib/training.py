"""Training: mini-batches, epochs, and a record of what happened.

`train` is a generator: it gives back control after each epoch, so that a notebook can draw the
learning curve while it grows, and a reader can stop when the curve says so.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nnlib._validation import Array, as_array, positive_int, rows_alike

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

    def latest(self) -> dict[str, str]:
        """Return the last number of each list that has one, to three digits, by name."""
        return {name: f"{numbers[-1]:.3g}" for name, numbers in vars(self).items() if numbers}


def accuracy(Y: Array, predicted: Array) -> float:
    """Return the share of the samples whose predicted class (n,) is that of Y: (n,) or (n, K)."""
    Y, predicted = as_array(Y, "Y"), as_array(predicted, "predicted")
    labels = Y.argmax(axis=1) if Y.ndim == 2 and Y.size else Y
    if labels.shape != predicted.shape or labels.size == 0:
        raise ValueError(
            f"expected as many predicted classes as targets, at least one, "
            f"got {predicted.shape} and {labels.shape}"
        )
    return float(np.mean(labels == predicted))


def fitting(
    network: NeuralNetwork, X: Array, Y: Array, validation: tuple[Array, Array] | None
) -> list[tuple[Array, Array]]:
    """Return [(X, Y)], and validation's pair behind it, checked; ValueError where one doesn't fit.

    One sample of each goes through in prediction mode, and the loss judges all targets by what
    comes out. Nothing changes: of a network without weights a copy is asked.
    """
    paired = isinstance(validation, (tuple, list)) and len(validation) == 2
    if not (validation is None or paired):
        raise ValueError(f"expected validation as a pair (X, Y), got {validation!r:.80}")
    ask = network if network.dtype is not None else copy.deepcopy(network)
    pairs: list[tuple[Array, Array]] = []
    for data in [(X, Y)] if validation is None else [(X, Y), validation]:
        try:
            X, Y = rows_alike(ask._accept(data[0]), data[1])
            out = ask.outputs(X[:1])
            if np.isfinite(out).all():
                with np.errstate(all="ignore"):
                    network.loss.forward(Y, np.broadcast_to(out, (len(X), *out.shape[1:])))
        except ValueError as error:
            if pairs:
                raise ValueError(f"validation: {error}") from error
            raise
        pairs.append((X, Y))
    return pairs


def minibatches(
    X: Array, Y: Array, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    """Yield each sample once, in random order, `batch_size` at a time; the last batch is smaller.

    X and Y have the same length n; a batch is (X[rows], Y[rows]).
    """
    batch_size = positive_int(batch_size, "batch_size")
    X, Y = rows_alike(X, Y)
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"expected rng as a Generator, got {rng!r}")
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
    not fit, before the first step, and where the loss stops being finite.
    """
    epochs, batch_size = positive_int(epochs, "epochs"), positive_int(batch_size, "batch_size")
    (X, Y), *held_out = fitting(network, X, Y, validation)
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
        for X_held_out, Y_held_out in held_out:
            outputs = network.outputs(X_held_out)
            history.validation_loss.append(network.loss.forward(Y_held_out, outputs))
            if classifies:
                score = accuracy(Y_held_out, outputs.argmax(axis=1))
                history.validation_accuracy.append(score)
        yield history
