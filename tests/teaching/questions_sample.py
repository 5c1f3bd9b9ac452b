"""A chapter's worth of questions, one of each kind, for the tests. Chapter 9 does not exist."""

import numpy as np

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

X = np.array([[1, 2], [3, 4]])
RIGHT = np.array([[2.0, -4.0, 0.5], [6.0, 0.0, 1.5]])
BIAS = np.array([1.0, 0.0, 0.25])

QUESTIONS = [
    Choice(
        id="9.nudge",
        prompt=(
            "Here $g = (x + y)\\max(x, z)$ with $x = 2$, $y = -5$ and $z = 1$. "
            "You raise $x$ by 0.01. What does $g$ do?"
        ),
        options=[
            Option("rises by 0.02", "That is the wire through the sum alone: `max(x, z)` is 2."),
            Option("falls by $0.01$", "The sum sends 2, the maximum −3: together −1.", right=True),
            Option("falls by 0.03", "That is the wire through the `max` alone."),
            Option("stays as it is", "It would, if x lost the maximum; but 2 > 1."),
            Option("I don't know yet", "Then read on: the next picture shows it.", unsure=True),
        ],
        why="$\\partial g/\\partial x = \\max(x, z) + (x + y) = 2 - 3 = -1$, times 0.01.",
    ),
    Choice(
        id="9.keep",
        prompt="Which arrays does the backward pass of $Z = XW + b$ read?",
        multiple=True,
        options=[
            Option("`X`", "dW needs it.", right=True, missed="How would you find dW?"),
            Option("`W`", "dX needs it.", right=True, missed="How would you find dX?"),
            Option("`b`", "No gradient contains the bias: it is added, and drops out."),
            Option("`Z`", "The layer is linear, so where it stands does not matter."),
        ],
        why="$dW = X^\\top dZ$ and $dX = dZ\\,W^\\top$.",
    ),
    Number(
        id="9.mean",
        prompt="Two losses are 0.25 and 0.75. What is the loss of the batch, a *mean*?",
        answer=0.5,
        wrong=[
            Slip(1, "That is the sum. The loss is a mean: divide by the number of samples."),
            Slip(0.25, "That is the first loss alone."),
        ],
        why="$(0.25 + 0.75)/2 = 0.5$.",
    ),
    Number(
        id="9.best-step",
        prompt="Which step $h$ gives a central difference its smallest error, about?",
        answer=1e-5,
        factor=3,
        unit="per unit",
        wrong=[Slip(1e-8, "That is the best step of a *forward* difference.")],
        why="The errors $h^2$ and $\\varepsilon/h$ meet at $h = \\varepsilon^{1/3}$.",
    ),
    Blanks(
        id="9.two-by-three",
        prompt="Fill in $dW$ and $db$.",
        given={"X": X, "scale": 0.5},
        blanks={"dW": RIGHT, "db": BIAS},
        wrong=[
            Slip({"dW": RIGHT / 2, "db": BIAS / 2}, "You divided by n once more: dZ has it."),
            Slip({"dW": RIGHT[::-1]}, "The rows are swapped: `X` is transposed."),
            Slip({"db": [0, 0, 0]}, "A bias of 0 still has a gradient."),
        ],
        why="$dW = X^\\top dZ$.",
    ),
    Blanks(
        id="9.loss",
        prompt="And the loss?",
        blanks={"L": 1 / 3},
        rtol=0,
        atol=0.2,
        why="One third.",
    ),
]
