"""The exercises of lessons 1 to 3: shrinkage, early stopping, shifts, dropout.

Each solution is written as a learner would write it, without nnlib.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

import inspect
import itertools
import linecache

import numpy as np

from nnlib.layers import Dropout, FullyConnected
from nnlib.models import NeuralNetwork
from nnlib.teaching.exercises import Exercise, Function, Wrong
from nnlib.teaching.exercises.properties import holds

RNG = np.random.default_rng(9)


def _regression(rng, n, d):
    return rng.normal(size=(n, d)) + 0.5, rng.normal(size=(n, 1))


# 9.1 ------------------------------------------------------------------------------------------


def ridge(X, t, alpha):
    """Return the w (d, 1) that minimizes the loss with its penalty.

    That is 1/(2n) sum_i (x_i w - t_i)^2 + alpha/2 sum_j w_j^2, with
    X (n, d), t (n, 1). There is no bias; alpha is positive.
    """
    n, d = X.shape
    return np.linalg.solve(X.T @ X / n + alpha * np.eye(d), X.T @ t / n)


def _ridge_by_rows(X, t, alpha):
    """Least squares with a row sqrt(n alpha) e_j and the target 0 for each weight."""
    n, d = X.shape
    A = np.vstack([X, np.sqrt(n * alpha) * np.eye(d)])
    return np.linalg.lstsq(A, np.vstack([t, np.zeros((d, 1))]), rcond=None)[0]


def _normal(X, t, H):
    return np.linalg.solve(H, X.T @ t / len(X))


def _gram(X):
    return X.T @ X / len(X)


_X, _T = _regression(RNG, 5, 3)

RIDGE = Exercise(
    id="9.1",
    title="the weights that a decay leaves",
    solution=ridge,
    probes={
        "one weight": (np.array([[1.0], [-1.0], [2.0]]), np.array([[2.0], [0.0], [5.0]]), 0.5),
        "three weights": (_X, _T, 0.3),
        "more weights than samples": (_X[:2], _T[:2], 0.1),
        "a strong decay": (_X, _T, 20.0),
    },
    wrong=[
        Wrong(
            lambda X, t, alpha: np.linalg.solve(X.T @ X + alpha * np.eye(X.shape[1]), X.T @ t),
            "This is the formula for a *sum* of squares. Our loss is a mean: either both products "
            "are divided by n, or alpha is multiplied by n.",
        ),
        Wrong(
            lambda X, t, alpha: _normal(X, t, _gram(X) + alpha),
            "`X.T @ X / n + alpha` adds alpha to every entry of the matrix. It belongs on the "
            "diagonal: alpha times `np.eye(d)`.",
        ),
        Wrong(
            lambda X, t, alpha: _normal(X, t, _gram(X) + 2 * alpha * np.eye(X.shape[1])),
            "Your alpha counts twice. The derivative of alpha/2 times w squared is alpha w.",
        ),
        Wrong(
            lambda X, t, alpha: _normal(X, t, _gram(X) + alpha / 2 * np.eye(X.shape[1])),
            "Your alpha counts half: the 1/2 goes away when you differentiate the square.",
        ),
        Wrong(
            lambda X, t, alpha: _normal(X, t, _gram(X) - alpha * np.eye(X.shape[1])),
            "The sign: the gradient of the penalty, alpha w, stands on the side of X^T X w.",
        ),
        Wrong(
            lambda X, t, alpha: np.linalg.lstsq(X, t, rcond=None)[0],
            "This minimizes the loss without the penalty: alpha is not used.",
        ),
        Wrong(
            lambda X, t, alpha: np.linalg.lstsq(X, t, rcond=None)[0] / (1 + alpha),
            "You shrink all weights by one factor, 1/(1 + alpha). That is right only where "
            "X^T X / n is the identity.",
        ),
        Wrong(
            lambda X, t, alpha: _normal(X, t, _gram(X) + alpha**2 * np.eye(X.shape[1])),
            "On the diagonal stands alpha squared. It is alpha itself.",
        ),
        Wrong(
            lambda X, t, alpha: _normal(X, t, _gram(X) + len(X) * alpha * np.eye(X.shape[1])),
            "Here n counts twice: X^T X is divided by it already, and alpha is multiplied by it.",
        ),
        Wrong(
            lambda X, t, alpha: np.linalg.solve(
                X.T @ X / X.shape[1] + alpha * np.eye(X.shape[1]), X.T @ t / X.shape[1]
            ),
            "Your n is the number of weights, `X.shape[1]`. A row is a sample: n is `len(X)`.",
        ),
        Wrong(
            lambda X, t, alpha: _normal(X, t, _gram(X) + alpha * np.diag(np.diag(_gram(X)))),
            "Your penalty is stronger where a column is larger. In (9.1) each weight has the same "
            "alpha: `np.eye(d)`.",
        ),
    ],
    witness=_ridge_by_rows,
    draw=lambda rng: (*_regression(rng, 6, 4), float(rng.uniform(0.1, 2))),
    properties=[
        holds(
            "each sample written down twice changes nothing",
            lambda f: bool(
                np.allclose(f(_X, _T, 0.3), f(np.vstack([_X, _X]), np.vstack([_T, _T]), 0.3))
            ),
            "The loss is a mean, so each sample written down twice must change nothing.",
        )
    ],
    hints=[
        "Differentiate with respect to w and set the result to zero. Which terms hold w?",
        "(X^T X / n + alpha I) w = X^T t / n. `np.linalg.solve(A, b)` solves A w = b.",
    ],
    why="With a positive alpha the matrix can be inverted even where there are more weights than "
    "samples.",
)


# 9.2 ------------------------------------------------------------------------------------------


def soft_threshold(w_star, curvature, alpha):
    """Return the w that minimizes curvature/2 (w - w_star)^2 + alpha |w|.

    w_star and curvature are arrays of one shape, one entry per weight;
    curvature is positive, alpha is not negative.
    """
    size = np.maximum(np.abs(w_star) - alpha / curvature, 0)
    return np.sign(w_star) * size


def _by_cases(w_star, curvature, alpha):
    """Try the minimum of each half, and 0, and keep the lowest."""
    found = []
    for w0, c in zip(np.ravel(w_star), np.ravel(curvature), strict=True):
        tried = [0.0, max(w0 - alpha / c, 0.0), min(w0 + alpha / c, 0.0)]
        prices = [c / 2 * (w - w0) ** 2 + alpha * abs(w) for w in tried]
        found.append(tried[int(np.argmin(prices))])
    return np.reshape(found, np.shape(w_star))


SOFT_THRESHOLD = Exercise(
    id="9.2",
    title="where the corner catches a weight",
    solution=soft_threshold,
    probes={
        "curvature 1": (np.array([3.0, 0.5, -2.0, -0.25]), np.ones(4), 1.0),
        "other curvatures": (np.array([3.0, -3.0, 0.5]), np.array([4.0, 0.25, 2.0]), 1.0),
        "no penalty": (np.array([1.5, -0.5, 0.0]), np.array([2.0, 1.0, 0.5]), 0.0),
        "at the corner": (np.array([0.5, -0.5]), np.array([2.0, 2.0]), 1.0),
        "two rows": (np.array([[2.0, -1.0], [0.1, 4.0]]), np.array([[1, 2.0], [3.0, 0.5]]), 0.4),
    },
    wrong=[
        Wrong(
            lambda w_star, curvature, alpha: (
                np.sign(w_star) * np.maximum(np.abs(w_star) - alpha, 0)
            ),
            "The threshold does not know the curvature. Where the loss is steep, alpha moves the "
            "minimum less: by alpha / curvature.",
        ),
        Wrong(
            lambda w_star, curvature, alpha: (
                np.sign(w_star) * np.maximum(np.abs(w_star) - alpha * curvature, 0)
            ),
            "The threshold is alpha times the curvature. A steep loss holds its weight against "
            "the penalty: divide.",
        ),
        Wrong(
            lambda w_star, curvature, alpha: w_star - alpha / curvature * np.sign(w_star),
            "Small weights jump over zero to the other side. On that side the slope of |w| is "
            "reversed and drives them back: they stay at 0.",
        ),
        Wrong(
            lambda w_star, curvature, alpha: np.maximum(np.abs(w_star) - alpha / curvature, 0),
            "The sign of the weight is lost: negative ones come out positive.",
        ),
        Wrong(
            lambda w_star, curvature, alpha: np.maximum(w_star - alpha / curvature, 0),
            "Negative weights all become 0. The penalty is the same on both sides.",
        ),
        Wrong(
            lambda w_star, curvature, alpha: np.where(
                np.abs(w_star) > alpha / curvature, w_star, 0
            ),
            "This is the hard threshold: what survives is kept whole. The penalty pulls at large "
            "weights, too, by alpha / curvature.",
        ),
        Wrong(
            lambda w_star, curvature, alpha: curvature * w_star / (curvature + alpha),
            "This is what the squared penalty does: a factor, and never zero. The derivative of "
            "alpha |w| is alpha times the sign of w.",
        ),
        Wrong(
            lambda w_star, curvature, alpha: (
                np.sign(w_star) * np.maximum(np.abs(w_star) - alpha / (2 * curvature), 0)
            ),
            "Your threshold is half as large. The derivative of curvature/2 (w - w*)^2 is "
            "curvature (w - w*), without a 2.",
        ),
        Wrong(
            lambda w_star, curvature, alpha: np.where(
                np.abs(w_star) <= alpha / curvature, 0, w_star - alpha / curvature
            ),
            "Negative weights move away from 0. They should move toward it, too: the sign of "
            "w_star belongs to what is subtracted.",
        ),
        Wrong(
            lambda w_star, curvature, alpha: np.clip(w_star, -alpha / curvature, alpha / curvature),
            "This is what the penalty takes away. Asked for is what it leaves.",
        ),
    ],
    witness=_by_cases,
    draw=lambda rng: (rng.normal(0, 2, 6), rng.uniform(0.2, 3, 6), float(rng.uniform(0.1, 2))),
    properties=[
        holds(
            "no penalty changes nothing",
            lambda f: bool(np.allclose(f(np.array([2.0, -1.0]), np.ones(2), 0.0), [2, -1])),
            "With alpha = 0 each weight must stay at w_star, sign included.",
        )
    ],
    hints=[
        "Take w > 0 first: the derivative is curvature (w - w_star) + alpha. Where is it zero, and "
        "when is that place positive?",
        "The weight moves toward 0 by alpha / curvature, and stops there. `np.sign` and "
        "`np.maximum(..., 0)` do it.",
    ],
    why="At 0 the slope of |w| jumps from -1 to 1. A pull that is weaker than alpha on either side "
    "can't leave that corner.",
)


# 9.3 ------------------------------------------------------------------------------------------


def equal_strength(rate, steps, curvature):
    """Return the alpha that shrinks a weight as stopping does.

    After `steps` steps of gradient descent from 0 a weight is
    1 - (1 - rate * curvature)^steps of its best value, and with the
    penalty alpha it is curvature / (curvature + alpha) of it. curvature
    is an array, one entry per direction, with 0 < rate * curvature < 1.
    """
    left = (1 - rate * curvature) ** steps
    return curvature * left / (1 - left)


def _by_bisection(rate, steps, curvature):
    found = []
    for c in np.ravel(curvature):
        w = 0.0
        for _ in range(steps):
            w += rate * c * (1 - w)
        low, high = 0.0, 1 / (rate * steps) + 1.0
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if c / (c + middle) > w else (low, middle)
        found.append(low)
    return np.reshape(found, np.shape(curvature))


EQUAL_STRENGTH = Exercise(
    id="9.3",
    title="the decay that stopping is worth",
    solution=equal_strength,
    probes={
        "one step": (0.5, 1, np.array([1.0])),
        "three curvatures": (0.25, 4, np.array([2.0, 0.5, 0.125])),
        "many steps": (0.1, 30, np.array([1.5, 0.2, 0.01])),
    },
    wrong=[
        Wrong(
            lambda rate, steps, curvature: 1 / (rate * steps) + 0 * curvature,
            "This is the rule of thumb, 1/(rate * steps), which is one number for all directions. "
            "Solve the equation for alpha; the result depends on the curvature.",
        ),
        Wrong(
            lambda rate, steps, curvature: (
                curvature * (1 - (1 - rate * curvature) ** steps) / (1 - rate * curvature) ** steps
            ),
            "It is upside down: many steps should be worth a small alpha. What remains of the "
            "error stands above.",
        ),
        Wrong(
            lambda rate, steps, curvature: (
                (1 - rate * curvature) ** steps / (1 - (1 - rate * curvature) ** steps)
            ),
            "This is alpha / curvature. Multiply by the curvature.",
        ),
        Wrong(
            lambda rate, steps, curvature: curvature / (1 - (1 - rate * curvature) ** steps),
            "This is curvature + alpha. Subtract the curvature.",
        ),
        Wrong(
            lambda rate, steps, curvature: curvature * (1 - rate * curvature) ** steps,
            "You have solved with the numerator alone: divide by the part that has been learned, "
            "1 - (1 - rate * curvature)^steps.",
        ),
        Wrong(
            lambda rate, steps, curvature: (
                curvature * (1 - rate * curvature * steps) / (rate * curvature * steps)
            ),
            "You have replaced the power by 1 - rate * curvature * steps, its first two terms. "
            "That holds for a few short steps; asked for is the exact value.",
        ),
        Wrong(
            lambda rate, steps, curvature: (
                curvature
                * np.exp(-rate * curvature * steps)
                / (1 - np.exp(-rate * curvature * steps))
            ),
            "You have replaced the power by an exponential, which holds for small rates. Keep "
            "(1 - rate * curvature)^steps.",
        ),
    ],
    witness=_by_bisection,
    draw=lambda rng: (
        float(rng.uniform(0.05, 0.3)),
        int(rng.integers(2, 20)),
        rng.uniform(0.1, 2.5, 5),
    ),
    properties=[
        holds(
            "it is about 1/(rate * steps) where the curvature is small",
            lambda f: bool(np.allclose(f(0.1, 10, np.array([1e-5])), 1, rtol=1e-3)),
            "For a curvature near 0 the result should approach 1/(rate * steps).",
        )
    ],
    hints=[
        "Call the two factors equal: curvature / (curvature + alpha) = 1 - left, with "
        "left = (1 - rate * curvature)^steps. Solve for alpha.",
        "curvature + alpha = curvature / (1 - left), so alpha = curvature * left / (1 - left).",
    ],
    why="One number of steps is a whole list of strengths: the steeper the direction, the smaller "
    "its alpha.",
)


# 9.4 ------------------------------------------------------------------------------------------


def with_shifts(X, y):
    """Return the images with their four neighbors, and all labels.

    X is (n, h, w), y (n,). First come the n images as they are, then all
    of them moved by one pixel: down, up, right, left. What leaves is
    lost, and zeros come in. The results are (5n, h, w) and (5n,).
    """
    h, w = X.shape[1:]
    P = np.pad(X, ((0, 0), (1, 1), (1, 1)))
    corners = ((1, 1), (0, 1), (2, 1), (1, 0), (1, 2))
    return (
        np.concatenate([P[:, r : r + h, c : c + w] for r, c in corners]),
        np.tile(y, 5),
    )


_MOVES = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))


def _moved_pixel_by_pixel(X, y):
    n, h, w = X.shape
    out, labels = np.zeros((5 * n, h, w), X.dtype), []
    for k, (down, right) in enumerate(_MOVES):
        for i, r, c in itertools.product(range(n), range(h), range(w)):
            if 0 <= r + down < h and 0 <= c + right < w:
                out[k * n + i, r + down, c + right] = X[i, r, c]
        labels += list(y)
    return out, np.array(labels)


def _shifts(X, y, moves=_MOVES, labels=None, mode="constant"):
    h, w = X.shape[1:]
    P = np.pad(X, ((0, 0), (1, 1), (1, 1)), mode=mode)
    parts = [P[:, 1 - d : 1 - d + h, 1 - r : 1 - r + w] for d, r in moves]
    return np.concatenate(parts), np.tile(y, len(moves)) if labels is None else labels


def _rolled(X, y):
    parts = [np.roll(X, move, axis=(1, 2)) for move in _MOVES]
    return np.concatenate(parts), np.tile(y, 5)


def _beside_each_other(X, y):
    images, _ = _shifts(X, y)
    n = len(X)
    return images[np.arange(5 * n).reshape(5, n).T.ravel()], np.repeat(y, 5)


_IMAGES = RNG.integers(1, 10, (2, 3, 4)).astype(float)

WITH_SHIFTS = Exercise(
    id="9.4",
    title="a digit and its neighbors",
    solution=with_shifts,
    probes={
        "one image": (np.arange(1.0, 7.0).reshape(1, 2, 3), np.array([7])),
        "two images": (_IMAGES, np.array([3, 8])),
        "three square ones": (
            RNG.integers(1, 9, (3, 4, 4)).astype(float),
            np.array([1, 0, 1]),
        ),
    },
    wrong=[
        Wrong(
            _rolled,
            "What leaves on one side comes in on the other, as `np.roll` does it. Zeros should "
            "come in: pad first, then cut.",
        ),
        Wrong(
            lambda X, y: (_shifts(X, y)[0], np.repeat(y, 5)),
            "Image and label no longer belong together: `np.repeat` gives the first label five "
            "times. Your images come in five rounds, so the labels must: `np.tile`.",
        ),
        Wrong(
            _beside_each_other,
            "Each image stands beside its neighbors, labels too. Asked for are first all images as "
            "they are, then all of them moved down, and so on.",
        ),
        Wrong(
            lambda X, y: _shifts(X, y, _MOVES[1:]),
            "The images as they are have been left out.",
        ),
        Wrong(
            lambda X, y: _shifts(X, y, [(-d, -r) for d, r in _MOVES]),
            "The directions are reversed: where down should be is up, and where right should be "
            "is left. Row numbers grow downward.",
        ),
        Wrong(
            lambda X, y: _shifts(X, y, [(r, d) for d, r in _MOVES]),
            "Rows and columns are swapped: the axes are samples, height, width.",
        ),
        Wrong(
            lambda X, y: _shifts(X, y, mode="edge"),
            "At the border the last row or column is copied. Zeros should come in.",
        ),
        Wrong(
            lambda X, y: (_shifts(X, y)[0], y),
            "There are five times as many images as labels.",
        ),
    ],
    witness=_moved_pixel_by_pixel,
    draw=lambda rng: (
        rng.integers(1, 99, (3, 3, 5)).astype(float),
        rng.integers(0, 10, 3),
    ),
    properties=[
        holds(
            "each image keeps its label",
            lambda f: all(
                np.all(image[image > 0] == label)
                for image, label in zip(
                    *f(
                        np.full((3, 3, 4), 1.0) * np.array([2.0, 5, 7])[:, None, None],
                        np.array([2.0, 5, 7]),
                    ),
                    strict=True,
                )
            ),
            "An image has lost its label: the labels must come in the order of the images.",
        )
    ],
    hints=[
        "Pad each image with one row and column of zeros on all sides. Five windows of the old "
        "size lie in it.",
        "Moved down by one is `P[:, 0:h, 1:w+1]`: the window begins one row earlier.",
        "The images come in five rounds, and so must the labels: `np.tile(y, 5)`.",
    ],
    why="Cutting windows out of a padded image moves all images at once, and nothing wraps around.",
)


# 9.5 ------------------------------------------------------------------------------------------


def dropout(X, dY, p, seed):
    """Return Y of a dropout layer in training, and dX.

    Draw u = np.random.default_rng(seed).random(X.shape) once. An entry
    with u < p is dropped; the others are divided by 1 - p. dY is the
    gradient with respect to Y.
    """
    M = np.random.default_rng(seed).random(X.shape) >= p
    return X * M / (1 - p), dY * M / (1 - p)


def _kept(X, p, seed):
    return np.random.default_rng(seed).random(X.shape) >= p


def _by_the_layer(X, dY, p, seed):
    layer = Dropout(p)
    layer.rng = np.random.default_rng(seed)
    return layer.forward(X), layer.backward(dY)


def _two_masks(X, dY, p, seed):
    rng = np.random.default_rng(seed)
    return tuple(A * (rng.random(X.shape) >= p) / (1 - p) for A in (X, dY))


def _one_mask_for_all_rows(X, dY, p, seed):
    M = np.random.default_rng(seed).random((1, X.shape[1])) >= p
    return X * M / (1 - p), dY * M / (1 - p)


_DX = RNG.normal(size=(4, 5)), RNG.normal(size=(4, 5))

DROPOUT = Exercise(
    id="9.5",
    title="dropout, forward and back",
    solution=dropout,
    probes={
        "two samples": (
            np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]]),
            np.array([[1.0, 1.0, 2.0], [-1.0, 0.5, 3.0]]),
            0.5,
            1,
        ),
        "a fifth dropped": (*_DX, 0.2, 0),
        "four fifths dropped": (*_DX, 0.8, 3),
        "nothing dropped": (*_DX, 0.0, 2),
        "zeros among the inputs": (np.maximum(_DX[0], 0), _DX[1], 0.3, 4),
    },
    wrong=[
        Wrong(
            _two_masks,
            "The way back draws a mask of its own. A unit that was dropped has no share in the "
            "loss, and one that was kept has: use the same mask.",
        ),
        Wrong(
            lambda X, dY, p, seed: (X * _kept(X, p, seed), dY * _kept(X, p, seed)),
            "Nothing is divided by 1 - p, neither forward nor back: the mean of Y is (1 - p) X.",
        ),
        Wrong(
            lambda X, dY, p, seed: (X * _kept(X, p, seed) / (1 - p), dY * _kept(X, p, seed)),
            "The way back lacks the factor: Y = X M / (1 - p), so its derivative is M / (1 - p).",
        ),
        Wrong(
            lambda X, dY, p, seed: (X * _kept(X, p, seed) / (1 - p), dY / (1 - p)),
            "The way back lacks the mask: a dropped entry has no influence on Y.",
        ),
        Wrong(
            lambda X, dY, p, seed: (X * _kept(X, p, seed) / (1 - p), dY),
            "The gradient goes through as if nothing had been dropped. It needs the mask and the "
            "factor.",
        ),
        Wrong(
            lambda X, dY, p, seed: (
                X * ~_kept(X, p, seed) / (1 - p),
                dY * ~_kept(X, p, seed) / (1 - p),
            ),
            "The mask is inverted: p is the share that is dropped, u < p.",
        ),
        Wrong(
            lambda X, dY, p, seed: (
                X * _kept(X, 1 - p, seed) / p if p else 0 * X,
                dY * _kept(X, 1 - p, seed) / p if p else 0 * X,
            ),
            "Your p is the share that is kept. Here it is the share that is dropped.",
        ),
        Wrong(
            lambda X, dY, p, seed: (
                X * _kept(X, p, seed) * (1 - p),
                dY * _kept(X, p, seed) * (1 - p),
            ),
            "You multiply by 1 - p. To keep the mean, what is left must be made larger: divide.",
        ),
        Wrong(
            lambda X, dY, p, seed: (
                X * _kept(X, p, seed) / (1 - p),
                dY * (X * _kept(X, p, seed) > 0) / (1 - p),
            ),
            "On the way back entries are missing where X is not positive. The mask is M, not what "
            "came out.",
        ),
        Wrong(
            _one_mask_for_all_rows,
            "One mask serves all rows. Each sample has its own: draw one number per entry of X.",
        ),
        Wrong(
            lambda X, dY, p, seed: (
                X * _kept(X, p, seed) / (1 - p),
                dY * X * _kept(X, p, seed) / (1 - p),
            ),
            "X has come into dX. The derivative of x m with respect to x is m.",
        ),
        Wrong(
            lambda X, dY, p, seed: (
                X * _kept(X, p, seed) / (p or 1),
                dY * _kept(X, p, seed) / (p or 1),
            ),
            "You divide by p. The mean of the mask is 1 - p: divide by that.",
        ),
    ],
    witness=_by_the_layer,
    draw=lambda rng: (
        rng.normal(size=(5, 3)),
        rng.normal(size=(5, 3)),
        float(rng.uniform(0.1, 0.9)),
        int(rng.integers(99)),
    ),
    hints=[
        "Forward: where u < p the entry is 0, elsewhere X / (1 - p).",
        "Y is X times a number, entry by entry. The derivative is that number: the same mask and "
        "the same factor.",
    ],
    why="On the way back the mask is a constant, so the layer is a product with a fixed number per "
    "entry.",
)


# 9.6 ------------------------------------------------------------------------------------------


def dropout_weights(X, t, p):
    """Return the w (d, 1) that minimizes the mean loss under dropout.

    Each input of each sample is dropped with probability p, the others
    are divided by 1 - p. The loss is 1/(2n) sum_i (x_i w - t_i)^2, and
    the mean is over all masks, each with its probability.
    """
    G = X.T @ X
    D = np.diag(np.diag(G))
    return np.linalg.solve(G + p / (1 - p) * D, X.T @ t)


def _over_all_masks(X, t, p):
    """Add up X^T X and X^T t over the 2^d masks of a sample."""
    d = X.shape[1]
    G, v = np.zeros((d, d)), np.zeros((d, 1))
    for kept in itertools.product((0, 1), repeat=d):
        chance = np.prod([1 - p if k else p for k in kept])
        A = X * np.array(kept) / (1 - p)
        G, v = G + chance * A.T @ A, v + chance * A.T @ t
    return np.linalg.solve(G, v)


def _with_penalty(X, t, D):
    return np.linalg.solve(X.T @ X + D, X.T @ t)


DROPOUT_WEIGHTS = Exercise(
    id="9.6",
    title="what dropout does to a linear model",
    solution=dropout_weights,
    probes={
        "one weight": (np.array([[1.0], [2.0], [-1.0]]), np.array([[2.0], [3.0], [0.0]]), 0.5),
        "columns of unequal size": (_X * np.array([1.0, 10.0, 0.2]), _T, 0.3),
        "most of it dropped": (_X, _T, 0.8),
        "nothing dropped": (_X, _T, 0.0),
    },
    wrong=[
        Wrong(
            lambda X, t, p: _with_penalty(X, t, p / (1 - p) * np.eye(X.shape[1])),
            "This is plain ridge: each weight is punished alike. Dropout punishes w_j by the "
            "squares of its own column, the diagonal of X^T X.",
        ),
        Wrong(
            lambda X, t, p: _with_penalty(
                X, t, (1 - p) / p * np.diag(np.diag(X.T @ X)) if p else 0
            ),
            "The factor is upside down: without dropout there must be no penalty.",
        ),
        Wrong(
            lambda X, t, p: _with_penalty(X, t, p * np.diag(np.diag(X.T @ X))),
            "The factor is p. The variance of M / (1 - p) is p / (1 - p).",
        ),
        Wrong(
            lambda X, t, p: _with_penalty(X, t, p * (1 - p) * np.diag(np.diag(X.T @ X))),
            "p (1 - p) is the variance of M itself. M is divided by 1 - p, so its variance is "
            "divided by the square of that.",
        ),
        Wrong(
            lambda X, t, p: _with_penalty(X, t, p / (1 - p) * X.T @ X),
            "You add a multiple of the whole X^T X. Masks of different columns are independent: "
            "only the diagonal has a variance.",
        ),
        Wrong(
            lambda X, t, p: _with_penalty(X, t, p / (1 - p) * np.diag(np.diag(X.T @ X)) / len(X)),
            "The penalty is divided by n, and X^T X is not. Either both or neither.",
        ),
        Wrong(
            lambda X, t, p: np.linalg.lstsq(X, t, rcond=None)[0],
            "This is the minimum without dropout: p is not used.",
        ),
        Wrong(
            lambda X, t, p: _with_penalty(X, t, p / (1 - p) ** 2 * np.diag(np.diag(X.T @ X))),
            "The factor is p / (1 - p)^2. The variance of M is p (1 - p), and of that (1 - p)^2 "
            "is divided away: p / (1 - p) is left.",
        ),
        Wrong(
            lambda X, t, p: _with_penalty(X, t, p / (1 - p) * np.diag(np.sum(X, axis=0) ** 2)),
            "You square the sum of a column. The variances add up: sum the squares.",
        ),
        Wrong(
            lambda X, t, p: np.linalg.solve(
                (1 - p) * X.T @ X + p * np.diag(np.diag(X.T @ X)), X.T @ t
            ),
            "You have multiplied the left side by 1 - p, and not the right side.",
        ),
    ],
    witness=_over_all_masks,
    draw=lambda rng: (*_regression(rng, 7, 4), float(rng.uniform(0.1, 0.8))),
    properties=[
        holds(
            "a column in other units has its weight in other units",
            lambda f: bool(
                np.allclose(
                    f(_X, _T, 0.4), f(_X * np.array([1, 10.0, 1]), _T, 0.4) * [[1], [10], [1]]
                )
            ),
            "Multiply a column by 10: its weight should be divided by 10, and nothing else change.",
        )
    ],
    hints=[
        "The mean of a square is the square of the mean plus the variance. What is the variance of "
        "sum_j w_j x_ij M_ij / (1 - p)?",
        "It is p/(1-p) times sum_j w_j^2 x_ij^2. Summed over i, that is w^T D w, with D the "
        "diagonal of X^T X.",
    ],
    why="A quadratic penalty whose strength is the size of the column, so units do not matter: "
    "ridge depends on whether a length is given in meters or in miles, and this does not.",
)


# 9.7 ------------------------------------------------------------------------------------------


def outputs(A, W, b, p, training, seed):
    """Return the outputs of a layer, A W + b, with dropout on A.

    In training, np.random.default_rng(seed).random draws u in the shape
    of A; entries with u < p are dropped, the others divided by 1 - p.
    Otherwise nothing is dropped, and nothing scaled.
    """
    if training:
        u = np.random.default_rng(seed).random(A.shape)
        A = A * (u >= p) / (1 - p)
    return A @ W + b


def broken_outputs(A, W, b, p, training, seed):
    """Return the outputs of a layer, A W + b, with dropout on A.

    In training, np.random.default_rng(seed).random draws u in the shape
    of A; entries with u < p are dropped, the others divided by 1 - p.
    Otherwise nothing is dropped, and nothing scaled.
    """
    if p > 0:
        u = np.random.default_rng(seed).random(A.shape)
        A = A * (u >= p) / (1 - p)
    return A @ W + b


# What stands in the right source, what takes its place, and what to tell who ends up there.
BUGS = [
    (
        "if training:",
        "if p > 0:",
        "It drops units when it predicts, too: the same input gets another answer for another "
        "seed.",
    ),
    (
        "A * (u >= p) / (1 - p)",
        "A * (u >= p)",
        "In training the units that are kept are not divided by 1 - p. When it predicts, A is "
        "larger than what the layer has learned to read.",
    ),
    (
        "return A @ W + b",
        "return (A if training else A * (1 - p)) @ W + b",
        "When it predicts, it multiplies by 1 - p. That belongs to the other kind of dropout, "
        "which does not divide in training: here the mean is right already.",
    ),
    (
        "if training:",
        "if not training:",
        "It is the wrong way round: it drops when it predicts, and not in training.",
    ),
    (
        "(A.shape)",
        "(A.shape[1])",
        "All samples of the batch share one mask. Each sample needs its own.",
    ),
    (
        "A * (u >= p)",
        "A * (u < p)",
        "The mask is inverted: it keeps the share p and drops the rest. At p = 0.5 you can hardly "
        "see it.",
    ),
    (
        "return A @ W + b",
        "return A @ W + b * (1 if training else 1 - p)",
        "When it predicts, the bias is scaled. Biases are not dropped.",
    ),
]
BROKEN = 0  # the bug that is written out above


def _edited(number: int) -> Function:
    """Return the function with one bug, as if it had been written so."""
    right, wrong, _ = BUGS[number]
    text = inspect.getsource(outputs)
    if text.count(right) != 1:
        raise ValueError(f"expected {right!r} once in the source, got {text.count(right)}")
    text = text.replace(right, wrong)
    name = f"<suspect {number} of chapter 9>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, Function] = {"np": np}  # type: ignore[dict-item]
    exec(compile(text, name, "exec"), namespace)
    return namespace["outputs"]


SUSPECTS = [_edited(number) for number in range(len(BUGS))]


def suspect(number: int) -> Function:
    """Return one of the seven wrong functions, drawn by a whole number of the reader's choice."""
    return SUSPECTS[np.random.default_rng(number).integers(len(SUSPECTS))]


