"""Rules, a snapshot's world, a queue, scripted edits -> the timeline of a stretch of time.

One session lives through all of it: every run is a real plan on what the runs and edits before it left. A run that
cannot find anything new is not planned again (`engine.jobs.known`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from engine.jobs import follow, gather
from engine.jobs.byclock import ByClock, by_clock
from engine.jobs.byday import lasts_until
from engine.jobs.carry import carry_out
from engine.jobs.define import CONNECTIONS, DATAVERSE, SALES, asked_setup, one_off
from engine.jobs.edits import Edit, Refused, carry_out_edit
from engine.jobs.known import Idle, settings_text
from engine.jobs.queue import Done, Entry, Failed, QueueState, Result
from engine.jobs.schedule import Event, Schedule
from engine.jobs.switched import set_up_anew, switched
from engine.jobs.timeline import CONNECTION_OFF, Edited, Happened, LegRun, Ran, Timeline, Touched, What
from engine.jobs.traced import TracedWorld
from engine.jobs.turns import held
from engine.jobs.waking import NOTHING, Prints, changed_tables, deaf_mappings, prints, written
from engine.model.model import Model
from engine.run.actions import fullsync
from engine.run.actions.clock import move_clock, take_model
from engine.run.actions.react import react_to_setting
from engine.run.actions.runs import clear_watermarks
from engine.run.dryrun import Session

Rebind = Callable[[Mapping[str, object]], Model]
Progress = Callable[[str, int, int], None]
LACKS_TO_CREATE = re.compile(r"\bprvCreate\w*", re.I)
"""An error text of Sales that shows that its user lacks a privilege to create (R9.17)."""
INSTANT = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be simulated. takes: how long every run lasts. work_date: fixed, or None: the day of the clock.

    full: begin with a full synchronisation, wave after wave. zone: of windows that name none. short_cut: do not plan
    runs that cannot find anything.
    """

    begin: datetime
    end: datetime
    takes: timedelta = timedelta(seconds=10)
    work_date: date | None = None
    full: bool = False
    zone: str = "UTC"
    short_cut: bool = True


