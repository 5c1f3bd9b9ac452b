"""The questions of lesson 5: where the theory fails."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

NEARBY = Choice(
    id="3.nearby",
    prompt="SiLU's gain 1.68 makes $q = 1$ stay 1. Thirty layers start at $q = 1.25$ instead. "
    "Where do they end?",
    options=[
        Option("near 1: it is a fixed point", "A pencil on its tip stands, too."),
        Option("near 1.25", "That is ReLU: every q stays. SiLU has another curve."),
        Option("near 1,000", "And 0.8 ends near 0.001. The fixed point is unstable.", right=True),
    ],
    why="The map is steeper than 1 there: 1.17 in logarithms.",
)

ELEVEN = Choice(
    id="3.eleven",
    prompt="tanh. Compare the gains 1.1 and 1.59. Both have a stable $q$. What do they do to a "
    "gradient over thirty layers?",
    options=[
        Option("both keep it", "Look at χ: 1.01 and 1.18, to the thirtieth power."),
        Option(
            "1.1 nearly keeps it, 1.59 does not",
            "Where q has settled χ is 1.0102 and 1.1778: to the thirtieth power 1.4 and 136.",
            right=True,
        ),
        Option("1.59 keeps it, for there q is 1", "The size of z says nothing of χ."),
    ],
    why="$\\chi - 1$ grows with the gain from 1 on. Just above 1 it is small.",
)

SIGN = Choice(
    id="3.sign",
    prompt="Is $\\chi \\ge 1$ wherever $q$ settles and $f$ has mean 0? Try "
    "$f(z) = \\operatorname{sign}(z)$: $+1$ or $-1$.",
    options=[
        Option("yes: its q settles and its mean is 0", "They are. And its slope?"),
        Option(
            "no: its slope is 0 on both sides",
            "Mean 0, q = g² at once, and χ = 0. The claim needs an f without jumps.",
            right=True,
        ),
        Option("it has no q", "E[sign(z)²] is 1: q = g² from the second layer on."),
    ],
    why="A jump carries $f$ from $-1$ to 1, and $f'$ does not see it.",
)

TANH_FADES = Number(
    id="3.tanh-fades",
    prompt="tanh with gain 1. By the rule $q_L \\approx 1/(2L)$: what is the mean square of the "
    "activations after 50 layers?",
    answer=0.01,
    wrong=[
        Slip(0.1, "That is the size, the root of it."),
        Slip(0.02, "1/L. The reciprocal grows by 2 per layer."),
        Slip(2.0**-50, "That would be a half in each layer. tanh fades as a power of the depth."),
    ],
    why="A power of the depth, not an exponential.",
)

WHICH_LOSS = Choice(
    id="3.which-loss",
    prompt="Backward theory supposes that the gradient does not know the weights. Above which "
    "loss is it most wrong at the start?",
    options=[
        Option("cross-entropy, 10 classes", "P − Y hardly depends on the activations there."),
        Option("cross-entropy, 1,000 classes", "Nor here: each probability is about 0.001."),
        Option("squared error, 1 output", "One random direction: dA = A v vᵀ, and v is random."),
        Option(
            "squared error, 100 outputs",
            "dA = A V Vᵀ contains the signal itself: with many outputs V Vᵀ is nearly a multiple "
            "of the identity.",
            right=True,
        ),
    ],
    why="An autoencoder is the case to mind.",
)

QUESTIONS = [NEARBY, ELEVEN, SIGN, TANH_FADES, WHICH_LOSS]
