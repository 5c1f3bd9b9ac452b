"""`show(obj)`: the package's own lines in the page, so that code in the book is never a copy.

The text twin is the dotted name alone. It changes when something is renamed, not with every
edit of a line, so a committed notebook stays true while the page always shows today's source.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from html import escape
from pathlib import Path
from typing import Any

from nnlib.teaching.panel import PLAIN, Panel


def show(*objects: Any, docstring: bool = False) -> Panel:
    """Show the source of functions, methods, properties or classes of a package.

        show(nnlib.activations.ReLU)
        show(ReLU.forward, ReLU.backward, docstring=True)

    Docstrings are left out unless asked for: what remains are the lines that are the equation.
    Raises TypeError for an object whose source is not Python, and for an instance.
    """
    if not objects:
        raise TypeError("show() expected at least one function, method or class, got none")
    targets = [_target(thing) for thing in objects]
    text = "\n".join(f"{target.__module__}.{target.__qualname__}" for target in targets)
    return Panel(text, "".join(_listing(target, docstring) for target in targets))


def colored(source: str) -> str:
    """Return Python source as HTML, in the classes that the page and JupyterLab both color."""
    # In a browser, Python has NumPy alone; there nobody asks for colors.
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    # Both ship a style sheet for the Pygments classes below .highlight, light and dark, and
    # change it with the theme: an inline color could only be right in one of the two.
    html = highlight(source, PythonLexer(), HtmlFormatter())
    # A region that scrolls must be reachable by keyboard; JupyterLab would wrap the lines.
    return html.replace("<pre>", '<pre tabindex="0" style="white-space:pre;overflow-x:auto">', 1)


def _target(thing: Any) -> Any:
    """Return the function or class to show, unwrapped, or raise TypeError."""
    if isinstance(thing, property):
        thing = thing.fget
    if inspect.isclass(thing) or inspect.isroutine(thing):
        target = inspect.unwrap(getattr(thing, "__func__", thing))
        try:
            inspect.getsource(target)
        except (OSError, TypeError):
            raise TypeError(f"{thing!r} has no Python source to show") from None
        return target
    raise TypeError(
        f"show() expected a function, method or class, got {type(thing).__name__} {thing!r}"
    )


def _listing(target: Any, docstring: bool) -> str:
    found, first = inspect.getsourcelines(target)
    source = textwrap.dedent("".join(found))
    body = source if docstring else without_docstrings(source)
    package = getattr(inspect.getmodule(target), "__package__", None)
    folders = package.split(".") if package else []
    where = "/".join([*folders, Path(inspect.getfile(target)).name])
    last = first + len(found) - 1
    heading = (
        f'<p style="font-size:.9em;margin:0 0 .25rem"><code>{escape(target.__qualname__)}</code> '
        f"in <code>{escape(where)}</code>, lines {first} to {last}</p>"
    )
    return f'<div class="nnlib-source" style="{PLAIN}">{heading}{colored(body)}</div>'


def without_docstrings(source: str) -> str:
    """Return the source without its docstrings; a body that is nothing else keeps its own."""
    kept = source.splitlines()
    drop: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            continue
        if ast.get_docstring(node) is None or len(node.body) == 1:
            continue
        first = node.body[0]
        drop.update(range(first.lineno, first.end_lineno + 1))  # type: ignore[operator]
        if not kept[first.end_lineno].strip():  # type: ignore[index]
            drop.add(first.end_lineno + 1)  # type: ignore[operator]
    return "\n".join(line for number, line in enumerate(kept, 1) if number not in drop) + "\n"
