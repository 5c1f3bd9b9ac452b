"""The equation index lists each numbered gradient, with checks that exist."""

import ast
import json
import re
import subprocess
import sys
import tomllib

import pytest

from nnlib.teaching.exercises import every_exercise
from tests.notebooks.test_exercises import LESSONS, ROOT
from tests.notebooks.test_summaries import prose

NOTEBOOKS = [path for paths in LESSONS.values() for path in paths]
DATA = tomllib.loads((ROOT / "book/gradients.toml").read_text(encoding="utf-8"))
CHECKED = [(number, check) for number, said in DATA["gradients"].items() for check in said["check"]]
TESTS = sorted({check for _, check in CHECKED if "::" in check})

FORMULA = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
TAG = re.compile(r"\\tag\{(\d+\.\d+)\}")
ASIDE = re.compile(r"\\tag\{.*?\}|\\text\{[^}]*\}|\\mathrm\s*d")
NAME = r"(?:\\(?:tilde|hat)\s*)?(?:\\[a-zA-Z]+|[A-Za-z])(?![A-Za-z])"
# What is a gradient by its name: dW, d\gamma, f'(z), a partial derivative.
GRADIENT = re.compile(rf"\\partial|\\nabla|(?<![A-Za-z\\])d{NAME}|(?<=[\w}}])'")
ROWS = re.compile(r"\\\\|\\qquad|\\quad|(?<!\\),(?=\s)")
RELATION = re.compile(r"=|\\approx|\\leftarrow|\\leq?\b|\\geq?\b")


def numbered():
    """Return the numbered formulas of the book."""
    formulas = (f for path in NOTEBOOKS for cell in prose(path) for f in FORMULA.findall(cell))
    return {found[1]: formula for formula in formulas if (found := TAG.search(formula))}


def gives_a_gradient(formula):
    """Tell whether a gradient stands left of a relation, in a row of the formula."""
    for row in ROWS.split(ASIDE.sub(" ", formula)):
        left, *right = RELATION.split(row, maxsplit=1)
        if right and GRADIENT.search(left):
            return True
    return False


@pytest.mark.parametrize(
    ("formula", "gives"),
    [
        (r"dW = X^\top dZ", True),
        (r"z = xw + b, \qquad d\gamma = 1", True),
        (r"d\tilde x_{mr} = 1", True),
        (r"\sigma'(z) = \sigma(z)", True),
        (r"\frac{\partial p_c}{\partial z_m} \approx 1", True),
        (r"d = 3", False),
        (r"w = w - dw", False),
        (r"\int x\, \mathrm dx = 1", False),
        (r"\text{width } dw = 3", True),
        (r"Z = AB", False),
    ],
)
def test_a_gradient_is_known_by_its_left_side(formula, gives):
    assert gives_a_gradient(formula) is gives


def test_each_gradient_is_listed():
    found = {number for number, formula in numbered().items() if gives_a_gradient(formula)}
    assert len(found) > 60
    assert not found - DATA["gradients"].keys() - DATA["others"].keys()


def test_each_number_exists_and_stands_once():
    listed = [*DATA["gradients"], *DATA["others"]]
    assert len(listed) == len(set(listed))
    assert not set(listed) - numbered().keys()
    # So that a reason is given only where the rule above would ask for it.
    assert all(gives_a_gradient(numbered()[number]) for number in DATA["others"])


def test_they_are_in_the_order_of_the_book():
    listed = [tuple(map(int, number.split("."))) for number in DATA["gradients"]]
    assert listed == sorted(listed)


@pytest.mark.parametrize("number", DATA["gradients"])
def test_something_holds_each(number):
    said = DATA["gradients"][number]
    assert said["check"]
    assert len(said["check"]) == len(set(said["check"]))
    assert not said["of"].endswith(".")


def verified(path):
    """Return the numbers that `verify` is called with in the cells of a lesson."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "verify(" in source:
            for call in ast.walk(ast.parse(source)):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "verify":
                    yield from re.findall(r"\d+\.\d+", ast.unparse(call.args[0]))


def test_each_cell_and_each_exercise_exists():
    exercises = {exercise.id for exercise in every_exercise()}
    home = {
        number: path for path in NOTEBOOKS for cell in prose(path) for number in TAG.findall(cell)
    }
    for number, check in CHECKED:
        if check == "cell":
            assert number in set(verified(home[number])), number
        elif "::" not in check:
            assert check in exercises, number


def test_each_test_is_collected():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-o", "addopts=", *TESTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    collected = {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}
    assert collected == set(TESTS)
