"""A process of its own for each library, which runs a round when told to.

NumPy and PyTorch each keep a pool of threads. In one process the two pools fight for the cores,
and NumPy's steps take several times as long as alone. How many threads there are is settled when
a process begins, so each way to use the cores is a process too.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any
from unittest.mock import patch

from benchmarks.timing import THREADS, cores, seconds_per_call
from nnlib import _threads

Environment = dict[str, str]


def ways(count: int = cores()) -> dict[str, tuple[Environment, Environment]]:
    """Return the ways to use so many cores: the environment of nnlib's process, and of the other's.

    On one thread; on all by NumPy's BLAS; on all by nnlib, with BLAS on one.
    """
    alone, together = ({name: str(n) for name in THREADS} for n in (1, count))
    found = {"1": (alone, alone)}
    if count > 1:
        found[f"{count}, of BLAS"] = together, together
        found[f"{count}, of nnlib"] = alone | {_threads.VARIABLE: str(count)}, together
    return found


class Worker:
    """A process that prepares one task at a time and answers questions about it.

    `prepare(*task)` runs over there and returns an object with `probe()` and `step()`. What
    `environment` sets is added to the variables of this process.
    """

    def __init__(self, prepare: Callable[..., Any], environment: Environment | None = None) -> None:
        context = get_context("spawn")  # a fork would inherit this process's thread pool
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, prepare), daemon=True)
        with patch.dict(os.environ, environment or {}):
            self.process.start()
        theirs.close()  # or a worker that dies would leave us waiting

    def ask(self, what: str, *arguments: Any) -> Any:
        """Return the worker's answer; RuntimeError with its traceback if it failed."""
        self.pipe.send((what, arguments))
        try:
            worked, answer = self.pipe.recv()
        except EOFError:
            raise RuntimeError(f"the worker ended while it was asked to {what}") from None
        if not worked:
            raise RuntimeError(f"the worker failed to {what}:\n{answer}")
        return answer

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.pipe.close()
        self.process.join()


def _serve(pipe: Connection, prepare: Callable[..., Any]) -> None:
    task: Any = None
    while True:
        try:
            what, arguments = pipe.recv()
        except EOFError:  # the other end is closed: nobody will ask again
            return
        try:
            answer = None
            if what == "prepare":
                task = prepare(*arguments)
            elif what == "probe":
                answer = task.probe()
            elif what == "time":
                answer = seconds_per_call(task.step, *arguments)
            else:
                raise ValueError(f"expected prepare, probe or time, got {what!r}")
            pipe.send((True, answer))
        except Exception:
            pipe.send((False, traceback.format_exc()))
