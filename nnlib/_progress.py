"""A progress bar where tqdm is installed, and nothing where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


def with_bar(
    items: Iterable[T],
    show: bool,
    size: Callable[[T], int] = lambda item: 1,
    note: Callable[[T], dict[str, str]] = lambda item: {},
    **bar: Any,
) -> Iterator[T]:
    """Yield the items beside a bar that grows by the `size` of each and shows its `note`.

    `bar` goes to tqdm: total, unit, ...
    """
    try:
        from tqdm.auto import tqdm
    except ImportError:
        yield from items
        return
    with tqdm(disable=not show, **bar) as progress:
        for item in items:
            progress.set_postfix(note(item), refresh=False)
            progress.update(size(item))
            yield item
