"""Whatever comes in: the right result, or an error that says what was expected and what came.

Each test gives one public callable what people give by mistake: arrays of any shape, type, byte
order and layout, NaN, infinities, huge numbers, nothing at all, lists, words. It may return what
plain Python computes, or raise ValueError or TypeError in nnlib's own words; it may not change
what it was given. Some cases of each run with every `make unit`. For many:

    NNLIB_FUZZ=2000 pytest tests/test_fuzz.py
"""

from __future__ import annotations

import copy
import gzip
import itertools
import math
import os
import pickle
import re
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nnlib
from nnlib import gradcheck
from nnlib.activations import ACTIVATIONS, LeakyReLU, PReLU
from nnlib.data import read_idx
from nnlib.initializers import INITIALIZERS
from nnlib.losses import LOSSES
from nnlib.models import NeuralNetwork
from nnlib.optimizers import OPTIMIZERS

MANY = int(os.environ.get("NNLIB_FUZZ", 0))
fuzz = settings(
    max_examples=MANY or 40,
    derandomize=not MANY,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
PACKAGE = str(Path(nnlib.__file__).parent)
tried: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def tally(request):
    """Say at the end how many calls were made, where many were asked for."""
    yield
    if MANY:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\n{sum(tried.values()):,} calls: {dict(tried)}")


# --- what comes in -------------------------------------------------------------------------------

FLOATS = ["f8", "f4", "f2", ">f8", ">f4", "g"]
INTEGERS = ["i8", "i1", "u1", "u8", ">i4", "?"]
NO_NUMBERS = ["c8", "U1", "O", "M8[s]"]
numbers = st.floats(-100, 100)
odd = st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e-300, -1e300, 1e300, math.inf, -math.inf, math.nan])
JUNK = [None, "abc", b"abc", {"a": 1}, [[1.0], [1.0, 2.0]], [None], ["a"], 1j, [10**400], object]
junk = st.sampled_from(JUNK)
LAYOUTS = ["C", "F", "every other", "reversed", "read-only", "list"]


@st.composite
def arrays(draw, shape=None, dtypes=None, values=None, layouts=tuple(LAYOUTS)):
    """Return an array of any type, layout and shape, or as nested lists."""
    if shape is None:
        shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    dtype = draw(st.sampled_from(dtypes or FLOATS + INTEGERS + NO_NUMBERS))
    anywhere = [numbers, st.one_of(numbers, odd)]
    pick = draw(st.sampled_from(anywhere if values is None else [values]))
    flat = draw(st.lists(pick, min_size=math.prod(shape), max_size=math.prod(shape)))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = np.array(flat, np.float64).reshape(shape)
        made = np.nan_to_num(made).clip(-100, 100) if dtype in INTEGERS + NO_NUMBERS else made
        if dtype in ("u1", "u8", "?"):
            made = np.asarray(np.abs(made))
        made = np.array(made, dtype)
    layout = draw(st.sampled_from(layouts))
    if layout == "F":
        made = np.asfortranarray(made)
    elif layout == "every other" and made.ndim:
        made = np.repeat(made, 2, axis=-1)[..., ::2]
    elif layout == "reversed" and made.ndim:
        made = made[::-1].copy()[::-1]
    elif layout == "read-only":
        made.flags.writeable = False
    return made.tolist() if layout == "list" else made


anything = st.one_of(arrays(), junk)


def same(one, two):
    if isinstance(one, np.ndarray) and isinstance(two, np.ndarray):
        return (
            one.dtype == two.dtype
            and one.shape == two.shape
            and pickle.dumps(one.tolist()) == pickle.dumps(two.tolist())
        )
    return repr(one) == repr(two)


