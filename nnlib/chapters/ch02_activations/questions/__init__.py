"""The questions of chapter 2, lesson by lesson."""

from nnlib.chapters.ch02_activations.questions import choosing, dead, slopes, vanishing

QUESTIONS = [
    *slopes.QUESTIONS,
    *vanishing.QUESTIONS,
    *dead.QUESTIONS,
    *choosing.QUESTIONS,
]
