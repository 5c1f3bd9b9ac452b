"""Equations, exercises and questions can be linked to, and equations and exercises found by name.

"(4.14)", "equation 4.14", "exercise 4.3" and "dW", the left side of an equation, are names that the
search knows. Sphinx indexes titles and the objects of a domain, so a place has a title that no page
shows, and the left sides are objects.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains import Domain, ObjType

from .found import plain_formula

EXERCISE = re.compile(r"Exercise (\d+\.\d+)")
Entry = tuple[str, str, str]  # what is looked for, its page, its anchor


class Place(nodes.Element):
    """Something with an anchor, as the search index sees it."""


class Name(nodes.title):
    """A name of a place, indexed and not shown."""


def hidden(translator: Any, node: nodes.Node) -> None:
    raise nodes.SkipNode


def named(anchor: str, *names: str) -> Place:
    return Place("", *(Name("", nodes.Text(name)) for name in names), ids=[anchor])


class Formulas(Domain):
    """The left sides of numbered equations."""

    name = "formula"
    label = "Formulas"
    object_types: ClassVar = {"equation": ObjType("equation")}
    initial_data: ClassVar = {"entries": []}

    def clear_doc(self, docname: str) -> None:
        self.data["entries"] = [entry for entry in self.data["entries"] if entry[1] != docname]

    def merge_domaindata(self, docnames: Any, otherdata: Any) -> None:
        self.data["entries"] += [entry for entry in otherdata["entries"] if entry[1] in docnames]

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        for name, page, anchor in self.data["entries"]:
            yield name, name, "equation", page, anchor, 0

    def get_type_name(self, type: ObjType, primary: bool = False) -> str:
        return type.lname  # what is said of it in the list of what was found

    def resolve_any_xref(self, *arguments: Any) -> list[Any]:
        return []


def exercise_anchor(number: str) -> str:
    return "exercise-" + number.replace(".", "-")


def left_sides(tex: str) -> list[str]:
    r"""Return what stands left of an equals sign, plainly: ``dW`` for ``dW = X^\top dZ``."""
    found = []
    for part in re.split(r"\\\\|\\q?quad|,\s", re.sub(r"\\(?:begin|end)\{\w+\}|&", "", tex)):
        left, sign, _ = part.partition("=")
        plain = plain_formula(left.strip())
        if sign and plain and 2 <= len(plain) <= 20 and re.search(r"[^\W\d_]", plain):
            found.append(plain)
    return list(dict.fromkeys(found))


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Give exercises their anchors, and the search the names."""
    domain, page = app.env.get_domain("formula"), app.env.docname
    domain.clear_doc(page)
    for formula in list(doctree.findall(nodes.math_block)):
        if number := formula.get("tag"):
            anchor = formula["ids"][0]
            names = named(anchor, f"({number})", f"Equation {number}")
            formula.parent.insert(formula.parent.index(formula), names)
            for left in left_sides(formula.astext()):
                domain.data["entries"].append((f"{left} ({number})", page, anchor))
    for box in list(doctree.findall(nodes.admonition)):
        found = EXERCISE.match(box[0].astext())
        if "exercise" in box["classes"] and found:
            anchor = exercise_anchor(found[1])
            box["ids"].insert(0, anchor)
            doctree.ids[anchor] = box
            box.parent.insert(box.parent.index(box), named(anchor, found[0]))


LINK = (  # a screen reader would read the sign, not the title
    '<a class="headerlink" href="#{0}" title="Link to this {1}" aria-label="Link to this {1}">#</a>'
)
TITLE = re.compile(r'(<div class="[^"]*admonition" id="(exercise-[\d-]+)">.*?)</p>', re.DOTALL)
QUESTION = re.compile(r'<form class="ask" id="(ask-[\w-]+)"[^>]*>\n')


def link(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Add the links, where a title that the index reads would take in their sign."""
    body = context.get("body", "")
    body = TITLE.sub(lambda title: f"{title[1]}{LINK.format(title[2], 'exercise')}</p>", body)
    body = QUESTION.sub(lambda form: form[0] + LINK.format(form[1], "question"), body)
    if "body" in context:
        context["body"] = body


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("page.equations")  # it numbers what is named here
    for kind in (Place, Name):
        skip = (hidden, None)
        app.add_node(kind, html=skip, latex=skip, text=skip, man=skip)
    app.add_domain(Formulas)
    app.config.html_search_scorer = str(Path(__file__).with_name("scorer.js"))
    app.connect("doctree-read", collect, priority=600)
    app.connect("html-page-context", link, priority=800)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True}
