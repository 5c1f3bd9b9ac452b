"""The questions of lesson 4, on the example of `four_by_four`."""

import numpy as np

from nnlib.chapters.ch06_convolution.four_by_four import W, X, dZ, image, kernel
from nnlib.teaching.convolution import by_indices
from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

dX, dW = (part.squeeze() for part in by_indices(image(X), kernel(W), image(dZ)))
TIMES = np.outer([1, 2, 2, 1], [1, 2, 2, 1])

READERS = Blanks(
    id="6.readers",
    prompt="A kernel of $3 \\times 3$ slides over $4 \\times 4$ pixels: four windows. How many of "
    "them read each pixel?",
    blanks={"windows": TIMES},
    wrong=[
        Slip({"windows": np.full((4, 4), 4)}, "There are four windows. The corner is in one only."),
        Slip({"windows": np.full((4, 4), 9)}, "Nine is how many pixels a window reads."),
        Slip(
            {"windows": np.add.outer([0, 1, 1, 0], [1, 2, 2, 1])},
            "In the corner of the middle block all four overlap: rows times columns, not plus.",
        ),
    ],
    why="Along an axis 1, 2, 2, 1; in the plane the products.",
)

CORNER = Number(
    id="6.dx-corner",
    prompt="What is $dx_{00}$, the gradient of the first pixel?",
    answer=int(dX[0, 0]),
    rtol=0,
    wrong=[
        Slip(8, "That is dw₀₀, the gradient of the first weight."),
        Slip(3, "One window reads the corner, the first. Its dz is 1, and its weight here is 1."),
        Slip(5, "That is the sum of dZ. One window reads the corner, the first."),
        Slip(0, "The pixel is multiplied by w₀₀ = 1 in the first output."),
    ],
    why="$dz_{00}\\, w_{00} = 1 \\cdot 1$.",
)

MIDDLE = Number(
    id="6.dx-middle",
    prompt="And $dx_{11}$, which four windows read?",
    answer=int(dX[1, 1]),
    rtol=0,
    wrong=[
        Slip(
            int(np.sum(dZ * W[:2, :2])),
            "You let dz and w run in the same direction. In the window of z₀₀ the pixel is at "
            "place (1, 1), in that of z₁₁ at place (0, 0).",
        ),
        Slip(
            5,
            "That is the sum of dZ, and by chance also what a kernel gives that slides over dZ "
            "and is not turned. Each dz meets the weight at the pixel's place in its window.",
        ),
        Slip(1, "That is the share of the first window. There are three more."),
    ],
    why="$1 \\cdot w_{11} + 2 \\cdot w_{10} - 1 \\cdot w_{01} + 3 \\cdot w_{00}$.",
)

BY_HAND = Blanks(
    id="6.by-hand",
    prompt="Two more with a pencil: the gradient of the weight $w_{12}$, and of the pixel "
    "$x_{03}$ in the upper right corner.",
    given={"X": X, "W": W, "dZ": dZ},
    blanks={"dw12": [[dW[1, 2]]], "dx03": [[dX[0, 3]]]},
    wrong=[
        Slip(
            {"dw12": [[5]]},
            "That is the sum of dZ. Each dz is multiplied by its window's pixel at place (1, 2).",
        ),
        Slip({"dw12": [[6]]}, "That is the last window alone. The weight is used in all four."),
        Slip({"dw12": [[dW[2, 1]]]}, "That is dw₂₁: rows and columns are exchanged."),
        Slip({"dw12": [[dW[1, 0]]]}, "That is dw₁₀. The kernel is turned for dX, not for dW."),
        Slip(
            {"dx03": [[0]]},
            "That is 2·w₂₀, with the kernel turned. In the window of z₀₁ the pixel is at place "
            "(0, 2).",
        ),
        Slip({"dx03": [[-1]]}, "That is w₀₂. Multiply it by dz₀₁."),
        Slip({"dx03": [[2]]}, "That is dz₀₁. Multiply it by w₀₂."),
    ],
    why="$1 \\cdot 4 + 2 \\cdot 1 - 1 \\cdot 1 + 3 \\cdot 2 = 11$ and $2 \\cdot (-1) = -2$.",
)

w, dz = np.array([2, -1]), np.array([1, 3, -2])

ONE_AXIS = Blanks(
    id="6.one-axis",
    prompt="In one dimension, $x$ has four entries and $w = (2, -1)$. Write down the matrix $T$ of "
    "$z = Tx$, and $dx = T^\\top dz$ for $dz = (1, 3, -2)$.",
    blanks={
        "T": [[2, -1, 0, 0], [0, 2, -1, 0], [0, 0, 2, -1]],
        "dx": np.convolve(dz, w),
    },
    wrong=[
        Slip(
            {"dx": np.convolve(dz, w[::-1])},
            "That is dz slid over with the kernel as it is. Column 1 of T, from the top: −1, 2, 0.",
        ),
        Slip(
            {"T": [[-1, 2, 0, 0], [0, -1, 2, 0], [0, 0, -1, 2]]},
            "You turned the kernel. Forward it is as it is.",
        ),
    ],
    why="$T^\\top dz$ is $dz$ with a zero on both sides, under the turned kernel $(-1, 2)$.",
)

TURN = Choice(
    id="6.turn",
    prompt="Where does the half-turn come from?",
    options=[
        Option(
            "A window reaches down and to the right of its output; the outputs that read a pixel "
            "lie up and to the left of it.",
            "Seen from the pixel, the order of the kernel is reversed on both axes.",
            right=True,
        ),
        Option(
            "The program correlates where it should convolve.",
            "Were it the other way round, the backward pass would correlate.",
        ),
        Option("From the transpose of W.", "A transpose mirrors at the diagonal; this is a turn."),
        Option("From the zeros around dZ.", "They set the size. The turn is there without them."),
    ],
    why="While the index of $dz$ goes up, that of $w$ goes down.",
)

BLIND = Choice(
    id="6.blind",
    prompt="For ReLU you compare $\\langle Z, dZ\\rangle$ with $\\langle X, dX\\rangle$. A "
    "backward pass is wrong in one place only. When does the test miss it?",
    options=[
        Option("if that entry of X is 0", "It is multiplied by 0 in the sum.", right=True),
        Option("if that entry of X is negative", "A negative factor shows an error as well."),
        Option("if that entry of dZ is negative", "The sums carry the sign, and it shows."),
        Option("if X is large", "Whole numbers up to 2⁵³ are exact."),
    ],
    why="An error $e$ in the entry $r$ changes the sum by $x_r e$.",
)

QUESTIONS = [READERS, CORNER, MIDDLE, BY_HAND, ONE_AXIS, TURN, BLIND]
