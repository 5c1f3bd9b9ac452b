"""Layers against central differences, direct loops, PyTorch, and the properties they must have."""

from __future__ import annotations

import copy
import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nnlib import layers
from nnlib.activations import ACTIVATIONS, LeakyReLU, PReLU
from nnlib.gradcheck import check_layer
from nnlib.initializers import XavierUniform
from nnlib.layers import Conv2D, Dropout, Flatten, FullyConnected, Layer, Pool2D
from nnlib.normalization import BatchNorm, LayerNorm
from nnlib.residual import Residual

KINK = 1e-4  # ten times the step of the central differences
KINKED = ("relu", "leaky_relu", "prelu", "elu", "selu")
each_activation = pytest.mark.parametrize("activation", ACTIVATIONS)

# kernel, stride, pad, and that pad as (top, bottom), (left, right) around a 5 x 4 image
GEOMETRIES = [
    (3, 1, "same", (1, 1), (1, 1)),
    ((2, 2), 1, "same", (0, 1), (0, 1)),
    ((4, 3), (2, 1), "same", (1, 2), (1, 1)),
    ((3, 2), (2, 2), "same", (1, 1), (0, 0)),
    ((2, 1), 3, "same", (0, 0), (0, 0)),
    ((3, 2), (2, 3), "valid", (0, 0), (0, 0)),
    ((3, 3), 2, 1, (1, 1), (1, 1)),
    ((2, 3), 1, (1, 0), (1, 1), (0, 0)),
    ((3, 2), (1, 2), (2, 1), (2, 2), (1, 1)),
    (1, 1, 0, (0, 0), (0, 0)),
    (2, 3, "valid", (0, 0), (0, 0)),
    ((5, 4), 1, "valid", (0, 0), (0, 0)),
]
each_geometry = pytest.mark.parametrize(
    ("kernel", "stride", "pad", "rows", "columns"), GEOMETRIES, ids=str
)
each_mode = pytest.mark.parametrize("mode", ["max", "average"])

LAYERS = [  # a fresh layer, and the shape of one sample
    (lambda: FullyConnected(3, "tanh"), (4,)),
    (lambda: FullyConnected(3, "prelu"), (4,)),
    (lambda: Conv2D(3, (2, 3), "tanh", stride=(2, 1)), (5, 4, 2)),
    (lambda: Pool2D(2), (5, 4, 2)),
    (lambda: Pool2D(3, "average", stride=1, pad=1), (5, 4, 2)),
    (lambda: Flatten(), (5, 4, 2)),
    (lambda: Dropout(0.4), (4,)),
    (lambda: BatchNorm("tanh"), (4,)),
    (lambda: BatchNorm(), (5, 4, 2)),
    (lambda: LayerNorm("tanh"), (4,)),
    (lambda: LayerNorm(), (5, 4, 2)),
    (lambda: Residual([FullyConnected(3, "tanh"), Dropout(0.4), FullyConnected(4)]), (4,)),
    (lambda: Residual([BatchNorm("prelu"), Conv2D(2, 3)], "prelu"), (5, 4, 2)),
    (lambda: Residual([Dropout(0.4)]), (4,)),
]
each_layer = pytest.mark.parametrize(
    ("make", "shape"), LAYERS, ids=lambda p: repr(p()) if callable(p) else str(p)
)


def distance_to_kink(layer, X):
    """Return how far this forward pass stays from a place where the layer has no derivative."""
    layer = copy.deepcopy(layer)
    layer.forward(X)
    distance = np.inf
    if repr(layer.activation).startswith(KINKED):
        distance = np.abs(layer.cache["Z"]).min()
    if isinstance(layer, Pool2D) and layer.mode == "max":
        padded = layer.pad.view(layer.pad.add(X, -np.inf))
        flat = np.sort(padded.reshape(*padded.shape[:3], -1, X.shape[3]), axis=3)
        if flat.shape[3] > 1:
            distance = min(distance, (flat[:, :, :, -1] - flat[:, :, :, -2]).min())
    return distance


def smooth_input(layer, shape):
    """Return the first seeded normal X that keeps the layer away from its kinks."""
    for seed in range(1000):
        X = np.random.default_rng(seed).normal(size=shape)
        if distance_to_kink(layer, X) > KINK:
            return X
    raise AssertionError(f"each of 1000 inputs comes too near to a kink of {layer!r}")


def assert_gradients(layer, shape):
    errors = check_layer(layer, smooth_input(layer, shape))
    assert errors.keys() == {"X", *layer.parameters}
    assert max(errors.values()) < 1e-6, errors


# --- central differences -------------------------------------------------------------------------


@each_activation
@pytest.mark.parametrize("n", [1, 5])
def test_fully_connected_gradients(activation, n):
    assert_gradients(FullyConnected(3, activation, "normal"), (n, 4))
    assert_gradients(FullyConnected(3, activation), (n, 4))


@each_activation
@each_geometry
def test_convolution_gradients(activation, kernel, stride, pad, rows, columns):
    assert_gradients(Conv2D(2, kernel, activation, stride, pad), (2, 5, 4, 2))


@each_mode
@each_geometry
def test_pooling_gradients(mode, kernel, stride, pad, rows, columns):
    assert_gradients(Pool2D(kernel, mode, stride, pad), (2, 5, 4, 2))


