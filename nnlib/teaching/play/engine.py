"""A session of the playground: a reader's code, run, and the network in it, trained and watched.

The code is the truth. It is run in a namespace of its own and must leave `network`, `X` and `y`
there; what it names `X_test`, `y_test` and `batch_size` is taken as well. The network is nnlib's,
or has layers of the reader's own: of a layer nothing is asked but `forward`, `backward`, and the
four dicts that every layer has.

What is measured never changes the run: it draws no random number, and leaves caches alone.
"""

from __future__ import annotations

import copy
import linecache
import math
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any, TextIO, cast

import numpy as np

import nnlib
from nnlib.teaching.lesson import Printer, report

Array = np.ndarray[Any, Any]

FILE = "<cell 1>"  # under this name lesson.report finds the lines of an error
HISTORY = 4000
"""How many batch losses are kept; beyond that, every other one is let go."""
FEW = 1e-2
"""A slope below this share of 1 is called flat."""

SIDE, UNIT_SIDE = 40, 16
"""Pixels of the picture and of a unit's, each way, at most."""
PIXELS_WORK, ROWS_WORK = 4e6, 4e6
"""Multiplications that a picture, and a look at the losses, may take."""
UNITS, LAYERS = 16, 12
"""How many units of a layer, and how many layers, have pictures."""


class Trouble(Exception):
    """What the reader's code did wrong, as text to be shown as it stands."""


@dataclass
class Evaluation:
    """Losses and accuracies of one moment, in prediction mode; NaN where there are none."""

    step: int
    loss: float
    test_loss: float
    accuracy: float
    test_accuracy: float


@dataclass
class LayerStats:
    """What is measured of one layer; `ratio` is NaN before the first step.

    `activations` and `gradients` are (low, high, counts); gradients are counted by the power of
    ten of their size. `dead` is the share of units with z <= 0 for all samples, of ReLU only;
    `flat` the share of slopes below FEW, of other activations that have flat parts.
    """

    name: str
    units: int
    activations: tuple[float, float, list[int]]
    rms: float
    gradients: tuple[float, float, list[int]]
    gradient: float
    dead: float
    flat: float
    ratio: float


