"""The smallest input on which an answer fails, what was expected there, and what came."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from nnlib.teaching.diagnosis import known
from nnlib.teaching.errors import name_of
from nnlib.teaching.exercises import Exercise, Function
from nnlib.teaching.telling import common_count, result_names
from nnlib.teaching.trials import Trial, agree, alike, attempt, dtypes, parts_of

LONGEST = 300
LINES = 10  # of one value; a feature map in four dimensions tells nobody anything


def show(exercise: Exercise, function: Function, aspect: str, trial: Trial, probe: str) -> str:
    """Return the input, what was expected and what came, cut down to where it still fails."""
    expected = known(exercise).right[probe]
    if aspect == "value":
        trial, expected = _shrink(exercise, function, trial, expected)
    rows = list(zip(exercise.arguments, map(plain, trial.arguments), strict=True))
    if aspect == "dtype":
        rows = [("expected", ", ".join(dtypes(expected))), ("got", ", ".join(dtypes(trial)))]
    elif aspect == "input":
        rows = [(name, text) for name, text in rows if name in trial.changed]
    elif aspect == "value":
        rows += list(_results(exercise, trial, expected))
        rows += [("printed", trial.printed.strip()[:400])] * bool(trial.printed.strip())
    width = max(len(name) for name, _ in rows)
    return "\n".join(_row(name, _cut(text), width) for name, text in rows)


def _results(exercise: Exercise, trial: Trial, expected: Trial) -> Iterator[tuple[str, str]]:
    """Yield what was expected and what came; of several results, those that are wrong."""
    due = expected.value
    parts = parts_of(trial.value, len(due)) if isinstance(due, tuple) else None
    count = common_count(known(exercise).right)
    if parts is None or count != len(due) or trial.error is not None or expected.error is not None:
        yield from (("expected", _came(expected)), ("got", _came(trial)))
        return
    names = [name.strip("`").removeprefix("the ") for name in result_names(exercise, count)]
    for name, want, got in zip(names, due, parts, strict=True):
        if not alike(got, want, exercise.rtol, exercise.atol):
            yield from ((f"expected {name}", plain(want)), (f"got {name}", plain(got)))


def _came(trial: Trial) -> str:
    return name_of(trial.error) if trial.error is not None else plain(trial.value)


def _shrink(
    exercise: Exercise, function: Function, trial: Trial, expected: Trial
) -> tuple[Trial, Trial]:
    """Return the trials on a smaller input, one row or one column of it, that still fails."""
    for cuts in _cuts(trial.arguments):
        parts = [_on_part(exercise.solution, exercise, trial, cut) for cut in cuts]
        # A row of softmax can stand alone, a column of it cannot: a cut must change nothing.
        if not all(map(partial(_same_after, exercise, expected), cuts, parts)):
            continue
        for cut, right in zip(cuts, parts, strict=True):
            found = _on_part(function, exercise, trial, cut)
            # One that only makes the function raise shows another fault than the one at hand.
            alike = type(found.error) is type(trial.error)
            if alike and not agree("value", "", found, right, exercise):
                return _shrink(exercise, function, found, right)
    return trial, expected


Cut = tuple[slice, slice]


def _cuts(arguments: tuple[Any, ...]) -> Iterator[list[Cut]]:
    """Yield all rows, then all columns, where the arrays among the arguments share one shape."""
    shapes = {a.shape for a in arguments if isinstance(a, np.ndarray)}
    if len(shapes) != 1 or any(isinstance(a, list) for a in arguments):
        return
    shape = shapes.pop()
    if len(shape) == 2 and shape[0] > 1:
        yield [(slice(i, i + 1), slice(None)) for i in range(shape[0])]
    if len(shape) == 2 and shape[1] > 1:
        yield [(slice(None), slice(j, j + 1)) for j in range(shape[1])]


def _on_part(function: Function, exercise: Exercise, whole: Trial, cut: Cut) -> Trial:
    part = [a[cut] if isinstance(a, np.ndarray) else a for a in whole.arguments]
    return attempt(function, part, exercise.arguments)


def _same_after(exercise: Exercise, whole: Trial, cut: Cut, part: Trial) -> bool:
    """Tell whether the (first) result on the part is that part of the result on the whole."""
    if whole.error or part.error:
        return False
    a, b = (t.value[0] if isinstance(t.value, tuple) else t.value for t in (whole, part))
    return np.ndim(a) == 2 and alike(a[cut], b, exercise.rtol, exercise.atol)


def _row(name: str, text: str, width: int) -> str:
    return f"{name:<{width}} = " + text.replace("\n", "\n" + " " * (width + 3))


def plain(value: Any) -> str:
    """Write a value in a few columns and lines."""
    if isinstance(value, np.ndarray):
        seen = value.squeeze() if value.ndim > 2 else value  # one image of one channel: a matrix
        shape = f" with shape {value.shape}" if value.size == 0 or seen.ndim < value.ndim else ""
        seen = seen + 0.0 if seen.dtype.kind == "f" else seen  # -0 is 0 to a reader
        text = np.array2string(seen, precision=4, max_line_width=72, threshold=60, separator=", ")
        return text + shape
    if isinstance(value, list | tuple):
        ends = "[]" if isinstance(value, list) else "()"
        gap = ",\n " if any(isinstance(part, np.ndarray | list | tuple) for part in value) else ", "
        return ends[0] + gap.join(map(plain, value)) + ends[1]
    if isinstance(value, float | np.floating):
        return f"{value + 0.0:.4g}"
    if callable(value):
        return f"the function {getattr(value, '__name__', '?').strip('_')}"
    try:
        text = str(value)
    except Exception:  # an object of the learner's own, or a number of too many digits
        text = type(value).__name__
    return text if len(text) < LONGEST else f"{text[:LONGEST]}..."


def _cut(text: str) -> str:
    rows = text.splitlines()
    return text if len(rows) <= LINES else "\n".join([*rows[: LINES - 1], "..."])
