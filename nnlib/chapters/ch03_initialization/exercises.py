"""The exercises of chapter 3, initialization; EXERCISES holds them in teaching order.

A function that makes weights gets the random numbers as an argument, so that a right answer has one
right value; where it draws them itself (3.14, 3.16), properties decide. The labs hold mistakes that
notes and libraries published. They are blind: the learner writes the test that exposes the bug
first.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

from itertools import combinations, pairwise, product

import numpy as np

from nnlib.initializers import KaimingNormal, XavierNormal, normal_quadrature
from nnlib.teaching.exercises import Exercise, Property, Wrong
from nnlib.teaching.exercises.properties import holds

RNG = np.random.default_rng(3)

# A batch with a mean far from 0, as after a ReLU, and one with a mean of 0.
POSITIVE = np.array([[1.0, 2.0, 0.0], [3.0, 0.0, 1.0]])
CENTERED = np.array([[1.0, -1.0], [-2.0, 2.0]])
WIDE = RNG.normal(size=(4, 6))


# 3.1 ------------------------------------------------------------------------------------------


def fans_of(shape):
    """Return (fan_in, fan_out) of weights of this shape.

    It is (n_in, n_out) for a layer, (kh, kw, C_in, C_out) for a kernel.
    """
    field = int(np.prod(shape[:-2]))  # of an empty tuple this is 1
    return field * shape[-2], field * shape[-1]


def _count_products(shape):
    """Count the weights that meet in one output, and those that one input meets."""
    W = np.ones(shape)
    return W[..., 0].size, W[..., 0, :].size


def _fans_in_pytorch(shape):
    field = shape[2] * shape[3]
    return field * shape[1], field * shape[0]


def _draw_shape(rng):
    axes = 2 + 2 * int(rng.integers(2))
    return (tuple(int(k) for k in rng.choice(np.arange(1, 10), axes, replace=False)),)


FANS = Exercise(
    id="3.1",
    title="fans, of a layer and of a convolution",
    solution=fans_of,
    probes={
        "a layer": ((4, 7),),
        "a 3 x 5 kernel": ((3, 5, 2, 6),),
        "a 1 x 1 kernel": ((1, 1, 4, 7),),
    },
    wrong=[
        Wrong(
            lambda shape: (shape[0], shape[1]),
            "Right for a layer. The first two axes of a kernel are its height and width; the "
            "channels are the last two, and each of them is met at every position of the window.",
        ),
        Wrong(
            lambda shape: (shape[-2], shape[-1]),
            "You count channels only. A unit of a convolution adds up kh * kw positions with "
            "C_in products each.",
        ),
        Wrong(
            lambda shape: (
                int(np.prod(shape[:-2])) * shape[-1],
                int(np.prod(shape[:-2])) * shape[-2],
            ),
            "The two are swapped. Rows are inputs here: the last axis counts the outputs.",
        ),
        Wrong(
            lambda shape: (int(np.prod(shape[:-1])), shape[-1]),
            "fan_in is right. Going backward, an input number lies in kh * kw windows, so the "
            "receptive field counts for fan_out as well.",
        ),
        Wrong(
            lambda shape: (int(np.prod(shape[:-1])), int(np.prod(shape[1:]))),
            "Right for a layer. For a kernel, fan_out takes both sides of the window and C_out, "
            "not everything behind the first axis.",
        ),
        Wrong(
            lambda shape: (sum(shape[:-2]) * shape[-2], sum(shape[:-2]) * shape[-1]),
            "A window of 3 x 5 has 15 positions, not 8: multiply its sides.",
        ),
        Wrong(
            lambda shape: shape if len(shape) == 2 else _fans_in_pytorch(shape),
            "You read the kernel as PyTorch stores it, (C_out, C_in, kh, kw). Here it is "
            "(kh, kw, C_in, C_out).",
        ),
    ],
    properties=[
        holds(
            "fan_in is the length of one unit's sum",
            lambda f: f((3, 5, 2, 6))[0] == np.zeros((3, 5, 2, 6))[..., 0].size,
            "One output of this kernel is a sum of 30 products, so its fan_in is 30.",
        )
    ],
    witness=_count_products,
    draw=_draw_shape,
    hints=[
        "How many products are added up for one output? With how many outputs does one input "
        "take part?",
        "Both have the factor kh * kw, and `np.prod(())` is 1: one formula serves both shapes.",
    ],
    why="fan_in counts the terms of the forward sum, fan_out those of the backward sum. The "
    "window's positions are in both.",
)


# 3.2 ------------------------------------------------------------------------------------------


def output_mean_square(X, s):
    """Return E[z^2] of Z = X W, for weights of mean 0 and variance s^2.

    X has one row for each sample; take the mean over samples, too.
    """
    n_in = X.shape[1]
    return n_in * s**2 * np.mean(X**2)


def _over_all_signs(X, s):
    """Take the mean over every choice of weights s or -s: they have mean 0 and variance s^2."""
    signs = product([-1, 1], repeat=X.shape[1])
    return np.mean([np.mean((X @ (s * np.array(w))) ** 2) for w in signs])


def _draw_batch(rng):
    n, n_in = rng.permutation(np.arange(2, 6))[:2]
    return rng.normal(1, 1, (n, n_in))


MEAN_SQUARE = Exercise(
    id="3.2",
    title="the size of a sum",
    solution=output_mean_square,
    probes={
        "one number": (np.array([[2.0]]), 0.5),
        "inputs that are never negative": (POSITIVE, 0.5),
        "inputs with mean 0": (CENTERED, 0.1),
        "four samples": (WIDE, 0.3),
    },
    wrong=[
        Wrong(
            lambda X, s: X.shape[1] * s**2 * np.var(X),
            "This is the variance of x. It is right only for inputs with mean 0; what enters the "
            "sum is the mean of x^2.",
        ),
        Wrong(
            lambda X, s: s**2 * np.mean(X**2),
            "This is one product. A unit adds up n_in of them, and the mean squares add up too.",
        ),
        Wrong(
            lambda X, s: X.shape[1] * s * np.mean(X**2),
            "s is the standard deviation of a weight. Its mean square is s^2.",
        ),
        Wrong(
            lambda X, s: X.shape[1] * s**2 * np.mean(X) ** 2,
            "You square the mean. Square first, then take the mean: a 1 and a -1 do not cancel.",
        ),
        Wrong(
            lambda X, s: len(X) * s**2 * np.mean(X**2),
            "n_in is the number of inputs, which are the columns. You took the number of samples.",
        ),
        Wrong(
            lambda X, s: X.shape[1] ** 2 * s**2 * np.mean(X**2),
            "n_in comes in squared. Of the n_in^2 terms of the squared sum, only those with equal "
            "indices survive the mean: n_in of them.",
        ),
        Wrong(
            lambda X, s: np.sqrt(X.shape[1] * s**2 * np.mean(X**2)),
            "This is the root of it, the size of z. The question is for its mean square.",
        ),
    ],
    witness=_over_all_signs,
    draw=lambda rng: (_draw_batch(rng), rng.uniform(0.1, 2)),
    hints=[
        "Square the sum over the inputs. Which of the n_in^2 products have a mean that is not 0?",
        "Those with equal indices: each contributes s^2 x_j^2.",
        "n_in * s^2 * mean of x^2, over inputs and samples.",
    ],
    why="No assumption about x is needed: neither mean 0 nor independence. That is why E[x^2] "
    "stands here and not Var[x].",
)


# 3.3 ------------------------------------------------------------------------------------------


def distinct_units(W1, b1, W2):
    """Return how many different hidden units a network has.

    Two units are the same if their column of W1, their entry of b1 and
    their row of W2 are the same; b1 is (1, k).
    """
    units = np.concatenate([W1, b1, W2.T])  # one column for each unit
    return len(np.unique(units, axis=1).T)


W1_ALL = np.full((2, 3), 0.5)
W1_TWO = np.array([[1.0, 2.0, 1.0], [0.0, 3.0, 0.0]])
W1_CROSSED = np.array([[1.0, 2.0], [2.0, 1.0]])
B_ZERO = np.zeros((1, 3))
B_ONE = np.array([[0.0, 0.0, 1.0]])
W2_ALL = np.full((3, 2), 0.5)
W2_TWO = np.array([[1.0, 2.0], [1.0, 2.0], [4.0, 2.0]])


def _one_by_one(W1, b1, W2):
    """Compare each unit with those before it; count it if none is the same."""

    def alike(i, j):
        same = all(row[i] == row[j] for row in W1) and b1[0, i] == b1[0, j]
        return same and all(W2[i, c] == W2[j, c] for c in range(W2.shape[1]))

    return sum(not any(alike(i, j) for i in range(j)) for j in range(len(W2)))


def _draw_twins(rng):
    d, k, outputs = rng.integers(1, 4), 6, rng.integers(1, 3)
    return tuple(rng.integers(0, 2, shape) * 0.5 for shape in ((d, k), (1, k), (k, outputs)))


TWINS = Exercise(
    id="3.3",
    title="count the different units",
    solution=distinct_units,
    probes={
        "all weights equal": (W1_ALL, B_ZERO, W2_ALL),
        "two of three alike": (W1_TWO, B_ZERO, W2_ALL),
        "one bias differs": (W1_ALL, B_ONE, W2_ALL),
        "one outgoing row differs": (W1_ALL, B_ZERO, W2_TWO),
        "columns alike, rows not": (W1_TWO, B_ZERO, W2_TWO),
        "more inputs than units": (WIDE.T[:, :3], B_ZERO, W2_ALL),
        "equal sums": (W1_CROSSED, B_ZERO[:, :2], W2_ALL[:2]),
        "multiples of one unit": (
            np.array([[1.0, 2.0, 3.0]]),
            B_ZERO,
            np.array([[1.0], [2.0], [3.0]]),
        ),
        "a difference of 1e-9": (W1_ALL + np.array([0, 0, 1e-9]), B_ZERO, W2_ALL),
    },
    wrong=[
        Wrong(
            lambda W1, b1, W2: len(np.unique(W1, axis=1).T),
            "You compare incoming weights only. Units with equal columns but another bias, or "
            "other outgoing weights, get different gradients and part.",
        ),
        Wrong(
            lambda W1, b1, W2: len(np.unique(np.concatenate([W1, b1]), axis=1).T),
            "The outgoing weights are missing. A unit's gradient comes through its row of W2.",
        ),
        Wrong(
            lambda W1, b1, W2: len(np.unique(np.concatenate([W1, W2.T]), axis=1).T),
            "The bias is missing: it alone can tell two units apart.",
        ),
        Wrong(
            lambda W1, b1, W2: len(np.unique(np.concatenate([W1, b1, W2.T]), axis=0)),
            "You count different rows, which are inputs. Units are columns: axis=1.",
        ),
        Wrong(
            lambda W1, b1, W2: len(np.unique(np.concatenate([W1, b1, W2.T]))),
            "You count different numbers. Two units may share numbers and still differ.",
        ),
        Wrong(
            lambda W1, b1, W2: np.linalg.matrix_rank(np.concatenate([W1, b1, W2.T])),
            "The rank counts independent columns. Twice another column is a different unit, and "
            "three different columns can have rank 2.",
        ),
        Wrong(
            lambda W1, b1, W2: len(np.unique(np.concatenate([W1, b1, W2.T]).round(6), axis=1).T),
            "You round first. A difference of 1e-9 is small, but training makes it grow; only "
            "exactly equal units stay equal.",
        ),
        Wrong(
            lambda W1, b1, W2: len(np.unique(np.concatenate([W1, b1, W2.T]).sum(axis=0))),
            "You compare sums. Units with the weights 1, 2 and 2, 1 have equal sums, and they are "
            "not the same.",
        ),
    ],
    witness=_one_by_one,
    draw=_draw_twins,
    hints=[
        "Write all that belongs to a unit into one column. Then count different columns.",
        "`np.unique(..., axis=1)` returns each column once. W2 has a unit's weights in a row.",
    ],
    why="The proof needs all three to agree: what comes in, the bias, and what goes out.",
)


# 3.4 ------------------------------------------------------------------------------------------


def xavier_limit(n_in, n_out):
    """Return the c for which U(-c, c) has Xavier's variance."""
    s2 = 2 / (n_in + n_out)
    return np.sqrt(3 * s2)  # U(-c, c) has variance c^2 / 3


