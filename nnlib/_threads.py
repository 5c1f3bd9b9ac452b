"""Parts of a batch on several threads at once: NumPy lets another thread run while it computes.

The environment variable NNLIB_THREADS says how many; 1 unless given. It pays for convolution and
pooling on large batches, with NumPy's own threads off (OPENBLAS_NUM_THREADS=1 before NumPy is
imported): two pools of threads fight for the cores. No number depends on it: the shapes decide
what a part is, and sums over parts are taken in their order.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from typing import TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")

VARIABLE = "NNLIB_THREADS"

_inside: ContextVar[bool] = ContextVar("_inside", default=False)


def threads() -> int:
    """Return how many threads NNLIB_THREADS asks for; ValueError unless a whole number >= 1."""
    given = os.environ.get(VARIABLE, "1")
    if not given.isdecimal() or int(given) < 1:
        raise ValueError(f"expected {VARIABLE} as a whole number >= 1, got {given!r}")
    return int(given)


def each(work: Callable[[Part], Result], parts: Sequence[Part]) -> Iterator[Result]:
    """Yield work(part) for each part, in their order; an error of one part is raised here.

    Without threads, and within a part, this is `map`. At most one result a thread waits to be
    fetched, as the gradients of many parts together may be large.
    """
    count = 1 if _inside.get() else min(threads(), len(parts))
    pool = _helpers(os.getpid(), count - 1) if count > 1 else None
    if pool is None:
        yield from map(work, parts)
        return
    for i in range(0, len(parts), count):
        mine, *others = parts[i : i + count]
        # In a copy of the caller's context: there NumPy keeps what np.errstate has set.
        futures = [pool.submit(copy_context().run, _within, work, part) for part in others]
        try:
            yield copy_context().run(_within, work, mine)
            for future in futures:
                yield future.result()
        finally:
            wait(futures)  # no part goes on behind an error


def _within(work: Callable[[Part], Result], part: Part) -> Result:
    _inside.set(True)  # parts of a part would wait for the threads that wait for them
    return work(part)


@functools.cache
def _helpers(process: int, count: int) -> ThreadPoolExecutor | None:
    """Return threads that help the caller's, or None where there can be none.

    They belong to one process: of a pool, a fork inherits everything but the threads.
    """
    pool = ThreadPoolExecutor(count, thread_name_prefix="nnlib")
    try:
        pool.submit(int).result()
    except RuntimeError:  # "can't start new thread": Python in a browser has none
        return None
    return pool
