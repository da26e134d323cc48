"""A snapshot -> plain records of what it holds and what its import found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import duckdb

from engine.catalog.catalog import Catalog, Field, System
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.snapshot.content import table_columns, user_tables
from engine.snapshot.files import plain
from engine.snapshot.open import SnapshotProblem, connect, problem
from engine.sql.quote import identifier, literal, qualified


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSummary:
    """One table of a snapshot.

    known: columns with a field of the schema. unknown: headers set aside. missing: fields of the schema that the export
    lacks. refused: rows left out at the import. derived_ids: rows whose id was made from table and key.
    file: where it came from; blank when it was not imported.
    """

    system: System
    name: str
    caption: str
    rows: int
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    refused: int
    derived_ids: int
    modified_known: bool
    file: str
    encoding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One cell (or line) that kept a row out. column is blank for a line that could not be split."""

    system: System
    table: str
    file: str
    line: int
    column: str
    value: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a snapshot holds. imported_at: the clock of the import, None when it was built. tables: bc first."""

    path: str
    format_version: int
    engine_version: str
    imported_at: datetime | None
    content: str
    tables: tuple[TableSummary, ...]
    rejects: tuple[Reject, ...]
    rejects_in_all: int
    remarks: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of a table as people read them: option captions, ISO dates, '' for nothing."""

    system: System
    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rows_in_all: int


def snapshot_summary(path: Path, catalog: Catalog, *, rejects: int = 100) -> Summary:
    """The tables, rows and columns of a snapshot, and at most `rejects` of the refused cells.

    Raises SnapshotProblem for a file that is no snapshot.
    """
    with _opened(path) as connection:
        head = connection.execute("SELECT * FROM snap.sync.snapshot").fetchall()[0]
        listed = connection.execute(
            f"SELECT * FROM snap.sync.reject ORDER BY system, table_name, line, column_name, code LIMIT {int(rejects)}"
        ).fetchall()
        return Summary(
            path=path.as_posix(),
            format_version=head[0],
            engine_version=head[1],
            imported_at=head[2],
            content=head[3],
            tables=tuple(_tables(connection, catalog)),
            rejects=tuple(
                Reject(
                    system=system,
                    table=table,
                    file=file,
                    line=line,
                    column=column or "",
                    value=value or "",
                    code=code,
                    reason=reason,
                )
                for system, table, file, line, column, value, code, reason in listed
            ),
            rejects_in_all=connection.execute("SELECT count(*) FROM snap.sync.reject").fetchall()[0][0],
            remarks=tuple(
                (file, code, text)
                for file, code, text in connection.execute(
                    "SELECT file, code, text FROM snap.sync.remark ORDER BY ALL"
                ).fetchall()
            ),
        )


def first_rows(path: Path, catalog: Catalog, written: str, *, limit: int = 20, captions: bool = True) -> Rows:
    """The first rows of one table in key order. written: technical name or caption, in any usual spelling, with
    `bc ` or `sales ` before it where both systems have such a table. Raises SnapshotProblem (E540) when there is none.
    """
    with _opened(path) as connection:
        system, name = _named(connection, catalog, written)
        table = catalog.table(system, name) if catalog.has(system, name) else None
        columns = [column for column, _ in table_columns(connection, system, name)]
        fields = [None if table is None else table.fields.get(column) for column in columns]
        picked = [_readable(column, field) for column, field in zip(columns, fields, strict=True)]
        order = [one for one in (table.key if table else ()) if one in columns]
        place = qualified("snap", system, name)
        by = f"ORDER BY {', '.join(identifier(one) for one in order)}" if order else ""
        rows = connection.execute(f"SELECT {', '.join(picked)} FROM {place} {by} LIMIT {int(limit)}").fetchall()
        count = connection.execute(f"SELECT count(*) FROM {place}").fetchall()[0][0]
        shown = tuple(
            field.caption if captions and field is not None else column
            for column, field in zip(columns, fields, strict=True)
        )
        return Rows(system=system, table=name, columns=shown, rows=tuple(tuple(row) for row in rows), rows_in_all=count)


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = connect(path)
    try:
        yield connection
    except duckdb.Error as error:
        raise problem(path, error) from error
    finally:
        connection.close()


