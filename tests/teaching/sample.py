"""A book of two pages, for the tests: every kind of control, a figure, and what can go wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.notebooks import NOTEBOOK_METADATA

# Each frame writes its position into the picture, so that a test can tell which one it sees.
SETUP = """
import matplotlib.pyplot as plt
import numpy as np
from nnlib.teaching import explore, figure
from nnlib.teaching.figures import STYLE

plt.style.use(STYLE)

def waves(count, shape, filled):
    fig, ax = plt.subplots()
    x = np.linspace(0, 1, 200)
    y = np.sin(2 * np.pi * count * x)
    y = np.sign(y) if shape == "square" else y
    ax.plot(x, y)
    if filled:
        ax.fill_between(x, y, alpha=0.2)
    ax.set(xlabel="time t", ylabel="amplitude", ylim=(-1.1, 1.1),
           title=f"at count={count} shape={shape} filled={filled}")
    # One sentence is longer than the other, as those of a chapter are.
    more = ", filled down to the axis so that you can compare the areas" if filled else ""
    return fig, f"You see {count:g} {shape} waves{more}."
"""

WAVES = """
explore(waves, count=[1, 2.5, 4], shape=["sine", "square"], filled=[False, True],
        start={"count": 2.5}, labels={"count": "waves", "filled": "fill"})
"""

LINES = """
def lines(slope, style):
    fig, ax = plt.subplots()
    ax.plot([0, 1], [0, slope], linestyle=style, marker="o", label="a line")
    ax.set(xlabel=r"$x$ in $\\sigma'$", ylim=(-3, 3), title=f"at slope={slope} style={style}")
    ax.legend()
    return fig

explore(lines, slope=range(-2, 3), style=["solid", "dashed", "dotted", "dashdot", "none"])
"""

FIGURE = """
fig, ax = plt.subplots()
ax.plot([0, 1], [0, 1], color="k")
ax.set(xlabel="x", ylabel="y", title="at rest")
figure(fig, "A line from 0 to 1.", alt="The diagonal of a square")
"""

CONF = """
project = "Sample"
extensions = ["myst_nb", "nnlib.teaching.sphinx"]
html_theme = "sphinx_book_theme"
nb_execution_mode = "cache"
"""


def write(folder: Path, *cells: str) -> Path:
    """Write a book whose second page, in a folder of its own, runs the cells; return its folder."""
    source = folder / "source"
    (source / "chapters").mkdir(parents=True, exist_ok=True)
    (source / "conf.py").write_text(CONF, encoding="utf-8")
    (source / "index.md").write_text(
        "# Sample\n\nNo figures here.\n\n```{toctree}\nchapters/one\n```\n",
        encoding="utf-8",
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# One")])
    notebook.cells += [nbformat.v4.new_code_cell(cell.strip()) for cell in (SETUP, *cells)]
    notebook.metadata.update(NOTEBOOK_METADATA)
    nbformat.write(notebook, source / "chapters" / "one.ipynb")
    return source


def build(source: Path, builder: str = "html") -> subprocess.CompletedProcess[str]:
    """Build the book into ``build/html`` beside its source."""
    target = source.parent / "build"
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-b",
        builder,
        "-d",
        target / "doctrees",
        source,
        target / builder,
    ]
    environment = {k: v for k, v in os.environ.items() if k not in ("NNLIB_BOOK", "NNLIB_BUILDING")}
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=240, env=environment
    )
