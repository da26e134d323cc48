"""A staged and settled file -> what schema `sync` remembers of its import."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from engine.diagnostic import Diagnostic
from engine.snapshot.refusals import FAULTS, Group
from engine.snapshot.staging import Staged, aside_table, written_fields
from engine.sql.quote import Literal, literal


def record_facts(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    groups: Sequence[Group],
    *,
    split: int,
    refused: int,
    remarks: Sequence[Diagnostic],
) -> None:
    """Writes the rows of sync.file, table, column, reject and remark for one file. split: lines that are no rows."""
    export, raw = staged.export, staged.raw
    table, known = export.table, {one.field.name for one in staged.columns if one.field is not None}
    where: tuple[Literal, ...] = (export.system, table.name)
    size = export.path.stat().st_size
    rows = staged.rows + split
    _insert(connection, "file", [(*where, export.path.name, export.format, raw.encoding, size, rows, refused + split)])
    if export.system == "sales":
        made = 0
    elif table.id_field in known:
        made = next((one.count for one in groups if one.code == "W514"), 0)
    else:
        made = staged.rows - refused
    dated = not table.modified_field or table.modified_field in known
    _insert(connection, "table", [(*where, table.caption, staged.rows - refused, made, dated)])
    _insert(connection, "column", _columns(staged, where))
    connection.execute(
        f"""INSERT INTO fresh.sync.reject SELECT {literal(export.system)}, {literal(table.name)},
        {literal(export.path.name)}, line, column_name, value, code, reason
        FROM {FAULTS} WHERE code LIKE 'E%' ORDER BY line, column_name, code"""
    )
    _insert(connection, "remark", [(*where, export.path.name, one.code, one.message) for one in remarks])


def _columns(staged: Staged, where: tuple[Literal, ...]) -> list[tuple[Literal, ...]]:
    table = staged.export.table
    aside = aside_table(staged.export)
    rows: list[tuple[Literal, ...]] = []
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


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Literal, ...]]) -> None:
    if rows:
        lines = ", ".join("(" + ", ".join(literal(value) for value in row) + ")" for row in rows)
        connection.execute(f'INSERT INTO fresh.sync."{table}" VALUES {lines}')
