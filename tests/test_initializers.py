"""Initial weights: their bounds and variances, and what they do to a signal through ten layers."""

from __future__ import annotations

import inspect
import math
from itertools import pairwise

import numpy as np
import pytest

from nnlib import FullyConnected, NeuralNetwork, load_iris
from nnlib.activations import Activation, LeakyReLU, PReLU, ReLU, Tanh, initialize_activation
from nnlib.initializers import (
    INITIALIZERS,
    Constant,
    Initializer,
    KaimingNormal,
    KaimingUniform,
    LeCunNormal,
    Normal,
    XavierNormal,
    XavierUniform,
    Zeros,
    _FanScaled,
    fans,
    gain,
    initialize_weights,
)

DENSE, KERNEL = (300, 200), (3, 5, 40, 60)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((4, 7), (4, 7)), ((3, 5, 2, 6), (30, 90)), ((1, 1, 4, 7), (4, 7))],
)
def test_fans_count_the_products_of_one_output_and_of_one_input(shape, expected):
    assert fans(shape) == expected


def test_fans_of_a_vector_are_refused():
    with pytest.raises(ValueError, match=r"at least two axes, got shape \(3,\)"):
        fans((3,))


@pytest.mark.parametrize("shape", [(2, 0), (2, -1), (2, 1.5), "23", 6, (2, True)], ids=repr)
def test_what_is_no_shape_is_refused(shape, rng):
    for call in (fans, lambda shape: XavierUniform()(shape, rng), lambda s: Zeros()(s, rng)):
        with pytest.raises(ValueError, match=r"expected (shape|each number in shape) "):
            call(shape)


def test_weights_need_a_generator():
    with pytest.raises(ValueError, match=r"rng as a Generator, got 0"):
        Normal()((2, 3), 0)


def test_an_activation_that_is_zero_everywhere_has_no_gain():
    class Nothing(Activation):
        def forward(self, Z):
            return 0 * Z

    with pytest.raises(ValueError, match=r"0 < E\[f\(z\)\^2\] < inf, got Nothing: 0"):
        gain(Nothing())


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("linear", 1),
        ("relu", math.sqrt(2)),
        (LeakyReLU(0.3), math.sqrt(2 / 1.09)),
        (PReLU(0.5), math.sqrt(2 / 1.25)),
        ("softmax", 1),
        # E[tanh^2] and E[sigma^2] for z ~ N(0, 1), from adaptive quadrature
        ("tanh", 1 / math.sqrt(0.3942944903978412)),
        ("sigmoid", 1 / math.sqrt(0.2933790359839661)),
    ],
    ids=str,
)
def test_gain_undoes_the_shrinking_of_the_activation(activation, expected):
    assert gain(activation) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("activation", ["elu", "selu", "gelu", "silu"])
