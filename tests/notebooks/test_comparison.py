"""`pytest --nbval book` fails when a committed word or digit changes, and only then."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

from tools.notebooks import ROOT, main

CELLS = [
    "import warnings\n\nfrom IPython.display import display\nimport ipywidgets as widgets",
    "print('printed', 0.1250)",
    """class Rich:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/plain": "shown 0.1250",
            "text/html": f"<b id={id(self)}>0.1250</b>",
            "image/svg+xml": f"<svg id={id(self)}/>",
            "application/vnd.nnlib.explorer+json": {"frames": [id(self)]},
        }


Rich()""",
    """captured = widgets.Output()
with captured:
    print("captured 0.1250")
display(widgets.IntSlider(value=3), captured)""",
    "from tqdm import tqdm\n\nfor _ in tqdm(range(3)):\n    pass",
]


def compare(path):
    """Run nbval as the README does, but on a notebook elsewhere."""
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir", "."]
    command += ["-p", "conftest", "-o", f"cache_dir={path.parent}", "--nbval", "--color=no"]
    command.append(str(path))
    environment = {k: v for k, v in os.environ.items() if k != "TQDM_DISABLE"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.fixture(scope="module")
def chapter(tmp_path_factory):
    """Make a chapter out of every kind of output, executed and normalized as the book's are."""
    path = tmp_path_factory.mktemp("book") / "chapter.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert main([str(path)]) == 0
    return path


def test_what_is_drawn_anew_passes(chapter):
    result = compare(chapter)
    assert result.returncode == 0, result.stdout
    assert "5 passed" in result.stdout


def test_each_changed_digit_and_each_warning_fails(chapter, tmp_path):
    content = json.loads(chapter.read_text(encoding="utf-8"))
    outputs = [cell["outputs"] for cell in content["cells"]]
    outputs[1][0]["text"] = ["printed 0.126\n"]
    outputs[2][0]["data"]["text/plain"] = ["shown 0.1260"]
    outputs[3][0]["text"] = ["captured 0.1260\n"]
    content["cells"][4]["source"] = ["warnings.warn('overflow', stacklevel=1)"]
    path = tmp_path / "chapter.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")

    result = compare(path)
    assert result.returncode == 1
    assert "4 failed, 1 passed" in result.stdout
    for found in ("printed 0.125", "shown 0.1250", "captured 0.1250", "{'stderr'}"):
        assert found in result.stdout
