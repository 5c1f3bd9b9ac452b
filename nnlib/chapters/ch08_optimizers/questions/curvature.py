"""The questions of lesson 2: the limit on the digits."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

BEYOND = Choice(
    id="8.beyond",
    prompt="You measure the largest curvature of an untrained network's loss and train it at 1.5 "
    "times the limit $2/\\lambda_\\text{max}$, with the full batch. The loss",
    options=[
        Option(
            "runs away",
            "In a bowl it would, by (8.3). A network's curvature changes as the weights move.",
        ),
        Option(
            "rises at first, then falls, and stays behind a rate below the limit",
            "It does rise at first. But then it gets ahead.",
        ),
        Option(
            "rises at first, then falls below that of a rate below the limit",
            "So it is in five networks of five, at 100 steps.",
            right=True,
        ),
        Option("falls in each step", "With squared error it rises at first, in all five."),
    ],
    why="The table below has the numbers. At three times the limit it does run away.",
)

ENTRIES = Number(
    id="8.entries",
    prompt="The network has 2,410 weights and biases. How many entries has its Hessian?",
    answer=2410**2,
    rtol=0.01,
    wrong=[
        Slip(2410, "That is the gradient. The Hessian has a row for each of its entries."),
        Slip(4820, "Not twice: the square."),
        Slip(2410 * 2411 / 2, "So many differ, as it is symmetric. The matrix has all of them."),
    ],
    why="5.8 million, 46 MB. For a million weights it would be 8 TB.",
)

SMALLER_H = Number(
    id="8.smaller-h",
    prompt="By (8.7), $h$ goes from 0.1 to 0.01. By which factor does the first term of the error "
    "fall?",
    answer=100,
    rtol=0.02,
    wrong=[
        Slip(10, "That is a one-sided difference. Here the error goes with h²."),
        Slip(0.01, "That is what is left of it. It falls by the inverse."),
        Slip(1000, "h² and not h³: one h is divided away."),
    ],
    why="$0.1^2 / 0.01^2$. The rounding, in turn, grows tenfold.",
)

ROUNDS = Number(
    id="8.rounds",
    prompt="Eigenvalues 6 and 3, and a start with equal parts of both. After five rounds, how "
    "large is the part along the second, over that along the first?",
    answer=1 / 32,
    rtol=0.02,
    wrong=[
        Slip(0.5, "That is after one round. Each round multiplies it once more."),
        Slip(0.1, "0.5 to the fifth, and not 0.5 divided by 5."),
        Slip(32, "The other way round: the second one dies out."),
        Slip(1 / 1024, "That is its square, which is what the eigenvalue misses by."),
    ],
    why="$(3/6)^5 = 1/32$. The value $u^\\top H u$ is better still: its error goes with the "
    "square.",
)

HOVER = Choice(
    id="8.hover",
    prompt="Squared error, 32 units. At the rate 0.6 the largest curvature settles at about 3.3. "
    "At which does it settle at the rate 0.8?",
    options=[
        Option("3.3 as well: it is the network's", "Move the rate: the line is 2/η."),
        Option("2.5", "2/0.8. The rate sets the curvature.", right=True),
        Option("4.4", "The higher rate finds the flatter place."),
    ],
    why="$2/0.6 = 3.3$ and $2/0.8 = 2.5$. In a bowl the curvature sets the limit of the rate. Here "
    "the rate sets the curvature.",
)

SADDLE_FACTOR = Number(
    id="8.saddle-factor",
    prompt="Curvature −0.4, rate 0.5. By which factor does each step multiply the distance?",
    answer=1.2,
    rtol=0.001,
    wrong=[
        Slip(0.8, "Mind the sign: 1 − 0.5 · (−0.4)."),
        Slip(-0.2, "That is ηλ. Subtract it from 1."),
        Slip(0.2, "That is by how much it grows. The factor is 1 more."),
    ],
    why="$1 - \\eta\\lambda = 1 + 0.2$: it grows, at any rate.",
)

TWICE_AS_NEAR = Choice(
    id="8.nearer",
    prompt="You start at the distance $10^{-6}$ from the ridge and not at $10^{-3}$. Compared with "
    "that, how many steps does it take to get to 1?",
    options=[
        Option("a thousand times as many", "It grows by a factor in each step."),
        Option("twice as many", "The logarithm has doubled.", right=True),
        Option("as many", "Each factor of 1,000 takes its steps."),
    ],
    why="$\\ln 10^6 = 2 \\ln 10^3$ in (8.10).",
)

QUESTIONS = [BEYOND, ENTRIES, SMALLER_H, ROUNDS, HOVER, SADDLE_FACTOR, TWICE_AS_NEAR]