@dataclass
class Session:
    """A reader's code, run once; `advance` trains the network that it made."""

    code: str
    output: Callable[[str], None] = lambda _: None
    names: dict[str, Any] = field(init=False)
    network: nnlib.NeuralNetwork = field(init=False)
    evaluations: list[Evaluation] = field(default_factory=list)
    batch_losses: list[tuple[int, float]] = field(default_factory=list)
    stats: list[LayerStats] = field(default_factory=list)
    step: int = 0
    diverged: bool = False

    def __post_init__(self) -> None:
        self.names = {"__name__": "__main__"}
        with self._reader():
            _remember(self.code)
            exec(compile(self.code, FILE, "exec"), self.names)
        self.network = self._expect("network", nnlib.NeuralNetwork, "a NeuralNetwork")
        self.X, self.y = (self._array(name) for name in ("X", "y"))
        has_test = "X_test" in self.names and "y_test" in self.names
        self.X_test, self.y_test = (
            (self._array("X_test"), self._array("y_test")) if has_test else (self.X, self.y)
        )
        self.tested = has_test
        self.batch_size = int(self._expect("batch_size", (int, np.integer), "a number", 32))
        if self.batch_size < 1:
            raise Trouble(f"batch_size is {self.batch_size}; a batch has at least one sample.")
        self.classifies = self.network.loss.classifies
        with self._reader():
            nnlib.training.fitting(self.network, self.X, self.y, (self.X_test, self.y_test))
            # As `nnlib.train` draws: first the order of the first epoch, then the weights.
            self._batches = self._shuffled()
            self._first: tuple[Array, Array] | None = next(self._batches)
            self.network.build(self.X.shape[1:], self.X.dtype)
        self.classes = self._classes()
        self.work = max(1.0, float(self._multiplications()))
        rng = np.random.default_rng(0)  # of the looking, not of the run
        seen = int(np.clip(ROWS_WORK / self.work, 60, 1000))
        self._rows = np.sort(rng.permutation(len(self.X))[:seen])
        self._test_rows = np.sort(rng.permutation(len(self.X_test))[:seen])
        self.steps_per_epoch = -(-len(self.X) // self.batch_size)
        self._stride = 1
        self._ratios: dict[int, float] = {}
        self._cost = 0.0
        self.evaluate()

    # --- Reading what the code left.

    def _reader(self) -> _Reader:
        return _Reader(self.output)

    def _expect(self, name: str, kind: Any, words: str, default: Any = None) -> Any:
        value = self.names.get(name, default)
        if value is None:
            raise Trouble(f"Your code makes no `{name}`. The playground looks for {words} there.")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise Trouble(f"`{name}` is {type(value).__name__}; the playground expects {words}.")
        return value

    def _array(self, name: str) -> Array:
        value: Array = self._expect(name, np.ndarray, "an array")
        if len(value) == 0:
            raise Trouble(f"`{name}` is empty: there is nothing to train on.")
        return value

    def _classes(self) -> int:
        with self._reader():
            return int(self.network.outputs(self.X[:1]).shape[-1])

    def _multiplications(self) -> int:
        """Count the products that one sample takes, near enough, from shapes alone."""
        with self._reader():
            A, total = self.X[:1], 0
            for layer in self.network.layers:
                A = layer.forward(A, training=False)
                weights = sum(p.size for p in layer.parameters.values())
                places = int(np.prod(A.shape[1:-1])) if A.ndim == 4 else 1
                total += weights * places
            return total

    @property
    def epoch(self) -> float:
        """How often the data have been gone through so far."""
        return self.step / self.steps_per_epoch

    def steps_left(self, epochs: int) -> int:
        """Return the steps to the end of this epoch, or, from there on, of so many more."""
        return epochs * self.steps_per_epoch - self.step % self.steps_per_epoch

    @property
    def parameters(self) -> int:
        """How many numbers are learned."""
        return sum(p.size for layer in self.network.layers for p in layer.parameters.values())

    # --- Training.

    def advance(self, steps: int, seconds: float = math.inf) -> None:
        """Take steps, until so many are done or the time is over; then look at the network."""
        begun, network = time.perf_counter(), self.network
        seconds = max(seconds, self._cost)
        with self._reader(), np.errstate(all="ignore"):
            for left in range(steps, 0, -1):
                if self.diverged:
                    break
                pair = self._pair()
                last = left == 1 or time.perf_counter() - begun > seconds
                before = (
                    copy.deepcopy([layer.parameters for layer in network.layers]) if last else []
                )
                out = network.forward(pair[0])
                loss = network.backward(pair[1], out) if np.isfinite(out).all() else math.nan
                if not math.isfinite(loss):
                    self.diverged = True
                    break
                network.optimizer.step(network.layers)
                self.step += 1
                self._keep(loss)
                if last:
                    self._compare(before)
                    break
                if self.step % self.steps_per_epoch == 0:
                    self._evaluate()  # a curve has each epoch, however few pictures there are
            begun = time.perf_counter()
            self.evaluate()
        self._cost = time.perf_counter() - begun

    def _shuffled(self) -> Iterator[tuple[Array, Array]]:
        return nnlib.minibatches(self.X, self.y, self.batch_size, self.network.rng)

    def _pair(self) -> tuple[Array, Array]:
        """Return the next mini-batch; after the last of an epoch the rows are shuffled anew."""
        pair, self._first = self._first or next(self._batches, None), None
        if pair is None:
            self._batches = self._shuffled()
            pair = next(self._batches)
        return pair

    def _keep(self, loss: float) -> None:
        if self.step % self._stride == 0:
            self.batch_losses.append((self.step, float(loss)))
        if len(self.batch_losses) > HISTORY:
            self.batch_losses = self.batch_losses[1::2]
            self._stride *= 2

    def _compare(self, before: list[dict[str, Array]]) -> None:
        """Note the length of the last update beside that of the weights, layer by layer."""
        self._ratios = {}
        for i, (layer, old) in enumerate(zip(self.network.layers, before, strict=True)):
            if "W" in old and "W" in layer.parameters:
                length = np.linalg.norm(layer.parameters["W"] - old["W"])
                self._ratios[i] = float(length / max(float(np.linalg.norm(old["W"])), 1e-300))

    # --- Looking.

    def evaluate(self) -> None:
        """Measure losses, accuracies and layers now, in prediction mode."""
        with self._reader(), np.errstate(all="ignore"):
            self._evaluate()
            self.stats = self._layers()

    def _evaluate(self) -> None:
        """Measure losses and accuracies alone."""
        train = self._score(self.X[self._rows], self.y[self._rows])
        test = self._score(self.X_test[self._test_rows], self.y_test[self._test_rows])
        now = Evaluation(self.step, train[0], test[0], train[1], test[1])
        if self.evaluations and self.evaluations[-1].step == self.step:
            self.evaluations.pop()
        self.evaluations.append(now)
        if len(self.evaluations) > HISTORY:
            del self.evaluations[1:-200:2]
        if not math.isfinite(now.loss):
            self.diverged = True

    def _score(self, X: Array, y: Array) -> tuple[float, float]:
        try:
            out = self.network.outputs(X)
            if not np.isfinite(out).all():
                return math.nan, math.nan
            loss = float(self.network.loss.forward(y, out))
        except ValueError as error:
            if "finite" in str(error):  # numbers that left the range of floats
                return math.nan, math.nan
            raise
        if not self.classifies:
            return loss, math.nan
        return loss, nnlib.accuracy(y, out.argmax(axis=1))

    def _layers(self) -> list[LayerStats]:
        A = self.X[self._rows]
        found: list[LayerStats] = []
        for i, layer in enumerate(self.network.layers):
            Z, A = _values(layer, A)
            if not np.isfinite(A).all():
                return found
            if layer.parameters:
                found.append(self._stats(i, layer, Z, A))
        return found

    def _stats(self, i: int, layer: nnlib.Layer, Z: Array, A: Array) -> LayerStats:
        rows = Z.reshape(-1, Z.shape[-1])
        dead = flat = math.nan
        if isinstance(layer.activation, nnlib.ReLU):
            dead = float(np.mean((rows <= 0).all(axis=0)))
        elif isinstance(layer.activation, nnlib.Sigmoid | nnlib.Tanh):
            flat = float(np.mean(np.abs(layer.activation.derivative(rows)) < FEW))
        grads = [g.ravel() for g in layer.gradients.values() if "W" in layer.gradients]
        dW = np.abs(layer.gradients["W"].ravel()) if grads else np.zeros(0)
        sizes = np.log10(np.clip(dW, 1e-14, 1e6))
        return LayerStats(
            name=f"{i + 1}. {layer.word}",
            units=A.shape[-1],
            activations=_histogram(A.ravel()),
            rms=float(np.sqrt(np.mean(A**2))),
            gradients=(-14.0, 2.0, _counts(sizes, -14, 2, 32)),
            gradient=float(np.sqrt(np.mean(dW**2))) if dW.size else math.nan,
            dead=dead,
            flat=flat,
            ratio=self._ratios.get(i, math.nan),
        )

    @property
    def last(self) -> Evaluation:
        return self.evaluations[-1]

    @property
    def dead(self) -> float:
        """The largest share of dead units in a ReLU layer; 0 where there is none."""
        return max((s.dead for s in self.stats if not math.isnan(s.dead)), default=0.0)

    def gradient_error(self) -> float:
        """Compare each gradient with central differences, on a few samples; the worst mismatch.

        The mismatch of an array is |g - numeric| / (|g| + |numeric|), at most 1.
        """
        network = copy.deepcopy(self.network)
        X, y = self.X[self._rows[:12]], self.y[self._rows[:12]]
        worst, h = 0.0, 1e-5
        with self._reader(), np.errstate(all="ignore"):
            network.backward(y, network.forward(X))
            for layer in network.layers:
                for name, w in layer.parameters.items():
                    g = np.array(layer.gradients.get(name, np.zeros_like(w)))
                    picked = np.random.default_rng(0).permutation(w.size)[:24]
                    numeric = np.zeros(len(picked))
                    for at, k in enumerate(picked):
                        kept, losses = w.flat[k], []
                        for sign in (1, -1):
                            w.flat[k] = kept + sign * h
                            losses.append(network.loss.forward(y, network.forward(X)))
                        w.flat[k] = kept
                        numeric[at] = (losses[0] - losses[1]) / (2 * h)
                    own = g.flat[picked] if g.shape == w.shape else np.full(len(picked), np.inf)
                    both = float(np.linalg.norm(own) + np.linalg.norm(numeric))
                    if math.isfinite(both):
                        apart = float(np.linalg.norm(own - numeric))
                        worst = max(worst, apart / both if both > 1e-9 else 0.0)
                    else:
                        worst = 1.0
        return worst


class _Reader:
    """While the reader's code runs: its output is handed on, its errors become Trouble."""

    def __init__(self, output: Callable[[str], None]) -> None:
        self.printer = Printer(output)
        # A layer may print; NumPy's warnings of overflow are no news beside a loss that is NaN.
        self.out = redirect_stdout(cast(TextIO, self.printer))
        self.err = redirect_stderr(cast(TextIO, self.printer))

    def __enter__(self) -> None:
        self.out.__enter__()
        self.err.__enter__()

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self.err.__exit__(kind, error, trace)
        self.out.__exit__(kind, error, trace)
        self.printer.flush()
        if error is not None and not isinstance(error, Trouble | KeyboardInterrupt):
            text = report(error, 0).replace("This cell, line", "Your code, line")
            raise Trouble(text) from error


def _remember(code: str) -> None:
    linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)


