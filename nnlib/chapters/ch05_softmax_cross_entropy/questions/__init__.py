"""The questions of chapter 5, lesson by lesson."""

from nnlib.chapters.ch05_softmax_cross_entropy.questions import (
    calibration,
    descent,
    likelihood,
    overflow,
    race,
)

QUESTIONS = [
    *race.QUESTIONS,
    *likelihood.QUESTIONS,
    *descent.QUESTIONS,
    *overflow.QUESTIONS,
    *calibration.QUESTIONS,
]
