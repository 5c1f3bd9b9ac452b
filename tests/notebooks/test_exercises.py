"""The chapters and the registry of exercises hold the same exercises, with the same starters.

A starter stands in the notebook, where the learner edits it; this is what keeps it from drifting
away from the exercise that checks it.
"""

import json
import re
from itertools import groupby
from pathlib import Path

import pytest
import yaml

from nnlib.teaching.exercises import chapter, chapters
from nnlib.teaching.rooms import rooms

ROOT = Path(__file__).resolve().parents[2]
# "book/07_training" is chapter 7; "book/04_backward/1_circuits" is a lesson of chapter 4.
NUMBERED = re.compile(r"book/(\d+)_\w+(?:$|/)")
# The parts of an exercise in the order in which they stand: the kind of cell, and how the part
# is written. The second group is the title, or the name of the function that is checked.
PARTS = {
    "task": ("markdown", r"^:::\{admonition\} Exercise (\d+\.\d+): (.+)\n:class: exercise$"),
    "check": ("code", r'^check\("([^"]+)", (\w+)\)'),
    "solution": ("code", r'^check\.solution\("([^"]+)"()\)'),
}

TEST = re.compile(r'^check\.bug\("([^"]+)", exposes\)', re.MULTILINE)


def files(entries):
    """Yield the files of a list in _toc.yml, in reading order."""
    for entry in entries:
        if "file" in entry:
            yield entry["file"]
        for inside in ("parts", "chapters", "sections"):
            yield from files(entry.get(inside, []))


def lessons(toc, root=ROOT):
    """Return the notebooks of each numbered chapter in reading order: its lessons, or itself."""
    found = {}
    for file in files([toc]):
        path = root / f"{file}.ipynb"
        if (match := NUMBERED.match(file)) and path.is_file():
            found.setdefault(str(int(match[1])), []).append(path)
    return found


