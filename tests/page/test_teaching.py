"""The page for teachers: what it says of the lessons is what the lessons say."""

import ast
import csv
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

pytest.importorskip("sphinx")
teaching = pytest.importorskip("page.teaching")

PAGE = ROOT / "book" / "teaching.md"
LESSONS = teaching.lessons()
LISTED = re.compile(r"\]\((\d_\w+\.ipynb)\), (\d+) minutes\.")


def blocks(name):
    """The lines in each directive of this name on the page."""
    found = re.findall(rf"^```{{{name}}}\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    return [text.splitlines() for text in found]


@pytest.mark.parametrize(
    "index", sorted(ROOT.glob("book/[0-9]*/index.ipynb")), ids=lambda p: p.parent.name
)
def test_a_chapter_and_its_lessons_name_the_same_minutes(index):
    listed = {
        name: int(minutes)
        for text in teaching.markdown(index)
        for name, minutes in LISTED.findall(text)
    }
    assert listed == {
        one.path.name: one.minutes for one in LESSONS.values() if one.path.parent == index.parent
    }


def write(path, *texts):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [{"cell_type": "markdown", "source": [text]} for text in texts]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


def test_a_lesson_says_its_minutes_and_what_it_needs(tmp_path):
    write(tmp_path / "02_b/1_x.ipynb", "# X", "*20 minutes. Answer.*")
    needs = "[x](1_x.ipynb), [y](../01_a/3_y.ipynb#z), [all](../01_a/index.ipynb)"
    first = f"*5 minutes. You need {needs}.*"
    write(tmp_path / "02_b/2_y.ipynb", f"# Y\n{first}", "See [z](../09_c/1_z.ipynb).")
    write(tmp_path / "10_c/1_z.ipynb", "*30 minutes.*")
    write(tmp_path / "02_b/index.ipynb", "1. [X](1_x.ipynb), 20 minutes.")
    found = teaching.lessons(tmp_path)
    assert list(found) == ["2.1", "2.2", "10.1"]
    assert [one.minutes for one in found.values()] == [20, 5, 30]
    assert found["2.2"].needs == ("2.1", "1.3")


def test_a_lesson_without_minutes_stops_the_build(tmp_path):
    path = write(tmp_path / "02_b/1_x.ipynb", "# X")
    with pytest.raises(teaching.ExtensionError, match="expected a line such as"):
        teaching.lesson(path)


def test_a_course_adds_its_minutes_and_ends_in_their_sum():
    *_, first, second, last = teaching.course_table(["1 | a | 1.1 1.2", "2 | b | 4.1-4.2"], LESSONS)
    minutes = [LESSONS[number].minutes for number in ("1.1", "1.2", "4.1", "4.2")]
    assert first.endswith(f" | {sum(minutes[:2])} |")
    assert "[4.1](/book/04_backward/1_circuits.ipynb), [4.2](/book/04_" in second
    assert last == f"| all | | 4 lessons | {sum(minutes)} |"


@pytest.mark.parametrize("named", ["1.9", "1.1-1.9", "4.2-4.1", "nonsense"])
def test_a_lesson_that_is_not_there_is_refused(named):
    with pytest.raises((KeyError, ValueError)):
        teaching.course_table([f"1 | a | {named}"], LESSONS)


def test_a_course_that_leaves_out_what_a_lesson_needs_is_refused():
    with pytest.raises(ValueError, match=r"4\.3 needs 4\.2"):
        teaching.course_table(["1 | a | 4.1 4.3"], LESSONS)


@pytest.mark.parametrize("lines", blocks("course"), ids=len)
def test_each_course_of_the_page_holds_together(lines):
    assert teaching.course_table(lines, LESSONS)


def test_the_longest_course_is_the_whole_book():
    longest = max(blocks("course"), key=len)
    named = [one for line in longest for one in teaching.chosen(line.split("|")[2], LESSONS)]
    assert named == list(LESSONS.values())


def test_the_mathematics_of_a_chapter_is_what_it_asks_for_itself():
    [lines] = blocks("chapters")
    for line in lines:
        number, asks = map(str.strip, line.split("|"))
        [index] = ROOT.glob(f"book/{int(number):02}_*/index.ipynb")
        needs = " ".join(teaching.needed_by(index).replace("\n", " ").split())
        for phrase in asks.split("; "):
            words = phrase.removeprefix("for lessons 2 and 3: ").strip("–")
            assert words in needs, (number, words)


def test_a_chapter_too_many_is_refused():
    [lines] = blocks("chapters")
    with pytest.raises(KeyError):
        teaching.chapters_table([*lines, "11 | magic"], LESSONS)


HERE = "https://github.com/somebody/a-fork"


def test_a_listing_names_the_repository_that_is_built_or_none():
    text = "clone REPOSITORY; ?repo=QUOTED&branch=BRANCH&urlpath=NAME"
    quoted = "https%3A%2F%2Fgithub.com%2Fsomebody%2Fa-fork"
    filled = f"clone {HERE}; ?repo={quoted}&branch=draft&urlpath=a-fork"
    assert teaching.addressed(text, HERE, "draft") == filled
    assert teaching.addressed(text, None, "main") == text.replace("QUOTED", "REPOSITORY")


def test_what_the_page_shows_of_a_class_is_what_the_command_says_of_it(tmp_path):
    """Runs the command on the class of three; a diagnosis that is said anew wants a new record."""
    from nnlib.teaching.grade.__main__ import main
    from tests.teaching import class_of_three

    class_of_three.hand_in(tmp_path / "three")
    assert (
        main([str(tmp_path / "three"), "--table", str(tmp_path / "marks"), *class_of_three.COMMAND])
        == 0
    )
    shown, now = (
        list(csv.DictReader(path.read_text("utf-8-sig").splitlines(keepends=True)))
        for path in (ROOT / "book" / "marks.csv", tmp_path / "marks.csv")
    )
    assert shown == now, "python -m tests.teaching.class_of_three FOLDER, then the command on it"
    text = " ".join(teaching.marks_table(ROOT / "book" / "marks.csv"))
    assert "✖ not yet" in text
    assert "carla, 4.3: Its cell was stopped after 10 s" in text


def test_what_a_hub_installs_is_all_that_lessons_and_their_rooms_import():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    installed = {
        re.split(r"\W", need)[0].lower() for need in project["optional-dependencies"]["teaching"]
    }
    allowed = installed | {"numpy", "nnlib"} | sys.stdlib_module_names
    found = {}
    for path in [*ROOT.glob("book/**/*.ipynb"), *ROOT.glob("nnlib/chapters/**/*.py")]:
        text = path.read_text("utf-8")
        if path.suffix == ".ipynb":
            text = "\n".join(
                "".join(cell["source"])
                for cell in json.loads(text)["cells"]
                if cell["cell_type"] == "code"
            )
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                named = (
                    [node.module]
                    if isinstance(node, ast.ImportFrom)
                    else [a.name for a in node.names]
                )
                tops = {name.partition(".")[0].lower() for name in filter(None, named)}
                found |= dict.fromkeys(tops - allowed, path.relative_to(ROOT).as_posix())
    # What PyTorch says was recorded; no lesson imports it.
    assert found.keys() <= {"torch"}, found
    assert not found.get("torch", "").startswith("book/")
