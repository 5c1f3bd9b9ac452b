"""What the landing page loads, beside the landing page of a stock Jupyter Book 1.

The stock book has one notebook: a heading, a formula and a cell. So it is the weight of the
machinery that is compared, and our page carries its content on top.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tqdm import tqdm

from benchmarks.timing import table

BUILT = Path(__file__).resolve().parent.parent / "_build" / "html"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
BUILD = "from jupyter_book.cli.main import main; main()"
COMPRESSED = {".woff2", ".woff", ".png", ".jpg", ".webp"}  # a server sends these as they are

Loaded = tuple[set[Path], set[str]]


def stock_book(folder: Path) -> Path:
    """Build the stock book in that folder; return its HTML. RuntimeError if that fails."""
    import nbformat.v4 as nb

    cells = [
        nb.new_markdown_cell("# One cell\n\n$$ y = \\max(0, x) $$"),
        nb.new_code_cell("max(0, -1)"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (folder / "intro.ipynb").write_text(nb.writes(nb.new_notebook(cells=cells, metadata=kernel)))
    (folder / "_config.yml").write_text("title: Stock\n")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: intro\n")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, "build", str(folder)],
        capture_output=True,
        text=True,
    )
    html = folder / "_build" / "html"
    if done.returncode or not (html / "intro.html").exists():
        raise RuntimeError(f"the stock book was not built:\n{done.stdout}\n{done.stderr}")
    return html


def loaded(chromium: Any, index: Path) -> Loaded:
    """Open a page as a reader does; return the files that it loads and the hosts that it asks.

    No request leaves this machine. What a host would have answered is not in the files.
    """
    files, hosts = set(), set()

    def answer(route: Any) -> None:
        url = urlsplit(route.request.url)
        if url.scheme == "file":
            files.add(Path(unquote(url.path)))
            route.continue_()
        elif url.scheme in ("http", "https"):
            hosts.add(url.hostname)
            route.abort()
        else:  # data: and blob: are part of a file that is counted already
            route.continue_()

    context = chromium.new_context()
    context.route("**/*", answer)
    page = context.new_page()
    page.goto(index.as_uri(), wait_until="networkidle")
    page.wait_for_selector("article")  # index.html only sends the reader on to the first page
    page.wait_for_load_state("networkidle")
    context.close()
    return {file for file in files if file.is_file()}, hosts


def weight(files: set[Path]) -> tuple[int, int]:
    """Return how many bytes the files are, raw and as a server that gzips would send them."""
    raw = gzipped = 0
    for file in files:
        content = file.read_bytes()
        raw += len(content)
        packed = content if file.suffix in COMPRESSED else gzip.compress(content, mtime=0)
        gzipped += len(packed)
    return raw, gzipped


def row(name: str, found: Loaded) -> tuple[str, ...]:
    """Return the row of the table for one page."""
    files, hosts = found
    raw, gzipped = weight(files)
    asked = f"{len(hosts)}: {', '.join(sorted(hosts))}" if hosts else "0"
    return name, str(len(files)), f"{raw / 1e3:,.0f} kB", f"{gzipped / 1e3:,.0f} kB", asked


def run(built: Path = BUILT) -> None:
    """Print the table, or one line that says what is missing for it."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    missing = [
        what
        for what, there in (
            ("the book is not built (make book)", (built / "index.html").is_file()),
            ("there is no chromium on the PATH", binary is not None),
        )
        if not there
    ]
    if missing:
        print(f"\nThe landing page: skipped, {' and '.join(missing)}")
        return
    from playwright.sync_api import sync_playwright

    steps = tqdm(total=3, desc="page: stock book", leave=False)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        stock = stock_book(Path(folder))
        steps.update()
        rows = []
        for name, html in (("this book", built), ("stock Jupyter Book 1, one cell", stock)):
            rows.append(row(name, loaded(chromium, html / "index.html")))
            steps.update()
        chromium.close()
    steps.close()
    table(
        "The landing page with all it loads; what other hosts would send is not counted",
        ("page", "files", "raw", "gzipped", "other hosts asked"),
        rows,
    )
