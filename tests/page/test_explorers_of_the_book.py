"""Every explorer of every built page: each control is moved, by keyboard and by mouse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.teaching.driver import drive, offline

pytestmark = pytest.mark.browser

BUILT = Path(__file__).parents[2] / "_build" / "html"


def explorers():
    """Every explorer, as its page and its name."""
    for path in sorted(BUILT.rglob("*.html")):
        for name in re.findall(r'<figure class="explorer" id="([^"]+)"', path.read_text("utf-8")):
            yield pytest.param(path, name, id=f"{path.stem}-{name}")


@pytest.mark.parametrize(("path", "name"), list(explorers()))
def test_each_control_shows_its_frame(chromium, path, name):
    context = chromium.new_context(viewport={"width": 900, "height": 1000})
    asked, errors = offline(context), []
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path.as_uri())
        drive(page, page.locator(f'figure.explorer[id="{name}"]'))
    finally:
        context.close()
    assert not asked
    assert not errors


def test_there_are_explorers():
    if not BUILT.exists():
        pytest.skip("the book is not built; run make book")
    if not list(explorers()):
        pytest.skip("no page of the built book has an explorer")
