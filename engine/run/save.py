"""A plan in memory -> one DuckDB file that says it all and can be applied.

Schema `plan` as in `engine.plan.tables`; schemas `bc` and `sales` with the rows to be written. `_op` says insert,
update or delete; `_was` is a fingerprint of the row that the plan started from, so that an apply can name the rows
that changed since.
"""

from __future__ import annotations

import os
from pathlib import Path

from engine.catalog.catalog import Table
from engine.plan.tables import TABLES
from engine.run.world import OPERATION, World
from engine.sql.quote import identifier, literal

WAS = "_was"


def row_fingerprint(alias: str) -> str:
    """SQL of a text that changes when any column of a row does."""
    return f"md5(CAST({alias} AS VARCHAR))"


def save(world: World, target: Path) -> None:
    """Write the plan beside its target and move it there, so that the file is whole or not there.

    Raises OSError or duckdb.Error when the place cannot be written.
    """
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    beside.unlink(missing_ok=True)
    connection = world.connection
    try:
        connection.execute(f"ATTACH {literal(str(beside))} AS saved (TYPE duckdb)")
        try:
            connection.execute("CREATE SCHEMA saved.plan")
            for name in TABLES:
                order = ", ".join(["pass", "record"][: {"pass": 1, "record": 2, "field": 2}.get(name, 0)]) or "ALL"
                connection.execute(
                    f"CREATE TABLE saved.plan.{identifier(name)} AS FROM plan.{identifier(name)} ORDER BY {order}"
                )
            for system in ("bc", "sales"):
                connection.execute(f"CREATE SCHEMA saved.{system}")
            for system, name in world.deltas():
                save_rows(world, world.catalog.table(system, name))
            connection.execute("CHECKPOINT saved")
        finally:
            connection.execute("DETACH saved")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
        Path(f"{beside}.wal").unlink(missing_ok=True)


def save_rows(world: World, table: Table) -> None:
    """The rows of one table that the plan writes."""
    id = identifier(table.id_field)
    held = ", ".join(f"d.{identifier(name)}" for name in world.columns(table))
    was = "NULL"
    joined = ""
    if (table.system, table.name) in world.base:
        joined = f"LEFT JOIN {world.snapshot_relation(table)} b ON b.{id} = d.{id}"
        was = f"CASE WHEN b.{id} IS NULL THEN NULL ELSE {row_fingerprint('b')} END"
    world.connection.execute(
        f"CREATE TABLE saved.{table.system}.{identifier(table.name)} AS "
        f"SELECT d.{OPERATION}, {was} AS {WAS}, {held} FROM {world.planned(table)} d {joined} ORDER BY d.{id}"
    )
