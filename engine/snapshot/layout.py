"""An empty file -> the schemas `bc`, `sales` and `sync` of a snapshot, written beside its name and then moved there.

A kill at any moment leaves the old snapshot or the new one, never a half: the move is one step of the file system.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from engine import VERSION
from engine.diagnostic import Diagnostic
from engine.snapshot.open import FORMAT_VERSION, SnapshotProblem, first_line, memory_connection, problem
from engine.sql.quote import literal

SYNC_TABLES: dict[str, str] = {
    # one row: what this file is
    "snapshot": """
        format_version INTEGER,
        engine_version VARCHAR,
        imported_at TIMESTAMP,           -- the clock given with --now, UTC
        content_fingerprint VARCHAR      -- of all rows of bc and sales at the import, in any order
    """,
    # one row per file read
    "file": """
        system VARCHAR, table_name VARCHAR,
        file VARCHAR,                    -- name in its folder
        format VARCHAR,                  -- csv, json, parquet
        encoding VARCHAR,
        bytes BIGINT,
        rows BIGINT,                     -- rows in the file, refused ones included
        refused BIGINT
    """,
    # one row per table of bc and sales
    "table": """
        system VARCHAR, table_name VARCHAR, caption VARCHAR,
        rows BIGINT,
        derived_ids BIGINT,              -- rows whose id was made from table and key
        modified_known BOOLEAN           -- did the export hold the moment of the last change?
    """,
    # one row per column of the export or of the schema
    "column": """
        system VARCHAR, table_name VARCHAR,
        column_name VARCHAR,             -- technical name; of an unknown column its header
        header VARCHAR,                  -- as the file calls it; NULL when the file lacks it
        state VARCHAR,                   -- known, made, unknown, calculated, missing
        kept_in VARCHAR                  -- of unknown and calculated ones: the table of schema sync with the values
    """,
    # one row per cell (or line) that kept a row out
    "reject": """
        system VARCHAR, table_name VARCHAR, file VARCHAR,
        line BIGINT, column_name VARCHAR, value VARCHAR,
        code VARCHAR, reason VARCHAR
    """,
    # one row per thing that was taken but is worth knowing
    "remark": """
        system VARCHAR, table_name VARCHAR, file VARCHAR,
        code VARCHAR, text VARCHAR
    """,
}


def create_layout(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Creates the three schemas and the tables of `sync` in an attached, empty database."""
    schemas = [f"CREATE SCHEMA {database}.{schema};" for schema in ("bc", "sales", "sync")]
    tables = [f'CREATE TABLE {database}.sync."{name}" ({columns});' for name, columns in SYNC_TABLES.items()]
    connection.execute("\n".join([*schemas, *tables]))


def write_head(connection: duckdb.DuckDBPyConnection, database: str, now: str, content: str) -> None:
    """Writes the one row of sync.snapshot; it is the last thing written. now: SQL text of a moment or NULL."""
    connection.execute(
        f"INSERT INTO {database}.sync.snapshot VALUES ({FORMAT_VERSION}, {literal(VERSION)}, {now}, {literal(content)})"
    )


@contextmanager
def new_snapshot(
    target: Path,
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with an empty snapshot attached as `fresh`; left without error it becomes `target`.

    Everything else (a disk that is full, an exception, a kill) leaves `target` as it was. Raises SnapshotProblem with
    E506 when the folder cannot be written.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    spill = target.with_name(f".{target.name}.{os.getpid()}.spill")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(target)
        if target.is_dir():
            raise IsADirectoryError(21, "it is a folder", str(target))
    except OSError as error:
        raise _cannot_write(target, str(error.strerror)) from error
    connection = memory_connection(threads=threads, memory_limit=memory_limit, temp_directory=spill)
    try:
        try:
            connection.execute(f"ATTACH {literal(str(part.resolve()))} AS fresh (TYPE duckdb)")
            create_layout(connection, "fresh")
            yield connection
            connection.execute("CHECKPOINT fresh")
            connection.execute("DETACH fresh")
            _move(part, target)
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise _cannot_write(target, first_line(error)) from error
        except OSError as error:
            raise _cannot_write(target, error.strerror or str(error)) from error
    finally:
        connection.close()
        for left in (part, part.with_name(part.name + ".wal"), spill):
            _remove(left)


def _move(part: Path, target: Path) -> None:
    log = target.with_name(target.name + ".wal")
    if log.exists():
        _settle(target, log)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)


def _settle(target: Path, log: Path) -> None:
    """Brings the write-ahead log of the old snapshot into it, so that it is not taken for one of the new."""
    try:
        with duckdb.connect(str(target)) as old:
            old.execute("CHECKPOINT")
    except duckdb.Error as error:
        found = problem(target, error)
        if found.diagnostic.code == "E502":
            raise found from error
    log.unlink(missing_ok=True)


def _remove_leftovers(target: Path) -> None:
    """Removes what a killed import of the same snapshot has left, unless that process still lives."""
    mine = re.compile(rf"\.{re.escape(target.name)}\.(\d+)\.(part|part\.wal|spill)")
    for left in target.parent.iterdir():
        named = mine.fullmatch(left.name)
        if named and not _lives(int(named[1])):
            _remove(left)


def _lives(process: int) -> bool:
    if process == os.getpid() or os.name == "nt":
        return False  # on Windows the file of a living process cannot be removed anyway
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _remove(left: Path) -> None:
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
        return
    with suppress(OSError):
        left.unlink(missing_ok=True)


def _cannot_write(target: Path, why: str) -> SnapshotProblem:
    return SnapshotProblem(
        Diagnostic(
            code="E506",
            name="snapshot-not-written",
            severity="error",
            span=None,
            message=f"snapshot {target.as_posix()} cannot be written: {why}",
            hint="look at the folder, its rights, the free space and the memory limit",
        )
    )
