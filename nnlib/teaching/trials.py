"""What a function does on chosen inputs, written down so that two functions can be compared.

A `Survey` holds one `Trial` for each input. Where a trial differs from the solution's, it
deviates in one of four aspects: its value, its dtype, what it did to its input, and whether
something overflowed on the way.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlib.teaching.exercises import Exercise, Function

# In the order in which they are told: there is no use in fixing a dtype while values are wrong.
ASPECTS = ("value", "dtype", "input", "overflow")
FLOAT32 = "float32"


@dataclass(frozen=True)
class Trial:
    """One call: what came back, or was raised, and what happened on the way."""

    arguments: tuple[Any, ...]
    value: Any
    error: Exception | None
    changed: tuple[str, ...]
    overflowed: bool


Survey = dict[str, Trial]
Deviations = dict[tuple[str, str], Trial]


def attempt(function: Function, arguments: Sequence[Any], names: Sequence[str]) -> Trial:
    """Call the function on copies of the arguments, catching whatever it raises."""
    given = copy.deepcopy(tuple(arguments))
    flags: list[str] = []
    value, error = None, None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            with np.errstate(over="call", divide="call", call=lambda kind, _: flags.append(kind)):
                value = function(*given)
        except Exception as caught:
            error = caught
    pairs = zip(names, arguments, given, strict=True)
    changed = tuple(name for name, before, after in pairs if not _identical(before, after))
    return Trial(tuple(arguments), value, error, changed, bool(flags))


def survey(function: Function, exercise: Exercise) -> Survey:
    """Try the function on every probe, and on the largest one once more in float32."""
    names = exercise.arguments
    trials = {name: attempt(function, args, names) for name, args in exercise.probes.items()}
    largest = max(exercise.probes.values(), key=_size)
    trials[FLOAT32] = attempt(function, _to_float32(largest), names)
    return trials


def deviations(found: Survey, right: Survey, exercise: Exercise) -> Deviations:
    """Return the trials that differ from the solution's, by (aspect, probe), gravest first."""
    result: Deviations = {}
    for aspect in ASPECTS:
        for probe, trial in found.items():
            if not agree(aspect, probe, trial, right[probe], exercise):
                result[aspect, probe] = trial
    return result


def agree(aspect: str, probe: str, one: Trial, other: Trial, exercise: Exercise) -> bool:
    """Tell whether two trials on the same probe agree in one aspect."""
    if aspect == "value":
        if probe == FLOAT32:
            return True  # the same inputs were tried in float64; here only the dtype counts
        if one.error or other.error:
            return type(one.error) is type(other.error)
        return close(one.value, other.value, exercise.rtol, exercise.atol)
    if aspect == "dtype":
        return probe != FLOAT32 or bool(one.error or other.error) or dtypes(one) == dtypes(other)
    if aspect == "input":
        return one.changed == other.changed
    return one.overflowed == other.overflowed


def close(one: Any, other: Any, rtol: float, atol: float) -> bool:
    """Tell whether two results have one structure, one shape and nearly the same numbers."""
    if isinstance(one, tuple | list) and isinstance(other, tuple):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(close(a, b, rtol, atol) for a, b in pairs)
    a, b = as_array(one), as_array(other)
    if a is None or b is None or a.shape != b.shape:
        return False
    return bool(np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True))


def as_array(value: Any) -> np.ndarray | None:
    """Return a result as an array of numbers, or None if it is none. A list is not an array."""
    if not isinstance(value, np.ndarray | np.generic | int | float):
        return None
    array = np.asarray(value)
    return array if array.dtype.kind in "biuf" else None


def dtypes(trial: Trial) -> list[str]:
    """Return the dtype of each part of a result."""
    parts = trial.value if isinstance(trial.value, tuple | list) else [trial.value]
    return [str(np.asarray(part).dtype) for part in parts]


def takes(function: Function, count: int) -> bool:
    """Tell whether the function can be called with this many arguments."""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # some functions written in C have no signature to look at
        return True
    return True


def _identical(before: Any, after: Any) -> bool:
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_identical, before, after))
    if isinstance(before, np.ndarray):
        return np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
    return bool(before == after)


def _to_float32(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(_to_float32(part) for part in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float32)
    return value


def _size(value: Any) -> int:
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return int(np.size(value))
