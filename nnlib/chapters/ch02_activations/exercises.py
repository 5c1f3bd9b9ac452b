"""The exercises of chapter 2, activation functions, in teaching order.

Each solution is written as a learner would write it, without nnlib: that is what the chapter
asks for. The wrong answers are ones that notes, libraries and learners have really produced.
"""

# Solutions are shown to learners, who write no annotations in a notebook.
# mypy: allow-untyped-defs, allow-untyped-calls

from itertools import pairwise

import numpy as np

from nnlib.activations import SoftMax
from nnlib.teaching.exercises import Exercise, Wrong
from nnlib.teaching.exercises.properties import central_differences, holds

RNG = np.random.default_rng(2)

# Small inputs first: the first one that fails is the one that is shown. Entries of MATRIX and
# ROWS stay away from 0, so that central differences never straddle a kink.
ZERO = np.array([[0.0]])
ONES = np.array([[1.0]])
MATRIX = np.array([[0.5, -1.0, 2.0], [-0.25, 3.0, -2.0]])
GRADIENT = np.array([[1.0, 2.0, -1.0], [4.0, 0.5, 3.0]])
IMAGES = RNG.normal(size=(2, 3, 3, 2))
IMAGES_GRADIENT = RNG.normal(size=IMAGES.shape)
EMPTY = np.zeros((0, 3))
NAN = np.array([[np.nan, 1.0]])

# What every elementwise function is tried on besides the points of its own.
ELEMENTWISE = {
    "zero": (ZERO,),
    "a matrix": (MATRIX,),
    "a vector": (MATRIX[0],),
    "a batch of images": (IMAGES,),
    "an empty batch": (EMPTY,),
    "NaN stays NaN": (NAN,),
}
FAR = {
    "far right": (np.array([[40.0, 1000.0]]),),
    "far left": (np.array([[-40.0, -1000.0]]),),
    "far on both sides": (np.array([[-1000.0, 1000.0]]),),
}
# Where the last digits of e^-40 count. What is smaller than this is 0 to everybody.
NOTHING = 1e-200

# The same for a backward, which gets the gradient with respect to its output as well.
BACKWARD = {
    "zero": (ZERO, ONES),
    "a matrix": (MATRIX, GRADIENT),
    "a vector": (MATRIX[0], GRADIENT[0]),
    "a batch of images": (IMAGES, IMAGES_GRADIENT),
    "an empty batch": (EMPTY, EMPTY),
}


def _logistic(Z):
    e = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, e) / (1 + e)


# 2.1 ------------------------------------------------------------------------------------------


def sigmoid(Z):
    """Return 1 / (1 + exp(-z)) for every entry z of Z.

    No exp may overflow, and no digits may be lost at z = -40.
    """
    e = np.exp(-np.abs(Z))  # at most 1, so nothing overflows
    return np.where(Z >= 0, 1, e) / (1 + e)


def _draw_z(rng):
    """Return multiples of 1/2, among them zeros, in a matrix that is not square."""
    n, k = rng.choice(np.arange(2, 6), 2, replace=False)
    return np.round(rng.normal(0, 4, (n, k))) / 2


def _with_gradient(rng):
    Z = _draw_z(rng)
    return Z, rng.normal(size=Z.shape)


SIGMOID = Exercise(
    id="2.1",
    title="a sigmoid that never overflows",
    solution=sigmoid,
    probes=ELEMENTWISE | FAR,
    atol=NOTHING,
    wrong=[
        Wrong(
            lambda Z: 1 / (1 + np.exp(-Z)),
            "The values are right, but on the left `np.exp(-Z)` overflows: exp(1000) is inf, and "
            "1 / inf happens to be the 0 you need. Only ever raise e to a negative power.",
        ),
        Wrong(
            lambda Z: np.exp(Z) / (1 + np.exp(Z)),
            "On the right `np.exp(Z)` overflows in numerator and denominator: inf / inf is NaN.",
        ),
        Wrong(
            lambda Z: np.where(Z >= 0, 1 / (1 + np.exp(-Z)), np.exp(Z) / (1 + np.exp(Z))),
            "The right branch is chosen, but `np.where` computes both of them everywhere, and the "
            "one you throw away overflows. Make the exponent safe before `np.exp` sees it.",
        ),
        Wrong(
            lambda Z: 1 / (1 + np.exp(-np.clip(Z, -30, 30))),
            "Clipping Z avoids the overflow and changes the answer: everything left of -30 is "
            "now the same 9.4e-14, with a slope of zero.",
        ),
        Wrong(
            lambda Z: 1 / (1 + np.exp(np.clip(Z, None, 700))),
            "The curve runs the wrong way: the exponent has lost its minus sign, and you have "
            "written sigma(-z).",
        ),
        Wrong(
            lambda Z: np.exp(-np.abs(Z)) / (1 + np.exp(-np.abs(Z))),
            "The left half is right, and the right half mirrors it: for z >= 0 the numerator "
            "is 1, not e.",
        ),
        Wrong(
            lambda Z: 1 / (1 + np.exp(-np.abs(Z))),
            "The right half is right, and the left half mirrors it: for z < 0 the numerator is e, "
            "not 1.",
        ),
        Wrong(
            lambda Z: (1 + np.tanh(Z / 2)) / 2,
            "The formula is right and nothing overflows. But on the left it ends in a difference "
            "of nearly equal numbers, as 1 + tanh(z/2) and 1 - sigma(-z) do: at z = -40 this is "
            "0, and sigma is 4.25e-18.",
        ),
        Wrong(
            np.tanh,
            "This is tanh, which runs from -1 to 1. The sigmoid runs from 0 to 1.",
        ),
    ],
    properties=[
        holds(
            "sigma(z) + sigma(-z) = 1",
            lambda f: bool(np.allclose(f(MATRIX) + f(-MATRIX), 1)),
            "sigma(z) and sigma(-z) should sum to 1, and yours do not.",
        )
    ],
    witness=lambda Z: np.exp(-np.logaddexp(0, -Z)),
    draw=lambda rng: (_draw_z(rng),),
    hints=[
        "For z >= 0 the usual form is safe. For z < 0 multiply its numerator and denominator "
        "by exp(z).",
        "Both forms use one number, e = exp(-|z|), which is never above 1.",
        "The numerator is 1 where z >= 0 and e elsewhere; the denominator is 1 + e in both.",
    ],
    why="exp(-|z|) lies in (0, 1], so neither it nor 1 + e can overflow, and no value is clipped.",
)


# 2.2 ------------------------------------------------------------------------------------------


def sigmoid_derivative(Z):
    """Return sigma'(z) for every entry z of Z.

    It must be correct to many digits even at z = 40.
    """
    e = np.exp(-np.abs(Z))  # sigma' is even, so |z| may stand for z
    return e / (1 + e) ** 2


SIGMOID_DERIVATIVE = Exercise(
    id="2.2",
    title="the derivative of the sigmoid, far out",
    solution=sigmoid_derivative,
    probes=ELEMENTWISE | FAR,
    atol=NOTHING,
    wrong=[
        Wrong(
            lambda Z: _logistic(Z) * (1 - _logistic(Z)),
            "At z = 40 this is 0; the truth is 4.25e-18. There sigma(z) rounds to exactly 1, so "
            "1 - sigma(z) has no digits left. Write it as sigma(-z), which keeps all of them.",
        ),
        Wrong(
            lambda Z: 1 - _logistic(Z) ** 2,
            "1 - f(z)^2 is the derivative of tanh. The sigmoid's is sigma(z) (1 - sigma(z)).",
        ),
        Wrong(
            lambda Z: _logistic(_logistic(Z)) * _logistic(-_logistic(Z)),
            "The derivative is taken at the output: you apply sigma once, then treat the result "
            "as z and apply it again. sigma' needs z itself.",
        ),
        Wrong(
            lambda Z: np.exp(-Z) / (1 + np.exp(-Z)) ** 2,
            "The formula is right, but far to the left exp(-z) overflows, and inf / inf is NaN. "
            "sigma' is even: use |z|.",
        ),
        Wrong(
            lambda Z: np.exp(-np.abs(Z)) / (1 + np.exp(-np.abs(Z))),
            "The square is missing: this is sigma(-|z|). The derivative divides by (1 + e)^2.",
        ),
        Wrong(
            lambda Z: _logistic(Z) * _logistic(Z),
            "You multiply sigma(z) by itself. The second factor is 1 - sigma(z), which is "
            "sigma(-z).",
        ),
        Wrong(
            lambda Z: (1 - np.tanh(Z / 2) ** 2) / 4,
            "Right near 0. At z = 40 and at z = -40 this is 0; the truth is 4.25e-18. There tanh "
            "rounds to 1 in size, and 1 minus its square has no digits left.",
        ),
        Wrong(
            lambda Z: _logistic(-Z),
            "This is sigma(-z), the second factor. The slope is sigma(z) sigma(-z).",
        ),
        Wrong(
            lambda Z: Z * (1 - Z),
            "s (1 - s) is right for s = sigma(z). Z holds z itself: apply the sigmoid first.",
        ),
    ],
    properties=[central_differences(lambda Z: float(np.sum(_logistic(Z))), (MATRIX,))],
    witness=lambda Z: np.exp(-np.logaddexp(0, Z) - np.logaddexp(0, -Z)),  # s(z) s(-z)
    draw=lambda rng: (_draw_z(rng),),
    hints=[
        "sigma'(z) = sigma(z) (1 - sigma(z)). What does 1 - sigma(40) come to in float64?",
        "1 - sigma(z) = sigma(-z), and the right-hand side loses no digits.",
        "With e = exp(-|z|), sigma(z) sigma(-z) is e / (1 + e)^2 on both sides of zero.",
    ],
    why="1 - sigma(z) subtracts two nearly equal numbers; sigma(-z) is the same value without "
    "the subtraction.",
)


