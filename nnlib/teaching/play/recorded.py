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


def run(settings: dict[str, str]) -> dict[str, Any]:
    """Train by these settings; return the scene and some frames, as a page gets them live."""
    session = Session(code(settings))
    frames, since = [pictures.frame(session)], 0
    for epoch in EPOCHS[1:]:
        session.advance(epoch * session.steps_per_epoch - session.step)
        frames.append(pictures.frame(session, since))
        since = session.step
    return {"scene": pictures.scene(session), "frames": frames}


def every() -> dict[str, Any]:
    """Return all runs by the end of their link."""
    return {to_hash(settings): run(settings) for settings in RUNS}
