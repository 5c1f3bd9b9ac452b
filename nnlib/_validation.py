"""The questions that every module asks of what it is given, and the answers in words.

An error here always says what was expected and what came, because a shape error
that surfaces three layers later teaches nothing.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
T = TypeVar("T")


def resolve(given: str | T, base: type[T], by_name: Mapping[str, type[T]], what: str) -> T:
    """Return the object that `given` names, or a copy of `given` if it is one already.

    The copy keeps two layers from sharing the slope of one PReLU.
    """
    if isinstance(given, base):
        return copy.deepcopy(given)
    if not isinstance(given, str):
        raise ValueError(
            f"expected the {what} as a name or an object of {base.__name__}, got {given!r}"
        )
    if given not in by_name:
        near = difflib.get_close_matches(given, by_name, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"expected the {what} to be one of {sorted(by_name)}, got {given!r}{hint}")
    return by_name[given]()


def real_array(X: ArrayLike, name: str) -> Array:
    """Return `X` as an array of floats; integers become float64, floats keep their type."""
    array = np.asarray(X)
    if np.issubdtype(array.dtype, np.integer) or array.dtype == bool:
        array = array.astype(np.float64)
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"expected {name} to hold real numbers, got dtype {array.dtype}")
    return array


def finite(X: Array, name: str) -> Array:
    """Return `X`, or say where its first NaN or infinity stands."""
    if not np.isfinite(X).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(X))[0])
        raise ValueError(f"expected {name} to be finite, got {X[where]} at index {where}")
    return X


def positive_int(value: object, name: str, least: int = 1) -> int:
    """Return `value` as an int of at least `least`."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
        raise ValueError(f"expected {name} to be a whole number >= {least}, got {value!r}")
    return int(value)


def in_range(value: float, name: str, low: float, high: float, ends: str = "[]") -> float:
    """Return `value` if it lies between `low` and `high`; "[" and "]" say which end belongs."""
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        above = value >= low if ends[0] == "[" else value > low
        below = value <= high if ends[1] == "]" else value < high
        if above and below:
            return float(value)
    raise ValueError(f"expected {name} in {ends[0]}{low}, {high}{ends[1]}, got {value!r}")


def pair(value: int | tuple[int, int], name: str, least: int = 1) -> tuple[int, int]:
    """Return (height, width) from one number for both or a pair of them."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"expected {name} as one number or (height, width), got {value!r}")
        return positive_int(value[0], name, least), positive_int(value[1], name, least)
    size = positive_int(value, name, least)
    return size, size
