"""Law: a blank date never clears a date (R4.10); who wants that has to know."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, core, finding, shown
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for write in context.writes:
        dates = write.field.kind in ("date", "moment")
        if write.line is not None and dates and isinstance(core(write.value), m.Column):
            message = f"a blank date is not carried: {shown(write.table, write.field)} keeps the date it has"
            hint = f"`{write.field.caption} := blank` in a block clears it"
            yield finding("W326", "blank-date-never-clears", "note", write.span, message, hint)
