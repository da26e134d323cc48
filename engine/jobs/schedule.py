"""A queue and a way to run a job -> its runs in the order of time: a heap of planned starts and ends.

`Schedule` is the one place with memory: it holds the entries, who is in process, who waits for whom. What a run does,
and how long it takes, is asked from outside, so that the same schedule drives a simulation, a scenario and a bench.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from engine.jobs.queue import Entry, QueueState, Result
from engine.jobs.turns import dispatched, finished, hears, woken

Run = Callable[[Entry, datetime], tuple[Result, timedelta]]
"""Runs a job at a moment; gives what came of it and how long it took."""
What = Literal["starts", "ends", "waits", "put off", "deleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in the queue. entry: as it stands afterwards, None when it is gone; before: as it stood.

    result: of `ends`.
    """

    at: datetime
    what: What
    before: Entry
    entry: Entry | None
    result: Result | None = None


@dataclass
class Schedule:
    """The queue in motion. now: as far as time has gone."""

    now: datetime
    run: Run
    entries: dict[int, Entry] = field(default_factory=dict)
    _heap: list[tuple[datetime, int, int, int]] = field(default_factory=list)
    _planned: dict[int, datetime] = field(default_factory=dict)
    _ends: dict[int, tuple[datetime, Result]] = field(default_factory=dict)
    _busy: dict[str, int] = field(default_factory=dict)
    _waiting: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _listening: dict[str, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: QueueState, run: Run) -> Schedule:
        """A schedule that goes on from a state. An entry in process is somebody else's run: it holds its category."""
        made = cls(now=state.now, run=run)
        made.put_all(state.entries)
        return made

    def state(self) -> QueueState:
        """The queue as it stands, entries by number."""
        return QueueState(now=self.now, entries=tuple(self.entries[one] for one in sorted(self.entries)))

    # --- from outside ---

    def put(self, entry: Entry) -> None:
        """Add an entry, or take it in the place of the one of its number."""
        known = self.entries.get(entry.number)
        self.entries[entry.number] = entry
        if known is None or known.setup.wakes != entry.setup.wakes:
            for table in entry.setup.wakes:
                self._listening.setdefault(table, set()).add(entry.number)
        if entry.status == "In Process" and entry.setup.category:
            self._busy.setdefault(entry.setup.category, entry.number)
        if entry.status != "Waiting" and entry.startable:
            self._plan(entry)
            return
        self._planned.pop(entry.number, None)
        if entry.status == "Waiting":
            self._wait(entry)

    def put_all(self, entries: Iterable[Entry]) -> None:
        """Put several entries, each in place of the one of its number."""
        for entry in entries:
            self.put(entry)

    def remove(self, number: int) -> None:
        """Take an entry out; a run that has begun ends, and frees its category."""
        self.entries.pop(number, None)
        self._planned.pop(number, None)

    def by_name(self, name: str) -> Entry | None:
        """The first entry of a job; None when it has none."""
        return next((one for one in self.entries.values() if one.name == name), None)

    def next_number(self) -> int:
        """A number that is higher than every entry's; the first is 1."""
        return max(self.entries, default=0) + 1

    def wake(
        self, tables: Iterable[str], but: int | None = None, deaf: frozenset[str] = frozenset()
    ) -> tuple[Entry, ...]:
        """R9.11: records of these BC tables were created or changed; the entries that this wakes. but: not this one;
        deaf: nor those of mappings that no record wakes (R9.12)."""
        numbers = {one for table in tables for one in self._listening.get(table, ()) if one != but}
        found = []
        for number in sorted(numbers & self.entries.keys()):
            entry = self.entries[number]
            after = woken(entry, self.now) if hears(entry, deaf) else entry
            if after is not entry:
                self.put(after)
                found.append(after)
        return tuple(found)

    # --- time goes on ---

    def upcoming(self) -> datetime | None:
        """When something happens next by itself."""
        while self._heap:
            at, _, kind, number = self._heap[0]
            if self._stands(at, kind, number):
                return at
            heapq.heappop(self._heap)
        return None

    def _stands(self, at: datetime, kind: int, number: int) -> bool:
        if kind == 0:
            return number in self._ends and self._ends[number][0] == at
        return self._planned.get(number) == at

    def until(self, moment: datetime) -> Iterator[Event]:
        """Everything that happens up to a moment, that moment included. What was running then has not ended."""
        heap = self._heap
        while heap and heap[0][0] <= moment:
            at, _, kind, number = heapq.heappop(heap)
            if not self._stands(at, kind, number):
                continue
            self.now = max(self.now, at)
            if kind == 0:
                yield from self._end(number)
            else:
                del self._planned[number]
                yield from self._dispatch(self.entries[number])
        self.now = max(self.now, moment)

    def run_now(self, number: int) -> Iterator[Event]:
        """R9.14: run this entry at once, if it may be; what else is due stays due."""
        entry = self.entries[number]
        self._planned.pop(number, None)
        yield from self._dispatch(replace(entry, start=self.now))
        while number in self._ends:
            self.now = max(self.now, self._ends[number][0])
            yield from self._end(number)

    def _plan(self, entry: Entry) -> None:
        assert entry.start is not None
        start = entry.start if entry.start > self.now else self.now
        if self._planned.get(entry.number) != start:
            self._planned[entry.number] = start
            heapq.heappush(self._heap, (start, entry.setup.priority, 1, entry.number))

    def _wait(self, entry: Entry) -> None:
        queue = self._waiting.setdefault(entry.setup.category, [])
        if all(one[1] != entry.number for one in queue):
            heapq.heappush(queue, (entry.setup.priority, entry.number))
        if entry.setup.category not in self._busy:
            self._planned[entry.number] = self.now
            heapq.heappush(self._heap, (self.now, entry.setup.priority, 1, entry.number))

    def _dispatch(self, entry: Entry) -> Iterator[Event]:
        category = entry.setup.category
        busy = bool(category) and category in self._busy
        turn, after = dispatched(entry, self.now, busy=busy)
        match turn:
            case "left":
                self.entries[entry.number] = self.entries.get(entry.number, entry)
            case "deleted":
                self.remove(entry.number)
                yield Event(at=self.now, what="deleted", before=entry, entry=None)
            case "put off":
                self.put(after)
                yield Event(at=self.now, what="put off", before=entry, entry=after)
            case "waits":
                self.put(after)
                yield Event(at=self.now, what="waits", before=entry, entry=after)
            case "runs":
                yield from self._start(entry, after)

    def _start(self, before: Entry, entry: Entry) -> Iterator[Event]:
        self.entries[entry.number] = entry
        if entry.setup.category:
            self._busy[entry.setup.category] = entry.number
        yield Event(at=self.now, what="starts", before=before, entry=entry)
        result, takes = self.run(entry, self.now)
        end = self.now + takes
        self._ends[entry.number] = (end, result)
        heapq.heappush(self._heap, (end, 0, 0, entry.number))

    def _end(self, number: int) -> Iterator[Event]:
        end, result = self._ends.pop(number)
        category = next((name for name, holder in self._busy.items() if holder == number), "")
        if category:
            del self._busy[category]
        entry = self.entries.get(number)
        if entry is not None:
            after = finished(entry, result, end) if entry.status == "In Process" else entry
            if after is None:
                self.remove(number)
            else:
                self.put(after)
            yield Event(at=end, what="ends", before=entry, entry=after, result=result)
        self._next_in(category)

    def _next_in(self, category: str) -> None:
        """R9.5: the next that waits for a category, by priority, then by number, is ready."""
        queue = self._waiting.get(category, [])
        while queue:
            _, number = heapq.heappop(queue)
            entry = self.entries.get(number)
            if entry is not None and entry.status == "Waiting":
                self.put(replace(entry, status="Ready", start=self.now))
                return
