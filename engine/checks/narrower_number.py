"""Law: a number with decimals does not fit a whole number; the target silently keeps what it has (R4.9)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, core, finding, shown
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for write in context.writes:
        value = core(write.value)
        whole = write.field.kind in ("integer", "big integer")
        if not whole or value.type.kind != "decimal" or isinstance(value, m.Constant) or _rounded(value):
            continue
        message = f"{shown(write.table, write.field)} holds whole numbers; one with decimals is not carried at all"
        yield finding("W341", "decimals-do-not-fit", "warning", write.span, message, "write round(…, 1)")


def _rounded(value: m.Value) -> bool:
    return isinstance(value, m.Call) and value.function == "round"
