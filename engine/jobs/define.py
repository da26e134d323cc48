"""Jobs of the model -> entries of a queue: those of a fresh configuration, those that a change of settings brings."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from engine.jobs.queue import ALWAYS, ASLEEP, Entry, Hours, QueueState, Setup
from engine.jobs.times import after_run, allowed
from engine.jobs.turns import fallen_asleep
from engine.model.effects import Require
from engine.model.model import Job, Mapping, Model, Process
from engine.model.typed import Holds, SettingValue
from engine.plan.legs import keeps_options

DATAVERSE, SALES = "enable_cds_connection", "sales_connection_enabled"
CONNECTIONS = (DATAVERSE, SALES)
"""The settings that switch a connection on and off."""

ASKED = Setup(name="", recurring=False, attempts=2, delay=30, category="ONE-TIME")
"""How what somebody starts is run where no job of the rules says so (R9.2)."""
ONCE_AFTER = timedelta(seconds=1)
"""How soon a job without interval starts that somebody or a setting asks for (R9.2)."""


def setup_of(job: Job, model: Model, zone: str = "UTC") -> Setup:
    """How the queue sees a job. zone: whose clock windows go by that name none.

    A job without `sleep` is ready again after every run; where it begins asleep, it sleeps for one interval (R9.3).
    """
    hours = ALWAYS
    if job.window is not None:
        hours = Hours(days=job.window.days, start=job.window.start, end=job.window.end, zone=job.window.zone or zone)
    if job.next_run is not None:
        own = job.next_run.zone or (job.window.zone if job.window is not None else "") or zone
        hours = replace(hours, start=job.next_run.at or hours.start, zone=own)
    runs = job.runs
    if job.all_others:
        runs = (*runs, *(one for one in model.order if one not in runs and takes_part(model.mappings[one])))
    return Setup(
        name=job.name,
        title=job.title,
        runs=tuple(one for one in runs if one in model.mappings or one in model.processes or job.every is not None),
        recurring=job.every is not None,
        every=job.every or 0,
        sleeps=job.sleep is not None,
        inactivity=(job.every or 0) if job.sleep is None else job.sleep,
        attempts=job.attempts,
        delay=job.delay,
        category=job.category,
        priority=job.priority,
        hours=hours,
        wakes=frozenset(one.name for one in job.wakes if one.system == "bc"),
        formula="" if job.next_run is None else job.next_run.formula,
    )


def takes_part(mapping: Mapping) -> bool:
    """R9.18: is it among `all others`? Mappings of options and of lines are not."""
    return mapping.only_within is None and not keeps_options(mapping)


def fresh(model: Model, now: datetime, zone: str = "UTC") -> QueueState:
    """The recurring jobs of a configuration that was set up this moment, those that have something to run."""
    state = QueueState(now=now)
    for job in model.jobs.values():
        if job.every is not None and has_something_to_run(job, model):
            state = state.put(_entry(job, model, now, len(state.entries) + 1, zone))
    return state


def has_something_to_run(job: Job, model: Model) -> bool:
    """Do the settings leave any of the mappings and processes that it runs? A process whose connection is off does not
    count. A job that names none is let be."""
    named = any(one in model.mappings or has_connections(model.processes.get(one), model) for one in job.runs)
    return named or job.all_others or not job.runs


def has_connections(process: Process | None, model: Model) -> bool:
    """Is every connection on that the process requires before anything else? False where there is no process."""
    if process is None:
        return False
    first = takewhile(lambda one: isinstance(one, Require), process.body.statements)
    required = (one.condition.value for one in first if isinstance(one, Require) and isinstance(one.condition, Holds))
    return all(
        bool(model.settings.get(one.name))
        for one in required
        if isinstance(one, SettingValue) and one.name in CONNECTIONS
    )


def _entry(job: Job, model: Model, now: datetime, number: int, zone: str) -> Entry:
    entry = Entry(number=number, setup=setup_of(job, model, zone), start=now)
    if job.start_asleep and job.next_run is not None and job.sleep is None:
        return entry.to(ASLEEP, after_run(entry.setup, now))
    if job.start_asleep:
        return fallen_asleep(entry, now)
    return replace(entry, start=allowed(entry.setup.hours, now))


def asked_setup(model: Model, zone: str = "UTC") -> Setup:
    """R9.2: how what somebody starts is run: as the job says that runs what is asked for; the last one, if several."""
    job = next((one for one in reversed(tuple(model.jobs.values())) if one.asked_for), None)
    return ASKED if job is None else setup_of(job, model, zone)


def one_off(
    name: str, runs: tuple[str, ...], number: int, now: datetime, asked: Setup = ASKED, *, full: bool = False
) -> Entry:
    """R9.2: what a person starts: once, a second later, one at a time. asked: how it is run; full: lines of a full
    synchronisation."""
    setup = replace(asked, name=name, title="", runs=runs, recurring=False, wakes=frozenset(), full=full)
    return Entry(number=number, setup=setup, start=now + ONCE_AFTER)


def appearing(before: Model, after: Model) -> tuple[tuple[Job, ...], tuple[str, ...]]:
    """What a change of settings does: the jobs that come into being, and the names of those that go. A job without
    interval that comes into being is queued as well: the setting asks for it, once."""
    new = tuple(
        one
        for one in after.jobs.values()
        if not one.asked_for
        and (one.name not in before.jobs or has_something_to_run(one, after) > has_something_to_run(one, before))
    )
    gone = tuple(name for name in before.jobs if name not in after.jobs)
    return new, gone


def entered(job: Job, model: Model, number: int, now: datetime, zone: str = "UTC") -> Entry:
    """A job that comes into being now: a recurring one as in a fresh configuration, one that runs once in a second."""
    if job.every is None:
        return Entry(number=number, setup=setup_of(job, model, zone), start=now + ONCE_AFTER)
    return _entry(job, model, now, number, zone)
