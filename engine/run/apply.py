"""A saved plan and a snapshot -> the snapshot with exactly those rows written, in one transaction.

Refused when the snapshot is not the one the plan was made from; the rows of the plan that changed since are named.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Literal

import duckdb

from engine import connector
from engine.catalog.catalog import Catalog, Table
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.run.save import WAS, row_fingerprint
from engine.run.world import OPERATION
from engine.snapshot.open import SnapshotProblem, connect, fingerprint, first_line, memory_connection, problem
from engine.sql.quote import identifier, literal, qualified

NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """How many rows were written, by table caption: (system, caption, inserted, updated, deleted)."""

    tables: tuple[tuple[str, str, int, int, int], ...]


def apply(plan: Path, snapshot: Path, catalog: Catalog) -> Applied | tuple[Diagnostic, ...]:
    """Carry a plan out, whole or not at all. Gives what was written, or why nothing was."""
    try:
        connection = open_plan(plan)
        try:
            if found := stale(connection, plan, snapshot, catalog):
                return found
            return write(connection, plan, snapshot, catalog)
        finally:
            connection.close()
    except SnapshotProblem as refused:
        return (refused.diagnostic,)
    except duckdb.Error as error:
        damaged = plan.name in str(error)
        return (
            no_plan(plan, f"it is damaged ({first_line(error)})") if damaged else not_applied(plan, snapshot, error),
        )


def open_plan(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection in memory with the plan attached as `plan_file`. Raises SnapshotProblem: no plan (E610)."""
    if not path.is_file():
        raise SnapshotProblem(no_plan(path, "there is no such file"))
    connection = memory_connection()
    try:
        connection.execute(f"ATTACH {literal(str(path.resolve()))} AS plan_file (TYPE duckdb, READ_ONLY)")
        version = connection.execute("SELECT format_version FROM plan_file.plan.head").fetchone()
    except duckdb.Error as error:
        connection.close()
        raise SnapshotProblem(no_plan(path, "it is no plan that coupler wrote, or it is damaged")) from error
    if version is None or version[0] != 1:
        connection.close()
        raise SnapshotProblem(no_plan(path, "it was written by another version of coupler"))
    return connection


def no_plan(path: Path, why: str) -> Diagnostic:
    """The finding that a file is not a plan that can be used (E610)."""
    return Diagnostic(
        code="E610",
        name="no-plan",
        severity="error",
        span=None,
        message=f"{path.name} cannot be used as a plan: {why}",
        hint="write one with coupler plan --out FILE",
    )


def not_applied(plan: Path, snapshot: Path, error: duckdb.Error) -> Diagnostic:
    """The finding that the snapshot could not be written, and stands as before (E612)."""
    return Diagnostic(
        code="E612",
        name="not-applied",
        severity="error",
        span=None,
        message=f"{plan.name} could not be written to {snapshot.name}: {first_line(error)}; the snapshot is as it was",
        hint="make room on its disk, or make the file writable, and apply the plan again",
    )


def plan_tables(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> list[Table]:
    """The tables that the plan writes."""
    rows = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'plan_file' "
        "AND schema_name IN ('bc', 'sales') ORDER BY 1, 2"
    ).fetchall()
    return [catalog.table(system, name) for system, name in rows]


def stale(
    connection: duckdb.DuckDBPyConnection, plan: Path, snapshot: Path, catalog: Catalog
) -> tuple[Diagnostic, ...]:
    """Why the plan no longer fits the snapshot; empty when it does."""
    made_from = connection.execute("SELECT snapshot_fingerprint FROM plan_file.plan.head").fetchone()
    if made_from is not None and made_from[0] == fingerprint(snapshot):
        return ()
    connect(snapshot).close()
    connection.execute(f"ATTACH {literal(str(snapshot.resolve()))} AS snap (TYPE duckdb, READ_ONLY)")
    total, moved, named = 0, 0, list[str]()
    try:
        for table in sorted(plan_tables(connection, catalog), key=lambda one: one.name in connector.BOOKS):
            count, ids = moved_rows(connection, table)
            total += connection.execute(f"SELECT count(*) FROM {_plan_rows(table)}").fetchall()[0][0]
            moved += count
            named += [f"{table.caption} {one}" for one in ids]
    finally:
        connection.execute("DETACH snap")
    if moved:
        shown = ", ".join(named[:NAMED]) + (f" and {moved - NAMED} more" if moved > NAMED else "")
        facts = f"{moved} of the {total} rows it writes changed since: {shown}"
    else:
        facts = f"none of the {total} rows it writes changed, but other rows of the snapshot did"
    return (
        Diagnostic(
            code="E611",
            name="stale-plan",
            severity="error",
            span=None,
            message=f"{plan.name} was made from another state of {snapshot.name}; {facts}",
            hint="make the plan again with coupler plan --out; nothing was written",
        ),
    )


