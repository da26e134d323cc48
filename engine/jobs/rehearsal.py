"""The workspace around the current folder, a beginning and a length of time -> the timeline of its job queue."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from engine import connector, pipeline, planning
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.jobs.define import fresh
from engine.jobs.events import read_edits
from engine.jobs.queue import QueueState
from engine.jobs.simulate import Wish, simulate
from engine.jobs.timeline import Timeline
from engine.jobs.traced import TracedWorld
from engine.model.jobs import known_zone
from engine.model.model import Model
from engine.run.dryrun import begin
from engine.run.world import World
from engine.sql.quote import identifier

if TYPE_CHECKING:
    from engine.catalog.catalog import System
    from engine.catalog.settings import Value as Setting

LENGTH = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """timeline: None when there is none. found: why not, or what could not be planned. company: whose queue it is."""

    timeline: Timeline | None
    found: tuple[Diagnostic, ...]
    company: str = ""
    snapshot: str = ""


def rehearse(
    *,
    start: str | None,
    length: str,
    events: Path | None = None,
    snapshot: str | None = None,
    work_date: str | None = None,
    takes: float = 10.0,
    zone: str = "UTC",
    full: bool = False,
    jobs: Sequence[str] = (),
    memory: str | None = None,
    threads: int | None = None,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Rehearsed:
    """Let the job queue run on the snapshot's overlay; nothing is written. jobs: only these."""
    lasts = duration(length)
    problems = [] if isinstance(lasts, timedelta) else [lasts]
    if not known_zone(zone):
        problems.append(planning.wrong_words(f"there is no time zone {zone}", "write it like Europe/Berlin"))
    ground = planning.opened(snapshot=snapshot, now=start, work_date=work_date, memory=memory, threads=threads)
    if not isinstance(ground, planning.Opened):
        return Rehearsed(timeline=None, found=(*problems, *ground))
    model = ground.rules.model
    edits, wrong = read_edits(events, ground.world.catalog) if events is not None else ((), ())
    queue = fresh(model, ground.now, zone)
    problems += [*wrong, *_unknown((*jobs, *(one.fails for one in edits if one.fails)), queue)]
    if problems or not isinstance(lasts, timedelta):
        ground.world.connection.close()
        return Rehearsed(timeline=None, found=tuple(problems))
    if jobs:
        queue = QueueState(now=queue.now, entries=tuple(one for one in queue.entries if one.name in jobs))
    wish = Wish(
        begin=ground.now,
        end=ground.now + lasts,
        takes=timedelta(seconds=takes),
        work_date=ground.work_date if work_date is not None else None,
        full=full,
        zone=zone,
    )
    early = begins_early(ground.world, ground.now)
    session = begin(model, TracedWorld.around(ground.world), now=ground.now, work_date=ground.work_date)
    try:
        timeline = simulate(session, queue, wish, edits, rebind=_rebind(ground), progress=progress)
    finally:
        ground.world.connection.close()
    told = tuple({(one.message, one.span): one for one in session.found}.values())
    shown = planning.shown(ground.snapshot, ground.workspace)
    return Rehearsed(timeline=timeline, found=(*early, *told), company=ground.workspace.company, snapshot=shown)


def begins_early(world: World, begin: datetime) -> tuple[Diagnostic, ...]:
    """The warning that records of the snapshot were changed after the beginning, moments in UTC without zone (W679).

    The connector's own books do not count.
    """
    parts = []
    for (system, name), columns in world.base.items():
        if name in connector.BOOKS or not world.catalog.has(cast("System", system), name):
            continue
        table = world.catalog.table(cast("System", system), name)
        if table.modified_field in columns:
            parts.append(
                f"SELECT max({identifier(table.modified_field)}) AS newest FROM {world.snapshot_relation(table)}"
            )
    newest: datetime | None = None
    if parts:
        newest = world.one("the newest change", f"SELECT max(newest) FROM ({' UNION ALL '.join(parts)})")[0]
    if newest is None or newest <= begin:
        return ()
    return (
        Diagnostic(
            code="W679",
            name="begins-before-its-data",
            severity="warning",
            span=None,
            message=f"the snapshot holds changes up to {newest:%Y-%m-%d %H:%M:%S}, later than the beginning at "
            f"{begin:%Y-%m-%d %H:%M:%S}; until then jobs find them again in every run",
            hint=f"begin at that moment or later: --from {newest + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}",
        ),
    )


def _rebind(ground: planning.Opened) -> Callable[[Mapping[str, object]], Model]:
    """The workspace's rules under other settings."""
    shipped = frozenset(one.path for one in ground.workspace.standard_rules)

    def bound(settings: Mapping[str, object]) -> Model:
        given = cast("Mapping[str, Setting]", settings)
        return pipeline.understand(ground.workspace.rule_files, ground.workspace.overlays, given, shipped).model

    return bound


def _unknown(jobs: Sequence[str], queue: QueueState) -> list[Diagnostic]:
    from engine.catalog.suggest import did_you_mean

    known = [one.name for one in queue.entries]
    return [
        planning.wrong_words(
            f"the queue has no job {name} under the present settings",
            did_you_mean(name, known) or "the jobs are " + ", ".join(known),
        )
        for name in jobs
        if name not in known
    ]


def duration(text: str) -> timedelta | Diagnostic:
    """`7d`, `12h`, `1d12h`, `90m`, `4w` -> a length of time."""
    found = LENGTH.fullmatch(text.strip())
    if found is not None and any(found.groups()):
        weeks, days, hours, minutes = (int(one or 0) for one in found.groups())
        if weeks < 600 and days < 4000 and hours < 100_000 and minutes < 6_000_000:
            lasts = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
            if timedelta() < lasts <= LONGEST:
                return lasts
    hint = "write it like 7d, 12h, 1d12h or 90m; ten years at most"
    return planning.wrong_words(f"{text} is no length of time", hint)
