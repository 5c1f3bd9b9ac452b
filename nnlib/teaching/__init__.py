"""What the chapters use besides the network: figures, explorers, exercise checks, source display.

Each name is imported when it is first asked for, so that a chapter that only draws does not
load the exercises of all the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnlib.teaching.checks import check
    from nnlib.teaching.equations import verify
    from nnlib.teaching.explorers import explore
    from nnlib.teaching.figures import figure
    from nnlib.teaching.source import show

_HOME = {
    "check": "checks",
    "explore": "explorers",
    "figure": "figures",
    "show": "source",
    "verify": "equations",
}

__all__ = ["check", "explore", "figure", "show", "verify"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