def _plan_rows(table: Table) -> str:
    return qualified("plan_file", table.system, table.name)


def moved_rows(connection: duckdb.DuckDBPyConnection, table: Table) -> tuple[int, list[str]]:
    """How many rows of a table are not as the plan found them, and the first of them by key."""
    there = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'snap' AND schema_name = ? AND table_name = ?",
        [table.system, table.name],
    ).fetchall()[0][0]
    id = identifier(table.id_field)
    if not there:
        rows = connection.execute(
            f"SELECT CAST(p.{id} AS VARCHAR) FROM {_plan_rows(table)} p WHERE {WAS} IS NOT NULL"
        ).fetchall()
        return len(rows), [row[0] for row in rows[:NAMED]]
    held = {row[0] for row in connection.execute(f"DESCRIBE {_plan_rows(table)}").fetchall()}
    keys = [one for one in table.key if one in held]
    shown = " || ', ' || ".join(f"CAST(p.{identifier(one)} AS VARCHAR)" for one in keys) or f"CAST(p.{id} AS VARCHAR)"
    query = (
        f"FROM {_plan_rows(table)} p LEFT JOIN {qualified('snap', table.system, table.name)} b ON b.{id} = p.{id} "
        f"WHERE {WAS} IS DISTINCT FROM CASE WHEN b.{id} IS NULL THEN NULL ELSE {row_fingerprint('b')} END"
    )
    count = connection.execute(f"SELECT count(*) {query}").fetchall()[0][0]
    rows = connection.execute(f"SELECT {shown} {query} ORDER BY 1 LIMIT {NAMED}").fetchall()
    return count, [row[0] for row in rows]


def write(connection: duckdb.DuckDBPyConnection, plan: Path, snapshot: Path, catalog: Catalog) -> Applied:
    """Write the rows in one transaction; on any trouble nothing is written."""
    try:
        connection.execute(f"ATTACH {literal(str(snapshot.resolve()))} AS target (TYPE duckdb)")
    except duckdb.Error as error:
        raise problem(snapshot, error) from error
    done: list[tuple[str, str, int, int, int]] = []
    try:
        connection.execute("BEGIN TRANSACTION")
        done += [
            (table.system, table.caption, *write_table(connection, table)) for table in plan_tables(connection, catalog)
        ]
        connection.execute("COMMIT")
    except BaseException as error:
        with suppress(duckdb.Error):  # a COMMIT that failed has ended the transaction itself
            connection.execute("ROLLBACK")
        if isinstance(error, duckdb.Error) and plan.name not in str(error):
            raise SnapshotProblem(not_applied(plan, snapshot, error)) from error
        raise
    finally:
        with suppress(duckdb.Error):  # what was committed lies in the log beside the file until there is room for it
            connection.execute("DETACH target")
    return Applied(tables=tuple(one for one in done if any(one[2:])))


def write_table(connection: duckdb.DuckDBPyConnection, table: Table) -> tuple[int, int, int]:
    """(inserted, updated, deleted) rows of one table."""
    rows, target = _plan_rows(table), qualified("target", table.system, table.name)
    columns = {
        row[0]: row[1] for row in connection.execute(f"DESCRIBE {rows}").fetchall() if row[0] not in (OPERATION, WAS)
    }
    own = ", ".join(f"{identifier(name)} {type}" for name, type in columns.items())
    connection.execute(f"CREATE TABLE IF NOT EXISTS {target} ({own})")
    for name, type in columns.items():
        connection.execute(
            f"ALTER TABLE {target} ADD COLUMN IF NOT EXISTS {identifier(name)} {type}{_blank(table, name)}"
        )
    counts: dict[Literal["insert", "update", "delete"], int] = dict(
        connection.execute(f"SELECT {OPERATION}, count(*) FROM {rows} GROUP BY 1").fetchall()
    )
    id = identifier(table.id_field)
    connection.execute(f"DELETE FROM {target} WHERE {id} IN (SELECT {id} FROM {rows})")
    names = ", ".join(identifier(name) for name in columns)
    connection.execute(f"INSERT INTO {target} ({names}) SELECT {names} FROM {rows} WHERE {OPERATION} <> 'delete'")
    return counts.get("insert", 0), counts.get("update", 0), counts.get("delete", 0)


def _blank(table: Table, name: str) -> str:
    """What rows that have no such column yet hold in it."""
    from engine.snapshot.types import empty_value

    field: Literal["NULL"] | str = "NULL"
    if name in table.fields:
        field = empty_value(table.system, table.fields[name])
    return "" if field == "NULL" else f" DEFAULT {field}"
