"""The questions of lesson 3: how large a batch, at which rate."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

HOW_MANY = Choice(
    id="7.how-many",
    prompt="Train until the loss is below 0.2, at the best rate for each batch size. With $B = 1$ "
    "it takes 1,600 steps. How many with all 1,280 digits in each batch?",
    options=[
        Option(
            "1 or 2: a step on 1,280 digits is worth 1,280 steps",
            "Each looks at what the others saw. A gradient can't be better than exact.",
        ),
        Option("about 50", "A thirtieth of the steps, for 40 times the reading.", right=True),
        Option("about 400", "It is fewer, each at its own rate."),
        Option("1,600: a step is a step", "A quieter gradient stands a longer step."),
    ],
    why="55, the median of five networks. And 64 digits a batch need only 68.",
)

FITS = Choice(
    id="7.fits",
    prompt="Which noise scale puts the curve through the measured steps, at 32 hidden units?",
    options=[
        Option("10", "There the curve bends too early: off by almost a factor of two."),
        Option("30", "Within a factor of 1.12 over three powers of ten of B.", right=True),
        Option("80", "There the curve bends too late."),
        Option("160", "There the curve bends far too late."),
    ],
    why="And at 128 units as well: 1.11.",
)

CRITICAL = Choice(
    id="7.critical",
    prompt="By (7.9), at $B = B_\\text{noise}$: how many steps and samples does a run take, "
    "compared with the least of each that is possible?",
    options=[
        Option("twice the steps, twice the samples", "1 + 1 = 2, and B + B.", right=True),
        Option(
            "the least of both", "The least steps take endless batches, the least samples B → 0."
        ),
        Option("the least steps, twice the samples", "At B = B_noise the bracket in (7.9) is 2."),
        Option("half of each", "Less than the least?"),
    ],
    why="It is also where the product of both is smallest: the derivative of $(B + "
    "B_\\text{noise})^2/B$ vanishes there. It is called *critical*.",
)

LINEAR = Number(
    id="7.linear",
    prompt="$B = 8$ trains well at the rate 0.05. By the rule *twice the batch, twice the rate*, "
    "which rate has $B = 128$?",
    answer=0.8,
    rtol=0.01,
    wrong=[
        Slip(0.2, "That is the root of 16. The rule multiplies by 16."),
        Slip(1.6, "That is for B = 256."),
        Slip(0.05, "The rule changes the rate along with the batch."),
    ],
    why="$0.05 \\cdot 128/8$. The table below tries it.",
)

FAIR = Choice(
    id="7.fair",
    multiple=True,
    prompt="Does $B = 16$ generalize better than $B = 256$? Which of these must the experiment "
    "have?",
    options=[
        Option(
            "a rate and a number of epochs chosen for each B, with the same number of trials",
            "Else one of them races in the other's shoes.",
            right=True,
            missed="One more: at one common rate, one of the two sizes is out of tune.",
        ),
        Option("the same rate for both", "The best rates differ by (7.8); one would be crippled."),
        Option(
            "several seeds, and several splits",
            "A difference has to be larger than what seed and split do.",
            right=True,
            missed="One more: seed and split move the accuracy, too.",
        ),
        Option("the test set, to choose the rates by", "Then it is a validation set. Lesson 5."),
    ],
    why="Such a comparison, over 35 workloads, is Shallue and others, 2019.",
)

QUESTIONS = [HOW_MANY, FITS, CRITICAL, LINEAR, FAIR]
