"""The exercises of lessons 4 to 6: averages, Adam, decay, schedules, clipping, a fair comparison.

Each solution is written as a learner would write it, without nnlib; nnlib is the witness.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code="misc"

import statistics

import numpy as np

import nnlib
from nnlib.teaching.exercises import Exercise, Wrong
from nnlib.teaching.exercises.properties import holds

RNG = np.random.default_rng(8)


def _walked(optimizer, w, gradients):
    """Return w after the steps of one of nnlib's optimizers."""
    layer = nnlib.Layer()
    layer.parameters = {"w": np.array(w, dtype=float)}
    for g in gradients:
        layer.gradients = {"w": np.array(g, dtype=float)}
        optimizer.step([layer])
    return layer.parameters["w"]


# 8.8 ------------------------------------------------------------------------------------------


def average_weights(beta, t):
    """Return the weights of g_1, ..., g_t in m_t, an array.

    m_0 is 0, and m_t = beta m_(t-1) + (1 - beta) g_t.
    """
    return (1 - beta) * beta ** np.arange(t)[::-1]


def _by_unit_gradients(beta, t):
    """Send a 1 in one step and 0 in all others: what is left in m_t is that step's weight."""
    found = []
    for sent in range(t):
        m = 0.0
        for step in range(t):
            m = beta * m + (1 - beta) * (step == sent)
        found.append(m)
    return np.array(found)


AVERAGE_WEIGHTS = Exercise(
    id="8.8",
    title="who counts how much",
    solution=average_weights,
    probes={
        "one gradient": (0.9, 1),
        "three": (0.5, 3),
        "seven": (0.8, 7),
        "no memory": (0.0, 4),
    },
    wrong=[
        Wrong(
            lambda beta, t: (1 - beta) * beta ** np.arange(t),
            "The first gradient has the largest weight. It is the oldest: each step since has "
            "multiplied it by beta. Turn the order round.",
        ),
        Wrong(
            lambda beta, t: beta ** np.arange(t - 1, -1, -1.0),
            "The factor 1 - beta, with which a gradient enters, is missing.",
        ),
        Wrong(
            lambda beta, t: (1 - beta) * beta ** np.arange(t, 0, -1),
            "Each exponent is one too large: the last gradient has not been multiplied by beta.",
        ),
        Wrong(
            lambda beta, t: (1 - beta) / (1 - beta**t) * beta ** np.arange(t - 1, -1, -1),
            "These are the weights after the bias correction; they sum to 1. Asked for are those "
            "in m_t itself.",
        ),
        Wrong(
            lambda beta, t: beta * (1 - beta) ** np.arange(t - 1, -1, -1),
            "beta and 1 - beta are exchanged: what is remembered is multiplied by beta.",
        ),
        Wrong(
            lambda beta, t: np.full(t, (1 - beta**t) / t),
            "The sum is right, but all gradients count alike. The older, the less.",
        ),
    ],
    witness=_by_unit_gradients,
    draw=lambda rng: (float(rng.uniform(0.1, 0.95)), int(rng.integers(2, 9))),
    properties=[
        holds(
            "they sum to 1 - beta^t",
            lambda f: bool(np.isclose(np.sum(f(0.9, 6)), 1 - 0.9**6)),
            "For beta = 0.9 and t = 6 they should sum to 1 - 0.9^6.",
        )
    ],
    hints=[
        "How often has g_t been multiplied by beta, and how often g_1?",
        "The exponents are t - 1, ..., 1, 0: `np.arange(t)[::-1]`.",
    ],
    why="It is a geometric sum: with the share beta^t on the start, which is 0, all is accounted "
    "for.",
)


# 8.9 ------------------------------------------------------------------------------------------


def adam(w, gradients, rate, beta1, beta2, eps):
    """Return w after one step of Adam for each row of gradients.

    Row t - 1 of gradients is g_t, of the same length as w. m and v start
    at 0.
    """
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        w = w - rate * m_hat / (np.sqrt(v_hat) + eps)
    return w


