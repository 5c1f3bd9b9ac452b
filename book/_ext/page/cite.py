"""At the foot of each lesson, folded: how to cite it, in BibTeX.

Who wrote the book, its title and its version stand in CITATION.cff, the year in _config.yml. A book
without a CITATION.cff has no such foot.
"""

import html
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sphinx.application import Sphinx

from .found import LESSON

# As sphinx-design writes a dropdown, and Sphinx a listing: sphinx-copybutton then adds its button.
FOOT = """
<details class="sd-sphinx-override sd-dropdown sd-card sd-mb-3 cite">
<summary class="sd-summary-title sd-card-header"><span class="sd-summary-text">Cite this lesson\
</span><span class="sd-summary-state-marker sd-summary-chevron-right"><svg width="1.5em" \
height="1.5em" class="sd-octicon" viewBox="0 0 24 24" aria-hidden="true">\
<path d="M8.72 18.78a.75.75 0 0 1 0-1.06L14.44 12 8.72 6.28a.751.751 0 0 1 1.06-1.06l6.25 \
6.25a.75.75 0 0 1 0 1.06l-6.25 6.25a.75.75 0 0 1-1.06 0Z"/></svg></span></summary>
<div class="sd-summary-content sd-card-body">
<div class="highlight-bibtex notranslate"><div class="highlight"><pre>{}</pre></div></div>
</div>
</details>
"""
SPECIAL = re.compile(r"[&%$#_]")


@lru_cache
def data(file: Path, when: float) -> dict[str, Any]:
    """Read a CITATION.cff, once for each time it was written."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def value(text: str) -> str:
    """Return a value as BibTeX takes it: letters as they are, and none that LaTeX would obey."""
    text = text.replace("\\", "").replace("{", "").replace("}", "")
    return f"{{{{{SPECIAL.sub(lambda sign: chr(92) + sign[0], text)}}}}}"


def name(author: dict[str, str]) -> str:
    """Return a person's name as BibTeX sorts it; a group's in braces, or it would be cut."""
    if "name" in author:
        return value(author["name"])[1:-1]
    family = f"{author.get('name-particle', '')} {author['family-names']}".strip()
    parts = [family, author.get("name-suffix", ""), author.get("given-names", "")]
    return ", ".join(filter(None, parts))


def bibtex(cited: dict[str, Any], page: str, title: str, year: str, address: str) -> str:
    """Return the entry of one lesson."""
    found = LESSON.match(page)
    assert found is not None
    place = page.removeprefix("book/").removesuffix("/index")
    key = re.sub(r"[\W_]+", "-", f"{cited['title']} {place}".lower())
    fields = {
        "author": "{" + " and ".join(name(author) for author in cited["authors"]) + "}",
        "title": value(re.sub(r"^(?:Lesson )?\d+\. ", "", title)),
        "booktitle": value(cited["title"]),
        "chapter": f"{{{int(found[1])}}}",
        "year": f"{{{year}}}",
        "note": f"{{Version {cited['version']}}}",
        "url": f"{{{address}}}" if address else "",
    }
    lines = (f"  {field} = {text},\n" for field, text in fields.items() if text)
    return f"@incollection{{{key},\n{''.join(lines)}}}"


def add_foot(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    file = Path(app.confdir, "CITATION.cff")
    if doctree is None or not LESSON.match(page) or not file.is_file():
        return
    cited = data(file, file.stat().st_mtime)
    released = str(cited.get("date-released", app.config.copyright))
    year = re.findall(r"\d{4}", released)[-1]
    title = app.env.titles[page].astext()
    entry = bibtex(cited, page, title, year, context.get("pageurl") or "")
    context["body"] += FOOT.format(html.escape(entry, quote=False))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", add_foot, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
