"""`check("2.3", fn)`: does a learner's function do what the exercise asks, and if not, why not.

`check.bug("4.4", exposes)` asks the same of a test that is to expose the bug of a lab (see `bugs`).
`answer` gives both in plain data, for a page that draws them itself.

The answer is "not yet" for the starter, a pass that says what was verified, or a diagnosis. A
diagnosis is found in three steps: does the function go wrong exactly where a known wrong answer
does; does it differ from the right values in a telling way (sign, factor, shape); and otherwise
the smallest input on which it fails.

A learner's mistake never raises. An unknown exercise does, since that is the page's mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape
from typing import Any

import numpy as np

from nnlib.teaching import bugs
from nnlib.teaching.bugs import NOT_QUITE, Judgment
from nnlib.teaching.exercises import Exercise, Function, Wrong, chapter, find
from nnlib.teaching.panel import Panel, box, lines, prose
from nnlib.teaching.source import colored
from nnlib.teaching.trials import (
    Deviations,
    Survey,
    Trial,
    agree,
    as_array,
    attempt,
    close,
    deviations,
    dtypes,
    survey,
    takes,
)


class Verdict(Panel):
    """The answer to one check: `state`, `message`, `evidence`, `tips`, and how it is shown."""

    def __init__(
        self,
        title: str,
        state: str,
        message: str,
        evidence: str = "",
        tips: Sequence[str] = (),
    ) -> None:
        self.title = title
        self.state = state
        self.passed = state == "passed"
        self.message = message
        self.evidence = evidence
        self.tips = list(tips)
        indented = [f"    {line}" for line in evidence.splitlines()]
        kind = {"passed": "passed", "not yet": "open"}.get(state, "wrong")
        html = [f'<p style="margin:.3rem 0"><strong>{escape(title)}: {state}.</strong></p>']
        html += [prose(message), lines(evidence) if evidence else "", *map(prose, tips)]
        super().__init__(
            "\n".join([f"{title}: {state}.", message, *indented, *tips]), box(kind, *html)
        )


class Check:
    """The one object behind `check`: call it, or ask it for a starter or a solution."""

    def __call__(self, id: str, function: Any, *, hint: int | bool = 0) -> Verdict:
        """Check a function against an exercise, and say what is right or wrong with it.

            check("2.3", relu_backward)
            check("2.3", relu_backward, hint=1)

        `hint=1` adds the first hint, `hint=2` the second as well. Raises ValueError for an
        unknown id, naming the nearest, and for a hint that is not a count.
        """
        exercise = find(id)
        count = _count(hint)
        state, message, evidence = _judge(exercise, function)
        tips = _tips(exercise.hints, f'check("{id}", {exercise.name}', count)
        title = f"Exercise {exercise.id}, {exercise.title}"
        return Verdict(title, state, message, evidence, [] if state == "passed" else list(tips))

    def bug(self, id: str, exposes: Any, *, hint: int | bool = 0) -> Verdict:
        """Check a learner's test of a lab: `exposes(f)` is True exactly if `f` is wrong.

            check.bug("4.4", exposes)

        Raises ValueError for an exercise that is no lab, and as `check` does.
        """
        exercise = _lab(id)
        count = _count(hint)
        state, message, evidence = bugs.judge(exercise, exposes)
        tips = _tips(exercise.test_hints, f'check.bug("{id}", exposes', count)
        title = f"Exercise {exercise.id}, a test for it"
        return Verdict(title, state, message, evidence, [] if state == "passed" else list(tips))

    def starter(self, id: str) -> str:
        """Return the code that an exercise starts from, or, for "4.4-bug", the test of a lab."""
        if isinstance(id, str) and id.endswith(BUG):
            return _lab(id.removesuffix(BUG)).test_starter
        return find(id).starter

    def solution(self, id: str) -> Panel:
        """Show the registry's own solution, folded until it is asked for."""
        exercise = find(id)
        title = f"Solution of exercise {exercise.id}, {exercise.title}"
        html = (
            f'<details class="nnlib-solution"><summary style="{SUMMARY}">{escape(title)}</summary>'
            f"{colored(exercise.solution_source)}{prose(exercise.why)}</details>"
        )
        return Panel(f"{title}: folded. Run this cell to open it.", box("open", html))


# What the page calls the test of a lab: the lab's id, and this.
BUG = "-bug"

# JupyterLab hides the triangle that says "this opens".
SUMMARY = "display:list-item;cursor:pointer"

