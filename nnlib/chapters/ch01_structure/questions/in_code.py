"""The questions of lesson 5."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

COUNT = Number(
    id="1.count",
    prompt="A network reads images of $28 \\times 28$ pixels and has hidden layers of 128 and 64 "
    "units and ten outputs. It is given batches of 32. How many parameters has it?",
    answer=109_386,
    rtol=0,
    wrong=[
        Slip(109_184, "These are the weights. Each of the 202 units has a bias, too."),
        Slip(109_387, "One too many. One bias for each unit, 202 of them."),
        Slip(109_187, "You count one bias for each layer. It is one for each unit."),
        Slip(110_170, "The 784 inputs have no biases: nothing is computed there."),
        Slip(986, "That is the number of inputs and units. Count the connections and the biases."),
        Slip(109_386 * 32, "The batch plays no part: all samples share the parameters."),
    ],
    why="$785 \\cdot 128 + 129 \\cdot 64 + 65 \\cdot 10 = 100480 + 8256 + 650$.",
)

WIDER = Choice(
    id="1.wider",
    prompt="Double the width of all hidden layers. By which factor does the number of parameters "
    "grow?",
    options=[
        Option("about 2", "So it is with one hidden layer. With several, hidden meets hidden."),
        Option("about 4", "So it is where weights between hidden layers outnumber all others."),
        Option(
            "it depends: from under 2 to nearly 4",
            "The weights between hidden layers become four times as many, those to the inputs and "
            "outputs twice, and the last biases stay.",
            right=True,
        ),
        Option("about 8", "A weight matrix has two axes: at most both double."),
    ],
    why="In (1.18) the width stands linearly beside $d$ and $K$, and squared beside $H - 1$.",
)

BUDGET = Blanks(
    id="1.budget",
    prompt="A budget of 10,000 parameters, 64 inputs, 10 classes. How many units can *one* hidden "
    "layer have? How many each of *three* of equal width?",
    blanks={"one": 133, "three": 54},
    rtol=0,
    wrong=[
        Slip({"one": 134}, "With 134 units it is 10,060: over the budget."),
        Slip({"one": 135}, "You counted weights alone: (64 + 10) k. Each unit has a bias."),
        Slip({"one": 156}, "You forgot the weights to the outputs: 10 for each hidden unit."),
        Slip({"three": 44}, "One layer is 65k, the next two (k + 1)k each, the last 10(k + 1)."),
        Slip({"three": 55}, "With 55 units it is over the budget: 10,295."),
    ],
    why="$75k + 10 \\le 10000$ gives $k = 133$. $2k^2 + 77k + 10 \\le 10000$ gives $k = 54$, and "
    "the budget is spent to the last parameter.",
)

QUESTIONS = [COUNT, WIDER, BUDGET]
