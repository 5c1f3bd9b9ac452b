"""The questions of lesson 5: what a layer knows in training, and what it keeps for later."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

ONE = Choice(
    id="9.one-sample",
    prompt="A network with batch norm is trained. Now one image arrives, alone. What would batch "
    "norm, as you wrote it, make of it?",
    options=[
        Option(
            "beta, whatever the image is",
            "One number is its own mean: x - mu is 0, and Z = beta.",
            right=True,
        ),
        Option(
            "the same as of that image in a large batch",
            "There its mean comes from many images. Here it is the image itself.",
        ),
        Option(
            "an error: the variance of one number is not defined",
            "Divided by n it is defined, and 0. eps keeps the division finite.",
        ),
    ],
    why="$x - \\mu = 0$, so $\\hat x = 0$. nnlib refuses to train on one row for that reason.",
)

START = Number(
    id="9.running-start",
    prompt="The running mean starts at 0, each batch has the mean 1, the share of the new is "
    "$\\rho = 0.1$. What is the running mean after 10 batches?",
    answer=0.651,
    rtol=0.01,
    wrong=[
        Slip(1, "In the long run. After 10 batches the 0 of the start still counts."),
        Slip(0.349, "That is the share that the start still has: 0.9^10. The rest is 1."),
        Slip(0.1, "That is after one batch."),
    ],
    why="$1 - 0.9^{10} = 0.651$, by (9.27).",
)

UNBIASED = Number(
    id="9.unbiased",
    prompt="Batches of two. By which factor does the kept variance, with $n - 1$, exceed the one "
    "that the batch was normalized with?",
    answer=2,
    rtol=0,
    wrong=[
        Slip(0.5, "The other way round: dividing by the smaller number gives more."),
        Slip(1, "They differ: one divides by 2, the other by 1."),
        Slip(1.5, "n / (n - 1) with n = 3. Here n is 2."),
    ],
    why="$n/(n-1) = 2$. At $n = 64$ it is 1.016.",
)

NOISE = Number(
    id="9.mean-noise",
    prompt="A feature has standard deviation 1. Batches of 16: by how much does a batch's mean "
    "typically miss the true one?",
    answer=0.25,
    rtol=0.02,
    wrong=[
        Slip(0.0625, "That is the square, 1/16: the variance of the mean. Take the root."),
        Slip(4, "The inverse: the mean of many is closer than one is."),
        Slip(1, "So far does a single sample miss. A mean of 16 is closer."),
    ],
    why="$1/\\sqrt{16}$: the variance of a mean of $n$ independent numbers is $1/n$.",
)

LEAK = Choice(
    id="9.leak",
    prompt="The test digits come sorted by class, 50 at a time, and the network forgot to leave "
    "training mode. What happens?",
    options=[
        Option("nothing: the weights do not change", "The weights are the same; mu and v are not."),
        Option(
            "it reads worse, as each batch looks average to itself",
            "What all 50 share, their class, is subtracted as the batch's mean.",
            right=True,
        ),
        Option(
            "it reads better, as similar digits help each other",
            "The opposite: what they have in common is taken away from all of them.",
        ),
    ],
    why="The next cell does it, with five networks.",
)

SMALL = Choice(
    id="9.small",
    prompt="At which batch size does batch norm read clearly worse than no norm, at the best rate "
    "of each?",
    options=[
        Option("at 2", "Of two numbers nothing is left but which one is larger.", right=True),
        Option("at 64", "There it is ahead: 97 to 98 % against 87 to 96."),
        Option("at every size", "From 8 on its median is ahead."),
    ],
    why="Two different numbers, normalized, are 1 and −1: with $n = 2$, "
    "$\\hat x = \\pm(x_1 - x_2)/|x_1 - x_2|$, but for $\\varepsilon$.",
)

ROWS = Choice(
    id="9.rows",
    prompt="A layer $XW + b$, then layer norm in place of batch norm. What holds?",
    multiple=True,
    options=[
        Option(
            "scaling all of W and b alike changes nothing",
            "All numbers of a row are scaled alike.",
            right=True,
            missed="Scaled by a, they scale each row of XW + b by a, and the row's s with it.",
        ),
        Option(
            "scaling one column of W changes nothing",
            "A column is one number of each row, and the others stay: the row changes its shape.",
        ),
        Option(
            "the gradient of b is 0",
            "Each entry of b moves one number of the row, not all of them alike. The sum of db is "
            "0, its entries are not.",
        ),
        Option(
            "a sample's output depends on that sample alone",
            "Mean and variance are those of its own row.",
            right=True,
            missed="The mean runs along the row of one sample: no other sample is asked.",
        ),
    ],
    why="What batch norm has per column, layer norm has per row.",
)

QUESTIONS = [ONE, START, UNBIASED, NOISE, LEAK, SMALL, ROWS]
