"""What is seen of a page before it is opened, and how it is cited: found.py, card.py, cite.py."""

import re
import subprocess
import sys
import time
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))
nodes = pytest.importorskip("docutils.nodes")
address = pytest.importorskip("page.address")
found = pytest.importorskip("page.found")
cite = pytest.importorskip("page.cite")
card = pytest.importorskip("page.card")
image = pytest.importorskip("PIL.Image")
database = pytest.importorskip("pybtex.database")

HERE = "https://somebody.github.io/a-fork/"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ""),  # a clone's remote says nothing of a book
        ({"GITHUB_REPOSITORY": "Somebody/a-fork"}, HERE),
        ({"GITHUB_REPOSITORY": "a/b", "GITHUB_SERVER_URL": "https://git.example.org"}, ""),
        ({"GITHUB_REPOSITORY": "a/A.github.io"}, "https://a.github.io/"),
        ({"GITHUB_REPOSITORY": "a/b", "NNLIB_BOOK": HERE.rstrip("/")}, HERE),
        ({"GITHUB_REPOSITORY": "a/b", "NNLIB_BOOK": "none"}, ""),
    ],
)
def test_the_book_is_where_one_is_told_or_where_the_workflow_publishes(environment, expected):
    assert address.book(environment) == expected


@pytest.mark.parametrize("named", ["my book", "/srv/book", "http://localhost/", "file:///book"])
def test_an_address_that_is_none_is_refused(named):
    with pytest.raises(ValueError, match=r"NNLIB_BOOK: expected .*, got"):
        address.book({"NNLIB_BOOK": named})


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"dW = X^\top dZ", "dW = Xᵀ dZ"),
        (r"\eta = 0.1", "η = 0.1"),
        (r"\mathcal L", "L"),
        (r"1{,}280 \times w_1^2", "1,280 × w₁²"),
        (r"x_{12}", None),
        (r"w_i", None),
        (r"\frac12", None),
        (r"x_12", None),  # it is x with the index 1, times 2
    ],
)
def test_a_formula_is_written_plainly_or_not_at_all(tex, expected):
    assert found.plain_formula(tex) == expected


def page(*parts):
    document = nodes.document(None, None)
    document += parts
    return document


def paragraph(*parts):
    made = nodes.paragraph()
    made += [nodes.Text(part) if isinstance(part, str) else part for part in parts]
    return made


def test_a_description_is_what_the_page_asks_first():
    asked = found.QuestionNode()
    asked += [nodes.raw("", "<form>"), paragraph("Nudge one weight of a million: what happens?")]
    asked += [nodes.raw("", "<fieldset>"), paragraph("Nothing at all."), nodes.raw("", "</form>")]
    needs = paragraph(nodes.emphasis("", "25 minutes. You need lesson 1."))
    after = paragraph(
        "By ", nodes.math("", r"\frac12"), " it falls. Then it ", nodes.strong("", "rises.")
    )
    said = found.description(page(needs, asked, after))
    assert said == "Nudge one weight of a million: what happens?"


def test_a_description_does_not_begin_in_the_middle():
    cut = paragraph("The gradient is ", nodes.math("", r"\frac12"), ". It is half of that.")
    left = paragraph("where x is the input. What follows?")  # stood behind a formula
    first = paragraph("What is a gradient?")
    assert found.description(page(cut, left, first)) == "What is a gradient?"


def test_a_description_ends_with_a_sentence_or_a_word():
    short, long = (
        "A gradient is a list of slopes, one for each weight.",
        "Word " + "word " * 50 + "end.",
    )
    assert found.description(page(paragraph(f"{short} {long}"))) == short
    cut = found.description(page(paragraph(long)))
    assert len(cut) <= found.LONGEST
    assert cut.endswith("word…")
    assert found.description(page()) == ""


