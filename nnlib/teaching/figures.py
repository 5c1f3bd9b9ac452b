"""How a figure of the book looks, and how it reaches the page.

    plt.style.use(STYLE)
    fig, ax = plt.subplots()
    ...
    figure(fig, "What to see.")

Importing this module changes nothing in matplotlib. With `STYLE`, an ordinary ``plt.subplots()``
gives a figure of the book; `figure` shows it with one sentence that says what to see in it.

A figure is kept as SVG. Its text stays text, and the colors of `PALETTE` become CSS variables
with a second value for dark pages: one file serves both, because a browser hands the color scheme
of the page to the pictures in it. Other colors are the same on every page.

A figure that brings a background of its own, as matplotlib's figures do without `STYLE`, keeps its
look: its colors, its fonts and its size. One without, whose labels would be too dark for a dark
page, gets white paper there.
"""

from __future__ import annotations

import base64
import contextlib
import html
import io
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager, get_font
from matplotlib.mathtext import MathTextParser
from matplotlib.textpath import TextToPath
from matplotlib.ticker import NullLocator

from nnlib.teaching.output import MIME, building, emit
from nnlib.teaching.palette import COLORS, HUES

PALETTE = {name: light for name, (light, _) in COLORS.items()}
"""Six hues, then ink, muted ink, grid lines, and the paper (for the rim of a marker)."""

# Plain black is what people write when they mean ink.
_NAMES = {light.lower(): name for name, light in PALETTE.items()} | {"#000000": "ink"}

