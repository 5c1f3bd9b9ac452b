"""What a function does on chosen inputs, written down so that two functions can be compared.

A `Survey` holds one `Trial` for each input. Where a trial differs from the solution's, it
deviates in one of four aspects: its value, its dtype, what it did to its input, and whether
something overflowed on the way.

Nothing that a learner's function does may escape from here, but for the key that interrupts it.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import numbers
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nnlib.teaching.exercises import Exercise, Function

# In the order in which they are told: there is no use in fixing a dtype while values are wrong.
ASPECTS = ("value", "dtype", "input", "overflow")
FLOAT32 = "float32"
LARGEST = 2_000_000  # entries of a result
PRINTED = 2000  # characters kept of what a function prints in one call


@dataclass(frozen=True)
class TooLarge:
    """Stands for an array with far more entries than any exercise asks for."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a call: a value of its own, or an error as its type and text."""

    value: Any
    error: tuple[str, str] | None = None


@dataclass(frozen=True)
class Trial:
    """One call: what came back, or was raised, and what happened on the way."""

    arguments: tuple[Any, ...]
    value: Any
    error: BaseException | None
    changed: tuple[str, ...]
    overflowed: bool
    printed: str = ""

    @cached_property
    def outcome(self) -> Outcome:
        """The part of it that edits of the solution are compared by."""
        if self.error is None:
            return Outcome(self.value)
        return Outcome(None, (type(self.error).__name__, text_of(self.error)))


Survey = dict[str, Trial]
Deviations = dict[tuple[str, str], Trial]


class Printed(io.StringIO):
    """What a function prints, up to a limit: a loop without end must not fill the memory."""

    def write(self, text: str) -> int:
        room = PRINTED - self.tell()
        return super().write(text[:room]) if room > 0 else 0


def attempt(function: Function, arguments: Sequence[Any], names: Sequence[str]) -> Trial:
    """Call the function on copies of the arguments, catching whatever it raises."""
    given = fresh(tuple(arguments))
    flags: list[str] = []
    value: Any = None
    error: BaseException | None = None
    printed = Printed()
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(printed):
        warnings.simplefilter("ignore")
        try:
            with np.errstate(over="call", divide="call", call=lambda kind, _: flags.append(kind)):
                value = own(function(*given))
        except (Exception, SystemExit, GeneratorExit) as caught:
            error = caught
    pairs = zip(names, arguments, given, strict=True)
    changed = tuple(name for name, before, after in pairs if not _identical(before, after))
    return Trial(tuple(arguments), value, error, changed, bool(flags), printed.getvalue())


def outcome(function: Function, arguments: Sequence[Any]) -> Outcome:
    """Call a function of our own and keep what comes of it: `attempt` without its precautions."""
    try:
        return Outcome(own(function(*arguments)))
    except Exception as error:
        return Outcome(None, (type(error).__name__, text_of(error)))


def fresh(value: Any) -> Any:
    """Return a copy of arguments that a function may change."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple | list):
        return type(value)([fresh(part) for part in value])
    return copy.deepcopy(value)


def own(value: Any) -> Any:
    """Return a result that later calls can't change, without what lies too deep in lists."""
    return _own(value, 6)


def _own(value: Any, depth: int) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy() if value.size < LARGEST else TooLarge(value.shape)
    if isinstance(value, tuple | list):
        kind = tuple if isinstance(value, tuple) else list
        return kind([_own(part, depth - 1) for part in value]) if depth else "..."
    return value


def text_of(error: BaseException) -> str:
    """Return what an exception says; some raise while they say it."""
    try:
        return str(error)
    except Exception:
        return ""


def survey(function: Function, exercise: Exercise) -> Survey:
    """Try the function on every probe, and on the largest one once more in float32."""
    names = exercise.arguments
    trials = {name: attempt(function, args, names) for name, args in exercise.inputs.items()}
    largest = max(exercise.inputs.values(), key=size_of)
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
        return alike(one.value, other.value, exercise.rtol, exercise.atol)
    if aspect == "dtype":
        if probe != FLOAT32 or one.error or other.error:
            return True
        return all(map(_same_kind, dtypes(one), dtypes(other)))
    if aspect == "input":
        return one.changed == other.changed
    return one.overflowed == other.overflowed


