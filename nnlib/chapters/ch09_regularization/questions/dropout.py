"""The questions of lesson 3: dropout."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

VALUE = Number(
    id="9.variance",
    prompt="A unit has the value 4. With probability ½ it becomes 0, else it is doubled. Its mean "
    "is still 4. What is its variance?",
    answer=16,
    rtol=0.005,
    wrong=[
        Slip(4, "That is the standard deviation. The variance is its square."),
        Slip(32, "That is the mean of the squares. Subtract the square of the mean."),
        Slip(0, "Its mean stays; it is 0 or 8."),
        Slip(8, "It is 0 or 8, each 4 away from the mean."),
    ],
    why="Both values are 4 away from the mean. By (9.13): $\\frac{p}{1-p} x^2 = 16$.",
)

NINE = Number(
    id="9.nine-tenths",
    prompt="Nine tenths are dropped, $p = 0.9$. How many times $x^2$ is the variance?",
    answer=9,
    rtol=0.005,
    wrong=[
        Slip(0.09, "That is p (1 − p), the variance of the mask itself. Divide by (1 − p)²."),
        Slip(0.9, "That is p. Divide by 1 − p."),
        Slip(90, "That is p/(1 − p)². The mask's variance is p (1 − p)."),
        Slip(0.1111, "That is (1 − p)/p, upside down."),
        Slip(10, "That is the mean square, 1/(1 − p). Subtract the square of the mean."),
    ],
    why="$0.9 / 0.1$. At $p = \\frac12$ it is 1.",
)

MASKS = Blanks(
    id="9.mask-back",
    prompt="$p = \\frac12$. Forward, $Y = X \\odot M / (1 - p)$. What are $Y$ and $dX$?",
    given={"X": [[3, -1, 2]], "M": [[1, 0, 1]], "dY": [[1, 4, -2]]},
    blanks={"Y": [[6, 0, 4]], "dX": [[2, 0, -4]]},
    wrong=[
        Slip({"Y": [[3, 0, 2]]}, "What is kept is divided by 1 − p, here doubled."),
        Slip({"dX": [[1, 0, -2]]}, "The factor 1/(1 − p) is there on the way back, too."),
        Slip({"dX": [[2, 8, -4]]}, "The second entry was dropped: dY does not reach it."),
        Slip({"dX": [[1, 4, -2]]}, "dX is dY times the same numbers by which X was multiplied."),
        Slip({"dX": [[3, 0, -4]]}, "X has no share in dX: the derivative of X M is M."),
    ],
    why="Both are products with $M/(1 - p) = (2, 0, 2)$.",
)

MILES = Choice(
    id="9.miles",
    prompt="One input of a linear model is a length. You change it from kilometers to meters, and "
    "train again to the minimum. Which of the two gives the *same predictions* as before?",
    options=[
        Option("ridge, with the same α", "In meters the weight is a thousandth, and α forgives."),
        Option("dropout, with the same p", "Its penalty holds the column's squares.", right=True),
        Option("both", "One of them compares weights of different units."),
        Option("neither", "Look at (9.15): what happens to w_j x_ij?"),
    ],
    why="In (9.15) $w_j$ occurs as $w_j x_{ij}$ only, which has no unit of length.",
)

COMMITTEE = Choice(
    id="9.committee",
    prompt="A hidden layer of 32 units, each dropped or not: $2^{32}$ networks. You average the "
    "*probabilities* of very many of them. Do you get those of the one network that predicts?",
    options=[
        Option("yes: that is what dropout is", "It is what is often said. Look below."),
        Option(
            "no, but nearly the same class wins",
            "On five splits 16 to 19 % of the probability lies elsewhere, and most classes stay.",
            right=True,
        ),
        Option(
            "no, and the classes differ, too",
            "On 95 % of the digits or more they agree, on twenty splits.",
        ),
    ],
    why="What the one network computes exactly here is the *geometric* mean, (9.18).",
)

HELPS = Choice(
    id="9.helps",
    prompt="Half of 32 hidden units are dropped, 100 digits learned, twenty splits by form. What "
    "does it do to the share of new digits that is read?",
    options=[
        Option("some five points more", "So it is often sold. Look at the table."),
        Option("nothing that twenty splits can show", "The mean is below its error.", right=True),
        Option("ten points less: half of the network is missing", "Training makes up for it."),
    ],
    why="With 50 digits it costs two points, and with 300 it gains about one.",
)

QUESTIONS = [VALUE, NINE, MASKS, MILES, COMMITTEE, HELPS]
