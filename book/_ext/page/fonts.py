"""The letters of a page's formulas, within the page.

A formula is invisible until its fonts are there, and when they come, lines break anew. KaTeX's
have 300 kB. A page carries, in its style, of each font the letters that its own formulas have:
some 10 kB. It waits for nothing, and nothing in it moves.
"""

import base64
import html
import io
import logging
import re
from collections import defaultdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

from .kept import kept

FONTS = "katex/fonts/"
FACE = re.compile(r"@font-face\s*\{[^}]*\}")
ADDRESS = re.compile(r"url\(([^)]*)\)")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SAID = re.compile(r"(?:^|[;{])\s*font-(family|style|weight):([^;}]+)")
CLASSES = re.compile(r"\.([\w-]+)")

START = '<span class="katex-html"'
PIECE = re.compile(r"<(/?)\w+([^>]*?)(/?)>|([^<]+)")
CLASS = re.compile(r'class="([^"]*)"')

Face = tuple[str, str, str]
PLAIN = ("KaTeX_Main", "normal", "400")


def face_of(text: str) -> Face:
    """Family, style and weight that an ``@font-face`` defines."""
    said = dict(SAID.findall(text))
    return (said["family"].strip("\"' "), said.get("style", "normal"), said.get("weight", "400"))


@cache
def changes(css: str) -> tuple[tuple[frozenset[str], frozenset[str], dict[str, str]], ...]:
    """What KaTeX's stylesheet says of fonts: classes around, classes of the element, changes."""
    found = []
    for selectors, declarations in RULE.findall(FACE.sub("", css)):
        said = dict(SAID.findall(declarations))
        for selector in selectors.split(",") if said and ".katex " in selectors else ():
            # A child without a class has the font of what is around it.
            *around, own = selector.partition(">")[0].split()
            above = frozenset(CLASSES.findall("".join(around))) - {"katex"}
            found.append((above, frozenset(CLASSES.findall(own)), said))
    return tuple(found)


def letters_of(page: str, css: str) -> dict[Face, set[str]]:
    """The letters of a page's formulas, by the font that KaTeX's stylesheet gives them."""
    found: dict[Face, set[str]] = defaultdict(set)
    start = page.find(START)
    while start >= 0:
        opened = [(frozenset[str](), PLAIN)]
        for piece in PIECE.finditer(page, start):
            close, attributes, empty, text = piece.groups()
            if text is not None:
                found[opened[-1][1]].update(html.unescape(text))
            elif close:
                opened.pop()
            elif not empty:
                opened.append(_inside(opened[-1], CLASS.search(attributes), css))
            if len(opened) == 1:
                break
        start = page.find(START, piece.end())
    return found


def _inside(
    outside: tuple[frozenset[str], Face], attribute: re.Match[str] | None, css: str
) -> tuple[frozenset[str], Face]:
    """The classes in and around an element, and its font, from those of what it is in."""
    around, face = outside
    if attribute is None:
        return outside
    own = frozenset(attribute[1].split())
    font = dict(zip(("family", "style", "weight"), face, strict=True))
    for above, needed, said in changes(css):
        if needed <= own and above <= around:
            font.update(said)
    return around | own, (font["family"], font["style"], font["weight"])


@cache
def unpacked(font: Path) -> bytes:
    """A WOFF2 font as TrueType: to take letters out of this is three times as quick."""
    with TTFont(font) as whole:
        whole.flavor = None
        whole.save(file := io.BytesIO())
    return file.getvalue()


def shortened(font: Path, letters: set[str]) -> bytes:
    """Return the WOFF2 file `font` with these letters only.

    Their outlines and widths stay. What tells a screen of large dots how to place them goes: it
    is two kilobytes of each font.
    """
    options = subset.Options(
        flavor="woff2", layout_features=["*"], hinting=False, bidi_closure=False
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(letter) for letter in letters])
    with TTFont(io.BytesIO(unpacked(font)), lazy=True) as whole:
        subsetter.subset(whole)
        for record in whole["name"].names:  # a changed font may not keep its name (OFL-1.1, 3)
            record.string = str(record).replace("KaTeX_", "Book")
        whole.flavor = "woff2"
        whole.save(file := io.BytesIO())
    return file.getvalue()


def with_letters(css: str, page: str, rules: str, built: Path) -> str:
    """Return the style of a page with the letters of its formulas in place of KaTeX's files.

    `rules` is KaTeX's stylesheet, `built` the folder from whose top `css` names the files.
    """
    used = letters_of(page, rules)
    known = {face_of(face) for face in FACE.findall(css)}

    def within(found: re.Match[str]) -> str:
        address = ADDRESS.search(found[0])
        if address is None or FONTS not in address[1]:
            return found[0]
        face, font = face_of(found[0]), built / address[1]
        letters = set(used.get(face, ()))
        for other, more in used.items():  # a face that there is not: a browser takes its like
            if other not in known and other[0] == face[0]:
                letters |= more
        if not letters:
            return ""
        parts = [
            font.read_bytes(),
            "".join(sorted(letters)),
            version("fonttools"),
            "renamed, no hints, none mirrored",
        ]
        short = kept(
            built.parent / ".fonts", parts, lambda to: to.write_bytes(shortened(font, letters))
        )
        data = base64.b64encode(short.read_bytes()).decode()
        return found[0].replace(address[0], f"url(data:font/woff2;base64,{data})")

    return FACE.sub(within, css)


def setup(app: Sphinx) -> dict[str, Any]:
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells each table it shortens
    return {"parallel_read_safe": True, "parallel_write_safe": True}