check = Check()


def answer(id: str, function: Any, hint: int = 0) -> dict[str, Any]:
    """Check a function, or with "4.4-bug" a learner's test, and return the answer in plain data.

    The keys are title, state ("passed", "not yet", ...), passed, message, evidence and tips. In the
    texts, `code` stands between backticks; the evidence is in columns.
    """
    if id.endswith(BUG):
        verdict = check.bug(id.removesuffix(BUG), function, hint=hint)
    else:
        verdict = check(id, function, hint=hint)
    keys = ("title", "state", "passed", "message", "evidence", "tips")
    return {key: getattr(verdict, key) for key in keys}


STILL_THERE = "the bug is still there"


def _count(hint: int | bool) -> int:
    if not isinstance(hint, int) or hint < 0:
        raise ValueError(f"expected hint as a count, such as hint=1, got {hint!r}")
    return int(hint)


def _lab(id: str) -> Exercise:
    """Return a lab by its id; ValueError, with the labs of its chapter, for another exercise."""
    exercise = find(id)
    if exercise.broken is None:
        of_chapter = chapter(id.split(".")[0]).values()
        labs = ", ".join(other.id for other in of_chapter if other.broken) or "none"
        raise ValueError(f"exercise {id} has no bug to expose; labs of its chapter: {labs}")
    return exercise


def _judge(exercise: Exercise, function: Any) -> Judgment:
    """Return the state, the message and the evidence for one function."""
    if not callable(function):
        return NOT_QUITE, _uncallable(exercise, function), ""
    if not takes(function, len(exercise.arguments)):
        call = f"`{exercise.name}({', '.join(exercise.arguments)})`"
        return NOT_QUITE, f"Your function cannot be called as {call}: are all arguments there?", ""
    found = survey(function, exercise)
    if _untouched(function, found):
        return "not yet", f"Fill in `{exercise.name}`, then run this cell again.", ""
    right = survey(exercise.solution, exercise)
    wrong = deviations(found, right, exercise)
    if wrong:
        return _diagnose(exercise, function, wrong, right)
    for property in exercise.properties:
        complaint = _complaint(property.test, function)
        if complaint:
            return NOT_QUITE, complaint, ""
    return "passed", _verified(exercise), ""


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


def _verified(exercise: Exercise) -> str:
    named = [*exercise.probes, *(property.name for property in exercise.properties)]
    named += ["float32 stays float32", "the input is left as it was", "nothing overflows"]
    return f"{len(named)} checks hold: {'; '.join(named)}."


def _complaint(test: Callable[[Function], str | None], function: Function) -> str | None:
    with np.errstate(all="ignore"):
        try:
            return test(function)
        except Exception as error:
            return f"Your function raised {_name(error)} while a property of it was tested."


def _diagnose(exercise: Exercise, function: Function, wrong: Deviations, right: Survey) -> Judgment:
    """Name the mistake: a known wrong answer's, or what the values show."""
    bug = [Wrong(exercise.broken, exercise.symptom)] if exercise.broken else []
    match = _match(exercise, [*bug, *exercise.wrong], wrong, right)
    key = match[0] if match else next(iter(wrong))
    message = match[1] if match else _describe(exercise, key, wrong, right)
    state = STILL_THERE if bug and message == exercise.symptom else NOT_QUITE
    trial = wrong[key]
    return state, message, _evidence(exercise, function, key, trial, right[key[1]])


def _match(
    exercise: Exercise, candidates: Sequence[Wrong], wrong: Deviations, right: Survey
) -> tuple[tuple[str, str], str] | None:
    """Return where and how a known wrong answer explains the gravest deviations, or None.

    A candidate counts for each deviation it shares, against each it would have had to show.
    It must explain at least half: two wrong functions can agree on one input by accident.
    """
    aspect = next(iter(wrong))[0]
    mine = {key: trial for key, trial in wrong.items() if key[0] == aspect}
    best, best_score = None, 0
    for candidate in candidates:
        trials = survey(candidate.function, exercise)
        theirs = [key for key in deviations(trials, right, exercise) if key[0] == aspect]
        shared = [
            key
            for key in theirs
            if key in mine and agree(aspect, key[1], mine[key], trials[key[1]], exercise)
        ]
        extra, unexplained = len(theirs) - len(shared), len(mine) - len(shared)
        score = len(shared) - extra
        if score > best_score and score >= unexplained:
            best, best_score = (shared[0], candidate.diagnosis), score
    return best


