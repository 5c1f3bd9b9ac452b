"""The questions of lesson 3: one for each default."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

FIRST = Number(
    id="10.first",
    prompt="`nn.Linear(100, 50)` draws its weights from $U(-0.1, 0.1)$. This book's default, "
    "Xavier's, draws from $U(-0.2, 0.2)$, since $\\sqrt{6/150} = 0.2$. By which factor is the "
    "variance of ours larger?",
    answer=4,
    wrong=[
        Slip(2, "That is the ratio of the limits. A variance goes with the square."),
        Slip(0.25, "Upside down: ours is the larger."),
        Slip(1.41, "The square, not the root."),
    ],
    why="The variance of $U(-c, c)$ is $c^2/3$.",
)

LOGITS = Choice(
    id="10.logits",
    prompt="You end a network with `nn.Softmax(dim=1)` and give what comes out to "
    "`nn.CrossEntropyLoss`. What happens?",
    options=[
        Option("an error: it expects logits", "Any real numbers are logits. Nothing is checked."),
        Option(
            "it is right: softmax of probabilities are the same probabilities",
            "softmax(0.9, 0.1) is (0.69, 0.31).",
        ),
        Option(
            "softmax is taken twice, and nobody says so",
            "Logits between 0 and 1 can't make a confident probability: with ten classes the loss "
            "stays above 1.46.",
            right=True,
        ),
    ],
    why="$-\\ln\\bigl(e/(e + 9)\\bigr) = 1.46$ is as low as it gets with ten classes.",
)

SUM = Number(
    id="10.sum",
    prompt="Batches of 32, rate 0.1, SGD. You switch to `reduction='sum'`. Which rate makes the "
    "same steps?",
    answer=0.003125,
    wrong=[
        Slip(3.2, "The gradient is 32 times as large, so the rate has to be smaller."),
        Slip(0.1, "The gradient of the sum is 32 times that of the mean."),
    ],
    why="$0.1/32$. In a last batch of 12 that is no longer the same: the mean divides by 12.",
)

SCALE = Choice(
    id="10.scale",
    prompt="The same switch to `reduction='sum'` with Adam, without weight decay, all batches of "
    "32. Which rate makes the same steps, but for eps?",
    options=[
        Option(
            "0.1/32 of the old one, as with SGD",
            "Adam divides by the size of the gradients: a factor of 32 falls out.",
        ),
        Option("the same rate", "m̂ and √v̂ both grow 32-fold.", right=True),
        Option("32 times the old one", "Nothing has become smaller."),
    ],
    why="Multiply every $g$ by 32: $\\hat m$ is 32 times as large, $\\hat v$ $32^2$ times.",
)

MOMENTUM = Choice(
    id="10.momentum",
    prompt="Momentum with $\\mu = 0.9$, on a slope that is the same in each step. After many steps "
    "the rate falls from 0.1 to 0.01. How long is PyTorch's next step, compared with the last one?",
    options=[
        Option("about as long", "So it is in the other form, where u holds the old rates."),
        Option(
            "about a tenth",
            "The rate multiplies all of v, what is old in it as well.",
            right=True,
        ),
        Option("about a hundredth", "The rate is in the step once."),
    ],
    why="$\\eta v$: (10.11).",
)

VARIANCE = Number(
    id="10.variance",
    prompt="A batch norm layer sees two numbers in a channel, 1 and 3. It normalizes with their "
    "variance 1. Which variance goes into its running average?",
    answer=2,
    rtol=0,
    wrong=[
        Slip(1, "That is with m = 2 below. What is kept divides by m - 1."),
        Slip(0.5, "m/(m − 1) is larger than 1."),
        Slip(0.2, "0.1 is the weight with which it goes in. Which variance is it?"),
    ],
    why="$\\frac{1 + 1}{2 - 1} = 2$. With $m = 32 \\cdot 16$ the factor is 1.002.",
)

DECAY = Choice(
    id="10.decay",
    prompt="A weight whose gradient is 0 in every step, `weight_decay=0.1`, rate 0.01. By how much "
    "does the first step shrink it, with Adam and with AdamW?",
    options=[
        Option(
            "by a thousandth of itself with both",
            "Adam takes 0.1 w for a gradient, and divides it by its own size.",
        ),
        Option(
            "by 0.01 with Adam, by a thousandth of itself with AdamW",
            "Adam's step is the rate times sign of 0.1 w, however small the decay.",
            right=True,
        ),
        Option(
            "not at all with Adam, by a thousandth of itself with AdamW",
            "In Adam the decay is part of the gradient, so the gradient is not 0.",
        ),
    ],
    why="$\\hat m/\\sqrt{\\hat v} = \\pm 1$ in the first step, whatever the size of $g = 0.1\\,w$, "
    "as long as eps is small beside it.",
)

KINK = Choice(
    id="10.kink",
    prompt="A ReLU gets a $z$ of exactly 0. Which slope do `nnlib` and PyTorch use on the way "
    "back?",
    options=[
        Option("1/2, the middle of both sides", "A central difference finds it. Neither uses it."),
        Option("1", "Some notes do. It is allowed, as is any value from 0 to 1."),
        Option("0", "Both choose 0. A cell below has it from PyTorch.", right=True),
        Option("none: they raise an error", "A choice is made, silently."),
    ],
    why="Two programs that choose otherwise part wherever a $z$ is 0: with zero biases, for every "
    "sample whose inputs are all 0.",
)

EPS = Number(
    id="10.eps",
    prompt="A weight's gradient is $10^{-8}$, and it is Adam's first step. How long is that step, "
    "in units of the rate, with $\\varepsilon = 10^{-8}$?",
    answer=0.5,
    wrong=[
        Slip(1, "So it would be without ε. Here ε is as large as the root of v̂."),
        Slip(2, "Upside down: ε makes the step shorter."),
        Slip(1e-8, "Adam divides by the size of the gradient."),
    ],
    why="$\\hat m = g$ and $\\hat v = g^2$, so it is $g/(g + \\varepsilon)$. With $10^{-7}$ it "
    "would be 1/11. That is Keras's default; but Keras adds it to the root of $v$ before $v$ is "
    "corrected, which makes it $10^{-7}/\\sqrt{0.001}$ in the first step, and the step 1/317.",
)

DTYPE = Choice(
    id="10.dtype",
    prompt="`nn.Linear(2, 3)(torch.tensor(X))`, where `X` is a NumPy array of float64. What "
    "happens?",
    options=[
        Option(
            "the weights become float64", "In `nnlib` they would: they are made for the first X."
        ),
        Option("X becomes float32", "PyTorch converts neither in a product of matrices."),
        Option(
            "an error",
            "The weights are float32, X is float64, and a matrix product takes one dtype.",
            right=True,
        ),
    ],
    why="`X.astype(np.float32)` before, or `model.double()`. For a gradient check take the second.",
)

QUESTIONS = [FIRST, LOGITS, SUM, SCALE, KINK, DTYPE, EPS, DECAY, MOMENTUM, VARIANCE]
