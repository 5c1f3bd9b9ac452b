"""Properties that a right answer has, tested without the solution: a second witness."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnlib.gradcheck import numerical_gradient, relative_error
from nnlib.teaching.exercises import Function, Property

Array = np.ndarray


def central_differences(
    scalar: Callable[..., float], arguments: Sequence[Any], wrt: Sequence[int] = (0,)
) -> Property:
    """The function returns the gradient of `scalar` by the arguments numbered in `wrt`.

    Both get the same arguments. Choose these away from kinks: there no derivative exists.
    """

    def test(function: Function) -> str | None:
        results = function(*(np.copy(a) for a in arguments))
        results = results if isinstance(results, tuple | list) else [results]
        for result, position in zip(results, wrt, strict=True):
            numeric = _gradient(scalar, arguments, position)
            # "not <" rather than ">=": a NaN must fail.
            if not relative_error(result, numeric) < 1e-6:
                return "Your gradient differs from central differences of the function itself."
        return None

    return Property("agrees with central differences", test)


def _gradient(scalar: Callable[..., float], arguments: Sequence[Any], position: int) -> Array:
    others = [np.copy(a) for a in arguments]

    def along(X: Array) -> float:
        others[position] = X
        return float(scalar(*others))

    return numerical_gradient(along, np.array(arguments[position], dtype=np.float64))


def holds(name: str, test: Callable[[Function], bool], complaint: str) -> Property:
    """A property given by a predicate: where `test(function)` is false, the complaint is shown."""
    return Property(name, lambda function: None if test(function) else complaint)