def _limit_by_quadrature(n_in, n_out):
    """Integrate u^2 over (-1, 1), and scale until n_in s^2 and n_out s^2 have a mean of 1."""
    u, weight = np.polynomial.legendre.leggauss(3)
    variance = weight @ u**2 / weight.sum()
    return 1 / np.sqrt(np.mean([n_in * variance, n_out * variance]))


def _draw_fans(rng):
    return tuple(int(n) for n in rng.choice(np.arange(1, 1000), 2, replace=False))


LIMIT = Exercise(
    id="3.4",
    title="the limit of Xavier's uniform distribution",
    solution=xavier_limit,
    probes={
        "4 to 2": (4, 2),
        "equal fans": (100, 100),
        "10 to 784": (10, 784),
    },
    wrong=[
        Wrong(
            lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)),
            "This is the standard deviation. A uniform distribution of this limit has a third of "
            "the variance you want.",
        ),
        Wrong(
            lambda n_in, n_out: np.sqrt(6 / n_in),
            "This is Kaiming's limit, for ReLU and fan-in. Xavier looks at both fans.",
        ),
        Wrong(
            lambda n_in, n_out: np.sqrt(3 / n_in),
            "This is LeCun's limit, for a variance of 1 / n_in. Xavier looks at both fans.",
        ),
        Wrong(
            lambda n_in, n_out: 6 / (n_in + n_out),
            "The root is missing: this is c^2.",
        ),
        Wrong(
            lambda n_in, n_out: np.sqrt(12 * 2 / (n_in + n_out)),
            "12 s^2 is the squared *width* of the interval, 2c. You want c, half of it.",
        ),
        Wrong(
            lambda n_in, n_out: np.sqrt(3 / (n_in + n_out)),
            "The 2 of Xavier's variance 2 / (n_in + n_out) is missing: 3 times 2 is 6.",
        ),
        Wrong(
            lambda n_in, n_out: np.sqrt(12 / (n_in + n_out)),
            "This has the factor 2 that ReLU needs. Xavier's rule has none for the activation.",
        ),
        Wrong(
            lambda n_in, n_out: np.sqrt(3) * 2 / (n_in + n_out),
            "You multiply the variance by √3. It is the standard deviation that √3 makes the "
            "limit: take the root of 2 / (n_in + n_out) first.",
        ),
        Wrong(
            lambda n_in, n_out: np.sqrt(2 / (n_in + n_out) / 3),
            "You divide by 3 under the root. From c^2 / 3 = s^2 follows c^2 = 3 s^2.",
        ),
        Wrong(
            lambda n_in, n_out: 6 / np.sqrt(n_in + n_out),
            "The 6 belongs under the root as well.",
        ),
        Wrong(
            lambda n_in, n_out: np.sqrt(6) / (n_in + n_out),
            "The root is taken of 6 alone. It has to reach n_in + n_out as well.",
        ),
    ],
    witness=_limit_by_quadrature,
    draw=_draw_fans,
    hints=[
        "Which variance does Xavier ask for? Which variance has U(-c, c)?",
        "Set c^2 / 3 equal to 2 / (n_in + n_out).",
    ],
    why="The 6 under the root is 3 times 2: the 3 of the uniform distribution, the 2 of the mean "
    "of two fans.",
)


# 3.5 ------------------------------------------------------------------------------------------


def kaiming_std(shape, mode, a):
    """Return Kaiming's standard deviation for leaky ReLU of slope a.

    shape is (n_in, n_out) or (kh, kw, C_in, C_out).
    mode is "fan_in" or "fan_out".
    """
    field = np.prod(shape[:-2])
    fan = field * (shape[-2] if mode == "fan_in" else shape[-1])
    return np.sqrt(2 / ((1 + a**2) * fan))


def _kaiming(fan=lambda shape, mode: _fan(shape, mode), gain2=lambda a: 2 / (1 + a**2)):
    """A wrong answer: another fan, or another squared gain."""
    return lambda shape, mode, a: np.sqrt(gain2(a) / fan(shape, mode))


def _fan(shape, mode):
    return np.prod(shape[:-2]) * (shape[-2] if mode == "fan_in" else shape[-1])


def _kaiming_by_quadrature(shape, mode, a):
    """Take the gain from an integral over N(0, 1), and the fan from a count of the weights."""
    z, weight = normal_quadrature()
    kept = weight @ np.where(z > 0, z, a * z) ** 2
    fan_in, fan_out = _count_products(shape)
    return 1 / np.sqrt(kept * (fan_in if mode == "fan_in" else fan_out))


def _draw_kaiming(rng):
    return *_draw_shape(rng), str(rng.choice(["fan_in", "fan_out"])), rng.uniform(0, 1.5)


