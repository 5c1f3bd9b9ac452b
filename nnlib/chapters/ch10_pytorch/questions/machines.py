"""The questions of lesson 4: loaders, devices, and several machines."""

from nnlib.teaching.questions import Choice, Number, Option, Slip

MEAN = Number(
    id="10.mean",
    prompt="Two workers share a batch of three samples. The first has one, with gradient 6; the "
    "second has two, with gradients 0 and 3. Each takes its mean, and the means are averaged. What "
    "comes out?",
    answer=3.75,
    rtol=0,
    wrong=[
        Slip(3, "That is the mean over the three samples: what one machine finds."),
        Slip(4.5, "Of the second worker you took the sum. Its mean is 1.5."),
        Slip(7.5, "That is the sum of the two means."),
    ],
    why="$(6 + 1.5)/2 = 3.75$; the gradient of the batch is 3. The lonely sample counts twice.",
)

LOADER = Choice(
    id="10.loader",
    multiple=True,
    prompt="`DataLoader(data, batch_size=64)`, and nothing else. Which of these does it do?",
    options=[
        Option(
            "it shuffles in each epoch",
            "`shuffle=True` has to be said. The digits sorted by label: lesson 1 of chapter 7.",
        ),
        Option(
            "it gives a last, smaller batch",
            "The rest comes last.",
            right=True,
            missed="`drop_last` is False: the rest comes as a smaller batch.",
        ),
        Option("it puts the batches onto the GPU", "They stay where the data are."),
        Option(
            "it reads the data in the main process",
            "`num_workers` is 0.",
            right=True,
            missed="`num_workers` is 0: nothing runs beside it.",
        ),
    ],
    why="The defaults of PyTorch 2.13: `shuffle` off, `drop_last=False`, `num_workers=0`.",
)

BYTES = Number(
    id="10.bytes",
    prompt="A model of $10^9$ parameters in float32, trained with Adam. Parameters, gradients, and "
    "Adam's two memories: how many bytes, without any activations?",
    answer=16e9,
    wrong=[
        Slip(4e9, "Those are the parameters alone. Each has a gradient, an m and a v."),
        Slip(8e9, "Parameters and gradients. Adam keeps m and v, too."),
        Slip(12e9, "One of the four is missing: w, g, m, v."),
        Slip(32e9, "A float32 has 4 bytes."),
    ],
    why="Four arrays of $4 \\cdot 10^9$ bytes.",
)

DEVICE = Choice(
    id="10.device",
    prompt="`model.to('cuda')` and `x.to('cuda')`, each on a line of its own. What is wrong?",
    options=[
        Option(
            "the second line does nothing to `x`",
            "A module moves its own parameters. A tensor's `to` returns a copy: `x = x.to(...)`.",
            right=True,
        ),
        Option("the first line does nothing", "`Module.to` changes the module in place."),
        Option("nothing", "x is still where it was, and the product of both will raise an error."),
    ],
    why="Module and tensor have a method of one name that does two things.",
)

SAME = Choice(
    id="10.same",
    prompt="Eight workers, each with batches of 32, gradients averaged. Which single machine takes "
    "the same steps, dropout and batch norm aside?",
    options=[
        Option("one with batches of 32", "Each step rests on all eight batches."),
        Option(
            "one with batches of 256, at the same rate",
            "The mean of eight means of 32 is the mean of 256.",
            right=True,
        ),
        Option(
            "one with batches of 256, at eight times the rate",
            "Averaged gradients are as long as those of one worker. Whether a larger rate pays is "
            "another matter: chapter 7.",
        ),
    ],
    why="(10.12) with equal counts. Batch norm takes its statistics from each worker's 32 alone.",
)

QUESTIONS = [MEAN, LOADER, BYTES, DEVICE, SAME]
