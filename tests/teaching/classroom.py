"""A book of one lesson with exercises, for the tests, and two ways to open it."""

from __future__ import annotations

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest

from nnlib.teaching import pyodide
from nnlib.teaching.checks import BUG, check
from nnlib.teaching.exercises import find

ID, LAB = "2.10", "2.4"
"""An exercise, and one to find a bug in."""

CONF = """
project = "Lesson"
extensions = ["myst_nb", "nnlib.teaching.sphinx"]
html_theme = "sphinx_book_theme"
nb_execution_mode = "off"
nnlib_python = True
nnlib_store = "nnbh:1"
"""

FIRST = """
import matplotlib.pyplot as plt
import numpy as np
from nnlib.teaching import check, figure
"""

PLAIN = """
A = np.eye(2)
print(A.sum())
"""

BELOW = """
print("twice:", 2 * A.sum())
"""

DRAWS = """
fig, ax = plt.subplots()
figure(fig, "Nothing.")
"""


def exercise(id: str) -> list[Any]:
    name = "exposes" if id.endswith(BUG) else find(id).name
    call = f'check.bug("{id[: -len(BUG)]}"' if id.endswith(BUG) else f'check("{id}"'
    cells = [nbformat.v4.new_code_cell(f"{check.starter(id).rstrip()}\n\n\n{call}, {name})")]
    if not id.endswith(BUG):
        cells.append(nbformat.v4.new_code_cell(f'check.solution("{id}")'))
        cells[1].metadata["tags"] = ["remove-input"]
        cells[1].outputs = [
            nbformat.v4.new_output(
                "execute_result", {"text/html": check.solution(id).html}, execution_count=1
            )
        ]
    return cells


def write(folder: Path) -> Path:
    """Write the book; return its folder."""
    source = folder / "source"
    (source / "lessons").mkdir(parents=True)
    (source / "conf.py").write_text(CONF)
    (source / "index.md").write_text("# Lesson\n\n```{toctree}\nlessons/one\n```\n")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# One")])
    notebook.cells += [nbformat.v4.new_code_cell(cell.strip()) for cell in (FIRST, PLAIN, BELOW)]
    for id in (ID, LAB, LAB + BUG):
        notebook.cells += exercise(id)
    notebook.cells.append(nbformat.v4.new_code_cell(DRAWS.strip()))
    nbformat.write(notebook, source / "lessons" / "one.ipynb")
    return source


def need_pyodide() -> None:
    """Skip, or fail where it was promised, if the files of Pyodide are not to be had."""
    try:
        pyodide.locate(print)
    except pyodide.Missing as missing:
        if os.environ.get(pyodide.REQUIRED):
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; yield its address."""
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
