"""The equation index: each numbered gradient, with what it is the gradient of and what holds it.

Number, formula and lesson come from the lessons, so that they are written once. The words and the
checks are in ``book/gradients.toml``; a test refuses what names nothing.
"""

import re
import tomllib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from page.equations import anchor, homes
from page.places import exercise_anchor

logger = logging.getLogger(__name__)

DATA = "book/gradients.toml"
EXERCISE = re.compile(r"Exercise (\d+\.\d+)\b")
FOUND = {"formulas": {}, "exercises": {}}  # what is kept of each page, by number


class GradientsOfAChapter(nodes.General, nodes.Element):
    """Stands where the gradients of a chapter will be: they are known when all pages are."""


class AllNumbers(nodes.General, nodes.Element):
    """Stands where the numbers of all equations will be, lesson by lesson."""


class Gradients(SphinxDirective):
    """``{gradients} 4`` lists the gradients of chapter 4."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(Path(self.env.srcdir, DATA)))
        return [GradientsOfAChapter(chapter=self.arguments[0])]


class EquationNumbers(SphinxDirective):
    """``{equation-numbers}`` lists the numbers of all equations."""

    def run(self) -> list[nodes.Node]:
        return [AllNumbers()]


def kept(env: BuildEnvironment) -> dict[str, dict[str, tuple[str, str]]]:
    """Return page and formula of each equation, and page and anchor of each exercise."""
    if not hasattr(env, "gradients_kept"):
        env.gradients_kept = {name: {} for name in FOUND}
    return env.gradients_kept


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the numbered formulas of a page, and where its exercises are."""
    page = app.env.docname
    forget(app, app.env, page)
    for formula in doctree.findall(nodes.math_block):
        if number := formula.get("tag"):
            kept(app.env)["formulas"][number] = (page, formula.astext().strip())
    for box in doctree.findall(nodes.Admonition):
        title = box.next_node(nodes.title)
        if title is not None and (found := EXERCISE.match(title.astext())):
            kept(app.env)["exercises"][found[1]] = (page, exercise_anchor(found[1]))


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    for known in kept(env).values():
        for number in [number for number, (home, _) in known.items() if home == page]:
            del known[number]


def merge(app: Sphinx, env: BuildEnvironment, pages: Any, other: BuildEnvironment) -> None:
    for name, known in kept(other).items():
        kept(env)[name].update(known)


def outdated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name the index, to be written again where a formula or its place has changed."""
    now = {name: dict(known) for name, known in kept(env).items()}
    before, env.gradients_written = getattr(env, "gradients_written", None), now
    return [] if before == now else sorted(getattr(env, "gradients_pages", ()))


def fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the gradients where they belong."""
    for place in list(doctree.findall(GradientsOfAChapter)):
        said = tomllib.loads(Path(app.srcdir, DATA).read_text(encoding="utf-8"))["gradients"]
        lists: dict[str, nodes.definition_list] = {}
        for number in said:
            if number.split(".")[0] != place["chapter"]:
                continue
            if number not in kept(app.env)["formulas"]:
                logger.warning("%s: no equation is numbered (%s)", DATA, number, location=page)
                continue
            home = homes(app.env)[number]
            listed = lists.setdefault(home, nodes.definition_list(classes=["gradients"]))
            listed += entry(app, page, number, said[number])
        place.replace_self(
            [part for home, listed in lists.items() for part in (lesson(app, page, home), listed)]
        )
    for place in list(doctree.findall(AllNumbers)):
        place.replace_self(list(numbers_by_lesson(app, page)))


def lesson(app: Sphinx, page: str, home: str) -> nodes.paragraph:
    title = app.env.titles[home].astext()
    return nodes.paragraph("", "", nodes.strong("", "", link(app, page, home, "", title)))


def numbers_by_lesson(app: Sphinx, page: str) -> Iterator[nodes.Node]:
    """Yield a line for each lesson: its title, and the numbers of its equations."""
    in_order = sorted(homes(app.env), key=lambda number: tuple(map(int, number.split("."))))
    chapter = ""
    for home, numbers in groupby(in_order, homes(app.env).__getitem__):
        if (folder := home.rpartition("/")[0]) != chapter:
            chapter = folder
            title = app.env.titles[f"{chapter}/index"].astext()
            yield nodes.paragraph("", "", nodes.strong("", title))
        line = nodes.paragraph("", "", link(app, page, home, "", app.env.titles[home].astext()))
        line += nodes.Text(":")
        for number in numbers:
            line += [nodes.Text(" "), link(app, page, home, anchor(number), f"({number})")]
        yield line


def entry(app: Sphinx, page: str, number: str, said: dict[str, Any]) -> nodes.Node:
    """Return one gradient: its number and words, its formula, and what holds it."""
    home, tex = kept(app.env)["formulas"][number]
    leading = link(app, page, home, anchor(number), f"({number})")
    term = nodes.term("", "", nodes.strong("", "", leading))
    term += nodes.Text(f" {said['of']}")
    formula = nodes.math_block(tex, tex, nowrap=False, number=None)
    return nodes.definition_list_item(
        "", term, nodes.definition("", formula, checks(app, page, number, said["check"]))
    )


def checks(app: Sphinx, page: str, number: str, named: list[str]) -> nodes.paragraph:
    held = nodes.paragraph("", "Held by ")
    for place, check in enumerate(named):
        held += nodes.Text(", " if place else "")
        if check == "cell":
            held += nodes.Text("a cell of the lesson")
        elif "::" in check:
            held += nodes.literal("", check.removeprefix("tests/"))
        elif check in kept(app.env)["exercises"]:
            held += link(app, page, *kept(app.env)["exercises"][check], f"exercise {check}")
        else:
            logger.warning("%s: (%s) names no exercise %s", DATA, number, check, location=page)
    held += nodes.Text(".")
    return held


def link(app: Sphinx, page: str, home: str, id: str, text: str) -> nodes.reference:
    uri = app.builder.get_relative_uri(page, home) + (f"#{id}" if id else "")
    return nodes.reference("", text, refuri=uri, internal=True)


def note_pages(app: Sphinx, doctree: nodes.document) -> None:
    """Remember which pages hold the index."""
    pages: set[str] = getattr(app.env, "gradients_pages", set())
    holds = any(next(doctree.findall(kind), None) for kind in (GradientsOfAChapter, AllNumbers))
    app.env.gradients_pages = pages | {app.env.docname} if holds else pages - {app.env.docname}


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(GradientsOfAChapter)
    app.add_node(AllNumbers)
    app.add_directive("gradients", Gradients)
    app.add_directive("equation-numbers", EquationNumbers)
    app.connect("doctree-read", collect, priority=600)  # equations.py has read the numbers by then
    app.connect("doctree-read", note_pages)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", outdated)
    app.connect("doctree-resolved", fill)
    return {"version": "1", "parallel_read_safe": True}
