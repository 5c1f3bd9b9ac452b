"""What holds on every page: quiet, complete, readable on a phone, and whole without a network."""

import base64
import io
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.teaching.classroom import served

pytestmark = pytest.mark.browser

LOADS = {  # elements that make a browser fetch, and the attributes that say what
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "object": ("data",),
}
ROOT = Path(__file__).parents[2]
OUTSIDE = re.compile(r"^\s*(https?:)?//", re.IGNORECASE)


class Elements(HTMLParser):
    """All start tags of a page with their attributes, and all its ids."""

    def __init__(self, path: Path):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        self.ids.update(attributes[name] for name in ("id", "name") if name in attributes)


@pytest.fixture(scope="session")
def elements(built):
    """Parsed pages by path, each read once."""
    parsed: dict[Path, Elements] = {}

    def read(path: Path) -> Elements:
        if path not in parsed:
            parsed[path] = Elements(path)
        return parsed[path]

    return read


def test_asks_no_other_host_and_raises_no_error(visit, page_name):
    found = visit(page_name)
    assert found.refused == []
    assert found.errors == []


def test_names_no_other_host_to_load_from(built, elements, page_name):
    outside = [
        (tag, attributes[name])
        for tag, attributes in elements(built / page_name).tags
        for name in LOADS.get(tag, ())
        if OUTSIDE.match(attributes.get(name, ""))
    ]
    assert outside == []


