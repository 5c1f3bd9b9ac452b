"""The questions of chapter 7, lesson by lesson."""

from nnlib.chapters.ch07_training.questions import batch_size, choosing, clinic, loop, noise

QUESTIONS = [
    *loop.QUESTIONS,
    *noise.QUESTIONS,
    *batch_size.QUESTIONS,
    *clinic.QUESTIONS,
    *choosing.QUESTIONS,
]
