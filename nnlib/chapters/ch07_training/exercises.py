"""The exercises of chapter 7, mini-batch training, in teaching order.

Each solution is written as a learner would write it, without nnlib: that is what the chapter
asks for. The wrong answers are ones that notes, libraries and learners have really produced.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

import statistics
from itertools import combinations

import numpy as np

from nnlib.gradcheck import numerical_gradient
from nnlib.teaching.exercises import Exercise, Wrong
from nnlib.teaching.exercises.properties import holds
from nnlib.training import minibatches

RNG = np.random.default_rng(7)


def _slope(X, t, w):
    """The gradient of 1/(2n) sum_i (x_i w - t_i)^2 by differences: exact for a parabola."""
    return numerical_gradient(lambda v: np.sum((X @ v - t) ** 2) / (2 * len(X)), w.copy(), 0.5)


def _regression(rng, n):
    return rng.normal(size=(n, 3)), rng.normal(size=(n, 1)), rng.normal(size=(3, 1))


# 7.1 ------------------------------------------------------------------------------------------


def batches(n, batch_size, seed):
    """Return the batches of one epoch as a tuple of arrays of row numbers.

    Each of the n rows occurs once, in the order that
    np.random.default_rng(seed).permutation(n) gives. Each batch has
    batch_size rows, except that the last may be smaller.
    """
    order = np.random.default_rng(seed).permutation(n)
    starts = range(0, n, batch_size)
    return tuple(order[i : i + batch_size] for i in starts)


def _cut(order, batch_size, stop):
    return tuple(order[start : start + batch_size] for start in range(0, stop, batch_size))


def _order(n, seed):
    return np.random.default_rng(seed).permutation(n)


def _order_for_each(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    starts = range(0, n, batch_size)
    return tuple(rng.permutation(n)[i : i + batch_size] for i in starts)


def _covers_all(function):
    rows = np.concatenate(function(11, 4, 3))
    return sorted(rows.tolist()) == list(range(11))


BATCHES = Exercise(
    id="7.1",
    title="the batches of one epoch",
    solution=batches,
    probes={
        "the last batch is smaller": (7, 3, 0),
        "the sizes fit": (6, 3, 1),
        "one batch for all": (4, 10, 2),
        "single samples": (3, 1, 3),
        "one row left": (9, 4, 4),
    },
    wrong=[
        Wrong(
            lambda n, batch_size, seed: _cut(np.arange(n), batch_size, n),
            "The rows come in the order of the data. If these are sorted by class, each batch "
            "holds one class only: shuffle first.",
        ),
        Wrong(
            lambda n, batch_size, seed: _cut(
                _order(n, seed), batch_size, n // batch_size * batch_size
            ),
            "The samples that do not fill a batch are lost. Here they should form a last, smaller "
            "batch.",
        ),
        Wrong(
            lambda n, batch_size, seed: tuple(
                np.resize(b, batch_size) for b in _cut(_order(n, seed), batch_size, n)
            ),
            "The last batch is filled up by repeating samples. Each of the n rows should occur "
            "exactly once in an epoch.",
        ),
        Wrong(
            lambda n, batch_size, seed: tuple(
                _order(n, seed)[start : start + batch_size] for start in range(n - batch_size + 1)
            ),
            "The batches overlap: the start moves by 1. It should move by batch_size, the third "
            "argument of `range`.",
        ),
        Wrong(
            lambda n, batch_size, seed: tuple(
                np.random.default_rng(seed).choice(n, len(b))
                for b in _cut(np.arange(n), batch_size, n)
            ),
            "Each batch is drawn by itself, so that some rows come twice in an epoch and others "
            "never. Shuffle once, then cut the order into pieces.",
        ),
        Wrong(
            lambda n, batch_size, seed: tuple(
                np.sort(b) for b in _cut(_order(n, seed), batch_size, n)
            ),
            "Each batch holds the right rows, but sorted; expected is the order of the "
            "permutation itself.",
        ),
        Wrong(
            lambda n, batch_size, seed: tuple(np.array_split(_order(n, seed), -(-n // batch_size))),
            "`np.array_split` evens the sizes out. Here each batch has batch_size rows and only "
            "the last is smaller.",
        ),
        Wrong(
            lambda n, batch_size, seed: _cut(_order(n, seed), batch_size, n + 1),
            "Where the sizes fit, an empty batch comes last: its mean would be 0/0. The starts end "
            "before n, `range(0, n, batch_size)`.",
        ),
        Wrong(
            _order_for_each,
            "A new permutation is drawn for each batch, so that some rows come twice in an epoch "
            "and others never. Draw the order once, before the loop.",
        ),
    ],
    witness=lambda n, batch_size, seed: tuple(
        rows
        for _, rows in minibatches(
            np.zeros((n, 1)), np.arange(n), batch_size, np.random.default_rng(seed)
        )
    ),
    draw=lambda rng: tuple(int(k) for k in rng.integers(1, (13, 9, 99))),
    properties=[
        holds(
            "each row occurs once",
            _covers_all,
            "Over one epoch each row should occur exactly once, and in yours that is not so.",
        )
    ],
    hints=[
        "Draw the order once. A batch is a slice of it.",
        "`range(0, n, batch_size)` gives the places where the batches begin.",
        "A slice that goes beyond the end stops at the end: `order[4:6]` of five rows has one.",
    ],
    why="A slice that reaches beyond the end is cut there, so the smaller last batch needs no "
    "case of its own.",
)


# 7.2 ------------------------------------------------------------------------------------------


def epoch_mean(losses, sizes):
    """Return the mean loss over all samples of an epoch.

    losses[t] is the mean loss of batch t, sizes[t] the number of its
    samples; both are arrays.
    """
    return np.sum(losses * sizes) / np.sum(sizes)


EPOCH_MEAN = Exercise(
    id="7.2",
    title="the mean of an epoch",
    solution=epoch_mean,
    probes={
        "three and one": (np.array([1.0, 5.0]), np.array([3.0, 1.0])),
        "equal sizes": (np.array([2.0, 4.0, 9.0]), np.array([8.0, 8.0, 8.0])),
        "one batch": (np.array([0.5]), np.array([7.0])),
        "a remainder": (np.array([0.3, 0.2, 0.4, 2.0]), np.array([64.0, 64.0, 64.0, 3.0])),
    },
    wrong=[
        Wrong(
            lambda losses, sizes: np.mean(losses),
            "This is the mean of the batch means, 3 in the first case, where the truth is 2. A "
            "sample in the small batch counts three times as much as the others.",
        ),
        Wrong(
            lambda losses, sizes: np.sum(losses) / np.sum(sizes),
            "Each loss is already a mean over its batch. Multiply it by the batch's size before "
            "you add up, or the samples are divided away twice.",
        ),
        Wrong(
            lambda losses, sizes: np.mean(losses * sizes),
            "The sum is right, and it is divided by the number of batches. Divide by the number "
            "of samples.",
        ),
        Wrong(
            lambda losses, sizes: np.sum(losses * sizes) / (len(sizes) * sizes[0]),
            "You divide by batches times batch size, which counts the last batch as a full one.",
        ),
        Wrong(
            lambda losses, sizes: np.mean(losses[sizes == sizes[0]]),
            "The smaller batch is left out. Its samples are samples too.",
        ),
        Wrong(
            lambda losses, sizes: np.sum(losses * sizes),
            "This is the sum over all samples. The division by their number is missing.",
        ),
    ],
    witness=lambda losses, sizes: np.repeat(losses, sizes.astype(int)).mean(),
    draw=lambda rng: (rng.normal(size=5), rng.integers(1, 9, 5).astype(float)),
    properties=[
        holds(
            "equal losses have their own value as mean",
            lambda f: bool(np.isclose(f(np.array([2.0, 2.0]), np.array([5.0, 1.0])), 2)),
            "If every batch has the loss 2, the mean must be 2.",
        )
    ],
    hints=[
        "How large is the sum of the losses of the samples in batch t?",
        "It is losses[t] * sizes[t]. Add these up, and divide by the number of samples.",
    ],
    why="A mean over samples is the sum over samples by their number; each batch contributes its "
    "mean times its size.",
)


# 7.3 ------------------------------------------------------------------------------------------


def batch_variance(G, B):
    """Return the mean squared error of a batch gradient, by (7.5).

    Row i of G is the gradient of sample i; a batch is B rows drawn
    without replacement.
    """
    n = len(G)
    S = np.mean(np.sum((G - G.mean(axis=0)) ** 2, axis=1))
    return S / B * (n - B) / (n - 1)


def _spread(G):
    return np.mean(np.sum((G - G.mean(axis=0)) ** 2, axis=1))


def _over_all_batches(G, B):
    means = np.array([G[list(rows)].mean(axis=0) for rows in combinations(range(len(G)), B)])
    return np.sum((means - G.mean(axis=0)) ** 2, axis=1).mean()


GRADIENTS = RNG.normal(size=(6, 3)) + np.array([1.0, -2.0, 0.5])

BATCH_VARIANCE = Exercise(
    id="7.3",
    title="the variance of a batch gradient",
    solution=batch_variance,
    probes={
        "three numbers, pairs": (np.array([[0.0], [1.0], [5.0]]), 2),
        "a matrix": (GRADIENTS, 2),
        "one sample": (GRADIENTS, 1),
        "the full batch": (GRADIENTS, 6),
    },
    wrong=[
        Wrong(
            lambda G, B: _spread(G) / B,
            "This is S / B, for draws with replacement. At B = n it should be 0, since there is "
            "only one full batch: the factor (n - B) / (n - 1) is missing.",
        ),
        Wrong(
            lambda G, B: _spread(G) / B * (len(G) - B) / len(G),
            "The correction has n below instead of n - 1. At B = 1 the factor must be 1.",
        ),
        Wrong(
            lambda G, B: np.mean((G - G.mean(axis=0)) ** 2) / B * (len(G) - B) / (len(G) - 1),
            "You take the mean over the parameters as well. A squared distance is the sum over "
            "them: `axis=1`.",
        ),
        Wrong(
            lambda G, B: G.var() / B * (len(G) - B) / (len(G) - 1),
            "`G.var()` subtracts one mean from all numbers and takes the mean over all of them. "
            "Each parameter has its own mean, `axis=0`; then add up over the parameters.",
        ),
        Wrong(
            lambda G, B: np.mean(np.sum(G**2, axis=1)) / B * (len(G) - B) / (len(G) - 1),
            "S measures distances from the mean gradient. Here the mean was not subtracted.",
        ),
        Wrong(
            lambda G, B: _spread(G) * len(G) / (len(G) - 1) / B * (len(G) - B) / (len(G) - 1),
            "S is divided by n - 1 and not by n. In (7.5) S is the mean over the n samples; the "
            "n - 1 stands in the other factor.",
        ),
        Wrong(
            lambda G, B: np.sqrt(_spread(G) / B * (len(G) - B) / (len(G) - 1)),
            "This is the typical distance, the square root. Asked for is its square.",
        ),
        Wrong(
            lambda G, B: _spread(G) / B**2 * (len(G) - B) / (len(G) - 1),
            "The variance of a mean falls as 1/B, and not as 1/B^2: the squared sum has B terms "
            "that do not cancel.",
        ),
        Wrong(
            lambda G, B: _spread(G) / B * (G.shape[1] - B) / (G.shape[1] - 1),
            "Your n is the number of parameters, `G.shape[1]`. A row is a sample: n is `len(G)`.",
        ),
        Wrong(
            lambda G, B: _spread(G) / B * (len(G) - B) / len(G) - 1,
            "A pair of brackets is missing: `(n - B) / n - 1` subtracts 1 at the end.",
        ),
    ],
    witness=_over_all_batches,
    draw=lambda rng: (rng.normal(1, 2, (7, 4)), int(rng.integers(1, 8))),
    properties=[
        holds(
            "it is 0 for the full batch",
            lambda f: bool(np.isclose(f(GRADIENTS, 6), 0)),
            "There is only one batch of all samples, and it has no variance: expected 0.",
        )
    ],
    hints=[
        "First S: subtract the mean row, square, add up each row, take the mean of the rows.",
        "Then S / B times (n - B) / (n - 1). Try B = 1 and B = n by hand.",
    ],
    why="Drawing without replacement makes the errors in one batch lean against each other; at "
    "B = n they cancel exactly.",
)


# 7.4 ------------------------------------------------------------------------------------------


def accumulated_gradient(parts, w):
    """Return the gradient of the full batch, computed part by part.

    parts is a tuple of pairs (X, t). The loss of all n samples together
    is 1/(2n) sum_i (x_i w - t_i)^2. No two parts may be put together:
    they do not fit into memory.
    """
    n = sum(len(X) for X, _ in parts)
    gradient = np.zeros_like(w)
    for X, t in parts:
        gradient += X.T @ (X @ w - t) / n
    return gradient


def _part_gradients(parts, w):
    return [X.T @ (X @ w - t) / len(X) for X, t in parts]


def _pairs(*sizes):
    return tuple((RNG.normal(size=(k, 2)), RNG.normal(size=(k, 1))) for k in sizes)


def _of_all_at_once(parts, w):
    X, t = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return _slope(X, t, w)


def _drawn_parts(rng):
    parts = [_regression(rng, int(n))[:2] for n in rng.integers(1, 6, rng.integers(1, 5))]
    return tuple(parts), rng.normal(size=(3, 1))


def _by_the_samples_so_far(parts, w):
    seen, gradient = 0, np.zeros_like(w)
    for X, t in parts:
        seen += len(X)
        gradient += X.T @ (X @ w - t) / seen
    return gradient


def _moving_between_parts(parts, w):
    n, gradient = sum(len(X) for X, _ in parts), np.zeros_like(w)
    for X, t in parts:
        share = X.T @ (X @ w - t) / n
        gradient, w = gradient + share, w - share
    return gradient


W0 = np.array([[0.5], [-1.0]])
UNEVEN = _pairs(3, 1)
EVEN = _pairs(2, 2)

ACCUMULATE = Exercise(
    id="7.4",
    title="a large batch in small parts",
    solution=accumulated_gradient,
    probes={
        "three samples and one": (UNEVEN, W0),
        "equal parts": (EVEN, W0),
        "one part": (UNEVEN[:1], W0),
        "three parts": (_pairs(4, 4, 2), W0),
    },
    wrong=[
        Wrong(
            lambda parts, w: sum(_part_gradients(parts, w)) / len(parts),
            "This is the mean of the parts' gradients, which is right for equal parts only. The "
            "samples of a small part count too much.",
        ),
        Wrong(
            lambda parts, w: sum(_part_gradients(parts, w)),
            "Each part is divided by its own size, and then all are added: the 1/n is that of "
            "the part, and the step is as many times too long as there are parts.",
        ),
        Wrong(
            lambda parts, w: _part_gradients(parts, w)[-1],
            "Only the last part is left: `=` where `+=` should stand.",
        ),
        Wrong(
            lambda parts, w: sum(X.T @ (X @ w - t) for X, t in parts),
            "This is the sum over the samples. The loss is a mean: the 1/n is missing.",
        ),
        Wrong(
            lambda parts, w: (
                sum(X.T @ (X @ w - t) for X, t in parts) / sum(len(X) for X, _ in parts) ** 2
            ),
            "1/n is applied twice, which makes it 1/n^2. It belongs in one place.",
        ),
        Wrong(
            lambda parts, w: (
                sum(X.T @ (t - X @ w) for X, t in parts) / sum(len(X) for X, _ in parts)
            ),
            "The sign is flipped: the error is prediction minus target, X w - t.",
        ),
        Wrong(
            lambda parts, w: (
                2 * sum(X.T @ (X @ w - t) for X, t in parts) / sum(len(X) for X, _ in parts)
            ),
            "Twice too large: the 2 of the square cancels with the 1/2 in the loss.",
        ),
        Wrong(
            _by_the_samples_so_far,
            "Each part is divided by the samples so far. It is one n for all parts, that of the "
            "whole batch: add up first and divide at the end, or count first.",
        ),
        Wrong(
            lambda parts, w: (
                sum(X.T @ (X @ w - t) for X, t in parts) / (len(parts) * len(parts[0][0]))
            ),
            "You take parts times the size of the first for n. The parts may differ in size.",
        ),
        Wrong(
            _moving_between_parts,
            "w moves between the parts. It is one gradient, at one w; the step comes after it.",
        ),
    ],
    witness=_of_all_at_once,
    draw=_drawn_parts,
    properties=[
        holds(
            "equals the gradient of all samples at once",
            lambda f: bool(
                np.allclose(
                    f(UNEVEN, W0),
                    _part_gradients(
                        [tuple(np.concatenate(a) for a in zip(*UNEVEN, strict=True))], W0
                    )[0],
                )
            ),
            "It differs from the gradient of the parts put together.",
        )
    ],
    hints=[
        "For all samples at once it is X^T (X w - t) / n. Which n is it, if X comes in parts?",
        "The sum over samples is a sum over parts of sums: add up X^T (X w - t), part by part.",
        "Count n first, over all parts; then each part adds X^T (X w - t) / n.",
    ],
    why="A sum can be computed in any parts, a mean cannot. So sum up, and divide once by the n "
    "of the whole batch.",
)


# 7.5 ------------------------------------------------------------------------------------------


def one_epoch(X, t, w, rate, batch_size):
    """Return w after an epoch on the loss 1/(2n) sum_i (x_i w - t_i)^2."""
    w = w.copy()
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        g = A.T @ (A @ w - c) / len(A)
        w -= rate * g
    return w


def broken_one_epoch(X, t, w, rate, batch_size):
    """Return w after an epoch on the loss 1/(2n) sum_i (x_i w - t_i)^2."""
    w = w.copy()
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        g = A.T @ (A @ w - c) / batch_size
        w -= rate * g
    return w


def _epoch(X, t, w, rate, batch_size, gradient):
    w = w.copy()
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        w -= rate * gradient(A, c, w, batch_size)
    return w


def _last_gradient_only(X, t, w, rate, batch_size):
    start = (len(X) - 1) // batch_size * batch_size
    A, c = X[start:], t[start:]
    return w - rate * A.T @ (A @ w - c) / len(A)


X5, T5 = RNG.normal(size=(5, 2)), RNG.normal(size=(5, 1))


def _epoch_by_differences(X, t, w, rate, batch_size):
    for start in range(0, len(X), batch_size):
        rows = slice(start, start + batch_size)
        w = w - rate * _slope(X[rows], t[rows], w)
    return w


def _accumulated_epoch(X, t, w, rate, batch_size):
    g, w = np.zeros_like(w), w.copy()
    for start in range(0, len(X), batch_size):
        A, c = X[start : start + batch_size], t[start : start + batch_size]
        g += A.T @ (A @ w - c) / len(A)
        w -= rate * g
    return w


EPOCH_LAB = Exercise(
    id="7.5",
    title="find the bug: one epoch",
    solution=one_epoch,
    broken=broken_one_epoch,
    witness=_epoch_by_differences,
    draw=lambda rng: (*_regression(rng, 7), 0.2, int(rng.integers(1, 9))),
    symptom="For some batch sizes w is right afterwards, and for others it is not.",
    test_hints=[
        "An epoch is a chain of calls with one batch each. With one batch, w moves by the rate "
        "times the gradient of that batch's loss, which differences give you.",
        "Try several batch sizes for the same data.",
    ],
    probes={
        "two batches": (X5[:4], T5[:4], W0, 0.1, 2),
        "one batch": (X5, T5, W0, 0.1, 5),
        "a smaller last batch": (X5, T5, W0, 0.1, 2),
        "single samples": (X5, T5, W0, 0.1, 1),
    },
    wrong=[
        Wrong(
            lambda X, t, w, rate, batch_size: (
                w
                - rate
                * sum(
                    X[s : s + batch_size].T
                    @ (X[s : s + batch_size] @ w - t[s : s + batch_size])
                    / len(X[s : s + batch_size])
                    for s in range(0, len(X), batch_size)
                )
            ),
            "All gradients are taken at the first w, and one long step is made at the end. Each "
            "batch should see the w that the batch before it has left.",
        ),
        Wrong(
            _last_gradient_only,
            "Only the last batch makes a step. The update belongs inside the loop.",
        ),
        Wrong(
            lambda X, t, w, rate, batch_size: _epoch(
                X, t, w, rate, batch_size, lambda A, c, w, B: A.T @ (A @ w - c)
            ),
            "The 1/n of the batch is gone: the step is as many times too long as the batch has "
            "samples.",
        ),
        Wrong(
            lambda X, t, w, rate, batch_size: _epoch(
                X, t, w, rate, batch_size, lambda A, c, w, B: A.T @ (A @ w - c) / len(X)
            ),
            "Divide by the size of the batch, `len(A)`: the loss of a step is the mean over its "
            "own batch, not over all samples.",
        ),
        Wrong(
            _accumulated_epoch,
            "The gradients of the batches before are still in g: a step belongs to one batch.",
        ),
    ],
    hints=[
        "Five samples in batches of two. How many are in the last batch?",
        "The loss of a step is the mean over the rows of its own batch. By what do you divide?",
    ],
    why="Where the sizes fit, both are the same, and so this passes most tests. A short last batch "
    "then takes a step that is too short, in each epoch.",
)


# 7.6 ------------------------------------------------------------------------------------------


def train(X, t, w, rate, batch_size, epochs, seed):
    """Return w after training on the loss 1/(2n) sum_i (x_i w - t_i)^2.

    One generator, np.random.default_rng(seed), draws a new permutation
    at the start of each epoch. The last batch may be smaller; w itself
    stays as it was.
    """
    rng = np.random.default_rng(seed)
    w = w.copy()
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            error = X[rows] @ w - t[rows]
            w -= rate * X[rows].T @ error / len(rows)
    return w


def _loop(order_of=None, step=None, stop=None, copy=True, targets=None):
    """Return the loop with one part exchanged."""
    order_of = order_of or (lambda rng, n, seed: rng.permutation(n))
    targets = targets or (lambda t, rows, start, rng: t[rows])
    step = step or (lambda A, e, n, B: A.T @ e / len(A))
    stop = stop or (lambda n, B: n)

    def train(X, t, w, rate, batch_size, epochs, seed):
        rng, n = np.random.default_rng(seed), len(X)
        w = w.copy() if copy else w
        for _ in range(epochs):
            order = order_of(rng, n, seed)
            for start in range(0, stop(n, batch_size), batch_size):
                rows = order[start : start + batch_size]
                error = X[rows] @ w - targets(t, rows, start, rng)
                w -= rate * step(X[rows], error, n, batch_size)
        return w

    return train


def _two_permutations(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        X_now, t_now = X[rng.permutation(len(X))], t[rng.permutation(len(t))]
        w = one_epoch(X_now, t_now, w, rate, batch_size)
    return w


def _shuffled_further(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        X, t = X[order], t[order]
        w = one_epoch(X, t, w, rate, batch_size)
    return w


def _with_replacement(X, t, w, rate, batch_size, epochs, seed):
    rng, w = np.random.default_rng(seed), w.copy()
    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            rows = rng.integers(0, len(X), min(batch_size, len(X) - start))
            w -= rate * X[rows].T @ (X[rows] @ w - t[rows]) / len(rows)
    return w


def _drawn_for_each_batch(rows_of, idle=False):
    """Return the loop that draws each batch by itself: rows_of(rng, n, start, batch_size).

    Where `idle` holds, an order is drawn as well, and not used.
    """

    def train(X, t, w, rate, batch_size, epochs, seed):
        rng, w = np.random.default_rng(seed), w.copy()
        for _ in range(epochs):
            if idle:
                rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                rows = rows_of(rng, len(X), start, batch_size)
                w -= rate * X[rows].T @ (X[rows] @ w - t[rows]) / len(rows)
        return w

    return train


def _of_epochs(X, t, w, rate, batch_size, seeds):
    for seed in seeds:
        order = _order(len(X), seed)
        w = one_epoch(X[order], t[order], w, rate, batch_size)
    return w


def _carrying(X, t, w, rate, batch_size, epochs, seed):
    rng, total, w = np.random.default_rng(seed), np.zeros_like(w), w.copy()
    for _ in range(epochs):
        for A, c in minibatches(X, t, batch_size, rng):
            total += A.T @ (A @ w - c) / len(A)
            w -= rate * total
    return w


def _gradients_at_first(fresh):
    """Return the loop that takes gradients at a w that stands still: in each epoch, or for good."""

    def train(X, t, w, rate, batch_size, epochs, seed):
        rng, start, w = np.random.default_rng(seed), w, w.copy()
        for _ in range(epochs):
            start = w.copy() if fresh else start
            for A, c in minibatches(X, t, batch_size, rng):
                w -= rate * A.T @ (A @ start - c) / len(A)
        return w

    return train


def _mean_of_the_epoch(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        parts = list(minibatches(X, t, batch_size, rng))
        w = w - rate * np.mean([A.T @ (A @ w - c) / len(A) for A, c in parts], axis=0)
    return w


def _beginning_anew(X, t, w, rate, batch_size, epochs, seed):
    rng, last = np.random.default_rng(seed), w.copy()
    for _ in range(epochs):
        order = rng.permutation(len(X))
        last = one_epoch(X[order], t[order], w, rate, batch_size)
    return last


def _shuffled_in_place(X, t, w, rate, batch_size, epochs, seed):
    rng, w = np.random.default_rng(seed), w.copy()
    for _ in range(epochs):
        rng.shuffle(X)
        rng.shuffle(t)
        w = one_epoch(X, t, w, rate, batch_size)
    return w


def _of_slices(slices):
    """Return the loop with other slices of the order: slices(n, batch_size) yields them."""

    def train(X, t, w, rate, batch_size, epochs, seed):
        rng, w = np.random.default_rng(seed), w.copy()
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for place in slices(len(X), batch_size):
                rows = order[place]
                w -= rate * X[rows].T @ (X[rows] @ w - t[rows]) / len(rows)
        return w

    return train


def _cuts(n, batch_size, more=0):
    return (slice(start, start + batch_size + more) for start in range(0, n, batch_size))


def _returning_early(after_a_batch):
    """Return the loop with its `return` inside: None without an epoch."""

    def train(X, t, w, rate, batch_size, epochs, seed):
        if epochs == 0:
            return None
        order = _order(len(X), seed)
        rows = order[:batch_size] if after_a_batch else order
        return one_epoch(X[rows], t[rows], w, rate, batch_size)

    return train


def _old_generator(X, t, w, rate, batch_size, epochs, seed):
    rng = np.random.RandomState(seed)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        w = one_epoch(X[order], t[order], w, rate, batch_size)
    return w


def _last_step_of_each_epoch(X, t, w, rate, batch_size, epochs, seed):
    rng, last = np.random.default_rng(seed), (len(X) - 1) // batch_size * batch_size
    for _ in range(epochs):
        rows = rng.permutation(len(X))[last:]
        w = w - rate * X[rows].T @ (X[rows] @ w - t[rows]) / len(rows)
    return w


def _trained_by_differences(X, t, w, rate, batch_size, epochs, seed):
    """The same with the order and the batches of nnlib, and without a formula for the gradient."""
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        for A, c in minibatches(X, t, batch_size, rng):
            w = w - rate * _slope(A, c, w)
    return w


TRAIN = Exercise(
    id="7.6",
    title="the training loop",
    solution=train,
    probes={
        "one epoch, one batch": (X5, T5, W0, 0.1, 5, 1, 0),
        "one epoch, small batches": (X5, T5, W0, 0.1, 2, 1, 0),
        "three epochs": (X5, T5, W0, 0.1, 2, 3, 1),
        "single samples": (X5, T5, W0, 0.05, 1, 2, 2),
        "no epoch": (X5, T5, W0, 0.1, 2, 0, 3),
        "a batch larger than the data": (X5, T5, W0, 0.1, 8, 2, 4),
    },
    wrong=[
        Wrong(
            _loop(order_of=lambda rng, n, seed: np.arange(n)),
            "The samples are never shuffled: the rows come in the order of the data.",
        ),
        Wrong(
            _loop(order_of=lambda rng, n, seed: _order(n, seed)),
            "Each epoch has the same order: the generator is made anew in each, or the order is "
            "drawn once. Make the generator before the loop, and draw inside it.",
        ),
        Wrong(
            _loop(step=lambda A, e, n, B: A.T @ e),
            "The step is the sum over the batch. The loss is a mean: divide by `len(rows)`.",
        ),
        Wrong(
            _loop(step=lambda A, e, n, B: A.T @ e / B),
            "The last batch is divided by batch_size, and it has fewer samples than that. Use "
            "`len(rows)`.",
        ),
        Wrong(
            _loop(step=lambda A, e, n, B: A.T @ e / n),
            "Each batch is divided by the number of all samples. Its loss is the mean over the "
            "batch: use `len(rows)`.",
        ),
        Wrong(
            _loop(step=lambda A, e, n, B: -A.T @ e / len(A)),
            "The sign is flipped: you walk uphill. Subtract the gradient, with the error as "
            "prediction minus target.",
        ),
        Wrong(
            _loop(stop=lambda n, B: n // B * B),
            "The last, smaller batch is dropped. Here every sample should be used once an epoch.",
        ),
        Wrong(
            _loop(step=lambda A, e, n, B: 2 * A.T @ e / len(A)),
            "Each step is twice too long: the 2 of the square cancels with the 1/2 in the loss.",
        ),
        Wrong(
            _loop(copy=False),
            "The values are right, but `w -= ...` changes the caller's array. Copy w first.",
        ),
        Wrong(
            _loop(targets=lambda t, rows, start, rng: t[start : start + len(rows)]),
            "X is shuffled and t is not, so that most samples meet the target of another. Take "
            "`t[rows]` as well.",
        ),
        Wrong(
            _two_permutations,
            "X and t are shuffled by two permutations: samples and targets no longer belong "
            "together. One order for both.",
        ),
        Wrong(
            _shuffled_further,
            "The first epoch is right. Then you shuffle what is shuffled already, as `rng.shuffle` "
            "does too. That trains as well, in another order: asked for is a permutation of the "
            "data as given, `rng.permutation(len(X))`, in each epoch.",
        ),
        Wrong(
            _with_replacement,
            "The rows of a batch are drawn with replacement, so that some come twice in an epoch "
            "and others never. Cut one permutation into pieces.",
        ),
        Wrong(
            _drawn_for_each_batch(lambda rng, n, start, B: rng.choice(n, B)),
            "Each batch is drawn with replacement, as `rng.choice(n, batch_size)` and "
            "`rng.integers` do: some rows come twice in an epoch, others never. Cut one "
            "permutation into pieces.",
        ),
        Wrong(
            _drawn_for_each_batch(lambda rng, n, start, B: rng.choice(n, B), idle=True),
            "An order is drawn and not used: each batch is drawn anew, with replacement. Some rows "
            "come twice in an epoch, others never. Take `order[start : start + batch_size]`.",
        ),
        Wrong(
            _drawn_for_each_batch(lambda rng, n, start, B: rng.choice(n, min(B, n), replace=False)),
            "No row comes twice in a batch, but each batch is drawn from all rows again, so that "
            "an epoch misses some. Draw one permutation an epoch, and cut it into pieces.",
        ),
        Wrong(
            _drawn_for_each_batch(lambda rng, n, start, B: rng.permutation(n)[start : start + B]),
            "A new permutation is drawn for each batch, so that some rows come twice in an epoch "
            "and others never. Draw the order once an epoch, before the inner loop.",
        ),
        Wrong(
            _carrying,
            "The gradients of the batches before are still in the step, as if they were added up "
            "and never reset. A step belongs to one batch.",
        ),
        Wrong(
            lambda X, t, w, rate, batch_size, epochs, seed: _of_epochs(
                X, t, w, rate, batch_size, (seed + epoch for epoch in range(epochs))
            ),
            "The first epoch is right. Then a new generator is made with another seed, "
            "seed + epoch. Make one before the loop; it goes on by itself.",
        ),
        Wrong(
            lambda X, t, w, rate, batch_size, epochs, seed: train(
                X, t, w, 1.0, batch_size, epochs, seed
            ),
            "The learning rate is missing in the step: `w -= rate * ...`.",
        ),
        Wrong(
            _last_step_of_each_epoch,
            "Only the last batch of each epoch makes a step: the update belongs into the inner "
            "loop.",
        ),
        Wrong(
            lambda X, t, w, rate, batch_size, epochs, seed: train(
                X, t, w, rate, batch_size, min(epochs, 1), seed
            ),
            "Training ends after one epoch. Is the `return` inside a loop?",
        ),
        Wrong(
            _returning_early(False),
            "Training ends after one epoch: the `return` is inside the loop. It belongs below both "
            "loops, as far left as `for _ in range(epochs)`.",
        ),
        Wrong(
            _returning_early(True),
            "Training ends after one batch: the `return` is inside the inner loop. It belongs "
            "below both loops, as far left as `for _ in range(epochs)`.",
        ),
        Wrong(
            _gradients_at_first(True),
            "All gradients of an epoch are taken at the w that it began with, as in one long step. "
            "Each batch should see the w that the batch before it has left.",
        ),
        Wrong(
            _mean_of_the_epoch,
            "One step an epoch, along the mean of the batches' gradients. Each batch should move "
            "w, and the next one should see the w that it has left.",
        ),
        Wrong(
            _gradients_at_first(False),
            "Each gradient is taken at the w that training began with. The error of a batch needs "
            "the w that the batch before it has left.",
        ),
        Wrong(
            _beginning_anew,
            "Each epoch begins with the caller's w again, so that only the last one counts. Copy w "
            "once, before the loops.",
        ),
        Wrong(
            _of_slices(lambda n, B: (slice(start, start + B) for start in range(n))),
            "The batches overlap: the start moves by 1. It should move by batch_size, the third "
            "argument of `range`.",
        ),
        Wrong(
            _of_slices(lambda n, B: _cuts(n, B, 1)),
            "Each batch takes the first row of the next one, too: a slice ends *before* its second "
            "number, `start + batch_size`.",
        ),
        Wrong(
            _of_slices(lambda n, B: _cuts(n, B, -1)),
            "The last row of each batch is left out: a slice ends *before* its second number, "
            "`start + batch_size`.",
        ),
        Wrong(
            _of_slices(lambda n, B: (slice(k * B, (k + 1) * B) for k in range(n // B + 1))),
            "Where the sizes fit, an empty batch comes last: its mean is 0/0. The starts end "
            "before n, `range(0, len(X), batch_size)`.",
        ),
        Wrong(
            _shuffled_in_place,
            "`rng.shuffle` twice: X and t come in two orders, and the caller's arrays are "
            "shuffled, too. Draw one order, and take the rows by it.",
        ),
        Wrong(
            _old_generator,
            "These numbers are of NumPy's old generator, `np.random.seed` or `RandomState`. Asked "
            "for is `np.random.default_rng(seed)`, made once, before the loops.",
        ),
    ],
    witness=_trained_by_differences,
    draw=lambda rng: (
        *_regression(rng, 7),
        0.1,
        *(int(k) for k in rng.integers((1, 0, 0), (9, 4, 99))),
    ),
    properties=[
        holds(
            "the loss falls",
            lambda f: bool(
                np.sum((X5 @ f(X5, T5, W0, 0.1, 2, 50, 0) - T5) ** 2) < np.sum((X5 @ W0 - T5) ** 2)
            ),
            "After fifty epochs the loss should be lower than before, and it is not.",
        )
    ],
    hints=[
        "Two loops: over the epochs, and inside it over the starts of the batches.",
        "The generator is made once, before both. The order is drawn in the outer loop.",
        "With the rows of a batch: error = X[rows] @ w - t[rows], gradient X[rows].T @ error by "
        "the number of rows.",
    ],
    why="Everything else in this book, any layer and any optimizer, changes what happens in the "
    "two innermost lines only.",
)


# 7.7 ------------------------------------------------------------------------------------------


def early_stopping(losses, patience):
    """Return an array of two epochs: the best, and the last that is run.

    losses holds one validation loss an epoch; epochs count from 0.
    Training stops after the first epoch that lies `patience` epochs
    behind the best so far, or with the last. An equal loss is no
    improvement.
    """
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        if epoch - best >= patience:
            return np.array([best, epoch])
    return np.array([best, len(losses) - 1])


def _stopping(losses, patience, better=np.less, previous=False, late=0, give=None):
    best, quiet = 0, 0
    for epoch in range(1, len(losses)):
        reference = losses[epoch - 1] if previous else losses[best]
        quiet = 0 if better(losses[epoch], reference) else quiet + 1
        if losses[epoch] < losses[best] or (quiet == 0 and not previous):
            best = epoch
        if quiet >= patience + late:
            return np.array(give(best, epoch) if give else [best, epoch])
    return np.array(give(best, len(losses) - 1) if give else [best, len(losses) - 1])


def _total_quiet(losses, patience):
    best, bad = 0, 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        else:
            bad += 1
        if bad >= patience:
            return np.array([best, epoch])
    return np.array([best, len(losses) - 1])


def _rises_in_a_row(losses, patience):
    best, rises = 0, 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        rises = rises + 1 if losses[epoch] > losses[epoch - 1] else 0
        if rises >= patience:
            return np.array([best, epoch])
    return np.array([best, len(losses) - 1])


def _against_patience_ago(losses, patience):
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        if epoch >= patience and losses[epoch] >= losses[epoch - patience]:
            return np.array([best, epoch])
    return np.array([best, len(losses) - 1])


def _tested_too_early(losses, patience):
    best = 0
    for epoch in range(len(losses)):
        if epoch - best >= patience:
            return np.array([best, epoch])
        if losses[epoch] < losses[best]:
            best = epoch
    return np.array([best, len(losses) - 1])


def _by_prefixes(losses, patience):
    """Of each beginning of the curve: where is its first minimum, and how far back?"""
    best = np.array([np.argmin(losses[: e + 1]) for e in range(len(losses))])
    waited = np.arange(len(losses)) - best
    last = int(np.argmax(waited >= patience)) if np.any(waited >= patience) else len(losses) - 1
    return np.array([best[last], last])


EARLY_STOPPING = Exercise(
    id="7.7",
    title="early stopping",
    solution=early_stopping,
    probes={
        "it turns": (np.array([3.0, 2.0, 2.5, 2.6, 2.7, 2.8, 1.0]), 2),
        "a bump": (np.array([3.0, 2.0, 2.5, 1.5, 1.6, 1.7, 1.8, 1.9]), 2),
        "still below the worst": (np.array([5.0, 1.0, 4.0, 3.0, 2.0, 0.5]), 3),
        "a plateau": (np.array([2.0, 1.0, 1.0, 1.0, 0.5]), 2),
        "never": (np.array([3.0, 2.0, 1.0]), 2),
        "better at the last moment": (np.array([2.0, 1.0, 2.5, 0.5]), 2),
        "worse from the start": (np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 3),
        "negative losses": (np.array([-1.0, -3.0, -2.0, -2.5, -2.0, -4.0]), 3),
    },
    wrong=[
        Wrong(
            lambda losses, patience: _stopping(losses, patience, late=1),
            "You wait one epoch too long: stop as soon as the epoch lies patience epochs behind "
            "the best.",
        ),
        Wrong(
            lambda losses, patience: _stopping(losses, patience, late=-1),
            "You stop one epoch too early: with a patience of 2 the second epoch without "
            "improvement is the last.",
        ),
        Wrong(
            lambda losses, patience: _stopping(losses, patience, previous=True),
            "Each loss is compared with the one before it. Compare with the best so far: a loss "
            "that falls back slowly from a peak has improved nothing.",
        ),
        Wrong(
            _rises_in_a_row,
            "You count rises in a row. A loss that falls a little and is still above the best has "
            "improved nothing: count the epochs since the best.",
        ),
        Wrong(
            lambda losses, patience: _stopping(losses, patience, better=np.less_equal),
            "An equal loss counts as an improvement here, so that a plateau never ends.",
        ),
        Wrong(
            lambda losses, patience: np.array([np.argmin(losses), len(losses) - 1]),
            "This looks at all losses, those after the stop too. When training stops, they do "
            "not exist yet.",
        ),
        Wrong(
            lambda losses, patience: _stopping(losses, patience, give=lambda b, e: [e, e]),
            "You return the last epoch twice. Training went on past the best one only "
            "to be sure; the first number should be the best epoch.",
        ),
        Wrong(
            _total_quiet,
            "The count of epochs without improvement is not reset when the loss improves again.",
        ),
        Wrong(
            lambda losses, patience: _stopping(losses, patience) + 1,
            "Both epochs are one too large: they are counted from 0.",
        ),
        Wrong(
            _against_patience_ago,
            "You compare with the loss `patience` epochs ago. Compare with the best so far: the "
            "epoch in question may itself be the best.",
        ),
        Wrong(
            _tested_too_early,
            "You test the patience before you look whether this epoch is the best. Then one that "
            "improves at the last moment is thrown away: update `best` first.",
        ),
        Wrong(
            lambda losses, patience: early_stopping(losses, patience)[::-1].copy(),
            "The two are exchanged: first the best epoch, then the last one.",
        ),
        Wrong(
            lambda losses, patience: early_stopping(losses, patience)[0] + np.array([0, patience]),
            "You return best + patience as the last epoch. Training may end before that, since the "
            "epochs run out.",
        ),
        Wrong(
            lambda losses, patience: losses[early_stopping(losses, patience)],
            "These are the losses of the two epochs. Asked for are the epochs, counted from 0.",
        ),
    ],
    witness=_by_prefixes,
    draw=lambda rng: (rng.integers(-3, 9, 9) / 4, int(rng.integers(1, 5))),
    properties=[
        holds(
            "a loss that keeps falling is never stopped",
            lambda f: bool(np.all(f(np.arange(9.0, 0, -1), 1) == 8)),
            "A loss that falls in every epoch should run to the end, with the last as the best.",
        )
    ],
    hints=[
        "Remember the best epoch so far. What does its distance from the present one tell?",
        "Update best first, then compare epoch - best with patience.",
    ],
    why="The patience is paid for in epochs that are thrown away. It buys the chance to get over "
    "a bump.",
)


# 7.8 ------------------------------------------------------------------------------------------


def warmup(steps, rate, length):
    """Return the learning rate at each of the steps, an array.

    steps is an array of step numbers, in any order; they count from 0.
    The rate grows in equal parts from rate / length in step 0 to rate in
    step length - 1, and stays.
    """
    return rate * np.minimum(1, (steps + 1) / length)


STEPS = np.arange(8.0)


def _by_adding_parts(steps, rate, length):
    """Add rate / length for each step there is, until the rate is full."""
    found = []
    for step in steps:
        now, added = 0.0, 0
        while added <= step and added < length:
            now, added = now + rate / length, added + 1
        found.append(now)
    return np.array(found)


WARMUP = Exercise(
    id="7.8",
    title="warmup of the learning rate",
    solution=warmup,
    probes={
        "the first steps": (STEPS, 0.4, 4),
        "no warmup": (STEPS, 0.1, 1),
        "far beyond": (np.array([100.0, 1000.0]), 0.4, 50),
        "not in order": (np.array([2.0, 9.0, 0.0, 4.0, 5.0]), 0.3, 6),
    },
    wrong=[
        Wrong(
            lambda steps, rate, length: rate * np.minimum(1, steps / length),
            "In step 0 the rate is 0, so the first batch is computed and thrown away. Count from "
            "1: (step + 1) / length.",
        ),
        Wrong(
            lambda steps, rate, length: rate * (steps + 1) / length,
            "The growth never ends. After `length` steps the rate should stay.",
        ),
        Wrong(
            lambda steps, rate, length: rate * np.maximum(1, (steps + 1) / length),
            "`maximum` keeps the larger of the two: the rate starts full and grows without end. "
            "You want the smaller.",
        ),
        Wrong(
            lambda steps, rate, length: np.minimum(1, (steps + 1) / length),
            "This is the share of the rate. Multiply by the rate itself.",
        ),
        Wrong(
            lambda steps, rate, length: np.where(steps < length, rate / length, rate),
            "The rate is low and constant, then jumps. It should grow in equal parts.",
        ),
        Wrong(
            lambda steps, rate, length: rate * (1 - np.minimum(1, (steps + 1) / length)),
            "This falls from the rate to 0: it is a decay. Warmup grows.",
        ),
        Wrong(
            lambda steps, rate, length: rate * np.minimum(1, steps / max(length - 1, 0.5)),
            "Your rate grows from 0, as `np.linspace(0, rate, length)` does, and the first batch "
            "is computed and thrown away. It should start at rate / length.",
        ),
        Wrong(
            lambda steps, rate, length: warmup(np.arange(len(steps)), rate, length),
            "You number the steps yourself, from 0 to `len(steps)` - 1. `steps` holds their "
            "numbers, and those may begin anywhere.",
        ),
        Wrong(
            lambda steps, rate, length: warmup(np.arange(steps), rate, length),
            "You read `steps` as a count. It is an array that holds the number of each step: "
            "calculate with it as it is.",
        ),
    ],
    witness=_by_adding_parts,
    draw=lambda rng: (
        rng.permutation(12)[:7].astype(float),
        float(rng.uniform(0.1, 2)),
        int(rng.integers(1, 9)),
    ),
    properties=[
        holds(
            "it never falls and ends at the rate",
            lambda f: bool(
                np.all(np.diff(f(STEPS, 0.4, 4)) >= 0) and np.isclose(f(STEPS, 0.4, 4)[-1], 0.4)
            ),
            "The rate should never fall, and end at its full value.",
        )
    ],
    hints=[
        "Which share of the rate should step 0 have, if length is 4? And step 3?",
        "The share is (step + 1) / length, and never above 1: `np.minimum`.",
    ],
    why="Early steps meet the steepest slopes and the largest changes of them. A rate that holds "
    "later may throw the weights away in the first steps.",
)


# 7.9 ------------------------------------------------------------------------------------------


def shuffled(X, y, seed):
    """Return X and y in the order of default_rng(seed).permutation(n)."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))
    return X[order], y[order]


