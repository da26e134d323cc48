"""New records of a leg that recognise one another -> the first makes the partner, the others take it (R3.6, R1.10).

Two prices of one product, list and unit are two records in Business Central and one in Sales. The product goes record by
record: the first makes the partner, the next finds it, is coupled with it in the first one's place and writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.plan.legs import Pass
from engine.run.settle import defaults, stored_as
from engine.run.world import World
from engine.sql.finding import equalities
from engine.sql.frame import Frame
from engine.sql.quote import identifier
from engine.sql.values import value

if TYPE_CHECKING:
    from engine.run.judge import WrittenField


@dataclass(frozen=True)
class Sought:
    """By what new records may recognise one another. fields: technical name -> SQL of the value that is looked for."""

    frame: Frame
    fields: dict[str, str]

    @property
    def columns(self) -> str:
        """SQL columns t0, t1 … of what is looked for."""
        return "".join(f",\n  {sql} AS t{at}" for at, sql in enumerate(self.fields.values()))


def sought(step: Pass, frame: Frame, *, some_new: bool) -> Sought:
    """What the new records of a leg look for; nothing where they do not, or look for more than equal fields."""
    recognise = step.mapping.recognise if step.leg == "to_sales" and some_new else ()
    wanted = equalities(recognise[0], step.destination) if len(recognise) == 1 else None
    return Sought(frame, {name: value(one, frame.reading()) for name, one in (wanted or {}).items()})


def followers(step: Pass, by: Sought, values: str, written: Sequence[WrittenField], world: World) -> str | None:
    """The table of new records that look for what an earlier one creates: src, and `made`, the id of that record; None
    without any. values: the table of the values of a leg, each new record being created for itself."""
    new = {one.field.name: one.new for one in written}
    if not by.fields or not all(name in new for name in by.fields):
        return None
    order = ", ".join(f"{sql}{way}" for sql, way in by.frame.order)
    wanted = [f"c.t{at}" for at in range(len(by.fields))]
    fits = " AND ".join(f"c.{new[name]} = {one}" for name, one in zip(by.fields, wanted, strict=True))
    source, name = step.source.table, f"twin_{step.number}"
    world.run(
        "new records that take what an earlier one creates",
        f"""CREATE TEMP TABLE {name} AS SELECT src, made FROM (
  SELECT c.src, c.dst, first_value(CASE WHEN {fits} THEN c.dst END IGNORE NULLS) OVER (
    PARTITION BY {", ".join(wanted)} ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS made
  FROM {values} c JOIN {world.relation(source)} s ON s.{identifier(source.id_field)} = c.src
  WHERE c.verdict = 'create' AND c.class = 'insert' AND {" AND ".join(f"{one} IS NOT NULL" for one in wanted)})
WHERE made <> dst""",
    )
    return name if world.one("are there any", f"SELECT EXISTS (FROM {name})")[0] else None


def as_changes(
    step: Pass, twins: str, values: str, written: Sequence[WrittenField], frame: Frame, world: World
) -> Frame:
    """The same frame over those records alone, each a recognised one whose partner is what the earlier one creates."""
    table = step.destination.table
    given = {one.field.name: stored_as(one.new, one.field, table.system) for one in written}
    given = {**defaults(table, set(given)), **given, table.id_field: "dst"}
    columns = ", ".join(
        f"CAST({given.get(name, 'NULL')} AS {type}) AS {identifier(name)}"
        for name, type in world.columns(table).items()
    )
    made = f"(SELECT {columns} FROM {values} w WHERE verdict = 'create')"
    stored = f"LEFT JOIN {world.relation(table)} d ON "
    scope = copy(frame.scope)
    scope.base = (
        f"(SELECT c.* REPLACE ('recognised' AS class, f.made AS dst, false AS is_new, true AS recognised) "
        f"FROM {frame.scope.base} JOIN {twins} f ON f.src = c.src) c"
    )
    scope.joins = [one.replace(stored, f"LEFT JOIN {made} d ON ", 1) for one in frame.scope.joins]
    return replace(frame, scope=scope)
