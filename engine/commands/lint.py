"""Rule files -> every mistake in them, with its place and the way out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = """
coupler lint                     # every rule file of this workspace, with the standard integration
coupler lint rules/our.rules     # only what is found in this file
coupler lint --format github     # as annotations of a pull request; also json, sarif
"""
EXITS = """
0  nothing was found, or only warnings and notes
1  an error was found; with --strict: or a warning
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Find every mistake at once. coupler explain CODE says more about a finding;\n"
        "`# ignore: CODE reason` at the end of a line accepts one."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only findings in these files or folders")
    parser.add_argument("--format", choices=("text", "json", "github", "sarif"), default="text")
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    parser.add_argument("--strict", action="store_true", help="warnings make the exit code 1 as well")
    parser.add_argument("--standard", action="store_true", help="show what is noted about the standard rules as well")
    parser.add_argument("--no-cache", action="store_true", help="read everything anew")


def run(arguments: argparse.Namespace) -> int:
    from engine import pipeline, terminal
    from engine.diagnostic import worst

    paths = [Path(one) for one in arguments.paths]
    linted = pipeline.lint(paths, standard=arguments.standard, cached=not arguments.no_cache)
    found = linted.found
    match arguments.format:
        case "text":
            from engine.checks import render

            on = terminal.coloured(sys.stdout)
            print(render.to_text(found, colour=on), end="\n" if found else "")
            print(render.summary(found, linted.files))
        case "json":
            from engine.checks import exchange

            print(exchange.to_json(found, linted.files), end="")
        case "github":
            from engine.checks import exchange

            print(exchange.to_github(found), end="")
        case _:
            from engine.checks import exchange

            print(exchange.to_sarif(found), end="")
    failing = ("error", "warning") if arguments.strict else ("error",)
    return 1 if worst(found) in failing else 0
