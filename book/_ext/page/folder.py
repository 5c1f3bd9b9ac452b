"""The built folder: a front door, and nothing that no page asks for."""

import hashlib
import html
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util.parallel import ParallelTasks, SerialTasks, parallel_available

from . import stylesheets
from .fonts import FONTS, with_letters
from .icons import drawn
from .kept import kept
from .stylesheets import (
    VARIABLE,
    WORD,
    reduced,
    words_of_page,
    words_of_script,
)

# The address of the book is its folder, and a static host looks there for this file. The one
# that sphinx-external-toc would write has neither a title nor a language.
FRONT_DOOR = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{tags}<meta http-equiv="refresh" content="0; url={page}">
</head>
<body><main><h1>{title}</h1><p><a href="{page}">Open the book</a></p></main></body>
</html>
"""

# Whoever sends the address of the book around sends the door's: it says what the first page does.
TAGS = re.compile(
    r'<(?:meta (?:name="(?:description|twitter)|property="og:)|link rel="canonical").*'
)

UNUSED_FILES = (
    "_static/**/*.map",
    "_static/**/*.LICENSE.txt",
    "_static/images/logo_*",
    "_static/scripts/bootstrap.js",
    "_static/scripts/fontawesome.js",
    "_static/styles/theme.css",
    "_static/vendor",
    "_static/sbt-webpack-macros.html",
    "_static/webpack-macros.html",
)


# The theme looks, when a page has loaded and after each change in it, which boxes scroll: at all of
# them at once, which lays out the whole chapter. book.js looks at what comes near the screen.
THEME_SCRIPT = "_static/scripts/pydata-sphinx-theme.js"
LOOKS_AT_ALL = re.compile(
    r"function (\w+)\(\)\{const e=\(\)=>\{document\.querySelectorAll\(\[\"pre\".*?,e\(\)\}"
)


def quiet_theme(built: Path) -> None:
    """Take the function that lays out the whole page out of the theme's script."""
    script = built / THEME_SCRIPT
    text = script.read_text(encoding="utf-8") if script.is_file() else ""
    if "scrollWidth" in text:  # neither another theme, nor done in an earlier build
        quiet, found = LOOKS_AT_ALL.subn(r"function \1(){}", text)
        if found != 1 or "scrollWidth" in quiet:
            raise ExtensionError(f"{THEME_SCRIPT}: it looks at scrollWidth where we do not know")
        script.write_text(quiet, encoding="utf-8")


def tidy(app: Sphinx, exception: Exception | None) -> None:
    """Take out files that no page asks for, and put into each page the style rules that it uses."""
    if exception is not None or app.builder.format != "html":
        return
    built = Path(app.outdir)
    for pattern in UNUSED_FILES:
        for path in built.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in pages_that_are_gone(app, built):
        path.unlink()
    if app.config.root_doc != "index":
        first = f"{app.config.root_doc}.html"
        tags = "".join(
            f"{tag}\n" for tag in TAGS.findall((built / first).read_text(encoding="utf-8"))
        )
        title = html.escape(app.config.html_title)
        door = FRONT_DOOR.format(title=title, page=first, tags=tags)
        (built / "index.html").write_text(door, encoding="utf-8")
    quiet_theme(built)
    scripts = "".join(
        path.read_text(encoding="utf-8") for path in sorted(built.glob("_static/**/*.js"))
    )
    styles = Styles(built, scripts)

    def finish(pages: list[Path]) -> None:
        for path in pages:
            text = path.read_text(encoding="utf-8")
            path.write_text(styles.put_into(path, drawn(text)), encoding="utf-8")

    first_page, *others = sorted(built.rglob("*.html"))
    finish([first_page])  # what it learns of the rules, those that finish the others inherit
    side_by_side = max(app.parallel, 1)
    tasks = ParallelTasks(side_by_side) if parallel_available else SerialTasks()
    for k in range(side_by_side):
        tasks.add_task(finish, others[k::side_by_side])
    tasks.join()
    for path in built.glob("_static/**/*.css"):
        if path.name not in scripts:
            path.unlink()
    shutil.rmtree(built / "_static" / FONTS, ignore_errors=True)  # each page has its letters


def pages_that_are_gone(app: Sphinx, built: Path) -> list[Path]:
    """Pages of an earlier build whose source was taken out of the book. Sphinx leaves them."""
    folders = {page.split("/")[0] for page in app.env.all_docs if "/" in page}
    return [
        path
        for folder in sorted(folders)
        for path in sorted((built / folder).rglob("*.html"))
        if path.relative_to(built).with_suffix("").as_posix() not in app.env.all_docs
    ]


LINK = re.compile(r'[ \t]*<link rel="stylesheet"[^>]*?href="([^"?]*_static/[^"?]*)[^>]*>\n?')
KATEX = "katex/katex.min.css"
ADDRESS = re.compile(r"""url\((["']?)(?!["']?(?:data:|https?:|#|/))""")


class Styles:
    """What was in eleven files, for each page in its head: the rules that it can match.

    A browser paints nothing before it has the styles of a page. In the page they come with it,
    where links to them would be followed only after its beginning has arrived.
    """

    def __init__(self, built: Path, scripts: str):
        self.built = built
        katex = built / "_static" / KATEX
        self.katex = katex.read_text(encoding="utf-8") if katex.is_file() else ""
        self.words = words_of_script(scripts)
        self.variables = set(VARIABLE.findall(scripts))
        self.read = cache(self._read)
        self.names = cache(lambda css: (set(WORD.findall(css)), set(VARIABLE.findall(css))))

    def _read(self, file: Path) -> str:
        """The text of a stylesheet, with its addresses as seen from the top of the book."""
        folder = file.parent.relative_to(self.built).as_posix()
        return ADDRESS.sub(rf"url(\1{folder}/", file.read_text(encoding="utf-8"))

    def put_into(self, page: Path, text: str) -> str:
        """Replace the links of a page by what they lead to; one that has none was seen to."""
        links = [link for link in LINK.finditer(text) if self._file(page, link).is_file()]
        if not links:
            return text
        css = "".join(self.read(self._file(page, link)) for link in links)
        variables = self.variables | set(VARIABLE.findall(text))
        css = self._used(css, self.words | words_of_page(text), variables)
        css = with_letters(css, text, self.katex, self.built)
        top = "../" * len(page.parent.relative_to(self.built).parts)
        css = ADDRESS.sub(rf"url(\1{top}", css)
        for link in reversed(links[1:]):
            text = text[: link.start()] + text[link.end() :]
        return f"{text[: links[0].start()]}<style>{css}</style>\n{text[links[0].end() :]}"

    def _used(self, css: str, words: set[str], elsewhere: set[str]) -> str:
        """What of a style a page uses; to find out takes a second, so it is kept."""
        of_css, set_in_css = self.names(css)
        words &= of_css
        variables = " ".join(sorted(elsewhere & set_in_css))

        def make(path: Path) -> None:
            path.write_text(reduced(css, words, variables), encoding="utf-8")

        parts = [Path(stylesheets.__file__).read_bytes(), css, " ".join(sorted(words)), variables]
        return kept(self.built.parent / ".styles", parts, make).read_text(encoding="utf-8")

    def _file(self, page: Path, link: re.Match[str]) -> Path:
        return (page.parent / link[1]).resolve()


def note_styles(app: Sphinx, config: Config) -> None:
    """Have Sphinx write every page again when a stylesheet changed: the pages hold them."""
    found = hashlib.sha256()
    for folder in (*config.html_static_path, "nnlib/teaching/assets"):
        for path in sorted(Path(app.confdir, folder).rglob("*.css")):
            found.update(path.read_bytes())
    config.book_styles = found.hexdigest()


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("book_styles", "", "html", str)
    app.connect("config-inited", note_styles)
    app.connect("build-finished", tidy, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
