"""Axes that draw what matplotlib's own do, in less time, for figures drawn by the hundred.

Matplotlib makes an object of five artists for each tick of each axis, half of what a small figure
costs, and lays the labels out three times. Ticks of one axis differ in their place and their text
alone, as long as nobody has taken hold of one: then a single tick moved along the axis draws the
same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from matplotlib import axis as maxis
from matplotlib.artist import allow_rasterization
from matplotlib.axes import Axes
from matplotlib.projections import projection_registry
from matplotlib.ticker import Locator, NullLocator
from matplotlib.transforms import _interval_contains_close  # type: ignore[attr-defined]

Boxes = tuple[list[Any], list[Any]]
_Axis: Any = maxis.Axis  # its types are those of what is public
_PARTS = ("tick1On", "tick2On", "label1On", "label2On", "gridOn")


class _Moving(_Axis):  # type: ignore[misc]
    """An axis whose first major and first minor tick are drawn in the place of all."""

    _drawn: tuple[list[maxis.Tick], Boxes] | None = None  # while the axis label is being placed
    _clip: tuple[Any, ...] | None = None

    # Few axes show minor ticks. Matplotlib makes one for each, to clip it and to change its looks.

    @contextlib.contextmanager
    def _without_minor_tick(self) -> Iterator[None]:
        made = "minorTicks" in self.__dict__
        if not made:
            self.minorTicks: list[maxis.Tick] = []
        yield
        if not made:
            self.__dict__.pop("minorTicks", None)  # matplotlib may have done so

    def set_tick_params(self, *arguments: Any, **options: Any) -> None:
        with self._without_minor_tick():
            super().set_tick_params(*arguments, **options)

    def set_clip_path(self, path: Any, transform: Any = None) -> None:
        self._clip = path, transform
        with self._without_minor_tick():
            super().set_clip_path(path, transform)

    def _get_tick(self, major: bool) -> maxis.Tick:
        tick: maxis.Tick = super()._get_tick(major)
        if self._clip is not None:
            tick.set_clip_path(*self._clip)
        return tick

    def set_minor_locator(self, locator: Locator) -> None:
        super().set_minor_locator(locator)
        if not isinstance(locator, NullLocator):
            _ = self.minorTicks  # made now: by the settings of who asks for them

    @allow_rasterization  # type: ignore[untyped-decorator]
    def draw(self, renderer: Any) -> None:
        """As `Axis.draw` does it, tick by tick, unless somebody may have taken hold of one."""
        if not self.get_visible():
            return
        if not self._is_plain():
            super().draw(renderer)
            return
        renderer.open_group(maxis.__name__, gid=self.get_gid())
        ticks: dict[maxis.Tick, None] = {}
        boxes: Boxes = ([], [])
        for tick in self._each_tick():
            for known, new in zip(boxes, self._get_ticklabel_bboxes([tick], renderer), strict=True):
                known.extend(new)
            tick.draw(renderer)
            ticks[tick] = None
        self._drawn = list(ticks), boxes
        with self._without_minor_tick():
            self._update_label_position(renderer)
        self._drawn = None
        self.label.draw(renderer)
        self._update_offset_text_position(*boxes)
        self.offsetText.set_text(self.major.formatter.get_offset())
        self.offsetText.draw(renderer)
        renderer.close_group(maxis.__name__)
        self.stale = False

    def _is_plain(self) -> bool:
        """Tell whether ticks differ by place and text alone, and the label is aligned with none."""
        groups = self.figure._align_label_groups[self._get_axis_name()]
        alone = len(groups.get_siblings(self.axes)) == 1
        return alone and len(self.majorTicks) == 1 and len(vars(self).get("minorTicks", [])) < 2

    def _each_tick(self) -> Iterator[maxis.Tick]:
        """Take the major tick, then the minor one, to each place within the axis."""
        across = self.get_transform().transform
        interval = across(sorted(self.get_view_interval()))
        for major, ticker, how in (
            (True, self.major, self._major_tick_kw),
            (False, self.minor, self._minor_tick_kw),
        ):
            shown = any(how.get(part) is not False for part in _PARTS)
            if isinstance(ticker.locator, NullLocator) or not shown:
                continue
            places = self.get_majorticklocs() if major else self.get_minorticklocs()
            labels = ticker.formatter.format_ticks(places)
            for place, label in zip(places, labels, strict=False):
                if _interval_contains_close(interval, across(place)):
                    tick = (self.majorTicks if major else self.minorTicks)[0]
                    tick.update_position(place)
                    tick.label1.set_text(label)
                    tick.label2.set_text(label)
                    yield tick

    # Both are asked for where the axis label goes, and would lay all labels out anew.

    def _update_ticks(self) -> list[maxis.Tick]:
        ticks: list[maxis.Tick] = super()._update_ticks() if self._drawn is None else self._drawn[0]
        return ticks

    def _get_tick_boxes_siblings(self, renderer: Any) -> Boxes:
        if self._drawn is not None:
            return self._drawn[1]
        boxes: Boxes = super()._get_tick_boxes_siblings(renderer)
        return boxes


class _XAxis(_Moving, maxis.XAxis):
    pass


class _YAxis(_Moving, maxis.YAxis):
    pass


class _Axes(Axes):
    def _init_axis(self) -> None:
        self.xaxis = _XAxis(self, clear=False)
        self.spines.bottom.register_axis(self.xaxis)
        self.spines.top.register_axis(self.xaxis)
        self.yaxis = _YAxis(self, clear=False)
        self.spines.left.register_axis(self.yaxis)
        self.spines.right.register_axis(self.yaxis)


@contextlib.contextmanager
def quick_axes() -> Iterator[None]:
    """Axes made in here are quick to draw. What they draw is the same."""
    projection_registry.register(_Axes)
    try:
        yield
    finally:
        projection_registry.register(Axes)
