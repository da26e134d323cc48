"""A workspace, its queue and the real clock -> runs, one after the other, until somebody ends it.

The loop alone changes the queue and writes it down; planning and applying happen beside it, so that requests and
signals are taken up while a job runs. Whatever moment the process dies at, the file and the snapshot together say
whether the run under way took place (`engine.jobs.live.steps`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep
from typing import TypeVar, assert_never

from engine import planning
from engine.jobs.define import DATAVERSE, SALES, asked_setup
from engine.jobs.live import exported, requests, steps, work
from engine.jobs.live.exported import Look, look
from engine.jobs.live.keeping import KEPT_PLANS, drop, plan_name, prune
from engine.jobs.live.live import CONNECTION_OFF, Live, Prepared, Ran
from engine.jobs.live.place import Place, tidy, write
from engine.jobs.live.rulebook import Book, Files
from engine.jobs.live.words import result
from engine.jobs.live.work import NotNow, Written
from engine.jobs.queue import Entry, Failed, Setup
from engine.jobs.turns import dispatched

TICK = 0.1
"""Seconds between two looks at signals and requests."""
T = TypeVar("T")
Told = Callable[[str, str], None]
"""Called with what kind of thing happened and a line about it."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What `coupler run --live` was told. until, jobs: where to end, None for nowhere. poll: seconds between two looks
    at snapshot and rules. full: begin a full synchronisation, or go on with one. zone: of windows that name none. kept:
    how many plans of each job stay in the folder."""

    plans: Path
    apply: bool = False
    until: datetime | None = None
    jobs: int | None = None
    poll: float = 1.0
    full: bool = False
    kept: int = KEPT_PLANS
    snapshot: str | None = None
    zone: str = "UTC"
    threads: int | None = None
    memory: str | None = None


@dataclass
class Stop:
    """Was the queue told to end? A plain value: a signal may come at any moment, also while a lock is held."""

    asked: bool = False


@dataclass
class Runner:
    """The queue at work. stop: set by a signal; what is under way is ended first."""

    place: Place
    book: Book
    wish: Wish
    live: Live
    told: Told
    stop: Stop = field(default_factory=Stop)
    ended: int = 0
    _beside: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="job"))
    _known: Look | None = None
    _looked: datetime | None = None
    _again: datetime | None = None
    _rules: Files | None = None

    # --- the whole ---

    def go(self) -> None:
        """Run the queue. Raises NotWritten when it cannot be written down; then nothing is half-done."""
        tidy(self.place)
        self._take_rules()
        while self.live.under_way is not None and not self.stop.asked:
            if not self._resolve():
                self._pause()
        if self.wish.full and not self.stop.asked:
            self._save(steps.full_begun(self.live, work.clock(), self._asked()))
        while not self._over():
            self._take_requests()
            self._look_around()
            entry = None if self._blocked() else steps.next_due(self.live.queue, work.clock(), full=self.wish.apply)
            if entry is None:
                self._pause()
            else:
                self._turn(entry)
        self._beside.shutdown()

    def _over(self) -> bool:
        if self.stop.asked or (self.wish.jobs is not None and self.ended >= self.wish.jobs):
            return True
        return self.wish.until is not None and work.clock() >= self.wish.until

    def _blocked(self) -> bool:
        """Do rules or snapshot keep all jobs from running?"""
        if self.book.waits or self._known is None:
            return True
        return self._again is not None and work.clock() < self._again

    def _save(self, live: Live) -> None:
        live = live.with_queue(replace(live.queue, now=work.clock()))
        write(self.place, live)
        self.live = live

    def _pause(self) -> None:
        """Until the next job is due, or something is to be looked at."""
        sleep(TICK)

    def _waits(self, reason: str) -> None:
        """Tell, once, why no job runs."""
        if self.live.waits != reason:
            self._save(replace(self.live, waits=reason))
            if reason:
                self.told("waits", reason)

    # --- what comes from outside ---

    def _take_requests(self) -> None:
        for one in requests.pending(self.place):
            if one.verb == "full-sync":
                self._save(steps.full_begun(self.live, work.clock(), self._asked()))
            else:
                self._save(steps.asked(self.live, one.verb, one.job, work.clock()))
            self.told("asked", f"{one.verb} {one.job}".strip())
            requests.take_away(one.path)

    def _look_around(self) -> None:
        now = work.clock()
        if self._looked is not None and now - self._looked < timedelta(seconds=self.wish.poll):
            return
        self._looked = now
        files = self.book.files_now()
        if files != self.book.files and files == self._rules:  # at rest: nobody is just saving them
            self._take_rules()
        self._rules = files
        if look(self.book.snapshot) != self._known and not self.book.waits:
            self._take_snapshot()

    def _take_rules(self) -> None:
        """Read the rules, and see which jobs they leave."""
        before = {one.name for one in self.live.queue.entries}
        self.book = self.book.read()
        if self.book.waits:
            self._waits(self.book.waits)
            return
        now, model, zone = work.clock(), self.book.model, self.wish.zone
        names = steps.different(self.live, self.book.settings)
        switched = self._switched(names, now) if names else self.live
        live = steps.reconciled(switched, model, now, zone, self.book.once)
        told = list(self._about(names, switched))
        after = {one.name for one in live.queue.entries}
        who = "the settings" if names else "the rules"
        told += [("appears", f"{name}: {who} ask for it") for name in sorted(after - before) if before]
        told += [("gone", f"{name}: {who} leave it out") for name in sorted(before - after)]
        self._save(replace(steps.written_under(live, self.book.settings), waits=""))
        for kind, text in told:
            self.told(kind, text)

    def _switched(self, names: tuple[str, ...], now: datetime) -> Live:
        """The queue after a change of these settings since it was last looked at."""
        book, live = self.book, self.live
        alone = {**book.settings, DATAVERSE: True, SALES: False}
        dataverse = frozenset(book.under(alone).mappings) if steps.connections_among(names) else frozenset[str]()
        before = book.under(dict(live.settings))
        return steps.settings_changed(live, before, book.model, now, dataverse, self.wish.zone)

    def _about(self, names: tuple[str, ...], after: Live) -> Iterator[tuple[str, str]]:
        """What is said of changed settings: their values, and the jobs that this holds or sets up anew."""
        if names:
            given = self.book.settings
            yield "settings", ", ".join(f"{one} = {given.get(one, 'blank')}" for one in names)
        for one in after.queue.entries:
            was = self.live.queue.entry(one.name)
            if was is not None and was != one:
                off = one.message == CONNECTION_OFF
                yield "holds" if off else "anew", f"{one.name}: its connection is {'off' if off else 'on again'}"

    def _take_snapshot(self) -> None:
        """A snapshot that looks new: once it is at rest and whole, its new records wake jobs."""
        path, seen = self.book.snapshot, look(self.book.snapshot)
        if not seen.file:
            self._not_now(work.missing(path).reason)
            return
        if not exported.at_rest(path, seen, min(self.wish.poll, 1.0)):
            self._not_now(f"{work.BEING_WRITTEN}; it is looked at again every {self.wish.poll:g} s")
            return
        found = work.seen_of(self._ground(), sorted(self._listened()))
        if isinstance(found, NotNow):
            if not self._laid_aside(found):
                self._not_now(found.reason)
            return
        if look(path) != seen:
            self._not_now(work.REPLACED)
            return
        same = self.live.snapshot == self.book.called
        new = exported.renewed(self.live.prints, found.prints) if same else ()
        if self._known is not None or new:
            about = f"new or changed: {', '.join(new)}" if new else "no record of Business Central is new"
            self.told("snapshot", f"{self.book.called} was replaced; {about}")
        begun = self.live
        if not found.lines and steps.in_the_middle(begun):
            begun = steps.begun_anew(begun, work.clock(), self._asked())
            self.told("snapshot", "the lines of the full synchronisation are not in it; it begins anew")
        self._known, self._again = seen, None
        live = replace(begun, snapshot=self.book.called, prints=found.prints, deaf=found.deaf, waits="")
        self._save(steps.woken_by(live, new, work.clock()))

    def _asked(self) -> Setup:
        """How what somebody starts is run."""
        return asked_setup(self.book.model, self.wish.zone)

    def _laid_aside(self, found: NotNow) -> bool:
        """A runner was killed while it wrote, and then an export took the snapshot's place: the log that it left is of
        no use to anybody, and keeps the snapshot from being opened."""
        aside = work.lay_log_aside(self.book.snapshot) if found.stray and self.wish.apply else ""
        if aside:
            self.told("snapshot", f"the log beside it is of the snapshot before and was renamed to {aside}")
        return bool(aside)

    def _listened(self) -> frozenset[str]:
        return frozenset(name for one in self.live.queue.entries for name in one.setup.wakes)

    def _not_now(self, reason: str) -> None:
        self._waits(reason)
        self._again = work.clock() + timedelta(seconds=self.wish.poll)

    # --- a run ---

    def _turn(self, entry: Entry) -> None:
        now = work.clock()
        turn, after = dispatched(entry, now, busy=False)
        match turn:
            case "left" | "waits":
                raise AssertionError(f"{entry.name} was started though it may not")
            case "deleted":
                self.told("gone", f"{entry.name}: it has expired")
                self._save(self.live.with_queue(self.live.queue.without(entry.number)))
            case "put off":
                self._save(self.live.put(after))
            case "runs":
                self._run(entry, now)
            case _:
                assert_never(turn)

    def _run(self, entry: Entry, now: datetime) -> None:
        if self._known is None or look(self.book.snapshot) != self._known:
            self._take_snapshot()
            return
        seen = self._known
        plan = self.wish.plans / plan_name(now, self.live.number + 1, entry.name)
        self._save(steps.begun(self.live, entry, now, self._called(plan), apply=self.wish.apply))
        queued = frozenset(one.name for one in self.live.queue.entries)
        made = self._wait(lambda: work.prepare(self._ground(), entry.setup, plan, seen, queued))
        if isinstance(made, Prepared):
            self._save(steps.planned(self.live, made))
            if self.wish.apply:
                listened = self._listened()
                done = self._wait(lambda: work.carry_out(self._ground(), plan, listened))
                if isinstance(done, Failed) and work.stands_in(plan, self.book.snapshot, self.book.catalog) is True:
                    done = Written(seen=None, look=look(self.book.snapshot))  # it failed on its way back
            else:
                done = Written(seen=None, look=seen)
            self._end(done, plan)
        else:
            self._end(made, plan)

    def _end(self, done: Written | Failed | NotNow, plan: Path) -> None:
        now = work.clock()
        match done:
            case Written():
                self._known = done.look
                self._ended(steps.succeeded(exported.looked_at(self.live, done.seen), now, self._asked()))
            case Failed():
                drop(plan)
                self._ended(steps.failed(self.live, done.reason, now))
            case NotNow():
                drop(plan)
                self._again = now + timedelta(seconds=self.wish.poll)
                new = done.reason != self.live.waits
                self._save(steps.taken_back(self.live, now, done.reason))
                if new:
                    self.told("waits", done.reason)
            case _:
                assert_never(done)

    def _ended(self, live: Live) -> None:
        self._save(live)
        prune(self.wish.plans, live.runs[-1].job, self.wish.kept)
        self.ended += 1
        self.told("ran", sentence(self.live.runs[-1]))

    def _wait(self, call: Callable[[], T]) -> T | Failed:
        """Let it be done beside, and take requests up meanwhile."""
        future: Future[T | Failed] = self._beside.submit(guarded, call)
        wake = threading.Event()
        future.add_done_callback(lambda _: wake.set())
        while not wake.wait(TICK):
            self._take_requests()
        return future.result()

    def _called(self, plan: Path) -> str:
        """A plan as the state calls it: from the workspace when it lies in it, so that a workspace can be moved."""
        return planning.shown(plan, self.book.workspace)

    def _ground(self) -> work.Ground:
        return self.book.ground(self.live, threads=self.wish.threads, memory=self.wish.memory)

    # --- after a kill ---

    def _resolve(self) -> bool:
        """What the last runner was in the middle of: did it take place? False while that cannot be seen."""
        under_way = self.live.under_way
        assert under_way is not None
        plan = self.book.workspace.root / under_way.plan
        carried_out: bool | NotNow = False
        if under_way.prepared is not None and under_way.apply:
            carried_out = work.stands_in(plan, self.book.snapshot, self.book.catalog)
        elif under_way.prepared is not None:
            carried_out = plan.is_file()
        if isinstance(carried_out, NotNow):
            if self._laid_aside(carried_out):
                return False
            self._waits(f"{under_way.before.name} was interrupted; {carried_out.reason}")
            return False
        for beside in plan.parent.glob(f".{plan.name}.*"):
            drop(beside)
        if not carried_out:
            drop(plan)
        self._save(steps.resolved(self.live, work.clock(), self._asked(), carried_out=carried_out))
        self.told("interrupted" if not carried_out else "ran", sentence(self.live.runs[-1]))
        return True


def begin(place: Place, book: Book, wish: Wish, live: Live | None, told: Told) -> Runner:
    """A runner of a queue that stands as it was left, or of a fresh one."""
    book = book.read()
    state = live if live is not None else steps.first(book.model, book.settings, work.clock(), wish.zone)
    return Runner(place=place, book=book, wish=wish, live=state, told=told)


def guarded(call: Callable[[], T]) -> T | Failed:
    """A defect in one job does not end the queue."""
    try:
        return call()
    except Exception as problem:
        return Failed(reason=f"this is a defect of coupler: {type(problem).__name__}: {problem}")


def sentence(ran: Ran) -> str:
    """A run in a line: the job, and what it came to."""
    return f"{ran.job}: {result(ran)}"
