"""The Sales filter of an option mapping -> which choices of an option column it speaks of, and what they are called.

The choices are rows: table, column, number, label (R4.24).
"""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.model import model
from engine.model.model import Mapping
from engine.sql.quote import identifier, literal
from engine.sql.scope import Key, Scope

TABLE, COLUMN, VALUE, LABEL = "table", "column", "value", "label"


def fixed(mapping: Mapping) -> dict[str, str]:
    """What the Sales filter of an option mapping fixes: table and column of the choices."""
    found: dict[str, str] = {}
    parts = [part for one in mapping.sales_filter for part in (one.parts if isinstance(one, model.All) else (one,))]
    for one in parts:
        match one:
            case model.Matches(
                value=model.Column(field=field),
                filter=model.Relation(operator="=", operand=model.Constant(value=str() as given)),
            ) if field.name in (TABLE, COLUMN):
                found[field.name] = given
    return found


def label(mapping: Mapping, choices: Table, number: str, scope: Scope) -> str | None:
    """SQL of what Sales calls an option number by now; None where the choices are not known."""
    relations = scope.relations
    which = fixed(mapping)
    if len(which) < 2 or not all(relations.holds(choices, one) for one in (TABLE, COLUMN, VALUE, LABEL)):
        return None
    value, name = identifier(VALUE), identifier(LABEL)
    own = " AND ".join(f"{identifier(one)} = {literal(given)}" for one, given in sorted(which.items()))
    inner, _ = scope.over(choices)
    alias = scope.group(inner, [Key(own=value, wanted=number)], f"min({name}) AS {name}", own)
    return f"{alias}.{name}"
