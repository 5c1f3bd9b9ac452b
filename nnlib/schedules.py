"""Schedules: a learning rate that changes from step to step.

    SGD(CosineDecay(0.5, steps=800, warmup=40))

An optimizer asks its schedule for the rate of step t = 1, 2, ...; any function of t does as well.
The count t is the optimizer's own: it is saved and loaded with the network, and a schedule goes on
where it stopped.
"""

from __future__ import annotations

import math

from nnlib._named import Named
from nnlib._validation import in_range, positive_int


class Schedule(Named, family="schedule"):
    """What all schedules share: the rate rises to `peak` during the warm-up, then falls to `end`.

    In step t of the warm-up it is peak t / warmup. Of the `steps - warmup` steps that follow, the
    first still has the peak; from step `steps + 1` on the rate is `end`.
    Raises ValueError unless 0 <= end <= peak and 0 <= warmup < steps. One of your own needs `fall`.
    """

    def __init__(self, peak: float, steps: int, warmup: int = 0, end: float = 0.0) -> None:
        self.peak = in_range(peak, "peak", 0, math.inf, ends="[)")
        self.steps = positive_int(steps, "steps")
        self.warmup = positive_int(warmup, "warmup", least=0)
        self.end = in_range(end, "end", 0, self.peak)
        if self.warmup >= self.steps:
            raise ValueError(f"expected warmup below steps, got {warmup} and {steps}")

    def __call__(self, t: int) -> float:
        """Return the learning rate of step t, counted from 1."""
        return self.curve(positive_int(t, "t"))

    def curve(self, t: int) -> float:
        """Return the rate of a step that is known to be a whole number."""
        if t <= self.warmup:
            return self.peak * t / self.warmup
        total = self.steps - self.warmup
        share = self.fall(min(t - 1 - self.warmup, total), total)
        return self.end + (self.peak - self.end) * share

    def fall(self, done: int, total: int) -> float:
        """Return what is left of the way from peak to end after `done` of `total` steps: 1 to 0."""
        raise TypeError("Schedule is the base class; use StepDecay, LinearDecay, CosineDecay")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(peak={self.peak:g}, steps={self.steps})"


class LinearDecay(Schedule):
    """The rate falls in a straight line: 1 - s after the share s of the steps."""

    def fall(self, done: int, total: int) -> float:
        return 1 - done / total


class CosineDecay(Schedule):
    """The rate falls as half a wave: (1 + cos(pi s)) / 2 after the share s of the steps.

    Source: Loshchilov and Hutter (2017), without their restarts.
    """

    def fall(self, done: int, total: int) -> float:
        return (1 + math.cos(math.pi * done / total)) / 2


class StepDecay(Schedule):
    """The rate is kept in each of `parts` equal parts of the steps, and times `factor` in the next.

    Parts that cannot be equal differ by one step.
    """

    def __init__(
        self,
        peak: float,
        steps: int,
        warmup: int = 0,
        end: float = 0.0,
        parts: int = 3,
        factor: float = 0.1,
    ) -> None:
        super().__init__(peak, steps, warmup, end)
        self.parts = positive_int(parts, "parts")
        self.factor = in_range(factor, "factor", 0, 1)

    def fall(self, done: int, total: int) -> float:
        return self.factor ** (done * self.parts // total) if done < total else 0.0
