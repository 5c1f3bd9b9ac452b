"""How to speak of a part of a solution without showing it.

A learner knows the names that stand in the task, and those that he has written himself. What the
solution calls an inner value is nobody's business; it is named by what it is: "the exponential".
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Set

NOUNS = {
    "abs": "absolute value",
    "all": "test for all",
    "any": "test for any",
    "arange": "row numbers",
    "argmax": "argmax",
    "argmin": "argmin",
    "astype": "conversion",
    "bincount": "counts",
    "concatenate": "whole",
    "copy": "copy",
    "dot": "matrix product",
    "einsum": "product",
    "exp": "exponential",
    "expm1": "exponential minus 1",
    "int": "whole number",
    "linspace": "grid",
    "log": "logarithm",
    "log10": "logarithm to base 10",
    "log1p": "logarithm",
    "log2": "logarithm to base 2",
    "matmul": "matrix product",
    "max": "maximum",
    "maximum": "maximum",
    "mean": "mean",
    "min": "minimum",
    "minimum": "minimum",
    "multiply": "product entry by entry",
    "norm": "length",
    "square": "square",
    "median": "median",
    "ones": "ones",
    "ones_like": "ones",
    "uniform": "uniform numbers",
    "normal": "normal numbers",
    "outer": "outer product",
    "pad": "padding",
    "permutation": "permutation",
    "prod": "product",
    "range": "range",
    "reshape": "new shape",
    "sign": "sign",
    "sqrt": "square root",
    "std": "standard deviation",
    "sum": "sum",
    "tanh": "tanh",
    "tensordot": "product",
    "unique": "selection of the different ones",
    "var": "variance",
    "where": "choice by cases",
    "zeros": "zeros",
    "zeros_like": "zeros",
    "zip": "pairing",
}
OPERATIONS: dict[type[ast.operator], str] = {
    ast.Add: "sum",
    ast.Sub: "difference",
    ast.Mult: "product",
    ast.Div: "quotient",
    ast.FloorDiv: "quotient",
    ast.MatMult: "matrix product",
    ast.Pow: "power",
    ast.Mod: "remainder",
}


def called(node: ast.Call) -> str:
    """Return the last name of what is called: "sum" for np.sum(X) and for X.sum()."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


class Words:
    """What may be said to one learner: `known` names as they are, other values by their nature."""

    def __init__(self, known: Set[str], defined: Mapping[str, ast.expr]) -> None:
        self.known = known
        self.defined = defined

    def name(self, name: str) -> str | None:
        """Return a variable as it may be said, or None."""
        if name in self.known or hasattr(builtins, name):
            return f"`{name}`"
        if name in self.defined:
            noun = self.noun(self.defined[name])
            if noun in ("zeros", "ones"):  # and something else by the time that it is used
                return f"the array that begins as {noun}"
            return f"the {noun}" if noun else None
        return None

    def noun(self, node: ast.AST) -> str | None:
        """Return what an expression is, without an article: "matrix product"; None if unknown."""
        if isinstance(node, ast.Call):
            return NOUNS.get(called(node))
        if isinstance(node, ast.BinOp):
            squared = isinstance(node.op, ast.Pow) and ast.unparse(node.right) == "2"
            return "square" if squared else OPERATIONS.get(type(node.op))
        if isinstance(node, ast.UnaryOp):
            return self.noun(node.operand)
        if isinstance(node, ast.Compare):
            return "comparison"
        return None

    def names(self, node: ast.AST) -> list[str]:
        """Return the known names in an expression, in order, as they may be said."""
        found = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
        return [f"`{name}`" for name in dict.fromkeys(found) if name in self.known]

    def say(self, node: ast.AST) -> str | None:
        """Return an expression in a few words, or None if there are none for it."""
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.Constant):
            return None if node.value is None else str(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.say(node.operand)
            return f"minus {inner}" if inner and not inner.startswith("the ") else inner
        if isinstance(node, ast.Attribute) and node.attr == "T":
            inner = self.say(node.value)
            return inner and f"{inner} transposed"
        if isinstance(node, ast.Attribute) and node.attr == "ndim":
            inner = self.say(node.value)
            return inner and f"the number of axes of {inner}"
        if size := self._size(node):
            return size
        if isinstance(node, ast.Starred | ast.Subscript | ast.Attribute):
            inner = self.say(node.value)
            return inner and (f"a part of {inner}" if isinstance(node, ast.Subscript) else inner)
        noun = self.noun(node)
        if noun is None:
            return None
        inside = self.names(node)
        return f"the {noun}" + (f" with {inside[0]} in it" if inside else "")

    def _size(self, node: ast.AST) -> str | None:
        """Return what len(X), X.shape[i] and X.size are called."""
        if isinstance(node, ast.Call) and called(node) == "len" and len(node.args) == 1:
            inner = self.say(node.args[0])
            return inner and f"the length of {inner}"
        shape = node.value if isinstance(node, ast.Subscript) else None
        if isinstance(shape, ast.Attribute) and shape.attr == "shape":
            assert isinstance(node, ast.Subscript)
            inner, axis = self.say(shape.value), ast.unparse(node.slice)
            return inner and f"the size of {inner} along axis {axis}"
        return None
