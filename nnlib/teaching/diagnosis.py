"""Why is an answer wrong? Asked in this order, from what teaches most to what is least.

1. A wrong answer of the registry that does the same, as a whole or in each wrong result.
2. The smallest edit of the solution that does the same (see `slips`).
3. What the values show (see `telling`), or what the exception means (see `errors`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from nnlib.teaching import errors, slips, telling
from nnlib.teaching.exercises import Exercise, Function, Wrong
from nnlib.teaching.trials import (
    Deviations,
    Outcome,
    Survey,
    Trial,
    agree,
    alike,
    attempt,
    deviations,
    dtypes,
    numbers_in,
    parts_of,
    survey,
)


@dataclass(frozen=True)
class Diagnosis:
    """What to say, by what it was found, and the (aspect, probe) to show.

    by  "known", "slip", "values", "error" or "bare"
    """

    message: str
    by: str
    key: tuple[str, str]


@dataclass(frozen=True)
class Candidate:
    """A wrong answer of the registry, and what it does."""

    diagnosis: str
    trials: Survey
    wrong: Deviations

    @property
    def aspect(self) -> str:
        """The gravest aspect in which it is wrong, or ""."""
        return next(iter(self.wrong))[0] if self.wrong else ""


class Known:
    """What is known of an exercise: the right results, and those of its wrong answers."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.right = survey(exercise.solution, exercise)
        bug = [Wrong(exercise.broken, exercise.symptom)] if exercise.broken else []
        answers = [*bug, *exercise.wrong]
        self._answers = answers
        self._candidates: list[Candidate] | None = None

    @property
    def candidates(self) -> list[Candidate]:
        """The wrong answers, tried once, when they are first asked for."""
        if self._candidates is None:
            self._candidates = []
            for answer in self._answers:
                trials = survey(answer.function, self.exercise)
                wrong = deviations(trials, self.right, self.exercise)
                self._candidates.append(Candidate(answer.diagnosis, trials, wrong))
        return self._candidates


_known: dict[int, Known] = {}


def known(exercise: Exercise) -> Known:
    """Return what is known of an exercise, found out once."""
    kept = _known.get(id(exercise))
    if kept is None or kept.exercise is not exercise:
        kept = _known[id(exercise)] = Known(exercise)
    return kept


def matters(exercise: Exercise, found: Survey, wrong: Deviations) -> set[str]:
    """Return the aspects in which an answer is wrong, and not only different.

    Right values in another dtype, or with an overflow on the way, are right values. But some
    exercises are about just that: a wrong answer of their registry is wrong in nothing else.
    """
    aspects = {aspect for aspect, _ in wrong}
    candidates = known(exercise).candidates if aspects & {"dtype", "overflow"} else []
    return {
        aspect
        for aspect in aspects
        if aspect in ("value", "input") or _by_aspect(exercise, candidates, found, wrong, aspect)
    }


def diagnose(exercise: Exercise, function: Function, found: Survey, wrong: Deviations) -> Diagnosis:
    """Name the mistake of an answer that deviates."""
    right, candidates = known(exercise).right, known(exercise).candidates
    key = next(iter(wrong))
    if key[0] != "value":
        match = _by_aspect(exercise, candidates, found, wrong, key[0])
        return Diagnosis(match, "known", key) if match else _by_side_effect(found, key)
    same = [c for c in candidates if c.aspect == "value" and _same(exercise, c.trials, found)]
    if same:
        return Diagnosis(same[0].diagnosis, "known", key)
    if said := unsteady(exercise, function, found, wrong):
        return Diagnosis(said, "values", key)
    said, left = _by_parts(exercise, candidates, found, right)
    if said and not left:
        return Diagnosis(said, "known", key)
    nearly = "" if said else _nearly_known(exercise, candidates, found, right)
    # Where it fails, what is left of a known answer may be the doing of another slip.
    if nearly and not _failing(exercise, found, right):
        return Diagnosis(nearly, "known", key)
    if slip := _by_slip(exercise, function, found, right):
        return Diagnosis(slip, "slip", key)
    if said:
        names = telling.result_names(exercise, telling.common_count(right))
        rest = telling.joined([names[i] for i in sorted(left)])
        differs = "differs" if len(left) == 1 else "differ"
        return Diagnosis(f"{said} And {rest} {differs}, too.", "known", key)
    if nearly:
        return Diagnosis(nearly, "known", key)
    if slip := _by_slip_elsewhere(exercise, function, found, right):
        return Diagnosis(slip, "slip", key)
    return _by_values(exercise, function, found, right, wrong)


