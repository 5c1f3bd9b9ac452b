"""No page is heavier than its kind may be, and an accessibility check finds nothing in any."""

import gzip
import re

import pytest

pytestmark = pytest.mark.browser

# Elements once the page has loaded, and kilobytes of HTML as a server that gzips sends them.
# A phone lays out what comes near the screen, but reads all of it before it can answer.
LESSON = (9_000, 75)
WHOLE_CHAPTER = (34_000, 135)  # not cut into lessons yet: as they were when this was written
APPENDIX = (7_000, 40)


def budget(name):
    if re.match(r"book/\d+_\w+\.html$", name):
        return WHOLE_CHAPTER
    return LESSON if re.match(r"book/\d+_\w+/", name) else APPENDIX


def test_a_page_keeps_its_budget(built, visit, page_name):
    nodes, kilobytes = budget(page_name)
    found = visit(page_name, width=360).page.evaluate("document.querySelectorAll('*').length")
    sent = len(gzip.compress((built / page_name).read_bytes(), mtime=0)) / 1e3
    assert found <= nodes
    assert sent <= kilobytes


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_axe_finds_no_violation(visit, read_through, page_name, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(page_name, width=width, scheme=scheme).page
    read_through(page)
    # What is far away has a guessed height until it is near: with these, one part of the page
    # would seem to lie over another.
    page.add_style_tag(content="* { content-visibility: visible !important }")
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == []
