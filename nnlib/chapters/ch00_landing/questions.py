"""The question of the landing page: what thirty runs allow one to say."""

from nnlib.chapters.ch00_landing.split_and_seed import accuracies
from nnlib.teaching.questions import Choice, Option

_IMAGES, _FORMS = accuracies("450 images"), accuracies("3 forms")
_FIRST = _IMAGES[0, 0]
_AS_GOOD = (_IMAGES >= _FIRST).sum()

HEADLINE = Choice(
    id="0.headline",
    prompt="Thirty runs of one network, and room for one sentence. Which may you print?",
    options=[
        Option(
            f"It reads {_FIRST:.1%} of the digits that it has never seen.",
            f"That is split 0. {_AS_GOOD} of the 30 runs read as many; "
            f"the lowest reads {_IMAGES.min():.1%}.",
        ),
        Option(
            f"With a well-chosen split and seed it reads {_IMAGES.max():.1%}.",
            "You chose them by the very digits that were to judge the choice. On fresh digits "
            "the best of thirty need not be the best again.",
        ),
        Option(
            f"Over ten splits and three seeds it reads {_IMAGES.mean():.1%}, from "
            f"{_IMAGES.min():.1%} to {_IMAGES.max():.1%}.",
            "A mean with its spread, and what was varied.",
            right=True,
        ),
        Option(
            f"It will read about {_IMAGES.mean():.1%} of your digits.",
            "You are on none of these forms. Choose whole forms in the figure: the mean is "
            f"{_FORMS.mean():.1%}, and those are still digits from the same few people.",
        ),
    ],
    why="And it is about images whose neighbors on the same form were learned from: holding out "
    f"whole forms gives {_FORMS.mean():.1%}, from {_FORMS.min():.1%} to {_FORMS.max():.1%}.",
)

QUESTIONS = [HEADLINE]
