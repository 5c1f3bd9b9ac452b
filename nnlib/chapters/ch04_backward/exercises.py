"""The exercises of chapter 4, the fully-connected layer backward, in teaching order.

From a circuit of three gates to a hunt for one bug of eight. A lab says nothing of its bug: the
learner writes the test that exposes it, then mends the function.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code="var-annotated"

import numpy as np

from nnlib import gradcheck
from nnlib.chapters.ch04_backward.hunt import HUNT
from nnlib.chapters.ch04_backward.tape import sweep
from nnlib.layers import FullyConnected
from nnlib.models import NeuralNetwork
from nnlib.optimizers import SGD
from nnlib.teaching.exercises import Exercise, Property, Wrong
from nnlib.teaching.exercises.properties import central_differences, holds

RNG = np.random.default_rng(4)

# n, d and k all differ, so that a forgotten transpose can't hide behind a shape.
X = np.array([[1.0, 2.0, -1.0], [-1.0, 1.0, 0.5]])  # (2, 3)
W = np.array([[1.0, -1.0, 0.5, 2.0], [0.5, 1.0, -1.0, 0.0], [-1.5, 0.25, 1.0, 1.0]])  # (3, 4)
B = np.array([[0.1, -0.2, 0.3, 0.4]])
dZ = np.array([[1.0, 0.0, 2.0, -1.0], [-1.0, 3.0, 1.0, 0.5]])  # (2, 4)
SQUARE = np.array([[1.0, 2.0, 0.5], [-1.0, 1.0, 0.0], [0.0, 3.0, -2.0]])

# A network 3-4-2 on five samples; no pre-activation lies near a kink.
NET_X = RNG.normal(size=(5, 3))
NET_Y = np.array([0, 1, 1, 0, 1])
NET_W1, NET_b1 = RNG.normal(size=(3, 4)), RNG.normal(size=(1, 4))
NET_W2, NET_b2 = RNG.normal(size=(4, 2)), RNG.normal(size=(1, 2))
NET = (NET_W1, NET_b1, NET_W2, NET_b2)

# The same with one sample, two inputs, and numbers for a pencil.
TINY_X, TINY_Y = np.array([[1.0, 2.0]]), np.array([0])
TINY = (
    np.array([[1.0, -1.0, 0.5], [0.5, 1.0, -1.0]]),
    np.array([[0.0, 0.0, 0.5]]),
    np.array([[1.0, -1.0], [0.0, 1.0], [-1.0, 1.0]]),
    np.array([[0.0, 0.5]]),
)


def _probabilities(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def _cross_entropy(Z, y):
    return float(-np.mean(np.log(_probabilities(Z)[np.arange(len(y)), y])))


def _rows(dZ):
    return dZ.sum(axis=0, keepdims=True)


def _two_of_three(scalar, arguments):
    """Central differences for the first two results; the third, db, has no b to be checked by."""
    both = central_differences(scalar, arguments, wrt=(0, 1))
    return Property(both.name, lambda function: both.test(lambda *a: function(*a)[:2]))


# 4.1 ------------------------------------------------------------------------------------------


def circuit_backward(x, y, z):
    """Return dx, dy, dz of g = (x + y) * max(x, z); x and z differ."""
    q, m = x + y, np.maximum(x, z)
    dq, dm = m, q
    return dq + dm * (x > z), dq, dm * (z > x)


def _circuit(dx=lambda q, m, first: m + q * first, swap=True, dz=lambda q, first: q * ~first):
    """A wrong answer: another dx, gates that do not swap, or another dz."""

    def backward(x, y, z):
        q, m = x + y, np.maximum(x, z)
        q, m = (q, m) if swap else (m, q)
        return dx(q, m, x > z), m, dz(q, x > z)

    return backward


def _circuit_by_cases(x, y, z):
    """Without gates: g is (x + y) x where x is larger, (x + y) z elsewhere."""
    return (
        np.where(x > z, 2 * x + y, z),
        np.where(x > z, x, z),
        np.where(x > z, 0, x + y),
    )


CIRCUIT = Exercise(
    id="4.1",
    title="a circuit, backward",
    solution=circuit_backward,
    probes={
        "the numbers of the chapter": (np.array([2.0]), np.array([-5.0]), np.array([1.0])),
        "z is the larger": (np.array([2.0]), np.array([-5.0]), np.array([3.0])),
        "several at once": (
            np.array([0.5, -1.0, 3.0]),
            np.array([1.0, 4.0, -2.0]),
            np.array([2.0, -3.0, 1.0]),
        ),
    },
    wrong=[
        Wrong(
            _circuit(dx=lambda q, m, first: q * first),
            "Two wires leave x, and you return what the second one brings back. At a fork the "
            "gradients add: `dq + dm * (x > z)`.",
        ),
        Wrong(
            _circuit(dx=lambda q, m, first: m),
            "Two wires leave x: one into the sum and one into the maximum. The second is missing.",
        ),
        Wrong(
            _circuit(swap=False),
            "The multiply gate swaps its inputs: dq is what q is multiplied by, m, and dm is q.",
        ),
        Wrong(
            _circuit(dx=lambda q, m, first: m + q, dz=lambda q, first: q),
            "The maximum hands its gradient to both inputs. Only the larger one moves it.",
        ),
        Wrong(
            _circuit(dx=lambda q, m, first: m + q * ~first, dz=lambda q, first: q * first),
            "The maximum sends its gradient to the smaller input. Nudge that one: nothing happens.",
        ),
        Wrong(
            _circuit(dx=lambda q, m, first: m - q * first, dz=lambda q, first: -q * ~first),
            "The gradient through the maximum has the wrong sign: its slope is +1 or 0.",
        ),
        Wrong(
            _circuit(dx=lambda q, m, first: np.where(first, m * q, m)),
            "You multiply what the two wires of x bring back. At a fork the gradients add.",
        ),
    ],
    witness=_circuit_by_cases,
    draw=lambda rng: tuple(rng.normal(size=(3, 7))),
    properties=[
        central_differences(
            lambda x, y, z: float(np.sum((x + y) * np.maximum(x, z))),
            (
                np.array([0.5, -1.0, 3.0]),
                np.array([1.0, 4.0, -2.0]),
                np.array([2.0, -3.0, 1.0]),
            ),
            wrt=(0, 1, 2),
        )
    ],
    hints=[
        "Name the inner values: q = x + y and m = max(x, z). Then g = q m, so dq = m and dm = q.",
        "The sum hands dq to x and to y. The maximum hands dm to x where x > z, to z elsewhere.",
        "x gets something from both gates. Add the two.",
    ],
    why="Each gate needs only its own inputs and the gradient of its output; where a wire forks, "
    "what comes back is added.",
)


# 4.14 -----------------------------------------------------------------------------------------


def _swept(
    pay=lambda gradients, m, slope, k: gradients[m] + slope * gradients[k],
    order=-1,
    start=np.zeros,
):
    """A wrong answer: another payment, another order of the values, or another start."""

    def sweep(tape):
        gradients = start(len(tape))
        gradients[-1] = 1
        for k in range(len(tape))[::order]:
            for m, slope in tape[k]:
                gradients[m] = pay(gradients, m, slope, k)
        return gradients

    return sweep


def _unseeded(tape):
    return np.zeros(len(tape))


def _by_the_first(tape):
    slopes = np.zeros(len(tape))
    slopes[0] = 1
    for k, wires in enumerate(tape):
        slopes[k] += sum(slope * slopes[m] for m, slope in wires)
    return slopes


def _first_wires(tape):
    return sweep([wires[:1] for wires in tape])


def _by_a_linear_system(tape):
    """All payments at once: gradients = seed + S^T gradients, S the matrix of local slopes."""
    S = np.zeros((len(tape), len(tape)))
    for k, wires in enumerate(tape):
        for m, slope in wires:
            S[k, m] += slope
    return np.linalg.solve(np.eye(len(tape)) - S.T, np.eye(len(tape))[-1])


def _any_tape(rng):
    wires = [
        [(int(rng.integers(k)), float(rng.normal())) for _ in range(rng.integers(3))]
        for k in range(1, 9)
    ]
    return ([[], *wires],)


TAPE = Exercise(
    id="4.14",
    title="a tape, read backward",
    solution=sweep,
    probes={
        "x y": ([[], [], [(0, 4.0), (1, 3.0)]],),
        "x x": ([[], [(0, 3.0), (0, 3.0)]],),
        "an input that nobody uses": ([[], [], [(0, 2.0)]],),
        "the first circuit": (
            [
                [],
                [],
                [],
                [(0, 1.0), (1, 1.0)],
                [(0, 1.0), (2, 0.0)],
                [(3, 2.0), (4, -3.0)],
            ],
        ),
        "a node with two users": (
            [[], [], [(0, 3.0), (1, 2.0)], [(2, 1.0), (0, 1.0)], [(2, 8.0), (3, 6.0)]],
        ),
    },
    wrong=[
        Wrong(
            _swept(order=1),
            "You walk from the first value to the last. When a value passes on, its users have "
            "not paid yet. Begin at the end.",
        ),
        Wrong(
            _swept(pay=lambda gradients, m, slope, k: slope * gradients[k]),
            "The second payment overwrites the first. Where a value is used twice the gradients "
            "add: `+=`.",
        ),
        Wrong(
            _swept(pay=lambda gradients, m, slope, k: gradients[m] + gradients[k]),
            "Each wire passes on all that arrived. It has to be multiplied by the local slope.",
        ),
        Wrong(
            _swept(pay=lambda gradients, m, slope, k: gradients[m] + slope),
            "Each wire pays its own slope, whatever arrived behind it. Multiply by the gradient "
            "of the value that the wire leads into.",
        ),
        Wrong(
            _unseeded,
            "All zeros: somebody has to pay first. The gradient of the last value by itself is 1.",
        ),
        Wrong(
            _by_the_first,
            "You have every value's slope with respect to the first input. Asked for is the last "
            "value's gradient with respect to every value.",
        ),
        Wrong(_first_wires, "Each value pays along its first wire only."),
        Wrong(
            _swept(pay=lambda gradients, m, slope, k: gradients[m] * (1 + slope * gradients[k])),
            "Nothing is paid: all but the last stay 0. Begin with k = len(tape) - 1, and add slope "
            "times what value k has, whatever value m has by then.",
        ),
        Wrong(
            _swept(start=np.ones),
            "Every value begins with a gradient of 1. Only the last one does; the others begin "
            "with 0 and wait to be paid.",
        ),
        Wrong(
            _swept(start=lambda size: np.zeros(size, int)),
            "An array of whole numbers cuts off all behind the point. `np.zeros(len(tape))` holds "
            "numbers of any kind.",
        ),
        Wrong(lambda tape: sweep(tape)[::-1], "The gradients come out last first: turn them."),
    ],
    hints=[
        "Who knows its gradient before anything is computed? The last value: 1.",
        "Value k is finished when all values after it have paid. So visit k from the end.",
        "For each (m, slope) in tape[k]: gradients[m] += slope * gradients[k].",
    ],
    why="The order in which the values were made, reversed, finishes each before it passes on. "
    "That is all of reverse accumulation; the rest is which slopes the gates write down.",
    witness=_by_a_linear_system,
    draw=_any_tape,
)


# 4.2 ------------------------------------------------------------------------------------------


def one_sample_backward(x, W, dz):
    """Return dx, dW, db of z = x W + b: x (d,), W (d, k), b and dz (k,)."""
    return W @ dz, np.outer(x, dz), np.array(dz)


def _by_loops(X, W, dZ):
    """(4.4) to (4.6), one product at a time."""
    dX, dW, db = np.zeros(X.shape), np.zeros(W.shape), np.zeros((1, dZ.shape[1]))
    for i, j in np.ndindex(dZ.shape):
        db[0, j] += dZ[i, j]
        for m in range(X.shape[1]):
            dW[m, j] += X[i, m] * dZ[i, j]
            dX[i, m] += dZ[i, j] * W[m, j]
    return dX, dW, db


def _one_by_loops(x, W, dz):
    dX, dW, db = _by_loops(x[None], W, dz[None])
    return dX[0], dW, db[0]


ONE_SAMPLE = Exercise(
    id="4.2",
    title="one sample through an affine layer",
    solution=one_sample_backward,
    probes={
        "one input, one unit": (np.array([2.0]), np.array([[3.0]]), np.array([5.0])),
        "two inputs, three units": (
            np.array([1.0, 2.0]),
            np.array([[1.0, -1.0, 0.5], [0.5, 1.0, -1.0]]),
            np.array([1.0, 0.0, 2.0]),
        ),
        "three inputs, four units": (X[0], W, dZ[1]),
        "as many inputs as units": (X[1], SQUARE, np.array([1.0, -2.0, 0.5])),
    },
    wrong=[
        Wrong(
            lambda x, W, dz: (W @ dz, np.outer(dz, x), np.array(dz)),
            "dW is transposed. It has the shape of W, (d, k): the input counts the rows, so it is "
            "`np.outer(x, dz)`.",
        ),
        Wrong(
            lambda x, W, dz: (W @ dz, np.outer(x, dz), x * 1.0),
            "db has one entry for each unit, not for each input: it is dz itself.",
        ),
        Wrong(
            lambda x, W, dz: (W @ dz, np.outer(x, dz), np.sum(dz, keepdims=True)),
            "You add the units up in db. Each unit has a bias of its own; with one sample there is "
            "nothing to add.",
        ),
        Wrong(
            lambda x, W, dz: (W @ dz, np.outer(x, x @ W), np.array(dz)),
            "In dW you use the output z. What comes back on the wire is dz.",
        ),
        Wrong(
            lambda x, W, dz: (W.sum(axis=1), np.outer(x, dz), np.array(dz)),
            "dx adds the weights of all units, but not what came back from them: each weight is "
            "multiplied by its unit's dz_j first.",
        ),
        Wrong(
            lambda x, W, dz: (W @ dz / len(dz), np.outer(x, dz), np.array(dz)),
            "dx is a mean over the units. x feeds all of them: the gradients add.",
        ),
        Wrong(
            lambda x, W, dz: (W @ dz, x.T @ dz, np.array(dz)),
            "`x.T` of an array with one axis is x itself, so `x.T @ dz` is an inner product. You "
            "want all products of two entries: `np.outer(x, dz)`.",
        ),
        Wrong(
            lambda x, W, dz: (dz[None] @ W.T, np.outer(x, dz), dz[None] * 1.0),
            "The numbers are right. But dx has the shape of x, (d,), and db that of b, (k,): one "
            "axis, not a row of a matrix.",
        ),
        Wrong(
            lambda x, W, dz: (np.outer(x, dz), np.array(dz), W @ dz),
            "All three are there, in another order: return dx, dW, db.",
        ),
    ],
    witness=_one_by_loops,
    draw=lambda rng: (rng.normal(size=3), rng.normal(size=(3, 5)), rng.normal(size=5)),
    properties=[_two_of_three(lambda x, W, dz: float(np.sum(dz * (x @ W))), (X[0], W, dZ[1]))],
    hints=[
        "z_j = sum over m of x_m w_mj + b_j. Into which z does w_mj enter? And x_m?",
        "dw_mj = x_m dz_j: all products of an entry of x and an entry of dz.",
        "dx_m = sum over j of dz_j w_mj, which is row m of W times dz.",
    ],
    why="A weight sits on one wire: what came in times what comes back. An input feeds all units, "
    "so its gradient is a sum over them.",
)


# 4.3 ------------------------------------------------------------------------------------------


def linear_backward(X, W, dZ):
    """Return dX, dW, db of Z = X W + b: X (n, d), W (d, k), b (1, k)."""
    return dZ @ W.T, X.T @ dZ, np.sum(dZ, axis=0, keepdims=True)


def _linear(dX=lambda X, W, dZ: dZ @ W.T, dW=lambda X, W, dZ: X.T @ dZ, db=_rows):
    """A wrong answer: one of the three gradients replaced."""
    return lambda X, W, dZ: (dX(X, W, dZ), dW(X, W, dZ), db(dZ))


def _last_sample(X, W, dZ):
    for x, dz in zip(X, dZ, strict=True):
        dW, db = np.outer(x, dz), dz[None]
    return dZ @ W.T, dW, db


LINEAR = {
    "one sample": (X[:1], W, dZ[:1]),
    "two samples": (X, W, dZ),
    "a square W": (np.vstack([X, X[:1]]), SQUARE, np.vstack([dZ, dZ[:1]])[:, 1:] * 2),
    "an empty batch": (X[:0], W, dZ[:0]),
}

BATCH = Exercise(
    id="4.3",
    title="the whole batch",
    solution=linear_backward,
    probes=LINEAR,
    wrong=[
        Wrong(
            _linear(db=lambda dZ: _rows(dZ) / max(len(dZ), 1)),
            "db is a mean over the samples. The loss already has 1/n, and it is in dZ: here it is "
            "the sum.",
        ),
        Wrong(
            _linear(dW=lambda X, W, dZ: X.T @ dZ / max(len(X), 1)),
            "dW is divided by n once more. The 1/n of the loss is in dZ already.",
        ),
        Wrong(
            _linear(db=lambda dZ: dZ.sum(axis=0)),
            "The numbers are right, but b has the shape (1, k) and so does db: `keepdims=True`.",
        ),
        Wrong(
            _linear(db=lambda dZ: dZ.sum(axis=1, keepdims=True)),
            "db adds up the units of each sample. It has one entry for each unit: add over the "
            "samples, axis 0.",
        ),
        Wrong(
            _linear(dW=lambda X, W, dZ: dZ.T @ X),
            "dW is transposed: it must have the shape of W, (d, k), so X^T comes first.",
        ),
        Wrong(
            _linear(dX=lambda X, W, dZ: dZ @ (W if W.shape[0] == W.shape[1] else W.T)),
            "Where W is square, the transpose is missing. The shapes fit and the values are wrong.",
        ),
        Wrong(
            _linear(db=lambda dZ: dZ[:1] * 1.0),
            "db looks at the first sample alone. All samples share b, so all of them count.",
        ),
        Wrong(
            _linear(dW=lambda X, W, dZ: X[-1:].T @ dZ[-1:], db=lambda dZ: dZ[-1:].sum(0)[None]),
            "Only the last sample is left: each overwrites the one before it. The samples' shares "
            "add: `dW +=`, `db +=`.",
        ),
        Wrong(
            _last_sample,
            "Only the last sample is left: each overwrites the one before it. Begin with zeros, "
            "which also serve an empty batch, and add: `dW +=`, `db +=`.",
        ),
        Wrong(
            _linear(
                dW=lambda X, W, dZ: X.T @ dZ / max(len(X), 1),
                db=lambda dZ: _rows(dZ) / max(len(dZ), 1),
            ),
            "dW and db are means. The loss is a mean, and its 1/n is in dZ already: here both are "
            "sums.",
        ),
        Wrong(
            lambda X, W, dZ: (X.T @ dZ, _rows(dZ), dZ @ W.T),
            "All three are there, in another order: return dX, dW, db.",
        ),
        Wrong(
            _linear(dX=lambda X, W, dZ: np.broadcast_to(_rows(dZ @ W.T), X.shape) * 1),
            "dX adds up the samples. Each sample has inputs of its own: one row each.",
        ),
    ],
    witness=_by_loops,
    draw=lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(3, 5)), rng.normal(size=(4, 5))),
    properties=[
        _two_of_three(lambda X, W, dZ: float(np.sum(dZ * (X @ W))), (X, W, dZ)),
        holds(
            "<dW, W> = <dX, X>",
            lambda f: bool(np.isclose(np.sum(f(X, W, dZ)[1] * W), np.sum(f(X, W, dZ)[0] * X))),
            "<dW, W> and <dX, X> should be the same number, <dZ, X W>, and yours are not.",
        ),
    ],
    hints=[
        "A parameter is used by all samples, so its gradient is a sum over them. Which of the "
        "three gradients belong to parameters?",
        "dw_mj = sum over i of x_im dz_ij: which product of X and dZ sums over the rows of both?",
        "dX = dZ W^T, dW = X^T dZ, db = 1^T dZ.",
    ],
    why="The sum over samples is the fork of a shared parameter, seen from behind. dX has no such "
    "sum: each sample has its own input.",
)


# 4.4 ------------------------------------------------------------------------------------------


def dense_backward(X, W, b, dA):
    """Return dX, dW, db of A = tanh(X W + b); dA holds the loss's 1/n."""
    A = np.tanh(X @ W + b)
    dZ = dA * (1 - A**2)
    db = dZ.sum(axis=0, keepdims=True)
    return dZ @ W.T, X.T @ dZ, db


