"""The questions that every module asks of what it is given, and the answers in words.

An error here always says what was expected and what came, because a shape error
that surfaces three layers later teaches nothing.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]


def as_array(X: ArrayLike, name: str) -> Array:
    """Return `X`, an array or nested lists of equal length, as an array."""
    try:
        return np.asarray(X)
    except (ValueError, TypeError) as error:
        raise ValueError(f"expected {name} as an array or even rows, got {X!r:.80}") from error


def real_array(X: ArrayLike, name: str) -> Array:
    """Return `X` as an array of floats; integers become float64, floats keep their type."""
    given = as_array(X, name)
    if given.dtype.kind in "iubm":  # np.issubdtype says the same, in ten times as long
        given = given.astype(np.float64)
    if given.dtype.kind != "f":
        raise ValueError(f"expected {name} to hold real numbers, got dtype {given.dtype}")
    return given if given.dtype.isnative else given.astype(given.dtype.newbyteorder("="))


def finite(X: Array, name: str) -> Array:
    """Return `X`, or say where its first NaN or infinity stands."""
    if not np.isfinite(X).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(X))[0])
        raise ValueError(f"expected {name} to be finite, got {X[where]} at index {where}")
    return X


def rows_alike(X: ArrayLike, Y: ArrayLike, y: str = "Y") -> tuple[Array, Array]:
    """Return X and Y as arrays of as many rows, at least one, or raise ValueError."""
    both = as_array(X, "X"), as_array(Y, y)
    n, m = (len(a) if a.ndim else 0 for a in both)
    if n != m or n == 0:
        raise ValueError(f"expected as many rows in X as in {y}, at least one, got {n} and {m}")
    return both


def positive_int(value: object, name: str, least: int = 1) -> int:
    """Return `value` as an int of at least `least`, and one that an array can have as length."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or not least <= value <= sys.maxsize // 8:  # type: ignore[operator]
        raise ValueError(f"expected {name} to be a whole number >= {least}, got {value!r:.80}")
    return int(value)  # type: ignore[call-overload]


def in_range(value: float, name: str, low: float, high: float, ends: str = "[]") -> float:
    """Return `value` if it lies between `low` and `high`; "[" and "]" say which end belongs."""
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:  # a whole number of more than 308 digits
            number = math.nan
        above = number >= low if ends[0] == "[" else number > low
        below = number <= high if ends[1] == "]" else number < high
        if above and below:
            return number
    raise ValueError(f"expected {name} in {ends[0]}{low}, {high}{ends[1]}, got {value!r:.80}")


def one_of(value: object, name: str, choices: tuple[str, str]) -> str:
    """Return `value` if it is one of the two choices."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"expected {name} {choices[0]!r} or {choices[1]!r}, got {value!r}")
    return value


def flag(value: object, name: str) -> bool:
    """Return `value`, which must be True or False: "no" would count as True."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"expected {name} as True or False, got {value!r}")
    return bool(value)


def pair(value: int | tuple[int, int], name: str, least: int = 1) -> tuple[int, int]:
    """Return (height, width) from one number for both or a pair of them."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"expected {name} as one number or (height, width), got {value!r}")
        return positive_int(value[0], name, least), positive_int(value[1], name, least)
    size = positive_int(value, name, least)
    return size, size


def shape_of(value: Sequence[int], name: str) -> Shape:
    """Return `value` as a shape: a tuple of whole numbers, each at least 1."""
    if not isinstance(value, (tuple, list)):
        raise ValueError(f"expected {name} as a tuple of whole numbers, got {value!r}")
    shape = tuple(positive_int(n, f"each number in {name}") for n in value)
    positive_int(math.prod(shape), f"the product of {name}")
    return shape


def generator(seed: object, name: str = "seed") -> np.random.Generator:
    """Return the generator that `seed` makes, or `seed` itself if it is one."""
    try:
        return np.random.default_rng(seed)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"expected {name} as a whole number >= 0 or a Generator, got {seed!r:.80}"
        ) from error
