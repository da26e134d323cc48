"""A record -> its record id as BC writes it: `Sales Header: Order,SO1`.

BC keeps a pointer to any record in a field of that kind: the table, and the values of the primary key as people read
them. A Sales record is named by its id.
"""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.model.model import AnyRecord
from engine.sql import blank
from engine.sql.blank import type_of
from engine.sql.quote import identifier, literal
from engine.sql.scope import Relations, Written
from engine.sql.values import Reading, before, entry_of, stored


def record_id(table: Table, alias: str, relations: Relations) -> str:
    """SQL of the record id of a row that stands in the FROM clause under an alias."""
    keys = [one for one in table.key if relations.holds(table, one)] if table.system == "bc" else []
    parts = [blank.shown(f"{alias}.{identifier(one)}", type_of(table.fields[one])) for one in keys or [table.id_field]]
    return _text(table, parts)


def record_text(record: AnyRecord, reading: Reading) -> str:
    """SQL of the record id of a record in reach, also of one that is being written; '' for a blank one."""
    entry = entry_of(record, reading)
    table = entry.table
    keys = table.key if table.system == "bc" else (table.id_field,)
    parts = []
    for name in keys:
        field = table.fields[name]
        if isinstance(entry, Written):
            sql = entry.values.get(name) or (entry.id if name == table.id_field else before(entry, field, reading))
        else:
            sql = stored(entry, field, reading)
        parts.append(blank.shown(sql, type_of(field)))
    text = _text(table, parts)
    if isinstance(entry, Written) or entry.certain:
        return f"({text})"
    return f"(CASE WHEN {entry.id} IS NULL THEN '' ELSE {text} END)"


def _text(table: Table, parts: list[str]) -> str:
    return f"{literal(table.name + ': ')} || " + " || ',' || ".join(parts)
