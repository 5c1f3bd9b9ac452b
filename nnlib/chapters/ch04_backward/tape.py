"""A tape: a number that is computed writes down where it came from, and gradients read that back.

Thirty lines, and `sweep` is backpropagation. Scalars only, and no annotations: it is shown whole
in the lesson that it is for.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np


class Value:
    """A number on a tape. tape[place] lists the wires into it, as (place they start, slope)."""

    def __init__(self, tape, number, wires=()):
        self.tape, self.number, self.place = tape, number, len(tape)
        tape.append([(source.place, slope) for source, slope in wires])

    def __add__(self, other):
        wires = (self, 1.0), (other, 1.0)
        return Value(self.tape, self.number + other.number, wires)

    def __mul__(self, other):
        wires = (self, other.number), (other, self.number)
        return Value(self.tape, self.number * other.number, wires)


def maximum(a, b):
    """Return max(a, b); of two equal numbers, b gets the gradient."""
    wires = (a, float(a.number > b.number)), (b, float(a.number <= b.number))
    return Value(a.tape, max(a.number, b.number), wires)


def exp(a):
    """Return e^a, whose slope is itself."""
    value = float(np.exp(a.number))
    return Value(a.tape, value, [(a, value)])


def log(a):
    """Return ln a, whose slope is 1/a."""
    return Value(a.tape, float(np.log(a.number)), [(a, 1 / a.number)])


def sweep(tape):
    """Return an array: the gradient of the last value at each value.

    tape[k] lists the wires into value k as pairs (m, slope): value m < k
    enters a gate with the local slope `slope`. Inputs have no wires.
    """
    gradients = np.zeros(len(tape))
    gradients[-1] = 1
    for k in reversed(range(len(tape))):
        for m, slope in tape[k]:
            gradients[m] += slope * gradients[k]
    return gradients
