"""One Python that has imported what most notebooks need, and forks a kernel when asked for one.

A kernel of its own takes a second of processor time before its first cell, most of it for
imports: that is a second for each lesson of the book. A fork of this process begins where they
have ended, and shares nothing with the others from then on.

Run as a script it answers, for each line that it reads (the kernel's command, folder and
environment as JSON), with the number of a process. Everything else here is for who asks.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from types import SimpleNamespace
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

# Imported before the first fork. No module of a chapter: a lesson loads its own. None of these
# starts a thread, opens a socket or looks for the shell that it is in: none of that would be a
# kernel's own. So matplotlib's backend for notebooks, which looks, is not among them.
BEFORE = (
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "IPython.core.completer",
    "psutil",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    *(
        f"nnlib.teaching.{name}"
        for name in ("asking", "checks", "equations", "explorers", "source")
    ),
)

FORKS = sys.platform == "linux"  # elsewhere there is none, or the system's libraries forbid it


class Warm:
    """The process that forks, begun with the first kernel that it is asked for."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def kernel(self, command: list[str], folder: str, environment: dict[str, str]) -> Kernel:
        asked = {"command": command, "folder": folder, "environment": environment}
        with self._lock:
            if self._process is None:
                self._process = _begun(environment)
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the process that forks kernels has ended")
        return Kernel(int(answer))

    def close(self) -> None:
        """End the process; kernels that are left end with it."""
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait()
            self._process = None


def _begun(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment | {"MPLBACKEND": environment.get("MPLBACKEND", INLINE)},
        text=True,
        start_new_session=True,  # Ctrl-C is for who asked
    )


INLINE = "module://matplotlib_inline.backend_inline"  # as ipykernel says to matplotlib


class Kernel:
    """What a provisioner needs of a process that is no child of ours."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int):
        self.pid = pid

    def poll(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        while self.poll() is None:
            time.sleep(0.01)
        return 0

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class Provisioner(LocalProvisioner):
    """Starts a kernel by having it forked."""

    warm: Warm

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        self.cwd = options.get("cwd") or os.getcwd()
        self.process = self.warm.kernel(cmd, str(self.cwd), options["env"])
        self.pid = self.pgid = self.process.pid
        return self.connection_info


def for_every_kernel() -> Warm:
    """Have every kernel that this process starts forked; close what is returned at the end."""
    warm = Warm()
    factory = KernelProvisionerFactory.instance()
    factory.provisioners["warm"] = SimpleNamespace(
        name="warm", load=lambda: type("Warmed", (Provisioner,), {"warm": warm})
    )
    factory.default_provisioner_name = "warm"
    return warm


# --- In the process that forks.


def serve() -> None:
    del sys.path[0]  # this folder: a kernel does not see it
    for name in BEFORE:
        with contextlib.suppress(Exception):  # what cannot be imported fails in the cell that tries
            importlib.import_module(name)
    gc.freeze()  # what is there stays: to look through it would copy it for each
    gc.set_threshold(20_000, 10, 10)  # figures are many objects, and most are let go by themselves
    with tempfile.TemporaryDirectory() as folder:
        if sys.dont_write_bytecode:  # or each kernel would compile its chapter anew
            sys.dont_write_bytecode, sys.pycache_prefix = False, folder
        answer()


def answer() -> None:
    """Fork a kernel for each line that is read."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone at once
    parent = os.getpid()
    for line in sys.stdin:
        asked = json.loads(line)
        if (pid := os.fork()) == 0:
            become(asked, parent)
        os.setpgid(pid, pid)
        print(pid, flush=True)


def become(asked: dict[str, Any], parent: int) -> None:
    """Be the kernel that was asked for, as if begun by its command."""
    import numpy as np
    from ipykernel import kernelapp

    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    np.random.seed()  # noqa: NPY002  (two kernels would share what neither has seeded)
    del sys.modules["__main__"]
    # What follows "-m"; and with whose end it ends.
    module, *arguments = asked["command"][2:]
    spec = importlib.util.find_spec(module)
    sys.argv = [(spec and spec.origin) or module, *arguments]
    sys.argv.append(f"--IPKernelApp.parent_handle={parent}")
    try:
        kernelapp.launch_new_instance()
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve()