def assert_own(error):
    """Assert that an error was raised in nnlib's own lines and words."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    assert last.filename.startswith(PACKAGE), f"{last}: {error!r}"
    assert "expected" in str(error), repr(error)
    assert re.search(r"\bgot\b|before backward", str(error)), repr(error)


def attempt(call, *arguments, **more):
    """Return (True, the result) or (False, the error), after seeing to the promises of both."""
    tried[getattr(call, "__qualname__", type(call).__name__)] += 1
    before = copy.deepcopy((arguments, more))
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            result = True, call(*arguments, **more)
    except (ValueError, TypeError) as error:
        assert_own(error)
        result = False, error
    then = (*before[0], *before[1].values())
    for now, old in zip((*arguments, *more.values()), then, strict=True):
        assert same(now, old), f"an argument was changed: {old!r} became {now!r}"
    return result


def is_numbers(given):
    """Return whether something is an even array of real numbers, as nnlib takes it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(given).dtype.kind in "fiub"
    except (ValueError, TypeError):
        return False


def plain(given):
    """Return numbers as a plain C array of the float type that nnlib computes in."""
    made = np.array(given)
    kind = made.dtype.newbyteorder("=") if made.dtype.kind == "f" else np.float64
    return np.ascontiguousarray(made.astype(kind)).reshape(made.shape)


def close(got, expected, dtype, scale=1.0):
    digits = {2: 5e-3, 4: 1e-5}.get(np.dtype(dtype).itemsize, 1e-12)
    np.testing.assert_allclose(
        np.asarray(got, float), np.asarray(expected, float), rtol=digits, atol=digits * scale
    )


# --- activations ---------------------------------------------------------------------------------


def phi(z):
    return math.erfc(-z / math.sqrt(2)) / 2


def logistic(z):
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772
REFERENCE = {
    "linear": lambda z: (z, 1),
    "relu": lambda z: (z, 1) if z > 0 else (0, 0),
    "leaky_relu": lambda z: (z, 1) if z > 0 else (0.01 * z, 0.01),
    "prelu": lambda z: (z, 1) if z > 0 else (0.25 * z, 0.25),
    "elu": lambda z: (z, 1) if z > 0 else (math.expm1(z), math.exp(z)),
    "selu": lambda z: (
        (SCALE * z, SCALE)
        if z > 0
        else (SCALE * ALPHA * math.expm1(z), SCALE * ALPHA * math.exp(z))
    ),
    "gelu": lambda z: (
        z * phi(z),
        phi(z) + z * math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    ),
    "silu": lambda z: (z * logistic(z), logistic(z) * (1 + z * logistic(-z))),
    "sigmoid": lambda z: (logistic(z), logistic(z) * logistic(-z)),
    "tanh": lambda z: (math.tanh(z), 1 - math.tanh(z) ** 2),
}


@fuzz
@given(st.sampled_from(list(REFERENCE)), anything)
def test_elementwise_activations(name, Z):
    f = ACTIVATIONS[name]()
    done, Y = attempt(f.forward, Z)
    done_too, slope = attempt(f.derivative, Z)
    assert done == done_too == is_numbers(Z)
    if not done:
        return
    exact = plain(Z)
    assert Y.dtype == slope.dtype == exact.dtype
    assert Y.shape == slope.shape == exact.shape
    with np.errstate(all="ignore"):  # a number of 80 bits may be none of 64
        columns = (np.asarray(a, float).ravel().tolist() for a in (exact, Y, slope))
    for z, y, d in zip(*columns, strict=True):
        if math.isnan(z):
            assert math.isnan(y)
            assert math.isnan(d) or name == "linear"
        elif abs(z) <= 100:
            close([y, d], REFERENCE[name](z), exact.dtype, scale=100)
        elif not math.isnan(y):
            # Far out each of them is 0, a constant, or a multiple of z.
            value, far = REFERENCE[name](math.copysign(100.0, z))
            assert y == pytest.approx(far * z if abs(far) > 1e-3 else value, rel=1e-2)
            assert math.isnan(d) or abs(d - far) < 1e-2


@fuzz
@given(anything)
def test_softmax(Z):
    done, P = attempt(ACTIVATIONS["softmax"]().forward, Z)
    if not is_numbers(Z) or np.ndim(Z) == 0 or np.shape(Z)[-1] == 0:
        assert not done
        return
    exact = plain(Z)
    rows = exact.reshape(-1, exact.shape[-1])
    assert done == all(np.isfinite(max(row, key=lambda z: (np.isnan(z), z))) for row in rows)
    if done:
        assert P.dtype == exact.dtype
        for row, p in zip(rows.astype(float), P.reshape(rows.shape), strict=True):
            e = [math.exp(max(z - max(row), -800)) for z in row]
            close(p, np.array(e) / sum(e), exact.dtype)


