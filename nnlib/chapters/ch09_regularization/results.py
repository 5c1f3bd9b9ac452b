"""What `few` printed: one entry for each of twenty splits.

NumPy 2.4 with OpenBLAS, one thread; another machine may end some digits away (a test repeats one).
"""

from __future__ import annotations

Run = tuple[int, int, int, int, float]
"""Misread of the digits learned, to validate, to test, to test but moved; the loss on the test."""
Stop = tuple[int, int, int, int, int]
"""Steps; misread of the test: stopped, the same at the end, all digits for as long, to the end."""

RUNS: dict[tuple[str, str], list[Run]] = {}
STOPS: dict[str, list[Stop]] = {}
