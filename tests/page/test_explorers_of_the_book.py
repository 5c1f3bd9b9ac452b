"""Every explorer of every built page: each control is moved, by keyboard and by mouse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.teaching.driver import drive, offline

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "_build" / "html"


def explorers():
    """Every explorer, as its page and its name."""
    for path in sorted(BUILT.rglob("*.html")):
        for name in re.findall(r'<figure class="explorer" id="([^"]+)"', path.read_text("utf-8")):
            yield pytest.param(path, name, id=f"{path.stem}-{name}")


@pytest.fixture(scope="module")
def opened(chromium, load):
    """``opened(path)`` is the tab that shows a page, and what went wrong in it.

    An explorer is left as it was found, so the explorers of a page may share it.
    """
    context = chromium.new_context(viewport={"width": 900, "height": 1000})
    asked, errors, shown = offline(context), [], []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))

    def show(path):
        if shown != [path]:
            shown.clear()
            load(page, path.as_uri())
            shown.append(path)
        return page, asked, errors

    yield show
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize(("path", "name"), list(explorers()))
def test_each_control_shows_its_frame(opened, path, name):
    page, asked, errors = opened(path)
    drive(page, page.locator(f'figure.explorer[id="{name}"]'))
    assert not asked
    assert not errors


def called(notebook):
    """How often the cells of a notebook call explore."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return sum(len(re.findall(r"^explore\(", source, re.MULTILINE)) for source in code)


def test_every_explorer_of_a_chapter_is_in_its_page(built):
    listed = re.findall(r"(?:file|root): *(\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    notebooks = [file for name in listed if (file := ROOT / f"{name}.ipynb").exists()]
    wanted = {file.stem: called(file) for file in notebooks}
    page = {
        file.stem: (built / file.relative_to(ROOT).with_suffix(".html")).read_text("utf-8")
        for file in notebooks
    }
    assert wanted == {name: text.count('<figure class="explorer"') for name, text in page.items()}
    assert sum(wanted.values()) > 0


def test_every_picture_follows_the_page_into_the_dark(built):
    """A figure drawn without ``plt.style.use(STYLE)`` has no colors that could follow."""
    pictures = list((built / "_explorers").glob("*.svg"))
    assert pictures
    fixed = [file.name for file in pictures if "var(--" not in file.read_text(encoding="utf-8")]
    assert fixed == []
