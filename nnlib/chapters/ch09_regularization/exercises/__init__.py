"""The exercises of chapter 9, regularization and normalization, in teaching order."""

from nnlib.chapters.ch09_regularization.exercises import normalizing, shrinking

EXERCISES = [*shrinking.EXERCISES, *normalizing.EXERCISES]
