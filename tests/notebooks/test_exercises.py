"""The chapters and the registry of exercises hold the same exercises, with the same starters.

A starter stands in the notebook, where the learner edits it; this is what keeps it from drifting
away from the exercise that checks it.
"""

import json
import re
from pathlib import Path

import pytest

from nnlib.teaching.exercises import chapter, chapters, find

BOOK = Path(__file__).resolve().parents[2] / "book"
CALL = re.compile(r'^check\("([^"]+)", (\w+)\)', re.MULTILINE)
SOLUTION = re.compile(r'^check\.solution\("([^"]+)"\)', re.MULTILINE)
NUMBERED = re.compile(r"(\d+)_\w+\.ipynb$")

NOTEBOOKS = {
    str(int(match[1])): path
    for path in sorted(BOOK.glob("*.ipynb"))
    if (match := NUMBERED.match(path.name))
}


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def problems(number, cells):
    """Say how the cells of a chapter and its registry differ; an empty list if they do not."""
    registered = list(chapter(number)) if number in chapters() else []
    calls = [(i, *call) for i, cell in enumerate(cells) for call in CALL.findall(cell)]
    called = [id for _, id, _ in calls]
    solved = [id for cell in cells for id in SOLUTION.findall(cell)]
    found = []
    if called != registered:
        found.append(f"checks {called}, but the registry has {registered}, in this order")
    if solved != registered:
        found.append(f"shows the solutions {solved}, but the registry has {registered}")
    for i, id, name in calls:
        if id not in registered:
            continue
        exercise = find(id)
        near = "\n".join(cells[max(i - 1, 0) : i + 1])
        if exercise.starter.strip() not in near:
            found.append(f"{id}: the cell does not hold the starter:\n{exercise.starter}")
        if name != exercise.name:
            found.append(f"{id}: checks {name}, but the starter defines {exercise.name}")
    return found


def perfect(number):
    """Return the cells of a chapter that holds its exercises as it should."""
    return [
        cell
        for e in chapter(number).values()
        for cell in (f'{e.starter}\n\ncheck("{e.id}", {e.name})', f'check.solution("{e.id}")')
    ]


@pytest.mark.parametrize("number", NOTEBOOKS or [pytest.param("", id="none")])
def test_a_chapter_and_its_registry_agree(number):
    if not number:
        pytest.skip("no chapter in book/ yet")
    assert not problems(number, code_cells(NOTEBOOKS[number]))


@pytest.mark.parametrize("number", chapters())
def test_the_comparison_notices_every_difference(number):
    cells = perfect(number)
    assert not problems(number, cells)
    assert problems(number, cells[2:]), "an exercise is missing"
    assert problems(number, cells[:-1]), "a solution is missing"
    assert problems(number, [*cells, 'check("99.1", f)']), "an exercise is unknown"
    assert problems(number, [cells[0].replace("\n    ", "\n    x = 1\n    ", 1), *cells[1:]])
    assert problems(number, cells[2:4] + cells[:2] + cells[4:]), "the order differs"
