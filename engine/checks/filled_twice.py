"""Law: one line fills one field; of two lines the later one wins, and nobody sees it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, active_lines, carries, finding, mappings, shown
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for facts in mappings(context):
        mapping = facts.mapping
        seen: dict[tuple[str, str], m.FieldLine] = {}
        for line in active_lines(facts):
            for leg, carry in carries(line):
                first = seen.setdefault((leg, carry.target.name), line)
                if first is not line:
                    side = mapping.sales if leg == "to_sales" else mapping.bc
                    place = (
                        f"{first.span.path}:{first.span.line}"
                        if first.span.path != line.span.path
                        else (f"line {first.span.line}")
                    )
                    message = f"{shown(side.table, carry.target)} is filled already by {place}"
                    hint = "keep one of the two lines, or give each a `when` of its own"
                    yield finding("E313", "field-filled-twice", "error", carry.span, message, hint)
