"""Scenario files and rules -> a verdict for each scenario, expected and got side by side."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.commands.telling import Done, tell

HELP = """
coupler test                               # the scenarios of this workspace, in its folder tests/
coupler test tests/customers.yaml --only customer-name-goes-to-sales
coupler test --coverage --threshold 80     # which places of the rules no scenario reaches
coupler test --format junit > report.xml   # for a build server; also json
"""
EXITS = """
0  every scenario passed (a scenario with `gate: false` may miss)
1  a scenario failed, a file is wrong, there is none, or less than the threshold was reached
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Run scenario files: given this data, when this is done, then this has changed and nothing else."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", type=Path, help="files or folders (default: tests/)")
    parser.add_argument("--format", choices=("text", "json", "junit"), default="text")
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    parser.add_argument("--only", metavar="ID|AREA", help="only this scenario, or those of this area")
    parser.add_argument("--rules", metavar="DIR", type=Path, help="rules from this folder, in place of the workspace's")
    parser.add_argument("--base", metavar="FILE", type=Path, help="the data under every scenario (default: base.yaml)")

    parser.add_argument(
        "--coverage", action="store_true", help="which lines, filters, branches and entries were reached"
    )
    parser.add_argument(
        "--threshold", metavar="N", type=percent, default=0.0, help="fail when less than N percent are reached"
    )


def percent(written: str) -> float:
    """A share between 0 and 100."""
    try:
        share = float(written.removesuffix("%"))
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:
        raise argparse.ArgumentTypeError(f"takes a number from 0 to 100, not {written}")
    return share


def run(arguments: argparse.Namespace) -> Done:
    from engine import terminal, testing
    from engine.coverage.coverage import as_object, below, to_text
    from engine.scenario import report

    asked = arguments.coverage or arguments.threshold > 0
    made = testing.test(
        arguments.paths, rules=arguments.rules, base=arguments.base, only=arguments.only, coverage=asked
    )
    if not made.verdicts and arguments.format != "junit":
        return made.found
    low = below(made.coverage, arguments.threshold) if made.coverage is not None else ()
    match arguments.format:
        case "json":
            print(report.to_json(made.verdicts, as_object(made.coverage) if made.coverage is not None else None))
        case "junit":
            print(report.to_junit(made.verdicts, [one for one in (*made.found, *low) if one.severity == "error"]))
        case _:
            print(report.to_text(made.verdicts, colour=terminal.coloured(sys.stdout)), end="")
    if made.coverage is not None and arguments.format != "json":
        (sys.stdout if arguments.format == "text" else sys.stderr).write(to_text(made.coverage))
    tell((*made.found, *low))
    return 0 if made.passed and not low else 1
