"""The questions of lesson 3: a heavy ball."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

THREE_STEPS = Blanks(
    id="8.ball-steps",
    prompt="$\\mathcal L = w^2$, start at $w = 1$ with $v = 0$. $\\mu = 0.5$, rate 0.25. First "
    "$v \\leftarrow 0.5\\, v + 2w$, then $w \\leftarrow w - 0.25\\, v$. Two steps.",
    given={"at first": [[1, 0]]},
    blanks={"v": [[2, 2]], "w": [[0.5, 0]]},
    wrong=[
        Slip(
            {"w": [[0.5, 0.25]]},
            "That is without momentum: the second v is 0.5 · 2 + 2 · 0.5.",
        ),
        Slip({"v": [[2, 1]]}, "The second v is the new gradient alone. Half of the old v stays."),
        Slip({"v": [[2, 3]]}, "The old v counts half: 0.5 · 2 + 1."),
        Slip({"w": [[1, 0.5]]}, "w moves by the old v. Update v first."),
    ],
    why="$v$ is 2, then $1 + 1 = 2$. At $w = 0$ the gradient is 0, and $v$ is 2: the third step "
    "goes on, to −0.25.",
)

OVERSHOOT = Choice(
    id="8.overshoot",
    prompt="After these two steps it is at the minimum. Gradient descent would stay there. And "
    "this?",
    options=[
        Option("it stays", "v is 2, and half of it is left in the third step."),
        Option("it goes on, to the other side", "To w = −0.25.", right=True),
        Option("it goes back", "Nothing pushes it back before it has passed."),
    ],
    why="$v \\leftarrow 0.5 \\cdot 2 + 0 = 1$, $w \\leftarrow 0 - 0.25$. That is *overshoot*.",
)

FASTER = Number(
    id="8.long-slope",
    prompt="On a long straight slope the gradient is 3 everywhere. $\\mu = 0.9$. What does $v$ "
    "go to?",
    answer=30,
    rtol=0.001,
    wrong=[
        Slip(3, "That is v after the first step. Then 0.9 · 3 + 3, and so on."),
        Slip(27, "That is 0.9 times it: the sum begins with the new gradient itself."),
        Slip(5.7, "That is v after two steps."),
        Slip(3.33, "Divide by 1 − 0.9."),
    ],
    why="$v = 0.9\\,v + 3$ holds at $v = 3/(1 - 0.9)$: ten times the step, where the gradient "
    "does not change.",
)

PRODUCT = Number(
    id="8.product",
    prompt="$\\mu = 0.81$, and the two roots of (8.12) are complex. By which factor do the swings "
    "shrink in each step?",
    answer=0.9,
    rtol=0,
    atol=1e-9,
    wrong=[
        Slip(0.81, "That is the product of the two roots. Each is as large as the other."),
        Slip(0.19, "That is 1 − μ. The product of the roots is μ."),
        Slip(0.6561, "The square. Take the root: two equal sizes have the product μ."),
    ],
    why="Their product is $\\mu$, and complex roots come as a pair of the same size: "
    "$\\sqrt\\mu$, whatever the curvature.",
)

BALL_LIMIT = Number(
    id="8.ball-limit",
    prompt="$\\mu = 0.9$, largest curvature 5. Above which rate does the walk run away?",
    answer=0.76,
    rtol=0.001,
    wrong=[
        Slip(0.4, "That is without momentum, 2/5. With it you may go further."),
        Slip(3.8, "That is ηλ. Divide by the curvature."),
        Slip(0.04, "Not 2(1 − μ)/λ: momentum raises the limit in this form."),
        Slip(4, "2(1 + μ) is 3.8; divide by 5."),
    ],
    why="$2(1 + 0.9)/5$.",
)

BEST_MU = Blanks(
    id="8.best-mu",
    prompt="Curvatures from 1 to 9. By (8.15), what are the best factor, $\\mu$ and rate?",
    given={"curvatures": [[1, 9]]},
    blanks={"factor": [[0.5]], "mu": [[0.25]], "rate": [[0.25]]},
    wrong=[
        Slip({"factor": [[0.8]]}, "That is gradient descent. With momentum the root of κ counts."),
        Slip({"mu": [[0.5]]}, "The factor is the root of μ."),
        Slip({"rate": [[0.2]]}, "That is gradient descent's, 2/(1 + 9)."),
        Slip({"rate": [[0.5]]}, "2/(1 + 3) has to be squared."),
    ],
    why="$\\sqrt\\kappa = 3$: $(3-1)/(3+1)$, its square, and $(2/(1 + 3))^2$.",
)

WORTH = Choice(
    id="8.worth",
    prompt="Condition number 10,000, each method at its best. Gradient descent needs about 34,500 "
    "steps to a thousandth. And the heavy ball?",
    options=[
        Option("17,000", "Half of it would be a poor reward for a second array."),
        Option("3,450", "More: the root of 10,000 is 100."),
        Option("345", "A hundredth: κ/2 becomes √κ/2.", right=True),
        Option("4", "The slowest part still has the factor 0.98."),
    ],
    why="$\\frac{\\sqrt\\kappa}{2} \\ln 1000 = 345$. Counted it is more: see below.",
)

SWING = Number(
    id="8.swing",
    prompt="$\\kappa = 10{,}000$, so $\\sqrt\\mu = 0.98$. At the steep end, how large is "
    "$|x_t|$ after 50 steps, by (8.17), if it was 1 at the start?",
    answer=(1 + 1.98 * 50) * 0.98**50,
    rtol=0.03,
    wrong=[
        Slip(0.98**50, "That is the power alone. The factor 1 + ct is 100 here."),
        Slip(2 * 0.98**50, "c is 1 − r, and r is −0.98 at the steep end: c = 1.98."),
        Slip(0.5, "The power alone is 0.36, and the factor 1 + ct is far above 1."),
        Slip(100, "Multiply by the power as well, 0.36."),
    ],
    why="$(1 + 1.98 \\cdot 50) \\cdot 0.98^{50} = 100 \\cdot 0.364$. At its best setting the "
    "steep part first grows 36-fold.",
)

NESTEROV_LIMIT = Choice(
    id="8.nesterov-limit",
    prompt="$\\mu = 0.9$, and the rate is just below the limit of the heavy ball. You set "
    "`nesterov=True`. What happens?",
    options=[
        Option("it converges faster", "Its limit is lower, by (8.18)."),
        Option(
            "it runs away",
            "The limit of ηλ falls from 3.8 to 1.36, below that of plain descent.",
            right=True,
        ),
        Option("nothing much", "At steep curvatures they differ most."),
    ],
    why="$2 \\cdot 1.9/2.8 = 1.36$. Looking ahead damps, and at steep curvatures too much.",
)

SADDLE_BALL = Choice(
    id="8.saddle-ball",
    prompt="In the explorer, take the saddle at rate 0.1: gradient descent, then momentum with "
    "$\\mu = 0.9$. Along the way down, momentum",
    options=[
        Option("is slower: it overshoots", "There is nothing to overshoot on the way down."),
        Option("is about as fast", "Compare the losses after 60 steps."),
        Option("is much faster", "It adds up the small steps.", right=True),
    ],
    why="It is below −1 from step 37 on; gradient descent is at −0.0022 after 60. A negative "
    "curvature has a root above 1, and with momentum it is larger.",
)

QUESTIONS = [
    THREE_STEPS,
    OVERSHOOT,
    FASTER,
    PRODUCT,
    BALL_LIMIT,
    BEST_MU,
    WORTH,
    SWING,
    NESTEROV_LIMIT,
    SADDLE_BALL,
]
