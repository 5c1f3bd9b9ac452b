"""What a page may load and run, as a policy in its head that every browser keeps.

Content-Security-Policy (w3.org/TR/CSP3): scripts and pictures of this folder, the lines of script
and of style that the build itself put into the page, known by their hashes, and nothing else. No
host can be asked. The letters of formulas stand in the style itself. Where Python runs,
WebAssembly may be compiled, the files of Python be read, and the frame be filled that
python-core.js keeps Python in.

A style attribute has no place in it. Each becomes a class whose rule, as an attribute does, comes
before all rules but those that are !important.

What stands in the text of a page is not blessed: a script in the output of a cell does not run.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

MARK = '<meta http-equiv="Content-Security-Policy"'
FIRST = re.compile(r'<meta charset="[^"]*"\s*/?>')
STYLE_ATTRIBUTE = re.compile(r'(?: class="([^"]*)")? style="([^"]*)"')
CLASS = re.compile(r' class="([^"]*)')
INLINE = re.compile(r"<(script|style)((?:\s[^>]*)?)>(.*?)</\1>", re.DOTALL)
DATA = re.compile(r'\ssrc=|\stype="application/json"')
TEXT = re.compile(r"<article\b.*</article>", re.DOTALL)
# A class stronger than any selector with at most one id: no element has this one.
STRONG = ":not(#_#_)"

FONT = "url(data:font/woff2;"
PYTHON = "python-core.js"
ASSETS = Path(__file__).parents[3] / "nnlib" / "teaching" / "assets"
FRAME = re.compile(r"'sha256-[\w+/=]+'")


def as_classes(page: str) -> str:
    """Return the HTML of a page with a class and its rule in place of each style attribute."""
    names: dict[str, str] = {}
    parts: list[str] = []
    done = 0
    for found in STYLE_ATTRIBUTE.finditer(page):
        classes, css = found.groups()
        name = names.setdefault(css, f"_{len(names)}")
        start, end = found.span()
        if classes is None and (away := _class_elsewhere(page, start, end)):
            if away < start:
                parts += [page[done:away], f" {name}", page[away:start]]
            else:
                parts += [page[done:start], page[end:away], f" {name}"]
                end = away
        else:
            parts += [
                page[done:start],
                f' class="{classes} {name}"' if classes else f' class="{name}"',
            ]
        done = end
    if not names:
        return page
    parts.append(page[done:])
    rules = "".join(f"{STRONG}.{name}{{{_unescaped(css)}}}" for css, name in names.items())
    text = "".join(parts)
    head = text.index("</head>")
    at = text.rfind("</style>", 0, head)
    if at < 0 or text.startswith("</noscript>", at + len("</style>")):
        return f"{text[:head]}<style>{rules}</style>{text[head:]}"
    return text[:at] + rules + text[at:]


def _class_elsewhere(page: str, start: int, end: int) -> int:
    """The end of the classes of the tag around a place, if they do not stand beside it; else 0."""
    begin, close = page.rfind("<", 0, start), page.index(">", end)
    other = CLASS.search(page, begin, close)
    return other.end() if other else 0


def _unescaped(css: str) -> str:
    return css.replace("&quot;", '"').replace("&#39;", "'").replace("&amp;", "&")


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def frame() -> str:
    """The hash of the one line that fills the frame Python runs in, as its own policy has it."""
    found = FRAME.search((ASSETS / PYTHON).read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"expected {PYTHON} to name the hash of its frame's script, found none")
    return found[0]


def policy(page: str) -> str:
    """The policy of a page, from its HTML."""
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    for kind, attributes, text in INLINE.findall(TEXT.sub("", page)):
        if not DATA.search(attributes) and (one := hashed(text)) not in hashes[kind]:
            hashes[kind].append(one)
    python = f"{PYTHON}?" in page or f'{PYTHON}"' in page
    scripts = ["'self'", *hashes["script"], *([frame(), "'wasm-unsafe-eval'"] if python else [])]
    directives = {
        "default-src": ["'none'"],
        "script-src": scripts,
        "style-src": hashes["style"] or ["'none'"],
        "img-src": ["'self'"],
        "font-src": ["'self'", *(["data:"] if FONT in page else [])],
        "form-action": ["'self'"],  # the search
        "base-uri": ["'none'"],
        **({"connect-src": ["'self'"], "worker-src": ["blob:"]} if python else {}),
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


def guarded(page: str) -> str:
    """Return the HTML of a page with its policy first; one that has it was seen to."""
    if MARK in page:
        return page
    page = as_classes(page)
    return FIRST.sub(lambda found: f'{found[0]}\n{MARK} content="{policy(page)}">', page, count=1)


def guard(app: Sphinx, exception: Exception | None) -> None:
    """Give each page its policy, once all is in it that the build puts there."""
    if exception is not None or app.builder.format != "html":
        return
    for path in sorted(Path(app.outdir).rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if (new := guarded(text)) is not text:
            path.write_text(new, encoding="utf-8")


def note_policy(app: Sphinx, config: Config) -> None:
    """Have Sphinx write every page again when the policy changed: the pages hold it."""
    config.book_policy = hashed(Path(__file__).read_text(encoding="utf-8") + frame())


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("book_policy", "", "html", str)
    app.connect("config-inited", note_policy)
    app.connect("build-finished", guard, priority=950)  # after the pages got their styles
    return {"parallel_read_safe": True, "parallel_write_safe": True}
