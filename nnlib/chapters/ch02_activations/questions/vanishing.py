"""The questions of lesson 2: what is left of a gradient."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

TWENTY = Choice(
    id="2.twenty",
    prompt="Twenty layers with 100 sigmoids each, weights of variance $\\tfrac1{100}$: one "
    "over the "
    "number of inputs, a usual choice. A gradient of size 1 enters at the top. How large is "
    "it when "
    "it leaves at the bottom?",
    options=[
        Option("about 0.1", "Each layer costs about a factor of 4, and there are twenty."),
        Option(
            "about 1e-6", "That is what ten layers leave. Each layer costs a factor of about 4."
        ),
        Option("about 1e-12", "And a little less: 2.6 · 10⁻¹³.", right=True),
        Option("about 1", "The weights keep it in balance. The slopes, at most 1/4, do not."),
    ],
    why="Each layer multiplies it by about 0.23, and $0.23^{20} \\approx 10^{-13}$.",
)

BOUND = Number(
    id="2.bound",
    prompt="All weights 1: how many sigmoid layers does it take until the bound $4^{-L}$ "
    "falls below "
    "$10^{-9}$?",
    answer=15,
    rtol=0,
    wrong=[
        Slip(14, "4⁻¹⁴ is 3.7 · 10⁻⁹, still above. Round 14.9 up."),
        Slip(30, "That is 2⁻ᴸ: with weights 2."),
        Slip(9, "That is 10⁻ᴸ. Each layer costs a factor of 4."),
        Slip(16, "15 do: 4⁻¹⁵ is 9.3 · 10⁻¹⁰."),
    ],
    why="$L > 9 / \\log_{10} 4 = 14.9$.",
)

BOUND_2 = Number(
    id="2.bound-two",
    prompt="And if all weights are 2?",
    answer=30,
    rtol=0,
    wrong=[
        Slip(15, "That is with weights 1. Now each factor is at most 2 · 1/4."),
        Slip(8, "Larger weights make the product larger, so it takes more layers."),
        Slip(29, "2⁻²⁹ is 1.9 · 10⁻⁹, still above."),
    ],
    why="Each factor is at most $\\tfrac12$: $L > 9 / \\log_{10} 2 = 29.9$. With weights 4 "
    "the bound "
    "says nothing.",
)

HALF = Choice(
    id="2.half",
    prompt="For ReLU, $f'(z)^2$ is 0 left of 0 and 1 right of it. Which share of the bell is "
    "shaded, "
    "and how does it depend on the bell's width?",
    options=[
        Option("half of it, for any width", "The bell is the same on both sides.", right=True),
        Option("all of it, for a narrow bell", "However narrow, half of the bell is left of 0."),
        Option("a quarter of it, for any width", "The squared slope is 1 there: 1² is 1."),
        Option("the more, the wider", "A wider bell is wider on both sides."),
    ],
    why="$\\mathbb E[f'(z)^2] = \\tfrac12$ whatever $q$ is.",
)

TANH_WHERE = Choice(
    id="2.tanh-where",
    prompt="tanh, $n s^2 = 1$. Move *layer* from 1 to 20, from the input up. Where does a gradient "
    "that comes from the top lose most?",
    options=[
        Option(
            "in the layers near the top",
            "There the bell is narrow and nearly all of it is shaded: χ = 0.95 in layer 20.",
        ),
        Option("in each the same", "Look at χ: 0.46 in layer 1, 0.95 in layer 20."),
        Option(
            "in the layers near the input",
            "There the bell is wide and reaches where tanh is flat: χ = 0.46 in layer 1.",
            right=True,
        ),
    ],
    why="On its way back the gradient shrinks ever faster. A layer *added on top* costs less "
    "than the "
    "one before.",
)

LEAKY = Number(
    id="2.leaky-chi",
    prompt="A leaky ReLU has slope 1 on the right and $\\tfrac12$ on the left. Which $n s^2$ makes "
    "$\\chi = 1$?",
    answer=1.6,
    wrong=[
        Slip(2, "That is for ReLU. Here the left half lets something through."),
        Slip(4 / 3, "You took the mean of the slopes, 3/4. It is the mean of their squares."),
        Slip(16 / 9, "You squared the mean slope. It is the mean of the squares."),
        Slip(0.625, "That is the mean square of the slope. n s² has to undo it."),
        Slip(0.8, "Half of the bell has slope 1 and half of it 1/2: divide the sum by 2."),
    ],
    why="$\\mathbb E[f'^2] = \\tfrac12 (1 + \\tfrac14) = \\tfrac58$, and $\\tfrac85 \\cdot "
    "\\tfrac58 = 1$.",
)

FIRST_Q = Number(
    id="2.first-q",
    prompt="Inputs that are 0 or 1, half of them 1, and weights with $n s^2 = 2$. What is the "
    "variance "
    "$q$ of $z$ in the first layer?",
    answer=1,
    wrong=[
        Slip(
            0.5,
            "You multiplied by the variance of x, 1/4. It is the mean square that enters: the mean "
            "of x does not drop out, since w multiplies it.",
        ),
        Slip(2, "That is for inputs of mean square 1. Here E[x²] is 1/2."),
        Slip(0.25, "That is the variance of x."),
        Slip(4, "n s² E[x²]: multiply, do not divide."),
    ],
    why="$q_1 = n s^2\\, \\mathbb E[x^2] = 2 \\cdot \\tfrac12$. With ReLU it stays 1 from then on.",
)

BAND = Choice(
    id="2.band",
    prompt="ReLU with variance $2/n$ has $\\chi = 1$. Fifty layers, twenty networks. What does the "
    "gradient of a *single* network do?",
    options=[
        Option("it stays at 1, as χ says", "χ is about the mean over networks. Look at the band."),
        Option(
            "it wanders: one network ends at half, another at one and a half",
            "The factors of each layer are random, and their spread adds up.",
            right=True,
        ),
        Option(
            "it vanishes slowly", "Some networks end above 1, and the mean square stays near 1."
        ),
    ],
    why="The mean square over all networks is kept; single ones drift apart.",
)

QUESTIONS = [TWENTY, BOUND, BOUND_2, HALF, TANH_WHERE, LEAKY, FIRST_Q, BAND]
