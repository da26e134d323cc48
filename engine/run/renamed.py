"""BC records whose key a leg changed -> the same change in every record that refers to them, as Business Central does it.

R4.26: a label that was renamed in Sales renames the code. Business Central carries a renamed key into every field that
refers to it; a customer keeps its payment terms under their new name. Stamps are left alone: nobody edited these records.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalog.catalog import Field, Table
from engine.plan.legs import Pass
from engine.run.along import Along
from engine.run.judge import WrittenField
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.sql.quote import identifier


def follow(step: Pass, made: Transfer, world: World) -> None:
    """Write new keys into the fields that refer to them, and list those records under the one that was renamed."""
    table = step.destination.table
    renamed = [one for one in made.fields if one.field.name in table.key]
    if step.leg != "to_bc" or not made.counts.get("update") or len(renamed) != 1 or len(table.key) != 1:
        return
    key = renamed[0]
    keys = (
        f"SELECT src, {key.new} AS new, {key.old} AS old FROM {made.values} "
        f"WHERE verdict = 'update' AND {key.new} IS DISTINCT FROM {key.old} AND {key.old} <> ''"
    )
    if not world.one("is any key changed", f"SELECT EXISTS ({keys})")[0]:
        return
    for other, field in referring(table, key.field, world):
        stage, id = identifier(world.alias("renamed")), identifier(other.id_field)
        world.run(
            f"what refers to a new key of {table.caption}",
            f"CREATE TEMP TABLE {stage} AS SELECT k.src AS _unit, o.{id} AS _id, false AS is_new, k.new AS n0, k.old AS o0 "
            f"FROM {world.relation(other)} o JOIN ({keys}) k ON o.{identifier(field.name)} = k.old",
        )
        if world.one("how many", f"SELECT count(*) FROM {stage}")[0]:
            world.update(other, [field.name], f"SELECT _id, n0 AS {identifier(field.name)} FROM {stage}")
            written = WrittenField(field=field, new="n0", old="o0", origin=key.origin)
            Along(step=step, world=world).wrote(other, stage, (written,))
        world.connection.execute(f"DROP TABLE {stage}")


def referring(table: Table, key: Field, world: World) -> Iterator[tuple[Table, Field]]:
    """The stored fields of the BC tables of the world that always refer to this key."""
    for system, name in sorted(world.base):
        if system != "bc" or name == table.name or not world.catalog.has("bc", name):
            continue
        other = world.catalog.table("bc", name)
        for field in other.fields.values():
            refers = any((one.table, one.field) == (table.name, key.name) and not one.when for one in field.references)
            if refers and field.calculation is None and world.holds(other, field.name):
                yield other, field