def test_gain_agrees_with_a_sum_over_the_normal_density(activation):
    z = np.linspace(-12, 12, 200_001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    second = np.sum(initialize_activation(activation).forward(z) ** 2 * density) * (z[1] - z[0])
    assert gain(activation) == pytest.approx(second**-0.5, rel=1e-4)


def name_of(value):
    """The name of a case; a lambda's would hold its address, another one in each process."""
    return None if inspect.isfunction(value) else str(value)


TARGETS = [  # rule, activation, variance from the fans
    (Normal(0.02), "relu", lambda i, o: 0.02**2),
    (XavierNormal(), "tanh", lambda i, o: 2 / (i + o)),
    (XavierNormal(5 / 3), "tanh", lambda i, o: 25 / 9 * 2 / (i + o)),
    (XavierUniform(), "relu", lambda i, o: 2 / (i + o)),
    (XavierUniform(2), "linear", lambda i, o: 4 * 2 / (i + o)),
    (KaimingNormal(), "relu", lambda i, o: 2 / i),
    (KaimingNormal(), "linear", lambda i, o: 1 / i),
    (KaimingNormal(), LeakyReLU(0.5), lambda i, o: 2 / 1.25 / i),
    (KaimingNormal("fan_out"), "relu", lambda i, o: 2 / o),
    (KaimingUniform(), "relu", lambda i, o: 2 / i),
    (KaimingUniform("fan_out"), "relu", lambda i, o: 2 / o),
    (LeCunNormal(), "relu", lambda i, o: 1 / i),
]


@pytest.mark.parametrize("shape", [DENSE, KERNEL], ids=str)
@pytest.mark.parametrize(("rule", "activation", "variance"), TARGETS, ids=name_of)
def test_mean_and_variance(rule, activation, variance, shape, rng):
    W = rule(shape, rng, activation)
    expected = variance(*fans(shape))
    assert W.shape == shape
    assert W.dtype == np.float64
    # 36000 draws: five standard errors of the mean, and of a normal's variance
    assert abs(W.mean()) < 5 * math.sqrt(expected / W.size)
    assert W.var() == pytest.approx(expected, rel=5 * math.sqrt(2 / W.size))


@pytest.mark.parametrize(
    ("rule", "activation", "limit"),
    [
        (XavierUniform(), "relu", lambda i, o: math.sqrt(6 / (i + o))),
        (KaimingUniform(), "relu", lambda i, o: math.sqrt(6 / i)),
        (KaimingUniform(), "linear", lambda i, o: math.sqrt(3 / i)),
    ],
    ids=name_of,
)
def test_uniform_weights_fill_their_interval(rule, activation, limit, rng):
    W, c = rule(DENSE, rng, activation), limit(*fans(DENSE))
    assert 0.999 * c < W.max() < c
    assert -c < W.min() < -0.999 * c


def test_constants(rng):
    np.testing.assert_array_equal(Constant(0.7)((2, 3), rng), np.full((2, 3), 0.7))
    np.testing.assert_array_equal(Constant()((2, 3), rng), np.full((2, 3), 0.5))
    np.testing.assert_array_equal(Zeros()((2, 3), rng), np.zeros((2, 3)))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_same_generator_gives_the_same_weights(name):
    rule = initialize_weights(name)
    first, again, other = (rule((8, 8), np.random.default_rng(s), "relu") for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.array_equal(first, other) == isinstance(rule, Constant)
    assert repr(rule) == name


# --- what the rules are for ----------------------------------------------------------------------


def signal(rule, widths, activation, rng):
    """Return the mean square of the activations after each layer."""
    X, squares = rng.normal(size=(500, widths[0])), []
    for n_in, n_out in pairwise(widths):
        X = activation.forward(X @ rule((n_in, n_out), rng, activation))
        squares.append(np.mean(X**2))
    return squares


def test_he_keeps_the_signal_of_relu_where_fan_in_xavier_loses_it(rng):
    widths = [512] * 11
    assert 0.3 < signal(KaimingNormal(), widths, ReLU(), rng)[-1] < 3
    assert signal(LeCunNormal(), widths, ReLU(), rng)[-1] < 0.002  # 2^-10 of it is left


def test_xavier_is_a_compromise_under_which_tanh_still_shrinks(rng):
    first, *_, last = np.sqrt(signal(XavierNormal(), [512] * 11, Tanh(), rng))
    assert first == pytest.approx(0.63, abs=0.02)
    assert last == pytest.approx(0.23, abs=0.03)


def test_small_normal_weights_lose_the_signal(rng):
    assert math.sqrt(signal(Normal(0.01), [512] * 11, ReLU(), rng)[-1]) < 1e-7


@pytest.mark.parametrize(("mode", "ratio"), [("fan_in", 32 / 1024), ("fan_out", 1)])
def test_fan_out_keeps_the_gradient_of_a_taper_and_fan_in_does_not(mode, ratio):
    widths = [1024, 512, 256, 128, 64, 32]
    f, ratios = ReLU(), []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        X, steps = rng.normal(size=(100, 1024)), []
        for n_in, n_out in pairwise(widths):
            W = KaimingNormal(mode)((n_in, n_out), rng, f)
            steps.append((X @ W, W))
            X = f.forward(X @ W)
        dA = start = rng.normal(size=X.shape)
        for Z, W in reversed(steps):
            dA = f.backward(Z, dA) @ W.T
        ratios.append(np.mean(dA**2) / np.mean(start**2))
    assert np.mean(ratios) == pytest.approx(ratio, rel=0.25)


@pytest.mark.parametrize(("rule", "distinct"), [("constant", 1), ("normal", 8)])
def test_a_constant_start_keeps_all_units_identical(rule, distinct):
    X, y = load_iris()
    layers = [FullyConnected(8, "tanh", rule), FullyConnected(3, "linear", rule)]
    network = NeuralNetwork(layers).build((4,))
    W = network.layers[0].parameters["W"]
    start = W.copy()
    network.fit(X - X.mean(axis=0), y, epochs=5, progress=False)
    assert abs(W - start).max() > 0.01  # the units have learned
    assert len(np.unique(W.round(9), axis=1).T) == distinct


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Normal(-1), r"std in \[0, inf\), got -1"),
        (lambda: Constant(np.inf), r"value in \(-inf, inf\), got inf"),
        (lambda: XavierNormal(0), r"gain in \(0, inf\), got 0"),
        (lambda: KaimingNormal("fan"), r"mode 'fan_in' or 'fan_out', got 'fan'"),
        (lambda: initialize_weights("xavier"), r"one of .*, got 'xavier'; did you mean 'xavier_"),
        (lambda: initialize_weights(0.01), r"a name or an object of Initializer, got 0.01"),
        (lambda: gain("swish"), r"one of .*, got 'swish'"),
    ],
)
def test_bad_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_base_class_says_what_to_use(rng):
    with pytest.raises(TypeError, match=r"base class; use XavierUniform"):
        Initializer()((2, 2), rng)
    with pytest.raises(TypeError, match=r"a fan-scaled initializer defines its variance"):
        _FanScaled()((2, 2), rng)


