"""Fixtures of the teaching tests: a browser, and one small book that is built once."""

from __future__ import annotations

import pytest

from tests.teaching import driver, sample


@pytest.fixture(scope="session")
def chromium():
    return driver.chromium()


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of a built book with every kind of control."""
    source = sample.write(
        tmp_path_factory.mktemp("book"), sample.WAVES, sample.LINES, sample.FIGURE
    )
    result = sample.build(source)
    assert result.returncode == 0, result.stderr
    return source.parent / "build" / "html"
