"""What a person asks of a running queue -> small files that its runner takes up; each is there whole or not at all."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from engine.frozen import dataclass
from engine.jobs.live.place import Place, write_whole

VERBS = ("hold", "wake", "restart", "full-sync")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """verb: one of VERBS. job: its name, blank for `full-sync`. path: where it lies."""

    verb: str
    job: str
    path: Path


def ask(place: Place, verb: str, job: str) -> Path:
    """Leave a request; they are taken up in the order of time. Raises NotWritten."""
    path = place.requests / f"{time.time_ns():020d}-{os.getpid()}.json"
    write_whole(path, json.dumps({"verb": verb, "job": job}, ensure_ascii=False))
    return path


def pending(place: Place) -> tuple[Request, ...]:
    """The requests that nobody has taken up yet. What is no request is taken away."""
    try:
        names = sorted(one.name for one in place.requests.iterdir() if one.suffix == ".json")
    except OSError:
        return ()
    found = []
    for name in names:
        path = place.requests / name
        with suppress(FileNotFoundError):
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
                verb, job = content["verb"], content["job"]
                if verb in VERBS and isinstance(job, str):
                    found.append(Request(verb=verb, job=job, path=path))
                    continue
            except (ValueError, KeyError, TypeError):
                pass
            except FileNotFoundError:
                continue
            except OSError:
                continue
            take_away(path)
    return tuple(found)


def take_away(path: Path) -> None:
    """Take a request away that was carried out; one that is gone already is no mistake."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
