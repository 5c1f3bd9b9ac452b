"""Icons as drawings in the page, without Font Awesome's 1.5 MB.

The theme writes an icon as ``<i class="fa-bars"></i>`` and brings a font for it. A style could draw
it by a mask, but each mask is a picture to be read before the first paint: nine of them took two
thirds of the time that the styles of a page took. A path in the page takes next to none.
"""

import re

# Paths in a square of 24 by 24.
ICONS = {
    "fa-angle-left": "M15 5l-7 7 7 7",
    "fa-angle-right": "M9 5l7 7-7 7",
    "fa-bars": "M4 6h16M4 12h16M4 18h16",
    "fa-chevron-down": "M5 9l7 7 7-7",
    "fa-cloud": "M7 18.5a4.5 4.5 0 0 1-.5-9 6 6 0 0 1 11.6 1.2 4 4 0 0 1-.6 7.8z",
    "fa-download": "M12 4v11M7 10.5l5 5 5-5M5 20h14",
    "fa-half": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18v18M15 4.5v15M18 6.5v11",
    "fa-list": "M9 6h11M9 12h11M9 18h11M4 6h.1M4 12h.1M4 18h.1",
    "fa-magnifying-glass": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21",
    "fa-moon": "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
    "fa-pencil": "M4 20l1-5L16.5 3.5l4 4L9 19z",
    "fa-play": "M7 4.5v15l12-7.5z",
    "fa-sun": "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4"
    "M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
}

# The sign before the title of an admonition, by its class; the others have the last.
SIGNS = {
    "predict": "M7 8c0-3 2.2-5 5-5s5 2 5 4.6c0 3.4-5 3.7-5 7.9M12 20v.5",
    "derive": "M7 5.5C11 1.5 17 3.5 18 9.5c1 6-2 12-7 12-4.5 0-6.5-4-5-7.5 1.5-4 6-5.5 9-3"
    " 1.5 1.2 2.3 2.5 3 4",
    "check": "M4 13l5.5 6L20 5.5",
    "breakit": "M3 7h7l-2 4 5 2-3 4h11M14 7h7",
    "exercise": "M4 20l1-5L16.5 3.5l4 4L9 19zM14 6l4 4",
    "summary": "M18 7V4H6l7 8-7 8h12v-3",
    "": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 7.5v.1",
}

ICON = re.compile(r'<i class="((?:[\w-]+ )*)(fa-[\w-]+)"([^>]*)></i>')
TITLE = re.compile(
    r'<div class="([\w -]*\badmonition\b[\w -]*)"[^>]*>\s*<p class="admonition-title">(?!<svg)'
)


def drawn(page: str) -> str:
    """Return the HTML of a page with its icons and the signs of its admonitions as drawings."""
    return TITLE.sub(_sign, ICON.sub(_icon, page))


def _icon(found: re.Match[str]) -> str:
    others, name, attributes = found.groups()
    if name not in ICONS:
        raise ValueError(f"no drawing for the icon {name}: add one to {__name__}.ICONS")
    classes = " ".join(["icon", *others.replace("fa-solid", "").split(), name])
    return _svg(classes, ICONS[name], attributes.replace(' aria-hidden="true"', ""))


def _sign(found: re.Match[str]) -> str:
    classes = found[1].split()
    path = next((path for name, path in SIGNS.items() if name in classes), SIGNS[""])
    return found[0] + _svg("icon", path)


def _svg(classes: str, path: str, attributes: str = "") -> str:
    return (
        f'<svg class="{classes}"{attributes} viewBox="0 0 24 24" aria-hidden="true">'
        f'<path d="{path}"></path></svg>'
    )
