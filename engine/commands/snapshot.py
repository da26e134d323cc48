"""Exports of both systems -> a snapshot; a snapshot -> what it holds, or files again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.commands.arguments import at_least, power_options
from engine.commands.telling import Done, tell

HELP = """
coupler snapshot import june --bc exports/bc/ --sales exports/sales/
coupler snapshot show june              # tables, rows, what was set aside
coupler snapshot show june TABLE        # the first rows of a table
coupler snapshot show june --json       # the same for machines
coupler snapshot export june out/       # files again, one a table
"""
EXITS = """
0  it was done
1  it was not; import: an export does not fit, and nothing was written
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "One file that holds the data of both systems. coupler snapshot VERB --help says more."
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add_import(verbs.add_parser("import", help="read exports of both systems"))
    show = verbs.add_parser("show", help="what a snapshot holds")
    show.add_argument("name", nargs="?", metavar="NAME", help="a name or path (default: the one in coupler.yaml)")
    show.add_argument("table", nargs="?", metavar="TABLE", help="the rows of this table, by name or caption")
    show.add_argument("--rows", type=at_least(0), default=20, metavar="N", help="so many rows at most (20)")
    show.add_argument("--rejects", type=at_least(0), default=20, metavar="N", help="so many refused cells at most (20)")
    show.add_argument("--json", action="store_true", help="print it as JSON (schemas/json/snapshot.schema.json)")
    export = verbs.add_parser("export", help="write files that an import reads again")
    export.add_argument("name", metavar="NAME", help="a name or path")
    export.add_argument("folder", type=Path, metavar="FOLDER", help="an empty or new folder")
    export.add_argument("--format", choices=("csv", "parquet", "json"), default="csv")
    export.add_argument("--captions", action="store_true", help="captions as headers where they are unique")


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the snapshot becomes snapshots/NAME.duckdb")
    parser.add_argument("--bc", type=Path, metavar="FOLDER", help="exports of Business Central: CSV, Parquet or JSON")
    parser.add_argument("--sales", type=Path, metavar="FOLDER", help="exports of Sales, one file a table")
    parser.add_argument("--decimal-comma", action="store_true", help="numbers are written like 1234,50")
    parser.add_argument("--dates", choices=("iso", "dmy", "mdy", "ymd"), default="iso", help="order of a date (iso)")
    parser.add_argument("--encoding", metavar="NAME", help="of CSV files; told by the bytes if not given")
    parser.add_argument(
        "--delimiter", default=",", metavar="SIGN", help="between the cells of CSV files (,); or the word tab"
    )
    parser.add_argument("--allow-rejects", action="store_true", help="leave refused rows out instead of failing")
    parser.add_argument(
        "--drop-missing", action="store_true", help="let tables go that the snapshot holds and these exports do not"
    )
    parser.add_argument("--now", metavar="MOMENT", help="the clock (default: the real one)")
    power_options(parser)


def run(arguments: argparse.Namespace) -> Done:
    match arguments.verb:
        case "import":
            return _import(arguments)
        case "show":
            return _show(arguments)
        case _:
            return _export(arguments)


def _import(arguments: argparse.Namespace) -> Done:
    from engine import snapshots, terminal
    from engine.checks.render import counted
    from engine.run.progress import bar
    from engine.snapshot import text
    from engine.snapshot.importing import ImportOptions
    from engine.textfile import shown

    options = ImportOptions(
        decimal_comma=arguments.decimal_comma,
        dates=arguments.dates,
        encoding=arguments.encoding,
        delimiter="\t" if arguments.delimiter in ("tab", "\\t") else arguments.delimiter,
        allow_rejects=arguments.allow_rejects,
        threads=arguments.threads,
        memory_limit=arguments.memory,
    )
    with bar(sys.stderr) as bar_of:
        done = snapshots.import_exports(
            arguments.name,
            arguments.bc,
            arguments.sales,
            now=arguments.now,
            options=options,
            drop_missing=arguments.drop_missing,
            progress=lambda number, of, what: bar_of(what, number, of),
        )
    tell(done.found)
    if not done.written:
        terminal.tell("Nothing was written.")
        return 1
    print(text.imported(done.tables), end="")
    rows, tables = sum(one.rows for one in done.tables), counted(len(done.tables), "table")
    print(
        f"{rows:,} {'row' if rows == 1 else 'rows'} of {tables} {'is' if rows == 1 else 'are'} in {shown(done.path)}."
    )
    return 0


def _show(arguments: argparse.Namespace) -> Done:
    from engine import snapshots
    from engine.diagnostic import Diagnostic
    from engine.snapshot import exchange, text

    if arguments.table is not None:
        rows = snapshots.rows(arguments.name, arguments.table, arguments.rows, captions=not arguments.json)
        if isinstance(rows, Diagnostic):
            return (rows,)
        print(exchange.rows(rows) if arguments.json else text.rows(rows), end="")
        return 0
    summary = snapshots.summary(arguments.name, arguments.rejects)
    if isinstance(summary, Diagnostic):
        return (summary,)
    print(exchange.summary(summary) if arguments.json else text.summary(summary), end="")
    return 0


def _export(arguments: argparse.Namespace) -> Done:
    from engine import snapshots
    from engine.diagnostic import Diagnostic

    files = snapshots.export(arguments.name, arguments.folder, arguments.format, captions=arguments.captions)
    if isinstance(files, Diagnostic):
        return (files,)
    print(f"{len(files)} files are in {arguments.folder.as_posix()}.")
    return 0
