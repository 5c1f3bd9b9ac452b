"""The questions of lesson 3: the worksheet, who owns 1/n, one step, its cost."""

import numpy as np

from nnlib.teaching.example import W1, W2, X, b1, b2
from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

# Forward, and back from a dZ2 counted in fortieths: the true one is 0.0253 and 0.2075 where this
# has 1 and 8. All that follows is linear in it, so whole numbers do for the pencil.
_Z1 = X @ W1 + b1
_A1 = np.maximum(_Z1, 0)
_Z2 = _A1 @ W2 + b2
_dZ2 = np.array([[-1.0, 1.0], [1.0, -1.0], [8.0, -8.0]])
_dA1 = _dZ2 @ W2.T
_dZ1 = _dA1 * (_Z1 > 0)
_n = len(X)


def _sums(dZ: np.ndarray) -> np.ndarray:
    return np.sum(dZ, axis=0, keepdims=True)


FORWARD = Blanks(
    id="4.forward",
    prompt="Sample 1 is done: $z^{(1)} = (2, 1, -1)$, $a^{(1)} = (2, 1, 0)$, $z^{(2)} = "
    "(2, -\\tfrac12)$. Now samples 2 and 3, as the two rows of $X$.",
    given={"X": X[1:], "W1": W1, "b1": b1, "W2": W2, "b2": b2},
    blanks={"Z1": _Z1[1:], "A1": _A1[1:], "Z2": _Z2[1:]},
    wrong=[
        Slip(
            {"Z1": (_Z1 - b1)[1:]},
            "The bias is missing in Z1: unit 3 has 0.5, and every sample gets it.",
        ),
        Slip(
            {"Z1": (X @ np.abs(W1) + b1)[1:]},
            "The minus signs of W1 got lost.",
        ),
        Slip({"A1": _Z1[1:]}, "A1 is Z1 again. ReLU puts a 0 where Z1 is negative."),
        Slip(
            {"A1": np.abs(_Z1)[1:]},
            "You dropped the sign. ReLU drops the number: max(−2, 0) is 0, not 2.",
        ),
        Slip(
            {"Z2": (_Z1 @ W2 + b2)[1:]},
            "Z2 is made from Z1. What layer 2 sees is A1, without the negative numbers.",
        ),
        Slip({"Z2": (_A1 @ W2)[1:]}, "The bias of layer 2 is missing: the second logit gets 0.5."),
    ],
    why="Each entry is a row times a column, plus a bias: "
    "$z^{(1)}_{23} = -1 \\cdot \\tfrac12 + 1 \\cdot (-1) + \\tfrac12 = -1$.",
)

BACK_TWO = Blanks(
    id="4.back-two",
    prompt="Layer 2. Its input is $A^{(1)}$, and what comes back is $dZ^{(2)}$, in fortieths.",
    given={"A1": _A1, "W2": W2, "dZ2": _dZ2},
    blanks={"dW2": _A1.T @ _dZ2, "db2": _sums(_dZ2), "dA1": _dA1},
    wrong=[
        Slip(
            {"dW2": _A1 @ _dZ2},
            "You multiplied A1 itself with dZ2. The sum has to run over the samples, the rows of "
            "both, so it is the transpose, A1ᵀ dZ2. Only because A1 is square did the shapes fit.",
        ),
        Slip(
            {"dW2": _Z1.T @ _dZ2},
            "dW2 is made from Z1. What entered layer 2 is A1: multiply with that.",
        ),
        Slip(
            {"dW2": _A1.T @ _dZ2 / _n},
            "You divided dW2 by n once more. The 1/3 of the loss is in dZ2 already.",
        ),
        Slip(
            {"db2": _sums(_dZ2) / _n},
            "db2 is a mean here. The 1/3 of the loss is in dZ2 already: add the rows up.",
        ),
        Slip({"db2": _dZ2[:1]}, "That is what sample 1 alone sends. All three share the bias."),
        Slip({"dA1": _dZ1}, "That is dZ1, with the slope of ReLU. dA1 comes before it."),
        Slip(
            {"dA1": np.abs(_dA1)},
            "In dA1 the signs got lost.",
        ),
        Slip({"dA1": -_dA1}, "In dA1 all signs are turned around."),
    ],
    why="$dW^{(2)} = A^{(1)\\top} dZ^{(2)}$ and $db^{(2)} = \\mathbf 1^\\top dZ^{(2)}$ add up over "
    "the samples. $dA^{(1)} = dZ^{(2)} W^{(2)\\top}$ adds up over the classes: a row $(t, -t)$ "
    "becomes $(2t, -t, -2t)$.",
)

