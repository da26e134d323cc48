"""An entry of the queue and what happens to it -> the entry afterwards (sync-semantics 9.2 to 9.5). Pure.

The life of an entry: `dispatched` says what becomes of it when its time has come, `finished` what after its run;
`woken` (of what `hears`), `restarted` and `held` are what an edit and a person do.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal, assert_never

from engine.jobs.queue import ASLEEP, STARTABLE, Done, Entry, Failed, QueueState, Result
from engine.jobs.times import SOON, WOKEN_AFTER, after_failure, after_run, after_sleep, allowed

Turn = Literal["left", "deleted", "put off", "waits", "runs"]


def dispatched(entry: Entry, now: datetime, *, busy: bool) -> tuple[Turn, Entry]:
    """R9.5: not startable, expired, outside its hours, category busy, run; the first that holds. busy: another job of
    its category is in process."""
    if entry.status not in STARTABLE:
        return "left", entry
    if entry.expires is not None and now > entry.expires:
        return "deleted", entry
    opens = allowed(entry.setup.hours, now)
    if opens > now:
        return "put off", replace(entry, status="Ready" if entry.status == "Waiting" else entry.status, start=opens)
    if busy:
        return "waits", replace(entry, status="Waiting")
    return "runs", entry.to("In Process", entry.start)


def finished(entry: Entry, result: Result, end: datetime) -> Entry | None:
    """What becomes of an entry after its run; None when it is removed (R9.4). end: of the run."""
    setup = entry.setup
    match result:
        case Failed(reason=reason) if entry.tried < setup.attempts:
            tried = entry.tried + 1
            start = after_failure(setup, end, tried)
            return replace(entry, status="Ready", start=start, tried=tried, message=reason)
        case Failed(reason=reason):
            return replace(entry, status="Error", start=None, message=reason)
        case Done(activity=activity):
            if not setup.recurring:
                return None
            rested = replace(entry, tried=0, message="") if entry.tried or entry.message else entry
            if setup.sleeps and activity == 0:
                return rested.to(ASLEEP, after_sleep(setup, end))
            return rested.to("Ready", after_run(setup, end))
        case _:
            assert_never(result)


def fallen_asleep(entry: Entry, now: datetime) -> Entry:
    """R9.3: an entry that begins its life asleep, planned for the end of its first sleep."""
    return replace(entry, status=ASLEEP, start=after_sleep(entry.setup, now))


def woken(entry: Entry, now: datetime) -> Entry:
    """R9.11: a record of a table that it listens to was created or changed; only a planned job wakes, and only when it
    would not start within a minute anyway."""
    if not entry.setup.recurring or entry.status not in ("Ready", ASLEEP) or entry.start is None:
        return entry
    if entry.start - now <= SOON:
        return entry
    return replace(entry, status="Ready", start=now + WOKEN_AFTER)


def hears(entry: Entry, deaf: frozenset[str]) -> bool:
    """R9.12: may records wake this entry? deaf: mappings that no record wakes; an entry that runs these alone sleeps
    on."""
    return not entry.setup.runs or not deaf.issuperset(entry.setup.runs)


def restarted(entry: Entry, now: datetime) -> Entry:
    """R9.14: somebody restarts it: it starts now, and its tries count from the beginning."""
    if entry.status == "In Process":
        return entry
    return replace(entry, status="Ready", start=now, tried=0, message="")


def held(entry: Entry) -> Entry:
    """R9.6: somebody puts it on hold. A run that has begun goes on; the entry is told so by its caller."""
    return replace(entry, status="On Hold")


def recovered(state: QueueState, now: datetime) -> QueueState:
    """The queue of a runner that was stopped in the middle: what was in process is run anew, from the beginning."""
    entries = (one.to("Ready", now) if one.status == "In Process" else one for one in state.entries)
    return QueueState(now=now, entries=tuple(entries))
