"""Coupled records -> their couplings removed, as a plan."""

from __future__ import annotations

import argparse

from engine.commands.telling import Done

HELP = """
coupler uncouple CUSTOMER C00010      # this record; both records stay
coupler uncouple CUSTOMER --all       # every pair of the mapping
"""
EXITS = """
0  nothing to do: none of them is coupled
2  there are changes
1  an error: a record that does not exist, or words that do not fit
"""


def add(parser: argparse.ArgumentParser) -> None:
    from engine.commands.plan import options

    parser.description = "Remove couplings, with what the mapping does after uncoupling."
    parser.add_argument("mapping", metavar="MAPPING")
    parser.add_argument("keys", nargs="*", metavar="KEY", help="records of either system: key, name or id")
    parser.add_argument("--all", action="store_true", help="all couplings of the mapping")
    options(parser)


def run(arguments: argparse.Namespace) -> Done:
    from engine.commands.arguments import WrongArgumentsError
    from engine.commands.plan import tell, wish
    from engine.manual import pairs
    from engine.manual.stage import by_hand

    if not arguments.keys and not arguments.all:
        raise WrongArgumentsError("coupler uncouple: no record is named; name the records, or say --all for every pair")
    if arguments.keys and arguments.all:
        raise WrongArgumentsError("coupler uncouple: records are named and --all is said; say one of the two")
    made = by_hand(
        wish(arguments),
        (arguments.mapping,),
        lambda session: pairs.uncouple(session, arguments.mapping, arguments.keys),
    )
    return tell(made, arguments)
