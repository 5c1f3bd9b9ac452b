"""The colors are one list: readable on light and dark pages, and the same in every stylesheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnlib.teaching.palette import COLORS, HUES, TEXT
from nnlib.teaching.panel import BARS

ROOT = Path(__file__).resolve().parents[2]
BOOK = (ROOT / "book/_static/book.css").read_text(encoding="utf-8")
# What the page calls a color by another name.
ALIASES = {"muted": "ink-soft"}
LIGHT, DARK = (
    dict(re.findall(r"--nn-([\w-]+):\s*(#[0-9a-fA-F]{6})\b", block))
    for block in re.findall(r"^html(?:\[data-theme=\"dark\"\])? \{(.*?)^\}", BOOK, re.M | re.S)[:2]
)
# The dark page, then what JupyterLab and editors put behind a notebook in the dark.
DARK_NOTEBOOKS = (COLORS["paper"][1], "#111111", "#212121")


def contrast(one, other):
    """The contrast of two colors as WCAG defines it, from 1 to 21."""

    def luminance(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_and_lines_seen(side):
    paper = COLORS["paper"][side]
    assert min(contrast(COLORS[name][side], paper) for name in ("ink", "muted")) >= 4.5
    lines = ("blue", "vermillion", "green")
    assert min(contrast(COLORS[name][side], paper) for name in lines) >= 3


@pytest.mark.parametrize("name", [*HUES, "ink", "muted", "paper"])
def test_the_page_has_the_colors_of_the_figures(name):
    variable = ALIASES.get(name, name)
    assert (LIGHT[variable], DARK[variable]) == tuple(c.lower() for c in COLORS[name])
    if name in TEXT:
        variable = f"{name}-text"
        assert (LIGHT[variable], DARK[variable]) == tuple(c.lower() for c in TEXT[name])


@pytest.mark.parametrize("page", [LIGHT, DARK], ids=["light", "dark"])
def test_colored_text_can_be_read_on_the_page(page):
    for name in HUES:
        for behind in ("paper", "raised"):
            assert contrast(page[f"{name}-text"], page[behind]) >= 4.5, (name, behind)


@pytest.mark.parametrize("sheet", sorted((ROOT / "nnlib/teaching/assets").glob("*.css")), ids=str)
def test_a_stylesheet_of_the_package_has_no_colors_of_its_own(sheet):
    pairs = [*COLORS.values(), *TEXT.values()]
    known = {color.lower() for pair in pairs for color in pair}
    found = re.findall(r"#[0-9a-fA-F]{6}\b", sheet.read_text(encoding="utf-8"))
    assert {color.lower() for color in found} <= known


@pytest.mark.parametrize("kind", BARS)
def test_the_bar_of_a_panel_is_seen_everywhere(kind):
    name, light = re.fullmatch(r"var\(--nn-(\w+),(#\w{6})\)", BARS[kind]).groups()
    assert light == COLORS[name][0]
    for behind in ("#ffffff", *DARK_NOTEBOOKS):
        assert contrast(light, behind) >= 3
    assert contrast(COLORS[name][1], COLORS["paper"][1]) >= 3
