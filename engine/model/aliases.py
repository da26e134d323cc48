"""A new alias -> a record or value of its own; a name that is in sight already is a finding."""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.model.model import Named, Record, Value
from engine.model.scope import Entry, RecordName, Scope, ValueName
from engine.model.types import UNKNOWN_TABLE
from engine.model.world import World
from engine.syntax import ast


def new_record(world: World, scope: Scope, alias: ast.Name, table: Table) -> Record:
    """The record that an alias names from here on."""
    record = world.record(alias.text, table, alias.span)
    _take(world, scope, alias, RecordName(record=record, span=alias.span))
    world.defined("alias", alias.text, alias.span)
    return record


def new_value(world: World, scope: Scope, alias: ast.Name, value: Value) -> Named:
    """The name of a value from here on."""
    named = Named(span=alias.span, type=value.type, key=world.key(alias.text), name=alias.text)
    _take(world, scope, alias, ValueName(value=named, span=alias.span))
    world.defined("let", alias.text, alias.span)
    return named


def lost(world: World, scope: Scope, alias: ast.Name) -> None:
    """A name for something that could not be bound; nothing more is said about it."""
    record = world.record(alias.text, UNKNOWN_TABLE, alias.span)
    if scope.look(alias.text) is None:
        scope.names[alias.text] = RecordName(record=record, span=alias.span)


def _take(world: World, scope: Scope, alias: ast.Name, entry: Entry) -> None:
    first = scope.look(alias.text)
    if first is not None:
        told = f"{alias.text} is already the name of something here, since line {first.span.line}"
        world.say("E216", alias.span, told, "choose another name")
    scope.names[alias.text] = entry
