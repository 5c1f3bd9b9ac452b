"""Listings: a token in the color of plain text needs no element around it.

Names, commas and brackets are half of the tokens of Python, and none of them has a color of its
own: without their elements a chapter has thousands fewer, and looks the same.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from pygments.formatters import HtmlFormatter
from pygments.styles import get_style_by_name
from pygments.token import Name, Text, _TokenType
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.highlighting import PygmentsBridge


@cache
def is_plain(kind: _TokenType, styles: tuple[str, ...]) -> bool:
    """Whether each style sets such a token as it sets a name."""
    found = [get_style_by_name(name) for name in styles]
    return all(style.style_for_token(kind) == style.style_for_token(Name) for style in found)


class PlainText(HtmlFormatter[str]):
    """Pygments' formatter, without an element around what is in the color of plain text."""

    styles: tuple[str, ...] = ()  # of the light page and of the dark one

    def format_unencoded(self, tokensource: Iterable[tuple[_TokenType, str]], outfile: Any) -> None:
        plain = (
            (Text if is_plain(kind, self.styles) else kind, text) for kind, text in tokensource
        )
        super().format_unencoded(plain, outfile)


def choose_styles(app: Sphinx, config: Config) -> None:
    names = [config.html_theme_options.get(f"pygments_{m}_style") for m in ("light", "dark")]
    if all(names):
        PlainText.styles = tuple(names)
        PygmentsBridge.html_formatter = PlainText


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("config-inited", choose_styles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
