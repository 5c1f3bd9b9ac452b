"""`verify("(2.7)", ...)`: a numbered equation is run, beside a wrong twin that must fail.

A check that nothing can fail proves nothing. So each equation comes with at least one formula
that looks like it and is wrong; the same numbers must accept the one and refuse the other.

Printed are bounds, powers of ten, not the errors themselves: another processor rounds the last
digits differently, and the table has to read the same there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import numpy as np

from nnlib.gradcheck import floor, numerical_gradient, relative_error
from nnlib.teaching.panel import Panel, box

Array = np.ndarray
Function = Callable[..., Any]

# A wrong formula is wrong in one of its first digits; rounding and h^2 stay far below.
MARGIN = 1e-3


def verify(
    label: str,
    f: Function,
    *,
    at: Array | Mapping[str, Array],
    wrong: Function | Mapping[str, Function],
    df: Function | None = None,
    backward: Function | None = None,
    equals: Function | None = None,
    tolerance: float = 1e-7,
    seed: int = 0,
) -> Panel:
    """Show that an equation holds at these inputs, and that its wrong twins do not.

    Give one claim, and wrong twins of the same kind, alone or as {"what is wrong": twin}:

        verify("(2.7)", sigmoid, df=lambda Z: ..., wrong=lambda Z: ..., at=Z)
        verify("(4.5)", forward, backward=lambda X, W, b, dZ: (dX, dW, db), wrong={...},
               at={"X": X, "W": W, "b": b})
        verify("(6.9)", by_indices, equals=by_toeplitz, wrong=..., at={"X": X, "K": K})

    df        the derivative of an elementwise f, entry by entry, from the same arguments; with
              respect to the first of them
    backward  the gradients with respect to all of `at`, in that order, from the same arguments
              and the gradient at f's output, which is left out where f is a scalar
    equals    another route to the same values

    Derivatives are compared with central differences. `tolerance` bounds the relative error, the
    largest difference over the largest entry. Raises AssertionError if the claim fails or a twin
    passes, and ValueError if the call does not make sense.
    """
    inputs = _inputs(at)
    (claim, given), witness, names, rounded = _claim(f, inputs, df, backward, equals, seed)
    twins = wrong if isinstance(wrong, Mapping) else {"the wrong twin": wrong}
    if not twins:
        raise ValueError("expected at least one wrong twin, got none")
    if not tolerance < MARGIN:
        raise ValueError(f"expected a tolerance below {MARGIN:g}, got {tolerance:g}")

    rows = []
    for name, error in zip(names, _errors(claim, given, witness, rounded), strict=True):
        if not error < tolerance:  # "not <" rather than ">=": a NaN must fail
            what = f" for {name}" if name else ""
            raise AssertionError(f"{label} fails{what}: relative error {error:.1e}")
        what = f"{label}, {name}" if name else label
        rows.append((what, f"< {_power(tolerance)}", "holds"))
    for name, twin in twins.items():
        error = _worst(_errors(twin, given, witness, rounded))
        if error < MARGIN:
            raise AssertionError(
                f"{label}: {name} passes, with relative error {error:.1e}. Either it is right, "
                "or these inputs cannot tell the two apart."
            )
        rows.append((name, _at_least(error), "fails, as it must"))
    return _table(label, rows)


Claim = tuple[Function, tuple[Any, ...]]


def _inputs(at: Array | Mapping[str, Array]) -> dict[str, Array]:
    named = at if isinstance(at, Mapping) else {"": at}
    inputs = {name: np.array(value, dtype=np.float64) for name, value in named.items()}
    if not inputs or any(value.size == 0 for value in inputs.values()):
        raise ValueError("expected `at` to hold at least one number, got none")
    return inputs


def _claim(
    f: Function,
    inputs: dict[str, Array],
    df: Function | None,
    backward: Function | None,
    equals: Function | None,
    seed: int,
) -> tuple[Claim, list[Any], list[str], float]:
    """Return the claim with its arguments, what it must return, a name for each result, and how
    much of a difference may be rounding in the differences that it is compared with."""
    arguments = list(inputs.values())
    if (df is not None) + (backward is not None) + (equals is not None) != 1:
        raise ValueError("expected exactly one claim: df=, backward= or equals=")
    output = np.asarray(f(*map(np.copy, arguments)))
    if df is not None:
        if output.shape != arguments[0].shape:
            raise ValueError(
                f"df= is for an elementwise f: expected f to keep the shape {arguments[0].shape}, "
                f"got {output.shape}"
            )
        slope = _gradient(f, arguments, 0, np.ones_like(output))
        return (df, tuple(arguments)), [slope], [""], floor(float(np.abs(output).sum()))
    if equals is not None:
        return (equals, tuple(arguments)), [output], [""], 0.0
    assert backward is not None
    # A gradient at the output with nothing special about it, and no entry near zero.
    rng = np.random.default_rng(seed)
    dY = rng.choice([-1, 1], output.shape) * rng.uniform(0.5, 1.5, output.shape)
    dY = dY if output.ndim else np.ones(())
    witness = [_gradient(f, arguments, i, dY) for i in range(len(arguments))]
    given = (*arguments, dY) if output.ndim else tuple(arguments)
    names = [f"d{name}" if name else "" for name in inputs]
    return (backward, given), witness, names, floor(float(np.abs(dY * output).sum()))


def _gradient(f: Function, arguments: list[Array], position: int, dY: Array) -> Array:
    """Return the central differences of <dY, f> by one of the arguments."""
    moved = [np.copy(a) for a in arguments]

    def along(X: Array) -> float:
        moved[position] = X
        return float(np.sum(dY * f(*moved)))

    return numerical_gradient(along, np.copy(arguments[position]))


def _errors(
    function: Function, arguments: tuple[Any, ...], witness: list[Any], rounded: float
) -> list[float]:
    """Return the relative error of each result; infinite where the shape is wrong."""
    with np.errstate(all="ignore"):
        results = function(*(np.copy(a) for a in arguments))
    results = list(results) if isinstance(results, tuple | list) else [results]
    if len(results) != len(witness):
        raise ValueError(f"expected {len(witness)} results, one for each input, got {len(results)}")
    pairs = zip(results, witness, strict=True)
    return [
        relative_error(a, b, rounded) if np.shape(a) == np.shape(b) else math.inf for a, b in pairs
    ]


def _worst(errors: list[float]) -> float:
    return math.nan if any(map(math.isnan, errors)) else max(errors)


def _power(value: float) -> str:
    """Write the power of ten at or below a value."""
    # An error of exactly 1, as of a result that is all zeros, may come out as 1 - 1e-16.
    exponent = math.floor(math.log10(value) + 1e-9)
    return f"1e{exponent}" if exponent < -3 else f"{10.0**exponent:g}"


def _at_least(error: float) -> str:
    """Write an error as a bound that its last digits cannot move."""
    if math.isnan(error):
        return "NaN"
    if math.isinf(error):
        return "another shape"
    return f">= {_power(error)}"


def _table(label: str, rows: list[tuple[str, str, str]]) -> Panel:
    header = ("", "relative error", "verdict")
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(3)]
    text = "\n".join(
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    )
    cell = 'style="text-align:left;padding:.15rem 1rem .15rem 0;background:none"'
    head = "".join(f'<th scope="col" {cell}>{escape(h) or "formula"}</th>' for h in header)
    body = "".join(
        "<tr>" + "".join(f"<td {cell}>{escape(c, quote=False)}</td>" for c in row) + "</tr>"
        for row in rows
    )
    table = (
        f'<table style="border:0;margin:0;color:inherit"><caption style="text-align:left;'
        f'color:inherit">Check of {escape(label)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    return Panel(text, box("passed", table))