KAIMING = Exercise(
    id="3.5",
    title="Kaiming, with a leak and with kernels",
    solution=kaiming_std,
    probes={
        "ReLU, fan-in": ((8, 2), "fan_in", 0.0),
        "ReLU, fan-out": ((8, 2), "fan_out", 0.0),
        "a leak of 0.5": ((8, 2), "fan_in", 0.5),
        "a kernel": ((3, 3, 4, 16), "fan_in", 0.0),
        "a kernel, fan-out": ((3, 3, 4, 16), "fan_out", 0.25),
    },
    wrong=[
        Wrong(
            _kaiming(gain2=lambda a: 2),
            "The leak is missing: what comes through on the left adds a^2 to the 1 of the right.",
        ),
        Wrong(
            _kaiming(gain2=lambda a: 2 / (1 + a)),
            "The slope acts on z, so it comes into the mean *square* as a^2.",
        ),
        Wrong(
            _kaiming(gain2=lambda a: 2 * (1 + a**2)),
            "The leak goes the wrong way: more comes through, so smaller weights are enough.",
        ),
        Wrong(
            _kaiming(gain2=lambda a: 1 / (1 + a**2)),
            "The factor 2 is missing: ReLU keeps half of the mean square.",
        ),
        Wrong(
            _kaiming(
                fan=lambda shape, mode: _fan(shape, "fan_out" if mode == "fan_in" else "fan_in")
            ),
            "The fans are swapped: fan_in belongs to the last axis but one, the inputs.",
        ),
        Wrong(
            _kaiming(fan=lambda shape, mode: shape[-2] if mode == "fan_in" else shape[-1]),
            "Right for a layer. For a kernel each channel is met at kh * kw positions.",
        ),
        Wrong(
            _kaiming(fan=lambda shape, mode: _fan(shape, "fan_in")),
            "You always take fan_in. With mode='fan_out' it is the gradient that is to be kept.",
        ),
        Wrong(
            lambda shape, mode, a: 2 / ((1 + a**2) * _fan(shape, mode)),
            "This is the variance. The question is for the standard deviation.",
        ),
        Wrong(
            _kaiming(gain2=lambda a: 6 / (1 + a**2)),
            "This is the limit of the uniform distribution, √3 times the standard deviation.",
        ),
        Wrong(
            _kaiming(fan=lambda shape, mode: (_fan(shape, "fan_in") + _fan(shape, "fan_out")) / 2),
            "You take the mean of both fans, as Xavier does. Kaiming takes the one that mode says.",
        ),
        Wrong(
            _kaiming(fan=lambda shape, mode: _fan(shape, "fan_in") + _fan(shape, "fan_out")),
            "You divide by the sum of both fans. Kaiming takes the one that mode says.",
        ),
    ],
    properties=[
        holds(
            "a = 1 is a linear layer",
            lambda f: bool(np.isclose(f((100, 7), "fan_in", 1.0), 0.1)),
            "With a = 1 the activation is the identity, and the variance should be 1 / fan.",
        )
    ],
    witness=_kaiming_by_quadrature,
    draw=_draw_kaiming,
    hints=[
        "Which share of the mean square of z is left after a leaky ReLU of slope a?",
        "(1 + a^2) / 2. The weights have to make up for it, and for the number of terms.",
        "s^2 = 2 / ((1 + a^2) * fan).",
    ],
    why="a = 0 gives He's 2 / fan, a = 1 LeCun's 1 / fan: one formula from ReLU to linear.",
)


# 3.6 ------------------------------------------------------------------------------------------