# 2.3 ------------------------------------------------------------------------------------------


def tanh(Z):
    """Return tanh(z) for every entry z of Z, with np.exp only.

    It must be finite at z = 1000 too.
    """
    e = np.exp(-2 * np.abs(Z))
    return np.sign(Z) * (1 - e) / (1 + e)  # tanh is odd


TANH = Exercise(
    id="2.3",
    title="tanh from the sigmoid",
    solution=tanh,
    probes=ELEMENTWISE | FAR,
    wrong=[
        Wrong(
            lambda Z: (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z)),
            "At z = 1000 this is NaN, for all that tanh is smooth: exp(1000) is inf, and "
            "inf / inf has no value. Divide numerator and denominator by the larger exp.",
        ),
        Wrong(
            lambda Z: 2 * _logistic(Z) - 1,
            "This is tanh(z / 2): the curve has the right shape and half the slope at 0. The "
            "sigmoid inside must be taken at 2z.",
        ),
        Wrong(
            lambda Z: _logistic(2 * Z),
            "The range is (0, 1), but tanh runs from -1 to 1: stretch by 2 and shift by -1.",
        ),
        Wrong(
            lambda Z: 1 - 2 * _logistic(2 * Z),
            "The sign is flipped: this is -tanh(z), that is, tanh(-z).",
        ),
        Wrong(
            lambda Z: 2 / (1 + np.exp(-2 * Z)) - 1,
            "The values are right, but on the left exp(-2z) overflows. Your sigmoid of "
            "exercise 2.1 does not.",
        ),
        Wrong(
            lambda Z: (1 - np.exp(-2 * np.abs(Z))) / (1 + np.exp(-2 * np.abs(Z))),
            "The right half is right, and the left half mirrors it: tanh is odd, so give the "
            "result the sign of z.",
        ),
    ],
    properties=[
        holds(
            "equals np.tanh",
            lambda f: bool(np.allclose(f(MATRIX), np.tanh(MATRIX))),
            "The result differs from `np.tanh`.",
        )
    ],
    witness=np.tanh,
    draw=lambda rng: (_draw_z(rng),),
    hints=[
        "tanh(z) = 2 sigma(2z) - 1: the same curve, stretched and shifted.",
        "Your safe sigmoid of exercise 2.1 makes this one line. Or use e = exp(-2|z|) directly.",
        "For z >= 0, tanh(z) = (1 - e) / (1 + e). For z < 0 it is the negative of that.",
    ],
    why="tanh(z) = 2 sigma(2z) - 1, and with e = exp(-2|z|) both halves are (1 - e) / (1 + e) up "
    "to sign.",
)


# 2.4 ------------------------------------------------------------------------------------------


def tanh_backward(Z, dA):
    """Return dZ for A = tanh(Z) and dA, the gradient with respect to A."""
    A = np.tanh(Z)
    return dA * (1 - A**2)


def broken_tanh_backward(Z, dA):
    """Return dZ for A = tanh(Z) and dA, the gradient with respect to A."""
    A = 1 / (1 + np.exp(-Z))
    return dA * (1 - A**2)


TANH_LAB = Exercise(
    id="2.4",
    title="find the bug: backward through tanh",
    solution=tanh_backward,
    broken=broken_tanh_backward,
    symptom="The shape is right, and dZ is not the gradient.",
    test_hints=[
        "A gradient of what? Of the number sum(dA * tanh(Z)), whose derivative with respect to "
        "tanh(Z) is dA. Compare dZ with central differences of it.",
        "Or choose a Z for which you know the slope of tanh without computing.",
    ],
    probes=BACKWARD,
    wrong=[
        Wrong(
            lambda Z, dA: dA * _logistic(Z) * (1 - _logistic(Z)),
            "Now formula and function fit each other, and both are the sigmoid's. The layer "
            "applies tanh.",
        ),
        Wrong(
            lambda Z, dA: dA * (1 - np.tanh(Z)),
            "The square is lost: the derivative is 1 - tanh(z)^2, not 1 - tanh(z).",
        ),
        Wrong(
            lambda Z, dA: dA * (1 - np.tanh(Z)) ** 2,
            "The square covers too much: it belongs to tanh(z) alone, as in 1 - tanh(z)^2.",
        ),
        Wrong(
            lambda Z, dA: dA * (1 - np.tanh(np.tanh(Z)) ** 2),
            "tanh is applied twice: the derivative is taken at A instead of Z.",
        ),
        Wrong(
            lambda Z, dA: dA * np.tanh(Z) ** 2,
            "At z = 0 the slope of tanh is 1, and here it is 0: the `1 -` is missing.",
        ),
        Wrong(
            lambda Z, dA: 1 - np.tanh(Z) ** 2,
            "This is the slope alone. The chain rule multiplies it by dA, which you do not use.",
        ),
    ],
    properties=[
        central_differences(lambda Z, dA: float(np.sum(dA * np.tanh(Z))), (MATRIX, GRADIENT))
    ],
    witness=lambda Z, dA: dA * (2 / (np.exp(Z) + np.exp(-Z))) ** 2,
    draw=_with_gradient,
    hints=[
        "Compute A at z = 0 by hand. Is it tanh(0)?",
        "The last line is right, for an A that is tanh(Z).",
    ],
    why="The formula 1 - A^2 belongs to tanh. Published notes print it with the sigmoid's A, "
    "which gives 0.75 instead of 1 at z = 0.",
)


# 2.5 ------------------------------------------------------------------------------------------


def relu_backward(Z, dA):
    """Return dZ, where A = max(Z, 0).

    Take ReLU'(0) = 0, and let a NaN in Z stay visible.
    """
    return dA * np.heaviside(Z, 0)  # 0 left of zero and at zero, 1 right of it, NaN at NaN


def _passes_or_not(Z, dA):
    """Decide for each unit by itself."""
    dZ = np.zeros(Z.shape)
    for index in np.ndindex(Z.shape):
        if not Z[index] <= 0:
            dZ[index] = dA[index] if Z[index] > 0 else np.nan
    return dZ


RELU = Exercise(
    id="2.5",
    title="backward through ReLU",
    solution=relu_backward,
    probes={"a unit that is off": (-ONES, 3 * ONES)}
    | BACKWARD
    | {"NaN stays NaN": (NAN, np.array([[1.0, 1.0]]))},
    wrong=[
        Wrong(
            lambda Z, dA: dA * (np.maximum(Z, 0) >= 0),
            "The mask is taken on the output with `>=`: after ReLU nothing is negative, so every "
            "gradient passes, those of the units that were switched off as well.",
        ),
        Wrong(
            lambda Z, dA: np.where(np.isnan(Z), Z, dA * (Z >= 0)),
            "Right everywhere but at z = 0, where `>=` lets the gradient pass: this book "
            "takes ReLU'(0) = 0, as PyTorch does.",
        ),
        Wrong(
            lambda Z, dA: dA * (Z >= 0),
            "Two things: at z = 0 `>=` lets the gradient pass, where this book takes "
            "ReLU'(0) = 0; and a NaN in Z gives 0, because every comparison with NaN is False.",
        ),
        Wrong(
            lambda Z, dA: dA * (Z > 0),
            "A NaN in Z comes back as 0, because every comparison with NaN is False. The network "
            "trains on, and the fault that made the NaN is hidden. Use arithmetic that keeps it.",
        ),
        Wrong(
            lambda Z, dA: np.maximum(dA, 0) + 0 * Z,
            "You apply ReLU to the gradient. What counts is the sign of Z, not the sign of dA: "
            "a negative gradient passes where Z > 0.",
        ),
        Wrong(
            lambda Z, dA: dA * np.maximum(Z, 0),
            "You multiply by ReLU(Z), the value. The chain rule asks for the slope, 1 or 0.",
        ),
        Wrong(
            lambda Z, dA: np.heaviside(Z, 0) + 0 * dA,
            "This is the slope alone. The chain rule multiplies it by dA, which you do not use.",
        ),
        Wrong(
            lambda Z, dA: dA * np.sign(Z),
            "`np.sign(Z)` is -1 left of 0, so the gradient passes there with its sign turned. It "
            "should stop.",
        ),
        Wrong(
            lambda Z, dA: dA * np.heaviside(Z, 0.5),
            "At z = 0 half of the gradient passes. Any slope from 0 to 1 would be a subgradient, "
            "and this book takes 0.",
        ),
        Wrong(
            lambda Z, dA: dA * (Z < 0),
            "The mask is upside down: it passes the gradient where the unit is off.",
        ),
    ],
    properties=[
        central_differences(lambda Z, dA: float(np.sum(dA * np.maximum(Z, 0))), (MATRIX, GRADIENT))
    ],
    witness=_passes_or_not,
    draw=_with_gradient,
    hints=[
        "The gradient passes where Z > 0 and stops elsewhere. Then look at what NaN > 0 gives.",
        "A product keeps a NaN: find a function of Z that is 1, 0 or NaN.",
        "`np.heaviside(Z, 0)`, or `np.sign(np.maximum(Z, 0))`.",
    ],
    why="`dA * (Z > 0)` is the usual line and is right for every number. It turns NaN into 0, "
    "which hides the fault; the step function of NumPy does not.",
)


