"""Runs that a page shows where it has no Python, and before it has loaded any."""

from __future__ import annotations

from typing import Any

from nnlib.teaching.play import pictures
from nnlib.teaching.play.engine import Session
from nnlib.teaching.play.settings import code, to_hash

RUNS: tuple[dict[str, str], ...] = (
    {},
    {"data": "moons", "layers": "8-8-8-8-8-8", "activation": "sigmoid", "init": "xavier"},
    {"data": "digits", "layers": "16", "n": "1000"},
)
EPOCHS = (0, 1, 2, 3, 5, 8, 12, 18, 26, 40)


def run(settings: dict[str, str], whole: bool = True) -> dict[str, Any]:
    """Train by these settings; return the scene and some frames, as a page gets them live.

    Unless the `whole` run is wanted, only its last frame has pictures.
    """
    session = Session(code(settings))
    frames, since = [pictures.frame(session, pictures=whole)], 0
    for epoch in EPOCHS[1:]:
        session.advance(epoch * session.steps_per_epoch - session.step)
        frames.append(pictures.frame(session, since, whole or epoch == EPOCHS[-1]))
        since = session.step
    return {"scene": pictures.scene(session), "frames": frames}


def every(live: bool = False) -> dict[str, Any]:
    """Return runs by the end of their link: all, or, for a page that trains, the first picture."""
    runs = RUNS[:1] if live else RUNS
    return {to_hash(settings): run(settings, not live) for settings in runs}
