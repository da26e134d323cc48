"""Rows as Python or YAML values -> a snapshot, for tests and scenarios.

The values are written as the texts that an export would hold and read by the same SQL as an import, so a small world
behaves like an imported one. A wrong row is a problem for whoever wrote it, named by system, table, row and field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb

from engine.catalog.catalog import Catalog, Field, System, Table
from engine.diagnostic import Diagnostic
from engine.snapshot.cells import PLAIN, is_empty, kept, option_words, read
from engine.snapshot.ids import derived_id, has_ids, shared, unique_keys
from engine.snapshot.layout import new_snapshot, write_head
from engine.snapshot.open import SnapshotProblem
from engine.snapshot.places import shown
from engine.snapshot.types import column_type
from engine.sql.quote import identifier, literal, qualified

Row = Mapping[str, object]
World = Mapping[System, Mapping[str, Sequence[Row]]]

_SHORT_ID = re.compile(r"~([0-9a-fA-F]{1,12})")


def build_snapshot(target: Path, rows: World, catalog: Catalog) -> None:
    """Writes a snapshot with these rows: system -> table -> rows of technical field name -> value.

    Values: numbers, booleans, dates, texts; options by number, caption, member name or `Caption (3)`; ids full or
    short (`~c1` is 00000000-0000-0000-0000-0000000000c1); moments as ISO text. A table gets the columns that any of its
    rows gives, its key, its id and its moment of change; a field that a row does not give is blank. A row without
    id gets one: in BC from its key, in Sales from its place. Raises SnapshotProblem (E507 to E509) for wrong rows.
    """
    facts: list[str] = []
    with new_snapshot(target, threads=1) as connection:
        connection.execute("BEGIN")
        for system in ("bc", "sales"):
            for name, given in rows.get(system, {}).items():
                table = _table(catalog, system, name)
                _write_table(connection, table, given)
                words = ", ".join(literal(word) for word in (system, name, table.caption, len(given), 0, True))
                facts.append(f"({words})")
        if facts:
            connection.execute(f"INSERT INTO fresh.sync.table VALUES {', '.join(facts)}")
        write_head(connection, "fresh", "NULL", "")
        connection.execute("COMMIT")


def _table(catalog: Catalog, system: System, name: str) -> Table:
    if not catalog.has(system, name):
        raise _problem("E507", "unknown-built-field", f"there is no {system} table {name}", "look at its spelling")
    return catalog.table(system, name)


def _write_table(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Row]) -> None:
    fields = _columns(table, rows)
    place = qualified("fresh", table.system, table.name)
    if not rows:
        columns = ", ".join(f"{identifier(one.name)} {column_type(one.kind)}" for one in fields)
        connection.execute(f"CREATE TABLE {place} ({columns})")
        return
    connection.execute(f"CREATE OR REPLACE TEMP TABLE given AS {_given(table, fields, rows)}")
    _refuse_wrong(connection, table, fields)
    finals = [
        f"CAST(f{index} AS {column_type(one.kind)}) AS {identifier(one.name)}" for index, one in enumerate(fields)
    ]
    connection.execute(f"CREATE TABLE {place} AS SELECT {', '.join(finals)} FROM given ORDER BY n")


def _columns(table: Table, rows: Sequence[Row]) -> tuple[Field, ...]:
    given = {name for row in rows for name in row}
    for name in sorted(given - table.fields.keys()):
        raise _problem("E507", "unknown-built-field", f"table {table.name} has no field {name}", "look at its spelling")
    for name in sorted(given):
        if not table.fields[name].stored:
            raise _problem(
                "E507",
                "unknown-built-field",
                f"field {name} of {table.name} is calculated and holds no value",
                "give the rows it is calculated from",
            )
    wanted = given | set(table.key) | {table.id_field, table.modified_field}
    return tuple(one for one in table.fields.values() if one.name in wanted)


def _given(table: Table, fields: Sequence[Field], rows: Sequence[Row]) -> str:
    """SQL: per row its number n, and per field the cell c, the value read v and the value kept f."""
    numbers = range(len(fields))
    cells = ", ".join(f"CAST(c{index} AS VARCHAR) AS c{index}" for index in numbers)
    values = ", ".join(f"{read(one, f'c{index}', PLAIN)} AS v{index}" for index, one in enumerate(fields))
    finals = [f"{kept(table.system, one, f'v{index}')} AS f{index}" for index, one in enumerate(fields)]
    at = {one.name: index for index, one in enumerate(fields)}
    parts = ["n"] if table.system == "sales" else [f"v{at[name]}" for name in table.key]
    if has_ids(table):
        identity = at[table.id_field]
        own = kept(table.system, fields[identity], f"v{identity}")
        finals[identity] = f"coalesce({own}, {derived_id(table.name, parts)}) AS f{identity}"
    lines = (
        f"({number}, " + ", ".join(literal(_text(one, row.get(one.name))) for one in fields) + ")"
        for number, row in enumerate(rows, 1)
    )
    names = ", ".join(["n", *(f"c{index}" for index in numbers)])
    return f"""SELECT *, {", ".join(finals)} FROM (
        SELECT *, {values} FROM (
            SELECT n, {cells} FROM (VALUES {", ".join(lines)}) AS written({names})))"""


def _text(field: Field, value: object) -> str | None:
    """A Python or YAML value as the text an export would hold."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case int() | UUID():
            return str(value)
        case float():
            return format(Decimal(repr(value)), "f")
        case Decimal():
            return format(value, "f")
        case datetime() | date() | time():
            return value.isoformat()
        case str() if field.kind == "id" and (short := _SHORT_ID.fullmatch(value.strip())):
            return str(UUID(int=int(short[1], 16)))
        case str() if field.kind == "option" and value.strip().lower() in ("blank", "blank (0)"):
            return None if value.strip().lower() not in option_words(field) else value
        case _:
            return str(value)