# 2.6 ------------------------------------------------------------------------------------------


def hidden_layer_backward(X, W, b, dA):
    """Return dX, dW, db of the layer A = max(X W + b, 0), given dA."""
    Z = X @ W + b
    A = np.maximum(Z, 0)
    dZ = dA * (A > 0)
    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)


def broken_hidden_layer_backward(X, W, b, dA):
    """Return dX, dW, db of the layer A = max(X W + b, 0), given dA."""
    Z = X @ W + b
    A = np.maximum(Z, 0)
    dZ = dA * (A >= 0)
    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)


def _relu_layer(mask, bias=lambda dZ: dZ.sum(axis=0, keepdims=True)):
    """A wrong repair: the layer's backward with another mask, or another bias gradient."""

    def backward(X, W, b, dA):
        dZ = mask(X @ W + b, dA)
        return dZ @ W.T, X.T @ dZ, bias(dZ)

    return backward


def _mask_in_parameters_only(X, W, b, dA):
    dZ = dA * (X @ W + b > 0)
    return dA @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)


LAYER_W = np.array([[1.0, -2.0], [0.5, 1.0], [-1.0, 1.5]])
LAYER_b = np.array([[0.1, -0.2]])
LAYER_dA = np.array([[1.0, 2.0], [-1.0, 0.5]])


def _hidden_by_units(X, W, b, dA):
    """Go through samples and units, and skip the units that are off."""
    dX, dW, db = np.zeros(X.shape), np.zeros(W.shape), np.zeros(b.shape)
    for i, j in np.ndindex(len(X), W.shape[1]):
        if sum(X[i, m] * W[m, j] for m in range(len(W))) + b[0, j] > 0:
            dX[i] += dA[i, j] * W[:, j]
            dW[:, j] += dA[i, j] * X[i]
            db[0, j] += dA[i, j]
    return dX, dW, db


def _draw_hidden(rng):
    """Return small whole numbers, so that some z are exactly 0."""
    n, d, k = rng.permutation([2, 3, 4])
    shapes = (n, d), (d, k), (1, k), (n, k)
    return tuple(rng.integers(-2, 3, shape).astype(float) for shape in shapes)


RELU_LAB = Exercise(
    id="2.6",
    title="find the bug: a hidden layer with ReLU",
    solution=hidden_layer_backward,
    broken=broken_hidden_layer_backward,
    symptom="For some inputs the three gradients are right, and for others they are not.",
    test_hints=[
        "Compare each result with central differences of the number sum(dA * A), for several "
        "samples and units.",
        "Or look at single units: what should each of the results be for a unit that is off?",
    ],
    probes={
        "a unit that is off": (ONES, -ONES, ZERO, ONES),
        "a unit that is barely on": (1e-9 * ONES, ONES, ZERO, ONES),
        "two samples": (MATRIX, LAYER_W, LAYER_b, LAYER_dA),
        "a row of zeros, without bias": (np.zeros((1, 3)), LAYER_W, 0 * LAYER_b, LAYER_dA[:1]),
        "an empty batch": (EMPTY, LAYER_W, LAYER_b, np.zeros((0, 2))),
    },
    wrong=[
        Wrong(
            _relu_layer(lambda Z, dA: dA * (Z >= 0)),
            "Units that are off now stay off. At z = 0 the gradient still passes, and that is not "
            "rare: a row of zeros without bias makes every z exactly 0. Use `>`.",
        ),
        Wrong(
            _relu_layer(lambda Z, dA: dA * (Z <= 0)),
            "The mask is upside down: it passes the gradient where the unit is off.",
        ),
        Wrong(
            _relu_layer(lambda Z, dA: dA * np.maximum(Z, 0)),
            "You multiply by the output A. The slope of ReLU is 1 or 0, whatever the size of z.",
        ),
        Wrong(
            _mask_in_parameters_only,
            "dW and db are right now, but dX still uses dA without the mask: the layers before "
            "this one would learn from units that are off.",
        ),
        Wrong(
            _relu_layer(lambda Z, dA: dA * (dA > 0)),
            "The mask looks at the gradient. It must look at the unit: is z above 0?",
        ),
        Wrong(
            _relu_layer(
                lambda Z, dA: dA * (Z > 0), lambda dZ: dZ.sum(axis=0, keepdims=True) / len(dZ)
            ),
            "The mask is right. But db is now a mean over the batch: the loss already holds 1/n, "
            "so db is the sum.",
        ),
        Wrong(
            _relu_layer(lambda Z, dA: dA * np.sign(Z)),
            "`np.sign(Z)` is -1 where the unit is off, so a gradient passes there with its sign "
            "turned. Take the sign of A, or ask for Z > 0.",
        ),
        Wrong(
            _relu_layer(lambda Z, dA: dA * (Z > 1e-8)),
            "A unit with a tiny output counts as off here. It is on, and its slope is 1: ReLU's "
            "zeros are exact, so ask for `> 0`.",
        ),
    ],
    properties=[
        central_differences(
            lambda X, W, b, dA: float(np.sum(dA * np.maximum(X @ W + b, 0))),
            (MATRIX, LAYER_W, LAYER_b, LAYER_dA),
            wrt=(0, 1, 2),
        )
    ],
    witness=_hidden_by_units,
    draw=_draw_hidden,
    hints=[
        "Which values can A take after ReLU? For which of them is the mask False?",
        "A is never negative, so `A >= 0` is always True. One character mends it.",
    ],
    why="On the output only `A > 0` tells a unit that is on from one that is off. A tutorial read "
    "by many was published with `>=`.",
)


# 2.7 ------------------------------------------------------------------------------------------


def prelu_backward(Z, dA, a):
    """Return dZ and da of A = (z if z > 0 else a z).

    The one slope a serves all units.
    """
    dZ = np.where(Z > 0, dA, a * dA)
    da = np.sum(dA * np.minimum(Z, 0))  # a unit with z <= 0 outputs a z, so dA/da is z
    return dZ, da


def _prelu_by_units(Z, dA, a):
    """Go through the units: each passes its gradient on, or shares the slope."""
    dZ, da = np.zeros(Z.shape), 0.0
    for index in np.ndindex(Z.shape):
        if Z[index] > 0:
            dZ[index] = dA[index]
        else:
            dZ[index] = a * dA[index]
            da += Z[index] * dA[index]
    return dZ, da


PRELU = Exercise(
    id="2.7",
    title="a slope that is learned",
    solution=prelu_backward,
    probes={
        "one unit below zero": (-ONES, np.array([[3.0]]), 0.1),
        "one unit above zero": (ONES, np.array([[3.0]]), 0.1),
        "zero": (ZERO, ONES, 0.1),
        "a matrix": (MATRIX, GRADIENT, 0.1),
        "a slope above 1": (MATRIX, GRADIENT, 2.0),
        "a batch of images": (IMAGES, IMAGES_GRADIENT, 0.25),
        "an empty batch": (EMPTY, EMPTY, 0.25),
    },
    wrong=[
        Wrong(
            lambda Z, dA, a: (np.where(Z > 0, dA, a * dA), np.sum(dA * Z)),
            "dZ is right. da also counts the units with z > 0, but these never touch a.",
        ),
        Wrong(
            lambda Z, dA, a: (
                np.where(Z > 0, dA, a * dA),
                np.sum(dA * np.minimum(Z, 0)) / max(len(Z), 1),
            ),
            "dZ is right. da is averaged over the batch; the loss already has 1/n, so this "
            "one is a sum.",
        ),
        Wrong(
            lambda Z, dA, a: (np.where(Z > 0, dA, a * dA), dA * np.minimum(Z, 0)),
            "dZ is right. da has one entry for each unit, but there is only one slope: a change "
            "of a changes all of them, so their shares add up.",
        ),
        Wrong(
            lambda Z, dA, a: (dA * (Z > 0), np.sum(dA * np.minimum(Z, 0))),
            "da is right. dZ is ReLU's: below zero the slope is a, not 0.",
        ),
        Wrong(
            lambda Z, dA, a: (np.where(a * Z < Z, dA, a * dA), np.sum(dA * np.minimum(Z, 0))),
            "Right for a <= 1 only: comparing a z with z, as max(az, z) does, swaps the two sides "
            "once the learned slope passes 1. Ask for z > 0.",
        ),
        Wrong(
            lambda Z, dA, a: (np.where(Z > 0, 1, a), np.sum(dA * np.minimum(Z, 0))),
            "da is right. dZ is the slope alone: the chain rule multiplies it by dA.",
        ),
        Wrong(
            lambda Z, dA, a: (np.where(Z > 0, dA, a * dA), np.sum(dA * (Z <= 0))),
            "dZ is right. In da each unit below zero counts with dA alone. The derivative of a z "
            "with respect to a is z, so it is dA times z.",
        ),
        Wrong(
            lambda Z, dA, a: (
                np.where(Z > 0, dA, a * dA),
                np.array([np.sum(dA * np.minimum(Z, 0))]),
            ),
            "The values are right, but da has the shape (1,). The slope a is a number, and so is "
            "the derivative with respect to it.",
        ),
        Wrong(
            lambda Z, dA, a: (np.where(Z > 0, dA, a * dA), np.sum(a * dA * np.minimum(Z, 0))),
            "dZ is right. da has a factor a too many: differentiate a z with respect to a, and you "
            "get z.",
        ),
    ],
    properties=[
        central_differences(
            lambda Z, dA, a: float(np.sum(dA * np.where(Z > 0, Z, a * Z))),
            (MATRIX, GRADIENT, np.array(0.1)),
            wrt=(0, 2),
        )
    ],
    witness=_prelu_by_units,
    draw=lambda rng: (*_with_gradient(rng), float(rng.uniform(-0.5, 2))),
    hints=[
        "Take one unit with z = -1 and output a z. What are its derivatives by z and by a?",
        "By z it is a; by a it is z. Units with z > 0 have 1 and 0.",
        "One slope feeds every unit, so da is the sum of dA * z over all units with z <= 0.",
    ],
    why="A number used in many places collects the gradient from all of them: da is a sum over "
    "units and samples, as a bias gradient is.",
)


