"""Couplings that carry the skip mark -> without it, as a plan; the next run takes them up again."""

from __future__ import annotations

import argparse

from engine.commands.telling import Done

HELP = """
coupler retry                          # every skipped coupling
coupler retry CUSTOMER                 # those of one mapping
coupler retry CUSTOMER C00010          # these
coupler retry CUSTOMER C00010 --sync   # these, and synchronise them at once
"""
EXITS = """
0  nothing to do: none of them carries the mark
2  there are changes
1  an error: a record that does not exist, or words that do not fit
"""


def add(parser: argparse.ArgumentParser) -> None:
    from engine.commands.plan import options

    parser.description = "Take the skip mark off. Without --sync it synchronises nothing by itself: the next run does."
    parser.add_argument("mapping", nargs="?", metavar="MAPPING")
    parser.add_argument("keys", nargs="*", metavar="KEY", help="records of either system: key, name or id")
    parser.add_argument(
        "--sync", action="store_true", help="synchronise these records at once, forced, as coupler sync does"
    )
    parser.add_argument("--to", choices=("sales", "bc", "both"), help="with --sync: the direction")
    options(parser)


def run(arguments: argparse.Namespace) -> Done:
    from engine.commands.arguments import WrongArgumentsError
    from engine.commands.plan import tell, wish
    from engine.manual import pairs, sync
    from engine.manual.refusals import quoted, wrong
    from engine.manual.stage import by_hand

    if arguments.to and not arguments.sync:
        raise WrongArgumentsError("coupler retry: --to is the direction of --sync; say both, or leave --to out")
    if arguments.sync and not arguments.keys:
        call = f"coupler retry {quoted(arguments.mapping or 'MAPPING')} KEY --sync"
        hint = f"{call}; without --sync the next run takes up all that failed"
        return (wrong("E669", "no-records-named", "--sync is for chosen records, and none is named", hint),)
    mappings = (arguments.mapping,) if arguments.mapping else ()
    way: sync.Way | None = sync.WAYS.get(arguments.to or "")
    made = by_hand(
        wish(arguments),
        mappings,
        lambda session: (
            sync.retry_now(session, arguments.mapping, arguments.keys, way)
            if arguments.sync
            else pairs.retry(session, arguments.mapping, arguments.keys)
        ),
    )
    return tell(made, arguments)
