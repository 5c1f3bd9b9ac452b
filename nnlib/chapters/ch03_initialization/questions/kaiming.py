"""The questions of lesson 2: Kaiming, and a walk."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

HALF = Number(
    id="3.half",
    prompt="$z$ is as often negative as positive, $\\mathbb E[z^2] = 3$. What is the mean square "
    "of $\\operatorname{ReLU}(z)$?",
    answer=1.5,
    wrong=[
        Slip(3, "The negative half of the numbers becomes 0."),
        Slip(0.75, "Half of the numbers become 0, the others stay: one half, once."),
        Slip(
            1.0225,
            "That is the variance of ReLU(z) for a normal z. The next sum takes the mean square.",
        ),
        Slip(0.8660, "You halved the root. The mean *square* is halved."),
    ],
    why="Half of the squares are gone, and nothing else was used: no normal distribution.",
)

BLOG = Number(
    id="3.blog",
    prompt="“ReLU turns a variance of 1 into $\\tfrac12(1 - \\tfrac1\\pi) = 0.341$, so I take "
    "$n_\\text{in} s^2 = 1/0.341 = 2.93$.” By which factor does the *size* of $z$ grow per layer?",
    answer=1.211,
    wrong=[
        Slip(1, "That is what was wanted. The sum takes E[x²] = 1/2, not the variance 0.341."),
        Slip(1.467, "That is the mean square. The size is its root."),
        Slip(1.712, "You left out ReLU's half."),
        Slip(2.934, "That is n s². ReLU halves it, and the size is the root."),
    ],
    why="$\\tfrac12 \\cdot 2.93 = 1.467$ per layer in mean square. After 50 layers the size has "
    "grown $1.4 \\cdot 10^4$ times.",
)

DEFAULT = Number(
    id="3.default",
    prompt="PyTorch's `nn.Linear` draws from $U(-1/\\sqrt{n_\\text{in}}, 1/\\sqrt{n_\\text{in}})$, "
    "of variance $\\tfrac{1}{3 n_\\text{in}}$. Without biases and with ReLU, what does a layer "
    "multiply the mean square of $z$ by?",
    answer=1 / 6,
    rtol=0.025,  # 0.17 is as right as two digits can be
    wrong=[
        Slip(1 / 3, "ReLU takes half of it."),
        Slip(1 / 2, "That is with variance 1/n. A uniform distribution has a third of limit²."),
        Slip(0.4082, "That is the size, the root of it."),
        Slip(1 / 12, "The interval is 2c wide: (2c)²/12 = c²/3."),
    ],
    why="$\\tfrac12\\, n_\\text{in} \\cdot \\tfrac1{3 n_\\text{in}}$. Ten layers leave $6^{-10}$.",
)

BALANCED = Choice(
    id="3.balanced",
    prompt="Biases of variance 0.5, and weights with $\\tfrac12 n_\\text{in} s^2 = 0.5$: a ReLU "
    "network then keeps $\\mathbb E[z^2] = 1$ exactly. What is wrong with it?",
    options=[
        Option("nothing: size is kept", "Size is. Look at what tells two samples apart."),
        Option(
            "in each layer half of z² is the same for all samples",
            "The bias does not look at the sample; what does is halved, layer after layer.",
            right=True,
        ),
        Option("the gradient explodes", "It is halved in each layer."),
    ],
    why="A size is not a signal. Lesson 6 measures both.",
)

QUESTIONS = [HALF, BLOG, DEFAULT, BALANCED]
