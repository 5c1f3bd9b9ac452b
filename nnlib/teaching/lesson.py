"""A lesson whose cells run one at a time, as if those above them had just been run.

The Python half of code in the page: a worker hands over the text of all cells of a lesson and
says which one to run or to check. What that cell needs from the cells above it is found by
reading them, and only that is run, silently. So a helper that a reader wrote in one cell serves
the next, also after Python was stopped, and running a cell twice gives the same as once.

NumPy alone is needed here. A library that the page lacks leaves a placeholder behind that says so
when it is used, since most cells import what draws without drawing.
"""

from __future__ import annotations

import ast
import builtins
import json
import linecache
import symtable
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, NoReturn, TextIO, cast

# What the chapters use for drawing and for widgets; the page has neither.
NOT_IN_PAGE = frozenset({"IPython", "ipywidgets", "matplotlib", "pygments", "tqdm"})

# Calls that show something about their arguments and leave them as they were. What stands
# between the parentheses of those that draw can't be computed here; of the others it can.
DRAWS = frozenset({"ask", "check", "explore", "figure", "show"})
SHOWS = DRAWS | {"print", "verify"}

LINES, CHARACTERS = 10_000, 250_000
"""How much one run may print; a loop that prints would otherwise drown the page."""


# --- Reading cells.


@dataclass(frozen=True)
class Statement:
    """One statement at the top of a cell: the names it needs, and those that it changes.

    `certain` are those that it binds whatever happens, so that no earlier value of them counts.
    `asks` are those whose methods it calls for a result: a generator, or a network, is another
    one afterwards; a module is not.
    """

    node: ast.stmt
    text: str
    needs: frozenset[str]
    changes: frozenset[str]
    certain: frozenset[str]
    asks: frozenset[str]


@lru_cache(maxsize=512)
def statements(source: str) -> tuple[Statement, ...]:
    """Return the statements of a cell; none for a cell that is not Python, as while one types."""
    try:
        return tuple(map(_statement, ast.parse(source).body))
    except (SyntaxError, ValueError):
        return ()


# Statements that bind what they bind whatever happens.
SIMPLE = ast.Assign | ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef


def _statement(node: ast.stmt) -> Statement:
    needs, bound = _needs(node), _bound(node)
    changes = frozenset(bound | set(_changed(node)))
    certain = frozenset(bound - needs) if isinstance(node, SIMPLE) else frozenset()
    asks = frozenset(_asked(node))
    return Statement(node, ast.unparse(node), frozenset(needs), changes, certain, asks)


def _needs(node: ast.stmt) -> set[str]:
    """Return the names that a statement takes from above; a loop gives its own to its body."""
    heads: list[ast.expr]
    given: list[ast.expr] = []
    if isinstance(node, ast.For):
        heads, given = [node.iter], [node.target]
    elif isinstance(node, ast.While | ast.If):
        heads = [node.test]
    elif isinstance(node, ast.With):
        heads = [item.context_expr for item in node.items]
        given = [item.optional_vars for item in node.items if item.optional_vars]
    else:
        return set(_globals(_table(node))) | (set(_augmented(node)) & _bound(node))
    needs = {name for head in heads for name in _globals(_table(head))}
    for block in (node.body, getattr(node, "orelse", [])):
        bound = {name for target in given for name in _base_names(target)}
        for statement in block:
            needs |= _needs(statement) - bound
            bound |= _bound(statement) if isinstance(statement, SIMPLE) else set()
    return needs


def _table(node: ast.AST) -> symtable.SymbolTable:
    return symtable.symtable(ast.unparse(node), "<cell>", "exec")


def _bound(node: ast.stmt) -> set[str]:
    return {s.get_name() for s in _table(node).get_symbols() if s.is_assigned() or s.is_imported()}


