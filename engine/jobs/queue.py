"""The job queue as it stands: what each entry runs and by which times, its status, when it is to start. Frozen.

A `Setup` is what a person decides, an `Entry` one job with its setup and where it stands, a `QueueState` all of them
at one moment. Moments are UTC without zone, as in the whole engine. As JSON: `engine.jobs.exchange`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Literal

from engine.frozen import dataclass

Status = Literal[
    "Ready", "In Process", "Error", "On Hold", "Finished", "On Hold with Inactivity Timeout", "Waiting"
]  # R9.4
ASLEEP: Status = "On Hold with Inactivity Timeout"
STARTABLE: frozenset[Status] = frozenset(("Ready", "Waiting", ASLEEP))
EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a job may run (R9.9). days: 1 is Monday. start, end: by the clock of `zone`; None for no bound."""

    days: frozenset[int] = EVERY_DAY
    start: time | None = None
    end: time | None = None
    zone: str = "UTC"


ALWAYS = Hours()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a person decides about a job (R9.1 to R9.3).

    runs: mappings and processes, in turn. every: minutes between two runs; 0 for none, which counts as 1440. formula:
    a date formula for the day of the next run, in place of minutes; blank for none. recurring: else the entry is gone
    after its run. sleeps: is it put to sleep when a run found nothing to do? inactivity: minutes
    asleep; 0 for until somebody wakes it. attempts: how often a failed run is tried anew; delay: seconds before the
    first new try. category: jobs of one category run one after the other; blank for none. priority: 1000 goes before
    2000 within a category. wakes: names of the BC tables whose changes wake it.
    """

    name: str
    title: str = ""
    runs: tuple[str, ...] = ()
    recurring: bool = True
    every: int = 0
    sleeps: bool = False
    inactivity: int = 0
    attempts: int = 0
    delay: int = 0
    category: str = ""
    priority: int = 2000
    hours: Hours = ALWAYS
    wakes: frozenset[str] = frozenset()
    full: bool = False
    formula: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One job in the queue. number: in the order of entry. start: planned start, None when nothing is planned.

    tried: failed runs in a row so far. expires: from then on it is deleted instead of run. message: why it is in Error.
    """

    number: int
    setup: Setup
    status: Status = "Ready"
    start: datetime | None = None
    tried: int = 0
    expires: datetime | None = None
    message: str = ""

    @property
    def name(self) -> str:
        """The name of the job."""
        return self.setup.name

    def to(self, status: Status, start: datetime | None) -> Entry:
        """The same entry with another status and planned start."""
        return Entry(
            number=self.number,
            setup=self.setup,
            status=status,
            start=start,
            tried=self.tried,
            expires=self.expires,
            message=self.message,
        )

    @property
    def startable(self) -> bool:
        """Would it start once its planned moment has come?"""
        return self.status in STARTABLE and self.start is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """All entries at one moment, in the order of their numbers."""

    now: datetime
    entries: tuple[Entry, ...] = ()

    def entry(self, name: str) -> Entry | None:
        """The first entry of a job; None when it has none."""
        return next((one for one in self.entries if one.name == name), None)

    def behind(self, line: Entry) -> tuple[Entry, ...]:
        """R7.7: the recurring jobs, not in process, of the mappings that a line of a full synchronisation runs; none
        for other entries."""
        if not line.setup.full:
            return ()
        runs = frozenset(line.setup.runs)
        return tuple(
            one
            for one in self.entries
            if one.setup.recurring and one.status != "In Process" and not runs.isdisjoint(one.setup.runs)
        )

    def put(self, entry: Entry) -> QueueState:
        """The state with this entry in the place of the one of its number, or added."""
        others = tuple(one for one in self.entries if one.number != entry.number)
        return replace(self, entries=tuple(sorted((*others, entry), key=lambda one: one.number)))

    def without(self, number: int) -> QueueState:
        """The queue without the entry of this number."""
        return replace(self, entries=tuple(one for one in self.entries if one.number != number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A run that came to its end. activity: records inserted, modified, deleted and failed; None when it wrote no row
    of the job log (R9.10)."""

    activity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A run that failed as a whole: no connection, no field lines, a filter that cannot be read (R9.15)."""

    reason: str


Result = Done | Failed