def _tables(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> Iterator[TableSummary]:
    facts = {
        (system, name): (made, dated)
        for system, name, made, dated in connection.execute(
            "SELECT system, table_name, derived_ids, modified_known FROM snap.sync.table"
        ).fetchall()
    }
    files = {
        (system, name): (file, encoding, refused)
        for system, name, file, encoding, refused in connection.execute(
            "SELECT system, table_name, file, encoding, refused FROM snap.sync.file"
        ).fetchall()
    }
    states: dict[tuple[str, str, str], list[str]] = {}
    for system, name, column, state in connection.execute(
        "SELECT system, table_name, column_name, state FROM snap.sync.column ORDER BY ALL"
    ).fetchall():
        states.setdefault((system, name, state), []).append(column)
    for system, name in _systems(connection):
        file, encoding, refused = files.get((system, name), ("", "", 0))
        made, dated = facts.get((system, name), (0, True))
        rows = connection.execute(f"SELECT count(*) FROM {qualified('snap', system, name)}").fetchall()[0][0]
        yield TableSummary(
            system=system,
            name=name,
            caption=catalog.table(system, name).caption if catalog.has(system, name) else name,
            rows=rows,
            known=tuple(column for column, _ in table_columns(connection, system, name)),
            unknown=tuple(
                sorted(states.get((system, name, "unknown"), []) + states.get((system, name, "calculated"), []))
            ),
            missing=tuple(states.get((system, name, "missing"), [])),
            refused=refused,
            derived_ids=made,
            modified_known=dated,
            file=file,
            encoding=encoding,
        )


def _systems(connection: duckdb.DuckDBPyConnection) -> list[tuple[System, str]]:
    return [("bc" if schema == "bc" else "sales", name) for schema, name in user_tables(connection)]


def _named(connection: duckdb.DuckDBPyConnection, catalog: Catalog, written: str) -> tuple[System, str]:
    word, _, rest = written.partition(" ")
    wanted = (word.lower(), rest) if word.lower() in ("bc", "sales") and rest else ("", written)
    tables = _systems(connection)
    found: list[tuple[System, str]] = []
    for system, name in tables:
        caption = catalog.table(system, name).caption if catalog.has(system, name) else name
        if wanted[0] in ("", system) and plain(wanted[1]) in (plain(name), plain(caption)):
            found.append((system, name))
    exact = [one for one in found if one[1] == wanted[1]]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if found:
        hint = "write " + " or ".join(f"'{system} {name}'" for system, name in found)
        message = f"{written} could be several tables of the snapshot"
    else:
        close = get_close_matches(plain(wanted[1]), [plain(name) for _, name in tables], n=1)
        near = next((name for _, name in tables if close and plain(name) == close[0]), "")
        hint = f"did you mean {near}?" if near else "`coupler snapshot show` lists its tables"
        message = f"the snapshot has no table {written}"
    raise SnapshotProblem(
        Diagnostic(code="E540", name="no-such-table", severity="error", span=None, message=message, hint=hint)
    )


def _readable(column: str, field: Field | None) -> str:
    """SQL: a column as text for people; options by caption where the schema has one."""
    name = identifier(column)
    if field is not None and field.kind == "decimal":
        return f"coalesce(rtrim(rtrim(CAST({name} AS VARCHAR), '0'), '.'), '')"
    if field is not None and field.kind == "option" and field.options:
        whens = " ".join(f"WHEN {one.number} THEN {literal(one.caption.strip())}" for one in field.options)
        return f"coalesce(CASE {name} {whens} ELSE CAST({name} AS VARCHAR) END, '')"
    return f"coalesce(CAST({name} AS VARCHAR), '')"
