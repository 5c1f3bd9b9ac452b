"""Where the axes of an explorer's frames stand."""

from __future__ import annotations

import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from nnlib.teaching import explorers
from nnlib.teaching.figures import STYLE, drawn, lay_out
from nnlib.teaching.output import BUILDING, MIME
from nnlib.teaching.placing import Placing


def up_to(top, title="", layout="constrained"):
    """Draw an axis whose labels are as wide as `top`."""
    fig, ax = plt.subplots(layout=layout)
    ax.plot([0, 1])
    ax.set_yticks([0, 1], ["0", f"{top}"])
    fig.suptitle(title)
    return fig


def left_edge(picture):
    """Return where the room of the axes begins, in points."""
    return float(re.search(r'<clipPath.*?<rect x="([\d.]+)"', picture)[1])


@pytest.fixture(autouse=True)
def _style():
    with mpl.rc_context(STYLE):
        yield


@pytest.fixture
def frames(monkeypatch):
    """Return the pictures of an explorer over some tops of an axis."""
    monkeypatch.setenv(BUILDING, "1")
    kept = []
    monkeypatch.setattr(explorers, "emit", lambda data, text: kept.append(data[MIME]))

    def explore(tops, **options):
        explorers.explore(lambda top: up_to(top, **options), top=tops)
        data = kept.pop()
        return [data["svgs"][number] for number, _ in data["frames"]]

    return explore


def test_axes_stand_where_the_widest_end_puts_them(frames):
    alone = left_edge(drawn(up_to(1))[0]), left_edge(drawn(up_to(100000))[0])
    assert alone[1] > alone[0] + 20
    found = [left_edge(picture) for picture in frames([1, 2, 3, 4, 5, 6, 7, 100000])]
    assert found == [alone[1]] * 8


def test_a_frame_whose_labels_do_not_fit_is_laid_out_alone(frames):
    found = [left_edge(picture) for picture in frames([1, 2, 3, 4, 10**9, 6, 7, 8, 9])]
    assert len(set(found)) == 2
    assert found[4] == left_edge(drawn(up_to(10**9))[0])


@pytest.mark.parametrize("options", [{"title": "above all"}, {"layout": "none"}])
def test_what_is_placed_otherwise_stays(frames, options):
    tops = [1, 2, 3, 4, 5, 6, 7, 100000]
    alone = [drawn(up_to(top, **options))[0] for top in tops]
    assert frames(tops, **options) == alone


def test_a_few_frames_are_laid_out_one_by_one(frames):
    assert frames([1, 100000]) == [drawn(up_to(top))[0] for top in (1, 100000)]


def test_figures_of_another_size_share_nothing():
    placing = Placing()
    placing.settle(up_to(100000))
    other = up_to(1)
    other.set_size_inches(5, 5)
    again = up_to(1)
    again.set_size_inches(5, 5)
    assert placing.svg(other) == drawn(again)[0]


def test_texts_within_the_picture_are_told_from_others():
    fig, ax = plt.subplots(layout="none")
    assert drawn(fig)[1]
    for x, y in [(-0.5, 0.5), (1.1, 0.5), (0.5, -0.5), (0.5, 1.5)]:
        text = ax.text(x, y, "outside", transform=ax.transAxes)
        assert not drawn(fig)[1]
        text.remove()


def test_a_text_that_is_turned_is_told_as_it_stands():
    fig, ax = plt.subplots(layout="none")
    text = ax.text(0.5, 0.9, "some fifteen letters", transform=ax.transAxes, va="baseline")
    assert drawn(fig)[1]  # to the right there is room
    text.set(rotation=90, rotation_mode="anchor")
    assert not drawn(fig)[1]  # above there is none
    text.set(position=(0.95, 0.1))
    assert drawn(fig)[1]
    text.set(rotation=0)
    assert not drawn(fig)[1]
    text.remove()
    turned = fig.text(0.06, 0.3, "turned", rotation=90, rotation_mode="anchor")
    assert drawn(fig)[1]
    turned.set(position=(0.005, 0.3))
    assert not drawn(fig)[1]  # its letters rise to the left


@pytest.mark.parametrize("aspect", ["auto", "equal"])
def test_a_figure_is_laid_out_as_if_it_were_drawn(aspect):
    def figure():
        fig, axes = plt.subplots(1, 2, layout="constrained")
        for top, ax in zip((1, 100000), axes, strict=True):
            ax.plot([0, 1], [0, 1])
            ax.set(ylabel=f"{top}", aspect=aspect, title="a title")
        fig.suptitle("above")
        return fig

    one, other = figure(), figure()
    lay_out(one)
    drawn(other)
    for a, b in zip(one.axes, other.axes, strict=True):
        for original in (True, False):
            np.testing.assert_array_equal(
                a.get_position(original).extents, b.get_position(original).extents
            )


@pytest.mark.parametrize(
    ("options", "again"), [({}, 0), ({"layout": "none"}, 0), ({"title": "laid out anew"}, 2)]
)
def test_a_figure_that_was_laid_out_ahead_is_not_made_anew(monkeypatch, options, again):
    monkeypatch.setenv(BUILDING, "1")
    kept, made = [], []
    monkeypatch.setattr(explorers, "emit", lambda data, text: kept.append(data[MIME]))

    def draw(top):
        made.append(top)
        return up_to(top, **options), f"{top} at the top"

    explorers.explore(draw, top=range(1, 10))
    assert [sentence for _, sentence in kept[0]["frames"]] == [
        f"{top} at the top" for top in range(1, 10)
    ]
    assert sorted(set(made)) == list(range(1, 10))
    assert len(made) == 9 + 1 + again  # the first once more, to see that it is the same
