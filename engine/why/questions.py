"""Conditions and values of rules -> questions to the database about one record, asked all at once.

The SQL is the planner's own (`engine.sql`), compiled in the scope in which the planner compiled the whole; a story can
so say nothing that the plan did not decide.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from engine.catalog.catalog import Table
from engine.model import model
from engine.run.ledger import label
from engine.run.world import World
from engine.source import Span
from engine.sql import blank
from engine.sql.conditions import condition, joined_by, negated
from engine.sql.lookups import partner
from engine.sql.quote import identifier, literal
from engine.sql.scope import Scope
from engine.sql.values import NotPlanned, Reading, entry_of, value

NUMBERED = " OVER ("
"""A number drawn over all records at once cannot be asked for one of them."""


@dataclass
class Sheet:
    """Questions, each an SQL expression over the rows of one FROM clause; equal ones are asked once."""

    asked: dict[str, int] = field(default_factory=dict)

    def ask(self, sql: str) -> int | None:
        """The number of a question; None when it cannot be asked for one record alone."""
        return None if NUMBERED in sql else self.asked.setdefault(sql, len(self.asked))

    def answers(self, world: World, rows: str) -> list[Any] | None:
        """The answers for the first row of a FROM clause; None when it has none."""
        listed = ", ".join(f"{sql} AS a{at}" for sql, at in self.asked.items()) or "1"
        found = world.connection.execute(f"SELECT {listed} FROM {rows} LIMIT 1").fetchone()
        return None if found is None else list(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """A value that is looked at. shown: question for the value as people read it. id, table: of the record it names."""

    name: str
    shown: int | None
    id: int | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A condition and its pieces. holds: question for its truth, or the truth itself where the settings decide."""

    text: str
    span: Span
    holds: int | None
    operands: tuple[Operand, ...] = ()
    parts: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """`X via M` in a value: what is looked up, and what each of the mappings gives for it. asked: is it needed?"""

    given: Operand
    found: tuple[tuple[str, Operand], ...]
    span: Span
    asked: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """`X using V` in a value."""

    given: Operand
    result: Operand
    name: str
    asked: int | None


@contextmanager
def aside(scope: Scope) -> Iterator[list[str]]:
    """Compile something in a scope without a trace in it; gives the joins that it needs beside those of the scope."""
    joins, made, names, extra = len(scope.joins), dict(scope.made), dict(scope.names), list[str]()
    try:
        yield extra
    finally:
        extra += scope.joins[joins:]
        del scope.joins[joins:]
        scope.made, scope.names = made, names


def words(span: Span) -> str:
    """A place as written, in one line."""
    return " ".join(span.text.split())


def test_of(node: model.Condition, reading: Reading, sheet: Sheet) -> Test:
    """A condition, taken apart as far as `and`, `or` and `not` go."""
    parts: tuple[Test, ...] = ()
    looked_at: tuple[Operand, ...] = ()
    match node:
        case model.All(parts=inner) | model.Any(parts=inner):
            parts = tuple(test_of(one, reading, sheet) for one in inner)
        case model.Not(part=model.All() | model.Any() as inner_one):
            parts = (test_of(inner_one, reading, sheet),)
        case _:
            looked_at = operands(node, reading, sheet)
    holds = sheet.ask(condition(node, reading))
    return Test(text=words(node.span), span=node.span, holds=holds, operands=looked_at, parts=parts)


def operands(node: object, reading: Reading, sheet: Sheet, own: frozenset[str] = frozenset()) -> tuple[Operand, ...]:
    """The values that an expression looks at, without those of records that it searches itself; each once.

    own: the keys of records that are being searched.
    """
    found: dict[str, Operand] = {}
    for one in _looked_at(node, own):
        asked = operand(one, reading, sheet)
        if asked is not None:
            found.setdefault(asked.name, asked)
    return tuple(found.values())


def _looked_at(node: object, own: frozenset[str]) -> Iterator[model.Value | model.AnyRecord]:
    match node:
        case model.Column(record=model.Record(key=key)) | model.Itself(record=model.Record(key=key)):
            if key not in own:
                yield node
        case model.Column(record=model.Behind(column=column)) | model.Itself(record=model.Behind(column=column)):
            if any(True for _ in _looked_at(column, own)):
                yield node
        case model.Named(key=key) | model.Record(key=key):
            if key not in own:
                yield node
        case model.SettingValue() | model.Clock() | model.Behind():
            yield node
        case model.Exists(record=record, where=where) | model.Aggregate(record=record, where=where):
            yield from _looked_at(where, own | {record.key})
        case model.CoupledTogether(record=record, other=other):
            yield from _looked_at(other, own | {record.key})
        case tuple():
            for part in node:
                yield from _looked_at(part, own)
        case model.Bound():
            for one in dataclasses.fields(node):
                if one.name not in ("span", "type"):
                    yield from _looked_at(getattr(node, one.name), own)
        case _:
            return


