"""A snapshot -> a folder with one file per table, from which an import makes the same snapshot again.

Options are written as numbers, moments as ISO in UTC; NULL and '' differ in all three formats. Columns that were set
aside go along under their headers. The folder gets `bc/` and `sales/`, and is written whole or not at all.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Literal

import duckdb

from engine.catalog.catalog import Catalog, System, Table
from engine.diagnostic import Diagnostic
from engine.snapshot.content import table_columns, user_tables
from engine.snapshot.ids import row_id
from engine.snapshot.open import SnapshotProblem, connect, first_line
from engine.sql.quote import identifier, literal, qualified

Format = Literal["csv", "parquet", "json"]

_COPY: dict[Format, str] = {
    "csv": "FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR ''",
    "parquet": "FORMAT parquet",
    "json": "FORMAT json, ARRAY true",
}


def export_snapshot(
    path: Path,
    folder: Path,
    catalog: Catalog,
    *,
    format: Format = "csv",  # noqa: A002 - the word of the command
    captions: bool = False,
) -> tuple[Path, ...]:
    """Writes bc/ and sales/ into `folder` and gives the files. captions: headers are captions where these are unique.

    Raises SnapshotProblem: no snapshot, or the folder has files already or cannot be written (E541).
    """
    connection = connect(path)
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise _not_written(folder, "it is there and not empty")
        shutil.rmtree(part, ignore_errors=True)
        files: list[Path] = []
        for schema, name in user_tables(connection):
            system: System = "bc" if schema == "bc" else "sales"
            (part / system).mkdir(parents=True, exist_ok=True)
            file = part / system / f"{_file_name(name)}.{format}"
            query = _query(connection, catalog, system, name, captions=captions)
            connection.execute(f"COPY ({query}) TO {literal(str(file.resolve()))} ({_COPY[format]})")
            files.append(folder / system / file.name)
        part.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            folder.rmdir()
        part.replace(folder)
        return tuple(files)
    except OSError as error:
        raise _not_written(folder, error.strerror or str(error)) from error
    except duckdb.Error as error:
        raise _not_written(folder, first_line(error)) from error
    finally:
        connection.close()
        shutil.rmtree(part, ignore_errors=True)


def _file_name(table: str) -> str:
    """The table name with what no file name can hold as underscore; an import reads it back."""
    return "".join("_" if sign in '/\\:*?"<>|[]{}' or sign < " " else sign for sign in table)


def _query(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, system: System, name: str, *, captions: bool
) -> str:
    table = catalog.table(system, name) if catalog.has(system, name) else None
    columns = table_columns(connection, system, name)
    faces = _faces(table if captions else None, [column for column, _ in columns])
    picked = [f"{_written(column, kind)} AS {identifier(faces[column])}" for column, kind in columns]
    place = qualified("snap", system, name)
    keys = [one for one in ((*table.key, table.id_field) if table else ()) if one in faces]
    order = f" ORDER BY {', '.join('data.' + identifier(one) for one in keys)}" if keys else ""
    aside = connection.execute(
        f"""SELECT DISTINCT kept_in, header FROM snap.sync.column WHERE system = {literal(system)}
        AND table_name = {literal(name)} AND kept_in IS NOT NULL ORDER BY ALL"""
    ).fetchall()
    if not aside or table is None:
        return f"SELECT {', '.join(picked)} FROM {place} AS data{order}"
    picked += [f"aside.{identifier(header)}" for _, header in aside if header]
    other = qualified("snap", "sync", aside[0][0])
    return (
        f"SELECT {', '.join(picked)} FROM {place} AS data LEFT JOIN {other} AS aside "
        f'ON {row_id(table, "data.")} = aside."?id"{order}'
    )


def _faces(table: Table | None, columns: list[str]) -> dict[str, str]:
    """The header of each column: its caption where an import can tell it from all others, else its name."""
    faces = {column: column for column in columns}
    if table is None:
        return faces
    captions = {column: table.fields[column].caption for column in columns if column in table.fields}
    taken = Counter([*(one.casefold() for one in captions.values()), *(one.casefold() for one in columns)])
    for column, caption in captions.items():
        alone = taken[caption.casefold()] == (2 if caption.casefold() == column.casefold() else 1)
        if caption and alone and table.find(caption) == (table.fields[column],):
            faces[column] = caption
    return faces


def _written(column: str, kind: str) -> str:
    name = f"data.{identifier(column)}"
    if kind == "TIMESTAMP":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    if kind.startswith("DECIMAL"):
        return f"rtrim(rtrim(CAST({name} AS VARCHAR), '0'), '.')"
    return f"CAST({name} AS VARCHAR)" if kind in ("UUID", "TIME", "DATE") else name


def _not_written(folder: Path, why: str) -> SnapshotProblem:
    return SnapshotProblem(
        Diagnostic(
            code="E541",
            name="export-not-written",
            severity="error",
            span=None,
            message=f"the export to {folder.as_posix()} cannot be written: {why}",
            hint="name a new folder, or an empty one, that you may write to",
        )
    )
