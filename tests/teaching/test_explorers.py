"""What `explore` takes, refuses, draws for a book, and leaves behind in text."""

from __future__ import annotations

import json
import subprocess
import sys

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest

from nnlib.teaching import explore, explorers, output
from nnlib.teaching.figures import PALETTE, STYLE
from nnlib.teaching.output import BUILDING, MIME
from nnlib.teaching.placing import Placing


def draw(**position):
    fig, ax = plt.subplots()
    ax.set_title(" ".join(f"{k}={v}" for k, v in position.items()))
    return fig, f"Here {position}."


@pytest.fixture
def shown(monkeypatch):
    """What cells display, as a list of pairs: data by mime type, and plain text."""
    outputs = []
    monkeypatch.setattr(explorers, "emit", lambda data, text: outputs.append((data, text)))
    yield outputs
    assert not plt.get_fignums(), "a figure was left open"


@pytest.fixture
def book(monkeypatch, shown):
    monkeypatch.setenv(BUILDING, "1")
    return shown


def test_a_book_gets_one_frame_for_each_combination(book):
    explore(draw, depth=[2, 5], kind=["a", "b", "c"], deep=[True, False])
    [(data, _)] = book
    frames = data[MIME]["frames"]
    assert len(frames) == 12
    for index, (depth, kind, deep) in {
        0: (2, "a", False),
        1: (2, "a", True),
        2: (2, "b", False),
        11: (5, "c", True),
    }.items():
        picture, sentence = frames[index]
        assert sentence == f"Here {dict(depth=depth, kind=kind, deep=deep)}."
        assert f"depth={depth} kind={kind} deep={deep}" in data[MIME]["svgs"][picture]
    # A list that begins with True asks for a figure that begins with it.
    assert data[MIME]["start"] == [0, 0, 1]
    assert [(c["label"], c["kind"], c["values"]) for c in data[MIME]["controls"]] == [
        ("depth", "slider", ["2", "5"]),
        ("kind", "buttons", ["a", "b", "c"]),
        ("deep", "switch", ["off", "on"]),
    ]
    json.dumps(data)


def controls_of(labels=None, **choices):
    """The controls of an explorer, without its frames."""
    return explorers._controls(draw, choices, None, labels)


def test_controls_are_chosen_by_the_values():
    controls = controls_of(
        a=np.array([0.1, 1e-8]),
        b=["p", "q"],
        c=["p", "q", "r", "s", "t"],
        d=[False, True],
        labels={"a": "learning rate η"},
    )
    assert [c.kind for c in controls] == ["slider", "buttons", "menu", "switch"]
    assert controls[0].texts == ["0.1", "1e-08"]
    assert [c.label for c in controls] == ["learning rate η", "b", "c", "d"]


def test_the_first_frame_is_where_start_says(book):
    explore(draw, a=[1, 2, 3], b=["p", "q"], start={"a": 3})
    data, text = book[0]
    assert data[MIME]["start"] == [2, 0]
    assert text == "Here {'a': 3, 'b': 'p'}.\n[a: 1, 2, 3; b: p, q]"


def test_the_text_is_the_same_with_a_kernel_and_in_a_book(shown, monkeypatch):
    explore(draw, a=[1, 2], b=[False, True])
    monkeypatch.setenv(BUILDING, "1")
    explore(draw, a=[1, 2], b=[False, True])
    assert shown[0][1] == shown[1][1]
    assert "application/vnd.jupyter.widget-view+json" in shown[0][0]


def test_widgets_that_give_no_bundle_are_shown(shown, monkeypatch):
    """Those of ipywidgets 7 display themselves; Colab has that."""
    monkeypatch.delattr("ipywidgets.Widget._repr_mimebundle_")
    explore(draw, a=[1, 2])
    [(data, _)] = shown
    assert data["application/vnd.jupyter.widget-view+json"]["version_major"] == 2


def test_equal_frames_share_a_picture(book):
    explore(lambda a, b: draw(a=a), a=[1, 2], b=["p", "q"])
    assert len(book[0][0][MIME]["svgs"]) == 2
    assert [picture for picture, _ in book[0][0][MIME]["frames"]] == [0, 0, 1, 1]


def test_a_figure_that_comes_again_is_drawn_once(book, monkeypatch):
    figures, drawings = {}, []

    def curve(height, name):
        if height not in figures:
            figures[height], ax = plt.subplots()
            ax.plot([0, height])
        return figures[height], f"{name} at {height}"

    svg = Placing.svg
    monkeypatch.setattr(Placing, "svg", lambda self, fig: drawings.append(fig) or svg(self, fig))
    explore(curve, height=[1, 2], name=["this", "that", "another"])
    [(data, _)] = book
    assert drawings == [figures[1], figures[2]]
    assert [picture for picture, _ in data[MIME]["frames"]] == [0, 0, 0, 1, 1, 1]
    assert data[MIME]["frames"][4][1] == "that at 2"


def test_without_a_sentence_the_position_is_said(book):
    explore(lambda rate, on: draw(rate=rate)[0], rate=[0.5, 2.0], on=[True, False])
    assert book[0][0][MIME]["frames"][0][1] == "rate = 0.5, on = off"


