"""The notebooks in git are run, normalized and clean; the normalizer does what it says."""

import copy

import pytest

from tools import notebooks
from tools.notebooks import ROOT, chapters, check, dumps, faults, main, normalize

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"


def code(source="1 + 1", outputs=(), count=1, **cell):
    return {
        "cell_type": "code",
        "execution_count": count,
        "metadata": {},
        "outputs": list(outputs),
        "source": source,
        **cell,
    }


def notebook(*cells, **metadata):
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def displayed(**data):
    data = {mime.replace("__", "/"): value for mime, value in data.items()}
    return {"output_type": "display_data", "data": data, "metadata": {"width": 640}}


def test_there_are_notebooks():
    assert chapters(), "book/ holds no notebook"


@pytest.mark.parametrize("path", chapters(), ids=lambda path: str(path.relative_to(ROOT)))
def test_notebook_in_git_is_normalized(path):
    assert check(path) == []


def test_outputs_keep_text_and_drop_pictures_html_widgets_and_stderr():
    outputs = [
        displayed(image__png=PIXEL, text__plain="<Figure size 640x480 with 1 Axes>"),
        displayed(image__png=PIXEL),
        stream("a progress bar", name="stderr"),
        {
            "output_type": "execute_result",
            "execution_count": 41,
            "metadata": {},
            "data": {
                "text/html": "<b>3</b>",
                "application/vnd.nnlib.explorer+json": {"frames": ["<svg/>"]},
                "application/vnd.jupyter.widget-view+json": {"model_id": "5e1f"},
                "text/plain": "3",
            },
        },
    ]
    (cell,) = normalize(notebook(code(outputs=outputs, count=41)))["cells"]
    assert cell["outputs"] == [
        {
            "output_type": "display_data",
            "data": {"text/plain": ["<Figure size 640x480 with 1 Axes>"]},
            "metadata": {},
        },
        {
            "output_type": "execute_result",
            "data": {"text/plain": ["3"]},
            "execution_count": 1,
            "metadata": {},
        },
    ]


def test_neighboring_prints_become_one_stream():
    outputs = [stream("one\n"), stream("oops", name="stderr"), stream(["two\n", "three\n"])]
    (cell,) = normalize(notebook(code(outputs=outputs)))["cells"]
    assert [output["text"] for output in cell["outputs"]] == [["one\n", "two\n", "three\n"]]


def test_runs_are_counted_in_reading_order_and_a_cell_never_run_stays_so():
    cells = normalize(notebook(code(count=17), code(count=None), code(count=3)))["cells"]
    assert [cell["execution_count"] for cell in cells] == [1, None, 2]


def test_metadata_keep_what_the_page_needs():
    cell = code(metadata={"tags": ["hide-input"], "scrolled": True, "execution": {"t": "12:00"}})
    result = normalize(notebook(cell, toc={"base": 1}, mystnb={"execution_timeout": 60}))
    assert result["cells"][0]["metadata"] == {"tags": ["hide-input"]}
    assert result["metadata"] == notebooks.NOTEBOOK_METADATA | {"mystnb": {"execution_timeout": 60}}


def test_ids_that_are_there_once_stay_when_a_cell_is_put_between():
    before = normalize(notebook(code("a"), code("b")))["cells"]
    assert [cell["id"] for cell in before] == ["cell-001", "cell-002"]
    after = normalize(notebook(before[0], code("new"), before[1], before[1]))["cells"]
    assert [cell["id"] for cell in after] == ["cell-001", "cell-003", "cell-002", "cell-004"]


def test_empty_cells_and_trailing_newlines_go():
    cells = normalize(notebook(code("x = 1\n\n"), code("  \n", count=None)))["cells"]
    assert [cell["source"] for cell in cells] == [["x = 1"]]


def test_normalizing_twice_changes_nothing_and_the_argument_stays():
    original = notebook(code(outputs=[stream("σ(0) = 0.5\n")], count=9), code("b", count=None))
    kept = copy.deepcopy(original)
    once = normalize(original)
    assert original == kept
    assert dumps(normalize(once)) == dumps(once)
    assert "σ(0) = 0.5" in dumps(once)
    assert dumps(once).endswith("}\n")


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        (code(count=None), "never run"),
        (code(outputs=[stream("RuntimeWarning: overflow", "stderr")]), "overflow"),
        (
            code(outputs=[{"output_type": "error", "ename": "ValueError", "evalue": "no"}]),
            "ValueError: no",
        ),
        (code(outputs=[stream("<Layer object at 0x7f3c2a10d0>\n")]), "at 0x7f3c2a10d0"),
        (code(outputs=[displayed(text__plain="<IPython.core.display.HTML object>")]), "HTML"),
        (
            {
                "cell_type": "markdown",
                "metadata": {},
                "source": "![](attachment:a.png)",
                "attachments": {"a.png": {"image/png": PIXEL}},
            },
            "picture",
        ),
        (
            code(metadata={"tags": ["hide_input"]}),
            "unknown tag 'hide_input'; known are hide-input, ",
        ),
        (
            {"cell_type": "markdown", "metadata": {"tags": ["removecell"]}, "source": "a"},
            "unknown tag 'removecell'",
        ),
        (
            {"cell_type": "markdown", "metadata": {}, "source": f"![](data:image/png;{PIXEL})"},
            "picture",
        ),
    ],
)
def test_faults_are_named_with_their_cell(cell, named):
    (fault,) = faults(notebook(code("fine"), cell))
    assert fault.startswith("cell 2 ")
    assert named in fault


def test_the_tags_of_a_page_are_no_fault():
    assert list(faults(notebook(code(metadata={"tags": sorted(notebooks.TAGS)})))) == []


def test_check_names_the_file_and_the_difference_and_writes_nothing(tmp_path, capsys):
    path = tmp_path / "chapter.ipynb"
    text = dumps(notebook(code(count=5), vscode={"theme": "dark"}))
    path.write_text(text, encoding="utf-8")
    assert main(["--check", str(path)]) == 1
    said = capsys.readouterr().err
    assert str(path) in said
    assert '"theme": "dark"' in said
    assert path.read_text(encoding="utf-8") == text

    assert main(["--normalize-only", str(path)]) == 0
    assert main(["--check", str(path)]) == 0


def test_check_asks_for_the_last_newline(tmp_path):
    path = tmp_path / "chapter.ipynb"
    path.write_text(dumps(normalize(notebook(code()))).rstrip("\n"), encoding="utf-8")
    assert check(path) == ["the file must end in one newline"]


def test_a_notebook_with_a_fault_is_left_as_it_was(tmp_path, capsys):
    path = tmp_path / "chapter.ipynb"
    text = dumps(notebook(code("1 / 0", count=None)))
    path.write_text(text, encoding="utf-8")
    assert main([str(path)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text
