"""The rows of the table of job queue entries -> a state of the queue, and back into the rows of a session's world.

A job is known by the name of what it runs, kept in the parameter text of its row. What a row does not say (category,
what wakes it) is as the rules declare the job of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, get_args

from engine.jobs.define import setup_of
from engine.jobs.queue import EVERY_DAY, Entry, Hours, QueueState, Setup, Status
from engine.run.dryrun import Session
from engine.run.settle import moment
from engine.sql.quote import identifier, literal

TABLE: Final = "Job Queue Entry"
NAME: Final = "Parameter String"
ID: Final = "ID"
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
COLUMNS: Final = {
    "status": "Status",
    "start": "Earliest Start Date/Time",
    "expires": "Expiration Date/Time",
    "recurring": "Recurring Job",
    "every": "No. of Minutes between Runs",
    "formula": "Next Run Date Formula",
    "inactivity": "Inactivity Timeout Period",
    "tried": "No. of Attempts to Run",
    "attempts": "Maximum No. of Attempts to Run",
    "delay": "Rerun Delay (sec.)",
    "number": "Entry No.",
    "title": "Description",
    "category": "Job Queue Category Code",
    "priority": "Priority Within Category",
    "opens": "Starting Time",
    "closes": "Ending Time",
    "monday": "Run on Mondays",
    "tuesday": "Run on Tuesdays",
    "wednesday": "Run on Wednesdays",
    "thursday": "Run on Thursdays",
    "friday": "Run on Fridays",
    "saturday": "Run on Saturdays",
    "sunday": "Run on Sundays",
}
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def values_of(entry: Entry) -> dict[str, Any]:
    """An entry as a row holds it, by column."""
    setup = entry.setup
    days = () if setup.formula and setup.hours.days == EVERY_DAY else setup.hours.days
    held = {
        "status": STATUSES.index(entry.status),
        "start": entry.start,
        "expires": entry.expires,
        "recurring": setup.recurring,
        "every": setup.every,
        "formula": setup.formula,
        "inactivity": setup.inactivity,
        "tried": entry.tried,
        "attempts": setup.attempts,
        "delay": setup.delay,
        "number": entry.number,
        "title": setup.title[:250],
        "category": setup.category,
        "priority": setup.priority,
        "opens": setup.hours.start,
        "closes": setup.hours.end,
        **{name: number in days for number, name in enumerate(DAYS, start=1)},
    }
    return {NAME: entry.name, **{COLUMNS[key]: value for key, value in held.items()}}


def read_state(session: Session) -> QueueState:
    """The queue as the rows of the world have it, at the session's clock."""
    world, now = session.world, session.around.now
    table = world.catalog.table("bc", TABLE)
    state = QueueState(now=now)
    if not world.holds(table, NAME):
        return state
    columns = [one for one in (NAME, *COLUMNS.values()) if world.holds(table, one)]
    rows = world.connection.execute(
        f"SELECT {', '.join(identifier(one) for one in columns)} FROM {world.relation(table)} ORDER BY "
        + (f"{identifier(COLUMNS['number'])}, " if COLUMNS["number"] in columns else "")
        + identifier(NAME)
    ).fetchall()
    order = {name: at for at, name in enumerate(session.model.jobs)}
    held = [dict(zip(columns, row, strict=True)) for row in rows]
    held.sort(key=lambda row: (row.get(COLUMNS["number"]) or 0, order.get(str(row[NAME]), len(order))))
    numbers = {row.get(COLUMNS["number"]) or 0 for row in held}
    following = max(numbers, default=0) + 1
    for row in held:
        given = row.get(COLUMNS["number"]) or 0
        if not given:
            given, following = following, following + 1
        state = state.put(_entry(session, row, given))
    return state


def _entry(session: Session, row: Mapping[str, Any], number: int) -> Entry:
    name = str(row[NAME] or "")
    declared = session.model.jobs.get(name)
    if declared is not None:
        setup = setup_of(declared, session.model)
    else:
        setup = Setup(name=name, runs=(name,), sleeps=name in session.model.mappings)
    setup = replace(
        setup,
        recurring=bool(row.get(COLUMNS["recurring"])),
        every=int(row.get(COLUMNS["every"]) or 0),
        formula=str(row.get(COLUMNS["formula"]) or ""),
        inactivity=int(row.get(COLUMNS["inactivity"]) or 0),
        attempts=int(row.get(COLUMNS["attempts"]) or 0),
        delay=int(row.get(COLUMNS["delay"]) or 0),
        priority=int(row.get(COLUMNS["priority"]) or setup.priority),
        hours=_hours(row, setup.hours),
    )
    status = STATUSES[int(row.get(COLUMNS["status"]) or 0)]
    return Entry(
        number=number,
        setup=setup,
        status=status,
        start=row.get(COLUMNS["start"]),
        tried=int(row.get(COLUMNS["tried"]) or 0),
        expires=row.get(COLUMNS["expires"]),
    )


def _hours(row: Mapping[str, Any], declared: Hours) -> Hours:
    """R9.9: the days that a row ticks, and its times by the clock that the rules declare. A row that ticks no day says
    nothing of hours."""
    days = frozenset(number for number, name in enumerate(DAYS, start=1) if row.get(COLUMNS[name]))
    if not days and not row.get(COLUMNS["formula"]):
        return declared
    days = days or EVERY_DAY
    return replace(declared, days=days, start=row.get(COLUMNS["opens"]), end=row.get(COLUMNS["closes"]))


def due_without_plan(entry: Entry, now: datetime) -> Entry:
    """A ready entry whose row names no start may start at once."""
    if entry.start is None and entry.status in ("Ready", "Waiting"):
        return replace(entry, start=now)
    return entry


def write_state(session: Session, before: QueueState, after: QueueState) -> None:
    """Write what became of the entries into the rows of the world, which know a job by its name: a new one may have the
    number of one that is gone."""
    world = session.world
    table = world.catalog.table("bc", TABLE)
    old = {one.name: one for one in before.entries}
    new = {one.name: one for one in after.entries}
    for name in sorted(old.keys() - new.keys()):
        world.delete(
            table,
            f"SELECT {identifier(table.id_field)} FROM {world.relation(table)} "
            f"WHERE {identifier(NAME)} = {literal(name)}",
        )
    for entry in new.values():
        if old.get(entry.name) == entry:
            continue
        values = values_of(entry)
        values[table.modified_field] = session.around.now
        sql = {name: moment(one) if isinstance(one, datetime) else literal(one) for name, one in values.items()}
        for key, kind in (("start", "TIMESTAMP"), ("expires", "TIMESTAMP"), ("opens", "TIME"), ("closes", "TIME")):
            sql[COLUMNS[key]] = f"CAST({sql[COLUMNS[key]]} AS {kind})"
        if entry.name in old:
            select = ", ".join(f"{one} AS {identifier(name)}" for name, one in sql.items())
            where = f"WHERE {identifier(NAME)} = {literal(entry.name)}"
            id = identifier(table.id_field)
            world.update(table, list(sql), f"SELECT {id} AS _id, {select} FROM {world.relation(table)} {where}")
        else:
            key = f"CAST(md5({literal('job/' + entry.name)}) AS UUID)"
            sql[ID] = key
            select = ", ".join(f"{one} AS {identifier(name)}" for name, one in sql.items())
            world.insert(table, list(sql), f"SELECT {key} AS _id, {select}")
