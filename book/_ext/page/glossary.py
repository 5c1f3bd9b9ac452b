"""The first use of a word of the glossary on a lesson's page leads to it, and previews it.

Nothing is marked in the text: a word is found where it stands in a paragraph, in singular or
plural. Words of one entry may overlap ("dead unit" in "dead units"); the longest comes first.
"""

import re
from typing import Any

from docutils import nodes
from nnlib.teaching.sphinx_ask import QuestionNode
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from page.equations import NOT_PROSE, ancestors

LESSON = re.compile(r"book/\d+_\w+/")
# What stands in these is no running text; and who is asked something shall not be led away.
LEFT_OUT = (*NOT_PROSE, nodes.table, QuestionNode)
Term = tuple[str, str, str]  # page, anchor, what is shown before one goes there


def terms(env: BuildEnvironment) -> dict[str, Term]:
    """Return where each word is explained, by the word in small letters."""
    if not hasattr(env, "glossary_terms"):
        env.glossary_terms = {}
    return env.glossary_terms


def collect(app: Sphinx, doctree: nodes.document) -> None:
    page = app.env.docname
    forget(app, app.env, page)
    for glossary in doctree.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            preview = item[-1].astext().split(": ")[0].strip().rstrip(".") + "."
            preview = "" if "\\" in preview else preview  # a formula is none in a tooltip
            for term in item.findall(nodes.term):
                terms(app.env)[term.astext().lower()] = (page, term["ids"][0], preview)


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    env.glossary_terms = {word: term for word, term in terms(env).items() if term[0] != page}


def merge(app: Sphinx, env: BuildEnvironment, pages: Any, other: BuildEnvironment) -> None:
    terms(env).update(terms(other))


def outdated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name the pages to write again: the lessons, where the glossary has changed."""
    before = getattr(env, "glossary_written", None)
    env.glossary_written = dict(terms(env))
    if before == env.glossary_written:
        return []
    return [page for page in env.found_docs if LESSON.match(page)]


def pattern(words: list[str]) -> re.Pattern[str]:
    """Match one of the words as a whole, with a plural's s or es behind it."""
    longest = sorted(map(re.escape, words), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(longest)})(?:e?s)?(?![\w-])", re.IGNORECASE)


def link(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Turn the first use of each word into a link."""
    left = dict(terms(app.env)) if LESSON.match(page) else {}
    for text in list(doctree.findall(nodes.Text)):
        # A heading is a link already, the title of a dropdown a button, and what is set apart has a
        # reason of its own.
        if not left or not isinstance(text.parent, nodes.paragraph):
            continue
        if any(isinstance(node, LEFT_OUT) for node in ancestors(text)):
            continue
        parts: list[nodes.Node] = []
        end = 0
        for found in pattern(list(left)).finditer(text):
            term = left.pop(found[1].lower(), None)
            if term is None:
                continue  # a second time in this text
            home, anchor, preview = term
            uri = f"{app.builder.get_relative_uri(page, home)}#{anchor}"
            reference = nodes.reference("", found[0], refuri=uri, internal=True, classes=["term"])
            if preview:
                reference["reftitle"] = preview
            parts += [nodes.Text(text[end : found.start()]), reference]
            end = found.end()
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", outdated)
    app.connect("doctree-resolved", link, priority=600)  # what is a link by then stays that one
    return {"version": "1", "parallel_read_safe": True}