# 2.8 ------------------------------------------------------------------------------------------


def elu_derivative(Z, alpha):
    """Return f'(z) for f(z) = (z if z > 0 else alpha (e^z - 1)).

    Nothing may overflow.
    """
    slope = alpha * np.exp(np.minimum(Z, 0))  # the branch that is thrown away is e^0
    return np.where(Z > 0, np.ones_like(Z), slope)


def _elu_from_its_value(Z, alpha):
    """Left of 0 the slope is f(z) + alpha, because f(z) is alpha e^z - alpha."""
    slope = np.ones(Z.shape)
    for index in np.ndindex(Z.shape):
        if not Z[index] > 0:
            slope[index] = alpha * np.expm1(Z[index]) + alpha
    return slope


ELU = Exercise(
    id="2.8",
    title="the derivative of ELU",
    solution=elu_derivative,
    probes={
        "one unit below zero": (-ONES, 1.0),
        "zero": (ZERO, 0.5),
        "a matrix": (MATRIX, 0.5),
        "a batch of images": (IMAGES, 1.5),
        "far left and far right": (np.array([[-1000.0, 1000.0]]), 1.0),
        "an empty batch": (EMPTY, 1.0),
        "NaN stays NaN": (NAN, 1.0),
    },
    wrong=[
        Wrong(
            lambda Z, alpha: np.where(Z > 0, np.ones_like(Z), alpha * np.exp(Z)),
            "The values are right, but `np.where` computes both branches: exp(1000) overflows in "
            "the one you throw away. Give `np.exp` the smaller of z and 0.",
        ),
        Wrong(
            lambda Z, alpha: np.where(Z > 0, np.ones_like(Z), np.exp(np.minimum(Z, 0))),
            "alpha is missing: below zero the derivative is alpha e^z.",
        ),
        Wrong(
            lambda Z, alpha: np.where(Z > 0, np.ones_like(Z), alpha * np.expm1(np.minimum(Z, 0))),
            "Below zero you return the function itself. Its derivative is alpha e^z: the -1 is a "
            "constant and drops out.",
        ),
        Wrong(
            lambda Z, alpha: np.where(Z > 0, Z, alpha * np.exp(np.minimum(Z, 0))),
            "Above zero you return z, the function. Its slope there is 1.",
        ),
        Wrong(
            lambda Z, alpha: np.where(Z > 0, np.ones_like(Z), alpha * Z * np.exp(np.minimum(Z, 0))),
            "e^z is no power of z: its derivative is e^z, without a factor z.",
        ),
        Wrong(
            lambda Z, alpha: np.where(Z > 0, 1, alpha * np.exp(-np.minimum(Z, 0))),
            "Below zero the slope should die out, and here it grows: the exponent has the wrong "
            "sign.",
        ),
        Wrong(
            lambda Z, alpha: np.minimum(1, alpha * np.exp(np.minimum(Z, 0))),
            "For z > 0 the slope is 1, whatever alpha is. Your minimum takes alpha there if alpha "
            "is below 1, and cuts off the left half if it is above.",
        ),
    ],
    properties=[
        central_differences(
            lambda Z, alpha: float(np.sum(np.where(Z > 0, Z, alpha * np.expm1(np.minimum(Z, 0))))),
            (MATRIX, np.array(0.5)),
        )
    ],
    witness=_elu_from_its_value,
    draw=lambda rng: (_draw_z(rng), float(rng.uniform(0.2, 2))),
    hints=[
        "Differentiate the two pieces one by one; at z = 0 the second one applies.",
        "1 and alpha e^z. Then try z = 1000: what does `np.exp` do in the branch you do not need?",
        "`np.exp(np.minimum(Z, 0))` is the same where it counts, and never overflows.",
    ],
    why="`np.where` picks values; it does not spare the work. Both branches have to be safe.",
)


# 2.9 ------------------------------------------------------------------------------------------


def softmax(Z):
    """Return the softmax of each row of Z, for logits of any size.

    A row runs along the last axis.
    """
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))  # a shift of the row changes no ratio
    return E / E.sum(axis=-1, keepdims=True)


SQUARE = np.array([[2.0, 4.0, 2.0], [1.0, 0.0, -1.0], [0.5, 0.5, 3.0]])


def _share_by_ratios(Z):
    """Compare each class with all others: p_c is 1 over the sum of e^(z_k - z_c)."""
    P = np.zeros(Z.shape)
    for index in np.ndindex(Z.shape):
        if np.isfinite(Z[index]):
            P[index] = np.exp(-np.logaddexp.reduce(Z[index[:-1]] - Z[index]))
    return P


SOFTMAX = Exercise(
    id="2.9",
    title="softmax, row by row",
    solution=softmax,
    probes={
        "a single logit": (np.array([[3.0]]),),
        "equal logits": (np.zeros((1, 4)),),
        "two rows": (MATRIX,),
        "as many rows as columns": (SQUARE,),
        "one sample alone": (MATRIX[0],),
        "a batch of sequences": (IMAGES,),
        "logits of 1000": (np.array([[1000.0, 0.0, 0.0]]),),
        "one row far below the other": (np.array([[0.0, 1.0], [-2000.0, -2001.0]]),),
        "a masked logit": (np.array([[0.0, -np.inf, 1.0]]),),
        "an empty batch": (EMPTY,),
    },
    wrong=[
        Wrong(
            lambda Z: np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True),
            "Right for small logits. At 1000 `np.exp` overflows to inf, and inf / inf is NaN. "
            "Subtract the largest logit of each row first: it cancels.",
        ),
        Wrong(
            lambda Z: (
                np.exp(Z - Z.max(axis=0, initial=-1e9, keepdims=True))
                / np.exp(Z - Z.max(axis=0, initial=-1e9, keepdims=True)).sum(axis=0, keepdims=True)
            ),
            "You normalize over axis 0, so each column sums to 1. Rows are samples: use axis=-1.",
        ),
        Wrong(
            lambda Z: np.exp(Z - Z.max(initial=-np.inf)) / np.exp(Z - Z.max(initial=-np.inf)).sum(),
            "The whole array sums to 1: the sum lacks its axis. Each row is a distribution of "
            "its own.",
        ),
        Wrong(
            lambda Z: (
                np.exp(Z - Z.max(initial=-np.inf))
                / np.exp(Z - Z.max(initial=-np.inf)).sum(axis=-1, keepdims=True)
            ),
            "You subtract the largest logit of the whole array. A row far below it underflows to "
            "0 / 0, which is NaN: each row needs its own maximum.",
        ),
        Wrong(
            lambda Z: (
                np.exp(Z - Z.max(axis=-1, keepdims=True))
                / np.exp(Z - Z.max(axis=-1, keepdims=True)).sum(axis=-1)
            ),
            "The sum over a row lost its axis. Without `keepdims=True` its shape is (n,), which "
            "NumPy lays along the columns: an error, or with n = K a silent wrong answer.",
        ),
        Wrong(
            lambda Z: Z / Z.sum(axis=-1, keepdims=True),
            "You divide the logits by their sum. The exp is missing: without it a negative logit "
            "makes a negative probability.",
        ),
        Wrong(
            lambda Z: np.exp(Z - Z.max(axis=-1, keepdims=True)),
            "These are the exponentials, and the largest of each row is 1. Divide each row by its "
            "sum.",
        ),
        Wrong(
            lambda Z: np.array([np.exp(z - z.max()) / np.exp(z - z.max()).sum() for z in Z]),
            "Right for a matrix. But the loop takes the first axis for the rows: for one sample "
            "alone z is a number, and for a batch of sequences a matrix. Work along axis=-1.",
        ),
        Wrong(
            lambda Z: (
                np.exp(Z - np.abs(Z).max(axis=-1, keepdims=True))
                / np.exp(Z - np.abs(Z).max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)
            ),
            "You subtract the largest size, |z|. In a row far below 0 that pushes all logits "
            "further down, and 0 / 0 is NaN: subtract the largest logit.",
        ),
        Wrong(
            _logistic,
            "This is a sigmoid of each logit by itself. In softmax the classes of a row share one "
            "sum, so that they add up to 1.",
        ),
    ],
    properties=[
        holds(
            "rows sum to 1",
            lambda f: bool(np.allclose(f(MATRIX).sum(axis=-1), 1)),
            "The rows should sum to 1.",
        ),
        holds(
            "a shift of the logits changes nothing",
            lambda f: bool(np.allclose(f(MATRIX + 7), f(MATRIX))),
            "Adding one number to all logits of a row should change nothing.",
        ),
    ],
    witness=_share_by_ratios,
    draw=lambda rng: (_draw_z(rng),),
    hints=[
        "Start with E = np.exp(Z), divided by its sum along the last axis, with `keepdims=True`.",
        "Adding a constant to a row of logits cancels. Which constant makes every exp safe?",
        "Subtract `Z.max(axis=-1, keepdims=True)` before `np.exp`.",
    ],
    why="After the shift the largest exponent is 0: nothing overflows, and the sum is at least 1.",
)


