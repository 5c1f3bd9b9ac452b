"""A lesson in the page, without the page: what a cell takes from those above, and what it shows."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from nnlib.teaching import lesson
from nnlib.teaching.exercises import find
from tests.teaching.another_book import EXAMPLE
from tests.teaching.classroom import ID
from tests.test_imports import WITHOUT


@pytest.fixture
def shown():
    return []


@pytest.fixture
def room(shown):
    return lesson.Lesson(shown.append)


def run(room, *cells, number=None):
    return room.run(cells, len(cells) - 1 if number is None else number)


def test_a_cell_takes_what_it_needs_from_above_and_runs_nothing_else(room, shown):
    done = run(
        room,
        "import numpy as np\nraise_me = 1 / 0",
        "X = np.eye(2)\nprint('silent')\nmissing_name",
        "def total(A):\n    return A.sum()",
        "print(total(X))",
    )
    assert done == {"error": "", "above": ""}
    assert "".join(shown) == "2.0\n"
    assert "raise_me" not in room.names


@pytest.mark.parametrize(
    ("cells", "printed"),
    [
        (("x = 1", "x = 2", "x"), "2\n"),  # the nearest above
        (("x = [1]", "x.append(2)", "x"), "[1, 2]\n"),  # and what changed it since
        (("x = [1]", "x[0] = 5", "x"), "[5]\n"),
        (("x = 1", "x += 1", "x"), "2\n"),
        (("x = 'above'\nprint(x)", "for x in [1]:\n    y = x\n    print(y)"), "1\n"),
        (("x = 1", "for i in [1]:\n    y = x + i", "y"), "2\n"),
        (("x = 1", "for x in [x]:\n    pass", "x"), "1\n"),
        (("x = []", "for i in range(2):\n    x.append(i)", "x"), "[0, 1]\n"),
        (("x = [1]", "def f():\n    x.append(2)", "x"), "[1]\n"),  # never called
        (("x = [1, 2]", "last = x.pop()", "x"), "[1]\n"),  # asked for a result, and changed
        (("x = [1, 2]", "print(x.pop())", "x"), "[1]\n"),
        (("x = [1, 2]", "show(x.pop())", "x"), "[1, 2]\n"),  # what draws can't run
        (("x = 1\nif x:\n    x = 7", "x"), "7\n"),
        (("import random as r\nr.seed(0)", "len([r])"), "1\n"),
        (("y = 2\ndef f(x):\n    return x + y", "f(1)"), "3\n"),
        (("def f(x):\n    return f(x - 1) if x else 'end'", "f(3)"), "'end'\n"),
        (("x = 1", "[x for x in range(3)][-1] + x"), "3\n"),
        (("x = 1", "", "this is no Python", "x"), "1\n"),
        (("x = 3", "print(x); x"), "3\n3\n"),
        (("x = 3", "x;\nNone"), ""),
    ],
)
def test_the_value_of_a_name_is_the_one_it_has_above(room, shown, cells, printed):
    assert run(room, *cells)["error"] == ""
    assert "".join(shown) == printed


def test_running_a_cell_twice_gives_the_same(room, shown):
    cells = ("w = 1.0\nsteps = []", "w -= 0.5\nsteps.append(w)\nprint(w, steps)")
    run(room, *cells)
    run(room, *cells)
    assert "".join(shown) == "0.5 [0.5]\n" * 2


def test_what_a_loop_binds_is_not_looked_for_above(room):
    cells = ("for n in [1]:\n    total = 1 / 0", "for n in [2]:\n    total = n\n    print(total)")
    assert run(room, *cells) == {"error": "", "above": ""}
    assert lesson.needed(cells[1]) == frozenset()


def test_a_generator_goes_on_where_the_cells_above_left_it(room, shown):
    seeded = "import numpy as np\nrng = np.random.default_rng(0)"
    cells = (seeded, "first = rng.normal()", "print(rng.normal())", "print(rng.normal())")
    for number in (2, 2, 3):
        run(room, *cells, number=number)
    rng = np.random.default_rng(0)
    drawn = [str(rng.normal()) for _ in range(3)]
    assert "".join(shown).split() == [drawn[1], drawn[1], drawn[2]]


def test_a_cell_above_that_changed_counts_as_it_stands_now(room, shown):
    run(room, "x = 1", "print(x)")
    run(room, "x = 2", "print(x)")
    assert "".join(shown) == "1\n2\n"


def test_what_is_still_right_is_not_computed_again(room):
    cells = ["counter = []", "counter.append(1)\nslow = len(counter)", "slow", "slow + 1"]
    run(room, *cells, number=1)
    made = room.names["counter"]
    for number in (2, 3, 2):
        run(room, *cells, number=number)
        assert room.names["counter"] is made


def test_a_name_that_a_cell_below_took_comes_back(room, shown):
    cells = ["from math import sqrt", "print(sqrt(4))", "def sqrt(x):\n    return 'mine'"]
    for number in (1, 2, 1):
        run(room, *cells, number=number)
    assert "".join(shown) == "2.0\n2.0\n"


def test_a_name_defined_below_only_is_found_once_it_was_run(room, shown):
    cells = ["print(helper())", "def helper():\n    return 'below'"]
    assert "NameError" in run(room, *cells, number=0)["error"]
    run(room, *cells, number=1)
    assert run(room, *cells, number=0)["error"] == ""
    assert "".join(shown) == "below\n"


def test_a_failure_above_is_named_where_it_is_missed(room):
    done = run(room, "X = 1 / 0", "print(X)")
    assert "NameError" in done["error"]
    assert done["above"] == "cell 1: ZeroDivisionError: division by zero"


def test_a_traceback_shows_the_frames_of_the_page_alone(room):
    error = run(
        room,
        "import numpy as np\ndef split(A):\n    return np.split(A, 3)",
        "A = 1\nsplit(np.ones(A))",
    )["error"]
    assert error.splitlines()[0].startswith("ValueError")
    assert "This cell, line 2\n" in error
    assert "---->  2 split(np.ones(A))" in error
    assert "Cell 1 of this page, line 3, in split" in error
    assert "numpy/" not in error
    assert error.splitlines()[-1].startswith("ValueError: array split")


def test_a_deep_recursion_is_told_in_a_few_lines(room):
    error = run(room, "def f(x):\n    return f(x)\nf(1)")["error"]
    assert "more calls ..." in error
    assert len(error.splitlines()) < 40


def test_a_syntax_error_points_at_its_place(room):
    error = run(room, "x = (1,\ny = 2")["error"]
    assert "SyntaxError" in error
    assert "^" in error


@pytest.mark.parametrize(
    "way_out", ["raise SystemExit(3)", "exit_ = 1 / 0", "raise KeyboardInterrupt"]
)
def test_nothing_a_cell_raises_leaves_the_lesson(room, way_out):
    assert run(room, way_out)["error"]


def test_a_flood_ends_and_says_so(room, shown):
    run(room, "for i in range(20_000):\n    print(i)")
    text = "".join(shown)
    assert "\n9999\n" in text
    assert "\n10001\n" not in text
    assert "No more is shown" in text
    shown.clear()
    run(room, "print('x' * 1_000_000)")
    assert len("".join(shown)) < 251_000


def test_what_is_printed_before_a_hang_has_left(shown):
    printer = lesson.Printer(shown.append)
    printer.write("here\n")
    assert shown == ["here\n"]


def test_right_wrong_and_missing_answers_are_told_apart(room):
    exercise = find(ID)
    right = exercise.solution_source
    wrong = right.replace("return ", "return 2 * ")
    for text, state in [(right, "passed"), (exercise.starter, "not yet"), (wrong, "not quite")]:
        answer = room.check(["import numpy as np", text], 1, ID, exercise.name)
        assert answer["state"] == state, answer
    other = room.check(["def f(x):\n    return x"], 0, ID, exercise.name)
    assert other["message"] == f"Your code defines no `{exercise.name}`; it defines `f`."
    assert "NameError" in room.check(["undefined_name"], 0, ID, exercise.name)["error"]


def test_an_answer_of_yesterday_is_not_checked_again(room):
    exercise = find(ID)
    cells = ["import numpy as np", exercise.solution_source]
    assert room.check(cells, 1, ID, exercise.name)["passed"]
    assert not room.check([cells[0], "x = 1"], 1, ID, exercise.name)["passed"]


def test_a_helper_of_one_exercise_serves_the_next(room):
    exercise = find(ID)
    own = exercise.solution_source.replace(f"def {exercise.name}(", "def helper(")
    arguments = ", ".join(exercise.arguments)
    text = f"def {exercise.name}({arguments}):\n    return helper({arguments})\n"
    answer = room.check(["import numpy as np", own, text], 2, ID, exercise.name)
    assert answer["passed"], answer


def test_in_a_page_there_is_numpy_alone():
    """The door to the worker, with everything blocked that the page lacks."""
    cells = [
        "import matplotlib.pyplot as plt\nimport numpy as np\n"
        "from nnlib.teaching import check, explore, figure, show, verify\n"
        "from nnlib.teaching.figures import PALETTE",
        find(ID).solution_source,
        "fig = plt.figure()",
        "print(np.ones(2))\nfigure(1, 'x')",
    ]
    asked = [{"number": 1, "id": ID, "name": find(ID).name}, {"number": 2}, {"number": 3}]
    requests = [json.dumps({"lesson": "one", "cells": cells, **more}) for more in asked]
    code = (
        "from nnlib.teaching.lesson import handle\n"
        f"for request in {requests!r}:\n    print(handle(request, sys.__stdout__.write))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + code], capture_output=True, text=True, timeout=120
    )
    assert done.stderr == ""
    passed, drew, printed, called = done.stdout.strip().replace("\n\n", "\n").splitlines()
    assert json.loads(passed)["passed"]
    assert "plt needs matplotlib" in json.loads(drew)["error"]
    assert printed == "[1. 1.]"
    assert "figure needs matplotlib" in json.loads(called)["error"]


def test_the_library_of_a_reader_is_missed_as_anywhere(room):
    assert "No module named 'nothing_like_it'" in run(room, "import nothing_like_it")["error"]


def test_a_library_of_another_book_is_missed_where_it_is_used(room, shown):
    cells = ["import nothing_like_it as other\nx = 2", "print(x)", "print(x, other.thing)"]
    assert run(room, *cells, number=1)["error"] == ""
    assert "".join(shown) == "2\n"
    told = run(room, *cells, number=2)["error"]
    assert "other needs nothing_like_it, which this page does not have" in told


def test_an_exercise_of_another_book_is_checked_by_its_registry(room, monkeypatch):
    monkeypatch.chdir(EXAMPLE / "swings")
    right = "def swing(angle, speed, dt):\n    speed = speed - np.sin(angle) * dt\n"
    cells = ["import numpy as np", right + "    return angle + speed * dt, speed"]
    asked = {"lesson": "swings", "cells": cells, "number": 1, "id": "2.1", "name": "swing"}
    told = json.loads(lesson.handle(json.dumps({**asked, "registry": "exercises"}), print))
    assert told["passed"]
    cells[1] = right.replace("- np.sin", "+ np.sin") + "    return angle + speed * dt, speed"
    told = json.loads(lesson.handle(json.dumps({**asked, "registry": "exercises"}), print))
    assert told["message"].startswith("Your pendulum falls upward")


def test_arrays_are_shown_as_in_jupyter(room, shown):
    run(room, "import numpy as np", "np.arange(3)")
    assert "".join(shown) == repr(np.arange(3)) + "\n"
