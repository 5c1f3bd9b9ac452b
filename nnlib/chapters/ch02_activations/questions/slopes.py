"""The questions of the opening page and of lesson 1."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

START = Choice(
    id="2.start",
    prompt="Ten sigmoids in a row, one unit each: $x_\\ell = \\sigma(w_\\ell\\, x_{\\ell-1} + "
    "b_\\ell)$, all $w_\\ell = 1$, and the biases such that each $\\sigma$ sees $z = 0$. A "
    "gradient "
    "of 1 enters at the top. What is left of it at the bottom?",
    options=[
        Option(
            "1", "The weights hand it on unchanged, but each sigmoid multiplies it by its slope."
        ),
        Option(
            "about 0.001",
            "That is 0.5¹⁰: σ(0) is 0.5. What a gradient meets is the slope, not the value.",
        ),
        Option(
            "about 0.000001",
            "The slope at 0 is 1/4, and 0.25¹⁰ is 9.5 · 10⁻⁷. You know lesson 1: try lesson 2, "
            "where many units share a layer.",
            right=True,
        ),
        Option(
            "exactly 0", "No slope of a sigmoid is 0. It gets small, and floats hold small numbers."
        ),
        Option("I don't know yet", "Start with lesson 1. It needs 30 minutes.", unsure=True),
    ],
    why="$\\sigma'(0) = \\tfrac14$, ten times: $0.25^{10} \\approx 9.5 \\cdot 10^{-7}$.",
)

SATURATED = Choice(
    id="2.saturated",
    multiple=True,
    prompt="An activation *saturates* where its slope is close to 0: change $z$, and next to "
    "nothing "
    "happens. Which of these slopes are below 0.1? Choose before you move the sliders below.",
    options=[
        Option("sigmoid at 3", "0.045.", right=True, missed="The sigmoid at 3 has slope 0.045."),
        Option("tanh at 3", "0.0099.", right=True, missed="tanh at 3 has slope 0.0099."),
        Option("sigmoid at 0", "There the sigmoid is steepest: 0.25."),
        Option("ReLU at 3", "Right of 0 its slope is 1, however far you go."),
        Option(
            "ReLU at −3", "Exactly 0.", right=True, missed="Left of 0, ReLU's slope is exactly 0."
        ),
    ],
    why="Sigmoid and tanh flatten on both sides, ReLU on the left.",
)

FROM_THE_VALUE = Number(
    id="2.from-the-value",
    prompt="At some $z$ the sigmoid has the value $0.8$. What is its slope there?",
    answer=0.16,
    wrong=[
        Slip(0.8, "That is the value. The slope is s (1 − s)."),
        Slip(0.2, "That is 1 − s. The slope has s as a factor, too."),
        Slip(0.25, "That is the slope at z = 0, where the value is 0.5."),
        Slip(0.36, "1 − s² is the slope of tanh, where tanh has the value s."),
        Slip(0.64, "That is s². The second factor is 1 − s."),
    ],
    why="$s(1 - s) = 0.8 \\cdot 0.2$.",
)

LOST = Choice(
    id="2.lost",
    prompt="$1 - \\sigma(40)$ is $4.2 \\cdot 10^{-18}$. What does float64 make of `1 - sigma(40)`?",
    options=[
        Option("4.2e-18", "σ(40) would have to keep 18 digits. float64 has 16."),
        Option("0", "σ(40) is rounded to 1, and 1 − 1 has no digits left.", right=True),
        Option("1.1e-16", "That is half the distance from 1 to the next number: less is rounded."),
        Option("NaN", "Nothing overflows here: σ(40) is a number, and close to 1."),
    ],
    why="The numbers next to 1 are $10^{-16}$ away. $\\sigma(-40)$, the same value without the "
    "subtraction, keeps all its digits.",
)

TANH_VALUE = Number(
    id="2.tanh-value",
    prompt="And where $\\tanh$ has the value $0.6$: what is its slope?",
    answer=0.64,
    wrong=[
        Slip(0.24, "s (1 − s) is the sigmoid's. Of tanh it is 1 − t²."),
        Slip(0.4, "The square is missing: 1 − t²."),
        Slip(0.36, "That is t². The slope is what is left of 1."),
        Slip(0.96, "4 s (1 − s) takes s = σ(2z), which is 0.8 here, not the value of tanh."),
    ],
    why="$1 - 0.6^2$. The other form agrees: $\\sigma(2z) = 0.8$, and $4 \\cdot 0.8 \\cdot "
    "0.2 = 0.64$.",
)

STEEPER = Choice(
    id="2.steeper",
    prompt="At 0 the slope of $\\tanh$ is 1, that of $\\sigma$ is $\\tfrac14$. And elsewhere? "
    "Far out, "
    "$\\sigma' \\approx e^{-z}$ and $\\tanh' \\approx 4 e^{-2z}$.",
    options=[
        Option("tanh is steeper everywhere", "Compare the two at z = 3: 4 e⁻⁶ is below e⁻³."),
        Option(
            "tanh is steeper near 0, the sigmoid further out",
            "4 e⁻²ᶻ falls below e⁻ᶻ where eᶻ passes 4. The exact crossing is at |z| = 1.663.",
            right=True,
        ),
        Option("tanh is steeper right of 0 only", "Both slopes are the same at z and −z."),
    ],
    why="Their ratio tends to $4e^{-z}$. tanh saturates earlier.",
)

ATLAS = Number(
    id="2.atlas",
    prompt="bfloat16 keeps 8 significant bits. From which $|z|$ on is "
    "$1 - \\tanh^2 z$ more than 1 % off? The picture has it.",
    answer=1.7,
    factor=1.25,
    wrong=[
        Slip(20, "That is float64. Choose bfloat16."),
        Slip(7.8, "That is float32. Choose bfloat16."),
        Slip(1.1, "That is s (1 − s), the sigmoid's."),
    ],
    why="Where $\\tanh^2$ is 0.87, a third of them cancel.",
)

KINK = Choice(
    id="2.kink",
    multiple=True,
    prompt="At its kink ReLU has no derivative. It has *subgradients*: slopes $g$ of lines through "
    "$(0, 0)$ that nowhere rise above the curve. Which of these are?",
    options=[
        Option("−0.5", "Left of 0 that line is above 0, where ReLU is."),
        Option("0", "The line is the axis.", right=True, missed="0 is one: the axis itself."),
        Option("0.5", "Below the curve on both sides.", right=True, missed="0.5 stays below, too."),
        Option("1", "It lies on the curve's right half.", right=True, missed="1 is one, too."),
        Option("2", "Right of 0 that line is above ReLU, whose slope is 1."),
    ],
    why="$z \\ge gz$ for $z > 0$ asks for $g \\le 1$; $0 \\ge gz$ for $z < 0$ asks for $g "
    "\\ge 0$. So "
    "every number from 0 to 1 is one, and no other.",
)

SIGNS = Choice(
    id="2.signs",
    prompt="A unit has two inputs, both outputs of sigmoids. Its weights start at $(0, 0)$ "
    "and should "
    "go to $(1, -1)$. You train on one sample at a time. Which steps can the weights take?",
    options=[
        Option("in any direction", "dw = x dz: one number dz, and two inputs that are positive."),
        Option(
            "both up or both down",
            "Both entries of dw = x dz have the sign of dz. So it goes in zigzags.",
            right=True,
        ),
        Option("one up and one down", "For that the inputs would need different signs."),
    ],
    why="$dw = x\\, dz$ with $x > 0$ has one sign.",
)

CENTERED = Choice(
    id="2.centered",
    prompt="Compare $\\sigma$ with $\\sigma - \\tfrac12$ in the picture: the same inputs, "
    "centered. "
    "One sample at a time, then all at once. What does centering buy *here*?",
    options=[
        Option(
            "it ends nearer with one sample at a time",
            "The signs are mixed now, and yet 40 steps end as far away: 0.26 instead of 0.25.",
        ),
        Option("nothing at all", "Look at all samples at once, and at the shape of the contours."),
        Option(
            "rounder contours: more progress with all at once",
            "The condition number falls from 8.7 to 1.5, and ten steps arrive.",
            right=True,
        ),
    ],
    why="One sample at a time, $\\sigma$ and $\\sigma - \\tfrac12$ end equally far away: "
    "0.18 in the median of 200 draws. What helps $\\tanh$ there is its larger spread.",
)

QUESTIONS = [
    START,
    SATURATED,
    FROM_THE_VALUE,
    LOST,
    TANH_VALUE,
    STEEPER,
    ATLAS,
    KINK,
    SIGNS,
    CENTERED,
]
