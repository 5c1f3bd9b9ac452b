"""The door between a page and a session: requests and answers as JSON.

    {"kind": "open", "code", "settings" or null, "mission" or null, "memory"}
    {"kind": "advance", "steps", "epochs", "seconds", "since"}

An answer holds "scene" (after open) and "frame", or "error", and what the mission says.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from nnlib.teaching.play import pictures
from nnlib.teaching.play.engine import Session, Trouble
from nnlib.teaching.play.missions import BY_ID, look


class Table:
    """What lies on the table: one session at a time, and its mission."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.asked: dict[str, Any] = {}

    def answer(self, asked: dict[str, Any], output: Callable[[str], None]) -> dict[str, Any]:
        """Do what is asked for."""
        try:
            return self._open(asked, output) if asked["kind"] == "open" else self._advance(asked)
        except Trouble as trouble:
            return {"error": str(trouble)}

    def _open(self, asked: dict[str, Any], output: Callable[[str], None]) -> dict[str, Any]:
        self.session = None
        self.session, self.asked = Session(asked["code"], output), asked
        return {"scene": pictures.scene(self.session)} | self._look(-1)

    def _advance(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.session is None:
            return {"error": "There is no network yet."}
        steps = asked.get("steps") or self.session.steps_left(asked["epochs"])
        self.session.advance(steps, asked.get("seconds") or math.inf)
        return self._look(asked.get("since", -1))

    def _look(self, since: int) -> dict[str, Any]:
        assert self.session is not None
        found: dict[str, Any] = {"frame": pictures.frame(self.session, since)}
        mission = BY_ID.get(self.asked.get("mission") or "")
        if mission is not None:
            memory = self.asked.setdefault("memory", {})
            found["mission"] = look(mission, self.session, self.asked.get("settings"), memory)
            found["memory"] = {k: v for k, v in memory.items() if k == "killed"}
        return found


_table = Table()


def handle(request: str, output: Callable[[str], None]) -> str:
    """Answer a request of the page."""
    return json.dumps(_table.answer(json.loads(request), output))
