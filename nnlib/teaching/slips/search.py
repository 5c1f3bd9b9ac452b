"""Which slips give the learner's very results, on every probe?

A solution has some hundred edits. Each is compiled and run at most once for each probe and process,
and only while it still agrees with the learner: most are out after the cheapest probe.
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
import textwrap
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from nnlib.teaching.exercises import Exercise
from nnlib.teaching.slips.edits import Edit, definitions, edits_of, reached
from nnlib.teaching.telling import common_count
from nnlib.teaching.trials import (
    Outcome,
    Survey,
    alike,
    fresh,
    numbers_in,
    outcome,
    parts_of,
    size_of,
)

# For one answer, in seconds of the processor, and how many slips are tried in pairs. An answer must
# keep nobody waiting, and must not depend on the machine: the clock is only the last resort.
PATIENCE = 0.3
PAIRED = 44
# How many explanations are compared with what was written, and which part of it may differ.
MEASURED = 500
# What counts the rounds of loops; an edit may take this many for each one the solution takes, and
# some more: it may loop for ever.
ROUND = "_a_round_of_a_loop"
ROUNDS = 10
MORE = 500
NEAR = 0.3
RANK = 10  # of one likely edit


@dataclass(frozen=True)
class Slip:
    """What explains one or several results: the edits, and which results they explain."""

    edits: tuple[Edit, ...]
    parts: frozenset[int]

    @property
    def rank(self) -> int:
        """How likely it is: fewer and likelier edits first."""
        return RANK * len(self.edits) + sum(edit.rank for edit in self.edits)


class Laboratory:
    """The solution of one exercise, its edits, and what each of them returned so far."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.tree = ast.parse(exercise.solution_source)
        function = self.tree.body[0]
        assert isinstance(function, ast.FunctionDef)
        function.body = function.body[1:] or function.body  # the docstring
        self.defined = definitions(function)
        self.edits = edits_of(function, _given(exercise))
        self.reached = reached(function)
        self.words = _pairs_of_words(self.tree)
        self._rounds = 0
        self._allowed: dict[str, int] = {}
        for loop in [node for node in ast.walk(function) if isinstance(node, ast.For | ast.While)]:
            # An edited loop may run over what it appends to, and so for ever.
            loop.body.append(ast.parse(f"{ROUND}()").body[0])
        self._changes: dict[int, Counter[tuple[str, str]]] = {}
        self._words_of: dict[int, Counter[tuple[str, str]]] = {}
        self._codes: dict[tuple[int, ...], Any] = {}
        self._outcomes: dict[tuple[tuple[int, ...], str], Outcome] = {}

    def outcome(self, which: tuple[int, ...], probe: str) -> Outcome:
        """Return what the solution with these edits does on one probe."""
        if (which, probe) not in self._outcomes:
            self._rounds = self.allowed(probe)
            self._outcomes[which, probe] = self._run(which, probe)
        return self._outcomes[which, probe]

    def allowed(self, probe: str) -> int:
        """Return how many rounds of its loops an edited solution may take on a probe."""
        if probe not in self._allowed:
            self._rounds = sys.maxsize
            self._run((), probe)
            self._allowed[probe] = ROUNDS * (sys.maxsize - self._rounds) + MORE
        return self._allowed[probe]

    def _run(self, which: tuple[int, ...], probe: str) -> Outcome:
        function = self._function(which)
        given = fresh(self.exercise.inputs[probe])
        return outcome(function, given) if function else Outcome(None)

    def _count(self) -> None:
        self._rounds -= 1
        if self._rounds < 0:
            raise TimeoutError("this loop does not end")

    def _function(self, which: tuple[int, ...]) -> Any:
        if which not in self._codes:
            self._codes[which] = self._compiled(which)
        return self._codes[which]

    def _compiled(self, which: tuple[int, ...]) -> Any:
        namespace: dict[str, Any] = {"np": np, ROUND: self._count}
        try:
            with self.edited([self.edits[i] for i in which]):
                exec(compile(self.tree, "<slip>", "exec"), namespace)
        except (SyntaxError, ValueError, TypeError):
            return None  # not every edit makes sense where it was tried
        return namespace[self.exercise.name]

    def change(self, edit: Edit) -> Counter[tuple[str, str]]:
        """Return which pairs of words an edit adds to the solution, or takes away."""
        if id(edit) not in self._changes:
            if isinstance(edit.holder, ast.FunctionDef) and edit.index is None:
                after = _pairs_of_words(edit.new[0])  # a step before all others
            elif isinstance(edit.new, ast.stmt):
                after = _pairs_of_words(edit.new)
                after.subtract(self._before(getattr(edit.holder, edit.field)[edit.index]))
            else:
                with self.edited([edit]):
                    after = _pairs_of_words(edit.holder)
                after.subtract(self._before(edit.holder))
            kept = {pair: count for pair, count in after.items() if count}
            self._changes[id(edit)] = Counter(kept)
        return self._changes[id(edit)]

    def _before(self, holder: ast.AST) -> Counter[tuple[str, str]]:
        """Return the pairs of words of a part of the solution, which many edits share."""
        if id(holder) not in self._words_of:
            self._words_of[id(holder)] = _pairs_of_words(holder)
        return self._words_of[id(holder)]

    @contextlib.contextmanager
    def edited(self, edits: Sequence[Edit]) -> Iterator[None]:
        """Apply edits to the tree, and take them back in the end."""
        old = [edit.swap(edit.new) for edit in edits]
        try:
            yield
        finally:
            for edit, value in zip(reversed(edits), reversed(old), strict=True):
                edit.swap(value)


