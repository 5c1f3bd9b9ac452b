"""What came of the race: rates chosen on the validation set, and what the test set says of them."""

from __future__ import annotations

import numpy as np

from nnlib.chapters.ch08_optimizers import falling_results, race_results
from nnlib.chapters.ch08_optimizers.race import FALLING, OPTIMIZERS, POWERS, SCHEDULES, TASKS

Array = np.ndarray


def _table(text: str, groups: int, task: str) -> Array:
    """Return a record as an array: one row of four numbers per group, power and split."""
    shape = (groups, len(POWERS), TASKS[task].splits, 4)
    return np.array(text.split(), dtype=float).reshape(shape)


RECORDS = {
    task: _table(getattr(race_results, task.upper()), len(OPTIMIZERS), task) for task in TASKS
}
FALLEN = ("small", "deep")
OTHERS = list(SCHEDULES)[1:]
FALLS = {
    task: _table(getattr(falling_results, task.upper()), len(FALLING) * len(OTHERS), task)
    for task in FALLEN
}
MODES = ("tuned", "tuned on the small network", "default")
VALIDATION, TEST, VALIDATION_LOSS, TRAINING_LOSS = range(4)
"""The columns of a record."""


def runs(task: str, optimizer: str, schedule: str = "kept") -> Array:
    """Return what each run recorded, (rates, splits, 4)."""
    if schedule == "kept":
        return RECORDS[task][list(OPTIMIZERS).index(optimizer)]
    return FALLS[task][FALLING.index(optimizer) * len(OTHERS) + OTHERS.index(schedule)]


def chosen(task: str, optimizer: str, schedule: str = "kept", mode: str = "tuned") -> Array:
    """Return for each split the place in POWERS of the rate that is taken, (splits,).

    Tuned: the lowest loss on that split's validation set. Tuned on the small network: the lowest
    mean over its splits, the same for all. Default: 2^0.
    """
    if mode not in MODES:
        raise ValueError(f"expected mode as one of {MODES}, got {mode!r}")
    if mode == "tuned":
        return np.argmin(runs(task, optimizer, schedule)[..., VALIDATION_LOSS], axis=0)
    small = runs("small", optimizer, schedule)[..., VALIDATION_LOSS].mean(axis=1)
    place = int(np.argmin(small)) if mode == MODES[1] else POWERS.index(0)
    return np.full(TASKS[task].splits, place)


def reported(
    task: str,
    optimizer: str,
    schedule: str = "kept",
    mode: str = "tuned",
    column: int = TEST,
) -> Array:
    """Return of each split what the run with the chosen rate recorded, (splits,)."""
    places = chosen(task, optimizer, schedule, mode)
    return np.asarray(runs(task, optimizer, schedule)[places, np.arange(len(places)), column])


def paired(a: Array, b: Array) -> tuple[float, float]:
    """Return the mean of a - b over the splits, and its standard error."""
    d = a - b
    return float(d.mean()), float(d.std(ddof=1) / np.sqrt(len(d)))


def near(task: str, optimizer: str, factor: float = 1.5) -> int:
    """Return how many rates misread at most `factor` times as much as the best, validation."""
    means = runs(task, optimizer)[..., VALIDATION].mean(axis=1)
    return int(np.sum(means <= factor * means.min()))


def by_default(task: str) -> Array:
    """Return what the best of the six at their default rates misreads, by each split, (splits,).

    Best is the lowest loss on that split's validation set.
    """
    place = POWERS.index(0)
    all_six = np.array([runs(task, name)[place] for name in OPTIMIZERS])
    best = np.argmin(all_six[..., VALIDATION_LOSS], axis=0)
    return np.asarray(all_six[best, np.arange(len(best)), TEST])
