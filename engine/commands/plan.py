"""A snapshot and the rules -> what the integration would do, printed and if wanted saved."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.arguments import power_options, world_options

if TYPE_CHECKING:
    from engine.commands.telling import Done
    from engine.manual.stage import Wish
    from engine.planning import Planned
    from engine.run.world import World

HELP = """
coupler plan                              # the dry run of everything on the workspace's snapshot
coupler plan ITEM-PRODUCT --details       # one mapping, field by field: before -> after
coupler plan create-sales-orders          # one process: whole documents, or why they are refused
coupler plan create-sales-orders --records ORD-1001 ORD-1002    # started by hand for these records
coupler plan --snapshot june --now 2026-06-15T08:00:00Z --out june.plan
"""
EXITS = """
0  nothing to do: no record would be created, changed or removed
2  there are changes
1  an error: in the rules, in the snapshot, or in the words of the command
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "What would be created, changed, skipped, refused or in conflict. The snapshot is only read."
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="only these mappings and processes (default: every mapping, then what jobs run of processes)",
    )
    parser.add_argument(
        "--records",
        nargs="+",
        metavar="RECORD",
        default=(),
        help="with one process: started by hand for these records (number, name or id), whatever its where says",
    )
    parser.add_argument("--force", action="store_true", help="compare every record, whatever stamps and watermarks say")
    options(parser)


def options(parser: argparse.ArgumentParser) -> None:
    """The options that every verb has that makes a plan."""
    world_options(parser)
    parser.add_argument("--details", action="store_true", help="every record and field, not the summary alone")
    parser.add_argument(
        "--sql", action="store_true", help="print the statements that made the plan, instead of the plan"
    )
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")
    parser.add_argument("--out", metavar="FILE", type=Path, help="save the plan (a DuckDB file, for report and apply)")
    power_options(parser)


def run(arguments: argparse.Namespace) -> Done:
    from engine import planning
    from engine.run.progress import bar

    with bar(sys.stderr) as progress:
        made = planning.plan(
            names=tuple(arguments.names),
            records=tuple(arguments.records),
            snapshot=arguments.snapshot,
            now=arguments.now,
            work_date=arguments.work_date,
            force=arguments.force,
            out=arguments.out,
            memory=arguments.memory,
            threads=arguments.threads,
            told=arguments.json,
            progress=progress,
        )
    return tell(made, arguments)


def wish(arguments: argparse.Namespace) -> Wish:
    """These options, for what is done by hand."""
    from engine.manual.stage import Wish

    return Wish(
        snapshot=arguments.snapshot,
        now=arguments.now,
        work_date=arguments.work_date,
        out=arguments.out,
        memory=arguments.memory,
        threads=arguments.threads,
        told=arguments.json,
    )


def tell(made: Planned, arguments: argparse.Namespace) -> Done:
    """Print a plan as the options want it, and let go of the snapshot; its exit code, or why there is no plan."""
    from engine.commands import telling
    from engine.ending import let_go

    if made.world is None:
        return made.found
    telling.tell(made.found)
    try:
        return _shown(made, made.world, arguments)
    finally:
        let_go(made.world.connection)


def _shown(made: Planned, world: World, arguments: argparse.Namespace) -> int:
    from engine import terminal
    from engine.diagnostic import worst
    from engine.plan import exchange, text
    from engine.plan.details import details

    connection = world.connection
    if arguments.sql:
        for about, statement in world.statements:
            print(f"-- {about}\n{statement};\n")
    elif arguments.json:
        for piece in exchange.to_json(connection):
            sys.stdout.write(piece)
    else:
        on = terminal.coloured(sys.stdout)
        for line in text.summary(connection, colour=on, width=terminal.columns(sys.stdout)):
            print(line)
        if arguments.details:
            for line in details(connection, colour=on):
                print(line)
    changes = exchange.changes(connection)
    if worst(made.found) != "error" and not (arguments.sql or arguments.json):
        print()
        print(closing(changes, arguments))
    if worst(made.found) == "error":
        return 1
    return 2 if changes else 0


def closing(changes: int, arguments: argparse.Namespace) -> str:
    """The last line: how much, and what to do next."""
    planned = f"{changes:,} change{'' if changes == 1 else 's'} planned"
    if arguments.out is not None:
        saved = f"{planned}, saved in {arguments.out.as_posix()}"
        return f"{saved}: coupler report or coupler apply goes on from there."
    if not changes:
        return "Nothing to do: no record would be created, changed or removed."
    way = "" if arguments.details else " --details shows every record and field;"
    return f"{planned}; nothing was written.{way} --out FILE saves the plan."
