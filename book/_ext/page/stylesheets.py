"""Take out of a stylesheet what a page cannot match.

The theme's stylesheet has 397 kB, nine tenths of them for components that the book does not
have. A selector that asks for a class or an id which stands in no page and no script never
matches, so its rule can go. Anything less certain stays.
"""

import re
from collections.abc import Iterable, Set
from functools import cache
from typing import Any

import tinycss2

# A class such as "md:wide" is two words.
WORD = re.compile(r"[\w-]+")

# Icon fonts that the theme names in rules of its own; book.css draws the icons instead.
_REPLACED_FONTS = ("Font Awesome", "FontAwesome")

# Rules that hold other rules.
_GROUPS = {"media", "supports", "layer", "container"}


NAMES = re.compile(r'\b(?:class|id)="([^"]*)"')
VARIABLE = re.compile(r"--[\w-]+")
USED = re.compile(r"var\(\s*(--[\w-]+)")


def words_of_script(text: str) -> set[str]:
    """The words of a script: each class and each id that it may give is made of some."""
    return set(WORD.findall(text))


def words_of_page(text: str) -> set[str]:
    """The words of which the classes and ids of a page are made."""
    return {word for names in NAMES.findall(text) for word in WORD.findall(names)}


def reduced(css: str, words: set[str], elsewhere: str) -> str:
    """Return what of ``css`` a page of these words can match, without what nobody reads."""
    return "".join(_with_variables(_matching(css, words), elsewhere))


def keep_used(css: str, words: set[str]) -> str:
    """Return ``css`` without comments and without rules that need a name not in ``words``."""
    return "".join(_matching(css, words))


def drop_unused_variables(css: str, elsewhere: str = "") -> str:
    """Return ``css`` without the custom properties that neither it nor ``elsewhere`` reads."""
    return "".join(_with_variables(_rules(css), elsewhere))


# Most rules share their fate on all pages: what comes of one is worked out once.


@cache
def _rules(css: str) -> tuple[str, ...]:
    """The text of each rule that stands in no other."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return tuple(rule.serialize() for rule in rules)


def _matching(css: str, words: set[str]) -> list[str]:
    kept = [_pruned(rule, _words(rule) & words) for rule in _rules(css)]
    text = "".join(rule for rule in kept if not _family(rule))
    fonts = [rule for rule in kept if (family := _family(rule)) and _wanted(family, text)]
    return [*fonts, *(rule for rule in kept if rule and not _family(rule))]


def _with_variables(rules: Iterable[str], elsewhere: str) -> list[str]:
    before, now = None, list(rules)
    while now != before:
        read = set(VARIABLE.findall(elsewhere)).union(*map(_read, now))
        before, now = now, [_trimmed(rule, _variables(rule) & read) for rule in now]
    return now


@cache
def _words(rule: str) -> frozenset[str]:
    return frozenset(WORD.findall(rule))


@cache
def _variables(rule: str) -> frozenset[str]:
    return frozenset(VARIABLE.findall(rule))


@cache
def _read(rule: str) -> frozenset[str]:
    return frozenset(USED.findall(rule))


@cache
def _pruned(rule: str, words: frozenset[str]) -> str:
    """The text of what of a rule can match; empty where that is nothing."""
    parsed = tinycss2.parse_one_rule(rule, skip_comments=True)
    return parsed.serialize() if _prune(parsed, words) else ""


@cache
def _trimmed(rule: str, read: frozenset[str]) -> str:
    """The text of a rule without the custom properties that nobody reads; empty if it is."""
    if not rule:
        return ""
    parsed = tinycss2.parse_one_rule(rule, skip_comments=True)
    _keep_variables(parsed, read)
    return "" if parsed.content == [] else parsed.serialize()


def _keep_variables(rule: Any, used: Set[str]) -> None:
    if rule.type == "at-rule" and rule.lower_at_keyword in _GROUPS and rule.content:
        inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        for child in inner:
            _keep_variables(child, used)
        kept = [child for child in inner if child.content != []]
        rule.content = tinycss2.parse_component_value_list(tinycss2.serialize(kept))
    elif rule.type == "qualified-rule":
        items = tinycss2.parse_blocks_contents(
            rule.content, skip_comments=True, skip_whitespace=True
        )
        kept = [
            item
            for item in items
            if item.type != "declaration" or not item.name.startswith("--") or item.name in used
        ]
        text = "".join(
            item.serialize() + (";" if item.type == "declaration" else "") for item in kept
        )
        rule.content = tinycss2.parse_component_value_list(text)


def _prune(rule: Any, words: Set[str]) -> bool:
    """Shorten ``rule`` to what can match; say whether anything is left of it."""
    if rule.type == "qualified-rule":
        selectors = _split(rule.prelude)
        matching = [selector for selector in selectors if _can_match(selector, words)]
        if len(matching) < len(selectors):
            comma = tinycss2.parse_component_value_list(",")
            rule.prelude = [token for selector in matching for token in [*selector, *comma]][:-1]
        return bool(matching)
    if rule.type == "at-rule" and rule.lower_at_keyword in _GROUPS and rule.content is not None:
        inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        kept = [child for child in inner if _prune(child, words)]
        rule.content = tinycss2.parse_component_value_list(tinycss2.serialize(kept))
        return bool(kept)
    return True


def _split(prelude: list[Any]) -> list[list[Any]]:
    """The selectors of a list of selectors."""
    selectors: list[list[Any]] = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def _can_match(selector: list[Any], words: Set[str]) -> bool:
    """False if a class or id that ``selector`` asks for outside of ``:not()`` etc. is unknown."""
    before = None
    for token in selector:
        named = token.type == "hash" or (token.type == "ident" and before == ".")
        if named and not words.issuperset(WORD.findall(token.value)):
            return False
        before = token.value if token.type == "literal" else None
    return True


@cache
def _family(rule: str) -> str:
    """The family that a rule defines; empty where it is no ``@font-face``."""
    if not rule.startswith("@font-face"):
        return ""
    font = tinycss2.parse_one_rule(rule, skip_comments=True)
    for item in tinycss2.parse_declaration_list(font.content):
        if item.type == "declaration" and item.lower_name == "font-family":
            return str(tinycss2.serialize(item.value)).strip().strip("\"'")
    raise ValueError("expected @font-face to name its font-family, got none")


def _wanted(family: str, text: str) -> bool:
    """Whether ``text`` uses a family of fonts."""
    return family in text and not family.startswith(_REPLACED_FONTS)
