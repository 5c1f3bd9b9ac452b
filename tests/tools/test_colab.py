"""The lessons for Colab: they say from where to install nnlib, and run where it is not."""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("sphinx", reason="Sphinx is not installed")

from tools import colab

ROOT = Path(__file__).parents[2]
HERE = "https://github.com/somebody/a-fork"
THERE = "https://colab.research.google.com/github/somebody/a-fork/blob/colab/book/"
COMMIT = "c0ffee"


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("colab")
    paths = colab.write(ROOT, folder, HERE, COMMIT, f"git+{HERE}@{COMMIT}")
    return {
        path.relative_to(folder).as_posix(): nbformat.read(path, as_version=4) for path in paths
    }


def test_each_notebook_has_a_copy_that_begins_with_its_title_and_nnlib(copies):
    in_git = {p.relative_to(ROOT).as_posix() for p in (ROOT / "book").rglob("*.ipynb")}
    assert set(copies) == {name for name in in_git if ".ipynb_checkpoints" not in name}
    for name, copy in copies.items():
        nbformat.validate(copy)
        first = next(cell for cell in copy.cells if cell.cell_type == "code")
        assert first.source.endswith(f'"nnlib[teaching] @ git+{HERE}@{COMMIT}"'), name
        original = nbformat.read(ROOT / name, as_version=4)
        code = [cell.source for cell in original.cells if cell.cell_type == "code"]
        assert [c.source for c in copy.cells if c.cell_type == "code"][1:] == code
        assert "git+" not in "".join(code)
        if original.cells[0].cell_type == "markdown":
            assert copy.cells[0].source.startswith("# ")


def test_nothing_is_left_that_colab_does_not_know(copies):
    for name, copy in copies.items():
        for cell in copy.cells:
            if cell.cell_type == "markdown":
                for sign in (":::", "```{", "{cite", "{ref", "](#", ".ipynb#"):
                    assert sign not in cell.source.replace("blob/colab/", ""), (name, sign)
            elif "hide-input" in cell.metadata.get("tags", []):
                assert cell.metadata["cellView"] == "form"


SHOWN = {"one": "Aho, 1972", "two": "Glorot and Bengio, 2010"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ":::{admonition} Exercise 4.2: a\n:class: exercise\nDo.\n:::",
            "**Exercise 4.2: a**\n\nDo.",
        ),
        (
            ":::{dropdown} Why\nSo.\n\n$$x$$\n:::\nOn.",
            "<details><summary>Why</summary>\n\nSo.\n\n$$x$$\n\n</details>\nOn.",
        ),
        ("By {cite:t}`two`.", "By Glorot and Bengio (2010)."),
        ("{cite}`one,two`, {cite:p}`one`", "[Aho, 1972; Glorot and Bengio, 2010], [Aho, 1972]"),
        ("[Lesson 2](2_one_layer.ipynb#two)", f"[Lesson 2]({THERE}04_backward/2_one_layer.ipynb)"),
        ("[2](../02_activations/1_slopes.ipynb)", f"[2]({THERE}02_activations/1_slopes.ipynb)"),
        ("[The notation](../notation.md)", f"[The notation]({HERE}/blob/c0ffee/book/notation.md)"),
        ("It [moves nothing](#there).", "It moves nothing."),
        ("[NumPy](https://numpy.org/a#b)", "[NumPy](https://numpy.org/a#b)"),
        ("```{tableofcontents}\n```", ""),
    ],
)
def test_what_becomes_of_the_text(text, expected):
    lead = colab.leader("book/04_backward/1_circuits.ipynb", colab.lessons(ROOT), HERE, COMMIT)
    assert colab.plain(text, SHOWN, lead) == expected


@pytest.mark.parametrize("address", ["none", "https://gitlab.com/somebody/a-fork"])
def test_without_an_address_on_github_it_says_so(address, monkeypatch, capsys):
    monkeypatch.setenv("NNLIB_REPOSITORY", address)
    monkeypatch.setattr(colab, "write", lambda *_: pytest.fail("wrote"))
    assert colab.main([]) == 1
    assert "NNLIB_REPOSITORY can name one" in capsys.readouterr().err


def test_a_fork_points_at_itself(monkeypatch, capsys):
    monkeypatch.delenv("NNLIB_REPOSITORY", raising=False)
    monkeypatch.setenv("GITHUB_REPOSITORY", "another/fork")
    monkeypatch.setenv("GITHUB_SHA", "f00d")
    called = []
    monkeypatch.setattr(colab, "write", lambda *given: called.append(given) or [])
    assert colab.main([]) == 0
    assert called[0][2:] == (
        "https://github.com/another/fork",
        "f00d",
        "git+https://github.com/another/fork@f00d",
    )


# --- in an environment without nnlib -------------------------------------------------------------


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A Python that has all that this one has, but not nnlib, and a folder to run it in."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", symlinks=True)
    scheme = "nt" if sys.platform == "win32" else "posix_prefix"
    paths = {"base": str(folder / "venv"), "platbase": str(folder / "venv")}
    own = Path(sysconfig.get_path("purelib", scheme, paths))
    # A path in such a file is searched; the files of its kind that lie there, such as that by
    # which nnlib is installed here, are not read.
    (own / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    python = Path(sysconfig.get_path("scripts", scheme, paths), "python")
    (folder / "home").mkdir()
    return python, folder / "home"


def test_a_lesson_installs_nnlib_and_runs(elsewhere, tmp_path, monkeypatch):
    python, home = elsewhere
    there = subprocess.run([python, "-c", "import nnlib"], cwd=home, capture_output=True, text=True)
    assert "No module named 'nnlib'" in there.stderr
    source = tmp_path / "there.git"
    cloned = subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, source])
    if cloned.returncode:
        pytest.skip("this is no git repository")
    head = ["git", "-C", source, "rev-parse", "HEAD"]
    commit = subprocess.run(head, capture_output=True, text=True, check=True).stdout.strip()

    folder = tmp_path / "colab"
    # An older pip wants a host.
    address = source.as_uri().replace("file:///", "file://localhost/")
    colab.write(ROOT, folder, HERE, commit, f"git+{address}@{commit}")
    spec = tmp_path / "kernels" / "elsewhere"
    spec.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "elsewhere"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    # The build needs setuptools, which lies here; pip would fetch it into a room of its own.
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    from nbclient import NotebookClient

    lesson = nbformat.read(folder / "book/04_backward/2_one_layer.ipynb", as_version=4)
    client = NotebookClient(
        lesson, kernel_name="elsewhere", timeout=300, resources={"metadata": {"path": str(home)}}
    )
    client.execute()
    said = json.dumps(lesson.cells[1].outputs)
    assert "ERROR" not in said
    where = [python, "-c", "import nnlib; print(nnlib.__file__)"]
    found = subprocess.run(where, cwd=home, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).is_relative_to(python.parents[1])
    # Colab shows these without being told to load what others wrote.
    models = lesson.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert len(models) > 5
    assert {m["model_module"].partition("/")[0] for m in models.values()} == {"@jupyter-widgets"}
