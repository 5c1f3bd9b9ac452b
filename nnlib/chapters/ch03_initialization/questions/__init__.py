"""The questions of chapter 3, lesson by lesson."""

from nnlib.chapters.ch03_initialization.questions import both, depth, fails, kaiming, starts

QUESTIONS = [
    *starts.QUESTIONS,
    *kaiming.QUESTIONS,
    *both.QUESTIONS,
    *fails.QUESTIONS,
    *depth.QUESTIONS,
]
