"""The book and its worksheets, printed: here one chapter and one appendix, by `make pdf` all."""

import re
from html import unescape

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")
pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")

from tools import pdf  # noqa: E402

pytestmark = pytest.mark.browser

CHAPTER = 4
APPENDICES = {"book/glossary"}


def some_pages():
    book = pdf.read_book()
    book.pages = [page for page in book.pages if page.number == CHAPTER or page.name in APPENDICES]
    return book


@pytest.fixture(scope="module")
def book():
    return some_pages()


@pytest.fixture(scope="module")
def printed(chromium, built, book, tmp_path_factory):
    return pdf.make_book(chromium, book, built, tmp_path_factory.mktemp("pdf") / "book.pdf")


@pytest.fixture(scope="module")
def reader(printed):
    return pypdf.PdfReader(printed.path)


@pytest.fixture(scope="module")
def texts(reader):
    """What stands on each page, in a row."""
    return [" ".join(page.extract_text().split()) for page in reader.pages]


FONTS = {
    "katex-html": "KaTeX_Main-Regular",
    "mathnormal": "KaTeX_Math-Italic",
    "mathbf": "KaTeX_Main-Bold",
    "mathcal": "KaTeX_Caligraphic-Regular",
}


def test_formulas_are_set_in_whole_fonts(reader, source):
    text = "".join(of_lessons(source).values())
    found = set()
    for page in reader.pages:
        fonts = page["/Resources"].get("/Font", {})
        found |= {
            str(font.get_object().get("/BaseFont", "")).partition("+")[2] for font in fonts.values()
        }
    assert {font for mark, font in FONTS.items() if mark in text} == set(FONTS.values()) <= found
    assert not [name for name in found if re.match("Book(Main|Math|Size)", name)]  # of one page


def page_of(reader, title):
    """The number of the page, from 0, on which a part begins."""
    [entry] = [entry for entry in pdf.flat(reader.outline) if entry["/Title"] == title]
    return reader.get_destination_page_number(entry)


@pytest.fixture(scope="module")
def answers(reader):
    """The number of the page, from 0, on which the answers begin."""
    return page_of(reader, "Answers")


@pytest.fixture(scope="module")
def source(built, book):
    """What each page of the built book shows."""
    found = {}
    for page in book.pages:
        text = (built / f"{page.name}.html").read_text(encoding="utf-8")
        found[page.name] = text[text.index("<article") : text.index("</article>")]
    return found


def of_lessons(source):
    return {name: text for name, text in source.items() if name not in APPENDICES}


def words(html):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def close(text):
    """Without spaces: where a line or a formula breaks, a PDF has others."""
    return re.sub(r"\s", "", text)


def test_nothing_is_wrong_with_it(printed):
    assert pdf.faults(printed) == []


def test_it_has_pages_of_one_size_and_none_is_empty(reader, texts):
    sizes = {tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages}
    assert sizes == {(595, 842)}  # A4
    assert 30 < len(reader.pages) < 100
    assert [number for number, text in enumerate(texts) if len(text) < 40] == []
    assert reader.metadata.author == pdf.read_book().author
    assert pdf.read_book().title in texts[0]


def test_the_outline_has_chapter_lesson_and_section(reader, source):
    def tree(entries):
        found, last = {}, ""
        for entry in entries:
            if isinstance(entry, list):
                found[last] = tree(entry)
            else:
                last = entry["/Title"]
                found[last] = {}
        return found

    def titles(html, level):
        found = re.findall(rf"<h{level}>(.*?)<a class=\"headerlink\"", html, re.DOTALL)
        return [words(re.sub(r'<span class="katex-html.*', "", title)) for title in found]

    outline = tree(reader.outline)
    opening, *lessons = of_lessons(source).values()
    [chapter] = titles(opening, 1)
    assert [titles(lesson, 1)[0] for lesson in lessons] == list(outline[chapter])
    for lesson in lessons:
        [title] = titles(lesson, 1)
        assert titles(lesson, 2) == list(outline[chapter][title])
    for name in sorted(APPENDICES):
        assert titles(source[name], 1)[0] in outline


