"""A table and its key -> the id of a record whose export has none, and the records that share a key."""

from __future__ import annotations

from collections.abc import Sequence

from engine.sql.quote import literal


def derived_id(table: str, parts: Sequence[str]) -> str:
    """SQL: a UUID made of the table name and the key values, so the same in every import of the same record."""
    texts = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in parts)
    return f"CAST(md5(concat_ws(chr(31), {literal(table)}, {texts})) AS UUID)"


def shared(source: str, keys: Sequence[str], place: str) -> str:
    """SQL: the key as one text, the first and another `place` (a row number) of records of `source` that share it."""
    key = ", ".join(keys)
    text = f"concat_ws(', ', {', '.join(f'CAST({one} AS VARCHAR)' for one in keys)})"
    return f"""SELECT any_value({text}), min({place}) AS first, max({place}) AS other, count(*)
        FROM {source} GROUP BY {key} HAVING count(*) > 1 ORDER BY first"""