# 2.10 -----------------------------------------------------------------------------------------


def softmax_backward(P, dP):
    """Return dZ from P = softmax(Z) and dP, without building a Jacobian.

    A row runs along the last axis; one row alone has no other.
    """
    return P * (dP - np.sum(dP * P, axis=-1, keepdims=True))


PROBABILITIES = softmax(MATRIX)
IMAGE_PROBABILITIES = softmax(IMAGES)


def _by_jacobians(P, dP):
    """Build the Jacobian of each row, entry by entry."""
    dZ = np.zeros(P.shape)
    K = P.shape[-1]
    for row in np.ndindex(P.shape[:-1]):
        p = P[row]
        J = [[p[c] * ((c == k) - p[k]) for k in range(K)] for c in range(K)]
        dZ[row] = dP[row] @ np.array(J)
    return dZ


def _row_after_row(P, dP):
    dZ = np.empty_like(P)
    for i in range(len(P)):
        dZ[i] = P[i] * (dP[i] - P[i] @ dP[i])
    return dZ


def _draw_probabilities(rng):
    n, K = (int(k) for k in rng.choice(np.arange(2, 6), 2, replace=False))
    return rng.dirichlet(np.ones(K), n), rng.normal(size=(n, K))


SOFTMAX_BACKWARD = Exercise(
    id="2.10",
    title="backward through softmax",
    solution=softmax_backward,
    probes={
        "two classes": (np.array([[0.25, 0.75]]), np.array([[1.0, 0.0]])),
        "one sample alone": (PROBABILITIES[0], GRADIENT[0]),
        "two samples": (PROBABILITIES, GRADIENT),
        "as many samples as classes": (softmax(SQUARE), np.roll(SQUARE, 1, axis=0)),
        "a batch of sequences": (IMAGE_PROBABILITIES, IMAGES_GRADIENT),
        "a certain row": (np.array([[1.0, 0.0, 0.0]]), GRADIENT[:1]),
        "an empty batch": (EMPTY, EMPTY),
    },
    wrong=[
        Wrong(
            lambda P, dP: dP * P * (1 - P),
            "You kept only the diagonal of the Jacobian, as if softmax were elementwise. Raising "
            "one logit lowers every other probability: the -p_i p_j terms are missing.",
        ),
        Wrong(
            lambda P, dP: P * dP,
            "This is diag(p) dP. The second part of the Jacobian, -p p^T, is missing: subtract "
            "from dP its mean under p.",
        ),
        Wrong(
            lambda P, dP: P * (dP - np.sum(dP, axis=-1, keepdims=True)),
            "The number that is subtracted is the sum of dP. It should be weighted by the "
            "probabilities, sum of p_j dP_j.",
        ),
        Wrong(
            lambda P, dP: P * (dP - np.sum(dP * P, axis=0, keepdims=True)),
            "The sum runs over the samples (axis 0). Each sample has a Jacobian of its own: sum "
            "over the classes, axis=-1.",
        ),
        Wrong(
            lambda P, dP: dP - np.sum(dP * P, axis=-1, keepdims=True),
            "The factor P in front is missing: each logit moves its probability in proportion "
            "to p_i.",
        ),
        Wrong(
            lambda P, dP: P * (dP + np.sum(dP * P, axis=-1, keepdims=True)),
            "The sign of the second part is wrong: the Jacobian is diag(p) minus p p^T.",
        ),
        Wrong(
            lambda P, dP: np.stack(
                [(np.diag(p) - np.outer(p, p)) @ g for p, g in zip(P, dP, strict=True)]
            ),
            "Right for a matrix. The loop over rows fails for one sample alone, and for an empty "
            "batch; two array operations along the last axis do all of it.",
        ),
        Wrong(
            _row_after_row,
            "Right for a matrix. But the loop takes the first axis for the rows: for one sample "
            "alone `P[i]` is a number, and for a batch of sequences a matrix. Work along axis=-1.",
        ),
        Wrong(
            lambda P, dP: P - dP,
            "P - Y, with Y the right answers, is the gradient of softmax and cross-entropy "
            "together. Here softmax is alone, and dP is any gradient: (2.16).",
        ),
        Wrong(
            lambda P, dP: softmax_backward(softmax(P), dP),
            "P is the output of softmax already. You apply softmax once more.",
        ),
        Wrong(
            lambda P, dP: P * dP - P**2 * np.sum(dP * P, axis=-1, keepdims=True),
            "The second term has a factor P too many: it is p times the number p^T dP.",
        ),
    ],
    properties=[
        holds(
            "rows of dZ sum to 0",
            lambda f: bool(np.allclose(f(PROBABILITIES, GRADIENT).sum(axis=-1), 0)),
            "The rows of dZ should sum to 0: a shift of all logits changes nothing.",
        ),
        holds(
            "equals the Jacobian's product",
            lambda f: bool(
                np.allclose(
                    f(PROBABILITIES, GRADIENT)[0],
                    (np.diag(PROBABILITIES[0]) - np.outer(PROBABILITIES[0], PROBABILITIES[0]))
                    @ GRADIENT[0],
                )
            ),
            "The result differs from the Jacobian times dP.",
        ),
    ],
    witness=_by_jacobians,
    draw=_draw_probabilities,
    hints=[
        "The Jacobian of one row is diag(p) - p p^T, and it is symmetric. Multiply it by dP.",
        "p p^T dP is p times the number p^T dP, which is one sum for each row.",
        "Both terms have the factor p: P * (dP - that sum), with `keepdims=True`.",
    ],
    why="diag(p) dP - p (p^T dP): for K classes that is of the order of K operations a row, where "
    "the Jacobian takes K^2.",
)


# 2.11 -----------------------------------------------------------------------------------------


def row_softmax(Z):
    """Return the softmax of each row of the matrix Z."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def broken_row_softmax(Z):
    """Return the softmax of each row of the matrix Z."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=0)


SOFTMAX_LAB = Exercise(
    id="2.11",
    title="find the bug: softmax of a matrix",
    solution=row_softmax,
    broken=broken_row_softmax,
    symptom="For some matrices the result is right, and for others it is not.",
    test_hints=[
        "You know three things about softmax: the values for equal logits, what each row adds up "
        "to, and what a shift of a row changes.",
        "Try matrices of several shapes. What one sample gets does not depend on the others.",
    ],
    probes={
        "one sample": (np.array([[0.0, 0.0]]),),
        "two samples": (MATRIX,),
        "as many samples as classes": (SQUARE,),
        "logits of 1000": (np.array([[1000.0, 0.0], [0.0, 0.0]]),),
    },
    wrong=[
        Wrong(
            lambda Z: (
                np.exp(Z - Z.max(axis=1, keepdims=True))
                / np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1)
            ),
            "The axis is right now. But the sum has the shape (n,), which NumPy lays along the "
            "columns: it needs `keepdims=True`.",
        ),
        Wrong(
            lambda Z: (
                np.exp(Z - Z.max(axis=1, keepdims=True))
                / np.exp(Z - Z.max(axis=1, keepdims=True)).sum()
            ),
            "Now the whole matrix sums to 1. A sum without axis runs over all samples.",
        ),
        Wrong(
            lambda Z: np.exp(Z - Z.max(axis=0)) / np.exp(Z - Z.max(axis=0)).sum(axis=0),
            "Both steps run over the samples now. It is the columns that sum to 1; the rows "
            "should.",
        ),
        Wrong(
            lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True),
            "The rows sum to 1 now, but the shift by the maximum is gone: logits of 1000 give NaN.",
        ),
        Wrong(
            lambda Z: np.exp(Z - Z.max(axis=1, keepdims=True)) / Z.shape[1],
            "You divide by the number of classes. That is the sum of the exponentials only when "
            "all logits are equal.",
        ),
    ],
    properties=[
        holds(
            "rows sum to 1",
            lambda f: bool(np.allclose(f(MATRIX).sum(axis=1), 1)),
            "The rows should sum to 1.",
        )
    ],
    witness=SoftMax().forward,
    draw=lambda rng: (_draw_z(rng),),
    hints=[
        "Print the sums of the rows and of the columns. Which of them are 1?",
        "axis=0 runs down the samples. The sum should run along the classes, and keep its axis.",
    ],
    why="The axis that is summed over disappears: axis=1 is the classes. `keepdims=True` keeps "
    "the sums as a column, one for each row.",
)


# 2.12 -----------------------------------------------------------------------------------------


def two_layer_gradients(X, W1, W2, Y):
    """Return dW1, dW2 for A1 = sigma(X W1) and Y_hat = A1 W2.

    The loss is sum((Y_hat - Y)^2) / 2n.
    """
    A1 = 1 / (1 + np.exp(-(X @ W1)))
    dY_hat = (A1 @ W2 - Y) / len(X)
    dA1 = dY_hat @ W2.T
    dZ1 = dA1 * A1 * (1 - A1)
    return X.T @ dZ1, A1.T @ dY_hat


