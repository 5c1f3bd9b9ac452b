"""The exercises of chapter 9, regularization and normalization, in teaching order."""

from nnlib.chapters.ch09_regularization.exercises import shrinking

EXERCISES = [*shrinking.EXERCISES]
