"""Axes that are quick to draw draw what matplotlib's own do."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import axis as maxis
from matplotlib.axes import Axes

from nnlib.teaching import explorers, figures
from nnlib.teaching.axes import quick_axes
from nnlib.teaching.figures import STYLE, svg
from nnlib.teaching.output import BUILDING


@pytest.fixture(autouse=True)
def _style():
    with mpl.rc_context(STYLE):
        yield
    plt.close("all")


def lines(**options):
    fig, ax = plt.subplots(**options)
    ax.plot([0.5, 3, 20], [1, 30, 7], label="a line")
    ax.set(xlabel="x", ylabel="$y^2$\nin two lines", title="a title")
    return fig, ax


def logarithmic():
    fig, ax = lines()
    ax.set(xscale="log", yscale="symlog", xlim=(0.4, 30))
    return fig


def with_minor_ticks():
    fig, ax = lines()
    ax.minorticks_on()
    ax.tick_params(which="both", direction="inout", labelrotation=30, colors="C1")
    ax.grid(which="minor", color="C2", alpha=0.3)
    return fig


def numbered_by_hand():
    fig, ax = lines()
    ax.set_xticks([1, 5, 15], ["one", "five", "fifteen"], rotation=45)
    ax.set_yticks([])
    return fig


def one_tick_taken_hold_of():
    fig, ax = lines()
    ax.set_xticks([0, 10, 20])
    ax.get_xticklabels()[1].set_color("C3")
    ax.yaxis.get_major_ticks()[2].gridline.set_visible(False)
    return fig


def labels_above_and_right():
    fig, ax = lines()
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.yaxis.tick_right()
    ax.yaxis.set_label_position("right")
    ax.tick_params(labelleft=True)
    return fig


def large_numbers():
    fig, ax = lines()
    ax.plot([1e9, 2e9], [1 + 1e-7, 1 + 2e-7])
    ax.set(xlim=(1e9, 2e9), ylim=(1 + 1e-7, 1 + 2e-7))
    return fig


def aligned():
    fig, (top, bottom) = plt.subplots(2, sharex=True)
    for ax, scale in ((top, 1), (bottom, 1e5)):
        ax.plot([0, 1], [0, scale])
        ax.set(ylabel="y")
    fig.align_ylabels()
    return fig


def two_scales_and_an_inset():
    fig, ax = lines()
    other = ax.twinx()
    other.plot([1, 2], [100, 200])
    other.set(ylabel="other")
    ax.inset_axes([0.5, 0.5, 0.4, 0.4]).plot([0, 1])
    ax.legend()
    return fig


def colors():
    fig, ax = plt.subplots()
    fig.colorbar(ax.imshow(np.arange(12).reshape(3, 4)), ax=ax, label="how much")
    ax.axis("off")
    return fig


def words():
    fig, ax = plt.subplots(layout="none")
    ax.bar(["a", "b", "c"], [1, 2, 3])
    ax.invert_yaxis()
    return fig


FIGURES = [
    lambda: lines()[0],
    logarithmic,
    with_minor_ticks,
    numbered_by_hand,
    one_tick_taken_hold_of,
    labels_above_and_right,
    large_numbers,
    aligned,
    two_scales_and_an_inset,
    colors,
    words,
]


@pytest.mark.parametrize("draw", FIGURES)
@pytest.mark.parametrize("ours", [True, False])
def test_the_picture_is_the_same(draw, ours):
    with mpl.rc_context({} if ours else mpl.rcParamsDefault):
        plain = draw()
        with quick_axes():
            quick = draw()
    assert type(plain.axes[0]) is Axes
    assert type(quick.axes[0]) is not Axes
    assert svg(quick) == svg(plain)
    assert svg(quick) == svg(plain)  # drawn again, with the tick where it was left


def test_an_axis_makes_one_tick_however_many_it_shows(monkeypatch):
    made = []
    first = maxis.Tick.__init__
    monkeypatch.setattr(
        maxis.Tick, "__init__", lambda self, *a, **k: (made.append(self), first(self, *a, **k))[1]
    )
    with quick_axes():
        fig, ax = plt.subplots(layout="none")
        ax.set(xlim=(0, 10), ylim=(0, 1))
        picture = svg(fig)
    assert picture.count("<text") > 10
    assert len(made) == 2


def test_outside_axes_are_matplotlibs_own():
    with pytest.raises(KeyError), quick_axes():
        raise KeyError
    assert type(plt.subplots()[1]) is Axes


def test_an_explorer_draws_with_them(monkeypatch):
    monkeypatch.setenv(BUILDING, "1")
    monkeypatch.setattr(explorers, "emit", lambda data, text: None)
    kinds = set()

    def frame(k):
        fig, ax = plt.subplots()
        kinds.add(type(ax))
        ax.axhline(k)
        return fig

    explorers.explore(frame, k=[1, 2])
    assert kinds
    assert Axes not in kinds


@pytest.mark.parametrize("family", ["sans-serif", "serif", "monospace", "cursive"])
@pytest.mark.parametrize("size", [7, 14.3])
def test_how_high_a_font_is_is_what_matplotlib_finds(monkeypatch, family, size):
    def written():
        fig, ax = plt.subplots(layout="none")
        ax.text(0.1, 0.5, "two\nlines, and $x^2$", family=family, size=size, va="center")
        ax.text(0.5, 0.5, "turned", rotation=40, linespacing=2, weight="bold")
        return svg(fig)

    found = written()
    monkeypatch.delattr(figures._Renderer, "_get_font_height_metrics")
    assert found == written()
