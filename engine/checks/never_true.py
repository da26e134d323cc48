"""Law: a condition can be true: for every field that it asks more than once, some value satisfies all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.checks.context import Context, core, finding, mappings, shown
from engine.checks.possible import columns_of, satisfiable
from engine.diagnostic import Diagnostic
from engine.model import model as m
from engine.source import Span


def check(context: Context) -> Iterator[Diagnostic]:
    # A range that runs backwards has a law of its own: nothing that holds one is told here.
    told = {_place(one.span) for one in context.every(m.Matches) if isinstance(one.filter, m.Range) and _backwards(one)}
    single = [(one,) for one in context.every(m.Matches) if isinstance(one.filter, m.AllOf | m.AnyOf)]
    joined = [tuple(walk_all(one)) for one in context.every(m.All)]
    for parts in (*single, *joined):
        yield from _contradictions(parts, told)
    for facts in mappings(context):
        mapping = facts.mapping
        for filters in (mapping.bc_filter, mapping.sales_filter):
            if len(filters) > 1:
                yield from _contradictions(tuple(part for one in filters for part in walk_all(one)), told)


def _backwards(one: m.Matches) -> bool:
    column = core(one.value)
    return isinstance(column, m.Column) and not satisfiable(column, [one])


def walk_all(condition: m.Condition) -> Iterator[m.Condition]:
    """The conditions that all have to hold, brackets and nested `and` laid flat."""
    if isinstance(condition, m.All):
        for part in condition.parts:
            yield from walk_all(part)
    else:
        yield condition


def _contradictions(parts: Sequence[m.Condition], told: set[tuple[str, int]]) -> Iterator[Diagnostic]:
    """One finding a field that cannot satisfy all parts, at the part that makes it impossible."""
    asked = [(part, columns_of(part)) for part in parts]
    keys = dict.fromkeys(key for _, columns in asked if len(columns) == 1 for key in columns)
    for key in keys:
        about = [part for part, columns in asked if set(columns) == {key}]
        column = next(columns[key] for _, columns in asked if key in columns)
        for count in range(1, len(about) + 1):
            if satisfiable(column, about[:count]):
                continue
            if not any(_place(part.span) in told for part in about[:count]):
                yield _told(column, about[:count])
            told.add(_place(about[count - 1].span))
            break


def _place(span: Span) -> tuple[str, int]:
    return span.path, span.start


def _told(column: m.Column, parts: Sequence[m.Condition]) -> Diagnostic:
    name = shown(column.record.table, column.field)
    last = parts[-1]
    if len(parts) == 1:
        message, hint = (
            f"{name} can never satisfy this",
            "write | where one of several values will do, or correct the ends",
        )
    else:
        earlier = parts[0].span
        place = f" of line {earlier.line}" if (earlier.path, earlier.line) != (last.span.path, last.span.line) else ""
        message = f"{name} cannot satisfy this and {' '.join(earlier.text.split())}{place} at once"
        hint = "write one condition with | where either value will do, or take one of them away"
    return finding("E315", "never-true", "error", last.span, message, hint)
