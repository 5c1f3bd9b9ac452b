"""A bounded run of tools/wrong_answers.py, and that the harness notices what it is for."""

import signal
from dataclasses import replace

import numpy as np
import pytest

from nnlib.teaching.exercises import every_exercise, find
from tests.answers import every_answer
from tools import wrong_answers as harness

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="a mistake that loops for ever can't be ended here"
)


def sampled(exercises, count, seed=5):
    """Return some mistakes of some exercises: the first of each makes the others quick."""
    rng = np.random.default_rng(seed)
    every = list(every_exercise())
    for i in rng.choice(len(every), exercises, replace=False):
        made = list(harness.mistakes(every[i]))
        yield from (made[j] for j in rng.choice(len(made), min(count, len(made)), replace=False))


@pytest.fixture(scope="module")
def outcomes():
    handed_in = (harness.hand_in(mistake) for mistake in sampled(16, 6))
    return [outcome for outcome in handed_in if outcome is not None]


def test_no_mistake_passes_and_none_stops_the_checker(outcomes):
    for outcome in outcomes:
        assert outcome.sort not in ("false", "crash"), outcome


def test_nine_in_ten_are_answered_by_their_cause(outcomes):
    refused = [o for o in outcomes if o.sort in ("cause", "property", "bare")]
    caused = [o for o in refused if o.sort == "cause"]
    rest = [(o.mistake.id, o.mistake.what, o.message) for o in refused if o.sort != "cause"]
    assert len(refused) > 60
    assert len(caused) >= 0.9 * len(refused), rest


def mistake(id, source):
    return harness.Mistake(id, "by hand", "", source)


RELU = "def relu_backward(Z, dA):\n    return {}\n"


@pytest.mark.parametrize(
    ("body", "sort"),
    [
        ("dA * np.heaviside(Z, 0)", "right"),
        ("dA * np.heaviside(Z, 1)", "cause"),
        ("dA * np.heaviside(Z, 0) * 3.5", "property"),
        ("dA * Z.nothing", "bare"),
    ],
)
def test_each_sort_is_told_from_the_others(body, sort):
    assert harness.hand_in(mistake("2.5", RELU.format(body))).sort == sort


def test_an_answer_by_hand_is_one_to_its_exercise():
    # An exercise that is replaced by another leaves its answers behind.
    for answer in every_answer():
        assert find(answer.id).name in answer.source, answer


def test_a_false_pass_is_noticed(monkeypatch):
    probe = np.array([-1.0, 1.0]), np.array([0.0, 1.0])  # where z < 0, nothing comes back anyway
    weak = replace(find("2.5"), probes={"blind": probe}, properties=[], draw=None)
    monkeypatch.setattr(harness, "find", lambda id: weak)
    monkeypatch.setattr("nnlib.teaching.checks.check._find", lambda id: weak)
    outcome = harness.hand_in(mistake("2.5", RELU.format("dA * 1")))
    assert outcome.sort == "false"


def test_a_crash_is_noticed(monkeypatch):
    def crashes(*given, **named):
        raise ZeroDivisionError

    monkeypatch.setattr(harness, "check", crashes)
    assert harness.hand_in(mistake("2.5", RELU.format("dA"))).sort == "crash"
    monkeypatch.undo()
    monkeypatch.setattr("nnlib.teaching.checks.diagnose", crashes)
    assert harness.hand_in(mistake("2.5", RELU.format("dA"))).sort == "crash"


def test_a_checker_that_never_answers_crashed_and_an_answer_that_loops_did_not(monkeypatch):
    def waits(*given, **named):
        while True:
            pass

    monkeypatch.setattr(harness, "SECONDS", 0.1)
    endless = "def relu_backward(Z, dA):\n    while True:\n        pass\n"
    assert harness.hand_in(mistake("2.5", endless)) is None
    monkeypatch.setattr(harness, "check", waits)
    assert harness.hand_in(mistake("2.5", RELU.format("dA"))).sort == "crash"


def test_the_mistakes_are_the_solution_with_one_edit():
    made = list(harness.mistakes(find("4.3")))
    assert len({m.source for m in made}) == len(made) > 20
    assert {"operator", "axis", "keepdims", "variable", "transpose", "results"} <= {
        m.kind for m in made
    }
    assert "    return (dZ @ W.T, dZ.T @ X, " not in made[0].source
    assert any("np.sum(dZ, axis=1, keepdims=True)" in m.source for m in made)


def test_the_report_has_a_row_for_each_chapter(capsys):
    assert harness.main(["--sample", "4", "--chapters", "1.2", "1.9"]) in (0, 1)
    table = capsys.readouterr().out
    assert "chapter 1" in table
    assert "chapter 2" not in table
