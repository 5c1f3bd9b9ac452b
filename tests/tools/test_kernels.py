"""Kernels that are forked from one process: as if each had been begun alone."""

import os
import time

import nbformat
import pytest

pytest.importorskip("nbclient")
kernels = pytest.importorskip("tools.kernels")
warm = pytest.importorskip("tools.warm")

SPOIL = """
import os, random, sys
import matplotlib as mpl, matplotlib.pyplot as plt, numpy as np, nnlib
np.random.seed(0), random.seed(0)
plt.rcParams["font.size"] = 77
nnlib.spoiled = sys.spoiled = True
os.environ["SPOILED"] = "1"
os.makedirs("elsewhere", exist_ok=True), os.chdir("elsewhere")
spoiled = plt.figure()
"""
LOOK = """
import os, random, sys
import matplotlib as mpl, matplotlib.pyplot as plt, numpy as np, nnlib
print(mpl.rcParams["font.size"], hasattr(nnlib, "spoiled"), hasattr(sys, "spoiled"))
print(os.environ.get("SPOILED"), os.path.basename(os.getcwd()), plt.get_fignums())
print("spoiled" in globals(), __name__, mpl.get_backend(), sys.stdin.isatty())
"""
DRAWN = """
import random
import numpy as np
print(np.random.random(), random.random(), os.getpid())
"""
SHOWN = """
import sys
import matplotlib.pyplot as plt
from nnlib.teaching import figure
print(sys.argv[0].rpartition("/")[2], sys.path[0], len(sys.path), __builtins__ is not None)
print("to stderr", file=sys.stderr)
os.system("echo from a process of its own")
plt.plot([1, 2])
plt.show()
plt.rcParams["svg.hashsalt"] = "x"
figure(plt.figure(), "Nothing.")
1 + 1
"""


def run(tmp_path, *notebooks, jobs=None):
    """Run notebooks of these cells; return what came of each, in the order of the arguments."""
    paths = []
    for number, cells in enumerate(notebooks):
        paths.append(tmp_path / f"{number}.ipynb")
        code = [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(nbformat.v4.new_notebook(cells=code), paths[-1])
    ended = {}
    kernels.run(paths, lambda run: ended.update({run.path: run}), jobs=jobs)
    return [ended[path] for path in paths]


def texts(ended):
    assert not ended.failure
    outputs = [output for cell in ended.notebook.cells for output in cell.outputs]
    return [output.text for output in outputs if output.output_type == "stream"]


def outputs(ended):
    assert not ended.failure, ended.failure
    return [cell.outputs for cell in ended.notebook.cells]


def test_a_notebook_leaves_nothing_behind_for_the_next(tmp_path):
    alone, spoils, after = run(tmp_path, [LOOK], [SPOIL, LOOK], [LOOK], jobs=1)
    assert outputs(alone) == outputs(after)
    assert texts(spoils) != texts(after)


def test_what_a_notebook_has_not_seeded_differs_from_one_to_the_next(tmp_path):
    both = run(tmp_path, ["import os", DRAWN], ["import os", DRAWN], jobs=1)
    [one], [other] = map(texts, both)
    assert all(a != b for a, b in zip(one.split(), other.split(), strict=True))


def test_the_outputs_are_those_of_a_kernel_begun_alone(tmp_path, monkeypatch):
    cells = [LOOK, "import os", SHOWN, "print(__doc__)", "%matplotlib"]
    [forked] = run(tmp_path, cells)
    monkeypatch.setattr(kernels, "FORKS", False)
    [alone] = run(tmp_path, cells)
    assert outputs(forked) == outputs(alone)


@pytest.mark.skipif(not warm.FORKS, reason="no kernel is forked on this system")
def test_kernels_are_forked_from_one_process_and_end_with_the_run(tmp_path):
    cell = "import os; print(os.getpid(), os.getppid())"
    [one], [other] = map(texts, run(tmp_path, [cell], [cell]))
    (pid, parent), (other_pid, other_parent) = one.split(), other.split()
    assert pid != other_pid
    assert parent == other_parent != str(os.getpid())
    for number in (pid, other_pid, parent):
        assert ended(int(number)), f"process {number} goes on"


def ended(pid):
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_a_kernel_that_dies_and_a_cell_that_fails_are_named_and_the_others_go_on(tmp_path):
    dies, fails, ends = run(
        tmp_path, ["1", "import os; os.kill(os.getpid(), 9)"], ["1 / 0"], ["print('here')"]
    )
    assert dies.failure.startswith("cell 2 (")
    assert "died" in dies.failure
    assert "ZeroDivisionError" in fails.failure
    assert texts(ends) == ["here\n"]


def test_what_cannot_be_imported_fails_in_the_cell_that_tries(tmp_path, monkeypatch):
    (tmp_path / "there/nnlib").mkdir(parents=True)
    (tmp_path / "there/nnlib/__init__.py").write_text("def half(:")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "there"))
    ends, fails = run(tmp_path, ["print('here')"], ["1", "import nnlib"])
    assert texts(ends) == ["here\n"]
    assert fails.failure.startswith("cell 2 (")
    assert "def half(:" in fails.failure
    assert "SyntaxError" in fails.failure
