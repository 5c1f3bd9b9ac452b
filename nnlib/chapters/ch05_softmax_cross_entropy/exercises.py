"""The exercises of chapter 5, softmax and cross-entropy, in teaching order.

Each solution is written as a learner would write it, without nnlib: that is what the chapter
asks for. The wrong answers are ones that notes, libraries and learners have really produced. The
labs are blind: the learner writes the test that exposes the bug first.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np

from nnlib.activations import SoftMax
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.teaching.exercises import Exercise, Wrong
from nnlib.teaching.exercises.properties import central_differences, holds

RNG = np.random.default_rng(5)

# Small inputs first: the first one that fails is the one that is shown.
EQUAL = np.zeros((1, 4))
LOGITS = np.array([[2.0, -1.0, 0.5], [0.25, 3.0, -2.0]])
LABELS = np.array([0, 2])
SQUARE = np.array([[2.0, 4.0, 2.0], [1.0, 0.0, -1.0], [0.5, -0.5, 3.0]])
SQUARE_LABELS = np.array([1, 2, 0])
SEQUENCES = RNG.normal(size=(2, 4, 3))
HUGE = np.array([[1000.0, 0.0, -1000.0], [0.0, 1.0, 2.0]])
LOW = np.array([[-2000.0, -2001.0], [3.0, 1.0]])
MASKED = np.array([[0.0, -np.inf, 1.0]])
EMPTY = np.zeros((0, 3))
EPSILONS = (1e-7, 1e-8, 1e-9, 1e-10, 1e-15, 1e-16)


def _log_softmax(Z, axis=-1):
    S = Z - Z.max(axis=axis, keepdims=True, initial=-np.inf)
    return S - np.log(np.exp(S).sum(axis=axis, keepdims=True))


def _softmax(Z, axis=-1):
    return np.exp(_log_softmax(Z, axis))


def _one_hot(y, K):
    return np.eye(K)[y]


def _loss(Z, y):
    return float(-np.mean(_log_softmax(Z)[np.arange(len(Z)), y]))


# What people do to a probability before its logarithm, and how large a loss can get then.
FLOORS = {
    **{f"np.maximum(p, {e:g})": (lambda p, e=e: np.maximum(p, e), -np.log(e)) for e in EPSILONS},
    **{f"p + {e:g}": (lambda p, e=e: p + e, -np.log(e)) for e in EPSILONS[:3]},
}


# 5.1 ------------------------------------------------------------------------------------------


def log_sum_exp(Z):
    """Return ln(sum of e^z) over each row of Z, for logits of any size.

    A row runs along the last axis, and that axis is gone in the result.
    """
    m = Z.max(axis=-1)
    return m + np.log(np.exp(Z - m[..., np.newaxis]).sum(axis=-1))


def _by_pairs(Z):
    """Take one logit after the other into the logarithm of the sum."""
    return np.logaddexp.reduce(np.asarray(Z, dtype=float), axis=-1)


def _draw_logits(rng):
    """Return random logits and labels, with more or fewer samples than classes."""
    n, K = (int(k) for k in rng.choice(np.arange(2, 7), 2, replace=False))
    return rng.normal(0, 3, (n, K)), rng.integers(0, K, n)


LOG_SUM_EXP = Exercise(
    id="5.1",
    title="log-sum-exp",
    solution=log_sum_exp,
    probes={
        "a single logit": (np.array([[3.0]]),),
        "equal logits": (EQUAL,),
        "two rows": (LOGITS,),
        "as many rows as columns": (SQUARE,),
        "one sample alone": (LOGITS[0],),
        "a batch of sequences": (SEQUENCES,),
        "logits of 1000": (HUGE,),
        "logits of -2000": (LOW,),
        "a masked logit": (MASKED,),
        "an empty batch": (EMPTY,),
    },
    wrong=[
        Wrong(
            lambda Z: np.log(np.exp(Z).sum(axis=-1)),
            "Right for small logits. At 1000 `np.exp` overflows and the result is inf; at -2000 "
            "all terms underflow and it is -inf. Shift each row by its maximum first.",
        ),
        Wrong(
            lambda Z: np.log(np.exp(Z - Z.max(axis=-1)[..., None]).sum(axis=-1)),
            "You shifted the row by its maximum and did not shift back. Log-sum-exp is not "
            "blind to a shift as softmax is: lse(z + t) = lse(z) + t. Add the maximum again.",
        ),
        Wrong(
            lambda Z: (
                Z.max(axis=-1, keepdims=True)
                + np.log(np.exp(Z - Z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))
            ),
            "The values are right, but the last axis is still there, with length 1. One row "
            "gives one number: the result has one axis less than Z.",
        ),
        Wrong(
            lambda Z: (
                Z.max(initial=-np.inf) + np.log(np.exp(Z - Z.max(initial=-np.inf)).sum(axis=-1))
            ),
            "You subtract the largest logit of the whole array. A row far below it underflows: "
            "each row needs its own maximum.",
        ),
        Wrong(
            lambda Z: (
                Z.max(axis=0, initial=-np.inf)
                + np.log(np.exp(Z - Z.max(axis=0, initial=-np.inf)).sum(axis=0))
            ),
            "You sum over the samples (axis 0). A row of logits runs along the last axis.",
        ),
        Wrong(
            lambda Z: Z.max(axis=-1),
            "This is the maximum. Log-sum-exp lies above it, by up to ln K where the logits are "
            "equal.",
        ),
        Wrong(
            lambda Z: Z.max(axis=-1) + np.log(np.exp(Z - Z.max(axis=-1)[..., None]).mean(axis=-1)),
            "You took the mean of the exponentials instead of their sum, so each value is ln K "
            "too small.",
        ),
        Wrong(
            lambda Z: -Z.max(axis=-1) + np.log(np.exp(Z - Z.max(axis=-1)[..., None]).sum(axis=-1)),
            "The shift is undone with the wrong sign: you subtracted the maximum inside, so add "
            "it outside.",
        ),
    ],
    properties=[
        holds(
            "lse(z + t) = lse(z) + t",
            lambda f: bool(np.allclose(f(LOGITS + 7), f(LOGITS) + 7)),
            "Adding 7 to all logits should add 7 to the result.",
        ),
        holds(
            "between max and max + ln K",
            lambda f: bool(
                np.all(f(LOGITS) >= LOGITS.max(axis=1))
                and np.all(f(LOGITS) <= LOGITS.max(axis=1) + np.log(3))
            ),
            "The result should lie between the maximum and the maximum plus ln K.",
        ),
    ],
    witness=_by_pairs,
    draw=lambda rng: _draw_logits(rng)[:1],
    hints=[
        "Let m be the maximum of a row. Factor e^m out of the sum, and take the logarithm.",
        "ln(e^m sum e^(z - m)) = m + ln(sum e^(z - m)). The largest exponent is now 0.",
        "`Z.max(axis=-1)` lost its axis; give it back with `[..., np.newaxis]` to subtract it.",
    ],
    why="The sum of the shifted exponentials lies between 1 and K: its logarithm is never in "
    "danger, and the size of the logits is carried by m alone.",
)


# 5.2 ------------------------------------------------------------------------------------------


def log_softmax(Z):
    """Return ln(softmax(Z)), row by row, for logits of any size.

    A row runs along the last axis; the result has the shape of Z.
    """
    S = Z - Z.max(axis=-1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=-1, keepdims=True))


def _log_share(Z):
    """Compare each class with all others: -ln p_c is the ln of the sum of e^(z_k - z_c)."""
    L = np.zeros_like(Z)
    for index in np.ndindex(Z.shape):
        L[index] = -_by_pairs(Z[index[:-1]] - Z[index]) if np.isfinite(Z[index]) else -np.inf
    return L


LOG_SOFTMAX = Exercise(
    id="5.2",
    title="log-softmax, without softmax",
    solution=log_softmax,
    probes={
        "a single logit": (np.array([[3.0]]),),
        "equal logits": (EQUAL,),
        "two rows": (LOGITS,),
        "as many rows as columns": (SQUARE,),
        "one sample alone": (LOGITS[0],),
        "a batch of sequences": (SEQUENCES,),
        "logits of 1000": (HUGE,),
        "logits of -2000": (LOW,),
        "a masked logit": (MASKED,),
        "an empty batch": (EMPTY,),
    },
    wrong=[
        Wrong(
            lambda Z: np.log(_softmax(Z)),
            "You take the logarithm of a softmax that has underflowed to 0: at a gap of 1000 the "
            "result is -inf where the truth is -1000. Subtract logarithms; never form p.",
        ),
        Wrong(
            lambda Z: np.log(_softmax(Z) + 1e-12),
            "The 1e-12 keeps the logarithm finite and makes it wrong: nothing falls below "
            "ln 1e-12 = -27.6, however hopeless the class.",
        ),
        *[
            Wrong(
                lambda Z, keep=keep: np.log(keep(_softmax(Z))),
                f"With {name}, or the same by another name, nothing falls below -{top:.1f}, "
                "however hopeless the class. Compute ln p from the logits, without p.",
            )
            for name, (keep, top) in FLOORS.items()
        ],
        Wrong(
            lambda Z: Z - np.log(np.exp(Z).sum(axis=-1, keepdims=True)),
            "The formula is right, but `np.exp(Z)` overflows at 1000. Shift each row by its "
            "maximum first; ln p does not change.",
        ),
        Wrong(
            lambda Z: (
                Z - np.log(np.exp(Z - Z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))
            ),
            "The shift is in the sum and not in front of it: Z minus the log-sum-exp of the "
            "*shifted* row. Use the shifted logits in both places.",
        ),
        Wrong(
            lambda Z: _log_softmax(Z, axis=0),
            "You normalize over the samples (axis 0). Each row is a distribution of its own.",
        ),
        Wrong(
            lambda Z: -_log_softmax(Z),
            "The sign is flipped: the logarithm of a probability is never positive. Minus ln p "
            "is the loss, not the log-probability.",
        ),
        Wrong(
            lambda Z: (
                (Z - Z.max(axis=-1, keepdims=True))
                - np.exp(Z - Z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)
            ),
            "You subtract the sum of the exponentials itself. Its logarithm is missing: "
            "ln(a / S) = ln a - ln S.",
        ),
    ],
    properties=[
        holds(
            "the probabilities sum to 1",
            lambda f: bool(np.allclose(np.exp(f(LOGITS)).sum(axis=-1), 1)),
            "e to the result should sum to 1 in each row.",
        ),
        holds(
            "a shift of the logits changes nothing",
            lambda f: bool(np.allclose(f(LOGITS + 7), f(LOGITS))),
            "Adding one number to all logits of a row should change nothing.",
        ),
    ],
    witness=_log_share,
    draw=lambda rng: _draw_logits(rng)[:1],
    hints=[
        "ln(e^z / S) = z - ln S. Which part can overflow?",
        "Shift the row by its maximum: S = Z - max. Then ln p = S - ln(sum of e^S).",
        "`Z.max(axis=-1, keepdims=True)`, and `keepdims=True` in the sum as well.",
    ],
    why="No probability is ever formed, so none can underflow: a class with p = e^-2000 still "
    "has the log-probability -2000.",
)


# 5.3 ------------------------------------------------------------------------------------------


def cross_entropy(Z, y):
    """Return the mean of -ln p_y over the samples: one number.

    Z (n, K) are logits, y (n,) the classes as integers.
    """
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return -np.mean(log_P[np.arange(len(Z)), y])


LOSS_PROBES = {
    "equal logits": (EQUAL, np.array([2])),
    "one sample": (LOGITS[:1], LABELS[:1]),
    "two samples": (LOGITS, LABELS),
    "as many samples as classes": (SQUARE, SQUARE_LABELS),
    "hopeless: a gap of 2000": (HUGE, np.array([2, 0])),
    "certain and right": (HUGE[:1], np.array([0])),
}


def _loss_by_samples(Z, y):
    """Add up the samples one by one: each costs the ln of the sum of e^(z_k - z_y)."""
    return sum(_by_pairs(z - z[c]) for z, c in zip(Z, y, strict=True)) / len(y)


def _yes_or_no(Z, y):
    P, Y = _softmax(Z), _one_hot(y, Z.shape[1])
    return -np.sum(np.log(np.where(Y == 1, P, 1 - P))) / len(Z)


CROSS_ENTROPY = Exercise(
    id="5.3",
    title="cross-entropy from logits and integer labels",
    solution=cross_entropy,
    probes=LOSS_PROBES,
    wrong=[
        Wrong(
            lambda Z, y: -np.sum(_log_softmax(Z)[np.arange(len(Z)), y]),
            "This is the sum over the samples. The loss is their mean: the 1/n stands here, in "
            "the loss, and nowhere else.",
        ),
        Wrong(
            lambda Z, y: np.mean(_log_softmax(Z)[np.arange(len(Z)), y]),
            "The minus sign is missing. Descending this would make the right class as unlikely "
            "as possible.",
        ),
        Wrong(
            lambda Z, y: -np.mean(_log_softmax(Z)[:, y]),
            "`log_P[:, y]` takes the columns y of *every* row: an (n, n) table. You want one "
            "entry a row: `log_P[np.arange(n), y]`.",
        ),
        Wrong(
            lambda Z, y: -np.mean(np.log(_softmax(Z)[np.arange(len(Z)), y])),
            "Right until p underflows to 0, or 1 / p overflows. A gap of 2000 costs 2000, and here "
            "it costs inf. Compute ln p from the logits, without p, shifted by the maximum.",
        ),
        Wrong(
            lambda Z, y: -np.mean(np.log(_softmax(Z)[np.arange(len(Z)), y] + 2.2e-16)),
            "The epsilon caps the loss at 36.04: a sample that costs 2000 is reported as if it "
            "were far less hopeless, and no better logits are noticed.",
        ),
        Wrong(
            lambda Z, y: -np.mean(_one_hot(y, Z.shape[1]) * _log_softmax(Z)),
            "`np.mean` runs over all n K entries, so the loss is K times too small. Sum over the "
            "classes, then average over the samples.",
        ),
        Wrong(
            lambda Z, y: -np.mean(_log_softmax(Z)[np.arange(len(Z)), y]) / np.log(2),
            "These are bits: a logarithm to base 2. The book measures in nats, with ln.",
        ),
        Wrong(
            lambda Z, y: -np.mean(_log_softmax(Z, axis=0)[np.arange(len(Z)), y]),
            "Softmax runs over the samples (axis 0) here. It belongs over the classes, axis 1.",
        ),
        *[
            Wrong(
                lambda Z, y, keep=keep: -np.mean(np.log(keep(_softmax(Z)[np.arange(len(Z)), y]))),
                f"With {name}, or the same by another name, no sample costs more than {top:.1f}. A "
                "gap of 2000 costs 2000: compute ln p from the logits, without p.",
            )
            for name, (keep, top) in FLOORS.items()
        ],
        Wrong(
            lambda Z, y: -np.mean(_softmax(Z)[np.arange(len(Z)), y]),
            "The logarithm is missing: this is minus the mean probability of the right class.",
        ),
        Wrong(
            lambda Z, y: 1 - np.mean(_softmax(Z)[np.arange(len(Z)), y]),
            "This is 1 - p, not -ln p. Near p = 1 they agree; a hopeless sample costs only 1 here.",
        ),
        Wrong(
            lambda Z, y: -np.mean(_log_softmax(Z).max(axis=1)),
            "You take the largest ln p of each row, as if every prediction were right. Take that "
            "of the class in y.",
        ),
        Wrong(
            lambda Z, y: np.sum((_softmax(Z) - _one_hot(y, Z.shape[1])) ** 2) / len(Z),
            "This is the squared error of the probabilities. Cross-entropy is -ln p of the right "
            "class.",
        ),
        Wrong(
            _yes_or_no,
            "You add -ln(1 - p) for each of the other classes. That is the loss of K separate "
            "questions, each with yes or no. Here one class is right: -ln p of it is all.",
        ),
    ],
    properties=[
        holds(
            "K equal logits cost ln K",
            lambda f: bool(np.isclose(f(np.full((3, 5), 2.0), np.array([0, 4, 1])), np.log(5))),
            "Equal logits over 5 classes should cost ln 5.",
        )
    ],
    witness=_loss_by_samples,
    draw=_draw_logits,
    hints=[
        "You have the log-probabilities from exercise 5.2. Pick one entry of each row.",
        "`log_P[np.arange(n), y]` pairs row 0 with y[0], row 1 with y[1], and so on.",
        "Then the mean over the samples, with a minus sign.",
    ],
    why="With integer labels the sum over the classes has one term: it is an index. No one-hot "
    "matrix is needed, and 0 * -inf can't happen.",
)


# 5.4 ------------------------------------------------------------------------------------------


def label_loss(Z, y):
    """Return the mean of lse(z) - z_y over the samples.

    Z (n, K) are logits, y (n,) the classes as integers.
    """
    m = Z.max(axis=1)
    lse = m + np.log(np.exp(Z - m[:, np.newaxis]).sum(axis=1))
    return np.mean(lse - Z[np.arange(len(Z)), y])


def broken_label_loss(Z, y):
    """Return the mean of lse(z) - z_y over the samples.

    Z (n, K) are logits, y (n,) the classes as integers.
    """
    m = Z.max(axis=1)
    lse = np.log(np.exp(Z - m[:, np.newaxis]).sum(axis=1))
    return np.mean(lse - Z[np.arange(len(Z)), y])


def _shifted_loss(inside, outside, pick=lambda Z, y: Z[np.arange(len(Z)), y]):
    """A wrong repair: one number subtracted inside the exponent, another added outside."""

    def loss(Z, y):
        lse = outside(Z) + np.log(np.exp(Z - inside(Z)[:, None]).sum(axis=1))
        return np.mean(lse - pick(Z, y))

    return loss


def _row_max(Z):
    return Z.max(axis=1)


SHIFT_LAB = Exercise(
    id="5.4",
    title="find the bug: log-sum-exp minus a logit",
    solution=label_loss,
    broken=broken_label_loss,
    symptom="Some batches have a loss below zero, and no cross-entropy is.",
    test_hints=[
        "By hand: what do K equal logits cost? Try K zeros, and K times another number.",
        "Or hold it to -ln p, with softmax computed in the plainest way, for small logits.",
    ],
    probes=LOSS_PROBES | {"shifted by 7": (LOGITS + 7, LABELS)},
    wrong=[
        Wrong(
            _shifted_loss(lambda Z: np.zeros(len(Z)), lambda Z: np.zeros(len(Z))),
            "Without the shift the formula is right, and `np.exp` overflows at 1000. Keep the "
            "shift, and make up for it.",
        ),
        Wrong(
            _shifted_loss(_row_max, lambda Z: Z.max()),
            "You add back the largest logit of the whole batch. Each row was shifted by its own "
            "maximum.",
        ),
        Wrong(
            _shifted_loss(lambda Z: np.full(len(Z), Z.max()), lambda Z: Z.max()),
            "Consistent, and still unsafe: one maximum for all rows lets a row far below it "
            "underflow to ln 0.",
        ),
        Wrong(
            _shifted_loss(_row_max, lambda Z: -_row_max(Z)),
            "The shift is counted twice now: inside you subtract m, so outside you add it.",
        ),
        Wrong(
            _shifted_loss(_row_max, _row_max, lambda Z, y: np.zeros(len(Z))),
            "Now the logit of the right class is missing, and the loss no longer depends on the "
            "label.",
        ),
        Wrong(
            _shifted_loss(_row_max, _row_max, lambda Z, y: Z.max(axis=1)),
            "You subtract the largest logit instead of the right class's: this is the loss as "
            "if every prediction were right.",
        ),
    ],
    properties=[
        holds(
            "a shift of the logits changes nothing",
            lambda f: bool(np.isclose(f(LOGITS + 7, LABELS), f(LOGITS, LABELS))),
            "Adding 7 to all logits should leave the loss as it is.",
        )
    ],
    witness=lambda Z, y: SoftmaxCrossEntropy().forward(_one_hot(y, Z.shape[1]), Z),
    draw=_draw_logits,
    hints=[
        "One of the two terms of lse(z) - z_y is shifted and the other is not.",
        "lse(z) = m + lse(z - m). Dive into Deep Learning asks for lse(z + t) = lse(z); try t = 7.",
    ],
    why="Softmax ignores a shift; log-sum-exp follows it, lse(z + t) = lse(z) + t. Shift both "
    "terms of the loss, or undo the shift.",
)


# 5.5 ------------------------------------------------------------------------------------------


def hardest_first(Z, y):
    """Return -ln p_y of each sample, the largest first.

    Z (n, K) are logits, y (n,) the classes as integers.
    """
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return np.sort(-log_P[np.arange(len(Z)), y])[::-1]


def broken_hardest_first(Z, y):
    """Return -ln p_y of each sample, the largest first.

    Z (n, K) are logits, y (n,) the classes as integers.
    """
    S = Z - Z.max(axis=1, keepdims=True)
    P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    return np.sort(-np.log(P[np.arange(len(Z)), y] + 2.2e-16))[::-1]


def _costs_by_samples(Z, y):
    """Take sample by sample, each at the ln of the sum of e^(z_k - z_y), and sort them."""
    costs = (float(_by_pairs(z - z[c])) for z, c in zip(Z, y, strict=True))
    return np.array(sorted(costs, reverse=True))


def _by_probability(logarithm):
    """A wrong repair: the logarithm of a probability, kept from being -inf in some way."""
    return lambda Z, y: _falling(-logarithm(_softmax(Z)[np.arange(len(Z)), y]))


def _falling(costs):
    return np.sort(costs)[::-1]


def _own(table, y):
    """Pick one entry of each row."""
    return table[np.arange(len(y)), y]


HARD = np.array([0, 0, 0])
EPSILON_LAB = Exercise(
    id="5.5",
    title="find the bug: the hardest samples",
    solution=hardest_first,
    broken=broken_hardest_first,
    symptom="At the top of the list stand samples as if equally hard, and they are not.",
    test_hints=[
        "Where p does not get small, you know the right costs. Choose logits where it does.",
        "With two classes and a large gap, -ln p of the class that is behind is nearly the gap.",
    ],
    probes=LOSS_PROBES
    | {"two that are hopeless": (np.array([[0.0, 900.0], [1.0, 0.0], [0.0, 50.0]]), HARD)},
    wrong=[
        Wrong(
            _by_probability(np.log),
            "Without the epsilon the cap is gone, and the hopeless sample costs inf: p has "
            "underflowed to 0 before the logarithm saw it.",
        ),
        Wrong(
            _by_probability(lambda P: np.log(P + 1e-300)),
            "A smaller epsilon moves the cap to 690.8. The truth has none: a gap of 2000 costs "
            "2000.",
        ),
        Wrong(
            _by_probability(lambda P: np.log(np.clip(P, 1e-12, 1))),
            "Clipping caps the loss at 27.6 and, worse, makes it flat there: a sample that is "
            "confidently wrong gets no gradient.",
        ),
        *[
            Wrong(
                _by_probability(lambda P, keep=keep: np.log(keep(P))),
                f"With {name}, or the same by another name, the cap has moved to {top:.1f}. The "
                "truth has none.",
            )
            for name, (keep, top) in FLOORS.items()
        ],
        Wrong(
            _by_probability(lambda P: np.log(P + 1e-30)),
            "A smaller epsilon moves the cap to 69.1. The truth has none.",
        ),
        Wrong(
            lambda Z, y: np.sort(-_own(_log_softmax(Z), y)),
            "The costs are right now. But the smallest comes first.",
        ),
        Wrong(
            lambda Z, y: -_own(_log_softmax(Z), y),
            "The costs are right now. But they stand in the order of the samples.",
        ),
        Wrong(
            _by_probability(lambda P: np.log(P + 1e-3)),
            "A larger epsilon lowers the cap to 6.9 and spoils the samples that are not hopeless "
            "as well.",
        ),
        Wrong(
            lambda Z, y: _falling(-_own(Z - np.log(np.exp(Z).sum(axis=1, keepdims=True)), y)),
            "Right on paper: z minus the log-sum-exp. But the shift by the maximum is lost, and "
            "exp(1000) overflows.",
        ),
        Wrong(
            lambda Z, y: _falling(-_own(Z - Z.max(axis=1, keepdims=True), y)),
            "The shifted logit alone is right only where p_y underflows. The term ln(sum of "
            "e^s), between 0 and ln K, is missing.",
        ),
    ],
    properties=[
        holds(
            "a gap of 2000 costs 2000",
            lambda f: bool(np.allclose(f(np.array([[2000.0, 0.0]]), np.array([1])), [2000])),
            "Logits [2000, 0] with the second class right should cost 2000.",
        )
    ],
    witness=_costs_by_samples,
    draw=_draw_logits,
    hints=[
        "Where does the number 2000 get lost? Print p before the logarithm.",
        "ln(e^s / sum) = s - ln(sum). Write it so that no probability is formed.",
    ],
    why="An epsilon hides the infinity and keeps the mistake: the information was lost when p "
    "underflowed. Computed from the logits, ln p is -2000 without any help.",
)


# 5.6 ------------------------------------------------------------------------------------------


def soft_label_loss(Z, Y):
    """Return the mean over the samples of -sum_c y_c ln p_c.

    Z (n, K) are logits, Y (n, K) distributions, one-hot or not.
    """
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return -np.sum(Y * log_P) / len(Z)


def broken_soft_label_loss(Z, Y):
    """Return the mean over the samples of -sum_c y_c ln p_c.

    Z (n, K) are logits, Y (n, K) distributions, one-hot or not.
    """
    S = Z - Z.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return np.sum(Y * log_P) / len(Z)


SOFT = np.array([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5]])


def _expected_loss(Z, Y):
    """Weigh the cost of every class by its share of the label."""
    n, K = Z.shape
    return sum(Y[i, c] * _by_pairs(Z[i] - Z[i, c]) for i in range(n) for c in range(K)) / n


def _draw_soft(rng):
    Z, _ = _draw_logits(rng)
    return Z, rng.dirichlet(np.ones(Z.shape[1]), len(Z))


SIGN_LAB = Exercise(
    id="5.6",
    title="find the bug: soft labels",
    solution=soft_label_loss,
    broken=broken_soft_label_loss,
    symptom="A network that descends this loss gets worse.",
    test_hints=[
        "Which values can the loss take, and what does one sample cost that you work out by hand?",
        "Labels need not be one-hot: try rows such as [0.7, 0.2, 0.1] as well.",
    ],
    probes={
        "one sample": (LOGITS[:1], _one_hot(LABELS[:1], 3)),
        "equal logits": (EQUAL, np.array([[0.0, 1.0, 0.0, 0.0]])),
        "two samples": (LOGITS, _one_hot(LABELS, 3)),
        "soft labels": (LOGITS, SOFT),
        "as many samples as classes": (SQUARE, _one_hot(SQUARE_LABELS, 3)),
        "hopeless: a gap of 1000": (HUGE, _one_hot(np.array([1, 0]), 3)),
    },
    wrong=[
        Wrong(
            lambda Z, Y: -np.mean(Y * _log_softmax(Z)),
            "The sign is right now. But `np.mean` divides by n K: the sum over the classes has "
            "become a mean.",
        ),
        Wrong(
            lambda Z, Y: -np.sum(Y * _log_softmax(Z)),
            "The sign is right now. But the 1/n is gone: this is a sum over the samples.",
        ),
        Wrong(
            lambda Z, Y: abs(np.sum(Y * _log_softmax(Z), axis=0)).max() / len(Z),
            "You keep the largest of the classes' shares. All classes count: sum them.",
        ),
        Wrong(
            lambda Z, Y: (
                -np.sum(_softmax(Z) * np.where(Y > 0, np.log(np.maximum(Y, 1e-9)), -36.04)) / len(Z)
            ),
            "The arguments are swapped: this is -sum p ln y. The label stands outside the "
            "logarithm, the prediction inside.",
        ),
        Wrong(
            lambda Z, Y: -np.sum(_softmax(Z) * _log_softmax(Z)) / len(Z),
            "This is the entropy of the prediction. The label no longer occurs in it.",
        ),
        Wrong(
            lambda Z, Y: -np.mean(_log_softmax(Z)[np.arange(len(Z)), Y.argmax(axis=1)]),
            "Right for one-hot labels. A soft label has several entries, and argmax throws away "
            "all but one.",
        ),
    ],
    properties=[
        holds(
            "never below the entropy of the labels",
            lambda f: bool(f(LOGITS, SOFT) > -np.sum(SOFT * np.log(np.maximum(SOFT, 1e-99))) / 2),
            "The loss should be above the entropy of the labels, which is positive.",
        )
    ],
    witness=_expected_loss,
    draw=_draw_soft,
    hints=[
        "Is the loss positive? Every ln p is at most 0.",
        "A likelihood is to be made large. What do you do to it before you descend?",
    ],
    why="The minus sign is easily lost, since a likelihood is to be made large. A "
    "gradient check does not find "
    "that: the gradient of the wrong loss is right for the wrong loss. Look at the sign.",
)


# 5.7 ------------------------------------------------------------------------------------------


def fused_backward(Z, y):
    """Return dZ, the mean cross-entropy's gradient with respect to Z.

    Z (n, K) are logits, y (n,) the classes as integers.
    """
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    dZ = E / E.sum(axis=1, keepdims=True)
    dZ[np.arange(len(Z)), y] -= 1
    return dZ / len(Z)


def _fused(combine):
    """A wrong answer: another combination of probabilities and labels."""
    return lambda Z, y: combine(_softmax(Z), _one_hot(y, Z.shape[1]), len(Z))


def _subtracts_in_all_rows(Z, y):
    dZ = _softmax(Z)
    dZ[:, y] -= 1
    return dZ / len(Z)


FUSED = Exercise(
    id="5.7",
    title="the fused gradient",
    solution=fused_backward,
    probes=LOSS_PROBES,
    wrong=[
        Wrong(
            _fused(lambda P, Y, n: P - Y),
            "The 1/n is missing. The loss is a mean over the samples, so each of them counts 1/n.",
        ),
        Wrong(
            _fused(lambda P, Y, n: (Y - P) / n),
            "The sign is flipped: you return the direction of descent. The gradient is P - Y.",
        ),
        Wrong(
            _fused(lambda P, Y, n: P - Y / n),
            "The 1/n stands at the label alone: it is (P - Y) / n, both terms.",
        ),
        Wrong(
            _fused(lambda P, Y, n: (P - Y) / n**2),
            "The 1/n is applied twice. It stands once, in the loss.",
        ),
        Wrong(
            _fused(lambda P, Y, n: (P - Y) / Y.size),
            "You divide by n K, the number of entries. The loss is a mean over samples only.",
        ),
        Wrong(
            _fused(lambda P, Y, n: P * (1 - P) * (P - Y) / n),
            "There is a slope P (1 - P) too many: the derivative of softmax is already in P - Y.",
        ),
        Wrong(
            _fused(lambda P, Y, n: -Y / np.maximum(P, 1e-300) / n),
            "This is the gradient with respect to the probabilities, -Y / (n P). Take it back "
            "through softmax.",
        ),
        Wrong(
            _subtracts_in_all_rows,
            "`dZ[:, y] -= 1` takes 1 from the columns y of every row. Each row has one true "
            "class: `dZ[np.arange(n), y] -= 1`.",
        ),
        Wrong(
            lambda Z, y: (_softmax(Z, axis=0) - _one_hot(y, Z.shape[1])) / len(Z),
            "Softmax runs over the samples (axis 0) here. It belongs over the classes, axis 1.",
        ),
        Wrong(
            lambda Z, y: (_softmax(Z) - y[:, None]) / len(Z),
            "You subtract the number of the class from the whole row. Subtract 1, and only from "
            "the entry of that class.",
        ),
        Wrong(
            _fused(lambda P, Y, n: Y * (P - 1) / n),
            "Only the entry of the right class is filled. The others are pushed down: p / n each.",
        ),
        Wrong(
            lambda Z, y: (Z - _one_hot(y, Z.shape[1])) / len(Z),
            "You subtract the labels from the logits. They go from the probabilities, softmax(Z).",
        ),
        Wrong(
            lambda Z, y: (_log_softmax(Z) - _one_hot(y, Z.shape[1])) / len(Z),
            "You subtract the labels from ln p. They go from p.",
        ),
        Wrong(
            _fused(lambda P, Y, n: 2 * P * (P - Y - np.sum(P * (P - Y), 1, keepdims=True)) / n),
            "This is the gradient of squared error, taken back through softmax. That of "
            "cross-entropy is shorter.",
        ),
    ],
    properties=[
        central_differences(_loss, (LOGITS, LABELS)),
        holds(
            "rows sum to 0",
            lambda f: bool(np.allclose(f(LOGITS, LABELS).sum(axis=1), 0)),
            "The rows of dZ should sum to 0: a shift of all logits changes nothing.",
        ),
    ],
    witness=lambda Z, y: SoftmaxCrossEntropy().backward(_one_hot(y, Z.shape[1]), Z),
    draw=_draw_logits,
    hints=[
        "dZ = (P - Y) / n. The one-hot Y is 1 at one entry of each row, and 0 elsewhere.",
        "So start from P and subtract 1 at the entries [i, y_i].",
        "`dZ[np.arange(len(Z)), y] -= 1`, on an array of your own, then divide by n.",
    ],
    why="Subtraction instead of a division by p: where the two-stage route gives 0 * inf, this "
    "one gives the finite answer -1/n.",
)


# 5.8 ------------------------------------------------------------------------------------------


def softmax_regression_gradients(X, W, b, Y):
    """Return dW, db of the mean cross-entropy of softmax(X W + b)."""
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    dZ = (E / E.sum(axis=1, keepdims=True) - Y) / len(X)
    return X.T @ dZ, dZ.sum(axis=0, keepdims=True)


def broken_softmax_regression_gradients(X, W, b, Y):
    """Return dW, db of the mean cross-entropy of softmax(X W + b)."""
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    dZ = E / E.sum(axis=1, keepdims=True) - Y
    return X.T @ dZ, dZ.sum(axis=0, keepdims=True)


def _regression(weights, bias):
    """A wrong repair: other gradients from the right P - Y."""

    def gradients(X, W, b, Y):
        difference = _softmax(X @ W + b) - Y
        n = len(X)
        return weights(X, difference, n), bias(difference, n)

    return gradients


def _regression_loss(X, W, b, Y):
    return float(-np.sum(Y * _log_softmax(X @ W + b)) / len(X))


REG_X = np.array([[1.0, 2.0], [-1.0, 0.5], [0.0, -1.5], [2.0, 1.0]])
REG_W = np.array([[0.5, -1.0, 0.25], [1.0, 0.75, -0.5]])
REG_b = np.array([[0.1, -0.2, 0.0]])
REG_Y = _one_hot(np.array([0, 2, 1, 1]), 3)


def _regression_by_samples(X, W, b, Y):
    """Go through samples, inputs and classes in loops; p_c is 1 over the sum of e^(z_k - z_c)."""
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for x, y in zip(X, Y, strict=True):
        z = [sum(x[j] * W[j, c] for j in range(len(x))) + b[0, c] for c in range(len(y))]
        for c in range(len(y)):
            off = (np.exp(-_by_pairs(np.array(z) - z[c])) - y[c]) / len(X)
            db[0, c] += off
            for j in range(len(x)):
                dW[j, c] += x[j] * off
    return dW, db


def _draw_regression(rng):
    n, d, K = rng.permutation([3, 4, 5])
    W, b = rng.normal(size=(d, K)), rng.normal(size=(1, K))
    return rng.normal(size=(n, d)), W, b, _one_hot(rng.integers(0, K, n), K)


MEAN_LAB = Exercise(
    id="5.8",
    title="find the bug: softmax regression",
    solution=softmax_regression_gradients,
    broken=broken_softmax_regression_gradients,
    symptom="Central differences of the mean cross-entropy give other numbers.",
    test_hints=[
        "`nnlib.gradcheck.numerical_gradient(function, W)` differentiates for you, or write the "
        "central difference for one weight.",
        "What must hold when a batch is fed twice, one after the other?",
    ],
    probes={
        "two samples": (REG_X[:2], REG_W, REG_b, REG_Y[:2]),
        "the same two, twice": (REG_X[[0, 1, 0, 1]], REG_W, REG_b, REG_Y[[0, 1, 0, 1]]),
        "four samples": (REG_X, REG_W, REG_b, REG_Y),
        "large weights": (REG_X, 1000 * REG_W, REG_b, REG_Y),
    },
    wrong=[
        Wrong(
            _regression(lambda X, D, n: X.T @ D / n, lambda D, n: D.sum(axis=0, keepdims=True)),
            "dW is right now. db has no 1/n: divide once, at dZ, and both are right.",
        ),
        Wrong(
            _regression(
                lambda X, D, n: X.T @ D / n**2, lambda D, n: D.mean(axis=0, keepdims=True) / n
            ),
            "Now 1/n stands twice, in dZ and again in the gradients. Once is enough.",
        ),
        Wrong(
            _regression(lambda X, D, n: X.T @ D / n, lambda D, n: D.mean(keepdims=True)),
            "dW is right now. db is one number: keep the classes apart, and sum over the samples "
            "only, axis 0.",
        ),
        Wrong(
            _regression(
                lambda X, D, n: X.T @ D / D.size, lambda D, n: D.sum(axis=0, keepdims=True) / D.size
            ),
            "You divide by n K. The loss is a mean over the n samples.",
        ),
        Wrong(
            _regression(
                lambda X, D, n: X.T @ D / D.shape[1],
                lambda D, n: D.sum(axis=0, keepdims=True) / D.shape[1],
            ),
            "You divide by K, the number of classes. The loss is a mean over the n samples.",
        ),
        Wrong(
            _regression(lambda X, D, n: -X.T @ D / n, lambda D, n: -D.mean(axis=0, keepdims=True)),
            "The 1/n is right now, and the sign is flipped: dZ = (P - Y) / n.",
        ),
        Wrong(
            _regression(lambda X, D, n: X.T @ D / n, lambda D, n: D.mean(axis=0)),
            "The values are right, but db has lost an axis: it has the shape (1, K) of b.",
        ),
    ],
    properties=[
        central_differences(_regression_loss, (REG_X, REG_W, REG_b, REG_Y), wrt=(1, 2)),
    ],
    witness=_regression_by_samples,
    draw=_draw_regression,
    hints=[
        "The loss is a mean. Where does its 1/n enter the gradients?",
        "Count the divisions by n between the loss and dW. There should be one, at dZ.",
    ],
    why="P - Y without the 1/n is the gradient of a sum. Then the length of a step depends on the "
    "number of samples: a learning rate that suits 32 acts as if 31 times as large on 1000.",
)


# 5.9 ------------------------------------------------------------------------------------------


def temperature_gradient(Z, y, T):
    """Return dL/dT for L = mean of -ln p_y, P = softmax(Z / T)."""
    S = Z - Z.max(axis=1, keepdims=True)
    E = np.exp(S / T)
    P = E / E.sum(axis=1, keepdims=True)
    expected = (P * S).sum(axis=1)
    # A shift of z cancels in the difference, so S may stand for Z.
    return np.mean(S[np.arange(len(Z)), y] - expected) / T**2


def _tempered(combine, at=lambda Z, T: Z / T):
    """A wrong answer: another combination of the true and the expected logit."""

    def gradient(Z, y, T):
        P = _softmax(at(Z, T))
        return np.mean(combine(Z[np.arange(len(Z)), y], (P * Z).sum(axis=1), T))

    return gradient


def _without_shift(Z, y, T):
    E = np.exp(Z / T)
    P = E / E.sum(axis=1, keepdims=True)
    return np.mean(Z[np.arange(len(Z)), y] - (P * Z).sum(axis=1)) / T**2


def _through_each_logit(Z, y, T):
    """Apply the chain rule: the gradient with respect to Z / T, times d(Z / T) / dT."""
    dZ = SoftmaxCrossEntropy().backward(_one_hot(y, Z.shape[1]), Z / T)
    return sum(dZ[i] * -Z[i] / T**2 for i in np.ndindex(Z.shape))


TEMPERATURE = Exercise(
    id="5.9",
    title="the gradient with respect to the temperature",
    solution=temperature_gradient,
    probes={
        "T = 1": (LOGITS[:1], LABELS[:1], 1.0),
        "T = 2": (LOGITS[:1], LABELS[:1], 2.0),
        "two samples": (LOGITS, LABELS, 0.5),
        "equal logits": (np.full((2, 3), 4.0), LABELS, 2.0),
        "as many samples as classes": (SQUARE, SQUARE_LABELS, 3.0),
        "logits of 1000": (HUGE, np.array([2, 0]), 0.5),
    },
    wrong=[
        Wrong(
            _tempered(lambda right, mean, T: (right - mean) / T),
            "The derivative of z / T with respect to T is -z / T^2. You divide by T once.",
        ),
        Wrong(
            _tempered(lambda right, mean, T: right - mean),
            "The factor 1 / T^2 is missing: the logits enter as z / T.",
        ),
        Wrong(
            _tempered(lambda right, mean, T: (mean - right) / T**2),
            "The sign is flipped: the derivative of z / T with respect to T is *minus* z / T^2.",
        ),
        Wrong(
            _tempered(lambda right, mean, T: (right - mean) / T**2, at=lambda Z, T: Z),
            "The probabilities are taken at T = 1. They are those of softmax(Z / T).",
        ),
        Wrong(
            _tempered(lambda right, mean, T: right / T**2),
            "The log-sum-exp depends on T as well: its derivative is minus the expected logit "
            "over T^2.",
        ),
        Wrong(
            lambda Z, y, T: np.mean(Z[np.arange(len(Z)), y] - Z.mean(axis=1)) / T**2,
            "You subtract the plain mean of the logits. It is weighted by the probabilities: "
            "sum of p_c z_c.",
        ),
        Wrong(
            lambda Z, y, T: (
                np.sum(Z[np.arange(len(Z)), y] - (_softmax(Z / T) * Z).sum(axis=1)) / T**2
            ),
            "This is the sum over the samples. The loss is their mean.",
        ),
        Wrong(
            _tempered(lambda right, mean, T: mean - right),
            "This is the derivative with respect to 1 / T. By the chain rule the one with respect "
            "to T is that times -1 / T^2.",
        ),
        Wrong(
            _without_shift,
            "The formula is right, and `np.exp` overflows: a logit of 1000 is 2000 at T = 0.5. "
            "Shift each row by its maximum first.",
        ),
    ],
    properties=[
        central_differences(
            lambda Z, y, T: _loss(Z / T, y), (LOGITS, LABELS, np.array(0.5)), wrt=(2,)
        )
    ],
    witness=_through_each_logit,
    draw=lambda rng: (*_draw_logits(rng), float(rng.uniform(0.3, 3))),
    hints=[
        "L = lse(z / T) - z_y / T. Differentiate both terms with respect to T.",
        "The gradient of lse is softmax: d lse(z / T) / dT = sum of p_c * (-z_c / T^2).",
        "Together: (z_y - sum of p_c z_c) / T^2, averaged over the samples.",
    ],
    why="If on average the true logit is above the expected one, a lower T lowers the loss; if it "
    "is below, a higher one does. The best T is where the two are equal on average.",
)


# 5.10 -----------------------------------------------------------------------------------------


def binary_cross_entropy(z, y):
    """Return the mean of -y ln s(z) - (1 - y) ln s(-z), s logistic.

    z (n,) are logits, y (n,) is 0 or 1, or between. Any z must do.
    """
    tail = np.log1p(np.exp(-np.abs(z)))  # between 0 and ln 2
    return np.mean(np.maximum(z, 0) - y * z + tail)


def _between(least):
    return lambda p: np.clip(p, least, 1 - least)


def _naive_sigmoid(z):
    return 1 / (1 + np.exp(-z))


# As above, and clipped on both sides, as libraries do.
BINARY_FLOORS = {
    **{f"np.clip(p, {e:g}, 1 - {e:g})": (_between(e), -np.log(e)) for e in (*EPSILONS, 1e-12)},
    **{f"p + {e:g}": (lambda p, e=e: p + e, -np.log(e)) for e in (*EPSILONS, 1e-12)},
}
BINARY_z = np.array([0.5, -1.0, 2.0, 0.0])
BINARY_y = np.array([1.0, 0.0, 0.0, 1.0])


def _binary_by_samples(z, y):
    """Take -ln s(z) as ln(e^0 + e^-z), for each sample and both classes."""
    costs = [
        t * np.logaddexp(0, -v) + (1 - t) * np.logaddexp(0, v) for v, t in zip(z, y, strict=True)
    ]
    return sum(costs) / len(costs)


def _draw_binary(rng):
    n = int(rng.integers(2, 8))
    return rng.normal(0, 4, n), rng.choice([0.0, 1.0, 0.3], n)


BINARY = Exercise(
    id="5.10",
    title="binary cross-entropy from one logit",
    solution=binary_cross_entropy,
    probes={
        "an undecided logit": (np.array([0.0]), np.array([1.0])),
        "one sample of class 1": (np.array([2.0]), np.array([1.0])),
        "one sample of class 0": (np.array([2.0]), np.array([0.0])),
        "four samples": (BINARY_z, BINARY_y),
        "soft labels": (BINARY_z, np.array([0.9, 0.2, 0.5, 0.0])),
        "certain and wrong": (np.array([1000.0, -1000.0]), np.array([0.0, 1.0])),
        "certain and right": (np.array([1000.0, -1000.0]), np.array([1.0, 0.0])),
        "far out, where 1 + e^-z rounds to 1": (np.array([40.0]), np.array([1.0])),
    },
    atol=0,
    wrong=[
        Wrong(
            lambda z, y: (
                -np.mean(y * np.log(_naive_sigmoid(z)) + (1 - y) * np.log(1 - _naive_sigmoid(z)))
            ),
            "Right near 0. Far out s(z) rounds to 0 or 1, its logarithm is -inf, and "
            "0 * -inf is NaN. Work with the logit.",
        ),
        Wrong(
            lambda z, y: -np.mean(y * np.log(_naive_sigmoid(z))),
            "The term of class 0 is missing: a sample with y = 0 costs nothing, whatever you "
            "predict.",
        ),
        Wrong(
            lambda z, y: np.mean(np.log(1 + np.exp(z)) - y * z),
            "The formula is right: softplus(z) - y z. But exp(1000) overflows; take m = max(z, 0) "
            "out of it.",
        ),
        Wrong(
            lambda z, y: np.mean(np.maximum(z, 0) + np.log(1 + np.exp(-np.abs(z))) - y * z),
            "Nearly: at z = 40 and y = 1 the truth is 4.2e-18, and this gives 0. ln(1 + e^-40) "
            "loses it, and so does adding it to 40 before 40 is taken away. Use `np.log1p`, and "
            "subtract y z first.",
        ),
        Wrong(
            lambda z, y: np.mean(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) + y * z),
            "The label enters with the wrong sign: it is minus y z.",
        ),
        Wrong(
            lambda z, y: np.mean(np.log1p(np.exp(-np.abs(z)))),
            "This is the loss as if every sign were right: the label does not occur in it.",
        ),
        Wrong(
            lambda z, y: np.mean(np.maximum(z, 0) - y * z),
            "This is the part without the logarithm, a hinge: at z = 0 the loss should be ln 2.",
        ),
        Wrong(
            lambda z, y: np.sum(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - y * z),
            "This is the sum over the samples. The loss is their mean.",
        ),
        *[
            Wrong(
                lambda z, y, keep=keep: (
                    -np.mean(
                        y * np.log(keep(_naive_sigmoid(z)))
                        + (1 - y) * np.log(keep(_naive_sigmoid(-z)))
                    )
                ),
                f"With {name}, or the same by another name, no sample costs more than {top:.1f}, "
                "and one that is certain and right still costs something. Work with the logit.",
            )
            for name, (keep, top) in BINARY_FLOORS.items()
        ],
    ],
    properties=[
        holds(
            "equals cross-entropy of softmax([0, z])",
            lambda f: bool(
                np.isclose(
                    f(BINARY_z, BINARY_y),
                    _loss(np.column_stack([0 * BINARY_z, BINARY_z]), BINARY_y.astype(int)),
                )
            ),
            "The result differs from softmax cross-entropy with the logits [0, z].",
        )
    ],
    witness=_binary_by_samples,
    draw=_draw_binary,
    hints=[
        "-ln s(z) = ln(1 + e^-z), and -ln s(-z) = ln(1 + e^z) = softplus(z).",
        "The first is softplus(z) - z. So both labels together give softplus(z) - y z.",
        "softplus(z) = max(z, 0) + ln(1 + e^-|z|), and `np.log1p(x)` is ln(1 + x). Add the small "
        "term last.",
    ],
    why="softplus is the log-sum-exp of [0, z]: the same shift by the maximum makes it safe, and "
    "log1p keeps the digits of a small e^-|z|.",
)


# 5.11 -----------------------------------------------------------------------------------------


def masked_softmax(Z, allowed):
    """Return softmax over the allowed classes; the others get 0.

    Z (n, K) are logits, allowed (n, K) is True or False, with at
    least one True in each row.
    """
    Z = np.where(allowed, Z, -np.inf)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def _masked_by_max_of_all(Z, allowed):
    E = np.exp(Z - Z.max(axis=1, keepdims=True)) * allowed
    return E / E.sum(axis=1, keepdims=True)


ALL = np.ones((2, 3), dtype=bool)
SOME = np.array([[True, False, True], [False, True, True]])


def _softmax_of_the_rest(Z, allowed):
    """Take the masked classes out of each row, apply softmax, and put zeros in their places."""
    P = np.zeros(Z.shape)
    for i, row in enumerate(allowed):
        kept = np.flatnonzero(row)
        P[i, kept] = [np.exp(-_by_pairs(Z[i, kept] - Z[i, c])) for c in kept]
    return P


def _draw_mask(rng):
    Z, y = _draw_logits(rng)
    return Z, (rng.random(Z.shape) < 0.5) | (_one_hot(y, Z.shape[1]) > 0)


MASK = Exercise(
    id="5.11",
    title="masked logits",
    solution=masked_softmax,
    probes={
        "one class masked": (LOGITS[:1], SOME[:1]),
        "nothing masked": (LOGITS, ALL),
        "two rows": (LOGITS, SOME),
        "one class left": (LOGITS[:1], np.array([[False, True, False]])),
        "negative logits": (LOGITS - 5, SOME),
        "a masked logit of 2000": (np.array([[2000.0, 1.0, 0.0]]), np.array([[False, True, True]])),
        "logits of 1000": (HUGE, SOME),
    },
    wrong=[
        Wrong(
            lambda Z, allowed: _softmax(Z) * allowed,
            "The masked classes are 0, but the rest no longer sums to 1: the sum still contains "
            "the masked ones.",
        ),
        Wrong(
            lambda Z, allowed: _softmax(Z * allowed),
            "You set the masked logits to 0. A logit of 0 is e^0 = 1, a vote like any other: to "
            "mask a class its logit has to be -inf.",
        ),
        Wrong(
            _masked_by_max_of_all,
            "The maximum is taken over all logits. If a masked one is 2000 above the rest, they "
            "all underflow, and 0 / 0 is NaN. Mask first.",
        ),
        Wrong(
            lambda Z, allowed: _softmax(Z - np.inf * ~allowed),
            "`np.inf` times False is NaN, and that spoils the classes that are allowed. Choose "
            "with `np.where`, which multiplies nothing.",
        ),
        Wrong(
            lambda Z, allowed: (
                _softmax(np.where(allowed, -np.inf, Z)) if not allowed.all() else np.zeros_like(Z)
            ),
            "The mask is the wrong way round: True means allowed.",
        ),
        Wrong(
            lambda Z, allowed: _softmax(np.where(allowed, Z, -10.0)),
            "-10 is a low logit, not a masked one: the class keeps a share, and a large one "
            "where the other logits are low as well.",
        ),
        Wrong(
            lambda Z, allowed: (
                np.exp(np.where(allowed, Z, -np.inf))
                / np.exp(np.where(allowed, Z, -np.inf)).sum(axis=1, keepdims=True)
            ),
            "The mask is right. But the shift by the maximum is missing, and exp(1000) overflows.",
        ),
        Wrong(
            lambda Z, allowed: (
                _softmax(np.where(allowed, Z, -np.inf), axis=0)
                if allowed.any(axis=0).all()
                else _softmax(Z, axis=0)
            ),
            "Softmax runs over the samples (axis 0) here. It belongs over the classes, axis 1.",
        ),
    ],
    properties=[
        holds(
            "rows sum to 1, masked classes are 0",
            lambda f: bool(
                np.allclose(f(LOGITS, SOME).sum(axis=1), 1) and not f(LOGITS, SOME)[~SOME].any()
            ),
            "The rows should sum to 1, and the masked classes should be exactly 0.",
        )
    ],
    witness=_softmax_of_the_rest,
    draw=_draw_mask,
    hints=[
        "Which logit gives the probability 0? What is e to that power?",
        "`np.where(allowed, Z, -np.inf)`, then softmax as always.",
        "Take the maximum after masking: a masked logit must not decide the shift.",
    ],
    why="e^-inf is exactly 0, so -inf needs no special case afterwards. In attention the same "
    "three lines keep a word from looking at the words that follow it.",
)


# 5.12 -----------------------------------------------------------------------------------------


def confidence_and_accuracy(Z, y):
    """Return how sure the predictions are, and how often they are right.

    Z (n, K) are logits, y (n,) the classes as integers. The first number
    is the mean of the predicted class's p, the second a share of samples.
    """
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return np.mean(P.max(axis=1)), np.mean(P.argmax(axis=1) == y)


def _row_by_row(Z, y):
    """Take 1 over the sum of e^(z_k - max z), and compare each logit with the right one."""
    sure = [1 / sum(np.exp(z - max(row)) for z in row) for row in Z]
    won = [all(z <= row[c] for z in row) for row, c in zip(Z, y, strict=True)]
    return sum(sure) / len(y), sum(won) / len(y)


def _sure(confidence=lambda P, y: P.max(axis=1), hits=lambda P, y: P.argmax(axis=1) == y):
    """A wrong answer: another measure of how sure, or of how often right."""
    return lambda Z, y: (np.mean(confidence(_softmax(Z), y)), np.mean(hits(_softmax(Z), y)))


def _raw_softmax(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


CONFIDENCE = Exercise(
    id="5.12",
    title="how sure, and how often right",
    solution=confidence_and_accuracy,
    probes={
        "one sample, right": (LOGITS[:1], np.array([0])),
        "one sample, wrong": (LOGITS[:1], np.array([1])),
        "two samples": (LOGITS, LABELS),
        "as many samples as classes": (SQUARE, np.array([1, 0, 0])),
        "right, with a largest p below one half": (
            np.array([[0.2, 0.1, 0.0], [0.0, 3.0, 0.0]]),
            np.array([0, 1]),
        ),
        "all negative": (LOGITS - 10, np.array([0, 1])),
        "logits of 1000": (HUGE, np.array([0, 1])),
    },
    wrong=[
        Wrong(
            lambda Z, y: (np.mean(_softmax(Z).max(axis=1)), np.sum(Z.argmax(axis=1) == y)),
            "The second number counts the samples that are right. Their share is asked for.",
        ),
        Wrong(
            _sure(confidence=lambda P, y: P[np.arange(len(y)), y]),
            "The first number takes the p of the *right* class. How sure a network is shows in the "
            "p of the class that it predicts, right or wrong.",
        ),
        Wrong(
            lambda Z, y: (np.mean(Z.max(axis=1)), np.mean(Z.argmax(axis=1) == y)),
            "The first number is a mean of logits. Only after softmax is it a probability.",
        ),
        Wrong(
            _sure(confidence=lambda P, y: P.max()),
            "The first number is the largest p of the whole batch. Take it row by row, axis 1, "
            "then the mean.",
        ),
        Wrong(
            _sure(confidence=lambda P, y: P),
            "The first number is the mean of all p, which is always 1 / K. Take the largest of "
            "each row first.",
        ),
        Wrong(
            _sure(hits=lambda P, y: P[np.arange(len(y)), y] > 0.5),
            "With more than two classes the right one can win with less than one half. Compare "
            "it with the other classes, not with 0.5.",
        ),
        Wrong(
            _sure(hits=lambda P, y: P.argmax(axis=1) != y),
            "The second number is the share that is wrong, 1 minus the accuracy.",
        ),
        Wrong(
            _sure(hits=lambda P, y: P.argmin(axis=1) == y),
            "The second number takes the least likely class for the prediction.",
        ),
        Wrong(
            lambda Z, y: (np.mean(_softmax(Z).max(axis=1)), np.mean(Z.argmax() == y)),
            "`argmax` without an axis counts through the whole batch. The prediction is one class "
            "for each row: axis 1.",
        ),
        Wrong(
            _sure(hits=lambda P, y: np.round(P) == _one_hot(y, P.shape[1])),
            "For the second number you compare n K rounded entries, most of which are 0 on both "
            "sides. Compare one class for each sample.",
        ),
        Wrong(
            lambda Z, y: (
                np.mean(_raw_softmax(Z).max(axis=1)),
                np.mean(_raw_softmax(Z).argmax(axis=1) == y),
            ),
            "Right for small logits. `np.exp(1000)` overflows: shift each row by its maximum.",
        ),
        Wrong(
            _sure(confidence=lambda P, y: P.max(axis=1)[P.argmax(axis=1) == y]),
            "The first number is a mean over the samples that are right. Take all of them: how "
            "sure it is where it is wrong counts as well.",
        ),
        Wrong(
            lambda Z, y: (np.mean(_softmax(Z, axis=0).max(axis=1)), np.mean(Z.argmax(axis=1) == y)),
            "For the first number softmax runs over the samples (axis 0). It belongs over the "
            "classes, axis 1.",
        ),
        Wrong(
            lambda Z, y: (np.mean(Z.argmax(axis=1) == y), np.mean(_softmax(Z).max(axis=1))),
            "The two are swapped: first how sure, then how often right.",
        ),
    ],
    properties=[
        holds(
            "a temperature changes how sure, and not how often right",
            lambda f: bool(
                f(LOGITS / 3, LABELS)[0] < f(LOGITS, LABELS)[0]
                and f(LOGITS / 3, LABELS)[1] == f(LOGITS, LABELS)[1] == 0.5
            ),
            "At a higher temperature the first number should fall, and the second stay.",
        ),
        holds(
            "a class with p below one half can win",
            lambda f: bool(f(np.array([[0.2, 0.1, 0.0]]), np.array([0]))[1] == 1),
            "Logits [0.2, 0.1, 0.0] predict the first class.",
        ),
    ],
    witness=_row_by_row,
    draw=_draw_logits,
    hints=[
        "The prediction is the class with the largest p of its row: how large is that p, and whose "
        "is it?",
        "`P.max(axis=1)` is how sure each sample is, `P.argmax(axis=1)` what is predicted.",
        "The mean of True and False is a share.",
    ],
    why="A network that says 0.9 should be right nine times in ten. Where the first number is "
    "above the second, it claims too much; a temperature can bring them together.",
)


# 5.13 -----------------------------------------------------------------------------------------


def chance_loss(y, K):
    """Return the least cross-entropy that one constant p can reach.

    The same p (K,) is predicted for every sample; y (n,) are the
    classes as integers from 0 to K - 1, and some may not occur.
    """
    shares = np.bincount(y, minlength=K) / len(y)
    shares = shares[shares > 0]  # 0 ln 0 is 0
    return -np.sum(shares * np.log(shares))


def _shares(y, K):
    return np.bincount(y, minlength=K) / len(y)


def _count_by_count(y, K):
    """Take ln n less the mean of ln n_y, n_y being how often the label of a sample occurs."""
    labels = [int(c) for c in y]
    return np.log(len(labels)) - sum(np.log(labels.count(c)) for c in labels) / len(labels)


def _draw_labels(rng):
    K = int(rng.integers(2, 6))
    return rng.integers(0, K, int(rng.integers(6, 12))), K


CHANCE = Exercise(
    id="5.13",
    title="what chance costs",
    solution=chance_loss,
    probes={
        "two classes, evenly": (np.array([0, 1, 1, 0]), 2),
        "four classes, evenly": (np.arange(8) % 4, 4),
        "nine to one": (np.array([0] * 9 + [1]), 2),
        "a class that does not occur": (np.array([0, 2, 2]), 3),
        "one class only": (np.array([1, 1]), 2),
    },
    wrong=[
        Wrong(
            lambda y, K: np.log(K),
            "ln K is the cost of the uniform prediction. If the classes are not equally "
            "frequent, predicting their frequencies costs less.",
        ),
        Wrong(
            lambda y, K: np.log(len(np.unique(y))),
            "You count the classes that occur, and give them equal shares. Use the shares that "
            "they have.",
        ),
        Wrong(
            lambda y, K: -np.sum(_shares(y, K) * np.log(_shares(y, K))),
            "A class that does not occur gives 0 * ln 0 = 0 * -inf, which is NaN. Leave it out: "
            "the limit of s ln s at 0 is 0.",
        ),
        Wrong(
            lambda y, K: -np.sum(_shares(y, K) * np.log2(np.maximum(_shares(y, K), 1e-300))),
            "These are bits. The book measures in nats, with the natural logarithm.",
        ),
        Wrong(
            lambda y, K: -np.mean(np.log(_shares(y, K))),
            "You average the surprisals of the classes, each counted alike. Average over the "
            "samples: a class counts by its share.",
        ),
        Wrong(
            lambda y, K: -np.log(_shares(y, K).max()),
            "This is the surprisal of the most frequent class. Average the surprisal over all "
            "samples.",
        ),
        Wrong(
            lambda y, K: 1 - _shares(y, K).max(),
            "This is the error rate of always guessing the most frequent class. The question is "
            "for the loss.",
        ),
        Wrong(
            lambda y, K: np.sum(_shares(y, K) * np.log(np.maximum(_shares(y, K), 1e-300))),
            "The minus sign is missing: a loss is not negative.",
        ),
    ],
    properties=[
        holds(
            "no constant does better",
            lambda f: all(
                f(np.array([0, 0, 1]), 2) <= -(2 * np.log(p) + np.log(1 - p)) / 3 + 1e-12
                for p in (0.5, 0.6, 2 / 3, 0.7, 0.9)
            ),
            "A constant prediction reaches a lower loss than the one you return.",
        ),
        holds(
            "at most ln K",
            lambda f: bool(0 <= f(np.array([0, 0, 1]), 3) <= np.log(3)),
            "The result should lie between 0 and ln K.",
        ),
    ],
    witness=_count_by_count,
    draw=_draw_labels,
    hints=[
        "With a constant p the loss is -sum over the classes of s_c ln p_c, s_c the share of "
        "class c. Which p makes it smallest?",
        "Cross-entropy is smallest at p = s. What is left is the entropy of s.",
        "`np.bincount(y, minlength=K) / len(y)`; mind the shares that are 0.",
    ],
    why="It is the entropy of the label frequencies, ln K only if they are equal. A network "
    "whose loss stays there has learned the frequencies and nothing about the inputs.",
)


# 5.14 -----------------------------------------------------------------------------------------


def hessian_times(Z, V):
    """Return H V, H the Hessian of the mean cross-entropy in Z.

    Z (n, K) are logits, V (n, K) is a direction. Build no matrix.
    """
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return P * (V - (P * V).sum(axis=1, keepdims=True)) / len(Z)


DIRECTION = np.array([[1.0, 2.0, -1.0], [4.0, 0.5, 3.0]])
SQUARE_DIRECTION = np.array([[1.0, 0.0, 2.0], [-1.0, 3.0, 0.5], [0.25, 1.0, -2.0]])


def _hessian(combine):
    return lambda Z, V: combine(_softmax(Z), V, len(Z))


def _by_the_matrix(Z, V):
    """Build the Hessian of each sample: p_c (1 - p_c) on its diagonal, -p_c p_k beside it."""
    n, K = Z.shape
    HV = np.zeros((n, K))
    for i in range(n):
        p = [np.exp(-_by_pairs(Z[i] - Z[i, c])) for c in range(K)]
        H = [[p[c] * (1 - p[c]) if c == k else -p[c] * p[k] for k in range(K)] for c in range(K)]
        HV[i] = np.array(H) @ V[i] / n
    return HV


def _draw_direction(rng):
    Z, _ = _draw_logits(rng)
    return Z, rng.normal(size=Z.shape)


HESSIAN = Exercise(
    id="5.14",
    title="Hessian times vector",
    solution=hessian_times,
    probes={
        "two classes": (np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])),
        "one sample": (LOGITS[:1], DIRECTION[:1]),
        "two samples": (LOGITS, DIRECTION),
        "as many samples as classes": (SQUARE, SQUARE_DIRECTION),
        "a shift of all logits": (LOGITS, np.ones((2, 3))),
        "logits of 1000": (HUGE, DIRECTION),
    },
    wrong=[
        Wrong(
            _hessian(lambda P, V, n: P * (V - (P * V).sum(axis=1, keepdims=True))),
            "The 1/n of the mean is missing: it is in the loss, so it is in every derivative.",
        ),
        Wrong(
            _hessian(lambda P, V, n: P * (1 - P) * V / n),
            "You kept only the diagonal of diag(p) - p p^T.",
        ),
        Wrong(
            _hessian(lambda P, V, n: P * V / n),
            "This is diag(p) V. The second part, -p (p^T V), is missing.",
        ),
        Wrong(
            _hessian(lambda P, V, n: P * (V - V.mean(axis=1, keepdims=True)) / n),
            "You subtract the plain mean of V. It is the mean under p: sum of p_c v_c.",
        ),
        Wrong(
            _hessian(lambda P, V, n: P * (V - (P * V).sum(axis=0, keepdims=True)) / n),
            "The sum runs over the samples (axis 0). Each sample has its own Hessian: axis 1.",
        ),
        Wrong(
            _hessian(lambda P, V, n: P * (V - (P * V).sum(keepdims=True)) / n),
            "The sum runs over the whole batch: it lacks its axis. Each sample has its own "
            "Hessian.",
        ),
        Wrong(
            _hessian(lambda P, V, n: (P - V) / n),
            "This is a gradient, with V in the place of the labels. The Hessian is the "
            "derivative of the gradient with respect to Z.",
        ),
    ],
    properties=[
        holds(
            "never negative: the loss is convex",
            lambda f: (
                bool(np.sum(DIRECTION * f(LOGITS, DIRECTION)) >= 0)
                and bool(np.sum(SQUARE_DIRECTION * f(SQUARE, SQUARE_DIRECTION)) >= 0)
                and bool(np.allclose(f(LOGITS, np.ones((2, 3))), 0))
            ),
            "v^T H v should never be negative, and 0 for a shift of all logits.",
        ),
        holds(
            "agrees with differences of the gradient",
            lambda f: bool(
                np.allclose(
                    f(LOGITS, DIRECTION),
                    (_softmax(LOGITS + 1e-5 * DIRECTION) - _softmax(LOGITS - 1e-5 * DIRECTION))
                    / 4e-5,
                    atol=1e-8,
                )
            ),
            "The result differs from central differences of the gradient (P - Y) / n along V.",
        ),
    ],
    witness=_by_the_matrix,
    draw=_draw_direction,
    hints=[
        "The gradient is (P - Y) / n, and Y is constant. So H is the Jacobian of softmax over n.",
        "For one row: (diag(p) - p p^T) v = p * v - p (p^T v).",
        "`P * (V - (P * V).sum(axis=1, keepdims=True)) / len(Z)`.",
    ],
    why="v^T H v is the variance of v under p, over n: never negative, so the loss is convex in "
    "the logits. It is 0 only where v is constant: a shift.",
)


# 5.15 -----------------------------------------------------------------------------------------


def gap_slopes(gap):
    """Return the slopes of -ln g and 2 (1 - g)^2 with respect to the gap.

    gap (n,) is the logit of the wrong class less that of the right one, and
    g = 1 / (1 + e^gap) is the probability of the right one.
    """
    g = 1 / (1 + np.exp(gap))
    return 1 - g, 4 * g * (1 - g) ** 2


def _slopes_by_logits(gap):
    """Take the gradients of both losses with respect to the logits 0 and gap, through nnlib."""
    Z = np.column_stack([np.zeros_like(gap), gap])
    Y = np.tile([1.0, 0.0], (len(gap), 1))
    fused = SoftmaxCrossEntropy().backward(Y, Z) * len(gap)
    squared = SoftMax().backward(Z, 2 * (SoftMax().forward(Z) - Y))
    return fused[:, 1], squared[:, 1]


def _by_g(cross_entropy, squared=lambda g: 4 * g * (1 - g) ** 2):
    """A wrong answer: other formulas in g."""
    return lambda gap: (cross_entropy(1 / (1 + np.exp(gap))), squared(1 / (1 + np.exp(gap))))


GAP_SLOPES = Exercise(
    id="5.15",
    title="the slope of each loss",
    solution=gap_slopes,
    probes={
        "level": (np.array([0.0]),),
        "wrong by 2": (np.array([2.0]),),
        "right by 2": (np.array([-2.0]),),
        "several": (np.array([-3.0, -0.5, 1.0, 6.0]),),
        "wrong by 10": (np.array([10.0]),),
    },
    wrong=[
        Wrong(
            _by_g(lambda g: -1 / g, lambda g: -4 * (1 - g)),
            "These are slopes with respect to g. Multiply by how g moves with the gap, -g (1 - g).",
        ),
        Wrong(
            _by_g(lambda g: 1 / g, lambda g: 4 * (1 - g)),
            "These are how fast each loss rises as g falls. Multiply by how fast g falls with the "
            "gap, g (1 - g).",
        ),
        Wrong(
            _by_g(lambda g: 1 - g, lambda g: 4 * (1 - g) ** 2),
            "A factor g is missing in the second one: g falls at the rate g (1 - g).",
        ),
        Wrong(
            _by_g(lambda g: -(1 - g), lambda g: -4 * g * (1 - g) ** 2),
            "The sign is flipped: g falls as the gap grows, so both losses rise with it.",
        ),
        Wrong(
            _by_g(lambda g: g, lambda g: 4 * (1 - g) * g**2),
            "g and 1 - g are swapped: with that, a sample that is right would be pushed hardest. "
            "g = 1 / (1 + e^gap).",
        ),
        Wrong(
            _by_g(lambda g: 1 - g, lambda g: 2 * g * (1 - g) ** 2),
            "The second one is half of what it should be: the square of 1 - g has the slope "
            "2 (1 - g), and a factor 2 stands in front.",
        ),
        Wrong(
            _by_g(lambda g: 1 - g, lambda g: 4 * (1 - g)),
            "The second one lacks the slope of the sigmoid, g (1 - g).",
        ),
        Wrong(
            _by_g(lambda g: 1 - g, lambda g: 4 * g * (1 - g)),
            "The second one is the ratio of the two slopes. Times 1 - g it is squared error's.",
        ),
        Wrong(
            lambda gap: gap_slopes(gap)[::-1],
            "The two are swapped: first that of -ln g.",
        ),
        Wrong(
            _by_g(lambda g: -np.log(g), lambda g: 2 * (1 - g) ** 2),
            "These are the losses. Their slopes are asked for.",
        ),
    ],
    properties=[
        holds(
            "agrees with differences of the losses",
            lambda f: all(
                np.allclose(f(np.array([at]))[i], (loss(at + 1e-5) - loss(at - 1e-5)) / 2e-5)
                for at in (-1.0, 0.0, 2.5)
                for i, loss in enumerate(
                    (
                        lambda x: np.log1p(np.exp(x)),
                        lambda x: 2 / (1 + np.exp(-x)) ** 2,
                    )
                )
            ),
            "The result differs from central differences of the two losses.",
        )
    ],
    witness=_slopes_by_logits,
    draw=lambda rng: (rng.normal(0, 3, int(rng.integers(3, 8))),),
    hints=[
        "By the chain rule: the slope of the loss with respect to g, times -g (1 - g).",
        "The slopes with respect to g are -1/g and -4 (1 - g).",
    ],
    why="The 1/g of the logarithm cancels the g of the sigmoid. Nothing cancels it for squared "
    "error, so its slope vanishes with g.",
)


# 5.16 -----------------------------------------------------------------------------------------


def calibration_error(sure, right):
    """Return the sum over the bins of share * |mean sure - mean right|.

    sure (n,) are probabilities from 0 to 1, right (n,) True or False.
    There are ten bins, [0, 0.1), [0.1, 0.2), ..., [0.9, 1]; the share
    of a bin is that of all samples that it holds.
    """
    which = np.minimum((10 * sure).astype(int), 9)
    error = 0.0
    for k in range(10):
        inside = which == k
        if inside.any():
            error += np.mean(inside) * abs(np.mean(sure[inside]) - np.mean(right[inside]))
    return error


def _off_by_sums(sure, right):
    """Add up sure - right in each bin, and divide the sizes of the sums by n."""
    sums = [0.0] * 10
    for p, hit in zip(sure, right, strict=True):
        k = next((k for k in range(9) if p < (k + 1) / 10), 9)
        sums[k] += p - hit
    return sum(abs(total) for total in sums) / len(sure)


def _draw_sure(rng):
    n = int(rng.integers(12, 30))
    sure = rng.uniform(0.15, 1, n)
    return sure, rng.random(n) < sure**2


def _binned(add, bins=10):
    """A wrong answer: another way to add up the bins."""

    def error(sure, right):
        which = np.minimum((bins * sure).astype(int), bins - 1)
        filled = [which == k for k in range(bins) if (which == k).any()]
        return add(filled, sure, right)

    return error


def _over_all_bins(sure, right):
    which = np.minimum((10 * sure).astype(int), 9)
    return sum((which == k).mean() * abs(_off(which == k, sure, right)) for k in range(10))


def _by_middles(sure, right):
    which = np.minimum((10 * sure).astype(int), 9)
    off = {k: abs((k + 0.5) / 10 - right[which == k].mean()) for k in np.unique(which)}
    return sum((which == k).mean() * size for k, size in off.items())


def _closed_above(sure, right):
    which = np.ceil(10 * sure).astype(int)
    filled = [which == k for k in np.unique(which)]
    return sum(i.mean() * abs(_off(i, sure, right)) for i in filled)


def _off(inside, sure, right):
    return np.mean(sure[inside]) - np.mean(right[inside])


CALIBRATION = Exercise(
    id="5.16",
    title="is it right as often as it says?",
    solution=calibration_error,
    probes={
        "one sample, right": (np.array([0.8]), np.array([True])),
        "one sample, wrong": (np.array([0.8]), np.array([False])),
        "one bin": (np.full(4, 0.75), np.array([True, True, True, False])),
        "two bins": (np.array([0.95, 0.95, 0.55, 0.55]), np.array([True, False, True, True])),
        "unequal bins": (
            np.array([0.95, 0.97, 0.93, 0.35]),
            np.array([True, True, False, True]),
        ),
        "certain": (np.array([1.0, 1.0, 0.42]), np.array([True, False, False])),
        "on an edge": (np.array([0.5, 0.45]), np.array([True, False])),
    },
    wrong=[
        Wrong(
            lambda sure, right: abs(np.mean(sure) - np.mean(right)),
            "Without bins a network that is too sure of some and not sure enough of others comes "
            "out right. Compare bin by bin.",
        ),
        Wrong(
            _binned(lambda filled, s, r: np.mean([abs(_off(i, s, r)) for i in filled])),
            "You count each bin alike. A bin with many samples weighs more: by its share.",
        ),
        Wrong(
            _over_all_bins,
            "The mean of an empty bin is NaN, and so is the sum. Leave out the bins that hold "
            "nothing.",
        ),
        Wrong(
            _binned(lambda filled, s, r: sum(abs(_off(i, s, r)) for i in filled) / 10),
            "You divide by ten, as if each bin held a tenth of the samples. Weigh it by its share.",
        ),
        Wrong(
            _by_middles,
            "You take the middle of a bin for how sure its samples are. Take their mean.",
        ),
        Wrong(
            _closed_above,
            "A number on an edge belongs to the bin above it: 0.5 to [0.5, 0.6).",
        ),
        Wrong(
            _binned(lambda filled, s, r: sum(i.mean() * _off(i, s, r) for i in filled)),
            "Too sure in one bin and not sure enough in another cancel here. Take the size of "
            "each difference.",
        ),
        Wrong(
            _binned(lambda filled, s, r: max(abs(_off(i, s, r)) for i in filled)),
            "That is the worst bin. Add them up, weighted by their shares.",
        ),
        Wrong(
            _binned(lambda filled, s, r: sum(i.sum() * abs(_off(i, s, r)) for i in filled)),
            "You weigh by the number of samples in a bin. Divide by n: by its share.",
        ),
        Wrong(
            lambda sure, right: np.mean(abs(sure - right)),
            "Sample by sample, one that says 0.8 is always off, by 0.2 or by 0.8. Only the "
            "mean of a bin can be right.",
        ),
        Wrong(
            lambda sure, right: np.mean((sure - right) ** 2),
            "That is the squared error of sample by sample. Take means within the bins first.",
        ),
        Wrong(
            lambda sure, right: sum(
                (np.floor(10 * sure) == k).mean()
                * abs(
                    np.mean(sure[np.floor(10 * sure) == k])
                    - np.mean(right[np.floor(10 * sure) == k])
                )
                for k in range(10)
                if (np.floor(10 * sure) == k).any()
            ),
            "A sample that is certain, with 1, falls into an eleventh bin and is lost. It "
            "belongs to the last one.",
        ),
    ],
    properties=[
        holds(
            "right as often as it says: 0",
            lambda f: bool(np.isclose(f(np.full(4, 0.75), np.arange(4) > 0), 0)),
            "Four samples that say 0.75, three of them right, should give 0.",
        )
    ],
    witness=_off_by_sums,
    draw=_draw_sure,
    hints=[
        "Which bin? `np.minimum((10 * sure).astype(int), 9)`.",
        "Of each bin that is not empty: the mean of `sure`, the mean of `right`, and how many of "
        "all samples it holds.",
    ],
    why="It is called the expected calibration error. Among samples that say 0.9, nine in ten "
    "should be right; it says by how much that fails, on average.",
)


EXERCISES = [
    GAP_SLOPES,
    MASK,
    CHANCE,
    SIGN_LAB,
    FUSED,
    MEAN_LAB,
    HESSIAN,
    LOG_SUM_EXP,
    LOG_SOFTMAX,
    CROSS_ENTROPY,
    BINARY,
    SHIFT_LAB,
    EPSILON_LAB,
    CONFIDENCE,
    CALIBRATION,
    TEMPERATURE,
]
