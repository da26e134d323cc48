"""Law: one line from Sales only, in a mapping that runs both ways, makes it read its own changes back (R2.15)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding, lines, mappings
from engine.diagnostic import Diagnostic


def check(context: Context) -> Iterator[Diagnostic]:
    for facts in mappings(context):
        mapping = facts.mapping
        if mapping.arrow != "<->":
            continue
        for line in lines(facts):
            if not line.two_way and line.to_bc is not None and line.to_bc.source is not None:
                message = "as this line comes from Sales only, every run also reads what the integration wrote itself"
                hint = "nothing to do if the line is needed; the runs take longer"
                yield finding("W331", "own-changes-read-back", "note", line.span, message, hint)
                break
