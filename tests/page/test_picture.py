"""The README's pictures: there, of the promised size, and made anew from the book there is."""

import re
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")
Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")

from tools import picture  # noqa: E402

ROOT = Path(__file__).parents[2]


def frames(path: Path) -> list[int]:
    """How long each frame of a picture stays, in milliseconds."""
    stays = []
    with Image.open(path) as film:
        for index in range(film.n_frames):
            film.seek(index)
            film.load()
            stays.append(film.info["duration"])
    return stays


def assert_as_promised(moving: Path, still: Path) -> None:
    size = picture.WIDTH * picture.SCALE, picture.HEIGHT * picture.SCALE
    assert moving.stat().st_size < 1_000_000
    assert 8_000 <= sum(frames(moving)) <= 15_000
    for path in (moving, still):
        with Image.open(path) as file:
            assert file.size == size
            # a page that did not come is of one color
            assert len(file.convert("RGB").getcolors(1 << 24)) > 50


def test_the_readme_shows_them():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r'(?:src|srcset)="([^"]+)"|!\[[^]]*\]\(([^)]+)\)', readme)
    paths = [ROOT / "".join(names) for names in shown]
    assert sorted(path.name for path in paths) == ["book.webp", "page.png"]
    assert_as_promised(*sorted(paths))
    # before any chapter's worth of text: on the first screen
    assert readme.index("<picture>") < 1200
    assert re.search(
        r'<source media="\(prefers-reduced-motion: reduce\)" srcset="docs/page.png">', readme
    )


@pytest.mark.browser
def test_they_are_made_from_the_book(built, chromium, tmp_path):
    if not (built / "_python").is_dir():
        pytest.skip("this book was built without Python for its pages")
    assert_as_promised(*picture.shoot(chromium, built, tmp_path))


@pytest.mark.browser
def test_a_lesson_that_answers_otherwise_is_noticed(built, chromium, tmp_path, monkeypatch):
    monkeypatch.setattr(picture, "PATIENCE", 1000)
    monkeypatch.setattr(picture, "SCENES", (picture.answer,))
    monkeypatch.setattr(picture, "ANSWERS", (("−1.5", "The bias, 0.5, is missing"),))
    with pytest.raises(picture.Error, match=r"The bias, 0\.5, is missing"):
        picture.shoot(chromium, built, tmp_path)
    assert not list(tmp_path.iterdir())
