"""One export file and its table -> the typed table in the new snapshot, in one pass over the file.

While it is read every row gets two marks: `?wrong` (some cell keeps it out) and `?odd` (some cell is worth telling),
and the columns the snapshot does not know lie beside as `?0`, `?1`, .... A file without any of these costs nothing
more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from engine.catalog.catalog import Field, Table
from engine.frozen import dataclass
from engine.snapshot.cells import kept
from engine.snapshot.columns import Column
from engine.snapshot.faults import Fault, faults
from engine.snapshot.files import Export
from engine.snapshot.ids import derived_id, has_ids, row_id
from engine.snapshot.raw import Raw
from engine.snapshot.types import column_type
from engine.sql.quote import identifier, qualified


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A file whose rows stand in the new snapshot, still with their marks.

    place: the quoted name of the table. laws: per column its faults. aside: the columns set aside.
    derives_ids: the table makes ids where the export has none.
    """

    export: Export
    raw: Raw
    place: str
    columns: tuple[Column, ...]
    laws: Mapping[Column, tuple[Fault, ...]]
    aside: tuple[Column, ...]
    rows: int
    wrong: int
    odd: int


def stage(connection: duckdb.DuckDBPyConnection, export: Export, raw: Raw, columns: tuple[Column, ...]) -> Staged:
    """Reads the file into its table of the database `fresh`; rows keep the order of the file, so rowid is the row."""
    table = export.table
    known = {one.field.name: one for one in columns if one.field is not None}
    laws = {
        one: faults(
            export.system,
            one.field,
            raw.cell(one.index),
            f"v{one.index}",
            raw.dialect,
            identity=one.field.name == table.id_field and has_ids(table),
            typed=raw.is_typed(one.field, one.index),
            nested=raw.nested(one.index),
        )
        for one in columns
        if one.field is not None
    }
    aside = tuple(one for one in columns if one.field is None)
    place = qualified("fresh", table.system, table.name)
    values = [f"{raw.value(field, one.index)} AS v{one.index}" for one, field in _fields(columns)]
    picked = [f"{_final(table, field, known)} AS {identifier(field.name)}" for field in written_fields(table, columns)]
    picked += [f'{raw.cell(one.index)} AS "?{number}"' for number, one in enumerate(aside)]
    picked += [f'{_any(laws, refuses=True)} AS "?wrong"', f'{_odd(table, laws, known)} AS "?odd"']
    source = f"(SELECT {', '.join(['*', *values])} FROM {raw.relation})"
    connection.execute(f"CREATE TABLE {place} AS SELECT {', '.join(picked)} FROM {source}")
    rows, wrong, odd = connection.execute(
        f'SELECT count(*), count(*) FILTER ("?wrong"), count(*) FILTER ("?odd") FROM {place}'
    ).fetchall()[0]
    return Staged(
        export=export, raw=raw, place=place, columns=columns, laws=laws, aside=aside, rows=rows, wrong=wrong, odd=odd
    )


def written_fields(table: Table, columns: Sequence[Column]) -> tuple[Field, ...]:
    """The fields whose columns the snapshot gets: those of the export, the id and the moment of the last change."""
    wanted = {one.field.name for one in columns if one.field is not None} | {table.id_field, table.modified_field}
    return tuple(one for one in table.fields.values() if one.name in wanted)


def aside_table(export: Export) -> str:
    """The name of the table in schema sync with the columns that were set aside."""
    return f"{export.system} {export.table.name}"


def settle(connection: duckdb.DuckDBPyConnection, staged: Staged, left_out: str) -> None:
    """Takes the refused rows (a table of row numbers n; blank for none) out and puts unknown columns aside."""
    if left_out:
        connection.execute(f"DELETE FROM {staged.place} WHERE rowid IN (SELECT n FROM {left_out})")
    marks = ["?wrong", "?odd", *(f"?{number}" for number in range(len(staged.aside)))]
    if staged.aside:
        kept_columns = ", ".join(
            f'"?{number}" AS {identifier(aside_name(staged, one))}' for number, one in enumerate(staged.aside)
        )
        connection.execute(
            f"CREATE TABLE {qualified('fresh', 'sync', aside_table(staged.export))} AS "
            f'SELECT {row_id(staged.export.table)} AS "?id", {kept_columns} FROM {staged.place}'
        )
    for mark in marks:
        connection.execute(f"ALTER TABLE {staged.place} DROP COLUMN {identifier(mark)}")


def aside_name(staged: Staged, column: Column) -> str:
    """How the column is called among those set aside: its header, or its number where that is blank."""
    return column.header or f"?column {column.index + 1}"


def _fields(columns: Sequence[Column]) -> list[tuple[Column, Field]]:
    return [(one, one.field) for one in columns if one.field is not None]


def _final(table: Table, field: Field, known: Mapping[str, Column]) -> str:
    column = known.get(field.name)
    value = "NULL" if column is None else kept(table.system, field, f"v{column.index}")
    if field.name == table.id_field and table.system == "bc":
        keys = [kept("bc", table.fields[name], f"v{known[name].index}") for name in table.key]
        made = derived_id(table.name, keys)
        return made if column is None else f"coalesce({value}, {made})"
    return f"CAST({value} AS {column_type(field.kind)})"


def _any(laws: Mapping[Column, tuple[Fault, ...]], *, refuses: bool) -> str:
    conditions = [law.condition for found in laws.values() for law in found if law.refuses == refuses]
    return f"coalesce({' OR '.join(conditions)}, FALSE)" if conditions else "FALSE"


def _odd(table: Table, laws: Mapping[Column, tuple[Fault, ...]], known: Mapping[str, Column]) -> str:
    """Any fault that is only told, or a BC record without an id where the export has the column."""
    odd = _any(laws, refuses=False)
    if table.system == "bc" and table.id_field in known:
        value = f"v{known[table.id_field].index}"
        return f"({odd} OR coalesce({value} = UUID '00000000-0000-0000-0000-000000000000', TRUE))"
    return odd
