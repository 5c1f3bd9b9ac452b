"""What check answers: to the starter, to faults nobody foresaw, and to a wrong call of itself."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from nnlib.teaching import check
from nnlib.teaching.checks import answer
from nnlib.teaching.exercises import Property, every_exercise, find
from nnlib.teaching.exercises.properties import holds


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
    monkeypatch.setattr("nnlib.teaching.checks.check._find", lambda id: demanding)
    verdict = check("2.5", relu_backward)
    assert not verdict.passed
    assert says in verdict.message


def test_a_pass_says_what_was_verified():
    verdict = check("2.5", relu_backward)
    assert verdict.passed
    count, _, named = verdict.message.partition(" checks hold: ")
    assert named.startswith("a unit that is off; zero; a matrix;")
    assert named.count(";") + 1 == int(count)
    for what in ("NaN stays NaN", "central differences", "float32", "the input is left"):
        assert what in verdict.message


def changes_its_input(Z, dA):
    dA *= np.heaviside(Z, 0)
    return dA


def loses_an_axis(Z, dA):
    return Z.T - (Z.T @ dA).sum(axis=1)


def puts_a_row_in_an_entry(Z, dA):
    dZ = np.zeros(len(Z))
    dZ[:] = dA if Z.size > 1 else 0
    return dZ


def raises(Z, dA):
    return Z.no_such_method()


UNFORESEEN = {
    "sign": (lambda Z, dA: -relu_backward(Z, dA), "as if the sign were flipped"),
    "factor": (lambda Z, dA: 3.5 * relu_backward(Z, dA), "3.5 times what it should be"),
    "mean": (
        lambda Z, dA: relu_backward(Z, dA) / (len(Z) if Z.ndim else 1),
        "divided by the number of rows of `Z`",
    ),
    "transposed": (lambda Z, dA: relu_backward(Z, dA).T, "transpose"),
    "shape": (lambda Z, dA: relu_backward(Z, dA).sum(), "as if all its entries were added up"),
    "ragged": (lambda Z, dA: [[1.0, 2.0], [3.0]], "a list of 2, whose parts do not fit together"),
    "text": (lambda Z, dA: "dZ", "got a value of type str"),
    "zeros": (lambda Z, dA: 0 * relu_backward(Z, dA), "All values are zero"),
    "infinite": (lambda Z, dA: relu_backward(Z, dA) / (Z != 3), "Infinity comes out"),
    "nan": (lambda Z, dA: relu_backward(Z, dA) + (Z == 3) * np.nan, "NaN comes out"),
    "input": (changes_its_input, "changes its input dA"),
    "raises": (raises, "AttributeError"),
    "values": (lambda Z, dA: relu_backward(Z, dA) + (Z == 3), "right in row 0, and not in 1"),
    "off by one": (
        lambda Z, dA: relu_backward(Z, dA) - (Z > 0.3) * 1,
        "is smaller by 1 wherever it is wrong.",
    ),
    "capped": (
        lambda Z, dA: np.clip(relu_backward(Z, dA), -0.6, 0.8),
        "is never above 0.8 or below -0.6, and should be: is something clipped?",
    ),
    "sign here and there": (
        lambda Z, dA: np.where(np.abs(dA) > 1, -1, 1) * relu_backward(Z, dA),
        "has the wrong sign wherever it is wrong.",
    ),
    "values by chance": (
        lambda Z, dA: np.cos(Z + 7) * dA,
        "The result differs. Right with: an empty batch",
    ),
    "too many arguments": (lambda Z, dA, W: dA, "cannot be called as `relu_backward(Z, dA)`"),
    "random": (lambda Z, dA: dA * np.random.random(), "Called twice"),  # noqa: NPY002
}


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda Z, dA: dA * (Z > 0) * max(Z, dA), "`np.maximum` compares them entry by entry"),
        (lambda Z, dA: dA[: len(Z)] if Z > 0 else dA, "An array can't stand in an `if`"),
        (lambda Z, dA: np.zeros(Z) * dA, "A size or a count has to be one whole number"),
        (lambda Z, dA: np.arange(Z), "A size or a count has to be one whole number"),
        (lambda Z, dA: dA * float(Z), "An array stands where one number is asked for"),
        (loses_an_axis, "with `keepdims=True` it stays, of length 1"),
        (lambda Z, dA: 1 - Z.shape, "take its parts first"),
        (puts_a_row_in_an_entry, "An array of the shape (2,3) is put where one of (2,) belongs."),
        (lambda Z, dA: dA[[99]], "An index points past the end."),
        (lambda Z, dA: dA[(0,) * 9], "It has fewer axes than there are indices."),
        (lambda Z, dA: dA[np.ones(9, bool)], "A mask needs the sizes of the axes"),
        (lambda Z, dA: dA[Z], "An index is a whole number, a slice, or"),
    ],
)
def test_an_exception_is_explained_by_the_line_that_raised_it(function, says):
    verdict = check("2.5", function)
    assert verdict.by == "error"
    said, line, _ = verdict.message.partition(" It was in line ")  # which holds `says` as well
    assert line
    assert says in said


def test_a_tuple_in_the_line_that_failed_is_named():
    def sized(Z, dA):
        shape = Z.shape
        return np.zeros(shape - 1)

    assert "; there `Z` has" not in check("2.5", sized).message
    assert "`shape` is a tuple of " in check("2.5", sized).message


@pytest.mark.parametrize("name", UNFORESEEN)
def test_an_unforeseen_fault_is_described(name):
    function, says = UNFORESEEN[name]
    verdict = check("2.5", function)
    assert not verdict.passed
    assert says in verdict.message


@pytest.mark.parametrize(
    ("function", "word"),
    [
        (lambda Z, dA: np.float64(1) * relu_backward(Z, dA), "comes back as float64"),
        (lambda Z, dA: relu_backward(Z, dA) + 0 / np.exp(1000 * Z**2), "something overflows"),
    ],
)
def test_right_values_get_at_most_a_word(function, word):
    verdict = check("2.5", function)
    assert verdict.passed
    assert f"A word besides: {word}" in verdict.message or word in verdict.message
    assert "nothing overflows" not in verdict.message or "dtype" in word or "float64" in word


@pytest.mark.parametrize(
    ("id", "function"),
    [
        ("3.10", lambda W: int(find("3.10").solution(W))),
        ("3.19", lambda widths, z2: as_wide_as(z2, *find("3.19").solution(widths, z2))),
    ],
)
def test_an_index_is_an_int_of_any_size_and_a_float_one_of_any_width(id, function):
    assert "comes back as" not in check(id, function).message


def as_wide_as(z2, layer, variance):
    return layer, z2.dtype.type(variance)


@pytest.mark.parametrize(
    ("id", "function"),
    [
        ("2.5", lambda Z, dA: relu_backward(Z, dA).tolist()),
        ("3.8", lambda widths, variances, x2: find("3.8").solution(widths, variances, x2).tolist()),
        ("1.7", lambda Z, y: np.asarray(find("1.7").solution(Z, y))),
        ("4.3", lambda X, W, dZ: list(find("4.3").solution(X, W, dZ))),
        ("4.3", lambda X, W, dZ: [part.tolist() for part in find("4.3").solution(X, W, dZ)]),
        ("7.7", lambda losses, patience: tuple(find("7.7").solution(losses, patience))),
    ],
)
def test_lists_and_arrays_without_axes_are_what_a_person_takes_them_for(id, function):
    assert check(id, function).passed, check(id, function).text


def test_one_wrong_number_of_results():
    assert "Expected 2 results" in check("2.7", lambda Z, dA, a: dA).message
    assert "Expected 2 results" in check("2.7", lambda Z, dA, a: (dA, 0, 0)).message


def test_the_part_that_differs_is_named():
    def slope_doubled(Z, dA, a):
        return np.where(Z > 0, dA, a * dA), 2 * np.sum(dA * np.minimum(Z, 0))

    message = check("2.7", slope_doubled).message
    assert message == "`da` comes out as if it were multiplied by 2. `dZ` is right."


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


def linear(order=(0, 1, 2), dW=lambda X, dZ: X.T @ dZ, db=lambda dZ: dZ.sum(0, keepdims=True)):
    def backward(X, W, dZ):
        results = dZ @ W.T, dW(X, dZ), db(dZ)
        return tuple(results[i] for i in order)

    return backward


RELATED = {
    "another order": (linear((1, 0, 2)), "another order: `dW`, `dX` and `db`"),
    "one alone": (lambda X, W, dZ: X.T @ dZ, "You return `dW` alone, and it is right"),
    "one missing": (linear((0, 1)), "`db` is not among it"),
    "one too many": (linear((0, 1, 2, 2)), "The first 3 results are right, but you return 4"),
    "two faults": (
        linear(dW=lambda X, dZ: X.T @ dZ * 3, db=lambda dZ: -dZ.sum(0, keepdims=True)),
        "`dX` is right",
    ),
    "rows added": (linear(db=lambda dZ: dZ * 1.0), "`db`"),
}


@pytest.mark.parametrize("name", RELATED)
def test_results_in_another_order_or_number_are_recognized(name):
    function, says = RELATED[name]
    verdict = check("4.3", function)
    assert not verdict.passed
    assert says in verdict.message


def test_two_known_faults_in_two_results_are_both_told():
    both = linear(
        dW=lambda X, dZ: X.T @ dZ / max(len(X), 1), db=lambda dZ: dZ.sum(1, keepdims=True)
    )
    message = check("4.3", both).message
    assert sum(wrong.diagnosis in message for wrong in find("4.3").wrong) == 2


def draws(seed, n):
    """Return n numbers from N(0, 1), other ones for another seed."""
    return np.random.default_rng(seed).normal(size=n)


def test_where_other_values_are_right_as_well_the_properties_decide(monkeypatch):
    free = replace(
        find("2.5"),
        solution=draws,
        probes={"five": (0, 5), "many": (1, 4000)},
        properties=[
            holds("variance 1", lambda f: abs(f(3, 4000).var() - 1) < 0.2, "Not of variance 1."),
            holds("seeded", lambda f: not np.array_equal(f(1, 3), f(2, 3)), "One for all seeds."),
        ],
        free=True,
        witness=None,
        draw=None,
    )
    monkeypatch.setattr("nnlib.teaching.checks.check._find", lambda id: free)
    spawned = check("2.5", lambda seed, n: np.random.default_rng([seed, 7]).normal(size=n))
    assert spawned.passed, spawned.text
    assert "five" not in spawned.message
    assert "variance 1" in spawned.message
    for function, says in [
        (lambda seed, n: 2 * np.random.default_rng([seed, 7]).normal(size=n), "Not of variance 1"),
        (lambda seed, n: draws(0, n), "One for all seeds"),
        (lambda seed, n: draws([seed, 7], n + 1), "shape"),
    ]:
        verdict = check("2.5", function)
        assert not verdict.passed
        assert verdict.by == "values"
        assert says in verdict.message
    # The very numbers of the solution, doubled: that is the cause, and no value is shown.
    doubled = check("2.5", lambda seed, n: 2 * draws(seed, n))
    assert doubled.by == "slip"
    assert (
        doubled.message == "Not of variance 1. The result comes out as if it were multiplied by 2."
    )
    assert doubled.evidence == ""
    with pytest.raises(ValueError, match="properties to decide"):
        replace(free, properties=[])


def test_a_factor_is_not_read_off_one_number():
    # Wrong at z = 0 alone, where the derivative of ELU is alpha: one number tells no factor.
    message = check("2.8", lambda Z, alpha: np.where(Z >= 0, 1.0, alpha * np.exp(Z))).message
    assert "times" not in message


def test_a_slip_is_told_in_words_and_shows_no_line():
    def dense_backward(X, W, b, dA):
        A = np.tanh(X @ W + b)
        dZ = dA * (1 - A)
        return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)

    verdict = check("4.4", dense_backward)
    assert verdict.by == "slip"
    assert "as if the exponent 2 were missing, where `dZ` is computed" in verdict.message


def test_an_exception_comes_with_its_line_and_shapes():
    def one_sample_backward(x, W, dz):
        dx = W.T @ dz
        return dx, np.outer(x, dz), dz

    message = check("4.2", one_sample_backward).message
    assert "`dx = W.T @ dz`; there `W` has the shape (2, 3) and `dz` has the shape (3,)" in message
    assert "transpose of `W` too many" in message


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("not even this")


def deep():
    nested = [0.0]
    for _ in range(3000):
        nested = [nested]
    return nested


def knot():
    nested = [1.0]
    nested.append(nested)
    return nested


def quits(*given):
    raise SystemExit


def mute(*given):
    raise Mute


def endless(*given):
    return endless(*given)


def yields(*given):
    yield 1.0


def wrecks(*given):
    for argument in given:
        if isinstance(argument, np.ndarray):
            argument.resize(0, refcheck=False) if argument.flags.owndata else argument.fill(0)
        elif isinstance(argument, list):
            argument[:] = [0 for _ in argument]  # of the same length, and all of another type
    return 0


class Odd:
    def __eq__(self, other):
        raise RuntimeError("incomparable")

    __hash__ = None

    def __len__(self):
        return -1

    def __array__(self, *given, **named):
        raise RuntimeError("no array")


HOSTILE = {
    "None": lambda *given: None,
    "text": lambda *given: "W",
    "bytes": lambda *given: b"W",
    "set": lambda *given: {1.0, 2.0},
    "dict": lambda *given: {"W": 1.0},
    "empty tuple": lambda *given: (),
    "empty list": lambda *given: [],
    "tuple of one": lambda *given: (np.ones((2, 2)),),
    "tuples in lists": lambda *given: [[(1.0, 2.0)], [(3.0,)]],
    "ragged": lambda *given: [[1.0, 2.0], [3.0], []],
    "arrays of different depth": lambda *given: [[np.ones(3), np.ones((2, 2))], [np.ones(1), 2]],
    "deep": lambda *given: deep(),
    "holds itself": lambda *given: knot(),
    "complex": lambda *given: np.ones((2, 3)) * 1j,
    "complex number": lambda *given: 1j,
    "object array": lambda *given: np.array([None, "x", 3], dtype=object),
    "array of text": lambda *given: np.array(["a", "b"]),
    "structured": lambda *given: np.zeros(3, dtype=[("a", float), ("b", int)]),
    "dates": lambda *given: np.array(["2020-01-01"], dtype="datetime64[D]"),
    "matrix of booleans": lambda *given: np.ones((2, 3), dtype=bool),
    "masked": lambda *given: np.ma.masked_array([1.0, 2.0], [True, False]),
    "huge number": lambda *given: 10**400,
    "number without end": lambda *given: 10**5000,
    "huge numbers": lambda *given: [10**400, 1],
    "huge array": lambda *given: np.broadcast_to(1.0, (10**4, 10**4)),
    "empty array": lambda *given: np.zeros((0, 3)),
    "twelve axes": lambda *given: np.ones((1,) * 12),
    "nan": lambda *given: np.full((2, 3), np.nan),
    "generator": yields,
    "function": lambda *given: np.sum,
    "class": lambda *given: dict,
    "module": lambda *given: np,
    "odd": lambda *given: Odd(),
    "odd ones": lambda *given: (Odd(), Odd(), Odd()),
    "first argument": lambda *given: given[0],
    "arguments": lambda *given: given,
    "exit": quits,
    "mute": mute,
    "endless": endless,
    "wrecks": wrecks,
    "prints": lambda *given: print("x" * 10**5),
    "stops": lambda *given: next(iter(())),
}
# 4.9 and 4.14 take lists of tuples, which a function can change in more ways than an array.
SOME = sorted({*[e.id for e in every_exercise()][::4], "4.9", "4.14"})


@pytest.mark.parametrize("id", SOME)
def test_nothing_that_a_function_does_escapes(id, capsys):
    for name, function in HOSTILE.items():
        verdict = check(id, function)
        assert not verdict.passed, name
        assert verdict.message
        assert verdict.by != "lost", name
        assert len(verdict.text) < 8000, (name, verdict.text)
    assert capsys.readouterr().out == ""


def test_the_key_that_interrupts_does_interrupt():
    def interrupted(Z, dA):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("2.5", interrupted)


def test_what_a_function_prints_stands_with_the_input_it_fails_on():
    def talks(Z, dA):
        print("the mask:", Z > 0)
        return dA

    evidence = check("2.5", talks).evidence
    assert "printed" in evidence
    assert "the mask:" in evidence


def test_a_buffer_that_is_used_again_does_not_fool_the_checker():
    kept = np.zeros((2, 3))

    def affine(X, W, b):
        Z = X @ W + b
        if Z.shape != kept.shape:
            return Z
        kept[...] = Z
        return kept

    assert check("1.2", affine).passed


def test_plain_data_for_a_page():
    given = answer("2.5", lambda Z, dA: dA, hint=1)
    assert json.loads(json.dumps(given)) == given
    assert list(given) == ["title", "state", "passed", "message", "evidence", "tips"]
    assert [tip.startswith("Hint 1") for tip in given["tips"]] == [True, False]


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


def test_two_mistakes_that_share_nothing_but_nan_are_not_one():
    def shifted_by_the_mean(Z):
        E = np.exp(Z - Z.mean(axis=-1, keepdims=True))
        return E / E.sum(axis=-1, keepdims=True)

    def shifted_by_the_size(Z):
        E = np.exp(Z - np.abs(Z).max(axis=-1, keepdims=True))
        return E / E.sum(axis=-1, keepdims=True)

    said = "You subtract the largest size"
    assert said in check("2.9", shifted_by_the_size).message
    assert said not in check("2.9", shifted_by_the_mean).message


def refuses(columns, found, words):
    """Answer exercise 1.13 with a check that compares `found` with `columns`."""

    def weights_for(X, W, n_out):
        if W is None:
            return np.zeros((X.shape[1], n_out), X.dtype)
        if found(X) != columns(W):
            raise ValueError(words)
        return W

    return weights_for


@pytest.mark.parametrize("words", ["no", "expected another number of columns"])
@pytest.mark.parametrize(
    ("columns", "found", "says"),
    [
        (lambda W: W.shape[1], lambda X: X.shape[1], "`W.shape[1]` counts the units"),
        (len, len, "`len(X)` counts the samples"),
    ],
)
def test_the_words_of_an_error_that_is_due_are_the_learners_own(columns, found, says, words):
    assert says in str(check("1.13", refuses(columns, found, words)))


def test_a_slip_that_could_stand_in_several_places_is_told_where_it_fails():
    def what_would_wake(X, W, b):
        asleep = np.all(X @ W + b <= 0, axis=0)
        unbiased = asleep & np.all(X * W <= 0, axis=0)
        centered = asleep & np.all((X - X.mean(axis=0)) @ W + b <= 0, axis=0)
        return asleep.sum(), unbiased.sum(), centered.sum()

    verdict = check("2.15", what_would_wake)
    assert verdict.by == "slip"
    assert "if the product with `W` were taken entry by entry (`*`)." in verdict.message
    assert "`unbiased = asleep & np.all(X * W <= 0, axis=0)`" in verdict.message


def test_one_wrong_axis_in_every_call_is_one_slip():
    def log_softmax(Z):
        largest = np.max(Z, axis=1, keepdims=True)
        return Z - largest - np.log(np.sum(np.exp(Z - largest), axis=1, keepdims=True))

    verdict = check("5.2", log_softmax)
    assert verdict.by == "slip"
    assert "`axis=1` stood in place of `axis=-1` throughout" in verdict.message


def test_a_registered_answer_is_told_though_this_one_divides_by_zero():
    def clipped(gradients, limit):  # the registered one keeps clear of a length of 0
        length = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
        return tuple(limit / length * g for g in gradients)

    assert "is stretched" in check("8.14", clipped).message


def a_seed_for_a_generator(X, t, w, rate, batch_size, epochs, seed):
    rng, w = seed, w.copy()
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            w -= rate * X[rows].T @ (X[rows] @ w - t[rows]) / len(rows)
    return w


def the_start_of_adam(w, gradients, rate, beta1, beta2, eps):
    m, v = np.zeros_like(w), np.zeros_like(w)  # noqa: F841
    return w


TOLD_BY_WHAT_THEY_ARE = {
    "an axis": (
        "10.3",
        lambda maps, weight, bias: (
            maps.transpose(3, 0, 1, 2).reshape(len(maps), -1) @ weight.T + bias
        ),
        "as if axis 0 stood in place of axis 1",
    ),
    "sizes": (
        "10.7",
        lambda U: (2 * U - 1) / np.sqrt(np.prod(U.shape[:-1])),
        "as if the sizes of `U` were read in reverse",
    ),
    "a loop": (
        "8.9",
        the_start_of_adam,
        "as if the loop were left out",
    ),
    "a generator": ("7.6", a_seed_for_a_generator, "if `default_rng` were left out"),
}


@pytest.mark.parametrize("name", TOLD_BY_WHAT_THEY_ARE)
def test_a_slip_is_told_by_what_it_is_about(name):
    id, function, says = TOLD_BY_WHAT_THEY_ARE[name]
    verdict = check(id, function)
    assert verdict.by == "slip", verdict.message
    assert says in verdict.message


def test_what_fails_is_not_taken_for_a_registered_answer_by_what_is_left():
    def log_sum_exp(Z):  # right for one row, and no sum over the samples
        m = Z.max(axis=-1)
        return m + np.log(np.exp(Z.T - m[..., np.newaxis]).sum(axis=-1))

    verdict = check("5.1", log_sum_exp)
    assert verdict.by == "slip"
    assert "a transpose of `Z` too many" in verdict.message


def test_of_two_slips_that_fail_alike_the_one_in_the_line_that_failed_is_told():
    def masked_softmax(Z, allowed):  # the maximum without its axis would fail with the same words
        Z = np.where(allowed, Z, -np.inf)
        E = np.exp(Z - Z.max(axis=1, keepdims=True))
        return E / E.sum(axis=1)

    verdict = check("5.11", masked_softmax)
    assert verdict.by == "slip"
    assert "if the axis of the sum were lost: `keepdims=True` is missing." in verdict.message
    assert "maximum" not in verdict.message


def test_what_is_nan_in_part_is_not_taken_for_a_registered_answer_by_the_rest():
    def batch_norm(X, mean, var, momentum):
        rows = X.transpose(0, 2, 3, 1).reshape(-1, X.shape[1])
        m, center, spread = len(rows), rows.mean(axis=0), rows.var(axis=0)
        Y = (X - center[:, None, None]) / np.sqrt(center[:, None, None] + 1e-5)
        mean = (1 - momentum) * mean + momentum * center
        return Y, mean, (1 - momentum) * var + momentum * spread * m / (m - 1)

    verdict = check("10.9", batch_norm)
    assert verdict.by == "slip"
    assert "`center` stood in place of `spread`" in verdict.message
