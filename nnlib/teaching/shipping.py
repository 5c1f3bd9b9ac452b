"""What goes with a registry into the page: its module, what that imports, and a trial of both.

The Python of a page has NumPy, the standard library and nnlib. A module of a book may import others
that lie beside it; what else it needs, the page lacks. That is found out while the book is built.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from nnlib.teaching.registries import Doubt, place

LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}


class Unfit(Exception):
    """A module that a page cannot import; the message says at which line, and why."""


def files_of(module: str, folder: Path) -> dict[str, Path]:
    """Return the files that a module needs in the page, by their path there.

    A module beside the notebooks brings the modules beside it that it imports; of a package, all
    that is in it comes along. An installed package brings itself.
    """
    home = place(module, folder.resolve())
    if home is not None:
        return _followed(module, home)
    spec = find_spec(module.partition(".")[0])
    if spec is None or spec.origin is None:
        return {}
    origin = Path(spec.origin)
    home = origin.parents[1] if spec.submodule_search_locations else origin.parent
    return _relative(_files(module, home), home)


def _followed(module: str, home: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        for path, file in _relative(_files(name, home), home).items():
            if path not in found:
                found[path] = file
                if file.suffix == ".py":
                    waiting += _imported(file, path)
    return found


def _relative(files: Iterable[Path], home: Path) -> dict[str, Path]:
    return {file.relative_to(home).as_posix(): file for file in files}


def _files(module: str, home: Path) -> Iterator[Path]:
    """Yield the files of a module under this folder: one, or the package that it is in."""
    here = home
    for part in module.split("."):
        here = here / part
        if (here / "__init__.py").is_file():
            for file in sorted(here.rglob("*")):
                if file.is_file() and LEFT_OUT.isdisjoint(file.parts) and file.suffix != ".ipynb":
                    yield file
            return
        if here.with_suffix(".py").is_file():
            yield here.with_suffix(".py")
            return


def _imported(file: Path, path: str) -> Iterator[str]:
    """Yield the modules that a file names in its imports."""
    package = path.removesuffix(".py").removesuffix("/__init__").split("/")
    if not path.endswith("__init__.py"):
        package.pop()
    try:
        tree = ast.parse(file.read_bytes())
    except SyntaxError:  # which the trial tells better
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = [*above, *([node.module] if node.module else [])]
            yield from (".".join([*base, alias.name]) for alias in node.names)


# --- The trial ----------------------------------------------------------------------------------

TRIAL = """
import json, os, sys, traceback

names = sys.argv[1:]
here = os.getcwd()
sys.path.insert(0, here)
own = {entry.partition(".")[0] for entry in os.listdir(here)}
# Of the standard library, what Pyodide leaves out.
lacking = {"curses", "dbm", "lzma", "sqlite3", "ssl", "tkinter", "turtle", "turtledemo", "venv"}
there = (sys.stdlib_module_names - lacking) | {"numpy"} | own

class Page:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in there:
            raise ModuleNotFoundError(f"No module named {name!r} in the page", name=name)

sys.meta_path.insert(0, Page())
from pathlib import Path
from nnlib.teaching.registries import load, prove

told = []
for name in names:
    try:
        told.append({"doubts": prove(load(name, Path(here)))})
    except BaseException as error:
        at = ""
        for frame in traceback.extract_tb(error.__traceback__):
            file = os.path.relpath(frame.filename, here)
            if not file.startswith(("..", "<", "nnlib" + os.sep)):
                at = f"{file}, line {frame.lineno}: "
        told.append({"error": f"{at}{type(error).__name__}: {error}",
                     "missing": isinstance(error, ModuleNotFoundError)})
print("\\n" + json.dumps(told))
"""


def try_out(archive: bytes, modules: Mapping[str, Path]) -> list[Doubt]:
    """Import the modules of an archive as a page would, and prove their registries.

    Raises Unfit where one cannot be imported with NumPy and the standard library alone.
    """
    doubts: list[Doubt] = []
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(BytesIO(archive)).extractall(folder)
        done = subprocess.run(
            [sys.executable, "-P", "-c", TRIAL, *modules],
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    if done.returncode:
        raise Unfit(done.stderr.strip())
    told = json.loads(done.stdout.splitlines()[-1])
    for (module, file), said in zip(modules.items(), told, strict=True):
        if "error" in said:
            text = f"the page cannot import {module} ({file}): {said['error']}"
            if said["missing"]:
                text += (
                    ". A page has NumPy and the standard library. Import what only a figure needs "
                    "inside the function that draws, or in another module; nnlib_python = False "
                    "builds the book without Python in its pages"
                )
            raise Unfit(text)
        doubts += [Doubt(f"{module}: {text}", certain) for text, certain in said["doubts"]]
    return doubts