def gain_of(f):
    """Return the gain 1 / sqrt(E[f(z)^2]) of f, for z from N(0, 1).

    Two digits are enough: sum over a grid, or draw 100,000 z from a
    generator with a seed.
    """
    z = np.linspace(-10, 10, 20_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    mean_square = np.sum(f(z) ** 2 * density) * (z[1] - z[0])
    return 1 / np.sqrt(mean_square)


def _relu(z):
    return np.maximum(z, 0)


def _shifted(z):
    return z + 1


def _doubled(z):
    return 2 * z


_GRID = np.linspace(-10, 10, 4001)
_DENSITY = np.exp(-(_GRID**2) / 2) / np.sqrt(2 * np.pi) * 0.005


def _normal_mean(values):
    return np.sum(values * _DENSITY)


def _gain_by_hermite(f):
    """Take the mean of f(z)^2 at the points of Gauss and Hermite instead of on a grid."""
    z, weight = normal_quadrature()
    return 1 / np.sqrt(weight @ f(z) ** 2)


GAIN = Exercise(
    id="3.6",
    title="the gain of any activation",
    solution=gain_of,
    probes={
        "ReLU": (_relu,),
        "tanh": (np.tanh,),
        "z + 1": (_shifted,),
        "2 z": (_doubled,),
    },
    rtol=0.03,
    wrong=[
        Wrong(
            lambda f: 1 / np.sqrt(_normal_mean(f(_GRID) ** 2) - _normal_mean(f(_GRID)) ** 2),
            "You divide by the standard deviation of f(z). The next layer sums up f(z) as it is, "
            "with its mean: take the mean square.",
        ),
        Wrong(
            lambda f: np.sqrt(_normal_mean(f(_GRID) ** 2)),
            "This is what the activation does to the size. The gain undoes it: the inverse.",
        ),
        Wrong(
            lambda f: 1 / _normal_mean(f(_GRID) ** 2),
            "The root is missing: this is the squared gain.",
        ),
        *[
            Wrong(
                lambda f, end=end: 1 / np.sqrt(np.mean(f(_GRID * end / 10) ** 2)),
                f"You weigh all z between -{end} and {end} alike. z is normal: values near 0 come "
                "up more often.",
            )
            for end in (1, 2, 3, 5, 10)
        ],
        Wrong(
            lambda f: 1 / _normal_mean(np.abs(f(_GRID))),
            "This is the mean of |f(z)|. A sum of independent terms is ruled by squares.",
        ),
        Wrong(
            lambda f: 1 / np.sqrt(_normal_mean(((f(_GRID + 1e-4) - f(_GRID - 1e-4)) / 2e-4) ** 2)),
            "This keeps the gradient: it is the mean of f'(z)^2. The gain is about f(z) itself. "
            "For ReLU the two agree.",
        ),
        Wrong(
            lambda f: _normal_mean(f(_GRID) ** 2),
            "This is the mean of f(z)^2 itself. The gain is 1 over its root.",
        ),
        Wrong(
            lambda f: np.sqrt(_normal_mean(f(_GRID) ** 2) - _normal_mean(f(_GRID)) ** 2),
            "This is the standard deviation of f(z). The gain is an inverse, and the mean of f(z) "
            "belongs to what it undoes: 1 over the root of the mean square.",
        ),
        Wrong(
            lambda f: 1 / np.abs(f(1e-4) - f(-1e-4)) * 2e-4,
            "You take the slope of f at 0. z has size 1: it gets far from 0, where f may bend.",
        ),
        Wrong(
            lambda f: 1 / np.sqrt(np.mean(f(_GRID) ** 2 * _DENSITY / 0.005)),
            "`np.mean` divides by the number of points on the grid. An integral is the sum times "
            "the step between two points.",
        ),
    ],
    witness=_gain_by_hermite,
    hints=[
        "Make a grid of z, the normal density on it, and a sum. Or draw 100,000 z and average.",
        "What is averaged is f(z)**2; then the inverse of the root.",
    ],
    why="The gain is one number computed from f alone. With 20,001 points the sum is right to far "
    "more than two digits, even for the kink of ReLU.",
)


# 3.7 ------------------------------------------------------------------------------------------


def leaky_gain(a):
    """Return the gain of leaky ReLU with slope a, in closed form."""
    return np.sqrt(2 / (1 + a**2))


def _leaky_gain_by_quadrature(a):
    """Integrate over N(0, 1), for one slope or an array of them."""
    z, weight = normal_quadrature()
    leaky = np.where(z > 0, z, np.multiply.outer(a, z))
    return 1 / np.sqrt(leaky**2 @ weight)


LEAKY = Exercise(
    id="3.7",
    title="the gain of a leak",
    solution=leaky_gain,
    probes={
        "ReLU": (0.0,),
        "the identity": (1.0,),
        "a slope of 0.1": (0.1,),
        "PyTorch's a": (np.sqrt(5.0),),
        "many slopes": (np.array([0.0, 0.01, 0.25, 1.0]),),
    },
    wrong=[
        Wrong(
            lambda a: np.sqrt(2 / (1 + a)),
            "The slope comes in squared, because the mean is of f(z)^2.",
        ),
        Wrong(
            lambda a: 2 / (1 + a**2),
            "This is the squared gain.",
        ),
        Wrong(
            lambda a: np.sqrt((1 + a**2) / 2),
            "This is what the activation does to the size of z. The gain is its inverse.",
        ),
        Wrong(
            lambda a: np.sqrt(2) / (1 + a),
            "Each side contributes its square: 1 and a^2. They add up before the root.",
        ),
        Wrong(
            lambda a: np.sqrt(2) + 0 * a,
            "This is ReLU's, for every slope.",
        ),
        Wrong(
            lambda a: np.sqrt(2 / (1 - a**2 + 1e-300)),
            "The left side adds a^2, it does not take it away: squares have no sign.",
        ),
    ],
    properties=[
        holds(
            "a = sqrt 5 gives 1 / sqrt 3",
            lambda f: bool(np.isclose(f(np.sqrt(5)), 1 / np.sqrt(3))),
            "With a = sqrt 5 the squared gain is 2 / 6 = 1 / 3.",
        )
    ],
    witness=_leaky_gain_by_quadrature,
    draw=lambda rng: (rng.uniform(0, 3),),
    hints=[
        "f(z)^2 is z^2 on the right and a^2 z^2 on the left, and z is as often left as right.",
        "E[f(z)^2] = (1 + a^2) / 2.",
    ],
    why="By symmetry each side holds half of E[z^2] = 1. The gain is the inverse root of the sum.",
)


# 3.8 ------------------------------------------------------------------------------------------


def relu_signal(widths, variances, x2):
    """Return E[z^2] of each layer of a ReLU network, in order.

    widths is [n_0, n_1, ..., n_L], and variances[l] is that of the
    weights from widths[l] to widths[l + 1]. x2 is E[x^2] of the input.
    """
    found = []
    for n_in, s2 in zip(widths[:-1], variances, strict=True):
        q = n_in * s2 * x2
        found.append(q)
        x2 = q / 2  # what ReLU leaves for the next layer
    return np.array(found)


def _signal(first=1.0, share=0.5, fan=0, value=lambda q: q):
    """A wrong answer: another share after ReLU, on the input too, the other fan, ..."""

    def run(widths, variances, x2):
        found, x2 = [], x2 * first
        for pair, s2 in zip(pairwise(widths), variances, strict=True):
            q = pair[fan] * s2 * x2
            found.append(value(q))
            x2 = q * share
        return np.array(found)

    return run


TAPER = [8, 4, 2]


def _signal_term_by_term(widths, variances, x2):
    """Add up one term for each input, and integrate what ReLU leaves of a normal z."""
    z, weight = normal_quadrature()
    found = []
    for n_in, s2 in zip(widths, variances, strict=False):
        found.append(sum(s2 * x2 for _ in range(n_in)))
        x2 = weight @ np.maximum(np.sqrt(found[-1]) * z, 0) ** 2
    return np.array(found)


def _draw_network(rng):
    """Return the widths of a network, no two alike, and the variances of its weights."""
    depth = int(rng.integers(1, 5))
    widths = [int(n) for n in rng.choice(np.arange(1, 20), depth + 1, replace=False)]
    return widths, [float(s2) for s2 in rng.uniform(0.05, 1, depth)]


SIGNAL = Exercise(
    id="3.8",
    title="the forward recursion for ReLU",
    solution=relu_signal,
    probes={
        "one layer": ([4, 2], [0.25], 1.0),
        "a taper with Kaiming weights": (TAPER, [2 / 8, 2 / 4], 0.5),
        "LeCun": ([16, 16, 16, 16], [1 / 16] * 3, 1.0),
        "a large input": ([4, 2, 4], [0.1, 0.7], 9.0),
    },
    wrong=[
        Wrong(
            _signal(share=1.0),
            "Nothing is lost between the layers here. ReLU keeps half of the mean square.",
        ),
        Wrong(
            _signal(first=0.5),
            "Every layer comes out half as large. Either you halve the network's input, where no "
            "ReLU stands, or you return the mean square after ReLU. The question is for z.",
        ),
        Wrong(
            _signal(share=(1 - 1 / np.pi) / 2),
            "You pass on the *variance* of ReLU(z). The next sum takes its mean square, q / 2.",
        ),
        Wrong(
            _signal(fan=1),
            "You multiply by the width that comes out. Forward a unit adds up n_in products.",
        ),
        Wrong(
            _signal(value=np.sqrt),
            "These are the roots. The question is for the mean squares.",
        ),
        Wrong(
            _signal(share=0.25),
            "ReLU sets half of the numbers to 0 and leaves the others as they are. That halves "
            "the mean square once, not twice.",
        ),
    ],
    witness=_signal_term_by_term,
    draw=lambda rng: (*_draw_network(rng), rng.uniform(0.1, 4)),
    hints=[
        "One layer: n_in * variance * E[x^2]. Then ReLU, then the next layer.",
        "The E[x^2] of the next layer is half of the E[z^2] of this one.",
    ],
    why="Two lines a layer: the sum multiplies by n_in s^2, ReLU by 1/2. Kaiming's rule makes the "
    "product 1.",
)


# 3.9 ------------------------------------------------------------------------------------------


def relu_gradient(widths, variances):
    """Return E[dx^2] at the input of a ReLU network.

    At its output E[da^2] is 1. widths is [n_0, n_1, ..., n_L], and
    variances[l] is that of the weights from widths[l] to widths[l + 1].
    Each layer ends with a ReLU.
    """
    n_out, s2 = np.array(widths[1:]), np.array(variances)
    return np.prod(n_out * s2 / 2)


def _gradient_by_matrices(widths, variances):
    """Send a mean square of 1 back from every output: one matrix of mean squares for a layer."""
    dx2 = np.ones(widths[-1])
    for (n_in, n_out), s2 in reversed(list(zip(pairwise(widths), variances, strict=True))):
        passed = 0.5 * dx2  # half of the units are on
        dx2 = np.full((n_in, n_out), s2) @ passed
    return dx2[0]


GRADIENT = Exercise(
    id="3.9",
    title="and back again",
    solution=relu_gradient,
    probes={
        "one layer": ([4, 2], [0.25]),
        "a taper, fan-in": (TAPER, [2 / 8, 2 / 4]),
        "a taper, fan-out": (TAPER, [2 / 4, 2 / 2]),
        "equal widths": ([5, 5, 5], [0.1, 0.3]),
    },
    atol=0,
    wrong=[
        Wrong(
            lambda widths, variances: np.prod(np.array(widths[:-1]) * np.array(variances) / 2),
            "These are the forward factors. Backward, an input collects from n_out units.",
        ),
        Wrong(
            lambda widths, variances: np.prod(np.array(widths[1:]) * np.array(variances)),
            "The ReLUs are missing: each lets half of the gradient's mean square pass.",
        ),
        Wrong(
            lambda widths, variances: np.sqrt(
                np.prod(np.array(widths[1:]) * np.array(variances) / 2)
            ),
            "This is the root. The question is for the mean square.",
        ),
        Wrong(
            lambda widths, variances: np.sum(np.array(widths[1:]) * np.array(variances) / 2),
            "The factors of the layers multiply; you add them.",
        ),
        Wrong(
            lambda widths, variances: np.prod(np.array(widths[1:]) * np.array(variances)) / 2,
            "There is a ReLU in each layer. You count one for the whole network.",
        ),
        Wrong(
            lambda widths, variances: np.prod(
                (np.array(widths[1:]) + np.array(widths[:-1])) / 2 * np.array(variances) / 2
            ),
            "You take the mean of both fans. That is Xavier's compromise for the variance, not "
            "what one direction does.",
        ),
    ],
    properties=[
        holds(
            "fan-in telescopes to n_L / n_0",
            lambda f: bool(np.isclose(f([1024, 256, 32], [2 / 1024, 2 / 256]), 32 / 1024)),
            "With variances 2 / n_in the product should be n_L / n_0, whatever lies in between.",
        )
    ],
    witness=_gradient_by_matrices,
    draw=_draw_network,
    hints=[
        "One layer: how many units send something back to one input, and what does ReLU let pass?",
        "The factor is n_out * variance / 2. Then the product over the layers.",
    ],
    why="With fan-in weights everything between the ends cancels: 1024 to 32 costs a factor of 32, "
    "at any depth.",
)


# 3.10 -----------------------------------------------------------------------------------------


def which_rule(W):
    """Return which rule most likely made these weights W (n_in, n_out).

    0 is LeCun, 1 Xavier, 2 Kaiming with fan-in, 3 Kaiming with fan-out,
    the last two for ReLU. The nearest variance wins, nearest by ratio:
    twice as large is as far off as half as large.
    """
    n_in, n_out = W.shape
    rules = np.array([1 / n_in, 2 / (n_in + n_out), 2 / n_in, 2 / n_out])
    return np.argmin(np.abs(np.log(np.var(W) / rules)))


def _which(rules=None, value=np.var, distance=lambda v, r: np.abs(np.log(v / r))):
    """A wrong answer: other candidates, another statistic, another distance."""
    rules = rules or (lambda i, o: [1 / i, 2 / (i + o), 2 / i, 2 / o])
    return lambda W: np.argmin(distance(value(W), np.array(rules(*W.shape))))


def _made(n_in, n_out, variance, off=1.0):
    """Weights with mean 0 and exactly the given variance, times `off`."""
    W = np.ones((n_in, n_out))
    W[::2] = -1
    return W * np.sqrt(variance * off)


def _best_kept(W):
    """Return the rule whose promise these weights keep best: which mean square stays 1."""
    n_in, n_out = W.shape
    v = sum((w - W.sum() / W.size) ** 2 for w in W.flat) / W.size
    forward, backward = n_in * v, n_out * v
    promises = [forward, (forward + backward) / 2, forward / 2, backward / 2]
    off = [max(q, 1 / q) for q in promises]
    return off.index(min(off))


def _draw_weights(rng):
    n_in, n_out = rng.choice(np.arange(2, 30), 2, replace=False)
    fan = rng.choice([n_in, n_out, (n_in + n_out) / 2, n_in / 2, n_out / 2])
    return (rng.normal(0.1, 1 / np.sqrt(fan), (n_in, n_out)),)


WHICH = Exercise(
    id="3.10",
    title="who made these weights?",
    solution=which_rule,
    probes={
        "variance 1 / 4": (_made(4, 100, 1 / 4),),
        "variance 2 / 104": (_made(4, 100, 2 / 104),),
        "variance 2 / 4": (_made(4, 100, 2 / 4),),
        "variance 2 / 100": (_made(4, 50, 2 / 50),),
        "a narrow layer": (_made(50, 4, 2 / 4),),
        "not quite LeCun": (_made(4, 100, 1 / 4, off=1.35),),
        "nearer by ratio": (_made(4, 100, 0.365),),
        "just nearer by ratio": (_made(4, 100, 0.36),),
        "a mean that is not 0": (_made(4, 100, 1 / 4) + 0.5,),
    },
    wrong=[
        Wrong(
            _which(value=np.std),
            "You compare a standard deviation with variances.",
        ),
        Wrong(
            _which(lambda i, o: [1 / o, 2 / (i + o), 2 / o, 2 / i]),
            "The fans are swapped: W is stored as (n_in, n_out).",
        ),
        Wrong(
            _which(distance=lambda v, r: np.abs(v - r)),
            "Your result is that of the smallest difference |r - v|, and |r / v - 1| puts the four "
            "rules r in the same order: it is that difference over v. By ratio, r = 2 v and "
            "r = v / 2 are equally far: compare logarithms.",
        ),
        Wrong(
            _which(distance=lambda v, r: np.abs(np.sqrt(v) - np.sqrt(r))),
            "You compare standard deviations by their difference. By ratio, twice and half of a "
            "variance are equally far: compare logarithms.",
        ),
        Wrong(
            _which(distance=lambda v, r: np.abs(v / r - 1)),
            "|v / r - 1| is 1 if v is twice r, and 0.5 if it is half of it. By ratio both are "
            "equally far: compare logarithms.",
        ),
        Wrong(
            _which(value=lambda W: np.mean(W**2)),
            "You take the mean square. If the mean is not 0 it is larger than the variance.",
        ),
        Wrong(
            _which(value=lambda W: np.max(np.abs(W)) ** 2 / 3),
            "You take the largest weight for the limit of a uniform distribution. Who says that "
            "the weights are uniform?",
        ),
        Wrong(
            _which(lambda i, o: [1 / i, 1 / (i + o), 2 / i, 2 / o]),
            "Xavier's variance is 2 / (n_in + n_out); the 2 is missing.",
        ),
    ],
    witness=_best_kept,
    draw=_draw_weights,
    hints=[
        "Write down the four variances for these fans, and compare them with `np.var(W)`.",
        "By ratio means: the logarithm of the quotient is nearest to 0.",
    ],
    why="A rule is a variance, and a few thousand weights show it to a few percent: enough to tell "
    "2 / n_in from 1 / n_in in somebody else's checkpoint.",
)


# 3.11 -----------------------------------------------------------------------------------------


def xavier_normal(G):
    """Return Xavier weights, made of standard normal numbers G."""
    n_in, n_out = G.shape
    return G * np.sqrt(2 / (n_in + n_out))


def broken_xavier_normal(G):
    """Return Xavier weights, made of standard normal numbers G."""
    n_in, _ = G.shape
    return G * np.sqrt(1 / n_in)


G_SMALL = np.array([[1.0, -1.0, 2.0]])
G_TALL = RNG.normal(size=(6, 2))
G_SQUARE = RNG.normal(size=(4, 4))
GIVEN = {
    "1 to 3": (G_SMALL,),
    "6 to 2": (G_TALL,),
    "equal fans": (G_SQUARE,),
}


class _Handed(np.random.Generator):
    """A generator that hands out the numbers it was given, scaled as it is asked to."""

    def __init__(self, numbers):
        super().__init__(np.random.PCG64(0))
        self.numbers = numbers

    def normal(self, loc, scale, size):  # type: ignore[override]
        return loc + scale * self.numbers.reshape(size)


def _draw_normal(rng):
    return (rng.normal(size=rng.choice(np.arange(1, 9), 2, replace=False)),)


XAVIER_LAB = Exercise(
    id="3.11",
    title="find the bug: Xavier from a blog",
    solution=xavier_normal,
    broken=broken_xavier_normal,
    symptom="In a decoder from 10 to 784 units, signal and gradient do not have the sizes that "
    "Xavier's rule predicts.",
    test_hints=[
        "Which standard deviation does the rule prescribe? Choose a G for which a wrong one shows.",
        "A function can be right for many shapes and wrong for others. Try several.",
    ],
    probes=GIVEN,
    wrong=[
        Wrong(
            lambda G: G * np.sqrt(2 / G.shape[0]),
            "This is Kaiming's rule, for ReLU and fan-in. Xavier looks at both fans.",
        ),
        Wrong(
            lambda G: G * np.sqrt(1 / (G.shape[0] + G.shape[1])),
            "Both fans are there. Their *mean* is wanted: (n_in + n_out) / 2, so a 2 on top.",
        ),
        Wrong(
            lambda G: G * np.sqrt(6 / (G.shape[0] + G.shape[1])),
            "The 6 belongs to the limit of a uniform distribution. These numbers are normal.",
        ),
        Wrong(
            lambda G: G * (2 / (G.shape[0] + G.shape[1])),
            "This multiplies by the variance. A number is scaled by the standard deviation.",
        ),
        Wrong(
            lambda G: G * np.sqrt(1 / G.shape[1]),
            "Now the gradient is kept and the signal is not. Xavier is the compromise.",
        ),
    ],
    witness=lambda G: XavierNormal()(G.shape, _Handed(G)),
    draw=_draw_normal,
    hints=[
        "For which layers is the result right? Only for square ones.",
        "LeCun's rule is 1 / n_in. What did Glorot and Bengio add?",
    ],
    why="sqrt(1 / n_in) is LeCun's rule. In square layers the two agree, which is why the name "
    "stuck to the wrong formula.",
)


# 3.12 -----------------------------------------------------------------------------------------


def xavier_uniform(U):
    """Return Xavier weights, made of numbers U, uniform on [-1, 1]."""
    n_in, n_out = U.shape
    c = np.sqrt(6 / (n_in + n_out))
    return U * c


def broken_xavier_uniform(U):
    """Return Xavier weights, made of numbers U, uniform on [-1, 1]."""
    n_in, n_out = U.shape
    c = np.sqrt(2 / (n_in + n_out))
    return U * c


LIMIT_LAB = Exercise(
    id="3.12",
    title="find the bug: Xavier, uniform",
    solution=xavier_uniform,
    broken=broken_xavier_uniform,
    symptom="Ten tanh layers that start with these weights do not carry a signal as they do with "
    "the `XavierUniform` of `nnlib`.",
    test_hints=[
        "Which variance should the result have? Either draw many U, or compute one result by hand.",
        "Numbers from U(-1, 1) have the variance 1/3. What does the function do to that?",
    ],
    probes={
        "1 to 3": (np.array([[0.5, -1.0, 0.25]]),),
        "6 to 2": (RNG.uniform(-1, 1, (6, 2)),),
        "equal fans": (RNG.uniform(-1, 1, (4, 4)),),
    },
    wrong=[
        Wrong(
            lambda U: U * np.sqrt(3) * np.sqrt(6 / (U.shape[0] + U.shape[1])),
            "Now the variance is three times too large: the 6 already holds the 3.",
        ),
        Wrong(
            lambda U: U * np.sqrt(3 / (U.shape[0] + U.shape[1])),
            "The 3 is right, but it comes on top of the 2, not in its place: 3 times 2.",
        ),
        Wrong(
            lambda U: U * np.sqrt(12 * 2 / (U.shape[0] + U.shape[1])),
            "(b - a)^2 / 12 holds with b - a = 2c. You took c for the whole width.",
        ),
        Wrong(
            lambda U: U * np.sqrt(6 / U.shape[0]),
            "The 6 is right. But Xavier divides by the sum of both fans.",
        ),
        Wrong(
            lambda U: U * (6 / (U.shape[0] + U.shape[1])),
            "The root is gone: this is c^2.",
        ),
    ],
    witness=lambda U: U * _limit_by_quadrature(*U.shape),
    draw=lambda rng: (rng.uniform(-1, 1, rng.choice(np.arange(1, 9), 2, replace=False)),),
    hints=[
        "What is the variance of U(-c, c)?",
        "c^2 / 3. The code takes c for the standard deviation.",
    ],
    why="The limit of a uniform distribution is sqrt 3 times its standard deviation. The same "
    "confusion is inside the default of a well-known library.",
)


# 3.13 -----------------------------------------------------------------------------------------


def kaiming_normal(G):
    """Return Kaiming weights (fan-in, ReLU) in PyTorch's layout.

    G holds standard normal numbers in that layout, (n_out, n_in).
    """
    n_in = G.shape[1]
    return G * np.sqrt(2 / n_in)


def broken_kaiming_normal(G):
    """Return Kaiming weights (fan-in, ReLU) in PyTorch's layout.

    G holds standard normal numbers in that layout, (n_out, n_in).
    """
    n_in = G.shape[0]
    return G * np.sqrt(2 / n_in)


LAYOUT_LAB = Exercise(
    id="3.13",
    title="find the bug: Kaiming for PyTorch",
    solution=kaiming_normal,
    broken=broken_kaiming_normal,
    symptom="Loaded into a network of ReLU layers from 1024 to 32 units, these weights do not keep "
    "the size of its signal.",
    test_hints=[
        "Which standard deviation is due for a G of 5 rows and 3 columns, in this layout?",
        "Send a signal through: `np.maximum(f(G) @ x, 0)` for a column x. What should be kept?",
    ],
    probes=GIVEN,
    wrong=[
        Wrong(
            lambda G: (G * np.sqrt(2 / G.shape[1])).T,
            "The numbers are right now, but you transposed them: the layout was to stay.",
        ),
        Wrong(
            lambda G: G * np.sqrt(2 / (G.shape[0] + G.shape[1])),
            "With both fans the layout does not matter, but this is Xavier's rule.",
        ),
        Wrong(
            lambda G: G * np.sqrt(2 / G.size),
            "You divide by the number of all weights. A unit sums up n_in of them.",
        ),
        Wrong(
            lambda G: G * np.sqrt(1 / G.shape[1]),
            "The fan is right now, but ReLU's factor 2 got lost.",
        ),
        Wrong(
            lambda G: G * (2 / G.shape[1]),
            "The fan is right now, but the root got lost: scale by the standard deviation.",
        ),
    ],
    witness=lambda G: KaimingNormal()(G.shape[::-1], _Handed(G.T), "relu").T,
    draw=_draw_normal,
    hints=[
        "Which axis of G counts the inputs here?",
        "In this book W is (n_in, n_out). PyTorch stores its transpose.",
    ],
    why="A wrong fan raises no error and shows in no shape. Only the sizes of the activations "
    "tell, and only where a layer is not square.",
)


# 3.14 -----------------------------------------------------------------------------------------


def deep_weights(width, depth, seed):
    """Return LeCun weights (width, width) of each layer, as a tuple.

    The seed decides them all. Any way to draw them will do.
    """
    rng = np.random.default_rng(seed)
    s, shape = 1 / np.sqrt(width), (width, width)
    return tuple(s * rng.normal(size=shape) for _ in range(depth))


def broken_deep_weights(width, depth, seed):
    """Return LeCun weights (width, width) of each layer, as a tuple.

    The seed decides them all. Any way to draw them will do.
    """
    rng = np.random.default_rng
    s, shape = 1 / np.sqrt(width), (width, width)
    return tuple(s * rng(seed).normal(size=shape) for _ in range(depth))


def _layers(rng_of, scale=lambda width: 1 / np.sqrt(width)):
    """A wrong repair: another generator for layer l, or another scale."""

    def weights(width, depth, seed):
        shared = np.random.default_rng(seed)
        return tuple(
            rng_of(shared, seed, i).normal(size=(width, width)) * scale(width) for i in range(depth)
        )

    return weights


class _Mirror:
    """Draws W for the first layer, then W^T, W, W^T, ..."""

    def __init__(self, seed, turned):
        self.seed, self.turned = seed, turned

    def normal(self, size):
        W = np.random.default_rng(self.seed).normal(size=size)
        return W.T if self.turned else W


def _all_at_once(width, depth, seed):
    """Draw the numbers of all layers in one call."""
    G = np.random.default_rng(seed).standard_normal((depth, width, width))
    return tuple(G / np.sqrt(width))


def _related(V, W):
    """Tell whether the entries of two matrices correlate, in their places or transposed.

    Independent entries correlate by some 1 / width; six times that does not happen by chance.
    """
    found = [np.corrcoef(V.ravel(), other.ravel())[0, 1] for other in (W, W.T)]
    return not np.max(np.abs(found)) < 6 / len(V)


def _of_lecun(f, width, depth):
    """Tell whether mean and variance are LeCun's, up to some five standard errors."""
    weights = np.array(f(width, depth, 1)) * np.sqrt(width)
    error = 5 / np.sqrt(weights.size)
    return bool(abs(weights.mean()) < error and abs(np.mean(weights**2) - 1) < error * np.sqrt(2))


SEED_LAB = Exercise(
    id="3.14",
    title="find the bug: twenty layers",
    solution=deep_weights,
    broken=broken_deep_weights,
    symptom="A signal goes through twenty linear layers of 100 units. Weights drawn as they should "
    "be double its size in fewer than one network of 100. With these it happens in one of 10.",
    test_hints=[
        "Another stream of random numbers gives other weights that are as right. So compare with "
        "no fixed values: what must hold for every right answer?",
        "Of one layer: mean and variance, up to chance. Of two layers? Of two seeds?",
    ],
    free=True,
    probes={
        "two layers": (2, 2, 0),
        "three layers": (3, 3, 7),
        "one layer": (4, 1, 1),
    },
    wrong=[
        Wrong(
            _layers(lambda shared, seed, i: np.random.default_rng(seed + i)),
            "The layers differ now. But seed and seed + 1 share all layers but one: two networks "
            "that should be independent are not. Let one generator run on.",
        ),
        Wrong(
            _layers(lambda shared, seed, i: np.random.default_rng(i)),
            "The layers differ now, but the seed is not used: every network is the same.",
        ),
        Wrong(
            _layers(lambda shared, seed, i: _Mirror(seed, i % 2 == 1)),
            "W and its transpose are not independent: two layers multiply the mean square by 2.",
        ),
        Wrong(
            _layers(lambda shared, seed, i: shared, scale=lambda width: np.sqrt(2 / width)),
            "One generator runs through all layers now. But the scale has become Kaiming's.",
        ),
        Wrong(
            _layers(lambda shared, seed, i: shared, scale=lambda width: 1 / width),
            "One generator runs through all layers now. But the root of the scale got lost.",
        ),
    ],
    properties=[
        holds(
            "no two layers are related",
            lambda f: not any(_related(V, W) for V, W in combinations(f(30, 6, 0), 2)),
            "Two of the layers hold the same numbers, as they are or transposed.",
        ),
        holds(
            "mean 0 and variance 1 / width",
            lambda f: _of_lecun(f, 30, 6) and _of_lecun(f, 10, 8),
            "The weights do not have mean 0 and variance 1 / width.",
        ),
        holds(
            "another seed, other weights in every layer",
            lambda f: not any(_related(V, W) for V, W in product(f(30, 6, 0), f(30, 6, 1))),
            "Networks of two seeds share a layer: their weights should be independent.",
        ),
    ],
    witness=_all_at_once,
    draw=lambda rng: (int(rng.integers(1, 5)), int(rng.integers(1, 5)), int(rng.integers(1000))),
    hints=[
        "What does a generator do when it is made anew from the same seed?",
        "Make it once, before the loop: each draw then goes on where the last one stopped. Or give "
        "each layer a generator of its own, as `rng.spawn` does.",
    ],
    why="A seed names a stream, not a draw. Made once, the generator gives every layer numbers of "
    "its own, and the whole network is still reproducible.",
)


# 3.15 -----------------------------------------------------------------------------------------


def first_layer(X, G):
    """Return weights W, a multiple of G, with E[z^2] = 1 in Z = X W.

    G holds standard normal numbers, (n_in, n_out).
    E is the mean over weights and samples.
    """
    n_in = X.shape[1]
    s2 = 1 / (n_in * np.mean(X**2))
    return G * np.sqrt(s2)


def broken_first_layer(X, G):
    """Return weights W, a multiple of G, with E[z^2] = 1 in Z = X W.

    G holds standard normal numbers, (n_in, n_out).
    E is the mean over weights and samples.
    """
    n_in = X.shape[1]
    s2 = 1 / (n_in * np.var(X))
    return G * np.sqrt(s2)


DATA_LAB = Exercise(
    id="3.15",
    title="find the bug: weights that fit the data",
    solution=first_layer,
    broken=broken_first_layer,
    symptom="On some data, the mean of z^2 over many draws of G comes out far from 1.",
    test_hints=[
        "The mean over G can be computed without drawing: W is a multiple of G, so one G is enough "
        "to find the factor.",
        "The docstring says what must come out. Compute it for more than one kind of X.",
    ],
    probes={
        "inputs that are never negative": (POSITIVE, np.array([[1.0], [-1.0], [0.5]])),
        "inputs with mean 0": (CENTERED, G_TALL[:2]),
        "four samples": (WIDE + 1, G_TALL),
    },
    wrong=[
        Wrong(
            lambda X, G: G / np.sqrt(X.shape[1] * np.mean(X) ** 2),
            "Square first, then take the mean: this is the square of the mean.",
        ),
        Wrong(
            lambda X, G: G / np.sqrt(len(X) * np.mean(X**2)),
            "The mean square is right. But n_in counts columns, and this counts samples.",
        ),
        Wrong(
            lambda X, G: G / (X.shape[1] * np.mean(X**2)),
            "The mean square is right. But the root got lost: s, not s^2, scales the weights.",
        ),
        Wrong(
            lambda X, G: G / np.sqrt(np.mean(X**2)),
            "The mean square is right. But a unit sums up n_in products: n_in got lost.",
        ),
        Wrong(
            lambda X, G: G * np.sqrt(2 / (X.shape[1] * np.mean(X**2))),
            "The mean square is right. But the 2 is for a ReLU before this layer; X is raw data.",
        ),
        Wrong(
            lambda X, G: G / np.sqrt(np.mean((X @ G) ** 2)),
            "You make the mean of z^2 exactly 1 for this G. It is to be 1 in the mean over all G: "
            "one of them says nothing about the others, and s must not depend on it.",
        ),
        Wrong(
            lambda X, G: G / np.sqrt(X.shape[1] * np.std(X)),
            "`np.std` has its mean taken away and its root taken. What the sum needs is the mean "
            "of X**2.",
        ),
    ],
    witness=lambda X, G: G / np.sqrt(_over_all_signs(X, 1.0)),
    draw=lambda rng: (lambda X: (X, rng.normal(size=(X.shape[1], 7))))(_draw_batch(rng)),
    hints=[
        "Which assumption about x turns E[x^2] into Var[x]?",
        "A mean of 0, which pixels do not have. Take the mean of X**2.",
    ],
    why="The sum takes x as it is, with its mean. After a ReLU the same mistake makes each layer "
    "1.47 times too large in mean square.",
)


# 3.16 -----------------------------------------------------------------------------------------


def walk(widths, variances, seed):
    """Return the mean square of z in each layer of a random ReLU network.

    widths is [n_0, n_1, ..., n_L]. The weights from widths[l] to
    widths[l + 1] are normal with variance variances[l]. One sample enters,
    n_0 standard normal numbers. The seed decides all that is random.
    """
    rng = np.random.default_rng(seed)
    a, found = rng.normal(size=widths[0]), []
    for n_in, n_out, s2 in zip(widths[:-1], widths[1:], variances, strict=True):
        z = a @ rng.normal(0, np.sqrt(s2), (n_in, n_out))
        found.append(np.mean(z**2))
        a = np.maximum(z, 0)
    return np.array(found)


def _walk(deviation=np.sqrt, f=lambda z: np.maximum(z, 0), first=lambda x: x, **more):
    """A wrong answer: another deviation, another activation, another thing that is measured."""
    measured = more.get("measured", lambda z, a: np.mean(z**2))
    renewed = more.get("renewed", False)

    def run(widths, variances, seed):
        rng = np.random.default_rng(seed)
        a, found = first(rng.normal(size=widths[0])), []
        for (n_in, n_out), s2 in zip(pairwise(widths), variances, strict=True):
            rng = np.random.default_rng(seed) if renewed else rng
            z = a @ rng.normal(0, deviation(s2), (n_in, n_out))
            a = f(z)
            found.append(measured(z, a))
        return np.array(found)

    return run


def _walk_unit_by_unit(widths, variances, seed):
    """Draw the same numbers, and add up each unit's sum by itself."""
    rng = np.random.default_rng(seed)
    a, found = [float(x) for x in rng.standard_normal(widths[0])], []
    for n_out, s2 in zip(widths[1:], variances, strict=True):
        rows = rng.standard_normal((len(a), n_out)) * s2**0.5
        z = [sum(x * w for x, w in zip(a, column, strict=True)) for column in rows.T]
        found.append(sum(v * v for v in z) / n_out)
        a = [max(v, 0.0) for v in z]
    return np.array(found)


def _held_against_the_theory(f, networks=400):
    """Compare the mean over many seeds with `relu_signal`, to five standard errors."""
    for widths, variances in (
        ([30, 20, 10], [1 / 30, 1 / 20]),
        ([12, 20, 20, 2], [0.3, 0.1, 0.05]),
    ):
        runs = np.array([f(widths, variances, seed) for seed in range(networks)], float)
        ratio = runs / relu_signal(widths, variances, 1.0)
        mean, error = ratio.mean(axis=0), ratio.std(axis=0) / np.sqrt(networks)
        off = np.abs(mean - 1) > 5 * error + 1e-12
        if np.any(off):
            k = int(np.argmax(off))
            return (
                f"Widths {widths}, variances {[round(v, 3) for v in variances]}: over {networks} "
                f"seeds layer {k + 1} has {mean[k]:.2f} times the mean square that `relu_signal` "
                "gives."
            )
    return None


def _strays_as_it_should(f, networks=100):
    """Compare the spread over networks with that of independent layers, by (3.24)."""
    runs = [f([30] * 13, [2 / 30] * 12, seed)[-1] for seed in range(networks)]
    return bool(np.std(np.log(runs)) < 1.5 * np.sqrt(5 * 12 / 30))


def _as_often_small_as_normal(squares):
    """Tell whether about a quarter of the squares lies below 0.1, and another above 1.3."""
    below, above = np.mean(np.less(squares, 0.1)), np.mean(np.greater(squares, 1.3))
    return 0.12 < below < 0.4 and 0.12 < above < 0.4


WALK = Exercise(
    id="3.16",
    title="a walk through a random network",
    solution=walk,
    free=True,
    probes={
        "one layer": ([4, 3], [0.25], 0),
        "three layers": ([8, 6, 4, 5], [0.2, 0.3, 0.5], 1),
    },
    wrong=[
        Wrong(
            _walk(deviation=lambda s2: s2),
            "`rng.normal` takes the standard deviation, and you hand it the variance.",
        ),
        Wrong(
            _walk(measured=lambda z, a: np.mean(a**2)),
            "You measure behind the ReLU. The question is for z, in front of it.",
        ),
        Wrong(_walk(f=lambda z: z), "There is no ReLU between your layers."),
        Wrong(
            _walk(measured=lambda z, a: np.sqrt(np.mean(z**2))),
            "These are the roots. The question is for the mean squares.",
        ),
        Wrong(
            _walk(measured=lambda z, a: np.var(z)),
            "`np.var` takes the mean of z away first. Take the mean of z**2.",
        ),
        Wrong(
            _walk(first=lambda x: np.maximum(x, 0)),
            "You send the input through a ReLU. It stands between layers, not in front of them.",
        ),
        Wrong(
            _walk(f=lambda z: z / np.sqrt(2)),
            "Between your layers every z is made smaller. A ReLU keeps half of them, and makes 0 "
            "of the others.",
        ),
        Wrong(
            _walk(first=np.ones_like),
            "You send ones through the network. The sample is of n_0 standard normal numbers.",
        ),
        Wrong(
            _walk(renewed=True),
            "You make the generator anew in each layer, so the layers share their numbers.",
        ),
        Wrong(
            lambda widths, variances, seed: _walk()(widths, variances, 0),
            "You do not use the seed: each call walks through the same network.",
        ),
    ],
    properties=[
        Property("the mean over seeds is that of relu_signal", _held_against_the_theory),
        holds(
            "each layer draws its own",
            _strays_as_it_should,
            "Through twelve layers your networks stray from each other more than independent "
            "layers would. Do the layers share their numbers?",
        ),
        holds(
            "one unit behind a ReLU is off in half of the networks",
            lambda f: np.mean([f([3, 1, 1], [1, 1], seed)[1] == 0 for seed in range(200)]) > 0.35,
            "Of 200 networks with one unit in each layer about 100 should end at exactly 0: a ReLU "
            "hands nothing on from a z below 0. Keeping half of the mean square is not enough.",
        ),
        holds(
            "the sample is of normal numbers",
            lambda f: _as_often_small_as_normal([f([1, 500], [1], seed)[0] for seed in range(200)]),
            "Behind one input of variance 1 the mean square should be that input's square, which "
            "is below 0.1 in a quarter of all networks and above 1.3 in another. Draw n_0 standard "
            "normal numbers as the sample.",
        ),
        holds(
            "the seed decides",
            lambda f: not np.allclose(f([9, 9], [0.1], 0), f([9, 9], [0.1], 1)),
            "Two seeds give the same network.",
        ),
    ],
    witness=_walk_unit_by_unit,
    draw=lambda rng: (*_draw_network(rng), int(rng.integers(1000))),
    hints=[
        "Draw the sample, then layer by layer: weights, z, its mean square, ReLU.",
        "`rng.normal(0, np.sqrt(s2), (n_in, n_out))` with one generator for the whole walk.",
    ],
    why="A single walk is one network. Its mean over many seeds is what the theory speaks of.",
)


# 3.17 -----------------------------------------------------------------------------------------


def relu_cosine(c):
    """Return the cosine of two samples after ReLU, if it is c before.

    c is a number from -1 to 1, or an array of them.
    """
    angle = np.arccos(c)
    return (np.sin(angle) + (np.pi - angle) * c) / np.pi


def _cosine_by_quadrature(c):
    """Take E[ReLU(z) ReLU(y)] over the directions of a standard normal pair in the plane."""
    turn = np.linspace(0, 2 * np.pi, 20_001)[:-1]
    shift = np.arccos(c)[..., None]
    both = np.maximum(np.cos(turn), 0) * np.maximum(np.cos(turn - shift), 0)
    return 4 * both.mean(axis=-1)


COSINE = Exercise(
    id="3.17",
    title="what ReLU makes of a cosine",
    solution=relu_cosine,
    rtol=1e-6,
    atol=1e-6,
    probes={
        "unrelated samples": (0.0,),
        "the same sample": (1.0,),
        "opposite samples": (-1.0,),
        "alike": (0.9,),
        "many": (np.array([-0.6, 0.0, 0.3, 0.8]),),
    },
    wrong=[
        Wrong(
            lambda c: (np.sin(np.arccos(c)) + np.arccos(c) * c) / np.pi,
            "Both units are on in a wedge of angle π - θ, not θ: equal samples have θ = 0.",
        ),
        Wrong(
            lambda c: (np.sin(np.arccos(c)) + (np.pi - np.arccos(c)) * c) / (2 * np.pi),
            "This is the mean of the product for q = 1. The cosine divides it by q/2, what ReLU "
            "leaves of each.",
        ),
        Wrong(
            lambda c: (np.pi - np.arccos(c)) / np.pi,
            "This is the share of units that are on for both, among those on for one: the slope of "
            "the map. Integrate it over c.",
        ),
        Wrong(
            lambda c: (np.pi - np.arccos(c)) * c / np.pi,
            "The sine is missing: c = 0 does not stay 0, since ReLU's output has a mean.",
        ),
        Wrong(
            lambda c: (np.sin(c) + (np.pi - c) * np.cos(c)) / np.pi,
            "You take the cosine for the angle. The angle is `np.arccos(c)`.",
        ),
        Wrong(
            lambda c: np.maximum(c, 0),
            "ReLU acts on the entries of the samples, not on their cosine.",
        ),
    ],
    properties=[
        holds(
            "the same sample stays the same",
            lambda f: bool(np.isclose(f(1.0), 1)),
            "Two equal samples are equal after ReLU too: c = 1 has to stay 1.",
        )
    ],
    witness=_cosine_by_quadrature,
    draw=lambda rng: (rng.uniform(-1, 1),),
    hints=[
        "The angle is θ = arccos c. What does the map give at c = 1, and at c = -1?",
        "(sin θ + (π - θ) cos θ) / π, with cos θ = c.",
    ],
    why="The result is above c unless c is 1: each ReLU layer draws samples together.",
)


# 3.18 -----------------------------------------------------------------------------------------


def rescale(X, draws):
    """Return weights with which z has mean square 1 in each ReLU layer.

    draws holds a matrix of random numbers for each layer; the weights of
    the layer are a multiple of it. X (n, d) is the data, and the mean is
    over samples and units. Return the weights as a tuple.
    """
    weights, A = [], X
    for G in draws:
        Z = A @ G
        W = G / np.sqrt(np.mean(Z**2))
        weights.append(W)
        A = np.maximum(A @ W, 0)
    return tuple(weights)


def _rescaled(scale=lambda Z: np.sqrt(np.mean(Z**2)), onward=lambda A, G, W: np.maximum(A @ W, 0)):
    """A wrong answer: another scale, or another signal that is handed on."""

    def run(X, draws):
        weights, A = [], X
        for G in draws:
            weights.append(G / scale(A @ G))
            A = onward(A, G, weights[-1])
        return tuple(weights)

    return run


def _from_the_bottom_up(X, draws):
    """Run the whole network anew for each layer, and add up squares one by one."""
    weights: list[np.ndarray] = []
    for G in draws:
        A = X
        for W in weights:
            A = np.where(A @ W > 0, A @ W, 0.0)
        total = sum(float(row @ column) ** 2 for row in A for column in G.T)
        weights.append(G * (len(A) * G.shape[1] / total) ** 0.5)
    return tuple(weights)


def _draw_stack(rng):
    widths = [int(n) for n in rng.integers(9, 14, 4)]  # none dies
    draws = tuple(rng.normal(size=pair) for pair in pairwise(widths))
    return rng.normal(1, 1, (5, widths[0])), draws


LSUV = Exercise(
    id="3.18",
    title="let the data choose the scale",
    solution=rescale,
    probes={
        "one layer": (POSITIVE, (RNG.normal(size=(3, 4)),)),
        "two layers": (WIDE, (RNG.normal(size=(6, 5)), RNG.normal(size=(5, 7)))),
        "three layers": (WIDE + 1, tuple(RNG.normal(size=s) for s in ((6, 5), (5, 7), (7, 4)))),
    },
    wrong=[
        Wrong(
            _rescaled(scale=np.std),
            "You divide by the standard deviation of Z. A mean of 1 in the *square* needs the root "
            "of the mean of Z**2.",
        ),
        Wrong(
            _rescaled(scale=lambda Z: np.mean(Z**2)),
            "The root is missing: Z scales with W, Z**2 with its square.",
        ),
        Wrong(
            _rescaled(onward=lambda A, G, W: np.maximum(A @ G, 0)),
            "The next layer must see what the *rescaled* weights hand on.",
        ),
        Wrong(
            _rescaled(onward=lambda A, G, W: A @ W),
            "The ReLU between the layers is missing.",
        ),
        Wrong(
            _rescaled(scale=lambda Z: np.sqrt(np.mean(np.maximum(Z, 0) ** 2))),
            "You make the mean square behind the ReLU 1. The question is for z.",
        ),
        Wrong(
            lambda X, draws: tuple(G * np.sqrt(2 / len(G)) for G in draws),
            "This is Kaiming's rule: right in the mean over networks, and it does not look at X.",
        ),
    ],
    witness=_from_the_bottom_up,
    draw=_draw_stack,
    hints=[
        "Layer by layer: Z = A G, divide G by the size of Z, hand on ReLU of the new Z.",
        "The size is `np.sqrt(np.mean(Z**2))`.",
    ],
    why="One pass of data replaces every derivation of a gain, for any activation. It sets the "
    "size, and nothing else.",
)


# 3.19 -----------------------------------------------------------------------------------------


def odd_layer(widths, z2):
    """Return which layer was not drawn by Kaiming's rule, and its variance.

    A ReLU network of widths [n_0, n_1, ..., n_L] gets inputs of mean
    square 1. z2[l] is the mean square of z behind the weights from
    widths[l] to widths[l + 1]. All but one layer have variance 2 / n_in.
    Layers count from 0.
    """
    enters = np.append(1.0, np.array(z2[:-1]) / 2)
    variances = z2 / (np.array(widths[:-1]) * enters)
    wanted = 2 / np.array(widths[:-1])
    odd = np.argmax(np.abs(np.log(variances / wanted)))
    return int(odd), float(variances[odd])


def _by_promises(widths, z2):
    """Send a mean square of 1 through Kaiming's layers until the promise is broken."""
    enters, worst = 1.0, (0.0, -1, 0.0)
    for layer, (n_in, found) in enumerate(zip(widths, z2, strict=False)):
        promised = n_in * (2 / n_in) * enters
        times = max(found / promised, promised / found)
        worst = max(worst, (times, layer, found / promised * 2 / n_in))
        enters = found / 2
    return worst[1], worst[2]


def _signals(widths, odd, variance):
    variances = [2 / n for n in widths[:-1]]
    variances[odd] = variance
    return widths, relu_signal(widths, variances, 1.0)


def _odd(pick, variance=lambda z2, enters, n: z2 / (n * enters), half=0.5):
    """A wrong answer: another way to choose the layer, or to estimate its variance."""

    def run(widths, z2):
        n = np.array(widths[:-1])
        enters = np.append(1.0, np.array(z2[:-1]) * half)
        found = variance(np.array(z2), enters, n)
        odd = int(np.argmax(pick(np.array(z2), found, n)))
        return odd, float(found[odd])

    return run


def _draw_odd(rng):
    widths = [int(n) for n in rng.integers(5, 40, 6)]
    layer = int(rng.integers(5))
    times = float(np.exp(rng.choice([-1, 1]) * rng.uniform(0.7, 2)))
    return _signals(widths, layer, times * 2 / widths[layer])


ODD = Exercise(
    id="3.19",
    title="which layer is ill?",
    solution=odd_layer,
    probes={
        "the first of three": _signals([8, 8, 8, 8], 0, 1 / 8),
        "the second, too large": _signals([8, 8, 8, 8], 1, 1.0),
        "a taper": _signals([32, 16, 8, 4, 2], 2, 2 / 80),
        "the last, PyTorch's default": _signals([20, 10, 30, 5], 2, 1 / 90),
        "a wide layer is ill, a narrow one strays": ([64, 4, 64, 8], np.array([6.0, 7.2, 7.2])),
        "a third too large": _signals([8, 8, 8, 8], 1, 1 / 3),
        "the first is nearly right": ([8, 8, 8, 8], np.array([1.92, 1.92, 5.76])),
        "measured: the others stray": ([8, 8, 8, 8, 8], np.array([2.1, 0.6, 0.45, 0.34])),
        "twice as large": _signals([8, 8, 8, 8], 1, 1 / 2),
        "too small beside too large": ([8, 8, 8, 8], np.array([2.0, 0.8, 1.36])),
    },
    wrong=[
        Wrong(
            _odd(lambda z2, found, n: np.abs(np.log(z2 / 2))),
            "You take the layer whose own size is farthest off. All layers behind the odd one "
            "inherit its size: compare each with the one before it.",
        ),
        Wrong(
            _odd(lambda z2, found, n: np.abs(np.log(found * n / 2)), half=1.0),
            "ReLU is missing: of z2 of the layer before, half enters.",
        ),
        Wrong(
            _odd(lambda z2, found, n: np.abs(found - 2 / n)),
            "You compare variances by their difference. Wide layers have small variances: compare "
            "each with 2 / n_in as a ratio.",
        ),
        Wrong(
            _odd(lambda z2, found, n: np.abs(found * n / 2 - 1)),
            "0.4 times as large is farther off than 1.7 times, and 0.4 - 1 is smaller than "
            "1.7 - 1: compare each ratio by its logarithm.",
        ),
        Wrong(
            _odd(lambda z2, found, n: found * n / 2),
            "This finds a layer that is too large. One may be too small as well.",
        ),
        Wrong(
            _odd(
                lambda z2, found, n: np.abs(np.log(found / 2)),
                variance=lambda z2, enters, n: z2 / enters,
            ),
            "The layer is right. But what you return is n_in times its variance.",
        ),
    ],
    witness=_by_promises,
    draw=_draw_odd,
    hints=[
        "One layer multiplies the mean square that enters by n_in s^2. What enters layer l?",
        "s^2 = z2[l] / (n_in * z2[l - 1] / 2), and for the first layer the input's 1 enters.",
        "Compare each s^2 with 2 / n_in by the logarithm of their ratio.",
    ],
    why="Sizes name the layer and its variance, before a single step of training.",
)


EXERCISES = [
    TWINS,
    MEAN_SQUARE,
    DATA_LAB,
    WALK,
    SIGNAL,
    LEAKY,
    LAYOUT_LAB,
    GRADIENT,
    XAVIER_LAB,
    LIMIT,
    LIMIT_LAB,
    FANS,
    KAIMING,
    WHICH,
    GAIN,
    SEED_LAB,
    COSINE,
    ODD,
    LSUV,
]
