"""Law: only what can be written is written: no read-only column, no calculated field, no flow filter."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding, shown
from engine.diagnostic import Diagnostic


def check(context: Context) -> Iterator[Diagnostic]:
    for write in context.writes:
        field = write.field
        if field.calculation is not None:
            why = "is calculated and holds nothing of its own"
        elif field.flow_filter:
            why = "only filters calculations and holds nothing"
        elif field.access == "read":
            why = "can only be read"
        else:
            continue
        two_way = write.line is not None and write.line.two_way
        way_out = "let the arrow point the other way only" if two_way else "choose a field that can be written"
        message = f"{shown(write.table, field)} {why}"
        yield finding("E310", "target-cannot-be-written", "error", write.span, message, way_out)
