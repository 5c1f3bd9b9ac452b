"""How much of what people do wrong does `check` explain? Hand in many wrong answers, and count.

    python tools/wrong_answers.py                    # 1,500 one-edit mistakes of the solutions
    python tools/wrong_answers.py --all              # every one of them
    python tools/wrong_answers.py --chapters 4 5.7   # of a chapter and an exercise
    python tools/wrong_answers.py --by-hand          # the answers in tests/answers
    python tools/wrong_answers.py --show bare        # print the answers of one sort, to be read
    PYTHONPATH=/another/checkout python tools/wrong_answers.py     # the checker of another state

A mistake is a solution with one edit that a person could make: another operator, comparison,
constant or axis; keepdims; swapped arguments, operands or results; a statement left out ("small");
a factor, term, call, method, index or keyword left out, another variable in its place, a transpose
too many ("wide"). The edits are written down here once more, apart from those that `check` itself
tries (nnlib/teaching/slips), so that the measure is no copy of what it measures.

Each answer falls into one sort:

    cause     a registered diagnosis, or the smallest edit of the solution that does the same
    property  what its values show: sign, factor, shape, order, where it is wrong
    bare      "The values differ", or the exception that the learner's own code raised
    right     passes, and no random input tells it from the solution
    false     passes, and some random input of the same shapes tells it apart: a probe is missing
    crash     `check` itself raised, or took for ever where the answer alone does not

Random inputs come from the exercise's `draw`, or else from its probes with other numbers.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import linecache
import signal
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import numpy as np

from nnlib.teaching import check
from nnlib.teaching.exercises import Exercise, every_exercise, find
from nnlib.teaching.trials import agree, attempt, survey

SORTS = ("cause", "property", "bare", "right", "false", "crash")
SMALL = (
    *("operator", "comparison", "constant", "axis", "keepdims"),
    *("arguments", "operands", "results", "statement"),
)
ROOT = File(__file__).resolve().parents[1]
SECONDS = 20  # for one answer


@dataclass(frozen=True)
class Mistake:
    """An answer to hand in: whose exercise, what kind of mistake, and its source."""

    id: str
    kind: str
    what: str
    source: str


# Mistakes --------------------------------------------------------------------------------------

ARITHMETIC = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add, ast.MatMult],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
}
ORDER = {
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
}


def mistakes(exercise: Exercise) -> Iterator[Mistake]:
    """Yield every one-edit mistake of the solution, each as source, without repetitions."""
    original = ast.parse(exercise.solution_source)
    function = original.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = function.body[1:]  # the docstring
    seen = {ast.unparse(original)}
    for path, node in list(_nodes(original)):
        for kind, what, new in _edits(node, function):
            changed = copy.deepcopy(original)
            _put(changed, path, copy.deepcopy(new))
            source = ast.unparse(ast.fix_missing_locations(changed)) + "\n"
            if source not in seen:
                seen.add(source)
                yield Mistake(exercise.id, kind, what, source)


Path = tuple[tuple[str, int | None], ...]


def _nodes(tree: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.AST]]:
    yield path, tree
    for name, value in ast.iter_fields(tree):
        if isinstance(value, ast.AST):
            yield from _nodes(value, (*path, (name, None)))
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _nodes(item, (*path, (name, i)))


def _put(tree: ast.AST, path: Path, new: ast.AST) -> None:
    for name, i in path[:-1]:
        value = getattr(tree, name)
        tree = value if i is None else value[i]
    name, i = path[-1]
    if i is None:
        setattr(tree, name, new)
    else:
        getattr(tree, name)[i] = new


def _edits(node: ast.AST, function: ast.FunctionDef) -> Iterator[tuple[str, str, ast.AST]]:
    """Yield (kind, what was changed, the node to stand there instead)."""
    before = ast.unparse(node) if not isinstance(node, ast.expr_context | ast.operator) else ""
    for kind, new in _replacements(node, function):
        yield kind, f"{before}  ->  {ast.unparse(ast.fix_missing_locations(new))}", new


def _replacements(node: ast.AST, function: ast.FunctionDef) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.BinOp):
        for op in ARITHMETIC.get(type(node.op), []):
            yield "operator", ast.BinOp(node.left, op(), node.right)
        if not isinstance(node.op, ast.Add | ast.Mult):
            yield "operands", ast.BinOp(node.right, node.op, node.left)
        yield "left out", node.left
        yield "left out", node.right
    if isinstance(node, ast.AugAssign):
        for op in ARITHMETIC.get(type(node.op), []):
            yield "operator", ast.AugAssign(node.target, op(), node.value)
        yield "operator", ast.Assign([node.target], node.value)
    if isinstance(node, ast.UnaryOp):
        yield "operator", node.operand
    if isinstance(node, ast.Compare):
        for op in ORDER.get(type(node.ops[0]), []):
            yield "comparison", ast.Compare(node.left, [op()], node.comparators)
    if isinstance(node, ast.IfExp):
        yield "operands", ast.IfExp(node.test, node.orelse, node.body)
        yield "left out", node.body
        yield "left out", node.orelse
    if isinstance(node, ast.Constant):
        yield from _constants(node)
    if isinstance(node, ast.Call):
        yield from _calls(node)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for i in range(len(node.elts) - 1):
            swapped = list(node.elts)
            swapped[i], swapped[i + 1] = swapped[i + 1], swapped[i]
            yield "results", ast.Tuple(swapped, ast.Load())
    if isinstance(node, ast.Assign | ast.AugAssign | ast.For | ast.If | ast.Expr):
        yield "statement", ast.Pass()
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield "left out", node.value
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "left out", node.value
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id != "np":
        for other in _variables(function):
            if other != node.id:
                yield "variable", ast.Name(other, ast.Load())
        yield "transpose", ast.Attribute(node, "T", ast.Load())


def _constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    for other in dict.fromkeys((value + 1, value - 1, 2 * value, 0, 1, -value)):
        if other != value:
            yield "constant", ast.Constant(other)


def _calls(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    for i, keyword in enumerate(node.keywords):
        others = node.keywords[:i] + node.keywords[i + 1 :]
        kind = keyword.arg if keyword.arg in ("axis", "keepdims") else "left out"
        yield str(kind), ast.Call(node.func, node.args, others)
        if keyword.arg == "axis":
            for axis in (0, 1, -1):
                other = ast.keyword("axis", ast.Constant(axis))
                if ast.unparse(keyword.value) != str(axis):
                    new = [*node.keywords[:i], other, *node.keywords[i + 1 :]]
                    yield "axis", ast.Call(node.func, node.args, new)
    for i in range(len(node.args) - 1):
        args = list(node.args)
        args[i], args[i + 1] = args[i + 1], args[i]
        yield "arguments", ast.Call(node.func, args, node.keywords)
    if isinstance(node.func, ast.Attribute) and not _is_np(node.func.value):
        yield "left out", node.func.value
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield "left out", node.args[0]


def _is_np(node: ast.AST) -> bool:
    return ast.unparse(node).startswith("np")


def _variables(function: ast.FunctionDef) -> list[str]:
    """Return the arguments and what the function assigns to, in order."""
    names = [a.arg for a in function.args.args]
    stored = (n for n in ast.walk(function) if isinstance(n, ast.Name))
    names += [n.id for n in stored if isinstance(n.ctx, ast.Store)]
    return [name for name in dict.fromkeys(names) if name != "_"]


# Handing in ------------------------------------------------------------------------------------


def written(mistake: Mistake) -> Any:
    """Run the source as a notebook cell would, and return the learner's function."""
    namespace: dict[str, Any] = {"np": np, "numpy": np}
    # A name of its own for each: an exception is told with the line that raised it.
    filename = f"<answer {abs(hash(mistake.source))}>"
    linecache.cache[filename] = (
        len(mistake.source),
        None,
        mistake.source.splitlines(True),
        filename,
    )
    exec(compile(mistake.source, filename, "exec"), namespace)
    return namespace[find(mistake.id).name]


