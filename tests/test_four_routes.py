"""The four backward passes of the book's convolution are one: equal to the last digit.

All numbers are small integers, held in float64. Their sums and products are exact, in any order
and on any processor, so that these tests need no tolerance.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.gradcheck import numerical_gradient, relative_error
from nnlib.layers import Conv2D, Pool2D
from nnlib.teaching import convolution
from nnlib.teaching.convolution import (
    ROUTES,
    by_indices,
    col2im,
    cropped,
    dilated,
    forward,
    im2col,
    output_shape,
    output_size,
    padded,
    toeplitz,
)
from nnlib.teaching.exercises import find


@st.composite
def geometries(draw):
    """Return (X, W, stride, pad): any sizes, strides, pads, channels, also ones that leave rest."""
    kernel = [draw(st.integers(1, 4)) for _ in range(2)]
    pad, stride = draw(st.integers(0, 3)), draw(st.integers(1, 4))
    least = [max(1, k - 2 * pad) for k in kernel]
    size = [draw(st.integers(low, low + 5)) for low in least]
    n, C_in, C_out = (draw(st.integers(1, 3)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = rng.integers(-9, 10, (n, *size, C_in)).astype(float)
    W = rng.integers(-9, 10, (*kernel, C_in, C_out)).astype(float)
    return X, W, stride, pad


def gradient_for(X, W, stride, pad):
    """Return integers in the shape of Z, other ones than those of X and W."""
    rng = np.random.default_rng([X.size, W.size, stride, pad])
    return rng.integers(-9, 10, output_shape(X, W, stride, pad)).astype(float)


@given(geometries())
def test_the_four_routes_are_equal_to_the_last_digit(geometry):
    X, W, stride, pad = geometry
    dZ = gradient_for(*geometry)
    dX, dW = by_indices(X, W, dZ, stride, pad)
    for route in ROUTES[1:]:
        other_dX, other_dW = route(X, W, dZ, stride, pad)
        np.testing.assert_array_equal(other_dX, dX, err_msg=route.__name__)
        np.testing.assert_array_equal(other_dW, dW, err_msg=route.__name__)


@given(geometries())
def test_they_are_the_gradients_of_conv2d(geometry):
    X, W, stride, pad = geometry
    dZ = gradient_for(*geometry)
    layer = Conv2D(W.shape[3], W.shape[:2], stride=stride, pad=pad)
    layer.build(W=W, b=np.zeros((1, W.shape[3])))
    np.testing.assert_array_equal(layer.forward(X), forward(X, W, stride, pad))
    dX, dW = by_indices(X, W, dZ, stride, pad)
    np.testing.assert_array_equal(layer.backward(dZ), dX)
    np.testing.assert_array_equal(layer.gradients["W"], dW)
    np.testing.assert_array_equal(layer.gradients["b"][0], dZ.sum(axis=(0, 1, 2)))


@given(geometries())
def test_forward_is_a_matrix_and_also_a_product_of_windows(geometry):
    X, W, stride, pad = geometry
    Z = forward(X, W, stride, pad)
    T = toeplitz(W, X.shape[1:], stride, pad)
    np.testing.assert_array_equal((X.reshape(len(X), -1) @ T.T).reshape(Z.shape), Z)
    rows = im2col(X, W.shape[:2], stride, pad)
    np.testing.assert_array_equal((rows @ W.reshape(-1, W.shape[3])).reshape(Z.shape), Z)


@given(geometries())
def test_each_backward_is_the_adjoint_of_its_forward(geometry):
    X, W, stride, pad = geometry
    dZ = gradient_for(*geometry)
    dX, dW = by_indices(X, W, dZ, stride, pad)
    # The map is linear in X and linear in W: both adjoints meet the same number.
    meeting = np.sum(forward(X, W, stride, pad) * dZ)
    assert meeting == np.sum(X * dX) == np.sum(W * dW)

    rows = im2col(X, W.shape[:2], stride, pad)
    Y = np.random.default_rng(rows.size).integers(-9, 10, rows.shape).astype(float)
    assert np.sum(rows * Y) == np.sum(X * col2im(Y, X.shape, W.shape[:2], stride, pad))


@pytest.mark.parametrize("route", ROUTES, ids=lambda f: f.__name__)
@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 1), (3, 0), (2, 2)])
def test_they_agree_with_central_differences(route, stride, pad, rng):
    X, W = rng.normal(size=(2, 5, 4, 2)), rng.normal(size=(3, 2, 2, 3))
    dZ = rng.normal(size=output_shape(X, W, stride, pad))
    dX, dW = route(X, W, dZ, stride, pad)

    def scalar(_):
        return float(np.sum(dZ * forward(X, W, stride, pad)))

    assert relative_error(dX, numerical_gradient(scalar, X)) < 1e-8
    assert relative_error(dW, numerical_gradient(scalar, W)) < 1e-8


@given(geometries())
def test_pixels_that_no_window_reaches_get_no_gradient(geometry):
    X, W, stride, pad = geometry
    dZ = np.ones(output_shape(X, W, stride, pad))
    reach = col2im(np.ones((dZ[..., 0].size, W[..., 0].size)), X.shape, W.shape[:2], stride, pad)
    for route in ROUTES:
        dX, _ = route(X, np.abs(W) + 1, dZ, stride, pad)
        np.testing.assert_array_equal(dX != 0, reach > 0, err_msg=route.__name__)


@given(st.integers(1, 40), st.integers(1, 8), st.integers(1, 5), st.integers(0, 4))
def test_the_output_size_counts_the_windows(size, kernel, stride, pad):
    starts = range(0, size + 2 * pad - kernel + 1, stride)
    if len(starts) == 0:
        with pytest.raises(ValueError, match="kernel <= size"):
            output_size(size, kernel, stride, pad)
    else:
        assert output_size(size, kernel, stride, pad) == len(starts)


def test_dilating_then_stepping_gives_the_gradient_back(rng):
    dZ = rng.normal(size=(2, 3, 2, 4))
    G = dilated(dZ, 3, 8, 5)
    np.testing.assert_array_equal(G[:, ::3, ::3], dZ)
    assert np.count_nonzero(G) == dZ.size
    np.testing.assert_array_equal(cropped(padded(dZ, 2), 2), dZ)


def test_what_does_not_fit_is_refused():
    X, W = np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1))
    with pytest.raises(ValueError, match=r"expected X .* got \(1, 4, 4, 2\) and \(3, 3, 1, 2\)"):
        forward(X, np.ones((3, 3, 1, 2)))
    with pytest.raises(ValueError, match="got size 4, kernel 5"):
        forward(X, np.ones((5, 3, 2, 1)))
    with pytest.raises(ValueError, match="stride 0"):
        forward(X, W, stride=0)
    for route in ROUTES:
        with pytest.raises(ValueError, match=r"expected dZ of shape \(1, 2, 2, 1\)"):
            route(X, W, np.ones((1, 2, 1, 1)))


@pytest.mark.parametrize("name", ["rotated", "padded", "dilated", "cropped"])
def test_each_step_of_a_route_is_needed(name, monkeypatch):
    """Leave a step out, and the second route comes apart from the first."""
    leave_out = {
        "rotated": lambda W: W.swapaxes(2, 3),
        "padded": lambda P, rows, columns=None: P if columns else padded(P, rows),
        "dilated": lambda dZ, stride, h, w: np.pad(
            dZ, ((0, 0), (0, h - dZ.shape[1]), (0, w - dZ.shape[2]), (0, 0))
        ),
        "cropped": lambda P, pad: P[:, : P.shape[1] - 2 * pad, : P.shape[2] - 2 * pad],
    }
    X, W = np.arange(32.0).reshape(1, 4, 8, 1), np.arange(9.0).reshape(3, 3, 1, 1)
    dZ = np.arange(8.0).reshape(1, 2, 4, 1)
    expected = by_indices(X, W, dZ, 2, 1)
    monkeypatch.setattr(convolution, name, leave_out[name])
    found = convolution.by_correlation(X, W, dZ, 2, 1)
    same = [
        a.shape == b.shape and np.array_equal(a, b) for a, b in zip(found, expected, strict=True)
    ]
    assert not all(same)


def test_the_solutions_of_the_exercises_are_the_layers_of_nnlib(rng):
    """What a learner is asked to write, beside `Conv2D` and `Pool2D` at the same settings."""
    X = rng.integers(-9, 10, (2, 7, 6, 2)).astype(float)
    layer = Conv2D(3, (3, 2), stride=2, pad=1)
    Z = layer.forward(X)
    W, b = layer.parameters["W"], layer.parameters["b"]
    dZ = rng.normal(size=Z.shape)
    dX = layer.backward(dZ)
    same = np.testing.assert_allclose
    same(find("6.2").solution(X, W, b, 2, 1), Z, atol=1e-12)
    same(find("6.4").solution(X, dZ, (3, 2), 2, 1), layer.gradients["W"], atol=1e-12)
    same(find("6.5").solution(W, dZ, X.shape, 2, 1), dX, atol=1e-12)
    rows = im2col(X, (3, 2), 2)
    np.testing.assert_array_equal(find("6.3").solution(X, (3, 2), 2), rows)
    np.testing.assert_array_equal(
        find("6.6").solution(rows, X.shape, (3, 2), 2), col2im(rows, X.shape, (3, 2), 2)
    )

    for mode, stride, pad in [("max", 2, 1), ("max", 1, 0), ("average", 2, 1)]:
        pool = Pool2D((3, 2), mode, stride=stride, pad=pad)
        Z = pool.forward(X)
        dZ = rng.normal(size=Z.shape)
        dX = pool.backward(dZ)
        if mode == "average":
            same(find("6.9").solution(dZ, X.shape, (3, 2), stride, pad), dX, atol=1e-12)
        else:
            np.testing.assert_array_equal(find("6.7").solution(X, (3, 2), stride, pad), Z)
            if pad == 0:
                same(find("6.8").solution(X, dZ, (3, 2), stride), dX, atol=1e-12)
