"""Mappings -> the lines of a full synchronisation, one line run, or all of them in waves, as a plan."""

from __future__ import annotations

import argparse
import sys

from engine.commands.telling import Done

HELP = """
coupler full-sync                      # the lines: what waits for what, what is recommended
coupler full-sync --advance            # wave after wave, until every line is finished
coupler full-sync CUSTOMER --full      # one line, carried over whole though matching be recommended
"""
EXITS = """
0  nothing to do: the lines stand, or none can start
2  there are changes
1  an error: a mapping that takes no part, or words that do not fit
"""


def add(parser: argparse.ArgumentParser) -> None:
    from engine.commands.plan import options

    parser.description = "A full synchronisation: every record in the filters, forced, uncoupled ones too."
    parser.add_argument("mapping", nargs="?", metavar="MAPPING", help="run this line only")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--plan", action="store_true", help="only make the lines (default)")
    which.add_argument("--advance", action="store_true", help="run every line whose turn it is, until none is left")
    parser.add_argument(
        "--full", action="store_true", help="with MAPPING: Full Synchronization, whatever is recommended"
    )
    options(parser)


def run(arguments: argparse.Namespace) -> Done:
    from engine import terminal
    from engine.commands.arguments import WrongArgumentsError
    from engine.commands.plan import tell, wish
    from engine.manual import review
    from engine.manual.stage import by_hand
    from engine.run.progress import bar

    name = arguments.mapping
    if name and (arguments.plan or arguments.advance):
        raise WrongArgumentsError(
            "coupler full-sync: a mapping runs one line; --plan and --advance are for all of them"
        )
    if arguments.full and not name:
        raise WrongArgumentsError("coupler full-sync: --full says what one line does; name its mapping")
    lines: list[review.Reviewed] = []
    with bar(sys.stderr) as progress:
        if name:
            made = by_hand(
                wish(arguments),
                (name,),
                lambda session: review.run_one(session, name, lines.append, full=arguments.full),
            )
        elif arguments.advance:
            made = by_hand(wish(arguments), (), lambda session: review.advance(session, lines.append, progress))
        else:
            made = by_hand(wish(arguments), (), lambda session: review.plan_lines(session, lines.append))
    if lines and not (arguments.json or arguments.sql):
        for line in review.table(lines[0], colour=terminal.coloured(sys.stdout), width=terminal.columns(sys.stdout)):
            print(line)
        print()
    return tell(made, arguments)
