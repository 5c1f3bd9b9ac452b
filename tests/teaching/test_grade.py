"""The command that grades a folder of notebooks, on one class that does what students do.

The class is run once, by the command itself, in real kernels.
"""

import csv
import hashlib
import io
import json
import subprocess
import sys
import time
import zipfile
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
import pytest

from nnlib.teaching import check, checks, pyodide
from nnlib.teaching.checks import answer
from nnlib.teaching.exercises import find
from nnlib.teaching.grade import __main__ as command
from nnlib.teaching.grade import handed_in, kernel, marks, running, tables
from nnlib.teaching.grade.handed_in import Refused
from nnlib.teaching.grade.running import Kernels, Limits

IMPORTS = "import numpy as np\nfrom nnlib.teaching import check"
EVIL = "<script>document.title = 'owned'</script><b>bold</b>"
FORMULA = "=cmd|' C'!A0"


def handed(id, code=None, after=""):
    """The cell of an exercise, with this answer, or its starter."""
    test = id.endswith("-bug")
    call = f'check{".bug" * test}("{id.removesuffix("-bug")}"'
    name = "exposes" if test else find(id).name
    return f"{code or check.starter(id)}\n\n{call}, {name}){after}"


def solved(id):
    return handed(id, find(id).solution_source)


def write(path, *cells, **metadata):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [
        {
            "cell_type": "code",
            "source": source.splitlines(keepends=True),
            "metadata": {},
            "outputs": [],
        }
        for source in (IMPORTS, *cells)
    ]
    text = {"cell_type": "markdown", "metadata": {}, "source": 'check("4.9", nothing) is text'}
    notebook = {"cells": [text, *cells], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


MEAN_FOR_SUM = """
def linear_backward(X, W, dZ):
    return dZ @ W.T, X.T @ dZ, dZ.mean(axis=0, keepdims=True)
"""
WRONG = "def circuit_backward(x, y, z):\n    return 0 * x, 0 * y, 0 * z"
RAISES = f"def circuit_backward(x, y, z):\n    raise ValueError({EVIL!r})"
ENDLESS = "def circuit_backward(x, y, z):\n    while True: pass"
DEAF = "import time\nwhile True:\n    try: time.sleep(9)\n    except KeyboardInterrupt: pass"
LAB_WITH_A_COMMENT = f"# I'll do it tomorrow\n{find('4.4').starter}"


def class_of(folder):
    """Hand in what a class hands in."""
    # As nbgrader collects, with a kernel that only the student has, in a folder with files.
    write(
        folder / "anna/ps1/backward.ipynb",
        "assert np.load('beside.npy').sum() == 3\nopen('mine.txt', 'w').write('new')",
        "import os\nassert not os.path.exists('link')",
        "1 / 0",
        handed("4.1", find("4.1").solution_source, ".passed or print('alas')\nprint('below')"),
        handed("4.2"),
        handed("4.3", MEAN_FOR_SUM),
        handed("4.4-bug", "def exposes(f):\n    return True"),
        handed("4.4", LAB_WITH_A_COMMENT),
        handed("4.10", "def numerical_gradient(f, X, h:\n    return 0"),
        'if False:\n    check("4.11", None)',
        'check("99.1", print)',
        kernelspec={"name": "conda-env-ml-py", "display_name": "ml", "language": "python"},
        language_info={"name": "python"},
    )
    np.save(folder / "anna/ps1/beside.npy", [1, 2])
    (folder / "anna/ps1/link").symlink_to(folder / "anna")
    write(folder / "anna/.ipynb_checkpoints/backward.ipynb", solved("4.2"))
    # Files by student, whose names are no names.
    write(
        folder / "Björn O Neill.ipynb",
        handed("4.1", ENDLESS),
        solved("4.2"),
        "import os\nos.abort()",
    )
    write(folder / f"{FORMULA}.ipynb", handed("4.1", RAISES), "exit()", "1", solved("4.2"))
    # A module that shadows ours, 100 MB of output, more memory than there is.
    write(
        folder / "dora/a.ipynb",
        "print('x' * 10**8)\nfor i in range(2000): print('y' * 1000)",
        "import os\nos.system('echo z')" + "\nnp.ones(10**11)" * (sys.platform == "linux"),
        solved("4.1"),
    )
    (folder / "dora/nnlib.py").write_text("check = None")
    # Two notebooks with the same exercises, and cells that are there twice.
    write(
        folder / "emil/1.ipynb",
        handed("4.1", WRONG),
        solved("4.1"),
        solved("4.2"),
        handed("4.2", None),
    )
    write(folder / "emil/2.ipynb", handed("4.1", WRONG), handed("4.3"))
    write(folder / "emil/3/fresh copy.ipynb", handed("4.1"), handed("4.3", MEAN_FOR_SUM))
    # A loop that listens to nobody.
    write(folder / "finn_9_assignsubmission_file_/x.ipynb", solved("4.1"), DEAF, solved("4.2"))
    # What is no notebook, or none to grade.
    (folder / "gil").mkdir()
    for name, content in REFUSED:
        (folder / "gil" / name).write_bytes(content)
    (folder / "gil/folder.ipynb").mkdir()
    write(folder / "gil/nothing.ipynb", "print(1)")


REFUSED = [
    ("cut.ipynb", b'{"cells": [{"cell_type": "co'),
    ("empty.ipynb", b""),
    ("list.ipynb", b"[1, 2]"),
    ("old.ipynb", b'{"worksheets": [], "nbformat": 3}'),
    ("page.ipynb", b"<html></html>"),
    ("picture.ipynb", b"\x89PNG\xff"),
    ("r.ipynb", b'{"cells": [], "metadata": {"kernelspec": {"name": "ir", "language": "R"}}}'),
]


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """What the command wrote and said of the class."""
    place = tmp_path_factory.mktemp("graded")
    folder = place / "handed in"
    class_of(folder)
    before = contents(folder)
    start = time.monotonic()
    said, progress = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(progress):
        arguments = ["--table", str(place / "marks"), "--cell-seconds", "5", "--jobs", "3"]
        assert command.main([str(folder), *arguments]) == 0, progress.getvalue()
    with (place / "marks.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        "marks": {(row["student"], row["exercise"]): row for row in rows},
        "problems": {row["notebook"]: row["diagnosis"] for row in rows if not row["exercise"]},
        "page": place / "marks.html",
        "said": said.getvalue(),
        "progress": progress.getvalue(),
        "unchanged": contents(folder) == before,
        "seconds": time.monotonic() - start,
    }


BJORN = "Björn O Neill"


@pytest.mark.parametrize(
    ("student", "id", "state", "says"),
    [
        ("anna", "4.1", "passed", "checks hold"),  # also where its verdict is not shown
        ("anna", "4.2", "not attempted", "The starter is as it was"),
        ("anna", "4.3", "not yet", "db is a mean over the samples"),
        ("anna", "4.4 test", "not yet", ""),
        ("anna", "4.4", "not attempted", "The starter"),
        ("anna", "4.10", "not yet", "SyntaxError: '(' was never closed (line 1)"),
        ("anna", "4.11", "not reached", "Its check was not called"),
        (BJORN, "4.1", "not reached", "stopped after 5 s: is there a loop that never ends?"),
        (BJORN, "4.2", "passed", "checks hold"),  # the kernel's end takes nothing back
        (BJORN, "4.3", "not handed in", ""),
        (f"'{FORMULA}", "4.1", "not yet", EVIL[:8]),
        (f"'{FORMULA}", "4.2", "not reached", "ended the kernel"),
        ("dora", "4.1", "passed", "checks hold"),
        ("emil", "4.1", "passed", "checks hold"),  # the last in a notebook, the best of three
        ("emil", "4.2", "not attempted", "The starter"),  # the last, though the first was right
        ("emil", "4.3", "not yet", "mean"),
        ("finn_9", "4.1", "passed", ""),
        ("finn_9", "4.2", "not reached", "ran for more than 5 s and could not be interrupted"),
        ("gil", "4.1", "not handed in", ""),
    ],
)
def test_each_student_gets_the_state_and_the_diagnosis(graded, student, id, state, says):
    row = graded["marks"][student, id]
    assert row["state"] == state
    assert says in row["diagnosis"]


def test_a_diagnosis_comes_with_the_input_that_shows_it_and_its_notebook(graded):
    row = graded["marks"]["anna", "4.3"]
    assert "expected db" in row["evidence"]
    assert row["notebook"] == "anna/ps1/backward.ipynb"
    assert graded["marks"]["emil", "4.1"]["notebook"] == "emil/1.ipynb"


def test_nothing_that_was_handed_in_is_changed(graded):
    assert graded["unchanged"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("gil/cut.ipynb", "got text that stops in the middle"),
        ("gil/empty.ipynb", "got an empty file"),
        ("gil/list.ipynb", "expected a notebook with a list of cells, got other JSON"),
        ("gil/old.ipynb", "expected format 4, got 3"),
        ("gil/page.ipynb", "got other text"),
        ("gil/picture.ipynb", "expected a notebook, in UTF-8; got other bytes"),
        ("gil/r.ipynb", "expected cells in Python, got r"),
        ("gil/nothing.ipynb", "It has no exercise"),
        ("anna/ps1/backward.ipynb", "It checks 99.1, which this book does not have"),
        (f"'{FORMULA}.ipynb", "ended the kernel"),
    ],
)
def test_what_could_not_be_graded_is_said_with_what_was_expected(graded, name, says):
    assert says in graded["problems"][name]
    assert says in graded["said"]


