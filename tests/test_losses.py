"""Losses: their gradients, the cases that break naive code, what they refuse, and PyTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.activations import SoftMax
from nnlib.gradcheck import check_loss
from nnlib.losses import (
    LOSSES,
    CrossEntropy,
    Loss,
    MeanSquaredError,
    SoftmaxCrossEntropy,
    initialize_loss,
)

N, K = 5, 4
LABELS = np.array([0, 3, 1, 1, 2])
ONE_HOT = np.eye(K)[LABELS]
SOFT = np.random.default_rng(1).dirichlet(np.ones(K), N)
TARGETS = {"labels": LABELS, "one_hot": ONE_HOT, "soft": SOFT}
LOGITS = np.random.default_rng(2).normal(size=(N, K))
PROBABILITIES = SoftMax().forward(LOGITS)

each_target = pytest.mark.parametrize("Y", TARGETS.values(), ids=TARGETS)
# Each loss with targets and outputs that it accepts
CASES = [
    (SoftmaxCrossEntropy(), LABELS, LOGITS),
    (CrossEntropy(), LABELS, PROBABILITIES),
    (MeanSquaredError(), ONE_HOT, LOGITS),
]
each_loss = pytest.mark.parametrize(("loss", "Y", "Y_hat"), CASES, ids=lambda case: repr(case)[:25])


# --- values and gradients ------------------------------------------------------------------------


@each_target
def test_backward_is_the_derivative(Y):
    assert check_loss(SoftmaxCrossEntropy(), Y, LOGITS) < 1e-6
    assert check_loss(CrossEntropy(), Y, PROBABILITIES) < 1e-6
    if Y.ndim == 2:
        assert check_loss(MeanSquaredError(), Y, LOGITS) < 1e-6


def test_cross_entropy_needs_no_softmax_below_it(rng):
    P = rng.uniform(0.1, 0.9, (N, K))  # rows that do not sum to 1
    assert check_loss(CrossEntropy(), LABELS, P) < 1e-6
    expected = -math.fsum(math.log(P[i, c]) for i, c in enumerate(LABELS)) / N
    assert CrossEntropy().forward(LABELS, P) == pytest.approx(expected, rel=1e-14)
    np.testing.assert_allclose(CrossEntropy().backward(LABELS, P), -ONE_HOT / (N * P))


@each_target
def test_both_cross_entropies_agree(Y):
    loss = CrossEntropy().forward(Y, PROBABILITIES)
    assert SoftmaxCrossEntropy().forward(Y, LOGITS) == pytest.approx(loss, rel=1e-13)
    two_stage = SoftMax().backward(LOGITS, CrossEntropy().backward(Y, PROBABILITIES))
    fused = SoftmaxCrossEntropy().backward(Y, LOGITS)
    np.testing.assert_allclose(two_stage, fused, atol=1e-15)


def test_descending_the_gradient_raises_the_true_probability():
    Z = LOGITS - 0.1 * SoftmaxCrossEntropy().backward(LABELS, LOGITS)
    rows = np.arange(N)
    assert (SoftMax().forward(Z)[rows, LABELS] > PROBABILITIES[rows, LABELS]).all()


def test_mean_squared_error_is_the_mean_over_all_numbers():
    Y, Y_hat = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0, 2.0], [3.0, 7.0]])
    assert MeanSquaredError().forward(Y, Y_hat) == 10 / 4
    np.testing.assert_array_equal(MeanSquaredError().backward(Y, Y_hat), [[0.5, 0], [0, 1.5]])


def test_labels_and_one_hot_rows_mean_the_same():
    for loss, Y_hat in ((SoftmaxCrossEntropy(), LOGITS), (CrossEntropy(), PROBABILITIES)):
        for other in (ONE_HOT, ONE_HOT.astype(int), ONE_HOT.tolist()):
            assert loss.forward(LABELS, Y_hat) == loss.forward(other, Y_hat)
            np.testing.assert_array_equal(
                loss.backward(LABELS.tolist(), Y_hat), loss.backward(other, Y_hat)
            )


@each_loss
def test_the_batch_is_the_mean_of_its_samples(loss, Y, Y_hat):
    singles = [(Y[i : i + 1], Y_hat[i : i + 1]) for i in range(N)]
    mean = np.mean([loss.forward(*single) for single in singles])
    assert loss.forward(Y, Y_hat) == pytest.approx(mean, rel=1e-14)
    rows = np.concatenate([loss.backward(*single) for single in singles]) / N
    np.testing.assert_allclose(loss.backward(Y, Y_hat), rows, rtol=1e-13)


@given(arrays(np.float64, (N, K), elements=st.floats(-20, 20)), st.floats(-100, 100))
def test_fused_cross_entropy_ignores_a_shift_of_the_row(Z, c):
    loss = SoftmaxCrossEntropy()
    assert loss.forward(LABELS, Z + c) == pytest.approx(loss.forward(LABELS, Z), abs=1e-11)
    np.testing.assert_allclose(
        loss.backward(LABELS, Z + c), loss.backward(LABELS, Z), rtol=1e-9, atol=1e-15
    )
    np.testing.assert_allclose(loss.backward(LABELS, Z).sum(axis=1), 0, atol=1e-15)


@each_loss
def test_float32_stays_and_agrees_with_float64(loss, Y, Y_hat):
    short = Y_hat.astype(np.float32)
    assert loss.backward(Y, short).dtype == np.float32  # although a one-hot Y is float64
    np.testing.assert_allclose(loss.backward(Y, short), loss.backward(Y, Y_hat), atol=1e-5)
    assert loss.forward(Y, short) == pytest.approx(loss.forward(Y, Y_hat), rel=1e-5)
    assert isinstance(loss.forward(Y, short), float)


@each_loss
def test_neither_direction_changes_its_input(loss, Y, Y_hat):
    before = Y.copy(), Y_hat.copy()
    loss.forward(Y, Y_hat)
    loss.backward(Y, Y_hat)
    np.testing.assert_array_equal(Y, before[0])
    np.testing.assert_array_equal(Y_hat, before[1])


# --- logits and probabilities at the edge --------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "loss", "gradient"), [(0, 0.0, [[0, 0]]), (1, 2000.0, [[1, -1]])]
)
def test_logits_of_a_thousand(label, loss, gradient):
    Y, Z = np.array([label]), np.array([[1000.0, -1000.0]])
    assert SoftmaxCrossEntropy().forward(Y, Z) == loss
    np.testing.assert_array_equal(SoftmaxCrossEntropy().backward(Y, Z), gradient)


def test_in_two_stages_the_same_logits_give_a_visible_nan():
    Y, Z = np.array([1]), np.array([[1000.0, -1000.0]])
    P = SoftMax().forward(Z)
    assert CrossEntropy().forward(Y, P) == math.inf
    with np.errstate(invalid="ignore"):
        assert np.isnan(SoftMax().backward(Z, CrossEntropy().backward(Y, P))).any()


@pytest.mark.parametrize("k", [1, 2, 10, 1000])
@pytest.mark.parametrize("z", [0.0, 1000.0])
def test_equal_logits_cost_ln_k(k, z):
    Y = np.zeros(3, int)
    assert SoftmaxCrossEntropy().forward(Y, np.full((3, k), z)) == pytest.approx(math.log(k))


def test_a_single_logit_costs_nothing_and_teaches_nothing():
    Y, Z = np.zeros(2, int), np.array([[5.0], [-7.0]])
    assert SoftmaxCrossEntropy().forward(Y, Z) == 0
    np.testing.assert_array_equal(SoftmaxCrossEntropy().backward(Y, Z), [[0], [0]])


def test_a_masked_class_costs_nothing_unless_it_is_true():
    Z = np.array([[0.0, 0.0, -np.inf]])
    loss = SoftmaxCrossEntropy()
    assert loss.forward(np.array([0]), Z) == pytest.approx(math.log(2))
    np.testing.assert_array_equal(loss.backward(np.array([0]), Z), [[-0.5, 0.5, 0]])
    assert loss.forward(np.array([2]), Z) == math.inf


@pytest.mark.parametrize("bad", [[np.inf, 0], [np.nan, 0], [-np.inf, -np.inf]], ids=str)
@pytest.mark.parametrize("call", ["forward", "backward"])
def test_logits_without_a_softmax_are_refused(bad, call):
    Y, Z = np.array([0, 1]), np.array([[0.0, 0.0], bad])
    with pytest.raises(ValueError, match=r"logits that are finite or -inf.* got a row whose max"):
        getattr(SoftmaxCrossEntropy(), call)(Y, Z)


def test_a_perfect_one_hot_costs_nothing():
    loss = CrossEntropy()
    assert loss.forward(LABELS, ONE_HOT) == 0  # the naive 0 * log 0 is NaN
    np.testing.assert_array_equal(loss.backward(LABELS, ONE_HOT), -ONE_HOT / N)


def test_probability_zero_at_the_true_class_costs_infinity():
    Y, P = np.array([1]), np.array([[1.0, 0.0]])
    assert CrossEntropy().forward(Y, P) == math.inf  # an epsilon would report 36.04
    np.testing.assert_array_equal(CrossEntropy().backward(Y, P), [[0, -np.inf]])


# --- errors --------------------------------------------------------------------------------------

BOTH = [SoftmaxCrossEntropy(), CrossEntropy()]
UNIFORM = np.full((N, K), 1 / K)


@pytest.mark.parametrize("call", ["forward", "backward"])
@pytest.mark.parametrize("loss", BOTH, ids=repr)
@pytest.mark.parametrize(
    ("Y", "Y_hat", "message"),
    [
        (np.zeros(0, int), np.zeros((0, K)), r"\(n, K\) with n, K >= 1, got \(0, 4\)"),
        (LABELS, UNIFORM[0], r"\(n, K\) with n, K >= 1, got \(4,\)"),
        (LABELS + 1, UNIFORM, r"labels from 0 to 3, got labels from 1 to 4"),
        (LABELS - 1, UNIFORM, r"labels from 0 to 3, got labels from -1 to 2"),
        (LABELS[:3], UNIFORM, r"labels of shape \(5,\) or as rows .*, got int64 of shape \(3,\)"),
        (LABELS.astype(float), UNIFORM, r"integer labels of shape \(5,\).*, got float64 of shape"),
        (ONE_HOT[:, :3], UNIFORM, r"rows of shape \(5, 4\), got float64 of shape \(5, 3\)"),
        (LABELS[:, None], UNIFORM, r"rows of shape \(5, 4\), got int64 of shape \(5, 1\)"),
        (2 * ONE_HOT, UNIFORM, r"each row of Y to be non-negative and to sum to 1"),
        (ONE_HOT * np.nan, UNIFORM, r"each row of Y to be non-negative and to sum to 1"),
        (LABELS, UNIFORM * 1j, r"Y_hat to hold real numbers, got dtype complex128"),
        (LABELS, np.full((N, K), "a"), r"Y_hat to hold real numbers, got dtype <U1"),
    ],
)
def test_cross_entropies_say_what_they_expected(loss, call, Y, Y_hat, message):
    with pytest.raises(ValueError, match=message):
        getattr(loss, call)(Y, Y_hat)


@pytest.mark.parametrize("call", ["forward", "backward"])
def test_a_row_of_targets_that_cancels_is_refused(call):
    Y = np.array([[1.5, -0.5]])
    with pytest.raises(ValueError, match=r"non-negative and to sum to 1"):
        getattr(SoftmaxCrossEntropy(), call)(Y, np.zeros((1, 2)))


@pytest.mark.parametrize("call", ["forward", "backward"])
@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_cross_entropy_refuses_what_is_no_probability(call, value):
    P = np.array([[value, 0.5]])
    with pytest.raises(ValueError, match=rf"between 0 and 1, got values from ({value}|0.5) to"):
        getattr(CrossEntropy(), call)(np.array([1]), P)


@pytest.mark.parametrize("call", ["forward", "backward"])
@pytest.mark.parametrize(
    ("Y", "Y_hat", "message"),
    [
        (np.zeros((0, 2)), np.zeros((0, 2)), r"shape \(0, 2\), not empty, got \(0, 2\)"),
        (np.zeros(3), np.zeros((3, 1)), r"Y of shape \(3, 1\), not empty, got \(3,\)"),
        (np.array([[np.nan]]), np.zeros((1, 1)), r"Y to be finite, got nan at index \(0, 0\)"),
        (np.zeros((1, 1)), np.array([[np.inf]]), r"Y_hat to be finite, got inf at index \(0, 0\)"),
    ],
)
def test_mean_squared_error_says_what_it_expected(call, Y, Y_hat, message):
    with pytest.raises(ValueError, match=message):
        getattr(MeanSquaredError(), call)(Y, Y_hat)


@pytest.mark.parametrize("call", ["forward", "backward"])
@pytest.mark.parametrize(
    ("loss", "Y_hat", "message"),
    [
        (SoftmaxCrossEntropy(), LOGITS, r"Y_hat of shape \(n, K\)"),
        (CrossEntropy(), PROBABILITIES, r"probabilities between 0 and 1|Y_hat of shape \(n, K\)"),
    ],
)
def test_swapped_arguments_are_noticed(call, loss, Y_hat, message):
    with pytest.raises(ValueError, match=message):
        getattr(loss, call)(Y_hat, LABELS)
    with pytest.raises(ValueError, match=r"each row of Y to be non-negative and to sum to 1"):
        getattr(SoftmaxCrossEntropy(), call)(LOGITS, ONE_HOT)


def test_swapping_two_distributions_is_not_noticed_but_changes_the_loss():
    swapped = CrossEntropy().forward(PROBABILITIES, SOFT)
    assert swapped != pytest.approx(CrossEntropy().forward(SOFT, PROBABILITIES), rel=0.01)


# --- names and probabilities ---------------------------------------------------------------------


@pytest.mark.parametrize("word", LOSSES)
def test_a_name_gives_the_loss_and_back(word):
    assert repr(initialize_loss(word)) == word
    assert initialize_loss(word).classifies == (word != "mean_squared_error")


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"the loss to be one of .*, got 'mse'"):
        initialize_loss("mse")
    with pytest.raises(ValueError, match=r"a name or an object of Loss, got None"):
        initialize_loss(None)


def test_probabilities_of_the_outputs():
    np.testing.assert_array_equal(SoftmaxCrossEntropy().probabilities(LOGITS), PROBABILITIES)
    np.testing.assert_array_equal(CrossEntropy().probabilities(PROBABILITIES), PROBABILITIES)
    with pytest.raises(ValueError, match=r"loss over classes, got mean_squared_error"):
        MeanSquaredError().probabilities(LOGITS)


def test_the_base_class_says_what_to_use():
    for call in (Loss().forward, Loss().backward):
        with pytest.raises(TypeError, match=r"base class; use SoftmaxCrossEntropy"):
            call(LABELS, LOGITS)


# --- PyTorch -------------------------------------------------------------------------------------


@each_target
def test_pytorch_agrees_on_cross_entropy(Y, torch):
    y, z = torch.tensor(Y), torch.tensor(LOGITS, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(z, y)
    loss.backward()
    fused = SoftmaxCrossEntropy()
    assert fused.forward(Y, LOGITS) == pytest.approx(loss.item(), abs=1e-10)
    np.testing.assert_allclose(fused.backward(Y, LOGITS), z.grad, atol=1e-10)


def test_pytorch_agrees_on_cross_entropy_of_probabilities(torch):
    p = torch.tensor(PROBABILITIES, requires_grad=True)
    loss = torch.nn.functional.nll_loss(p.log(), torch.tensor(LABELS))
    loss.backward()
    assert CrossEntropy().forward(LABELS, PROBABILITIES) == pytest.approx(loss.item(), abs=1e-10)
    np.testing.assert_allclose(
        CrossEntropy().backward(LABELS, PROBABILITIES), p.grad, rtol=1e-10, atol=1e-10
    )


def test_pytorch_agrees_on_mean_squared_error(torch):
    y_hat = torch.tensor(LOGITS, requires_grad=True)
    loss = torch.nn.functional.mse_loss(y_hat, torch.tensor(SOFT))
    loss.backward()
    assert MeanSquaredError().forward(SOFT, LOGITS) == pytest.approx(loss.item(), abs=1e-10)
    np.testing.assert_allclose(MeanSquaredError().backward(SOFT, LOGITS), y_hat.grad, atol=1e-10)
