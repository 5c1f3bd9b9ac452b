"""The Sphinx side of the playground: the directive ``{playground}`` writes it into a page.

Knobs, headings and missions stand in the page as HTML, with their links to the lessons: they can
be read without JavaScript, and a link that leads nowhere is a warning of the build. The script
draws, and asks Python. Where the page has no Python, it shows recorded runs.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from nnlib.teaching import sphinx_lessons
from nnlib.teaching.palette import COLORS, HUES
from nnlib.teaching.play import missions, recorded, settings

logger = logging.getLogger(__name__)

FOLDER = "_playground"
MARK = 'class="nnlib-play"'


class PlaygroundNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """The playground; a page has one."""


class PlaygroundDirective(Directive):  # type: ignore[misc]
    """``{playground}``, without argument or content."""

    def run(self) -> list[nodes.Node]:
        return [PlaygroundNode("")]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(PlaygroundNode, html=(_visit, None))
    app.add_directive("playground", PlaygroundDirective)
    app.connect("html-page-context", _load)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _load(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Load style and script in the page that has a playground."""
    if MARK not in context.get("body", ""):
        return
    text = (
        "nnlibRecorded="
        + json.dumps(recorded.every(sphinx_lessons.works(app)), separators=(",", ":"))
        + "\n"
    )
    name = f"recorded-{hashlib.sha256(text.encode()).hexdigest()[:12]}.js"
    folder = Path(app.outdir, FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.js"):
        old.unlink()
    (folder / name).write_text(text, encoding="ascii")
    here = app.builder.get_target_uri(page)
    where: dict[str, Any] = {
        "data-recorded": relative_uri(here, f"{FOLDER}/{name}"),
        "data-python": "yes" if sphinx_lessons.works(app) else "",
    }
    sphinx_lessons.load_core(app, page)
    app.add_css_file("python.css")
    app.add_css_file("playground.css")
    app.add_js_file("playground.js", loading_method="defer", **where)


# --- Writing.


def _visit(translator: Any, node: PlaygroundNode) -> None:
    translator.body.extend(_written(translator))
    raise nodes.SkipNode


def _written(translator: Any) -> Iterator[str]:
    builder = translator.builder
    here = builder.current_docname

    def link(key: str, words: str) -> str:
        """Return words that lead to the lesson of that key, where this book has it."""
        document, title = settings.LESSONS[key]
        if document not in builder.env.found_docs:
            if any(lesson in builder.env.found_docs for lesson, _ in settings.LESSONS.values()):
                logger.warning("the playground leads to %s, which is not there", document)
            return html.escape(words)
        uri = builder.get_relative_uri(here, document)
        return f'<a href="{uri}" title="{html.escape(title)}">{html.escape(words)}</a>'

    yield f'<div {MARK} id="play">\n'
    yield "<noscript><p>The playground needs JavaScript.</p></noscript>\n"
    yield BAR
    yield '<div class="play-mission" hidden></div>\n<div class="play-columns">\n'
    yield '<form class="play-knobs" autocomplete="off"><fieldset disabled>'
    yield "<legend>Knobs of the network</legend>\n"
    for group in dict.fromkeys(knob.group for knob in settings.KNOBS):
        yield f'<div class="play-group"><p class="play-name">{group}</p>\n'
        for knob in settings.KNOBS:
            if knob.group == group:
                yield from _knob(knob, link)
        yield "</div>\n"
    yield "</fieldset></form>\n"
    yield SEEN.format(
        field=link("data", "What the network says"),
        loss=link("loss", "Loss"),
        accuracy=link("probability", "Share that is right"),
        noise=link("noise", "each batch"),
        training=link("loop", "training"),
        test=link("split", "test"),
    )
    yield INSIDE.format(
        layer=link("layers", "Layer"),
        units=link("units", "Its units"),
        activations=link("spread", "Activations"),
        gradients=link("gradient", "Gradients, by powers of ten"),
        dead=link("dead", "Dead"),
        ratio=link("ratio", "Update to weight"),
    )
    yield "</div>\n"
    yield CODE
    yield from _missions(link)
    island = settings.published() | {
        "palette": {name: COLORS[name] for name in (*HUES, "ink", "muted", "grid", "paper")},
        "hues": HUES,
        "missions": [
            {
                "id": mission.id,
                "title": mission.title,
                "task": mission.task,
                "hints": mission.hints,
                "start": dict(mission.start),
                "code": mission.code() if mission.edit else "",
                "target": missions.target(mission) if mission.target else [],
            }
            for mission in missions.MISSIONS
        ],
    }
    text = json.dumps(island, separators=(",", ":")).replace("<", "\\u003c")
    yield f'<script type="application/json">{text}</script>\n</div>\n'


def _knob(knob: settings.Knob, link: Any) -> Iterator[str]:
    anchor = f"play-{knob.name}"
    if knob.name == "points":
        yield POINTS
        return
    yield f'<div class="play-knob" data-knob="{knob.name}">'
    label = f'<label for="{anchor}">{html.escape(knob.label)}</label>'
    yield f"{label} <span>{link(knob.lesson, '?')}</span>".replace(
        '">?<', f'" aria-label="Lesson: {html.escape(knob.label)}">?<'
    )
    if knob.choices:
        yield f'<select id="{anchor}" name="{knob.name}">'
        for value, words in knob.choices:
            chosen = " selected" if value == knob.default else ""
            yield f'<option value="{html.escape(value)}"{chosen}>{html.escape(words)}</option>'
        yield "</select>"
    else:
        hint = ' placeholder="none"' if knob.name == "layers" else ""
        yield (
            f'<input id="{anchor}" name="{knob.name}" value="{knob.default}" '
            f'inputmode="numeric" spellcheck="false"{hint}>'
        )
        if knob.name == "layers":
            yield (
                '<button type="button" class="play-less" aria-label="One layer less">−</button>'
                '<button type="button" class="play-more" aria-label="One layer more">+</button>'
            )
        if knob.name == "seed":
            yield ('<button type="button" class="play-dice" aria-label="Another seed">⚄</button>')
    yield "</div>\n"


def _missions(link: Any) -> Iterator[str]:
    yield '<section id="missions"><h2>Missions</h2>\n'
    yield (
        "<p>A network in trouble, and something to reach. The page knows when you are there.</p>\n"
        '<ol class="play-missions">\n'
    )
    for mission in missions.MISSIONS:
        yield (
            f'<li data-mission="{mission.id}"><strong>{html.escape(mission.title)}</strong> '
            f'<span class="play-chapter">chapter {mission.chapter}, '
            f"{link(mission.lesson, settings.LESSONS[mission.lesson][1])}</span>"
            f"<p>{html.escape(mission.task)}</p>"
            f'<button type="button" disabled aria-label="Begin: {html.escape(mission.title)}">'
            'Begin</button> <span class="play-done" hidden>✔ solved</span></li>\n'
        )
    yield "</ol></section>\n"


BAR = """\
<div class="play-bar" role="group" aria-label="Training">
<button type="button" class="play-go" disabled>▶ Play</button>
<button type="button" class="play-step" disabled>Step</button>
<button type="button" class="play-epoch" disabled>Epoch</button>
<button type="button" class="play-reset" disabled>Reset</button>
<button type="button" class="play-stop" hidden>Stop</button>
<label>Pace <select class="play-pace" disabled><option value="step">a step a picture</option>
<option value="epoch" selected>an epoch a picture</option>
<option value="fast">as fast as it can</option></select></label>
<span class="play-clock">epoch <b>0</b></span>
<progress hidden aria-hidden="true"></progress>
</div>
<p class="play-note" role="status"></p>
"""

SEEN = """\
<div class="play-right"><div class="play-seen">
<figure class="play-field"><p class="play-name">{field}</p>
<canvas role="img" aria-label="What the network says; the sentence below tells it"></canvas>
<div class="play-digits" hidden></div>
</figure>
<figure class="play-curves">
<p class="play-name">{loss}</p>
<canvas class="play-loss" role="img" aria-label="Curves of the loss"></canvas>
<p class="play-legend"><span data-line="batch">{noise}</span>
<span data-line="train">{training}</span>
<span data-line="test">{test}</span> <span data-line="target" hidden>the patient</span></p>
<p class="play-name play-share">{accuracy}</p>
<canvas class="play-accuracy play-share" role="img" aria-label="Curves of the accuracy"></canvas>
</figure>
<p class="play-says" role="status"></p>
</div>
"""

INSIDE = """\
<div class="play-inside" tabindex="0" role="group" aria-label="Layer by layer"><table>
<thead><tr><th scope="col">{layer}</th><th scope="col">{units}</th>
<th scope="col">{activations}</th><th scope="col">{gradients}</th>
<th scope="col">{dead}</th><th scope="col">{ratio}</th></tr></thead>
<tbody></tbody></table></div></div>
"""

CODE = """\
<section id="code"><h2>The code of this run</h2>
<p class="play-about">The knobs write these lines, and these lines are what runs. Change them: add a
layer of your own, break one.</p>
<nnlib-code class="highlight"><div><pre aria-hidden="true"></pre>
<textarea id="play-code" aria-label="Code of this run" aria-describedby="play-keys"
spellcheck="false" autocapitalize="off" autocomplete="off" autocorrect="off" wrap="off" disabled>
</textarea></div></nnlib-code>
<div class="nnlib-bar">
<button type="button" class="play-run" disabled>Run this code</button>
<button type="button" class="play-back" disabled hidden>Back to the knobs</button>
<button type="button" class="play-link" disabled>Copy a link to this</button>
<button type="button" class="play-jupyter" disabled>Open in Jupyter</button>
<p class="play-keys" id="play-keys">Tab indents; Escape, then Tab leaves the editor.
Ctrl+Enter runs.</p>
</div>
<p class="play-told" role="status"></p>
<pre class="nnlib-output" tabindex="0" role="group" aria-label="Output of your code" hidden></pre>
</section>
"""

POINTS = """\
<div class="play-knob play-points" data-knob="points">
<p>Click into the picture, or type:</p>
<label>x <input type="number" step="0.1" min="-1" max="1" value="0" data-point="x"></label>
<label>y <input type="number" step="0.1" min="-1" max="1" value="0" data-point="y"></label>
<label>class <select data-point="label"><option value="0">blue disk</option>
<option value="1">orange square</option></select></label>
<button type="button" data-do="add">Add</button>
<button type="button" data-do="undo">Undo</button>
<button type="button" data-do="clear">Clear</button>
</div>
"""
