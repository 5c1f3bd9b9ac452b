"""Python for the page: the files of Pyodide and NumPy, and where a build finds them.

They are no part of this repository. A build takes them from the folder that NNLIB_PYODIDE names,
else from a cache in the home folder, else it fetches them once, from the address that Pyodide
itself names, and keeps them there. What is fetched must have the hash written down below. A file
that somebody put into one of the two folders may differ from it: then the build says so and takes
it, since it is their machine. NNLIB_PYODIDE=none builds a book without.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nnlib.data import digest_of, download

# From 314 on, Pyodide needs a worker made of a module, which no browser makes from a folder.
VERSION = "0.29.3"
ADDRESS = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"

# SHA-256. NumPy's is the one in pyodide-lock.json.
FILES = {
    "pyodide.js": "718d40f1c015dd25ec724cc8fc4e2325d6a45a92ae225121ff6953f224a16f72",
    "pyodide.asm.js": "1263f02b5b26099b96112378156f242dd98b39a8201ba7765e5fe3d455c5ce91",
    "pyodide.asm.wasm": "e2f4ee75b325e35eb31bfb8c613d4dd5098f5502c156a97847686875b5025480",
    "python_stdlib.zip": "4298b6ee445cb724c3973437da47789752b9e6ff4e26619026b283ec801fc46b",
    "pyodide-lock.json": "3256ffc76388de0e37f4b34d42ab484268d1afc675179ff97b2a5bb14f84ccac",
    "numpy-2.2.5-cp313-cp313-pyodide_2025_0_wasm32.whl": (
        "6eaab6a7bb658d71ebe702911a3deab715323642462eb41b65565ca6a7cc23f1"
    ),
}

FOLDER = "NNLIB_PYODIDE"
REQUIRED = "NNLIB_REQUIRE_PYODIDE"
"""Environment variables: where the files are, and whether a build without them fails."""

NOTICE = f"""\
The code exercises of this book run in the page, by these works of others, unchanged:

Pyodide {VERSION}, Mozilla Public License 2.0, https://pyodide.org
    its source: https://github.com/pyodide/pyodide/tree/{VERSION}
CPython 3.13, Python Software Foundation License, https://www.python.org
NumPy 2.2.5, BSD 3-Clause License, https://numpy.org

from-folder/ holds the same files as scripts: a page opened as a file may load nothing else.
"""

Say = Callable[[str], None]


class Missing(Exception):
    """Some file of Pyodide's is to be had nowhere; the message says which, and why."""


def cache() -> Path:
    """Return the folder outside of the tree where fetched files stay."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home, "neural-networks-by-hand", f"pyodide-{VERSION}")


def locate(say: Say) -> dict[str, Path]:
    """Return the path of each file, fetching what is missing; raise Missing if that fails."""
    named = os.environ.get(FOLDER)
    if named == "none":
        raise Missing(f"{FOLDER}=none asks for a book without it")
    folder = Path(named) if named else cache()
    found = {}
    for name, digest in FILES.items():
        path = folder / name
        if not path.is_file():
            if named:
                raise Missing(f"{FOLDER}={named} holds no {name}")
            _fetch(name, digest, folder, say)
        elif digest_of(path) != digest:
            say(f"{path} is not the file of Pyodide's distribution, by its hash; taken as it is")
        found[name] = path
    return found


def _fetch(name: str, digest: str, folder: Path, say: Say) -> None:
    say(f"fetching {ADDRESS}{name}")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{name}.part"
    try:
        download(ADDRESS + name, part, progress=False)
    except OSError as error:
        raise Missing(f"{name} is not in {folder}, and {ADDRESS} gave no answer: {error}") from None
    if digest_of(part) != digest:
        part.unlink()
        raise Missing(f"{ADDRESS}{name} has another hash than the one written down: not taken")
    part.replace(folder / name)


def library(files: Mapping[str, bytes] | None = None, rooms: bool = True) -> bytes:
    """Return nnlib, and files of the book, as a zip for the page; the same bytes for the same.

    What no page asks for is left out: the stylesheets and scripts, and the command for teachers;
    without `rooms`, as for another book than ours, the chapters as well.
    """
    package = Path(__file__).parents[1]
    left_out = {"__pycache__", "assets", "grade"} | ({"chapters"} if not rooms else set())
    content = dict(files or {})
    for path in package.rglob("*"):
        parts = path.relative_to(package).parts
        if not path.is_dir() and left_out.isdisjoint(parts):
            content["/".join((package.name, *parts))] = path.read_bytes()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(content):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content[name])
    return stream.getvalue()


def install(target: Path, worker: Path, archive: bytes | None = None) -> None:
    """Put all that runs Python in a page into `target`, and take out what an older build put.

    A page learns from manifest.js where each file is and how large it is; it asks for that
    script anew each time, and all others may stay in a browser's cache for good. `archive` is
    what `library` returns.
    """
    found = locate(lambda _: None)
    sources = {"worker.js": worker.read_bytes(), "nnlib.zip": archive or library()}
    sources |= {name: path.read_bytes() for name, path in found.items()}
    files = {name: _put(name, content, target) for name, content in sources.items()}
    manifest = f"nnlibFiles={json.dumps({'files': files, 'texts': {}})}\n"
    (target / "manifest.js").write_text(manifest, encoding="ascii")
    (target / "NOTICE.txt").write_text(NOTICE, encoding="utf-8")
    kept = {"manifest.js", "NOTICE.txt"}
    for file in files.values():
        kept |= {file["path"], file["script"]}
    for path in target.rglob("*"):
        name = path.relative_to(target).as_posix()
        if path.is_file() and name not in kept and not name.startswith("lessons/"):
            path.unlink()


def _put(name: str, content: bytes, target: Path) -> dict[str, Any]:
    if name in FILES:
        place = f"pyodide-{VERSION}/{name}"
    else:
        stem, _, suffix = name.partition(".")
        place = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
    path, script = target / place, target / _script(place)
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        script.unlink(missing_ok=True)
    if not script.is_file():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(_as_script(name, content), encoding="ascii")
    return {"path": place, "script": _script(place), "size": len(content)}


def _script(place: str) -> str:
    return f"from-folder/{place}.js"


def _as_script(name: str, content: bytes) -> str:
    """Return a script that hands over a file, compressed where that saves anything."""
    packed = name.endswith((".js", ".wasm", ".json"))
    if packed:
        content = gzip.compress(content, mtime=0)
    text = base64.b64encode(content).decode()
    return f"nnlibFiles.texts[{json.dumps(name)}]={json.dumps([text, packed])}\n"
