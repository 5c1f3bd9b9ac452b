"""Optimizers against their formulas in plain Python and against PyTorch, over ten steps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnlib.layers import FullyConnected, Layer
from nnlib.optimizers import (
    OPTIMIZERS,
    SGD,
    Adam,
    AdamW,
    Momentum,
    Optimizer,
    RMSProp,
    initialize_optimizer,
)

STEPS = 10
GRADIENTS = np.random.default_rng(3).normal(size=(STEPS, 3, 2))
START = np.random.default_rng(4).normal(size=(3, 2))


# The formulas again, for one weight, as generators: send a gradient and get the next weight.
def sgd(w, eta=0.1, decay=0.0):
    while True:
        g = (yield w) + decay * w
        w = w - eta * g


def momentum(w, eta=0.01, mu=0.9, nesterov=False, decay=0.0):
    v = 0.0
    while True:
        g = (yield w) + decay * w
        v = mu * v + g
        w = w - eta * (g + mu * v) if nesterov else w - eta * v


def rmsprop(w, eta=0.001, rho=0.99, eps=1e-8, decay=0.0):
    s = 0.0
    while True:
        g = (yield w) + decay * w
        s = rho * s + (1 - rho) * g * g
        w = w - eta * g / (math.sqrt(s) + eps)


def adam(w, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8, decay=0.0, apart=0.0):
    m = v = t = 0.0
    while True:
        g = (yield w) + decay * w
        t += 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        step = eta * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + eps)
        w = w - eta * apart * w - step


CASES = {  # the optimizer, its formula, PyTorch's class and its settings
    "sgd": (SGD(), lambda w: sgd(w), "SGD", {"lr": 0.1}),
    "sgd, decay": (
        SGD(0.3, 0.2),
        lambda w: sgd(w, 0.3, 0.2),
        "SGD",
        {"lr": 0.3, "weight_decay": 0.2},
    ),
    "momentum": (Momentum(), lambda w: momentum(w), "SGD", {"lr": 0.01, "momentum": 0.9}),
    "momentum, decay": (
        Momentum(0.1, 0.5, weight_decay=0.3),
        lambda w: momentum(w, 0.1, 0.5, decay=0.3),
        "SGD",
        {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.3},
    ),
    "nesterov": (
        Momentum(0.1, 0.7, nesterov=True, weight_decay=0.1),
        lambda w: momentum(w, 0.1, 0.7, True, 0.1),
        "SGD",
        {"lr": 0.1, "momentum": 0.7, "nesterov": True, "weight_decay": 0.1},
    ),
    "rmsprop": (RMSProp(), lambda w: rmsprop(w), "RMSprop", {"lr": 0.001}),
    "rmsprop, all": (
        RMSProp(0.1, 0.8, 0.01, 0.2),
        lambda w: rmsprop(w, 0.1, 0.8, 0.01, 0.2),
        "RMSprop",
        {"lr": 0.1, "alpha": 0.8, "eps": 0.01, "weight_decay": 0.2},
    ),
    "adam": (Adam(), lambda w: adam(w), "Adam", {}),
    "adam, all": (
        Adam(0.1, 0.8, 0.95, 0.01, 0.2),
        lambda w: adam(w, 0.1, 0.8, 0.95, 0.01, 0.2),
        "Adam",
        {"lr": 0.1, "betas": (0.8, 0.95), "eps": 0.01, "weight_decay": 0.2},
    ),
    "adamw": (AdamW(), lambda w: adam(w, apart=0.01), "AdamW", {}),
    "adamw, all": (
        AdamW(0.1, 0.8, 0.95, 0.01, 0.3),
        lambda w: adam(w, 0.1, 0.8, 0.95, 0.01, apart=0.3),
        "AdamW",
        {"lr": 0.1, "betas": (0.8, 0.95), "eps": 0.01, "weight_decay": 0.3},
    ),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def layer_with(w, g=None):
    layer = Layer()
    layer.parameters = {"W": np.array(w)}
    layer.gradients = {} if g is None else {"W": g}
    return layer


def run(optimizer, dtype=np.float64):
    """Return the weights after each of ten steps with imposed gradients."""
    optimizer, layer, path = initialize_optimizer(optimizer), layer_with(START.astype(dtype)), []
    for g in GRADIENTS.astype(dtype):
        layer.gradients = {"W": g}
        optimizer.step([layer])
        path.append(layer.parameters["W"].copy())
    return optimizer, np.array(path)


@each_case
def test_ten_steps_follow_the_formula(case):
    optimizer, formula, _, _ = case
    _, path = run(optimizer)
    for index in np.ndindex(START.shape):
        weight = formula(START[index])
        next(weight)
        expected = [weight.send(g) for g in GRADIENTS[(slice(None), *index)]]
        np.testing.assert_allclose(path[(slice(None), *index)], expected, rtol=1e-12)


@each_case
def test_pytorch_agrees_over_ten_steps(case, torch):
    optimizer, _, name, settings = case
    w = torch.tensor(START, requires_grad=True)
    oracle = getattr(torch.optim, name)([w], **settings)
    _, path = run(optimizer)
    for g, ours in zip(GRADIENTS, path, strict=True):
        w.grad = torch.tensor(g)
        oracle.step()
        np.testing.assert_allclose(ours, w.detach(), rtol=0, atol=1e-10)


@each_case
def test_float32_stays_in_weights_and_memory(case):
    optimizer, path = run(case[0], np.float32)
    assert path.dtype == np.float32
    assert all(a.dtype == np.float32 for slots in optimizer.memory.values() for a in slots.values())
    np.testing.assert_allclose(path, run(case[0])[1], atol=1e-5)


@each_case
def test_a_step_moves_the_array_in_place_and_leaves_the_gradient(case):
    layer = layer_with(START, GRADIENTS[0].copy())
    W = layer.parameters["W"]
    initialize_optimizer(case[0]).step([layer])
    assert layer.parameters["W"] is W
    assert not np.array_equal(W, START)
    np.testing.assert_array_equal(layer.gradients["W"], GRADIENTS[0])


@each_case
def test_each_parameter_has_its_own_memory(case):
    """Two layers with other gradients move as each would alone."""
    together, alone = initialize_optimizer(case[0]), [initialize_optimizer(case[0]) for _ in "ab"]
    pair = [layer_with(START), layer_with(2 * START)]
    single = [layer_with(START), layer_with(2 * START)]
    for g in GRADIENTS[:3]:
        for i, sign in enumerate((1, -1)):
            pair[i].gradients = single[i].gradients = {"W": sign * g}
            alone[i].step([single[i]])
        together.step(pair)
    for a, b in zip(pair, single, strict=True):
        np.testing.assert_array_equal(a.parameters["W"], b.parameters["W"])


def test_the_first_step_of_adam_is_the_learning_rate():
    layer = layer_with([[1.0, 1.0, 1.0]], np.array([[1e-3, 5.0, -100.0]]))
    Adam(0.1).step([layer])
    np.testing.assert_allclose(layer.parameters["W"], [[0.9, 0.9, 1.1]], rtol=1e-5)


def test_only_decoupled_decay_shrinks_a_weight_with_a_large_gradient():
    ends = {}
    for optimizer in (Adam(0.01, weight_decay=0.1), AdamW(0.01, weight_decay=0.1), Adam(0.01)):
        layer = layer_with([[1.0]])
        for sign in (1, -1) * 20:
            layer.gradients = {"W": np.array([[100.0 * sign]])}
            optimizer.step([layer])
        ends[type(optimizer), optimizer.weight_decay] = layer.parameters["W"].item()
    assert ends[Adam, 0.1] == pytest.approx(ends[Adam, 0.0], abs=1e-3)
    assert ends[AdamW, 0.1] < ends[Adam, 0.0] - 0.03


def test_the_decay_of_adamw_is_decoupled_whenever_it_is_set():
    given, later = AdamW(weight_decay=0.3), AdamW(weight_decay=0)
    later.weight_decay = 0.3
    assert given.weight_decay == AdamW(weight_decay=0.3).settings()["weight_decay"] == 0.3
    np.testing.assert_array_equal(run(later)[1], run(given)[1])


def test_half_a_step_is_none():
    """The second layer has no gradient, or one that would spread: the first must not move."""
    for broken in (layer_with(START), layer_with(START, np.ones((1, 2)))):
        whole, optimizer = layer_with(START, GRADIENTS[0]), SGD()
        with pytest.raises(ValueError, match=r"has no dW|dW of shape \(3, 2\), got \(1, 2\)"):
            optimizer.step([whole, broken])
        np.testing.assert_array_equal(whole.parameters["W"], START)
        assert optimizer.t == 0


@pytest.mark.parametrize("word", OPTIMIZERS)
def test_every_optimizer_descends_a_bowl(word):
    layer, optimizer = layer_with([[1.0, -2.0]]), initialize_optimizer(word)
    for _ in range(50):
        layer.gradients = {"W": layer.parameters["W"].copy()}
        optimizer.step([layer])
    assert (np.abs(layer.parameters["W"]) < [[1.0, 2.0]]).all()
    assert optimizer.t == 50
    assert (
        repr(optimizer) == f"{OPTIMIZERS[word].__name__}(learning_rate={optimizer.learning_rate:g})"
    )


def test_a_step_before_backward_is_refused():
    layer = FullyConnected(2)
    layer.forward(np.zeros((1, 3)))
    with pytest.raises(ValueError, match=r"backward\(\) before step\(\): FullyConnected.* no dW"):
        SGD().step([layer])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(-0.1), r"learning_rate in \[0, inf\), got -0.1"),
        (lambda: SGD(math.inf), r"learning_rate in \[0, inf\), got inf"),
        (lambda: SGD("0.1"), r"learning_rate in \[0, inf\), got '0.1'"),
        (lambda: SGD(0.1, -1), r"weight_decay in \[0, inf\), got -1"),
        (lambda: SGD(True), r"learning_rate in \[0, inf\), got True"),
        (lambda: SGD(10**400), r"learning_rate in \[0, inf\), got 1000"),
        (lambda: Momentum(nesterov="no"), r"nesterov as True or False, got 'no'"),
        (lambda: Momentum(mu=1), r"mu in \[0, 1\), got 1"),
        (lambda: RMSProp(rho=1), r"rho in \[0, 1\), got 1"),
        (lambda: RMSProp(eps=0), r"eps in \(0, inf\), got 0"),
        (lambda: Adam(beta1=1), r"beta1 in \[0, 1\), got 1"),
        (lambda: Adam(beta2=-0.1), r"beta2 in \[0, 1\), got -0.1"),
        (lambda: Adam(eps=0), r"eps in \(0, inf\), got 0"),
        (lambda: AdamW(weight_decay=-1), r"weight_decay in \[0, inf\), got -1"),
        (lambda: initialize_optimizer("adamm"), r"got 'adamm'; did you mean 'adamw?'\?"),
        (lambda: initialize_optimizer(0.1), r"a name or an object of Optimizer, got 0.1"),
    ],
)
def test_bad_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_base_class_says_what_to_use():
    with pytest.raises(TypeError, match=r"base class; use SGD"):
        Optimizer(0.1).step([layer_with(START, GRADIENTS[0])])
