"""A folder -> the sample workspace in it, and a consultant's day on it, command by command."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

HELP = """
coupler demo                     # in the folder demo
"""
EXITS = """
0  everything ran
1  something did not; it says what
"""

DAY: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("snapshot import june --bc exports/bc/ --sales exports/sales/", (0,)),
    ("lint", (0,)),
    ("plan --now 2026-06-15T08:00:00Z --out june.plan", (0, 2)),
    ("report june.plan", (0,)),
)
"""The commands, and the exit codes that say that all went well."""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "See everything once: import, lint, plan, report. A demo that is there is made anew."
    parser.add_argument("folder", nargs="?", default="demo", metavar="FOLDER", help="where to make it (demo)")


def run(arguments: argparse.Namespace) -> int:
    import shutil

    from engine import beginning, terminal
    from engine.cli import main

    folder = Path(arguments.folder)
    if beginning.is_sample(folder):
        shutil.rmtree(folder)
    refusal = beginning.refusal(folder)
    if refusal:
        terminal.tell(f"coupler demo: {refusal}")
        return 1
    beginning.sample(folder)
    stood = Path.cwd()
    os.chdir(folder)
    try:
        for command, well in DAY:
            print(f"\n$ coupler {command}", flush=True)
            code = main(command.split())
            if code not in well:
                return code
    finally:
        os.chdir(stood)
    print(f"\nThe report is {folder.resolve() / 'june.plan.html'}; README.md beside it tells the story.")
    return 0