@fuzz
@given(st.sampled_from(list(ACTIVATIONS)), anything, anything, st.booleans())
def test_backward_of_activations(name, Z, dY, alike):
    f = ACTIVATIONS[name]()
    dY = copy.deepcopy(Z) if alike else dY
    done, dZ = attempt(f.backward, Z, dY)
    if done:
        assert dZ.shape == np.shape(Z) == np.shape(dY)
    else:
        fit = is_numbers(Z) and is_numbers(dY) and np.shape(Z) == np.shape(dY)
        assert not fit or name == "softmax"


@fuzz
@given(
    st.sampled_from([LeakyReLU, PReLU, nnlib.ELU, nnlib.Dropout, nnlib.Normal, nnlib.Constant]),
    st.one_of(anything, st.floats(), st.integers(), st.booleans()),
)
def test_settings_that_are_one_number(make, value):
    done, made = attempt(make, value)
    assert not done or math.isfinite(value)
    if done:
        assert value in made.settings().values()
        assert type(next(v for v in made.settings().values() if v == value)) is float


@fuzz
@given(anything)
def test_names(given_):
    for call in (
        nnlib.initialize_activation,
        nnlib.initialize_loss,
        nnlib.initialize_weights,
        nnlib.initialize_optimizer,
        nnlib.gain,
    ):
        assert not attempt(call, given_)[0]


# --- initializers --------------------------------------------------------------------------------

lengths = st.lists(st.integers(-1, 5), max_size=5)
shapes = st.one_of(
    lengths, lengths.map(tuple), st.lists(st.integers(1, 4), max_size=5), junk, arrays()
)


@fuzz
@given(st.sampled_from(list(INITIALIZERS)), shapes, st.sampled_from([*ACTIVATIONS, "no", None]))
def test_initializers(name, shape, activation):
    rng = np.random.default_rng(0)
    make = INITIALIZERS[name]()
    attempt(make.__call__, shape, 3, activation)
    state = rng.bit_generator.state
    try:
        W = make(shape, rng, activation)
    except ValueError as error:
        assert_own(error)
        assert rng.bit_generator.state == state
        return
    assert W.shape == tuple(shape)
    assert W.dtype == np.float64
    assert np.isfinite(W).all()
    if len(shape) >= 2:
        done, (fan_in, fan_out) = attempt(nnlib.fans, shape)
        assert done
        assert fan_in == math.prod(shape[:-1])
        assert fan_out == math.prod(shape[:-2]) * shape[-1]
    else:
        assert not attempt(nnlib.fans, shape)[0]


# --- layers --------------------------------------------------------------------------------------


def dense(X, W, b):
    return np.array(
        [
            [
                sum(x * w for x, w in zip(row, W[:, j], strict=True)) + b[0, j]
                for j in range(W.shape[1])
            ]
            for row in X
        ]
    ).reshape(len(X), W.shape[1])


def correlate(X, W, b, stride, pads):
    X = np.pad(X, ((0, 0), *pads, (0, 0)))
    (kh, kw, _, C), (s, t) = W.shape, stride
    out = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // t + 1
    Z = np.zeros((len(X), *out, C))
    for n, i, j, o in np.ndindex(Z.shape):
        Z[n, i, j, o] = (X[n, i * s : i * s + kh, j * t : j * t + kw] * W[..., o]).sum() + b[0, o]
    return Z


side = st.integers(1, 3)
pads = st.one_of(
    st.sampled_from(["same", "valid", "sane"]), st.integers(-1, 2), st.tuples(side, side)
)
images = st.one_of(
    anything,
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 5), st.integers(0, 2)).flatmap(
        lambda shape: st.one_of(
            arrays(shape), arrays(shape, FLOATS, st.sampled_from([0.0, -math.inf, math.inf, 1.0]))
        )
    ),
)
tables = st.one_of(
    anything, st.tuples(st.integers(0, 4), st.integers(0, 4)).flatmap(lambda shape: arrays(shape))
)


