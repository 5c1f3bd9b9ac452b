"""A registry of another book: where it is found, what it refuses, what is proved of it."""

from __future__ import annotations

import re
import sys
from dataclasses import replace

import numpy as np
import pytest

from nnlib.teaching import registry, shipping
from nnlib.teaching.exercises import Wrong
from nnlib.teaching.registries import load, main, place, prove
from nnlib.teaching.sphinx_lessons import read
from tests.teaching.another_book import EXAMPLE


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    """Forget what a test imports."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def example(monkeypatch):
    monkeypatch.chdir(EXAMPLE / "swings")
    return load("exercises", EXAMPLE / "swings")


def test_a_notebook_in_a_folder_finds_the_module_above_it(example, capsys):
    ask, check = registry("exercises")
    assert check("2.1", example.exercise("2.1").solution).passed
    assert "not yet" in check("2.1", lambda angle, speed, dt: None).text
    assert check.starter("2.1").startswith("def swing(angle")
    assert "`-sin(angle)`" in check("2.1", example.exercise("2.1").wrong[2].function).text
    ask("2.slower")
    assert "from 90° instead of from 5°" in capsys.readouterr().out


def test_it_looks_no_higher_than_the_top_of_the_book(tmp_path):
    (tmp_path / "exercises.py").write_text("")
    inside = tmp_path / "book" / "chapter"
    inside.mkdir(parents=True)
    assert place("exercises", inside) == tmp_path
    (tmp_path / "book" / "_config.yml").write_text("")
    assert place("exercises", inside) is None
    with pytest.raises(ModuleNotFoundError, match=r"exercises\.py is neither in .*chapter nor"):
        load("exercises", inside)


def test_a_module_that_is_there_and_fails_says_so_itself(tmp_path):
    (tmp_path / "failing.py").write_text("import nowhere_at_all\n")
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'nowhere_at_all'$"):
        load("failing", tmp_path)


def test_two_modules_of_one_name_are_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "twice.py").write_text("QUESTIONS = []\n")
    load("twice", tmp_path / "a")
    with pytest.raises(ValueError, match="two modules are called twice"):
        load("twice", tmp_path / "b")
    (tmp_path / "statistics.py").write_text("QUESTIONS = []\n")
    import statistics  # noqa: F401

    with pytest.raises(ValueError, match="two modules are called statistics"):
        load("statistics", tmp_path)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", ValueError, "has neither EXERCISES nor QUESTIONS"),
        ("QUESTIONS = [1]", TypeError, "expected a list of Questions, got 1 in it"),
        ("EXERCISES = ['1.1']", TypeError, "expected a list of Exercises, got '1.1' in it"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(tmp_path, text, error, says):
    (tmp_path / "unfit.py").write_text(text)
    with pytest.raises(error, match=says):
        load("unfit", tmp_path)


def test_an_id_stands_once(tmp_path, example):
    text = (EXAMPLE / "exercises.py").read_text()
    (tmp_path / "doubled.py").write_text(text + "\nEXERCISES = [SWING, SWING]\n")
    with pytest.raises(ValueError, match=r"doubled\.EXERCISES: the id '2\.1' is there twice"):
        load("doubled", tmp_path)
    (tmp_path / "doubled_too.py").write_text(text + "\nQUESTIONS = [SLOWER, SLOWER]\n")
    with pytest.raises(ValueError, match=r"QUESTIONS: the id '2\.slower' is there twice"):
        load("doubled_too", tmp_path)


def test_an_unknown_id_names_the_nearest(example):
    with pytest.raises(ValueError, match=r"exercises has no exercise '2\.7'; the nearest are 2\.1"):
        example.exercise("2.7")
    with pytest.raises(ValueError, match=r"has no question '2\.slow'; the nearest are 2\.slower"):
        example.question("2.slow")
    with pytest.raises(TypeError, match=r"as text, got 2\.1"):
        example.exercise(2.1)


@pytest.mark.parametrize("name", ["exercises.py", "", "a-b", None])
def test_what_is_no_name_of_a_module_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match="expected the name of a module"):
        load(name, tmp_path)


def changed(found, **changes):
    """The registry with its pendulum changed."""
    swing = replace(found.exercise("2.1"), **changes)
    copy = type(found)(found.name, found.module)
    vars(copy)["exercises"] = {"2.1": swing}
    return copy, swing


def test_the_example_holds(example):
    assert prove(example) == []


def test_each_thing_that_does_not_hold_is_named(example):
    swing = example.exercise("2.1")
    right = Wrong(swing.solution, "It is right.")
    passing, _ = changed(example, wrong=[*swing.wrong, right])
    [doubt] = prove(passing)
    assert "wrong answer 5, 'swing', passes" in doubt.text
    first, second = swing.wrong[:2]
    other, _ = changed(example, wrong=[*swing.wrong, Wrong(first.function, second.diagnosis)])
    assert any("another diagnosis than its own" in doubt.text for doubt in prove(other))
    bare, _ = changed(example, witness=None)
    [doubt] = prove(bare)
    assert not doubt.certain
    assert "no witness" in doubt.text
    astray, _ = changed(example, witness=lambda angle, speed, dt: (angle, speed))
    [doubt] = prove(astray)
    assert re.search(r"its witness gives .* and its solution", doubt.text)
    failing, _ = changed(example, witness=lambda angle, speed, dt: 1 / 0)
    assert "its witness gives ZeroDivisionError" in prove(failing)[0].text


def test_the_command_says_whether_it_holds(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(EXAMPLE)
    assert main(["exercises"]) == 0
    assert capsys.readouterr().out == "exercises: 2 exercises, 3 questions, no doubts\n"
    text = (EXAMPLE / "exercises.py").read_text()
    (tmp_path / "broken_key.py").write_text(text.replace("witness=_stormer", "witness=_upward"))
    monkeypatch.chdir(tmp_path)
    assert main(["broken_key"]) == 1
    assert "its witness gives" in capsys.readouterr().out


# --- What goes into the page --------------------------------------------------------------------


def test_a_module_brings_what_it_imports_beside_it(tmp_path):
    for name in ("tools", "unused", "course/__init__", "course/data", "course/deep/more"):
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "tools.py").write_text("from course import data\nimport numpy as np\n")
    (tmp_path / "exercises.py").write_text("import tools\nimport json\n")
    (tmp_path / "course" / "table.csv").write_text("1,2\n")
    (tmp_path / "course" / "lesson.ipynb").write_text("{}")
    found = shipping.files_of("exercises", tmp_path)
    course = {"course/__init__.py", "course/data.py", "course/deep/more.py", "course/table.csv"}
    assert set(found) == {"exercises.py", "tools.py", *course}
    assert set(shipping.files_of("course.data", tmp_path)) == course


def test_a_relative_import_is_followed(tmp_path):
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "lists.py").write_text("from . import helpers\nfrom .more import x\n")
    for name in ("helpers", "more", "unused"):
        (tmp_path / "part" / f"{name}.py").write_text("")
    found = shipping.files_of("part.lists", tmp_path)
    assert set(found) == {"part/lists.py", "part/helpers.py", "part/more.py"}


def test_an_installed_package_brings_itself(tmp_path, monkeypatch):
    (tmp_path / "site" / "a_course").mkdir(parents=True)
    (tmp_path / "site" / "a_course" / "__init__.py").write_text("import numpy\nQUESTIONS = []\n")
    (tmp_path / "site" / "beside.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert set(shipping.files_of("a_course", tmp_path)) == {"a_course/__init__.py"}
    assert load("a_course", tmp_path).questions == {}


# --- Reading a notebook -------------------------------------------------------------------------


def cells_of(*sources):
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return [*read(EXAMPLE / "none.md", "page", cells).values()]


OPEN = 'from nnlib.teaching import registry\nask, check = registry("exercises")'


def test_a_cell_knows_its_registry():
    _, cell, solution = cells_of(OPEN, 'f = 1\ncheck("2.1", f)', 'check.solution("2.1")')
    assert (cell.exercise, cell.name, cell.registry) == ("2.1", "f", "exercises")
    assert cell.text == "f = 1\n"
    assert (solution.solution, solution.registry) == ("2.1", "exercises")


def test_names_and_registries_can_be_others():
    renamed = "from nnlib.teaching import registry as r\nquiz, judge = r('other')"
    _, _, one, other = cells_of(OPEN, renamed, 'check("1.1", f)', 'judge.bug("1.1", f)')
    assert (one.exercise, one.registry) == ("1.1", "exercises")
    assert (other.exercise, other.registry) == ("1.1-bug", "other")


def test_a_check_of_somebody_else_s_is_left_alone():
    mine, used = cells_of("def check(name, value):\n    print(name)", 'check("4.2", f)')
    assert (mine.exercise, used.exercise) == ("", "")
    [other] = cells_of('from mine import registry\nx = registry("a")')
    assert other.opens == ()


@pytest.mark.parametrize("line", ['check = registry("a")', "ask, check = registry(name)"])
def test_a_registry_that_a_build_cannot_read_is_refused(line):
    with pytest.raises(ValueError, match="expected a line such as ask, check = registry"):
        cells_of(f"from nnlib.teaching import registry\n{line}")


def test_numpy_and_what_lies_beside_runs_in_the_page_and_no_other_library():
    cells = cells_of(
        "import numpy as np\nimport pandas as pd\nfrom exercises import bisect",
        "print(np.eye(2))",
        "print(pd.DataFrame())",
    )
    assert [cell.runs for cell in cells] == [False, True, False]
    assert np is not None
