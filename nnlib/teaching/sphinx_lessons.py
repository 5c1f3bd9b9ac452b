"""The Sphinx side of exercises: in the page they are editors with a Check button.

A cell that ends in `check("4.2", f)` becomes an exercise. With `nnlib_python = True` in the
configuration of the book, a cell that draws nothing can be run and edited as well; with False there
is no Python in the pages. Without JavaScript all cells stand there as in any book. Where the files
of Pyodide are not to be had, they do so as well, and the page says why.

A book of its own says first where its exercises are, `ask, check = registry("exercises")`. The
page's Python gets that module, and of nnlib what checks; it gets the chapters of our book only
where a cell names them, or asks for an exercise of theirs.
"""

from __future__ import annotations

import ast
import hashlib
import html
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from nnlib.teaching import pyodide, shipping, sphinx_progress
from nnlib.teaching.checks import BUG
from nnlib.teaching.exercises import Exercise, find
from nnlib.teaching.lesson import Statement, statements
from nnlib.teaching.registries import load
from nnlib.teaching.rooms import HOUSE

logger = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
FOLDER = "_python"

EXERCISES = "exercises"
"""The value of nnlib_python that makes exercises run in the page, and leaves other cells alone."""

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
    registry: str = ""
    opens: tuple[str, ...] = ()  # the registries that it says `registry("...")` to
    runs: bool = False
    draws: bool = False
    title: str = ""
    hints: Sequence[str] = ()

    @property
    def published(self) -> dict[str, Any]:
        """What the page loads about it at the first click."""
        said: dict[str, Any] = {"key": self.exercise or self.key, "text": self.text}
        if self.exercise:
            said["hints"] = list(self.hints)
        return said


def read(path: Path, document: str, cells: Sequence[Any] | None = None) -> dict[int, Cell]:
    """Return the code cells of a notebook by their place in it.

    `cells` are those of a notebook that is written as text, in the form of the others.
    """
    if cells is None:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    found: dict[int, Cell] = {}
    drawing: set[str] = set()
    checks: dict[str, str] = {}  # what a cell calls to check an answer, and whose exercises it has
    opening: set[str] = set()  # what it calls to open a registry
    here = _beside(path.parent)
    for place, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        key = f"{document}#{cell.get('id', place)}"
        opens = tuple(_open(source, checks, opening, drawing))
        does_something, draws = _works_and_draws(source, drawing, opening, here)
        cell = replace(_cell(len(found), source, key, checks), opens=opens)
        plain = does_something and not cell.exercise and not cell.solution
        found[place] = replace(cell, runs=plain and not draws, draws=plain and draws)
    return found


def _open(
    source: str, checks: dict[str, str], opening: set[str], drawing: set[str]
) -> Iterator[str]:
    """Yield the registries that a cell opens; note the names by which it checks answers."""
    for statement in statements(source):
        node = statement.node
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nnlib.teaching"):
            names = {alias.name: alias.asname or alias.name for alias in node.names}
            checks |= {names["check"]: ""} if "check" in names else {}
            opening |= {names["registry"]} if "registry" in names else set()
        elif call := _opening(statement, opening):
            assert isinstance(node, ast.Assign)
            target, given = node.targets[0], call.args[0] if len(call.args) == 1 else None
            pair = target.elts if isinstance(target, ast.Tuple) else []
            if not (
                len(pair) == 2
                and all(isinstance(name, ast.Name) for name in pair)
                and isinstance(given, ast.Constant)
                and isinstance(given.value, str)
            ):
                raise ValueError(
                    'expected a line such as ask, check = registry("exercises"), '
                    f"got {statement.text}"
                )
            checks[ast.unparse(pair[1])] = given.value
            drawing |= set(map(ast.unparse, pair))
            yield given.value


