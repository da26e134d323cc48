"""The live queue and what happens next -> the live queue afterwards. Pure; each step is what is written down.

A run is three writings: `begun`, `planned` (its plan is saved and is about to be applied), and `ended`. A process that
is killed between them leaves `under_way`; `resolved` makes of it the state after the run, or the one before, with the
run told as interrupted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from engine.jobs.define import ASKED, CONNECTIONS, entered, fresh, has_something_to_run, one_off, setup_of
from engine.jobs.live.live import (
    CONNECTION_OFF,
    FULL_SYNC,
    KEPT,
    Line,
    Live,
    Moved,
    Outcome,
    Prepared,
    Ran,
    Setting,
    UnderWay,
)
from engine.jobs.queue import ASLEEP, Done, Entry, Failed, QueueState, Result, Setup
from engine.jobs.switched import set_up_anew, switched
from engine.jobs.turns import dispatched, finished, hears, held, restarted, woken
from engine.model.model import Model

INTERRUPTED = "the runner was stopped in the middle of it"


def first(model: Model, settings: Mapping[str, object], now: datetime, zone: str = "UTC") -> Live:
    """The queue of a workspace where none was ever run. settings: of the workspace, without secrets."""
    return Live(queue=fresh(model, now, zone), settings=_settings(settings))


# --- whose turn it is ---


def next_due(state: QueueState, now: datetime, *, full: bool) -> Entry | None:
    """The job whose turn it is: the one that was planned first; of several that waited for their category, the one that
    goes before the others (R9.5). full: do jobs of a full synchronisation run? They build on what the ones before them
    have written, so that they wait where nothing is applied."""
    due = [one for one in state.entries if one.startable and one.start is not None and one.start <= now]
    due = [one for one in due if full or not one.setup.full]
    if not due:
        return None
    first = min(due, key=lambda one: (one.start, one.setup.priority, one.number))
    if first.status != "Waiting":
        return first
    others = (one for one in due if one.status == "Waiting" and one.setup.category == first.setup.category)
    return min(others, key=lambda one: (one.setup.priority, one.number))


# --- a run ---


def begun(live: Live, entry: Entry, now: datetime, plan: str, *, apply: bool) -> Live:
    """A job is in process. plan: the name of its file to be. While a line of a full synchronisation runs, the jobs of
    its mapping are on hold (R7.7)."""
    number = live.number + 1
    own = live.queue.behind(entry)
    under_way = UnderWay(number=number, entry=entry.number, before=entry, start=now, plan=plan, apply=apply, held=own)
    for one in own:
        live = live.put(held(one))
    return replace(live.put(entry.to("In Process", entry.start)), number=number, under_way=under_way)


def planned(live: Live, prepared: Prepared) -> Live:
    """Its plan is saved; from here on it may be applied."""
    assert live.under_way is not None
    return replace(live, under_way=replace(live.under_way, prepared=prepared))


def taken_back(live: Live, now: datetime, waits: str) -> Live:
    """The run could not be made now, through no fault of the job: it is as due as before."""
    under_way = live.under_way
    assert under_way is not None
    entry = _of(live, under_way)
    if entry is not None and entry.status == "In Process":
        live = live.put(under_way.before)
    live = _released(live, under_way)
    return replace(live, number=live.number - 1, under_way=None, waits=waits)


def succeeded(live: Live, end: datetime, asked: Setup = ASKED) -> Live:
    """The run has done what it prepared. asked: how what somebody starts is run, lines that come next among it."""
    under_way = live.under_way
    assert under_way is not None and under_way.prepared is not None
    made = under_way.prepared
    live = _ended(live, Done(activity=made.activity), end, "done", made)
    if under_way.apply:
        changed, ran = {one.name for one in made.moved}, under_way.before.setup.runs
        kept = tuple(one for one in live.moved if one.name not in changed)
        live = replace(live, anew=tuple(one for one in live.anew if one not in ran))
        live = replace(live, moved=kept + made.moved, lines=_lines(live, made, under_way.before.name))
        live = woken_by(live, made.wakes, end, but=under_way.entry)
    return _queued(live, made.queues, end, asked)


def failed(live: Live, reason: str, end: datetime, outcome: Outcome = "failed") -> Live:
    """The run failed as a whole, or was interrupted: its tries count (R9.16)."""
    return _ended(live, Failed(reason=reason), end, outcome, None)


def resolved(live: Live, now: datetime, asked: Setup = ASKED, *, carried_out: bool) -> Live:
    """The queue of a runner that was killed in the middle of a run: the state after it, or before it.

    carried_out: its plan was applied, or was saved where nothing is to be applied.
    """
    assert live.under_way is not None
    made = live.under_way.prepared
    if carried_out and made is not None:
        # what the run wrote is not what an export has changed: these tables are seen for the first time
        prints = (
            tuple(one for one in live.prints if one.table not in made.wakes) if live.under_way.apply else live.prints
        )
        return succeeded(replace(live, prints=prints), made.end, asked)
    return failed(live, INTERRUPTED, now, "interrupted")


def _released(live: Live, under_way: UnderWay) -> Live:
    """The jobs that were on hold for a line of a full synchronisation stand as before; those that are gone stay so."""
    there = {one.number: one.setup for one in live.queue.entries}
    for one in under_way.held:
        if one.number in there:
            live = live.put(replace(one, setup=there[one.number]))
    return live


def _of(live: Live, under_way: UnderWay) -> Entry | None:
    return next((one for one in live.queue.entries if one.number == under_way.entry), None)


def _ended(live: Live, result: Result, end: datetime, outcome: Outcome, made: Prepared | None) -> Live:
    under_way = live.under_way
    assert under_way is not None
    entry = _of(live, under_way)
    after = finished(entry, result, end) if entry is not None and entry.status == "In Process" else entry
    ran = Ran(
        number=under_way.number,
        job=under_way.before.name,
        start=under_way.start,
        end=end,
        outcome=outcome,
        reason=result.reason if isinstance(result, Failed) else "",
        plan=under_way.plan if made is not None else "",
        applied=made is not None and under_way.apply,
        then="gone" if after is None else after.status,
        next=None if after is None else after.start,
    )
    if made is not None:
        ran = replace(ran, activity=made.activity, counters=made.counters)
    live = _released(live, under_way)
    queue = live.queue.put(after) if after is not None else live.queue.without(under_way.entry)
    live = replace(live, queue=queue, under_way=None, waits="", runs=(*live.runs, ran)[-KEPT:])
    return _collided(live, under_way, end)


def _collided(live: Live, under_way: UnderWay, end: datetime) -> Live:
    """R9.5: jobs of the same category that came due meanwhile have waited; `next_due` takes them by priority."""
    category = under_way.before.setup.category
    if not category:
        return live
    for entry in live.queue.entries:
        due = entry.startable and entry.start is not None and entry.start <= end
        if due and entry.setup.category == category and entry.number != under_way.entry and entry.start is not None:
            turn, after = dispatched(entry, max(entry.start, under_way.start), busy=True)
            if turn == "waits":
                live = live.put(after)
    return live


# --- what wakes, comes and goes ---


def woken_by(live: Live, tables: Iterable[str], now: datetime, but: int | None = None) -> Live:
    """R9.11, R9.12: records of these BC tables were created or changed. but: not this entry."""
    changed, deaf = frozenset(tables), frozenset(live.deaf)
    for entry in live.queue.entries:
        if entry.number != but and entry.setup.wakes & changed and hears(entry, deaf):
            live = live.put(woken(entry, now))
    return live


def _queued(live: Live, names: Iterable[str], now: datetime, asked: Setup) -> Live:
    """The next wave of a full synchronisation: a job that runs once for each of its lines."""
    for name in names:
        if live.queue.entry(line_job(name)) is None:
            live = live.put(one_off(line_job(name), (name,), _next_number(live.queue), now, asked, full=True))
    return live


def _lines(live: Live, made: Prepared, job: str) -> tuple[Line, ...]:
    """The lines of the full synchronisation, those that are queued now in the wave after that of this job."""
    if not made.lines:
        return live.lines
    waves = {one.name: one.wave for one in live.lines}
    wave = 1 + next((one.wave for one in live.lines if line_job(one.name) == job), 0)
    return tuple(replace(one, wave=wave if one.name in made.queues else waves.get(one.name, 0)) for one in made.lines)


def line_job(name: str) -> str:
    """What the job is called that runs the line of a mapping."""
    return f"{name} full"


def full_begun(live: Live, now: datetime, asked: Setup = ASKED) -> Live:
    """A person starts a full synchronisation, or goes on with the one that is there."""
    if any(one.setup.full for one in live.queue.entries):
        return live
    return live.put(one_off(FULL_SYNC, (), _next_number(live.queue), now, asked, full=True))


def in_the_middle(live: Live) -> bool:
    """Does a line of a full synchronisation wait for its run?"""
    return any(one.setup.full and one.setup.runs for one in live.queue.entries)


def begun_anew(live: Live, now: datetime, asked: Setup = ASKED) -> Live:
    """A full synchronisation of which a new snapshot knows nothing: what its lines had written is gone with the old
    one, so that it begins with its first wave again."""
    for entry in live.queue.entries:
        if entry.setup.full:
            live = live.with_queue(live.queue.without(entry.number))
    return full_begun(replace(live, lines=()), now, asked)


def _next_number(queue: QueueState) -> int:
    return max((one.number for one in queue.entries), default=0) + 1


def reconciled(live: Live, model: Model, now: datetime, zone: str = "UTC", once: frozenset[str] = frozenset()) -> Live:
    """The queue under these rules: jobs are as declared now, new ones come, others go; what runs once stays.

    once: the jobs without interval that the rules declare, whatever the settings. One that the settings left out when
    they were last looked at, and leave out no longer, is queued, once; one that they leave out now goes.
    """
    queue = live.queue
    for entry in queue.entries:
        job = model.jobs.get(entry.name)
        if job is not None and job.every is not None:
            queue = queue.put(replace(entry, setup=setup_of(job, model, zone)))
        elif entry.setup.recurring or (job is None and entry.name in once):
            queue = queue.without(entry.number)
    for job in model.jobs.values():
        asked_for = (job.every is not None and has_something_to_run(job, model)) or job.name in live.dormant
        if asked_for and queue.entry(job.name) is None:
            queue = queue.put(entered(job, model, _next_number(queue), now, zone))
    return replace(live.with_queue(queue), dormant=tuple(sorted(once - model.jobs.keys())))


def different(live: Live, settings: Mapping[str, object]) -> tuple[str, ...]:
    """The settings that have another value now than when the queue was last looked at; none where that is unknown."""
    known = dict(live.settings)
    return tuple(
        name
        for name in sorted(known.keys() | settings.keys())
        if live.settings and known.get(name) != settings.get(name)
    )


def settings_changed(
    live: Live, before: Model, model: Model, now: datetime, dataverse: frozenset[str], zone: str = "UTC"
) -> Live:
    """The settings of the workspace were changed: as in the products, jobs come and go with them, a connection that is
    off holds its jobs, one that is on again sets them up anew. before, model: the rules under the settings before and
    now; dataverse: the mappings that need no connection to Sales. A run under way goes on, and what waits for its end
    is told of the change as well."""
    under_way = live.under_way
    stood = _released(live, under_way) if under_way is not None else live
    queue = switched(stood.queue, before, model, now, dataverse, zone)
    was = {one.number: one for one in stood.queue.entries}
    for one in queue.entries:
        if one.status == "On Hold" and one.number in was and was[one.number].status != "On Hold":
            queue = queue.put(replace(one, message=CONNECTION_OFF))
    live = replace(live, queue=queue, anew=tuple(sorted({*live.anew, *set_up_anew(before, model, dataverse)})))
    if under_way is None:
        return live
    numbers = {one.number for one in under_way.held}
    waiting = tuple(one for one in queue.entries if one.number in numbers)
    for one in waiting:
        live = live.put(held(one))
    return replace(live, under_way=replace(under_way, held=waiting))


def connections_among(names: Iterable[str]) -> bool:
    """Is a connection among these settings?"""
    return any(one in CONNECTIONS for one in names)


def written_under(live: Live, settings: Mapping[str, object]) -> Live:
    """The queue stands for these settings now."""
    return replace(live, settings=_settings(settings))


def _settings(given: Mapping[str, object]) -> tuple[Setting, ...]:
    return tuple(Setting(name, given[name]) for name in sorted(given))


def settings_of(live: Live, given: dict[str, object]) -> dict[str, object]:
    """The settings of the workspace, with what runs have changed of them; what a person has changed since wins."""
    return given | {one.name: one.value for one in live.moved if given.get(one.name) == one.was}


def moved_between(before: dict[str, object], after: dict[str, object], given: dict[str, object]) -> tuple[Moved, ...]:
    """The settings that a run has changed. given: as the workspace says them."""
    return tuple(
        Moved(name=name, was=given.get(name), value=value) for name, value in after.items() if before.get(name) != value
    )


# --- what a person asks for ---


def asked(live: Live, verb: str, name: str, now: datetime) -> Live:
    """hold, wake or restart a job; a job that is gone by now is let be. What a person says of a job that is on hold for
    a line of a full synchronisation holds after the line too."""
    entry = live.queue.entry(name)
    if entry is None:
        return live
    own = next((one for one in live.under_way.held if one.number == entry.number), None) if live.under_way else None
    if own is not None:
        return _asked_on_hold(live, verb, own, now)
    match verb:
        case "hold":
            return live.put(held(entry))
        case "wake" if entry.status in ("Ready", "Waiting", ASLEEP):
            return live.put(replace(entry, status="Ready", start=now))
        case "restart" if _runs(live, entry):
            return live.put(entry.to("In Process", entry.start))
        case "restart":
            return live.put(restarted(entry, now))
    return live


def _asked_on_hold(live: Live, verb: str, own: Entry, now: datetime) -> Live:
    """The same for a job that is on hold as long as a line of a full synchronisation runs. own: as it stood."""
    under_way = live.under_way
    assert under_way is not None
    kept = tuple(one for one in under_way.held if one.number != own.number)
    match verb:
        case "wake" if own.startable:
            kept = (*kept, replace(own, status="Ready", start=now))
        case "wake":
            kept = under_way.held
        case "restart":
            live = live.put(restarted(own, now))
    return replace(live, under_way=replace(under_way, held=kept))


def _runs(live: Live, entry: Entry) -> bool:
    return live.under_way is not None and live.under_way.entry == entry.number
