"""A moment and the hours of a job -> the next moment at which it may run (R9.7 to R9.9, R9.16).

Days and hours are read from a clock on the wall, which twice a year goes forward or back. A time that the clock leaves
out counts as the instant it goes forward; of a time that comes twice the first one that is not past is taken.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.jobs.queue import EVERY_DAY, Hours, Setup
from engine.model.dayparts import Step
from engine.model.days import day, read

DAY_MINUTES = 1440
LEAST_SLEEP = 5
MANY = timedelta(hours=6)
"""Between two tries from the eighth on."""
MIDNIGHT = time(0, 0)
WOKEN_AFTER = timedelta(seconds=30)
SOON = timedelta(seconds=60)
"""A job that starts within this time anyway is not woken (R9.11)."""


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def after_run(setup: Setup, end: datetime) -> datetime:
    """R9.7: the next run, counted from the end of this one; with a date formula from its day, at the time at which the
    hours of the job begin."""
    steps = _steps(setup.formula)
    if steps:
        return _on_the_day(setup.hours, steps, end)
    return allowed(setup.hours, end + timedelta(minutes=setup.every or DAY_MINUTES))


def _on_the_day(hours: Hours, steps: tuple[Step, ...], end: datetime) -> datetime:
    """The day that a formula leads to; one that is past already (`CM` on the last day of a month) is counted once more,
    from the day after."""
    zone = _zone(hours.zone)
    today = end.replace(tzinfo=UTC).astimezone(zone).date()
    for later in (0, 1):
        found = datetime.combine(day(today + timedelta(days=later), steps), hours.start or MIDNIGHT)
        at = _at(found, found.time(), zone, end)
        if at > end:
            return at
    return end + timedelta(minutes=DAY_MINUTES)


@lru_cache(maxsize=64)
def _steps(formula: str) -> tuple[Step, ...]:
    """The terms of a date formula; none for a text that is no formula."""
    found = read(formula, brief=True) if formula else None
    return found.low if found is not None and found.start == "today" and found.low == found.high else ()


def after_sleep(setup: Setup, end: datetime) -> datetime | None:
    """R9.8: the next run of a job that falls asleep at this moment; None when nothing is planned for it."""
    if not setup.inactivity:
        return None
    return allowed(setup.hours, end + timedelta(minutes=max(setup.inactivity, LEAST_SLEEP)))


def after_failure(setup: Setup, end: datetime, attempt: int) -> datetime:
    """R9.16: when a failed run is tried anew. attempt: the how-manieth new try this is, from 1."""
    more = timedelta(milliseconds=10**attempt) if attempt <= 7 else MANY
    return end + timedelta(seconds=setup.delay) + more


def is_open(hours: Hours, moment: datetime) -> bool:
    """May the job run at this moment?"""
    return allowed(hours, moment) == moment


def allowed(hours: Hours, moment: datetime) -> datetime:
    """R9.9: this moment, or the next one within the hours. Bounds are inclusive."""
    if hours.start is None and hours.end is None and hours.days == EVERY_DAY:
        return moment
    at = moment
    for _ in range(20):  # a week of days, and those whose window the clock leaves out
        later = _later(hours, at)
        if later == at:
            return at
        at = later
    return at


def _later(hours: Hours, moment: datetime) -> datetime:
    """The same moment when it is within the hours, else the next one that may be."""
    zone = _zone(hours.zone)
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    clock, start, end = local.time().replace(fold=0), hours.start, hours.end
    begin = start or MIDNIGHT
    if not hours.days or local.isoweekday() in hours.days:
        across = start is not None and end is not None and start > end
        if across:
            assert end is not None
            return moment if clock >= begin or clock <= end else _at(local, begin, zone, moment)
        if clock < begin:
            return _at(local, begin, zone, moment)
        if end is None or clock <= end:
            return moment
    for days in range(1, 8):
        day = local + timedelta(days=days)
        if not hours.days or day.isoweekday() in hours.days:
            return _at(day, begin, zone, moment)
    return moment


def _at(day: datetime, clock: time, zone: ZoneInfo, after: datetime) -> datetime:
    """The instant at which the clock of a day shows this time, not before `after`; UTC without zone."""
    wall = datetime.combine(day.date(), clock)
    found = [_instant(wall, zone, fold) for fold in (0, 1)]
    return next((one for one in found if one >= after), found[-1])


def _instant(wall: datetime, zone: ZoneInfo, fold: int) -> datetime:
    instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    shown = instant.astimezone(zone).replace(tzinfo=None)
    if shown == wall:
        return instant.replace(tzinfo=None)
    # The clock leaves this time out: it goes forward at the first instant with the later offset.
    before, behind = wall.replace(tzinfo=zone, fold=0).utcoffset(), wall.replace(tzinfo=zone, fold=1).utcoffset()
    assert before is not None and behind is not None
    low, high = wall - max(before, behind), wall - min(before, behind)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        late = middle.replace(tzinfo=UTC).astimezone(zone).utcoffset() == behind
        low, high = (low, middle) if late else (middle, high)
    return high.replace(microsecond=0)