def through(layer, X, training):
    """Run a layer forward and, if that worked, backward; return (X as floats, Y, dX) or None."""
    rng = copy.deepcopy(layer.rng)
    done, Y = attempt(layer.forward, X, training)
    if not done:
        return None
    exact = plain(X)
    assert Y.dtype == exact.dtype
    again = copy.deepcopy(layer)
    again.rng, again.cache = rng, {}
    if not isinstance(layer, nnlib.BatchNorm):  # whose statistics the first pass has moved
        with np.errstate(all="ignore"):
            expected = again.forward(exact, training)
        assert (np.isfinite(expected) == np.isfinite(Y)).all()
        if np.abs(exact[np.isfinite(exact)]).max(initial=0) <= 100:
            close(Y, expected, exact.dtype, 100)  # another layout, another order of adding
    if not training:
        assert not layer.cache
        done, _ = attempt(layer.backward, np.ones(Y.shape))
        assert not done
        return exact, Y, None
    done, dX = attempt(layer.backward, np.ones_like(Y).tolist() if Y.size else np.ones_like(Y))
    assert done
    assert dX.shape == exact.shape
    for name, p in layer.parameters.items():
        assert layer.gradients[name].shape == p.shape
    done, _ = attempt(layer.backward, np.ones((*Y.shape, 1)))
    assert not done
    return exact, Y, dX


@fuzz
@given(tables, st.integers(1, 3), st.booleans())
def test_fully_connected(X, n_out, training):
    layer = nnlib.FullyConnected(n_out)
    ran = through(layer, X, training)
    assert (ran is not None) == (is_numbers(X) and np.ndim(X) == 2 and np.shape(X)[1] > 0)
    if ran is None:
        assert layer.parameters == {}
        return
    exact, Y, dX = ran
    if np.isfinite(exact).all() and np.abs(exact).max(initial=0) <= 100:
        W, b = layer.parameters["W"], layer.parameters["b"]
        close(Y, dense(exact.astype(float), W.astype(float), b), exact.dtype, 100)
        if training:
            close(dX, np.ones((len(exact), n_out)) @ W.T.astype(float), exact.dtype, 10)
            close(layer.gradients["b"], np.full((1, n_out), len(exact)), exact.dtype, 10)


@fuzz
@given(
    images, side, st.tuples(side, side), st.one_of(side, st.tuples(side, side)), pads, st.booleans()
)
def test_convolution(X, n_out, kernel, stride, pad, training):
    done, layer = attempt(nnlib.Conv2D, n_out, kernel, "linear", stride, pad)
    assert done == (pad not in ("sane", -1))
    if not done:
        return
    ran = through(layer, X, training)
    if ran is None:
        fits = is_numbers(X) and np.ndim(X) == 4 and 0 not in np.shape(X)[1:]
        if fits:
            borders = layer.pad.borders(np.shape(X)[1:3])
            sizes = zip(np.shape(X)[1:3], borders, kernel, strict=True)
            assert any(size + sum(border) < k for size, border, k in sizes)
        return
    exact, Y, _ = ran
    if np.isfinite(exact).all() and np.abs(exact).max(initial=0) <= 100:
        W, b = (layer.parameters[k].astype(float) for k in "Wb")
        borders = layer.pad.borders(exact.shape[1:3])
        close(Y, correlate(exact.astype(float), W, b, layer.stride, borders), exact.dtype, 100)


