"""The tables of a plan -> what the terminal shows: the summary, and on demand records and fields.

Only rows that are shown are fetched.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

import duckdb

from engine.terminal import paint

WAYS = {"to_sales": "-> Sales", "to_bc": "-> BC", "by_hand": "by hand"}
COUNTERS = ("created", "changed", "unchanged", "skipped", "failed", "conflicts")
SIGNS = {
    "create": ("+", "green"),
    "change": ("~", "yellow"),
    "delete": ("-", "red"),
    "couple": ("+", "green"),
    "uncouple": ("-", "red"),
    "fail": ("!", "red"),
    "conflict": ("!", "red"),
    "skip": (".", "dim"),
    "unchanged": (".", "dim"),
}
WORDS = {
    "fail": "fails",
    "conflict": "conflict",
    "skip": "skipped",
    "couple": "coupled",
    "uncouple": "uncoupled",
    "delete": "removed",
    "create": "new",
    "change": "changed",
}


def summary(connection: duckdb.DuckDBPyConnection, *, colour: bool, width: int | None = None) -> Iterator[str]:
    """One line per mapping and leg, what comes along, the reasons of what fails, warnings.

    width: columns of the terminal. Where they are too few, the columns stand closer, the last ones go, and texts are
    folded between words; without a width nothing is left out and every text stands on one line.
    """
    yield from counts(connection, colour=colour, width=width)
    for lines in (
        by_hand(connection),
        along(connection),
        reasons(connection, colour=colour),
        notes(connection, colour=colour),
    ):
        for line in lines:
            yield from _folded(line, width)


def counts(connection: duckdb.DuckDBPyConnection, *, colour: bool, width: int | None) -> Iterator[str]:
    """The table of counts."""
    rows = connection.execute(
        f"SELECT mapping, leg, {', '.join(COUNTERS)}, warnings, left_out FROM plan.pass ORDER BY pass"
    ).fetchall()
    wide = max([len(row[0]) for row in rows] + [7])
    heads = [*COUNTERS, "warnings", "left out"]
    widths, gap = [9] * len(heads), "  "
    if width is not None and wide + 10 + 11 * len(heads) > width:
        texts = [[head, *(f"{row[2 + at]:,}" for row in rows)] for at, head in enumerate(heads)]
        widths, gap = [max(map(len, column)) for column in texts], " "
        while len(widths) > 1 and wide + 10 + sum(widths) + len(widths) > width:
            widths.pop()
    first = [head.rjust(size) for head, size in zip(heads, widths, strict=False)]
    yield paint(f"{'Mapping'.ljust(wide)}  {'':8}{gap}" + gap.join(first), "bold", on=colour)
    for row in rows:
        cells = []
        for head, size, count in zip(heads, widths, row[2:], strict=False):
            cell = (f"{count:,}" if count else "-").rjust(size)
            style = {
                "created": "green",
                "changed": "yellow",
                "failed": "red",
                "conflicts": "red",
                "warnings": "yellow",
            }.get(head)
            cells.append(paint(cell, style, on=colour) if style and count else cell)
        yield f"{row[0].ljust(wide)}  {WAYS[row[1]].ljust(8)}{gap}" + gap.join(cells)


def _folded(line: str, width: int | None) -> list[str]:
    """A line that is too long for the terminal, broken between words and indented."""
    if width is None or len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= width:
        return [line]
    begin = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line.strip(), width, initial_indent=begin, subsequent_indent=begin + "    ", break_on_hyphens=False
    )


def by_hand(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What a person does to couplings, which no column counts."""
    rows = connection.execute(
        """SELECT r.action, count(*) FROM plan.record r JOIN plan.pass p USING (pass)
           WHERE p.leg = 'by_hand' AND r.source_id IS NOT NULL AND r.action IN ('couple', 'uncouple', 'change')
             AND (r.cause IS NULL OR r.action <> 'change')
           GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    words = {"couple": "made", "uncouple": "removed", "change": "no longer marked as skipped"}
    if rows:
        yield ""
        yield "Couplings: " + ", ".join(f"{count:,} {words[action]}" for action, count in rows)


def along(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Records that others bring along, by table."""
    rows = connection.execute(
        "SELECT table_caption, action, count(*) FROM plan.record WHERE cause IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    if rows:
        yield ""
        yield "Brought along: " + ", ".join(f"{count:,} {caption} {WORDS[action]}" for caption, action, count in rows)


def reasons(connection: duckdb.DuckDBPyConnection, *, colour: bool) -> Iterator[str]:
    """What fails, is in conflict or skipped: each kind of reason with its count and an example."""
    rows = connection.execute(
        """SELECT p.mapping, p.leg, r.action, r.code, count(*),
             min_by(r.source_label, r.record), min_by(r.reason, r.record),
             min_by(r.path, r.record), min_by(r.line, r.record)
           FROM plan.record r JOIN plan.pass p USING (pass)
           WHERE r.cause IS NULL AND r.action IN ('fail', 'conflict', 'skip', 'uncouple')
           GROUP BY p.pass, p.mapping, p.leg, r.action, r.code, r.path, r.line
           ORDER BY p.pass, r.action, r.code, min(r.record)"""
    ).fetchall()
    if not rows:
        return
    yield ""
    for mapping, leg, action, _, count, example, reason, path, line in rows:
        sign, style = SIGNS[action]
        head = paint(f"{sign} {mapping} {WAYS[leg]}: {count:,} {WORDS[action]}", style, on=colour)
        yield f"{head}, {'for example ' if count > 1 else ''}{example}"
        yield f"    {reason}"
        yield paint(f"    {path}:{line}", "dim", on=colour)


def notes(connection: duckdb.DuckDBPyConnection, *, colour: bool) -> Iterator[str]:
    """Warnings and notes, each kind once with its count."""
    rows = connection.execute(
        """SELECT severity, code, count(*), min(text), path, line FROM plan.note
           GROUP BY severity, code, path, line ORDER BY severity DESC, code, path, line"""
    ).fetchall()
    if rows:
        yield ""
    for severity, code, count, text, path, line in rows:
        many = f" ({count:,} times)" if count > 1 else ""
        yield paint(f"{severity} {code}", "yellow" if severity == "warning" else "dim", on=colour) + f": {text}{many}"
        yield paint(f"    {path}:{line}", "dim", on=colour)


def details(connection: duckdb.DuckDBPyConnection, *, colour: bool) -> Iterator[str]:
    """Every record that is not simply unchanged, with its fields before and after."""
    passes = connection.execute(
        "SELECT pass, mapping, leg, source_table, destination_table FROM plan.pass ORDER BY pass"
    ).fetchall()
    for number, mapping, leg, source, destination in passes:
        rows = connection.cursor().execute(
            "SELECT record, cause, action, table_caption, label, source_label, reason, path, line FROM plan.record "
            "WHERE pass = ? ORDER BY coalesce(nullif(cause, 0), record), cause IS NOT NULL, record",
            [number],
        )
        fields = by_record(connection, number)
        first = True
        while batch := rows.fetchmany(1000):
            for row in batch:
                if first:
                    yield ""
                    yield paint(f"{mapping} {WAYS[leg]}: {source} to {destination}", "bold", on=colour)
                    first = False
                yield from record(row, fields, colour=colour)


def record(row: tuple[Any, ...], fields: dict[int, list[tuple[str, str, str]]], *, colour: bool) -> Iterator[str]:
    number, cause, action, table, label, source, reason, path, line = row
    sign, style = SIGNS[action]
    indent = "    " if cause is not None else "  "
    name = label or source
    from_ = f" <- {source}" if cause is None and source and label and source != label else ""
    yield f"{indent}{paint(f'{sign} {WORDS.get(action, action)}', style, on=colour)}  {table} {name}{from_}"
    if reason:
        yield f"{indent}    {reason}  " + paint(f"{path}:{line}", "dim", on=colour)
    shown = fields.get(number, [])
    wide = max([len(caption) for caption, _, _ in shown] + [0])
    for caption, before, after in shown:
        yield f"{indent}    {caption.ljust(wide)}  {shown_value(before)} -> {shown_value(after)}"


def shown_value(value: str | None) -> str:
    if value in (None, ""):
        return "(blank)"
    assert value is not None
    one_line = " ".join(value.split()) if "\n" in value else value
    return one_line if len(one_line) <= 80 else one_line[:77] + "..."


def by_record(connection: duckdb.DuckDBPyConnection, number: int) -> dict[int, list[tuple[str, str, str]]]:
    """Fields of one pass by record, for printing."""
    found: dict[int, list[tuple[str, str, str]]] = {}
    rows = connection.cursor().execute(
        "SELECT record, caption, before, after FROM plan.field WHERE pass = ? ORDER BY record, ordinal", [number]
    )
    while batch := rows.fetchmany(10000):
        for record_, caption, before, after in batch:
            found.setdefault(record_, []).append((caption, before, after))
    return found
