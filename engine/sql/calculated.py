"""A FlowField -> the subquery that computes it from the tables of the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.catalog import Criterion, Field, Table
from engine.sql import blank
from engine.sql.blank import type_of
from engine.sql.quote import identifier, literal

if TYPE_CHECKING:
    from engine.sql.scope import Joined
    from engine.sql.values import Reading


def calculation(entry: Joined, field: Field, reading: Reading) -> str:
    """SQL of a FlowField of a joined record; blank when its table is not known. Flow filters are not set."""
    wanted = field.calculation
    assert wanted is not None
    kind = type_of(field)
    catalog = reading.around.catalog
    if not catalog.has("bc", wanted.table):
        return blank.blank(kind)
    table = catalog.table("bc", wanted.table)
    relations = reading.scope.relations
    alias = relations.alias(table.name)
    tests = [_criterion(one, table, alias, entry, reading) for one in wanted.where]
    where = " AND ".join(one for one in tests if one) or "true"
    rows = f"FROM {relations.relation(table)} {alias} WHERE {where}"
    if wanted.method == "exist":
        return f"({'NOT ' if wanted.negated else ''}EXISTS (SELECT 1 {rows}))"
    if wanted.method == "count":
        return f"coalesce((SELECT count(*) {rows}), 0)"
    if wanted.field not in table.fields or not relations.holds(table, wanted.field):
        return blank.blank(kind)
    source = f"{alias}.{identifier(wanted.field)}"
    worked = {
        "sum": f"sum({source})",
        "max": f"max({source})",
        "min": f"min({source})",
        "average": f"avg({source})",
    }.get(wanted.method, f"min({source})")
    sign = "-" if wanted.negated else ""
    return f"coalesce({sign}(SELECT {worked} {rows}), {blank.blank(kind)})"


def _criterion(one: Criterion, table: Table, alias: str, entry: Joined, reading: Reading) -> str:
    relations = reading.scope.relations
    if one.how == "flow filter" or one.field not in table.fields or not relations.holds(table, one.field):
        return ""
    field = table.fields[one.field]
    left = f"{alias}.{identifier(one.field)}"
    if one.how == "field":
        if one.value not in entry.table.fields or not relations.holds(entry.table, one.value):
            return "false"
        return f"{left} = {entry.alias}.{identifier(one.value)}"
    if one.how == "is":
        return f"{left} = {_fixed(field, one.value)}"
    wanted = [part.strip() for part in one.value.split("|")]
    if any(sign in one.value for sign in ("..", "<", ">", "&", "*")):
        return (
            f"{left} <> {_fixed(field, one.value[2:])}" if one.value.startswith("<>") and "&" not in one.value else ""
        )
    return f"{left} IN ({', '.join(_fixed(field, part) for part in wanted)})"


def _fixed(field: Field, value: str) -> str:
    if field.kind == "option":
        for option in field.options:
            if value.strip("'") in (option.caption, option.name, str(option.number)):
                return str(option.number)
        return str(field.blank_option)
    if field.kind == "boolean":
        return "true" if value.lower() in ("true", "yes", "1") else "false"
    if field.kind in blank.NUMBERS:
        return value if value.replace(".", "", 1).replace("-", "", 1).isdigit() else "0"
    return literal(value.strip("'"))
