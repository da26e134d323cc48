"""A value that a field line carries into Business Central -> the records that fail because the code does not exist (R4.8, R4.9).

What is asked is whether a field that always refers to the key of another table holds one of its keys. References that hang
on other fields, or lead to a part of a key (a post code goes with its city), are not checked by the product here.
"""

from __future__ import annotations

from engine.catalog.catalog import Catalog, Field, Table
from engine.model import model
from engine.model.carrying import asks_partner
from engine.sql import blank
from engine.sql.blank import type_of
from engine.sql.conditions import joined_by
from engine.sql.frame import Failure, Frame
from engine.sql.quote import identifier, literal


def check_entered(carry: model.Carry, new: str, old: str, item: model.FieldLine, frame: Frame) -> None:
    """Fail the records whose new code names nothing; `unchecked`, look-ups and Sales columns are left alone."""
    around = frame.around
    table = referred(carry.target, around.catalog)
    if table is None or carry.carried.unchecked or asks_partner(carry.value):
        return
    key, relations = table.key[0], frame.scope.relations
    if not relations.holds(table, key):
        return
    rows = relations.relation(table)
    test = f"{{alias}}.{identifier(key)} = {new}"
    alias = frame.scope.join(rows, relations.alias(table.name), test)
    wrong = [
        f"({new} IS DISTINCT FROM {old})",
        f"(NOT {blank.is_blank(new, type_of(carry.target))})",
        f"({alias}.{identifier(table.id_field)} IS NULL)",
        f"EXISTS (SELECT 1 FROM {rows})",
    ]
    words = literal(f"{carry.target.caption} "), literal(f" does not exist in {table.caption}")
    reason = f"{words[0]} || {new} || {words[1]}"
    when = joined_by("AND", [*frame.guards, *wrong])
    frame.outcome.failures.append(Failure(when=when, reason=reason, code="E635", span=item.span))


def referred(field: Field, catalog: Catalog) -> Table | None:
    """The BC table whose only key field a code field always refers to."""
    if field.kind != "code" or len(field.references) != 1:
        return None
    (reference,) = field.references
    if reference.when or reference.where or not catalog.has("bc", reference.table):
        return None
    table = catalog.table("bc", reference.table)
    return table if table.key == (reference.field,) else None