def unsteady(
    exercise: Exercise, function: Function, found: Survey, wrong: Deviations | None = None
) -> str:
    """Say if the function returns another result when it is called again; "" if not.

    It is called with the first input, and with those on which its values were wrong: an order of
    rows that is drawn without a seed may not count on the first.
    """
    missed = [name for aspect, name in wrong or () if aspect == "value"]
    first = next(iter(exercise.inputs))
    if all(_steady(exercise, function, found, name) for name in dict.fromkeys([first, *missed])):
        return ""
    return (
        "Called twice with the same arguments, your function returns two different results: it "
        "remembers something from the call before, or draws random numbers without a seed."
    )


def _steady(exercise: Exercise, function: Function, found: Survey, name: str) -> bool:
    one, other = found[name], attempt(function, exercise.inputs[name], exercise.arguments)
    if one.error or other.error:
        return type(one.error) is type(other.error)
    return _equal(one.value, other.value)


def _equal(one: object, other: object) -> bool:
    """Tell whether two results of the learner's are the same; what can't be compared is."""
    a, b = list(numbers_in(one)), list(numbers_in(other))
    if len(a) != len(b):
        return False
    pairs = zip(a, b, strict=True)
    return all(x.shape == y.shape and alike(x, y, 1e-9, 1e-12) for x, y in pairs)


# Registered wrong answers -------------------------------------------------------------------------


def _by_aspect(
    exercise: Exercise,
    candidates: Sequence[Candidate],
    found: Survey,
    wrong: Deviations,
    aspect: str,
) -> str:
    """Return the diagnosis of what is wrong in this aspect and none graver, on the same probes."""
    mine = {probe for kind, probe in wrong if kind == aspect}
    best, least = "", len(mine) + 1
    for candidate in candidates:
        if candidate.aspect != aspect:
            continue
        theirs = {probe for kind, probe in candidate.wrong if kind == aspect}
        apart = sum(
            not agree(aspect, probe, found[probe], candidate.trials[probe], exercise)
            for probe in mine | theirs
        )
        if apart < least:
            best, least = candidate.diagnosis, apart
    return best if 2 * least <= len(mine) else ""


def _by_side_effect(found: Survey, key: tuple[str, str]) -> Diagnosis:
    trial = found[key[1]]
    if key[0] == "input":
        return Diagnosis(
            f"The values are right, but your function changes its input {', '.join(trial.changed)}."
            " Work on a new array: the caller still needs the old one.",
            "values",
            key,
        )
    return Diagnosis(f"The values are right, but {remark(key[0], trial)}.", "values", key)


def remark(aspect: str, trial: Trial) -> str:
    """Return a word on a dtype or an overflow."""
    if aspect == "dtype":
        kinds = " and ".join(dict.fromkeys(dtypes(trial)))
        given = any("float32" in str(a.dtype) for a in numbers_in(list(trial.arguments)))
        return f"{'float32 input comes' if given else 'what is asked for comes'} back as {kinds}"
    return "something overflows or divides by zero on the way"


def _same(exercise: Exercise, one: Survey, other: Survey) -> bool:
    """Tell whether two functions do the same on every probe, errors included."""
    return all(
        _same_outcome(exercise, one[name].outcome, other[name].outcome) for name in exercise.inputs
    )


def _same_outcome(exercise: Exercise, one: Outcome, other: Outcome) -> bool:
    if one.error and other.error:
        return one.error == other.error or one.error[0] == other.error[0] in _due(exercise)
    if one.error or other.error:
        return False
    if isinstance(other.value, tuple | list) and isinstance(one.value, tuple | list):
        parts = parts_of(other.value, len(one.value))
        return parts is not None and all(
            _same_outcome(exercise, Outcome(a), Outcome(b))
            for a, b in zip(one.value, parts, strict=True)
        )
    return alike(other.value, one.value, exercise.rtol, exercise.atol)


def _due(exercise: Exercise) -> set[str]:
    """Return the errors that are due on some probe: their words are the learner's own."""
    trials = known(exercise).right.values()
    return {trial.outcome.error[0] for trial in trials if trial.outcome.error}


def _by_parts(
    exercise: Exercise, candidates: Sequence[Candidate], found: Survey, right: Survey
) -> tuple[str, set[int]]:
    """Return diagnoses that each explain some of several wrong results, and what they leave."""
    count = telling.common_count(right)
    mine = _parts(exercise, found, count)
    theirs = _parts(exercise, right, count)
    if count < 2 or mine is None or theirs is None:
        return "", set()
    left = _apart(exercise, mine, theirs)
    said: list[str] = []
    for candidate in candidates:
        parts = _parts(exercise, candidate.trials, count)
        if candidate.aspect != "value" or parts is None:
            continue
        wrong = _apart(exercise, parts, theirs)
        if wrong and wrong <= left and not wrong & _apart(exercise, parts, mine):
            said.append(candidate.diagnosis)
            left -= wrong
    return " ".join(said), left


Parts = list[list[object]]