def _by_nnlib(A, W, b, p, training, seed):
    layers = [Dropout(p), FullyConnected(W.shape[1])]
    network = NeuralNetwork(layers).build(A.shape[1:], A.dtype)
    last = network.layers[1].parameters
    last["W"][...], last["b"][...] = W, b
    network.layers[0].rng = np.random.default_rng(seed)
    return network.forward(A, training=bool(training))


def _drawn(rng, n=6, d=4, k=3, p=0.3, training=True):
    layer = rng.normal(size=(d, k)), rng.normal(size=(1, k))
    return rng.normal(size=(n, d)), *layer, p, training, int(rng.integers(99))


_SIX = _drawn(RNG, training=False)

LAB = Exercise(
    id="9.7",
    title="one of seven, in two modes",
    solution=outputs,
    broken=broken_outputs,
    symptom="In one of the two modes it does not return what its docstring promises.",
    probes={
        "training": _drawn(RNG, n=2),
        "predicting": _drawn(RNG, n=2, training=False),
        "training, more dropped": _drawn(RNG, p=0.6),
        "predicting, more dropped": _drawn(RNG, p=0.6, training=False),
        "training, nothing dropped": _drawn(RNG, p=0.0),
    },
    witness=_by_nnlib,
    draw=lambda rng: _drawn(rng, p=float(rng.uniform(0.1, 0.9)), training=bool(rng.integers(2))),
    wrong=[
        Wrong(function, BUGS[number][2])
        for number, function in enumerate(SUSPECTS)
        if number != BROKEN
    ],
    properties=[
        holds(
            "a prediction does not depend on the seed",
            lambda f: bool(np.allclose(f(*_SIX[:-1], 1), f(*_SIX[:-1], 2))),
            "With training=False the outputs depend on the seed: something is still drawn.",
        )
    ],
    hints=[
        "Which of the two modes is wrong? That leaves one or two lines.",
        "Read the condition aloud, with training=False.",
    ],
    test_hints=[
        "Test both modes. Draw A, W and b from a seeded generator, no two of the sizes equal, and "
        "p far from 0.5.",
        "For training=False there is a formula without dropout. For training=True you can draw u "
        "yourself, with the same seed.",
        "Another seed must change nothing when training is False; with more than one sample each "
        "row must have its own mask in training.",
    ],
    why="Only the caller knows whether this is training. A network that drops when it predicts "
    "still reads most digits, so nobody notices but a test.",
)

EXERCISES = [
    RIDGE,
    SOFT_THRESHOLD,
    EQUAL_STRENGTH,
    WITH_SHIFTS,
    DROPOUT,
    DROPOUT_WEIGHTS,
    LAB,
]