def _base_names(target: ast.expr) -> Iterator[str]:
    for part in ast.walk(target):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names that a piece of code reads from its module."""
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals(child)


def _augmented(node: ast.stmt) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            yield part.target.id


def _changed(node: ast.stmt) -> Iterator[str]:
    """Yield names whose objects a statement may change: a[0] = 1, a.b = 1, a.f(), f(a)."""
    for part in ast.walk(node):
        stored = isinstance(getattr(part, "ctx", None), ast.Store | ast.Del)
        if isinstance(part, ast.Subscript | ast.Attribute) and stored:
            yield from _base(part)
    for part in _executed(node):
        call = part.value if isinstance(part, ast.Expr) else None
        if not isinstance(call, ast.Call) or _calls(call, SHOWS):
            continue
        if isinstance(call.func, ast.Attribute):
            yield from _base(call.func)
        for argument in call.args:
            yield from _base(argument)


def _asked(node: ast.stmt) -> Iterator[str]:
    for part in _executed(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            yield from _base(part.func)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a statement that run with it, which the body of a function does not."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    if isinstance(node, ast.Call) and _calls(node, DRAWS):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _executed(child)


def _calls(call: ast.Call, functions: frozenset[str]) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in functions


def _base(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


Step = tuple[int, Statement]  # the number of its cell, and the statement


def steps_for(names: frozenset[str], cells: Sequence[str]) -> list[Step]:
    """Return, in order, the statements of the cells that give the names their values."""
    wanted, found = set(names), []
    imported = {name for cell in cells for name in _imported(cell)}
    for number in reversed(range(len(cells))):
        for statement in reversed(statements(cells[number])):
            if (statement.changes | (statement.asks - imported)) & wanted:
                found.append((number, statement))
                wanted -= statement.certain
                wanted |= statement.needs
    return found[::-1]


def _imported(source: str) -> Iterator[str]:
    for statement in statements(source):
        if isinstance(statement.node, ast.Import | ast.ImportFrom):
            yield from statement.changes


def needed(source: str) -> frozenset[str]:
    """Return the names that a cell takes from elsewhere."""
    needs: set[str] = set()
    bound: set[str] = set()
    for statement in statements(source):
        needs |= statement.needs - bound
        bound |= statement.certain
    return frozenset(needs) - set(dir(builtins))


# --- Running them.


class Absent:
    """Stands for something that the page does not have, and says so when it is used."""

    def __init__(self, name: str, library: str) -> None:
        self.__dict__["_is"] = (name, library)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        name, library = self.__dict__["_is"]
        raise RuntimeError(
            f"{name} needs {library}, which this page does not have: run this cell in Jupyter"
        )

    __call__ = __getitem__ = __iter__ = __setattr__ = _refuse

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()


class Lesson:
    """The namespace of one lesson, and which of its values are still those of the cells above."""

    def __init__(self, output: Callable[[str], None]) -> None:
        self.output = output
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self._made: dict[str, tuple[Any, ...]] = {}

    def run(self, cells: Sequence[str], number: int) -> dict[str, Any]:
        """Run one cell and show the value of its last expression; return {"error": text}."""
        trouble = self._provide(cells, number)
        with self._printing():
            error = self._execute(cells[number], number)
        self._remember(cells, number, error)
        return {"error": error, "above": trouble if error else ""}

    def check(
        self, cells: Sequence[str], number: int, id: str, name: str, registry: str = ""
    ) -> dict[str, Any]:
        """Run the cell of an exercise, and return the answer to what it defines as `name`."""
        from nnlib.teaching.checks import answer

        trouble = self._provide(cells, number)
        self.names.pop(name, None)
        with self._printing():
            error = self._execute(cells[number], number)
            self._remember(cells, number, error)
            if error:
                return {"error": error, "above": trouble}
            if name not in self.names:
                found = [f"`{n}`" for s in statements(cells[number]) for n in sorted(s.changes)]
                there = f"; it defines {', '.join(found)}" if found else ""
                message = f"Your code defines no `{name}`{there}."
                return {"state": "not quite", "passed": False, "message": message, "evidence": ""}
            return answer(id, self.names[name], registry=registry)

    def _provide(self, cells: Sequence[str], number: int) -> str:
        """Run what the cell needs from those above, unless it is there; return the first error."""
        names, above = needed(cells[number]), cells[:number]
        made = {name: _signature(name, above) for name in names}
        if all(self._made.get(name) == steps for name, steps in made.items() if steps):
            return ""
        trouble = ""
        with redirect_stdout(Nowhere()), redirect_stderr(Nowhere()):
            for at, statement in steps_for(names, above):
                for changed in statement.changes | statement.asks:
                    self._made.pop(changed, None)
                try:
                    self._statement(statement.node, cells[at], at, silent=True)
                except Exception as error:
                    trouble = trouble or f"cell {at + 1}: {_last_line(error)}"
        self._made |= made
        return trouble

    def _remember(self, cells: Sequence[str], number: int, error: str) -> None:
        """Note that what the cell changed is now what a cell below would find."""
        for statement in statements(cells[number]):
            for name in statement.changes | statement.asks:
                self._made.pop(name, None)
                if not error:
                    self._made[name] = _signature(name, cells[: number + 1])

    def _execute(self, source: str, number: int) -> str:
        """Run a cell as Jupyter does; return the traceback as text, or ""."""
        try:
            tree = ast.parse(source, _filename(number))
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            for node in tree.body:
                self._statement(node, source, number)
            if isinstance(last, ast.Expr):
                _remember_lines(source, number)
                code = compile(ast.Expression(last.value), _filename(number), "eval")
                value = eval(code, self.names)
                if value is not None:
                    print(repr(value))
        except BaseException as error:  # SystemExit too: a cell must not end the worker
            return report(error, number)
        return ""

    def _statement(self, node: ast.stmt, source: str, number: int, silent: bool = False) -> None:
        _remember_lines(source, number)
        for part in _single(node):
            code = compile(ast.Module([part], []), _filename(number), "exec")
            try:
                exec(code, self.names)
            except ImportError as error:
                library = (error.name or "").partition(".")[0]
                known = library in NOT_IN_PAGE or (
                    silent and library and find_spec(library) is None
                )
                if not known or not isinstance(part, ast.Import | ast.ImportFrom):
                    raise
                alias = part.names[0]
                name = alias.asname or alias.name.partition(".")[0]
                self.names[name] = Absent(name, library)

    @contextmanager
    def _printing(self) -> Iterator[None]:
        printer = Printer(self.output)
        try:
            with redirect_stdout(cast(TextIO, printer)), redirect_stderr(cast(TextIO, printer)):
                yield
        finally:
            printer.flush()


def _signature(name: str, cells: Sequence[str]) -> tuple[Any, ...]:
    return tuple((at, s.text) for at, s in steps_for(frozenset({name}), cells))


def _single(node: ast.stmt) -> Iterator[ast.stmt]:
    """Split an import of several names: one that is not there must not take the others along."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        yield node
        return
    for alias in node.names:
        if isinstance(node, ast.Import):
            part: ast.stmt = ast.Import([alias])
        else:
            part = ast.ImportFrom(node.module, [alias], node.level)
        yield ast.copy_location(part, node)