@each_activation
@pytest.mark.parametrize("shape", [(5, 4), (2, 3, 2, 3)], ids=str)
def test_batch_norm_gradients(activation, shape):
    layer = BatchNorm(activation)
    layer.forward(np.zeros((2, *shape[1:])), training=False)
    layer.parameters["gamma"][...] = [[0.5, -1.5, 2, 1][: shape[-1]]]
    layer.parameters["beta"][...] = [[0.3, -0.2, 0.1, 1][: shape[-1]]]
    assert_gradients(layer, shape)


@pytest.mark.parametrize("p", [0, 0.3, 0.9])
@pytest.mark.parametrize("shape", [(5, 4), (2, 3, 2, 3)], ids=str)
def test_dropout_gradients(p, shape):
    assert_gradients(Dropout(p), shape)


def test_flatten_gradients():
    assert_gradients(Flatten(), (2, 3, 2, 2))


# --- what every layer keeps ----------------------------------------------------------------------


@each_layer
def test_float32_stays_and_agrees_with_float64(make, shape, rng):
    X = rng.normal(size=(6, *shape))
    exact, short = make(), make()
    Y, Y32 = exact.forward(X), short.forward(X.astype(np.float32))
    dY = rng.normal(size=Y.shape)
    dX, dX32 = exact.backward(dY), short.backward(dY.astype(np.float32))
    for name in ("parameters", "gradients", "state", "cache"):
        assert all(a.dtype == np.float32 for a in getattr(short, name).values()), name
    for a, a32 in [(Y, Y32), (dX, dX32)] + [
        (exact.gradients[k], short.gradients[k]) for k in exact.gradients
    ]:
        assert a32.dtype == np.float32
        assert a.dtype == np.float64
        np.testing.assert_allclose(a32, a, atol=1e-5 * max(1, np.abs(a).max()))
    assert short.forward(X.astype(np.float32), training=False).dtype == np.float32


@each_layer
def test_gradients_have_the_keys_and_shapes_of_the_parameters(make, shape, rng):
    layer = make()
    Y = layer.forward(rng.normal(size=(6, *shape)))
    assert layer.backward(Y).shape == (6, *shape)
    assert {k: g.shape for k, g in layer.gradients.items()} == {
        k: p.shape for k, p in layer.parameters.items()
    }


@each_layer
def test_two_backward_calls_do_not_accumulate(make, shape, rng):
    layer = make()
    Y = layer.forward(rng.normal(size=(6, *shape)))
    first = {"X": layer.backward(Y), **copy.deepcopy(layer.gradients)}
    again = {"X": layer.backward(Y), **layer.gradients}
    for key in first:
        np.testing.assert_array_equal(again[key], first[key])


@each_layer
def test_prediction_changes_nothing_in_the_layer(make, shape, rng):
    layer = make()
    Y = layer.forward(rng.normal(size=(6, *shape)))
    layer.backward(Y)
    before = copy.deepcopy(layer)
    layer.forward(rng.normal(size=(3, *shape)), training=False)
    for name in ("parameters", "gradients", "cache", "state"):
        now, then = getattr(layer, name), getattr(before, name)
        assert now.keys() == then.keys()
        for key in now:
            np.testing.assert_array_equal(now[key], then[key])
    assert layer.rng.bit_generator.state == before.rng.bit_generator.state


@each_layer
def test_no_pass_changes_its_input(make, shape, rng):
    layer, X = make(), rng.normal(size=(6, *shape))
    before = X.copy()
    dY = rng.normal(size=layer.forward(X).shape)
    dY_before = dY.copy()
    layer.backward(dY)
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(dY, dY_before)


@each_layer
def test_an_empty_batch_stays_empty(make, shape, rng):
    layer = make()
    full = layer.forward(rng.normal(size=(2, *shape)), training=False)
    empty = layer.forward(np.zeros((0, *shape)), training=False)
    assert empty.shape == (0, *full.shape[1:])


@pytest.mark.parametrize(
    "layer", [FullyConnected(3), Conv2D(3, 2), Pool2D(2), Pool2D(2, "average")], ids=repr
)
def test_an_empty_batch_goes_backward_to_zero_gradients(layer):
    X = np.zeros((0, 4) if isinstance(layer, FullyConnected) else (0, 4, 4, 2))
    Y = layer.forward(X)
    assert layer.backward(np.zeros(Y.shape)).shape == X.shape
    assert not any(g.any() for g in layer.gradients.values())


@each_layer
def test_integers_become_float64(make, shape):
    layer = make()
    Y = layer.forward(np.arange(6 * math.prod(shape)).reshape(6, *shape))
    assert Y.dtype == np.float64
    assert all(p.dtype == np.float64 for p in layer.parameters.values())


@pytest.mark.parametrize("layer", [FullyConnected(3), Conv2D(3, 2)], ids=repr)
def test_a_dX_that_nobody_needs_is_not_computed(layer, rng):
    X = rng.normal(size=(2, 4) if isinstance(layer, FullyConnected) else (2, 4, 4, 2))
    Y = layer.forward(X)
    layer.backward(Y)
    gradients = copy.deepcopy(layer.gradients)
    assert layer.backward(Y, need_dX=False) is None
    for key, g in gradients.items():
        np.testing.assert_array_equal(layer.gradients[key], g)


@pytest.mark.parametrize("make", [lambda: FullyConnected(3, "tanh"), lambda: Conv2D(3, 2, "tanh")])
def test_the_batch_gradient_is_the_sum_of_the_samples(make, rng):
    layer = make()
    X = rng.normal(size=(4, 5) if isinstance(layer, FullyConnected) else (4, 3, 3, 2))
    dY = rng.normal(size=layer.forward(X).shape)
    dX = layer.backward(dY)
    total = layer.gradients
    parts, rows = [], []
    for i in range(4):
        layer.forward(X[i : i + 1])
        rows.append(layer.backward(dY[i : i + 1]))
        parts.append(layer.gradients)
    np.testing.assert_allclose(np.concatenate(rows), dX, rtol=1e-12)
    for key, g in total.items():
        np.testing.assert_allclose(sum(part[key] for part in parts), g, rtol=1e-12, atol=1e-14)


