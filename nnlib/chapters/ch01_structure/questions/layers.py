"""The questions of lesson 2, on the running example."""

import numpy as np

from nnlib.teaching.example import W1, W2, X, b1, b2
from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

Z1 = X @ W1 + b1
A1 = np.maximum(Z1, 0)
Z2 = A1 @ W2 + b2
GAP = Z2[:, 1] - Z2[:, 0]
PREDICTED = Z2.argmax(axis=1)

THIRD = Number(
    id="1.third-unit",
    prompt="A unit with the activation $f(z) = \\max(z, 0)$ has the weights 0.5 and −1 and the "
    "bias 0.5. What does it put out for the sample (1, 2)?",
    answer=0,
    wrong=[
        Slip(-1, "That is z. What comes out is max(z, 0)."),
        Slip(1, "The sign is lost: z = −1, and max(−1, 0) is 0, not |−1|."),
        Slip(-1.5, "That is the sum without the bias, before the activation."),
        Slip(0.5, "That is the bias, or the first product. Add both products and the bias first."),
        Slip(2.5, "The second weight is −1: its product is −2."),
    ],
    why="$z = 0.5 - 2 + 0.5 = -1$, so $\\max(z, 0) = 0$: the unit is silent.",
)

HIDDEN = Blanks(
    id="1.hidden-layer",
    prompt="The pre-activations of the hidden layer. Row $i$ of `Z1` belongs to sample $i$, column "
    "$j$ to unit $j$, whose weights are column $j$ of `W1`. The first entry is $1 \\cdot 1 + 2 "
    "\\cdot 0.5 + 0 = 2$. How many of the nine become 0?",
    given={"X": X, "W1": W1, "b1": b1},
    blanks={"Z1": Z1, "zeros": 4},
    wrong=[
        Slip({"Z1": X @ W1}, "The bias of unit 3 is missing."),
        Slip({"Z1": X @ W1 + b1.T}, "You gave the bias 0.5 to sample 3. It belongs to unit 3."),
        Slip({"Z1": X @ W1 + 0.5}, "The bias 0.5 belongs to unit 3 alone."),
        Slip({"Z1": A1, "zeros": 4}, "These are the activations. Z comes before max(z, 0)."),
        Slip({"zeros": 5}, "Those above 0 stay. Count those that do not."),
    ],
    why="$\\max(z, 0)$ is 0 for $-1$, $-0.5$, $-1$ and $-2$.",
)

COLUMN = Choice(
    id="1.bias-column",
    prompt="A friend writes `X @ W + b` with $X$ of shape $(5, 4)$, $W$ of shape $(4, 5)$ and $b$ "
    "of shape $(5, 1)$. What does NumPy do?",
    options=[
        Option(
            "it raises an error: b should be (1, 5)",
            "It should. But (5, 5) and (5, 1) broadcast, so nothing is raised.",
        ),
        Option(
            "it adds b[j] to unit j, as wanted",
            "A column runs down the rows: all units of sample i get b[i].",
        ),
        Option(
            "it adds b[i] to all units of sample i, and says nothing",
            "With six samples it would have raised an error.",
            right=True,
        ),
        Option(
            "it adds the sum of b everywhere",
            "Broadcasting repeats an array, it does not add it up.",
        ),
    ],
    why="An axis of length 1 is repeated. $(5, 1)$ is repeated along the units.",
)

LOGITS = Blanks(
    id="1.logits",
    prompt="The output layer. Fill in the logits `Z2`, the gap $z_2 - z_1$ of each sample, and the "
    "class that each is taken for: 0 if $z_1$ is larger, 1 if $z_2$ is.",
    given={"A1": A1, "W2": W2, "b2": b2},
    blanks={"Z2": Z2, "gap": GAP, "class": PREDICTED},
    wrong=[
        Slip({"Z2": A1 @ W2}, "The bias of the second output unit, 0.5, is missing."),
        Slip({"Z2": Z1 @ W2 + b2}, "You went on with Z1. The output layer reads A1."),
        Slip({"Z2": A1 @ W2 + 0.5}, "The bias 0.5 belongs to the second unit alone."),
        Slip({"gap": -GAP}, "The gap is the second logit minus the first."),
        Slip({"class": PREDICTED + 1}, "The classes are counted from 0."),
        Slip({"class": 1 - PREDICTED}, "The larger logit wins: class 0 if it is the first."),
    ],
    why="The classes are 0, 1 and 0. With the labels 0, 1, 1 the third is wrong: an accuracy of "
    "2/3.",
)

PROBABILITY = Number(
    id="1.probability",
    prompt="What probability does the network give to class 1 for sample 3? "
    "($\\sigma(0.5) \\approx 0.622$, and $\\sigma(-z) = 1 - \\sigma(z)$.)",
    answer=1 / (1 + np.exp(0.5)),
    wrong=[
        Slip(0.622, "That is class 0. For class 1 the gap counts from the other side: −0.5."),
        Slip(0.5, "That would be a gap of 0."),
        Slip(-0.5, "That is the gap itself. Send it through σ."),
    ],
    why="$\\sigma(z_2 - z_1) = \\sigma(-0.5) = 1 - 0.622$. The network prefers class 0, wrongly, "
    "and not by much.",
)

TORCH = Choice(
    id="1.torch-shape",
    prompt="PyTorch's layer `nn.Linear(2, 3)` maps 2 inputs to 3 units, with samples as rows. It "
    "keeps its weights as an array of shape $(3, 2)$. Which matrix is that, in our symbols?",
    options=[
        Option("W", "Ours has one column for each unit, so it is (2, 3)."),
        Option(
            "Wᵀ", "One row for each unit. The layer computes `x @ weight.T + bias`.", right=True
        ),
        Option(
            "W, reshaped to (3, 2)",
            "A reshape has the right shape and puts the numbers in wrong places.",
        ),
    ],
    why="Between two layers of equal width the shape does not tell $W$ from $W^\\top$.",
)

QUESTIONS = [THIRD, HIDDEN, COLUMN, LOGITS, PROBABILITY, TORCH]
