"""Uncoupled records and what the mapping matches them by -> couplings, as a plan."""

from __future__ import annotations

import argparse

from engine.commands.telling import Done

HELP = """
coupler match CUSTOMER                    # every uncoupled record in the filter of the mapping
coupler match CUSTOMER C00010 C00020      # these
"""
EXITS = """
0  nothing to do: nothing found its match
2  there are changes
1  an error: a record that does not exist, a mapping that says by no field how to match, or words that do not fit
"""


def add(parser: argparse.ArgumentParser) -> None:
    from engine.commands.plan import options

    parser.description = "Match-based coupling: by the fields that the mapping names, in order of priority."
    parser.add_argument("mapping", metavar="MAPPING")
    parser.add_argument("keys", nargs="*", metavar="KEY", help="records of Business Central (default: all uncoupled)")
    options(parser)


def run(arguments: argparse.Namespace) -> Done:
    from engine.commands.plan import tell, wish
    from engine.manual import pairs
    from engine.manual.stage import by_hand

    made = by_hand(
        wish(arguments),
        (arguments.mapping,),
        lambda session: pairs.match(session, arguments.mapping, arguments.keys),
    )
    return tell(made, arguments)
