"""The slips that people make, as edits of a solution's syntax tree.

Each edit sets one field of one node. It is applied and taken back in place: to copy the tree for
each of some hundred edits would take longer than to run them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeVar

import numpy as np

from nnlib.teaching.slips.words import NOUNS, Words, called

Clause = Callable[[Words], str]
Node = TypeVar("Node", bound=ast.AST)

# How likely a slip is, and so which of two that do the same is told.
LIKELY, COMMON, RARE, ODD = range(4)


@dataclass(frozen=True)
class Edit:
    """One edit: `holder.field`, or its item `index`, becomes `new`.

    clause  the slip in words, after "as if": "the mean were taken in place of the sum"
    place   the variable whose statement is edited, or the number of a result, if there is one
    rank    how likely people make it
    """

    holder: ast.AST
    field: str
    index: int | None
    new: Any
    clause: Clause
    place: str | int | None
    rank: int

    @property
    def call(self) -> str:
        """What a call becomes, such as `E.sum(axis=1)`, if that is all that the edit does."""
        old = getattr(self.holder, self.field)
        old = old if self.index is None else old[self.index]
        same = isinstance(old, ast.Call) and isinstance(self.new, ast.Call)
        return ast.unparse(self.new) if same and called(old) == called(self.new) else ""

    def swap(self, other: Any) -> Any:
        """Put another value there and return the one that was there."""
        if self.index is None:
            old = getattr(self.holder, self.field)
            setattr(self.holder, self.field, other)
        else:
            items = getattr(self.holder, self.field)
            old, items[self.index] = items[self.index], other
        return old


@dataclass(frozen=True)
class Spot:
    """Where a node hangs, and in which statement."""

    holder: ast.AST
    field: str
    index: int | None
    place: str | int | None
    line: int

    def edit(self, new: Any, clause: Clause | str, rank: int) -> Edit:
        """Return the edit that puts `new` here."""
        if isinstance(new, ast.AST):
            _fixed(new, self.line)
        said: Clause = (lambda words: clause) if isinstance(clause, str) else clause
        return Edit(self.holder, self.field, self.index, new, said, self.place, rank)


def _inside(
    spot: Spot, node: ast.AST, field: str, new: Any, clause: Clause | str, rank: int
) -> Edit:
    """Return the edit of one field of a node: a second edit may then change another below it."""
    index = 0 if isinstance(getattr(node, field), list) else None
    return Spot(node, field, index, spot.place, spot.line).edit(new, clause, rank)


def _fixed(node: Node, line: int = 1) -> Node:
    """Give a new node, and new ones below it, the place in the source that compile() asks for."""
    at = ast.Pass(lineno=line, col_offset=0, end_lineno=line, end_col_offset=0)
    ast.copy_location(node, at)
    for below in ast.walk(node):
        if isinstance(below, ast.expr | ast.stmt | ast.keyword) and not hasattr(below, "lineno"):
            ast.copy_location(below, at)
    return node


def edits_of(function: ast.FunctionDef, given: Mapping[str, Any]) -> list[Edit]:
    """Return every slip that we know of in a function, likelier ones first.

    `given` are some arguments of it: a matrix may be transposed, a list may lack its end.
    """
    names, sizes = variables(function), _sizes(given)
    found = [*_of_results(function, sizes), *_of_arguments(function, given)]
    for spot, node in _spots(function):
        found += [*_edits(spot, node, names), *_terms(spot, node, sizes[:1])]
    found += _of_axes(function)
    barred = _appended_to(function)
    kept = (edit for edit in found if not _closes_a_circle(edit, barred))
    return sorted(kept, key=lambda edit: edit.rank)


def _appended_to(function: ast.FunctionDef) -> dict[int, set[str]]:
    """Return the names that may not be put into the parts of each `found.append(...)`.

    They are what would put a list into itself: the list for what is appended, and the other way
    round.
    """
    barred: dict[int, set[str]] = {}
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and called(call) == "append":
            holders = [call, *(a for a in call.args if isinstance(a, ast.Tuple | ast.List))]
            given = [part for holder in holders for part in ast.iter_child_nodes(holder)]
            barred[id(call.func)] = {part.id for part in given if isinstance(part, ast.Name)}
            into = {n.id for n in ast.walk(call.func) if isinstance(n, ast.Name)}
            barred.update((id(holder), into) for holder in holders)
    return barred


def _closes_a_circle(edit: Edit, barred: Mapping[int, set[str]]) -> bool:
    """Tell whether an edit puts a list into itself: to make an array of it takes NumPy for ever."""
    return isinstance(edit.new, ast.Name) and edit.new.id in barred.get(id(edit.holder), ())


def variables(function: ast.FunctionDef) -> list[str]:
    """Return the arguments and what the function assigns to, in order."""
    names = [a.arg for a in function.args.args]
    stored = (n for n in ast.walk(function) if isinstance(n, ast.Name))
    names += [n.id for n in stored if isinstance(n.ctx, ast.Store)]
    return [name for name in dict.fromkeys(names) if name != "_"]


def definitions(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """Return what each variable is first set to."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, node.value)
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for name, value in zip(target.elts, node.value.elts, strict=False):
                    if isinstance(name, ast.Name):
                        found.setdefault(name.id, value)
    return found


