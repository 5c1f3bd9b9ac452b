"""Questions that are answered without code: choices, a number, the blanks of a worksheet.

    # nnlib/chapters/chNN_name/questions.py
    QUESTIONS = [
        Number(
            id="4.mean",
            prompt="Two losses, 1 and 4: what is their mean?",
            answer=2.5,
            wrong=[Slip(5, "That is the sum; a mean divides it by their number.")],
            why="(1 + 4) / 2.",
        ),
    ]

A question knows its right answer, and what a reader saw who gives one of the foreseen wrong ones.
A question that would tell two mistakes the same, or a mistake nothing, is a ValueError.

A built page judges in JavaScript what a notebook judges here. The two must not differ, so
assets/ask.js has the same functions in the same order, and the tests drive both over one table.
An *entry* is what a reader hands in: a list of indices, a text, or texts by array, row, column.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from difflib import get_close_matches
from math import isfinite
from typing import Any, ClassVar

import numpy as np

from nnlib.teaching.rooms import ELSEWHERE, furniture, rooms

MAX_BLANKS = 60
"""More entries than this are no worksheet for a phone."""

# --- reading a number ---------------------------------------------------------------------------

_MINUS = re.compile("[\u2010-\u2013\u2212\ufe63\uff0d]")
_SPACE = re.compile("[ \t\n\r\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_NUMERAL = r"(?:[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+|\.)?|[.,][0-9]+)"
_POWER = r"10 ?(?:\^|\*\*) ?(?:\{([-+]?[0-9]+)\}|\(([-+]?[0-9]+)\)|([-+]?[0-9]+))"
_SCALED = re.compile(
    rf"([-+]?) ?(?:{_POWER}|({_NUMERAL})(?:[eE]([-+]?[0-9]+)| ?[·⋅*×x] ?{_POWER})?)"
)
_LITERAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Reading:
    """What was made of an entry: `state` is "empty", "unread" or "number"."""

    state: str
    value: float = 0.0
    shown: str = ""
    """The value as it was read, where that is not what was typed: "0.5" for 1/2."""


def read(text: str) -> Reading:
    """Read a number as people write it: 1/2, -3/4, 0.5, 0,5, .5, −1, 1e-5, 1·10^-5, 2 000.

    A comma is a decimal comma, never a separator of thousands; spaces may group digits in threes.
    """
    tidy = _MINUS.sub("-", _SPACE.sub(" ", text)).strip(" ")
    if not tidy:
        return Reading("empty")
    raised = re.sub("[⁰¹²³⁴-⁹⁺⁻]+", lambda run: "^" + run[0].translate(_RAISED), tidy)
    parts = [_scaled(part.strip(" ")) for part in re.split("[/\u2044\u2215]", raised)]
    if len(parts) > 2 or None in parts or (len(parts) == 2 and parts[1] == 0):
        return Reading("unread")
    numbers = [part for part in parts if part is not None]
    value = numbers[0] / numbers[1] if len(numbers) == 2 else numbers[0]
    if not isfinite(value):
        return Reading("unread")
    return Reading("number", value, "" if _LITERAL.fullmatch(tidy) else written(value))


def _scaled(text: str) -> float | None:
    found = _SCALED.fullmatch(text)
    if found is None:
        return None
    sign, a, b, c, numeral, exponent, d, e, f = found.groups()
    power = next((p for p in (a, b, c, exponent, d, e, f) if p is not None), "0")
    digits = (numeral or "1").replace(" ", "").replace(",", ".")
    value = float(f"{sign}{digits}e{power}")
    return value if isfinite(value) else None


def written(value: float) -> str:
    """Write a number in up to six digits, as assets/ask.js does: 0.333333, 2000, 1e-5."""
    rounded = Context(prec=6, rounding=ROUND_HALF_UP).create_decimal(Decimal(float(value)))
    if rounded == 0:
        return "0"
    power = rounded.adjusted()
    if -4 <= power < 6:
        text = f"{rounded:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits = f"{rounded.scaleb(-power):f}"
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + f"e{power}"


# --- what a verdict is made of ------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """The answer to one entry.

    `state` is "right", "wrong", "unread" (something is no number) or "open" (something is
    missing, nothing is wrong). `lines` are plain text with `code`. `marks` has one of these
    states for each option (empty if it was not chosen) or each blank, row by row.
    """

    state: str
    lines: list[str]
    marks: Any = field(default_factory=list)


@dataclass(frozen=True)
class Option:
    """One choice. `text` answers who chose it, `missed` who left it out where several are right.

    `unsure` is for "I don't know yet": whoever chooses it is told the text, and nothing of wrong.
    """

    label: str
    text: str
    right: bool = False
    missed: str = ""
    unsure: bool = False


@dataclass(frozen=True)
class Slip:
    """A foreseen wrong answer: a number, or arrays by their name; and what led there."""

    value: Any
    text: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Question(ABC):
    """What the kinds share. `prompt` and `why` are MyST Markdown with $mathematics$."""

    kind: ClassVar[str]
    id: str
    prompt: str
    why: str

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not re.fullmatch(r"[0-9]+\.[a-z][a-z0-9-]*", self.id):
            raise ValueError(f'expected an id such as "4.nudge", got {self.id!r}')
        for name in ("prompt", "why"):
            self._text(name, getattr(self, name))
        self._refuse_misfits()
        verdict = self.judge(self.right_entry())
        if verdict.state != "right":
            raise ValueError(f"{self.id}: expected the answer to be right, got {verdict.lines}")
        for entry, text in self.wrong_entries():
            self._refuse_untold(self.judge(entry), text)

    def _text(self, name: str, text: object) -> None:
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{self.id}: expected {name} to be a text, got {text!r}")

    def _refuse_same_texts(self, texts: Sequence[str]) -> None:
        for text in texts:
            self._text("what a wrong answer is told", text)
            if texts.count(text) > 1:
                raise ValueError(f"{self.id}: expected a text for each mistake, got twice: {text}")

    def _refuse_untold(self, verdict: Verdict, text: str) -> None:
        told = " ".join(verdict.lines)
        if verdict.state != "wrong" or text not in told:
            raise ValueError(
                f"{self.id}: expected its wrong answer to be told {text!r}, "
                f"got {verdict.state}: {told!r}. Is it another one's value, or the right one?"
            )

    @abstractmethod
    def _refuse_misfits(self) -> None:
        """Raise ValueError where the parts do not make a question."""

    @abstractmethod
    def right_entry(self) -> Any:
        """Return an entry that is right."""

    @abstractmethod
    def wrong_entries(self) -> Iterator[tuple[Any, str]]:
        """Yield an entry for each foreseen mistake, and the text it must be told."""

    @abstractmethod
    def judge(self, entry: Any) -> Verdict:
        """Judge what a reader handed in."""

    @abstractmethod
    def key(self) -> dict[str, Any]:
        """Return what the page judges by, as JSON: numbers, texts, and nothing to typeset."""

    @abstractmethod
    def plain(self) -> str:
        """Return the question in plain text, without its answer."""


NOTHING = "Nothing entered yet."
NOT_QUITE = "Not quite."
AS_NUMBER = "Write numbers as 0.5, 1/2, -3 or 1e-5."


def _unreadable(text: str) -> str:
    tidy = _SPACE.sub(" ", text).strip(" ").replace("`", "'")
    short = tidy if len(tidy) <= 20 else tidy[:20] + "…"
    return f"I can't read “{short}” as a number."


# --- choices ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice(Question):
    """One of several, or with `multiple` all that are right. The order stays as it is written."""

    kind: ClassVar[str] = "choice"
    options: Sequence[Option]
    multiple: bool = False

    def _refuse_misfits(self) -> None:
        options = self.options
        if len(options) < 2 or not all(isinstance(option, Option) for option in options):
            raise ValueError(f"{self.id}: expected two Options or more, got {options!r}")
        labels = [option.label for option in options]
        for label in labels:
            self._text("the label of an option", label)
        if len(set(labels)) < len(labels):
            raise ValueError(f"{self.id}: expected each label once, got {labels}")
        right = sum(option.right for option in options)
        if right != 1 and not (self.multiple and right):
            wanted = "one or more options" if self.multiple else "one option"
            raise ValueError(f"{self.id}: expected {wanted} with right=True, got {right}")
        if any(option.unsure and (option.right or self.multiple) for option in options):
            raise ValueError(
                f"{self.id}: expected unsure=True where one option is right, not at it"
            )
        for option in options:
            if bool(option.missed) != (self.multiple and option.right):
                raise ValueError(
                    f"{self.id}: expected missed= at the right options of multiple=True, "
                    f"where one can be left out, and there only; see {option.label!r}"
                )
        self._refuse_same_texts([o.text for o in options] + [o.missed for o in options if o.missed])

    def right_entry(self) -> list[int]:
        return [i for i, option in enumerate(self.options) if option.right]

    def wrong_entries(self) -> Iterator[tuple[list[int], str]]:
        right = set(self.right_entry())
        for i, option in enumerate(self.options):
            if option.unsure:
                continue
            if not option.right:
                yield (sorted(right | {i}) if self.multiple else [i]), option.text
            elif self.multiple and len(self.options) > 1:
                rest = sorted(right - {i})
                # With nothing chosen there is nothing to judge.
                if rest:
                    yield rest, option.missed

    def judge(self, entry: Sequence[int]) -> Verdict:
        """Judge the indices of the options that were chosen."""
        chosen = set(entry)
        if not chosen:
            return Verdict("open", ["Nothing chosen yet."], [""] * len(self.options))
        unsure = [
            option.text for i, option in enumerate(self.options) if i in chosen and option.unsure
        ]
        if unsure:
            return Verdict("open", unsure, [""] * len(self.options))
        marks = [
            "" if i not in chosen else "right" if option.right else "wrong"
            for i, option in enumerate(self.options)
        ]
        if chosen == set(self.right_entry()):
            texts = [option.text for option in self.options if option.right]
            return Verdict("right", ["Right.", *texts], marks)
        wrong = [o.text for i, o in enumerate(self.options) if i in chosen and not o.right]
        missed = [o.missed for i, o in enumerate(self.options) if i not in chosen and o.missed]
        return Verdict("wrong", [NOT_QUITE, *wrong, *missed], marks)

    def key(self) -> dict[str, Any]:
        options = [
            {"text": o.text, "right": o.right, "missed": o.missed, "unsure": o.unsure}
            for o in self.options
        ]
        return {"kind": self.kind, "options": options}

    def plain(self) -> str:
        box = "[ ]" if self.multiple else "( )"
        return "\n".join([self.prompt.strip(), *(f"{box} {o.label}" for o in self.options)])


# --- a number -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class _Measured(Question):
    """What is right within a tolerance: |entry - answer| <= atol + rtol |answer|."""

    wrong: Sequence[Slip] = ()
    rtol: float = 0.01
    atol: float = 1e-9

    def _refuse_tolerance(self) -> None:
        for name in ("rtol", "atol"):
            given = getattr(self, name)
            if not isinstance(given, int | float) or not 0 <= given < 1:
                raise ValueError(f"{self.id}: expected 0 <= {name} < 1, got {given!r}")
        if not all(isinstance(slip, Slip) for slip in self.wrong):
            raise ValueError(f"{self.id}: expected wrong as a list of Slips, got {self.wrong!r}")
        self._refuse_same_texts([slip.text for slip in self.wrong])

    def near(self, value: float, target: float) -> bool:
        """Whether the value passes for the target."""
        return abs(value - target) <= self.atol + self.rtol * abs(target)


@dataclass(frozen=True, kw_only=True, eq=False)
class Number(_Measured):
    """One number, within a tolerance or, with `factor`, up to that many times off either way."""

    kind: ClassVar[str] = "number"
    answer: float
    factor: float | None = None
    unit: str = ""

    def _refuse_misfits(self) -> None:
        self._refuse_tolerance()
        if self.factor is not None and not 1 < self.factor < 1e6:
            raise ValueError(f"{self.id}: expected a factor above 1, got {self.factor!r}")
        for value in (self.answer, *(slip.value for slip in self.wrong)):
            number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
            if not number or not isfinite(value):
                raise ValueError(f"{self.id}: expected a finite number, got {value!r}")
        if self.factor is not None and any(v <= 0 for v in (self.answer, *self._values())):
            raise ValueError(f"{self.id}: expected positive numbers, which a factor needs")

    def _values(self) -> list[float]:
        return [float(slip.value) for slip in self.wrong]

    def right_entry(self) -> str:
        return repr(float(self.answer))

    def wrong_entries(self) -> Iterator[tuple[str, str]]:
        for slip in self.wrong:
            yield repr(float(slip.value)), slip.text

    def near(self, value: float, target: float) -> bool:
        if self.factor is None:
            return super().near(value, target)
        return target <= value * self.factor and value <= target * self.factor

    def judge(self, entry: str) -> Verdict:
        """Judge the text that was typed."""
        reading = read(entry)
        if reading.state == "empty":
            return Verdict("open", [NOTHING])
        if reading.state == "unread":
            return Verdict("unread", [_unreadable(entry), AS_NUMBER])
        how = [f"Read as {reading.shown}."] if reading.shown else []
        if self.near(reading.value, float(self.answer)):
            return Verdict("right", ["Right.", *how])
        return Verdict("wrong", [NOT_QUITE, *how, self._cause(reading.value)])

    def _cause(self, value: float) -> str:
        for slip, wrong in zip(self.wrong, self._values(), strict=True):
            if self.near(value, wrong):
                return slip.text
        answer = float(self.answer)
        if self.near(-value, answer):
            return "The sign is wrong."
        if self.factor is None and answer != 0:
            for power in (0.001, 0.01, 0.1, 10.0, 100.0, 1000.0):
                if self.near(value * power, answer):
                    return "The digits are right, the decimal point is not."
        return f"The right value is {'larger' if answer > value else 'smaller'}."

    def key(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "answer": float(self.answer),
            "rtol": self.rtol,
            "atol": self.atol,
            "factor": self.factor,
            "wrong": [[value, s.text] for value, s in zip(self._values(), self.wrong, strict=True)],
        }

    def plain(self) -> str:
        return f"{self.prompt.strip()}\n____ {self.unit}".rstrip()


# --- the blanks of a worksheet ------------------------------------------------------------------

Table = list[list[float]]
Texts = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Blanks(_Measured):
    """Arrays to fill in, entry by entry, beside arrays that are given.

    An array has at most two axes. A Slip holds one array or several of those asked for, in the
    same shapes. It is told where it accounts for every entry that the reader filled into an
    array, or for single wrong entries that no other Slip accounts for.
    """

    kind: ClassVar[str] = "blanks"
    blanks: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)

    def _refuse_misfits(self) -> None:
        self._refuse_tolerance()
        if not self.blanks or set(self.blanks) & set(self.given):
            raise ValueError(f"{self.id}: expected blanks that are not given, got {self.blanks!r}")
        for name, array in [*self.blanks.items(), *self.given.items()]:
            self._array(name, array)
        count = sum(np.size(array) for array in self.blanks.values())
        if count > MAX_BLANKS:
            raise ValueError(f"{self.id}: expected at most {MAX_BLANKS} blanks, got {count}")
        for slip in self.wrong:
            if not isinstance(slip.value, Mapping) or not set(slip.value) <= set(self.blanks):
                raise ValueError(
                    f"{self.id}: expected a Slip of arrays named {list(self.blanks)}, "
                    f"got {slip.value!r}"
                )
            for name, array in slip.value.items():
                shape = np.shape(self.blanks[name])
                if self._array(name, array).shape != shape:
                    raise ValueError(
                        f"{self.id}: expected {name} in a Slip of shape {shape}, got {array!r}"
                    )

    def _array(self, name: str, given: Any) -> np.ndarray:
        try:
            array = np.asarray(given, dtype=float)
        except (TypeError, ValueError):
            array = np.array([np.nan])
        if array.ndim > 2 or array.size == 0 or not np.isfinite(array).all():
            raise ValueError(
                f"{self.id}: expected {name} as finite numbers on at most two axes, got {given!r}"
            )
        return array

    def tables(self) -> dict[str, Table]:
        """Return the right answers, each as rows."""
        return {name: _table(array) for name, array in self.blanks.items()}

    def given_tables(self) -> dict[str, Table]:
        """Return what the reader is given, each array as rows."""
        return {name: _table(array) for name, array in self.given.items()}

    def places(self) -> dict[str, list[list[str]]]:
        """Return what each blank is called: "row 1, column 2 of dW", "entry 2 of db", "L"."""
        return {name: _places(name, array) for name, array in self.blanks.items()}

    def right_entry(self) -> dict[str, list[list[str]]]:
        return _as_texts(self.tables())

    def wrong_entries(self) -> Iterator[tuple[dict[str, list[list[str]]], str]]:
        for slip in self.wrong:
            slipped = {name: _table(array) for name, array in slip.value.items()}
            yield _as_texts(self.tables() | slipped), slip.text

    def judge(self, entry: Texts) -> Verdict:
        """Judge the texts in the blanks, by array, row and column."""
        cells = self._cells(entry)
        marks = {
            name: [["" for _ in row] for row in table] for name, table in self.tables().items()
        }
        for cell in cells:
            marks[cell.name][cell.row][cell.column] = cell.mark
        counts = {mark: sum(c.mark == mark for c in cells) for mark in _MARKS}
        if counts["open"] == len(cells):
            return Verdict("open", [NOTHING], marks)
        if counts["right"] == len(cells):
            return Verdict("right", ["Right."], marks)
        lines = [_tally(counts)]
        lines += [
            f"{_first_up(c.place)}: {_unreadable(c.text)}" for c in cells if c.mark == "unread"
        ]
        lines += [AS_NUMBER] * (counts["unread"] > 0)
        state = "wrong" if counts["wrong"] else "unread" if counts["unread"] else "open"
        return Verdict(state, [*lines, *self._causes(cells)], marks)

    def _cells(self, entry: Texts) -> list[_Cell]:
        cells = []
        places = self.places()
        for name, table in self.tables().items():
            for i, row in enumerate(table):
                for j, answer in enumerate(row):
                    reading = read(entry[name][i][j])
                    mark = {"empty": "open", "unread": "unread"}.get(reading.state)
                    if mark is None:
                        mark = "right" if self.near(reading.value, answer) else "wrong"
                    cells.append(
                        _Cell(
                            name,
                            i,
                            j,
                            places[name][i][j],
                            entry[name][i][j],
                            reading.value,
                            answer,
                            mark,
                        )
                    )
        return cells

    def _causes(self, cells: list[_Cell]) -> list[str]:
        """Name what led to the wrong entries, as far as that is certain."""
        slips = [{name: _table(a) for name, a in slip.value.items()} for slip in self.wrong]
        filled: dict[str, list[_Cell]] = {name: [] for name in self.blanks}
        for c in cells:
            if c.mark in ("right", "wrong"):
                filled[c.name].append(c)

        def fits(slip: dict[str, Table], name: str) -> bool:
            """Whether it accounts for all that was filled into this array."""
            return all(self.near(c.value, slip[name][c.row][c.column]) for c in filled[name])

        def all_of_a_kind(name: str) -> bool:
            """Whether one number stands everywhere, or each sign is turned: no slip explains that.

            An entry may agree with one by chance.
            """
            cells = filled[name]
            wrong = [c for c in cells if c.mark == "wrong"]
            same = len(cells) > 2 and all(c.value == cells[0].value for c in cells)
            return same or (len(wrong) > 1 and all(self.near(-c.value, c.answer) for c in wrong))

        explained: dict[str, int] = {}
        for name in self.blanks:
            if not any(c.mark == "wrong" for c in filled[name]):
                continue
            partly = [k for k, slip in enumerate(slips) if name in slip and fits(slip, name)]
            wholly = [k for k in partly if all(fits(slips[k], other) for other in slips[k])]
            # One entry alone says nothing of the other arrays that would have to differ too.
            pool = wholly or (partly if len(filled[name]) > 1 else [])
            if len(pool) == 1:
                explained[name] = pool[0]
        single: dict[int, list[str]] = {}
        flipped: list[str] = []
        for c in cells:
            if c.mark != "wrong" or c.name in explained:
                continue
            hits = [
                k
                for k, slip in enumerate(slips)
                if c.name in slip
                and not all_of_a_kind(c.name)
                and self.near(c.value, slip[c.name][c.row][c.column])
            ]
            if len(hits) == 1:
                single.setdefault(hits[0], []).append(c.place)
            elif not hits and self.near(-c.value, c.answer):
                flipped.append(c.place)
        told = set(explained.values())
        lines = [slip.text for k, slip in enumerate(self.wrong) if k in told]
        lines += [
            f"{_first_up(', '.join(single[k]))}: {slip.text}"
            for k, slip in enumerate(self.wrong)
            if k in single and k not in told
        ]
        if flipped:
            lines.append(f"{_first_up(', '.join(flipped))}: the sign is wrong.")
        return lines

    def key(self) -> dict[str, Any]:
        wrong = [
            [{name: _table(array) for name, array in slip.value.items()}, slip.text]
            for slip in self.wrong
        ]
        return {
            "kind": self.kind,
            "answer": self.tables(),
            "places": self.places(),
            "rtol": self.rtol,
            "atol": self.atol,
            "wrong": wrong,
        }

    def plain(self) -> str:
        given = [f"{name} = {in_line(_table(array))}" for name, array in self.given.items()]
        blank = [f"{n} = {in_line([['__'] * len(r) for r in t])}" for n, t in self.tables().items()]
        return "\n".join([self.prompt.strip(), *given, *blank])


_MARKS = ("right", "wrong", "unread", "open")


@dataclass(frozen=True)
class _Cell:
    name: str
    row: int
    column: int
    place: str
    text: str
    value: float
    answer: float
    mark: str


def _table(array: Any) -> Table:
    rows: Table = np.atleast_2d(np.asarray(array, dtype=float)).tolist()
    return rows


def _places(name: str, array: Any) -> list[list[str]]:
    axes, (rows, columns) = np.ndim(array), np.atleast_2d(array).shape
    if axes == 0:
        return [[name]]
    if axes == 1:
        return [[f"entry {j + 1} of {name}" for j in range(columns)]]
    return [[f"row {i + 1}, column {j + 1} of {name}" for j in range(columns)] for i in range(rows)]


def _as_texts(tables: Mapping[str, Table]) -> dict[str, list[list[str]]]:
    return {name: [[repr(v) for v in row] for row in table] for name, table in tables.items()}


def in_line(table: Sequence[Sequence[Any]]) -> str:
    """Write a table in one line: [1, 2; 3, 4]; a single number as it is."""
    texts = [", ".join(v if isinstance(v, str) else written(v) for v in row) for row in table]
    return texts[0] if len(table) == len(table[0]) == 1 else "[" + "; ".join(texts) + "]"


def _tally(counts: Mapping[str, int]) -> str:
    """Say how many entries are right, wrong, unreadable and open; those that are none, not."""
    words = {"right": "right", "wrong": "wrong", "unread": "unreadable", "open": "open"}
    parts = [(counts[mark], words[mark]) for mark in _MARKS if counts[mark]]
    first, *rest = [f"{n} {'is' if n == 1 else 'are'} {word}" for n, word in parts]
    head = first.replace(" ", " entry " if parts[0][0] == 1 else " entries ", 1)
    return ", ".join([head, *rest]) + "."


def _first_up(text: str) -> str:
    # The name of an array keeps its case: "dW" alone is no sentence's beginning.
    return text[:1].upper() + text[1:] if text.startswith(("row ", "entry ")) else text


# --- the questions of the rooms -----------------------------------------------------------------


def questions_of(number: str) -> list[Question]:
    """Return the questions of one chapter; none where its room has none."""
    module = furniture(number, "questions")
    if module is None:
        return []
    found: list[Question] = list(module.QUESTIONS)
    ids = [question.id for question in found]
    for question in found:
        if ids.count(question.id) > 1:
            raise ValueError(f"expected each id once, got {question.id!r} twice")
        if question.id.partition(".")[0] != number:
            raise ValueError(f"expected ids of chapter {number}, got {question.id!r}")
    return found


def every_question() -> list[Question]:
    """Return the questions of all rooms, chapter by chapter."""
    return [question for number in sorted(rooms(), key=int) for question in questions_of(number)]


def find(id: str) -> Question:
    """Return a question by its id; raise ValueError for an unknown one, naming the nearest."""
    if not isinstance(id, str):
        raise TypeError(f'expected an id such as "4.nudge", got {id!r}')
    known = {question.id: question for question in questions_of(id.partition(".")[0])}
    if id not in known:
        near = get_close_matches(id, known or [q.id for q in every_question()], n=1, cutoff=0)
        hint = f"; the nearest is {near[0]!r}" if near else "" if rooms() else f"; {ELSEWHERE}"
        raise ValueError(f"there is no question {id!r}{hint}")
    return known[id]
