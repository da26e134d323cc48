"""Law: a mapping's filter asks what is stored, not a flow filter, which holds nothing, or a FlowField."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding, mappings, shown, walk
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for facts in mappings(context):
        mapping = facts.mapping
        for column in walk((*mapping.bc_filter, *mapping.sales_filter), m.Column):
            name = shown(column.record.table, column.field)
            if column.field.flow_filter:
                message = f"{name} only steers calculations and holds no value to filter by"
                hint = "filter by a field that is stored"
                yield finding("E317", "filter-on-flow-filter", "error", column.span, message, hint)
            elif column.field.calculation is not None:
                message = f"{name} is calculated anew for every record that is read"
                hint = "filter by a field that is stored, or `leave out` those records"
                yield finding("W317", "filter-on-calculated-field", "warning", column.span, message, hint)
