"""A large table and the few of its rows that a leg is about -> a copy of them, so that it is read through once and not for
every statement."""

from __future__ import annotations

from engine import connector
from engine.catalog.catalog import Table
from engine.plan.legs import Pass
from engine.run.found import LOOKED_AT, Candidates
from engine.run.world import World
from engine.sql.quote import identifier, literal


def looked_at(found: Candidates) -> int:
    """How many records of a leg are looked at or named."""
    return sum(found.classes.get(one, 0) for one in (*LOOKED_AT, "skip"))


def few_of_many(count: int, table: Table, world: World) -> bool:
    """Are so many rows a small part of a large table?"""
    size = world.sizes.get((table.system, table.name), 0)
    return world.is_large(table) and count < 10 * world.many and count < size / 10


def few(table: Table, rows: str, world: World) -> tuple[str, int] | None:
    """A query of the ids of rows of a large table, and how many; None when they are a quarter of it or more."""
    most = -(-world.sizes[table.system, table.name] // 4)
    ids = identifier(world.alias("few"))
    world.run(
        f"which of {table.caption}, if they are few",
        f"CREATE TEMP TABLE {ids} AS SELECT {identifier(table.id_field)} AS _id FROM {rows} LIMIT {most}",
    )
    count = world.one("how many", f"SELECT count(*) FROM {ids}")[0]
    return (f"SELECT _id FROM {ids}", count) if count < most else None


def bring_near(step: Pass, found: Candidates, world: World) -> None:
    """The rows of both sides that a leg is about, where they are few of many; those that are near already stay."""
    if few_of_many(looked_at(found), step.source.table, world):
        chosen = ", ".join(literal(one) for one in (*LOOKED_AT, "skip"))
        for side, table in (("src", step.source.table), ("dst", step.destination.table)):
            ids = f"SELECT {side} FROM {found.table} WHERE class IN ({chosen})"
            take_near(table, f"s.{identifier(table.id_field)} IN ({ids})", world)


def take_near(table: Table, which: str, world: World) -> None:
    """Copy rows of a large table. which: SQL truth over `s`. `near_rows` gives them until `let_go`."""
    if not world.is_large(table) or (table.system, table.name) in world.near:
        return
    name = identifier(world.alias("near"))
    world.run(
        f"the rows of {table.caption} that this is about",
        f"CREATE TEMP TABLE {name} AS SELECT s.* FROM {world.snapshot_relation(table)} s WHERE {which}",
    )
    world.near[table.system, table.name] = name


def couplings_near(column: str, ids: str, count: int, source: Table, world: World) -> str:
    """SQL relation of the couplings whose `column` is among these ids (a query), as they stand now.

    Where they are few, theirs are the couplings that stay near until `let_go`. count: how many ids; source: the table of
    the leg, which has about as many couplings.
    """
    table = world.catalog.table("bc", connector.COUPLINGS)
    if few_of_many(count, source, world):
        take_near(table, f"s.{identifier(column)} IN ({ids})", world)
    return world.some(table, column, ids, near=True)


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