def broken_two_layer_gradients(X, W1, W2, Y):
    """Return dW1, dW2 for A1 = sigma(X W1) and Y_hat = A1 W2.

    The loss is sum((Y_hat - Y)^2) / 2n.
    """
    A1 = 1 / (1 + np.exp(-(X @ W1)))
    dY_hat = (A1 @ W2 - Y) / len(X)
    dA1 = dY_hat @ W2.T * A1 * (1 - A1)
    dZ1 = dA1 * A1 * (1 - A1)
    return X.T @ dZ1, A1.T @ dY_hat


def _two_layers(slope, scale=1):
    """A wrong repair: another slope of the hidden layer, or another factor in the loss."""

    def gradients(X, W1, W2, Y):
        A1 = _logistic(X @ W1)
        dY_hat = scale * (A1 @ W2 - Y) / len(X)
        return X.T @ (dY_hat @ W2.T * slope(A1)), A1.T @ dY_hat

    return gradients


def _with_an_output_slope(X, W1, W2, Y):
    A1 = _logistic(X @ W1)
    Y_hat = A1 @ W2
    dZ2 = (Y_hat - Y) / len(X) * Y_hat * (1 - Y_hat)
    return X.T @ (dZ2 @ W2.T * A1 * (1 - A1)), A1.T @ dZ2


DEEP_X = np.array([[1.0, 2.0], [0.5, -1.0], [-1.5, 0.25]])
DEEP_W1 = np.array([[0.4, -0.6], [1.1, 0.3]])
DEEP_W2 = np.array([[0.7], [-1.2]])
DEEP_Y = np.array([[1.0], [0.0], [0.5]])


def _by_complex_steps(X, W1, W2, Y):
    """Differentiate the loss: its imaginary part after a tiny imaginary step in one weight."""

    def loss(W1, W2):
        return np.sum((1 / (1 + np.exp(-(X @ W1))) @ W2 - Y) ** 2) / (2 * len(X))

    def gradient(W, loss_of):
        dW = np.zeros(W.shape)
        for index in np.ndindex(W.shape):
            nudged = W.astype(complex)
            nudged[index] += 1e-30j
            dW[index] = loss_of(nudged).imag / 1e-30
        return dW

    return gradient(W1, lambda W: loss(W, W2)), gradient(W2, lambda W: loss(W1, W))


def _draw_two_layers(rng):
    n, d, k, outputs = rng.permutation([2, 3, 4, 5])
    return tuple(rng.normal(size=shape) for shape in ((n, d), (d, k), (k, outputs), (n, outputs)))


TWICE_LAB = Exercise(
    id="2.12",
    title="find the bug: two layers",
    solution=two_layer_gradients,
    broken=broken_two_layer_gradients,
    symptom="The shapes are right, and one of the results is not the gradient of the loss.",
    test_hints=[
        "Write the loss that the docstring names, and compare both results with central "
        "differences of it, entry by entry.",
        "Take several samples, inputs and units, and no two of these numbers alike.",
    ],
    probes={
        "one sample, at z = 0": (ONES, ZERO, ONES, ZERO),
        "one sample": (ONES, ONES, ONES, ZERO),
        "three samples": (DEEP_X, DEEP_W1, DEEP_W2, DEEP_Y),
    },
    wrong=[
        Wrong(
            _two_layers(lambda A: np.ones_like(A)),
            "Now the slope is missing altogether. It belongs there once: between A1 and Z1.",
        ),
        Wrong(
            _two_layers(lambda A: _logistic(A) * (1 - _logistic(A))),
            "The slope is there once, but taken at A1 instead of Z1: sigma is applied twice.",
        ),
        Wrong(
            _two_layers(lambda A: 1 - A**2),
            "The slope is there once, but 1 - A^2 is the slope of tanh. This layer is a sigmoid.",
        ),
        Wrong(
            lambda X, W1, W2, Y: tuple(
                g / len(X) for g in _two_layers(lambda A: A * (1 - A))(X, W1, W2, Y)
            ),
            "The slope is right now. But 1/n stands twice: dY_hat holds it already.",
        ),
        Wrong(
            _two_layers(lambda A: A * (1 - A), scale=-1),
            "The slope is right now, but the sign is flipped: the loss contains Y_hat - Y.",
        ),
        Wrong(
            _two_layers(lambda A: 4 * (A * (1 - A)) ** 2),
            "The factor 4 makes up for the doubled slope at z = 0 only. Take one of the two away.",
        ),
        Wrong(
            _with_an_output_slope,
            "The slope of the hidden layer is right now. But the output layer has no activation, "
            "and so no slope: dY_hat was right as it stood.",
        ),
    ],
    properties=[
        central_differences(
            lambda X, W1, W2, Y: float(np.sum((_logistic(X @ W1) @ W2 - Y) ** 2) / (2 * len(X))),
            (DEEP_X, DEEP_W1, DEEP_W2, DEEP_Y),
            wrt=(1, 2),
        )
    ],
    witness=_by_complex_steps,
    draw=_draw_two_layers,
    hints=[
        "Write the chain rule from the loss to W1 and count the activations on the way.",
        "There is one sigmoid, so there is one factor A1 (1 - A1). How many are in the code?",
    ],
    why="dA1 is the gradient with respect to the activation's output; its slope comes in on the "
    "way to dZ1, once. For ReLU the doubled mask goes unnoticed, since 1 * 1 = 1 and 0 * 0 = 0.",
)


# 2.13 -----------------------------------------------------------------------------------------


def gradient_stds(weights, slopes, dA):
    """Return the standard deviation of dX at each layer, first layer first.

    weights[l] is W of layer l, and slopes[l] is f'(Z) there.
    dA is the gradient with respect to the last output.
    """
    stds = []
    for W, slope in zip(weights[::-1], slopes[::-1], strict=True):
        dZ = dA * slope
        dA = dZ @ W.T  # dX of this layer is dA of the one before
        stds.append(dA.std())
    return np.array(stds[::-1])


def _chain(step, flip=True, order=-1, measure=np.std):
    """A wrong answer: another step, another measure, another order of the results or layers."""

    def stds(weights, slopes, dA):
        found = []
        for W, slope in zip(weights[::order], slopes[::order], strict=True):
            dA, seen = step(W, slope, dA)
            found.append(measure(seen))
        return np.array(found[::-1] if flip else found)

    return stds


def _through(gradient):
    """A step whose result is both passed on and measured."""

    def step(W, slope, dA):
        dX = gradient(W, slope, dA)
        return dX, dX

    return step


CHAIN_W = [RNG.normal(size=(3, 3)) for _ in range(4)]
CHAIN_SLOPES = [RNG.uniform(0.05, 0.25, size=(5, 3)) for _ in range(4)]
CHAIN_dA = RNG.normal(size=(5, 3))


def _stds_by_nudges(weights, slopes, dA):
    """Send a nudge of each input of each layer forward to the end, where dA tells its effect."""
    stds = []
    for first, W in enumerate(weights):
        dX = []
        for nudge in np.eye(len(W)):
            moved = np.tile(nudge, (len(dA), 1))
            for later, slope in zip(weights[first:], slopes[first:], strict=True):
                moved = moved @ later * slope
            dX.append((moved * dA).sum(axis=1))
        stds.append(np.sqrt(np.mean((np.array(dX) - np.mean(dX)) ** 2)))
    return np.array(stds)


def _draw_chain(rng):
    depth = int(rng.integers(1, 4))
    n, *widths = (int(k) for k in rng.choice(np.arange(2, 8), depth + 2, replace=False))
    weights = [rng.normal(size=(d, k)) for d, k in pairwise(widths)]
    slopes = [rng.uniform(0, 1, (n, W.shape[1])) for W in weights]
    return weights, slopes, rng.normal(size=(n, widths[-1]))