def _parts(exercise: Exercise, trials: Survey, count: int) -> Parts | None:
    """Return the results of each probe, or None if there are not so many everywhere."""
    rows = [parts_of(trials[n].value, count) for n in exercise.inputs if not trials[n].error]
    if len(rows) < len(exercise.inputs) or any(row is None for row in rows):
        return None
    return [row for row in rows if row is not None]


def _apart(exercise: Exercise, one: Parts, other: Parts) -> set[int]:
    """Return the numbers of the results that differ on some probe."""
    return {
        i
        for a, b in zip(one, other, strict=True)
        for i in range(len(a))
        if not _same_outcome(exercise, Outcome(a[i]), Outcome(b[i]))
    }


def _nearly_known(
    exercise: Exercise, candidates: Sequence[Candidate], found: Survey, right: Survey
) -> str:
    """Return the diagnosis of what does the same but where one of the two fails or overflows.

    What people write instead of `X / len(X)` may do something else for an empty batch.
    """
    for candidate in candidates:
        if candidate.aspect != "value":
            continue
        numbers = 0
        for name in exercise.inputs:
            one, other = candidate.trials[name], found[name]
            if _same_outcome(exercise, one.outcome, other.outcome):
                if not one.error and not agree("value", name, other, right[name], exercise):
                    numbers += sum(map(_telling_numbers, numbers_in(other.value)))
            elif right[name].error or _part(exercise, one, other):
                break
        else:
            if numbers > 2:
                return candidate.diagnosis
    return ""


def _part(exercise: Exercise, one: Trial, other: Trial) -> bool:
    """Tell whether two unequal trials differ in more than NaN, infinity, or an error of one."""
    if one.error or other.error:
        return False
    if _ordinary(one) and _ordinary(other):
        return True
    pairs = list(zip(numbers_in(one.value), numbers_in(other.value), strict=False))
    if any(a.shape != b.shape for a, b in pairs):
        return True
    finite = [np.isfinite(a) & np.isfinite(b) for a, b in pairs]
    return not all(
        alike(a[both], b[both], exercise.rtol, exercise.atol)
        for (a, b), both in zip(pairs, finite, strict=True)
    )


def _telling_numbers(array: np.ndarray) -> int:
    """Count the numbers that two mistakes do not share by chance: NaN, inf and 0 are anybody's."""
    return int(np.count_nonzero(np.isfinite(array) & (array != 0)))


def _ordinary(trial: Trial) -> bool:
    """Tell whether a trial gave numbers, and finite ones."""
    arrays = list(numbers_in(trial.value))
    return not trial.error and bool(arrays) and all(np.all(np.isfinite(a)) for a in arrays)


# Slips --------------------------------------------------------------------------------------------

SEVERAL = 3  # more explanations than this explain nothing
NAMELESS = "place of the right one"  # what is said for a value whose name the learner does not know


def _by_slip(exercise: Exercise, function: Function, found: Survey, right: Survey) -> str:
    explanations = slips.find(exercise, found, right, _source(function))
    words = _words(exercise, function)
    failing = _failing(exercise, found, right)
    if failing and len(explanations) > 1:
        error = found[failing[0]].error
        assert error is not None
        _, line, _ = errors.line_of(function, error)
        explanations = [e for e in explanations if _stands_in(line, e)] or explanations
    message = _slips_in_words(exercise, words, found, right, explanations)
    if not message or not failing:
        return message
    if ", or as if" in message or NAMELESS in message:
        return ""  # what the exception means says more
    return f"{message} {errors.explain(exercise, function, found[failing[0]])}"


def _stands_in(line: str, explanation: Sequence[slips.Slip]) -> bool:
    """Tell whether a line that failed has the very calls that slips make of other calls."""
    changed = [edit.call for slip in explanation for edit in slip.edits]
    return all(call and "".join(call.split()) in "".join(line.split()) for call in changed)


def _failing(exercise: Exercise, found: Survey, right: Survey) -> list[str]:
    """Return the probes on which the function raises something, and the right one does not."""
    return [name for name in exercise.inputs if found[name].error and not right[name].error]


def _by_slip_elsewhere(exercise: Exercise, function: Function, found: Survey, right: Survey) -> str:
    """Explain the wrong values of a function that raises something on other probes."""
    failing = _failing(exercise, found, right)
    sound = {name: given for name, given in exercise.inputs.items() if name not in failing}
    if not failing or not sound:
        return ""
    explanations = slips.find(exercise, found, right, _source(function), list(sound))
    part, words = replace(exercise, probes=sound, draw=None), _words(exercise, function)
    message = _slips_in_words(part, words, found, right, explanations)
    error = errors.name_of(found[failing[0]].error).rstrip(".")
    return message and f"{message} With {failing[0]}, it raises {error}."


