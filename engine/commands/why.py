"""A mapping or process and a record -> the story of the record in the plan, from its filter to what is written."""

from __future__ import annotations

import argparse
import sys

from engine.commands.arguments import power_options, world_options
from engine.commands.telling import Done, tell

HELP = """
coupler why ITEM-PRODUCT 1896-S                  # one record's story: filters, coupling, stamps, lines, outcome
coupler why CUSTOMER C00123 Name                 # of one field only, by caption or technical name
coupler why CUSTOMER "Pedal & Thread" --json     # the same for machines
coupler why create-sales-orders SO-1001          # a document: each require, each look-up, each record made
"""
EXITS = """
0  the story was told, whatever it says
1  there is no such mapping, record or field, or the rules or the snapshot cannot be read
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "Why one record would be created, changed, skipped, refused or left alone. Nothing is written."
    parser.add_argument("mapping", metavar="MAPPING", help="a mapping or a process")
    parser.add_argument("record", metavar="RECORD", help="a record of either system: key, name or id")
    parser.add_argument("field", nargs="?", metavar="FIELD", help="only this field, by caption or technical name")
    parser.add_argument("--alone", action="store_true", help="as in coupler plan MAPPING: without what runs before it")
    parser.add_argument(
        "--by-hand",
        action="store_true",
        help="of a process: as a user starts it for this record, whatever its where says",
    )
    parser.add_argument("--force", action="store_true", help="as in coupler plan --force")
    world_options(parser)
    parser.add_argument("--json", action="store_true", help="print the story as JSON")
    power_options(parser)


def run(arguments: argparse.Namespace) -> Done:
    from engine import terminal
    from engine.manual.stage import Wish
    from engine.why.why import Asked, why

    wish = Wish(
        snapshot=arguments.snapshot,
        now=arguments.now,
        work_date=arguments.work_date,
        memory=arguments.memory,
        threads=arguments.threads,
    )
    asked = Asked(
        name=arguments.mapping,
        word=arguments.record,
        field=arguments.field,
        alone=arguments.alone,
        force=arguments.force,
        by_hand=arguments.by_hand,
    )
    told = why(asked, wish)
    if told.story is None:
        return told.found
    tell(told.found)
    if arguments.json:
        from engine.why.exchange import to_json

        sys.stdout.write(to_json(told.story))
        return 0
    from engine.why import text

    columns = terminal.columns(sys.stdout)
    if columns is None:
        for line in text.plain(told.story):
            print(line)
    else:
        text.show(told.story, colour=terminal.coloured(sys.stdout), width=columns)
    return 0
