"""Every page of the built book, opened as a file in a real browser with no network."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

OPEN = 8  # pages at a time: more than one page's tests look at
BUILT = Path(__file__).parents[2] / "_build" / "html"


def built_pages() -> list[str]:
    """The names of all pages, such as ``book/notation.html``; none if the book is not built."""
    pages = (path.relative_to(BUILT).as_posix() for path in BUILT.rglob("*.html"))
    others = ("_static/", "_sources/", "index.html")  # the last leads on to the first page
    return sorted(page for page in pages if not page.startswith(others))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "page_name" in metafunc.fixturenames:
        # Without a build there is one case, which fails in the fixture below.
        metafunc.parametrize("page_name", built_pages() or ["search.html"], scope="session")


@pytest.fixture(scope="session")
def sphinx() -> Callable[[Path], Path]:
    """``sphinx(folder)`` builds the small book in it; returns where its pages are."""

    def build(folder: Path) -> Path:
        pages = folder / "_out"
        done = subprocess.run(
            [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", folder, pages],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return pages

    return build


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of the built book."""
    if not (BUILT / "index.html").is_file():
        pytest.fail(f"{BUILT} holds no book: run 'make book' first", pytrace=False)
    return BUILT


@dataclass
class Visit:
    """A page in the browser, and what went wrong while it loaded."""

    page: Any
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


# A page's scripts wait until it has been painted; the search page's do not.
READY = """() => "ready" in document.documentElement.dataset
  || !document.querySelector("template.scripts")"""


def open_ready(page: Any, address: str) -> None:
    """Open a page and wait until its scripts have run."""
    page.goto(address)
    page.wait_for_function(READY, polling=50)


@pytest.fixture(scope="session")
def load() -> Callable[[Any, str], None]:
    """``load(page, address)`` opens a page and waits until its scripts have run."""
    return open_ready


SCROLL = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const page = document.documentElement;
  for (let y = 0; y < page.scrollHeight; y += innerHeight) {
    scrollTo({ top: y, behavior: "instant" });
    await frame();
    await document.fonts.ready; // what is laid out for the first time may ask for more of them
    await frame();
  }
  scrollTo({ top: 0, behavior: "instant" });
  await frame();
}"""


@pytest.fixture(scope="session")
def read_through() -> Callable[[Any], None]:
    """``read_through(page)`` scrolls down to its end, as a reader does, and back to its top.

    What scrolls sideways becomes a stop of the keyboard when it comes near the screen.
    """
    return lambda page: page.evaluate(SCROLL)


@pytest.fixture(scope="session")
def visit(built: Path, chromium: Any) -> Iterator[Callable[..., Visit]]:
    """``visit(name, width=1280, scheme="light")`` opens a page; the last few stay open.

    The tests of one page come together. A browser with a hundred pages is a slow one.
    """
    contexts: dict[tuple[int, str], Any] = {}
    visits: dict[tuple[str, int, str], Visit] = {}

    def open_page(name: str, width: int = 1280, scheme: str = "light") -> Visit:
        key = (name, width, scheme)
        if key in visits:
            return visits[key]
        if len(visits) == OPEN:
            visits.pop(next(iter(visits))).page.close()
        if key[1:] not in contexts:
            contexts[key[1:]] = chromium.new_context(
                viewport={"width": width, "height": 800}, color_scheme=scheme
            )
        found = visits[key] = Visit(contexts[key[1:]].new_page())

        def decide(route: Any) -> None:
            if route.request.url.startswith(("file:", "data:", "blob:")):
                route.continue_()
            else:
                found.refused.append(route.request.url)
                route.abort()

        found.page.route("**/*", decide)
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        found.page.on(
            "console",
            lambda message: message.type == "error" and found.errors.append(message.text),
        )
        open_ready(found.page, (built / name).as_uri())
        return found

    yield open_page
    for context in contexts.values():
        context.close()