def broken_dense_backward(X, W, b, dA):
    """Return dX, dW, db of A = tanh(X W + b); dA holds the loss's 1/n."""
    A = np.tanh(X @ W + b)
    dZ = dA * (1 - A**2)
    db = dZ.mean(axis=0, keepdims=True)
    return dZ @ W.T, X.T @ dZ, db


def _dense(db=lambda dA, dZ: _rows(dZ), scale=1.0):
    """A wrong repair: another db, or a factor on dW."""

    def backward(X, W, b, dA):
        dZ = dA * (1 - np.tanh(X @ W + b) ** 2)
        return dZ @ W.T, X.T @ dZ * scale, db(dA, dZ)

    return backward


def _all_means(X, W, b, dA):
    dZ = dA * (1 - np.tanh(X @ W + b) ** 2)
    return dZ @ W.T, X.T @ dZ / len(X), dZ.mean(axis=0, keepdims=True)


def _dense_by_samples(X, W, b, dA):
    """The same, wire by wire: what a sample's unit sends back is added where it came from."""
    dX, dW, db = np.zeros_like(X), np.zeros_like(W), np.zeros_like(b)
    for i in range(len(X)):
        for j in range(W.shape[1]):
            dz = dA[i, j] / np.cosh(X[i] @ W[:, j] + b[0, j]) ** 2
            dX[i] += W[:, j] * dz
            dW[:, j] += X[i] * dz
            db[0, j] += dz
    return dX, dW, db


