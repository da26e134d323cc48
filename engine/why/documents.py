"""A process in the making, watched -> the story of the document of one record.

Statements of a process are carried out one after the other for all records, each on what is settled by then. So every
statement is asked about when it is read, in its own rows, for the one record; the rounds of inner loops are told each
by itself, by the record that they stand at. A document that is refused is told as it was when it was refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from engine.manual.pointing import Pointed
from engine.model import model
from engine.plan.legs import Pass
from engine.run.dryrun import Session
from engine.run.found import Candidates
from engine.run.gates import RunScope
from engine.run.process.book import PROVISIONAL
from engine.run.process.rounds import Rows, rows_of
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.sql.blank import TEXTS
from engine.sql.conditions import fixed
from engine.sql.frame import Frame
from engine.sql.quote import identifier, literal
from engine.sql.scope import Extended, Joined, Scope
from engine.sql.values import Around, Reading
from engine.sql.watch import Filling
from engine.why.documents_end import document
from engine.why.lines import Looked, field_line, reached, tested
from engine.why.questions import Operand, Sheet, aside, named, operand, operands, test_of, typed, words
from engine.why.story import Chapter, Told, at_line
from engine.why.telling import test_line
from engine.why.trail import FieldNote, FindNote, TestNote, Trail

Path = tuple[tuple[str, str], ...]
"""The rounds of the loops around, outermost first: name of the loop's record, its id. Empty outside of all loops."""

TO_COME = re.compile(rf"\b{str(PROVISIONAL)[0]}\d{{{len(str(PROVISIONAL)) - 1}}}\b")
"""A number that is only given once the whole loop is there (`engine.run.process.numbers`)."""


