"""`check.bug("4.4", exposes)`: does a learner's test tell the broken function from the right one.

The learner writes `exposes(f)`, which returns True exactly if `f` is wrong. It is tried on the
broken function of the lab, on the solution, on the exercise's witness and on the known wrong
repairs. Each is handed over wrapped, so that its name tells nothing and its calls can be looked at:
a test that sees no difference has tried inputs that show none, or has looked past it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnlib.teaching.exercises import Exercise, Function
from nnlib.teaching.trials import agree, attempt, deviations, survey, takes

NOT_QUITE = "not quite"

# Central differences call a function some hundred times; more calls than this show nothing new.
CALLS_KEPT = 400


@dataclass(frozen=True)
class Judgment:
    """What is said of an answer (see `checks.Verdict`)."""

    state: str
    message: str
    evidence: str = ""
    by: str = ""


@dataclass
class Reply:
    """What the learner's test said of one function, and how it came to say it."""

    value: Any = None
    error: BaseException | None = None
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    misused: str = ""  # how the function was called, if not with its own arguments
    function_failed: bool = False  # the function under test raised, not the test itself

    @property
    def verdict(self) -> bool | None:
        """True for "wrong", False for "right", None where the test said neither."""
        if self.error is not None:
            return True if self.function_failed and not self.misused else None
        if isinstance(self.value, bool | np.bool_):
            return bool(self.value)
        if isinstance(self.value, np.ndarray) and self.value.dtype == bool and self.value.size == 1:
            return bool(self.value.item())
        return None


def judge(exercise: Exercise, exposes: Any) -> Judgment:
    """Return the state, the message and the evidence for one test of a lab's function."""
    assert exercise.broken is not None
    if not callable(exposes) or not takes(exposes, 1):
        hand_over = f'`check.bug("{exercise.id}", exposes)`'
        message = f"Hand over a function of one argument, `exposes(f)`: {hand_over}."
        return Judgment(NOT_QUITE, message)
    broken, right = (
        ask(exposes, exercise.broken, exercise),
        ask(exposes, exercise.solution, exercise),
    )
    if _untouched(exposes, broken):
        return Judgment("not yet", "Fill in `exposes`, then run this cell again.")
    fault = _misuse(exercise, broken, right) or _no_answer(broken, right)
    fault = fault or _unsteady(exercise, exposes, broken, right)
    if fault:
        return Judgment(NOT_QUITE, fault)
    if broken.verdict and not right.verdict:
        return _on_others(exercise, exposes)
    return Judgment(NOT_QUITE, _explain(exercise, broken, right))


def ask(exposes: Function, function: Function, exercise: Exercise) -> Reply:
    """Hand a function to the learner's test, and write down what happens."""
    reply = Reply()

    def f(*given: Any, **named: Any) -> Any:
        try:
            arguments = exercise.bind(*given, **named)
        except TypeError:
            shown = [*("..." for _ in given), *(f"{name}=..." for name in named)]
            reply.misused = f"`f({', '.join(shown)})`"
            raise
        if len(reply.calls) < CALLS_KEPT:
            reply.calls.append(copy.deepcopy(arguments))
        try:
            return function(*arguments)
        except Exception:
            reply.function_failed = True
            raise

    trial = attempt(exposes, (f,), ("f",))
    reply.value, reply.error = trial.value, trial.error
    return reply


def _untouched(exposes: Function, reply: Reply) -> bool:
    if isinstance(reply.error, NotImplementedError):
        return True
    code = getattr(exposes, "__code__", None)
    silent = reply.error is None and (reply.value is None or reply.value is ...)
    return silent and code is not None and not code.co_names and code.co_nlocals == 1


def _misuse(exercise: Exercise, *replies: Reply) -> str:
    """Say if the test never calls the function, or not as it has to be called."""
    call = f"`f({', '.join(exercise.arguments)})`"
    if misused := next((r.misused for r in replies if r.misused), ""):
        return f"Your test calls the function as {misused}; it has to be {call}."
    if not any(r.calls or r.error for r in replies):
        return f"Your test never calls `f`. Choose inputs, call {call}, and look at the results."
    return ""