def _adam(
    w,
    gradients,
    rate,
    beta1,
    beta2,
    eps,
    correct=lambda m, v, b, c: (m / (1 - b), v / (1 - c)),
    step=lambda m, v, eps: m / (np.sqrt(v) + eps),
    square=np.square,
    late=0,
):
    """A wrong Adam: another correction, another step, another square, another count."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1 + late):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * square(g)
        w = w - rate * step(*correct(m, v, beta1**t, beta2**t), eps)
    return w


def _forgets(w, gradients, rate, beta1, beta2, eps):
    for t, g in enumerate(gradients, start=1):
        m, v = (1 - beta1) * g, (1 - beta2) * g**2
        w = w - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w


def _keeps_the_corrected(w, gradients, rate, beta1, beta2, eps):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
        v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
        w = w - rate * m / (np.sqrt(v) + eps)
    return w


def _only_at_the_end(w, gradients, rate, beta1, beta2, eps):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for g in gradients:
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
    t = len(gradients)
    return w - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)


def _all_alike(g):
    return np.full_like(g, np.sum(g**2))


def _without_shares(w, gradients, rate, beta1, beta2, eps):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m, v = beta1 * m + g, beta2 * v + g**2
        w = w - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w


def _as_adam(w, gradients, rate, beta1, beta2, eps):
    return _walked(nnlib.Adam(rate, beta1, beta2, eps), w, gradients)


W3 = np.array([1.0, -2.0, 0.5])
G3 = np.array([[0.4, -3.0, 0.02], [-0.1, -2.0, 0.03], [0.7, 1.0, -0.05], [0.2, -4.0, 0.01]])

ADAM = Exercise(
    id="8.9",
    title="Adam, step by step",
    solution=adam,
    probes={
        "one step": (W3, G3[:1], 0.1, 0.9, 0.999, 1e-8),
        "two steps": (W3, G3[:2], 0.1, 0.5, 0.8, 1e-8),
        "four steps": (W3, G3, 0.05, 0.9, 0.99, 1e-8),
        "a large eps": (W3, G3, 0.1, 0.7, 0.6, 0.5),
        "a gradient of 0": (W3[:1], np.array([[2.0], [0.0], [0.0]]), 0.1, 0.6, 0.9, 1e-8),
    },
    wrong=[
        Wrong(
            lambda *a: _adam(*a, correct=lambda m, v, b, c: (m, v)),
            "No bias correction: after one step m is only 1 - beta1 of g. Divide m by "
            "1 - beta1^t and v by 1 - beta2^t.",
        ),
        Wrong(
            lambda *a: _adam(*a, correct=lambda m, v, b, c: (m / (1 - b), v)),
            "Only m is corrected. v starts at 0 as well: divide it by 1 - beta2^t.",
        ),
        Wrong(
            lambda *a: _adam(*a, correct=lambda m, v, b, c: (m, v / (1 - c))),
            "Only v is corrected. m starts at 0 as well: divide it by 1 - beta1^t.",
        ),
        Wrong(
            lambda *a: _adam(*a, late=1),
            "Your t is one too large: in the first step it should be 1, so that m^ is g.",
        ),
        Wrong(
            lambda *a: _adam(*a, late=-1),
            "Your t is 0 in the first step, and 1 - beta^0 is 0. Count from 1: "
            "`enumerate(gradients, start=1)`.",
        ),
        Wrong(
            lambda *a: _adam(*a, step=lambda m, v, eps: m / np.sqrt(v + eps)),
            "eps stands inside the root. It is added to the root: sqrt(v^) + eps.",
        ),
        Wrong(
            lambda *a: _adam(*a, step=lambda m, v, eps: m / (v + eps)),
            "The root is missing: v has the unit of a squared gradient.",
        ),
        Wrong(
            lambda *a: _adam(*a, step=lambda m, v, eps: -m / (np.sqrt(v) + eps)),
            "Your steps go uphill: subtract them.",
        ),
        Wrong(
            lambda *a: _adam(*a, square=np.abs),
            "v averages the sizes of the gradients. It should average their squares.",
        ),
        Wrong(
            _keeps_the_corrected,
            "The corrected averages are carried on, and corrected again in the next step. Keep m "
            "and v as they are; m^ and v^ are for this step alone.",
        ),
        Wrong(
            _only_at_the_end,
            "w moves once, after the loop. Each gradient makes a step of its own.",
        ),
        Wrong(
            lambda w, G, rate, b1, b2, eps: _adam(w, G, rate, b1, b2, eps, square=_all_alike),
            "v is one number for all weights, the sum of their squares. Each weight has its own: "
            "work entry by entry.",
        ),
        Wrong(
            lambda *a: _adam(*a, correct=lambda m, v, b, c: (m / (1 - b), v / (1 - c) ** 2)),
            "You divide the root of v by 1 - beta2^t. The correction belongs to v, under the root.",
        ),
        Wrong(
            _without_shares,
            "The factors 1 - beta1 and 1 - beta2, with which a gradient enters, are missing.",
        ),
        Wrong(
            _forgets,
            "m and v start anew in each step. They go on: beta1 * m + ..., beta2 * v + ...",
        ),
        Wrong(
            lambda w, G, rate, b1, b2, eps: _adam(w, G, rate, b2, b1, eps),
            "beta1 and beta2 are exchanged: beta1 belongs to m, beta2 to v.",
        ),
    ],
    witness=_as_adam,
    draw=lambda rng: (
        rng.normal(size=4),
        rng.normal(size=(5, 4)) * 10.0 ** rng.integers(-2, 2, 4),
        float(rng.uniform(0.01, 0.2)),
        float(rng.uniform(0.3, 0.95)),
        float(rng.uniform(0.5, 0.999)),
        float(10.0 ** -rng.integers(1, 9)),
    ),
    properties=[
        holds(
            "the first step has the length of the rate",
            lambda f: bool(
                np.allclose(f(W3, G3[:1], 0.1, 0.9, 0.999, 1e-12), W3 - 0.1 * np.sign(G3[0]))
            ),
            "After one step each weight should have moved by the rate, against its gradient.",
        )
    ],
    hints=[
        "Two averages, m and v; each is corrected for its start; then one step.",
        "m_hat = m / (1 - beta1**t), v_hat = v / (1 - beta2**t), with t = 1 in the first step.",
        "The step is rate * m_hat / (np.sqrt(v_hat) + eps), entry by entry.",
    ],
    why="It is the update of `nnlib.Adam`, whose memory holds m and v of each array.",
)


# 8.10 -----------------------------------------------------------------------------------------


def even_steps(w, gradients, rate, rho):
    """Return w after one step for each row of gradients.

    A step is rate * g / sqrt(v), where v is the moving average of the
    squared gradients, corrected for its start at 0.
    """
    s = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        s = rho * s + (1 - rho) * g**2
        v = s / (1 - rho**t)
        w = w - rate * g / np.sqrt(v)
    return w


def broken_even_steps(w, gradients, rate, rho):
    """Return w after one step for each row of gradients.

    A step is rate * g / sqrt(v), where v is the moving average of the
    squared gradients, corrected for its start at 0.
    """
    s = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        s = rho * s + (1 - rho) * g**2
        v = s = s / (1 - rho**t)
        w = w - rate * g / np.sqrt(v)
    return w


def _even(w, gradients, rate, rho, correct):
    s = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        s = rho * s + (1 - rho) * g**2
        w = w - rate * g / np.sqrt(correct(s, rho, t))
    return w


def _even_at_the_end(w, gradients, rate, rho):
    s = np.zeros_like(w)
    for g in gradients:
        s = rho * s + (1 - rho) * g**2
    return w - rate * g / np.sqrt(s / (1 - rho ** len(gradients)))


def _even_by_sums(w, gradients, rate, rho):
    """Each average as a weighted mean of all squares so far."""
    for t in range(1, len(gradients) + 1):
        weights = rho ** np.arange(t - 1, -1, -1.0)
        v = weights @ gradients[:t] ** 2 / weights.sum()
        w = w - rate * gradients[t - 1] / np.sqrt(v)
    return w


EVEN_LAB = Exercise(
    id="8.10",
    title="find the bug: four steps",
    solution=even_steps,
    broken=broken_even_steps,
    witness=_even_by_sums,
    draw=lambda rng: (
        rng.normal(size=3),
        rng.uniform(0.5, 2, (4, 3)) * rng.choice([-1, 1], (4, 3)),
        float(rng.uniform(0.01, 0.2)),
        float(rng.uniform(0.2, 0.95)),
    ),
    symptom="After one step w is right, after several it is not.",
    test_hints=[
        "Gradients that are all alike make it easy: what is the average of equal squares, and how "
        "long is then each step?",
        "Try more than one row, and compare the length of the whole way with what it should be.",
    ],
    probes={
        "one step": (W3, G3[:1], 0.1, 0.9),
        "two steps": (W3, G3[:2], 0.1, 0.9),
        "four steps": (W3, G3, 0.1, 0.5),
    },
    wrong=[
        Wrong(
            lambda w, G, rate, rho: _even(w, G, rate, rho, lambda s, rho, t: s),
            "The correction is gone altogether: the first steps are too long now.",
        ),
        Wrong(
            lambda w, G, rate, rho: _even(w, G, rate, rho, lambda s, rho, t: s / (1 - rho)),
            "The correction is that of the first step in all steps. It depends on t: 1 - rho^t.",
        ),
        Wrong(
            lambda w, G, rate, rho: _even(
                w, G, rate, rho, lambda s, rho, t: s / (1 - rho ** (t + 1))
            ),
            "Now t is one too large. In the first step the correction is 1 - rho.",
        ),
        Wrong(
            lambda w, G, rate, rho: _even(w, G, rate, rho, lambda s, rho, t: s / (1 - rho) ** t),
            "You divide by (1 - rho)^t. The weights of the squares sum to 1 - rho^t.",
        ),
        Wrong(
            _even_at_the_end,
            "Now w moves once, after the loop. Each row makes a step of its own.",
        ),
    ],
    properties=[
        holds(
            "equal gradients make equal steps",
            lambda f: bool(
                np.allclose(f(W3, np.tile(G3[0], (3, 1)), 0.1, 0.9), W3 - 0.3 * np.sign(G3[0]))
            ),
            "With the same gradient three times, each step should have the length of the rate.",
        )
    ],
    hints=[
        "Follow s with one weight and gradients that are all 1. What should it be after step 2?",
        "What does the line with v leave behind for the next step?",
    ],
    why="v is for this step alone. Written back into s, the correction is made again in each step, "
    "and with equal gradients the average grows beyond their square.",
)


# 8.11 -----------------------------------------------------------------------------------------


def adam_with_decay(w, gradients, rate, decay, decoupled):
    """Return w after one step of Adam for each row of gradients.

    beta1 is 0.9, beta2 is 0.999, eps is 1e-8. With decoupled=False,
    decay * w is part of the gradient. With True, each step also takes
    rate * decay * w away from w, with the w from before the step.
    """
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        if not decoupled:
            g = g + decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        if decoupled:
            step = step + decay * w
        w = w - rate * step
    return w


def _decayed(w, gradients, rate, decay, inside, apart, after=lambda w: w):
    """A wrong one: what is added to the gradient, to the step, and done afterwards."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        g = g + inside(w)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        root = np.sqrt(v / (1 - 0.999**t)) + 1e-8
        w = after(w - rate * (m / (1 - 0.9**t) / root + apart(w, root)))
    return w


