"""The questions of lesson 1: how long a sample waits that is wrong, and why."""

from nnlib.chapters.ch05_softmax_cross_entropy.race import waiting
from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

START = Choice(
    id="5.start",
    prompt="A network gives three classes the probabilities $p = (0.2,\\ 0.3,\\ 0.5)$, and the "
    "second is right. The loss is $-\\ln p_y$. What is its derivative with respect to the three "
    "logits?",
    options=[
        Option(
            "(0.2, −0.7, 0.5)",
            "p − y: one subtraction. Lesson 2 says why; begin with the race in lesson 1 all the "
            "same, or with lesson 3 if you can derive it twice.",
            right=True,
        ),
        Option(
            "(0, −3.33, 0)",
            "−1/p at the right class: that is the derivative with respect to the probabilities. "
            "The logits lie in front of softmax. Lesson 2.",
        ),
        Option(
            "(0, −0.7, 0)",
            "The right class gets this. The others are pushed down as well: softmax ties them "
            "together. Lesson 2.",
        ),
        Option("(−0.2, 0.7, −0.5)", "That is the way downhill; the derivative points uphill."),
        Option("I don't know yet", "Good: begin with lesson 1.", unsure=True),
    ],
    why="$p - y = (0.2,\\ 0.3 - 1,\\ 0.5)$.",
)

ONE_MORE = Number(
    id="5.one-more",
    prompt="Two units more, a gap of 12. After about how many steps does squared error turn? Read "
    "the race at 6, 8 and 10, and go on.",
    answer=waiting(12.0)[1],
    factor=1.3,
    wrong=[
        Slip(
            waiting(10.0)[1] * 12 / 10,
            "That grows in proportion to the gap. From 6 to 8, and from 8 to 10, it grew seven "
            "times.",
        ),
        Slip(5145, "You went on by the difference. It is the ratio that stays."),
        Slip(7, "That is cross-entropy: one step more."),
    ],
    why="55, 379, 2,762: two units more multiply it by 6.9, then by 7.3, and in the "
    "end by $e^2 = 7.4$. $2762 \\cdot 7.4 \\approx 20{,}400$.",
)

SLOPES = Blanks(
    id="5.two-factors",
    prompt="If the gap grows a little, $g$ falls, at the rate $g(1 - g)$. Each loss rises as $g$ "
    "falls: $-\\ln g$ at the rate $1/g$, the squared error $2(1 - g)^2$ at the rate $4(1 - g)$. "
    "How fast does each loss rise with the gap? Multiply.",
    given={"g": [[0.5, 0.1, 0.01]], "g (1 − g)": [[0.25, 0.09, 0.0099]]},
    blanks={
        "cross-entropy": [[0.5, 0.9, 0.99]],
        "squared error": [[0.5, 0.324, 0.039204]],
    },
    rtol=0.03,
    wrong=[
        Slip({"cross-entropy": [[2, 10, 100]]}, "That is 1/g. Multiply it by g (1 − g)."),
        Slip({"squared error": [[2, 3.6, 3.96]]}, "That is 4 (1 − g). Multiply it by g (1 − g)."),
        Slip(
            {"squared error": [[0.25, 0.162, 0.0196]]},
            "Half of it: the square of 1 − g stands there twice, once for each class.",
        ),
        Slip(
            {"cross-entropy": [[0.5, 0.1, 0.01]]},
            "That is g itself: small where the loss should care most. 1/g times g (1 − g) leaves "
            "1 − g.",
        ),
    ],
    why="Cross-entropy: $1 - g$. Squared error: $4g(1 - g)^2$, which is small again where $g$ is.",
)

RIGHT_TAIL = Number(
    id="5.right-tail",
    prompt="On the other side a sample is right with $g = 0.99$. Which share of cross-entropy's "
    "gradient does squared error pass on?",
    answer=4 * 0.99 * 0.01,
    rtol=0.02,
    wrong=[
        Slip(0.99 * 0.01, "The 4 is missing."),
        Slip(4 * 0.99, "The factor 1 − g is missing."),
        Slip(
            4 * 0.99 * 0.01**2, "That is squared error's slope itself. The share is slope by slope."
        ),
    ],
    why="$4 \\cdot 0.99 \\cdot 0.01 = 0.04$. So it lets go of what is nearly right as well.",
)

SIGMOID = Choice(
    id="5.which-loss",
    prompt="You look for a loss $L(g)$ with the slope $1 - g$ with respect to the gap, near 1 "
    "for all that is badly wrong. Which is it?",
    options=[
        Option(
            "1 − g",
            "Its slope with respect to g is −1, so that with respect to the gap is g (1 − g).",
        ),
        Option(
            "−ln g",
            "By g the slope is −1/g, and the 1/g cancels the g of the sigmoid.",
            right=True,
        ),
        Option("1/g", "By g the slope is −1/g². One g too many: (1 − g)/g grows without end."),
    ],
    why="The slope has to be $L'(g) \\cdot (-g(1 - g)) = 1 - g$, so $L'(g) = -1/g$, and $L = -\\ln "
    "g$ up to a constant.",
)

STAIRS = Choice(
    id="5.stairs",
    prompt="Move weights along a straight line, and draw loss and accuracy above it. Then zoom in "
    "until you see one thousandth of the line. What does accuracy look like, in most places?",
    options=[
        Option("a straight line that rises", "That is the loss. Look at the lower curve."),
        Option(
            "flat, with slope 0",
            "It changes only where two logits of some sample tie. Between such places it is "
            "constant.",
            right=True,
        ),
        Option("noise", "Accuracy is a share of 150 flowers: from close by it takes few values."),
    ],
    why="Gradient descent on accuracy never takes a step: its gradient is 0 wherever it exists.",
)

QUESTIONS = [START, ONE_MORE, SLOPES, RIGHT_TAIL, SIGMOID, STAIRS]
