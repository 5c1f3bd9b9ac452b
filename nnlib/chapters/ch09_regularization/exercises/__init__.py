"""The exercises of chapter 9, in teaching order."""

from nnlib.chapters.ch09_regularization.exercises import normalizing

EXERCISES = [*normalizing.EXERCISES]
