"""Rule files -> the same files in the one style."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = """
coupler fmt                      # every rule file of this workspace
coupler fmt --check              # only say which files are not in the one style
coupler fmt --diff rules/        # show what would change
"""
EXITS = """
0  every file is in the one style now; with --check or --diff: it was before
1  a file could not be read or is wrongly written; with --check or --diff: a file is not in the one style
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "Bring rule files into the one style. Comments are kept, the meaning stays."
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or folders; - takes the text from a pipe and gives it back the same way",
    )
    parser.add_argument("--check", action="store_true", help="write nothing, tell which files would change")
    parser.add_argument("--diff", action="store_true", help="write nothing, show what would change")


def run(arguments: argparse.Namespace) -> int:
    from engine import pipeline, terminal
    from engine.checks import render

    if arguments.paths == ["-"]:
        done = pipeline.format_text(sys.stdin.read(), "stdin")
        sys.stdout.write(done.after)
        sys.stderr.write(render.to_text(done.mistakes, colour=terminal.coloured(sys.stderr)))
        return 1 if done.mistakes else 0
    dry = arguments.check or arguments.diff
    results = pipeline.format_rules([Path(one) for one in arguments.paths], write=not dry)
    sys.stderr.write(render.to_text(results.mistakes, colour=terminal.coloured(sys.stderr)))
    for one in results.changed:
        print(one.diff if arguments.diff else one.path, end="" if arguments.diff else "\n")
    verb = "would change" if dry else "changed"
    terminal.tell(f"{len(results.changed)} of {render.counted(results.files, 'file')} {verb}.")
    return 1 if results.mistakes or (dry and results.changed) else 0
