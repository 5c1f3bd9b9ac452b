"""The questions of lesson 6: a fair race."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

WINNER = Choice(
    id="8.winner",
    prompt="Six optimizers learn the digits, ten epochs each, at the default rates of the package. "
    "SGD misreads 16 of 270, Adam 22. What follows?",
    options=[
        Option("SGD suits these digits better", "At these two rates. Nobody has tried others."),
        Option("Adam needs more epochs", "That may be, or another rate. One run can't say."),
        Option(
            "nothing about the optimizers yet",
            "0.1 for one and 0.001 for the other are two numbers that somebody wrote down.",
            right=True,
        ),
        Option("I don't know yet", "Move along the rates below.", unsure=True),
    ],
    why="With their best rates it is the other way round: 11 and 9, 1.8 ± 1.2 apart.",
)

BORDER = Choice(
    id="8.border",
    prompt="Of five rates in a row, the highest is best. What do you do?",
    options=[
        Option("take it", "The best may lie beyond: the grid ended, not the hill."),
        Option("go on to higher rates", "Until the best has worse ones on both sides.", right=True),
        Option("use finer steps between the five", "The next higher one is unknown; look there."),
    ],
    why="Each best mean rate in this lesson has worse ones on both sides.",
)

WHICH_SET = Choice(
    id="8.which-set",
    prompt="Each optimizer had eleven rates. Which number may you report for the best one?",
    options=[
        Option("its validation score", "It was chosen for being the best there: luck is in it."),
        Option("its test score", "The test set took no part in the choice.", right=True),
        Option(
            "the best test score of the eleven", "Then the test set chooses, and nobody is left."
        ),
    ],
    why="As in chapter 7: one set chooses, another reports.",
)

PAIRED = Number(
    id="8.paired",
    prompt="Three splits: A misreads 5, 9 and 16, B misreads 4, 7 and 15. The standard error of "
    "the mean difference is $s/\\sqrt 3$ with $s$ the standard deviation of the differences. What "
    "is it?",
    answer=1 / 3,
    rtol=0.02,
    wrong=[
        Slip(0.577, "That is the standard deviation. Divide it by √3."),
        Slip(4.5, "Don't mix the splits: the differences are 1, 2 and 1."),
        Slip(0.272, "With n − 1 below: the squares sum to 2/3, and half of that is the variance."),
        Slip(1.333, "That is the mean difference. How sure is it?"),
    ],
    why="The differences are 1, 2, 1: mean 4/3, variance 1/3, and $\\sqrt{1/3}/\\sqrt 3 = 1/3$.",
)

TRAVELS = Choice(
    id="8.travels",
    prompt="Six hidden layers now, with the rate that was best for one. Who fails?",
    options=[
        Option("Adam: it has the most settings", "It misreads 20 of 270. Look at SGD."),
        Option("all six alike", "Two, three and the rest differ by a factor of ten."),
        Option(
            "SGD, momentum and Nesterov",
            "SGD is at chance, and the other two misread 64 or more on each of ten splits.",
            right=True,
        ),
        Option("none: a rate is a rate", "Switch the figure to six hidden layers."),
    ],
    why="Of some 270 Adam misreads 12 to 42 with the rate of the small network. Its own best rate "
    "would leave it 14 on average.",
)

QUESTIONS = [WINNER, BORDER, WHICH_SET, PAIRED, TRAVELS]