DENSE_X = np.vstack([X, [[0.5, -0.25, 2.0]]])
DENSE_dA = np.vstack([dZ, [[0.25, -1.5, 1.0, 2.0]]])

BIAS_LAB = Exercise(
    id="4.4",
    title="find the bug: a layer",
    solution=dense_backward,
    broken=broken_dense_backward,
    witness=_dense_by_samples,
    draw=lambda rng: (*(rng.normal(size=s) for s in ((5, 3), (3, 4), (1, 4), (5, 4))),),
    symptom="At a random point one of the three results is not the gradient.",
    test_hints=[
        "A gradient of what? Of the number sum(dA * A), whose derivative with respect to A is dA.",
        "Compare each result with `nnlib.gradcheck.numerical_gradient` of that number, for several "
        "samples at once.",
    ],
    probes={
        "two samples": (X, W, B, dZ),
        "three samples": (DENSE_X, W, B, DENSE_dA),
        "one sample": (X[:1], W, B, dZ[:1]),
    },
    wrong=[
        Wrong(
            _all_means,
            "Now dW is divided by n as well, so that both are wrong in the same way. dA holds the "
            "1/n of the loss: sums everywhere.",
        ),
        Wrong(
            _dense(lambda dA, dZ: dZ.sum(axis=0)),
            "The values are right now. But b has the shape (1, k), and db lost its first axis: "
            "`keepdims=True`.",
        ),
        Wrong(
            _dense(lambda dA, dZ: _rows(dA)),
            "db is summed over the samples now, but taken from dA: the slope of tanh is missing.",
        ),
        Wrong(
            _dense(lambda dA, dZ: dZ.sum(axis=1, keepdims=True)),
            "The sum runs along the units. It has to run along the samples, axis 0.",
        ),
        Wrong(
            _dense(lambda dA, dZ: dZ * 1.0),
            "db keeps one row for each sample. There is one bias: the rows have to be added.",
        ),
        Wrong(
            _dense(lambda dA, dZ: dZ.mean(axis=0, keepdims=True) * dZ.shape[1]),
            "You multiply the mean by the number of units. It is the number of samples that is in "
            "the way.",
        ),
    ],
    properties=[
        central_differences(
            lambda X, W, b, dA: float(np.sum(dA * np.tanh(X @ W + b))),
            (DENSE_X, W, B, DENSE_dA),
            wrt=(0, 1, 2),
        )
    ],
    hints=[
        "dX and dW are right. How often does the bias of one unit enter the loss?",
        "Once for each sample, so the wires add. And who divides by n?",
    ],
    why="db is a sum: the bias of a unit goes into every sample, and the wires of a fork add; "
    "the mean belongs to the loss, which has put its 1/n into dA.",
)


# 4.5 ------------------------------------------------------------------------------------------


def logits_to_weights(X, W, b, y):
    """Return dW, db of the mean cross-entropy of softmax(X W + b)."""
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    dZ = P / len(y)
    return X.T @ dZ, dZ.sum(axis=0, keepdims=True)


def broken_logits_to_weights(X, W, b, y):
    """Return dW, db of the mean cross-entropy of softmax(X W + b)."""
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    dZ = P / len(y)
    return X.T @ dZ / len(y), dZ.mean(axis=0, keepdims=True)


