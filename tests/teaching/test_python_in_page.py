"""Exercises in a built page, with a real Python in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnlib.teaching import pyodide
from nnlib.teaching.checks import BUG, answer
from nnlib.teaching.exercises import every_exercise, find
from tests.teaching import classroom, sample
from tests.teaching.classroom import ID, LAB
from tests.teaching.firefox import firefox

pytestmark = pytest.mark.browser

LOADING = 120_000  # ms; the machine may be busy
TASK = find(ID)
RIGHT = TASK.solution_source
WRONG = RIGHT.replace("return ", "return 2 * ")
HINTS = len(TASK.hints)
SOLUTION = f"#solution-{ID.replace('.', '-')}"
assert WRONG != RIGHT


@pytest.fixture(scope="session")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a built book whose lesson has exercises."""
    classroom.need_pyodide()
    source = classroom.write(tmp_path_factory.mktemp("lesson"))
    result = sample.build(source)
    assert result.returncode == 0, result.stderr
    return source.parent / "build" / "html"


class Exercise:
    """One exercise in an open page."""

    def __init__(self, page: Any, id: str = ID) -> None:
        self.page = page
        self.box = page.locator(f'[data-exercise="{id}"]')
        self.area = self.box.locator("textarea")
        self.status = self.box.get_by_role("status")
        self.output = self.box.locator("pre.nnlib-output")

    def press(self, name: str) -> None:
        self.box.get_by_role("button", name=name, exact=True).click()

    def wait_for(self, words: str) -> str:
        """Wait until the status holds the words; return all of it."""
        self.page.wait_for_function(
            "([status, words]) => status.textContent.includes(words)",
            arg=[self.status.element_handle(), words],
            timeout=LOADING,
        )
        return self.status.text_content()

    def check(self, code: str | None = None) -> str:
        """Type the code, press Check, and return the answer."""
        if code is not None:
            self.area.fill(code)
        self.press("Check")
        self.page.wait_for_function(
            "box => !box.querySelector('.nnlib-check').hasAttribute('aria-disabled')",
            arg=self.box.element_handle(),
            timeout=LOADING,
        )
        return self.status.text_content()


@contextmanager
def opening(chromium: Any, lesson: Path) -> Iterator[Callable[..., Any]]:
    """A function that opens the lesson, from a server or a folder; nothing outside is asked for."""
    asked: list[str] = []
    errors: list[str] = []
    contexts = []
    with classroom.served(lesson) as address:

        def open_page(where: str = "server", context: Any = None, **options: Any) -> Any:
            if context is None:
                context = chromium.new_context(**options)
                contexts.append(context)
            page = context.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.on("pageerror", lambda error: errors.append(str(error)))
            base = address if where == "server" else f"{lesson.as_uri()}/"
            page.goto(f"{base}lessons/one.html")
            page.asked = asked
            return page

        yield open_page
        for context in contexts:
            context.close()
        local = (address, "file:", "data:", "blob:")
        assert [url for url in asked if not url.startswith(local)] == []
        assert errors == []


@pytest.fixture
def opened(chromium, lesson):
    with opening(chromium, lesson) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def warm(chromium, lesson):
    """A page whose Python has started, for tests that mind no code that ran before."""
    with opening(chromium, lesson) as open_page:
        yield open_page()


def said_in_jupyter(code: str) -> str:
    """Return the diagnosis of this Python: the page's must be the same."""
    names: dict[str, Any] = {"np": np}
    exec(code, names)
    return answer(ID, names[TASK.name])["message"].replace("`", "")


def reload_kept(page: Any, words: str) -> None:
    """Reload a page once it has kept the words, which another process writes in its time."""
    kept = "words => JSON.stringify({...localStorage}).includes(words)"
    page.wait_for_function(kept, arg=words)
    for wait in (200, 1000, 5000):
        page.wait_for_timeout(wait)
        page.reload()
        if page.evaluate(kept, words):
            break


@pytest.mark.parametrize("where", ["server", "folder"])
def test_code_is_checked_in_the_page(opened, where):
    page = opened(where)
    assert not [url for url in page.asked if "_python/" in url]
    task = Exercise(page)
    assert task.area.input_value() + "\n" == TASK.starter
    assert task.status.text_content() == ""
    assert "Not yet" in task.check()
    wrong = task.check(WRONG)
    assert "✖ Not quite." in wrong
    assert said_in_jupyter(WRONG) in wrong
    evidence = task.box.locator("pre.nnlib-evidence")
    assert evidence.is_visible()
    assert "expected" in evidence.text_content()
    assert "✔ Passed." in task.check(RIGHT)
    assert not evidence.is_visible()
    assert any("_python/" in url for url in page.asked)


