"""Every page of the built book, opened as a file in a real browser with no network."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

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
    """``visit(name, width=1280, scheme="light")`` shows a page, in the one tab for such a screen.

    The tests of one page come together, and what it shows stays until another is asked for. A tab
    costs half as much as a page.
    """
    visits: dict[tuple[int, str], Visit] = {}
    names: dict[tuple[int, str], str] = {}

    def tab(width: int, scheme: str) -> Any:
        size = {"width": width, "height": 800}
        page = chromium.new_context(viewport=size, color_scheme=scheme).new_page()

        def decide(route: Any) -> None:
            if route.request.url.startswith(("file:", "data:", "blob:")):
                route.continue_()
            else:
                visits[width, scheme].refused.append(route.request.url)
                route.abort()

        def hear(message: Any) -> None:
            if message.type == "error":
                visits[width, scheme].errors.append(message.text)

        page.route("**/*", decide)
        page.on("pageerror", lambda error: visits[width, scheme].errors.append(str(error)))
        page.on("console", hear)
        return page

    def show(name: str, width: int = 1280, scheme: str = "light") -> Visit:
        key = (width, scheme)
        if names.get(key) != name:
            page = visits[key].page if key in visits else tab(*key)
            visits[key] = Visit(page)
            names[key] = ""  # until it is ready
            open_ready(page, (built / name).as_uri())
            names[key] = name
        return visits[key]

    yield show
    for found in visits.values():
        found.page.context.close()
