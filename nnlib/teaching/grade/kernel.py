"""The kernel that a handed-in notebook runs in: Jupyter's own, which also writes down each verdict.

    python -P -m nnlib.teaching.grade.kernel RECORD GIGABYTES -f CONNECTION

Whatever metadata a notebook has, it runs in the Python and with the nnlib of whoever grades: all
of it is imported here, before a folder with a student's files is on the path. A verdict is written
at the moment it falls, so that what stops the kernel afterwards does not take it back.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import json
import os
import sys
import textwrap
from typing import Any

from nnlib.teaching import checks

LONGEST = 4000  # characters of a text: an evidence shows small arrays, and a message is a sentence


def untouched(id: str, function: Any) -> bool:
    """Tell whether the code of a function is that of its starter, but for comments and blanks."""
    try:
        mine = textwrap.dedent(inspect.getsource(function))
        return ast.dump(ast.parse(mine)) == ast.dump(ast.parse(checks.check.starter(id)))
    except (OSError, TypeError, SyntaxError):
        return False


def listener(record: int) -> checks.Listener:
    """Return what writes each verdict as a line of JSON into an open file."""

    def told(id: str, function: Any, verdict: checks.Verdict) -> None:
        said = {
            "id": id,
            "state": verdict.state,
            "passed": verdict.passed,
            "untouched": not verdict.passed and untouched(id, function),
            "message": verdict.message[:LONGEST],
            "evidence": verdict.evidence[:LONGEST],
        }
        os.write(record, json.dumps(said).encode() + b"\n")

    return told


def limit_memory(gigabytes: float) -> None:
    """Have what asks for more memory fail with MemoryError; only POSIX has such a limit."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        size = int(gigabytes * 2**30)
        if size:
            resource.setrlimit(resource.RLIMIT_AS, (size, size))


def main() -> None:
    import ipykernel.kernelapp

    record, gigabytes, *arguments = sys.argv[1:]
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    checks.LISTENERS.append(listener(os.open(record, flags)))
    limit_memory(float(gigabytes))
    # Nobody reads what is printed, and there may be a gigabyte of it.
    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (open as long as the kernel)
    os.dup2(nowhere.fileno(), 1)
    os.dup2(nowhere.fileno(), 2)
    sys.argv[1:] = [*arguments, "--HistoryManager.enabled=False"]
    ipykernel.kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
