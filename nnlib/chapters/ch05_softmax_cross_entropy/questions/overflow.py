"""The questions of lesson 4: where exp overflows, and what clipping does."""

from math import e, log

from nnlib.teaching.questions import Choice, Number, Option, Slip

FLOAT32 = Number(
    id="5.float32",
    prompt="float32 holds numbers up to $2^{128}$, nearly. From which logit on is $e^z$ infinite?",
    answer=128 * log(2),
    rtol=0.005,
    wrong=[
        Slip(128, "That is the logarithm to base 2. In nats it is 128 ln 2."),
        Slip(1024 * log(2), "That is float64."),
        Slip(128 / log(2), "Divided instead of multiplied: e^z = 2^128 at z = 128 ln 2."),
        Slip(128 * log(2) / log(10), "That is the power of 10, 3·10³⁸. Here the base is e."),
    ],
    why="$128 \\ln 2 = 88.7$. That is not much for a logit.",
)

CLIP = Choice(
    id="5.clip",
    prompt="The gap is 20, and $p$ of the right class, $2 \\cdot 10^{-9}$, is clipped to "
    "$10^{-7}$ before the logarithm. What is the gradient of the clipped loss with respect to the "
    "logits?",
    options=[
        Option("nearly 1 in size, as it should be", "That is the truth, without the clip."),
        Option("0", "Beyond the clip the loss is flat, at 16.12.", right=True),
        Option("10⁷", "−1/p with the clipped p: but the clip itself has slope 0."),
    ],
    why="A sample that is confidently wrong gets no gradient at all. Squared error gave it hardly "
    "any.",
)

TWICE = Number(
    id="5.twice",
    prompt="A network ends in softmax, and its probabilities go into a loss that expects logits: "
    "softmax twice. Ten classes. What is the lowest loss that it can reach? (The best it can say "
    "is 1 for the right class.)",
    answer=-log(e / (e + 9)),
    wrong=[
        Slip(
            0,
            "That would take logits that differ without limit. Probabilities differ by at most 1.",
        ),
        Slip(log(10), "That is chance, with all ten equal."),
        Slip(1, "The largest logit is 1. Then comes softmax, and −ln."),
        Slip(e / (e + 9), "That is p. Take −ln of it."),
    ],
    why="Softmax of one 1 and nine 0s is $e/(e + 9) = 0.232$, and $-\\ln 0.232 = 1.46$. A loss "
    "that settles there is a symptom. It still learns, and the largest stays the largest.",
)

QUESTIONS = [FLOAT32, CLIP, TWICE]
