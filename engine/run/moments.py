"""What a mapping does around its records, beyond their own fields -> effects on other records.

The blocks `after new`, `after changed`, `after unchanged`, `after untouched` run once the leg's rows and couplings are
in the world; statements above the field lines that change other records run then too, for the records that did
not fail. Every statement is one query over all records of the leg (rules of evaluation 5 to 8).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from engine.catalog.catalog import Table
from engine.model import model
from engine.model.model import Statement
from engine.plan.legs import Pass
from engine.run.candidates import Candidates
from engine.run.ledger import field_list, label, place
from engine.run.settle import defaults, platform_values, stored_as
from engine.run.transfer import Transfer, WrittenField
from engine.run.world import World
from engine.sql.block import Frame, Origin, Outcome, equalities, read_block, searched_find
from engine.sql.conditions import condition, found, joined_by
from engine.sql.quote import identifier, literal
from engine.sql.scope import Extended, Joined, Scope, Written
from engine.sql.values import Around, NotPlanned, Reading, before, entry_of, stored, value

VERDICTS = {"new": "create", "changed": "update", "unchanged": "same"}


@dataclass
class Deferred:
    """Statements met before the write that change other records, with the frame they were met in."""

    statements: list[tuple[Frame, Statement]] = field(default_factory=list)

    def keep(self, frame: Frame, statement: Statement) -> None:
        self.statements.append((frame, statement))


@dataclass
class Effects:
    """Carries out statements that change other records, for all units of a frame at once.

    unit: SQL of the source id of the record that brings the change along. listed: causes are plan records.
    """

    step: Pass | None
    world: World
    around: Around
    unit: str
    changed: int = 0

    def carry_out(self, frame: Frame, statement: Statement) -> None:
        match statement:
            case model.Change():
                self.change(statement, frame)
            case model.Create():
                self.create(statement, frame)
            case model.CreateOrChange():
                self.create_or_change(statement, frame)
            case model.ForEach():
                inner = self.extended(statement.record, statement.where, frame)
                read_block(statement.body, inner)
            case model.AssignSetting():
                self.set(statement, frame)
            case model.Delete() | model.Couple() | model.Uncouple() | model.Synchronise() | model.ForPieces():
                raise NotPlanned(f"`{_written(statement)}`", statement.span)
            case (
                model.Find()
                | model.Let()
                | model.Inlined()
                | model.Assign()
                | model.ApplyTemplate()
                | model.Require()
                | model.If()
            ):
                raise AssertionError("read in place")
            case _:
                assert_never(statement)

    def extended(self, record: model.Record, where: model.Condition | None, frame: Frame) -> Frame:
        """A frame with one row for every record that fits."""
        alias = self.world.alias(record.table.name)
        scope = Extended(self.world, f"{self.world.relation(record.table)} {alias}", frame.scope)
        scope.names[record.key] = Joined(alias=alias, table=record.table, certain=True)
        inner = replace(frame, scope=scope)
        if where is None:
            return inner
        return inner.under(condition(where, Reading(scope=scope, around=frame.around)))

    # --- change -----------------------------------------------------------------------------------------

    def change(self, statement: model.Change, frame: Frame) -> None:
        table = statement.record.table
        if statement.existing is None:
            inner = self.extended(statement.record, None, frame)
            old = inner.scope.names[statement.record.key]
            assert isinstance(old, Joined)
        else:
            inner = replace(frame, scope=Extended(self.world, "(SELECT 1)", frame.scope))
            given = entry_of(statement.existing, frame.reading())
            if isinstance(given, Written):
                raise NotPlanned("a change of a record that is being written", statement.span)
            old = given
            inner = inner.under(found(statement.existing, frame.reading()))
        entry = Written(table=table, old=old, id=old.id, exists="true")
        inner.scope.names[statement.record.key] = entry
        if statement.where is not None:
            inner = inner.under(condition(statement.where, Reading(scope=inner.scope, around=frame.around)))
        read_block(statement.body, inner)
        self.write(entry, inner, "false")

    def create(self, statement: model.Create, frame: Frame) -> None:
        table = statement.record.table
        inner = replace(frame, scope=Extended(self.world, "(SELECT 1)", frame.scope))
        seed = f"{literal(f'{statement.span.path}/{statement.span.line}/')} || CAST({self.unit} AS VARCHAR)"
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
        self.write(entry, inner, "true")

    def create_or_change(self, statement: model.CreateOrChange, frame: Frame) -> None:
        """Found by its condition it is changed, else created with what the condition demands; once for all who ask."""
        table = statement.record.table
        inner = replace(frame, scope=Extended(self.world, "(SELECT 1)", frame.scope))
        search = model.Find(
            record=statement.record,
            where=(statement.where,),
            sorting=(),
            descending=False,
            otherwise=None,
            span=statement.span,
        )
        old = self.one_of(search, inner) or searched_find(search, inner)
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

    def one_of(self, search: model.Find, frame: Frame) -> Joined | None:
        """A search by equalities as one grouped join: the first record for every combination asked for."""
        wanted = equalities(search.where[0], search.record)
        table = search.record.table
        if wanted is None or any(not self.world.holds(table, name) for name in wanted):
            return None
        names = ", ".join(identifier(name) for name in wanted)
        grouped = f"(SELECT {names}, min({identifier(table.id_field)}) AS id FROM {self.world.relation(table)} GROUP BY {names})"
        tests = [
            f"{{alias}}.{identifier(name)} IS NOT DISTINCT FROM {value(given, frame.reading())}"
            for name, given in wanted.items()
        ]
        first = frame.scope.join(grouped, self.world.alias("first"), " AND ".join(tests))
        alias = frame.scope.join(
            self.world.relation(table),
            self.world.alias(table.name),
            f"{{alias}}.{identifier(table.id_field)} = {first}.id",
        )
        return Joined(alias=alias, table=table, certain=False)

    # --- writing ----------------------------------------------------------------------------------------

    def write(self, entry: Written, frame: Frame, is_new: str) -> None:
        """Stage what a body set, write what differs, and list it under the record that brings it along."""
        if not entry.values and is_new == "false":
            return
        table, origins = entry.table, frame.outcome.origins
        reading = frame.reading()
        fields = tuple(
            WrittenField(field=table.fields[name], new=f"n{at}", old=f"o{at}", origin=origins[id(entry), name])
            for at, name in enumerate(entry.values)
        )
        old = {one.field.name: before(entry, one.field, reading) for one in fields}
        values = "".join(
            f",\n  {entry.values[one.field.name]} AS {one.new}, {old[one.field.name]} AS {one.old}" for one in fields
        )
        differs = joined_by("OR", [f"{one.new} IS DISTINCT FROM {one.old}" for one in fields]) if fields else "true"
        failed = frame.outcome.failed()
        where = joined_by("AND", [*frame.guards, "true" if failed == "false" else f"(NOT {failed})"])
        stage = identifier(self.world.alias("effect"))
        self.world.run(
            f"what comes along in {table.caption}",
            f"""CREATE TEMP TABLE {stage} AS
