"""The Sphinx side of `figure` and `explore`: figures that move in a page without a kernel.

In any book made with Jupyter Book 1 or MyST-NB, install nnlib[teaching] and name the extension:

    sphinx:                                   # _config.yml of Jupyter Book
      extra_extensions: [nnlib.teaching.sphinx]

    extensions = ["myst_nb", "nnlib.teaching.sphinx"]      # conf.py of Sphinx

It tells the kernels that a book is being built, so that a cell hands over every frame; writes
the frames beside the pages, in ``_explorers/``; and puts native controls and the first frame
into the page. A small script shows the frame that the controls ask for. It asks no other host
for anything, and works from a folder as from a server.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from nnlib.teaching import sphinx_ask
from nnlib.teaching.asking import QUESTION
from nnlib.teaching.output import BUILDING, MIME
from nnlib.teaching.sphinx_ask import QuestionNode

logger = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
FOLDER = "_explorers"


class FigureNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """A figure or an explorer, with all its frames: the page can be written again from it."""


class FigureRenderer:
    """Turn what a cell displayed into a node (entry point ``myst_nb.mime_renderers``)."""

    mime_priority_overrides: ClassVar = [
        (builder, mime, 1)
        for builder in ("html", "dirhtml", "singlehtml")
        for mime in (MIME, QUESTION)
    ]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        if inline or data.mime_type not in (MIME, QUESTION):
            return None
        content = data.content if isinstance(data.content, dict) else json.loads(data.content)
        if "error" in content:
            where = f"{renderer.source}, cell {(data.cell_index or 0) + 1}"
            raise ExtensionError(f"{where}: {content['error']}")
        if data.mime_type == QUESTION:
            return sphinx_ask.render(renderer.renderer, content, data.line or 0)
        return [FigureNode("", content=content)]


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("nnlib.teaching.sphinx_ask")
    app.setup_extension("nnlib.teaching.sphinx_progress")
    app.setup_extension("nnlib.teaching.sphinx_lessons")
    app.setup_extension("nnlib.teaching.sphinx_playground")
    app.add_node(FigureNode, html=(_visit, None))
    app.connect("config-inited", _show_tracebacks)
    app.connect("builder-inited", _begin)
    app.connect("env-purge-doc", lambda _, env, doc: _frames(env).pop(doc, None))
    app.connect("env-merge-info", lambda _, env, __, other: _frames(env).update(_frames(other)))
    app.connect("doctree-read", _note)
    app.connect("env-get-updated", _missing)
    app.connect("html-page-context", _load)
    app.connect("build-finished", _finish)
    safe = {"parallel_read_safe": True, "parallel_write_safe": True}
    return {"version": "1", "env_version": 1, **safe}


def _show_tracebacks(app: Sphinx, config: Any) -> None:
    # Without it, a build that stops at a failing frame does not say which frame that was.
    config.nb_execution_show_tb = True


def _begin(app: Sphinx) -> None:
    os.environ[BUILDING] = "1"
    if app.builder.format == "html":
        app.config.html_static_path.append(str(ASSETS))


def _frames(env: BuildEnvironment) -> dict[str, set[str]]:
    """Return the files that each document shows."""
    frames: dict[str, set[str]] = vars(env).setdefault("nnlib_frames", {})
    return frames


def _note(app: Sphinx, doctree: nodes.document) -> None:
    """Name the figures of a document; remember their files and which of them comes first."""
    taken: set[str] = set()
    files: set[str] = set()
    for number, node in enumerate(doctree.findall(FigureNode)):
        content = node["content"]
        if content.get("controls"):
            node["anchor"] = _unique(f"explore-{content['name'] or 'figure'}", taken)
        node["lazy"] = number > 0
        files.update(map(_name, content["svgs"]))
    if files:
        _frames(app.env)[app.env.docname] = files
    shown = len(list(doctree.findall(FigureNode))) + len(list(doctree.findall(QuestionNode)))
    if not shown and app.builder.format == "html":
        _tell_of_kept_outputs(app, doctree)


_SHOWS = re.compile(r"^(explore|ask)\(", re.MULTILINE)


def _tell_of_kept_outputs(app: Sphinx, doctree: nodes.document) -> None:
    """Say so where a notebook shows what it had in Jupyter, and not what it shows in a page."""
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        source = cell.astext()
        if (call := _SHOWS.search(source)) and "nnlib.teaching" in doctree.astext():
            logger.warning(
                "%s() has nothing to show here: the build did not run this notebook, or it failed. "
                "Outputs from Jupyter do not do; set execute_notebooks (nb_execution_mode) to "
                "'cache' or 'force'",
                call[1],
                location=cell,
                type="nnlib",
                subtype="outputs",
            )
            return


def _unique(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name


def _name(picture: str) -> str:
    """Name a file by its content: a changed frame is never the one a browser has kept."""
    return hashlib.sha256(picture.encode()).hexdigest()[:16] + ".svg"


def _missing(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Ask for the pages to be written again whose frames somebody deleted."""
    if app.builder.format != "html":
        return []
    folder = Path(app.outdir, FOLDER)
    return [
        document
        for document, files in _frames(env).items()
        if not all((folder / file).exists() for file in files)
    ]