@dataclass
class Simulation:
    """A simulation under way."""

    session: Session
    wish: Wish
    rebind: Rebind
    progress: Progress
    schedule: Schedule = field(init=False)
    runs: dict[int, Ran] = field(default_factory=dict)
    running: dict[int, int] = field(default_factory=dict)
    happened: list[Happened] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    edited: list[Edited] = field(default_factory=list)
    idle: dict[int, Idle] = field(default_factory=dict)
    prints: Prints = field(default_factory=dict)
    held: dict[int, tuple[Entry, ...]] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    clocks: dict[int, tuple[Model, ByClock]] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)

    # --- runs ---

    def run(self, entry: Entry, at: datetime) -> tuple[Result, timedelta]:
        """A job whose turn it is."""
        self._to(at)
        number = len(self.runs) + 1
        self.running[entry.number] = number
        if entry.name in self.failing:
            failed = Failed(reason=self.failing.pop(entry.name))
            self._note(number, entry, at, failed, (), known=False)
            return failed, self.wish.takes
        known = self.idle.get(entry.number) if self.wish.short_cut else None
        if known is not None and known.holds(self.session.model, self.session.around.settings, self.prints, at):
            self._move_settings(known.moves, at)
            self.session.legs += known.numbers
            self._note(number, entry, at, known.result, known.legs, known=True)
            return known.result, self.wish.takes
        result, legs = self._planned(entry, number, at)
        self._note(number, entry, at, result, legs, known=False)
        return result, self.wish.takes

    def _planned(self, entry: Entry, number: int, at: datetime) -> tuple[Result, tuple[LegRun, ...]]:
        session = self.session
        world = session.world
        assert isinstance(world, TracedWorld)
        world.read.clear()
        world.acted.clear()
        before, first = self.prints, session.legs
        clock = self._by_clock(entry)
        settings = settings_text(session.around.settings, clock.apart)
        result = carry_out(session, entry.setup)
        read = set(world.read)
        end = at + self.wish.takes
        legs = gather.legs(world, first)
        self.touched += gather.touched(world, first, run=number, start=at, end=end)
        self.prints = prints(world)
        self.idle.pop(entry.number, None)
        same = settings == settings_text(session.around.settings, clock.apart)
        same = same and not changed_tables(before, self.prints)
        future = self._reads_the_future(first, at)
        empty = not any(one.scanned or one.unchanged or one.skipped for one in legs)
        lasting = clock.kind == "never" or (clock.kind == "empty" and empty)
        if same and lasting and not future and isinstance(result, Done):
            self.idle[entry.number] = Idle(
                model=session.model,
                settings=settings,
                until=lasts_until(clock.day, at.date(), world),
                read={key: self.prints.get(key, NOTHING) for key in read},
                moves=clock.moves,
                apart=clock.apart,
                result=result,
                legs=legs,
                numbers=session.legs - first,
            )
        gather.clear(world, self.kept)
        self._wake(written(before, self.prints), at, f"by {entry.name}", but=entry.number)
        return result, legs

    def _by_clock(self, entry: Entry) -> ByClock:
        """What the clock means to a job; asked once for each set of rules."""
        known = self.clocks.get(entry.number)
        if known is None or known[0] is not self.session.model:
            known = (self.session.model, by_clock(self.session.model, entry.setup))
            self.clocks[entry.number] = known
        return known[1]

    def _reads_the_future(self, first: int, at: datetime) -> bool:
        """Was a record read whose stamp lies after the clock? The watermark follows it as time goes on (R2.18)."""
        newest = gather.latest_stamp(self.session.world, range(first + 1, self.session.legs + 1))
        return newest is not None and newest > at

    def _move_settings(self, names: frozenset[str], at: datetime) -> None:
        """What a run that is not planned does all the same: its marks of the last run move to the clock."""
        settings = self.session.around.settings
        assert isinstance(settings, dict)
        settings |= dict.fromkeys(names, at)

    def _note(
        self, number: int, entry: Entry, at: datetime, result: Result, legs: tuple[LegRun, ...], *, known: bool
    ) -> None:
        self.runs[number] = Ran(
            number=number,
            job=entry.name,
            start=at,
            end=at + self.wish.takes,
            legs=legs,
            activity=result.activity if isinstance(result, Done) else None,
            known=known,
            error=result.reason if isinstance(result, Failed) else "",
            then="running",
            next=None,
        )

    # --- time ---

    def until(self, moment: datetime) -> None:
        """Everything that the queue does up to a moment."""
        for event in self.schedule.until(moment):
            self._told(event)

    def _told(self, event: Event) -> None:
        entry = event.before
        match event.what:
            case "ends":
                number = self.running.pop(entry.number)
                after = event.entry
                status = "gone" if after is None else after.status
                self.runs[number] = replace(self.runs[number], then=status, next=None if after is None else after.start)
                self._turned_off(event.at, self.runs[number].error)
                if entry.setup.full:
                    self._release(entry)
                    self._next_wave(event.at)
            case "waits":
                self._say(
                    event.at, "waits", entry.name, f"another job of category {entry.setup.category} is in process"
                )
            case "put off":
                start = event.entry.start if event.entry is not None else None
                self._say(event.at, "put off", entry.name, f"outside its hours; until {start:%Y-%m-%d %H:%M} UTC")
            case "deleted":
                self._say(event.at, "deleted", entry.name, "it has expired")
            case "starts":
                if entry.setup.full:
                    self._hold_back(entry)
                done = int((event.at - self.wish.begin) / MINUTE)
                self.progress(
                    f"{event.at:%Y-%m-%d %H:%M} {entry.name}", done, int((self.wish.end - self.wish.begin) / MINUTE)
                )

    def _turned_off(self, at: datetime, error: str) -> None:
        """R9.17: an error that shows a missing privilege to create turns the connections off, with that reason."""
        on = {name: False for name in CONNECTIONS if self.session.around.settings.get(name)}
        if LACKS_TO_CREATE.search(error) and on:
            self._to(max(at, self.session.around.now))
            self._say(at, "note", "", f"the connection is turned off: {error}")
            self._change_settings(at, on)
            self.prints = prints(self.session.world)

    def _to(self, at: datetime) -> None:
        move_clock(self.session, at, self.wish.work_date or at.date())

    def _say(self, at: datetime, what: What, job: str, text: str) -> None:
        self.happened.append(Happened(at=at, what=what, job=job, text=text))

    def _wake(self, tables: Iterable[str], at: datetime, why: str, but: int | None = None) -> None:
        tables = frozenset(tables)
        deaf = deaf_mappings(self.session.world) if tables else frozenset()
        for entry in self.schedule.wake(tables, but=but, deaf=deaf):
            self._say(at, "woken", entry.name, f"{why}; starts {entry.start:%H:%M:%S}")

    # --- edits and settings ---

    def edit(self, one: Edit) -> None:
        """A scripted edit, with what the products do about it at once."""
        self.until(one.at - INSTANT)
        self.schedule.now = one.at
        self._to(one.at)
        before = self.prints
        if one.fails:
            self.failing[one.fails] = one.because
            return
        if one.settings is not None:
            self._change_settings(one.at, one.settings)
        else:
            made = carry_out_edit(self.session, one, len(self.edited) + 1)
            if isinstance(made, Refused):
                self._say(one.at, "refused", "", made.reason)
                return
            self.edited.append(made)
            word = {"create": "is created", "update": "is changed", "delete": "is deleted"}[made.op]
            self._say(one.at, "edit", "", f"{made.caption} {made.label} {word}")
        self.prints = prints(self.session.world)
        self._wake(written(before, self.prints), one.at, "by an edit")

    def _change_settings(self, at: datetime, given: Mapping[str, object]) -> None:
        session = self.session
        before, kept = session.model, dict(session.around.settings)
        take_model(session, self.rebind({**kept, **given}))
        refused = react_to_setting(session, [name for name, value in given.items() if kept.get(name) != value])
        if refused:
            take_model(session, self.rebind(kept))
            self._say(at, "refused", "", refused[0].reason)
            return
        take_model(session, self.rebind(dict(session.around.settings)))
        self._say(at, "settings", "", ", ".join(f"{name} = {value}" for name, value in given.items()))
        self._switch(before, at, any(name in CONNECTIONS for name in given))

    def _switch(self, before: Model, at: datetime, connection: bool) -> None:
        """What the change does to the queue. connection: is a connection among the settings?"""
        model, state = self.session.model, self.schedule.state()
        alone = {**self.session.around.settings, DATAVERSE: True, SALES: False}
        dataverse = frozenset(self.rebind(alone).mappings) if connection else frozenset[str]()
        after = switched(state, before, model, at, dataverse, self.wish.zone)
        for old in state.entries:
            new = after.entry(old.name)
            if new is None:
                self._say(at, "disappears", old.name, "the settings leave it out")
            elif new != old:
                held_back = new.status == "On Hold"
                self._say(at, "note", old.name, CONNECTION_OFF if held_back else "its connection is on again")
            if new is None or new.number != old.number:
                self.schedule.remove(old.number)
        for one in after.entries:
            if state.entry(one.name) is None:
                self._say(at, "appears", one.name, "the settings ask for it")
        for name in sorted(set_up_anew(before, model, dataverse)):
            clear_watermarks(self.session, model.mappings[name])
        self.schedule.put_all(one for one in after.entries if one not in state.entries)

    # --- a full synchronisation ---

    def begin_full(self) -> None:
        """The lines of the plan, and the first wave (R7.5)."""
        self._to(self.wish.begin)
        fullsync.plan(self.session)
        self._next_wave(self.wish.begin)

    def _hold_back(self, line: Entry) -> None:
        """R7.7: while a line runs, the job of its mapping is on hold."""
        before = self.schedule.state().behind(line)
        self.held[line.number] = before
        self.schedule.put_all(held(one) for one in before)

    def _release(self, line: Entry) -> None:
        """The job of its mapping stands as it did before; one that the settings have taken away stays gone."""
        before = self.held.pop(line.number, ())
        self.schedule.put_all(one for one in before if one.number in self.schedule.entries)

    def _next_wave(self, at: datetime) -> None:
        """R7.5: whenever a line has left In Process, every line whose parents are finished is queued."""
        self._to(max(at, self.session.around.now))
        started = fullsync.advance(self.session)
        for name in started:
            number = self.schedule.next_number()
            asked = asked_setup(self.session.model, self.wish.zone)
            self.schedule.put(one_off(f"{name} full", (name,), number, at, asked, full=True))
        if started:
            self._say(at, "note", "", f"full synchronisation: the next wave is {', '.join(started)}")
            self.prints = prints(self.session.world)


