"""The Sphinx side of exercises: in the page they are editors with a Check button.

Switched on by `nnlib_python = True` in the configuration of a book that names the extension
nnlib.teaching.sphinx. A cell that ends in `check("4.2", f)` becomes an exercise, and a cell that
draws nothing can be run and edited. Without JavaScript all of them stand there as in any book.
Where the files of Pyodide are not to be had, they do so as well, and the page says why.
"""

from __future__ import annotations

import ast
import hashlib
import html
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from nnlib.teaching import pyodide
from nnlib.teaching.checks import BUG
from nnlib.teaching.exercises import find
from nnlib.teaching.lesson import NOT_IN_PAGE, statements

logger = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
FOLDER = "_python"

# What `nnlib.teaching` exports, and the modules anywhere, that draw, ask or colour source.
DRAWS = frozenset({"ask", "drawings", "explore", "explorers", "figure", "figures", "show"})


# --- Reading a notebook.


@dataclass(frozen=True)
class Cell:
    """A code cell of a lesson: its number among them, its text without a call of `check`."""

    number: int
    text: str
    key: str
    exercise: str = ""
    name: str = ""
    solution: str = ""
    runs: bool = False
    draws: bool = False

    @property
    def published(self) -> dict[str, Any]:
        """What the page loads about it at the first click."""
        said: dict[str, Any] = {"key": self.exercise or self.key, "text": self.text}
        if self.exercise:
            said["hints"] = list(_registered(self.exercise)[1])
        return said


def read(path: Path, document: str) -> dict[int, Cell]:
    """Return the code cells of a notebook by their place in it."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells: dict[int, Cell] = {}
    drawing: set[str] = set()
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        key = f"{document}#{cell.get('id', place)}"
        does_something, draws = _works_and_draws(source, drawing)
        cell = _cell(len(cells), source, key)
        plain = does_something and not cell.exercise and not cell.solution
        cells[place] = replace(cell, runs=plain and not draws, draws=plain and draws)
    return cells


def _cell(number: int, source: str, key: str) -> Cell:
    """Tell what a cell is by its last line."""
    read = statements(source)
    call = getattr(read[-1].node, "value", None) if read else None
    if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
        function, id = ast.unparse(call.func), str(call.args[0].value)
        if function == "check.solution":
            return Cell(number, "", key, solution=id)
        if function in ("check", "check.bug") and len(call.args) == 2:
            text = "\n".join(source.splitlines()[: call.lineno - 1]).rstrip() + "\n"
            id += BUG if function == "check.bug" else ""
            return Cell(number, text, key, exercise=id, name=ast.unparse(call.args[1]))
    return Cell(number, source, key)


def _works_and_draws(source: str, drawing: set[str]) -> tuple[bool, bool]:
    """Tell whether a cell does something, and draws; add to `drawing` its names that draw."""
    does_something, draws = False, False
    for statement in statements(source):
        node = statement.node
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or ""
            for alias in node.names:
                path = f"{module}.{alias.name}".strip(".").split(".")
                if path[0] in NOT_IN_PAGE or not DRAWS.isdisjoint(path):
                    drawing.add((alias.asname or alias.name).partition(".")[0])
            continue
        does_something = True
        if statement.needs & drawing:
            draws = True
            drawing |= statement.certain
    return does_something, draws


def _registered(id: str) -> tuple[str, Sequence[str]]:
    """Return the title and the hints of an exercise, or of the test of a lab."""
    exercise = find(id.removesuffix(BUG))
    if id.endswith(BUG):
        return f"{exercise.title}, a test for it", exercise.test_hints
    return exercise.title, exercise.hints


# --- From the notebook to the page.


class ExerciseNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """An exercise; its children are the cell as it stands without JavaScript."""


class CellNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """A cell that can be run and edited, or the solution of an exercise."""


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("nnlib_python", False, "html", bool)
    app.add_config_value("nnlib_python_missing", "", "html", str)
    app.add_node(ExerciseNode, html=(_visit_exercise, _depart_exercise))
    app.add_node(CellNode, html=(_visit_cell, _depart_cell))
    app.connect("config-inited", _look)
    app.connect("builder-inited", _install)
    app.connect("doctree-resolved", _transform)
    app.connect("html-page-context", _load)
    app.connect("build-finished", _finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _look(app: Sphinx, config: Config) -> None:
    """Find out whether there is a Python for the page, in time for Sphinx to see a change."""
    if not config.nnlib_python:
        return
    try:
        pyodide.locate(logger.info)
        config.nnlib_python_missing = ""
    except pyodide.Missing as missing:
        if os.environ.get(pyodide.REQUIRED):
            raise ExtensionError(f"{pyodide.REQUIRED} is set, but {missing}") from None
        logger.info("exercises will not run in the page: %s", missing)
        config.nnlib_python_missing = str(missing)


def _wanted(app: Sphinx) -> bool:
    return app.config.nnlib_python and app.builder.format == "html"


def works(app: Sphinx) -> bool:
    return _wanted(app) and not app.config.nnlib_python_missing


def _install(app: Sphinx) -> None:
    if works(app):
        pyodide.install(Path(app.outdir, FOLDER), ASSETS / "python-worker.js")


def _transform(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Wrap the cells of a page, and write what it loads at the first click."""
    source = Path(app.env.doc2path(page))
    if not _wanted(app) or source.suffix != ".ipynb":
        return
    cells = read(source, page)
    first = True
    for node in list(doctree.findall(nodes.container)):
        cell = cells.get(node.get("cell_index", -1))
        if node.get("nb_element") != "cell_code" or cell is None:
            continue
        if cell.exercise and not works(app):
            if first:
                node.parent.insert(node.parent.index(node) + 1, _missing())
            first = False
        elif cell.exercise:
            _wrap(node, ExerciseNode("", cell=cell))
        elif (cell.solution and works(app)) or (cell.runs and works(app) and _has_input(node)):
            _wrap(node, CellNode("", cell=cell))
        elif cell.draws and works(app):
            node["classes"].append("nnlib-draws")  # for the style, which says so
    if works(app) and any(cell.exercise or cell.runs for cell in cells.values()):
        lesson = {"cells": [cell.published for cell in cells.values()]}
        target = _lesson(app, page)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = f"nnlibLesson={json.dumps(lesson, ensure_ascii=False)}\n"
        target.write_text(text, encoding="utf-8")


