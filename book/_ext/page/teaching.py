"""What the page for teachers says of the lessons is read from the lessons, by directives.

``{course}``      a course, a line for each session, with links and minutes
``{chapters}``    each chapter: its lessons, exercises and questions, and what it builds on
``{marks}``       a table that the command for teachers wrote, from its CSV
``{addressed}``   a listing with the address of the repository in it, or a mark that there is none
"""

import csv
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from . import address

ROOT = Path(__file__).resolve().parents[3]
LESSON = re.compile(r"(\d+)_\w+/(\d+)_\w+\.ipynb$")
FIRST_LINE = re.compile(r"^\*(\d+) minutes\b.*$", re.MULTILINE)
# By a link, an equation, or its name; a chapter that only comes later is none that is needed.
NAMED = re.compile(r"(?<=\(\.\./)\d+(?=_)|(?<=\()\d+(?=\.\d+\))|(?<=\bchapter )\d+")
LINK = re.compile(r"\]\(([\w./]+\.ipynb)")


@dataclass(frozen=True)
class Lesson:
    """One lesson: its number, "4.2", its file, its minutes, and the lessons that it asks for."""

    number: str
    path: Path
    minutes: int
    needs: tuple[str, ...]

    @property
    def link(self) -> str:
        return f"[{self.number}](/{self.path.relative_to(ROOT).as_posix()})"


def number_of(path: Path) -> str:
    """Return "4.2" for the file of a lesson, "" for another."""
    match = LESSON.search(path.as_posix())
    return f"{int(match[1])}.{int(match[2])}" if match else ""


def markdown(path: Path) -> Iterator[str]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            yield "".join(cell["source"])


def lesson(path: Path) -> Lesson:
    """Read what a lesson says of itself in its first lines."""
    found = next(filter(None, map(FIRST_LINE.search, markdown(path))), None)
    if found is None:
        raise ExtensionError(f"{path}: expected a line such as '*25 minutes. ...*', found none")
    linked = (number_of((path.parent / link).resolve()) for link in LINK.findall(found[0]))
    return Lesson(number_of(path), path, int(found[1]), tuple(dict.fromkeys(filter(None, linked))))


def lessons(book: Path = ROOT / "book") -> dict[str, Lesson]:
    """Return every lesson by its number, in reading order."""
    paths = sorted(path for path in book.glob("[0-9]*/*.ipynb") if number_of(path))
    found = map(lesson, paths)
    order = sorted(found, key=lambda one: tuple(map(int, one.number.split("."))))
    return {one.number: one for one in order}


# --- A course.


def chosen(text: str, known: dict[str, Lesson]) -> list[Lesson]:
    """Return the lessons that "1.1 1.2 4.1-4.3" names; KeyError for one that is not there."""
    found = []
    order = list(known)
    for part in text.split():
        first, _, last = part.partition("-")
        found += order[order.index(first) : order.index(last or first) + 1]
        if first not in order or not found:
            raise KeyError(part)
    return [known[number] for number in found]


def left_out(course: list[Lesson]) -> list[str]:
    """Say which lessons of a course ask for one that has not come yet."""
    seen: set[str] = set()
    complaints = []
    for one in course:
        complaints += [f"{one.number} needs {need}" for need in one.needs if need not in seen]
        seen.add(one.number)
    return complaints


def course_table(lines: list[str], known: dict[str, Lesson]) -> list[str]:
    """Return a table in Markdown from lines such as "1 | Layers | 1.1-1.3"."""
    rows, course = [], []
    for line in filter(str.strip, lines):
        session, what, named = (part.strip() for part in line.split("|"))
        here = chosen(named, known)
        course += here
        links = ", ".join(one.link for one in here)
        rows.append(f"| {session} | {what} | {links} | {sum(one.minutes for one in here)} |")
    if complaints := left_out(course):
        raise ValueError("; ".join(complaints))
    total = sum(one.minutes for one in course)
    head = ["| week | what | lessons | minutes |", "|---|---|---|---:|"]
    if len(rows) == 1:
        return [head[0].replace("week", "when"), head[1], *rows]
    return [*head, *rows, f"| all | | {len(course)} lessons | {total} |"]


# --- The chapters.


def needed_by(path: Path) -> str:
    """Return what a chapter's opening page, and its lessons' first lines, say that they need."""
    said = [
        text
        for text in markdown(path)
        for text in re.findall(r"\*\*You need\*\*[^\n]*(?:\n[^\n]+)*", text)
    ]
    first = (
        FIRST_LINE.search(text)
        for other in path.parent.glob("[1-9]_*.ipynb")
        for text in markdown(other)
    )
    return "\n".join([*said, *(match[0] for match in first if match)])


