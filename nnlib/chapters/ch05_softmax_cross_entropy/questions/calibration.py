"""The questions of lesson 5: how sure, how often right, and one temperature."""

from nnlib.teaching.questions import Blanks, Choice, Option, Slip

WHAT_STAYS = Choice(
    id="5.what-stays",
    prompt="A network says 0.9 of what it predicts, on average, and is right eight times in ten. "
    "You divide all its logits by 2. What happens to its accuracy?",
    options=[
        Option("it falls, since the network is less sure", "Less sure, but of the same classes."),
        Option(
            "nothing",
            "Dividing by a positive number keeps the order, so the largest stays the largest.",
            right=True,
        ),
        Option("it rises", "No prediction changes, so no hit is won or lost."),
    ],
    why="Temperature changes how sure the answers sound, and not the answers.",
)

TWO_BINS = Blanks(
    id="5.two-bins",
    prompt="Six predictions say the probabilities below. Of the first three, two are right; of the "
    "other three, two. How sure is the network on average in each group, how often right, and by "
    "how much does it claim too much?",
    given={"first three": [[0.9, 0.95, 0.94]], "other three": [[0.6, 0.62, 0.58]]},
    blanks={"sure": [[0.93, 0.6]], "right": [[2 / 3, 2 / 3]], "too much": [[0.2633, -0.0667]]},
    rtol=0.015,
    atol=0.004,
    wrong=[
        Slip({"right": [[2, 2]]}, "Two of three: as a share, 2/3."),
        Slip(
            {"too much": [[0.2633, 0.0667]]},
            "The low group is right more often than it says: "
            "it claims too little, so the number is negative.",
        ),
        Slip({"too much": [[-0.2633, 0.0667]]}, "Sure less right, and not right less sure."),
    ],
    why="$0.93 - 0.667$ and $0.6 - 0.667$. Over all six some of it cancels: sure 0.765, "
    "right 0.667.",
)

WHICH_T = Choice(
    id="5.which-temperature",
    prompt="A temperature for each network, please. *300, some labels wrong* claims 90 % and is "
    "right in 80 %. *1,200, some labels wrong* claims 73 % and is right in 94 %.",
    options=[
        Option("above 1 for both", "The second is not sure enough. Heating makes it less so."),
        Option(
            "above 1 for the first, below 1 for the second",
            "Heat the one that claims too much, cool the one that claims too little.",
            right=True,
        ),
        Option(
            "below 1 for the first, above 1 for the second",
            "Cooling makes sure: the first is that too much already.",
        ),
    ],
    why="Their losses are smallest near $T = 2$ and near $T = 0.4$: look at the lowest curve.",
)

PROMISE = Choice(
    id="5.what-it-promises",
    prompt="*wrong ones held out, too*: find the temperature with the smallest loss. Are *sure* "
    "and *right* equal there?",
    options=[
        Option("yes", "Look again at the middle curves: they cross below T = 1."),
        Option(
            "no, they are farther apart than at T = 1",
            "The loss is smallest above 1, and the two curves cross below 1.",
            right=True,
        ),
        Option("no, but nearer than at T = 1", "The loss takes T up, away from where they cross."),
    ],
    why="The best temperature balances logits (5.28), and not how often with how sure. Some 18 % "
    "of the labels are wrong there, and each costs more the surer the network is.",
)

QUESTIONS = [WHAT_STAYS, TWO_BINS, WHICH_T, PROMISE]