PLAIN = (nnlib.FullyConnected, nnlib.Conv2D, nnlib.BatchNorm)


def _values(layer: nnlib.Layer, A: Array) -> tuple[Array, Array]:
    """Return (Z, A) of a layer in prediction mode; Z is A where a class of one's own hides it."""
    if type(layer) not in PLAIN:
        A = layer.forward(A, training=False)
        return A, A
    kept = layer.activation
    layer.activation = nnlib.Linear()
    try:
        Z = layer.forward(A, training=False)
    finally:
        layer.activation = kept
    return Z, kept.forward(Z)


def _histogram(values: Array) -> tuple[float, float, list[int]]:
    """Count values between round numbers; the few beyond go into the last bins."""
    at = int(0.995 * (values.size - 1))
    bound = _round_up(float(np.partition(np.abs(values), at)[at]))
    low = 0.0 if values.min() >= 0 else -bound
    return low, bound, _counts(values, low, bound, 24)


def _counts(values: Array, low: float, high: float, bins: int) -> list[int]:
    """Count values in equal bins, as np.histogram does, in less time."""
    places = (np.clip(values, low, high) - low) * (bins / (high - low))
    counted = np.bincount(np.minimum(places.astype(int), bins - 1), minlength=bins)
    return [int(count) for count in counted]


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten: an axis that doesn't tremble."""
    if not 1e-30 < value < 1e30:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= value * 0.999)
