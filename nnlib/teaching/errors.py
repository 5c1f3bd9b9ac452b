"""An exception of the learner's function in words: where, and which value had which shape."""

from __future__ import annotations

import linecache
import re
import traceback
from typing import Any

import numpy as np

from nnlib.teaching.exercises import Exercise, Function
from nnlib.teaching.trials import Trial, text_of

SHAPES = re.compile(r"\([\d, ]*\)")


def name_of(error: BaseException | None) -> str:
    """Return the type of an exception and the first line of what it says."""
    if error is None:
        return ""
    text = text_of(error).strip().partition("\n")[0][:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def explain(exercise: Exercise, function: Function, trial: Trial, returned: bool = True) -> str:
    """Say what an exception means, in which line, and what shapes the values there had.

    `returned` tells whether the right function returns on this input, and raises nothing.
    """
    error = trial.error
    assert error is not None
    number, source, values = line_of(function, error)
    where = _where(number, source, values)
    meaning = _meaning(error, source)
    parts = [f"Your function raised {name_of(error).rstrip('.')}."]
    if meaning:
        parts.append(meaning)
    if where:
        parts.append(where)
    if not returned:
        parts.append("Here an exception is due, but another one.")
    return " ".join(parts)


def line_of(function: Function, error: BaseException) -> tuple[int, str, dict[str, Any]]:
    """Return the number of the learner's line, its text, and the values of the names there."""
    frames = [
        (frame, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if _is_learners(function, frame.f_code.co_filename)
    ]
    if not frames:
        return 0, "", {}
    frame, number = frames[-1]
    return number, linecache.getline(frame.f_code.co_filename, number).strip(), {**frame.f_locals}


def _where(number: int, source: str, values: dict[str, Any]) -> str:
    """Return the learner's line and the shapes of what stands in it."""
    if not number:
        return ""
    names = re.findall(r"[A-Za-z_]\w*", source) if source else list(values)
    shapes = [
        said for name in dict.fromkeys(names) if (said := _of_a_value(name, values.get(name)))
    ]
    line = f"It was in line {number}" + (f", `{source}`" if source and "`" not in source else "")
    there = f"; there {_joined(shapes[:4])}" if shapes else ""
    return f"{line}{there}."


def _of_a_value(name: str, value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"`{name}` has the shape {value.shape}"
    if isinstance(value, tuple | list):
        return f"`{name}` is a {type(value).__name__} of {len(value)}"
    return ""


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _is_learners(function: Function, filename: str) -> bool:
    code = getattr(function, "__code__", None)
    return code is not None and filename == code.co_filename


OF_INDICES = {
    "out of bounds": "An index points past the end.",
    "out of range": "An index points past the end.",
    "too many indices": "It has fewer axes than there are indices.",
    "boolean index": "A mask needs the sizes of the axes that it picks from.",
    "integer": "An index is a whole number, a slice, or an array of whole numbers or of booleans.",
}
NO_COUNT = "A size or a count has to be one whole number."


def _lost_an_axis(shapes: list[str], source: str) -> bool:
    """Tell whether the second shape is the first without one axis, after a step along an axis."""
    if len(shapes) < 2 or "axis=" not in source or "keepdims" in source:
        return False
    one, other = (re.findall(r"\d+", shape) for shape in shapes[:2])
    return any(one[:i] + one[i + 1 :] == other for i in range(len(one)))


def _meaning(error: BaseException, source: str) -> str:
    """Return in plain words what an exception in that line comes from; "" if unknown."""
    text, kind = text_of(error), type(error).__name__
    shapes: list[Any] = SHAPES.findall(text)
    if isinstance(error, SystemExit):
        return "It ended Python: leave `exit()` and `quit()` out."
    if isinstance(error, RecursionError):
        return "It calls itself without end."
    if "matmul" in text or "not aligned" in text:
        return (
            "In a matrix product, the columns of the left must be as many as the rows of the right."
        )
    if "could not broadcast input array" in text and len(shapes) > 1:
        return f"An array of the shape {shapes[0]} is put where one of {shapes[1]} belongs."
    if "could not be broadcast" in text or "shape mismatch" in text:
        if _lost_an_axis(shapes, source):
            return (
                "The axis that was gone along is lost: with `keepdims=True` it stays, of length 1."
            )
        return (
            f"Arrays of the shapes {' and '.join(shapes[:2])} don't fit together entry by entry."
            if len(shapes) > 1
            else "Two arrays do not fit together entry by entry."
        )
    if kind == "AxisError":
        return "That array has fewer axes: axes count from 0, and `axis=-1` is the last one."
    if isinstance(error, UnboundLocalError):
        return "It is used before it has got a value."
    if isinstance(error, NameError):
        return "The function knows its arguments, `np`, and what the cells above define."
    if isinstance(error, IndexError):
        return next((meaning for part, meaning in OF_INDICES.items() if part in text), "")
    if "NoneType" in text:
        return (
            "Something is None there: a function without `return`, or a method that works in place."
        )
    if "truth value of an array" in text:
        if extreme := re.search(r"(?<![\w.])(max|min)\(", source):
            return (
                f"`{extreme[1]}` compares arrays as wholes; `np.{extreme[1]}imum` compares them "
                "entry by entry."
            )
        if "arange(" in source:
            return NO_COUNT
        return (
            "An array can't stand in an `if`: say which entries count, by `np.any` or `np.where`."
        )
    if "setting an array element with a sequence" in text:
        return "An array is put where one number belongs."
    if "converted to Python scalars" in text:
        return NO_COUNT if "range(" in source else "An array stands where one number is asked for."
    if "as an integer" in text or "converted to a scalar index" in text:
        return NO_COUNT
    if "unsupported operand" in text and re.search("'(tuple|list)'", text):
        return "A tuple or a list is no number: take its parts first, as in `a, b = pair`."
    if "Cannot cast ufunc" in text or "same_kind" in text:
        return "A whole-number array can't hold fractions: make it an array of floats first."
    return ""
