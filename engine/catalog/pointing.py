"""What the fields of table files point to -> findings where that does not exist.

A reference or calculation may name a table that is in no file. One that is nearly the name of a known table is told,
and so is a field that a known table does not have, and a default that is none of the choices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Protocol

from engine.catalog.catalog import Criterion, Field, System, Table
from engine.catalog.fieldline import BLANK_CAPTION, parse_field
from engine.catalog.suggest import did_you_mean
from engine.catalog.tablefile import SYSTEM_FIELD_NAMES, Written, flow_filters
from engine.diagnostic import Diagnostic
from engine.yamlfile import Places

_NEARLY = 0.85


class Tables(Protocol):
    """The tables that exist."""

    def has(self, system: System, name: str) -> bool: ...

    def table(self, system: System, name: str) -> Table: ...

    def names(self, system: System) -> tuple[tuple[str, str], ...]: ...


def pointing(read: Sequence[tuple[Written, Places]], tables: Tables) -> Iterator[Diagnostic]:
    """What is wrong in all files together, when each has been read."""
    for addition, places in read:
        known = _Known(addition.system, tables, [one for one, _ in read])
        filters = flow_filters(addition)
        for name, line in addition.fields.items():
            field = parse_field(name, line, addition.system, filters)
            if isinstance(field, Field):
                yield from _of_field(field, addition, places, known)


class _Known:
    """The fields of a table by name, with those that the files add."""

    def __init__(self, system: System, tables: Tables, additions: Sequence[Written]) -> None:
        self.system = system
        self.tables = tables
        self.additions = [one for one in additions if one.system == system]

    def fields(self, table: str) -> frozenset[str] | None:
        """None when there is no such table."""
        added = [one.fields for one in self.additions if one.name == table]
        there = self.tables.has(self.system, table)
        if not there and not added:
            return None
        own = self.tables.table(self.system, table).fields if there else ()
        return frozenset([*own, *(name for fields in added for name in fields), *SYSTEM_FIELD_NAMES])

    def near(self, table: str) -> str:
        """A known table of nearly this name; blank when there is none."""
        names = [name for name, _ in self.tables.names(self.system)] + [one.name for one in self.additions]
        return next(iter(get_close_matches(table, names, n=1, cutoff=_NEARLY)), "")


def _of_field(field: Field, addition: Written, places: Places, known: _Known) -> Iterator[Diagnostic]:
    named = [(one.table, one.field, one.where, one.when) for one in field.references]
    if field.calculation is not None:
        calculation = field.calculation
        named.append((calculation.table, calculation.field, calculation.where, ()))
    for table, wanted, where, when in named:
        fields = known.fields(table)
        if fields is None:
            near = known.near(table)
            if near:
                message = f"no file describes a table {table}"
                yield _told(
                    "W433", "table-not-described", "warning", places, field, table, message, f"did you mean {near}?"
                )
        else:
            yield from _fields_there(field, places, table, fields, [wanted, *(one.field for one in where)])
        own = known.fields(addition.name) or frozenset()
        mine = [one.field for one in when] + [one.value for one in where if _is_own(one)]
        yield from _fields_there(field, places, addition.name, own, mine)
    default = field.default.strip()
    words = {word for one in field.options for word in (one.caption, one.name, str(one.number))}
    if default and field.kind == "option" and default not in words:
        captions = [one.caption for one in field.options if one.caption not in (BLANK_CAPTION, "")]
        message = f"the default {default} of {field.name} is none of its choices"
        hint = did_you_mean(default, captions) or f"it can be {', '.join(captions[:8])}"
        yield _told("E423", "field-choices", "error", places, field, default, message, hint)


def _is_own(one: Criterion) -> bool:
    return one.how == "field"


def _fields_there(
    field: Field, places: Places, table: str, fields: frozenset[str], wanted: Sequence[str]
) -> Iterator[Diagnostic]:
    for one in dict.fromkeys(wanted):
        if one and one not in fields:
            message = f"the table {table} has no field {one}"
            hint = did_you_mean(one, sorted(fields)) or "write the technical name of a field"
            yield _told("E432", "no-such-reference", "error", places, field, one, message, hint)


def _told(
    code: str, name: str, severity: str, places: Places, field: Field, words: str, message: str, hint: str
) -> Diagnostic:
    line = places.value(("fields", field.name))
    at = line.text.find(words)
    span = line if at < 0 else line.source.span(line.start + at, line.start + at + len(words))
    return Diagnostic(code=code, name=name, severity=severity, span=span, message=message, hint=hint)  # type: ignore[arg-type]
