"""Ratios of times that were taken side by side.

A time alone says more about the machine, its load and its clock than about the code. So every
round runs all candidates one after the other, and what is reported is the ratio within a round:
whatever slows a whole round cancels. The median over the rounds stands beside its quartiles.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

import numpy as np
from tqdm import tqdm

ROUNDS = 9
SECONDS = 0.05
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Timer = Callable[[], float]


def seconds_per_call(f: Callable[[], object], at_least: float = SECONDS) -> float:
    """Return the mean time of one call of f, over as many calls as fill that many seconds.

    As much again runs first, unmeasured: the threads of the candidate before go on spinning for
    some milliseconds after it has ended, and the caches hold its arrays.
    """
    _run_for(at_least, f)
    elapsed, calls = _run_for(at_least, f)
    return elapsed / calls


def _run_for(seconds: float, f: Callable[[], object]) -> tuple[float, int]:
    start, calls, elapsed = perf_counter(), 0, 0.0
    while calls == 0 or elapsed < seconds:
        f()
        calls += 1
        elapsed = perf_counter() - start
    return elapsed, calls


def rounds(timers: Mapping[str, Timer], label: str = "", count: int = ROUNDS) -> dict[str, list]:
    """Call every timer once a round, A B C A B C ..., and return its seconds, round by round."""
    times: dict[str, list] = {name: [] for name in timers}
    for _ in tqdm(range(count), desc=label, leave=False):
        for name, timer in timers.items():
            times[name].append(timer())
    return times


def paired(
    candidates: Mapping[str, Callable[[], object]],
    label: str = "",
    count: int = ROUNDS,
    at_least: float = SECONDS,
) -> dict[str, list]:
    """Time functions of this process in rounds: name -> seconds per call, round by round."""

    def timer(f: Callable[[], object]) -> Timer:
        return lambda: seconds_per_call(f, at_least)

    return rounds({name: timer(f) for name, f in candidates.items()}, label, count)


def ratio(times: Sequence[float], base: Sequence[float]) -> str:
    """Return times / base as "median (lower quartile .. upper quartile)" over the rounds."""
    low, middle, high = np.quantile(np.divide(times, base), (0.25, 0.5, 0.75))
    return f"{middle:.2f} ({low:.2f} .. {high:.2f})"


def compared(label: str, times: Mapping[str, Sequence[float]]) -> list[tuple[str, ...]]:
    """Return a row of a table for each candidate; the first one is what the others are over."""
    base = next(iter(times.values()))
    return [
        (label, name, f"{1e3 * np.median(t):.3g} ms", ratio(t, base)) for name, t in times.items()
    ]


COMPARED = ("what", "how", "this run", "time as a multiple of the first")


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with a title, its columns as wide as they need to be."""
    wide = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [header, ["-" * w for w in wide], *rows]
    print(f"\n{title}\n")
    for line in lines:
        print("  " + "  ".join(f"{cell:<{w}}" for cell, w in zip(line, wide, strict=True)).rstrip())


def machine() -> str:
    """Return in one line what a ratio may depend on."""
    build = np.show_config(mode="dicts")
    blas = build["Build Dependencies"]["blas"]
    simd = build["SIMD Extensions"]["found"] or build["SIMD Extensions"]["baseline"]
    threads = [f"{name}={os.environ[name]}" for name in THREADS if name in os.environ]
    return (
        f"{cores()} cores, {platform.machine()} {simd[-1]}; Python {platform.python_version()}, "
        f"NumPy {np.__version__}, {blas['name']} {blas['version']}, "
        f"threads: {' '.join(threads) or 'not limited'}{load()}"
    )


def load() -> str:
    """Return how busy the machine is already: two threads that wait for each other suffer most."""
    return f"; load before the start {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


def cores() -> int:
    """Return on how many cores this process may run."""
    has_affinity = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
