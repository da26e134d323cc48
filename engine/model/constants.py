"""A fixed value -> the fixed value of the type that is wanted there: an option by its caption, blank of its kind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from engine.model.findings import listed
from engine.model.model import Choose, Constant, Itself, Record, Type, Value
from engine.model.names import option_number, unknown_option
from engine.model.types import UNKNOWN, assignable, described, group, is_unknown
from engine.model.world import World
from engine.source import Span

BLANK: Final = Type(kind="text", length=0)
"""The type of the word `blank` before it is known of what."""


def unknown(span: Span) -> Constant:
    """What stands for a value that could not be bound."""
    return Constant(span=span, type=UNKNOWN, value=None)


def text(span: Span, value: str) -> Constant:
    """A fixed text; its type is as long as the text."""
    return Constant(span=span, type=Type(kind="text", length=len(value)), value=value)


def blank_of(type_: Type, span: Span) -> Constant:
    """The blank of a type: `''`, 0, No, no date, the blank member of an option."""
    match group(type_):
        case "textual":
            return Constant(span=span, type=type_, value="")
        case "number":
            return Constant(span=span, type=type_, value=0)
        case "boolean":
            return Constant(span=span, type=type_, value=False)
        case "option":
            return Constant(span=span, type=type_, value=type_.blank_option)
        case _:
            return Constant(span=span, type=type_, value=None)


def is_blank_word(value: Value) -> bool:
    """Is this the word `blank`, which has no type before it meets one?"""
    return isinstance(value, Constant) and value.type is BLANK


def fitted(world: World, value: Value, wanted: Type | None) -> Value:
    """A value as it goes into a place of type `wanted`: constants are turned into that type, others are checked.

    A value that cannot go there is a finding (E210, E206); the value is then given back as it is.
    """
    if wanted is None or is_unknown(wanted) or is_unknown(value.type):
        return value
    if isinstance(value, Constant):
        return constant_as(world, value, wanted)
    if isinstance(value, Choose) and value.type is not wanted:
        then, otherwise = fitted(world, value.then, wanted), fitted(world, value.otherwise, wanted)
        return Choose(span=value.span, type=wanted, condition=value.condition, then=then, otherwise=otherwise)
    if not assignable(value.type, wanted):
        mismatch(world, value, wanted)
    elif group(value.type) == "textual" and group(wanted) in ("number", "calendar", "time", "boolean"):
        told = f"{_article(described(value.type))} is read as {_article(described(wanted))}"
        world.say("W203", value.span, told, "a text that cannot be read so leaves the field as it is, without a word")
    return value


def mismatch(world: World, value: Value, wanted: Type, place: Span | None = None) -> None:
    """Tells that a value has the wrong type for its place, and how people get from one to the other."""
    source, target = described(value.type), described(wanted)
    hint = ""
    pair = (group(value.type), group(wanted))
    if pair[1] != "identity" and isinstance(value, Itself):
        hint = alias_hint(value)
    elif pair in (("textual", "identity"), ("identity", "textual")):
        hint = "a key of one system becomes a record of the other by `via` and the name of their mapping"
    elif "option" in pair or "boolean" in pair:
        hint = "say which value becomes which with `using { A = B }`"
    elif pair == ("identity", "identity"):
        hint = "the field holds a record of another table"
    world.say("E210", place or value.span, f"{_article(source)} does not go where {_article(target)} is wanted", hint)


def alias_hint(value: Itself) -> str:
    """What to write where an alias alone is not enough."""
    alias = value.record.name if isinstance(value.record, Record) else "the record"
    table = value.record.table
    field = table.fields[table.key[-1]].caption if table.system == "bc" else "Name"
    return f"an alias alone is the id of its record; write a field of it, like {alias}.{field}"


def _article(words: str) -> str:
    if words.startswith("yes"):
        return words
    return f"an {words}" if words[0] in "aeio" else f"a {words}"


def constant_as(world: World, value: Constant, wanted: Type) -> Constant:
    """A constant as a constant of another type."""
    if value.type is BLANK or value.value == "":
        return blank_of(wanted, value.span)
    if value.type is wanted:
        return value
    converted = _converted(value.value, wanted)
    if converted is not None:
        return Constant(span=value.span, type=wanted, value=converted)
    if wanted.kind == "option" and isinstance(value.value, str):
        unknown_option(world, wanted, value.value, value.span)
    elif group(value.type) == group(wanted) and wanted.kind not in ("option", "date", "moment"):
        return value
    elif wanted.kind == "option" and value.type.kind == "integer":
        numbers = listed(str(one.number) for one in wanted.options)
        world.say("E206", value.span, f"there is no option value {value.value} here", f"it can be {numbers}")
    else:
        shown = f"'{value.value}'" if isinstance(value.value, str) else _shown(value.value)
        world.say("E210", value.span, f"{shown} does not go where {_article(described(wanted))} is wanted")
    return value


def _shown(value: object) -> str:
    match value:
        case True:
            return "Yes"
        case False:
            return "No"
        case _:
            return str(value)


Plain = str | Decimal | int | bool | date | datetime | UUID


def _converted(value: object, wanted: Type) -> Plain | None:
    """The value in the kind that is wanted; None when it has none."""
    match group(wanted), value:
        case "textual", bool():
            return "Yes" if value else "No"
        case "textual", str() | int() | Decimal() | date():
            return str(value)
        case "number", bool():
            return None
        case "number", int() | Decimal():
            return _number(str(value), wanted)
        case "number", str():
            return _number(value, wanted)
        case "boolean", bool():
            return value
        case "boolean", "Yes" | "No":
            return value == "Yes"
        case "option", bool():
            return option_number(wanted, "Yes" if value else "No")
        case "option", str():
            return option_number(wanted, value)
        case "option", int():
            return value if any(one.number == value for one in wanted.options) or not wanted.options else None
        case "calendar", datetime():
            return value
        case "calendar", date():
            midnight = datetime(value.year, value.month, value.day, tzinfo=UTC)
            return value if wanted.kind == "date" else midnight
        case "calendar", str():
            return _date(value) if wanted.kind == "date" else _moment(value)
        case "identity", str() if wanted.kind == "id":
            return _id(value)
        case _:
            return None


def _number(value: str, wanted: Type) -> Decimal | int | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    if wanted.kind in ("integer", "big integer"):
        return int(number) if number == number.to_integral_value() else None
    return number


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _id(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
