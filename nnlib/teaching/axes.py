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
from matplotlib.artist import Artist, allow_rasterization
from matplotlib.axes import Axes
from matplotlib.projections import projection_registry
from matplotlib.ticker import NullLocator
from matplotlib.transforms import _interval_contains_close  # type: ignore[attr-defined]

Boxes = tuple[list[Any], list[Any]]


class _Moving(maxis.Axis):
    """An axis with one major and one minor tick, which it makes when they are needed."""

    _clip: tuple[Any, ...] | None = None
    _drawn: tuple[list[maxis.Tick], Boxes] | None = None  # while the axis label is being placed

    def set_clip_path(self, path: Any, transform: Any = None) -> None:
        # Matplotlib makes a tick of either kind to clip it. Few axes show the minor ones.
        Artist.set_clip_path(self, path, transform)
        self._clip = path, transform
        for tick in self._there("majorTicks") + self._there("minorTicks"):
            tick.set_clip_path(path, transform)

    def _there(self, ticks: str) -> list[maxis.Tick]:
        return vars(self).get(ticks, [])

    def _get_tick(self, major: bool) -> maxis.Tick:
        tick: maxis.Tick = super()._get_tick(major)  # type: ignore[misc]
        if self._clip is not None:
            tick.set_clip_path(*self._clip)
        return tick

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
        held = max(len(self._there("majorTicks")), len(self._there("minorTicks")))
        groups = self.figure._align_label_groups
        return held < 2 and len(groups[self._get_axis_name()].get_siblings(self.axes)) == 1

    def _each_tick(self) -> Iterator[maxis.Tick]:
        """Take the major tick, then the minor one, to each place within the axis."""
        across = self.get_transform().transform
        interval = across(sorted(self.get_view_interval()))
        for major, shown, locator in (
            (True, self._major_tick_kw, self.get_major_locator()),
            (False, self._minor_tick_kw, self.get_minor_locator()),
        ):
            if isinstance(locator, NullLocator) or not self._tick_group_visible(shown):
                continue
            places = self.get_majorticklocs() if major else self.get_minorticklocs()
            formatter = self.get_major_formatter() if major else self.get_minor_formatter()
            for place, label in zip(places, formatter.format_ticks(places), strict=True):
                if _interval_contains_close(interval, across(place)):
                    tick = (self.majorTicks if major else self.minorTicks)[0]
                    tick.update_position(place)
                    tick.label1.set_text(label)
                    tick.label2.set_text(label)
                    yield tick

    # Both are asked for where the axis label goes, and would lay all labels out anew.

    def _update_ticks(self) -> list[maxis.Tick]:
        return super()._update_ticks() if self._drawn is None else self._drawn[0]

    def _get_tick_boxes_siblings(self, renderer: Any) -> Boxes:
        if self._drawn is None:
            return super()._get_tick_boxes_siblings(renderer)
        return self._drawn[1]


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
