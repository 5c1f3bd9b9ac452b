"""Wrong answers written by hand, to measure how many of them `check` explains.

`chapter_N.py` holds a list `ANSWERS` of what somebody wrote who had seen the exercise in the page
and not its registry, nor what `check` says. The registry is never written from these: they are the
exam, not the lesson. `tools/wrong_answers.py --by-hand` hands them all in and reports.

    # tests/answers/chapter_4.py
    from tests.answers import Answer

    ANSWERS = [
        Answer(
            id="4.3",
            code='''
    def linear_backward(X, W, dZ):
        return dZ @ W.T, X.T @ dZ, dZ.mean(axis=0, keepdims=True)
    ''',
            meant="db is a mean over the samples",
        ),
    ]
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """One answer as a learner would hand it in.

    id      of the exercise
    code    what stands in the cell: imports and helpers of the learner's own are welcome
    meant   what is wrong with it, in the author's words; empty for an answer that is right
    """

    id: str
    code: str
    meant: str = ""

    @property
    def source(self) -> str:
        """The code without the indentation that it has in its file."""
        return textwrap.dedent(self.code).strip() + "\n"


def every_answer() -> list[Answer]:
    """Return the answers of all chapters, in the order of their files."""
    files = sorted(Path(__file__).parent.glob("chapter_*.py"))
    modules = [import_module(f"{__name__}.{path.stem}") for path in files]
    return [answer for module in modules for answer in module.ANSWERS]
