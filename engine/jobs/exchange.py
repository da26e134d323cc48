"""The state of a queue -> JSON, and back. What is written can be read by a later run, or by a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, time
from typing import Any, get_args

from engine.jobs.queue import Entry, Hours, QueueState, Setup, Status

FORMAT = 1


class BrokenStateError(Exception):
    """A text that is no state of a queue, and why."""


def to_json(state: QueueState) -> str:
    """The state as JSON, one entry a line."""
    lines = ",\n  ".join(json.dumps(_entry(one), ensure_ascii=False) for one in state.entries)
    return f'{{"format": {FORMAT}, "now": "{_moment(state.now)}", "entries": [\n  {lines}\n]}}\n'


def from_json(text: str) -> QueueState:
    """The state that `to_json` wrote. Raises BrokenStateError."""
    try:
        content = json.loads(text)
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise BrokenStateError(f"this is not a state of the job queue in format {FORMAT}")
        entries = tuple(_read(one) for one in content["entries"])
        return QueueState(now=_read_moment(content["now"]), entries=entries)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        told = f"{problem} is missing" if isinstance(problem, KeyError) else str(problem)
        raise BrokenStateError(f"the state of the job queue cannot be read: {told}") from problem


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds") + "Z"


def _read_moment(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))


def _entry(one: Entry) -> dict[str, Any]:
    setup = one.setup
    plain = {it.name: getattr(setup, it.name) for it in fields(Setup)}
    hours = setup.hours
    return {
        "number": one.number,
        "status": one.status,
        "start": None if one.start is None else _moment(one.start),
        "tried": one.tried,
        "expires": None if one.expires is None else _moment(one.expires),
        "message": one.message,
        "setup": {
            **plain,
            "wakes": sorted(setup.wakes),
            "hours": {
                "days": sorted(hours.days),
                "start": None if hours.start is None else hours.start.isoformat(),
                "end": None if hours.end is None else hours.end.isoformat(),
                "zone": hours.zone,
            },
        },
    }


def _read(content: Mapping[str, Any]) -> Entry:
    setup, hours = content["setup"], content["setup"]["hours"]
    if content["status"] not in get_args(Status):
        raise ValueError(f"there is no status {content['status']}")
    given = {it.name: setup[it.name] for it in fields(Setup) if it.name in setup}
    begin, end = (None if hours[one] is None else time.fromisoformat(hours[one]) for one in ("start", "end"))
    read = Hours(days=frozenset(hours["days"]), start=begin, end=end, zone=hours["zone"])
    given |= {"runs": tuple(setup["runs"]), "wakes": frozenset(setup["wakes"]), "hours": read}
    return Entry(
        number=int(content["number"]),
        setup=Setup(**given),
        status=content["status"],
        start=None if content["start"] is None else _read_moment(content["start"]),
        tried=int(content["tried"]),
        expires=None if content["expires"] is None else _read_moment(content["expires"]),
        message=str(content["message"]),
    )