@dataclass
class Outcome:
    """What became of one answer."""

    mistake: Mistake
    sort: str
    message: str
    evidence: str
    seconds: float


class Late(BaseException):
    """An answer took too long."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise Late where a block takes longer: a mistake may well loop for ever."""

    def ring(*_: Any) -> None:
        raise Late

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def hand_in(mistake: Mistake) -> Outcome | None:
    """Check one answer; None if it loops for ever or is no Python."""
    exercise = find(mistake.id)
    try:
        with at_most(SECONDS):
            return _handed_in(mistake, exercise)
    except SyntaxError:
        return None
    except Late:
        if loops(mistake, exercise):
            return None
        return Outcome(mistake, "crash", f"No answer after {SECONDS} s.", "", SECONDS)


def loops(mistake: Mistake, exercise: Exercise) -> bool:
    """Tell whether a function takes too long by itself, on the inputs that `check` tries."""
    try:
        with at_most(SECONDS):
            survey(written(mistake), exercise)
    except Late:
        return True
    return False


def _handed_in(mistake: Mistake, exercise: Exercise) -> Outcome:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns of what no person means to write
        function = written(mistake)
    start = time.perf_counter()
    try:
        verdict = check(mistake.id, function)
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        return Outcome(mistake, "crash", text, "", time.perf_counter() - start)
    seconds = time.perf_counter() - start
    kind = sort(exercise, function, verdict)
    return Outcome(mistake, kind, verdict.message, verdict.evidence, seconds)


