"""The questions of chapter 8, lesson by lesson."""

from nnlib.chapters.ch08_optimizers.questions import (
    adam,
    bowl,
    curvature,
    decay,
    momentum,
    race,
)

QUESTIONS = [
    *bowl.QUESTIONS,
    *curvature.QUESTIONS,
    *momentum.QUESTIONS,
    *adam.QUESTIONS,
    *decay.QUESTIONS,
    *race.QUESTIONS,
]