def reached(function: ast.FunctionDef) -> dict[str, frozenset[int]]:
    """Return, for each variable, the numbers of the results that it has a part in.

    Empty where the results do not stand in one `return a, b`. A variable that is missing may reach
    any of them.
    """
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
    if len(returns) != 1 or not isinstance(returns[0].value, ast.Tuple):
        return {}
    found: dict[str, set[int]] = {name: set() for name in variables(function)}
    for i, result in enumerate(returns[0].value.elts):
        for name in _names_in(result):
            found.setdefault(name, set()).add(i)
    steps = [n for n in ast.walk(function) if isinstance(n, ast.stmt) and n is not function]
    flows = [(_names_in(step), _stored(step)) for step in steps]
    for _ in flows:  # as many rounds as the longest way through all of them
        for used, stored in flows:
            onward = set().union(*(found.get(name, set()) for name in stored))
            for name in used:
                found.setdefault(name, set()).update(onward)
    return {name: frozenset(results) for name, results in found.items()}


def _names_in(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _stored(step: ast.stmt) -> set[str]:
    """Return what a statement, or one inside of it, sets or may change."""
    if isinstance(step, ast.Expr):  # found.append(...)
        return _names_in(step)
    targets = [n for n in ast.walk(step) if isinstance(n, ast.Name | ast.Subscript)]
    return set().union(*(_names_in(n) for n in targets if isinstance(n.ctx, ast.Store)))


def _spots(node: ast.AST, place: str | int | None = None) -> Iterator[tuple[Spot, ast.AST]]:
    """Yield each node below this one with where it hangs."""
    for field, value in ast.iter_fields(node):
        if field in ("args", "decorator_list", "returns") and isinstance(node, ast.FunctionDef):
            continue
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, child in items:
            if not isinstance(child, ast.AST):
                continue
            within = _place(node, field, index, child, place)
            yield Spot(node, field, index, within, getattr(child, "lineno", 1)), child
            yield from _spots(child, within)


def _place(
    node: ast.AST, field: str, index: int | None, child: ast.AST, place: str | int | None
) -> str | int | None:
    if isinstance(child, ast.Assign) and isinstance(child.targets[0], ast.Name):
        return child.targets[0].id
    if isinstance(child, ast.AugAssign) and isinstance(child.target, ast.Name):
        return child.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
        return place
    return place


# What people do to one node --------------------------------------------------------------------


def _edits(spot: Spot, node: ast.AST, names: list[str]) -> Iterator[Edit]:
    if isinstance(node, ast.BinOp):
        yield from _operations(spot, node)
        yield from _left_out(spot, node)
        yield from _brackets(spot, node)
    elif isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
            yield spot.edit(node.operand, "the minus sign were missing", LIKELY)
        elif not isinstance(node.op, ast.USub):
            yield spot.edit(node.operand, "the `not` were missing", COMMON)
    elif isinstance(node, ast.Compare):
        yield from _comparisons(spot, node)
    elif isinstance(node, ast.IfExp):
        yield spot.edit(
            ast.IfExp(node.test, node.orelse, node.body), "the two cases were swapped", COMMON
        )
        for case, which in ((node.body, "second"), (node.orelse, "first")):
            yield spot.edit(case, f"there were no {which} case", COMMON)
    elif isinstance(node, ast.Constant):
        if not (isinstance(spot.holder, ast.keyword) and spot.holder.arg == "axis"):
            yield from _constants(spot, node)
    elif isinstance(node, ast.Call):
        yield from _calls(spot, node)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield from _parts(spot, node)
        yield from _indices(spot, node)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield spot.edit(
            node.value,
            _about(node.value, "the transpose of {} were missing", "a transpose"),
            LIKELY,
        )
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id != "np":
        yield from _names(spot, node, names)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        if not isinstance(spot.holder, ast.Return):
            yield from _orders(spot, node)
    elif isinstance(node, ast.stmt):
        yield from _statements(spot, node)


def _about(node: ast.AST, text: str, otherwise: str) -> Clause:
    """Return a clause with the expression at its {}, or with other words if it has none."""
    return lambda words: text.format(words.say(node) or otherwise)


SWAPPED_OPERATIONS: dict[type[ast.operator], list[tuple[type[ast.operator], str, int]]] = {
    ast.Add: [
        (ast.Sub, "{} were subtracted instead of added", LIKELY),
        (ast.Mult, "there were a multiplication by {} instead of an addition", COMMON),
    ],
    ast.Sub: [
        (ast.Add, "{} were added instead of subtracted", LIKELY),
        (ast.Div, "there were a division by {} instead of a subtraction", RARE),
        (ast.Mult, "there were a multiplication by {} instead of a subtraction", RARE),
    ],
    ast.Mult: [
        (ast.Div, "there were a division by {} instead of a multiplication", LIKELY),
        (ast.Add, "{} were added instead of multiplied", LIKELY),
        (ast.Sub, "{} were subtracted instead of multiplied", RARE),
        (ast.MatMult, "the product with {} were a matrix product, not one by entries", COMMON),
        (ast.Pow, "{} were an exponent instead of a factor", RARE),
    ],
    ast.Div: [
        (ast.Mult, "there were a multiplication by {} instead of a division", LIKELY),
        (ast.FloorDiv, "the division by {} were rounded down (`//`)", COMMON),
        (ast.Sub, "{} were subtracted instead of divided by", RARE),
    ],
    ast.FloorDiv: [
        (ast.Div, "the division by {} were not rounded down", LIKELY),
        (ast.Mult, "there were a multiplication by {} instead of a division", COMMON),
        (ast.Mod, "the remainder of the division by {} were taken", COMMON),
    ],
    ast.Mod: [(ast.FloorDiv, "the quotient by {} were taken instead of the remainder", COMMON)],
    ast.Pow: [(ast.Mult, "{} were a factor instead of an exponent", LIKELY)],
    ast.MatMult: [
        (ast.Mult, "the product with {} were taken entry by entry (`*`)", LIKELY),
    ],
}


def _operations(spot: Spot, node: ast.BinOp) -> Iterator[Edit]:
    for op, text, rank in SWAPPED_OPERATIONS.get(type(node.op), []):
        yield _inside(spot, node, "op", op(), _about(node.right, text, "something"), rank)
    turned = {
        ast.Sub: "the two sides of the difference were swapped",
        ast.Div: "numerator and denominator were swapped",
        ast.FloorDiv: "numerator and denominator were swapped",
        ast.MatMult: "the factors of the matrix product stood the other way round",
        ast.Pow: "base and exponent were swapped",
    }
    if type(node.op) in turned:
        new = ast.BinOp(node.right, node.op, node.left)
        yield spot.edit(new, turned[type(node.op)], COMMON)


def _terms(spot: Spot, node: ast.AST, sizes: Sequence[tuple[str, str]]) -> Iterator[Edit]:
    """Yield what comes of dividing one term of a sum by the number of samples."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub):
        return
    if isinstance(node.right, ast.Constant):
        return
    for size, what in sizes:
        new = ast.BinOp(node.right, ast.Div(), ast.parse(size, mode="eval").body)
        text = f"{{}} were divided by {what}"
        yield _inside(spot, node, "right", new, _missing(node.right, text), COMMON)


def _left_out(spot: Spot, node: ast.BinOp) -> Iterator[Edit]:
    left, right = node.left, node.right
    texts = {
        ast.Add: ("{} were not added", "{} were not added"),
        ast.Sub: ("{} were not subtracted", "only {} were left of a difference"),
        ast.Mult: ("there were no multiplication by {}",) * 2,
        ast.MatMult: ("there were no matrix product with {}",) * 2,
        ast.Div: ("there were no division by {}", "only {} were left of a quotient"),
        ast.FloorDiv: ("there were no division by {}", "only {} were left of a quotient"),
        ast.Pow: ("the exponent {} were missing", "only {} were left of a power"),
        ast.Mod: ("the whole were taken, not its remainder by {}", "only {} were left"),
    }
    without_right, without_left = texts.get(type(node.op), ("{} were missing",) * 2)
    yield spot.edit(left, _missing(right, without_right), LIKELY)
    keeps_right = isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Pow | ast.Mod)
    about = right if keeps_right else left
    rank = LIKELY if isinstance(node.op, ast.Add | ast.Mult) else COMMON
    yield spot.edit(right, _missing(about, without_left), rank)
    if isinstance(node.op, ast.Sub):
        minus = ast.UnaryOp(ast.USub(), right)
        yield spot.edit(minus, _missing(right, "only minus {} were left of a difference"), LIKELY)
    if isinstance(node.op, ast.Div | ast.FloorDiv):
        one = ast.BinOp(ast.Constant(1), node.op, right)
        yield spot.edit(one, _missing(left, "1 were divided, and not {}"), COMMON)
        twice = ast.BinOp(node, node.op, right)
        yield spot.edit(twice, _missing(right, "the division by {} were done twice"), COMMON)
    if isinstance(node.op, ast.Mult):
        new = ast.BinOp(node, ast.Mult(), right)
        yield spot.edit(new, _missing(right, "the multiplication by {} were done twice"), COMMON)
        twice = ast.BinOp(node, ast.Mult(), left)
        yield spot.edit(twice, _missing(left, "the multiplication by {} were done twice"), COMMON)


def _missing(node: ast.AST, text: str) -> Clause:
    """Return a clause on an operand; "something with `A` in it" where it has no name."""

    def clause(words: Words) -> str:
        inside = words.names(node)
        nameless = f"something with {inside[0]} in it" if inside else "something"
        return text.format(words.say(node) or nameless)

    return clause


def _brackets(spot: Spot, node: ast.BinOp) -> Iterator[Edit]:
    """Yield what comes of a forgotten pair of brackets."""
    tight = (ast.Mult, ast.Div, ast.MatMult, ast.FloorDiv)
    loose = (ast.Add, ast.Sub)
    left, right = node.left, node.right
    text = "the brackets around the {} were missing"
    if isinstance(node.op, (*tight, ast.Pow)) and isinstance(left, ast.BinOp):
        binds = isinstance(left.op, loose) or (
            isinstance(node.op, ast.Pow) and isinstance(left.op, tight)
        )
        if binds:
            inner = ast.BinOp(left.right, node.op, right)
            new = ast.BinOp(left.left, left.op, _fixed(inner))
            yield spot.edit(new, _noun(left, text), COMMON)
    if isinstance(node.op, tight) and isinstance(right, ast.BinOp):
        flips = isinstance(node.op, ast.Div | ast.FloorDiv | ast.MatMult | ast.Mult)
        if isinstance(right.op, loose) or (flips and isinstance(right.op, tight)):
            inner = ast.BinOp(left, node.op, right.left)
            new = ast.BinOp(_fixed(inner), right.op, right.right)
            yield spot.edit(new, _noun(right, text), COMMON)
    if (
        isinstance(node.op, ast.Sub)
        and isinstance(right, ast.BinOp)
        and isinstance(right.op, loose)
    ):
        inner = ast.BinOp(left, node.op, right.left)
        new = ast.BinOp(_fixed(inner), right.op, right.right)
        yield spot.edit(new, _noun(right, text), COMMON)


def _noun(node: ast.AST, text: str) -> Clause:
    return lambda words: text.format(words.noun(node) or "expression")


COMPARED: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
OTHERS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE, ast.NotEq, ast.Eq),
    ast.GtE: (ast.Gt, ast.LtE, ast.Lt, ast.Eq),
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE, ast.NotEq),
    ast.LtE: (ast.Lt, ast.GtE, ast.Gt, ast.Eq),
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE),
    ast.NotEq: (ast.Eq, ast.Gt, ast.Lt),
}


def _comparisons(spot: Spot, node: ast.Compare) -> Iterator[Edit]:
    op = type(node.ops[0])
    for number, other in enumerate(OTHERS.get(op, ())):
        clause = f"`{COMPARED[other]}` stood in place of `{COMPARED[op]}`"
        rank = LIKELY if number < 2 else COMMON
        yield _inside(spot, node, "ops", other(), clause, rank)
    if op in (ast.Gt, ast.GtE) and ast.unparse(node.comparators[0]) == "0":
        text = "{} itself stood in place of the comparison"
        yield spot.edit(node.left, _missing(node.left, text), COMMON)
        cut = ast.parse("np.maximum(0, 0)", mode="eval").body
        assert isinstance(cut, ast.Call)
        cut.args[0] = node.left
        text = "{}, cut off at 0, stood in place of the comparison"
        yield spot.edit(cut, _missing(node.left, text), COMMON)
    swaps = {ast.Is: ast.IsNot, ast.IsNot: ast.Is}
    if op in swaps:
        new = ast.Compare(node.left, [swaps[op]()], node.comparators)
        yield spot.edit(new, "the condition were the opposite one", LIKELY)


# Numbers that these are called with are axes, if they stand there by themselves.
OF_AXES = ("moveaxis", "swapaxes", "transpose", "expand_dims")


def _constants(spot: Spot, node: ast.Constant) -> Iterator[Edit]:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    others = (value + 1, value - 1, 0, 1, 2, -value, 2 * value, value / 2, 1e-8)
    for number, other in enumerate(dict.fromkeys(others)):
        if other != value and not (number == 7 and isinstance(value, int) and value % 2):
            new = other if number < 7 or value % 2 else int(other)
            if other == 1e-8:
                new = 1e-8
            minus = isinstance(spot.holder, ast.UnaryOp) and isinstance(spot.holder.op, ast.USub)
            there, here = (-new, -value) if minus else (new, value)
            axis = "axis " * (isinstance(spot.holder, ast.Call) and called(spot.holder) in OF_AXES)
            clause = f"{axis}{there:g} stood in place of {axis}{here:g}"
            yield spot.edit(ast.Constant(new), clause, COMMON if abs(new) < 4 else RARE)


EXCHANGED = {
    "sum": ("mean", "max", "prod"),
    "mean": ("sum", "max", "median"),
    "max": ("min", "sum", "mean", "argmax"),
    "min": ("max",),
    "argmax": ("argmin", "max"),
    "argmin": ("argmax", "min"),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "std": ("var",),
    "var": ("std",),
    "exp": ("expm1", "log"),
    "log": ("log2", "log10", "exp"),
    "log1p": ("log",),
    "sqrt": ("square",),
    "all": ("any",),
    "any": ("all",),
    "zeros": ("ones",),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "prod": ("sum",),
    "matmul": ("multiply",),
    "outer": ("multiply",),
    "normal": ("uniform",),
    "sign": ("abs",),
    "abs": ("square", "sign"),
}


def _calls(spot: Spot, node: ast.Call) -> Iterator[Edit]:
    name = called(node)
    the = f"the {NOUNS[name]}" if name in NOUNS else f"`{name}`"
    if isinstance(node.func, ast.Attribute):
        for other in EXCHANGED.get(name, ()):
            noun = NOUNS.get(other, f"`{other}`")
            rank = LIKELY if {name, other} <= {"sum", "mean"} else COMMON
            clause = f"the {noun} were taken in place of {the}"
            yield _inside(spot, node.func, "attr", other, clause, rank)
        if not _of_numpy(node.func):
            yield spot.edit(node.func.value, f"{the} were left out", LIKELY)
    if name == "len" and len(node.args) == 1:
        columns = ast.Subscript(
            ast.Attribute(node.args[0], "shape", ast.Load()), ast.Constant(1), ast.Load()
        )
        text = "the columns of {} were counted instead of its rows"
        yield spot.edit(columns, _about(node.args[0], text, "it"), LIKELY)
        size = ast.Attribute(node.args[0], "size", ast.Load())
        text = "all entries of {} were counted instead of its rows"
        yield spot.edit(size, _about(node.args[0], text, "it"), COMMON)
    if node.args and not isinstance(node.args[0], ast.Starred):
        if not isinstance(node.func, ast.Attribute) or _of_numpy(node.func):
            for i, argument in enumerate(node.args[:3]):
                yield spot.edit(argument, f"{the} were left out", LIKELY if i == 0 else RARE)
        swapped = f"the arguments of `{name}` were swapped"
        for i in range(len(node.args) - 1):
            args = list(node.args)
            args[i], args[i + 1] = args[i + 1], args[i]
            yield spot.edit(ast.Call(node.func, args, node.keywords), swapped, COMMON)
    yield from _cases(spot, node, name)
    yield from _keywords(spot, node, the)


def _of_numpy(function: ast.Attribute) -> bool:
    """Tell np.sum and np.linalg.norm from a method, such as X.sum."""
    where = function.value
    while isinstance(where, ast.Attribute):
        where = where.value
    return isinstance(where, ast.Name) and where.id == "np"


def _cases(spot: Spot, node: ast.Call, name: str) -> Iterator[Edit]:
    """Yield what is done to one side of a case distinction, and to the last round of a loop."""
    if name == "where" and len(node.args) == 3:
        for i in (1, 2):
            case = node.args[i]
            for value in () if isinstance(case, ast.Constant) else (1, 0):
                place = Spot(node, "args", i, spot.place, spot.line)
                text = f"{value} stood in place of {{}}, in one of two cases"
                yield place.edit(ast.Constant(value), _missing(case, text), COMMON)
    if name in ("maximum", "minimum") and len(node.args) == 2:
        op, side = (ast.Gt(), "above") if name == "maximum" else (ast.Lt(), "below")
        for i in (0, 1):
            if ast.unparse(node.args[1 - i]) == "0":
                new = ast.Compare(node.args[i], [op], [node.args[1 - i]])
                text = f"{{}} counted as 1 wherever it is {side} 0, whatever its size"
                yield spot.edit(new, _missing(node.args[i], text), COMMON)
    if name == "range" and len(node.args) == 3:
        stop, step = node.args[1:]
        last = ast.BinOp(_fixed(ast.BinOp(stop, ast.Sub(), step)), ast.Add(), ast.Constant(1))
        place = Spot(node, "args", 1, spot.place, spot.line)
        yield place.edit(last, "the last round were left out where it is smaller", COMMON)


def _keywords(spot: Spot, node: ast.Call, the: str) -> Iterator[Edit]:
    def call(keywords: list[ast.keyword]) -> ast.Call:
        return ast.Call(node.func, node.args, keywords)

    for i, keyword in enumerate(node.keywords):
        before, after = node.keywords[:i], node.keywords[i + 1 :]
        if keyword.arg == "axis":
            was = ast.unparse(keyword.value)
            for axis in (0, 1, -1, 2, -2):
                if str(axis) == was or ({str(axis), was} == {"1", "-1"} and axis == -1):
                    continue
                other = ast.keyword("axis", ast.Constant(axis))
                clause = f"{the} ran along axis {axis} instead of axis {was}"
                rank = LIKELY if axis in (0, 1) else COMMON
                yield spot.edit(call([*before, other, *after]), clause, rank)
            kept = [k for k in (*before, *after) if k.arg != "keepdims"]
            everything = f"{the} ran over all entries instead of along axis {was}"
            yield spot.edit(call([*before, *after]), everything, LIKELY)
            if len(kept) < len(before) + len(after):
                yield spot.edit(call(kept), everything, LIKELY)
        elif keyword.arg == "keepdims":
            clause = f"the axis of {the} were lost: `keepdims=True` is missing"
            yield spot.edit(call([*before, *after]), clause, LIKELY)
        elif keyword.arg not in ("strict", "dtype", None):
            clause = f"`{keyword.arg}` of `{called(node)}` were left out"
            yield spot.edit(call([*before, *after]), clause, COMMON)
    given = {keyword.arg for keyword in node.keywords}
    if "axis" in given and "keepdims" not in given and called(node) in NOUNS:
        new = [*node.keywords, ast.keyword("keepdims", ast.Constant(True))]
        yield spot.edit(call(new), f"{the} kept its axis, with length 1", COMMON)
    if "axis" not in given and called(node) in (
        "sum",
        "mean",
        "max",
        "std",
        "var",
        "argmax",
        "all",
    ):
        for axis in (0, 1):
            new = [*node.keywords, ast.keyword("axis", ast.Constant(axis))]
            yield spot.edit(call(new), f"{the} ran along axis {axis} alone", COMMON)
    if called(node) in ("std", "var") and isinstance(node.func, ast.Attribute):
        np_own = ast.unparse(node.func.value) == "np"
        inner = node.args[0] if np_own and node.args else node.func.value
        root = "np.sqrt({})" if called(node) == "std" else "{}"
        keywords = ", ".join(ast.unparse(k) for k in node.keywords)
        mean = f"np.mean(({ast.unparse(inner)}) ** 2{', ' * bool(keywords)}{keywords})"
        new_root = ast.parse(root.format(mean), mode="eval").body
        of = "root of the mean square" if called(node) == "std" else "mean square"
        yield spot.edit(new_root, f"the {of}, which keeps the mean in, stood for {the}", COMMON)
    if called(node) in ("std", "var"):
        new = [*node.keywords, ast.keyword("ddof", ast.Constant(1))]
        yield spot.edit(call(new), f"{the} divided by one less, n - 1", COMMON)


def _parts(spot: Spot, node: ast.Subscript) -> Iterator[Edit]:
    text = "all of {} were used instead of a part of it"
    if isinstance(node.slice, ast.Slice) and ast.unparse(node.slice) == "::-1":
        text = "the order of {} were not reversed"
    whole = _about(node.value, text, "it")
    yield spot.edit(node.value, whole, LIKELY)
    if isinstance(node.slice, ast.Slice):
        bounds = (node.slice.lower, node.slice.upper, node.slice.step)
        for i, bound in enumerate(bounds):
            if bound is not None:
                kept = [None if j == i else b for j, b in enumerate(bounds)]
                new = ast.Subscript(node.value, ast.Slice(*kept), ast.Load())
                end = ("the start of a slice", "the end of a slice", "the step of a slice")[i]
                yield spot.edit(new, f"{end} were left out", COMMON)


def _indices(spot: Spot, node: ast.Subscript) -> Iterator[Edit]:
    """Yield what comes of a 0 for one of several indices."""
    if isinstance(node.slice, ast.Tuple):
        for i, index in enumerate(node.slice.elts):
            if isinstance(index, ast.Name):
                place = Spot(node.slice, "elts", i, spot.place, spot.line)
                clause = _missing(index, "0 stood in place of {}, as an index")
                yield place.edit(ast.Constant(0), clause, COMMON)


def _names(spot: Spot, node: ast.Name, names: list[str]) -> Iterator[Edit]:
    for other in names:
        if other == node.id:
            continue

        def clause(words: Words, other: str = other) -> str:
            there = words.name(other) or "another value"
            here = words.name(node.id) or "another name"
            return f"{there} stood in place of {here}"

        yield spot.edit(ast.Name(other, ast.Load()), clause, COMMON)
    if not isinstance(spot.holder, ast.Call) or spot.field != "func":
        new = ast.Attribute(node, "T", ast.Load())
        text = "there were a transpose of {} too many"
        if isinstance(spot.holder, ast.Attribute) and spot.holder.attr == "shape":
            text = "the sizes of {} were read in reverse, the last axis first"
        yield spot.edit(new, _about(node, text, "it"), COMMON)


def _orders(spot: Spot, node: ast.Tuple) -> Iterator[Edit]:
    for i in range(len(node.elts) - 1):
        items = list(node.elts)
        items[i], items[i + 1] = items[i + 1], items[i]

        def clause(words: Words, i: int = i) -> str:
            one, other = (words.say(node.elts[j]) for j in (i, i + 1))
            return f"{one or 'one value'} and {other or 'the next one'} were swapped"

        yield spot.edit(ast.Tuple(items, ast.Load()), clause, COMMON)


DONE: dict[type[ast.operator], str] = {
    ast.Add: "added to",
    ast.Sub: "subtracted from",
    ast.Mult: "multiplied",
    ast.Div: "divided",
}


def _statements(spot: Spot, node: ast.stmt) -> Iterator[Edit]:
    if isinstance(node, ast.AugAssign):
        target = node.target
        done = DONE.get(type(node.op), "changed")
        new = ast.Assign([target], node.value)
        yield spot.edit(
            new, _about(target, f"{{}} were replaced in each round, not {done}", "it"), LIKELY
        )
        for op, text in ((ast.Add, "added"), (ast.Sub, "subtracted"), (ast.Mult, "multiplied")):
            if not isinstance(node.op, op):
                was = DONE.get(type(node.op), "something else").partition(" ")[0]
                clause = f"something were {text} that has to be {was}"
                yield spot.edit(ast.AugAssign(target, op(), node.value), clause, COMMON)
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
        step = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", node)
        text = "the step that sets {} were left out"
        if isinstance(node, ast.AugAssign) or isinstance(step, ast.Subscript):
            step = step.value if isinstance(step, ast.Subscript) else step
            text = "the step that changes {} were left out"
        yield spot.edit(ast.Pass(), _about(step, text, "a value on the way"), LIKELY)
    if isinstance(node, ast.If):
        yield spot.edit(ast.Pass(), "one case were left out", COMMON)
        always = ast.If(ast.Constant(True), node.body, [])
        yield spot.edit(always, "the condition were always true", COMMON)
    if isinstance(node, ast.For):
        body = [*node.body, ast.Break()]
        once = ast.For(node.target, node.iter, body, [])
        yield spot.edit(once, "the loop ended after its first round", COMMON)
        yield spot.edit(ast.Pass(), "the loop were left out", COMMON)


# What people do to a result --------------------------------------------------------------------


def _of_results(function: ast.FunctionDef, sizes: Sequence[tuple[str, str]]) -> Iterator[Edit]:
    """Yield what is done to a result as a whole: scaled, summed, transposed, swapped."""
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
    if not returns:
        return
    last = returns[-1]
    assert last.value is not None
    if isinstance(last.value, ast.Tuple):
        results = last.value.elts
        spots = [Spot(last.value, "elts", i, i, last.lineno) for i in range(len(results))]
    else:
        results, spots = [last.value], [Spot(last, "value", None, None, last.lineno)]
    for spot, result in zip(spots, results, strict=True):
        yield from _scaled(spot, result, sizes)


def _scaled(spot: Spot, result: ast.expr, sizes: Sequence[tuple[str, str]]) -> Iterator[Edit]:
    for op, verb in ((ast.Div(), "divided"), (ast.Mult(), "multiplied")):
        for size, what in sizes:
            new = ast.BinOp(result, op, ast.parse(size, mode="eval").body)
            yield spot.edit(new, f"it were {verb} by {what}", COMMON)
        new = ast.BinOp(result, op, ast.Constant(2))
        yield spot.edit(new, f"it were {verb} by 2", LIKELY)
    yield spot.edit(ast.UnaryOp(ast.USub(), result), "the sign were flipped", LIKELY)
    for source, clause, rank in (
        ("np.transpose(RESULT)", "it were transposed", COMMON),
        ("np.sqrt(RESULT)", "a square root were taken that does not belong there", COMMON),
        ("np.square(RESULT)", "it were squared", COMMON),
        ("np.exp(RESULT)", "the exponential of it were taken", RARE),
        ("np.log(RESULT)", "the logarithm of it were taken", RARE),
        ("np.abs(RESULT)", "its absolute value were taken", COMMON),
        ("1 / RESULT", "its reciprocal were taken", COMMON),
        ("1 - RESULT", "it were taken from 1", COMMON),
        ("RESULT + 1", "it were larger by 1", COMMON),
        ("RESULT - 1", "it were smaller by 1", COMMON),
        ("np.sum(RESULT)", "all its entries were added up", COMMON),
        ("np.mean(RESULT)", "the mean of all its entries were taken", COMMON),
        ("np.sum(RESULT, axis=0)", "its rows were added up", RARE),
        ("np.sum(RESULT, axis=-1)", "its columns were added up", RARE),
        ("np.mean(RESULT, axis=0)", "the mean of its rows were taken", RARE),
        ("np.mean(RESULT, axis=-1)", "the mean of its columns were taken", RARE),
        ("np.ravel(RESULT)", "it were laid out in one row", COMMON),
        ("np.squeeze(RESULT)", "its axes of length 1 were lost", COMMON),
        ("RESULT[::-1]", "its order were reversed", COMMON),
        ("RESULT[0]", "only its first part were returned", COMMON),
        ("RESULT[-1]", "only its last part were returned", COMMON),
        ("np.zeros_like(RESULT)", "it were all zeros", RARE),
        ("np.ones_like(RESULT)", "it were all ones", RARE),
        ("np.cumsum(RESULT, axis=0)", "it were added up row by row", RARE),
    ):
        tree = ast.parse(source, mode="eval").body
        for node in ast.walk(tree):
            for field, value in ast.iter_fields(node):
                if isinstance(value, ast.Name) and value.id == "RESULT":
                    setattr(node, field, result)
                elif isinstance(value, list):
                    items = [result if getattr(v, "id", "") == "RESULT" else v for v in value]
                    setattr(node, field, items)
        yield spot.edit(tree, clause, rank)


def _sizes(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the sizes of the arguments, each as an expression and in words."""
    found: list[tuple[str, str]] = []
    for name, value in given.items():
        if isinstance(value, np.ndarray) and value.ndim > 1:
            found.append((f"len({name})", f"the number of rows of `{name}`"))
            axes = "columns" if value.ndim == 2 else "places along the last axis"
            found.append((f"{name}.shape[-1]", f"the number of {axes} of `{name}`"))
            found.append((f"{name}.size", f"the number of entries of `{name}`"))
        elif isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim):
            found.append((f"len({name})", f"the length of `{name}`"))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append((name, f"`{name}`"))
    return found


