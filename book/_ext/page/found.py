"""What a search engine, and whoever is sent a link, sees of a page before it is opened.

The description is the page's own beginning. Where the book's address is known (page/address.py),
each page names its own, has a picture, and stands in the site map; elsewhere nothing points
anywhere.
"""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.sax.saxutils import escape

from docutils import nodes
from nnlib.teaching.sphinx_ask import QuestionNode
from sphinx.application import Sphinx

from . import card
from .equations import MENTION, ancestors

LONGEST, ENOUGH = 160, 60  # characters: what search engines show, and what says something
LESSON = re.compile(r"book/(\d+)_\w+/")
ASIDE = (QuestionNode, nodes.list_item, nodes.table, nodes.Admonition, nodes.footnote)

SIGNS = {
    **{"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eta": "η", "lambda": "λ"},
    **{"mu": "μ", "rho": "ρ", "sigma": "σ", "tau": "τ", "Delta": "Δ", "partial": "∂"},
    **{"cdot": "·", "times": "×", "odot": "⊙", "le": "≤", "ge": "≥", "ne": "≠", "approx": "≈"},
    **{"to": "→", "top": "ᵀ", "dots": "…"},
    **{name: name for name in ("ln", "log", "exp", "max", "min", "sin", "cos", "tanh")},
}
LETTERS = re.compile(r"\\(?:mathcal|mathbf|mathrm|text|operatorname)\s*(?:\{([\w ]+)\}|(\w))")
RAISED = str.maketrans("0123456789ᵀ", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SMALL = re.compile(r"\^([\dᵀ])(?!\w)|_(\d)(?!\w)")


def plain_formula(tex: str) -> str | None:
    """Write a short formula in letters and signs; None if that would no longer be it."""
    text = LETTERS.sub(lambda found: found[1] or found[2], tex)
    text = re.sub(r"\\([a-zA-Z]+)", lambda found: SIGNS.get(found[1], found[0]), text)
    text = text.replace("{,}", ",").replace("\\,", " ")
    text = SMALL.sub(
        lambda found: found[1].translate(RAISED) if found[1] else found[2].translate(LOWERED), text
    )
    return None if re.search(r"[\\{}^_&~]", text) else text.replace("-", "−").strip()


def sentences(paragraph: nodes.Node) -> Iterator[str]:
    """Yield the first sentences of a paragraph, up to a formula that cannot be written plainly."""
    parts = [""]
    for node in paragraph.findall():
        if isinstance(node, nodes.Text) and not isinstance(node.parent, nodes.math):
            parts.append(node.astext())
        elif isinstance(node, nodes.math):
            formula = plain_formula(node.astext())
            parts.append("\0" if formula is None else formula)
            parts.append(node.get("after", ""))  # page/equations.py puts it there
    text = " ".join("".join(parts).split())
    for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z“(])", text):
        whole = not sentence[:1].islower() and sentence.endswith((".", "?", "!"))
        if "\0" in sentence or MENTION.search(sentence) or not whole:
            return  # what follows may lean on it
        yield sentence


def paragraphs(doctree: nodes.document) -> Iterator[nodes.Node]:
    """Yield the running text of a page, and what its questions ask."""
    for node in doctree.findall():
        if isinstance(node, QuestionNode):
            # What comes later in it may lean on a formula, and then come the answers.
            if len(node) > 1 and isinstance(node[1], nodes.paragraph):
                yield node[1]
        elif isinstance(node, nodes.paragraph):
            needs = len(node) == 1 and isinstance(node[0], nodes.emphasis)  # "*25 minutes. ...*"
            if not needs and not any(isinstance(around, ASIDE) for around in ancestors(node)):
                yield node


def description(doctree: nodes.document) -> str:
    """Return the first sentences of a page, as many as are shown."""
    said = ""
    for paragraph in paragraphs(doctree):
        for sentence in sentences(paragraph):
            longer = f"{said} {sentence}".strip()
            if len(longer) > LONGEST:
                return said or textwrap.shorten(longer, LONGEST, placeholder="…")
            said = longer
        if len(said) >= ENOUGH:
            break
    return said


def describe(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Hand layout.html what it puts into the head of a page."""
    said = description(doctree) if doctree else ""
    context["page_description"] = said  # the theme's begins with the title, and holds HTML
    context["social"] = []
    if page not in app.env.titles:
        return  # the search page is none to be sent around
    title = app.env.titles[page].astext()
    tags = {
        "og:type": "article" if LESSON.match(page) else "website",
        "og:site_name": app.config.html_title,
        "og:title": title,
        "og:description": said,
    }
    picture = {}
    if address := context.get("pageurl"):
        chapter = ""
        if found := LESSON.match(page):
            opening = f"{found[0]}index"
            chapter = app.env.titles[opening].astext() if opening in app.env.titles else ""
        place = card.draw(app, page, title, "" if chapter == title else chapter)
        tags["og:url"] = address
        picture = {
            "og:image": urljoin(app.config.html_baseurl, place),
            "og:image:width": str(card.WIDTH),
            "og:image:height": str(card.HEIGHT),
            "og:image:alt": f"{app.config.html_title}: {title}",
        }
    kind = "summary_large_image" if picture else "summary"
    context["social"] = [
        *(("property", name, content) for name, content in (tags | picture).items() if content),
        ("name", "twitter:card", kind),
    ]


SITE_MAP = """<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{}
</urlset>
"""


def list_pages(app: Sphinx, exception: Exception | None) -> None:
    """Write the site map; take away what an earlier build wrote that is true no longer."""
    if exception is not None or app.builder.format != "html":
        return
    built, base, pages = Path(app.outdir), app.config.html_baseurl, sorted(app.env.found_docs)
    for name in ("sitemap.xml", "robots.txt"):
        (built / name).unlink(missing_ok=True)
    card.forget(built, pages if base else [])
    if not base:
        return
    addresses = (urljoin(base, app.builder.get_target_uri(page)) for page in pages)
    lines = "\n".join(f"<url><loc>{escape(address)}</loc></url>" for address in addresses)
    (built / "sitemap.xml").write_text(SITE_MAP.format(lines), encoding="utf-8")
    # RFC 9309: a robot asks for it at the top of a host, and nowhere else.
    if urlsplit(base).path == "/":
        text = f"User-agent: *\nAllow: /\nSitemap: {urljoin(base, 'sitemap.xml')}\n"
        (built / "robots.txt").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", describe, priority=800)  # after the theme's
    app.connect("build-finished", list_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
