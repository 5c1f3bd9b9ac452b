"""The picture of a page that goes with a link to it: its title, in the letters of the book."""

import re
import shutil
from functools import lru_cache, partial
from pathlib import Path
from textwrap import wrap
from typing import Any
from xml.etree import ElementTree

import numpy as np
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D
from nnlib.teaching import palette
from PIL import Image
from sphinx.application import Sphinx

from .kept import kept

WIDTH, HEIGHT = 1200, 630  # pixels, as og:image wants them
FOLDER = "_cards"
STATIC = Path(__file__).parents[2] / "_static"
FONT, LOGO = STATIC / "fonts/book-serif.woff2", STATIC / "logo.svg"
LIGHT = {name: light for name, (light, _) in palette.COLORS.items()}
LEFT = 90


def draw(app: Sphinx, page: str, title: str, chapter: str) -> str:
    """Draw the picture of a page, unless it is kept; return its place in the built book."""
    book = app.config.html_title
    store = Path(app.outdir).parent / ".cards"
    parts = [Path(__file__).read_bytes(), str(LIGHT), book, chapter, title, *looks()]
    file = kept(store, parts, lambda path: paint(path, store, book, chapter, title))
    place = f"{FOLDER}/{page}.png"
    target = Path(app.outdir, place)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    return place


def forget(built: Path, pages: list[str]) -> None:
    """Delete the pictures of pages that are not in the book."""
    folder = built / FOLDER
    if not pages:
        shutil.rmtree(folder, ignore_errors=True)
    for file in folder.rglob("*.png"):
        if file.relative_to(folder).with_suffix("").as_posix() not in pages:
            file.unlink()


@lru_cache
def looks() -> tuple[bytes, bytes]:
    return FONT.read_bytes(), LOGO.read_bytes()


@lru_cache
def letters(store: Path, weight: int) -> FontProperties:
    """The letters of the book in one weight, as a file that matplotlib can read."""

    def make(path: Path) -> None:
        with TTFont(FONT) as font:
            one = instantiateVariableFont(font, {"wght": weight})
            one.flavor = None
            one.save(path)

    return FontProperties(fname=str(kept(store, [FONT.read_bytes(), str(weight)], make)))


@lru_cache
def pen_stroke() -> Outline:
    """The stroke of the logo."""
    stroke = ElementTree.parse(LOGO).find(".//{*}path")
    assert stroke is not None
    pen = RecordingPen()
    parse_path(stroke.attrib["d"], pen)
    codes = {"moveTo": Outline.MOVETO, "lineTo": Outline.LINETO, "curveTo": Outline.CURVE4}
    points, kinds = [], []
    for command, places in pen.value:
        points += places
        kinds += [codes[command]] * len(places) if command in codes else []
    return Outline(points, kinds)


def logo(ax: Any, left: float, top: float, size: float) -> None:
    """Draw logo.svg, as it is on light pages."""
    turn = Affine2D().scale(size / 64).translate(left, top) + ax.transData
    ax.add_patch(
        PathPatch(
            pen_stroke(),
            fill=False,
            edgecolor=LIGHT["ink"],
            linewidth=5 * size / 64 * 0.72,
            capstyle="round",
            transform=turn,
        )
    )
    for circle, color in zip(
        ElementTree.parse(LOGO).iterfind(".//{*}circle"), ("vermillion", "blue"), strict=True
    ):
        x, y, r = (float(circle.attrib[name]) for name in ("cx", "cy", "r"))
        ax.add_patch(
            PathPatch(Outline.circle((x, y), r), color=LIGHT[color], linewidth=0, transform=turn)
        )


def plain(text: str) -> str:
    """Keep a dollar from being read as the beginning of a formula."""
    return text.replace("$", r"\$")


def paint(path: Path, store: Path, book: str, chapter: str, title: str) -> None:
    """Write the picture."""
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=LIGHT["paper"])
    canvas = FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    ax.axis("off")
    number = re.match(r"\d+", chapter or title)
    hue = palette.HUES[int(number[0]) % len(palette.HUES) if number else 0]
    ax.add_patch(Rectangle((0, 0), 24, HEIGHT, color=LIGHT[hue], linewidth=0))
    logo(ax, WIDTH - 90 - 150, HEIGHT - 70 - 150, 150)
    # A "Lesson 2." stands over its title.
    above, _, rest = re.sub(r"^(Lesson \d+)\. ", r"\1\0", title).rpartition("\0")
    head = " · ".join(filter(None, [chapter and f"Chapter {chapter}", above]))
    write = partial(ax.text, LEFT, va="top", linespacing=1.05)

    def look(weight: int, size: float, color: str) -> dict[str, Any]:
        points = size * 72 / figure.dpi
        return {"font": letters(store, weight), "fontsize": points, "color": LIGHT[color]}

    write(110, plain(head), **look(400, 28, "muted"))
    write(HEIGHT - 118, plain(book), **look(600, 32, "ink"))
    text = None
    for size in (72, 60, 50, 40, 32):
        if text is not None:
            text.remove()
        broken = "\n".join(wrap(rest, round(1950 / size)))
        text = write(175, plain(broken), **look(600, size, "ink"))
        box = text.get_window_extent()
        if box.x1 < WIDTH - 60 and box.y0 > HEIGHT - 400:  # y goes up here; under it is the logo
            break
    canvas.draw()
    # Text on paper has few colors: with a list of them the file has half the size.
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(48)
    picture.save(path, format="png", optimize=True)