def test_with_a_kernel_a_move_draws(shown, monkeypatch):
    """Only the frames that are asked for are drawn, and a failing one says which it is."""
    at = []

    def some(a, b):
        at.append((a, b))
        return draw(a=1 / a, b=b)

    made = []
    widget, html = explorers._widget, ipywidgets.HTML
    monkeypatch.setattr(explorers, "_widget", lambda c: made.append(widget(c)) or made[-1])
    monkeypatch.setattr(ipywidgets, "HTML", lambda: made.append(html()) or made[-1])
    explore(some, a=[1, 2, 0], b=["p", "q"])
    slider, buttons, screen = made
    assert at == [(1, "p")]
    buttons.value = "q"
    slider.value = 2
    assert at == [(1, "p"), (1, "q"), (2, "q")]
    assert "Here {&#x27;a&#x27;: 0.5, &#x27;b&#x27;: &#x27;q&#x27;}." in screen.value
    slider.value = 0
    assert "some(a=0, b=&#x27;q&#x27;) failed: ZeroDivisionError" in screen.value


@pytest.mark.parametrize("building", ["1", "0"])
def test_a_failing_frame_names_its_position(shown, monkeypatch, building):
    monkeypatch.setenv(BUILDING, building)

    def some(a, b):
        plt.subplots()
        return draw(a=1 / a)

    with pytest.raises(RuntimeError, match=r"some\(a=0, b='p'\) failed: ZeroDivisionError"):
        explore(some, a=[0, 1], b=["p", "q"])


def test_a_grid_with_too_many_frames_says_how_many(book):
    called = []
    with pytest.raises(ValueError, match=r"a \(41\) x b \(10\) = 410 frames, more than the 400"):
        explore(lambda a, b: called.append(a), a=range(41), b=range(10))
    assert not called
    assert "410 frames" in book[0][0][MIME]["error"]


def test_a_grid_too_large_says_how_many_megabytes(book, monkeypatch):
    monkeypatch.setattr(explorers, "MAX_BYTES", 20_000)
    with pytest.raises(ValueError, match=r"a \(20\) = 20 frames of about \d+ kB are 0\.\d MB"):
        explore(lambda a: draw(a=a), a=range(20))


def test_what_is_random_must_be_seeded(book):
    rng = np.random.default_rng(0)

    def loose(a):
        return draw(a=a, noise=rng.random())[0], "A picture."

    with pytest.raises(ValueError, match=r"the same position, {'a': 1}, drew two pictures: seed"):
        explore(loose, a=[1, 2])
    assert "drew two pictures" in book[0][0][MIME]["error"]
    with pytest.raises(ValueError, match="drew two sentences: seed what is random"):
        explore(lambda a: (draw(a=a)[0], f"It is {rng.random()}."), a=[1, 2])


def test_what_is_seeded_is_drawn(book):
    def seeded(a):
        return draw(a=a, noise=np.random.default_rng(a).random())

    explore(seeded, a=[1, 2])
    assert len(book[0][0][MIME]["svgs"]) == 2


def test_frames_of_different_size_are_refused(book):
    with pytest.raises(ValueError, match=r"frame at {'a': 3} is \(288, 288\).*first \(192, 288\)"):
        explore(lambda a: plt.subplots(figsize=(a, 3))[0], a=[2, 3])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, r"at least one choice.*figure\(\)"),
        ({"a": 3}, TypeError, "a must be a list of values; got 3"),
        ({"a": {1, 2}}, TypeError, "a must be a list of values, in their order; a set has none"),
        ({"a": frozenset("xy")}, TypeError, "in their order"),
        ({"a": (0, 10)}, TypeError, r"got \(0, 10\), which may mean .* Write \[0, 10\], range"),
        ({"a": (0.0, 1.0, 0.1)}, TypeError, r"\(0.0, 1.0, 0.1\), which may mean"),
        ({"a": "xyz"}, TypeError, "a must be a list of values; got 'xyz'"),
        ({"a": []}, ValueError, "at least two different values"),
        ({"a": [1]}, ValueError, r"at least two different values; got \[1\]"),
        ({"a": [1, 1.0]}, ValueError, "at least two different values"),
        ({"a": [1, "b"]}, TypeError, "all numbers, all non-empty strings, or booleans"),
        ({"a": [True, 2]}, TypeError, "all numbers"),
        ({"a": ["", "b"]}, TypeError, "non-empty"),
        ({"a": [1.0, float("nan")]}, ValueError, "finite"),
        ({"a": [1, 2], "start": {"a": 5}}, ValueError, r"one of \[1, 2\]; got 5"),
        ({"a": [1, 2], "start": {"b": 5}}, ValueError, r"start names 'b'.*\['a'\]"),
        ({"a": [1, 2], "start": [1, 2]}, TypeError, "start must be a dict.*rename"),
        ({"a": [1, 2], "labels": ["x", "y"]}, TypeError, "labels must be a dict.*rename"),
        ({"a": [1, 2], "labels": {"b": "x"}}, ValueError, "labels names 'b'"),
    ],
)
def test_what_does_not_fit_is_refused(shown, arguments, error, message):
    with pytest.raises(error, match=message):
        explore(draw, **arguments)