SELECT * FROM (
SELECT {self.unit} AS _unit, {entry.id} AS _id, {is_new} AS is_new{values}
FROM {frame.scope.sql()}
WHERE {where}
) WHERE is_new OR {differs}
QUALIFY row_number() OVER (PARTITION BY _id ORDER BY _unit DESC) = 1""",
        )
        counts = dict(self.world.run("how many", f"SELECT is_new, count(*) FROM {stage} GROUP BY is_new").fetchall())
        columns = {one.field.name: stored_as(one.new, one.field, table.system) for one in fields}
        if counts.get(True):
            new = {**defaults(table, set(columns)), **columns, **platform_values(table, self.around, new=True)}
            self.world.insert(table, list(new), _select(new, stage, "is_new"))
        if counts.get(False):
            changed = {**columns, **platform_values(table, self.around, new=False)}
            self.world.update(table, list(changed), _select(changed, stage, "NOT is_new"))
        self.changed += sum(counts.values())
        if counts:
            self.list(table, stage, fields)
        self.world.connection.execute(f"DROP TABLE {stage}")

    def list(self, table: Table, stage: str, fields: tuple[WrittenField, ...]) -> None:
        """The records that come along, each under its cause, numbered after those already listed.

        What comes along in the very record that is listed already belongs to that record.
        """
        if _silent(table):
            return
        number = self.step.number if self.step is not None else 0
        last = self.world.one(
            "the last number", f"SELECT coalesce(max(record), 0) FROM plan.record WHERE pass = {number}"
        )[0]
        path, line = place(fields[0].origin.span) if fields else ("NULL", "NULL")
        rows = identifier(self.world.alias("come"))
        self.world.run(
            "number them",
            f"""CREATE TEMP TABLE {rows} AS
