"""How the pictures of this chapter write numbers and products."""

from __future__ import annotations

from collections.abc import Iterable


def number(value: float, digits: int = 4) -> str:
    """Write 2, -1.5 or 0.0253: no trailing zeros, a real minus, never -0."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−") if text != "-0" else "0"


def factor(value: float) -> str:
    """Write a number as it stands inside of a product: a negative one in parentheses."""
    return f"({number(value)})" if value < 0 else number(value)


def sum_of_products(pairs: Iterable[tuple[float, float]]) -> str:
    """Write 2·3 + (−1)·1, as a hand would."""
    return " + ".join(f"{factor(a)}·{factor(b)}" for a, b in pairs)


def total(terms: Iterable[float]) -> str:
    """Write 3 − 1 + 2: a sum of numbers with their signs as operators."""
    first, *rest = terms
    signs = (f" {'−' if term < 0 else '+'} {number(abs(term))}" for term in rest)
    return number(first) + "".join(signs)