CONF = f"""
import sys

sys.path.insert(0, {str(ROOT / "book/_ext")!r})
extensions = ["myst_parser", "page.address", "page.found", "page.cite"]
templates_path = [{str(ROOT / "book/_templates")!r}]
root_doc = "book/intro"
html_title = "A Book & More"
copyright = "2031"
html_theme = "basic"
"""
CITATION = """\
title: "A Book & More"
version: 1.2.3
authors:
  - family-names: Lovelace
    given-names: Ada
  - name: "The readers and writers of it"
"""
PAGES = {
    "book/intro.md": "# The book\n\nIt has one lesson.\n\n```{toctree}\n01_units/index\n```\n",
    "book/01_units/index.md": "# 1. Units\n\nWhat is one?\n\n```{toctree}\n1_one\n```\n",
    "book/01_units/1_one.md": '# Lesson 1. One "unit" & 100% of it\n\nIs <1> a "unit"?\n',
}


def build(folder, named):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-q",
            "-W",
            "-b",
            "html",
            "-d",
            folder / "_out/doctrees",
            folder,
            folder / "_out/html",
        ],
        env={"PATH": "", "HOME": str(folder), "LANG": "C.UTF-8", "NNLIB_BOOK": named},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return folder / "_out/html"


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """What is in a book with an address, and in the same without one, built over it."""
    folder = tmp_path_factory.mktemp("found")
    (folder / "conf.py").write_text(CONF, encoding="utf-8")
    (folder / "CITATION.cff").write_text(CITATION, encoding="utf-8")
    for name, text in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    read = []
    for named in (HERE, "none"):
        built = build(folder, named)
        files = {file for file in built.rglob("*") if file.is_file()}
        read.append({file.relative_to(built).as_posix(): file.read_bytes() for file in files})
    return read


def tags(html):
    pairs = re.findall(rb'<meta (?:name|property)="([^"]+)" content="([^"]*)"', html)
    return {name.decode(): unescape(content.decode()) for name, content in pairs}


LESSON = "book/01_units/1_one.html"


def test_a_page_says_what_it_is_and_where(books):
    said = tags(books[0][LESSON])
    assert said["og:title"] == "Lesson 1. One “unit” & 100% of it"
    assert (
        said["description"]
        == said["og:description"]
        == 'Is <1> a "unit"?'.replace('"', "”", 2).replace("”", "“", 1)
    )
    assert said["og:type"] == "article"
    assert tags(books[0]["book/intro.html"])["og:type"] == "website"
    assert said["twitter:card"] == "summary_large_image"
    assert said["og:site_name"] == "A Book & More"
    assert said["og:url"] == HERE + LESSON
    assert f'<link rel="canonical" href="{HERE}{LESSON}"'.encode() in books[0][LESSON]


def test_the_picture_of_a_page_is_where_its_head_says(books):
    pictures = {}
    for name in ("book/intro", "book/01_units/index", "book/01_units/1_one"):
        place = tags(books[0][f"{name}.html"])["og:image"]
        assert place.startswith(HERE)
        pictures[name] = books[0][place.removeprefix(HERE)]
        assert len(pictures[name]) < 60_000
    assert len(set(pictures.values())) == 3


def test_the_site_map_names_the_pages_and_no_others(books):
    tree = ElementTree.fromstring(books[0]["sitemap.xml"])
    listed = [place.text for place in tree.iterfind(".//{*}loc")]
    assert listed == [f"{HERE}{name[:-3]}.html" for name in sorted(PAGES)]
    assert "robots.txt" not in books[0]  # no robot would ask for it there


def test_a_robot_is_told_at_the_top_of_a_host_only(tmp_path):
    class App:
        outdir, builder, env = str(tmp_path), None, None

    class Builder:
        format = "html"

        def get_target_uri(self, page):
            return f"{page}.html"

    App.builder, App.env = Builder(), type("Env", (), {"found_docs": {"a"}})
    App.config = type("Config", (), {"html_baseurl": "https://book.example.org/"})
    found.list_pages(App, None)
    text = (tmp_path / "robots.txt").read_text()
    assert "Sitemap: https://book.example.org/sitemap.xml\n" in text


def test_without_an_address_nothing_points_anywhere(books):
    assert not [name for name in books[1] if name.endswith((".xml", "robots.txt"))]
    assert not [name for name in books[1] if name.startswith(card.FOLDER)]
    for name, content in books[1].items():
        assert b"somebody.github.io" not in content, name
        if name.endswith(".html"):
            assert not re.search(rb'canonical|og:url|og:image|content="https?:', content), name
    said = tags(books[1][LESSON])
    assert said["og:title"]
    assert said["twitter:card"] == "summary"


