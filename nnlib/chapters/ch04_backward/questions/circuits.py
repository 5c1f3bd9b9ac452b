"""The questions of the opening page and of lesson 1."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

START = Choice(
    id="4.start",
    prompt="A layer without activation computes $z = xW$ for one sample $x = (1, 2)$. The loss "
    "sends back $dz = (3, 0, -1)$. What is $dW$?",
    options=[
        Option(
            "rows (3, 0, −1) and (6, 0, −2)",
            "You know what lessons 1 and 2 teach. Start with lesson 3.",
            right=True,
        ),
        Option(
            "rows (3, 6), (0, 0) and (−1, −2)",
            "These are the right products, transposed: dW has the shape of W, (2, 3). Lesson 2 "
            "shows which index goes where; start with lesson 1 if the products were a guess.",
        ),
        Option(
            "one row, (3, 0, −1)",
            "That is the gradient of a bias. A weight is multiplied by its input, and the input "
            "is missing here. Start with lesson 1.",
        ),
        Option(
            "one row, (9, 0, −3)",
            "You added the inputs up, (1 + 2) dz. Each input has weights of its own. Start with "
            "lesson 1.",
        ),
        Option("I don't know yet", "Start with lesson 1. It needs 20 minutes.", unsure=True),
    ],
    why="$dW_{mj} = x_m\\, dz_j$: what came in on the wire times what comes back on it.",
)

NUDGE = Choice(
    id="4.nudge",
    prompt="$g = (x + y) \\cdot \\max(x, z)$\n\nAt $x = 2$, $y = -5$, $z = 1$ it is "
    "$-3 \\cdot 2 = -6$. Raise $x$ by 0.01. By how much does $g$ change, about?",
    options=[
        Option(
            "+0.02",
            "You saw the wire from x into the sum: there 0.01 is multiplied by the maximum, 2. "
            "But x is the maximum, too.",
        ),
        Option(
            "−0.01",
            "The sum brings +0.02 and the maximum −0.03. They add up.",
            right=True,
        ),
        Option(
            "−0.03",
            "You saw the wire from x into the maximum: there 0.01 is multiplied by the sum, −3. "
            "But x is in the sum, too.",
        ),
        Option(
            "0",
            "x is the larger of x and z, so it moves the maximum; and it moves the sum.",
        ),
    ],
    why="$(2.01 - 5) \\cdot 2.01 = -6.0099$.",
)

SWITCHED = Blanks(
    id="4.switched",
    prompt="Leave $x = 2$ and $y = -5$, and set $z = 3$. What are the three gradients now? Fill "
    "them in, then move the slider.",
    blanks={"dx": 3, "dy": 3, "dz": -3},
    wrong=[
        Slip(
            {"dx": -1, "dy": 2, "dz": 0},
            "These are the gradients at z = 1. Now z is the larger one.",
        ),
        Slip(
            {"dx": 0},
            "x does not move the maximum any more, but it still moves the sum.",
        ),
        Slip({"dy": 2}, "The sum is multiplied by the maximum, which is 3 now."),
        Slip({"dz": 0}, "z is the larger one now, so it moves the maximum."),
        Slip({"dz": 1}, "1 is the slope of the max gate. What comes back on its output is −3."),
    ],
    why="$q = -3$ and $m = 3$, so $dq = 3$ and $dm = -3$. The maximum sends its $-3$ to $z$, and "
    "$x$ is left with the 3 of the sum.",
)

PROMISE = Choice(
    id="4.promise",
    prompt="One of the three inputs keeps its promise exactly, however large the nudge and "
    "wherever the sliders stand. Which?",
    options=[
        Option(
            "x",
            "x is in both factors, so its nudge meets itself: at x = 2, z = 1 a nudge of 2 "
            "promises −2 and brings +2.",
        ),
        Option("y", "With x and z fixed, g is a straight line in y.", right=True),
        Option(
            "z",
            "Only as long as the maximum does not switch. At x = 2, z = 1 a nudge of 2 promises 0 "
            "and brings −3.",
        ),
    ],
    why="A gradient is the slope at one point. It is kept by straight lines.",
)

EARLY = Number(
    id="4.early",
    prompt="Another circuit: $a = xy$, $b = a + x$, $g = ab$, at $x = 2$, $y = 3$. Going back, $g$ "
    "pays $a$ its 8 and $b$ its 6. Now $a$ passes on *at once* what it has, and only then $b$ is "
    "visited. What does $x$ end up with?",
    answer=30,
    wrong=[
        Slip(48, "That is the right gradient. It needs the 6 that b pays to a, and a is gone."),
        Slip(24, "That is what a passes on. b pays its 6 to x as well."),
        Slip(18, "a has received 8 by then, not the 6 of b: it passes on 8 · 3."),
        Slip(42, "a passes on 14 · 3 if it waits for b. Here it does not wait."),
        Slip(6, "That is what b pays. a passes on 8 · 3 to x, too."),
    ],
    why="$a$ passes on $8 \\cdot 3 = 24$, then $b$ pays 6. The 6 that $b$ pays to $a$ is lost.",
)

CHAIN = Number(
    id="4.chain",
    prompt="A loss is computed in five steps from 1,000 inputs, with 1,000 numbers after each step "
    "but the last. Its gradient is $J_5 J_4 J_3 J_2 J_1$, where $J_5$ has one row and the others "
    "are 1,000 by 1,000. A product of $(p, q)$ and $(q, r)$ takes $pqr$ multiplications. How many "
    "times as many does it take to multiply from the right, beginning with $J_2 J_1$, as from the "
    "left, beginning with $J_5 J_4$?",
    answer=(3 * 1000**3 + 1000**2) / (4 * 1000**2),
    wrong=[
        Slip(1, "The result is the same, the work is not: count pqr for each of the products."),
        Slip(
            1000,
            "That is one product of two squares against one row times a square. There are four "
            "products on either side; from the right the last one is cheap.",
        ),
        Slip(
            3000,
            "Three products of squares against one row times a square. From the left there are "
            "four of those.",
        ),
        Slip(
            1 / 750.25,
            "It is the other way around: from the left every product is a row times a matrix.",
        ),
    ],
    why="From the left, four times a row times a square: $4 \\cdot 10^6$. From the right, three "
    "times a square times a square, and one row at the end: $3 \\cdot 10^9 + 10^6$.",
)

TAPE = Blanks(
    id="4.tape",
    prompt="Value 0 of a tape is $a = 3$, value 1 is $b = 4$. Then $a \\cdot b$ is computed. Its "
    "line of the tape is `[(0, ...), (1, ...)]`: the local slopes with respect to $a$ and $b$.",
    blanks={"slopes": [4, 3]},
    wrong=[
        Slip({"slopes": [3, 4]}, "Nudge a by 1: the product rises by 4. The factors swap."),
        Slip({"slopes": [1, 1]}, "These are the slopes of a sum."),
        Slip({"slopes": [12, 12]}, "12 is the value. How fast does it rise with a?"),
    ],
    why="The multiply gate swaps: the slope with respect to one factor is the other one.",
)

QUESTIONS = [START, NUDGE, SWITCHED, PROMISE, EARLY, CHAIN, TAPE]
