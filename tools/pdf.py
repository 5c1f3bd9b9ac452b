"""Make the book, and its worksheets, into files to print: _build/pdf/book.pdf and worksheets.pdf.

    python tools/pdf.py                  the whole book, as `make book` built it
    python tools/pdf.py --chapters 4 7   these chapters only

Chromium prints one document made of all pages: links between them and the outline are then its
own. pdf.js makes that document, pdf.css and the book's own stylesheet say how it looks. It is
printed twice: the page numbers in the contents and beside questions are known after the first.
"""

from __future__ import annotations

import argparse
import html
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Error, sync_playwright
from pypdf import PdfReader, PdfWriter
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "_build" / "html"
OUTPUT = ROOT / "_build" / "pdf"
NOT_ON_PAPER = frozenset({"book/playground"})  # nothing of it stands still

KATEX = ROOT / "book" / "_static" / "katex" / "katex.min.css"
FACE = re.compile(r"@font-face\{[^}]*\}")

SCRIPT = Path(__file__).with_suffix(".js")
STYLE = Path(__file__).with_suffix(".css")

NOTES = [
    "Figures with controls stand at their first position, which is written below each of them, "
    "with the sentence that says what to see there. In the built book they move.",
    "Questions and code exercises have room to write. Their answers are the last part of the "
    "book: none stands beside its question, and a chapter can be handed out without them.",
    "What a page of the built book folds away is unfolded here, except code that only draws a "
    "figure. The playground is left out.",
]

# The width of the text on a page: A4 without the margins that pdf.css gives it, in CSS pixels.
WIDTH = round((210 - 2 * 20) / 25.4 * 96)

SHELL = """<!doctype html>
<html lang="en" data-theme="light" data-mode="light" data-serif>
<meta charset="utf-8"><title>{title}</title>
<body><div class="bd-main"><div class="bd-content"><div class="bd-article-container">
<article class="bd-article"></article></div></div></div></body></html>
"""


class Unable(Exception):
    """What is missing, and how to get it."""


@dataclass(frozen=True)
class Page:
    """A page of the book: level 1 opens a chapter or is an appendix, level 2 is a lesson."""

    name: str
    level: int
    chapter: str = ""
    called: str = ""  # in print, where its own title would be the book's once more

    @property
    def number(self) -> int | None:
        """The number of its chapter; None for what belongs to none."""
        found = re.match(r"book/(\d+)_", self.name)
        return int(found[1]) if found else None


@dataclass
class Book:
    """What the book says of itself."""

    title: str
    author: str
    year: str
    licence: str
    about: str
    pages: list[Page] = field(default_factory=list)


def read_book(root: Path = ROOT) -> Book:
    """Read title, author, licence and the order of the pages from where they are written."""
    toc, config, citation = (
        yaml.safe_load((root / name).read_text(encoding="utf-8"))
        for name in ("_toc.yml", "_config.yml", "CITATION.cff")
    )
    book = Book(
        title=config["title"],
        author=", ".join(_name(author) for author in citation["authors"]),
        year=str(config["copyright"]),
        licence=config["html"]["extra_footer"],
        about=citation["abstract"].strip(),
    )
    book.pages.append(Page(toc["root"], 1, called="Introduction"))
    for part in toc["parts"]:
        for chapter in part["chapters"]:
            book.pages.append(Page(chapter["file"], 1))
            for lesson in chapter.get("sections", []):
                book.pages.append(Page(lesson["file"], 2, chapter["file"]))
    book.pages = [page for page in book.pages if page.name not in NOT_ON_PAPER]
    return book


def _name(author: dict[str, str]) -> str:
    given = author.get("given-names", "")
    return author.get("name") or f"{given} {author['family-names']}".strip()


# --- The browser.


