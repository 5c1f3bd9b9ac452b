"""The smallest edit of a solution that does what a wrong answer does, said in words.

`edits` holds the slips that people make, as edits of a syntax tree; `words` says them; `search`
finds those that give the learner's very results on every probe.
"""

from nnlib.teaching.slips.search import Slip, find, laboratory
from nnlib.teaching.slips.words import Words

__all__ = ["Slip", "Words", "find", "laboratory"]