_SQUASHED = _dA1 * _A1

BACK_ONE = Blanks(
    id="4.back-one",
    prompt="Layer 1, still in fortieths. From $dA^{(1)}$ to $dZ^{(1)}$ by the slope of ReLU, then "
    "to the parameters.",
    given={"X": X, "Z1": _Z1, "dA1": _dA1},
    blanks={"dZ1": _dZ1, "dW1": X.T @ _dZ1, "db1": _sums(_dZ1)},
    wrong=[
        Slip(
            {"dZ1": _dA1, "dW1": X.T @ _dA1, "db1": _sums(_dA1)},
            "The mask is forgotten: dZ1 is dA1 again. Where Z1 is negative the slope is 0, and "
            "nothing goes through. A1 ≥ 0 is no mask: it is always true.",
        ),
        Slip(
            {"dZ1": _SQUASHED, "dW1": X.T @ _SQUASHED, "db1": _sums(_SQUASHED)},
            "You multiplied with A1 itself. It is the slope at Z1 that belongs there: 1 or 0.",
        ),
        Slip(
            {"dZ1": _dA1 * (_Z1 <= 0)},
            "The mask is upside down: what is on, Z1 > 0, lets the gradient through.",
        ),
        Slip(
            {"dZ1": _dZ1 / _n, "dW1": X.T @ _dZ1 / _n, "db1": _sums(_dZ1) / _n},
            "You divided by n a second time. The 1/3 of the loss has been in dZ2 from the start.",
        ),
        Slip(
            {"dW1": (X * [[1], [1], [-1]]).T @ _dZ1},
            "In dW1 sample 3 has the wrong sign.",
        ),
        Slip({"db1": _dZ1[:1]}, "That is what sample 1 alone sends. All three share the bias."),
        Slip(
            {"db1": _sums(np.abs(_dZ1))},
            "In db1 the signs got lost: samples 1 and 2 pull unit 2 in opposite directions.",
        ),
    ],
    why="$dZ^{(1)} = dA^{(1)} \\odot [Z^{(1)} > 0]$, $dW^{(1)} = X^\\top dZ^{(1)}$, $db^{(1)} = "
    "\\mathbf 1^\\top dZ^{(1)}$. One fortieth is 0.025.",
)

ADDED_UP = Choice(
    id="4.added-up",
    prompt='Set *sample* to 3, then to all, step by step. At which steps does "all" show something '
    "else than the three samples side by side?",
    multiple=True,
    options=[
        Option(
            "7: dW2 and db2",
            "Step 7 adds: all samples use the same weights.",
            right=True,
            missed="One more: layer 2 has weights, too, and all samples use them.",
        ),
        Option("8: dA1", "Step 8 has a row for each sample: an activation belongs to one of them."),
        Option("9: dZ1", "Step 9 works entry by entry. No sample meets another."),
        Option(
            "10: dW1 and db1",
            "Step 10 adds, for the same reason.",
            right=True,
            missed="One more: layer 1 has weights, too, and all samples use them.",
        ),
        Option("11: dX", "Step 11 has a row for each sample: every sample has its own input."),
    ],
    why="A parameter is shared by the samples, so its gradient is a sum over them.",
)

