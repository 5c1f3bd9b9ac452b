"""Slips: edits that people make, found by what they do, told in words that show no line."""

import ast
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from nnlib.teaching import check, slips
from nnlib.teaching.exercises import Exercise, Wrong, every_exercise, find
from nnlib.teaching.slips import search
from nnlib.teaching.slips.edits import edits_of, reached
from nnlib.teaching.slips.words import Words
from nnlib.teaching.trials import deviations, survey

RNG = np.random.default_rng(3)


def solution(X, W, b, dA):
    """Return dX, dW, db of A = tanh(X W + b)."""
    A = np.tanh(X @ W + b)
    dZ = dA * (1 - A**2)
    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)


def sizes(n):
    return tuple(RNG.normal(size=s) for s in [(n, 3), (3, 4), (1, 4), (n, 4)])


EXERCISE = Exercise(
    id="99.1",
    title="a layer backward",
    solution=solution,
    probes={"five samples": sizes(5), "two samples": sizes(2)},
    wrong=[Wrong(lambda *given: None, f"Wrong answer number {i}.") for i in range(3)],
    hints=["Look at the shapes.", "Look again."],
    why="It is an example.",
)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setattr("nnlib.teaching.checks.check._find", lambda id: EXERCISE)


def layer(
    A=lambda Z: np.tanh(Z),
    dZ=lambda dA, A: dA * (1 - A**2),
    dX=lambda dZ, W: dZ @ W.T,
    dW=lambda dZ, X: X.T @ dZ,
    db=lambda dZ: dZ.sum(axis=0, keepdims=True),
):
    def solution(X, W, b, dA):
        activations = A(X @ W + b)
        back = dZ(dA, activations)
        return dX(back, W), dW(back, X), db(back)

    return solution


SLIPS = {
    "mean": (
        layer(db=lambda dZ: dZ.mean(axis=0, keepdims=True)),
        "`db` comes out as if the mean were taken in place of the sum. `dX` and `dW` are right.",
    ),
    "axis": (
        layer(db=lambda dZ: dZ.sum(axis=1, keepdims=True)),
        "`db` comes out as if the sum ran along axis 1 instead of axis 0.",
    ),
    "keepdims": (
        layer(db=lambda dZ: dZ.sum(axis=0)),
        "`db` comes out as if the axis of the sum were lost: `keepdims=True` is missing.",
    ),
    "exponent": (
        layer(dZ=lambda dA, A: dA * (1 - A)),
        "`dX`, `dW` and `db` come out as if the exponent 2 were missing",
    ),
    "operator": (
        layer(dZ=lambda dA, A: dA * (1 + A**2)),
        "as if the square with `A` in it were added instead of subtracted",
    ),
    "call": (layer(A=lambda Z: Z), "as if the tanh were left out"),
    "order": (
        layer(dW=lambda dZ, X: dZ.T @ X),
        "`dW`",
    ),
    "two": (
        layer(dW=lambda dZ, X: -X.T @ dZ, db=lambda dZ: dZ.mean(axis=0, keepdims=True)),
        "`dW` comes out as if the sign were flipped. `db` comes out as if the mean were taken",
    ),
    "argument": (
        lambda X, W, b, dA: solution(X / 2, W, b, dA),
        "as if `X` were halved from the start",
    ),
    "pair": (
        layer(dZ=lambda dA, A: dA * (1 + A)),
        "and the exponent 2 were missing",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_in_words(name):
    function, says = SLIPS[name]
    verdict = check("99.1", function)
    assert not verdict.passed
    assert verdict.by == "slip", verdict.message
    assert says in verdict.message
    for line in ast.unparse(ast.parse(EXERCISE.solution_source).body[0]).splitlines()[2:]:
        assert line.strip() not in verdict.message


def summed(X, y, w, size):
    """Return loss, slopes of (X w - y)^2 / 2n, X cut off at 0, summed in parts of `size` rows."""
    n = len(X)
    loss = np.sum(y**2) / n + 0.1 * np.sum(w**2)
    slopes = np.zeros_like(w)
    for start in range(0, n, size):
        A = np.maximum(X[start : start + size], 0)
        c = np.where(A[:, 0] > 0.2, y[start : start + size], -2 * y[start : start + size])
        slopes += A.T @ (A @ w - c)
    return loss, slopes


def mended(old, new):
    """Return `summed` with one edit, in other words than the solution's."""
    source = ast.unparse(ast.parse(SUMMED.solution_source))
    assert old in source
    namespace = {"np": np}
    exec(source.replace(old, new), namespace)
    return namespace["summed"]


SUMMED = replace(
    EXERCISE,
    solution=summed,
    probes={
        str(n): (RNG.normal(size=(n, 2)), RNG.normal(size=n), RNG.normal(size=2), 2)
        for n in (5, 4, 7)
    },
)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("range(0, n, size)", "range(0, n // size * size, size)", "last round were left out"),
        ("0.1 * np.sum(w ** 2)", "0.1 * np.sum(w ** 2) / n", "divided by the number of rows"),
        (
            "np.maximum(X[start:start + size], 0)",
            "1 * (X[start:start + size] > 0)",
            "as 1 wherever",
        ),
        ("-2 * y[start:start + size]", "0", "0 stood in place of"),
    ],
)
def test_slips_in_loops_terms_and_cases(monkeypatch, old, new, says):
    monkeypatch.setattr("nnlib.teaching.checks.check._find", lambda id: SUMMED)
    assert check("99.1", summed).passed
    verdict = check("99.1", mended(old, new))
    assert verdict.by == "slip", verdict.message
    assert says in verdict.message


