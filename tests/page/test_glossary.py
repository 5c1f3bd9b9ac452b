"""The first use of a word of the glossary on a lesson's page leads to its entry."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytest.importorskip("myst_parser")

CONF = f"""
import sys

sys.path.insert(0, {str(ROOT / "book/_ext")!r})
extensions = ["myst_parser", "page.glossary"]
root_doc = "book/intro"
"""
PAGES = {
    "book/intro.md": """\
# The book

A dead unit, not in a lesson.

```{toctree}
glossary
01_units/1_one
```
""",
    "book/glossary.md": """\
# Glossary

```{glossary}
unit
  One number of a layer.

dead unit
  A unit that never answers: see [there](01_units/1_one.md).
```
""",
    "book/01_units/1_one.md": """\
# Lesson 1. One unit

**A unit** is set apart. The word communities holds none, `unit` is code. Dead units are *unit* s.
Units add up, each unit does.

| unit |
|---|
| a unit |
""",
}


def build(folder, sphinx):
    lesson = (sphinx(folder) / "book/01_units/1_one.html").read_text(encoding="utf-8")
    return re.findall(r'<a class="[^"]*term[^"]*"([^>]*)>(?:<[^>]+>)?([^<]*)', lesson)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("glossary")
    (folder / "conf.py").write_text(CONF, encoding="utf-8")
    for name, text in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_the_first_use_of_each_word_is_a_link_and_the_longest_word_wins(folder, sphinx):
    links = build(folder, sphinx)
    assert [text for _, text in links] == ["Dead units", "Units"]
    (dead, _), (unit, _) = links
    assert 'href="../glossary.html#term-dead-unit"' in dead
    assert 'title="A unit that never answers."' in dead
    assert 'href="../glossary.html#term-unit"' in unit
    intro = (folder / "_out/book/intro.html").read_text(encoding="utf-8")
    assert "#term-" not in intro


def test_lessons_are_written_again_when_an_entry_changes(folder, sphinx):
    build(folder, sphinx)
    entry = folder / "book/glossary.md"
    entry.write_text(PAGES["book/glossary.md"].replace("never", "hardly ever"), encoding="utf-8")
    assert any("hardly ever" in attributes for attributes, _ in build(folder, sphinx))
