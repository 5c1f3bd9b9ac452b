"""How many steps a batch size needs, at which rate, and what the noise scales say of it.

    python -m nnlib.chapters.ch07_training.batch_size    # some minutes

prints what `results` keeps: for networks of 32 and of 128 hidden units the best rate and the steps
it takes; and along the way of a training the noise of the gradients and what curvature makes of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnlib.chapters.ch07_training.network import (
    digits,
    hessian_times,
    loss_and_gradients,
    loss_of,
    new_weights,
    sample_gradients,
    train_network,
)

Array = np.ndarray

GOAL, SEEDS, LOOKS = 0.2, 5, 8
"""Until the training loss is below GOAL, asked LOOKS times an epoch."""
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1280)
RATES = tuple(float(f"{2 ** (k / 2):.3g}") for k in range(-13, 6))
"""From 0.011 to 5.66, in steps of the root of 2."""
HIDDEN = (32, 128)
AFTER = (0, 1, 5)
"""The epochs after which noise is measured, at batches of 64 and the rate 0.1."""


def steps_to(batch_size: int, rate: float, seed: int, limit: float, hidden: int = 32) -> float:
    """Return the steps until the training loss is below GOAL; infinity beyond the limit."""
    X, y, _, _ = digits()
    n, rng = len(X), np.random.default_rng(seed)
    w, count = new_weights(rng, hidden), 0
    look = max(1, n // LOOKS // batch_size)
    while count < limit:
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            rows = order[start : start + batch_size]
            _, gradients = loss_and_gradients(w, X[rows], y[rows])
            for parameter, gradient in zip(w, gradients, strict=True):
                parameter -= rate * gradient
            count += 1
            if count % look == 0:
                loss = loss_of(w, X, y)
                if loss < GOAL:
                    return count
                if not math.isfinite(loss):
                    return math.inf
    return math.inf


def fewest_steps(batch_size: int, hidden: int = 32) -> dict[float, list[float]]:
    """Return for each rate that can win the steps of the five networks, sorted.

    A rate is given up once three of its five networks need more than the best median so far.
    """
    found: dict[float, list[float]] = {}
    best = float(min(6000, 120 * len(digits()[0]) // batch_size))
    for rate in RATES:
        runs: list[float] = []
        for seed in range(SEEDS):
            with np.errstate(all="ignore"):
                runs.append(steps_to(batch_size, rate, seed, 1.3 * best, hidden))
            if runs.count(math.inf) == 3:
                break
        else:
            found[rate] = sorted(runs)
            best = min(best, found[rate][SEEDS // 2])
    return found


@dataclass(frozen=True)
class Best:
    """The rate with the fewest steps, the range of rates within 10 % of it, and its five runs."""

    rate: float
    low: float
    high: float
    steps: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of the steps."""
        return sorted(self.steps)[len(self.steps) // 2]


def best(found: dict[float, list[float]]) -> Best:
    """Return the best of what `fewest_steps` found."""
    medians = {rate: runs[SEEDS // 2] for rate, runs in found.items()}
    rate = min(medians, key=lambda r: medians[r])
    near = [r for r, steps in medians.items() if steps <= 1.1 * medians[rate]]
    return Best(rate, min(near), max(near), tuple(found[rate]))


@dataclass(frozen=True)
class Noise:
    """At one place: S, |g|², g'Hg, tr(HC), and the largest eigenvalue of H."""

    S: float
    signal: float
    along: float
    trace: float
    sharpest: float

    @property
    def simple(self) -> float:
        """S/|g|²: the noise scale where the curvature is alike in all directions."""
        return self.S / self.signal

    @property
    def derived(self) -> float:
        """tr(HC)/g'Hg, the noise scale of (7.8)."""
        return self.trace / self.along


def noise(w: list[Array], X: Array, y: Array) -> Noise:
    """Measure the noise of single samples, and what the curvature makes of it."""
    G = sample_gradients(w, X, y)
    g = G.mean(axis=0)
    E = G - g
    trace = np.mean([e @ hessian_times(w, X, y, e) for e in E])
    v, sharpest = np.random.default_rng(0).normal(size=g.shape), 0.0
    for _ in range(100):
        v /= np.linalg.norm(v)
        Hv = hessian_times(w, X, y, v)
        sharpest, v = float(v @ Hv), Hv
    return Noise(
        S=float(np.mean((E**2).sum(axis=1))),
        signal=float(g @ g),
        along=float(g @ hessian_times(w, X, y, g)),
        trace=float(trace),
        sharpest=sharpest,
    )


def along_the_way(seed: int, hidden: int = 32) -> list[Noise]:
    """Return the noise after each of the epochs AFTER."""
    X, y, _, _ = digits()
    rng = np.random.default_rng(seed)
    w, done, seen = new_weights(rng, hidden), 0, []
    for epochs in AFTER:
        train_network(w, X, y, 64, epochs - done, 0.1, rng)
        done = epochs
        seen.append(noise(w, X, y))
    return seen


def main() -> None:
    """Print the record."""
    print("STEPS: dict[tuple[int, int], Best] = {")
    for hidden in HIDDEN:
        for batch_size in SIZES:
            one = best(fewest_steps(batch_size, hidden))
            values = ", ".join(map(str, vars(one).values()))
            print(f"    ({hidden}, {batch_size}): Best({values}),", flush=True)
    print("}\n\nNOISE: dict[tuple[int, int], list[Noise]] = {")
    for hidden in HIDDEN:
        for seed in range(SEEDS):
            rows = [
                "Noise(" + ", ".join(f"{value:.3g}" for value in vars(place).values()) + ")"
                for place in along_the_way(seed, hidden)
            ]
            print(f"    ({hidden}, {seed}): [{', '.join(rows)}],", flush=True)
    print("}")


if __name__ == "__main__":
    main()
