"""In what way do results differ from the right ones? Only what holds on every probe is said.

A relation is looked for between all results and all right ones together: a factor read off one
number, or off one input, is no factor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from nnlib.teaching.exercises import Exercise
from nnlib.teaching.trials import (
    FLOAT32,
    Survey,
    TooLarge,
    alike,
    as_array,
    close,
    entries_close,
    parts_of,
)

Array = np.ndarray
EVERY_WAY = "does every way through it end in a `return`?"
NTH = ("first", "second", "third", "fourth", "fifth", "sixth")


@dataclass(frozen=True, eq=False)
class Pair:
    """One result beside the right one, and the arguments of both."""

    got: Array
    want: Array
    arguments: tuple[Any, ...]


def result_names(exercise: Exercise, count: int) -> list[str]:
    """Return what the results are called: as the task calls them, or "the first result"."""
    if count == 1:
        return ["the result"]
    text = re.sub(r"^Return \(([\w, ]+)\)", r"Return \1", exercise.solution.__doc__ or "")
    text = re.sub(r"\([^)]*\)", "", text)
    match = re.match(
        r"\s*Return ([\w, ]+?)(?: of\b| for\b| from\b| that\b| after\b|,? where\b|\.)", text
    )
    words = re.split(r",\s*| and ", match[1]) if match else []
    if len(words) == count and all(word.strip().isidentifier() for word in words):
        return [f"`{word.strip()}`" for word in words]
    return [f"the {NTH[i]} result" if i < len(NTH) else f"result {i + 1}" for i in range(count)]


def common_count(right: Survey) -> int:
    """Return how many results are due on every probe; 1 where that varies."""
    counts = {
        len(trial.value) if isinstance(trial.value, tuple) else 1
        for name, trial in right.items()
        if name != FLOAT32 and trial.error is None
    }
    return counts.pop() if len(counts) == 1 else 1


def joined(words: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def are_right(names: Sequence[str]) -> str:
    """Return the sentence that says that these results are right."""
    text = joined(names)
    return f"{text[0].upper()}{text[1:]} {'is' if len(names) == 1 else 'are'} right."


def told(exercise: Exercise, found: Survey, right: Survey) -> str:
    """Say what the values show, or "" if they show nothing; no trial raised anything."""
    names = [n for n in exercise.inputs if right[n].error is None and found[n].error is None]
    count = common_count(right)
    if count > 1:
        if said := _structure(exercise, found, right, names, count):
            return said
        return _parts(exercise, found, right, names, count)
    pairs = _pairs([found[n].value for n in names], [right[n].value for n in names], found, names)
    if pairs is None:
        return _no_numbers(exercise, found, right, names)
    return _relation(exercise, pairs, "The result", names)


def _structure(
    exercise: Exercise, found: Survey, right: Survey, names: list[str], count: int
) -> str:
    """Say if the results are right but in another order, too few, or too many."""
    words = result_names(exercise, count)
    all_words = joined(words)
    rtol, atol = exercise.rtol, exercise.atol

    def each(test: Callable[[Any, tuple[Any, ...]], bool]) -> bool:
        return bool(names) and all(test(found[n].value, right[n].value) for n in names)

    if count <= len(NTH):
        for order in list(permutations(range(count)))[1:]:

            def permuted(got: Any, want: tuple[Any, ...], order: tuple[int, ...] = order) -> bool:
                parts = parts_of(got, count)
                wanted = tuple(want[i] for i in order)
                return parts is not None and alike(tuple(parts), wanted, rtol, atol)

            if each(permuted):
                came = joined([words[i] for i in order])
                return f"The results are right, but in another order: {came}. Return {all_words}."
    for i in range(count):
        if each(lambda got, want, i=i: alike(got, want[i], rtol, atol)):  # type: ignore[misc]
            return f"You return {words[i]} alone, and it is right. Return {all_words}."
    sizes = {_length(found[n].value) for n in names}
    if sizes == {count}:
        return ""
    if sizes == {0}:
        return ""
    size = next((s for s in sorted(sizes) if s != count), None)
    if size is None:
        return ""
    if size > count and each(lambda got, want: alike(tuple(got[:count]), want, rtol, atol)):
        return f"The first {count} results are right, but you return {size}. Return {all_words}."
    if 1 < size < count:
        for left_out in range(count):
            kept = [i for i in range(count) if i != left_out]
            if size == count - 1 and each(
                lambda got, want, kept=kept: alike(  # type: ignore[misc]
                    tuple(got) if isinstance(got, list) else got,
                    tuple(want[i] for i in kept),
                    rtol,
                    atol,
                )
            ):
                return f"What you return is right, but {words[left_out]} is not among it."
    came = "one" if size in (0, 1) else str(size)
    return f"Expected {count} results, {all_words}, as in `return a, b`; got {came}."


def _length(value: Any) -> int:
    if isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim):
        return len(value)
    return 1


def _pairs(
    got: Sequence[Any], want: Sequence[Any], found: Survey, names: Sequence[str]
) -> list[Pair] | None:
    """Return the results beside the right ones as arrays, or None if some are no arrays."""
    arrays = [(as_array(a), as_array(b)) for a, b in zip(got, want, strict=True)]
    if not arrays or any(a is None or b is None for a, b in arrays):
        return None
    return [
        Pair(a, b, found[n].arguments)
        for (a, b), n in zip(arrays, names, strict=True)
        if a is not None and b is not None
    ]


def _parts(exercise: Exercise, found: Survey, right: Survey, names: list[str], count: int) -> str:
    """Say of each result by itself what it shows, and which are right."""
    words = result_names(exercise, count)
    rows = [(n, parts_of(found[n].value, count)) for n in names]
    if any(parts is None for _, parts in rows):
        return ""
    said: list[str] = []
    fine: list[str] = []
    for i, word in enumerate(words):
        got = [parts[i] for _, parts in rows if parts is not None]
        pairs = _pairs(got, [right[n].value[i] for n in names], found, names)
        if pairs is not None and all(_near(p.got, p.want, exercise) for p in pairs):
            fine.append(word)
        elif len(said) < 2:
            title = word[0].upper() + word[1:]
            if pairs is None:
                bad = next(value for value in got if as_array(value) is None)
                said.append(f"{title} is {kind_of(bad)}, and should be an array of numbers.")
            else:
                said.append(_relation(exercise, pairs, title, names) or f"{title} differs.")
    if fine:
        said.append(are_right(fine))
    return " ".join(said)


def _near(got: Array, want: Array, exercise: Exercise) -> bool:
    return got.shape == want.shape and close(got, want, exercise.rtol, exercise.atol)


def _no_numbers(exercise: Exercise, found: Survey, right: Survey, names: list[str]) -> str:
    missing = [n for n in names if found[n].value is None]
    if missing:
        rest = (
            "" if len(missing) == len(names) else f"With {missing[0]}, your function returns None: "
        )
        return rest + "does every way through it end in a `return`?"
    for name in names:
        got, due = found[name].value, right[name].value
        if not isinstance(due, tuple) or alike(got, due, exercise.rtol, exercise.atol):
            continue
        if not isinstance(got, tuple | list):
            return f"Expected a tuple of {len(due)}, got {kind_of(got)}. This is with: {name}."
        same = [alike(a, b, exercise.rtol, exercise.atol) for a, b in zip(got, due, strict=False)]
        count = len(same) if all(same) else same.index(False)
        first = f"the first {count} are right" if count else "the first one differs"
        if len(got) != len(due):
            return f"Expected {len(due)} parts, got {len(got)}; {first}. This is with: {name}."
        place = f"part {count + 1}"
        pair = _pairs([got[count]], [due[count]], found, [name])
        said = pair and _relation(exercise, pair, place[0].upper() + place[1:], [name])
        return f"{said or f'Part {count + 1} differs.'} This is with: {name}."
    value = next((found[n].value for n in names if as_array(found[n].value) is None), None)
    if value is None:
        return ""
    expected = next((right[n].value for n in names), None)
    if isinstance(expected, tuple):
        return f"Expected a tuple of {len(expected)}, got {kind_of(value)}."
    return f"Expected numbers, got {kind_of(value)}."


def kind_of(value: Any) -> str:
    """Return what a value is, for somebody who expected an array of numbers."""
    if isinstance(value, tuple | list):
        kind = f"a {type(value).__name__} of {len(value)}"
        return f"{kind}, whose parts do not fit together" if as_array(value) is None else kind
    if isinstance(value, TooLarge):
        return f"an array of shape {value.shape}"
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "c":
            return "complex numbers"
        return f"an array of dtype {value.dtype}"
    if hasattr(value, "__next__"):
        return "a generator, which yields its results one by one: return them, as `tuple(...)`"
    if callable(value):
        return f"a {type(value).__name__}: is it to be called?"
    return f"a value of type {type(value).__name__}"


# Relations of one result to the right one --------------------------------------------------------


def _relation(exercise: Exercise, pairs: list[Pair], who: str, names: list[str]) -> str:
    """Say how results differ; `who` begins the sentence. "" if there is nothing to say."""
    wrong = [p for p in pairs if not _near(p.got, p.want, exercise)]
    if any(p.got.shape != p.want.shape for p in wrong):
        return _shapes(exercise, pairs, who)
    finite = [p for p in wrong if not _not_finite(p)]
    if not finite:
        probe = names[next(i for i, p in enumerate(pairs) if p in wrong)]
        return f"{_not_finite(wrong[0])} This is with: {probe}."
    if len(finite) < len(wrong):
        kept = [(p, n) for p, n in zip(pairs, names, strict=True) if not _not_finite(p)]
        pairs, names = [p for p, _ in kept], [n for _, n in kept]
    for special in (_zeros, _factor, _offset, _moved, _nearly):
        if said := special(exercise, pairs, who):
            return said
    place = _where(exercise, pairs, who, names)
    alike = _here_and_there(exercise, pairs, who) or _capped(exercise, pairs, who)
    return f"{alike} {place.removeprefix(f'{who} differs.').strip()}".strip() if alike else place


def _all(exercise: Exercise, pairs: list[Pair], test: Callable[[Pair], Any]) -> bool:
    """Tell whether `test(pair)`, an array or None, is the right one for each pair."""
    for pair in pairs:
        with np.errstate(all="ignore"):
            try:
                value = test(pair)
            except (ValueError, IndexError, TypeError):
                return False
        if value is None:
            return False
        value = np.asarray(value)
        if value.shape != pair.want.shape or not close(
            value, pair.want, max(exercise.rtol, 1e-6), exercise.atol
        ):
            return False
    return any(p.want.size > 1 and np.count_nonzero(p.want) > 1 for p in pairs) or len(pairs) > 2


def _shapes(exercise: Exercise, pairs: list[Pair], who: str) -> str:
    """Say what a wrong shape comes from, where the numbers tell it."""
    first = next(p for p in pairs if p.got.shape != p.want.shape)
    expected = f"expected the shape {first.want.shape}, got {first.got.shape}"
    if _all(exercise, pairs, lambda p: p.got.T):
        return f"{who} is transposed: {expected}."
    if _all(exercise, pairs, lambda p: p.got.reshape(p.want.shape)):
        lost = first.got.ndim < first.want.ndim
        why = ": is an axis lost, by a `sum` without `keepdims=True`?" if lost else "."
        return f"The numbers are right, but not the shape: {expected}{why}"
    for axis in (0, -1, None):
        for keep in (False, True):
            along = "over all its entries" if axis is None else f"along axis {axis}"
            for name in ("sum", "mean", "max"):

                def reduced(p: Pair, name: str = name, axis: Any = axis, keep: bool = keep) -> Any:
                    return getattr(np, name)(p.got, axis=axis, keepdims=keep)

                if _all(exercise, pairs, reduced):
                    return f"{who} still lacks its last step, a {name} {along}: {expected}."
    for name in ("sum", "mean", "max"):
        if all(
            p.got.shape == () and close(p.got, getattr(np, name)(p.want), 1e-6, exercise.atol)
            for p in pairs
            if p.want.size
        ) and any(p.want.size > 1 for p in pairs):
            return f"{who} is one number, the {name} of what is expected: {expected}."
    return f"{who} has the wrong shape: {expected}."


def _not_finite(p: Pair) -> str:
    """Say if NaN or infinity stands where it should not, or is missing where it should."""
    if np.any(np.isnan(p.got) & ~np.isnan(p.want)):
        return "NaN comes out where there should be a number: look for inf / inf or 0 * inf."
    if np.any(np.isnan(p.want) & ~np.isnan(p.got)):
        return "A NaN goes in and a number comes out: the fault that made it is now hidden."
    if np.any(np.isinf(p.got) & ~np.isinf(p.want)):
        return "Infinity comes out where there should be a number: something overflows."
    return ""


def _zeros(exercise: Exercise, pairs: list[Pair], who: str) -> str:
    informative = sum(np.count_nonzero(p.want) for p in pairs)
    if informative > 1 and not any(np.any(p.got) for p in pairs):
        return "All values are zero."
    return ""


def _factor(exercise: Exercise, pairs: list[Pair], who: str) -> str:
    """Say by which factor every value is off, if there is one: a number, or a size of the input."""
    ratios: list[tuple[float, Pair]] = []
    entries = 0
    with np.errstate(all="ignore"):
        for p in pairs:
            there = (p.want != 0) & np.isfinite(p.want)
            if np.any(p.got[(p.want == 0)]):
                return ""
            found = p.got[there] / p.want[there]
            if not found.size:
                continue
            if not np.allclose(found, found.flat[0], rtol=1e-6, atol=0):
                return ""
            entries += found.size
            ratios.append((float(found.flat[0]), p))
    if entries < 2 or not ratios:
        return ""
    values = np.array([ratio for ratio, _ in ratios])
    if np.allclose(values, values[0], rtol=1e-6):
        wide = any(np.count_nonzero(p.want) > 1 for _, p in ratios)
        if not wide and len(ratios) < 3:
            return ""
        return _constant_factor(float(values[0]), who)
    sizes = set.intersection(*(set(_sizes(p)) for _, p in ratios))
    for key in sorted(sizes):
        counts = np.array([float(_sizes(p)[key]) for _, p in ratios])
        if len(set(counts)) < 2:
            continue
        what = _size_in_words(exercise, key)
        if np.allclose(values, 1 / counts, rtol=1e-6):
            return f"{who} is divided by {what} once too often: is there a mean for a sum?"
        if np.allclose(values, counts, rtol=1e-6):
            return f"{who} is multiplied by {what}: is there a sum for a mean?"
        if np.allclose(values, 1 / counts**2, rtol=1e-6):
            return f"{who} is divided by {what} twice too often."
    return ""


def _constant_factor(factor: float, who: str) -> str:
    if np.isclose(factor, -1):
        return f"The sign is flipped: {_low(who)} is the negative of what it should be."
    if np.isclose(factor, 1):
        return ""
    if factor == 0:
        return "All values are zero."
    inverse = 1 / factor
    if abs(inverse) > 1 and np.isclose(inverse, round(inverse)):
        return f"{who} is {round(inverse)} times too small."
    known = {**KNOWN, **{f"1/{name}": 1 / value for name, value in KNOWN.items()}}
    name = next((n for n, v in known.items() if np.isclose(abs(factor), v, rtol=1e-6)), "")
    shown = f"{'-' * (factor < 0)}{name}" if name else f"{factor:.4g}"
    return f"{who} is {shown} times what it should be."


KNOWN = {
    **{f"√{n}": n**0.5 for n in (2, 3, 5, 6)},
    "√(2/3)": (2 / 3) ** 0.5,
    "π": np.pi,
    "√π": np.pi**0.5,
    "√(2π)": (2 * np.pi) ** 0.5,
    "2π": 2 * np.pi,
    "e": np.e,
    "ln 2": np.log(2),
    "ln 10": np.log(10),
    "2/3": 2 / 3,
    "3/4": 3 / 4,
}


def _low(text: str) -> str:
    return text[0].lower() + text[1:]


def _sizes(pair: Pair) -> dict[tuple[int, int], int]:
    """Return the sizes of the arguments by (argument, axis); axis -9 is all entries."""
    found: dict[tuple[int, int], int] = {}
    for i, argument in enumerate(pair.arguments):
        if isinstance(argument, np.ndarray):
            found.update({(i, axis): n for axis, n in enumerate(argument.shape)})
            found[i, 9] = argument.size
        elif isinstance(argument, list | tuple):
            found[i, 0] = len(argument)
        elif isinstance(argument, int) and not isinstance(argument, bool):
            found[i, 8] = argument
    return {key: n for key, n in found.items() if n > 0}


def _size_in_words(exercise: Exercise, key: tuple[int, int]) -> str:
    name, axis = f"`{exercise.arguments[key[0]]}`", key[1]
    if axis == 8:
        return name
    if axis == 9:
        return f"the number of entries of {name}"
    if axis < 2:
        return f"the number of {('rows', 'columns')[axis]} of {name}"
    return f"the size of {name} along axis {axis}"


def _offset(exercise: Exercise, pairs: list[Pair], who: str) -> str:
    """Say by how much every value is off, if it is the same everywhere."""
    with np.errstate(all="ignore"):
        found = [
            np.ravel(np.subtract(p.got, p.want, dtype=np.float64)) for p in pairs if p.got.size
        ]
    together = np.concatenate(found) if found else np.zeros(0)
    if together.size < 3 or not np.all(np.isfinite(together)):
        return ""
    scale = max(float(np.max(np.abs(p.want), initial=0)) for p in pairs)
    if not np.ptp(together) <= 1e-9 * max(1.0, scale) or abs(together[0]) < 1e-6:
        return ""
    size = "larger" if together[0] > 0 else "smaller"
    return f"{who} is {size} by {abs(together[0]):.4g} everywhere than it should be."


def _moved(exercise: Exercise, pairs: list[Pair], who: str) -> str:
    """Say if the right values stand in other places."""
    wrong = [p for p in pairs if not _near(p.got, p.want, exercise)]
    if _all(exercise, pairs, lambda p: p.got.T if p.got.ndim > 1 else None):
        return f"{who} is transposed; where it is square, the shape does not show it."
    for axis in (0, -1):
        if _all(exercise, pairs, lambda p, axis=axis: np.flip(p.got, axis)):  # type: ignore[misc]
            return f"{who} is in reverse order along axis {axis}."
        for shift in (1, -1):

            def rolled(p: Pair, axis: int = axis, shift: int = shift) -> Any:
                back = np.roll(p.got, -shift, axis)
                inner = [slice(None)] * p.got.ndim
                inner[axis] = slice(0, -1) if shift > 0 else slice(1, None)
                result = p.want.copy()
                result[tuple(inner)] = back[tuple(inner)]
                return result if p.got.shape[axis] > 2 else None

            if _all(exercise, wrong, rolled):
                return f"{who} is shifted by one place along axis {axis}."
    if all(p.want.size > 2 for p in wrong) and _all(exercise, wrong, _sorted_like):
        return f"{who} holds the right values in another order."
    return ""


def _sorted_like(p: Pair) -> Any:
    """Return the right values if the others are the same numbers in another order."""
    a, b = np.sort(p.got, axis=None), np.sort(p.want, axis=None)
    return p.want if len(set(b.tolist())) > 2 and close(a, b, 1e-7, 1e-12) else None


def _nearly(exercise: Exercise, pairs: list[Pair], who: str) -> str:
    if any(p.want.size and not p.want.any() and p.got.any() for p in pairs):
        return ""  # nothing is near where zeros are due
    errors = [
        float(np.max(np.abs(p.got - p.want))) / float(np.max(np.abs(p.want)))
        for p in pairs
        if p.want.size
        and p.want.dtype.kind == "f"
        and np.max(np.abs(p.want)) > 0
        and np.all(np.isfinite(p.want))
    ]
    if errors and 1e-3 <= max(errors) < 0.05 and all(p.want.size == 1 for p in pairs):
        return (
            f"{who} is close, within {100 * max(errors):.1g} %: is it estimated from random "
            "numbers, or from too few points? Asked for is the exact value."
        )
    if errors and max(errors) < 1e-3:
        return (
            f"{who} is nearly right, with a relative error of {max(errors):.0e}: is something "
            "rounded, approximated, or added to keep a denominator from 0?"
        )
    return ""


def _here_and_there(exercise: Exercise, pairs: list[Pair], who: str) -> str:
    """Say if all wrong entries are off by the same amount, or negative."""
    masks = [_entries(p, exercise) for p in pairs]
    got, want = (
        np.concatenate([part[~m].astype(float) for part, m in zip(parts, masks, strict=True)])
        for parts in ([p.got for p in pairs], [p.want for p in pairs])
    )
    if len(got) < 3 or not np.all(np.isfinite([got, want])) or not any(map(np.any, masks)):
        return ""
    if np.allclose(got, -want, rtol=1e-7, atol=0):
        return f"{who} has the wrong sign wherever it is wrong."
    off = got - want
    if np.ptp(off) > 1e-9 * max(1.0, float(np.max(np.abs(want)))) or len(set(want)) < 3:
        return ""
    size = "larger" if off[0] > 0 else "smaller"
    return f"{who} is {size} by {abs(off[0]):.4g} wherever it is wrong."


def _capped(exercise: Exercise, pairs: list[Pair], who: str) -> str:
    """Say if all wrong entries stand at the largest or the smallest value that comes out."""
    masks = [_entries(p, exercise) for p in pairs]
    bad = [(p.got[~m], p.want[~m]) for p, m in zip(pairs, masks, strict=True)]
    got, want = (np.concatenate([np.ravel(b[i]).astype(float) for b in bad]) for i in (0, 1))
    fine = sum(int(m.sum()) for m in masks)
    every = np.concatenate([np.ravel(p.got).astype(float) for p in pairs])
    every = every[~np.isnan(every)]
    if fine < 3 or not np.any(every) or not np.all(np.isfinite([*every, *got])):
        return ""
    top, bottom = float(np.max(every)), float(np.min(every))
    above, below = want > top, want < bottom
    stands = (above & np.isclose(got, top, rtol=1e-9)) | (
        below & np.isclose(got, bottom, rtol=1e-9, atol=0)
    )
    # One value may stand there by chance, unless it should be far beyond.
    far = np.any(np.abs(want) > 5 * max(abs(top), abs(bottom)))
    if not np.all(stands) or not (far or max(len(set(want[above])), len(set(want[below]))) > 1):
        return ""
    ends = [f"above {top:.8g}"] * bool(np.any(above)) + [f"below {bottom:.8g}"] * bool(
        np.any(below)
    )
    return f"{who} is never {' or '.join(ends)}, and should be: is something clipped?"


def _where(exercise: Exercise, pairs: list[Pair], who: str, names: list[str]) -> str:
    """Say which entries, or which probes, are right."""
    fine = [_near(p.got, p.want, exercise) for p in pairs]
    masks = [_entries(p, exercise) for p in pairs]
    hit = next(i for i, ok in enumerate(fine) if not ok)
    mask = masks[hit]
    kinds = list(_entry_kinds(pairs, masks))
    parts = []
    if kinds:
        parts.append(f"{who} is {kinds[0]}.")
    elif mask.ndim == 2 and len(mask) > 1 and 0 < mask.all(axis=1).sum() < len(mask):
        good = [str(i) for i in np.flatnonzero(mask.all(axis=1))][:6]
        bad = [str(i) for i in np.flatnonzero(~mask.all(axis=1))][:6]
        rows = "row" if len(good) == 1 else "rows"
        parts.append(f"{who} is right in {rows} {joined(good)}, and not in {joined(bad)}.")
    elif mask.size > 2 and mask.sum() > mask.size / 2:
        place = tuple(int(i) for i in np.argwhere(~mask)[0])
        index = ", ".join(map(str, place))
        parts.append(
            f"{who} is right in {int(mask.sum())} of {mask.size} entries, and not at [{index}]."
        )
    if any(fine):
        right_with = [n for n, ok in zip(names, fine, strict=True) if ok]
        wrong_with = [n for n, ok in zip(names, fine, strict=True) if not ok]
        if not parts:
            parts.append(f"{who} differs.")
        parts.append(
            f"Right with: {'; '.join(right_with[:4])}. Wrong with: {'; '.join(wrong_with[:4])}."
        )
    return " ".join(parts)


def _entries(p: Pair, exercise: Exercise) -> Array:
    if p.got.shape != p.want.shape:
        return np.zeros(p.want.shape, dtype=bool)
    with np.errstate(all="ignore"):
        return entries_close(p.got, p.want, exercise.rtol, exercise.atol)


def _entry_kinds(pairs: list[Pair], masks: list[Array]) -> Iterator[str]:
    """Yield in words which entries are wrong, where it is all of a kind on every probe."""
    if sum(int((~m).sum()) for m in masks) < 2 or not any(m.any() for m in masks):
        return
    wants = [p.want for p in pairs]
    if all(np.all(m[w != 0]) for m, w in zip(masks, wants, strict=True)):
        yield "right where it is not 0, and wrong where it should be 0"
    positive, negative = (
        any(np.any(test(w)) for w in wants) for test in (_is_positive, _is_negative)
    )
    pairs_ = list(zip(masks, wants, strict=True))
    # Of places that an input does not have, nothing can be said beside it.
    zeros = all(np.any(w == 0) for m, w in pairs_ if not np.all(m))
    if zeros and all(np.all(m[w == 0]) and not np.any(m[w != 0]) for m, w in pairs_):
        yield "0 in the right places, and wrong everywhere else"
    if positive and negative and all(np.all(m[w >= 0]) for m, w in pairs_):
        yield "right where it is positive, and wrong where it should be negative"
    if positive and negative and all(np.all(m[w <= 0]) for m, w in pairs_):
        yield "right where it is negative, and wrong where it should be positive"
    if all(w.ndim == 4 for w in wants):
        inner = [m[:, 1:-1, 1:-1] for m in masks]
        if any(i.size for i in inner) and all(np.all(i) for i in inner):
            yield "right inside, and wrong at the border"


def _is_positive(array: Array) -> Array:
    return np.asarray(array > 0)


def _is_negative(array: Array) -> Array:
    return np.asarray(array < 0)