def _load(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Load style and script in the pages that need them."""
    if _frames(app.env).get(page):
        app.add_css_file("explorer.css")
        app.add_js_file("explorer.js", loading_method="defer")


def _finish(app: Sphinx, exception: Exception | None) -> None:
    """Delete the frames that no page shows any more."""
    os.environ.pop(BUILDING, None)
    if exception is None and app.builder.format == "html":
        kept = set().union(*_frames(app.env).values())
        for file in Path(app.outdir, FOLDER).glob("*.svg"):
            if file.name not in kept:
                file.unlink()


def _visit(translator: Any, node: FigureNode) -> None:
    """Write the frames, and the figure into the page."""
    builder = translator.builder
    folder = Path(builder.outdir, FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    content = node["content"]
    files = [_name(picture) for picture in content["svgs"]]
    for file, picture in zip(files, content["svgs"], strict=True):
        if not (folder / file).exists():
            (folder / file).write_text(picture, encoding="utf-8")
    page = builder.get_target_uri(builder.current_docname).partition("#")[0]
    parts = _explorer if content.get("controls") else _figure
    translator.body.extend(parts(node, files, relative_uri(page, f"{FOLDER}/")))
    raise nodes.SkipNode


def _figure(node: FigureNode, files: list[str], folder: str) -> Iterator[str]:
    content = node["content"]
    [(picture, sentence)] = content["frames"]
    yield '<figure class="figure">\n'
    yield _image(node, folder + files[picture], content["alt"])
    yield f"<figcaption>{html.escape(sentence)}</figcaption>\n</figure>\n"


def _explorer(node: FigureNode, files: list[str], folder: str) -> Iterator[str]:
    content = node["content"]
    controls, start = content["controls"], content["start"]
    first = 0
    for control, index in zip(controls, start, strict=True):
        first = first * len(control["values"]) + index
    picture, sentence = content["frames"][first]
    shown = ", ".join(
        f"{c['label']} = {c['values'][i]}" for c, i in zip(controls, start, strict=True)
    )
    yield f'<figure class="explorer" id="{html.escape(node["anchor"])}">\n'
    # Off until the script is there, so that a page without it does not promise what it cannot do.
    yield '<form autocomplete="off"><fieldset disabled><legend>Controls of this figure</legend>\n'
    for control, index in zip(controls, start, strict=True):
        yield from _control(control, index, f"{node['anchor']}-{control['name']}")
    yield '<button type="reset">Reset</button>\n</fieldset></form>\n'
    yield "<noscript><p>The controls need JavaScript.</p></noscript>\n"
    yield _image(node, folder + files[picture], sentence)
    yield f'<p class="explorer-position">{html.escape(shown)}</p>\n'
    longest = max((sentence for _, sentence in content["frames"]), key=len)
    yield f'<figcaption aria-live="polite" data-longest="{html.escape(longest)}">'
    yield f"<span>{html.escape(sentence)}</span></figcaption>\n"
    frames = [[files[picture], sentence] for picture, sentence in content["frames"]]
    island = json.dumps({"controls": controls, "frames": frames}, separators=(",", ":"))
    yield '<script type="application/json">' + island.replace("<", "\\u003c") + "</script>\n"
    yield "</figure>\n"


def _image(node: FigureNode, source: str, alt: str) -> str:
    content = node["content"]
    # "dark-light" tells themes made with pydata's that the image needs no white card.
    own = content.get("own")
    natural = f'style="max-width:{content["width"]}px" ' if own else ""
    return (
        f'<img class="dark-light{" figure-own" * bool(own)}" '
        f'src="{source}" alt="{html.escape(alt)}" {natural}'
        f'width="{content["width"]}" height="{content["height"]}"'
        f'{" loading=lazy" if node["lazy"] else ""} decoding="async">\n'
    )


def _control(control: dict[str, Any], index: int, anchor: str) -> Iterator[str]:
    name, anchor = html.escape(control["name"]), html.escape(anchor)
    label = html.escape(control["label"])
    texts = [html.escape(text) for text in control["values"]]
    kind = control["kind"]
    yield f'<div class="explorer-control explorer-{kind}">'
    if kind == "slider":
        yield f'<label for="{anchor}">{label}</label><output for="{anchor}">{texts[index]}</output>'
        yield (
            f'<input type="range" id="{anchor}" name="{name}" min="0" max="{len(texts) - 1}" '
            f'step="1" value="{index}" aria-valuetext="{texts[index]}">'
        )
    elif kind == "buttons":
        yield f'<span id="{anchor}">{label}</span>'
        yield f'<div role="radiogroup" aria-labelledby="{anchor}">'
        for i, text in enumerate(texts):
            yield f'<label><input type="radio" name="{name}" value="{i}"'
            yield f"{' checked' if i == index else ''}><span>{text}</span></label>"
        yield "</div>"
    elif kind == "menu":
        yield f'<label for="{anchor}">{label}</label><select id="{anchor}" name="{name}">'
        for i, text in enumerate(texts):
            yield f"<option{' selected' if i == index else ''}>{text}</option>"
        yield "</select>"
    else:
        checked = " checked" if index else ""
        yield f'<label><input type="checkbox" name="{name}"{checked}><span>{label}</span></label>'
    yield "</div>\n"