def sort(exercise: Exercise, function: Any, verdict: Any) -> str:
    """Say into which sort an answer falls, by what it was told."""
    if verdict.passed:
        free = getattr(exercise, "free", False)  # other values are right as well
        return "false" if not free and separated(exercise, function) else "right"
    if hasattr(verdict, "by"):
        return {"known": "cause", "slip": "cause", "values": "property", "lost": "crash"}.get(
            verdict.by, "bare"
        )
    if verdict.message in {exercise.symptom, *(w.diagnosis for w in exercise.wrong)}:
        return "cause"
    message = verdict.message
    if "The values differ." in message or " raised " in message:
        return "bare"
    return "property"


def separated(exercise: Exercise, function: Any, tries: int = 30) -> bool:
    """Tell whether some random input tells the function from the solution."""
    return separation(exercise, function, tries) is not None


def separation(exercise: Exercise, function: Any, tries: int = 30) -> Any:
    """Return random arguments on which the function differs from the solution, or None."""
    rng = np.random.default_rng(0)
    for number in range(tries):
        given = arguments(exercise, rng, number)
        right = attempt(exercise.solution, given, exercise.arguments)
        if right.error is not None or not _finite(right.value):
            continue
        found = attempt(function, given, exercise.arguments)
        if not agree("value", "", found, right, exercise):
            return given
    return None


def arguments(exercise: Exercise, rng: np.random.Generator, number: int) -> tuple[Any, ...]:
    """Return random arguments: the exercise's own, or one of its probes with other numbers."""
    draw = getattr(exercise, "draw", None)
    if draw is not None:
        return tuple(draw(rng))
    probes = list(exercise.probes.values())
    return tuple(vary(part, rng) for part in probes[number % len(probes)])


def vary(value: Any, rng: np.random.Generator) -> Any:
    """Return another value of the same kind: shape, dtype, sign, rows that sum to 1."""
    if isinstance(value, tuple | list):
        return type(value)(vary(part, rng) for part in value)
    if isinstance(value, np.ndarray) and value.size:
        if value.dtype == bool:
            other = rng.random(value.shape) < 0.6
            other[..., 0] |= ~other.any(axis=-1)
            return other
        if value.dtype.kind in "iu":
            return rng.permutation(value.ravel()).reshape(value.shape)
        if value.dtype.kind == "f":
            if value.ndim and np.all(value >= 0) and np.allclose(value.sum(axis=-1), 1):
                other = rng.random(value.shape) + 0.01
                return (other / other.sum(axis=-1, keepdims=True)).astype(value.dtype)
            if set(np.unique(value)) <= {0.0, 1.0}:
                return rng.permutation(value.ravel()).reshape(value.shape)
            other = 2 * rng.normal(size=value.shape)
            return (np.abs(other) if np.all(value >= 0) else other).astype(value.dtype)
    if isinstance(value, float) and value not in (0.0, 1.0):
        return value * rng.uniform(0.5, 2)
    return value


def _finite(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_finite, value))
    array = np.asarray(value)
    return array.dtype.kind != "f" or bool(np.all(np.isfinite(array)))


# Reporting -------------------------------------------------------------------------------------


