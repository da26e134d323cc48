"""Law: a column that Sales takes only on insert is not written later, and one it takes only later not on insert."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalog.catalog import Access
from engine.checks.context import Context, finding, lines, mappings, shown, walk
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for facts in mappings(context):
        mapping = facts.mapping
        for moment in (one for one in mapping.items if isinstance(one, m.Moment)):
            later = moment.after or not moment.states & {"new", "every"}
            if later or moment.states == {"new"}:
                own = mapping.sales.key if moment.leg == "to_sales" else mapping.bc.key
                yield from _assigned(moment.body, own, "insert" if later else "modify")
        for line in lines(facts):
            if line.two_way and line.to_sales is not None and line.to_sales.target.access == "insert":
                said = f"{shown(mapping.sales.table, line.to_sales.target)} is taken only when a record is created"
                hint = "a later change in Business Central never arrives; write two lines to say which way is meant"
                yield finding("W311", "two-way-into-insert-only", "warning", line.to_sales.span, said, hint)
    for create in context.every(m.Create):
        yield from _assigned(create.body, create.record.key, "modify")
    for change in context.every(m.Change):
        if not _of_a_mapping(context, change):
            yield from _assigned(change.body, change.record.key, "insert")


def _of_a_mapping(context: Context, change: m.Change) -> bool:
    """Is it the record that a mapping writes? Then the change may be part of its insert (rule of evaluation 8)."""
    keys = {one.key for facts in mappings(context) for one in (facts.mapping.bc, facts.mapping.sales)}
    return isinstance(change.existing, m.Record) and change.existing.key in keys


def _assigned(block: m.Block, key: str, access: Access) -> Iterator[Diagnostic]:
    for assign in walk(block, m.Assign):
        if assign.record.key != key or assign.field.access != access:
            continue
        name = shown(assign.record.table, assign.field)
        if access == "insert":
            said, hint = f"{name} is taken only when a record is created", "set it in a block for new records"
        else:
            said, hint = f"{name} is not taken when a record is created", "set it in an `after new` block"
        yield finding("E311", "written-at-the-wrong-time", "error", assign.span, said, hint)
