"""Which notebooks lie in a folder, and whose they are.

A folder for each student, of any depth, or files that are named by student:

    submitted/anna/4_backward/2_one_layer.ipynb      anna, as nbgrader collects
    submitted/ben.ipynb                              ben, as they come by mail
    submitted/Carla Diaz_17_assignsubmission_file_/  Carla Diaz_17, as Moodle names a download
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOT_THEIRS = frozenset({"__MACOSX", "__pycache__", "node_modules", "site-packages"})
"""Folders in which no student writes a notebook; those with a dot at the front are left out too."""

MOODLE = "_assignsubmission_"  # stands after the name and the number of a participant

# The call stands for the exercise, also in a cell that is not Python.
CALLED = re.compile(r"""\bcheck(?P<bug>\.bug)?\(\s*["'](?P<id>\d+\.\d+)["']""")


class Refused(Exception):
    """Something is not what was expected; the message says both."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its number in the notebook, from 1, its text, and the exercises it checks."""

    number: int
    text: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Submission:
    """One file: whose it is, its name below the folder, and its cells or why there are none."""

    student: str
    name: str
    path: Path
    cells: tuple[Cell, ...] = ()
    refused: str = ""
    alone: bool = False  # it lies among those of other students

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(id for cell in self.cells for id in cell.ids))


def collect(folder: Path, whose: str = "") -> list[Submission]:
    """Return every notebook below a folder, by student and name.

    whose  a regular expression with a group named "student", searched in the name below the
           folder, where neither the first folder nor the name of the file says whose it is

    Raises Refused where there is no folder, no notebook in it, or no such group.
    """
    if not folder.is_dir():
        what = "a file" if folder.is_file() else "nothing"
        raise Refused(f"{folder}: expected a folder with notebooks in it, found {what}")
    pattern = _pattern(whose)
    found = [_submission(folder, path, pattern) for path in sorted(_notebooks(folder))]
    if not found:
        raise Refused(
            f"{folder}: expected notebooks (*.ipynb), found none: a folder for each student, "
            "or files that are named by student"
        )
    return sorted(found, key=lambda one: (one.student, one.name))


def _pattern(whose: str) -> re.Pattern[str] | None:
    if not whose:
        return None
    try:
        pattern = re.compile(whose)
    except re.error as error:
        raise Refused(f"expected a regular expression, got {whose!r}: {error}") from None
    if "student" not in pattern.groupindex:
        raise Refused(f"expected a group (?P<student>...) in the expression, got {whose!r}")
    return pattern


def _notebooks(folder: Path) -> list[Path]:
    found = []
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name[0] != "." and name not in NOT_THEIRS]
        named = (Path(here, name) for name in files if name.lower().endswith(".ipynb"))
        found += [path for path in named if not path.name.startswith(".")]
    return found


def _submission(folder: Path, path: Path, pattern: re.Pattern[str] | None) -> Submission:
    inside = path.relative_to(folder)
    name, alone = inside.as_posix(), len(inside.parts) == 1
    student = (path.stem if alone else inside.parts[0]).partition(MOODLE)[0]
    if pattern is not None:
        match = pattern.search(name)
        if match is None or not match["student"]:
            refused = f"expected a name in which {pattern.pattern} finds a student"
            return Submission(student, name, path, refused=refused, alone=alone)
        student = match["student"]
    try:
        return Submission(student, name, path, tuple(read(path)), alone=alone)
    except Refused as refused:
        return Submission(student, name, path, refused=str(refused), alone=alone)


def read(path: Path) -> list[Cell]:
    """Return the code cells of a notebook; raise Refused for what is none, or not of Python."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"expected a file to read, got: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refused("expected a notebook, in UTF-8; got other bytes") from None
    if not text.strip():
        raise Refused("expected a notebook, got an empty file")
    try:
        notebook = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        cut = isinstance(error, json.JSONDecodeError) and not text.rstrip().endswith("}")
        got = "text that stops in the middle" if cut and text.lstrip()[0] == "{" else "other text"
        raise Refused(f"expected a notebook, which is JSON; got {got}") from None
    if isinstance(notebook, dict) and "worksheets" in notebook:
        raise Refused("expected format 4, got 3: open it in JupyterLab and save it")
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise Refused("expected a notebook with a list of cells, got other JSON")
    language = _language(notebook.get("metadata"))
    if language not in ("", "python", "ipython"):
        raise Refused(f"expected cells in Python, got {language}")
    return [
        Cell(number, source, tuple(_ids(source)))
        for number, source in enumerate(map(_code, notebook["cells"]), start=1)
        if source.strip()
    ]


def _language(metadata: Any) -> str:
    """Return what a notebook says that it is written in. The name of its kernel says nothing."""
    parts = [metadata.get(key) for key in ("language_info", "kernelspec")] if metadata else []
    said = [part.get(key) for part, key in zip(parts, ("name", "language"), strict=False) if part]
    return next((str(name).lower() for name in said if name), "")


def _code(cell: Any) -> str:
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return ""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


def _ids(source: str) -> list[str]:
    from nnlib.teaching.checks import BUG

    found = (match["id"] + (BUG if match["bug"] else "") for match in CALLED.finditer(source))
    return list(dict.fromkeys(found))


def wanted(ids: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return those of the known exercises that are named, "4" for all of a chapter, in their order.

    Raises Refused for a name that is none.
    """
    for id in ids:
        if not any(_is_of(other, id) for other in known):
            raise Refused(f"expected exercises such as 4.2, or a chapter such as 4; got {id!r}")
    return [other for other in known if any(_is_of(other, id) for id in ids)]


def _is_of(known: str, asked: str) -> bool:
    return known.split("-")[0] == asked or known.split(".")[0] == asked
