"""What several test modules share: the oracle, property settings, inputs away from kinks."""

from __future__ import annotations

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


@pytest.fixture
def rng():
    return np.random.default_rng(0)
