"""The questions of lesson 3: who is dead, and of what."""

from nnlib.teaching.questions import Blanks, Choice, Option, Slip

SILENT = Choice(
    id="2.silent",
    prompt="The $z$ of a ReLU unit is below 0 for *each* sample of the data. What does gradient "
    "descent do to its weights and its bias?",
    options=[
        Option(
            "it raises the bias until the unit wakes", "For that a gradient would have to come."
        ),
        Option(
            "nothing",
            "The slope is 0 for each sample, so the gradients of w and b are exactly 0. The "
            "unit is "
            "*dead*.",
            right=True,
        ),
        Option(
            "it moves them slowly",
            "Not slowly: ReLU's slope left of 0 is exactly 0, and so is the gradient.",
        ),
    ],
    why="A unit that is 0 on *some* samples is not dead. That is its job.",
)

HALF_DEAD = Choice(
    id="2.half-dead",
    prompt="Ten ReLU layers of 100 units, untrained, with weights and biases from "
    "$U(-1/\\sqrt n, 1/\\sqrt n)$, the default of PyTorch's `nn.Linear`. You show them all 1,797 "
    "digits. Which share of the tenth layer is dead?",
    options=[
        Option("none", "1,797 samples are many, but in layer 10 they all look alike."),
        Option("about 15 %", "That is what is left if you set the biases to 0."),
        Option("about half", "50 %, and 43 to 55 % in single networks.", right=True),
        Option("all but a few", "A fair coin decides here, and it has two sides."),
    ],
    why="In layer 10 the samples make up 0.1 % of $z$. The rest is the same for all: on for "
    "everybody, or off for everybody.",
)

ONE_UNIT = Blanks(
    id="2.one-unit",
    prompt="One unit with one input, three samples $x = 1, 2, 3$, weight $w = -2$ and bias $b "
    "= 1$. "
    "Compute its $z$; then with $b := 0$; then with centered inputs, $x - \\bar x$, and $b$ kept.",
    given={"x": [[1, 2, 3]], "w": -2, "b": 1},
    blanks={"z": [[-1, -3, -5]], "without b": [[-2, -4, -6]], "centered": [[3, 1, -1]]},
    wrong=[
        Slip({"centered": [[2, 0, -2]]}, "The bias is kept: add 1 to each."),
        Slip({"z": [[-2, -4, -6]]}, "The bias is missing: add 1 to each."),
        Slip({"z": [[3, 5, 7]]}, "The weight is −2."),
        Slip({"centered": [[-3, -1, 1]]}, "x − x̄ is −1, 0, 1, and the weight −2 turns the signs."),
    ],
    why="The unit is dead, and its bias is not why: without it, it is deader. Its weight is, "
    "on inputs "
    "that are never negative. Centered, it speaks for the first two samples.",
)

WHO_DID_IT = Choice(
    id="2.who-did-it",
    prompt="*No biases, layer 10.* There is no bias to blame. What do you have to change so "
    "that none "
    "stays dead?",
    options=[
        Option("b := 0 here", "The biases are 0 already."),
        Option(
            "inputs centered here",
            "Of each unit z then has mean 0 over the samples, so it is above 0 for some.",
            right=True,
        ),
        Option("b := 0 in all layers", "The biases are 0 already, in all of them."),
    ],
    why="What ReLU layers hand on is never negative. So the samples share a common part, and with "
    "depth it grows against what sets them apart.",
)

LONG_STEPS = Choice(
    id="2.long-steps",
    prompt="*Long steps*: a network with two hidden layers, trained at learning rate 1. In layer 1 "
    "most of the dead stay dead without their biases. And in layer 2?",
    options=[
        Option("the same", "Look again: with b := 0 next to none stays dead in layer 2."),
        Option(
            "there it is the biases: without them nearly all wake",
            "Next to none stays dead. With centered inputs and the biases kept, most do.",
            right=True,
        ),
        Option("neither change wakes them", "b := 0 does."),
    ],
    why="The same steps, two causes. Ask each time.",
)

NO_RETURN = Choice(
    id="2.no-return",
    prompt="At learning rate 1, dozens of units of layer 2 were dead after one epoch and "
    "awake after a "
    "later one. None in layer 1 was. Why not?",
    options=[
        Option(
            "the inputs of layer 1 are the data, and stay as they are",
            "Its own weights and bias get no gradient, and nothing else can move its z. What comes "
            "into layer 2 moves with layer 1.",
            right=True,
        ),
        Option(
            "layer 1 gets a smaller gradient",
            "A dead unit gets none at all, in both layers. Something else must move its z.",
        ),
        Option(
            "layer 2 has larger biases",
            "A bias that gets no gradient does not move, however large it is.",
        ),
    ],
    why="A dead unit can be revived from below: by what it is fed. With weight decay or "
    "momentum its "
    "own weights go on moving as well.",
)

LEAKY_ALIKE = Choice(
    id="2.leaky-alike",
    prompt="The same with leaky ReLU, at learning rate 2. What do you expect?",
    options=[
        Option(
            "no unit has z ≤ 0 for all samples, and it learns",
            "A slope on the left does not stop a step that is too long.",
        ),
        Option(
            "units end on the left all the same, or the numbers overflow",
            "Two of three networks overflow; in the third nearly all units have z ≤ 0 for all "
            "samples, and it reads no more than chance.",
            right=True,
        ),
        Option(
            "the same as ReLU, number for number",
            "ReLU's dead stand still. A leaky unit goes on receiving a gradient, and flies.",
        ),
    ],
    why="Dead units are the symptom; the learning rate is the disease.",
)

QUESTIONS = [SILENT, HALF_DEAD, ONE_UNIT, WHO_DID_IT, LONG_STEPS, NO_RETURN, LEAKY_ALIKE]
