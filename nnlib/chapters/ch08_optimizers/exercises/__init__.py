"""The exercises of chapter 8, optimizers, in teaching order."""

from nnlib.chapters.ch08_optimizers.exercises import adaptive, walks

EXERCISES = [*walks.EXERCISES, *adaptive.EXERCISES]
