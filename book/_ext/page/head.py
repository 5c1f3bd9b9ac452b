"""The head of a page: only the styles and scripts it uses. layout.html says when they run."""

from collections.abc import Callable
from typing import Any

from sphinx.application import Sphinx

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
    (
        '<th class="head"><p></p></th>',
        "<td></td>",
    ),  # the corner of a table is no heading of anything
)


def name_toggles(make: Callable[..., object]) -> Callable[..., str]:
    """Give the arrows that unfold the contents a name; the theme writes them without."""

    def contents(*arguments: Any, **options: Any) -> str:
        written = str(make(*arguments, **options))
        return written.replace("<summary>", '<summary aria-label="Lessons">')

    return contents


def lighten_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: Any,
) -> None:
    """Leave out what the page does not use."""
    if "generate_toctree_html" in context:
        context["generate_toctree_html"] = name_toggles(context["generate_toctree_html"])
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
        # The search page calls what they define while it is being read; elsewhere they wait.
        script.attributes.pop("defer", None)
        scripts.append(script)
    context["script_files"] = scripts


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", lighten_page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
