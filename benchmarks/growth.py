"""How the cost of a layer, forward and backward, grows: an exponent for each size it has.

A cost c * size^p is a straight line in logarithms, and p its slope. The count of operations says
what p is for large sizes; a smaller one means that something else than the product still costs.
Every round fits a line of its own, so a slope is reported as a ratio is, with its quartiles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from benchmarks.timing import ROUNDS, SECONDS, paired, rounds, table
from benchmarks.workers import Worker, ways
from nnlib.layers import Conv2D, FullyConnected, Layer

Array = np.ndarray
Step = Callable[[], object]


@dataclass(frozen=True)
class Law:
    """What grows: `prepare(size)` returns the step to time, `expected` the operations' exponent."""

    prepare: Callable[[int], Step]
    sizes: tuple[int, ...]
    expected: int


def step(layer: Layer, shape: tuple[int, ...]) -> Step:
    """Return what goes forward and backward through the layer, for noise of that shape."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=shape)
    dY = rng.normal(size=layer.forward(X).shape)

    def both() -> Array | None:
        layer.forward(X)
        return layer.backward(dY)

    return both


def connected(n: int = 128, width: int = 256) -> Step:
    """A fully connected layer from `width` units to as many."""
    return step(FullyConnected(width), (n, width))


def convolution(n: int = 16, side: int = 16, kernel: int = 3, channels: int = 16) -> Step:
    """A convolution from `channels` to as many, of n images (side, side), without padding."""
    return step(Conv2D(channels, kernel, pad="valid"), (n, side, side, channels))


def kernels(kernel: int) -> Step:
    """A convolution whose output has 12 by 12 pixels, whatever its kernel."""
    return convolution(side=kernel + 11, kernel=kernel)


LAWS = {
    "FullyConnected: batch": Law(lambda n: connected(n=n), (128, 256, 512, 1024), 1),
    "FullyConnected: width": Law(lambda d: connected(width=d), (128, 256, 512, 1024), 2),
    "Conv2D: batch": Law(lambda n: convolution(n=n), (8, 16, 32, 64), 1),
    "Conv2D: side": Law(lambda s: convolution(side=s + 2), (8, 16, 32, 64), 2),
    "Conv2D: kernel": Law(kernels, (3, 5, 7, 9), 2),
    "Conv2D: channels, in and out": Law(lambda c: convolution(channels=c), (8, 16, 32, 64), 2),
}


def exponent(sizes: Sequence[float], times: Sequence[float]) -> tuple[float, float]:
    """Fit times = c * sizes^p by least squares in logarithms; return p and the worst residual.

    The residual is the largest factor between a time and the line, 1 where all lie on it. Raises
    ValueError unless there are two different sizes or more, and everything is positive.
    """
    x, y = np.asarray(sizes, float), np.asarray(times, float)
    if x.shape != y.shape or len(set(x.tolist())) < 2 or not (np.all(x > 0) and np.all(y > 0)):
        raise ValueError(
            f"expected positive times for two or more positive sizes, got {times} for {sizes}"
        )
    x, y = np.log(x), np.log(y)
    p, c = np.polyfit(x, y, 1)
    return float(p), float(np.exp(np.abs(y - (p * x + c)).max()))


def row(label: str, law: Law, **timing: float) -> tuple[str, ...]:
    """Time a law at its sizes, in rounds, and return its row of the table."""
    candidates = {str(size): law.prepare(size) for size in law.sizes}
    times = paired(candidates, label, **timing)  # type: ignore[arg-type]
    fits = [exponent(law.sizes, each) for each in zip(*times.values(), strict=True)]
    low, middle, high = np.quantile([p for p, _ in fits], (0.25, 0.5, 0.75))
    off = float(np.median([worst for _, worst in fits]))
    return (
        label,
        f"{law.sizes[0]} .. {law.sizes[-1]}",
        str(law.expected),
        f"{middle:.2f} ({low:.2f} .. {high:.2f})",
        f"{off:.2f}",
    )


def run(laws: dict[str, Law] = LAWS, **timing: float) -> None:
    """Print the table."""
    table(
        "How the cost of a layer grows, forward and backward, float64: time ~ size^p",
        ("what grows", "sizes", "p of the operations", "p, this run", "worst factor off the line"),
        [row(label, law, **timing) for label, law in laws.items()],
    )


# The peak -----------------------------------------------------------------------------------------

WIDE = (64, 14, 14, 32), 64, 3
"""The shape of X, how many channels it gets, and the side of the kernel."""
SQUARE = 1024


class Pass:
    """A pass of a convolution, or the product of two square matrices: as fast as this multiplies.

    `way` is "forward", "backward" or "product".
    """

    def __init__(
        self, way: str, dtype: str, shape: tuple[int, ...], C_out: int, k: int, square: int
    ) -> None:
        rng = np.random.default_rng(0)
        A, B = (rng.normal(size=(square, square)).astype(dtype) for _ in range(2))
        X = rng.normal(size=shape).astype(dtype)
        layer = Conv2D(C_out, k)
        dZ = rng.normal(size=layer.forward(X).shape).astype(dtype)
        passes: dict[str, Step] = {
            "product": lambda: A @ B,
            "forward": lambda: layer.forward(X),
            "backward": lambda: layer.backward(dZ),
        }
        self.step = passes[way]


def share(
    operations: float, times: Sequence[float], peak_operations: float, peak: Sequence[float]
) -> str:
    """Return what part of the peak's operations a second were done, with quartiles, in per cent."""
    parts = operations / peak_operations * np.divide(peak, times)
    low, middle, high = 100 * np.quantile(parts, (0.25, 0.5, 0.75))
    return f"{middle:.0f} % ({low:.0f} .. {high:.0f})"


def wide(
    shape: tuple[int, ...] = WIDE[0],
    C_out: int = WIDE[1],
    k: int = WIDE[2],
    square: int = SQUARE,
    count: int = ROUNDS,
    at_least: float = 4 * SECONDS,  # BLAS's threads spin on after the product, and take a core
) -> None:
    """Print how near a wide convolution comes to a product of two large matrices."""
    rows = []
    once = 2.0 * math.prod(shape) * C_out * k * k  # a product and a sum for each weight of a pixel
    for threads, (ours, others) in ways().items():
        # The product is BLAS's own, on as many threads.
        places = {"product": others, "forward": ours, "backward": ours}
        with ExitStack() as stack:
            workers = {
                way: stack.enter_context(Worker(Pass, where)) for way, where in places.items()
            }
            for dtype in ("float32", "float64"):
                for way, worker in workers.items():
                    worker.ask("prepare", way, dtype, shape, C_out, k, square)
                timers = {
                    way: lambda worker=worker: worker.ask("time", at_least)
                    for way, worker in workers.items()
                }
                times = rounds(timers, f"wide {threads} {dtype}", count)
                for way, operations in (("forward", once), ("backward", 2 * once)):  # dW, and dX
                    part = share(operations, times[way], 2.0 * square**3, times["product"])
                    rows.append(
                        (threads, dtype, way, f"{1e3 * np.median(times[way]):.3g} ms", part)
                    )
    table(
        f"Conv2D, {shape} to {C_out}, {k}x{k}, beside a product of {square} x {square}",
        ("threads", "dtype", "pass", "this run", "of the product's operations a second"),
        rows,
    )