def test_draw_must_take_the_choices(shown):
    with pytest.raises(TypeError, match=r"does not take the choices \['a', 'c'\]"):
        explore(lambda a, b: None, a=[1, 2], c=[1, 2])
    with pytest.raises(TypeError, match="draw must be a function; got Figure"):
        explore(plt.figure(), a=[1, 2])
    plt.close("all")


@pytest.mark.parametrize("drawn", [None, 3, ("no figure", "a sentence")])
def test_draw_must_return_a_figure(shown, drawn):
    with pytest.raises(RuntimeError, match=r"\(a=1\) failed: TypeError: draw must return"):
        explore(lambda a: drawn, a=[1, 2])


def test_a_frame_of_several_lines_is_said_in_one(book):
    explore(lambda a: (draw(a=a)[0], "Two\n   lines."), a=[1, 2])
    assert book[0][0][MIME]["frames"][0][1] == "Two lines."


def test_only_that_variable_says_that_a_book_is_built(monkeypatch):
    monkeypatch.delenv(BUILDING, raising=False)
    assert not output.building()
    monkeypatch.setenv(BUILDING, "1")
    assert output.building()


def test_a_tuple_that_is_no_range_is_a_list():
    controls = controls_of(a=(1, 2, 3, 4), b=("p", "q"), c=(True, False))
    assert [c.kind for c in controls] == ["slider", "buttons", "switch"]


def styles_of(module, **settings):
    """Return matplotlib's settings inside of the frames of a function of this module."""
    styles = []

    def some(a):
        styles.append(plt.rcParams.copy())
        return draw(a=a)

    some.__module__ = module
    with plt.rc_context(settings):
        explore(some, a=[1, 2])
    assert styles
    return styles


@pytest.mark.parametrize("building", ["1", "0"])
def test_frames_have_the_style_that_the_author_set(shown, monkeypatch, building):
    monkeypatch.setenv(BUILDING, building)
    own = {"axes.facecolor": "lavender", "font.family": ["serif"], "lines.linewidth": 0.5}
    expected = plt.rcParams.copy() | own
    before = plt.rcParams.copy()
    assert all(style == expected != before for style in styles_of("exercises", **own))
    assert plt.rcParams == before


@pytest.mark.parametrize("building", ["1", "0"])
def test_a_room_of_ours_draws_in_our_style_and_nothing_else_gets_it(shown, monkeypatch, building):
    monkeypatch.setenv(BUILDING, building)
    before = plt.rcParams.copy()
    with plt.style.context(STYLE):
        expected = plt.rcParams.copy()
    room = "nnlib.chapters.ch04_backward.drawings"
    assert all(style == expected != before for style in styles_of(room))
    assert plt.rcParams == before
    if building == "1":
        # What matplotlib looks up while it draws, such as the color of ticks, is in it as well.
        assert shown[0][0][MIME]["svgs"][0].count("var(--muted)") > 5
        assert PALETTE["muted"].lower() not in shown[0][0][MIME]["svgs"][0].partition("</style>")[2]
    assert all(style == before for style in styles_of("nnlib.chapters_of_another"))


def test_importing_them_changes_nothing_in_matplotlib():
    code = """
import matplotlib as mpl

mpl.use("agg")
before = mpl.rcParams.copy()
from nnlib.teaching import explore, figure
from nnlib.teaching.figures import PALETTE, STYLE
assert mpl.rcParams == before
mpl.rcParams.update(STYLE)
assert mpl.rcParams != before
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr


def test_what_a_frame_prints_is_shown_under_it_and_refused_in_a_book(shown, monkeypatch, capsys):
    def some(a):
        print(f"a < {a}")
        return draw(a=1 / a)

    screens = []
    html = ipywidgets.HTML
    monkeypatch.setattr(ipywidgets, "HTML", lambda: screens.append(html()) or screens[-1])
    sliders = []
    widget = explorers._widget
    monkeypatch.setattr(explorers, "_widget", lambda c: sliders.append(widget(c)) or sliders[-1])
    explore(some, a=[2, 1, 0])
    assert screens[0].value.endswith("<pre>a &lt; 2\n</pre>")
    sliders[0].value = 1
    assert screens[0].value.endswith("<pre>a &lt; 1\n</pre>")
    sliders[0].value = 0
    assert "ZeroDivisionError" in screens[0].value
    assert "a &lt; 0" in screens[0].value
    assert capsys.readouterr().out == ""

    monkeypatch.setenv(BUILDING, "1")
    with pytest.raises(ValueError, match=r"at {'a': 2} draw printed 'a < 2\\n'; a page shows"):
        explore(some, a=[2, 1])


def test_a_slider_with_a_kernel_waits_until_it_is_let_go():
    control = explorers.Choice("a", "a", "slider", (1, 2, 3), 0)
    assert explorers._widget(control).continuous_update is False
