"""Firefox, driven by WebDriver BiDi: as much of it as the tests need.

Playwright drives a Firefox of its own making only. Readers have the ordinary one, which speaks a
standard protocol over a web socket; JupyterLab's server brings a library for those.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

STARTUP = 60  # seconds


class Page:
    """One tab."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.numbers = itertools.count(1)
        self.asked: list[str] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["network.beforeRequestSent"])
        self.context = self.send("browsingContext.create", type="tab")["context"]

    def send(self, method: str, **params: Any) -> Any:
        """Send a command; return its result, and note on the way what the page asked for."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            said = json.loads(self.socket.recv())
            if said.get("method") == "network.beforeRequestSent":
                self.asked.append(said["params"]["request"]["url"])
            if said.get("id") == number:
                assert said["type"] == "success", said
                return said["result"]

    def goto(self, url: str) -> None:
        self.send("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, awaited; it must be text, a number or a boolean."""
        result = self.send(
            "script.evaluate",
            expression=expression,
            target={"context": self.context},
            awaitPromise=True,
            userActivation=True,
        )
        assert result["type"] == "success", result
        return result["result"].get("value")

    def wait_for(self, condition: str, seconds: float) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({condition})"):
            assert time.monotonic() < end, f"not within {seconds} s: {condition}"
            time.sleep(0.05)


@contextmanager
def firefox(folder: Path) -> Iterator[Page]:
    """Start Firefox with a profile in `folder`; skip where there is none."""
    websocket = pytest.importorskip("websocket")
    binary = shutil.which("firefox-esr") or shutil.which("firefox")
    if binary is None:
        pytest.skip("no firefox on the PATH")
    command = [binary, "--headless", "--no-remote", "--remote-debugging-port=0"]
    log = folder / "firefox.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [*command, "--profile", str(folder)],
            stdout=stream,
            stderr=stream,
            env=os.environ | {"HOME": str(folder)},
        )
    try:
        address = _address(log, process)
        socket = websocket.create_connection(f"{address}/session", suppress_origin=True, timeout=60)
        yield Page(socket)
        socket.close()
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + STARTUP
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text()):
            return found[1]
        time.sleep(0.1)
    pytest.fail(f"Firefox did not start: {log.read_text()[-500:]}", pytrace=False)
