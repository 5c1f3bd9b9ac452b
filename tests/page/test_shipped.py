"""What the site ships is accounted for: each file, its licence, the hash of what others made."""

import re
import sys
from pathlib import Path

import pytest

from nnlib.data import digest_of

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

shipped = pytest.importorskip("page.shipped")
EVERY = (shipped.OURS, *shipped.PARTS)


def files_of(folder):
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def test_every_file_of_the_site_is_of_somebody(built):
    assert shipped.unaccounted(files_of(built)) == []


@pytest.mark.parametrize(
    "name",
    [
        "_static/lodash.min.js",
        "_static/styles/other.css",
        "_static/scripts/bootstrap.js",
        "_static/fonts/fa-solid-900.woff2",
        "_python/pyodide-0.29.3/micropip-0.10.whl",
        "tracker.js",
    ],
)
def test_a_new_file_is_of_nobody(name):
    assert shipped.unaccounted([name]) == [name]


def test_every_pattern_of_others_is_of_a_file(built):
    """But for stylesheets, whose rules the pages took up."""
    names = files_of(built)
    for part in shipped.PARTS:
        for pattern in part.files:
            found = [name for name in names if shipped.fnmatchcase(name, pattern)]
            assert found or pattern.endswith((".css", ".*")), pattern


def test_every_licence_comes_along_and_is_the_one_that_is_named(built):
    marks = {
        "BSD": "Redistributions of source code must retain",
        "MIT": "to deal in the Software without restriction",
        "OFL": "SIL OPEN FONT LICENSE Version 1.1",
        "MPL": "Mozilla Public License Version 2.0",
        "PSF": "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2",
        "CC-": "CC BY 4.0",
    }
    assert len({part.slug for part in EVERY}) == len(EVERY)
    for part in EVERY:
        text = (built / shipped.TEXTS / f"{part.slug}.txt").read_text("utf-8")
        assert marks[part.licence[:3]] in " ".join(text.split()), part.name
    page = (built / "book/shipped.html").read_text("utf-8")
    linked = re.findall(rf'href="\.\./{shipped.TEXTS}/([^"]+)\.txt"', page)
    assert linked == [part.slug for part in shipped.PARTS]


def test_files_of_others_in_the_repository_have_the_hash_that_is_written_down():
    lines = shipped.SUMS.read_text("utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    binary = {
        path.relative_to(ROOT).as_posix()
        for folder in ("book/_static", "nnlib/datasets")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".woff2", ".npz", ".csv"} or path.name == "katex.min.css"
    }
    assert binary == sums.keys()
    assert {name: digest_of(ROOT / name) for name in sums} == sums