SELECT CASE WHEN own THEN cause ELSE {last} + row_number() OVER (PARTITION BY own ORDER BY cause, _id) END AS record, *
FROM (SELECT coalesce(c.record, 0) AS cause, c.record IS NOT NULL AND c.table_name = {literal(table.name)} AND c.id = e._id AS own, e.*
  FROM {stage} e LEFT JOIN plan.record c ON c.pass = {number} AND c.cause IS NULL AND c.source_id = e._unit)""",
        )
        self.world.run(
            "list them",
            f"""INSERT INTO plan.record
SELECT {number}, e.record, e.cause, CASE WHEN e.is_new THEN 'create' ELSE 'change' END, {literal(table.system)},
  {literal(table.name)}, {literal(table.caption)}, e._id, {label(table, "d", self.world)}, e._unit, NULL, NULL, NULL, {path}, {line}
FROM {rows} e JOIN {self.world.relation(table)} d ON d.{identifier(table.id_field)} = e._id WHERE NOT e.own""",
        )
        if fields:
            changes = field_list(fields, self.world)
            self.world.run(
                "their fields",
                f"""INSERT INTO plan.field
SELECT {number}, u.record, u.f.ordinal + CASE WHEN own THEN 1000 ELSE 0 END, u.f.name, u.f.caption, u.f.before, u.f.after,
  u.f.rule, u.f.path, u.f.line
FROM (SELECT record, own, unnest({changes}) AS f FROM {rows}) u WHERE u.f.differs""",
            )
            self.fold(number)
        self.world.connection.execute(f"DROP TABLE {rows}")

    def fold(self, number: int) -> None:
        """A field that is written again later in the same record is listed once, from its first value to its last."""
        again = f"n.pass = {number} AND o.pass = n.pass AND o.record = n.record AND o.name = n.name AND o.ordinal < n.ordinal"
        self.world.run(
            "first value to last", f"UPDATE plan.field n SET before = o.before FROM plan.field o WHERE {again}"
        )
        self.world.run("once", f"DELETE FROM plan.field o USING plan.field n WHERE {again}")

    def set(self, statement: model.AssignSetting, frame: Frame) -> None:
        """A setting is one value: it is read, remembered for the rest of the plan, and noted."""
        text = value(statement.value, frame.reading())
        got = self.world.run(
            f"the new value of setting {statement.setting}",
            f"SELECT {text} FROM {frame.scope.sql()} WHERE {frame.guard()} LIMIT 1",
        ).fetchone()
        if got is None:
            return
        settings = self.around.settings
        assert isinstance(settings, dict)
        settings[statement.setting] = got[0]
        path, line = place(statement.span)
        words = f"Setting {statement.setting.replace('_', ' ')} becomes {got[0]}"
        number = str(self.step.number) if self.step is not None else "NULL"
        self.world.run(
            "note it",
            f"INSERT INTO plan.note VALUES ({number}, NULL, 'note', 'P340', {literal(words)}, {path}, {line})",
        )


def _select(values: dict[str, str], stage: str, where: str) -> str:
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
    return f"SELECT _id, {select} FROM {stage} WHERE {where}"


def _silent(table: Table) -> bool:
    """The connector's own books are not listed as changes."""
    from engine import connector

    return table.system == "bc" and table.name in (connector.MAPPINGS, connector.COUPLINGS, connector.OPTION_COUPLINGS)