def _nothing(*_):
    return 0


def _wrong_decay(apart=_nothing, after=None):
    """Right where the decay is in the gradient; apart from it, this."""

    def adam_with_decay(w, G, rate, decay, decoupled):
        if not decoupled:
            return _decayed(w, G, rate, decay, lambda w: decay * w, _nothing)
        return _decayed(
            w,
            G,
            rate,
            decay,
            _nothing,
            lambda w, root: apart(w, root, rate, decay),
            (lambda w: after(w, rate, decay)) if after else (lambda w: w),
        )

    return adam_with_decay


def _decay_hidden_from_v(w, gradients, rate, decay, decoupled):
    if decoupled:
        return adam_with_decay(w, gradients, rate, decay, True)
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = 0.9 * m + 0.1 * (g + decay * w)
        v = 0.999 * v + 0.001 * g**2
        w = w - rate * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


def _by_nnlib(w, gradients, rate, decay, decoupled):
    kind = nnlib.AdamW if decoupled else nnlib.Adam
    return _walked(kind(rate, weight_decay=decay), w, gradients)


DECAY = Exercise(
    id="8.11",
    title="a decay in two places",
    solution=adam_with_decay,
    probes={
        "apart, one step": (W3, G3[:1], 0.1, 0.5, True),
        "apart": (W3, G3, 0.1, 0.5, True),
        "in the gradient": (W3, G3, 0.1, 0.5, False),
        "no decay": (W3, G3, 0.1, 0.0, False),
        "no gradient, apart": (W3, np.zeros((3, 3)), 0.1, 0.2, True),
        "no gradient but the decay": (W3, np.zeros((3, 3)), 0.1, 0.2, False),
    },
    wrong=[
        Wrong(
            lambda w, G, rate, decay, decoupled: adam_with_decay(w, G, rate, decay, not decoupled),
            "The two cases are exchanged.",
        ),
        Wrong(
            lambda w, G, rate, decay, decoupled: adam_with_decay(w, G, rate, decay, False),
            "The decay is in the gradient in both cases. With decoupled=True, m and v must not "
            "see it.",
        ),
        Wrong(
            lambda w, G, rate, decay, decoupled: adam_with_decay(w, G, rate, decay, True),
            "The decay stands apart in both cases. With decoupled=False it belongs to g, before m "
            "and v.",
        ),
        Wrong(
            _wrong_decay(apart=lambda w, root, rate, decay: decay * w / rate),
            "With decoupled=True the decay lacks the rate: it takes decay * w away in each step.",
        ),
        Wrong(
            _wrong_decay(apart=lambda w, root, rate, decay: decay * w / root),
            "With decoupled=True the decay is divided by the root, as the gradient is. Then it is "
            "not apart.",
        ),
        Wrong(
            _wrong_decay(after=lambda w, rate, decay: w * (1 - rate * decay)),
            "With decoupled=True you shrink w after Adam's step. The decay takes the w from before "
            "the step.",
        ),
        Wrong(
            _wrong_decay(apart=lambda w, root, rate, decay: -decay * w),
            "With decoupled=True the weights grow: the decay has the wrong sign.",
        ),
        Wrong(
            lambda w, G, rate, decay, decoupled: _decayed(
                w,
                G,
                rate,
                decay,
                lambda w: decay * w,
                (lambda w, root: decay * w) if decoupled else _nothing,
            ),
            "With decoupled=True the decay acts twice, in the gradient and apart from it.",
        ),
        Wrong(
            lambda w, G, rate, decay, decoupled: (
                adam_with_decay(w, G, rate, decay, True)
                if decoupled
                else _decayed(w, G, rate, decay, lambda w: decay * w**2 / 2, _nothing)
            ),
            "With decoupled=False you add the penalty itself. The gradient of decay/2 * w^2 is "
            "decay * w.",
        ),
        Wrong(
            lambda w, G, rate, decay, decoupled: adam_with_decay(
                w, G, rate, decay if decoupled else 2 * decay, decoupled
            ),
            "With decoupled=False your decay is twice as strong: the 2 of the square and the 1/2 "
            "of the penalty cancel.",
        ),
        Wrong(
            lambda w, G, rate, decay, decoupled: (
                adam_with_decay(w, G, rate, decay, True)
                if decoupled
                else _decayed(w, G, rate, decay, lambda _: decay * w, _nothing)
            ),
            "With decoupled=False the decay keeps to the first w. In each step it takes the w of "
            "that step.",
        ),
        Wrong(
            _decay_hidden_from_v,
            "With decoupled=False your v does not see the decay. It averages the squares of the "
            "whole gradient, decay included.",
        ),
    ],
    witness=_by_nnlib,
    draw=lambda rng: (
        rng.normal(size=3),
        rng.normal(size=(4, 3)),
        float(rng.uniform(0.01, 0.2)),
        float(rng.uniform(0.1, 1)),
        bool(rng.integers(2)),
    ),
    hints=[
        "Start from your Adam of exercise 8.9. Two places, one `if` each.",
        "Not decoupled: g = g + decay * w, before m and v. Decoupled: add decay * w to the step.",
    ],
    why="The same term before or after the division by sqrt(v^): before it, a weight with large "
    "gradients hardly decays.",
)


