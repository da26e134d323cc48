"""A plan file -> the report of it, by a handful of set-based queries.

The file may come from anywhere, so it is opened read-only, without access to any other file, and whatever is wrong
with it becomes a finding. Records are taken in turns (the first of every pass and action, then the second, …) up to
the number wanted: a small mapping is shown whole, however large its neighbour is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from engine.diagnostic import Diagnostic
from engine.plan.tables import TABLES
from engine.report.reasons import reasons_of, warnings_of
from engine.report.report import ACTIONS, LEGS, Counts, Field, Head, Note, Pass, Record, Report
from engine.textfile import shown

FORMAT = 1
"""The format version of plan files that this module reads."""

Rows = list[tuple[Any, ...]]

PLACE = "CASE WHEN {0}path IS NULL THEN '' WHEN {0}line IS NULL THEN {0}path ELSE {0}path || ':' || {0}line END"
"""Path and line of a row -> "rules/items.rules:12"."""


def read_plan(path: Path, *, most: int = 100_000) -> Report | tuple[Diagnostic, ...]:
    """The report of a plan file with up to `most` records, or what keeps it from being read (E650, E651, E652)."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        return (_unreadable(path, what, "coupler plan --out FILE writes a plan file"),)
    unlike = _unlike_duckdb(path)
    if unlike:
        return (_unreadable(path, unlike, DAMAGED),)
    try:
        with duckdb.connect(str(path), read_only=True, config=CLOSED) as connection:
            missing = _missing(connection)
            if missing:
                return (_no_plan(path, missing),)
            found = connection.execute("SELECT count(*), min(format_version) FROM plan.head").fetchone() or (0, None)
            if found != (1, FORMAT):
                return (_other_version(path, *found),)
            return _report(connection, most)
    except (duckdb.Error, RuntimeError, OverflowError, UnicodeDecodeError) as problem:
        return (_unreadable(path, f"cannot be read: {_first_line(problem)}", DAMAGED),)


CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
DAMAGED = (
    "it may be damaged, cut off in transfer, open in another program, or no plan at all; "
    "coupler plan --out FILE makes it anew"
)


