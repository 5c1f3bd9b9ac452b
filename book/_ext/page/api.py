"""The reference of nnlib, read from the package: of each name it exports, what `help()` says.

The docstrings are plain text with shapes, equations and `names`. So what would be markup in them is
taken as it stands, but for the names, and what is indented stays a block.
"""

import re
from typing import Any

from sphinx.application import Sphinx

PACKAGE = "nnlib"
MODULES = ("gradcheck", "saving")  # these are used by the name of the module
MARKUP = re.compile(r"([\\*|_])")
BLOCK = ("    ", ">>>", "- ")


def as_text(paragraph: str) -> list[str]:
    """Return a paragraph with its `names` as literals, and nothing else as markup."""
    parts = paragraph.split("`")
    marked = [f"``{part}``" if i % 2 else MARKUP.sub(r"\\\1", part) for i, part in enumerate(parts)]
    return [*"".join(marked).splitlines(), ""]


def as_block(paragraph: str) -> list[str]:
    return [".. code-block:: python", "", *(f"   {line}" for line in paragraph.splitlines()), ""]


def plainly(
    app: Sphinx, what: str, name: str, thing: object, options: Any, lines: list[str]
) -> None:
    """Make a docstring text that reads as it does in a terminal."""
    paragraphs = [text for text in re.split(r"\n\s*\n", "\n".join(lines)) if text.strip()]
    lines[:] = []
    for text in paragraphs:
        lines += as_block(text) if text.startswith(BLOCK) else as_text(text)


def skip(app: Sphinx, what: str, name: str, thing: Any, skipped: bool, options: Any) -> bool | None:
    """Leave out a function or class of a module that the package does not export."""
    module = getattr(thing, "__module__", None) or ""
    if what != "module" or module.rpartition(".")[2] in MODULES:
        return None
    return True if name not in __import__(PACKAGE).__all__ else None


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", plainly)
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
