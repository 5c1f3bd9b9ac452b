"""`check("2.3", fn)`: does a learner's function do what the exercise asks, and if not, why not.

`check.bug("4.4", exposes)` asks the same of a test that is to expose the bug of a lab (see `bugs`).
`answer` gives both in plain data, for a page that draws them itself.

The answer is "not yet" for the starter, a pass that says what was verified, or a diagnosis. The
diagnosis comes from `diagnosis`, the smallest input that shows it from `evidence`.

A learner's mistake never raises. An unknown exercise does, since that is the page's mistake.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np

from nnlib.teaching import bugs, evidence
from nnlib.teaching.bugs import NOT_QUITE, Judgment
from nnlib.teaching.diagnosis import diagnose, known, matters, remark, unsteady
from nnlib.teaching.errors import name_of
from nnlib.teaching.exercises import Exercise, Function, every_exercise, find
from nnlib.teaching.panel import Panel, box, lines, prose
from nnlib.teaching.source import colored
from nnlib.teaching.trials import (
    Deviations,
    Printed,
    Survey,
    Trial,
    agree,
    as_array,
    deviations,
    in_form_of,
    survey,
    takes,
)


class Verdict(Panel):
    """The answer to one check: `state`, `message`, `evidence`, `tips`, and how it is shown.

    by  on what grounds an answer was refused: "known" (a registered wrong answer), "slip" (an edit
        of the solution), "values", "error" or "bare" (nothing but that it differs)
    """

    def __init__(
        self,
        title: str,
        judgment: Judgment,
        tips: Sequence[str] = (),
    ) -> None:
        self.title = title
        self.state, self.message = judgment.state, judgment.message
        self.evidence, self.by = judgment.evidence, judgment.by
        self.passed = self.state == "passed"
        self.tips = [] if self.passed else list(tips)
        head = f"{title}: {self.state}."
        indented = [f"    {line}" for line in self.evidence.splitlines()]
        kind = {"passed": "passed", "not yet": "open"}.get(self.state, "wrong")
        html = [f'<p style="margin:.3rem 0"><strong>{escape(head)}</strong></p>']
        html += [prose(self.message), lines(self.evidence) if self.evidence else ""]
        html += map(prose, self.tips)
        text = "\n".join([head, self.message, *indented, *self.tips])
        super().__init__(text, box(kind, *html))


class Check:
    """The object behind `check`: call it, or ask it for a starter or a solution.

    `find` gives an exercise by its id, `every` all that there are.
    """

    def __init__(
        self, find: Callable[[str], Exercise], every: Callable[[], Iterable[Exercise]]
    ) -> None:
        self._find = find
        self._every = every

    def __call__(self, id: str, function: Any, *, hint: int | bool = 0) -> Verdict:
        """Check a function against an exercise, and say what is right or wrong with it.

            check("2.3", relu_backward)
            check("2.3", relu_backward, hint=1)

        `hint=1` adds the first hint, `hint=2` the second as well. Raises ValueError for an
        unknown id, naming the nearest, and for a hint that is not a count.
        """
        exercise = self._find(id)
        count = _count(hint)
        tips = _tips(exercise.hints, f'check("{id}", {exercise.name}', count)
        title = f"Exercise {exercise.id}, {exercise.title}"
        return _told(id, function, Verdict(title, _judge(exercise, function), list(tips)))

    def bug(self, id: str, exposes: Any, *, hint: int | bool = 0) -> Verdict:
        """Check a learner's test of a lab: `exposes(f)` is True exactly if `f` is wrong.

            check.bug("4.4", exposes)

        Raises ValueError for an exercise that is no lab, and as `check` does.
        """
        exercise = self._lab(id)
        count = _count(hint)
        tips = _tips(exercise.test_hints, f'check.bug("{id}", exposes', count)
        title = f"Exercise {exercise.id}, a test for it"
        verdict = Verdict(title, bugs.judge(exercise, exposes), list(tips))
        return _told(id + BUG, exposes, verdict)

    def starter(self, id: str) -> str:
        """Return the code that an exercise starts from, or, for "4.4-bug", the test of a lab."""
        if isinstance(id, str) and id.endswith(BUG):
            return self._lab(id.removesuffix(BUG)).test_starter
        return self._find(id).starter

    def solution(self, id: str) -> Panel:
        """Show the registry's own solution, folded until it is asked for."""
        exercise = self._find(id)
        title = f"Solution of exercise {exercise.id}, {exercise.title}"
        html = (
            f'<details class="nnlib-solution"><summary style="{SUMMARY}">{escape(title)}</summary>'
            f"{colored(exercise.solution_source)}{prose(exercise.why)}</details>"
        )
        return Panel(f"{title}: folded. Run this cell to open it.", box("open", html))

    def _lab(self, id: str) -> Exercise:
        """Return a lab by its id; ValueError, with the labs of its chapter, for another one."""
        exercise = self._find(id)
        if exercise.broken is None:
            chapter = f"{id.split('.')[0]}."
            others = (e.id for e in self._every() if e.broken and e.id.startswith(chapter))
            labs = ", ".join(others) or "none"
            raise ValueError(f"exercise {id} has no bug to expose; labs of its chapter: {labs}")
        return exercise