# 8.12 -----------------------------------------------------------------------------------------


def cosine_rate(t, steps, peak, warmup):
    """Return the learning rate of step t; the first step is t = 1.

    It rises in equal parts and reaches peak in step `warmup`. Then it
    falls as half a cosine wave: in step warmup + 1 it is still peak, and
    in step steps + 1, the first that is not taken, it would be 0.
    """
    if t <= warmup:
        return peak * t / warmup
    share = (t - 1 - warmup) / (steps - warmup)
    return peak * (1 + np.cos(np.pi * share)) / 2


def _cosine(share, up=lambda t, warmup: t / warmup):
    def cosine_rate(t, steps, peak, warmup):
        if t <= warmup:
            return peak * up(t, warmup)
        return peak * (1 + np.cos(np.pi * share(t, steps, warmup))) / 2

    return cosine_rate


def _right_share(t, steps, warmup):
    return (t - 1 - warmup) / (steps - warmup)


def _shaped(shape):
    def cosine_rate(t, steps, peak, warmup):
        if t <= warmup:
            return peak * t / warmup
        return peak * shape(_right_share(t, steps, warmup))

    return cosine_rate


COSINE = Exercise(
    id="8.12",
    title="up a ramp, down a wave",
    solution=cosine_rate,
    probes={
        "the first step": (1, 10, 0.4, 2),
        "the top": (3, 10, 0.4, 2),
        "half-way down": (7, 10, 0.4, 2),
        "the last step": (10, 10, 0.4, 2),
        "no warm-up": (1, 8, 0.5, 0),
        "end of the ramp": (4, 9, 0.3, 4),
    },
    wrong=[
        Wrong(
            _cosine(lambda t, steps, warmup: (t - warmup) / (steps - warmup)),
            "The wave is one step ahead: in step warmup + 1 nothing of it has passed, and in the "
            "last step the rate is 0, which wastes it.",
        ),
        Wrong(
            _cosine(lambda t, steps, warmup: (t - 1) / steps),
            "The wave begins in step 1, under the ramp. It should begin after the warm-up.",
        ),
        Wrong(
            _cosine(lambda t, steps, warmup: (t - 1 - warmup) / steps),
            "The wave is too long: it has steps - warmup steps to go down.",
        ),
        Wrong(
            _cosine(_right_share, up=lambda t, warmup: (t - 1) / warmup),
            "Your ramp starts at 0, so the first step goes nowhere, and it does not reach peak. In "
            "step t it is peak * t / warmup.",
        ),
        Wrong(
            _cosine(_right_share, up=lambda t, warmup: t / (warmup + 1)),
            "Your ramp does not reach peak in step `warmup`. In step t it is peak * t / warmup.",
        ),
        Wrong(
            _shaped(lambda s: np.cos(np.pi * s)),
            "This wave goes down to -peak: the rate gets negative. Lift it by 1 and halve it.",
        ),
        Wrong(
            _shaped(lambda s: 1 + np.cos(np.pi * s)),
            "The wave begins at twice the peak: halve it.",
        ),
        Wrong(
            _shaped(lambda s: (1 + np.cos(s)) / 2),
            "Half a wave is pi long: cos(pi * share).",
        ),
        Wrong(
            _shaped(lambda s: (1 + np.cos(2 * np.pi * s)) / 2),
            "That is a whole wave: it comes up again. Half a wave is pi long.",
        ),
        Wrong(
            _shaped(lambda s: 1 - s),
            "This falls in a straight line.",
        ),
        Wrong(
            _shaped(lambda s: np.cos(np.pi * s / 2)),
            "That is a quarter of a wave: it leaves the top gently but arrives at 0 steeply.",
        ),
    ],
    witness=lambda t, steps, peak, warmup: nnlib.CosineDecay(peak, steps, warmup)(t),
    draw=lambda rng: (
        int(rng.integers(1, 13)),
        12,
        float(rng.uniform(0.1, 1)),
        int(rng.integers(1, 6)),
    ),
    properties=[
        holds(
            "the top is reached and left",
            lambda f: bool(
                np.isclose(f(2, 10, 0.4, 2), 0.4)
                and np.isclose(f(3, 10, 0.4, 2), 0.4)
                and f(4, 10, 0.4, 2) < 0.4
            ),
            "With a warm-up of 2, steps 2 and 3 should have the peak, and step 4 less.",
        )
    ],
    hints=[
        "Two cases: on the ramp and behind it. How many steps behind the ramp have passed in "
        "step t, and how many are there?",
        "The share is (t - 1 - warmup) / (steps - warmup). At 0 the wave is 1, at 1 it is 0.",
    ],
    why="`nnlib.CosineDecay` is this, with a lowest rate that need not be 0.",
)


