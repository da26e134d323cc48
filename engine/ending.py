"""A database that is done with -> closed, or left to the end of the process where that comes at once.

Giving hundreds of megabytes back piece by piece takes as long as a good part of a plan; the system takes them at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_held: list[object] | None = None


def ends_at_once() -> None:
    """Say that the process ends right after the command, without any clearing up in Python."""
    global _held
    _held = []


def let_go(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a database in memory, or leave it to the end of the process. One that wrote to disk what did not fit into
    memory is always closed: it clears its folder."""
    if _held is not None and not _has_spilled(connection):
        _held.append(connection)
        return
    connection.close()


def _has_spilled(connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute("SELECT current_setting('temp_directory')").fetchone()
    return row is not None and bool(row[0]) and Path(row[0]).exists()
