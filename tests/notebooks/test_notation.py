"""The page on notation names what the chapters write, and a second meaning where there is one."""

import json
import re
from collections import Counter

import pytest

from tests.notebooks.test_exercises import LESSONS, ROOT

TEXT = (ROOT / "book" / "notation.md").read_text(encoding="utf-8")
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
# What stands in a formula and is no letter of it.
WORDS = re.compile(
    r"\\(?:text|operatorname|begin|end|tag)\s*\{[^}]*\}"
    r"|\\math(?:rm|cal|bf|bb)\s*(?:\{[^}]*\}|[A-Za-z])"
)
GREEK = (
    r"\\(?:alpha|beta|gamma|delta|varepsilon|epsilon|eta|theta|kappa|lambda|mu|rho|sigma|tau|phi"
    r"|varphi|Phi|chi|psi|omega|Pi)\b"
)
OFTEN = 5


def letters(formula):
    """Return the letters of a formula: Greek ones as commands, `dW` as W."""
    formula = WORDS.sub(" ", formula)
    found = set(re.findall(GREEK, formula))
    formula = re.sub(r"\\[a-zA-Z]+", " ", formula)
    return found | set(re.sub(r"(?<![A-Za-z])d(?=[A-Za-z])", "", formula)) & set(ALPHABET)


ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def all_letters(text):
    return set().union(*map(letters, FORMULA.findall(text)))


FIRST, SECOND = TEXT.split("### Second meanings")
SECOND = {n: all_letters(row) for n, row in re.findall(r"^\| (\d+) \| (.*) \|$", SECOND, re.M)}


def written(number):
    """Return in how many formulas of a chapter each letter stands."""
    cells = (cell for path in LESSONS[number] for cell in json.loads(path.read_text())["cells"])
    prose = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return Counter(letter for formula in FORMULA.findall(prose) for letter in letters(formula))


def test_letters_are_found():
    assert letters(r"dW = X^\top dZ \odot \sigma'(Z_{ij}) \text{ if so}") == {*"WXZij", r"\sigma"}
    assert letters(r"\mathcal L(w + h) / 2\varepsilon") == {*"wh", r"\varepsilon"}


@pytest.mark.parametrize("number", sorted(LESSONS))
def test_what_a_chapter_often_writes_is_listed(number):
    listed = all_letters(FIRST) | SECOND.get(number, set())
    often = {letter for letter, count in written(number).items() if count > OFTEN}
    assert not often - listed, f"chapter {number} writes what book/notation.md does not list"


@pytest.mark.parametrize("number", sorted(SECOND))
def test_what_is_listed_for_a_chapter_occurs_there(number):
    assert not SECOND[number] - written(number).keys()
