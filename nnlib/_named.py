"""What activations, initializers, layers, losses and optimizers share: a name, and settings.

One base, so that a class of your own prints, is found by its name, and is saved as ours are:

    class Sine(Activation, name="sine"):
        def forward(self, Z): ...

    FullyConnected(8, "sine")
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

Method = Callable[..., Any]


class Named:
    """A family's base names the family, `class Loss(Named, family="loss")`; others may take a name.

    `word` is that name, or else the name of the class: a subclass doesn't inherit it.
    `doors` holds, by the name of a method, what every such method of the family is wrapped in.
    `varying` names the attributes that change with use. All others are settings, but for those
    that begin with "_".
    """

    family: ClassVar[str]
    by_name: ClassVar[dict[str, type[Any]]]
    word: ClassVar[str]
    doors: ClassVar[dict[str, Callable[[Method], Method]]] = {}
    varying: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, name: str | None = None, family: str | None = None) -> None:
        super().__init_subclass__()
        if family is not None:
            cls.family, cls.by_name = family, {}
        cls.word = cls.__name__ if name is None else name
        if name is not None:
            same = cls.by_name.setdefault(name, cls)
            if (same.__module__, same.__qualname__) != (cls.__module__, cls.__qualname__):
                raise ValueError(f"expected a name that no {cls.family} has, got {name!r}: {same}")
            cls.by_name[name] = cls  # a notebook's cell that runs again defines its class anew
        for method, door in cls.doors.items():
            if method in vars(cls):
                setattr(cls, method, door(vars(cls)[method]))

    def settings(self) -> dict[str, Any]:
        """Return what was chosen when this was made, by name."""
        own = vars(self).items()
        return {k: v for k, v in own if k not in self.varying and not k.startswith("_")}

    def __repr__(self) -> str:
        return self.word


N = TypeVar("N", bound=Named)


def resolve(given: str | N, base: type[N]) -> N:
    """Return the object of a family that `given` names, or a copy of `given` if it is one.

    The copy keeps two layers from sharing the slope of one PReLU.
    """
    if isinstance(given, base):
        return copy.deepcopy(given)
    what, by_name = base.family, base.by_name
    if not isinstance(given, str):
        raise ValueError(
            f"expected the {what} as a name or an object of {base.__name__}, got {given!r}"
        )
    if given not in by_name:
        near = difflib.get_close_matches(given, by_name, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"expected the {what} to be one of {sorted(by_name)}, got {given!r}{hint}")
    return by_name[given]()
