"""Law: `keep if blank` is for look-ups into an id; elsewhere the product has no such choice (R4.17)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding, shown
from engine.diagnostic import Diagnostic


def check(context: Context) -> Iterator[Diagnostic]:
    for write in context.writes:
        if write.line is not None and write.carried.keep_if_blank and write.table.system == "sales":
            if write.field.kind == "id":
                continue
            message = f"{shown(write.table, write.field)} is no look-up, so the product writes a blank all the same"
            hint = "take `keep if blank` away, or set the field with `if … is not blank` in a block"
            yield finding("W322", "keep-if-blank-without-look-up", "warning", write.span, message, hint)
