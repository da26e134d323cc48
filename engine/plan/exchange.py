"""The tables of a plan -> JSON, the same bytes for the same plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

FORMAT_VERSION = 1


def changes(connection: duckdb.DuckDBPyConnection) -> int:
    """How many records would be created, changed or removed in either system, and couplings made or taken away."""
    row = connection.execute(
        "SELECT count(*) FROM plan.record WHERE action IN ('create', 'change', 'delete', 'couple', 'uncouple')"
    ).fetchone()
    assert row is not None
    return int(row[0])


def to_json(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The whole plan in pieces: head, passes, records with their fields, notes (schemas/json/plan.schema.json)."""
    head = next(_rows(connection, "SELECT * EXCLUDE (format_version) FROM plan.head"), {})
    if "settings" in head:
        head["settings"] = json.loads(head["settings"])
    yield f'{{"format_version": {FORMAT_VERSION},\n"head": {_text(head)},\n"passes": ['
    yield from _listed(_rows(connection, "SELECT * FROM plan.pass ORDER BY pass"))
    yield '],\n"records": ['
    records = _rows(connection, "SELECT * FROM plan.record ORDER BY pass, record")
    fields = _rows(connection.cursor(), "SELECT * FROM plan.field ORDER BY pass, record, ordinal")
    yield from _listed(_with_fields(records, fields))
    yield '],\n"notes": ['
    yield from _listed(_rows(connection, "SELECT * FROM plan.note ORDER BY ALL"))
    yield "]}\n"


def _with_fields(records: Iterator[dict[str, Any]], fields: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    waiting = next(fields, None)
    for one in records:
        own = []
        while waiting is not None and (waiting["pass"], waiting["record"]) == (one["pass"], one["record"]):
            own.append({key: given for key, given in waiting.items() if key not in ("pass", "record", "ordinal")})
            waiting = next(fields, None)
        yield {**one, "fields": own}


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[dict[str, Any]]:
    cursor = connection.cursor()
    cursor.execute(query)
    names = [one[0] for one in cursor.description]
    while batch := cursor.fetchmany(5000):
        for row in batch:
            yield {name: _plain(given) for name, given in zip(names, row, strict=True)}


def _plain(given: Any) -> Any:
    if given is None or isinstance(given, (bool, int, str)):
        return given
    return given.isoformat() + ("Z" if hasattr(given, "hour") else "") if hasattr(given, "isoformat") else str(given)


def _listed(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    first = True
    for row in rows:
        yield ("\n" if first else ",\n") + _text(row)
        first = False


def _text(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)