@pytest.mark.parametrize("where", ["server", "folder"])
def test_stop_ends_a_loop_and_the_next_check_works(opened, where):
    page = opened(where)
    task = Exercise(page)
    task.area.fill("print('round', 1)\nwhile True:\n    pass\n")
    task.press("Check")
    task.output.get_by_text("round 1").wait_for(timeout=LOADING)
    # The page is alive meanwhile: the clock of the time limit moves.
    clock = task.box.locator(".nnlib-clock")
    before = clock.text_content()
    page.wait_for_function(
        "([clock, before]) => clock.textContent !== before", arg=[clock.element_handle(), before]
    )
    task.press("Stop")
    told = task.wait_for("Stopped")
    assert "what you typed is still here" in told
    assert "after" not in told  # by the button, not by the limit
    assert "while True" in task.area.input_value()
    assert "✔ Passed." in task.check(RIGHT)


def test_the_time_limit_ends_a_loop_and_can_be_extended(opened):
    page = opened()
    task = Exercise(page)
    task.check()
    page.clock.install()
    task.area.fill("while True:\n    pass\n")
    task.press("Check")
    task.box.locator(".nnlib-clock").wait_for()
    page.clock.run_for(3000)
    task.press("30 more seconds")
    page.clock.run_for(20_000)
    assert task.status.text_content() == ""
    page.clock.run_for(20_000)
    assert "Stopped after 40 seconds" in task.wait_for("Stopped")


def test_a_flood_of_lines_is_cut_and_said_so(warm):
    task = Exercise(warm)
    flood = RIGHT + "\nfor i in range(50_000):\n    print(i, '<b>')\n"
    assert "✔ Passed." in task.check(flood)
    text = task.output.text_content()
    assert text.count("\n") < 10_010
    assert "No more is shown" in text
    assert task.output.locator("b").count() == 0


def test_an_error_is_shown_as_in_jupyter(warm):
    task = Exercise(warm)
    assert "ZeroDivisionError" in task.check("def broken():\n    return 1 / 0\n\nbroken()\n")
    text = task.output.text_content()
    assert "Traceback (most recent call last)" in text
    assert "---->  2     return 1 / 0" in text
    assert "pyodide" not in text
    assert "SyntaxError" in task.check("def broken(:\n")


def test_a_breakdown_of_python_itself_is_survived(opened):
    task = Exercise(opened())
    task.check()
    deep = "import json\nx = []\nfor _ in range(100_000):\n    x = [x]\njson.dumps(x)\n"
    task.check(deep)
    assert "✔ Passed." in task.check(RIGHT)


def test_what_was_typed_survives_a_reload_and_reset_brings_the_starter_back(opened):
    page = opened()
    task = Exercise(page)
    task.area.fill("# mine\n")
    reload_kept(page, "# mine")
    task = Exercise(page)
    assert task.area.input_value() == "# mine\n"
    task.press(f"Hint 1 of {HINTS}")
    task.box.locator(".nnlib-tips li").wait_for()
    task.press("Reset")
    assert task.area.input_value() + "\n" == TASK.starter
    assert task.box.locator(".nnlib-tips li").count() == 0
    assert task.box.get_by_role("button", name=f"Hint 1 of {HINTS}").count() == 1
    task.press("Bring back my code")
    assert task.area.input_value() == "# mine\n"


def test_a_changed_starter_hides_no_work(opened):
    page = opened()
    page.evaluate(
        """id => localStorage.setItem("nnbh:1", JSON.stringify(
             {done: {"4.1": 1}, code: {[id]: {hash: "older", text: "# old work"}}}))""",
        ID,
    )
    page.reload()
    task = Exercise(page)
    assert task.area.input_value() + "\n" == TASK.starter
    task.press("Bring back my code")
    assert task.area.input_value() == "# old work"
    assert page.evaluate("JSON.parse(localStorage['nnbh:1']).done") == {"4.1": 1}


