"""verify: right claims hold, wrong twins fail, and anything else is an AssertionError."""

import numpy as np
import pytest

from nnlib.teaching import verify

RNG = np.random.default_rng(1)
Z = np.array([[-2.0, -0.5], [0.3, 1.5]])
X, W, b = RNG.normal(size=(3, 2)), RNG.normal(size=(2, 4)), RNG.normal(size=(1, 4))
LAYER = {"X": X, "W": W, "b": b}


def sigma(Z):
    return 1 / (1 + np.exp(-Z))


def slope(Z):
    return sigma(Z) * sigma(-Z)


def affine(X, W, b):
    return X @ W + b


def affine_backward(X, W, b, dZ):
    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)


def bias_as_mean(X, W, b, dZ):
    return dZ @ W.T, X.T @ dZ, dZ.mean(axis=0, keepdims=True)


def test_a_derivative_and_its_twin():
    panel = verify("(2.7)", sigma, df=slope, wrong={"1 - s^2": lambda Z: 1 - sigma(Z) ** 2}, at=Z)
    assert repr(panel).splitlines() == [
        "          relative error   verdict",
        "(2.7)     < 1e-7           holds",
        "1 - s^2   >= 0.1           fails, as it must",
    ]
    assert "fails, as it must" in panel.html
    assert "&lt; 1e-7" in panel.html


def test_a_wrong_claim_raises():
    with pytest.raises(AssertionError, match=r"\(2.7\) fails: relative error"):
        verify("(2.7)", sigma, df=lambda Z: sigma(Z) * (1 + sigma(Z)), wrong=slope, at=Z)


def test_a_twin_that_is_right_raises():
    with pytest.raises(AssertionError, match="the wrong twin passes"):
        verify("(2.7)", sigma, df=slope, wrong=slope, at=Z)


def test_a_twin_that_these_inputs_cannot_expose_raises():
    # At 0 the logistic's A is 1/2, and A (1 - A) equals A^2.
    with pytest.raises(AssertionError, match="cannot tell the two apart"):
        verify("(2.7)", sigma, df=slope, wrong=lambda Z: sigma(Z) ** 2, at=np.zeros(3))


def test_nan_is_never_a_pass():
    with pytest.raises(AssertionError, match="fails"):
        verify("(1)", sigma, df=lambda Z: Z * np.nan, wrong=lambda Z: 0 * Z, at=Z)
    panel = verify("(1)", sigma, df=slope, wrong=lambda Z: Z * np.nan, at=Z)
    assert "NaN              fails, as it must" in repr(panel)


def test_a_backward_of_several_inputs_is_checked_one_by_one():
    panel = verify(
        "(4.5)", affine, backward=affine_backward, wrong={"db as a mean": bias_as_mean}, at=LAYER
    )
    assert [line.split("  ")[0] for line in repr(panel).splitlines()[1:]] == [
        "(4.5), dX",
        "(4.5), dW",
        "(4.5), db",
        "db as a mean",
    ]
    with pytest.raises(AssertionError, match=r"\(4.5\) fails for db"):
        verify("(4.5)", affine, backward=bias_as_mean, wrong=affine_backward, at=LAYER)


def test_a_scalar_loss_needs_no_gradient_from_above():
    def loss(Y_hat):
        return np.mean(Y_hat**2)

    panel = verify(
        "(5.1)",
        loss,
        backward=lambda Y_hat: 2 * Y_hat / Y_hat.size,
        wrong={"without 1/n": lambda Y_hat: 2 * Y_hat},
        at={"Y_hat": Z},
    )
    assert "(5.1), dY_hat" in repr(panel)


def normed(X, W, b):
    Z = X @ W + b
    return np.tanh((Z - Z.mean(axis=0)) / np.sqrt(Z.var(axis=0) + 1e-5))


def normed_backward(X, W, b, dY):
    Z = X @ W + b
    std = np.sqrt(Z.var(axis=0) + 1e-5)
    Z_hat = (Z - Z.mean(axis=0)) / std
    d = dY * (1 - np.tanh(Z_hat) ** 2)
    dZ = (d - d.mean(axis=0) - Z_hat * (d * Z_hat).mean(axis=0)) / std
    return dZ @ W.T, X.T @ dZ, np.zeros_like(b)


def test_a_gradient_that_is_zero_holds_and_a_small_one_in_its_place_does_not():
    """A bias before batch norm has the gradient 0, where central differences have only noise."""
    rng = np.random.default_rng(0)
    at = {"X": rng.normal(size=(6, 3)), "W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}

    def nearly(X, W, b, dY):
        dX, dW, _ = normed_backward(X, W, b, dY)
        return dX, dW, np.full_like(b, 1e-7)

    twin = {"db is not 0": nearly}
    text = repr(verify("(7.9)", normed, backward=normed_backward, at=at, wrong=twin))
    assert "(7.9), db" in text
    with pytest.raises(AssertionError, match=r"fails for db"):
        verify("(7.9)", normed, backward=nearly, at=at, wrong=twin)


def test_two_routes():
    def by_einsum(X, W, b):
        return np.einsum("nd,dk->nk", X, W) + b

    panel = verify("(1.2)", affine, equals=by_einsum, wrong=lambda X, W, b: X @ W - b, at=LAYER)
    assert "holds" in repr(panel)
    with pytest.raises(AssertionError):
        verify("(1.2)", affine, equals=lambda X, W, b: X @ W, wrong=by_einsum, at=LAYER)


def test_another_shape_fails_without_broadcasting():
    def flat_bias(X, W, b, dZ):
        return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0)

    panel = verify("(4.5)", affine, backward=affine_backward, wrong=flat_bias, at=LAYER)
    assert "another shape" in repr(panel)


def test_bounds_do_not_depend_on_the_last_digits():
    nearly = [lambda Z: 0 * Z, lambda Z: 1e-15 * slope(Z), lambda Z: -1e-15 * slope(Z)]
    tables = {repr(verify("(1)", sigma, df=slope, wrong=f, at=Z)) for f in nearly}
    assert len(tables) == 1
    assert ">= 1 " in tables.pop()


def test_inputs_stay_as_they_were():
    def spoils(Z):
        Z *= 0
        return Z

    before = Z.copy()
    verify("(1)", sigma, df=slope, wrong=spoils, at=Z)
    np.testing.assert_array_equal(Z, before)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"df": None}, "exactly one claim"),
        ({"equals": sigma}, "exactly one claim"),
        ({"wrong": {}}, "at least one wrong twin"),
        ({"at": np.zeros((0, 2))}, "at least one number"),
        ({"at": {}}, "at least one number"),
        ({"tolerance": 0.01}, "tolerance below"),
        ({"f": lambda Z: Z.sum()}, "elementwise"),
        ({"df": None, "backward": lambda Z, dA: (dA, dA)}, "expected 1 results"),
    ],
)
def test_a_call_that_makes_no_sense_raises(change, says):
    call = {"f": sigma, "df": slope, "wrong": lambda Z: 0 * Z, "at": Z} | change
    with pytest.raises(ValueError, match=says):
        verify("(1)", **call)
