"""Written expressions -> typed values, by the rules of evaluation 1 and 2."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

import engine.model.conditions as conditions
import engine.model.lookups as lookups
from engine.model.constants import BLANK, blank_of, fitted, is_blank_word, mismatch, text, unknown
from engine.model.dayvalues import day_of
from engine.model.facts import NameKind
from engine.model.functions import call
from engine.model.model import (
    Aggregate,
    AnyRecord,
    Arithmetic,
    Behind,
    Choose,
    Clock,
    Constant,
    Itself,
    Named,
    Negative,
    NextNumber,
    Record,
    SettingValue,
    Shift,
    Truth,
    Type,
    Value,
)
from engine.model.names import behind, called, column, field_named, option_number, setting_named, table_named
from engine.model.scope import Entry, PieceName, RecordName, Scope, ValueName
from engine.model.shared import shared_entry
from engine.model.types import (
    BOOLEAN,
    DATE,
    DECIMAL,
    INTEGER,
    MOMENT,
    UNKNOWN_TABLE,
    described,
    group,
    is_unknown,
    joined,
    wider,
)
from engine.model.unknown import unknown_name
from engine.model.world import World
from engine.source import Span
from engine.syntax import ast


def value_of(world: World, scope: Scope, node: ast.Expression, wanted: Type | None = None) -> Value:
    """The value of an expression. wanted: the type of the place it goes to, which decides what bare names mean."""
    found = record_or_value(world, scope, node, wanted)
    if isinstance(found, Record | Behind):
        return itself(found, node.span)
    return fitted(world, found, wanted) if isinstance(found, Constant) else found


def checked_value(world: World, scope: Scope, node: ast.Expression, wanted: Type | None) -> Value:
    """The value of an expression, with a finding when it cannot go where `wanted` is wanted."""
    return fitted(world, value_of(world, scope, node, wanted), wanted)


def itself(record: AnyRecord, span: Span) -> Value:
    """An alias alone as a value: the id of its record."""
    if record.table is UNKNOWN_TABLE:
        return unknown(span)
    return Itself(span=span, type=Type(kind="id", table=record.table), record=record)


def record_or_value(world: World, scope: Scope, node: ast.Expression, wanted: Type | None = None) -> AnyRecord | Value:
    """What an expression stands for: a record when it is an alias alone, else a value."""
    with world.deeper(node.span) as fine:
        if not fine:
            return unknown(node.span)
        if wanted is not None and not is_unknown(wanted) and group(wanted) == "calendar":
            meant = day_of(world, scope, node)
            if meant is not None:
                return meant
        return _found(world, scope, node, wanted)


def _found(world: World, scope: Scope, node: ast.Expression, wanted: Type | None) -> AnyRecord | Value:
    match node:
        case ast.Path():
            return _path(world, scope, node, wanted)
        case ast.Group():
            return record_or_value(world, scope, node.inner, wanted)
        case ast.Text():
            return text(node.span, node.value)
        case ast.Number():
            if wanted is not None and not is_unknown(wanted) and group(wanted) == "textual":
                return text(node.span, node.written)
            return _number(node)
        case ast.Date():
            return Constant(span=node.span, type=DATE, value=node.value)
        case ast.Duration():
            world.say("E210", node.span, "a length of time stands alone", "add it to a date: `today + 1Y`")
            return unknown(node.span)
        case ast.Word():
            return _word(world, node, wanted)
        case ast.Setting():
            known = setting_named(world, node.name)
            if is_unknown(known.type):
                return unknown(node.span)
            return SettingValue(span=node.span, type=known.type, name=known.name)
        case ast.Call():
            return call(world, scope, node, value_of)
        case ast.Choose():
            return _choose(world, scope, node, wanted)
        case ast.Arithmetic():
            return _arithmetic(world, scope, node)
        case ast.Minus():
            return _minus(world, scope, node)
        case ast.Via():
            return lookups.via(world, scope, node, wanted)
        case ast.Using():
            return lookups.using(world, scope, node, wanted)
        case ast.Aggregate():
            return _aggregate(world, scope, node)
        case ast.NextNumber():
            return unknown(node.span) if is_unknown(wanted) else _next_number(world, scope, node)
        case (
            ast.And()
            | ast.Or()
            | ast.Not()
            | ast.Equals()
            | ast.Compare()
            | ast.IsBlank()
            | ast.IsCoupled()
            | ast.CoupledWith()
            | ast.ThereIs()
        ):
            return Truth(span=node.span, type=BOOLEAN, condition=conditions.condition_of(world, scope, node))
        case _:
            assert_never(node)


# --- names ----------------------------------------------------------------------------------------------


def _path(world: World, scope: Scope, node: ast.Path, wanted: Type | None) -> AnyRecord | Value:
    head, rest = node.names[0], node.names[1:]
    if not rest:
        return _bare(world, scope, head, wanted)
    entry = _entry(world, scope, head)
    match entry:
        case RecordName():
            return _walk(world, entry.record, rest, node)
        case PieceName():
            return _piece(world, entry, rest)
        case ValueName():
            start = behind(world, entry.origin, head.span) if entry.origin is not None else None
            if start is not None:
                return _walk(world, start, rest, node)
            if entry.origin is None and not is_unknown(entry.value.type):
                told = f"{head.text} is a value ({described(entry.value.type)}), not a record"
                world.say("E222", head.span, told, "a value has no fields; `find` the record first")
            return unknown(node.span)
        case None:
            pass
    if scope.bare is not None and (scope.bare.table is UNKNOWN_TABLE or scope.bare.table.find(head.text)):
        return _walk(world, scope.bare, node.names, node)
    unknown_name(world, scope, head, None)
    return unknown(node.span)


def _entry(world: World, scope: Scope, name: ast.Name) -> Entry | None:
    entry = scope.look(name.text)
    if entry is None:
        entry = shared_entry(world, name)
    if entry is not None:
        kind: NameKind = "alias" if isinstance(entry, RecordName) else "let"
        world.used(kind, name.text, name.span, entry.span)
    return entry


def _walk(world: World, record: AnyRecord, names: tuple[ast.Name, ...], node: ast.Path) -> Value:
    for name in names[:-1]:
        field = field_named(world, record.table, name)
        if field is None:
            return unknown(node.span)
        start = behind(world, column(world, record, field, node.names[0].span.to(name.span)), name.span)
        if start is None:
            return unknown(node.span)
        record = start
    field = field_named(world, record.table, names[-1])
    return unknown(node.span) if field is None else column(world, record, field, node.span)


def _piece(world: World, entry: PieceName, rest: tuple[ast.Name, ...]) -> Value:
    match [name.text for name in rest]:
        case ["Text"]:
            return entry.text
        case ["Number"]:
            return entry.number
    world.say("E204", rest[0].span, f"a piece of a text has no {rest[0].text}", "a piece has Text and Number")
    return unknown(rest[0].span)


def _bare(world: World, scope: Scope, name: ast.Name, wanted: Type | None) -> AnyRecord | Value:
    """A name alone (rule of evaluation 2): a value of the option that is wanted, else an alias, else a field."""
    if wanted is not None and wanted.kind == "option":
        number = option_number(wanted, name.text)
        if number is not None:
            return Constant(span=name.span, type=wanted, value=number)
    if scope.fields_first:
        field = _field_in_sight(world, scope, name)
        if field is not None:
            return field
    entry = _entry(world, scope, name)
    match entry:
        case RecordName():
            return entry.record
        case ValueName(value=Named() as named):
            return replace(named, span=name.span)
        case ValueName():
            return entry.value
        case PieceName():
            world.say("E222", name.span, f"{name.text} is a piece of a text", f"write {name.text}.Text")
            return unknown(name.span)
        case None:
            pass
    field = None if scope.fields_first else _field_in_sight(world, scope, name)
    if field is None:
        unknown_name(world, scope, name, wanted)
        return unknown(name.span)
    return field


def _field_in_sight(world: World, scope: Scope, name: ast.Name) -> Value | None:
    """The field of the record that bare names belong to; None when it has no such field."""
    if scope.bare is None:
        return None
    if scope.bare.table is UNKNOWN_TABLE:
        return None if scope.fields_first and scope.look(name.text) else unknown(name.span)
    if not scope.bare.table.find(name.text):
        return None
    field = field_named(world, scope.bare.table, name)
    return unknown(name.span) if field is None else column(world, scope.bare, field, name.span)


# --- plain values -----------------------------------------------------------------------------------------


def _number(node: ast.Number) -> Constant:
    if "." in node.written or node.value != node.value.to_integral_value():
        return Constant(span=node.span, type=DECIMAL, value=node.value)
    return Constant(span=node.span, type=INTEGER, value=int(node.value))


def _word(world: World, node: ast.Word, wanted: Type | None) -> Value:
    match node.word:
        case "today" | "work date":
            return Clock(span=node.span, type=DATE, word=node.word)
        case "now":
            return Clock(span=node.span, type=MOMENT, word="now")
        case "Yes" | "No":
            if wanted is not None and wanted.kind == "option":
                return text(node.span, node.word)
            return Constant(span=node.span, type=BOOLEAN, value=node.word == "Yes")
        case "by bc":
            world.say("E230", node.span, "by bc stands alone on the right of `:=`", "write a value here")
            return unknown(node.span)
        case "blank":
            if wanted is not None and not is_unknown(wanted):
                return blank_of(wanted, node.span)
            return Constant(span=node.span, type=BLANK, value="")
        case _:
            assert_never(node.word)


def _choose(world: World, scope: Scope, node: ast.Choose, wanted: Type | None) -> Value:
    condition = conditions.condition_of(world, scope, node.condition)
    then = value_of(world, scope, node.then, wanted)
    otherwise = value_of(world, scope, node.otherwise, wanted)
    if wanted is not None:
        then, otherwise = fitted(world, then, wanted), fitted(world, otherwise, wanted)
        return Choose(span=node.span, type=wanted, condition=condition, then=then, otherwise=otherwise)
    if is_blank_word(then):
        then = fitted(world, then, otherwise.type)
    if is_blank_word(otherwise):
        otherwise = fitted(world, otherwise, then.type)
    type_ = wider(then.type, otherwise.type)
    if type_ is None:
        mismatch(world, otherwise, then.type)
        type_ = then.type
    return Choose(span=node.span, type=type_, condition=condition, then=then, otherwise=otherwise)


def _arithmetic(world: World, scope: Scope, node: ast.Arithmetic) -> Value:
    left = value_of(world, scope, node.left)
    if isinstance(node.right, ast.Duration):
        return _shift(world, node, left, node.right)
    right = value_of(world, scope, node.right)
    if is_unknown(left.type) or is_unknown(right.type):
        return unknown(node.span)
    one, other = group(left.type), group(right.type)
    if node.operator == "+" and one == other == "textual":
        return Arithmetic(span=node.span, type=joined(left.type, right.type), operator="+", left=left, right=right)
    if one == other == "number":
        whole = left.type.kind == right.type.kind == "integer" and node.operator != "/"
        type_ = INTEGER if whole else DECIMAL
        return Arithmetic(span=node.span, type=type_, operator=node.operator, left=left, right=right)
    told = f"`{node.operator}` does not go between {described(left.type)} and {described(right.type)}"
    world.say("E210", node.span, told, "`+ - * /` take numbers, `+` also two texts or a date and a length of time (1Y)")
    return unknown(node.span)


def _shift(world: World, node: ast.Arithmetic, start: Value, by: ast.Duration) -> Value:
    if is_unknown(start.type):
        return start
    if group(start.type) != "calendar" or node.operator not in ("+", "-"):
        told = f"a length of time is not added to {described(start.type)}"
        world.say("E210", node.span, told, "a length of time (1Y, 30D) is added to a date or taken from it")
        return unknown(node.span)
    count = by.count if node.operator == "+" else -by.count
    return Shift(span=node.span, type=start.type, date=start, count=count, unit=by.unit)


def _minus(world: World, scope: Scope, node: ast.Minus) -> Value:
    operand = value_of(world, scope, node.operand)
    if is_unknown(operand.type):
        return operand
    if group(operand.type) != "number":
        world.say("E210", node.span, f"there is no minus of {described(operand.type)}")
        return unknown(node.span)
    if isinstance(operand, Constant) and isinstance(operand.value, int) and not isinstance(operand.value, bool):
        return Constant(span=node.span, type=operand.type, value=-operand.value)
    return Negative(span=node.span, type=operand.type, operand=operand)


def _aggregate(world: World, scope: Scope, node: ast.Aggregate) -> Value:
    record = world.nameless(table_named(world, node.table), node.table.span)
    inner = scope.where(record)
    where = None if node.where is None else conditions.condition_of(world, inner, node.where)
    if node.value is None:
        return Aggregate(span=node.span, type=INTEGER, kind="count", value=None, record=record, where=where)
    value = value_of(world, inner, node.value)
    if is_unknown(value.type):
        return unknown(node.span)
    kind = group(value.type)
    if kind != "number" and (node.kind == "sum" or kind != "calendar"):
        told = f"there is no {node.kind} of {described(value.type)} in {called(record.table)}"
        world.say("E210", node.value.span, told, "`sum of` takes numbers, `max of` numbers and dates")
        return unknown(node.span)
    return Aggregate(span=node.span, type=value.type, kind=node.kind, value=value, record=record, where=where)


def _next_number(world: World, scope: Scope, node: ast.NextNumber) -> Value:
    if scope.writing is None or scope.target is None:
        world.say("E230", node.span, "`next number` stands where no field is set", "write it on the right of `:=`")
        return unknown(node.span)
    type_ = column(world, scope.writing, scope.target, node.span).type if scope.writing.table.name else None
    start = None if node.start is None else value_of(world, scope, node.start)
    if type_ is None or (start is not None and is_unknown(start.type)):
        return unknown(node.span)
    step = None if node.step is None else int(node.step.value)
    return NextNumber(span=node.span, type=type_, start=start, step=step, record=scope.writing, field=scope.target)