def _opening(statement: Statement, opening: set[str]) -> ast.Call | None:
    call = statement.node.value if isinstance(statement.node, ast.Assign) else None
    ours = isinstance(call, ast.Call) and ast.unparse(call.func) in opening
    return call if ours and isinstance(call, ast.Call) else None


def _cell(number: int, source: str, key: str, checks: dict[str, str]) -> Cell:
    """Tell what a cell is by its last line."""
    read = statements(source)
    call = getattr(read[-1].node, "value", None) if read else None
    if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
        function, _, more = ast.unparse(call.func).partition(".")
        id = str(call.args[0].value)
        if function in checks:
            registry = checks[function]
            if more == "solution":
                return Cell(number, "", key, solution=id, registry=registry)
            if more in ("", "bug") and len(call.args) == 2:
                text = "\n".join(source.splitlines()[: call.lineno - 1]).rstrip() + "\n"
                id += BUG if more else ""
                name = ast.unparse(call.args[1])
                return Cell(number, text, key, exercise=id, name=name, registry=registry)
    return Cell(number, source, key)


def _works_and_draws(
    source: str, drawing: set[str], opening: set[str], here: frozenset[str]
) -> tuple[bool, bool]:
    """Tell whether a cell does something, and draws; add to `drawing` its names that draw.

    So does what uses any library that the page lacks.
    """
    does_something, draws = False, False
    for statement in statements(source):
        node = statement.node
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or ""
            for alias in node.names:
                path = f"{module}.{alias.name}".strip(".").split(".")
                if path[0] not in here or not DRAWS.isdisjoint(path):
                    drawing.add((alias.asname or alias.name).partition(".")[0])
            continue
        if _opening(statement, opening):
            continue
        does_something = True
        if statement.needs & drawing:
            draws = True
            drawing |= statement.certain
    return does_something, draws


IN_PAGE = frozenset(sys.stdlib_module_names) | {"numpy", "nnlib"}


def _beside(folder: Path) -> frozenset[str]:
    """Return the modules that a cell of this folder can import in the page, or that lie by it."""
    own = {path.stem for path in folder.glob("*.py")}
    return IN_PAGE | own | {path.parent.name for path in folder.glob("*/__init__.py")}


def _registered(cell: Cell, folder: Path) -> Exercise:
    id = cell.exercise.removesuffix(BUG)
    return load(cell.registry, folder).exercise(id) if cell.registry else find(id)


def _named(cell: Cell, folder: Path) -> Cell:
    """Return the cell of an exercise with its title and hints, or those of the test of a lab."""
    exercise = _registered(cell, folder)
    if cell.exercise.endswith(BUG):
        return replace(
            cell, title=f"{exercise.title}, a test for it", hints=tuple(exercise.test_hints)
        )
    return replace(cell, title=exercise.title, hints=tuple(exercise.hints))


# --- From the notebook to the page.


def lesson_of(app: Sphinx, page: str) -> dict[int, Cell]:
    """Return the code cells of a page; none where it is no notebook.

    Raises ExtensionError for a registry or an exercise that is not there, naming the page.
    """
    path = Path(app.env.doc2path(page))
    cells = None
    if path.suffix != ".ipynb":
        cells = _as_notebook(app, path)
        if cells is None:
            return {}
    try:
        read_ = read(path, page, cells)
        return {
            place: _named(cell, path.parent) if cell.exercise else cell
            for place, cell in read_.items()
        }
    except (ImportError, TypeError, ValueError) as error:
        raise ExtensionError(f"{path}: {error}") from error
    except Exception as error:  # what an author's module raises when it is imported
        raise ExtensionError(f"{path}: {type(error).__name__}: {error}") from error


def _as_notebook(app: Sphinx, path: Path) -> Sequence[Any] | None:
    """Return the cells of a notebook that is written as text; None for another page."""
    config = getattr(app.env, "mystnb_config", None)
    if config is None or not path.is_file():
        return None
    from myst_nb.core.read import create_nb_reader

    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), app.env.myst_config, config, text)  # type: ignore[attr-defined]
    if reader is None:
        return None
    # A cell of such a notebook has another id each time that it is read.
    return [{k: v for k, v in cell.items() if k != "id"} for cell in reader.read(text)["cells"]]


class ExerciseNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """An exercise; its children are the cell as it stands without JavaScript."""


class CellNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """A cell that can be run and edited, or the solution of an exercise."""


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("nnlib_python", EXERCISES, "html", (bool, str))
    app.add_config_value("nnlib_python_missing", "", "html", str)
    app.add_node(ExerciseNode, html=(_visit_exercise, _depart_exercise))
    app.add_node(CellNode, html=(_visit_cell, _depart_cell))
    app.connect("config-inited", _look)
    app.connect("env-purge-doc", lambda _, env, doc: _used(env).pop(doc, None))
    app.connect("env-merge-info", lambda _, env, __, other: _used(env).update(_used(other)))
    app.connect("doctree-read", _note)
    app.connect("env-check-consistency", lambda _, env: _refuse_twins(env))
    app.connect("doctree-resolved", _transform)
    app.connect("html-page-context", _load)
    app.connect("build-finished", _finish, priority=400)  # before others pack what was written
    safe = {"parallel_read_safe": True, "parallel_write_safe": True}
    return {"version": "2", "env_version": 1, **safe}


def _look(app: Sphinx, config: Config) -> None:
    """Find out whether there is a Python for the page, in time for Sphinx to see a change."""
    if config.nnlib_python not in (True, False, EXERCISES):
        raise ExtensionError(
            f"expected nnlib_python as {EXERCISES!r}, True or False, got {config.nnlib_python!r}"
        )
    if not config.nnlib_python:
        return
    if config.nnlib_python is not True and not _checks(app):
        config.nnlib_python_missing = "no page has an exercise"
        return
    try:
        pyodide.locate(logger.info)
        config.nnlib_python_missing = ""
    except pyodide.Missing as missing:
        if os.environ.get(pyodide.REQUIRED):
            raise ExtensionError(f"{pyodide.REQUIRED} is set, but {missing}") from None
        logger.info("exercises will not run in the page: %s", missing)
        config.nnlib_python_missing = str(missing)


def _checks(app: Sphinx) -> bool:
    """Tell whether some page of the book may have an exercise: a book without asks for nothing."""
    for folder, folders, files in os.walk(app.srcdir):
        folders[:] = [name for name in folders if name != "_build" and name[0] != "."]
        if Path(folder) == Path(app.outdir):
            folders.clear()
            continue
        for name in files:
            if name.endswith((".ipynb", ".md")):
                text = Path(folder, name).read_text(encoding="utf-8", errors="ignore")
                if "check" in text and "nnlib.teaching" in text:
                    return True
    return False


def _wanted(app: Sphinx) -> bool:
    return bool(app.config.nnlib_python) and app.builder.format == "html"


def works(app: Sphinx) -> bool:
    return _wanted(app) and not app.config.nnlib_python_missing


# --- What the pages use.


@dataclass(frozen=True)
class Used:
    """What one page uses of the page's Python: exercises by their ids, and their registries."""

    ids: tuple[str, ...]
    registries: tuple[str, ...]
    rooms: bool


def _used(env: BuildEnvironment) -> dict[str, Used]:
    used: dict[str, Used] = vars(env).setdefault("nnlib_used", {})
    return used


def _note(app: Sphinx, doctree: nodes.document) -> None:
    """Remember what a page uses; a changed registry is to have the page read again."""
    page = app.env.docname
    cells = lesson_of(app, page).values()
    exercises = [cell for cell in cells if cell.exercise]
    named = {module for cell in cells for module in cell.opens}
    rooms = any(not cell.registry for cell in exercises) or any(HOUSE in c.text for c in cells)
    if exercises or named or (rooms and app.config.nnlib_python is True):
        ids = tuple(cell.exercise for cell in exercises)
        _used(app.env)[page] = Used(ids, tuple(sorted(named)), rooms)
    folder = Path(app.env.doc2path(page)).parent
    for module in named:
        for file in shipping.files_of(module, folder).values():
            app.env.note_dependency(str(file))


