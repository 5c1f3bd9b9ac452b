r"""Equations are numbered in the text, by ``\tag{2.5}``; this makes "(2.5)" a link to it.

So a number reads the same in Jupyter and in the page. A number that names no equation is a
warning, and so is one that names two.
"""

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

TAG = re.compile(r"\\tag\{(\d+\.\d+)\}")
MENTION = re.compile(r"\((\d+\.\d+)\)")
NOT_PROSE = (
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.reference,
    nodes.raw,
)


def homes(env: BuildEnvironment) -> dict[str, str]:
    """Which page each numbered equation is on, by its number."""
    if not hasattr(env, "equation_homes"):
        env.equation_homes = {}
    return env.equation_homes


def mentions(env: BuildEnvironment) -> dict[str, set[str]]:
    """The numbers that stand in the text of each page."""
    if not hasattr(env, "equation_mentions"):
        env.equation_mentions = {}
    return env.equation_mentions


def anchor(number: str) -> str:
    return "equation-" + number.replace(".", "-")


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Give each numbered formula of a page an anchor, and keep punctuation beside formulas."""
    known, page = homes(app.env), app.env.docname
    for formula in doctree.findall(nodes.math_block):
        for number in TAG.findall(formula.astext()):
            # The page sets the number itself: KaTeX would print it over a formula that is wide.
            untagged = TAG.sub("", formula.astext())
            formula.clear()
            formula += nodes.Text(untagged)
            formula["tag"] = number
            if known.get(number, page) != page or anchor(number) in doctree.ids:
                logger.warning("two equations are numbered (%s)", number, location=formula)
            known[number] = page
            formula["ids"].append(anchor(number))
            doctree.ids[anchor(number)] = formula
    mentions(app.env)[page] = {
        number for text in doctree.findall(nodes.Text) for number in MENTION.findall(text)
    }
    for formula in doctree.findall(nodes.math):
        after = formula.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.Text) and (mark := re.match(r"[.,;:!?)]+", after)):
            # A browser may break the line behind a formula; what is inside of it stays with it.
            formula["after"] = mark[0]
            after.parent.replace(after, nodes.Text(after[mark.end() :]))


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Drop what a page held before it is read again."""
    env.equation_homes = {n: home for n, home in homes(env).items() if home != page}
    mentions(env).pop(page, None)


def merge(app: Sphinx, env: BuildEnvironment, pages: Any, other: BuildEnvironment) -> None:
    """Take over what a parallel reader found; what two of them found is a mistake."""
    known = homes(env)
    for number, page in homes(other).items():
        if known.get(number, page) != page:
            logger.warning("two equations are numbered (%s)", number, location=page)
    known.update(homes(other))
    mentions(env).update(mentions(other))


def misled(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name the pages to write again: those with a link to an equation that has moved."""
    now = homes(env)
    before = getattr(env, "equation_homes_written", {})
    env.equation_homes_written = dict(now)
    moved = {number for number in now | before if now.get(number) != before.get(number)}
    return [page for page, numbers in mentions(env).items() if numbers & moved]


def link(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Turn each mention of a numbered equation into a link to it."""
    known = homes(app.env)
    chapters = {number.split(".")[0] for number in known}
    for text in list(doctree.findall(nodes.Text)):
        if not MENTION.search(text) or any(isinstance(a, NOT_PROSE) for a in ancestors(text)):
            continue
        parts: list[nodes.Node] = []
        end = 0
        for mention in MENTION.finditer(text):
            number = mention[1]
            if number not in known:
                if number.split(".")[0] in chapters:
                    logger.warning("no equation is numbered (%s)", number, location=text.parent)
                continue
            home = (
                "" if known[number] == page else app.builder.get_relative_uri(page, known[number])
            )
            parts += [
                nodes.Text(text[end : mention.start()]),
                nodes.reference("", mention[0], refuri=f"{home}#{anchor(number)}", internal=True),
            ]
            end = mention.end()
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", misled)
    app.connect("doctree-resolved", link)
    return {"version": "1", "parallel_read_safe": True}
