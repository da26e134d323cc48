"""The reasons in a plan -> groups: what was refused, left or warned about, why, how often, and one example.

Records belong together when pass, action, code and rule line agree. Their sentences usually differ in a name or a
number only; what they have in common is found from the first and the last of them in order, which is cheap in SQL:
the common beginning of these two is the common beginning of all.
"""

from __future__ import annotations

from itertools import takewhile

import duckdb

from engine.report.report import ACTIONS, Group

SHORTEST = 12
"""Common characters below which a pattern says less than an example."""

TEXTS = """count(*), count(DISTINCT text), min(text), max(text), min(reverse(text)), max(reverse(text)),
           arg_min(label, (record, text)), arg_min(text, (record, text))"""

REASONS = f"""
    WITH told AS (
        SELECT coalesce(action, '') AS kind, coalesce(pass, 0) AS pass, record, coalesce(code, '') AS code, path, line,
               coalesce(nullif(label, ''), source_label, '') AS label, coalesce(reason, '') AS text
        FROM plan.record WHERE reason IS NOT NULL OR code IS NOT NULL OR action IN ('fail', 'conflict', 'skip')
    )
    SELECT kind, pass, code, path, line, {TEXTS}
    FROM told GROUP BY kind, pass, code, path, line
"""

WARNINGS = f"""
    WITH told AS (
        SELECT coalesce(n.severity, '') AS kind, coalesce(n.pass, 0) AS pass, coalesce(n.record, 0) AS record,
               coalesce(n.code, '') AS code, n.path, n.line,
               coalesce(nullif(r.label, ''), r.source_label, '') AS label, coalesce(n.text, '') AS text
        FROM plan.note n LEFT JOIN plan.record r ON r.pass = n.pass AND r.record = n.record
    )
    SELECT kind, pass, code, path, line, {TEXTS}
    FROM told GROUP BY kind, pass, code, path, line
"""


def reasons_of(connection: duckdb.DuckDBPyConnection) -> tuple[Group, ...]:
    """All reasons of records, gravest first, then those of most records."""
    return _groups(connection, REASONS, tuple(ACTIONS))


def warnings_of(connection: duckdb.DuckDBPyConnection) -> tuple[Group, ...]:
    """All warnings, then all notes, those that come most often first."""
    return _groups(connection, WARNINGS, ("warning", "note"))


def _groups(connection: duckdb.DuckDBPyConnection, query: str, order: tuple[str, ...]) -> tuple[Group, ...]:
    found = [_group(*row) for row in connection.execute(query).fetchall()]
    gravity = {kind: number for number, kind in enumerate(order)}

    def key(one: Group) -> tuple[int, int, int, str, str, str]:
        return (gravity.get(one.kind, len(order)), -one.count, one.passing, one.code, one.place, one.text)

    return tuple(sorted(found, key=key))


def _group(
    kind: str,
    passing: int,
    code: str,
    path: str | None,
    line: int | None,
    count: int,
    different: int,
    first: str,
    last: str,
    first_reversed: str,
    last_reversed: str,
    example: str,
    example_text: str,
) -> Group:
    text = first if different == 1 else _in_common(first, last, first_reversed, last_reversed) or example_text
    place = "" if path is None else path if line is None else f"{path}:{line}"
    return Group(
        kind=kind,
        passing=passing,
        code=code,
        place=place,
        count=count,
        text=text,
        example=example or "",
        example_text=example_text,
    )


def _in_common(first: str, last: str, first_reversed: str, last_reversed: str) -> str:
    """Whole words that all texts begin and end with, with … between; blank when that is next to nothing."""
    begin = _beginning(first, last)
    end = _beginning(first_reversed, last_reversed)[::-1]
    begin = begin[: begin.rfind(" ") + 1]
    end = end[end.find(" ") :] if " " in end else ""
    room = min(len(first), len(last)) - len(begin)
    if len(end) > room:
        end = ""
    return f"{begin}…{end}" if len(begin) + len(end) >= SHORTEST else ""


def _beginning(one: str, other: str) -> str:
    return "".join(left for left, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