def _same_kind(got: str, due: str) -> bool:
    """Tell whether a dtype is the one that is due, or says nothing about what a float32 became."""
    if due == "float":
        return got.startswith(("float", "list"))
    whole = got.startswith("int") and due.startswith("int")
    return got == due or whole or "list" in (got, due) or (got, due) == ("float", "float64")


def alike(one: Any, other: Any, rtol: float, atol: float) -> bool:
    """Tell whether a result has the structure, the shapes and nearly the numbers of another."""
    if isinstance(other, tuple):
        parts = parts_of(one, len(other))
        return parts is not None and all(
            alike(a, b, rtol, atol) for a, b in zip(parts, other, strict=True)
        )
    a, b = as_array(one), as_array(other)
    if a is None or b is None:
        return one is None and other is None
    if a.shape != b.shape:
        return a.size == b.size == 0 and isinstance(one, list)  # which forgets its columns
    return close(a, b, rtol, atol)


def close(a: np.ndarray, b: np.ndarray, rtol: float, atol: float) -> bool:
    """Tell whether arrays of one shape hold nearly the same numbers; NaN is like NaN."""
    with np.errstate(all="ignore"):
        return bool(np.all(entries_close(a, b, rtol, atol)))


def entries_close(a: np.ndarray, b: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    """Return which entries of two arrays of one shape are nearly the same number."""
    near = np.abs(np.subtract(a, b, dtype=np.float64)) <= atol + rtol * np.abs(b)
    if near.all() and np.isfinite(b).all():
        return near
    # Everything is within a relative distance of infinity.
    return (near & np.isfinite(b)) | (a == b) | (np.isnan(a) & np.isnan(b))


def in_form_of(due: Any, value: Any) -> Any:
    """Return a result in the form that is due: lists as arrays, several results as a tuple."""
    if isinstance(due, tuple):
        parts = parts_of(value, len(due))
        return value if parts is None else tuple(map(in_form_of, due, parts))
    array = as_array(value) if isinstance(value, tuple | list) else None
    return value if array is None else array


def parts_of(value: Any, count: int) -> list[Any] | None:
    """Return the parts of a result that should be a tuple of so many; None if it is no such."""
    if isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim):
        return list(value) if len(value) == count else None
    return None


def as_array(value: Any) -> np.ndarray | None:
    """Return a result as an array of numbers, or None if it is none.

    Lists are arrays to most people, 0-d arrays numbers, and whole fractions, too.
    """
    if isinstance(value, tuple | list):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                array = np.array(value)
            except Exception:  # parts that do not fit together, or objects of the learner's own
                return None
    elif isinstance(value, np.ndarray | np.generic | numbers.Real):
        array = np.asarray(value)
    else:
        return None
    if array.dtype.kind == "O" and all(isinstance(x, numbers.Real) for x in array.flat):
        try:
            array = array.astype(np.float64)
        except (ValueError, TypeError, OverflowError):
            return None
    return np.asarray(array) if array.dtype.kind in "biuf" else None


def dtypes(trial: Trial) -> list[str]:
    """Return the dtype of each part of a result, or its type: "float64", "int", "list"."""
    parts = trial.value if isinstance(trial.value, tuple) else [trial.value]
    return [str(getattr(part, "dtype", type(part).__name__)) for part in parts]


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
    if type(before) is not type(after):
        return False
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_identical, before, after))
    if isinstance(before, np.ndarray):
        return np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
    try:
        return bool(before == after)
    except Exception:  # whatever the function put in its place
        return False


def _to_float32(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(_to_float32(part) for part in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float32)
    return value


def size_of(value: Any) -> int:
    """Return how many numbers there are in an argument."""
    if isinstance(value, list | tuple):
        return sum(map(size_of, value))
    return int(np.size(value))


def numbers_in(value: Any) -> Iterator[np.ndarray]:
    """Yield the arrays of numbers that a result is made of."""
    if isinstance(value, tuple | list):
        for part in value:
            yield from numbers_in(part)
    elif (array := as_array(value)) is not None:
        yield array