def test_the_command_sums_up_and_shows_how_far_it_is(graded):
    assert graded["said"].startswith("7 students, 7 exercises: 5 passed, 5 not yet, ")
    assert "Grading: 100%" in graded["progress"]


def test_the_page_shows_a_students_text_as_text_and_needs_no_script(graded, chromium):
    text = graded["page"].read_text("utf-8")
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    page = chromium.new_page(java_script_enabled=False)
    page.goto(graded["page"].as_uri())
    assert page.title() == "Marks"
    assert EVIL in page.locator("#exercise-4\\.1").inner_text()
    assert page.locator("b").count() == 0
    cell = page.get_by_role("row", name="emil").get_by_role("cell").first
    assert cell.inner_text().split() == ["✔", "passed"]
    page.get_by_role("row", name="anna").get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#exercise-4.3")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_page_on_a_phone(graded, chromium, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = chromium.new_page(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page.goto(graded["page"].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [rule["id"] for rule in found] == []
    page.close()


# --- Without a kernel.


def test_a_mark_is_never_taken_for_a_formula():
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "|x", "%x", "\t=1", " =1", "\r=1"):
        assert tables.harmless(text) == f"'{text}"
    for text in ("", "anna", "1 + 1 = 2", "4.3", "a\n=1"):
        assert tables.harmless(text) == text
    assert "\x1b" not in tables.harmless("\x1b[31mred")


