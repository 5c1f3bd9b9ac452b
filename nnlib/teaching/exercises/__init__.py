"""The code exercises: what one consists of, and where to find it.

The room of each chapter (see `nnlib.teaching.rooms`) has a module `exercises` with a list
`EXERCISES`. To add an exercise, write its solution as an ordinary function and append an
`Exercise` that names the inputs to try it on and the wrong answers people give. The starter in the
notebook and the solution folded away below it both come from that one function, so neither is ever
a second copy.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from typing import Any

import numpy as np

from nnlib.teaching.rooms import ELSEWHERE, furniture, rooms

Function = Callable[..., Any]

DRAWN = 4  # random inputs for every answer, where an exercise can draw some


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that people give, and what to tell them.

    The diagnosis names the mistake in plain words, addressed to the learner.
    """

    function: Function
    diagnosis: str


@dataclass(frozen=True)
class Property:
    """Something that must hold for a right answer, tested without knowing the right values.

    `test` gets the learner's function and returns None, or a sentence that says what fails.
    """

    name: str
    test: Callable[[Function], str | None]


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise that checks itself.

    id          "2.3": chapter and number
    title       a few words
    solution    the right function; its docstring is the task, its name the learner's name
    probes      name -> tuple of arguments; small inputs first, since the first failure is shown
    wrong       at least three wrong answers, each with its own diagnosis
    hints       at least two, from gentle to nearly the answer
    why         one or two sentences below the solution
    witness     the same by an independent route: nnlib, loops, another derivation. The tests hold
                the solution to it, so that no wrong key can tell a right learner that he is wrong
    draw        random arguments of the same kind, from a generator: more for the two to agree on,
                and a few for every answer, so that none passes by the luck of the probes
    free        other values are right as well, as with another random stream: shapes must agree,
                and the properties decide
    properties  what else must hold, beyond agreement with the solution
    broken      for a find-the-bug lab: the function that the learner is given
    symptom     for a lab: what goes wrong with it, without saying why
    test_hints  for a lab: how to write the test that exposes the bug
    rtol, atol  how closely values must agree; atol=0 where small values count
    """

    id: str
    title: str
    solution: Function
    probes: Mapping[str, tuple[Any, ...]]
    wrong: Sequence[Wrong]
    hints: Sequence[str]
    why: str
    witness: Function | None = None
    draw: Callable[[np.random.Generator], tuple[Any, ...]] | None = None
    free: bool = False
    properties: Sequence[Property] = ()
    broken: Function | None = None
    symptom: str = ""
    test_hints: Sequence[str] = ()
    rtol: float = 1e-7
    atol: float = 1e-10

    def __post_init__(self) -> None:
        problems = {
            "an id like '2.3'": not re.fullmatch(r"\d+\.\d+", self.id),
            "a docstring on its solution": not self.solution.__doc__,
            "at least one probe": not self.probes,
            "at least three wrong answers": len(self.wrong) < 3,
            "at least two hints": len(self.hints) < 2,
            "both broken and symptom, or neither": (self.broken is None) == bool(self.symptom),
            "a witness other than its solution": self.witness is self.solution,
            "properties to decide what is right": self.free and not self.properties,
            "a broken function for its test_hints": self.broken is None and bool(self.test_hints),
        }
        missing = [need for need, fails in problems.items() if fails]
        if missing:
            raise ValueError(f"exercise {self.id!r} needs {', '.join(missing)}")

    @property
    def name(self) -> str:
        """The name of the function that the learner writes."""
        return self.solution.__name__

    @cached_property
    def inputs(self) -> dict[str, tuple[Any, ...]]:
        """The probes, and after them the random inputs that every answer is tried on."""
        if self.draw is None:
            return dict(self.probes)
        rng = np.random.default_rng(0)
        drawn = {f"random input {i}": tuple(self.draw(rng)) for i in range(1, DRAWN + 1)}
        return {**self.probes, **drawn}

    @property
    def arguments(self) -> list[str]:
        """The names of its arguments."""
        return list(inspect.signature(self.solution).parameters)

    def bind(self, *given: Any, **named: Any) -> tuple[Any, ...]:
        """Return the arguments of a call in order; TypeError if it can't be called so."""
        return inspect.signature(self.solution).bind(*given, **named).args

    @property
    def solution_source(self) -> str:
        """The solution as text."""
        return _source(self.solution)

    @property
    def starter(self) -> str:
        """What the notebook cell starts from: the head of the solution, or a lab's broken code."""
        if self.broken is not None:
            return _source(self.broken).replace(f"def {self.broken.__name__}(", f"def {self.name}(")
        source = self.solution_source
        head = ast.parse(source).body[0]
        assert isinstance(head, ast.FunctionDef)
        end = head.body[0].end_lineno  # of the docstring, which __post_init__ asks for
        return "\n".join(source.splitlines()[:end]) + "\n    ...\n"

    @property
    def test_starter(self) -> str:
        """What the learner's test of a lab starts from (see `check.bug`)."""
        call = f"f({', '.join(self.arguments)})"
        return (
            "def exposes(f):\n"
            f'    """Return True if f, called as {call}, is wrong.\n\n'
            '    Return False if it is right.\n    """\n    ...\n'
        )


def _source(function: Function) -> str:
    return textwrap.dedent(inspect.getsource(function))


def chapters() -> list[str]:
    """Return the numbers of the chapters that have exercises, as text, in order."""
    return [number for number in rooms() if furniture(number, "exercises")]


@cache
def chapter(number: str) -> dict[str, Exercise]:
    """Return the exercises of one chapter by id; ValueError if an id occurs twice or is foreign."""
    exercises: dict[str, Exercise] = {}
    module = furniture(number, "exercises")
    for exercise in module.EXERCISES if module else ():
        if exercise.id in exercises or exercise.id.split(".")[0] != number:
            raise ValueError(f"chapter {number}: the id {exercise.id!r} is taken or foreign")
        exercises[exercise.id] = exercise
    return exercises


def every_exercise() -> Iterator[Exercise]:
    """Yield the exercises of all chapters, in order."""
    for number in chapters():
        yield from chapter(number).values()


def find(id: str) -> Exercise:
    """Return the exercise with this id.

    Raises TypeError if the id is not text, and ValueError, with the nearest ids, if unknown.
    """
    if not isinstance(id, str):
        raise TypeError(f'expected the id as text, such as "2.3", got {id!r}')
    number = id.split(".")[0]
    if number in chapters() and id in chapter(number):
        return chapter(number)[id]
    ids = [exercise.id for exercise in every_exercise()]
    if not ids:
        raise ValueError(f"no exercise {id!r}; {ELSEWHERE}")
    nearest = get_close_matches(id, ids, n=3, cutoff=0.4) or ids[:3]
    raise ValueError(f"no exercise {id!r}; the nearest are {', '.join(nearest)}")
