"""What lesson 3 draws: two forms of momentum when the rate falls."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlib.teaching.figures import PALETTE

Array = np.ndarray
Picture = tuple[Figure, str]
STEPS, FALL, RATE = 60, 10, 0.05


def walks(mu: float, drop: float) -> tuple[Array, Array]:
    """Return w over the steps on w²/2 from 1, in PyTorch's form and in the other."""
    found = []
    for pytorch in (True, False):
        w, v, path = 1.0, 0.0, [1.0]
        for t in range(STEPS):
            rate = RATE if t < FALL else RATE * drop
            v = mu * v + w if pytorch else mu * v - rate * w
            w = w - rate * v if pytorch else w + v
            path.append(w)
        found.append(np.array(path))
    return found[0], found[1]


def forms(mu: float, falls_to: float) -> Picture:
    """Draw both walks."""
    ours, other = walks(mu, falls_to)
    fig, ax = plt.subplots(figsize=(6, 4), layout="none")
    fig.subplots_adjust(left=0.15, right=0.97, bottom=0.16, top=0.96)
    ax.axhline(0, color=PALETTE["muted"], linewidth=1)
    ax.axvline(FALL, color=PALETTE["muted"], linewidth=1, linestyle="--")
    ax.plot(ours, color=PALETTE["blue"], linewidth=3, label="PyTorch and nnlib: rate times v")
    ax.plot(other, color=PALETTE["vermillion"], linewidth=2, linestyle="--", label="rate inside u")
    ax.set(xlabel="step", ylabel="w", xlim=(0, STEPS), ylim=(-2.2, 1.2))
    ax.legend(loc="lower right", fontsize=11)
    step = [abs(path[FALL + 1] - path[FALL]) for path in (ours, other)]
    apart = np.abs(ours - other).max()
    if falls_to == 1:
        return fig, f"mu = {mu:g}, and the rate stays {RATE:g}: the two walks are one."
    return fig, (
        f"mu = {mu:g}. At step {FALL} the rate falls from {RATE:g} to {RATE * falls_to:g}. The "
        f"next step is {step[0]:.2g} long in PyTorch's form and {step[1]:.2g} in the other; later "
        f"the two are up to {apart:.2g} apart."
    )