_kept: dict[int, Laboratory] = {}
KEPT = 8


def laboratory(exercise: Exercise) -> Laboratory:
    """Return the laboratory of an exercise; the last few are kept."""
    lab = _kept.pop(id(exercise), None)
    if lab is None or lab.exercise is not exercise:
        lab = Laboratory(exercise)
    _kept[id(exercise)] = lab
    if len(_kept) > KEPT:
        del _kept[next(iter(_kept))]
    return lab


def find(
    exercise: Exercise,
    found: Survey,
    right: Survey,
    source: str = "",
    probes: Sequence[str] = (),
) -> list[list[Slip]]:
    """Return explanations, each a list of slips that together explain every wrong result.

    All are equally good; the list is empty if nothing explains the answer. Of edits that do the
    same, those are preferred that make the solution most like the learner's `source`. With
    `probes`, only these are looked at, not for long, and only if they show much.
    """
    search = _Search(exercise, found, right, source, probes)
    if probes and not search.shows_much():
        return []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return search.explanations()


class _Search:
    def __init__(
        self,
        exercise: Exercise,
        found: Survey,
        right: Survey,
        source: str = "",
        probes: Sequence[str] = (),
    ) -> None:
        self.lab = laboratory(exercise)
        self.exercise = exercise
        self.source = _written(source)
        self.ahead = self.lab.words.copy()  # of each pair of words, how many more the solution has
        self.ahead.subtract(self.source)
        self.apart = sum(map(abs, self.ahead.values()))
        self.until = time.process_time() + (PATIENCE / 3 if probes else PATIENCE)
        names = list(probes or exercise.inputs)
        self.mine = {name: found[name].outcome for name in names}
        self.theirs = {name: right[name].outcome for name in names}
        self.count = common_count(right)
        wrong = {name: self._wrong_parts(name) for name in names}
        self.wrong = frozenset().union(*wrong.values())
        # A probe on which the answer is wrong rules out most edits, the solution's own kin too.
        # A way through a function that forgets its return says nothing of the others.
        told = [
            name for name in names if self.mine[name].value is not None or self.mine[name].error
        ]
        names = told if any(wrong[name] for name in told) else names
        self.order = sorted(names, key=lambda n: (not wrong[n], size_of(exercise.inputs[n])))

    def _wrong_parts(self, name: str) -> frozenset[int]:
        return frozenset(range(self.count)) - self._agreeing(self.mine[name], self.theirs[name])

    def _agreeing(self, one: Outcome, other: Outcome) -> frozenset[int]:
        """Return the numbers of the results in which two outcomes agree."""
        everything = frozenset(range(self.count))
        if one.error or other.error:
            return everything if one.error == other.error else frozenset()
        rtol, atol = self.exercise.rtol, self.exercise.atol
        a = parts_of(one.value, self.count) if self.count > 1 else None
        b = parts_of(other.value, self.count) if self.count > 1 else None
        if a is None or b is None:
            same = a is b and alike(one.value, other.value, rtol, atol)
            return everything if same else frozenset()
        pairs = enumerate(zip(a, b, strict=True))
        return frozenset(i for i, pair in pairs if alike(*pair, rtol, atol))

    def shows_much(self) -> bool:
        """Tell whether what is wrong says enough where some probes are left out."""
        wrong = [name for name in self.order if self._wrong_parts(name)]
        return len(wrong) > 1 and self._telling(8)

    def explanations(self) -> list[list[Slip]]:
        singles = list(self._matching(self._singles()))
        whole = [slip for slip in singles if slip.parts >= self._all]
        if best := self._best(whole if self._telling(2) else self._sure(whole)):
            return [[slip] for slip in best]
        if together := self._by_parts(singles):
            return together
        if self._telling(6):
            self.until = max(self.until, time.process_time() + PATIENCE / 3)
            pairs = list(self._matching(self._pairs()))
            return [[slip] for slip in self._best([p for p in pairs if p.parts >= self._all])]
        return []

    @property
    def _all(self) -> frozenset[int]:
        return frozenset(range(self.count))

    def _singles(self) -> Iterator[tuple[int, ...]]:
        """Yield the edits that can change a wrong result.

        First come those that leave the right results alone, and of these, those that bring the
        solution nearer to what was written.
        """
        keys: dict[int, tuple[bool, int]] = {}
        for i, edit in enumerate(self.lab.edits):
            reaches = self._reach(edit)
            if reaches & self.wrong:
                gain = min(self._nearer(edit), 0) if self.source else 0
                keys[i] = not reaches <= self.wrong, gain
        yield from ((i,) for i in sorted(keys, key=keys.__getitem__))  # sorting is stable

    def _reach(self, edit: Edit) -> frozenset[int]:
        """Return the numbers of the results that an edit can change."""
        if isinstance(edit.place, int):
            return frozenset({edit.place})
        return self.lab.reached.get(edit.place or "", self._all)

    def _pairs(self) -> Iterator[tuple[int, ...]]:
        likely = range(min(PAIRED, len(self.lab.edits)))
        yield from ((i, j) for i in likely for j in likely if i < j)

    def _matching(self, candidates: Iterator[tuple[int, ...]]) -> Iterator[Slip]:
        for which in candidates:
            if time.process_time() > self.until:
                return
            alive = self._all
            for name in self.order:
                alive &= self._agreeing(self.lab.outcome(which, name), self.mine[name])
                if not alive & self.wrong:
                    break
            else:
                yield Slip(tuple(self.lab.edits[i] for i in which), alive)

    def _by_parts(self, singles: Sequence[Slip]) -> list[list[Slip]]:
        """Explain each wrong result by a slip of its own, where there is one for each."""
        if self.count < 2:
            return []
        slips: list[Slip] = []
        for part in sorted(self.wrong):
            best = self._best([slip for slip in singles if part in slip.parts])
            if not best:
                return []
            if any(part in slip.parts for slip in slips):
                continue
            slips.append(Slip(best[0].edits, best[0].parts & self.wrong))
        return [slips]

    def _telling(self, least: int) -> bool:
        """Tell whether the wrong results hold enough numbers for an edit not to fit by chance.

        An exception says much, and where it says too little, several edits fit.
        """
        numbers: set[float] = set()
        for name in self.order:
            if self.mine[name].error and not self.theirs[name].error:
                return least < 6
            if self._wrong_parts(name):
                for array in numbers_in(self.mine[name].value):
                    numbers.update(np.round(array.ravel()[:50].astype(float), 9).tolist())
        return len({x for x in numbers if np.isfinite(x)} - {0.0, 1.0, -1.0}) >= least

    def _sure(self, slips: list[Slip]) -> list[Slip]:
        """Return what may be told where the wrong results hold only a number or two.

        A likely slip, if it is the only one, or one that comes nearer to what was written.
        """
        as_it_is = self._apart(Slip((), frozenset()))
        near = [
            slip
            for slip in slips[:MEASURED]
            if self._apart(slip) < as_it_is and self._apart(slip) <= NEAR * self.source.total()
        ]
        likely = [slip for slip in slips if slip.rank == RANK]
        return near or (likely if len(likely) == 1 else [])

    def _best(self, slips: list[Slip]) -> list[Slip]:
        """Return the likeliest slips, or those that come nearest to what was written."""
        least = min((slip.rank for slip in slips), default=0)
        likely = [slip for slip in slips if slip.rank == least]
        if not self.source or len(slips) < 2:
            return likely
        apart = {id(slip): self._apart(slip) for slip in slips[:MEASURED]}
        nearest = min(apart.values())
        near = [slip for slip in slips[:MEASURED] if apart[id(slip)] == nearest]
        if nearest <= NEAR * self.source.total():
            return [slip for slip in near if slip.rank == min(s.rank for s in near)]
        return likely

    def _apart(self, slip: Slip) -> int:
        """Return in how many pairs of words the edited solution differs from what was written."""
        return self.apart + sum(map(self._nearer, slip.edits))

    def _nearer(self, edit: Edit) -> int:
        """Return by how much an edit moves the solution away from what was written."""
        return sum(
            abs(self.ahead[pair] + change) - abs(self.ahead[pair])
            for pair, change in self.lab.change(edit).items()
        )


def _given(exercise: Exercise) -> dict[str, Any]:
    """Return arguments to see by what they are: the largest."""
    largest = max(exercise.inputs.values(), key=size_of)
    return dict(zip(exercise.arguments, largest, strict=True))


def _pairs_of_words(tree: ast.AST) -> Counter[tuple[str, str]]:
    """Return the neighboring words and signs of a piece of code, counted."""
    text = re.sub(rf"\n\s*{ROUND}\(\)", "", ast.unparse(tree))
    return Counter(pairwise(re.findall(r"\w+|[^\w\s]", text)))


def _written(source: str) -> Counter[tuple[str, str]]:
    """Return the pairs of words of a learner's function, without its docstring."""
    try:
        (tree,) = ast.parse(textwrap.dedent(source)).body
    except (SyntaxError, ValueError):
        return Counter()
    if isinstance(tree, ast.FunctionDef) and ast.get_docstring(tree) is not None:
        tree.body = tree.body[1:] or tree.body
    return _pairs_of_words(tree)
