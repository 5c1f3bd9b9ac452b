"""`playground()` in Jupyter: the same session on the kernel, with ipywidgets around it.

The engine is the page's. What a page draws on a canvas is drawn here with matplotlib.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import math
from html import escape
from typing import Any

import numpy as np

from nnlib.teaching.figures import PALETTE, STYLE
from nnlib.teaching.output import emit
from nnlib.teaching.palette import HUES
from nnlib.teaching.play import pictures
from nnlib.teaching.play.engine import Session, Trouble
from nnlib.teaching.play.missions import BY_ID, MISSIONS, look
from nnlib.teaching.play.settings import DEFAULTS, KNOBS, code, complete, from_hash


class Playground:
    """Knobs, code, pictures and a sentence; `widget` is what a notebook shows.

    `start` is code, or the end of a link ("#data=moons&seed=3"), or nothing.
    """

    def __init__(self, start: str = "") -> None:
        import ipywidgets as widgets

        is_code = "\n" in start.strip()
        settings, edited, mission = (
            (dict(DEFAULTS), start, "") if is_code else from_hash(start.rpartition("#")[2])
        )
        self.session: Session | None = None
        self.memory: dict[str, Any] = {}
        self.turning = False  # while several knobs are turned at once
        self.task: asyncio.Task[None] | None = None
        self.knobs = {knob.name: self._knob(knob, settings[knob.name]) for knob in KNOBS}
        wide = {"width": "100%"}
        self.code = widgets.Textarea(rows=22, layout=wide, continuous_update=False)
        self.mission = widgets.Dropdown(
            options=[("no mission", ""), *((m.title, m.id) for m in MISSIONS)],
            value=mission if mission in BY_ID else "",
            description="Mission",
        )
        self.task_text, self.verdict = widgets.HTML(), widgets.HTML()
        self.play = widgets.ToggleButton(description="Play", icon="play")
        self.step = widgets.Button(description="Step")
        self.epoch = widgets.Button(description="Epoch")
        self.reset = widgets.Button(description="Reset")
        self.image = widgets.Image(format="png", layout={"max_width": "100%"})
        self.says = widgets.HTML()
        self.output = widgets.Output()
        for name, knob in self.knobs.items():
            knob.observe(lambda change, name=name: self._turned(), "value")
        self.code.observe(lambda change: self._open(), "value")
        self.mission.observe(lambda change: self._begin(), "value")
        self.play.observe(lambda change: self._playing(change["new"]), "value")
        self.step.on_click(lambda _: self._advance(1))
        self.epoch.on_click(lambda _: self._advance(0))
        self.reset.on_click(lambda _: self._open())
        self.widget = widgets.VBox(
            [
                widgets.HBox([self.play, self.step, self.epoch, self.reset, self.mission]),
                self.task_text,
                self.verdict,
                widgets.HBox(
                    [widgets.VBox(list(self.knobs.values())), widgets.VBox([self.image, self.says])]
                ),
                self.code,
                self.output,
            ]
        )
        self._show_mission()
        self.code.value = edited or code(settings)

    @staticmethod
    def _knob(knob: Any, value: str) -> Any:
        import ipywidgets as widgets

        style = {"description_width": "9em"}
        if not knob.choices:
            return widgets.Text(value, description=knob.label, continuous_update=False, style=style)
        options = [(words, choice) for choice, words in knob.choices]
        if value not in dict(knob.choices):
            options.append((value, value))
        return widgets.Dropdown(options=options, value=value, description=knob.label, style=style)

    @property
    def settings(self) -> dict[str, str]:
        """What the knobs stand at; ValueError where one can't stand so."""
        return complete({name: knob.value for name, knob in self.knobs.items()})

    def _turned(self) -> None:
        if self.turning:
            return
        try:
            self.code.value = code(self.settings)
        except ValueError as error:
            self._say(str(error))

    def _begin(self) -> None:
        self.memory = {}
        self._show_mission()
        mission = BY_ID.get(self.mission.value)
        if mission is not None:
            self.turning = True
            for name, value in {**DEFAULTS, **mission.start}.items():
                self.knobs[name].value = value
            self.turning = False
            if self.code.value != mission.code():
                self.code.value = mission.code()  # which opens it
                return
        self._open()

    def _show_mission(self) -> None:
        mission = BY_ID.get(self.mission.value)
        self.task_text.value = f"<p>{mission.task}</p>" if mission else ""
        self.verdict.value = ""

    def _say(self, words: str) -> None:
        self.says.value = f'<p role="status">{escape(words)}</p>'

    def _open(self) -> None:
        self.output.clear_output()
        try:
            self.session = Session(self.code.value, self._print)
        except Trouble as trouble:
            self.session, self.play.value = None, False
            self._say("The code raised an error; it stands below.")
            self._print(str(trouble))
            return
        self._draw()

    def _print(self, text: str) -> None:
        self.output.append_stdout(text)

    def _advance(self, steps: int, seconds: float = math.inf) -> bool:
        if self.session is None:
            self._open()
        if self.session is None:
            return False
        try:
            self.session.advance(steps or self.session.steps_left(1), seconds)
        except Trouble as trouble:
            self._print(str(trouble))
            return False
        self._draw()
        return not self.session.diverged

    def _playing(self, on: bool) -> None:
        self.play.description = "Pause" if on else "Play"
        if on and self.task is None:
            self.task = asyncio.ensure_future(self._loop())

    async def _loop(self) -> None:
        try:
            while self.play.value and self._advance(0, 0.5):
                await asyncio.sleep(0.05)  # the kernel hears the buttons meanwhile
        finally:
            self.task = None
            self.play.value = False

    def _draw(self) -> None:
        assert self.session is not None
        self.image.value = draw(self.session)
        self._say(pictures.sentence(self.session, self.session.last))
        mission = BY_ID.get(self.mission.value)
        if mission is not None:
            by_knobs = None
            with contextlib.suppress(ValueError):
                by_knobs = self.settings if self.code.value == code(self.settings) else None
            found = look(mission, self.session, by_knobs, self.memory)
            sign = "✔ Solved. " if found["done"] else ""
            self.verdict.value = f"<p><b>{sign}{found['text']}</b></p>"
            if found["done"]:
                self.play.value = False


