"""The name of a mapping or process -> how it finally stands, with where each line came from."""

from __future__ import annotations

import argparse
import sys

from engine.commands.telling import Done

HELP = """
coupler show ITEM-PRODUCT        # the shipped mapping with our changes in it
coupler show create-sales-orders # a process, and below it every step that it does
coupler show ITEM-PRODUCT --json # the same for machines
coupler show                     # all mappings, in the order of a run, and the processes
"""
EXITS = """
0  it was printed
1  there is no such mapping or process, or the rules cannot be read
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "A mapping after all `change mapping`, or a process with its steps; each statement with the line it comes from."
    )
    parser.add_argument("mapping", nargs="?", metavar="NAME", help="its name")
    parser.add_argument("--json", action="store_true", help="print it as JSON (schemas/json/show.schema.json)")


def run(arguments: argparse.Namespace) -> Done:
    from engine import pipeline, terminal
    from engine.showing import Variant, names_to_json, variants_to_json

    shown = pipeline.show(arguments.mapping)
    if shown.found:
        return shown.found
    if arguments.json:
        print(names_to_json(shown.names) if arguments.mapping is None else variants_to_json(shown.variants))
        return 0
    if arguments.mapping is None:
        for name, title in shown.names:
            print(f"{name}  {title}")
        return 0
    on = terminal.coloured(sys.stdout)

    def line(text: str, place: str, remark: str, indent: str, wide: int) -> str:
        first, _, rest = text.partition("\n")
        about = f"# {place}{', ' if remark else ''}{remark}"
        told = f"{indent}{first.ljust(wide)}  {terminal.paint(about, 'dim', on=on)}"
        return told + "".join(f"\n{indent}{one}" for one in rest.splitlines())

    def variant(one: Variant) -> str:
        wide = min(72, max([len(item.text.partition("\n")[0]) for item in one.items], default=0))
        remark = one.head.remark if one.active else "not under the present settings"
        lines = [line(f"{one.head.text} {{", one.head.place, remark, "", 0)]
        lines += [line(item.text, item.place, item.remark, "  ", wide) for item in one.items]
        return "\n".join([*lines, "}"])

    print("\n\n".join(variant(one) for one in shown.variants))
    return 0
