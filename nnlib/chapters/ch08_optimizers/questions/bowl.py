"""The questions of the opening page and of lesson 1: a walk in a bowl."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

START = Choice(
    id="8.start",
    prompt="One weight, the loss $w^2$, start at 1. Gradient descent with the rate 0.99 takes 100 "
    "steps. Where is it?",
    options=[
        Option(
            "close to 0: a high rate gets there fast",
            "At 0.5 it would be there after one step. At 0.99 each step jumps over the minimum "
            "and lands at 0.98 times the old distance. Begin with lesson 1.",
        ),
        Option(
            "at 0.13: each step leaves 98 % of the distance",
            "You can skip the first half of lesson 1.",
            right=True,
        ),
        Option(
            "far away: a rate that high diverges",
            "The limit is 1: at 1.01 it would. Lesson 1 derives it.",
        ),
        Option("I don't know yet", "Lesson 1 begins right there.", unsure=True),
    ],
    why="$w \\leftarrow w - 0.99 \\cdot 2w = -0.98\\, w$, and $0.98^{100} = 0.13$.",
)

ONE_STEP = Blanks(
    id="8.one-step",
    prompt="One weight, $\\mathcal L = w^2$, so the gradient is $2w$ and the curvature 2. You are "
    "at $w = 1$. Where does one step $w - \\eta \\cdot 2w$ take you?",
    given={"rate": [[0.1, 0.5, 0.9, 1.1]]},
    blanks={"w": [[0.8, 0, -0.8, -1.2]]},
    wrong=[
        Slip(
            {"w": [[0.9, 0.5, 0.1, -0.1]]},
            "You subtracted the rate. The step is the rate times the gradient, and that is 2.",
        ),
        Slip(
            {"w": [[0.8, 0, 0.8, 1.2]]},
            "These are distances. Beyond 0.5 the step jumps over the minimum: w is negative there.",
        ),
        Slip({"w": [[1.2, 2, 2.8, 3.2]]}, "You added. Downhill is against the gradient."),
        Slip({"w": [[0.2, 1, 1.8, 2.2]]}, "These are the steps. Subtract them from 1."),
    ],
    why="$w$ is multiplied by $1 - 2\\eta$: 0.8, 0, −0.8, −1.2. And so it will be in the next "
    "step, and the next.",
)

TEN_STEPS = Choice(
    id="8.ten-steps",
    prompt="Which of these four rates are equally far from the minimum after ten steps?",
    options=[
        Option("0.1 and 0.9", "0.8 and −0.8: the tenth power is the same.", right=True),
        Option("0.1 and 0.5", "At 0.5 the first step arrives."),
        Option("0.9 and 1.1", "0.8 to the tenth is 0.11, 1.2 to the tenth is 6.2."),
        Option("none", "Look at the size of the four factors: two are alike."),
    ],
    why="$(\\pm 0.8)^{10} = 0.107$: one rate is as much too timid as the other is too bold.",
)

LIMIT = Number(
    id="8.limit",
    prompt="Curvature 5. Above which rate does the walk run away?",
    answer=0.4,
    rtol=0,
    atol=1e-9,
    wrong=[
        Slip(0.2, "That is 1/5, where one step arrives. You can go twice as far."),
        Slip(1, "That was the limit at curvature 2."),
        Slip(2.5, "The other way round: 2 divided by the curvature."),
        Slip(10, "Divide 2 by the curvature."),
    ],
    why="$|1 - 5\\eta| < 1$ means $\\eta < 2/5$.",
)

TWO_PARTS = Blanks(
    id="8.two-parts",
    prompt="Two weights with the curvatures 10 and 1, both at distance 1, rate 0.15. The distances "
    "after one step and after two?",
    given={"curvature": [[10, 1]]},
    blanks={"one step": [[-0.5, 0.85]], "two steps": [[0.25, 0.7225]]},
    wrong=[
        Slip(
            {"two steps": [[-1, 0.7]]},
            "You multiplied the factor by 2, or subtracted twice the first step. The second step "
            "starts from the new place: square the factor.",
        ),
        Slip({"one step": [[0.5, 0.85]]}, "1 − 0.15 · 10 is negative: it jumps over."),
        Slip({"one step": [[1.5, 0.15]]}, "These are the steps. Subtract them from 1."),
    ],
    why="The factors are $1 - 1.5$ and $1 - 0.15$. Neither part knows of the other.",
)

SLOW = Choice(
    id="8.who-is-slow",
    prompt="In the explorer, condition number 30, start on both axes. At the rate 0.5 the steep "
    "part is gone after one step. What is the loss after 20 steps?",
    options=[
        Option("nearly 0", "The flat part has the factor 0.967: it has hardly begun."),
        Option("about 1 % of the start", "Move it there: the sentence says it.", right=True),
        Option("half of the start", "Most of the loss was in the steep part, and that is gone."),
    ],
    why="Of the loss at the start, $1 + 1/30$, the flat part was a thirtieth. It shrinks by "
    "$0.967^2$ a step, to a quarter of it in 20 steps: 0.8 %.",
)

KAPPA = Number(
    id="8.kappa-rate",
    prompt="Curvatures 1, 4 and 9. By which factor does the slowest part shrink at the best rate?",
    answer=0.8,
    rtol=0,
    atol=1e-9,
    wrong=[
        Slip(0.2, "That is the best rate, 2/(1 + 9). The factor is 1 − 0.2 · 1."),
        Slip(8 / 9, "That is the rate 1/9. A higher one is better."),
        Slip(0.6, "(4 − 1)/(4 + 1): the condition number is 9, the largest over the smallest."),
        Slip(-0.8, "The steep part has this factor. How fast it shrinks is its size."),
    ],
    why="$\\kappa = 9$, $(9 - 1)/(9 + 1)$. The curvature 4 has $1 - 0.8 = 0.2$ and is fast.",
)

TENFOLD = Choice(
    id="8.tenfold",
    prompt="The condition number grows from 100 to 1,000, the rate is the best for each. The "
    "number of steps to a thousandth",
    options=[
        Option("stays", "The flat part has become ten times as slow."),
        Option("grows about threefold", "So it will with momentum, in lesson 3."),
        Option("grows about tenfold", "It goes with κ, see (8.5).", right=True),
        Option("grows a hundredfold", "It goes with κ, and not with its square."),
    ],
    why="By (8.5), $\\frac{100}{2} \\ln 1000 = 345$ and 3,454.",
)

QUESTIONS = [START, ONE_STEP, TEN_STEPS, LIMIT, TWO_PARTS, SLOW, KAPPA, TENFOLD]
