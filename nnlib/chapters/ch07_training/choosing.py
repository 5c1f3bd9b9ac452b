"""A search over batch size and rate, and what one form is read like with and without its hand.

    python -m nnlib.chapters.ch07_training.choosing    # some minutes

prints what `results` keeps: of twenty pairs on twenty splits by image and twenty by form, how many
digits each network misreads; and of each form, how many are misread by networks that
have seen its other half, and by networks that have not seen the form.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

import nnlib
from nnlib.chapters.ch07_training.network import logits, new_weights, train_network
from nnlib.chapters.ch07_training.results import BY_FORM, SEARCH

Array = np.ndarray

SPLITS, PAIRS, EPOCHS = 20, 20, 20
UNITS = ("image", "form")
"""What is dealt out to training, validation and test: single images, or whole forms."""
LOWEST, HIGHEST = (4.0, 0.01), (256.0, 3.0)
"""The corners of the search: batch size and rate."""
FORM_SEEDS = 3


def pairs(seed: int, count: int = PAIRS) -> list[tuple[int, float]]:
    """Return random pairs (batch size, rate), even on a log scale: low · (high/low)^u."""
    u = np.random.default_rng(seed).random((count, 2))
    low, high = np.array(LOWEST), np.array(HIGHEST)
    drawn = low * (high / low) ** u
    return [(round(B), float(f"{rate:.3g}")) for B, rate in drawn]


def parts(unit: str, split: int) -> tuple[Array, Array, Array]:
    """Return the rows to train on, to validate on and to test on: some 70, 15 and 15 %."""
    if unit not in UNITS:
        raise ValueError(f"expected unit as one of {UNITS}, got {unit!r}")
    _, y, form = nnlib.load_digits(forms=True)
    group = np.arange(len(y)) if unit == "image" else form
    count = len(np.unique(group))
    order = np.random.default_rng(split).permutation(count)
    held = round(0.15 * count)
    cuts = np.split(order, [count - 2 * held, count - held])
    first, second, third = (np.flatnonzero(np.isin(group, cut)) for cut in cuts)
    return first, second, third


def misread_rows(w: list[Array], rows: Array) -> Array:
    """Return those of the rows whose digits the network misreads."""
    X, y = nnlib.load_digits()
    return rows[logits(w, X[rows].reshape(len(rows), 64)).argmax(axis=1) != y[rows]]


def misread(w: list[Array], rows: Array) -> int:
    """Return how many of these digits the network misreads."""
    return len(misread_rows(w, rows))


def trained(rows: Array, batch_size: int, rate: float, seed: int) -> list[Array]:
    """Return the weights of a network of 32 hidden units after EPOCHS epochs on these digits."""
    X, y = nnlib.load_digits()
    rng = np.random.default_rng(seed)
    w = new_weights(rng)
    with np.errstate(all="ignore"):
        train_network(w, X[rows].reshape(len(rows), 64), y[rows], batch_size, EPOCHS, rate, rng)
    return w


def search(unit: str, split: int) -> list[tuple[int, int]]:
    """Return for each pair how many digits of the validation and of the test set are misread."""
    train, validation, test = parts(unit, split)
    found = []
    for number, (batch_size, rate) in enumerate(pairs(split)):
        w = trained(train, batch_size, rate, number)
        found.append((misread(w, validation), misread(w, test)))
    return found


def halves(form: int, seed: int) -> Iterator[tuple[Array, Array, Array]]:
    """Yield twice: rows to test, half of a form; rows with its other half, rows without the form.

    Both lists to train on have the same length.
    """
    own = np.flatnonzero(nnlib.load_digits(forms=True)[2] == form)
    rng = np.random.default_rng(seed)
    others = np.setdiff1d(np.arange(len(nnlib.load_digits()[1])), own)
    order = rng.permutation(own)
    for test in np.array_split(order, 2):
        rest = np.setdiff1d(own, test)
        fewer = rng.permutation(others)[: len(others) - len(rest)]
        yield test, np.concatenate([fewer, rest]), others


def by_form(form: int, seed: int, rate: float = 0.2, batch_size: int = 16) -> tuple[int, int]:
    """Return how many digits of a form are misread, its hand having been seen, and unseen."""
    seen = unseen = 0
    for test, with_hand, without in halves(form, seed):
        seen += misread(trained(with_hand, batch_size, rate, seed), test)
        unseen += misread(trained(without, batch_size, rate, seed), test)
    return seen, unseen


def only_unseen(form: int, most: int = 8) -> list[int]:
    """Return rows of a form that one network misreads with its hand unseen, and none seen."""
    seen, unseen = set(), set()
    for test, with_hand, without in halves(form, 0):
        seen |= set(misread_rows(trained(with_hand, 16, 0.2, 0), test).tolist())
        unseen |= set(misread_rows(trained(without, 16, 0.2, 0), test).tolist())
    return sorted(unseen - seen)[:most]


# What came of it -------------------------------------------------------------------------------


def scores(unit: str, split: int) -> tuple[Array, Array]:
    """Return validation and test accuracy of each pair, (PAIRS,)."""
    sizes = [len(rows) for rows in parts(unit, split)[1:]]
    found = 1 - np.array(SEARCH[unit, split]) / sizes
    return found[:, 0], found[:, 1]


def winner(unit: str, split: int) -> tuple[int, float, float]:
    """Return the pair that is best on validation, its accuracy there and on the test set."""
    validation, test = scores(unit, split)
    best = int(validation.argmax())
    return best, float(validation[best]), float(test[best])


@cache
def winners(unit: str) -> Array:
    """Return validation and test accuracy of the winner of each split, (splits, 2)."""
    count = sum(name == unit for name, _ in SEARCH)
    return np.array([winner(unit, split)[1:] for split in range(count)])


def at_border(pair: tuple[int, float]) -> bool:
    """Tell whether a pair lies within a tenth of the searched range of its border (on log axes)."""
    low, high = np.log(LOWEST), np.log(HIGHEST)
    place = (np.log(pair) - low) / (high - low)
    return bool(np.any((place < 0.1) | (place > 0.9)))


def form_shares() -> Array:
    """Return for each form the accuracy with its hand seen and unseen, (14, 2): means of seeds."""
    sizes = np.bincount(nnlib.load_digits(forms=True)[2])
    return np.asarray(1 - np.array(BY_FORM).mean(axis=1) / sizes[:, None])


def main() -> None:
    """Print the record."""
    print("SEARCH: dict[tuple[str, int], list[tuple[int, int]]] = {")
    for unit in UNITS:
        for split in range(SPLITS):
            print(f"    ({unit!r}, {split}): {search(unit, split)},", flush=True)
    print("}\n\nBY_FORM: list[list[tuple[int, int]]] = [")
    for form in range(14):
        print(f"    {[by_form(form, seed) for seed in range(FORM_SEEDS)]},", flush=True)
    print("]\n\nONLY_UNSEEN: list[list[int]] = [")
    for form in range(14):
        print(f"    {only_unseen(form)},", flush=True)
    print("]")


if __name__ == "__main__":
    main()
