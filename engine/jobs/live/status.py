"""The live queue as it stands -> JSON, or a table that fits the terminal."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.frozen import dataclass
from engine.jobs.live import lock, place, requests, words
from engine.jobs.live.exchange import counters, moment
from engine.jobs.live.live import Live, Ran
from engine.jobs.live.lock import Holder
from engine.jobs.live.place import Place
from engine.jobs.live.requests import Request
from engine.jobs.queue import Entry

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from engine.diagnostic import Diagnostic

WIDE = 100
"""From so many columns on a reason has a column of its own."""
STYLES = {"in process": "bold", "error": "red", "interrupted": "yellow", "on hold": "yellow", "asleep": "dim"}
PLAIN = ("ready", "asleep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The queue at a moment. holder: the runner at work, None for none. asked: what it has not taken up yet."""

    live: Live
    holder: Holder | None
    asked: tuple[Request, ...]
    now: datetime


def standing(at: Place, now: datetime) -> Standing | Diagnostic | None:
    """How the queue of a workspace stands; None when it was never run."""
    live = place.read(at)
    if not isinstance(live, Live):
        return live
    return Standing(live=live, holder=lock.at_work(at.lock), asked=requests.pending(at), now=now)


# --- for machines ---


def to_json(found: Standing) -> str:
    """After schemas/json/jobs.schema.json."""
    holder, live = found.holder, found.live
    content = {
        "format_version": 1,
        "as_of": moment(found.now),
        "snapshot": live.snapshot,
        "waits": live.waits,
        "runner": None
        if holder is None
        else {"process": holder.process, "machine": holder.machine, "since": holder.since, "applies": holder.applies},
        "asked": [{"verb": one.verb, "job": one.job} for one in found.asked],
        "jobs": [_job(one, found) for one in live.queue.entries],
        "full_synchronisation": [
            {"mapping": one.name, "wave": one.wave or None, "status": one.status, "result": one.result}
            for one in live.lines
        ],
        "runs": [_run(one) for one in live.runs],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _job(entry: Entry, found: Standing) -> dict[str, Any]:
    last = found.live.last(entry.name)
    return {
        "number": entry.number,
        "name": entry.name,
        "title": entry.setup.title,
        "status": _status(entry, found),
        "next": moment(entry.start) if entry.startable else None,
        "why": _why(entry, found),
        "tried": entry.tried,
        "attempts": entry.setup.attempts,
        "category": entry.setup.category,
        "last": None if last is None else _run(last),
    }


def _run(one: Ran) -> dict[str, Any]:
    return {
        "number": one.number,
        "job": one.job,
        "start": moment(one.start),
        "end": moment(one.end),
        "outcome": one.outcome,
        "counters": counters(one.counters),
        "reason": one.reason,
        "plan": one.plan,
        "applied": one.applied,
    }


def _status(entry: Entry, found: Standing) -> str:
    return words.status(entry, found.live, found.now, at_work=found.holder is not None)


def _why(entry: Entry, found: Standing) -> str:
    applies = found.holder is not None and found.holder.applies
    return words.why(entry, found.live, found.now, at_work=found.holder is not None, applies=applies)


# --- for people ---


def shown(found: Standing, width: int) -> Group:
    """The queue as a table, with a line about its runner, and the full synchronisation if there is one."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Any] = [Text(_head(found))]
    parts += [Text(f"no job runs: {found.live.waits}", style="yellow")] if found.live.waits else []
    asked = ", ".join(f"{one.verb} {one.job}".strip() for one in found.asked)
    parts += [Text(f"asked for, not taken up yet: {asked}")] if asked else []
    parts += [Text(""), _jobs(found, width)]
    if found.live.lines:
        done = sum(one.status == "finished" for one in found.live.lines)
        idle = sum(one.status == "nothing to do" for one in found.live.lines)
        head = f"Full synchronisation: {done} of {len(found.live.lines) - idle} lines finished"
        parts += [Text(""), Text(head), _lines(found)]
    return Group(*parts)


def _head(found: Standing) -> str:
    holder = found.holder
    when = f"{found.now:%Y-%m-%d %H:%M:%S} UTC"
    if holder is None:
        return f"{when}, no runner is at work; coupler run --live starts one"
    does = "applies its plans" if holder.applies else "plans only"
    return f"{when}, run by process {holder.process} on {holder.machine}; it {does}"


def _jobs(found: Standing, width: int) -> Table:
    wide = width >= WIDE
    table = _table("Job", "Status", "Next run", "Last run", *(("Result", "Why") if wide else ("Result",)))
    for entry in found.live.queue.entries:
        last = found.live.last(entry.name)
        status, why = _status(entry, found), _why(entry, found)
        told = "" if last is None else words.result(last)
        if wide:
            about = [told, "" if why == told else why]
        else:
            about = [told if why == "" or (status in PLAIN and not entry.tried and told) else why]
        style = STYLES.get(status, "")
        cells = [entry.name, status, _next(entry, found), "" if last is None else _time(last.end, found.now), *about]
        table.add_row(*cells, style=style)
    return table


def _lines(found: Standing) -> Table:
    table = _table("Mapping", "Wave", "Status", "Result")
    for one in sorted(found.live.lines, key=lambda one: one.wave or 99):
        style = "dim" if one.status in ("waits", "nothing to do") else ""
        table.add_row(one.name, str(one.wave or ""), one.status, one.result, style=style)
    return table


def _table(*heads: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        free = head in ("Result", "Why")
        table.add_column(head, no_wrap=not free, overflow="fold" if free else "ellipsis", ratio=None)
    return table


def _next(entry: Entry, found: Standing) -> str:
    under_way = found.live.under_way
    if (under_way is not None and under_way.entry == entry.number) or not entry.startable or entry.start is None:
        return "-"
    return "now" if entry.start <= found.now else _time(entry.start, found.now)


def _time(at: datetime, now: datetime) -> str:
    """The time alone within twelve hours, else with its day."""
    return f"{at:%H:%M:%S}" if abs((at - now).total_seconds()) < 12 * 3600 else f"{at:%d %b %H:%M}"
