"""Law: a text that goes through a code comes back in capitals (R4.5)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, active_lines, finding, mappings, shown
from engine.diagnostic import Diagnostic


def check(context: Context) -> Iterator[Diagnostic]:
    for facts in mappings(context):
        mapping = facts.mapping
        for line in active_lines(facts):
            if not line.two_way or line.to_sales is None or line.to_bc is None:
                continue
            if line.to_sales.source is None or line.to_bc.source is None:
                continue
            if line.to_bc.target.kind == "code" and line.to_sales.target.kind == "text":
                message = f"a text from Sales is kept in capitals in {shown(mapping.bc.table, line.to_bc.target)}"
                hint = "and goes back in capitals; let the line go one way, or choose a text field"
                yield finding("W336", "comes-back-in-capitals", "note", line.span, message, hint)
