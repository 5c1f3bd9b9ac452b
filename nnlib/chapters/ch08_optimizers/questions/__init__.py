"""The questions of chapter 8, lesson by lesson."""

from nnlib.chapters.ch08_optimizers.questions import bowl, curvature, momentum

QUESTIONS = [
    *bowl.QUESTIONS,
    *curvature.QUESTIONS,
    *momentum.QUESTIONS,
]
