"""`change`, `delete`, `couple`, `uncouple`, `synchronise` -> statements about a record or about rows of a table."""

from __future__ import annotations

import engine.model.statements as statements
import engine.model.values as values
from engine.catalog.catalog import Table
from engine.frozen import dataclass
from engine.model import lookups
from engine.model.conditions import condition_of
from engine.model.model import (
    AnyRecord,
    Behind,
    Change,
    Column,
    Condition,
    Couple,
    Delete,
    Leg,
    Record,
    Synchronise,
    Uncouple,
    Value,
)
from engine.model.names import PRODUCT, behind, table_named
from engine.model.scope import Scope
from engine.model.types import UNKNOWN_TABLE, described, is_lost, is_unknown
from engine.model.world import World
from engine.syntax import ast


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The records of a statement. existing: the one that was named; None for the rows of a table that fit `where`."""

    record: Record
    existing: AnyRecord | None
    where: Condition | None


def record_meant(world: World, scope: Scope, node: ast.Expression) -> AnyRecord | None:
    """The record that an expression names: an alias, or a field that points to a record; else a finding."""
    found = values.record_or_value(world, scope.plain(), node)
    match found:
        case Record() | Behind():
            return found
        case Column() if found.field.references:
            return behind(world, found, node.span)
        case _:
            if not is_unknown(found.type):
                told = f"a record is wanted, here is {described(found.type)}"
                world.say("E222", node.span, told, "name a record by its alias; `find` it first")
            return None


def meant(world: World, scope: Scope, rows: ast.Rows) -> Meant:
    """Whom `change`, `delete`, `uncouple` and `synchronise` are about."""
    existing: AnyRecord | None = None
    if isinstance(rows.of, ast.TableName):
        record = world.nameless(table_named(world, rows.of), rows.of.span)
    else:
        existing = record_meant(world, scope, rows.of)
        table = UNKNOWN_TABLE if existing is None else existing.table
        name = existing.name if isinstance(existing, Record) else table.caption.lower() or "record"
        record = world.record(name, table, rows.of.span)
    where = None if rows.where is None else condition_of(world, scope.where(record), rows.where)
    return Meant(record=record, existing=existing, where=where)


def change(world: World, scope: Scope, node: ast.Change) -> Change:
    """`change X { }` or `change T as a where C { }`; the block may fill fields of these records."""
    rows = meant(world, scope, node.rows)
    body = statements.block_of(world, scope.block(writing=rows.record), node.block)
    return Change(span=node.span, record=rows.record, existing=rows.existing, where=rows.where, body=body)


def delete(world: World, scope: Scope, node: ast.Delete) -> Delete:
    """`delete X` or `delete T as a where C`."""
    rows = meant(world, scope, node.rows)
    return Delete(span=node.span, record=rows.record, existing=rows.existing, where=rows.where)


def uncouple(world: World, scope: Scope, node: ast.Uncouple) -> Uncouple:
    """`uncouple X` or `uncouple T as a where C`."""
    rows = meant(world, scope, node.rows)
    return Uncouple(span=node.span, record=rows.record, existing=rows.existing, where=rows.where)


def synchronise(world: World, scope: Scope, node: ast.Synchronise) -> Synchronise:
    """`synchronise X by M`, away from the system of X; tells of mappings that do not run on the table of X."""
    rows = meant(world, scope, node.rows)
    lookups.mapping_on(world, node.mappings, rows.record.table, node.span)
    leg: Leg = "to_sales" if rows.record.table.system == "bc" else "to_bc"
    return Synchronise(
        span=node.span,
        record=rows.record,
        existing=rows.existing,
        where=rows.where,
        mappings=tuple(one.text for one in node.mappings),
        leg=leg,
        if_it_may_create=node.if_it_may_create,
        unfiltered=node.unfiltered,
    )


def couple(world: World, scope: Scope, node: ast.Couple) -> Couple | None:
    """`couple a with b`: one record of each system, in either order."""
    left = values.record_or_value(world, scope.plain(), node.left)
    right = values.record_or_value(world, scope.plain(), node.right)
    if is_lost(left) or is_lost(right):
        return None
    one, other = lookups.side_of(left), lookups.side_of(right)
    if one == other:
        told = f"both records are of {PRODUCT[one]}"
        world.say("E226", node.span, told, "a coupling joins a record of Business Central with one of Sales")
        return None
    for what, node_of in ((left, node.left), (right, node.right)):
        if not isinstance(what, Record | Behind) and what.type.table is None and what.type.kind != "id":
            told = f"a record is wanted, here is {described(what.type)}"
            world.say("E222", node_of.span, told, "name a record by its alias; `find` it first")
            return None
    bc, sales = (left, right) if one == "bc" else (right, left)
    table = _table(bc)
    if table is None:
        world.say("E222", node.span, "this value names no record of Business Central", "`find` the record first")
        return None
    return Couple(span=node.span, bc=bc, sales=sales, bc_table=table)


def _table(what: AnyRecord | Value) -> Table | None:
    return what.table if isinstance(what, Record | Behind) else what.type.table
