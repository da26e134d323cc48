"""`when C` -> yes or no under the settings: it may ask settings, fixed values and `let`s of these, no data.

Every part of a condition is asked, so that a part that asks data is told even where it would not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import assert_never

import engine.model.conditions as conditions
from engine.model.model import (
    All,
    AllOf,
    Among,
    Any,
    AnyOf,
    Blank,
    Call,
    Choose,
    Compares,
    Condition,
    Constant,
    Coupled,
    CoupledTogether,
    Exists,
    Filter,
    Holds,
    Let,
    Like,
    Matches,
    Named,
    Not,
    Range,
    Relation,
    SettingValue,
    Truth,
    Value,
)
from engine.model.scope import Scope
from engine.model.types import is_unknown
from engine.model.world import World
from engine.source import Span
from engine.syntax import ast


class AsksDataError(Exception):
    """A condition under `when` needs a record; span says where."""

    def __init__(self, span: Span) -> None:
        super().__init__()
        self.span = span


def holds(world: World, scope: Scope, node: ast.Expression) -> bool:
    """Does a `when` hold under the settings? A finding when it asks for data; it then holds."""
    return verdict(world, conditions.condition_of(world, scope.plain(), node))


def verdict(world: World, condition: Condition) -> bool:
    """The same for a bound condition."""
    try:
        return _holds(world, condition)
    except AsksDataError as problem:
        told = "`when` asks for data here"
        hint = "`when` may ask for settings only; inside a block write `if`, on a mapping `filter` or `leave out`"
        world.say("E223", problem.span, told, hint)
        return True


def settled(world: World, condition: Condition) -> bool | None:
    """What the settings make of any condition; None when the data decide."""
    try:
        return _holds(world, condition)
    except AsksDataError:
        return None


def _holds(world: World, condition: Condition) -> bool:
    match condition:
        case All():
            verdicts = [_holds(world, part) for part in condition.parts]
            return all(verdicts)
        case Any():
            verdicts = [_holds(world, part) for part in condition.parts]
            return any(verdicts)
        case Not():
            return not _holds(world, condition.part)
        case Holds():
            return bool(_value(world, condition.value))
        case Matches():
            return _fits(world, _value(world, condition.value), condition.filter)
        case Compares():
            return _compares(condition.operator, _value(world, condition.left), _value(world, condition.right))
        case Blank(what=what):
            if isinstance(what, Constant | SettingValue | Named | Call | Choose | Truth):
                return is_blank(_value(world, what))
            raise AsksDataError(condition.span)
        case Coupled() | CoupledTogether() | Exists():
            raise AsksDataError(condition.span)
        case _:
            assert_never(condition)


def is_blank(value: object) -> bool:
    """Blank is one thing: empty text, 0, No, nothing (rule of evaluation 4)."""
    return value is None or value is False or value == "" or (isinstance(value, int | Decimal) and value == 0)


def _value(world: World, value: Value) -> object:
    match value:
        case Constant():
            return value.value
        case SettingValue():
            if value.type.kind == "option" and is_blank(world.settings.get(value.name)):
                return world.settings.get(value.name, value.type.blank_option) or value.type.blank_option
            return world.settings.get(value.name)
        case Truth():
            return _holds(world, value.condition)
        case Choose():
            return _value(world, value.then if _holds(world, value.condition) else value.otherwise)
        case Call(function="first filled"):
            found = (_value(world, one) for one in value.arguments)
            return next((one for one in found if not is_blank(one)), None)
        case Named():
            shared = world.shared.get(value.key)
            if shared is not None and isinstance(shared.statement, Let):
                return _value(world, shared.statement.value)
        case _:
            pass
    if is_unknown(value.type):
        return None
    raise AsksDataError(value.span)


def _fits(world: World, value: object, filter_: Filter) -> bool:
    match filter_:
        case AnyOf():
            return any(_fits(world, value, part) for part in filter_.parts)
        case AllOf():
            return all(_fits(world, value, part) for part in filter_.parts)
        case Relation():
            return _compares(filter_.operator, value, _value(world, filter_.operand))
        case Range():
            low = filter_.low is None or _compares(">=", value, _value(world, filter_.low))
            return low and (filter_.high is None or _compares("<=", value, _value(world, filter_.high)))
        case Among():
            raise AsksDataError(filter_.span)
        case Like():
            text = "" if value is None else str(value)
            pattern = filter_.pattern
            if filter_.ignore_case:
                text, pattern = text.casefold(), pattern.casefold()
            return fnmatchcase(text, re.sub(r"\[", "[[]", pattern)) != filter_.negated
        case _:
            assert_never(filter_)


COMPARISONS: dict[str, Callable[[str | Decimal, str | Decimal], bool]] = {
    "<": lambda one, other: one < other,  # type: ignore[operator]
    ">": lambda one, other: one > other,  # type: ignore[operator]
    "<=": lambda one, other: one <= other,  # type: ignore[operator]
    ">=": lambda one, other: one >= other,  # type: ignore[operator]
}


def _compares(operator: str, left: object, right: object) -> bool:
    if operator in ("=", "<>"):
        same = (is_blank(left) and is_blank(right)) or _plain(left) == _plain(right)
        return same == (operator == "=")
    one, other = _plain(left), _plain(right)
    if type(one) is not type(other):
        return False
    return COMPARISONS[operator](one, other)


def _plain(value: object) -> str | Decimal:
    match value:
        case None:
            return ""
        case bool():
            return Decimal(int(value))
        case int() | Decimal():
            return Decimal(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC).isoformat()
        case _:
            return str(value)
