"""The path of a snapshot -> a connection that can read it and not write it, and a fingerprint of its content.

The connection's own database lives in memory; the snapshot is attached READ_ONLY as `snap`. So planned changes and
intermediate tables have a place, and no statement whatever can alter the file.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import duckdb

from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.sql.quote import literal
from engine.textfile import shown

FORMAT_VERSION = 1
"""The layout of snapshot files that this engine writes and reads."""

_MAGIC = b"DUCK"
_PIECE = 32 * 1024 * 1024


class SnapshotProblem(Exception):  # noqa: N818 - the user's problem, not an error of the program
    """A snapshot cannot be used; `diagnostic` says why and what to do."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def memory_connection(
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    temp_directory: Path | None = None,
    preserve_insertion_order: bool = True,
) -> duckdb.DuckDBPyConnection:
    """An empty database in memory that never touches the network and thinks in UTC.

    threads: None for all of the machine. memory_limit: as DuckDB writes it ("4GB"); None for its default.
    temp_directory: where it may put what does not fit into memory. A setting that DuckDB refuses is E505.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true" if preserve_insertion_order else "false",
    }
    if threads is not None:
        settings["threads"] = str(threads)
    if memory_limit is not None:
        settings["memory_limit"] = memory_limit
    if temp_directory is not None:
        settings["temp_directory"] = str(temp_directory)
    try:
        connection = duckdb.connect(":memory:", config=settings)
    except duckdb.Error as error:
        raise SnapshotProblem(
            Diagnostic(
                code="E505",
                name="wrong-database-setting",
                severity="error",
                span=None,
                message=f"the database refuses a setting: {first_line(error)}",
                hint="write threads as a number from 1 and a memory limit as in '4GB'",
            )
        ) from error
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET python_enable_replacements = false")
    return connection


def connect(
    path: Path,
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    temp_directory: Path | None = None,
    preserve_insertion_order: bool = True,
) -> duckdb.DuckDBPyConnection:
    """A connection in memory with the snapshot attached READ_ONLY as `snap` (schemas bc, sales, sync).

    Raises SnapshotProblem: no such file (E501), in use (E502), no snapshot or damaged (E503), other format (E504).
    """
    _check_file(path)
    connection = memory_connection(
        threads=threads,
        memory_limit=memory_limit,
        temp_directory=temp_directory,
        preserve_insertion_order=preserve_insertion_order,
    )
    try:
        connection.execute(f"ATTACH {literal(str(path.resolve()))} AS snap (TYPE duckdb, READ_ONLY)")
        _check_size(path, connection)
        _check_format(path, connection)
    except duckdb.Error as error:
        connection.close()
        raise problem(path, error) from error
    except SnapshotProblem:
        connection.close()
        raise
    return connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables of both systems in a snapshot, by system and name. columns: name -> SQL type; sizes: rows."""

    columns: dict[tuple[str, str], dict[str, str]]
    sizes: dict[tuple[str, str], int]


def tables_in(connection: duckdb.DuckDBPyConnection) -> Tables:
    """The tables of the snapshot that is attached as `snap`."""
    columns: dict[tuple[str, str], dict[str, str]] = {}
    rows = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = 'snap' AND schema_name IN ('bc', 'sales') ORDER BY column_index"
    ).fetchall()
    for schema, table, column, type in rows:
        columns.setdefault((schema, table), {})[column] = type
    sizes = connection.execute(
        "SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE database_name = 'snap'"
    ).fetchall()
    return Tables(columns=columns, sizes={(schema, table): size for schema, table, size in sizes})


