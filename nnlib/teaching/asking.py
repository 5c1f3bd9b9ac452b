"""`ask("4.nudge")`: put a question to the reader, in Jupyter and in the page of a book.

In Jupyter the cell shows widgets, and `nnlib.teaching.questions` judges. When a book is built
(see `nnlib.teaching.sphinx`), the cell hands the question over, and the page has native controls
and judges by itself. The text that stays of it in a notebook is the question.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from nnlib.teaching.output import building, emit
from nnlib.teaching.panel import box, prose
from nnlib.teaching.questions import (
    Blanks,
    Choice,
    Number,
    Question,
    Verdict,
    find,
    in_line,
    written,
)

QUESTION = "application/vnd.nnlib.question+json"
"""What `ask` displays in a book that is being built."""

_KINDS = {"right": "passed", "wrong": "wrong", "unread": "open", "open": "open"}
_SIGNS = {"right": "✔", "wrong": "✖", "unread": "?"}


class Ask:
    """The object behind `ask`; `find` gives a question by its id."""

    def __init__(self, find: Callable[[str], Question]) -> None:
        self._find = find

    def __call__(self, question: str | Question) -> None:
        """Show a question, by its id in the room of a chapter or as it is.

            ask("4.nudge")
            ask(Number(id="1.half", prompt="What is 1/2 + 1/4?", answer=0.75, why="2/4 + 1/4."))

        Raises ValueError for an unknown id, naming the nearest, and TypeError for what is neither.
        """
        try:
            found = question if isinstance(question, Question) else self._find(question)
        except Exception as error:
            # Not every book is set to fail where a cell does; a page asks for what it can't show.
            if building():
                emit({QUESTION: {"error": f"ask: {error}"}}, f"ask: {error}")
            raise
        text = found.plain()
        if building():
            emit({QUESTION: payload(found)}, text)
        else:
            _live(found, text)


ask = Ask(find)


def payload(question: Question) -> dict[str, Any]:
    """Return what the page is made from: texts to typeset, and the key that it judges by."""
    data: dict[str, Any] = {
        "id": question.id,
        "prompt": question.prompt,
        "why": question.why,
        "key": question.key(),
    }
    if isinstance(question, Choice):
        data["labels"] = [option.label for option in question.options]
        data["multiple"] = question.multiple
    elif isinstance(question, Number):
        data |= {"unit": question.unit, "shown": written(question.answer)}
    elif isinstance(question, Blanks):
        data["given"] = {n: _written(t) for n, t in question.given_tables().items()}
        data["shown"] = {n: _written(t) for n, t in question.tables().items()}
    return data


def _written(table: list[list[float]]) -> list[list[str]]:
    """Write a table for the eye, with the sign that mathematics has for minus."""
    return [[written(value).replace("-", "\u2212") for value in row] for row in table]


# --- in Jupyter ---------------------------------------------------------------------------------


def _live(question: Question, text: str) -> None:
    try:
        import ipywidgets
    except ImportError:
        # Where only NumPy is: the question can be read, and answered on paper.
        emit({}, text)
        return
    fields, entry, mark = _fields(question)
    button = ipywidgets.Button(description="Check", button_style="primary")
    status = ipywidgets.HTML()
    reveal = ipywidgets.ToggleButton(description="The answer")
    reveal.layout.display = "none"
    answer = ipywidgets.VBox([])

    def show_answer(_: object = None) -> None:
        answer.children = [_markdown(_solution(question))] if reveal.value else []

    def check(_: object) -> None:
        given = entry()
        verdict = question.judge(given)
        mark(verdict)
        status.value = box(_KINDS[verdict.state], *map(prose, verdict.lines))
        # Who says "I don't know yet" may see the answer; who says nothing, not.
        if verdict.state != "open" or (isinstance(question, Choice) and given):
            reveal.layout.display = ""
        if verdict.state == "right":
            reveal.value = True

    button.on_click(check)
    reveal.observe(show_answer, "value")
    shown = ipywidgets.VBox(
        [
            _markdown(question.prompt),
            fields,
            ipywidgets.HBox([button, reveal]),
            status,
            answer,
        ]
    )
    view = {"version_major": 2, "version_minor": 0, "model_id": shown.model_id}
    emit({"application/vnd.jupyter.widget-view+json": view}, text)


def _markdown(text: str) -> Any:
    """Return a widget in which the notebook renders Markdown, mathematics too."""
    import ipywidgets

    output = {"output_type": "display_data", "metadata": {}}
    return ipywidgets.Output(
        outputs=({**output, "data": {"text/markdown": text, "text/plain": text}},)
    )


def _fields(question: Question) -> tuple[Any, Any, Any]:
    """Return the controls, what reads an entry from them, and what marks them by a verdict."""
    if isinstance(question, Choice):
        return _choices(question)
    if isinstance(question, Number):
        return _number(question)
    if isinstance(question, Blanks):
        return _blanks(question)
    raise TypeError(f"expected a Choice, a Number or Blanks, got {type(question).__name__}")


def _choices(question: Choice) -> tuple[Any, Any, Any]:
    """Checkboxes, of which one alone is checked unless several can be right.

    The labels of radio buttons take no mathematics.
    """
    import ipywidgets

    boxes = [
        ipywidgets.Checkbox(indent=False, layout={"width": "auto"}, tooltip=option.label)
        for option in question.options
    ]
    signs = [ipywidgets.HTML() for _ in boxes]

    def keep_one(change: Any) -> None:
        for sign in signs:
            sign.value = ""
        if change["new"] and not question.multiple:
            for other in boxes:
                if other is not change["owner"]:
                    other.value = False

    for checkbox in boxes:
        checkbox.observe(keep_one, "value")
    rows = [
        ipywidgets.HBox([checkbox, _markdown(option.label), sign], layout={"align_items": "center"})
        for checkbox, option, sign in zip(boxes, question.options, signs, strict=True)
    ]

    def mark(verdict: Verdict) -> None:
        for sign, state in zip(signs, verdict.marks, strict=True):
            sign.value = _sign(state)

    return ipywidgets.VBox(rows), lambda: [i for i, b in enumerate(boxes) if b.value], mark


def _number(question: Number) -> tuple[Any, Any, Any]:
    import ipywidgets

    field = ipywidgets.Text(tooltip="your answer", layout={"width": "10em"})
    sign = ipywidgets.HTML()
    field.observe(lambda _: setattr(sign, "value", ""), "value")
    fields = ipywidgets.HBox([field, ipywidgets.Label(question.unit), sign])
    return fields, lambda: field.value, lambda verdict: setattr(sign, "value", _sign(verdict.state))


def _blanks(question: Blanks) -> tuple[Any, Any, Any]:
    import ipywidgets

    cells: dict[str, list[list[Any]]] = {}
    signs: dict[str, list[list[Any]]] = {}
    parts = [
        ipywidgets.HTML(f"<pre>{escape(name)} = {rows}</pre>")
        for name, rows in ((n, in_line(t)) for n, t in question.given_tables().items())
    ]
    for name, places in question.places().items():
        cells[name] = [
            [ipywidgets.Text(tooltip=place, layout={"width": "5.5em"}) for place in row]
            for row in places
        ]
        signs[name] = [[ipywidgets.HTML(layout={"width": "4.5em"}) for _ in row] for row in places]
        grid = [
            ipywidgets.HBox([w for pair in zip(row, marks, strict=True) for w in pair])
            for row, marks in zip(cells[name], signs[name], strict=True)
        ]
        label = ipywidgets.Label(f"{name} =")
        parts.append(ipywidgets.HBox([label, ipywidgets.VBox(grid)]))
        for row, marks in zip(cells[name], signs[name], strict=True):
            for cell, sign in zip(row, marks, strict=True):
                cell.observe(lambda _, sign=sign: setattr(sign, "value", ""), "value")

    def entry() -> dict[str, list[list[str]]]:
        return {n: [[cell.value for cell in row] for row in rows] for n, rows in cells.items()}

    def mark(verdict: Verdict) -> None:
        for name, rows in verdict.marks.items():
            for row, states in zip(signs[name], rows, strict=True):
                for sign, state in zip(row, states, strict=True):
                    sign.value = _sign(state)

    return ipywidgets.VBox(parts), entry, mark


def _sign(state: str) -> str:
    """Say by a sign and a word what became of an entry."""
    return "" if state in ("", "open") else f"{_SIGNS[state]} {state}"


def _solution(question: Question) -> str:
    """Return the answer and the reason for it as Markdown."""
    if isinstance(question, Choice):
        right = [f"- {option.label}" for option in question.options if option.right]
        return "\n".join(right) + f"\n\n{question.why}"
    if isinstance(question, Number):
        return f"{written(question.answer)} {question.unit}\n\n{question.why}"
    assert isinstance(question, Blanks)
    tables = [f"- {name} = {in_line(table)}" for name, table in question.tables().items()]
    return "\n".join(tables) + f"\n\n{question.why}"
