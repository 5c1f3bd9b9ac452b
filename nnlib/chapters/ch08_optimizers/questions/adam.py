"""The questions of lesson 4: a rate for each weight."""

from nnlib.teaching.questions import Blanks, Choice, Number, Option, Slip

THOUSAND = Choice(
    id="8.thousand",
    prompt="You multiply the loss by 1,000 and change nothing else. What becomes of a step?",
    options=[
        Option(
            "SGD's and Adam's are 1,000 times as long",
            "SGD's is: it is η g. Adam divides by the size of the gradients, which grows as well.",
        ),
        Option(
            "SGD's is 1,000 times as long, Adam's is what it was",
            "Adam divides a mean of gradients by their size: the factor cancels.",
            right=True,
        ),
        Option(
            "both are what they were, since the minimum is where it was",
            "The minimum is. But the gradient is 1,000 times as long, and SGD takes η g.",
        ),
        Option("I don't know yet", "Move the unit in the figure below, and see.", unsure=True),
    ],
    why="The minimum does not move. Only Adam's way there does not depend on the unit.",
)

FIRST_RMS = Number(
    id="8.first-rms",
    prompt="RMSProp starts with $s = 0$ and has $\\rho = 0.99$, and the first gradient is 3. How "
    "many times $\\eta$ is its first step?",
    answer=10,
    wrong=[
        Slip(1, "That would be so if s were 9. It is 0.99 · 0 + 0.01 · 9 = 0.09."),
        Slip(100, "s is 0.01 g², and the step divides by its root."),
        Slip(0.1, "The root of s is a tenth of g. The step is g divided by it."),
        Slip(30, "The step is η g / √s with g = 3 and √s = 0.3."),
    ],
    why="$3/\\sqrt{0.09} = 10$, whatever the gradient is: an average that starts at 0 is too small "
    "at first.",
)

AVERAGE = Blanks(
    id="8.two-steps",
    prompt="$\\beta_1 = 0.5$, and $m_0 = 0$. Two gradients, 4 and 2: what are $m_1$ and $m_2$, and "
    "what do they become when divided by $1 - \\beta_1^t$?",
    given={"g": [[4, 2]]},
    blanks={"m": [[2, 2]], "corrected": [[4, 8 / 3]]},
    wrong=[
        Slip({"m": [[4, 3]]}, "You start from m = 4. It starts from 0: m₁ = 0.5 · 0 + 0.5 · 4."),
        Slip({"m": [[2, 3]]}, "m₂ halves m₁, which is 2, and adds half of 2."),
        Slip({"corrected": [[4, 4]]}, "In the second step divide by 1 − 0.5², which is 0.75."),
        Slip({"corrected": [[2, 2]]}, "Divide by 1 − 0.5 in step 1 and by 1 − 0.25 in step 2."),
    ],
    why="Corrected, $m_2$ is a mean: a third of 4 and two thirds of 2.",
)

LEFT = Number(
    id="8.left-on-zero",
    prompt="$\\beta_2 = 0.999$. After 100 steps, which share of the weight in $v$ still lies on "
    "the start, 0?",
    answer=0.9048,
    rtol=0.003,
    wrong=[
        Slip(0.0952, "That is what lies on the gradients, 1 − β₂¹⁰⁰. On the start lies the rest."),
        Slip(0.999, "That is the share after one step. Each step multiplies it by 0.999."),
        Slip(0.9, "Nearly: 1 − 100 · 0.001 is the first term. It is 0.999¹⁰⁰."),
    ],
    why="$0.999^{100} = 0.905$: without the correction $v$ would be ten times too small.",
)

LARGEST = Choice(
    id="8.largest",
    prompt="$\\beta_1 = 0.9$, $\\beta_2 = 0.999$, many steps. Which gradients make Adam's next "
    "step longest?",
    options=[
        Option("the same gradient in each step", "Then m̂ and √v̂ are both its size: one η."),
        Option("0 in each step but the last", "That makes about 3 η. There is a longer one."),
        Option(
            "gradients that grow by 11 % from step to step",
            "About 7 η: v forgets so slowly that it still averages over the small ones.",
            right=True,
        ),
        Option("gradients with changing signs", "Then m̂ is near 0, and so is the step."),
    ],
    why="(8.25) has its equality where $g_i$ goes as $(\\beta_2/\\beta_1)^i$: 1.11 per step.",
)

TURNED = Choice(
    id="8.turned",
    prompt="Turn the ravine from 0° to 45°. Whose way down changes?",
    options=[
        Option(
            "that of RMSProp and of Adam alone",
            "They scale each coordinate by itself. The other two know no coordinates.",
            right=True,
        ),
        Option("that of all four", "Switch to gradient descent: the same losses at each angle."),
        Option("of none: a turned ravine is the same ravine", "Try RMSProp at 0° and at 45°."),
        Option("that of momentum alone", "A sum of gradients turns with the ravine."),
    ],
    why="$Hw$ turns with the ravine, and so does each sum of gradients. Squares of coordinates do "
    "not.",
)

DRIFT = Number(
    id="8.drift",
    prompt="$C = 4$, $\\beta_1 = 0$, $\\beta_2 = 1/17$. In the long run the three steps of a round "
    "are $-1.03$, $+0.74$ and $+0.98$ times $\\eta$. How many $\\eta$ does $x$ move in a round?",
    answer=0.69,
    rtol=0.02,
    wrong=[
        Slip(-0.69, "Add them with their signs: the two small ones together are longer."),
        Slip(2.75, "The first step has the other sign."),
        Slip(-1.03, "That is the first step. Two more follow."),
    ],
    why="Upward, away from $-1$, in each round.",
)

QUESTIONS = [THOUSAND, FIRST_RMS, AVERAGE, LEFT, LARGEST, TURNED, DRIFT]
