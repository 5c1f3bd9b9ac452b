"""A figure becomes a small SVG for light and dark pages, the same one each time."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from nnlib.teaching import figure
from nnlib.teaching.figures import OWN, PALETTE, STYLE, as_html, payload, size, svg


@pytest.fixture(autouse=True)
def styled():
    with plt.style.context(STYLE):
        yield
    plt.close("all")


def drawn(**options):
    fig, ax = plt.subplots(**options)
    for power in range(1, 7):
        ax.plot(np.linspace(0, 1, 50) ** power, label=f"x^{power}")
    ax.axhline(0.5, color="black")
    ax.set(xlabel="steps & <time>", ylabel=r"$\sigma'(z)$")
    ax.legend()
    return fig


def test_the_same_figure_gives_the_same_text():
    assert svg(drawn()) == svg(drawn())


def test_text_stays_text_and_formulas_become_outlines():
    root = ElementTree.fromstring(svg(drawn()))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "steps & <time>" in texts
    assert not any("sigma" in text or "$" in text for text in texts)
    # The prime of a formula is a letter of a font that no reader has; as text it would be a 0.
    assert "Cmsy10" in svg(drawn())


@pytest.mark.parametrize(("high", "between"), [(80, range(2, 9)), (1e6, ())])
def test_ticks_between_decades_stand_where_there_are_few(high, between):
    fig, ax = plt.subplots()
    ax.set(xscale="log", xlim=(1, high))
    svg(fig)
    minor = set(ax.get_xticks(minor=True).round(9))
    assert minor >= set(between)
    assert bool(minor) == bool(between)
    assert {1, 10} <= set(ax.get_xticks())


def test_a_formula_is_set_for_the_first_frame_only(monkeypatch):
    formulas = []
    parse = MathTextParser.parse
    monkeypatch.setattr(
        MathTextParser,
        "parse",
        lambda self, s, *arguments, **options: (
            formulas.append(s) or parse(self, s, *arguments, **options)
        ),
    )
    counts = []
    for _ in range(3):
        fig, ax = plt.subplots()
        ax.set_xlabel(r"$\aleph_{17}$")  # no other test has it
        svg(fig)
        counts.append(formulas.count(r"$\aleph_{17}$"))
    assert counts[0] == counts[1] == counts[2] > 0


def test_every_color_of_the_style_follows_the_page():
    text = svg(drawn())
    body = text.partition("</style>")[2]
    assert not re.findall(r"#[0-9a-f]{6}\b", body)
    for name in set(PALETTE) - {"paper"}:
        assert f"var(--{name})" in body
        assert len(re.findall(rf"--{name}:#[0-9a-f]{{6}}", text)) == 2


def test_a_color_of_somebody_else_stays():
    fig, ax = plt.subplots()
    ax.plot([0, 1], color="#123456")
    assert "stroke:#123456" in svg(fig)


def test_a_figure_with_its_own_background_keeps_its_colors():
    with plt.style.context("default"):
        text = svg(drawn())
    assert "var(" not in text
    assert "fill:#ffffff" in text.replace(" ", "")
    assert "stroke:#000000" in text.replace(" ", "")


def test_it_keeps_its_fonts_and_says_so():
    serif = {"font.family": "serif", "font.serif": ["DejaVu Serif"]}
    with plt.style.context(["default", serif]):
        text = svg(drawn())
    assert text.partition("</style>")[2].count("DejaVu Serif") > 5
    with plt.style.context("default"):
        plain = svg(drawn())
    assert plain.count("DejaVu Sans") == 1  # for all of it at once
    assert "DejaVu Sans" not in svg(drawn())
    for picture, own in ((text, True), (plain, True), (svg(drawn()), False)):
        assert payload([picture], [(0, "A figure.")])["own"] is own


def test_it_keeps_the_ticks_between_decades():
    def ticks():
        fig, ax = plt.subplots()
        ax.set(yscale="log", ylim=(1, 1e3))
        return svg(fig).count("<use")

    with plt.style.context("default"):
        own = ticks()
    assert own > ticks() + 15


@pytest.mark.parametrize(("color", "paper"), [("#333344", True), ("#8090a0", False)])
def test_labels_too_dark_for_a_dark_page_get_paper_there(color, paper):
    transparent = {"figure.facecolor": "none", "axes.facecolor": "none", "axes.labelcolor": color}
    with plt.style.context(["default", transparent]):
        text = svg(drawn())
    assert ("@media(prefers-color-scheme:dark){:root{background:#fff}}" in text) is paper
    assert ("var(--ink)" in text) is not paper  # a black line must not turn white on it
    assert OWN not in text


def test_nothing_is_left_that_a_browser_does_not_need():
    text = svg(drawn())
    for needless in ("<?xml", "<!--", "<metadata", "rdf:", "ns0:", "xlink", "DejaVu Sans'"):
        assert needless not in text
    assert len(text) < 25_000
    numbers = [n for d in re.findall(r' d="([^"]*)"', text) for n in re.findall(r"\.(\d+)", d)]
    assert max(map(len, numbers)) <= 2


def test_every_reference_is_kept():
    text = svg(drawn())
    linked = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    assert linked
    for name in (a or b for a, b in linked):
        assert f'id="{name}"' in text


def test_the_size_is_that_of_the_figure_in_pixels():
    fig = drawn(figsize=(3, 2))
    dpi = fig.dpi
    assert size(svg(fig)) == (288, 192)
    assert fig.dpi == dpi


def test_a_figure_is_shown_by_its_sentence_and_closed(capsys):
    fig = drawn()
    figure(fig, "Higher powers stay\n  low for longer.")
    assert capsys.readouterr().out == "Higher powers stay low for longer.\n"
    assert not plt.fignum_exists(fig.number)


def test_html_of_a_figure_is_escaped():
    html = as_html(svg(drawn()), "a < b & c", 'the "b"')
    assert "<figcaption>a &lt; b &amp; c</figcaption>" in html
    assert 'alt="the &quot;b&quot;"' in html


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sentence": "  "}, ValueError, "sentence must say what the figure shows"),
        ({"sentence": None}, TypeError, "sentence must be a string; got NoneType"),
        ({"sentence": "A line.", "alt": ""}, ValueError, "alt must say"),
    ],
)
def test_a_figure_needs_words(arguments, error, message):
    with pytest.raises(error, match=message):
        figure(drawn(), **arguments)


def test_only_a_figure_is_drawn():
    with pytest.raises(TypeError, match=r"got Axes.*ax\.figure"):
        figure(drawn().axes[0], "An axes.")
    with pytest.raises(ValueError, match="expected an SVG made by svg"):
        size("<svg>")
