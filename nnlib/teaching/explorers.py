"""Figures that the reader moves: with a kernel, and without one.

    def saturation(depth, activation):
        fig, ax = plt.subplots()
        ...
        return fig, f"After {depth} layers of {activation}, ..."

    explore(saturation, depth=[2, 5, 10], activation=["tanh", "relu"])

In Jupyter the cell shows widgets and draws when one of them moves. When a book is built (see
`nnlib.teaching.sphinx`), the same cell draws one frame for each combination, and the page shows
the frame that its controls ask for: there is no kernel then, and none is needed.

``draw`` runs in the style that matplotlib has where `explore` is called. What a room of our
chapters draws, it draws in the style of our book, `figures.STYLE`.

A frame must depend on its position only. Seed what is random inside of ``draw`` (a book draws the
first position twice to see that you did), and fix the limits of the axes, so that what moves is
the data.
"""

from __future__ import annotations

import contextlib
import functools
import html
import inspect
import io
import itertools
import math
import numbers
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from nnlib.teaching.axes import quick_axes
from nnlib.teaching.figures import STYLE, as_html, checked_sentence, payload, size, svg
from nnlib.teaching.output import MIME, building, emit
from nnlib.teaching.placing import Placing
from nnlib.teaching.rooms import HOUSE

MAX_FRAMES = 400
"""How many frames an explorer may have in a page. At half a second each, they take 3 minutes."""

MAX_BYTES = 12_000_000
"""How large its frames may be together. Gzipped, as a host sends them, they are a fifth of it."""

_MAX_BUTTONS = 4

Draw = Callable[..., Any]
Position = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """One control: what it is called, what it looks like, and the values it can take."""

    name: str
    label: str
    kind: str  # "slider", "buttons", "menu" or "switch"
    values: tuple[Any, ...]
    first: int  # the index of the value that the figure starts with

    @property
    def texts(self) -> list[str]:
        return [_text(value) for value in self.values]


def explore(
    draw: Draw,
    /,
    *,
    start: dict[str, Any] | None = None,
    labels: dict[str, str] | None = None,
    **choices: Iterable[Any],
) -> None:
    """Show a figure with one control for each of the ``choices``.

    Parameters
    ----------
    draw
        Called as ``draw(name=value, ...)``. Returns a matplotlib figure, or the figure and a
        sentence that says what it shows; a figure that it returns again is drawn once. The name
        of the function is the name of the explorer in links to it
        (``#explore-saturation?depth=10``).
    start
        The value to begin with, by name. Without it a control begins with its first value.
    labels
        What to write beside a control, by name, where the name of the argument will not do.
    choices
        The values of each argument, in their order. Numbers become a slider, up to four strings
        become buttons, more of them a menu, and ``[False, True]`` a checkbox.

    Raises
    ------
    TypeError, ValueError
        Where the arguments do not fit; in a book also where the grid is too large for a page,
        where one position draws two pictures, or where ``draw`` prints.
    RuntimeError
        Where ``draw`` fails. It names the position, and it fails the build of the book.
    """
    if not callable(draw):
        raise TypeError(f"draw must be a function; got {type(draw).__name__}")
    controls = _controls(draw, choices, start, labels)
    if not building():
        _live(draw, controls)
        return
    try:
        data, text = _precomputed(draw, controls)
    except Exception as error:
        # Not every book is set to fail where a cell does; the page asks for what it cannot show.
        emit({MIME: {"error": f"explore: {error}"}}, f"explore: {error}")
        raise
    emit({MIME: data}, text)


def _controls(
    draw: Draw,
    choices: dict[str, Iterable[Any]],
    start: dict[str, Any] | None,
    labels: dict[str, str] | None,
) -> list[Choice]:
    for name, given in (("start", start), ("labels", labels)):
        if given is not None and not isinstance(given, dict):
            raise TypeError(
                f"{name} must be a dict by choice; got {given!r}. "
                f"An argument of draw cannot be called {name}: rename it"
            )
        for unknown in (given or {}).keys() - choices.keys():
            raise ValueError(f"{name} names {unknown!r}, but the choices are {list(choices)}")
    if not choices:
        raise ValueError("explore needs at least one choice; to show one figure, use figure()")
    try:
        inspect.signature(draw).bind(**choices)
    except TypeError as error:
        raise TypeError(f"draw does not take the choices {list(choices)}: {error}") from None
    return [
        _choice(name, values, (labels or {}).get(name, name), *_given(start, name))
        for name, values in choices.items()
    ]


def _given(start: dict[str, Any] | None, name: str) -> tuple[Any, ...]:
    return (start[name],) if start and name in start else ()


