"""Do the tests fail when nnlib is wrong? This breaks one thing at a time and looks.

    python tools/mutate.py                 every mutation, some minutes
    python tools/mutate.py Pool2D          those in functions whose name holds "Pool2D"
    python tools/mutate.py --sample 40     40 of them, always the same, and every exception
    python tools/mutate.py --list          what would be broken, and stale exceptions; runs nothing

It changes one sign, factor, transpose, comparison or number in a line that computes an output, a
gradient or what either begins with, runs the tests of that module until one fails, and prints
which one it was. A mutation that no test notices makes the exit code 1, unless a comment at the
line says why nobody could:

    # `Z >= 0` does the same: both branches are 0 at 0
    return np.where(Z > 0, Z, self.alpha * np.expm1(Z))

The code between backticks must be in the line after the mutation and not before, or be all of it.
A comment that fits no mutation, or one that a test does notice, makes the exit code 1 as well.

No file is changed: a mutation lives in a process of its own, forked for it. PyTorch's opinion is
left out: the tests have to do without it.
"""

from __future__ import annotations

import argparse
import ast
import copy
import functools
import hashlib
import importlib
import inspect
import io
import os
import re
import signal
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a fork keeps no pool of threads

ROOT = Path(__file__).resolve().parent.parent
# The modules, and the tests that have to notice.
MODULES = {
    "activations": ["test_activations", "test_layers"],
    "layers": ["test_layers", "test_models"],
    "normalization": ["test_layers", "test_normalization"],
    "residual": ["test_layers", "test_residual", "test_models"],
    "losses": ["test_losses", "test_models"],
    "optimizers": ["test_optimizers", "test_schedules", "test_training"],
    "schedules": ["test_schedules"],
    "initializers": ["test_initializers"],
    "gradcheck": ["test_gradcheck"],
    "training": ["test_training"],
}
FUNCTIONS = {
    *("forward", "backward", "activation_backward", "derivative", "normal_cdf", "row_maximum"),
    *("ones_row", "windows", "borders", "add", "crop", "view", "counts", "patches"),
    *("correlate", "correlate_back", "largest", "largest_back"),
    *("batch_statistics", "mean_cross_entropy", "outputs", "probabilities", "accuracy"),
    *("step", "update", "decayed", "decaying", "rate_at", "clip_by_norm", "curve", "fall"),
    *("minibatches", "variance", "fans", "gain"),
    *("numerical_gradient", "relative_error", "rounding", "floor", "expected_error"),
}
CACHE = ROOT / "_build" / "mutants"  # so that pytest --lf goes on meaning the last real run
SECONDS = 120  # of computing: a mutation that makes a test run for ever is noticed as well
EXCUSE = re.compile(r"# `(.+?)` does the same: (.+)")

Home = tuple[ast.AST, str, int | None]  # parent, field, and the place in it if that is a list

SWAPPED: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
SWAPPED_NAMES = {"maximum": "minimum", "minimum": "maximum", "max": "min", "zeros": "ones"}
LEFT_OUT = {"abs", "sign", "sqrt", "exp", "expm1", "log"}  # f(x) becomes x


@dataclass(frozen=True)
class Excuse:
    """A comment that says of a mutation that it changes nothing."""

    module: str
    line: int
    code: str
    why: str

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line}  `{self.code}` does the same: {self.why}"


@dataclass
class Mutation:
    """One change: which node of a module's tree, and which of its variants takes the place."""

    module: str
    function: str
    line: int
    before: str
    after: str
    kind: str
    node: int
    variant: int
    statement: int
    excuse: Excuse | None = None

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line}  {self.function}  {self.before}  =>  {self.after}"


def variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what may stand in the place of a node, and what kind of change that is."""

    def changed(**fields: object) -> ast.AST:
        other = copy.copy(node)
        for name, value in fields.items():
            setattr(other, name, value)
        return other

    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in SWAPPED:
            yield "operator", changed(op=SWAPPED[type(op)]())
        case ast.BoolOp(op=op):
            yield "operator", changed(op=SWAPPED[type(op)]())
        case ast.Compare(ops=[op]) if type(op) in SWAPPED:
            yield "comparison", changed(ops=[SWAPPED[type(op)]()])
        case ast.UnaryOp(op=ast.USub() | ast.Invert() | ast.Not(), operand=operand):
            yield "sign" if isinstance(node.op, ast.USub) else "operator", operand
        case ast.Attribute(attr="T", value=value):
            yield "transpose", value
        case ast.Attribute(attr=name) if name in SWAPPED_NAMES:
            yield "function", changed(attr=SWAPPED_NAMES[name])
        case ast.Name(id=name) if name in SWAPPED_NAMES:
            yield "function", changed(id=SWAPPED_NAMES[name])
        case ast.Call(func=ast.Attribute(attr=name), args=[x]) if name in LEFT_OUT:
            yield "function", x
        case ast.Constant(value=bool() as value):
            yield "number", changed(value=not value)
        case ast.Constant(value=int() | float() as value):
            yield "number", changed(value=0 if value == 1 else value + 1)
    match node:
        case ast.AugAssign(target=target, value=value):
            yield "+= to =", ast.Assign([target], value, lineno=node.lineno)
            yield "left out", ast.Pass()
        case ast.Return(value=ast.expr() as value) | ast.Assign(value=value) if signed(value):
            yield "sign", changed(value=ast.UnaryOp(ast.USub(), value))
        case ast.IfExp(body=body, orelse=orelse):
            yield "condition", body
            yield "condition", orelse


def signed(value: ast.expr) -> bool:
    """Say whether a minus before that expression would mean anything."""
    match value:
        case ast.BinOp(op=ast.BitOr()) | ast.Tuple() | ast.Dict() | ast.List() | ast.Compare():
            return False
        case ast.Constant(value=None | bool() | str()):
            return False
        case ast.Attribute(attr="shape") | ast.Name(id="X" | "padded"):
            return False
    return True


@functools.cache  # what is edited while this runs waits for the next run
def source(module: str) -> str:
    return (ROOT / "nnlib" / f"{module}.py").read_text(encoding="utf-8")


def mutations(module: str, text: str | None = None) -> tuple[list[Mutation], list[Excuse]]:
    """Return every mutation of a module in the order of its lines, and the stale excuses."""
    text = source(module) if text is None else text
    tree = ast.parse(text)
    every, homes = numbered(tree)
    number = {id(node): i for i, node in enumerate(every)}
    found = []
    for name, function in functions(tree):
        for statement, node in nodes(function):
            for variant, (kind, new) in enumerate(variants(node)):
                before = head(statement)
                put(homes[id(node)], new)
                after = head(new if node is statement else statement)
                put(homes[id(node)], node)
                line = getattr(node, "lineno", statement.lineno)
                at = number[id(node)], variant, number[id(statement)]
                found.append(Mutation(module, name, line, before, after, kind, *at))
    unused = []
    for excuse, lines in excuses(module, text):
        fitting = [m for m in found if every[m.statement].lineno in lines and fits(excuse, m)]
        for mutation in fitting:
            mutation.excuse = excuse
        unused += [] if fitting else [excuse]
    return found, unused


def excuses(module: str, text: str) -> Iterator[tuple[Excuse, set[int]]]:
    """Yield each excuse with the lines on which its statement may begin.

    It stands at the end of the statement's first line, or in the comment above it.
    """
    comments, code = {}, []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments[token.start[0]] = token
        elif token.string.strip():
            code.append(token.start[0])
    for line, comment in comments.items():
        if match := EXCUSE.search(comment.string):
            below = min((at for at in code if at > line), default=line)
            yield Excuse(module, line, *match.groups()), {line if line in code else below}


def fits(excuse: Excuse, mutation: Mutation) -> bool:
    """Say whether a mutation brings the code that the excuse names."""
    before, after, code = (plain(t) for t in (mutation.before, mutation.after, excuse.code))
    return code == after or (code in after and code not in before)


def plain(code: str) -> str:
    return code.replace('"', "'")


def numbered(tree: ast.Module) -> tuple[list[ast.AST], dict[int, Home]]:
    """Return the nodes in an order that is the same for the same text, and where each stands."""
    every = list(ast.walk(tree))
    homes = {}
    for parent in every:
        for name, inside in ast.iter_fields(parent):
            for i, child in enumerate(inside if isinstance(inside, list) else [inside]):
                homes[id(child)] = parent, name, i if isinstance(inside, list) else None
    return every, homes


def put(home: Home, node: ast.AST) -> None:
    parent, name, i = home
    if i is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[i] = node


def broken(module: str, changes: Sequence[Mutation]) -> ast.Module:
    """Return the tree of a module with these changes, at most one in a statement."""
    tree = ast.parse(source(module))
    every, homes = numbered(tree)
    for change in changes:
        old = every[change.node]
        put(homes[id(old)], list(variants(old))[change.variant][1])
    return ast.fix_missing_locations(tree)


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield the functions that compute, with their names: "ReLU.forward"."""
    for owner in [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef))]:
        prefix = f"{owner.name}." if isinstance(owner, ast.ClassDef) else ""
        for function in owner.body:
            if isinstance(function, ast.FunctionDef) and function.name in FUNCTIONS:
                yield prefix + function.name, function


