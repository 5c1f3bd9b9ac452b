"""The questions of chapter 6, lesson by lesson."""

from nnlib.chapters.ch06_convolution.questions import (
    backward,
    fast,
    reach,
    reading,
    sliding,
    strides,
)

QUESTIONS = [
    *sliding.QUESTIONS,
    *reach.QUESTIONS,
    *reading.QUESTIONS,
    *backward.QUESTIONS,
    *strides.QUESTIONS,
    *fast.QUESTIONS,
]
