"""Records -> the compact JSON that travels in the page.

Every text stands once in a table of texts, every rule line once in a table of lines; records and fields are columns of
numbers. -1 stands for nothing. Fifty thousand changes take some ten megabytes, and the browser reads them at once.
"""

from __future__ import annotations

import json
from typing import Any

from engine.report.report import ACTIONS, SYSTEMS, Field, Group, Note, Record, Report

ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""Characters that could end the script element or a line of script; inside JSON texts their escapes mean the same."""


class Table:
    """Values in the order in which they were first met; put gives the number of a value."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def put(self, value: Any) -> int:
        """The number of a value; the same for the same value."""
        return self.numbers.setdefault(value, len(self.numbers))

    @property
    def values(self) -> list[Any]:
        """Every value, in the order of the numbers."""
        return list(self.numbers)


def payload(report: Report) -> str:
    """The JSON text for a <script type="application/json">; the same report gives the same text."""
    found = json.dumps(_Page(report).data(), ensure_ascii=False, separators=(",", ":"))
    for sign, escape in ESCAPES.items():
        found = found.replace(sign, escape)
    return found


class _Page:
    """A report, with the numbers by which its columns name texts, actions, lines, passes, groups and records."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.texts, self.actions, self.lines = Table(), Table(), Table()
        for action in ACTIONS:
            self.actions.put(action)
        self.passes = {one.number: at for at, one in enumerate(report.passes)}
        self.groups = {_key(one): at for at, one in enumerate(report.groups)}
        self.warnings = {_key(one): at for at, one in enumerate(report.warnings)}
        self.places = {(one.passing, one.number): at for at, one in enumerate(report.records)}

    def data(self) -> dict[str, Any]:
        """Everything that the page reads. The columns come first: they fill the tables of texts and lines."""
        report = self.report
        records = _columns([self.record(one) for one in report.records], 15)
        fields = _columns([self.field(field) for one in report.records for field in one.fields], 3)
        notes = _columns([self.note(note, one) for one in report.records for note in one.notes], 2)
        return {
            "actions": [(action, ACTIONS.get(action, action)) for action in self.actions.values],
            "passes": [(one.mapping,) if one.process else (one.mapping, one.direction) for one in report.passes],
            "groups": [_brief(one, self.passes) for one in report.groups],
            "warnings": [_brief(one, self.passes) for one in report.warnings],
            "lines": self.lines.values,
            "records": records,
            "fields": fields,
            "notes": notes,
            "texts": self.texts.values,
            "in_all": report.in_all,
        }

    def text(self, value: str | None) -> int:
        return self.texts.put(value) if value is not None else -1

    def record(self, record: Record) -> list[int]:
        text = self.text
        return [
            self.passes.get(record.passing, -1),
            self.actions.put(record.action),
            text(record.label or record.source),
            text(record.source),
            text(record.table),
            text(SYSTEMS.get(record.system, record.system)),
            text(record.id),
            text(record.code),
            text(record.reason),
            text(record.place),
            text(record.cause),
            self.groups.get((record.action, record.passing, record.code, record.place), -1),
            len(record.fields),
            len(record.notes),
            self.places[record.passing, record.within] if record.within else -1,
        ]

    def field(self, field: Field) -> tuple[int, int, int]:
        line = self.lines.put((field.caption, field.name, field.rule, field.place))
        return line, self.text(field.before), self.text(field.after)

    def note(self, note: Note, record: Record) -> tuple[int, int]:
        key = (note.severity, record.passing, note.code, note.place)
        return self.warnings.get(key, -1), self.text(note.text)


def _columns(rows: list[Any], width: int) -> list[Any]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _key(group: Group) -> tuple[str, int, str, str]:
    return (group.kind, group.passing, group.code, group.place)


def _brief(group: Group, passes: dict[int, int]) -> tuple[str, int, str, str, str, int]:
    return (group.kind, passes.get(group.passing, -1), group.code, group.place, group.text[:160], group.count)