def simulate(
    session: Session,
    queue: QueueState,
    wish: Wish,
    edits: Sequence[Edit] = (),
    *,
    rebind: Rebind,
    progress: Progress = lambda what, done, total: None,
) -> Timeline:
    """Let the queue run from `wish.begin` to `wish.end`. session: on a `TracedWorld`; the runs change it."""
    made = Simulation(session=session, wish=wish, rebind=rebind, progress=progress)
    made.kept = gather.temporary(session.world)
    made.schedule = Schedule.of(replace(queue, now=wish.begin), made.run)
    made.prints = prints(session.world)
    if wish.full:
        made.begin_full()
    for one in sorted(edits, key=lambda one: one.at):
        if wish.begin <= one.at <= wish.end:
            made.edit(one)
    made.until(wish.end)
    progress("", 1, 1)
    runs = tuple(made.runs[one] for one in sorted(made.runs))
    return Timeline(
        begin=wish.begin,
        end=wish.end,
        runs=runs,
        happened=tuple(sorted(made.happened, key=lambda one: one.at)),
        edits=follow.followed(made.edited, runs, made.touched),
        pingpongs=follow.pingpongs(made.edited, made.touched),
        lost=follow.lost(made.edited, made.touched),
        clashes=follow.clashes(runs, made.touched),
        queue=made.schedule.state(),
        touched=tuple(made.touched),
    )
