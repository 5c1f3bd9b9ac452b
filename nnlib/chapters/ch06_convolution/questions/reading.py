"""The questions of lesson 3: a network that reads digits, and what it does not mind."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

MOVED = Choice(
    id="6.moved",
    prompt="A network with two convolutions reads 99 of 100 held-out digits of $8 \\times 8$ "
    "pixels. Now each of them is moved by one pixel, up, down, left or right. How many does it "
    "still read?",
    options=[
        Option("99 of 100", "Its convolutions move along. What stands on top of them does not."),
        Option("about 95", "It takes more than that to be so good, as you will see."),
        Option("about 67", "A third is lost, by one pixel.", right=True),
        Option("about 10", "So few would be left by guessing."),
    ],
    why="The median of twelve splits is 0.67; the lowest is 0.63, the highest 0.77.",
)

PRODUCTS = Number(
    id="6.products",
    prompt="The second convolution, $3 \\times 3$ from 16 maps to 32, has 4,608 weights. It keeps "
    "the $8 \\times 8$ pixels. How many multiplications does it do for one digit?",
    answer=294912,
    rtol=0,
    wrong=[
        Slip(4608, "That is at one pixel. Each weight is used at each of 64."),
        Slip(4608 * 8, "The image has 8 times 8 pixels."),
        Slip(4640 * 64, "A bias is added, not multiplied."),
        Slip(4608 * 36, "With padding all 64 pixels have an output."),
    ],
    why="$64 \\cdot 4608$.",
)

DENSE = Number(
    id="6.dense-as-conv",
    prompt="A fully-connected layer of 64 units stands on maps of $4 \\times 4$ with 32 channels. "
    "It is also a convolution without padding. How large is its kernel, along an axis?",
    answer=4,
    rtol=0,
    wrong=[
        Slip(1, "A 1×1 kernel sees one pixel. Each of these units sees all."),
        Slip(3, "The layers below have 3×3. Each of these units sees the whole map."),
        Slip(16, "That is the number of pixels. Along an axis there are 4."),
        Slip(64, "That is the number of output channels."),
    ],
    why="A window as large as the map has one place to stand, so there is one output pixel with 64 "
    "channels. (6.6) is then $Z = XW + b$ with $d = 4 \\cdot 4 \\cdot 32$.",
)

REST = Choice(
    id="6.rest",
    prompt="With the global maximum, about one moved digit in six is still misread. You suspect "
    "the border: moved up or down, a digit loses a row. Which experiment could show that you "
    "are wrong?",
    options=[
        Option("Train it for longer.", "That changes something else. The border stays."),
        Option(
            "Give each digit a margin of paper, and train and test again.",
            "Now nothing is lost. If it still fails, it was not the border.",
            right=True,
        ),
        Option("Look at the digits that it misreads.", "You would find a story for each."),
        Option("Use larger kernels.", "They see more of the border, not less."),
    ],
    why="Take the suspected cause away and leave all else: does the effect go?",
)

QUESTIONS = [MOVED, PRODUCTS, DENSE, REST]