def test_hints_come_one_at_a_time_and_then_the_solution(opened):
    page = opened()
    task = Exercise(page)
    solution = page.locator(SOLUTION)
    assert not solution.is_visible()
    for number, hint in enumerate(TASK.hints, 1):
        task.press(f"Hint {number} of {HINTS}")
        item = task.box.locator(".nnlib-tips li").nth(number - 1)
        assert item.text_content() == hint.replace("`", "")
        # The button stays, and keeps the focus.
        assert page.evaluate("document.activeElement.className") == "nnlib-hint"
    assert not [url for url in page.asked if "pyodide" in url]
    task.press("Solution")
    assert f"def {TASK.name}" in solution.locator("pre").text_content()


def test_passing_says_so_to_the_page_and_offers_the_solution(opened):
    page = opened()
    page.evaluate(
        "document.addEventListener('nnlib:done', ({detail}) => { window.done = detail.id; })"
    )
    task = Exercise(page)
    task.check(WRONG)
    assert page.evaluate("window.done") is None
    assert not page.locator(SOLUTION).is_visible()
    task.check(RIGHT)
    assert page.evaluate("window.done") == ID
    assert page.locator(SOLUTION).is_visible()


def test_a_lab_takes_a_test_that_exposes_its_bug(warm):
    task = Exercise(warm, LAB + BUG)
    assert "✖ Not quite." in task.check("def exposes(f):\n    return True\n")


def test_plain_cells_run_and_are_changed(opened):
    page = opened()
    cells = page.locator("[data-cell]:not([data-exercise])")
    assert cells.count() == 2  # neither the one of imports nor the one that draws
    first, below = cells.nth(0), cells.nth(1)

    def run(cell: Any, printed: str) -> None:
        cell.get_by_role("button", name="Run this cell").click()
        cell.locator("pre.nnlib-output").get_by_text(printed).wait_for(timeout=LOADING)

    run(below, "twice: 4.0")
    run(first, "2.0")
    first.get_by_role("button", name="Edit this cell").click()
    first.get_by_role("textbox", name="Code of this cell").fill("A = np.eye(5)\n")
    run(below, "twice: 10.0")
    reload_kept(page, "np.eye(5)")
    assert first.get_by_role("textbox").input_value() == "A = np.eye(5)\n"


SOLUTIONS = """
from nnlib.teaching import check
from nnlib.teaching.exercises import every_exercise
mine = [e for e in every_exercise() if e.id.startswith("{chapter}.")]
failed = [e.id for e in mine if not check(e.id, e.solution).passed]
print("chapter {chapter}:", len(mine), "tried, not passed:", failed)
"""


@pytest.mark.parametrize("chapter", sorted({e.id.split(".")[0] for e in every_exercise()}))
def test_every_solution_passes_in_the_page(warm, chapter):
    """Integers that count and index have 32 bits there, and 64 almost everywhere else."""
    cell = warm.locator("[data-cell]:not([data-exercise])").first
    if not cell.get_by_role("textbox").is_visible():
        cell.get_by_role("button", name="Edit this cell").click()
    cell.get_by_role("textbox").fill(SOLUTIONS.format(chapter=chapter))
    cell.get_by_role("button", name="Run this cell").click()
    output = cell.locator("pre.nnlib-output")
    output.get_by_text(f"chapter {chapter}:").wait_for(timeout=LOADING)
    told = rf"chapter {chapter}: [1-9]\d* tried, not passed: \[\]"
    assert re.fullmatch(told, output.text_content().strip())


def test_the_editor_indents_and_lets_the_keyboard_out(opened):
    page = opened()
    task = Exercise(page)
    task.area.fill("")
    task.area.focus()
    page.keyboard.type("def f(x):")
    page.keyboard.press("Enter")
    page.keyboard.type("if x:")
    page.keyboard.press("Enter")
    page.keyboard.type("return 1")
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    page.keyboard.press("Tab")
    page.keyboard.type("return 2")
    assert task.area.input_value() == "def f(x):\n    if x:\n        return 1\n    return 2"
    page.keyboard.press("Shift+Tab")
    assert task.area.input_value().endswith("\nreturn 2")
    page.keyboard.press("Control+z")
    assert task.area.input_value().endswith("\n    return 2")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Check"


