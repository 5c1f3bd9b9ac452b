"""The questions of the opening page and of lesson 1: the loop, its order, its last batch."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

START = Choice(
    id="7.start",
    prompt="Two runs read the same 1,280 digits ten times, with the rate 0.1 both. One takes 10 "
    "steps, on all digits at once; the other 400, on 32 digits each. The loss starts near 2.3. "
    "Where does it end?",
    options=[
        Option(
            "2.15 and 0.22: the second is far ahead",
            "The same reading, forty times as many steps. Lesson 1 lets you write both runs.",
            right=True,
        ),
        Option(
            "0.2 and 0.2: both have read the same",
            "They have read the same and moved differently: 10 steps against 400.",
        ),
        Option(
            "0.2 and 1: the exact gradient wins",
            "An exact gradient and ten short steps. How far can ten steps of 0.1 lead?",
        ),
        Option("I don't know yet", "Lesson 1 begins here.", unsure=True),
    ],
    why="Most of the samples in a large batch tell you what the others have told you already.",
)

STEPS = Number(
    id="7.steps",
    prompt="60,000 images in batches of 64: how many steps has one pass over all of them?",
    answer=938,
    rtol=0,
    wrong=[
        Slip(937, "937 full batches leave 32 images over. They make one more, smaller batch."),
        Slip(937.5, "There is no half step: the last 32 images are a batch of their own."),
        Slip(64, "That is the size of a batch. How many such batches are there?"),
    ],
    why="$937 \\cdot 64 = 59{,}968$; the last 32 make step 938.",
)

MEAN = Number(
    id="7.mean-of-means",
    prompt="Three samples with loss 1 form one batch, and a fourth with loss 5 is alone in the "
    "last one. What is the mean loss of the epoch?",
    answer=2,
    rtol=0,
    wrong=[
        Slip(
            3, "That is the mean of the two batch means, 1 and 5. The lonely sample counts 3-fold."
        ),
        Slip(8, "That is the sum over the samples. Divide it by their number."),
        Slip(6, "That is the sum of the batch means."),
    ],
    why="$(3 \\cdot 1 + 1 \\cdot 5)/4 = 2$. The mean of batch means would be 3.",
)

WEIGHT = Number(
    id="7.last-weight",
    prompt="$n = 50{,}000$ and $B = 128$. In the mean of all batch means, how many times its share "
    "$1/n$ does a sample of the last batch count?",
    answer=1.6,
    rtol=0.01,
    wrong=[
        Slip(0.625, "Upside down: it counts more, not less."),
        Slip(80, "80 is the size of the last batch. What is its weight, 1 in 391 by 1 in 80?"),
        Slip(625, "You forgot the mean over the 391 batches: 1/80 is its weight in its own batch."),
    ],
    why="391 batches, the last of 80: $\\frac{50000}{391 \\cdot 80} = 1.60$.",
)

LAST_STEP = Choice(
    id="7.last-step",
    prompt="1,283 digits, $B = 32$, rate 0.3: each epoch ends with a step on three digits. What "
    "does that one step of 41 do to the training loss?",
    options=[
        Option("nothing to speak of", "It is one step of 41, and the noisiest: look at the table."),
        Option(
            "now and then it more than doubles it",
            "Its gradient is that of three digits, and far noisier, at the same rate.",
            right=True,
        ),
        Option(
            "it halves it: three digits are learned well",
            "Those three, perhaps. The others pay for it.",
        ),
    ],
    why="In about a quarter of 200 epochs. With its rate times 3/32: in none.",
)

SORTED = Choice(
    id="7.sorted",
    prompt="You sort the digits by label and never shuffle: batches of zeros first, of nines last. "
    "The mean loss of the batches, as you see it during epoch 20, is 0.2. What is the training "
    "loss *after* that epoch?",
    options=[
        Option("also about 0.2", "Each batch is judged while the network is tuned to its class."),
        Option("lower: it goes on learning", "It goes on learning nines. What of the zeros?"),
        Option("about 1", "It ends full of nines, and has forgotten others.", right=True),
    ],
    why="The network follows along: what it sees is easy just then. Medians of five: 0.2 seen, 1.1 "
    "after.",
)

QUESTIONS = [START, STEPS, MEAN, WEIGHT, LAST_STEP, SORTED]
