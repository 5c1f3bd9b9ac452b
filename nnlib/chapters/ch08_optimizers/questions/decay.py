"""The questions of lesson 5: decay, schedules, clipping."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

NEVER_INKED = Choice(
    id="8.never-inked",
    prompt="Three pixels are blank in all 1,280 digits. Adam trains 400 steps at the rate 0.004, "
    "with $\\lambda w$ added to each gradient, $\\lambda = 10^{-6}$. What is left of the weights "
    "of these pixels, 0.18 in size at the start?",
    options=[
        Option("all but a millionth or so", "So it would be with SGD. Adam divides by the size."),
        Option("half", "Their gradient is λw alone, and Adam divides it by its own size."),
        Option(
            "nothing",
            "Their gradient is λw, and divided by its size, a sign: steps of 0.004 at first.",
            right=True,
        ),
        Option("I don't know yet", "Look at the figure: vermillion squares.", unsure=True),
    ],
    why="A step does not know the unit of the gradient, (8.20), so it does not know $\\lambda$.",
)

SHRINK = Number(
    id="8.shrink",
    prompt="SGD, $\\eta = 0.1$, $\\lambda = 0.5$, a weight $w = 2$ whose loss has the gradient 0. "
    "What is $w$ after two steps?",
    answer=1.805,
    rtol=0.0005,
    wrong=[
        Slip(1.8, "In the second step the decay is smaller: it is 5 % of 1.9."),
        Slip(1.9, "That is after one step."),
        Slip(0.5, "Each step takes ηλ = 0.05 of w, not λ."),
        Slip(1, "Each step takes ηλw away: 0.1 · 0.5 · 2 = 0.1 in the first."),
    ],
    why="$2 \\cdot 0.95^2$.",
)

FLOOR = Number(
    id="8.floor",
    prompt="One noisy weight, the rate kept at 0.2. After many steps $q$ no longer changes: "
    "$q = 0.8^2 q + 0.2^2$. What is it?",
    answer=1 / 9,
    rtol=0.01,
    wrong=[
        Slip(0.04, "That is what each step adds. 0.64 of what was there stays as well."),
        Slip(0.2, "Solve q (1 − 0.64) = 0.04."),
        Slip(0.1, "That is η/2, the value for small rates. Exactly it is 0.04/0.36."),
    ],
    why="$0.04/0.36 = \\eta/(2-\\eta)$.",
)

AVERAGE = Choice(
    id="8.average",
    prompt="With the rate $1/t$, step $t$ is $w \\leftarrow w - \\frac1t (w - x_t)$. What is $w$ "
    "after $t$ steps?",
    options=[
        Option("the last x", "That is w after the first step only, where the rate is 1."),
        Option("the mean of all x so far", "It keeps 1 − 1/t of the old mean.", right=True),
        Option("a moving average that forgets", "That is what a kept rate makes, as β = 1 − η."),
        Option("it depends on the start", "The first step has the rate 1, and forgets it."),
    ],
    why="So $q_t = 1/t$: the variance of a mean of $t$ numbers.",
)

FIRST_RATES = Blanks(
    id="8.rates",
    prompt="A linear fall in 4 steps from 0.8 to 0, without warm-up, as `LinearDecay(0.8, 4)` has "
    "it: the rates of the four steps?",
    given={"t": [[1, 2, 3, 4]]},
    blanks={"rate": [[0.8, 0.6, 0.4, 0.2]]},
    wrong=[
        Slip(
            {"rate": [[0.8, 0.5333, 0.2667, 0]]}, "Then the last step is none. 0 comes in step 5."
        ),
        Slip({"rate": [[0.6, 0.4, 0.2, 0]]}, "The first step still has the full rate."),
    ],
    why="A rate of 0 would waste a step, so 0 is what the step after the last would have.",
)

CLIPPED = Number(
    id="8.clipped",
    prompt="Two arrays have the gradients $(6)$ and $(8)$. Clip to the length 5: what becomes of "
    "the 6?",
    answer=3,
    rtol=0.001,
    wrong=[
        Slip(5, "You clip each array by itself. Together they have the length 10."),
        Slip(6, "The length is 10, which is more than 5."),
        Slip(0.3, "The factor is 5/10, not 5/100: take the root of the sum of squares."),
        Slip(2.143, "You divide by 6 + 8. The length is the root of 36 + 64."),
    ],
    why="$6 \\cdot 5/10$, and the 8 becomes 4: the ratio stays.",
)

SPIKE = Choice(
    id="8.spike",
    prompt="Adam has seen gradients of size 1 for long, then one of 1,000, then of size 1 again. "
    "How long are its steps right after, if the gradients agree?",
    options=[
        Option("η, as before", "v̂ now holds 0.001 · 1000² and forgets a thousandth per step."),
        Option(
            "some η/30, for hundreds of steps",
            "√v̂ is about 32 and falls slowly.",
            right=True,
        ),
        Option("1,000 η", "The spike itself moves it by some 3 η; afterwards it is in √v̂."),
    ],
    why="$\\sqrt{0.001 \\cdot 1000^2} \\approx 32$: once $m$ has forgotten the spike, Adam crawls.",
)

QUESTIONS = [NEVER_INKED, SHRINK, FLOOR, AVERAGE, FIRST_RATES, CLIPPED, SPIKE]
