"""What statements wrote in other records -> rows of the plan, under the record that brought them along.

A `Book` is told of every write of `engine.run.effects`. That of a mapping, here, lists what comes along under the record
of the leg; that of a process (`engine.run.process.book`) lists a whole document under the record that it is made for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from engine import connector
from engine.catalog.catalog import Field, Table
from engine.plan.legs import Pass
from engine.run.judge import WrittenField
from engine.run.ledger import label, place, write_fields
from engine.run.world import World
from engine.source import Span
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier, literal


class Book(Protocol):
    """Who is told of what statements write."""

    @property
    def number(self) -> int:
        """The number of the pass; 0 outside any."""
        ...

    def turns(self, frame: Frame) -> list[tuple[str, str]]:
        """(SQL over a stage, direction): the order in which its rows come; of several for one record the last stands."""
        ...

    def inside(self, outcome: Outcome) -> Outcome:
        """Where what fails in the body of a record being written is gathered."""
        ...

    def more(self, frame: Frame) -> str:
        """Further columns of a stage, each led by a comma."""
        ...

    def keeps(self, frame: Frame) -> str:
        """SQL truth: the row may go into a stage."""
        ...

    def also(self, frame: Frame) -> str:
        """What else brings a row into a stage than being new or different, led by OR."""
        ...

    def staged(self, table: Table, stage: str, frame: Frame, fields: tuple[WrittenField, ...]) -> None:
        """A stage is there and not yet written. Rows that must not be written are taken out of it."""
        ...

    def wrote(self, table: Table, stage: str, fields: tuple[WrittenField, ...]) -> None:
        """A stage was written."""
        ...

    def left_to_bc(self, table: Table, stage: str, fields: tuple[tuple[Field, Span], ...]) -> None:
        """Fields that Business Central's own code fills in records of a stage, those where bc0, bc1 … are true."""
        ...

    def deletes(self, table: Table, ids: str, span: Span) -> None:
        """The records of a table (_id, _unit) are about to be deleted."""
        ...


@dataclass(frozen=True, slots=True)
class Along:
    """The book of a leg: what comes along is listed under its cause. step: None outside a leg."""

    step: Pass | None
    world: World

    @property
    def number(self) -> int:
        """The number of the leg in the plan; 0 outside a leg."""
        return self.step.number if self.step is not None else 0

    def inside(self, outcome: Outcome) -> Outcome:
        return outcome

    def turns(self, frame: Frame) -> list[tuple[str, str]]:
        """Records by their primary key in BC (R2.10), by their id in Sales (R2.16); then the rounds of the loops."""
        rounds = [(f"turn{at}", way) for at, (_, way) in enumerate(frame.order)]
        source = self.step.source.table if self.step is not None else None
        if source is None or source.key == (source.id_field,) or not self._holds_key(source):
            return [("_unit", ""), *rounds]
        key = ", ".join(f"turn.{identifier(one)}" for one in source.key)
        rows, id = self.world.relation(source), identifier(source.id_field)
        return [(f"(SELECT row({key}) FROM {rows} turn WHERE turn.{id} = _unit)", ""), *rounds]

    def _holds_key(self, table: Table) -> bool:
        return all(self.world.holds(table, one) for one in table.key)

    def more(self, frame: Frame) -> str:
        return "".join(f", {one} AS turn{at}" for at, (one, _) in enumerate(frame.order))

    def keeps(self, frame: Frame) -> str:
        failed = frame.outcome.failed()
        return "true" if failed == "false" else f"(NOT {failed})"

    def also(self, frame: Frame) -> str:
        return ""

    def staged(self, table: Table, stage: str, frame: Frame, fields: tuple[WrittenField, ...]) -> None:
        pass

    def deletes(self, table: Table, ids: str, span: Span) -> None:
        if silent(table):
            return
        number = self.number
        path, line = place(span)
        self.world.run(
            "list them",
            f"""INSERT INTO plan.record
SELECT {number}, (SELECT coalesce(max(record), 0) FROM plan.record WHERE pass = {number}) + row_number() OVER (ORDER BY i._id), 0,
  'delete', {literal(table.system)}, {literal(table.name)}, {literal(table.caption)}, i._id, {label(table, "d", self.world)},
  NULL, NULL, NULL, NULL, {path}, {line}
FROM {ids} i JOIN {self.world.relation(table)} d ON d.{identifier(table.id_field)} = i._id""",
        )

    def wrote(self, table: Table, stage: str, fields: tuple[WrittenField, ...]) -> None:
        """The records that come along, each under its cause, numbered after those already listed.

        What comes along in the very record that is listed already belongs to that record.
        """
        if silent(table):
            return
        number = self.number
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
            shifted = f"SELECT *, CASE WHEN own THEN 1000 ELSE 0 END AS shift FROM {rows}"
            write_fields(number, shifted, fields, self.world)
            self.fold(number)
        self.world.connection.execute(f"DROP TABLE {rows}")

    def left_to_bc(self, table: Table, stage: str, fields: tuple[tuple[Field, Span], ...]) -> None:
        """Only documents of processes show what Business Central fills in."""

    def fold(self, number: int) -> None:
        """A field that is written again later in the same record is listed once, from its first value to its last."""
        again = (
            f"n.pass = {number} AND o.pass = n.pass AND o.record = n.record AND o.ordinal < n.ordinal "
            "AND nf.told = n.told AND f.told = o.told AND f.name = nf.name"
        )
        both = "plan.told_field f, plan.told_field nf"
        self.world.run(
            "first value to last",
            f"UPDATE plan.told_value n SET before = o.before FROM plan.told_value o, {both} WHERE {again}",
        )
        self.world.run("once", f"DELETE FROM plan.told_value o USING plan.told_value n, {both} WHERE {again}")


def silent(table: Table) -> bool:
    """The connector's own books are not listed as changes."""
    return table.system == "bc" and table.name in connector.BOOKS
