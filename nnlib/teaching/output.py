"""How a cell hands over what it shows: to Jupyter as it is, to a book that is being built as data.

Nothing outside of Python is imported here. What builds a book reads these two names before it
knows whether matplotlib is there.
"""

from __future__ import annotations

import os
from typing import Any

MIME = "application/vnd.nnlib.figure+json"
"""What a cell of a book that is being built displays; `nnlib.teaching.sphinx` renders it."""

BUILDING = "NNLIB_BUILDING"
"""The environment variable that says a book is being built."""


def building() -> bool:
    """Whether this kernel runs because a book is being built."""
    return os.environ.get(BUILDING) == "1"


def emit(data: dict[str, Any], text: str) -> None:
    """Display ``data`` as the output of the cell, with ``text`` as its plain form.

    Outside of a notebook there is nothing to display it in: then print the text.
    """
    try:
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.display import display
    except ImportError:
        print(text)
        return
    if InteractiveShell.initialized():
        display({**data, "text/plain": text}, raw=True)
    else:
        print(text)