# 8.13 -----------------------------------------------------------------------------------------


def slowing_down(w, xs, peak, epochs):
    """Return w after so many epochs of w <- w - rate * (w - x).

    An epoch takes one step for each x in xs, in order. The rate falls in
    a straight line over the run: from peak in its first step by the same
    amount in each, so that it would reach 0 in the step after the last.
    """
    steps = epochs * len(xs)
    for epoch in range(epochs):
        for i, x in enumerate(xs):
            done = epoch * len(xs) + i
            w = w - peak * (1 - done / steps) * (w - x)
    return w


def broken_slowing_down(w, xs, peak, epochs):
    """Return w after so many epochs of w <- w - rate * (w - x).

    An epoch takes one step for each x in xs, in order. The rate falls in
    a straight line over the run: from peak in its first step by the same
    amount in each, so that it would reach 0 in the step after the last.
    """
    steps = epochs * len(xs)
    for epoch in range(epochs):
        for i, x in enumerate(xs):
            done = i * epochs + epoch
            w = w - peak * (1 - done / steps) * (w - x)
    return w


def _slowing(w, xs, peak, epochs, share):
    for epoch in range(epochs):
        for i, x in enumerate(xs):
            w = w - peak * (1 - share(epoch, i, len(xs), epochs)) * (w - x)
    return w


