"""The questions of the opening page and of lesson 1."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

START = Choice(
    id="1.start",
    prompt="XOR is 1 at $(0, 1)$ and $(1, 0)$ and 0 at $(0, 0)$ and $(1, 1)$. Network A is one "
    "sigmoid unit. Network B has two ReLU units in a hidden layer and one unit after them. Which "
    "of them has weights that put all four points on the right side?",
    options=[
        Option(
            "A and B",
            "One unit draws one straight line, and no line does it. Start with lesson 1.",
        ),
        Option(
            "B alone",
            "You know what lessons 1 and 3 teach. Start with lesson 2 if shapes of arrays are new "
            "to you, with lesson 4 if not.",
            right=True,
        ),
        Option("neither", "Two bends are enough. Lesson 3 shows how; start with lesson 1."),
        Option("I don't know yet", "Start with lesson 1. It needs 25 minutes.", unsure=True),
    ],
    why="One line cannot part the points; after two bends it can.",
)

Z = Number(
    id="1.z",
    prompt="A unit has the weights $2$ and $-1$ and the bias $0.5$. The sample $(1, 4)$ comes in. "
    "The unit multiplies each input by its weight, adds the products and adds the bias. What does "
    "it get?",
    answer=-1.5,
    wrong=[
        Slip(-2, "That is the sum of the products. The bias, 0.5, is missing."),
        Slip(-1, "The bias is added once, not once for each input."),
        Slip(6.5, "The second weight is −1: its product is −4."),
        Slip(0, "Negative is allowed: no activation has been applied yet."),
        Slip(7.5, "You have exchanged the weights: input 1 is multiplied by 2, input 2 by −1."),
        Slip(0.18, "That is what a sigmoid makes of it. Asked for is the sum before."),
    ],
    why="$1 \\cdot 2 + 4 \\cdot (-1) + 0.5 = -1.5$.",
)

DOUBLED = Choice(
    id="1.doubled",
    prompt="A unit says class 1 where its sum is above 0. Double both weights *and* the bias. What "
    "happens?",
    options=[
        Option(
            "the border moves away from the origin",
            "Where the sum was 0 it still is: twice 0 is 0.",
        ),
        Option(
            "the border turns",
            "The direction of the weights is what it was: (2, −2) points where (1, −1) does.",
        ),
        Option(
            "the border stays, and the unit is surer on both sides",
            "Twice 0 is 0, and everything else is twice as far from 0.",
            right=True,
        ),
        Option(
            "nothing at all changes",
            "The border does not. But the sum doubles, so p moves away from 1/2 on both sides.",
        ),
    ],
    why="Try $w = (1, 1)$, $b = 1$, then $w = (2, 2)$, $b = 2$.",
)

CORNERS = Number(
    id="1.xor-corners",
    prompt="How many of the four corners of XOR can one unit get right at most?",
    answer=3,
    rtol=0,
    wrong=[
        Slip(4, "Try it below. The two classes sit on crossing diagonals."),
        Slip(2, "Saying class 0 everywhere gets two. A line can do better."),
        Slip(1, "Saying class 0 everywhere gets two already."),
    ],
    why="A line cuts one corner off from the other three, for instance with $w = (1, 1)$, "
    "$b = -0.5$.",
)

TURNS_BACK = Choice(
    id="1.turning-back",
    prompt="The proof needs a unit that says class 1 on *one* side of *one* line. Which of these "
    "activations lets a single unit be above $0.5$ at $(0, 1)$ and $(1, 0)$ and below at the other "
    "two?",
    options=[
        Option(
            "a very steep sigmoid",
            "It is increasing: above 0.5 still means z above one number.",
        ),
        Option(
            "ReLU",
            "It never falls: above 0.5 means z > 0.5, one side of one line.",
        ),
        Option(
            "f(z) = z²",
            "With w = (1, −1) and b = 0 it gives 0, 1, 1, 0. It falls and rises, so it is above "
            "0.5 on two sides.",
            right=True,
        ),
        Option("none", "One of them turns back: it is large on both sides of its line."),
    ],
    why="For an activation that never falls, $f(z) > c$ is one side of one line. $z^2$ falls "
    "first.",
)

SPARE = Number(
    id="1.spare",
    prompt="A softmax regression reads 64 features and has 10 classes: 650 parameters. Adding the "
    "same weights and the same bias to *all* ten units leaves each probability as it is. How many "
    "parameters are spare?",
    answer=65,
    rtol=0,
    wrong=[
        Slip(1, "One unit is spare. It has 64 weights and a bias."),
        Slip(64, "The bias can be shifted as well."),
        Slip(10, "That is the number of units. Shifted is a whole unit's worth of parameters."),
        Slip(585, "That is what is left."),
        Slip(325, "Half of them: that is so for two classes."),
    ],
    why="Choose any 64 weights and one bias to add: $d + 1 = 65$ free numbers.",
)

QUESTIONS = [START, Z, DOUBLED, CORNERS, TURNS_BACK, SPARE]