def draw(session: Session) -> bytes:
    """Return a picture of what the network says, its curves and its layers, as PNG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.5, 6.2), layout="constrained")
        grid = figure.add_gridspec(2, 3, height_ratios=(3, 2))
        _draw_field(session, figure.add_subplot(grid[0, :2]))
        _draw_curves(session, figure.add_subplot(grid[0, 2]))
        names = [s.name.split(".")[0] for s in session.stats]
        for column, (title, values) in enumerate(
            (
                ("rms of the activations", [s.rms for s in session.stats]),
                ("rms of the gradients", [s.gradient for s in session.stats]),
                ("update / weight", [s.ratio for s in session.stats]),
            )
        ):
            axes = figure.add_subplot(grid[1, column])
            known = [(n, v) for n, v in zip(names, values, strict=True) if v and v == v]
            axes.bar([n for n, _ in known], [v for _, v in known], color=PALETTE["blue"])
            axes.set(xlabel="layer", ylabel=title, yscale="log" if known else "linear")
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=80)
    return stream.getvalue()


def _draw_field(session: Session, axes: Any) -> None:
    what = pictures.kind(session)
    X, y = session.X, session.y
    if what == "plane" and not session.diverged:
        x0, x1, y0, y1 = pictures.box(session)
        side = 60
        out = session.network.outputs(pictures.grid(session, side), batch_size=side * side)
        if session.classifies:
            P = session.network.loss.probabilities(out)
            hues = np.array(
                [
                    [int(PALETTE[HUES[c % 6]][k : k + 2], 16) / 255 for k in (1, 3, 5)]
                    for c in range(P.shape[1])
                ]
            )
            axes.imshow((P @ hues).reshape(side, side, 3), extent=(x0, x1, y0, y1), alpha=0.45)
        labels = y if y.ndim == 1 else y.argmax(axis=1)
        for c in range(session.classes):
            here = X[labels == c]
            axes.plot(
                here[:, 0], here[:, 1], "osD"[c % 3], ms=4, color=PALETTE[HUES[c % 6]], mec="w"
            )
        axes.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    elif what == "line":
        x0, x1, *_ = pictures.box(session)
        x = np.linspace(x0, x1, 200)[:, np.newaxis]
        axes.plot(X[:, 0], y[:, 0], "o", ms=3, color=PALETTE["blue"])
        axes.plot(x, session.network.outputs(x), color=PALETTE["ink"])
        axes.set(xlabel="$x$", ylabel="$y$")
    elif what == "digits" and not session.diverged:
        rows = pictures.shown_digits(session)
        read = session.network.predict(session.X_test[rows])
        strip = np.hstack(list(session.X_test[rows, :, :, 0]))
        axes.imshow(strip, cmap="gray_r")
        axes.set(yticks=[], xticks=8 * np.arange(len(rows)) + 3.5)
        axes.set_xticklabels([f"reads\n{label}" for label in read])
    else:
        axes.set_axis_off()


def _draw_curves(session: Session, axes: Any) -> None:
    if session.batch_losses:
        axes.plot(*zip(*session.batch_losses, strict=True), color=PALETTE["sky"], lw=0.5)
    steps = [e.step for e in session.evaluations]
    axes.plot(steps, [e.loss for e in session.evaluations], color=PALETTE["blue"], label="training")
    axes.plot(
        steps,
        [e.test_loss for e in session.evaluations],
        "--",
        color=PALETTE["vermillion"],
        label="test",
    )
    axes.set(xlabel="step", ylabel="loss", yscale="log")
    axes.legend()


def playground(start: str = "") -> Playground:
    """Show the playground on this kernel: from a link of the page, from code, or from nothing.

        playground()
        playground("#data=moons&activation=tanh")

    Returns the playground: its `session.network` is the network that is trained.
    """
    found = Playground(start)
    view = {"version_major": 2, "version_minor": 0, "model_id": found.widget.model_id}
    emit({"application/vnd.jupyter.widget-view+json": view}, "The playground.")
    return found
