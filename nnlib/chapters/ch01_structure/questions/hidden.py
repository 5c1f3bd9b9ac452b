"""The questions of lesson 3."""

import numpy as np

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
TOTAL = CORNERS.sum(axis=1)
A = np.stack([TOTAL, np.maximum(TOTAL - 1, 0)], axis=1)

FOLDED = Blanks(
    id="1.folded",
    prompt="Two hidden units read XOR's corners:\n\n$a_1 = \\max(x_1 + x_2, 0)$\n\n"
    "$a_2 = \\max(x_1 + x_2 - 1, 0)$\n\nWhere do they send the four corners? Each row of `A` is "
    "one corner.",
    given={"X": CORNERS},
    blanks={"A": A},
    wrong=[
        Slip(
            {"A": np.stack([TOTAL, TOTAL - 1], axis=1)},
            "At (0, 0) unit 2 has z = −1. What it puts out is max(−1, 0).",
        ),
        Slip({"A": np.stack([TOTAL, TOTAL], axis=1)}, "Unit 2 has a bias of −1."),
        Slip({"A": CORNERS}, "These are the inputs. Each unit adds both of them."),
        Slip({"A": np.minimum(A, 1)}, "A ReLU has no upper end: at (1, 1) a₁ is 2."),
        Slip({"A": A[:, ::-1]}, "The columns are exchanged: a₁ comes first."),
    ],
    why="Three places for four corners: $(0, 1)$ and $(1, 0)$ fall on one point. Can one line part "
    "them from the other two now?",
)

NO_BEND = Choice(
    id="1.no-bend",
    prompt="Switch the bend off, so that $a = z$. In how many positions of the sliders can one "
    "line separate XOR now?",
    options=[
        Option("in the same ones as before", "Try the first position, with and without the bend."),
        Option("in fewer, but in some", "Look again for a frame that says 4 of 4."),
        Option(
            "in none",
            "Without the bend an output is an affine function of x₁ and x₂, and (1.3) rules out "
            "all of those.",
            right=True,
        ),
    ],
    why="The picture on the right is then the left one, sheared or squashed. Straight stays "
    "straight.",
)

NARROW = Choice(
    id="1.narrow",
    prompt="Ten layers of the widths 4-5-5-5-1-5-5-5-5-5-3, no activation anywhere: 239 "
    "parameters. Beside it one layer from 4 to 3, with 15. Which can compute more functions?",
    options=[
        Option("the ten layers", "Each of them is affine, and affine after affine is affine."),
        Option(
            "the one layer",
            "The ten can do nothing that it can't, and the layer of one unit lets a single number "
            "through.",
            right=True,
        ),
        Option("both the same", "Look at the layer with one unit: what can still pass it?"),
    ],
    why="After the narrow layer all three outputs are multiples of one number, plus a constant.",
)

STEEP = Choice(
    id="1.steep",
    prompt="Start from the separated moons, and set the steepness of unit 2 from 5 down to 0.7. "
    "No line has moved. Why does one output line not separate the moons any more?",
    options=[
        Option(
            "two units are too few for moons",
            "They are the same two units, on the same lines, and they were enough.",
        ),
        Option(
            "the points are mixed in the input plane",
            "The input plane has not changed. Look at the right one.",
        ),
        Option(
            "where the points are, both units now bend little",
            "The right plane is nearly a sheared copy of the left one, as without a bend.",
            right=True,
        ),
    ],
    why="A tanh near 0 is nearly a straight line. What counts is how it bends *among the points*.",
)

ORDERS = Number(
    id="1.orders",
    prompt="Exchange hidden units together with the weights that lead to them and away from them: "
    "the function stays. In how many orders can the three hidden units of a 2-3-2 network stand?",
    answer=6,
    rtol=0,
    wrong=[
        Slip(3, "Three units can stand first; then two can stand second."),
        Slip(8, "That is 2·2·2: on or off. Orders of three things are 3·2·1."),
        Slip(9, "That is 3·3: a unit cannot stand in two places."),
        Slip(5, "Count again: 3 choices for the first place, 2 for the second."),
    ],
    why="$3! = 6$, so at least six settings of the weights give each function.",
)

QUESTIONS = [FOLDED, NO_BEND, NARROW, STEEP, ORDERS]