ONE_OVER_N = Choice(
    id="4.one-over-n",
    prompt="Five colleagues write the backward pass for the mean loss. Whose $dW$ and $db$ are "
    "right?",
    multiple=True,
    options=[
        Option(
            "1/n in the loss, so dZ2 = (P − Y)/n, and nowhere else",
            "In the loss: from dZ2 it goes into everything below, once.",
            right=True,
            missed="The loss is the place that this book chose.",
        ),
        Option(
            "dZ2 = P − Y, and every dW and db divided by n",
            "At the end: the same dW and db, as a factor may stand anywhere in a product; dA1 is "
            "n times as large, and nobody looks at it.",
            right=True,
            missed="One more: a factor of a product may stand at its end as well.",
        ),
        Option(
            "1/n in the loss, and every dW and db divided by n",
            "Loss and layers both divide: 1/n². Same direction, and a step n times too short.",
        ),
        Option(
            "1/n in the loss, and every dZ divided by n",
            "Every dZ divides: layer 2 has 1/n² and layer 1 has 1/n³. The step turns aside.",
        ),
        Option(
            "1/n in the loss, and db taken as a mean",
            "db as a mean: the biases get 1/n², the weights 1/n. The step turns aside.",
        ),
    ],
    why="One factor $1/n$ on every way from the loss to a parameter: at the start or at the end.",
)

COPIES = Choice(
    id="4.copies",
    prompt="Write every sample down four times, so $n = 12$. The mean loss stays. Which arrays "
    "keep their numbers?",
    options=[
        Option("all of them", "dZ2 and dA1 have twelve rows now, and each holds 1/12."),
        Option(
            "dW1, db1, dW2, db2",
            "As functions of the parameters the two losses are one and the same, so their "
            "gradients are, too. The rows of dZ2 and dA1 are a quarter as large.",
            right=True,
        ),
        Option("dZ2 and dA1", "It is the other way round: each of their rows holds 1/n."),
        Option("none of them", "The loss as a function of W1 is the same. Then so is dW1."),
    ],
    why="This is a test that needs no derivative: copy the data, and compare.",
)

FIRST_STEP = Choice(
    id="4.first-step",
    prompt="The loss is 0.377 and $\\lVert g\\rVert^2 = 2.16$. With $\\eta = 0.1$ the slope "
    "promises $0.377 - 0.216 = 0.161$. Where does the loss end?",
    options=[
        Option("below 0.161", "The loss curves upward along this line: it stays above its slope."),
        Option("at 0.161", "That holds in the limit of small steps. This one is 0.1."),
        Option("between 0.161 and 0.377", "At 0.210: three quarters of the promise.", right=True),
        Option("above 0.377", "Not yet. A step ten times as long gets there."),
    ],
    why="The promise is the tangent at $\\eta = 0$. The gradient changes on the way.",
)

LONGEST = Number(
    id="4.longest-step",
    prompt="Guess: up to which $\\eta$ does this first step end below 0.377, where it began?",
    answer=0.915,
    factor=1.25,
    wrong=[
        Slip(
            0.1745,
            "0.377 / 2.16: there the promised line reaches 0. The loss leaves that line much "
            "earlier, and comes back up much later.",
        ),
        Slip(0.31, "Near 0.31 the loss is lowest. It comes back to 0.377 further on."),
    ],
    why="At $\\eta = 0.915$ the loss is back at 0.377. It is lowest at 0.31, where it is 0.114.",
)

COST = Choice(
    id="4.backward-cost",
    prompt="A network 784-256-10. Count the multiplications of its matrix products: how many times "
    "as many does the backward pass take as the forward pass?",
    options=[
        Option(
            "about 1",
            "dW costs what forward costs. dX would cost the same again, but nobody needs the "
            "gradient of the input, and nearly all the work is in layer 1.",
            right=True,
        ),
        Option(
            "2",
            "Two products, dW and dX, for one forward: true for an inner layer. Here nearly all "
            "the work is in layer 1, and who needs its dX?",
        ),
        Option("3", "That would be forward and backward together, for an inner layer."),
        Option(
            "200,000, one pass for each weight",
            "That is what nudging weight by weight costs. The backward pass gets all at once.",
        ),
    ],
    why="$64 \\cdot (784 \\cdot 256 + 256 \\cdot 10)$ forward, and "
    "$64 \\cdot (784 \\cdot 256 + 2 \\cdot 256 \\cdot 10)$ backward: 1.01 times as many.",
)

QUESTIONS = [
    FORWARD,
    BACK_TWO,
    BACK_ONE,
    ADDED_UP,
    ONE_OVER_N,
    COPIES,
    FIRST_STEP,
    LONGEST,
    COST,
]