def _no_answer(broken: Reply, right: Reply) -> str:
    """Say if the test stops with an error, or returns something else than True or False."""
    if isinstance(broken.error, AssertionError) and right.error is None:
        return (
            "Your test stops with an AssertionError at the broken function: it has found the bug. "
            "But it should say so: return True instead."
        )
    for reply in (right, broken):
        if reply.error is not None and reply.verdict is None:
            return f"Your test stopped with {type(reply.error).__name__}: {_first(reply.error)}"
    for reply in (right, broken):
        if reply.error is None and reply.value is None:
            return "Your test returns None: is a `return` missing, or one for another case?"
        if reply.verdict is None:
            kind = type(reply.value).__name__
            if isinstance(reply.value, np.ndarray):
                kind = f"an array of shape {reply.value.shape}; `np.any` or `np.all` makes it one"
            return f"Expected one True or False from your test, got {kind}."
    return ""


def _first(error: BaseException) -> str:
    text = str(error).strip().partition("\n")[0]
    return text or "it gives no reason."


def _unsteady(exercise: Exercise, exposes: Function, broken: Reply, right: Reply) -> str:
    assert exercise.broken is not None
    again = ask(exposes, exercise.broken, exercise).verdict
    if (again, ask(exposes, exercise.solution, exercise).verdict) != (
        broken.verdict,
        right.verdict,
    ):
        return (
            "Asked twice, your test gives two answers. Is something random in it? Seed it, with "
            "`np.random.default_rng(0)`."
        )
    return ""


def _explain(exercise: Exercise, broken: Reply, right: Reply) -> str:
    """Say why a test does not tell the broken function from the right one."""
    if right.verdict and not broken.verdict:
        return "The wrong way round: return True where `f` is wrong, False where it is right."
    if right.verdict and right.error is not None:
        return (
            "Your test hands over what even the right function can't take. Do shapes and types "
            f"fit? It raises {type(right.error).__name__}: {_first(right.error)}"
        )
    if right.verdict:
        return (
            "Your test accuses every function, the right one too. Do the values that it compares "
            "have to agree, in exact arithmetic? And with rounding?"
        )
    assert exercise.broken is not None
    for number, arguments in enumerate(broken.calls, start=1):
        one = attempt(exercise.broken, arguments, exercise.arguments)
        other = attempt(exercise.solution, arguments, exercise.arguments)
        if not agree("value", "", one, other, exercise):
            which = (
                f"Call {number} of `f` in your test"
                if len(broken.calls) > 1
                else "Its one call of `f`"
            )
            return (
                "Your test lets the bug pass, although it had it in its hands. "
                f"{which} returns something else than the right function would, and the verdict "
                "does not depend on that."
            )
    return (
        "Your test lets the bug pass. On every input that it tries, the broken function and the "
        "right one return the same: choose inputs on which they could differ."
    )


def _on_others(exercise: Exercise, exposes: Function) -> Judgment:
    """Judge a test that tells the broken function from the solution by the other functions."""
    if exercise.witness is not None:
        reply = ask(exposes, exercise.witness, exercise)
        if reply.verdict is not False:
            return Judgment(
                NOT_QUITE,
                "Your test exposes the bug. But it also accuses a function that is right and "
                "computes the same in another way: its last digits differ, as rounding goes. "
                "Compare with a tolerance, as `np.allclose` does.",
            )
    replies = [ask(exposes, function, exercise).verdict for function in _wrong_repairs(exercise)]
    caught = sum(verdict is True for verdict in replies)
    message = "Your test accuses the broken function and acquits the right one."
    if replies and caught == len(replies):
        message += f" It also sees through all {caught} wrong repairs in our drawer."
    elif replies:
        message += (
            f" Of the {len(replies)} wrong repairs in our drawer it would let "
            f"{len(replies) - caught} pass: keep it at hand while you repair, and check that, too."
        )
    return Judgment("passed", message)


def _wrong_repairs(exercise: Exercise) -> Iterator[Function]:
    """Yield the known wrong repairs whose values are wrong; a test can't see the others."""
    right = survey(exercise.solution, exercise)
    for wrong in exercise.wrong:
        found = deviations(survey(wrong.function, exercise), right, exercise)
        if any(aspect == "value" for aspect, _ in found):
            yield wrong.function
