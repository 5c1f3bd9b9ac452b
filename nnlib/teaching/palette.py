"""The colors of the book: the one list that figures, panels and stylesheets are held to."""

from __future__ import annotations

# Name: on light pages, on dark pages. The hues are Okabe and Ito's, which color-blind readers
# can tell apart (https://jfly.uni-koeln.de/color/). On dark pages they are lighter.
COLORS = {
    "blue": ("#0072B2", "#56ADEB"),
    "vermillion": ("#D55E00", "#F58B45"),
    "green": ("#009E73", "#35CFA1"),
    "purple": ("#CC79A7", "#EBA6CC"),
    "orange": ("#E69F00", "#F7C04A"),
    "sky": ("#56B4E9", "#A3DBFF"),
    "ink": ("#1F2328", "#E6EAEF"),
    "muted": ("#59636E", "#A9B3BE"),
    "grid": ("#D9DEE3", "#3A424C"),
    "paper": ("#FDFCFA", "#15181D"),
}
# The hues for text: a contrast of 4.5 or more on the page and on its tints.
TEXT = {
    "blue": ("#00609A", "#7CC0EC"),
    "vermillion": ("#A84600", "#F5A06C"),
    "green": ("#006B4F", "#5BD0AC"),
    "purple": ("#96396E", "#E5AECD"),
    "orange": ("#7D5400", "#EFC264"),
    "sky": ("#1B648F", "#90CFF3"),
}
HUES = ("blue", "vermillion", "green", "purple", "orange", "sky")
