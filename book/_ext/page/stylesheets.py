"""Take out of a stylesheet what a page cannot match.

The theme's stylesheet has 397 kB, nine tenths of them for components that the book does not
have. A selector that asks for a class or an id which stands in no page and no script never
matches, so its rule can go. Anything less certain stays.
"""

import re
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


def keep_used(css: str, words: set[str]) -> str:
    """Return ``css`` without comments and without rules that need a name not in ``words``."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    kept = [rule for rule in rules if _prune(rule, words)]
    text = tinycss2.serialize([rule for rule in kept if not _is_font(rule)])
    fonts = [rule for rule in kept if _is_font(rule) and _wanted(rule, text)]
    return tinycss2.serialize(fonts) + text


def drop_unused_variables(css: str, elsewhere: str = "") -> str:
    """Return ``css`` without the custom properties that neither it nor ``elsewhere`` reads."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    read_elsewhere = set(VARIABLE.findall(elsewhere))
    while True:
        used = read_elsewhere | set(USED.findall(css))
        for rule in rules:
            _keep_variables(rule, used)
        shorter = tinycss2.serialize([rule for rule in rules if rule.content != []])
        if shorter == css:
            return css
        css = shorter


def _keep_variables(rule: Any, used: set[str]) -> None:
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


def _prune(rule: Any, words: set[str]) -> bool:
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


def _can_match(selector: list[Any], words: set[str]) -> bool:
    """False if a class or id that ``selector`` asks for outside of ``:not()`` etc. is unknown."""
    before = None
    for token in selector:
        named = token.type == "hash" or (token.type == "ident" and before == ".")
        if named and not words.issuperset(WORD.findall(token.value)):
            return False
        before = token.value if token.type == "literal" else None
    return True


def _is_font(rule: Any) -> bool:
    return rule.type == "at-rule" and rule.lower_at_keyword == "font-face"


def _wanted(font: Any, text: str) -> bool:
    """Whether ``text`` uses the family that the ``@font-face`` rule ``font`` defines."""
    for item in tinycss2.parse_declaration_list(font.content):
        if item.type == "declaration" and item.lower_name == "font-family":
            family = tinycss2.serialize(item.value).strip().strip("\"'")
            return family in text and not family.startswith(_REPLACED_FONTS)
    raise ValueError("expected @font-face to name its font-family, got none")
