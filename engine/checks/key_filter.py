"""Law: a filter on the key switches the retries of failed records off, of which nobody thinks (R2.8, R2.13)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding, mappings, walk
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for facts in mappings(context):
        mapping = facts.mapping
        for record, filters in ((mapping.bc, mapping.bc_filter), (mapping.sales, mapping.sales_filter)):
            asked = {one.field.name: one for one in walk(filters, m.Column) if _of(one, record)}
            ids = {record.table.id_field} & set(asked)
            key = set(record.table.key)
            whole_key = bool(key) and key <= set(asked) and record is mapping.bc
            if not ids and not whole_key:
                continue
            column = asked[min(ids or key)]
            message = f"a filter on the key of {record.table.caption} switches the retries of failed records off"
            hint = f"use `leave out {record.table.system} where …` instead"
            yield finding("W330", "key-filter-stops-retries", "warning", column.span, message, hint)


def _of(column: m.Column, record: m.Record) -> bool:
    return isinstance(column.record, m.Record) and column.record.table.name == record.table.name