def _softmax_layer(scale=lambda n: 1 / n, in_dW=lambda n: 1.0, in_db=lambda n: 1.0, minus=True):
    """A wrong repair: other factors in dZ, dW and db."""

    def gradients(X, W, b, y):
        n, P = len(y), _probabilities(X @ W + b)
        dZ = (P - np.eye(P.shape[1], dtype=P.dtype)[y] * minus) * scale(n)
        return X.T @ dZ * in_dW(n), _rows(dZ) * in_db(n)

    return gradients


def _weights_by_samples(X, W, b, y):
    """The same as a mean of what each sample alone would give."""
    dW, db = np.zeros_like(W), np.zeros_like(b)
    for x, label in zip(X, y, strict=True):
        logits = x @ W + b[0]
        dz = np.exp(logits - np.log(np.sum(np.exp(logits))))
        dz[label] -= 1
        dW, db = dW + np.outer(x, dz), db + dz
    return dW / len(y), db / len(y)


CLASSES = np.array([3, 0])
CLASSIFIED = {
    "two samples": (X, W, B, CLASSES),
    "three samples": (DENSE_X, W, B, np.array([1, 2, 2])),
    "one sample": (X[:1], W, B, CLASSES[:1]),
}

N_LAB = Exercise(
    id="4.5",
    title="find the bug: a classifier",
    solution=logits_to_weights,
    broken=broken_logits_to_weights,
    witness=_weights_by_samples,
    draw=lambda rng: (
        *(rng.normal(size=s) for s in ((5, 3), (3, 4), (1, 4))),
        rng.integers(4, size=5),
    ),
    symptom="For a batch it does not return the gradients of its loss.",
    test_hints=[
        "The function returns no loss. Write the one that its docstring names, and check dW and db "
        "against central differences of it.",
        "Or without any: which changes of the data leave the loss as it is? They must leave the "
        "gradients as they are, too.",
    ],
    probes=CLASSIFIED,
    wrong=[
        Wrong(
            _softmax_layer(in_db=lambda n: 1 / n),
            "dW is right now. db is still a mean of what has been divided by n already.",
        ),
        Wrong(
            _softmax_layer(in_dW=lambda n: 1 / n),
            "db is right now. dW still divides by n a second time.",
        ),
        Wrong(
            _softmax_layer(scale=lambda n: 1.0),
            "Now 1/n is nowhere: both gradients are n times too large. The loss is a mean, so one "
            "1/n has to stay, best in dZ.",
        ),
        Wrong(
            _softmax_layer(scale=lambda n: 1.0, in_dW=lambda n: 1 / n),
            "1/n is gone from dZ and kept in dW, so db has none at all.",
        ),
        Wrong(
            _softmax_layer(scale=lambda n: -1 / n),
            "1/n stands once now, but the sign is flipped: dZ = (P - Y)/n.",
        ),
        Wrong(
            _softmax_layer(minus=False),
            "1/n stands once now, but the labels are gone: dZ = (P - Y)/n.",
        ),
    ],
    properties=[
        holds(
            "the data written down twice give the same gradients",
            lambda f: all(
                np.allclose(one, two)
                for one, two in zip(
                    f(X, W, B, CLASSES),
                    f(np.vstack([X, X]), W, B, np.tile(CLASSES, 2)),
                    strict=True,
                )
            ),
            "Write every sample down twice: the mean loss stays, so the gradients must stay.",
        )
    ],
    hints=[
        "How many factors 1/n does a gradient meet on its way from the loss?",
        "`dZ = P / len(y)` is the one that belongs to the loss. Which others are there?",
    ],
    why="1/n stands once, in the loss. Put it there and no layer needs to know n.",
)


# 4.6 ------------------------------------------------------------------------------------------


def two_layer_backward(X, y, W1, b1, W2, b2):
    """Return dW1, db1, dW2, db2 of two layers, ReLU and then the logits.

    The loss is the mean cross-entropy of their softmax with the classes y.
    """
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    dZ2 = E / E.sum(axis=1, keepdims=True)
    dZ2[np.arange(len(y)), y] -= 1
    dZ2 = dZ2 / len(y)
    dW2, db2 = A1.T @ dZ2, dZ2.sum(axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    dW1, db1 = X.T @ dZ1, dZ1.sum(axis=0, keepdims=True)
    return dW1, db1, dW2, db2


def _down_the_columns(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=0, keepdims=True)


def _four(
    slope=lambda Z1: Z1 > 0,
    seen=None,
    db=_rows,
    scale=lambda n: 1 / n,
    in_dW=lambda n: 1.0,
    active=True,
    back=lambda W2: W2.T,
    softmax=_probabilities,
):
    """A wrong answer: one of the steps of the right one replaced."""

    def gradients(X, y, W1, b1, W2, b2):
        n, Z1 = len(y), X @ W1 + b1
        A1 = np.maximum(Z1, 0) if active else Z1
        P = softmax(A1 @ W2 + b2)
        dZ2 = (P - np.eye(P.shape[1], dtype=P.dtype)[y]) * scale(n)
        dZ1 = dZ2 @ back(W2) * slope(Z1)
        used = A1 if seen is None else seen(Z1)
        return X.T @ dZ1 * in_dW(n), db(dZ1), used.T @ dZ2 * in_dW(n), db(dZ2)

    return gradients


def _network(X, y, W1, b1, W2, b2):
    """The same two layers from the package, after one backward pass."""
    layers = [FullyConnected(W1.shape[1], "relu"), FullyConnected(W2.shape[1])]
    network = NeuralNetwork(layers).build(X.shape[1:], X.dtype)
    for layer, W, b in zip(network.layers, (W1, W2), (b1, b2), strict=True):
        layer.parameters["W"][...], layer.parameters["b"][...] = W, b
    network.backward(y, network.forward(X))
    return network


def _four_by_nnlib(X, y, W1, b1, W2, b2):
    layers = _network(X, y, W1, b1, W2, b2).layers
    return tuple(layer.gradients[name] for layer in layers for name in ("W", "b"))


def _two_layers_of(rng):
    """Random arguments: data and the four parameters, sizes that all differ."""
    layers = [rng.normal(size=s) for s in ((3, 4), (1, 4), (4, 2), (1, 2))]
    return (rng.normal(size=(5, 3)), rng.integers(2, size=5), *layers)


TWO_LAYERS = {
    "one sample": (TINY_X, TINY_Y, *TINY),
    "five samples": (NET_X, NET_Y, *NET),
}

FOUR = Exercise(
    id="4.6",
    title="two layers, backward",
    solution=two_layer_backward,
    witness=_four_by_nnlib,
    draw=_two_layers_of,
    probes=TWO_LAYERS,
    wrong=[
        Wrong(
            _four(slope=lambda Z1: np.ones_like(Z1)),
            "The slope of ReLU is missing between dA1 and dZ1: units that are off get a gradient.",
        ),
        Wrong(
            _four(seen=lambda Z1: Z1),
            "dW2 uses Z1. What goes into layer 2 is A1, after the ReLU.",
        ),
        Wrong(
            _four(db=lambda dZ: dZ.mean(axis=0, keepdims=True)),
            "The bias gradients are means. 1/n is in dZ2 already, so they are sums.",
        ),
        Wrong(
            _four(scale=lambda n: 1.0),
            "1/n is missing: the loss is a mean, and dZ2 = (P - Y)/n.",
        ),
        Wrong(
            _four(scale=lambda n: 1 / 3),
            "You divide by 3, whatever came in. The worksheet has three samples; n is `len(X)`.",
        ),
        Wrong(
            _four(scale=lambda n: 1 / n**2),
            "All four are n times too small: divided by n twice. dZ2 = (P - Y)/n is the one place "
            "for it.",
        ),
        Wrong(
            _four(in_dW=lambda n: 1 / n),
            "dW1 and dW2 divide by n once more. The 1/n of the loss is in dZ2 already.",
        ),
        Wrong(
            _four(slope=lambda Z1: np.maximum(Z1, 0)),
            "dA1 is multiplied by the activation A1. It is its slope that belongs there: 1 where "
            "Z1 > 0, else 0.",
        ),
        Wrong(
            _four(scale=lambda n: -1 / n),
            "All signs are flipped: dZ2 is (P - Y)/n, not (Y - P)/n.",
        ),
        Wrong(
            _four(softmax=_down_the_columns),
            "Your softmax divides by the sum of a column. The classes of one sample make a row: "
            "`axis=1`.",
        ),
        Wrong(
            lambda *given: (*two_layer_backward(*given)[2:], *two_layer_backward(*given)[:2]),
            "All four are there, layer 2 first. Return dW1, db1, dW2, db2.",
        ),
        Wrong(
            lambda *given: tuple(two_layer_backward(*given)[i] for i in (2, 0, 3, 1)),
            "All four are there, in another order. Return dW1, db1, dW2, db2.",
        ),
        Wrong(
            _four(active=False),
            "Your forward pass has lost its ReLU: layer 2 sees max(Z1, 0).",
        ),
    ],
    hints=[
        "Forward first: Z1, A1, Z2, P. Then dZ2 = (P - Y)/n.",
        "Layer 2 has the input A1: dW2 = A1^T dZ2, db2 = 1^T dZ2, and what it hands down is "
        "dA1 = dZ2 W2^T.",
        "dZ1 = dA1 * (Z1 > 0). Layer 1 has the input X: dW1 = X^T dZ1, db1 = 1^T dZ1.",
    ],
    why="Two layers are one rule used twice, with the slope of the activation between: the dX of "
    "the second layer is the dA of the first.",
)


# 4.7 ------------------------------------------------------------------------------------------


def chain_backward(X, weights, dA):
    """Return dX through layers f(A W); f is leaky ReLU with slope 0.1."""
    inputs, slopes = [X], []
    for W in weights:
        Z = inputs[-1] @ W
        slopes.append(np.where(Z > 0, 1, 0.1).astype(X.dtype))
        inputs.append(Z * slopes[-1])
    for W, slope in zip(weights[::-1], slopes[::-1], strict=True):
        dZ = dA * slope
        dA = dZ @ W.T
    return dA


def broken_chain_backward(X, weights, dA):
    """Return dX through layers f(A W); f is leaky ReLU with slope 0.1."""
    inputs, slopes = [X], []
    for W in weights:
        Z = inputs[-1] @ W
        slopes.append(np.where(Z > 0, 1, 0.1).astype(X.dtype))
        inputs.append(Z * slopes[-1])
    for W, slope in zip(weights[::-1], slopes[::-1], strict=True):
        dZ = dA * slope
        dA = dZ * slope @ W.T
    return dA


def _leaky_chain(step, order=-1):
    """A wrong repair: another step through one layer, or another order of the layers."""

    def backward(X, weights, dA):
        A, slopes = X, []
        for W in weights:
            Z = A @ W
            slopes.append(np.where(Z > 0, 1, 0.1).astype(X.dtype))
            A = Z * slopes[-1]
        for W, slope in zip(weights[::order], slopes[::order], strict=True):
            dA = step(dA, slope, W)
        return dA

    return backward


def _chain_by_jacobians(X, weights, dA):
    """The same, one sample at a time: the Jacobian of the whole chain, from the left."""
    rows = []
    for x, da in zip(X, dA, strict=True):
        J = np.eye(len(x))
        for W in weights:
            z = x @ W
            J = J @ W @ np.diag(np.where(z > 0, 1, 0.1))
            x = np.where(z > 0, z, 0.1 * z)
        rows.append(J @ da)
    return np.array(rows)


CHAIN = [RNG.normal(size=(3, 3)) for _ in range(3)]
CHAIN_X, CHAIN_dA = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))