@each_layer
def test_lists_go_in_both_directions(make, shape):
    rng = np.random.default_rng(0)
    X, one, two = rng.normal(size=(6, *shape)), make(), make()
    Y = one.forward(X)
    dX = one.backward(Y)
    np.testing.assert_array_equal(two.forward(X.tolist()), Y)
    np.testing.assert_array_equal(two.backward(Y.tolist()), dX)


# --- fully connected -----------------------------------------------------------------------------


def test_fully_connected_by_hand():
    layer = FullyConnected(2, "relu")
    layer.forward(np.zeros((1, 3)), training=False)
    layer.parameters["W"][...] = [[1, -1], [2, 0], [0, 3]]
    layer.parameters["b"][...] = [[0.5, 1]]
    X = np.array([[1.0, 1, -1], [0, 2, 1]])
    np.testing.assert_array_equal(layer.forward(X), [[3.5, 0], [4.5, 4]])
    dX = layer.backward(np.array([[1.0, 10], [2, 3]]))
    np.testing.assert_array_equal(dX, [[1, 2, 0], [-1, 4, 9]])
    np.testing.assert_array_equal(layer.gradients["W"], [[1, 0], [5, 6], [1, 3]])
    np.testing.assert_array_equal(layer.gradients["b"], [[3, 3]])


def test_n_in_is_known_at_the_first_forward():
    layer = FullyConnected(2)
    assert layer.parameters == {}
    layer.forward(np.zeros((1, 5)))
    assert layer.parameters["W"].shape == (5, 2)
    assert layer.parameters["b"].shape == (1, 2)
    assert not layer.parameters["b"].any()


@pytest.mark.parametrize(
    "make",
    [
        lambda f: FullyConnected(4, f, "kaiming_normal"),
        lambda f: Conv2D(4, 3, f, weight_init="kaiming_normal"),
    ],
)
def test_weights_know_the_activation_they_feed(make, rng):
    shape = (2, 9) if isinstance(make("relu"), FullyConnected) else (2, 3, 3, 1)
    weights = {}
    for f in ("relu", "linear"):
        layer = make(f)
        layer.forward(np.zeros(shape), training=False)
        weights[f] = layer.parameters["W"]
    np.testing.assert_allclose(weights["relu"], math.sqrt(2) * weights["linear"])


@pytest.mark.parametrize(
    ("layer", "shape"), [(FullyConnected(3), (2, 4)), (Conv2D(3, 2), (2, 5, 5, 4))], ids=str
)
def test_weights_are_those_of_the_initializer(layer, shape):
    layer.rng = np.random.default_rng(7)
    layer.forward(np.zeros(shape, np.float32))
    W = layer.parameters["W"]
    expected = XavierUniform()(W.shape, np.random.default_rng(7))
    np.testing.assert_array_equal(W, expected.astype(np.float32))


# --- convolution ---------------------------------------------------------------------------------


