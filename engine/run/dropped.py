"""Verdicts of a leg -> the new records whose look-up the product drops, as no stored row holds the value from before (R4.17).

The records go one by one, in the order of the source. A new one is blank before; once it is stored, the others find in it the
blank that they look for. So of a leg at most one record is concerned for each field: the first that finds no blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.catalog.catalog import Field, Table
from engine.run.world import World
from engine.sql import blank
from engine.sql.blank import type_of
from engine.sql.frame import Frame
from engine.sql.quote import identifier, literal

if TYPE_CHECKING:
    from engine.run.judge import WrittenField


@dataclass
class Dropped:
    """What a leg drops. table: src of the record, and name of the field; empty until `note` filled it. fields: those asked for."""

    frame: Frame
    table: str
    world: World
    fields: list[Field] = field(default_factory=list)

    def lost(self, target: Field) -> str:
        """SQL truth: what was looked up for this field is dropped, for the record that the frame stands at."""
        if not self.fields:
            self.world.run("a table of what is dropped", f"CREATE TEMP TABLE {self.table} (src UUID, field VARCHAR)")
        self.fields.append(target)
        test = f"{{alias}}.src = c.src AND {{alias}}.field = {literal(target.name)}"
        alias = self.frame.scope.join(self.table, self.world.alias("dropped"), test)
        return f"({alias}.src IS NOT NULL)"

    def note(self, stored: Table, source: Table, verdicts: str, values: str, written: Sequence[WrittenField]) -> bool:
        """Find the records, by what became of all when nothing was dropped; gives whether there are any.

        stored: the table written to. verdicts, values: the tables of a leg, with the new and old values of its records.
        """
        world, found = self.world, False
        for one in written:
            if one.field not in self.fields or self.always_blank(stored, one.field, verdicts):
                continue
            was, now = (blank.is_blank(f"c.{name}", type_of(one.field)) for name in (one.old, one.new))
            change = f"CASE WHEN verdict = 'update' THEN CAST({now} AS INTEGER) - CAST({was} AS INTEGER) ELSE 0 END"
            order = ", ".join(f"{sql}{way}" for sql, way in self.frame.order)
            first = world.run(
                f"the first new record that finds a blank {one.field.caption}, or leaves one",
                f"""SELECT src, found FROM (
  SELECT c.src, c.verdict, {now} AS blank, row_number() OVER (ORDER BY {order}) AS nth,
    {self.blanks(stored, one.field)} + coalesce(sum({change}) OVER (ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS found
  FROM {values} c JOIN {world.relation(source)} s ON s.{identifier(source.id_field)} = c.src)
WHERE verdict = 'create' AND (blank OR found = 0) ORDER BY nth LIMIT 1""",
            ).fetchone()
            if first is not None and first[1] == 0:
                world.connection.execute(f"INSERT INTO {self.table} VALUES (?, ?)", [first[0], one.field.name])
                found = True
        return found

    def always_blank(self, stored: Table, target: Field, verdicts: str) -> bool:
        """Is there a stored row that is blank in a field, before the leg and through all of it?"""
        if not self.world.holds(stored, target.name):
            return False
        written = f"SELECT 1 FROM {verdicts} w WHERE w.verdict = 'update' AND w.dst = t.{identifier(stored.id_field)}"
        return bool(
            self.world.one(
                f"a record whose {target.caption} stays blank",
                f"SELECT EXISTS (SELECT 1 FROM {self.world.relation(stored)} t "
                f"WHERE {self.empty(target)} AND NOT EXISTS ({written}))",
            )[0]
        )

    def blanks(self, stored: Table, target: Field) -> str:
        """SQL of how many stored rows are blank in a field."""
        empty = self.empty(target) if self.world.holds(stored, target.name) else "true"
        return f"(SELECT count(*) FROM {self.world.relation(stored)} t WHERE {empty})"

    def empty(self, target: Field) -> str:
        """SQL truth: a stored row `t` is blank in a field."""
        return blank.is_blank(f"t.{identifier(target.name)}", type_of(target))