VANISHING = Exercise(
    id="2.13",
    title="the vanishing product, measured",
    solution=gradient_stds,
    probes={
        "one layer": ([2 * np.eye(2)], [np.full((1, 2), 0.25)], np.array([[1.0, -1.0]])),
        "two layers": (
            [np.array([[1.0, 2.0], [0.0, 1.0]]), np.eye(2)],
            [np.full((1, 2), 0.25), np.array([[0.25, 0.1]])],
            np.array([[4.0, 8.0]]),
        ),
        "four layers": (CHAIN_W, CHAIN_SLOPES, CHAIN_dA),
        "units that are off": (
            CHAIN_W[:2],
            [np.ones((5, 3)), (CHAIN_dA > 0) * 1.0],
            CHAIN_dA,
        ),
    },
    wrong=[
        Wrong(
            _chain(_through(lambda W, slope, dA: (dA * slope) @ W)),
            "W is not transposed. Forward it is Z = X W, so on the way back dX = dZ W^T.",
        ),
        Wrong(
            _chain(_through(lambda W, slope, dA: (dA * slope) @ W.T), flip=False),
            "The numbers are right, in the order in which you met them: the last layer first. "
            "Turn the list around.",
        ),
        Wrong(
            _chain(_through(lambda W, slope, dA: (dA * slope) @ W.T), flip=False, order=1),
            "You walk from the first layer to the last. The gradient comes from the end: start "
            "at the last layer.",
        ),
        Wrong(
            _chain(_through(lambda W, slope, dA: dA @ W.T)),
            "The slopes are missing: dZ = dA * f'(Z) comes before the weights.",
        ),
        Wrong(
            _chain(_through(lambda W, slope, dA: dA * slope)),
            "The weights are missing. 0.25^L is the product of the slopes alone; the gradient "
            "passes W^T at every layer, too.",
        ),
        Wrong(
            _chain(_through(lambda W, slope, dA: (dA * slope**2) @ W.T)),
            "The slope is multiplied in twice at each layer.",
        ),
        Wrong(
            _chain(_through(lambda W, slope, dA: (dA @ W.T) * slope)),
            "The order within a layer is off: the slope acts on dA first, then W^T. Slope and "
            "W^T change places only when all slopes are equal.",
        ),
        Wrong(
            _chain(lambda W, slope, dA: ((dA * slope) @ W.T, dA * slope)),
            "You measure dZ, before the weights. The question is for dX, after W^T.",
        ),
        Wrong(
            _chain(lambda W, slope, dA: ((dA * slope) @ W.T, dA)),
            "You measure the gradient that comes into each layer. Asked for is dX, which leaves "
            "it: measure after the step.",
        ),
        Wrong(
            _chain(_through(lambda W, slope, dA: (dA * slope) @ W.T), measure=np.linalg.norm),
            "These are the norms, which grow with the number of entries. Asked for are the "
            "standard deviations, `dX.std()`.",
        ),
        Wrong(
            _chain(
                _through(lambda W, slope, dA: (dA * slope) @ W.T),
                measure=lambda dX: np.mean(np.abs(dX)),
            ),
            "You take the mean size of the entries. Asked for are the standard deviations, "
            "`dX.std()`.",
        ),
    ],
    witness=_stds_by_nudges,
    draw=_draw_chain,
    hints=[
        "Go backward: the last layer first. At each layer dA becomes dZ, and dZ becomes dX.",
        "dZ = dA * slope, dX = dZ @ W.T, and dX is the dA of the layer before.",
        "Collect dX.std() on the way, and reverse the list at the end.",
    ],
    why="Each layer multiplies by its slopes and by W^T. With sigmoid slopes of at most 1/4, only "
    "large weights keep the product from vanishing.",
)


# 2.14 -----------------------------------------------------------------------------------------


def dead_units(batches):
    """Return how many units are 0 for every sample of every batch.

    A batch is an array A = ReLU(Z), shape (n, k).
    """
    dead = np.all([np.all(A == 0, axis=0) for A in batches], axis=0)
    return np.sum(dead)


def _counts(batches):
    """The units that are 0 throughout a batch, counted for each batch by itself."""
    return [np.sum(np.all(A == 0, axis=0)) for A in batches]


def _all_rows(batches):
    return np.concatenate(batches)


# Unit 0 is dead, unit 1 sleeps through the first batch, unit 2 sleeps now and then.
BATCH_1 = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
BATCH_2 = np.array([[0.0, 2.0, 0.0]])
# No unit is dead. The batches by themselves would say 2, 3, 1 and 2.
FOUR_BATCHES = [
    np.array([row]) for row in np.array([[0.0, 0, 1, 1], [0, 0, 0, 1], [1, 1, 1, 0], [0, 1, 0, 1]])
]


def _never_awake(batches):
    """Look through all outputs of each unit for one that is not 0."""
    return sum(not any(row[j] for A in batches for row in A) for j in range(len(batches[0][0])))


def _draw_sleepy(rng):
    k = int(rng.integers(4, 7))
    sizes = rng.integers(1, 4, int(rng.integers(1, 4)))
    return ([np.maximum(rng.normal(-1, 1, (int(n), k)), 0) for n in sizes],)


DEAD = Exercise(
    id="2.14",
    title="dead, or only asleep",
    solution=dead_units,
    probes={
        "one batch": ([np.array([[0.0, 1.0], [0.0, 0.0]])],),
        "a unit that sleeps through the first batch": ([BATCH_1, BATCH_2],),
        "a unit that sleeps through the last batch": ([BATCH_2, BATCH_1],),
        "four batches": (FOUR_BATCHES,),
        "tiny outputs": ([np.array([[1e-12, 0.0]])],),
        "no dead unit": ([np.ones((2, 3)), np.zeros((1, 3))],),
        "two dead units": ([np.array([[0.0, 0.0, 3.0]]), np.array([[0.0, 0.0, 0.0]])],),
    },
    wrong=[
        Wrong(
            lambda batches: np.sum([np.all(A == 0, axis=0) for A in batches]),
            "You add up the counts of the batches. A unit is dead once, however many batches "
            "there are, and one that wakes in another batch is not dead at all.",
        ),
        Wrong(
            lambda batches: np.sum(np.any([np.all(A == 0, axis=0) for A in batches], axis=0)),
            "A unit that sleeps through one batch and fires in another is not dead. It has to be "
            "0 in all batches, not in any.",
        ),
        Wrong(
            lambda batches: np.sum(np.all(batches[-1] == 0, axis=0)),
            "Only the last batch counts here. The data set is all of them.",
        ),
        Wrong(
            lambda batches: np.sum(np.all(batches[0] == 0, axis=0)),
            "Only the first batch counts here. The data set is all of them.",
        ),
        Wrong(
            lambda batches: np.sum(np.any(_all_rows(batches) == 0, axis=0)),
            "You count units that are 0 for at least one sample, which is what ReLU units do. "
            "Dead is 0 for all of them: `np.all`.",
        ),
        Wrong(
            lambda batches: np.sum(np.all(_all_rows(batches) == 0, axis=1)),
            "You count samples for which all units are 0 (axis 1). Units are columns: look down "
            "the samples, axis 0.",
        ),
        Wrong(
            lambda batches: np.sum(_all_rows(batches) == 0),
            "You count zeros, one for each sample and unit. A unit is dead if its whole column "
            "is zero.",
        ),
        Wrong(
            lambda batches: np.sum(np.all(_all_rows(batches) < 1e-8, axis=0)),
            "A tiny output counts as 0 here. ReLU's zeros are exact, and where the output is "
            "1e-12 the gradient still passes in full.",
        ),
        Wrong(
            lambda batches: np.mean(_counts(batches)),
            "You take the mean of the batches' counts. A unit is dead if it is 0 in all of them, "
            "and no count says which units it counted.",
        ),
        Wrong(
            lambda batches: max(_counts(batches)),
            "You take the largest of the batches' counts. A unit that sleeps in that batch may "
            "wake in another.",
        ),
        Wrong(
            lambda batches: min(_counts(batches)),
            "You take the smallest of the batches' counts. Two batches may count as many units, "
            "and not the same ones.",
        ),
        Wrong(
            lambda batches: np.sum(np.any(_all_rows(batches) > 0, axis=0)),
            "You count the units that are awake. The dead ones are the others.",
        ),
    ],
    witness=_never_awake,
    draw=_draw_sleepy,
    hints=[
        "One batch: `np.all(A == 0, axis=0)` asks of each column whether it is all zeros.",
        "Over several batches a unit is dead only if it is silent in every one of them.",
        "Put the batches on top of each other with `np.concatenate`, or combine with `np.all`.",
    ],
    why="Dead is a statement about the data set. On one small batch many healthy units are silent, "
    "which makes the problem look larger than it is.",
)


# 2.15 -----------------------------------------------------------------------------------------


def what_would_wake(X, W, b):
    """Return three counts of ReLU units: dead, and of these still dead ...

    ... with b = 0 instead, and with centered inputs instead (b kept).
    X is (n, d), all the data; W (d, k); b (1, k). Dead: z <= 0 in all rows.
    """
    dead = np.all(X @ W + b <= 0, axis=0)
    without_bias = np.all(X @ W <= 0, axis=0)
    centered = np.all((X - X.mean(axis=0)) @ W + b <= 0, axis=0)
    return np.sum(dead), np.sum(dead & without_bias), np.sum(dead & centered)


def _trial(without_bias, centered, dead=lambda X, W, b: np.all(X @ W + b <= 0, axis=0)):
    """A wrong answer: another dead, or other conditions for staying so."""

    def counts(X, W, b):
        now = dead(X, W, b)
        return tuple(np.sum(c) for c in (now, without_bias(now, X, W, b), centered(now, X, W, b)))

    return counts


def _stays_without(now, X, W, b):
    return now & np.all(X @ W <= 0, axis=0)


def _stays_centered(now, X, W, b):
    return now & np.all((X - X.mean(axis=0)) @ W + b <= 0, axis=0)


def _trial_by_units(X, W, b):
    """Look at one unit after the other, sample by sample."""
    mean = [sum(row[m] for row in X) / len(X) for m in range(X.shape[1])]
    counts = [0, 0, 0]
    for j in range(W.shape[1]):
        common = sum(mean[m] * W[m, j] for m in range(len(W)))
        alone = [sum(row[m] * W[m, j] for m in range(len(W))) for row in X]
        if any(z + b[0, j] > 0 for z in alone):
            continue
        counts[0] += 1
        counts[1] += not any(z > 0 for z in alone)
        counts[2] += not any(z - common + b[0, j] > 0 for z in alone)
    return tuple(counts)


def _draw_trial(rng):
    """Return small whole numbers, inputs that are not negative, and biases that mostly are.

    Four samples: their mean is exact, so that a z of 0 is 0 to everybody.
    """
    d, k = int(rng.integers(2, 4)), int(rng.integers(5, 9))
    X, W = rng.integers(0, 3, (4, d)), rng.integers(-2, 2, (d, k))
    return X.astype(float), W.astype(float), rng.integers(-3, 2, (1, k)).astype(float)


