"""A FlowField -> the grouped join that computes it from the tables of the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from engine.catalog.catalog import Calculation, Criterion, Field, Table
from engine.sql import blank
from engine.sql.blank import type_of
from engine.sql.quote import identifier, literal
from engine.sql.scope import Key

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
    if wanted.method not in ("exist", "count") and (
        wanted.field not in table.fields or not reading.scope.relations.holds(table, wanted.field)
    ):
        return blank.blank(kind)
    holder = reading.scope.holder(entry.alias)
    inner, alias = holder.over(table)
    keys = [_pair(one, table, alias, entry, reading) for one in wanted.where if one.how == "field"]
    own = [_criterion(one, table, alias, reading) for one in wanted.where if one.how != "field"]
    worked = _worked(wanted, f"{alias}.{identifier(wanted.field)}" if wanted.field else "")
    where = " AND ".join(one for one in own if one) or "true"
    joined = holder.group(inner, keys, f"{worked} AS result", where)
    if wanted.method == "exist":
        there = f"(coalesce({joined}.result, 0) > 0)"
        return f"(NOT {there})" if wanted.negated else there
    sign = "-" if wanted.negated else ""
    return f"coalesce({sign}{joined}.result, {blank.blank(kind)})"


def _worked(wanted: Calculation, source: str) -> str:
    match wanted.method:
        case "exist" | "count":
            return "count(*)"
        case "average":
            return f"avg({source})"
        case "sum" | "max" | "min" as function:
            return f"{function}({source})"
        case "lookup":
            return f"min({source})"
        case _:
            assert_never(wanted.method)


def _pair(one: Criterion, table: Table, alias: str, entry: Joined, reading: Reading) -> Key:
    """The field of the table summed over, and what it must equal in the record itself."""
    relations = reading.scope.relations
    left = f"{alias}.{identifier(one.field)}" if relations.holds(table, one.field) else "NULL"
    right = f"{entry.alias}.{identifier(one.value)}" if relations.holds(entry.table, one.value) else "NULL"
    return Key(own=left, wanted=right)


def _criterion(one: Criterion, table: Table, alias: str, reading: Reading) -> str:
    relations = reading.scope.relations
    if one.how == "flow filter" or one.field not in table.fields or not relations.holds(table, one.field):
        return ""
    field = table.fields[one.field]
    left = f"{alias}.{identifier(one.field)}"
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
