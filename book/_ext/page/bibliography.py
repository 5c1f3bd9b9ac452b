"""The bibliography: authors' names in full, and [Glorot and Bengio, 2010] as a label."""

from typing import Any

from pybtex.plugin import find_plugin, register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx


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
    register_plugin("pybtex.style.formatting", "book", BookStyle)
    # For each citation both are looked up; what is registered is found without a look at every
    # package that is installed. That was a twelfth of what Sphinx takes.
    for backend in ("docutils", "plaintext"):
        found = find_plugin("pybtex.backends", backend)
        register_plugin("pybtex.backends", backend, found, force=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
