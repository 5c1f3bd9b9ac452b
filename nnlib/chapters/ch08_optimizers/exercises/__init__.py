"""The exercises of chapter 8, optimizers, in teaching order."""

from nnlib.chapters.ch08_optimizers.exercises import adaptive

EXERCISES = [*adaptive.EXERCISES]