def _choice(name: str, given: Iterable[Any], label: str, *start: Any) -> Choice:
    if isinstance(given, str | bytes | dict) or not isinstance(given, Iterable):
        raise TypeError(f"{name} must be a list of values; got {given!r}")
    if isinstance(given, set | frozenset):
        raise TypeError(f"{name} must be a list of values, in their order; a set has none")
    # NumPy's scalars are not JSON, and print as np.float64(0.1).
    values = [value.item() if hasattr(value, "item") else value for value in given]
    if len(values) < 2 or len(set(map(_text, values))) < len(values):
        raise ValueError(f"{name} must be at least two different values; got {values}")
    kind = _kind(name, values)
    if kind == "slider" and isinstance(given, tuple) and len(given) <= 3:
        # ipywidgets.interact would take it for (least, greatest) or (least, greatest, step).
        raise TypeError(
            f"{name} must be a list of values; got {given}, which may mean these values or a "
            f"range. Write {values}, range(...) or np.linspace(...)"
        )
    first = start[0] if start else values[0]
    if first not in values:
        raise ValueError(f"start of {name} must be one of {values}; got {first!r}")
    if kind == "switch":
        values = [False, True]
    return Choice(name, label, kind, tuple(values), values.index(first))


def _kind(name: str, values: list[Any]) -> str:
    if all(isinstance(value, bool) for value in values):
        return "switch"
    if all(isinstance(v, numbers.Real) and not isinstance(v, bool) for v in values):
        if not all(math.isfinite(value) for value in values):
            raise ValueError(f"{name} must be finite numbers; got {values}")
        return "slider"
    if all(isinstance(value, str) and value.strip() for value in values):
        return "buttons" if len(values) <= _MAX_BUTTONS else "menu"
    raise TypeError(f"{name} must be all numbers, all non-empty strings, or booleans; got {values}")


def _text(value: Any) -> str:
    """Write a value as its control does: 0.1, not 0.1000."""
    if isinstance(value, bool) or not isinstance(value, float):
        return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _style_of(draw: Draw) -> dict[Any, Any]:
    """Return what to change in matplotlib's settings: nothing for what is not of our rooms."""
    ours = f"{getattr(draw, '__module__', '')}.".startswith(f"{HOUSE}.")
    return STYLE if ours else {}


@dataclass(frozen=True)
class Frame:
    """What one position shows, and what ``draw`` printed meanwhile."""

    picture: str
    sentence: str
    printed: str
    figure: Figure = field(compare=False)


def _frame(draw: Draw, position: Position, render: Callable[[Figure], str] = svg) -> Frame:
    """Draw one position; close what ``draw`` opened, also if it fails."""
    before = set(plt.get_fignums())
    printed = io.StringIO()
    try:
        with (
            mpl.rc_context(_style_of(draw)),
            quick_axes(),
            contextlib.redirect_stdout(printed),
        ):
            drawn = draw(**position)
            pair = isinstance(drawn, tuple) and len(drawn) == 2
            fig, sentence = drawn if pair else (drawn, None)
            if not isinstance(fig, Figure):
                raise TypeError(
                    "draw must return a matplotlib Figure, or a Figure and a sentence; "
                    f"got {type(fig).__name__}"
                )
            if sentence is None:
                sentence = ", ".join(f"{k} = {_text(v)}" for k, v in position.items())
            return Frame(render(fig), checked_sentence(sentence), printed.getvalue(), fig)
    except Exception as error:
        at = ", ".join(f"{k}={v!r}" for k, v in position.items())
        name = getattr(draw, "__name__", "draw")
        told = f"\nBefore that it printed:\n{printed.getvalue()}" if printed.getvalue() else ""
        said = f"{name}({at}) failed: {type(error).__name__}: {error}{told}"
        raise RuntimeError(said) from error
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)


def _precomputed(draw: Draw, controls: list[Choice]) -> tuple[dict[str, Any], str]:
    """Draw the frame of every combination, the last choice moving first."""
    _refuse_too_many(controls)
    names = [control.name for control in controls]
    placing = Placing()
    waiting: dict[tuple[Any, ...], Any] = {}  # figures laid out, not drawn yet

    @functools.wraps(draw)
    def draw_or_take(**position: Any) -> Any:
        return waiting.pop(tuple(position.values()), None) or draw(**position)

    for position in _ends(controls):
        frame = _frame(draw, position, placing.settle)
        _refuse_printing(frame.printed, position)
        if placing.spares(frame.figure):
            waiting[tuple(position.values())] = frame.figure, frame.sentence
    drawn: WeakKeyDictionary[Figure, str] = WeakKeyDictionary()

    def once(fig: Figure) -> str:
        """Draw a figure; one that `draw` returns again, for another position, is drawn already."""
        if fig not in drawn:
            drawn[fig] = placing.svg(fig)
        return drawn[fig]

    pictures: dict[str, int] = {}  # in the order of first use; equal frames share one
    frames: list[tuple[int, str]] = []
    for values in itertools.product(*(control.values for control in controls)):
        position = dict(zip(names, values, strict=True))
        frame = _frame(draw_or_take, position, once)
        _refuse_printing(frame.printed, position)
        if not frames:
            _refuse_random(_frame(draw, position, once), frame, position)
        frames.append((pictures.setdefault(frame.picture, len(pictures)), frame.sentence))
        _refuse_other_size(next(iter(pictures)), frame.picture, position)
        _refuse_too_large(sum(map(len, pictures)), len(frames), controls)
    start = [control.first for control in controls]
    data = payload(
        list(pictures),
        frames,
        name=getattr(draw, "__name__", "").strip("_<>").replace("_", "-"),
        controls=[
            {"name": c.name, "label": c.label, "kind": c.kind, "values": c.texts} for c in controls
        ],
        start=start,
    )
    first = 0
    for control, index in zip(controls, start, strict=True):
        first = first * len(control.values) + index
    return data, _plain(frames[first][1], controls)


