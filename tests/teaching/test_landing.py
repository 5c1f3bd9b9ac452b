"""The landing page: thirty recorded runs against fresh ones, and what is said of them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from nnlib.chapters.ch00_landing import drawings, questions
from nnlib.chapters.ch00_landing.split_and_seed import (
    HELD_OUT,
    MISREAD,
    SEEDS,
    SPLITS,
    accuracies,
    misread,
    rows,
)
from nnlib.data import DIGIT_FORMS

INTRO = Path(__file__).resolve().parents[2] / "book" / "intro.ipynb"
PAGE = json.loads(INTRO.read_text(encoding="utf-8"))["cells"]
TEXT = "\n".join("".join(cell["source"]) for cell in PAGE if cell["cell_type"] == "markdown")


# The lowest and the highest of each kind of split, and a split whose seeds differ.
@pytest.mark.parametrize(
    ("held_out", "split", "seed"),
    [
        ("450 images", 0, 1),
        ("450 images", 7, 1),
        ("450 images", 9, 2),
        ("3 forms", 1, 1),
        ("3 forms", 6, 1),
    ],
)
def test_a_run_comes_out_as_it_is_recorded(held_out, split, seed):
    assert misread(held_out, split, seed) == MISREAD[held_out][split][seed]


def test_ten_splits_and_three_seeds_are_recorded():
    assert [np.shape(MISREAD[kind]) for kind in HELD_OUT] == 2 * [(SPLITS, SEEDS)]


def test_the_page_prints_the_recorded_run():
    (printed,) = [
        "".join(output["text"])
        for cell in PAGE
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream"
    ]
    assert printed.startswith(f"{MISREAD['450 images'][0][0]} of 450 misread")


@pytest.mark.parametrize("held_out", HELD_OUT)
def test_a_split_takes_each_digit_once(held_out):
    for split in range(SPLITS):
        train, test = rows(held_out, split)
        assert np.array_equal(np.sort([*train, *test]), np.arange(DIGIT_FORMS[-1]))


def test_by_form_no_form_is_on_both_sides_and_by_image_each_is():
    form = np.repeat(np.arange(14), np.diff(DIGIT_FORMS))
    for split in range(SPLITS):
        train, test = rows("3 forms", split)
        assert not set(form[train]) & set(form[test])
        assert len(train) > 1347  # "the network then trains on more images"
        train, test = rows("450 images", split)
        assert set(form[train]) == set(form[test]) == set(range(14))


def test_the_unknown_is_refused():
    with pytest.raises(ValueError, match="expected held_out as one of"):
        rows("a writer", 0)


@pytest.mark.parametrize("held_out", HELD_OUT)
def test_the_split_moves_the_number_more_than_twice_as_far_as_the_seed(held_out):
    shares = accuracies(held_out)
    between, within = shares.mean(axis=1).std(ddof=1), shares.var(axis=1, ddof=1).mean() ** 0.5
    assert between > 2 * within
    assert "more than twice" in TEXT.replace("\n", " ")


def test_the_mean_falls_by_form():
    assert accuracies("3 forms").mean() < accuracies("450 images").min()


@pytest.mark.parametrize("held_out", HELD_OUT)
def test_the_figure_shows_thirty_dots_and_the_one_that_is_chosen(held_out):
    fig, sentence = drawings.headline(8, 1, held_out)
    (ax,) = fig.axes
    *dots, chosen = [line for line in ax.lines if line.get_marker() == "o"]
    assert np.concatenate([dot.get_xdata() for dot in dots]).tolist() == (
        accuracies(held_out).ravel().tolist()
    )
    assert chosen.get_xydata().tolist() == [[accuracies(held_out)[8, 1], 8]]
    low, high = ax.get_xlim()
    assert low < accuracies(held_out).min()
    assert high > accuracies(held_out).max()
    assert sentence.startswith(f"Split 8, seed 1: {accuracies(held_out)[8, 1]:.1%}")


def test_the_wall_shows_what_is_misread():
    labels = np.array([3, 1, 4, 1, 5] * 10)
    guesses = [np.zeros(50, int), np.where(np.arange(50) == 7, 0, labels), labels]
    learning = drawings.reader(guesses, np.zeros((50, 8, 8)), labels)
    told = [learning(epoch) for epoch in range(3)]
    titles = [[ax.get_title() for ax in fig.axes if ax.get_title()] for fig, _ in told]
    assert [len(some) for some in titles] == [24, 1, 0]
    assert titles[1] == ["4 as 0"]
    assert "misreads 50 of 50" in told[0][1]
    assert told[0][1].endswith("The first 24 are below.")
    assert told[1][1].endswith("misreads 1 of 50 held-out digits.")


def test_every_percentage_of_the_question_is_one_of_the_record():
    known = {
        f"{value:.1%}"
        for kind in HELD_OUT
        for value in (
            accuracies(kind).min(),
            accuracies(kind).mean(),
            accuracies(kind).max(),
            accuracies(kind)[0, 0],
        )
    }
    question = questions.HEADLINE
    said = " ".join(
        [question.why, *(f"{option.label} {option.text}" for option in question.options)]
    )
    assert len(re.findall(r"[\d.]+%", said)) >= 8
    assert set(re.findall(r"[\d.]+%", said)) <= known