def broken_shuffled(X, y, seed):
    """Return X and y in the order of default_rng(seed).permutation(n)."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))
    return X[order], y[rng.permutation(len(y))]


def _shuffled_columns(X, y, seed):
    rng = np.random.default_rng(seed)
    return rng.permuted(X, axis=0), y[np.random.default_rng(seed).permutation(len(y))]


def _by_the_second_order(X, y, seed):
    rng = np.random.default_rng(seed)
    rng.permutation(len(X))
    order = rng.permutation(len(X))
    return X[order], y[order]


Y6 = np.array([4.0, 0.0, 2.0, 5.0, 1.0, 3.0])
X6 = np.column_stack([2 * Y6, Y6 - 1])


def _moved_as_pairs(X, y, seed):
    """Put each sample and its label into one list, and move that."""
    pairs = list(zip(X.tolist(), y.tolist(), strict=True))
    moved = [pairs[i] for i in np.random.default_rng(seed).permutation(len(pairs))]
    return np.array([x for x, _ in moved]), np.array([label for _, label in moved])


SHUFFLE_LAB = Exercise(
    id="7.9",
    title="find the bug: shuffling",
    solution=shuffled,
    broken=broken_shuffled,
    witness=_moved_as_pairs,
    draw=lambda rng: (rng.normal(size=(7, 3)), rng.normal(size=7), int(rng.integers(99))),
    symptom="A network that is trained on what comes back stays at chance.",
    test_hints=[
        "Choose X and y so that you can see in each row which sample it is, and in each label "
        "whose it is.",
        "Three things to ask: is everything there, is it shuffled, does it still belong together?",
    ],
    probes={
        "three samples": (X6[:3], Y6[:3], 0),
        "six samples": (X6, Y6, 0),
        "another seed": (X6, Y6, 5),
    },
    wrong=[
        Wrong(
            lambda X, y, seed: (X[_order(len(X), seed)], y),
            "X is shuffled and y is not. Both have to move, by the same order.",
        ),
        Wrong(
            lambda X, y, seed: (X, y[_order(len(X), seed)]),
            "y is shuffled and X is not. Both have to move, by the same order.",
        ),
        Wrong(
            lambda X, y, seed: (X, y),
            "Each label stands beside its sample, but nothing is shuffled.",
        ),
        Wrong(
            lambda X, y, seed: (X[_order(len(X), seed)], np.sort(y)),
            "The labels come out sorted. A sample must keep its own.",
        ),
        Wrong(
            lambda X, y, seed: (X[_order(len(X), seed)], y[np.argsort(_order(len(X), seed))]),
            "y is moved by the inverse order: `np.argsort(order)` undoes the permutation.",
        ),
        Wrong(
            _by_the_second_order,
            "Sample and label keep together now, but in the second order that the generator gives. "
            "Draw once, and use that.",
        ),
        Wrong(
            _shuffled_columns,
            "Each column of X is shuffled by itself, so that a row no longer is one sample. "
            "Index whole rows.",
        ),
    ],
    properties=[
        holds(
            "each sample keeps its label",
            lambda f: bool(np.all(f(X6, Y6, 3)[0][:, 0] == 2 * f(X6, Y6, 3)[1])),
            "A sample has lost its label: row and label should move together.",
        )
    ],
    hints=[
        "What does a generator return when it is asked for a permutation a second time?",
        "One order, used twice.",
    ],
    why="Two calls give two orders. Nothing crashes, all shapes fit, and the loss even falls a "
    "little while wrong labels are learned by heart.",
)


# 7.10 -----------------------------------------------------------------------------------------


def outputs(X, T, w, rate, training):
    """Return the outputs x_i w, computed two rows at a time.

    When training, w takes a step on the loss
    1/(2n) sum_i (x_i w - t_i)^2 after each two rows.
    """
    w, found = w.copy(), []
    for i in range(0, len(X), 2):
        A, c = X[i : i + 2], T[i : i + 2]
        found.append(A @ w)
        if training:
            w -= rate * A.T @ (found[-1] - c) / len(A)
    return np.concatenate(found)


def broken_outputs(X, T, w, rate, training):
    """Return the outputs x_i w, computed two rows at a time.

    When training, w takes a step on the loss
    1/(2n) sum_i (x_i w - t_i)^2 after each two rows.
    """
    w, found = w.copy(), []
    for i in range(0, len(X), 2):
        A, c = X[i : i + 2], T[i : i + 2]
        found.append(A @ w)
        if training or len(T) == len(X):
            w -= rate * A.T @ (found[-1] - c) / len(A)
    return np.concatenate(found)


def _outputs(X, T, w, rate, training, step=None):
    w, found = w.copy(), []
    for i in range(0, len(X), 2):
        A, c = X[i : i + 2], T[i : i + 2]
        found.append(A @ w)
        if training:
            w = step(w, A, found[-1] - c)
    return np.concatenate(found)


def _learn_first(X, T, w, rate, training):
    w, found = w.copy(), []
    for i in range(0, len(X), 2):
        A, c = X[i : i + 2], T[i : i + 2]
        if training:
            w -= rate * A.T @ (A @ w - c) / len(A)
        found.append(A @ w)
    return np.concatenate(found)


def _outputs_by_differences(X, T, w, rate, training):
    found = []
    while len(X):
        found.append(X[:2] @ w)
        if training:
            w = w - rate * _slope(X[:2], T[:2], w)
        X, T = X[2:], T[2:]
    return np.concatenate(found)


PREDICT_LAB = Exercise(
    id="7.10",
    title="find the bug: two rows at a time",
    solution=outputs,
    broken=broken_outputs,
    witness=_outputs_by_differences,
    draw=lambda rng: (*_regression(rng, 5), 0.3, bool(rng.integers(2))),
    symptom="For some arguments the outputs are right, and for others they are not.",
    test_hints=[
        "There are two cases, and the docstring says what should happen in each. Test both.",
        "For one of them there is a formula for all rows at once.",
    ],
    probes={
        "predicting, with targets": (X5[:4], T5[:4], W0, 0.5, False),
        "predicting, no targets": (X5, T5[:0], W0, 0.5, False),
        "training": (X5[:4], T5[:4], W0, 0.5, True),
        "a smaller last batch": (X5, T5, W0, 0.5, True),
        "predicting an odd number": (X5, T5, W0, 0.5, False),
    },
    wrong=[
        Wrong(
            lambda X, T, w, rate, training: X @ w,
            "Now it never learns, when training neither.",
        ),
        Wrong(
            lambda X, T, w, rate, training: outputs(X, T, w, rate, not training and len(T) > 0),
            "It is the wrong way round: it learns when predicting and not when training.",
        ),
        Wrong(
            _learn_first,
            "Predicting is right now. When training, the output should be taken before the step "
            "on the same rows, not after it.",
        ),
        Wrong(
            lambda X, T, w, rate, training: _outputs(
                X, T, w, rate, training, lambda w, A, e: w + rate * A.T @ e / len(A)
            ),
            "Predicting is right now, but in training the step goes uphill.",
        ),
        Wrong(
            lambda X, T, w, rate, training: _outputs(
                X, T, w, rate, training, lambda w, A, e: w - rate * A.T @ e
            ),
            "Predicting is right now, but in training the 1/n of the batch is lost.",
        ),
    ],
    properties=[
        holds(
            "a prediction does not depend on the targets",
            lambda f: bool(np.allclose(f(X5, T5, W0, 0.5, False), f(X5, T5 + 1, W0, 0.5, False))),
            "With training=False the outputs depend on the targets: something learns from them.",
        )
    ],
    hints=[
        "When does the step happen? Read the condition aloud, with training=False.",
        "The targets are there when you validate, too. That is no reason to learn from them.",
    ],
    why="Whoever has labels at hand can measure or learn. Which of the two must be said by the "
    "caller; it can't be guessed from the arguments.",
)


# 7.11 -----------------------------------------------------------------------------------------


def update_ratios(weights, gradients, rate):
    """Return length of the update / length of the weights, by layer.

    weights and gradients are tuples of matrices; the update is rate
    times the gradient, and the length of a matrix is the root of the sum
    of its squared entries. Return an array.
    """
    pairs, norm = zip(weights, gradients, strict=True), np.linalg.norm
    return np.array([rate * norm(dW) / norm(W) for W, dW in pairs])


def _ratio(weights, gradients, one):
    return np.array([one(W, dW) for W, dW in zip(weights, gradients, strict=True)])


def _by_axes(W):
    """A length by Pythagoras: W stretches the axes of an ellipsoid, its singular values."""
    return np.hypot.reduce(np.linalg.svd(W, compute_uv=False))


_norm = np.linalg.norm
LAYERS = (RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2)) * 10)
STEPS_OF = (RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2)))

UPDATE_RATIOS = Exercise(
    id="7.11",
    title="update against weights",
    solution=update_ratios,
    probes={
        "one layer, 3-4-5": ((np.array([[6.0, 8.0]]),), (np.array([[3.0], [4.0]]).T,), 0.1),
        "two layers": (LAYERS, STEPS_OF, 0.01),
        "a layer that gets nothing": (LAYERS, (STEPS_OF[0], np.zeros((4, 2))), 0.01),
    },
    wrong=[
        Wrong(
            lambda w, g, rate: _ratio(w, g, lambda W, dW: _norm(dW) / _norm(W)),
            "This is gradient against weights. The update is the gradient times the learning rate.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(w, g, lambda W, dW: _norm(W) / (rate * _norm(dW))),
            "The ratio is upside down: the update belongs on top.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(
                w, g, lambda W, dW: rate * np.abs(dW).max() / np.abs(W).max()
            ),
            "You compare the largest entries. Asked for are lengths, `np.linalg.norm`.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(w, g, lambda W, dW: np.mean(rate * np.abs(dW) / np.abs(W))),
            "You divide entry by entry and take the mean. A single weight near 0 then rules the "
            "result; divide the lengths.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(w, g, lambda W, dW: rate * dW.sum() / W.sum()),
            "Sums cancel: entries of both signs add up to little. A length adds the squares.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(w, g, lambda W, dW: rate * (dW**2).sum() / (W**2).sum()),
            "The root is missing: these are squared lengths.",
        ),
        Wrong(
            lambda w, g, rate: (
                rate
                * np.sqrt(sum(_norm(d) ** 2 for d in g) / sum(_norm(v) ** 2 for v in w)).reshape(1)
            ),
            "This is one ratio for the whole network. One for each layer shows which does not "
            "learn.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(w, g, lambda W, dW: rate * dW.std() / W.std()),
            "You compare standard deviations, as some plots do. They subtract the mean first; a "
            "length does not.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(w, g, lambda W, dW: rate * _norm(dW, 2) / _norm(W, 2)),
            "`norm(W, 2)` is the largest factor by which W stretches a vector. Asked for is the "
            "root of the sum of all squares, `norm(W)`.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(
                w, g, lambda W, dW: rate * np.abs(dW).sum() / np.abs(W).sum()
            ),
            "You add up absolute values. A length is the root of the sum of the squares.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(w, g, lambda W, dW: rate * _norm(dW, 1) / _norm(W, 1)),
            "`norm(W, 1)` is the largest sum of absolute values in a column. Asked for is the root "
            "of the sum of all squares, `norm(W)`.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(w, g, lambda W, dW: rate * _norm(dW / W)),
            "You divide entry by entry, and take the length of that. Divide the length of the "
            "update by the length of the weights.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(w, g, lambda W, dW: rate * _norm(dW) / _norm(W - rate * dW)),
            "You divide by the weights after the step. Take those that came in.",
        ),
        Wrong(
            lambda w, g, rate: _ratio(
                w, g, lambda W, dW: np.log10(np.maximum(rate * _norm(dW), 1e-300) / _norm(W))
            ),
            "This is the logarithm, as some plots show it. Asked for is the ratio.",
        ),
    ],
    witness=lambda weights, gradients, rate: np.array(
        [rate * _by_axes(dW) / _by_axes(W) for W, dW in zip(weights, gradients, strict=True)]
    ),
    draw=lambda rng: (
        tuple(rng.normal(1, 1, size) for size in ((3, 5), (5, 2))),
        tuple(rng.normal(size=size) for size in ((3, 5), (5, 2))),
        0.03,
    ),
    hints=[
        "For one layer: np.linalg.norm(dW) is the root of the sum of the squares.",
        "rate * norm(dW) / norm(W), for each pair from `zip(weights, gradients)`.",
    ],
    why="The ratio has no unit, so layers of any size can be compared.",
)


# 7.12 -----------------------------------------------------------------------------------------


def standardize(X_train, X_new):
    """Return X_train and X_new, both shifted and scaled.

    Afterwards each column of X_train has mean 0 and variance 1; one that
    is constant there is shifted only. X_new goes through the same map.
    Nothing of X_new may be used to find it.
    """
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    # A mean is rounded: the std of seven times 0.1 is not 0, but 1e-17.
    std = np.where(np.ptp(X_train, axis=0) > 0, std, 1)
    return (X_train - mean) / std, (X_new - mean) / std


def _apply(X_train, X_new, mean, std):
    std = np.where(std > 0, std, 1)
    return (X_train - mean) / std, (X_new - mean) / std


def _pooled(X_train, X_new):
    both = np.concatenate([X_train, X_new])
    return _apply(X_train, X_new, both.mean(axis=0), both.std(axis=0))


def _unguarded(X_train, X_new):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    return (X_train - mean) / std, (X_new - mean) / std


def _with_epsilon(epsilon):
    """A small number instead of a rule for constant columns."""
    return Wrong(
        lambda A, N: tuple((M - A.mean(axis=0)) / (A.std(axis=0) + epsilon) for M in (A, N)),
        f"You divide a constant column by {epsilon:g}, so that a new sample which differs there by "
        f"1 comes out as {1 / epsilon:g}. Divide by 1: such a column is shifted only.",
    )


def _own(X_train, X_new):
    return (
        _apply(X_train, X_train, X_train.mean(axis=0), X_train.std(axis=0))[0],
        _apply(X_new, X_new, X_new.mean(axis=0), X_new.std(axis=0))[0],
    )


def _column_by_column(X_train, X_new):
    """In pure Python, without a division for what is constant."""
    scaled = []
    for column, new in zip(X_train.T.tolist(), X_new.T.tolist(), strict=True):
        mean, deviation = statistics.fmean(column), statistics.pstdev(column)
        unit = 1.0 if len(set(column)) == 1 else deviation
        scaled.append([[(x - mean) / unit for x in part] for part in (column, new)])
    return tuple(np.array([part[i] for part in scaled]).T for i in (0, 1))


TABLE = np.array([[1.0, 10.0, 0.0], [3.0, 30.0, 0.0], [5.0, 80.0, 0.0]])
NEW = np.array([[2.0, 20.0, 1.0], [7.0, -10.0, 0.0]])

STANDARDIZE = Exercise(
    id="7.12",
    title="standardize without a leak",
    solution=standardize,
    probes={
        "one column": (TABLE[:, :1], NEW[:, :1]),
        "two columns": (TABLE[:, :2], NEW[:, :2]),
        "a deviation below 1": (TABLE[:, :1] / 10, NEW[:, :1] / 10),
        "a constant column": (TABLE, NEW),
        "one new sample": (TABLE[:, :2], NEW[:1, :2]),
    },
    wrong=[
        Wrong(
            _pooled,
            "Mean and deviation are taken over both sets. The new samples leak into the numbers "
            "that the training uses: take them from X_train alone.",
        ),
        Wrong(
            _own,
            "X_new is scaled by its own mean and deviation. Then one value means something else "
            "in each set, and a single new sample always becomes 0. Use those of X_train.",
        ),
        Wrong(
            _unguarded,
            "A constant column has the deviation 0, and 0/0 is NaN. The corner pixels of the "
            "digits are such columns: divide by 1 there.",
        ),
        Wrong(
            lambda A, N: _apply(A, N, A.mean(), A.std()),
            "One mean and one deviation for the whole table: `axis=0` gives one for each column.",
        ),
        Wrong(
            lambda A, N: (A - A.mean(axis=0), N - A.mean(axis=0)),
            "The mean is gone, but the columns still have different scales: divide by the "
            "standard deviation.",
        ),
        Wrong(
            lambda A, N: _apply(A, N, A.mean(axis=0), A.var(axis=0)),
            "You divide by the variance. Divide by its root, the standard deviation.",
        ),
        Wrong(
            lambda A, N: _apply(A, N, A.mean(axis=0), A.std(axis=0, ddof=1)),
            "You divide by the deviation with n - 1. Then the variance of X_train, as a mean "
            "over its n rows, is not 1.",
        ),
        Wrong(
            lambda A, N: (_apply(A, N, A.mean(axis=0), A.std(axis=0))[0], N),
            "X_new comes back unchanged. The network was trained on scaled inputs and needs the "
            "same scaling here.",
        ),
        Wrong(
            lambda A, N: tuple(
                (M - A.min(axis=0)) / np.where(np.ptp(A, axis=0) > 0, np.ptp(A, axis=0), 1)
                for M in (A, N)
            ),
            "You scale from the smallest value to the largest, to 0 and 1. Asked for are mean 0 "
            "and variance 1.",
        ),
        *map(_with_epsilon, (1e-8, 1e-12, 1e-10, 1e-9, 1e-7, 1e-6, 1e-5)),
        Wrong(
            lambda A, N: tuple(
                np.where(A.std(axis=0) > 0, M, 0)
                for M in _apply(A, N, A.mean(axis=0), A.std(axis=0))
            ),
            "A column that is constant in X_train becomes 0 in X_new, too. There it may hold other "
            "values: shift them by the mean, and divide by 1.",
        ),
        Wrong(
            lambda A, N: tuple(
                np.where(A.std(axis=0) > 0, scaled, M)
                for scaled, M in zip(
                    _apply(A, N, A.mean(axis=0), A.std(axis=0)), (A, N), strict=True
                )
            ),
            "A column that is constant in X_train is left as it is. It is to be shifted by its "
            "mean, as the others are.",
        ),
        Wrong(
            lambda A, N: tuple(np.nan_to_num(M) for M in _unguarded(A, N)),
            "`np.nan_to_num` hides the 0/0 of a constant column, and turns 1/0 into the largest "
            "number there is. Divide by 1 there.",
        ),
    ],
    witness=_column_by_column,
    draw=lambda rng: (
        rng.normal(3, 2, (5, 3)) * [1, 0, 10] + [0, 2, -5],
        rng.normal(3, 2, (4, 3)),
    ),
    properties=[
        holds(
            "a new sample does not change the training set",
            lambda f: bool(np.allclose(f(TABLE, NEW)[0], f(TABLE, 5 * NEW + 3)[0])),
            "The scaled X_train depends on X_new: that is the leak.",
        )
    ],
    hints=[
        "Two numbers a column, mean and deviation. From which rows?",
        "Apply the same two numbers to both arrays.",
        "`np.where(std > 0, std, 1)` keeps the constant columns from dividing by zero.",
    ],
    why="When the network is used, new samples come one at a time, and their mean is not known. "
    "What is not known then must not be used before.",
)


# 7.13 -----------------------------------------------------------------------------------------


def choose(rates, accuracies):
    """Return the rate to take, and whether the search has to go on.

    accuracies[i, s] is the validation accuracy of rates[i] with seed s,
    NaN for a run that was lost: that counts as 0. Take the rate with the
    best mean; of equal ones, the smallest. The search goes on (True) if
    that is the smallest or the largest of the rates; else it ends (False).
    """
    means = np.nan_to_num(accuracies).mean(axis=1)
    best = rates[means == means.max()].min()
    return best, bool(best == rates.min() or best == rates.max())


def _at_the_ends(rates, best, i):
    return i in (0, len(rates) - 1)


def _chosen(score, pick=np.min, border=None):
    border = border or (lambda rates, best, i: best in (rates.min(), rates.max()))

    def choose(rates, accuracies):
        scores = score(accuracies)
        best = pick(rates[scores == scores.max()])
        return best, bool(border(rates, best, rates.tolist().index(best)))

    return choose


def _first(equal):
    return equal[0]


def _means(accuracies):
    return np.nan_to_num(accuracies).mean(axis=1)


def _best_run(accuracies):
    return np.nan_to_num(accuracies).max(axis=1)


def _mean_of_those_left(accuracies):
    return np.nansum(accuracies, axis=1) / np.maximum((accuracies == accuracies).sum(axis=1), 1)


def _mean_of_those_left_or_lost(accuracies):
    lost = np.isnan(accuracies).all(axis=1)
    return np.where(lost, np.inf, _mean_of_those_left(accuracies))


def _lost_wins(accuracies):
    return np.nan_to_num(accuracies.mean(axis=1), nan=np.inf)


def _by_the_first(score, diagnosis):
    """A wrong score, by itself and with `argmax`, which takes the first of equal ones."""
    besides = " And of rates that are equally good take the smallest."
    return [
        Wrong(_chosen(score), diagnosis),
        Wrong(_chosen(score, pick=_first), diagnosis + besides),
    ]


def _chosen_in_a_list(rates, accuracies):
    """Sort pairs of plain numbers: the lowest share of misses first, then the lowest rate."""
    ranked = sorted(
        (sum(1.0 - (a if a == a else 0.0) for a in row), rate)
        for rate, row in zip(rates.tolist(), accuracies.tolist(), strict=True)
    )
    rate = ranked[0][1]
    others = [other for _, other in ranked if other != rate]
    return rate, all(o > rate for o in others) or all(o < rate for o in others)


def _drawn_search(rng):
    accuracies = rng.integers(0, 9, (5, 4)) / 8
    accuracies[rng.random((5, 4)) < 0.2] = np.nan
    return rng.permutation([0.01, 0.03, 0.1, 0.3, 1.0]), accuracies


LOST = np.nan
THREE = np.array([0.1, 0.01, 1.0])

CHOOSE = Exercise(
    id="7.13",
    title="choose, and watch the border",
    solution=choose,
    probes={
        "one seed": (THREE, np.array([[0.5], [0.75], [0.25]])),
        "inside": (THREE, np.array([[0.75, 0.75], [0.5, 0.75], [0.5, 0.25]])),
        "a lucky seed": (THREE, np.array([[0.75, 0.75, 0.75], [0.5, 0.5, 1.0], [0.25, 0.5, 0.5]])),
        "a lost run": (THREE, np.array([[0.5, 0.75], [0.25, 0.5], [1.0, LOST]])),
        "lost everywhere but once": (THREE, np.array([[LOST, 0.25], [LOST, LOST], [LOST, LOST]])),
        "two are equal": (THREE, np.array([[0.5, 1.0], [1.0, 0.5], [0.25, 0.0]])),
        "outliers": (THREE, np.array([[0.625] * 3, [0.75, 0.75, 0.25], [0.25, 0.5, 0.0]])),
        "all are equal": (THREE, np.full((3, 2), 0.5)),
        "seeds that differ": (THREE, np.array([[0.5] * 3, [1.0, 0.75, 0.25], [0.25] * 3])),
        "an unlucky seed": (THREE, np.array([[0.375] * 3, [1.0, 1.0, 0.25], [0.25] * 3])),
        "the largest": (np.array([0.5, 2.0]), np.array([[0.5, 0.25], [0.5, 0.75]])),
    },
    wrong=[
        *_by_the_first(
            _best_run,
            "You take the best single run. One lucky seed then chooses the rate: compare the means "
            "over the seeds.",
        ),
        *_by_the_first(
            _mean_of_those_left,
            "Lost runs are left out of the mean, as `np.nanmean` does. A rate that loses half of "
            "its runs is then judged by the other half: count them as 0.",
        ),
        *_by_the_first(
            _mean_of_those_left_or_lost,
            "Lost runs are left out of the mean, as `np.nanmean` does, and a rate that has lost "
            "them all wins: `argmax` takes NaN for the largest. Count each as 0.",
        ),
        *_by_the_first(
            lambda a: np.nan_to_num(a.mean(axis=1)),
            "One lost run throws the whole rate out. It counts as a single 0 in the mean.",
        ),
        *_by_the_first(
            _lost_wins,
            "A lost run wins: `argmax` and `max` take NaN for the largest. Put 0 in its place "
            "before the mean.",
        ),
        *_by_the_first(
            lambda a: np.median(np.nan_to_num(a), axis=1),
            "That is the median over the seeds. Asked for is the mean.",
        ),
        *_by_the_first(
            lambda a: np.nan_to_num(a).min(axis=1),
            "You compare the worst runs. One unlucky seed then decides: take the means over the "
            "seeds.",
        ),
        *_by_the_first(
            lambda a: _means(a) - np.nan_to_num(a).std(axis=1),
            "You subtract the spread of the seeds from their mean, which prefers a steady rate. "
            "Asked for is the best mean.",
        ),
        *_by_the_first(
            lambda a: np.nan_to_num(a)[:, 0],
            "Only the first seed is looked at. Take the mean over the seeds, `axis=1`.",
        ),
        *_by_the_first(
            lambda a: -_means(a),
            "This is the worst rate. An accuracy is good when it is large.",
        ),
        Wrong(
            _chosen(_means, pick=np.max),
            "Of two rates that are equally good you take the larger. Take the smaller.",
        ),
        Wrong(
            _chosen(_means, pick=_first),
            "Of two rates that are equally good you take the first in the list. Take the smaller.",
        ),
        Wrong(
            _chosen(_means, border=_at_the_ends),
            "You look for the border by place in the list, and the rates are in no order. It is "
            "the smallest and the largest rate.",
        ),
        Wrong(
            _chosen(_means, pick=_first, border=_at_the_ends),
            "You look for the border by place in the list, and the rates are in no order: it is "
            "the smallest and the largest rate. And of two that are equally good you take the "
            "first; take the smaller.",
        ),
        Wrong(
            _chosen(_means, border=lambda rates, best, i: best not in (rates.min(), rates.max())),
            "The rate is right and the answer is turned round: True if it lies at the border.",
        ),
        Wrong(
            _chosen(_means, border=lambda rates, best, i: best == rates.max()),
            "You watch the upper border only. The smallest rate is one too.",
        ),
        Wrong(
            _chosen(_means, border=lambda rates, best, i: False),
            "Here the search ends always. If the best rate is the smallest or the largest one, a "
            "better one may lie beyond.",
        ),
        Wrong(
            lambda rates, accuracies: (
                int(np.argmax(_means(accuracies))),
                choose(rates, accuracies)[1],
            ),
            "That is the number of the row. Asked for is the rate that stands there.",
        ),
        Wrong(
            lambda rates, accuracies: choose(rates, accuracies)[::-1],
            "The two are exchanged: first the rate, then whether to go on.",
        ),
    ],
    witness=_chosen_in_a_list,
    draw=_drawn_search,
    properties=[
        holds(
            "the order of the list does not count",
            lambda f: all(
                bool(f(THREE[order], table[order])[1]) is False
                and np.isclose(f(THREE[order], table[order])[0], 0.1)
                for table in [np.array([[0.75, 0.5], [0.5, 0.5], [0.25, 0.5]])]
                for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0])
            ),
            "Put the rates in another order, and another answer comes out.",
        )
    ],
    hints=[
        "First what was lost: `np.nan_to_num` puts 0 for NaN. Then the mean over the seeds.",
        "`means == means.max()` marks all rates that are equally good.",
        "The border is `rates.min()` and `rates.max()`, wherever in the list they stand.",
    ],
    why="A best value at the edge of what was tried says where to look next, and nothing more.",
)


# 7.14 -----------------------------------------------------------------------------------------


def split_by_group(group, held_out, seed):
    """Return the rows to train on and the rows to hold out: two arrays.

    group[i] says whose sample i is; the names may be any whole numbers.
    Of np.random.default_rng(seed).permutation of the names (each once,
    ascending), the last `held_out` are held out with all their samples.
    Both lists of rows ascend.
    """
    order = np.random.default_rng(seed).permutation(np.unique(group))
    out = np.isin(group, order[-held_out:])
    return np.flatnonzero(~out), np.flatnonzero(out)


def _by_names(names_of):
    def split_by_group(group, held_out, seed):
        out = np.isin(group, names_of(group, held_out, np.random.default_rng(seed)))
        return np.flatnonzero(~out), np.flatnonzero(out)

    return split_by_group


def _by_rows(group, held_out, seed):
    rows = np.random.default_rng(seed).permutation(len(group))
    return rows[:-held_out], rows[-held_out:]


def _share_of_rows(group, held_out, seed):
    count = round(held_out / len(np.unique(group)) * len(group))
    return _by_rows(group, min(max(count, 1), len(group) - 1), seed)


def _name_after_name(group, held_out, seed):
    names = np.random.default_rng(seed).permutation(np.unique(group))
    return tuple(
        np.concatenate([np.flatnonzero(group == name) for name in side])
        for side in (names[:-held_out], names[-held_out:])
    )


def _one_name_at_a_time(group, held_out, seed):
    names = np.random.default_rng(seed).permutation(sorted(set(group.tolist()))).tolist()
    apart = set(names[len(names) - held_out :])
    sides = [
        [row for row, name in enumerate(group.tolist()) if (name in apart) is side]
        for side in (False, True)
    ]
    return tuple(np.array(side, int) for side in sides)


FORMS_OF = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 3])
NAMES = np.array([7, 3, 7, 12, 3, 12, 12, 40])

SPLIT_BY_GROUP = Exercise(
    id="7.14",
    title="whole groups on one side",
    solution=split_by_group,
    probes={
        "four forms, one held out": (FORMS_OF, 1, 0),
        "two held out": (FORMS_OF, 2, 1),
        "names in no order": (NAMES, 1, 2),
        "all but one": (NAMES, 3, 3),
        "one sample each": (np.array([5, 2, 9]), 1, 4),
    },
    wrong=[
        Wrong(
            _by_rows,
            "You split the rows. Then samples of one group stand on both sides, which is what "
            "this function is to prevent: permute the names.",
        ),
        Wrong(
            _share_of_rows,
            "You hold out a share of the rows, whoever they belong to. Whole groups go to one "
            "side.",
        ),
        Wrong(
            _by_names(lambda group, k, rng: rng.permutation(np.unique(group))[:k]),
            "You hold out the first of the permuted names. It is the last ones.",
        ),
        Wrong(
            _by_names(lambda group, k, rng: np.unique(group)[-k:]),
            "Nothing is shuffled: the largest names are held out, whatever the seed.",
        ),
        Wrong(
            _by_names(lambda group, k, rng: rng.permutation(int(group.max()) + 1)[-k:]),
            "You permute the numbers from 0 to the largest name. Not each of them is a name: "
            "`np.unique(group)` lists those that are.",
        ),
        Wrong(
            _by_names(lambda group, k, rng: rng.permutation(len(np.unique(group)))[-k:]),
            "You permute places, 0, 1, 2, ..., and read them as names. Permute `np.unique(group)`.",
        ),
        Wrong(
            _by_names(lambda group, k, rng: rng.permutation(group)[-k:]),
            "A name stands in the permutation as often as it has samples, so that large groups are "
            "held out more often, and one may fill several places. Take each name once.",
        ),
        Wrong(
            _by_names(lambda group, k, rng: rng.choice(np.unique(group), k)),
            "You draw names with replacement, so that one may come twice and too few are held out.",
        ),
        Wrong(
            _by_names(lambda group, k, rng: rng.choice(np.unique(group), k, replace=False)),
            "Whole groups, as it should be, but others than asked for: `rng.choice` draws another "
            "way. Take the last of `rng.permutation` of the names.",
        ),
        Wrong(
            _by_names(lambda group, k, rng: rng.permutation(list(dict.fromkeys(group)))[-k:]),
            "You permute the names in the order in which they turn up. They are to ascend first, "
            "as `np.unique(group)` gives them.",
        ),
        Wrong(
            _by_names(lambda group, k, rng: rng.permutation(np.unique(group))[-1:]),
            "One group is held out, whatever `held_out` says. Take the last `held_out` names.",
        ),
        Wrong(
            _by_names(lambda group, k, rng: rng.permutation(np.unique(group))[[-k]]),
            "`names[-held_out]` is a single name. The last `held_out` of them are "
            "`names[-held_out:]`.",
        ),
        Wrong(
            _name_after_name,
            "The groups are right, and their rows stand name after name. Both lists of rows are to "
            "ascend: `np.flatnonzero` of a mask does that.",
        ),
        Wrong(
            lambda group, held_out, seed: split_by_group(group, held_out, seed)[::-1],
            "The two are exchanged: first the rows to train on.",
        ),
        Wrong(
            lambda group, held_out, seed: tuple(
                group[rows] for rows in split_by_group(group, held_out, seed)
            ),
            "You return the names. Asked for are the numbers of the rows, `np.flatnonzero`.",
        ),
        Wrong(
            lambda group, held_out, seed: tuple(
                np.isin(np.arange(len(group)), rows)
                for rows in split_by_group(group, held_out, seed)
            ),
            "These are masks, a True or False for each row. `np.flatnonzero` makes row numbers of "
            "them.",
        ),
    ],
    witness=_one_name_at_a_time,
    draw=lambda rng: (
        rng.permutation(np.repeat([2, 4, 5, 11, 30], rng.integers(1, 5, 5, dtype=np.intp))),
        int(rng.integers(1, 5)),
        int(rng.integers(99)),
    ),
    properties=[
        holds(
            "no group is on both sides",
            lambda f: all(
                not set(FORMS_OF[f(FORMS_OF, 2, s)[0]]) & set(FORMS_OF[f(FORMS_OF, 2, s)[1]])
                for s in range(5)
            ),
            "Some group has samples on both sides.",
        )
    ],
    hints=[
        "What is to be shuffled: the rows, or the names?",
        "`np.unique(group)` has each name once; `np.isin(group, some)` marks their rows.",
    ],
    why="What is dealt out must be what is new in use: whoever will write to the network is a new "
    "writer, not a new image of an old one.",
)


EXERCISES = [
    # lesson 1
    BATCHES,
    TRAIN,
    EPOCH_MEAN,
    SHUFFLE_LAB,
    EPOCH_LAB,
    # lesson 2
    BATCH_VARIANCE,
    # lesson 3
    ACCUMULATE,
    WARMUP,
    # lesson 4
    UPDATE_RATIOS,
    EARLY_STOPPING,
    PREDICT_LAB,
    # lesson 5
    CHOOSE,
    STANDARDIZE,
    SPLIT_BY_GROUP,
]
