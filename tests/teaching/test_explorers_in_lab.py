"""JupyterLab, started for real, runs a notebook: a slider is moved, a question answered."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.teaching import sample

pytest.importorskip("jupyterlab")
pytestmark = pytest.mark.browser
ASK = """
from nnlib.teaching import ask
from nnlib.teaching.questions import Choice, Number, Option, Slip

ask(Number(id="9.mean", prompt="The mean of $0$ and $1$?", answer=0.5, why="Half of the sum.",
           wrong=[Slip(1, "That is the sum.")]))
ask(Choice(id="9.most", prompt="Which is most?", why="One is more.", options=[
    Option("$x^0$", "It is 1.", right=True), Option("nothing", "Nothing is 0.")]))
"""
CHAPTER = Path(__file__).parents[2] / "book" / "02_activations" / "1_slopes.ipynb"


@pytest.fixture
def lab(tmp_path, chromium):
    """The address of a running JupyterLab that serves the sample and chapter 2; add a name."""
    source = sample.write(tmp_path, sample.WAVES, sample.FIGURE, ASK)
    shutil.copy(CHAPTER, source / "chapters")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"),
        *("--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"),
        *(f"--ServerApp.root_dir={source / 'chapters'}", "--LabApp.news_url="),
    ]
    folders = ("CONFIG_DIR", "RUNTIME_DIR", "LAB_SETTINGS_DIR", "LAB_WORKSPACES_DIR")
    private = {
        f"JUPYTER{'' if name.startswith('LAB') else '_'}{name}": str(tmp_path / name.lower())
        for name in folders
    }
    with open(tmp_path / "lab.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | private)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(f"{address}/api/status?token={token}", server, tmp_path / "lab.log")
        yield f"{address}/lab/tree/{{}}?token={token}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait(url, server, log):
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def run_all(page, address):
    page.goto(address)
    # "Run All Cells" before the kernel is there brings a dialog that asks for one.
    page.get_by_text("(ipykernel) | Idle").wait_for()
    page.locator(".jp-Notebook .jp-CodeCell").first.click()  # the menu is there before its items
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def test_a_slider_moved_in_jupyterlab_shows_another_frame(lab, chromium):
    context = chromium.new_context(viewport={"width": 1200, "height": 1600})
    context.set_default_timeout(90_000)
    page = context.new_page()
    run_all(page, lab.format("one.ipynb"))

    def shown():
        source = page.locator(".jupyter-widgets img").get_attribute("src")
        return base64.b64decode(source.partition("base64,")[2]).decode()

    page.get_by_text("You see 2.5 sine waves.").wait_for()
    assert "at count=2.5 shape=sine filled=False" in shown()

    handle = page.get_by_role("slider").first
    handle.focus()
    handle.press("ArrowRight")
    page.get_by_text("You see 4 sine waves.").wait_for()
    assert "at count=4 shape=sine filled=False" in shown()

    page.get_by_role("button", name="square").click()
    page.get_by_label("fill").click()
    page.get_by_text("You see 4 square waves, filled").wait_for()
    assert "at count=4 shape=square filled=True" in shown()
    # A figure without controls is shown as well, with its sentence.
    assert page.get_by_role("img", name="The diagonal of a square").is_visible()
    _answer(page)
    page.screenshot(path=os.environ.get("LAB_SCREENSHOT") or os.devnull, type="png")
    context.close()


def _answer(page):
    number, choice = page.locator(".jp-OutputArea-output:has(button:text-is('Check'))").all()
    field, check = number.locator("input[type=text]"), number.locator("button", has_text="Check")
    field.fill("1/1")
    check.click()
    number.get_by_text("That is the sum.").wait_for()
    field.fill("1/2")
    check.click()
    number.get_by_text("Half of the sum.").wait_for()
    # Labels and prompts are Markdown: formulas are set.
    choice.locator(":is(.katex, mjx-container)").first.wait_for()
    choice.locator("input[type=checkbox]").last.check()
    choice.locator("button", has_text="Check").click()
    choice.get_by_text("Nothing is 0.").wait_for()
    choice.get_by_text("✖ wrong").wait_for()


def test_a_chapter_runs_in_jupyterlab_and_its_slider_moves(lab, chromium):
    context = chromium.new_context(viewport={"width": 1200, "height": 1600})
    context.set_default_timeout(90_000)
    page = context.new_page()
    run_all(page, lab.format(CHAPTER.name))

    first = page.get_by_text("sigmoid at z = 3: value 0.953").last
    first.wait_for(state="attached")
    first.scroll_into_view_if_needed()
    handle = page.get_by_role("slider").first
    handle.focus()
    handle.press("ArrowRight")
    page.get_by_text("sigmoid at z = 4: value 0.982").wait_for()
    context.close()