def chromium() -> str:
    """Return where Chromium is, or say how to get it."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise Unable(
        "The PDF is printed by Chromium, and there is none on the PATH (looked for: chromium, "
        "chromium-browser, google-chrome).\nDebian and Ubuntu: apt install chromium"
    )


@contextmanager
def browser() -> Iterator[Any]:
    """A Chromium without a window."""
    binary = chromium()
    flags = ["--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=binary, args=flags)
        except Error as error:
            raise Unable(f"Chromium does not start: {error}") from None
        yield opened
        opened.close()


class Document:
    """All pages as one document in the browser."""

    def __init__(self, opened: Any, built: Path, title: str) -> None:
        self.built = built
        self.titles: dict[str, str] = {}
        self.page = opened.new_context(
            viewport={"width": WIDTH, "height": 1000}, color_scheme="light"
        ).new_page()
        self.page.set_default_timeout(0)
        # Only a document that is a file itself may show the pictures of the pages.
        with tempfile.TemporaryDirectory() as folder:
            shell = Path(folder, "book.html")
            shell.write_text(SHELL.format(title=html.escape(title)), encoding="utf-8")
            self.page.goto(shell.as_uri())
        self.page.emulate_media(media="print")
        self.page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
        # A page has the letters of its own formulas; this document has all of them.
        faces = "".join(FACE.findall(KATEX.read_text(encoding="utf-8")))
        self.page.evaluate("([css, at]) => addStyles(css, at)", [faces, KATEX.as_uri()])

    def add(self, page: Page) -> None:
        """Append a page of the book."""
        path = self.built / f"{page.name}.html"
        if not path.is_file():
            raise Unable(f"{path} is missing. `make book` builds it.")
        self.titles[page.name] = self.page.evaluate(
            "page => addPage(page)",
            {
                "name": f"{page.name}.html",
                "text": path.read_text(encoding="utf-8"),
                "base": f"{self.built.as_uri()}/",
                "level": page.level,
                "called": page.called,
                "chapter": self.titles.get(page.chapter, ""),
            },
        )

    def settle(self) -> list[str]:
        """Lay out, and make smaller what is too wide. Return what is wrong all the same."""
        lost = self.page.evaluate("settleLinks()")
        self.page.evaluate("css => addSheet(css)", STYLE.read_text(encoding="utf-8"))
        self.page.evaluate("settled()")
        self.page.evaluate("fit()")
        return [
            *(f"no place in the document for a link to {id}" for id in lost),
            *(f"wider than the page: {what}" for what in self.page.evaluate("tooWide()")),
        ]

    def print(self, target: Path) -> None:
        """Print, number the references, and print again."""
        with tqdm(total=2, desc=f"Printing {target.name}", unit="pass") as bar:
            self._print(target)
            bar.update()
            found = numbers(PdfReader(target))
            self.page.evaluate("found => setNumbers(found)", found)
            self._print(target)
            bar.update()
        if numbers(PdfReader(target)) != found:
            raise Unable("The numbers of the pages, written in, move what they are numbers of.")

    def _print(self, target: Path) -> None:
        self.page.pdf(
            path=target,
            prefer_css_page_size=True,
            print_background=True,
            tagged=True,
            outline=True,
        )


def numbers(reader: PdfReader) -> dict[str, int]:
    """The page, counted from 1, of each place that a link leads to."""
    pages = {page.indirect_reference.idnum: i for i, page in enumerate(reader.pages, 1)}
    return {
        name.removeprefix("/"): pages[place.raw_get("/Page").idnum]
        for name, place in reader.named_destinations.items()
    }


# --- The files.


@dataclass
class Printed:
    """A file, the titles that its outline must have, and what was wrong before it was printed."""

    path: Path
    titles: list[str]
    faults: list[str]


def make_book(opened: Any, book: Book, built: Path, target: Path) -> Printed:
    """Print the pages of a book, with a title, contents and answers."""
    document = Document(opened, built, book.title)
    for page in tqdm(book.pages, desc="Reading the book", unit="page"):
        document.add(page)
    document.page.evaluate("addAnswers()")
    document.page.evaluate(
        "front => addFront(front)",
        {
            "title": book.title,
            "author": book.author,
            "year": book.year,
            "licence": book.licence,
            "about": book.about,
            "notes": NOTES,
        },
    )
    document.page.evaluate("addHeads()")
    return _finish(document, book, target, list(document.titles.values()))


def make_worksheets(opened: Any, book: Book, built: Path, target: Path) -> Printed:
    """Print the questions with blanks, a sheet each, and their answers."""
    title = f"{book.title}: worksheets"
    document = Document(opened, built, title)
    for page in tqdm(book.pages, desc="Reading the worksheets", unit="page"):
        document.add(page)
    document.page.evaluate("title => keepWorksheets(title)", title)
    titles = document.page.evaluate(
        "[...document.querySelectorAll('h1, h2')].map(e => e.textContent)"
    )
    return _finish(document, book, target, titles)


def _finish(document: Document, book: Book, target: Path, titles: list[str]) -> Printed:
    faults = document.settle()
    target.parent.mkdir(parents=True, exist_ok=True)
    document.print(target)
    document.page.context.close()
    writer = PdfWriter(target, incremental=True)  # the rest stays as Chromium wrote it
    writer.add_metadata({"/Author": book.author})
    writer.page_mode = "/UseOutlines"
    writer.write(target)
    return Printed(target, titles, faults)


def faults(printed: Printed) -> list[str]:
    """Say what is wrong with a printed file: nothing, one hopes."""
    reader = PdfReader(printed.path)
    found = list(printed.faults)
    listed = [str(entry["/Title"]) for entry in flat(reader.outline)]
    found += [f"not in the outline: {title}" for title in printed.titles if title not in listed]
    places = {name.removeprefix("/") for name in reader.named_destinations}
    for number, page in enumerate(reader.pages, 1):
        for link in page.get("/Annots", []):
            link = link.get_object()
            address = str(link.get("/A", {}).get("/URI", ""))
            if address.startswith("file:"):
                found.append(f"page {number}: a link to {address}")
            if "/Dest" in link and str(link["/Dest"]).removeprefix("/") not in places:
                found.append(f"page {number}: a link to {link['/Dest']}, which is nowhere")
    return found


def flat(outline: list[Any]) -> Iterator[Any]:
    """The entries of an outline, in order."""
    for entry in outline:
        yield from flat(entry) if isinstance(entry, list) else [entry]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both files; return 1 where something is missing or wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chapters", nargs="+", type=int, help="these chapters only")
    parser.add_argument("--to", type=Path, default=OUTPUT, help="the folder of the files")
    options = parser.parse_args(arguments)
    book = read_book()
    if options.chapters:
        book.pages = [page for page in book.pages if page.number in options.chapters]
    wrong = []
    try:
        if not book.pages:
            raise Unable("No such chapter.")
        if not (BUILT / "index.html").is_file():
            raise Unable(f"{BUILT} holds no book. `make book` builds it.")
        with browser() as opened:
            for make, name in ((make_book, "book.pdf"), (make_worksheets, "worksheets.pdf")):
                printed = make(opened, book, BUILT, options.to / name)
                wrong += [f"{name}: {fault}" for fault in faults(printed)]
                pages = len(PdfReader(printed.path).pages)
                print(f"{printed.path}: {pages} pages, {printed.path.stat().st_size / 1e6:.0f} MB")
    except Unable as missing:
        print(missing, file=sys.stderr)
        return 1
    for fault in wrong:
        print(fault, file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
