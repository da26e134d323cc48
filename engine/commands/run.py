"""A stretch of time -> the job queue as it would run in it, on the snapshot's overlay."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.commands import live, telling
from engine.commands.arguments import WrongArgumentsError, power_options
from engine.commands.telling import Done

HELP = """
coupler run --from 2026-06-01T06:00:00Z --for 7d      # a week of the job queue: who runs, who sleeps, who waits
coupler run --from 2026-06-01 --for 1d --events edits.yaml --html day.html
coupler run --for 4h --full                           # begin with a full synchronisation, wave after wave
coupler run --live                                    # on the real clock, until Ctrl-C; coupler jobs shows the queue
coupler run --live --apply                            # and every plan carried out on the snapshot
"""
EXITS = """
0  well: every edit was carried over, no value goes on changing, no edit is lost
2  something is worth a look: an edit not carried over, a value that never settles, a lost edit, a collision
1  an error: in the rules, the snapshot, the file of edits, or in the words of the command
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "Let the jobs run, each a real plan on what went before. The snapshot is only read."
    parser.add_argument("jobs", nargs="*", metavar="JOB", help="only these jobs (default: all)")
    parser.add_argument("--from", dest="start", metavar="MOMENT", help="when it begins (default: now)")
    parser.add_argument("--for", dest="length", metavar="TIME", default="1d", help="how long: 7d, 12h (default: 1d)")
    parser.add_argument("--events", metavar="FILE", type=Path, help="a YAML file of edits that people make meanwhile")
    parser.add_argument("--full", action="store_true", help="begin with a full synchronisation")
    parser.add_argument(
        "--takes", metavar="SECONDS", type=float, default=10.0, help="how long a run lasts (default: 10)"
    )
    parser.add_argument("--zone", default="UTC", help="the time zone of windows that name none (default: UTC)")
    parser.add_argument("--snapshot", metavar="NAME", help="a snapshot by name or path (default: that of coupler.yaml)")
    parser.add_argument("--work-date", metavar="DATE", help="a fixed work date (default: the day of the clock)")
    parser.add_argument("--json", action="store_true", help="print the timeline as JSON")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write it as a page with a chart of all runs")
    power_options(parser)
    live.options(parser)


def run(arguments: argparse.Namespace) -> Done:
    if live.meant(arguments):
        return live.run(arguments)
    from engine import terminal
    from engine.jobs import page, tell
    from engine.jobs.rehearsal import rehearse
    from engine.run.progress import bar

    if not 0 <= arguments.takes <= 86_400:
        raise WrongArgumentsError("coupler run: --takes is a number of seconds from 0 to 86400")
    with bar(sys.stderr) as progress:
        made = rehearse(
            start=arguments.start,
            length=arguments.length,
            events=arguments.events,
            snapshot=arguments.snapshot,
            work_date=arguments.work_date,
            takes=arguments.takes,
            zone=arguments.zone,
            full=arguments.full,
            jobs=tuple(arguments.jobs),
            memory=arguments.memory,
            threads=arguments.threads,
            progress=progress,
        )
    found = made.found
    timeline = made.timeline
    if timeline is not None and arguments.html is not None:
        found = (*found, *page.write(timeline, arguments.html, company=made.company, snapshot=made.snapshot))
    if timeline is None or any(one.severity == "error" for one in found):
        return found
    telling.tell(found)
    if arguments.json:
        print(tell.to_json(timeline))
    else:
        tell.tell(timeline, sys.stdout, colour=terminal.coloured(sys.stdout), width=terminal.columns(sys.stdout))
    return 2 if tell.worth_a_look(timeline) else 0
