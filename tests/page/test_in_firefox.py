"""The built book in Firefox, where there is one: each explorer moves, and nothing goes wrong."""

import json
import re
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

BUILT = Path(__file__).parents[2] / "_build" / "html"
OUTSIDE = re.compile(r"https?:")

STATE = """(name => {
  const figure = document.getElementById(name);
  const controls = JSON.parse(figure.querySelector("script").textContent).controls;
  return {
    picture: figure.querySelector("img").getAttribute("src").split("/").pop(),
    loaded: figure.querySelector("img").complete && figure.querySelector("img").naturalWidth > 0,
    sentence: figure.querySelector("figcaption > span").textContent,
    place: controls.map(c => {
      const field = figure.querySelector("form").elements.namedItem(c.name);
      return c.kind === "menu" ? field.selectedIndex : c.kind === "switch" ? +field.checked
        : +field.value;
    }),
  };
})"""


def explorers():
    """Each page with explorers, and their names."""
    for path in sorted(BUILT.rglob("*.html")):
        names = re.findall(r'<figure class="explorer" id="([^"]+)"', path.read_text("utf-8"))
        if names:
            yield pytest.param(path, names, id=path.relative_to(BUILT).with_suffix("").as_posix())


@pytest.mark.parametrize(
    ("path", "names"), list(explorers()) or [pytest.param(None, [], id="no book")]
)
def test_each_explorer_moves(firefox, path, names):
    if path is None:
        pytest.fail(f"{BUILT} holds no explorer: run 'make book' first", pytrace=False)
    page = firefox.open(path.as_uri())
    try:
        page.wait("'ready' in document.documentElement.dataset")
        for name in names:
            move_each_control(page, name)
        assert page.errors == []
        assert [url for url in page.asked if OUTSIDE.match(url)] == []
    finally:
        page.close()


def move_each_control(page, name):
    """Move every control by keyboard, or by mouse where it is a check box; look what is shown."""
    figure = f"document.getElementById({json.dumps(name)})"
    island = json.loads(page.evaluate(f"{figure}.querySelector('script').textContent"))
    controls, frames = island["controls"], island["frames"]

    def look():
        """Wait until the picture and the sentence are those of where the controls stand."""
        for _ in range(1500):
            state = page.evaluate(f"{STATE}({json.dumps(name)})")
            index = 0
            for control, place in zip(controls, state["place"], strict=True):
                index = index * len(control["values"]) + place
            if state["loaded"] and [state["picture"], state["sentence"]] == frames[index]:
                return state["place"]
            time.sleep(0.02)
        raise AssertionError([state, frames[index]])

    page.evaluate(f"{figure}.scrollIntoView()")
    first = look()
    for number, control in enumerate(controls):
        move(page, f"#{name} [name={control['name']}]", control, first[number])
        page.wait(f"{STATE}({json.dumps(name)}).place[{number}] !== {first[number]}")
        look()
        page.click(f"#{name} button[type=reset]")
        back = json.dumps(first, separators=(",", ":"))
        page.wait(f"JSON.stringify({STATE}({json.dumps(name)}).place) === {json.dumps(back)}")
        look()


def move(page, field, control, place):
    """Move a control by one: to the next choice, or from the last one to the one before."""
    if control["kind"] == "switch":
        return page.click(field)
    chosen = ":checked" if control["kind"] == "buttons" else ""
    page.evaluate(f"document.querySelector({json.dumps(field + chosen)}).focus()")
    keys = ("Up", "Down") if control["kind"] == "menu" else ("Left", "Right")
    page.press([f"Arrow{keys[place < len(control['values']) - 1]}"])


def test_a_page_of_formulas_fits_a_phone(firefox, built):
    page = firefox.open((built / "book/notation.html").as_uri(), width=360)
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px KaTeX_Main'))")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.errors == []
    page.close()
