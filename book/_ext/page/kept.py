"""What takes long to make and seldom changes is kept beside the built book from build to build."""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path


def kept(folder: Path, parts: Iterable[bytes | str], make: Callable[[Path], object]) -> Path:
    """Return the file in `folder` that is made of `parts`; ``make(path)`` writes it the first time.

    Files made of other parts stay: whoever takes an edit back finds what there was before.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    file = folder / digest.hexdigest()[:24]
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(f".{os.getpid()}")  # another process may make the same
        make(half)
        half.replace(file)  # a build that is interrupted leaves no half of a file
    return file
