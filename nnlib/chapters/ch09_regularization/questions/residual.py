"""The questions of lesson 6: what is added, and what becomes of it after many blocks."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

SHORT = Blanks(
    id="9.short-path",
    prompt="One sample $x$, a branch $F(x) = xW$, and $y = x + F(x)$. From above comes $dy$.",
    given={"x": [[3, -1]], "W": [[0, 2], [1, 0]], "dy": [[1, 10]]},
    blanks={"y": [[2, 5]], "dx": [[21, 11]]},
    wrong=[
        Slip({"y": [[-1, 6]]}, "That is F(x). Add x."),
        Slip({"dx": [[20, 1]]}, "That comes back through the branch. x has a second wire."),
        Slip({"dx": [[1, 10]]}, "That comes back on the short wire. The branch sends as well."),
        Slip({"dx": [[11, 12]]}, "The branch returns dy W^T, and you took dy W."),
    ],
    why="$dx = dy + dy\\,W^\\top = (1, 10) + (20, 1)$.",
)

DOUBLES = Number(
    id="9.doubles",
    prompt="Each branch keeps the mean square, and is added in full. After 10 blocks the mean "
    "square of the signal is how many times as large?",
    answer=1024,
    wrong=[
        Slip(10, "The branch grows with the signal: each block doubles what it gets."),
        Slip(11, "Each block adds as much as it gets, and not as much as entered the first."),
        Slip(32, "That is the root, the factor of the size. Asked for is the mean square."),
        Slip(20, "Ten doublings multiply: 2 times 2 times 2 ..."),
    ],
    why="$2^{10}$, by (9.31).",
)

ROOT = Number(
    id="9.root",
    prompt="Now each branch is divided by $\\sqrt L$, with $L = 100$ blocks. By which factor does "
    "the mean square grow in all?",
    answer=2.7048,
    rtol=0.01,
    wrong=[
        Slip(2, "That would be L times the first growth. Each block adds to what has grown."),
        Slip(1.01, "That is one block."),
        Slip(13780.6, "(1 + 1/10)^100: the square of 1/√100 is 1/100."),
    ],
    why="$(1 + \\frac{1}{100})^{100} = 2.70$; below $e = 2.718$ for any $L$.",
)

ZERO = Choice(
    id="9.zero",
    prompt="The last layer of each branch starts at 0, the layer before it by Kaiming. Which of "
    "the two gets a gradient in the first step?",
    options=[
        Option("both", "What returns to the first layer passes through the last, and that is 0."),
        Option("neither", "The last layer gets A^T dY, and neither of the two is 0."),
        Option(
            "only the last",
            "In the second step it is no longer 0, and the first layer gets one, too.",
            right=True,
        ),
        Option("only the first", "It is the other way round: see (4.14) for dW of the last layer."),
    ],
    why="$dW_2 = A^\\top dY$, and $dA = dY\\,W_2^\\top = 0$. One layer of zeros is no "
    "trap; two would be.",
)

SIMILAR = Number(
    id="9.similar",
    prompt="Two samples with cosine 0.5 enter. A branch alone makes it 0.609. What is it after one "
    "block with the branch in full?",
    answer=0.5545,
    rtol=0.003,
    wrong=[
        Slip(0.609, "That is a plain layer. Here the old cosine counts as well."),
        Slip(1.109, "That is the sum. The mean square has doubled: divide by 2."),
        Slip(0.5, "Half of the signal is the branch, and it does move."),
    ],
    why="Products add up, and so do squares: $(0.5 + 0.609)/2$, by (9.32).",
)

DEPTH = Choice(
    id="9.blocks",
    prompt="Set 30 blocks, 60 layers. Which of these made a network that reads more than 80 %?",
    multiple=True,
    options=[
        Option(
            "batch norm alone",
            "It reads hardly more than guessing would. At 20 layers it sufficed.",
        ),
        Option(
            "adding x, with branches in full",
            "Each block doubles the mean square: see the line named residual.",
        ),
        Option(
            "adding x, with branches that start small or at 0",
            "Without any normalization.",
            right=True,
            missed="Look at the lines / √L and last layer 0.",
        ),
        Option(
            "adding x, with batch norm in the branches",
            "Both kinds, before and after.",
            right=True,
            missed="Look at the two lines at the bottom.",
        ),
    ],
    why="Neither of the two halves did it alone, and normalization could be replaced.",
)

PRE = Choice(
    id="9.pre",
    prompt="Batch norm and ReLU *inside* the branch, or ReLU after the sum: which path is an "
    "identity from the last block to the first?",
    options=[
        Option(
            "the first kind's",
            "Nothing stands on the short wire, so the sum of all branches is added to x.",
            right=True,
        ),
        Option(
            "the second kind's",
            "There each block ends with a ReLU, which stands on the short wire, too.",
        ),
        Option("both", "In one of them a ReLU stands after each sum."),
    ],
    why="$x_L = x_0 + \\sum_\\ell F_\\ell(x_\\ell)$ holds for the first kind only: "
    "He and others, 2016.",
)

QUESTIONS = [SHORT, DOUBLES, ROOT, ZERO, SIMILAR, DEPTH, PRE]
