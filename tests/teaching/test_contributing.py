"""The examples of CONTRIBUTING.md do what it says of them."""

import importlib.util
import re
import textwrap
from pathlib import Path

import pytest

from nnlib.teaching import checks, explorers, questions
from nnlib.teaching.output import BUILDING, MIME
from tests.notebooks.test_exercises import cells_of, problems, text_cell
from tests.teaching import test_questions as of_questions
from tests.teaching import test_registry as registry

TEXT = (Path(__file__).resolve().parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
# What a file of exercises begins with.
HEAD = "import numpy as np\n\nfrom nnlib.teaching.exercises import Exercise, Wrong\n\n\n"


def the_block(word):
    (block,) = [block for block in BLOCKS if word in block]
    return block


def test_every_block_is_run_below():
    assert len(BLOCKS) == len([the_block(word) for word in ("explore(", "Exercise(", "Choice(")])


def test_the_explorer_draws_all_its_frames(monkeypatch):
    shown = []
    monkeypatch.setenv(BUILDING, "1")
    monkeypatch.setattr(explorers, "emit", lambda data, text: shown.append(data[MIME]))
    exec(the_block("explore("), {})
    (data,) = shown
    sentences = [sentence for _, sentence in data["frames"]]
    assert len(set(sentences)) == len(data["svgs"]) == 4 * 2
    assert sentences[2] == "With damping 0.1, the sin falls to 36.8%."


@pytest.fixture
def exercise(tmp_path, monkeypatch):
    """The exercise of the example, from a file of its own, as `check` would find it."""
    path = tmp_path / "chapter_2.py"
    path.write_text(HEAD + the_block("Exercise("), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("example_of_an_exercise", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(checks.check, "_find", {module.HARD_TANH.id: module.HARD_TANH}.__getitem__)
    return module.HARD_TANH


def test_the_exercise_holds_to_what_the_registered_ones_do(exercise):
    registry.test_the_starter_is_not_yet_or_still_broken(exercise)
    registry.test_the_solution_passes_and_stands_alone(exercise)
    registry.test_no_two_wrong_answers_behave_alike(exercise)
    registry.test_what_the_learner_reads_is_there(exercise)
    registry.test_a_starter_gives_nothing_away(exercise)
    for wrong in exercise.wrong:
        registry.test_each_wrong_answer_gets_its_own_diagnosis(exercise, wrong)


def test_its_id_is_free(exercise):
    assert exercise.id not in [registered.id for registered in registry.EXERCISES]


def test_its_text_cell_has_the_form_that_chapters_are_held_to(exercise):
    (task,) = re.findall(r"^ +:::{admonition}.*?^ +:::$", TEXT, re.MULTILINE | re.DOTALL)
    cells = [text_cell(textwrap.dedent(task)), *cells_of(exercise)[1:]]
    assert problems(cells, {exercise.id: exercise}) == []
    for call in (f'print(check.starter("{exercise.id}"))', f'check.solution("{exercise.id}")'):
        assert f"`{call}`" in TEXT


def test_the_questions_can_be_asked_and_answered():
    names = {name: getattr(questions, name) for name in ("Blanks", "Choice", "Number")}
    scope = {**names, "Option": questions.Option, "Slip": questions.Slip}
    exec(the_block("Choice("), scope)
    found = [value for value in scope.values() if isinstance(value, questions.Question)]
    assert [type(question).__name__ for question in found] == ["Choice", "Number", "Blanks"]
    taken = {question.id for question in questions.every_question()}
    for question in found:
        of_questions.test_each_foreseen_mistake_is_told_its_own_text_and_no_other(question)
        of_questions.test_page_and_notebook_never_differ(question)
        of_questions.test_rubbish_is_no_number_and_nothing_is_not_wrong(question)
        of_questions.test_what_the_reader_reads_ends_as_sentences_do(question)
        assert question.id not in taken
