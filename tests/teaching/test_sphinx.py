"""What the entry point of nnlib does to books that know nothing of nnlib."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys

class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"matplotlib", "ipywidgets"}:
            raise ModuleNotFoundError(f"blocked: {name}", name=name)

sys.meta_path.insert(0, Without())
import myst_nb.core.render as myst
"""


def run(code):
    return subprocess.run(
        [sys.executable, "-c", CODE + code], capture_output=True, text=True, timeout=120
    )


def test_a_book_without_matplotlib_is_built_beside_nnlib():
    """MyST-NB loads the renderers of every package that is installed, in any book."""
    result = run("""
names = [f"{plugin.__module__}.{plugin.__name__}" for plugin in myst.load_mime_renders()]
print("nnlib.teaching.sphinx.FigureRenderer" in names)
print("application/vnd.nnlib.figure+json" in myst.get_mime_priority("html", []))
""")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "True\nTrue\n"


def test_the_blocker_of_that_test_blocks():
    result = run("import nnlib.teaching.figures")
    assert "ModuleNotFoundError: blocked: matplotlib" in result.stderr