# At 15 points on 6 inches, text is 11 pixels high on a phone that is 360 pixels wide. A wider
# figure has smaller text there: stack its axes instead of putting them side by side.
STYLE: dict[Any, Any] = {
    "axes.edgecolor": PALETTE["muted"],
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": PALETTE["ink"],
    "axes.linewidth": 1.0,
    "axes.prop_cycle": cycler(color=[PALETTE[name] for name in HUES]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 15,
    "axes.titley": 1.0,  # where it stands anyway: to look for room is a tenth of a figure
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "figure.figsize": (6.0, 3.8),
    "font.size": 15,
    "grid.color": PALETTE["grid"],
    "grid.linewidth": 0.8,
    "legend.edgecolor": "none",
    "legend.facecolor": PALETTE["paper"],
    "legend.fontsize": 15,
    "lines.linewidth": 2.4,
    "lines.markersize": 7,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "nnlib",
    "text.color": PALETTE["ink"],
    "xtick.color": PALETTE["muted"],
    "xtick.labelsize": 14,
    "ytick.color": PALETTE["muted"],
    "ytick.labelsize": 14,
}
"""The look of the book, for ``plt.style.use`` or ``plt.style.context``."""

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
# Verdana was drawn by who drew Bitstream Vera, which DejaVu goes back to: its letters are as wide.
_DEJAVU = "'DejaVu Sans',Verdana,"
_FONTS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"


def figure(fig: Figure, sentence: str, alt: str | None = None) -> None:
    """Show ``fig`` with ``sentence``, which says what to see in it, and close it.

    ``alt`` is for those who do not see the figure; without it they hear the sentence. In the
    notebook that git keeps, the sentence is all that stays of the figure, and it is compared.
    """
    sentence = checked_sentence(sentence)
    alt = sentence if alt is None else checked_sentence(alt, "alt")
    picture = svg(fig)
    plt.close(fig)
    if building():
        emit({MIME: payload([picture], [(0, sentence)], alt=alt)}, sentence)
    else:
        emit({"text/html": as_html(picture, sentence, alt)}, sentence)


def checked_sentence(sentence: object, name: str = "sentence") -> str:
    """Return the text on one line; raise where it is no text or empty."""
    if not isinstance(sentence, str):
        raise TypeError(f"{name} must be a string; got {type(sentence).__name__}")
    if not sentence.strip():
        raise ValueError(f"{name} must say what the figure shows; got an empty string")
    return " ".join(sentence.split())


def payload(pictures: list[str], frames: list[tuple[int, str]], **more: Any) -> dict[str, Any]:
    """Return what the page is told: the pictures, and which one and which sentence a frame is."""
    width, height = size(pictures[0])
    own = OWN in pictures[0].partition(">")[0]
    data = {"svgs": pictures, "frames": frames, "width": width, "height": height, "own": own}
    return data | more


def as_html(picture: str, sentence: str, alt: str) -> str:
    """Return the figure for Jupyter, whole in itself."""
    source = base64.b64encode(picture.encode()).decode()
    width, _ = size(picture)
    return (
        f'<figure style="margin:0"><img src="data:image/svg+xml;base64,{source}" '
        f'alt="{html.escape(alt)}" style="width:{width}px;max-width:100%">'
        f"<figcaption>{html.escape(sentence)}</figcaption></figure>"
    )


def size(picture: str) -> tuple[int, int]:
    """Return width and height of an SVG of ours in CSS pixels."""
    found = re.match(r'<svg[^>]* width="(\d+)" height="(\d+)"', picture)
    if found is None:
        raise ValueError(f"expected an SVG made by svg(); got {picture[:60]!r}")
    return int(found[1]), int(found[2])


def svg(fig: Figure) -> str:
    """Draw ``fig`` as a small SVG for light and dark pages. The same figure, the same text."""
    return drawn(fig)[0]


def drawn(fig: Figure) -> tuple[str, bool]:
    """Return the SVG of ``fig``, and whether its texts are within the picture."""
    if not isinstance(fig, Figure):
        raise TypeError(
            f"expected a matplotlib Figure; got {type(fig).__name__}. An axes has its at ax.figure"
        )
    stream = io.StringIO()
    with _in_points(fig) as dpi, _salted():
        width, height = fig.bbox.size
        vector = _Renderer(width, height, stream, image_dpi=dpi, metadata={"Date": None})
        renderer: Any = MixedModeRenderer(fig, width, height, dpi, vector)
        fig.draw(renderer)
        renderer.finalize()
    look = "own" if _is_opaque(fig) else "dark on light" if _is_dark(fig) else "follows"
    return _for_page(stream.getvalue(), width, height, look), vector.within


def _salted() -> contextlib.AbstractContextManager[None]:
    """Name the parts of a picture by what they are. To set a setting copies all of them."""
    salt = STYLE["svg.hashsalt"]
    if mpl.rcParams["svg.hashsalt"] == salt:
        return contextlib.nullcontext()
    return mpl.rc_context({"svg.hashsalt": salt})


def lay_out(fig: Figure) -> None:
    """Put the axes where `drawn` would, without drawing: two fifths of the time."""
    engine = fig.get_layout_engine()
    if engine is not None:
        with _in_points(fig):
            engine.execute(fig)


@contextlib.contextmanager
def _in_points(fig: Figure) -> Iterator[float]:
    """Make a figure ready for `drawn`, whose unit is the point; give its own dpi."""
    dpi = fig.dpi
    fig.dpi = 72
    if not _is_opaque(fig):
        _thin(fig)
    if isinstance(fig.canvas, FigureCanvasAgg):  # which measures texts for the layout
        fig.canvas.get_renderer().mathtext_parser = _FORMULAS
    try:
        yield dpi
    finally:
        fig.dpi = dpi


def _is_opaque(fig: Figure) -> bool:
    """Tell whether a figure brings a background of its own."""
    return to_rgba(fig.get_facecolor())[3] > 0


OWN = ' class="own"'
"""What the SVG of a figure with a background of its own starts with."""


def _is_dark(fig: Figure) -> bool:
    """Tell whether labels or titles have a color that a dark page would swallow."""
    texts = [text for ax in fig.axes for text in (ax.title, ax.xaxis.label, ax.yaxis.label)]
    shown = (text.get_color() for text in texts if text.get_text())
    return any(
        to_hex(color) not in _NAMES and _contrast(to_rgb(color)) < _READABLE for color in shown
    )


_READABLE = 3.0


def _contrast(color: tuple[float, float, float]) -> float:
    """Return the contrast with the paper of dark pages, by WCAG 2.2."""

    def luminance(rgb: tuple[float, float, float]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
        return float(np.dot([0.2126, 0.7152, 0.0722], linear))

    darker, lighter = sorted([luminance(color), luminance(to_rgb(COLORS["paper"][1]))])
    return (lighter + 0.05) / (darker + 0.05)


def _thin(fig: Figure) -> None:
    """Drop the ticks between decades where an axis shows several: half of what a frame costs."""
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            if axis.get_scale() == "log":
                low, high = sorted(axis.get_view_interval())
                if high > _DECADES_WITHOUT_TICKS_BETWEEN * low:
                    axis.set_minor_locator(NullLocator())


_DECADES_WITHOUT_TICKS_BETWEEN = 1e2


@lru_cache(2000)
def _formula(text: str, dpi: float, font: Any) -> Any:
    return MathTextParser("path").parse(text, dpi, font)


class _Formulas(MathTextParser):  # type: ignore[type-arg]
    """Remembers the formulas it has set. The frames of an explorer share most of theirs."""

    def parse(self, s: str, dpi: float = 72, prop: Any = None, **_: Any) -> Any:
        return _formula(s, dpi, prop.copy() if prop is not None else None)


_FORMULAS = _Formulas("path")
_TEXTS = TextToPath()
_TEXTS.mathtext_parser = _FORMULAS


@lru_cache(20_000)
def _extent(text: str, font: Any, ismath: Any, families: tuple[str, ...]) -> Any:
    """Measure a text. Matplotlib remembers that as well, but for one figure only."""
    return _TEXTS.get_text_width_height_descent(text, font, ismath)


@lru_cache(1000)
def _heights(font: Any, families: tuple[str, ...]) -> tuple[float | None, ...]:
    """Return how far a font goes up and down, and its gap between lines, as `Text` finds it."""
    face: Any = get_font(fontManager._find_fonts_by_props(font))
    for table, gap, ascent, descent in (
        ("OS/2", "sTypoLineGap", "sTypoAscender", "sTypoDescender"),
        ("hhea", "lineGap", "ascent", "descent"),
    ):
        if found := face.get_sfnt_table(table):
            unit = 1 / face.get_sfnt_table("head")["unitsPerEm"]
            scale = unit * font.get_size_in_points() * 72 / 72  # dots per inch to points
            return found[ascent] * scale, -found[descent] * scale, found[gap] * scale
    return None, None, None


def _families() -> tuple[str, ...]:
    """Which fonts a text may have that names none."""
    return (*mpl.rcParams["font.family"], *mpl.rcParams["font.sans-serif"])


class _Renderer(RendererSVG):
    """Text as text, formulas as outlines: their fonts are matplotlib's, and no reader has them."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self._text2path = _TEXTS
        self.within = True  # until a text sticks out

    def draw_text(
        self,
        gc: Any,
        x: Any,
        y: Any,
        s: Any,
        prop: Any,
        angle: Any,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        # mtext.get_window_extent would lay the text out a second time.
        width, height, descent = self.get_text_width_height_descent(s, prop, ismath)
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        corners = [(along, up) for along in (0, width) for up in (-descent, height - descent)]
        across = [x + along * cos - up * sin for along, up in corners]
        down = [y - along * sin - up * cos for along, up in corners]
        self.within &= min(across) > -1 and max(across) < self.width + 1
        self.within &= min(down) > -1 and max(down) < self.height + 1

    def _draw_text_as_path(self, *text: Any, **options: Any) -> None:
        # draw_text would choose by "svg.fonttype". To set that for each text is a tenth of a frame.
        *_, ismath, _ = text
        how = super()._draw_text_as_path if ismath else super()._draw_text_as_text
        how(*text, **options)

    _draw_text_as_text = _draw_text_as_path

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Any:
        return _extent(s, prop.copy(), ismath, _families())

    def _get_font_height_metrics(self, prop: Any) -> Any:
        # A third of a text's layout goes into tables of its font.
        return _heights(prop.copy(), _families())


def _for_page(text: str, width: float, height: float, look: str) -> str:
    """Drop what no browser needs; let the colors of `PALETTE` follow the page, where they may."""
    root = ElementTree.fromstring(text)
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    linked = set(re.findall(r"#([\w.-]+)", text))
    follows = look == "follows"
    used = {"paper"} if follows else set()
    for element in root.iter():
        _slim(element, linked, follows, used)
    root.attrib = {
        "width": f"{width * 4 / 3:.0f}",  # CSS has 96 pixels to the inch of 72 points
        "height": f"{height * 4 / 3:.0f}",
        "viewBox": f"0 0 {width:g} {height:g}",
        "font-family": (_DEJAVU if look == "own" else "") + _FONTS,
        **({"class": "own"} if look == "own" else {}),
    }
    root.insert(0, _sheet(used, paper=look == "dark on light"))
    return _serialize(root)


def _slim(element: ElementTree.Element, linked: set[str], follows: bool, used: set[str]) -> None:
    """Shorten the attributes of one element; note in ``used`` the colors it takes."""
    attributes = element.attrib
    if attributes.get("id") not in linked:
        attributes.pop("id", None)
    if _HREF in attributes:
        attributes["href"] = attributes.pop(_HREF).replace("\n", "")
    if attributes.get("transform", "").startswith(("rotate(-0 ", "rotate(0 ")):
        del attributes["transform"]
    for name in attributes.keys() & {"d", "x", "y", "transform", "width", "height", "points"}:
        digits = 6 if name == "transform" else 2  # a scale is small, a coordinate is not
        attributes[name] = _rounded(attributes[name], digits)
    if "style" in attributes:
        attributes["style"], colors = _style(attributes["style"], follows)
        used.update(colors)
    element.tail = None
    if element.text and not element.text.strip():
        element.text = None


# The frames of an explorer share most of what they are made of.


@lru_cache(20_000)
def _rounded(numbers: str, digits: int) -> str:
    def shorten(match: re.Match[str]) -> str:
        return f"{round(float(match[0]), digits) + 0.0:.{digits}f}".rstrip("0").rstrip(".")

    return " ".join(_DECIMAL.sub(shorten, numbers).split())


_DECIMAL = re.compile(r"-?\d+\.\d+")


@lru_cache(20_000)
def _style(declarations: str, follows: bool) -> tuple[str, frozenset[str]]:
    """Return them as the page needs them, and the colors in them that follow the page."""
    kept, used = [], set()
    for declaration in declarations.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font-family" and _DEFAULT_FONT.match(value):
            continue
        if follows and (color := _NAMES.get(value.lower())):
            used.add(color)
            value = f"var(--{color})"
        kept.append(f"{name}:{value}")
    return ";".join(kept), frozenset(used)


# What a figure says whose author chose no font.
_DEFAULT_FONT = re.compile("['\"]?DejaVu Sans['\"]?(,|$)")


def _sheet(used: set[str], paper: bool = False) -> ElementTree.Element:
    """Return the colors of light and dark pages.

    Safari may follow the system where the page does not. There the figure brings its own paper.
    """
    light, dark = (
        ";".join(f"--{name}:{COLORS[name][side].lower()}" for name in sorted(used))
        for side in (0, 1)
    )
    sheet = ElementTree.Element(f"{{{_SVG}}}style")
    sheet.text = "*{stroke-linejoin:round;stroke-linecap:butt}"
    if paper:
        sheet.text += "@media(prefers-color-scheme:dark){:root{background:#fff}}"
    if used:
        sheet.text += (
            f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
            "@supports(font:-apple-system-body){:root{background:var(--paper)}}"
        )
    return sheet


def _serialize(root: ElementTree.Element) -> str:
    text = ElementTree.tostring(root, encoding="unicode")
    # ElementTree numbers a namespace unless it is registered, which would be for everybody.
    text = re.sub(r"(</?)ns\d+:", r"\1", text).replace(" />", "/>")
    return re.sub(r"<svg( xmlns[^ ]*)*", f'<svg xmlns="{_SVG}"', text, count=1)
