"""What a snapshot holds -> text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.checks.render import columns, plain
from engine.snapshot.importing import ImportedTable
from engine.snapshot.show import Rows, Summary, TableSummary
from engine.textfile import shown

WIDEST = 32
"""No column of a listing is wider; what does not fit ends in …"""


def imported(tables: Sequence[ImportedTable]) -> str:
    """One line a file that was imported."""
    lines = [("system", "table", "rows", "refused", "file")]
    lines += [(one.system, one.caption, f"{one.rows:,}", f"{one.refused:,}", one.file) for one in tables]
    return listing(lines, right=(2, 3))


def summary(one: Summary) -> str:
    """The tables of a snapshot, what was set aside, and what was refused."""
    when = f"imported {one.imported_at:%Y-%m-%d %H:%M} UTC" if one.imported_at else "built from rows"
    lines = [("system", "table", "rows", "fields", "remarks")]
    lines += [
        (each.system, each.caption, f"{each.rows:,}", str(len(each.known)), _remarks(each)) for each in one.tables
    ]
    parts = [f"{shown(Path(one.path))}: {len(one.tables)} tables, {when}\n", listing(lines, right=(2, 3), cut=False)]
    if one.rejects_in_all:
        parts.append(f"{one.rejects_in_all:,} cells kept their rows out; the first {len(one.rejects)}:\n")
        refused = [("file", "line", "column", "value", "code", "reason")]
        refused += [
            (each.file, str(each.line), each.column, each.value, each.code, each.reason) for each in one.rejects
        ]
        parts.append(listing(refused, right=(1,)))
    return "\n".join(parts)


def _remarks(table: TableSummary) -> str:
    """What is worth knowing about a table, in a few words."""
    told = []
    if table.unknown:
        told.append(f"set aside: {', '.join(table.unknown)}")
    if table.refused:
        told.append(f"{table.refused:,} rows refused")
    if table.derived_ids:
        told.append(f"{table.derived_ids:,} ids made from the key")
    if not table.modified_known:
        told.append("no moment of change")
    return "; ".join(told)


def rows(one: Rows) -> str:
    """Some rows of a table, the filled columns only."""
    filled = [at for at in range(len(one.columns)) if any(row[at] for row in one.rows)] or list(range(len(one.columns)))
    lines = [tuple(one.columns[at] for at in filled)]
    lines += [tuple(row[at] or "" for at in filled) for row in one.rows]
    empty = len(one.columns) - len(filled)
    count = f"{len(one.rows):,} of {one.rows_in_all:,} rows"
    return listing(lines) + (f"{count}; {empty} empty columns are not shown.\n" if empty else f"{count}.\n")


def listing(lines: Sequence[Sequence[str]], *, right: Sequence[int] = (), cut: bool = True) -> str:
    """Lines of cells -> columns under their first line, with a line between; `right` names those of numbers."""
    cells = [[_cell(cell, cut) for cell in line] for line in lines]
    wide = [max(_width(line[at]) for line in cells) for at in range(len(cells[0]))]
    cells.insert(1, ["-" * one for one in wide])
    return "".join(
        "  ".join(_padded(cell, wide[at], at in right) for at, cell in enumerate(line)).rstrip() + "\n"
        for line in cells
    )


def _cell(text: str, cut: bool) -> str:
    text = plain(" ".join(str(text).split()))
    return f"{text[: WIDEST - 1]}…" if cut and len(text) > WIDEST else text


def _width(text: str) -> int:
    return sum(map(columns, text))


def _padded(text: str, wide: int, right: bool) -> str:
    blanks = " " * (wide - _width(text))
    return blanks + text if right else text + blanks