# What people do throughout ------------------------------------------------------------------------


class _Together(ast.Tuple):
    """Several calls whose keywords one edit sets together."""

    keywords: Sequence[ast.keyword] = ()

    @property
    def values(self) -> list[ast.expr]:
        """What the keywords are set to, one by one."""
        return [keyword.value for keyword in self.keywords]

    @values.setter
    def values(self, new: Sequence[ast.expr]) -> None:
        for keyword, value in zip(self.keywords, new, strict=True):
            keyword.value = value


def _of_axes(function: ast.FunctionDef) -> Iterator[Edit]:
    """Yield what comes of one wrong axis in every call that has the same right one."""
    calls: dict[str, list[tuple[ast.Call, ast.keyword]]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "axis":
                    calls.setdefault(ast.unparse(keyword.value), []).append((node, keyword))
    for was, found in calls.items():
        if len(found) < 2:
            continue
        holder = _Together([call for call, _ in found], ast.Load())
        holder.keywords = [keyword for _, keyword in found]
        spot = Spot(holder, "values", None, None, found[0][0].lineno)
        for axis in (0, 1, -1):
            if str(axis) != was and not (was == "1" and axis == -1):
                new = [_fixed(ast.Constant(axis), spot.line) for _ in found]
                clause = f"`axis={axis}` stood in place of `axis={was}` throughout"
                yield spot.edit(new, clause, LIKELY)


# What people do to an argument -------------------------------------------------------------------


def _of_arguments(function: ast.FunctionDef, given: Mapping[str, Any]) -> Iterator[Edit]:
    """Yield what is done to an argument throughout: exchanged, transposed, cut, shifted."""
    whole = Spot(function.args, "args", None, None, function.lineno)
    for i, j in combinations(range(len(function.args.args)), 2):
        order = list(function.args.args)
        order[i], order[j] = order[j], order[i]
        one, other = function.args.args[i].arg, function.args.args[j].arg
        if type(given[one]) is type(given[other]):
            clause = f"`{one}` and `{other}` were exchanged throughout"
            yield whole.edit(order, clause, RARE)
    for name, value in given.items():
        for source, clause in _on_entry(value):
            line = f"{name} = {source.replace('_', name)}"
            first = ast.parse(line).body[0]
            body = [first, *function.body]
            spot = Spot(function, "body", None, None, function.lineno)
            yield spot.edit(body, clause.format(f"`{name}`"), RARE)


def _on_entry(value: Any) -> Iterator[tuple[str, str]]:
    """Yield what an argument may wrongly be taken for, as an expression of it and in words."""
    if isinstance(value, bool) or callable(value) or isinstance(value, str):
        return
    if isinstance(value, int):
        yield "_ - 1", "{} were smaller by 1 from the start"
        yield "_ + 1", "{} were larger by 1 from the start"
    elif isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim == 1):
        yield "_[:-1]", "the last part of {} were left out"
        yield "_[1:]", "the first part of {} were left out"
        yield "_[::-1]", "{} were read in reverse order"
        yield "_[:1]", "{} had only its first part"
    if isinstance(value, np.ndarray) and value.ndim > 1:
        yield "_[:1]", "{} had only its first row"
        yield "_[-1:]", "{} had only its last row"
        if value.ndim == 2:
            yield "_.T", "{} were transposed throughout"
    if isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f"):
        yield "_ / 2", "{} were halved from the start"
        yield "_ * 2", "{} were doubled from the start"
        yield "np.abs(_)", "{} were taken without its signs"
        yield "-_", "{} had the other sign"
        yield "_**2", "{} were squared from the start"
        yield "np.sqrt(_)", "the root of {} stood for it"
