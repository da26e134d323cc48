"""A name -> a new workspace: coupler.yaml, rules/, snapshots/, tests/; with --sample the one that comes along."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = """
coupler init contoso             # an empty workspace in the folder contoso
coupler init demo --sample       # the sample: rules, settings, exports of both systems
"""
EXITS = """
0  the workspace was made
1  the folder is there already and is not empty, or cannot be written
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "Start a workspace. Nothing that exists is overwritten."
    parser.add_argument("folder", metavar="FOLDER", help="where to make it; its name becomes the company's name")
    parser.add_argument("--sample", action="store_true", help="with the sample company's rules and exports")


def run(arguments: argparse.Namespace) -> int:
    from engine import beginning, terminal

    folder = Path(arguments.folder)
    refusal = beginning.refusal(folder)
    if refusal:
        terminal.tell(f"coupler init: {refusal}")
        return 1
    try:
        made = beginning.sample(folder) if arguments.sample else beginning.empty(folder)
    except OSError as error:
        why = error.strerror or "not every file could be copied; look at the free space and the rights of the folder"
        terminal.tell(f"coupler init: {folder.as_posix()} could not be made: {why}")
        return 1
    for path in made:
        print(path.as_posix())
    terminal.tell(f"\nThe workspace is in {folder.as_posix()}. Next: cd {folder.as_posix()} && coupler lint")
    return 0
