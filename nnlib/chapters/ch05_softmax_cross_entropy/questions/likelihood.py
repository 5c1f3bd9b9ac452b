"""The questions of lesson 2: odds, what a label costs, and P - Y."""

from math import exp, log

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

WINNER = Number(
    id="5.winner",
    prompt="A spam filter multiplies the *odds* of spam by $e^{0.7}$, about 2, if a mail contains "
    "the word *winner*. They were 1 to 4, a probability of 0.2. What is the probability now?",
    answer=0.25 * exp(0.7) / (1 + 0.25 * exp(0.7)),
    rtol=0.02,
    wrong=[
        Slip(0.2 * exp(0.7), "You doubled the probability. It is the odds that double."),
        Slip(
            0.25 * exp(0.7),
            "Those are the odds now, about 1 to 2. As a probability: odds / (1 + odds).",
        ),
        Slip(0.9, "0.7 is no probability to add. It is what the log-odds grow by."),
        Slip(0.25, "Those were the odds."),
    ],
    why="Odds of $0.25 \\cdot 2.01 = 0.50$, so $p = 0.50/1.50 = 0.335$. The log-odds grew by 0.7, "
    "whatever they were: that is *logistic regression*, $\\ln \\frac{p}{1 - p} = xw + b$.",
)

TWO_NETWORKS = Choice(
    id="5.two-networks",
    prompt="Network A gives the right class 0.6 on each of ten samples. B gives it 0.99 on nine "
    "samples, and 0.001 on the tenth. Under which network are all ten labels together more "
    "probable?",
    options=[
        Option("A", "0.6¹⁰ = 0.0060, against 0.99⁹ · 0.001 = 0.0009.", right=True),
        Option("B", "0.99⁹ is 0.91, but times 0.001. A product forgives no factor near 0."),
        Option("the same", "Multiply: 0.6¹⁰ = 0.0060, and 0.99⁹ · 0.001 = 0.0009."),
    ],
    why="As losses: A $-\\ln 0.6 = 0.51$, B $0.70$. One confident mistake costs B more than nine "
    "confident answers earn.",
)

SMOOTHING = Number(
    id="5.smoothing",
    prompt="*Label smoothing*: ten classes, and the label is 0.9 times its one-hot row plus 0.1 "
    "times the uniform one. The loss is smallest at $p = y$. By how much does the right logit lead "
    "there? (Two decimals.)",
    answer=log(91),
    rtol=0.0012,
    wrong=[
        Slip(log(9), "ln(0.9 / 0.1): but the 0.1 is shared by ten classes."),
        Slip(log(90), "Nearly: the right class gets its share of the 0.1 as well, 0.91 in all."),
        Slip(
            0.91 - 0.01,
            "That is the difference of the probabilities. Logits differ by the "
            "logarithm of their ratio.",
        ),
        Slip(91, "That is the ratio of the probabilities. Take its logarithm."),
    ],
    why="$\\ln(0.91 / 0.01) = \\ln 91 = 4.51$, a finite number; with hard labels it would grow "
    "without end. The floor is $H(y) = -0.91 \\ln 0.91 - 9 \\cdot 0.01 \\ln 0.01 = 0.50$.",
)

_P0 = 1 / (1 + exp(-0.5))
THIRD = Blanks(
    id="5.third-sample",
    prompt="With $e^{0.5} = 1.649$: the probabilities, the loss of this sample, and its row of "
    "$dZ$ (three decimals).",
    given={"z": [[0.5, 0]]},
    blanks={"p": [[_P0, 1 - _P0]], "loss": log(1 + exp(0.5)), "dz": [[_P0 / 3, -_P0 / 3]]},
    rtol=0.01,
    wrong=[
        Slip({"dz": [[_P0, -_P0]]}, "The 1/n of the loss is missing: n is 3."),
        Slip({"dz": [[-(1 - _P0) / 3, (1 - _P0) / 3]]}, "That is for class 0. Class 1 is right."),
        Slip({"loss": log(1 + exp(0.5)) - 0.5}, "That is the loss if class 0 were right."),
        Slip({"p": [[1 - _P0, _P0]]}, "The larger logit has the larger probability."),
        Slip({"loss": 1 - (1 - _P0)}, "That is 1 − p. The loss is −ln p."),
    ],
    why="$p = (1.649, 1)/2.649$, loss $\\ln 2.649$, and $dz = \\frac13 (0.622 - 0,\\ 0.378 - 1)$.",
)

BOUNDS = Choice(
    id="5.bounds",
    prompt="The loss of a sample can be as large as you like. How large can an entry of its "
    "$p - y$ become?",
    options=[
        Option("as large as you like", "p lies between 0 and 1, and so does y."),
        Option("never above 1 in size", "Both lie between 0 and 1.", right=True),
        Option("√2", "That bounds the length of the whole row: (1, −1) is that long."),
    ],
    why="At most 1 for each logit. What reaches the *weights* is another matter: lesson 3.",
)

QUESTIONS = [WINNER, TWO_NETWORKS, SMOOTHING, THIRD, BOUNDS]
