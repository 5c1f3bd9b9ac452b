"""Equations, exercises and questions have links, and are found by their names, from a folder."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))
places = pytest.importorskip("page.places")


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"dW = X^\top dZ, \qquad db = \mathbf 1^\top dZ", ["dW", "db"]),
        (r"\begin{aligned} dZ &= dA \odot f'(Z) \\ dX &= dZ\end{aligned}", ["dZ", "dX"]),
        (r"\frac{dx}{dy} = 2", []),
        (r"a = b", []),  # a letter says little
        (r"2 + 3 = 5", []),
        (r"dW", []),
    ],
)
def test_what_stands_left_of_an_equals_sign_is_a_name(tex, expected):
    assert places.left_sides(tex) == expected


CONF = f"""
import sys

sys.path.insert(0, {str(ROOT / "book/_ext")!r})
extensions = ["myst_nb", "sphinxcontrib.katex", "page.equations", "page.formulas", "page.places"]
html_math_renderer = "checked_katex"
katex_prerender = True
katex_css_path = "katex.min.css"
myst_enable_extensions = ["dollarmath"]
html_show_search_summary = False
html_theme = "basic"
"""
INDEX = """\
# Lesson 2. One layer

$$
dW = X^\\top dZ \\tag{4.4}
$$

```{admonition} Exercise 4.2: *one* layer
:class: exercise
Write it.
```

```{admonition} Exercise of another kind
:class: exercise
By (4.4).
```

```{toctree}
other
```
"""
OTHER = """\
# Exercise and equation

Exercise 4.2 and equation 4.4 are of the number 4. It has dW.

$$
b = 1 \\tag{4.14}
$$
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory, sphinx):
    folder = tmp_path_factory.mktemp("places")
    for name, text in {"conf.py": CONF, "index.md": INDEX, "other.md": OTHER}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sphinx(folder)


def test_an_exercise_and_an_equation_are_links_to_themselves(book):
    html = (book / "index.html").read_text(encoding="utf-8")
    [(anchor, title)] = re.findall(r'id="(exercise-[^"]*)">\s*<p [^>]*>(.*?)</p>', html, re.DOTALL)
    assert anchor == "exercise-4-2"
    assert title.startswith("Exercise 4.2: <em>one</em> layer<a ")
    assert html.count('href="#exercise-4-2"') == 1
    assert 'href="#equation-4-4" title="Link to this equation">(4.4)</a>' in html
    assert html.count('id="equation-4-4"') == html.count('id="exercise-4-2"') == 1
    assert "Equation 4.4" not in html  # the names are for the search


def test_a_question_has_a_link():
    context = {"body": '<form class="ask" id="ask-2-slope" data-question="2.slope">\n<div>'}
    places.link(None, "a", "page.html", context, None)
    assert (
        '<a class="headerlink" href="#ask-2-slope" title="Link to this question" aria-label='
        in (context["body"])
    )


FOUND = """[...document.querySelectorAll("#search-results ul.search > li > a")]
  .map(a => [a.getAttribute("href").replace(/\\?[^#]*/, ""), a.textContent])"""


def search(page, book, query):
    page.goto((book / "search.html").as_uri() + "?q=" + query.replace(" ", "+"))
    # The heading changes when the last of them stands there.
    page.wait_for_selector("#search-results h2:has-text('Search Results')", state="attached")
    return page.evaluate(FOUND)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("4.4", "index.html#equation-4-4"),
        ("(4.14)", "other.html#equation-4-14"),
        ("equation 4.4", "index.html#equation-4-4"),
        ("Exercise 4.2", "index.html#exercise-4-2"),
        ("dW", "index.html#equation-4-4"),
    ],
)
def test_a_place_is_found_by_its_name_from_a_folder(book, chromium, query, expected):
    page = chromium.new_page()
    try:
        assert search(page, book, query)[0][0] == expected
    finally:
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "expected", "among"),
    [
        ("4.14", "book/04_backward/2_one_layer.html#equation-4-14", 1),
        ("(4.14)", "book/04_backward/2_one_layer.html#equation-4-14", 1),
        ("exercise 4.3", "book/04_backward/2_one_layer.html#exercise-4-3", 1),
        ("dW", "book/04_backward/2_one_layer.html#equation-4-14", 9),
        ("Kaiming", "book/03_initialization/2_kaiming.html", 1),
        ("softmax backward", "book/05_softmax_cross_entropy/", 3),
        ("cross-entropy gradient", "book/05_softmax_cross_entropy/", 1),
        ("momentum", "book/glossary.html#term-momentum", 1),
    ],
)
def test_the_book_is_searched_from_a_folder(built, chromium, query, expected, among):
    page = chromium.new_page()
    try:
        hits = search(page, built, query)[:among]
        assert any(hit[0].startswith(expected) for hit in hits), hits
    finally:
        page.close()


@pytest.mark.browser
def test_the_link_of_a_question_takes_no_room_from_its_text(visit):
    page = visit("book/04_backward/2_one_layer.html", width=412).page
    first_line = """(display) => {
      const form = document.querySelector("form.ask");
      form.querySelector("a.headerlink").style.display = display;
      const text = form.querySelector(".ask-prompt p").cloneNode();
      text.textContent = ". ".repeat(300);
      form.querySelector(".ask-prompt").prepend(text);
      const range = document.createRange();
      range.selectNodeContents(text);
      const width = range.getClientRects()[0].width;
      text.remove();
      return width;
    }"""
    assert page.evaluate(first_line, "none") == page.evaluate(first_line, "") > 200
