"""A saved plan -> its rows written onto the snapshot, in one transaction."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.commands.telling import Done

HELP = """
coupler apply june.plan                    # onto the snapshot it was made from
coupler apply june.plan --snapshot june    # onto this one, if it is the same
"""
EXITS = """
0  the plan was carried out
1  nothing was written: the plan is stale, or one of the files cannot be used
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "Carry a saved plan out on the snapshot, whole or not at all."
    parser.add_argument("plan", metavar="PLAN", type=Path, help="a file written by coupler plan --out")
    parser.add_argument(
        "--snapshot", metavar="NAME", help="a snapshot by name or path (default: the one the plan was made from)"
    )


def run(arguments: argparse.Namespace) -> Done:
    from engine import planning
    from engine.run.apply import Applied

    done = planning.apply_plan(arguments.plan, arguments.snapshot)
    if not isinstance(done, Applied):
        return done
    wide = max([len(one[1]) for one in done.tables] + [5])
    for system, caption, inserted, updated, deleted in done.tables:
        name = "BC" if system == "bc" else "Sales"
        print(f"{name:5}  {caption.ljust(wide)}  {inserted:>9,} new  {updated:>9,} changed  {deleted:>9,} removed")
    print("The plan was carried out." if done.tables else "The plan held nothing to write.")
    return 0
