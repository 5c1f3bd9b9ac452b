"""The questions of chapter 9, lesson by lesson."""

from nnlib.chapters.ch09_regularization.questions import dropout, shrinkage, stopping

QUESTIONS = [
    *shrinkage.QUESTIONS,
    *stopping.QUESTIONS,
    *dropout.QUESTIONS,
]
