"""Parts of values, conditions and filters -> their nodes, where more is to be done than filling in the fields."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from engine.source import Span
from engine.syntax import ast
from engine.syntax.kinds import SlipError
from engine.syntax.lex import is_pattern

Children = list[Any]

# --- names and values -------------------------------------------------------------------------------

_MOST_DIGITS = 38  # as many as a number of the databases behind can have
FUNCTION = re.compile(r"([a-z]+(?: [a-z]+)*)\(")
# What follows a comma on a line and would otherwise be read as the end of a name.
OPTION = re.compile(r" (keep if blank|unchecked|off|blank means|exact case|to (?:sales|bc) )(?![\w.\-])")


def short(written: str, at: Span) -> None:
    """Refuses a number that no database could hold."""
    if len(written) > _MOST_DIGITS:
        raise SlipError("number-too-long", at, str(_MOST_DIGITS))


def name(c: Children, at: Span) -> ast.Name:
    """A name, without quotes if it has any. SlipError: nothing in the quotes, a function that does not exist, a comma
    forgotten.
    """
    written: str = c[0]
    if written[0] == '"':
        if not written[1:-1].strip():
            raise SlipError("unexpected", at, written)
        return ast.Name(span=at, text=written[1:-1], quoted=True)
    if "(" in written and (called := FUNCTION.match(written)):
        place = Span(source=at.source, start=at.start, end=at.start + called.end() - 1)
        raise SlipError("unknown-function", place, called[1])
    if " " in written and (option := OPTION.search(written)):
        place = Span(source=at.source, start=at.start + option.start(1), end=at.end)
        raise SlipError("comma-missing", place, option[1])
    return ast.Name(span=at, text=written)


def path(c: Children, at: Span) -> ast.Path:
    return ast.Path(span=at, names=tuple(c))


def text(c: Children, at: Span) -> ast.Text:
    return ast.Text(span=at, value=unquoted(c[0]))


def unquoted(written: str) -> str:
    """`'O''Neill'` -> `O'Neill`."""
    return written[1:-1].replace("''", "'")


def number(c: Children, at: Span) -> ast.Number:
    """A number of any length that a database can hold. SlipError: a longer one."""
    short(c[0], at)
    return ast.Number(span=at, value=Decimal(c[0]), written=c[0])


def date_(c: Children, at: Span) -> ast.Date:
    """A date as year, month and day. SlipError: the calendar has no such day."""
    try:
        return ast.Date(span=at, value=date.fromisoformat(c[0]))
    except ValueError:
        raise SlipError("no-such-date", at, c[0]) from None


def duration(c: Children, at: Span) -> ast.Duration:
    """A length of time, such as `14D`. SlipError: too long a number."""
    short(c[0], at)
    return ast.Duration(span=at, count=int(c[0][:-1]), unit=c[0][-1])


def function(c: Children, at: Span) -> str:
    """The words of a function before its bracket, with one blank between them."""
    return " ".join(c[0][:-1].split())


def call(c: Children, at: Span) -> ast.Call:
    return ast.Call(span=at, function=c[0], arguments=c[1])


def arithmetic(c: Children, at: Span) -> ast.Arithmetic:
    """Two values joined by a sign. SlipError: one of them is a bracket that holds a filter."""
    _value(c[0])
    _value(c[2])
    return ast.Arithmetic(span=at, left=c[0], operator=c[1], right=c[2])


def minus(c: Children, at: Span) -> ast.Minus:
    """A value with `-` before it. SlipError: it is a bracket that holds a filter."""
    _value(c[0])
    return ast.Minus(span=at, operand=c[0])


def via(c: Children, at: Span) -> ast.Via:
    """`X via M`. SlipError: X is a bracket that holds a filter."""
    _value(c[0])
    return ast.Via(span=at, value=c[0], mappings=c[1])


def using(c: Children, at: Span) -> ast.Using:
    """`X using V`. SlipError: X is a bracket that holds a filter."""
    _value(c[0])
    return ast.Using(span=at, value=c[0], values=c[1])


def aggregate(c: Children, at: Span) -> ast.Aggregate:
    return ast.Aggregate(span=at, kind=c[0].split()[0], value=c[1], table=c[2], where=c[3])


# --- conditions and filters -----------------------------------------------------------------------------


def equals(c: Children, at: Span) -> ast.Equals:
    return ast.Equals(span=at, left=c[0], filter=operand(c[1]))


def any_of(c: Children, at: Span) -> ast.AnyOf:
    return ast.AnyOf(span=at, parts=tuple(operand(part) for part in c))


def all_of(c: Children, at: Span) -> ast.AllOf:
    return ast.AllOf(span=at, parts=tuple(operand(part) for part in c))


def relation_to(c: Children, at: Span) -> ast.Relation:
    """An operator and a value. SlipError: a bracket with a filter behind the operator."""
    return ast.Relation(span=at, operator=c[0], operand=_value(operand(c[1])))


def range_between(c: Children, at: Span) -> ast.Range:
    return ast.Range(span=at, low=_value(c[0]), high=_value(c[1]))


def range_from(c: Children, at: Span) -> ast.Range:
    return ast.Range(span=at, low=_value(c[0]), high=None)


def range_to(c: Children, at: Span) -> ast.Range:
    return ast.Range(span=at, low=None, high=_value(c[0]))


def pattern(c: Children, at: Span) -> ast.Pattern:
    """A text with `*` or `?`, or one led by `@`; quotes are taken off."""
    written: str = c[0]
    if written.startswith("@'"):
        return ast.Pattern(span=at, text="@" + unquoted(written[1:]))
    return ast.Pattern(span=at, text=written)


def filter_group(c: Children, at: Span) -> ast.FilterGroup | ast.Group:
    """Brackets in a filter are plain brackets when a plain value stands in them."""
    inner = operand(c[0])
    if isinstance(inner, _FILTERS):
        return ast.FilterGroup(span=at, inner=inner)
    return ast.Group(span=at, inner=inner)


_FILTERS = (ast.AnyOf, ast.AllOf, ast.Relation, ast.Range, ast.Pattern, ast.FilterGroup)


def operand(found: Any) -> Any:
    """A quoted text with `*`, `?` or a leading `@` is a pattern where a filter asks for it."""
    if isinstance(found, ast.Text) and is_pattern(found.value):
        return ast.Pattern(span=found.span, text=found.value)
    return found


def _value(found: Any) -> Any:
    """Refuses to calculate with a bracket that holds a filter: `(A|B) + 1`."""
    if isinstance(found, ast.FilterGroup):
        raise SlipError("filter-as-value", found.span)
    return found
