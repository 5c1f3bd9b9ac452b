"""The questions of the opening page and of lesson 1."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

START = Choice(
    id="9.start",
    prompt="You minimize $\\mathcal L + \\frac{\\alpha}{2} \\lVert w \\rVert^2$ with "
    "$\\alpha = 0.1$. In a direction where the loss has the curvature $\\lambda = 0.1$, which "
    "share of the best weight is left?",
    options=[
        Option(
            "half",
            "Right, λ/(λ + α). Lesson 2 gets the same by stopping, lesson 3 by dropping inputs; "
            "lesson 1 derives it. If batch normalization is what you came for: lesson 4.",
            right=True,
        ),
        Option("nine tenths: 1 − α", "That is one step with the rate 1. Begin with lesson 1."),
        Option("all of it", "Only where the loss is steep beside α. Begin with lesson 1."),
        Option("I don't know", "Then begin with lesson 1."),
    ],
    why="$\\lambda / (\\lambda + \\alpha) = 0.1 / 0.2$, by (9.5).",
)

HUNDRED = Choice(
    id="9.hundred",
    prompt="A network of 2,410 weights and biases learns 100 digits, until it reads each of them. "
    "Then the labels are replaced by random ones, and it learns again. What does it read of "
    "*those*?",
    options=[
        Option("about 10 %: there is nothing to learn", "That is what it reads of new digits."),
        Option("about half", "It has 24 parameters for each digit. More."),
        Option("all of them", "On each of twenty splits.", right=True),
    ],
    why="So 100 % on what was learned says that there is room for it, and nothing about the rest.",
)

PRIOR = Number(
    id="9.prior",
    prompt="Before you measured, you thought a weight to be near 0, with variance 1. One "
    "measurement says 3, with variance 1. Which value is the most probable now?",
    answer=1.5,
    rtol=0.01,
    wrong=[
        Slip(3, "That is the measurement alone. What you thought before counts, too."),
        Slip(0, "That is what you thought before. The measurement counts, too."),
        Slip(2, "Minimize (3 − w)²/2 + w²/2: its derivative is zero where 3 − w = w."),
    ],
    why="$\\frac{(3 - w)^2}{2} + \\frac{w^2}{2}$ is lowest where $3 - w = w$.",
)

LAMBDAS = Number(
    id="9.shrinks",
    prompt="$\\alpha = 0.2$, and two directions with the curvatures 1.8 and 0.05. By which factor "
    "is the *flat* one shrunk?",
    answer=0.2,
    rtol=0.01,
    wrong=[
        Slip(0.9, "That is the steep one, 1.8/2.0."),
        Slip(0.8, "That is what is lost, α/(λ + α)."),
        Slip(4, "That is α/λ."),
        Slip(0.25, "That is λ/α. Divide by λ + α."),
    ],
    why="$0.05/0.25$. The steep one keeps nine tenths: a decay takes away what the data hardly "
    "fix.",
)

OFFSET = Number(
    id="9.offset",
    prompt="A model that is only a bias: $\\hat y = b$. The targets are temperatures with the mean "
    "22 °C, the loss is $\\frac{1}{2n} \\sum_i (b - t_i)^2$, and the decay $\\alpha = 0.1$ sits on "
    "$b$, too. What does it predict?",
    answer=20,
    rtol=0.005,
    wrong=[
        Slip(22, "That is the mean, which it would predict without decay."),
        Slip(19.8, "22 less a tenth is near, but the factor is 1/(1 + 0.1)."),
        Slip(2.2, "Set b − 22 + 0.1 b to zero."),
    ],
    why="$b - 22 + 0.1\\, b = 0$. In Fahrenheit it would be 65.1 °F, which is 18.4 °C: a decayed "
    "bias depends on where zero lies.",
)

SOFT = Number(
    id="9.soft",
    prompt="$\\frac12 (w - 0.8)^2 + |w|$: where is it lowest?",
    answer=0,
    rtol=0,
    wrong=[
        Slip(-0.2, "That is 0.8 − 1. Left of 0 the slope of |w| is −1, and drives w back."),
        Slip(0.4, "That is what w²/2 in the place of |w| would give."),
        Slip(0.8, "There the first part is lowest. The second pulls with the strength 1."),
        Slip(0.2, "The sign: 0.8 − 1 is below 0, and there w does not stay."),
    ],
    why="Right of 0 the slope is $w - 0.8 + 1 > 0$, left of it $w - 0.8 - 1 < 0$: from both sides "
    "it goes down to 0.",
)

SUBGRADIENT = Choice(
    id="9.exact-zero",
    prompt="To train with $\\alpha |w|$, you add $\\alpha \\operatorname{sign}(w)$ to the gradient "
    "and step. How many weights are *exactly* zero in the end?",
    options=[
        Option("a third", "About so many end below 0.001. Exactly zero is another thing."),
        Option("none", "A step of one size jumps over zero, and back.", right=True),
        Option("all", "The loss holds those that it needs."),
    ],
    why="Cut off at zero, (9.7), they stop there.",
)

STRENGTH = Choice(
    id="9.how-strong",
    prompt="Move through 50, 100 and 300 digits above. What does the best decay gain on the mean "
    "of twenty splits?",
    options=[
        Option("several points", "Compare the circle with the left end of the dashed line."),
        Option("less than the splits differ", "0.2 to 0.4 points.", right=True),
        Option("nothing at all", "The mean does rise a little."),
    ],
    why="Up to α = 0.01 the bands are 10 to 19 points wide. Compare split by split, and say the "
    "error.",
)

QUESTIONS = [START, HUNDRED, PRIOR, LAMBDAS, OFFSET, SOFT, SUBGRADIENT, STRENGTH]
