"""The questions of lesson 2: stride, padding, pooling, receptive field."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

COUNT = Number(
    id="6.seven",
    prompt="Seven pixels in a row, a window of 2 that moves by 2. How many outputs are there?",
    answer=3,
    rtol=0,
    wrong=[
        Slip(4, "The fourth would hang over the edge. A window that does not fit is no window."),
        Slip(2, "You counted the steps. Before the first step there is a window already."),
        Slip(6, "That is with a step of 1."),
        Slip(3.5, "There is no half window."),
    ],
    why="They start at pixels 0, 2 and 4; pixel 6 is read by none.",
)

ALEXNET = Number(
    id="6.alexnet",
    prompt="The paper on AlexNet says that its first layer takes images of $224 \\times 224$ with "
    "kernels of $11 \\times 11$ and stride 4. Its figure shows outputs of $55 \\times 55$. "
    "Without padding, how many are there along an axis?",
    answer=54,
    rtol=0,
    wrong=[
        Slip(55, "That is what the figure shows. For it, 227 to 230 pixels are needed."),
        Slip(54.25, "Round down: there is no quarter of a window."),
        Slip(53, "That is how many steps there are: (224 − 11)/4, rounded down. Add the first."),
        Slip(56, "That is 224/4. A window of 11 stands at fewer places."),
    ],
    why="$(224 - 11)/4$ is 53.25. An input of 227 gives 55, and so do 3 pixels of padding in "
    "total, 2 on one side and 1 on the other.",
)

CORNER = Number(
    id="6.corner",
    prompt="An image is 1 everywhere. A kernel of $3 \\times 3$ takes the mean of its window; the "
    "padding is 1, with zeros. What comes out in the corner?",
    answer=4 / 9,
    wrong=[
        Slip(1, "That is so inside. In the corner five of the nine are padding."),
        Slip(6 / 9, "That is at an edge. In the corner, two sides are missing."),
        Slip(0, "Four pixels of the window are in the image."),
    ],
    why="Four ones and five zeros, divided by nine.",
)

POOLED = Choice(
    id="6.pool-moves",
    prompt="A stroke fills columns 1 and 2 of an image. It moves to the right by one pixel. What "
    "becomes of the output of a max pooling with windows of $2 \\times 2$ and stride 2?",
    options=[
        Option("It stays as it is.", "Column 1 was in the first window. Nothing is there now."),
        Option("It moves along by one.", "One output is two pixels wide. The move was by one."),
        Option(
            "The stroke in it becomes narrower.",
            "Columns 1 and 2 lie in two windows, columns 2 and 3 in one.",
            right=True,
        ),
        Option("It becomes 0.", "The stroke is still in a window."),
    ],
    why="A move by 2 moves the output by 1. After a move by 1 it may change, move along or stay.",
)

FIELD = Number(
    id="6.field",
    prompt="Four layers of $3 \\times 3$ with stride 1 stand on top of each other. How many input "
    "pixels, along one axis, can reach one unit on top?",
    answer=9,
    rtol=0,
    wrong=[
        Slip(12, "You added the kernels. Neighboring windows overlap: a layer adds 2."),
        Slip(81, "That is the area, or 3·3·3·3. Along one axis each layer adds 2."),
        Slip(8, "Each layer adds 2, and the first pixel was there before."),
        Slip(3, "That is what it reads in the layer below. Those see more."),
    ],
    why="$1 + 4 \\cdot 2$.",
)

FIELD_STRIDE = Number(
    id="6.field-stride",
    prompt="Two layers of $3 \\times 3$. The first has stride 2, the second stride 1. How many "
    "input pixels does a unit on top see, along one axis?",
    answer=7,
    rtol=0,
    wrong=[
        Slip(5, "That is with stride 1. Neighbors in layer 1 now stand two input pixels apart."),
        Slip(9, "You let the first stride widen its own window. It counts from the next layer on."),
        Slip(6, "Three windows of three, two apart: 3 + 2 + 2."),
    ],
    why="$3 + 2 \\cdot 2$: the three units that it reads stand two pixels apart.",
)

SMALL = Number(
    id="6.three-small",
    prompt="Three layers of $3 \\times 3$ see as far as one of $7 \\times 7$. All have $C$ "
    "channels in and out, and no biases. How many percent of the weights do the three have?",
    answer=100 * 27 / 49,
    unit="%",
    wrong=[
        Slip(100 * 9 / 49, "That is one of the three."),
        Slip(100 * 49 / 27, "The other way round: three small ones have fewer."),
        Slip(100 * 9 / 7, "Weights go with the area: 9 and 49."),
        Slip(45, "That is how many percent are saved."),
    ],
    why="$3 \\cdot 9\\, C^2$ against $49\\, C^2$, whatever $C$ is; for multiplications the same.",
)

QUESTIONS = [COUNT, ALEXNET, CORNER, POOLED, FIELD, FIELD_STRIDE, SMALL]
