"""Answers a question in a page as a reader does, and compares what the page says with `judge`."""

from __future__ import annotations

from typing import Any

from nnlib.teaching.questions import Choice, Number, Question

SET = """(inputs, entry) => inputs.forEach((input, i) => {
  if (entry[i] === true) input.checked = true;
  else if (entry[i] !== false) input.value = entry[i];
  input.dispatchEvent(new Event("input", { bubbles: true }));
})"""


def enter(form: Any, question: Question, entry: Any, by_hand: bool = True) -> None:
    """Empty the form and put in an entry, as a reader does or all at once."""
    form.evaluate("form => form.reset()")
    inputs = form.locator("input")
    if isinstance(question, Choice):
        wanted = [index in entry for index in range(len(question.options))]
    elif isinstance(question, Number):
        wanted = [entry]
    else:
        wanted = [text for name in question.blanks for row in entry[name] for text in row]
    if not by_hand:
        inputs.evaluate_all(SET, wanted)
        return
    for number, value in enumerate(wanted):
        if isinstance(value, str):
            inputs.nth(number).fill(value)
        elif value:
            inputs.nth(number).check()


def press(form: Any, by_hand: bool = True) -> None:
    button = form.get_by_role("button", name="Check")
    if by_hand:
        button.click()
    else:
        button.evaluate("button => button.click()")


def answer(form: Any, question: Question, entry: Any, by_hand: bool = True) -> None:
    """Hand in an entry; assert that status, marks and state are what `judge` says of it."""
    enter(form, question, entry, by_hand)
    press(form, by_hand)
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
    """Hand in nothing, each foreseen mistake, rubbish, and, by hand, what is right.

    A hand is slow: it scrolls, waits until nothing moves, and looks at what it is about to hit.
    """
    right = question.right_entry()

    def filled(text: str) -> Any:
        if isinstance(question, Number):
            return text
        return {name: [[text] * len(row) for row in rows] for name, rows in right.items()}

    answer(form, question, [] if isinstance(question, Choice) else filled(""), by_hand=False)
    for entry, text in question.wrong_entries():
        answer(form, question, entry, by_hand=False)
        told = form.locator("[role=status]").text_content()
        assert text.replace("`", "") in told, question.id
    if isinstance(question, Choice):
        for index, option in enumerate(question.options):
            if option.unsure:
                answer(form, question, [index], by_hand=False)
    else:
        answer(form, question, filled("<b>1</b>"), by_hand=False)
        assert form.locator("[role=status] b").count() == 0
    answer(form, question, right)
    assert form.locator(".ask-answer").get_attribute("open") is not None