def nodes(function: ast.FunctionDef) -> Iterator[tuple[ast.stmt, ast.AST]]:
    """Yield each node of the body with its statement; errors and type hints are left out."""

    def within(statement: ast.stmt, node: ast.AST) -> Iterator[tuple[ast.stmt, ast.AST]]:
        if isinstance(node, ast.Raise) or is_guard(node):
            return
        yield statement, node
        for name, child in children(node):
            if name != "annotation":
                inner = child if isinstance(child, ast.stmt) else statement
                yield from within(inner, child)

    for statement in function.body:
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            yield from within(statement, statement)


def is_guard(node: ast.AST) -> bool:
    """Say whether a statement only refuses bad input: the tests of messages are about that."""
    return isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise)


def children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, inside in ast.iter_fields(node):
        for child in inside if isinstance(inside, list) else [inside]:
            if isinstance(child, ast.AST):
                yield name, child


def head(node: ast.AST) -> str:
    """Return the first line of a statement as Python would write it."""
    return ast.unparse(ast.fix_missing_locations(node)).splitlines()[0]


def sample(todo: Sequence[Mutation], count: int) -> list[Mutation]:
    """Return so many of them. Which ones hangs on their own text: an edit elsewhere leaves them."""

    def key(mutation: Mutation) -> str:
        text = f"{mutation.function} {mutation.before} {mutation.after}"
        return hashlib.sha256(text.encode()).hexdigest()

    chosen = sorted(todo, key=key)[:count]
    return [mutation for mutation in todo if mutation in chosen]


def rounds(excused: Sequence[Mutation]) -> list[list[Mutation]]:
    """Return groups of one module with at most one mutation of a statement: they are run at once.

    What changes nothing alone changes nothing together, and a group costs as much as one.
    """
    seen: Counter[tuple[str, int]] = Counter()
    groups: dict[tuple[str, int], list[Mutation]] = {}
    for mutation in excused:
        place = mutation.module, mutation.statement
        groups.setdefault((mutation.module, seen[place]), []).append(mutation)
        seen[place] += 1
    return list(groups.values())


class Mutants:
    """A pytest plugin: collect once, then fork for every group of mutations, and run there."""

    def __init__(self, todo: Sequence[Mutation], jobs: int) -> None:
        self.todo = todo
        self.jobs = jobs
        self.killers: dict[int, str] = {}  # by the id of the mutation; "" where no test failed
        self.baseline = ""
        self.failed = ""
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed and not self.failed:
            self.failed = report.nodeid.rpartition("/")[2]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.baseline, *seconds = self.run([[]], session)[0].split("\n")
        if self.baseline:
            return True
        # The quickest first: most mutations fall at once.
        order = sorted(range(len(session.items)), key=lambda i: float(seconds[i]))
        session.items = [session.items[i] for i in order]
        groups = [[m] for m in self.todo if not m.excuse]
        groups += rounds([m for m in self.todo if m.excuse])
        answers = list(zip(groups, self.run(groups, session), strict=True))
        mixed = [[m] for group, test in answers if test and len(group) > 1 for m in group]
        answers += zip(mixed, self.run(mixed, session), strict=True)
        self.killers = {id(m): test for group, test in answers for m in group}
        return True

    def run(self, groups: Sequence[list[Mutation]], session: pytest.Session) -> list[str]:
        """Return the first failing test of each group, "" where none fails."""
        answers = [""] * len(groups)
        running: dict[int, tuple[int, int]] = {}
        for number in [*range(len(groups)), *[-1] * self.jobs]:
            if running and (number < 0 or len(running) == self.jobs):
                pid, status = os.wait()
                done, pipe = running.pop(pid)
                with os.fdopen(pipe) as stream:
                    answer = stream.read()
                answers[done] = answer if status == 0 else died(os.WTERMSIG(status))
            if number >= 0:
                pid, pipe = self.fork(groups[number], session)
                running[pid] = number, pipe
        return answers

    def fork(self, group: list[Mutation], session: pytest.Session) -> tuple[int, int]:
        """Start a process that runs the tests; return its id and where its answer will come."""
        reading, writing = os.pipe()
        if pid := os.fork():
            os.close(writing)
            return pid, reading
        with open(os.devnull, "w") as nothing:
            for stream in (1, 2):
                os.dup2(nothing.fileno(), stream)
        # Of the processor's time, not the clock's: a busy machine must not pass for a failing test.
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(10 * SECONDS)  # a process that waits for ever takes no time of the processor
        items = session.items
        if group:
            swap(group)
            files = MODULES[group[0].module]
            items = [item for name in files for item in items if item.path.stem == name]
            owner = group[0].function.partition(".")[0].lower()
            items.sort(key=lambda item: owner not in item.nodeid.lower())  # and then the quickest
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                break
        seconds = [] if group else [f"{self.seconds[item.nodeid]:.4f}" for item in items]
        os.write(writing, "\n".join([self.failed, *seconds]).encode())
        os._exit(0)


