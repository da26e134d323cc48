"""Two records -> coupled by hand, as a plan."""

from __future__ import annotations

import argparse

from engine.commands.telling import Done

HELP = """
coupler couple CUSTOMER C00010 "Fabrikam Ltd."                        # the pair, without carrying anything over
coupler couple CUSTOMER C00010 "Fabrikam Ltd." --first-sync to-sales  # and a forced run of it
"""
EXITS = """
0  nothing to do: they are coupled with each other already
2  there are changes
1  an error: a record that does not exist, one that is coupled already, or words that do not fit
"""


def add(parser: argparse.ArgumentParser) -> None:
    from engine.commands.plan import options

    parser.description = "Couple a record of Business Central with one of Sales. Nothing is written but the saved plan."
    parser.add_argument("mapping", metavar="MAPPING")
    parser.add_argument("bc", metavar="BC-KEY", help="a record of Business Central: key, name or id")
    parser.add_argument("sales", metavar="SALES-KEY", help="a record of Sales: name, number or id")
    parser.add_argument(
        "--first-sync", choices=("to-sales", "to-bc"), help="carry the values over in this direction afterwards, forced"
    )
    options(parser)


def run(arguments: argparse.Namespace) -> Done:
    from engine.commands.plan import tell, wish
    from engine.manual import pairs
    from engine.manual.stage import by_hand

    first = {"to-sales": "to_sales", "to-bc": "to_bc"}.get(arguments.first_sync or "")
    made = by_hand(
        wish(arguments),
        (arguments.mapping,),
        lambda session: pairs.couple(session, arguments.mapping, arguments.bc, arguments.sales, first),  # type: ignore[arg-type]
    )
    return tell(made, arguments)