@dataclass
class Documentary:
    """Watches one process for one record. Implements `engine.sql.watch.Witness`.

    notes: what was told in this turn, by the rounds of loops; earlier: in the last turn that knew the record.
    """

    session: Session
    process: model.Process
    pointed: Pointed
    by_hand: bool
    running: bool = False
    notes: list[tuple[Path, Told]] = field(default_factory=list)
    earlier: list[tuple[Path, Told]] = field(default_factory=list)
    gates: list[Told] = field(default_factory=list)
    loops: dict[int, model.Record] = field(default_factory=dict)
    heads: dict[Path, Told] = field(default_factory=dict)
    last: tuple[int, int] = (0, 0)
    done: int = 0
    chapters: list[Chapter] = field(default_factory=list)

    @property
    def world(self) -> World:
        """The world that the process is planned in."""
        return self.session.world

    # --- of mappings ----------------------------------------------------------------------------------------------

    def begins(self, step: Pass, run: RunScope, world: World, around: Around) -> None:
        """Legs of mappings are told of by another (`engine.why.witness`)."""

    def judged(self, step: Pass, read: Candidates, made: Transfer) -> None:
        """Not of interest here."""

    def ended(self, step: Pass) -> None:
        """Not of interest here."""

    # --- of the process -------------------------------------------------------------------------------------------

    def begins_process(self, process: model.Process, number: int) -> None:
        self.running = process.name == self.process.name
        if any(path for path, _ in self.notes):
            self.earlier = self.notes
        self.notes, self.gates, self.last, self.done = [], [], (0, 0), 0

    def ended_process(self, process: model.Process, number: int) -> None:
        if self.running and process.name == self.process.name:
            notes = self.notes if any(path for path, _ in self.notes) else [*self.earlier] or self.notes
            lines = self.grown(notes)
            self.chapters.append(document(process, number, self.pointed, self.gates, lines, self.world))
        self.running = False

    def reads(self, statement: model.Statement, frame: Frame) -> None:
        rows = rows_of(frame.scope)
        if not self.running or rows is None or self.last == (id(statement), id(frame)):
            return
        self.last = (id(statement), id(frame))
        match statement:
            case model.ForEach():
                self.loops[len(frame.rows)] = statement.record
                if not frame.rows:
                    self.gate(statement, rows, frame)
            case model.Require() | model.If() if fixed(statement.condition, frame.around.settings) is None:
                self.test(statement, frame)
            case model.Synchronise() | model.Couple() | model.Uncouple() | model.Delete():
                text = words(statement.span).partition("{")[0].strip()
                self.ask(
                    frame, lambda sheet: lambda looked: Told(kind="effect", name=text, place=at_line(statement.span))
                )
            case _:
                pass

    def has_read(self, statement: model.Statement, frame: Frame) -> None:
        if not self.running or rows_of(frame.scope) is None or self.done == id(statement):
            return
        self.done = id(statement)
        if isinstance(statement, (model.Find, model.Let)) and self.last[0] == id(statement) and is_written(statement):
            self.find(statement, frame)

    def fills(self, filling: Filling, frame: Frame) -> None:
        if self.running and rows_of(frame.scope) is not None:
            self.field(filling, frame)

    # --- what is asked --------------------------------------------------------------------------------------------

    def ask(self, frame: Frame, question: Any) -> None:
        """Ask in the rows of a frame about the record. question: sheet -> (looked -> line, None for none)."""
        rows = rows_of(frame.scope)
        assert rows is not None
        with _all_aside(frame.scope):
            sheet = Sheet()
            told = question(sheet)
            if told is None:
                return
            guard = sheet.ask(frame.guard())
            ids = [sheet.ask(one) for one in frame.rows]
            where = f"{rows.alias}.unit = {literal(self.pointed.id)}::UUID" if frame.rows else "true"
            listed = ", ".join(f"{sql} AS a{at}" for sql, at in sheet.asked.items())
            found = self.world.connection.execute(
                f"SELECT {listed} FROM {frame.scope.sql()} WHERE {where} ORDER BY {rows.alias}.place LIMIT 1000"
            ).fetchall()
        for answers in found:
            if guard is not None and answers[guard]:
                looked = Looked(
                    answers=answers, reached={}, world=self.world, is_new=False, planned={}, failing=(), clash=None
                )
                line = told(looked)
                if line is not None:
                    rounds = [str(answers[at]) for at in ids if at is not None]
                    path = tuple((self.loops[depth].key, one) for depth, one in enumerate(rounds))
                    if len(path) > 1 and path not in self.heads:
                        self.heads[path] = self.round(self.loops[len(path) - 1], rounds[-1])
                    self.notes.append((path, whole_numbers(line)))

    def test(self, statement: model.Require | model.If, frame: Frame) -> None:
        """Ask what an `if` or a `require` says of the record."""

        def question(sheet: Sheet) -> Any:
            test = test_of(statement.condition, frame.reading(), sheet)
            note = TestNote(statement=statement, guard=None, test=test, known=None)
            return lambda looked: tested(note, looked)

        self.ask(frame, question)

    def find(self, statement: model.Find | model.Let, frame: Frame) -> None:
        """Ask which record a `find` gives, or what a `let` comes to."""

        def question(sheet: Sheet) -> Any:
            reading = frame.reading()
            found: Operand | None
            if isinstance(statement, model.Find):
                key, reads = (
                    statement.record.key,
                    operands(statement.where, reading, sheet, frozenset({statement.record.key})),
                )
                found = operand(statement.record, reading, sheet)
            else:
                key, reads = statement.key, ()
                entry = frame.scope.entry(key)
                found = typed(statement.name, entry, statement.value.type, sheet) if isinstance(entry, str) else None
            note = FindNote(statement=statement, guard=None, reads=reads)
            return lambda looked: reached(note, replace(looked, reached={} if found is None else {key: found}))

        self.ask(frame, question)

    def field(self, filling: Filling, frame: Frame) -> None:
        """Of a field only what is not plain: a look-up, a value list, a text that is cut, a value that stays."""

        def question(sheet: Sheet) -> Any:
            trail = Trail(scope=frame.scope, sheet=sheet)
            note: FieldNote = trail.noted(filling, frame)
            exists = sheet.ask(f"({filling.entry.exists})")
            limit, own = filling.target.length, filling.given.type
            may_be_cut = limit is not None and own.kind in TEXTS and (own.length is None or own.length > limit)
            if not (note.look_ups or note.translations or filling.keeps or may_be_cut):
                return None

            def told(looked: Looked) -> Told | None:
                is_new = exists is not None and not looked.answers[exists]
                line = field_line(note, replace(looked, is_new=is_new))
                kinds = {part.kind for part in line.parts}
                return line if kinds & {"look-up", "value list", "cut", "kept"} else None

            return told

        self.ask(frame, question)

    def gate(self, statement: model.ForEach, rows: Rows, frame: Frame) -> None:
        """Does an outermost loop take the record?"""
        table = statement.record.table
        if self.pointed.table != table:
            return
        name = words(statement.span).partition("{")[0].strip()
        if self.by_hand:
            text = "chosen by hand, so its `where` is not asked"
            self.gates.append(Told(kind="chosen", name=name, text=text, sign="yes", place=at_line(statement.span)))
            return
        alias = self.world.alias(table.name)
        own = f"r.{identifier(table.id_field)} = {literal(self.pointed.id)}::UUID"
        row = f"(SELECT * FROM {self.world.relation(table)} r WHERE {own})"
        scope = Extended(self.world, f"{row} {alias}", rows.fork())
        scope.names[statement.record.key] = Joined(alias=alias, table=table, certain=True)
        if statement.where is None:
            self.gates.append(
                Told(kind="filter", name=name, text="takes every record", sign="yes", place=at_line(statement.span))
            )
            return
        sheet = Sheet()
        test = test_of(statement.where, Reading(scope=scope, around=frame.around), sheet)
        answers = sheet.answers(self.world, scope.sql())
        if answers is None:
            return
        line = test_line(test, answers, self.world)
        self.gates.append(replace(line, kind="filter", name=name, place=at_line(statement.span)))

    # --- what is told ---------------------------------------------------------------------------------------------

    def grown(self, notes: list[tuple[Path, Told]]) -> tuple[Told, ...]:
        """Notes in the order of the statements -> a tree: what is told in a round of an inner loop stands under it."""
        return _under(notes, 1, self.heads)

    def round(self, record: model.Record, id: str) -> Told:
        """The round of a loop that stands at one record, told as a heading for what follows."""
        called = f"{record.table.caption} {named(record.table, id, self.world)}"
        return whole_numbers(Told(kind="round", name=f"for each {record.name}", text=called, facts=(("id", id),)))


