"""The mappings and processes of the workspace -> a drawing of the order in which they run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

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


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Which mapping needs which, and through which mappings a process looks things up, in the order of a run; "
        "circles are named and drawn in red."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these and their neighbours (default: all)")
    parser.add_argument("--mappings-only", action="store_true", help="leave the processes out")
    parser.add_argument(
        "--format", choices=("mermaid", "svg"), help="default: svg for a FILE that ends so, else mermaid"
    )
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the drawing to this file")


def run(arguments: argparse.Namespace) -> int:
    from engine import terminal
    from engine.checks import render
    from engine.graph.draw import Format, draw, keep

    out: Path | None = arguments.out
    as_svg = out is not None and out.suffix.lower() == ".svg"
    form: Format = arguments.format or ("svg" if as_svg else "mermaid")
    drawn = draw(tuple(arguments.names), form, processes=not arguments.mappings_only)
    found = drawn.found
    if drawn.text is not None:
        if out is None:
            sys.stdout.write(drawn.text)
        else:
            found = (*found, *keep(drawn.text, out))
    if found:
        terminal.tell(render.to_text(found, colour=terminal.coloured(sys.stderr)))
    return 1 if found else 0
