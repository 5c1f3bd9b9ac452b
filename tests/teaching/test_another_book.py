"""Other people's books: what they install, build and open has nothing of ours but the tools."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.teaching import another_book, classroom
from tests.teaching.another_book import EXAMPLE, ROOT, run, succeed

JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"
MATHJAX = "https://cdn.jsdelivr.net/npm/mathjax@3/"  # Jupyter Book's own, in any book
LOADING = 120_000  # ms; the machine may be busy


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    return another_book.wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def python(wheel, tmp_path_factory):
    """The Python of an environment that has the wheel, and no chapter."""
    return another_book.environment(tmp_path_factory.mktemp("environment"), wheel)


@pytest.fixture(scope="session")
def book(python, tmp_path_factory):
    """The folder of the pages of the example, as Jupyter Book builds it."""
    source = tmp_path_factory.mktemp("book") / "source"
    shutil.copytree(EXAMPLE, source)
    said = succeed(python, "-c", JUPYTER_BOOK, "build", source, "-W", "-n", "--keep-going")
    assert "build succeeded." in re.sub("\033\\[[0-9;]*m", "", said)
    return source / "_build" / "html"


# --- What is installed --------------------------------------------------------------------------


def test_the_wheel_has_the_tools_and_no_chapter(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "nnlib").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    kept = {name for name in here if not name.startswith("nnlib/chapters/")}
    assert kept < here
    assert {name for name in names if name.startswith("nnlib/")} == kept
    assert [name for name in names - kept if ".dist-info/" not in name] == []
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert wheel.stat().st_size < 350_000


def test_it_says_of_itself_what_the_whole_says(wheel):
    archive = zipfile.ZipFile(wheel)
    [metadata] = [n for n in archive.namelist() if n.endswith("METADATA")]
    text = archive.read(metadata).decode()
    for line in ("Name: nnlib-teaching", "Requires-Python: >=3.11", "Requires-Dist: numpy>=2.0"):
        assert line in text.splitlines()
    assert "Neural Networks by Hand" not in text.partition("Classifier")[0].partition("Author")[0]
    [points] = [n for n in archive.namelist() if n.endswith("entry_points.txt")]
    assert "nnlib.teaching.sphinx:FigureRenderer" in archive.read(points).decode()


IMPORTS = """
import importlib, pkgutil, nnlib
names = [m.name for m in pkgutil.walk_packages(nnlib.__path__, "nnlib.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names), any("chapters" in name for name in names), nnlib.__file__)
from nnlib.teaching import ask, check
for call in (lambda: check("4.2", print), lambda: ask("4.nudge")):
    try:
        call()
    except ValueError as error:
        print(error)
"""


def test_all_of_it_can_be_imported_and_says_where_exercises_come_from(python, tmp_path):
    first, *told = succeed(python, "-c", IMPORTS, cwd=tmp_path).splitlines()
    count, chapters, file = first.split()
    assert int(count) > 50
    assert chapters == "False"
    assert file.startswith(str(python.parents[1]))
    assert len(told) == 2
    assert all('ask, check = registry("exercises")' in line for line in told), told


# --- What is built ------------------------------------------------------------------------------


def test_no_name_of_ours_is_in_it(book):
    text = another_book.pages(book)
    assert "Somebody Else" in text
    for name in ("Neural Networks by Hand", "nnlib.chapters", "nnbh", "neural-networks-by-hand"):
        assert name.lower() not in text.lower()
    assert 'data-store="nnlib:roots-and-swings"' in text


def test_the_page_gets_the_module_and_no_chapter(book):
    classroom.need_pyodide()
    [archive] = book.glob("_python/nnlib-*.zip")
    names = zipfile.ZipFile(archive).namelist()
    assert "exercises.py" in names
    assert "nnlib/teaching/checks.py" in names
    assert [name for name in names if "chapters" in name] == []
    said = (book / "_python" / "manifest.js").read_text()
    assert json.loads(said.partition("=")[2])["files"]["nnlib.zip"]["size"] < 350_000


def test_figures_are_the_author_s(book):
    text = (book / "bisection.html").read_text()
    frames = re.findall(r'src="(_explorers/\w+\.svg)"', text)
    assert frames
    for frame in frames:
        picture = (book / frame).read_text()
        assert "#1f77b4" in picture  # matplotlib's own blue, and its own white
        assert "var(--" not in picture
        assert "fill:#ffffff" in picture
        assert "font-family=\"'DejaVu Sans'" in picture


# --- What a reader does -------------------------------------------------------------------------


@pytest.fixture
def opened(chromium, book):
    """``opened(page, **options)`` opens a page from a server; nobody else is asked."""
    asked: list[str] = []
    errors: list[str] = []
    contexts: list[Any] = []
    with classroom.served(book) as address:

        def open_page(name: str, **options: Any) -> Any:
            contexts.append(chromium.new_context(**options))
            page = contexts[-1].new_page()

            def decide(route: Any) -> None:
                asked.append(route.request.url)
                here = route.request.url.startswith((address, "data:", "blob:"))
                route.continue_() if here else route.abort()

            page.route("**/*", decide)
            # Jupyter Book 1 declares this name twice, in any book.
            page.on(
                "pageerror",
                lambda error: "THEBE_JS_URL" in str(error) or errors.append(str(error)),
            )
            page.goto(f"{address}{name}")
            return page

        yield open_page
        for context in contexts:
            context.close()
        local = (address, "data:", "blob:", MATHJAX)
        assert [url for url in asked if not url.startswith(local)] == []
        assert errors == []


@pytest.mark.browser
def test_the_slider_moves_the_figure(opened):
    page = opened("bisection.html")
    figure = page.locator("figure.explorer")
    before = figure.locator("img").get_attribute("src")
    slider = figure.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "After 2 halvings the root of x² − 2 lies in [1, 1.5]." in figure.text_content()
    figure.get_by_role("radio", name="2 − x³").check()
    assert "lies in [1, 1.5]" in figure.locator("figcaption").text_content()
    assert figure.locator("img").get_attribute("src") != before
    assert page.url.endswith("steps=2&function=2+%E2%88%92+x%C2%B3")


@pytest.mark.browser
def test_three_kinds_of_question_answer(opened):
    page = opened("bisection.html")
    number = page.locator('[data-question="1.halvings"]')
    number.get_by_role("textbox").fill("9")
    number.get_by_role("button", name="Check").click()
    assert (
        "after 9 halvings the bracket is 1/512 wide" in number.get_by_role("status").text_content()
    )
    number.get_by_role("textbox").fill("10")
    number.get_by_role("button", name="Check").click()
    assert "Right." in number.get_by_role("status").text_content()
    blanks = page.locator('[data-question="1.brackets"]')
    for entries, says in (
        ("1.5 2 1.75 2 1.875 2", "upper half"),
        ("1 3/2 1.25 1.5 1.375 1.5", "Right"),
    ):
        for field, entry in zip(blanks.get_by_role("textbox").all(), entries.split(), strict=True):
            field.fill(entry)
        blanks.get_by_role("button", name="Check").click()
        assert says in blanks.get_by_role("status").text_content()
    page = opened("swings/pendulum.html")
    choice = page.locator('[data-question="2.slower"]')
    for label, says in (("It stays as it is", "So it is for small angles"), ("It grows", "Right.")):
        choice.get_by_label(label).check()
        choice.get_by_role("button", name="Check").click()
        assert says in choice.get_by_role("status").text_content()


def check(page: Any, box: Any, code: str) -> str:
    """Type the code, press Check, and return the answer."""
    box.locator("textarea").fill(code)
    box.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_function(
        "box => !box.querySelector('.nnlib-check').hasAttribute('aria-disabled')",
        arg=box.element_handle(),
        timeout=LOADING,
    )
    return box.get_by_role("status").text_content()


@pytest.mark.browser
def test_code_is_checked_in_the_page(opened):
    """On the page in a folder: its module lies above it."""
    classroom.need_pyodide()
    page = opened("swings/pendulum.html")
    box = page.locator('[data-exercise="2.1"]')
    starter = box.locator("textarea").input_value()
    assert starter.startswith("def swing(angle, speed, dt):")
    small = "def swing(angle, speed, dt):\n    speed = speed - angle * dt\n"
    end = "    return angle + speed * dt, speed\n"
    assert "The force goes with sin(angle)" in check(page, box, small + end)
    mine = small.replace("- angle * dt", "- np.sin(angle)") + end  # nobody registered this one
    told = check(page, box, mine)
    assert "✖ Not quite." in told
    assert "as if there were no multiplication by dt, where speed is computed" in told
    right = small.replace("- angle", "- np.sin(angle)") + end
    assert "✔ Passed." in check(page, box, right)
    box.get_by_role("button", name="Hint 1 of 2").click()
    assert "Two lines" in box.locator(".nnlib-tips").text_content()
    assert page.locator("#solution-2-1").is_visible()
    kept = "() => Object.keys(localStorage).filter(key => key.startsWith('nn'))"
    page.wait_for_function(f"() => ({kept})().length > 0")
    page.wait_for_timeout(500)  # for what must not be kept besides
    assert page.evaluate(kept) == ["nnlib:roots-and-swings"]


PARTS = ["figure.explorer", "form.ask", "[data-exercise]"]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_what_is_ours(opened, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for name in ("bisection.html", "swings/pendulum.html"):
        page = opened(name, color_scheme=scheme, viewport={"width": 360, "height": 800})
        for form in page.locator("form.ask").all():
            for field in form.get_by_role("textbox").all():
                field.fill("7")
            for option in form.get_by_role("radio").all()[:1]:
                option.check()
            form.get_by_role("button", name="Check").click()
        context = {"include": [[part] for part in PARTS if page.locator(part).count()]}
        found = axe.run(page, context=context).response["violations"]
        assert [(rule["id"], [n["html"][:200] for n in rule["nodes"]]) for rule in found] == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360


# --- The page for authors -----------------------------------------------------------------------


def blocks() -> dict[str, str]:
    """The code of docs/authors.md by its kind; of one kind the first."""
    text = (ROOT / "docs" / "authors.md").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for _, kind, code in re.findall(r"^(`{3,4})(\w+)\n(.*?)^\1$", text, re.M | re.S):
        key = "exercises" if kind == "python" and "EXERCISES" in code else kind
        found.setdefault(key, code)
    return found


@pytest.fixture(scope="session")
def smallest(python, tmp_path_factory):
    """The pages of the smallest book, word for word as docs/authors.md has it."""
    source = tmp_path_factory.mktemp("smallest")
    found = blocks()
    (source / "conf.py").write_text(found["python"] + "nb_execution_raise_on_error = True\n")
    (source / "exercises.py").write_text(found["exercises"])
    (source / "index.md").write_text(found["md"])
    succeed(python, "-m", "sphinx", "-q", "-W", "-b", "html", source, source / "_out")
    return source / "_out"


def test_the_smallest_book_of_the_documentation_is_built(smallest):
    text = (smallest / "index.html").read_text()
    for part in ('id="explore-noise"', 'data-question="1.rms"', 'data-exercise="1.1"'):
        assert part in text
    assert 'data-registry="exercises"' in text
    assert "check.solution" not in text


@pytest.mark.parametrize("block", ["yaml", "sh"])
def test_the_documentation_shows_what_the_example_has(block):
    if block == "yaml":
        line = blocks()["yaml"].strip()
        config = re.sub(r" #.*", "", (EXAMPLE / "_config.yml").read_text())
        assert line in config
    else:
        folder = blocks()["sh"].partition("#subdirectory=")[2].partition('"')[0]
        assert (ROOT / folder / "pyproject.toml").is_file()


# --- What can go wrong --------------------------------------------------------------------------

LIST = blocks()["exercises"]


def built_with(python: Path, source: Path, cell: str, **modules: str) -> str:
    """Build a notebook of one cell with these modules, without running it; return what is said."""
    page = "---\nfile_format: mystnb\n---\n# One\n\n```{code-cell}\n" + cell + "\n```\n"
    conf = blocks()["python"] + 'nb_execution_mode = "off"\nsuppress_warnings = ["myst-nb.lexer"]\n'
    for name, text in {"conf": conf, **modules}.items():
        (source / f"{name}.py").write_text(text)
    (source / "index.md").write_text(page)
    done = run(python, "-m", "sphinx", "-q", "-W", "-b", "html", source, source / "_out")
    assert done.returncode != 0
    return done.stderr


OPEN = 'from nnlib.teaching import registry\nask, check = registry("exercises")\n'
NEEDS = "import matplotlib.pyplot as plt\n"


@pytest.mark.parametrize(
    ("cell", "module", "says"),
    [
        pytest.param(
            f'{OPEN}check("1.2", rms)', LIST, "no exercise '1.2'; the nearest are 1.1", id="unknown"
        ),
        pytest.param(
            f'{OPEN}check("1.1", rms)',
            LIST.replace("        witness=", "        #"),
            "exercise 1.1: it has no witness",
            id="no witness",
        ),
        pytest.param(
            f'{OPEN}check("1.1", rms)',
            NEEDS + LIST,
            r"the page cannot import exercises .*exercises\.py, line 1: ModuleNotFoundError: "
            r"No module named 'matplotlib' in the page. A page has NumPy",
            id="another library",
        ),
        pytest.param(
            "from nnlib.teaching import explore\n\nexplore(f, a=[1, 2])",
            LIST,
            r"index\.md:8:.*explore\(\) has nothing to show here: the build did not run",
            id="not run",
        ),
    ],
)
def test_a_build_says_what_does_not_hold(python, tmp_path, cell, module, says):
    said = built_with(python, tmp_path, cell, exercises=module)
    assert re.search(says, said), said
    assert "index.md" in said or "exercises" in said
