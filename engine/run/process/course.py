"""The statements of a process -> rows in the world and notes in its book, one statement after the other for all records.

Rules of evaluation 5 to 8: statements see what earlier ones planned; the first failing `require` refuses the document;
a name means afterwards what it meant where it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from engine.catalog.catalog import Field, Table
from engine.model import model
from engine.model.model import Block, Statement
from engine.run import readback
from engine.run.along import silent
from engine.run.apart import units
from engine.run.effects import Effects
from engine.run.process.book import Documents, nth_place
from engine.run.process.numbers import give_numbers
from engine.run.process.pieces import pieces
from engine.run.process.rounds import Rounds, Rows, guards_of, hold, rows_of
from engine.run.process.uses import Place, Uses
from engine.run.world import World
from engine.sql import block as blocks, watch
from engine.sql.blank import blank
from engine.sql.block import acts
from engine.sql.conditions import condition, fixed
from engine.sql.finding import find, sorting, sought
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier
from engine.sql.scope import Entry, Joined, Written
from engine.sql.values import Around, entry_of, value


class RunRefusedError(Exception):
    """A `require` outside every loop failed: nothing of the process is carried out (rule of evaluation 6)."""


@dataclass(frozen=True)
class Decided:
    """An `if` that was decided. then: its guards tell who takes the first branch. taken: does any record take the one,
    any the other?"""

    then: Frame
    taken: tuple[bool, bool]

    def of(self, chosen: model.Choose, text: Callable[[model.Value], str], neither: str) -> str:
        """SQL of what the branch taken gave; a branch that none took gave nothing."""
        match self.taken:
            case (True, True):
                return f"(CASE WHEN {guards_of(self.then)} THEN {text(chosen.then)} ELSE {text(chosen.otherwise)} END)"
            case (True, False):
                return text(chosen.then)
            case (False, True):
                return text(chosen.otherwise)
            case _:
                return neither


@dataclass
class Course:
    """A process on its way. shared: keys of the finds and lets at the top of files.
    numbered: fields that hold numbers by position. chosen: SQL ids of the records that a user
    chose and their table, None for all that the process finds (rule of evaluation 10)."""

    world: World
    around: Around
    effects: Effects
    book: Documents
    uses: Uses
    shared: frozenset[str]
    numbered: frozenset[Place]
    chosen: tuple[str, Table] | None = None
    at: int = 0
    truths: dict[int, Decided] = field(default_factory=dict)

    def begin(self) -> Rounds:
        """The one round of the process itself."""
        alias = self.world.alias("process")
        base = "(SELECT 1 AS row, NULL::UUID AS unit, '' AS place)"
        scope = Rows(self.world, base, alias, {}, temporary=False)
        return Rounds(world=self.world, frames=[self.frame(scope, (), Outcome())], depth=0)

    def frame(self, scope: Rows, rows: tuple[str, ...], outcome: Outcome) -> Frame:
        """A frame over rows of the process, in which effects are carried out in place and numbers are given late."""
        return Frame(
            around=self.around,
            scope=scope,
            outcome=outcome,
            rows=rows,
            effect=self.inside,
            order=((f"{scope.alias}.place", ""),),
            number=self.number,
        )

    def number(self, given: model.NextNumber, entry: Written, target: Field, frame: Frame) -> str:
        """SQL of a provisional number; the book gives the real one when the order of the documents is known."""
        rows = rows_of(frame.scope)
        assert rows is not None
        return self.book.numbers(given, entry, target, rows)

    def inside(self, frame: Frame, statement: Statement) -> None:
        """What is done in the middle of a record being written."""
        self.effects.carry_out(frame, statement)

    # --- statements -------------------------------------------------------------------------------------------

    def block(self, body: Block, frame: Frame, rounds: Rounds) -> None:
        """Every statement of a block; what its branches left to be kept true is let go at the end."""
        known = len(rounds.frames)
        for statement in body.statements:
            self.statement(statement, frame, rounds)
        del rounds.frames[known:]

    def statement(self, statement: Statement, frame: Frame, rounds: Rounds) -> None:
        """One statement, with whoever watches told before and after."""
        self.at = self.uses.at[id(statement)]
        if watch.witness is not None:
            watch.witness.reads(statement, frame)
        self.carry_out(statement, frame, rounds)
        if watch.witness is not None:
            watch.witness.has_read(statement, frame)

    def carry_out(self, statement: Statement, frame: Frame, rounds: Rounds) -> None:
        """Do what a statement says, for every row of the rounds at once."""
        match statement:
            case model.Let() | model.Find() if self.brought_together(statement, frame, rounds):
                rounds.settled = False
            case model.Find() if isinstance(statement.otherwise, Block):
                self.find_or_create(statement, frame, rounds)
            case model.Let() | model.Find() | model.Require():
                blocks.read(statement, frame)
                rounds.settled = False
            case model.AssignSetting() if self.chosen is not None:
                pass  # for chosen records settings stay as they are (rule of evaluation 10)
            case model.Inlined():
                self.step(statement, frame, rounds)
            case model.If():
                self.branch(statement, frame, rounds)
            case model.ForEach():
                self.for_each(statement, frame, rounds)
            case model.ForPieces():
                self.for_pieces(statement, frame, rounds)
            case _:
                self.act(statement, frame, rounds)

    def settle(self, rounds: Rounds, more: Mapping[str, str] | None = None) -> Mapping[str, str]:
        """Hold fast what was found and decided; what failed by now is refused."""
        if rounds.settled and not more:
            return {}
        used = {key: None for key in (*rounds.scope.ids, *rounds.scope.names) if self.uses.still_used(key, self.at)}
        wanted = {key: None for key in used if key not in self.shared}
        held = hold(rounds, wanted, more or {})
        self.book.depth = rounds.depth
        table = rounds.scope.table
        self.book.warn(table, held.failures.warnings, "NULL, NULL, unit")
        if self.book.refuse(table, held.failures.failures, "unit", "place"):
            if rounds.depth == 0:
                raise RunRefusedError
            self.world.run("nothing more of these", f"DELETE FROM {table} WHERE fail IS NOT NULL")
        return held.columns

    def act(self, statement: Statement, frame: Frame, rounds: Rounds) -> None:
        """A statement that changes records: on what is settled, each by itself."""
        self.settle(rounds)
        rows = rounds.scope
        guard = guards_of(frame)
        self.book.depth = rounds.depth
        effects = replace(self.effects, unit=f"{rows.alias}.unit")
        own = replace(frame, scope=rows.fork(), effect=effects.carry_out)
        units = f"SELECT DISTINCT unit FROM {rows.table} {rows.alias} WHERE unit IS NOT NULL AND {guard}"
        if isinstance(statement, (model.Synchronise, model.Couple, model.Uncouple, model.AssignSetting)):
            self.book.wrote_in_loop = True  # what the book is not told of is taken back all the same
        match statement:
            case model.Create():
                id = effects.create(statement, own)
                given = id if guard == "true" else f"(CASE WHEN {guard} THEN {id} END)"
                rows.ids[statement.record.key] = (given, statement.record.table)
                rounds.settled = False
            case model.CreateOrChange():
                effects.carry_out(own, statement)
                rows.names[statement.record.key] = sought(statement, frame)
                rounds.settled = False
            case model.Change() if not silent(statement.record.table):
                self.world.run("units that come this far", f"INSERT INTO reached {units}")
                effects.carry_out(own, statement)
            case model.CountsAsNew():
                self.world.run("units that count as new", f"INSERT INTO renewed {units}")
            case _:
                effects.carry_out(own, statement)

    def find_or_create(self, statement: model.Find, frame: Frame, rounds: Rounds) -> None:
        """`find … else create`; afterwards the record is known, found or new."""
        key, table = statement.record.key, statement.record.table
        find(replace(statement, otherwise=None), frame)
        effects = replace(self.effects, unit=f"{rounds.scope.alias}.unit")
        asked = effects.asked_for(statement, frame)
        first = self.id_of(statement.record, frame)
        made = self.settle(rounds, {"found": first, "asked": asked})
        rows, guard = rounds.scope, guards_of(frame)
        effects = replace(self.effects, unit=f"{rows.alias}.unit")
        own = replace(frame, scope=rows.fork(), effect=effects.carry_out).under(f"({made['found']} IS NULL)")
        effects.create_missing(statement, own, made["asked"])
        rows.names.pop(key, None)
        rows.ids[key] = (f"coalesce({made['found']}, CASE WHEN {guard} THEN {made['asked']} END)", table)
        rounds.settled = False

    def step(self, statement: model.Inlined, frame: Frame, rounds: Rounds) -> None:
        """A `do` laid open; what it gives is known by its name outside from here on."""
        for one in statement.lets:
            blocks.read(one, frame)
            rounds.settled = False
        self.block(statement.body, frame, rounds)
        self.at = max(self.at, self.uses.at[id(statement)])
        for given in statement.gives:
            scope = rounds.scope
            if isinstance(given.what, (model.Record, model.Behind)):
                scope.ids[given.key] = (self.id_of(given.what, frame), given.what.table)
            else:
                scope.names[given.key] = value(given.what, frame.reading())
            rounds.settled = False

    def id_of(self, record: model.AnyRecord, frame: Frame) -> str:
        """SQL of the id of a record by what is held; the record itself is not looked up."""
        scope = frame.scope
        if isinstance(record, model.Record) and isinstance(scope, Rows) and record.key not in scope.names:
            if record.key in scope.ids:
                return scope.ids[record.key][0]
            if record.key not in self.shared:
                return "NULL::UUID"  # of a branch that the settings leave out
        return entry_of(record, frame.reading()).id

    # --- decisions --------------------------------------------------------------------------------------------

    def branch(self, statement: model.If, frame: Frame, rounds: Rounds) -> None:
        """Both ways of an `if`, each for the rows that take it; a way that no row takes is left out."""
        known = fixed(statement.condition, self.around.settings)
        if known is not None:
            if watch.watcher is not None:
                watch.watcher.reached("branch", "then" if known else "else", statement.span, frame)
            taken = statement.then if known else statement.otherwise
            if taken is not None:
                self.block(taken, frame, rounds)
            return
        if not acts(statement.then) and not acts(statement.otherwise):
            blocks.read(statement, frame)
            rounds.settled = False
            return
        test = condition(statement.condition, frame.reading())
        held = self.settle(rounds, {"test": test})["test"]
        then, otherwise = frame.under(held), frame.under(f"(NOT {held})")
        if watch.watcher is not None:
            watch.watcher.reached("branch", "then", statement.span, then, held)
            watch.watcher.reached("branch", "else", statement.span, otherwise, f"(NOT {held})")
        rounds.frames += [then, otherwise]
        some = self.taken(then, otherwise, rounds)
        self.truths[id(statement.condition)] = Decided(then=then, taken=some)
        if some[0]:
            self.block(statement.then, then, rounds)
        if some[1] and statement.otherwise is not None:
            self.block(statement.otherwise, otherwise, rounds)

    def taken(self, then: Frame, otherwise: Frame, rounds: Rounds) -> tuple[bool, bool]:
        """Does any record take the one branch, any the other? A branch that none takes is not carried out at all."""
        table, alias = rounds.scope.table, rounds.scope.alias
        asked = ", ".join(f"coalesce(bool_or({guards_of(one)}), false)" for one in (then, otherwise))
        one, other = self.world.one("which branch is taken", f"SELECT {asked} FROM {table} {alias}")
        return one, other

    def brought_together(self, statement: model.Let | model.Find, frame: Frame, rounds: Rounds) -> bool:
        """A name that both branches of an `if` give means what the branch taken gave, by the decision of then."""
        scope = rounds.scope
        match statement:
            case model.Let(value=model.Choose() as chosen) if id(chosen.condition) in self.truths:
                decided = self.truths[id(chosen.condition)]
                scope.names[statement.key] = decided.of(
                    chosen, lambda part: value(part, frame.reading()), blank(chosen.type)
                )
                return True
            case model.Find(where=(model.Matches(filter=model.Relation(operand=model.Choose() as chosen)),)):
                if id(chosen.condition) not in self.truths:
                    return False

                def id_of(part: model.Value) -> str:
                    assert isinstance(part, model.Itself)
                    return self.id_of(part.record, frame)

                text = self.truths[id(chosen.condition)].of(chosen, id_of, "NULL::UUID")
                scope.ids[statement.record.key] = (text, statement.record.table)
                return True
            case _:
                return False

    # --- loops ------------------------------------------------------------------------------------------------

    def for_each(self, statement: model.ForEach, frame: Frame, rounds: Rounds) -> None:
        """A loop: a table with one row per round, then its block over all; the outermost makes the units, one per document."""
        record, outermost = statement.record, rounds.depth == 0
        chosen = self.chosen if outermost else None
        if chosen is not None and chosen[1] != record.table:
            return  # a loop over other records than those chosen (rule of evaluation 10)
        self.settle(rounds)
        outer = rounds.scope
        own = replace(frame, scope=outer.fork())
        inner = self.effects.extended(record, statement.where if chosen is None else None, own)
        row = inner.scope.names[record.key]
        assert isinstance(row, Joined)
        if chosen is not None:
            inner = inner.under(f"({row.id} IN ({chosen[0]}))")
        order = sorting(statement.sorting, statement.descending, record.table, inner)
        by = ", ".join([*(f"{row.alias}.{identifier(name)}{way} NULLS FIRST" for name, way in order), row.id])
        within = "" if outermost else f"PARTITION BY {outer.row} "
        columns = {
            "unit": row.id if outermost else f"{outer.alias}.unit",
            "place": f"{outer.alias}.place || {self.book.moment()} || {nth_place(f'row_number() OVER ({within}ORDER BY {by})')}",
        }
        if outermost:
            self.book.loop += 1
            self.book.wrote_in_loop = False
        made = self.rounds(inner, columns, row.id, {record.key: (row.id, record.table)}, {}, outer, rounds)
        table = made.scope.table
        if outermost:
            self.world.run(
                "the units",
                f"INSERT INTO units SELECT {self.book.loop}, unit, {self.book.nth(record.table)}, place FROM {table}",
            )
            which = "NOT IN (SELECT unit FROM asked" if self.book.only else "IN (SELECT unit FROM refused"
            self.world.run(
                "without those that are refused",
                f"DELETE FROM {table} WHERE unit {which} WHERE loop = {self.book.loop} AND unit IS NOT NULL)",
            )
        if outermost:
            tables = readback.of_loop(statement.body, self.around.mappings, self.world.catalog)
            with units(self.world, tables):
                self.go_round(statement.body, made)
        else:
            self.go_round(statement.body, made)
        if rounds.depth == 1 and self.numbered:
            give_numbers(self.book, self.numbered, self.world, at_end=False)

    def for_pieces(self, statement: model.ForPieces, frame: Frame, rounds: Rounds) -> None:
        """The block once for each piece of a text, in the order of the pieces."""
        text = pieces(statement, frame)
        self.settle(rounds, {"pieces": text})
        outer = rounds.scope
        base = (
            f"(SELECT *, unnest(pieces) AS piece_text, CAST(generate_subscripts(pieces, 1) AS INTEGER) AS piece_number "
            f"FROM {outer.table})"
        )
        scope = Rows(self.world, base, outer.alias, outer.ids, temporary=False)
        scope.names.update(outer.names)
        number = f"{outer.alias}.piece_number"
        own: dict[str, Entry] = {statement.text_key: f"{outer.alias}.piece_text", statement.number_key: number}
        scope.names.update(own)
        inner = replace(frame, scope=scope)
        if statement.where is not None:
            inner = inner.under(condition(statement.where, inner.reading()))
        columns = {
            "unit": f"{outer.alias}.unit",
            "place": f"{outer.alias}.place || {self.book.moment()} || {nth_place(number)}",
        }
        self.go_round(statement.body, self.rounds(inner, columns, number, {}, own, outer, rounds))

    def rounds(
        self,
        inner: Frame,
        columns: Mapping[str, str],
        row: str,
        ids: Mapping[str, tuple[str, Table]],
        names: Mapping[str, Entry],
        outer: Rows,
        around: Rounds,
    ) -> Rounds:
        """The rounds of a loop: what is known outside and used any further on, and its own record or values."""
        alias = self.world.alias("rounds")
        listed = dict(columns)
        listed |= {f"row{at}": sql for at, sql in enumerate((*around.frame.rows, row))}
        held: dict[str, tuple[str, Table]] = {}
        known: dict[str, Entry] = {}
        for at, (key, (sql, table)) in enumerate({**outer.ids, **ids}.items()):
            if self.uses.still_used(key, self.at) and key not in outer.names:
                listed[f"k{at}"], held[key] = sql, (f"{alias}.k{at}", table)
        for at, (key, entry) in enumerate({**outer.names, **names}.items()):
            if self.uses.still_used(key, self.at) and key not in self.shared and isinstance(entry, str):
                listed[f"v{at}"], known[key] = entry, f"{alias}.v{at}"
        select = ",\n  ".join(f"{sql} AS {name}" for name, sql in listed.items())
        table_name = identifier(alias)
        self.world.run(
            "the records of a loop",
            f"CREATE TEMP TABLE {table_name} AS\nSELECT {select}\nFROM {inner.scope.sql()}\nWHERE {guards_of(inner)}",
        )
        scope = Rows(self.world, table_name, alias, held)
        scope.names.update(known)
        rows = tuple(f"{alias}.row{at}" for at in range(len(around.frame.rows) + 1))
        outcome = Outcome(origins=around.outcome.origins)
        return Rounds(world=self.world, frames=[self.frame(scope, rows, outcome)], depth=around.depth + 1)

    def go_round(self, body: Block, rounds: Rounds) -> None:
        """Carry out the body of a loop for all its rounds at once; nothing at all when there are none."""
        if self.world.one("is there any", f"SELECT EXISTS (FROM {rounds.scope.table})")[0]:
            self.block(body, rounds.frame, rounds)
            self.settle(rounds)
        self.world.connection.execute(f"DROP TABLE {rounds.scope.table}")
