"""A record of a saved plan -> a scenario file that shows the same, for `coupler test`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.commands.telling import Done

HELP = """
coupler capture june.plan 1896-S                        # the scenario of one record, by its key
coupler capture june.plan "1896-S Athens desk" --out tests/athens-desk.yaml
coupler capture june.plan 10000 --mapping CUSTOMER      # where the key stands under several mappings
coupler capture june.plan "ORD-26062 A bench made to measure"   # a document: what a process makes of one order
coupler capture june.plan C10020 --mapping account-statistics   # what a process does where a mapping has the key too
"""
EXITS = """
0  the scenario was written; it passes
1  there is no such record, the plan is out of date, or the record comes out differently by itself
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "One planned record or document as a scenario: the rows it hangs on, what is done, what then has changed."
    )
    parser.add_argument("plan", metavar="PLAN", type=Path, help="a plan saved with coupler plan --out")
    parser.add_argument("key", metavar="KEY", help="the record: its key, its label or its id")
    parser.add_argument("--mapping", metavar="MAPPING", help="of this mapping or process")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the scenario to this file")


def run(arguments: argparse.Namespace) -> Done:
    from engine.capture.capture import capture
    from engine.graph.draw import keep

    captured = capture(arguments.plan, arguments.key, arguments.mapping)
    found = captured.found
    if captured.text is not None:
        if arguments.out is None:
            sys.stdout.write(captured.text)
        else:
            found = (*found, *keep(captured.text, arguments.out))
    return found or 0
