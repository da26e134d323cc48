"""Law: a text that is longer than its target is cut, and nobody is told (R4.9)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, core, finding, shown
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for write in context.writes:
        value = core(write.value)
        length = longest(value)
        if write.field.kind not in ("text", "code") or write.field.length is None or length is None:
            continue
        if length > write.field.length:
            what = f"'{value.value}'" if isinstance(value, m.Constant) else f"a text of up to {length} characters"
            message = f"{what} is cut to the {write.field.length} characters of {shown(write.table, write.field)}"
            way_out = f"write left(…, {write.field.length}) to say that it is meant, or shorten it where it is kept"
            yield finding("W310", "text-will-be-cut", "warning", write.span, message, way_out)


def longest(value: m.Value) -> int | None:
    """The most characters a text value can have; None when that is not known."""
    match value:
        case m.Constant(value=str() as text) if value.type.kind in ("text", "code"):
            return len(text)
        case _:
            return value.type.length if value.type.kind in ("text", "code") else None