def _refuse_twins(env: BuildEnvironment) -> None:
    """Refuse an exercise that stands on two pages: what a reader wrote is kept by its id."""
    pages: dict[str, str] = {}
    for page, used in sorted(_used(env).items()):
        for id in used.ids:
            if id in pages:
                raise ExtensionError(f"check({id!r}, ...) is in {pages[id]} and again in {page}")
            pages[id] = page


def _ship(app: Sphinx) -> bytes:
    """Return what goes into the page beside NumPy: nnlib, and the registries of the book.

    They are tried out as a page would use them, once for each state that they are in.
    """
    files: dict[str, Path] = {}
    modules: dict[str, Path] = {}
    for page, used in sorted(_used(app.env).items()):
        folder = Path(app.env.doc2path(page)).parent
        for module in used.registries:
            found = shipping.files_of(module, folder)
            files |= found
            modules[module] = Path(load(module, folder).module.__file__)
    rooms = any(used.rooms for used in _used(app.env).values())
    archive = pyodide.library({name: f.read_bytes() for name, f in files.items()}, rooms=rooms)
    digest = hashlib.sha256(archive + repr(sorted(modules)).encode()).hexdigest()
    proved: set[str] = vars(app.env).setdefault("nnlib_proved", set())
    if modules and digest not in proved:
        _try_out(archive, modules)
        proved.clear()
        proved.add(digest)
    return archive


def _try_out(archive: bytes, modules: dict[str, Path]) -> None:
    try:
        doubts = shipping.try_out(archive, modules)
    except shipping.Unfit as error:
        raise ExtensionError(str(error)) from None
    for doubt in doubts:
        if not doubt.certain:
            logger.warning("%s", doubt.text, type="nnlib", subtype="witness")
    if wrong := [doubt.text for doubt in doubts if doubt.certain]:
        raise ExtensionError("\n".join(wrong))


# --- Into the page.


def _transform(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Wrap the cells of a page, and write what it loads at the first click."""
    if not _wanted(app) or not (cells := lesson_of(app, page)):
        return
    all_run = app.config.nnlib_python is True
    if not all_run:
        cells = {place: replace(cell, runs=False, draws=False) for place, cell in cells.items()}
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
    app.add_js_file("python.js", loading_method="defer", **lesson, **sphinx_progress.store(app))


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
    needed = app.config.nnlib_python is True or any(u.ids for u in _used(app.env).values())
    if needed and _wanted(app):
        archive = _ship(app)
    if not needed or not works(app):
        shutil.rmtree(folder, ignore_errors=True)
        return
    pyodide.install(folder, ASSETS / "python-worker.js", archive)
    kept = {_lesson(app, page) for page in app.env.all_docs}
    for path in folder.glob("lessons/**/*.js"):
        if path not in kept:
            path.unlink()


# --- Writing.


def _visit_exercise(translator: Any, node: ExerciseNode) -> None:
    cell: Cell = node["cell"]
    translator.body.append(
        f'<div class="nnlib-exercise" data-exercise="{html.escape(cell.exercise)}" '
        f'data-cell="{cell.number}" data-name="{html.escape(cell.name)}" '
        f'data-registry="{html.escape(cell.registry)}" data-hints="{len(cell.hints)}">\n<noscript>'
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
    translator.body.append(
        EDITOR.format(
            anchor=_anchor(cell.exercise),
            id=html.escape(cell.exercise),
            title=html.escape(cell.title),
            text=html.escape(cell.text.rstrip("\n"), quote=False),
            count=len(cell.hints),
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
