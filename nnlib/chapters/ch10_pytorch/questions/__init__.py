"""The questions of chapter 10, lesson by lesson."""

from nnlib.chapters.ch10_pytorch.questions import copies, defaults, machines, tape

QUESTIONS = [*copies.QUESTIONS, *tape.QUESTIONS, *defaults.QUESTIONS, *machines.QUESTIONS]
