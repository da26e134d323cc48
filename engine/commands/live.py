"""`coupler run --live`: the queue of a workspace on the real clock, until a signal, a moment, or so many runs."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from engine.commands.telling import Done
    from engine.jobs.live.loop import Stop, Wish

LIVE = {
    "apply": "--apply",
    "plans": "--plans",
    "keep": "--keep",
    "until": "--until",
    "runs": "--runs",
    "poll": "--poll",
}
REHEARSED = {"start": "--from", "events": "--events", "html": "--html", "json": "--json", "work_date": "--work-date"}


def options(parser: argparse.ArgumentParser) -> None:
    """What only `--live` knows."""
    group = parser.add_argument_group("on the real clock")
    group.add_argument("--live", action="store_true", help="run the queue now, until Ctrl-C or SIGTERM")
    group.add_argument("--apply", action="store_true", help="with --live: carry every plan out on the snapshot")
    group.add_argument(
        "--plans", metavar="DIR", type=Path, help="with --live: the folder of the plans (default: plans)"
    )
    group.add_argument(
        "--keep",
        metavar="N",
        type=int,
        help="with --live: how many plans of each job stay in the folder, the newest ones (default: 20)",
    )
    group.add_argument("--until", metavar="MOMENT", help="with --live: end then, like 2026-06-15T18:00:00Z")
    group.add_argument("--runs", metavar="N", type=int, help="with --live: end after so many runs")
    group.add_argument(
        "--poll",
        metavar="SECONDS",
        type=float,
        help="with --live: how often to look at snapshot and rules, and how long a new snapshot must rest (default: 1)",
    )


def meant(arguments: argparse.Namespace) -> bool:
    """Is it the real clock that is meant? Words of the other kind are refused."""
    from engine.commands.arguments import WrongArgumentsError

    kind = REHEARSED if arguments.live else LIVE
    others = [word for name, word in kind.items() if getattr(arguments, name, None) not in (None, False)]
    if others and arguments.live:
        raise WrongArgumentsError(f"coupler run: {others[0]} is of a rehearsal; --live runs on the real clock")
    if others:
        raise WrongArgumentsError(f"coupler run: {others[0]} needs --live; a rehearsal only reads the snapshot")
    return bool(arguments.live)


def run(arguments: argparse.Namespace) -> Done:
    """Run the queue; 0 when it ended as it was told, else why it could not run."""
    from engine.jobs.live.loop import Stop

    stop = Stop()
    _listen(stop)
    from engine.jobs.live import lock, loop, place, rulebook
    from engine.jobs.live.live import Live

    book = rulebook.opened(arguments.snapshot)
    if not isinstance(book, rulebook.Book):
        return book
    wish = _wish(arguments, book.workspace.root)
    at = place.place_of(book.workspace.root)
    try:
        place.prepare(at)
        place.make(wish.plans)
        with lock.held(at.lock, applies=wish.apply) as other:
            if other is not None:
                return (lock.refused(other),)
            live = place.read(at)
            if live is not None and not isinstance(live, Live):
                return (live,)
            runner = loop.begin(at, book, wish, live, _tell)
            runner.stop = stop
            _tell("begins", _beginning(wish, runner.live))
            runner.go()
    except place.NotWritten as problem:
        return (problem.diagnostic,)
    _tell("ends", f"the queue stands still after {runner.ended} runs; coupler jobs shows it")
    return 0


def _wish(arguments: argparse.Namespace, root: Path) -> Wish:
    from engine.commands.arguments import WrongArgumentsError
    from engine.jobs.live.keeping import KEPT_PLANS
    from engine.jobs.live.loop import Wish
    from engine.planning import clock

    try:
        ZoneInfo(arguments.zone)
    except (ValueError, OSError, KeyError) as problem:
        raise WrongArgumentsError(
            f"coupler run: there is no time zone {arguments.zone}; one is Europe/London"
        ) from problem
    until = None
    if arguments.until is not None:
        until, _, wrong = clock(arguments.until, None)
        if wrong:
            raise WrongArgumentsError(f"coupler run: {wrong[0].message}; {wrong[0].hint}")
    full = bool(getattr(arguments, "full", False))
    if full and not arguments.apply:
        raise WrongArgumentsError(
            "coupler run: the waves of a full synchronisation build on each other; --live --full needs --apply"
        )
    poll = 1.0 if arguments.poll is None else arguments.poll
    if not 0.05 <= poll <= 3600:
        raise WrongArgumentsError("coupler run: --poll takes seconds from 0.05 to 3600")
    if arguments.runs is not None and arguments.runs < 0:
        raise WrongArgumentsError("coupler run: --runs takes a number of runs")
    if arguments.keep is not None and arguments.keep < 1:
        raise WrongArgumentsError("coupler run: --keep takes a number of plans, 1 or more")
    if arguments.jobs:
        raise WrongArgumentsError("coupler run: --live runs all jobs; coupler jobs hold JOB keeps one from running")
    return Wish(
        plans=(arguments.plans or root / "plans").absolute(),
        apply=arguments.apply,
        until=until,
        jobs=arguments.runs,
        poll=poll,
        full=full,
        kept=KEPT_PLANS if arguments.keep is None else arguments.keep,
        snapshot=arguments.snapshot,
        zone=arguments.zone,
        threads=getattr(arguments, "threads", None),
        memory=getattr(arguments, "memory", None),
    )


def _beginning(wish: Wish, live: object) -> str:
    does = "every plan is applied" if wish.apply else "plans are written, nothing is applied"
    return f"the queue runs; {does}; Ctrl-C ends it after the current job, twice at once"


def _tell(kind: str, text: str) -> None:
    from engine.jobs.live.work import clock

    print(f"{clock():%Y-%m-%d %H:%M:%S}  {kind:11}  {text}", flush=True)


def _listen(stop: Stop) -> None:
    """The first signal ends the queue after the current job, a second one at once: what is written down then is as safe
    as after a power failure."""

    def heard(number: int, frame: FrameType | None) -> None:
        if stop.asked:
            os.write(2, b"coupler: ended at once; the run under way is looked into when the queue starts again.\n")
            os._exit(130)
        stop.asked = True
        os.write(2, b"coupler: the queue ends after the current job; once more ends it at once.\n")

    signal.signal(signal.SIGINT, heard)
    signal.signal(signal.SIGTERM, heard)
