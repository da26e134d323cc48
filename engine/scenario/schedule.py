"""The job queue of a scenario: the step `schedule`, and what edits, settings and a sign-in do to the queue.

Between two actions the queue is the rows of the world; here they become a `Schedule`, move on, and go back into rows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from engine.jobs.carry import carry_out, reads_anything
from engine.jobs.define import fresh
from engine.jobs.queue import ASLEEP, Entry, QueueState, Result
from engine.jobs.rows import due_without_plan, read_state, values_of, write_state
from engine.jobs.schedule import Schedule
from engine.jobs.switched import switched
from engine.jobs.turns import restarted
from engine.jobs.waking import Prints, deaf_mappings, prints, written
from engine.model.model import Model
from engine.plan.legs import keeps_options
from engine.run.actions.clock import move_clock
from engine.run.dryrun import Session

NO_TIME = timedelta(0)


def fresh_rows(model: Model, now: datetime) -> list[dict[str, Any]]:
    """The rows of the queue of a configuration that was set up this moment."""
    return [values_of(one) for one in fresh(model, now).entries]


def run_job(session: Session, name: str) -> bool:
    """`schedule` with a job: the queue runs it now. False when the queue has no such job."""
    before, schedule = _schedule(session)
    entry = schedule.by_name(name)
    if entry is None:
        return False
    for _ in schedule.run_now(entry.number):
        pass
    write_state(session, before, _settled(before, schedule.state()))
    return True


def run_until(session: Session, moment: datetime) -> None:
    """`schedule` with a moment: all due jobs, the clock moving on."""
    before, schedule = _schedule(session)
    for _ in schedule.until(moment):
        pass
    move_clock(session, max(session.around.now, moment))
    write_state(session, before, _settled(before, schedule.state()))


def _schedule(session: Session) -> tuple[QueueState, Schedule]:
    """The queue of the world, and the same in motion."""
    before = read_state(session)
    now = before.now
    ready = replace(before, entries=tuple(due_without_plan(one, now) for one in before.entries))
    running: list[Schedule] = []

    def run(entry: Entry, at: datetime) -> tuple[Result, timedelta]:
        move_clock(session, max(session.around.now, at))
        seen = prints(session.world)
        result = carry_out(session, entry.setup)
        tables = written(seen, prints(session.world))
        running[0].wake(tables, but=entry.number, deaf=deaf_mappings(session.world) if tables else frozenset())
        return result, NO_TIME

    running.append(Schedule.of(ready, run))
    return before, running[0]


def _settled(before: QueueState, after: QueueState) -> QueueState:
    """The state afterwards; an entry that only lacked a planned start, and did not run, still does."""
    now = before.now
    known = {one.number: one for one in before.entries}
    untouched = {number for number, one in known.items() if due_without_plan(one, now) != one}
    kept = (
        known[one.number] if one.number in untouched and one == due_without_plan(known[one.number], now) else one
        for one in after.entries
    )
    return replace(after, entries=tuple(kept))


# --- what happens to the queue at once ------------------------------------------------------------------


def seen(session: Session) -> Prints:
    """The tables as they stand before an edit."""
    return prints(session.world)


def wake(session: Session, before: Prints) -> None:
    """Wake the jobs that listen to tables of which records were created or changed since (R9.11)."""
    tables = written(before, prints(session.world))
    if tables:
        state, schedule = _still(session)
        schedule.wake(tables, deaf=deaf_mappings(session.world))
        write_state(session, state, schedule.state())


def _still(session: Session) -> tuple[QueueState, Schedule]:
    """The queue of the world as a schedule in which nothing runs."""
    state = read_state(session)
    schedule = Schedule(now=state.now, run=_nothing_runs)
    schedule.put_all(state.entries)
    return state, schedule


def _nothing_runs(entry: Entry, at: datetime) -> tuple[Result, timedelta]:
    raise AssertionError(f"{entry.name} was started while the queue stood still")


def settings_changed(session: Session, before: Model, dataverse: frozenset[str]) -> None:
    """Jobs come and go with the settings, connections hold theirs or set them up anew. dataverse: the mappings that
    need no connection to Sales."""
    state = read_state(session)
    after = switched(state, before, session.model, session.around.now, dataverse)
    if after != state:
        write_state(session, state, after)


def reset(session: Session) -> None:
    """The jobs as in a fresh configuration; those of a user's own are gone (R-17)."""
    write_state(session, read_state(session), fresh(session.model, session.around.now))


def sign_in(session: Session) -> None:
    """R9.14: a sleeping job for which nothing is planned is restarted when Sales has changes for it."""
    old = read_state(session)
    state = old
    for entry in old.entries:
        unplanned = entry.status == ASLEEP and entry.start is None and entry.setup.recurring
        if unplanned and any(_has_changes(session, name) for name in entry.setup.runs):
            state = state.put(restarted(entry, session.around.now))
    if state != old:
        write_state(session, old, state)


def _has_changes(session: Session, name: str) -> bool:
    """Are there records in Sales past the watermark of this mapping?"""
    mapping = session.model.mappings.get(name)
    if mapping is None or mapping.arrow == "->" or keeps_options(mapping):
        return False
    return reads_anything(session, mapping, "to_bc")