def test_what_can_change_a_wrong_result_is_known():
    function = ast.parse(SUMMED.solution_source).body[0]
    reach = reached(function)
    assert reach["loss"] == {0}
    assert reach["slopes"] == reach["A"] == reach["c"] == reach["start"] == {1}
    assert reach["w"] == reach["n"] == {0, 1}
    assert reached(ast.parse("def f(x):\n    return x").body[0]) == {}
    listed = ast.parse("def f(x, y):\n    a = []\n    a.append(x)\n    return a, y").body[0]
    assert reached(listed) == {"a": {0}, "x": {0}, "y": {1}}


def test_what_is_wrong_elsewhere_is_told_of_a_function_that_raises(monkeypatch):
    def raises_for_two(X, W, b, dA):
        if len(X) == 2:
            raise KeyError("two")
        return layer(dZ=lambda dA, A: dA * (1 + A**2))(X, W, b, dA)

    # One probe that shows something may do so by chance, two may not.
    message = check("99.1", raises_for_two).message
    assert message.startswith("Your function raised KeyError")
    more = replace(EXERCISE, probes={**EXERCISE.probes, "six samples": sizes(6)})
    monkeypatch.setattr("nnlib.teaching.checks.check._find", lambda id: more)
    verdict = check("99.1", raises_for_two)
    assert verdict.by == "slip"
    assert "as if the square with `A` in it were added instead of subtracted" in verdict.message
    assert verdict.message.endswith("With two samples, it raises KeyError: 'two'.")


def test_what_no_edit_does_is_not_told_as_one():
    verdict = check("99.1", layer(dW=lambda dZ, X: np.sin(X.T @ dZ)))
    assert verdict.by != "slip"


def test_inner_names_of_the_solution_stay_there():
    words = Words({"X"}, {"A": ast.parse("np.tanh(Z)", mode="eval").body})
    assert words.name("X") == "`X`"
    assert words.name("A") == "the tanh"
    assert words.name("Q") is None


def test_the_same_answer_gets_the_same_words():
    answers = {check("99.1", SLIPS["exponent"][0]).text for _ in range(3)}
    assert len(answers) == 1


EDITS = [pytest.param(e, id=e.id) for e in every_exercise()]


@pytest.mark.parametrize("exercise", EDITS)
def test_each_edit_is_taken_back_and_says_something(exercise):
    lab = slips.laboratory(exercise)
    before = ast.dump(lab.tree)
    words = Words(set(exercise.arguments), lab.defined)
    assert len(lab.edits) > 10
    for edit in lab.edits:
        with lab.edited([edit]):
            pass
        text = edit.clause(words)
        assert text.strip() == text
        assert "None" not in text
        assert "  " not in text
        assert not text.endswith(".")
    assert ast.dump(lab.tree) == before


@pytest.mark.parametrize("exercise", EDITS)
def test_no_edit_puts_a_list_into_itself(exercise):
    # np.array([...]) of a list that holds itself ends in no lifetime, and no page can stop it.
    lab = slips.laboratory(exercise)
    for edit in lab.edits:
        if isinstance(edit.new, ast.AST):
            with lab.edited([edit]):
                code = ast.unparse(lab.tree)
            assert not re.search(r"\b(\w+)\.append\(\(?(\w+, )*\1[,)]", code), edit


def test_a_loop_that_an_edit_makes_endless_is_ended():
    def growing(values):
        """Return the running sums."""
        sums = [0.0]
        for value in values:
            sums.append(sums[-1] + value)
        return np.array(sums)

    endless = replace(EXERCISE, solution=growing, probes={"three": ([1.0, 2.0, 4.0],)}, broken=None)
    names = [
        ast.unparse(e.new)
        for e in edits_of(ast.parse(endless.solution_source).body[0], {"values": [1.0]})
        if isinstance(e.new, ast.AST)
    ]
    assert "sums" in names
    right = survey(growing, endless)
    found = survey(lambda values: np.cumsum(values) * 1.5, endless)
    slips.find(endless, found, right)
    lab = slips.laboratory(endless)
    ended = [
        lab.outcome((i,), "three").error
        for i, edit in enumerate(lab.edits)
        if isinstance(edit.new, ast.AST) and ast.unparse(edit.new) == "sums"
    ]
    assert ("TimeoutError", "this loop does not end") in ended
    assert lab.allowed("three") == 10 * 3 + 500


def test_an_answer_does_not_keep_anybody_waiting(monkeypatch):
    # The longest solutions have the most edits; the second answer finds most of them done.
    exercise = find("4.13")
    right = survey(exercise.solution, exercise)

    def wrong(*given):
        return tuple(np.cos(part) for part in exercise.solution(*given))

    found = survey(wrong, exercise)
    assert deviations(found, right, exercise)
    looks = []  # at a clock by which each slip takes a hundredth of a second

    def clock():
        looks.append(len(looks) / 100)
        return looks[-1]

    monkeypatch.setattr(search, "PATIENCE", 0.3)
    monkeypatch.setattr(search, "time", SimpleNamespace(process_time=clock))
    slips.find(exercise, found, right)
    assert 30 < len(looks) < 30 + 10 + 5
