"""A chapter may be a folder: an opening page and its lessons, each a page of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools.notebooks import NOTEBOOK_METADATA

ROOT = Path(__file__).parents[2]
pytest.importorskip("jupyter_book")

TOC = """
format: jb-book
root: book/intro
parts:
  - caption: Chapters
    chapters:
      - file: book/02_slopes
      - file: book/04_backward/index
        sections:
          - file: book/04_backward/1_circuits
          - file: book/04_backward/2_one_layer
      - file: book/05_loss
"""
PAGES = {
    "book/intro.md": "# The book\n\nStart with [chapter 4](04_backward/index.md).\n",
    "book/02_slopes.ipynb": "# 2. Slopes\n\n(4.2), (4.1) of [4.1](04_backward/1_circuits.ipynb).",
    "book/04_backward/index.md": "# 4. Backward\n\n- [A circuit](1_circuits.ipynb)\n",
    "book/04_backward/1_circuits.ipynb": "# 4.1 A circuit\n\n$$a = b \\tag{4.1}$$\n\nSee (4.2).",
    "book/04_backward/2_one_layer.ipynb": (
        "# 4.2 One layer\n\n$$c = d \\tag{4.2}$$\n\nAs (4.1); see [2](../02_slopes.ipynb)."
    ),
    "book/05_loss.ipynb": "# 5. Loss\n\nNothing of (4.2).",
}
BUILD = "from jupyter_book.cli.main import main; main()"


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".md":
        path.write_text(text, encoding="utf-8")
        return
    cells = [nbformat.v4.new_markdown_cell(text), nbformat.v4.new_code_cell("6 * 7")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=NOTEBOOK_METADATA), path)


def build(folder, repository="https://github.com/somebody/a-fork"):
    """Build with our own configuration; return the pages that were written."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD, "build", ".", "-W", "-n", "--keep-going"],
        cwd=folder,
        env=os.environ | {"NNLIB_REPOSITORY": repository, "GITHUB_REPOSITORY": "somebody/a-fork"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    return re.findall(r"writing output\.\.\. \[ *\d+%\] (\S+)", plain)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lessons")
    (folder / "book").mkdir()
    for name in ("_ext", "_static", "_templates"):
        (folder / "book" / name).symlink_to(ROOT / "book" / name)
    for name in ("_config.yml", "book/references.bib"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "_toc.yml").write_text(TOC, encoding="utf-8")
    for name, text in PAGES.items():
        write(folder, name, text)
    build(folder)
    return folder


def page(book, name):
    return (book / "_build/html/book" / f"{name}.html").read_text(encoding="utf-8")


def links(html, marked):
    """The addresses and texts of the links inside of the first element that is marked so."""
    inside = html[re.search(marked, html).start() :]
    found = re.findall(r'<a[^>]*href="([^"]*)"[^>]*>(.*?)</a>', inside, re.DOTALL)
    return [(href, " ".join(re.sub(r"<[^>]+>", "", text).split())) for href, text in found]


def test_lessons_stand_under_their_chapter_in_the_contents(book):
    html = page(book, "04_backward/1_circuits")
    sidebar = re.search(r'<nav class="bd-links.*?</nav>', html, re.DOTALL)[0]
    chapter = re.search(
        r'<li class="[^"]*toctree-l1[^"]*has-children[^"]*">.*?</ul>', sidebar, re.DOTALL
    )
    assert links(chapter[0], "<li") == [
        ("index.html", "4. Backward"),
        ("#", "4.1 A circuit"),
        ("2_one_layer.html", "4.2 One layer"),
    ]
    # Open where the reader is, folded elsewhere, by the browser alone.
    assert re.search(r"<details open[^>]*><summary", chapter[0])
    elsewhere = re.search(r'<nav class="bd-links.*?</nav>', page(book, "05_loss"), re.DOTALL)[0]
    assert 'href="04_backward/1_circuits.html"' in elsewhere
    assert "<details><summary" in elsewhere


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("02_slopes", "intro.html", "04_backward/index.html"),
        ("04_backward/index", "../02_slopes.html", "1_circuits.html"),
        ("04_backward/1_circuits", "index.html", "2_one_layer.html"),
        ("04_backward/2_one_layer", "1_circuits.html", "../05_loss.html"),
        ("05_loss", "04_backward/2_one_layer.html", None),
    ],
)
def test_one_page_leads_to_the_next_through_the_lessons(book, name, before, after):
    html = page(book, name)
    for marked, there in (("left-prev", before), ("right-next", after)):
        assert re.findall(rf'class="{marked}"\s+href="([^"]*)"', html) == [there] * bool(there)