LESSONS = lessons(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


def found_in(cells):
    """Return the parts of exercises in reading order: (number of the cell, part, id, word)."""
    return [
        (i, part, id, word)
        for i, cell in enumerate(cells)
        for part, (kind, pattern) in PARTS.items()
        if cell["cell_type"] == kind
        for id, word in re.findall(pattern, "".join(cell["source"]), re.MULTILINE)
    ]


def problems(cells, registered):
    """Say how the cells of a chapter and its exercises differ: one line for each id that does."""
    found = found_in(cells)
    order = [id for id, _ in groupby(id for _, _, id, _ in found)]
    both = [id for id in registered if id in order]
    as_registered = dict(zip(both, [None, *both], strict=False))
    in_chapter = [id for id in dict.fromkeys(order) if id in registered]
    as_found = dict(zip(in_chapter, [None, *in_chapter], strict=False))
    lines = []
    for id in dict.fromkeys([*registered, *order]):
        if id not in registered:
            lines.append(f"{id}: not in EXERCISES; append it there, or take its cells away")
            continue
        said = list(faults(registered[id], [part for part in found if part[2] == id], cells))
        if order.count(id) > 1:
            said.append("another exercise stands between its cells")
        if id in order and as_found[id] != as_registered[id]:
            was, wanted = (before or "no other" for before in (as_found[id], as_registered[id]))
            said.append(f"stands after {was}; in EXERCISES it follows {wanted}")
        lines += [f"{id}: " + "; ".join(said)] * bool(said)
    return lines


def faults(exercise, found, cells):
    """Say what is wrong with the cells of one exercise."""
    parts = [part for _, part, _, _ in found]
    needs = {
        "task": f"a text cell with ':::{{admonition}} Exercise {exercise.id}: {exercise.title}' "
        "and ':class: exercise' under it",
        "check": f'a code cell with check("{exercise.id}", {exercise.name})',
        "solution": f'a code cell with check.solution("{exercise.id}")',
    }
    if parts != list(PARTS):
        yield from (f"needs {needs[part]}" for part in PARTS if part not in parts)
        yield from (f"has its {part} twice" for part in PARTS if parts.count(part) > 1)
        if set(parts) == set(PARTS) and len(parts) == len(PARTS):
            yield f"its cells stand as {', '.join(parts)}, not as {', '.join(PARTS)}"
    for i, part, _, word in found:
        if part == "task" and word != exercise.title:
            yield f"its title is {word!r} here and {exercise.title!r} in EXERCISES"
        if part == "check":
            if word != exercise.name:
                yield f"checks {word}, but the starter defines {exercise.name}"
            near = "\n".join("".join(cell["source"]) for cell in cells[max(i - 1, 0) : i + 1])
            if exercise.starter.strip() not in near:
                line = missing(exercise.starter, near)
                what = f"the line {line!r}" if line else "all its lines, but not together"
                yield (
                    f"of the starter its code {'lacks' if line else 'holds'} {what}; "
                    f'paste what print(check.starter("{exercise.id}")) shows'
                )
        tests = "\n".join("".join(cell["source"]) for cell in cells[max(i - 2, 0) : i])
        has_test = part == "check" and exercise.id in TEST.findall(tests)
        if has_test and exercise.test_starter.strip() not in tests:
            yield f'its test is not what print(check.starter("{exercise.id}-bug")) shows'
        if part == "solution" and "remove-input" not in cells[i]["metadata"].get("tags", []):
            yield "the cell of its solution needs the tag remove-input"


def missing(starter, text):
    """Return the first line of the starter that the text does not hold; '' if all are there."""
    there = text.splitlines()
    return next((line for line in starter.splitlines() if line not in there), "")


def cells_of(exercise):
    """Return the cells of one exercise as they should be."""
    title = f":::{{admonition}} Exercise {exercise.id}: {exercise.title}"
    return [
        text_cell(f"{title}\n:class: exercise\nWrite it.\n:::"),
        code_cell(f'{exercise.starter}\n\ncheck("{exercise.id}", {exercise.name})'),
        code_cell(f'check.solution("{exercise.id}")', "remove-input"),
    ]


def text_cell(source):
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def code_cell(source, *tags):
    return {"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}}


@pytest.mark.parametrize("number", sorted(LESSONS, key=int))
def test_a_chapter_and_its_registry_agree(number):
    paths = LESSONS[number]
    cells = [cell for path in paths for cell in json.loads(path.read_text("utf-8"))["cells"]]
    registered = chapter(number) if number in chapters() else {}
    if lines := problems(cells, registered):
        pytest.fail(
            f"{', '.join(path.relative_to(ROOT).as_posix() for path in paths)} "
            f"and EXERCISES of {rooms()[number]}.exercises differ:\n  "
            + "\n  ".join(lines)
            + '\nMend the one that is wrong ("Add an exercise" in CONTRIBUTING.md says what each '
            "exercise needs); then: make notebooks",
            pytrace=False,
        )


def test_every_chapter_with_exercises_is_in_the_contents():
    assert set(chapters()) <= set(LESSONS)


def test_the_lessons_of_a_chapter_are_read_as_one_in_the_order_of_the_contents(tmp_path):
    for name in ("02_b.ipynb", "04_d/1_x.ipynb", "04_d/2_y.ipynb", "04_d/9_draft.ipynb"):
        path = tmp_path / "book" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    chapter_4 = {"sections": [{"file": "book/04_d/2_y"}, {"file": "book/04_d/1_x"}]}
    pages = [{"file": "book/02_b"}, {"file": "book/04_d/index"} | chapter_4, {"file": "book/end"}]
    assert lessons({"root": "book/intro", "parts": [{"chapters": pages}]}, tmp_path) == {
        "2": [tmp_path / "book/02_b.ipynb"],
        "4": [tmp_path / "book/04_d/2_y.ipynb", tmp_path / "book/04_d/1_x.ipynb"],
    }


def without(cells, *places):
    return [cell for i, cell in enumerate(cells) if i not in places]


def with_text(cells, place, old, new):
    assert old in cells[place]["source"]
    changed = cells[place] | {"source": cells[place]["source"].replace(old, new, 1)}
    return [*cells[:place], changed, *cells[place + 1 :]]


@pytest.mark.parametrize("number", chapters())
def test_the_comparison_notices_every_difference(number):
    registered = chapter(number)
    cells = [cell for exercise in registered.values() for cell in cells_of(exercise)]
    first, second = list(registered.values())[:2]
    assert problems(cells, registered) == []
    for changed, *says in [
        (without(cells, 0, 1, 2), f"{first.id}: needs a text cell", "needs a code cell"),
        (without(cells, 0), f"{first.id}: needs a text cell with .* Exercise {first.id}: "),
        (without(cells, 1), f"{first.id}: needs a code cell with check"),
        (without(cells, 2), f"{first.id}: needs a code cell with check.solution"),
        (with_text(cells, 0, first.title, "another"), f"{first.id}: its title is 'another' here"),
        (with_text(cells, 0, ":class: exercise", ""), f"{first.id}: needs .*':class: exercise'"),
        (
            with_text(cells, 1, "\n    ", "\n    x = 1\n    "),
            f"{first.id}: of the starter .* not together",
        ),
        (with_text(cells, 1, f", {first.name})", ", f)"), f"{first.id}: checks f, but the starter"),
        ([*cells, code_cell('check("99.1", f)')], "99.1: not in EXERCISES"),
        ([*cells[:2], code_cell(cells[2]["source"]), *cells[3:]], f"{first.id}: .*remove-input"),
        ([cells[1], cells[0], *cells[2:]], f"{first.id}: its cells stand as check, task, solution"),
        ([*cells[:3], cells[2], *cells[3:]], f"{first.id}: has its solution twice"),
        (
            [cells[0], code_cell(f'check.bug("{first.id}", exposes)'), *cells[1:]],
            f"{first.id}: its test is not what",
        ),
        (
            [*cells[:2], *cells[3:6], cells[2], *cells[6:]],
            f"{first.id}: another exercise stands between",
        ),
        (
            [*cells[3:6], *cells[:3], *cells[6:]],
            f"{first.id}: stands after {second.id}; in EXERCISES it follows no other",
        ),
    ]:
        lines = problems(changed, registered)
        assert all("\n" not in line for line in lines)
        for said in says:
            assert any(re.search(said, line) for line in lines), (said, lines)


def test_the_first_line_that_is_missing_is_named():
    starter = "def f(x):\n    return 2 * x\n"
    assert missing(starter, "def f(x):\n    return 3 * x\n") == "    return 2 * x"
    assert missing(starter, starter) == ""
