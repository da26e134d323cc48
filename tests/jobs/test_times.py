"""When a job runs next: every answer was worked out by hand, with a calendar and the dates of the clock changes."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from engine.jobs.queue import EVERY_DAY, Hours, Setup
from engine.jobs.times import after_failure, after_run, after_sleep, allowed, is_open

WEEKDAYS = frozenset(range(1, 6))
BERLIN, LONDON, NEW_YORK, LORD_HOWE = "Europe/Berlin", "Europe/London", "America/New_York", "Australia/Lord_Howe"


def hours(start: str = "", end: str = "", days: frozenset[int] = EVERY_DAY, zone: str = "UTC") -> Hours:
    begin, close = (time.fromisoformat(one) if one else None for one in (start, end))
    return Hours(days=days, start=begin, end=close, zone=zone)


OFFICE = hours("06:00", "22:00", WEEKDAYS)
NIGHT = hours("22:00", "06:00")

# 2026-06-15 is a Monday, 2026-06-19 a Friday.
ALLOWED = [
    # no hours at all: any moment will do
    (Hours(), "2026-06-20T03:17", "2026-06-20T03:17"),
    # a day window
    (OFFICE, "2026-06-15T06:00", "2026-06-15T06:00"),
    (OFFICE, "2026-06-15T12:30", "2026-06-15T12:30"),
    (OFFICE, "2026-06-15T22:00", "2026-06-15T22:00"),
    (OFFICE, "2026-06-15T22:00:01", "2026-06-16T06:00"),
    (OFFICE, "2026-06-15T05:59:59", "2026-06-15T06:00"),
    (OFFICE, "2026-06-19T22:30", "2026-06-22T06:00"),
    (OFFICE, "2026-06-20T12:00", "2026-06-22T06:00"),
    (OFFICE, "2026-06-21T23:59", "2026-06-22T06:00"),
    # days without hours: the day begins at midnight
    (hours(days=WEEKDAYS), "2026-06-20T12:00", "2026-06-22T00:00"),
    (hours(days=WEEKDAYS), "2026-06-19T23:59", "2026-06-19T23:59"),
    (hours(days=frozenset({3})), "2026-06-18T10:00", "2026-06-24T00:00"),
    # one bound only
    (hours("06:00"), "2026-06-15T23:30", "2026-06-15T23:30"),
    (hours("06:00"), "2026-06-15T03:00", "2026-06-15T06:00"),
    (hours("", "06:00"), "2026-06-15T07:00", "2026-06-16T00:00"),
    # across midnight: both parts are open, between them it waits for the evening
    (NIGHT, "2026-06-15T23:00", "2026-06-15T23:00"),
    (NIGHT, "2026-06-15T05:59", "2026-06-15T05:59"),
    (NIGHT, "2026-06-15T06:00", "2026-06-15T06:00"),
    (NIGHT, "2026-06-15T06:00:01", "2026-06-15T22:00"),
    (NIGHT, "2026-06-15T21:59", "2026-06-15T22:00"),
    # across midnight on weekdays: the day of the calendar counts, so the night of Friday ends at midnight
    (hours("22:00", "06:00", WEEKDAYS), "2026-06-19T23:59", "2026-06-19T23:59"),
    (hours("22:00", "06:00", WEEKDAYS), "2026-06-20T01:00", "2026-06-22T22:00"),
    (hours("22:00", "06:00", WEEKDAYS), "2026-06-22T01:00", "2026-06-22T01:00"),
    # equal start and end: that instant alone
    (hours("08:00", "08:00"), "2026-06-15T08:00", "2026-06-15T08:00"),
    (hours("08:00", "08:00"), "2026-06-15T08:00:01", "2026-06-16T08:00"),
    # the clock of a zone: 06:00 in Berlin is 04:00 UTC in summer, 05:00 in winter
    (hours("06:00", "22:00", zone=BERLIN), "2026-06-15T03:59", "2026-06-15T04:00"),
    (hours("06:00", "22:00", zone=BERLIN), "2026-01-15T04:30", "2026-01-15T05:00"),
    (hours("06:00", "22:00", WEEKDAYS, BERLIN), "2026-06-14T22:30", "2026-06-15T04:00"),
    # Friday 19:30 in New York is past midnight in UTC, but still Friday there
    (hours("06:00", "22:00", WEEKDAYS, NEW_YORK), "2026-06-20T00:30", "2026-06-20T00:30"),
    (hours("06:00", "22:00", WEEKDAYS, NEW_YORK), "2026-06-20T02:30", "2026-06-22T10:00"),
    # Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC. A start of 02:30 is the instant of the change.
    (hours("02:30", "05:00", zone=BERLIN), "2026-03-29T00:30", "2026-03-29T01:00"),
    (hours("02:30", "05:00", zone=BERLIN), "2026-03-29T01:10", "2026-03-29T01:10"),
    # a window that lies wholly in the hour left out: not that day
    (hours("02:15", "02:45", zone=BERLIN), "2026-03-29T00:30", "2026-03-30T00:15"),
    # the day of the change begins as ever
    (hours("06:00", "22:00", zone=BERLIN), "2026-03-28T21:30", "2026-03-29T04:00"),
    # Berlin, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC; 02:30 comes at 00:30 and at 01:30 UTC
    (hours("02:30", "05:00", zone=BERLIN), "2026-10-24T23:00", "2026-10-25T00:30"),
    (hours("02:30", "05:00", zone=BERLIN), "2026-10-25T01:10", "2026-10-25T01:30"),
    # past the end is past the end, though the clock shows the window once more: the next day
    (hours("02:15", "02:45", zone=BERLIN), "2026-10-25T00:50", "2026-10-26T01:15"),
    (hours("02:15", "02:45", zone=BERLIN), "2026-10-25T01:50", "2026-10-26T01:15"),
    # London keeps summer time until the same instant
    (hours("01:30", "05:00", zone=LONDON), "2026-10-25T01:05", "2026-10-25T01:30"),
    (hours("01:30", "05:00", zone=LONDON), "2026-03-29T00:50", "2026-03-29T01:00"),
    # New York, 8 March 2026: 02:00 becomes 03:00 at 07:00 UTC
    (hours("02:30", "04:00", zone=NEW_YORK), "2026-03-08T06:30", "2026-03-08T07:00"),
    # an island where the clock goes forward half an hour: 4 October 2026, 02:00 becomes 02:30 at 15:30 UTC of the 3rd
    (hours("02:15", "04:00", zone=LORD_HOWE), "2026-10-03T15:00", "2026-10-03T15:30"),
    # across midnight over the change: 23:00 to 04:00 in Berlin is an hour shorter, and open throughout
    (hours("23:00", "04:00", zone=BERLIN), "2026-03-29T01:30", "2026-03-29T01:30"),
    (hours("23:00", "04:00", zone=BERLIN), "2026-03-29T02:01", "2026-03-29T21:00"),
]


@pytest.mark.parametrize(("window", "moment", "expected"), ALLOWED)
def test_the_next_moment_within_the_hours(window: Hours, moment: str, expected: str) -> None:
    assert allowed(window, datetime.fromisoformat(moment)) == datetime.fromisoformat(expected)


AFTER = [
    # setup, end of the run, next run: minutes are counted from the end, in real time
    (Setup(name="J", every=30), "2026-06-15T10:04:30", "2026-06-15T10:34:30"),
    (Setup(name="J", every=30), "2026-06-15T23:45", "2026-06-16T00:15"),
    (Setup(name="J"), "2026-06-15T10:00", "2026-06-16T10:00"),
    (Setup(name="J", every=30, hours=OFFICE), "2026-06-15T21:30", "2026-06-15T22:00"),
    (Setup(name="J", every=30, hours=OFFICE), "2026-06-15T21:31", "2026-06-16T06:00"),
    (Setup(name="J", every=30, hours=OFFICE), "2026-06-19T21:31", "2026-06-22T06:00"),
    (Setup(name="J", every=30, hours=hours("22:00", "06:00")), "2026-06-15T05:45", "2026-06-15T22:00"),
    # thirty minutes stay thirty minutes when the clock goes forward, and when it goes back
    (Setup(name="J", every=30, hours=hours("00:00", "23:59", zone=BERLIN)), "2026-03-29T00:45", "2026-03-29T01:15"),
    (Setup(name="J", every=30, hours=hours("00:00", "23:59", zone=BERLIN)), "2026-10-25T00:45", "2026-10-25T01:15"),
    # a day later is 24 hours later, an hour later by the clock in spring: past the end of the window
    (Setup(name="J", hours=hours("08:00", "08:30", zone=BERLIN)), "2026-03-28T07:15", "2026-03-30T06:00"),
]


@pytest.mark.parametrize(("setup", "end", "expected"), AFTER)
def test_the_next_run_is_counted_from_the_end_of_the_last(setup: Setup, end: str, expected: str) -> None:
    assert after_run(setup, datetime.fromisoformat(end)) == datetime.fromisoformat(expected)


ASLEEP = [
    (Setup(name="J", inactivity=720), "2026-06-15T12:30", "2026-06-16T00:30"),
    (Setup(name="J", inactivity=1440), "2026-06-15T12:30", "2026-06-16T12:30"),
    (Setup(name="J", inactivity=1), "2026-06-15T12:30", "2026-06-15T12:35"),
    (Setup(name="J", inactivity=720, hours=OFFICE), "2026-06-15T12:30", "2026-06-16T06:00"),
    (Setup(name="J", inactivity=720, hours=OFFICE), "2026-06-19T12:30", "2026-06-22T06:00"),
    (Setup(name="J", inactivity=0), "2026-06-15T12:30", ""),
]


@pytest.mark.parametrize(("setup", "end", "expected"), ASLEEP)
def test_a_sleeping_job_is_planned_for_the_end_of_its_sleep(setup: Setup, end: str, expected: str) -> None:
    planned = after_sleep(setup, datetime.fromisoformat(end))
    assert planned == (datetime.fromisoformat(expected) if expected else None)


def test_the_delay_between_tries_grows_by_powers_of_ten_and_is_six_hours_from_the_eighth_on() -> None:
    end = datetime(2026, 6, 15, 12)
    waits = [after_failure(Setup(name="J", delay=30), end, attempt) - end for attempt in range(1, 11)]
    half = timedelta(seconds=30)
    assert waits[0] == half + timedelta(milliseconds=10)
    assert waits[2] == timedelta(seconds=31)
    assert waits[6] == half + timedelta(seconds=10_000)
    assert waits[7:] == [half + timedelta(hours=6)] * 3


def test_what_is_allowed_is_open() -> None:
    for window, moment, expected in ALLOWED:
        assert is_open(window, datetime.fromisoformat(expected)), window
        assert is_open(window, datetime.fromisoformat(moment)) == (moment == expected)
