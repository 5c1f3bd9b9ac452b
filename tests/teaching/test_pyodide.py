"""Where a build finds Python for the page, and what it takes for it."""

from __future__ import annotations

import hashlib
import io
import json
import urllib.error
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError

from nnlib.teaching import pyodide, sphinx_lessons
from nnlib.teaching.checks import check
from tests.teaching.classroom import ID, LAB

CONTENT = {name: f"the content of {name}".encode() for name in pyodide.FILES}


@pytest.fixture
def said():
    return []


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A home of its own, and hashes that short files can have."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(pyodide.FOLDER, raising=False)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    monkeypatch.setattr(pyodide, "FILES", digests)


@pytest.fixture
def asked(monkeypatch):
    """Stand in for the network: what was asked for, answered from CONTENT."""
    urls = []

    def answer(url, part, progress):
        urls.append(url)
        part.write_bytes(CONTENT[url.rpartition("/")[2]])

    monkeypatch.setattr(pyodide, "download", answer)
    return urls


def test_files_are_fetched_once_and_kept(asked, said):
    found = pyodide.locate(said.append)
    assert {name: path.read_bytes() for name, path in found.items()} == CONTENT
    assert asked == [pyodide.ADDRESS + name for name in pyodide.FILES]
    assert pyodide.locate(said.append) == found
    assert len(asked) == len(CONTENT)


def test_a_fetched_file_with_another_hash_is_not_taken(asked, said, monkeypatch):
    monkeypatch.setitem(CONTENT, "pyodide.js", b"something else")
    with pytest.raises(pyodide.Missing, match=r"pyodide\.js has another hash"):
        pyodide.locate(said.append)
    assert not list(pyodide.cache().glob("*"))


def test_a_file_that_somebody_put_there_is_taken_and_named(asked, said):
    pyodide.cache().mkdir(parents=True)
    own = pyodide.cache() / "pyodide.js"
    own.write_bytes(b"my own")
    assert pyodide.locate(said.append)["pyodide.js"] == own
    assert any("pyodide.js is not the file of" in line for line in said)


def test_no_network_and_no_files_is_said(said, monkeypatch):
    def refuse(url, part, progress):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(pyodide, "download", refuse)
    with pytest.raises(pyodide.Missing, match=r"gave no answer: .*no network"):
        pyodide.locate(said.append)


def test_a_named_folder_is_the_only_place(tmp_path, asked, said, monkeypatch):
    monkeypatch.setenv(pyodide.FOLDER, str(tmp_path / "mine"))
    with pytest.raises(pyodide.Missing, match=r"holds no pyodide\.js"):
        pyodide.locate(said.append)
    (tmp_path / "mine").mkdir()
    for name, content in CONTENT.items():
        (tmp_path / "mine" / name).write_bytes(content)
    assert pyodide.locate(said.append)["pyodide.js"] == tmp_path / "mine" / "pyodide.js"
    monkeypatch.setenv(pyodide.FOLDER, "none")
    with pytest.raises(pyodide.Missing, match="asks for a book without it"):
        pyodide.locate(said.append)
    assert asked == []


def test_what_a_page_loads_is_there_twice_and_what_is_old_is_not(tmp_path, asked):
    worker, target = tmp_path / "worker.js", tmp_path / "built"
    worker.write_text("first")
    pyodide.install(target, worker)
    worker.write_text("second")
    (target / "lessons").mkdir()
    (target / "lessons" / "one.js").write_text("a lesson")
    pyodide.install(target, worker)
    manifest = (target / "manifest.js").read_text()
    files = json.loads(manifest.removeprefix("nnlibFiles="))["files"]
    there = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    listed = {file[kind] for file in files.values() for kind in ("path", "script")}
    assert there == listed | {"manifest.js", "NOTICE.txt", "lessons/one.js"}
    assert (target / files["worker.js"]["path"]).read_text() == "second"


