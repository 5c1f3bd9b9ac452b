"""`ask, check = registry("exercises")`: questions and exercises of a book of your own.

A module beside the notebooks, or an installed package, lists what it has:

    # exercises.py
    EXERCISES = [Exercise(...), ...]       # see nnlib.teaching.exercises
    QUESTIONS = [Number(...), ...]         # see nnlib.teaching.questions

and a notebook asks for it, in Jupyter and in the built page alike:

    from nnlib.teaching import registry
    ask, check = registry("exercises")
    ask("1.root")
    check("1.1", bisect)

`python -m nnlib.teaching.registries exercises` proves it: see `prove`. A build does so by itself.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from nnlib.teaching.asking import Ask
from nnlib.teaching.checks import Check, Verdict
from nnlib.teaching.errors import name_of
from nnlib.teaching.exercises import Exercise
from nnlib.teaching.questions import Question
from nnlib.teaching.trials import agree, attempt

TOPS = ("_config.yml", "conf.py", "myst.yml", ".git")
"""What the top folder of a book has. Above it nothing is looked for."""

Item = TypeVar("Item", Exercise, Question)


class Tools(NamedTuple):
    """What a notebook takes from a registry."""

    ask: Ask
    check: Check


def registry(module: str) -> Tools:
    """Return `ask` and `check` for the questions and exercises that a module lists.

        ask, check = registry("exercises")

    The module is looked for in the folder of the notebook, then in those above it, up to the top
    folder of the book; after that among what is installed. Raises ModuleNotFoundError if it is in
    none of them, and ValueError or TypeError where its lists do not fit.
    """
    found = load(module, Path.cwd())
    return Tools(Ask(found.question), Check(found.exercise, found.exercises.values))


@dataclass(frozen=True)
class Registry:
    """A module with EXERCISES, QUESTIONS or both; an id stands once in each."""

    name: str
    module: Any

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        return self._by_id("EXERCISES", Exercise)

    @cached_property
    def questions(self) -> dict[str, Question]:
        return self._by_id("QUESTIONS", Question)  # type: ignore[type-abstract]

    def exercise(self, id: str) -> Exercise:
        """Return an exercise by its id; ValueError, naming the nearest, for an unknown one."""
        return self._find("exercise", id, self.exercises)

    def question(self, id: str) -> Question:
        """Return a question by its id; ValueError, naming the nearest, for an unknown one."""
        return self._find("question", id, self.questions)

    def _by_id(self, name: str, kind: type[Item]) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for item in getattr(self.module, name, ()):
            if not isinstance(item, kind):
                raise TypeError(
                    f"{self.name}.{name}: expected a list of {kind.__name__}s, got {item!r} in it"
                )
            if item.id in found:
                raise ValueError(f"{self.name}.{name}: the id {item.id!r} is there twice")
            found[item.id] = item
        return found

    def _find(self, kind: str, id: str, known: dict[str, Item]) -> Item:
        if not isinstance(id, str):
            raise TypeError(f"expected the id of the {kind} as text, got {id!r}")
        if id not in known:
            near = get_close_matches(id, known, n=3, cutoff=0.4) or list(known)[:3]
            there = f"the nearest are {', '.join(near)}" if near else f"it has no {kind}s"
            raise ValueError(f"{self.name} has no {kind} {id!r}; {there}")
        return known[id]


def place(module: str, folder: Path) -> Path | None:
    """Return the folder, this one or one above it in the book, that holds the module."""
    part = Path(*module.split("."))
    for here in (folder, *folder.parents):
        if (here / part.with_suffix(".py")).is_file() or (here / part / "__init__.py").is_file():
            return here
        if any((here / name).exists() for name in TOPS):
            break
    return None


def load(module: str, folder: Path) -> Registry:
    """Return the registry that a notebook in the folder means by the name of a module."""
    parts = module.split(".") if isinstance(module, str) else [""]
    if not all(part.isidentifier() for part in parts) or parts[1:] == ["py"]:
        raise ValueError(f'expected the name of a module, such as "exercises", got {module!r}')
    beside = place(module, folder.resolve())
    if beside is None:
        found = _installed(module, folder)
    else:
        if str(beside) not in sys.path:
            sys.path.insert(0, str(beside))
        importlib.invalidate_caches()
        found = importlib.import_module(module)
        file = Path(found.__file__ or "").resolve()
        if not file.is_relative_to(beside):
            raise ValueError(
                f"two modules are called {module}: {file} and one in {beside}. "
                "Python keeps one of a name: rename yours"
            )
    if not hasattr(found, "EXERCISES") and not hasattr(found, "QUESTIONS"):
        raise ValueError(f"{module} has neither EXERCISES nor QUESTIONS: a list of one is needed")
    loaded = Registry(module, found)
    _ = loaded.exercises, loaded.questions  # which refuses what does not fit
    return loaded


def _installed(module: str, folder: Path) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # the module is there, and one that it imports is not
        raise ModuleNotFoundError(
            f"no module {module}: {Path(*module.split('.'))}.py is neither in {folder} nor in a "
            "folder above it in this book, and no package of that name is installed",
            name=error.name,
        ) from None


# --- Does it hold? ------------------------------------------------------------------------------

DRAWN = 20  # more random inputs than an answer is tried on


class Doubt(NamedTuple):
    """What is wrong with an exercise, or, if not `certain`, what nobody vouches for."""

    text: str
    certain: bool = True


def prove(found: Registry) -> list[Doubt]:
    """Return what does not hold of the exercises; their questions have proved themselves.

    The solution passes and the starter does not. Each registered wrong answer is refused, with its
    own diagnosis. The witness gives what the solution gives. An exercise without a witness is a
    doubt: nothing but its own solution says then that the solution is right.
    """
    doubts = []
    for exercise in found.exercises.values():
        for text, certain in _doubts(exercise, Check(found.exercise, found.exercises.values)):
            doubts.append(Doubt(f"exercise {exercise.id}: {text}", certain))
    return doubts


def _doubts(exercise: Exercise, check: Check) -> Sequence[tuple[str, bool]]:
    doubts: list[tuple[str, bool]] = []
    if not (verdict := check(exercise.id, exercise.solution)).passed:
        doubts.append((f"its own solution does not pass: {_said(verdict)}", True))
    if exercise.broken and check(exercise.id, exercise.broken).passed:
        doubts.append(("its broken function passes", True))
    for number, wrong in enumerate(exercise.wrong, 1):
        verdict = check(exercise.id, wrong.function)
        which = f"wrong answer {number}, {wrong.function.__name__!r},"
        if verdict.passed:
            doubts.append((f"{which} passes: no input shows that it is wrong", True))
        elif verdict.message != wrong.diagnosis:
            said = f"another diagnosis than its own: {_said(verdict)}"
            doubts.append((f"{which} gets {said}", True))
    if exercise.witness is None:
        text = "it has no witness: nothing but its own solution says that the solution is right"
        doubts.append((text, False))
    elif text := _disagreement(exercise):
        doubts.append((text, True))
    return doubts


def _said(verdict: Verdict) -> str:
    return f"{verdict.state}. {verdict.message}"


def _disagreement(exercise: Exercise) -> str:
    """Say where solution and witness differ; "" where they agree on all inputs."""
    assert exercise.witness is not None
    rng = np.random.default_rng(8)
    drawn = [exercise.draw(rng) for _ in range(DRAWN)] if exercise.draw else []
    for given in [*exercise.probes.values(), *drawn]:
        right = attempt(exercise.solution, given, exercise.arguments)
        other = attempt(exercise.witness, given, exercise.arguments)
        if exercise.free and other.error is None:
            continue  # other values are right as well
        if not agree("value", "", other, right, exercise):
            inputs = ", ".join(map(_shown, given))
            gave, due = (name_of(t.error) if t.error else _shown(t.value) for t in (other, right))
            return f"for {inputs} its witness gives {gave} and its solution {due}"
    return ""


def _shown(value: Any) -> str:
    """Write a value without the names of NumPy's types."""
    if isinstance(value, tuple | list):
        return f"({', '.join(map(_shown, value))})"
    return np.array2string(np.asarray(value), threshold=20, separator=", ")


def main(names: Sequence[str]) -> int:
    """Prove the registries of these names, as seen from this folder; say what does not hold."""
    certain = False
    for name in names:
        found = load(name, Path.cwd())
        doubts = prove(found)
        certain |= any(doubt.certain for doubt in doubts)
        counts = f"{len(found.exercises)} exercises, {len(found.questions)} questions"
        print(f"{name}: {counts}, {len(doubts) or 'no'} doubts")
        for doubt in doubts:
            print(f"  {doubt.text}")
    return int(certain)


if __name__ == "__main__":
    # As `-m` runs it, this is a second copy of the module, whose Registry is another class.
    sys.exit(importlib.import_module("nnlib.teaching.registries").main(sys.argv[1:]))