def _slowing_by_schedule(w, xs, peak, epochs):
    rate = nnlib.LinearDecay(peak, epochs * len(xs))
    for t, x in enumerate(np.tile(xs, epochs), start=1):
        w -= rate(t) * (w - x)
    return w


XS = np.array([2.0, -1.0, 0.5, 4.0])

FADE_LAB = Exercise(
    id="8.13",
    title="find the bug: several epochs",
    solution=slowing_down,
    broken=broken_slowing_down,
    witness=_slowing_by_schedule,
    draw=lambda rng: (
        float(rng.normal()),
        rng.normal(size=int(rng.integers(2, 6))),
        float(rng.uniform(0.1, 0.9)),
        int(rng.integers(2, 5)),
    ),
    symptom="For one epoch it is right, and for several it is not.",
    test_hints=[
        "Which cases are easy to compute by hand? One x in xs, or two epochs of two.",
        "Write the rates of all steps in a row, and take the steps one by one.",
    ],
    probes={
        "one epoch": (3.0, XS, 0.5, 1),
        "two epochs": (3.0, XS[:2], 0.5, 2),
        "three epochs": (-1.0, XS, 0.8, 3),
        "one x": (1.0, XS[:1], 0.4, 3),
    },
    wrong=[
        Wrong(
            lambda w, xs, peak, epochs: _slowing(
                w, xs, peak, epochs, lambda e, i, n, epochs: i / n
            ),
            "Now the rate starts again in each epoch. It should fall once, over the whole run.",
        ),
        Wrong(
            lambda w, xs, peak, epochs: _slowing(
                w, xs, peak, epochs, lambda e, i, n, epochs: e / epochs
            ),
            "Now the rate falls from epoch to epoch and is the same within each. It should fall "
            "in each step.",
        ),
        Wrong(
            lambda w, xs, peak, epochs: _slowing(
                w, xs, peak, epochs, lambda e, i, n, epochs: (e * n + i + 1) / (n * epochs)
            ),
            "You count one too many: in the first step nothing is done yet and the rate is peak; "
            "in your last step it is 0.",
        ),
        Wrong(
            lambda w, xs, peak, epochs: _slowing(
                w, xs, peak, epochs, lambda e, i, n, epochs: (e * epochs + i) / (n * epochs)
            ),
            "An epoch has len(xs) steps; you count `epochs` of them.",
        ),
        Wrong(
            lambda w, xs, peak, epochs: _slowing(
                w, xs, peak, epochs, lambda e, i, n, epochs: (e * n + i) / n
            ),
            "The count is right now, but it is divided by the steps of one epoch: in the second "
            "the rate would be negative.",
        ),
    ],
    properties=[
        holds(
            "several epochs are one long one",
            lambda f: bool(np.isclose(f(3.0, XS, 0.5, 2), f(3.0, np.tile(XS, 2), 0.5, 1))),
            "Two epochs should do what one epoch of the same numbers twice does.",
        )
    ],
    hints=[
        "Write down `done` for the first steps of the second epoch. What should it be?",
        "How many steps lie behind you at the start of an epoch?",
    ],
    why="A schedule counts the steps of the run. Counted as here, each epoch runs through the "
    "whole fall: the later the epoch, the longer its rate is too high. A loss may fall even so.",
)


