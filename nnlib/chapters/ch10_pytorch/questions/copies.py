"""The questions of the opening page and of lesson 1: layouts, and what a wrong copy does."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

START = Choice(
    id="10.start",
    prompt="A dense layer of `nnlib` stands behind `Flatten`, which made rows of 128 numbers from "
    "maps of 4 by 4 pixels with 8 channels. Its $W$ has the shape (128, 32). What does the "
    "`nn.Linear(128, 32)` behind `nn.Flatten` need?",
    options=[
        Option("$W$ as it is", "`nn.Linear` keeps one row for each unit: (32, 128)."),
        Option(
            "its transpose, $W^\\top$",
            "So it was done for the diamonds in the second row of the picture. The 128 rows are in "
            "our order: pixel by pixel. PyTorch's maps are flattened channel by channel.",
        ),
        Option(
            "$W$ with its rows in another order, then transposed",
            "Lesson 2 is next for you, or lesson 3.",
            right=True,
        ),
        Option("I don't know yet", "Lesson 1 begins here.", unsure=True),
    ],
    why="Channels are last here and first there, and flattening makes an order of rows out of it.",
)

KERNEL = Choice(
    id="10.kernel",
    prompt="`nnlib` keeps the kernels of a convolution as (kh, kw, C_in, C_out), PyTorch as "
    "(C_out, C_in, kh, kw). Which line turns ours into PyTorch's?",
    options=[
        Option("`W.T`", "That is (C_out, C_in, kw, kh): height and width are exchanged as well."),
        Option(
            "`W.transpose(2, 3, 1, 0)`",
            "That is the way back, from PyTorch to us. Axis 0 of the result should be C_out.",
        ),
        Option("`W.transpose(3, 2, 0, 1)`", "Our axis 3, C_out, comes first.", right=True),
        Option(
            "`W.reshape(C_out, C_in, kh, kw)`",
            "The shape is right, and the numbers stay in the order in which they lie.",
        ),
    ],
    why="The first number names which of our axes becomes PyTorch's first.",
)

BACK = Blanks(
    id="10.back",
    prompt="And back: `W = weight.transpose(?, ?, ?, ?)` makes (kh, kw, C_in, C_out) from (C_out, "
    "C_in, kh, kw). Fill in the axes.",
    blanks={"axes": [[2, 3, 1, 0]]},
    wrong=[
        Slip({"axes": [[3, 2, 0, 1]]}, "Those are the axes of the way there. Do they undo it?"),
        Slip({"axes": [[3, 2, 1, 0]]}, "Height and width are exchanged: kh is axis 2 of weight."),
        Slip({"axes": [[2, 3, 0, 1]]}, "C_in is axis 1 of weight, and C_out axis 0."),
    ],
    why="kh is axis 2 of `weight`, kw axis 3, C_in axis 1, C_out axis 0. The two permutations are "
    "each other's inverse.",
)

PLACE = Number(
    id="10.place",
    prompt="Maps of 4 by 4 pixels with 8 channels. Row 1, column 2, channel 5 lies at place "
    "$(1 \\cdot 4 + 2) \\cdot 8 + 5 = 53$ of `nnlib`'s flattened row. At which place of PyTorch's?",
    answer=86,
    rtol=0,
    wrong=[
        Slip(53, "That is where it lies in ours. In PyTorch the channel is the slowest axis."),
        Slip(89, "You went down the columns: row before column within a channel, r w + s."),
        Slip(46, "Each channel has 16 pixels, not 8."),
    ],
    why="$(5 \\cdot 4 + 1) \\cdot 4 + 2 = 86$.",
)

SILENT = Choice(
    id="10.silent",
    multiple=True,
    prompt="Which of these slips in copying the network make PyTorch raise an error?",
    options=[
        Option(
            "the transpose of a (128, 32) layer is forgotten",
            "Its size does not fit.",
            right=True,
            missed="(128, 32) does not fit where (32, 128) is expected: that one is told.",
        ),
        Option("the transpose of a (32, 32) layer is forgotten", "(32, 32) fits either way."),
        Option("kernels of 3 by 3 come as (C_out, C_in, kw, kh)", "(8, 8, 3, 3) fits either way."),
        Option("the rows behind Flatten are in our order", "128 columns are 128 columns."),
        Option(
            "`padding` is left at its default, 0",
            "Fewer than 128 numbers arrive.",
            right=True,
            missed="Without padding the maps shrink, and 128 numbers never arrive at the dense "
            "layer.",
        ),
    ],
    why="PyTorch compares sizes. Equal sizes hide a wrong order.",
)

EPSILON = Choice(
    id="10.epsilon",
    prompt="Two programs compute the same gradient in float32, in another order of the sums. By "
    "how much may they differ, relative to the largest entry?",
    options=[
        Option("not at all", "Sums in another order are rounded in other places."),
        Option(
            "about 1e-16",
            "That is the unit of float64. In float32 there are some seven digits.",
        ),
        Option("about 1e-7, or a few times that", "One unit of float32, or a few.", right=True),
        Option("about 1e-3", "Then something else than rounding is at work."),
    ],
    why="The distance from 1 to the next float32 is $1.2 \\cdot 10^{-7}$. Compare at that scale, "
    "and in float64 first.",
)

BIASES = Choice(
    id="10.biases",
    prompt="In the picture of the opening page, one thing may be forgotten at next to no cost: the "
    "biases. What may you conclude?",
    options=[
        Option(
            "a good accuracy does not show that the copy is right",
            "With the biases lost, no output is right, and nearly every digit is.",
            right=True,
        ),
        Option(
            "biases are of no use", "Here, after ten epochs, they are small. Train without any?"
        ),
        Option(
            "PyTorch fills in its own",
            "It was given zeros, and kept them.",
        ),
    ],
    why="Compare outputs, loss and gradients, number by number. An accuracy forgives too much.",
)

QUESTIONS = [START, KERNEL, BACK, PLACE, SILENT, EPSILON, BIASES]