def test_editor_and_buttons_have_names_and_room_on_a_phone(opened):
    page = opened(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    task = Exercise(page)
    label = f"Your code for exercise {ID}, {TASK.title}"
    assert page.get_by_role("textbox", name=label).count() == 1
    assert (
        "Escape" in page.locator(f"#{task.area.get_attribute('aria-describedby')}").text_content()
    )
    assert task.area.evaluate("area => parseFloat(getComputedStyle(area).fontSize)") >= 16
    for control in task.box.get_by_role("button").all():
        size = control.bounding_box()
        assert min(size["width"], size["height"]) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("width", [360, 1280])
def test_the_colors_lie_under_the_letters(opened, width):
    """The text behind the textarea has the same lines at the same places."""
    page = opened(viewport={"width": width, "height": 740})
    task = Exercise(page)
    task.area.fill(RIGHT + "\nx = 'é' * 3  # comment\n" + "y = " + "1 + " * 60 + "1\n")
    same = """box => {
      const [pre, area] = box.querySelectorAll("nnlib-code pre, nnlib-code textarea");
      const style = (e) => { const s = getComputedStyle(e);
        return [s.font, s.padding, s.letterSpacing, s.whiteSpace, s.tabSize].join(); };
      return [style(pre), style(area), pre.textContent, area.value,
              area.scrollWidth - area.clientWidth, area.scrollHeight - area.clientHeight];
    }"""
    one, other, shown, typed, wider, higher = task.box.evaluate(same)
    assert one == other
    assert shown == typed + "\n"
    assert (wider, higher) == (0, 0)
    code = task.box.locator("nnlib-code")
    sideways = code.evaluate("code => code.scrollWidth > code.clientWidth")
    assert sideways == (width > 480)  # on a phone long lines go on below


def test_without_a_script_the_code_stands_there(lesson, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((lesson / "lessons" / "one.html").as_uri())
    code = page.locator("noscript pre").first
    assert code.is_visible()
    assert f'check("{ID}", {TASK.name})' in code.text_content()
    assert page.locator(SOLUTION).is_visible()
    assert not page.locator("textarea").first.is_visible()
    context.close()


def test_pages_without_code_load_no_script(lesson):
    assert "python.js" not in (lesson / "index.html").read_text()
    assert "python.css" not in (lesson / "index.html").read_text()


def test_without_its_files_the_book_is_built_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv(pyodide.FOLDER, "none")
    monkeypatch.delenv(pyodide.REQUIRED, raising=False)
    source = classroom.write(tmp_path)
    assert sample.build(source).returncode == 0
    built = tmp_path / "build" / "html"
    page = (built / "lessons" / "one.html").read_text()
    assert page.count("was built without Python for the page") == 1
    assert "check" in page
    assert "python.js" not in page
    assert "data-exercise" not in page
    assert not (built / "_python").exists()
    monkeypatch.setenv(pyodide.REQUIRED, "1")
    failed = sample.build(source)
    assert failed.returncode != 0
    assert "NNLIB_PYODIDE=none" in failed.stderr


@pytest.mark.parametrize("where", ["server", "folder"])
def test_firefox_checks_code_too(lesson, tmp_path, where):
    box = f"""document.querySelector('[data-exercise="{ID}"]')"""
    status = f"{box}.querySelector('[role=status]').textContent"

    def check(page, code, answer):
        page.evaluate(
            f"""{{ const area = {box}.querySelector("textarea");
                   area.value = {json.dumps(code)};
                   area.dispatchEvent(new Event("input"));
                   {box}.querySelector(".nnlib-check").click(); }}"""
        )
        page.wait_for(f"{status}.includes({json.dumps(answer)})", LOADING / 1000)

    with classroom.served(lesson) as address, firefox(tmp_path) as page:
        base = address if where == "server" else f"{lesson.as_uri()}/"
        page.goto(f"{base}lessons/one.html")
        assert not [url for url in page.asked if "_python/" in url]
        check(page, WRONG, "✖ Not quite.")
        check(page, RIGHT, "✔ Passed.")
        page.evaluate(f"{box}.querySelector('textarea').value = 'while True:\\n    pass\\n'")
        page.evaluate(f"{box}.querySelector('textarea').dispatchEvent(new Event('input'))")
        page.evaluate(f"{box}.querySelector('.nnlib-check').click()")
        page.wait_for(f"{box}.querySelector('.nnlib-clock').textContent", LOADING / 1000)
        took = page.evaluate(
            f"""(async () => {{
              const start = performance.now();
              [...{box}.querySelectorAll("button")].find(b => b.textContent === "Stop").click();
              while (!{status}.includes("Stopped")) await new Promise(r => setTimeout(r, 10));
              return performance.now() - start;
            }})()"""
        )
        assert took < 1000
        check(page, RIGHT, "✔ Passed.")
        local = (address, "file:", "data:", "blob:")
        assert [url for url in page.asked if not url.startswith(local)] == []
