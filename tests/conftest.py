"""What several test modules share: the oracle, property settings, a browser."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
from hypothesis import settings

# The same examples on every run and every machine; no clock decides whether a test passes.
settings.register_profile("nnlib", derandomize=True, deadline=None, max_examples=40, database=None)
settings.load_profile("nnlib")


def pytest_collection_modifyitems(items):
    """Mark every test that asks for PyTorch."""
    for item in items:
        if "torch" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.oracle)


@pytest.fixture(scope="session")
def torch():
    """PyTorch with one thread: two pools of threads in one process slow each other down."""
    try:
        import torch
    except ImportError:
        pytest.skip("PyTorch is not installed; `make oracle` installs it")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    return torch


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """What explains a wrong answer stops at a clock for readers' sake; a slow machine must not."""
    monkeypatch.setattr("nnlib.teaching.slips.search.PATIENCE", float("inf"))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def violations():
    """What pages did against their own policy (book/_ext/page/policy.py), as Chromium says it."""
    return []


@pytest.fixture(autouse=True)
def keeps_its_policy(violations):
    """No page does what its policy forbids, in any test."""
    yield
    told, violations[:] = violations[:], []
    assert told == []


@pytest.fixture(scope="session")
def chromium(violations):
    """Chromium, one for all tests: Playwright runs only once in a thread.

    Where there is none its tests are skipped, but fail on CI.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _no_browser("playwright is not installed")
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        _no_browser("no chromium on the PATH")
    quiet = ["quic", "background-networking", "component-update", "sync", "gpu"]
    flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in quiet)]

    def hear(message):
        if "Content Security Policy" in message.text:
            violations.append(message.text)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=flags)
        browser.on("context", lambda context: context.on("console", hear))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def firefox():
    """Firefox, one for all tests (tests/firefox.py). Where there is none they are skipped.

    CI does not bring one: Chromium is the browser that must be there.
    """
    driver = pytest.importorskip("tests.firefox", reason="websocket-client is not installed")
    if (binary := driver.binary()) is None:
        pytest.skip("no firefox on the PATH")
    browser = driver.Firefox(binary)
    yield browser
    browser.close()


def _no_browser(reason):
    if os.environ.get("CI"):
        pytest.fail(f"CI must open the pages in a browser: {reason}", pytrace=False)
    pytest.skip(reason)
