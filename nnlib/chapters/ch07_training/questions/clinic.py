"""The questions of lesson 4: checks before a long run, and nine runs without a name."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

FIRST_LOSS = Number(
    id="7.first-loss",
    prompt="Ten classes, an untrained network that knows nothing. What cross-entropy do you expect "
    "before the first step?",
    answer=2.303,
    rtol=0.02,
    wrong=[
        Slip(0.1, "That is the probability of the right class. The loss is −ln of it."),
        Slip(1, "That is a logarithm to base 10. Ours is natural."),
        Slip(10, "That is the number of classes. The loss is its logarithm."),
        Slip(3.32, "That is in bits. Ours is in units of the natural logarithm."),
        Slip(-2.303, "The loss is −ln p, and p is below 1: it is positive."),
    ],
    why="$-\\ln\\frac1{10} = \\ln 10$. Twenty of our networks begin between 2.29 and 2.54.",
)

BY_HEART = Choice(
    id="7.by-heart",
    prompt="Twenty digits, each with the label of *another* digit. Train on them until the loss "
    "rests. Where?",
    options=[
        Option("near 0", "Twenty wrong labels can be learned by heart, too.", right=True),
        Option("near ln 10", "It would be so for labels that no function of the image can give."),
        Option("it diverges", "A wrong label is a number like any other."),
    ],
    why="So learning twenty samples by heart tests the network, not the data. Look at a few "
    "samples with their labels, in the form in which they enter.",
)

RATIO = Choice(
    id="7.ratio",
    prompt="The ratio of a step to its weights is near $10^{-3}$ in both layers. Is that healthy?",
    options=[
        Option(
            "yes, that is the rule of thumb", "It is a rule of thumb. See the table's rate 0.01."
        ),
        Option(
            "it depends on how many steps are left",
            "In 400 steps of a thousandth each a network hardly moves; in a million it may.",
            right=True,
        ),
        Option("no, it should be near 1", "Then each step would replace the weights."),
    ],
    why="Use it to compare layers: one whose ratio is a thousand times smaller hardly learns.",
)

FORGETS = Choice(
    id="7.predict",
    prompt="A *predict* that takes a step on what it is shown, at the rate 0.1. An untrained "
    "network reads 11 % of 217 validation digits. You ask it about the same digits 200 times. What "
    "does it read in the end?",
    options=[
        Option("11 %: it is never trained", "It would, if asking changed nothing."),
        Option("about half", "More: 200 steps on 217 digits are enough to learn them."),
        Option("97 %", "It has learned the validation set.", right=True),
    ],
    why="A step needs labels, and whoever measures has them at hand.",
)

# The nine, by what they are, and what one would see of each.
NAMES = {
    "healthy": "healthy",
    "overfitting": "overfitting",
    "underfitting": "underfitting: too small",
    "low": "rate far too low",
    "high": "rate too high",
    "dead": "all hidden units dead",
    "sorted": "not shuffled, sorted by label",
    "apart": "X and y shuffled apart",
    "reset": "gradients not reset",
}
_WOULD = {
    "healthy": "A healthy run has both losses falling, close together, below a tenth.",
    "overfitting": "Overfitting needs a training loss that goes on falling while the other rises.",
    "underfitting": "A small network learns, and rests high with both losses alike.",
    "low": "A low rate lets both losses fall together, smoothly, and hardly at all.",
    "high": "A high rate shows in the first epochs: the loss jumps up and down.",
    "dead": "With dead units only the last biases learn: the curves rest from the first epoch on.",
    "sorted": "Sorted data give a training loss that looks fair and a validation loss far above.",
    "apart": "With labels of others, training accuracy creeps up and validation stays at chance.",
    "reset": "Gradients that pile up: good at first, then up and down without rest.",
}
_SEEN = {
    "healthy": "This one falls fast, then slowly, and validation stays close. That it lies lower "
    "in the first epochs is no fault: training is a mean over an epoch that got better.",
    "overfitting": "This one reads 99 % of what it trains on, and of the others fewer and fewer.",
    "underfitting": "This one learns, both losses together, and is at 0.84 when gray is at 0.06.",
    "low": "This one falls from the start, both losses together, along a nearly straight line.",
    "high": "This one jumps about for six epochs, then rests at ln 10.",
    "dead": "This one rests at ln 10 from the first epoch to the last.",
    "sorted": "This one has a training loss that falls, and a validation loss that begins above 3.",
    "apart": "This one reads 20 % of its training labels in the end, and 10 % of the others.",
    "reset": "This one reads 92 % after two epochs, then goes up and down, and ends worse than it "
    "began.",
}


def _run(letter: str, truth: str, why: str) -> Choice:
    options = [
        Option(
            label, _SEEN[name] if name == truth else f"{_WOULD[name]} {_SEEN[truth]}", name == truth
        )
        for name, label in NAMES.items()
    ]
    return Choice(
        id=f"7.run-{letter.lower()}",
        prompt=f"Run {letter}: what is it?",
        options=options,
        why=why,
    )


RUNS = [
    _run(
        "A",
        "overfitting",
        "200 digits, every fifth with a random label, and 100 units. More data, fewer units, or "
        "stopping early.",
    ),
    _run(
        "B",
        "low",
        "The rate is 0.002. A gradient that is divided by $B$ once more looks alike: see below.",
    ),
    _run(
        "C",
        "dead",
        "Its hidden biases began at −50. Its accuracy is that of the most frequent class.",
    ),
    _run("D", "healthy", "Rate 0.2, batches of 32: the gray run of the other pictures."),
    _run(
        "E",
        "high",
        "The rate is 1.6. After a few epochs nearly all units are 0 for each sample: it ends as "
        "run C does; the beginning tells them apart.",
    ),
    _run(
        "F",
        "sorted",
        "The validation loss is taken after the nines. With this rate it comes down in the end; "
        "lesson 1 had a higher one.",
    ),
    _run(
        "G",
        "apart",
        "The validation loss is flat for some twenty epochs, then rises: labels learned by heart "
        "are of no use to others.",
    ),
    _run("H", "reset", "Each step repeats all steps before it, even at a tenth of the rate."),
    _run(
        "I",
        "underfitting",
        "Two hidden units. It is still falling, and gets to 0.7 in 200 epochs; two of six seeds do "
        "not get below 1.4. A larger network, not more data.",
    ),
]

TWO_CAUSES = Choice(
    id="7.two-causes",
    prompt="Two positions of the knobs give the patient's curve exactly. How do you find out which "
    "of the two a run has, without reading its code?",
    options=[
        Option("train longer", "The two stay the same, step for step."),
        Option("look at the validation loss", "It is the same: the weights are the same."),
        Option(
            "change the batch size and compare",
            "Dividing once more makes the rate a rate/B: halve B, and that one speeds up.",
            right=True,
        ),
        Option("change the seed", "Both change in the same way."),
    ],
    why="Or check the gradient, lesson 4 of chapter 4. A curve shows *that*; an intervention "
    "shows *why*.",
)

TIPS = Choice(
    id="7.spirals",
    prompt="Three arms that wind around each other. Which part does a network *without* hidden "
    "layer read right?",
    options=[
        Option("nearly nothing: a third, by guessing", "Half. Look at how its three sectors lie."),
        Option("the middle, where the arms begin", "There the arms lie closest together."),
        Option(
            "a stretch of each arm, further out", "Each arm crosses its sector there.", right=True
        ),
        Option("the tips", "The tips have turned out of their sector again."),
    ],
    why="49 to 55 % in ten runs. The notes of CS231n report 49 %, and 98 % with 100 hidden units; "
    "ours read 97 to 99 %.",
)

QUESTIONS = [FIRST_LOSS, BY_HEART, RATIO, *RUNS, TWO_CAUSES, FORGETS, TIPS]
