"""A hand that moves the controls of an explorer in a built page."""

from __future__ import annotations

import itertools
import json
from typing import Any


def offline(context: Any) -> list[str]:
    """Block everything but files; return the list that fills with what was asked for."""
    asked: list[str] = []

    def answer(route: Any) -> None:
        if route.request.url.startswith(("file:", "data:")):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    context.route("**/*", answer)
    return asked


def drive(page: Any, figure: Any) -> list[dict[str, str]]:
    """Move every control of one explorer in a built page, by keyboard and by mouse.

    Asserts after each move that picture, description and sentence are those of the position that
    the control was moved to, and for each control that moving it can change the frame.
    Ends where it began. Returns every position that was seen, with the file of its picture.
    """
    hand = _Hand(page, figure)
    for number, control in enumerate(hand.controls):
        assert hand.matters(number), f"{control['name']} changes no frame of {hand.name}"
        for move in (hand.press, hand.click):
            move(number)
            hand.look()
    figure.get_by_role("button", name="Reset").click()
    hand.position = list(hand.first)
    hand.look()
    return hand.seen


class _Hand:
    def __init__(self, page: Any, figure: Any) -> None:
        self.page, self.figure = page, figure
        island = json.loads(figure.locator("script").text_content())
        self.controls: list[dict[str, Any]] = island["controls"]
        self.frames: list[list[str]] = island["frames"]
        self.name = figure.get_attribute("id")
        assert figure.locator("input, select").first.is_enabled(), (
            f"{self.name}: no script enabled it"
        )
        self.position = [self._index(number) for number in range(len(self.controls))]
        self.first = tuple(self.position)
        self.seen: list[dict[str, str]] = []
        figure.scroll_into_view_if_needed()

    def _field(self, number: int) -> Any:
        return self.figure.locator(f'[name="{self.controls[number]["name"]}"]')

    def _index(self, number: int) -> int:
        field, kind = self._field(number), self.controls[number]["kind"]
        if kind == "switch":
            return int(field.is_checked())
        if kind == "menu":
            return int(field.evaluate("field => field.selectedIndex"))
        if kind == "buttons":
            return [button.is_checked() for button in field.all()].index(True)
        return int(field.input_value())

    def _frame(self, position: list[int] | tuple[int, ...]) -> list[str]:
        every = itertools.product(*(range(len(c["values"])) for c in self.controls))
        return self.frames[list(every).index(tuple(position))]

    def matters(self, number: int) -> bool:
        """Whether some frame changes when this control alone is moved."""
        sizes = [range(len(c["values"])) for c in self.controls]
        rest = [*sizes[:number], range(1), *sizes[number + 1 :]]
        return any(
            len({self._frame([*at[:number], i, *at[number + 1 :]])[0] for i in sizes[number]}) > 1
            for at in itertools.product(*rest)
        )

    def press(self, number: int) -> None:
        """Take one step with the keyboard: back from the last value, onward from the others."""
        field, kind = self._field(number), self.controls[number]["kind"]
        at = self.position[number]
        back = at == len(self.controls[number]["values"]) - 1
        if kind == "buttons":
            field.nth(at).focus()
        else:
            field.focus()
        arrow = ("ArrowLeft" if back else "ArrowRight", "ArrowUp" if back else "ArrowDown")
        self.page.keyboard.press(" " if kind == "switch" else arrow[kind == "menu"])
        self.position[number] = at - 1 if back else at + 1

    def click(self, number: int) -> None:
        """Go with the mouse to the farther end of the control."""
        field, control = self._field(number), self.controls[number]
        last = len(control["values"]) - 1
        target = 0 if self.position[number] > last / 2 else last
        if control["kind"] == "buttons":
            field.nth(target).click()
        elif control["kind"] == "menu":
            # The list that opens is drawn by the system, out of reach of a page's mouse.
            field.select_option(index=target)
        elif control["kind"] == "switch":
            field.click()
        else:
            box = field.bounding_box()
            field.click(position={"x": 3 if target == 0 else box["width"] - 3, "y": 20})
        self.position[number] = target

    def look(self) -> None:
        """Assert that all the reader can see, hear or link to is of this position."""
        file, sentence = self._frame(self.position)
        values = {
            c["name"]: c["values"][i] for c, i in zip(self.controls, self.position, strict=True)
        }
        sliders = {c["name"] for c in self.controls if c["kind"] == "slider"}
        expected = {
            "loaded": True,
            "picture": True,
            "position": self.position,
            "alt": sentence,
            "sentence": sentence,
            "spoken": {name: text for name, text in values.items() if name in sliders},
            "written": {name: True for name in sliders},
        }
        shown: dict[str, Any] = {}
        for _ in range(600):  # a picture may have to be read from the disk
            shown = self.figure.evaluate(SHOWN, [self.controls, self.position, file])
            if shown["loaded"] and shown["picture"]:
                break
            self.page.wait_for_timeout(10)
        assert shown == expected, f"{self.name} at {values}"
        self.seen.append({**values, "file": file})


# What a figure shows, and where its controls stand, in one answer.
SHOWN = """(figure, [controls, position, file]) => {
  const named = (c) => [...figure.querySelectorAll(`[name="${CSS.escape(c.name)}"]`)];
  const fields = controls.map(named);
  const image = figure.querySelector("img");
  const sliders = controls.map((c, i) => [c, fields[i][0], c.values[position[i]]])
    .filter(([c]) => c.kind === "slider");
  return {
    loaded: image.complete && image.naturalWidth > 0,
    picture: image.currentSrc.endsWith(file),
    position: controls.map((c, i) => c.kind === "switch" ? +fields[i][0].checked
      : c.kind === "menu" ? fields[i][0].selectedIndex
      : c.kind === "buttons" ? fields[i].findIndex((button) => button.checked)
      : +fields[i][0].value),
    alt: image.getAttribute("alt"),
    sentence: figure.querySelector("figcaption").textContent,
    spoken: Object.fromEntries(
      sliders.map(([c, field]) => [c.name, field.getAttribute("aria-valuetext")])),
    written: Object.fromEntries(sliders.map(([c, _, text]) =>
      [c.name, [...figure.querySelectorAll("output")].some((o) => o.textContent.includes(text))])),
  };
}"""
