"""A table and its key -> the id of a record whose export has none, and the records that share a key."""

from __future__ import annotations

from collections.abc import Sequence

from engine.catalog.catalog import Table
from engine.sql.quote import identifier, literal


def derived_id(table: str, parts: Sequence[str]) -> str:
    """SQL: a UUID made of the table name and the key values, so the same in every import of the same record."""
    texts = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in parts)
    return f"CAST(md5(concat_ws(chr(31), {literal(table)}, {texts})) AS UUID)"


def has_ids(table: Table) -> bool:
    """Have the records of the table an id of their own (every BC table, and a Sales table with an id column)?"""
    field = table.fields.get(table.id_field)
    return field is not None and field.kind == "id"


def identifying(table: Table) -> tuple[str, ...]:
    """The columns without which an export cannot tell its records apart: the id in Sales, the key in BC."""
    return (table.id_field,) if table.system == "sales" and has_ids(table) else table.key


def row_id(table: Table, alias: str = "") -> str:
    """SQL: the id of a row of the table in a snapshot, made from its key where the table has none."""
    if has_ids(table):
        return alias + identifier(table.id_field)
    return derived_id(table.name, [alias + identifier(one) for one in table.key])


def unique_keys(table: Table) -> tuple[tuple[str, ...], ...]:
    """The columns that no two rows may share: the key, and the id where there is one."""
    keys = [table.key, *([(table.id_field,)] if has_ids(table) else [])]
    return tuple(dict.fromkeys(one for one in keys if one))


def shared(source: str, keys: Sequence[str], place: str) -> str:
    """SQL: the key as one text, the first and another `place` (a row number) of records of `source` that share it."""
    key = ", ".join(keys)
    text = f"concat_ws(', ', {', '.join(f'CAST({one} AS VARCHAR)' for one in keys)})"
    return f"""SELECT any_value({text}), min({place}) AS first, max({place}) AS other, count(*)
        FROM {source} GROUP BY {key} HAVING count(*) > 1 ORDER BY first"""
