"""Explorers in a built page: opened as a file, with no network and no kernel."""

from __future__ import annotations

import io
import re
import shutil

import pytest
from PIL import Image

from tests.teaching import sample
from tests.teaching.driver import drive, offline

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(chromium, built):
    """A function that opens the page; it checks at the end what the page asked for and said."""
    contexts, errors, asked = [], [], []

    def open_page(fragment="", **options):
        context = chromium.new_context(**options)
        contexts.append(context)
        asked.append(offline(context))
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((built / "chapters" / "one.html").as_uri() + fragment)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors
    assert not [url for urls in asked for url in urls]


def picture(built, figure):
    """The text of the SVG file that the figure shows."""
    source = figure.locator("img").evaluate("image => image.currentSrc")
    return (built / "_explorers" / source.rpartition("/")[2]).read_text(encoding="utf-8")


def title(figure):
    """The top of the picture in shades of gray: paper, and the title in ink."""
    image = figure.locator("img")
    image.scroll_into_view_if_needed()
    image.evaluate("image => image.decode()")
    shot = Image.open(io.BytesIO(image.screenshot())).convert("L")
    return shot.crop((0, 0, shot.width, shot.height // 12))


@pytest.mark.parametrize("name", ["waves", "lines"])
def test_each_control_shows_the_frame_of_its_position(opened, built, name):
    page = opened()
    seen = drive(page, page.locator(f"#explore-{name}"))
    assert len({at["file"] for at in seen}) > 3
    for at in seen:
        drawn = (built / "_explorers" / at.pop("file")).read_text(encoding="utf-8")
        at = {k: {"on": "True", "off": "False"}.get(v, v) for k, v in at.items()}
        # draw() wrote its arguments into the picture.
        assert f">at {' '.join(f'{k}={v}' for k, v in at.items())}<" in drawn


def test_the_first_frame_is_at_start(opened, built):
    figure = opened().locator("#explore-waves")
    assert "at count=2.5 shape=sine filled=False" in picture(built, figure)
    assert figure.locator("figcaption").text_content() == "You see 2.5 sine waves."


def test_a_link_restores_the_position(opened, built):
    page = opened()
    page.locator("#explore-waves").get_by_label("square").click()
    page.locator("#explore-waves").get_by_label("waves").press("End")
    link = page.evaluate("location.hash")
    assert link == "#explore-waves?count=4&shape=square&filled=off"

    other = opened(link, viewport={"width": 800, "height": 300})
    figure = other.locator("#explore-waves")
    assert "at count=4 shape=square filled=False" in picture(built, figure)
    assert figure.get_by_label("square").is_checked()
    assert other.evaluate("scrollY") > 100
    other.evaluate("location.hash = '#explore-waves?count=1'")
    figure.get_by_text("You see 1 square waves.").wait_for()


@pytest.mark.parametrize("link", ["#explore-waves?count=7&other=1", "#%zz?a=b", "#explore-waves?"])
def test_a_link_to_nowhere_shows_the_first_frame(opened, built, link):
    figure = opened(link).locator("#explore-waves")
    assert "at count=2.5 shape=sine filled=False" in picture(built, figure)


def test_without_javascript_the_first_frame_stands_with_its_sentence(opened):
    page = opened(java_script_enabled=False)
    figure = page.locator("#explore-waves")
    assert figure.locator("img").is_visible()
    assert figure.locator("figcaption").inner_text() == "You see 2.5 sine waves."
    assert figure.get_by_text("waves = 2.5, shape = sine, fill = off").is_visible()
    assert figure.locator("noscript p").is_visible()
    assert not figure.locator("form").is_visible()
    # Where a browser shows it all the same, it promises nothing.
    assert figure.locator("input").first.is_disabled()


def test_on_paper_the_position_is_written_out(opened):
    page = opened()
    page.locator("#explore-waves").get_by_label("fill").check()
    page.emulate_media(media="print")
    figure = page.locator("#explore-waves")
    assert not figure.locator("form").is_visible()
    assert figure.get_by_text("waves = 2.5, shape = sine, fill = on").is_visible()


@pytest.mark.parametrize("selector", ["#explore-waves", "figure.figure"])
def test_the_ink_follows_the_page_and_paper_is_light(opened, selector):
    page = opened(color_scheme="light")
    figure = page.locator(selector)
    light = title(figure)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    dark = title(figure)
    # Dark ink on light paper, then the reverse. The corner is paper, the extreme is ink.
    assert light.getextrema()[0] < 60 < 240 < light.getpixel((2, 2))
    assert dark.getextrema()[1] > 200 > 40 > dark.getpixel((2, 2))
    page.emulate_media(media="print")
    assert page.locator(selector).evaluate("f => getComputedStyle(f).colorScheme") == "light"


def test_nothing_moves_while_a_frame_changes(opened):
    page = opened(viewport={"width": 360, "height": 800})
    figure = page.locator("#explore-waves")
    before = figure.bounding_box()
    figure.get_by_label("fill").check()
    figure.get_by_text("You see 2.5 sine waves, filled").wait_for()
    assert figure.bounding_box() == before


def test_on_a_phone_everything_fits_and_can_be_touched(opened):
    page = opened(viewport={"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    targets = page.locator(
        "figure.explorer :is(input[type=range], select, button, label:has(input))"
    )
    assert targets.count() == 9 - 1  # 2 sliders, 2 radio buttons, a checkbox, a menu, 2 resets
    for box in (target.bounding_box() for target in targets.all()):
        assert min(box["width"], box["height"]) >= 40
    image = page.locator("figure.explorer img").first.bounding_box()
    smallest = 14 * image["width"] / 432  # tick labels, on a figure of 432 points
    assert smallest > 10


def test_controls_and_pictures_have_names(opened):
    page = opened()
    waves = page.locator("#explore-waves")
    assert waves.get_by_role("slider", name="waves").count() == 1
    assert waves.get_by_role("radiogroup", name="shape").get_by_role("radio").count() == 2
    assert waves.get_by_role("checkbox", name="fill").count() == 1
    assert page.locator("#explore-lines").get_by_role("combobox", name="style").count() == 1
    assert page.locator("figure.figure").get_by_role("img", name="The diagonal of a square").count()


def test_pages_without_figures_load_no_script(built):
    assert "explorer.js" not in (built / "index.html").read_text(encoding="utf-8")
    assert "explorer.css" not in (built / "index.html").read_text(encoding="utf-8")
    assert "explorer.js" in (built / "chapters" / "one.html").read_text(encoding="utf-8")


def test_frames_are_shared_come_back_and_go(tmp_path):
    """Equal frames are one file; deleted ones are written again; unused ones are deleted."""
    same = "explore(lambda a, b: waves(a, 'sine', False), a=[1, 2], b=['p', 'q'])"
    source = sample.write(tmp_path, same)
    folder = tmp_path / "build" / "html" / "_explorers"
    assert sample.build(source).returncode == 0
    first = {file.name for file in folder.glob("*.svg")}
    assert len(first) == 2

    shutil.rmtree(folder)
    assert "Executing" not in sample.build(source).stdout
    assert {file.name for file in folder.glob("*.svg")} == first

    sample.write(tmp_path, same.replace("a=[1, 2]", "a=[1, 3]"))
    assert sample.build(source).returncode == 0
    second = {file.name for file in folder.glob("*.svg")}
    assert len(second) == 2
    assert len(first & second) == 1


@pytest.mark.parametrize("strict", [False, True])
def test_a_failing_frame_fails_the_build_and_is_named(tmp_path, strict):
    cell = "explore(lambda n, kind: waves(1 / n, kind, False), n=[2, 0], kind=['sine', 'square'])"
    source = sample.write(tmp_path, cell)
    with (source / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(f"nb_execution_raise_on_error = {strict}\n")
    result = sample.build(source)
    assert result.returncode != 0
    assert "one.ipynb" in result.stderr
    assert "(n=0, kind='sine') failed: ZeroDivisionError" in result.stderr


def test_other_builders_show_the_sentence(tmp_path):
    source = sample.write(tmp_path, sample.FIGURE)
    assert sample.build(source, "text").returncode == 0
    text = (tmp_path / "build" / "text" / "chapters" / "one.txt").read_text(encoding="utf-8")
    assert re.search(r"A line from 0 to 1\.", text)
