"""The reference in the book describes each name that nnlib exports, in the package's own words."""

import re
from html import unescape
from types import ModuleType

import pytest

import nnlib

NAMES = [name for name in nnlib.__all__ if not isinstance(getattr(nnlib, name), ModuleType)]


@pytest.fixture(scope="module")
def reference(built):
    return (built / "book/api.html").read_text(encoding="utf-8")


def text_of(html):
    """The text of a piece of a page, its white space and quotation marks made plain."""
    plain = unescape(re.sub(r"<[^>]+>", "", html)).translate(str.maketrans("“”‘’", "\"\"''"))
    return " ".join(plain.split())


@pytest.mark.parametrize("name", NAMES)
def test_each_name_stands_there_with_its_docstring(reference, name):
    thing = getattr(nnlib, name)
    place = f'id="{thing.__module__}.{name}"'
    assert reference.count(place) == 1
    first = " ".join(thing.__doc__.split("\n\n")[0].replace("`", "").split())
    following = text_of(reference[reference.index(place) :][:20_000])
    assert first.replace("...", "…") in following.replace("...", "…")


def test_what_is_not_exported_is_left_out(reference):
    assert 'id="nnlib.layers.ones_row"' not in reference
    assert 'id="nnlib.saving.save"' in reference  # used by the name of its module
