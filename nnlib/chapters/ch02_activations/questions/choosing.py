"""The questions of lesson 4: the zoo, and what to use."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

GAP = Choice(
    id="2.gap",
    prompt="Eight activations, each with a learning rate tuned for it, read handwritten digits. "
    "Two hidden layers. How far apart are the best and the worst, in medians of ten runs?",
    options=[
        Option(
            "less than 3 points of a hundred",
            "All eight medians lie between 96 and 97 %.",
            right=True,
        ),
        Option("about 10 points", "Less. At five layers it is more."),
        Option("more than 30 points", "That comes with depth."),
    ],
    why="With two hidden layers the choice hardly matters here. Now move the slider.",
)

WHO_FALLS = Choice(
    id="2.who-falls",
    multiple=True,
    prompt="Which of these fall somewhere as $z$ rises? Look at the sign of the slope near $z "
    "= -2$.",
    options=[
        Option(
            "GELU",
            "Its lowest point is at −0.75; left of it, it falls.",
            right=True,
            missed="GELU falls left of −0.75.",
        ),
        Option("ELU", "Its slope eᶻ is never negative."),
        Option(
            "SiLU",
            "Its lowest point is at −1.28; left of it, it falls.",
            right=True,
            missed="SiLU falls left of −1.28.",
        ),
        Option("SELU", "It is ELU times a positive number."),
    ],
    why="Networks with GELU and SiLU are trained all the same: being monotone is nothing that an "
    "activation needs.",
)

TWO_Z = Choice(
    id="2.two-z",
    prompt="Leaky ReLU is often typed as $\\max(az, z)$. With $a = 2$, what are the slopes of "
    "$\\max(2z, z)$?",
    options=[
        Option("2 on the left, 1 on the right", "For z = −1 it takes the larger of −2 and −1."),
        Option("1 on the left, 2 on the right", "It is z + ReLU(z).", right=True),
        Option("2 on both sides", "For z < 0, z is larger than 2z."),
    ],
    why="For $a > 1$ the maximum picks the wrong side on both sides. A learned slope may pass "
    "1: ask "
    "for $z > 0$.",
)

ELU_JUMP = Number(
    id="2.elu-jump",
    prompt="ELU with $\\alpha = 0.5$: by how much does its slope jump at $z = 0$, from left "
    "to right?",
    answer=0.5,
    wrong=[
        Slip(0, "The value does not jump. The slopes are α on the left and 1 on the right."),
        Slip(1, "On the left the slope is α e⁰ = 0.5, not 0."),
        Slip(-0.5, "It rises: 0.5 on the left, 1 on the right."),
    ],
    why="From $\\alpha$ to 1. They meet for $\\alpha = 1$.",
)

FIXED_POINT = Choice(
    id="2.fixed-point",
    prompt="SELU's constants make $q = 1$ a fixed point with $n s^2 = 1$. In the explorer of "
    "lesson 2, "
    "what is $\\chi$ there?",
    options=[
        Option(
            "1, as for q", "χ is about f′, q about f. Only for ReLU and its leaky kin they agree."
        ),
        Option(
            "a little above 1",
            "1.07: over twenty layers the mean square grows fourfold.",
            right=True,
        ),
        Option("a little below 1", "Look at SELU, n s² = 1, layer 1."),
    ],
    why="Keeping the signal does not keep the gradient.",
)

FLATTER = Choice(
    id="2.flatter",
    prompt="Softmax of $(0.22, 0.44, 0.22, 0.11)$, four numbers that add up to 1: is the result "
    "sharper or flatter?",
    options=[
        Option(
            "sharper: the largest grows",
            "Its largest is 0.30. A lecture note prints 0.76 here: the softmax of 2, 4, 2, 1.",
        ),
        Option(
            "the same: they are probabilities already",
            "Softmax looks at differences, and divides by what e makes of them.",
        ),
        Option("flatter", "(0.24, 0.30, 0.24, 0.22).", right=True),
    ],
    why="$\\ln p_i - p_i$ rises with $p_i$ on $(0, 1]$. So of two probabilities the "
    "logarithms are at "
    "least as far apart as the numbers themselves: fed to softmax, a probability vector is "
    "not sharpened.",
)

QUESTIONS = [GAP, WHO_FALLS, TWO_Z, ELU_JUMP, FIXED_POINT, FLATTER]
