"""A snapshot that another process may replace at any moment -> has it changed, is it whole, which tables are new in it.

A file is looked at from outside: size, times, and which file it is. What looks the same twice, a moment apart, is at
rest; what is read in between is kept only if it still looks the same afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from time import sleep, time

import duckdb

from engine import connector
from engine.catalog.catalog import Catalog
from engine.frozen import dataclass
from engine.jobs.live.live import Live, Print, Seen
from engine.run.actions import fullsync
from engine.sql.quote import identifier, literal, qualified


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a file and the log beside it look from outside; () for none."""

    file: tuple[int, ...]
    log: tuple[int, ...]


def look(path: Path) -> Look:
    """What file and write-ahead log look like now, from the outside; neither is opened."""
    return Look(file=_seen(path), log=_seen(path.with_name(f"{path.name}.wal")))


def _seen(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def at_rest(path: Path, seen: Look, rest: float) -> bool:
    """Was the file left alone for so many seconds? Waits for them, at most."""
    newest = max((*seen.file[2:], *seen.log[2:]), default=0) / 1e9
    age = time() - newest
    if 0 <= age < rest:
        sleep(rest - age)
    elif age < 0:  # a clock that was set back says nothing: two looks do
        sleep(rest)
    return look(path) == seen


def prints(connection: duckdb.DuckDBPyConnection, catalog: Catalog, tables: Iterable[str]) -> tuple[Print, ...]:
    """The prints of these BC tables, as the snapshot holds them; a table that is not there has none."""
    there: dict[str, set[str]] = {}
    for name, column in connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'snap' AND schema_name = 'bc'"
    ).fetchall():
        there.setdefault(name, set()).add(column)
    found = []
    for name in sorted(set(tables) & there.keys()):
        modified = catalog.table("bc", name).modified_field
        newest = f"CAST(max({identifier(modified)}) AS VARCHAR)" if modified in there[name] else "NULL"
        (row,) = connection.execute(
            f"SELECT {literal(name)}, count(*), CAST(coalesce(bit_xor(hash(t)), 0) AS VARCHAR), coalesce({newest}, '') "
            f"FROM {qualified('snap', 'bc', name)} t"
        ).fetchall()
        found.append(Print(*row))
    return tuple(found)


def deaf(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The mappings that no record wakes, as the snapshot holds them (R9.12)."""
    there = {
        row[0]
        for row in connection.execute(
            "SELECT column_name FROM duckdb_columns() WHERE database_name = 'snap' AND schema_name = 'bc' "
            f"AND table_name = {literal(connector.MAPPINGS)}"
        ).fetchall()
    }
    if not {connector.MAPPING_NAME, connector.NOT_WOKEN} <= there:
        return ()
    name, mark = identifier(connector.MAPPING_NAME), identifier(connector.NOT_WOKEN)
    rows = connection.execute(f"SELECT {name} FROM {qualified('snap', 'bc', connector.MAPPINGS)} WHERE {mark}")
    return tuple(sorted(str(row[0]) for row in rows.fetchall()))


def has_lines(connection: duckdb.DuckDBPyConnection) -> bool:
    """Does the snapshot hold lines of a full synchronisation?"""
    there = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'snap' AND schema_name = 'bc' "
        f"AND table_name = {literal(fullsync.LINES)}"
    ).fetchall()
    if not there:
        return False
    ((found,),) = connection.execute(f"SELECT EXISTS (FROM {qualified('snap', 'bc', fullsync.LINES)})").fetchall()
    return bool(found)


def renewed(before: Sequence[Print], after: Sequence[Print]) -> tuple[str, ...]:
    """The tables with new or changed records, not those that only lost some (R9.11). A table without a print before
    says nothing."""
    old = {one.table: one for one in before}
    found = []
    for now in after:
        was = old.get(now.table)
        if was is not None and now.checksum != was.checksum and (now.rows >= was.rows or now.newest > was.newest):
            found.append(now.table)
    return tuple(found)


def looked_at(live: Live, seen: Seen | None) -> Live:
    """The queue with what it has read after a run of its own."""
    if seen is None:
        return live
    return replace(live, prints=taken_in(live.prints, seen.prints), deaf=seen.deaf)


def taken_in(before: Sequence[Print], after: Sequence[Print]) -> tuple[Print, ...]:
    """The prints with the newer ones in the places of the older."""
    merged = {one.table: one for one in (*before, *after)}
    return tuple(merged[name] for name in sorted(merged))
