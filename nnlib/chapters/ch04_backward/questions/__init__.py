"""The questions of chapter 4, lesson by lesson."""

from nnlib.chapters.ch04_backward.questions import circuits, one_layer, trust, two_layers

QUESTIONS = [
    *circuits.QUESTIONS,
    *one_layer.QUESTIONS,
    *two_layers.QUESTIONS,
    *trust.QUESTIONS,
]