# What the page calls the test of a lab: the lab's id, and this.
BUG = "-bug"

# JupyterLab hides the triangle that says "this opens".
SUMMARY = "display:list-item;cursor:pointer"

check = Check(find, every_exercise)


def answer(id: str, function: Any, hint: int = 0, registry: str = "") -> dict[str, Any]:
    """Check a function, or with "4.4-bug" a learner's test, and return the answer in plain data.

    The keys are title, state ("passed", "not yet", ...), passed, message, evidence and tips. In the
    texts, `code` stands between backticks; the evidence is in columns. The exercise is one of the
    rooms, or of the named registry.
    """
    asked = check
    if registry:
        # The door to it is there, and imports this module.
        from nnlib.teaching.registries import registry as tools

        asked = tools(registry).check
    if id.endswith(BUG):
        verdict = asked.bug(id.removesuffix(BUG), function, hint=hint)
    else:
        verdict = asked(id, function, hint=hint)
    keys = ("title", "state", "passed", "message", "evidence", "tips")
    return {key: getattr(verdict, key) for key in keys}


STILL_THERE = "the bug is still there"

Listener = Callable[[str, Any, Verdict], None]
LISTENERS: list[Listener] = []
"""Who is told of each verdict: its id (with BUG for a lab's test), what was checked, and it."""


def _told(id: str, function: Any, verdict: Verdict) -> Verdict:
    for listener in LISTENERS:
        listener(id, function, verdict)
    return verdict


def _count(hint: int | bool) -> int:
    if not isinstance(hint, int) or hint < 0:
        raise ValueError(f"expected hint as a count, such as hint=1, got {hint!r}")
    return int(hint)


def _judge(exercise: Exercise, function: Any) -> Judgment:
    """Return the state, the message, the evidence and the grounds for one function."""
    if not callable(function):
        return Judgment(NOT_QUITE, _uncallable(exercise, function))
    if not takes(function, len(exercise.arguments)):
        call = f"`{exercise.name}({', '.join(exercise.arguments)})`"
        message = f"Your function cannot be called as {call}: are all arguments there?"
        return Judgment(NOT_QUITE, message)
    found = survey(function, exercise)
    if _untouched(function, found):
        return Judgment("not yet", f"Fill in `{exercise.name}`, then run this cell again.")
    right = known(exercise).right
    wrong = deviations(found, right, exercise)
    faults = {
        key: trial for key, trial in wrong.items() if key[0] in matters(exercise, found, wrong)
    }
    complaint = "" if faults and not exercise.free else _first_complaint(exercise, function)
    if exercise.free and not complaint and _same_shapes(exercise, found, right):
        faults = {key: trial for key, trial in faults.items() if key[0] != "value"}
    if faults:
        refusal = _refusal(exercise, function, found, faults)
        decided = complaint and refusal.by != "known" and _same_shapes(exercise, found, right)
        if not decided:
            return refusal
        # A slip that does the same uses the very numbers of the solution: it is the cause. Values
        # to compare with would say that there is one right stream.
        told = f"{complaint} {refusal.message}" if refusal.by == "slip" else complaint
        return Judgment(NOT_QUITE, told, by="slip" if told != complaint else "values")
    if complaint:
        return Judgment(NOT_QUITE, complaint, by="values")
    if said := unsteady(exercise, function, found):
        return Judgment(NOT_QUITE, said, by="values")
    return Judgment("passed", _verified(exercise, wrong))


def _same_shapes(exercise: Exercise, found: Survey, right: Survey) -> bool:
    """Tell whether results have the structure and the shapes of the right ones."""
    return all(
        agree("value", name, _zeroed(found[name]), _zeroed(right[name]), exercise)
        for name in exercise.inputs
    )