def collected(options: argparse.Namespace) -> list[Mistake]:
    """Return the answers that the options ask for."""
    if options.by_hand:
        sys.path.append(str(ROOT))
        from tests.answers import every_answer

        found = [Mistake(a.id, "by hand", a.meant, a.source) for a in every_answer()]
    else:
        found = [m for e in every_exercise() if wanted(e.id, options) for m in mistakes(e)]
    found = [m for m in found if wanted(m.id, options)]
    if not options.by_hand and not options.all and len(found) > options.sample:
        rng = np.random.default_rng(options.seed)
        # As many small ones as wide ones, though there are fewer: they are the likelier slips.
        small = [m for m in found if m.kind in SMALL]
        wide = [m for m in found if m.kind not in SMALL]
        half = options.sample // 2
        found = [
            kind[i]
            for kind in (small, wide)
            for i in sorted(rng.choice(len(kind), min(half, len(kind)), replace=False))
        ]
    return found


def wanted(id: str, options: argparse.Namespace) -> bool:
    """Tell whether the options ask for this exercise."""
    return not options.chapters or id in options.chapters or id.split(".")[0] in options.chapters


def table(rows: dict[str, list[Outcome]]) -> str:
    """Return how many answers of each row fell into which sort, in per cent."""
    lines = [f"{'':<12}{'answers':>8}" + "".join(f"{sort:>10}" for sort in SORTS) + f"{'s':>8}"]
    for name, outcomes in rows.items():
        wrong = [o for o in outcomes if o.sort in ("cause", "property", "bare")]
        counts = Counter(o.sort for o in outcomes)
        share = [f"{100 * counts[sort] / max(len(wrong), 1):9.0f}%" for sort in SORTS[:3]]
        share += [f"{counts[sort]:10d}" for sort in SORTS[3:]]
        slowest = max((o.seconds for o in outcomes), default=0)
        mean = sum(o.seconds for o in outcomes) / max(len(outcomes), 1)
        lines.append(f"{name:<12}{len(outcomes):8d}{''.join(share)}{mean:8.2f} ({slowest:.1f})")
    return "\n".join(lines)


def report(outcomes: list[Outcome], options: argparse.Namespace) -> str:
    """Return the table by kind and by chapter, and what was asked to be shown."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        kind = outcome.mistake.kind
        groups["by hand" if kind == "by hand" else "small" if kind in SMALL else "wide"].append(
            outcome
        )
    for outcome in outcomes:
        groups[f"chapter {outcome.mistake.id.split('.')[0]}"].append(outcome)
    if options.exercises:
        for outcome in outcomes:
            groups[outcome.mistake.id].append(outcome)
    if options.kinds:
        for outcome in outcomes:
            groups[outcome.mistake.kind].append(outcome)
    shown = [o for o in outcomes if o.sort in (options.show or []) or o.sort in ("false", "crash")]
    parts = [
        "Of the wrong answers that were refused, in per cent; the others counted. s: mean (most)",
        table(groups),
    ]
    for o in shown[: options.limit]:
        parts.append(
            f"\n{o.sort}: {o.mistake.id} {o.mistake.kind}: {o.mistake.what}\n  {o.message}"
        )
        if options.evidence:
            parts.append(o.evidence)
        if options.by_hand:
            parts.append(o.mistake.source)
    return "\n".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return 1 if an answer passed falsely or crashed the checker."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--all", action="store_true", help="every mistake, not a sample")
    parser.add_argument("--sample", type=int, default=1500, help="how many mistakes")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--chapters", nargs="*", help="only these chapters or exercises")
    parser.add_argument("--by-hand", action="store_true", help="the answers in tests/answers")
    parser.add_argument("--show", nargs="*", choices=SORTS, help="print the answers of these sorts")
    parser.add_argument("--limit", type=int, default=40, help="how many to print")
    parser.add_argument("--evidence", action="store_true", help="print the evidence, too")
    parser.add_argument("--exercises", action="store_true", help="a row for each exercise")
    parser.add_argument("--kinds", action="store_true", help="a row for each kind of mistake")
    options = parser.parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcomes = [o for m in collected(options) if (o := hand_in(m)) is not None]
    print(report(outcomes, options))
    return int(any(o.sort in ("false", "crash") for o in outcomes))


if __name__ == "__main__":
    sys.exit(main())
