"""A book that is not ours, for the tests: nnlib-teaching from its wheel, no chapter in reach."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "another-book"
PACKAGE = ROOT / "packaging" / "teaching"


def run(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command that knows nothing of this checkout; return what came of it."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if k not in ("PYTHONPATH", "NNLIB_BOOK", "NNLIB_BUILDING")
    }
    return subprocess.run(
        list(map(str, command)), cwd=cwd, env=kept, capture_output=True, text=True, timeout=300
    )


def succeed(*command: str | Path, cwd: Path | None = None) -> str:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def wheel(folder: Path) -> Path:
    """Build the wheel for other books, offline; return its path."""
    uv = Path(sys.executable).parent / "uv"
    build = ["build", "--wheel", "--offline", "--no-build-isolation", "--python", sys.executable]
    succeed(uv, *build, "--out-dir", folder, PACKAGE)
    [built] = folder.glob("*.whl")
    return built


def environment(folder: Path, built: Path) -> Path:
    """Make an environment with the wheel, and all that is installed here but this checkout.

    A path named by a .pth file brings what lies there, and no .pth file of it: so the editable
    installation of this checkout stays out. Returns its Python.
    """
    uv = Path(sys.executable).parent / "uv"
    succeed(uv, "venv", "--offline", "--python", sys.executable, folder)
    python = folder / "bin" / "python"
    succeed(uv, "pip", "install", "--offline", "--no-deps", "--python", python, built)
    [site] = folder.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return python


def pages(target: Path) -> str:
    """Return the text of all that a browser can ask for, but Python, in one string."""
    readable = {".html", ".js", ".css", ".svg", ".txt", ".json"}
    files = [path for path in target.rglob("*") if path.suffix in readable]
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in files
        if not {"from-folder", "_python"} & set(path.relative_to(target).parts)
    )
