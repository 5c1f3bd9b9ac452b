"""KaTeX's fonts with the letters of this book only: less than half of the bytes.

A formula is invisible until its fonts are there, and on a phone they come after the page.
"""

import html
import logging
import re
import shutil
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fontTools import subset
from sphinx.application import Sphinx

from .kept import kept

FONTS = "katex/fonts"
TAG = re.compile(r"<[^>]*>")


def characters(pages: list[Path]) -> set[str]:
    """Every character of the pages' texts: more than those of their formulas."""
    found: set[str] = set()
    for page in pages:
        found.update(html.unescape(TAG.sub("", page.read_text(encoding="utf-8"))))
    return found


def shortened(font: Path, letters: set[str], to: Path) -> None:
    """Write to `to` the WOFF2 file `font` with these letters only, as they were."""
    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(letter) for letter in letters])
    with subset.load_font(str(font), options) as whole:
        subsetter.subset(whole)
        for record in whole["name"].names:  # a changed font may not keep its name (OFL-1.1, 3)
            record.string = str(record).replace("KaTeX_", "Book")
        subset.save_font(whole, str(to), options)


def shorten(app: Sphinx, exception: Exception | None) -> None:
    """Put the shortened fonts into the built book."""
    if exception is not None or app.builder.format != "html":
        return
    built = Path(app.outdir)
    letters = characters(sorted(built.rglob("*.html")))
    for folder in app.config.html_static_path:
        for font in sorted(Path(app.confdir, folder, FONTS).glob("*.woff2")):
            parts = [font.read_bytes(), "".join(sorted(letters)), version("fonttools"), "renamed"]
            short = kept(built.parent / ".fonts", parts, partial(shortened, font, letters))
            shutil.copyfile(short, built / "_static" / FONTS / font.name)


def setup(app: Sphinx) -> dict[str, Any]:
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells each table it shortens
    app.connect("build-finished", shorten, priority=800)  # before the pages get their styles
    return {"parallel_read_safe": True, "parallel_write_safe": True}
