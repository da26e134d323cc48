"""A large table and the few of its rows that a leg is about -> a copy of them, so that it is read through once and not for
every statement."""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.run.world import World
from engine.sql.quote import identifier


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
