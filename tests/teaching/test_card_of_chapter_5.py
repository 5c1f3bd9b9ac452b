"""The card of lesson 4 in chapter 5: what other libraries take and return, where they are there."""

import math
import os
import sys

import numpy as np
import pytest

import nnlib

Z, Y = np.array([[2.0, -1.0, 0.5], [0.25, 3.0, -2.0]]), np.array([0, 2])
P = nnlib.SoftMax().forward(Z)
FAR, ONE, GONE = np.array([[2000.0, 0.0]]), np.array([1]), np.array([[1.0, 0.0]])
COST, TWICE = 2.6548, 1.1121
near = lambda value: pytest.approx(value, rel=1e-4)  # noqa: E731


def test_our_own_rows():
    fused, on_p = nnlib.SoftmaxCrossEntropy(), nnlib.CrossEntropy()
    assert fused.forward(Y, Z) == near(COST)
    assert on_p.forward(Y, P) == near(COST)
    assert fused.forward(ONE, FAR) == 2000
    assert on_p.forward(ONE, GONE) == math.inf
    assert fused.forward(Y, P) == near(TWICE)
    with pytest.raises(ValueError, match="expected probabilities"):
        on_p.forward(Y, Z)


def test_pytorch():
    torch = pytest.importorskip("torch")
    F, t = torch.nn.functional, torch.tensor
    assert F.cross_entropy(t(Z), t(Y)).item() == near(COST)
    assert F.cross_entropy(t(FAR), t(ONE)).item() == 2000
    assert F.cross_entropy(t(P), t(Y)).item() == near(TWICE)
    left_out = F.cross_entropy(t(Z), t([0, -100])).item()
    assert left_out == near(F.cross_entropy(t(Z[:1]), t([0])).item())
    assert F.cross_entropy(t(Z), t(np.eye(3)[Y])).item() == near(COST)
    with pytest.raises(RuntimeError, match="floating point"):
        F.cross_entropy(t(Z), t(np.eye(3, dtype=int)[Y]))
    assert F.nll_loss(t(np.log(P)), t(Y)).item() == near(COST)
    assert F.nll_loss(t(P), t(Y)).item() == near(-0.39595)
    binary = F.binary_cross_entropy
    assert binary(t([0.0]), t([1.0])).item() == 100
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        binary(t([3.0]), t([1.0]))
    assert F.binary_cross_entropy_with_logits(t([-2000.0]), t([1.0])).item() == 2000


def test_keras(monkeypatch):
    if "keras" not in sys.modules:
        pytest.importorskip("torch")
        monkeypatch.setitem(os.environ, "KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    made = keras.losses.SparseCategoricalCrossentropy
    assert float(made()(Y, P)) == near(COST)
    assert float(made()(ONE, GONE)) == near(-math.log(1e-7))
    assert float(made()(Y, Z)) == near(8.0590)
    assert float(made(from_logits=True)(Y, Z)) == near(COST)
    assert float(made(from_logits=True)(ONE, FAR)) == 2000
    assert float(made(from_logits=True)(Y, P)) == near(TWICE)


def test_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    known = {"labels": [0, 1, 2]}
    assert metrics.log_loss(Y, P, **known) == near(COST)
    eps = np.finfo(float).eps
    assert metrics.log_loss(ONE, GONE, labels=[0, 1]) == near(-math.log(eps))
    in_32 = metrics.log_loss(ONE, GONE.astype(np.float32), labels=[0, 1])
    assert in_32 == near(-math.log(np.finfo(np.float32).eps))
    with pytest.raises(ValueError, match="greater than 1"):
        metrics.log_loss(Y, Z, **known)
    with pytest.raises(ValueError, match="labels"):
        metrics.log_loss(Y, P)