def _ends(controls: list[Choice]) -> list[Position]:
    """Return where an explorer starts, and where each control alone takes it at its ends.

    There the labels differ most. None where that would be much of the grid.
    """
    start = {c.name: c.values[c.first] for c in controls}
    moved = [start | {c.name: c.values[end]} for c in controls for end in (0, -1)]
    ends = [start, *(position for position in moved if position != start)]
    return ends if 3 * len(ends) <= _grid(controls)[0] else []


def _plain(sentence: str, controls: list[Choice]) -> str:
    """Return what stays of an explorer in text: its first sentence, and what can be moved."""
    listed = "; ".join(f"{c.label}: {', '.join(c.texts)}" for c in controls)
    return f"{sentence}\n[{listed}]"


def _grid(controls: list[Choice]) -> tuple[int, str]:
    sizes = [len(control.values) for control in controls]
    named = " x ".join(f"{c.name} ({len(c.values)})" for c in controls)
    return math.prod(sizes), named


def _refuse_too_many(controls: list[Choice]) -> None:
    count, grid = _grid(controls)
    if count > MAX_FRAMES:
        raise ValueError(
            f"{grid} = {count} frames, more than the {MAX_FRAMES} of a page. "
            "Give a choice fewer values, or make two explorers"
        )


def _refuse_too_large(total: int, done: int, controls: list[Choice]) -> None:
    count, grid = _grid(controls)
    if total > MAX_BYTES:
        raise ValueError(
            f"{grid} = {count} frames of about {total / done / 1e3:.0f} kB are "
            f"{total / done * count / 1e6:.1f} MB, more than the {MAX_BYTES / 1e6:g} MB of a page. "
            "Give a choice fewer values, or draw fewer points"
        )


def _refuse_other_size(first: str, picture: str, position: Position) -> None:
    if size(picture) != size(first):
        raise ValueError(
            f"the frame at {position} is {size(picture)} pixels and the first {size(first)}; "
            "the page would jump. Give every figure the same figsize"
        )


def _refuse_random(frame: Frame, again: Frame, position: Position) -> None:
    if frame != again:
        what = "pictures" if frame.picture != again.picture else "sentences"
        raise ValueError(f"the same position, {position}, drew two {what}: seed what is random")


def _refuse_printing(printed: str, position: Position) -> None:
    if printed:
        raise ValueError(
            f"at {position} draw printed {printed[:60]!r}; a page shows the figure and its "
            "sentence: return it there"
        )


def _live(draw: Draw, controls: list[Choice]) -> None:
    """Show widgets, and draw on each move."""
    import ipywidgets

    widgets = [_widget(control) for control in controls]
    screen = ipywidgets.HTML()

    def move() -> str:
        position = {c.name: w.value for c, w in zip(controls, widgets, strict=True)}
        frame = _frame(draw, position)
        screen.value = as_html(frame.picture, frame.sentence, frame.sentence) + _pre(frame.printed)
        return frame.sentence

    def move_or_say(_: object) -> None:
        # A widget's callback has nowhere else to raise to, or to print to.
        try:
            move()
        except RuntimeError as error:
            screen.value = _pre(str(error))

    text = _plain(move(), controls)
    for widget in widgets:
        widget.observe(move_or_say, "value")
    emit(_view(ipywidgets.VBox([*widgets, screen])), text)


def _view(widget: Any) -> dict[str, Any]:
    """Return the output that shows a widget, by Jupyter's protocol for them.

    ipywidgets 7, which Colab has, gives no such bundle: its widgets display themselves.
    """
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def _pre(text: str) -> str:
    return f"<pre>{html.escape(text)}</pre>" if text else ""


def _widget(control: Choice) -> Any:
    import ipywidgets

    kind = {
        "slider": ipywidgets.SelectionSlider,
        "buttons": ipywidgets.ToggleButtons,
        "menu": ipywidgets.Dropdown,
    }.get(control.kind)
    value = control.values[control.first]
    if kind is None:
        return ipywidgets.Checkbox(value=value, description=control.label, indent=False)
    # Dragged from 1 to 9, a slider would ask for the seven figures between as well.
    patient = {"continuous_update": False} if control.kind == "slider" else {}
    return kind(
        options=list(zip(control.texts, control.values, strict=True)),
        value=value,
        description=control.label,
        style={"description_width": "initial"},
        **patient,
    )
