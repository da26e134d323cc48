"""A run that is over -> its row of the job log, and a row for each of its errors (R9.19, R9.20)."""

from __future__ import annotations

from collections.abc import Mapping

from engine import connector
from engine.run.world import World
from engine.sql.quote import identifier, literal
from engine.sql.values import Around


def log_row(
    job: str,
    name: str,
    direction: int,
    counters: Mapping[str, int],
    world: World,
    around: Around,
    more: Mapping[str, str] | None = None,
) -> None:
    """One row of the log. job: SQL of its id. name: of the mapping or process. direction: 0 none, 1 to Sales, 2 to BC.

    counters: by the names of the log's columns; what is not named is 0. more: SQL of further columns.
    """
    table = world.catalog.table("bc", connector.JOBS)
    now = literal(around.now)
    values = {
        connector.JOB_ID: job,
        connector.JOB_START: now,
        connector.JOB_FINISH: now,
        connector.JOB_MAPPING: literal(name),
        connector.JOB_DIRECTION: str(direction),
        table.modified_field: now,
        **{column: str(counters.get(column, 0)) for column in connector.JOB_COUNTERS},
        **(more or {}),
    }
    select = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in values.items())
    world.insert(table, list(values), f"SELECT {job} AS _id, {select}")


def log_errors(job: str, seed: str, rows: str, order: str, world: World, around: Around) -> None:
    """An error for each row of a query that gives `record` and `reason`, numbered behind those that are there.

    order: columns of the query, separated by commas, by which the errors are numbered and, with the seed, told apart.
    """
    table = world.catalog.table("bc", connector.JOB_ERRORS)
    number, now = identifier(connector.ERROR_NUMBER), literal(around.now)
    highest = "0"
    if world.holds(table, connector.ERROR_NUMBER):
        highest = f"coalesce((SELECT max({number}) FROM {world.relation(table)}), 0)"
    values = {
        connector.ERROR_NUMBER: f"CAST({highest} + row_number() OVER (ORDER BY {order}) AS INTEGER)",
        connector.ERROR_JOB: job,
        connector.ERROR_SOURCE: "record",
        connector.ERROR_MESSAGE: "left(reason, 250)",
        connector.ERROR_LONG: "left(reason, 2048)",
        connector.ERROR_TIME: now,
        table.modified_field: now,
    }
    select = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in values.items())
    id = f"CAST(md5({literal(f'error/{seed}/')} || {order.replace(', ', ' || ')}) AS UUID)"
    world.insert(table, list(values), f"SELECT {id} AS _id, {select} FROM ({rows})")
