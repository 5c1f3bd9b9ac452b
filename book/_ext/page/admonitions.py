"""An admonition that folds by a script would stay open: we do not load that script, so say so."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


def refuse_toggles(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of each admonition of class dropdown, which sphinx-togglebutton would fold."""
    for node in doctree.findall(nodes.Admonition):
        if "dropdown" in node.get("classes", []):
            logger.warning(
                "Use the {dropdown} directive: it folds without a script",
                location=node,
            )


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", refuse_toggles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