def operand(node: model.Value | model.AnyRecord, reading: Reading, sheet: Sheet) -> Operand | None:
    """One value or record; None where the planner has no SQL of it by itself."""
    try:
        if isinstance(node, (model.Record, model.Behind)):
            id = entry_of(node, reading).id
            table, name = node.table, node.name if isinstance(node, model.Record) else words(node.span)
            return Operand(name=name, shown=sheet.ask(f"CAST({id} AS VARCHAR)"), id=sheet.ask(id), table=table)
        if isinstance(node, model.SettingValue) and node.type.kind != "id":
            given = setting_text(reading.around.settings.get(node.name), node.type)
            return Operand(name=called(node), shown=sheet.ask(literal(given)))
        text = value(node, reading)
    except NotPlanned:
        return None
    return typed(called(node), text, node.type, sheet)


def setting_text(given: object, type: model.Type) -> str:
    """The value of a setting as people read it; an option may be given by its number or by its caption."""
    if isinstance(given, bool):
        return "Yes" if given else "No"
    if isinstance(given, int) and type.kind == "option":
        return next((one.caption.strip() for one in type.options if one.number == given), str(given))
    return "" if given is None else str(given)


def typed(name: str, sql: str, type: model.Type, sheet: Sheet) -> Operand:
    """An SQL value of a type."""
    id = sheet.ask(sql) if type.kind == "id" else None
    return Operand(name=name, shown=sheet.ask(blank.shown(sql, type)), id=id, table=type.table)


def called(node: model.Value) -> str:
    """How a value is called: a plain field of a mapping's record by its caption, all else as written."""
    if isinstance(node, model.Column) and isinstance(node.record, model.Record) and "." not in words(node.span):
        return node.field.caption
    return words(node.span)


def look_ups(node: object, reading: Reading, sheet: Sheet) -> tuple[LookUp, ...]:
    """The look-ups by coupling in a value, each mapping by itself."""
    found = []
    for one, guards in _inside(node, reading):
        if not isinstance(one, model.Partner):
            continue
        given = operand(one.value, reading, sheet)
        if given is None:
            continue
        each = tuple(
            (name, typed(name, partner(replace(one, mappings=(name,)), reading), one.type, sheet))
            for name in one.mappings
            if name in reading.around.mappings
        )
        asked = sheet.ask(joined_by("AND", list(guards)))
        found.append(LookUp(given=given, found=each, span=one.span, asked=asked))
    return tuple(found)


def translations(node: object, reading: Reading, sheet: Sheet) -> tuple[Translation, ...]:
    """The value lists in a value."""
    found = []
    for one, guards in _inside(node, reading):
        if isinstance(one, model.Translate):
            given = operand(one.value, reading, sheet)
            if given is not None:
                result = typed(one.list_name, value(one, reading), one.type, sheet)
                asked = sheet.ask(joined_by("AND", list(guards)))
                found.append(Translation(given=given, result=result, name=one.list_name, asked=asked))
    return tuple(found)


def _inside(node: object, reading: Reading, guards: tuple[str, ...] = ()) -> Iterator[tuple[object, tuple[str, ...]]]:
    """A value and all values in it that stand outside of a search, each with the truths under which it is needed."""
    match node:
        case tuple():
            for part in node:
                yield from _inside(part, reading, guards)
        case model.Exists() | model.Aggregate():
            return
        case model.Choose():
            test = condition(node.condition, reading)
            yield from _inside(node.then, reading, (*guards, test))
            yield from _inside(node.otherwise, reading, (*guards, negated(test)))
        case model.Bound():
            yield node, guards
            for one in dataclasses.fields(node):
                if one.name not in ("span", "type"):
                    yield from _inside(getattr(node, one.name), reading, guards)


def anybody(id: object, world: World) -> str:
    """How people call the record of an id that may be of any table; the id itself when there is no such record."""
    for system, name in sorted({*world.base, *world.changed}):
        if system == "sales" and world.catalog.has("sales", name):
            found = called_in(world.catalog.table("sales", name), id, world)
            if found is not None:
                return found
    return str(id)


def named(table: Table, id: object, world: World) -> str:
    """How people call the record of an id; the id itself when there is no such record."""
    found = called_in(table, id, world)
    return str(id) if found is None else found


def called_in(table: Table, id: object, world: World) -> str | None:
    """How people call the record of an id in one table; None when there is no such record."""
    row = world.connection.execute(
        f"SELECT {label(table, 'r', world)} FROM {world.relation(table)} r "
        f"WHERE r.{identifier(table.id_field)} = {literal(str(id))}::UUID"
    ).fetchone()
    return None if row is None else str(row[0])
