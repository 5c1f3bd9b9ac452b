"""The questions of lessons 3 and 4: backward, too, and the two fans."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

BACK = Number(
    id="3.back",
    prompt="A layer without activation has 10 inputs and 784 units, and weights of variance "
    "$\\tfrac1{10}$: the signal's mean square is kept. By what is the *gradient's* multiplied on "
    "its way back?",
    answer=78.4,
    wrong=[
        Slip(1, "Forward. Backward each input collects from 784 units."),
        Slip(7.84, "You divided by 10 twice: 784 · 1/10 is 78.4."),
        Slip(8.854, "That is the size, the root of it."),
        Slip(0.01276, "Upside down: 784 terms of variance 1/10 add up."),
    ],
    why="$n_\\text{out}\\, s^2 = 784/10$.",
)

LEVEL = Choice(
    id="3.level",
    prompt="Look at the gradient. Which rule keeps $dX$ level for ReLU, and what does the same "
    "rule, with tanh's gain, do to $dX$ for tanh?",
    options=[
        Option("Kaiming, and for tanh it is level too", "Look again: tanh, Kaiming."),
        Option(
            "Kaiming, and for tanh it grows",
            "About 30-fold over 50 layers in the median. Lesson 5 says why.",
            right=True,
        ),
        Option(
            "Xavier, and for tanh it shrinks", "Xavier halves ReLU's mean square in each layer."
        ),
        Option("none", "With equal widths one of them does."),
    ],
    why="A rule keeps what it was derived for.",
)

COMPROMISE = Number(
    id="3.compromise",
    prompt="Xavier's variance for these 10 inputs and 784 units is $\\tfrac{2}{794}$. What is the "
    "signal's mean square multiplied by?",
    answer=20 / 794,
    wrong=[
        Slip(1, "That holds for equal fans."),
        Slip(1568 / 794, "That is the gradient's factor, 784 · 2/794."),
        Slip(0.1587, "That is the size, the root of it."),
        Slip(10 / 794, "The 2 is missing."),
    ],
    why="0.025 forward and 1.975 backward: they add up to 2.",
)

LIMIT = Number(
    id="3.limit",
    prompt="You want weights of standard deviation 0.1 from `rng.uniform(-c, c)`. Which $c$?",
    answer=0.17321,
    rtol=0.02,
    wrong=[
        Slip(0.1, "U(−0.1, 0.1) has the standard deviation 0.058, and a third of the variance."),
        Slip(0.3, "c² = 3 s²: the root of 3, not 3."),
        Slip(0.05774, "You divided by √3. The limit is the larger of the two."),
        Slip(0.34641, "That is the width of the interval, 2c."),
    ],
    why="$c = \\sqrt3\\, s$.",
)

FUNNEL = Number(
    id="3.funnel",
    prompt="Two ReLU layers, from 100 inputs to 20 units to 400, with Kaiming's "
    "$s^2 = 2/n_\\text{in}$. By (3.10) each layer multiplies the gradient's mean square by "
    "$\\tfrac12\\, n_\\text{out}\\, s^2$. By what do both together?",
    answer=4,
    wrong=[
        Slip(0.2, "That is the first layer. The second multiplies by 20."),
        Slip(20, "That is the second layer. The first multiplies by 0.2."),
        Slip(1, "That is the signal. The gradient's sum runs over the other fan."),
        Slip(0.25, "Upside down: it is the last width over the first."),
        Slip(2, "That is the size, the root of it."),
    ],
    why="$\\tfrac{20}{100} \\cdot \\tfrac{400}{20} = \\tfrac{400}{100}$: the 20 cancels.",
)

TAPER = Choice(
    id="3.taper",
    prompt="Widths 1024, 512, ..., 32, ReLU. Does the compromise "
    "$4/(n_\\text{in} + n_\\text{out})$ keep the signal? And through the hourglass, "
    "with equal ends?",
    options=[
        Option("yes, and yes", "Try it: the signal grows in the taper."),
        Option(
            "no, and no",
            "It does not telescope: in the hourglass signal and gradient both lose.",
            right=True,
        ),
        Option("no, but through the hourglass yes", "2/n_in and 2/n_out do. Look at this one."),
    ],
    why="What a layer loses where widths shrink, the next does not win back where they grow.",
)

CONVOLUTION = Number(
    id="3.convolution",
    prompt="A convolution: $5 \\times 5$ kernel, 16 input channels, 32 output channels, ReLU. "
    "Which standard deviation does Kaiming (fan-in) prescribe?",
    answer=0.070711,
    rtol=0.02,
    wrong=[
        Slip(0.35355, "That is √(2/16). Each channel is met at 25 positions."),
        Slip(0.05, "That is with fan-out, 25 · 32 = 800."),
        Slip(0.005, "That is the variance, 2/400."),
        Slip(0.12247, "That is the limit of the uniform version, √(6/400)."),
        Slip(0.28284, "That is √(2/25): the 16 channels are missing."),
    ],
    why="$n_\\text{in} = 5 \\cdot 5 \\cdot 16 = 400$ and $\\sqrt{2/400}$.",
)

QUESTIONS = [BACK, LEVEL, COMPROMISE, LIMIT, FUNNEL, TAPER, CONVOLUTION]
