"""The Sphinx side of `ask`: questions that a page answers by itself.

`nnlib.teaching.sphinx` sets it up. Prompt, labels and reasons are parsed as the text around them
is, so their formulas are typeset while the book is built. The controls are native. Without
JavaScript, and on paper, the question stands with room to write, and its answer folded below.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError


class QuestionNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """A question: its prompt and its reason as nodes, between pieces of HTML."""


def setup(app: Sphinx) -> dict[str, Any]:
    nothing = (lambda translator, node: None, lambda translator, node: None)
    app.add_node(QuestionNode, html=nothing, latex=nothing, text=nothing, man=nothing)
    app.connect("env-purge-doc", lambda _, env, doc: _asked(env).pop(doc, None))
    app.connect("env-merge-info", lambda _, env, __, other: _asked(env).update(_asked(other)))
    app.connect("doctree-read", _note)
    app.connect("env-check-consistency", lambda _, env: _refuse_twins(env))
    app.connect("html-page-context", _load)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True}


def _asked(env: BuildEnvironment) -> dict[str, list[str]]:
    """Return the ids of the questions that each document asks."""
    asked: dict[str, list[str]] = vars(env).setdefault("nnlib_questions", {})
    return asked


_CALL = re.compile(r"""ask\((["'])[^"']+\1\)""")


def _note(app: Sphinx, doctree: nodes.document) -> None:
    for node in doctree.findall(QuestionNode):
        _drop_call(node)
    if ids := [node["question"] for node in doctree.findall(QuestionNode)]:
        _asked(app.env)[app.env.docname] = ids


def _drop_call(node: QuestionNode) -> None:
    """Take the input out of a cell that does nothing but ask: the question says it all."""
    cell = node.parent
    while cell is not None and cell.get("nb_element") != "cell_code":
        cell = cell.parent
    for part in list(cell.findall(nodes.container)) if cell is not None else ():
        if "cell_input" in part["classes"] and _CALL.fullmatch(part.astext().strip()):
            part.parent.remove(part)


def _refuse_twins(env: BuildEnvironment) -> None:
    """Refuse a question that is asked twice: an answer is kept by its id."""
    pages: dict[str, str] = {}
    for page, ids in sorted(_asked(env).items()):
        for id in ids:
            if id in pages:
                raise ExtensionError(f"ask({id!r}) is in {pages[id]} and again in {page}")
            pages[id] = page


def _load(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    if _asked(app.env).get(page):
        app.add_css_file("ask.css")
        app.add_js_file("ask.js", loading_method="defer")


def render(renderer: Any, content: dict[str, Any], line: int) -> list[nodes.Element]:
    """Return the nodes of one question; `renderer` is the one that MyST-NB reads the page with."""
    anchor = "ask-" + content["id"].replace(".", "-")
    node = QuestionNode("", question=content["id"])
    for part in _form(content, anchor):
        if isinstance(part, str):
            node += nodes.raw("", part, format="html")
        else:
            text, inline = part
            here = nodes.Element()
            with renderer.current_node_context(here):
                renderer.nested_render_text(text, line, inline=inline)
            node += here.children
    return [node]


Part = str | tuple[str, bool]
"""HTML; or Markdown, and whether it stands within a line."""


def _form(content: dict[str, Any], anchor: str) -> Iterator[Part]:
    key = content["key"]
    yield (
        f'<form class="ask" id="{anchor}" data-question="{html.escape(content["id"])}" '
        'autocomplete="off" novalidate>\n'
        f'<div class="ask-prompt" id="{anchor}-prompt">\n'
    )
    yield content["prompt"], False
    # Off until the script is there, so that a page without it does not promise what it cannot do.
    yield f'</div>\n<fieldset aria-labelledby="{anchor}-prompt" disabled>\n'
    yield from _FIELDS[key["kind"]](content, anchor)
    yield (
        '<div class="ask-actions"><button type="submit">Check</button>'
        '<span class="ask-done" hidden>✔<span> answered</span></span>\n'
        '<div class="ask-status" role="status"></div>\n'
        '<details class="ask-answer"><summary>The answer</summary>\n<div>\n'
    )
    yield from _SOLUTIONS[key["kind"]](content)
    yield content["why"], False
    island = json.dumps(key, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    yield "</div></details></div>\n</fieldset>\n"
    yield f'<script type="application/json">{island}</script>\n</form>\n'


def _choice(content: dict[str, Any], anchor: str) -> Iterator[Part]:
    kind = "checkbox" if content["multiple"] else "radio"
    yield '<div class="ask-options">\n'
    for i, label in enumerate(content["labels"]):
        yield (
            f'<label class="ask-option"><input type="{kind}" name="choice" value="{i}" '
            f'aria-describedby="{anchor}-note-{i}"><span>'
        )
        yield label, True
        yield f'</span><span class="ask-note" id="{anchor}-note-{i}"></span></label>\n'
    yield "</div>\n"


def _number(content: dict[str, Any], anchor: str) -> Iterator[Part]:
    unit = f"<span>{html.escape(content['unit'])}</span>" if content["unit"] else ""
    yield (
        f'<label class="ask-number"><span class="ask-name">Your answer</span> '
        f"{_field('your answer', f'{anchor}-note', unit=content['unit'])} {unit}"
        f'<span class="ask-note" id="{anchor}-note"></span></label>\n'
    )


def _field(label: str, note: str, unit: str = "") -> str:
    name = html.escape(f"{label} ({unit})" if unit else label)
    # A keyboard for numbers would lack the minus and the slash on some phones.
    return (
        f'<input type="text" aria-label="{name}" aria-describedby="{note}" size="6" '
        'autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="done">'
    )


def _blanks(content: dict[str, Any], anchor: str) -> Iterator[Part]:
    yield '<div class="ask-arrays">\n'
    for name, rows in content["given"].items():
        yield from _array(name, ([html.escape(text) for text in row] for row in rows))
    count = 0
    for name, rows in content["key"]["places"].items():
        cells: list[list[str]] = []
        for row in rows:
            cells.append([])
            for place in row:
                note = f"{anchor}-note-{count}"
                cells[-1].append(
                    f'<span class="ask-cell">{_field(place, note)}'
                    f'<span class="ask-note" id="{note}"></span></span>'
                )
                count += 1
        yield from _array(name, cells, "ask-table")
    yield "</div>\n"


def _array(name: str, rows: Iterable[list[str]], kind: str = "ask-given") -> Iterator[str]:
    rows = list(rows)
    columns = len(rows[0])
    kind += " ask-single" * (len(rows) == columns == 1)
    yield (
        f'<div class="ask-array"><span class="ask-name">{html.escape(name)} =</span>'
        f'<div class="{kind}" data-columns="{columns}" style="--columns:{columns}">'
    )
    for row in rows:
        # The breaks are for those who read the text of the page, or copy it.
        yield "".join(f"<span>{cell}</span> " for cell in row)
    yield "</div></div>\n"


def _chosen(content: dict[str, Any]) -> Iterator[Part]:
    options = content["key"]["options"]
    for label, option in zip(content["labels"], options, strict=True):
        if option["right"]:
            yield '<p class="ask-right">'
            yield label, True
            yield "</p>\n"


def _value(content: dict[str, Any]) -> Iterator[Part]:
    yield f'<p class="ask-right">{html.escape(content["shown"] + " " + content["unit"])}</p>\n'


def _filled(content: dict[str, Any]) -> Iterator[Part]:
    yield '<div class="ask-arrays">\n'
    for name, rows in content["shown"].items():
        yield from _array(name, ([html.escape(text) for text in row] for row in rows))
    yield "</div>\n"


_FIELDS = {"choice": _choice, "number": _number, "blanks": _blanks}
_SOLUTIONS = {"choice": _chosen, "number": _value, "blanks": _filled}
