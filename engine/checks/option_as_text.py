"""Law: the words of an option are for people; they change with the language and are no data."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, core, finding, shown
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for write in context.writes:
        value = core(write.value)
        if isinstance(value, m.Column) and value.type.kind == "option" and write.field.kind in ("text", "code"):
            name = shown(value.record.table, value.field)
            message = f"{name} is an option; {shown(write.table, write.field)} gets its caption as text"
            hint = "say which text is meant for each value: using { A = 'a', … }"
            yield finding("W325", "option-as-text", "warning", write.span, message, hint)
