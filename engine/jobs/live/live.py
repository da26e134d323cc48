"""The queue of a workspace on the real clock, as its file keeps it: jobs, the run under way, the last ones.

Frozen; every step of a run is a new value, and what is written down is always one of them. Moments are UTC without
zone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal, NamedTuple

from engine.frozen import dataclass
from engine.jobs.queue import Entry, QueueState, Status
from engine.jobs.timeline import CONNECTION_OFF as CONNECTION_OFF

Outcome = Literal["done", "failed", "interrupted"]
COUNTERS = ("created", "changed", "unchanged", "skipped", "failed", "conflicts", "warnings", "coupled")
KEPT = 200
"""How many of the last runs are remembered."""
FULL_SYNC = "FULL-SYNC"
"""The job that makes the lines of a full synchronisation and starts its first wave."""


class Print(NamedTuple):
    """A table of Business Central in the snapshot: rows, a checksum of them, the newest moment of change."""

    table: str
    rows: int
    checksum: str
    newest: str


class Seen(NamedTuple):
    """What the queue reads of a snapshot. deaf: the mappings that no record wakes (R9.12). lines: does it hold lines of
    a full synchronisation?"""

    prints: tuple[Print, ...]
    deaf: tuple[str, ...]
    lines: bool


class Setting(NamedTuple):
    """A setting of the workspace, and what it was when the queue was last looked at."""

    name: str
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run that has come to its end. activity: as R9.10 counts it; counters: of its legs, in the order of COUNTERS.

    reason: why it failed as a whole, or was interrupted. plan: name of its file, blank when there is none. then, next:
    what became of the job.
    """

    number: int
    job: str
    start: datetime
    end: datetime
    outcome: Outcome
    activity: int | None = None
    counters: tuple[int, ...] = (0,) * len(COUNTERS)
    reason: str = ""
    plan: str = ""
    applied: bool = False
    then: Status | Literal["gone"] = "Ready"
    next: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the full synchronisation as it last stood. wave: in which it was queued, 0 for not yet."""

    name: str
    status: str
    result: str
    wave: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A setting that runs have changed. was: the value of the workspace that it began from; while that stands, `value`
    holds."""

    name: str
    was: object
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A plan that is saved, and what holds once it is carried out. end: when the planning ended.

    moved: settings that it changes. wakes: the BC tables of which it creates or changes records. queues: mappings whose
    line of the full synchronisation it starts; lines: those lines afterwards.
    """

    end: datetime
    activity: int | None
    counters: tuple[int, ...]
    moved: tuple[Moved, ...] = ()
    wakes: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """The run under way. entry: number of its job. before: the job as it stood. prepared: once its plan is saved.

    held: the jobs of the mapping, as they stood; while its line of a full synchronisation runs they are on hold (R7.7).
    """

    number: int
    entry: int
    before: Entry
    start: datetime
    plan: str
    apply: bool
    prepared: Prepared | None = None
    held: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """All of it. snapshot: the file that the queue works on, as the workspace calls it. prints: of its BC tables, to
    see what an export has changed. deaf: the mappings in it that no record wakes (R9.12). number: of the last run.
    dormant: the jobs without interval that the settings leave out. waits: why no job can run now, blank for nothing.

    settings: those of the workspace that the queue was made for, without secrets; () where nothing is known of them.
    anew: the mappings whose connection was switched on since: their next run reads everything (R-17).
    """

    queue: QueueState
    snapshot: str = ""
    prints: tuple[Print, ...] = ()
    deaf: tuple[str, ...] = ()
    number: int = 0
    runs: tuple[Ran, ...] = ()
    under_way: UnderWay | None = None
    moved: tuple[Moved, ...] = ()
    lines: tuple[Line, ...] = ()
    dormant: tuple[str, ...] = ()
    waits: str = ""
    settings: tuple[Setting, ...] = ()
    anew: tuple[str, ...] = ()

    def last(self, job: str) -> Ran | None:
        """The last run of a job that came to its end."""
        return next((one for one in reversed(self.runs) if one.job == job), None)

    def with_queue(self, queue: QueueState) -> Live:
        """The same with another queue."""
        return replace(self, queue=queue)

    def put(self, entry: Entry) -> Live:
        """The same with this entry, in place of the one of its number."""
        return replace(self, queue=self.queue.put(entry))