@pytest.mark.parametrize(
    ("prepare", "more", "says"),
    [
        (lambda p: None, [], "expected notebooks (*.ipynb), found none"),
        (lambda p: p.rmdir(), [], "expected a folder with notebooks in it, found nothing"),
        (lambda p: p.rmdir() or p.touch(), [], "found a file"),
        (lambda p: write(p / "a.ipynb"), ["--table", "no/such/x"], "expected a folder no/such"),
        (lambda p: write(p / "a.ipynb"), ["--student", "("], "expected a regular expression"),
        (lambda p: write(p / "a.ipynb"), ["--student", "(a)"], "expected a group (?P<student>"),
        (lambda p: write(p / "a.ipynb"), ["--exercises", "4.99"], "got '4.99'"),
        (
            lambda p: write(p / "a.ipynb"),
            ["--exercises", "4.1"],
            "expected a notebook that checks 4.1, found none",
        ),
    ],
)
def test_what_is_no_input_is_refused_with_what_was_expected(
    tmp_path, monkeypatch, capsys, prepare, more, says
):
    folder = tmp_path / "class"
    folder.mkdir()
    prepare(folder)
    monkeypatch.chdir(tmp_path)
    assert command.main([str(folder), *more]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "marks.csv").exists()


@pytest.mark.parametrize("more", [["--jobs", "0"], ["--seconds", "-1"], ["--cell-seconds", "x"]])
def test_a_limit_that_is_none_is_refused(tmp_path, capsys, more):
    with pytest.raises(SystemExit) as stopped:
        command.main([str(tmp_path), *more])
    assert stopped.value.code == 2
    assert more[0] in capsys.readouterr().err