# 8.14 -----------------------------------------------------------------------------------------


def clipped(gradients, limit):
    """Return the gradients, shortened to the length limit if longer.

    gradients is a tuple of arrays that together are one vector; its
    length is the root of the sum of all squares. Return a tuple of
    arrays. What is not longer than limit comes back as it is.
    """
    length = np.sqrt(sum(np.sum(g**2) for g in gradients))
    factor = limit / max(length, limit)
    return tuple(factor * g for g in gradients)


def _scaled(factor):
    return lambda gradients, limit: tuple(factor(gradients, limit) * g for g in gradients)


def _length(gradients):
    return np.sqrt(sum(np.sum(g**2) for g in gradients))


def _by_nnlib_clip(gradients, limit):
    layer = nnlib.Layer()
    layer.gradients = {str(i): np.array(g) for i, g in enumerate(gradients)}
    nnlib.clip_by_norm([layer], limit)
    return tuple(layer.gradients.values())


GW, Gb = np.array([[3.0, -1.0], [0.5, 2.0], [-4.0, 0.2]]), np.array([[0.3, -0.4]])

CLIP = Exercise(
    id="8.14",
    title="shorter, not turned",
    solution=clipped,
    probes={
        "three and four": ((np.array([3.0]), np.array([4.0])), 1.0),
        "a layer": ((GW, Gb), 2.0),
        "short enough": ((GW, Gb), 10.0),
        "one array": ((GW,), 0.5),
        "all zero": ((0 * GW, 0 * Gb), 1.0),
    },
    wrong=[
        Wrong(
            lambda gradients, limit: tuple(
                limit / max(np.linalg.norm(g), limit) * g for g in gradients
            ),
            "You shorten each array by itself. That turns the gradient: a long array is shortened "
            "more than a short one. One length for all, one factor for all.",
        ),
        Wrong(
            lambda gradients, limit: tuple(np.clip(g, -limit, limit) for g in gradients),
            "You cut each entry. That turns the gradient; the length of the whole decides, and "
            "all entries shrink alike.",
        ),
        Wrong(
            _scaled(lambda gradients, limit: limit / max(_length(gradients), 1e-12)),
            "A gradient that is short enough is stretched. It should come back as it is.",
        ),
        Wrong(
            _scaled(lambda gradients, limit: limit / max(_length(gradients) ** 2, limit)),
            "You divide by the square of the length: the root is missing.",
        ),
        Wrong(
            _scaled(
                lambda gradients, limit: (
                    limit / max(sum(np.linalg.norm(g) for g in gradients), limit)
                )
            ),
            "You add up the lengths of the arrays. The length of the whole is the root of the sum "
            "of all squares.",
        ),
        Wrong(
            _scaled(
                lambda gradients, limit: limit / max(max(np.abs(g).max() for g in gradients), limit)
            ),
            "You take the largest entry for the length.",
        ),
        Wrong(
            _scaled(
                lambda gradients, limit: (
                    limit / max(max(np.linalg.norm(g) for g in gradients), limit)
                )
            ),
            "You take the length of the longest array. The other arrays belong to the vector too.",
        ),
        Wrong(
            _scaled(
                lambda gradients, limit: (
                    limit
                    / max(
                        np.sqrt(np.mean(np.concatenate([g.ravel() for g in gradients]) ** 2)), limit
                    )
                )
            ),
            "You take the mean of the squares. The length is the root of their sum.",
        ),
        Wrong(
            _scaled(
                lambda gradients, limit: 1 / _length(gradients) if _length(gradients) > limit else 1
            ),
            "What is too long gets the length 1. It should get the length limit.",
        ),
        Wrong(
            _scaled(
                lambda gradients, limit: limit / max(sum(np.abs(g).sum() for g in gradients), limit)
            ),
            "You add up absolute values. The length is the root of the sum of squares.",
        ),
        Wrong(
            _scaled(lambda gradients, limit: min(1.0, 1 / max(_length(gradients), 1e-12))),
            "The result has the length 1, whatever the limit is.",
        ),
        Wrong(
            lambda gradients, limit: (
                gradients if _length(gradients) <= limit else tuple(0 * g for g in gradients)
            ),
            "What is too long is thrown away. It should be shortened and keep its direction.",
        ),
    ],
    witness=_by_nnlib_clip,
    draw=lambda rng: (
        (rng.normal(size=(3, 2)), rng.normal(size=(1, 2)), rng.normal(size=4)),
        float(rng.uniform(0.2, 5)),
    ),
    hints=[
        "One number first: the length of all arrays together, `np.sqrt(sum(...))`.",
        "The factor is limit / length, and 1 if the length is below the limit.",
        "limit / max(length, limit) is both.",
    ],
    why="A common factor changes no ratio of two entries, so the direction stays.",
)


