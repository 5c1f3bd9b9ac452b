"""Where the axes of an explorer's figures stand: at the same place in all of them."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox

from nnlib.teaching.figures import drawn, lay_out, svg


class Placing:
    """Places axes where they fit in each of the figures that it was settled by.

    Matplotlib's constrained layout is a third of what a figure costs. Laid out one by one,
    figures also differ in where their axes stand, and then the picture jumps as it is moved.
    """

    def __init__(self) -> None:
        self._boxes: dict[Any, list[Bbox]] = {}

    def settle(self, fig: Figure) -> str:
        """Let a figure lay itself out; from now on its axes have no more room than here.

        It is not drawn: the picture is empty.
        """
        lay_out(fig)
        if key := _grid(fig):
            boxes = [ax.get_position(original=True) for ax in fig.axes]
            known = self._boxes.get(key, boxes)
            self._boxes[key] = [_common(a, b) for a, b in zip(known, boxes, strict=True)]
        return ""

    def spares(self, fig: Figure) -> bool:
        """Tell whether `svg` draws the figure alike, be it settled before or not."""
        return fig.get_layout_engine() is None or _grid(fig) in self._boxes

    def svg(self, fig: Figure) -> str:
        """Draw a figure with its axes where they stand in the others, if its texts fit then."""
        boxes = self._boxes.get(_grid(fig))
        if boxes is None:
            return svg(fig)
        fig.set_layout_engine("none")
        for ax, box in zip(fig.axes, boxes, strict=True):
            ax.set_position(box)
        picture, fits = drawn(fig)
        if fits:
            return picture
        fig.set_layout_engine("constrained")
        for ax in fig.axes:
            ax.set_in_layout(True)  # what has been placed by hand is not
        return svg(fig)


def _grid(fig: Figure) -> Any:
    """Return what two figures share whose axes may stand alike; None if they lay out by hand."""
    specs = [ax.get_subplotspec() for ax in fig.axes]
    by_engine = isinstance(fig.get_layout_engine(), ConstrainedLayoutEngine)
    if not by_engine or None in specs or fig.get_suptitle():
        return None
    size = tuple(fig.get_size_inches())
    return size, tuple(spec.get_geometry() for spec in specs if spec is not None)


def _common(a: Bbox, b: Bbox) -> Bbox:
    return Bbox.from_extents(max(a.x0, b.x0), max(a.y0, b.y0), min(a.x1, b.x1), min(a.y1, b.y1))
