"""A timeline -> what is told of it: per job its runs and counters, long rows of runs without news folded. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from engine.frozen import dataclass
from engine.jobs.queue import ASLEEP
from engine.jobs.timeline import Ran, Timeline

LEADS: dict[str, str] = {"woken": "woken", **dict.fromkeys(("edit", "settings", "refused", "note"), "")}
"""What comes before the text of an event; of others its kind and a colon."""
SAME = 3
"""So many events of different jobs at one moment, with the same text, are one line."""
COUNTERS = ("created", "changed", "unchanged", "skipped", "failed", "conflicts")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """One job over the whole time. counters: by name; errors: runs that failed as a whole; waited: times it had to."""

    job: str
    runs: int
    active: int
    idle: int
    errors: int
    waited: int
    woken: int
    counters: dict[str, int]
    status: str
    next: datetime | None

    @property
    def stands(self) -> str:
        """Its status in short: `asleep`, `Ready`."""
        return "asleep" if self.status == ASLEEP else self.status


def by_job(timeline: Timeline) -> tuple[JobSummary, ...]:
    """Every job that ran or stands in the queue, in the order of the queue, then those that are gone."""
    names = dict.fromkeys([*(one.name for one in timeline.queue.entries), *(one.job for one in timeline.runs)])
    found = []
    for name in names:
        runs = [one for one in timeline.runs if one.job == name]
        entry = timeline.queue.entry(name)
        found.append(
            JobSummary(
                job=name,
                runs=len(runs),
                active=sum(one.active for one in runs),
                idle=sum(not one.active and not one.error for one in runs),
                errors=sum(bool(one.error) for one in runs),
                waited=sum(one.job == name and one.what == "waits" for one in timeline.happened),
                woken=sum(one.job == name and one.what == "woken" for one in timeline.happened),
                counters={it: sum(getattr(leg, it) for one in runs for leg in one.legs) for it in COUNTERS},
                status="gone" if entry is None else entry.status,
                next=None if entry is None else entry.start,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the timeline as people read it. kind: active, idle, again, error, edit, queue; count: of runs in it.

    again: a run that wrote nothing and refused just what the run of its job before had refused.
    """

    at: datetime
    kind: str
    job: str
    text: str
    count: int = 1


def lines(timeline: Timeline) -> tuple[Line, ...]:
    """Runs and events in the order of time; runs that bring nothing new, with nothing between them, become one line."""
    told: list[tuple[datetime, int, Line]] = []
    before: dict[str, tuple[int, ...]] = {}
    for number, run in enumerate(timeline.runs):
        counts = tuple(sum(getattr(leg, it) for leg in run.legs) for it in COUNTERS)
        again = before.get(run.job) == counts and not any(counts[:2])  # none created, none changed
        kind = "error" if run.error else "idle" if not run.active else "again" if again else "active"
        text = f"still {what(run)}" if kind == "again" else what(run)
        told.append((run.start, number, Line(at=run.start, kind=kind, job=run.job, text=text)))
        before[run.job] = counts
    for one in timeline.happened:
        kind = "edit" if one.what in ("edit", "settings", "refused") else "queue"
        text = f"{LEADS.get(one.what, one.what + ':')} {one.text}".strip()
        told.append((one.at, -1, Line(at=one.at, kind=kind, job=one.job, text=text)))
    ordered = [one for _, _, one in sorted(told, key=lambda it: (it[0], it[1]))]
    return tuple(_folded(_together(ordered)))


def _together(ordered: Sequence[Line]) -> list[Line]:
    """What several jobs are told at one moment becomes one line that names them."""
    found: list[Line] = []
    for (at, kind, text), group in groupby(ordered, key=lambda one: (one.at, one.kind, one.text)):
        same = list(group)
        jobs = [one.job for one in same]
        if kind == "queue" and len(same) >= SAME and all(jobs):
            found.append(Line(at=at, kind=kind, job="", text=f"{text}: {', '.join(jobs)}"))
        else:
            found += same
    return found


def _folded(ordered: Sequence[Line]) -> list[Line]:
    found: list[Line] = []
    idle: list[Line] = []
    for one in [*ordered, None]:
        if one is not None and one.kind in ("idle", "again"):
            idle.append(one)
            continue
        if len(idle) > 3:
            jobs = len({it.job for it in idle})
            still = dict.fromkeys(f"{it.job} {it.text}" for it in idle if it.kind == "again")
            last = idle[-1].at
            text = f"{len(idle):,} runs of {jobs} job{'s' if jobs > 1 else ''} found nothing{' new' if still else ''}"
            text += f", until {last:%Y-%m-%d %H:%M}" + (f" ({'; '.join(still)})" if still else "")
            found.append(Line(at=idle[0].at, kind="idle", job="", text=text, count=len(idle)))
        else:
            found += idle
        idle = []
        if one is not None:
            found.append(one)
    return found


def what(run: Ran) -> str:
    """What a run came to, in words."""
    if run.error:
        after = f"; tried anew {run.next:%H:%M:%S}" if run.then == "Ready" and run.next is not None else "; in Error"
        return f"fails: {run.error}{after}"
    counts = {it: sum(getattr(leg, it) for leg in run.legs) for it in COUNTERS}
    told = ", ".join(f"{value} {name}" for name, value in counts.items() if value and name != "unchanged")
    if not told:
        told = f"nothing to do ({counts['unchanged']} unchanged)" if counts["unchanged"] else "nothing to do"
    if run.then == "On Hold with Inactivity Timeout":
        told += "; falls asleep" + (f" until {run.next:%Y-%m-%d %H:%M}" if run.next is not None else "")
    return told


def span(took: timedelta | None) -> str:
    """A length of time as people say it: `31 min`, `12 h 4 min`, `2 d 3 h`."""
    if took is None:
        return "–"
    seconds = int(took.total_seconds())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"