def test_the_library_holds_what_a_page_needs_and_is_the_same_each_time():
    content = pyodide.library()
    assert content == pyodide.library()
    names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    assert {"nnlib/__init__.py", "nnlib/teaching/lesson.py", "nnlib/datasets/iris.csv"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".js")]


def notebook(folder: Path, *sources: str) -> Path:
    cells = [{"cell_type": "markdown", "source": "# One", "id": "title"}]
    cells += [
        {"cell_type": "code", "source": source, "id": f"c{i}"} for i, source in enumerate(sources)
    ]
    path = folder / "one.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    return path


def test_cells_are_told_apart(tmp_path):
    sources = [
        "import matplotlib.pyplot as plt\nimport numpy as np\n"
        "from nnlib.teaching import check, figure\nfrom nnlib.chapters.ch09 import drawings",
        "x = np.ones(3)",
        "def draw(a):\n    return plt.figure()",
        "figure(draw(1), 'A figure.')",
        "drawings.circuit(x)",
        f'{check.starter(ID)}\n\ncheck("{ID}", softmax_backward)',
        f'check.solution("{ID}")',
        f'def exposes(f):\n    ...\n\n\ncheck.bug("{LAB}", exposes)',
        "y = x.sum()\ny",
    ]
    cells = list(sphinx_lessons.read(notebook(tmp_path, *sources), "a/one").values())
    assert [cell.runs for cell in cells] == [n in (1, 8) for n in range(len(cells))]
    assert [cell.draws for cell in cells] == [n in (2, 3, 4) for n in range(len(cells))]
    assert [cell.number for cell in cells] == list(range(len(cells)))
    assert [cell.exercise for cell in cells][5:8] == [ID, "", f"{LAB}-bug"]
    assert cells[5].text == check.starter(ID)
    assert cells[5].name == "softmax_backward"
    assert cells[6].solution == ID
    assert cells[7].text == "def exposes(f):\n    ...\n"
    assert cells[1].key == "a/one#c1"
    assert "check(" not in json.dumps([cell.published for cell in cells])


@pytest.mark.parametrize(
    ("cell", "value", "looks"),
    [
        ("print(1)", "exercises", False),
        ("from nnlib.teaching import check", "exercises", True),
        ("print(1)", True, True),
        ("from nnlib.teaching import check", False, False),
    ],
)
def test_a_book_without_exercises_asks_for_no_python(tmp_path, monkeypatch, cell, value, looks):
    looked = []
    monkeypatch.setattr(pyodide, "locate", lambda say: looked.append(1))
    (tmp_path / "book" / "_build").mkdir(parents=True)
    (tmp_path / "book" / "one.ipynb").write_text(cell)
    (tmp_path / "book" / "_build" / "old.ipynb").write_text("from nnlib.teaching import check")
    app = SimpleNamespace(srcdir=tmp_path / "book", outdir=tmp_path / "out")
    config = SimpleNamespace(nnlib_python=value, nnlib_python_missing="")
    sphinx_lessons._look(app, config)
    assert bool(looked) is looks
    assert bool(config.nnlib_python_missing) is (value == "exercises" and not looks)


def test_another_value_of_the_setting_is_refused():
    with pytest.raises(ExtensionError, match="expected nnlib_python as 'exercises', True or False"):
        sphinx_lessons._look(SimpleNamespace(), SimpleNamespace(nnlib_python="yes"))


def test_the_zip_of_another_book_has_its_files_and_no_chapter():
    names = zipfile.ZipFile(
        io.BytesIO(pyodide.library({"exercises.py": b"x"}, rooms=False))
    ).namelist()
    assert "exercises.py" in names
    assert "nnlib/teaching/lesson.py" in names
    assert not [name for name in names if "chapters" in name]
    ours = zipfile.ZipFile(io.BytesIO(pyodide.library())).namelist()
    assert "nnlib/chapters/ch04_backward/exercises.py" in ours