def _unlike_duckdb(path: Path) -> str:
    """What shows at the first look that the file is no DuckDB file; blank when it may be one."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError as problem:
        return f"cannot be read: {problem.strerror or type(problem).__name__}"
    return "" if start[8:] == b"DUCK" else "is not a DuckDB file" if start else "is empty"


def _first_line(problem: Exception) -> str:
    if "read enough bytes" in str(problem):
        return "its end is missing"
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0].rstrip(".")[:200]


def _unreadable(path: Path, what: str, hint: str) -> Diagnostic:
    message = f"the plan file {shown(path)} {what}"
    return Diagnostic(code="E650", name="unreadable-plan", severity="error", span=None, message=message, hint=hint)


def _no_plan(path: Path, missing: str) -> Diagnostic:
    message = f"{shown(path)} is a DuckDB file but no plan: it has no {missing}"
    hint = "coupler report takes the file that coupler plan --out FILE has written"
    return Diagnostic(code="E651", name="not-a-plan", severity="error", span=None, message=message, hint=hint)


def _other_version(path: Path, rows: int, version: int | None) -> Diagnostic:
    has = f"has format version {version}" if rows == 1 else f"has {rows} rows in plan.head instead of one"
    message = f"the plan file {shown(path)} {has}; this coupler reads version {FORMAT}"
    hint = "make the plan anew, or read it with the coupler that made it"
    return Diagnostic(code="E652", name="plan-format-version", severity="error", span=None, message=message, hint=hint)


def _missing(connection: duckdb.DuckDBPyConnection) -> str:
    """The first table or column of a plan that the file does not have; blank when it has all."""
    query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'plan'"
    there = set(connection.execute(query).fetchall())
    tables = {table for table, _ in there}
    for table, definition in TABLES.items():
        if table not in tables:
            return f"table plan.{table}"
        for column in _columns(definition):
            if (table, column) not in there:
                return f"column {column} in table plan.{table}"
    return ""


def _columns(definition: str) -> Iterator[str]:
    for line in definition.splitlines():
        for column in line.split("--")[0].split(","):
            if column.strip():
                yield column.split()[0]


def _report(connection: duckdb.DuckDBPyConnection, most: int) -> Report:
    passes = tuple(_passes(connection))
    connection.execute(SHOWN, {"most": most, **_gravity()})
    (in_all,) = connection.execute("SELECT count(*) FROM plan.record").fetchone() or (0,)
    about_all = "SELECT count(*) FROM plan.note WHERE pass IS NULL AND severity = 'warning'"
    (beside,) = connection.execute(about_all).fetchone() or (0,)
    return Report(
        head=_head(connection),
        passes=passes,
        total=sum((one.counts for one in passes), Counts(warnings=beside)),
        beside=beside,
        groups=reasons_of(connection),
        warnings=warnings_of(connection),
        records=tuple(_records(connection)),
        in_all=in_all,
    )


def _head(connection: duckdb.DuckDBPyConnection) -> Head:
    columns = ("company", "snapshot", "snapshot_fingerprint", "rules_fingerprint", "engine_version")
    told = ", ".join(f"coalesce({column}, '')" for column in columns)
    query = f"SELECT {told}, {_moment('now')}, coalesce(CAST(work_date AS VARCHAR), ''), settings FROM plan.head"
    row = connection.execute(query).fetchone() or ("",) * 8
    return Head(
        **dict(zip(columns, row, strict=False)), now=row[5], work_date=row[6], settings=tuple(_settings(row[7]))
    )


def _moment(column: str) -> str:
    return f"coalesce(strftime({column}, '%Y-%m-%d %H:%M UTC'), '')"


def _settings(text: str | None) -> Iterator[tuple[str, str]]:
    try:
        values = json.loads(text or "{}")
    except (ValueError, RecursionError):
        values = text
    if not isinstance(values, dict):
        yield ("settings", str(values))
        return
    for name, value in sorted(values.items()):
        yield (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _passes(connection: duckdb.DuckDBPyConnection) -> Iterator[Pass]:
    listed: dict[int, dict[str, tuple[int, int]]] = {}
    for number, action, count, brought in connection.execute(LISTED).fetchall():
        listed.setdefault(number, {})[action] = (count, brought)
    counters = Counts.__slots__
    query = f"""
        SELECT coalesce(pass, 0), coalesce(mapping, ''), coalesce(title, ''), coalesce(leg, ''),
               coalesce(source_table, ''), coalesce(destination_table, ''),
               {_moment("watermark_before")}, {_moment("watermark_after")}, {PLACE.format("")},
               {", ".join(f"CAST(coalesce({name}, 0) AS BIGINT)" for name in counters)}
        FROM plan.pass ORDER BY pass, leg"""
    for row in connection.execute(query).fetchall():
        number, mapping, title, leg, source, destination, before, after, place, *numbers = row
        actions = listed.get(number, {})
        known = [action for action in ACTIONS if action in actions]
        others = sorted(set(actions) - set(ACTIONS))
        yield Pass(
            number=number,
            mapping=mapping,
            title=title,
            direction=LEGS.get(leg, leg),
            source_table=source,
            destination_table=destination,
            counts=Counts(**dict(zip(counters, numbers, strict=True))),
            watermark_before=before,
            watermark_after=after,
            place=place,
            listed=tuple((action, *actions[action]) for action in (*known, *others)),
            process=leg == "process",
        )


LISTED = """
    SELECT coalesce(pass, 0), coalesce(action, ''), count(*), count(cause) FROM plan.record GROUP BY ALL ORDER BY ALL
