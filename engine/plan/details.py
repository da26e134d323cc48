"""The tables of a plan -> every record and field that the terminal shows on demand.

A document of a process is shown as one thing: the record that it is made for, what is created, changed and removed for
it in order, and last what is written back to the record itself. Rows are fetched as they are shown, so a plan may be
of any size.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from engine.frozen import dataclass
from engine.plan.text import SIGNS, WAYS, WORDS
from engine.terminal import paint

ORDER = "coalesce(nullif(r.cause, 0), r.record), r.cause IS NOT NULL, r.record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A record as it is printed. fields: caption, before, after."""

    number: int
    cause: int | None
    action: str
    table: str
    name: str
    source: str
    reason: str
    place: str
    fields: tuple[tuple[str, str, str], ...]


def details(connection: duckdb.DuckDBPyConnection, *, colour: bool) -> Iterator[str]:
    """Every record that is not simply unchanged, with its fields before and after."""
    passes = connection.execute(
        "SELECT pass, mapping, leg, source_table, destination_table, title FROM plan.pass ORDER BY pass"
    ).fetchall()
    for number, mapping, leg, source, destination, title in passes:
        process = leg == "process"
        head = f"{mapping}: {title}" if process else f"{mapping} {WAYS[leg]}: {source} to {destination}"
        lines = documents(records(connection, number), colour=colour) if process else _each(connection, number, colour)
        for at, line in enumerate(lines):
            if at == 0:
                yield ""
                yield paint(head, "bold", on=colour)
            yield line


def _each(connection: duckdb.DuckDBPyConnection, number: int, colour: bool) -> Iterator[str]:
    for one in records(connection, number):
        yield from record(one, "  " if one.cause is None else "    ", colour=colour)


def records(connection: duckdb.DuckDBPyConnection, number: int) -> Iterator[Shown]:
    """The records of a pass, each before what it brings along."""
    rows = connection.cursor().execute(
        f"""SELECT record, cause, action, table_caption, coalesce(nullif(label, ''), source_label, ''),
              coalesce(source_label, ''), coalesce(reason, ''), coalesce(path || ':' || line, '')
            FROM plan.record r WHERE pass = ? ORDER BY {ORDER}""",
        [number],
    )
    fields = connection.cursor().execute(
        f"""SELECT record, f.caption, f.before, f.after FROM plan.field f JOIN plan.record r USING (pass, record)
            WHERE pass = ? ORDER BY {ORDER}, f.ordinal""",
        [number],
    )
    waiting = fields.fetchone()
    while batch := rows.fetchmany(1000):
        for record_, cause, action, table, name, source, reason, place in batch:
            own = []
            while waiting is not None and waiting[0] == record_:
                own.append(waiting[1:])
                waiting = fields.fetchone()
            yield Shown(
                number=record_,
                cause=cause,
                action=action,
                table=table,
                name=name,
                source=source,
                reason=reason,
                place=place,
                fields=tuple(own),
            )


def documents(found: Iterator[Shown], *, colour: bool) -> Iterator[str]:
    """Documents, each with all that comes of it."""
    root: Shown | None = None
    below = False
    for one in found:
        if one.cause is None:
            yield from _closed(root, below, colour)
            root, below = one, False
            continue
        if not below and root is not None:
            yield from _opened(root, colour)
            below = True
        yield from record(one, "      ", colour=colour)
    yield from _closed(root, below, colour)


def _opened(root: Shown, colour: bool) -> Iterator[str]:
    """The head of a document with something below it."""
    yield f"  {_signed('done', colour)}  {root.table} {root.name}"


def _closed(root: Shown | None, below: bool, colour: bool) -> Iterator[str]:
    """The end of a document: what becomes of the record itself; all of it, when nothing stands below."""
    if root is None:
        return
    if not below:
        yield from record(root, "  ", colour=colour)
    elif root.action != "done":
        words = "written back" if root.action == "change" else WORDS[root.action]
        yield f"      {_signed(root.action, colour, words)}  {root.table} {root.name}"
        yield from _fields(root, "          ")


def record(one: Shown, indent: str, *, colour: bool) -> Iterator[str]:
    """One record, its reason, its fields."""
    from_ = f" <- {one.source}" if one.cause is None and one.source and one.name != one.source else ""
    yield f"{indent}{_signed(one.action, colour)}  {one.table} {one.name}{from_}"
    if one.reason:
        yield f"{indent}    {one.reason}  " + paint(one.place, "dim", on=colour)
    yield from _fields(one, f"{indent}    ")


def _signed(action: str, colour: bool, words: str = "") -> str:
    sign, style = SIGNS[action]
    return paint(f"{sign} {words or WORDS.get(action, action)}", style, on=colour)


def _fields(one: Shown, indent: str) -> Iterator[str]:
    wide = max([len(caption) for caption, _, _ in one.fields] + [0])
    for caption, before, after in one.fields:
        was = "" if one.action == "create" and not before else f"{shown_value(before)} -> "
        yield f"{indent}{caption.ljust(wide)}  {was}{shown_value(after)}"


def shown_value(value: str | None) -> str:
    """A value of a plan on a terminal: on one line, at most 80 letters; `(blank)` for none."""
    if value in (None, ""):
        return "(blank)"
    assert value is not None
    one_line = " ".join(value.split()) if "\n" in value else value
    return one_line if len(one_line) <= 80 else one_line[:77] + "..."