def test_is_no_wider_than_a_phone(visit, page_name):
    page = visit(page_name, width=360).page
    page.evaluate("document.fonts.ready.then(() => true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_number_of_an_equation_never_covers_it(visit, page_name):
    covered = visit(page_name, width=360).page.evaluate(
        """(numbers => {
             // What is far away has no width until it has been asked for once.
             numbers.forEach(number => number.getBoundingClientRect());
             return numbers.filter(number => {
             const [n, f] = [number, number.parentElement.querySelector(".katex-display")]
               .map(e => e.getBoundingClientRect());
             return n.width === 0 || n.right > innerWidth
               || (n.left < f.right && f.left < n.right && n.top < f.bottom && f.top < n.bottom);
           }).map(number => number.textContent);
           })([...document.querySelectorAll("div.math > .eqno")])"""
    )
    assert covered == []


MISSED = """[...document.querySelectorAll("article *")].filter(e =>
  e.checkVisibility() && e.scrollWidth > e.clientWidth && e.tabIndex !== 0
  && /auto|scroll/.test(getComputedStyle(e).overflowX)
  && !e.querySelector("a, button, input, select, textarea")).map(e => e.outerHTML.slice(0, 99))"""


def test_what_scrolls_sideways_can_be_reached_by_keyboard(visit, read_through, page_name):
    page = visit(page_name, width=360).page
    read_through(page)
    assert page.evaluate(MISSED) == []
    # What a fold holds has no width before it opens.
    page.evaluate("document.querySelectorAll('article details').forEach(fold => fold.open = true)")
    read_through(page)
    assert page.evaluate(MISSED) == []
    page.evaluate("document.querySelectorAll('article details').forEach(fold => fold.open = false)")


def test_what_a_later_font_makes_too_wide_is_a_stop(visit):
    page = visit("book/04_backward/3_two_layers.html", width=360).page
    formula = page.locator("div.math > .katex-display").nth(1)
    formula.evaluate("e => e.scrollIntoView({ behavior: 'instant', block: 'center' })")
    assert formula.evaluate("e => e.tabIndex") == -1
    formula.evaluate("e => { e.firstChild.style.fontSize = '4em'; }")
    page.evaluate("document.fonts.dispatchEvent(new Event('loadingdone'))")
    page.wait_for_function("e => e.tabIndex === 0", arg=formula.element_handle(), polling=100)
    formula.evaluate("e => { e.firstChild.style.fontSize = ''; }")
    page.evaluate("document.fonts.dispatchEvent(new Event('loadingdone'))")
    page.wait_for_function("e => e.tabIndex === -1", arg=formula.element_handle(), polling=100)


FACES = re.compile(r"@font-face\{([^}]*)\}")
# Each font of the formulas, as the browser chose it, and the letters set in it.
LETTERS = """() => {
  const found = {};
  for (const formula of document.querySelectorAll(".katex-html")) {
    const texts = document.createTreeWalker(formula, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const look = getComputedStyle(texts.currentNode.parentElement);
      const family = look.fontFamily.split(",")[0].replaceAll('"', "");
      const face = `${family} ${look.fontStyle} ${look.fontWeight}`;
      found[face] = (found[face] ?? "") + texts.currentNode.data;
    }
  }
  return found;
}"""


def faces_of(css, read):
    """The letters of each face of KaTeX's that a stylesheet defines, by family, style, weight."""
    ttfont = pytest.importorskip("fontTools.ttLib").TTFont
    found = {}
    for rule in FACES.findall(css):
        if "KaTeX" in rule:
            said = dict(re.findall(r"font-(family|style|weight):([^;]+)", rule))
            address = re.search(r"url\(([^)]*)\)", rule)[1]
            with ttfont(read(address)) as font:
                found[" ".join(said.values())] = set(font.getBestCmap())
    return found


@cache
def whole_faces():
    folder = ROOT / "book/_static/katex"
    return faces_of((folder / "katex.min.css").read_text(), lambda address: folder / address)


def test_each_font_has_the_letters_of_the_pages_formulas_and_no_others(built, visit, page_name):
    used = {
        face: {ord(letter) for letter in text}
        for face, text in visit(page_name).page.evaluate(LETTERS).items()
    }
    head = (built / page_name).read_text(encoding="utf-8").partition("</head>")[0]
    here = faces_of(head, lambda url: io.BytesIO(base64.b64decode(url.partition("base64,")[2])))
    assert here == {face: whole_faces()[face] & letters for face, letters in used.items()}


LATE = """() => {
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) moved.push([entry.value, ...entry.sources.map(
      (source) => source.node?.textContent?.trim().slice(0, 40))]);
  }).observe({ type: "layout-shift", buffered: true });
}"""


def test_nothing_moves_when_a_page_has_been_laid_out(built, chromium, load, page_name):
    with served(built) as address:
        context = chromium.new_context(
            viewport={"width": 412, "height": 823}, device_scale_factor=1.75, is_mobile=True
        )
        page = context.new_page()
        page.add_init_script(f"({LATE})()")
        load(page, f"{address}{page_name}")
        page.evaluate("document.fonts.ready.then(() => true)")
        assert sum(move[0] for move in page.evaluate("moved")) < 0.02, page.evaluate("moved")
        context.close()


def test_what_its_styles_ask_for_is_there(built, page_name):
    path = built / page_name
    styles = re.findall(r"<style>(.*?)</style>", path.read_text(encoding="utf-8"), re.DOTALL)
    assert max(map(len, styles)) > 10_000
    wanted = {
        found
        for found in re.findall(r"""url\(["']?([^"')]+)""", "".join(styles))
        if not found.startswith(("data:", "#"))
    }
    assert any(found.endswith("book-serif.woff2") for found in wanted)
    assert [found for found in wanted if not (path.parent / found).is_file()] == []


def test_pictures_have_words_beside_them(visit, page_name):
    # An empty alt is right for the logo only: the name of the book stands beside it.
    silent = visit(page_name).page.evaluate(
        """[...document.querySelectorAll("img:not(.navbar-brand img)")]
           .filter(img => !(img.getAttribute("alt") || "").trim()).map(img => img.outerHTML)"""
    )
    assert silent == []


def test_formulas_are_typeset(visit, page_name):
    page = visit(page_name).page
    assert page.locator(".katex-error").count() == 0
    text = page.evaluate(
        """(() => {
          const main = (document.querySelector("article") || document.body).cloneNode(true);
          for (const e of main.querySelectorAll("pre, code, script, style, .katex")) e.remove();
          return main.textContent;
        })()"""
    )
    raw = re.findall(r".{0,30}(?:\$\$|\\(?:frac|sum|partial|mathcal|begin|left)\b).{0,30}", text)
    assert raw == []
    # A formula whose stylesheet is missing shows its MathML beside itself.
    unstyled = page.evaluate(
        """[...document.querySelectorAll(".katex-mathml")]
           .filter(e => getComputedStyle(e).position !== "absolute").length"""
    )
    assert unstyled == 0


def test_links_lead_somewhere(built, elements, page_name):
    broken = []
    here = built / page_name
    for tag, attributes in elements(here).tags:
        for name in {"a": ("href",), **LOADS}.get(tag, ()):
            target = attributes.get(name, "")
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or not target:
                continue
            path = (here.parent / unquote(parts.path)).resolve() if parts.path else here
            fragment = unquote(parts.fragment)
            # An explorer keeps its position in the fragment, as key=value: no id.
            named = fragment and "=" not in fragment
            if not path.is_file() or (named and fragment not in elements(path).ids):
                broken.append(target)
    assert broken == []


def test_can_be_read_aloud(visit, page_name):
    page = visit(page_name).page
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title().strip()
    headings = page.evaluate(
        """[...document.querySelectorAll("h1")].filter(h => h.checkVisibility()).length"""
    )
    assert headings == 1
    nameless = page.evaluate(
        """[...document.querySelectorAll("button, a[href], input, select, textarea")]
           .filter(e => e.type !== "hidden" && e.checkVisibility())
           .filter(e => !e.textContent.trim() && !e.getAttribute("aria-label")
                     && !e.getAttribute("aria-labelledby") && !(e.labels && e.labels.length)
                     && !e.title && !e.querySelector("img[alt]:not([alt=''])"))
           .map(e => e.outerHTML)"""
    )
    assert nameless == []
    repeated = page.evaluate(
        """(() => {
          const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
          return ids.filter((id, i) => ids.indexOf(id) !== i);
        })()"""
    )
    assert repeated == []


def test_follows_the_system_into_the_dark(visit, page_name):
    page = visit(page_name, scheme="dark").page
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


# The first text of a section that is long enough to be told from others, on one line.
LAST_WORDS = """id => {
  const section = document.getElementById(id);
  const texts = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, words = text.data.trim();
    if (/^[\\w ,.]{12,}$/.test(words) && text.parentElement.checkVisibility()) return words;
  }
  return section.querySelector("h1, h2, h3").firstChild.data.trim();
}"""


def test_what_is_not_laid_out_yet_is_reached_found_and_printed(built, chromium, load, page_name):
    context = chromium.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    address = (built / page_name).as_uri()
    load(page, address)
    last = page.evaluate(
        "[...document.querySelectorAll('article section[id]')].map(e => e.id).pop() || null"
    )
    if last is not None:
        page.goto(f"{address}#{last}")
        page.wait_for_function(
            """id => { const box = document.getElementById(id).getBoundingClientRect();
               const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
               return box.top < innerHeight && (box.top >= 0 || end); }""",
            arg=last,
            polling=100,
        )
        words = page.evaluate(LAST_WORDS, last)
        page.evaluate("scrollTo(0, 0); getSelection().removeAllRanges()")
        assert page.evaluate("words => find(words)", words)
    page.emulate_media(media="print")
    assert (
        page.evaluate(
            """[...document.querySelectorAll("article *")]
           .filter(e => getComputedStyle(e).contentVisibility !== "visible").length"""
        )
        == 0
    )
    context.close()


def test_the_front_door_leads_to_the_first_page(built, chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.goto((built / "index.html").as_uri())
    page.wait_for_url("**/book/intro.html")
    context.close()


def test_search_finds_without_a_server(built, chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.goto((built / "search.html").as_uri() + "?q=notation")
    page.locator("#search-results .search a").first.wait_for(timeout=10_000)
    found = page.locator("#search-results .search a").evaluate_all("all => all.map(a => a.href)")
    assert any("/book/notation.html" in address for address in found)
    context.close()


def test_the_switch_changes_the_mode(built, chromium, load):
    context = chromium.new_context(color_scheme="light")
    page = context.new_page()
    address = (built / "book" / "notation.html").as_uri()
    load(page, address)
    theme = "document.documentElement.dataset.theme"
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    for wait in (200, 1000, 5000):  # what a page keeps is written by another process, in its time
        page.locator(".theme-switch-button").click()
        assert page.evaluate(theme) == "dark"
        assert page.evaluate(background) != before
        page.wait_for_timeout(wait)
        load(page, address)
        if page.evaluate(theme) == "dark":
            break
    assert page.evaluate(theme) == "dark"
    context.close()


def test_scripts_run_after_the_paint_in_their_order(built, chromium, load):
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(
        """self.ran = [];
        const watch = (node) => node.addEventListener("load", () => ran.push(node.src));
        new MutationObserver((changes) => {
          for (const { addedNodes } of changes)
            for (const node of addedNodes) if (node.localName === "script") watch(node);
        }).observe(document, { childList: true, subtree: true });"""
    )
    load(page, (built / "book" / "04_backward" / "1_circuits.html").as_uri())
    written = page.evaluate(
        """[...document.querySelectorAll("template.scripts")]
        .flatMap((t) => [...t.content.querySelectorAll("script")].map((s) => s.src))"""
    )
    assert len(written) > 5
    assert [src.split("/")[-1] for src in page.evaluate("ran")] == [
        src.split("/")[-1] for src in written
    ]
    # In the head nothing but inline lines runs before the first paint.
    assert page.evaluate("document.head.querySelectorAll('script[src]').length") == 0
    context.close()


def test_text_does_not_wait_for_its_letters_and_has_them_on_the_next_page(built, chromium, load):
    context = chromium.new_context()
    page = context.new_page()
    family = "getComputedStyle(document.querySelector('article p')).fontFamily.split(',')[0]"
    with served(built) as base:
        load(page, f"{base}book/notation.html")
        assert page.evaluate(family) == "Charter"
        page.wait_for_function("localStorage.getItem('serif') === 'here'", polling=50)
        load(page, f"{base}book/references.html")
        assert page.evaluate(family) == '"Book Serif"'
    load(page, (built / "book" / "notation.html").as_uri())  # from a folder: at once
    assert page.evaluate(family) == '"Book Serif"'
    context.close()
