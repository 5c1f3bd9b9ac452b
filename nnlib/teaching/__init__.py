"""What the chapters use besides the network: figures, explorers, questions, checks, source.

Each name is imported when it is first asked for, so that a chapter that only draws does not
load the exercises of all the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnlib.teaching.asking import ask
    from nnlib.teaching.checks import check
    from nnlib.teaching.equations import verify
    from nnlib.teaching.explorers import explore
    from nnlib.teaching.figures import figure
    from nnlib.teaching.registries import registry
    from nnlib.teaching.source import show

_HOME = {
    "ask": "asking",
    "check": "checks",
    "explore": "explorers",
    "figure": "figures",
    "registry": "registries",
    "show": "source",
    "verify": "equations",
}

__all__ = ["ask", "check", "explore", "figure", "registry", "show", "verify"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
