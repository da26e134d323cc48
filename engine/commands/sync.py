"""Chosen records -> synchronised now, forced, as a plan."""

from __future__ import annotations

import argparse

from engine.commands.telling import Done

HELP = """
coupler sync CUSTOMER C00010 --to sales   # this record, whatever stamps and strategies say
coupler sync CUSTOMER C00010 C00020       # several: those that Sales changed since are left out, and told
coupler sync ITEM-PRODUCT 1896-S --create # a partner is created where there is none
"""
EXITS = """
0  nothing to do: no record would be created, changed or removed
2  there are changes
1  an error: a record that does not exist or has no partner, a direction that must be picked, or words that do not fit
"""


def add(parser: argparse.ArgumentParser) -> None:
    from engine.commands.plan import options

    parser.description = "Synchronise records now, forced. Records marked as skipped stay left alone (coupler retry)."
    parser.add_argument("mapping", metavar="MAPPING")
    parser.add_argument("keys", nargs="+", metavar="KEY", help="records of either system: key, name or id")
    parser.add_argument(
        "--to",
        choices=("sales", "bc", "both"),
        help="the direction; both: to Sales, then back (default: that of the mapping, or away from the changed side)",
    )
    parser.add_argument("--create", action="store_true", help="create the partners of records that have none")
    options(parser)


def run(arguments: argparse.Namespace) -> Done:
    from engine.commands.plan import tell, wish
    from engine.manual.stage import by_hand
    from engine.manual.sync import WAYS, sync

    way = WAYS.get(arguments.to or "")
    made = by_hand(
        wish(arguments),
        (arguments.mapping,),
        lambda session: sync(session, arguments.mapping, arguments.keys, way, create=arguments.create),
    )
    return tell(made, arguments)
