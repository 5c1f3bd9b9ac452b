"""The exercises of chapter 1, structure and terminology; EXERCISES has the teaching order.

Most are about shapes: what stands in which row, which axis is summed, what broadcasting does
without being asked. Probes come in square shapes too, because there a wrong axis raises nothing.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

from itertools import pairwise

import numpy as np

from nnlib.teaching.example import W1, W2, X, b1, b2, y
from nnlib.teaching.exercises import Exercise, Wrong
from nnlib.teaching.exercises.properties import holds

RNG = np.random.default_rng(1)

WIDE = RNG.normal(size=(2, 4))  # two samples, four features
WIDE_W = RNG.normal(size=(4, 3))
WIDE_b = RNG.normal(size=(1, 3))
SQUARE = np.array([[1.0, -2.0], [3.0, 0.5]])
SQUARE_W = np.array([[2.0, 1.0], [-1.0, 4.0]])
SQUARE_b = np.array([[10.0, 20.0]])
ONE = np.array([[1.0, 2.0]])

AFFINE = {
    "one sample": (ONE, W1, b1),
    "the running example": (X, W1, b1),
    "more features than units": (WIDE, WIDE_W, WIDE_b),
    "as many samples, features and units": (SQUARE, SQUARE_W, SQUARE_b),
    "an empty batch": (np.zeros((0, 2)), W1, b1),
}


# 1.1 ------------------------------------------------------------------------------------------


def unit(X, W, b, i, j):
    """Return z_ij of unit j for sample i, as one number."""
    return np.sum(X[i] * W[:, j]) + b[0, j]


def _one_sum(x, w, bias):
    """Add up the products one by one."""
    z = bias
    for m in range(len(w)):
        z = z + x[m] * w[m]
    return z


def _draw_layer(rng):
    """Return X, W, b of a layer with n, d and k all different."""
    n, d, k = rng.choice(np.arange(2, 8), 3, replace=False)
    return rng.normal(size=(n, d)), rng.normal(size=(d, k)), rng.normal(size=(1, k))


def _draw_unit(rng):
    X, W, b = _draw_layer(rng)
    return X, W, b, int(rng.integers(len(X))), int(rng.integers(W.shape[1]))


UNIT = Exercise(
    id="1.1",
    title="one unit, one sample",
    solution=unit,
    probes={
        "sample 0, unit 2": (X, W1, b1, 0, 2),
        "sample 2, unit 0": (X, W1, b1 + 1, 2, 0),
        "two samples, four features": (WIDE, WIDE_W, WIDE_b, 1, 2),
        "square shapes": (SQUARE, SQUARE_W, SQUARE_b, 0, 1),
    },
    wrong=[
        Wrong(
            lambda X, W, b, i, j: np.sum(X[i] * W[j]) + b[0, j],
            "You take row j of W. Row j holds the weights that leave input j; the weights that "
            "arrive at unit j are column j, `W[:, j]`.",
        ),
        Wrong(
            lambda X, W, b, i, j: np.sum(X[i] * W[:, j]),
            "The bias of unit j is missing: add `b[0, j]`.",
        ),
        Wrong(
            lambda X, W, b, i, j: np.sum(X[i] * W[:, j]) + b[0, i],
            "The bias is counted by samples. It belongs to the unit: `b[0, j]`.",
        ),
        Wrong(
            lambda X, W, b, i, j: np.sum(X[:, i] * W[:, j]) + b[0, j],
            "`X[:, i]` is feature i of all samples. Sample i is row i, `X[i]`.",
        ),
        Wrong(
            lambda X, W, b, i, j: np.sum(X[i] * W[:, j] + b[0, j]),
            "The bias is inside the sum, so it is added once for each input. It is added once.",
        ),
        Wrong(
            lambda X, W, b, i, j: X[i] * W[:, j] + b[0, j],
            "These are the single products. A unit adds them up.",
        ),
        Wrong(
            lambda X, W, b, i, j: np.sum(X[i] * W[:, j]) + b[:, j],
            "Right, but as an array of shape (1,): `b[:, j]` keeps an axis. `b[0, j]` is a number.",
        ),
        Wrong(
            lambda X, W, b, i, j: np.sum(X[i] * W[:, j]) + b[j],
            "b is a row of shape (1, k), so `b[j]` asks for its row j. The bias of unit j is "
            "`b[0, j]`.",
        ),
        Wrong(
            lambda X, W, b, i, j: max(np.sum(X[i] * W[:, j]) + b[0, j], 0),
            "This is the activation of a ReLU unit. z comes before it, and may be negative.",
        ),
        Wrong(
            lambda X, W, b, i, j: 1 / (1 + np.exp(-np.sum(X[i] * W[:, j]) - b[0, j])),
            "This is the activation of a sigmoid unit. Asked for is what goes into the sigmoid, z.",
        ),
        Wrong(
            lambda X, W, b, i, j: np.sum(X[j] * W[:, i]) + b[0, i],
            "i and j are exchanged. i counts samples, rows of X; j counts units, columns of W.",
        ),
        Wrong(
            lambda X, W, b, i, j: np.sum(X[i - 1] * W[:, j - 1]) + b[0, j - 1],
            "You count from 1. As in code, the first sample and the first unit are 0.",
        ),
        Wrong(
            lambda X, W, b, i, j: X[i, 0] * W[0, j] + b[0, j],
            "Only the first input is there. Does your loop return in its first round?",
        ),
    ],
    witness=lambda X, W, b, i, j: _one_sum(X[i], W[:, j], b[0, j]),
    draw=_draw_unit,
    hints=[
        "Sample i is row i of X. Which row or column of W belongs to unit j?",
        "Multiply `X[i]` and `W[:, j]` entry by entry, sum, and add one bias.",
    ],
    why="Row times column, plus the bias of that column: this is one entry of X W + b.",
)


# 1.2 ------------------------------------------------------------------------------------------


def affine(X, W, b):
    """Return Z (n, k) from X (n, d), W (d, k), b (1, k)."""
    return np.matmul(X, W) + b


def _share(Z):
    E = np.exp(Z)
    return E / E.sum(axis=-1, keepdims=True)


def _unit_by_unit(X, W, b):
    """Compute one number of Z after the other; b may be a row or a vector."""
    Z = np.zeros((len(X), W.shape[1]))
    for i, j in np.ndindex(Z.shape):
        Z[i, j] = _one_sum(X[i], W[:, j], b.flat[j])
    return Z


AFFINE_LAYER = Exercise(
    id="1.2",
    title="a layer in one line",
    solution=affine,
    probes=AFFINE,
    wrong=[
        Wrong(
            lambda X, W, b: X @ W,
            "The bias is missing.",
        ),
        Wrong(
            lambda X, W, b: W @ X + b,
            "The product stands the wrong way round. Rows are samples, so X comes first: (n, d) "
            "times (d, k). `W @ X` does not even fit, unless the shapes happen to be square.",
        ),
        Wrong(
            lambda X, W, b: X @ W.T + b,
            "You transpose W, as PyTorch does. In this book W is (d, k) already.",
        ),
        Wrong(
            lambda X, W, b: (X @ W + b).T,
            "The result is transposed: each sample should stay in its row.",
        ),
        Wrong(
            lambda X, W, b: X @ W + b.T,
            "The bias is a column now, so it runs along the samples. Each unit has one bias: "
            "a row, which NumPy repeats for all samples.",
        ),
        Wrong(
            lambda X, W, b: X @ (W + b),
            "The bias is added to the weights, before the product. So it is multiplied by the "
            "inputs, and a sample of zeros never sees it.",
        ),
        Wrong(
            lambda X, W, b: np.maximum(X @ W + b, 0),
            "This is A, the activations of ReLU units. Asked for is Z, which comes before them.",
        ),
        Wrong(
            lambda X, W, b: _share(X @ W + b),
            "You have put a softmax on top. Z is what goes into it.",
        ),
        Wrong(
            lambda X, W, b: X @ W + b[0, 0],
            "All units share the bias of the first. Each has its own: add the whole row b.",
        ),
        Wrong(
            lambda X, W, b: W.T @ X.T + b,
            "This is the column-wise way to write it, where samples are columns; and there b would "
            "be a column, too. Here samples are rows: X comes first, and nothing is transposed.",
        ),
    ],
    properties=[
        holds(
            "a sample of zeros gives the bias",
            lambda f: bool(np.array_equal(f(np.zeros((1, 2)), W1, b1), b1)),
            "For a sample that is all zeros, Z should be b.",
        )
    ],
    witness=_unit_by_unit,
    draw=_draw_layer,
    hints=[
        "Write the shapes below each other: (n, d), (d, k), (1, k). Which order fits?",
        "`X @ W` has the shape (n, k). A row b of shape (1, k) is added to each row of it.",
    ],
    why="The product is all sums of exercise 1.1 at once; broadcasting repeats the row b.",
)


# 1.3 ------------------------------------------------------------------------------------------


def dense(X, W, b):
    """Return Z = X W + b for X (n, d), W (d, k) and b (k,)."""
    Z = np.matmul(X, W)
    return Z + b.reshape(1, -1)


def broken_dense(X, W, b):
    """Return Z = X W + b for X (n, d), W (d, k) and b (k,)."""
    Z = np.matmul(X, W)
    return Z + b.reshape(-1, 1)


def _draw_with_vector(rng):
    X, W, b = _draw_layer(rng)
    return X, W, b[0]


BIAS_LAB = Exercise(
    id="1.3",
    title="find the bug: an affine layer",
    solution=dense,
    broken=broken_dense,
    symptom="Some shapes raise an error. With others it runs, and Z is wrong.",
    test_hints=[
        "Write Z unit by unit, as in exercise 1.1, and compare every entry.",
        "With which n, d and k does the function run? Try a batch that is square, and one that is "
        "not.",
    ],
    probes={
        "as many samples as units": (SQUARE, SQUARE_W, SQUARE_b[0]),
        "the running example": (X, W1, b1[0] + np.array([1.0, 2.0, 3.0])),
        "two samples, three units": (WIDE, WIDE_W, WIDE_b[0]),
        "one sample": (ONE, W1, b1[0] + 1),
    },
    wrong=[
        Wrong(
            lambda X, W, b: X @ W + b.sum(),
            "Now every unit gets the sum of all biases. Each unit has its own.",
        ),
        Wrong(
            lambda X, W, b: X @ W + b[: len(X)].reshape(-1, 1),
            "Cutting b to the number of samples makes the shapes fit and leaves the bug: still "
            "one bias for each sample.",
        ),
        Wrong(
            lambda X, W, b: X @ W,
            "The error is gone, and so is the bias.",
        ),
        Wrong(
            lambda X, W, b: X @ W + b[0],
            "Now all units share the first bias. Unit j gets b[j].",
        ),
        Wrong(
            lambda X, W, b: X @ W + b.mean(),
            "Now every unit gets the mean of all biases. Each unit has its own.",
        ),
        Wrong(
            lambda X, W, b: X @ W + b[::-1],
            "The axis is right now, but the biases stand in reverse order.",
        ),
    ],
    witness=_unit_by_unit,
    draw=_draw_with_vector,
    hints=[
        "What is the shape of `b.reshape(-1, 1)`, and along which axis does NumPy repeat it?",
        "A bias has to be repeated for all samples, so it must be a row: shape (1, k).",
    ],
    why="A column of shape (k, 1) is added to an (n, k) array whenever n equals k. Test with n, d "
    "and k all different.",
)


# 1.4 ------------------------------------------------------------------------------------------


def forward(X, weights, biases):
    """Return the logits: ReLU after every layer but the last."""
    A = X
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        A = np.maximum(A @ W + b, 0)
    return A @ weights[-1] + biases[-1]


THREE_W = [WIDE_W, RNG.normal(size=(3, 5)), RNG.normal(size=(5, 2))]
THREE_b = [WIDE_b, RNG.normal(size=(1, 5)), RNG.normal(size=(1, 2))]


def _relu(Z):
    return np.maximum(Z, 0)


def _layers(step):
    """A wrong forward pass: step(A, W, b, layer, depth) is what each layer does."""

    def forward(X, weights, biases):
        A = X
        for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
            A = step(A, W, b, layer, len(weights))
        return A

    return forward


def _pass(between, last=lambda Z: Z, bias=1.0):
    """A wrong forward pass: another function between the layers, or after the last one."""

    def forward(X, weights, biases):
        A = X
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            A = between(A @ W + bias * b)
        return last(A @ weights[-1] + bias * biases[-1])

    return forward


def _from_x_each_time(X, weights, biases):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        A = np.maximum(X @ W + b, 0)
    return A @ weights[-1] + biases[-1]


def _with_a_column_of_ones(X, weights, biases):
    """Put the biases under the weights, and a column of ones beside the outputs; no maximum."""
    Z = X
    for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
        A = (Z + np.abs(Z)) / 2 if layer else Z
        Z = np.column_stack([A, np.ones(len(A))]) @ np.concatenate([W, b])
    return Z


def _draw_network(rng):
    n, *widths = rng.choice(np.arange(1, 8), int(rng.integers(3, 6)), replace=False)
    weights = [rng.normal(size=shape) for shape in pairwise(widths)]
    return rng.normal(size=(n, widths[0])), weights, [rng.normal(size=(1, k)) for k in widths[1:]]


FORWARD = Exercise(
    id="1.4",
    title="a forward pass of any depth",
    solution=forward,
    probes={
        "one layer": (X, [W1], [b1]),
        "the running example": (X, [W1, W2], [b1, b2]),
        "three layers": (WIDE, THREE_W, THREE_b),
        "square layers": (SQUARE, [SQUARE_W, -SQUARE_W.T, SQUARE_W], [SQUARE_b, -SQUARE_b, ONE]),
        "an empty batch": (np.zeros((0, 2)), [W1, W2], [b1, b2]),
    },
    wrong=[
        Wrong(
            _pass(_relu, _relu),
            "The last layer has a ReLU as well. Logits may be negative: cut them off at 0, and "
            "the network can never say that a class is unlikely.",
        ),
        Wrong(
            _pass(lambda Z: Z),
            "There is no activation between the layers, so your network is one affine map.",
        ),
        Wrong(
            _pass(_relu, bias=0.0),
            "The biases are missing.",
        ),
        Wrong(
            _from_x_each_time,
            "Every layer reads X. Each has to read the output of the layer before it.",
        ),
        Wrong(
            lambda X, weights, biases: np.maximum(X @ weights[0] + biases[0], 0),
            "This is the first layer only.",
        ),
        Wrong(
            _pass(_relu, lambda Z: Z - Z.max(axis=-1, keepdims=True)),
            "The logits are shifted. Softmax would not mind, but these are not the logits.",
        ),
        Wrong(
            _pass(_relu, _share),
            "You have put a softmax at the end. The logits are what goes into it.",
        ),
        Wrong(
            _layers(
                lambda A, W, b, layer, depth: _relu(A @ W) + b if layer + 1 < depth else A @ W + b
            ),
            "The bias is added after the ReLU. It belongs to z: add it before you cut off at 0.",
        ),
        Wrong(
            _layers(lambda A, W, b, layer, depth: _relu(A) @ W + b),
            "X goes through a ReLU as well: its negative entries are lost before the first layer "
            "reads them.",
        ),
        Wrong(
            _layers(lambda A, W, b, layer, depth: _relu(A @ W + b) if layer == 0 else A @ W + b),
            "Only the first layer has a ReLU. All have one, but for the last.",
        ),
        Wrong(
            _layers(
                lambda A, W, b, layer, depth: _relu(A @ W + b) if layer + 2 < depth else A @ W + b
            ),
            "The last two layers have no ReLU: you stop one layer too early.",
        ),
        Wrong(
            _pass(lambda Z: 1 / (1 + np.exp(-Z))),
            "The hidden layers are sigmoids. The task asks for ReLU, `np.maximum(Z, 0)`.",
        ),
        Wrong(
            _pass(np.tanh),
            "The hidden layers are tanh. The task asks for ReLU, `np.maximum(Z, 0)`.",
        ),
        Wrong(
            _pass(lambda Z: np.max(Z, 0)),
            "`np.max(Z, 0)` is the largest entry of each column: its second argument is an axis. "
            "`np.maximum(Z, 0)` compares each entry with 0.",
        ),
    ],
    witness=_with_a_column_of_ones,
    draw=_draw_network,
    hints=[
        "Keep one array A, start with A = X, and let each layer replace it.",
        "Loop over all layers but the last with `np.maximum(A @ W + b, 0)`; the last has no ReLU.",
    ],
    why="The loop is all there is to a forward pass. The last layer stays affine because its "
    "outputs are logits, which softmax takes as they are.",
)


# 1.5 ------------------------------------------------------------------------------------------


def parameter_count(widths):
    """Return the number of weights and biases of a network.

    widths is [d, k1, k2, ...]: the inputs, then each layer's units.
    """
    widths = np.array(widths)
    return int(np.sum((widths[:-1] + 1) * widths[1:]))


def _pairs(widths):
    return list(pairwise(widths))


def _sizes_of_the_arrays(widths):
    """Make the arrays, and ask each for its size."""
    arrays = [np.zeros(shape) for d, k in pairwise(widths) for shape in ((d, k), (1, k))]
    return sum(array.size for array in arrays)


PARAMETER_COUNT = Exercise(
    id="1.5",
    title="how many parameters",
    solution=parameter_count,
    probes={
        "one unit": ([2, 1],),
        "the running example": ([2, 3, 2],),
        "four layers": ([5, 7, 4, 4, 3],),
        "a network for the digits": ([64, 64, 32, 10],),
    },
    wrong=[
        Wrong(
            lambda widths: sum(d * k for d, k in _pairs(widths)),
            "You count the weights alone. Each unit has a bias too.",
        ),
        Wrong(
            lambda widths: sum(d * k for d, k in _pairs(widths)) + sum(widths),
            "The inputs get a bias as well. They are no units: nothing is computed there.",
        ),
        Wrong(
            lambda widths: sum(d * k + 1 for d, k in _pairs(widths)),
            "You count one bias for each layer. It is one for each unit.",
        ),
        Wrong(
            lambda widths: sum(d * (k + 1) for d, k in _pairs(widths)),
            "There are as many biases as inputs here. There are as many as units: (d + 1) k.",
        ),
        Wrong(
            lambda widths: sum(widths),
            "This is the number of units and inputs. The parameters are the connections between "
            "them, and the biases.",
        ),
        Wrong(
            lambda widths: int(np.prod(widths)),
            "The widths are multiplied together. Only neighboring layers are connected: sum the "
            "products of neighbors.",
        ),
        Wrong(
            lambda widths: (widths[0] + 1) * widths[1],
            "This is the first layer. Add up all of them.",
        ),
        Wrong(
            lambda widths: (widths[-2] + 1) * widths[-1],
            "This is the last layer. Add up all of them; does a loop overwrite the sum?",
        ),
        Wrong(
            lambda widths: sum((d + 1) * k for d, k in _pairs(widths)) - widths[-1],
            "The output units have no biases here. They are units as all others are.",
        ),
        Wrong(
            lambda widths: sum((d + 1) * (k + 1) for d, k in _pairs(widths)),
            "You add 1 to both widths. A layer from d to k has (d + 1) k: the 1 is the bias that "
            "each of its k units has.",
        ),
        Wrong(
            lambda widths: sum(widths[1:]),
            "These are the biases alone. Each unit also has a weight for every one of its inputs.",
        ),
        Wrong(
            lambda widths: sum(d * k for d, k in _pairs(widths)) + 1,
            "There is a single bias in your count. Each unit has one of its own.",
        ),
        Wrong(
            lambda widths: sum(k * k + k for k in widths),
            "Each width is multiplied by itself. A layer's weights are its inputs times its units: "
            "multiply each width by the next.",
        ),
    ],
    witness=_sizes_of_the_arrays,
    draw=lambda rng: ([int(k) for k in rng.integers(1, 20, int(rng.integers(2, 6)))],),
    hints=[
        "A layer from d to k has d weights and one bias for each of its k units.",
        "Pair each width with the next, and sum (d + 1) k.",
    ],
    why="(d + 1) k for each layer; the inputs count as the d of the first layer and as nothing "
    "else.",
)


# 1.6 ------------------------------------------------------------------------------------------


def one_hot(y, K):
    """Return Y (n, K), floats: row i is 0 but for a 1 in column y[i]."""
    Y = np.zeros((len(y), K))
    Y[np.arange(len(y)), y] = 1
    return Y


def _every_row(y, K):
    Y = np.zeros((len(y), K))
    Y[:, y] = 1
    return Y


def _whole_rows(y, K):
    Y = np.zeros((len(y), K))
    Y[y] = 1
    return Y


def _from_one(y, K):
    Y = np.zeros((len(y), K))
    Y[np.arange(len(y)), y - 1] = 1
    return Y


def _draw_labels(rng):
    n, K = (int(k) for k in rng.choice(np.arange(2, 8), 2, replace=False))
    return rng.integers(0, K, n), K


ONE_HOT = Exercise(
    id="1.6",
    title="one-hot labels",
    solution=one_hot,
    probes={
        "two samples": (np.array([1, 0]), 2),
        "the running example": (y, 2),
        "a class that does not occur": (np.array([0, 2, 2, 0]), 4),
        "an empty batch": (np.zeros(0, int), 3),
    },
    wrong=[
        Wrong(
            _every_row,
            "`Y[:, y] = 1` sets these columns in every row. Pair each row with its own column: "
            "`Y[np.arange(n), y]`.",
        ),
        Wrong(
            lambda y, K: one_hot(y, K).T,
            "The result is transposed: rows are samples, columns are classes.",
        ),
        Wrong(
            lambda y, K: one_hot(y, max(y, default=0) + 1),
            "You take the number of classes from the labels. A class that is missing from this "
            "batch would lose its column: use K.",
        ),
        Wrong(
            _from_one,
            "The classes are counted from 1. Here the first class is 0.",
        ),
        Wrong(
            lambda y, K: np.eye(K, dtype=int)[y],
            "The values are right, but they are integers. They will be subtracted from "
            "probabilities: make them floats.",
        ),
        Wrong(
            lambda y, K: 1 - one_hot(y, K),
            "Zeros and ones are exchanged.",
        ),
        Wrong(
            lambda y, K: np.equal.outer(y, np.arange(K)),
            "The values are right, but they are True and False. They will be subtracted from "
            "probabilities: make them floats.",
        ),
        Wrong(
            _whole_rows,
            "`Y[y] = 1` fills the rows that are numbered as the labels are, from end to end. One "
            "entry in each row is wanted: `Y[np.arange(n), y]`.",
        ),
        Wrong(
            lambda y, K: np.eye(len(y))[y],
            "Your rows have n entries, one for each sample. They need K, one for each class.",
        ),
        Wrong(
            lambda y, K: one_hot(y, K) * np.reshape(y, (-1, 1)),
            "The label itself stands in its column. A 1 belongs there, whatever the class.",
        ),
    ],
    properties=[
        holds(
            "argmax gives the labels back",
            lambda f: bool(np.array_equal(f(np.array([2, 0, 1]), 3).argmax(axis=1), [2, 0, 1])),
            "The largest entry of each row should be in the column of its label.",
        )
    ],
    witness=lambda y, K: 1.0 * np.equal.outer(y, np.arange(K)),
    draw=_draw_labels,
    hints=[
        "Start from zeros of shape (n, K), and set one entry in each row.",
        "Index with two arrays: the row numbers `np.arange(len(y))` and the columns y.",
    ],
    why="Two index arrays pick entries in pairs. `np.eye(K)[y]` does the same by picking rows.",
)


# 1.7 ------------------------------------------------------------------------------------------


def accuracy(Z, y):
    """Return the share of rows whose largest logit is right.

    Z is (n, K), y holds the n classes as integers.
    """
    return np.mean(Z.argmax(axis=1) == y)


LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 0.1, 3.0], [1.0, 4.0, 2.0], [-3.0, -2.0, -1.0]])
FIRST = 3 * np.eye(4, 1)  # raises the first row


def _rows_won(Z, y):
    """Count the rows in which no logit is larger than the right one."""
    return sum(all(z <= row[c] for z in row) for row, c in zip(Z, y, strict=True)) / len(y)


def _draw_logits(rng):
    y, K = _draw_labels(rng)
    return rng.normal(size=(len(y), K)), y


ACCURACY = Exercise(
    id="1.7",
    title="accuracy, from the logits",
    solution=accuracy,
    probes={
        "one sample": (np.array([[0.5, 3.0]]), np.array([1])),
        "the running example": (np.array([[2.0, -0.5], [0.0, 2.5], [0.5, 0.0]]), y),
        "four samples, three classes": (LOGITS, np.array([0, 2, 0, 2])),
        "as many samples as classes": (LOGITS[:3], np.array([0, 1, 1])),
        "the largest logit of all comes first": (LOGITS + FIRST, np.array([0, 2, 1, 0])),
        "all wrong": (LOGITS, np.array([1, 0, 0, 0])),
    },
    wrong=[
        Wrong(
            lambda Z, y: np.mean(Z.argmax(axis=0) == y),
            "argmax runs down the columns: it finds the sample with the largest logit for each "
            "class. You want the class for each sample: axis=1.",
        ),
        Wrong(
            lambda Z, y: np.mean(Z.argmax() == y),
            "argmax without an axis gives one position in the whole array. Each row has its own "
            "prediction.",
        ),
        Wrong(
            lambda Z, y: np.sum(Z.argmax(axis=1) == y),
            "This is the number of right predictions. The share divides it by n.",
        ),
        Wrong(
            lambda Z, y: np.mean(Z.argmax(axis=1) != y),
            "This is the error rate. Accuracy is 1 minus that.",
        ),
        Wrong(
            lambda Z, y: np.mean(Z.argmax(axis=1)[:, np.newaxis] == y),
            "The predictions are a column, the labels are not: `==` compares each prediction "
            "with each label, n times n of them. Both must have the shape (n,).",
        ),
        Wrong(
            lambda Z, y: np.mean(Z.max(axis=1) == y),
            "`max` is the largest logit itself. You want its position: `argmax`.",
        ),
        Wrong(
            lambda Z, y: np.mean(Z.argmin(axis=1) == y),
            "You predict the class with the smallest logit.",
        ),
        Wrong(
            lambda Z, y: bool(np.all(Z.argmax(axis=1) == y)),
            "You ask whether all rows are right. Asked for is the share of those that are.",
        ),
        Wrong(
            lambda Z, y: np.sum(Z.argmax(axis=1) == y) / Z.shape[1],
            "You divide by the number of classes. The share is of the n samples.",
        ),
        Wrong(
            lambda Z, y: np.mean((Z[:, 1] > 0) == y),
            "You look at the logit of class 1 alone, and whether it is above 0. The prediction is "
            "the class with the largest of the K logits.",
        ),
    ],
    witness=_rows_won,
    draw=_draw_logits,
    hints=[
        "The prediction for a sample is the position of the largest entry in its row.",
        "`Z.argmax(axis=1)` has the shape (n,), as y has. Compare, and take the mean.",
    ],
    why="Softmax keeps the order of a row, so the logits decide; True counts as 1 in a mean.",
)


# 1.8 ------------------------------------------------------------------------------------------


def accuracy_of_unit(X, w, b, y):
    """Return the share of samples that a sigmoid unit gets right.

    X is (n, d), w is (d, 1), b is a number, y holds n labels, 0 or 1.
    """
    Z = np.matmul(X, w) + b
    predicted = Z[:, 0] > 0
    return np.mean(predicted == y)


def broken_accuracy_of_unit(X, w, b, y):
    """Return the share of samples that a sigmoid unit gets right.

    X is (n, d), w is (d, 1), b is a number, y holds n labels, 0 or 1.
    """
    Z = np.matmul(X, w) + b
    predicted = Z > 0
    return np.mean(predicted == y)


SIGN_X = np.array([[1.0, 0.0], [-1.0, 0.5], [2.0, 1.0], [-3.0, 0.0]])
SIGN_w = np.array([[1.0], [0.0]])


def _sample_by_sample(X, w, b, y):
    """Compare a probability with 1/2, for one sample after the other."""
    right = 0
    for x, label in zip(X, y, strict=True):
        p = 1 / (1 + np.exp(-_one_sum(x, w[:, 0], b)))
        right += (p > 0.5) == (label == 1)
    return right / len(y)


def _draw_sign(rng):
    X, W, b = _draw_layer(rng)
    return X, W[:, :1], float(b[0, 0]), rng.integers(0, 2, len(X))


BROADCAST_LAB = Exercise(
    id="1.8",
    title="find the bug: the accuracy of a unit",
    solution=accuracy_of_unit,
    broken=broken_accuracy_of_unit,
    symptom="A unit that answers all samples rightly does not always get the accuracy 1.",
    test_hints=[
        "Choose a few samples, w and b, so that you know without computing which are right.",
        "Take samples of both kinds.",
    ],
    probes={
        "two samples, both right": (SIGN_X[:2], SIGN_w, 0.0, np.array([1, 0])),
        "four samples, three right": (SIGN_X, SIGN_w, 0.0, np.array([1, 0, 1, 1])),
        "three samples of one class": (X, np.array([[0.0], [1.0]]), 0.5, np.array([1, 1, 1])),
        "a bias that decides": (SIGN_X, SIGN_w, -1.5, np.array([0, 0, 1, 1])),
    },
    wrong=[
        Wrong(
            lambda X, w, b, y: np.mean((X @ w + b)[:, 0] > 0.5),
            "This is the share of samples that are predicted as class 1. The labels are not used.",
        ),
        Wrong(
            lambda X, w, b, y: np.mean(((X @ w + b)[:, 0] > 0.5) == y),
            "The shapes are right now, but you ask for z > 0.5. It is the probability that has to "
            "be above 1/2, and sigma(z) > 1/2 means z > 0.",
        ),
        Wrong(
            lambda X, w, b, y: np.mean((X @ w + b).argmax(axis=1) == y),
            "Z has one column, so `argmax(axis=1)` is 0 for every sample. With one unit the sign "
            "of z decides.",
        ),
        Wrong(
            lambda X, w, b, y: np.mean((1 / (1 + np.exp(-(X @ w + b)[:, 0])) > 0) == y),
            "The shapes are right now. But a sigmoid is above 0 for every z, so all samples are "
            "predicted as class 1: compare it with 1/2, or z with 0.",
        ),
        Wrong(
            lambda X, w, b, y: np.sum((X @ w + b > 0) == y) / len(y),
            "The mean is gone, and the shapes are as before: `predicted == y` is (n, n), and you "
            "count pairs of samples.",
        ),
        Wrong(
            lambda X, w, b, y: np.mean(((X @ w + b) > 0) == y[:, np.newaxis]) * len(X),
            "The shapes fit now. The mean is already the share: do not multiply by n.",
        ),
        Wrong(
            lambda X, w, b, y: np.mean(((X @ w)[:, 0] > 0) == y),
            "The shapes fit now, but the bias is lost.",
        ),
        Wrong(
            lambda X, w, b, y: np.mean(((X @ w + b)[:, 0] < 0) == y),
            "The shapes fit now, but the comparison is turned around: z > 0 means class 1.",
        ),
        Wrong(
            lambda X, w, b, y: np.mean(((X @ w + b)[0] > 0) == y),
            "`Z[0]` is the first sample alone, and its prediction is compared with all labels. "
            "The first column is `Z[:, 0]`.",
        ),
    ],
    witness=_sample_by_sample,
    draw=_draw_sign,
    hints=[
        "Print the shapes of `predicted`, of y, and of `predicted == y`.",
        "(n, 1) compared with (n,) gives (n, n). Turn the column into a vector of shape (n,).",
    ],
    why="NumPy lays (n,) along the columns and (n, 1) along the rows, and compares every pair. "
    "Nothing is raised, for any n.",
)


# 1.9 ------------------------------------------------------------------------------------------


def collapse(W1, b1, W2, b2):
    """Return W, b of one layer for (X W1 + b1) W2 + b2."""
    return np.matmul(W1, W2), np.matmul(b1, W2) + b2


def _probed(W1, b1, W2, b2):
    """Send zeros through both layers, which gives b, then one unit vector after the other."""

    def through(x):
        return (x @ W1 + b1) @ W2 + b2

    b = through(np.zeros(len(W1)))
    return np.concatenate([through(x) - b for x in np.eye(len(W1))]), b


def _draw_two_layers(rng):
    d, k, K = rng.choice(np.arange(1, 7), 3, replace=False)
    return tuple(rng.normal(size=shape) for shape in ((d, k), (1, k), (k, K), (1, K)))


COLLAPSE = Exercise(
    id="1.9",
    title="two layers into one",
    solution=collapse,
    probes={
        "the running example": (W1, b1, W2, b2),
        "a narrow layer between": (WIDE_W[:, :1], WIDE_b[:, :1], WIDE_W[:1], WIDE_b),
        "square layers": (SQUARE_W, SQUARE_b, SQUARE_W.T + 1, ONE),
    },
    wrong=[
        Wrong(
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2),
            "W is right. The second layer's own bias, b2, is missing.",
        ),
        Wrong(
            lambda W1, b1, W2, b2: (W1 @ W2, b2),
            "W is right. The first bias is not lost: it passes through W2, as b1 W2.",
        ),
        Wrong(
            lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2),
            "W is right. b1 is added before the second layer, so it has to go through W2 as well.",
        ),
        Wrong(
            lambda W1, b1, W2, b2: (W2 @ W1, b1 @ W2 + b2),
            "The product stands the wrong way round. X meets W1 first, and it comes from the left: "
            "X W1 W2.",
        ),
        Wrong(
            lambda W1, b1, W2, b2: (W1 @ W2, (b1 + b2) @ W2),
            "W is right. b2 is added after W2 and is not multiplied by it.",
        ),
        Wrong(
            lambda W1, b1, W2, b2: (W1 @ W2, (b1 @ W2 + b2)[0]),
            "The values are right, but b has lost an axis: it should be a row, (1, k).",
        ),
        Wrong(
            lambda W1, b1, W2, b2: ((W1 @ W2).T, b1 @ W2 + b2),
            "W is transposed.",
        ),
    ],
    witness=_probed,
    draw=_draw_two_layers,
    hints=[
        "Multiply out (X W1 + b1) W2 + b2. Which part has X in it?",
        "The part without X is b1 W2 + b2.",
    ],
    why="Distribute W2 over the sum: X (W1 W2) + (b1 W2 + b2).",
)


# 1.10 -----------------------------------------------------------------------------------------


def xor_output(low, high):
    """Return W2 (2, 1), b2 (1, 1) that give low, high, high, low.

    The inputs are (0, 0), (0, 1), (1, 0), (1, 1). The hidden layer is
    ReLU(X W1 + b1) with W1 = [[1, 1], [1, 1]] and b1 = [[0, -1]].
    """
    step = high - low
    return np.array([[step], [-2 * step]]), np.array([[low]])


CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
CORNERS_HIDDEN = np.maximum(CORNERS @ np.ones((2, 2)) + np.array([[0.0, -1.0]]), 0)


def _gives_xor(f):
    W, b = f(-1.0, 2.0)
    return np.shape(W) == (2, 1) and bool(
        np.allclose(CORNERS_HIDDEN @ W + b, [[-1], [2], [2], [-1]])
    )


def _solved(low, high):
    """Solve the equations of the four corners for both weights and the bias."""
    ones = np.ones((4, 1))
    found = np.linalg.lstsq(np.hstack([CORNERS_HIDDEN, ones]), [low, high, high, low], rcond=None)
    return found[0][:2].reshape(2, 1), found[0][2:].reshape(1, 1)


XOR = Exercise(
    id="1.10",
    title="XOR, with weights set by hand",
    solution=xor_output,
    probes={
        "0 and 1": (0.0, 1.0),
        "-1 and 1": (-1.0, 1.0),
        "logits of 2 and 5": (2.0, 5.0),
    },
    wrong=[
        Wrong(
            lambda low, high: (np.array([[high - low], [low - high]]), np.array([[low]])),
            "For the input (1, 1) the hidden units are 2 and 1. With your weights the output there "
            "is `high`, and it should be `low`.",
        ),
        Wrong(
            lambda low, high: (np.array([[high], [-2 * high]]), np.array([[low]])),
            "Right for low = 0 only: the first weight has to lift the output from `low` to `high`, "
            "so it is their difference.",
        ),
        Wrong(
            lambda low, high: (
                np.array([[high - low], [-2 * (high - low)]]),
                np.array([[0.0 * low]]),
            ),
            "At the input (0, 0) both hidden units are 0, so the output is the bias. It should be "
            "`low`.",
        ),
        Wrong(
            lambda low, high: (np.array([[high - low, -2 * (high - low)]]), np.array([[low]])),
            "The numbers are right, but W2 is a row. It maps two units to one output: (2, 1).",
        ),
        Wrong(
            lambda low, high: (
                np.array([[low - high], [2 * (high - low)]]),
                np.array([[high]]),
            ),
            "Now the output is `high` where XOR is 0: low and high are exchanged.",
        ),
        Wrong(
            lambda low, high: (np.array([[high - low], [0.0 * low]]), np.array([[low]])),
            "Without the second unit the output goes on rising at (1, 1). This is no XOR.",
        ),
        Wrong(
            lambda low, high: (np.array([[1.0], [-2.0]]), np.array([[0.0]])),
            "These weights give 0, 1, 1, 0, whatever `low` and `high` are. Which gives `low` at "
            "(0, 0), and which `high` at (0, 1)?",
        ),
        Wrong(
            lambda low, high: (np.array([[1.0], [-2.0]]), np.array([[low]])),
            "b2 is right. W2 lifts the output by 1, from `low` to `low` + 1, and not to `high`.",
        ),
        Wrong(
            lambda low, high: (np.array([[high - low], [3 * low - 2 * high]]), np.array([[low]])),
            "Right for low = 0 only. At (1, 1) the bias counts as well: 2 w1 + w2 + b = low.",
        ),
        Wrong(
            lambda low, high: (np.array([[high - low], [-2 * (high - low)]]), low),
            "The numbers are right, but b2 is a bare number. It should be a row of shape (1, 1).",
        ),
        Wrong(
            lambda low, high: (np.array([[high - low], [-2 * (high - low)]]), np.array([low])),
            "The numbers are right, but b2 has the shape (1,). It should be a row, (1, 1).",
        ),
        Wrong(
            lambda low, high: (np.array([high - low, -2 * (high - low)]), np.array([[low]])),
            "The numbers are right, but W2 has the shape (2,). It should be a column, (2, 1).",
        ),
    ],
    properties=[
        holds(
            "the four corners come out",
            _gives_xor,
            "On the four corners the network does not give low, high, high, low.",
        )
    ],
    witness=_solved,
    draw=lambda rng: tuple(float(v) for v in rng.normal(0, 3, 2)),
    hints=[
        "Compute the two hidden units at the four corners. There are only three different rows.",
        "Three unknowns w1, w2, b; three equations: b = low, w1 + b = high, 2 w1 + w2 + b = low.",
    ],
    why="The hidden layer sends (0, 1) and (1, 0) to the same point, and moves (1, 1) to the other "
    "side of a line. What was not separable now is.",
)


# 1.11 -----------------------------------------------------------------------------------------


def from_torch(weight, bias):
    """Return W (d, k), b (1, k) of an nn.Linear: (k, d), (k,)."""
    return weight.T, np.reshape(bias, (1, -1))


def _number_by_number(weight, bias):
    """Copy one number after the other to where this book keeps it."""
    k, d = weight.shape
    W, b = np.zeros((d, k)), np.zeros((1, k))
    for j in range(k):
        b[0, j] = bias[j]
        for m in range(d):
            W[m, j] = weight[j, m]
    return W, b


def _draw_torch(rng):
    k, d = rng.choice(np.arange(1, 7), 2, replace=False)
    return rng.normal(size=(k, d)), rng.normal(size=k)


FROM_TORCH = Exercise(
    id="1.11",
    title="weights from PyTorch",
    solution=from_torch,
    probes={
        "one unit": (np.array([[1.0, 2.0, 3.0]]), np.array([0.5])),
        "three inputs, two units": (np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([0.1, 0.2])),
        "as many inputs as units": (SQUARE, SQUARE_b[0]),
        "a larger layer": (WIDE_W, RNG.normal(size=4)),
    },
    wrong=[
        Wrong(
            lambda weight, bias: (
                weight.reshape(weight.shape[1], weight.shape[0]),
                bias.reshape(1, -1),
            ),
            "`reshape` gives the right shape and the wrong matrix: it reads the numbers row by row "
            "into the new rows. A transpose exchanges rows and columns.",
        ),
        Wrong(
            lambda weight, bias: (weight, bias.reshape(1, -1)),
            "The weight is still (k, d). Our W is (d, k): transpose it.",
        ),
        Wrong(
            lambda weight, bias: (weight.T, bias),
            "The weights are right. The bias has the shape (k,) and should be a row, (1, k).",
        ),
        Wrong(
            lambda weight, bias: (weight.T, bias.reshape(-1, 1)),
            "The weights are right. The bias is a column, so it would run along the samples.",
        ),
        Wrong(
            lambda weight, bias: (weight[::-1].T, bias[::-1].reshape(1, -1)),
            "The units stand in reverse order.",
        ),
        Wrong(
            lambda weight, bias: (weight.T, 0 * bias.reshape(1, -1)),
            "The weights are right. The bias is lost.",
        ),
    ],
    properties=[
        holds(
            "x @ weight.T + bias comes out",
            lambda f: bool(
                np.allclose(X @ f(W1.T.copy(), b1[0])[0] + f(W1.T.copy(), b1[0])[1], X @ W1 + b1)
            ),
            "X W + b differs from what PyTorch computes, x @ weight.T + bias.",
        )
    ],
    witness=_number_by_number,
    draw=_draw_torch,
    hints=[
        "PyTorch computes `x @ weight.T + bias`. Compare with X W + b.",
        "`weight.T` for the weights; for the bias, `bias.reshape(1, -1)`.",
    ],
    why="Both store the same numbers. PyTorch keeps one row for each unit, this book one column.",
)


# 1.12 -----------------------------------------------------------------------------------------


def run_ported(X, weights, biases):
    """Return the output of a network with ReLU after each layer.

    Each weight is (k, d), each bias (k,), as nn.Linear keeps them.
    """
    A = X
    for weight, bias in zip(weights, biases, strict=True):
        A = np.maximum(A @ weight.T + bias, 0)
    return A


def broken_run_ported(X, weights, biases):
    """Return the output of a network with ReLU after each layer.

    Each weight is (k, d), each bias (k,), as nn.Linear keeps them.
    """
    A = X
    for weight, bias in zip(weights, biases, strict=True):
        A = np.maximum(A @ weight + bias, 0)
    return A


def _reshaped(X, weights, biases):
    A = X
    for weight, bias in zip(weights, biases, strict=True):
        A = np.maximum(A @ weight.reshape(A.shape[1], -1) + bias, 0)
    return A


def _transposed_if_needed(X, weights, biases):
    A = X
    for weight, bias in zip(weights, biases, strict=True):
        W = weight if len(weight) == A.shape[1] else weight.T
        A = np.maximum(A @ W + bias, 0)
    return A


def _first_only(X, weights, biases):
    A = np.maximum(X @ weights[0].T + biases[0], 0)
    for weight, bias in zip(weights[1:], biases[1:], strict=True):
        A = np.maximum(A @ weight + bias, 0)
    return A


def _affine_only(X, weights, biases):
    A = X
    for weight, bias in zip(weights, biases, strict=True):
        A = A @ weight.T + bias
    return A


def _without_bias(X, weights, biases):
    A = X
    for weight in weights:
        A = np.maximum(A @ weight.T, 0)
    return A


def _ported_unit_by_unit(X, weights, biases):
    """Compute one unit after the other: unit j has row j of its `weight`."""
    A = X
    for weight, bias in zip(weights, biases, strict=True):
        rows = [[max(_one_sum(a, w, v), 0) for w, v in zip(weight, bias, strict=True)] for a in A]
        A = np.array(rows)
    return A


def _draw_ported(rng):
    X, weights, biases = _draw_network(rng)
    return X, [W.T for W in weights], [b[0] for b in biases]


PORT_LAB = Exercise(
    id="1.12",
    title="find the bug: a network from PyTorch",
    solution=run_ported,
    broken=broken_run_ported,
    symptom="Some networks raise an error. Others run, and put out something else than PyTorch.",
    test_hints=[
        "Give a layer weights so simple that you know its output: what should unit 0 say, and what "
        "unit 1?",
        "Then unequal numbers everywhere. Several layers, and layers of equal width, are worth a "
        "try as well.",
    ],
    probes={
        "one square layer": (np.array([[1.0, 1.0]]), [SQUARE_W], [np.zeros(2)]),
        "two square layers": (SQUARE, [SQUARE_W, SQUARE_W + 1], [SQUARE_b[0], ONE[0]]),
        "a layer that is not square": (X, [W1.T], [b1[0]]),
        "wide, then narrow": (X, [W1.T, W2.T], [b1[0], b2[0]]),
    },
    wrong=[
        Wrong(
            _transposed_if_needed,
            "You transpose where the shapes demand it. On a square layer they demand nothing, and "
            "the bug stays there. The layout is known: transpose always.",
        ),
        Wrong(
            _reshaped,
            "`reshape` fits every shape and mixes up the numbers: on a square layer it does "
            "nothing at all. Transpose.",
        ),
        Wrong(
            _first_only,
            "The first layer is mended. The ones after it still lack the transpose.",
        ),
        Wrong(
            _affine_only,
            "The orientation is right now, but the ReLU is gone.",
        ),
        Wrong(
            _without_bias,
            "The orientation is right now, but the bias is gone.",
        ),
        Wrong(
            _layers(
                lambda A, W, b, layer, depth: (
                    _relu(A @ W.T + b) if layer + 1 < depth else A @ W.T + b
                )
            ),
            "The orientation is right now. But the last layer lost its ReLU: here each has one.",
        ),
        Wrong(
            _layers(lambda A, W, b, layer, depth: _relu(A @ W.T) + b),
            "The orientation is right now. But the bias is added after the ReLU: it belongs to z.",
        ),
    ],
    witness=_ported_unit_by_unit,
    draw=_draw_ported,
    hints=[
        "In `nn.Linear`, which axis of `weight` counts the units?",
        "Row j belongs to unit j. So the layer computes `A @ weight.T + bias`.",
    ],
    why="On a square layer a missing transpose raises nothing. Compare numbers, or test with "
    "layers whose widths differ.",
)


# 1.13 -----------------------------------------------------------------------------------------


def weights_for(X, W, n_out):
    """Return the weights (n_in, n_out) of a layer for the batch X.

    On the first batch W is None: return zeros, of the dtype of X; X
    decides n_in. Later, another number of columns is a ValueError.
    """
    n_in = None if W is None else len(W)
    if n_in is not None and X.shape[1] != n_in:
        raise ValueError(f"expected {n_in} columns, got {X.shape[1]}")
    return np.zeros((X.shape[1], n_out), X.dtype) if W is None else W


def broken_weights_for(X, W, n_out):
    """Return the weights (n_in, n_out) of a layer for the batch X.

    On the first batch W is None: return zeros, of the dtype of X; X
    decides n_in. Later, another number of columns is a ValueError.
    """
    n_in = None if W is None else len(W)
    if X.shape[1] != n_in:
        raise ValueError(f"expected {n_in} columns, got {X.shape[1]}")
    return np.zeros((X.shape[1], n_out), X.dtype) if W is None else W


def _raises_always(X, W, n_out):
    raise ValueError("expected weights")


def _lazy(build, keep=lambda X, W, n_out: W):
    """A wrong repair: weights built in another way, or a later batch treated in another way."""

    def weights_for(X, W, n_out):
        if W is None:
            return build(X, n_out)
        if X.shape[1] != len(W):
            raise ValueError("another number of columns")
        return keep(X, W, n_out)

    return weights_for


def _compares(inputs=len, found=lambda X: X.shape[1]):
    """A wrong repair: n_in is read from W in another way, or compared with something else."""

    def weights_for(X, W, n_out):
        if W is None:
            return np.zeros((X.shape[1], n_out), X.dtype)
        if found(X) != inputs(W):
            raise ValueError(f"expected {inputs(W)} columns, got {X.shape[1]}")
        return W

    return weights_for


def _makes_new_ones(X, W, n_out):
    fits = W is not None and X.shape[1] == len(W)
    return W if fits else np.zeros((X.shape[1], n_out), X.dtype)


def _let_numpy_object(X, W, n_out):
    """Make a row of zeros for each column; later, matmul itself raises where they do not fit."""
    if W is None:
        return np.array([[column * 0] * n_out for column in X[0]], X.dtype)
    np.matmul(X, W)
    return W


def _draw_first(rng):
    X, W, _ = _draw_layer(rng)
    return X, None, W.shape[1]


LAZY_LAB = Exercise(
    id="1.13",
    title="find the bug: the weights of a lazy layer",
    solution=weights_for,
    broken=broken_weights_for,
    symptom="For some arguments it does what its docstring says, and for others it does not.",
    test_hints=[
        "The docstring makes three promises: for the first batch, for a later one that fits, and "
        "for a later one that does not. Test all three.",
        "Where an error is due, call f between `try` and `except ValueError`, and see whether it "
        "comes.",
    ],
    probes={
        "the first batch": (ONE, None, 3),
        "the first batch, five columns": (RNG.normal(size=(4, 5)), None, 2),
        "a later batch": (X, W1, 3),
        "a later batch, one column too many": (np.ones((2, 3)), W1, 3),
        "a later batch, as many columns as units": (np.ones((2, 3)), W1 + 1, 3),
        "a later batch of two samples": (np.ones((2, 2)), W1, 3),
    },
    wrong=[
        Wrong(
            lambda X, W, n_out: np.zeros((X.shape[1], n_out), X.dtype) if W is None else W,
            "The first batch works. But a later one passes that has not as many columns as W has "
            "rows: once n_in is known, another `X.shape[1]` is a ValueError.",
        ),
        Wrong(
            _lazy(lambda X, n_out: np.zeros((n_out, X.shape[1]), X.dtype)),
            "The check is right now. The new weights are transposed: (n_in, n_out).",
        ),
        Wrong(
            _lazy(
                lambda X, n_out: np.zeros((X.shape[1], n_out), X.dtype),
                lambda X, W, n_out: np.zeros((X.shape[1], n_out), X.dtype),
            ),
            "The check is right now, but the weights are made anew for every batch: the layer "
            "would forget all that it has learned.",
        ),
        Wrong(
            _lazy(lambda X, n_out: np.zeros((len(X), n_out), X.dtype)),
            "The check is right now. But n_in is the number of columns of X, `X.shape[1]`; "
            "`len(X)` counts samples.",
        ),
        Wrong(
            _lazy(lambda X, n_out: np.zeros((X.shape[1], n_out))),
            "The values are right. The new weights are float64 even for float32 input, and would "
            "turn everything after them into float64: use the dtype of X.",
        ),
        Wrong(
            _compares(inputs=lambda W: W.shape[1]),
            "The first batch works. But `W.shape[1]` counts the units; the inputs are the rows of "
            "W, `W.shape[0]`.",
        ),
        Wrong(
            _compares(found=len),
            "The first batch works. But `len(X)` counts the samples, and a batch may have any "
            "number of them. Compare the columns, `X.shape[1]`.",
        ),
        Wrong(
            _makes_new_ones,
            "The first batch works. But a later one with another number of columns gets new "
            "weights, without a word. A ValueError is due.",
        ),
        Wrong(
            _lazy(lambda X, n_out: np.ones((X.shape[1], n_out), X.dtype)),
            "The check is right now. But the new weights should be zeros.",
        ),
    ],
    witness=_let_numpy_object,
    draw=_draw_first,
    hints=[
        "What is n_in on the first batch? Does any number differ from it?",
        "Compare only if there is something to compare with: `n_in is not None and ...`.",
    ],
    why="`X.shape[1] != None` is always True. A check of a lazy size belongs after the size is "
    "set, or behind a test that it is.",
)


# 1.14 -----------------------------------------------------------------------------------------


def probability(X, w, b):
    """Return n numbers: the probability of class 1 for each sample.

    X is (n, d), w is (d,), b is a number; z is the log-odds.
    """
    return 1 / (1 + np.exp(-(np.matmul(X, w) + b)))


def _from_odds(X, w, b):
    """Turn odds into probabilities, for one sample after the other."""
    odds = np.array([np.prod(np.exp(x * w)) * np.exp(b) for x in X])
    return odds / (1 + odds)


def _draw_unit_of_its_own(rng):
    X, W, b = _draw_layer(rng)
    return X, W[:, 0], float(b[0, 0])


PROBABILITY = Exercise(
    id="1.14",
    title="how sure a unit is",
    solution=probability,
    probes={
        "one sample": (ONE, np.array([2.0, -0.5]), 0.5),
        "three samples": (X, np.array([1.0, -1.0]), 0.25),
        "four features": (WIDE, WIDE_W[:, 0], 0.5),
        "as many samples as features": (SQUARE, np.array([0.5, -1.0]), -1.0),
        "an empty batch": (np.zeros((0, 2)), np.array([1.0, 1.0]), 0.5),
    },
    wrong=[
        Wrong(
            lambda X, w, b: X @ w + b,
            "This is z, the log-odds. Asked for is p = σ(z).",
        ),
        Wrong(
            lambda X, w, b: np.exp(X @ w + b),
            "This is p/(1 − p), the odds. Divide it by 1 plus itself.",
        ),
        Wrong(
            lambda X, w, b: 1 / (1 + np.exp(X @ w + b)),
            "This is the probability of class 0: the exponent is −z.",
        ),
        Wrong(
            lambda X, w, b: 1 / (1 + np.exp(-X @ w)),
            "The bias is missing.",
        ),
        Wrong(
            lambda X, w, b: 1 / (1 + np.exp(-X @ w + b)),
            "The minus sign reaches the sum but not the bias: `-(X @ w + b)`.",
        ),
        Wrong(
            lambda X, w, b: 1 * (X @ w + b > 0),
            "This is the verdict, 1 or 0. Asked for is how sure the unit is.",
        ),
        Wrong(
            lambda X, w, b: 1 / 1 + np.exp(-(X @ w + b)),
            "Without parentheses this is 1/1 plus e to the −z: `1 / (1 + ...)`.",
        ),
        Wrong(
            lambda X, w, b: _share(X @ w + b),
            "These numbers sum to 1 over the samples. Each sample has a probability of its own.",
        ),
        Wrong(
            lambda X, w, b: 1 / (1 + np.exp(-(X * w + b))),
            "`X * w` multiplies entry by entry and adds nothing up: one number for each feature "
            "of each sample. Use `X @ w`.",
        ),
    ],
    witness=_from_odds,
    draw=_draw_unit_of_its_own,
    hints=[
        "First z: `X @ w` has one number for each sample. What is added to each of them?",
        "Then σ(z) = 1 / (1 + exp(−z)), with parentheses around the whole of z.",
    ],
    why="One sum for each sample, then (1.2). It is above 1/2 exactly where z is above 0.",
)


# 1.15 -----------------------------------------------------------------------------------------


def ramp_weights(heights):
    """Return the output weights (r,) and the bias of r ReLU ramps.

    heights (r + 1,) are the values wanted at 0, 1/r, 2/r, ..., 1.
    Ramp q is ReLU(x - q/r), for q = 0, ..., r - 1.
    """
    slopes = np.diff(heights) * (len(heights) - 1)
    return np.diff(slopes, prepend=0), heights[0]


def _ramps_solved(heights):
    """Ask for the heights, one equation for each place, and solve."""
    r = len(heights) - 1
    x = np.arange(r + 1) / r
    columns = np.array([[max(v - t, 0) for t in x[:-1]] + [1] for v in x])
    found = np.linalg.solve(columns, heights)
    return found[:-1], found[-1]


def _ramps_hit(f):
    heights = np.array([0.5, 1.5, 1.0, -1.0])
    weights, bias = f(heights)
    x = np.arange(4) / 3
    ramps = np.maximum(x[:, np.newaxis] - x[:-1], 0)
    return np.shape(weights) == (3,) and bool(np.allclose(ramps @ weights + bias, heights))


def _changes(heights):
    return np.diff(np.diff(heights) * (len(heights) - 1), prepend=0)


RAMPS = Exercise(
    id="1.15",
    title="a function out of ramps",
    solution=ramp_weights,
    probes={
        "one ramp": (np.array([0.0, 1.0]),),
        "a hat that starts at 1": (np.array([1.0, 3.0, 1.0]),),
        "five heights": (np.array([2.0, 0.5, 0.5, -1.0, 4.0]),),
        "a sine": (np.sin(np.arange(9.0)),),
    },
    wrong=[
        Wrong(
            lambda heights: (np.diff(heights) * (len(heights) - 1), heights[0]),
            "These are the slopes. A ramp stays on once it is on, so its weight is the change of "
            "slope.",
        ),
        Wrong(
            lambda heights: (np.diff(np.diff(heights), prepend=0), heights[0]),
            "Each piece is 1/r wide: its slope is the difference of its heights times r.",
        ),
        Wrong(
            lambda heights: (_changes(heights) * len(heights) / (len(heights) - 1), heights[0]),
            "You multiply by the number of heights. There is one piece less than heights.",
        ),
        Wrong(
            lambda heights: (_changes(heights), 0 * heights[0]),
            "The bias is missing: at x = 0 all ramps are 0, and the height there is wanted.",
        ),
        Wrong(
            lambda heights: (_changes(heights)[1:], heights[0]),
            "The first ramp has no weight. Before it the slope is 0, so its change is the first "
            "slope.",
        ),
        Wrong(
            lambda heights: (_changes(heights), heights[-1]),
            "The bias is the height at x = 0, where all ramps are 0. You took the one at x = 1.",
        ),
        Wrong(
            lambda heights: (heights[:-1], 0 * heights[0]),
            "These are the heights. A ramp goes on rising: its weight is a change of slope.",
        ),
        Wrong(
            lambda heights: (-_changes(heights), heights[0]),
            "The changes of slope have the wrong sign: new slope minus old slope.",
        ),
    ],
    properties=[
        holds(
            "the heights come out",
            _ramps_hit,
            "The ramps with these weights, plus the bias, do not pass through the heights.",
        )
    ],
    witness=_ramps_solved,
    draw=lambda rng: (rng.normal(size=int(rng.integers(2, 9))),),
    hints=[
        "At x = 0 all ramps are 0. Between 0 and 1/r the first alone is on: what is its slope?",
        "`np.diff(heights) * r` are the slopes, r = len(heights) − 1. The weights are how they "
        "change, beginning from 0.",
    ],
    why="Ramp q switches on at q/r and stays on, so it has to bring the change of slope there.",
)


EXERCISES = [
    PROBABILITY,
    BROADCAST_LAB,
    UNIT,
    AFFINE_LAYER,
    BIAS_LAB,
    FORWARD,
    XOR,
    COLLAPSE,
    RAMPS,
    PARAMETER_COUNT,
    LAZY_LAB,
    ONE_HOT,
    ACCURACY,
    FROM_TORCH,
    PORT_LAB,
]
