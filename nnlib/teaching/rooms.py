"""Where the exercises and questions of a chapter are: in its room, a package `chNN_name`.

This module knows the rooms by name only: what a book teaches builds on the tools of teaching,
and not the other way round.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType

HOUSE = "nnlib.chapters"

ELSEWHERE = 'a book of its own says first: ask, check = registry("exercises")'
"""What to tell where no room is installed."""


@cache
def rooms() -> dict[str, str]:
    """Return the rooms by the number of their chapter, as text: {"4": "...ch04_backward"}.

    None where the house is not installed, as in another book.
    """
    if find_spec(HOUSE) is None:
        return {}
    names = sorted(module.name for module in iter_modules(import_module(HOUSE).__path__))
    numbered = ((re.match(r"ch(\d+)_", name), name) for name in names)
    return {str(int(match[1])): f"{HOUSE}.{name}" for match, name in numbered if match}


def furniture(number: str, kind: str) -> ModuleType | None:
    """Return one module of a chapter's room, such as its "exercises"; None if it has none."""
    room = rooms().get(number)
    if room is None or find_spec(f"{room}.{kind}") is None:
        return None
    return import_module(f"{room}.{kind}")