def _describe(exercise: Exercise, key: tuple[str, str], wrong: Deviations, right: Survey) -> str:
    """Say what the deviation shows, for a mistake that no known wrong answer explains."""
    aspect, probe = key
    trial, expected = wrong[key], right[probe]
    if aspect == "dtype":
        kinds = " and ".join(dict.fromkeys(dtypes(trial)))
        return f"The values are right, but float32 input comes back as {kinds}."
    if aspect == "input":
        return (
            f"The values are right, but your function changes its input {', '.join(trial.changed)}."
            " Work on a new array: the caller still needs the old one."
        )
    if aspect == "overflow":
        return "The values are right, but something overflows or divides by zero on the way."
    if trial.error:
        return f"Your function raised {_name(trial.error)}."
    return _describe_value(exercise, probe, trial, expected, wrong, right)


def _describe_value(
    exercise: Exercise,
    probe: str,
    trial: Trial,
    expected: Trial,
    wrong: Deviations,
    right: Survey,
) -> str:
    if trial.value is None:
        return "Your function returns None: is its `return` missing?"
    if isinstance(expected.value, tuple):
        count = len(expected.value)
        if not isinstance(trial.value, tuple | list) or len(trial.value) != count:
            return f"Expected {count} results, as in `return a, b`; got {_kind(trial.value)}."
        part = next(
            i
            for i, pair in enumerate(zip(trial.value, expected.value, strict=True))
            if not close(*pair, exercise.rtol, exercise.atol)
        )
        which = ("first", "second", "third", "fourth")[part]
        telling = _telling(trial.value[part], expected.value[part], exercise)
        return f"The {which} result differs. {telling}"
    values = [
        (found.value, right[name].value)
        for (aspect, name), found in wrong.items()
        if aspect == "value" and not found.error
    ]
    common = {_telling(got, want, exercise) for got, want in values}
    if len(common) == 1:
        return common.pop()
    return f"{_telling(trial.value, expected.value, exercise)} This is with: {probe}."


def _telling(got: Any, want: Any, exercise: Exercise) -> str:
    """Say in what way an array differs from the right one."""
    a, b = as_array(got), as_array(want)
    if a is None or b is None:
        return f"Expected an array of numbers, got {_kind(got)}. Is `np.array` missing?"
    if a.shape != b.shape:
        if a.ndim == 2 and a.T.shape == b.shape and close(a.T, b, exercise.rtol, exercise.atol):
            return f"The result is transposed: expected the shape {b.shape}, got {a.shape}."
        return f"The shape is wrong: expected {b.shape}, got {a.shape}."
    return _telling_numbers(a, b, exercise)


def _telling_numbers(a: np.ndarray, b: np.ndarray, exercise: Exercise) -> str:
    with np.errstate(all="ignore"):
        if np.any(np.isnan(a) & ~np.isnan(b)):
            return "NaN comes out where there should be a number: look for inf / inf or 0 * inf."
        if np.any(np.isnan(b) & ~np.isnan(a)):
            return "A NaN goes in and a number comes out: the fault that made it is now hidden."
        if np.any(np.isinf(a) & ~np.isinf(b)):
            return "Infinity comes out where there should be a number: something overflows."
        ratio = a[b != 0] / b[b != 0]
    rest = a[b == 0]
    if ratio.size and not np.any(rest) and np.allclose(ratio, ratio.flat[0], rtol=1e-6, atol=0):
        return _factor(float(ratio.flat[0]), a.shape)
    return "The values differ."


def _factor(factor: float, shape: tuple[int, ...]) -> str:
    if np.isclose(factor, -1):
        return "The sign is flipped: each value is the negative of what it should be."
    if np.isclose(factor, 0, atol=1e-12):
        return "All values are zero."
    for size in sorted(set(shape)):
        if size > 1 and np.isclose(factor, 1 / size):
            return f"Each value is divided by {size} once too often: is there a mean for a sum?"
        if size > 1 and np.isclose(factor, size):
            return f"Each value is {size} times too large: is there a sum for a mean?"
    return f"Each value is {factor:.4g} times what it should be."


