"""Conditions on one field -> whether any value satisfies them all, by trying every value that could tell.

The values tried are those the conditions name, their neighbours, the blank one, and for options and Yes/No simply
all. What is not known before a run (a setting, today, another field) may always hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from engine.checks.context import core, walk
from engine.model import model as m
from engine.model.types import is_unknown

Key = tuple[str, str]
TINY = Decimal("0.00000000000001")


def columns_of(condition: m.Condition) -> dict[Key, m.Column]:
    """The fields that a condition asks, by record and name; a Behind is a record of its own."""
    return {_key(column): column for column in walk(condition, m.Column)}


def _key(column: m.Column) -> Key:
    record = column.record
    if isinstance(record, m.Record):
        return record.key, column.field.name
    inner = _key(record.column)
    return f"{inner[0]}.{inner[1]}", column.field.name


def satisfiable(column: m.Column, parts: Sequence[m.Condition]) -> bool:
    """May some value of the field satisfy all these conditions? Yes when in doubt."""
    if sum(1 for _ in walk(tuple(parts), m.Constant)) > MOST_TRIED:
        return True
    likes = [one for one in walk(tuple(parts), m.Like) if not one.negated]
    if len(likes) > 1 or column.field.kind not in KINDS:
        return True
    return any(all(_holds(part, column, value) is not False for part in parts) for value in _tried(column, parts))


KINDS = frozenset(("text", "code", "option", "boolean", "integer", "big integer", "decimal", "date", "moment", "id"))


MOST_TRIED = 300
"""With more constants than this nobody is told anything: every one would be tried against every other."""


def _tried(column: m.Column, parts: Sequence[m.Condition]) -> Iterator[object]:
    """The values of the field that could tell whether the conditions can hold."""
    named = [one.value for one in walk(tuple(parts), m.Constant)]
    match column.field.kind:
        case "option":
            yield from {one.number for one in column.field.options} | {column.field.blank_option}
        case "boolean":
            yield from (False, True)
        case "text" | "code":
            texts = [_folded(one, column) for one in named if isinstance(one, str)]
            texts += [
                like.pattern.replace("*", fill).replace("?", "X")
                for like in walk(tuple(parts), m.Like)
                for fill in ("", "X")
            ]
            yield from ("", "\N{REPLACEMENT CHARACTER}", *texts)
        case "date" | "moment":
            yield None
            for one in named:
                if isinstance(one, date):
                    yield from (one - timedelta(days=1), one, one + timedelta(days=1))
        case "id":
            yield from (None, object(), *named)
        case kind:
            numbers = sorted(Decimal(one) for one in named if isinstance(one, int | Decimal))
            step = Decimal(1) if kind != "decimal" else TINY
            yield Decimal(0)
            for number in numbers:
                yield from (number - step, number, number + step)


def _folded(text: str, column: m.Column) -> str:
    return text.strip().upper() if column.field.kind == "code" else text


def _holds(condition: m.Condition, column: m.Column, value: object) -> bool | None:
    """Does a condition hold for a value of the field? None when that is not known here."""
    match condition:
        case m.All(parts=parts):
            return _both([_holds(part, column, value) for part in parts])
        case m.Any(parts=parts):
            return _either([_holds(part, column, value) for part in parts])
        case m.Not(part=part):
            held = _holds(part, column, value)
            return None if held is None else not held
        case m.Matches(value=asked, filter=wanted) if _is(asked, column):
            return _fits(wanted, column, value)
        case m.Compares(operator=operator, left=left, right=right) if _is(left, column):
            return _related(operator, column, value, right)
        case m.Holds(value=asked) if _is(asked, column):
            return value if isinstance(value, bool) else None
        case m.Blank(what=m.Column() as asked) if _is(asked, column):
            return _blank(column, value)
        case _:
            return None


def _is(value: m.Value, column: m.Column) -> bool:
    asked = core(value)
    return isinstance(asked, m.Column) and _key(asked) == _key(column)


def _blank(column: m.Column, value: object) -> bool:
    return value == column.field.blank_option if column.field.kind == "option" else value in ("", None, False, 0)


def _fits(wanted: m.Filter, column: m.Column, value: object) -> bool | None:
    match wanted:
        case m.AnyOf(parts=parts):
            return _either([_fits(part, column, value) for part in parts])
        case m.AllOf(parts=parts):
            return _both([_fits(part, column, value) for part in parts])
        case m.Relation(operator=operator, operand=operand):
            return _related(operator, column, value, operand)
        case m.Range(low=low, high=high):
            ends = [_related(">=", column, value, low)] if low is not None else []
            return _both(ends + ([_related("<=", column, value, high)] if high is not None else []))
        case m.Like(pattern=pattern, ignore_case=ignore_case, negated=negated):
            if not isinstance(value, str):
                return None
            held = _alike(pattern, value, ignore_case or column.field.kind == "code")
            return held != negated
        case m.Among():
            return None


def _alike(pattern: str, value: str, ignore_case: bool) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern)
    return re.fullmatch(expression, value, re.DOTALL | (re.IGNORECASE if ignore_case else 0)) is not None


def _related(operator: str, column: m.Column, value: object, operand: m.Value) -> bool | None:
    constant = core(operand)
    if not isinstance(constant, m.Constant) or is_unknown(constant.type):
        return None
    other: object = constant.value
    if isinstance(other, str) and isinstance(value, str):
        other = _folded(other, column)
    if operator in ("=", "<>"):
        equal = value == other or (_blank(column, value) and _blank(column, other))
        return equal == (operator == "=")
    return _ordered(operator, value, other)


def _ordered(operator: str, value: object, other: object) -> bool | None:
    """Order of numbers and days; that of texts is a matter of the database."""
    match value, other:
        case (None, date()):  # a blank day is before every other
            return False if operator in (">", ">=") else None
        case (bool(), _) | (_, bool()):
            return None
        case (int() | Decimal(), int() | Decimal()):
            below, above = value < other, value > other
        case (datetime(), datetime()):
            below, above = value < other, value > other
        case (datetime(), _) | (_, datetime()):
            return None
        case (date(), date()):
            below, above = value < other, value > other
        case _:
            return None
    return {"<": below, ">": above, "<=": not above, ">=": not below}[operator]


def _both(parts: Sequence[bool | None]) -> bool | None:
    return False if False in parts else None if None in parts else True


def _either(parts: Sequence[bool | None]) -> bool | None:
    return True if True in parts else None if None in parts else False
