"""show: the package's own lines, without docstrings, under a text that survives edits."""

import html
import re

import numpy as np
import pytest

import nnlib.activations
from nnlib.teaching import show
from nnlib.teaching.source import without_docstrings


def words(panel):
    return html.unescape(re.sub(r"<[^>]+>", "", panel.html))


class Sample:
    """A class to show."""

    size = 3

    def area(self):
        """Return the area."""
        return self.size**2  # a remark

    @property
    def name(self):
        return "sample"

    @staticmethod
    def only_a_docstring():
        """Nothing else."""


def plain():
    text = """not a docstring"""
    return text


def test_the_text_is_the_dotted_name_alone():
    assert repr(show(nnlib.activations.ReLU.backward)) == "nnlib.activations.ReLU.backward"
    both = show(nnlib.activations.ReLU, nnlib.activations.resolve)
    assert repr(both).splitlines() == ["nnlib.activations.ReLU", "nnlib._named.resolve"]


def test_the_html_is_the_source_as_it_stands_in_the_file():
    shown = words(show(nnlib.activations.ReLU, docstring=True))
    with open(nnlib.activations.__file__, encoding="utf-8") as file:
        lines = file.read().splitlines()
    first, last = map(int, re.search(r"lines (\d+) to (\d+)", shown).groups())
    assert "nnlib/activations.py" in shown
    assert lines[first - 1] == 'class ReLU(Activation, name="relu"):'
    for line in lines[first - 1 : last]:
        assert line in shown


def test_docstrings_are_left_out_unless_asked_for():
    shown = words(show(Sample))
    assert "A class to show" not in shown
    assert "Return the area" not in shown
    assert "return self.size**2  # a remark" in shown
    assert "Nothing else." in shown  # a body needs something
    assert "Return the area" in words(show(Sample, docstring=True))
    assert "not a docstring" in words(show(plain))


def test_methods_are_dedented_and_properties_opened():
    assert "\ndef area(self):\n    return" in "\n" + without_docstrings(
        'def area(self):\n    """Doc."""\n\n    return 1\n'
    )
    assert 'return "sample"' in words(show(Sample.name))
    assert repr(show(Sample().area)).endswith("Sample.area")


@pytest.mark.parametrize("thing", [np.exp, len, Sample(), 3, "relu", nnlib.activations])
def test_what_has_no_source_raises(thing):
    with pytest.raises(TypeError, match=r"source|expected a function"):
        show(thing)


def test_nothing_to_show_raises():
    with pytest.raises(TypeError, match="at least one"):
        show()


def test_the_page_can_color_it_and_a_keyboard_scroll_it():
    shown = show(plain).html
    assert '<div class="highlight"><pre tabindex="0"' in shown
    assert 'class="k"' in shown
    assert "color:" not in shown.partition('<div class="highlight">')[2]  # the theme's only