def _refuse_wrong(connection: duckdb.DuckDBPyConnection, table: Table, fields: Sequence[Field]) -> None:
    """One look at all rows tells whether any is wrong; only then it is asked which."""
    at = {one.name: index for index, one in enumerate(fields)}
    unreadable = [f"(v{index} IS NULL AND NOT {is_empty(f'c{index}')})" for index in range(len(fields))]
    keys = unique_keys(table)
    repeats = [f"count(*) - count(DISTINCT ({', '.join(f'f{at[name]}' for name in names)}))" for names in keys]
    counts = [f"count(*) FILTER ({one})" for one in unreadable]
    found = connection.execute(f"SELECT {', '.join(counts + repeats)} FROM given").fetchall()[0]
    for index, field in enumerate(fields):
        if found[index]:
            query = f"SELECT n, c{index} FROM given WHERE {unreadable[index]} ORDER BY n LIMIT 1"
            number, cell = connection.execute(query).fetchall()[0]
            raise _problem(
                "E508",
                "unreadable-built-value",
                f"{table.name}, row {number}: field {field.name} cannot hold '{shown(cell)}' ({field.kind})",
                "write the value in the form of its kind",
            )
    for names, repeated in zip(keys, found[len(fields) :], strict=True):
        query = shared("given", [f"f{at[name]}" for name in names], "n") + " LIMIT 1"
        for key, first, other, _ in connection.execute(query).fetchall() if repeated else ():
            raise _problem(
                "E509",
                "built-rows-share-a-key",
                f"{table.name}, rows {first} and {other} have the same {', '.join(names)}: {shown(key)}",
                "give each row a key of its own",
            )


def _problem(code: str, name: str, message: str, hint: str) -> SnapshotProblem:
    return SnapshotProblem(Diagnostic(code=code, name=name, severity="error", span=None, message=message, hint=hint))
