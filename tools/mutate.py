"""Do the tests fail when nnlib is wrong? This breaks one thing at a time and looks.

    python tools/mutate.py                 every mutation, some minutes
    python tools/mutate.py Pool2D          those in functions whose name holds "Pool2D"

It changes one sign, factor, transpose, comparison or number in each line that computes an output
or a gradient, runs the tests of that module until one fails, and prints which one it was. A
mutation that no test notices makes the exit code 1, unless EQUIVALENT says why nobody could.
PyTorch's opinion is left out: the tests have to do without it.
"""

from __future__ import annotations

import ast
import copy
import importlib
import os
import signal
import sys
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
    "losses": ["test_losses", "test_models"],
    "optimizers": ["test_optimizers", "test_training"],
}
FUNCTIONS = {
    *("forward", "backward", "activation_backward", "derivative", "normal_cdf", "row_maximum"),
    *("ones_row", "windows", "borders", "add", "crop", "view", "counts", "batch_statistics"),
    *("mean_cross_entropy", "step", "update", "decaying"),
}
CACHE = ROOT / "_build" / "mutants"  # so that pytest --lf goes on meaning the last real run
SECONDS = 120  # a mutation that makes a test run for ever is noticed as well

# (function, line after the mutation): why it computes the same.
EQUIVALENT: dict[tuple[str, str], str] = {
    (
        "ELU.forward",
        "return np.where(Z > 0, Z, self.alpha * np.expm1(np.minimum(Z, 1)))",
    ): "the minimum only keeps the branch that is not taken from overflowing",
    (
        "ELU.forward",
        "return np.where(Z >= 0, Z, self.alpha * np.expm1(np.minimum(Z, 0)))",
    ): "both branches are 0 at 0",
    (
        "ELU.backward",
        "return dY * np.where(Z > 0, 1, self.alpha * np.exp(np.minimum(Z, 1)))",
    ): "the minimum only keeps the branch that is not taken from overflowing",
    (
        "Sigmoid.forward",
        "return np.where(Z > 0, 1, e) / (1 + e)",
    ): "e is 1 at 0",
    (
        "SoftMax.forward",
        "E = -np.exp(Z - row_maximum(Z))",
    ): "the sign cancels in the quotient",
    (
        "Padding.borders",
        "for n, k, s in zip(size, self.kernel, self.stride, strict=False):",
    ): "three pairs",
    ("Conv2D.backward", "X = -self.cache['X']"): "only its shape and dtype are used",
    ("Conv2D.backward", "dX = -self.pad.add(np.zeros_like(X))"): "minus 0",
    ("Pool2D.backward", "dX = -self.pad.add(np.zeros_like(X))"): "minus 0",
    (
        "Pool2D.backward",
        "view, open_ = (self.pad.view(self.pad.add(X, np.inf)), np.ones(Z.shape, bool))",
    ): "no maximum of an image equals either infinity",
    (
        "BatchNorm.batch_statistics",
        "mean, var = (rows.mean(axis=0, keepdims=False), rows.var(axis=0, keepdims=True))",
    ): "(d,) is broadcast as (1, d) is",
    (
        "BatchNorm.batch_statistics",
        "mean, var = (rows.mean(axis=0, keepdims=True), rows.var(axis=0, keepdims=False))",
    ): "(d,) is broadcast as (1, d) is",
    (
        "Optimizer.step",
        "w -= self.update(w, g + self.weight_decay * w, memory)",
    ): "adding 0 w changes nothing; leaving it out saves time",
}

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


@dataclass
class Mutation:
    module: str
    function: str
    line: int
    before: str
    after: str
    kind: str
    code: ast.Module

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line}  {self.function}  {self.before}  =>  {self.after}"


def variants(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """Yield what may stand in the place of a node, and what kind of change that is."""

    def changed(**fields: object) -> ast.AST:
        other = copy.deepcopy(node)
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


def mutations(module: str) -> Iterator[Mutation]:
    """Yield every mutation of the functions of that module, in the order of its lines."""
    tree = ast.parse((ROOT / "nnlib" / f"{module}.py").read_text(encoding="utf8"))
    order = {id(node): i for i, node in enumerate(ast.walk(tree))}
    for owner in [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef))]:
        for function in owner.body:
            if not isinstance(function, ast.FunctionDef) or function.name not in FUNCTIONS:
                continue
            prefix = f"{owner.name}." if isinstance(owner, ast.ClassDef) else ""
            for statement, node in nodes(function):
                for kind, new in variants(node):
                    code = copy.deepcopy(tree)
                    every = list(ast.walk(code))
                    replace(every, every[order[id(node)]], new)
                    after = statement if new is None else every[order[id(statement)]]
                    shown = new if node is statement else after
                    yield Mutation(
                        module,
                        prefix + function.name,
                        node.lineno if hasattr(node, "lineno") else statement.lineno,
                        head(statement),
                        head(shown),
                        kind,
                        ast.fix_missing_locations(code),
                    )


def nodes(function: ast.FunctionDef) -> Iterator[tuple[ast.stmt, ast.AST]]:
    """Yield each node of the body with its statement; errors and type hints are left out."""

    def within(statement: ast.stmt, node: ast.AST) -> Iterator[tuple[ast.stmt, ast.AST]]:
        if isinstance(node, ast.Raise) or is_guard(node):
            return
        yield statement, node
        for name, field in ast.iter_fields(node):
            for child in field if isinstance(field, list) else [field]:
                if isinstance(child, ast.AST) and name != "annotation":
                    inner = child if isinstance(child, ast.stmt) else statement
                    yield from within(inner, child)

    for statement in function.body:
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            yield from within(statement, statement)