def is_written(statement: model.Find | model.Let) -> bool:
    """Is there a line of the rules for it, or the value that a step is given? Not so where branches come together."""
    name = statement.record.name if isinstance(statement, model.Find) else statement.name
    return words(statement.span) != name


def whole_numbers(one: Told) -> Told:
    """A line without numbers that are not given yet."""
    return replace(
        one,
        name=TO_COME.sub("(number to come)", one.name),
        text=TO_COME.sub("(number to come)", one.text),
        facts=tuple((name, TO_COME.sub("", given) if isinstance(given, str) else given) for name, given in one.facts),
        parts=tuple(whole_numbers(part) for part in one.parts),
    )


def _under(notes: list[tuple[Path, Told]], depth: int, heads: dict[Path, Told]) -> tuple[Told, ...]:
    found: list[Told | Path] = []
    within: dict[Path, list[tuple[Path, Told]]] = {}
    for path, told in notes:
        if len(path) <= depth:
            found.append(told)
            continue
        own = path[: depth + 1]
        if own not in within:
            found.append(own)
        within.setdefault(own, []).append((path, told))
    return tuple(
        one if isinstance(one, Told) else replace(_head(one, heads), parts=_under(within[one], depth + 1, heads))
        for one in found
    )


def _head(path: Path, heads: dict[Path, Told]) -> Told:
    return heads.get(path) or Told(kind="round", name="for each", text=path[-1][1])


class _all_aside:  # noqa: N801 - used like a function
    """Compile in a scope and those around it without a trace in any of them."""

    def __init__(self, scope: Scope) -> None:
        self.scopes: list[Any] = []
        at: Scope | None = scope
        while at is not None:
            self.scopes.append(aside(at))
            at = at.parent

    def __enter__(self) -> None:
        for one in self.scopes:
            one.__enter__()

    def __exit__(self, *problem: object) -> None:
        for one in reversed(self.scopes):
            one.__exit__(None, None, None)
