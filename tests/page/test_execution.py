"""What makes a notebook run again, and what Sphinx then does."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from tools.notebooks import NOTEBOOK_METADATA

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

pytest.importorskip("sphinx")
execution = pytest.importorskip("page.execution")

FILES = {
    "nnlib/layers.py": "dW = X.T @ dZ\n",
    "nnlib/datasets/digits.npz": "0 1 2\n",
    "nnlib/teaching/checks.py": "check = print\n",
    "nnlib/teaching/sphinx.py": "page = 1\n",
    "nnlib/teaching/assets/ask.js": "page = 1\n",
    "nnlib/chapters/__init__.py": "",
    "nnlib/chapters/ch02_slopes/exercises.py": "EXERCISES = []\n",
    "nnlib/chapters/ch03_start/exercises.py": "EXERCISES = []\n",
    "nnlib/chapters/ch04_backward/questions/circuits.py": "QUESTIONS = []\n",
    "nnlib/chapters/ch05_loss/drawings.py": "from nnlib.chapters.ch02_slopes import exercises\n",
}
NOTEBOOKS = {
    "book/intro.ipynb": "1 + 1",
    "book/02_slopes.ipynb": "check('2.1', f)",
    "book/03_start.ipynb": 'check("3.1", f)\nlr = "0.5"',
    "book/04_backward/1_circuits.ipynb": "ask('4.nudge')",
    "book/04_backward/2_one_layer.ipynb": "ask('4.entry'); check('3.1', f)",
    "book/05_loss.ipynb": "1 + 1",
}


def write_notebook(path, *code, sentence="A sentence."):
    cells = [nbformat.v4.new_markdown_cell(sentence), *map(nbformat.v4.new_code_cell, code)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=NOTEBOOK_METADATA), path)


@pytest.fixture
def house(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for name, code in NOTEBOOKS.items():
        write_notebook(tmp_path / name, code)
    return tmp_path


def digests(house):
    for memory in (execution.rooms, execution.shared, execution.contents):
        memory.cache_clear()
    return {name: execution.digest(house / name, house / "nnlib") for name in NOTEBOOKS}


CHAPTER_4 = {"book/04_backward/1_circuits.ipynb", "book/04_backward/2_one_layer.ipynb"}


@pytest.mark.parametrize(
    ("touched", "stale"),
    [
        ("nnlib/chapters/ch02_slopes/exercises.py", {"book/02_slopes.ipynb", "book/05_loss.ipynb"}),
        (
            "nnlib/chapters/ch03_start/exercises.py",
            {"book/03_start.ipynb", "book/04_backward/2_one_layer.ipynb"},
        ),
        ("nnlib/chapters/ch04_backward/questions/circuits.py", CHAPTER_4),
        ("nnlib/chapters/ch05_loss/drawings.py", {"book/05_loss.ipynb"}),
        ("nnlib/layers.py", set(NOTEBOOKS)),
        ("nnlib/datasets/digits.npz", set(NOTEBOOKS)),
        ("nnlib/teaching/checks.py", set(NOTEBOOKS)),
        ("nnlib/teaching/sphinx.py", set()),
        ("nnlib/teaching/assets/ask.js", set()),
    ],
)
def test_a_changed_file_makes_those_notebooks_stale_that_depend_on_it(house, touched, stale):
    before = digests(house)
    assert digests(house) == before
    (house / touched).write_text("changed = True\n")
    after = digests(house)
    assert {name for name in NOTEBOOKS if after[name] != before[name]} == stale


def test_a_file_added_to_a_room_counts_and_what_python_leaves_there_does_not(house):
    before = digests(house)
    room = house / "nnlib/chapters/ch04_backward"
    (room / "__pycache__").mkdir()
    (room / "__pycache__/exercises.pyc").write_text("")
    (house / "nnlib/__pycache__").mkdir()
    (house / "nnlib/__pycache__/layers.pyc").write_text("")
    assert digests(house) == before
    (room / "drawings.py").write_text("")
    after = digests(house)
    assert {name for name in NOTEBOOKS if after[name] != before[name]} == CHAPTER_4


def test_a_sentence_runs_nothing_and_a_line_of_code_its_notebook(house):
    before = digests(house)
    write_notebook(house / "book/05_loss.ipynb", "1 + 1", sentence="Another.")
    assert digests(house) == before
    write_notebook(house / "book/05_loss.ipynb", "1 + 2")
    after = digests(house)
    assert {name for name in NOTEBOOKS if after[name] != before[name]} == {"book/05_loss.ipynb"}


def test_what_is_left_out_of_the_digest_is_never_read_in_a_kernel():
    package = ROOT / "nnlib"
    page = {path for pattern in execution.FOR_THE_PAGE for path in package.glob(pattern)}
    modules = {
        path.stem if path.parent.name == "teaching" else path.parent.name
        for path in page
        if path.suffix == ".py"
    }
    assert {"sphinx", "pyodide", "play"} <= modules
    names = re.compile(
        rf"""["']assets\b|^\s*(?:from|import)\b.*\b({"|".join(modules)})\b""", re.MULTILINE
    )
    for path in {*package.rglob("*.py")} - page:
        assert not names.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("explore(f, a=[1, 2], b=range(3), start={'a': 1}, labels={'a': 'A', 'b': 'B'})", 6),
        ("teaching.explore(f, a=np.linspace(0, 1, 7))\nexplore(g, b=range(2, 10, 4))", 9),
        ("explore(f, a=KNOWN_ELSEWHERE, b=(1, 2))", 10),
        ("explored(f, a=[1])", 0),
        ("%matplotlib inline", 0),
    ],
)
def test_the_frames_of_a_notebook_are_counted_from_its_text(tmp_path, cell, count):
    write_notebook(tmp_path / "one.ipynb", "1 + 1", cell)
    assert execution.frames(tmp_path / "one.ipynb") == count


