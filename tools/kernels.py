"""Run notebooks, each in a kernel of its own and as many at once as there are processors."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from tools.warm import FORKS, Provisioner, Warm

TIMEOUT = 600  # seconds for one cell: it may draw some hundred frames, on a busy machine

# Two kernels with two threads each on two processors wait for each other. As in conftest.py, a bar
# prints elapsed time, which no two runs share.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "TQDM_DISABLE": "1"}

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Run:
    """What came of one notebook."""

    path: Path
    notebook: NotebookNode
    seconds: float = 0.0
    failure: str = ""  # cell and traceback; empty where every cell ran to its end
    client: NotebookClient | None = field(default=None, repr=False)


class _Client(NotebookClient):
    """Run cells as nbval does, which knows no Output widget: what one captures stays in the cell.

    Without this, a figure drawn inside a widget is missing here and present under nbval.
    """

    warm: Warm | None = None

    def on_comm_open_jupyter_widget(self, msg: dict[str, Any]) -> None:
        return None

    def create_kernel_manager(self) -> Any:
        manager = super().create_kernel_manager()
        if self.warm is not None:
            manager.kernel_id = str(uuid.uuid4())
            manager.provisioner = Provisioner(
                kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
            )
            manager.provisioner.warm = self.warm
        return manager


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        return os.cpu_count() or 1


def run(paths: Sequence[Path], done: Callable[[Run], None], jobs: int | None = None) -> None:
    """Run the notebooks, begun in this order; hand each over as soon as it has ended.

    Each runs in its own folder, as in Jupyter. `done` is called in the calling thread, also for
    one that failed: the others go on.
    """
    runs = [Run(path, nbformat.read(path, as_version=4)) for path in paths]
    cells = sum(cell.cell_type == "code" for run in runs for cell in run.notebook.cells)
    pool = ThreadPoolExecutor(jobs or processors())
    warm = Warm() if FORKS else None
    with tqdm(total=cells, unit="cell", desc="Running notebooks", mininterval=1) as bar:
        futures = {pool.submit(_run, run, bar, warm): run for run in runs}
        try:
            for future in as_completed(futures):
                future.result()
                ended = futures[future]
                verdict = "FAILED" if ended.failure else f"{ended.seconds:.0f} s"
                bar.write(f"{_name(ended.path)}: {verdict}")
                done(ended)
        finally:
            # Nothing is left of them unless somebody pressed Ctrl-C or `done` failed.
            pool.shutdown(wait=False, cancel_futures=True)
            for run in runs:
                _kill(run)
            if warm is not None:
                warm.close()


def _run(run: Run, bar: Any, warm: Warm | None) -> None:
    """Run one notebook in place, and note how that went."""
    where = "before its first cell"

    def starts(cell: NotebookNode, cell_index: int) -> None:
        nonlocal where
        where = f"cell {cell_index + 1} ({cell.get('id', 'no id')})"

    run.client = _Client(
        run.notebook,
        kernel_name="python3",
        timeout=TIMEOUT,
        resources={"metadata": {"path": str(run.path.parent)}},
        on_cell_start=starts,
        on_cell_executed=lambda **_: bar.update(),
    )
    run.client.warm = warm
    start = time.monotonic()
    try:
        # What the kernel itself logs is none of the chapter's output; nbval drops it too.
        environment = os.environ | ENVIRONMENT
        asyncio.run(run.client.async_execute(env=environment, stderr=subprocess.DEVNULL))
    except CellExecutionError as error:
        run.failure = f"{where}: {ANSI.sub('', error.traceback).strip()}"
    except (CellTimeoutError, DeadKernelError) as error:
        run.failure = f"{where}: {error}"
    finally:
        run.seconds = time.monotonic() - start
        run.client = None


def _kill(run: Run) -> None:
    manager = run.client.km if run.client else None
    if manager is not None and (process := getattr(manager.provisioner, "process", None)):
        process.kill()


def _name(path: Path) -> str:
    """Return the path as seen from where we are, where that is shorter."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