def test_a_table_that_cannot_be_written_is_said(tmp_path, capsys):
    write(tmp_path / "class/a.ipynb")
    (tmp_path / "marks.csv").mkdir()
    assert command.main([str(tmp_path / "class"), "--table", str(tmp_path / "marks")]) == 2
    assert "expected a file that can be written" in capsys.readouterr().err


def test_a_class_without_exercises_gets_a_table_that_says_so(tmp_path, capsys):
    write(tmp_path / "class/a.ipynb")
    assert command.main([str(tmp_path / "class"), "--table", str(tmp_path / "marks")]) == 0
    assert "1 students, 0 exercises: no marks." in capsys.readouterr().out
    assert "No notebook has an exercise." in (tmp_path / "marks.html").read_text("utf-8")


def test_files_named_in_another_way_find_their_student(tmp_path):
    write(tmp_path / "ps1_hacker_attempt_2016_problem1.ipynb")
    write(tmp_path / "problem2.ipynb")
    first, second = handed_in.collect(tmp_path, r"_(?P<student>\w+?)_attempt")
    assert (first.student, first.refused) == ("hacker", "")
    assert "expected a name in which" in second.refused


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    (tmp_path / "a.ipynb").symlink_to(tmp_path / "gone")
    [one] = handed_in.collect(tmp_path)
    assert one.refused == "expected a file to read, got: No such file or directory"


def test_exercises_are_chosen_by_number_or_chapter():
    known = marks.known()
    assert handed_in.wanted(["4.4"], known) == ["4.4-bug", "4.4"]
    assert handed_in.wanted(["4"], known) == [id for id in known if id.startswith("4.")]
    assert handed_in.wanted([], known) == []


def test_a_whole_book_that_was_handed_in_is_run_only_where_it_matters(tmp_path, monkeypatch):
    write(tmp_path / "a/1.ipynb", solved("4.1"))
    write(tmp_path / "a/2.ipynb", solved("5.1"))
    ran = []
    monkeypatch.setattr(command, "run_all", lambda found, *_: ran.extend(found) or [])
    command.grade(tmp_path, ["4"], Limits(), 1, "", tmp_path / "marks")
    assert [one.name for one in ran] == ["a/1.ipynb"]


def test_a_folder_that_is_too_large_is_not_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "MOST", 0)
    write(tmp_path / "a/1.ipynb", solved("4.1"))
    [done] = command.run_all(handed_in.collect(tmp_path), Limits(), 1)
    assert "expected at most 0 MB in a" in done.ended


def test_a_notebook_has_a_limit_of_its_own(tmp_path):
    write(tmp_path / "a.ipynb", "import time\ntime.sleep(99)", solved("4.1"))
    limits = Limits(seconds=1)
    [done] = command.run_all(handed_in.collect(tmp_path), limits, 1)
    assert done.ended == "the notebook was stopped after 1 s, in cell 3"
    assert done.seconds < 60
    mark = marks.table([done], [], limits).of("a", "4.1")
    assert (mark.state, mark.diagnosis) == ("not reached", f"T{done.ended[1:]}.")


