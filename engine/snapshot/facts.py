"""A staged and settled file -> what schema `sync` remembers of its import."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.snapshot.refusals import FAULTS, Group
from engine.snapshot.staging import Staged, aside_table, written_fields
from engine.sql.quote import Literal, literal

Row = tuple[Literal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The rows of sync.file, table, column and remark for one file."""

    file: Row
    table: Row
    columns: tuple[Row, ...]
    remarks: tuple[Row, ...]


def facts_of(
    staged: Staged, groups: Sequence[Group], *, split: int, refused: int, remarks: Sequence[Diagnostic]
) -> Facts:
    """split: lines that are no rows; refused: rows left out."""
    export, raw = staged.export, staged.raw
    table, known = export.table, {one.field.name for one in staged.columns if one.field is not None}
    where: Row = (export.system, table.name)
    size = export.path.stat().st_size
    if export.system == "sales":
        made = 0
    elif table.id_field in known:
        made = next((one.count for one in groups if one.code == "W514"), 0)
    else:
        made = staged.rows - refused
    dated = not table.modified_field or table.modified_field in known
    return Facts(
        file=(*where, export.path.name, export.format, raw.encoding, size, staged.rows + split, refused + split),
        table=(*where, table.caption, staged.rows - refused, made, dated),
        columns=tuple(_columns(staged, where)),
        remarks=tuple((*where, export.path.name, one.code, one.message) for one in remarks),
    )


def write_rejects(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Keeps every refusal of the file just collected in sync.reject."""
    export = staged.export
    connection.execute(
        f"""INSERT INTO fresh.sync.reject SELECT {literal(export.system)}, {literal(export.table.name)},
        {literal(export.path.name)}, line, column_name, value, code, reason
        FROM {FAULTS} WHERE code LIKE 'E%' ORDER BY line, column_name, code"""
    )


def write_facts(connection: duckdb.DuckDBPyConnection, facts: Sequence[Facts]) -> None:
    """Writes the facts of all files."""
    _insert(connection, "file", [one.file for one in facts])
    _insert(connection, "table", [one.table for one in facts])
    _insert(connection, "column", [row for one in facts for row in one.columns])
    _insert(connection, "remark", [row for one in facts for row in one.remarks])


def _columns(staged: Staged, where: Row) -> list[Row]:
    table = staged.export.table
    aside = aside_table(staged.export)
    rows: list[Row] = []
    for one in staged.columns:
        if one.field is not None:
            rows.append((*where, one.field.name, one.header, "known", None))
        else:
            rows.append((*where, one.header, one.header, one.state, aside))
    held = {one.field.name for one in staged.columns if one.field is not None}
    made = {field.name for field in written_fields(table, staged.columns)}
    rows += [(*where, name, None, "made", None) for name in sorted(made - held)]
    rows += [
        (*where, one.name, None, "missing", None)
        for one in table.fields.values()
        if one.stored and one.name not in made
    ]
    return rows


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        lines = ", ".join("(" + ", ".join(literal(value) for value in row) + ")" for row in rows)
        connection.execute(f'INSERT INTO fresh.sync."{table}" VALUES {lines}')
