"""The Sphinx side of progress: which questions and exercises there are, and on which page.

`nnlib.teaching.sphinx` sets it up; a book asks for it with

    nnlib_progress = True

Then the contents show how much of each page is done, and the first page ends with a section that
exports, imports and forgets it. All of it is kept by the reader's browser and sent nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

DATA = "progress-data.js"
_IDS = re.compile(r'<(?:form|div)\b[^>]*? data-(?:question|exercise)="([^"]+)"')

SECTION = """
<section class="nnlib-progress" id="your-progress">
<h2>Your progress</h2>
<p class="progress-total">What you have done is kept where JavaScript runs.</p>
<p>Your answers and your code lie in this browser only; nothing is sent anywhere. Safari forgets
them after seven days of use without a visit. Opened from a folder, Firefox keeps the pages apart
and cannot add them up here. A file that you export can be imported again, in any browser.</p>
<div class="progress-actions" hidden>
<button type="button" data-do="export">Export</button>
<button type="button" data-do="import">Import</button>
<input type="file" accept="application/json,.json" aria-label="File to import" hidden>
<button type="button" data-do="forget">Forget</button>
</div>
<div class="progress-sure" hidden>
<p class="progress-what"></p>
<button type="button" data-do="really">Forget it all</button>
<button type="button" data-do="keep">Keep it</button>
</div>
<p role="status"></p>
</section>
"""


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("nnlib_progress", False, "html", bool)
    app.add_config_value("nnlib_store", "", "html", str)
    app.connect("html-page-context", _load)
    app.connect("build-finished", _publish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def store(app: Sphinx) -> dict[str, Any]:
    """Return the name under which a browser keeps what a reader did, for the tag of a script.

    Books on one host share one store, and may have the same ids: each has a name of its own.
    """
    slug = re.sub(r"\W+", "-", app.config.html_title.lower()).strip("-")
    return {"data-store": app.config.nnlib_store or f"nnlib:{slug}", "data-file": f"{slug}.json"}


def _load(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    if not app.config.nnlib_progress:
        return
    app.add_css_file("progress.css")
    # In this order, and before the scripts of what can be answered.
    app.add_js_file(DATA, loading_method="defer", priority=400)
    app.add_js_file("progress.js", loading_method="defer", priority=410, **store(app))
    if page == app.config.root_doc and "body" in context:
        context["body"] += SECTION


def _publish(app: Sphinx, exception: Exception | None) -> None:
    """Write what each page holds, in reading order, once all pages are written.

    It lies in a file of its own: a new question changes the contents of every page, and need not
    write them all again.
    """
    if exception or app.builder.format != "html" or not app.config.nnlib_progress:
        return
    root = app.builder.get_target_uri(app.config.root_doc)
    data = json.dumps({"root": root, "pages": list(_pages(app))}, separators=(",", ":"))
    (Path(app.outdir) / "_static" / DATA).write_text(f"nnlibPages={data};\n", encoding="utf-8")


def _pages(app: Sphinx) -> Iterator[dict[str, Any]]:
    relations = app.env.collect_relations()
    page: str | None = app.config.root_doc
    while page:
        url = app.builder.get_target_uri(page)
        written = Path(app.builder.get_outfilename(page))  # type: ignore[attr-defined]
        ids = list(dict.fromkeys(_IDS.findall(written.read_text(encoding="utf-8"))))
        if ids:
            yield {"url": url, "ids": ids}
        page = relations[page][2] if page in relations else None
