"""The questions of the opening page and of lesson 1: what a convolution is."""

import numpy as np

from nnlib.chapters.ch06_convolution.four_by_four import image, kernel
from nnlib.teaching.convolution import forward
from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

START = Choice(
    id="6.start",
    prompt="Three pixels, a kernel of two: $z_0 = 2x_0 - x_1$ and $z_1 = 2x_1 - x_2$. The loss "
    "sends back $dz = (3, 1)$. What is $dx_1$?",
    options=[
        Option("2", "That is what comes by z₁ alone: 1·2. The middle pixel is in both."),
        Option("−3", "That is what comes by z₀ alone: 3·(−1). The middle pixel is in both."),
        Option(
            "5",
            "You took 3·2 + 1·(−1): each gradient with the weight of its own number. In z₀ the "
            "pixel x₁ stands with the weight −1, in z₁ with 2. Start at lesson 4, or at 1.",
        ),
        Option(
            "−1",
            "3·(−1) + 1·2. While dz goes up the kernel goes down: that is the turned kernel of "
            "lesson 4, and you may start there.",
            right=True,
        ),
        Option("I don't know yet", "Lesson 1 begins with less.", unsure=True),
    ],
    why="$dx_1 = dz_0 \\cdot (-1) + dz_1 \\cdot 2$.",
)

PHOTO = Choice(
    id="6.photo",
    prompt="A color photograph of $224 \\times 224$ pixels enters a layer that computes 64 numbers "
    "at each of its pixels. How many weights has the layer if it is fully connected?",
    options=[
        Option("about 10 million", "That is its inputs times 64: one output pixel."),
        Option("about 3 million", "That is how many numbers come out. Each has 150,528 weights."),
        Option("about 480 billion", "150,528 inputs times 3,211,264 outputs.", right=True),
        Option("1,728", "That is what a convolution of 3 by 3 needs."),
    ],
    why="$(224 \\cdot 224 \\cdot 3)(224 \\cdot 224 \\cdot 64)$, without the biases.",
)

FORCED = Number(
    id="6.forced",
    prompt="A linear layer takes 28 pixels in a row to 28 outputs. It moves along with its "
    "input, and each output reads a window of 5 pixels. How many weights are free?",
    answer=5,
    rtol=0,
    wrong=[
        Slip(28 * 28, "That is any linear layer. Two demands have come since."),
        Slip(2 * 28 - 1, "That is one for each diagonal. A window keeps five of them."),
        Slip(28 * 5, "That is five for each output. All outputs have the same five."),
        Slip(6, "A bias would be one more; the question counts weights."),
    ],
    why="One for each place in the window.",
)

X3, W2 = np.arange(9).reshape(3, 3), np.array([[0, 1], [2, 3]])


def _slid(K: np.ndarray) -> np.ndarray:
    return np.asarray(forward(image(X3), kernel(K))[0, :, :, 0])


NINETEEN = Blanks(
    id="6.nineteen",
    prompt="Slide the kernel over the image, one pixel at a time. The first output is "
    "$0 \\cdot 0 + 1 \\cdot 1 + 3 \\cdot 2 + 4 \\cdot 3$.",
    given={"X": X3, "W": W2},
    blanks={"Z": _slid(W2)},
    wrong=[
        Slip({"Z": _slid(W2[::-1, ::-1])}, "You turned the kernel. Its 0 meets the first pixel."),
        Slip({"Z": _slid(W2.T)}, "Rows and columns of the kernel are exchanged."),
        Slip({"Z": _slid(np.ones((2, 2), int))}, "You added the window up without the weights."),
    ],
    why="19 and 25 in the first row, 37 and 43 in the second.",
)

EDGE = Choice(
    id="6.edge",
    prompt="A kernel has three rows $(-1, 0, 1)$. It slides over a stroke of ink on "
    "paper; ink is a large number, paper is 0. Where is its output far above 0?",
    options=[
        Option(
            "on the left side of the stroke",
            "There the right column of the window is ink and the left one is paper.",
            right=True,
        ),
        Option("on the right side of the stroke", "There the left column is ink: far below 0."),
        Option("in the middle of a wide stroke", "There both columns are ink, and cancel."),
        Option("on a level stroke, from side to side", "Left and right are alike there: 0."),
    ],
    why="The output is the ink on the right of the window less the ink on its left.",
)

IMPULSE = Blanks(
    id="6.impulse",
    prompt="The image is 0 but for one 1. What does the layer make of it?",
    given={"X": [[0, 0, 0], [0, 1, 0], [0, 0, 0]], "W": W2},
    blanks={"Z": W2[::-1, ::-1]},
    wrong=[
        Slip(
            {"Z": W2},
            "That is the kernel as it is. The first window has the 1 in its last place, so it "
            "shows the last weight.",
        ),
        Slip({"Z": W2.T}, "Rows and columns are exchanged."),
    ],
    why="The kernel comes back turned by 180 degrees.",
)

CHANNELS = Number(
    id="6.two-channels",
    prompt="Output channel 0, pixel $(1, 0)$: the windows are $\\begin{pmatrix} 3 & 4\\\\ 6 & 7 "
    "\\end{pmatrix}$ and $\\begin{pmatrix} 4 & 5\\\\ 7 & 8 \\end{pmatrix}$, the two slices of the "
    "kernel $\\begin{pmatrix} 0 & 1\\\\ 2 & 3 \\end{pmatrix}$ and $\\begin{pmatrix} 1 & 2\\\\ "
    "3 & 4 \\end{pmatrix}$. What comes out?",
    answer=104,
    rtol=0,
    wrong=[
        Slip(37, "That is channel 0 alone. The sum runs over both."),
        Slip(67, "That is channel 1 alone. The sum runs over both."),
        Slip(52, "That is the mean of the two channels. They add up."),
        Slip(37 * 67, "You multiplied the two. They add up."),
    ],
    why="$37 + 67$.",
)

PARAMETERS = Number(
    id="6.parameters",
    prompt="A convolution of $3 \\times 3$ from 3 channels to 64, with biases. How many parameters "
    "has it?",
    answer=1792,
    rtol=0,
    wrong=[
        Slip(1728, "The biases are missing: one for each of the 64 output channels."),
        Slip(3 * 3 * 64 + 64, "A kernel is as deep as its input: nine weights per input channel."),
        Slip(1728 + 3, "A bias belongs to an output channel, not to an input channel."),
        Slip(28, "That is one output channel. There are 64."),
    ],
    why="$3 \\cdot 3 \\cdot 3 \\cdot 64 + 64$, on a stamp as on a poster.",
)

QUESTIONS = [START, PHOTO, FORCED, NINETEEN, EDGE, IMPULSE, CHANNELS, PARAMETERS]