# 8.15 -----------------------------------------------------------------------------------------


def compare(a, b):
    """Return the mean of a - b and its standard error.

    a[i] and b[i] are what two optimizers misread on the same split i.
    The standard error of a mean of n numbers is their standard
    deviation, with n - 1 below, divided by the root of n.
    """
    d = a - b
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))


def _pair(mean, error):
    return lambda a, b: (mean(a, b), error(a, b))


def _difference(a, b):
    return np.mean(a) - np.mean(b)


def _paired_error(a, b):
    return np.std(a - b, ddof=1) / np.sqrt(len(a))


def _by_statistics(a, b):
    d = [x - y for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    return statistics.fmean(d), statistics.stdev(d) / len(d) ** 0.5


ONE, OTHER = np.array([12.0, 7.0, 20.0, 9.0, 15.0]), np.array([10.0, 6.0, 17.0, 9.0, 11.0])

COMPARE = Exercise(
    id="8.15",
    title="two on the same splits",
    solution=compare,
    probes={
        "two splits": (np.array([4.0, 9.0]), np.array([1.0, 8.0])),
        "five splits": (ONE, OTHER),
        "the other way": (OTHER, ONE),
        "alike but for one": (np.array([5.0, 5.0, 8.0]), np.array([5.0, 5.0, 5.0])),
    },
    wrong=[
        Wrong(
            _pair(
                _difference,
                lambda a, b: np.sqrt((np.var(a, ddof=1) + np.var(b, ddof=1)) / len(a)),
            ),
            "You treat the two as if they had run on different splits. Hard splits are hard for "
            "both: subtract split by split first, then take the standard deviation.",
        ),
        Wrong(
            _pair(_difference, lambda a, b: np.std(a - b) / np.sqrt(len(a))),
            "The standard deviation has n below. With n - 1 it is `ddof=1`.",
        ),
        Wrong(
            _pair(_difference, lambda a, b: np.std(a - b, ddof=1)),
            "That is the standard deviation of one difference. The error of their mean is smaller "
            "by the root of n.",
        ),
        Wrong(
            _pair(_difference, lambda a, b: np.std(a - b, ddof=1) / len(a)),
            "You divide by n. The error of a mean falls as the root of n.",
        ),
        Wrong(
            _pair(_difference, lambda a, b: np.std(a - b, ddof=1) / np.sqrt(len(a) - 1)),
            "n - 1 stands below twice. It belongs into the standard deviation; then divide by the "
            "root of n.",
        ),
        Wrong(
            _pair(_difference, lambda a, b: np.std(a, ddof=1) - np.std(b, ddof=1)),
            "You subtract two standard deviations. Asked for is that of the differences, split by "
            "split.",
        ),
        Wrong(
            _pair(lambda a, b: -_difference(a, b), _paired_error),
            "The sign is turned round: asked for is a - b.",
        ),
        Wrong(
            _pair(lambda a, b: np.median(a - b), _paired_error),
            "That is the median of the differences. Asked for is their mean.",
        ),
        Wrong(
            _pair(_difference, lambda a, b: np.var(a - b, ddof=1) / len(a)),
            "That is the square of the standard error: take its root.",
        ),
        Wrong(
            _pair(lambda a, b: np.mean(np.abs(a - b)), _paired_error),
            "You take the mean of the absolute differences: then the first of two equal ones "
            "would seem to lose.",
        ),
    ],
    witness=_by_statistics,
    draw=lambda rng: (
        rng.integers(3, 30, 6).astype(float),
        rng.integers(3, 30, 6).astype(float),
    ),
    hints=[
        "One number for each split first: d = a - b.",
        "`d.std(ddof=1)` is its standard deviation; divide by `np.sqrt(len(d))`.",
    ],
    why="What makes a split hard for both drops out of the difference. That is why the runs of a "
    "race share their splits, starts and batches.",
)


EXERCISES = [
    # lesson 4
    AVERAGE_WEIGHTS,
    ADAM,
    EVEN_LAB,
    # lesson 5
    DECAY,
    COSINE,
    FADE_LAB,
    CLIP,
    # lesson 6
    COMPARE,
]