def _evidence(
    exercise: Exercise, function: Function, key: tuple[str, str], trial: Trial, expected: Trial
) -> str:
    """Return the input, what was expected and what came, cut down to where it still fails."""
    aspect = key[0]
    if aspect == "value":
        trial, expected = _shrink(exercise, function, trial, expected)
    rows = list(zip(exercise.arguments, map(_plain, trial.arguments), strict=True))
    if aspect == "dtype":
        rows = [("expected", ", ".join(dtypes(expected))), ("got", ", ".join(dtypes(trial)))]
    elif aspect == "input":
        rows = [(name, text) for name, text in rows if name in trial.changed]
    elif aspect == "value":
        got = f"{_name(trial.error)}" if trial.error else _plain(trial.value)
        rows += [("expected", _plain(expected.value)), ("got", got)]
    width = max(len(name) for name, _ in rows)
    return "\n".join(_row(name, text, width) for name, text in rows)


def _shrink(
    exercise: Exercise, function: Function, trial: Trial, expected: Trial
) -> tuple[Trial, Trial]:
    """Return the trials on a smaller input, one row or one column of it, that still fails."""
    for cuts in _cuts(trial.arguments):
        parts = [_on_part(exercise.solution, exercise, trial, cut) for cut in cuts]
        # A row of softmax can stand alone, a column of it cannot: a cut must change nothing.
        if not all(map(partial(_same_after, exercise, expected), cuts, parts)):
            continue
        for cut, right in zip(cuts, parts, strict=True):
            found = _on_part(function, exercise, trial, cut)
            # One that only makes the function raise shows another fault than the one at hand.
            alike = type(found.error) is type(trial.error)
            if alike and not agree("value", "", found, right, exercise):
                return _shrink(exercise, function, found, right)
    return trial, expected


Cut = tuple[slice, slice]


def _cuts(arguments: tuple[Any, ...]) -> Iterator[list[Cut]]:
    """Yield all rows, then all columns, where the arrays among the arguments share one shape."""
    shapes = {a.shape for a in arguments if isinstance(a, np.ndarray)}
    if len(shapes) != 1 or any(isinstance(a, list) for a in arguments):
        return
    shape = shapes.pop()
    if len(shape) == 2 and shape[0] > 1:
        yield [(slice(i, i + 1), slice(None)) for i in range(shape[0])]
    if len(shape) == 2 and shape[1] > 1:
        yield [(slice(None), slice(j, j + 1)) for j in range(shape[1])]


def _on_part(function: Function, exercise: Exercise, whole: Trial, cut: Cut) -> Trial:
    part = [a[cut] if isinstance(a, np.ndarray) else a for a in whole.arguments]
    return attempt(function, part, exercise.arguments)


def _same_after(exercise: Exercise, whole: Trial, cut: Cut, part: Trial) -> bool:
    """Tell whether the (first) result on the part is that part of the result on the whole."""
    if whole.error or part.error:
        return False
    a, b = (t.value[0] if isinstance(t.value, tuple) else t.value for t in (whole, part))
    return np.ndim(a) == 2 and close(a[cut], b, exercise.rtol, exercise.atol)


def _row(name: str, text: str, width: int) -> str:
    return f"{name:<{width}} = " + text.replace("\n", "\n" + " " * (width + 3))


def _plain(value: Any) -> str:
    """Write a value in a few columns and lines."""
    if isinstance(value, np.ndarray):
        seen = value.squeeze() if value.ndim > 2 else value  # one image of one channel: a matrix
        shape = f" with shape {value.shape}" if value.size == 0 or seen.ndim < value.ndim else ""
        text = np.array2string(seen, precision=4, max_line_width=72, threshold=60, separator=", ")
        return text + shape
    if isinstance(value, list | tuple):
        ends = "[]" if isinstance(value, list) else "()"
        gap = ",\n " if any(isinstance(part, np.ndarray | list | tuple) for part in value) else ", "
        return ends[0] + gap.join(map(_plain, value)) + ends[1]
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    return str(value)


def _kind(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a value of type {type(value).__name__}"


def _name(error: Exception | None) -> str:
    text = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _tips(hints: Sequence[str], call: str, hint: int) -> Iterator[str]:
    """Yield the hints asked for, then how to ask for the next; `call` is open at its end."""
    for number, text in enumerate(hints[:hint], 1):
        yield f"Hint {number} of {len(hints)}: {text}"
    if hint < len(hints):
        yield f"{'A hint' if hint == 0 else 'The next hint'}: `{call}, hint={hint + 1})`"
    elif hints:
        yield "That was the last hint; the solution is folded away below."
