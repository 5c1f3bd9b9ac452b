"""The questions of lessons 6 and 7: two samples, and what is done today."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

TWO = Choice(
    id="3.two",
    prompt="Two unrelated samples, cosine 0, go through 30 ReLU layers with Kaiming's weights. "
    "Sizes are kept. What is the cosine at the top?",
    options=[
        Option("about 0", "ReLU's output has a mean, and the mean is what they share."),
        Option("about 0.5", "That is after two layers of it."),
        Option("about 0.97", "The two have become nearly one sample.", right=True),
    ],
    why="Size is half of the story.",
)

WEDGE = Number(
    id="3.wedge",
    prompt="Two samples have the cosine 0.5, an angle of 60°. On which share of ReLU units are "
    "*both* above 0?",
    answer=1 / 3,
    wrong=[
        Slip(0.5, "That is one of them alone, or both if the samples are equal."),
        Slip(0.25, "That is for unrelated samples, at 90°."),
        Slip(1 / 6, "That is 60/360: the wedge where one is on and the other off is this wide."),
        Slip(2 / 3, "That is (180 − 60)/180: of the units that are on for one."),
    ],
    why="Both are on in a wedge of $180° - 60° = 120°$ of 360°.",
)

CHAOS = Choice(
    id="3.chaos",
    prompt="tanh, cosine 0.9 at the start, 30 layers. Which gain tears the pair apart, and which "
    "hardly?",
    options=[
        Option("neither: both keep q", "They keep q. Look at the picture: 0.9 does not stay."),
        Option("1.1 tears, 1.59 hardly", "The other way round: a larger χ, a faster parting."),
        Option("1.59 tears, 1.1 hardly", "0.20 against 0.83.", right=True),
    ],
    why="$\\chi$ is also the factor by which a small difference grows.",
)

MIRROR = Choice(
    id="3.mirror",
    prompt="Thirty ReLU layers from Kaiming read 31 to 69 % of the digits. Now give the units in "
    "pairs $z$ and $-z$, so that ReLU's two halves add up: same sizes, but differences are kept. "
    "What does it read?",
    options=[
        Option("about the same: sizes are the same", "Then size would be all that counts."),
        Option(
            "above 90 % in four runs of five",
            "92 to 95 %, and one run of 39 %. Size was level before; the differences are new.",
            right=True,
        ),
        Option("less: half of the units are copies", "They are at the start, and then they part."),
    ],
    why="The counterfactual: same activation, same size, other cosine.",
)

CLINIC = Blanks(
    id="3.clinic",
    prompt="Which network is it? Enter its number: (a) Kaiming's ReLU as it should be; (b) tanh "
    "with gain 2.5; (c) ReLU with mirrored pairs; (d) ReLU with PyTorch's default, biases and "
    "all; (e) ReLU with the gain forgotten, variance $1/n$; (f) Kaiming's ReLU, but one layer was "
    "drawn too small.",
    blanks={"a": 4, "b": 2, "c": 6, "d": 5, "e": 1, "f": 3},
    wrong=[
        Slip({"d": 1, "e": 5}, "Both shrink. Biases do not: with them the size stops falling."),
        Slip({"a": 6, "c": 4}, "Both are level. Look at the cosine."),
        Slip({"f": 1}, "There the size falls in each layer; one bad layer makes one step."),
        Slip({"b": 4}, "Its small step stays level. With gain 2.5 a small step grows."),
    ],
    why="Three curves, no training: size, the growth of a small step, and the cosine.",
)

BLOCK = Number(
    id="3.block",
    prompt="Residual blocks: $x \\leftarrow x + \\beta\\, b(x)$, where each branch $b$ alone keeps "
    "the mean square and is uncorrelated with $x$. With $\\beta = 1$ and 30 blocks, what has the "
    "mean square become?",
    answer=2.0**30,
    factor=1.5,
    wrong=[
        Slip(30, "Each branch adds the mean square of *its* x, which has grown."),
        Slip(1, "The branch keeps it; the sum does not."),
        Slip(2.0**15, "That is the size, the root of it."),
    ],
    why="Each block doubles it. With $\\beta^2 = 1/(2L)$ the factor is "
    "$(1 + \\tfrac{1}{2L})^L \\approx e^{1/2} = 1.6$, at any depth.",
)

MEDIAN = Choice(
    id="3.median",
    prompt="Kaiming keeps the mean square of a ReLU network exactly in the mean, at any width. Of "
    "networks with 50 layers of 100 units, what does a typical one do?",
    options=[
        Option("it stays near 1", "The mean over all networks does. Look at the median."),
        Option(
            "it shrinks to about a quarter",
            "e^(−5L/2n) is 0.29. A few that grow hold the mean up.",
            right=True,
        ),
        Option("it grows fourfold", "A few do. Most do not."),
    ],
    why="A product of random factors with mean 1 is typically below 1.",
)

QUESTIONS = [TWO, WEDGE, CHAOS, MIRROR, CLINIC, BLOCK, MEDIAN]
