"""Exercises 9.8 to 9.14: normalization, its two lives, and residual connections.

Each solution is written as a learner would write it, without nnlib: that is what the chapter
asks for. The wrong answers are ones that notes, libraries and learners have really produced.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np

from nnlib import BatchNorm, FullyConnected, LayerNorm, Residual
from nnlib.gradcheck import numerical_gradient
from nnlib.teaching.exercises import Exercise, Wrong
from nnlib.teaching.exercises.properties import holds

RNG = np.random.default_rng(9)
X4 = np.array([[0.0, 2.0, -1.0], [6.0, 5.0, 1.0], [6.0, 0.0, 4.0], [8.0, 1.0, 0.0]])
GAMMA, BETA = np.array([[2.0, -1.0, 0.5]]), np.array([[0.1, 1.0, -3.0]])


def _batch(rng, n, d):
    return rng.normal(1, 2, (n, d))


# 9.8 ------------------------------------------------------------------------------------------


def batch_norm(X, gamma, beta, eps):
    """Return Z of (9.19): each column normalized over the rows of X.

    X is (n, d); gamma and beta are (1, d).
    """
    mu = X.mean(axis=0)
    v = ((X - mu) ** 2).mean(axis=0)
    X_hat = (X - mu) / np.sqrt(v + eps)
    return gamma * X_hat + beta


def _by_nnlib(X, gamma, beta, eps):
    layer = BatchNorm(eps=eps)
    layer.forward(X, training=False)
    layer.parameters["gamma"][...] = gamma
    layer.parameters["beta"][...] = beta
    return layer.forward(X)


BATCH_NORM = Exercise(
    id="9.8",
    title="mean 0, variance 1, and two knobs",
    solution=batch_norm,
    probes={
        "four rows, three columns": (X4, GAMMA, BETA, 0.01),
        "one column": (X4[:, :1], GAMMA[:, :1], BETA[:, :1], 1e-5),
        "a column that hardly varies": (X4 * [[1, 0.01, 1]], GAMMA, BETA, 0.1),
        "as many rows as columns": (X4[:3], GAMMA, BETA, 1e-3),
    },
    wrong=[
        Wrong(
            lambda X, gamma, beta, eps: (
                gamma
                * (X - X.mean(axis=1, keepdims=True))
                / np.sqrt(X.var(axis=1, keepdims=True) + eps)
                + beta
            ),
            "You normalize each row. In batch norm a column is normalized: the mean runs over the "
            "samples, `axis=0`.",
        ),
        Wrong(
            lambda X, gamma, beta, eps: gamma * (X - X.mean()) / np.sqrt(X.var() + eps) + beta,
            "One mean and one variance for all numbers. Each column has its own: `axis=0`.",
        ),
        Wrong(
            lambda X, gamma, beta, eps: (
                gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0, ddof=1) + eps) + beta
            ),
            "You divide the sum of squares by n - 1. In (9.19) it is n: the mean of the squares.",
        ),
        Wrong(
            lambda X, gamma, beta, eps: gamma * (X - X.mean(axis=0)) / (X.var(axis=0) + eps) + beta,
            "You divide by the variance. Its root is missing: then the unit of x cancels.",
        ),
        Wrong(
            lambda X, gamma, beta, eps: gamma * (X - X.mean(axis=0)) / (X.std(axis=0) + eps) + beta,
            "eps is added to the root. In (9.19) it stands under it, beside the variance.",
        ),
        Wrong(
            lambda X, gamma, beta, eps: (
                gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0)) + beta
            ),
            "eps is left out. A column that does not vary would be divided by 0.",
        ),
        Wrong(
            lambda X, gamma, beta, eps: (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + eps),
            "This is X_hat. The last line of (9.19), gamma and beta, is missing.",
        ),
        Wrong(
            lambda X, gamma, beta, eps: (
                gamma * ((X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + eps) + beta)
            ),
            "beta is multiplied by gamma: it is added outside of the brackets.",
        ),
        Wrong(
            lambda X, gamma, beta, eps: (
                gamma * (X - X.mean(axis=0)) / np.sqrt((X**2).mean(axis=0) + eps) + beta
            ),
            "You divide by the root of the mean of x^2. The variance is the mean square of what "
            "is left after mu has been subtracted.",
        ),
    ],
    witness=_by_nnlib,
    draw=lambda rng: (_batch(rng, 5, 2), rng.normal(size=(1, 2)), rng.normal(size=(1, 2)), 0.1),
    hints=[
        "First the mean of each column, then the mean of the squares of what is left.",
        "`X.mean(axis=0)` has one number per column, and X minus it subtracts it from each row.",
    ],
    why="n rows go in and n come out, and each row of Z depends on all rows of X.",
)

# 9.9 ------------------------------------------------------------------------------------------


def batch_norm_backward(dZ, X_hat, s, gamma):
    """Return dX by (9.21), for all columns.

    dZ and X_hat are (n, d), s and gamma (1, d). s is the root that X was
    divided by.
    """
    G = dZ * gamma
    mean = G.mean(axis=0)
    along = (G * X_hat).mean(axis=0)
    return (G - mean - X_hat * along) / s


def _passed(rng, n, d):
    X = _batch(rng, n, d)
    s = np.sqrt(X.var(axis=0, keepdims=True) + 0.1)
    return rng.normal(size=(n, d)), (X - X.mean(axis=0)) / s, s, rng.normal(size=(1, d))


def _by_differences(dZ, X_hat, s, gamma):
    # Of eps only s is known: eps = s^2 - var, and the variance of X = s X_hat is that of X.
    X = X_hat * s
    eps = s**2 - X.var(axis=0)

    def scalar(X):
        Z = gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + eps)
        return float(np.sum(dZ * Z))

    return numerical_gradient(scalar, X)


BATCH_NORM_BACKWARD = Exercise(
    id="9.9",
    title="three paths back",
    solution=batch_norm_backward,
    probes={
        "four rows, two columns": _passed(RNG, 4, 2),
        "one column": _passed(RNG, 5, 1),
        "as many rows as columns": _passed(RNG, 3, 3),
    },
    wrong=[
        Wrong(
            lambda dZ, X_hat, s, gamma: dZ * gamma / s,
            "Only the path through x itself. mu and v depend on x too: two terms are missing.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (dZ * gamma - (dZ * gamma).mean(axis=0)) / s,
            "The path through the variance is missing: the term with X_hat.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                (dZ * gamma - X_hat * (dZ * gamma * X_hat).mean(axis=0)) / s
            ),
            "The path through the mean is missing: the term that is the same for all rows.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                (dZ * gamma - (dZ * gamma).sum(axis=0) - X_hat * (dZ * gamma * X_hat).sum(axis=0))
                / s
            ),
            "These are sums. mu and v are means, so both terms are divided by n.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                (dZ - dZ.mean(axis=0) - X_hat * (dZ * X_hat).mean(axis=0)) / s
            ),
            "gamma is missing. dX_hat is gamma times dZ.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                gamma * dZ - (gamma * dZ).mean(axis=0) - X_hat * (gamma * dZ * X_hat).mean(axis=0)
            ),
            "The division by s is missing: a step of x is a step of x_hat s times smaller.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                (gamma * dZ - (gamma * dZ).mean(axis=0) + X_hat * (gamma * dZ * X_hat).mean(axis=0))
                / s
            ),
            "The path through the variance has the wrong sign: a larger v makes each x_hat "
            "smaller.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                (gamma * dZ - (gamma * dZ).mean() - X_hat * (gamma * dZ * X_hat).mean()) / s
            ),
            "The means run over all columns at once. Each column has its own: `axis=0`.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                (gamma * dZ - (gamma * dZ).mean(axis=0) - (gamma * dZ * X_hat).mean(axis=0)) / s
            ),
            "The last mean has to be multiplied by X_hat again: how much v moves is in proportion "
            "to x_hat.",
        ),
    ],
    witness=_by_differences,
    draw=lambda rng: _passed(rng, 6, 2),
    properties=[
        holds(
            "each column of dX adds up to 0",
            lambda f: bool(
                np.allclose(np.sum(f(*_passed(np.random.default_rng(1), 7, 2)), axis=0), 0)
            ),
            "Moving all x of a column alike changes no x_hat, so each column of dX must add up to "
            "0. Yours does not.",
        )
    ],
    hints=[
        "G = gamma dZ first. Then three terms, each divided by s.",
        "The second is the mean of G over the rows; the third is X_hat times the mean of G X_hat.",
    ],
    why="Two means are subtracted from G: along 1 and along X_hat no step of X changes anything.",
)

# 9.10 -----------------------------------------------------------------------------------------


def running(batches, momentum):
    """Return the running mean and variance after some batches.

    They start at 0 and 1. A new batch counts with the share momentum,
    what was known before with the rest. A batch is (n, d); its variance
    divides by n - 1 here.
    """
    d = batches[0].shape[1]
    mean, var = np.zeros(d), np.ones(d)
    for B in batches:
        mean = mean + momentum * (B.mean(axis=0) - mean)
        squares = ((B - B.mean(axis=0)) ** 2).sum(axis=0)
        var = var + momentum * (squares / (len(B) - 1) - var)
    return mean, var


def broken_running(batches, momentum):
    """Return the running mean and variance after some batches.

    They start at 0 and 1. A new batch counts with the share momentum,
    what was known before with the rest. A batch is (n, d); its variance
    divides by n - 1 here.
    """
    d = batches[0].shape[1]
    mean, var = np.zeros(d), np.ones(d)
    for B in batches:
        mean = mean + momentum * (B.mean(axis=0) - mean)
        squares = ((B - mean) ** 2).sum(axis=0)
        var = var + momentum * (squares / (len(B) - 1) - var)
    return mean, var


def _running_by(update):
    def run(batches, momentum):
        d = batches[0].shape[1]
        mean, var = np.zeros(d), np.ones(d)
        for B in batches:
            mean, var = update(B, mean, var, momentum)
        return mean, var

    return run


def _running_in_nnlib(batches, momentum):
    layer = BatchNorm(momentum=momentum)
    for B in batches:
        layer.forward(B)
    return layer.state["mean"][0], layer.state["var"][0]


def _some_batches(rng, sizes, d):
    return tuple(rng.normal(3, 2, (n, d)) for n in sizes)


RUNNING_LAB = Exercise(
    id="9.10",
    title="find the bug: the second life",
    solution=running,
    broken=broken_running,
    witness=_running_in_nnlib,
    symptom="In training all is well. In prediction every layer puts out numbers that are too "
    "small.",
    test_hints=[
        "One batch that you can do in your head is enough: two rows, one column.",
        "Compare both results with what the docstring promises, not the mean alone.",
    ],
    draw=lambda rng: (_some_batches(rng, (3, 5), 2), float(rng.uniform(0.05, 0.9))),
    probes={
        "one batch": (_some_batches(RNG, (4,), 2), 0.1),
        "three batches": (_some_batches(RNG, (2, 5, 3), 1), 0.3),
        "two columns": (_some_batches(RNG, (2, 6), 2), 0.25),
    },
    wrong=[
        Wrong(
            _running_by(
                lambda B, mean, var, p: (
                    (1 - p) * mean + p * B.mean(axis=0),
                    (1 - p) * var + p * B.var(axis=0),
                )
            ),
            "The variance of a batch divides by n. In training that is right; what is kept for "
            "prediction divides by n - 1, `ddof=1`.",
        ),
        Wrong(
            _running_by(
                lambda B, mean, var, p: (
                    p * mean + (1 - p) * B.mean(axis=0),
                    p * var + (1 - p) * B.var(axis=0, ddof=1),
                )
            ),
            "The shares are swapped: here momentum is the share of the new batch. In Keras it is "
            "that of the old, in PyTorch that of the new.",
        ),
        Wrong(
            _running_by(
                lambda B, mean, var, p: (
                    mean + p * B.mean(axis=0),
                    var + p * B.var(axis=0, ddof=1),
                )
            ),
            "Nothing is forgotten: what was known before has the share 1 - momentum.",
        ),
        Wrong(
            lambda batches, momentum: (
                np.vstack(batches).mean(axis=0),
                np.vstack(batches).var(axis=0, ddof=1),
            ),
            "You put all batches together. Each moves the two numbers, one after the other.",
        ),
        Wrong(
            _running_by(
                lambda B, mean, var, p: (
                    (1 - p) * mean + p * B.mean(axis=0),
                    (1 - p) * var + p * ((B - mean) ** 2).sum(axis=0) / (len(B) - 1),
                )
            ),
            "The squares are taken around the running mean, now the one before the batch. A "
            "batch's variance is taken around its own mean.",
        ),
        Wrong(
            _running_by(lambda B, mean, var, p: (B.mean(axis=0), B.var(axis=0, ddof=1))),
            "Only the last batch counts. The batches before it have the share 1 - momentum.",
        ),
        Wrong(
            lambda batches, momentum: (
                np.mean([B.mean(axis=0) for B in batches], axis=0),
                np.mean([B.var(axis=0, ddof=1) for B in batches], axis=0),
            ),
            "This is the plain mean over the batches. Asked for is the moving one, which starts "
            "at 0 and 1.",
        ),
        Wrong(
            _running_by(
                lambda B, mean, var, p: (
                    (1 - p) * mean + p * B.mean(axis=0),
                    (1 - p) * var + p * B.std(axis=0, ddof=1),
                )
            ),
            "You average standard deviations. What is kept is the variance.",
        ),
    ],
    hints=[
        "A variance is a mean square distance. From what?",
        "From the batch's own mean: `B.var(axis=0, ddof=1)` subtracts it by itself.",
    ],
    why="Around another centre than its own mean a batch is always at least as wide. So the kept "
    "variance was too large, and what is divided by its root too small.",
)

# 9.11 -----------------------------------------------------------------------------------------


def folded(W, b, gamma, beta, mu, v, eps):
    """Return W and b of one affine layer, as a tuple.

    It does what X W + b followed by batch norm with the running
    statistics mu and v does. W is (d, k), all others are (1, k).
    """
    scale = gamma / np.sqrt(v + eps)
    return W * scale, (b - mu) * scale + beta


def _fold_arguments(rng, d, k):
    rows = [rng.normal(size=(1, k)) for _ in range(4)]
    return (rng.normal(size=(d, k)), *rows, rng.uniform(0.2, 4, (1, k)), 0.1)


def _folded_by_asking(W, b, gamma, beta, mu, v, eps):
    """Ask the two layers for what they make of 0 and of each unit vector."""
    layer = BatchNorm(eps=eps)
    layer.forward(b, training=False)
    layer.parameters = {"gamma": gamma, "beta": beta}
    layer.state = {"mean": mu, "var": v}
    bias = layer.forward(b, training=False)
    return layer.forward(W + b, training=False) - bias, bias


FOLDED = Exercise(
    id="9.11",
    title="fold it away",
    solution=folded,
    probes={
        "three inputs, two units": _fold_arguments(RNG, 3, 2),
        "as many of both": _fold_arguments(RNG, 2, 2),
        "one unit": _fold_arguments(RNG, 4, 1),
    },
    wrong=[
        Wrong(
            lambda W, b, gamma, beta, mu, v, eps: (
                W * gamma / np.sqrt(v + eps),
                b * gamma / np.sqrt(v + eps) + beta,
            ),
            "mu is not subtracted in the bias: it should be (b - mu) that is scaled.",
        ),
        Wrong(
            lambda W, b, gamma, beta, mu, v, eps: (
                W * gamma / np.sqrt(v + eps),
                b + beta - mu * gamma / np.sqrt(v + eps),
            ),
            "b is added as it was. Batch norm divides all that the layer puts out: scale b, too.",
        ),
        Wrong(
            lambda W, b, gamma, beta, mu, v, eps: (
                W * gamma / (v + eps),
                (b - mu) * gamma / (v + eps) + beta,
            ),
            "You divide by the variance. Its root is missing.",
        ),
        Wrong(
            lambda W, b, gamma, beta, mu, v, eps: (
                W / np.sqrt(v + eps),
                (b - mu) / np.sqrt(v + eps) + beta,
            ),
            "gamma is missing, in both.",
        ),
        Wrong(
            lambda W, b, gamma, beta, mu, v, eps: (
                W * gamma / np.sqrt(v + eps),
                (b - mu) * gamma / np.sqrt(v + eps),
            ),
            "beta is missing: what batch norm adds at the end, the new bias has to hold.",
        ),
        Wrong(
            lambda W, b, gamma, beta, mu, v, eps: (W, (b - mu) * gamma / np.sqrt(v + eps) + beta),
            "W stays as it was. Each of its columns has to be scaled, too.",
        ),
        Wrong(
            lambda W, b, gamma, beta, mu, v, eps: (
                W * gamma / np.sqrt(v),
                (b - mu) * gamma / np.sqrt(v) + beta,
            ),
            "eps is left out.",
        ),
    ],
    witness=_folded_by_asking,
    draw=lambda rng: _fold_arguments(rng, 3, 4),
    hints=[
        "Write (X W + b - mu) gamma / s + beta out, and collect what stands at X.",
        "One number per unit scales: `gamma / np.sqrt(v + eps)`. It multiplies the columns of W.",
    ],
    why="In prediction batch norm is affine, and an affine map of an affine map is one.",
)

# 9.12 -----------------------------------------------------------------------------------------


def layer_norm_backward(dZ, X_hat, s, gamma):
    """Return dX of layer norm, (9.29).

    dZ and X_hat are (n, d), gamma is (1, d), and s is (n, 1): each row was
    divided by its own.
    """
    G = dZ * gamma
    mean = G.mean(axis=1, keepdims=True)
    along = (G * X_hat).mean(axis=1, keepdims=True)
    return (G - mean - X_hat * along) / s


def _rows_passed(rng, n, d):
    X = _batch(rng, n, d)
    s = np.sqrt(X.var(axis=1, keepdims=True) + 0.1)
    return (
        rng.normal(size=(n, d)),
        (X - X.mean(axis=1, keepdims=True)) / s,
        s,
        rng.normal(size=(1, d)),
    )


def _layer_norm_in_nnlib(dZ, X_hat, s, gamma):
    layer = LayerNorm()
    layer.forward(X_hat)
    layer.parameters["gamma"][...] = gamma
    layer.cache |= {"X_hat": X_hat, "std": s}
    return layer.backward(dZ)


LAYER_NORM_BACKWARD = Exercise(
    id="9.12",
    title="along the other axis",
    solution=layer_norm_backward,
    probes={
        "four rows of three": _rows_passed(RNG, 4, 3),
        "one row": _rows_passed(RNG, 1, 5),
        "as many rows as columns": _rows_passed(RNG, 3, 3),
    },
    wrong=[
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                (dZ * gamma - (dZ * gamma).mean(axis=0) - X_hat * (dZ * gamma * X_hat).mean(axis=0))
                / s
            ),
            "Both means run over the rows, as in batch norm. Here each row has its own: `axis=1`.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                gamma
                * (
                    dZ
                    - dZ.mean(axis=1, keepdims=True)
                    - X_hat * (dZ * X_hat).mean(axis=1, keepdims=True)
                )
                / s
            ),
            "gamma is pulled out of the means. In batch norm it can be, as it is one number per "
            "column; along a row it varies.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                (
                    dZ
                    - dZ.mean(axis=1, keepdims=True)
                    - X_hat * (dZ * X_hat).mean(axis=1, keepdims=True)
                )
                / s
            ),
            "gamma is missing: dX_hat is gamma times dZ.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: dZ * gamma / s,
            "Only the path through x itself. The row's mean and variance depend on x too.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (dZ * gamma - (dZ * gamma).mean(axis=1, keepdims=True)) / s,
            "The path through the variance is missing: the term with X_hat.",
        ),
        Wrong(
            lambda dZ, X_hat, s, gamma: (
                (
                    dZ * gamma
                    - (dZ * gamma).sum(axis=1, keepdims=True)
                    - X_hat * (dZ * gamma * X_hat).sum(axis=1, keepdims=True)
                )
                / s
            ),
            "These are sums along the row. The two terms are means: divide by d.",
        ),
    ],
    witness=_layer_norm_in_nnlib,
    draw=lambda rng: _rows_passed(rng, 2, 4),
    hints=[
        "Start from your batch norm. Which axis is averaged, and what has that axis to do with "
        "gamma?",
        "G = dZ * gamma first, then both means with `axis=1, keepdims=True`.",
    ],
    why="Transposed, a layer norm is a batch norm, with one exception: gamma runs along the axis "
    "that is averaged, so it has to go in before the means.",
)

# 9.13 -----------------------------------------------------------------------------------------


def residual_backward(X, W1, W2, dY):
    """Return dX, dW1, dW2 of Y = X + relu(X W1) W2, as a tuple."""
    Z = X @ W1
    A = np.maximum(Z, 0)
    dW2 = A.T @ dY
    dZ = (dY @ W2.T) * (Z > 0)
    dW1 = X.T @ dZ
    return dY + dZ @ W1.T, dW1, dW2


def _block(rng, n, d, k):
    sizes = (n, d), (d, k), (k, d), (n, d)
    return tuple(rng.normal(size=size) for size in sizes)


def _parts(X, W1, W2, dY):
    Z = X @ W1
    dZ = (dY @ W2.T) * (Z > 0)
    return dZ @ W1.T, X.T @ dZ, np.maximum(Z, 0).T @ dY, Z


def _block_in_nnlib(X, W1, W2, dY):
    layer = Residual([FullyConnected(W1.shape[1], "relu"), FullyConnected(W2.shape[1])])
    layer.forward(X)
    for name, W in (("0.W", W1), ("1.W", W2)):
        layer.parameters[name][...] = W
    layer.forward(X)
    return layer.backward(dY), layer.gradients["0.W"], layer.gradients["1.W"]


RESIDUAL_BACKWARD = Exercise(
    id="9.13",
    title="a block, backward",
    solution=residual_backward,
    probes={
        "five rows": _block(RNG, 5, 3, 4),
        "one row": _block(RNG, 1, 2, 3),
        "square": _block(RNG, 3, 3, 3),
    },
    wrong=[
        Wrong(
            lambda X, W1, W2, dY: _parts(X, W1, W2, dY)[:3],
            "dX misses the short path. X is added to the output, so dY comes back as it is.",
        ),
        Wrong(
            lambda X, W1, W2, dY: (
                dY * _parts(X, W1, W2, dY)[0],
                *_parts(X, W1, W2, dY)[1:3],
            ),
            "The two paths are multiplied. Where a wire forks, what comes back is added.",
        ),
        Wrong(
            lambda X, W1, W2, dY: (
                1 + _parts(X, W1, W2, dY)[0],
                *_parts(X, W1, W2, dY)[1:3],
            ),
            "You add 1, the derivative of x with respect to itself. The chain rule multiplies it "
            "by dY.",
        ),
        Wrong(
            lambda X, W1, W2, dY: (
                X + _parts(X, W1, W2, dY)[0],
                *_parts(X, W1, W2, dY)[1:3],
            ),
            "You add X. The derivative of X with respect to itself is the identity: dY comes back.",
        ),
        Wrong(
            lambda X, W1, W2, dY: (
                dY + dY @ W2.T @ W1.T,
                X.T @ (dY @ W2.T),
                _parts(X, W1, W2, dY)[2],
            ),
            "ReLU's slope is missing: nothing returns where Z is not positive.",
        ),
        Wrong(
            lambda X, W1, W2, dY: (
                dY + _parts(X, W1, W2, dY)[0],
                _parts(X, W1, W2, dY)[1],
                _parts(X, W1, W2, dY)[3].T @ dY,
            ),
            "dW2 is built from Z. What W2 multiplies is relu(Z).",
        ),
        Wrong(
            lambda X, W1, W2, dY: (dY, *_parts(X, W1, W2, dY)[1:3]),
            "Only the short path. The branch sends something back as well.",
        ),
    ],
    witness=_block_in_nnlib,
    draw=lambda rng: _block(rng, 4, 2, 3),
    hints=[
        "Y is a sum of X and of a network of two layers. Each of them gets dY.",
        "Do the branch as in chapter 4. Then X has two wires: add what comes back on both.",
    ],
    why="The identity hands dY on unchanged, however small the weights of the branch are.",
)

# 9.14 -----------------------------------------------------------------------------------------


def after_blocks(q, c, L, alpha):
    """Return mean square and cosine after L blocks x + alpha F(x).

    q and c are those of the inputs. A branch F keeps the mean square, is
    uncorrelated with x, and makes the cosine c a new one, the arc-cosine
    map: (sqrt(1 - c^2) + (pi - arccos(c)) c) / pi.
    """
    for _ in range(L):
        branch = (np.sqrt(1 - c**2) + (np.pi - np.arccos(c)) * c) / np.pi
        q = (1 + alpha**2) * q
        c = (c + alpha**2 * branch) / (1 + alpha**2)
    return q, c


def _arc(c):
    return (np.sqrt(1 - c**2) + (np.pi - np.arccos(c)) * c) / np.pi


def _blocks_by(update):
    def run(q, c, L, alpha):
        for _ in range(L):
            q, c = update(q, c, alpha)
        return q, c

    return run


def _by_inner_products(q, c, L, alpha):
    """Follow the two squares and the product of x and y, with the angle; divide at the end."""
    square, product = q, c * q
    for _ in range(L):
        angle = np.arctan2(np.sqrt(max(square**2 - product**2, 0)), product)
        gain = alpha * alpha * square
        product += gain * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi
        square += gain
    return square, product / square


AFTER_BLOCKS = Exercise(
    id="9.14",
    title="two samples through many blocks",
    solution=after_blocks,
    probes={
        "three blocks": (1.0, 0.5, 3, 1.0),
        "small branches": (2.0, 0.0, 10, 10**-0.5),
        "opposite samples": (0.5, -0.6, 4, 0.7),
        "branches of 0": (3.0, 0.2, 5, 0.0),
    },
    wrong=[
        Wrong(
            _blocks_by(lambda q, c, a: ((1 + a) * q, (c + a * _arc(c)) / (1 + a))),
            "A branch that is alpha times as large has alpha^2 times the mean square.",
        ),
        Wrong(
            _blocks_by(lambda q, c, a: (a**2 * q, _arc(c))),
            "That is a plain network: the x that is added is missing.",
        ),
        Wrong(
            _blocks_by(lambda q, c, a: ((1 + a**2) * q, c + a**2 * _arc(c))),
            "Products of x and y are added, and then divided by the new mean square, 1 + alpha^2 "
            "times the old one. The division is missing.",
        ),
        Wrong(
            _blocks_by(lambda q, c, a: ((1 + a**2) * q, _arc(c))),
            "The cosine is that of the branches alone. What is passed on keeps the old one: it "
            "is a mean of both, with the shares 1 and alpha^2.",
        ),
        Wrong(
            lambda q, c, L, alpha: (
                (1 + L * alpha**2) * q,
                (c + L * alpha**2 * _arc(c)) / (1 + L * alpha**2),
            ),
            "You add L times the first branch. Each branch starts from the x of its own block, "
            "which has grown.",
        ),
        Wrong(
            _blocks_by(lambda q, c, a: ((1 + a) ** 2 * q, (c + a**2 * _arc(c)) / (1 + a**2))),
            "(1 + alpha)^2 is right if F(x) points along x. It is uncorrelated with x: the mean "
            "squares are added.",
        ),
        Wrong(
            _blocks_by(lambda q, c, a: ((1 + a**2) * q, (c + _arc(c)) / 2)),
            "The two cosines have the shares 1 and alpha^2, and not half each.",
        ),
    ],
    witness=_by_inner_products,
    draw=lambda rng: (
        float(rng.uniform(0.2, 3)),
        float(rng.uniform(-0.9, 0.9)),
        int(rng.integers(1, 6)),
        float(rng.uniform(0.1, 1.5)),
    ),
    hints=[
        "Mean squares of uncorrelated parts add up. So do mean products of two samples.",
        "After one block q is (1 + alpha^2) q. The mean product of two samples is q c, plus "
        "alpha^2 q times the branch's cosine; divide it by the new q.",
    ],
    why="The new cosine is a weighted mean of the old one and of the branch's.",
)

EXERCISES = [
    BATCH_NORM,
    BATCH_NORM_BACKWARD,
    RUNNING_LAB,
    FOLDED,
    LAYER_NORM_BACKWARD,
    RESIDUAL_BACKWARD,
    AFTER_BLOCKS,
]
