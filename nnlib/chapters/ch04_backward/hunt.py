"""The blind hunt of chapter 4: one function of twenty lines, and eight ways in which it is wrong.

A bug is an edit of the right source, so that the right lines stand in one place. Each is an error
of a kind that people make; the first stood in a tutorial of NumPy's (see the lesson's sources).
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

import inspect
import linecache

import numpy as np

from nnlib.layers import FullyConnected
from nnlib.models import NeuralNetwork
from nnlib.teaching.exercises import Exercise, Function, Property, Wrong
from nnlib.teaching.exercises.properties import central_differences, holds


def loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    """Return loss, dW1, db1, dW2, db2 of two layers, the first with ReLU.

    The loss is the mean cross-entropy of softmax(A1 W2 + b2) with labels y,
    plus decay / 2 times the sum of the squares of all weights, not biases.
    """
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / n
    loss = loss + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = P / n
    dZ2[rows, y] -= 1 / n
    dW2 = A1.T @ dZ2 + decay * W2
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    dW1 = X.T @ dZ1 + decay * W1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2


def broken_loss_and_gradients(X, y, W1, b1, W2, b2, decay):
    """Return loss, dW1, db1, dW2, db2 of two layers, the first with ReLU.

    The loss is the mean cross-entropy of softmax(A1 W2 + b2) with labels y,
    plus decay / 2 times the sum of the squares of all weights, not biases.
    """
    n, rows = len(X), np.arange(len(X))
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(P[rows, y])) / n
    loss = loss + decay / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dZ2 = P / n
    dZ2[rows, y] -= 1 / n
    dW2 = A1.T @ dZ2 + decay * W2
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (A1 >= 0)
    dW1 = X.T @ dZ1 + decay * W1
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2


# What stands in the right source, what takes its place, and what to tell who ends up there.
BUGS = [
    (
        "(Z1 > 0)",
        "(A1 >= 0)",
        "A1 is never below 0, so the mask A1 >= 0 is always true: units that are off get a "
        "gradient as if they were on.",
    ),
    (
        "db1 = np.sum(dZ1",
        "db1 = np.mean(dZ1",
        "db1 is a mean. dZ1 holds the 1/n of the loss already, so it is the sum.",
    ),
    (
        "A1.T @ dZ2",
        "Z1.T @ dZ2",
        "dW2 is made from Z1. What enters layer 2 is A1, after the ReLU.",
    ),
    (
        "dZ2[rows, y]",
        "dZ2[:, y]",
        "`dZ2[:, y]` takes the columns of all labels from every row. Each row loses 1/n in the "
        "column of its own label alone: `dZ2[rows, y]`.",
    ),
    (
        "X.T @ dZ1 + decay * W1",
        "X.T @ dZ1",
        "The loss holds decay / 2 times the squares of W1, and dW1 does not hold their gradient.",
    ),
    (
        "dZ2 + decay * W2",
        "dZ2 + 2 * decay * W2",
        "The gradient of decay / 2 times a square is decay times the weight; in dW2 it is twice "
        "that.",
    ),
    (
        "n, rows = len(X)",
        "n, rows = X.shape[1]",
        "Loss and gradient are divided by the number of inputs. They belong together, so a "
        "gradient check passes; but the loss is not the mean.",
    ),
    (
        "dA1 = dZ2 @ W2.T",
        "dA1 = dZ2 @ W2.T / n",
        "On its way to layer 1 the gradient is divided by n once more: dW1 and db1 are too small.",
    ),
]
BROKEN = 0  # the bug that is written out above


def _edited(number: int) -> Function:
    """Return the function with one bug, as if it had been written so."""
    right, wrong, _ = BUGS[number]
    text = inspect.getsource(loss_and_gradients)
    if text.count(right) != 1:
        raise ValueError(f"expected {right!r} once in the source, got {text.count(right)}")
    text = text.replace(right, wrong)
    name = f"<suspect {number}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, Function] = {"np": np}  # type: ignore[dict-item]
    exec(compile(text, name, "exec"), namespace)
    return namespace["loss_and_gradients"]


SUSPECTS = [_edited(number) for number in range(len(BUGS))]


def suspect(number: int) -> Function:
    """Return one of the eight wrong functions, drawn by a whole number of the reader's choice."""
    return SUSPECTS[np.random.default_rng(number).integers(len(SUSPECTS))]


