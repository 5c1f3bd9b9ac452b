"""Answers a question in a page as a reader does, and compares what the page says with `judge`."""

from __future__ import annotations

from typing import Any

from nnlib.teaching.questions import Choice, Number, Question

SET = """(form, entry) => {
  form.reset();
  form.querySelectorAll("input").forEach((input, i) => {
    if (entry[i] === true) input.checked = true;
    else if (entry[i] !== false) input.value = entry[i];
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  [...form.querySelectorAll("button")].find((b) => b.textContent.includes("Check")).click();
}"""
TOLD = """form => {
  const texts = (selector) => [...form.querySelectorAll(selector)].map((e) => e.textContent);
  return {
    state: form.getAttribute("data-state"),
    status: form.querySelector("[role=status]").textContent,
    said: texts("[role=status] > p"),
    notes: texts(".ask-note"),
    invalid: [...form.querySelectorAll("input")].map(
      (input) => input.getAttribute("aria-invalid") === "true"),
  };
}"""


def wanted(question: Question, entry: Any) -> list[Any]:
    """Return what each input is to hold."""
    if isinstance(question, Choice):
        return [index in entry for index in range(len(question.options))]
    if isinstance(question, Number):
        return [entry]
    return [text for name in question.blanks for row in entry[name] for text in row]


def enter(form: Any, question: Question, entry: Any) -> None:
    """Empty the form and put in an entry, as a reader does."""
    form.evaluate("form => form.reset()")
    inputs = form.locator("input")
    for number, value in enumerate(wanted(question, entry)):
        if isinstance(value, str):
            inputs.nth(number).fill(value)
        elif value:
            inputs.nth(number).check()


def press(form: Any) -> None:
    form.get_by_role("button", name="Check").click()


def answer(form: Any, question: Question, entry: Any, by_hand: bool = True) -> str:
    """Hand in an entry; assert that status, marks and state are what `judge` says of it.

    Returns the status.
    """
    if by_hand:
        enter(form, question, entry)
        press(form)
        told = form.evaluate(TOLD)
    else:
        told = form.evaluate(
            f"(form, entry) => {{ ({SET})(form, entry); return ({TOLD})(form); }}",
            wanted(question, entry),
        )
    verdict = question.judge(entry)
    where = f"{question.id} at {entry!r}"
    assert told["state"] == verdict.state, where
    said = told["said"]
    said[0] = said[0].lstrip("✔✖? ")
    assert said == [" ".join(line.replace("`", "").split(" ")) for line in verdict.lines], where
    if isinstance(question, Number):
        marks = [verdict.state]
    elif isinstance(question, Choice):
        marks = verdict.marks
    else:
        marks = [mark for rows in verdict.marks.values() for row in rows for mark in row]
    signs = {"right": "✔ right", "wrong": "✖ wrong", "unread": "? unread"}
    assert told["notes"] == [signs.get(mark, "") for mark in marks], where
    assert told["invalid"] == [mark in ("wrong", "unread") for mark in marks], where
    status: str = told["status"]
    return status


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
        told = answer(form, question, entry, by_hand=False)
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
