"""The tape of chapter 4 with arrays on it: one wire carries a whole array, and its gradient.

No annotations: it is shown whole in the lesson that it is for.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np


def unbroadcast(dZ, shape):
    """Return dZ summed over the axes along which `shape` was copied. (10.7)"""
    dZ = dZ.sum(axis=tuple(range(dZ.ndim - len(shape))))  # axes that were put in front
    copied = tuple(i for i, size in enumerate(shape) if size == 1)
    return dZ.sum(axis=copied, keepdims=True)


class Tensor:
    """An array on a tape. tape[place] lists the wires into it: (place, what goes back)."""

    def __init__(self, tape, array, wires=()):
        self.tape, self.array, self.place = tape, array, len(tape)
        tape.append([(source.place, back) for source, back in wires])

    def __add__(self, other):
        def to(source):
            return lambda dZ: unbroadcast(dZ, source.array.shape)

        wires = (self, to(self)), (other, to(other))
        return Tensor(self.tape, self.array + other.array, wires)

    def __mul__(self, other):
        def to(source, factor):
            return lambda dZ: unbroadcast(dZ * factor.array, source.array.shape)

        wires = (self, to(self, other)), (other, to(other, self))
        return Tensor(self.tape, self.array * other.array, wires)

    def __matmul__(self, other):
        wires = (
            (self, lambda dZ: dZ @ other.array.T),
            (other, lambda dZ: self.array.T @ dZ),
        )
        return Tensor(self.tape, self.array @ other.array, wires)

    def relu(self):
        wires = [(self, lambda dZ: dZ * (self.array > 0))]
        return Tensor(self.tape, np.maximum(self.array, 0), wires)

    def exp(self):
        E = np.exp(self.array)
        return Tensor(self.tape, E, [(self, lambda dZ: dZ * E)])

    def log(self):
        wires = [(self, lambda dZ: dZ / self.array)]
        return Tensor(self.tape, np.log(self.array), wires)

    def sum(self, axis=None):
        S = self.array.sum(axis=axis, keepdims=True)
        wires = [(self, lambda dZ: np.broadcast_to(dZ, self.array.shape))]
        return Tensor(self.tape, S, wires)


def sweep(tape, dZ):
    """Return a list: the gradient at each array, if the last one gets dZ."""
    gradients = [0] * len(tape)
    gradients[-1] = dZ
    for k in reversed(range(len(tape))):
        for m, back in tape[k]:
            gradients[m] = gradients[m] + back(gradients[k])
    return gradients
