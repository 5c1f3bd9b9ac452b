"""The questions of lesson 2: how wrong a batch gradient is, and where that leaves a walk."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

MISS = Choice(
    id="7.miss",
    prompt="An untrained network, 1,280 digits. The gradient of 16 of them misses the gradient $g$ "
    "of all: by how much, typically?",
    options=[
        Option("a tenth of the length of g", "That takes about 1,000 digits in a batch."),
        Option(
            "half the length of g",
            "With 16 digits it is more. Half takes between 64 and 256: move the batch size there.",
        ),
        Option(
            "more than the length of g",
            "The error is longer than what it is an error of. And it trains.",
            right=True,
        ),
    ],
    why="1.7 times here, and 1.1 to 1.7 times in five untrained networks: in 2,410 dimensions "
    "there is much room beside $g$.",
)

FOURFOLD = Number(
    id="7.fourfold",
    prompt="From 4 digits a batch to 16: by which factor does the typical distance from $g$ fall? "
    "Read it off.",
    answer=2,
    rtol=0.06,
    wrong=[
        Slip(4, "The squared distance falls by 4. Read the numbers in the sentence: 3.3 and 1.7."),
        Slip(0.5, "That is what is left of it. It falls by the inverse."),
        Slip(16, "From 4 to 16 the batch grows by 4, and the distance falls by less."),
    ],
    why="3.3 to 1.7. So four times the work buys half the error.",
)

PAIRS = Blanks(
    id="7.pairs",
    prompt="Three samples, one parameter: their gradients are $g_i$. List the gradients of the "
    "three batches of two, rows 1 and 2, 1 and 3, 2 and 3. Then the mean of your three, and the "
    "mean of the three $g_i$.",
    given={"g_i": [[0, 3, 6]]},
    blanks={"batches": [[1.5, 3, 4.5]], "mean of batches": [[3]], "mean of g_i": [[3]]},
    wrong=[
        Slip(
            {"batches": [[3, 6, 9]]},
            "These are sums. The gradient of a batch is the mean over its two samples.",
        ),
        Slip({"batches": [[1, 2, 3]]}, "You divided by 3. A batch has two samples."),
        Slip({"mean of batches": [[9]]}, "That is the sum of the three. Divide by 3."),
        Slip({"mean of g_i": [[9]]}, "That is the sum of the samples' gradients. Divide by 3."),
    ],
    why="No batch but one has the right gradient, and the mean of all three is right exactly.",
)

SPREADS = Blanks(
    id="7.spreads",
    prompt="The same three: the mean square distance from 3 of the three $g_i$, call it $S$, and "
    "of the three batches.",
    given={"g_i": [[0, 3, 6]], "batches": [[1.5, 3, 4.5]]},
    blanks={"S": [[6]], "of batches": [[1.5]]},
    wrong=[
        Slip({"S": [[9]]}, "You divided by 2, as for an estimate. It is a mean over all three."),
        Slip({"S": [[18]]}, "That is the sum of the squares, 9 + 0 + 9. Take their mean."),
        Slip({"of batches": [[2.25]]}, "You divided by 2. There are three batches."),
        Slip({"of batches": [[3]]}, "Half of S would be right if one sample could come twice."),
    ],
    why="A quarter, not a half, although there are two samples in a batch.",
)

REPLACED = Number(
    id="7.replaced",
    prompt="Draw the two samples *with* replacement instead: nine batches, among them (1, 1). What "
    "is the mean square distance now, for $S = 6$?",
    answer=3,
    rtol=0,
    wrong=[
        Slip(1.5, "That is without replacement. Now the two draws know nothing of each other."),
        Slip(6, "That is a single sample. The mean of two independent ones has half."),
        Slip(12, "The mean of two spreads less than one."),
    ],
    why="Two independent draws: $S/2$. Of $\\mathbb E\\lVert\\frac1B\\sum_t e_t\\rVert^2$ only the "
    "terms with the same $t$ stay, $B \\cdot S/B^2$.",
)

SIXTEENTH = Number(
    id="7.factor",
    prompt="$n = 1280$, $B = 256$. Which factor does drawing without replacement add to $S/B$?",
    answer=0.8006,
    rtol=0.004,
    wrong=[
        Slip(0.2, "That is B/n, the share you have seen. The factor is what is left."),
        Slip(1, "It is 1 for a single sample. Here a fifth of all samples is in the batch."),
        Slip(5, "That is n/B."),
    ],
    why="$(n - B)/(n - 1) = 1024/1279$.",
)

DIAGONAL = Choice(
    id="7.diagonal",
    prompt="Go from ($B = 5$, rate 0.1) to (15, 0.3). What does the height of the floor do?",
    options=[
        Option("it rises threefold", "The rate does that alone. B grew as well."),
        Option("it stays, nearly", "Both have the same η/B.", right=True),
        Option("it falls threefold", "B does that alone. The rate grew as well."),
    ],
    why="It is the ratio $\\eta/B$ that counts.",
)

SINK = Choice(
    id="7.sink",
    multiple=True,
    prompt="A noisy run has stopped improving. By (7.7), what halves the height at which it walks?",
    options=[
        Option(
            "half the rate",
            "The height goes with η.",
            right=True,
            missed="One more: the height goes with η.",
        ),
        Option(
            "twice the batch",
            "The height goes with 1/B.",
            right=True,
            missed="One more: the height goes with 1/B.",
        ),
        Option("twice the epochs", "It has settled: more of the same steps keep it there."),
        Option("twice the rate and twice the batch", "η/B is what it was."),
    ],
    why="Switch the explorer to a rate that falls: after epoch 10 the walk sinks.",
)

EXACT = Number(
    id="7.exact-floor",
    prompt="One weight, $\\mathcal L = \\frac12\\lambda w^2$. Without leaving anything out, the "
    "floor is (7.7) times $1/(1 - \\eta\\lambda/2)$. By what factor is that at "
    "$\\eta = 1/\\lambda$?",
    answer=2,
    rtol=0,
    wrong=[
        Slip(1, "With ηλ = 1 the factor is 1/(1 − 1/2)."),
        Slip(0.5, "That is 1 − ηλ/2. The factor is its inverse."),
    ],
    why="Twice. At $\\eta = 2/\\lambda$ there is no floor: the walk leaves.",
)

QUESTIONS = [
    MISS,
    FOURFOLD,
    PAIRS,
    SPREADS,
    REPLACED,
    SIXTEENTH,
    DIAGONAL,
    SINK,
    EXACT,
]