def _filename(number: int) -> str:
    return f"<cell {number + 1}>"


def _remember_lines(source: str, number: int) -> None:
    """Let tracebacks and `inspect.getsource` find the text of a cell."""
    name = _filename(number)
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)


# --- What a reader gets to see.


class Nowhere:
    """Takes what is printed, and keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


class Printer:
    """Hands on what is printed: the first lines at once, then in batches, up to a limit."""

    def __init__(self, output: Callable[[str], None]) -> None:
        self.output = output
        self.waiting: list[str] = []
        self.writes = self.lines = self.characters = 0
        self.full = False
        self.sent = time.monotonic()

    def write(self, text: str) -> int:
        if self.full:
            return len(text)
        kept = text[: CHARACTERS - self.characters]
        parts = kept.splitlines(keepends=True)[: LINES - self.lines + 1]
        kept = "".join(parts)
        self.waiting.append(kept)
        self.writes += 1
        self.lines += kept.count("\n")
        self.characters += len(kept)
        if self.lines >= LINES or self.characters >= CHARACTERS:
            self.full = True
            self.waiting.append(
                f"\n[No more is shown: {self.lines:,} lines, {self.characters:,} characters.]\n"
            )
        # A program that prints a little and then hangs must be seen to have printed.
        if self.writes <= 100 or self.full or time.monotonic() - self.sent > 0.05:
            self.flush()
        return len(text)

    def flush(self) -> None:
        if self.waiting:
            text = "".join(self.waiting)
            self.waiting.clear()
            self.output(text)
        self.sent = time.monotonic()

    def isatty(self) -> bool:
        return False


def report(error: BaseException, number: int) -> str:
    """Return the traceback as Jupyter shows it, of the frames that are in cells."""
    if isinstance(error, SyntaxError) and error.filename == _filename(number):
        lines = traceback.format_exception_only(error)
        return "".join(lines[1:] if lines[0].startswith("  File") else lines).rstrip()
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith("<cell ")
    ]
    name = type(error).__name__
    parts = [f"{name:<36}Traceback (most recent call last)"]
    shown = [_frame(frame, number) for frame in frames]
    if len(shown) > 6:
        shown = [*shown[:2], f"... {len(shown) - 4} more calls ...", *shown[-2:]]
    return "\n\n".join(["\n".join([parts[0], *shown[:1]]), *shown[1:], _last_line(error)])


def _frame(frame: traceback.FrameSummary, number: int) -> str:
    here = frame.filename == _filename(number)
    where = "This cell" if here else f"Cell {frame.filename[6:-1]} of this page"
    line = frame.lineno or 0
    text = [f"{where}, line {line}{'' if frame.name == '<module>' else f', in {frame.name}'}"]
    for at in range(max(1, line - 1), line + 2):
        code = linecache.getline(frame.filename, at).rstrip()
        if code or at == line:
            text.append(f"{'---->' if at == line else '     '} {at:>2} {code}")
    return "\n".join(text)


def _last_line(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()


# --- The door to the worker.

_lessons: dict[str, Lesson] = {}


def handle(request: str, output: Callable[[str], None]) -> str:
    """Do what the page asks for, in JSON both ways.

    {"lesson", "cells", "number"} runs a cell; with "id" and "name" it is checked as well, as an
    exercise of our rooms or of the "registry".
    """
    asked = json.loads(request)
    lesson = _lessons.setdefault(asked["lesson"], Lesson(output))
    lesson.output = output
    if "id" in asked:
        task = (asked["id"], asked["name"], asked.get("registry", ""))
        answer = lesson.check(asked["cells"], asked["number"], *task)
    else:
        answer = lesson.run(asked["cells"], asked["number"])
    return json.dumps(answer)