"""

# The records that are shown: the first of every pass and action, then the second, and so on. A document of a process
# counts by the record that it is made for and is shown whole or not at all.
SHOWN = """
    CREATE TEMP TABLE shown AS
    WITH told AS (
        SELECT coalesce(r.pass, 0) AS pass, r.record, coalesce(p.leg, '') = 'process' AS process,
               CASE WHEN p.leg = 'process' THEN coalesce(nullif(r.cause, 0), r.record) ELSE r.record END AS head,
               r.action
        FROM plan.record r LEFT JOIN plan.pass p ON p.pass = r.pass
    ), headed AS (
        SELECT t.*, CASE WHEN t.process AND h.action IN ('create', 'change', 'delete') THEN 'done'
                         WHEN t.process THEN h.action ELSE t.action END AS kind
        FROM told t LEFT JOIN plan.record h ON t.process AND h.pass = t.pass AND h.record = t.head
    ), turned AS (
        SELECT pass, record, head, CASE WHEN process AND head <> record THEN head ELSE 0 END AS within,
               coalesce(list_position($actions, kind), 99) AS gravity,
               CASE WHEN process THEN dense_rank() OVER (PARTITION BY pass, kind ORDER BY head)
                    ELSE row_number() OVER (PARTITION BY pass, kind ORDER BY record) END AS turn
        FROM headed
    ), placed AS (
        SELECT *, row_number() OVER (ORDER BY turn, gravity, pass, head, record) AS place FROM turned
    )
    SELECT pass, record, within, gravity FROM placed
    QUALIFY max(place) OVER (PARTITION BY pass, head) <= $most
"""


def _gravity() -> dict[str, list[str]]:
    return {"actions": list(ACTIONS)}


RECORDS = f"""
    SELECT s.pass, s.record, coalesce(r.action, ''), coalesce(r.system, ''),
           coalesce(r.table_caption, r.table_name, ''), coalesce(CAST(r.id AS VARCHAR), ''), coalesce(r.label, ''),
           coalesce(r.source_label, ''), coalesce(r.code, ''), coalesce(r.reason, ''), {PLACE.format("r.")},
           coalesce(c.label, c.source_label, ''), s.within
    FROM shown s
    JOIN plan.record r ON coalesce(r.pass, 0) = s.pass AND r.record = s.record
    LEFT JOIN plan.record c ON c.pass = r.pass AND c.record = r.cause
    ORDER BY s.gravity, s.pass, s.record
"""

FIELDS = f"""
    SELECT s.pass, s.record, coalesce(f.name, ''), coalesce(f.caption, f.name, ''),
           CAST(f.before AS VARCHAR), CAST(f.after AS VARCHAR),
           coalesce(f.rule, ''), {PLACE.format("f.")}
    FROM shown s JOIN plan.field f ON coalesce(f.pass, 0) = s.pass AND f.record = s.record
    ORDER BY s.gravity, s.pass, s.record, f.ordinal, f.name, f.before, f.after
"""

NOTES = f"""
    SELECT s.pass, s.record, coalesce(n.severity, ''), coalesce(n.code, ''), coalesce(n.text, ''), {PLACE.format("n.")}
    FROM shown s JOIN plan.note n ON coalesce(n.pass, 0) = s.pass AND n.record = s.record
    ORDER BY s.gravity, s.pass, s.record, n.severity DESC, n.code, n.text, n.path, n.line
"""


def _records(connection: duckdb.DuckDBPyConnection) -> Iterator[Record]:
    fields = {key: tuple(Field(*row[2:]) for row in rows) for key, rows in _by_record(connection, FIELDS)}
    notes = {key: tuple(Note(*row[2:]) for row in rows) for key, rows in _by_record(connection, NOTES)}
    for row in connection.execute(RECORDS).fetchall():
        *told, within = row
        yield Record(*told, fields.get(row[:2], ()), notes.get(row[:2], ()), within)  # type: ignore[call-arg]


def _by_record(
    connection: duckdb.DuckDBPyConnection, query: str
) -> Iterable[tuple[tuple[int, int], Iterator[tuple[Any, ...]]]]:
    return groupby(connection.execute(query).fetchall(), key=lambda row: (row[0], row[1]))
