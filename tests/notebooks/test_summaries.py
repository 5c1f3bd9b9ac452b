"""Each line of a summary, and each row of advice, names the place that holds it.

A place is a numbered equation, a section, an exercise, a link to a heading or a page, or a source.
All of them have to exist.
"""

import json
import re
from functools import cache

import pytest

from nnlib.teaching.exercises import every_exercise
from tests.notebooks.test_exercises import LESSONS, ROOT

SUMMARY = re.compile(r"^(?:\*\*Keep\*\*|## [\d.]+ Summary)$", re.MULTILINE)
# What follows the lines of a summary.
AFTER = re.compile(r"^(?:\*\*(?:Carry on|Next)|## |:::)", re.MULTILINE)
ITEM = re.compile(r"^(?:- |\d+\. ).*(?:\n(?!- |\d+\. |\||\n).*)*", re.MULTILINE)
TABLE = re.compile(r"^(\|.*\|)\n\|[-:| ]+\|\n((?:\|.*\|(?:\n|$))+)", re.MULTILINE)
# A table with such a column tells what to do, wherever it stands.
ADVICE = {"advice", "good for", "instead", "mind", "remember", "rule", "use", "why"}

EQUATION = re.compile(r"\((\d+\.\d+)\)")
SECTION = re.compile(r"\bsections? (\d+\.\d+)")
EXERCISE = re.compile(r"\bexercises? (\d+\.\d+)")
LINK = re.compile(r"(?<!!)\[[^]]*\]\(([^)\s]+)\)")
SOURCE = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")

NOTEBOOKS = [path for paths in LESSONS.values() for path in paths]


@cache
def prose(path):
    """Return the text cells of a notebook, or the text of a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return (text,)
    cells = json.loads(text)["cells"]
    return tuple("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


@cache
def known():
    """Return what can be named: equations, sections and exercises by number, and sources."""
    text = "\n".join(cell for paths in LESSONS.values() for path in paths for cell in prose(path))
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    return {
        EQUATION: set(re.findall(r"\\tag\{(\d+\.\d+)\}", text)),
        SECTION: set(re.findall(r"^## (\d+\.\d+) ", text, re.MULTILINE)),
        EXERCISE: {exercise.id for exercise in every_exercise()},
        SOURCE: set(re.findall(r"^@\w+\{([^,\s]+),", bibliography, re.MULTILINE)),
    }


def headings(path):
    """Return the anchors of the headings of a page, as MyST makes them."""
    titles = re.findall(r"^#+ (.+)$", "\n".join(prose(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def leads_somewhere(target, page):
    """Tell whether a link from a page reaches a page of the book and, if given, a heading."""
    if re.match(r"https?://", target):
        return True
    name, _, anchor = target.partition("#")
    there = (page.parent / name).resolve() if name else page
    return there.is_file() and (not anchor or anchor in headings(there))


def places(line, page):
    """Yield each place that a line names, and whether it exists."""
    for pattern, names in known().items():
        for found in pattern.findall(line):
            for name in re.split(r",\s*", found):
                yield name, name in names
    for target in LINK.findall(line):
        yield target, leads_somewhere(target, page)


def rows(text, advice=False):
    """Yield the rows of the tables in a text; with `advice`, only of those that advise."""
    for head, body in TABLE.findall(text):
        if not advice or ADVICE & {name.strip() for name in head.split("|")}:
            yield from body.splitlines()


def lines(cells):
    """Yield the lines of the summaries in these cells, and their rows of advice."""
    for cell in cells:
        if found := SUMMARY.search(cell):
            rest = cell[found.end() :]
            rest = rest[: end.start()] if (end := AFTER.search(rest)) else rest
            yield from ITEM.findall(rest)
            yield from rows(rest)
            cell = cell[: found.start()]
        yield from rows(cell, advice=True)


def faults(cells, page):
    """Say which lines name no place, or one that does not exist."""
    for line in lines(cells):
        named = dict(places(line, page))
        if not named:
            yield f"{line.strip()[:90]!r} names no equation, section, exercise, link or source"
        yield from (
            f"{line[:60]!r}: there is no {name}" for name, there in named.items() if not there
        )


@pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT / "book")))
def test_each_line_names_the_place_that_holds_it(page):
    assert not list(faults(prose(page), page))


@pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT / "book")))
def test_there_is_a_summary(page):
    if page.stem != "index":
        assert sum(bool(SUMMARY.search(cell)) for cell in prose(page)) == 1
        assert len(list(lines(prose(page)))) >= 2


KEEP = "**Keep**\n\n- One, (4.1).\n- Two, by\n  exercise 4.2.\n\n**Carry on.** To (4.999)."


def test_what_is_read_as_a_line():
    assert list(lines([KEEP])) == ["- One, (4.1).", "- Two, by\n  exercise 4.2."]
    summary = "## 9.9 Summary\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n\n## Sources\n\n- y"
    assert list(lines([summary])) == ["- x", "| 1 | 2 |"]
    assert list(lines(["| if | rule |\n|---|---|\n| 1 | 2 |\n"])) == ["| 1 | 2 |"]
    assert not list(lines(["| if | then |\n|---|---|\n| 1 | 2 |\n", "- no summary"]))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("One, (4.1).", "One.", "names no equation"),
        ("(4.1)", "(4.99)", "there is no 4.99"),
        ("exercise 4.2", "section 3.99", "there is no 3.99"),
        ("exercise 4.2", "exercise 4.99", "there is no 4.99"),
        ("exercise 4.2", "[this](#three-gate)", "there is no #three-gate"),
        ("exercise 4.2", "[this](0_none.ipynb)", "there is no 0_none.ipynb"),
        ("exercise 4.2", "{cite}`nobody1900`", "there is no nobody1900"),
        ("exercise 4.2", "[this](#three-gates), (4.2)", None),
        ("exercise 4.2", "[that](2_one_layer.ipynb#through-the-activation)", None),
        ("exercise 4.2", "{cite:t}`cs231n,zhang2023dive` and exercise 4.1", None),
    ],
)
def test_a_line_without_its_place_is_told(old, new, said):
    page = ROOT / "book/04_backward/1_circuits.ipynb"
    told = list(faults([KEEP.replace(old, new)], page))
    assert [said in line for line in told] == ([True] if said else [])
