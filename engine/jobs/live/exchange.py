"""The live queue -> JSON, and back: what its file holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from engine.jobs import exchange
from engine.jobs.exchange import BrokenStateError
from engine.jobs.live.live import COUNTERS, Line, Live, Moved, Outcome, Prepared, Print, Ran, Setting, UnderWay
from engine.jobs.queue import Entry, QueueState, Setup

FORMAT = 1
_PLAIN = {"bool": bool, "int": int, "str": str}


def to_json(live: Live) -> str:
    """All of it as JSON, indented so that a person can look."""
    content = {
        "format": FORMAT,
        "snapshot": live.snapshot,
        "number": live.number,
        "waits": live.waits,
        "under_way": None if live.under_way is None else _under_way(live.under_way),
        "moved": [_moved(one) for one in live.moved],
        "lines": [_plain(one) for one in live.lines],
        "dormant": list(live.dormant),
        "settings": [{"name": one.name, "value": _value(one.value)} for one in live.settings],
        "anew": list(live.anew),
        "prints": [list(one) for one in live.prints],
        "deaf": list(live.deaf),
        "queue": _queue(live.queue),
        "runs": [_ran(one) for one in live.runs],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Live:
    """What `to_json` wrote. Raises BrokenStateError."""
    try:
        content = json.loads(text)
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise BrokenStateError(f"it is not in format {FORMAT}")
        under_way = content["under_way"]
        return Live(
            queue=_read_queue(content["queue"]),
            snapshot=_text(content["snapshot"]),
            prints=tuple(Print(_text(a), int(b), _text(c), _text(d)) for a, b, c, d in content["prints"]),
            deaf=tuple(map(_text, content.get("deaf", ()))),  # a file of an older coupler says nothing of it
            number=int(content["number"]),
            runs=tuple(_read_ran(one) for one in content["runs"]),
            under_way=None if under_way is None else _read_under_way(under_way),
            moved=_read_moved(content["moved"]),
            lines=_read_lines(content["lines"]),
            dormant=tuple(map(_text, content.get("dormant", ()))),  # nor of this
            waits=_text(content["waits"]),
            settings=tuple(
                Setting(_text(one["name"]), _read_value(one["value"])) for one in content.get("settings", ())
            ),
            anew=tuple(map(_text, content.get("anew", ()))),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as problem:
        told = f"{problem} is missing" if isinstance(problem, KeyError) else str(problem)
        raise BrokenStateError(told) from problem


def moment(at: datetime | None) -> str | None:
    """A moment in UTC as the file has it, to the millisecond; None for none."""
    return None if at is None else at.isoformat(timespec="milliseconds") + "Z"


def read_moment(text: str) -> datetime:
    """The moment of such a text. ValueError: it is none."""
    return datetime.fromisoformat(text.removesuffix("Z"))


def _plain(one: Any) -> dict[str, Any]:
    return {it.name: getattr(one, it.name) for it in fields(one)}


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise ValueError(f"{given!r} is no text")
    return given


# --- the queue: as `engine.jobs.exchange` writes it ---


def _queue(state: QueueState) -> Any:
    return json.loads(exchange.to_json(state))


def _read_queue(content: object) -> QueueState:
    state = exchange.from_json(json.dumps(content))
    kinds = {it.name: _PLAIN[it.type] for it in fields(Setup) if isinstance(it.type, str) and it.type in _PLAIN}
    for entry in state.entries:
        for name, kind in kinds.items():
            if type(getattr(entry.setup, name)) is not kind:
                raise ValueError(f"{name} of job {entry.name} is {getattr(entry.setup, name)!r}")
    return state


def _entry(entry: Entry, now: datetime) -> Any:
    return _queue(QueueState(now=now, entries=(entry,)))


def _read_entry(content: object) -> Entry:
    (entry,) = _read_queue(content).entries
    return entry


# --- runs ---


def _ran(one: Ran) -> dict[str, Any]:
    return _plain(one) | {
        "start": moment(one.start),
        "end": moment(one.end),
        "next": moment(one.next),
        "counters": counters(one.counters),
    }


def counters(given: Sequence[int]) -> dict[str, int]:
    """The numbers of a run by the names of the counters; exactly as many as there are counters."""
    return dict(zip(COUNTERS, given, strict=True))


def _read_counters(content: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(int(content[name]) for name in COUNTERS)


def _read_ran(content: Mapping[str, Any]) -> Ran:
    if content["outcome"] not in get_args(Outcome):
        raise ValueError(f"there is no outcome {content['outcome']}")
    given = {it.name: content[it.name] for it in fields(Ran)}
    given |= {name: read_moment(content[name]) for name in ("start", "end")}
    given["next"] = None if content["next"] is None else read_moment(content["next"])
    given["counters"] = _read_counters(content["counters"])
    return Ran(**given)


def _under_way(one: UnderWay) -> dict[str, Any]:
    return _plain(one) | {
        "before": _entry(one.before, one.start),
        "held": [_entry(it, one.start) for it in one.held],
        "start": moment(one.start),
        "prepared": None if one.prepared is None else _prepared(one.prepared),
    }


def _read_under_way(content: Mapping[str, Any]) -> UnderWay:
    prepared = content["prepared"]
    return UnderWay(
        number=int(content["number"]),
        entry=int(content["entry"]),
        before=_read_entry(content["before"]),
        start=read_moment(content["start"]),
        plan=_text(content["plan"]),
        apply=bool(content["apply"]),
        prepared=None if prepared is None else _read_prepared(prepared),
        held=tuple(map(_read_entry, content.get("held", ()))),  # nor of this
    )


def _prepared(one: Prepared) -> dict[str, Any]:
    return _plain(one) | {
        "end": moment(one.end),
        "counters": counters(one.counters),
        "moved": [_moved(it) for it in one.moved],
        "lines": [_plain(it) for it in one.lines],
    }


def _read_prepared(content: Mapping[str, Any]) -> Prepared:
    return Prepared(
        end=read_moment(content["end"]),
        activity=None if content["activity"] is None else int(content["activity"]),
        counters=_read_counters(content["counters"]),
        moved=_read_moved(content["moved"]),
        wakes=tuple(map(_text, content["wakes"])),
        queues=tuple(map(_text, content["queues"])),
        lines=_read_lines(content["lines"]),
    )


def _read_lines(content: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    return tuple(
        Line(name=_text(one["name"]), status=_text(one["status"]), result=_text(one["result"]), wave=int(one["wave"]))
        for one in content
    )


# --- settings: each value with its kind ---


def _moved(one: Moved) -> dict[str, Any]:
    return {"name": one.name, "was": _value(one.was), "value": _value(one.value)}


def _read_moved(content: Sequence[Mapping[str, Any]]) -> tuple[Moved, ...]:
    return tuple(
        Moved(name=_text(one["name"]), was=_read_value(one["was"]), value=_read_value(one["value"])) for one in content
    )


def _value(given: object) -> object:
    match given:
        case None | bool() | int() | str():
            return given
        case datetime():
            return {"moment": given.isoformat()}
        case date():
            return {"date": given.isoformat()}
        case Decimal():
            return {"decimal": str(given)}
        case UUID():
            return {"id": str(given)}
    return {"text": str(given)}


def _read_value(given: object) -> object:
    if not isinstance(given, dict):
        return given
    ((kind, text),) = given.items()
    readers: dict[str, Callable[[str], object]] = {
        "moment": datetime.fromisoformat,
        "date": date.fromisoformat,
        "decimal": Decimal,
        "id": UUID,
        "text": str,
    }
    if kind not in readers:
        raise ValueError(f"there is no value of kind {kind}")
    return readers[kind](text)