@fuzz
@given(
    images, st.tuples(side, side), st.sampled_from(["max", "average", "min"]), pads, st.booleans()
)
def test_pooling(X, kernel, mode, pad, training):
    done, layer = attempt(nnlib.Pool2D, kernel, mode, None, pad)
    if not done:
        return
    ran = through(layer, X, training)
    if ran is None:
        return
    exact, Y, dX = ran
    (top, _), (left, _) = layer.pad.borders(exact.shape[1:3])
    for n, i, j, c in np.ndindex(Y.shape):
        r, s = max(i * kernel[0] - top, 0), max(j * kernel[1] - left, 0)
        window = exact[
            n, r : i * kernel[0] - top + kernel[0], s : j * kernel[1] - left + kernel[1], c
        ]
        numbers = window.astype(float).ravel().tolist()
        if any(map(math.isnan, numbers)):
            assert np.isnan(Y[n, i, j, c])
        elif mode == "max":
            assert Y[n, i, j, c] == max(numbers)
        elif max(map(abs, numbers)) <= 100:
            close(Y[n, i, j, c], sum(numbers) / len(numbers), exact.dtype, 100)
    if training and np.dtype(exact.dtype).itemsize > 2:
        assert dX.sum() == pytest.approx(Y.size, rel=1e-4)


@fuzz
@given(
    anything,
    st.sampled_from(
        [
            *(nnlib.Flatten, nnlib.Dropout, nnlib.BatchNorm, lambda: nnlib.BatchNorm("prelu")),
            *(nnlib.LayerNorm, lambda: nnlib.LayerNorm("prelu")),
            lambda: nnlib.Residual([nnlib.LayerNorm("tanh"), nnlib.Dropout()], "prelu"),
        ]
    ),
    st.booleans(),
)
def test_layers_of_any_shape(X, make, training):
    layer = make()
    ran = through(layer, X, training)
    if ran is None:
        shape = np.shape(X) if is_numbers(X) else ()
        rows = math.prod(shape[:-1])
        few = isinstance(layer, nnlib.BatchNorm) and training and rows < 2
        norms = isinstance(layer, (nnlib.LayerNorm, nnlib.Residual))
        assert len(shape) < 2 or 0 in shape[1:] or few or (norms and shape[-1] == 1)
        return
    exact, Y, _ = ran
    if isinstance(layer, nnlib.Flatten):
        np.testing.assert_array_equal(Y.ravel(), exact.ravel())
        assert Y.ndim == 2
    if isinstance(layer, nnlib.Dropout):
        kept = (exact == Y) if not training else (2 * exact == Y) | (Y == 0)
        assert (kept | ~np.isfinite(exact) | (np.abs(exact) > 1e4)).all()


# --- losses --------------------------------------------------------------------------------------


@st.composite
def judged(draw):
    """Return targets and outputs that often fit each other."""
    n, K = draw(st.integers(0, 4)), draw(st.integers(0, 3))
    Y_hat = draw(st.one_of(anything, arrays((n, K)), arrays((n, K), ["f8", "f4"], st.floats(0, 1))))
    one_hot = st.lists(st.integers(0, max(K - 1, 0)), min_size=n, max_size=n).map(
        lambda labels: np.eye(max(K, 1))[labels]
    )
    labels = st.lists(st.integers(-1, K), min_size=n, max_size=n)
    return draw(st.one_of(anything, labels, labels.map(np.array), one_hot, arrays((n, K)))), Y_hat


