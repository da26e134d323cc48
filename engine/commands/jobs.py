"""The live queue of a workspace -> a table of its jobs; hold, wake, restart one."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.commands.telling import Done
    from engine.diagnostic import Diagnostic
    from engine.jobs.live.place import Place
    from engine.jobs.live.status import Standing

HELP = """
coupler jobs                     # every job: status, next run, last run and what it came to, why it waits
coupler jobs --watch             # the same, kept up to date until Ctrl-C
coupler jobs hold CUSTOMER       # do not run it until it is restarted; a run under way goes on
coupler jobs wake CUSTOMER       # run it now instead of at its time
coupler jobs restart CUSTOMER    # run it now, whatever it waits for, its tries counted from the beginning
coupler jobs full-sync           # a full synchronisation, wave after wave; goes on with one that was begun
coupler jobs reset               # lay the queue aside and begin anew, when its file is damaged
"""
EXITS = """
0  the queue was shown, or does what was asked
1  there is no queue, no such job, or it cannot be read or written
"""
VERBS = ("hold", "wake", "restart", "full-sync", "reset")


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "The job queue that coupler run --live runs: see it, and tell it what to do."
    parser.add_argument("verb", nargs="?", metavar="VERB", choices=VERBS, help=", ".join(VERBS))
    parser.add_argument("job", nargs="*", metavar="JOB", help="jobs by name")
    parser.add_argument("--watch", action="store_true", help="keep the table up to date")
    parser.add_argument("--json", action="store_true", help="print the queue as JSON")


def run(arguments: argparse.Namespace) -> Done:
    from pathlib import Path

    from engine.commands.arguments import WrongArgumentsError
    from engine.jobs.live import place
    from engine.workspace import find_workspace

    root = find_workspace(Path.cwd())
    if root is None:
        from engine.workspace import load_workspace

        return load_workspace(Path.cwd())[1]
    at = place.place_of(root)
    verb, jobs = arguments.verb, arguments.job
    if verb in ("hold", "wake", "restart") and not jobs:
        raise WrongArgumentsError(f"coupler jobs: {verb} which job? coupler jobs lists them")
    if verb in ("full-sync", "reset") and jobs:
        raise WrongArgumentsError(f"coupler jobs: {verb} is for the whole queue; {' '.join(jobs)} is not known here")
    try:
        if verb == "reset":
            return _reset(at)
        found = _standing(at)
        if not isinstance(found, tuple) and verb is not None:
            return _ask(at, found, verb, jobs)
    except place.NotWritten as problem:
        return (problem.diagnostic,)
    if isinstance(found, tuple):
        return found
    if arguments.json:
        from engine.jobs.live.status import to_json

        sys.stdout.write(to_json(found))
    elif arguments.watch:
        return _watch(at, found)
    else:
        _print(found)
    return 0


def _standing(at: Place) -> Standing | tuple[Diagnostic, ...]:
    from engine.jobs.live.status import Standing, standing
    from engine.jobs.live.work import clock

    found = standing(at, clock()) or _as_declared()
    return found if isinstance(found, Standing | tuple) else (found,)


def _as_declared() -> Standing | tuple[Diagnostic, ...]:
    """The queue as it would begin: no runner has ever been at work here."""
    from engine import planning
    from engine.jobs.live import steps
    from engine.jobs.live.status import Standing
    from engine.jobs.live.work import clock

    workspace, rules, found = planning.rules_here()
    if workspace is None or rules is None:
        return found
    now = clock()
    live = steps.first(rules.model, planning.without_secrets(workspace.settings), now)
    return Standing(live=live, holder=None, asked=(), now=now)


def _ask(at: Place, found: Standing, verb: str, given: list[str]) -> Done:
    from engine.diagnostic import Diagnostic
    from engine.jobs.live import asking, words
    from engine.jobs.live.work import clock

    if verb == "full-sync":
        done = asking.ask(at, found.live, verb, "", clock())
        print("The full synchronisation is in the queue." if done.taken else "It is taken up by the runner shortly.")
        return 0
    entries = asking.named(found.live, given)
    if isinstance(entries, Diagnostic):
        return (entries,)
    wrong = tuple(one for one in (asking.in_vain(entry, verb) for entry in entries) if one is not None)  # type: ignore[arg-type]
    if wrong:
        return wrong
    for entry in entries:
        done = asking.ask(at, found.live, verb, entry.name, clock())
        after = done.live.queue.entry(entry.name)
        if not done.taken:
            print(f"{entry.name}: asked for; the runner takes it up shortly.")
        elif after is None:
            print(f"{entry.name} has left the queue meanwhile.")
        else:
            status = words.STATUSES[after.status]
            due = after.startable and after.start is not None and after.start <= clock()
            print(f"{entry.name} is {status}{', due now' if due else ''}.")
    return 0


def _reset(at: Place) -> Done:
    from engine.jobs.live import asking, lock
    from engine.jobs.live.lock import Holder
    from engine.jobs.live.work import clock
    from engine.textfile import shown

    done = asking.reset(at, clock())
    if isinstance(done, Holder):
        return (lock.refused(done),)
    if done is None:
        print("There was nothing to lay aside; the queue begins anew with coupler run --live.")
    else:
        print(f"The queue begins anew with coupler run --live; what was, is in {shown(done)}.")
    return 0


def _print(found: Standing) -> None:
    from rich.console import Console

    from engine import terminal
    from engine.jobs.live.status import shown

    width = terminal.columns(sys.stdout) or 120
    console = Console(
        file=sys.stdout, width=width, highlight=False, emoji=False, markup=False,
        force_terminal=terminal.coloured(sys.stdout), no_color=not terminal.coloured(sys.stdout),
    )  # fmt: skip
    console.print(shown(found, width))


def _follow(at: Place, found: Standing) -> Done:
    """Where there is no terminal: the table again and again."""
    while True:
        _print(found)
        sys.stdout.flush()
        time.sleep(1)
        again = _standing(at)
        if isinstance(again, tuple):
            return again
        found = again


def _watch(at: Place, found: Standing) -> Done:
    from engine.jobs.live.status import shown

    if not sys.stdout.isatty():
        return _follow(at, found)
    from rich.console import Console
    from rich.live import Live

    from engine import terminal

    console = Console(highlight=False, emoji=False, markup=False, no_color=not terminal.coloured(sys.stdout))
    try:
        with Live(console=console, auto_refresh=False, screen=True, vertical_overflow="crop") as view:
            while True:
                view.update(shown(found, console.width), refresh=True)
                time.sleep(1)
                again = _standing(at)
                if isinstance(again, tuple):
                    return again
                found = again
    except KeyboardInterrupt:
        return 0
