"""What a person asks about the queue -> done at once, or left for the runner that is at work."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Literal

from engine.catalog.suggest import suggest
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.jobs.live import lock, place, requests, steps, words
from engine.jobs.live.live import Live
from engine.jobs.live.lock import Holder
from engine.jobs.live.place import Place, not_written
from engine.jobs.queue import ASLEEP, Entry

PATIENCE = 3.0
"""Seconds to wait for a runner to take a request up."""
Verb = Literal["hold", "wake", "restart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """job: blank for the whole queue. taken: was it done, or is it left for the runner? live: afterwards."""

    job: str
    taken: bool
    live: Live


def named(live: Live, given: Sequence[str]) -> tuple[Entry, ...] | Diagnostic:
    """The jobs that are meant; a name of several words need not be quoted. E698 for one that is not there."""
    by_name = {one.name.casefold(): one for one in live.queue.entries}
    whole = by_name.get(" ".join(given).casefold())
    if whole is not None:
        return (whole,)
    for one in given:
        if one.casefold() not in by_name:
            return unknown(one if len(given) == 1 else " ".join(given), tuple(one.name for one in live.queue.entries))
    return tuple(by_name[one.casefold()] for one in given)


def unknown(name: str, jobs: Sequence[str]) -> Diagnostic:
    """The finding that no job has this name (E698), with the names that are near."""
    near = suggest(name, jobs)
    hint = f"did you mean {' or '.join(near)}?" if near else "the jobs are " + ", ".join(jobs)
    return Diagnostic(
        code="E698",
        name="no-such-job",
        severity="error",
        span=None,
        message=f"there is no job {name} in the queue",
        hint=hint,
    )


def in_vain(entry: Entry, verb: Verb) -> Diagnostic | None:
    """E699: only a job that is ready or asleep can be woken."""
    if verb != "wake" or entry.status in ("Ready", "Waiting", ASLEEP, "In Process"):
        return None
    return Diagnostic(
        code="E699",
        name="job-not-woken",
        severity="error",
        span=None,
        message=f"{entry.name} is {words.STATUSES[entry.status]}, so it cannot be woken",
        hint=f"coupler jobs restart {entry.name} lets it run again",
    )


def ask(at: Place, begun: Live, verb: str, job: str, now: datetime) -> Asked:
    """Do it when no runner is at work, else leave it for the runner and see that it takes it up. Raises NotWritten.

    begun: the queue to begin with where none was ever run.
    """
    place.prepare(at)
    with lock.held(at.lock, runs=False) as holder:
        if holder is None:
            return Asked(job=job, taken=True, live=_done(at, begun, verb, job, now))
    path = requests.ask(at, verb, job)
    until = monotonic() + PATIENCE
    while path.exists() and monotonic() < until:
        sleep(0.05)
    return Asked(job=job, taken=not path.exists(), live=_read(at, begun))


def _read(at: Place, begun: Live) -> Live:
    live = place.read(at)
    if isinstance(live, Diagnostic):
        raise place.NotWritten(live)
    return live if live is not None else begun


def _done(at: Place, begun: Live, verb: str, job: str, now: datetime) -> Live:
    live = _read(at, begun)
    left = requests.pending(at)
    for one in (*left, requests.Request(verb=verb, job=job, path=Path())):
        live = steps.full_begun(live, now) if one.verb == "full-sync" else steps.asked(live, one.verb, one.job, now)
    place.write(at, live.with_queue(replace(live.queue, now=now)))
    for one in left:
        requests.take_away(one.path)
    return live


def reset(at: Place, now: datetime) -> Path | Holder | None:
    """Lay the state aside, so that the queue begins anew: where it lies now; who is at work; None when there is none.
    Raises NotWritten."""
    place.prepare(at)
    with lock.held(at.lock, runs=False) as holder:
        if holder is not None:
            return holder
        for one in requests.pending(at):
            requests.take_away(one.path)
        if not at.state.exists():
            return None
        aside = at.folder / f"state-{now:%Y-%m-%dT%H-%M-%SZ}.json"
        try:
            at.state.replace(aside)
            with suppress(OSError):
                place.settle(at.folder)
        except OSError as error:
            raise not_written(aside, error) from error
        return aside
