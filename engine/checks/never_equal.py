"""Law: a value that a field can never hold is never found in it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.catalog.catalog import Field
from engine.checks.context import Context, core, finding, shown, walk
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for condition in context.every(m.Matches):
        column = core(condition.value)
        if isinstance(column, m.Column):
            for constant in _asked(condition.filter):
                yield from _impossible(column, constant)


def _asked(filter: m.Filter) -> Iterator[m.Constant]:
    """The constants that a filter asks for as they are (not those it excludes)."""
    for relation in walk(filter, m.Relation):
        constant = core(relation.operand)
        if relation.operator == "=" and isinstance(constant, m.Constant):
            yield constant


def _impossible(column: m.Column, constant: m.Constant) -> Iterator[Diagnostic]:
    why = _why(column.field, constant.value)
    if why:
        message = f"{shown(column.record.table, column.field)} is never {constant.span.text}: {why}"
        hint = "correct the value; this condition never holds for it"
        yield finding("W324", "never-equal", "warning", constant.span, message, hint)


def _why(field: Field, value: object) -> str:
    match field.kind, value:
        case ("text" | "code", str() as text) if field.length is not None and len(text) > field.length:
            return f"it holds {field.length} characters at most"
        case ("code", str() as text) if text != text.strip():
            return "it is kept without blanks around it"
        case ("integer" | "big integer", Decimal() as number) if number != number.to_integral_value():
            return "it holds whole numbers"
        case _:
            return ""