def _wrap(node: nodes.Node, around: nodes.Element) -> None:
    node.parent.replace(node, around)
    around.append(node)


def _has_input(node: nodes.Element) -> bool:
    """Tell whether the page shows the code of a cell, perhaps folded."""
    return any(
        part.get("nb_element") == "cell_code_source" for part in node.findall(nodes.container)
    )


def _missing() -> nodes.Element:
    text = (
        "This copy of the book was built without Python for the page. "
        "To have your code checked, open the lesson in Jupyter."
    )
    return nodes.paragraph("", text, classes=["nnlib-missing"])


def _lesson(app: Sphinx, page: str) -> Path:
    return Path(app.outdir, FOLDER, "lessons", f"{page}.js")


def _load(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Load style and script in the pages that need them."""
    body = context.get("body", "")
    if "data-cell=" not in body:
        return
    content = _lesson(app, page).read_bytes()
    here = app.builder.get_target_uri(page)
    app.add_css_file("python.css")
    digest = hashlib.sha256(content).hexdigest()[:12]
    lesson: dict[str, Any] = {
        "data-lesson": relative_uri(here, f"{FOLDER}/lessons/{page}.js?v={digest}")
    }
    load_core(app, page)
    app.add_js_file("python.js", loading_method="defer", **lesson)


def load_core(app: Sphinx, page: str) -> None:
    """Load in a page what starts Python and edits code; nothing of Python itself yet."""
    book: dict[str, Any] = {
        "data-book": relative_uri(app.builder.get_target_uri(page), f"{FOLDER}/")
    }
    app.add_js_file("python-core.js", loading_method="defer", **book)


def _finish(app: Sphinx, exception: Exception | None) -> None:
    """Delete what belongs to pages that are gone, or to a book that had Python."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir, FOLDER)
    if not works(app):
        shutil.rmtree(folder, ignore_errors=True)
        return
    kept = {_lesson(app, page) for page in app.env.all_docs}
    for path in folder.glob("lessons/**/*.js"):
        if path not in kept:
            path.unlink()


# --- Writing.


def _visit_exercise(translator: Any, node: ExerciseNode) -> None:
    cell: Cell = node["cell"]
    _, hints = _registered(cell.exercise)
    translator.body.append(
        f'<div class="nnlib-exercise" data-exercise="{html.escape(cell.exercise)}" '
        f'data-cell="{cell.number}" data-name="{html.escape(cell.name)}" '
        f'data-hints="{len(hints)}">\n<noscript>'
    )


EDITOR = """</noscript>
<nnlib-code class="highlight"><div><pre aria-hidden="true">{text}</pre>
<textarea id="code-{anchor}" aria-label="Your code for exercise {id}, {title}"
aria-describedby="keys-{anchor}"
spellcheck="false" autocapitalize="off" autocomplete="off" autocorrect="off" wrap="off">
{text}</textarea></div></nnlib-code>
<div class="nnlib-bar">
<button type="button" class="nnlib-check" disabled>Check</button>
<button type="button" class="nnlib-hint" disabled>Hint 1 of {count}</button>
<button type="button" class="nnlib-reset" disabled>Reset</button>
<p class="nnlib-keys" id="keys-{anchor}">Tab indents; Escape, then Tab leaves the editor.
Ctrl+Enter checks.</p>
</div>
<div role="status" class="nnlib-status"></div>
<pre class="nnlib-evidence" tabindex="0" role="group" aria-label="Where it fails" hidden></pre>
<pre class="nnlib-output" tabindex="0" role="group" aria-label="Output of your code" hidden></pre>
<p class="nnlib-offer" hidden></p>
<ol class="nnlib-tips" aria-live="polite" aria-label="Hints"></ol>
</div>
"""


def _depart_exercise(translator: Any, node: ExerciseNode) -> None:
    cell: Cell = node["cell"]
    title, hints = _registered(cell.exercise)
    translator.body.append(
        EDITOR.format(
            anchor=_anchor(cell.exercise),
            id=html.escape(cell.exercise),
            title=html.escape(title),
            text=html.escape(cell.text.rstrip("\n"), quote=False),
            count=len(hints),
        )
    )


def _anchor(id: str) -> str:
    return html.escape(id.replace(".", "-"))


def _visit_cell(translator: Any, node: CellNode) -> None:
    cell: Cell = node["cell"]
    if cell.solution:
        start = f'<div class="nnlib-solution-cell" id="solution-{_anchor(cell.solution)}">\n'
    else:
        start = f'<div data-cell="{cell.number}" data-key="{html.escape(cell.key)}">\n'
    translator.body.append(start)


def _depart_cell(translator: Any, node: CellNode) -> None:
    if not node["cell"].solution:
        # There before the script is, so that nothing moves when it comes.
        translator.body.append(
            '<div class="nnlib-bar nnlib-small"></div>\n<div role="status"></div>\n'
        )
    translator.body.append("</div>\n")