def test_a_kernel_that_does_not_start_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    write(tmp_path / "a.ipynb", solved("4.1"))
    [done] = command.run_all(handed_in.collect(tmp_path), Limits(), 1)
    assert done.ended == "its kernel did not start"


def test_an_exercise_is_marked_where_only_the_run_shows_which_it_is(tmp_path):
    loop = "for id in ['4.1', '4.2']: check(id, circuit_backward)"
    write(tmp_path / "a.ipynb", find("4.1").solution_source, loop, 'check("4.3", None)')
    found = marks.table(command.run_all(handed_in.collect(tmp_path), Limits(), 1), [], Limits())
    states = {id: mark.state for (_, id), mark in found.marks.items()}
    assert states == {"4.1": "passed", "4.2": "not yet", "4.3": "not yet"}


def test_without_what_runs_a_notebook_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyter_client", None)
    with pytest.raises(Refused, match="jupyter_client is not installed: pip install"):
        command.run_all([], Limits(), 1)


def test_the_command_is_one():
    code = "import runpy, sys; sys.argv[1:] = ['no such']; runpy.run_module(M, run_name='__main__')"
    code = code.replace("M", "'nnlib.teaching.grade'")
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 2
    assert "found nothing" in ended.stderr


def test_a_verdict_is_written_as_it_falls(tmp_path, monkeypatch):
    record = tmp_path / "record"
    with record.open("wb", buffering=0) as file:
        monkeypatch.setattr(checks, "LISTENERS", [kernel.listener(file.fileno())])
        check("4.1", find("4.1").solution)
        check.bug("4.4", lambda f: True)
        answer("4.4", find("4.4").broken)
        first, second, third = map(json.loads, record.read_bytes().splitlines())
    assert (first["id"], first["passed"], first["untouched"]) == ("4.1", True, False)
    assert (second["id"], second["state"]) == ("4.4-bug", "not quite")
    assert (third["id"], third["state"]) == ("4.4", "the bug is still there")


def test_a_limit_of_memory_is_for_a_process_of_its_own():
    code = (
        "from nnlib.teaching.grade import kernel\nimport numpy as np\n"
        "kernel.limit_memory(0)\nkernel.limit_memory(1)\nnp.ones(2**28)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if sys.platform == "linux":
        assert "MemoryError" in ended.stderr


def test_ctrl_c_leaves_no_kernel_behind(tmp_path, monkeypatch):
    write(tmp_path / "a.ipynb", "import time\ntime.sleep(99)", solved("4.1"))
    started = []

    def interrupted(futures):
        while not (kernels and kernels[0].running):
            time.sleep(0.05)
        [manager] = kernels[0].running
        while not manager.has_kernel:
            time.sleep(0.05)
        started.append(manager.provisioner.process)
        raise KeyboardInterrupt

    kernels = []
    real = Kernels.__init__
    monkeypatch.setattr(Kernels, "__init__", lambda self: real(self) or kernels.append(self))
    monkeypatch.setattr(command, "as_completed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        command.run_all(handed_in.collect(tmp_path), Limits(), 1)
    assert started[0].wait(10) < 0


def test_a_code_whose_text_is_not_to_be_had_is_no_starter():
    assert not kernel.untouched("4.1", len)
    assert not kernel.untouched("4.1", 3)
    assert not kernel.untouched("4.1", find("4.1").solution)


def test_numpy_alone_is_enough_to_read_a_folder_and_to_mark():
    names = "handed_in, kernel, marks, running, tables, __main__"
    code = f"from nnlib.teaching.grade import {names}\nimport sys\n"
    code += "print({'jupyter_client', 'ipykernel', 'tqdm', 'zmq'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stdout == "set()\n", ended.stderr


def test_the_page_of_the_book_does_not_carry_the_command():
    names = zipfile.ZipFile(io.BytesIO(pyodide.library())).namelist()
    assert "nnlib/teaching/checks.py" in names
    assert not [name for name in names if "/grade/" in name]
