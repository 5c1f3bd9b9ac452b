"""What lesson 2 draws: the largest curvature on the way, as recorded, and a walk at a saddle."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlib.chapters.ch08_optimizers.bowl import walk
from nnlib.chapters.ch08_optimizers.curvature import LOOKS, OTHERS, SEEDS, Run
from nnlib.chapters.ch08_optimizers.results import EDGE
from nnlib.teaching.figures import PALETTE, STYLE

Array = np.ndarray
Picture = tuple[Figure, str]

# At the edge --------------------------------------------------------------------------------------

AT = np.maximum(LOOKS, 8)
"""Where a look is drawn on a log scale; the start at 8."""
LATE = LOOKS.index(700)


def runs(network: str, rate: float) -> list[Run]:
    """Return the five runs on record."""
    return [EDGE[network, rate, seed] for seed in range(SEEDS)]


def ratios(network: str, rate: float) -> list[Array]:
    """Return rate times largest curvature over 2, at the looks of each of the runs."""
    return [rate * np.array(run.curvature) / 2 for run in runs(network, rate)]


def lost(run: Run) -> bool:
    """Return whether a run has left all numbers behind."""
    return len(run.loss) < len(LOOKS)


def edge(network: str, rate: float) -> Picture:
    """Draw loss and curvature of five runs with the full batch, over 2,000 steps."""
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(6, 6.6), layout="none", sharex=True)
    fig.subplots_adjust(left=0.17, right=0.97, bottom=0.1, top=0.95, hspace=0.25)
    for run in runs(network, rate):
        top.plot(AT[: len(run.loss)], run.loss, "o-", color=PALETTE["blue"], **_THIN)
    _band(bottom, network, rate)
    top.set(yscale="log", ylim=(1e-3, 5), title="loss")
    bottom.set_title("largest curvature, over the limit 2/η")
    return fig, _told(network, rate)


_THIN: dict[str, Any] = {"linewidth": 1.2, "markersize": 4}


def _band(ax: Axes, network: str, rate: float) -> None:
    ax.axhline(1, color=PALETTE["vermillion"], linestyle="--", linewidth=1.8)
    for found in ratios(network, rate):
        ax.plot(AT[: len(found)], found, "o-", color=PALETTE["blue"], **_THIN)
    ax.set(xlabel="step (log scale)", xscale="log", xlim=(7, 2300), ylim=(0, 3.6))
    ax.set_xticks([8, 20, 100, 400, 2000], ["0", "20", "100", "400", "2000"])
    ax.minorticks_off()


def _told(network: str, rate: float) -> str:
    found, gone = ratios(network, rate), sum(lost(run) for run in runs(network, rate))
    start = _span([one[0] for one in found])
    head = f"{network[0].upper() + network[1:]}, rate {rate:g}: the largest curvature begins at "
    head += f"{start} times the limit. "
    if gone == SEEDS:
        return head + "All five runs are lost within twenty steps."
    kept = [one for one in found if len(one) == len(LOOKS)]
    late, end = _span([x for one in kept for x in one[LATE:]]), _span([one[-1] for one in kept])
    losses = [run.loss[-1] for run in runs(network, rate) if not lost(run)]
    after = f"{gone} of five runs are lost; of the others it" if gone else "It"
    return (
        f"{head}{after} is at {late} from step 700 on, and {end} at the end, with a loss of "
        f"{min(losses):.2g} to {max(losses):.2g}."
    )


def _span(values: list[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}".replace("-", "−")


@mpl.rc_context(STYLE)
def opening() -> Picture:
    """Draw the curvature of five runs that begin at more than twice the limit."""
    network, rate = next(iter(OTHERS)), 0.8
    fig, ax = plt.subplots(figsize=(6, 3.8))
    _band(ax, network, rate)
    ax.set(ylabel="over the limit", ylim=(0, 2.7))
    found = ratios(network, rate)
    late = [abs(x - 1) for one in found for x in one[LATE:]]
    return fig, (
        f"Five networks on the digits, full batch, rate {rate:g}. The largest curvature of the "
        f"loss, in units of 2/η: it begins at {_span([one[0] for one in found])}, and from step "
        f"700 to 2,000 it is within {100 * max(late):.0f} % of 1."
    )


# A saddle -----------------------------------------------------------------------------------------

STEEP, DOWN = 2.0, -0.2
OFFSETS = {"0": 0.0, "1e-9": 1e-9, "1e-6": 1e-6, "1e-3": 1e-3}


def steps_out(rate: float, offset: float) -> float:
    """Return the steps by (8.10) from the offset to the distance 1."""
    return float(np.ceil(np.log(1 / offset) / np.log(1 - rate * DOWN))) if offset else np.inf


def saddle(rate: float, offset: str) -> Picture:
    """Draw both parts of a walk at a saddle, step by step."""
    steps = 300
    path = np.abs(walk(np.array([STEEP, DOWN]), np.array([1.0, OFFSETS[offset]]), rate, steps))
    fig, ax = plt.subplots(figsize=(6, 4.2))
    steep, down = np.where((path > 1e-12) & (path < 10), path, np.nan).T
    ax.plot(steep, "--", color=PALETTE["muted"], label="curvature 2")
    ax.plot(down, color=PALETTE["blue"], label="curvature −0.2")
    ax.axhline(1, color=PALETTE["vermillion"], linestyle=":", linewidth=1.8)
    ax.set(xlabel="step", ylabel="distance", yscale="log", xlim=(0, steps), ylim=(1e-10, 10))
    ax.legend(loc="lower right")
    factor = f"{1 - rate * DOWN:.3g}"
    out = steps_out(rate, OFFSETS[offset])
    if not np.isfinite(out):
        end = "exactly on the ridge it stays there: 0 times anything is 0"
    elif out > steps:
        end = f"after {steps} steps it is still at the saddle; (8.10) says {out:.0f} steps"
    else:
        end = f"it reaches the distance 1 in step {out:.0f}"
    return fig, (
        f"Rate {rate:g}, offset {offset}: each step multiplies the distance from the ridge by "
        f"{factor}, and {end}."
    )
