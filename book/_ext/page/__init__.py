"""What the pages of the book ask of Sphinx beyond what Jupyter Book does, one room for each.

address       links to the repository and to the book lead to what is built, or are left out
execution     notebooks run side by side, and again only what changed
formulas      a formula that KaTeX cannot set is a warning that names it
equations     "(2.5)" is a link to the equation that is numbered so
gradients     the equation index: each numbered gradient and what holds it
places        equations, exercises and questions can be linked to, and are found by their names
glossary      the first use of a word on a page leads to its entry
code          a token in the color of plain text needs no element around it
admonitions   what would need a script that we do not load is a warning
head          each page loads only the styles and scripts that it uses, none from another host
found         what search engines, and those who are sent a link, see of a page
cite          each lesson ends with its BibTeX entry
bibliography  authors' names in full, and [Glorot and Bengio, 2010] as a label
api           the reference of nnlib, from its docstrings
teaching      courses, chapters and marks, for teachers, from the lessons themselves
fonts         the letters of formulas that this book uses, and no others
folder        what no page uses is taken out of the built folder; icons are drawn in the page
policy        what a page may load and run: nothing from another host
shipped       what others made, with versions and licences; a file that is of nobody is a warning
"""

import os
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOMS = (
    "address",
    "execution",
    "formulas",
    "equations",
    "gradients",
    "places",
    "glossary",
    "code",
    "admonitions",
    "head",
    "found",
    "cite",
    "bibliography",
    "api",
    "teaching",
    "fonts",
    "folder",
    "policy",
    "shipped",
)

MANY = 20  # fewer pages are done before other processes would have begun


def side_by_side(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Have many pages read and written side by side, as notebooks run: Jupyter Book has no -j."""
    if numbering := app.extensions.get("sphinx_multitoc_numbering"):
        numbering.parallel_read_safe = True  # it works when all pages are read, and does not say so
    safe = all(extension.parallel_read_safe for extension in app.extensions.values())
    app.parallel = (os.cpu_count() or 1) if safe and len(pages) >= MANY else 1


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("env-before-read-docs", side_by_side)
    # Jupyter Book always passes this value on; the extension that knows it is left out.
    app.add_config_value("comments_config", {}, "html")
    for room in ROOMS:
        app.setup_extension(f"{__name__}.{room}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