def entry(html):
    text = re.search(r"<pre>(@.*?)</pre>", html.decode(), re.DOTALL)
    [(key, found)] = database.parse_string(unescape(text[1]), "bibtex").entries.items()
    return key, found


def test_a_lesson_says_how_to_cite_it(books):
    key, cited = entry(books[0][LESSON])
    assert key == "a-book-more-01-units-1-one"
    people = cited.persons["author"]
    assert [str(person) for person in people] == [
        "Lovelace, Ada",
        "{The readers and writers of it}",
    ]
    assert cited.fields["title"].strip("{}") == r"One “unit” \& 100\% of it"
    assert cited.fields["booktitle"].strip("{}") == r"A Book \& More"
    assert (cited.fields["chapter"], cited.fields["year"]) == ("1", "2031")
    assert cited.fields["note"] == "Version 1.2.3"
    assert cited.fields["url"] == HERE + LESSON
    assert "url" not in entry(books[1][LESSON])[1].fields
    assert entry(books[0]["book/01_units/index.html"])[1].fields["title"].strip("{}") == "Units"
    assert b"@incollection" not in books[0]["book/intro.html"]


def test_a_foot_costs_few_elements(books):
    foot = re.search(rb'<details class="[^"]*\bcite\b.*?</details>', books[0][LESSON], re.DOTALL)
    assert len(re.findall(rb"<\w", foot[0])) + 5 <= 15  # the Copy button: five


def test_what_is_no_letter_does_not_end_a_value():
    text = "@misc{k, title = " + cite.value(r"a } b { c \ d") + "}"
    assert database.parse_string(text, "bibtex").entries["k"].fields["title"] == "{a b c d}"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Where the letters are kept: to make them takes a second."""
    return tmp_path_factory.mktemp("cards") / ".cards"


def test_a_picture_is_drawn_once_and_quickly(store, monkeypatch):
    tmp_path = store.parent

    class App:
        outdir = str(tmp_path / "html")
        config = type("Config", (), {"html_title": "A book"})

    def draw(title):
        start = time.process_time()
        place = card.draw(App, "book/a", title, "4. Layers")
        return tmp_path / "html" / place, time.process_time() - start

    draw("The letters, and matplotlib's own first time")
    file, spent = draw("Lesson 2. One layer & every $ entry")
    assert spent < 1
    with image.open(file) as picture:
        assert picture.size == (card.WIDTH, card.HEIGHT)
    first = file.read_bytes()
    monkeypatch.setattr(card, "paint", None)
    assert draw("Lesson 2. One layer & every $ entry")[0].read_bytes() == first
    card.forget(tmp_path / "html", ["book/b"])
    assert not file.exists()


@pytest.mark.parametrize(
    "title",
    ["Lesson 3. Wide", "Lesson 3. " + "Two layers with a pencil, and one step further down. " * 3],
)
def test_a_title_stays_on_the_picture(store, tmp_path, title):
    card.paint(tmp_path / "a", store, "A book", "4. Layers", title)
    with image.open(tmp_path / "a") as picture:
        pixels = picture.convert("L")
    for box in [(card.WIDTH - 20, 0, card.WIDTH, card.HEIGHT), (30, 400, 800, 500)]:
        assert min(pixels.crop(box).tobytes()) > 240
    assert min(pixels.crop((card.LEFT, 175, 400, 260)).tobytes()) < 60


def test_each_page_of_the_book_describes_itself(built):
    said = {}
    for path in sorted((built / "book").rglob("*.html")):
        text = tags(path.read_bytes()).get("description", "")
        assert 40 <= len(text) <= found.LONGEST, (path.name, text)
        assert not re.search(r"[\\${}]|</?[a-z]", text), (path.name, text)
        assert said.setdefault(text, path) == path
    assert len(said) > 50


def test_each_lesson_of_the_book_is_cited_by_a_key_of_its_own(built):
    lessons = sorted((built / "book").glob("[0-9]*/*.html"))
    keys = {entry(path.read_bytes())[0] for path in lessons}
    assert len(keys) == len(lessons) > 50
