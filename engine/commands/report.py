"""`coupler report`: a saved plan -> a page to read, search and hand over, and the same as Markdown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = """
coupler report june.plan                     # june.plan.html and june.plan.md beside the plan
coupler report june.plan --open              # and the page in the browser
coupler report june.plan --out reports/      # into a folder; or --out FILE.html, FILE.md
"""

EXITS = """
0  the report was written
1  the plan cannot be read, a template is broken, or the report cannot be written
"""


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of `coupler report`."""
    parser.description = "A saved plan as a page that needs no network, and as Markdown."
    parser.add_argument("plan", metavar="PLAN", help="the file that coupler plan --out has written")
    parser.add_argument("--out", metavar="DIR|FILE", help="where to: a folder or a file; by default beside the plan")
    parser.add_argument("--format", choices=("html", "md", "both"), help="what to write; both, unless --out is a file")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")


def run(arguments: argparse.Namespace) -> int:
    """Write the report and tell where it lies; 0 when it is written, else 1."""
    from engine.checks.render import to_text
    from engine.report.read import read_plan
    from engine.report.report import Report
    from engine.report.write import targets, templates_of, write_report
    from engine.terminal import coloured

    plan = Path(arguments.plan)
    found = read_plan(plan)
    if isinstance(found, Report):
        wanted = targets(plan, arguments.out, arguments.format)
        problems = write_report(found, wanted, templates=templates_of(Path.cwd(), plan), keep=plan)
    else:
        wanted, problems = (), found
    if problems:
        print(to_text(problems, colour=coloured(sys.stderr)), file=sys.stderr, end="")
        return 1
    assert isinstance(found, Report)
    for path in wanted:
        print(path.as_posix())
    print(f"{found.sentence[:1].upper()}{found.sentence[1:]}.")
    if arguments.open:
        _open(wanted)
    return 0


def _open(paths: tuple[Path, ...]) -> None:
    import webbrowser

    page = next((path for path in paths if path.suffix == ".html"), paths[0])
    if not webbrowser.open(page.resolve().as_uri()):
        print(f"coupler: no browser could be started here; open {page.as_posix()} by hand.", file=sys.stderr)
