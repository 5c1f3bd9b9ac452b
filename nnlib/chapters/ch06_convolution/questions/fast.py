"""The questions of lesson 6: why it is fast."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

WORK = Choice(
    id="6.same-work",
    prompt="Four ways to compute one convolution of $3 \\times 3$, forward. Which of them does "
    "more multiplications than the others?",
    options=[
        Option("a loop over pixels and places in the kernel", "One for each pixel and weight."),
        Option("a loop over pixels, one small product each", "The same products, grouped."),
        Option("the windows as rows, one large product", "The same products, all at once."),
        Option(
            "the large matrix T times the image",
            "It multiplies by all its zeros as well: 64 for 36 in the example of lesson 4.",
            right=True,
        ),
    ],
    why="Three of them order the same multiplications in another way.",
)

COPIES = Number(
    id="6.copies",
    prompt="Lay the windows of $5 \\times 5$ with stride 1 out as rows. How often does a pixel far "
    "from the border stand in the matrix?",
    answer=25,
    rtol=0,
    wrong=[
        Slip(1, "Windows overlap. How many places in a window can the pixel take?"),
        Slip(5, "That is along one axis."),
        Slip(24, "It is in its own place too."),
        Slip(9, "That is for windows of 3 by 3."),
    ],
    why="Once for each place in the kernel.",
)

UNDO = Number(
    id="6.undo",
    prompt="An image of $5 \\times 5$ ones becomes rows, windows of $3 \\times 3$, and comes back "
    "by `col2im`. What stands in the middle?",
    answer=9,
    rtol=0,
    wrong=[
        Slip(1, "It would, if col2im undid im2col. It adds up all copies."),
        Slip(4, "Count the windows that hold the middle pixel: three along each axis."),
        Slip(25, "There are nine windows in all."),
    ],
    why="Nine windows hold it, so nine copies come back.",
)

ORDER = Choice(
    id="6.row-order",
    prompt="A row holds a window in the order $k_h$, $k_w$, channel. You multiply by "
    "`W.reshape(-1, C_out)`. In which order must $W$ have its axes?",
    options=[
        Option("(C_out, C_in, kh, kw)", "So PyTorch keeps it. Transpose first."),
        Option("(kh, kw, C_in, C_out)", "Then its rows run as the window does.", right=True),
        Option(
            "(C_in, kh, kw, C_out)", "Then each weight meets another pixel, and no error comes."
        ),
        Option("any, reshape sorts it out", "reshape moves no number and asks for no meaning."),
    ],
    why="`reshape` pairs numbers in the order in which they lie.",
)

QUESTIONS = [WORK, COPIES, UNDO, ORDER]
