"""One small book, built once for all tests."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest

from tests.teaching import sample


@pytest.fixture(autouse=True)
def _close():
    """Close what a test draws."""
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of a built book with every kind of control."""
    source = sample.write(
        tmp_path_factory.mktemp("book"), sample.WAVES, sample.LINES, sample.FIGURE
    )
    result = sample.build(source)
    assert result.returncode == 0, result.stderr
    return source.parent / "build" / "html"
