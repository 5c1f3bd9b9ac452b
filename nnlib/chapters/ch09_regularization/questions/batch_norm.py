"""The questions of lesson 4: numbers that are measured by each other, forward and backward."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

FOUR = Blanks(
    id="9.four",
    prompt="Four samples, one number each. Subtract the mean, then divide by the standard "
    "deviation: the root of the mean square of what is left.",
    given={"x": [[0], [6], [6], [8]]},
    blanks={
        "mean": [[5]],
        "standard deviation": [[3]],
        "normalized": [[-5 / 3], [1 / 3], [1 / 3], [1]],
    },
    wrong=[
        Slip(
            {"standard deviation": [[9]]}, "That is the variance, the mean square. Take its root."
        ),
        Slip(
            {"standard deviation": [[3.4641]]},
            "You divided the sum of squares, 36, by 3. Here it is divided by 4, the number of "
            "samples.",
        ),
        Slip(
            {"normalized": [[-5], [1], [1], [3]]},
            "The mean is subtracted. Now divide by the standard deviation.",
        ),
        Slip(
            {"normalized": [[-5 / 9], [1 / 9], [1 / 9], [1 / 3]]},
            "You divided by the variance. Divide by its root.",
        ),
        Slip(
            {"normalized": [[0], [2], [2], [8 / 3]]},
            "You divided, but did not subtract the mean.",
        ),
    ],
    why="The new numbers have mean 0 and mean square 1: "
    "$(25 + 1 + 1 + 9)/9$ is 4, divided by four samples.",
)

PULL = Choice(
    id="9.pull",
    prompt="Move the first number from 0 up to 40. What becomes of its normalized value?",
    options=[
        Option(
            "it grows in proportion",
            "The standard deviation grows with it. Move the slider to 40 and to 20.",
        ),
        Option(
            "it comes to a stop before 2",
            "At 40 it is 1.73, and no number in a batch of four gets further.",
            right=True,
        ),
        Option(
            "it falls back towards 0",
            "It keeps its distance: what falls is the distance between the other three.",
        ),
    ],
    why="The four squares add up to 4 and the four numbers to 0. If one is $t$, the other three "
    "add up to $-t$, so their squares to $t^2/3$ at least: $\\frac43 t^2 \\le 4$, "
    "$|t| \\le \\sqrt3$.",
)

THREE_PATHS = Blanks(
    id="9.three-paths",
    prompt="The four numbers of before, $s = 3$. From above comes $g = d\\hat x$. What is $dx$ by "
    "(9.21)?",
    given={"x_hat": [[-5 / 3], [1 / 3], [1 / 3], [1]], "g": [[36], [0], [0], [0]]},
    blanks={
        "mean of g": [[9]],
        "mean of g x_hat": [[-15]],
        "dx": [[2 / 3], [-4 / 3], [-4 / 3], [2]],
    },
    wrong=[
        Slip({"dx": [[12], [0], [0], [0]]}, "That is g / s: only the path through x itself."),
        Slip(
            {"dx": [[9], [-3], [-3], [-3]]},
            "The mean of g is subtracted; the path through the variance is missing.",
        ),
        Slip({"dx": [[2], [-4], [-4], [6]]}, "Now divide by s, which is 3."),
        Slip({"mean of g": [[36]]}, "That is the sum. Divide by the four samples."),
        Slip({"mean of g x_hat": [[-60]]}, "That is the sum of the products. Divide it by 4."),
    ],
    why="Of the 12 that would return through $x_1$ alone, $\\frac23$ is left: pulling at $x_1$ "
    "moves the mean along and widens the spread. The four add up to 0.",
)

BIAS = Choice(
    id="9.bias",
    prompt="Before batch norm stands $XW + b$. What does training do to $b$?",
    options=[
        Option(
            "nothing: its gradient is 0",
            "It moves a whole column, and the mean takes that away again.",
            right=True,
        ),
        Option(
            "it learns what the mean of the column should be",
            "Whatever b is, the mean is subtracted. What can move the column is beta, after it.",
        ),
        Option(
            "it learns, but slowly",
            "Its gradient is the sum of the column of dX, and that sum is exactly 0.",
        ),
    ],
    why="$db = \\mathbf 1^\\top dX = 0$, by (9.23). So the bias can be left out; "
    "$\\beta$ does its work.",
)

TENFOLD = Number(
    id="9.tenfold",
    prompt="All weights before batch norm are made 10 times as large. What is their gradient, as a "
    "multiple of what it was? ($\\varepsilon$ is negligible.)",
    answer=0.1,
    wrong=[
        Slip(10, "The output does not change. A step of the same length matters 10 times less."),
        Slip(1, "The output is the same, but a weight has to move 10 times as far for as much."),
        Slip(0.01, "That is the learning rate's part, (9.26). The gradient itself falls by 10."),
    ],
    why="$\\mathcal L(aW) = \\mathcal L(W)$; differentiate both sides with respect to $W$: "
    "$a\\, dW(aW) = dW(W)$.",
)

GROW = Choice(
    id="9.grow",
    prompt="SGD without weight decay, $\\varepsilon$ negligible. The length of such a column of "
    "weights, over many steps:",
    options=[
        Option("never falls", "Each step is at a right angle to the weights.", right=True),
        Option(
            "stays, because the gradient does not point along it",
            "A step at a right angle leads off the circle: the hypotenuse is longer.",
        ),
        Option(
            "shrinks, because smaller weights make smaller outputs",
            "Here they don't: the output does not depend on the length at all.",
        ),
    ],
    why="By Pythagoras $|w - \\eta\\, dw|^2 = |w|^2 + \\eta^2 |dw|^2$.",
)

READ = Choice(
    id="9.deep-read",
    prompt="Go through the depths. Where do the best rates of the two kinds read least alike?",
    options=[
        Option("at 2 hidden layers", "There it is 97 % without it and 99 % with it."),
        Option(
            "at 20 hidden layers",
            "34 % without it and 87 % with it, both at the best of seven rates.",
            right=True,
        ),
        Option("nowhere", "Set the depth to 20 and look at the best of each kind."),
    ],
    why="What it buys here is depth and a wider choice of rates: at two layers five of seven read "
    "above 93 % with it, two without.",
)

CLAIM = Choice(
    id="9.claim",
    prompt="“Batch norm works because it keeps the distributions of the layers' inputs from "
    "shifting.” What is the state of this sentence?",
    options=[
        Option(
            "shown by the runs of the towers",
            "They show that deep networks train better with it. A cause needs another run.",
        ),
        Option(
            "claimed in 2015, disputed by an experiment in 2018",
            "Shaken by 0.1 the distributions shift in each step, and nothing was lost.",
            right=True,
        ),
        Option(
            "true by definition, as mean and variance are fixed",
            "Those of the normalized numbers are. gamma, beta and the layers between move on.",
        ),
    ],
    why="Ioffe and Szegedy named the shift; Santurkar and others added noise that brings it back.",
)

QUESTIONS = [FOUR, PULL, THREE_PATHS, BIAS, TENFOLD, GROW, READ, CLAIM]
