"""A name, a pattern or a text as it must be written: with quotes only where the grammar needs them."""

from __future__ import annotations

import re
from functools import cache

from engine.syntax import ast
from engine.syntax.build_values import FUNCTION, OPTION
from engine.syntax.drive import phrases
from engine.syntax.lex import GOING_ON_WORDS, NAME, PATTERN, VALUE_WORDS, is_pattern
from engine.syntax.tables import tables

_NAME = re.compile(NAME, re.VERBOSE)
# Where a name stands, by words that tell the parser's rows of that place apart.
INSIDE = ""  # where only a name can stand
VALUE = "not"  # where a value begins
ITEM = "depends on"  # where a line of a mapping begins
STATEMENT = "require"  # where a statement begins
ROWS = "sales"  # where a record or a table is named


@cache
def keywords(place: str) -> dict[str, int]:
    """The words that are keywords in a place, so that a name cannot begin with them."""
    if not place:
        return {}
    found: dict[str, int] = {}
    for row in tables().rows:
        if "NAME" in row and "(" in row and ("depends on" not in row or place == ITEM):
            found.update(row)
        if place == STATEMENT and "NAME" in row and "require" in row:
            found.update(row)
    if place in (ITEM, STATEMENT):
        found.update(dict.fromkeys(GOING_ON_WORDS, 0))
    if place == ROWS:
        found.update({"bc": 0, "sales": 0})
    elif place == VALUE:
        found.pop("bc", None)
        found.pop("sales", None)
    return found


@cache
def written_name(text: str, place: str, followed_by_dot: bool, in_filter: bool) -> str:
    """The name, in double quotes where it would be read as something else."""
    if _needs_quotes(text, place, followed_by_dot, in_filter):
        return f'"{text}"'
    return text


def _needs_quotes(text: str, place: str, followed_by_dot: bool, in_filter: bool) -> bool:
    if _NAME.fullmatch(text) is None or FUNCTION.match(text) or OPTION.search(text):
        return True
    if (followed_by_dot and text.endswith(".")) or (in_filter and is_pattern(text)):
        return True
    return bool(place) and (text in VALUE_WORDS or phrases().longest(text, 0, keywords(place)) is not None)


def written_text(node: ast.Text) -> str:
    """A text in its quotes; a quote in it is doubled."""
    return "'" + node.value.replace("'", "''") + "'"


def written_pattern(node: ast.Pattern) -> str:
    """Bare where it can be."""
    found = PATTERN.fullmatch(node.text)
    if found is not None and found[1] == node.text and "'" not in node.text:
        return node.text
    return "'" + node.text.replace("'", "''") + "'"
