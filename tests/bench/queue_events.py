"""Sixty jobs in categories and windows, run without any data until a million things have happened in the queue."""

from __future__ import annotations

import sys
from datetime import datetime, time, timedelta
from itertools import islice

from engine.jobs.queue import Done, Entry, Hours, QueueState, Setup
from engine.jobs.schedule import Schedule

BEGIN = datetime(2026, 6, 1)
OFFICE = Hours(days=frozenset(range(1, 6)), start=time(6), end=time(22), zone="Europe/Berlin")


def entry(number: int) -> Entry:
    setup = Setup(
        name=f"J{number}",
        every=5 + number % 40,
        sleeps=number % 3 == 0,
        inactivity=720,
        category=f"C{number % 7}" if number % 4 == 0 else "",
        hours=OFFICE if number % 10 == 0 else Hours(),
    )
    return Entry(number=number, setup=setup, start=BEGIN + timedelta(seconds=number))


def main(count: int) -> int:
    state = QueueState(now=BEGIN, entries=tuple(entry(number) for number in range(1, 61)))
    takes = timedelta(seconds=20)
    schedule = Schedule.of(state, lambda one, at: (Done(activity=(at.minute + one.number) % 3), takes))
    seen = sum(1 for _ in islice(schedule.until(BEGIN + timedelta(days=3650)), count))
    return 0 if seen == count else 1


if __name__ == "__main__":
    sys.exit(main(1_000_000))