def chapters_table(lines: list[str], known: dict[str, Lesson]) -> list[str]:
    """Return a table in Markdown; a line such as "4 | the chain rule" says which mathematics."""
    from nnlib.teaching import questions
    from nnlib.teaching.exercises import chapter as exercises
    from nnlib.teaching.rooms import furniture

    mathematics = dict(tuple(map(str.strip, line.split("|"))) for line in filter(str.strip, lines))
    rows = []
    for number, group in groupby(known.values(), lambda one: one.number.split(".")[0]):
        here = list(group)
        index = here[0].path.parent / "index.ipynb"
        before = {int(n) for n in NAMED.findall(needed_by(index))} - {int(number)}
        asked = getattr(furniture(number, "questions"), "QUESTIONS", [])
        pencil = sum(isinstance(question, questions.Blanks) for question in asked)
        link = f"[{number}](/{index.relative_to(ROOT).as_posix()})"
        builds = ", ".join(map(str, sorted(before))) or "–"
        minutes = sum(one.minutes for one in here)
        rows.append(
            f"| {link} | {len(here)}, {minutes} min | {builds} | {mathematics.pop(number)} "
            f"| {len(exercises(number))} | {len(asked)} ({pencil}) |"
        )
    if mathematics:
        raise KeyError(next(iter(mathematics)))
    head = (
        "| chapter | lessons | builds on | mathematics | exercises in code | questions (pencil) |"
    )
    return [head, "|---|---|---|---|---:|---:|", *rows]


# --- A table of marks.


def marks_table(path: Path) -> list[str]:
    """Return a table in Markdown of what the command for teachers wrote, and what it said."""
    from nnlib.teaching.grade.tables import SIGNS

    with path.open(encoding="utf-8-sig", newline="") as lines:
        marks = [row for row in csv.DictReader(lines) if row["exercise"]]
    ids = list(dict.fromkeys(row["exercise"] for row in marks))
    table = [f"| student | {' | '.join(ids)} |", "|---" * (len(ids) + 1) + "|"]
    told = []
    for student, group in groupby(marks, lambda row: row["student"]):
        rows = list(group)
        cells = (f"{SIGNS[row['state']]} {row['state']}" for row in rows)
        table.append(f"| {student} | {' | '.join(cells)} |")
        told += [
            f"- {student}, {row['exercise']}: {row['diagnosis']}"
            for row in rows
            if row["state"] in ("not yet", "not reached")
        ]
    return [*table, "", *told]


# --- Directives.


class _Written(Directive):  # type: ignore[misc]
    """What writes Markdown, and has the page read it."""

    has_content = True

    def markdown(self) -> list[str]:
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        env = self.state.document.settings.env
        for one in lessons().values():
            env.note_dependency(str(one.path))
        try:
            written = self.markdown()
        except (KeyError, ValueError) as error:
            raise self.error(f"{self.name}: {error}") from None
        holder = nodes.container(classes=[f"teach-{self.name}"])
        self.state.nested_parse(StringList(written, ""), 0, holder)
        return [holder]


class Course(_Written):
    def markdown(self) -> list[str]:
        return course_table(list(self.content), lessons())


class Chapters(_Written):
    def markdown(self) -> list[str]:
        return chapters_table(list(self.content), lessons())


class Marks(_Written):
    required_arguments = 1

    def markdown(self) -> list[str]:
        path = ROOT / "book" / self.arguments[0]
        self.state.document.settings.env.note_dependency(str(path))
        return marks_table(path)


def addressed(text: str, found: str | None, branch: str) -> str:
    """Fill in REPOSITORY, QUOTED (for a link), NAME and BRANCH; without one, capitals stay."""
    if found is None:
        return text.replace("QUOTED", "REPOSITORY")
    name = found.rpartition("/")[2]
    quoted = found.replace(":", "%3A").replace("/", "%2F")
    for word, value in (("QUOTED", quoted), ("REPOSITORY", found), ("NAME", name)):
        text = text.replace(word, value)
    return text.replace("BRANCH", branch)


class Addressed(Directive):  # type: ignore[misc]
    has_content = True
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        found = address.repository(os.environ, ROOT)
        text = addressed("\n".join(self.content), found, address.branch(os.environ, ROOT))
        language = self.arguments[0] if self.arguments else "text"
        return [nodes.literal_block(text, text, language=language)]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("course", Course)
    app.add_directive("chapters", Chapters)
    app.add_directive("marks", Marks)
    app.add_directive("addressed", Addressed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