def died(number: int) -> str:
    if number in (signal.SIGPROF, signal.SIGALRM):
        return f"time: {SECONDS} s were over"
    return f"the process: signal {number} ended it"


def swap(group: Sequence[Mutation]) -> None:
    """Give the functions their mutated code, wherever they have been imported to."""
    module = group[0].module
    whole: Any = compile(broken(module, group), f"{module}.py, mutated", "exec")
    for path in {mutation.function for mutation in group}:
        code, found = whole, importlib.import_module(f"nnlib.{module}")
        for name in path.split("."):
            code = next(c for c in code.co_consts if getattr(c, "co_name", None) == name)
            found = vars(found)[name]
        found = getattr(found, "__func__", found)
        inspect.unwrap(found).__code__ = code


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("name", nargs="?", default="", help="part of a function's name")
    parser.add_argument("--sample", type=int, metavar="N", help="N of them, and every exception")
    parser.add_argument("--list", action="store_true", help="run nothing")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    options = parser.parse_args(arguments)

    found = [mutations(module) for module in MODULES]
    stale = [excuse for _, unused in found for excuse in unused]
    todo = [m for listed, _ in found for m in listed if options.name in m.function]
    if options.sample:
        chosen = sample([m for m in todo if not m.excuse], options.sample)
        todo = [*chosen, *(m for m in todo if m.excuse)]
    if options.list:
        for mutation in todo:
            print(mutation)
        print(f"{len(todo)} mutations")
        return fail(stale, "fits no mutation of its line")
    if not hasattr(os, "fork"):
        print("Every mutation gets a process forked for it; this system has no fork.")
        return 2
    os.chdir(ROOT)
    mutants = Mutants(todo, options.jobs)
    files = dict.fromkeys(f"tests/{name}.py" for names in MODULES.values() for name in names)
    settings = ["-q", "-s", "-m", "not oracle", "-o", f"cache_dir={CACHE}"]
    code = pytest.main([*settings, *files], [mutants])
    if code not in (0, 5) or mutants.baseline or not todo:
        print(f"Nothing was broken: pytest ended with {code!r} {mutants.baseline}")
        return 2
    return report(todo, mutants.killers, quiet=bool(options.sample)) | fail(stale, "is stale")


def fail(excuses: Sequence[Excuse], why: str) -> int:
    for excuse in excuses:
        print(f"{excuse}\n    This comment {why}: mend it or take it away.")
    return int(bool(excuses))


def report(todo: Sequence[Mutation], killers: dict[int, str], *, quiet: bool) -> int:
    """Print what became of each mutation; return 1 if one survived that has no excuse."""
    survivors, wrong = [], []
    kinds: Counter[tuple[str, bool]] = Counter()
    for mutation in todo:
        test, excuse = killers[id(mutation)], mutation.excuse
        verdict = f"killed by {test}" if test else f"the same: {excuse.why}" if excuse else ""
        survivors += [] if verdict else [mutation]
        wrong += [(excuse, test)] if excuse and test else []
        kinds[mutation.kind, bool(test)] += 1
        if not quiet:
            print(f"{mutation}\n    {mutation.kind}: {verdict or 'SURVIVED'}")
    print(f"\n{'change':12} killed  not killed")
    for kind in sorted({kind for kind, _ in kinds}):
        print(f"{kind:12} {kinds[kind, True]:6}  {kinds[kind, False]:10}")
    for mutation in survivors:
        print(f"SURVIVED  {mutation}")
    for excuse, test in wrong:
        print(f"{excuse}\n    Not so: {test} tells them apart.")
    same = sum(not killers[id(m)] and m.excuse is not None for m in todo)
    print(f"{len(todo)} mutations, {same} change nothing, {len(survivors)} survived.")
    return int(bool(survivors or wrong))


if __name__ == "__main__":
    sys.exit(main())
