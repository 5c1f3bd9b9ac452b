"""The questions of lesson 4: the best step, six unnamed curves, what a check can and can't see."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

BEST_STEP = Choice(
    id="4.best-step",
    prompt="Approximate a slope by $\\bigl(f(x + h) - f(x - h)\\bigr)/2h$ in float64, which has 16 "
    "digits. Which $h$ comes closest?",
    options=[
        Option(
            "1e-2",
            "Too long: the function bends between x − h and x + h, and the error grows with h².",
        ),
        Option(
            "1e-5",
            "A compromise: shorter steps suffer from rounding, longer ones from bending.",
            right=True,
        ),
        Option(
            "1e-8",
            "Half of the 16 digits is the rule for a *forward* difference. This one bends less, so "
            "it may take longer steps and lose fewer digits.",
        ),
        Option(
            "1e-15",
            "Too short: f(x + h) and f(x − h) share nearly all their digits, and the difference is "
            "what rounding left.",
        ),
    ],
    why="Move the slider: the valley is at $10^{-5}$, with an error near $10^{-11}$.",
)

FIVE_POINTS = Number(
    id="4.five-points",
    prompt="Four values instead of two, "
    "$\\bigl(-f(x + 2h) + 8 f(x + h) - 8 f(x - h) + f(x - 2h)\\bigr)/12h$, "
    "leave an error of the order $h^4$. At which $h$ does it meet a rounding of the order "
    "$10^{-16}/h$?",
    answer=6.3e-4,
    factor=3,
    wrong=[
        Slip(1e-4, "You set h⁴ equal to 1e-16. Rounding is 1e-16 / h: set h⁵ equal to 1e-16."),
        Slip(5e-6, "That is the valley of the two-point formula, from h³. Here it is h⁵."),
    ],
    why="$h^5 = 10^{-16}$ gives $6 \\cdot 10^{-4}$ and an error near $10^{-13}$: two digits more "
    "for twice the work, with a step a hundred times as long, which meets more kinks.",
)

EXPECTED = Number(
    id="4.expected-error",
    prompt="A loss of about 1, a largest gradient of about $10^{-6}$, $h = 10^{-5}$, and "
    "$\\varepsilon = 10^{-16}$. Which relative error does rounding alone explain?",
    answer=1e-5,
    factor=3,
    wrong=[
        Slip(
            1e-11,
            "That is the absolute error, ε|f|/h. Now divide by the size of the gradient, 1e-6.",
        ),
        Slip(1e-10, "You left out h: the difference of the two losses is divided by 2h as well."),
        Slip(1e-16, "That is ε. Two errors of that size are divided by a small number, twice."),
    ],
    why="$\\varepsilon\\,|f|/(h\\,|g|) = 10^{-16}/(10^{-5} \\cdot 10^{-6}) = 10^{-5}$. A right "
    "gradient, and five digits.",
)

# The six, by what they are, and what one would see of each.
NAMES = {
    "right": "right",
    "vanishing": "right, and vanishing",
    "nearby": "right, with a kink nearby",
    "hit": "right, with a kink hit exactly",
    "entry": "one entry wrong by 1 %",
    "sign": "wrong sign",
}
_WOULD = {
    "right": "A right gradient of ordinary size gets down to about 1e-10.",
    "vanishing": "A vanishing gradient has a valley, and it lies on the line of expected rounding.",
    "nearby": "A kink nearby shows as a cliff: above one h the error is large, below it is not.",
    "hit": "A kink hit exactly depends on the point: at another one the curve has its valley.",
    "entry": "One small wrong entry leaves a floor far below 1, at every point.",
    "sign": "With the sign turned, claim and slope are opposite: twice the size apart, 2.",
}
_SEEN = {
    "right": "This one has its valley at 1e-5, and it is as deep as rounding allows.",
    "vanishing": "This one touches the line of expected rounding and leaves it only near 1e-2, "
    "where truncation begins. The line itself is high.",
    "nearby": "This one falls off a cliff at h = 1e-4.",
    "hit": "This one stays near 0.3 for every h, and at another random point it is right.",
    "entry": "This one has a flat floor near 0.002, at both points.",
    "sign": "This one is flat at 2, at both points.",
}


def _curve(letter: str, truth: str, why: str) -> Choice:
    options = [
        Option(
            label, _SEEN[name] if name == truth else f"{_WOULD[name]} {_SEEN[truth]}", name == truth
        )
        for name, label in NAMES.items()
    ]
    return Choice(
        id=f"4.curve-{letter.lower()}",
        prompt=f"Curve {letter}: what is it?",
        options=options,
        why=why,
    )


CURVES = [
    _curve("A", "sign", "$|g - (-g)| / |g| = 2$, whatever $h$ is."),
    _curve("B", "right", "Both branches are there: $h^2$ on the right, $1/h$ on the left."),
    _curve(
        "C",
        "nearby",
        "One pre-activation lies $10^{-4}$ above 0. A longer nudge mixes two slopes; a shorter one "
        "does not.",
    ),
    _curve("D", "entry", "One typical entry of 24 is 1 % too large; the scale is the largest one."),
    _curve(
        "E",
        "vanishing",
        "Ten layers with sigmoid: the gradient is below $10^{-7}$, so rounding weighs a million "
        "times as much as for curve B.",
    ),
    _curve(
        "F",
        "hit",
        "A blank sample and a bias of 0: all its $z$ are 0. There the quotient is half the slope.",
    ),
]

BLIND = Choice(
    id="4.cannot-see",
    prompt="Which of these does a gradient check *not* see, however carefully it is done?",
    multiple=True,
    options=[
        Option(
            "the loss and its gradient both leave out 1/n",
            "Both without 1/n: they belong together. They belong to another loss than you meant.",
            right=True,
            missed="One more: if the mistake is in the loss too, claim and slope agree.",
        ),
        Option(
            "the gradient of the weight decay is forgotten, with decay 1e-4",
            "The forgotten decay is in the loss and not in the claim: an error near 1e-3, "
            "where rounding explains 3e-10.",
        ),
        Option(
            "a mask A ≥ 0, checked where all units are on",
            "A mask that is never put to the test: at this point the wrong code does the right "
            "thing. Check where half of the units are off.",
            right=True,
            missed="One more: at this point all slopes are 1, and the mask might as well not be "
            "there.",
        ),
        Option(
            "a gradient that is added to the last one, with one call of backward",
            "A sum over calls: the first call has nothing to add to. Call it twice.",
            right=True,
            missed="One more: what is left over from the last call shows in the second.",
        ),
        Option(
            "a factor of 0.99 on all of dW",
            "A factor of 0.99 is an error of 1e-2: a hundred million times what rounding explains.",
        ),
    ],
    why="A check compares a claim with a function, at one point, in one call. What is wrong with "
    "the function, elsewhere or later, it does not see.",
)

DIRECTION = Number(
    id="4.direction-cost",
    prompt="A layer with 1000 inputs, 500 units and 100 samples. Checking every weight takes two "
    "forward passes a weight, of this layer alone. How many multiplications?",
    answer=5e13,
    factor=1.5,
    wrong=[
        Slip(2.5e13, "Two passes for each weight: one at +h and one at −h."),
        Slip(1e8, "That is one direction: two passes in all. Checking each weight takes two each."),
        Slip(5e7, "That is a single forward pass."),
    ],
    why="$2 \\cdot 5 \\cdot 10^5$ passes of $5 \\cdot 10^7$ multiplications. One direction takes "
    "$10^8$.",
)

QUESTIONS = [BEST_STEP, FIVE_POINTS, *CURVES, EXPECTED, BLIND, DIRECTION]