# Unit 0 is awake; 1 dies of its bias alone, 2 of its weight alone, 3 of both; 4 has both alone.
TRIAL_X = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 1.0], [2.0, 3.0]])
TRIAL_W = np.array([[1.0, 1.0, -1.0, -1.0, -1.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0]])
TRIAL_b = np.array([[0.0, -4.0, 0.5, -2.0, -0.5, 0.0]])

TRIAL = Exercise(
    id="2.15",
    title="what would wake them",
    solution=what_would_wake,
    probes={
        "one unit that its weight kills": (TRIAL_X[:, :1], TRIAL_W[:1, 2:3], TRIAL_b[:, 2:3]),
        "one unit that its bias kills": (TRIAL_X[:, :1], TRIAL_W[:1, 1:2], TRIAL_b[:, 1:2]),
        "one unit that is awake": (TRIAL_X[:, :1], TRIAL_W[:1, :1], TRIAL_b[:, :1]),
        "six units": (TRIAL_X, TRIAL_W, TRIAL_b),
        "small weights": (TRIAL_X[:, :1], np.array([[0.25, -0.25]]), np.array([[-1.0, 0.1]])),
        "four units, all awake": (TRIAL_X, np.ones((2, 4)), np.zeros((1, 4))),
        "awake now, dead without their biases": (TRIAL_X, -np.ones((2, 3)), np.full((1, 3), 2.0)),
        "centering would put them to sleep": (TRIAL_X, np.ones((2, 2)), np.full((1, 2), -4.0)),
    },
    wrong=[
        Wrong(
            _trial(
                lambda now, X, W, b: np.all(X @ W <= 0, axis=0),
                lambda now, X, W, b: np.all((X - X.mean(axis=0)) @ W + b <= 0, axis=0),
            ),
            "You count all units that are dead after the change. Asked for are those that were "
            "dead before it, too.",
        ),
        Wrong(
            _trial(
                lambda now, X, W, b: now & ~np.all(X @ W <= 0, axis=0),
                lambda now, X, W, b: now & ~np.all((X - X.mean(axis=0)) @ W + b <= 0, axis=0),
            ),
            "The last two count the units that wake. Asked for are those that stay dead.",
        ),
        Wrong(
            _trial(
                _stays_without, lambda now, X, W, b: now & np.all((X - X.mean()) @ W + b <= 0, 0)
            ),
            "Centering takes from each input its own mean over the samples, axis 0. You subtract "
            "one mean of all entries.",
        ),
        Wrong(
            _trial(
                _stays_without,
                lambda now, X, W, b: (
                    now & np.all((X - X.mean(axis=1, keepdims=True)) @ W + b <= 0, 0)
                ),
            ),
            "You take from each sample the mean of its inputs, axis 1. Centering takes from each "
            "input its mean over the samples, axis 0.",
        ),
        Wrong(
            _trial(_stays_without, lambda now, X, W, b: now & np.all((X - X.mean(0)) @ W <= 0, 0)),
            "The last count changes two things at once: the inputs are centered and the bias is "
            "gone. One change at a time.",
        ),
        Wrong(
            _trial(
                _stays_without,
                _stays_centered,
                dead=lambda X, W, b: np.any(X @ W + b <= 0, axis=0),
            ),
            "A unit that is off for one sample counts as dead here. Dead is off for all of them.",
        ),
        Wrong(
            _trial(lambda now, X, W, b: now & np.all(W <= 0, axis=0), _stays_centered),
            "You look at the signs of the weights. A unit with weights of both signs can stay dead "
            "as well: compute its z without the bias.",
        ),
    ],
    witness=_trial_by_units,
    draw=_draw_trial,
    hints=[
        "A mask over the units first: `np.all(X @ W + b <= 0, axis=0)`.",
        "Make the same mask for each change, and combine it with the first: `dead & other`.",
        "Centered inputs are `X - X.mean(axis=0)`.",
    ],
    why="A cause is what you can take away so that the effect goes. Two changes, one at a time, "
    "tell a unit that its bias killed from one that its weights did.",
)


# 2.16 -----------------------------------------------------------------------------------------


def layer_factors(f, slope, ns2, depth, u, p):
    """Return chi of layers 1, ..., depth, for inputs of mean square 1.

    f and slope are functions of an array. For a standard normal variable,
    the mean of any g is sum(p * g(u)).
    """
    q, factors = ns2, []
    for _ in range(depth):
        z = np.sqrt(q) * u
        factors.append(ns2 * np.sum(p * slope(z) ** 2))
        q = ns2 * np.sum(p * f(z) ** 2)
    return np.array(factors)


def _factors(factor, after, first=lambda ns2: ns2, at=np.sqrt):
    """A wrong answer: another factor, another next q, another first one, another width of z."""

    def factors(f, slope, ns2, depth, u, p):
        q, found = first(ns2), []
        for _ in range(depth):
            z = at(q) * u
            found.append(factor(slope, ns2, z, p))
            q = after(f, ns2, z, p, q)
        return np.array(found)

    return factors


def _chi(slope, ns2, z, p):
    return ns2 * np.sum(p * slope(z) ** 2)


def _next(f, ns2, z, p, q):
    return ns2 * np.sum(p * f(z) ** 2)


def _factors_by_nodes(f, slope, ns2, depth, u, p):
    """Add up node by node; q of each layer anew from the first."""

    def mean(g, q):
        return sum(p[i] * g(np.array([np.sqrt(q) * u[i]]))[0] ** 2 for i in range(len(u)))

    def variance(layer):
        return ns2 if layer == 1 else ns2 * mean(f, variance(layer - 1))

    return np.array([ns2 * mean(slope, variance(layer)) for layer in range(1, depth + 1)])


def _leaky(z):
    return np.where(z > 0, z, 0.5 * z)


def _leaky_slope(z):
    return np.where(z > 0, 1, 0.5)


# Three points with the mean 0 and the mean square 1 of a standard normal, and a finer set.
THREE_U, THREE_P = np.array([-np.sqrt(3), 0.0, np.sqrt(3)]), np.array([1, 4, 1]) / 6
FINE_U, FINE_P = np.polynomial.hermite_e.hermegauss(20)
FINE_P = FINE_P / FINE_P.sum()

FACTORS = Exercise(
    id="2.16",
    title="chi, layer by layer",
    solution=layer_factors,
    probes={
        "one layer that only doubles": (
            lambda z: 2 * z,
            lambda z: np.full_like(z, 2),
            0.5,
            1,
            THREE_U,
            THREE_P,
        ),
        "two layers of tanh, three points": (
            np.tanh,
            lambda z: 1 / np.cosh(z) ** 2,
            1.5,
            2,
            THREE_U,
            THREE_P,
        ),
        "six layers of tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2, 2.0, 6, FINE_U, FINE_P),
        "four layers of leaky ReLU": (_leaky, _leaky_slope, 1.6, 4, FINE_U, FINE_P),
    },
    wrong=[
        Wrong(
            _factors(_chi, lambda f, ns2, z, p, q: q),
            "q stays as it is in the first layer. Each layer makes the q of the next, by (2.8).",
        ),
        Wrong(
            _factors(lambda slope, ns2, z, p: ns2 * np.sum(p * slope(z)), _next),
            "The slope is not squared. A mean square is asked for: E[f'(z)^2].",
        ),
        Wrong(
            _factors(lambda slope, ns2, z, p: ns2 * np.sum(p * slope(z)) ** 2, _next),
            "You square the mean of the slopes. The mean of the squares is asked for, and it is "
            "larger wherever slopes differ.",
        ),
        Wrong(
            _factors(_chi, _next, at=lambda q: q),
            "z is q times u here. Its variance is q, so it is the root of q times u.",
        ),
        Wrong(
            _factors(_chi, _next, first=lambda ns2: 1.0),
            "The first q is not 1: the first layer multiplies inputs of mean square 1 by n s^2.",
        ),
        Wrong(
            _factors(_chi, lambda f, ns2, z, p, q: np.sum(p * f(z) ** 2)),
            "The factors are right as far as q is. The q of the next layer lacks its n s^2.",
        ),
        Wrong(
            _factors(lambda slope, ns2, z, p: np.sum(p * slope(z) ** 2), _next),
            "This is E[f'(z)^2] of each layer. chi has n s^2 in front.",
        ),
        Wrong(
            lambda *given: layer_factors(*given)[::-1],
            "The numbers are right, from the last layer to the first. Layer 1 comes first.",
        ),
        Wrong(
            lambda *given: np.cumprod(layer_factors(*given)),
            "These are products of the factors. Each layer's own is asked for.",
        ),
    ],
    witness=_factors_by_nodes,
    hints=[
        "Start with q = ns2, and take z = sqrt(q) * u in each layer.",
        "chi is ns2 * sum(p * slope(z) ** 2).",
        "Before the next layer, q becomes ns2 * sum(p * f(z) ** 2).",
    ],
    why="Two means under one bell: that of f^2 makes the bell of the next layer, that of f'^2 is "
    "what the gradient pays.",
)


EXERCISES = [
    SIGMOID,
    SIGMOID_DERIVATIVE,
    TANH,
    TANH_LAB,
    RELU,
    RELU_LAB,
    VANISHING,
    FACTORS,
    TWICE_LAB,
    DEAD,
    TRIAL,
    PRELU,
    ELU,
    SOFTMAX,
    SOFTMAX_BACKWARD,
    SOFTMAX_LAB,
]
