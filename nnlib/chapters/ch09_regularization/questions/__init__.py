"""The questions of chapter 9, lesson by lesson."""

from nnlib.chapters.ch09_regularization.questions import batch_norm, residual, two_lives

QUESTIONS = [*batch_norm.QUESTIONS, *two_lives.QUESTIONS, *residual.QUESTIONS]
