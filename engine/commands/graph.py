"""The mappings and processes of the workspace -> a drawing of the order in which they run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.commands.telling import Done, tell

HELP = """
coupler graph --out order.svg                    # all mappings and processes: which one needs which
coupler graph ITEM-PRODUCT --out item.svg        # one mapping, what it needs and what needs it
coupler graph create-sales-orders --out new.svg  # one process, and the mappings whose couplings it looks up through
coupler graph --mappings-only                    # without processes, as Mermaid text, for a page that draws it
"""
EXITS = """
0  it was drawn
1  there is no such mapping or process, the rules hold an error, or mappings need each other in a circle
"""


OTHER_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf"})


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Which mapping needs which, and through which mappings a process looks things up, in the order of a run; "
        "circles are named and drawn in red."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these and their neighbours (default: all)")
    parser.add_argument("--mappings-only", action="store_true", help="leave the processes out")
    parser.add_argument(
        "--format",
        choices=("mermaid", "svg", "json"),
        help="default: svg or json for a FILE that ends so, else mermaid (json: schemas/json/graph.schema.json)",
    )
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the drawing to this file")


def run(arguments: argparse.Namespace) -> Done:
    from engine.commands.arguments import WrongArgumentsError
    from engine.graph.draw import Format, draw, keep

    out: Path | None = arguments.out
    if out is not None and arguments.format is None and out.suffix.lower() in OTHER_PICTURES:
        raise WrongArgumentsError(
            f"coupler graph: --out {out.name} would not be a picture; name a file that ends in .svg, or say --format"
        )
    by_name: dict[str, Format] = {".svg": "svg", ".json": "json"}
    form: Format = arguments.format or by_name.get(out.suffix.lower() if out is not None else "", "mermaid")
    drawn = draw(tuple(arguments.names), form, processes=not arguments.mappings_only)
    if drawn.text is None or out is not None:
        return (*drawn.found, *(keep(drawn.text, out) if drawn.text is not None and out is not None else ())) or 0
    sys.stdout.write(drawn.text)
    tell(drawn.found)
    return 1 if drawn.found else 0