def convolution_by_loops(X, W, b, stride, pads):
    """The definition: six loops over a padded image."""
    X = np.pad(X, ((0, 0), *pads, (0, 0)))
    (n, h, w, C_in), (kh, kw, _, C_out) = X.shape, W.shape
    Z = np.zeros((n, (h - kh) // stride[0] + 1, (w - kw) // stride[1] + 1, C_out)) + b[0]
    for m, i, j, o in np.ndindex(Z.shape):
        for u, v in np.ndindex(kh, kw):
            for c in range(C_in):
                Z[m, i, j, o] += X[m, i * stride[0] + u, j * stride[1] + v, c] * W[u, v, c, o]
    return Z


@each_geometry
def test_convolution_is_its_definition(kernel, stride, pad, rows, columns, rng):
    layer, X = Conv2D(2, kernel, "linear", stride, pad), rng.normal(size=(2, 5, 4, 3))
    layer.forward(X, training=False)
    layer.parameters["b"][...] = [[0.5, -0.5]]
    expected = convolution_by_loops(X, *layer.parameters.values(), layer.stride, (rows, columns))
    np.testing.assert_allclose(layer.forward(X), expected, atol=1e-13)


def test_convolution_by_parts_of_the_batch_is_that_of_the_whole(monkeypatch, rng):
    X, dY = rng.normal(size=(5, 6, 4, 2)), rng.normal(size=(5, 3, 2, 3))
    results = []
    size = 3 * 2 * 3 * 3 * 2 * X.itemsize  # of a sample's windows
    # The last number of parts is odd where there are too few samples for an even one.
    for most, lengths in (
        (5 * size, [5]),
        (5 * size - 1, [3, 2]),
        (size, [2, 2, 1]),
        (1, [1] * 5),
    ):
        layer = Conv2D(3, 3, "tanh", stride=2)
        one = layer.forward(X[:1], training=False)[0]
        assert one.shape == dY.shape[1:]
        monkeypatch.setattr(layers, "PART", most)
        view = layer.pad.view(layer.pad.add(X))
        assert [len(view[part]) for part in layers.in_parts(view)] == lengths
        results.append([layer.forward(X), layer.backward(dY), *layer.gradients.values()])
    for other in results[1:]:
        for found, expected in zip(other, results[0], strict=True):
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


@st.composite
def geometry(draw):
    """Return kernel, stride, pad and the height and width of an image that the kernel fits in."""
    side = st.integers(1, 3)
    kernel, stride = draw(st.tuples(side, side)), draw(st.tuples(side, side))
    size = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    below = st.tuples(st.integers(0, kernel[0] - 1), st.integers(0, kernel[1] - 1))
    pad = draw(st.one_of(st.sampled_from(["same", "valid"]), below))
    border = {"same": kernel, "valid": (0, 0)}.get(pad, pad) if isinstance(pad, str) else pad
    assume(
        pad == "same" or all(s + 2 * p >= k for s, p, k in zip(size, border, kernel, strict=True))
    )
    return kernel, stride, pad, size


seeds = st.integers(0, 2**31)


@given(geometry(), seeds)
def test_convolution_and_its_backward_are_adjoint(shape, seed):
    kernel, stride, pad, size = shape
    rng = np.random.default_rng(seed)
    layer, x = Conv2D(2, kernel, "linear", stride, pad), rng.normal(size=(2, *size, 3))
    Ax = layer.forward(x)
    y = rng.normal(size=Ax.shape)
    ATy = layer.backward(y)
    assert np.vdot(Ax, y) == pytest.approx(np.vdot(x, ATy), rel=1e-10, abs=1e-12)
    assert np.vdot(Ax, y) == pytest.approx(
        np.vdot(layer.parameters["W"], layer.gradients["W"]), rel=1e-10, abs=1e-12
    )


@given(geometry(), seeds)
def test_average_pooling_and_its_backward_are_adjoint(shape, seed):
    kernel, stride, pad, size = shape
    rng = np.random.default_rng(seed)
    layer, x = Pool2D(kernel, "average", stride, pad), rng.normal(size=(2, *size, 3))
    Ax = layer.forward(x)
    y = rng.normal(size=Ax.shape)
    assert np.vdot(Ax, y) == pytest.approx(np.vdot(x, layer.backward(y)), rel=1e-10, abs=1e-12)


@given(geometry(), st.sampled_from(["conv", "max", "average"]))
def test_the_output_has_the_size_of_the_formula(shape, kind):
    kernel, stride, pad, size = shape
    layer = (
        Conv2D(2, kernel, "linear", stride, pad)
        if kind == "conv"
        else Pool2D(kernel, kind, stride, pad)
    )
    out = layer.forward(np.zeros((1, *size, 2)), training=False).shape[1:3]
    for o, n, k, s, p in zip(out, size, kernel, stride, layer.pad.width, strict=True):
        assert o == (-(-n // s) if pad == "same" else (n + 2 * p - k) // s + 1)


def test_a_kernel_of_one_is_a_fully_connected_layer_on_each_pixel(rng):
    conv, dense = Conv2D(3, 1, "tanh"), FullyConnected(3, "tanh")
    X, dY = rng.normal(size=(2, 4, 5, 6)), rng.normal(size=(2, 4, 5, 3))
    conv.forward(X)
    dense.forward(X.reshape(-1, 6))
    dense.parameters["W"][...] = conv.parameters["W"][0, 0]
    np.testing.assert_allclose(
        conv.forward(X).reshape(-1, 3), dense.forward(X.reshape(-1, 6)), rtol=1e-12
    )
    dX = dense.backward(dY.reshape(-1, 3))
    np.testing.assert_allclose(conv.backward(dY).reshape(-1, 6), dX, rtol=1e-12)
    np.testing.assert_allclose(conv.gradients["W"][0, 0], dense.gradients["W"], rtol=1e-12)
    np.testing.assert_allclose(conv.gradients["b"], dense.gradients["b"], rtol=1e-12)


def test_an_impulse_returns_the_flipped_kernel():
    layer, X = Conv2D(1, 3, pad="same"), np.zeros((1, 3, 3, 1))
    X[0, 1, 1, 0] = 1
    Z = layer.forward(X)[0, :, :, 0]
    np.testing.assert_array_equal(Z, layer.parameters["W"][::-1, ::-1, 0, 0])


@pytest.mark.parametrize(
    "make",
    [
        lambda: Conv2D(2, 2, stride=3, pad=0),
        lambda: Pool2D(2, "max", 3),
        lambda: Pool2D(2, "average", 3),
    ],
)
def test_pixels_that_no_window_covers_get_no_gradient(make, rng):
    layer, X = make(), rng.normal(size=(2, 6, 6, 2))
    dX = layer.backward(np.ones(layer.forward(X).shape))
    covered = np.zeros((6, 6), bool)
    for i, j in itertools.product((0, 1, 3, 4), repeat=2):
        covered[i, j] = True
    assert not dX[:, ~covered].any()
    assert dX[:, covered].any()


# --- pooling -------------------------------------------------------------------------------------


def pooling_by_loops(X, kernel, stride, pads, mode):
    """The definition: each window clipped to the image, reduced by maximum or mean."""
    size = [s + sum(p) for s, p in zip(X.shape[1:3], pads, strict=True)]
    out = [(s - k) // t + 1 for s, k, t in zip(size, kernel, stride, strict=True)]
    Y = np.zeros((len(X), *out, X.shape[3]))
    for i, j in np.ndindex(*out):
        top, left = i * stride[0] - pads[0][0], j * stride[1] - pads[1][0]
        window = X[:, max(top, 0) : top + kernel[0], max(left, 0) : left + kernel[1]]
        Y[:, i, j] = window.max(axis=(1, 2)) if mode == "max" else window.mean(axis=(1, 2))
    return Y


@each_mode
@each_geometry
def test_pooling_is_its_definition(mode, kernel, stride, pad, rows, columns, rng):
    layer, X = Pool2D(kernel, mode, stride, pad), rng.normal(size=(2, 5, 4, 3))
    expected = pooling_by_loops(X, layer.kernel_shape, layer.stride, (rows, columns), mode)
    np.testing.assert_allclose(layer.forward(X), expected, atol=1e-14)


def test_maximum_pads_with_minus_infinity_and_not_with_zero():
    X = np.full((1, 2, 2, 1), -5.0)
    layer = Pool2D(3, "max", stride=1, pad=1)
    np.testing.assert_array_equal(layer.forward(X), X)
    assert layer.backward(np.ones_like(X)).sum() == 4


def test_an_average_does_not_darken_at_the_border():
    X = np.ones((1, 3, 3, 1))
    layer = Pool2D(3, "average", stride=1, pad=1)
    np.testing.assert_array_equal(layer.forward(X), X)
    dX = layer.backward(np.ones_like(X))[0, :, :, 0]
    assert dX[0, 0] == pytest.approx(1 / 4 + 2 / 6 + 1 / 9)
    assert dX[1, 1] == pytest.approx(4 / 4 + 4 / 6 + 1 / 9)


def test_of_equal_maxima_the_first_gets_the_gradient():
    X = np.zeros((1, 4, 4, 1))
    X[0, 2:, 2:, 0] = [[1, 2], [2, 2]]
    layer = Pool2D(2)
    layer.forward(X)
    dX = layer.backward(np.array([[[[1.0], [2]], [[3], [4]]]]))[0, :, :, 0]
    np.testing.assert_array_equal(dX, [[1, 0, 2, 0], [0] * 4, [3, 0, 0, 4], [0] * 4])


def test_overlapping_windows_add_their_gradients():
    X = np.zeros((1, 3, 3, 1))
    X[0, 1, 1] = 1
    layer = Pool2D(2, stride=1)
    layer.forward(X)
    dX = layer.backward(np.array([[[[1.0], [2]], [[3], [4]]]]))[0, :, :, 0]
    np.testing.assert_array_equal(dX, [[0, 0, 0], [0, 10, 0], [0, 0, 0]])


def test_the_stride_of_a_pool_is_its_kernel():
    assert Pool2D((2, 3)).stride == (2, 3)
    assert Pool2D((2, 3), stride=1).stride == (1, 1)


@each_layer
def test_what_a_layer_returned_may_be_changed(make, shape, rng):
    X, one, two = rng.normal(size=(6, *shape)), make(), make()
    Y, dY = one.forward(X), rng.normal(size=two.forward(X.copy()).shape)
    Y -= Y.mean()  # for example
    expected = two.backward(dY)
    np.testing.assert_array_equal(one.backward(dY.copy()), expected)


@pytest.mark.parametrize("value", [-np.inf, np.inf, np.finfo(float).min, 0.0])
def test_no_gradient_is_lost_in_the_border_of_a_maximum(value):
    layer, X = Pool2D(2, stride=1, pad=1), np.full((1, 2, 2, 1), value)
    dX = layer.backward(np.ones_like(layer.forward(X)))
    np.testing.assert_array_equal(dX[0, :, :, 0], [[4, 2], [2, 1]])


@each_mode
def test_a_gradient_passes_visibly_through_a_window_with_nan(mode):
    """Of several NaN the first takes it, at the border too; the other window is as it was."""
    X = np.zeros((1, 2, 4, 1))
    X[0, :, 1, 0] = np.nan
    layer = Pool2D(2, mode)
    layer.forward(X)
    dX = layer.backward(np.array([[[[3.0], [5.0]]]]))[0, :, :, 0]
    if mode == "max":
        np.testing.assert_array_equal(dX, [[0, 3, 5, 0], [0, 0, 0, 0]])
    else:
        np.testing.assert_array_equal(dX, [[0.75, 0.75, 1.25, 1.25]] * 2)
    layer = Pool2D(3, mode, stride=1, pad=1)
    layer.forward(X)
    assert layer.backward(np.ones((1, 2, 4, 1))).sum() == pytest.approx(8)


@each_mode
def test_nan_passes_visibly_through_a_pool(mode):
    X = np.zeros((1, 2, 4, 1))
    X[0, 0, 1, 0] = np.nan
    layer = Pool2D(2, mode)
    np.testing.assert_array_equal(np.isnan(layer.forward(X)).ravel(), [True, False])


# --- flatten, dropout ----------------------------------------------------------------------------


def test_flatten_keeps_the_order_and_puts_it_back():
    X, layer = np.arange(24.0).reshape(2, 3, 2, 2), Flatten()
    Y = layer.forward(X)
    np.testing.assert_array_equal(Y, np.arange(24.0).reshape(2, 12))
    np.testing.assert_array_equal(layer.backward(Y), X)
    np.testing.assert_array_equal(layer.forward(Y), Y)


class Imposed:
    """Stands for a generator whose next numbers are known."""

    def __init__(self, uniform):
        self.uniform = np.asarray(uniform)

    def random(self, shape):
        return self.uniform.reshape(shape)


@pytest.mark.parametrize(("p", "kept"), [(0, [2, 2, 2]), (0.5, [0, 4, 4])])
def test_dropout_drops_what_is_drawn_below_p(p, kept):
    layer = Dropout(p)
    layer.rng = Imposed([0, 0.5, 0.6])
    np.testing.assert_array_equal(layer.forward(np.full((1, 3), 2.0)), [kept])


@given(st.just(0) | st.floats(0.01, 0.9), seeds)
def test_dropout_keeps_the_mean_and_drops_its_share(p, seed):
    layer = Dropout(p)
    layer.rng = np.random.default_rng(seed)
    Y = layer.forward(np.ones((200, 100)))
    kept = Y != 0
    deviation = math.sqrt(p * (1 - p) / Y.size)
    assert abs(np.mean(~kept) - p) <= 5 * deviation
    assert abs(Y.mean() - 1) <= 5 * deviation / (1 - p) + 1e-12
    np.testing.assert_allclose(Y[kept], 1 / (1 - p))


def test_dropout_sends_the_gradient_through_the_same_mask(rng):
    layer = Dropout(0.5)
    Y = layer.forward(np.ones((20, 10)))
    np.testing.assert_array_equal(layer.backward(np.ones((20, 10))), Y)
    assert set(np.unique(Y)) == {0, 2}
    np.testing.assert_array_equal(layer.backward(np.full((20, 10), -3.0)), -3 * Y)


def test_dropout_predicts_unchanged_and_draws_anew_in_training(rng):
    layer, X = Dropout(0.5), rng.normal(size=(20, 10))
    np.testing.assert_array_equal(layer.forward(X, training=False), X)
    assert not np.array_equal(layer.forward(X), layer.forward(X))


# --- batch normalization -------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(50, 3), (6, 5, 4, 3)], ids=str)
def test_batch_norm_gives_each_column_mean_0_and_variance_1(shape, rng):
    X = rng.normal(5, 3, size=shape)
    Y = BatchNorm(eps=1e-12).forward(X).reshape(-1, 3)
    np.testing.assert_allclose(Y.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(Y.var(axis=0), 1, rtol=1e-10)


def test_running_statistics_average_the_batches():
    layer = BatchNorm(momentum=0.25)
    layer.forward(np.array([[1.0], [3], [8]]))  # mean 4, unbiased variance 13
    np.testing.assert_allclose(layer.state["mean"], 0.25 * 4)
    np.testing.assert_allclose(layer.state["var"], 0.75 + 0.25 * 13)
    layer.forward(np.array([[0.0], [2]]))  # mean 1, unbiased variance 2
    np.testing.assert_allclose(layer.state["mean"], 0.75 * 1 + 0.25 * 1)
    np.testing.assert_allclose(layer.state["var"], 0.75 * 4 + 0.25 * 2)
    mean, var = layer.state["mean"], layer.state["var"]
    X = np.array([[7.0]])
    expected = (X - mean) / np.sqrt(var + 1e-5)
    np.testing.assert_allclose(layer.forward(X, training=False), expected)


def test_eps_keeps_a_constant_column_finite():
    layer = BatchNorm(eps=1e-3)
    np.testing.assert_array_equal(layer.forward(np.full((4, 2), 7.0)), 0)
    assert np.isfinite(layer.backward(np.ones((4, 2)))).all()
    np.testing.assert_allclose(layer.cache["std"], math.sqrt(1e-3))


def test_batch_norm_cannot_train_on_one_row():
    with pytest.raises(ValueError, match=r"at least 2 rows to train on, got 1"):
        BatchNorm().forward(np.ones((1, 3)))
    assert BatchNorm().forward(np.ones((1, 3)), training=False).shape == (1, 3)


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FullyConnected(0), r"n_out to be a whole number >= 1, got 0"),
        (lambda: FullyConnected(2.5), r"n_out to be a whole number >= 1, got 2.5"),
        (lambda: FullyConnected(True), r"n_out to be a whole number >= 1, got True"),
        (lambda: FullyConnected(2, "rellu"), r"got 'rellu'; did you mean 'relu'\?"),
        (lambda: FullyConnected(2, weight_init="he"), r"weight initializer to be one of .*'he'"),
        (lambda: Conv2D(2, 0), r"kernel_shape to be a whole number >= 1, got 0"),
        (lambda: Conv2D(2, (1, 2, 3)), r"kernel_shape as one number or \(height, width\), got \(1"),
        (lambda: Conv2D(2, 3, stride=0), r"stride to be a whole number >= 1, got 0"),
        (lambda: Conv2D(2, 3, pad="full"), r"pad as 'same', 'valid', a number .*, got 'full'"),
        (lambda: Conv2D(2, 3, pad=-1), r"pad to be a whole number >= 0, got -1"),
        (lambda: Conv2D(2, 3, pad=(1, -1)), r"pad to be a whole number >= 0, got -1"),
        (lambda: Pool2D(2, "mean"), r"mode 'max' or 'average', got 'mean'"),
        (lambda: Pool2D(2, pad=2), r"pad < kernel, .* got pad \(2, 2\) and kernel \(2, 2\)"),
        (lambda: Pool2D((3, 1), pad=(2, 1)), r"pad < kernel, .* got pad \(2, 1\) and kernel"),
        (lambda: Dropout(1), r"p in \[0, 1\), got 1"),
        (lambda: Dropout(-0.1), r"p in \[0, 1\), got -0.1"),
        (lambda: BatchNorm(momentum=1.5), r"momentum in \[0, 1\], got 1.5"),
        (lambda: BatchNorm(eps=0), r"eps in \(0, 1\], got 0"),
    ],
)
def test_bad_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (FullyConnected(2), (4,), r"FullyConnected.* X of shape \(n, n_in\), got \(4,\)"),
        (FullyConnected(2), (3, 4, 1), r"X of shape \(n, n_in\), got \(3, 4, 1\)"),
        (FullyConnected(2), (3, 0), r"X of shape \(n, n_in\), got \(3, 0\)"),
        (Conv2D(2, 2), (3, 4, 4), r"Conv2D.* \(n, height, width, n_in\), got \(3, 4, 4\)"),
        (Pool2D(2), (3, 4), r"Pool2D.* \(n, height, width, channels\), got \(3, 4\)"),
        (Flatten(), (3,), r"Flatten expected X of shape \(n, ...\), got \(3,\)"),
        (Dropout(), (3,), r"Dropout\(0.5\) expected X of shape \(n, ...\), got \(3,\)"),
        (BatchNorm(), (3,), r"BatchNorm.* X of shape \(n, ..., n_in\), got \(3,\)"),
        (Conv2D(2, 5, pad=1), (1, 2, 9, 1), r"kernel \(5, 5\) on an image of \(4, 11\) after padd"),
        (Conv2D(2, 5, pad=0), (1, 9, 4, 1), r"kernel \(5, 5\) on an image of \(9, 4\) after padd"),
        (Pool2D(3), (1, 2, 9, 1), r"fit into the padded image, got kernel \(3, 3\)"),
    ],
    ids=str,
)
def test_images_that_do_not_fit_are_refused(layer, shape, message):
    with pytest.raises(ValueError, match=message):
        layer.forward(np.zeros(shape))


@pytest.mark.parametrize(
    ("layer", "shape", "other", "message"),
    [
        (FullyConnected(2), (3, 4), (3, 5), r"X of shape \(n, 4\), got \(3, 5\)"),
        (Conv2D(2, 2), (1, 4, 4, 3), (1, 4, 4, 1), r"\(n, height, width, 3\), got \(1, 4, 4, 1\)"),
        (BatchNorm(), (3, 4), (3, 5), r"X of shape \(n, ..., 4\), got \(3, 5\)"),
    ],
    ids=str,
)
def test_a_built_layer_remembers_n_in(layer, shape, other, message):
    layer.forward(np.ones(shape), training=False)
    with pytest.raises(ValueError, match=message):
        layer.forward(np.ones(other), training=False)


@each_layer
def test_backward_asks_for_forward_and_for_its_shape(make, shape, rng):
    layer = make()
    with pytest.raises(ValueError, match=r"expected forward\(X\) before backward\(dY\)"):
        layer.backward(np.zeros((6, *shape)))
    Y = layer.forward(rng.normal(size=(6, *shape)))
    with pytest.raises(ValueError, match=rf"expected dY of shape \({Y.shape[0]}, .*, got \(5, "):
        layer.backward(Y[:5])


@each_layer
def test_text_is_refused(make, shape):
    with pytest.raises(ValueError, match=r"expected X to hold real numbers, got dtype <U1"):
        make().forward(np.full((2, *shape), "a"))


def test_the_base_class_says_what_to_use():
    for call in (Layer().forward, Layer().backward):
        with pytest.raises(TypeError, match=r"base class; use FullyConnected"):
            call(np.zeros((1, 1)))


def test_layers_describe_themselves():
    assert repr(FullyConnected(3, LeakyReLU(0.2))) == "FullyConnected(3, leaky_relu(0.2))"
    assert repr(Conv2D(3, 2, "relu")) == "Conv2D(3, (2, 2), relu, stride=(1, 1), pad='same')"
    assert repr(Pool2D(2)) == "Pool2D((2, 2), 'max', stride=(2, 2), pad=0)"
    assert repr(Flatten()) == "Flatten"
    assert repr(Dropout(0.25)) == "Dropout(0.25)"
    assert repr(BatchNorm("relu")) == "BatchNorm(relu)"


def test_two_layers_do_not_share_the_slope_of_one_prelu(rng):
    f = PReLU()
    one, two = FullyConnected(2, f), FullyConnected(2, f)
    for layer in (one, two):
        layer.forward(rng.normal(size=(3, 2)))
    one.parameters["a"] += 1
    assert two.parameters["a"] == 0.25
    assert one.activation.parameters["a"] == 1.25  # the layer moves the slope that is used


# --- PyTorch -------------------------------------------------------------------------------------

CLOSE = {"rtol": 0, "atol": 1e-10}


def nchw(torch, X):
    return torch.tensor(X).permute(0, 3, 1, 2)


def nhwc(tensor):
    return tensor.detach().permute(0, 2, 3, 1).numpy()


def torch_activation(torch, f, parameters):
    F = torch.nn.functional
    return {
        "leaky_relu(0.01)": lambda z: F.leaky_relu(z, 0.01),
        "prelu": lambda z: F.prelu(z, parameters["a"]),
        "softmax": lambda z: F.softmax(z, dim=-1),
        "linear": lambda z: z,
        "elu(1)": F.elu,
        "selu(1.67326)": F.selu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
    }.get(repr(f)) or getattr(F, repr(f))


def compare(layer, X, dY, y, x, leaves):
    """Compare output, dX and every gradient; y and dY are NHWC."""
    torch_dY = y.new_tensor(dY)
    y.backward(torch_dY)
    np.testing.assert_allclose(layer.forward(X), y.detach(), **CLOSE)
    np.testing.assert_allclose(layer.backward(dY), x.grad, **CLOSE)
    assert leaves.keys() == layer.gradients.keys()
    for key, leaf in leaves.items():
        np.testing.assert_allclose(layer.gradients[key], leaf.grad, **CLOSE)


def leaves_of(torch, layer):
    return {k: torch.tensor(p, requires_grad=True) for k, p in layer.parameters.items()}


@each_activation
def test_pytorch_agrees_on_fully_connected(activation, torch, rng):
    layer, X = FullyConnected(4, activation), rng.normal(size=(6, 5))
    layer.forward(X, training=False)
    layer.parameters["b"][...] = rng.normal(size=(1, 4))
    x, leaves = torch.tensor(X, requires_grad=True), leaves_of(torch, layer)
    z = torch.nn.functional.linear(x, leaves["W"].T, leaves["b"][0])
    y = torch_activation(torch, layer.activation, leaves)(z)
    compare(layer, X, rng.normal(size=(6, 4)), y, x, leaves)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("activation", ["linear", "relu", "prelu", "gelu"])
@each_geometry
def test_pytorch_agrees_on_convolution(activation, kernel, stride, pad, rows, columns, torch, rng):
    layer, X = Conv2D(3, kernel, activation, stride, pad), rng.normal(size=(2, 5, 4, 2))
    Y = layer.forward(X, training=False)
    layer.parameters["b"][...] = rng.normal(size=(1, 3))
    x, leaves = torch.tensor(X, requires_grad=True), leaves_of(torch, layer)
    image, padding = x.permute(0, 3, 1, 2), 0
    if pad == "same" and layer.stride == (1, 1):
        padding = "same"  # PyTorch's own, where it has one
    else:
        image = torch.nn.functional.pad(image, (*columns, *rows))
    weight = leaves["W"].permute(3, 2, 0, 1)
    z = torch.nn.functional.conv2d(image, weight, leaves["b"][0], layer.stride, padding)
    y = torch_activation(torch, layer.activation, leaves)(z.permute(0, 2, 3, 1))
    compare(layer, X, rng.normal(size=Y.shape), y, x, leaves)


@each_mode
@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
@each_geometry
def test_pytorch_agrees_on_pooling(mode, ties, kernel, stride, pad, rows, columns, torch, rng):
    layer = Pool2D(kernel, mode, stride, pad)
    shape = (2, 5, 4, 3)
    X = rng.integers(-2, 1, shape).astype(float) if ties else rng.normal(size=shape)
    x = torch.tensor(X, requires_grad=True)
    F, border = torch.nn.functional, (*columns, *rows)
    k, s = layer.kernel_shape, layer.stride
    image = x.permute(0, 3, 1, 2)
    if mode == "max":
        y = F.max_pool2d(F.pad(image, border, value=-math.inf), k, s)
    elif isinstance(pad, str):  # uneven borders: sum and count apart

        def total(t):
            return F.avg_pool2d(F.pad(t, border), k, s, divisor_override=1)

        y = total(image) / total(torch.ones_like(image))
    elif all(p <= size // 2 for p, size in zip(layer.pad.width, k, strict=True)):
        y = F.avg_pool2d(image, k, s, layer.pad.width, count_include_pad=False)
    else:
        pytest.skip("PyTorch refuses to pad by more than half a kernel")
    y = y.permute(0, 2, 3, 1)
    compare(layer, X, rng.normal(size=y.shape), y, x, {})


@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize("shape", [(8, 3), (3, 4, 5, 3)], ids=str)
def test_pytorch_agrees_on_batch_norm(activation, shape, torch, rng):
    layer = BatchNorm(activation, momentum=0.3, eps=1e-3)
    layer.forward(np.zeros((2, *shape[1:])), training=False)
    for p in layer.parameters.values():
        p += rng.normal(size=p.shape)
    norm = torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d
    oracle = norm(3, eps=1e-3, momentum=0.3).double()
    last = len(shape) - 1
    with torch.no_grad():
        oracle.weight[:] = torch.tensor(layer.parameters["gamma"][0])
        oracle.bias[:] = torch.tensor(layer.parameters["beta"][0])
    f = torch_activation(torch, layer.activation, {})
    for step in range(3):
        X, dY = rng.normal(step, 1 + step, size=shape), rng.normal(size=shape)
        x = torch.tensor(X, requires_grad=True)
        oracle.zero_grad()
        y = f(oracle(x.movedim(last, 1)).movedim(1, last))
        y.backward(torch.tensor(dY))
        np.testing.assert_allclose(layer.forward(X), y.detach(), **CLOSE)
        np.testing.assert_allclose(layer.backward(dY), x.grad, **CLOSE)
        np.testing.assert_allclose(layer.gradients["gamma"][0], oracle.weight.grad, **CLOSE)
        np.testing.assert_allclose(layer.gradients["beta"][0], oracle.bias.grad, **CLOSE)
        np.testing.assert_allclose(layer.state["mean"][0], oracle.running_mean, **CLOSE)
        np.testing.assert_allclose(layer.state["var"][0], oracle.running_var, **CLOSE)
    oracle.eval()
    y = f(oracle(torch.tensor(X).movedim(last, 1)).movedim(1, last))
    np.testing.assert_allclose(layer.forward(X, training=False), y.detach(), **CLOSE)


def test_pytorch_agrees_on_dropout_with_the_same_mask(torch, rng):
    layer, X, dY = Dropout(0.3), rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    uniform = rng.random((6, 5))

    layer.rng = Imposed(uniform)
    x = torch.tensor(X, requires_grad=True)
    y = x * torch.tensor(uniform >= 0.3) / 0.7
    compare(layer, X, dY, y, x, {})
