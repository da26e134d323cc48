"""A large table and the few of its rows that a leg is about -> a copy of them, so that it is read through once and not for
every statement."""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.plan.legs import Pass
from engine.run.candidates import LOOKED_AT, Candidates
from engine.run.world import World
from engine.sql.quote import identifier, literal


def few_of_many(step: Pass, found: Candidates, world: World) -> bool:
    """Is what is looked at a small part of a large table?"""
    looked_at = sum(found.classes.get(one, 0) for one in (*LOOKED_AT, "skip"))
    source = step.source.table
    size = world.sizes.get((source.system, source.name), 0)
    return world.is_large(source) and looked_at < 10 * world.many and looked_at < size / 10


def bring_near(step: Pass, found: Candidates, world: World) -> None:
    """The rows of both sides that a leg is about, where they are few of many."""
    if few_of_many(step, found, world):
        chosen = ", ".join(literal(one) for one in (*LOOKED_AT, "skip"))
        for side, table in (("src", step.source.table), ("dst", step.destination.table)):
            take_near(table, f"SELECT {side} FROM {found.table} WHERE class IN ({chosen})", world)


def take_near(table: Table, ids: str, world: World) -> None:
    """Copy the rows of a large table that have these ids (a query). `near_rows` gives them until `let_go`."""
    if not world.is_large(table):
        return
    name = identifier(world.alias("near"))
    rows, id = world.snapshot_relation(table), identifier(table.id_field)
    world.run(
        f"the rows of {table.caption} that this is about",
        f"CREATE TEMP TABLE {name} AS SELECT * FROM {rows} WHERE {id} IN ({ids})",
    )
    world.near[table.system, table.name] = name


def near_rows(table: Table, world: World) -> str:
    """SQL relation of rows as they stand now that holds at least those taken near; of all rows when none were."""
    key = (table.system, table.name)
    if key not in world.near:
        return world.relation(table)
    return f"({world.state(table, near=True)})" if key in world.changed else world.near[key]


def let_go(world: World) -> None:
    """Away with what was taken near."""
    for name in world.near.values():
        world.connection.execute(f"DROP TABLE {name}")
    world.near.clear()
