"""A quiet box with a text twin: how checks, sources and equations appear in a page and in Jupyter.

The text is what a notebook commits and nbval compares. The HTML brings no color of its own
except the bar at its left, so that it reads in light and in dark, in the page and in JupyterLab.
"""

from __future__ import annotations

import re
from html import escape

from nnlib.teaching.palette import COLORS

# In the book's page a bar has the page's color, light or dark; elsewhere the light one, which has
# 3:1 or more against white and against a dark notebook. The words carry the meaning.
BARS = {
    kind: f"var(--nn-{name},{COLORS[name][0]})"
    for kind, name in {"open": "blue", "passed": "green", "wrong": "vermillion"}.items()
}

# In the page the theme paints HTML outputs light even in the dark; its own colors undo that.
# JupyterLab knows none of these names, and falls back to the colors around the box.
PLAIN = (
    "margin:.5rem 0;"
    "color:var(--pst-color-text-base,inherit);background:var(--pst-color-background,transparent)"
)
BOX = "border-left:.25rem solid {bar};padding:.4rem 1rem;" + PLAIN
PRE = (
    "margin:.5rem 0;padding:0;border:0;background:none;color:inherit;"
    "white-space:pre;overflow-x:auto;font-size:.9em"
)


class Panel:
    """What a call shows: `text` as its repr, `html` where a notebook can display it."""

    def __init__(self, text: str, html: str) -> None:
        self.text = text
        self.html = html

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def box(kind: str, *parts: str) -> str:
    """Return the parts, which are HTML, in a box with the bar of this kind (see BARS)."""
    style = BOX.format(bar=BARS[kind])
    return f'<div class="nnlib-panel nnlib-{kind}" style="{style}">{"".join(parts)}</div>'


def prose(text: str) -> str:
    """Return one paragraph of HTML; `code` between backticks becomes <code>."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return f'<p style="margin:.3rem 0">{marked}</p>'


def lines(text: str) -> str:
    """Return text as it stands, in columns; it scrolls sideways where it does not fit."""
    # A region that scrolls must be reachable by keyboard.
    return f'<pre tabindex="0" style="{PRE}">{escape(text, quote=False)}</pre>'