MASK_LAB = Exercise(
    id="4.7",
    title="find the bug: a loop over the layers",
    solution=chain_backward,
    broken=broken_chain_backward,
    witness=_chain_by_jacobians,
    draw=lambda rng: (
        rng.normal(size=(4, 3)),
        [rng.normal(size=s) for s in ((3, 5), (5, 2))],
        rng.normal(size=(4, 2)),
    ),
    symptom="For some inputs it is right; at a random point it is not.",
    test_hints=[
        "Write the forward pass, a few lines, and the number sum(dA * output).",
        "Central differences of that number by X. Choose X and the weights so that about half of "
        "the units are off.",
    ],
    probes={
        "a unit that is off": (np.array([[-1.0]]), [np.array([[2.0]])], np.array([[1.0]])),
        "a unit that is on": (np.array([[1.0]]), [np.array([[2.0]])], np.array([[1.0]])),
        "one layer": (CHAIN_X, CHAIN[:1], CHAIN_dA),
        "three layers": (CHAIN_X, CHAIN, CHAIN_dA),
    },
    wrong=[
        Wrong(
            _leaky_chain(lambda dA, slope, W: dA @ W.T),
            "Both slopes are gone now. One has to stay: dZ = dA * slope.",
        ),
        Wrong(
            _leaky_chain(lambda dA, slope, W: (dA @ W.T) * slope),
            "The slope stands once now, on the wrong side of W^T: it acts on dA, before W.",
        ),
        Wrong(
            _leaky_chain(lambda dA, slope, W: (dA * slope) @ W),
            "The slope stands once now, but W has lost its transpose. It is square: shapes fit.",
        ),
        Wrong(
            _leaky_chain(lambda dA, slope, W: (dA * (slope == 1)) @ W.T),
            "That is the slope of ReLU, 0 where the unit is off. This unit leaks: 0.1.",
        ),
        Wrong(
            _leaky_chain(lambda dA, slope, W: (dA * slope) @ W.T, order=1),
            "The slope stands once now, but the layers are walked from the first to the last.",
        ),
        Wrong(
            _leaky_chain(lambda dA, slope, W: (dA * np.sqrt(slope)) @ W.T),
            "The root of each slope is left. Take one of the two factors away, not half of both.",
        ),
    ],
    properties=[
        holds(
            "dX is linear in dA",
            lambda f: bool(
                np.allclose(f(CHAIN_X, CHAIN, 2 * CHAIN_dA), 2 * f(CHAIN_X, CHAIN, CHAIN_dA))
                and np.allclose(f(np.array([[-1.0]]), [np.array([[2.0]])], np.array([[1.0]])), 0.2)
            ),
            "dX should double with dA, and be 0.2 for one unit that is off with w = 2.",
        )
    ],
    hints=[
        "Follow one unit with z < 0 through the loop and count how often 0.1 is multiplied in.",
        "`dZ` holds the slope already when the last line uses it.",
    ],
    why="With ReLU the doubled slope is invisible, because 1 and 0 are their own squares. That is "
    "how it stays in code that was tried with ReLU alone. A slope s counted twice is off by 1 - s.",
)


# 4.8 ------------------------------------------------------------------------------------------


def layer_backward(X, W, dZ):
    """Return dX, dW, db of Z = X W + b: X (n, d), W (d, d), dZ (n, d)."""
    dW = np.einsum("im,ij->mj", X, dZ)
    db = np.einsum("ij->j", dZ)[None, :]
    dX = np.einsum("ij,mj->im", dZ, W)
    return dX, dW, db


def broken_layer_backward(X, W, dZ):
    """Return dX, dW, db of Z = X W + b: X (n, d), W (d, d), dZ (n, d)."""
    dW = np.einsum("im,ij->mj", X, dZ)
    db = np.einsum("ij->j", dZ)[None, :]
    dX = np.einsum("ij,jm->im", dZ, W)
    return dX, dW, db


SYMMETRIC = np.array([[2.0, 1.0, 0.0], [1.0, -1.0, 3.0], [0.0, 3.0, 0.5]])
SQUARE_dZ = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])

SQUARE_LAB = Exercise(
    id="4.8",
    title="find the bug: three sums written with einsum",
    solution=layer_backward,
    broken=broken_layer_backward,
    symptom="Every shape is right, and something differs from central differences.",
    test_hints=[
        "Compute all three results in a way that you trust, such as loops over i, m and j, and "
        "compare every entry.",
        "Which W would hide a mistake? Take one in which no two entries agree.",
    ],
    probes={
        "a matrix that shifts": (
            np.array([[1.0, 2.0]]),
            np.array([[0.0, 1.0], [0.0, 0.0]]),
            np.array([[1.0, 3.0]]),
        ),
        "two samples": (X, SQUARE, SQUARE_dZ),
        "a symmetric W": (X, SYMMETRIC, SQUARE_dZ),
    },
    wrong=[
        Wrong(
            _linear(dW=lambda X, W, dZ: dZ.T @ X),
            "dX is right now, but dW has become its own transpose. Here that fits the shape, too.",
        ),
        Wrong(
            _linear(dX=lambda X, W, dZ: dZ @ np.linalg.pinv(W).astype(X.dtype)),
            "Backward is not the inverse of forward. The gradient goes through W^T.",
        ),
        Wrong(
            _linear(dX=lambda X, W, dZ: X @ W.T),
            "You send X through the transpose. It is dZ that travels back.",
        ),
        Wrong(
            _linear(dX=lambda X, W, dZ: dZ @ (W + W.T) / 2),
            "The mean of W and its transpose is right for symmetric W only. Choose one of the two.",
        ),
        Wrong(
            _linear(dX=lambda X, W, dZ: dZ * W.sum(axis=0)),
            "Your sum runs over m and keeps j: '->ij'. dx_im keeps m and adds over the units j.",
        ),
        Wrong(
            _linear(dX=lambda X, W, dZ: dZ @ W[::-1]),
            "Turning the rows around is not transposing: rows have to become columns, `W.T`.",
        ),
    ],
    witness=_by_loops,
    draw=lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(3, 3)), rng.normal(size=(4, 3))),
    properties=[
        _two_of_three(lambda X, W, dZ: float(np.sum(dZ * (X @ W))), (X, SQUARE, SQUARE_dZ))
    ],
    hints=[
        "The letters are those of (4.4) to (4.6): i a sample, m an input, j a unit. Read the three "
        "sums aloud.",
        "In dx_im = sum over j of dz_ij w_mj, which index of W comes first?",
    ],
    why="W is square, so a missing transpose fits every shape, and a symmetric W even gives the "
    "right values. W has its inputs first: 'ij,mj->im'.",
)


