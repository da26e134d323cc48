"""A full synchronisation: its lines planned, one line run, or all of them in waves (section 7)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence

from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.manual.listing import BY_HAND, note, open_pass, remember
from engine.manual.pairs import list_matched
from engine.manual.refusals import no_connection, wrong
from engine.run.actions import fullsync
from engine.run.actions.fullsync import COUPLE, ERROR, FINISHED, NOTHING, SUCCESS, Line
from engine.run.actions.match import Matched, groups_of
from engine.run.dryrun import Session
from engine.run.ledger import field_numbers, tell_field
from engine.sql.quote import identifier, literal
from engine.terminal import paint

RECOMMENDED = {0: "Full Synchronization", 1: "Couple Records", 2: "No Records Found"}
DIRECTIONS = {0: "both ways", 1: "-> Sales", 2: "-> BC"}
STATUSES = {0: "", 1: "ready", 2: "in process", 3: "error", 4: "on hold", FINISHED: "finished"}
RESULTS = {0: "", 2: "in process", SUCCESS: "success", ERROR: "error"}
NO_CRITERIA = "W678"
TITLE = "Full synchronisation"
HEADS = ("Mapping", "Direction", "Recommended", "Wave", "Status", "-> Sales", "-> BC", "Depends on")
LAST = len(HEADS) - 1
LEAST = 20
"""Columns that a folded cell takes at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The lines as they stand in the end, and in which wave each was run (those that were not run have none)."""

    lines: tuple[Line, ...]
    waves: dict[str, int]


Keep = Callable[[Reviewed], None]


def plan_lines(session: Session, keep: Keep) -> Sequence[Diagnostic]:
    """Make the lines that are missing, and nothing else."""
    if cut_off := no_connection(session.around.settings):
        return cut_off
    number = open_pass(session)
    before = fullsync.lines(session)
    fullsync.plan(session)
    _tell(session, number, before)
    keep(Reviewed(lines=fullsync.lines(session), waves={}))
    return ()


def advance(session: Session, keep: Keep, progress: Callable[[str, int, int], None]) -> Sequence[Diagnostic]:
    """Run wave after wave until no line can start any more."""
    if cut_off := no_connection(session.around.settings):
        return cut_off
    number = open_pass(session)
    before = fullsync.lines(session)
    fullsync.plan(session)
    waves: dict[str, int] = {}
    total = len(fullsync.lines(session))
    wave = 0
    while started := fullsync.advance(session):
        wave += 1
        for name in started:
            progress(name, len(waves), total)
            waves[name] = wave
            _run(session, name)
    progress("", total, total)
    _tell(session, number, before)
    keep(Reviewed(lines=fullsync.lines(session), waves=waves))
    return ()


def run_one(session: Session, name: str, keep: Keep, *, full: bool) -> Sequence[Diagnostic]:
    """Run one line, whatever it depends on. full: all of it, though matching be recommended (R7.3)."""
    if cut_off := no_connection(session.around.settings):
        return cut_off
    number = open_pass(session)
    before = fullsync.lines(session)
    fullsync.plan(session)
    line = next((one for one in fullsync.lines(session) if one.name == name), None)
    if line is None:
        hint = "it runs within another mapping, or its rules leave it out; coupler full-sync lists those that take part"
        return [wrong("E668", "not-in-full-sync", f"{name} takes no part in a full synchronisation", hint)]
    if full:
        fullsync.recommend_full(session, name)
    run = full or line.recommended != NOTHING
    if run:
        _run(session, name)
    _tell(session, number, before)
    keep(Reviewed(lines=fullsync.lines(session), waves={name: 1} if run else {}))
    return ()


def _run(session: Session, name: str) -> None:
    """Run a line; when it is matched, with its pairs in a pass by hand."""
    mapping = session.model.mappings[name]
    line = next(one for one in fullsync.lines(session) if one.name == name)
    if line.recommended != COUPLE:
        fullsync.run_line(session, name)
        return
    before, number = remember(session, mapping, others=False), open_pass(session)
    list_matched(session, before, mapping, number, fullsync.run_line(session, name) or Matched())
    if not groups_of(mapping):
        text = f"{name} is to be matched, but says by no field how; nothing is coupled, and its line is finished"
        note(session, mapping, number, NO_CRITERIA, text)


def _tell(session: Session, number: int, before: Sequence[Line]) -> None:
    """The lines that are new or changed, as records of a pass of their own."""
    known = {one.name: one for one in before}
    table = session.world.catalog.table("bc", fullsync.LINES)
    session.world.connection.execute(
        f"INSERT INTO plan.pass VALUES (?, ?, ?, ?, ?, ?{', 0' * 9}, NULL, NULL, '', NULL)",
        [number, "FULL-SYNC", TITLE, BY_HAND, table.caption, table.caption],
    )
    place, created, changed = 0, 0, 0
    for line in fullsync.lines(session):
        old = known.get(line.name)
        fields = [
            (name, was if old else "", now)
            for (name, was), (_, now) in zip(_fields(old or line), _fields(line), strict=True)
            if (was if old else "") != now
        ]
        if not fields:
            continue
        place, created, changed = place + 1, created + (old is None), changed + (old is not None)
        action = "create" if old is None else "change"
        (id,) = session.world.one(
            "the line",
            f"SELECT {identifier(table.id_field)} FROM {session.world.relation(table)} "
            f"WHERE {identifier(fullsync.NAME)} = {literal(line.name)}",
        )
        session.world.connection.execute(
            "INSERT INTO plan.record VALUES (?, ?, NULL, ?, 'bc', ?, ?, ?, ?, NULL, NULL, NULL, NULL, '', NULL)",
            [number, place, action, table.name, table.caption, id, line.name],
        )
        for at, (name, was, now) in enumerate(fields, start=1):
            told = field_numbers(session.world, 1)
            tell_field(session.world, f"({told}, {literal(name)}, {literal(table.fields[name].caption)}, '', '', NULL)")
            session.world.connection.execute(
                "INSERT INTO plan.told_value VALUES (?, ?, ?, ?, ?, ?)", [number, place, at, told, was, now]
            )
    session.world.run(
        "count them",
        f"UPDATE plan.pass SET scanned = {place}, created = {created}, changed = {changed} WHERE pass = {number}",
    )


def _fields(line: Line) -> tuple[tuple[str, str], ...]:
    return (
        (fullsync.DEPENDS, "|".join(line.depends)),
        (fullsync.RECOMMENDED, RECOMMENDED.get(line.recommended, "")),
        (fullsync.STATUS, STATUSES.get(line.status, "")),
        (fullsync.TO_SALES_STATUS, RESULTS.get(line.to_sales, "")),
        (fullsync.TO_BC_STATUS, RESULTS.get(line.to_bc, "")),
    )


def table(found: Reviewed, *, colour: bool, width: int | None = None) -> Iterator[str]:
    """The lines, one a row, in the order in which they run. width: columns of the terminal; the last column is folded
    to fit."""
    heads = HEADS
    rows = [
        (
            one.name,
            DIRECTIONS.get(one.direction, ""),
            RECOMMENDED.get(one.recommended, ""),
            str(found.waves.get(one.name, "")),
            STATUSES.get(one.status, ""),
            RESULTS.get(one.to_sales, ""),
            RESULTS.get(one.to_bc, ""),
            ", ".join(one.depends),
        )
        for one in found.lines
    ]
    shown = [
        at
        for at, head in enumerate(heads)
        if head in ("Mapping", "Direction", "Recommended") or any(row[at] for row in rows)
    ]
    wide = {at: max(len(heads[at]), *(len(row[at]) for row in rows)) if rows else len(heads[at]) for at in shown}
    yield paint("  ".join(heads[at].ljust(wide[at]) for at in shown).rstrip(), "bold", on=colour)
    for row in rows:
        first, *more = _folded(row[-1], wide, shown, width)
        yield ("  ".join([*(row[at].ljust(wide[at]) for at in shown if at < len(row) - 1), first])).rstrip()
        yield from more


def _folded(text: str, wide: dict[int, int], shown: Sequence[int], width: int | None) -> list[str]:
    """The last cell of a row; what does not fit stands below, indented."""
    before = sum(wide[at] + 2 for at in shown if at < LAST)
    if LAST not in shown or width is None or before + wide[LAST] <= width or before + LEAST > width:
        return [text if LAST in shown else ""]
    held = ", ".join(name.replace(" ", "\N{NO-BREAK SPACE}") for name in text.split(", "))
    first, *more = textwrap.wrap(held, width - before, break_on_hyphens=False) or [""]
    return [one.replace("\N{NO-BREAK SPACE}", " ") for one in (first, *(" " * before + one for one in more))]
