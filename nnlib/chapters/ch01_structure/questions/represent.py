"""The questions of lesson 4."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

PLACE = Number(
    id="1.step-place",
    prompt="A sigmoid unit with one input has $w = 20$ and $b = -8$: a steep step. At which $x$ "
    "does it stand?",
    answer=0.4,
    wrong=[
        Slip(-0.4, "Solve 20x − 8 = 0: the sign turns round."),
        Slip(8, "Divide by the weight: 20x = 8."),
        Slip(2.5, "The quotient is upside down: x = −b/w."),
        Slip(12, "That is w + b. The step stands where wx + b is 0."),
    ],
    why="$z = 20x - 8$ is 0 at $x = -b/w = 0.4$.",
)

HAT = Blanks(
    id="1.hat",
    prompt="A *hat* is 0 up to $x = 0$, rises to 1 at $x = 1$, falls to 0 at $x = 2$ and stays "
    "there. Its ramps are $\\operatorname{ReLU}(x)$, $\\operatorname{ReLU}(x - 1)$ and "
    "$\\operatorname{ReLU}(x - 2)$. What are their output weights?",
    blanks={"weights": [1, -2, 1]},
    wrong=[
        Slip(
            {"weights": [1, -1, 0]},
            "These are the slopes. A ramp stays on, so its weight is the *change* of slope.",
        ),
        Slip(
            {"weights": [1, -1, 1]},
            "After x = 1 the slopes of two ramps add: 1 − 1 is 0, and it should be −1.",
        ),
        Slip({"weights": [0, 1, 0]}, "These are the heights at 0, 1 and 2."),
        Slip({"weights": [1, -2, 0]}, "At x = 2 nothing stops the fall."),
    ],
    why="The slope goes 0, 1, −1, 0: it changes by 1, −2, 1. Three kinks, and a unit makes one at "
    "most: fewer units won't do.",
)

DOUBLE = Choice(
    id="1.twice-the-ramps",
    prompt="Now a sine, by straight pieces between points of it. Make the pieces half as wide. "
    "What happens to the largest error, once they are narrow?",
    options=[
        Option("it halves", "So it is for steps. Straight pieces also follow the slope."),
        Option(
            "it is about a quarter",
            "Over a piece of width h a smooth curve bends away by about h²/8 times its curvature.",
            right=True,
        ),
        Option("it stays", "The pieces get closer to the curve. By how much?"),
        Option("it falls to 0 at once", "A curve is not made of straight pieces."),
    ],
    why="See it below, and why in (1.12).",
)

JUMP = Number(
    id="1.jump",
    prompt="The jump goes from $-0.5$ to $0.5$ at $x = 0.4$. $g$ is continuous. What is the least "
    "that its largest error can be, however many units it has?",
    answer=0.5,
    wrong=[
        Slip(0, "Just left of 0.4 and just right of it g has nearly the same value."),
        Slip(1, "That is a g which is right on one side up to the jump. Halfway is better."),
        Slip(0.25, "Whatever g is at 0.4, it is 0.5 or more away from one of −0.5 and 0.5."),
    ],
    why="No value is nearer than $\\tfrac12$ to both $-\\tfrac12$ and $\\tfrac12$.",
)

PARABOLA = Choice(
    id="1.parabola",
    prompt="Take $f(z) = z^2$ for the hidden units, and as many as you like. How close can the "
    "network come to $|x|$ on $[-1, 1]$?",
    options=[
        Option(
            "as close as you like",
            "Each unit is a parabola in x. What is a sum of parabolas?",
        ),
        Option(
            "to 1/8, and no closer",
            "A sum of parabolas is a parabola, and the best one is x² + 1/8.",
            right=True,
        ),
        Option("exactly", "|x| has a kink at 0. No parabola has."),
    ],
    why="$x^2 + \\tfrac18 - |x|$ is $\\tfrac18, -\\tfrac18, \\tfrac18, -\\tfrac18, \\tfrac18$ at "
    "$-1, -\\tfrac12, 0, \\tfrac12, 1$. A parabola that is closer at all five would differ from "
    "this one by a parabola that changes sign four times.",
)

TOWER = Choice(
    id="1.tower",
    prompt="The cross is 2 in the middle and 1 on its arms. Add more units *of the same kind*, "
    "whose lines are parallel to an axis, to the one hidden layer, with any output weights. Can "
    "the arms vanish and the middle stay?",
    options=[
        Option("yes, with negative output weights", "Pull an arm down and the middle falls too."),
        Option("yes, with enough units", "Each of them depends on x₁ alone or on x₂ alone."),
        Option(
            "no",
            "A sum of a function of x₁ and a function of x₂ obeys (1.3) on each rectangle: middle "
            "plus corner is arm plus arm.",
            right=True,
        ),
    ],
    why="With the arms and the corner at 0, middle + corner = arm + arm makes the middle 0.",
)

PIECES = Number(
    id="1.pieces",
    prompt="Each hidden layer folds $[0, 1]$ once, with two ReLU units. How many straight pieces "
    "can ten such layers, 20 units, make?",
    answer=1024,
    rtol=0,
    wrong=[
        Slip(20, "That is the number of units. Each fold doubles what is there."),
        Slip(
            21, "So many can 20 units in one layer make. Here each layer folds all pieces so far."
        ),
        Slip(100, "Not 10²: the number doubles ten times."),
        Slip(512, "One doubling is missing: the first fold already makes two."),
        Slip(11, "Each layer doubles the number, it does not add one."),
    ],
    why="$2^{10} = 1024$.",
)

QUESTIONS = [PLACE, HAT, DOUBLE, JUMP, PARABOLA, TOWER, PIECES]