def _written(statement: Statement) -> str:
    return statement.span.text.split("\n")[0].split("{")[0].strip()[:60]


def after_moments(
    step: Pass, read: Candidates, made: Transfer, deferred: Deferred, world: World, around: Around
) -> None:
    """Carry out what comes after the write of a leg."""
    effects = Effects(step=step, world=world, around=around, unit="c.src")
    for frame, statement in deferred.statements:
        scope = Extended(world, f"{made.table} w", frame.scope)
        good = "w.src = c.src AND w.verdict IN ('create', 'update', 'same')"
        inner = replace(frame, scope=scope, effect=effects.carry_out, outcome=Outcome(origins=frame.outcome.origins))
        effects.carry_out(inner.under(f"({good})"), statement)
    for item in step.mapping.items:
        if isinstance(item, model.Moment) and item.after and item.leg == step.leg:
            after(step, item, read, made, world, around)


def after(step: Pass, moment: model.Moment, read: Candidates, made: Transfer, world: World, around: Around) -> None:
    source, destination = step.source.table, step.destination.table
    verdicts = ", ".join(literal(VERDICTS[one]) for one in sorted(moment.states) if one in VERDICTS)
    rows = []
    if verdicts:
        rows.append(f"SELECT src, dst FROM {made.table} WHERE verdict IN ({verdicts})")
    if "untouched" in moment.states:
        rows.append(f"SELECT src, dst FROM {read.table} WHERE class = 'untouched'")
    base = "(" + " UNION ALL ".join(rows) + ") w"
    if not world.one("is there any", f"SELECT count(*) FROM {base}")[0]:
        return
    scope = Scope(world, base)
    scope.joins.append(f"JOIN {world.relation(source)} s ON s.{identifier(source.id_field)} = w.src")
    scope.joins.append(f"JOIN {world.relation(destination)} d ON d.{identifier(destination.id_field)} = w.dst")
    scope.names[step.source.key] = Joined(alias="s", table=source, certain=True)
    scope.names[step.destination.key] = Joined(alias="d", table=destination, certain=True)
    effects = Effects(step=step, world=world, around=around, unit="w.src")
    frame = Frame(around=around, scope=scope, outcome=Outcome(), effect=effects.carry_out)
    for item in step.mapping.items:
        if isinstance(item, (model.Find, model.Let)) and all(scope.entry(one) is None for one in [_key(item)]):
            read_block(model.Block(statements=(item,), span=item.span), frame)
    read_block(moment.body, frame)
    failures(step, frame, world)


def _key(item: model.Find | model.Let) -> str:
    return item.record.key if isinstance(item, model.Find) else item.key


def failures(step: Pass, frame: Frame, world: World) -> None:
    """R3.24: what fails after the write leaves the record and its coupling, and is told."""
    for one in frame.outcome.failures:
        path, line = place(one.span)
        world.run(
            "what failed after the write",
            f"""INSERT INTO plan.note
SELECT {step.number}, r.record, 'warning', {literal(one.code)}, n.text, {path}, {line}
FROM (SELECT w.src, {one.reason} AS text FROM {frame.scope.sql()} WHERE {one.when}) n
LEFT JOIN plan.record r ON r.pass = {step.number} AND r.cause IS NULL AND r.source_id = n.src""",
        )