@fuzz
@given(st.sampled_from(list(LOSSES)), judged())
def test_losses(name, pair):
    loss, (Y, Y_hat) = LOSSES[name](), pair
    done, value = attempt(loss.forward, Y, Y_hat)
    done_too, gradient = attempt(loss.backward, Y, Y_hat)
    assert done == done_too
    if not done:
        return
    assert type(value) is float
    assert gradient.shape == np.shape(Y_hat)
    exact = plain(Y_hat)
    assert gradient.dtype == exact.dtype
    assert attempt(loss.outputs, Y_hat)[0]  # what fits some targets is never refused without
    if exact.dtype == np.float16 or not np.abs(exact).max() <= 100:
        return
    n = len(exact) if exact.ndim else 1
    if name == "mean_squared_error":
        d = exact.astype(float) - plain(Y).astype(float)
        if np.abs(d).max() <= 200:
            close(value, (d**2).sum() / d.size, exact.dtype, 1e4)
            close(gradient, 2 * d / d.size, exact.dtype, 100)
        return
    targets = np.eye(exact.shape[1])[Y] if np.ndim(Y) == 1 else plain(Y).astype(float)
    P = exact.astype(float)
    if name == "softmax_cross_entropy":
        P = np.exp(P - P.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        close(gradient, (P - targets) / n, exact.dtype)
    if ((targets == 0) | (P > 1e-30)).all():
        total = -sum(t * math.log(p) for t, p in zip(targets.flat, P.flat, strict=True) if t)
        close(value, total / n, exact.dtype, 10)


@fuzz
@given(st.sampled_from(list(LOSSES)), st.one_of(anything, tables))
def test_outputs_without_targets(name, Y_hat):
    loss = LOSSES[name]()
    done, _ = attempt(loss.outputs, Y_hat)
    done_too, P = attempt(loss.probabilities, Y_hat)
    assert done_too == (done and loss.classifies)
    if done_too and name == "softmax_cross_entropy":
        close(np.asarray(P, float).sum(axis=1), np.ones(len(P)), P.dtype)


# --- optimizers ----------------------------------------------------------------------------------


@fuzz
@given(
    st.sampled_from(list(OPTIMIZERS)),
    st.one_of(anything, arrays((2, 3), ["f8"])),
    st.sampled_from(["f8", "f4"]),
)
def test_a_step_with_any_gradient(name, g, dtype):
    layer, optimizer = nnlib.Layer(), OPTIMIZERS[name]()
    layer.parameters = {"W": np.ones((2, 3), dtype)}
    layer.gradients = {"W": g}
    done, _ = attempt(optimizer.step, (layer,))
    assert layer.parameters["W"].shape == (2, 3)
    assert layer.parameters["W"].dtype == dtype
    assert optimizer.t == done
    if not done:
        assert (layer.parameters["W"] == 1).all()
    elif name == "sgd" and np.abs(plain(g)).max() <= 100:
        with np.errstate(all="ignore"):
            close(layer.parameters["W"], 1 - 0.1 * plain(g).astype(float), "f4")


@fuzz
@given(
    st.sampled_from([nnlib.LinearDecay, nnlib.CosineDecay, nnlib.StepDecay, nnlib.Schedule]),
    st.one_of(junk, st.floats(0, 10)),
    st.one_of(junk, st.integers(1, 9)),
    st.one_of(junk, st.integers(0, 9)),
    st.one_of(junk, st.floats(0, 10)),
    st.one_of(junk, st.integers(0, 12)),
)
def test_schedules(kind, peak, steps, warmup, end, t):
    done, schedule = attempt(kind, peak, steps, warmup, end)
    if done and kind is not nnlib.Schedule:
        done, rate = attempt(schedule, t)
        assert not done or 0 <= rate <= schedule.peak
        attempt(nnlib.SGD, schedule)


@fuzz
@given(junk)
def test_rates_that_may_be_schedules(rate):
    done, optimizer = attempt(nnlib.Adam, rate)
    if done:
        assert callable(rate) or optimizer.rate >= 0


@fuzz
@given(arrays((2, 3), ["f8", "f4"]), st.one_of(junk, st.floats(0, 10)))
def test_clipping(g, limit):
    layer = nnlib.Layer()
    layer.gradients = {"W": np.array(g)}
    done, length = attempt(nnlib.clip_by_norm, (layer,), limit)
    if done:
        assert np.linalg.norm(layer.gradients["W"]) <= float(limit) * 1.001
        assert length == 0 or (np.sign(layer.gradients["W"]) * np.sign(g) >= 0).all()


# --- networks ------------------------------------------------------------------------------------


def network(loss="softmax_cross_entropy"):
    layers = [nnlib.FullyConnected(3, "tanh"), nnlib.FullyConnected(2, "sigmoid")]
    return NeuralNetwork(layers, loss, "adam")


@fuzz
@given(
    st.one_of(tables, st.integers(0, 3).flatmap(lambda n: arrays((n, 4)))),
    st.sampled_from(list(LOSSES)),
    st.booleans(),
)
def test_predictions(X, loss, built):
    net = network(loss)
    if built:
        net.build((4,))
    fits = is_numbers(X) and np.ndim(X) == 2 and np.shape(X)[1] > 0
    fits = fits and (not built or np.shape(X)[1] == 4) and np.isfinite(plain(X).astype(float)).all()
    for ask in (net.outputs, net.predict, net.predict_proba):
        done, answer = attempt(ask, X)
        if not done:
            continue
        assert fits
        assert len(answer) == np.shape(X)[0]
    if not fits:
        assert (net.dtype is None) == (not built)


@fuzz
@given(
    judged(),
    st.sampled_from(list(LOSSES)),
    st.integers(-1, 2),
    st.sampled_from([0, 1, 2, 2.0]),
    st.booleans(),
)
def test_fitting(pair, loss, epochs, batch_size, validate):
    Y, X = pair
    net = network(loss)
    validation = (X, Y) if validate else Y
    done, history = attempt(
        net.fit, X, Y, epochs, batch_size, None if validate else validation, False
    )
    if done and epochs:
        assert len(history.loss) == epochs
        assert all(map(math.isfinite, history.step_loss))
    else:
        assert net.optimizer.t == 0 or "finite" in str(history)


@fuzz
@given(shapes, st.sampled_from(["f8", "f4", "f2", "i4", "c8", "U1", "O", "no", None, 3, ">f8"]))
def test_building_and_summing_up(shape, dtype):
    net = network()
    attempt(net.summary, shape)
    assert net.dtype is None
    done, _ = attempt(net.build, shape, dtype)
    assert done == (net.dtype is not None)
    if done:
        assert net.input_shape == tuple(shape)
        assert "total" in net.summary()


@fuzz
@given(
    st.one_of(
        anything,
        st.lists(st.sampled_from([nnlib.Flatten(), "relu", nnlib.Flatten])),
        st.lists(junk),
    ),
    anything,
)
def test_what_networks_are_made_of(layers, seed):
    for make in (NeuralNetwork, nnlib.Residual):
        done, _ = attempt(make, layers)
        assert done == (isinstance(layers, list) and [type(x) for x in layers] == [nnlib.Flatten])
    attempt(NeuralNetwork, [nnlib.Flatten()], seed=seed)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("fuzz") / "network"
    net = network()
    net.fit(np.eye(4), [0, 1, 0, 1], 1, progress=False)
    net.save(path)
    return path, path.read_bytes()


@fuzz
@given(st.data())
def test_files_that_are_no_network(saved, data):
    """Any byte changed, any piece cut out or put in: refused, or the very same network."""
    path, whole = saved
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(
        st.integers(start, min(start + 50, len(whole)) if data.draw(st.booleans()) else len(whole))
    )
    content = whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:]
    changed = path.with_name("changed")
    changed.write_bytes(content)
    net, right = network(), network().load(path)
    done, _ = attempt(net.load, changed)
    if done:
        for a, b in zip(net.layers, right.layers, strict=True):
            assert all((a.parameters[k] == b.parameters[k]).all() for k in a.parameters)
    else:
        assert net.dtype is None


