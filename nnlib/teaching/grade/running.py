"""Run one handed-in notebook, in a kernel of its own and in a copy of its folder.

What it prints and draws is not read: a verdict comes by a file of its own (see `kernel`), and an
error comes with the answer to its cell. A cell that fails does not stop the others. One that takes
too long is interrupted, and the kernel is ended where that does not help.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any, BinaryIO

import nnlib
from nnlib.teaching.grade.handed_in import Cell, Refused, Submission

START = 60.0  # seconds that a kernel may take until it answers, on a busy machine
GRACE = 3.0  # seconds that an interrupted cell has to end
GLANCE = 0.1  # seconds between two looks at whether the kernel lives
MOST = 200  # megabytes of a folder that is copied
ANSI = re.compile(r"\x1b\[[0-9;]*m")
CELL_FILE = re.compile(r"\(\d+\.py, (line \d+)\)")  # what IPython calls a cell


@dataclass(frozen=True)
class Limits:
    """Seconds for a notebook and for a cell, and gigabytes of memory (0: no limit)."""

    seconds: float = 300
    cell: float = 60
    gigabytes: float = 4


@dataclass
class Run:
    """What came of one notebook.

    verdicts  what each check said, as `kernel` writes it, with the number of its cell
    errors    by the number of a cell, in a line: what it ended in
    slow      the numbers of the cells that were interrupted
    ended     why the cells from `reached` on were not run; "" where all were
    """

    submission: Submission
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)
    slow: set[int] = field(default_factory=set)
    ended: str = ""
    seconds: float = 0.0


class Kernels:
    """The kernels that run now, so that whoever presses Ctrl-C leaves none behind."""

    def __init__(self) -> None:
        self.running: set[Any] = set()

    def close(self) -> None:
        for manager in list(self.running):
            kill(manager)


def run(submission: Submission, limits: Limits, kernels: Kernels) -> Run:
    """Run a notebook from its first cell to its last, and say what its checks said."""
    done = Run(submission, ended=submission.refused)
    if done.ended or not submission.ids:
        return done
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nnlib-", ignore_cleanup_errors=True) as place:
        try:
            folder = copied(submission, Path(place, "copy"))
        except (Refused, OSError, shutil.Error) as error:
            done.ended = f"its folder could not be copied: {error}"
            return done
        record = Path(place, "verdicts")
        record.touch()
        with record.open("rb") as lines:
            asyncio.run(_run_cells(done, folder, lines, limits, kernels))
        done.seconds = time.monotonic() - start
    return done


def copied(submission: Submission, target: Path) -> Path:
    """Copy a notebook with what lies beside it; links are left out, they lead elsewhere."""
    folder = submission.path.parent
    if submission.alone:  # beside it lie those of the others
        target.mkdir()
        return target
    size = sum(path.lstat().st_size for path in folder.rglob("*")) / 1e6
    if size > MOST:
        raise Refused(f"expected at most {MOST} MB in {folder.name}, got {size:.0f}")

    def skip(here: str, names: list[str]) -> list[str]:
        return [name for name in names if Path(here, name).is_symlink() or name[0] == "."]

    shutil.copytree(folder, target, ignore=skip)
    return target


async def _run_cells(
    done: Run, folder: Path, record: BinaryIO, limits: Limits, kernels: Kernels
) -> None:
    async with kernel(folder, record.name, limits, kernels) as (manager, client):
        reply, _ = await ask(manager, client, "", START)
        if reply is None:
            done.ended = "its kernel did not start"
            return
        deadline = time.monotonic() + limits.seconds
        for cell in done.submission.cells:
            left = deadline - time.monotonic()
            reply, alive = await ask(manager, client, cell.text, min(limits.cell, left))
            if reply is None and alive and left > limits.cell:
                done.slow.add(cell.number)
                await manager.interrupt_kernel()
                reply, alive = await answer(manager, client, GRACE)
            done.verdicts += verdicts(record, cell)
            if reply is None or _exits(reply):
                done.ended = _why(cell, alive and reply is None, left, limits)
                return
            if reply["status"] == "error":
                done.errors[cell.number] = _one_line(reply)


def _exits(reply: dict[str, Any]) -> bool:
    """Tell whether a cell said `exit()`: its kernel still answers, for a tenth of a second."""
    return any(part.get("source") == "ask_exit" for part in reply.get("payload", []))


def _why(cell: Cell, alive: bool, left: float, limits: Limits) -> str:
    if not alive:
        return f"cell {cell.number} ended the kernel"
    if left <= limits.cell:
        return f"the notebook was stopped after {limits.seconds:g} s, in cell {cell.number}"
    return f"cell {cell.number} ran for more than {limits.cell:g} s and could not be interrupted"


def _one_line(reply: dict[str, Any]) -> str:
    value = ANSI.sub("", str(reply.get("evalue", ""))).strip().partition("\n")[0]
    value = CELL_FILE.sub(r"(\1)", value)
    return f"{reply.get('ename', 'Error')}: {value}".strip(": ")[:300]


def verdicts(lines: BinaryIO, cell: Cell) -> Iterator[dict[str, Any]]:
    """Yield what was written since the last look."""
    for line in lines.read().splitlines():
        with contextlib.suppress(ValueError):
            yield {**json.loads(line), "cell": cell.number}


# --- One kernel.


@contextlib.asynccontextmanager
async def kernel(
    folder: Path, record: str, limits: Limits, kernels: Kernels
) -> AsyncIterator[tuple[Any, Any]]:
    """Start a kernel in a folder, and end it with all that it has started."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class OurKernel(AsyncKernelManager):
        kernel_spec = KernelSpec(
            argv=[
                *(sys.executable, "-P", "-m", "nnlib.teaching.grade.kernel"),
                *(record, str(limits.gigabytes), "-f", "{connection_file}"),
            ],
            display_name="nnlib",
            language="python",
        )

    manager = OurKernel()
    environment = os.environ | {
        "OPENBLAS_NUM_THREADS": "1",
        "TQDM_DISABLE": "1",
        "PYTHONPATH": os.pathsep.join(
            [str(Path(nnlib.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        ).rstrip(os.pathsep),
    }
    kernels.running.add(manager)
    try:
        await manager.start_kernel(cwd=str(folder), env=environment)
        client = manager.client()
        # Whatever is printed goes by another channel, to which nobody listens.
        client.start_channels(shell=True, iopub=False, stdin=False, hb=False, control=False)
        try:
            yield manager, client
        finally:
            client.stop_channels()
    finally:
        kill(manager)
        kernels.running.discard(manager)
        with contextlib.suppress(Exception):  # it may never have begun
            await manager.shutdown_kernel(now=True)


def kill(manager: Any) -> None:
    """End a kernel and what it has started, without asking."""
    process = getattr(manager.provisioner, "process", None)
    if process is not None:
        # It may be gone; and Windows knows no groups.
        with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()


async def ask(
    manager: Any, client: Any, code: str, seconds: float
) -> tuple[dict[str, Any] | None, bool]:
    """Run code; return the answer, None if there is none in time, and whether the kernel lives."""
    client.execute(code, store_history=bool(code), allow_stdin=False, stop_on_error=False)
    return await answer(manager, client, seconds)


async def answer(manager: Any, client: Any, seconds: float) -> tuple[dict[str, Any] | None, bool]:
    """Wait for the answer to what was asked last."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return (await client.get_shell_msg(timeout=GLANCE))["content"], True
        except Empty:
            if not await manager.is_alive():
                return None, False
            if time.monotonic() > deadline:
                return None, True
