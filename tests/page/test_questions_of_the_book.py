"""Every question of every built page: each foreseen answer is given, and is told what it should."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnlib.teaching.questions import every_question, find
from tests.teaching.driver import offline
from tests.teaching.question_driver import every_answer

pytestmark = pytest.mark.browser

BUILT = Path(__file__).parents[2] / "_build" / "html"


def asked():
    """Every question, as its page and its id."""
    for path in sorted(BUILT.rglob("*.html")):
        for id in re.findall(r'<form class="ask"[^>]* data-question="([^"]+)"', path.read_text()):
            yield path, id


ASKED = list(asked())


@pytest.fixture(scope="module")
def pages(chromium, load):
    """A function that shows a page, all in one tab; no page may ask another host or fail."""
    context = chromium.new_context(viewport={"width": 1000, "height": 900})
    outside, errors, shown = offline(context), [], []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))

    def show(path):
        if shown != [path]:  # the questions of one page come together
            shown.clear()
            load(page, path.as_uri())
            shown.append(path)
        return page

    yield show
    context.close()
    assert not outside
    assert not errors


@pytest.mark.parametrize(("path", "id"), ASKED, ids=[id for _, id in ASKED])
def test_each_answer_is_told_what_the_notebook_tells(pages, path, id):
    every_answer(pages(path).locator(f'form.ask[data-question="{id}"]'), find(id))


def test_every_question_is_asked_somewhere():
    if not BUILT.exists():
        pytest.skip("the book is not built; run make book")
    assert sorted(id for _, id in ASKED) == sorted(question.id for question in every_question())
