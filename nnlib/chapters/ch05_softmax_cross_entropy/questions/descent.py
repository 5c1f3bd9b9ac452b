"""The questions of lesson 3: pictures of a gradient, steps without a bound, and no minimum."""

from nnlib.teaching.questions import Choice, Option

EMPTY_MIDDLE = Choice(
    id="5.empty-middle",
    prompt="All weights are 0, so a network says $\\frac1{10}$ for each class. A 0 is an empty "
    "ring; most other digits have ink in the middle. What does the first step do to the weight "
    "from a pixel in the *middle* to class 0?",
    options=[
        Option("it raises it", "Only images of a 0 raise it, and these have no ink there."),
        Option(
            "it lowers it",
            "Each other digit with ink there takes 1/10 of it off: that is p of class 0.",
            right=True,
        ),
        Option("nothing", "The images of a 0 leave it alone. The others do not."),
    ],
    why="$dw = \\frac1n \\sum_i x_i (p_i - y_i)$: a 0 has $x_i = 0$ there, and every other digit "
    "$y_i = 0$. What is left is positive, and descent goes the other way.",
)

BRIGHT = Choice(
    id="5.bright",
    prompt="An image comes in ten times as bright, the weights are as before, and it is wrong. How "
    "far do its logits move in one step?",
    options=[
        Option("about as far: dz is bounded", "dz is. The step is taken on W, and x is in dW."),
        Option(
            "about ten times as far", "That is dW. To come back to the logits it meets x again."
        ),
        Option(
            "about a hundred times as far",
            "Once for dW = xᵀdz, once more when x meets the new weights.",
            right=True,
        ),
    ],
    why="$\\|x\\|^2$ grows by 100 (5.21), and $dz$ may grow to $\\sqrt2$ besides.",
)

ARRIVE = Choice(
    id="5.arrive",
    prompt="A straight line separates setosa from versicolor without a mistake. What happens to "
    "the weights of softmax regression as descent goes on and on?",
    options=[
        Option("they settle at the best ones", "Double them: is any sample worse off?"),
        Option(
            "they grow without end, more and more slowly",
            "Larger weights on the same line make each p larger, and none is ever 1.",
            right=True,
        ),
        Option("they swing around the minimum", "There is none to swing around."),
    ],
    why="A loss of 0 would take infinite logits.",
)

PAYS = Choice(
    id="5.does-it-pay",
    prompt="One layer places half of the spirals' points, a hidden layer nearly all. On petals of "
    "irises, with 50 of 150 flowers held out and 20 splits: what does a hidden layer win?",
    options=[
        Option(
            "some ten points", "Straight lines part the species as well as eight hidden units do."
        ),
        Option(
            "less than the splits differ",
            "0.96 both times, and splits differ by 0.02. Run the cheap baseline first.",
            right=True,
        ),
        Option("it loses: it has too many weights", "It does as well: 0.96."),
    ],
    why="Whether a hidden layer pays is a question about the data.",
)

QUESTIONS = [EMPTY_MIDDLE, BRIGHT, ARRIVE, PAYS]
