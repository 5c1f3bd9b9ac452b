"""The playground: train a network of your own, and look into it while it learns.

settings   knobs -> the lines of Python that they stand for, and a link
engine     the code, run; the network in it, trained and measured
pictures   what is shown of it, as small arrays
missions   networks in trouble, each with its check
recorded   runs for pages that have no Python
door       how a page asks for all this
jupyter    the same in Jupyter, with ipywidgets: `from nnlib.teaching.play import playground`
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnlib.teaching.play.jupyter import playground

__all__ = ["playground"]


def __getattr__(name: str) -> Any:
    # Not before it is asked for: in a page there are neither widgets nor matplotlib.
    if name != "playground":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from nnlib.teaching.play.jupyter import playground

    return playground