# --- training and data ---------------------------------------------------------------------------


@fuzz
@given(anything, anything, st.one_of(st.integers(-1, 4), junk), st.one_of(st.just(None), junk))
def test_batches(X, Y, size, rng):
    generator = np.random.default_rng(0) if rng is None else rng
    tried["minibatches"] += 1
    try:
        batches = list(nnlib.minibatches(X, Y, size, generator))
    except ValueError as error:
        assert_own(error)
        return
    assert sum(len(x) for x, _ in batches) == len(X) == len(Y)


@fuzz
@given(anything, anything, st.booleans())
def test_accuracy(Y, predicted, alike):
    predicted = copy.deepcopy(Y) if alike else predicted
    done, share = attempt(nnlib.accuracy, Y, predicted)
    if done:
        assert 0 <= share <= 1
        if np.ndim(Y) == 1 and not alike:
            both = (np.asarray(side).tolist() for side in (Y, predicted))
            right = [a == b for a, b in zip(*both, strict=True)]
            assert share == pytest.approx(sum(right) / len(right))


@fuzz
@given(
    anything,
    anything,
    st.one_of(st.floats(), st.integers(-1, 5), junk),
    st.one_of(st.integers(-1, 3), junk),
    st.booleans(),
)
def test_splits(X, y, held_out, seed, alike):
    y = copy.deepcopy(X) if alike else y
    done, parts = attempt(nnlib.train_test_split, X, y, held_out, seed)
    if done:
        X_train, y_train, X_test, y_test = parts
        assert len(X_train) == len(y_train) > 0
        assert len(X_test) == len(y_test) > 0
        assert len(X_train) + len(X_test) == len(X)
        whole = [repr(row) for row in np.asarray(X).tolist()]
        assert sorted(map(repr, [*X_train.tolist(), *X_test.tolist()])) == sorted(whole)