def test_equations_are_linked_through_the_chapter_and_from_other_chapters(book):
    circuits = page(book, "04_backward/1_circuits")
    assert 'href="2_one_layer.html#equation-4-2">(4.2)</a>' in circuits
    assert 'id="equation-4-1"' in circuits
    assert 'href="1_circuits.html#equation-4-1">(4.1)</a>' in page(book, "04_backward/2_one_layer")
    slopes = page(book, "02_slopes")
    assert 'href="04_backward/2_one_layer.html#equation-4-2">(4.2)</a>' in slopes
    assert 'href="04_backward/1_circuits.html#equation-4-1">(4.1)</a>' in slopes


def test_a_lesson_can_be_run_fetched_and_edited(book):
    html = page(book, "04_backward/1_circuits")
    tools = {text: href for href, text in links(html, 'class="article-header-buttons"')}
    assert tools["Run"].startswith("https://mybinder.org/v2/gh/somebody/a-fork/")
    assert tools["Run"].endswith("?urlpath=lab/tree/book/04_backward/1_circuits.ipynb")
    there = "https://colab.research.google.com/github/somebody/a-fork/blob/colab"
    assert tools["Colab"] == f"{there}/book/04_backward/1_circuits.ipynb"
    assert tools["Edit"].startswith("https://github.com/somebody/a-fork/edit/")
    assert tools["Edit"].endswith("/book/04_backward/1_circuits.ipynb")
    fetched = book / "_build/html/book/04_backward" / tools["Notebook"]
    assert nbformat.read(fetched, as_version=4).cells[1].source == "6 * 7"
    opening = dict(links(page(book, "04_backward/index"), 'class="article-header-buttons"'))
    assert not any("mybinder" in href or "colab" in href for href in opening)


def test_what_links_to_an_equation_is_written_again_when_that_moves(book):
    assert build(book) == []
    write(book, "book/04_backward/2_one_layer.ipynb", "# 4.2 One layer\n\nAs (4.1).")
    moved = PAGES["book/05_loss.ipynb"] + "\n\n$$c = d \\tag{4.2}$$"
    write(book, "book/05_loss.ipynb", moved)
    assert {"book/02_slopes", "book/04_backward/1_circuits"} <= set(build(book))
    assert 'href="05_loss.html#equation-4-2">(4.2)</a>' in page(book, "02_slopes")


def test_a_page_that_was_taken_out_of_the_book_is_gone(book):
    built = book / "_build/html/book/05_loss.html"
    assert built.is_file()
    (book / "_toc.yml").write_text(TOC.replace("      - file: book/05_loss\n", ""))
    write(book, "book/02_slopes.ipynb", "# 2. Slopes\n\nNo number.")
    write(book, "book/04_backward/1_circuits.ipynb", "# 4.1 A circuit\n\n$$a = b \\tag{4.1}$$")
    build(book)
    assert not built.exists()
    assert (book / "_build/html/search.html").is_file()


def test_without_a_repository_nothing_leads_to_one(book):
    build(book, repository="none")
    for name in ("04_backward/1_circuits", "04_backward/index"):
        tools = links(page(book, name), 'class="article-header-buttons"')
        assert not [href for href, text in tools if text in ("Run", "Edit")]
    assert "Notebook" in dict(map(reversed, links(page(book, "02_slopes"), "header-buttons")))
