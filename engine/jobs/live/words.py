"""A job, a run -> the words for them: what it came to, why it waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.jobs.live.live import CONNECTION_OFF, COUNTERS, Live, Ran
from engine.jobs.queue import ASLEEP, Entry
from engine.jobs.times import is_open

STATUSES = {
    "Ready": "ready",
    "In Process": "in process",
    "Error": "error",
    "On Hold": "on hold",
    "Finished": "finished",
    ASLEEP: "asleep",
    "Waiting": "waiting",
}
TOLD = ("created", "changed", "coupled", "failed", "conflicts", "skipped", "warnings")


def result(ran: Ran) -> str:
    """What a run came to."""
    if ran.outcome == "interrupted":
        return f"interrupted: {ran.reason}"
    if ran.outcome == "failed":
        return f"failed: {ran.reason}"
    return counted(ran) or ("done" if ran.activity is None else "nothing to do")


def counted(ran: Ran) -> str:
    """The counters that are not 0; blank when none is."""
    values = dict(zip(COUNTERS, ran.counters, strict=True))
    plain = {"conflicts": ("conflict", "conflicts"), "warnings": ("warning", "warnings")}
    parts = [f"{values[name]:,} {plain.get(name, (name, name))[values[name] != 1]}" for name in TOLD if values[name]]
    if not any(values[name] for name in ("created", "changed", "coupled", "failed", "conflicts")) and ran.activity:
        parts.insert(0, f"{ran.activity:,} written")
    return ", ".join(parts)


def why(entry: Entry, live: Live, now: datetime, *, at_work: bool, applies: bool = True) -> str:
    """Why a job does not run now, or what it does; blank when it simply is not its time. applies: does the runner?"""
    under_way = live.under_way
    if under_way is not None and under_way.entry == entry.number:
        if not at_work:
            return "interrupted; looked into when a runner starts"
        held = "; on hold afterwards" if entry.status == "On Hold" else ""
        return f"runs for {lasting(now - under_way.start)}{held}"
    match entry.status:
        case "On Hold" if under_way is not None and any(one.number == entry.number for one in under_way.held):
            return f"until {under_way.before.name} is done"
        case "On Hold" if entry.message == CONNECTION_OFF and entry.setup.recurring:
            return CONNECTION_OFF
        case "On Hold":
            return "until it is restarted"
        case "Error":
            return entry.message or "failed too often"
        case "Finished":
            return ""
    if entry.start is None:
        return "until a record changes, or it is woken"
    if entry.start <= now:
        if at_work and entry.setup.full and not applies:
            return "until a runner works with --apply"
        return _due(entry, live, at_work=at_work)
    if entry.tried:
        return f"try {entry.tried + 1} of {entry.setup.attempts + 1} after: {entry.message}"
    if not is_open(entry.setup.hours, now):
        return "outside its hours"
    return "nothing to do" if entry.status == ASLEEP and live.last(entry.name) is not None else ""


def _due(entry: Entry, live: Live, *, at_work: bool) -> str:
    if not at_work:
        return "no runner is at work"
    if live.waits:
        return live.waits
    if live.under_way is None:
        return "its turn comes"
    other = live.under_way.before
    if other.setup.category and other.setup.category == entry.setup.category:
        return f"category {other.setup.category} busy with {other.name}"
    return f"after {other.name}"


def status(entry: Entry, live: Live, now: datetime, *, at_work: bool) -> str:
    """The status of a job in a word; one that is due while its category is busy waits (R9.5)."""
    under_way = live.under_way
    if under_way is not None and under_way.entry == entry.number:
        return "in process" if at_work else "interrupted"
    due = entry.startable and entry.start is not None and entry.start <= now
    busy = under_way is not None and at_work and under_way.before.setup.category == entry.setup.category != ""
    return "waiting" if due and busy else STATUSES[entry.status]


def lasting(span: timedelta) -> str:
    """How long something lasts, roughly."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 100:
        return f"{seconds} s"
    if seconds < 100 * 60:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h"
