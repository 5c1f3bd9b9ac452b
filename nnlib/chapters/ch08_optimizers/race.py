"""A race of six optimizers on the digits, each at every rate of its grid, on many splits.

    python -m nnlib.chapters.ch08_optimizers.race small    # forms, long, deep, cnn: minutes each
    python -m nnlib.chapters.ch08_optimizers.race small falling    # and deep: other schedules

prints what `race_results` and `falling_results` keep. Split s deals out the digits, draws the
weights and the batches, alike for all. On each split the validation set chooses an optimizer's
rate; the test set reports.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import nnlib
from nnlib.chapters.ch07_training.choosing import parts

Array = np.ndarray

OPTIMIZERS: dict[str, nnlib.Optimizer] = {
    "SGD": nnlib.SGD(),
    "momentum": nnlib.Momentum(),
    "Nesterov": nnlib.Momentum(nesterov=True),
    "RMSProp": nnlib.RMSProp(),
    "Adam": nnlib.Adam(),
    "AdamW": nnlib.AdamW(),
}
"""With nnlib's defaults; only the rate is tuned."""
POWERS = tuple(range(-3, 8))
"""The rates are the default times 2^k."""
BATCH_SIZE = 32
SCHEDULES: dict[str, Callable[[float, int], nnlib.optimizers.Rate]] = {
    "kept": lambda rate, steps: rate,
    "in steps": nnlib.StepDecay,
    "linear": nnlib.LinearDecay,
    "cosine": nnlib.CosineDecay,
    "warm-up": lambda rate, steps: nnlib.LinearDecay(rate, steps, steps // 10, end=rate),
    "warm-up, cosine": lambda rate, steps: nnlib.CosineDecay(rate, steps, steps // 10),
}
"""What becomes of a rate in so many steps. A warm-up takes the first tenth of them."""
FALLING = ("SGD", "Adam")
"""The optimizers that run with all schedules."""


@dataclass(frozen=True)
class Task:
    """What is trained, for how many epochs, and on how many splits."""

    layers: tuple[nnlib.Layer, ...]
    epochs: int
    splits: int
    flat: bool = True
    unit: str = "image"


def _hidden(units: int) -> nnlib.Layer:
    return nnlib.FullyConnected(units, "relu", "kaiming_normal")


_OUT = nnlib.FullyConnected(10)
TASKS = {
    "small": Task((_hidden(32), _OUT), 10, 20),
    "forms": Task((_hidden(32), _OUT), 10, 20, unit="form"),
    "long": Task((_hidden(32), _OUT), 60, 10),
    "deep": Task((*(_hidden(32) for _ in range(6)), _OUT), 10, 10),
    "cnn": Task(
        (
            nnlib.Conv2D(8, 3, activation="relu", weight_init="kaiming_normal"),
            nnlib.Pool2D(2),
            nnlib.Flatten(),
            _OUT,
        ),
        10,
        10,
        flat=False,
    ),
}


@dataclass(frozen=True)
class Run:
    """How one training ended: digits misread, of validation and of test, and two losses.

    One that diverged misreads all, with infinite losses.
    """

    validation: int
    test: int
    validation_loss: float
    training_loss: float


def rate_of(optimizer: str, power: int) -> float:
    """Return the default rate times 2^power."""
    return OPTIMIZERS[optimizer].rate * 2.0**power


def train(task: str, optimizer: str, power: int, split: int, schedule: str = "kept") -> Run:
    """Train once."""
    what = TASKS[task]
    images, labels = nnlib.load_digits()
    X = images.reshape(len(images), 64) if what.flat else images
    training, *held = parts(what.unit, split)
    chosen = nnlib.initialize_optimizer(OPTIMIZERS[optimizer])
    steps = what.epochs * -(-len(training) // BATCH_SIZE)
    chosen.learning_rate = SCHEDULES[schedule](rate_of(optimizer, power), steps)
    network = nnlib.NeuralNetwork(what.layers, optimizer=chosen, seed=split)
    try:
        with np.errstate(all="ignore"):
            history = network.fit(
                X[training], labels[training], what.epochs, BATCH_SIZE, progress=False
            )
            outs = [network.outputs(X[rows]) for rows in held]
    except ValueError:
        return Run(len(held[0]), len(held[1]), np.inf, np.inf)
    misread = [
        int(np.sum(out.argmax(axis=1) != labels[rows]))
        for out, rows in zip(outs, held, strict=True)
    ]
    loss = network.loss.forward(labels[held[0]], outs[0])
    return Run(misread[0], misread[1], loss, history.loss[-1])


def main() -> None:
    """Print the record of the task that is named."""
    task, *falling = sys.argv[1:]
    schedules = list(SCHEDULES)[1:] if falling else ["kept"]
    print(f'{task.upper()} = """')
    for optimizer in FALLING if falling else OPTIMIZERS:
        for schedule in schedules:
            for power in POWERS:
                words = []
                for split in range(TASKS[task].splits):
                    run = train(task, optimizer, power, split, schedule)
                    words += [f"{run.validation} {run.test} {run.validation_loss:.3g}"]
                    words += [f"{run.training_loss:.2g}"]
                print(textwrap.fill(" ".join(words), 99), flush=True)
    print('"""')


if __name__ == "__main__":
    main()
