"""What the built folder holds that others made: its version, its licence, and where it is from.

One list, PARTS, for three uses: a table in a page, by the directive ``{shipped}``; the texts of the
licences, in the folder _licenses; and a warning for each file that nothing in the list accounts
for. Versions and licences of packages are read from the packages.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from nnlib.teaching import pyodide
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[3]
TEXTS = "_licenses"
SUMS = Path(__file__).parents[1] / "licences" / "SHA256SUMS"
"""Of each file of others that lies in the repository: what `sha256sum -c` reads at its top."""


@dataclass(frozen=True)
class Part:
    """Something shipped. `files` are patterns in the built folder; a package names its version.

    `texts` are the licence's, seen from the top of the repository; a package brings its own.
    """

    name: str
    licence: str
    what: str
    files: tuple[str, ...] = ()
    package: str = ""
    release: str = ""
    source: str = ""
    texts: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        return distribution(self.package).version if self.package else self.release

    @property
    def place(self) -> str:
        """Where it is from."""
        if self.package:
            return f"https://pypi.org/project/{self.package}/{self.version}/"
        return self.source

    @property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    def text(self) -> str:
        """The text of the licence, with the notices that it asks to be kept."""
        files = [ROOT / name for name in self.texts] or _texts_of(self.package)
        return "\n\n".join(file.read_text(encoding="utf-8").strip() for file in files) + "\n"


def _texts_of(package: str) -> list[Path]:
    found = distribution(package)
    named = re.compile(r"(licen[cs]e|copying|notice)", re.IGNORECASE)
    files = [file for file in found.files or () if named.match(file.name)]
    inside = [file for file in files if ".dist-info" in file.parts[0]]
    if not inside:
        raise ValueError(f"expected {package} to bring its licence, found none")
    return [Path(str(found.locate_file(file))) for file in sorted(inside)]


def _static(*names: str) -> tuple[str, ...]:
    return tuple(f"_static/{name}" for name in names)


def _licence(name: str) -> str:
    return f"book/_ext/licences/{name}.txt"


def _python(*names: str) -> tuple[str, ...]:
    """Files of Pyodide's distribution, each also as a script."""
    folder = f"pyodide-{pyodide.VERSION}"
    return tuple(
        f"_python/{place}"
        for name in names
        for place in (f"{folder}/{name}", f"from-folder/{folder}/{name}.js")
    )


OURS = Part(
    "Neural Networks by Hand",
    "BSD-3-Clause (code), CC-BY-4.0 (text and figures)",
    "the book and nnlib",
    (
        *("index.html", "search.html", "searchindex.js", "objects.inv", ".buildinfo"),
        *("sitemap.xml", "robots.txt", ".nojekyll", "CNAME", "book/*", "_cards/*.png"),
        *("_explorers/*.svg", "_playground/recorded-*.js", "_sources/book/*", f"{TEXTS}/*.txt"),
        *("_python/manifest.js", "_python/NOTICE.txt", "_python/lessons/*.js"),
        *("_python/nnlib-*.zip", "_python/from-folder/nnlib-*.zip.js"),
        *("_python/worker-*.js", "_python/from-folder/worker-*.js.js"),
        *_static("book.*", "ask.*", "explorer.*", "playground.*", "logo.svg"),
        *_static("progress.*", "progress-data.js", "python.*", "python-core.js"),
        *_static("python-worker.js", "katex/README.md", "fonts/README.md"),
    ),
    texts=("LICENSE", "LICENSE-TEXT"),
)