@fuzz
@given(*[st.one_of(st.integers(-1, 5), st.floats(0, 3), junk)] * 4)
def test_points(n, classes, noise, seed):
    done, points = attempt(nnlib.make_spirals, n, classes, noise, seed)
    if done:
        assert points[0].shape == (n * classes, 2)
        assert np.isfinite(points[0]).all()
    done, points = attempt(nnlib.make_moons, n, noise, seed)
    if done:
        assert points[0].shape == (2 * n, 2)


@fuzz
@given(st.binary(max_size=60), st.booleans(), st.booleans())
def test_idx_files(content, head, pack):
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"nnlib-fuzz-{os.getpid()}"
    content = b"\0\0\x08" + content if head else content
    path.write_bytes(gzip.compress(content) if pack else content)
    try:
        done, array = attempt(read_idx, str(path))
        if done:
            assert array.dtype == np.uint8
            assert array.tobytes() == content[4 + 4 * array.ndim :]
    finally:
        path.unlink()


# --- gradient checks -----------------------------------------------------------------------------


@fuzz
@given(anything, anything, st.booleans())
def test_relative_errors(A, B, alike):
    B = copy.deepcopy(A) if alike else B
    done, error = attempt(gradcheck.relative_error, A, B)
    assert done == (is_numbers(A) and is_numbers(B) and np.shape(A) == np.shape(B))
    if done and alike and np.isfinite(plain(A)).all():
        assert error == 0


@fuzz
@given(anything, st.one_of(st.floats(), junk))
def test_numerical_gradients(X, h):
    def f(X):
        return float(np.sum(X**2))

    done, gradient = attempt(gradcheck.numerical_gradient, f, X, h)
    if done and 1e-8 < h < 1e-2 and np.abs(X).max(initial=0) <= 100:
        np.testing.assert_allclose(
            gradient, 2 * X, atol=1e-4 * max(1, np.size(X)) / min(h * 1e4, 1) ** 1
        )
    done, error = attempt(gradcheck.check_function, f, lambda X: 2 * X, X)
    if done and np.abs(plain(X)).max(initial=0) <= 100:
        assert error < 1e-6


@fuzz
@given(tables, st.integers(0, 3))
def test_checking_layers(X, seed):
    done, errors = attempt(gradcheck.check_layer, nnlib.FullyConnected(2, "tanh"), X, seed)
    if done and np.size(X) and np.abs(plain(X).astype(float)).max() <= 10:
        assert max(errors.values()) < 1e-6


def test_every_public_callable_is_tried():
    source = Path(__file__).read_text(encoding="utf8")
    named = {*itertools.chain(ACTIVATIONS, LOSSES, OPTIMIZERS, INITIALIZERS)}
    assert named
    classes = [*ACTIVATIONS.values(), *LOSSES.values(), *OPTIMIZERS.values()]
    covered = {cls.__name__ for cls in [*classes, *INITIALIZERS.values()]}
    base = {"Activation", "Initializer", "Loss", "Optimizer", "History", "gradcheck"}
    elsewhere = {"load_digits", "load_iris", "load_mnist", "train"}  # no arguments, or by others
    missing = [n for n in set(nnlib.__all__) - covered - base - elsewhere if n not in source]
    assert not missing
