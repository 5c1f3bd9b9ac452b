"""Notebooks run side by side before Sphinx reads them, and again only when something changed.

What a notebook printed and drew is kept in a file of its own, beside the built folder, with a
digest of all it depends on. Sphinx then reads the notebook with these outputs, and reads it again
when the notebook or the digest changed. MyST-NB's own cache looks at the cells only, runs one
notebook after the other, and would have to be thrown away whole when nnlib changes.
"""

import ast
import hashlib
import json
import math
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT))

from tools.kernels import Run, run  # noqa: E402

FORMAT = "1"  # of the stored files and of what a digest covers
PACKAGES_BEHIND_OUTPUTS = ("ipykernel", "ipython", "matplotlib", "numpy", "pygments")

# What of nnlib no cell sees: it makes the page of what the cells displayed, or marks of answers.
FOR_THE_PAGE = (
    "teaching/sphinx*.py",
    "teaching/pyodide.py",
    "teaching/assets/**/*",
    "teaching/grade/**/*",
    "teaching/play/**/*",
)
ROOMS = "chapters"

# "book/04_backward/1_circuits.ipynb" and "book/04_backward.ipynb" are of chapter 4.
CHAPTER = re.compile(r"(?:^|/)(\d+)_\w+(?:\.ipynb$|/)")
# How a cell, or a room, names another room: by its module, or by an exercise or question in it.
NAMED = re.compile(r"""\bch(\d+)_\w|["'](\d+)\.[\w-]+["']""")


# --- What the outputs of a notebook depend on.


def digest(notebook: Path, package: Path) -> str:
    """A name for the state of everything that the outputs of a notebook depend on.

    That is the code in its cells, `package` without the rooms of the chapters, the room of its own
    chapter and those that its cells or its room name, and the versions of what draws and prints.
    """
    cells = "\n".join(sources(json.loads(notebook.read_text(encoding="utf-8"))))
    found = hashlib.sha256(f"{FORMAT} {sys.version_info[:2]}\n{cells}\n".encode())
    for name in PACKAGES_BEHIND_OUTPUTS:
        found.update(f"{name} {version(name)}\n".encode())
    found.update(shared(package).encode())
    own = CHAPTER.search(notebook.as_posix())
    for room in with_neighbors(({own[1]} if own else set()) | named(cells), package):
        found.update(contents(room).encode())
    return found.hexdigest()[:16]


def sources(notebook: dict[str, Any]) -> Iterator[str]:
    """The text of each code cell. A sentence may change without anything running again."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"])


def frames(notebook: Path) -> int:
    """About how many frames its explorers have: most of what it takes to run it."""
    count = 0
    for cell in sources(json.loads(notebook.read_text(encoding="utf-8"))):
        try:
            calls = [node for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Call)]
        except SyntaxError:  # a magic command
            continue
        for call in calls:
            if ast.unparse(call.func).split(".")[-1] == "explore":
                choices = [given for given in call.keywords if given.arg not in ("start", "labels")]
                count += math.prod(_length(given.value) for given in choices)
    return count


def _length(values: ast.expr) -> int:
    """How many values an explorer's choice has, as far as its text says."""
    match values:
        case ast.List(elts) | ast.Tuple(elts):
            return len(elts)
        case ast.Call(ast.Name("range"), numbers):
            with suppress(ValueError, TypeError):
                return len(range(*map(ast.literal_eval, numbers)))
        case ast.Call(ast.Attribute(attr="linspace"), [_, _, ast.Constant(int(count))]):
            return count
    return 5


def named(text: str) -> set[str]:
    return {number for groups in NAMED.findall(text) for number in groups if number}


def with_neighbors(numbers: set[str], package: Path) -> list[Path]:
    """The rooms of these chapters, of the chapters that those name, and so on."""
    there = {int(re.sub(r"\D", "", path.name.split("_")[0])): path for path in rooms(package)}
    found: dict[int, Path] = {}
    wanted = {int(number) for number in numbers}
    while wanted := (wanted & there.keys()) - found.keys():
        found |= {number: there[number] for number in wanted}
        wanted = {int(n) for number in wanted for n in named(contents(there[number]))}
    return [found[number] for number in sorted(found)]


@cache
def rooms(package: Path) -> tuple[Path, ...]:
    return tuple(sorted((package / ROOMS).glob("ch[0-9]*_*")))


@cache
def shared(package: Path) -> str:
    """What every notebook may use: the package, without rooms and without what is of the page."""
    apart = {path for pattern in FOR_THE_PAGE for path in package.glob(pattern)}
    inside = (path for path in package.rglob("*") if package / ROOMS not in path.parents)
    return hash_of(package, sorted(path for path in inside if path not in apart))


