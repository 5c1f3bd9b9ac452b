"""The questions of lesson 2: early stopping, and shifts."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

STEPS = Number(
    id="9.steps",
    prompt="$\\mathcal L = \\frac12 \\lambda (w - 1)^2$ with $\\lambda = 0.5$. You start at "
    "$w = 0$ and take two steps at the rate $\\eta = 1$. Where are you?",
    answer=0.75,
    rtol=0.005,
    wrong=[
        Slip(0.5, "That is after one step. The second halves what is left."),
        Slip(1, "Each step goes half of what is left, not half of the whole."),
        Slip(0.25, "That is what is left, (1 − 0.5)²."),
    ],
    why="Each step leaves the share $1 - \\eta\\lambda = 0.5$ of the error: $1 - 0.5^2$.",
)

WORTH = Number(
    id="9.worth",
    prompt="You stop after 200 steps at the rate 0.05. In flat directions, which decay $\\alpha$ "
    "would shrink about as much?",
    answer=0.1,
    rtol=0.01,
    wrong=[
        Slip(10, "That is ηt. The decay is its inverse: more steps, less decay."),
        Slip(0.005, "That is 1/t. The rate counts as well."),
        Slip(0.05, "That is the rate."),
        Slip(20, "That is 1/η."),
    ],
    why="$\\alpha \\approx 1/(\\eta t) = 1/10$.",
)

MORE = Choice(
    id="9.which-more",
    prompt="Steps at a rate below $1/\\lambda$, stopped after $t$ of them, against the decay "
    "$\\alpha = 1/(\\eta t)$. Which of the two leaves *more* of a weight?",
    options=[
        Option("stopping, in each direction", "By (9.11).", right=True),
        Option("the decay, in each direction", "Try λ = 1, η = 0.5, t = 1: 0.5 against 1/3."),
        Option(
            "it depends on the direction", "So it looks on a wide scale. (9.11) says otherwise."
        ),
    ],
    why="$1/(1 + x) \\ge e^{-x}$, and $e^{-x} \\ge (1 - x/t)^t$: what stopping leaves of the "
    "*error* is less.",
)

OVER = Choice(
    id="9.overshoot",
    prompt="Set the rate to 1.9. After three steps the steep weight is beyond its best value: "
    "1.73 of it. Which decay does that?",
    options=[
        Option("a small one", "λ/(λ + α) stays below 1 for each positive α."),
        Option("none", "A decay shrinks, and never enlarges.", right=True),
        Option("a negative one, so this is a decay", "A penalty that rewards size is none."),
    ],
    why="For $1 < \\eta\\lambda < 2$ the error changes its sign in each step: stopped after an odd "
    "number, the weight is too large.",
)

HELD = Choice(
    id="9.held-back",
    prompt="You have 100 digits. Twenty are held back to say when to stop; 80 are learned. Beside "
    "learning all 100 to the end, what do you expect on new digits?",
    options=[
        Option("better: it stops before it overfits", "See below: the twenty are missed."),
        Option("about the same", "Twenty digits fewer to learn cost something."),
        Option("worse", "On these digits, yes: it does not pay.", right=True),
    ],
    why="With every fifth label random it is the other way round.",
)

SHIFTED = Choice(
    id="9.shifts-where",
    prompt="100 digits, each shown with its four neighbors. Where do you expect a gain: on new "
    "digits as they are, or on new digits moved by a pixel?",
    options=[
        Option("on both, alike", "One of the two is far larger."),
        Option(
            "mainly on those that were moved",
            "By 36 points on the mean of twenty splits.",
            right=True,
        ),
        Option("mainly on those as they are", "They were cut out and centered alike."),
        Option("on neither", "A fully-connected network minds each pixel: chapter 6."),
    ],
    why="Shifts teach that a shift does not matter. It helps where digits are shifted.",
)

QUESTIONS = [STEPS, WORTH, MORE, OVER, HELD, SHIFTED]
