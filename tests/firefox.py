"""Firefox, driven through the protocol it speaks itself (WebDriver BiDi), without a driver.

Playwright drives a Firefox of its own making only, and geckodriver comes from no registry. What
a test needs of a browser is little: open a page, run an expression in it, press keys, click.

    def test_it_opens(firefox):
        page = firefox.open(path.as_uri())
        page.click("#start")
        page.wait("document.querySelector('[role=status]').textContent.includes('Right')")
        assert page.errors == []
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from websocket import WebSocket, WebSocketTimeoutException, create_connection

# Nothing that asks another host, and no first run.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disabled": True,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
KEYS = {"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015"}
KEYS |= {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Backspace": "\ue003"}


def binary() -> str | None:
    return shutil.which("firefox-esr") or shutil.which("firefox")


# Firefox lays out a page while it reads it, and complains of a formula whose end has not come yet.
HALF_READ = re.compile(r"Invalid markup: Incorrect number of children for <m\w+/> tag")


class Firefox:
    """One browser without a window. Leave it by `close`."""

    def __init__(self, path: str, seconds: float = 120):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items())
        Path(self._profile.name, "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [path, "--headless", "--no-remote", "--remote-debugging-port", "0"]
        self._log = Path(self._profile.name, "log")
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [*command, "--profile", self._profile.name],
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        try:
            self._socket = self._connect(seconds)
        except BaseException:
            self._end()
            raise
        self._asked = 0
        self.pages: dict[str, Page] = {}
        self.call("session.new", capabilities={})
        events = ["log.entryAdded", "network.beforeRequestSent"]
        self.call("session.subscribe", events=events)

    def _connect(self, seconds: float) -> WebSocket:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.poll() is None:
            if found := re.search(r"ws://\S+", self._log.read_text(encoding="utf-8")):
                address = f"{found[0]}/session"
                return create_connection(address, timeout=seconds, suppress_origin=True)
            time.sleep(0.05)
        raise RuntimeError(f"Firefox did not start: {self._log.read_text(encoding='utf-8')}")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result. RuntimeError with what the browser says of it."""
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("id") == self._asked:
                if said["type"] == "error":
                    raise RuntimeError(f"{method}: {said['error']}: {said['message']}")
                result: dict[str, Any] = said["result"]
                return result
            self._hear(said)

    def _hear(self, said: dict[str, Any]) -> None:
        about = said.get("params", {})
        context = about.get("context") or about.get("source", {}).get("context")
        if (page := self.pages.get(context)) is None:
            return
        if said["method"] == "log.entryAdded" and about["level"] == "error":
            if not HALF_READ.match(str(about["text"])):
                page.errors.append(str(about["text"]))
        elif said["method"] == "network.beforeRequestSent":
            page.asked.append(about["request"]["url"])

    def open(self, url: str, width: int = 1280, height: int = 900) -> Page:
        """Open a page in a tab of its own; return when it has loaded."""
        context = self.call("browsingContext.create", type="tab")["context"]
        page = self.pages[context] = Page(self, context)
        size = {"width": width, "height": height}
        self.call("browsingContext.setViewport", context=context, viewport=size)
        self.call("browsingContext.navigate", context=context, url=url, wait="complete")
        return page

    def close(self) -> None:
        try:
            self._socket.settimeout(20)
            self.call("browser.close")
        except (OSError, RuntimeError, WebSocketTimeoutException):
            pass
        self._socket.close()
        self._end()

    def _end(self) -> None:
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._profile.cleanup()


class Page:
    """A tab. `errors` fills with what its scripts raised, `asked` with the addresses asked for."""

    def __init__(self, browser: Firefox, context: str):
        self.browser, self.context = browser, context
        self.errors: list[str] = []
        self.asked: list[str] = []

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, awaited if it is a promise, as JSON would carry it."""
        wrapped = f"(async () => JSON.stringify(await ({expression})) ?? 'null')()"
        said = self.browser.call(
            "script.evaluate",
            expression=wrapped,
            target={"context": self.context},
            awaitPromise=True,
        )
        if said["type"] == "exception":
            raise RuntimeError(f"{said['exceptionDetails']['text']} in {expression}")
        return json.loads(said["result"]["value"])

    def wait(self, expression: str, seconds: float = 30) -> None:
        """Return once the expression holds. TimeoutError if it does not by then."""
        deadline = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {seconds:g} s not yet: {expression}")
            time.sleep(0.02)

    def click(self, selector: str) -> None:
        """Click into the middle of an element, as a mouse does, after it is scrolled to."""
        chosen = f"document.querySelector({json.dumps(selector)})"
        self.evaluate(f"{chosen}.scrollIntoView({{block: 'center'}})")
        x, y = self.evaluate(
            f"(r => [Math.round(r.x + r.width / 2), Math.round(r.y + r.height / 2)])"
            f"({chosen}.getBoundingClientRect())"
        )
        down, up = ({"type": f"pointer{what}", "button": 0} for what in ("Down", "Up"))
        moves = [{"type": "pointerMove", "x": x, "y": y}, down, up]
        self._perform({"type": "pointer", "id": "mouse", "actions": moves})

    def press(self, keys: str | list[str]) -> None:
        """Press keys, in the element that has the focus: a text, or a list with names of keys."""
        strokes = [
            {"type": what, "value": KEYS.get(key, key)}
            for key in keys
            for what in ("keyDown", "keyUp")
        ]
        self._perform({"type": "key", "id": "keyboard", "actions": strokes})

    def _perform(self, action: dict[str, Any]) -> None:
        self.browser.call("input.performActions", context=self.context, actions=[action])

    def close(self) -> None:
        self.browser.call("browsingContext.close", context=self.context)
        self.browser.pages.pop(self.context, None)
