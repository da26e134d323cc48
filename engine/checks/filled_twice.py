"""Law: one line fills one field; of two lines the later one wins, and nobody sees it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, active_lines, carries, finding, mappings, shown
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for facts in mappings(context):
        seen: dict[tuple[str, str], m.FieldLine] = {}
        for line in active_lines(facts):
            doubled: dict[str, m.FieldLine] = {}
            for leg, carry in carries(line):
                first = seen.setdefault((leg, carry.target.name), line)
                if first is not line:
                    side = facts.mapping.sales if leg == "to_sales" else facts.mapping.bc
                    doubled[shown(side.table, carry.target)] = first
            if doubled:
                yield _told(line, doubled)


def _told(line: m.FieldLine, doubled: dict[str, m.FieldLine]) -> Diagnostic:
    first = next(iter(doubled.values()))
    place = f"line {first.span.line}"
    if first.span.path != line.span.path:
        place = f"{first.span.path}, {place}"
    verb = "is" if len(doubled) == 1 else "are"
    message = f"{' and '.join(doubled)} {verb} filled already by {place}"
    hint = "keep one of the two lines, or give each a `when` of its own"
    return finding("E313", "field-filled-twice", "error", line.span, message, hint)
