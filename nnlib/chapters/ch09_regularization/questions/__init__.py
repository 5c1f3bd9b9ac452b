"""The questions of chapter 9, lesson by lesson."""

from nnlib.chapters.ch09_regularization.questions import (
    batch_norm,
    dropout,
    residual,
    shrinkage,
    stopping,
    two_lives,
)

QUESTIONS = [
    *shrinkage.QUESTIONS,
    *stopping.QUESTIONS,
    *dropout.QUESTIONS,
    *batch_norm.QUESTIONS,
    *two_lives.QUESTIONS,
    *residual.QUESTIONS,
]
