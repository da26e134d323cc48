"""A new alias -> a record or value of its own; in the other branch of an `if` the same name is the same one."""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.model.constants import mismatch
from engine.model.model import Named, Record, Value
from engine.model.names import called
from engine.model.scope import Entry, RecordName, Scope, ValueName
from engine.model.types import UNKNOWN_TABLE, same_table, wider
from engine.model.world import World
from engine.syntax import ast


def new_record(world: World, scope: Scope, alias: ast.Name, table: Table) -> Record:
    """The record that an alias names from here on."""
    twin = scope.branch.get(alias.text)
    if isinstance(twin, RecordName) and isinstance(twin.record, Record) and same_table(twin.record.table, table):
        record = Record(span=alias.span, key=twin.record.key, name=alias.text, table=table)
    else:
        _differs(world, alias, twin, called(table) if table is not UNKNOWN_TABLE else "")
        record = world.record(alias.text, table, alias.span)
    _take(world, scope, alias, RecordName(record=record, span=alias.span), twin)
    world.defined("alias", alias.text, alias.span)
    return record


def new_value(world: World, scope: Scope, alias: ast.Name, value: Value) -> Named:
    """The name of a value from here on."""
    twin = scope.branch.get(alias.text)
    type_ = value.type
    if isinstance(twin, ValueName) and isinstance(twin.value, Named):
        wide = wider(twin.value.type, value.type)
        if wide is None:
            mismatch(world, value, twin.value.type)
        type_, key = wide or type_, twin.value.key
    else:
        _differs(world, alias, twin, "a value")
        key = world.key(alias.text)
    named = Named(span=alias.span, type=type_, key=key, name=alias.text)
    _take(world, scope, alias, ValueName(value=named, span=alias.span), twin)
    world.defined("let", alias.text, alias.span)
    return named


def lost(world: World, scope: Scope, alias: ast.Name) -> None:
    """A name for something that could not be bound; nothing more is said about it."""
    record = world.record(alias.text, UNKNOWN_TABLE, alias.span)
    if scope.look(alias.text) is None:
        scope.names[alias.text] = RecordName(record=record, span=alias.span)


def _take(world: World, scope: Scope, alias: ast.Name, entry: Entry, twin: Entry | None) -> None:
    first = scope.look(alias.text)
    if first is not None and first is not twin:
        told = f"{alias.text} is already the name of something here, since line {first.span.line}"
        world.say("E216", alias.span, told, "choose another name")
    scope.names[alias.text] = entry


def _differs(world: World, alias: ast.Name, twin: Entry | None, what: str) -> None:
    if twin is None or not what:
        return
    other = called(twin.record.table) if isinstance(twin, RecordName) else "a value"
    if isinstance(twin, RecordName) and twin.record.table is UNKNOWN_TABLE:
        return
    told = f"{alias.text} is {other} in one branch of the `if` and {what} in the other"
    world.say("E216", alias.span, told, "choose two names")