@cache
def contents(room: Path) -> str:
    """The text of a room's modules, with their names: what its digest and its neighbors are of."""
    return "".join(
        f"{path.relative_to(room).as_posix()}\n{path.read_text(encoding='utf-8')}\n"
        for path in sorted([*room.rglob("*.py"), *room.rglob("*.json")])
    )


def hash_of(folder: Path, paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(path.relative_to(folder).as_posix().encode() + b"\n")
            found.update(path.read_bytes())
    return found.hexdigest()


# --- What they printed and drew.


class Store:
    """Outputs of executed notebooks, one file for each: the last ones only."""

    def __init__(self, folder: Path):
        self.folder = folder

    def file(self, page: str) -> Path:
        return self.folder / f"{page}.json"

    def load(self, page: str) -> dict[str, Any]:
        """Return `digest`, `seconds` and `outputs`, a list for each code cell; {} if not there."""
        try:
            kept = json.loads(self.file(page).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def keep(self, page: str, digest: str, ended: Run) -> None:
        """Write the outputs of a notebook that ran to its end, all or nothing."""
        file = self.file(page)
        file.parent.mkdir(parents=True, exist_ok=True)
        code = [cell for cell in ended.notebook.cells if cell.cell_type == "code"]
        kept = {
            "digest": digest,
            "seconds": round(ended.seconds, 1),
            "outputs": [cell.outputs for cell in code],
        }
        beside = file.with_suffix(".part")
        beside.write_text(json.dumps(kept), encoding="utf-8")
        beside.replace(file)


def with_outputs(text: str, outputs: list[Any]) -> str:
    """Return the notebook `text` with these outputs, a list for each code cell."""
    notebook = json.loads(text)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if len(code) != len(outputs):
        raise ExtensionError(
            f"expected {len(code)} code cells with outputs; got {len(outputs)}: a notebook was "
            "changed while the book was being built. Build it again"
        )
    for number, (cell, shown) in enumerate(zip(code, outputs, strict=True), start=1):
        cell["outputs"], cell["execution_count"] = shown, number
    return json.dumps(notebook)


# --- When Sphinx asks.


def store(app: Sphinx) -> Store:
    return Store(Path(app.outdir).parent / ".executed")


def notebook_of(env: BuildEnvironment, page: str) -> Path | None:
    path = Path(env.doc2path(page))
    return path if path.suffix == ".ipynb" else None


def digest_of(app: Sphinx, notebook: Path) -> str:
    return digest(notebook, Path(app.srcdir) / "nnlib")


def read_with(env: BuildEnvironment) -> dict[str, str]:
    """The digest of the outputs with which each page was last read."""
    known: dict[str, str] = vars(env).setdefault("notebook_digests", {})
    return known


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the pages whose outputs are of older code."""
    for memory in (rooms, shared, contents):
        memory.cache_clear()  # a process may build twice
    return [
        page
        for page, digest in read_with(env).items()
        if page in env.found_docs
        and (notebook := notebook_of(env, page))
        and digest_of(app, notebook) != digest
    ]


def run_stale(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Run those notebooks among the pages to be read whose outputs are not there."""
    kept = store(app)
    stale: dict[Path, tuple[str, str]] = {}
    weights: dict[Path, float] = {}
    for page in pages:
        if notebook := notebook_of(env, page):
            digest, last = digest_of(app, notebook), kept.load(page)
            if last.get("digest") != digest:
                stale[notebook] = (page, digest)
                # One never run comes first, the more it draws the earlier: it may be the longest.
                weights[notebook] = last.get("seconds") or 1e3 + frames(notebook)
    failures: list[str] = []

    def done(ended: Run) -> None:
        if ended.failure:
            failures.append(f"{stale[ended.path][0]}.ipynb, {ended.failure}")
        else:
            kept.keep(*stale[ended.path], ended)

    if stale:
        run(sorted(stale, key=lambda notebook: -weights[notebook]), done)
    if failures:
        raise ExtensionError("a cell failed\n\n" + "\n\n".join(failures))


def fill(app: Sphinx, page: str, source: list[str]) -> None:
    """Give Sphinx the notebook as it was executed."""
    if notebook_of(app.env, page):
        last = store(app).load(page)
        read_with(app.env)[page] = last["digest"]
        source[0] = with_outputs(source[0], last["outputs"])


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    read_with(env).pop(page, None)


def merge(app: Sphinx, env: BuildEnvironment, pages: Any, other: BuildEnvironment) -> None:
    """Take over what a parallel reader read."""
    read_with(env).update(
        {page: read_with(other)[page] for page in pages if page in read_with(other)}
    )


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", run_stale)
    app.connect("source-read", fill)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
