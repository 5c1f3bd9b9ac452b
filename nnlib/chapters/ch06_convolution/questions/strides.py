"""The questions of lesson 5: strides, pixels left over, channels, pooling, transposed."""

import numpy as np

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

dZ = np.array([[1, 2], [-1, 3]])
spread = np.zeros((4, 4), int)
spread[:3:2, :3:2] = dZ
pushed = np.zeros((4, 4), int)
pushed[1::2, 1::2] = dZ

STRETCH = Blanks(
    id="6.stretch",
    prompt="Stride 2 keeps every second output of stride 1. There were $4 \\times 4$ of these. "
    "What is their gradient, if $dZ$ comes back at those that were kept?",
    given={"dZ": dZ},
    blanks={"dY": spread},
    wrong=[
        Slip({"dY": np.kron(dZ, np.ones((2, 2), int))}, "Those in between were dropped: 0."),
        Slip({"dY": pushed}, "Kept are the outputs 0 and 2 of each axis, not 1 and 3."),
        Slip(
            {"dY": np.pad(dZ, ((0, 2), (0, 2)))},
            "You left the four side by side. They come from outputs two apart.",
        ),
    ],
    why="An output that was dropped moves nothing.",
)

TRAILING = Number(
    id="6.trailing",
    prompt="An axis has 8 pixels; kernel 3, stride 2, no padding. How many zeros must follow the "
    "last gradient before the border of $k - 1$ begins?",
    answer=1,
    rtol=0,
    wrong=[
        Slip(0, "Then dX comes out one row short: (8 − 3) is not a multiple of 2."),
        Slip(2, "That is the border itself, k − 1, or the stride."),
        Slip(3, "There are 3 outputs, at 0, 2 and 4 of the 6 of stride 1. One place is left."),
    ],
    why="The rest of $(8 - 3)/2$.",
)

SWAP = Choice(
    id="6.swap",
    prompt="A layer has $W$ of shape (3, 3, 16, 32). Its $dX$ is a correlation of $dZ$ with a "
    "kernel. Which shape has that kernel?",
    options=[
        Option("(3, 3, 16, 32)", "dZ has 32 channels, and a kernel is as deep as its input."),
        Option(
            "(3, 3, 32, 16)",
            "As deep as dZ, 32, and as many outputs as X has channels.",
            right=True,
        ),
        Option("(32, 16, 3, 3)", "The places come first here, as in every kernel of this book."),
        Option("(3, 3, 16, 16)", "dZ has 32 channels."),
    ],
    why="The sum runs over what the forward pass put out. It is the $W^\\top$ of $dZ\\,W^\\top$, "
    "place by place.",
)

SIZE = Number(
    id="6.transposed-size",
    prompt="A transposed convolution with kernel 4, stride 2 and padding 1 takes 7 pixels, along "
    "an axis. How many does it put out?",
    answer=14,
    rtol=0,
    wrong=[
        Slip(16, "The padding is cropped, on both sides."),
        Slip(15, "The padding is cropped on both sides, 1 and 1."),
        Slip(3, "That is the convolution. The transposed one goes the other way."),
        Slip(12, "That is s (h − 1). The last window reaches k pixels from there."),
        Slip(8, "That is with stride 1."),
    ],
    why="$s(h - 1) + k - 2p = 12 + 4 - 2$.",
)

TIES = Blanks(
    id="6.ties",
    prompt="A window of a max pooling has three winners. What comes back is 6. `nnlib` gives it to "
    "the first winner, row by row.",
    given={"X": [[7, 7], [0, 7]]},
    blanks={"dX": [[6, 0], [0, 0]]},
    wrong=[
        Slip({"dX": [[6, 6], [0, 6]]}, "Each winner got all: 18 go out where 6 came in."),
        Slip(
            {"dX": [[2, 2], [0, 2]]},
            "You shared it. That is a subgradient too; nnlib and PyTorch take the first.",
        ),
        Slip({"dX": [[0, 0], [0, 6]]}, "That is the last winner. It is the first that gets it."),
        Slip({"dX": [[1.5, 1.5], [1.5, 1.5]]}, "That is what an average does."),
        Slip({"dX": [[42, 0], [0, 0]]}, "The derivative of a maximum is 1, not its value."),
    ],
    why="The maximum is a copy of its winner.",
)

FOUR = Number(
    id="6.four-windows",
    prompt="Windows of $2 \\times 2$ with stride 1 stand on $3 \\times 3$ pixels. The largest "
    "pixel is in the middle. What comes back is $\\begin{pmatrix} 1 & 2\\\\ 3 & 4 \\end{pmatrix}$. "
    "What does the middle get?",
    answer=10,
    rtol=0,
    wrong=[
        Slip(4, "That is the last window: `=` where `+=` is due. The other 6 are lost."),
        Slip(2.5, "That is the mean. It is the maximum of each of the four windows."),
        Slip(1, "That is the first window. The pixel wins all four."),
    ],
    why="$1 + 2 + 3 + 4$: a pixel that wins four windows is copied four times.",
)

QUESTIONS = [STRETCH, TRAILING, SWAP, SIZE, TIES, FOUR]
