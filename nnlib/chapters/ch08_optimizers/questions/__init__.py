"""The questions of chapter 8, lesson by lesson."""

from nnlib.chapters.ch08_optimizers.questions import adam, decay, race

QUESTIONS = [*adam.QUESTIONS, *decay.QUESTIONS, *race.QUESTIONS]
