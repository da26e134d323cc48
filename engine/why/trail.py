"""The lines of a leg while the planner reads them -> what to ask about one record, in the order of the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.model import model
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.sql import blank
from engine.sql.blank import type_of
from engine.sql.conditions import fixed
from engine.sql.frame import Frame
from engine.sql.quote import literal
from engine.sql.scope import Scope
from engine.sql.watch import Filling, Keep
from engine.why.questions import (
    LookUp,
    Operand,
    Sheet,
    Test,
    Translation,
    aside,
    look_ups,
    operand,
    operands,
    test_of,
    translations,
    typed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNote:
    """A field that a line sets. guard: is the line carried out? value: as read. differs: does it change the field?"""

    filling: Filling
    guard: int | None
    reads: tuple[Operand, ...]
    look_ups: tuple[LookUp, ...]
    translations: tuple[Translation, ...]
    value: int | None
    result: Operand
    before: Operand
    differs: int | None
    blank: int | None
    keeps: tuple[tuple[Keep, int | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestNote:
    """A `require` or an `if`. known: what the settings alone decide."""

    statement: model.Require | model.If
    guard: int | None
    test: Test
    known: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindNote:
    """A `find` or `let`; reads: what its conditions read. guard: as of a FieldNote."""

    statement: model.Find | model.Let
    guard: int | None
    reads: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectNote:
    """A statement that changes other records, or starts a run."""

    statement: model.Statement
    guard: int | None


Note = FieldNote | TestNote | FindNote | EffectNote


@dataclass
class Trail:
    """What was read in one scope, in order. extra: joins that only the questions need."""

    scope: Scope
    sheet: Sheet = field(default_factory=Sheet)
    extra: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def reads(self, statement: model.Statement, frame: Frame) -> None:
        with aside(self.scope) as extra:
            note = self._statement(statement, frame)
        self.extra += extra
        if note is not None:
            self.notes.append(note)

    def _statement(self, statement: model.Statement, frame: Frame) -> Note | None:
        reading, guard = frame.reading(), self.sheet.ask(frame.guard())
        match statement:
            case model.Require(condition=condition) | model.If(condition=condition):
                known = fixed(condition, frame.around.settings)
                test = test_of(condition, reading, self.sheet)
                return TestNote(statement=statement, guard=guard, test=test, known=known)
            case model.Find():
                own = frozenset({statement.record.key})
                reads = operands(statement.where, reading, self.sheet, own)
                return FindNote(statement=statement, guard=guard, reads=reads)
            case model.Let():
                return FindNote(statement=statement, guard=guard, reads=operands(statement.value, reading, self.sheet))
            case model.Assign() | model.Inlined() | model.ApplyTemplate():
                return None
            case model.Change(existing=model.Record()):
                return None  # of the record being written; of another one the plan itself tells
            case _:
                return EffectNote(statement=statement, guard=guard)

    def fills(self, filling: Filling, frame: Frame) -> None:
        with aside(self.scope) as extra:
            self.notes.append(self.noted(filling, frame))
        self.extra += extra

    def noted(self, filling: Filling, frame: Frame) -> FieldNote:
        """The questions about a field that gets a value."""
        reading, sheet, type = frame.reading(), self.sheet, type_of(filling.target)
        result = typed(filling.target.caption, filling.result, named_type(filling, type), sheet)
        differs = f"({filling.result} IS DISTINCT FROM {filling.before})"
        return FieldNote(
            filling=filling,
            guard=sheet.ask(frame.guard()),
            reads=operands(filling.given, reading, sheet),
            look_ups=look_ups(filling.given, reading, sheet),
            translations=translations(filling.given, reading, sheet),
            value=sheet.ask(blank.shown(filling.text, filling.given.type)),
            result=result,
            before=typed(filling.target.caption, filling.before, named_type(filling, type), sheet),
            differs=sheet.ask(differs),
            blank=sheet.ask(f"({blank.is_blank(filling.result, type)})"),
            keeps=tuple((why, sheet.ask(when)) for why, when in filling.keeps),
        )

    def answers(self, made: Transfer, world: World, src: str) -> tuple[list[Any], dict[str, Operand]] | None:
        """The answers for one source record, and what every `find` and `let` came to; None when it was not read."""
        assert made.frame is not None
        reached: dict[str, Operand] = {}
        for one in self.notes:
            if isinstance(one, FindNote):
                key = one.statement.record.key if isinstance(one.statement, model.Find) else one.statement.key
                given = self._reached(one.statement, made.frame)
                if given is not None:
                    reached[key] = given
        for failure in (*made.failures, *made.warnings):
            self.sheet.ask(failure.when)
            self.sheet.ask(failure.reason)
        base = f"(SELECT * FROM {self.scope.base} WHERE c.src = {literal(src)}::UUID) c"
        answers = self.sheet.answers(world, "\n  ".join([base, *self.scope.joins, *self.extra]))
        return None if answers is None else (answers, reached)

    def _reached(self, statement: model.Find | model.Let, frame: Frame) -> Operand | None:
        key = statement.record.key if isinstance(statement, model.Find) else statement.key
        entry = self.scope.entry(key)
        if isinstance(statement, model.Find):
            return None if entry is None else operand(statement.record, frame.reading(), self.sheet)
        return typed(statement.name, entry, statement.value.type, self.sheet) if isinstance(entry, str) else None


def named_type(filling: Filling, type: model.Type) -> model.Type:
    """The type of a field, with the table whose record an id names, as far as the value tells it."""
    given = filling.given.type
    if type.kind == "id" and given.kind == "id" and given.table is not None:
        return model.Type(kind="id", table=given.table)
    return type
