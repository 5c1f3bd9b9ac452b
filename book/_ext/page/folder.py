"""The built folder: a front door, and nothing that no page asks for."""

import html
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from .stylesheets import keep_used, words_of

# The address of the book is its folder, and a static host looks there for this file. The one
# that sphinx-external-toc would write has neither a title nor a language.
FRONT_DOOR = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta http-equiv="refresh" content="0; url={page}">
</head>
<body><main><h1>{title}</h1><p><a href="{page}">Open the book</a></p></main></body>
</html>
"""

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


def tidy(app: Sphinx, exception: Exception | None) -> None:
    """Take out files that no page asks for, and style rules that no page can match."""
    if exception is not None or app.builder.format != "html":
        return
    built = Path(app.outdir)
    for pattern in UNUSED_FILES:
        for path in built.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if app.config.root_doc != "index":
        door = FRONT_DOOR.format(
            title=html.escape(app.config.html_title), page=f"{app.config.root_doc}.html"
        )
        (built / "index.html").write_text(door, encoding="utf-8")
    words: set[str] = set()
    for path in [*built.rglob("*.html"), *built.glob("_static/**/*.js")]:
        words |= words_of(path.read_text(encoding="utf-8"))
    for path in built.glob("_static/**/*.css"):
        path.write_text(
            keep_used(path.read_text(encoding="utf-8"), words),
            encoding="utf-8",
        )


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", tidy, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
