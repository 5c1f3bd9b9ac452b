"""What check answers: to the starter, to faults nobody foresaw, and to a wrong call of itself."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from nnlib.teaching import check
from nnlib.teaching.exercises import Property, find


def relu_backward(Z, dA):
    return dA * np.heaviside(Z, 0)


def sigmoid(Z):
    e = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, e) / (1 + e)


def not_implemented(Z, dA):
    raise NotImplementedError


def with_pass(Z, dA):
    """Still to do."""
    pass


@pytest.mark.parametrize("starter", [not_implemented, with_pass, lambda Z, dA: ...])
def test_a_starter_is_not_yet(starter):
    verdict = check("2.5", starter)
    assert not verdict.passed
    assert "Exercise 2.5" in verdict.text
    assert "not yet" in verdict.text
    assert verdict.evidence == ""


def test_a_forgotten_return_is_told_from_a_starter():
    def forgetful(Z, dA):
        dZ = dA * np.heaviside(Z, 0)  # noqa: F841

    def discarding(Z, dA):
        np.multiply(dA, np.heaviside(Z, 0))

    for function in (forgetful, discarding):
        verdict = check("2.5", function)
        assert "not yet" not in verdict.text
        assert "`return` missing" in verdict.message


@pytest.mark.parametrize(
    ("test", "says"),
    [(lambda f: "It never holds.", "It never holds."), (lambda f: 1 / 0, "ZeroDivisionError")],
)
def test_a_property_that_fails_is_told(monkeypatch, test, says):
    demanding = replace(find("2.5"), properties=[Property("never", test)])
    monkeypatch.setattr("nnlib.teaching.checks.find", lambda id: demanding)
    verdict = check("2.5", relu_backward)
    assert not verdict.passed
    assert says in verdict.message


def test_a_pass_says_what_was_verified():
    verdict = check("2.5", relu_backward)
    assert verdict.passed
    assert verdict.message.startswith("11 checks hold: a unit that is off; zero; a matrix;")
    for what in ("NaN stays NaN", "central differences", "float32", "the input is left"):
        assert what in verdict.message


def changes_its_input(Z, dA):
    dA *= np.heaviside(Z, 0)
    return dA


def raises(Z, dA):
    return Z.no_such_method()


UNFORESEEN = {
    "sign": (lambda Z, dA: -relu_backward(Z, dA), "The sign is flipped"),
    "factor": (lambda Z, dA: 3.5 * relu_backward(Z, dA), "Each value is 3.5 times"),
    "mean": (
        lambda Z, dA: relu_backward(Z, dA) / (2 if Z.shape == (2, 3) else 1),
        "Each value is divided by 2 once too often",
    ),
    "transposed": (lambda Z, dA: relu_backward(Z, dA).T, "The result is transposed"),
    "shape": (lambda Z, dA: relu_backward(Z, dA).sum(), "The shape is wrong"),
    "list": (lambda Z, dA: relu_backward(Z, dA).tolist(), "got a list"),
    "text": (lambda Z, dA: "dZ", "got a value of type str"),
    "zeros": (lambda Z, dA: 0 * relu_backward(Z, dA), "All values are zero"),
    "infinite": (lambda Z, dA: relu_backward(Z, dA) / (Z != 3), "Infinity comes out"),
    "nan": (lambda Z, dA: relu_backward(Z, dA) + (Z == 3) * np.nan, "NaN comes out"),
    "dtype": (lambda Z, dA: np.float64(1) * relu_backward(Z, dA), "comes back as float64"),
    "input": (changes_its_input, "changes its input dA"),
    "raises": (raises, "AttributeError"),
    "overflow": (lambda Z, dA: relu_backward(Z, dA) + 0 / np.exp(1000 * Z**2), "overflows"),
    "values": (lambda Z, dA: relu_backward(Z, dA) + (Z == 3), "The values differ"),
    "too many arguments": (lambda Z, dA, W: dA, "cannot be called as `relu_backward(Z, dA)`"),
}


@pytest.mark.parametrize("name", UNFORESEEN)
def test_an_unforeseen_fault_is_described(name):
    function, says = UNFORESEEN[name]
    verdict = check("2.5", function)
    assert not verdict.passed
    assert says in verdict.message


def test_one_wrong_number_of_results():
    assert "Expected 2 results" in check("2.7", lambda Z, dA, a: dA).message
    assert "Expected 2 results" in check("2.7", lambda Z, dA, a: (dA, 0, 0)).message


def test_the_part_that_differs_is_named():
    def slope_doubled(Z, dA, a):
        return np.where(Z > 0, dA, a * dA), 2 * np.sum(dA * np.minimum(Z, 0))

    assert check("2.7", slope_doubled).message.startswith("The second result differs.")


def test_the_counterexample_is_cut_down_to_one_number():
    verdict = check("2.5", lambda Z, dA: relu_backward(Z, dA) + (Z == 3))
    assert verdict.evidence.splitlines() == [
        "Z        = [[3.]]",
        "dA       = [[0.5]]",
        "expected = [[0.5]]",
        "got      = [[1.5]]",
    ]


def test_the_counterexample_keeps_rows_whole_where_they_belong_together():
    # Cut to one column, softmax would be 1 everywhere, which is another question.
    verdict = check("2.10", lambda P, dP: P * dP)
    assert "[[0.25, 0.75]]" in verdict.evidence


def test_two_faults_at_once_still_get_the_diagnosis_of_the_graver():
    def mask_and_float64(Z, dA):
        return (dA * (np.maximum(Z, 0) >= 0)).astype(np.float64)

    assert check("2.5", mask_and_float64).message.startswith("The mask is taken on the output")


def test_agreeing_with_a_wrong_answer_on_one_input_is_not_enough():
    # Shares with `Z >= 0` what happens at zero, and nothing else.
    verdict = check("2.5", lambda Z, dA: np.where(Z == 0, dA, 17 + Z + dA))
    assert "`>=`" not in verdict.message


def test_hints_come_one_by_one():
    texts = [check("2.5", with_pass, hint=n).text for n in range(4)]
    assert [text.count("Hint ") for text in texts] == [0, 1, 2, 3]
    assert 'check("2.5", relu_backward, hint=1)' in texts[0]
    assert "hint=3" in texts[2]
    assert "the last hint" in texts[3]
    assert check("2.5", with_pass, hint=True).text == texts[1]
    assert check("2.5", with_pass, hint=9).text == texts[3]
    assert "Hint" not in check("2.5", relu_backward, hint=2).text


@pytest.mark.parametrize("hint", [-1, 1.5, "first", None])
def test_a_hint_that_is_no_count_raises(hint):
    with pytest.raises(ValueError, match="hint as a count"):
        check("2.5", relu_backward, hint=hint)


def test_unknown_ids_name_the_nearest():
    with pytest.raises(ValueError, match=r"no exercise '2\.55'.*2\.5"):
        check("2.55", relu_backward)
    with pytest.raises(ValueError, match=r"the nearest are 1\.1"):
        check("relu", relu_backward)
    with pytest.raises(TypeError, match="id as text"):
        check(2.3, relu_backward)


@pytest.mark.parametrize("given", [np.zeros(3), None, ..., "sigmoid"])
def test_something_that_is_not_a_function_is_explained(given):
    verdict = check("2.1", given)
    assert not verdict.passed
    assert '`check("2.1", sigmoid)`' in verdict.message


def test_overflow_in_the_learners_code_warns_nobody(recwarn):
    check("2.1", lambda Z: 1 / (1 + np.exp(-Z)))
    assert not recwarn.list


def test_the_html_says_what_the_text_says_and_escapes_it():
    def breaks(Z):
        raise ValueError("<script>alert(1)</script> & more")

    verdict = check("2.1", breaks)
    assert "<script>" not in verdict.html
    assert "&lt;script&gt;" in verdict.html
    assert verdict._repr_html_() == verdict.html
    assert repr(verdict) == verdict.text
    assert "src=" not in verdict.html
    assert "http" not in verdict.html


def test_the_solution_is_the_registrys_own_and_folded():
    panel = check.solution("2.1")
    assert panel.html.count("<details") == 1
    assert "<details open" not in panel.html
    assert "at most 1, so nothing overflows" in panel.html
    assert repr(panel).startswith("Solution of exercise 2.1")
    assert "np.exp" not in repr(panel)


def test_the_starter_can_be_had_again():
    assert check.starter("2.1").startswith("def sigmoid(Z):")
    assert check("2.1", sigmoid).passed


def test_answers_do_not_depend_on_the_process():
    answer = "lambda Z, dA: dA * (1 - (1 / (1 + np.exp(-Z))) ** 2)"
    code = f"import numpy as np; from nnlib.teaching import check; print(check('2.4', {answer}))"
    runs = {subprocess.check_output([sys.executable, "-c", code]) for _ in range(2)}
    assert len(runs) == 1
    assert b"the bug is still there" in runs.pop()
