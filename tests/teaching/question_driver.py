"""Answers a question in a page as a reader does, and compares what the page says with `judge`."""

from __future__ import annotations

from typing import Any

from nnlib.teaching.questions import Choice, Number, Question


def enter(form: Any, question: Question, entry: Any) -> None:
    """Empty the form and put in an entry."""
    form.evaluate("form => form.reset()")
    inputs = form.locator("input")
    if isinstance(question, Choice):
        for index in entry:
            inputs.nth(index).check()
    elif isinstance(question, Number):
        inputs.fill(entry)
    else:
        texts = [text for name in question.blanks for row in entry[name] for text in row]
        for number, text in enumerate(texts):
            inputs.nth(number).fill(text)


def press(form: Any) -> None:
    form.get_by_role("button", name="Check").click()


def answer(form: Any, question: Question, entry: Any) -> None:
    """Hand in an entry; assert that status, marks and state are what `judge` says of it."""
    enter(form, question, entry)
    press(form)
    verdict = question.judge(entry)
    where = f"{question.id} at {entry!r}"
    assert form.get_attribute("data-state") == verdict.state, where
    said = form.locator("[role=status] > p").all_text_contents()
    said[0] = said[0].lstrip("✔✖? ")
    assert said == [" ".join(line.replace("`", "").split(" ")) for line in verdict.lines], where
    if isinstance(question, Number):
        marks = [verdict.state]
    elif isinstance(question, Choice):
        marks = verdict.marks
    else:
        marks = [mark for rows in verdict.marks.values() for row in rows for mark in row]
    signs = {"right": "✔ right", "wrong": "✖ wrong", "unread": "? unread"}
    notes = form.locator(".ask-note").all_text_contents()
    assert notes == [signs.get(mark, "") for mark in marks], where
    invalid = form.locator("input").evaluate_all(
        "all => all.map(input => input.getAttribute('aria-invalid') === 'true')"
    )
    assert invalid == [mark in ("wrong", "unread") for mark in marks], where


def every_answer(form: Any, question: Question) -> None:
    """Hand in nothing, each foreseen mistake, rubbish, and what is right."""
    right = question.right_entry()

    def filled(text: str) -> Any:
        if isinstance(question, Number):
            return text
        return {name: [[text] * len(row) for row in rows] for name, rows in right.items()}

    answer(form, question, [] if isinstance(question, Choice) else filled(""))
    for entry, text in question.wrong_entries():
        answer(form, question, entry)
        told = form.locator("[role=status]").text_content()
        assert text.replace("`", "") in told, question.id
    if isinstance(question, Choice):
        for index, option in enumerate(question.options):
            if option.unsure:
                answer(form, question, [index])
    else:
        answer(form, question, filled("<b>1</b>"))
        assert form.locator("[role=status] b").count() == 0
    answer(form, question, right)
    assert form.locator(".ask-answer").get_attribute("open") is not None