# 4.9 ------------------------------------------------------------------------------------------


def gradients_by_batch(batches):
    """Return dW = A^T dZ, (d, k), of each batch (A, dZ), stacked."""
    found, gradients = [], {}
    for A, dZ in batches:
        gradients["W"] = A.T @ dZ
        found.append(gradients["W"])
    return np.array(found)


def broken_gradients_by_batch(batches):
    """Return dW = A^T dZ, (d, k), of each batch (A, dZ), stacked."""
    found, gradients = [], {}
    for A, dZ in batches:
        gradients["W"] = gradients.get("W", 0) + A.T @ dZ
        found.append(gradients["W"])
    return np.array(found)


def _each_batch(gradient):
    return lambda batches: np.array([gradient(X, dZ) for X, dZ in batches])


def _summed(batches):
    return sum(X.T @ dZ for X, dZ in batches)


def _averaged(batches):
    totals = np.cumsum([X.T @ dZ for X, dZ in batches], axis=0)
    return totals / np.arange(1, len(totals) + 1, dtype=totals.dtype)[:, None, None]


def _same_array(batches):
    dW = np.zeros((batches[0][0].shape[1], batches[0][1].shape[1]), batches[0][0].dtype)
    found = []
    for X, dZ in batches:
        dW[...] = X.T @ dZ
        found.append(dW)
    return np.array(found)


BATCHES = [(X, dZ), (DENSE_X, DENSE_dA), (X[:1], 2 * dZ[:1])]

RESET_LAB = Exercise(
    id="4.9",
    title="find the bug: several batches",
    solution=gradients_by_batch,
    broken=broken_gradients_by_batch,
    witness=lambda batches: np.stack([np.einsum("im,ij->mj", A, dZ) for A, dZ in batches]),
    draw=lambda rng: ([(rng.normal(size=(n, 3)), rng.normal(size=(n, 4))) for n in (2, 5, 1)],),
    symptom="On some lists of batches it is right, and on others not all of it is.",
    test_hints=[
        "The gradient of a batch is a matter of that batch alone. Which two calls should then "
        "agree in part?",
    ],
    probes={
        "the same batch twice": ([(X[:1, :1], dZ[:1, :1]), (X[:1, :1], dZ[:1, :1])],),
        "three batches": (BATCHES,),
        "one batch": (BATCHES[:1],),
    },
    wrong=[
        Wrong(
            _averaged,
            "You divide the accumulated gradient by the number of batches so far. It must not hold "
            "the earlier batches at all.",
        ),
        Wrong(
            _summed,
            "You return the sum of all batches. Each batch has a gradient of its own.",
        ),
        Wrong(
            _same_array,
            "Nothing is accumulated now. But the list holds one and the same array several times: "
            "it shows the last batch everywhere.",
        ),
        Wrong(
            _each_batch(lambda X, dZ: X.T @ dZ / len(X)),
            "Nothing is accumulated now. But you divide by n; dZ holds the 1/n of the loss.",
        ),
        Wrong(
            _each_batch(lambda X, dZ: dZ.T @ X),
            "Nothing is accumulated now. But dW is transposed: X^T dZ has the shape of W.",
        ),
    ],
    properties=[
        holds(
            "the second batch does not know the first",
            lambda f: bool(np.allclose(f(BATCHES)[1], f(BATCHES[1:])[0])),
            "The gradient of a batch should not depend on the batches before it.",
        )
    ],
    hints=[
        "What does `gradients` hold when the second batch arrives?",
        "It still holds the first batch's dW. A new gradient replaces the old one: no `+`.",
    ],
    why="A gradient that is kept between calls has to be replaced or reset. PyTorch adds on "
    "purpose, and asks for `zero_grad()`. A check that calls backward once can't see it.",
)


# 4.10 -----------------------------------------------------------------------------------------


def numerical_gradient(f, X, h):
    """Return the gradient of the number f(X) by central differences."""
    gradient = np.zeros_like(X)
    for index in np.ndindex(X.shape):
        step = np.zeros_like(X)
        step[index] = h
        gradient[index] = (f(X + step) - f(X - step)) / (2 * h)
    return gradient


def _numerically(quotient):
    """A wrong answer: another quotient for each entry."""

    def gradient(f, X, h):
        found = np.zeros_like(X)
        for index in np.ndindex(X.shape):
            step = np.zeros_like(X)
            step[index] = h
            found[index] = quotient(f, X, step, h)
        return found

    return gradient


def _all_at_once(f, X, h):
    return np.full_like(X, (f(X + h) - f(X - h)) / (2 * h))


def _cube_sum(X):
    return np.sum(X**3)


def _product(X):
    return np.prod(X)


def _flat(function):
    return lambda f, X, h: function(f, X, h).ravel()


def _same_array_both_times(f, X, h):
    gradient = np.zeros_like(X)
    for index in np.ndindex(X.shape):
        above = below = X.copy()  # one array with two names: what moves up comes back down
        above[index] += h
        below[index] -= h
        gradient[index] = (f(above) - f(below)) / (2 * h)
    return gradient


def _never_put_back(f, X, h):
    gradient, step = np.zeros_like(X), np.zeros_like(X)
    for index in np.ndindex(X.shape):
        step[index] = h
        gradient[index] = (f(X + step) - f(X - step)) / (2 * h)
    return gradient


def _one_axis_alone(f, X, h):
    gradient = np.zeros_like(X)
    for i in range(len(X)):
        step = np.zeros_like(X)
        step[i] = h
        gradient[i] = (f(X + step) - f(X - step)) / (2 * h)
    return gradient


NUMERICAL = Exercise(
    id="4.10",
    title="a gradient by central differences",
    solution=numerical_gradient,
    witness=lambda f, X, h: gradcheck.numerical_gradient(f, X.copy(), h),
    draw=lambda rng: (_cube_sum, rng.normal(size=(2, 3)), 0.01),
    probes={
        "x^3 at 1, with h = 1/2": (_cube_sum, np.array([1.0]), 0.5),
        "a sum of cubes": (_cube_sum, np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]]), 0.01),
        "a product": (_product, np.array([[2.0, 3.0], [-1.0, 0.5]]), 0.01),
    },
    wrong=[
        Wrong(
            _numerically(lambda f, X, step, h: (f(X + step) - f(X)) / h),
            "This is a forward difference. Its error falls with h, that of (f(x + h) - f(x - h)) / "
            "2h with its square.",
        ),
        Wrong(
            _numerically(lambda f, X, step, h: (f(X + step) - f(X)) / (2 * h)),
            "The second point is X itself, and what came is half of a one-sided difference. After "
            "`X[i] += h` it takes `X[i] -= 2 * h` to get to the other side.",
        ),
        Wrong(
            _numerically(lambda f, X, step, h: (f(X) - f(X - step)) / h),
            "This is a backward difference. Step to both sides, and the error falls with h^2.",
        ),
        Wrong(
            _numerically(lambda f, X, step, h: (f(X + step) - f(X - step)) / h),
            "Each value is twice what it should be: the two points are 2h apart.",
        ),
        Wrong(
            _numerically(lambda f, X, step, h: (f(X - step) - f(X + step)) / (2 * h)),
            "The sign is flipped: it is f(x + h) minus f(x - h).",
        ),
        Wrong(
            _all_at_once,
            "You move all entries at once, and get the sum of the gradient's entries everywhere. "
            "Move one entry at a time.",
        ),
        Wrong(
            _numerically(lambda f, X, step, h: (f(X + step / 1000) - f(X - step / 1000)) * 500 / h),
            "You do not use the step you are given but a smaller one.",
        ),
        Wrong(
            _same_array_both_times,
            "All values are 0: both points are one and the same array, and what you add you take "
            "away again. `X.copy()` for each.",
        ),
        Wrong(
            _never_put_back,
            "The step is not reset: at the second entry the first one is still moved. Start from "
            "zeros for each entry.",
        ),
        Wrong(
            _one_axis_alone,
            "You move a whole row at once. `np.ndindex(X.shape)` yields every index, whatever the "
            "number of axes.",
        ),
    ],
    properties=[
        holds(
            "exact for a parabola, whatever h",
            lambda f: bool(np.allclose(f(lambda X: np.sum(X**2), X, 0.5), 2 * X)),
            "For f = sum of x^2 a central difference is exact, even with h = 1/2. Yours is not.",
        )
    ],
    hints=[
        "Loop over `np.ndindex(X.shape)`: it yields every index of X, whatever its shape.",
        "For each index make an array of zeros with h at that index, and add and subtract it.",
        "The entry is (f(X + step) - f(X - step)) / (2 * h).",
    ],
    why="Two evaluations for each entry. The even terms of Taylor's formula cancel, so a parabola "
    "is met exactly and the error is h^2 f'''/6.",
)