def is_guard(node: ast.AST) -> bool:
    """Say whether a statement only refuses bad input: the tests of messages are about that."""
    return isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise)


def replace(every: list[ast.AST], old: ast.AST, new: ast.AST | None) -> None:
    """Put `new` where `old` stands in the tree that `every` lists."""
    for parent in every:
        for name, field in ast.iter_fields(parent):
            if field is old:
                setattr(parent, name, new)
            elif isinstance(field, list):
                setattr(parent, name, [new if child is old else child for child in field])


def head(node: ast.AST | None) -> str:
    return ast.unparse(node).splitlines()[0] if node else ""


class Mutants:
    """A pytest plugin: collect once, then fork for every mutation, break it there and run."""

    def __init__(self, wanted: str) -> None:
        self.todo = [m for module in MODULES for m in mutations(module) if wanted in m.function]
        self.killers: dict[int, str] = {}
        self.baseline = ""
        self.failed = ""
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed and not self.failed:
            self.failed = report.nodeid.rpartition("/")[2]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.run([None], session)
        self.baseline, *seconds = self.killers.pop(0).split("\n")
        if not self.baseline:
            # The quickest first: most mutations fall at once.
            order = sorted(range(len(session.items)), key=lambda i: float(seconds[i]))
            session.items = [session.items[i] for i in order]
            self.run(self.todo, session)
        return True

    def run(self, todo: Sequence[Mutation | None], session: pytest.Session) -> None:
        """Fill `killers` with the first failing test of each mutation, "" where none fails."""
        running: dict[int, tuple[int, int]] = {}
        for number, mutation in [*enumerate(todo), *[(-1, None)] * (os.cpu_count() or 1)]:
            if running and (number < 0 or len(running) == os.cpu_count()):
                pid, status = os.wait()
                done, pipe = running.pop(pid)
                with os.fdopen(pipe) as answers:
                    answer = answers.read()
                self.killers[done] = answer if status == 0 else f"time: {SECONDS} s were over"
            if number >= 0:
                pid, pipe = self.fork(mutation, session)
                running[pid] = number, pipe

    def fork(self, mutation: Mutation | None, session: pytest.Session) -> tuple[int, int]:
        """Start a process that runs the tests; return its id and where its answer will come."""
        reading, writing = os.pipe()
        if pid := os.fork():
            os.close(writing)
            return pid, reading
        with open(os.devnull, "w") as nothing:
            for stream in (1, 2):
                os.dup2(nothing.fileno(), stream)
        signal.alarm(SECONDS)
        items = session.items
        if mutation:
            swap(mutation)
            files = MODULES[mutation.module]
            items = [item for name in files for item in items if item.path.stem == name]
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                break
        seconds = [] if mutation else [f"{self.seconds[item.nodeid]:.4f}" for item in items]
        os.write(writing, "\n".join([self.failed, *seconds]).encode())
        os._exit(0)


def swap(mutation: Mutation) -> None:
    """Give the function the mutated code, wherever it has been imported to."""
    code: Any = compile(mutation.code, f"{mutation.module}.py, mutated", "exec")
    found: Any = importlib.import_module(f"nnlib.{mutation.module}")
    for name in mutation.function.split("."):
        code = next(c for c in code.co_consts if getattr(c, "co_name", None) == name)
        found = vars(found)[name]
    getattr(found, "__func__", found).__code__ = code


def main(wanted: str = "") -> int:
    os.chdir(ROOT)
    mutants = Mutants(wanted)
    files = dict.fromkeys(f"tests/{name}.py" for names in MODULES.values() for name in names)
    options = ["-q", "-s", "-m", "not oracle", "-o", f"cache_dir={CACHE}"]
    code = pytest.main([*options, *files], [mutants])
    if code not in (0, 5) or mutants.baseline or not mutants.todo:
        print(f"Nothing was broken: pytest ended with {code!r} {mutants.baseline}")
        return 2
    survivors, same = report(mutants)
    stale = [] if wanted else [key for key in EQUIVALENT if key not in same]
    for key in stale:
        print(f"EQUIVALENT names what is not there or is killed: {key}")
    return 1 if survivors or stale else 0


def report(mutants: Mutants) -> tuple[list[Mutation], set[tuple[str, str]]]:
    """Print the table; return the survivors, and the keys of the mutations that change nothing."""
    survivors, same = [], set()
    kinds: Counter[tuple[str, bool]] = Counter()
    for number, mutation in enumerate(mutants.todo):
        test, key = mutants.killers[number], (mutation.function, mutation.after)
        verdict = f"killed by {test}"
        if not test and key in EQUIVALENT:
            verdict = f"the same: {EQUIVALENT[key]}"
            same.add(key)
        elif not test:
            verdict = "SURVIVED"
            survivors.append(mutation)
        kinds[mutation.kind, bool(test)] += 1
        print(f"{mutation}\n    {mutation.kind}: {verdict}")
    print(f"\n{'change':12} killed  not killed")
    for kind in sorted({kind for kind, _ in kinds}):
        print(f"{kind:12} {kinds[kind, True]:6}  {kinds[kind, False]:10}")
    for mutation in survivors:
        print(f"SURVIVED  {mutation}")
    print(f"{len(mutants.todo)} mutations, {len(same)} change nothing, {len(survivors)} survived.")
    return survivors, same


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