# --- PyTorch -------------------------------------------------------------------------------------


@pytest.mark.parametrize("a", [0.0, 0.01, 0.5])
def test_pytorch_computes_the_same_gains(a, torch):
    calculate_gain = torch.nn.init.calculate_gain
    assert gain("linear") == pytest.approx(calculate_gain("linear"), rel=1e-12)
    assert gain("relu") == pytest.approx(calculate_gain("relu"), rel=1e-12)
    assert gain(LeakyReLU(a)) == pytest.approx(calculate_gain("leaky_relu", a), rel=1e-12)


@pytest.mark.parametrize("shape", [DENSE, KERNEL], ids=str)
@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
@pytest.mark.parametrize("a", [None, 1.0, 0.0, 0.2])
def test_pytorch_draws_as_wide(shape, mode, a, torch, rng):
    """PyTorch keeps (out, in, kh, kw); a = None asks for Xavier, 1 is linear, 0 is relu."""
    W = torch.empty(shape[::-1] if len(shape) == 2 else (shape[3], shape[2], *shape[:2]))
    init = torch.nn.init
    if a is None:
        normal, uniform = XavierNormal(), XavierUniform()
        init.xavier_uniform_(W)
    else:
        normal, uniform = KaimingNormal(mode), KaimingUniform(mode)
        init.kaiming_uniform_(W, a, mode)
    f = LeakyReLU(a or 0.0)
    ours = uniform(shape, rng, f)
    assert ours.max() == pytest.approx(W.max().item(), rel=1e-3)
    assert ours.min() == pytest.approx(W.min().item(), rel=1e-3)
    assert normal(shape, rng, f).var() == pytest.approx(W.var().item(), rel=0.04)
