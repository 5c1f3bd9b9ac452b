"""The questions of lesson 2, on the layer of `two_by_three`."""

import numpy as np

from nnlib.chapters.ch04_backward.two_by_three import W, X, b, dZ
from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

x, dz = X[0], dZ[0]  # the first sample
two = slice(2)  # the first two samples

WEIGHT = Number(
    id="4.one-weight",
    prompt="One sample, $x = (1, 2)$, goes through a layer with two inputs and three units. The "
    "loss sends back $dz = (1, -2, 3)$. What is the gradient of the weight from input 2 to unit 3?",
    answer=x[1] * dz[2],
    wrong=[
        Slip(dz[2], "3 is what comes back to unit 3. This wire multiplies it by what input 2 is."),
        Slip(x[1], "That went in. It has to be multiplied by what came back to unit 3."),
        Slip(x[1] + dz[2], "Not the sum: the weight is a factor, and a factor swaps."),
        Slip(x[1] * dz[1], "This is the weight from input 2 to unit 2."),
        Slip(x[1] * dz.sum(), "This weight reaches unit 3 alone, not all three."),
    ],
    why="The wire carries 2 in and 3 comes back: $2 \\cdot 3$.",
)

INPUT = Number(
    id="4.one-input",
    prompt="And the gradient of input 1? Its three weights are $2$, $-1$ and $4$, and $dz = "
    "(1, -2, 3)$.",
    answer=int(W[0] @ dz),
    wrong=[
        Slip(W[0, 0] * dz[0], "That is what unit 1 sends back. Three wires leave the input."),
        Slip(W[0].sum(), "You added the weights. Each is multiplied by its unit's dz first."),
        Slip(12, "Mind the signs: (−1)·(−2) is +2."),
        Slip(W[0] @ dz / 3, "That is a mean over the units. At a fork gradients add."),
        Slip(W[1] @ dz, "These are the weights of input 2."),
    ],
    why="A fork into three wires: $2 \\cdot 1 + (-1)(-2) + 4 \\cdot 3 = 16$.",
)

SAMPLES = Number(
    id="4.two-samples",
    prompt="A second sample comes: $x = (-1, 1)$, $dz = (2, 1, -2)$. The weight from input 2 to "
    "unit 3 is used by both. What is its gradient now?",
    answer=int(X[two, 1] @ dZ[two, 2]),
    wrong=[
        Slip(6, "That is the first sample's share. The second uses the same weight."),
        Slip(-2, "That is the second sample's share. Add the first one's."),
        Slip(
            X[two, 1] @ dZ[two, 2] / 2,
            "That is the mean of the two shares. Wires of a fork add; the 1/n of the loss is in "
            "dz already.",
        ),
        Slip(3, "You added first and multiplied then. Each sample makes its own product."),
        Slip(8, "The second share is 1·(−2): it is negative."),
    ],
    why="$2 \\cdot 3 + 1 \\cdot (-2) = 4$.",
)

BIAS = Number(
    id="4.bias",
    prompt="The bias of unit 3, with both samples?",
    answer=int(dZ[two, 2].sum()),
    wrong=[
        Slip(0.5, "That is the mean. Both samples use the bias, so the wires add."),
        Slip(3, "That is the first sample alone."),
        Slip(-2, "That is the second sample alone."),
        Slip(4, "A bias is multiplied by 1, not by an input."),
        Slip(5, "The second sample brings −2."),
    ],
    why="$3 - 2 = 1$.",
)

WHOLE = Blanks(
    id="4.whole-layer",
    prompt="Now all of it, for the two samples. Row $m$, column $j$ of $dW$ "
    "belongs to the weight from input $m$ to unit $j$; row $i$ of $dX$ to sample $i$.",
    given={"X": X[two], "W": W, "dZ": dZ[two]},
    blanks={
        "dW": X[two].T @ dZ[two],
        "db": dZ[two].sum(axis=0, keepdims=True),
        "dX": dZ[two] @ W.T,
    },
    wrong=[
        Slip(
            {"dW": X[two].T @ dZ[two] / 2, "db": dZ[two].mean(axis=0, keepdims=True)},
            "You divided by n. The 1/n of the loss is in dZ already: these are sums.",
        ),
        Slip(
            {"dW": np.outer(x, dz), "db": dZ[:1]},
            "That is the first sample alone. Both use the same weights and biases.",
        ),
        Slip(
            {"dW": np.outer(X[1], dZ[1]), "db": dZ[1:2]},
            "That is the second sample alone. Add the first one's share.",
        ),
        Slip(
            {"dX": np.tile((dZ[two] @ W.T).sum(axis=0), (2, 1))},
            "You added the samples in dX. Each sample has inputs of its own: its own row.",
        ),
        Slip(
            {"dX": (dZ[two] @ W.T)[:, ::-1]},
            "The columns of dX are swapped: column m belongs to input m, so to row m of W.",
        ),
        Slip(
            {"dX": np.tile(W.sum(axis=1), (2, 1))},
            "You added the weights. Each is multiplied by its unit's dz first.",
        ),
    ],
    why="$dW$ and $db$ add over the samples, $dX$ over the units.",
)

PRODUCT = Choice(
    id="4.product",
    prompt="$dw_{mj} = \\sum_i x_{im}\\, dz_{ij}$ runs down column $m$ of $X$ and down column $j$ "
    "of $dZ$. Which product of matrices is that?",
    options=[
        Option("X dZ", "Its entries run along a row of X. Here the sum runs down a column."),
        Option("Xᵀ dZ", "Row m of Xᵀ is column m of X: (2, n)(n, 3) → (2, 3).", right=True),
        Option("dZ Xᵀ", "That has the shape (n, n): one number for each pair of samples."),
        Option("dZᵀ X", "The same numbers, transposed: (3, 2). dW has the shape of W."),
    ],
    why="A product runs along a row of the left factor and down a column of the right one.",
)

Z = x @ W + b[0]

MASK = Blanks(
    id="4.mask",
    prompt="Give the three units a ReLU, $a_j = \\max(z_j, 0)$. What comes back is now $dA$, the "
    "gradient at what the ReLU put *out*. What arrives in front of it?",
    given={"Z": Z[None], "dA": dZ[:1]},
    blanks={"dZ": dZ[:1] * (Z > 0)},
    wrong=[
        Slip({"dZ": dZ[:1]}, "Unit 3 is off: its z is −1, and nudging it moves nothing."),
        Slip(
            {"dZ": dZ[:1] * (dZ[:1] > 0)},
            "You kept what is positive in dA. The ReLU looks at z, and its slope is 1 or 0.",
        ),
        Slip(
            {"dZ": dZ[:1] * np.maximum(Z, 0)},
            "You multiplied by the value of the ReLU. It is its slope that counts, 1 or 0.",
        ),
    ],
    why="The slope is 1 where $z > 0$ and 0 elsewhere; $dA$ is multiplied by it, entry by entry.",
)

QUESTIONS = [WEIGHT, INPUT, SAMPLES, BIAS, WHOLE, PRODUCT, MASK]
