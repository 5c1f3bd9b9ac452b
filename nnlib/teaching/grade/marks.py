"""From what the checks said to a mark for each student and exercise.

Within a notebook the last verdict on an exercise counts; between notebooks of the same student the
best: who hands in a fresh copy beside the finished one must not lose by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nnlib.teaching.checks import BUG
from nnlib.teaching.exercises import every_exercise, find
from nnlib.teaching.grade.running import Limits, Run

PASSED, NOT_YET, NOT_REACHED = "passed", "not yet", "not reached"
NOT_ATTEMPTED, NOT_HANDED_IN = "not attempted", "not handed in"
STATES = (PASSED, NOT_YET, NOT_REACHED, NOT_ATTEMPTED, NOT_HANDED_IN)
"""From the best to the worst: of two notebooks the better one counts."""


@dataclass(frozen=True)
class Mark:
    """One exercise of one student: a state, the diagnosis in words, and where it comes from."""

    student: str
    id: str
    state: str
    diagnosis: str = ""
    evidence: str = ""
    notebook: str = ""


@dataclass(frozen=True)
class Table:
    """The marks by (student, exercise), and what to look at: (student, file, why)."""

    students: tuple[str, ...]
    ids: tuple[str, ...]
    marks: dict[tuple[str, str], Mark]
    problems: tuple[tuple[str, str, str], ...] = ()

    def of(self, student: str, id: str) -> Mark:
        return self.marks.get((student, id), Mark(student, id, NOT_HANDED_IN))


def known() -> list[str]:
    """Return every exercise of the book, the test of a lab before the lab, in order."""
    return [
        id
        for exercise in every_exercise()
        for id in ([exercise.id + BUG] * bool(exercise.test_hints) + [exercise.id])
    ]


def label(id: str) -> str:
    """Return how an exercise is called in a table."""
    return id.replace(BUG, " test")


def title(id: str) -> str:
    """Return what an exercise is about."""
    return find(id.removesuffix(BUG)).title + (", a test for it" if id.endswith(BUG) else "")


def table(runs: Iterable[Run], ids: Sequence[str], limits: Limits) -> Table:
    """Return the marks in these exercises; without any, in all that some notebook has."""
    runs = list(runs)
    everything = known()
    asked = ids or [id for id in everything if any(id in _ids(run) for run in runs)]
    marks: dict[tuple[str, str], Mark] = {}
    for run in runs:
        for id in _ids(run):
            if id in asked:
                mark = _mark(run, id, limits)
                place = mark.student, id
                if place not in marks or _rank(mark) < _rank(marks[place]):
                    marks[place] = mark
    problems = [problem for run in runs for problem in _problems(run, everything)]
    students = dict.fromkeys(run.submission.student for run in runs)
    return Table(tuple(students), tuple(asked), marks, tuple(problems))


def _ids(run: Run) -> Iterable[str]:
    """Return what a notebook checks by its text, and what it checked when it ran."""
    return dict.fromkeys([*run.submission.ids, *(verdict["id"] for verdict in run.verdicts)])


def _rank(mark: Mark) -> int:
    return STATES.index(mark.state)


def _problems(run: Run, everything: Sequence[str]) -> Iterable[tuple[str, str, str]]:
    """Yield what a teacher should know of a file besides its marks."""
    student, name = run.submission.student, run.submission.name
    if run.ended:
        yield student, name, f"{run.ended}."
    elif not run.submission.ids:
        yield student, name, "It has no exercise: no cell calls `check`."
    unknown = [label(id) for id in run.submission.ids if id not in everything]
    if unknown:
        yield student, name, f"It checks {', '.join(unknown)}, which this book does not have."


def _mark(run: Run, id: str, limits: Limits) -> Mark:
    """Return the mark for one exercise in one notebook."""
    student, name = run.submission.student, run.submission.name
    said = [verdict for verdict in run.verdicts if verdict["id"] == id]
    if said:
        last = said[-1]
        if last["passed"]:
            return Mark(student, id, PASSED, last["message"], "", name)
        if last["untouched"] or last["state"] == NOT_YET:
            return Mark(student, id, NOT_ATTEMPTED, "The starter is as it was.", "", name)
        return Mark(student, id, NOT_YET, last["message"], last["evidence"], name)
    for cell in reversed([cell for cell in run.submission.cells if id in cell.ids]):
        if cell.number in run.slow:
            text = f"Its cell was stopped after {limits.cell:g} s: is there a loop that never ends?"
            return Mark(student, id, NOT_REACHED, text, "", name)
        if error := run.errors.get(cell.number):
            text = f"Its cell stopped before the check: `{error}`"
            return Mark(student, id, NOT_YET, text, "", name)
    why = f"{run.ended[:1].upper()}{run.ended[1:]}" if run.ended else "Its check was not called"
    return Mark(student, id, NOT_REACHED, f"{why}.", "", name)