def test_what_draws_most_is_begun_first_and_what_is_known_by_its_seconds(book, monkeypatch):
    begun = []
    monkeypatch.setattr(execution, "run", lambda paths, done: begun.extend(paths))
    one, two = book / "book/01_one/1_a.ipynb", book / "book/02_two.ipynb"
    three = book / "book/03_three.ipynb"
    for path, values in ((one, 2), (two, 9)):
        write_notebook(path, f"explore(f, a=range({values}))", sentence="long " * 99 * (9 - values))
    write_notebook(three, "1")
    app = SimpleNamespace(outdir=book / "_build/html", srcdir=book)
    env = SimpleNamespace(doc2path=lambda page: str(book / f"{page}.ipynb"))
    known = book / "_build/.executed/book/03_three.json"
    known.parent.mkdir(parents=True)
    known.write_text('{"digest": "old", "seconds": 900}')
    execution.run_stale(app, env, ["book/03_three", "book/01_one/1_a", "book/02_two"])
    assert begun == [two, one, three]


# --- In a build. The cell leaves a mark each time that it runs.

CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "book" / "_ext")!r})
extensions = ["myst_nb", "sphinxcontrib.katex", "page"]
nb_execution_mode = "off"
exclude_patterns = ["_build"]
root_doc = "book/intro"
html_math_renderer = "checked_katex"
"""
MARK = "print(open('ran', 'a').write('x') + {})"


@pytest.fixture
def book(tmp_path):
    (tmp_path / "nnlib/chapters/ch01_one").mkdir(parents=True)
    (tmp_path / "nnlib/chapters/ch01_one/exercises.py").write_text("")
    (tmp_path / "conf.py").write_text(CONF)
    contents = "# Contents\n\n```{toctree}\n01_one/1_a\n02_two\n```\n"
    write_notebook(tmp_path / "book/intro.ipynb", sentence=contents)
    write_notebook(tmp_path / "book/01_one/1_a.ipynb", MARK.format(10), sentence="# One")
    write_notebook(tmp_path / "book/02_two.ipynb", MARK.format(20), sentence="# Two")
    return tmp_path


def build(book):
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-b",
        "html",
        ".",
        "_build/html",
    ]
    done = subprocess.run(
        command, cwd=book, capture_output=True, text=True, timeout=240, env=dict(os.environ)
    )
    read = [
        line.split("] ")[1].strip()
        for line in done.stdout.splitlines()
        if line.startswith("reading sources... [")
    ]
    return done, read


def runs(book):
    """How often each of the two has run."""
    folders = (book / "book/01_one", book / "book")
    return [len((at / "ran").read_text()) if (at / "ran").exists() else 0 for at in folders]


def test_only_what_changed_runs_and_is_read_again(book):
    done, _ = build(book)
    assert done.returncode == 0, done.stderr
    assert runs(book) == [1, 1]
    assert ">11\n" in (book / "_build/html/book/01_one/1_a.html").read_text(encoding="utf-8")

    done, read = build(book)
    assert (done.returncode, read, runs(book)) == (0, [], [1, 1])

    (book / "nnlib/chapters/ch01_one/exercises.py").write_text("changed = True\n")
    done, read = build(book)
    assert (done.returncode, read, runs(book)) == (0, ["book/01_one/1_a"], [2, 1])

    write_notebook(book / "book/02_two.ipynb", MARK.format(20), sentence="# Two, in other words")
    done, read = build(book)
    assert (done.returncode, read, runs(book)) == (0, ["book/02_two"], [2, 1])
    page = (book / "_build/html/book/02_two.html").read_text(encoding="utf-8")
    assert "in other words" in page
    assert ">21\n" in page


def test_a_failing_cell_is_named_and_fails_the_build_and_the_others_are_kept(book):
    write_notebook(book / "book/02_two.ipynb", "1 + 1", "1 / 0", sentence="# Two")
    done, _ = build(book)
    assert done.returncode != 0
    assert "book/02_two.ipynb, cell 3 (" in done.stderr
    assert "1 / 0" in done.stderr
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert "\x1b[" not in done.stderr.partition("cell 3")[2]
    assert runs(book) == [1, 0]

    write_notebook(book / "book/02_two.ipynb", MARK.format(20), sentence="# Two")
    done, _ = build(book)
    assert (done.returncode, runs(book)) == (0, [1, 1])


def test_outputs_that_were_cut_off_are_made_again(book):
    assert build(book)[0].returncode == 0
    kept = book / "_build/.executed/book/02_two.json"
    assert json.loads(kept.read_text())["outputs"][0][0]["text"] == "21\n"
    kept.write_text(kept.read_text()[:30])
    os.utime(book / "book/02_two.ipynb")
    assert build(book)[0].returncode == 0
    assert runs(book) == [1, 2]


def test_a_notebook_that_changed_while_it_was_built_is_not_given_the_outputs_of_others():
    cells = [{"cell_type": "code", "source": "1", "metadata": {}}] * 2
    text = json.dumps({"cells": cells})
    filled = json.loads(execution.with_outputs(text, [["a"], ["b"]]))
    assert [cell["outputs"] for cell in filled["cells"]] == [["a"], ["b"]]
    with pytest.raises(execution.ExtensionError, match=r"expected 2 .* got 1: .* Build it again"):
        execution.with_outputs(text, [["a"]])
