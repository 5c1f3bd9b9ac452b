"""Data: two real sets inside the package, two made on the spot, one from the network.

Features are float64, labels are integers from 0. Images are NHWC with values in [0, 1].
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import math
import os
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Literal, overload

import numpy as np

from nnlib._progress import with_bar
from nnlib._validation import Array, generator, in_range, positive_int, rows_alike

DIGIT_FORMS = (0, 130, 256, 386, 516, 646, 776, 906, 1029, 1157, 1287, 1415, 1545, 1667, 1797)
"""Where each form begins among the rows of `load_digits`, and the end of the last.

The digits were cut out of preprinted forms (Alpaydin and Kaynak, 1998). No file says which digit
is from which form, but the labels do: the same list of 130 follows itself 14 times, with 23 labels
missing and one other. By the authors 13 people wrote these digits. That each form is one hand's
is likely, and not said anywhere; if so, one hand filled in two.
"""


@overload
def load_digits(forms: Literal[False] = False) -> tuple[Array, Array]: ...
@overload
def load_digits(forms: Literal[True]) -> tuple[Array, Array, Array]: ...
def load_digits(forms: bool = False) -> tuple[Array, ...]:
    """Return 1,797 handwritten digits: X (1797, 8, 8, 1) in [0, 1], y (1797,) in 0..9.

    With `forms`, a third array (1797,) in 0..13 says from which form a digit is: see DIGIT_FORMS.
    Source: Alpaydin and Kaynak (1998), the test set of
    UCI's Optical Recognition of Handwritten Digits, CC BY 4.0.
    """
    if not isinstance(forms, (bool, np.bool_)):
        raise TypeError(f"expected forms as True or False, got {forms!r}")
    with np.load(str(files("nnlib") / "datasets" / "digits.npz")) as file:
        X, y = file["images"][..., np.newaxis] / 16, file["labels"].astype(np.int64)
    if not forms:
        return X, y
    return X, y, np.repeat(np.arange(len(DIGIT_FORMS) - 1), np.diff(DIGIT_FORMS))


def load_iris() -> tuple[Array, Array]:
    """Return 150 irises: X (150, 4) in cm, y (150,), 0 setosa, 1 versicolor, 2 virginica.

    The columns are sepal length, sepal width, petal length, petal width. Source: Fisher (1936),
    UCI, CC BY 4.0; with the two rows of UCI's file corrected to Fisher's table.
    """
    text = (files("nnlib") / "datasets" / "iris.csv").read_text(encoding="utf8")
    table = np.loadtxt(text.splitlines(), delimiter=",", skiprows=1)
    return table[:, :4], table[:, 4].astype(np.int64)


def train_test_split(
    X: Array, y: Array, held_out: float | int = 0.25, seed: int = 0
) -> tuple[Array, Array, Array, Array]:
    """Return X_train, y_train, X_test, y_test, after shuffling the rows.

    `held_out` is the number of test samples, or their share if it is below 1.
    """
    X, y = rows_alike(X, y, "y")
    n, count = len(X), held_out
    if isinstance(held_out, (float, np.floating)) and 0 < held_out < 1:
        count = round(held_out * n)
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or not 0 < count < n:
        raise ValueError(
            f"expected held_out as a share between 0 and 1 or a whole number of samples, such that "
            f"0 < held_out < {n} samples, got {held_out!r}"
        )
    order = generator(seed).permutation(n)
    train, test = order[: n - int(count)], order[n - int(count) :]
    return X[train], y[train], X[test], y[test]


def make_spirals(
    n_per_class: int = 100, classes: int = 3, noise: float = 0.2, seed: int = 0
) -> tuple[Array, Array]:
    """Return points on interleaved spiral arms: X (classes * n_per_class, 2), y the arm.

    Along an arm the radius grows from 0 to 1 while the angle turns by 4 radians, with normal
    noise of standard deviation `noise`. After the CS231n case study.
    """
    n, classes = positive_int(n_per_class, "n_per_class"), positive_int(classes, "classes")
    in_range(noise, "noise", 0, math.inf, ends="[)")
    rng = generator(seed)
    radius = np.tile(np.linspace(0, 1, n), classes)
    y = np.repeat(np.arange(classes), n)
    start = 2 * np.pi * y / classes
    angle = start + 4 * radius + rng.normal(0, noise, classes * n)
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)]), y


def make_moons(n_per_class: int = 100, noise: float = 0.1, seed: int = 0) -> tuple[Array, Array]:
    """Return two interleaved half circles: X (2 * n_per_class, 2), y in {0, 1}.

    `noise` is the standard deviation of the normal noise on both coordinates.
    """
    n = positive_int(n_per_class, "n_per_class")
    in_range(noise, "noise", 0, math.inf, ends="[)")
    t = np.linspace(0, np.pi, n)
    upper = np.column_stack([np.cos(t), np.sin(t)])
    lower = np.column_stack([1 - np.cos(t), 0.5 - np.sin(t)])
    X = np.concatenate([upper, lower])
    return X + generator(seed).normal(0, noise, X.shape), np.repeat([0, 1], n)


MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# SHA-256 of each file, gzipped, as every public copy has it.
MNIST_FILES = {
    f"{name}-ubyte.gz": digest
    for name, digest in (
        ("train-images-idx3", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    )
}


def load_mnist(
    cache_dir: str | os.PathLike[str] | None = None, progress: bool = True
) -> tuple[Array, Array, Array, Array]:
    """Return the MNIST digits: X_train (60000, 28, 28, 1), y_train, X_test (10000, ...), y_test.

    X is float32 in [0, 1]: in float64 it would take half a gigabyte. The four files, 12 MB, are
    fetched once into `cache_dir` (default ~/.cache/nnlib/mnist), checked against their SHA-256,
    and a download that broke off goes on where it stopped. Raises ConnectionError, with what to
    do, when they are neither in the cache nor to be had, and OSError when the disk is full.
    Source: LeCun et al. (1998).
    """
    folder = Path(cache_dir or "~/.cache/nnlib/mnist").expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    for name, digest in MNIST_FILES.items():
        fetch(name, digest, folder, MNIST_MIRRORS, progress)
    train_images, train_labels, test_images, test_labels = (
        read_idx(folder / n) for n in MNIST_FILES
    )
    return (
        train_images[..., np.newaxis] / np.float32(255),
        train_labels.astype(np.int64),
        test_images[..., np.newaxis] / np.float32(255),
        test_labels.astype(np.int64),
    )


def read_idx(path: str | os.PathLike[str]) -> Array:
    """Return the array in an IDX file of bytes, gzipped or not.

    The format: two zero bytes, the type 0x08 (unsigned byte), the number of axes, each axis's
    length as a big-endian 32-bit number, then the data, last axis fastest.
    """
    raw = Path(path).read_bytes()
    try:
        data = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"expected {path} to be a whole gzip file, got: {error}") from error
    if len(data) < 4 or data[:3] != b"\x00\x00\x08":
        raise ValueError(
            f"expected {path} to be an IDX file of bytes, got one starting {data[:4]!r}"
        )
    axes = data[3]
    start = 4 + 4 * axes
    if len(data) < start:
        raise ValueError(f"expected {axes} axes in the head of {path}, got {len(data)} bytes")
    shape = struct.unpack(f">{axes}I", data[4:start])
    if len(data) - start != math.prod(shape):
        raise ValueError(
            f"expected {math.prod(shape)} bytes after the head of {path}, for the shape {shape} "
            f"that it names, got {len(data) - start}"
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def fetch(
    name: str, sha256: str, folder: Path, mirrors: Sequence[str], progress: bool = True
) -> Path:
    """Return the path of file `name` in `folder`, fetched from the first mirror that has it whole.

    What has arrived stands in `name.part`, so that the next call asks only for the rest.
    """
    import http.client  # here: it takes half of the time to import nnlib, and few fetch

    target = folder / name
    if target.exists() and digest_of(target) == sha256:
        return target
    problems = [] if not target.exists() else [f"{target} does not have SHA-256 {sha256}"]
    with claimed(folder / (name + ".part")) as part:
        for mirror in mirrors:
            try:
                download(mirror + name, part, progress)
            except (OSError, http.client.HTTPException) as error:  # OSError holds urllib's errors
                if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                    raise  # another mirror would not help
                problems.append(f"{mirror}: {error}")
                continue
            if digest_of(part) == sha256:
                return part.replace(target)
            problems.append(f"{mirror}: what came does not have SHA-256 {sha256}")
            part.unlink()
    raise ConnectionError(
        f"expected {name} in {folder} or from a mirror, got neither. Put the file there by hand, "
        f"or try again with a network; load_digits() needs none. Tried: " + "; ".join(problems)
    )


@contextmanager
def claimed(part: Path) -> Iterator[Path]:
    """Yield a path of the caller's own, with what `part` holds, and put back what is there then.

    Two that fetch at once would write into one file. Who comes second begins anew.
    """
    own = part.with_name(f"{part.name}-{os.getpid()}-{threading.get_ident()}")
    with suppress(FileNotFoundError):
        part.replace(own)
    try:
        yield own
    finally:
        with suppress(FileNotFoundError):
            own.replace(part)


SILENCE = 30  # seconds without a byte, after which a server is given up
LARGEST = 1 << 27  # bytes: more than any file that is asked for here


def download(url: str, part: Path, progress: bool = True) -> None:
    """Append to `part` what it still lacks of `url`, beside a progress bar."""
    import urllib.error
    import urllib.request

    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=SILENCE)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # nothing is missing: the checksum decides if it is right
            return
        raise
    with response, open(part, "ab" if response.status == 206 else "wb") as file:
        said = response.headers.get("Content-Length", "")
        length = int(said) if said.isdecimal() else None  # without it, the checksum decides
        chunks = iter(lambda: response.read(1 << 16), b"")
        for chunk in with_bar(chunks, progress, size=len, total=length, unit="B", unit_scale=True):
            file.write(chunk)
            if file.tell() > LARGEST:  # a server that does not end would fill the disk
                file.truncate(0)
                raise ConnectionError(f"{url} sends more than {LARGEST} bytes")
    # http.client ends a body that broke off like one that is whole.
    if length and part.stat().st_size < length + (have if response.status == 206 else 0):
        raise ConnectionError(f"{url} broke off after {part.stat().st_size} bytes")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
