"""What check.bug says of a test that tells right from wrong, and of those that do not."""

from dataclasses import replace

import numpy as np
import pytest

from nnlib.teaching import check
from nnlib.teaching.checks import answer
from nnlib.teaching.exercises import every_exercise, find
from nnlib.teaching.trials import agree, attempt

LABS = [e for e in every_exercise() if e.broken]
RNG = np.random.default_rng(0)
X, W, b, dA = (RNG.normal(size=size) for size in [(5, 3), (3, 4), (1, 4), (5, 4)])
GIVEN = (X, W, b, dA)


def right_db(X, W, b, dA):
    return (dA * (1 - np.tanh(X @ W + b) ** 2)).sum(axis=0, keepdims=True)


def exposes(f):
    return not np.allclose(f(*GIVEN)[2], right_db(*GIVEN))


def one_sample(f):
    first = (X[:1], W, b, dA[:1])
    return not np.allclose(f(*first)[2], right_db(*first))


def looks_at_dX(f):
    return not np.allclose(f(*GIVEN)[0], find("4.4").solution(*GIVEN)[0])


def exact(f):
    return any(np.any(a != b) for a, b in zip(f(*GIVEN), find("4.4").solution(*GIVEN), strict=True))


def asserts(f):
    assert np.allclose(f(*GIVEN)[2], right_db(*GIVEN))
    return False


def forgets(f):
    if exposes(f):
        return True


def by_chance(f, flip=iter([True, False, False] * 9)):  # noqa: B008
    f(*GIVEN)
    return next(flip)


TESTS = {
    "always True": (lambda f: f(*GIVEN) is not None, "accuses every function"),
    "always False": (lambda f: f(*GIVEN) is None, "had it in its hands"),
    "one sample": (one_sample, "the broken function and the right one return the same"),
    "another result": (looks_at_dX, "Its one call of `f` returns something else"),
    "inverted": (lambda f: not exposes(f), "wrong way round"),
    "no call": (lambda f: f is None, "never calls `f`"),
    "too few": (lambda f: f(X, W), "as `f(..., ...)`; it has to be `f(X, W, b, dA)`"),
    "too few, by name": (lambda f: f(X=X), "as `f(X=...)`"),
    "shapes that don't fit": (lambda f: f(X, W, W, W), "even the right function can't take"),
    "raises": (lambda f: 1 / 0, "ZeroDivisionError: division by zero"),
    "asserts": (asserts, "return True instead"),
    "forgets": (forgets, "returns None"),
    "a number": (lambda f: float(exposes(f)), "got float"),
    "an array": (lambda f: f(*GIVEN)[2] != right_db(*GIVEN), "an array of shape (1, 4)"),
    "by chance": (by_chance, "Asked twice"),
    "no function": (True, "a function of one argument"),
    "two arguments": (lambda f, g: True, "a function of one argument"),
}


@pytest.mark.parametrize("name", TESTS)
def test_a_test_that_does_not_tell_is_answered_by_its_fault(name):
    test, says = TESTS[name]
    verdict = check.bug("4.4", test)
    assert verdict.state == "not quite"
    assert says in verdict.message


def test_a_test_that_tells_passes_and_hears_of_the_wrong_repairs():
    verdict = check.bug("4.4", exposes)
    assert verdict.passed
    assert "Of the 6 wrong repairs in our drawer it would let 1 pass" in verdict.message

    def strict(f):
        parts = zip(f(*GIVEN), find("4.4").solution(*GIVEN), strict=True)
        return not all(a.shape == b.shape and np.allclose(a, b) for a, b in parts)

    assert "all 6 wrong repairs" in check.bug("4.4", strict).message


def test_a_function_that_raises_counts_as_exposed():
    # Of lab 1.3, whose broken function fails with an exception where n and k differ.
    lab = find("1.3")

    def runs(f):
        Z = f(np.ones((2, 3)), np.ones((3, 4)), np.arange(4.0))
        return bool(np.any(Z[0] != 3 + np.arange(4.0)))

    assert check.bug(lab.id, runs).passed


def test_a_right_function_of_another_make_must_be_acquitted(monkeypatch):
    def witness(X, W, b, dA):
        dZ = dA / np.cosh(X @ W + b) ** 2
        return dZ @ W.T, np.einsum("nd,nk->dk", X, dZ), np.ones((1, len(X))) @ dZ

    lab = replace(find("4.4"), witness=witness)
    monkeypatch.setattr("nnlib.teaching.checks.check._find", lambda id: lab)
    assert check.bug("4.4", exposes).passed
    assert "last digits" in check.bug("4.4", exact).message


@pytest.mark.parametrize("lab", LABS, ids=lambda e: e.id)
def test_the_starter_of_a_test_is_not_yet(lab):
    namespace = {}
    exec(check.starter(f"{lab.id}-bug"), namespace)
    assert answer(f"{lab.id}-bug", namespace["exposes"])["state"] == "not yet"
    assert ", ".join(lab.arguments) in check.starter(f"{lab.id}-bug")


@pytest.mark.parametrize("lab", LABS, ids=lambda e: e.id)
def test_each_lab_can_be_exposed_by_comparing_on_its_probes(lab):
    expected = [attempt(lab.solution, given, lab.arguments) for given in lab.probes.values()]

    def exposes(f):
        found = [attempt(f, given, lab.arguments) for given in lab.probes.values()]
        pairs = zip(found, expected, strict=True)
        return not all(agree("value", "", one, other, lab) for one, other in pairs)

    verdict = check.bug(lab.id, exposes)
    assert verdict.passed, verdict.message


def test_an_exercise_without_a_bug_is_refused():
    with pytest.raises(ValueError, match=r"4\.3 has no bug to expose; labs .*4\.4, 4\.5"):
        check.bug("4.3", exposes)
    with pytest.raises(ValueError, match="hint as a count"):
        check.bug("4.4", exposes, hint=-1)
