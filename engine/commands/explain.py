"""A code or a name -> its manual page; nothing -> the list of all pages."""

from __future__ import annotations

import argparse
import sys

HELP = """
coupler explain E204            # what it means, wrong, right, why
coupler explain unknown-field   # the same by its name
coupler explain                 # all codes
"""
EXITS = """
0  the page, or the list, was printed
1  there is no such code
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "What a code means: a page per code."
    parser.add_argument("code", nargs="?", metavar="CODE", help="a code (E204) or a name (unknown-field)")


def run(arguments: argparse.Namespace) -> int:
    from engine import terminal
    from engine.checks import manual, prose

    on = terminal.coloured(sys.stdout)
    if arguments.code is None:
        print(prose.listed(manual.known(), colour=on), end="")
        return 0
    page = manual.page_of(arguments.code)
    if page is None:
        terminal.tell(f"coupler explain: {prose.no_page(arguments.code, manual.known())}")
        return 1
    print(prose.page_to_text(page, width=terminal.width(), colour=on), end="")
    return 0
