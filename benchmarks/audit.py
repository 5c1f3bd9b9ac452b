"""`python -m benchmarks.audit [page ...]`: how heavy and how quick each page is, on a phone.

Each page of the built book, and the one page of a stock Jupyter Book 1 beside it: elements, bytes
with all that it loads, Lighthouse's figures for a phone (a server that gzips, slowed down as
Lighthouse does by itself; the median of some runs), and what axe finds, light and dark, narrow and
wide. Lighthouse is fetched by npm at the first call; without npm its columns stay empty.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from tqdm import tqdm

from benchmarks.page import BUILT, COMPRESSED, FLAGS, loaded, stock_book, weight
from benchmarks.timing import load, table

LIGHTHOUSE = "lighthouse@13.5.0"
TOOLS = BUILT.parent / "audit"
METRICS = {
    "LCP": "largest-contentful-paint",
    "CLS": "cumulative-layout-shift",
    "TBT": "total-blocking-time",
}
VIEWS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
HEADER = ("page", "elements", "HTML", "all", "score", "LCP", "CLS", "TBT", "axe")


class _Gzipping(SimpleHTTPRequestHandler):
    """Answers as a static host does: text is gzipped, and a browser may keep what it got."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        if not file.is_file():
            self.send_error(404)
            return
        content = file.read_bytes() if file.suffix in COMPRESSED else _packed(file)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        if file.suffix not in COMPRESSED:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        return None


@cache
def _packed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; yield its address."""

    def handler(*arguments: Any) -> _Gzipping:
        return _Gzipping(*arguments, directory=str(folder))

    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def lighthouse() -> Path | None:
    """Return Lighthouse's program, fetched by npm if need be; None where that cannot be had."""
    program = TOOLS / "node_modules" / ".bin" / "lighthouse"
    npm = shutil.which("npm")
    if not program.exists() and npm:
        TOOLS.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(TOOLS), LIGHTHOUSE]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    return program if program.exists() else None


def figures(program: Path, chromium: str, address: str, runs: int) -> list[str]:
    """Return score, LCP, CLS and TBT of a page: the medians of so many runs."""
    found: list[list[float]] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.json")
            flags = " ".join(["--headless=new", *FLAGS])
            command = [str(program), address, "--quiet", "--only-categories=performance"]
            command += ["--output=json", f"--output-path={report}", f"--chrome-flags={flags}"]
            environment = os.environ | {"CHROME_PATH": chromium}
            subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
            said = json.loads(report.read_text(encoding="utf-8"))
        metrics = [said["audits"][name]["numericValue"] for name in METRICS.values()]
        found.append([100 * said["categories"]["performance"]["score"], *metrics])
    score, paint, shift, blocked = map(statistics.median, zip(*found, strict=True))
    return [f"{score:.0f}", f"{paint / 1e3:.2f} s", f"{shift:.3f}", f"{blocked:.0f} ms"]


def looked_at(browser: Any, page: Path) -> tuple[int, str]:
    """Return how many elements a page has, and what axe finds in it, in each view."""
    violations: set[str] = set()
    elements = 0
    for width, scheme in VIEWS:
        size = {"width": width, "height": 800}
        context = browser.new_context(
            viewport=size,
            color_scheme=scheme,
            bypass_csp=True,  # for the style below
        )
        tab = context.new_page()
        tab.goto(page.as_uri(), wait_until="load")
        for _ in range(tab.evaluate("document.documentElement.scrollHeight / innerHeight | 0")):
            tab.mouse.wheel(0, 800)  # ours makes a stop of the keyboard of what comes near
            tab.wait_for_timeout(30)
        elements = tab.evaluate("document.querySelectorAll('*').length")
        tab.add_style_tag(content="* { content-visibility: visible !important }")
        result = Axe().run(tab, options={"resultTypes": ["violations"]})
        violations |= {rule["id"] for rule in result.response["violations"]}
        context.close()
    return elements, ", ".join(sorted(violations)) or "none"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", nargs="*", help="such as book/intro.html (default: all)")
    parser.add_argument("--runs", type=int, default=3, help="of Lighthouse for a page")
    options = parser.parse_args(arguments)
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None or not (BUILT / "index.html").is_file():
        parser.exit(1, "needs a built book (make book) and a chromium on the PATH\n")
    ours = [BUILT / page for page in options.pages] or sorted((BUILT / "book").rglob("*.html"))
    program = lighthouse()
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        stock = stock_book(Path(folder))
        with served(BUILT) as here, served(stock) as there:
            for page in tqdm([*ours, stock / "intro.html"], desc="pages"):
                root, address = (BUILT, here) if page.is_relative_to(BUILT) else (stock, there)
                name = page.relative_to(root).as_posix()
                elements, axe = looked_at(browser, page)
                _, packed = weight(loaded(browser, page)[0])
                at = f"{address}/{name}"
                quick = figures(program, binary, at, options.runs) if program else ["-"] * 4
                sizes = [f"{len(_packed(page)) / 1e3:.0f} kB", f"{packed / 1e3:.0f} kB"]
                title = name if root == BUILT else "stock Jupyter Book 1, one cell"
                rows.append((title, f"{elements:,}", *sizes, *quick, axe))
        browser.close()
    table(f"Pages on a phone; kB as gzipped{load()}", HEADER, rows)
    if not program:
        print(f"\n  Without {LIGHTHOUSE}: npm could not be had, or could not fetch it.")


if __name__ == "__main__":
    main()
