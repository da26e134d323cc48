"""What a simulation came to: every run, everything that happened between them, what became of every edit. Frozen.

Moments are UTC without zone. Records are named as people call them; `id` and `table` tell them apart.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from typing import Literal

from engine.frozen import dataclass
from engine.jobs.queue import QueueState, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWrite:
    """A field that a run wrote. rule: the line of the rules as it reads, place: where it stands."""

    name: str
    caption: str
    before: str
    after: str
    rule: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A record that a run created, changed, refused or left. source: id of the record it came from, blank for none."""

    at: datetime
    end: datetime
    run: int
    mapping: str
    action: str
    system: str
    table: str
    caption: str
    id: str
    label: str
    source: str
    code: str
    reason: str
    place: str
    fields: tuple[FieldWrite, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRun:
    """One leg of one mapping, or one process, within a run."""

    mapping: str
    leg: str
    table: str
    scanned: int
    created: int
    changed: int
    unchanged: int
    skipped: int
    failed: int
    conflicts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run of a job. known: nothing that it reads had changed since a run that found nothing, so it was not planned
    again. error: why it failed as a whole. then, next: its status afterwards, and when it is planned next."""

    number: int
    job: str
    start: datetime
    end: datetime
    legs: tuple[LegRun, ...]
    activity: int | None
    known: bool
    error: str
    then: Status | Literal["gone", "running"]
    next: datetime | None

    @property
    def active(self) -> bool:
        """Did the run do anything, as the queue counts it when it decides whether a job goes to sleep?"""
        return bool(self.activity)


CONNECTION_OFF = "its connection is off"
"""Why a job is put on hold by a change of settings."""
What = Literal["waits", "put off", "woken", "deleted", "edit", "refused", "settings", "appears", "disappears", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something between the runs. job: whom it is about, blank for none."""

    at: datetime
    what: What
    job: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A scripted edit that was carried out. values: field -> value as it reads. coupled: had the record a partner?"""

    number: int
    at: datetime
    op: Literal["create", "update", "delete"]
    system: str
    table: str
    caption: str
    id: str
    label: str
    values: tuple[tuple[str, str], ...]
    coupled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What became of an edit. reached: the end of the run that carried it over, or saw that there was nothing to carry;
    settled: the end of the last run that wrote either record because of it. outcome: in words."""

    edit: Edited
    reached: datetime | None
    settled: datetime | None
    by: str
    outcome: str

    @property
    def takes(self) -> timedelta | None:
        """How long the edit took to get through; None when it did not."""
        return None if self.reached is None else self.reached - self.edit.at


@dataclass(frozen=True, slots=True, kw_only=True)
class PingPong:
    """A value that runs write again and again. rules: the one or two lines that do it, each with its place."""

    label: str
    caption: str
    field: str
    times: int
    first: datetime
    last: datetime
    values: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An edit that was overwritten before any run had carried it over."""

    edit: Edited
    field: str
    value: str
    by: str
    at: datetime
    now: str
    rule: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Both sides of a pair were changed: it failed, or one side was left alone."""

    at: datetime
    job: str
    label: str
    caption: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All of it, in the order of time. edits: as followed. queue: how it stands at the end. planned: runs that were
    planned in full; the others were known to find nothing."""

    begin: datetime
    end: datetime
    runs: tuple[Ran, ...]
    happened: tuple[Happened, ...]
    edits: tuple[Followed, ...]
    pingpongs: tuple[PingPong, ...]
    lost: tuple[Lost, ...]
    clashes: tuple[Clash, ...]
    queue: QueueState
    touched: tuple[Touched, ...] = field(repr=False)

    @property
    def planned(self) -> int:
        """How many runs were planned, not known to find nothing."""
        return sum(not one.known for one in self.runs)
