"""The questions of the opening page and of lesson 1: a start that costs."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

START = Choice(
    id="3.start",
    prompt="Fifty ReLU layers of 100 units. The input has size 1, and the weights are “small "
    "random numbers” from $\\mathcal N(0, 0.01^2)$. How large are the numbers in layer 50?",
    options=[
        Option("about 0.001", "Each layer shrinks them to 7 %, and there are fifty."),
        Option("about 1e-10", "That is what nine layers leave."),
        Option("about 1e-58", "In float32 that is exactly 0, whatever went in.", right=True),
        Option("I don't know yet", "Lesson 2 computes it in one line.", unsure=True),
    ],
    why="Each layer multiplies the size by $\\sqrt{\\tfrac12 \\cdot 100 \\cdot 0.01^2} = 0.07$.",
)

TWINS = Choice(
    id="3.twins",
    prompt="One hidden layer of 32 tanh units reads digits. At the start all 32 have the same "
    "incoming weights and the same outgoing weights. After 20 epochs, which share of the held-out "
    "digits does it read? Independent units read 97 %.",
    options=[
        Option("97 %", "The units never part, so all you have is one of them."),
        Option("about 30 %", "One unit, 32 times: 29 to 35 % in five runs.", right=True),
        Option("10 %, as by chance", "One unit is not nothing: it sorts digits along a line."),
    ],
    why="One unit hands one number to ten classes.",
)

PARTS = Choice(
    id="3.parts",
    multiple=True,
    prompt="Two hidden units are twins: same weights in, same bias, same weights out. What parts "
    "them?",
    options=[
        Option("momentum, or Adam", "Both work entry by entry: equal gradients, equal steps."),
        Option("batches of 32", "Each batch sends both the same gradient."),
        Option(
            "other outgoing weights",
            "Then dA differs, and with it dW of the incoming weights, in the first step.",
            right=True,
            missed="Other outgoing weights give them other gradients.",
        ),
        Option(
            "dropout",
            "It does not treat entries alike: it switches off one twin and not the other.",
            right=True,
            missed="Dropout switches off one twin and not the other.",
        ),
    ],
    why="The proof asks that all three agree, and that whatever acts on the units acts on both "
    "alike.",
)

NOISE = Choice(
    id="3.noise",
    prompt="How different must the units be? Add noise of $10^{-8}$ of the weights' size to each "
    "unit, and train as before (rate 0.3, 840 steps).",
    options=[
        Option(
            "as good as fully random",
            "96 to 98 % in five runs, as with independent units. A difference grows.",
            right=True,
        ),
        Option("still about 30 %", "A difference, once there, gets gradients of its own."),
        Option("about halfway", "At this rate 840 steps are enough for all of it."),
    ],
    why="Differences grow while a network learns, and how fast hangs on the rate and on the "
    "activation. Here $10^{-8}$ was enough.",
)

FIRST_LOSS = Number(
    id="3.first-loss",
    prompt="A network that knows nothing gives each of ten classes the probability 0.1. What is "
    "its cross-entropy?",
    answer=2.3026,
    rtol=0.005,
    wrong=[
        Slip(0.1, "That is the probability. The loss is −ln of it."),
        Slip(1.0, "That is log₁₀ 10. Cross-entropy takes the natural logarithm."),
        Slip(-2.3026, "The loss is −ln 0.1, and ln 0.1 is negative."),
        Slip(3.3219, "That is log₂ 10, in bits. Cross-entropy takes the natural logarithm."),
    ],
    why="$-\\ln 0.1 = \\ln 10$. A first loss far above it means large logits: confidently wrong.",
)

SUM = Blanks(
    id="3.sum",
    prompt="Weights are $+1$ or $-1$, a coin toss each, and $x = (1, 2)$. A unit has one of four "
    "pairs of weights. Compute its $z$ for each of them, the mean of $z$, and the mean of $z^2$.",
    given={"x": [[1, 2]], "w": [[1, 1], [1, -1], [-1, 1], [-1, -1]]},
    blanks={"z": [[3, -1, 1, -3]], "mean of z": 0, "mean of z²": 5},
    wrong=[
        Slip({"mean of z²": 20}, "That is the sum of the four. Divide by 4."),
        Slip({"mean of z²": 9}, "That is (1 + 2)². The mixed terms 2 · x₁x₂w₁w₂ cancel."),
        Slip({"mean of z": 2}, "That is the mean of |z|. Signs count here."),
        Slip({"mean of z²": 2.5}, "That is the mean of x². A unit *adds* two products."),
    ],
    why="$5 = 1^2 + 2^2$: the squares add up, the mixed terms cancel. The mean over the weights is "
    "a sum over the inputs.",
)

PIXELS = Number(
    id="3.pixels",
    prompt="A layer gets 64 pixels, a quarter of them 1 and the others 0, and has ReLU units. "
    "Which variance of the weights makes $\\mathbb E[z^2] = 1$ in *this* layer?",
    answer=1 / 16,
    wrong=[
        Slip(
            1 / 12,
            "That takes Var[x] = 3/16, and makes E[z²] = 4/3. The sum takes x as it is: "
            "E[x²] = 1/4.",
        ),
        Slip(1 / 64, "That is for E[x²] = 1. Here it is 1/4."),
        Slip(1 / 32, "2/64 makes up for a ReLU in front of the layer. Here pixels come in."),
        Slip(0.25, "That is the standard deviation, √(1/16)."),
    ],
    why="$64\\, s^2 \\cdot \\tfrac14 = 1$.",
)

QUESTIONS = [START, TWINS, PARTS, NOISE, FIRST_LOSS, SUM, PIXELS]