# 4.11 -----------------------------------------------------------------------------------------


def relative_error(A, B):
    """Return max |A - B| over the largest |entry| of both; 0 for zeros."""
    scale = max(np.max(np.abs(A)), np.max(np.abs(B)))
    return np.max(np.abs(A - B)) / scale if scale > 0 else scale


TARGET = np.array([[1.0, -2.0], [0.5, 4.0]])


def _error_by_sorting(A, B):
    entries = sorted(abs(float(t)) for T in (A, B) for t in np.ravel(T))
    apart = sorted(abs(float(a) - float(b)) for a, b in zip(A.flat, B.flat, strict=True))
    return apart[-1] / entries[-1] if entries[-1] else 0.0


def _norm(T):
    return float(np.sqrt(np.sum(T**2)))


RELATIVE = Exercise(
    id="4.11",
    title="how far apart two gradients are",
    solution=relative_error,
    witness=_error_by_sorting,
    draw=lambda rng: (rng.normal(size=(3, 2)), rng.normal(size=(3, 2))),
    probes={
        "one number": (np.array([3.0]), np.array([2.0])),
        "a negative one is larger": (np.array([-4.0, 1.0]), np.array([-2.0, 1.0])),
        "a tiny entry": (np.array([1.0, 1e-12]), np.array([1.0, -1e-12])),
        "small gradients": (1e-9 * TARGET, 1.5e-9 * TARGET),
        "both zero": (np.zeros((2, 2)), np.zeros((2, 2))),
        "one is zero": (TARGET, 0 * TARGET),
    },
    atol=0,
    wrong=[
        Wrong(
            lambda A, B: np.max(np.abs(A - B)),
            "This is the absolute error. For gradients of size 1e-9 it is tiny even if one is half "
            "as large again as the other. Divide by their size.",
        ),
        Wrong(
            lambda A, B: np.max(
                np.abs(A - B) / np.maximum(np.maximum(np.abs(A), np.abs(B)), 1e-300)
            ),
            "You divide entry by entry. An entry that is 0 up to rounding then decides alone. "
            "Divide once, by the largest entry of both.",
        ),
        Wrong(
            lambda A, B: np.max(np.abs(A - B)) / np.max(np.abs(A)) if A.any() else A.sum(),
            "You divide by the size of A alone. Which of the two is wrong, you do not know: take "
            "the larger.",
        ),
        Wrong(
            lambda A, B: np.max(A - B) / max(np.max(np.abs(A)), np.max(np.abs(B)), 1e-300),
            "The absolute value of the difference is missing: where A is too small, nothing shows.",
        ),
        Wrong(
            lambda A, B: np.max(np.abs(A - B)) / max(np.max(np.abs(A)), np.max(np.abs(B))),
            "Right but for one case: if both are all zeros, 0 / 0 is NaN, and they do agree.",
        ),
        Wrong(
            lambda A, B: np.max(np.abs(A - B)) / (max(np.max(np.abs(A)), np.max(np.abs(B))) + 1e-8),
            "The 1e-8 in the denominator guards against 0 / 0 and hides the error of small "
            "gradients: those of size 1e-9 all agree.",
        ),
        Wrong(
            lambda A, B: np.max(np.abs(A - B)) / max(np.max(A), np.max(B), 1e-300),
            "The scale is the largest |entry|. Without the absolute value a large negative entry "
            "does not count.",
        ),
        Wrong(
            lambda A, B: np.max(np.abs(A - B) / np.maximum(1e-8, np.abs(A) + np.abs(B))),
            "This is the formula of CS231n, and people work with it: a division for each entry, by "
            "the sum of both. Here one scale serves all entries: divide once, by the largest.",
        ),
        Wrong(
            lambda A, B: (
                np.max(np.abs(A - B)) / (np.max(np.abs(A)) + np.max(np.abs(B)))
                if A.any() or B.any()
                else 0 * A.sum()
            ),
            "You divide by the sum of the two largest entries. Asked for is the larger of them.",
        ),
        Wrong(
            lambda A, B: _norm(A - B) / (_norm(A) + _norm(B) + 1e-12),
            "A ratio of norms is a good measure, too; a small number in its denominator makes the "
            "error of small gradients look smaller. Asked for is the largest difference over the "
            "largest entry.",
        ),
        Wrong(
            lambda A, B: (
                _norm(A - B) / (_norm(A) + _norm(B)) if A.any() or B.any() else 0 * A.sum()
            ),
            "A ratio of norms is a good measure, too. It averages, so that one wrong entry among "
            "many weighs little; asked for is the largest difference over the largest entry.",
        ),
    ],
    properties=[
        holds(
            "does not depend on the units",
            lambda f: bool(np.isclose(f(1e-6 * TARGET, 2e-6 * TARGET), f(TARGET, 2 * TARGET))),
            "Multiply both by a million: a relative error does not change, and yours does.",
        )
    ],
    hints=[
        "The numerator is the largest difference: `np.max(np.abs(A - B))`.",
        "The denominator is one number: the largest absolute entry of A and B together.",
        "If that number is 0, both are all zeros, and the error is 0.",
    ],
    why="One scale for all entries: an absolute error hides small gradients, and a division entry "
    "by entry lets the rounding of a zero decide.",
)


# 4.12 -----------------------------------------------------------------------------------------


def along_direction(f, dX, X, V, h):
    """Return <dX, V> and the slope of f along V by central differences."""
    claimed = np.sum(dX * V)
    slope = (f(X + h * V) - f(X - h * V)) / (2 * h)
    return claimed, slope


def _slope(f, X, V, h):
    return (f(X + h * V) - f(X - h * V)) / (2 * h)


def _along_by_one_variable(f, dX, X, V, h):
    """The same as an ordinary derivative: with respect to t, of f(X + t V) at t = 0."""
    slope = gradcheck.numerical_gradient(lambda t: float(f(X + t[0] * V)), np.zeros(1), h)[0]
    return np.vdot(dX, V), slope


