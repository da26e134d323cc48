"""Law: codes are written as the product keeps and shows them, in capitals."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, core, finding, shown, walk
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for condition in context.every(m.Matches):
        column = core(condition.value)
        if not isinstance(column, m.Column) or column.field.kind != "code":
            continue
        for relation in walk(condition.filter, m.Relation):
            constant = core(relation.operand)
            if isinstance(constant, m.Constant) and isinstance(constant.value, str):
                written = constant.span.text
                if written != written.upper():
                    message = f"{shown(column.record.table, column.field)} is kept in capitals, unlike {written}"
                    hint = f"write {written.upper()}"
                    yield finding("W332", "code-in-small-letters", "warning", constant.span, message, hint)
