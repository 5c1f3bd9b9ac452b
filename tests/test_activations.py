"""Activations against central differences, known values, limits and PyTorch."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.activations import (
    ACTIVATIONS,
    ELU,
    GELU,
    SELU,
    Activation,
    LeakyReLU,
    Linear,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    SoftMax,
    Tanh,
    initialize_activation,
)
from nnlib.gradcheck import check_function, numerical_gradient, relative_error

ALL = [
    Linear(),
    ReLU(),
    LeakyReLU(),
    LeakyReLU(0.3),
    LeakyReLU(0),
    LeakyReLU(1),
    PReLU(),
    PReLU(-0.5),
    ELU(),
    ELU(0.4),
    SELU(),
    GELU(),
    SiLU(),
    Sigmoid(),
    Tanh(),
    SoftMax(),
]
ELEMENTWISE = [f for f in ALL if f.elementwise]
KINK = 1e-3  # hundred times the step of the central differences


def name(f: object) -> str:
    slope = f"({f.a:g})" if isinstance(f, PReLU) else ""
    return repr(f) + slope


each = pytest.mark.parametrize("f", ALL, ids=name)
each_elementwise = pytest.mark.parametrize("f", ELEMENTWISE, ids=name)


def away_from_zero(rng, shape):
    """Normal numbers, moved away from 0, where some activations have a kink."""
    Z = rng.normal(size=shape)
    Z += np.copysign(2 * KINK, Z)
    assert np.abs(Z).min() > KINK
    assert (Z > 0).any()
    assert (Z < 0).any()
    return Z


# --- derivatives ---------------------------------------------------------------------------------


@each
@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 3, 2), (6,)], ids=str)
def test_backward_is_the_derivative(f, shape, rng):
    Z, R = away_from_zero(rng, shape), rng.normal(size=shape)
    f = copy.deepcopy(f)
    assert check_function(lambda Z: np.sum(R * f.forward(Z)), lambda Z: f.backward(Z, R), Z) < 1e-6


@each_elementwise
def test_derivative_is_backward_of_ones(f, rng):
    Z = away_from_zero(rng, (3, 4))
    f = copy.deepcopy(f)
    f.forward(Z)
    one_by_one = [numerical_gradient(lambda z: f.forward(z)[0], z.reshape(1)) for z in Z.ravel()]
    assert relative_error(f.derivative(Z).ravel(), np.concatenate(one_by_one)) < 1e-6


def test_the_slope_of_prelu_has_its_gradient(rng):
    f, Z, R = PReLU(), away_from_zero(rng, (4, 5)), rng.normal(size=(4, 5))
    f.forward(Z)
    f.backward(Z, R)
    slope = f.parameters["a"]
    numerical = numerical_gradient(lambda _: np.sum(R * f.forward(Z)), slope)
    assert f.gradients["a"].shape == slope.shape
    assert relative_error(f.gradients["a"], numerical) < 1e-6


def test_prelu_gradients_do_not_accumulate(rng):
    f, Z = PReLU(), rng.normal(size=(4, 5))
    f.forward(Z)
    f.backward(Z, Z)
    first = f.gradients["a"].copy()
    f.backward(Z, Z)
    np.testing.assert_array_equal(f.gradients["a"], first)


def test_softmax_has_no_elementwise_derivative():
    with pytest.raises(ValueError, match=r"softmax has a Jacobian for each row"):
        SoftMax().derivative(np.zeros((1, 2)))


@each
@pytest.mark.parametrize(
    "Z", [[[-4, 2], [1, 0]], np.array([[-4, 2], [1, 0]]), np.array([[4, 2]], np.uint8)], ids=repr
)
def test_lists_and_integers_give_what_floats_give(f, Z):
    """And leave no slope of PReLU behind that is an integer."""
    for call in ("forward", "backward"):
        ours, theirs = copy.deepcopy(f), copy.deepcopy(f)
        exact = np.asarray(Z, np.float64)
        more = (exact,) if call == "backward" else ()
        got = getattr(ours, call)(Z, *more)
        assert got.dtype == np.float64
        np.testing.assert_array_equal(got, getattr(theirs, call)(exact, *more))
        assert all(p.dtype == np.float64 for p in ours.parameters.values())
    if f.elementwise:
        np.testing.assert_array_equal(ours.derivative(Z), theirs.derivative(exact))


@each
@pytest.mark.parametrize(
    ("Z", "dY", "message"),
    [
        (["a"], ["a"], r"Z to hold real numbers, got dtype <U1"),
        ([1j], [1.0], r"Z to hold real numbers, got dtype complex128"),
        ([[1.0], [1.0, 2.0]], [1.0], r"Z as an array or even rows, got \[\[1.0\]"),
        ([None], [1.0], r"Z to hold real numbers, got dtype object"),
        ([[1.0, 2.0]], [1.0, 2.0], r"dY of shape \(1, 2\), as Z, got \(2,\)"),
        ([[1.0, 2.0]], 1.0, r"dY of shape \(1, 2\), as Z, got \(\)"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(f, Z, dY, message):
    f = copy.deepcopy(f)
    with pytest.raises(ValueError, match=message):
        f.backward(Z, dY)
    if message.startswith("Z"):
        with pytest.raises(ValueError, match=message):
            f.forward(Z)


def test_numbers_from_a_file_of_the_other_byte_order_are_numbers():
    Z = np.array([-1.0, 2.0], ">f8")
    assert ReLU().forward(Z).dtype == np.float64
    assert ReLU().forward(Z.astype(">f4")).dtype == np.float32
    assert PReLU().forward(Z).tolist() == [-0.25, 2]


@each
def test_neither_direction_changes_its_input(f, rng):
    Z, dY = rng.normal(size=(2, 3, 4))
    before = Z.copy(), dY.copy()
    f = copy.deepcopy(f)
    f.forward(Z)
    f.backward(Z, dY)
    np.testing.assert_array_equal((Z, dY), before)


# --- dtypes --------------------------------------------------------------------------------------


@each
def test_float32_stays_and_agrees_with_float64(f, rng):
    Z, dY = away_from_zero(rng, (5, 4)), rng.normal(size=(5, 4))
    exact, short = copy.deepcopy(f), copy.deepcopy(f)
    A, dZ = exact.forward(Z), exact.backward(Z, dY)
    A32 = short.forward(Z.astype(np.float32))
    dZ32 = short.backward(Z.astype(np.float32), dY.astype(np.float32))
    assert A32.dtype == dZ32.dtype == np.float32
    np.testing.assert_allclose(A32, A, atol=1e-5)
    np.testing.assert_allclose(dZ32, dZ, atol=1e-5)
    for key, g in short.gradients.items():
        assert g.dtype == short.parameters[key].dtype == np.float32
        np.testing.assert_allclose(g, exact.gradients[key], rtol=1e-5)


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_empty_batch_stays_empty(f, dtype):
    Z, f = np.zeros((0, 3), dtype), copy.deepcopy(f)
    for result in (f.forward(Z), f.backward(Z, Z)):
        assert result.shape == (0, 3)
        assert result.dtype == dtype


# --- known values --------------------------------------------------------------------------------

VALUES = [
    (Linear(), -2.0, -2.0, 1.0),
    (ReLU(), 3.0, 3.0, 1.0),
    (ReLU(), -3.0, 0.0, 0.0),
    (ReLU(), 0.0, 0.0, 0.0),
    (LeakyReLU(0.1), -3.0, -0.3, 0.1),
    (LeakyReLU(0.1), 0.0, 0.0, 0.1),
    (LeakyReLU(), -3.0, -0.03, 0.01),
    (PReLU(), -2.0, -0.5, 0.25),
    (PReLU(), 2.0, 2.0, 1.0),
    (PReLU(), 0.0, 0.0, 0.25),
    (ELU(), -1.0, math.exp(-1) - 1, math.exp(-1)),
    (ELU(2.0), 1.5, 1.5, 1.0),
    (ELU(2.0), 0.0, 0.0, 2.0),
    (ELU(2.0), -1.0, 2 * (math.exp(-1) - 1), 2 * math.exp(-1)),
    (SELU(), 1.0, 1.0507009873554805, 1.0507009873554805),
    (GELU(), 1.0, 0.8413447460685429, 0.8413447460685429 + 0.24197072451914337),
    (SiLU(), 1.0, 0.7310585786300049, 0.9276705118714869),
    (Sigmoid(), 0.0, 0.5, 0.25),
    (Sigmoid(), math.log(3), 0.75, 0.1875),
    (Tanh(), 0.0, 0.0, 1.0),
    (Tanh(), math.log(2), 0.6, 0.64),
]


@pytest.mark.parametrize(("f", "z", "value", "slope"), VALUES, ids=str)
def test_known_values(f, z, value, slope):
    Z, f = np.array([[z]]), copy.deepcopy(f)
    assert f.forward(Z).item() == pytest.approx(value, rel=1e-12)
    assert f.derivative(Z).item() == pytest.approx(slope, rel=1e-12)


LIMITS = [  # f(-1000), f(1000), f'(-1000), f'(1000)
    (ReLU(), 0, 1000, 0, 1),
    (LeakyReLU(), -10, 1000, 0.01, 1),
    (PReLU(), -250, 1000, 0.25, 1),
    (ELU(), -1, 1000, 0, 1),
    (SELU(), -1.7580993408473766, 1050.7009873554805, 0, 1.0507009873554805),
    (GELU(), 0, 1000, 0, 1),
    (SiLU(), 0, 1000, 0, 1),
    (Sigmoid(), 0, 1, 0, 0),
    (Tanh(), -1, 1, 0, 0),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("f", "low", "high", "slope_low", "slope_high"), LIMITS, ids=str)
def test_a_thousand_neither_overflows_nor_warns(f, low, high, slope_low, slope_high, dtype):
    Z, f = np.array([-1000, 1000], dtype), copy.deepcopy(f)
    np.testing.assert_allclose(f.forward(Z), [low, high], rtol=1e-6)
    np.testing.assert_allclose(f.derivative(Z), [slope_low, slope_high], rtol=1e-6)


def test_the_tail_of_the_sigmoid_derivative_survives():
    Z = np.array([40.0, -40.0])
    s = Sigmoid().forward(Z)
    assert (s * (1 - s))[0] == 0  # the naive form has lost it
    np.testing.assert_allclose(Sigmoid().derivative(Z), 4.248354255291589e-18, rtol=1e-12)
    np.testing.assert_allclose(s[1], 4.248354255291589e-18, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_tail_of_the_tanh_derivative_survives(dtype):
    Z = np.array([10.0, 18.0, -18.0, 40.0], dtype)
    assert 1 - np.tanh(Z[3]) ** 2 == 0  # the other form has lost it
    slope = Tanh().derivative(Z)
    assert slope.dtype == dtype
    # 4 e^-2z / (1 + e^-2z)^2 in fifty decimals.
    truth = [8.244614455767397e-09, 9.278091320974273e-16, 9.278091320974273e-16]
    np.testing.assert_allclose(slope, [*truth, 7.219405551381661e-35], rtol=4 * np.finfo(dtype).eps)


def test_the_tail_of_gelu_survives():
    # 1 + erf(z / sqrt 2) is 0 here; Phi(-9) is 1.1286e-19.
    np.testing.assert_allclose(GELU().forward(np.array([-9.0])), -9 * 1.1285884059538e-19)


def test_the_derivative_of_tanh_squares_tanh_and_not_sigma():
    Z = np.linspace(-3, 3, 13)
    np.testing.assert_allclose(Tanh().derivative(Z), np.cosh(Z) ** -2)
    wrong = 1 - Sigmoid().forward(Z) ** 2
    assert wrong[6] == 0.75  # at z = 0, where the slope is 1
    assert Tanh().derivative(Z)[6] == 1


def test_tanh_is_steeper_than_sigma_only_near_zero():
    steeper = np.array([Tanh().derivative(z) > Sigmoid().derivative(z) for z in (1.66, 1.67)])
    np.testing.assert_array_equal(steeper, [True, False])


@given(arrays(np.float64, (3, 4), elements=st.floats(-30, 30)))
def test_identities_between_activations(Z):
    sigma = Sigmoid().forward
    np.testing.assert_allclose(Tanh().forward(Z), 2 * sigma(2 * Z) - 1, atol=1e-15)
    np.testing.assert_allclose(sigma(-Z), 1 - sigma(Z), atol=1e-15)
    np.testing.assert_allclose(SiLU().forward(Z), Z * sigma(Z))
    np.testing.assert_array_equal(LeakyReLU(0).forward(Z), ReLU().forward(Z))
    np.testing.assert_array_equal(LeakyReLU(1).forward(Z), Z)
    np.testing.assert_allclose(PReLU(0.2).forward(Z), LeakyReLU(0.2).forward(Z), rtol=1e-15)
    two_logits = np.stack([Z, np.zeros_like(Z)], axis=-1)
    np.testing.assert_allclose(SoftMax().forward(two_logits)[..., 0], sigma(Z), rtol=1e-12)


# --- NaN -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [f for f in ELEMENTWISE if not isinstance(f, Linear)], ids=name)
def test_nan_passes_visibly_in_both_directions(f):
    Z, dY = np.array([[1.0, np.nan, -1.0]]), np.ones((1, 3))
    f = copy.deepcopy(f)
    np.testing.assert_array_equal(np.isnan(f.forward(Z)), [[False, True, False]])
    np.testing.assert_array_equal(np.isnan(f.backward(Z, dY)), [[False, True, False]])


@each
def test_a_nan_gradient_passes(f):
    Z, dY = np.array([[1.0, 2.0, -1.0]]), np.array([[1.0, np.nan, 1.0]])
    f = copy.deepcopy(f)
    f.forward(Z)
    assert np.isnan(f.backward(Z, dY)[0, 1])


def test_nan_reaches_the_slope_of_prelu():
    f, Z = PReLU(), np.array([[np.nan, 1.0]])
    f.forward(Z)
    f.backward(Z, np.ones((1, 2)))
    assert np.isnan(f.gradients["a"]).all()


# --- softmax -------------------------------------------------------------------------------------


def test_softmax_of_probabilities_is_flatter_than_they_are():
    p = np.array([0.2222, 0.4444, 0.2222, 0.1111])
    q = SoftMax().forward(p)
    np.testing.assert_allclose(q, [0.2413, 0.3014, 0.2413, 0.2160], atol=5e-5)
    sharp = SoftMax().forward(np.array([2.0, 4, 2, 1]))
    np.testing.assert_allclose(sharp, [0.1025, 0.7573, 0.1025, 0.0377], atol=5e-5)
    assert q.argmax() == p.argmax()


def test_softmax_acts_on_each_row():
    Z = np.array([[1.0, 2, 3], [0, 0, 0]])
    P = SoftMax().forward(Z)
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(P[0], SoftMax().forward(Z[0]))
    np.testing.assert_allclose(P[1], 1 / 3)


@pytest.mark.parametrize("z", [-1000.0, 0.0, 7.0])
def test_softmax_of_one_logit_is_one(z):
    Z = np.full((2, 1), z)
    np.testing.assert_array_equal(SoftMax().forward(Z), 1)
    np.testing.assert_array_equal(SoftMax().backward(Z, np.array([[3.0], [-2.0]])), 0)


def test_softmax_of_huge_logits_is_exact():
    Z = np.array([[1000.0, -1000], [-1000, -1000], [1e308, 1e308]])
    np.testing.assert_array_equal(SoftMax().forward(Z), [[1, 0], [0.5, 0.5], [0.5, 0.5]])


def test_a_logit_of_minus_infinity_masks_its_class():
    Z = np.array([[1.0, -np.inf, 1.0]])
    np.testing.assert_array_equal(SoftMax().forward(Z), [[0.5, 0, 0.5]])
    np.testing.assert_allclose(SoftMax().backward(Z, np.array([[1.0, 5, 0]])), [[0.25, 0, -0.25]])


@pytest.mark.parametrize("row", [[np.inf, 0], [np.nan, 0], [-np.inf, -np.inf]], ids=str)
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_rows_without_a_softmax_are_refused(row, direction):
    Z = np.array([[0.0, 1.0], row])
    call = SoftMax().forward if direction == "forward" else lambda Z: SoftMax().backward(Z, Z)
    with pytest.raises(ValueError, match=rf"finite or -inf.* whose maximum is {max(row)}"):
        call(Z)


def test_a_row_without_logits_is_refused():
    with pytest.raises(ValueError, match=r"at least one logit in each row, got shape \(2, 0\)"):
        SoftMax().forward(np.zeros((2, 0)))


logits = arrays(np.float64, (3, 4), elements=st.floats(-20, 20))


@given(logits, logits)
def test_rows_of_the_softmax_gradient_sum_to_zero(Z, dY):
    np.testing.assert_allclose(SoftMax().backward(Z, dY).sum(axis=1), 0, atol=1e-13)


@given(logits, st.floats(-500, 500))
def test_softmax_ignores_a_shift_of_the_row(Z, c):
    np.testing.assert_allclose(SoftMax().forward(Z + c), SoftMax().forward(Z), rtol=1e-10)


@given(arrays(np.float64, 4, elements=st.floats(-5, 5)))
def test_the_softmax_jacobian_is_diag_p_minus_p_p(z):
    P = SoftMax().forward(z)
    J = np.stack([SoftMax().backward(z, e) for e in np.eye(4)])
    np.testing.assert_allclose(J, np.diag(P) - np.outer(P, P), atol=1e-15)


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ACTIVATIONS)
def test_a_name_gives_the_activation_and_back(word):
    assert type(initialize_activation(word)) is ACTIVATIONS[word]
    assert repr(initialize_activation(word)).startswith(word)


def test_an_object_is_copied():
    f = PReLU(0.1)
    g = initialize_activation(f)
    assert g is not f
    assert g.a == 0.1


def test_unknown_names_are_refused_with_a_suggestion():
    with pytest.raises(ValueError, match=r"one of .*'relu'.*, got 'rellu'; did you mean 'relu'\?"):
        initialize_activation("rellu")
    with pytest.raises(ValueError, match=r"a name or an object of Activation, got 3"):
        initialize_activation(3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LeakyReLU(1.5), r"the slope a in \[0, 1\], got 1.5"),
        (lambda: LeakyReLU(-0.1), r"the slope a in \[0, 1\], got -0.1"),
        (lambda: LeakyReLU("0.1"), r"the slope a in \[0, 1\], got '0.1'"),
        (lambda: PReLU(np.inf), r"the first slope a in \(-inf, inf\), got inf"),
        (lambda: PReLU(np.nan), r"the first slope a in \(-inf, inf\), got nan"),
        (lambda: ELU(-1), r"alpha in \[0, inf\), got -1"),
        (lambda: ELU(True), r"alpha in \[0, inf\), got True"),
    ],
)
def test_bad_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_base_class_says_what_to_use():
    for call in (Activation().forward, lambda Z: Activation().backward(Z, Z)):
        with pytest.raises(TypeError, match=r"base class; use ReLU"):
            call(np.zeros(1))


# --- PyTorch -------------------------------------------------------------------------------------

ORACLES = {
    "linear": lambda F, f: lambda z: z,
    "relu": lambda F, f: F.relu,
    "leaky_relu": lambda F, f: lambda z: F.leaky_relu(z, f.a),
    "prelu": lambda F, f: lambda z: F.prelu(z, z.new_tensor([f.a])),
    "elu": lambda F, f: lambda z: F.elu(z, f.alpha),
    "selu": lambda F, f: F.selu,
    "gelu": lambda F, f: F.gelu,
    "silu": lambda F, f: F.silu,
    "sigmoid": lambda F, f: F.sigmoid,
    "tanh": lambda F, f: F.tanh,
    "softmax": lambda F, f: lambda z: F.softmax(z, dim=-1),
}


@pytest.mark.filterwarnings("ignore:nn.functional.(tanh|sigmoid) is deprecated")
@each
def test_pytorch_agrees(f, torch, rng):
    Z, dY = 3 * rng.normal(size=(20, 7)), rng.normal(size=(20, 7))
    Z[0, 0] = 0  # the kink: both take the derivative from the left
    f = copy.deepcopy(f)
    z = torch.tensor(Z, requires_grad=True)
    a = ORACLES[repr(f).partition("(")[0]](torch.nn.functional, f)(z)
    a.backward(torch.tensor(dY))
    np.testing.assert_allclose(f.forward(Z), a.detach(), atol=1e-10)
    np.testing.assert_allclose(f.backward(Z, dY), z.grad, atol=1e-10)
