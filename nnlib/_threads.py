"""Parts of a batch on several threads at once: NumPy lets another thread run while it computes.

The environment variable NNLIB_THREADS says how many; 1 unless given. It pays for convolution and
pooling on large batches, with NumPy's own threads off (OPENBLAS_NUM_THREADS=1 before NumPy is
imported): two pools of threads fight for the cores. No number depends on it: the shapes decide
what a part is, and sums over parts are taken in their order.
"""

from __future__ import annotations

import functools
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
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

    Without threads, for a single part, and within a part, this is `map`. Few results wait to be
    fetched at a time, as the weights' gradients of all parts together may be large.
    """
    count = threads()
    pool = _pool(os.getpid(), count) if count > 1 < len(parts) and not _inside.get() else None
    if pool is None:
        yield from map(work, parts)
        return
    running: deque[Future[Result]] = deque()
    try:
        for part in parts:
            # In a copy of the caller's context: there NumPy keeps what np.errstate has set.
            running.append(pool.submit(copy_context().run, _within, work, part))
            if len(running) > count:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:  # no part goes on behind an error
        for future in running:
            future.cancel()
        wait(running)


def _within(work: Callable[[Part], Result], part: Part) -> Result:
    _inside.set(True)  # parts of a part would wait for the threads that wait for them
    return work(part)


@functools.cache
def _pool(process: int, count: int) -> ThreadPoolExecutor | None:
    """Return this process's threads, None where there can be none; a fork gets its own."""
    pool = ThreadPoolExecutor(count, thread_name_prefix="nnlib")
    try:
        pool.submit(int).result()
    except RuntimeError:  # "can't start new thread": Python in a browser has none
        return None
    return pool
