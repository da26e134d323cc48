"""The rules of a job -> until which day a run that changed nothing would find nothing again.

A rule asks the day in few ways. As a bound of a field (`Due Date < today`) it decides otherwise only when the day
passes the value of some row: the tables say when. As a value of a record that is created, it is asked by a run that
creates something, so not by one that changed nothing. As a value of a record that is changed, it matters once a
record gets there. Anything else may be otherwise on every new day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta

from engine.frozen import dataclass as frozen
from engine.model import model as m
from engine.run.world import World
from engine.source import Span
from engine.sql.quote import identifier, literal

DAY = timedelta(days=1)
Place = tuple[str, str, str]
"""System, table, field."""


@frozen(frozen=True, slots=True, kw_only=True)
class ByDay:
    """How rules go with the day. always: every day may be another. bounds: fields that a day is held against.
    changes: where records are changed that get a day."""

    always: bool = False
    bounds: frozenset[Place] = frozenset()
    changes: frozenset[Span] = frozenset()


def by_day(parts: Iterable[object]) -> ByDay:
    """What mappings, processes and shared steps do with the day."""
    parts = tuple(parts)
    dated: frozenset[Place] = frozenset()
    while True:
        reading = _Reading(dated=dated)
        for one in parts:
            reading.visit(one)
        if reading.always or reading.filled <= dated:
            break
        dated |= reading.filled
    return ByDay(always=reading.always, bounds=frozenset(reading.bounds), changes=frozenset(reading.changes))


def lasts_until(asked: ByDay, today: date, world: World) -> date | None:
    """The first day on which a run that changed nothing today may do otherwise; None: never, as far as the day goes.

    What the run carried out meanwhile is in `world.acted`.
    """
    if asked.always or asked.changes & world.acted:
        return today + DAY
    first: date | None = None
    for system, name, column in sorted(asked.bounds):
        table = world.catalog.table(system, name)  # type: ignore[arg-type]
        if not world.holds(table, column):
            continue
        text = f"CAST({identifier(column)} AS DATE)"
        (next_one,) = world.one(
            f"the next {table.fields[column].caption}",
            f"SELECT min({text}) FROM {world.relation(table)} WHERE {text} >= DATE {literal(today.isoformat())}",
        )
        if next_one is not None:
            day = max(next_one, today + DAY)
            first = day if first is None else min(first, day)
    return first


@dataclass
class _Reading:
    """dated: fields that hold a day of the clock in records just created. filled: those found on this reading."""

    dated: frozenset[Place]
    always: bool = False
    bounds: set[Place] = field(default_factory=set)
    changes: set[Span] = field(default_factory=set)
    filled: set[Place] = field(default_factory=set)

    def visit(self, part: object) -> None:
        match part:
            case tuple() | list():
                for one in part:
                    self.visit(one)
            case m.Message():
                pass  # a run that is not planned again says nothing
            case m.Create(record=record, body=body) | m.Find(record=record, otherwise=m.Block() as body):
                self.inner(part, but=body)
                self.written(body, record.table.system, record.table.name, None)
            case m.Change(record=record, body=body, span=span) | m.CreateOrChange(record=record, body=body, span=span):
                self.inner(part, but=body)
                self.written(body, record.table.system, record.table.name, span)
            case m.Matches(value=m.Column() as column, filter=filter):
                self.visit(column)
                self.held_against(column, filter)
            case m.Compares(left=m.Column() as column, right=other) if _is_day(other):
                self.bound(column)
            case m.Compares(left=other, right=m.Column() as column) if _is_day(other):
                self.bound(column)
            case m.Clock(word="today" | "work date") | m.Day():
                self.always = True
            case m.Column(record=record, field=field):
                if (record.table.system, record.table.name, field.name) in self.dated:
                    self.always = True
                self.inner(part)
            case _:
                self.inner(part)

    def inner(self, part: object, but: object = None) -> None:
        if is_dataclass(part) and type(part).__module__.startswith("engine.model."):
            for one in fields(part):
                given = getattr(part, one.name)
                if one.name not in ("span", "type") and given is not but:
                    self.visit(given)

    def held_against(self, column: m.Column, filter: m.Filter) -> None:
        match filter:
            case m.AnyOf(parts=parts) | m.AllOf(parts=parts):
                for one in parts:
                    self.held_against(column, one)
            case m.Relation(operand=operand):
                self.operands(column, (operand,))
            case m.Range(low=low, high=high):
                self.operands(column, [one for one in (low, high) if one is not None])
            case _:
                self.visit(filter)

    def operands(self, column: m.Column, operands: Iterable[m.Value]) -> None:
        for one in operands:
            if _is_day(one):
                self.bound(column)
            else:
                self.visit(one)

    def bound(self, column: m.Column) -> None:
        """A field is held against the day: in a row of the tables its value says when that turns out otherwise."""
        place = (column.record.table.system, column.record.table.name, column.field.name)
        if not column.field.stored or isinstance(column.record, m.Behind) or place in self.dated:
            self.always = True
        self.bounds.add(place)

    def written(self, body: m.Block, system: str, table: str, changed: Span | None) -> None:
        """The body of a record that is written. changed: where it is changed; None: it is new."""
        for one in body.statements:
            match one:
                case m.Assign(field=field, value=value):
                    asked = _Reading(dated=self.dated)
                    asked.visit(value)
                    self.bounds |= asked.bounds
                    if asked.always and changed is not None:
                        self.changes.add(changed)
                    elif asked.always:
                        self.filled.add((system, table, field.name))
                case m.If(condition=condition, then=then, otherwise=otherwise):
                    self.visit(condition)
                    self.written(then, system, table, changed)
                    if otherwise is not None:
                        self.written(otherwise, system, table, changed)
                case m.Inlined(lets=lets, body=inlined):
                    self.visit(lets)
                    self.written(inlined, system, table, changed)
                case _:
                    self.visit(one)


def _is_day(value: m.Value) -> bool:
    """Is a value the day of the clock itself?"""
    while isinstance(value, m.Convert):
        value = value.value
    return (isinstance(value, m.Clock) and value.word != "now") or (isinstance(value, m.Day) and not value.steps)
