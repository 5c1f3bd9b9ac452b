"""The questions of chapter 1, lesson by lesson."""

from nnlib.chapters.ch01_structure.questions import hidden, in_code, layers, one_unit, represent

QUESTIONS = [
    *one_unit.QUESTIONS,
    *layers.QUESTIONS,
    *hidden.QUESTIONS,
    *represent.QUESTIONS,
    *in_code.QUESTIONS,
]
