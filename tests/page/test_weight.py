"""No page is heavier than its kind may be, and an accessibility check finds nothing in any."""

import gzip
import re

import pytest

pytestmark = pytest.mark.browser

# Elements once the page has loaded, and kilobytes of HTML as a server that gzips sends them: all
# but the letters of its formulas, and these. A phone lays out what comes near the screen, but
# reads all of it before it can answer.
LESSON = (9_000, 75, 15)
APPENDIX = (7_000, 40, 20)
LETTERS = re.compile(rb"data:font/woff2;base64,[^)]*")


def budget(name):
    return LESSON if re.match(r"book/\d+_\w+/", name) else APPENDIX


def test_a_page_keeps_its_budget(built, visit, page_name):
    nodes, kilobytes, letters = budget(page_name)
    found = visit(page_name, width=360).page.evaluate("document.querySelectorAll('*').length")
    whole = (built / page_name).read_bytes()
    sent, bare = (len(gzip.compress(text)) / 1e3 for text in (whole, LETTERS.sub(b"", whole)))
    assert found <= nodes
    assert bare <= kilobytes
    assert sent - bare <= letters


# A page's policy takes no style element from a test; a script's sheet it does.
NEAR = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { content-visibility: visible !important }");
  document.adoptedStyleSheets.push(sheet);
}"""

# Most of what axe does is to look behind each text for what it stands on, and a formula has a
# hundred. Of a text with one letter axe then says nothing. A formula that has one color, and
# nothing behind any of its parts, is one text for that: sooner looked at, and judged. Nothing else
# that axe looks for can be in the parts: they are hidden from who listens, and say how they look.
# One text is wider than its parts, so what scrolls is looked for before.
JOINED = """() => {
  const look = (element) => {
    const style = getComputedStyle(element);
    return [style.color, style.opacity, style.backgroundColor, style.backgroundImage, style.filter,
      style.mixBlendMode, style.textShadow, style.visibility].join();
  };
  const says = ["class", "style", "xmlns", "width", "height", "viewBox", "preserveAspectRatio",
    "d"];
  const mute = (e) => ["span", "svg", "path"].includes(e.localName)
    && e.getAttributeNames().every((name) => says.includes(name));
  self.parted = [];
  for (const formula of document.querySelectorAll(".katex-html[aria-hidden=true]")) {
    const style = getComputedStyle(formula);
    const plain = `${style.color},1,rgba(0, 0, 0, 0),none,none,normal,none,visible`;
    const parts = [...formula.querySelectorAll("*")];
    const large = (e) => parseFloat(getComputedStyle(e).fontSize) >= 24;
    const told = [formula, ...parts.filter((e) => e.textContent.trim())];
    if (!parts.every(mute) || told.some((e) => look(e) !== plain || large(e))) continue;
    self.parted.push([formula, [...formula.childNodes]]);
    formula.textContent = formula.textContent;
  }
  return self.parted.length;
}"""
PARTED = "() => self.parted.forEach(([formula, parts]) => formula.replaceChildren(...parts))"
FORMULAS = "() => [...document.querySelectorAll('.katex-html')].map((e) => e.outerHTML)"


SCROLLS = "scrollable-region-focusable"


def violations(axe, page):
    """What axe finds in a page, which is as it was in the end."""

    def run(**rules):
        found = axe.run(page, options={"resultTypes": ["violations"], **rules})
        return found.response["violations"]

    found = run(runOnly=[SCROLLS])
    page.evaluate(JOINED)
    found += run(rules={SCROLLS: {"enabled": False}})
    page.evaluate(PARTED)
    return found


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_axe_finds_no_violation(visit, read_through, page_name, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(page_name, width=width, scheme=scheme).page
    read_through(page)
    # What is far away has a guessed height until it is near: with these, one part of the page
    # would seem to lie over another.
    page.evaluate(NEAR)
    found = violations(axe, page)
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == []


def test_a_faulty_formula_is_found_where_the_others_are_one_text(visit, read_through):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit("book/notation.html", width=360).page
    read_through(page)
    page.evaluate(NEAR)
    long = page.locator(".katex-html", has_text=re.compile(".{9}"))
    pale, mixed, stop = (long.nth(i) for i in range(3))
    pale.evaluate("e => e.style.color = 'rgb(190, 190, 190)'")
    mixed.locator("span:not(:has(*))").last.evaluate("e => e.style.color = 'rgb(190, 190, 190)'")
    stop.locator("span").last.evaluate("e => e.tabIndex = 0")
    before, parts = page.evaluate(FORMULAS), [e.locator("*").count() for e in (mixed, stop)]
    assert page.evaluate(JOINED) > 20
    assert pale.locator("*").count() == 0
    assert [e.locator("*").count() for e in (mixed, stop)] == parts
    assert min(parts) > 0
    page.evaluate(PARTED)
    found = {rule["id"]: rule["nodes"] for rule in violations(axe, page)}
    assert found.keys() == {"color-contrast", "aria-hidden-focus"}
    for [node] in found.values():
        assert node["html"].startswith('<span class="katex-html"')
    assert "190" in found["color-contrast"][0]["html"]
    assert page.evaluate(FORMULAS) == before
    page.reload()