def test_links_lead_to_other_chapters(reader):
    pages = pdf.numbers(reader)
    begins = pages["glossary"]
    across = 0
    for number, page in enumerate(reader.pages, 1):
        for link in page.get("/Annots", []):
            target = str(link.get_object().get("/Dest", "")).removeprefix("/")
            across += number < begins and target.startswith("glossary--term-")
            assert not target or pages[target] >= 1
    assert across > 20


def test_each_number_of_a_page_is_right(reader, texts, book):
    """The contents, and the way from a question to its answer and back."""
    pages = pdf.numbers(reader)
    contents = texts[page_of(reader, "Contents")]
    for page in book.pages:
        anchor = page.name.removeprefix("book/").replace("/", "-")
        assert re.search(rf"\b{pages[anchor]}\b", contents), anchor
    for target, number in pages.items():
        if target.endswith("--answer"):
            question = pages[target.removesuffix("--answer")]
            assert f"page {number}" in texts[question - 1]
            assert f"page {question}" in texts[number - 1]


def test_each_equation_and_each_exercise_is_there(texts, answers, source):
    lessons = "".join(of_lessons(source).values())
    before = close(" ".join(texts[:answers]))
    equations = re.findall(r'<span class="eqno"><a[^>]*>(\([\d.]+\))', lessons)
    assert len(equations) > 10
    assert [number for number in equations if number not in before] == []
    exercises = re.findall(r"Exercise (\d+\.\d+): ", words(lessons))
    assert len(exercises) > 5
    assert [number for number in exercises if f"Exercise{number}:" not in before] == []


def test_answers_come_after_all_questions(reader, texts, answers, source):
    pages = pdf.numbers(reader)
    asked = [name.removesuffix("--answer") for name in pages if name.endswith("--answer")]
    lessons = "".join(of_lessons(source).values())
    solved = re.findall(r'<div class="nnlib-solution-cell"', lessons)
    assert len(asked) == lessons.count('<form class="ask"') + len(solved)
    assert all(pages[name] <= answers < pages[f"{name}--answer"] for name in asked)
    # And nothing of an answer stands before them: of each reason, the words without a formula.
    before, after = (close(" ".join(part)) for part in (texts[:answers], texts[answers:]))
    reasons = [
        close(words(reason))
        for html in re.findall(r'<details class="ask-answer">(.*?)</details>', lessons, re.DOTALL)
        for reason in re.findall(r"<p>([^<]{30,})</p>", html)
    ]
    assert len(reasons) > 5
    assert [reason for reason in reasons if reason in before] == []
    assert [reason for reason in reasons if reason not in after] == []


@pytest.mark.parametrize(
    "words", ["Show code cell", "Hide code cell", "Hint 1 of", "Your run", "Ctrl+Enter", "not yet."]
)
def test_nothing_stands_there_that_paper_cannot_do(texts, words):
    assert [number for number, text in enumerate(texts, 1) if words in text] == []


def test_the_sentence_of_each_figure_is_there(texts, answers, source):
    lessons = "".join(of_lessons(source).values())
    sentences = re.findall(r"<figcaption[^>]*>(?:<span>)?(.*?)(?:</span>)?</figcaption>", lessons)
    assert len(sentences) > 5
    before = close(" ".join(texts[:answers]))
    assert [said for said in sentences if close(words(said)) not in before] == []


def test_the_worksheets_have_each_question_with_blanks(chromium, built, book, source, tmp_path):
    printed = pdf.make_worksheets(chromium, book, built, tmp_path / "worksheets.pdf")
    assert pdf.faults(printed) == []
    reader = pypdf.PdfReader(printed.path)
    texts = [close(page.extract_text()) for page in reader.pages]
    end = page_of(reader, "Answers")
    forms = re.findall(r'<form class="ask".*?</form>', "".join(source.values()), re.DOTALL)
    blanks = [form for form in forms if '"kind":"blanks"' in form]
    assert len(blanks) > 5
    for form in blanks:
        prompt = re.search(r'<div class="ask-prompt".*?<p>([^<]*)', form, re.DOTALL)[1]
        assert close(unescape(prompt)) in "".join(texts[:end])
    named = [text for text in texts[:end] if "NameDate" in text]
    assert len(named) == sum('"kind":"blanks"' in text for text in source.values())


