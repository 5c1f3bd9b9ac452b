"""Make the README's pictures from the built book: docs/book.webp, which moves, and docs/page.png.

    python tools/picture.py              into docs/
    python tools/picture.py --into DIR   somewhere else

Chromium is driven as a reader would drive it, and each step waits for what the book says to it: a
lesson that answers otherwise stops this command. The second picture is for readers who want no
motion, one frame of the first.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "_build" / "html"

WIDTH, HEIGHT, SCALE = 720, 684, 1.25  # narrow: the page without its contents; 900 pixels wide
READING = 1400  # ms that a sentence stays
PATIENCE = 60_000  # ms: Python starts in the page, perhaps on a machine that has much to do

# A screenshot has no pointer. This one is drawn into the page, and points to what is done next.
POINTER = """() => {
  const at = document.createElement("div");
  at.id = "pointer";
  at.style.cssText = "position:fixed;z-index:9999;pointer-events:none;left:640px;top:560px";
  at.innerHTML = `<svg width="26" height="32" viewBox="0 0 13 16"><path fill="#111" stroke="#fff"
    stroke-linejoin="round" d="M1 1v12.2l2.9-2.7 2 4.6 2.3-1-2-4.5 4-.3z"/></svg>`;
  document.body.append(at);
}"""
MOVE = """([x, y]) => Object.assign(document.getElementById("pointer").style,
  { left: `${x}px`, top: `${y}px` })"""
PLACE = """(element, top) => scrollTo({ behavior: "instant",
  top: element.getBoundingClientRect().top + scrollY - top })"""

ANSWERS = (("−2", "The bias, 0.5, is missing"), ("−1.5", "Right."))
RIGHT = "return 1 / (1 + np.exp(-(X @ w + b)))"
WRONG = RIGHT.replace("-(X @ w + b)", "X @ w + b")


class Unable(Exception):
    """What is missing, and how to get it."""


@dataclass
class Film:
    """The frames so far, each with the milliseconds that it stays."""

    page: Any
    frames: list[Image.Image] = field(default_factory=list)
    stays: list[int] = field(default_factory=list)
    pointer: tuple[float, float] = (640, 560)

    def open(self, address: str, what: str, top: int) -> Any:
        """Open a page with `what` at `top` pixels from above, and return that."""
        self.page.goto(address)
        self.page.wait_for_function("() => 'ready' in document.documentElement.dataset", polling=50)
        place = self.page.locator(what)
        place.evaluate(PLACE, top)
        self.page.evaluate(POINTER)
        self.page.evaluate(MOVE, self.pointer)
        return place

    def take(self, stays: int) -> None:
        """Take a frame; one that is as the last makes that stay longer."""
        shot = self.page.screenshot(animations="disabled", caret="hide")
        image = Image.open(io.BytesIO(shot)).convert("RGB")
        if self.frames and self.frames[-1] == image:
            self.stays[-1] += stays
        else:
            self.frames.append(image)
            self.stays.append(stays)

    def point(self, at: Any, along: float = 0.5, steps: Sequence[float] = (0.3, 0.7, 1)) -> None:
        """Move the pointer to a control, `along` of its width from its left."""
        box = at.bounding_box()
        x0, y0 = self.pointer
        self.pointer = x, y = box["x"] + along * box["width"], box["y"] + 0.6 * box["height"]
        for part in steps:
            self.page.evaluate(MOVE, [x0 + part * (x - x0), y0 + part * (y - y0)])
            self.take(60)

    def press(self, button: Any, where: Any, says: str) -> None:
        """Press a button, wait until the book `says` it, and leave time to read that."""
        self.point(button)
        button.click()
        where.get_by_text(says).wait_for(timeout=PATIENCE)
        self.page.wait_for_timeout(100)
        self.take(READING)


def move(film: Film, built: Path) -> None:
    """Two hidden units: turn and shift their lines until one line parts XOR."""
    lesson = (built / "book/01_structure/3_hidden.html").as_uri()
    figure = film.open(lesson, "#explore-xor", 56)
    picture = figure.locator("img").element_handle()
    film.take(700)
    for name, key in (("turn1", "ArrowRight"), ("turn2", "ArrowLeft"), ("b2", "ArrowLeft")):
        slider = figure.locator(f"[name={name}]")
        film.point(slider, handle_of(slider))
        slider.press(key)
        film.page.wait_for_function("picture => picture.complete", arg=picture, polling=50)
        film.page.wait_for_timeout(150)
        film.point(slider, handle_of(slider), steps=(1,))
        film.take(500)
    figure.get_by_text("4 of 4 corners").first.wait_for()
    film.take(READING)


def handle_of(slider: Any) -> float:
    """Where a slider's handle is, as a share of its width."""
    return 0.04 + 0.92 * int(slider.input_value()) / int(slider.get_attribute("max"))


def answer(film: Film, built: Path) -> None:
    """A question, answered without the bias and then with it."""
    lesson = (built / "book/01_structure/1_one_unit.html").as_uri()
    question = film.open(lesson, "#ask-1-z", 150)
    entry, button = question.locator("input"), question.get_by_role("button", name="Check")
    film.take(1000)
    film.point(entry)
    for text, says in ANSWERS:
        entry.fill(text)
        film.take(400)
        film.press(button, question, says)


def write(film: Film, built: Path) -> None:
    """An exercise: a sign too few, what the book says to it, and the sign."""
    lesson = (built / "book/01_structure/1_one_unit.html").as_uri()
    exercise = film.open(lesson, "[data-exercise='1.14']", 190)
    code, button = exercise.locator("textarea"), exercise.locator(".nnlib-check")
    start = code.input_value()
    film.take(700)
    film.point(code, 0.3)
    for end in range(7, len(WRONG) + 7, 7):
        code.fill(start.replace("...", WRONG[:end]))
        film.take(60)
    film.press(button, exercise, "This is the probability of class 0")
    code.fill(start.replace("...", RIGHT))
    film.take(700)
    film.press(button, exercise, "Passed.")
    film.take(400)


SCENES = (move, answer, write)


def shoot(browser: Any, built: Path, into: Path) -> tuple[Path, Path]:
    """Write the moving picture and the still one into a folder; return their paths."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE
    )
    film, still = Film(context.new_page()), None
    try:
        for scene in SCENES:
            scene(film, built)
            still = still or film.frames[-1]
    finally:
        context.close()
    into.mkdir(parents=True, exist_ok=True)
    moving, page = into / "book.webp", into / "page.png"
    first, *others = film.frames
    first.save(
        moving,
        save_all=True,
        append_images=others,
        duration=film.stays,
        loop=0,
        lossless=True,
        method=4,
    )
    assert still is not None
    still.quantize(256, dither=Image.Dither.NONE).save(page, optimize=True)
    return moving, page


@contextmanager
def chromium() -> Iterator[Any]:
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        raise Unable("no chromium on the PATH (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=binary, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--into", type=Path, default=ROOT / "docs", metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        if not (BUILT / "index.html").is_file():
            raise Unable(f"{BUILT} holds no book: run 'make book' first")
        if not (BUILT / "_python").is_dir():
            raise Unable("this book was built without Python for its pages; README.md says more")
        with chromium() as browser:
            paths = shoot(browser, BUILT, options.into)
    except (Unable, Error) as error:
        print(f"No picture: {error}", file=sys.stderr)
        return 1
    for path in paths:
        with Image.open(path) as picture:
            print(f"{path}: {picture.width} x {picture.height}, {path.stat().st_size >> 10} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
