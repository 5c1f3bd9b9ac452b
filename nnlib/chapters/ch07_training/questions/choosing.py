"""The questions of lesson 5: choosing by one set, reporting by another, and whose hand it was."""

from nnlib.chapters.ch00_landing.split_and_seed import accuracies
from nnlib.teaching.questions import Choice, Number, Option, Slip

GUESSERS = Choice(
    id="7.guessers",
    prompt="1,000 classifiers guess at random among ten classes. You keep the one that is best on "
    "217 validation digits. What accuracy does it have there, and what on 300 other digits?",
    options=[
        Option("10 % and 10 %", "The best of a thousand is above the mean: it was chosen so."),
        Option(
            "some 17 % and about 10 %",
            "It was chosen for its luck, which stays behind.",
            right=True,
        ),
        Option("some 17 % on both", "It knows nothing. Why should it do better than others again?"),
        Option("100 % and 10 %", "A thousand tries are not enough for that much luck."),
    ],
    why="In twenty tries the best had 16 to 19 %, and then 6 to 13 %. The luck stays behind when "
    "the data change.",
)

HALFWAY = Number(
    id="7.halfway",
    prompt="Draw a rate between 0.001 and 10, even on a log scale. Below which value does half of "
    "the draws lie?",
    answer=0.1,
    rtol=0.02,
    wrong=[
        Slip(
            5, "That is the middle of a linear scale. Here each power of ten gets the same share."
        ),
        Slip(1, "Of the four powers of ten from 0.001 to 10, three lie below 1."),
        Slip(0.01, "Count powers of ten: from 0.001 to 0.01 is one of four."),
    ],
    why="By (7.10): $0.001 \\cdot 10000^{1/2}$. Evenly on a linear scale, 0.1 and below would be "
    "drawn once in a hundred times.",
)

BORDER = Choice(
    id="7.border",
    prompt="Split 9, whole images: the winner has $B = 4$, the smallest that was tried. What "
    "follows?",
    options=[
        Option("4 is the best batch size", "It is the best of those that were tried."),
        Option(
            "smaller ones may be better: search on there",
            "The winner stands at the border.",
            right=True,
        ),
        Option("the search was useless", "It has shown where to look next."),
    ],
    why="Lesson 3 tried rates from 0.011 to 5.7, and none of its best ones lies at an end.",
)

_IMAGES, _FORMS = accuracies("450 images"), accuracies("3 forms")

BELIEVED = Choice(
    id="7.believed",
    prompt="Since the landing page you have read that networks of this book read 97 or 98 % of the "
    "digits they never saw. You write a digit on paper and scan it. What do you expect?",
    options=[
        Option(
            "97 or 98 %: it has never seen mine either",
            "It had never seen those images, and "
            "had seen others by the same hand. Yours it does not know.",
        ),
        Option(
            "less, and I can't say how much from that number",
            "That number never met a new hand.",
            right=True,
        ),
        Option(
            "10 %: it learned those people only", "What people share in their digits, it knows."
        ),
    ],
    why=f"Whole forms held out, the landing page's network reads {_FORMS.mean():.1%} instead of "
    f"{_IMAGES.mean():.1%}.",
)

SEVENS = Choice(
    id="7.sevens",
    prompt="Form 3: 94 % with its other half seen, 87 % without. Look at the digits. What did the "
    "networks learn from the other half?",
    options=[
        Option("how this hand writes its sevens", "Six of the eight below are sevens.", right=True),
        Option(
            "the background of this form", "Then other digits would suffer as much as the sevens."
        ),
        Option("nothing: it is chance", "Of three seeds it is so in each."),
    ],
    why="Thirteen of the fourteen forms lose, by 2.5 points on average.",
)

EFFECTIVE = Choice(
    id="7.how-many-hands",
    prompt="Two forms held out: some 257 digits. $\\sqrt{p(1-p)/m}$ gives a spread of 1.6 points; "
    "over twenty splits the test accuracies spread by 3.5. Why more?",
    options=[
        Option("twenty splits are too few", "They would have to be off by a factor of two."),
        Option(
            "the digits of one hand are read well or badly together",
            "The formula wants independent samples. Here are two hands.",
            right=True,
        ),
        Option("the formula is for larger m", "By image it fits: 1.0 against 1.1."),
    ],
    why="Split by image, formula and measurement agree. What is held out together counts as one.",
)

DIFFER = Choice(
    id="7.differ",
    prompt="300 test digits, drawn one by one. Network one reads 98.3 %, network two 97.0 %. Is "
    "the first better?",
    options=[
        Option(
            "yes: 1.3 is more than 0.7",
            "0.7 is the spread of one number. A difference has 1.2, if the errors are independent.",
        ),
        Option(
            "can't be said from these two numbers",
            "The difference spreads by 1.2 points, even before seed and split.",
            right=True,
        ),
        Option("no: they are equal", "That has not been shown either."),
    ],
    why="$\\sqrt{0.75^2 + 0.98^2} \\approx 1.2$. Compare digit by digit on the same test set: that "
    "removes what both find hard.",
)

QUESTIONS = [GUESSERS, HALFWAY, BORDER, BELIEVED, SEVENS, EFFECTIVE, DIFFER]