# --- What would be wrong is found, what is missing is said.

PAGE = """<html><head><style>.katex-display {{ display: block }}</style></head><body>
<article class="bd-article"><section id="top">
<h1>{title}<a class="headerlink" href="#top">#</a></h1>{body}</section>
</article></body></html>"""


def faults_of(chromium, folder, **bodies):
    """What is found in a book of such pages."""
    for name, body in bodies.items():
        (folder / f"{name}.html").write_text(PAGE.format(title=name, body=body), encoding="utf-8")
    book = some_pages()
    book.pages = [pdf.Page(name, 1) for name in bodies]
    return pdf.faults(pdf.make_book(chromium, book, folder, folder / "out" / "book.pdf"))


def test_a_sound_book_has_no_fault(chromium, tmp_path):
    one = '<p>See <a href="two.html#top">two</a>, <a href="elsewhere.html">elsewhere</a>.</p>'
    assert faults_of(chromium, tmp_path, one=one, two="<p>Two.</p>") == []


def test_what_is_too_wide_is_found(chromium, tmp_path):
    wide = '<div class="wide" style="width: 900px; height: 9px">wide</div>'
    [fault] = faults_of(chromium, tmp_path, one=wide)
    assert "wider than the page" in fault
    assert 'class="wide"' in fault


def test_words_that_are_too_wide_are_found(chromium, tmp_path):
    [fault] = faults_of(chromium, tmp_path, one=f"<p style='white-space: pre'>{'word ' * 60}</p>")
    assert "wider than the page" in fault
    assert "<p " in fault


def test_long_code_and_a_wide_formula_are_made_to_fit(chromium, tmp_path):
    formula = '<span style="display: inline-block; width: 60em; height: 1em"></span>'
    math = '<div class="math"><span class="katex-display"><span class="katex-html">{}</span></span>'
    body = f"<pre>{'    f(x) + ' * 60}\nshort</pre>{math.format(formula)}</div>"
    assert faults_of(chromium, tmp_path, one=body) == []
    text = close(pypdf.PdfReader(tmp_path / "out" / "book.pdf").pages[-1].extract_text())
    assert text.count("f(x)+") == 60
    assert "short" in text


def test_a_link_to_nowhere_is_found(chromium, tmp_path):
    one = '<p><a href="two.html#gone">two</a></p>'
    [fault] = faults_of(chromium, tmp_path, one=one, two="<p>Two.</p>")
    assert "two--gone" in fault


def test_a_missing_lesson_is_found(printed):
    gone = pdf.Printed(printed.path, [*printed.titles, "Lesson 9. Gone"], [])
    assert pdf.faults(gone) == ["not in the outline: Lesson 9. Gone"]


def test_without_a_browser_it_says_how_to_get_one(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pdf.main(["--chapters", "4", "--to", str(tmp_path)]) == 1
    assert "apt install chromium" in capsys.readouterr().err


def test_without_a_book_it_says_how_to_build_one(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(pdf, "BUILT", tmp_path)
    assert pdf.main([]) == 1
    assert "make book" in capsys.readouterr().err


# --- One page, printed from a browser.


def test_a_page_printed_alone_is_light_and_has_its_answers_last(built, chromium, load):
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    load(page, (built / "book/04_backward/2_one_layer.html").as_uri())
    look = """() => [document.documentElement.dataset.theme, document.body.innerHTML]"""
    before = page.evaluate(look)
    assert before[0] == "dark"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    inside = page.evaluate(
        """() => [...document.querySelectorAll("article :is(.ask-answer, .nnlib-solution)")]
          .map(e => e.open && e.closest(".answers-on-paper") !== null)"""
    )
    assert inside
    assert all(inside)
    last = page.evaluate("document.querySelector('article').lastElementChild.className")
    assert last == "answers-on-paper"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(look) == before
    context.close()
