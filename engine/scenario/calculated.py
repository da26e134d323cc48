"""A FlowField of a row -> what it computes from the rows of a state, so that a scenario can expect it.

Flow filters are not set. `read` gives the plain value of a stored field of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, assert_never

from engine.catalog.catalog import Calculation, Criterion, Field, Table
from engine.scenario.values import Plain, WrongValueError, plain, same

Read = Callable[[Table, Mapping[str, Any], str], Plain]


def worked_out(
    wanted: Calculation, own: Table, row: Mapping[str, Any], table: Table, rows: Iterable[Mapping[str, Any]], read: Read
) -> Plain:
    """The value of a FlowField of a row. own: the table of the row; table, rows: those it is computed from."""
    found = [one for one in rows if all(_meets(test, table, one, own, row, read) for test in wanted.where)]
    match wanted.method:
        case "exist":
            return (bool(found) is not wanted.negated) or None
        case "count":
            return Decimal(len(found)) or None
        case "lookup" | "min" | "max" | "sum" | "average":
            values = [read(table, one, wanted.field) for one in found]
        case _:
            assert_never(wanted.method)
    known: list[Any] = [one for one in values if one is not None]
    match wanted.method:
        case "lookup":
            return values[0] if values else None
        case "min":
            return min(known) if len(known) == len(values) and known else None
        case "max":
            return max(known) if known else None
    total: Decimal = sum(known, Decimal(0))
    result = total / len(values) if wanted.method == "average" and values else total
    return (-result if wanted.negated else result) or None


def _meets(
    test: Criterion, table: Table, one: Mapping[str, Any], own: Table, row: Mapping[str, Any], read: Read
) -> bool:
    if test.how == "flow filter" or test.field not in table.fields:
        return True
    field, value = table.fields[test.field], read(table, one, test.field)
    match test.how:
        case "field":
            return test.value not in own.fields or same(field, value, read(own, row, test.value))
        case "is":
            return same(field, value, _fixed(field, test.value))
        case "filter" if test.value.startswith("<>"):
            return not same(field, value, _fixed(field, test.value[2:]))
        case "filter" if any(sign in test.value for sign in ("..", "<", ">", "&", "*")):
            return True
        case "filter":
            return any(same(field, value, _fixed(field, part.strip())) for part in test.value.split("|"))
        case _:
            assert_never(test.how)


def _fixed(field: Field, text: str) -> Plain:
    """A value as the catalog writes it."""
    given = text.strip().strip("'").strip()
    if field.kind == "boolean":
        return given.lower() in ("true", "yes", "1") or None
    try:
        return plain(field, given)
    except WrongValueError:
        return None
