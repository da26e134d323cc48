"""Law: a field that a line fills is not filled again by a block of the same mapping."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, carries, finding, mappings, shown
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for facts in mappings(context):
        mapping = facts.mapping
        filled: dict[tuple[m.Leg, str], m.FieldLine] = {}
        for item in mapping.items:
            if isinstance(item, m.FieldLine):
                filled |= {(leg, carry.target.name): item for leg, carry in carries(item)}
            elif isinstance(item, m.Moment) and "every" in item.states and not item.after:
                own = mapping.sales if item.leg == "to_sales" else mapping.bc
                for assign in (one for one in item.body.statements if isinstance(one, m.Assign)):
                    line = filled.get((item.leg, assign.field.name))
                    if line is not None and assign.record.key == own.key:
                        message = f"{shown(own.table, assign.field)} overwrites what {line.label} carried"
                        hint = "keep one of the two; what stands below wins"
                        yield finding("W335", "line-overwritten", "warning", assign.span, message, hint)