def _slips_in_words(
    exercise: Exercise,
    words: slips.Words,
    found: Survey,
    right: Survey,
    explanations: Sequence[Sequence[slips.Slip]],
) -> str:
    if not explanations:
        return ""
    count = telling.common_count(right)
    names = telling.result_names(exercise, count)
    wrong = _wrong_parts(exercise, found, right, count)
    fails = bool(_failing(exercise, found, right))

    def told(explanation: Sequence[slips.Slip], placed: bool) -> str:
        parts = []
        for slip in explanation:
            about = [names[i] for i in sorted(slip.parts & wrong)] or names
            who = telling.joined(about)
            who = f"{who[0].upper()}{who[1:]} {'comes' if len(about) == 1 else 'come'} out as if"
            if fails:
                who = "Your function fails as the right one would if"
            parts.append(f"{who} {_clauses(slip, words, names, placed)}.")
        return " ".join(dict.fromkeys(parts))

    sentences = list(dict.fromkeys(told(slip, placed=True) for slip in explanations))
    if fails and len(sentences) > 1:
        # The same slip in several places: the line that raised says in which.
        sentences = list(dict.fromkeys(told(slip, placed=False) for slip in explanations))
    message = _alternatives(sentences)
    fine = [name for i, name in enumerate(names) if i not in wrong]
    if message and not fails and fine:
        message += f" {telling.are_right(fine)}"
    silent = [n for n, t in found.items() if t.value is None and not t.error]
    if message and silent:
        message += f" With {silent[0]}, it returns None: {telling.EVERY_WAY}"
    return message


def _source(function: Function) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""


def _alternatives(sentences: list[str]) -> str:
    """Join explanations that do the same on every probe, or return "" if they are too many."""
    message, *others = sentences
    if len(others) >= SEVERAL or (others and message.count(" if ") > 1):
        return ""
    for other in others:
        message = f"{message.rstrip('.')}, or as if {other.partition(' if ')[2]}"
    return message


def _wrong_parts(exercise: Exercise, found: Survey, right: Survey, count: int) -> set[int]:
    mine, theirs = _parts(exercise, found, count), _parts(exercise, right, count)
    if count < 2 or mine is None or theirs is None:
        return set(range(count))
    return _apart(exercise, mine, theirs)


def _clauses(slip: slips.Slip, words: slips.Words, names: Sequence[str], placed: bool) -> str:
    said = []
    for edit in slip.edits:
        text = edit.clause(words)
        place = words.known & {edit.place} if isinstance(edit.place, str) else set()
        if placed and place and f"`{edit.place}`" not in text and f"`{edit.place}`" not in names:
            text += f", where `{edit.place}` is computed"
        said.append(text)
    return ", and ".join(dict.fromkeys(said))


def _words(exercise: Exercise, function: Function) -> slips.Words:
    """Return what may be said to whoever wrote this function."""
    return slips.Words(_familiar(exercise, function), slips.laboratory(exercise).defined)


def _familiar(exercise: Exercise, function: Function) -> frozenset[str]:
    """Return the names that the learner knows: from the task, or his own."""
    task = set(re.findall(r"[A-Za-z_]\w*", exercise.solution.__doc__ or ""))
    own = getattr(getattr(function, "__code__", None), "co_varnames", ())
    return frozenset({*exercise.arguments, *own, *(w for w in task if _mathematical(w))})


@cache
def _mathematical(word: str) -> bool:
    """Tell a name, such as dW1 or E, from a word of English."""
    return (
        len(word) <= 3 or any(c.isdigit() or c == "_" for c in word) or word[1:] != word[1:].lower()
    )


# Values -------------------------------------------------------------------------------------------


def _by_values(
    exercise: Exercise, function: Function, found: Survey, right: Survey, wrong: Deviations
) -> Diagnosis:
    keys = [key for key in wrong if key[0] == "value"]
    failed = [key for key in keys if found[key[1]].error is not None]
    if failed:
        key = failed[0]
        returned = right[key[1]].error is None
        message = errors.explain(exercise, function, found[key[1]], returned)
        fine = [n for n in exercise.inputs if ("value", n) not in wrong]
        if fine:
            message += f" Right with: {'; '.join(fine[:4])}."
        return Diagnosis(message, "error", key)
    key = keys[0]
    expected = right[key[1]]
    if all(found[name].value is None for name in exercise.inputs):
        return Diagnosis("Your function returns None: is its `return` missing?", "values", key)
    if expected.error is not None:
        kind = type(expected.error).__name__
        message = f"With {key[1]}, a {kind} is due; your function returns something."
        return Diagnosis(message, "values", key)
    if said := telling.told(exercise, found, right):
        rest = re.sub(r"[^.]*\b(differs?|is right|are right)\. ?|(Right|Wrong) with: .*", "", said)
        return Diagnosis(said, "values" if rest.strip() else "bare", key)
    return Diagnosis("The values differ.", "bare", key)