def _by_nnlib(X, y, W1, b1, W2, b2, decay):
    """The same from the layers of the package, and the decay added to what they give."""
    layers = [FullyConnected(W1.shape[1], "relu"), FullyConnected(W2.shape[1])]
    network = NeuralNetwork(layers).build(X.shape[1:], X.dtype)
    for layer, W, b in zip(network.layers, (W1, W2), (b1, b2), strict=True):
        layer.parameters["W"][...], layer.parameters["b"][...] = W, b
    loss = network.backward(y, network.forward(X))
    loss += decay / 2 * sum(float(np.vdot(W, W)) for W in (W1, W2))
    first, second = (layer.gradients for layer in network.layers)
    dW1, dW2 = first["W"] + decay * W1, second["W"] + decay * W2
    return loss, dW1, first["b"], dW2, second["b"]


def _loss_by_hand(X, y, W1, b1, W2, b2, decay):
    total = 0.0
    for row, label in zip(X, y, strict=True):
        logits = np.maximum(row @ W1 + b1, 0) @ W2 + b2
        total += float(np.log(np.sum(np.exp(logits))) - logits[0, label])
    return total / len(y) + decay / 2 * float(np.sum(W1**2) + np.sum(W2**2))


def _drawn(rng, n=5, d=3, k=4, K=3):
    data = rng.normal(size=(n, d)), rng.integers(K, size=n)
    layers = [(rng.normal(size=(a, b)), rng.normal(size=(1, b))) for a, b in ((d, k), (k, K))]
    return (*data, *layers[0], *layers[1], 0.1)


_RNG = np.random.default_rng(15)
_FIVE = _drawn(_RNG)
_TWICE = (np.tile(_FIVE[0], (2, 1)), np.tile(_FIVE[1], 2), *_FIVE[2:])


def _gradients_fit(function):
    """The test of a property: the four gradients against differences of the loss by hand."""
    gradients = central_differences(_loss_by_hand, _FIVE, wrt=(2, 3, 4, 5))
    return gradients.test(lambda *given: function(*given)[1:])


HUNT = Exercise(
    id="4.15",
    title="one of eight",
    solution=loss_and_gradients,
    broken=broken_loss_and_gradients,
    symptom="Somewhere it does not return what its docstring promises.",
    probes={
        "one sample": _drawn(_RNG, n=1, d=2, k=3, K=2),
        "five samples": _FIVE,
        "no decay": (*_FIVE[:-1], 0.0),
        "as many samples as inputs": _drawn(_RNG, n=3),
    },
    witness=_by_nnlib,
    draw=_drawn,
    wrong=[
        Wrong(function, BUGS[number][2])
        for number, function in enumerate(SUSPECTS)
        if number != BROKEN
    ],
    properties=[
        Property("agrees with central differences", _gradients_fit),
        holds(
            "the data written down twice change nothing",
            lambda f: all(
                np.allclose(one, two) for one, two in zip(f(*_FIVE), f(*_TWICE), strict=True)
            ),
            "Write every sample down twice: the loss is a mean, so all five results must stay.",
        ),
    ],
    hints=[
        "Which of the five results differ from what your test expects? That halves the lines.",
        "Follow the first wrong result upward, and compare each line with the equation that it is.",
    ],
    test_hints=[
        "Draw X, y and the parameters from a seeded generator, n, d, k and K all different, with "
        "decay = 0.1. Some units should be off.",
        "Check each of the four gradients against central differences of the loss that `f` itself "
        "returns. `nnlib.gradcheck.numerical_gradient` may help you.",
        "Loss and gradient can be wrong together. Compute the loss a second time in your own way, "
        "and compare that as well.",
    ],
    why="A gradient check needs units that are off, a decay that is not 0, and n, d, k, K that "
    "differ. It can't see a wrong loss whose gradient is right: that needs a second witness.",
)