DIRECTION = Exercise(
    id="4.12",
    title="one direction instead of all entries",
    solution=along_direction,
    witness=_along_by_one_variable,
    draw=lambda rng: (_cube_sum, *(rng.normal(size=(2, 3)) for _ in range(3)), 0.01),
    probes={
        "one entry": (_cube_sum, np.array([3.0]), np.array([1.0]), np.array([2.0]), 0.5),
        "a matrix": (
            _cube_sum,
            3 * TARGET**2,
            TARGET,
            np.array([[1.0, -1.0], [2.0, 0.5]]),
            0.01,
        ),
        "a wrong claim": (
            _product,
            np.ones((2, 2)),
            TARGET,
            np.array([[0.5, 1.0], [-1.0, 2.0]]),
            0.01,
        ),
    },
    wrong=[
        Wrong(
            lambda f, dX, X, V, h: (np.sum(dX * V), (f(X + h) - f(X - h)) / (2 * h)),
            "The slope is taken along all ones: V is missing in the step, X + h V.",
        ),
        Wrong(
            lambda f, dX, X, V, h: (np.sum(dX), _slope(f, X, V, h)),
            "You add up dX. The slope along V is the inner product with V: `np.sum(dX * V)`.",
        ),
        Wrong(
            lambda f, dX, X, V, h: (dX * V, _slope(f, X, V, h)),
            "An inner product is one number: add the products up.",
        ),
        Wrong(
            lambda f, dX, X, V, h: (np.sum(dX * V), _slope(f, X, V, h) / np.linalg.norm(V)),
            "You divide the slope by the length of V, but not the inner product. Divide neither: V "
            "may have any length.",
        ),
        Wrong(
            lambda f, dX, X, V, h: (
                np.sum(dX * V) / np.linalg.norm(V),
                _slope(f, X, V, h) / np.linalg.norm(V),
            ),
            "You divide both by the length of V. They still agree, as they should; asked for are "
            "the two numbers themselves, for V of any length.",
        ),
        Wrong(
            lambda f, dX, X, V, h: (
                np.sum(dX * V) / np.linalg.norm(V),
                _slope(f, X, V / np.linalg.norm(V), h),
            ),
            "You bring V to length 1 first. That is a fair choice, but not the one asked for: V "
            "may have any length, and stays as it is.",
        ),
        Wrong(
            lambda f, dX, X, V, h: (_slope(f, X, V, h), np.sum(dX * V)),
            "Right numbers, other order: first <dX, V>, then the slope.",
        ),
        Wrong(
            lambda f, dX, X, V, h: (np.sum(dX * V), (f(X + h * V) - f(X)) / h),
            "This is a forward difference; its error falls only like h. Step to both sides.",
        ),
        Wrong(
            lambda f, dX, X, V, h: (np.sum(dX * V), 2 * _slope(f, X, V, h)),
            "The slope is twice what it should be: the two points are 2h apart.",
        ),
    ],
    properties=[
        holds(
            "agrees for a right gradient",
            lambda f: bool(np.isclose(*f(lambda X: np.sum(X**2), 2 * X, X, np.cos(X), 1e-3))),
            "For f = sum of x^2 and dX = 2 X, the two numbers should be the same.",
        )
    ],
    hints=[
        "The claim is an inner product, <dX, V>: multiply entry by entry and add up.",
        "The slope is an ordinary central difference in one variable t, of f(X + t V) at t = 0.",
    ],
    why="Two evaluations check a gradient of any size. A wrong gradient hides only if its error "
    "happens to be perpendicular to V, and the next random V will find it.",
)


# 4.13 -----------------------------------------------------------------------------------------


def training_step(X, y, W1, b1, W2, b2, eta):
    """Return W1, b1, W2, b2 after one step of gradient descent."""
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    dZ2 = E / E.sum(axis=1, keepdims=True)
    dZ2[np.arange(len(y)), y] -= 1
    dZ2 = dZ2 / len(y)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    new_W1 = W1 - eta * (X.T @ dZ1)
    new_b1 = b1 - eta * dZ1.sum(axis=0, keepdims=True)
    new_W2 = W2 - eta * (A1.T @ dZ2)
    new_b2 = b2 - eta * dZ2.sum(axis=0, keepdims=True)
    return new_W1, new_b1, new_W2, new_b2


def _stepped(
    sign=-1,
    moved_first=False,
    in_place=False,
    means=False,
    all_of=4,
    scale=lambda n: 1.0,
    masked=True,
):
    """A wrong answer: one that steps uphill, in another order, in place, or not with all."""

    def step(X, y, W1, b1, W2, b2, eta):
        Z1 = X @ W1 + b1
        A1 = np.maximum(Z1, 0)
        P = _probabilities(A1 @ W2 + b2)
        dZ2 = (P - np.eye(P.shape[1], dtype=P.dtype)[y]) * scale(len(y)) / len(y)
        dW2 = A1.T @ dZ2
        back = W2 - eta * dW2 if moved_first else W2
        dZ1 = (dZ2 @ back.T) * (Z1 > 0 if masked else 1)
        db = [dZ.mean(axis=0, keepdims=True) if means else _rows(dZ) for dZ in (dZ1, dZ2)]
        steps = [eta * g for g in (X.T @ dZ1, db[0], dW2, db[1])]
        old = (W1, b1, W2, b2)
        if in_place:
            for parameter, change in zip(old, steps, strict=True):
                parameter -= change
            return old
        moves = [i >= 4 - all_of for i in range(4)]
        return tuple(
            T + sign * s if move else T * 1 for T, s, move in zip(old, steps, moves, strict=True)
        )

    return step


def _biases_stay(X, y, W1, b1, W2, b2, eta):
    new_W1, _, new_W2, _ = training_step(X, y, W1, b1, W2, b2, eta)
    return new_W1, b1 * 1, new_W2, b2 * 1


def _two_steps_fall(step):
    parameters = NET
    losses = []
    for _ in range(6):
        A1 = np.maximum(NET_X @ parameters[0] + parameters[1], 0)
        losses.append(_cross_entropy(A1 @ parameters[2] + parameters[3], NET_Y))
        parameters = step(NET_X, NET_Y, *parameters, 0.05)
    return bool(np.all(np.diff(losses) < 0))


def _step_by_nnlib(X, y, W1, b1, W2, b2, eta):
    network = _network(X, y, W1, b1, W2, b2)
    SGD(eta).step(network.layers)
    return tuple(layer.parameters[name] for layer in network.layers for name in ("W", "b"))


STEP = Exercise(
    id="4.13",
    title="one step of training",
    solution=training_step,
    witness=_step_by_nnlib,
    draw=lambda rng: (*_two_layers_of(rng), 0.3),
    probes={
        "one sample": (TINY_X, TINY_Y, *TINY, 0.5),
        "five samples": (NET_X, NET_Y, *NET, 0.1),
        "a step of length 0": (NET_X, NET_Y, *NET, 0.0),
    },
    wrong=[
        Wrong(
            _stepped(sign=1),
            "You walk uphill: the gradient points to where the loss grows. Subtract it.",
        ),
        Wrong(
            _stepped(moved_first=True),
            "W2 has moved before dA1 is computed from it. All gradients belong to one point: "
            "compute them all, then move.",
        ),
        Wrong(
            _stepped(in_place=True),
            "The values are right, but `-=` changes the arrays of the caller. Return new ones.",
        ),
        Wrong(
            _stepped(means=True),
            "The biases take a step n times too short: db is a sum, since dZ2 holds 1/n.",
        ),
        Wrong(
            lambda X, y, W1, b1, W2, b2, eta: two_layer_backward(X, y, W1, b1, W2, b2),
            "These are the four gradients. Return the parameters after the step: `W1 - eta * dW1`.",
        ),
        Wrong(
            lambda X, y, W1, b1, W2, b2, eta: tuple(
                -eta * g for g in two_layer_backward(X, y, W1, b1, W2, b2)
            ),
            "These are the four changes. Add each to its parameter, and return that.",
        ),
        Wrong(
            _biases_stay,
            "The biases stay where they were. They are parameters, and learn as well.",
        ),
        Wrong(
            _stepped(all_of=2),
            "Only layer 2 moves. Layer 1 learns as well.",
        ),
        Wrong(
            _stepped(scale=lambda n: 2.0),
            "The step is twice as long as it should be: dZ2 = (P - Y)/n, without a 2. That belongs "
            "to a squared error.",
        ),
        Wrong(
            _stepped(scale=lambda n: n),
            "The step is n times too long: 1/n is missing in dZ2.",
        ),
        Wrong(
            _stepped(scale=lambda n: 1 / n),
            "The step is n times too short: 1/n stands twice.",
        ),
        Wrong(
            _stepped(masked=False),
            "Layer 1 moves as if all its units were on: the slope of ReLU is missing in dZ1.",
        ),
    ],
    properties=[
        holds(
            "the loss falls five times in a row",
            _two_steps_fall,
            "With eta = 0.05 the loss of this network should fall at each of five steps.",
        )
    ],
    hints=[
        "Start from your answer to exercise 4.6: it has all four gradients of parameters.",
        "Each parameter becomes itself minus eta times its gradient.",
        "`W1 -= ...` would change the caller's array; `W1 - ...` makes a new one.",
    ],
    why="Gradients are of one point. Move a parameter early, and what is computed from it "
    "afterwards belongs to a point where the network never was.",
)


EXERCISES = [
    CIRCUIT,
    TAPE,
    ONE_SAMPLE,
    BATCH,
    SQUARE_LAB,
    FOUR,
    STEP,
    RESET_LAB,
    NUMERICAL,
    RELATIVE,
    DIRECTION,
    HUNT,
    BIAS_LAB,
    N_LAB,
    MASK_LAB,
]
