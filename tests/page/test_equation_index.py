"""The built equation index leads to every numbered equation, and to what holds each gradient."""

import re
import tomllib

import pytest

from tests.notebooks.test_exercises import LESSONS, ROOT
from tests.notebooks.test_summaries import prose

GRADIENTS = tomllib.loads((ROOT / "book/gradients.toml").read_text(encoding="utf-8"))["gradients"]


@pytest.fixture(scope="module")
def pages(built):
    folder = built / "book/equations"
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


def test_each_number_of_the_book_is_a_link_to_its_equation(pages):
    tags = [
        number
        for paths in LESSONS.values()
        for path in paths
        for cell in prose(path)
        for number in re.findall(r"\\tag\{(\d+\.\d+)\}", cell)
    ]
    found = re.findall(r'href="[^"]*#equation-(\d+)-(\d+)">\((\d+\.\d+)\)<', pages["index"])
    assert all(f"{chapter}.{place}" == shown for chapter, place, shown in found)
    in_order = sorted(tags, key=lambda number: tuple(map(int, number.split("."))))
    assert [shown for *_, shown in found] == in_order


def entries(pages):
    """Return the entries of the lists of gradients, by number."""
    found = {}
    for page in pages.values():
        for listed in re.findall(r'<dl class="gradients.*?</dl>', page, re.DOTALL):
            for entry in listed.split("<dt")[1:]:
                found.setdefault(re.search(r"\((\d+\.\d+)\)", entry)[1], []).append(entry)
    return found


def test_each_gradient_has_its_formula_its_words_and_its_checks(pages):
    found = entries(pages)
    assert found.keys() == GRADIENTS.keys()
    for number, said in GRADIENTS.items():
        [entry] = found[number]
        assert said["of"] in entry
        assert 'class="katex-html"' in entry
        for check in said["check"]:
            if check == "cell":
                assert "a cell of the lesson" in entry
            else:
                name = check if "::" not in check else check.removeprefix("tests/")
                assert name in entry