PARTS = (
    Part(
        "Sphinx",
        "BSD-2-Clause",
        "search; icons of lists",
        _static(
            *("basic.css", "doctools.js", "documentation_options.js", "language_data.js"),
            *("searchtools.js", "sphinx_highlight.js", "file.png", "minus.png", "plus.png"),
        ),
        package="sphinx",
    ),
    Part(
        "sphinx-book-theme",
        "BSD-3-Clause",
        "the look of pages, and their words in other languages",
        _static("scripts/sphinx-book-theme.js", "styles/sphinx-book-theme.css", "locales/*"),
        package="sphinx-book-theme",
    ),
    Part(
        "pydata-sphinx-theme",
        "BSD-3-Clause",
        "the look of pages",
        _static(
            "scripts/pydata-sphinx-theme.js", "styles/pydata-sphinx-theme.css", "styles/theme.css"
        ),
        package="pydata-sphinx-theme",
    ),
    Part(
        "Bootstrap",
        "MIT",
        "rules in pydata-sphinx-theme's style",
        release="5.3.3",
        source="https://www.npmjs.com/package/bootstrap/v/5.3.3",
        texts=(_licence("bootstrap"),),
    ),
    Part(
        "sphinx-copybutton",
        "MIT",
        "the button that copies code",
        _static("copybutton.*", "copybutton_funcs.js"),
        package="sphinx-copybutton",
    ),
    Part(
        "clipboard.js",
        "MIT",
        "as sphinx-copybutton brings it",
        _static("clipboard.min.js"),
        release="2.0.8",
        source="https://www.npmjs.com/package/clipboard/v/2.0.8",
        texts=(_licence("clipboard"),),
    ),
    Part(
        "Tabler Icons",
        "MIT",
        "two, as sphinx-copybutton brings them",
        _static("copy-button.svg", "check-solid.svg"),
        source="https://github.com/tabler/tabler-icons",
        texts=(_licence("tabler"),),
    ),
    Part(
        "sphinx-design",
        "MIT",
        "cards, tabs and folds",
        _static("design-tabs.js", "sphinx-design.min.css"),
        package="sphinx-design",
    ),
    Part("MyST-NB", "BSD-3-Clause", "cells", _static("mystnb.*"), package="myst-nb"),
    Part("Pygments", "BSD-2-Clause", "colored code", _static("pygments.css"), package="pygments"),
    Part("accessible-pygments", "BSD-3-Clause", "its colors", package="accessible-pygments"),
    Part(
        "sphinxcontrib-katex",
        "MIT",
        "the place of a formula",
        _static("katex-math.css"),
        package="sphinxcontrib-katex",
    ),
    Part(
        "KaTeX",
        "MIT (its fonts: OFL-1.1)",
        "formulas; of its fonts each page holds the letters of its formulas, renamed",
        _static("katex/katex.min.css", "katex/LICENSE"),
        release="0.16.22",
        source="https://www.npmjs.com/package/katex/v/0.16.22",
        texts=("book/_static/katex/LICENSE", _licence("katex-fonts")),
    ),
    Part(
        "Source Serif 4",
        "OFL-1.1",
        "cut down and renamed Book Serif",
        _static("fonts/book-serif.woff2", "fonts/book-serif-italic.woff2", "fonts/LICENSE"),
        release="5.3.1",
        source="https://www.npmjs.com/package/@fontsource-variable/source-serif-4/v/5.3.1",
        texts=("book/_static/fonts/LICENSE",),
    ),
    Part(
        "Pyodide",
        "MPL-2.0",
        "Python in the page",
        _python("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "pyodide-lock.json"),
        release=pyodide.VERSION,
        source=f"https://github.com/pyodide/pyodide/tree/{pyodide.VERSION}",
        texts=(_licence("mpl-2.0"),),
    ),
    Part(
        "Emscripten",
        "MIT",
        "what Pyodide is compiled with: its own lines, and musl (MIT)",
        release="4.0.9",
        source="https://github.com/emscripten-core/emscripten/tree/4.0.9",
        texts=(_licence("emscripten"),),
    ),
    Part(
        "CPython",
        "PSF-2.0",
        "in Pyodide; with zlib 1.3.1, bzip2, Expat 2.6.4 and libmpdec, as its file names them",
        _python("python_stdlib.zip"),
        release="3.13.2",
        source="https://www.python.org/downloads/release/python-3132/",
        texts=(_licence("cpython"),),
    ),
    Part(
        "NumPy",
        "BSD-3-Clause",
        "in Pyodide, as it builds it",
        _python("numpy-*.whl"),
        release="2.2.5",
        source="https://pypi.org/project/numpy/2.2.5/",
        texts=(_licence("numpy"),),
    ),
    Part(
        "Optical Recognition of Handwritten Digits",
        "CC-BY-4.0",
        "in nnlib: E. Alpaydin and C. Kaynak, 1998",
        source="https://doi.org/10.24432/C50P49",
        texts=("nnlib/datasets/README.md",),
    ),
    Part(
        "Iris",
        "CC-BY-4.0",
        "in nnlib: R. A. Fisher, 1936; two rows corrected",
        source="https://doi.org/10.24432/C56C76",
        texts=("nnlib/datasets/README.md",),
    ),
)


def unaccounted(names: Iterable[str]) -> list[str]:
    """The files, named as seen from the built folder, that are of no part."""
    patterns = [pattern for part in (OURS, *PARTS) for pattern in part.files]
    return sorted(
        name for name in names if not any(fnmatchcase(name, pattern) for pattern in patterns)
    )


def _names(built: Path, pattern: str) -> list[str]:
    return [path.relative_to(built).as_posix() for path in built.glob(pattern) if path.is_file()]


def account_for_styles(app: Sphinx, exception: Exception | None) -> None:
    """Warn of a stylesheet of nobody, before the pages take up its rules and it is gone."""
    if exception is None and app.builder.format == "html":
        _complain(app, _names(Path(app.outdir), "_static/**/*.css"))


def account_for(app: Sphinx, exception: Exception | None) -> None:
    """Write the texts of licences, and warn of each file of nobody."""
    if exception is not None or app.builder.format != "html":
        return
    built = Path(app.outdir)
    (built / TEXTS).mkdir(exist_ok=True)
    for part in (OURS, *PARTS):
        (built / TEXTS / f"{part.slug}.txt").write_text(part.text(), encoding="utf-8")
    _complain(app, _names(built, "**/*"))


def _complain(app: Sphinx, names: list[str]) -> None:
    if app.config.html_theme != "sphinx_book_theme":
        return  # another has other files
    for name in unaccounted(names):
        logger.warning(
            "%s is shipped, and %s.PARTS does not say whose it is. If an earlier build left it: "
            "make clean",
            name,
            __name__,
        )


class Shipped(Directive):  # type: ignore[misc]
    """``{shipped}``: a table of what others made, with links to their licences."""

    def run(self) -> list[nodes.Node]:
        env = self.state.document.settings.env
        env.note_dependency(__file__)
        top = "../" * env.docname.count("/")
        rows = ["| what | licence | used for |", "|---|---|---|"]
        for part in PARTS:
            text = f'<a href="{top}{TEXTS}/{part.slug}.txt">{html.escape(part.licence)}</a>'
            rows.append(f"| [{part.name}]({part.place}) {part.version} | {text} | {part.what} |")
        holder = nodes.container()
        self.state.nested_parse(StringList(rows, ""), 0, holder)
        return [holder]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("shipped", Shipped)
    app.connect("build-finished", account_for_styles, priority=850)
    app.connect("build-finished", account_for, priority=960)  # nothing is written after it
    return {"parallel_read_safe": True, "parallel_write_safe": True}
