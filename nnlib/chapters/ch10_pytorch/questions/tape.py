"""The questions of lesson 2: broadcasting backward, what is recorded, and what adds up."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

ROW = Blanks(
    id="10.row",
    prompt="A row $b$ of three numbers is added to two rows $Z$, and the loss sends back "
    "$dZ$ for the sum. What is due to $b$?",
    given={"dZ": [[1, 0, 2], [-1, 3, 1]]},
    blanks={"db": [[0, 3, 3]]},
    wrong=[
        Slip({"db": [[1, 0, 2]]}, "That is the first row alone. b was added to both rows."),
        Slip({"db": [[0, 1.5, 1.5]]}, "That is a mean. Each copy changes the loss for itself."),
        Slip({"db": [[3, 3, 3]]}, "Those are sums along the rows. b was copied down the columns."),
    ],
    why="NumPy copied b for each row. Backward, a copy is a sum, (4.1).",
)

COLUMN = Number(
    id="10.column",
    prompt="$Z$ has the shape (32, 10, 10). You add an array of shape (10, 1), and its gradient is "
    "an array of that shape again. How many entries of $dZ$ are summed for each of its entries?",
    answer=320,
    rtol=0,
    wrong=[
        Slip(32, "That is the axis in front. The axis of length 1 was copied, too."),
        Slip(10, "That is the last axis. It was copied along the 32 as well."),
        Slip(3200, "All of them go somewhere, but to ten different entries."),
    ],
    why="3,200 entries come back and 10 are due: $32 \\cdot 10$ each.",
)

SEED = Choice(
    id="10.seed",
    prompt="Chapter 4's `sweep` began with the number 1 at the last value. Now the last value may "
    "be an array. PyTorch refuses `Z.backward()` for it: *grad can be implicitly created only for "
    "scalar outputs*. Why?",
    options=[
        Option(
            "an array has no gradient",
            "Each of its entries has one. Together they are a Jacobian.",
        ),
        Option(
            "the way back starts from one loss; for an array you must say what each entry counts",
            "`Z.backward(dZ)` takes the weights: the gradient of the sum of dZ times Z.",
            right=True,
        ),
        Option("it is too large for memory", "It would refuse an array of two numbers, too."),
    ],
    why="Going back multiplies a row by Jacobians, (4.2). The row has to come from somewhere.",
)

TWICE = Number(
    id="10.twice",
    prompt="`w` holds 3 and wants a gradient. `(w * w).backward()` runs once, then, without "
    "anything in between, `(w * w).backward()` again. What is `w.grad`?",
    answer=12,
    rtol=0,
    wrong=[
        Slip(6, "That is what each pass finds. PyTorch adds it to what is there."),
        Slip(36, "The two are added, not multiplied."),
        Slip(18, "6 from each of two passes: w * w has two wires from w, and both are in the 6."),
    ],
    why="$6 + 6$. A tensor used twice has two wires, which add; PyTorch lets two passes add, too.",
)

FRICTION = Choice(
    id="10.friction",
    prompt="Without `zero_grad`, step $t$ subtracts $\\eta\\,(g_1 + g_2 + \\dots + g_t)$. Which "
    "optimizer is that?",
    options=[
        Option(
            "SGD with a rate that grows like $t$",
            "So it is if all gradients are equal. They change as w moves.",
        ),
        Option("SGD with a large batch", "The gradients in the sum are of different weights w."),
        Option(
            "momentum with $\\mu = 1$",
            "v is the sum of all gradients: none is ever forgotten.",
            right=True,
        ),
        Option("Adam", "Adam divides by the size of the gradients."),
    ],
    why="$v \\leftarrow 1 \\cdot v + g$ and $w \\leftarrow w - \\eta v$: (10.9).",
)

CUT = Number(
    id="10.cut",
    prompt="`w` holds 3. What is `w.grad` after `(w * w.detach()).backward()`?",
    answer=3,
    rtol=0,
    wrong=[
        Slip(6, "Only one of the two wires is recorded. `detach` gives the number alone."),
        Slip(9, "That is the value."),
        Slip(0, "One factor is still w itself."),
    ],
    why="The second factor is a constant 3 on the way back.",
)

IN_PLACE = Choice(
    id="10.in-place",
    prompt="`loss = (x * w).sum()`. Then `x` is changed, then `loss.backward()`. For $dw$ the tape "
    "needs $x$. Which way of changing `x` does PyTorch *not* notice?",
    options=[
        Option("`x[:] = 5`", "That is in place: it raises the version of x, and PyTorch looks."),
        Option("`x += 1`", "That is in place, and counted."),
        Option(
            "`x.numpy()[:] = 5`",
            "NumPy has the same memory and knows nothing of versions: dw is wrong, in silence.",
            right=True,
        ),
        Option("`x = 5 * x`", "That gives the name to a new tensor. The old one is untouched."),
    ],
    why="`nnlib` counts nothing. Its dense layer keeps X itself: change it between forward and "
    "backward, and dW is wrong.",
)

QUESTIONS = [ROW, COLUMN, SEED, TWICE, FRICTION, CUT, IN_PLACE]
