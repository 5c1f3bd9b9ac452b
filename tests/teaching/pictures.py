"""What each frame of an explorer must be."""

from __future__ import annotations

from matplotlib.figure import Figure


def sentence_of(fig: object, sentence: str) -> str:
    """Return the sentence of a picture; assert that the two are fit to be shown."""
    assert isinstance(fig, Figure)
    assert sentence.endswith(".")
    for slip in ("nan", "--", "  "):
        assert slip not in sentence
    return sentence