def _zeroed(trial: Trial) -> Trial:
    """Return a trial with zeros for numbers."""

    def zeros(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return tuple(map(zeros, value))
        array = as_array(value)
        return value if array is None else np.zeros(array.shape)

    return replace(trial, value=zeros(trial.value))


def _refusal(exercise: Exercise, function: Function, found: Survey, faults: Deviations) -> Judgment:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            diagnosis = diagnose(exercise, function, found, faults)
            aspect, probe = diagnosis.key
            shown = evidence.show(exercise, function, aspect, faults[aspect, probe], probe)
        except Exception:  # our mistake; "lost" fails the tests, and a learner must not suffer it
            return Judgment(
                NOT_QUITE, f"The result differs with: {next(iter(faults))[1]}.", by="lost"
            )
    if exercise.broken is None or diagnosis.message != exercise.symptom:
        return Judgment(NOT_QUITE, diagnosis.message, shown, diagnosis.by)
    # Where the learner is to write the test that exposes the bug, an input that shows it is that.
    shown = "" if exercise.test_hints else shown
    return Judgment(STILL_THERE, diagnosis.message, shown, diagnosis.by)


def _uncallable(exercise: Exercise, given: Any) -> str:
    hand_over = f'`check("{exercise.id}", {exercise.name})`'
    if given is None or given is ...:
        return f"There is no function to check yet. Hand over its name: {hand_over}."
    kind = type(given).__name__
    return f"Hand over the function itself, without calling it: {hand_over}; this is a {kind}."


def _untouched(function: Function, found: Survey) -> bool:
    """Tell whether nobody has written anything yet: a body of `...`, pass or NotImplementedError.

    A body that computes and then returns None is not untouched: it forgot its return.
    """
    if all(isinstance(trial.error, NotImplementedError) for trial in found.values()):
        return True
    code = getattr(function, "__code__", None)
    silent = all(t.error is None and (t.value is None or t.value is ...) for t in found.values())
    if code is None or not silent:
        return silent
    return not code.co_names and code.co_nlocals == code.co_argcount


def _verified(exercise: Exercise, wrong: Deviations) -> str:
    named = [*exercise.probes] * (not exercise.free)
    drawn = len(exercise.inputs) - len(exercise.probes)
    named += [f"{drawn} random inputs"] * bool(drawn and not exercise.free)
    named += [property.name for property in exercise.properties]
    aspects = {aspect for aspect, _ in wrong}
    named += ["float32 stays float32"] * ("dtype" not in aspects)
    named += ["the input is left as it was"]
    named += ["nothing overflows"] * ("overflow" not in aspects)
    text = f"{len(named)} checks hold: {'; '.join(named)}."
    for aspect in ("dtype", "overflow"):
        trial = next((trial for key, trial in wrong.items() if key[0] == aspect), None)
        if trial is not None:
            text += f" A word besides: {remark(aspect, trial)}."
    return text


def _in_form(exercise: Exercise, function: Function) -> Function:
    """Return the learner's function with its lists as arrays, for properties to calculate with."""
    due = next(t.value for t in known(exercise).right.values() if t.error is None)

    def formed(*given: Any) -> Any:
        return in_form_of(due, function(*given))

    return formed


def _first_complaint(exercise: Exercise, function: Function) -> str:
    """Return what the first property says that does not hold; "" if all do."""
    formed = _in_form(exercise, function)
    complaints = (_complaint(property.test, formed) for property in exercise.properties)
    return next((complaint for complaint in complaints if complaint), "")


def _complaint(test: Callable[[Function], str | None], function: Function) -> str | None:
    silent = contextlib.redirect_stdout(Printed())
    with np.errstate(all="ignore"), warnings.catch_warnings(), silent:
        warnings.simplefilter("ignore")
        try:
            return test(function)
        except (Exception, SystemExit) as error:
            return f"Your function raised {name_of(error)} while a property of it was tested."


def _tips(hints: Sequence[str], call: str, hint: int) -> Iterator[str]:
    """Yield the hints asked for, then how to ask for the next; `call` is open at its end."""
    for number, text in enumerate(hints[:hint], 1):
        yield f"Hint {number} of {len(hints)}: {text}"
    if hint < len(hints):
        yield f"{'A hint' if hint == 0 else 'The next hint'}: `{call}, hint={hint + 1})`"
    elif hints:
        yield "That was the last hint; the solution is folded away below."
