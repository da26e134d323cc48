"""Statements that change other records -> rows in the world's deltas, listed under the record that brings them along.

Every statement is one query over all units of a frame (rules of evaluation 5 to 8).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from engine.model import model
from engine.model.model import Statement
from engine.plan.legs import Pass
from engine.run.along import Along, Book
from engine.run.apart import note
from engine.run.holding import hold
from engine.run.ledger import place
from engine.run.pairs import called, couple, couplings_of, ids_into, uncouple, uncouple_loose
from engine.run.stage import Stage, carry_over, looks_at_itself, one_each, several, stage, which
from engine.run.world import World
from engine.sql.block import effects_in, read_block
from engine.sql.conditions import condition, found, joined_by
from engine.sql.finding import equalities, find, sorting, sought
from engine.sql.frame import Frame, Origin, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Extended, Joined, Scope, Written
from engine.sql.values import Around, NotPlanned, Reading, entry_of, stored, value

SETTING_CHANGES = "W640"
AGAINST = {"": " DESC", " DESC": ""}
"""The other way round, of a direction to sort in."""
TURNS = 50
"""So often rows that write one record come one after the other; of more the last stands."""


@dataclass
class Effects:
    """Carries out statements that change other records, for all units of a frame at once.

    unit: SQL of the source id of the record that brings the change along. told_to: the book that is told of all
    that is written; None for that of a leg.
    told: what failed or was warned about meanwhile, with the scope that its SQL stands in, and the unit there. again: what
    tells this run from one before it on the same clock.
    """

    step: Pass | None
    world: World
    around: Around
    unit: str
    changed: int = 0
    told: list[tuple[Outcome, Scope, str]] = field(default_factory=list)
    told_to: Book | None = None
    again: str = ""

    @property
    def book(self) -> Book:
        """Who is told of all that is written: whoever was named, else the plan of the leg."""
        return self.told_to if self.told_to is not None else Along(self.step, self.world)

    def carry_out(self, frame: Frame, statement: Statement) -> None:
        """Do what a statement says, for every unit of the frame at once.

        NotPlanned: a statement that has no place here. Statements that change nothing elsewhere are read in place
        and never come here.
        """
        match statement:
            case model.Change():
                self.world.acted.add(statement.span)
                self.change(statement, frame)
            case model.Create():
                self.create(statement, frame)
            case model.CreateOrChange():
                self.world.acted.add(statement.span)
                self.create_or_change(statement, frame)
            case model.ForEach():
                self.for_each(statement, frame)
            case model.AssignSetting():
                self.set(statement, frame)
            case model.Find():
                self.find_or_create(statement, frame)
            case model.Delete():
                self.delete(statement, frame)
            case model.Couple():
                self.couple(statement, frame)
            case model.Uncouple():
                self.uncouple(statement, frame)
            case model.Synchronise():
                self.synchronise(statement, frame)
            case model.CountsAsNew():
                raise NotPlanned("`counts as new` anywhere but among the statements of a process", statement.span)
            case model.ForPieces():
                raise NotPlanned(f"`{_written(statement)}`", statement.span)
            case model.Let() | model.Inlined() | model.Assign() | model.ApplyTemplate() | model.Require() | model.If():
                raise AssertionError("read in place")
            case _:
                assert_never(statement)

    def extended(self, record: model.Record, where: model.Condition | None, frame: Frame) -> Frame:
        """A frame with one row for every record that fits."""
        alias = self.world.alias(record.table.name)
        rows, test = frame.scope.seen(record.table)
        scope = Extended(self.world, f"{rows} {alias}", frame.scope)
        scope.names[record.key] = Joined(alias=alias, table=record.table, certain=True)
        inner = replace(frame, scope=scope, rows=(*frame.rows, f"{alias}.{identifier(record.table.id_field)}"))
        inner = inner.under(test.replace("{alias}", alias))
        if where is None:
            return inner
        return inner.under(condition(where, Reading(scope=scope, around=frame.around)))

    def inside(self, frame: Frame) -> Frame:
        """The frame in which the body of a record being written is read."""
        scope = Extended(self.world, "(SELECT 1)", frame.scope)
        return replace(frame, scope=scope, outcome=self.book.inside(frame.outcome))

    def for_each(self, statement: model.ForEach, frame: Frame) -> None:
        """The block of a loop, for all its rounds at once; not for units that failed already."""
        failed = frame.outcome.failed()
        inner = self.rounds(statement, frame if failed == "false" else frame.under(f"(NOT {failed})"))
        self.told.append((inner.outcome, inner.scope, self.unit))
        if effects_in(statement.body) > 1:
            self.hold(inner)
        read_block(statement.body, inner)

    def rounds(self, statement: model.ForEach, frame: Frame) -> Frame:
        """A frame with one row for every round of a `for each`, and an outcome of its own."""
        inner = self.extended(statement.record, statement.where, frame)
        row = inner.scope.names[statement.record.key]
        assert isinstance(row, Joined)
        order = sorting(statement.sorting, statement.descending, row.table, inner)
        return replace(
            inner,
            outcome=Outcome(origins=frame.outcome.origins),
            effect=self.carry_out,
            hold=self.hold,
            order=(*frame.order, *((f"{row.alias}.{identifier(name)}", way) for name, way in order)),
        )

    def hold(self, frame: Frame, test: str = "true") -> str:
        """Hold the rows of a frame fast from here on; gives the SQL of the truth afterwards."""
        kept = {"unit": self.unit, "test": test}
        kept |= {f"row{at}": one for at, one in enumerate(frame.rows)}
        kept |= {f"order{at}": one for at, (one, _) in enumerate(frame.order)}
        whose = frame.scope.whose()
        kept |= {} if whose is None else {"whose": whose}
        scope, alias = hold(frame, self.world, kept)
        scope.unit = None if whose is None else f"{alias}.whose"
        own = replace(self, unit=f"{alias}.unit")
        frame.scope, frame.guards, frame.outcome = scope, (), Outcome(origins=frame.outcome.origins)
        frame.rows = tuple(f"{alias}.row{at}" for at in range(len(frame.rows)))
        frame.order = tuple((f"{alias}.order{at}", way) for at, (_, way) in enumerate(frame.order))
        frame.effect, frame.hold = own.carry_out, own.hold
        self.told.append((frame.outcome, scope, own.unit))
        return f"{alias}.test"

    # --- change -----------------------------------------------------------------------------------------

    def change(self, statement: model.Change, frame: Frame) -> None:
        """Write fields of records that exist, of those only that come to differ. NotPlanned: the record is not yet
        written itself.
        """
        table = statement.record.table
        if statement.existing is None:
            inner = self.extended(statement.record, None, replace(frame, outcome=self.book.inside(frame.outcome)))
            old = inner.scope.names[statement.record.key]
            assert isinstance(old, Joined)
        else:
            inner = self.inside(frame)
            given = entry_of(statement.existing, frame.reading())
            if isinstance(given, Written):
                raise NotPlanned("a change of a record that is being written", statement.span)
            old = given
            inner = inner.under(found(statement.existing, frame.reading()))
        entry = Written(table=table, old=old, id=old.id, exists="true")
        inner.scope.names[statement.record.key] = entry
        if isinstance(statement.existing, model.Record):
            inner.scope.names[statement.existing.key] = entry  # its fields are read as they are set by then
        if statement.where is not None:
            inner = inner.under(condition(statement.where, Reading(scope=inner.scope, around=frame.around)))
        read_block(statement.body, inner)
        self.write(entry, inner, "false")

    def create(self, statement: model.Create, frame: Frame) -> str:
        """Gives the SQL of the id of the new record."""
        table = statement.record.table
        inner = self.inside(frame)
        made = f"{statement.record.key}/{self.around.now.isoformat()}{self.again}/"  # a later run makes another row
        seed = f"{literal(made)} || {which(self.unit, frame)}"
        entry = Written(table=table, old=None, id=f"CAST(md5({seed}) AS UUID)", exists="false")
        if statement.like is not None:
            like = entry_of(statement.like, frame.reading())
            for name in table.fields:
                other = statement.like.table.fields.get(name)
                if (
                    other is not None
                    and isinstance(like, Joined)
                    and name not in (table.id_field, table.modified_field)
                ):
                    entry.values[name] = stored(like, other, frame.reading())
                    frame.outcome.origins[id(entry), name] = Origin(rule="like", span=statement.span)
        inner.scope.names[statement.record.key] = entry
        read_block(statement.body, inner)
        self.write(entry, inner, "true", each_its_own=True)
        self.name(statement.record, entry.id, frame)
        return entry.id

    def name(self, record: model.Record, id: str, frame: Frame) -> None:
        """A record that was written is known by its name from here on."""
        frame.scope.names[record.key] = frame.scope.record(record.table, id)

    def create_or_change(self, statement: model.CreateOrChange, frame: Frame) -> None:
        """Found by its condition it is changed, else created with what the condition demands; once for all who ask."""
        table = statement.record.table
        inner = self.inside(frame)
        old = sought(statement, inner)
        demanded = [(one, value(given, frame.reading())) for one, given in statement.demanded]
        seed = " || '/' || ".join(f"coalesce(CAST({text} AS VARCHAR), '')" for _, text in demanded) or "''"
        new = f"CAST(md5({literal(table.name + '/')} || {seed}) AS UUID)"
        is_new = f"({old.id} IS NULL)"
        entry = Written(table=table, old=old, id=f"coalesce({old.id}, {new})", exists=f"(NOT {is_new})")
        inner.scope.names[statement.record.key] = entry
        for one, text in demanded:
            entry.values[one.name] = text
            rule = " ".join(statement.where.span.text.split())
            frame.outcome.origins[id(entry), one.name] = Origin(rule=rule, span=statement.where.span)
        read_block(statement.body, inner)
        self.write(entry, inner, is_new)
        frame.scope.names[statement.record.key] = sought(statement, frame)

    # --- whole records ----------------------------------------------------------------------------------

    def chosen(self, statement: model.Delete | model.Uncouple | model.Synchronise, frame: Frame) -> str:
        """A query of the ids that a statement is about, with the record that brings each along, and its unit."""
        whose = frame.scope.whose() or "NULL::UUID"
        failed = frame.outcome.failed()
        good = [] if failed == "false" else [f"(NOT {failed})"]
        if statement.existing is None:
            inner = self.extended(statement.record, statement.where, frame)
            entry = inner.scope.names[statement.record.key]
            assert isinstance(entry, Joined)
            where = joined_by("AND", [*inner.guards, *good])
            return f"SELECT {entry.id}, {self.unit}, {whose} FROM {inner.scope.sql()} WHERE {where}"
        entry = entry_of(statement.existing, frame.reading())
        scope = Extended(self.world, "(SELECT 1)", frame.scope)
        scope.names[statement.record.key] = entry
        guards = [*frame.guards, *good]
        if statement.where is not None:
            guards.append(condition(statement.where, Reading(scope=scope, around=frame.around)))
        return f"SELECT {entry.id}, {self.unit}, {whose} FROM {scope.sql()} WHERE {joined_by('AND', guards)}"

    def delete(self, statement: model.Delete, frame: Frame) -> None:
        """Take records away, and list them as deleted under the unit they came along with."""
        table = statement.record.table
        ids, count = ids_into(self.world, f"{table.caption} to be deleted", self.chosen(statement, frame))
        if not count:
            return
        self.book.deletes(table, ids, statement.span)
        note(self.world, table, f"SELECT _id, unnest(_whose) FROM {ids}")
        self.world.delete(table, f"SELECT _id FROM {ids}")
        self.changed += count

    def couple(self, statement: model.Couple, frame: Frame) -> None:
        """Couple two records, once, where no unit has failed."""
        bc, sales = self.id_of(statement.bc, frame), self.id_of(statement.sales, frame)
        failed = frame.outcome.failed()
        where = joined_by("AND", [*frame.guards, "true" if failed == "false" else f"(NOT {failed})"])
        whose = frame.scope.whose() or "NULL::UUID"
        pairs = f"SELECT {bc}, {sales}, {whose} FROM {frame.scope.sql()} WHERE {where}"
        couple(statement.bc_table, pairs, self.world, self.around)

    def id_of(self, what: model.AnyRecord | model.Value, frame: Frame) -> str:
        """SQL of the id of a record, or of the value that names one."""
        if isinstance(what, (model.Record, model.Behind)):
            return entry_of(what, frame.reading()).id
        return value(what, frame.reading())

    def uncouple(self, statement: model.Uncouple, frame: Frame) -> None:
        """Take away the couplings of records, and do what their mappings say for after that."""
        table = statement.record.table
        ids, count = ids_into(self.world, f"{table.caption} to be uncoupled", self.chosen(statement, frame))
        if count:
            mappings = dict(self.around.mappings)
            found = couplings_of(table, ids, mappings, self.world)
            if not found:
                uncouple_loose(table, ids, self.world)
            for name, kids in found.items():
                uncouple(mappings[name], kids, self.world, self.around, replace(self, unit="p.bc").carry_out)

    def synchronise(self, statement: model.Synchronise, frame: Frame) -> None:
        """Start a run for some records now: as by hand in a process, on the fly around the records of a mapping.

        NotPlanned: where no run can be started, as in the block of a run that was.
        """
        if self.around.run is None:
            raise NotPlanned(f"`{_written(statement)}`", statement.span)
        about = f"{statement.record.table.caption} to be synchronised now"
        ids, count = ids_into(self.world, about, self.chosen(statement, frame))
        if count:
            self.around.run(called(statement, ids, by_hand=self.step is None))

    def find_or_create(self, statement: model.Find, frame: Frame) -> None:
        """`find … else create`: created once for all who ask for the same record, then known to all of them."""
        find(replace(statement, otherwise=None), frame)
        first = frame.scope.names[statement.record.key]
        assert isinstance(first, Joined)
        new = self.asked_for(statement, frame)
        self.create_missing(statement, frame.under(f"({first.id} IS NULL)"), new)
        self.name(statement.record, f"coalesce({first.id}, CASE WHEN {frame.guard()} THEN {new} END)", frame)

    def asked_for(self, statement: model.Find, frame: Frame) -> str:
        """SQL of the id of the record that `else create` makes: the same for all who ask for the same."""
        wanted = equalities(statement.where[0], statement.record) if len(statement.where) == 1 else None
        asked = [value(one, frame.reading()) for one in (wanted or {}).values()] or [self.unit]
        asked = [self.unit] if wanted is not None and statement.record.table.id_field in wanted else asked
        seed = " || '/' || ".join(f"coalesce(CAST({one} AS VARCHAR), '')" for one in asked)
        return f"CAST(md5({literal(statement.record.table.name + '/')} || {seed}) AS UUID)"

    def create_missing(self, statement: model.Find, frame: Frame, id: str) -> None:
        """Create what a `find` did not find, for the rows of a frame."""
        assert isinstance(statement.otherwise, model.Block)
        inner = self.inside(frame)
        entry = Written(table=statement.record.table, old=None, id=id, exists="false")
        inner.scope.names[statement.record.key] = entry
        read_block(statement.otherwise, inner)
        self.write(entry, inner, "true", first=True, shared=True)

    # --- writing ----------------------------------------------------------------------------------------

    def write(
        self,
        entry: Written,
        frame: Frame,
        is_new: str,
        *,
        each_its_own: bool = False,
        first: bool = False,
        shared: bool = False,
    ) -> None:
        """Stage what a body set, write what differs, and tell the book.

        Of several rows that write the same record the last stands; where what is written hangs on the record itself, they
        come one after the other, and each sees what those before it wrote there.
        each_its_own: no two rows of the frame write the same record. first: of several the first does, not the last.
        shared: all units see what is written, not only those that write it.
        """
        if not entry.values and not entry.by_bc and is_new == "false":
            return
        stood = self.world.relation(entry.table)
        in_turn = not each_its_own and not first and looks_at_itself(entry, frame)
        made = stage(entry, frame, is_new, self.unit, self.book, self.world, named=in_turn)
        self.book.staged(entry.table, made.name, frame, made.fields)
        if frame.scope.whose() is not None and not shared:
            note(self.world, entry.table, f"SELECT _id, _whose FROM {made.name}", new=is_new == "true")
        if not each_its_own and several(made, self.world):
            if in_turn:
                made = self.one_by_one(made, entry, frame, is_new, stood)
            turns = self.book.turns(frame)
            one_each(made, ", ".join(f"{one}{way if first else AGAINST[way]}" for one, way in turns), self.world)
        self.carry_over(made, entry)

    def one_by_one(self, made: Stage, entry: Written, frame: Frame, is_new: str, stood: str) -> Stage:
        """Write the first of the rows for each record, look at the others again, and so on; gives what is left.

        stood: the relation by which the frame reads the rows of the table.
        """
        order = ", ".join(f"{one}{way}" for one, way in self.book.turns(frame))
        for _ in range(TURNS):
            waiting = identifier(self.world.alias("waiting"))
            self.world.run("all rows", f"CREATE TEMP TABLE {waiting} AS SELECT _which, _id FROM {made.name}")
            one_each(made, order, self.world)
            self.world.run(
                "all but these", f"DELETE FROM {waiting} WHERE (_which, _id) IN (SELECT _which, _id FROM {made.name})"
            )
            self.carry_over(made, entry)
            later = frame.under(f"(({which(self.unit, frame)}, {entry.id}) IN (SELECT _which, _id FROM {waiting}))")
            again = (stood, self.world.relation(entry.table))
            made = stage(entry, later, is_new, self.unit, self.book, self.world, named=True, again=again)
            self.world.connection.execute(f"DROP TABLE {waiting}")
            if not several(made, self.world):
                break
        return made

    def carry_over(self, made: Stage, entry: Written) -> None:
        """Write a stage, and tell the book."""
        count = carry_over(made, self.world, self.around)
        self.changed += count
        if count:
            self.book.wrote(entry.table, made.name, made.fields)
        if count and entry.by_bc:
            left = tuple((entry.table.fields[name], span) for name, (_, span) in entry.by_bc.items())
            self.book.left_to_bc(entry.table, made.name, left)
        self.world.connection.execute(f"DROP TABLE {made.name}")

    def set(self, statement: model.AssignSetting, frame: Frame) -> None:
        """A setting is one value: it is read, remembered for the rest of the plan, and noted."""
        text, guard = value(statement.value, frame.reading()), frame.guard()
        got = self.world.run(
            f"the new value of setting {statement.setting}",
            f"SELECT {text} FROM {frame.scope.sql(text + guard)} WHERE {guard} LIMIT 1",
        ).fetchone()
        if got is None:
            return
        settings = self.around.settings
        assert isinstance(settings, dict)
        settings[statement.setting] = got[0]
        path, line = place(statement.span)
        words = f"Setting {statement.setting.replace('_', ' ')} becomes {got[0]}"
        number = self.book.number or "NULL"
        self.world.run(
            "note it",
            f"INSERT INTO plan.note VALUES ({number}, NULL, 'note', {literal(SETTING_CHANGES)}, {literal(words)}, {path}, {line})",
        )


def _written(statement: Statement) -> str:
    return statement.span.text.split("\n")[0].split("{")[0].strip()[:60]
