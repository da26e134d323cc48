"""Scenario files and rules -> a verdict for each scenario, expected and got side by side."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = """
coupler test                               # the scenarios of this workspace, in its folder tests/
coupler test tests/customers.yaml --only customer-name-goes-to-sales
coupler test --format junit > report.xml   # for a build server; also json
"""
EXITS = """
0  every scenario passed (a scenario with `gate: false` may miss)
1  a scenario failed, a file is wrong, or there is none
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Run scenario files: given this data, when this is done, then this has changed and nothing else."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", type=Path, help="files or folders (default: tests/)")
    parser.add_argument("--format", choices=("text", "json", "junit"), default="text")
    parser.add_argument("--only", metavar="ID|AREA", help="only this scenario, or those of this area")
    parser.add_argument("--rules", metavar="DIR", type=Path, help="rules from this folder, in place of the workspace's")
    parser.add_argument("--base", metavar="FILE", type=Path, help="the data under every scenario (default: base.yaml)")


def run(arguments: argparse.Namespace) -> int:
    from engine import terminal, testing
    from engine.checks import render
    from engine.scenario import report

    made = testing.test(arguments.paths, rules=arguments.rules, base=arguments.base, only=arguments.only)
    if made.found:
        terminal.tell(render.to_text(made.found, colour=terminal.coloured(sys.stderr)))
    match arguments.format:
        case "json":
            print(report.to_json(made.verdicts))
        case "junit":
            print(report.to_junit(made.verdicts))
        case _ if made.verdicts:
            print(report.to_text(made.verdicts, colour=terminal.coloured(sys.stdout)), end="")
    return 0 if made.passed else 1