def problem(path: Path, error: duckdb.Error) -> SnapshotProblem:
    """What DuckDB said while it read or wrote a snapshot -> the problem for the user (in use, or damaged)."""
    text = str(error)
    if "lock on file" in text or "already attached" in text or "file handle conflict" in text:
        return SnapshotProblem(
            Diagnostic(
                code="E502",
                name="snapshot-in-use",
                severity="error",
                span=None,
                message=f"snapshot {shown(path)} is open for writing in another program",
                hint="close that program (an apply, an import, a database viewer) and try again",
            )
        )
    if reason := next((one for one in ("Read-only file system", "Permission denied") if one in text), None):
        return SnapshotProblem(
            Diagnostic(
                code="E506",
                name="snapshot-not-written",
                severity="error",
                span=None,
                message=f"snapshot {shown(path)} cannot be opened: {reason}",
                hint="look at its rights, and at those of its folder",
            )
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return SnapshotProblem(
            Diagnostic(
                code="E605",
                name="not-enough-memory",
                severity="error",
                span=None,
                message=f"the memory that may be used is not enough to open snapshot {shown(path)}",
                hint="allow more with --memory",
            )
        )
    return _not_a_snapshot(path, f"it is damaged or incomplete ({first_line(error)})")


def fingerprint(path: Path) -> str:
    """A text that changes whenever any byte of the snapshot changes, with its write-ahead log if there is one.

    SHA-256 over the SHA-256 of every 32 MiB, two or more pieces at a time: about 0.3 s for a gigabyte on two cores.
    Bytes and not rows, because hashing the rows would cost as much as a plan. Two imports of the same exports
    differ in it; `engine.snapshot.content` compares what they hold.
    """
    _check_file(path)
    try:
        whole = hashlib.sha256()
        for part in (path, _log_of(path)):
            if part == path or (part.exists() and part.stat().st_size):
                whole.update(_digest_of_pieces(part))
        return whole.hexdigest()
    except OSError as error:
        raise _not_a_snapshot(path, f"it cannot be read ({error.strerror})") from error


def first_line(error: Exception) -> str:
    """The first line of an error text without the class in front of it; of an error within others the inner one."""
    line = str(error).strip().split("\n", 1)[0]
    if inner := re.search(r'"exception_message":"((?:[^"\\]|\\.)*)"', line):
        line = inner[1].replace('\\"', '"')
    line = line.split("Original error: ", 1)[-1]
    return line.split("Error: ", 1)[-1]


def _digest_of_pieces(path: Path) -> bytes:
    size = path.stat().st_size

    def digest(start: int) -> bytes:
        with path.open("rb") as file:
            file.seek(start)
            return hashlib.sha256(file.read(_PIECE)).digest()

    from concurrent.futures import ThreadPoolExecutor  # only a plan that is told or saved needs it

    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        pieces = list(pool.map(digest, range(0, size, _PIECE)))
    return size.to_bytes(8, "big") + b"".join(pieces)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _check_file(path: Path) -> None:
    """Refuses what is plainly no DuckDB file, before DuckDB looks at it and guesses another format."""
    if path.is_dir():
        raise _not_a_snapshot(path, "it is a folder")
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except FileNotFoundError as error:
        raise SnapshotProblem(
            Diagnostic(
                code="E501",
                name="snapshot-not-found",
                severity="error",
                span=None,
                message=f"there is no snapshot {shown(path)}",
                hint="make one with `coupler snapshot import`, or look for a slip in the name",
            )
        ) from error
    except (OSError, ValueError) as error:
        raise _not_a_snapshot(path, f"it cannot be read ({error})") from error
    if start[8:12] != _MAGIC:
        raise _not_a_snapshot(path, "it is no DuckDB file")


def _check_format(path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    try:
        rows = connection.execute("SELECT format_version FROM snap.sync.snapshot").fetchall()
    except duckdb.CatalogException as error:
        raise _not_a_snapshot(path, "it is a DuckDB file without the tables of a snapshot") from error
    if not rows:
        raise _not_a_snapshot(path, "its import was never finished")
    if rows[0][0] != FORMAT_VERSION:
        raise SnapshotProblem(
            Diagnostic(
                code="E504",
                name="other-snapshot-format",
                severity="error",
                span=None,
                message=f"snapshot {shown(path)} has format {rows[0][0]}, this version reads format {FORMAT_VERSION}",
                hint="import the exports again with this version",
            )
        )


def _check_size(path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Refuses a file that was cut off: DuckDB notices only when it comes to a block that is not there.

    Blocks in use count, not all: free ones at the end are given back to the disk but still belong to the total.
    """
    (size,) = connection.execute(
        "SELECT used_blocks * block_size FROM pragma_database_size() WHERE database_name = 'snap'"
    ).fetchall()[0]
    if path.stat().st_size < size:
        raise _not_a_snapshot(path, "its end is missing")


def _not_a_snapshot(path: Path, why: str) -> SnapshotProblem:
    return SnapshotProblem(
        Diagnostic(
            code="E503",
            name="not-a-snapshot",
            severity="error",
            span=None,
            message=f"{shown(path)} is no snapshot: {why}",
            hint="name a file that `coupler snapshot import` has made, or import it again",
        )
    )
