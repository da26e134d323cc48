"""The tables of a plan -> the summary that the terminal shows. Records and fields: `engine.plan.details`.

Only rows that are shown are fetched.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from itertools import groupby

import duckdb

from engine.terminal import paint

WAYS = {"to_sales": "-> Sales", "to_bc": "-> BC", "by_hand": "by hand", "process": "process"}
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
    "done": ("*", "green"),
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
    "done": "done",
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
        of_documents(connection),
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
        """SELECT r.table_caption, r.action, count(*) FROM plan.record r LEFT JOIN plan.pass p USING (pass)
           WHERE r.cause IS NOT NULL AND p.leg IS DISTINCT FROM 'process' GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    if rows:
        yield ""
        yield "Brought along: " + ", ".join(f"{count:,} {caption} {WORDS[action]}" for caption, action, count in rows)


def of_documents(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What the documents of each process hold, by table, in the order in which it is first written."""
    rows = connection.execute(
        """SELECT p.mapping, r.table_caption, r.action, count(*) FROM plan.record r JOIN plan.pass p USING (pass)
           WHERE p.leg = 'process' AND r.action NOT IN ('done', 'fail')
           GROUP BY p.pass, p.mapping, r.table_caption, r.action
           ORDER BY p.pass, min(CASE WHEN r.cause IS NULL THEN 9000000000000000000 ELSE r.record END), r.action"""
    ).fetchall()
    if rows:
        yield ""
    for name, written in groupby(rows, key=lambda row: row[0]):
        yield f"{name}: " + ", ".join(f"{count:,} {caption} {WORDS[action]}" for _, caption, action, count in written)


def reasons(connection: duckdb.DuckDBPyConnection, *, colour: bool) -> Iterator[str]:
    """What fails, is in conflict or skipped: each kind of reason with its count and an example."""
    rows = connection.execute(
        """SELECT p.mapping, p.leg, r.action, r.code, count(*),
             min_by(coalesce(r.source_label, r.label, ''), r.record), min_by(r.reason, r.record),
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
        who, word = (mapping, "refused") if leg == "process" else (f"{mapping} {WAYS[leg]}", WORDS[action])
        head = paint(f"{sign} {who}: {count:,} {word}", style, on=colour)
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
        if path is not None:
            yield paint(f"    {path}:{line}", "dim", on=colour)
